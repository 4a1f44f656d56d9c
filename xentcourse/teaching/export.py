"""Grades for Canvas and for Moodle, as plug-ins of nbgrader's:

    nbgrader export --exporter xentcourse.teaching.export.CanvasExportPlugin --to canvas.csv

A penalty for lateness is taken off. Who handed nothing in gets an empty field, which both platforms leave
as it is: to give a zero is a person's decision.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.plugins import ExportPlugin

from xentcourse.course import CourseError
from xentcourse.grading.settings import Settings, read_settings
from xentcourse.teaching.roster import FILE, Student, read_roster

Points = dict[tuple[str, str], float]


class LmsExportPlugin(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """What both have in common: a line for each student, a column for each assignment."""

    default_name: ClassVar[str]
    settings: Settings

    def export(self, gradebook: Any) -> None:
        """Write the file."""
        root = _root(self)
        self.settings = read_settings(root)
        wanted = [str(name) for name in self.assignment]
        assignments = [each for each in gradebook.assignments if not wanted or each.name in wanted]
        if strangers := set(wanted) - {each.name for each in assignments}:
            raise CourseError(f"The gradebook has no assignment {', '.join(sorted(strangers))}.")
        students = _students(gradebook, root)
        if self.student:
            chosen = set(map(str, self.student))
            students = [student for student in students if student.id in chosen]
        points = _points(gradebook)
        rows = self.rows(students, assignments, points)
        path = Path(self.to or self.default_name)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        self.log.info("Exported grades to %s", path)

    def rows(
        self, students: Sequence[Student], assignments: Sequence[Any], points: Points
    ) -> list[list[str]]:
        """The lines of the file, its heading first."""
        raise NotImplementedError


class CanvasExportPlugin(LmsExportPlugin):
    """The CSV that Canvas imports under Grades, Import."""

    default_name = "canvas.csv"

    def rows(
        self, students: Sequence[Student], assignments: Sequence[Any], points: Points
    ) -> list[list[str]]:
        """Canvas's own columns, a line of possible points, and a line for each student."""
        titles = [self.settings.terms(each.name).canvas or each.name for each in assignments]
        possible = [f"{each.max_score:g}" for each in assignments]
        lines = [
            [each.name, each.lms_user_id, "", each.id, each.section, *_given(each, assignments, points)]
            for each in students
        ]
        heading = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]
        return [heading, ["    Points Possible", "", "", "", "", *possible], *lines]


class MoodleExportPlugin(LmsExportPlugin):
    """The CSV that Moodle imports under Grades, Import; map students by user name or by email address."""

    default_name = "moodle.csv"

    def rows(
        self, students: Sequence[Student], assignments: Sequence[Any], points: Points
    ) -> list[list[str]]:
        """The columns that Moodle's import recognises by their names, and a line for each student."""
        heading = ["username", "firstname", "lastname", "email", *(each.name for each in assignments)]
        lines = [
            [each.id, each.first_name, each.last_name, each.email, *_given(each, assignments, points)]
            for each in students
        ]
        return [heading, *lines]


FORMATS: dict[str, type[LmsExportPlugin]] = {"canvas": CanvasExportPlugin, "moodle": MoodleExportPlugin}


def export_grades(
    root: Path, plugin: type[LmsExportPlugin], path: Path, assignments: Sequence[str] = (), db_url: str = ""
) -> list[str]:
    """Write the grades of a class to `path`; returns who still waits for a person's grade, in words."""
    from nbgrader.api import Gradebook

    from xentcourse.grading.gradebook import nbgrader_api

    api = nbgrader_api(root, **({"db_url": db_url} if db_url else {}))
    with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
        plugin(to=str(path), assignment=list(assignments), parent=api).export(gradebook)
        return [
            f"{submission.student.id}: {assignment.name}"
            for assignment in gradebook.assignments
            if not assignments or assignment.name in assignments
            for submission in assignment.submissions
            if submission.needs_manual_grade
        ]


def _root(plugin: ExportPlugin) -> Path:
    """The class's folder, as the program that runs the plug-in knows it."""
    return Path(str(plugin.parent.coursedir.root)) if plugin.parent else Path.cwd()


def _students(gradebook: Any, root: Path) -> list[Student]:
    """Everybody in the roster, and whoever else is in the gradebook."""
    roster = {student.id: student for student in read_roster(root / FILE).students}
    for known in gradebook.students:
        names = {
            name: getattr(known, name) or "" for name in ("first_name", "last_name", "email", "lms_user_id")
        }
        roster.setdefault(known.id, Student(known.id, **names))
    return sorted(roster.values(), key=lambda student: (student.last_name, student.first_name, student.id))


def _points(gradebook: Any) -> Points:
    """What everybody has, by student and assignment, lateness taken off."""
    from nbgrader.api import Assignment, SubmittedAssignment

    query = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            Assignment.name,
            SubmittedAssignment.score,
            SubmittedAssignment.late_submission_penalty,
        )
        .select_from(SubmittedAssignment)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    )
    return {(student, name): max(0.0, score - (penalty or 0.0)) for student, name, score, penalty in query}


def _given(student: Student, assignments: Sequence[Any], points: Points) -> list[str]:
    given = (points.get((student.id, each.name)) for each in assignments)
    return ["" if each is None else f"{round(each, 2):g}" for each in given]
