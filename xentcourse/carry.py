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
    untouched = {grade_id(cell): source(cell) for cell in (base or release)["cells"]}
    courses_own = {source(cell) for cell in (base or release)["cells"] if not grade_id(cell)}
    answers: dict[str, str] = {}
    added: dict[str, list[Cell]] = {"": []}
    behind = ""
    for cell in mine["cells"]:
        name = grade_id(cell)
        if name:
            behind = name
        if name and is_answer(cell) and source(cell) != untouched.get(name):
            answers[name] = source(cell)
        elif not name and source(cell).strip() and source(cell) not in courses_own:
            added.setdefault(behind, []).append(_added(cell))
    notebook = copy.deepcopy(release)
    notebook["cells"] = [*added.pop(""), *_filled(notebook["cells"], answers, added)]
    # What has lost its place is the learner's all the same.
    lost = [_added({"cell_type": "code", "source": text}) for text in answers.values()]
    notebook["cells"] += [*lost, *(cell for cells in added.values() for cell in cells)]
    for place, cell in enumerate(notebook["cells"]):
        cell["id"] = cell.get("id", f"added-{place}")
    return notebook


def _filled(cells: list[Cell], answers: dict[str, str], added: dict[str, list[Cell]]) -> list[Cell]:
    """The cells of the release with what belongs into and behind them, taken out of `answers` and `added`."""
    filled = []
    for cell in cells:
        name = grade_id(cell)
        if is_answer(cell) and name in answers:
            cell["source"] = answers.pop(name)
        filled += [cell, *(added.pop(name, []) if name else [])]
    return filled


def _added(cell: Cell) -> Cell:
    plain: Cell = {"cell_type": cell["cell_type"], "metadata": {}, "source": source(cell)}
    return plain | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {})


def grade_id(cell: Cell) -> str:
    """The grade id of a cell; empty where it has none."""
    return str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))


def is_answer(cell: Cell) -> bool:
    """Whether this is a cell that the learner writes."""
    return bool(cell.get("metadata", {}).get("nbgrader", {}).get("solution"))


def source(cell: Cell) -> str:
    """The text of a cell, which a notebook's file may hold in lines."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def sources(notebook: Notebook) -> list[tuple[str, str, str]]:
    """What a person sees of a notebook: kind, grade id and text of each cell."""
    return [(cell["cell_type"], grade_id(cell), source(cell)) for cell in notebook["cells"]]


def read(content: bytes) -> Notebook:
    """A notebook from the bytes of its file; raises ValueError for what is none."""
    notebook = json.loads(content)
    if not (isinstance(notebook, dict) and isinstance(notebook.get("cells"), list)):
        raise ValueError("no notebook: it has no list of cells")
    return notebook


def written(notebook: Notebook) -> bytes:
    """The bytes of a notebook's file, laid out as Jupyter does."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
