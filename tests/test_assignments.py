"""Each page says how long its assignment is."""

import json
import re

import pytest
from pages import words

from xentcourse.course import Chapter, Course

ASSIGNMENTS = [chapter for chapter in Course.find().chapters if "exercise" in chapter.pieces()]
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven")


@pytest.mark.parametrize("chapter", ASSIGNMENTS, ids=lambda chapter: chapter.slug)
def test_the_assignment_is_as_long_as_the_page_says(chapter: Chapter):
    cells = json.loads(chapter.exercise.read_text(encoding="utf-8"))["cells"]
    points = sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in cells)
    text = "\n".join("".join(cell["source"]) for cell in cells)
    minutes = [int(m) for m in re.findall(r"^\*(\d+) minutes", text, re.MULTILINE)]
    page = words(chapter.slug)
    assert f"has {COUNTS[len(minutes)]} parts, {points} points and about {sum(minutes)} minutes" in page
    reading = chapter.front_matter["minutes"]
    assert f"{reading} minutes, and {sum(minutes)} for the assignment" in page
