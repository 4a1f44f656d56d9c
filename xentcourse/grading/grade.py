"""Grading a class: what lies under submitted/ goes through the sandbox into nbgrader's gradebook."""

import fcntl
import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from xentcourse.course import CourseError
from xentcourse.grading.assignment import Assignment
from xentcourse.grading.bundle import Bundle, make_bundle, needs_of
from xentcourse.grading.gradebook import course_seed, registered_cells
from xentcourse.grading.intake import UnreadableError, read_bytes
from xentcourse.grading.run import Graded, unreadable
from xentcourse.grading.sandbox.session import Limits
from xentcourse.grading.settings import read_settings
from xentcourse.grading.workers import Job, Pool, cores, grade_locally

if TYPE_CHECKING:
    from xentcourse.grading.record import Recorder, Scores  # nbgrader takes its time: see `grade_class`

BATCH, BATCH_SECONDS = 20, 2.0


@dataclass(frozen=True)
class Line:
    """One student's line in the report, with the scores that are in the gradebook."""

    student: str
    notebook: str
    points: float
    max_points: float
    seconds: float
    failed: tuple[str, ...]  #: the checks that did not pass
    report: tuple[str, ...]
    readable: bool
    graded: bool = True  #: in this run; otherwise nothing has changed since it was graded
    trusted: bool = True  #: whether every verdict was made outside the learner's process


@dataclass(frozen=True)
class Options:
    """How a class is graded."""

    students: tuple[str, ...] = ()  #: these only; by default everybody who handed something in
    db_url: str = ""  #: the gradebook; by default the class's own
    force: bool = False  #: grade again what was graded and has not changed
    processes: int | None = None  #: workers on this machine; by default one for each core
    cluster: str = ""  #: a Dask scheduler's address, or "local", instead
    limits: Limits | None = None  #: by default those of course.toml


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
    limits = options.limits or read_settings(assignment.root).limits
    db_url = options.db_url or gradebook_of(assignment)
    known = assignment.students()
    if strangers := sorted(set(options.students) - set(known)):
        raise CourseError(
            f"Nothing is handed in for {assignment.name} by {', '.join(strangers)}: "
            f"there is no {assignment.submitted / strangers[0] / assignment.name}."
        )
    students = sorted(set(options.students)) or known
    total = len(students) * len(assignment.notebooks)
    lines: list[Line] = []
    with alone(assignment.root), _workers_on_their_way(assignment, len(students), options) as pool:
        from xentcourse.grading.record import Recorder

        assignment.register(db_url)
        for name in assignment.notebooks:
            bundle = bundle_of(assignment, name, db_url, limits)
            with Recorder(bundle, root=assignment.root, db_url=db_url) as recorder:
                for line in _grade_notebook(bundle, students, assignment, recorder, options, pool):
                    lines.append(line)
                    if progress:
                        progress(len(lines), total)
            pool = None  # used, or made for another notebook
    return sorted(lines, key=lambda line: (line.student, line.notebook))


def _workers_on_their_way(
    assignment: Assignment, submissions: int, options: Options
) -> AbstractContextManager[Pool | None]:
    """Workers for the first notebook: they start while nbgrader is imported and told about the assignment."""
    if options.cluster or not submissions:
        return nullcontext()
    first = next(iter(assignment.notebooks.values()))
    needs = needs_of(first, assignment.files)
    return Pool(needs, min(options.processes or cores(), submissions))


def gradebook_of(assignment: Assignment) -> str:
    """The address of the class's own gradebook."""
    return f"sqlite:///{assignment.root / 'gradebook.db'}"


def bundle_of(assignment: Assignment, name: str, db_url: str, limits: Limits) -> Bundle:
    """What a grader needs to know about one notebook of an assignment that is registered in the gradebook."""
    return make_bundle(
        assignment.name,
        name,
        assignment.notebooks[name],
        seed=course_seed(assignment.root),
        limits=limits,
        files=assignment.files,
        registered=registered_cells(db_url, assignment.name, name),
        released=assignment.released(name),
    )


