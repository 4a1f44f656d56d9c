"""Collecting: what was uploaded somewhere becomes submitted/<student>/<assignment>/, the latest of each.

Every upload that was ever collected is kept under collected/<assignment>/, with a ledger that says whose
it is and when it came. So collecting again changes nothing, and a later upload never loses an earlier one.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from xentcourse.course import CourseError
from xentcourse.grading.assignment import Assignment
from xentcourse.grading.grade import alone
from xentcourse.grading.gradebook import exchange_of
from xentcourse.grading.intake import SECRET, STAMP, Seen, UnreadableError, read_bytes, seen_in
from xentcourse.grading.settings import Terms, read_settings
from xentcourse.teaching.origin import Origin, origins
from xentcourse.teaching.roster import FILE as ROSTER
from xentcourse.teaching.roster import ID, Roster, read_roster
from xentcourse.teaching.uploads import Upload, read_uploads
from xentcourse.tools import whole

KEPT, LEDGER = "collected", "ledger.csv"
EXCHANGE = "exchange"  #: the source that means nbgrader's own


@dataclass(frozen=True, order=True)
class Entry:
    """A line of the ledger; the largest of a student's counts."""

    batch: str  #: the moment that decides which is later, in UTC
    upload: int  #: and within a batch the platform's number
    when: str  #: handed in; counts for lateness
    student: str
    notebook: str
    sha256: str
    source: str


@dataclass
class Collected:
    """What one run of collecting found."""

    placed: list[str] = field(default_factory=list)  #: students whose submission is new or newer
    unchanged: list[str] = field(default_factory=list)
    unmatched: list[tuple[str, str]] = field(default_factory=list)  #: (file, why)
    remarks: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  #: in the roster, and nothing came


def collect(assignment: Assignment, source: str, roster: Path | None = None) -> Collected:
    """Collect an assignment from a folder, a zip, or nbgrader's exchange.

    Raises CourseError where the source or the roster can't be read at all.
    """
    people = read_roster(roster or assignment.root / ROSTER)
    if roster and not people.students:
        raise CourseError(f"{roster} is missing or has no students in it.")
    uploads = _exchange(assignment) if source == EXCHANGE else read_uploads(Path(source))
    with alone(assignment.root):
        return _Collector(assignment, people).take(uploads, source)


def _exchange(assignment: Assignment) -> Iterator[Upload]:
    """What lies in the exchange for this assignment."""
    inbound = exchange_of(assignment.root)
    if not inbound.is_dir():
        raise CourseError(
            f"There is no {inbound}: nothing was released by nbgrader's exchange. "
            "Set c.Exchange.root in nbgrader_config.py, or give a folder or a zip."
        )
    wanted = re.compile(rf".+\+{re.escape(assignment.name)}\+[^+]+(\+[^+]*)?")
    for folder in sorted(path for path in inbound.iterdir() if wanted.fullmatch(path.name)):
        if folder.is_symlink() or not folder.is_dir():
            yield Upload(folder.name, problem="a link" if folder.is_symlink() else "not a folder")
            continue
        for upload in read_uploads(folder):
            yield replace(upload, name=f"{folder.name}/{upload.name}")


