"""A variant of an assignment: the learner's functions have other names, and parts stand in another order.

The grade ids, the checks and the points are the same, so a variant is graded like the plain release.
What is handed out says which variant it is, and grading goes by what lies in exercises/.
"""

import ast
import io
import json
import random
import re
import tokenize
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from nbformat import NotebookNode

from xentcourse.checks.check import CALL
from xentcourse.course import Chapter
from xentcourse.grading.bundle import variant_in
from xentcourse.grading.points import set_points
from xentcourse.grading.settings import read_settings
from xentcourse.grading.source import source_notebook
from xentcourse.statements import defined_by

MENTIONED = re.compile(r"\b([Pp]arts?) (\d+(?:(?:, | and | or |, and )\d+)*)")
RANGE = re.compile(r"\b[Pp]arts? \d+ (?:to|through) \d+|\b[Pp]arts? \d+[-–]\d+")
ROW = re.compile(r"^\| *(\d+) *(\|.*)$", re.MULTILINE)


def handed_out(chapter: Chapter) -> int | None:
    """The variant that lies in exercises/; None for the plain release, or where there is none."""
    with suppress(OSError, ValueError):
        return variant_in(json.loads(chapter.exercise.read_text(encoding="utf-8")))
    return None


def assignment_notebook(chapter: Chapter, variant: int | None) -> NotebookNode:
    """The assignment with its solutions: as it is written, or a variant of it."""
    notebook = source_notebook(chapter)
    set_points(notebook, chapter.slug, read_settings(chapter.root).terms(chapter.slug).points)
    if variant is None:
        return notebook
    parts = Parts(notebook, chapter.slug)
    notebook.cells = parts.in_order(parts.shuffled(random.Random(f"{chapter.slug} {variant}")))
    names = {name: f"{name}_v{variant}" for name in functions_of(notebook)}
    for cell in notebook.cells:
        rename = renamed_code if cell.cell_type == "code" else renamed_text
        cell.source = rename(cell.source, names)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{chapter.slug.replace('_', '-')}-{number:02}"
    notebook.metadata["xentcourse"] = {"variant": variant}
    return notebook


def functions_of(notebook: NotebookNode) -> list[str]:
    """The learner's functions: what the checks are given."""
    calls = (CALL.fullmatch(cell.source) for cell in notebook.cells if _about(cell).get("grade"))
    return sorted({name for call in calls if call for name in re.findall(r"\w+", call[2])})


def _about(cell: NotebookNode) -> dict[str, Any]:
    return dict(cell.metadata.get("nbgrader", {}))


# ---- names ------------------------------------------------------------------------------------------


def renamed_code(source: str, names: Mapping[str, str]) -> str:
    """Python code with other names; attributes, imports and keywords of calls keep theirs."""
    lines = source.splitlines(keepends=True)
    for token, text in reversed(list(_renamed_tokens(source, names))):
        (first, start), (last, end) = token.start, token.end
        before, after = lines[first - 1][:start], lines[last - 1][end:]
        lines[first - 1 : last] = [before + text + after]
    return "".join(lines)


def _renamed_tokens(source: str, names: Mapping[str, str]) -> Iterator[tuple[tokenize.TokenInfo, str]]:
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    depth, importing, previous = 0, False, ""
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if previous in ("", "\n"):
            importing = token.string in ("from", "import")
        depth += {"(": 1, ")": -1}.get(token.string, 0)
        keyword = depth > 0 and following.string == "="
        if token.type == tokenize.NAME and token.string in names:
            if previous != "." and not importing and not keyword:
                yield token, names[token.string]
        elif token.type in (tokenize.STRING, tokenize.COMMENT):
            yield token, _called(renamed_text(token.string, names), names)
        if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT):
            previous = "\n" if token.type == tokenize.NEWLINE else token.string


def _called(text: str, names: Mapping[str, str]) -> str:
    """Text in which what looks like a call has another name."""
    return _word(names, r"(?=\()").sub(lambda match: names[match[0]], text) if names else text


