"""The plots of the softmax page draw where they are told, and the right numbers."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from xentcourse.figures.softmax import (
    plot_learning_curves,
    plot_pushes,
    plot_shares,
    plot_temperature,
    plot_templates,
)

LOGITS = np.log([1, 3, 6])
WEIGHTS = np.array([[0.0, 1.0], [-2.0, 0.0], [0.0, 0.5], [1.0, 0.0]])
PLOTS = {
    "temperature": lambda ax: plot_temperature(LOGITS, ax=ax),
    "pushes": lambda ax: plot_pushes(LOGITS, [0, 1, 0], ax=ax),
    "learning_curves": lambda ax: plot_learning_curves({"a": [2, 1, 0.5]}, floors={"least": 0.25}, ax=ax),
}
PANELS = {
    "shares": ((1, 3), lambda axes: plot_shares(LOGITS, axes)),
    "templates": ((1, 2), lambda axes: plot_templates(WEIGHTS, (2, 2), axes)),
}


def test_shares_are_logits_then_exponentials_then_probabilities() -> None:
    logits, exponentials, probabilities = (
        [bar.get_height() for bar in ax.patches] for ax in plot_shares(LOGITS, Figure().subplots(1, 3))
    )
    np.testing.assert_allclose(logits, LOGITS)
    np.testing.assert_allclose(exponentials, [1, 3, 6])
    np.testing.assert_allclose(probabilities, [0.1, 0.3, 0.6])


def test_the_cold_choose_the_largest_logit_and_the_hot_choose_at_random(ax: Axes) -> None:
    *classes, even, _ = PLOTS["temperature"](ax).lines
    cold, hot = np.array([line.get_ydata()[[0, -1]] for line in classes]).T
    np.testing.assert_allclose(cold, [0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(hot, 1 / 3, atol=0.01)
    assert even.get_ydata()[0] == pytest.approx(1 / 3)


def test_pushes_are_targets_less_probabilities_and_stand_above_the_higher_bar(ax: Axes) -> None:
    PLOTS["pushes"](ax)
    assert [text.get_text() for text in ax.texts] == ["−0.10", "+0.70", "−0.60"]
    assert [text.xy[1] for text in ax.texts] == pytest.approx([0.1, 1, 0.6])


def test_a_floor_lies_at_its_level_and_has_its_name(ax: Axes) -> None:
    PLOTS["learning_curves"](ax)
    curve, floor = ax.lines
    assert curve.get_ydata().tolist() == [2, 1, 0.5]
    assert floor.get_ydata()[0] == 0.25
    assert [text.get_text() for text in ax.texts] == ["least"]


def test_templates_are_the_columns_of_the_weights_on_one_scale() -> None:
    axes = plot_templates(WEIGHTS, (2, 2), Figure().subplots(1, 2))
    pictures = [ax.images[0] for ax in axes]
    assert [picture.get_array().tolist() for picture in pictures] == [[[0, -2], [0, 1]], [[1, 0], [0.5, 0]]]
    assert {picture.get_clim() for picture in pictures} == {(-2, 2)}
