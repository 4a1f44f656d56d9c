"""nbgrader alone: how its kernels are reached, and what happens where one dies before it has run anything."""

import os
import shutil
import tempfile
from pathlib import Path

import nbclient
import nbformat
import pytest
from grading.submissions import HERE, SOFTMAX

from xentcourse.course import Course
from xentcourse.grading import stock
from xentcourse.grading.kernels import OwnKernelManager

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
    before = dict(os.environ)
    score, started = graded(deaths=9)
    assert dict(os.environ) == before, "nbgrader's mark of a grader would stay for all that follows"
    assert started == 2
    assert stock.NO_KERNEL in score.problem


def client() -> nbclient.NotebookClient:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    return nbclient.NotebookClient(notebook, kernel_manager_class=OwnKernelManager)


def test_a_kernel_is_reached_by_files_that_only_its_user_opens_and_that_go_with_it():
    runner = client()
    with runner.setup_kernel():
        folder = Path(runner.km.connection_file).parent
        assert runner.km.transport == "ipc"
        assert len(list(folder.glob("kernel-ipc-*"))) >= 4
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_where_the_path_would_be_too_long_for_a_socket_a_kernel_is_reached_by_ports(tmp_path, monkeypatch):
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    runner = client()
    runner.execute()
    assert runner.nb.cells[0].outputs[0].data["text/plain"] == "2"
    assert list(folder.glob("kernel-*")) == []
