"""An assignment and where its class keeps things: a chapter's, or one of any nbgrader course."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from xentcourse.course import Chapter, Course, CourseError
from xentcourse.grading.gradebook import REGISTERED, register
from xentcourse.grading.release import write_source
from xentcourse.grading.variant import assignment_notebook, handed_out


@dataclass(frozen=True)
class Assignment:
    """What is to be graded, and the folders of the class."""

    name: str
    root: Path  #: the folder with nbgrader_config.py and the gradebook
    notebooks: Mapping[str, nbformat.NotebookNode] = field(repr=False)  #: with solutions, by name
    files: Path | None = None  #: what the notebooks read, besides
    ours: bool = True  #: whether it is a chapter of this course
    variant: int | None = None  #: of a chapter, where learners got one

    @property
    def submitted(self) -> Path:
        """Where submissions are collected, a folder for each student."""
        return self.root / "submitted"

    @property
    def autograded(self) -> Path:
        """Where executed notebooks go, a folder for each student."""
        return self.root / "autograded"

    def students(self) -> list[str]:
        """Everybody who handed something in; nbgrader does not see folders that begin with a dot either."""
        names = (path.parent.name for path in self.submitted.glob(f"*/{self.name}"))
        return sorted(name for name in names if not name.startswith("."))

    def register(self, db_url: str) -> None:
        """Tell the gradebook about the assignment's cells."""
        if self.ours:
            course = Course(self.root)
            write_source(course.chapter(self.name), course, self.variant)
        register(self.root, self.name, db_url=db_url)

    def released(self, notebook: str) -> nbformat.NotebookNode:
        """A notebook as learners get it, which registering has made."""
        return nbformat.read(self.root / REGISTERED / self.name / f"{notebook}.ipynb", as_version=4)


def find_assignment(name: str, start: Path | None = None) -> Assignment:
    """The assignment called `name` of the course, or of the nbgrader course, that `start` lies in."""
    start = (start or Path.cwd()).resolve()
    for root in (start, *start.parents):  # the nearest counts: a class may lie inside a copy of the course
        source = root / "source" / name
        if (root / "nbgrader_config.py").is_file() and source.is_dir():
            paths = sorted(source.glob("*.ipynb"))
            if notebooks := {path.stem: nbformat.read(path, as_version=4) for path in paths}:
                return Assignment(name, root, notebooks, source, ours=False)
        with suppress(CourseError):
            course = Course.find(start)
            if course.root == root:
                break
    else:
        raise CourseError(
            f"There is no assignment {name!r} here: {start} lies neither in a copy of the course nor in an "
            f"nbgrader course with source/{name}/*.ipynb. Change to the course's folder first."
        )
    return of_chapter(course, course.chapter(name))


def find_root(start: Path | None = None) -> Path:
    """The folder of the class that `start` lies in: the nearest with nbgrader_config.py.

    Raises CourseError where there is none.
    """
    start = (start or Path.cwd()).resolve()
    for root in (start, *start.parents):
        if (root / "nbgrader_config.py").is_file():
            return root
    raise CourseError(
        f"There is no class here: no folder from {start} upwards has an nbgrader_config.py. "
        "Change to the class's folder first."
    )


def of_chapter(course: Course, chapter: Chapter) -> Assignment:
    """The assignment of a chapter, in the variant that lies in exercises/."""
    variant = handed_out(chapter)
    files = chapter.solution.parent / "files"
    return Assignment(
        chapter.slug,
        course.root,
        {chapter.slug: assignment_notebook(chapter, variant)},
        files if files.is_dir() else None,
        variant=variant,
    )
