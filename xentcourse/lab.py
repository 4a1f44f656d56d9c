"""A learner's workplace: JupyterLab on a folder of their own."""

import importlib.util
import itertools
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xentcourse import carry
from xentcourse.course import CourseError
from xentcourse.learning.workplace import RELEASED, Material, Workplace
from xentcourse.tools import environment, whole

#: Where Jupyter finds the course's settings: no pop-up that asks for news, no instructors' panels.
SETTINGS = Path(__file__).parent / "templates" / "jupyter"


@dataclass(frozen=True)
class Laid:
    """What was laid in work/."""

    path: Path
    kept: Path | None = None  #: where the learner's older file is now, if there was one
    problem: str = ""  #: why nothing was laid

    def told(self, root: Path) -> str:
        """One line for the learner, with paths below `root`."""
        path = self.path.relative_to(root).as_posix()
        if self.problem:
            return f"{path}: {self.problem}"
        if self.kept:
            return f"{path} is a newer release with your answers; the old file is {self.kept.name}"
        return f"Laid {path}"


def lay_copies(material: Material, place: Workplace) -> list[Laid]:
    """Copy every exercise that is not in work/ yet; carry the answers of older copies into newer releases.

    A learner's file is never lost: before a newer one takes its name, it gets another. A copy that is no
    notebook is left alone, and the result says so. Returns what changed.
    """
    (place.folder / RELEASED).mkdir(parents=True, exist_ok=True)
    laid = (
        _lay(content(), place.notebook(slug), place.released(slug))
        for slug, content in material.exercises.items()
    )
    return [one for one in laid if one]


def lay_chapters(material: Material, place: Workplace) -> list[Laid]:
    """Copy the chapters as notebooks to work/chapters/; a copy with changes is kept beside a newer one."""
    laid = []
    for slug, content in material.chapters.items():
        mine, base = (
            folder / "chapters" / f"{slug}.ipynb" for folder in (place.folder, place.folder / RELEASED)
        )
        known = base.read_bytes() if base.is_file() else None
        page = content()
        if mine.exists() and known == page:
            continue
        kept = _free_name(mine) if mine.exists() and not _same_text(mine, known) else None
        if kept:
            _write(kept, mine.read_bytes())
        _write(mine, page)
        _write(base, page)
        laid.append(Laid(mine, kept))
    return laid


def _same_text(mine: Path, known: bytes | None) -> bool:
    """Whether a notebook still says what it was made from, outputs aside."""
    try:
        return known is not None and carry.sources(carry.read(mine.read_bytes())) == carry.sources(
            carry.read(known)
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _lay(release: bytes, mine: Path, base: Path) -> Laid | None:
    """Lay a release; `base` keeps what the learner's copy was made from."""
    if not mine.exists():
        _write(mine, release)
        _write(base, release)
        return Laid(mine)
    known = base.read_bytes() if base.is_file() else None
    if known == release:
        return None
    try:
        old = carry.read(mine.read_bytes())
        new = carry.carried(old, carry.read(release), carry.read(known) if known else None)
    except (ValueError, KeyError, TypeError, AttributeError):
        problem = "there is a newer release, and this is no notebook to take the answers from: left alone"
        return Laid(mine, problem=problem)
    kept = None
    if carry.sources(new) != carry.sources(old):
        kept = _free_name(mine)
        _write(kept, mine.read_bytes())
        _write(mine, carry.written(new))
    _write(base, release)
    return Laid(mine, kept) if kept else None


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.stem}.old-{number}{path.suffix}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())


def _write(path: Path, content: bytes) -> None:
    with whole(path) as new:
        new.write_bytes(content)


def open_lab(place: Workplace, options: Sequence[str] = ()) -> int:
    """Run JupyterLab on work/ until it is closed, and return its exit code."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError('JupyterLab is not installed here: pip install "xentcourse[learn]"')
    place.folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "jupyterlab", *options]
    with subprocess.Popen(command, cwd=place.folder, env=lab_environment()) as server:
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:
                continue  # JupyterLab got it too, and asks whether to stop


def lab_environment() -> dict[str, str]:
    """The environment that JupyterLab runs in; the user's own settings still come first."""
    known = environment()
    paths = [*known.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep), str(SETTINGS)]
    return known | {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
