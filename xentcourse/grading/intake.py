"""From the bytes that somebody handed in to the cells that will run.

Nothing of a submission is believed but the sources of its cells: a learner's cells are taken by grade id,
everything locked or graded comes from the skeleton, and cells without a grade id stay where they were,
since a helper function in a cell of one's own is no offence. Metadata, outputs and files are not taken.
"""

import json
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xentcourse.grading.bundle import Bundle, Cell, variant_in
from xentcourse.grading.sandbox.session import text

#: What nbgrader's exchange lays beside a notebook: when it came, and by what its author can fetch feedback.
STAMP, SECRET = "timestamp.txt", "submission_secret.txt"
MAX_BYTES = 20 << 20
MAX_CELLS = 1000
MAX_SOURCE = 1 << 20


class UnreadableError(Exception):
    """A submission that can't be read at all; the message says why."""


@dataclass(frozen=True)
class Piece:
    """One cell of the rebuilt notebook."""

    cell_type: str
    source: str
    cell: Cell | None  #: the skeleton's, None for a cell of the learner's own
    missing: bool = False  #: a learner's cell that the submission does not have


def read_bytes(path: Path) -> bytes:
    """The file's content, if it is an ordinary file of reasonable size; follows no link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        reason = "is a symbolic link" if path.is_symlink() else f"can't be opened ({error.strerror})"
        raise UnreadableError(f"{path.name} {reason}.") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise UnreadableError(f"{path.name} is no ordinary file.")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > MAX_BYTES:
            raise UnreadableError(
                f"{path.name} has {status.st_size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} are read. "
                "Clear its outputs and hand it in again."
            )
        return file.read(MAX_BYTES)


def beside(notebook: Path, name: str) -> bytes:
    """The beginning of a small file beside a notebook; nothing where there is none that can be read."""
    with suppress(UnreadableError):
        return read_bytes(notebook.with_name(name))[:1000]
    return b""


def rebuild(bundle: Bundle, content: bytes) -> tuple[list[Piece], list[str]]:
    """The notebook that will run, and what was found that does not belong in it.

    Raises UnreadableError where `content` is no notebook.
    """
    notebook = _parse(content)
    submitted = _cells(notebook)
    report = _other_variant(bundle, notebook)
    by_id: dict[str, str] = {}
    copies: dict[str, list[Piece]] = {}
    own: dict[str, list[Piece]] = {}
    known = {cell.grade_id: cell for cell in bundle.cells}
    last = ""
    for cell_type, source, grade_id in submitted:
        if grade_id not in known:
            if grade_id:
                report.append(
                    f"A cell with the foreign grade id {grade_id[:80]!r} is treated as an ordinary cell."
                )
            own.setdefault(last, []).append(Piece(cell_type, source, None))
            continue
        cell, last = known[grade_id], grade_id
        if grade_id in by_id:
            report.append(f"{grade_id} occurs more than once; the last one counts.")
            if cell.kind == "solution":  # the copy runs first, as it did at home: it may define what is used
                copies.setdefault(grade_id, []).append(Piece(cell.cell_type, by_id[grade_id], None))
        if cell.cell_type != cell_type:
            report.append(
                f"{grade_id} was changed from {cell.cell_type} to {cell_type}; it is {cell.cell_type}."
            )
        as_it_was = {cell.source.strip(), cell.released.strip()}
        if cell.kind in ("locked", "tests") and source.strip() not in as_it_was:
            report.append(f"{grade_id} was edited; the original is used.")
        by_id[grade_id] = source
    pieces = own.pop("", [])
    for cell in bundle.cells:
        missing = cell.grade_id not in by_id
        if missing:
            report.append(f"{cell.grade_id} is missing from the submission.")
        learners = cell.kind in ("solution", "written")
        source = by_id.get(cell.grade_id, "") if learners else cell.source
        pieces += copies.get(cell.grade_id, [])
        pieces.append(Piece(cell.cell_type, source, cell, missing))
        pieces += own.pop(cell.grade_id, [])
    return pieces, report


def _other_variant(bundle: Bundle, notebook: dict[str, Any]) -> list[str]:
    """What there is to say where a notebook was not made from what this class got."""
    made_from, wanted = (
        "the plain release" if variant is None else f"variant {variant}"
        for variant in (variant_in(notebook), bundle.variant)
    )
    if made_from == wanted:
        return []
    return [
        f"This was made from {made_from}, and {wanted} was handed out. "
        "Functions have other names there; only those that have the right ones bring points."
    ]


def _parse(content: bytes) -> dict[str, Any]:
    for encoding in ("utf-8-sig", "utf-16", "latin-1"):
        try:
            notebook = json.loads(content.decode(encoding))
        except (ValueError, RecursionError):
            continue
        if isinstance(notebook, dict):
            return notebook
    raise UnreadableError(
        "The file is no notebook: it is not complete JSON. Was it cut off, or is it another kind of file?"
    )


def _cells(notebook: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(cell type, source, grade id) of every cell, of any version of the format."""
    cells = notebook.get("cells")
    if cells is None:  # version 3 and older
        sheets = notebook.get("worksheets")
        first = sheets[0] if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict) else {}
        cells = first.get("cells")
    if not isinstance(cells, list):
        raise UnreadableError("The file is JSON, but no notebook: it has no list of cells.")
    if len(cells) > MAX_CELLS:
        raise UnreadableError(f"The notebook has {len(cells)} cells; at most {MAX_CELLS} are read.")
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def _cell(cell: dict[str, Any]) -> tuple[str, str, str]:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    cell_type = cell.get("cell_type")
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return (
        cell_type if cell_type in ("code", "markdown", "raw") else "raw",
        text(source, MAX_SOURCE),
        grade_id if isinstance(grade_id, str) else "",
    )


@dataclass(frozen=True)
class Seen:
    """What a file says about itself; a claim, not a fact."""

    grade_ids: frozenset[str] = frozenset()
    student: str = ""


def seen_in(content: bytes) -> Seen:
    """The grade ids that a notebook has, and whose it says it is.

    Raises UnreadableError where `content` is no notebook.
    """
    notebook = _parse(content)
    about = notebook.get("metadata")
    ours = about.get("xentcourse") if isinstance(about, dict) else None
    student = ours.get("student") if isinstance(ours, dict) else None
    ids = frozenset(grade_id for _, _, grade_id in _cells(notebook) if grade_id)
    return Seen(ids, student if isinstance(student, str) else "")
