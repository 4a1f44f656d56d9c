"""What a link leads to shows when it is pointed at, by mouse or keyboard, and goes when it is dismissed."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from browser.visiting import visit
from bs4 import BeautifulSoup, Tag

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LINKS = "article a.reference.internal:not(.download)"
CARD = ".preview-card:popover-open"
#: Kilobytes that the first hover over a link to a page may bring.
WEIGHT = 60
#: A little more than previews.js waits before it opens or closes, in ms.
WHILE = 700

#: What a link may lead to: how its address looks, and which part of the target the card must show.
KINDS = {
    "term": ("#term-", None),
    "theorem": ("#thm-", ".admonition-title"),
    "definition": ("#def-", ".admonition-title"),
    "equation": ("#equation-", ".katex-html"),
    "figure": ("#fig-", "figcaption .caption-text"),
    "citation": ("bibliography.html#id", "p"),
    "section": ("#prerequisites-gradients", "h2"),
    "chapter": ("entropy.html#entropy", "h1"),
    "function": ("api.html#xentcourse.", None),
}

pytestmark = pytest.mark.browser


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    opened = browser.new_context(viewport={"width": 1300, "height": 900})
    yield opened
    opened.close()


def link_to(page: Any, part: str, *, here: bool = False) -> Any:
    """The first link in sight whose address has this part, or begins with it."""
    return page.locator(f'{LINKS}[href{"^" if here else "*"}="{part}"]').locator("visible=true").first


def shown(page: Any, link: Any) -> Any:
    """The card that pointing at a link shows."""
    link.hover()
    page.wait_for_timeout(WHILE)  # an earlier card has gone by then
    card = page.locator(CARD)
    card.wait_for(timeout=5000)
    return card


def words(text: str) -> str:
    return " ".join(text.split())


def text_of(tag: Tag) -> str:
    """What one sees of a piece of the page."""
    copy = BeautifulSoup(str(tag), "html.parser")
    for part in copy.select(".katex-mathml, .headerlink"):
        part.decompose()
    return words(copy.get_text())


# ---- what it shows ----------------------------------------------------------------------------------


def cards_of(folder: Path, page: str) -> dict[str, str]:
    """The previews of a page by the ids of their targets."""
    script = (folder / "_static" / "previews" / f"{page}.js").read_text(encoding="utf-8")
    arguments = script.removeprefix("xentcoursePreviews(").removesuffix(");\n")
    told, cards = json.loads(f"[{arguments}]")
    assert told == page
    return cards


def test_every_link_inside_the_course_has_a_card(site_folder, soup, name):
    for link in soup(name).select(LINKS):
        path, _, target = link["href"].partition("#")
        cards = cards_of(site_folder, path.removesuffix(".html") or name)
        assert len(cards.get(unquote(target), "")) > 20, f"no card for {link['href']}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_shows_what_the_link_leads_to(context, site, soup, site_folder, kind):
    part, piece = KINDS[kind]
    name = next(
        path.stem
        for path in sorted(site_folder.glob("*.html"))
        if soup(path.stem).select(f'{LINKS}[href*="{part}"]:not(details *)')
    )
    page = visit(context, site.url(name))
    link = link_to(page, part)
    card = shown(page, link)
    path, _, target = link.get_attribute("href").partition("#")
    there = soup(path.removesuffix(".html") or name).find(id=unquote(target))
    there = there.find_parent("section") if there.name == "span" else there
    expected = there.select_one(piece) if piece else there
    assert text_of(expected) in words(card.text_content())
    assert card.bounding_box()["height"] > 30


def test_formulas_in_a_card_are_those_of_the_page(context, site, soup):
    page = visit(context, site.url("kl_divergence"))
    card = shown(page, link_to(page, "#thm-kl_divergence-gibbs"))
    there = soup("kl_divergence").find(id="thm-kl_divergence-gibbs")
    drawn = card.locator(".katex-html")
    assert drawn.all_text_contents() == [formula.get_text() for formula in there.select(".katex-html")]
    assert len(there.select(".katex-html")) > 2
    for box in drawn.evaluate_all("found => found.map(node => node.getBoundingClientRect().toJSON())"):
        assert box["width"] > 1
        assert box["height"] > 1
    fonts = drawn.evaluate_all("found => found.map(node => getComputedStyle(node).fontFamily)")
    assert all("KaTeX" in font for font in fonts)


def test_a_card_has_no_ids_and_nothing_that_takes_the_keyboard(site_folder):
    for script in (site_folder / "_static" / "previews").glob("*.js"):
        for target, card in cards_of(site_folder, script.stem).items():
            assert not re.search(r"<(a|button|input|summary)\b|\s(id|tabindex)=", card), (script.name, target)


# ---- how it behaves ---------------------------------------------------------------------------------


def test_nothing_is_loaded_before_a_link_is_pointed_at_and_then_once(context, site):
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url) if "/previews/" in request.url else None)
    page.goto(site.url("entropy"), wait_until="networkidle")
    assert not asked
    terms = page.locator(f'{LINKS}[href*="#term-"]').locator("visible=true")
    shown(page, terms.nth(0))
    shown(page, terms.nth(1))
    assert [url.rpartition("/")[2] for url in asked] == ["glossary.js"]


def test_what_the_first_hover_loads_is_light(site_folder):
    for script in (site_folder / "_static" / "previews").glob("*.js"):
        assert len(gzip.compress(script.read_bytes())) / 1000 <= WEIGHT, script.name
    assert len(gzip.compress((site_folder / "_static" / "previews.js").read_bytes())) < 2000


def test_the_pointer_may_rest_on_a_card_and_leaving_both_closes_it(context, site):
    page = visit(context, site.url("entropy"))
    card = shown(page, link_to(page, "#term-"))
    page.wait_for_timeout(WHILE)
    assert card.is_visible(), "it stays while the link is pointed at"
    box = card.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=8)
    page.wait_for_timeout(WHILE)
    assert card.is_visible(), "it stays while it is pointed at"
    page.mouse.move(2, 450, steps=8)
    page.wait_for_timeout(WHILE)
    assert not card.is_visible()


def test_the_keyboard_opens_a_card_and_escape_closes_it_and_no_other_key_is_taken(context, site):
    page = visit(context, site.url("entropy"))
    link = link_to(page, "#term-")
    page.keyboard.press("Tab")  # from here on the keyboard is in use
    link.focus()
    card = page.locator(CARD)
    card.wait_for(timeout=5000)
    page.mouse.move(2, 450)
    page.wait_for_timeout(WHILE)
    assert card.is_visible(), "the pointer is elsewhere, and the link still has the focus"
    page.keyboard.press("Escape")
    assert not card.is_visible()
    page.wait_for_timeout(WHILE)
    assert not card.is_visible(), "it stays closed"
    assert link.evaluate("link => link === document.activeElement")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    card.wait_for(timeout=5000)
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('.preview-card')"), "it is no stop on the way"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary.html#term-*")


def test_escape_closes_a_card_without_moving_the_pointer(context, site):
    page = visit(context, site.url("entropy"))
    card = shown(page, link_to(page, "#term-"))
    page.keyboard.press("Escape")
    page.wait_for_timeout(WHILE)
    assert not card.is_visible()


def test_a_click_goes_where_the_link_leads_and_leaves_no_card(context, site):
    page = visit(context, site.url("kl_divergence"))
    link = link_to(page, "#thm-", here=True)
    card = shown(page, link)
    link.click()
    assert "#thm-" in page.url
    page.wait_for_timeout(WHILE)
    assert not card.is_visible()


@pytest.mark.parametrize(("part", "here"), [("#term-", False), ("#thm-", True)], ids=["elsewhere", "here"])
def test_a_tap_follows_the_link_and_shows_no_card(browser, site, part, here):
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url) if "/previews/" in request.url else None)
    page.goto(site.url("kl_divergence"), wait_until="load")
    link = link_to(page, part, here=here)
    address = link.get_attribute("href")
    link.tap()
    page.wait_for_url(f"**{address}")
    page.wait_for_timeout(WHILE)
    assert not asked
    assert page.locator(CARD).count() == 0
    context.close()


@pytest.mark.parametrize(("part", "here"), [("#term-", False), ("#thm-", True)], ids=["elsewhere", "here"])
def test_cards_work_from_a_file(context, site_folder, part, here):
    page = visit(context, (site_folder / "kl_divergence.html").as_uri())
    assert len(shown(page, link_to(page, part, here=here)).text_content()) > 40


# ---- how it looks -----------------------------------------------------------------------------------

#: Links near an edge of the window: scrolled to its top and to its bottom.
EDGES = {"top": "start", "bottom": "end"}
SIZE = "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("width", [1300, 390])
def test_a_card_lies_beside_its_link_inside_the_window_and_moves_nothing(browser, site, width, edge):
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = visit(context, site.url("kl_divergence"))
    links = page.locator(LINKS).locator("visible=true")
    for i in range(0, 40, 8):
        link = links.nth(i)
        link.evaluate(f"link => link.scrollIntoView({{block: '{EDGES[edge]}', behavior: 'instant'}})")
        before = page.evaluate(SIZE)
        card, place = shown(page, link).bounding_box(), link.bounding_box()
        assert page.evaluate(SIZE) == before
        assert 0 <= card["x"] <= width - card["width"]
        assert 0 <= card["y"] <= 800 - card["height"]
        apart = card["y"] >= place["y"] + place["height"] or card["y"] + card["height"] <= place["y"]
        assert apart, "a card hides its link"
        page.mouse.move(1, 799)
        page.keyboard.press("Escape")
    context.close()


VIOLATIONS = """async () => {
    for (const drawn of document.querySelectorAll("article > section .katex-html")) drawn.remove();
    const every = await axe.run(document, {resultTypes: ["violations"]});
    document.querySelector(".preview-card").removeAttribute("aria-hidden");
    const colours = await axe.run(".preview-card", {runOnly: ["color-contrast"]});
    return [...every.violations, ...colours.violations].flatMap(rule => rule.nodes.map(node =>
        `${rule.id}: ${node.html} ${node.failureSummary}`));
}"""


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("part", ["#thm-", "#term-", "api.html#"])
def test_a_page_with_a_card_breaks_no_rule_of_accessibility(browser, site, mode, part):
    context = browser.new_context(color_scheme=mode, viewport={"width": 1300, "height": 900})
    page = visit(context, site.url("information"))
    assert page.evaluate("document.documentElement.dataset.theme") == mode
    shown(page, link_to(page, part))
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(VIOLATIONS) == []
    context.close()
