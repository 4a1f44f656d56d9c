"""What can be read on a phone's screen: the labels of figures, and formulas to their ends."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browser.visiting import UNFOLD

from xentcourse.site import figures
from xentcourse.site.server import PATH

pytestmark = pytest.mark.browser

#: CSS pixels.
PHONE, SMALLEST = 390, 9

#: How matplotlib draws a label: outlines of letters, scaled by a hundredth of their size in points.
LABEL = re.compile(r"scale\(([\d.]+) -[\d.]+\)")

#: The figures that show, by the file and the width on the screen.
SHOWN = """() => [...document.querySelectorAll("article img")]
    .filter(img => getComputedStyle(img).display !== "none" && img.src.endsWith(".svg"))
    .map(img => [new URL(img.src).pathname, img.getBoundingClientRect().width])"""

#: Pieces of inline formulas that stick out of their paragraph; a table scrolls.
CUT = """() => [...document.querySelectorAll("article .katex .base")]
    .filter(base => !base.closest(".katex-display, .pst-scrollable-table-container"))
    .filter(base => base.getBoundingClientRect().right >
        base.closest("p, li, dd, dt, td, th, h1, h2, h3, h4, summary, figcaption, div")
            .getBoundingClientRect().right + 2)
    .map(base => base.closest(".katex").querySelector("annotation").textContent)"""

OPEN_ANSWERS = 'for (const details of document.querySelectorAll("main details")) details.open = true;'


@pytest.fixture(scope="module")
def phone(browser: Any) -> Iterator[Any]:
    """A page of a phone's width."""
    page = browser.new_page(viewport={"width": PHONE, "height": 844})
    yield page
    page.close()


def smallest_label(svg: str) -> float:
    """The size in CSS pixels of a figure's smallest label, where the figure has its full width."""
    return min((100 * float(scale) * figures.PIXELS["pt"] for scale in LABEL.findall(svg)), default=SMALLEST)


def test_a_phone_shows_all_labels_and_formulas(phone, site, subtests, name):
    phone.goto(site.url(name), wait_until="load")
    phone.evaluate(UNFOLD)
    phone.evaluate(OPEN_ANSWERS)
    with subtests.test("the smallest label of each figure can be read"):
        for address, width in phone.evaluate(SHOWN):
            file = site.folder / address.removeprefix(PATH)
            size = smallest_label(file.read_text(encoding="utf-8")) * width / figures.size(file)[0]
            assert size >= SMALLEST, (
                f"{file.name} on {name} has labels {size:.1f} px high: draw it narrower, or larger letters."
            )
    with subtests.test("each inline formula is there to its end"):
        assert not phone.evaluate(CUT), f"cut off on a phone: {phone.evaluate(CUT)}"
