"""The executed notebook that formgrader and the feedback pages show: complete, harmless, and small."""

import html
import re
from collections.abc import Callable
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
ENTITY = re.compile(r"&(?:amp;)*(#?\w+;?)")  # also &amp;#58;, which Markdown makes a colon of
NESTED = 20  #: how often an entity may stand for the beginning of another
#: What acts when it is no tag: the links of Markdown, also with a backslash, and MathJax's commands.
ACTS = re.compile(r"(?i)(?<=script)(?=\s*\\*\s*:)|(?<=\\)(?=(?:href|style|class|cssId|require)\b)")
#: Characters of a learner's HTML, at once and in a notebook; cleaning takes longer than its length grows.
HTML_AT_ONCE, HTML_IN_ALL = 20_000, 300_000


def executed_notebook(graded: Graded, *, digest: str) -> nbformat.NotebookNode:
    """The notebook as it ran, with nbgrader's metadata; `digest` tells what it was made from."""
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
            "xentcourse": {"digest": digest, "report": list(graded.report), "readable": graded.readable},
        }
    )
    show = sanitised if _html_in(graded) <= HTML_IN_ALL else as_written
    notebook.cells = [_cell(number, executed, show) for number, executed in enumerate(graded.cells)]
    if graded.report:
        notebook.cells.insert(0, _report(graded.report))
    return notebook


def _cell(number: int, executed: Executed, show: Callable[[str], str]) -> nbformat.NotebookNode:
    piece = executed.piece
    source = piece.source
    if piece.cell and is_task(piece.cell):
        source = piece.cell.source
    elif piece.cell_type != "code" and (piece.cell is None or piece.cell.kind != "locked"):
        source = show(source)  # a raw cell, too, goes into the page as it is
    make = getattr(nbformat.v4, f"new_{piece.cell_type}_cell")
    cell = make(source, id=f"cell-{number:03}")
    if piece.cell:
        cell.metadata["nbgrader"] = metadata(piece.cell)
        if piece.cell.kind in ("locked", "tests"):
            cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    if piece.cell_type == "code":
        cell.outputs = [nbformat.from_dict(_output(output, show)) for output in executed.outputs]
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


def _html_in(graded: Graded) -> int:
    """How many characters of HTML there are to clean."""
    outputs = (output.get("data", {}) for executed in graded.cells for output in executed.outputs)
    texts = (executed.piece.source for executed in graded.cells if executed.piece.cell_type != "code")
    return sum(len(data.get("text/html", "")) for data in outputs) + sum(map(len, texts))


def _output(output: dict[str, Any], show: Callable[[str], str]) -> dict[str, Any]:
    if "data" not in output:
        return output
    data = {}
    for mime, text in output["data"].items():
        if mime.startswith("image/"):
            if BASE64.fullmatch(text):
                data[mime] = text
        elif mime == "text/html":
            data[mime] = show(text)
        elif mime == "text/plain":
            data[mime] = text
    extra = {"execution_count": None} if output["output_type"] == "execute_result" else {}
    return {**output, "data": data or {"text/plain": ""}, "metadata": {}, **extra}


def sanitised(text: str) -> str:
    """HTML, or Markdown with HTML in it, without anything that acts or hides."""
    if len(text) > HTML_AT_ONCE:
        return as_written(text)
    # Entities first: javascript: may be written with them, and what becomes of them is seen below.
    plainer, times = _without_entities(text), 0
    while plainer != text:
        text, plainer, times = plainer, _without_entities(plainer), times + 1
        if times > NESTED:
            return as_written(text)
    text = str(bleach.clean(text, tags=TAGS, attributes=ATTRIBUTES, protocols={"http", "https"}))
    return ACTS.sub(" ", text)


def _without_entities(text: str) -> str:
    """The characters that entities stand for, but those that HTML itself needs."""
    return ENTITY.sub(lambda match: html.escape(html.unescape(f"&{match[1]}")), text)


def as_written(text: str) -> str:
    """Text that neither Markdown nor HTML nor MathJax makes anything of: a block of code to all of them."""
    return f"<pre><code>{html.escape(text)}</code></pre>".replace("\n\n", "\n&#32;\n")


def indented(text: str) -> str:
    """Text as Markdown shows code, which people can read without Markdown too."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def _report(report: tuple[str, ...]) -> nbformat.NotebookNode:
    lines = "\n".join(map(indented, report))
    return nbformat.v4.new_markdown_cell(f"**Found at grading:**\n\n{lines}", id="report")
