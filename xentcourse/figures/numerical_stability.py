"""The figures of book/numerical_stability.md."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.numerical_stability import FORMATS, softplus, spacing

#: The errors that a plot can tell apart: a tenth of an ulp, and an answer without a right digit.
SMALLEST, HOPELESS = 0.1, 1e18
STYLES = ("-", "--", "-.", ":")


def plot_spacing(*, ax: Axes | None = None) -> Axes:
    """The gap between neighbouring numbers of each format, as a share of their size."""
    ax = axes_or_new(ax)
    for (name, of), style in zip(FORMATS.items(), STYLES, strict=True):
        lowest = 2 - of.largest_exponent - of.significant
        sizes = np.ldexp(1.0, np.arange(max(-180, lowest), min(180, of.largest_exponent) + 1))
        ax.loglog(sizes, spacing(sizes, name) / sizes, style, label=name)
        if len(sizes) < 360:
            ax.plot(sizes[-1], spacing(sizes[-1], name) / sizes[-1], "o", color=ax.lines[-1].get_color())
    ax.set(xlabel="size of the number", ylabel="gap / size", xlim=(1e-52, 1e52), ylim=(1e-17, 3e2))
    ax.legend(ncols=2, loc="center", bbox_to_anchor=(0.5, 0.3))
    return ax


def plot_ulps(
    x: npt.ArrayLike,
    errors: Mapping[str, npt.ArrayLike],
    *,
    bound: npt.ArrayLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Errors in ulps against x on a logarithmic axis; what is infinite or NaN lies on the upper edge."""
    ax = axes_or_new(ax)
    for i, (name, values) in enumerate(errors.items()):
        seen = np.clip(np.asarray(values, dtype=float), SMALLEST, HOPELESS)
        ax.plot(x, seen, STYLES[i % 4], label=name, linewidth=1.6)
    if bound is not None:
        ax.plot(x, bound, color="black", linewidth=1, linestyle=(0, (1, 1)), label="bound")
    ax.set(yscale="log", ylim=(0.7 * SMALLEST, 4 * HOPELESS), xlabel="$x$", ylabel="error (ulps)")
    ax.set_yticks([1, 1e6, 1e12, HOPELESS], ["1", "$10^6$", "$10^{12}$", "no digit"])
    ax.minorticks_off()
    return ax


def plot_clipped_losses(epsilons: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """The loss of the label 1 against its logit: as it is, and with the probability clipped."""
    ax = axes_or_new(ax)
    z = np.linspace(-60, 10, 701)
    loss = softplus(-z)
    ax.plot(z, loss, label="as it is")
    for (name, epsilon), style in zip(epsilons.items(), STYLES[1:], strict=False):
        ax.plot(z, np.minimum(loss, -np.log(epsilon)), style, label=f"clipped at {name}")
    ax.set(xlabel="logit $z$ of the true class", ylabel="loss (nats)")
    ax.legend()
    return ax
