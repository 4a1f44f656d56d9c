"""From an assignment's hand-written source to the notebook that nbgrader reads.

The source names only what is special about a cell; the rest of nbgrader's metadata follows from it:

    # %% [markdown] nbgrader={"grade_id": "softmax-intro"}                      locked text
    # %% nbgrader={"grade_id": "softmax-setup"}                                 locked code
    # %% nbgrader={"grade_id": "softmax-fit_solution", "solution": true}        the learner's cell
    # %% nbgrader={"grade_id": "softmax-fit", "points": 3}                      a graded check
"""

from typing import Any

import jupytext
from nbformat import NotebookNode

from xentcourse.course import Chapter, CourseError


def source_notebook(chapter: Chapter) -> NotebookNode:
    """The assignment with its solutions, complete nbgrader metadata and cell ids that never change."""
    if not chapter.solution.is_file():
        raise CourseError(
            f"The assignment {chapter.slug} has no source: {chapter.solution} is missing. "
            f"`xentcourse new` stamps one for a new chapter."
        )
    notebook = jupytext.read(chapter.solution, fmt="py:percent")
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"]}
    seen: dict[str, int] = {}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{chapter.slug.replace('_', '-')}-{number:02}"
        if "nbgrader" in cell.metadata:
            short = cell.metadata["nbgrader"]
            cell.metadata["nbgrader"] = full_metadata(short, chapter)
            if short["grade_id"] in seen:
                raise CourseError(
                    f"{chapter.solution}: cells {seen[short['grade_id']]} and {number} have the same "
                    f"grade_id {short['grade_id']!r}; every cell needs its own."
                )
            seen[short["grade_id"]] = number
    return notebook


def full_metadata(short: dict[str, Any], chapter: Chapter) -> dict[str, Any]:
    """All that nbgrader wants to know about a cell, from what the source says."""
    unknown = short.keys() - {"grade_id", "solution", "points"}
    if unknown or not str(short.get("grade_id", "")).startswith(f"{chapter.slug}-"):
        raise CourseError(
            f"{chapter.solution}: the cell metadata {short} is not understood. "
            f'It takes a grade_id that begins with "{chapter.slug}-", '
            'and "solution": true for a cell of the learner\'s or "points" for a check.'
        )
    solution, graded = bool(short.get("solution", False)), "points" in short
    metadata = {
        "grade": graded,
        "grade_id": short["grade_id"],
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return metadata | ({"points": short["points"]} if graded else {})
