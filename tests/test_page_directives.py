"""Questions, explorables and progress, pages that are gone: what translators find, what a mistake is told."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from xentcourse.course import Course
from xentcourse.tools import environment

EXTENSIONS = Course.find(Path(__file__).parent).root / "book" / "_ext"
DIRECTIVES = ["myst_parser", "question", "explorable", "trials", "progress", "typography", "lost_pages"]

QUESTION = """
::::{question} What is asked?
:::{answer} The wrong one
No.
:::
:::{answer} The right one
:right:
Yes.
:::
::::
"""
EXPLORABLE = """
:::::{explorable} information
:title: The title
Predict and try.

::::{learnt} What was seen?
What was learnt.
::::

::::{words}
alt: What is drawn
x: across
y: up
tosses: tosses
p: chance
halve: Halve
double: Double
reading: {p}, {odds}, {bits}, {nats}
::::
:::::
"""
PROGRESS = """
::::{progress}
:total: {read} {pages} {answered} {questions} in all
:answered: {answered} {questions} of one
:done: was read
:here: This page
:erase: Erase it
What is said about it.
::::
"""


def build(folder: Path, text: str, builder: str = "html") -> subprocess.CompletedProcess[str]:
    """Build one page with the course's own directives."""
    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / "index.md").write_text(f"# Title\n{text}", encoding="utf-8")
    settings = [
        f"import sys; sys.path.insert(0, {str(EXTENSIONS)!r})",
        f"extensions = {DIRECTIVES}",
        "myst_enable_extensions = ['colon_fence', 'dollarmath']",
    ]
    (source / "conf.py").write_text("\n".join(settings), encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", builder, source, folder / builder]
    return subprocess.run(command, env=environment(), text=True, capture_output=True, check=False)


def test_every_text_that_is_shown_is_there_for_translators(tmp_path):
    done = build(tmp_path, QUESTION + EXPLORABLE + PROGRESS, "gettext")
    assert done.returncode == 0, done.stderr
    catalogue = (tmp_path / "gettext" / "index.pot").read_text(encoding="utf-8")
    for text in (
        *("What is asked?", "The wrong one", "No.", "The right one", "Yes."),
        *("The title", "Predict and try.", "What was seen?", "What was learnt."),
        *("What is drawn", "across", "Halve", "{p}, {odds}, {bits}, {nats}"),
        *("was read", "This page", "Erase it", "What is said about it."),
    ):
        assert f'msgid "{text}"' in catalogue


def test_a_page_that_the_book_no_longer_has_goes_with_the_next_build(tmp_path):
    build(tmp_path, "")
    html = tmp_path / "html"
    (html / "removed.html").touch()
    for text in ("", "Something new.", "Something new."):  # where nothing is new, nothing is written
        done = build(tmp_path, text)
        assert done.returncode == 0, done.stderr
        assert {"index.html", "genindex.html", "search.html"} <= {path.name for path in html.glob("*.html")}
    assert not (html / "removed.html").exists()


def test_an_explorable_is_drawn_with_the_words_of_its_page(tmp_path):
    done = build(tmp_path, EXPLORABLE)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert 'aria-label="What is drawn"' in page
    assert ">across</text>" in page
    assert ">0.50, 2.0, 1.00, 0.69</p>" in page
    for name in ("xp.js", "xp.css", "information.js"):
        assert f"_static/explorables/{name}" in page
        assert (tmp_path / "html" / "_static" / "explorables" / name).is_file()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("halve: Halve\n", "", "lack: halve"),
        ("halve: Halve\n", "halve: Halve\nthird: A third\n", "have no use for: third"),
        ("{nats}", "{bans}", "asks for {bans}"),
        ("information\n:title", "misinformation\n:title", "There is no explorable 'misinformation'"),
        ("alt: What is drawn", "alt", "'alt' is no word"),
        (":title: The title\n", "", "needs a :title:"),
        ("::::{learnt} What was seen?\nWhat was learnt.\n::::\n", "", "one {learnt} and one {words}"),
    ],
    ids=[
        "a word less",
        "a word more",
        "a wrong place",
        "a wrong name",
        "no word",
        "no title",
        "nothing learnt",
    ],
)
def test_a_mistake_in_an_explorable_stops_the_build_and_is_named(tmp_path, old, new, told):
    assert old in EXPLORABLE
    done = build(tmp_path, EXPLORABLE.replace(old, new))
    assert done.returncode != 0
    assert told in done.stderr


def test_a_question_without_a_right_answer_stops_the_build(tmp_path):
    done = build(tmp_path, QUESTION.replace(":right:\n", ""))
    assert done.returncode != 0
    assert "at least one of them with :right:" in done.stderr


def test_punctuation_stays_with_its_formula_on_both_sides(tmp_path):
    done = build(tmp_path, "A coin ($p$), and $q$ alone, not ($r$ or so) and “$s$”.")
    assert done.returncode == 0, done.stderr
    page = BeautifulSoup((tmp_path / "html" / "index.html").read_text(encoding="utf-8"), "html.parser")
    together = [span.get_text() for span in page.select("p span.nowrap")]
    assert [re.sub(r"\\[()]", "", text) for text in together] == ["(p),", "(r", "“s”."]
    assert re.sub(r"\\[()]", "", page.p.get_text()) == "A coin (p), and q alone, not (r or so) and “s”."
