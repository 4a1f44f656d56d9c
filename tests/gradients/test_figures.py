"""The plots of the gradients page draw where they are told, and the right numbers."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes

from xentcourse.figures.gradients import (
    plot_accuracy,
    plot_layers,
    plot_outputs,
    plot_slopes,
    plot_step_sizes,
)

PLOTS: dict[str, Callable[..., Axes]] = {
    "outputs": lambda ax: plot_outputs({"a": [0.9, 0.5], "b": [0.8, 0.4]}, ax=ax),
    "slopes": lambda ax: plot_slopes([0.5], ax=ax),
    "layers": lambda ax: plot_layers([0.01, 0.1], ax=ax),
    "step_sizes": lambda ax: plot_step_sizes({"x": ([1e-3, 1e-2], [0.0, 1e-4])}, {"x": 1e-2}, ax=ax),
    "accuracy": lambda ax: plot_accuracy({"a": [0.1, 0.9]}, ax=ax),
}


def test_the_slopes_of_the_two_costs_differ_by_sigma_prime(ax: Axes) -> None:
    PLOTS["slopes"](ax)
    a, straight = ax.lines[0].get_data()
    np.testing.assert_allclose(ax.lines[1].get_ydata(), straight * a * (1 - a))
    assert list(ax.lines[2].get_ydata()) == [0.125, 0.5]


def test_an_error_of_zero_is_left_out_of_a_logarithmic_axis(ax: Axes) -> None:
    PLOTS["step_sizes"](ax)
    assert ax.lines[0].get_xdata().tolist() == [1e-2]
