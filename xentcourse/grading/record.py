"""The one writer: scores, comments and executed notebooks go into nbgrader's own gradebook and folders."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import compute_checksum

from xentcourse.course import CourseError
from xentcourse.grading.bundle import Bundle, Cell
from xentcourse.grading.gradebook import nbgrader_config
from xentcourse.grading.intake import SECRET, STAMP, Piece, beside
from xentcourse.grading.notebook import executed_notebook, indented, is_task, metadata
from xentcourse.grading.run import Graded
from xentcourse.grading.settings import read_settings

LOCKED_SECONDS = 30.0


@dataclass(frozen=True)
class Scores:
    """What a student has for one notebook, as the gradebook has it: manual scores included."""

    points: float
    max_points: float
    failed: tuple[str, ...]  #: what brought no points and waits for nobody


class Recorder:
    """Writes the results of one notebook of one assignment, several students in a transaction.

    Manual scores, extra credit and comments by hand are never touched; late penalties are nbgrader's own.
    """

    def __init__(self, bundle: Bundle, *, root: Path, db_url: str):
        from nbgrader.api import Gradebook

        self.bundle = bundle
        self.submitted, self.autograded = root / "submitted", root / "autograded"
        self._penalty = late_plugin(root)
        self._settings = read_settings(root)
        self._terms = self._settings.terms(bundle.assignment)
        self._gradebook: Any = None
        course = str(nbgrader_config(root).CourseDirectory.get("course_id") or "") or "default_course"
        self._gradebook = self._patiently(lambda: Gradebook(db_url, course))

    def close(self) -> None:
        """Let go of the database."""
        self._gradebook.close()

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def record(self, results: Iterable[tuple[str, str, Graded]]) -> dict[str, str]:
        """Record (student, digest, result) of several students in one transaction.

        Returns, by student, why something could not be recorded; it has stopped no other.
        Raises CourseError where nothing can be recorded at all; then a rerun goes on from there.
        """
        results = list(results)
        try:
            self._record(results)
        except CourseError:
            raise
        except Exception as error:
            if len(results) == 1:
                return {results[0][0]: f"This could not be recorded ({type(error).__name__}: {error})"[:500]}
            failed: dict[str, str] = {}
            for result in results:
                failed |= self.record([result])
            return failed
        return {}

    def amend(
        self,
        student: str,
        grade_id: str,
        points: float,
        *,
        by_hand: bool,
        said: Callable[[float, float], str],
    ) -> tuple[float, float]:
        """Change the score of one cell and tell the learner; returns it as it was and as it is.

        said : makes of these two what is added to the comments that people wrote
        Raises CourseError where nothing was graded yet, or where a person decided and a check would overrule.
        """
        before, after = self._patiently(lambda: self._amend(student, grade_id, points, by_hand, said))
        return float(before), float(after)

    def _amend(
        self, student: str, grade_id: str, points: float, by_hand: bool, said: Callable[[float, float], str]
    ) -> tuple[float, float]:
        from nbgrader.api import MissingEntry

        book, (assignment, name) = self._gradebook, (self.bundle.assignment, self.bundle.notebook)
        try:
            grade = book.find_grade(grade_id, name, assignment, student)
        except MissingEntry:
            raise CourseError(f"Nothing of {student} is graded for {assignment}. Grade it first.") from None
        before = float(grade.score)
        if by_hand:
            grade.manual_score = points
        elif grade.manual_score is not None:
            raise CourseError(
                f"A person gave {student} {grade.manual_score:g} for {grade_id}. Give --points to change it."
            )
        else:
            grade.auto_score = points
        grade.needs_manual_grade = False
        book.db.flush()
        book.db.refresh(grade)
        after = float(grade.score)
        comment = book.find_comment(self._learners_cell(grade_id), name, assignment, student)
        comment.manual_comment = "\n\n".join(filter(None, [comment.manual_comment, said(before, after)]))
        submission = book.find_submission(assignment, student)
        notebook = next(each for each in submission.notebooks if each.name == name)
        book.db.expire(notebook)
        self._late_penalty(submission, notebook)
        return before, after

    def _learners_cell(self, grade_id: str) -> str:
        """The learner's cell that a graded cell is about: itself, or the last one before it."""
        learners = ""
        for cell in self.bundle.cells:
            learners = cell.grade_id if cell.kind in ("solution", "written") else learners
            if cell.grade_id == grade_id:
                break
        return learners

    def _record(self, results: Sequence[tuple[str, str, Graded]]) -> None:
        """The new notebook lies ready, the old one goes, the scores are committed, the new one moves in.

        A notebook that is in place says that a submission is done, so a crash at any moment repeats it;
        and none is left that speaks of other scores than the gradebook's.
        """
        paths = {student: self._path(student) for student, _, _ in results}
        try:
            try:
                for student, digest, graded in results:
                    self._prepare(student, digest, graded)
                for path in paths.values():
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise CourseError(
                    f"Executed notebooks can't be written to {self.autograded}: {error.strerror}. "
                    "What was recorded before is safe; grade again once this is mended."
                ) from error
            self._patiently(lambda: self._record_scores(results))
            for path in paths.values():
                path.with_suffix(".partial").replace(path)
        except BaseException:
            for path in paths.values():
                with suppress(OSError):
                    path.with_suffix(".partial").unlink(missing_ok=True)
            raise

    def digest_of(self, student: str) -> str:
        """What the student's recorded result was made from; empty where there is none."""
        return str(self._about(student).get("digest", ""))

    def report_of(self, student: str) -> tuple[tuple[str, ...], bool]:
        """What was found at the grading that is recorded, and whether the submission could be read."""
        about = self._about(student)
        return tuple(map(str, about.get("report", ()))), bool(about.get("readable", True))

    def scores(self, students: Sequence[str] | None = None) -> dict[str, Scores]:
        """The recorded scores by student, of those that have any; by default of everybody."""
        return dict(self._patiently(lambda: self._scores(students)))

    def _scores(self, students: Sequence[str] | None) -> dict[str, Scores]:
        from nbgrader.api import Assignment as Registered
        from nbgrader.api import BaseCell, Grade, Notebook, SubmittedAssignment, SubmittedNotebook

        query = (
            self._gradebook.db.query(
                SubmittedAssignment.student_id,
                BaseCell.name,
                Grade.score,
                Grade.max_score,
                Grade.needs_manual_grade,
            )
            .select_from(Grade)
            .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
            .join(Registered, Notebook.assignment_id == Registered.id)
            .join(BaseCell, Grade.cell_id == BaseCell.id)
            .filter(Registered.name == self.bundle.assignment, Notebook.name == self.bundle.notebook)
        )
        if students is not None:
            query = query.filter(SubmittedAssignment.student_id.in_(students))
        rows: dict[str, list[Any]] = {}
        for student, *row in query:
            rows.setdefault(student, []).append(row)
        order = {cell.grade_id: number for number, cell in enumerate(self.bundle.cells)}
        return {
            student: Scores(
                float(sum(score for _, score, _, _ in grades)),
                float(sum(maximum for _, _, maximum, _ in grades)),
                tuple(
                    name
                    for name, score, maximum, waits in sorted(grades, key=lambda row: order.get(row[0], -1))
                    if score == 0 and maximum > 0 and not waits
                ),
            )
            for student, grades in rows.items()
        }

    def _patiently(self, work: Callable[[], Any]) -> Any:
        """Repeat a transaction while somebody else holds the gradebook or its server is away, for a while."""
        from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

        until = time.monotonic() + LOCKED_SECONDS
        while True:
            try:
                result = work()
                if self._gradebook:
                    self._gradebook.db.commit()
                return result
            except (OperationalError, InterfaceError, IntegrityError) as error:
                self._roll_back()
                if time.monotonic() > until:
                    raise CourseError(
                        f"The gradebook can't be used: {str(error.orig).strip()}. "
                        "What was recorded before is safe; grade again once this is mended."
                    ) from error
                time.sleep(0.5)
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        if self._gradebook:
            self._gradebook.db.rollback()

    def _record_scores(self, results: Sequence[tuple[str, str, Graded]]) -> None:
        for student, _, graded in results:
            submission = self._submission(student)
            notebook = next(nb for nb in submission.notebooks if nb.name == self.bundle.notebook)
            untouched = self._untouched(notebook.notebook, graded)
            marks = {mark.grade_id: mark for mark in graded.marks}
            for grade in notebook.grades:
                mark = marks.get(grade.name)
                score = mark.points if mark else 0.0
                grade.auto_score = 0.0 if score is None and grade.name in untouched else score
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            comments = self._comments(graded)
            for comment in notebook.comments:
                no_response = "No response." if comment.name in untouched else None
                comment.auto_comment = comments.get(comment.name) or no_response
            self._gradebook.db.flush()
            self._late_penalty(submission, notebook)

    def _untouched(self, registered: Any, graded: Graded) -> set[str]:
        """The learner's cells that are as they were released, by nbgrader's own rule."""
        released = {cell.name: cell.checksum for cell in registered.source_cells}
        return {
            piece.cell.grade_id
            for piece in (executed.piece for executed in graded.cells)
            if piece.cell
            and piece.cell.kind in ("solution", "written")
            and not is_task(piece.cell)
            and released.get(piece.cell.grade_id) == _checksum(piece, piece.cell)
        }

    def _submission(self, student: str) -> Any:
        """The student's submission, made where it is new, with the time it was handed in."""
        from nbgrader.api import MissingEntry, Student

        gradebook = self._gradebook
        try:
            submission = gradebook.find_submission(self.bundle.assignment, student)
        except MissingEntry:
            # nbgrader's own methods commit at once, and a batch is to be one transaction.
            if gradebook.db.get(Student, student) is None:
                gradebook.db.add(Student(id=student))
                gradebook.db.flush()
            submission = self._new_submission(student)
        stamp = self._timestamp(student)
        if stamp is not None:
            submission.timestamp = stamp
        if self._terms.due:  # otherwise it is nbgrader's own affair
            submission.extension = self._terms.extension_of(student)
        return submission

    def _new_submission(self, student: str) -> Any:
        """A submission with a place for every grade and comment, as nbgrader lays one out."""
        from nbgrader.api import Comment, Grade, SubmittedAssignment, SubmittedNotebook

        gradebook = self._gradebook
        with gradebook.db.no_autoflush:
            submission = SubmittedAssignment(
                assignment=gradebook.find_assignment(self.bundle.assignment),
                student=gradebook.find_student(student),
            )
            for notebook in submission.assignment.notebooks:
                place = SubmittedNotebook(notebook=notebook, assignment=submission)
                for cell in [*notebook.grade_cells, *notebook.task_cells]:
                    Grade(cell_id=cell.id, notebook=place)
                for cell in [*notebook.solution_cells, *notebook.task_cells]:
                    Comment(cell_id=cell.id, notebook=place)
            gradebook.db.add(submission)
        gradebook.db.flush()
        return submission

    def stamp(self, student: str) -> bytes:
        """What timestamp.txt says about when this was handed in; nothing where there is none."""
        return beside(self._submitted(student), STAMP)

    def when(self, student: str) -> bytes:
        """All that decides on a late penalty: when this was handed in, when it was due, what is lost."""
        due = self._terms.due_of(student)
        return self.stamp(student) + (f" {due} {self._settings.late}".encode() if due else b"")

    def _timestamp(self, student: str) -> Any:
        from nbgrader.utils import parse_utc

        text = self.stamp(student).decode("utf-8", "replace").strip()
        with suppress(ValueError, OverflowError):
            return parse_utc(text) if text else None
        return None

    def _comments(self, graded: Graded) -> dict[str, str | None]:
        """For each learner's cell, what the checks up to the next one said about it."""
        comments: dict[str, list[str]] = {}
        marks = {mark.grade_id: mark for mark in graded.marks}
        current = ""
        for cell in self.bundle.cells:
            if cell.kind in ("solution", "written"):
                current = cell.grade_id
                comments[current] = []
            mark = marks.get(cell.grade_id)
            if cell.kind == "tests" and current and mark and mark.message and mark.points != mark.max_points:
                # nbgrader's feedback takes it for Markdown, and it may quote what the learner's code said.
                comments[current].append(indented(storable(mark.message)))
        return {grade_id: "\n\n".join(said) or None for grade_id, said in comments.items()}

    def _late_penalty(self, submission: Any, notebook: Any) -> None:
        """What the class's plug-in for late submissions asks for, at most the score itself."""
        notebook.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0:
            penalty = self._penalty.late_submission_penalty(submission.student_id, notebook.score, late)
            if penalty is not None:
                notebook.late_submission_penalty = min(max(penalty, 0), notebook.score)

    def _submitted(self, student: str) -> Path:
        return self.submitted / student / self.bundle.assignment / f"{self.bundle.notebook}.ipynb"

    def _path(self, student: str) -> Path:
        return self.autograded / student / self.bundle.assignment / f"{self.bundle.notebook}.ipynb"

    def _about(self, student: str) -> dict[str, Any]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            notebook = json.loads(self._path(student).read_text(encoding="utf-8"))
            return dict(notebook["metadata"]["xentcourse"])
        return {}

    def _prepare(self, student: str, digest: str, graded: Graded) -> None:
        """Write the executed notebook beside its place, whole and on the disk."""
        path = self._path(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = nbformat.writes(executed_notebook(graded, digest=digest))
        with path.with_suffix(".partial").open("w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        for name in (STAMP, SECRET):  # nbgrader's exchange gives feedback back by both
            if content := beside(self._submitted(student), name):
                self._write_anew(path.parent / name, content)
        for name, content in self.bundle.files:  # what the notebook shows besides, for those who look at it
            self._write_anew(path.parent / name, content)

    def _write_anew(self, path: Path, content: bytes) -> None:
        """Write a file unless it is there already."""
        with suppress(OSError):
            if path.read_bytes() == content:
                return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def late_plugin(root: Path) -> Any:
    """The plug-in for late submissions as the class's nbgrader_config.py names and sets it."""
    from nbgrader.preprocessors import AssignLatePenalties

    sys.path.insert(0, str(root))  # where nbgrader looks for a class's own plug-ins
    try:
        preprocessor = AssignLatePenalties(config=nbgrader_config(root))
        preprocessor.init_plugin()
    finally:
        sys.path.remove(str(root))
    return preprocessor.plugin_inst


def _checksum(piece: Piece, cell: Cell) -> str:
    about = {"nbgrader": metadata(cell)}
    node = nbformat.from_dict({"cell_type": piece.cell_type, "source": piece.source, "metadata": about})
    return str(compute_checksum(node))


def storable(text: str) -> str:
    """Text that every database takes: no lone surrogates, and no NUL, which PostgreSQL refuses."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
