"""A notebook's checks at the command line: its cells run in a process of their own, as at home.

There are no walls here: it is the learner's own code on the learner's own machine.
"""

import hashlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xentcourse import carry
from xentcourse.checks.calling import CallHere
from xentcourse.checks.check import Verdict, checks_of
from xentcourse.course import CourseError
from xentcourse.grading.version import version
from xentcourse.learning.parts import Graded, graded_cell, parts_of
from xentcourse.learning.standing import Standing, stand
from xentcourse.learning.workplace import Workplace, must_exist

SECONDS = 300  #: for a whole notebook
NOT_BEGUN = "nothing is written yet"


def standing_of(place: Workplace, slug: str, *, seed: int | None = None) -> Standing:
    """How far the notebook on disk is. With a seed its checks run now; without, what is known is taken.

    Raises CourseError for a notebook that is missing or can't be read.
    """
    path = must_exist(place, slug)
    notebook = read(path)
    parts = parts_of(notebook, slug)
    if not parts:
        raise CourseError(f"{path} has no parts: is it another notebook than the assignment {slug}?")
    if not begun(place, slug, notebook):
        return stand(slug, parts, lambda _: None, NOT_BEGUN)
    verdicts = _known(place, slug, notebook) if seed is None else verdicts_on(path, slug, seed)
    late = Verdict("failed", f"✗ The notebook took longer than {SECONDS} s before this check.", 0)
    return stand(slug, parts, lambda one: verdicts.get(one.check, late), "")


def read(path: Path) -> carry.Notebook:
    """The notebook in a file; raises CourseError for what is none."""
    try:
        return carry.read(path.read_bytes())
    except ValueError as error:
        raise CourseError(
            f"{path} can't be read as a notebook ({error}). Older copies beside it end with .old-1.ipynb; "
            "if it is moved away, `xentcourse lab` lays a fresh one."
        ) from None


def begun(place: Workplace, slug: str, notebook: carry.Notebook) -> bool:
    """Whether any of the learner's cells differs from the release."""
    base = place.released(slug)
    untouched = read(base) if base.is_file() else {"cells": []}
    return _answers(notebook) != _answers(untouched)


def _answers(notebook: carry.Notebook) -> dict[str, str]:
    return {carry.grade_id(cell): carry.source(cell) for cell in notebook["cells"] if carry.is_answer(cell)}


def _known(place: Workplace, slug: str, notebook: carry.Notebook) -> dict[str, Verdict]:
    """What an earlier run found, if neither the notebook nor the checks have changed since."""
    code = [carry.source(cell) for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    digest = hashlib.sha256(json.dumps([code, version(slug)]).encode()).hexdigest()
    note = place.folder / ".progress" / f"{slug}.json"
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
        if noted["digest"] == digest:
            return {name: Verdict(**verdict) for name, verdict in noted["verdicts"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    verdicts = verdicts_on(place.notebook(slug), slug, None)
    note.parent.mkdir(parents=True, exist_ok=True)
    noted = {"digest": digest, "verdicts": {name: asdict(verdict) for name, verdict in verdicts.items()}}
    note.write_text(json.dumps(noted), encoding="utf-8")
    return verdicts


def verdicts_on(path: Path, slug: str, seed: int | None) -> dict[str, Verdict]:
    """Run a notebook's cells and checks in their order; a check that was not reached is not there."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "verdicts"
        command = [
            sys.executable,
            "-m",
            __name__,
            str(path),
            slug,
            "" if seed is None else str(seed),
            str(found),
        ]
        log = (Path(folder) / "log").open("wb")
        with (
            log,
            subprocess.Popen(
                command,
                cwd=path.parent,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ) as process,
        ):
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        lines = found.read_text(encoding="utf-8").splitlines() if found.is_file() else []
        if not lines and process.returncode:
            said = (Path(folder) / "log").read_text(encoding="utf-8", errors="replace").strip()
            raise CourseError(f"{path} could not be run: {(said.splitlines() or ['it stopped'])[-1]}")
    return {name: Verdict(**verdict) for name, verdict in map(json.loads, lines)}


def _environment(folder: str) -> dict[str, str]:
    here = str(Path(__file__).parents[2])  # the same package, wherever the notebook lies
    paths = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))
    quiet = {"MPLBACKEND": "agg", "IPYTHONDIR": folder, "PYTHONUTF8": "1", "PYTHONPATH": paths}
    return os.environ | quiet


# ---- in the process of its own ----------------------------------------------------------------------


def main(arguments: Sequence[str]) -> None:
    """Run a notebook and write a line for each verdict as soon as it is made."""
    path, slug, seed, found = arguments
    notebook = read(Path(path))
    with Path(found).open("w", encoding="utf-8") as lines:
        for name, verdict in _run(notebook, slug, int(seed) if seed else None):
            lines.write(json.dumps([name, asdict(verdict)]) + "\n")
            lines.flush()


def _run(notebook: dict[str, Any], slug: str, seed: int | None) -> Iterator[tuple[str, Verdict]]:
    """The verdicts on a notebook's checks, in the order of its cells."""
    shell = _shell()
    cells = notebook["cells"]
    checks = [at for at, cell in enumerate(cells) if graded_cell(cell)]
    for cell in cells[: checks[-1] + 1 if checks else 0]:  # what follows the last check is for play
        if graded := graded_cell(cell):
            yield graded.check, verdict_here(slug, graded, shell.user_ns, seed)
        elif cell.get("cell_type") == "code":
            shell.run_cell(carry.source(cell), store_history=False)


def verdict_here(slug: str, graded: Graded, namespace: dict[str, Any], seed: int | None = None) -> Verdict:
    """How a check goes with functions in this process; never raises on their account."""
    missing = [name for name in graded.functions if not callable(namespace.get(name))]
    if missing:
        return Verdict(
            "not attempted", f"{missing[0]} is not defined: run the cell in which you write it.", 0
        )
    check = checks_of(importlib.import_module(f"xentcourse.checks.{slug}"))[graded.check]
    names = dict(zip(check.functions, graded.functions, strict=True))
    try:
        return check.run(CallHere(namespace), seed=seed, names=names)
    except Exception as error:  # the answer was too odd for the check
        return Verdict("failed", f"✗ {graded.check}\nThis could not be checked: {error!r:.200}", 0)


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    return InteractiveShell.instance(config=config)


if __name__ == "__main__":
    main(sys.argv[1:])
