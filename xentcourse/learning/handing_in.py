"""A submission: checked once more, packed into one file, handed to nbgrader's exchange if there is one."""

import datetime
import importlib.util
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xentcourse import carry
from xentcourse.course import CourseError
from xentcourse.learning.standing import Standing
from xentcourse.learning.trial import read, standing_of
from xentcourse.learning.workplace import Workplace, must_exist

#: Of a class that did not choose another name for its course.
COURSE_ID = "xentcourse"


@dataclass(frozen=True)
class HandedIn:
    """What was handed in, and where it is."""

    path: Path
    standing: Standing
    seed: int
    exchange: str  #: the folder of nbgrader's exchange that has it; empty where there is none


def hand_in(place: Workplace, slug: str, *, student: str = "", exchange: bool = True) -> HandedIn:
    """Check the notebook with today's seed, pack it, and hand it to the exchange where one is configured.

    student  : a name for the file's metadata; the exchange knows its users by itself
    exchange : False only writes the file
    Raises CourseError where there is no such notebook, or the exchange refuses it.
    """
    seed = todays_seed()
    standing = standing_of(place, slug, seed=seed)
    path = place.handed_in(slug)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(carry.written(packed(read(must_exist(place, slug)), slug, student)))
    return HandedIn(path, standing, seed, to_exchange(path, slug, student) if exchange else "")


def todays_seed() -> int:
    """The same number all day, and another one tomorrow."""
    return int(datetime.datetime.now().astimezone().strftime("%Y%m%d"))


def packed(notebook: carry.Notebook, slug: str, student: str = "") -> carry.Notebook:
    """The notebook as it is handed in: without outputs, and saying what it is and, if known, whose."""
    about = dict(notebook.get("metadata", {}).get("xentcourse", {})) | {"slug": slug}
    about |= {"student": student} if student else {}
    cells = [_without_outputs(cell) for cell in notebook["cells"]]
    metadata = notebook.get("metadata", {}) | {"xentcourse": about}
    return notebook | {"cells": cells, "metadata": metadata}


def _without_outputs(cell: dict[str, Any]) -> dict[str, Any]:
    return cell | ({"outputs": [], "execution_count": None} if cell.get("cell_type") == "code" else {})


def told(handed: HandedIn, root: Path) -> str:
    """What the learner should know: points, what is missing, what fails, and what to do next."""
    standing = handed.standing
    lines = [
        f"{standing.slug}: {standing.points:g} of {standing.max_points:g} points with today's seed "
        f"({handed.seed}). Grading draws other inputs by the same rules."
    ]
    for result, words in (("not attempted", "Not attempted"), ("failed", "A check fails")):
        names = [f"{one.check} ({one.points:g})" for one in standing.with_result(result)]
        lines += [f"{words}: {', '.join(names)}"] if names else []
    path = handed.path.relative_to(root).as_posix() if handed.path.is_relative_to(root) else handed.path
    lines.append(
        f"Handed in through nbgrader's exchange, {handed.exchange}; a copy is {path}"
        if handed.exchange
        else f"Packed. Upload this file: {path}"
    )
    return "\n".join(lines)


# ---- nbgrader's exchange ----------------------------------------------------------------------------


def to_exchange(path: Path, slug: str, student: str) -> str:
    """Hand a file to nbgrader's exchange; returns its folder, or "" where none is configured."""
    if sys.platform == "win32" or importlib.util.find_spec("nbgrader") is None:
        return ""  # nbgrader has an exchange on Linux and macOS only
    from nbgrader.auth import Authenticator
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange import ExchangeFactory
    from nbgrader.utils import capture_log

    config, root = _config()
    if not root.is_dir():
        return ""
    config.CourseDirectory.course_id = config.CourseDirectory.get("course_id") or COURSE_ID
    config.CourseDirectory.student_id = student or "*"  # nbgrader takes the user's name for *
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / slug / path.name
        copy.parent.mkdir()
        copy.write_bytes(path.read_bytes())
        config.Exchange.assignment_dir = folder
        config.CourseDirectory.assignment_id = slug
        told = {"coursedir": CourseDirectory(config=config), "authenticator": Authenticator(config=config)}
        result = capture_log(ExchangeFactory(config=config).Submit(**told))
    if not result["success"]:
        said = (result.get("log") or result.get("error") or "no reason").strip().splitlines()
        raise CourseError(
            f"nbgrader's exchange in {root} did not take it: {said[-1]} Upload this file instead: {path}"
        )
    return str(root)


def _config() -> tuple[Any, Path]:
    """What nbgrader is configured to here, as its own commands find it, and the exchange's folder."""
    from nbgrader.apps import NbGrader
    from nbgrader.exchange.default import Exchange

    app = NbGrader(log_level="ERROR")
    app.load_config_file()
    return app.config, Path(app.config.Exchange.get("root") or Exchange.root.default_value)
