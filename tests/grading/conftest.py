"""A tiny class to grade: quick, and with everything in it that can go wrong."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from xentcourse.grading.assignment import Assignment, find_assignment
from xentcourse.grading.grade import Line, Options, grade_class
from xentcourse.grading.gradebook import nbgrader_api, register
from xentcourse.grading.sandbox.session import Limits
from xentcourse.tools import tools_on_path

#: For the configuration of a course that is not ours: kernels that can't draw the same port.
OWN_KERNELS = 'get_config().Execute.kernel_manager_class = "xentcourse.grading.kernels.OwnKernelManager"\n'
LIMITS = Limits(cell_seconds=2, notebook_seconds=20)


def noted(cell: NotebookNode, grade_id: str, *, solution: bool = False, points: float | None = None) -> Any:
    """A cell with nbgrader's metadata."""
    about = {"grade_id": grade_id, "solution": solution, "grade": points is not None, "schema_version": 3}
    about |= {"locked": not solution, "task": False} | ({} if points is None else {"points": points})
    cell.metadata["nbgrader"] = about
    return cell


def source() -> NotebookNode:
    """Two functions, one of them with partial credit and hidden tests, and a question for a person."""
    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            noted(new_code_cell("import numpy as np"), "setup"),
            noted(new_code_cell(solution("double", "2 * x")), "double", solution=True),
            noted(new_code_cell("assert double(3) == 6"), "test_double", points=2),
            noted(new_code_cell(solution("root", "np.sqrt(x)")), "root", solution=True),
            noted(
                new_code_cell(
                    "right = root(4) == 2\n"
                    "### BEGIN HIDDEN TESTS\nright += root(9) == 3\n### END HIDDEN TESTS\n"
                    "1.5 * right"
                ),
                "test_root",
                points=3,
            ),
            new_markdown_cell("Why is the square root of $x < 0$ no number?"),
            noted(new_markdown_cell("A square is positive."), "why", solution=True, points=4),
        ],
    )


def solution(name: str, value: str) -> str:
    """A solved cell."""
    return f"def {name}(x):\n    ### BEGIN SOLUTION\n    return {value}\n    ### END SOLUTION"


