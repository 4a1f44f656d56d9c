"""Feedback for a class: nbgrader's pages, and the zip in which Canvas and Moodle take them back.

Both platforms read from the name of a file whose it is, and know it only as they named it themselves when the
submissions were downloaded. Collecting noted these names in its ledger, so each page gets that of the
submission that it is about.
"""

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from xentcourse.course import CourseError
from xentcourse.grading.assignment import Assignment
from xentcourse.grading.gradebook import must, nbgrader_api
from xentcourse.teaching.collect import read_ledger
from xentcourse.teaching.origin import platform_name
from xentcourse.teaching.uploads import Upload
from xentcourse.tools import whole

#: Where the platforms take the zip.
TAKEN_AT = {
    "Canvas": "Gradebook, the menu of the assignment's column, Re-Upload Submissions",
    "Moodle": "the assignment's Submissions, Actions, Upload multiple feedback files in a zip",
}


@dataclass(frozen=True)
class Page:
    """A feedback page and the name that it has in the zip."""

    student: str
    path: Path
    name: PurePosixPath
    platform: str = ""  #: that named it; empty where none did


def make_pages(assignment: Assignment, db_url: str, students: Sequence[str] = ()) -> None:
    """Write feedback/<student>/<assignment>/ anew, as nbgrader does; of everybody, or of these students.

    Raises CourseError where somebody is not graded.
    """
    graded = {path.parent.name for path in assignment.autograded.glob(f"*/{assignment.name}")}
    if strangers := sorted(set(students) - graded) or ([] if graded else ["anybody"]):
        raise CourseError(
            f"Nothing of {', '.join(strangers)} is graded for {assignment.name}. "
            f"Type `xentcourse grade {assignment.name}` first."
        )
    api = nbgrader_api(assignment.root, db_url=db_url)
    for student in students or (None,):
        must(api.generate_feedback(assignment.name, student), f"write the feedback on {assignment.name}")


def pages_of(assignment: Assignment, students: Sequence[str] = ()) -> list[Page]:
    """The feedback pages that there are, in the order of their students; of all, or of these."""
    names = dict(_names(assignment))
    pages = []
    for path in sorted(assignment.root.glob(f"feedback/*/{assignment.name}/*.html")):
        student = path.parts[-3]
        own = "", PurePosixPath(student, path.name)
        platform, name = names.get((student, path.stem), own)
        if not students or student in students:
            pages.append(Page(student, path, name, platform))
    return pages


def _names(assignment: Assignment) -> Iterator[tuple[tuple[str, str], tuple[str, PurePosixPath]]]:
    """(student, notebook) and what a platform called it, the latest upload last."""
    for entry in sorted(read_ledger(assignment)):
        if found := platform_name(Upload(entry.source.partition("/")[2]).parts):
            platform, name = found
            yield (entry.student, entry.notebook), (platform, name.with_suffix(".html"))


def pack(pages: Sequence[Page], path: Path) -> None:
    """Write the zip."""
    with whole(path) as new, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in pages:
            archive.write(page.path, str(page.name))


def as_text(pages: Sequence[Page], path: Path) -> str:
    """What whoever gives feedback reads."""
    counts = Counter(page.platform for page in pages)
    lines = [f"{path}: {len(pages)} pages of feedback."]
    for platform, where in TAKEN_AT.items():
        if counts[platform]:
            lines.append(f"  {counts[platform]} as {platform} takes them back: {where}.")
    if nobodys := sorted({page.student for page in pages if not page.platform}):
        shown = ", ".join(nobodys[:5]) + (", …" if len(nobodys) > 5 else "")
        lines.append(f"  {counts['']} in folders by student, since no platform named their files: {shown}")
    return "\n".join(lines)
