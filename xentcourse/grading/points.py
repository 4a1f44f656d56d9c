"""The points of an assignment as a class wants them, where they count and where the text tells them."""

import re
from collections.abc import Mapping

from nbformat import NotebookNode

from xentcourse.course import CourseError

ROW = re.compile(r"^(\| *(\d+) *\|.*\| *)[\d.]+( *\|) *$", re.MULTILINE)
TOLD = re.compile(r"[\d.]+ points?(?=\*)")


def set_points(notebook: NotebookNode, slug: str, points: Mapping[str, float]) -> None:
    """Give checks other points, by name, and say so wherever the notebook tells a part's points.

    Raises CourseError where there is no such check.
    """
    if not points:
        return
    checks = {name.removeprefix(f"{slug}-"): about for name, about in _graded(notebook)}
    if strangers := sorted(points.keys() - checks.keys()):
        raise CourseError(
            f"course.toml: assignments.{slug}.points names {', '.join(strangers)}, which is no check of "
            f"{slug}; there are {', '.join(checks)}. Correct the name."
        )
    for name, worth in points.items():
        checks[name]["points"] = worth
    _tell(notebook, slug)


def _graded(notebook: NotebookNode) -> list[tuple[str, NotebookNode]]:
    about = (cell.metadata.get("nbgrader", {}) for cell in notebook.cells)
    return [(each["grade_id"], each) for each in about if each.get("grade")]


def _tell(notebook: NotebookNode, slug: str) -> None:
    """Write the sums of the parts where the text has them: in each part's heading, in the table of parts."""
    sums: dict[str, float] = {}
    part, headings = "", {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if found := re.fullmatch(rf"{re.escape(slug)}-part_(\d+)", about.get("grade_id", "")):
            part = found[1]
            headings[part] = cell
        if about.get("grade"):
            sums[part] = sums.get(part, 0) + about["points"]
    for number, cell in headings.items():
        worth = sums.get(number, 0)
        cell.source = TOLD.sub(f"{worth:g} point{'s' * (worth != 1)}", cell.source, count=1)
    for cell in notebook.cells[: notebook.cells.index(headings["1"])] if "1" in headings else []:
        cell.source = ROW.sub(lambda row: f"{row[1]}{sums.get(row[2], 0):g}{row[3]}", cell.source)
