"""The plots of the cross-entropy page draw where they are told, and the right numbers."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from xentcourse.figures.cross_entropy import (
    on_triangle,
    plot_areas,
    plot_expected_scores,
    plot_parts,
    plot_simplex,
    plot_two_teachers,
    plot_units,
)

P, Q = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8]), np.array([1 / 8, 1 / 2, 1 / 4, 1 / 8])
TARGET = np.array([0.7, 0.2, 0.1])
PLOTS: dict[str, Callable[..., Axes]] = {
    "areas": lambda ax: plot_areas(P, Q, ["dog", "cat", "fish", "bird"], ax=ax),
    "parts": lambda ax: plot_parts({"one": (P, Q), "other": (Q, P)}, ax=ax),
    "simplex": lambda ax: plot_simplex(TARGET, {"even": [0.55, 0.3, 0.15], "bold": [0.7, 0.29, 0.01]}, ax=ax),
    "two_teachers": lambda ax: plot_two_teachers({"on H": [[0.5, 0.5], [0.9, 0.1]]}, [0.6, 0.4], ax=ax),
    "expected_scores": lambda ax: plot_expected_scores(0.7, ["log", "brier", "linear"], ax=ax),
}
MODELS = {"bytes": (20.0, 4.3), "pairs": (150.0, 3.6)}
PANELS = {"units": ((1, 2), lambda axes: plot_units(MODELS, axes))}


@pytest.mark.parametrize("name", ["areas", "parts"])
def test_information_is_in_bits(name: str, ax: Axes) -> None:
    PLOTS[name](ax)
    assert "bits" in ax.get_xlabel() + ax.get_ylabel()


def test_areas_add_up_to_the_cross_entropy_and_its_parts(ax: Axes) -> None:
    PLOTS["areas"](ax)
    both, extra, less = ax.containers

    def area(bars) -> float:
        return sum(bar.get_width() * bar.get_height() for bar in bars)

    assert area(both) + area(extra) == 2.375
    assert area(both) + area(less) == 1.75
    assert area(extra) - area(less) == 0.625


def test_parts_are_entropy_and_divergence_end_to_end(ax: Axes) -> None:
    PLOTS["parts"](ax)
    assert [bar.get_width() for bar in ax.patches] == [1.75, 0.625, 1.75, 0.5]
    assert [bar.get_x() for bar in ax.patches] == [0, 1.75, 0, 1.75]


def test_a_target_without_entropy_has_one_part(ax: Axes) -> None:
    plot_parts({"hard": ([1.0, 0.0], [0.5, 0.5])}, ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [1.0]


def test_the_triangle_keeps_distances_up_to_one_factor() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.dirichlet(np.ones(3), size=(2, 50))
    drawn = np.linalg.norm(on_triangle(a) - on_triangle(b), axis=0)
    np.testing.assert_allclose(drawn * np.sqrt(2), np.linalg.norm(a - b, axis=1))


def test_the_marks_are_honest_under_proper_scores_only(ax: Axes) -> None:
    PLOTS["expected_scores"](ax)
    marks = [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 1]
    assert marks == [pytest.approx(0.7), pytest.approx(0.7), 1.0]


def test_units_stand_side_by_side() -> None:
    axes = Figure().subplots(1, 2)
    plot_units(MODELS, axes)
    assert [bar.get_width() for bar in axes[0].patches] == [20.0, 150.0]
    assert [bar.get_width() for bar in axes[1].patches] == [4.3, 3.6]
