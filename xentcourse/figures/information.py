"""The figures of book/information.md."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.information import (
    complement_information,
    self_information,
    symbol_information,
)

FILLS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
HATCHES = ("", "//", "..", "\\\\", "xx", "--")


def plot_surprise(marks: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """The curve −log p with bits on the left axis and nats on the right, some probabilities marked."""
    ax = axes_or_new(ax)
    p = np.geomspace(0.02, 1, 400)
    ax.plot(p, self_information(p, base=2))
    for name, probability in marks.items():
        bits = float(self_information(probability, base=2))
        ax.plot(probability, bits, "o", color="#D55E00")
        ax.annotate(name, (probability, bits), xytext=(8, 6), textcoords="offset points")
    ax.set(xlabel="probability $p$", ylabel="surprise (bits)", xlim=(0, 1.04), ylim=(-0.1, 6))
    nats = ax.secondary_yaxis("right", functions=(_nats, _bits))
    nats.set_ylabel("surprise (nats)")
    return ax


def plot_lengths(rows: Mapping[str, Sequence[tuple[str, float]]], *, ax: Axes | None = None) -> Axes:
    """Surprises in bits as lengths laid end to end: each row names its pieces and their probabilities."""
    ax = axes_or_new(ax)
    longest = max(sum(float(self_information(p, base=2)) for _, p in row) for row in rows.values())
    for y, pieces in enumerate(rows.values()):
        start = 0.0
        for i, (name, p) in enumerate(pieces):
            length = float(self_information(p, base=2))
            fill, hatch = FILLS[i % len(FILLS)], HATCHES[i % len(HATCHES)]
            ax.barh(y, length, left=start, height=0.5, color=fill, hatch=hatch, edgecolor="white")
            ax.text(start + length / 2, y - 0.29, name, ha="center", va="bottom", fontsize=10)
            start += length
        ax.text(start + longest / 100, y, f"{start:.3f}", va="center")
    ax.set(yticks=range(len(rows)), yticklabels=rows, xlabel="surprise (bits)", xlim=(0, 1.12 * longest))
    ax.set_ylim(len(rows) - 0.5, -0.65)
    ax.grid(axis="y", visible=False)
    return ax


def plot_letters(text: str, model: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """The surprise of each letter of a text under a letter model, and the mean as a dashed line."""
    ax = axes_or_new(ax)
    bits = symbol_information(text, model, base=2)
    ax.bar(np.arange(len(text)), bits, color=FILLS[0])
    ax.axhline(bits.mean(), color="black", linestyle="--", linewidth=1.2, label="mean")
    ax.set(xticks=np.arange(len(text)), xticklabels=list(text), ylabel="surprise (bits)", xlabel="letter")
    ax.grid(axis="x", visible=False)
    ax.set_ylim(top=1.2 * bits.max())
    ax.legend(loc="upper right")
    return ax


def plot_near_certainty(q: npt.ArrayLike, *, ax: Axes | None = None) -> Axes:
    """The surprise of an event that fails with probability q: through 1 − q, and through log1p."""
    ax = axes_or_new(ax)
    q = np.asarray(q, dtype=float)
    through_p = self_information(1 - q)
    ax.loglog(q, complement_information(q), label="log1p")
    ax.loglog(q, np.where(through_p > 0, through_p, np.nan), "--", label="through 1 − q")
    ax.set(xlabel="probability $q$ of the opposite", ylabel="surprise (nats)")
    ax.invert_xaxis()
    ax.legend()
    return ax


def _nats(bits: Any) -> Any:
    return bits * math.log(2)


def _bits(nats: Any) -> Any:
    return nats / math.log(2)
