"""What a grader needs to know about an assignment, as plain data that travels to any worker.

Made from the notebook with solutions, and free of them: locked cells word for word, hidden tests
included, and of a learner's cell only that it is one.
"""

import ast
import importlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from xentcourse.checks.check import CALL, Check, checks_of
from xentcourse.grading.sandbox.session import Limits
from xentcourse.grading.version import version

if TYPE_CHECKING:
    from nbformat import NotebookNode  # workers have no use for it, and it takes long to import

Kind = Literal["locked", "solution", "tests", "written"]


@dataclass(frozen=True)
class Cell:
    """One cell of the skeleton."""

    grade_id: str
    kind: Kind  #: "tests" is graded by running, "written" by a person
    cell_type: Literal["code", "markdown", "raw"]
    source: str  #: empty where the learner writes
    released: str  #: as learners got it: without hidden tests
    points: float = 0.0
    check: str = ""  #: the name of the check that decides, if it is one of ours
    functions: tuple[str, ...] = ()  #: what it is given, as the learner's functions are called here


@dataclass(frozen=True)
class Bundle:
    """An assignment's notebook as a grader sees it."""

    assignment: str
    notebook: str
    cells: tuple[Cell, ...]
    seed: int
    limits: Limits = field(default_factory=Limits)
    modules: tuple[str, ...] = ("numpy",)  #: what warm parents import beforehand
    files: tuple[tuple[str, bytes], ...] = ()  #: what the notebook reads besides, by relative path
    version: str = ""  #: of the code that decides
    variant: int | None = None  #: that learners got; None for the plain release

    @property
    def trusted(self) -> bool:
        """Whether every verdict is made outside the learner's process."""
        return all(cell.check for cell in self.cells if cell.kind == "tests")

    def checks(self) -> dict[str, Check]:
        """The checks of the chapter with this assignment's name."""
        if not any(cell.check for cell in self.cells):
            return {}
        return checks_of(importlib.import_module(f"xentcourse.checks.{self.assignment}"))


def variant_in(notebook: Any) -> int | None:
    """The variant that a notebook says it is; it may be any JSON."""
    with suppress(KeyError, TypeError):
        variant = notebook["metadata"]["xentcourse"]["variant"]
        return variant if type(variant) is int else None
    return None


class Needs(NamedTuple):
    """What a sandbox is made with, before anybody knows what it will run."""

    modules: tuple[str, ...]  #: libraries to import beforehand
    files: tuple[tuple[str, bytes], ...]  #: by relative path


def needs_of(source: "NotebookNode", files: Path | None) -> Needs:
    """What a notebook and the folder beside it need."""
    return Needs(_modules(source), _contents(files))


def make_bundle(
    assignment: str,
    notebook: str,
    source: "NotebookNode",
    *,
    seed: int,
    limits: Limits | None = None,
    files: Path | None = None,
    registered: Mapping[str, str] | None = None,
    released: "NotebookNode | None" = None,
) -> Bundle:
    """The bundle of a notebook with solutions and complete nbgrader metadata, and of the folder beside it.

    registered : sources by grade id as nbgrader would restore them, where they are not as written
    released   : the notebook as learners got it, where that is known
    """
    known = _known_checks(assignment)
    seen = sources(released) if released else {}
    cells = tuple(
        _cell(cell, known, registered or {}, seen) for cell in source.cells if "nbgrader" in cell.metadata
    )
    return Bundle(
        assignment,
        notebook,
        cells,
        seed,
        limits or Limits(),
        *needs_of(source, files),
        version(assignment),
        variant_in(source),
    )


def _contents(folder: Path | None) -> tuple[tuple[str, bytes], ...]:
    """The files that come with an assignment, notebooks aside."""
    paths = sorted(folder.rglob("*")) if folder else []
    return tuple(
        (path.relative_to(folder).as_posix(), path.read_bytes())
        for path in paths
        if folder and path.is_file() and path.suffix != ".ipynb" and ".ipynb_checkpoints" not in path.parts
    )


def _known_checks(assignment: str) -> set[str]:
    try:
        return set(checks_of(importlib.import_module(f"xentcourse.checks.{assignment}")))
    except ImportError:
        return set()


def sources(notebook: "NotebookNode") -> dict[str, str]:
    """The sources of cells by grade id."""
    cells = ((cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source) for cell in notebook.cells)
    return {grade_id: source for grade_id, source in cells if grade_id}


def _cell(
    cell: "NotebookNode", known: set[str], registered: Mapping[str, str], released: Mapping[str, str]
) -> Cell:
    metadata: dict[str, Any] = cell.metadata["nbgrader"]
    graded, solution = metadata.get("grade", False), metadata.get("solution", False)
    kind: Kind = "locked"
    if metadata.get("task", False) or (graded and (solution or cell.cell_type != "code")):
        kind = "written"
    elif graded:
        kind = "tests"
    elif solution:
        kind = "solution"
    grade_id = metadata["grade_id"]
    source = registered.get(grade_id, cell.source)
    call = CALL.fullmatch(source) if kind == "tests" else None
    return Cell(
        grade_id=grade_id,
        kind=kind,
        cell_type=cell.cell_type,
        source="" if solution else source,
        released="" if solution else released.get(grade_id, source),
        points=float(metadata.get("points", 0)),
        check=call[1] if call and call[1] in known else "",
        functions=tuple(re.findall(r"\w+", call[2])) if call else (),
    )


def _modules(source: "NotebookNode") -> tuple[str, ...]:
    """The libraries that the notebook imports, found without running it."""
    names = {"numpy"}
    for cell in source.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # magics
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return tuple(sorted(name for name in names if name.partition(".")[0] != "xentcourse"))
