"""Classes of sixty for the benchmark: two small assignments with asserts of their own, and `softmax`."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from xentcourse.course import Course

SIZE = 60
IMMEDIATE = '\nget_config().Execute.shutdown_kernel = "immediate"\n'


@dataclass(frozen=True)
class Class:
    """An assignment, and what everybody hands in."""

    assignment: str
    files: dict[str, bytes]  #: the course's folder, without submissions
    submissions: dict[str, bytes]

    def lay_out(self, root: Path, *, immediate: bool = False, count: int | None = None) -> Path:
        """Write the course and `count` submissions below `root`; returns it."""
        for name, content in self.files.items():
            write(root / name, content)
        if immediate:
            with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
                config.write(IMMEDIATE)
        for student, content in self.class_of(count or len(self.submissions)).items():
            write(root / "submitted" / student / self.assignment / f"{self.assignment}.ipynb", content)
        return root

    def class_of(self, count: int) -> dict[str, bytes]:
        """As many submissions, the same over and over."""
        return {
            f"student-{number:04}": content
            for number, content in enumerate(islice(cycle(self.submissions.values()), count))
        }


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


# ---- two assignments as nbgrader's own quickstart has them -------------------------------------------

CONFIG = b"""c = get_config()
c.CourseDirectory.course_id = "bench"
"""
NUMPY = {
    "mean": ("return x.sum() / len(x)", "assert mean(np.arange(4.0)) == 1.5"),
    "scale": ("return 2 * x", "assert np.array_equal(scale(np.ones(3)), np.full(3, 2.0))"),
    "norm": ("return float(np.sqrt((x * x).sum()))", "assert abs(norm(np.ones(9)) - 3) < 1e-12"),
}
TORCH = {
    "mean": ("return x.mean()", "assert mean(torch.arange(4.0)) == 1.5"),
    "slope": (
        "x = x.clone().requires_grad_()\n    (x * x).sum().backward()\n    return x.grad",
        "assert torch.equal(slope(torch.ones(3)), torch.full((3,), 2.0))",
    ),
    "norm": ("return torch.linalg.vector_norm(x)", "assert abs(float(norm(torch.ones(9))) - 3) < 1e-6"),
}


def small(name: str, setup: str, parts: dict[str, tuple[str, str]]) -> Class:
    """A class in which everybody has some of the parts right and the others not."""
    submissions = {}
    for number in range(SIZE):
        wrong = {part for bit, part in enumerate(parts) if number >> bit & 1}
        submissions[f"student-{number:04}"] = notebook(name, setup, parts, wrong)
    source = notebook(name, setup, parts, set())
    return Class(name, {"nbgrader_config.py": CONFIG, f"source/{name}/{name}.ipynb": source}, submissions)


def notebook(name: str, setup: str, parts: dict[str, tuple[str, str]], wrong: set[str]) -> bytes:
    cells = [
        new_markdown_cell(f"# {name}", metadata=about(f"{name}-intro")),
        new_code_cell(setup, metadata=about(f"{name}-setup")),
    ]
    for part, (right, test) in parts.items():
        body = "return x" if part in wrong else f"### BEGIN SOLUTION\n    {right}\n    ### END SOLUTION"
        solution = new_code_cell(f"def {part}(x):\n    {body}")
        solution.metadata = about(f"{part}_solution", solution=True, locked=False)
        tests = new_code_cell(test, metadata=about(part, grade=True, points=2))
        cells += [solution, tests]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.writes(new_notebook(cells=cells, metadata={"kernelspec": kernel})).encode()


def about(grade_id: str, **more: object) -> dict[str, object]:
    usual = {"grade": False, "locked": True, "solution": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**usual, "grade_id": grade_id, **more}}


# ---- the course's own -------------------------------------------------------------------------------


def softmax() -> Class:
    """The ordinary class of the tests, but for those who wait and those whom nbgrader gives less."""
    here = Course.find(Path(__file__).parent)
    sys.path.insert(0, str(here.root / "tests"))
    from classroom import ordinary_class

    ordinary = ordinary_class()
    names = [name for name in ordinary if not name.startswith(("slow", "the digits", "torch"))]
    names.remove("a name of the course's is taken")
    files = ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py")
    return Class(
        "softmax",
        {name: (here.root / name).read_bytes() for name in files},
        {f"{number}": ordinary[name] for number, name in enumerate(islice(cycle(names), SIZE))},
    )


def classes() -> Iterator[Class]:
    """All three."""
    yield small("numpy", "import numpy as np", NUMPY)
    yield small("torch", "import torch", TORCH)
    yield softmax()


def copied(root: Path, name: str) -> Path:
    """A copy of a class's folder, to grade in."""
    return Path(shutil.copytree(root, root.with_name(name)))
