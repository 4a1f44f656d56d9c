"""Reading what was uploaded: folders, and the zips that Canvas and Moodle make, as somebody's data.

Nothing is unpacked: a name in a zip is never a path on this machine, a file is read only up to its limit
whatever the zip claims about its size, and links, devices and locked files are left unread.
"""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from xentcourse.course import CourseError
from xentcourse.grading.intake import MAX_BYTES, SECRET, STAMP, UnreadableError, beside, read_bytes

MAX_FILES = 50_000
MAX_ALL = 4 << 30  #: bytes of all files together
NOTEBOOK = ".ipynb"
#: What macOS, file managers and Jupyter put in besides.
JUNK = re.compile(r"__MACOSX|\._.*|\.DS_Store|Thumbs\.db|\.ipynb_checkpoints")


@dataclass(frozen=True)
class Upload:
    """A file that somebody handed in."""

    name: str  #: its path in the source, with slashes
    content: bytes = b""
    when: datetime | None = None  #: when the source says that it came
    problem: str = ""  #: why it was not read
    secret: bytes = b""  #: by which nbgrader's exchange gives its author the feedback

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders and the file's name."""
        return PurePosixPath(self.name.replace("\\", "/")).parts


def read_uploads(source: Path) -> Iterator[Upload]:
    """Every file of a folder or a zip; what can't be taken says why.

    Raises CourseError where the source itself can't be read.
    """
    if source.is_dir():
        yield from _in_folder(source)
    elif source.is_file() and zipfile.is_zipfile(source):
        try:
            with zipfile.ZipFile(source) as archive:
                yield from _in_zip(archive, source)
        except zipfile.BadZipFile as error:
            raise CourseError(f"{source} is a damaged zip ({error}). Download it again.") from None
    else:
        seen = "is neither a folder nor a zip" if source.exists() else "does not exist"
        raise CourseError(
            f"{source} {seen}. Give the zip that Canvas or Moodle made, a folder, or the word exchange."
        )


def _in_folder(folder: Path) -> Iterator[Upload]:
    for number, path in enumerate(sorted(_files(folder)), start=1):
        _not_too_many(number, folder)
        name = path.relative_to(folder).as_posix()
        if path.suffix != NOTEBOOK or path.is_symlink():
            if path.name not in (STAMP, SECRET):
                yield Upload(name, problem="a link" if path.is_symlink() else "not a notebook")
            continue
        try:
            content = read_bytes(path)
        except UnreadableError as error:
            yield Upload(name, problem=str(error))
            continue
        when = _stamped(path) or datetime.fromtimestamp(path.stat().st_mtime, UTC)
        yield Upload(name, content, when, secret=beside(path, SECRET))


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not JUNK.fullmatch(name)]
        yield from (Path(place, name) for name in names if not JUNK.fullmatch(name))


def _stamped(path: Path) -> datetime | None:
    """What a timestamp.txt beside a notebook says, as nbgrader writes it."""
    from nbgrader.utils import parse_utc

    try:
        text = beside(path, STAMP).decode("utf-8", "replace").strip()
        return parse_utc(text).replace(tzinfo=UTC) if text else None
    except (ValueError, OverflowError):
        return None


def _in_zip(archive: zipfile.ZipFile, source: Path) -> Iterator[Upload]:
    left = MAX_ALL
    for number, entry in enumerate(archive.infolist(), start=1):
        _not_too_many(number, source)
        if entry.is_dir() or _is_junk(entry.filename):
            continue
        upload = _entry(archive, entry)
        left -= len(upload.content)
        if left < 0:
            raise CourseError(
                f"{source} holds more than {MAX_ALL >> 30} GB of notebooks. Is it what the platform made? "
                "If so, unpack it, and collect from one folder after the other."
            )
        yield upload


def _is_junk(name: str) -> bool:
    return any(JUNK.fullmatch(part) for part in name.split("/"))


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Upload:
    name = entry.filename
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return Upload(name, problem="a link or a device" if not stat.S_ISDIR(mode) else "a folder")
    if not name.lower().endswith(NOTEBOOK):
        return Upload(name, problem="not a notebook")
    if entry.flag_bits & 1:
        return Upload(name, problem="locked by a password")
    try:
        with archive.open(entry) as file:
            content = file.read(MAX_BYTES + 1)  # whatever size is claimed
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError) as error:
        return Upload(name, problem=f"damaged ({error})")
    if len(content) > MAX_BYTES:
        return Upload(name, problem=f"larger than {MAX_BYTES >> 20} MB")
    return Upload(name, content, _time_of(entry))


def _time_of(entry: zipfile.ZipInfo) -> datetime | None:
    """The time that a zip notes; it has no zone, so it is taken for this machine's."""
    try:
        return datetime(*entry.date_time).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _not_too_many(number: int, source: Path) -> None:
    if number > MAX_FILES:
        raise CourseError(f"{source} has more than {MAX_FILES} files. Is it what the platform made?")
