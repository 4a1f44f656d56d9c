"""Grading one submission: a pure function of the bundle and the bytes that were handed in."""

import functools
import sys
import sysconfig
import time
from dataclasses import dataclass, field, replace
from typing import Any

from xentcourse.checks.plain import Plain
from xentcourse.grading.bundle import Bundle, Cell
from xentcourse.grading.intake import Piece, UnreadableError, rebuild
from xentcourse.grading.sandbox.session import (
    CallThere,
    Nursery,
    NurseryGoneError,
    Session,
    SessionEnded,
    TimeLimitError,
    text,
)

MAX_RESTARTS = 10
MAX_OUTPUTS = 100  #: of one cell
ROOM = 10_000_000  #: characters for the outputs of one notebook
MESSAGE = 4000  #: characters of what a check says
#: What an output may consist of; anything else a process might claim is left out.
MIMES = ("text/plain", "text/html", "text/latex", "text/markdown", "image/png", "image/jpeg")


@dataclass(frozen=True)
class Mark:
    """What one graded cell earned, and the sentences for the learner."""

    grade_id: str
    points: float | None  #: None where a person must decide
    max_points: float
    message: str = ""


@dataclass(frozen=True)
class Executed:
    """One cell of the executed notebook."""

    piece: Piece
    outputs: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Graded:
    """All that grading one submission found out."""

    marks: tuple[Mark, ...]
    cells: tuple[Executed, ...] = ()
    report: tuple[str, ...] = ()  #: what did not belong in the submission, and what went wrong
    seconds: float = 0.0
    readable: bool = True

    @property
    def points(self) -> float:
        """The sum of what was decided."""
        return sum(mark.points or 0.0 for mark in self.marks)


def grade_submission(bundle: Bundle, content: bytes, nursery: Nursery) -> Graded:
    """Grade what was handed in; whatever is in it, this returns."""
    started = time.monotonic()
    try:
        pieces, report = rebuild(bundle, content)
    except UnreadableError as error:
        return unreadable(bundle, str(error))
    with Run(bundle, nursery) as run:
        for piece in pieces:
            run.execute(piece)
        return Graded(
            tuple(run.marks), tuple(run.executed), (*report, *run.report), time.monotonic() - started
        )


def unreadable(bundle: Bundle, why: str) -> Graded:
    """The result of a submission that can't be read: no points, and the reason."""
    graded = [cell for cell in bundle.cells if cell.kind in ("tests", "written")]
    marks = tuple(Mark(cell.grade_id, 0.0, cell.points, why) for cell in graded)
    return Graded(marks, report=(why,), readable=False)


@dataclass
class Run:
    """A submission on its way through its cells.

    A cell that ends the process costs its own part: a new process takes over after the others were repeated.
    """

    bundle: Bundle
    nursery: Nursery
    marks: list[Mark] = field(default_factory=list)
    executed: list[Executed] = field(default_factory=list)
    report: list[str] = field(default_factory=list)
    _sources: list[str] = field(default_factory=list)  #: of cells that ran to their end
    _session: Session | None = None
    _restarts: int = 0
    _seconds: float = 0.0  #: spent in sessions that are gone
    _room: int = ROOM

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        if self._session:
            self._session.close()

    def execute(self, piece: Piece) -> None:
        """Run one cell, or let its check decide, and keep what came of it."""
        cell = piece.cell
        if cell and cell.kind == "tests":
            outputs = self._check(cell) if cell.check else self._tests(cell)
        else:
            outputs = self._outputs(piece.source) if piece.cell_type == "code" else ()
            if cell and cell.kind == "written":
                written = bool(piece.source.strip())
                self.marks.append(Mark(cell.grade_id, None if written else 0.0, cell.points))
        self.executed.append(Executed(piece, outputs))

    def _check(self, cell: Cell) -> tuple[dict[str, Any], ...]:
        """Let the check decide, here, about functions there."""
        check = self.bundle.checks()[cell.check]
        try:
            caller = CallThere(self._ready())
        except SessionEnded as ended:
            return self._mark(cell, 0.0, f"✗ {cell.check}\nThis could not be checked: {ended}.")
        try:
            names = dict(zip(check.functions, cell.functions, strict=True))
            verdict = check.run(caller, seed=self.bundle.seed, names=names)
        except NurseryGoneError:
            raise
        except Exception as error:  # the answer was too odd for the check, or the check has a mistake
            why = without_places(f"{error!r:.200}")
            self.report.append(f"{cell.grade_id}: the check itself stopped ({why}); please look.")
            return self._mark(cell, None, f"✗ {cell.check}\nThis could not be checked; a person will look.")
        return self._mark(cell, cell.points if verdict.result == "passed" else 0.0, verdict.message)

    def _mark(self, cell: Cell, points: float | None, message: str) -> tuple[dict[str, Any], ...]:
        message = without_places(text(message, MESSAGE))
        self.marks.append(Mark(cell.grade_id, points, cell.points, message))
        if points == cell.points:
            return ({"output_type": "stream", "name": "stdout", "text": message + "\n"},)
        lines = message.splitlines()
        return (
            {"output_type": "error", "ename": "CheckFailedError", "evalue": lines[0], "traceback": lines},
        )

    def _tests(self, cell: Cell) -> tuple[dict[str, Any], ...]:
        """Ordinary asserts, not ours: they decide in the learner's process, as under stock nbgrader."""
        outputs = self._outputs(cell.source)
        self.marks.append(Mark(cell.grade_id, stock_points(outputs, cell.points), cell.points))
        return outputs

    def _outputs(self, source: str) -> tuple[dict[str, Any], ...]:
        try:
            limit = self.bundle.limits.output
            outputs = clean(self._ready().run(source).get("outputs"), limit)
        except TimeLimitError as late:
            outputs = (problem("TimeLimit", f"This cell was stopped: {late}."),)
        except SessionEnded as ended:
            self.report.append(f"A cell ended the process: {ended}.")
            return (problem("ProcessEnded", f"This cell ended the process: {ended}."),)
        self._sources.append(source)
        self._room -= sum(map(size, outputs))
        if self._room < 0:
            return (problem("OutputLimit", "This notebook shows too much; the output was left out."),)
        return outputs

    def _ready(self) -> Session:
        """The session; a new one, with the finished cells repeated, where the old one is gone."""
        left = self._left()
        if self._session and self._session.alive:
            return self._session
        if self._session:
            self._restarts += 1
            if self._restarts > MAX_RESTARTS:
                raise SessionEnded("the process ended too many times")
            self._seconds += self._session.seconds
        session = self._session = self.nursery.spawn(replace(self.bundle.limits, notebook_seconds=left))
        for source in list(self._sources):
            self._left()
            try:
                session.run(source)
            except TimeLimitError:
                self._sources.remove(source)  # it had its time already
        return session

    def _left(self) -> float:
        """The seconds that the notebook still has, in this session and in others."""
        allowed = self.bundle.limits.notebook_seconds
        left = allowed - self._seconds - (self._session.seconds if self._session else 0.0)
        if left > 0:
            return left
        if self._session and self._session.alive:
            self._session.close()
        raise SessionEnded(f"the whole notebook took longer than {allowed:.0f} s")


