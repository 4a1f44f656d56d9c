"""Take the picture of the site that the README shows: `make picture`, after `make book`."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from xentcourse.tools import chromium

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "_build" / "site" / "kl_divergence.html"
PLACE = ".xp"  #: the first explorable
TARGET = ROOT / "docs" / "site.png"
SIZE = {"width": 1280, "height": 800}
COLOURS = 128  #: enough for text and flat figures, and a third of the bytes


def main() -> None:
    """Write docs/site.png."""
    program = chromium()
    if not PAGE.is_file() or not program:
        raise SystemExit(f"{PAGE} and Chromium are needed: `make book`, and scripts/system-packages test.")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", "--hide-scrollbars"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        save(shot(page))
        browser.close()
    print(TARGET.relative_to(ROOT))


def shot(page: Page) -> bytes:
    """The window with the page's first explorable in its middle."""
    page.goto(PAGE.as_uri(), wait_until="networkidle")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.locator(PLACE).first.evaluate("it => it.scrollIntoView({block: 'center', behavior: 'instant'})")
    page.wait_for_timeout(1500)  # fonts, and figures that draw when they are seen
    return page.screenshot()


def save(picture: bytes) -> None:
    """Write a picture with few colours."""
    TARGET.parent.mkdir(exist_ok=True)
    with Image.open(io.BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(TARGET, optimize=True)


if __name__ == "__main__":
    main()
