"""The learner's road from `xentcourse lab` to `xentcourse submit`, in JupyterLab as it is in the browser."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.jupyterlab import Notebook, jupyterlab, opened, solutions

from xentcourse.course import Course

COURSE = Course.find(Path(__file__).parent)
ANSWERS = solutions(COURSE.chapter("information"))
FIRST = "information-self_information_solution"
CHECK = "information-self_information"
#: Surprise without its sign.
WRONG = "def self_information(p, base=np.e):\n    return np.log(p) / np.log(base)"
COMMAND = [sys.executable, "-m", "xentcourse.cli"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where somebody types the commands."""
    folder = tmp_path_factory.mktemp("learner") / "Übung λ, zwei"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def notebook(home: Path, browser: Any) -> Iterator[Notebook]:
    """The assignment that `xentcourse lab` laid, open in the browser."""
    file = home / "work" / "information" / "information.ipynb"
    with jupyterlab([*COMMAND, "lab"], home.parent, home) as address:
        context = browser.new_context(viewport={"width": 1300, "height": 1000})
        yield opened(context.new_page(), f"{address}/lab/tree/information/information.ipynb?reset", file)
        context.close()


def typed(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=home, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def menus(notebook: Notebook) -> list[str]:
    return notebook.page.locator(".lm-MenuBar-itemLabel").all_inner_texts()


def test_a_learner_goes_the_whole_road(notebook, home):
    page = notebook.page
    assert page.locator(".Toastify__toast").count() == 0, "a pop-up stands before the learner"

    # Wrong: a box with the call, the tutor's sentence and help in stages, and no traceback.
    notebook.type(FIRST, WRONG)
    notebook.run_all()
    box = notebook.cell(CHECK).locator(".xentcourse-check")
    told = box.inner_text()
    assert "✗ self_information" in told
    assert "you called" in told
    assert "sign" in told
    assert "Traceback" not in notebook.output(CHECK)
    assert notebook.output(CHECK).count("sign") == told.count("sign"), "nothing is said twice"
    help_ = box.locator("details").first
    help_.locator("summary").click()
    assert help_.locator("p").is_visible()
    notebook.run("information-progress")
    assert "0 of 6 parts done" in notebook.output("information-progress")
    assert "a check fails" in notebook.output("information-progress")

    # Mended: one part is done, in the notebook, at the button and at the command line.
    notebook.type(FIRST, ANSWERS[FIRST])
    notebook.run_all()
    assert "✓ self_information:" in notebook.output(CHECK)
    assert "1 of 6 parts done" in notebook.output("information-progress")
    assert "Kept in work/mine/information.py: self_information" in notebook.output("information-progress")
    notebook.save()
    assert "1 of 6 parts done" in typed(home, "progress", "information")
    assert "Success" not in notebook.validate()

    # All of it.
    for grade_id, source in ANSWERS.items():
        notebook.type(grade_id, source)
    notebook.run_all()
    assert "6 of 6 parts done" in notebook.output("information-progress")
    notebook.save()
    assert "Success! Your notebook passes all the tests." in notebook.validate()
    assert "6 of 6 parts done" in typed(home, "progress", "information")
    assert "Upload this file: work/handed_in/information.ipynb" in typed(home, "submit", "information")
    kept = "import xentcourse.mine as m; print(m.piece('information', 'self_information')(0.25, base=2))"
    done = subprocess.run(
        [sys.executable, "-c", kept], cwd=home / "work", capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["self_information: your own, from mine/information.py", "2.0"]


def test_a_learner_sees_no_instructors_panels(notebook):
    notebook.page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    items = notebook.page.locator(".lm-Menu-itemLabel").all_inner_texts()
    notebook.page.keyboard.press("Escape")
    assert [item for item in items if item in ("Formgrader", "Create assignment", "Course List")] == []
