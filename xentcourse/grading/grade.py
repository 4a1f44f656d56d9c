"""Grading a class: what lies under submitted/ goes through the sandbox into nbgrader's gradebook."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from xentcourse.course import Chapter, Course
from xentcourse.grading import stock
from xentcourse.grading.bundle import Bundle, make_bundle
from xentcourse.grading.intake import UnreadableError, read_bytes
from xentcourse.grading.record import Recorder
from xentcourse.grading.run import Graded, unreadable
from xentcourse.grading.sandbox.session import Limits
from xentcourse.grading.source import source_notebook
from xentcourse.grading.workers import Job, grade_locally

BATCH, BATCH_SECONDS = 20, 2.0


@dataclass(frozen=True)
class Line:
    """One student's line in the report."""

    student: str
    points: float
    max_points: float
    seconds: float
    failed: tuple[str, ...]  #: the checks that did not pass
    report: tuple[str, ...]
    readable: bool


def grade_class(
    course: Course,
    chapter: Chapter,
    *,
    students: Sequence[str] | None = None,
    db_url: str | None = None,
    force: bool = False,
    processes: int | None = None,
    limits: Limits | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Line]:
    """Grade every submission that is new or has changed, or all of them by `force`.

    db_url   : the gradebook; by default the course's own
    progress : told how many of how many are done
    Raises CourseError where grading can't be done here at all; no submission can make it raise.
    """
    db_url = db_url or f"sqlite:///{course.root / 'gradebook.db'}"
    stock.register(course, chapter, db_url=db_url)
    bundle = make_bundle(
        chapter.slug, chapter.slug, source_notebook(chapter), seed=stock.course_seed(course), limits=limits
    )
    folders = {"submitted": course.root / "submitted", "autograded": course.root / "autograded"}
    names = students or sorted(path.parent.name for path in course.root.glob(f"submitted/*/{chapter.slug}"))
    with Recorder(bundle, db_url=db_url, **folders) as recorder:
        due, lines = _due(bundle, names, folders["submitted"], recorder, force=force)
        for line in _grade(bundle, due, recorder, processes):
            lines.append(line)
            if progress:
                progress(len(lines), len(names))
    return sorted(lines, key=lambda line: line.student)


def _due(
    bundle: Bundle, names: Sequence[str], submitted: Path, recorder: Recorder, *, force: bool
) -> tuple[list[Job], list[Line]]:
    """The submissions to grade now; those that can't be read are recorded at once."""
    jobs: list[Job] = []
    lines: list[Line] = []
    for student in names:
        path = submitted / student / bundle.assignment / f"{bundle.notebook}.ipynb"
        try:
            content = read_bytes(path)
        except UnreadableError as error:
            graded = unreadable(bundle, str(error))
            recorder.record([(student, "", graded)])
            lines.append(_line(student, graded))
            continue
        if force or recorder.recorded_digest(student) != digest(bundle, content):
            jobs.append((student, content))
    return jobs, lines


def digest(bundle: Bundle, content: bytes) -> str:
    """A fingerprint of all that a result depends on: the same one means the same result."""
    made_from = json.dumps(asdict(bundle), sort_keys=True).encode() + b"\0" + content
    return hashlib.sha256(made_from).hexdigest()


def _grade(bundle: Bundle, jobs: list[Job], recorder: Recorder, processes: int | None) -> Iterator[Line]:
    """Grade and record; a line comes when its result is safe in the gradebook."""
    contents = dict(jobs)
    for batch in _batches(grade_locally(bundle, jobs, processes=processes)):
        recorder.record([(student, digest(bundle, contents[student]), graded) for student, graded in batch])
        yield from (_line(student, graded) for student, graded in batch)


def _batches(results: Iterator[tuple[str, Graded]]) -> Iterator[list[tuple[str, Graded]]]:
    """Results in batches: one transaction each, and never long in memory alone."""
    batch: list[tuple[str, Graded]] = []
    started = time.monotonic()
    for result in results:
        batch.append(result)
        if len(batch) >= BATCH or time.monotonic() - started > BATCH_SECONDS:
            yield batch
            batch, started = [], time.monotonic()
    if batch:
        yield batch


def _line(student: str, graded: Graded) -> Line:
    maximum = sum(mark.max_points for mark in graded.marks)
    failed = tuple(mark.grade_id for mark in graded.marks if mark.points == 0 and mark.max_points > 0)
    return Line(student, graded.points, maximum, graded.seconds, failed, graded.report, graded.readable)
