"""Long pages are laid out as they are read, unnoticed: jumps land, nothing moves, paper has it all."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browser.visiting import UNFOLD, visit

from xentcourse.site.page import is_long

pytestmark = pytest.mark.browser

#: Long, full of formulas, with links into itself.
PAGE = "kl_divergence"
few = pytest.mark.parametrize("where", ["kl_divergence", "softmax", "fused_kernels"])
FOLDED = "() => document.getElementById('fold') !== null"
DRAWN = "() => new Promise(next => requestAnimationFrame(() => requestAnimationFrame(() => next(0))))"
SETTLED = "() => new Promise(requestAnimationFrame).then(() => document.fonts.ready).then(() => undefined)"
#: How many blocks wait, and how many formulas are laid out.
WAITING = """() => [...document.querySelectorAll('.bd-article p')]
    .filter(node => getComputedStyle(node).contentVisibility !== 'visible').length"""
LAID_OUT = """() => [...document.querySelectorAll('.bd-article .katex')]
    .filter(node => node.checkVisibility({contentVisibilityAuto: true})).length"""
#: A page keeps half a pixel or so, since places on the screen are rounded.
NEAR = 2

#: Where an element stands on the screen, in pixels from the top.
TOP = "id => document.getElementById(id).getBoundingClientRect().top"
#: Every block of the text: its place in the page, and its size.
PLACES = """() => [...document.querySelectorAll('.bd-article :is(p, li, pre, dt, dd, div, table, h2, h3)')]
    .filter(node => !node.closest('.xp, details')).map(node => {
        const box = node.getBoundingClientRect();
        return [Math.round(box.top + scrollY), Math.round(box.height)];
    })"""
#: Notes what moves in the text while the page opens or is read.
SHIFTS = """window.shifts = []; new PerformanceObserver(list => {
    for (const entry of list.getEntries())
        for (const { node, previousRect, currentRect } of entry.sources)
            if (node?.parentElement?.closest(".bd-article"))
                window.shifts.push([node.outerHTML.slice(0, 80), previousRect.top, currentRect.top]);
}).observe({type: "layout-shift", buffered: true})"""
#: What may scroll, and whether it does. Measuring a box that waits lays it out, as who checks a page does.
BOXES = "...document.querySelectorAll('.bd-article :is(pre, .cell_output > .output, .math > .katex-display)')"
SCROLLS = """box => box.querySelector('*')?.getBoundingClientRect()
    && (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)"""
WITHOUT_STOP = f"() => [{BOXES}].filter({SCROLLS}).filter(box => box.tabIndex < 0).map(box => box.outerHTML)"
#: What a closed answer holds is nowhere yet.
STOP_IN_VAIN = f"""() => [{BOXES}].filter(box => box.tabIndex >= 0 && box.checkVisibility())
    .filter(box => !({SCROLLS})(box)).map(box => box.outerHTML)"""
#: Elements on the screen, each with its place.
IN_VIEW = """() => {
    window.seen ??= [...document.querySelectorAll('.bd-article :is(p, pre, h2, h3, .katex)')].filter(node => {
        const box = node.getBoundingClientRect();
        return box.height && box.bottom > 0 && box.top < innerHeight;
    });
    return window.seen.map(node => Math.round(node.getBoundingClientRect().top));
}"""


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    """A browser as wide as a phone, where pages are longest; jumps are no journeys there."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    yield context
    context.close()


def far_down(page: Any) -> str:
    """The id of the section that the last entry of the contents list leads to."""
    return page.locator(".bd-toc-nav a, .page-toc a").last.get_attribute("href").removeprefix("#")


def landed(page: Any, section: str) -> bool:
    """Whether the section's heading is where a browser puts what a link leads to: below its margin."""
    margin = page.evaluate(
        "() => parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0"
    )
    end = page.evaluate("() => scrollY + innerHeight >= document.documentElement.scrollHeight - 1")
    top = page.evaluate(TOP, section)
    return abs(top - margin) <= NEAR or (end and 0 <= top < 800)


def test_a_long_page_is_folded_at_first_and_lays_out_little(phone, site):
    page = visit(phone, site.url(PAGE))
    assert page.evaluate(FOLDED)
    assert 0 < page.evaluate(LAID_OUT) < 0.3 * page.locator(".bd-article .katex").count()


def test_nothing_has_another_size_or_place_once_it_is_unfolded(phone, site, long_page):
    page = visit(phone, site.url(long_page))
    page.evaluate(UNFOLD)
    page.evaluate(SETTLED)
    assert page.evaluate(WAITING) == 0
    unfolded = page.evaluate(PLACES)
    page.reload(wait_until="load")  # laid out at once
    assert not page.evaluate(FOLDED)
    page.evaluate(SETTLED)
    assert page.evaluate(PLACES) == unfolded
    page.close()


def read_on(page: Any, screens: int) -> None:
    """Turn the wheel as somebody does who reads on: the page is drawn between two turns."""
    for _ in range(2 * screens):
        page.mouse.wheel(0, 450)
        page.evaluate(DRAWN)