class _Collector:
    """Matches uploads to people and notebooks, and keeps the ledger."""

    def __init__(self, assignment: Assignment, roster: Roster):
        self.assignment, self.roster = assignment, roster
        settings = read_settings(assignment.root)
        self.terms: Terms = settings.terms(assignment.name)
        self.grace = timedelta(minutes=settings.late.grace_minutes)
        self.kept = assignment.root / KEPT / assignment.name
        self.entries = read_ledger(assignment)
        self.found = Collected()

    def take(self, uploads: Iterable[Upload], source: str) -> Collected:
        """Take every upload; what is not taken is listed."""
        now = datetime.now(UTC)
        taken: list[Entry] = []
        for upload in uploads:
            entry = self._entry(upload, source, now)
            if entry:
                taken.append(entry)
                self._keep_upload(entry, upload)
        self._one_batch(taken)
        for student in sorted({entry.student for entry in taken}):
            self._place(student)
        here = set(self.assignment.students())
        self.found.missing = [student.id for student in self.roster.students if student.id not in here]
        return self.found

    def _entry(self, upload: Upload, source: str, now: datetime) -> Entry | None:
        if upload.problem:
            self.found.unmatched.append((upload.name, upload.problem))
            return None
        digest = hashlib.sha256(upload.content).hexdigest()
        seen, why = _seen(upload.content)
        notebook, why = self._notebook(upload, seen, why)
        student, origin = self._student(upload, seen) if notebook else ("", Origin(""))
        if not notebook or not student:
            self.found.unmatched.append((upload.name, why or origin.name))
            name = re.sub(r"[^\w.-]+", "_", upload.parts[-1])[-80:] if upload.parts else "file"
            self._keep(self.kept / "unmatched" / f"{digest[:12]}-{name}", upload.content)
            return None
        came = origin.when or upload.when or now
        return Entry(
            came.isoformat(),
            origin.upload,
            self._handed_in(student, came, origin).isoformat(),
            student,
            notebook,
            digest,
            f"{Path(source).name}/{upload.name}",
        )

    def _notebook(self, upload: Upload, seen: Seen, unreadable: str) -> tuple[str, str]:
        """Which notebook of the assignment this is; by its cells, or by its name where it can't be read."""
        if unreadable:
            file = upload.parts[-1]
            return next((name for name in self.assignment.notebooks if name in file), ""), unreadable
        shared = {name: len(seen.grade_ids & self._ids(name)) for name in self.assignment.notebooks}
        best = max(shared, key=lambda name: shared[name])
        return (best, "") if shared[best] else ("", f"no cell of {self.assignment.name} is in it")

    def _ids(self, notebook: str) -> set[str]:
        cells = self.assignment.notebooks[notebook].cells
        return {str(cell.metadata.get("nbgrader", {}).get("grade_id", "")) for cell in cells} - {""}

    def _student(self, upload: Upload, seen: Seen) -> tuple[str, Origin]:
        """Whose this is and what its name says; without a student the origin's name says why not."""
        readings = origins(upload.parts)
        if readings[0].assignment not in ("", self.assignment.name):
            return "", Origin(f"it was handed in for {readings[0].assignment}")
        if not self.roster.students:
            return self._by_folder(readings)
        why = ""
        for reading in readings:
            student, reason = self.roster.find(
                lms_user_id=reading.lms_user_id, name=reading.name, passing=reading.passing
            )
            if student:
                return student.id, reading
            why = why or reason
        # The platform's word counts more than the file's.
        student, _ = (
            self.roster.find(name=seen.student) if seen.student and not readings[0].sure else (None, "")
        )
        if student:
            self.found.remarks.append(f"{upload.name}: {student.id}'s, as the notebook itself says")
            return student.id, readings[0]
        return "", Origin(why)

    def _by_folder(self, readings: list[Origin]) -> tuple[str, Origin]:
        """Without a roster the name of a folder or a file is the student's; a platform's is not enough."""
        for reading in readings:
            if reading.lms_user_id or not ID.fullmatch(reading.name):
                break
            if reading.name != self.assignment.name:
                return reading.name, reading
        return "", Origin(f"there is no {ROSTER} to say who {readings[0].name!r} is")

    def _handed_in(self, student: str, came: datetime, origin: Origin) -> datetime:
        """When it counts as handed in: a zip of Canvas's has no such times, but says what is late."""
        due = self.terms.due_of(student)
        if origin.late is None or due is None:
            return came
        if not origin.late:
            return min(came, due)
        self.found.remarks.append(
            f"{student}: late, says Canvas, and not how late; one day has begun. To correct it, write the "
            f"time into submitted/{student}/{self.assignment.name}/timestamp.txt"
        )
        return due + self.grace + timedelta(seconds=1)

    def _one_batch(self, taken: list[Entry]) -> None:
        """Add what is new to the ledger; uploads that a platform numbers are a batch with one moment."""
        numbered = [entry.batch for entry in taken if entry.upload]
        known = {(entry.student, entry.notebook, entry.sha256) for entry in self.entries}
        for entry in taken:
            if (entry.student, entry.notebook, entry.sha256) in known:
                continue
            known.add((entry.student, entry.notebook, entry.sha256))
            batch = max(numbered) if entry.upload else entry.batch
            self.entries.append(Entry(**{**asdict(entry), "batch": batch}))
        _write_ledger(self.kept / LEDGER, self.entries)

    def _place(self, student: str) -> None:
        """Put the latest of each of a student's notebooks where it is graded."""
        changed = False
        for notebook in self.assignment.notebooks:
            path = self.assignment.submitted / student / self.assignment.name / f"{notebook}.ipynb"
            self._remember(student, notebook, path)
            mine = [e for e in self.entries if (e.student, e.notebook) == (student, notebook)]
            if not mine:
                continue
            latest = max(mine)
            kept = self._kept(latest)
            content = kept.read_bytes()
            if _read(path) == content:
                continue
            changed = True
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # it might be a link
            path.write_bytes(content)
            moment = datetime.fromisoformat(latest.when)
            path.with_name(STAMP).write_text(f"{moment:%Y-%m-%d %H:%M:%S} UTC\n", encoding="utf-8")
            path.with_name(SECRET).unlink(missing_ok=True)
            if secret := _read(kept.with_suffix(".secret")):
                path.with_name(SECRET).write_bytes(secret)
        (self.found.placed if changed else self.found.unchanged).append(student)

    def _remember(self, student: str, notebook: str, path: Path) -> None:
        """Take into the ledger what lies in submitted/ and was not collected by this command."""
        content = _read(path)
        if content is None:
            return
        digest = hashlib.sha256(content).hexdigest()
        if any((e.student, e.notebook, e.sha256) == (student, notebook, digest) for e in self.entries):
            return
        uploads = {upload.name: upload for upload in read_uploads(path.parent)}
        came = uploads[path.name].when or datetime.now(UTC)
        when = came.isoformat()
        entry = Entry(when, 0, when, student, notebook, digest, "found in submitted/")
        self._keep_upload(entry, uploads[path.name])
        self.entries.append(entry)
        _write_ledger(self.kept / LEDGER, self.entries)

    def _kept(self, entry: Entry) -> Path:
        return self.kept / entry.student / f"{entry.sha256[:12]}.ipynb"

    def _keep_upload(self, entry: Entry, upload: Upload) -> None:
        """Keep a notebook, and the secret of the first upload that had it: the one that counts."""
        path = self._kept(entry)
        self._keep(path, upload.content)
        if upload.secret and not path.with_suffix(".secret").exists():
            self._keep(path.with_suffix(".secret"), upload.secret)

    def _keep(self, path: Path, content: bytes) -> None:
        if _read(path) != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _seen(content: bytes) -> tuple[Seen, str]:
    """What a file says about itself, or nothing and why it can't be read."""
    try:
        return seen_in(content), ""
    except UnreadableError as error:
        return Seen(), str(error)


def _read(path: Path) -> bytes | None:
    with suppress(UnreadableError):
        return read_bytes(path)
    return None


def read_ledger(assignment: Assignment) -> list[Entry]:
    """Every upload that was ever collected for an assignment."""
    path = assignment.root / KEPT / assignment.name / LEDGER
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [_line(row) for row in csv.DictReader(file)]


def _line(row: dict[str, Any]) -> Entry:
    return Entry(**{**row, "upload": int(row["upload"])})


def _write_ledger(path: Path, entries: list[Entry]) -> None:
    with whole(path) as new, new.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [each.name for each in fields(Entry)])
        writer.writeheader()
        writer.writerows(asdict(entry) for entry in entries)


def as_text(found: Collected, assignment: str) -> str:
    """What whoever collects reads."""
    lines = [f"{assignment}: {len(found.placed)} new or newer, {len(found.unchanged)} as they were."]
    sections = (
        ("Not taken:", [f"{name}: {why}" for name, why in found.unmatched]),
        ("Please look:", found.remarks),
        ("Nothing came from:", [", ".join(found.missing)] if found.missing else []),
    )
    for title, rows in sections:
        lines += ["", title, *(f"  {row}" for row in rows)] if rows else []
    return "\n".join(lines)
