"""A page as it is published, from the page that Sphinx wrote."""

import re
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from xentcourse.site import about, figures

HEAD = re.compile(r"<head>.*?</head>", re.DOTALL)
IMAGE = re.compile(r"<img\b[^>]*>")
#: Scripts that have nothing to do on a page without the thing that they serve.
SERVES = {
    "clipboard.min.js": re.compile(r'class="highlight'),
    "copybutton.js": re.compile(r'class="highlight'),
    "design-tabs.js": re.compile(r"sd-tab-set"),
    "togglebutton.js": re.compile(
        r'class="(?=[^"]*\badmonition\b)[^"]*\bdropdown\b|class="(?:[^"]*\s)?toggle[\s"]'
    ),
}
#: Draws the icons once more, as SVG; the style sheet has them. 1.5 MB.
UNUSED = re.compile(r"/fontawesome/.*\.js|^DOCUMENTATION_OPTIONS\.pagename")

#: The theme's scripts, at the end of the body.
THEME = re.compile(r'(?:<script defer src="[^"]*_static/scripts/[^"]*"></script>\s*)+(?=<footer)')

#: What XML needs of a formula, and HTML does not.
NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'

LONG = 5000  #: elements


@dataclass
class Page:
    """A page of the site: where it is, and its HTML."""

    root: Path
    name: str
    html: str

    @classmethod
    def read(cls, root: Path, path: Path) -> "Page":
        """The page that the file at `path` below `root` holds."""
        return cls(root, path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))

    @property
    def head(self) -> BeautifulSoup:
        """What stands in the head; anything but the head is slow to parse."""
        found = HEAD.search(self.html)
        if found is None:
            raise ValueError(f"{self.root / self.name} has no <head>: it is no page that Sphinx wrote.")
        return BeautifulSoup(found[0], "html.parser")

    def put_head(self, head: BeautifulSoup) -> None:
        """Replace the head."""
        self.html = HEAD.sub(lambda _: re.sub(r"\n\s*\n+", "\n", str(head)), self.html, count=1)

    def local(self, address: str) -> str:
        """The path below the root of the site of a file that the page names."""
        there = (self.root / self.name).parent / address.partition("?")[0]
        return there.resolve().relative_to(self.root.resolve()).as_posix()

    def relative(self, path: str) -> str:
        """How the page names the file at `path` below the root."""
        return "../" * self.name.count("/") + path


def sheets(page: Page) -> list[str]:
    """The style sheets that a page asks for, in their order, each once."""
    links = page.head.select('link[rel="stylesheet"]')
    return list(dict.fromkeys(page.local(str(link["href"])) for link in links))


def scripts(page: Page) -> list[str]:
    """The script files that a page asks for."""
    return [page.local(source) for source in re.findall(r'<script\b[^>]*\ssrc="([^":]+)"', page.html)]


def lighten(page: Page, bundles: dict[str, list[str]]) -> None:
    """Ask for the bundles instead of their members, and for scripts when the page is there.

    bundles : the members of each style sheet to be made, by its path.
    """
    head = page.head
    own = sheets(page)
    for tag in head.select('link[rel="stylesheet"], link[rel="preload"], meta[name="docsearch:language"]'):
        tag.decompose()
    for tag in head.select('meta[name="viewport"]')[1:]:
        tag.decompose()
    for script in head.select("script"):
        if not needed(script, page.html):
            script.decompose()
    for bundle, members in bundles.items():
        if set(members) & set(own):
            head.head.append(head.new_tag("link", rel="stylesheet", href=page.relative(bundle)))  # type: ignore[union-attr]
    page.put_head(head)
    page.html = page.html.replace(NAMESPACE, "")
    page.html = re.sub(r"<script(?=[^>]*\ssrc=)(?![^>]*\bdefer\b)", "<script defer", page.html)


def needed(script: Tag, html: str) -> bool:
    """Whether a page has work for a script."""
    source = str(script.get("src", "")).partition("?")[0]
    if UNUSED.search(source or script.get_text().strip()):
        return False
    serves = SERVES.get(source.rpartition("/")[2])
    return serves is None or bool(serves.search(html))


def is_long(html: str) -> bool:
    """Whether a page has so much on it that it is laid out as it is read."""
    return html.count("</") > LONG


def run_first(page: Page, script: str) -> None:
    """Put a script into the head, before the style sheets: behind them it would wait until they are there."""
    page.html = page.html.replace("</title>", f"</title><script>{script.strip()}</script>", 1)


def put_off(page: Page, script: str) -> None:
    """Only fetch the theme's scripts, and let a script at the end of the page run them.

    Raises ValueError where a page has none: the theme has changed.
    """
    fetch = r'<link rel="preload" as="script" fetchpriority="low" href="\1"/>'
    run = f"<script>{script}</script>\n"

    def fetched(found: re.Match[str]) -> str:
        return re.sub(r'<script defer src="([^"]*)"></script>', fetch, found[0]) + run

    page.html, done = THEME.subn(fetched, page.html)
    if not done:
        raise ValueError(f"{page.root / page.name} ends without the theme's scripts; see what it does now.")


def introduce(page: Page, site: about.Site) -> None:
    """Say in the head what the page is about, for search engines and for who shares a link."""
    head = page.head
    told = about.about(page.name, page.html, head, site)
    for key, value in told.items():
        kind = "property" if key.startswith("og:") else "name"
        if not head.select(f'meta[{kind}="{key}"]'):
            head.head.append(head.new_tag("meta", attrs={kind: key, "content": value}))  # type: ignore[union-attr]
    page.put_head(head)


def set_images(page: Page) -> None:
    """Give every figure its size, so that nothing moves when it comes, and a dark twin; load it late."""
    page.html = IMAGE.sub(lambda tag: _image(page, tag[0]), page.html)


def _image(page: Page, tag: str) -> str:
    source = re.search(r'\ssrc="([^":]+)"', tag)
    if not source or not (figure := page.root / page.local(unescape(source[1]))).is_file():
        return tag
    about_size = ""
    if not re.search(r"\s(width|height|style)=", tag):
        width, height = figures.size(figure)
        about_size = f' width="{width}" height="{height}"'
    tag = re.sub(r"\s*/?>$", f'{about_size} loading="lazy" decoding="async">', tag)
    if figure.suffix != ".svg" or not figures.is_drawn(figure):
        return tag
    dark = figures.darken(figure)
    twin = tag.replace(source[1], escape(source[1].replace(figure.name, dark.name)))
    # The theme frames and dims a figure in the dark unless it is "dark-light".
    return with_class(tag, "light-twin") + with_class(twin, "dark-twin dark-light")


def with_class(tag: str, name: str) -> str:
    """An HTML tag with one more class."""
    if ' class="' in tag:
        return tag.replace(' class="', f' class="{name} ', 1)
    return tag.replace("<img", f'<img class="{name}"', 1)
