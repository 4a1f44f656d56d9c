"""Making a site's files small: style sheets, scripts and icons."""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from xentcourse.course import Course, CourseError
from xentcourse.tools import environment

#: What the theme's script looks for to measure it.
MEASURED = '"pre, .nboutput > .output_area, .cell_output > .output, .jp-RenderedHTMLCommon"'
#: What the other theme's script asks every element for: something in the margin. There is nothing there.
IN_MARGIN = 'document.querySelectorAll(n.join(", "))'
#: A character of the icon fonts in a style sheet: escaped, or as it is.
ICON = re.compile(r"\\(?P<code>[ef][0-9a-f]{3})|(?P<literal>[\ue000-\uf8ff])")


def shrink(
    course: Course, root: Path, sheets: dict[str, list[str]], pages: list[str], scripts: list[str]
) -> None:
    """Join, purge and minify style sheets, and minify scripts, in the site at `root`.

    sheets  : the members of each style sheet to be made, by its path.
    pages   : where a selector must occur to be kept.
    Raises CourseError where Node's part of the work fails.
    """
    node(course, "shrink.mjs", {"root": str(root), "sheets": sheets, "pages": pages, "scripts": scripts})
    subset_icons(root, sheets)


def node(course: Course, script: str, order: dict[str, Any]) -> None:
    """Have a script of scripts/ do what `order` says. Raises CourseError where it fails."""
    done = subprocess.run(
        ["node", str(course.root / "scripts" / script)],
        input=json.dumps(order), capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip
    if done.returncode != 0:
        raise CourseError(f"scripts/{script} failed; `npm ci` fetches what it needs.\n{done.stderr.strip()}")


def calm(root: Path) -> None:
    """Keep the themes from asking every element or measuring every box when a page opens.

    Boxes of code are measured by scrollable.js, later; the margin is empty on all pages.
    Raises CourseError where a theme has changed.
    """
    for name, asked, instead in (
        ("pydata-sphinx-theme.js", MEASURED, '"no-such-box"'),
        ("sphinx-book-theme.js", IN_MARGIN, "[]"),
    ):
        theme = root / "_static" / "scripts" / name
        text = theme.read_text(encoding="utf-8")
        if text.count(asked) != 1:
            raise CourseError(f"{theme} no longer asks for {asked}: see what it does now, and mend `calm`.")
        theme.write_text(text.replace(asked, instead), encoding="utf-8")


def subset_icons(root: Path, sheets: dict[str, list[str]]) -> None:
    """Keep of the icon fonts only the characters that the style sheets show."""
    text = "".join((root / sheet).read_text(encoding="utf-8") for sheet in sheets)
    icons = [
        int(found["code"], 16) if found["code"] else ord(found["literal"]) for found in ICON.finditer(text)
    ]
    for font in root.glob("_static/fonts/fa-*.woff2"):
        subset_font(font, icons)


def subset_font(path: Path, characters: list[int]) -> None:
    """Drop every other character from a font, in place."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True, hinting=False)
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    subset.save_font(font, str(path), options)


def digest(path: Path) -> str:
    """What changes when a file does, so that no browser keeps an old one."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
