"""Every page of the built site in Chromium: wide and narrow, light and dark, with scripts and without."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from browser.visiting import SCRIPTS_RAN

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

#: Each width opens in one mode and is switched to the other, so that both beginnings are tried.
WIDTHS = {1300: ("light", "dark"), 390: ("dark", "light")}

pytestmark = pytest.mark.browser

#: Shows what readers may open: rules about text that is not shown would pass for the wrong reason.
OPEN_EVERYTHING = """() => {
    for (const details of document.querySelectorAll("main details")) details.open = true;
    for (const box of document.querySelectorAll(".toggle-hidden")) box.classList.remove("toggle-hidden");
}"""

#: Names the outermost elements that stick out, where the page as a whole can be pushed sideways.
TOO_WIDE = """() => {
    const width = document.documentElement.scrollWidth;
    if (width <= innerWidth) return [];
    const right = node => Math.round(node.getBoundingClientRect().right);
    const out = node => node.nodeType === 1 && right(node) > innerWidth &&
        !["fixed", "absolute"].includes(getComputedStyle(node).position);
    return [...document.querySelectorAll("main *")]
        .filter(node => out(node) && !out(node.parentElement))
        .map(node => `${right(node)} px: ${node.outerHTML.slice(0, 200)}`)
        .concat([`the page is ${width} px wide, the screen ${innerWidth}`]);
}"""

#: Boxes that scroll sideways and that the keyboard cannot reach.
UNREACHABLE = """() => [...document.querySelectorAll("main *")]
    .filter(node => node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0 &&
        ["auto", "scroll"].includes(getComputedStyle(node).overflowX) &&
        node.tabIndex < 0 && !node.querySelector("a[href], button"))
    .map(node => node.outerHTML.slice(0, 200))"""

#: The drawn half of a formula is hidden from assistive technology, and its many boxes take axe long: it goes.
#: In the second mode only the rules about colour can say something new.
VIOLATIONS = """async (colours_only) => {
    for (const drawn of document.querySelectorAll(".katex-html")) drawn.remove();
    const options = {resultTypes: ["violations"]};
    if (colours_only) options.runOnly = ["color-contrast", "link-in-text-block"];
    return (await axe.run(document, options)).violations.flatMap(rule => rule.nodes.map(node =>
        `${rule.id} (${rule.impact}): ${rule.help}\\n    ${node.html}\\n    ${node.failureSummary}`));
}"""

#: At once: a colour that is still on its way has a contrast of its own.
SWITCH_MODE = """mode => {
    document.head.insertAdjacentHTML("beforeend", "<style>* { transition: none !important; }</style>");
    Object.assign(document.documentElement.dataset, {mode: mode, theme: mode});
}"""


@dataclass
class Visit:
    """What Chromium saw on one page at one width."""

    elsewhere: list[str] = field(default_factory=list)  # requests that left the site
    failed: list[str] = field(default_factory=list)  # requests that brought nothing
    errors: list[str] = field(default_factory=list)  # of the console, and uncaught ones

    def listen(self, page: Any, address: str) -> None:
        """Note what goes wrong from now on."""

        def request(request: Any) -> None:
            if not request.url.startswith((f"{address}/", "data:", "blob:")):
                self.elsewhere.append(request.url)

        def response(response: Any) -> None:
            if response.status >= 400:
                self.failed.append(f"{response.status} {response.url}")

        def said(message: Any) -> None:
            if message.type == "error":
                self.errors.append(message.text)

        page.on("request", request)
        page.on("response", response)
        page.on("requestfailed", lambda request: self.failed.append(f"{request.failure} {request.url}"))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", said)


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.fail(f"{AXE} is missing: `npm ci` fetches the accessibility checker.", pytrace=False)
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def contexts(browser: Any) -> Iterator[dict[int, Any]]:
    """A browser context for each width; its pages share a cache."""
    opened = {}
    for width, (mode, _) in WIDTHS.items():
        context = browser.new_context(color_scheme=mode, viewport={"width": width, "height": 900})
        context.add_init_script(
            f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}');"
        )
        opened[width] = context
    yield opened
    for context in opened.values():
        context.close()


def told(problems: list[str]) -> str:
    return "\n" + "\n".join(f"- {problem}" for problem in problems)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_works_for_everyone(contexts, axe, site, subtests, name, width):
    first, second = WIDTHS[width]
    page, seen = contexts[width].new_page(), Visit()
    seen.listen(page, site.address)
    page.goto(site.url(name), wait_until="load")
    page.wait_for_function(SCRIPTS_RAN)
    with subtests.test("it opens in the reader's mode"):
        assert page.evaluate("document.documentElement.dataset.theme") == first
    page.evaluate(OPEN_EVERYTHING)
    page.keyboard.press("Shift")  # all of a long page is laid out, and every figure comes alive
    with subtests.test("it is no wider than the screen"):
        too_wide = page.evaluate(TOO_WIDE)
        assert not too_wide, told(too_wide)
    page.evaluate("() => new Promise(requestAnimationFrame)")  # observers of sizes have run by then
    with subtests.test("what scrolls sideways does so by keyboard"):
        unreachable = page.evaluate(UNREACHABLE)
        assert not unreachable, told(unreachable)
    page.evaluate(axe)
    with subtests.test(f"it breaks no rule of accessibility when {first}"):
        violations = page.evaluate(VIOLATIONS, False)
        assert not violations, told(violations)
    page.emulate_media(color_scheme=second)
    page.evaluate(SWITCH_MODE, second)
    with subtests.test(f"it breaks no rule about colours when {second}"):
        violations = page.evaluate(VIOLATIONS, True)
        assert not violations, told(violations)
    page.close()
    with subtests.test("it asks no other host for anything"):
        assert not seen.elsewhere, told(seen.elsewhere)
    with subtests.test("it gets everything that it asks for"):
        assert not seen.failed, told(seen.failed)
    with subtests.test("it runs without errors"):
        assert not seen.errors, told(seen.errors)


@pytest.fixture(scope="module")
def plain(browser: Any) -> Iterator[Any]:
    """A browser context without scripts."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1300, "height": 900})
    yield context
    context.close()


