"""Where a learner works, and what the course lays there."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xentcourse.course import Course, CourseError

NAME = "work"
#: The releases that a learner's copies were made from; also how the folder is recognised.
RELEASED = ".released"
#: What the built package brings along: exercises and chapters, as notebooks.
SHELF = Path(__file__).parent / "shelf"


@dataclass(frozen=True)
class Workplace:
    """A learner's folder."""

    folder: Path

    @classmethod
    def around(cls, start: Path) -> "Workplace | None":
        """The workplace that `start` lies in; None where there is none."""
        start = start.resolve()
        found = (folder for folder in (start, *start.parents) if (folder / RELEASED).is_dir())
        return next((cls(folder) for folder in found), None)

    def notebook(self, slug: str) -> Path:
        """The learner's copy of an assignment."""
        return self.folder / slug / f"{slug}.ipynb"

    def released(self, slug: str) -> Path:
        """The release that the learner's copy was made from."""
        return self.folder / RELEASED / f"{slug}.ipynb"

    def mine(self, slug: str) -> Path:
        """The module with the learner's own functions."""
        return self.folder / "mine" / f"{slug}.py"

    def handed_in(self, slug: str) -> Path:
        """The file to upload."""
        return self.folder / "handed_in" / f"{slug}.ipynb"

    def assignments(self) -> list[str]:
        """The slugs of the assignments that were laid here, in the order of their names."""
        bases = sorted((self.folder / RELEASED).glob("*.ipynb"))
        return [base.stem for base in bases if self.notebook(base.stem).is_file()]


@dataclass(frozen=True)
class Material:
    """What there is to learn with, in the order of the course; each is made when it is asked for."""

    exercises: Mapping[str, Callable[[], bytes]]
    chapters: Mapping[str, Callable[[], bytes]]

    @classmethod
    def of_course(cls, course: Course) -> "Material":
        """The material of a checkout."""
        from xentcourse.learning.pages import page_notebook, pages_to_read

        exercises = [chapter.exercise for chapter in course.chapters if chapter.exercise.is_file()]
        return cls(
            {path.parent.name: path.read_bytes for path in exercises},
            {slug: lambda slug=slug: page_notebook(course, slug) for slug in pages_to_read(course)},  # type: ignore[misc]
        )

    @classmethod
    def of_shelf(cls, shelf: Path = SHELF) -> "Material":
        """The material that the built package brought along."""
        contents = json.loads((shelf / "contents.json").read_text(encoding="utf-8"))
        exercises, chapters = (
            {slug: (shelf / kind / f"{slug}.ipynb").read_bytes for slug in contents[kind]}
            for kind in ("exercises", "chapters")
        )
        return cls(exercises, chapters)

    def fill(self, shelf: Path) -> None:
        """Write all of it to a folder that `of_shelf` reads."""
        kinds = {"exercises": self.exercises, "chapters": self.chapters}
        for kind, notebooks in kinds.items():
            (shelf / kind).mkdir(parents=True, exist_ok=True)
            for slug, content in notebooks.items():
                (shelf / kind / f"{slug}.ipynb").write_bytes(content())
        contents = {kind: list(notebooks) for kind, notebooks in kinds.items()}
        (shelf / "contents.json").write_text(json.dumps(contents), encoding="utf-8")


def material(start: Path | None = None) -> Material:
    """The material at hand: of the checkout that `start` or this package lies in, or the package's own."""
    for place in (start or Path.cwd(), Path(__file__).parent):
        try:
            return Material.of_course(Course.find(place))
        except CourseError:
            continue
    if not (SHELF / "contents.json").is_file():
        raise CourseError(
            f"This copy of xentcourse has no exercises in {SHELF}. Install the built package, "
            "or change to a checkout of the course."
        )
    return Material.of_shelf()


def workplace(start: Path | None = None) -> Workplace:
    """Where somebody who stands in `start` works: around it, in the course's work/, or in a work/ here."""
    start = (start or Path.cwd()).resolve()
    if inside := Workplace.around(start):
        return inside
    try:
        return Workplace(Course.find(start).root / NAME)
    except CourseError:
        return Workplace(start / NAME)


def must_exist(place: Workplace, slug: str) -> Path:
    """The learner's copy of an assignment; raises CourseError where it was never laid."""
    path = place.notebook(slug)
    if not path.is_file():
        known = ", ".join(place.assignments()) or "none yet"
        raise CourseError(
            f"{path} is missing. Assignments in {place.folder}: {known}. `xentcourse lab` lays them there."
        )
    return path
