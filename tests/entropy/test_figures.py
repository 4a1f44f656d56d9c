"""The plots of the entropy page draw where they are told, and the right numbers."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from xentcourse.figures.entropy import (
    plot_areas,
    plot_bias,
    plot_chain,
    plot_coin,
    plot_envelope,
    plot_expected_cost,
    plot_simplex,
)

BAG = [[0.25, 0.25], [0.5, 0.0]]
PLOTS: dict[str, Callable[..., Any]] = {
    "expected_cost": lambda ax: plot_expected_cost(0.7, 0.2, ax=ax),
    "coin": lambda ax: plot_coin({"fair coin": 0.5, "low": 0.1, "high": 0.999}, ax=ax),
    "simplex": lambda ax: plot_simplex({"uniform": [1 / 3, 1 / 3, 1 / 3]}, ax=ax),
    "envelope": lambda ax: plot_envelope([0.2, 0.5], (0.1, 0.6), ax=ax),
    "chain": lambda ax: plot_chain(BAG, ax=ax),
    "bias": lambda ax: plot_bias([10, 100], {"plug-in": ([0.5, 0.6], [0.1, 0.1])}, 0.7, ax=ax),
}
EVEN = [[0.25] * 4, [0.5, 0.25, 0.25]]
PANELS = {"areas": ((1, 2), lambda axes: plot_areas(EVEN, axes))}


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_names_its_unit(name: str, ax: Axes) -> None:
    PLOTS[name](ax)
    labels = [a.get_xlabel() + a.get_ylabel() for a in ax.figure.axes]
    assert any("bits" in label or "nats" in label for label in labels)


def test_the_floor_is_touched_at_the_truth_alone(ax: Axes) -> None:
    PLOTS["expected_cost"](ax)
    curve, floor = ax.lines[0], ax.lines[1]
    heights = curve.get_ydata() - floor.get_ydata()[0]
    assert heights.min() >= 0
    assert abs(curve.get_xdata()[heights.argmin()] - 0.7) < 0.003


def test_areas_add_up_to_the_entropy() -> None:
    axes = Figure().subplots(1, 2)
    plot_areas(EVEN, axes)
    for ax, bits in zip(axes, (2, 1.5), strict=True):
        assert sum(bar.get_width() * bar.get_height() for bar in ax.patches) == pytest.approx(bits)
        assert ax.get_title() == f"area {bits:.3f} bits"


def test_the_coin_has_a_bit_in_the_middle_and_nats_on_the_right(ax: Axes) -> None:
    PLOTS["coin"](ax)
    ax.figure.canvas.draw()
    assert ax.lines[0].get_ydata().max() == 1
    np.testing.assert_allclose(ax.child_axes[0].get_ylim(), np.array(ax.get_ylim()) * math.log(2))


def test_the_lines_of_fixed_models_lie_above_the_entropy_and_the_chord_below(ax: Axes) -> None:
    PLOTS["envelope"](ax)
    *models, entropy, chord = ax.lines
    for line in models:
        gaps = line.get_ydata() - entropy.get_ydata()
        assert gaps.min() == pytest.approx(0, abs=1e-12)
        assert np.diff(line.get_ydata(), 2) == pytest.approx(0, abs=1e-12)
    middle = np.interp(0.35, entropy.get_xdata(), entropy.get_ydata())
    assert np.interp(0.35, chord.get_xdata(), chord.get_ydata()) < middle


def test_two_ways_of_the_chain_rule_end_at_the_same_place(ax: Axes) -> None:
    PLOTS["chain"](ax)
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches][1::2]
    assert ends[:2] == pytest.approx([1.5, 1.5])
    assert ends[2] == pytest.approx(1.811278, abs=5e-7)
