"""A learner's answers carried from an older release of an assignment into a newer one."""

import copy
import json
from typing import Any

Notebook = dict[str, Any]
Cell = dict[str, Any]


def carried(mine: Notebook, release: Notebook, base: Notebook | None = None) -> Notebook:
    """The `release` with the learner's answers, and the cells that the learner added, from `mine`.

    base : the release that `mine` was made from, where known: an answer that still reads as it does there
           was never begun, and takes the new release's text.
    Answers are known by their grade id. An added cell stays behind the cell with a grade id that it followed.
    Nothing is run, so the outputs are those of the release: none.
    """
    untouched = {_grade_id(cell): _source(cell) for cell in (base or release)["cells"]}
    courses_own = {_source(cell) for cell in (base or release)["cells"] if not _grade_id(cell)}
    answers: dict[str, str] = {}
    added: dict[str, list[Cell]] = {"": []}
    behind = ""
    for cell in mine["cells"]:
        name = _grade_id(cell)
        if name:
            behind = name
        if name and _is_answer(cell) and _source(cell) != untouched.get(name):
            answers[name] = _source(cell)
        elif not name and _source(cell).strip() and _source(cell) not in courses_own:
            added.setdefault(behind, []).append(_added(cell))
    notebook = copy.deepcopy(release)
    notebook["cells"] = [*added.pop(""), *_filled(notebook["cells"], answers, added)]
    # What has lost its place is the learner's all the same.
    lost = [_added({"cell_type": "code", "source": source}) for source in answers.values()]
    notebook["cells"] += [*lost, *(cell for cells in added.values() for cell in cells)]
    for place, cell in enumerate(notebook["cells"]):
        cell["id"] = cell.get("id", f"added-{place}")
    return notebook


def _filled(cells: list[Cell], answers: dict[str, str], added: dict[str, list[Cell]]) -> list[Cell]:
    """The cells of the release with what belongs into and behind them, taken out of `answers` and `added`."""
    filled = []
    for cell in cells:
        name = _grade_id(cell)
        if _is_answer(cell) and name in answers:
            cell["source"] = answers.pop(name)
        filled += [cell, *(added.pop(name, []) if name else [])]
    return filled


def _added(cell: Cell) -> Cell:
    plain: Cell = {"cell_type": cell["cell_type"], "metadata": {}, "source": _source(cell)}
    return plain | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {})


def _grade_id(cell: Cell) -> str:
    return str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))


def _is_answer(cell: Cell) -> bool:
    return bool(cell.get("metadata", {}).get("nbgrader", {}).get("solution"))


def _source(cell: Cell) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def sources(notebook: Notebook) -> list[tuple[str, str, str]]:
    """What a person sees of a notebook: kind, grade id and text of each cell."""
    return [(cell["cell_type"], _grade_id(cell), _source(cell)) for cell in notebook["cells"]]


def read(content: bytes) -> Notebook:
    """A notebook from the bytes of its file; raises ValueError for what is none."""
    notebook = json.loads(content)
    if not (isinstance(notebook, dict) and isinstance(notebook.get("cells"), list)):
        raise ValueError("no notebook: it has no list of cells")
    return notebook


def written(notebook: Notebook) -> bytes:
    """The bytes of a notebook's file, laid out as Jupyter does."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
