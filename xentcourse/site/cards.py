"""Social cards: the picture that goes with a link to a page when somebody shares it."""

import textwrap
from pathlib import Path

import numpy as np

#: Inches at 100 dots each: 1200 × 630, which is what the networks ask for.
SIZE = (12, 6.3)
BACKGROUND, CURVE, FILL = "#14181e", "#56b4e9", "#1d2a36"


def draw_card(title: str, course: str, path: Path) -> None:
    """Write the card of the page called `title`: its name before the curve of surprise."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()
        figure = Figure(figsize=SIZE, dpi=100, facecolor=BACKGROUND)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 1), ylim=(0, 5))
        axes.axis("off")
        p = np.linspace(0.004, 1, 400)
        axes.fill_between(p, -np.log(p), color=FILL)
        axes.plot(p, -np.log(p), color=CURVE, linewidth=5)
        lines = textwrap.fill(title, 26)
        size = 54 if lines.count("\n") < 3 else 40
        figure.text(
            0.95, 0.86, lines, color="white", size=size, weight="bold", ha="right", va="top", linespacing=1.25
        )
        figure.text(0.95, 0.07, course, color="#c9d4df", size=24, ha="right")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Software": None}, pil_kwargs={"optimize": True})
