"""Running any of Sphinx's builders on the book, each in its own process: Sphinx changes docutils for good."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from xentcourse.book import copy_formula_styles
from xentcourse.course import Course, CourseError
from xentcourse.tools import environment


def sphinx(course: Course, builder: str, *, strict: bool = True, **settings: Any) -> Path:
    """Build the book in another form, with some settings changed. Returns its folder.

    strict : a warning is an error.
    Raises CourseError where the build fails.
    """
    copy_formula_styles(course)
    out = course.build / builder
    order = {
        "sourcedir": str(course.root / "book"),
        "outputdir": str(out),
        "noconfig": True,
        "path_config": str(course.root / "_config.yml"),
        "confoverrides": {"external_toc_path": str(course.root / "_toc.yml"), **LATEX, **settings},
        "doctreedir": str(course.build / f".doctrees-{builder}"),
        "builder": builder,
        "quiet": True,
        "really_quiet": not strict,
        "warningiserror": strict,
        "keep_going": True,
    }
    command = [sys.executable, "-m", "xentcourse.site.builder"]
    done = subprocess.run(command, input=json.dumps(order), text=True, check=False, env=environment())
    if done.returncode != 0:
        raise CourseError(f"The book was not built as {builder}: see the warnings above.")
    return out


#: Jupyter Book asks for it whatever is built.
LATEX = {"latex_individualpages": False}


def main() -> int:
    """Build as standard input says."""
    from jupyter_book.sphinx import build_sphinx

    return int(build_sphinx(**json.load(sys.stdin)) != 0)


if __name__ == "__main__":
    sys.exit(main())
