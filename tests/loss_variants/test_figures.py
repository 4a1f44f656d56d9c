"""The plots of the page on loss variants draw where they are told, and the right numbers."""

import numpy as np
from matplotlib.axes import Axes

from xentcourse.figures.loss_variants import plot_best_reports, plot_focal, plot_smoothing

PLOTS = {
    "smoothing": lambda ax: plot_smoothing(10, [0, 0.1, 0.3], ax=ax),
    "focal": lambda ax: plot_focal([0, 1, 2, 5], ax=ax),
    "best_reports": lambda ax: plot_best_reports([0, 1, 2, 5], ax=ax),
}


def test_the_dots_are_the_lowest_points_of_the_smoothed_losses(ax: Axes) -> None:
    PLOTS["smoothing"](ax)
    curves = [line.get_ydata() for line in ax.lines if len(line.get_xdata()) > 1]
    dots = [line.get_ydata()[0] for line in ax.lines if len(line.get_xdata()) == 1]
    assert len(dots) == 2
    for curve, dot in zip(curves[1:], dots, strict=True):
        assert 0 <= curve.min() - dot < 1e-4


def test_only_gamma_zero_is_honest(ax: Axes) -> None:
    PLOTS["best_reports"](ax)
    beliefs, reports = zip(*(line.get_data() for line in ax.lines), strict=True)
    np.testing.assert_allclose(beliefs[0], reports[0])
    for belief, report in zip(beliefs[1:], reports[1:], strict=True):
        assert (np.diff(belief) >= 0).all()
        assert (report[belief > 0.501] < belief[belief > 0.501]).all()
        assert (report[belief < 0.499] > belief[belief < 0.499]).all()
