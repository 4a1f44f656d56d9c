"""The figures of book/frameworks.md."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.softmax import softmax, softmax_cross_entropy_gradient


def double_softmax_gradient(logits: npt.ArrayLike, labels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Each row's gradient of the loss that takes softmax's output for logits."""
    p = softmax(logits)
    inner = softmax_cross_entropy_gradient(p, labels, reduction="none")
    return np.asarray(p * (inner - (p * inner).sum(axis=-1, keepdims=True)))


def plot_fading(classes: int, *, ax: Axes | None = None) -> Axes:
    """How hard the label's logit is pulled, against the lead of one wrong class: once and twice softmax."""
    ax = axes_or_new(ax)
    leads = np.linspace(-10, 10, 401)
    logits = np.zeros((leads.size, classes))
    logits[:, 1] = leads
    labels = np.zeros(leads.size, dtype=int)
    once = -softmax_cross_entropy_gradient(logits, labels, reduction="none")[:, 0]
    twice = -double_softmax_gradient(logits, labels)[:, 0]
    ax.plot(leads, once, label="softmax once: $1 - p_c$")
    ax.plot(leads, twice, "--", label="softmax twice")
    ax.set(xlabel="lead of a wrong class", ylabel="pull on the label's logit", ylim=(-0.02, 1.05))
    ax.legend(loc="upper left")
    return ax


def plot_double_sigmoid(*, ax: Axes | None = None) -> Axes:
    """The loss of either label against the logit, with one sigmoid and with two."""
    ax = axes_or_new(ax)
    z = np.linspace(-6, 6, 401)
    p = 1 / (1 + np.exp(-z))
    for label, color in ((1, "C0"), (0, "C1")):
        sign = 1 - 2 * label
        ax.plot(z, np.logaddexp(0, sign * z), color=color, label=f"label {label}, sigmoid once")
        ax.plot(z, np.logaddexp(0, sign * p), "--", color=color, label=f"label {label}, sigmoid twice")
    ax.axhline(np.log(2), color="black", linewidth=1, linestyle=":")
    ax.set(xlabel="logit $z$", ylabel="loss (nats)", ylim=(0, 5.2))
    ax.legend(loc="upper center")
    return ax
