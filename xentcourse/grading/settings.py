"""What a class has decided for itself: course.toml, beside nbgrader_config.py, and the one place for it.

seed = 483920                        # of the checks at grading: the same inputs for everybody
term = "Autumn 2026"
timezone = "Europe/Berlin"           # of dates that name none; UTC where this is left out

[limits]                             # what one submission may take
cell_seconds = 60

[late]                               # of what was earned
percent_per_day = 10

[assignments.softmax]
released = 2026-10-01T09:00:00
due = 2026-10-08T23:59:00

[assignments.softmax.points]         # of single checks, where they are not the course's
gradient = 5

[assignments.softmax.extensions]     # somebody's own due date
ada = 2026-10-12T23:59:00
"""

import difflib
import math
import re
import secrets
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from xentcourse.course import CourseError
from xentcourse.grading.sandbox.session import Limits

FILE = "course.toml"
MINIMAL = (
    "# What this class has decided; the page For instructors lists what else may stand here.\nseed = {seed}\n"
)


@dataclass(frozen=True)
class Late:
    """What a late submission loses, in percent of what it earned."""

    percent_per_day: float = 0.0  #: of each day that has begun
    grace_minutes: float = 0.0  #: nothing is lost before they are over
    most_percent: float = 100.0


@dataclass(frozen=True)
class Terms:
    """What holds for one assignment; dates are in UTC."""

    released: datetime | None = None
    due: datetime | None = None
    canvas: str = ""  #: the heading of its column in Canvas's gradebook
    points: Mapping[str, float] = field(default_factory=dict)  #: by the name of a check
    extensions: Mapping[str, datetime] = field(default_factory=dict)  #: due dates of single students

    def due_of(self, student: str) -> datetime | None:
        """When a student's work is due."""
        return self.extensions.get(student, self.due)

    def extension_of(self, student: str) -> timedelta | None:
        """How much later than the others' a student's work is due; None for no later."""
        if self.due is None or student not in self.extensions:
            return None
        return self.extensions[student] - self.due


@dataclass(frozen=True)
class Settings:
    """All of course.toml."""

    seed: int | None = None
    term: str = ""
    limits: Limits = field(default_factory=Limits)
    late: Late = field(default_factory=Late)
    assignments: Mapping[str, Terms] = field(default_factory=dict)

    def terms(self, assignment: str) -> Terms:
        """What holds for an assignment; nothing special where it is not named."""
        return self.assignments.get(assignment, Terms())


