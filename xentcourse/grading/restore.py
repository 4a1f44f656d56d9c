"""What nbgrader alone does before it autogrades: cells that were deleted are put back where they were."""

from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Put back every cell of the release that is missing, learners' cells as they were released.

    nbgrader's own option for this stumbles where the cell before is missing, too.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Walk the release and the submission side by side."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            registered = gradebook.find_notebook(about["notebook"], about["assignment"])
            kinds = _kinds(registered)
            end = 0  # behind the last cell of the release that was met
            for cell in registered.source_cells:
                present = [number for number, other in enumerate(nb.cells) if _grade_id(other) == cell.name]
                if present:
                    end = present[-1] + 1
                    continue
                self.log.warning("Cell %s is missing and is put back", cell.name)
                nb.cells.insert(end, _restored(cell, kinds.get(cell.name, {})))
                end += 1
        return nb, resources


def _kinds(registered: Any) -> dict[str, dict[str, Any]]:
    """What is special about each cell of a registered notebook, in the words of nbgrader's metadata."""
    kinds: dict[str, dict[str, Any]] = {}
    for cell in registered.solution_cells:
        kinds[cell.name] = {"solution": True}
    for kind, cells in (("grade", registered.grade_cells), ("task", registered.task_cells)):
        for cell in cells:
            kinds.setdefault(cell.name, {}).update({kind: True, "points": cell.max_score})
    return kinds


def _restored(cell: Any, kind: dict[str, Any]) -> nbformat.NotebookNode:
    usual = {"grade": False, "solution": False, "task": False, "locked": bool(cell.locked)}
    restored = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")(cell.source)
    restored.metadata["nbgrader"] = {"grade_id": cell.name, "schema_version": 3, **usual, **kind}
    return restored


def _grade_id(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