def renamed_text(text: str, names: Mapping[str, str]) -> str:
    """Markdown in which code has other names, and prose its words."""
    word = _word(names, r"\b")
    return re.sub(
        r"(`+)(.+?)\1",
        lambda code: code[1] + word.sub(lambda match: names[match[0]], code[2]) + code[1],
        text,
        flags=re.DOTALL,
    )


def _word(names: Mapping[str, str], then: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![.\w])(?:{'|'.join(map(re.escape, names))}){then}")


# ---- order ------------------------------------------------------------------------------------------


class Parts:
    """The parts of an assignment: which cells they have, and which parts they need."""

    def __init__(self, notebook: NotebookNode, slug: str):
        ids = [str(_about(cell).get("grade_id", "")) for cell in notebook.cells]
        starts = [at for at, name in enumerate(ids) if re.fullmatch(rf"{re.escape(slug)}-part_\d+", name)]
        graded = [at for at, cell in enumerate(notebook.cells) if _about(cell).get("grade")]
        ends = [*starts[1:], graded[-1] + 1 if graded else 0]
        self.parts = [notebook.cells[a:b] for a, b in zip(starts, ends, strict=False)]
        self.before = notebook.cells[: starts[0]] if starts else notebook.cells
        self.after = notebook.cells[ends[-1] :] if starts else []

    def shuffled(self, rng: random.Random) -> list[int]:
        """The parts in an order in which every part follows those that it needs."""
        needs, order = self.needs(), list[int]()
        while len(order) < len(self.parts):
            free = [part for part in needs if part not in order and needs[part] <= set(order)]
            order.append(rng.choice(free))
        return order

    def needs(self) -> dict[int, set[int]]:
        """For each part the earlier ones that it uses or mentions, or that mention it."""
        names = [self._names(part) for part in self.parts]
        mentioned = [self._mentioned(part) for part in self.parts]
        fixed = any(
            RANGE.search(cell.source) for cells in [self.before, *self.parts, self.after] for cell in cells
        )
        return {
            later: {
                earlier
                for earlier in range(later)
                if fixed
                or names[earlier][0] & (names[later][1] - names[later][0])
                or earlier in mentioned[later]
                or later in mentioned[earlier]
            }
            for later in range(len(self.parts))
        }

    def _names(self, part: list[NotebookNode]) -> tuple[set[str], set[str]]:
        """What a part's cells define, and what they use: in code, and in text that is code."""
        defined, used = set[str](), set[str]()
        for cell in part:
            if cell.cell_type == "code":
                tree = ast.parse(cell.source)
                used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
                defined |= defined_by(tree.body)
            else:
                for _, code in re.findall(r"(`+)(.+?)\1", cell.source, re.DOTALL):
                    used |= set(re.findall(r"[A-Za-z_]\w*", code))
        return defined, used

    def _mentioned(self, part: list[NotebookNode]) -> set[int]:
        numbers = (found[2] for cell in part for found in MENTIONED.finditer(cell.source))
        return {int(number) - 1 for text in numbers for number in re.findall(r"\d+", text)}

    def in_order(self, order: list[int]) -> list[NotebookNode]:
        """All cells, the parts in this order and with the numbers that they have then."""
        cells = [*self.before, *(cell for part in order for cell in self.parts[part]), *self.after]
        numbers = {str(part + 1): str(place + 1) for place, part in enumerate(order)}
        for cell in cells:
            if cell.cell_type == "markdown":
                cell.source = MENTIONED.sub(lambda found: _renumbered(found[0], numbers), cell.source)
        for cell in self.before:
            cell.source = _renumbered_table(cell.source, numbers)
        return cells


def _renumbered(text: str, numbers: Mapping[str, str]) -> str:
    return re.sub(r"\d+", lambda number: numbers.get(number[0], number[0]), text)


def _renumbered_table(text: str, numbers: Mapping[str, str]) -> str:
    """The table of the parts, its rows in the new order."""
    rows = {int(numbers.get(row[1], row[1])): row[2] for row in ROW.finditer(text)}
    ordered = iter(f"| {number} {rows[number]}" for number in sorted(rows))
    return ROW.sub(lambda _: next(ordered), text)