def clean(outputs: Plain, limit: int) -> tuple[dict[str, Any], ...]:
    """The outputs that a process claims, as far as they are outputs of at most `limit` characters each."""
    kept = []
    for output in outputs[:MAX_OUTPUTS] if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        kind = output.get("output_type")
        if kind == "stream" and output.get("name") in ("stdout", "stderr"):
            # The sandbox clips with a word on it, which needs a little more room.
            shown = without_places(text(output.get("text"), limit + 100))
            kept.append({"output_type": kind, "name": output["name"], "text": shown})
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
            claimed = output["data"]
            data = {
                mime: without_places(text(claimed[mime], limit + 100)) for mime in MIMES if mime in claimed
            }
            kept.append({"output_type": kind, "data": data, "metadata": {}})
        elif kind == "error":
            kept.append(
                {
                    "output_type": kind,
                    "ename": text(output.get("ename"), 200),
                    "evalue": without_places(text(output.get("evalue"))),
                    "traceback": [
                        without_places(text(line, limit)) for line in _list(output.get("traceback"))[:100]
                    ],
                }
            )
    return tuple(kept)


def without_places(shown: str) -> str:
    """What learners read, without the folders in which Python lies on the machine that grades."""
    for place, name in places().items():
        shown = shown.replace(place, name)
    return shown


@functools.cache
def places() -> dict[str, str]:
    """What people may call the folders of this Python; the longer paths first."""
    names = {sysconfig.get_path(kind): "site-packages" for kind in ("purelib", "platlib")}
    names |= {sysconfig.get_path("stdlib"): "python", sys.prefix: "python", sys.base_prefix: "python"}
    ours = {place: name for place, name in names.items() if place.split("/")[1] != "usr"}
    return dict(sorted(ours.items(), key=lambda item: -len(item[0])))


def _list(value: Plain) -> list[Plain]:
    return value if isinstance(value, list) else []


def size(output: dict[str, Any]) -> int:
    """How many characters an output takes."""
    return sum(len(part) for part in (output.get("text", ""), *output.get("data", {}).values())) + sum(
        len(line) for line in output.get("traceback", [])
    )


def problem(name: str, sentence: str) -> dict[str, Any]:
    """An error output that says in one sentence what happened to a cell."""
    return {"output_type": "error", "ename": name, "evalue": sentence, "traceback": [f"{name}: {sentence}"]}


def stock_points(outputs: tuple[dict[str, Any], ...], points: float) -> float:
    """What nbgrader's own rule gives for these outputs, but that a warning is no mistake."""
    if any(output["output_type"] == "error" for output in outputs):
        return 0.0
    for output in outputs:
        if output["output_type"] == "execute_result":
            try:
                earned = float(output["data"].get("text/plain", ""))
            except ValueError:
                return points
            return earned if 0 <= earned <= points else points if earned < 0 else 0.0
    return points
