"""A second assignment for the class of synthetic.py: a fifth of it hands in `entropy`, through Moodle.

Everybody has solved so many of the parts, the first ones, and left the others as they were released; so what
each deserves is known before anything is graded. Every fifth is a day and a half late.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from synthetic import Learner

from xentcourse.course import Chapter
from xentcourse.grading.variant import assignment_notebook

EVERY = 5
ON_TIME, LATE = datetime(2026, 10, 14, 12), datetime(2026, 10, 17, 12)  # it is due at the end of the 15th
LOST = 0.2  #: two days have begun


@dataclass(frozen=True)
class Handed:
    """What one learner hands in."""

    learner: Learner
    solved: int  #: parts, from the first one on
    late: bool

    @property
    def file_name(self) -> str:
        """As Moodle puts it into its zip."""
        who = f"{self.learner.first_name} {self.learner.last_name}"
        return f"{who}_{900 + int(self.learner.id[1:])}_assignsubmission_file_/entropy.ipynb"


def handed(people: Sequence[Learner]) -> list[Handed]:
    """Who hands in what."""
    return [Handed(who, number % 8, number % 5 == 4) for number, who in enumerate(people[::EVERY])]


def order_of(chapter: Chapter) -> list[str]:
    """The grade ids of the learner's cells and of the checks, as the chapter has them: no variant's order."""
    cells = assignment_notebook(chapter, None).cells
    return [
        about(cell)["grade_id"] for cell in cells if about(cell).get("solution") or about(cell).get("grade")
    ]


def solved_parts(chapter: Chapter, count: int) -> list[str]:
    """The grade ids of the first parts: of each the learner's cell, and its checks."""
    order = order_of(chapter)
    starts = [at for at, name in enumerate(order) if name.endswith("_solution")]
    return order[: [*starts, len(order)][count]]


def about(cell: NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})


def deserved(chapter: Chapter, who: Handed) -> float:
    """The points of the parts that somebody solved, before lateness."""
    cells = assignment_notebook(chapter, None).cells
    solved = solved_parts(chapter, who.solved)
    return sum(about(cell).get("points", 0) for cell in cells if about(cell).get("grade_id") in solved)


def work_of(chapter: Chapter, variant: int, who: Handed) -> NotebookNode:
    """The variant that was handed out, with what somebody solved of it."""
    solutions = {
        about(cell).get("grade_id"): cell.source for cell in assignment_notebook(chapter, variant).cells
    }
    notebook = nbformat.read(chapter.exercise, as_version=4)
    for cell in notebook.cells:
        if about(cell).get("solution") and about(cell)["grade_id"] in solved_parts(chapter, who.solved):
            cell.source = solutions[about(cell)["grade_id"]]
    return notebook


def pack(path: Path, chapter: Chapter, variant: int, people: Sequence[Learner]) -> None:
    """Write the zip that Moodle offers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for who in handed(people):
            entry = zipfile.ZipInfo(who.file_name, (LATE if who.late else ON_TIME).timetuple()[:6])
            archive.writestr(entry, nbformat.writes(work_of(chapter, variant, who)))
