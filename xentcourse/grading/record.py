"""The one writer: scores, comments and executed notebooks go into nbgrader's own gradebook and folders."""

import json
import os
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat

from xentcourse.grading.bundle import Bundle
from xentcourse.grading.notebook import executed_notebook
from xentcourse.grading.run import Graded

LOCKED_SECONDS = 30


class Recorder:
    """Writes the results of one notebook of one assignment, several students in a transaction.

    Manual scores, extra credit and comments by hand are never touched; late penalties are nbgrader's own.
    """

    def __init__(self, bundle: Bundle, *, db_url: str, submitted: Path, autograded: Path):
        from nbgrader.api import Gradebook

        self.bundle = bundle
        self.submitted, self.autograded = submitted, autograded
        self._gradebook = Gradebook(db_url)

    def close(self) -> None:
        """Let go of the database."""
        self._gradebook.close()

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def record(self, results: Iterable[tuple[str, str, Graded]]) -> None:
        """Record (student, digest, result) of several students: all of them, or none where this raises."""
        results = list(results)
        self._patiently(lambda: self._record_scores(results))
        # Files last: they are what says that a submission is done, so a crash in between repeats it.
        for student, digest, graded in results:
            self._write_notebook(student, digest, graded)

    def recorded_digest(self, student: str) -> str:
        """What the student's recorded result was made from; empty where there is none."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            notebook = json.loads(self._path(student).read_text(encoding="utf-8"))
            return str(notebook["metadata"]["xentcourse"]["digest"])
        return ""

    def _patiently(self, write: Any) -> None:
        """Repeat a transaction while somebody else holds the gradebook, for a while."""
        from sqlalchemy.exc import OperationalError

        until = time.monotonic() + LOCKED_SECONDS
        while True:
            try:
                write()
                self._gradebook.db.commit()
                return
            except OperationalError:
                self._gradebook.db.rollback()
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
            except BaseException:
                self._gradebook.db.rollback()
                raise

    def _record_scores(self, results: list[tuple[str, str, Graded]]) -> None:
        for student, _, graded in results:
            submission = self._submission(student)
            notebook = next(nb for nb in submission.notebooks if nb.name == self.bundle.notebook)
            marks = {mark.grade_id: mark for mark in graded.marks}
            for grade in notebook.grades:
                mark = marks.get(grade.name)
                grade.auto_score = mark.points if mark else 0.0
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            comments = self._comments(graded)
            for comment in notebook.comments:
                comment.auto_comment = comments.get(comment.name)
            self._gradebook.db.flush()
            self._late_penalty(submission, notebook)

    def _submission(self, student: str) -> Any:
        """The student's submission, made where it is new, with the time it was handed in."""
        from nbgrader.api import MissingEntry

        gradebook = self._gradebook
        try:
            gradebook.find_student(student)
        except MissingEntry:
            gradebook.add_student(student)
        try:
            submission = gradebook.find_submission(self.bundle.assignment, student)
        except MissingEntry:
            with gradebook.db.no_autoflush:
                submission = gradebook.add_submission(self.bundle.assignment, student)
        stamp = self._timestamp(student)
        if stamp is not None:
            submission.timestamp = stamp
        return submission

    def _timestamp(self, student: str) -> Any:
        from nbgrader.utils import parse_utc

        path = self.submitted / student / self.bundle.assignment / "timestamp.txt"
        with suppress(OSError, ValueError):
            if not path.is_symlink():
                return parse_utc(path.read_text(encoding="utf-8")[:100].strip())
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
                comments[current].append(mark.message)
        return {grade_id: "\n\n".join(said) or None for grade_id, said in comments.items()}

    def _late_penalty(self, submission: Any, notebook: Any) -> None:
        """What nbgrader's plug-in for late submissions asks for, at most the score itself."""
        from nbgrader.plugins import LateSubmissionPlugin

        notebook.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0:
            penalty = LateSubmissionPlugin().late_submission_penalty(
                submission.student_id, notebook.score, late
            )
            if penalty is not None:
                notebook.late_submission_penalty = min(max(penalty, 0), notebook.score)

    def _path(self, student: str) -> Path:
        return self.autograded / student / self.bundle.assignment / f"{self.bundle.notebook}.ipynb"

    def _write_notebook(self, student: str, digest: str, graded: Graded) -> None:
        """Write the executed notebook, whole or not at all."""
        path = self._path(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        text = nbformat.writes(executed_notebook(graded, digest=digest))
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        stamp = self.submitted / student / self.bundle.assignment / "timestamp.txt"
        if stamp.is_file() and not stamp.is_symlink():
            shutil.copyfile(stamp, path.parent / "timestamp.txt")
