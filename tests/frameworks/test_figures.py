"""The plots of the page on frameworks draw where they are told, and the right numbers."""

import numpy as np
import torch
from matplotlib.axes import Axes
from torch.nn import functional

from xentcourse.figures.frameworks import double_softmax_gradient, plot_double_sigmoid, plot_fading

PLOTS = {
    "fading": lambda ax: plot_fading(3, ax=ax),
    "double_sigmoid": lambda ax: plot_double_sigmoid(ax=ax),
}


def test_the_gradient_of_the_double_softmax_is_autograd_s() -> None:
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(50, 4)) * 5, rng.integers(0, 4, size=50)
    leaf = torch.tensor(z, requires_grad=True)
    functional.cross_entropy(torch.softmax(leaf, 1), torch.tensor(y), reduction="sum").backward()
    np.testing.assert_allclose(double_softmax_gradient(z, y), leaf.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_the_second_softmax_lets_go_where_the_first_pulls_hardest(ax: Axes) -> None:
    plot_fading(3, ax=ax)
    once, twice = (line.get_ydata() for line in ax.lines)
    assert (np.diff(once) > 0).all()
    assert once[-1] > 0.999
    assert twice[-1] < 0.01
    assert (twice < once).all()


def test_behind_two_sigmoids_log_2_separates_the_labels(ax: Axes) -> None:
    plot_double_sigmoid(ax=ax)
    curves = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert (curves["label 1, sigmoid twice"] < np.log(2)).all()
    assert (curves["label 0, sigmoid twice"] > np.log(2)).all()
