"""What the built pages say and where they lead, read from their HTML: no browser needed."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from xentcourse.site.server import PATH

#: Not prose: code and what it printed, formulas, numbers of sections and figures, citations and addresses.
NOT_PROSE = (
    ".cell_input, .cell_output, pre, code, .math, .katex, .section-number, .caption-number, .eqno, "
    ".headerlink, a.reference, .bibtex-citation, .citation, dl.py, script, style, "
    ".xp-stage"  # computed by an explorable, which tests/explorables compares with the reference
)

#: With thousands separated by commas or thin spaces, and perhaps a power of ten; no version such as 3.11.2.
NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d{1,3}(?:[,\u2009\u202f]\d{3})+|\d+)(?:\.(?P<decimals>\d+))?"
    r"(?:[eE](?P<power>[-+−]?\d+))?(?!\.?\d|\w)"
)


def numbers(text: str) -> list[tuple[str, float, int]]:
    """Each number in a text: as written, its size without the sign, and its digits after the point."""
    found = []
    for match in NUMBER.finditer(text):
        digits, decimals = re.sub(r"\D", "", match["digits"]), match["decimals"] or ""
        power = int((match["power"] or "0").replace("−", "-"))
        found.append((match[0], float(f"{digits}.{decimals or 0}e{power}"), len(decimals) - power))
    return found


def prose(page: BeautifulSoup) -> str:
    article = BeautifulSoup(str(page.article), "html.parser")
    for part in article.select(NOT_PROSE):
        part.replace_with(" ")
    return article.get_text(" ")


def unsupported(stated: str, printed: str) -> list[str]:
    """The numbers with two or more decimals in `stated` that no number in `printed` rounds to."""
    known = [size for _, size, _ in numbers(printed)]
    return [
        text
        for text, size, places in numbers(stated)
        if "." in text and len(re.split(r"\D", text.partition(".")[2])[0]) >= 2
        if not any(abs(size - other) <= 0.5 * 10.0**-places * (1 + 1e-9) for other in known)
    ]


@pytest.mark.parametrize(
    ("stated", "printed"),
    [
        ("It is 0.71 nats.", "0.7054"),
        ("It is −0.7054.", "[-0.70538451]"),
        ("In all 12,345.68 bits", "12345.678"),
        ("about 4.25e-18", "4.248354255291589e-18"),
        ("Python 3.11.2 has pages 2 and 0.5 of them.", ""),
    ],
)
def test_a_number_that_was_printed_may_be_stated(stated, printed):
    assert unsupported(stated, printed) == []


@pytest.mark.parametrize(
    ("stated", "printed", "missing"),
    [
        ("It is 0.7054.", "0.71", ["0.7054"]),
        ("It is 0.72 nats, or 1.04 bits.", "0.7054 1.0402", ["0.72"]),
        ("In all 12,345.68 bits", "345.68", ["12,345.68"]),
    ],
)
def test_a_number_that_was_not_printed_is_found(stated, printed, missing):
    assert unsupported(stated, printed) == missing


def test_every_number_in_a_page_s_prose_was_computed_on_it(soup, name):
    page = soup(name)
    printed = " ".join(output.get_text(" ") for output in page.select(".cell_output"))
    missing = unsupported(prose(page), printed)
    assert not missing, (
        f"{name} states {', '.join(missing)} in its prose, and no cell output has it: print what you state"
    )


@pytest.fixture(scope="session")
def anchors(site_folder: Path) -> Callable[[Path], set[str]]:
    """What a page's links may point at, read once."""
    known: dict[Path, set[str]] = {}

    def of(path: Path) -> set[str]:
        if path not in known:
            page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            known[path] = {tag["id"] for tag in page.select("[id]")}
        return known[path]

    return of


def test_every_link_within_the_site_leads_somewhere(soup, anchors, site_folder, name):
    here = site_folder / f"{name}.html"
    broken = []
    for tag in soup(name).select("[href], [src]"):
        address = tag.get("href") or tag.get("src")
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        path = unquote(parts.path)
        base = site_folder if path.startswith(PATH) else here.parent
        target = (base / path.removeprefix(PATH)).resolve() if path else here
        fragment = unquote(parts.fragment)
        if not target.is_file():
            broken.append(f"{address}: no such file")
        elif fragment and target.suffix == ".html" and fragment not in anchors(target):
            broken.append(f"{address}: no such place on the page")
    assert not broken, f"{name} has links that lead nowhere:\n" + "\n".join(sorted(set(broken)))


def test_no_two_places_on_a_page_share_an_id(soup, name):
    ids = [tag["id"] for tag in soup(name).select("article [id]")]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    assert not twice, f"{name} uses these ids twice: {', '.join(twice)}"
