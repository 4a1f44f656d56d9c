"""The appendix "What other pages say" names every place that answers one of them."""

import re

from xentcourse.course import Course

BOOK = Course.find().root / "book"
PAGES = {path: path.read_text(encoding="utf-8") for path in sorted(BOOK.glob("*.md"))}
APPENDIX = PAGES[BOOK / "other_pages.md"]


def test_every_topic_that_a_chapter_answers_is_listed_once():
    answered = [
        row for text in PAGES.values() for row in re.findall(r"^\((row-[A-D]\d+)\)=$", text, re.MULTILINE)
    ]
    listed = re.findall(r"<(row-[A-D]\d+)>`", APPENDIX)
    assert answered
    assert sorted(answered) == sorted(listed)


def test_the_topics_are_in_the_order_of_their_names():
    listed = re.findall(r"<row-([A-D])(\d+)>`", APPENDIX)
    assert listed == sorted(listed, key=lambda row: (row[0], int(row[1])))
