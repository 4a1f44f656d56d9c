"""Grading a class: what lies under submitted/ goes through the sandbox into nbgrader's gradebook."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from xentcourse.grading.assignment import Assignment
from xentcourse.grading.bundle import Bundle, make_bundle
from xentcourse.grading.gradebook import course_seed
from xentcourse.grading.intake import UnreadableError, read_bytes
from xentcourse.grading.record import Recorder
from xentcourse.grading.run import Graded, unreadable
from xentcourse.grading.sandbox.session import Limits
from xentcourse.grading.workers import grade_locally

BATCH, BATCH_SECONDS = 20, 2.0


@dataclass(frozen=True)
class Line:
    """One student's line in the report."""

    student: str
    notebook: str
    points: float
    max_points: float
    seconds: float
    failed: tuple[str, ...]  #: the checks that did not pass
    report: tuple[str, ...]
    readable: bool


@dataclass(frozen=True)
class Options:
    """How a class is graded."""

    students: tuple[str, ...] = ()  #: these only; by default everybody who handed something in
    db_url: str = ""  #: the gradebook; by default the class's own
    force: bool = False  #: grade again what was graded and has not changed
    processes: int | None = None  #: workers on this machine; by default one for each core
    cluster: str = ""  #: a Dask scheduler's address, or "local", instead
    limits: Limits = field(default_factory=Limits)


def grade_class(
    assignment: Assignment,
    options: Options | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Line]:
    """Grade every submission that is new or has changed, notebook by notebook.

    progress : told how many of how many are done
    Raises CourseError where grading can't be done here at all; no submission can make it raise.
    """
    options = options or Options()
    db_url = options.db_url or f"sqlite:///{assignment.root / 'gradebook.db'}"
    assignment.register(db_url)
    students = list(options.students) or assignment.students()
    total = len(students) * len(assignment.notebooks)
    lines: list[Line] = []
    for name, source in assignment.notebooks.items():
        bundle = make_bundle(
            assignment.name,
            name,
            source,
            seed=course_seed(assignment.root),
            limits=options.limits,
            files=assignment.files,
        )
        folders = {"submitted": assignment.submitted, "autograded": assignment.autograded}
        with Recorder(bundle, db_url=db_url, **folders) as recorder:
            for line in _grade_notebook(bundle, students, assignment, recorder, options):
                lines.append(line)
                if progress:
                    progress(len(lines), total)
    return sorted(lines, key=lambda line: (line.student, line.notebook))


def _grade_notebook(
    bundle: Bundle, students: Sequence[str], assignment: Assignment, recorder: Recorder, options: Options
) -> Iterator[Line]:
    """Grade and record; a line comes when its result is safe in the gradebook."""
    due: dict[str, bytes] = {}
    for student in students:
        path = assignment.submitted / student / bundle.assignment / f"{bundle.notebook}.ipynb"
        try:
            content = read_bytes(path)
        except UnreadableError as error:
            graded = unreadable(bundle, str(error))
            recorder.record([(student, "", graded)])
            yield _line(bundle, student, graded)
            continue
        if options.force or recorder.recorded_digest(student) != digest(bundle, content):
            due[student] = content
    if options.cluster:
        from xentcourse.grading.cluster import grade_on_cluster

        results = grade_on_cluster(bundle, list(due.items()), address=options.cluster)
    else:
        results = grade_locally(bundle, list(due.items()), processes=options.processes)
    for batch in _batches(results):
        recorder.record([(student, digest(bundle, due[student]), graded) for student, graded in batch])
        yield from (_line(bundle, student, graded) for student, graded in batch)


def digest(bundle: Bundle, content: bytes) -> str:
    """A fingerprint of all that a result depends on: the same one means the same result."""
    made_from = repr(bundle).encode() + b"\0" + content
    return hashlib.sha256(made_from).hexdigest()


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


def _line(bundle: Bundle, student: str, graded: Graded) -> Line:
    maximum = sum(mark.max_points for mark in graded.marks)
    failed = tuple(mark.grade_id for mark in graded.marks if mark.points == 0 and mark.max_points > 0)
    return Line(
        student,
        bundle.notebook,
        graded.points,
        maximum,
        graded.seconds,
        failed,
        graded.report,
        graded.readable,
    )
