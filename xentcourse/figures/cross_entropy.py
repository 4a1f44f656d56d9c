"""The figures of book/cross_entropy.md."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.cross_entropy import Rule, cross_entropy, decompose, expected_score

OWN, EXTRA, LESS, DARK = "#0072B2", "#E69F00", "#CC79A7", "black"
STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D")
HEIGHT = 3**0.5 / 2  # of the triangle with side 1


def plot_areas(p: npt.ArrayLike, q: npt.ArrayLike, names: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """A bar for each outcome, p wide and −log2 q high: the areas add up to H(p, q), the outlines to H(p)."""
    ax = axes_or_new(ax)
    widths = np.asarray(p, dtype=float)
    lefts = np.cumsum(widths) - widths
    paid, owed = -np.log2(q), -np.log2(widths)
    pieces = (
        (np.zeros_like(paid), np.minimum(paid, owed), OWN, "", "paid and owed"),
        (owed, np.maximum(paid, owed), EXTRA, "//", "paid too much"),
        (np.minimum(paid, owed), owed, LESS, "..", "paid too little"),
    )
    for low, high, color, hatch, label in pieces:
        bars = ax.bar(lefts, high - low, widths, low, align="edge", color=color, hatch=hatch, label=label)
        for bar in bars:
            bar.set_edgecolor("white")
    ax.stairs(owed, [*lefts, 1.0], color=DARK, linewidth=2, label=r"$-\log_2 p$")
    for left, width, name in zip(lefts, widths, names, strict=True):
        ax.text(left + width / 2, -0.12, name, ha="center", va="top")
    ax.set(xlabel="probability $p$, laid end to end", ylabel="bits for the word", xlim=(0, 1))
    ax.set_ylim(-0.5, 1.35 * max(paid.max(), owed.max()))
    ax.grid(axis="x", visible=False)
    ax.legend(loc="upper left", ncols=2, fontsize="small")
    return ax


def plot_parts(pairs: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]], *, ax: Axes | None = None) -> Axes:
    """A bar for each pair (p, q): the entropy of p in bits, and the divergence on top of it."""
    ax = axes_or_new(ax)
    for y, (p, q) in enumerate(pairs.values()):
        h, d = (float(part) for part in decompose(p, q, base=2))
        for start, length, color, hatch, label in (
            (0.0, h, OWN, "", "entropy"),
            (h, d, EXTRA, "//", "divergence"),
        ):
            if length == 0:
                continue
            ax.barh(
                y,
                length,
                left=start,
                height=0.55,
                color=color,
                hatch=hatch,
                edgecolor="white",
                label="" if y else label,
            )
            ax.text(start + length / 2, y - 0.32, f"{length:g}", ha="center", va="bottom")
        ax.text(h + d + 0.04, y, f"{h + d:g}", va="center")
    ax.set(yticks=range(len(pairs)), yticklabels=pairs, xlabel="bits a word")
    ax.set_ylim(len(pairs) - 0.4, -1.1)
    ax.set_xlim(right=1.12 * ax.get_xlim()[1])
    ax.grid(axis="y", visible=False)
    ax.legend(loc="upper right", ncols=2, fontsize="small")
    return ax


def plot_simplex(p: npt.ArrayLike, reports: Mapping[str, npt.ArrayLike], *, ax: Axes | None = None) -> Axes:
    """The triangle of distributions over three classes: level lines of H(p, ·), circles around p, reports."""
    ax = axes_or_new(ax)
    steps = np.arange(301)
    second, third = np.meshgrid(steps, steps)
    q = np.stack([300 - second - third, second, third], axis=-1) / 300
    inside = second + third <= 300
    nats = np.full(inside.shape, np.nan)
    nats[inside] = cross_entropy(p, q[inside])
    x, y = on_triangle(q)
    levels = sorted({round(float(cross_entropy(p, r)), 6) for r in reports.values()})
    ax.contour(x, y, np.ma.masked_invalid(nats), levels=levels, colors=EXTRA, linewidths=1.8)
    ax.plot([], [], color=EXTRA, linewidth=1.8, label="equal cross-entropy")
    (cx, cy), turns = on_triangle(p), np.linspace(0, 2 * np.pi, 200)
    for i, report in enumerate(reports.values()):
        rx, ry = on_triangle(report)
        radius = np.hypot(rx - cx, ry - cy)
        ax.plot(
            cx + radius * np.cos(turns),
            cy + radius * np.sin(turns),
            "--",
            color=OWN,
            linewidth=1.2,
            label="" if i else "equal distance",
        )
    ax.plot(cx, cy, "*", color=DARK, markersize=14, label="target $p$")
    for (name, report), marker in zip(reports.items(), MARKERS, strict=False):
        ax.plot(*on_triangle(report), marker, color="#D55E00", markersize=9, label=name)
    ax.plot([0, 1, 0.5, 0], [0, 0, HEIGHT, 0], color=DARK, linewidth=1)
    for text, left, height in (("class 1", 0, -0.03), ("class 2", 1, -0.03), ("class 3", 0.5, HEIGHT + 0.07)):
        ax.text(left, height, text, ha="center", va="top")
    ax.set(xlim=(-0.12, 1.12), ylim=(-0.12, HEIGHT + 0.1), aspect="equal")
    ax.set_axis_off()
    ax.legend(loc="upper left", bbox_to_anchor=(0.78, 1.0), fontsize="small")
    return ax


def on_triangle(q: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Distributions over three classes as points: (..., 3) becomes x and y on the first axis."""
    shares = np.asarray(q, dtype=float)
    return np.stack([shares[..., 1] + shares[..., 2] / 2, HEIGHT * shares[..., 2]])


