"""Chapters and exercises as notebooks that open anywhere: in Colab, on Binder, in any Jupyter."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xentcourse.course import Chapter, Course
from xentcourse.site.about import Site

FOLDER = "notebooks"
REPOSITORY = "xentcourse/xentcourse"
BRANCH = "notebooks"  #: where the published notebooks are for Binder and Colab, which read from GitHub
#: For the first cell: Colab has NumPy, matplotlib and torch, but not the course.
INSTALL = f"""\
# In Colab, this installs what the notebook needs; anywhere else it does nothing.
import sys

if "google.colab" in sys.modules:
    %pip install -q "xentcourse[figures] @ git+https://github.com/{REPOSITORY}@main"
"""
#: What Binder installs.
REQUIREMENTS = f"""\
jupyterlab>=4
xentcourse[figures,torch] @ git+https://github.com/{REPOSITORY}@main
"""
ROLE = re.compile(r"\{(?P<kind>[\w:-]+)\}`(?P<text>[^`]*)`")
CITATION = re.compile(r"\{cite(?P<kind>:\w+)?\}`(?P<keys>[^`]*)`")
KEY = re.compile(r"\s*(?P<name>[a-z]+)(?P<year>\d{4})\w*\s*")
FENCE = re.compile(r"^(?P<fence>:{3,}|`{3,})(?:\{(?P<kind>[\w:-]+)\} ?(?P<title>.*))?$")
OPTION = re.compile(r":(class|label|right|name|nonumber|open|sorted):")
LABEL = re.compile(r"^(?:\((?P<target>[\w-]+)\)=|:label: (?P<label>[\w-]+))$", re.MULTILINE)
LINK = re.compile(r"(?P<text>.*?)\s*<(?P<label>[^<>]+)>", re.DOTALL)


def chapter_path(slug: str) -> str:
    """Where the text of a chapter is, below the root of the site."""
    return f"{FOLDER}/{slug}.ipynb"


def exercise_path(slug: str) -> str:
    """Where the assignment of a chapter is."""
    return f"{FOLDER}/exercises/{slug}.ipynb"


def lay(course: Course, root: Path, site: Site) -> None:
    """Write the notebooks of all chapters and exercises, and what Binder installs for them."""
    (root / FOLDER / "exercises").mkdir(parents=True, exist_ok=True)
    (root / FOLDER / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8")
    places = labels(course, site)
    for slug in executable(course):
        _write(root / chapter_path(slug), chapter(course.root / "book" / f"{slug}.md", places))
    for piece in with_exercise(course):
        _write(root / exercise_path(piece.slug), exercise(piece))


def labels(course: Course, site: Site) -> dict[str, str]:
    """The address of every label of the book."""
    return {
        found["target"]
        or found["label"]: f"{site.address}{page.stem}.html#{found['target'] or found['label']}"
        for page in sorted((course.root / "book").glob("*.md"))
        for found in LABEL.finditer(page.read_text(encoding="utf-8"))
    }


def executable(course: Course) -> list[str]:
    """The pages that compute something, by their names."""
    pages = sorted((course.root / "book").glob("*.md"))
    return [page.stem for page in pages if "```{code-cell}" in page.read_text(encoding="utf-8")]


def with_exercise(course: Course) -> list[Chapter]:
    """The chapters that have an assignment."""
    return [chapter for chapter in course.chapters if "exercise" in chapter.pieces()]


def exercise(piece: Chapter) -> dict[str, Any]:
    """An assignment as it was released, with a first cell for Colab."""
    notebook: dict[str, Any] = json.loads(piece.exercise.read_text(encoding="utf-8"))
    notebook["cells"].insert(0, code_cell(INSTALL, "install"))
    return notebook


def chapter(page: Path, places: Mapping[str, str]) -> dict[str, Any]:
    """A chapter whose text any Jupyter can show: Markdown, formulas, and links to the site."""
    import jupytext

    source = jupytext.read(page, fmt="md:myst")
    cells: list[dict[str, Any]] = [code_cell(INSTALL, "install")]
    for number, cell in enumerate(source.cells):
        if cell.cell_type == "code":
            cells.append(code_cell(without_options(cell.source), f"cell-{number}"))
        else:
            text = plain_markdown(cell.source, places)
            cells.append({"cell_type": "markdown", "id": f"cell-{number}", "metadata": {}, "source": text})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def code_cell(source: str, name: str) -> dict[str, Any]:
    """A code cell that has not run."""
    about: dict[str, Any] = {"id": name, "metadata": {}, "execution_count": None, "outputs": []}
    return {"cell_type": "code", "source": source.strip("\n")} | about


def without_options(source: str) -> str:
    r"""A cell's code without the options that only the book understands.

    >>> without_options("---\nmystnb: {image: {}}\n---\nx = 1")
    'x = 1'
    """
    return re.sub(r"\A(---\n.*?\n---\n|(?::[\w-]+:.*\n)+)", "", source, flags=re.DOTALL)


def plain_markdown(text: str, places: Mapping[str, str]) -> str:
    """The text of a page without MyST's own marks; links lead to the published pages.

    places : the address of each label.

    >>> plain_markdown("A {term}`bit`, see {ref}`the proof <gibbs>`.", {"gibbs": "https://x.org/e.html#gibbs"})
    'A bit, see [the proof](https://x.org/e.html#gibbs).'
    """
    text = ROLE.sub(lambda role: _linked(role["text"], places), CITATION.sub(_cited, text))
    return "\n".join(_without_fences(text.splitlines()))


def _cited(citation: re.Match[str]) -> str:
    """Authors and years, as the keys of the bibliography have them."""
    form = "{} ({})" if citation["kind"] == ":t" else "({}, {})"
    keys = [KEY.fullmatch(key) for key in citation["keys"].split(",")]
    return ", ".join(form.format(key["name"].capitalize(), key["year"]) for key in keys if key)


def _linked(text: str, places: Mapping[str, str]) -> str:
    link = LINK.fullmatch(text)
    if link is None:
        return f"[here]({places[text]})" if text in places else text
    address = places.get(link["label"])
    return f"[{link['text']}]({address})" if address else link["text"]


def _without_fences(lines: Iterable[str]) -> Iterator[str]:
    """Boxes become bold lines; their ends and their options go; real code stays fenced."""
    open_fences: list[str] = []
    code = ""
    for line in lines:
        fence = FENCE.match(line)
        if code:
            code = "" if line.rstrip() == code else code
        elif fence and fence["kind"]:
            open_fences.append(fence["fence"])
            title = fence["title"] or fence["kind"].rpartition(":")[2].capitalize()
            yield from (f"**{title}**", "")
            continue
        elif fence and fence["fence"] in open_fences:
            open_fences.remove(fence["fence"])
            continue
        elif line.startswith("```"):
            code = "```"
        elif OPTION.match(line) or LABEL.match(line):
            continue
        yield line


def _write(path: Path, notebook: dict[str, Any]) -> None:
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
