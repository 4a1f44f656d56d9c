"""Running the command-line tools of this Python environment and of the system, and writing files whole."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def run_tool(command: Sequence[str | Path], *, cwd: Path) -> int:
    """Run a tool installed beside this Python and return its exit code."""
    tool = Path(sys.executable).with_name(str(command[0]))
    return subprocess.run([tool, *command[1:]], cwd=cwd, env=environment(), check=False).returncode


def environment() -> dict[str, str]:
    """The environment of this process with this Python's scripts first on PATH.

    Tools look there for others: nbgrader for alembic, the formula renderer for node.
    """
    scripts = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)])}


def chromium() -> str | None:
    """Chromium, or its like by another name; None where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def tools_on_path(**variables: str) -> Iterator[None]:
    """For a while, `environment()` and these variables as the environment of this very process.

    Afterwards everything is as it was, also what somebody else set meanwhile. nbgrader's own setenv
    deletes what it set, PATH as well, and leaves it there if an error comes in between: this process
    would count as a grader for good.
    """
    before = dict(os.environ)
    os.environ.update(environment() | variables)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place to write what becomes `path` at the end: at any moment there is the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    try:
        yield new
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
