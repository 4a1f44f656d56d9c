"""The figures of book/loss_variants.md."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.loss_variants import cross_entropy_loss, focal_factor, smoothing_floor

STYLES = ("-", "--", "-.", ":")


def plot_smoothing(classes: int, smoothings: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """The loss against the lead of the label's logit over all others, for each ε; a dot at the least."""
    ax = axes_or_new(ax)
    leads = np.linspace(-1, 9, 401)
    logits = np.zeros((leads.size, classes))
    logits[:, 0] = leads
    labels = np.zeros(leads.size, dtype=int)
    for smoothing, style in zip(smoothings, STYLES, strict=False):
        losses = cross_entropy_loss(logits, labels, label_smoothing=smoothing, reduction="none")
        (line,) = ax.plot(leads, losses, style, label=rf"$\varepsilon = {smoothing:g}$")
        if smoothing > 0:
            best = np.log1p(classes * (1 - smoothing) / smoothing)
            ax.plot(best, smoothing_floor(classes, smoothing), "o", color=line.get_color())
    ax.set(xlabel="lead of the label's logit", ylabel="loss (nats)", ylim=(0, None))
    ax.legend()
    return ax


def plot_focal(gammas: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """The focal loss against the probability of the label, for each γ."""
    ax = axes_or_new(ax)
    p = np.linspace(0.01, 1, 400)
    for gamma, style in zip(gammas, STYLES, strict=False):
        ax.plot(p, (1 - p) ** gamma * (0.0 - np.log(p)), style, label=rf"$\gamma = {gamma:g}$")
    ax.set(xlabel="probability of the label", ylabel="loss (nats)", xlim=(0, 1.02), ylim=(-0.05, 4))
    ax.legend()
    return ax


def plot_best_reports(gammas: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """The report that minimises the expected focal loss of two classes, against the belief, for each γ."""
    ax = axes_or_new(ax)
    q = np.linspace(0.0005, 0.9995, 1999)
    for gamma, style in zip(gammas, STYLES, strict=False):
        odds = q / focal_factor(q, gamma=gamma) / ((1 - q) / focal_factor(1 - q, gamma=gamma))
        ax.plot(odds / (1 + odds), q, style, label=rf"$\gamma = {gamma:g}$")
    ax.set(xlabel="probability of the class", ylabel="best report", xlim=(0, 1), ylim=(0, 1), aspect="equal")
    ax.legend()
    return ax
