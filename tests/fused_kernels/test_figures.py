"""The plots of the page on fused kernels draw where they are told, and the right numbers."""

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import special

from xentcourse.figures.fused_kernels import (
    Machine,
    machine_of,
    measured,
    plot_linear,
    plot_online,
    plot_roofline,
    plot_tables,
    plot_times,
    ways,
)
from xentcourse.reference.fused_kernels import cross_entropy_traffic

RESULTS = json.loads(
    (Path(__file__).parents[2] / "benchmarks" / "results" / "losses.json").read_text(encoding="utf-8")
)
TABLES = {
    "one after the other": cross_entropy_traffic(4, 10),
    "in one pass": cross_entropy_traffic(4, 10, fused=True),
}
PLOTS = {
    "tables": lambda ax: plot_tables(TABLES, ax=ax),
    "roofline": lambda ax: plot_roofline(machine_of(RESULTS), RESULTS, here=Machine(1e10, 1e11), ax=ax),
    "times": lambda ax: plot_times(RESULTS, "4096x32000", ax=ax),
}
ROW = np.random.default_rng(3).normal(0, 3, 4096)
PANELS = {
    "online": ((2, 1), lambda axes: plot_online(ROW, 16, axes)),
    "linear": ((1, 2), lambda axes: plot_linear(RESULTS, axes)),
}


def test_the_two_panels_of_the_last_layer_are_seconds_and_memory() -> None:
    axes = plot_linear(RESULTS, Figure().subplots(1, 2))
    assert [ax.get_xlabel() for ax in axes] == ["seconds", "MiB above the inputs"]


def test_six_boxes_are_moved_and_then_two(ax: Axes) -> None:
    PLOTS["tables"](ax)
    heights = [round(bar.get_y() + bar.get_height() / 2) for bar in ax.patches]
    assert (heights.count(0), heights.count(1)) == (6, 2)


def test_no_measured_point_lies_above_the_roof(ax: Axes) -> None:
    PLOTS["roofline"](ax)
    roof = ax.lines[0]
    for point in ax.lines[2:]:
        x, y = (float(values[0]) for values in point.get_data())
        assert y <= 1.1 * np.interp(x, roof.get_xdata(), roof.get_ydata())


def test_the_state_after_the_last_block_is_that_of_the_row() -> None:
    upper, lower = plot_online(ROW, 16, Figure().subplots(2, 1))
    largest, lse = (line.get_ydata()[-1] for line in upper.lines)
    assert largest == ROW.max()
    np.testing.assert_allclose(lse, special.logsumexp(ROW))
    np.testing.assert_allclose(lower.lines[0].get_ydata()[-1], np.exp(ROW - ROW.max()).sum())


def test_what_was_not_measured_is_said_by_name() -> None:
    with pytest.raises(ValueError, match="no row 'nothing'"):
        measured(RESULTS, "nothing")


def test_ways_are_multiples_of_a_copy() -> None:
    rows = {row["name"]: row for row in RESULTS["rows"]}
    row = rows["cross_entropy 4096x32000, cpp, in place: in copies"]
    assert ways(RESULTS, "4096x32000")["C++ kernel, in place"] == pytest.approx(row["ratio"])
