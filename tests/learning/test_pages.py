"""Chapters as notebooks: the same text and code, without what only the book's builder understands."""

import json
import re

import nbformat
import pytest
from learning.conftest import COURSE

from xentcourse.learning.pages import Names, names_of, page_notebook, pages_to_read, plain

PAGES = pages_to_read(COURSE)


def cells(slug: str) -> list[dict]:
    return json.loads(page_notebook(COURSE, slug))["cells"]


def test_all_chapters_are_there_after_what_comes_before_them():
    assert PAGES[-len(COURSE.chapters) :] == [chapter.slug for chapter in COURSE.chapters]
    assert "prerequisites" in PAGES
    assert "glossary" not in PAGES


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_is_a_valid_notebook_and_always_the_same(slug):
    first = page_notebook(COURSE, slug)
    names_of.cache_clear()
    assert page_notebook(COURSE, slug) == first
    nbformat.validate(nbformat.reads(first.decode(), as_version=4))


@pytest.mark.parametrize("slug", PAGES)
def test_no_markup_of_the_builder_is_left(slug):
    text = "\n".join("".join(cell["source"]) for cell in cells(slug) if cell["cell_type"] == "markdown")
    left = re.findall(
        r"^:{3,}.*$|\{[a-z:]+\}`|^`{3}\{.*$|^\([\w-]+\)=$|^:(?:label|class|tags|right):.*$",
        text,
        re.MULTILINE,
    )
    assert left == []
    assert text.count("<details>") == text.count("</details>")
    assert text.count("$$") % 2 == 0


@pytest.mark.parametrize("slug", PAGES)
def test_the_code_is_the_pages_code(slug):
    source = (COURSE.root / "book" / f"{slug}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", source, re.MULTILINE | re.DOTALL)
    code = [re.sub(r"\A(?::[\w-]+:[^\n]*\n)+\n*", "", block).strip() for block in blocks]
    assert ["".join(cell["source"]).strip() for cell in cells(slug) if cell["cell_type"] == "code"] == code


NAMES = Names({"thm-x": "Theorem: Gibbs", "eq-y": "(3)"}, {"a2000": "Ada and Bob (2000)"})


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        (":::{prf:theorem} Gibbs\n:label: thm-x\nText.\n:::", "**Theorem: Gibbs**\n\nText."),
        (":::{prf:proof}\nText.\n:::", "**Proof**\n\nText.\n\n∎"),
        (":::{admonition} Decide\n:class: predict\nWhat?\n:::", "**Decide**\n\nWhat?"),
        ("{prf:ref}`thm-x` and {eq}`eq-y`", "*Theorem: Gibbs* and (3)"),
        ("{term}`bits <bit>`, {term}`nat`", "bits, nat"),
        ("{cite:t}`a2000`", "Ada and Bob (2000)"),
        ("{kbd}`Shift+Enter`", "Shift+Enter"),
        ("$$\nx\n$$ (eq-y)", "$$\nx\n\\tag{3}\n$$"),
        ("::::{question} Which?\n:::{answer} This, $x$.\n:right:\nYes.\n:::\n::::",
         "**Question. Which?**\n\n<details><summary>This, $x$.</summary>\n\n*Right.*\n\nYes.\n\n</details>"),
        ("{download}`Get it <../exercises/softmax/softmax.ipynb>`", "[Get it](../softmax/softmax.ipynb)"),
    ],
)  # fmt: skip
def test_markup_becomes_plain_markdown(myst, markdown):
    assert plain(myst, NAMES).strip() == markdown
