"""The plots of the page on calibration draw where they are told, and the right numbers."""

import math

import numpy as np
import pytest
from matplotlib.axes import Axes

from xentcourse.figures.calibration import (
    plot_coverage,
    plot_error_of_calibrated,
    plot_parts,
    plot_reliability,
    plot_temperatures,
    plot_training,
)

LOGITS, LABELS = [[2.0, 0.0]] * 4, [0, 0, 0, 1]
PLOTS = {
    "reliability": lambda ax: plot_reliability([0.1, 0.6, 0.7, 1.0], [0, 1, 0, 1], bins=4, ax=ax),
    "parts": lambda ax: plot_parts({"one": [0.2, 0.8, 0.8], "other": [0.5] * 3}, [0, 1, 0], ax=ax),
    "error_of_calibrated": lambda ax: plot_error_of_calibrated(
        [10, 100], {1: [0.1, 0.03], 5: [0.2, 0.06]}, ax=ax
    ),
    "temperatures": lambda ax: plot_temperatures({"all": (LOGITS, LABELS)}, {"all": 2 / math.log(3)}, ax=ax),
    "training": lambda ax: plot_training([1, 10], {"a": [1, 2], "b": [2, 1]}, ax=ax),
    "coverage": lambda ax: plot_coverage([0.5, 0.9], {"Wilson": [0.95, 0.96]}, ax=ax),
}


def test_the_points_of_the_diagram_lie_within_their_intervals(ax: Axes) -> None:
    PLOTS["reliability"](ax)
    bars = ax.containers[-1]
    x, y = bars.lines[0].get_data()
    np.testing.assert_allclose(x, [0.1, 0.65, 1.0])
    np.testing.assert_allclose(y, [0.0, 0.5, 1.0])
    for (_, low), (_, high), share in zip(
        *np.swapaxes(bars.lines[2][0].get_segments(), 0, 1), y, strict=True
    ):
        assert 0 <= low <= share <= high <= 1


def test_the_two_parts_of_a_bar_are_its_log_loss(ax: Axes) -> None:
    PLOTS["parts"](ax)
    right = max(patch.get_x() + patch.get_width() for patch in ax.patches[:2])
    assert right == pytest.approx(-(2 * math.log(0.8) + math.log(0.2)) / 3)


def test_the_dot_is_the_lowest_point_of_its_curve(ax: Axes) -> None:
    PLOTS["temperatures"](ax)
    curve, dot = ax.lines[0], ax.lines[1]
    assert 0 <= curve.get_ydata().min() - dot.get_ydata()[0] < 1e-3
