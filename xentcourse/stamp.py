"""Stamping a new chapter: every piece that a slug ties together, honest about what is still to be written."""

import keyword
import re
import shutil
from importlib import resources
from pathlib import Path

import yaml

from xentcourse.course import SLUG, Chapter, Course, CourseError

#: Where each template goes, by its name in templates/chapter/.
PLACES = {
    "page.md": "book/{slug}.md",
    "reference.py": "xentcourse/reference/{slug}.py",
    "figures.py": "xentcourse/figures/{slug}.py",
    "explorable.js": "book/_explorables/{slug}.js",
    "explorable_math.js": "book/_explorables/math/{slug}.js",
    "checks.py": "xentcourse/checks/{slug}.py",
    "slips.py": "xentcourse/checks/slips/{slug}.py",
    "solution.py": "solutions/{slug}/{slug}.py",
    "solutions.py": "tests/{slug}/solutions.py",
    "test_reference.py": "tests/{slug}/test_reference.py",
    "test_figures.py": "tests/{slug}/test_figures.py",
    "test_explorable.py": "tests/explorables/test_{slug}.py",
}


def stamp(course: Course, slug: str, *, title: str | None = None, after: str | None = None) -> list[Path]:
    """Write all pieces of the chapter `slug`, list it in _toc.yml, release its exercise; returns the paths.

    title : the page's heading; by default made from the slug.
    after : the chapter that it follows; by default the last one.
    Raises CourseError, and leaves everything as it was, where the slug is ill-formed or taken, the title
    is more than one line, or `after` is no chapter.
    """
    title = slug.replace("_", " ").capitalize() if title is None else title
    check_slug(slug)
    check_title(title)
    files = {course.root / place.format(slug=slug): name for name, place in PLACES.items()}
    chapter = Chapter(slug, course.root)
    folders = [chapter.solution.parent, chapter.tests, chapter.exercise.parent]
    check_free(slug, [*files, *folders], course)
    contents, old = course.root / "_toc.yml", (course.root / "_toc.yml").read_text(encoding="utf-8")
    new = with_chapter(old, slug, after=after or _last(course))
    try:
        for path, name in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(filled(name, slug=slug, title=title), encoding="utf-8")
        contents.write_text(new, encoding="utf-8")
        exercise = _release(chapter, course)
    except BaseException:
        contents.write_text(old, encoding="utf-8")
        for path in files:
            path.unlink(missing_ok=True)
        for folder in folders:  # check_free saw that they are new
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return [*files, contents, exercise]


def check_slug(slug: str) -> None:
    """Raise a CourseError where `slug` can't name a chapter."""
    if not SLUG.fullmatch(slug) or keyword.iskeyword(slug) or len(slug) > 40:
        raise CourseError(
            f"{slug!r} can't name a chapter: a slug is lower-case words of a-z and 0-9 joined by single "
            "underscores, begins with a letter, is no Python keyword and has 40 characters at most, "
            "such as kl_divergence."
        )


def check_title(title: str) -> None:
    """Raise a CourseError where `title` can't be a heading."""
    if not title.strip() or len(title.splitlines()) != 1:
        raise CourseError(f"The title {title!r} can't be a heading; one line of text is needed.")


def check_free(slug: str, paths: list[Path], course: Course) -> None:
    """Raise a CourseError where a piece of the chapter exists already."""
    taken = [path for path in paths if path.exists()]
    if taken:
        names = ", ".join(str(path.relative_to(course.root)) for path in taken)
        raise CourseError(f"The slug {slug!r} is taken: {names} exists already. Choose another.")


def with_chapter(contents: str, slug: str, *, after: str) -> str:
    """The text of _toc.yml with `slug` in the line below the entry of `after`; all else stays as it is."""
    entry = rf"^(?P<indent> *)- file: {re.escape(after)}(?: *| +#.*)\n(?:(?P=indent) +.*\n)*"
    # The file may end without a line break.
    text = contents if contents.endswith("\n") else contents + "\n"
    match = re.search(entry, text, re.MULTILINE)
    if match:
        text = f"{text[: match.end()]}{match['indent']}- file: {slug}\n{text[match.end() :]}"
    before, now = _numbered(contents), _numbered(text)
    place = before.index(after) + 1 if after in before else 0
    if not match or now != [*before[:place], slug, *before[place:]]:
        known = ", ".join(before)
        raise CourseError(
            f"There is no numbered chapter {after!r} in _toc.yml to follow; there are: {known}."
        )
    return text


def _numbered(contents: str) -> list[str]:
    parts = yaml.safe_load(contents)["parts"]
    return [entry["file"] for part in parts if part.get("numbered") for entry in part["chapters"]]


def _last(course: Course) -> str:
    if not course.chapters:
        raise CourseError("_toc.yml has no numbered chapter to follow; write the first one's entry by hand.")
    return course.chapters[-1].slug


def filled(name: str, **values: str) -> str:
    """The template `name` with its @slug@ and @title@ replaced."""
    template = resources.files("xentcourse") / "templates" / "chapter" / f"{name}.template"
    return re.sub(r"@(slug|title)@", lambda m: values[m[1]], template.read_text(encoding="utf-8"))


def _release(chapter: Chapter, course: Course) -> Path:
    from xentcourse.grading.release import release

    return release(chapter, course)
