"""Grading a class with nbgrader alone: its own autograde, feedback and export, without a sandbox.

A submission runs with the rights of whoever grades; grade only people you trust this way.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xentcourse.checks.check import SEED_VARIABLE
from xentcourse.course import Chapter, Course
from xentcourse.grading.gradebook import course_seed, must, nbgrader_api, register
from xentcourse.grading.release import write_source
from xentcourse.grading.variant import handed_out
from xentcourse.tools import tools_on_path

#: Says jupyter_client of a kernel that ended before it ran any of the submission.
NO_KERNEL = "Kernel died before replying"


@dataclass(frozen=True)
class Score:
    """What one student has for one assignment, as the gradebook has it."""

    student: str
    points: float
    max_points: float
    problem: str | None  #: why points may be missing that the work deserves; None where all went well


def grade(course: Course, chapter: Chapter, *, students: Sequence[str] | None = None) -> list[Score]:
    """Autograde what lies under submitted/<student>/<slug>/ and return the scores in the order of `students`.

    students : whom to grade; by default everybody with such a folder.
    A submission that can't be graded keeps the points it had (0 at first), says why in `problem`,
    and stops no other. Every submission meets the same inputs, those of the course's seed.
    Raises CourseError where nbgrader does not accept the assignment itself.
    """
    if students is None:
        students = sorted(path.parent.name for path in course.root.glob(f"submitted/*/{chapter.slug}"))
    with _environment(course):
        write_source(chapter, course, handed_out(chapter))
        register(course.root, chapter.slug)
        api = nbgrader_api(course.root)
        # One at a time: some errors make nbgrader give up the whole class.
        problems = [_autograde(api, chapter, student) for student in students]
    return [
        _score(api, chapter, student, problem) for student, problem in zip(students, problems, strict=True)
    ]


def feedback(course: Course, chapter: Chapter) -> list[Path]:
    """Write feedback/<student>/<slug>/<slug>.html for every graded submission and return the paths."""
    with _environment(course):
        result = nbgrader_api(course.root).generate_feedback(chapter.slug)
    must(result, f"write the feedback on {chapter.slug}")
    return sorted(course.root.glob(f"feedback/*/{chapter.slug}/{chapter.slug}.html"))


def export(course: Course, path: Path) -> Path:
    """Write every student's points for every assignment to `path` as CSV and return it."""
    from nbgrader.plugins.export import CsvExportPlugin

    with _gradebook(nbgrader_api(course.root)) as gradebook:
        CsvExportPlugin(to=str(path)).export(gradebook)
    return path


@contextmanager
def _environment(course: Course) -> Iterator[None]:
    """Tools on PATH and the course's seed, for nbgrader and the kernels that it starts."""
    with tools_on_path(**{SEED_VARIABLE: str(course_seed(course.root))}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's own, which nobody who grades can mend
        yield


def _autograde(api: Any, chapter: Chapter, student: str) -> str | None:
    """Grade one submission; returns what went wrong in one line."""
    file = Path("submitted", student, chapter.slug, f"{chapter.slug}.ipynb")
    if not Path(api.coursedir.root, file).is_file():
        return f"{file} is missing; is it there under another name?"
    result = api.autograde(chapter.slug, student)
    if NO_KERNEL in result.get("log", ""):  # that is the machine's fault, and another time goes well
        result = api.autograde(chapter.slug, student)
    if result["success"]:
        return None
    if result["error"].rstrip().endswith("KeyboardInterrupt"):
        raise KeyboardInterrupt  # nbgrader's API swallows it, and the next student would be graded
    error = re.compile(r"^ *([\w.]*(?:Error|Exception)\b.*)", re.MULTILINE)
    said = error.findall(result.get("log", ""))[-1:] or error.findall(result["error"])
    return str([*said, result["error"].rstrip()][0].splitlines()[-1])[:300]


def _score(api: Any, chapter: Chapter, student: str, problem: str | None) -> Score:
    """What the gradebook says, and which parts it knows nothing about."""
    from nbgrader.api import MissingEntry

    with _gradebook(api) as gradebook:
        maximum = float(gradebook.find_assignment(chapter.slug).max_score)
        try:
            submission = gradebook.find_submission(chapter.slug, student)
        except MissingEntry:
            return Score(student, 0.0, maximum, problem)
        return Score(student, float(submission.score), maximum, problem)


def _gradebook(api: Any) -> Any:
    from nbgrader.api import Gradebook

    return Gradebook(api.coursedir.db_url, api.coursedir.course_id)
