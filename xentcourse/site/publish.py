"""From the built book to the folder that is published: `xentcourse publish`.

_build/html   what Sphinx writes: every page works, and asks for much that it does not use
_build/site   what readers get: the same pages, light, with everything that they ask for and nothing else
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup

from xentcourse.course import Course, CourseError
from xentcourse.site import about, notebooks, previews, shrink
from xentcourse.site.cards import draw_card
from xentcourse.site.page import (
    Page,
    introduce,
    is_long,
    lighten,
    put_off,
    run_first,
    scripts,
    set_images,
    sheets,
)

#: Shown wherever an address leads nowhere, so it can't name its neighbours by relative paths.
NOT_FOUND = "404.html"
#: Asked for by nobody on the pages, but by search engines, by other books and by GitHub.
KEPT = ("robots.txt", "sitemap.xml", "objects.inv", ".nojekyll", f"{notebooks.FOLDER}/requirements.txt")
#: Lays out long pages as they are read; runs before anything is laid out, so it stands in the pages.
FIRST = "unfold.js"
#: Runs the theme's scripts, once something is on the screen.
LAST = "late.js"
#: The book in one file, where it has been made.
FORMS = {"pdf": "xentcourse.pdf", "epub": "xentcourse.epub"}
LOCAL = re.compile(r'\b(href|src|action)="(?!#|/|[a-z]+:)')
NAMED = re.compile(r"""(?:\b(?:href|src)=|url\()["']?([^"'#?)\s>]+)""")


def publish(course: Course) -> Path:
    """Make _build/site from _build/html, as a whole or not at all. Returns the page to open.

    Raises CourseError where the book is not built.
    """
    built, site, new = course.build / "html", course.build / "site", course.build / "site.new"
    if not (built / "index.html").is_file():
        raise CourseError(f"{built}/index.html is missing: build the book first, with `xentcourse book`.")
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(built, new)
    make(course, new)
    shutil.rmtree(site, ignore_errors=True)
    new.rename(site)
    return site / "index.html"


def make(course: Course, root: Path) -> None:
    """Turn a copy of the built book into the site."""
    site = site_of(root)
    for form, name in FORMS.items():
        if (course.build / form / name).is_file():
            shutil.copy(course.build / form / name, root)
    notebooks.lay(course, root, site)
    pages = [Page.read(root, path) for path in sorted(root.rglob("*.html")) if "_static" not in path.parts]
    bundles = bundles_of(pages)
    for page in pages:
        lighten(page, bundles)
        set_images(page)
        introduce(page, site)
        come_home(page, site)
        card(course, page, site)
        write(page)
    shrink.calm(root)
    files = sorted({file for page in pages for file in scripts(page)})
    for own in (FIRST, LAST):
        shutil.copy(Path(__file__).with_name(own), root)
    shrink.shrink(course, root, bundles, [page.name for page in pages], [*files, FIRST, LAST])
    first, last = ((root / own).read_text(encoding="utf-8") for own in (FIRST, LAST))
    for page in pages:
        if is_long(page.html):
            run_first(page, first)
        seal(page, [*bundles, *files])
        put_off(page, last)
        if page.name == NOT_FOUND:
            anchor(page, site)
        write(page)
    previews.write_previews(course, root, pages)
    (root / "sitemap.xml").write_text(about.sitemap([page.name for page in pages], site), encoding="utf-8")
    (root / "robots.txt").write_text(about.robots(site), encoding="utf-8")
    (root / ".nojekyll").touch()
    drop_unused(root, [page.name for page in pages])


def write(page: Page) -> None:
    """Put the page where it belongs."""
    (page.root / page.name).write_text(page.html, encoding="utf-8")


def site_of(root: Path) -> about.Site:
    """The site's title and address, as its first page gives them."""
    head = BeautifulSoup(
        (root / "index.html").read_text(encoding="utf-8").partition("</head>")[0], "html.parser"
    )
    canonical, title = head.select_one('link[rel="canonical"]'), head.title
    if canonical is None or title is None:
        raise CourseError("index.html has no canonical address: _config.yml needs html: baseurl.")
    return about.Site(
        title.get_text().rpartition(" — ")[2].strip(), str(canonical["href"]).removesuffix("index.html")
    )


def bundles_of(pages: list[Page]) -> dict[str, list[str]]:
    """One style sheet of what all pages ask for, which is fetched once, and those that only some need."""
    asked = {page.name: sheets(page) for page in pages}
    common = [sheet for sheet in asked["index.html"] if all(sheet in own for own in asked.values())]
    others = dict.fromkeys(sheet for own in asked.values() for sheet in own if sheet not in common)
    return {"_static/site.css": common} | {f"_static/site-{Path(sheet).name}": [sheet] for sheet in others}


def come_home(page: Page, site: about.Site) -> None:
    """Lead links to the published address of a file to the file itself, which is here and works offline."""
    known = re.compile(rf'href="{re.escape(site.address)}([^"#]*)')

    def local(link: re.Match[str]) -> str:
        there = link[1] or "index.html"
        return f'href="{page.relative(there)}' if (page.root / unquote(there)).is_file() else link[0]

    head, mark, body = page.html.partition("</head>")
    page.html = head + mark + known.sub(local, body)


def card(course: Course, page: Page, site: about.Site) -> None:
    """The page's social card; one that was drawn before, for the same words, is good."""
    title = str(page.head.select_one('meta[property="og:title"]')["content"])  # type: ignore[index]
    words = re.sub(r"[^\w]+", "-", f"{title} {site.title}")[:200]
    drawn = course.build / "cards" / f"{words}.png"
    if not drawn.is_file():
        draw_card(title, site.title, drawn)
    place = page.root / about.card_of(page.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(drawn, place)


def seal(page: Page, files: Iterable[str]) -> None:
    """Name every style sheet and script with its digest."""
    known = {file: shrink.digest(page.root / file) for file in files}

    def sealed(found: re.Match[str]) -> str:
        file = page.local(found[2]) if not found[2].startswith(("http:", "https:", "data:")) else ""
        return f'{found[1]}"{found[2]}?v={known[file]}"' if file in known else found[0]

    page.html = re.sub(r'(<(?:link|script)\b[^>]*?\s(?:href|src)=)"([^"?]+)(?:\?[^"]*)?"', sealed, page.html)


def anchor(page: Page, site: about.Site) -> None:
    """Name the page's neighbours from the root of the host: it is shown at addresses of any depth."""
    page.html = LOCAL.sub(lambda found: f'{found[1]}="{site.path}', page.html)
    page.html = page.html.replace('data-content_root="./"', f'data-content_root="{site.path}"')


def drop_unused(root: Path, pages: list[str]) -> None:
    """Delete what no page leads to, and the folders that are empty then."""
    used = (
        reachable(root, pages)
        | {root / name for name in KEPT}
        | set((root / "_static" / "cards").glob("*.png"))
        | set((root / previews.FOLDER).glob("*.js"))
    )
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_file() and path not in used:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def reachable(root: Path, pages: Iterable[str]) -> set[Path]:
    """The files that pages name, those that their style sheets name, and so on."""
    waiting, found = [root / page for page in pages], set()
    while waiting:
        file = waiting.pop()
        if file in found or not file.is_file():
            continue
        found.add(file)
        if file.suffix in (".html", ".css"):
            names = NAMED.findall(file.read_text(encoding="utf-8"))
            waiting += [(file.parent / unquote(name)).resolve() for name in names if ":" not in name]
    return found
