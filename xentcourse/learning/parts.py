"""What an assignment asks for, read from its notebook: parts, their minutes, checks and points."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xentcourse.carry import grade_id, source
from xentcourse.checks.check import CALL, Verdict

HEADING = re.compile(r"^## Part \d+: *(.*)$", re.MULTILINE)
MINUTES = re.compile(r"^\*(\d+) minutes?, difficulty", re.MULTILINE)


@dataclass(frozen=True)
class Graded:
    """One cell that is a check."""

    check: str
    functions: tuple[str, ...]  #: as they are called in this notebook, which may be a variant
    points: float


@dataclass(frozen=True)
class Part:
    """One part of an assignment."""

    title: str
    minutes: int
    graded: tuple[Graded, ...]

    @property
    def points(self) -> float:
        """What it is worth."""
        return sum(one.points for one in self.graded)

    @property
    def functions(self) -> tuple[str, ...]:
        """What the learner writes, each once."""
        return tuple(dict.fromkeys(name for one in self.graded for name in one.functions))

    def state(self, verdicts: Mapping[str, Verdict]) -> str:
        """What became of it: "passed" where every check did, "not attempted" where none was; or "failed"."""
        results = {verdicts[one.check].result for one in self.graded}
        return results.pop() if len(results) == 1 else "failed"


def parts_of(notebook: dict[str, Any], slug: str) -> list[Part]:
    """The parts of an assignment in the order in which they stand in its notebook."""
    parts: list[Part] = []
    for cell in notebook["cells"]:
        name, text = grade_id(cell), source(cell)
        if re.fullmatch(rf"{re.escape(slug)}-part_\d+", name):
            title, minutes = HEADING.search(text), MINUTES.search(text)
            parts.append(Part(title[1] if title else name, int(minutes[1]) if minutes else 0, ()))
        elif (graded := graded_cell(cell)) and parts:
            last = parts[-1]
            parts[-1] = Part(last.title, last.minutes, (*last.graded, graded))
    return parts


def graded_cell(cell: dict[str, Any]) -> Graded | None:
    """What a cell checks; None for any other cell."""
    about = cell.get("metadata", {}).get("nbgrader", {})
    call = CALL.fullmatch(source(cell)) if about.get("grade") else None
    if not call:
        return None
    return Graded(call[1], tuple(re.findall(r"\w+", call[2])), float(about.get("points", 0)))
