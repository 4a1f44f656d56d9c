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

pytestmark = pytest.mark.browser

each = pytest.mark.parametrize(("where", "what"), EXPLORABLES, ids=[name for _, name in EXPLORABLES])

Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, site: Any) -> Iterator[Open]:
    """Opens a page in a context of its own, and returns the explorable on it."""
    contexts = []

    def open_page(where: str, what: str, *, width: int = 1300, mode: str = "light", **options: Any) -> Any:
        context = browser.new_context(
            color_scheme=mode, viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        if options.get("java_script_enabled", True):
            context.add_init_script(
                f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}');"
            )
        page = context.new_page()
        page.goto(site.url(where), wait_until="load")
        box = page.locator(f"[data-xp='{what}']")
        box.scroll_into_view_if_needed()
        return box

    yield open_page
    for context in contexts:
        context.close()


def reading(box: Any) -> str:
    return box.locator(".xp-reading").inner_text()


def test_there_are_explorables():
    assert EXPLORABLES


# ---- without scripts --------------------------------------------------------------------------------


@each
def test_without_scripts_there_is_a_still_with_its_text(opened, where, what):
    box = opened(where, what, java_script_enabled=False)
    figure = box.locator(".xp-stage > svg")
    assert figure.bounding_box()["width"] > 300
    assert len(figure.get_attribute("aria-label").split()) >= 10, "the figure needs a text that says what it shows"
    assert figure.locator(".xp-line, .xp-bar, .xp-solid").count() > 0
    assert reading(box)
    assert not box.locator(".xp-controls").is_visible(), "what sets nothing must not show"
    box.locator(".xp-learnt > summary").click()
    assert box.locator(".xp-learnt > p").first.is_visible()


@each
def test_the_still_is_what_the_script_draws(opened, soup, where, what):
    still = soup(where).select_one(f"[data-xp='{what}'] .xp-stage")
    box = opened(where, what)
    assert still.select_one(".xp-reading").get_text() == reading(box)
    drawn = box.evaluate("box => [...box.querySelectorAll('svg path, svg text')].map(n => n.getAttribute('d') ?? n.textContent)")
    assert [node.get("d") or node.get_text() for node in still.select("svg path, svg text")] == drawn


# ---- alive ------------------------------------------------------------------------------------------


@each
def test_an_explorable_knows_whether_it_is_on_the_screen(opened, where, what):
    box = opened(where, what)
    page = box.page
    page.wait_for_function("box => box.dataset.xpState === 'on'", arg=box.element_handle())
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("box => box.dataset.xpState === 'off'", arg=box.element_handle())


@each
def test_every_control_changes_the_reading_by_keyboard(opened, where, what):
    box = opened(where, what, reduced_motion="reduce")
    controls = box.locator(".xp-controls :is(input, button)")
    unchanged = []
    for i in range(controls.count()):
        control = controls.nth(i)
        control.focus()
        before = reading(box)
        for key in keys(control):
            box.page.keyboard.press(key)
            if reading(box) != before:
                break
        else:
            unchanged.append(control.get_attribute("data-xp-key"))
    assert not unchanged, f"{what}: no key changes what is read by way of {', '.join(unchanged)}"


def keys(control: Any) -> tuple[str, ...]:
    """What to try on a control."""
    kind = control.get_attribute("type")
    return {
        "range": ("ArrowRight", "ArrowLeft", "Home", "End"),
        "radio": ("Space", "ArrowRight", "ArrowLeft"),
        "text": ("e", "z"),
    }.get(kind, ("Enter", "Space"))


@each
def test_arrow_keys_cross_a_slider_in_fifty_steps_finer_with_alt_and_coarser_with_shift(opened, where, what):
    box = opened(where, what)
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
            assert (float(slider.input_value()) - before) / (high - low) == pytest.approx(share, rel=1e-3), key


