"""The figures of book/language_models.md."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new

FILLS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
STYLES = ("-", "--", "-.", ":")


def plot_strengths(
    strengths: Sequence[float], curves: Mapping[str, Sequence[float]], *, ax: Axes | None = None
) -> Axes:
    """Bits per byte against the strength of the smoothing, a curve for each text; a dot at its least."""
    ax = axes_or_new(ax)
    for (name, bits), style in zip(curves.items(), STYLES, strict=False):
        (line,) = ax.semilogx(strengths, bits, style, label=name)
        best = int(np.argmin(bits))
        ax.plot(strengths[best], bits[best], "o", color=line.get_color())
    ax.set(xlabel=r"strength $\alpha$ of the smoothing", ylabel="bits per byte")
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def plot_training(
    losses: npt.ArrayLike, levels: Mapping[str, float], *, every: int = 1, ax: Axes | None = None
) -> Axes:
    """The loss of each step in bits per byte, and the level of other models as lines across.

    losses : (S,) mean losses in nats; averages of `every` neighbours are drawn.
    """
    ax = axes_or_new(ax)
    bits = np.asarray(losses, dtype=float) / np.log(2)
    blocks = bits[: bits.size // every * every].reshape(-1, every).mean(axis=1)
    ax.plot(every * (np.arange(blocks.size) + 0.5), blocks, label="the network, in training")
    for (name, level), style in zip(levels.items(), STYLES[1:], strict=False):
        ax.axhline(level, linestyle=style, color="black", linewidth=1.2, label=name)
    ax.set(xlabel="step of training", ylabel="bits per byte")
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def plot_surprises(text: str, models: Mapping[str, npt.ArrayLike], *, ax: Axes | None = None) -> Axes:
    """The surprise of each character of a text in bits, the bars of the models side by side."""
    ax = axes_or_new(ax)
    places = np.arange(len(text))
    width = 0.8 / len(models)
    for i, (name, nats) in enumerate(models.items()):
        bits = np.asarray(nats, dtype=float) / np.log(2)
        left = places - 0.4 + (i + 0.5) * width
        ax.bar(left, bits, width, label=name, color=FILLS[i], hatch=("", "//")[i % 2], edgecolor="white")
    shown = [{" ": "␣", "\n": "↵"}.get(letter, letter) for letter in text]
    ax.set(xticks=places, xticklabels=shown, ylabel="surprise (bits)")
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="x", visible=False)
    ax.legend()
    return ax


def plot_sizes(sizes: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """What each compressor makes of the text, in bits per byte: a bar each, the number behind it."""
    ax = axes_or_new(ax)
    names, bits = list(sizes), list(sizes.values())
    ax.barh(names, bits, color=FILLS[0], height=0.6)
    for y, value in enumerate(bits):
        ax.text(value + 0.05, y, f"{value:.2f}", va="center")
    ax.set(xlabel="bits per byte", xlim=(0, 1.12 * max(bits)))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    return ax
