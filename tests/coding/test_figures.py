"""The plots of the coding page draw where they are told, and the right numbers."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes

from xentcourse.figures.coding import (
    plot_block_rates,
    plot_code_areas,
    plot_codewords,
    plot_huffman_tree,
    plot_zoom,
)

WORDS = {"dog": 0.5, "cat": 0.25, "fish": 0.125, "bird": 0.125}
PLOTS: dict[str, Callable[..., Axes]] = {
    "codewords": lambda ax: plot_codewords({"dog": "0", "cat": "10", "fish": "110", "bird": "111"}, ax=ax),
    "code_areas": lambda ax: plot_code_areas(WORDS, [3, 1, 2, 3], title="mean: ", ax=ax),
    "huffman_tree": lambda ax: plot_huffman_tree(WORDS, ax=ax),
    "block_rates": lambda ax: plot_block_rates([0.9, 0.1], range(1, 5), ax=ax),
    "zoom": lambda ax: plot_zoom({"a": 0.6, "b": 0.3, "c": 0.1}, "ab", ax=ax),
}


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_names_its_axis_and_its_unit(name: str, ax: Axes) -> None:
    PLOTS[name](ax)
    assert ax.get_ylabel()
    assert "bits" in ax.get_xlabel() + ax.get_ylabel() or name == "zoom"


def test_codewords_fill_the_unit_interval_without_overlap(ax: Axes) -> None:
    PLOTS["codewords"](ax)
    pieces = sorted((box.get_x(), box.get_width()) for box in ax.patches)
    assert pieces == [(0, 0.5), (0.5, 0.25), (0.75, 0.125), (0.875, 0.125)]


def test_areas_add_up_to_the_mean_length_that_the_title_and_the_line_say(ax: Axes) -> None:
    PLOTS["code_areas"](ax)
    assert sum(box.get_width() * box.get_height() for box in ax.patches) == 2.375
    assert ax.get_title(loc="left") + ax.get_title() == "mean: 2.375 bits"
    assert ax.lines[0].get_xdata()[0] == 2.375


def test_leaves_of_the_tree_are_as_deep_as_their_codewords_are_long(ax: Axes) -> None:
    PLOTS["huffman_tree"](ax)
    depth = {text.get_text().split("\n")[0]: text.get_position()[1] for text in ax.texts}
    assert [depth[word] for word in WORDS] == [1, 2, 3, 3]
    assert sum(text.get_text() in "01" for text in ax.texts) == 6 + 1  # the bits, and the root's weight


def test_rates_fall_towards_the_entropy_within_their_bound(ax: Axes) -> None:
    PLOTS["block_rates"](ax)
    rates, bound, entropy = (np.asarray(line.get_ydata()) for line in ax.lines)
    np.testing.assert_allclose(rates[:2], [1, 0.645])
    assert (rates >= entropy[0]).all()
    assert (rates < bound).all()


def test_each_bar_of_the_zoom_names_the_ends_of_the_interval_so_far(ax: Axes) -> None:
    PLOTS["zoom"](ax)
    ends = [text.get_text() for text in ax.texts if "." in text.get_text()]
    assert ends == ["0.0000", "1.0000", "0.0000", "0.6000", "0.3600", "0.5400"]
