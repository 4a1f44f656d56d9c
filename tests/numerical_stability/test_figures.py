"""The plots of the page on numerical stability draw where they are told, and the right numbers."""

import math

import numpy as np
from matplotlib.axes import Axes

from xentcourse.figures.numerical_stability import plot_clipped_losses, plot_spacing, plot_ulps
from xentcourse.reference.numerical_stability import FORMATS

PLOTS = {
    "spacing": lambda ax: plot_spacing(ax=ax),
    "clipped_losses": lambda ax: plot_clipped_losses({"1e-7": 1e-7}, ax=ax),
    "ulps": lambda ax: plot_ulps([0, 1], {"one": [1, math.inf]}, ax=ax),
}


def test_the_level_of_each_format_is_twice_its_unit_round_off(ax: Axes) -> None:
    plot_spacing(ax=ax)
    levels = {line.get_label(): line for line in ax.lines if line.get_label() in FORMATS}
    assert list(levels) == list(FORMATS)
    for name, line in levels.items():
        sizes, gaps = line.get_data()
        normal = sizes >= FORMATS[name].smallest_normal
        np.testing.assert_array_equal(gaps[normal], 2 * FORMATS[name].unit_roundoff)
        assert (np.diff(gaps[~normal]) < 0).all()


def test_what_is_no_number_lies_on_the_upper_edge_and_tiny_errors_on_the_lower(ax: Axes) -> None:
    plot_ulps([0, 1, 2], {"one": [0, 5, math.inf]}, bound=[1, 1, 1], ax=ax)
    low, middle, high = ax.lines[0].get_ydata()
    assert (middle, high) == (5, 1e18)
    assert ax.get_ylim()[0] < low < middle
    assert high < ax.get_ylim()[1]
    assert [line.get_label() for line in ax.lines] == ["one", "bound"]


def test_a_clipped_loss_is_flat_where_the_model_is_most_wrong(ax: Axes) -> None:
    plot_clipped_losses({"1e-7": 1e-7}, ax=ax)
    loss, clipped = ax.lines
    z = loss.get_xdata()
    assert loss.get_ydata()[0] == 60
    np.testing.assert_allclose(clipped.get_ydata()[z < -20], -math.log(1e-7))
    np.testing.assert_array_equal(clipped.get_ydata()[z > -15], loss.get_ydata()[z > -15])
    assert "nats" in ax.get_ylabel()
