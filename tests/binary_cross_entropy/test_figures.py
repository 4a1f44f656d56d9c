"""The plots of the page on binary cross-entropy draw where they are told, and the right numbers."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from xentcourse.figures.binary_cross_entropy import (
    plot_convergence,
    plot_costs,
    plot_evidence,
    plot_loss,
    plot_runaway,
)

PLOTS = {
    "loss": lambda ax: plot_loss([1, 0, 0.7], ax=ax),
    "evidence": lambda ax: plot_evidence([-4.6, -2.3, 0.0], ax=ax),
    "convergence": lambda ax: plot_convergence({"slow": [1, 0.5, 0.1], "fast": [1, 1e-9, 0]}, ax=ax),
    "costs": lambda ax: plot_costs([0.1, 0.5, 0.9], [1, 2, 3], {"here": 0.5}, ax=ax),
}
RUNS = {"a": ([1, 0.5], [0, 1]), "b": ([1, 0.1], [0, 10])}
PANELS = {"runaway": ((2, 1), lambda axes: plot_runaway(RUNS, axes))}


def test_the_loss_has_its_minimum_at_the_target(ax):
    PLOTS["loss"](ax)
    one, zero, soft = ax.lines[:3]
    assert (np.diff(one.get_ydata()) < 0).all()
    assert (np.diff(zero.get_ydata()) > 0).all()
    assert soft.get_xdata()[soft.get_ydata().argmin()] == pytest.approx(0.7, abs=0.002)
    np.testing.assert_allclose(one.get_ydata(), -np.log(one.get_xdata()), rtol=1e-12)


def test_evidence_is_marked_on_the_sigmoid(ax):
    PLOTS["evidence"](ax)
    marked = [line for line in ax.lines if line.get_marker() == "o"]
    for line, z in zip(marked, (-4.6, -2.3, 0.0), strict=True):
        assert line.get_ydata()[0] == pytest.approx(1 / (1 + math.exp(-z)))
    assert sum(text.arrow_patch is not None for text in ax.texts) == 2


def test_a_gap_that_rounded_to_nothing_is_left_out(ax):
    PLOTS["convergence"](ax)
    assert ax.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert ax.lines[1].get_ydata().tolist() == [1, 1e-9]


def test_a_mark_lies_on_the_curve_of_costs(ax):
    PLOTS["costs"](ax)
    assert ax.lines[1].get_xdata()[0] == 0.5
    assert ax.lines[1].get_ydata()[0] == 2


def test_a_runaway_is_drawn_as_loss_and_length():
    upper, lower = Figure().subplots(2, 1)
    PANELS["runaway"][1]([upper, lower])
    assert [line.get_ydata().tolist() for line in upper.lines] == [[1, 0.5], [1, 0.1]]
    assert [line.get_ydata().tolist() for line in lower.lines] == [[0, 1], [0, 10]]
