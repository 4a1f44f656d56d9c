"""The figures of book/kl_divergence.md."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new


def plot_evidence(paths: npt.ArrayLike, rate: float, *, ax: Axes | None = None) -> Axes:
    """Log-likelihood ratios in bits against the number of words, a line for each text, and their mean slope.

    paths : (texts, n) array-like, the ratio after 1, 2, ..., n words.
    """
    ax = axes_or_new(ax)
    gained = np.asarray(paths, dtype=float)
    n = np.arange(1, gained.shape[1] + 1)
    for i, path in enumerate(gained):
        label = f"{len(gained)} texts" if i == 0 else None
        ax.plot(n, path, color="#0072B2", linewidth=1, alpha=0.7, label=label)
    ax.plot(n, rate * n, "--", color="black", label=f"{rate:g} bits a word")
    ax.set(xlabel="number of words", ylabel="log-likelihood ratio (bits)", xlim=(0, n[-1]))
    ax.legend(loc="upper left")
    return ax


def plot_fits(
    x: npt.ArrayLike,
    target: npt.ArrayLike,
    forward: npt.ArrayLike,
    reverse: npt.ArrayLike,
    *,
    ax: Axes | None = None,
) -> Axes:
    """A density with the models that are closest to it in either direction."""
    ax = axes_or_new(ax)
    ax.fill_between(x, target, color="#bbbbbb", label="target $p$")
    ax.plot(x, forward, label="forward: smallest $D(p \\Vert q)$")
    ax.plot(x, reverse, "--", label="reverse: smallest $D(q \\Vert p)$")
    ax.set(xlabel="$x$ (any unit)", ylabel="density", ylim=(0, 1.45 * float(np.max([target, reverse]))))
    ax.legend(loc="upper right")
    return ax


def plot_pinsker(distances: npt.ArrayLike, divergences: npt.ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Divergences in nats of pairs of distributions against their total variation, above Pinsker's bound."""
    ax = axes_or_new(ax)
    ax.plot(distances, divergences, ".", markersize=3, alpha=0.5, label="random pairs")
    tv = np.linspace(0, 1, 200)
    ax.plot(tv, 2 * tv**2, "--", color="black", label="bound: $2\\,\\mathrm{TV}^2$")
    ax.set(xlabel="total variation", ylabel="KL divergence (nats)", xlim=(0, 1), ylim=(0, 3))
    ax.legend(loc="upper left")
    return ax


def plot_same_minimum(
    theta: npt.ArrayLike, losses: npt.ArrayLike, divergences: npt.ArrayLike, *, ax: Axes | None = None
) -> Axes:
    """Mean NLL and divergence from the data's shares against a parameter, with their common minimum."""
    ax = axes_or_new(ax)
    parameters = np.asarray(theta, dtype=float)
    for values, style, name in (
        (losses, "-", "mean NLL"),
        (divergences, "--", "$D(\\hat p \\Vert q_\\theta)$"),
    ):
        heights = np.asarray(values, dtype=float)
        best = int(heights.argmin())
        (line,) = ax.plot(parameters, heights, style, label=name)
        ax.plot(parameters[best], heights[best], "o", color=line.get_color())
    ax.axvline(parameters[best], color="black", linewidth=1, linestyle=":")
    ax.set(xlabel="parameter $\\theta$", ylabel="nats a word")
    ax.set_ylim(bottom=0)
    ax.legend(loc="center")  # between the curves, off the dotted line
    return ax
