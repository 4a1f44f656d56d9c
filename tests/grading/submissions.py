"""Submissions to the assignment `softmax`: right ones, and whatever else somebody may hand in."""

import json
from collections.abc import Callable
from typing import Any

import nbformat
from nbformat import NotebookNode

from xentcourse.course import Course
from xentcourse.grading.source import source_notebook

HERE = Course.find()
SOFTMAX = HERE.chapter("softmax")
FULL = 20.0  #: points of everything right
LEAF = "soft_cross_entropy"  #: the part that no other part uses
WITHOUT_LEAF = 17.0

WRONG = "def soft_cross_entropy(logits, targets):\n    return 0.5\n"


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    """The cell with the grade id softmax-<name>."""
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == f"softmax-{name}"
    )


def solved(**instead: str) -> NotebookNode:
    """The course's solutions, but for the parts that are given; without the slow showpiece at the end."""
    notebook = nbformat.read(SOFTMAX.exercise, as_version=4)
    del notebook.cells[-1]
    for source in source_notebook(SOFTMAX).cells:
        about = source.metadata.get("nbgrader", {})
        if about.get("solution"):
            part = about["grade_id"].removeprefix("softmax-").removesuffix("_solution")
            cell(notebook, f"{part}_solution").source = instead.get(part, source.source)
    return notebook


def solution_of(part: str) -> str:
    return str(cell(solved(), f"{part}_solution").source)


def as_bytes(notebook: NotebookNode | dict[str, Any]) -> bytes:
    """A file's content; lone surrogates and all, as hostile JSON has them."""
    return json.dumps(notebook).encode()


def leaf(source: str) -> bytes:
    """Everything right but the leaf, whose cell holds `source` instead."""
    return as_bytes(solved(**{LEAF: source}))


def wrong_leaf(before: str) -> bytes:
    """The leaf's cell runs `before` and then defines a wrong function."""
    return leaf(f"{before.strip()}\n\n{WRONG}")


def returning(expression: str) -> bytes:
    """The leaf returns `expression` instead of the loss."""
    return leaf(f"def soft_cross_entropy(logits, targets):\n    return {expression}\n")


def calling(body: str) -> bytes:
    """The leaf's function has this body."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return leaf(f"def soft_cross_entropy(logits, targets):\n{lines}\n")


def with_cell(source: str, *, at: int = 3, **instead: str) -> bytes:
    """Solutions, and a code cell of the learner's own."""
    notebook = solved(**instead)
    notebook.cells.insert(at, nbformat.v4.new_code_cell(source))
    return as_bytes(notebook)


def changed(change: Callable[[NotebookNode], object], **instead: str) -> bytes:
    """Solutions, after `change` has been at the notebook."""
    notebook = solved(**instead)
    change(notebook)
    return as_bytes(notebook)


#: What would act in a page, each in another way; some of it in disguise.
ACTING = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#x09;script:alert(1)'>x</a>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<p style='position:fixed' onclick=alert(1)>x</p>",
    "<form action='/formgrader/api'><button>x</button></form>",
    "[x](javascript:alert(1))",
    "[x](JavaScript&colon;alert(1))",
    "[x](javascript\\:alert(1))",
    "[x](javascript&amp;#58;alert(1))",
    "[x](javascript&#38;amp;#x3a;alert(1))",
    "[y]: vbscript:alert(1)\n\n[y]",
    r"$\href{javascript:alert(1)}{x}$",
    r"<p>$&#92;&#104;ref{javascript:alert(1)}{x}$</p>",
    "<a title='\n\n<script>alert(1)</script>\n\n'>",
    '```x"><script>alert(1)</script>\n```',
]
