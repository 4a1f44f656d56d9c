"""The appendix "What other pages say" names every place that answers one of them."""

import re

from xentcourse.course import Course

BOOK = Course.find().root / "book"
PAGES = {path: path.read_text(encoding="utf-8") for path in sorted(BOOK.glob("*.md"))}
APPENDIX = PAGES[BOOK / "other_pages.md"]
#: How many topics the four pages have, by the letter of the page, and how many claims were collected.
TOPICS, CLAIMS = {"A": 7, "B": 10, "C": 7, "D": 6}, 18


def targets(name: str) -> list[str]:
    """What the pages' targets of this kind are called, each as often as it stands."""
    return [found for text in PAGES.values() for found in re.findall(rf"^\(({name})\)=$", text, re.MULTILINE)]


def test_every_topic_and_every_claim_has_its_one_place():
    topics = [f"row-{letter}{n}" for letter, most in TOPICS.items() for n in range(1, most + 1)]
    assert sorted(targets(r"row-[A-D]\d+")) == sorted(topics)
    assert sorted(targets(r"claim-\d+")) == sorted(f"claim-{n}" for n in range(1, CLAIMS + 1))


def test_every_topic_that_a_chapter_answers_is_listed_once():
    listed = re.findall(r"<(row-[A-D]\d+)>`", APPENDIX)
    assert sorted(targets(r"row-[A-D]\d+")) == sorted(listed)


def test_the_topics_are_in_the_order_of_their_names():
    listed = re.findall(r"<row-([A-D])(\d+)>`", APPENDIX)
    assert listed == sorted(listed, key=lambda row: (row[0], int(row[1])))