#: Formulas whose drawing has no size, or whose other half, for assistive technology, shows beside it.
FORMULAS = """() => ({
    invisible: [...document.querySelectorAll("article .katex-html")]
        .filter(node => { const box = node.getBoundingClientRect(); return box.width < 1 || box.height < 1; })
        .map(node => node.textContent),
    twice: [...document.querySelectorAll("article .katex-mathml")]
        .filter(node => node.getBoundingClientRect().width > 2 || node.getBoundingClientRect().height > 2)
        .map(node => node.textContent),
    outside: [...document.querySelectorAll("article .katex-html")]
        .filter(node => !getComputedStyle(node).fontFamily.includes("KaTeX")).length,
})"""

FIGURES = """async () => {
    const figures = [...document.querySelectorAll("article img")]
        .filter(img => getComputedStyle(img).display !== "none");  // of twins, one shows
    return figures
        .filter(img => !img.complete || !img.naturalWidth || img.getBoundingClientRect().width < 50)
        .map(img => img.outerHTML);
}"""


def test_formulas_and_figures_show_without_scripts(plain, site, name):
    page = plain.new_page()
    fonts: list[str] = []
    page.on("response", lambda response: fonts.append(response.url) if response.status == 200 else None)
    page.goto(site.url(name), wait_until="load")
    page.evaluate(OPEN_EVERYTHING)
    formulas, lost = page.evaluate(FORMULAS), page.evaluate(FIGURES)
    count = page.locator("article .katex").count()
    page.close()
    assert not formulas["invisible"], f"formulas that do not show: {formulas['invisible']}"
    assert not formulas["twice"], f"formulas that show twice: {formulas['twice']}"
    assert not formulas["outside"], f"{formulas['outside']} formulas are not set in KaTeX's font"
    if count:
        assert any("KaTeX_" in url for url in fonts), "no font of the formulas was loaded"
    assert not lost, told(lost)


def test_every_figure_has_a_text_that_says_what_it_shows(soup, name):
    for img in soup(name).select("article img"):
        alt = img.get("alt", "").strip()
        file = img["src"].rpartition("/")[2]
        assert alt, f"{file} on {name} has no alt text"
        assert alt not in (img["src"], file, file.rpartition(".")[0]), f"{file} has its own name as alt text"
        assert len(alt.split()) >= 3, f"{file} has {alt!r} as alt text: say what the figure shows"


@pytest.mark.parametrize("way", ["click", "keyboard"])
def test_an_answer_opens_and_says_its_verdict_in_words(contexts, site, soup, name, way):
    if not soup(name).select("details.answer"):
        return
    page = contexts[390].new_page()
    page.goto(site.url(name), wait_until="load")
    for kind, verdict in (("right", "Right"), ("wrong", "Not quite")):
        answer = page.locator(f"details.answer.{kind}").first
        label = answer.locator("summary")
        explanation = answer.locator(":scope > :not(summary)").first
        assert not explanation.is_visible()
        if way == "click":
            label.click()
        else:
            label.focus()
            page.keyboard.press("Enter")
        assert explanation.is_visible(), f"by {way}, the answer stays shut: {label.inner_text()}"
        shown = label.evaluate("label => getComputedStyle(label, '::after').content")
        assert verdict in shown, f"the verdict reads {shown}"
    page.close()
