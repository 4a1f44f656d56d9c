"""The plots of the prerequisites and tensors pages draw where they are told, and the right numbers."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes

from xentcourse.figures.prerequisites import (
    plot_descent,
    plot_difference_errors,
    plot_gradient_on_contours,
    plot_jensen,
    plot_log_below_tangent,
    plot_running_means,
)


def bowl(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return first**2 + 3 * second**2


PLOTS: dict[str, Callable[..., Axes]] = {
    "running_means": lambda ax: plot_running_means([[1, 6, 2], [3, 3, 3]], expectation=3.5, ax=ax),
    "log_below_tangent": lambda ax: plot_log_below_tangent(ax=ax),
    "gradient_on_contours": lambda ax: plot_gradient_on_contours(bowl, [2, 1], [4, 6], ax=ax),
    "jensen": lambda ax: plot_jensen(np.square, [-1, 3], [0.5, 0.5], span=(-2, 4), ax=ax),
    "descent": lambda ax: plot_descent(np.square, [3, 1, 0.5], span=(-3, 3), ax=ax),
    "difference_errors": lambda ax: plot_difference_errors([0.1, 0.01], {"float64": [1e-3, 1e-5]}, ax=ax),
}


def test_running_means_are_cumulative_averages(ax: Axes) -> None:
    plot_running_means([[1, 6, 2], [3, 3, 3]], expectation=3.5, ax=ax)
    first, second, expectation = ax.get_lines()
    np.testing.assert_allclose(first.get_ydata(), [1, 3.5, 3])
    np.testing.assert_allclose(second.get_ydata(), [3, 3, 3])
    assert set(expectation.get_ydata()) == {3.5}


def test_log_lies_below_its_tangent_and_touches_it_at_one(ax: Axes) -> None:
    plot_log_below_tangent(ax=ax)
    tangent, log, touch = ax.get_lines()
    np.testing.assert_allclose(log.get_ydata(), np.log(log.get_xdata()))
    np.testing.assert_allclose(tangent.get_ydata(), tangent.get_xdata() - 1)
    assert (log.get_ydata() <= tangent.get_ydata()).all()
    assert (list(touch.get_xdata()), list(touch.get_ydata())) == ([1], [0])


def test_gradient_arrow_starts_at_the_point_and_has_length_one(ax: Axes) -> None:
    plot_gradient_on_contours(bowl, [2, 1], [4, 6], ax=ax)
    arrow = next(text for text in ax.texts if getattr(text, "arrow_patch", None) is not None)
    step = np.subtract(arrow.xy, [2, 1])
    np.testing.assert_allclose(step, np.array([4, 6]) / np.hypot(4, 6))
    assert ax.get_aspect() == 1.0


def test_jensen_gap_runs_from_the_curve_to_the_chord(ax: Axes) -> None:
    plot_jensen(np.square, [-1, 3], [0.25, 0.75], span=(-2, 4), ax=ax)
    gap = ax.get_lines()[2]
    np.testing.assert_allclose(gap.get_xdata(), [2, 2])
    np.testing.assert_allclose(gap.get_ydata(), [4, 7])


def test_descent_joins_the_visited_points_in_order(ax: Axes) -> None:
    plot_descent(np.square, [3, 1, 0.5], span=(-3, 3), ax=ax)
    _, visited, start = ax.get_lines()
    np.testing.assert_allclose(visited.get_xdata(), [3, 1, 0.5])
    np.testing.assert_allclose(visited.get_ydata(), [9, 1, 0.25])
    assert list(start.get_xdata()) == [3]


def test_difference_errors_leave_a_gap_where_the_error_is_zero(ax: Axes) -> None:
    plot_difference_errors([0.1, 0.01], {"float64": [1e-3, 0.0], "float32": [1e-2, 1e-1]}, ax=ax)
    double, single = ax.get_lines()
    assert np.isnan(double.get_ydata()).tolist() == [False, True]
    np.testing.assert_allclose(single.get_ydata(), [1e-2, 1e-1])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["float64", "float32"]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
