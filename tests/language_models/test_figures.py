"""The plots of the language models page draw where they are told, and the right numbers."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes

from xentcourse.figures.language_models import (
    plot_sizes,
    plot_strengths,
    plot_surprises,
    plot_training,
)

PLOTS: dict[str, Callable[..., Axes]] = {
    "strengths": lambda ax: plot_strengths([0.1, 1, 10], {"one": [3, 2, 4], "two": [1, 2, 3]}, ax=ax),
    "training": lambda ax: plot_training(
        np.array([8, 6, 4, 2, 2]) * math.log(2), {"other": 3}, every=2, ax=ax
    ),
    "surprises": lambda ax: plot_surprises(
        "a b", {"one": np.log([2, 4, 8]), "two": np.log([2, 2, 2])}, ax=ax
    ),
    "sizes": lambda ax: plot_sizes({"zlib": 2.5, "ours": 2.0}, ax=ax),
}


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_names_its_unit(name: str, ax: Axes) -> None:
    PLOTS[name](ax)
    assert "bits" in ax.get_xlabel() + ax.get_ylabel()


def test_the_dot_is_the_lowest_point_of_its_curve(ax: Axes) -> None:
    PLOTS["strengths"](ax)
    dots = [tuple(map(float, np.ravel(line.get_xydata()))) for line in ax.lines if len(line.get_xdata()) == 1]
    assert dots == [(1, 2), (0.1, 1)]


def test_losses_are_drawn_in_bits_averaged_over_neighbours(ax: Axes) -> None:
    PLOTS["training"](ax)
    curve, level = ax.lines
    np.testing.assert_allclose(curve.get_ydata(), [7, 3])
    np.testing.assert_allclose(curve.get_xdata(), [1, 3])
    assert level.get_ydata()[0] == 3


def test_each_letter_has_a_bar_for_each_model(ax: Axes) -> None:
    PLOTS["surprises"](ax)
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], [1, 2, 3, 1, 1, 1])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "␣", "b"]


def test_a_bar_is_as_long_as_its_number(ax: Axes) -> None:
    PLOTS["sizes"](ax)
    assert [bar.get_width() for bar in ax.patches] == [2.5, 2.0]
    assert [text.get_text() for text in ax.texts] == ["2.50", "2.00"]
