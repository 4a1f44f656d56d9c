"""Running the command-line tools of this Python environment."""

import os
import subprocess
import sys
from collections.abc import Sequence
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