def read_settings(root: Path) -> Settings:
    """The settings of the class in `root`; those of no course.toml are the defaults.

    Raises CourseError that names the file, the line and the field, what was seen and what was expected.
    """
    path = root / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} can't be read ({error}). Save it as UTF-8 text.") from None
    try:
        return _Reader(path, text).settings(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(
            f"{path} is no TOML: {error}. Texts and dates look like this: "
            'term = "Autumn 2026", due = 2026-10-08T23:59:00.'
        ) from None


def seed_of(root: Path) -> int:
    """The class's seed; one is drawn, and written to a new course.toml, where there is no such file.

    Raises CourseError where the file is there and names none.
    """
    path = root / FILE
    if not path.is_file():
        path.write_text(MINIMAL.format(seed=new_seed()), encoding="utf-8")
    seed = read_settings(root).seed
    if seed is None:
        raise CourseError(
            f"{path}: the seed is missing. At its top write a secret whole number, "
            f"this one for instance, drawn for you just now: seed = {new_seed()}"
        )
    return seed


def new_seed() -> int:
    """A seed that nobody can guess."""
    return secrets.randbelow(1_000_000)


# ---- reading ----------------------------------------------------------------------------------------

Read = Callable[["_Reader", Any, "tuple[str, ...]"], Any]


@dataclass(frozen=True)
class _Reader:
    """Turns what TOML says into settings; every complaint has its place."""

    path: Path
    text: str
    zone: zoneinfo.ZoneInfo = field(default_factory=lambda: zoneinfo.ZoneInfo("UTC"))

    def settings(self, raw: Mapping[str, Any]) -> Settings:
        known = ("seed", "term", "timezone", "limits", "late", "assignments")
        self.known(raw, known, ())
        here = _Reader(self.path, self.text, self.zone_of(raw))
        kept: dict[str, Any] = {
            name: read(here, raw[name], (name,))
            for name, read in (("seed", _whole), ("term", _text), ("limits", _limits), ("late", _late))
            if name in raw
        }
        tables = here.table(raw.get("assignments", {}), ("assignments",))
        here.known(tables, here.chapters(tables), ("assignments",))
        kept["assignments"] = {
            name: _terms(here, table, ("assignments", name)) for name, table in tables.items()
        }
        return Settings(**kept)

    def chapters(self, tables: Mapping[str, Any]) -> tuple[str, ...]:
        """The names that assignments may have: any, but in a copy of the course those of its chapters."""
        from xentcourse.course import Course

        if not (self.path.parent / "_toc.yml").is_file():
            return tuple(tables)
        return tuple(chapter.slug for chapter in Course(self.path.parent).chapters)

    def zone_of(self, raw: Mapping[str, Any]) -> zoneinfo.ZoneInfo:
        name = _text(self, raw.get("timezone", "UTC"), ("timezone",))
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise self.error(("timezone",), name, 'a time zone such as "Europe/Berlin" or "UTC"') from None

    def table(self, value: Any, place: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise self.error(place, value, f"a table: [{'.'.join(place)}] on a line of its own")
        return value

    def known(self, table: Mapping[str, Any], names: tuple[str, ...], place: tuple[str, ...]) -> None:
        for name in table:
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                hint = f" Did you mean {near[0]}?" if near else ""
                there = (*place, name)
                raise CourseError(
                    f"{self.where(there)}: {'.'.join(there)} is not known here; "
                    f"there are {', '.join(names)}.{hint}"
                )

    def error(self, place: tuple[str, ...], seen: Any, expected: str) -> CourseError:
        shown = seen.isoformat() if isinstance(seen, date | time) else repr(seen)
        return CourseError(
            f"{self.where(place)}: {'.'.join(place)} is {shown:.80}, expected {expected}. "
            "Change that line and run the command again."
        )

    def where(self, place: tuple[str, ...]) -> str:
        """The file, and the line if it can be found."""
        number = line_of(self.text, place)
        return f"{self.path}, line {number}" if number else str(self.path)


def line_of(text: str, place: tuple[str, ...]) -> int | None:
    r"""The line on which a field stands: under its table's heading, or as a dotted name.

    >>> line_of("[late]\npercent_per_day = 10", ("late", "percent_per_day"))
    2
    """
    heading: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[+([^\]]+)\]", line):
            heading = _names(found[1])
            if heading == place:
                return number
        elif (found := re.match(r"\s*([^=#]+?)\s*=", line)) and (*heading, *_names(found[1])) == place:
            return number
    return line_of(text, place[:-1]) if len(place) > 1 else None  # an inline table


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _text(reader: _Reader, value: Any, place: tuple[str, ...]) -> str:
    if not isinstance(value, str):
        raise reader.error(place, value, "a text in quotes")
    return value


def _whole(reader: _Reader, value: Any, place: tuple[str, ...]) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise reader.error(place, value, "a whole number from 0 on, without quotes")
    return value


def _number(least: float, most: float = math.inf, *, whole: bool = False) -> Read:
    between = f"from {least:g} to {most:g}" if most < math.inf else f"from {least:g} on"

    def read(reader: _Reader, value: Any, place: tuple[str, ...]) -> float | int:
        good = type(value) is int or (type(value) is float and not whole)
        if not good or not least <= value <= most or math.isinf(value):
            raise reader.error(place, value, f"a {'whole ' if whole else ''}number {between}")
        return int(value) if whole else float(value)

    return read


def _moment(reader: _Reader, value: Any, place: tuple[str, ...]) -> datetime:
    if not isinstance(value, datetime):
        raise reader.error(place, value, "a day and a time without quotes, such as 2026-10-08T23:59:00")
    return (value if value.tzinfo else value.replace(tzinfo=reader.zone)).astimezone(UTC)


def _fields(spec: Mapping[str, Read]) -> Read:
    """Reads a table whose fields are known."""

    def read(reader: _Reader, value: Any, place: tuple[str, ...]) -> dict[str, Any]:
        table = reader.table(value, place)
        reader.known(table, tuple(spec), place)
        return {name: spec[name](reader, given, (*place, name)) for name, given in table.items()}

    return read


def _each(read_one: Read) -> Read:
    """Reads a table with any names."""

    def read(reader: _Reader, value: Any, place: tuple[str, ...]) -> dict[str, Any]:
        table = reader.table(value, place)
        return {name: read_one(reader, given, (*place, name)) for name, given in table.items()}

    return read


def _limits(reader: _Reader, value: Any, place: tuple[str, ...]) -> Limits:
    given = _fields(
        {
            "cell_seconds": _number(1),
            "notebook_seconds": _number(1),
            "memory_mb": _number(64, whole=True),
            "disk_mb": _number(1, whole=True),
            "processes": _number(1, whole=True),
        }
    )(reader, value, place)
    for name in ("memory", "disk"):
        if f"{name}_mb" in given:
            given[name] = given.pop(f"{name}_mb") << 20
    return Limits(**given)


def _late(reader: _Reader, value: Any, place: tuple[str, ...]) -> Late:
    spec = {
        "percent_per_day": _number(0, 100),
        "grace_minutes": _number(0),
        "most_percent": _number(0, 100),
    }
    return Late(**_fields(spec)(reader, value, place))


def _terms(reader: _Reader, value: Any, place: tuple[str, ...]) -> Terms:
    spec = {
        "released": _moment,
        "due": _moment,
        "canvas": _text,
        "points": _each(_number(0)),
        "extensions": _each(_moment),
    }
    terms = Terms(**_fields(spec)(reader, value, place))
    if terms.released and terms.due and terms.due <= terms.released:
        raise reader.error((*place, "due"), value["due"], "a moment after the release")
    for student, moment in terms.extensions.items():
        there = (*place, "extensions", student)
        if terms.due is None:
            raise CourseError(
                f"{reader.where(there)}: {student} has an extension, and nothing is due. Add due."
            )
        if moment <= terms.due:
            raise reader.error(there, value["extensions"][student], f"a moment after {place[-1]} is due")
    return terms
