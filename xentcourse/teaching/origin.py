"""Whose a file is, as the names say that Canvas, Moodle, nbgrader's exchange and people give to files."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

#: lovelaceada_LATE_1234_567890_softmax-1.ipynb: name, Canvas's number of the person and of the upload
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<upload>\d+)_(?P<file>.+)")
#: Ada Lovelace_1234567_assignsubmission_file_/softmax.ipynb, or all of it in one name
MOODLE = re.compile(r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext).*")
#: ada+softmax+2026-10-05 09:30:00.000000 UTC+cmFuZG9t/softmax.ipynb
EXCHANGE = re.compile(r"(?P<name>.+)\+(?P<assignment>[^+]+)\+(?P<when>\d{4}-[^+]+)(?:\+[^+]*)?")


@dataclass(frozen=True)
class Origin:
    """What the name of a file says."""

    name: str
    lms_user_id: str = ""
    passing: bool = (
        False  #: whether that number is this assignment's only: the same person has another next time
    )
    upload: int = 0  #: Canvas counts uploads: the larger number came later
    late: bool | None = None  #: whether the platform calls it late; None where it does not tell
    assignment: str = ""
    when: datetime | None = None
    sure: bool = True  #: whether the name was given by a platform, and not by people


def origins(parts: tuple[str, ...]) -> list[Origin]:
    """The readings of a path, the surest first; the last ones are names that people may have chosen."""
    *folders, file = parts
    for part in parts:
        if found := MOODLE.fullmatch(part):
            return [Origin(found["name"], found["user"], passing=True)]
    for folder in folders:
        if found := EXCHANGE.fullmatch(folder):
            return [Origin(found["name"], assignment=found["assignment"], when=_moment(found["when"]))]
    if found := CANVAS.fullmatch(file):
        return [Origin(found["name"], found["user"], upload=int(found["upload"]), late=bool(found["late"]))]
    stem = file.rpartition(".")[0]
    names = [*folders, stem, *re.split(r"[_ ]", stem)]
    return [Origin(name, sure=False) for name in dict.fromkeys(names)]


def platform_name(parts: tuple[str, ...]) -> tuple[str, PurePosixPath] | None:
    """The platform that named a file, and the end of its path that the platform knows it by.

    None where people named it. Nothing in the path leads out of the folder that it will lie in.
    """
    kept = [part for part in parts if part not in ("", ".", "..", "/")]
    for at, part in enumerate(kept):
        if MOODLE.fullmatch(part):
            return "Moodle", PurePosixPath(*kept[at:])
    if kept and CANVAS.fullmatch(kept[-1]):
        return "Canvas", PurePosixPath(kept[-1])
    return None


def _moment(text: str) -> datetime | None:
    from nbgrader.utils import parse_utc

    try:
        moment: datetime = parse_utc(text)
        return moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
