"""The figures of book/gradients.md."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.binary_cross_entropy import sigmoid

STYLES = ("-", "--", "-.", ":")


def plot_outputs(curves: Mapping[str, npt.ArrayLike], *, ax: Axes | None = None) -> Axes:
    """The output of a neuron before and after each step, one line for each name."""
    ax = axes_or_new(ax)
    for (name, outputs), style in zip(curves.items(), STYLES, strict=False):
        ax.plot(np.asarray(outputs), style, label=name)
    ax.set(xlabel="step", ylabel="output $a$ (wanted: 0)", ylim=(0, 1.02))
    ax.legend()
    return ax


def plot_slopes(outputs: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """How steep either cost is in the logit when the target is 0, with some outputs marked."""
    ax = axes_or_new(ax)
    a = sigmoid(np.linspace(-7, 7, 400))
    ax.plot(a, a, label="cross-entropy: $a$")
    ax.plot(a, a**2 * (1 - a), "--", label="quadratic cost: $a^2(1 - a)$")
    for output in outputs:
        ax.plot([output, output], [output**2 * (1 - output), output], ":", color="black", linewidth=1)
        ax.plot([output, output], [output**2 * (1 - output), output], "o", color="black", markersize=5)
    ax.set(xlabel="output $a$, which should be 0", ylabel="slope of the cost in $z$", xlim=(0, 1.02))
    ax.set_ylim(0, 1.05)
    ax.legend(loc="upper left")
    return ax


def plot_layers(lengths: npt.ArrayLike, *, ax: Axes | None = None) -> Axes:
    """The length of the gradient in each hidden layer's logits, first layer first."""
    ax = axes_or_new(ax)
    values = np.asarray(lengths)
    ax.semilogy(np.arange(1, len(values) + 1), values, marker="o")
    ax.set(xlabel="hidden layer, counted from the input", ylabel="length of the gradient")
    ax.set_xticks(np.arange(1, len(values) + 1))
    return ax


def plot_step_sizes(
    errors: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]],
    best: Mapping[str, float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Errors of central differences against their steps, and the steps that the theorem recommends.

    errors : (steps, errors) by the name of the precision; an error of 0 is left out.
    best   : the recommended step by the same names.
    """
    ax = axes_or_new(ax)
    for k, ((name, (steps, sizes)), marker) in enumerate(zip(errors.items(), ("o", "s", "^"), strict=False)):
        h, size = np.asarray(steps), np.asarray(sizes)
        ax.loglog(h[size > 0], size[size > 0], marker, markersize=4, color=f"C{k}", label=name)
        ax.axvline(best[name], linestyle=STYLES[k], color=f"C{k}", linewidth=1.2, label=f"best for {name}")
    ax.set(xlabel="step $h$", ylabel="error of the slope")
    ax.legend(fontsize="small")
    return ax


def plot_accuracy(curves: Mapping[str, npt.ArrayLike], *, ax: Axes | None = None) -> Axes:
    """The share of unseen examples that are right after each step, one line for each name."""
    ax = axes_or_new(ax)
    for (name, shares), style in zip(curves.items(), STYLES, strict=False):
        values = np.asarray(shares)
        ax.plot(np.arange(1, len(values) + 1), values, style, label=name)
    ax.set(xlabel="step", ylabel="share of unseen digits right", ylim=(0, 1))
    ax.legend(fontsize="small", loc="lower right")
    return ax
