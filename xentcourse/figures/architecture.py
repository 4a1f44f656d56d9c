"""The figure of book/architecture.md."""

from typing import Any

from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new

SIZE = {"width": 4.3, "height": 0.92}
#: The stations in the order in which they are numbered, and where their middles are. The last one but two
#: stands behind the walls.
STATIONS = {
    "the upload:\nzip, folder, exchange": (2.3, 6.6),
    "collected: the latest\nof each student": (2.3, 5.2),
    "intake: nothing but\nsources of cells": (2.3, 3.8),
    "the learner's code\nin a process of its own": (8.1, 3.1),
    "checks: arguments out,\nanswers in, a verdict": (2.3, 2.4),
    "recorder: gradebook,\nexecuted notebook": (2.3, 1.0),
    "feedback, report,\ntables of grades": (8.1, 1.0),
}
#: From one number to another, and whether something comes back.
WAYS = ((1, 2, False), (2, 3, False), (3, 4, False), (4, 5, True), (5, 6, False), (6, 7, False))
WALL = (5.45, 10.75, 2.15, 4.45)  #: left, right, bottom and top of what is behind the walls


def plot_submission(*, ax: Axes | None = None) -> Axes:
    """The stations of a submission, numbered, from upload to grade, and the walls round one of them."""
    ax = axes_or_new(ax)
    ax.set(xlim=(0, 10.9), ylim=(0.4, 7.2), xticks=[], yticks=[])
    for side in ax.spines.values():
        side.set_visible(False)
    left, right, bottom, top = WALL
    box: dict[str, Any] = {"fill": False, "edgecolor": "#D55E00", "linestyle": "--", "linewidth": 2}
    ax.add_patch(_rectangle(left, bottom, right - left, top - bottom, **box))
    ax.text(right, top + 0.12, "walls", color="#D55E00", ha="right", va="bottom")
    for number, (text, middle) in enumerate(STATIONS.items(), start=1):
        _station(ax, f"{number}  {text}", *middle)
    middles = list(STATIONS.values())
    for start, end, both in WAYS:
        _way(ax, middles[start - 1], middles[end - 1], "<|-|>" if both else "-|>")
    return ax


def _rectangle(x: float, y: float, width: float, height: float, **style: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, **style)


def _station(ax: Axes, text: str, x: float, y: float) -> None:
    width, height = SIZE["width"], SIZE["height"]
    style: dict[str, Any] = {"facecolor": "#ffffff", "edgecolor": "#0072B2", "linewidth": 1.5, "zorder": 2}
    ax.add_patch(_rectangle(x - width / 2, y - height / 2, width, height, **style))
    ax.text(x, y, text, ha="center", va="center", zorder=3)


def _way(ax: Axes, start: tuple[float, float], end: tuple[float, float], arrow: str) -> None:
    """An arrow from the edge of one station to the edge of the other."""
    across = (end[0] - start[0]) and (1 if end[0] > start[0] else -1)
    down = 0 if across else (1 if end[1] > start[1] else -1)
    half = SIZE["width"] / 2, SIZE["height"] / 2
    tail = start[0] + across * half[0], start[1] + down * half[1]
    head = end[0] - across * half[0], end[1] - down * half[1]
    style = {"arrowstyle": arrow, "color": "#404040", "linewidth": 1.5, "shrinkA": 1, "shrinkB": 1}
    ax.annotate("", head, tail, arrowprops=style)
