"""Figures as they are published: their size, and a twin for dark pages."""

import re
from pathlib import Path

#: CSS pixels of a unit of length.
PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0}
#: The dark page's own background, and text that is easy on it.
PAPER, INK = 0x14, 0xE6
GREY = re.compile(r"#([0-9a-f]{2})\1\1\b")
#: Colours that are too dark for a dark page, and what stands for them: the same hue, lighter.
LIGHTER = {"#0072b2": "#4aa8e0", "#d55e00": "#f07f2e", "#009e73": "#2fc297"}


def size(path: Path) -> tuple[int, int]:
    """Width and height of a figure in CSS pixels. Raises ValueError where an SVG does not say."""
    if path.suffix != ".svg":
        from PIL import Image

        with Image.open(path) as image:
            return image.size
    root = re.search(r"<svg\b[^>]*>", path.read_text(encoding="utf-8"))
    sides = [
        re.search(rf'\s{side}="([\d.]+)([a-z]*)"', root[0] if root else "") for side in ("width", "height")
    ]
    if not all(sides):
        raise ValueError(f"{path}: the figure has no width and height; give its <svg> both.")
    width, height = (round(float(side[1]) * PIXELS[side[2]]) for side in sides if side)
    return width, height


def is_drawn(path: Path) -> bool:
    """Whether matplotlib drew the figure, on white, so that it can be redrawn on black."""
    return "Matplotlib" in path.read_text(encoding="utf-8")[:2000]


def darken(path: Path) -> Path:
    """Write the figure's dark twin beside it: greys change places, colours keep their hue."""
    dark = path.with_name(f"{path.stem}-dark.svg")
    dark.write_text(darkened(path.read_text(encoding="utf-8")), encoding="utf-8")
    return dark


def darkened(svg: str) -> str:
    """A drawing on white as one on black.

    >>> darkened('<svg width="1"><path style="fill: #ffffff; stroke: #000000"/></svg>')
    '<svg fill="#e6e6e6" width="1"><path style="fill: #141414; stroke: #e6e6e6"/></svg>'
    """
    svg = GREY.sub(lambda grey: _turned(int(grey[1], 16)), svg)
    for colour, lighter in LIGHTER.items():
        svg = svg.replace(colour, lighter)
    return svg.replace("<svg", f'<svg fill="#{INK:02x}{INK:02x}{INK:02x}"', 1)


def _turned(grey: int) -> str:
    value = round(INK + (PAPER - INK) * grey / 255)
    return f"#{value:02x}{value:02x}{value:02x}"
