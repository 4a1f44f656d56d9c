"""Building the website from book/."""

import hashlib
import shutil
from pathlib import Path

from xentcourse.course import Course, CourseError
from xentcourse.tools import run_tool

#: What pages compute with: when it changes, their stored outputs are stale.
COMPUTED_WITH = (
    "xentcourse/reference",
    "xentcourse/accelerated",
    "xentcourse/figures",
    "xentcourse/checks",
    "benchmarks/results",
    "requirements.txt",
)


def build_book(course: Course, *, builder: str = "html") -> Path:
    """Execute the pages and build the site, strictly: a warning is an error. Returns the page to open."""
    copy_formula_styles(course)
    forget_stale_outputs(course)
    command = [
        *("jupyter-book", "build", "-q", "-n", "-W", "--keep-going"),
        *("--builder", builder, "--path-output", str(course.root)),
        *("--config", str(course.root / "_config.yml"), "--toc", str(course.root / "_toc.yml")),
        str(course.root / "book"),
    ]
    if run_tool(command, cwd=course.root) != 0:
        raise CourseError("The book was not built: see the warnings above. Each names its page and line.")
    return course.build / "html" / "index.html"


def copy_formula_styles(course: Course) -> None:
    """KaTeX's style sheet and fonts become part of the site, so that no formula needs another host."""
    source = course.root / "node_modules" / "katex" / "dist"
    if not source.is_dir():
        raise CourseError(
            f"{source} is missing: the style sheet of the formulas. `make book` fetches it, as does `npm ci`."
        )
    target = course.root / "book" / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "katex.min.css", target)
    for font in source.glob("fonts/*.woff2"):
        shutil.copy(font, target / "fonts")


def forget_stale_outputs(course: Course) -> None:
    """Drop the stored outputs of the pages where the code that they call has changed."""
    digest = hashlib.sha256()
    for name in COMPUTED_WITH:
        path = course.root / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.relative_to(course.root).as_posix().encode() + file.read_bytes())
    cache = course.build / ".jupyter_cache"
    seal = cache / "computed-with.sha256"
    if not seal.is_file() or seal.read_text() != digest.hexdigest():
        shutil.rmtree(cache, ignore_errors=True)
        shutil.rmtree(course.build / ".doctrees", ignore_errors=True)
        cache.mkdir(parents=True)
        seal.write_text(digest.hexdigest())