def plot_two_teachers(
    paths: Mapping[str, npt.ArrayLike], student: npt.ArrayLike, *, ax: Axes | None = None
) -> Axes:
    """The largest probability of a teacher that is trained too, step by step, for each objective."""
    ax = axes_or_new(ax)
    for (name, path), style in zip(paths.items(), STYLES, strict=False):
        ax.plot(np.max(path, axis=-1), style, label=name)
    ax.axhline(np.max(student), color=DARK, linestyle=":", linewidth=1.2, label="the student's")
    ax.set(xlabel="step", ylabel="teacher's largest probability", ylim=(0, 1.05))
    ax.legend(loc="lower right")
    return ax


def plot_expected_scores(p: float, rules: Sequence[Rule], *, ax: Axes | None = None) -> Axes:
    """What each report of rain loses on average if rain has probability p; a mark where it is least."""
    ax = axes_or_new(ax)
    r = np.linspace(0, 1, 501)
    belief, q = np.array([p, 1 - p]), np.stack([r, 1 - r], axis=-1)
    for i, rule in enumerate(rules):
        losses = expected_score(belief, q, rule=rule)
        (line,) = ax.plot(r, losses, STYLES[i], label=rule.replace("brier", "Brier"))
        best = int(losses.argmin())
        ax.plot(r[best], losses[best], MARKERS[i], color=line.get_color(), markersize=9)
    ax.axvline(p, color=DARK, linewidth=0.9, linestyle=":", label="belief")
    ax.set(xlabel="reported probability of rain", ylabel="expected loss", xlim=(0, 1.02), ylim=(0, 1.5))
    ax.legend(loc="upper center")
    return ax


def plot_units(models: Mapping[str, tuple[float, float]], axes: Sequence[Axes]) -> Sequence[Axes]:
    """Perplexity per token, and bits per byte, of the same models side by side."""
    names = list(models)
    for column, (ax, color, label, digits) in enumerate(
        zip(axes, (LESS, OWN), ("perplexity per token", "bits per byte"), ("%.1f", "%.2f"), strict=True)
    ):
        bars = ax.barh(names, [values[column] for values in models.values()], color=color, height=0.55)
        ax.bar_label(bars, fmt=digits, padding=4)
        ax.set_xlabel(label)
        ax.set_xlim(right=1.2 * ax.get_xlim()[1])
        ax.grid(axis="y", visible=False)
        ax.invert_yaxis()
    axes[1].set_yticks([])
    return axes
