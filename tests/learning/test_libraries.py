"""A library too large to come along: which assignments need it, and who says so where it is missing."""

import importlib.util
import re
import sys

import pytest
from learning.conftest import COURSE
from test_cli import xentcourse_command

from xentcourse.lab import lay_copies
from xentcourse.learning.libraries import lacking
from xentcourse.learning.pages import page_notebook, pages_to_read
from xentcourse.learning.workplace import Material

PAGE = (COURSE.root / "book" / "learning.md").read_text(encoding="utf-8")
TORCH = re.compile(r"^ *(?:import|from) (?:torch|xentcourse\.accelerated)\b", re.MULTILINE)


@pytest.fixture
def without_torch(place, monkeypatch):
    """A learner's folder with all assignments, where nothing finds torch."""
    lay_copies(Material.of_course(COURSE), place)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *_: None if name == "torch" else found(name)
    )
    return place


def with_torch():
    """The chapters whose assignment imports it."""
    return [
        chapter.slug
        for chapter in COURSE.chapters
        if chapter.exercise.is_file() and TORCH.search(chapter.solution.read_text(encoding="utf-8"))
    ]


def test_the_assignments_that_need_it_are_named_with_the_command_that_installs_it(without_torch):
    (told,) = lacking(without_torch)
    named, _, rest = told.partition(": ")
    assert sorted(named.split(", ")) == sorted(with_torch())
    assert rest.endswith(f"To install it: {sys.executable} -m pip install torch")


def test_progress_says_so_and_still_shows_the_table(without_torch):
    ran = xentcourse_command("progress")
    assert ran.code == 0
    assert ran.out.startswith("assignment")
    assert "needs PyTorch, which is not installed here" in ran.err


def test_where_it_is_installed_nothing_is_said(place):
    assert lacking(place) == []


def test_the_page_names_the_assignments_and_the_first_page_that_need_it():
    for slug in with_torch():
        assert f"{{ref}}`{slug}`" in PAGE or f"<{slug}>`" in PAGE, f"book/learning.md does not name {slug}"
    pages = pages_to_read(COURSE)
    texts = {slug: (COURSE.root / "book" / f"{slug}.md").read_text(encoding="utf-8") for slug in pages}
    needy = [slug for slug in pages if TORCH.search(texts[slug])]
    assert f"<{needy[0]}>`" in PAGE
    assert "xentcourse[learn,torch]" in PAGE


@pytest.mark.parametrize("slug", [*with_torch(), "tensors"])
def test_a_notebook_that_needs_it_says_what_to_do_where_it_is_missing(slug):
    notebooks = [page_notebook(COURSE, slug).decode()]
    if slug in with_torch():
        notebooks.append(COURSE.chapter(slug).exercise.read_text(encoding="utf-8"))
    for notebook in notebooks:
        assert "No module named 'torch'" in notebook
        assert "%pip install torch" in notebook


def test_a_notebook_that_does_not_need_it_does_not_speak_of_it():
    assert "%pip install torch" not in page_notebook(COURSE, "entropy").decode()
