"""The trusted side of the walls: a nursery keeps a warm parent, a session is one submission's process."""

import array
import contextlib
import itertools
import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from xentcourse.checks.calling import Outcome, Raised
from xentcourse.checks.plain import Plain
from xentcourse.course import CourseError
from xentcourse.grading.sandbox import walls, wire

#: Uids for children of a grader that runs as root: far from people's and from system services'.
FIRST_UID = 2_000_000
UIDS = 64  #: for each grader, since a limit on processes counts all that have the same uid
READY_SECONDS = 120
GRACE_SECONDS = 1.0
AS_AN_ARRAY = 256 << 20  #: bytes that an answer may take when a check makes an array of it


@dataclass(frozen=True)
class Limits:
    """How much one submission may take."""

    cell_seconds: float = 60.0
    notebook_seconds: float = 300.0
    memory: int = 2 << 30  #: bytes of address space above the warm parent's
    disk: int = 64 << 20  #: bytes in each of its private folders, and in one file
    processes: int = 64
    output: int = 100_000  #: characters of one output
    message: int = 64 << 20  #: bytes of one answer


class SessionEnded(Exception):  # noqa: N818  (it says how a session came to its end)
    """The submission's process is gone or had to be ended; the message says why, in a learner's words."""


class HasFiles(Protocol):
    """What a nursery needs to know of a bundle."""

    @property
    def modules(self) -> tuple[str, ...]:
        """Libraries to import beforehand."""

    @property
    def files(self) -> tuple[tuple[str, bytes], ...]:
        """Files for the notebook to read, by relative path."""


class NurseryGoneError(Exception):
    """The warm parent was killed; a new nursery can take its place."""


