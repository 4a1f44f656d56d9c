"""An assignment in JupyterLab, as a learner does it: type, run, read what the checks say, press Validate."""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.jupyterlab import Notebook, jupyterlab, opened, solutions

from xentcourse.checks.check import checks_of
from xentcourse.course import Chapter, Course
from xentcourse.lab import lab_environment

COURSE = Course.find(Path(__file__).parent)
ASSIGNMENTS = [chapter for chapter in COURSE.chapters if "exercise" in chapter.pieces()]

#: Softmax as its formula stands: right until a logit is large.
WITHOUT_MAXIMUM = """def softmax(z, axis=-1, temperature=1.0):
    shares = np.exp(np.asarray(z) / temperature)
    return shares / shares.sum(axis=axis, keepdims=True)
"""
#: What a tutor would say to that.
TUTOR = "Subtract the largest logit before exp"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """JupyterLab with the course's settings: its address, and the folder that it shows."""
    root = tmp_path_factory.mktemp("lab")
    folder = root / "notebooks"
    folder.mkdir()
    command = [Path(sys.executable).with_name("jupyter-lab"), f"--ServerApp.root_dir={folder}"]
    with jupyterlab(command, root, folder, **lab_environment()) as address:
        yield address, folder


@pytest.fixture(scope="module")
def desk(browser: Any) -> Iterator[Any]:
    """One reader's browser: JupyterLab is some ten megabytes of scripts, which it loads and compiles once."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    yield context
    context.close()


@pytest.fixture
def open_notebook(lab: tuple[str, Path], desk: Any) -> Iterator[Callable[[Chapter, str], Notebook]]:
    """Opens a fresh copy of an assignment under a name."""
    address, folder = lab

    def open_copy(chapter: Chapter, name: str) -> Notebook:
        file = folder / f"{chapter.slug}-{name}.ipynb"
        shutil.copy(chapter.exercise, file)
        return opened(desk.new_page(), f"{address}/lab/tree/{file.name}?reset", file)

    yield open_copy
    for page in desk.pages:
        page.close()


@pytest.mark.parametrize("chapter", ASSIGNMENTS, ids=lambda chapter: chapter.slug)
def test_a_learner_who_solves_everything_sees_every_check_agree(open_notebook, chapter):
    notebook = open_notebook(chapter, "solved")
    assert notebook.page.locator(".Toastify__toast").count() == 0, "a pop-up stands before the learner"
    for grade_id, source in solutions(chapter).items():
        notebook.type(grade_id, source)
    notebook.run_all()
    checks = checks_of(importlib.import_module(f"xentcourse.checks.{chapter.slug}"))
    assert checks
    for name in checks:
        assert f"✓ {name}:" in notebook.output(f"{chapter.slug}-{name}")
    assert "Success! Your notebook passes all the tests." in notebook.validate()


def test_a_learner_who_forgets_the_maximum_is_told_so(open_notebook):
    chapter = COURSE.chapter("softmax")
    notebook = open_notebook(chapter, "overflowing")
    for grade_id, source in (solutions(chapter) | {"softmax-softmax_solution": WITHOUT_MAXIMUM}).items():
        notebook.type(grade_id, source)
    notebook.run_all()
    assert "✓ softmax:" in notebook.output("softmax-softmax")
    told = notebook.output("softmax-softmax_extremes")
    assert "✗ softmax_extremes" in told
    assert TUTOR in told
    assert "Traceback" not in told
    verdict = notebook.validate()
    assert "Success" not in verdict
    assert TUTOR in verdict
