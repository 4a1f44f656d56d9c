"""What the links of the site lead to, for the cards that book/_static/previews.js shows."""

import posixpath
import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from xentcourse.course import Course
from xentcourse.site.page import Page
from xentcourse.site.shrink import node

#: One script a page, which a browser loads when a reader first points at a link to that page.
FOLDER = "_static/previews"
#: What previews.js listens to.
LINK = re.compile(r'<a class="reference internal" href="(?P<page>[^"#:]*)(?:#(?P<id>[^"]*))?"')


def write_previews(course: Course, root: Path, pages: Iterable[Page]) -> None:
    """Write FOLDER in the site at `root`. Raises CourseError where Node's part of the work fails."""
    wanted = {page: sorted(ids) for page, ids in sorted(targets(root, pages).items())}
    node(course, "previews.mjs", {"root": str(root), "folder": FOLDER, "targets": wanted})


def targets(root: Path, pages: Iterable[Page]) -> dict[str, set[str]]:
    """The ids that the articles' links lead to, by the page that has them; "" is a page as a whole.

    >>> here = Page(Path(), "a.html", '<article><a class="reference internal" href="#x">x</a></article>')
    >>> targets(Path(), [here])
    {'a.html': {'x'}}
    """
    found: dict[str, set[str]] = {}
    for page in pages:
        article = page.html.partition("<article")[2].partition("</article>")[0]
        for link in LINK.finditer(article):
            folder = posixpath.dirname(page.name)
            there = posixpath.normpath(posixpath.join(folder, link["page"])) if link["page"] else page.name
            if there == page.name or (root / there).suffix == ".html":
                found.setdefault(there, set()).add(unquote(unescape(link["id"] or "")))
    return found