class Nursery:
    """A warm parent behind walls, ready to fork a process for each submission."""

    def __init__(self, *, modules: list[str], files: Path | None = None):
        bubblewrap = walls.bubblewrap()
        ours, theirs = socket.socketpair()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the nursery)
        self._process = subprocess.Popen(
            [bubblewrap, *walls.arguments(files, theirs.fileno(), modules)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
        )
        theirs.close()
        self._control = ours
        self._numbers = itertools.count(1)
        try:
            wire.receive(ours, limit=1000, deadline=time.monotonic() + READY_SECONDS)
        except (wire.WireError, TimeoutError):
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip()
            self.close()
            raise CourseError(f"The sandbox did not start: {said or 'no word from it'}") from None
        try:
            self.spawn(Limits()).close()  # better said now than as something wrong with every submission
        except NurseryGoneError as error:
            self.close()
            raise CourseError(f"The sandbox did not start: {error}") from None

    @classmethod
    def of(cls, bundle: "HasFiles") -> "Nursery":
        """The nursery for an assignment: its libraries imported, its files in view."""
        if not bundle.files:
            return cls(modules=list(bundle.modules))
        folder = tempfile.TemporaryDirectory(prefix="assignment-")
        for name, content in bundle.files:
            path = Path(folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        nursery = cls(modules=list(bundle.modules), files=Path(folder.name))
        nursery._folder = folder
        return nursery

    def spawn(self, limits: Limits) -> "Session":
        """A fresh process for one submission."""
        number = next(self._numbers)
        ours, theirs = socket.socketpair()
        uid = uids()[number % UIDS] if may_change_uid() else 0
        amounts = {key: value for key, value in asdict(limits).items() if isinstance(value, int)}
        amounts |= {"uid": uid, "cpu_seconds": int(limits.notebook_seconds) + 5}
        with theirs:
            self._ask({"do": "spawn", "id": number, "limits": amounts}, theirs)
        return Session(self, number, ours, limits)

    def interrupt(self, number: int) -> None:
        """Send a session's process what Ctrl-C sends."""
        self._ask({"do": "interrupt", "id": number})

    def kill(self, number: int) -> None:
        """End a session's process and all that it started."""
        self._ask({"do": "kill", "id": number})

    def close(self) -> None:
        """End the warm parent and everything in it."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()
        if self._folder:
            self._folder.cleanup()

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: dict[str, Any], channel: socket.socket | None = None) -> None:
        sent = [channel.fileno()] if channel else []
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", sent))] if sent else []
        try:
            self._control.sendmsg([b"!"], rights)
            wire.send(self._control, request)
            wire.receive(self._control, limit=1000, deadline=time.monotonic() + READY_SECONDS)
        except (OSError, wire.WireError) as error:
            raise NurseryGoneError(str(error)) from None


class Session:
    """One submission's process. Whatever it answers is an answer, never a verdict."""

    def __init__(self, nursery: Nursery, number: int, channel: socket.socket, limits: Limits):
        self.limits = limits
        self.seconds = 0.0  #: spent in the learner's code so far
        self._nursery, self._number, self._channel = nursery, number, channel
        self.ended = ""  #: why the process can't be asked any more
        try:
            said = wire.receive(channel, limit=10_000, deadline=time.monotonic() + READY_SECONDS)
        except (wire.WireError, TimeoutError) as error:
            said = f"a child did not start: {error!r}"
        if said != "ready":  # not the learner's fault: nothing of theirs has run yet
            self.close()
            raise NurseryGoneError(str(said))

    @property
    def alive(self) -> bool:
        """Whether the process can still be asked."""
        return not self.ended

    def run(self, source: str) -> dict[str, Plain]:
        """Run a cell; returns {"outputs": [...], "ok": bool} as the sandbox tells it."""
        answer = self._exchange({"do": "run", "source": source}, seconds=self.limits.cell_seconds)
        return answer if isinstance(answer, dict) else {}

    def call(self, name: str, args: tuple[Plain, ...], kwargs: Mapping[str, Plain], seconds: float) -> Plain:
        """Call a learner's function; returns what the sandbox tells of it."""
        return self._exchange(
            {"do": "call", "name": name, "args": args, "kwargs": dict(kwargs)}, seconds=seconds
        )

    def close(self) -> None:
        """End the process and all that it started."""
        self.ended = self.ended or "the process was closed"
        self._channel.close()
        self._nursery.kill(self._number)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _exchange(self, request: dict[str, Plain], *, seconds: float) -> Plain:
        """Ask and wait for the answer; on any trouble end the process and say why."""
        if self.ended:
            raise SessionEnded(self.ended)
        started = time.monotonic()
        allowed = min(seconds, max(0.1, self.limits.notebook_seconds - self.seconds))
        question = secrets.token_hex(8)  # what is sent unasked must not pass for the next answer
        try:
            self._channel.settimeout(allowed)
            wire.send(self._channel, {**request, "to": question})
            return self._answer(question, started + allowed, allowed)
        except wire.Closed:
            self.end("the process ended: it was stopped by exit, by a crash, or by the limit on memory")
        except wire.WireError as error:
            self.end(f"the process sent {error}")
        finally:
            self.seconds += time.monotonic() - started
        raise SessionEnded(self.ended)

    def _answer(self, question: str, deadline: float, allowed: float) -> Plain:
        """The answer by the deadline; after it, an interrupt and a moment's grace."""
        try:
            answer = self._receive(question, deadline)
        except TimeoutError:
            self._nursery.interrupt(self._number)
            with contextlib.suppress(TimeoutError):
                self._receive(question, time.monotonic() + GRACE_SECONDS)
                raise TimeLimitError(allowed) from None
            self.end(f"it took longer than {allowed:.0f} s and could not be interrupted")
            raise SessionEnded(self.ended) from None
        if isinstance(answer, dict) and answer.get("interrupted") is True:
            raise TimeLimitError(allowed)
        return answer

    def _receive(self, question: str, deadline: float) -> Plain:
        """The answer to this question; what answers another one is too late, or was never asked for."""
        while True:
            message = wire.receive(self._channel, limit=self.limits.message, deadline=deadline)
            to = message.get("to") if isinstance(message, dict) else None
            if not isinstance(to, str) or "answer" not in message:
                raise wire.WireError("an answer that is none")
            if to == question:
                return message["answer"]

    def end(self, why: str) -> None:
        """End the process because it can't be asked any more."""
        self.close()
        self.ended = why


class TimeLimitError(Exception):
    """A cell or a call took too long and was interrupted; the session goes on."""

    def __init__(self, seconds: float):
        super().__init__(f"it took longer than {seconds:.0f} s and was interrupted")


class CallThere:
    """Calls functions that live in a session: the Caller for checks at grading."""

    def __init__(self, session: Session):
        self.session = session
        self.left = session.limits.cell_seconds  #: for all calls of one check together

    def __call__(self, name: str, args: tuple[Plain, ...], kwargs: Mapping[str, Plain]) -> Outcome:
        """Call with copies of the arguments; a dead or late process is an exception of the learner's."""
        started = time.monotonic()
        try:
            answer = self.session.call(name, args, kwargs, max(0.1, self.left))
        except (SessionEnded, TimeLimitError) as trouble:
            kind = "TimeLimit" if isinstance(trouble, TimeLimitError) else "ProcessEnded"
            return Outcome(raised=Raised(kind, str(trouble), name))
        finally:
            self.left -= time.monotonic() - started
        outcome = outcome_of(answer, name)
        if outcome is None:  # whoever sends such a thing is no longer the course's own loop
            self.session.end("the process sent an answer that is none")
            return Outcome(raised=Raised("ProcessEnded", self.session.ended, name))
        return outcome


def outcome_of(answer: Plain, name: str) -> Outcome | None:
    """An Outcome from what the sandbox tells, which may be anything; None if it is no answer."""
    if not isinstance(answer, dict):
        return None
    if "missing" in answer:
        return Outcome(raised=Raised("NameError", f"name {name!r} is not defined", name))
    raised, arguments = answer.get("raised"), answer.get("arguments")
    if raised is not None:
        if not isinstance(raised, list) or len(raised) != 4:
            return None
        # Patterns are searched in these, for which long texts would take for ever.
        kind, message, function, line = (text(part, 1000) for part in raised)
        return Outcome(raised=Raised(kind, message, function, line), printed=text(answer.get("printed")))
    if not isinstance(arguments, list | tuple):
        return None
    not_plain = text(answer.get("not_plain"), 100)
    if not not_plain and any(as_an_array(part) > AS_AN_ARRAY for part in (answer.get("value"), *arguments)):
        return Outcome(not_plain="list that is too large to compare")
    grown = answer.get("grown")
    grown = grown if type(grown) is int and 0 <= grown < 1 << 50 else 0
    return Outcome(answer.get("value"), tuple(arguments), None, not_plain, text(answer.get("printed")), grown)


def text(value: Plain, limit: int = 4000) -> str:
    """The beginning of a text that can be written anywhere; anything else is no text."""
    # Lone surrogates become question marks: neither a file nor a database takes them.
    return value[:limit].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def as_an_array(value: Plain) -> int:
    """How many bytes np.asarray(value) takes at most: every entry takes as much as the largest."""
    entries, largest = _extent(value)
    return entries * largest


def _extent(value: Plain) -> tuple[int, int]:
    if isinstance(value, np.ndarray):
        return value.size, value.itemsize
    if isinstance(value, list | tuple):
        extents = [_extent(item) for item in value]
        return sum(n for n, _ in extents), max((size for _, size in extents), default=0)
    return 1, max(8, 4 * len(value)) if isinstance(value, str) else 8


def uids() -> range:
    """The uids that this process gives to children."""
    first = FIRST_UID + os.getpid() * UIDS
    return range(first, first + UIDS)


def may_change_uid() -> bool:
    """Whether this process is root and these uids exist here (in a container they may not)."""
    if os.geteuid() != 0:
        return False
    lines = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    mapped = [range(int(first), int(first) + int(count)) for first, _, count in map(str.split, lines)]
    return any(uids()[0] in part and uids()[-1] in part for part in mapped)
