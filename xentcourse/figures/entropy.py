"""The figures of book/entropy.md."""

import functools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.tri import Triangulation, UniformTriRefiner

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.entropy import binary_entropy, conditional_entropy, entropy, joint_entropy
from xentcourse.reference.information import convert_information, self_information

FILLS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
HATCHES = ("", "//", "..", "\\\\", "xx", "--")
MARK = "#D55E00"
LINE = "black"


def plot_expected_cost(p: float, wrong: float, *, ax: Axes | None = None) -> Axes:
    """What each model of a coin costs on average when p is true, with the gap to the entropy at `wrong`."""
    ax = axes_or_new(ax)
    q = np.linspace(0.005, 0.995, 400)
    lowest = float(binary_entropy(p, base=2))
    ax.plot(q, _cost(p, q), label="$H(p, q)$")
    ax.axhline(lowest, color=LINE, linestyle="--", linewidth=1.2, label="$H(p)$")
    ax.plot(p, lowest, "o", color=MARK)
    ax.annotate("", (wrong, lowest), (wrong, float(_cost(p, wrong))), arrowprops={"arrowstyle": "<->"})
    ax.annotate(
        r"$D(p\Vert q)$", (wrong, (lowest + float(_cost(p, wrong))) / 2), xytext=(-8, 0),
        textcoords="offset points", ha="right", va="center",
    )  # fmt: skip
    ax.set(xlabel="the model's probability of heads $q$", ylabel="expected NLL (bits)", xlim=(0, 1))
    ax.set_ylim(0, 3.5)
    ax.legend(loc="upper right")
    return ax


def plot_areas(distributions: Sequence[npt.ArrayLike], axes: Sequence[Axes]) -> Sequence[Axes]:
    """Each outcome a bar, as wide as it is probable and as high as it is surprising: the area is entropy."""
    for p, ax in zip(distributions, axes, strict=True):
        widths = np.asarray(p, dtype=float)
        heights = self_information(widths, base=2)
        starts = np.cumsum(widths) - widths
        for k, (start, width, height) in enumerate(zip(starts, widths, heights, strict=True)):
            fill, hatch = FILLS[k % len(FILLS)], HATCHES[k % len(HATCHES)]
            edge = "white" if width > 0.02 else fill  # a white edge would hide a bar so thin
            ax.bar(start, height, width, align="edge", color=fill, hatch=hatch, edgecolor=edge)
        bits = float(entropy(widths, base=2))
        ax.axhline(bits, color=LINE, linestyle="--", linewidth=1.2)
        ax.set(title=f"area {bits:.3f} bits", xlabel="probability (width)", xlim=(0, 1))
        ax.grid(axis="x", visible=False)
    axes[0].set_ylabel("surprise (bits)")
    return axes


