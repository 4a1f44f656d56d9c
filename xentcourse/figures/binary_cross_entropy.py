"""The figures of book/binary_cross_entropy.md."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.binary_cross_entropy import binary_cross_entropy, sigmoid

STYLES = ("-", "--", "-.", ":")
MARK = "#D55E00"
LINE = "black"


def plot_loss(targets: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """Binary cross-entropy in nats against the stated probability, a line for each target."""
    ax = axes_or_new(ax)
    p = np.linspace(0.002, 0.998, 499)
    for y, style in zip(targets, STYLES, strict=False):
        ax.plot(p, binary_cross_entropy(p, np.full_like(p, y), reduction="none"), style, label=f"$y = {y:g}$")
    ax.axhline(np.log(2), color=LINE, linewidth=0.9, linestyle=":")
    ax.annotate("log 2", (0, np.log(2)), xytext=(5, 3), textcoords="offset points", ha="left", va="bottom")
    ax.set(xlabel="stated probability $p$ of a 1", ylabel="loss (nats)", xlim=(0, 1), ylim=(0, 5))
    ax.legend(loc="upper center")
    return ax


def plot_evidence(logits: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """The sigmoid, with log-odds marked on it and an arrow along the axis from each to the next."""
    ax = axes_or_new(ax)
    z = np.linspace(-6, 6, 241)
    ax.plot(z, sigmoid(z))
    ax.axhline(0.5, color=LINE, linewidth=0.9, linestyle=":")
    ax.axvline(0, color=LINE, linewidth=0.9, linestyle=":")
    for start, end in itertools.pairwise(logits):
        arrow = {"arrowstyle": "->", "color": MARK, "linewidth": 1.6}
        ax.annotate("", (end, -0.05), xytext=(start, -0.05), arrowprops=arrow)
    for place in logits:
        height = float(sigmoid(place))
        ax.plot([place, place], [-0.05, height], color=MARK, linewidth=0.9, linestyle=":")
        ax.plot([place], [height], "o", color=MARK, markersize=8)
        ax.annotate(f"{height:.3f}", (place, height), xytext=(-6, 7), textcoords="offset points", ha="right")
    ax.set(xlabel="log-odds $z$ (nats)", ylabel=r"probability $\sigma(z)$", ylim=(-0.1, 1.05))
    return ax


def plot_convergence(gaps: Mapping[str, npt.ArrayLike], *, ax: Axes | None = None) -> Axes:
    """How far each method's loss, step by step from step 0, is above the best; both axes logarithmic.

    Step number s is drawn at s + 1, so that the start is on the axis.
    """
    ax = axes_or_new(ax)
    for (name, gap), style in zip(gaps.items(), ("-", "o--"), strict=False):
        heights = np.asarray(gap, dtype=float)
        seen = heights > 0  # the last differences may round to 0
        steps = np.arange(1, len(heights) + 1)
        ax.plot(steps[seen], heights[seen], style, label=name)
    ax.axhline(1e-3, color=LINE, linewidth=0.9, linestyle=":")
    ax.set(xscale="log", yscale="log", xlabel="step + 1", ylabel="loss above the best (nats)")
    ax.legend()
    return ax


def plot_runaway(
    runs: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]], axes: Sequence[Axes]
) -> Sequence[Axes]:
    """Loss (above) and length of the weights (below) after each Newton step, by the name of the run."""
    for (name, (losses, lengths)), style in zip(runs.items(), ("o-", "s--", "^-."), strict=False):
        for ax, values in zip(axes, (losses, lengths), strict=True):
            shown = np.asarray(values, dtype=float)
            ax.plot(np.arange(len(shown)), shown, style, markersize=4, label=name)
    axes[0].set(yscale="log", ylabel="mean loss (nats)")
    axes[1].set(yscale="symlog", xlabel="Newton step", ylabel=r"length of the weights $\|w\|$")
    axes[1].set_ylim(0, 2 * axes[1].dataLim.ymax)  # the last marks in full
    axes[1].xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes[1].legend(loc="lower right")
    return axes


def plot_costs(
    thresholds: npt.ArrayLike,
    costs: npt.ArrayLike,
    marks: Mapping[str, float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Mean cost of a decision against the threshold, with named thresholds marked."""
    ax = axes_or_new(ax)
    places, heights = np.asarray(thresholds, dtype=float), np.asarray(costs, dtype=float)
    ax.plot(places, heights)
    for (name, place), marker in zip(marks.items(), ("o", "s", "^"), strict=False):
        height = float(np.interp(place, places, heights))
        ax.plot([place], [height], marker, color=MARK, markersize=8)
        ax.annotate(name, (place, height), xytext=(10, -4), textcoords="offset points", va="top")
    ax.set(xscale="log", xlabel="threshold $t$", ylabel="mean cost of a decision")
    ax.set_ylim(bottom=0)
    return ax
