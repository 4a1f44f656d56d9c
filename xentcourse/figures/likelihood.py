"""The figures of book/likelihood.md."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.likelihood import (
    bernoulli_log_likelihood,
    bernoulli_mle,
    gaussian_mle,
    laplace_nll,
)

STYLES = ("-", "--", "-.", ":")
DATA = "black"


def plot_coin_likelihood(
    outcomes: npt.ArrayLike, *, at: Sequence[float] = (), ax: Axes | None = None
) -> Axes:
    """The likelihood of a record of zeros and ones for every coin, with the values at some coins marked."""
    ax = axes_or_new(ax)
    coins = np.linspace(0, 1, 401)
    ax.plot(coins, np.exp(bernoulli_log_likelihood(outcomes, coins)))
    for coin, marker in zip(at, ("o", "s", "^", "D", "v"), strict=False):
        height = float(np.exp(bernoulli_log_likelihood(outcomes, coin)))
        ax.plot([coin], [height], marker, color="#D55E00", markersize=8)
        ax.annotate(
            rf"$\theta = {coin:g}$", (coin, height), xytext=(8, 2), textcoords="offset points", ha="left"
        )
    ax.axvline(bernoulli_mle(outcomes), color=DATA, linewidth=0.9, linestyle=":")
    ax.set(xlabel=r"probability of heads $\theta$", ylabel="likelihood", xlim=(0, 1.04))
    ax.set_ylim(bottom=0)
    return ax


def plot_sharpening(records: Sequence[npt.ArrayLike], axes: Sequence[Axes]) -> Sequence[Axes]:
    """Relative likelihood, and log-likelihood below its maximum, of longer and longer records of one coin."""
    coins = np.linspace(0.001, 0.999, 999)
    for record, style in zip(records, STYLES, strict=True):
        best = bernoulli_log_likelihood(record, bernoulli_mle(record))
        drop = bernoulli_log_likelihood(record, coins) - best
        label = f"$N = {np.size(record)}$"
        axes[0].plot(coins, np.exp(drop), style, label=label)
        axes[1].plot(coins, drop, style, label=label)
    for ax in axes:
        ax.set(xlabel=r"probability of heads $\theta$", xlim=(0, 1))
        ax.axvline(bernoulli_mle(records[0]), color=DATA, linewidth=0.9, linestyle=":")
    axes[0].set(ylabel="likelihood / its maximum", ylim=(0, 1.05))
    axes[1].set(ylabel="log-likelihood − maximum (nats)", ylim=(-30, 1))
    axes[0].legend(loc="upper left")
    return axes


def plot_shares(shares: npt.ArrayLike, *, ax: Axes | None = None) -> Axes:
    """The estimated distribution of a die as bars, with the fair die as a line."""
    ax = axes_or_new(ax)
    heights = np.asarray(shares, dtype=float)
    faces = np.arange(1, len(heights) + 1)
    bars = ax.bar(faces, heights, width=0.7)
    ax.bar_label(bars, fmt="%.3f", label_type="center", color="white", fontsize="small")
    ax.axhline(1 / len(heights), color=DATA, linestyle="--", linewidth=1.2, label="fair die")
    ax.set(xlabel="face", ylabel="share of the throws", xticks=faces)
    ax.set_ylim(top=1.25 * heights.max())
    ax.grid(axis="x", visible=False)
    ax.legend(loc="upper left")
    return ax


def plot_gaussian_fits(
    x: npt.ArrayLike, others: Mapping[str, tuple[float, float]], *, ax: Axes | None = None
) -> Axes:
    """Data as ticks, the normal density of maximum likelihood, and other densities by (mu, sigma)."""
    ax = axes_or_new(ax)
    values = np.asarray(x, dtype=float)
    mu, sigma = gaussian_mle(values)
    grid = np.linspace(min(mu - 4 * sigma, values.min()), max(mu + 4 * sigma, values.max()), 600)
    fits = {"maximum likelihood": (mu, sigma), **others}
    for (name, (centre, width)), style in zip(fits.items(), STYLES, strict=False):
        density = np.exp(-(((grid - centre) / width) ** 2) / 2) / (width * np.sqrt(2 * np.pi))
        ax.plot(grid, density, style, label=name)
    ax.plot(values, np.zeros_like(values), "|", color=DATA, markersize=18, markeredgewidth=2, label="data")
    ax.set(xlabel="$x$", ylabel="density")
    ax.legend(fontsize="small")
    return ax


def plot_losses_of_noise(x: npt.ArrayLike, axes: Sequence[Axes]) -> Sequence[Axes]:
    """Above, two noises of equal spread; below, the mean loss of each for every centre, data as ticks."""
    values = np.asarray(x, dtype=float)
    errors = np.linspace(-5, 5, 401)
    spread = float(np.sqrt(0.5))  # a Laplace density of this scale has variance 1
    normal = errors**2 / 2 + 0.5 * np.log(2 * np.pi)
    laplace = np.abs(errors) / spread + np.log(2 * spread)
    axes[0].plot(errors, normal, "-", label="normal: squared")
    axes[0].plot(errors, laplace, "--", label="Laplace: absolute")
    axes[0].set(xlabel=r"error $x - \mu$", ylabel="−log density (nats)")
    axes[0].legend()
    middle = float(np.median(values))
    room = 2.5 * float(np.abs(values - middle).mean())
    centres = np.linspace(middle - room, middle + room, 401)
    squared = np.array([np.mean((values - c) ** 2) for c in centres])
    absolute = np.array([laplace_nll(values, float(c), 1.0) for c in centres]) - np.log(2)
    for curve, best, style, name in (
        (squared, values.mean(), "-", "squared error: the mean"),
        (absolute, np.median(values), "--", "absolute error: the median"),
    ):
        line = axes[1].plot(centres, curve / curve.min(), style, label=name)[0]
        axes[1].plot([best], [1], "o", color=line.get_color(), markersize=8)
    axes[1].plot(values, np.full_like(values, 0.85), "|", color=DATA, markersize=14, markeredgewidth=2)
    axes[1].set(xlabel=r"centre $\mu$", ylabel="average loss / its minimum", ylim=(0.7, 3.4))
    axes[1].set_xlim(centres[0], centres[-1])
    axes[1].legend(loc="upper center")
    return axes


def plot_funnel(
    sizes: npt.ArrayLike, estimates: npt.ArrayLike, truth: float, *, ax: Axes | None = None
) -> Axes:
    """Where 90% of many estimates lie for each number of observations, with the curves truth ± 2 s/√N.

    sizes     : (S,) numbers of observations.
    estimates : (R, S) estimates, one row for each repetition.
    """
    ax = axes_or_new(ax)
    n, found = np.asarray(sizes, dtype=float), np.asarray(estimates, dtype=float)
    low, high = np.quantile(found, [0.05, 0.95], axis=0)
    ax.fill_between(n, low, high, alpha=0.25, label="90% of the repetitions")
    for row in found[:3]:
        ax.plot(n, row, linewidth=1, color="#0072B2")
    width = 2 * np.sqrt(truth * (1 - truth) / n)
    label = r"$\theta \pm 2\sqrt{\theta(1 - \theta)/N}$"
    ax.plot(n, truth + width, "--", color="#D55E00", label=label)
    ax.plot(n, truth - width, "--", color="#D55E00")
    ax.axhline(truth, color=DATA, linewidth=0.9, linestyle=":")
    ax.set(xscale="log", xlabel="number of throws $N$", ylabel=r"estimate $\hat\theta$", ylim=(0, 1.02))
    ax.legend(loc="lower right")
    return ax


def plot_risks(
    sizes: npt.ArrayLike, seen: npt.ArrayLike, world: npt.ArrayLike, best: float, *, ax: Axes | None = None
) -> Axes:
    """Average loss on the data that were fitted, and in the world, against the number of observations."""
    ax = axes_or_new(ax)
    ax.plot(sizes, world, "o--", label="in the world")
    ax.plot(sizes, seen, "s-", label="on the data that were fitted")
    ax.axhline(best, color=DATA, linewidth=0.9, linestyle=":", label="the best there is")
    ax.set(xscale="log", xlabel="number of observations $N$", ylabel="mean NLL (nats)")
    ax.legend()
    return ax
