"""The figures of book/calibration.md."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.calibration import (
    reliability_bins,
    score_parts,
    temperature_nll,
    wilson_interval,
)

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#767676"
STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v")


def plot_reliability(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, *, bins: int = 10, ax: Axes | None = None
) -> Axes:
    """The share that came true against the mean confidence of each bin, with Wilson intervals.

    Grey bars at the foot say which share of all examples each bin holds.
    """
    ax = axes_or_new(ax)
    counts, stated, share = reliability_bins(confidence, correct, bins=bins)
    edges = np.linspace(0, 1, bins + 1)
    ax.bar(
        edges[:-1],
        counts / counts.sum(),
        1 / bins,
        align="edge",
        color="#d9d9d9",
        edgecolor="white",
        label="share of examples",
    )
    ax.plot([0, 1], [0, 1], "--", color="black", linewidth=1.2, label="calibrated")
    filled = counts > 0
    x, y = stated[filled], share[filled]
    low, high = wilson_interval(np.round(y * counts[filled]), counts[filled])
    ax.errorbar(x, y, [y - low, high - y], fmt="o", color=BLUE, capsize=3, label="share right, 95% interval")
    ax.set(xlabel="stated confidence", ylabel="share", xlim=(0, 1.01), ylim=(0, 1.02))
    # Above the axes: intervals of bins with few examples reach everywhere.
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize="small")
    return ax


def plot_parts(
    forecasters: Mapping[str, npt.ArrayLike], outcomes: npt.ArrayLike, *, ax: Axes | None = None
) -> Axes:
    """A bar of log loss for each forecaster: what better numbers would leave, and what its numbers waste."""
    ax = axes_or_new(ax)
    for y, forecasts in enumerate(forecasters.values()):
        waste, told, doubt = score_parts(forecasts, outcomes, rule="log")
        pieces = (
            (0.0, doubt - told, BLUE, "", "refinement"),
            (doubt - told, waste, ORANGE, "//", "calibration"),
        )
        for start, length, color, hatch, label in pieces:
            name = "" if y else label
            ax.barh(y, length, 0.55, start, color=color, hatch=hatch, edgecolor="white", label=name)
        ax.text(
            doubt - told + waste + 0.01, y, f"{doubt - told + waste:.3f}", va="center", zorder=3
        ).set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
    foot = len(forecasters) - 0.4
    # Not an axvline: it would run through the legend.
    ax.plot([doubt, doubt], [foot, -0.5], "--", color="black", linewidth=1.2, label="uncertainty")
    ax.set(yticks=range(len(forecasters)), yticklabels=forecasters, xlabel="nats a day")
    ax.set_ylim(foot, -1.3)
    ax.set_xlim(right=1.12 * ax.get_xlim()[1])
    ax.grid(axis="y", visible=False)
    ax.legend(loc="upper right", ncols=3, fontsize="small")
    return ax


def plot_error_of_calibrated(
    sizes: Sequence[int], means: Mapping[int, npt.ArrayLike], *, ax: Axes | None = None
) -> Axes:
    """The mean ECE of a perfectly calibrated model against the number of examples."""
    ax = axes_or_new(ax)
    for (bins, mean), style, marker in zip(means.items(), STYLES, MARKERS, strict=False):
        name = f"{bins:,} bins" if bins > 1 else "1 bin"
        ax.loglog(sizes, mean, style, marker=marker, label=name)
    ax.set(xlabel="number of examples", ylabel="mean ECE of a calibrated model")
    ax.set_ylim(bottom=0.3 * ax.get_ylim()[0])  # room for the legend below the lines
    ax.legend(loc="lower left")
    return ax


def plot_temperatures(
    samples: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]],
    best: Mapping[str, float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """The mean NLL of each sample of logits and labels against the temperature; a dot at its best one."""
    ax = axes_or_new(ax)
    temperatures = np.geomspace(0.3, 10, 120)
    for (name, (logits, labels)), style in zip(samples.items(), STYLES, strict=False):
        losses = [temperature_nll(logits, labels, temperature=float(t)) for t in temperatures]
        (line,) = ax.semilogx(temperatures, losses, style, label=name)
        if name in best:
            t = best[name]
            ax.plot(t, temperature_nll(logits, labels, temperature=t), "o", color=line.get_color())
    ax.axvline(1, color=GREY, linestyle=":", linewidth=1.2)
    ticks = [0.3, 0.5, 1, 2, 3, 5, 10]
    ax.set(xlabel="temperature $T$", ylabel="mean NLL (nats)", xticks=ticks, xticklabels=ticks)
    ax.minorticks_off()
    ax.set_ylim(0, 2.5)
    ax.legend()
    return ax


def plot_training(
    steps: Sequence[int], curves: Mapping[str, npt.ArrayLike], *, ylabel: str = "nats", ax: Axes | None = None
) -> Axes:
    """What happens to each quantity over the steps of training, on a logarithmic axis of steps."""
    ax = axes_or_new(ax)
    for (name, values), style, marker in zip(curves.items(), STYLES, MARKERS, strict=False):
        ax.semilogx(steps, values, style, marker=marker, markersize=4, label=name)
    ax.set(xlabel="step of training", ylabel=ylabel)
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def plot_coverage(
    probabilities: npt.ArrayLike, coverage: Mapping[str, npt.ArrayLike], *, ax: Axes | None = None
) -> Axes:
    """How often intervals contain the true probability, for each kind of interval."""
    ax = axes_or_new(ax)
    for (name, shares), style in zip(coverage.items(), STYLES, strict=False):
        ax.plot(probabilities, shares, style, label=name)
    ax.axhline(0.95, color="black", linestyle=":", linewidth=1.2)
    ax.set(xlabel="true probability", ylabel="share of samples", ylim=(0.5, 1.01))
    ax.legend(loc="lower center")
    return ax
