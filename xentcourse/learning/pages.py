"""A chapter's page as a notebook: the same text in plain Markdown, the same code in cells.

The page is MyST, with directives and references that only the book's builder understands. A notebook has
bold headings, links by name and <details> in their place. No markup is lost that carries meaning; what
only moves on the website (a directive without content) says so.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from xentcourse.course import Course

FENCE = re.compile(r"^(?P<marks>`{3,}|:{3,})\{(?P<name>[\w:-]+)\} *(?P<title>.*)$")
OPTION = re.compile(r"^:(?P<name>[\w-]+): *(?P<value>.*)$")
LABEL = re.compile(r"^\((?P<label>[^)\s]+)\)=$")
EQUATION = re.compile(r"^\$\$ *\((?P<label>[^)\s]+)\)$")
ROLE = re.compile(r"\{(?P<role>[\w:]+)\}`(?P<text>[^`]+)`")
TARGET = re.compile(r"^(?P<shown>.*?)\s*<(?P<target>[^<>]+)>$", re.DOTALL)
HIDDEN = {"remove-input", "hide-input", "hide-cell", "remove-cell"}
#: On top of a page that computes with PyTorch, which is too large to come along.
TORCH = re.compile(r"^ *(?:import|from) (?:torch|xentcourse\.accelerated)\b", re.MULTILINE)
WITHOUT_TORCH = (
    "> Some cells of this page compute with PyTorch. Where one says `No module named 'torch'`, run "
    "`%pip install torch` in a cell of your own, and restart the kernel."
)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Names:
    """What references are called where there are no numbers: by label or key."""

    labels: Mapping[str, str]
    sources: Mapping[str, str]


def pages_to_read(course: Course) -> list[str]:
    """The pages that are read in order: those before the chapters, and the chapters."""
    parts = yaml.safe_load((course.root / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    last = max((at for at, part in enumerate(parts) if part.get("numbered")), default=-1)
    slugs = [entry["file"] for part in parts[: last + 1] for entry in part["chapters"]]
    return [slug for slug in slugs if (course.root / "book" / f"{slug}.md").is_file()]


def page_notebook(course: Course, slug: str) -> bytes:
    """The bytes of a page's notebook: always the same for the same book."""
    text = (course.root / "book" / f"{slug}.md").read_text(encoding="utf-8")
    cells: list[dict[str, object]] = []
    note = [("markdown", WITHOUT_TORCH, False)] if TORCH.search(text) else []
    for number, (kind, source, hidden) in enumerate([*note, *_cells(text, names_of(course))]):
        metadata = {"jupyter": {"source_hidden": True}} if hidden else {}
        cell = {
            "cell_type": kind,
            "id": f"{slug.replace('_', '-')[:40]}-page-{number:03}",
            "metadata": metadata,
            "source": source.splitlines(keepends=True),
        }
        cells.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    notebook = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


@cache
def names_of(course: Course) -> Names:
    """The titles of all labels of the book, and the authors and years of its sources."""
    labels: dict[str, str] = {}
    for page in sorted((course.root / "book").glob("*.md")):
        labels |= dict(_labels(page.read_text(encoding="utf-8")))
    bibliography = course.root / "book" / "references.bib"
    text = bibliography.read_text(encoding="utf-8") if bibliography.is_file() else ""
    return Names(labels, dict(_sources(text)))


def _labels(text: str) -> Iterator[tuple[str, str]]:
    """The labels of a page with what they stand before: headings, theorems, equations."""
    waiting: list[str] = []
    title = ""
    equations = 0
    for line in text.splitlines():
        if match := LABEL.match(line):
            waiting.append(match["label"])
        elif line.startswith("#"):
            yield from ((label, line.lstrip("# ").strip()) for label in waiting)
            waiting = []
        elif match := FENCE.match(line):
            title = _heading(match["name"], match["title"])
        elif match := re.match(r"^:label: *(\S+)", line):
            yield match[1], title
        elif match := EQUATION.match(line):
            equations += 1
            yield match["label"], f"({equations})"