@dataclass(frozen=True)
class Class:
    """A class in a folder of nbgrader's layout."""

    root: Path
    name: str = "tiny"
    limits: Limits = LIMITS

    @property
    def db_url(self) -> str:
        """Its own gradebook."""
        return f"sqlite:///{self.root / 'gradebook.db'}"

    @property
    def assignment(self) -> Assignment:
        """What is graded."""
        return find_assignment(self.name, self.root)

    def notebook(self, student: str, step: str = "submitted", name: str = "") -> Path:
        """Where a student's notebook lies."""
        return self.root / step / student / self.name / f"{name or self.name}.ipynb"

    def hand_in(self, student: str, work: NotebookNode | str | None = None, **cells: str) -> Path:
        """Hand in `work`, by default what was released with the cells that are given."""
        if work is None:
            work = released()
            for cell in work.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
                cell.source = cells.get(grade_id, cell.source)
        path = self.notebook(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(work if isinstance(work, str) else nbformat.writes(work), encoding="utf-8")
        return path

    def grade(self, **options: Any) -> dict[str, Line]:
        """Grade with the engine; a line for every student (and the last notebook)."""
        options = {"limits": self.limits, "processes": 1} | options
        return {line.student: line for line in grade_class(self.assignment, Options(**options))}

    def gradebook(self, db_url: str = "") -> Any:
        """The gradebook, opened by nbgrader."""
        from nbgrader.api import Gradebook

        return Gradebook(db_url or self.db_url, "tiny")

    def rows(self, db_url: str = "") -> dict[str, dict[str, dict[str, Any]]]:
        """Every grade and comment that the gradebook has, by student and cell, as plain data."""
        kept = ("auto_score", "manual_score", "extra_credit", "needs_manual_grade", "score", "max_score")
        result: dict[str, dict[str, dict[str, Any]]] = {}
        with self.gradebook(db_url) as gradebook:
            for submission in gradebook.assignment_submissions(self.name):
                cells = result.setdefault(submission.student.id, {})
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        assert grade.name not in cells, "one grade each"
                        cells[grade.name] = {name: getattr(grade, name) for name in kept}
        return result

    def scores(self, db_url: str = "") -> dict[str, float]:
        """What everybody has in all."""
        return {s: sum(row["score"] for row in cells.values()) for s, cells in self.rows(db_url).items()}

    def comments(self, student: str) -> dict[str, str | None]:
        """What the learner reads about each cell of theirs."""
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission(self.name, student)
            return {c.name: c.comment for notebook in submission.notebooks for c in notebook.comments}

    def api(self, **settings: str) -> Any:
        """Nbgrader itself, for this class."""
        return nbgrader_api(self.root, **settings)

    def grade_by_nbgrader_alone(self) -> None:
        """Register the assignment and autograde everybody as `nbgrader` does."""
        with tools_on_path(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            register(self.root, self.name)
            for student in self.assignment.students():
                result = self.api().autograde(self.name, student)
                assert result["success"], result


def released() -> NotebookNode:
    """What learners get, as far as it matters here."""
    notebook = source()
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            name = about["grade_id"]
            stub = f"def {name}(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
            cell.source = "YOUR ANSWER HERE" if cell.cell_type == "markdown" else stub
        elif about.get("grade_id") == "test_root":
            cell.source = "right = root(4) == 2\n1.5 * right"
    return notebook


def tiny_class(root: Path) -> Class:
    """A class without students yet."""
    path = root / "source" / "tiny" / "tiny.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(source(), path)
    (root / "nbgrader_config.py").write_text(
        f'get_config().CourseDirectory.course_id = "tiny"\n{OWN_KERNELS}'
    )
    return Class(root)


DOUBLE, ROOT = "def double(x):\n    return 2 * x", "def root(x):\n    return np.sqrt(x)"
#: What students of the tiny class hand in and deserve, a person's part aside.
WORKS: dict[str, tuple[dict[str, str], float]] = {
    "ada": ({"double": DOUBLE, "root": ROOT, "why": "Squares are never negative."}, 5),
    "bob": ({"double": DOUBLE, "root": "def root(x):\n    return 2"}, 3.5),
    "cyd": ({"double": "def double(x) return 2 * x", "root": ROOT}, 3),
    "dan": ({}, 0),
    "eve": ({"double": DOUBLE + "\nimport os\nos._exit(3)", "root": ROOT}, 3),
    "fay": ({"double": "import warnings\nwarnings.warn('careful')\n" + DOUBLE, "root": ROOT}, 5),
    "gus": ({"double": DOUBLE, "root": "def root(x):\n    return x / 2"}, 3.5),
    "hal": ({"double": "def double(x):\n    return x", "root": ROOT}, 3),
}


def full_class(root: Path) -> Class:
    """The tiny class after its students have handed in."""
    made = tiny_class(root)
    for student, (cells, _) in WORKS.items():
        made.hand_in(student, **cells)
    return made


@pytest.fixture
def tiny(tmp_path: Path) -> Class:
    """A tiny class in a folder of its own, without students yet."""
    return tiny_class(tmp_path / "class")


@pytest.fixture
def full(tmp_path: Path) -> Class:
    """The tiny class after eight students have handed in."""
    return full_class(tmp_path / "class")


@pytest.fixture(scope="module")
def full_of_module(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """The same, one for a whole module."""
    return full_class(tmp_path_factory.mktemp("module") / "class")


@pytest.fixture(scope="session")
def right() -> dict[str, float]:
    """What the students of the full class deserve."""
    return {student: float(points) for student, (_, points) in WORKS.items()}


@pytest.fixture
def poison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """From now on a worker that is to grade a notebook with the word POISON in it kills itself.

    Returns the file in which each of them leaves a mark before.
    """
    tally = tmp_path / "tally"
    tally.touch()
    (tmp_path / "startup").mkdir()
    (tmp_path / "startup" / "sitecustomize.py").write_text(
        f"""
import os, signal, sys
if "spawn_main" in " ".join(sys.orig_argv):
    from xentcourse.grading import workers
    grade = workers.grade_submission
    def grade_or_die(bundle, content, nursery):
        if b"POISON" in content:
            with open({str(tally)!r}, "a") as file:
                file.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        return grade(bundle, content, nursery)
    workers.grade_submission = grade_or_die
"""
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "startup"))
    return tally