def remarks(lines: Sequence[Line]) -> list[str]:
    """What whoever reads the lines should know about the run as a whole."""
    doubtful = sorted({line.notebook for line in lines if not line.trusted})
    return [
        f"The tests of {name} are plain asserts: as under nbgrader alone, the verdict was made inside the "
        "learner's process, where a submission that means to can bend it."
        for name in doubtful
    ]


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the class's lock, which goes with this process whatever happens to it: there is one writer."""
    with (root / "gradebook.db-lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(f"Another grading is at work in {root}; wait until it is done.") from None
        yield


def _grade_notebook(
    bundle: Bundle,
    students: Sequence[str],
    assignment: Assignment,
    recorder: "Recorder",
    options: Options,
    pool: Pool | None,
) -> Iterator[Line]:
    """Grade and record; a line comes when its result is safe in the gradebook."""
    work = Work(bundle, assignment, recorder)
    done: list[tuple[str, Graded]] = []
    recorded = recorder.scores()
    for student in students:
        _, why = work.read(student)
        unchanged = student in recorded and recorder.digest_of(student) == work.digests[student]
        if unchanged and not options.force:
            yield _recorded_line(bundle, student, recorded[student], recorder)
        elif why:
            done.append((student, unreadable(bundle, why)))
        else:
            work.due.append(student)
    for batch in _batches(chain(done, _graded(work, options, pool))):
        troubles = recorder.record([(student, work.digests[student], graded) for student, graded in batch])
        scores = recorder.scores([student for student, _ in batch if student not in troubles])
        for student, graded in batch:
            yield _line(bundle, student, graded, scores.get(student), troubles.get(student, ""))


@dataclass
class Work(Collection[Job]):
    """What is due in a notebook; each is read when its turn comes, so that none waits in memory."""

    bundle: Bundle
    assignment: Assignment
    recorder: "Recorder"
    due: list[str] = field(default_factory=list)  #: students
    digests: dict[str, str] = field(default_factory=dict)  #: of what was read last

    def read(self, student: str) -> tuple[bytes, str]:
        """What a student handed in, or nothing and the reason."""
        folder = self.assignment.submitted / student / self.bundle.assignment
        content, why = b"", ""
        try:
            content = read_bytes(folder / f"{self.bundle.notebook}.ipynb")
        except UnreadableError as error:
            why = str(error)
        self.digests[student] = digest(self.bundle, content, self.recorder.when(student), why)
        return content, why

    def __iter__(self) -> Iterator[Job]:
        return ((student, self.read(student)[0]) for student in self.due)

    def __len__(self) -> int:
        return len(self.due)

    def __contains__(self, job: object) -> bool:
        return any(job == mine for mine in self)


def _graded(work: Work, options: Options, pool: Pool | None) -> Iterator[tuple[str, Graded]]:
    """The results of what is due, as they come, from this machine or from a cluster."""
    if not work:
        return iter(())
    if options.cluster:
        from xentcourse.grading.cluster import grade_on_cluster

        return grade_on_cluster(work.bundle, work, address=options.cluster)
    return grade_locally(work.bundle, work, processes=options.processes, pool=pool)


def digest(bundle: Bundle, content: bytes, stamp: bytes = b"", why: str = "") -> str:
    """A fingerprint of all that a result depends on: the same one means the same result.

    stamp : when it was handed in and was due, which decides on penalties
    why   : why there is no content
    """
    parts = (repr(bundle).encode(), stamp, why.encode("utf-8", "replace"), content)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


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


def _line(bundle: Bundle, student: str, graded: Graded, scores: "Scores | None", trouble: str) -> Line:
    """The line of a submission that was graded now; without scores it could not be recorded."""
    from xentcourse.grading.record import Scores

    scores = scores or Scores(0.0, sum(mark.max_points for mark in graded.marks), ())
    return Line(
        student,
        bundle.notebook,
        scores.points,
        scores.max_points,
        graded.seconds,
        scores.failed,
        (*graded.report, *([trouble] if trouble else [])),
        graded.readable and not trouble,
        trusted=bundle.trusted,
    )


def _recorded_line(bundle: Bundle, student: str, scores: "Scores", recorder: "Recorder") -> Line:
    """The line of a submission that has not changed since it was graded."""
    report, readable = recorder.report_of(student)
    return Line(
        student,
        bundle.notebook,
        scores.points,
        scores.max_points,
        0.0,
        scores.failed,
        report,
        readable,
        graded=False,
        trusted=bundle.trusted,
    )