def plot_coin(marks: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """The entropy of a coin for every probability of heads, in bits and in nats, some of them marked."""
    ax = axes_or_new(ax)
    p = np.linspace(0, 1, 401)
    ax.plot(p, binary_entropy(p, base=2))
    for name, chance in marks.items():
        bits = float(binary_entropy(chance, base=2))
        ax.plot(chance, bits, "o", color=MARK)
        side = "center" if chance == 0.5 else "left" if chance < 0.5 else "right"
        away = {"center": (0, -18), "left": (10, -3), "right": (-10, 6)}[side]
        ax.annotate(name, (chance, bits), xytext=away, textcoords="offset points", ha=side)
    ax.set(xlabel="probability of heads $p$", ylabel="entropy (bits)", xlim=(0, 1.02), ylim=(0, 1.08))
    to_nats = functools.partial(convert_information, from_base=2, to_base=math.e)
    to_bits = functools.partial(convert_information, from_base=math.e, to_base=2)
    nats = ax.secondary_yaxis("right", functions=(to_nats, to_bits))
    nats.set_ylabel("entropy (nats)")
    return ax


def plot_simplex(marks: Mapping[str, Sequence[float]], *, ax: Axes | None = None) -> Axes:
    """The entropy of all distributions over three outcomes, a heat map on the simplex, with some marked."""
    ax = axes_or_new(ax)
    corners = np.array([[0, 0], [1, 0], [0.5, math.sqrt(3) / 2]])
    grid = UniformTriRefiner(Triangulation(*corners.T)).refine_triangulation(subdiv=6)
    shares = np.linalg.solve(
        np.vstack([corners.T, np.ones(3)]), np.vstack([grid.x, grid.y, np.ones(grid.x.size)])
    )
    shares = np.clip(shares.T, 0, 1)
    bits = entropy(shares / shares.sum(axis=1, keepdims=True), base=2)
    levels = np.linspace(0, math.log2(3), 13)
    filled = ax.tricontourf(grid, bits, levels=levels, cmap="cividis")
    ax.figure.colorbar(filled, ax=ax, label="entropy (bits)", ticks=[0, 0.5, 1, 1.5])
    ax.tricontour(grid, bits, levels=[1.0], colors="white", linewidths=1.5, linestyles="--")
    for name, p in marks.items():
        x, y = np.asarray(p) @ corners
        ax.plot(x, y, "o", color="white", markeredgecolor="black", clip_on=False)
        ax.annotate(
            name, (x, y), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=10,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )  # fmt: skip
    for (x, y), text, side in zip(
        corners, ("certainly 1", "certainly 2", "certainly 3"), ("top", "top", "bottom"), strict=True
    ):
        ax.annotate(
            text, (x, y), xytext=(0, -7 if side == "top" else 7), textcoords="offset points",
            ha="center", va=side, annotation_clip=False,
        )  # fmt: skip
    ax.set(aspect="equal", xlim=(-0.08, 1.08), ylim=(-0.12, 1.0))
    ax.axis("off")
    return ax


def plot_envelope(models: Sequence[float], ends: tuple[float, float], *, ax: Axes | None = None) -> Axes:
    """The coin's entropy below the straight lines that fixed models cost, and a chord between two coins."""
    ax = axes_or_new(ax)
    p = np.linspace(0, 1, 401)
    for i, q in enumerate(models):
        ax.plot(
            p,
            _cost(p, q),
            ":",
            color="#777777",
            linewidth=1.2,
            label="one model $q$ each" if i == 0 else None,
        )
    ax.plot(p, binary_entropy(p, base=2), label="entropy $H(p)$")
    heights = binary_entropy(ends, base=2)
    ax.plot(ends, heights, "--o", color=MARK, label="chord")
    ax.set(xlabel="probability of heads $p$", ylabel="expected NLL (bits)", xlim=(0, 1), ylim=(0, 1.6))
    ax.legend(loc="upper center", ncols=3, fontsize=10, frameon=True, framealpha=1, edgecolor="none")
    return ax


def plot_chain(joint: npt.ArrayLike, *, names: tuple[str, str] = ("X", "Y"), ax: Axes | None = None) -> Axes:
    """H(X, Y) laid out as H(X) and then H(Y | X), as H(Y) and then H(X | Y), and the two alone end to end."""
    ax = axes_or_new(ax)
    table = np.asarray(joint, dtype=float)
    x, y = names
    alone_x, alone_y = (float(entropy(table.sum(axis=axis), base=2)) for axis in (1, 0))
    y_given_x, x_given_y = (float(conditional_entropy(t, base=2)) for t in (table, table.T))
    rows = {
        "first one,\nthen the other": ((f"$H({x})$", alone_x, 0), (f"$H({y} \\mid {x})$", y_given_x, 1)),
        "the other\nway round": ((f"$H({y})$", alone_y, 1), (f"$H({x} \\mid {y})$", x_given_y, 0)),
        "each\non its own": ((f"$H({x})$", alone_x, 0), (f"$H({y})$", alone_y, 1)),
    }
    for height, pieces in enumerate(rows.values()):
        start = 0.0
        for name, length, k in pieces:
            ax.barh(
                height, length, left=start, height=0.5, color=FILLS[k], hatch=HATCHES[k], edgecolor="white"
            )
            ax.text(start + length / 2, height - 0.29, name, ha="center", va="bottom", fontsize=10)
            start += length
        ax.text(start + 0.02, height, f"{start:.3f}", va="center")
    ax.axvline(float(joint_entropy(table, base=2)), color=LINE, linestyle="--", linewidth=1.2)
    ax.set(yticks=range(3), yticklabels=rows, xlabel="entropy (bits)", xlim=(0, 1.15 * (alone_x + alone_y)))
    ax.set_ylim(2.5, -0.7)
    ax.grid(axis="y", visible=False)
    return ax


def plot_bias(
    sizes: Sequence[int],
    estimates: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]],
    truth: float,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Mean estimates with confidence intervals against the sample size, and the entropy they are after."""
    ax = axes_or_new(ax)
    for (name, (means, halves)), style in zip(estimates.items(), ("-o", "--s", ":^"), strict=False):
        ax.errorbar(sizes, means, yerr=halves, fmt=style, capsize=4, markersize=5, label=name)
    ax.axhline(truth, color=LINE, linewidth=1.2, label="true entropy")
    ax.set(xscale="log", xlabel="sample size $N$", ylabel="mean estimate (nats)")
    ax.legend()
    return ax


def _cost(p: npt.ArrayLike, q: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """H(p, q) of two coins in bits, for 0 < q < 1."""
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    return np.asarray(p * self_information(q, base=2) + (1 - p) * self_information(1 - q, base=2))