@each
def test_a_screen_reader_hears_the_reading_after_a_change(opened, where, what):
    box = opened(where, what, reduced_motion="reduce")
    control = box.locator(".xp-controls :is(input, button)").first
    control.focus()
    box.page.keyboard.press(keys(control)[0])
    status = box.locator("[role=status]")
    status.filter(has_text=re.compile(r"\S")).wait_for(state="attached", timeout=3000)
    assert status.inner_text() == reading(box)


@each
@pytest.mark.parametrize("way", ["mouse", "finger"])
def test_every_grip_can_be_dragged(opened, where, what, way):
    box = opened(where, what, width=390 if way == "finger" else 1300, has_touch=way == "finger")
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
def test_unwanted_motion_is_left_out(opened, where, what):
    """What a button brings is there at once, and stays."""
    box = opened(where, what, reduced_motion="reduce")
    for button in box.locator("button").all():
        button.click()
        first = reading(box)
        box.page.wait_for_timeout(60)
        assert reading(box) == first


@each
def test_an_explorable_works_from_a_file(opened, site_folder, where, what):
    box = opened(where, what)
    box.page.goto(f"{(site_folder / where).as_uri()}.html")
    assert box.get_attribute("data-xp-state") in ("ready", "on", "off")


# ---- to be seen -------------------------------------------------------------------------------------

#: The contrast of each drawn thing with the page's background, by its class; WCAG asks for 3, of text 4.5.
CONTRASTS = """box => {
    const parse = text => text.match(/[\\d.]+/g).map(Number);
    const linear = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = light(parse(getComputedStyle(document.body).backgroundColor));
    const contrast = colour => {
        const own = light(parse(colour));
        return (Math.max(own, behind) + 0.05) / (Math.min(own, behind) + 0.05);
    };
    return [...box.querySelectorAll("svg :is(.xp-line, .xp-bar, .xp-solid, text)")].map(node => {
        const style = getComputedStyle(node);
        const colour = style.stroke === "none" ? style.fill : style.stroke;
        return [node.getAttribute("class") ?? node.tagName, contrast(colour), node.tagName === "text" ? 4.5 : 3];
    });
}"""


@each
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_is_drawn_stands_out(opened, where, what, mode):
    pale = [found for found in opened(where, what, mode=mode).evaluate(CONTRASTS) if found[1] < found[2]]
    assert not pale


#: Texts of the figure that stick out of it, are too small to read, or lie on each other.
TEXTS = """box => {
    const place = node => node.getBoundingClientRect();
    const frame = place(box);
    const texts = [...box.querySelectorAll("svg text")].filter(n => n.textContent && getComputedStyle(n).opacity > 0);
    const problems = [];
    for (const text of texts) {
        const at = place(text);
        if (at.left < frame.left || at.right > frame.right) problems.push(`sticks out: ${text.textContent}`);
        const scale = text.ownerSVGElement.getScreenCTM().a;
        const size = parseFloat(getComputedStyle(text).fontSize) * scale;
        if (size < 9) problems.push(`${size.toFixed(1)} px: ${text.textContent}`);
        for (const other of texts) {
            if (other === text) break;
            const b = place(other);
            const wide = Math.min(at.right, b.right) - Math.max(at.left, b.left);
            const high = Math.min(at.bottom, b.bottom) - Math.max(at.top, b.top);
            if (wide > 1 && high > 3) problems.push(`${text.textContent} lies on ${other.textContent}`);
        }
    }
    return problems;
}"""


@each
@pytest.mark.parametrize("width", [1300, 390])
def test_the_texts_of_a_figure_can_be_read(opened, where, what, width):
    assert not opened(where, what, width=width).evaluate(TEXTS)


@each
def test_a_finger_finds_every_control(opened, where, what):
    box = opened(where, what, width=390)
    small = [
        control.get_attribute("data-xp-key")
        for control in box.locator("button, input[type=range], label:has(input)").all()
        if control.bounding_box()["height"] < 32
    ]
    assert not small


def test_a_page_without_explorables_loads_none_of_it(soup, name):
    page = soup(name)
    loads = [tag.get("src") or tag.get("href") for tag in page.select("script[src], link[href]")]
    assert bool(page.select("[data-xp]")) == any("explorables/" in address for address in loads)
