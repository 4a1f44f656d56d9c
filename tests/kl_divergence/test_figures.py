"""The plots of the KL divergence page draw where they are told, and the right numbers."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes

from xentcourse.figures.kl_divergence import plot_evidence, plot_fits, plot_pinsker, plot_same_minimum

THETA = np.linspace(0, 2, 5)
PLOTS: dict[str, Callable[..., Axes]] = {
    "evidence": lambda ax: plot_evidence([[1, 2, 3], [0, 1, 0]], 0.5, ax=ax),
    "fits": lambda ax: plot_fits([0, 1, 2], [0.2, 0.1, 0.2], [0.1, 0.2, 0.1], [0.4, 0.1, 0], ax=ax),
    "pinsker": lambda ax: plot_pinsker([0.1, 0.5], [0.1, 2.0], ax=ax),
    "same_minimum": lambda ax: plot_same_minimum(THETA, (THETA - 1) ** 2 + 1, (THETA - 1) ** 2, ax=ax),
}


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_has_a_legend(name: str, ax: Axes) -> None:
    PLOTS[name](ax)
    assert ax.get_legend() is not None


def test_the_dashed_line_of_the_evidence_has_the_slope_that_was_given(ax: Axes) -> None:
    PLOTS["evidence"](ax)
    *paths, slope = ax.lines
    assert [list(path.get_ydata()) for path in paths] == [[1, 2, 3], [0, 1, 0]]
    assert list(slope.get_ydata()) == [0.5, 1.0, 1.5]


def test_the_bound_of_pinsker_is_twice_the_square(ax: Axes) -> None:
    PLOTS["pinsker"](ax)
    bound = ax.lines[1]
    np.testing.assert_allclose(bound.get_ydata(), 2 * np.asarray(bound.get_xdata()) ** 2)


def test_both_curves_are_marked_at_their_common_minimum(ax: Axes) -> None:
    PLOTS["same_minimum"](ax)
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [(float(dot.get_xdata()[0]), float(dot.get_ydata()[0])) for dot in dots] == [(1, 1), (1, 0)]
