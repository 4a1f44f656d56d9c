"""The page on how the course is built names files that are there, and draws the way of a submission."""

import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from xentcourse.course import Course
from xentcourse.figures.architecture import STATIONS, plot_submission

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
