"""What a graded class has, read from the gradebook and from the executed notebooks."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import nbformat

from xentcourse.course import CourseError
from xentcourse.grading.assignment import Assignment
from xentcourse.grading.gradebook import nbgrader_config


@dataclass(frozen=True)
class Work:
    """One student's work on one assignment."""

    student: str
    points: Mapping[str, float]  #: by grade id; manual scores included
    penalty: float = 0.0
    handed_in: datetime | None = None
    said: Mapping[str, str] = field(default_factory=dict)  #: what checks that failed said, by grade id
    cells: Mapping[str, str] = field(default_factory=dict)  #: what the learner wrote, by grade id
    readable: bool = True

    @property
    def total(self) -> float:
        """The points of all parts, lateness left out."""
        return sum(self.points.values())


@dataclass(frozen=True)
class Marks:
    """All of a class's work on one assignment."""

    assignment: str
    worth: Mapping[str, float]  #: by grade id, in the order of the assignment
    works: tuple[Work, ...]

    @property
    def most(self) -> float:
        """The points of everything right."""
        return sum(self.worth.values())


def read_marks(assignment: Assignment, db_url: str) -> Marks:
    """The marks of everybody who was graded.

    Raises CourseError where nobody was.
    """
    from nbgrader.api import Gradebook, MissingEntry

    course = str(nbgrader_config(assignment.root).CourseDirectory.get("course_id") or "") or "default_course"
    with Gradebook(db_url, course) as gradebook:
        try:
            notebooks = gradebook.find_assignment(assignment.name).notebooks
        except MissingEntry:
            notebooks = []
        worth = {
            cell.name: float(cell.max_score) for notebook in notebooks for cell in notebook.grade_cells
        } | {cell.name: float(cell.max_score) for notebook in notebooks for cell in notebook.task_cells}
        rows = _rows(gradebook, assignment.name)
    if not rows:
        raise CourseError(
            f"Nothing is graded for {assignment.name}. Type `xentcourse grade {assignment.name}` first."
        )
    order = _order(assignment)
    worth = dict(sorted(worth.items(), key=lambda item: order.get(item[0], -1)))
    works = tuple(_work(assignment, student, row) for student, row in sorted(rows.items()))
    return Marks(assignment.name, worth, works)


def _order(assignment: Assignment) -> dict[str, int]:
    cells = (cell for notebook in assignment.notebooks.values() for cell in notebook.cells)
    return {cell.metadata.get("nbgrader", {}).get("grade_id", ""): at for at, cell in enumerate(cells)}


def _rows(gradebook: Any, assignment: str) -> dict[str, dict[str, Any]]:
    """Scores, penalty and time of every student, in two queries however large the class is."""
    from nbgrader.api import Assignment as Registered
    from nbgrader.api import BaseCell, Grade, SubmittedAssignment, SubmittedNotebook

    ours = Registered.name == assignment
    rows: dict[str, dict[str, Any]] = {}
    about = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.late_submission_penalty,
        )
        .select_from(SubmittedAssignment)
        .join(Registered, SubmittedAssignment.assignment_id == Registered.id)
        .filter(ours)
    )
    for student, stamp, penalty in about:
        rows[student] = {"points": {}, "stamp": stamp, "penalty": float(penalty or 0)}
    scores = (
        gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, Grade.score)
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Registered, SubmittedAssignment.assignment_id == Registered.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .filter(ours)
    )
    for student, name, score in scores:
        rows[student]["points"][name] = float(score or 0)
    return rows


def _work(assignment: Assignment, student: str, row: Mapping[str, Any]) -> Work:
    said: dict[str, str] = {}
    cells: dict[str, str] = {}
    readable = True
    for name in assignment.notebooks:
        path = assignment.autograded / student / assignment.name / f"{name}.ipynb"
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            readable = readable and bool(notebook["metadata"].get("xentcourse", {}).get("readable", True))
            for cell in notebook["cells"]:
                _read_cell(cell, said, cells)
    stamp = row["stamp"].replace(tzinfo=UTC) if row["stamp"] else None
    return Work(student, row["points"], row["penalty"], stamp, said, cells, readable)


def _read_cell(cell: Mapping[str, Any], said: dict[str, str], cells: dict[str, str]) -> None:
    about = cell["metadata"].get("nbgrader", {})
    name = about.get("grade_id", "")
    if about.get("solution"):
        cells[name] = "".join(cell["source"])
    elif about.get("grade"):
        errors = [output for output in cell.get("outputs", []) if output["output_type"] == "error"]
        if errors:
            said[name] = "\n".join(errors[0]["traceback"])


def released_cells(assignment: Assignment) -> dict[str, str]:
    """The learner's cells as everybody got them, by grade id."""
    found: dict[str, str] = {}
    for name in assignment.notebooks:
        with suppress(OSError):
            found |= learners_cells(assignment.released(name))
    return found


def learners_cells(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """The cells that a learner writes, by grade id."""
    about = ((cell.metadata.get("nbgrader", {}), cell.source) for cell in notebook.cells)
    return {each["grade_id"]: source for each, source in about if each.get("solution")}
