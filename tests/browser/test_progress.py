"""What a reader has read and answered: kept in the browser only, shown on the pages, erasable."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.browser

PAGE = "information"


@pytest.fixture
def reader(browser: Any) -> Iterator[Any]:
    """A browser with a memory of its own."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    yield context
    context.close()


def visit(context: Any, site: Any, name: str) -> Any:
    page = context.new_page()
    page.goto(site.url(name), wait_until="load")
    return page


def row(page: Any, name: str) -> Any:
    return page.locator(f".xp-progress [data-page={name}]")


def test_what_is_read_and_answered_shows_on_the_contents_page(reader, site, soup):
    questions = len(soup(PAGE).select(".question"))
    page = visit(reader, site, PAGE)
    page.locator("details.answer > summary").first.click()
    page.locator("details.answer > summary").nth(1).click()  # of the same question: it counts once
    page.wait_for_function("() => localStorage.getItem('xentcourse-progress')?.includes('question-1')")
    index = visit(reader, site, "index")
    assert row(index, PAGE).locator(".xp-answered").inner_text() == f"1 of {questions} questions"
    assert not row(index, PAGE).locator(".xp-done").is_visible()
    page.locator("article > section > :last-child").last.scroll_into_view_if_needed()
    page.wait_for_function("() => localStorage.getItem('xentcourse-progress').includes('\"read\":true')")
    index.reload()
    assert row(index, PAGE).locator(".xp-done").is_visible()
    assert index.locator(".xp-total").inner_text().startswith("1 of ")
    assert 0 < index.locator("progress").evaluate("bar => bar.value") < 0.1


def test_progress_is_erased_by_a_button(reader, site):
    page = visit(reader, site, PAGE)
    page.locator("details.answer > summary").first.click()
    page.wait_for_function("() => localStorage.getItem('xentcourse-progress')?.includes('question-1')")
    index = visit(reader, site, "index")
    index.locator(".xp-progress button").focus()
    index.keyboard.press("Enter")
    assert index.locator(".xp-total").inner_text().startswith("0 of ")
    index.reload()
    assert index.locator(".xp-total").inner_text().startswith("0 of ")


def line(page: Any) -> Any:
    return page.locator(".xp-here")


def test_a_page_says_below_its_title_what_was_read_and_answered_and_leads_to_the_list(reader, site, soup):
    questions = len(soup(PAGE).select(".question"))
    page = visit(reader, site, PAGE)
    assert line(page).inner_text() == f"Where you are: 0 of {questions} questions"
    page.locator("details.answer > summary").first.click()
    page.wait_for_function("() => document.querySelector('.xp-answered').textContent.startsWith('1 ')")
    page.locator("article > section > :last-child").last.scroll_into_view_if_needed()
    page.wait_for_function("() => !document.querySelector('.xp-done').hidden")
    assert line(page).inner_text() == f"Where you are: 1 of {questions} questions ✓ read"
    line(page).get_by_role("link").click()
    assert page.url.endswith("index.html#where-you-are")
    page.get_by_role("button", name="Erase my progress").click()
    page.go_back()
    page.wait_for_function("() => document.querySelector('.xp-answered').textContent.startsWith('0 ')")


def test_the_line_keeps_its_place_so_that_nothing_moves(browser, site):
    for width in (390, 1300):
        heights = []
        for scripts in ("**/no-such-script.js", "**/progress.js*"):
            context = browser.new_context(viewport={"width": width, "height": 900})
            page = context.new_page()
            page.route(scripts, lambda route: route.abort())
            page.goto(site.url(PAGE), wait_until="load")
            heights.append(page.locator("article > section > p").first.bounding_box()["y"])
            here = line(page)
            assert here.is_visible() == ("progress" not in scripts)
            assert here.evaluate("line => line.scrollWidth <= line.clientWidth"), "it fits into its line"
            context.close()
        assert heights[0] == heights[1]


def test_what_another_page_changes_shows_at_once(reader, site):
    first, second = visit(reader, site, PAGE), visit(reader, site, PAGE)
    second.locator("details.answer > summary").first.click()
    first.wait_for_function("() => document.querySelector('.xp-answered').textContent.startsWith('1 ')")


def test_every_page_with_questions_says_so_of_itself(soup, name):
    lines = soup(name).select(".xp-here")
    questions = len(soup(name).select(".question"))
    assert [int(line["data-questions"]) for line in lines] == ([questions] if questions else [])


def test_every_page_with_questions_is_listed_with_their_number(site, soup):
    listed = soup("index").select(".xp-progress [data-page]")
    assert listed
    for entry in listed:
        assert int(entry["data-questions"]) == len(soup(entry["data-page"]).select(".question"))


def test_a_browser_that_keeps_nothing_shows_nothing_and_complains_of_nothing(reader, site):
    reader.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('no', 'QuotaExceededError'); }"
    )
    errors: list[str] = []
    page = reader.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(site.url("index"), wait_until="load")
    assert not page.locator(".xp-progress").is_visible()
    page.goto(site.url(PAGE), wait_until="load")
    assert not page.locator(".xp-here").is_visible()
    assert [error for error in errors if "QuotaExceeded" not in error and error != "no"] == []


def test_without_scripts_there_is_no_empty_list(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = visit(context, site, "index")
    assert not page.locator(".xp-progress").is_visible()
    page = visit(context, site, PAGE)
    assert not page.locator(".xp-here").is_visible()
    context.close()


def test_the_script_is_small(site_folder):
    assert len(gzip.compress((site_folder / "_static" / "progress.js").read_bytes())) < 3000
