"""The figures of book/softmax.md."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.softmax import softmax

BAR = "#0072B2"
TARGET = "#009E73"
DOWN, UP = "#D55E00", "#0072B2"


def plot_shares(logits: npt.ArrayLike, axes: Sequence[Axes]) -> Sequence[Axes]:
    """The three stages from logits to probabilities, one on each of three axes, values written on."""
    z = np.asarray(logits, dtype=float)
    stages = {
        "logits $z_k$": z,
        "exponentials $e^{z_k}$": np.exp(z),
        "probabilities $p_k$": softmax(z),
    }
    for ax, (label, values) in zip(axes, stages.items(), strict=True):
        bars = ax.bar(np.arange(1, len(z) + 1), values, color=BAR)
        ax.bar_label(bars, [_minus(f"{value:.3g}") for value in values], padding=2)
        ax.axhline(0, color="black", linewidth=0.8)
        ax.margins(y=0.18)
        ax.set(title=label, xlabel="class $k$", xticks=np.arange(1, len(z) + 1))
        ax.grid(visible=False)
    return axes


def plot_temperature(
    logits: npt.ArrayLike, *, coldest: float = 0.05, hottest: float = 50.0, ax: Axes | None = None
) -> Axes:
    """Each class's probability as the temperature rises, on a logarithmic axis."""
    ax = axes_or_new(ax)
    z = np.asarray(logits, dtype=float)
    temperatures = np.geomspace(coldest, hottest, 300)
    probabilities = np.array([softmax(z, temperature=t) for t in temperatures])
    for k, (line, style) in enumerate(zip(probabilities.T, _line_styles(len(z)), strict=True)):
        ax.plot(temperatures, line, style, label=_minus(f"class {k + 1}, logit {z[k]:g}"))
    ax.axhline(1 / len(z), color="black", linewidth=0.8, linestyle=":")
    ax.axvline(1, color="black", linewidth=0.8, linestyle=":")
    ax.set(xscale="log", xlabel="temperature $T$", ylabel="probability", ylim=(-0.02, 1.02))
    ax.legend()
    return ax


def plot_pushes(logits: npt.ArrayLike, target: npt.ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Probabilities beside targets, and above them y − p: what a step of descent does to each logit."""
    ax = axes_or_new(ax)
    p, y = softmax(logits), np.asarray(target, dtype=float)
    classes = np.arange(1, len(p) + 1)
    ax.bar(classes - 0.2, p, width=0.36, color=BAR, label="probability $p_k$")
    ax.bar(classes + 0.2, y, width=0.36, color=TARGET, hatch="//", edgecolor="white", label="target $y_k$")
    for k, push in zip(classes, y - p, strict=True):
        ax.annotate(
            _minus(f"{push:+.2f}"),
            (k, max(p[k - 1], y[k - 1])),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            color=UP if push > 0 else DOWN,
            fontweight="bold",
        )
    ax.set(xlabel="class $k$", ylabel="probability", xticks=classes, ylim=(0, 1.15))
    ax.set_title("above the bars: $y_k - p_k$, the push on logit $k$")
    ax.grid(axis="x", visible=False)
    ax.legend()
    return ax


def plot_learning_curves(
    curves: Mapping[str, npt.ArrayLike], *, floors: Mapping[str, float] | None = None, ax: Axes | None = None
) -> Axes:
    """Mean losses in nats after each step, one line for each name; dotted lines at named levels."""
    ax = axes_or_new(ax)
    for (name, losses), style in zip(curves.items(), _line_styles(len(curves)), strict=True):
        ax.plot(np.asarray(losses), style, label=name)
    for name, level in (floors or {}).items():
        ax.axhline(level, color="black", linewidth=0.9, linestyle=":")
        ax.annotate(
            name,
            (1, level),
            xycoords=("axes fraction", "data"),
            xytext=(0, -3),
            textcoords="offset points",
            ha="right",
            va="top",
        )
    ax.set(xlabel="step", ylabel="mean loss (nats)")
    ax.set_ylim(bottom=0)
    ax.legend(loc="center right", bbox_to_anchor=(1, 0.4))
    return ax


def plot_templates(weights: npt.ArrayLike, shape: tuple[int, int], axes: Sequence[Axes]) -> Sequence[Axes]:
    """The weights (D, K) of each class as a picture: orange pixels speak for the class, purple against."""
    pictures = np.asarray(weights).T.reshape(-1, *shape)
    largest = np.abs(pictures).max()
    for k, (ax, picture) in enumerate(zip(axes, pictures, strict=True)):
        ax.imshow(picture, cmap="PuOr_r", vmin=-largest, vmax=largest)
        ax.set(title=str(k), xticks=[], yticks=[])
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
    return axes


def _minus(text: str) -> str:
    """With the minus sign that matplotlib writes beside the axes."""
    return text.replace("-", "−")


def _line_styles(count: int) -> list[str]:
    """Dashes as well as colours tell the lines apart."""
    return [("-", "--", "-.", ":")[k % 4] for k in range(count)]