@pytest.mark.parametrize("screens", [0, 6])
@few
def test_what_is_in_view_does_not_move_when_a_key_unfolds_the_page(phone, site, where, screens):
    page = visit(phone, site.url(where))
    read_on(page, screens)
    page.evaluate(SETTLED)
    page.wait_for_timeout(300)
    before = page.evaluate(IN_VIEW)
    assert page.evaluate(FOLDED)
    page.evaluate(UNFOLD)
    page.wait_for_timeout(300)
    after = page.evaluate(IN_VIEW)
    assert all(abs(a - b) <= NEAR for a, b in zip(before, after, strict=True)), (before, after)
    page.close()


@pytest.mark.parametrize("width", [390, 1300])
@few
def test_nothing_moves_while_a_page_opens_and_is_read(browser, site, where, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(site.url(where), wait_until="load")
    read_on(page, 12)
    assert page.evaluate(FOLDED)
    shifts = page.evaluate("() => window.shifts")
    context.close()
    assert [shift for shift in shifts if abs(shift[1] - shift[2]) > NEAR] == []


def test_a_link_into_a_page_lands_on_load_and_stays(phone, site):
    section = far_down(visit(phone, site.url(PAGE)))
    page = visit(phone, f"{site.url(PAGE)}#{section}")
    page.wait_for_function("() => scrollY > 1000")
    assert not page.evaluate(FOLDED)
    assert landed(page, section)
    page.wait_for_timeout(500)
    assert landed(page, section)


@pytest.mark.parametrize("way", ["click", "address", "script"])
def test_a_jump_within_a_folded_page_lands_at_once(phone, site, way):
    page = visit(phone, site.url(PAGE))
    assert page.evaluate(FOLDED)
    section = far_down(page)
    if way == "click":
        page.evaluate("id => document.querySelector(`a[href='#${id}']`).click()", section)
    elif way == "address":
        page.goto(f"{site.url(PAGE)}#{section}")
    else:
        page.evaluate("id => { location.hash = id; }", section)
    assert not page.evaluate(FOLDED)
    page.wait_for_function("() => scrollY > 1000")
    page.wait_for_timeout(300)
    assert landed(page, section)


def test_a_jump_from_the_middle_of_a_folded_page_lands(phone, site):
    page = visit(phone, site.url(PAGE))
    page.mouse.move(200, 400)
    read_on(page, 4)
    assert page.evaluate(FOLDED)
    section = far_down(page)
    page.evaluate("id => document.querySelector(`a[href='#${id}']`).click()", section)
    page.wait_for_function("() => scrollY > 6000")
    page.wait_for_timeout(300)
    assert landed(page, section)


def test_a_link_to_words_lands_on_them(phone, site):
    page = phone.new_page()
    page.goto("about:blank")
    words = "Jensen%E2%80%93Shannon"
    page.goto(f"{site.url(PAGE)}#:~:text={words}", wait_until="load")
    assert not page.evaluate(FOLDED)


def test_who_reloads_or_comes_back_is_where_they_were(phone, site):
    page = visit(phone, site.url(PAGE))
    page.evaluate("() => scrollTo(0, 0.7 * document.body.scrollHeight)")
    page.wait_for_timeout(200)
    before = page.evaluate(IN_VIEW)
    for way in ("reload", "back"):
        if way == "reload":
            page.reload(wait_until="load")
        else:
            page.goto(site.url("index"), wait_until="load")
            page.go_back(wait_until="load")
        page.wait_for_function("() => scrollY > 1000")
        page.wait_for_timeout(300)
        page.evaluate("() => { window.seen = undefined; }")
        assert page.evaluate(IN_VIEW) == before, way


def test_a_leap_unfolds_the_page(phone, site):
    page = visit(phone, site.url(PAGE))
    page.evaluate("() => scrollTo(0, 9000)")
    page.wait_for_function("() => !document.getElementById('fold')")


def test_a_key_unfolds_the_page(phone, site):
    page = visit(phone, site.url(PAGE))
    page.keyboard.down("Control")
    assert not page.evaluate(FOLDED)


def test_paper_shows_all_of_a_folded_page(phone, site):
    page = visit(phone, site.url(PAGE))
    page.emulate_media(media="print")
    assert page.evaluate(FOLDED)
    assert page.evaluate(WAITING) == 0
    page.emulate_media(media="screen")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert not page.evaluate(FOLDED)


def test_without_scripts_nothing_is_folded(browser, site, soup):
    assert not soup(PAGE).select("#fold")
    assert not re.search(r"content-visibility:\s*auto", (site.folder / "_static" / "site.css").read_text())


def test_boxes_that_scroll_have_a_keyboard_stop_folded_and_unfolded(phone, site, long_page):
    page = visit(phone, site.url(long_page))
    assert page.evaluate(WITHOUT_STOP) == []
    page.evaluate(UNFOLD)
    page.evaluate(SETTLED)
    page.evaluate(DRAWN)
    assert page.evaluate(WITHOUT_STOP) == []
    assert page.evaluate(STOP_IN_VAIN) == []
    page.close()


def test_the_script_stands_before_the_style_sheets_of_long_pages(site_folder, name):
    html = (site_folder / f"{name}.html").read_text(encoding="utf-8")
    script, sheet = html.find("content-visibility"), html.find('rel="stylesheet"')
    assert (0 < script < sheet) == is_long(html)
