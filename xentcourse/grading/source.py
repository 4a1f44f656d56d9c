"""From an assignment's hand-written source to the notebook that nbgrader reads.

The source names only what is special about a cell; the rest of nbgrader's metadata follows from it:

    # %% [markdown] nbgrader={"grade_id": "softmax-intro"}                      locked text
    # %% nbgrader={"grade_id": "softmax-setup"}                                 locked code
    # %% nbgrader={"grade_id": "softmax-fit_solution", "solution": true}        the learner's cell
    # %% nbgrader={"grade_id": "softmax-fit", "points": 3}                      a graded check
"""

from typing import Any

import jupytext
from nbformat import NotebookNode, v4

from xentcourse.course import Chapter, CourseError

#: What follows the last check of every assignment: how far the learner is, and the functions kept.
CLOSING_TEXT = """## Your progress

Run the next cell whenever you like.
It runs all checks once more, on new inputs: it shows which parts are done, your points, and the minutes left.
What passes is kept in `work/mine/`: later chapters can use your own functions from there."""
CLOSING_CODE = """from xentcourse.learning import desk

desk.progress(check)
desk.save(check)"""


def source_notebook(chapter: Chapter) -> NotebookNode:
    """The assignment with its solutions, complete nbgrader metadata and cell ids that never change."""
    if not chapter.solution.is_file():
        raise CourseError(
            f"The assignment {chapter.slug} has no source: {chapter.solution} is missing. "
            f"`xentcourse new` stamps one for a new chapter."
        )
    notebook = jupytext.read(chapter.solution, fmt="py:percent")
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"]}
    _close(notebook, chapter.slug)
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


def _close(notebook: NotebookNode, slug: str) -> None:
    """Put the closing cells behind the last check."""
    checks = [at for at, cell in enumerate(notebook.cells) if "points" in cell.metadata.get("nbgrader", {})]
    if checks:
        text, code = v4.new_markdown_cell(CLOSING_TEXT), v4.new_code_cell(CLOSING_CODE)
        for cell, name in ((text, "progress_text"), (code, "progress")):
            cell.metadata["nbgrader"] = {"grade_id": f"{slug}-{name}"}
        notebook.cells[checks[-1] + 1 : checks[-1] + 1] = [text, code]


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