def _sources(text: str) -> Iterator[tuple[str, str]]:
    """The keys of a BibTeX file with their authors' family names and years."""
    for key, entry in re.findall(r"^@\w+\{([^,\s]+),\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        authors = re.search(r"^ *(?:author|editor) *= *\{(.*)\},?$", entry, re.MULTILINE)
        year = re.search(r"^ *year *= *\{?(\d+)", entry, re.MULTILINE)
        names = [name.partition(",")[0] for name in authors[1].split(" and ")] if authors else [key]
        plain = [re.sub(r"[{}]|\\[^\w\s]|\\\w+ ?", "", name) for name in names]
        shown = plain[0] + (" et al." if len(plain) > 2 else f" and {plain[1]}" if len(plain) == 2 else "")
        yield key, f"{shown} ({year[1]})" if year else shown


def _cells(text: str, names: Names) -> Iterator[tuple[str, str, bool]]:
    """(kind, source, hidden) of each cell of a page."""
    lines = iter(re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL).splitlines())
    prose: list[str] = []
    for line in lines:
        match = FENCE.match(line)
        if not (match and match["name"] == "code-cell"):
            prose.append(line)
            continue
        yield from _prose(prose, names)
        prose = []
        code: list[str] = []
        hidden = False
        for inside in lines:
            if inside == match["marks"]:
                break
            option = OPTION.match(inside) if not code else None
            if option:
                hidden = hidden or any(tag in option["value"] for tag in HIDDEN)
            else:
                code.append(inside)
        yield "code", "\n".join(code), hidden
    yield from _prose(prose, names)


def _prose(lines: list[str], names: Names) -> Iterator[tuple[str, str, bool]]:
    """Markdown cells, one for each section."""
    text = plain("\n".join(lines), names)
    for section in re.split(r"^(?=#{1,3} )", text, flags=re.MULTILINE):
        if section.strip():
            yield "markdown", section.strip(), False


def plain(text: str, names: Names) -> str:
    """MyST as Markdown that any notebook shows."""
    lines = list(_without_directives(text.splitlines(), names))
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return ROLE.sub(lambda match: _role(match["role"], match["text"], names), joined)


def _without_directives(lines: list[str], names: Names) -> Iterator[str]:
    open_ones: list[tuple[str, str]] = []  # the fence that closes each, and what is written then
    options = False
    for line in lines:
        if match := FENCE.match(line):
            name, title = match["name"], match["title"]
            yield from (
                ("", f"<details><summary>{_summary(title, names)}</summary>", "")
                if name == "answer"
                else (
                    "",
                    f"**{_heading(name, title)}**",
                    "",
                )
            )
            open_ones.append((match["marks"], _closing(name)))
            options = True
        elif open_ones and line.rstrip() == open_ones[-1][0]:
            yield from ("", open_ones.pop()[1], "")
            options = False
        elif options and (option := OPTION.match(line)):
            if option["name"] == "right":
                yield from ("*Right.*", "")
        elif LABEL.match(line):
            continue
        elif match := EQUATION.match(line):
            yield from (f"\\tag{{{names.labels.get(match['label'], '').strip('()')}}}", "$$")
        else:
            options = options and not line.strip()
            yield line


def _heading(name: str, title: str) -> str:
    """What stands above a directive's content."""
    kind = name.rpartition(":")[2]
    if kind == "admonition":
        return title
    if kind == "question":
        return f"Question. {title}"
    return f"{kind.capitalize()}: {title}" if title else f"{kind.capitalize()}"


def _closing(name: str) -> str:
    return {"answer": "</details>", "prf:proof": "∎"}.get(name, "")


def _summary(title: str, names: Names) -> str:
    """A label inside HTML, where Markdown's own signs do not work."""
    return re.sub(r"[*`]", "", ROLE.sub(lambda match: _role(match["role"], match["text"], names), title))


def _role(role: str, text: str, names: Names) -> str:
    match = TARGET.match(text)
    shown, target = (match["shown"], match["target"]) if match else ("", text)
    if role == "download":
        slug = target.rpartition("/")[2].removesuffix(".ipynb")
        return f"[{shown or target}](../{slug}/{slug}.ipynb)"
    if role.startswith("cite"):
        return "; ".join(names.sources.get(key.strip(), key.strip()) for key in target.split(","))
    if shown or role not in ("ref", "prf:ref", "numref", "eq"):
        return shown or text
    title = names.labels.get(target, target)
    return title if role == "eq" else f"*{title}*"
