"""Releasing an assignment: the notebook that learners open, made from the source by nbgrader."""

import shutil
from pathlib import Path

import nbformat

from xentcourse.course import Chapter, Course, CourseError
from xentcourse.grading.config import configure
from xentcourse.grading.gradebook import lay_gradebook
from xentcourse.grading.variant import assignment_notebook, handed_out
from xentcourse.tools import tools_on_path


def release(chapter: Chapter, course: Course, variant: int | None = None) -> Path:
    """Write the release notebook, or that of a variant, to exercises/ and return its path."""
    text = release_text(chapter, course, variant)
    chapter.exercise.parent.mkdir(parents=True, exist_ok=True)
    chapter.exercise.write_text(text, encoding="utf-8")
    return chapter.exercise


def is_stale(chapter: Chapter, course: Course) -> bool:
    """Whether the release, or the variant in its place, differs from what the source gives today."""
    exercise = chapter.exercise
    if not exercise.is_file():
        return True
    return exercise.read_text(encoding="utf-8") != release_text(chapter, course, handed_out(chapter))


def release_text(chapter: Chapter, course: Course, variant: int | None = None) -> str:
    """The release notebook as text: the same bytes for the same source and variant."""
    write_source(chapter, course, variant)
    made = _generate(chapter, course)
    for number, cell in enumerate(made.cells):
        cell.id = f"{chapter.slug.replace('_', '-')}-{number:02}"
    return str(nbformat.writes(made)) + "\n"


def write_source(chapter: Chapter, course: Course, variant: int | None) -> Path:
    """Write the notebook with solutions where nbgrader looks for it, and return its path."""
    path = course.build / "nbgrader" / "source" / chapter.slug / f"{chapter.slug}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(assignment_notebook(chapter, variant), path)
    return path


def _generate(chapter: Chapter, course: Course) -> nbformat.NotebookNode:
    """Let nbgrader generate the assignment in the build folder, with a gradebook of its own."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    workshop = course.build / "nbgrader"
    config = configure(Config(), course)
    config.CourseDirectory.release_directory = "_build/nbgrader/release"
    config.CourseDirectory.db_url = f"sqlite:///{workshop / 'release.db'}"
    lay_gradebook(config.CourseDirectory.db_url)
    with tools_on_path():
        result = NbGraderAPI(config=config).generate_assignment(chapter.slug, force=True)
    if not result["success"]:
        raise CourseError(
            f"nbgrader could not generate {chapter.slug} from {chapter.solution}:\n{result.get('log', '')}"
            f"{result.get('error', '')}"
        )
    made = workshop / "release" / chapter.slug / f"{chapter.slug}.ipynb"
    notebook = nbformat.read(made, as_version=4)
    shutil.rmtree(made.parent)
    return notebook
