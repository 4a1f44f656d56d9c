"""The plots of the likelihood page draw where they are told, and the right numbers."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from xentcourse.figures.likelihood import (
    plot_coin_likelihood,
    plot_funnel,
    plot_gaussian_fits,
    plot_losses_of_noise,
    plot_risks,
    plot_shares,
    plot_sharpening,
)

RECORD = [1, 1, 0, 1]
X = [1.0, 2.0, 4.0, 9.0]

PLOTS: dict[str, Callable[[Axes | None], Axes]] = {
    "coin_likelihood": lambda ax: plot_coin_likelihood(RECORD, at=(0.5, 0.75), ax=ax),
    "shares": lambda ax: plot_shares([0.2, 0.3, 0.5], ax=ax),
    "gaussian_fits": lambda ax: plot_gaussian_fits(X, {"narrow": (4.0, 1.0)}, ax=ax),
    "funnel": lambda ax: plot_funnel([10, 100], [[0.5, 0.6], [0.7, 0.6], [0.6, 0.6]], 0.6, ax=ax),
    "risks": lambda ax: plot_risks([10, 100], [1.0, 1.5], [2.0, 1.6], 1.55, ax=ax),
}
PANELS: dict[str, tuple[tuple[int, int], Callable[[Sequence[Axes]], Sequence[Axes]]]] = {
    "sharpening": ((2, 1), lambda axes: plot_sharpening([RECORD * k for k in (1, 2, 3, 4)], axes)),
    "losses_of_noise": ((1, 2), lambda axes: plot_losses_of_noise(X, axes)),
}


@pytest.mark.parametrize("name", PANELS)
def test_both_panels_have_lines(name: str) -> None:
    shape, draw = PANELS[name]
    assert all(ax.lines for ax in draw(Figure().subplots(*shape)))


def test_the_likelihood_curve_is_the_product_of_the_probabilities(ax: Axes) -> None:
    plot_coin_likelihood(RECORD, at=(0.5,), ax=ax)
    curve, mark = ax.lines[:2]
    coins, heights = curve.get_data()
    np.testing.assert_allclose(heights, coins**3 * (1 - coins), rtol=1e-9, atol=1e-300)
    assert mark.get_ydata()[0] == pytest.approx(0.5**4)


def test_sharpening_curves_peak_at_one_and_get_narrower() -> None:
    axes = Figure().subplots(1, 2)
    plot_sharpening([RECORD * k for k in (1, 5, 25, 125)], axes)
    widths = [(line.get_ydata() > 0.5).sum() for line in axes[0].lines[:4]]
    assert widths == sorted(widths, reverse=True)
    for line in axes[0].lines[:4]:
        assert line.get_ydata().max() == pytest.approx(1, abs=1e-3)
        assert line.get_xdata()[line.get_ydata().argmax()] == pytest.approx(0.75, abs=2e-3)


def test_losses_of_noise_are_lowest_at_the_mean_and_at_the_median() -> None:
    axes = Figure().subplots(1, 2)
    plot_losses_of_noise(X, axes)
    squared, _, absolute = axes[1].lines[:3]
    assert squared.get_xdata()[squared.get_ydata().argmin()] == pytest.approx(4.0, abs=0.05)
    assert 1.95 <= absolute.get_xdata()[absolute.get_ydata().argmin()] <= 4.05
