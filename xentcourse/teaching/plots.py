"""The figures of a report, as SVG inside the page."""

import base64
import io
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any

Draw = Callable[[Any], None]


def picture(draw: Draw, *, height: float = 2.8) -> str:
    """What `draw` puts on some axes, as the address of an SVG that is its own content."""
    import matplotlib.style
    from matplotlib.figure import Figure

    style = str(resources.files("xentcourse") / "figures" / "course.mplstyle")
    with matplotlib.style.context(style), matplotlib.rc_context({"svg.hashsalt": "report"}):
        figure = Figure(figsize=(7.5, height), layout="constrained")
        draw(figure.subplots())
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None}, facecolor="white")
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()


def distribution(totals: Sequence[float], most: float) -> Draw:
    """How many have how many points."""

    def draw(axes: Any) -> None:
        axes.hist(totals, bins=min(20, max(5, int(most))), range=(0, most or 1), edgecolor="white")
        axes.set_xlabel(f"points of {most:g}")
        axes.set_ylabel("learners")

    return draw


def shares(names: Sequence[str], counts: Sequence[tuple[int, int, int, int]]) -> Draw:
    """For each check how many have all, some, or none of its points, and how many left it out."""
    kinds = (
        ("all points", "C2", ""),
        ("some", "C4", "//"),
        ("none", "C1", ""),
        ("not attempted", "0.8", ".."),
    )

    def draw(axes: Any) -> None:
        left = [0] * len(names)
        for number, (kind, colour, hatch) in enumerate(kinds):
            widths = [count[number] for count in counts]
            axes.barh(names, widths, left=left, label=kind, color=colour, hatch=hatch, edgecolor="white")
            left = [a + b for a, b in zip(left, widths, strict=True)]
        axes.invert_yaxis()
        axes.set_xlabel("learners")
        axes.grid(visible=False, axis="y")
        axes.figure.legend(loc="outside upper center", ncols=4, frameon=False)

    return draw


def moments(hours: Sequence[float], due: float | None, since: str) -> Draw:
    """When people handed in."""

    def draw(axes: Any) -> None:
        days = [hour / 24 for hour in hours]
        axes.hist(days, bins=min(40, max(5, len(set(days)))), edgecolor="white")
        if due is not None:
            axes.axvline(due / 24, color="C1", linestyle="--")
            axes.annotate(" due", (due / 24, axes.get_ylim()[1]), va="top", color="C1")
        axes.set_xlabel(f"days since {since}")
        axes.set_ylabel("learners")

    return draw
