"""One part of one student, graded again on appeal: by its check, or by hand; and a record of it.

The record is appeals.csv beside the gradebook, a line for each appeal; the learner reads it in the feedback.
"""

import csv
import getpass
import os
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from xentcourse.course import CourseError
from xentcourse.grading.assignment import Assignment
from xentcourse.grading.bundle import Bundle, Cell
from xentcourse.grading.grade import alone, bundle_of, gradebook_of
from xentcourse.grading.intake import UnreadableError, read_bytes
from xentcourse.grading.record import Recorder
from xentcourse.grading.run import grade_submission
from xentcourse.grading.settings import read_settings
from xentcourse.grading.workers import start_nursery

FILE = "appeals.csv"


@dataclass(frozen=True)
class Appeal:
    """A line of the record."""

    when: str
    by: str
    assignment: str
    student: str
    part: str
    before: float
    after: float
    of: float
    how: str  #: "checked again" or "by hand"
    reason: str


def regrade_part(
    assignment: Assignment,
    student: str,
    part: str,
    *,
    reason: str,
    points: float | None = None,
    db_url: str = "",
) -> Appeal:
    """Grade one part of a student's work again, change nothing else, and record it.

    part   : the name of its check, or its grade id
    points : what a person decides; otherwise the part's check decides
    Raises CourseError where there is no such part, nothing that was graded, or points out of range.
    """
    db_url = db_url or gradebook_of(assignment)
    with alone(assignment.root):
        assignment.register(db_url)
        bundle, cell = _find(assignment, part, db_url)
        if points is not None and not 0 <= points <= cell.points:
            raise CourseError(
                f"{cell.grade_id} brings from 0 to {cell.points:g} points; {points:g} was asked for. "
                "Extra credit is given in formgrader."
            )
        mark = _checked(assignment, bundle, cell, student) if points is None else points
        with Recorder(bundle, root=assignment.root, db_url=db_url) as recorder:
            now = datetime.now(UTC)
            before, after = recorder.amend(
                student,
                cell.grade_id,
                mark,
                by_hand=points is not None,
                said=lambda before, after: _said(now, before, after, cell, reason),
            )
        how = "checked again" if points is None else "by hand"
        when = now.isoformat(timespec="seconds")
        appeal = Appeal(
            when,
            getpass.getuser(),
            assignment.name,
            student,
            cell.grade_id,
            before,
            after,
            cell.points,
            how,
            reason,
        )
        _write(assignment.root / FILE, appeal)
    return appeal


def read_appeals(root: Path) -> list[dict[str, str]]:
    """The record of a class, oldest first."""
    path = root / FILE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _find(assignment: Assignment, part: str, db_url: str) -> tuple[Bundle, Cell]:
    """The notebook and the cell that a part's name means."""
    limits = read_settings(assignment.root).limits
    graded: list[str] = []
    for name in assignment.notebooks:
        bundle = bundle_of(assignment, name, db_url, limits)
        for cell in bundle.cells:
            if cell.kind in ("tests", "written"):
                graded.append(cell.grade_id)
                if part in (cell.grade_id, cell.check):
                    return bundle, cell
    raise CourseError(f"{assignment.name} has no part {part!r}; there are: {', '.join(graded)}.")


def _checked(assignment: Assignment, bundle: Bundle, cell: Cell, student: str) -> float:
    """What the part's check gives now."""
    folder = assignment.submitted / student / assignment.name
    try:
        content = read_bytes(folder / f"{bundle.notebook}.ipynb")
    except UnreadableError as error:
        raise CourseError(f"{folder}: {error} Give --points to decide by hand.") from None
    with start_nursery(bundle) as nursery:
        graded = grade_submission(bundle, content, nursery)
    points = {mark.grade_id: mark.points for mark in graded.marks}[cell.grade_id]
    if points is None:
        raise CourseError(f"{cell.grade_id} is graded by a person. Give --points.")
    return points


def _said(now: datetime, before: float, after: float, cell: Cell, reason: str) -> str:
    return (
        f"Regraded on appeal on {now:%Y-%m-%d}, {cell.grade_id}: "
        f"{before:g} → {after:g} of {cell.points:g}. {reason}"
    )


def _write(path: Path, appeal: Appeal) -> None:
    """Append a line, on the disk before this returns."""
    new = not path.is_file()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(each.name for each in fields(Appeal))
        writer.writerow(astuple(appeal))
        file.flush()
        os.fsync(file.fileno())
