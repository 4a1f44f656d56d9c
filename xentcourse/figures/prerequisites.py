"""The plots of book/prerequisites.md and book/tensors.md."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference._inputs import FloatArray

#: Behind a word that lies on lines.
PATCH = {"facecolor": "white", "edgecolor": "none", "pad": 1}


def plot_running_means(draws: npt.ArrayLike, *, expectation: float, ax: Axes | None = None) -> Axes:
    """The mean of the first n draws against n, one line for each repetition, beside the expectation.

    draws       : (R, N) array-like, R repetitions of N independent draws.
    expectation : what the means settle at.
    Returns the axes: R lines and, last, the level line of the expectation.
    Taught in book/prerequisites.md.
    """
    ax = axes_or_new(ax)
    values = np.asarray(draws, dtype=np.float64)
    count = np.arange(1, values.shape[1] + 1)
    for means in np.cumsum(values, axis=1) / count:
        ax.plot(count, means, linewidth=1.5)
    ax.axhline(expectation, color="black", linestyle="--", linewidth=1.5, label="expectation")
    ax.set(xscale="log", xlabel="number of draws n", ylabel="mean of the first n draws")
    ax.legend()
    return ax


def plot_log_below_tangent(*, ax: Axes | None = None) -> Axes:
    """The logarithm under its tangent at 1: ln x ≤ x − 1.

    Returns the axes: the line of x − 1, the curve of ln x, and the point where they touch.
    Taught in book/prerequisites.md.
    """
    ax = axes_or_new(ax)
    x = np.linspace(0.05, 3.5, 400)
    ax.plot(x, x - 1, color="C1", linestyle="--")
    ax.plot(x, np.log(x), color="C0")
    ax.plot([1], [0], "o", color="black")
    ax.text(2.45, 1.75, "$x - 1$", color="C1", ha="right")
    ax.text(2.55, 0.55, r"$\ln x$", color="C0", ha="left")
    ax.annotate("they touch at x = 1", (1, 0), (1.2, -1.0), arrowprops={"arrowstyle": "-", "color": "0.4"})
    ax.set(xlabel="x", ylabel="value")
    return ax


def plot_gradient_on_contours(
    f: Callable[[FloatArray, FloatArray], FloatArray],
    point: npt.ArrayLike,
    gradient: npt.ArrayLike,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Contours of f, the one through `point` drawn strongly, with an arrow of length 1 along the gradient.

    f        : function of two arrays of coordinates, elementwise.
    point    : (2,) array-like, where the gradient is taken.
    gradient : (2,) array-like, not zero.
    Returns the axes, both coordinates to one scale, so that right angles look right.
    Taught in book/prerequisites.md.
    """
    ax = axes_or_new(ax)
    here = np.asarray(point, dtype=np.float64)
    direction = np.asarray(gradient, dtype=np.float64)
    tip = here + direction / np.linalg.norm(direction)
    first, second = np.meshgrid(np.linspace(-4, 4, 201), np.linspace(-2.5, 2.5, 201))
    heights = f(first, second)
    level = float(f(here[0], here[1]))
    ax.contour(first, second, heights, levels=level * np.array([0.15, 0.5, 1.7, 2.6]), colors="0.7")
    ax.contour(first, second, heights, levels=[level], colors="C0", linewidths=2.5)
    ax.annotate(
        "", tuple(tip), tuple(here), arrowprops={"arrowstyle": "-|>", "color": "C1", "linewidth": 2.5}
    )
    ax.plot(*here, "o", color="black")
    ax.text(tip[0] + 0.15, tip[1], "gradient", color="C1", va="center", bbox=PATCH)
    ax.text(0, -0.45, "lower", color="0.35", ha="center")
    ax.set(xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
    return ax


def plot_jensen(
    f: Callable[[FloatArray], FloatArray],
    values: npt.ArrayLike,
    p: npt.ArrayLike,
    *,
    span: tuple[float, float],
    ax: Axes | None = None,
) -> Axes:
    """Jensen's inequality for a variable with two values: the chord's point at the mean, above the curve's.

    f      : convex function of an array, elementwise.
    values : (2,) array-like, the values of X.
    p      : (2,) array-like, their probabilities.
    span   : where the curve begins and ends.
    Returns the axes: the curve, the chord, and the gap E[f(X)] − f(E[X]) at the mean.
    Taught in book/prerequisites.md.
    """
    ax = axes_or_new(ax)
    x, weights = np.asarray(values, dtype=np.float64), np.asarray(p, dtype=np.float64)
    mean, average = float(weights @ x), float(weights @ f(x))
    at_mean = float(f(np.asarray(mean)))
    grid = np.linspace(*span, 400)
    ax.plot(grid, f(grid), color="C0")
    ax.plot(x, f(x), color="C1", linestyle="--", marker="o")
    ax.plot([mean, mean], [at_mean, average], color="black", marker="o")
    ax.annotate(r"$\mathbb{E}[f(X)]$", (mean, average), (6, 6), textcoords="offset points")
    ax.annotate(r"$f(\mathbb{E}[X])$", (mean, at_mean), (-6, -16), textcoords="offset points", ha="right")
    ax.set(xlabel="x", ylabel="f(x)")
    return ax


def plot_descent(
    f: Callable[[FloatArray], FloatArray],
    path: npt.ArrayLike,
    *,
    span: tuple[float, float],
    ax: Axes | None = None,
) -> Axes:
    """The steps of gradient descent on the graph of a function of one number.

    f    : function of an array, elementwise.
    path : (steps + 1,) array-like, the start and the parameter after each step.
    span : where the curve begins and ends.
    Returns the axes: the curve, and the visited points joined in order; the start is marked.
    Taught in book/prerequisites.md.
    """
    ax = axes_or_new(ax)
    w = np.asarray(path, dtype=np.float64)
    grid = np.linspace(*span, 400)
    ax.plot(grid, f(grid), color="0.65")
    ax.plot(w, f(w), color="C0", marker="o", markersize=5, linewidth=1.2)
    ax.plot(w[:1], f(w[:1]), "s", color="C1", markersize=8)
    ax.annotate("start", (w[0], float(f(w)[0])), (8, -4), textcoords="offset points", color="C1")
    ax.set(xlabel="w", ylabel="f(w)")
    return ax


def plot_difference_errors(
    steps: npt.ArrayLike, errors: Mapping[str, npt.ArrayLike], *, ax: Axes | None = None
) -> Axes:
    """The relative error of a finite difference against its step, one line for each dtype.

    steps  : (S,) array-like of steps h > 0.
    errors : for each dtype's name an (S,) array-like of relative errors; an error of 0 leaves a gap.
    Returns the axes, both scales logarithmic.
    Taught in book/tensors.md.
    """
    ax = axes_or_new(ax)
    for (name, values), marker in zip(errors.items(), "osD^v", strict=False):
        error = np.asarray(values, dtype=np.float64)
        ax.plot(steps, np.where(error > 0, error, np.nan), marker=marker, markersize=5, label=name)
    ax.set(xscale="log", yscale="log", xlabel="step h", ylabel="relative error of the difference")
    ax.legend()
    return ax
