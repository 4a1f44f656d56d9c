"""The course's folder: which chapters there are, and where their pieces lie."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class CourseError(Exception):
    """Something about the course's folder is not as it must be; the message says what and what next."""


@dataclass(frozen=True)
class Chapter:
    """The pieces that one slug ties together."""

    slug: str
    root: Path

    @property
    def page(self) -> Path:
        """The chapter's text."""
        return self.root / "book" / f"{self.slug}.md"

    @property
    def reference(self) -> Path:
        """The oracle."""
        return self.root / "xentcourse" / "reference" / f"{self.slug}.py"

    @property
    def checks(self) -> Path:
        """The checks of the assignment."""
        return self.root / "xentcourse" / "checks" / f"{self.slug}.py"

    @property
    def slips(self) -> Path:
        """The mistakes people make, each with a tutor's sentence."""
        return self.root / "xentcourse" / "checks" / "slips" / f"{self.slug}.py"

    @property
    def figures(self) -> Path:
        """The chapter's plots."""
        return self.root / "xentcourse" / "figures" / f"{self.slug}.py"

    @property
    def explorable(self) -> Path:
        """What the reader drags and presses; its mathematics is under math/."""
        return self.root / "book" / "_explorables" / f"{self.slug}.js"

    @property
    def solution(self) -> Path:
        """The assignment's only hand-written source."""
        return self.root / "solutions" / self.slug / f"{self.slug}.py"

    @property
    def exercise(self) -> Path:
        """What learners open: generated from the solution."""
        return self.root / "exercises" / self.slug / f"{self.slug}.ipynb"

    @property
    def tests(self) -> Path:
        """The folder of the chapter's own tests."""
        return self.root / "tests" / self.slug

    @property
    def mutants(self) -> Path:
        """Wrong and right solutions, to try the checks with."""
        return self.tests / "solutions.py"

    def places(self) -> dict[str, tuple[Path, str]]:
        """Where each thing about the chapter lies, if it has it, and what it is; by name."""
        found = {name: one for name, one in vars(Chapter).items() if isinstance(one, property)}
        return {name: (getattr(self, name), str(one.__doc__)) for name, one in found.items()}

    def pieces(self) -> dict[str, Path]:
        """Every piece by name, without those that the page's front matter says it lacks."""
        names = ("page", "reference", "checks", "solution", "exercise", "tests")
        lacks = self.front_matter.get("lacks", {})
        return {name: getattr(self, name) for name in names if name not in lacks}

    @cached_property
    def front_matter(self) -> dict[str, Any]:
        """The `xentcourse` entry of the page's front matter."""
        match = re.match(r"---\n(.*?)\n---\n", self.page.read_text(encoding="utf-8"), re.DOTALL)
        return dict((yaml.safe_load(match[1]) if match else {}).get("xentcourse", {}))


@dataclass(frozen=True)
class Course:
    """A checkout of the course."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> "Course":
        """The course that `start` (by default the current folder) lies in."""
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if (folder / "_toc.yml").is_file() and (folder / "book").is_dir():
                return cls(folder)
        raise CourseError(
            f"{start} is not inside a copy of the course: no folder above it has _toc.yml and book/. "
            "Change to the course's folder first."
        )

    @cached_property
    def chapters(self) -> list[Chapter]:
        """The numbered chapters in the order of _toc.yml."""
        contents = yaml.safe_load((self.root / "_toc.yml").read_text(encoding="utf-8"))
        numbered = [part for part in contents["parts"] if part.get("numbered")]
        return [Chapter(entry["file"], self.root) for part in numbered for entry in part["chapters"]]

    @property
    def build(self) -> Path:
        """Where everything generated goes that is not committed."""
        return self.root / "_build"

    def chapter(self, slug: str) -> Chapter:
        """The chapter called `slug`."""
        for chapter in self.chapters:
            if chapter.slug == slug:
                return chapter
        known = ", ".join(chapter.slug for chapter in self.chapters)
        raise CourseError(f"There is no chapter {slug!r} in _toc.yml; there are: {known}.")
