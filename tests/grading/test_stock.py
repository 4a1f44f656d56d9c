"""nbgrader alone, where its kernel dies before it has run anything of a submission."""

import shutil

import nbformat
import pytest
from grading.submissions import HERE, SOFTMAX

from xentcourse.course import Course
from xentcourse.grading import stock

pytestmark = [
    pytest.mark.nbgrader,
    # nbclient leaves the sockets of a kernel that died to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

#: What jupyter_client starts, found in the current folder first: it counts, and dies so many times.
LAUNCHER = """
import runpy, sys
from pathlib import Path

with Path({tally!r}).open("a") as file:
    file.write("x")
if Path({tally!r}).stat().st_size <= {deaths}:
    raise SystemExit("the port is taken")
sys.path.pop(0)
runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def graded(tmp_path):
    """Grades somebody's work, with kernels that die first; returns the score, and how many were started."""

    def grade(deaths: int) -> tuple[stock.Score, int]:
        course, tally = Course(tmp_path / "class"), tmp_path / "tally"
        for file in ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py"):
            (course.root / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE.root / file, course.root / file)
        work = course.root / "submitted" / "ada" / "softmax"
        work.mkdir(parents=True)
        notebook = nbformat.read(SOFTMAX.exercise, as_version=4)
        notebook.cells[-1:] = []  # the showpiece takes seconds
        nbformat.write(notebook, work / "softmax.ipynb")
        (work / "ipykernel_launcher.py").write_text(LAUNCHER.format(tally=str(tally), deaths=deaths))
        (score,) = stock.grade(course, course.chapter("softmax"))
        return score, tally.stat().st_size

    return grade


def test_a_kernel_that_dies_before_it_replies_is_started_once_more(graded):
    score, started = graded(deaths=1)
    assert (score.problem, started) == (None, 2)


def test_a_submission_whose_kernel_never_replies_is_not_tried_for_ever_and_says_so(graded):
    score, started = graded(deaths=9)
    assert started == 2
    assert stock.NO_KERNEL in score.problem
