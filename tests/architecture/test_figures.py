"""The figure of the page on how the course is built."""

import re

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from xentcourse.figures.architecture import SIZE, STATIONS, WALL, plot_submission

PLOTS = {"submission": lambda ax: plot_submission(ax=ax)}


def test_only_the_learner_s_code_is_behind_the_walls():
    left, right, bottom, top = WALL
    inside = [
        text for text, (x, y) in STATIONS.items()
        if left < x - SIZE["width"] / 2 and x + SIZE["width"] / 2 < right and bottom < y < top
    ]  # fmt: skip
    assert inside == ["the learner's code\nin a process of its own"]


def test_no_text_of_the_figure_leaves_its_box():
    figure = Figure(figsize=(6.4, 5.2))
    ax = plot_submission(ax=figure.subplots())
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [box.get_window_extent() for box in ax.patches if isinstance(box, Rectangle)][1:]
    texts = [text for text in ax.texts if re.match(r"\d  ", text.get_text())]
    for text, box in zip(texts, boxes, strict=True):
        extent = text.get_window_extent(canvas.get_renderer())
        assert box.x0 < extent.x0
        assert extent.x1 < box.x1
        assert box.y0 < extent.y0
        assert extent.y1 < box.y1
