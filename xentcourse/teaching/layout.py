"""Laying out a class: a folder of its own with what grading needs of the course, settings and a roster."""

import shutil
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

from xentcourse.course import Chapter, Course, CourseError
from xentcourse.grading.settings import FILE, new_seed, read_settings
from xentcourse.grading.source import source_notebook
from xentcourse.teaching.roster import FILE as ROSTER
from xentcourse.teaching.roster import Student

#: What learners hand in is theirs, and grades are nobody else's: nothing of a class goes into a repository.
PRIVATE = "# Submissions and grades are nobody else's.\n*\n"


def lay_class(course: Course, folder: Path, slugs: Sequence[str] = (), *, term: str = "") -> list[Path]:
    """Lay out a class in `folder`, or add chapters to one; returns what was written.

    slugs : the chapters whose assignments the class has; by default those that it has, or all
    Nothing that is there is changed, but that chapters are added at the end of course.toml.
    Raises CourseError where `folder` holds something else, or a chapter has no assignment.
    """
    folder = folder.resolve()
    settings = folder / FILE
    if folder.is_dir() and any(folder.iterdir()) and not settings.is_file() and folder != course.root:
        raise CourseError(
            f"{folder} holds something else: it has no {FILE}. Name a new folder; it will be made."
        )
    known = list(read_settings(folder).assignments)
    chapters = [course.chapter(slug) for slug in slugs] or _those(course, known)
    without = [chapter.slug for chapter in chapters if "exercise" not in chapter.pieces()]
    if slugs and without:
        raise CourseError(f"{', '.join(without)} has no assignment. Leave it out.")
    chapters = [chapter for chapter in chapters if chapter.slug not in without]
    written = [] if folder == course.root else _copy(course, folder, chapters)
    if not settings.is_file():
        text = _template("course.toml").format(term=term, seed=new_seed())
        written.append(_write(settings, text))
    added = [chapter for chapter in chapters if chapter.slug not in known]
    if added:
        _write(settings, settings.read_text(encoding="utf-8") + "".join(map(_section, added)))
        written += [settings] * (settings not in written)
    if not (folder / ROSTER).is_file():
        written.append(_write(folder / ROSTER, ",".join(each.name for each in fields(Student)) + "\n"))
    return written


def _those(course: Course, known: Sequence[str]) -> list[Chapter]:
    return [course.chapter(slug) for slug in known] or list(course.chapters)


def _copy(course: Course, folder: Path, chapters: Sequence[Chapter]) -> list[Path]:
    """Copy what grading needs, and is not there yet."""
    sources = [course.root / "nbgrader_config.py", *(chapter.page for chapter in course.chapters)]
    for chapter in chapters:
        sources += [path for path in sorted(chapter.solution.parent.rglob("*")) if path.is_file()]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(course.root / "_toc.yml", folder / "_toc.yml")  # it grows with the course
    written = []
    for source in sources:
        target = folder / source.relative_to(course.root)
        if not target.exists() and not {"__pycache__", ".ipynb_checkpoints"} & set(source.parts):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            written.append(target)
    if not (folder / ".gitignore").exists():
        written.append(_write(folder / ".gitignore", PRIVATE))
    return written


def _section(chapter: Chapter) -> str:
    """The chapter's part of course.toml, with an example of everything that may stand there."""
    graded = [cell.metadata["nbgrader"] for cell in source_notebook(chapter).cells if _is_graded(cell)]
    start = (datetime.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    due = (start + timedelta(days=7)).replace(hour=23, minute=59)
    return _template("assignment.toml").format(
        slug=chapter.slug,
        title=chapter.slug.replace("_", " ").capitalize(),
        released=start.isoformat(),
        due=due.isoformat(),
        extended=(due + timedelta(days=4)).isoformat(),
        check=graded[0]["grade_id"].removeprefix(f"{chapter.slug}-"),
        points=graded[0]["points"] + 1,
    )


def _is_graded(cell: object) -> bool:
    return bool(getattr(cell, "metadata", {}).get("nbgrader", {}).get("grade"))


def _template(name: str) -> str:
    path = resources.files("xentcourse") / "templates" / "class" / f"{name}.template"
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
