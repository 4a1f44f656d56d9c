"""The API reference, written from the docstrings, with links from a chapter to its functions and back.

The page that has the line `<!-- every module -->` gets a section for each public module.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator
from types import ModuleType

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

MARK = "<!-- every module -->"
#: The parts that readers call: with a section for each module, or as one.
BY_MODULE = ("xentcourse.reference", "xentcourse.figures")
AS_ONE = ("xentcourse.accelerated",)
#: A line of a docstring that tells of an argument: its name, a colon, what it is.
ARGUMENT = re.compile(r"^(?P<names>[\w*]+(?:, [\w*]+| [\w*]+)*) +: +(?P<text>.*)$")
#: Lines that begin something new.
OPENING = re.compile(r"^(Returns|Raises|Source|Taught|Yields)\b")
TAUGHT = re.compile(r"book/(\w+)\.md|the chapter (\w+)")


def modules(part: str) -> list[str]:
    """The public modules of a part of the package."""
    package = importlib.import_module(part)
    return [
        f"{part}.{found.name}" for found in pkgutil.iter_modules(package.__path__) if found.name[0] != "_"
    ]


def functions(module: ModuleType) -> list[str]:
    """The public functions of a module, in the order in which it defines them."""
    every = {name: value for name, value in vars(module).items() if inspect.isfunction(value)}
    own = [name for name, value in every.items() if value.__module__ == module.__name__ and name[0] != "_"]
    return [name for name in getattr(module, "__all__", own) if name in every]


def write_sections(_: Sphinx, _page: str, source: list[str]) -> None:
    """Put the sections in the place of the mark."""
    if MARK in source[0]:
        source[0] = source[0].replace(MARK, "\n".join(sections()))


def sections() -> Iterator[str]:
    """A heading for each part, and one for each module with its functions."""
    for part in (*BY_MODULE, *AS_ONE):
        below = [] if part in AS_ONE else modules(part)
        yield f"({part})=\n## `{part}`\n"
        yield automodule(part, [] if below else [":members:", ":imported-members:"])
        for name in below:
            yield f"### `{name}`\n"
            yield automodule(name, [":members:"])


def automodule(name: str, options: Iterable[str]) -> str:
    """The directive that documents a module."""
    lines = [f".. automodule:: {name}", *(f"   {option}" for option in options)]
    return "\n".join(["```{eval-rst}", *lines, "```\n"])


def as_rst(app: Sphinx, _what: str, _name: str, _value: object, _options: object, lines: list[str]) -> None:
    """Turn the course's plain docstrings into what Sphinx reads."""
    lines[:] = [line for block in blocks(lines) for line in [*rst(block, app.env.found_docs), ""]]


def blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """The pieces of a docstring: paragraphs, arguments, examples, and what it returns or raises."""
    block: list[str] = []
    for line in lines:
        example = bool(block) and block[0].startswith(">>>")
        begins = (ARGUMENT.match(line) or OPENING.match(line) or line.startswith(">>>")) and not example
        if block and (not line.strip() or begins):
            yield block
            block = []
        if line.strip():
            block.append(line)
    if block:
        yield block


def rst(block: list[str], pages: Iterable[str]) -> list[str]:
    """One piece in reStructuredText."""
    if block[0].startswith(">>>"):
        return block
    text = " ".join(line.strip() for line in block)
    argument = ARGUMENT.match(text)
    if argument:
        return [f"``{argument['names']}``", f"    {marked_up(argument['text'], pages)}"]
    return [marked_up(text, pages)]


def marked_up(text: str, pages: Iterable[str]) -> str:
    """Plain text with its code and its chapters marked, and nothing else read as markup."""
    pieces = re.split(r"(`[^`]+`|\b(?:book/\w+\.md|the chapter \w+))", text)
    for i, piece in enumerate(pieces):
        known = TAUGHT.fullmatch(piece)
        if known:
            pieces[i] = chapter(known, pages)
        elif piece.startswith("`") and piece.endswith("`") and len(piece) > 2:
            pieces[i] = f"`{piece}`"
        else:
            pieces[i] = escaped(piece)
    return "".join(pieces)


def chapter(page: re.Match[str], pages: Iterable[str]) -> str:
    """A link to a chapter, where the book has it."""
    name = page[1] or page[2]
    return f":doc:`/{name}`" if name in pages else escaped(page[0])


def escaped(text: str) -> str:
    """Text in which nothing is markup."""
    return re.sub(r"([\\*|_`])", r"\\\1", text)


class LinkToCode(SphinxTransform):
    """Every page with a reference module ends with links to its functions."""

    default_priority = 200

    def apply(self, **_: object) -> None:
        """Add the links at the end of the page."""
        module = f"xentcourse.reference.{self.env.docname}"
        last = list(self.document.findall(nodes.section))[-1:]
        if last and module in modules("xentcourse.reference"):
            last[0].append(links(module, self.env.docname))


def links(module: str, page: str) -> nodes.paragraph:
    """A paragraph of links to the functions of a module."""
    told = nodes.paragraph("", "", nodes.strong("", "In code."), nodes.Text(" "), classes=["in-code"])
    for name in functions(importlib.import_module(module)):
        label = nodes.literal("", name, classes=["xref", "py", "py-func"])
        about = {"refdomain": "py", "reftype": "obj", "reftarget": f"{module}.{name}", "refdoc": page}
        told += [pending_xref("", label, refexplicit=True, refwarn=True, **about), nodes.Text(", ")]
    told[-1] = nodes.Text(f": {module}.")
    return told


def setup(app: Sphinx) -> dict[str, bool]:
    """Register what writes the page, reads the docstrings and links the chapters."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("source-read", write_sections)
    app.connect("autodoc-process-docstring", as_rst, priority=900)
    app.add_transform(LinkToCode)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
