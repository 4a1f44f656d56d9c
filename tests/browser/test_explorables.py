"""The explorables in Chromium: by keyboard, pointer and finger, with and without scripts, light and dark."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from xentcourse.course import Course

#: (page, explorable), as the pages' sources have them.
EXPLORABLES = [
    (path.stem, name)
    for path in sorted((Course.find(Path(__file__).parent).root / "book").glob("*.md"))
    for name in re.findall(r"^:{3,}\{explorable\} (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
]

#: What readers bring: a desk, a phone, a wish for rest, no scripts. Each opens a page once for all tests.
READERS = {
    "desk": {"viewport": {"width": 1300, "height": 900}, "color_scheme": "light"},
    "phone": {"viewport": {"width": 390, "height": 900}, "color_scheme": "dark", "has_touch": True},
    "rest": {"viewport": {"width": 1300, "height": 900}, "reduced_motion": "reduce"},
    "plain": {"viewport": {"width": 1300, "height": 900}, "java_script_enabled": False},
}

pytestmark = pytest.mark.browser

each = pytest.mark.parametrize(("where", "what"), EXPLORABLES, ids=[name for _, name in EXPLORABLES])

Open = Callable[[str, str, str], Any]


@pytest.fixture(scope="module")
def opened(browser: Any, site: Any) -> Iterator[Open]:
    """Scrolls to an explorable, as this reader sees it; all tests of one reader share the page."""
    contexts: dict[str, Any] = {}
    pages: dict[tuple[str, str], Any] = {}

    def open_page(reader: str, where: str, what: str) -> Any:
        if reader not in contexts:
            contexts[reader] = browser.new_context(**READERS[reader])
            mode = READERS[reader].get("color_scheme", "light")
            script = f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}');"
            contexts[reader].add_init_script(script)
        if (reader, where) not in pages:
            pages[reader, where] = contexts[reader].new_page()
            pages[reader, where].goto(site.url(where), wait_until="load")
        pages[reader, where].bring_to_front()  # a page behind another is drawn once a second
        box = pages[reader, where].locator(f"[data-xp='{what}']")
        box.scroll_into_view_if_needed()
        if READERS[reader].get("java_script_enabled", True):
            come_alive(box)
        return box

    yield open_page
    for context in contexts.values():
        context.close()


def come_alive(box: Any) -> None:
    """Wait until a still that is near the screen is one no more."""
    box.page.wait_for_function("node => node.dataset.xpState !== 'still'", arg=box.element_handle())


def reading(box: Any) -> str:
    return box.locator(".xp-reading").inner_text()


def shown(box: Any) -> str:
    """All that a control can change: the drawing and the reading."""
    return box.evaluate(
        "box => box.querySelector('svg').innerHTML + box.querySelector('.xp-reading').textContent"
    )


def test_there_are_explorables():
    assert EXPLORABLES


# ---- without scripts --------------------------------------------------------------------------------


@each
def test_without_scripts_there_is_a_still_with_its_text(opened, where, what):
    box = opened("plain", where, what)
    figure = box.locator(".xp-stage > svg")
    assert figure.bounding_box()["width"] > 300
    assert len(figure.get_attribute("aria-label").split()) >= 10, (
        "the figure needs a text that says what it shows"
    )
    assert figure.locator(".xp-line, .xp-bar, .xp-solid").count() > 0
    assert reading(box)
    assert not box.locator(".xp-controls").is_visible(), "what sets nothing must not show"
    box.locator(".xp-learnt > summary").click()
    assert box.locator(".xp-learnt > p").first.is_visible()


@each
def test_the_still_is_what_the_script_draws(opened, soup, where, what):
    still = soup(where).select_one(f"[data-xp='{what}'] .xp-stage")
    box = opened("desk", where, what)
    assert still.select_one(".xp-reading").get_text() == reading(box)
    drawn = box.evaluate(
        "box => [...box.querySelectorAll('svg path, svg text')]"
        ".map(node => node.getAttribute('d') ?? node.textContent)"
    )
    assert [node.get("d") or node.get_text() for node in still.select("svg path, svg text")] == drawn


def test_a_page_without_explorables_loads_none_of_it(soup, name):
    page = soup(name)
    loads = [tag.get("src") or tag.get("href") for tag in page.select("script[src], link[href]")]
    assert bool(page.select("[data-xp]")) == any("explorables/" in address for address in loads)


# ---- to be seen -------------------------------------------------------------------------------------

#: The contrast of each drawn thing with the page's background, by its class; WCAG asks for 3, of text 4.5.
PALE = """box => {
    const parse = text => text.match(/[\\d.]+/g).map(Number);
    const linear = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = light(parse(getComputedStyle(document.body).backgroundColor));
    return [...box.querySelectorAll("svg :is(.xp-line, .xp-bar, .xp-solid, text)")].map(node => {
        const style = getComputedStyle(node);
        const own = light(parse(style.stroke === "none" ? style.fill : style.stroke));
        const contrast = (Math.max(own, behind) + 0.05) / (Math.min(own, behind) + 0.05);
        const needed = node.tagName === "text" ? 4.5 : 3;
        return contrast < needed ? `${node.getAttribute("class")}: ${contrast.toFixed(2)}` : "";
    }).filter(Boolean);
}"""

#: Texts of the figure that stick out of it, are too small to read, or lie on each other.
UNREADABLE = """box => {
    const place = node => node.getBoundingClientRect();
    const frame = place(box);
    const texts = [...box.querySelectorAll("svg text")]
        .filter(node => node.textContent && getComputedStyle(node).opacity > 0);
    return texts.flatMap((text, i) => {
        const at = place(text);
        const size = parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getScreenCTM().a;
        const on = texts.slice(0, i).filter(other => {
            const b = place(other);
            return Math.min(at.right, b.right) - Math.max(at.left, b.left) > 1 &&
                Math.min(at.bottom, b.bottom) - Math.max(at.top, b.top) > 3;
        });
        return [
            ...(at.left < frame.left || at.right > frame.right ? [`sticks out: ${text.textContent}`] : []),
            ...(size < 9 ? [`${size.toFixed(1)} px: ${text.textContent}`] : []),
            ...on.map(other => `${text.textContent} lies on ${other.textContent}`),
        ];
    });
}"""


@each
@pytest.mark.parametrize("reader", ["desk", "phone"])
def test_what_is_drawn_stands_out_and_can_be_read(opened, where, what, reader):
    box = opened(reader, where, what)
    assert box.page.evaluate("document.documentElement.dataset.theme") == READERS[reader]["color_scheme"]
    assert not box.evaluate(PALE)
    assert not box.evaluate(UNREADABLE)


@each
def test_a_finger_finds_every_control(opened, where, what):
    controls = opened("phone", where, what).locator("button, input[type=range], label:has(input)")
    sizes = {control.inner_text(): control.bounding_box() for control in controls.all()}
    assert not [name for name, size in sizes.items() if size and size["height"] < 32]


# ---- alive ------------------------------------------------------------------------------------------


@each
def test_an_explorable_knows_whether_it_is_on_the_screen(opened, where, what):
    box = opened("desk", where, what)
    page, state = box.page, f"document.querySelector('[data-xp={what}]').dataset.xpState"
    page.wait_for_function(f"{state} === 'on'")
    page.evaluate("scrollTo(0, scrollY > 2000 ? 0 : document.body.scrollHeight)")
    page.wait_for_function(f"{state} === 'off'")


@each
@pytest.mark.parametrize(("reader", "way"), [("desk", "mouse"), ("phone", "finger")])
def test_every_grip_can_be_dragged(opened, where, what, reader, way):
    box = opened(reader, where, what)
    grips = box.locator(".xp-grip")
    for i in range(grips.count()):
        before = reading(box)
        for across, down in ((-40, -25), (60, 40)):
            pull(box.page, grips.nth(i).locator(".xp-knob"), across, down, way)
            if reading(box) != before:
                break
        assert reading(box) != before, f"grip {i + 1} of {what} does not move by {way}"


def pull(page: Any, knob: Any, across: float, down: float, way: str) -> None:
    knob.scroll_into_view_if_needed()
    at = knob.bounding_box()
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    if way == "mouse":
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + across, y + down, steps=5)
        page.mouse.up()
        return
    finger = page.context.new_cdp_session(page)
    for kind, share in (("touchStart", 0), ("touchMove", 0.5), ("touchMove", 1)):
        points = [{"x": x + share * across, "y": y + share * down}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@each
def test_arrow_keys_cross_a_slider_in_fifty_steps_finer_with_alt_and_coarser_with_shift(opened, where, what):
    box = opened("desk", where, what)
    for slider in box.locator("input[type=range][step=any]").all():
        low, high = (float(slider.get_attribute(end)) for end in ("min", "max"))
        for key, share in (("ArrowRight", 1 / 50), ("Alt+ArrowUp", 1 / 500), ("Shift+ArrowRight", 1 / 10)):
            slider.evaluate(
                "(node, to) => { node.value = to; node.dispatchEvent(new Event('input', {bubbles: true})); }",
                low + (high - low) / 4,
            )
            slider.focus()
            before = float(slider.input_value())
            box.page.keyboard.press(key)
            assert (float(slider.input_value()) - before) / (high - low) == pytest.approx(share, rel=1e-3), (
                key
            )


@each
def test_every_control_acts_by_keyboard_at_once_and_a_screen_reader_hears_it(opened, where, what):
    """Motion is unwanted here, so nothing may still be on its way after a key."""
    box = opened("rest", where, what)
    controls = box.locator(".xp-controls :is(input, button)")
    idle = {*range(controls.count())}
    order = [*range(controls.count())]
    for i in [*order, *reversed(order), *reversed(order)]:  # some act only after others
        if idle and controls.nth(i).is_visible() and acts(box, controls.nth(i)):
            idle.discard(i)
    names = [controls.nth(i).get_attribute("data-xp-key") for i in sorted(idle)]
    assert not names, f"{what}: no key changes anything by way of {', '.join(names)}"
    box.page.wait_for_function(f"""() => {{
        const box = document.querySelector("[data-xp={what}]");
        const text = part => box.querySelector(part).textContent;
        return text("[role=status]") === text(".xp-reading");
    }}""")


def acts(box: Any, control: Any) -> bool:
    """Whether a key changes what is shown, at once."""
    control.focus()
    for key in KEYS.get(control.get_attribute("type"), ("Enter", "Space")):
        before = shown(box)
        box.page.keyboard.press(key)
        after = shown(box)
        if after != before:
            box.page.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            assert shown(box) == after, "what a key brings is still on its way"
            return True
    return False


#: What to try on a control, by its type.
KEYS = {
    "range": ("ArrowRight", "ArrowLeft", "Home", "End"),
    "radio": ("Space", "ArrowRight", "ArrowLeft"),
    "text": ("e", "z"),
}


@each
def test_an_explorable_works_from_a_file(browser, site_folder, where, what):
    page = browser.new_page()
    page.goto(f"{(site_folder / where).as_uri()}.html", wait_until="domcontentloaded")
    box = page.locator(f"[data-xp='{what}']")
    box.scroll_into_view_if_needed()
    come_alive(box)
    page.close()


@each
def test_an_explorable_is_a_still_until_somebody_comes_near_or_takes_the_keyboard(browser, site, where, what):
    page = browser.new_page()
    page.goto(site.url(where), wait_until="load")
    box = page.locator(f"[data-xp='{what}']")
    screens = box.bounding_box()["y"] / page.viewport_size["height"]
    assert screens > 3.5, "it lies so near the top that this shows nothing"
    assert box.get_attribute("data-xp-state") == "still"
    page.keyboard.press("Shift")
    come_alive(box)
    page.close()
