"""The page on how the course is built names files that are there, and draws the way of a submission."""

import re
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from xentcourse.course import Course
from xentcourse.figures.architecture import SIZE, STATIONS, WALL, plot_submission

COURSE = Course.find(Path(__file__).parent)
PAGE = (COURSE.root / "book" / "architecture.md").read_text(encoding="utf-8")
PROSE = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)


def named() -> list[str]:
    """The files and folders that the text names; a name without a folder lies in the one named before it."""
    found, folder = [], ""
    for name in re.findall(r"`([\w./]+(?:\.(?:py|md|yml)|/))`", PROSE):
        if name == "submitted/":  # a class's
            continue
        if "/" in name:
            folder = name.rpartition("/")[0]
        beside = list(COURSE.root.glob(f"tests/*/{name}")) if name.startswith("test_") else []
        inside = "/" in name or beside or (COURSE.root / name).is_file()
        found.append(name if inside else f"{folder}/{name}")
    return found


@pytest.mark.parametrize("name", sorted(set(named())))
def test_what_the_page_names_is_there(name):
    found = (COURSE.root / name).exists() or any(COURSE.root.glob(f"tests/*/{name}"))
    assert found, f"book/architecture.md names {name}"


def test_the_page_names_the_parts_that_a_submission_passes():
    assert len(named()) > 25


def test_places_say_where_every_piece_of_a_chapter_lies():
    places = COURSE.chapter("softmax").places()
    assert set(COURSE.chapter("softmax").pieces()) <= set(places)
    assert [name for name, (path, what) in places.items() if not path.exists() or not what] == []


def test_the_figure_numbers_its_stations_as_the_text_does():
    ax = plot_submission(ax=Figure().subplots())
    drawn = [text.get_text() for text in ax.texts if re.match(r"\d  ", text.get_text())]
    assert [text[0] for text in drawn] == [str(number) for number in range(1, len(STATIONS) + 1)]
    assert re.findall(r"^(\d)\. \*\*", PROSE, re.MULTILINE) == [text[0] for text in drawn]


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
