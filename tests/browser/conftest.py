"""A real browser on the built site: what the tests in this folder share."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from xentcourse.course import Course
from xentcourse.site.page import is_long
from xentcourse.site.server import serving
from xentcourse.tools import chromium

COURSE = Course.find(Path(__file__).parent)
SITE = Path(os.environ.get("XENTCOURSE_SITE", COURSE.build / "site"))

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Site:
    """The built site: its files, and the address where they are served."""

    folder: Path
    address: str

    def url(self, name: str) -> str:
        return f"{self.address}/{name}.html"


def pages() -> list[str]:
    """The names of all pages: those of _toc.yml, and whatever else is published."""

    def below(entry: dict) -> Iterator[str]:
        for child in [*entry.get("parts", []), *entry.get("chapters", []), *entry.get("sections", [])]:
            if "file" in child:
                yield child["file"]
            yield from below(child)

    contents = yaml.safe_load((COURSE.root / "_toc.yml").read_text(encoding="utf-8"))
    published = [
        path.relative_to(SITE).as_posix().removesuffix(".html") for path in sorted(SITE.rglob("*.html"))
    ]
    return list(dict.fromkeys([contents["root"], *below(contents), *published]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a `name` runs for every page, and one that takes a `long_page` for each of those."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", pages())
    if "long_page" in metafunc.fixturenames:
        metafunc.parametrize("long_page", [name for name in pages() if is_long_or_missing(name)])


def is_long_or_missing(name: str) -> bool:
    """Whether a page is laid out as it is read; one that is missing must not go unnoticed."""
    path = SITE / f"{name}.html"
    return not path.is_file() or is_long(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def site_folder() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.fail(f"{SITE}/index.html is missing: build the site first, with `make book`.", pytrace=False)
    return SITE


@pytest.fixture(scope="session")
def soup(site_folder: Path) -> Callable[[str], BeautifulSoup]:
    """Parses a page of the site, once."""
    parsed: dict[str, BeautifulSoup] = {}

    def parse(name: str) -> BeautifulSoup:
        if name not in parsed:
            path = site_folder / f"{name}.html"
            assert path.is_file(), f"{path} is missing: _toc.yml names the page. Run `make book`."
            parsed[name] = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        return parsed[name]

    return parse


@pytest.fixture(scope="session")
def site(site_folder: Path) -> Iterator[Site]:
    """Serves the site on a free port of this machine, as GitHub Pages does."""
    with serving(site_folder) as address:
        yield Site(site_folder, address)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, for one module only: Playwright holds an event loop, and other modules may want one."""
    from playwright.sync_api import sync_playwright

    program = chromium()
    if program is None:
        pytest.fail("Chromium is missing. On Debian and Ubuntu: apt install chromium", pytrace=False)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        yield running
        running.close()
