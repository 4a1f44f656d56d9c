"""The executed notebook that formgrader and the feedback pages show: complete, harmless, and small."""

import re
from typing import Any

import bleach
import nbformat
from nbgrader.utils import compute_checksum

from xentcourse.grading.bundle import Cell
from xentcourse.grading.run import Executed, Graded

#: HTML that an output or a learner's text may use; no script, no style, no form, no frame.
TAGS = frozenset(
    {"a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "details", "div", "dl"}
    | {
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
    }
    | {"strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"}
)
ATTRIBUTES = {"*": ["title", "colspan", "rowspan", "scope"], "a": ["href"]}
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def executed_notebook(graded: Graded, *, digest: str) -> nbformat.NotebookNode:
    """The notebook as it ran, with nbgrader's metadata; `digest` tells what it was made from."""
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
            "xentcourse": {"digest": digest, "report": list(graded.report), "readable": graded.readable},
        }
    )
    notebook.cells = [_cell(number, executed) for number, executed in enumerate(graded.cells)]
    if graded.report:
        notebook.cells.insert(0, _report(graded.report))
    return notebook


def _cell(number: int, executed: Executed) -> nbformat.NotebookNode:
    piece = executed.piece
    source = piece.source
    if piece.cell and is_task(piece.cell):
        source = piece.cell.source
    elif piece.cell_type == "markdown" and (piece.cell is None or piece.cell.kind != "locked"):
        source = sanitised(source)
    make = getattr(nbformat.v4, f"new_{piece.cell_type}_cell")
    cell = make(source, id=f"cell-{number:03}")
    if piece.cell:
        cell.metadata["nbgrader"] = metadata(piece.cell)
        if piece.cell.kind in ("locked", "tests"):
            cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    if piece.cell_type == "code":
        cell.outputs = [nbformat.from_dict(_output(output)) for output in executed.outputs]
    return cell


def is_task(cell: Cell) -> bool:
    """Whether this is a task cell of nbgrader: a locked question, answered elsewhere, graded by a person."""
    return cell.kind == "written" and bool(cell.source)


def metadata(cell: Cell) -> dict[str, Any]:
    """What nbgrader notes about a cell."""
    task = is_task(cell)
    graded = cell.kind in ("tests", "written")
    about = {
        "grade": graded and not task,
        "grade_id": cell.grade_id,
        "locked": cell.kind in ("locked", "tests") or task,
        "schema_version": 3,
        "solution": cell.kind in ("solution", "written") and not task,
        "task": task,
        "cell_type": cell.cell_type,
    }
    return about | ({"points": cell.points} if graded else {})


def _output(output: dict[str, Any]) -> dict[str, Any]:
    if "data" not in output:
        return output
    data = {}
    for mime, text in output["data"].items():
        if mime.startswith("image/"):
            if BASE64.fullmatch(text):
                data[mime] = text
        elif mime == "text/html":
            data[mime] = sanitised(text)
        elif mime == "text/plain":
            data[mime] = text
    extra = {"execution_count": None} if output["output_type"] == "execute_result" else {}
    return {**output, "data": data or {"text/plain": ""}, "metadata": {}, **extra}


def sanitised(html: str) -> str:
    """HTML without anything that acts or hides."""
    return str(bleach.clean(html, tags=TAGS, attributes=ATTRIBUTES, protocols={"http", "https"}))


def _report(report: tuple[str, ...]) -> nbformat.NotebookNode:
    lines = "\n".join(f"- {sanitised(line)}" for line in report)
    return nbformat.v4.new_markdown_cell(f"**Found at grading:**\n\n{lines}", id="report")
