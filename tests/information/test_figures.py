"""The plots of the information page draw where they are told, and the right numbers."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes

from xentcourse.figures.information import plot_lengths, plot_letters, plot_near_certainty, plot_surprise

MODEL = {"a": 0.5, "b": 0.25, "c": 0.25}
PLOTS: dict[str, Callable[..., Axes]] = {
    "surprise": lambda ax: plot_surprise({"a coin": 0.5}, ax=ax),
    "lengths": lambda ax: plot_lengths(
        {"two": [("one", 0.5), ("other", 0.25)], "one": [("x", 0.125)]}, ax=ax
    ),
    "letters": lambda ax: plot_letters("abca", MODEL, ax=ax),
    "near_certainty": lambda ax: plot_near_certainty([1e-3, 1e-10, 1e-18], ax=ax),
}


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_names_its_unit(name: str, ax: Axes) -> None:
    PLOTS[name](ax)
    assert "bits" in ax.get_xlabel() + ax.get_ylabel() or "nats" in ax.get_ylabel()


def test_the_right_axis_counts_nats_where_the_left_one_counts_bits(ax: Axes) -> None:
    plot_surprise({}, ax=ax)
    ax.figure.canvas.draw()  # the axis on the right follows when it is drawn
    (nats,) = ax.child_axes
    assert nats.get_ylabel() == "surprise (nats)"
    np.testing.assert_allclose(nats.get_ylim(), np.array(ax.get_ylim()) * math.log(2))


def test_lengths_lie_end_to_end_and_add_up(ax: Axes) -> None:
    PLOTS["lengths"](ax)
    first, second, alone = ax.patches
    assert (first.get_x(), first.get_width()) == (0, 1)
    assert (second.get_x(), second.get_width()) == (1, 2)
    assert (alone.get_x(), alone.get_width()) == (0, 3)


def test_letters_have_their_surprise_for_height(ax: Axes) -> None:
    PLOTS["letters"](ax)
    assert [bar.get_height() for bar in ax.patches] == [1, 2, 2, 1]
    assert ax.lines[0].get_ydata()[0] == 1.5


def test_through_p_nothing_is_left_of_a_tiny_surprise(ax: Axes) -> None:
    PLOTS["near_certainty"](ax)
    exact, through_p = (line.get_ydata() for line in ax.lines)
    assert exact[-1] == 1e-18
    assert np.isnan(through_p[-1])
