"""The learner's functions out of all that a notebook ran: with what they need, and nothing else."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from xentcourse.statements import changed_by, defined_by, used_by


@dataclass(frozen=True)
class Statement:
    """One statement at the level of the notebook, as it was written."""

    node: ast.stmt
    text: str

    @property
    def runs_later(self) -> bool:
        """Whether what it uses is looked up when it is called: the latest definition counts then."""
        return isinstance(self.node, ast.FunctionDef | ast.ClassDef)


def carved(sources: Sequence[str], names: Iterable[str]) -> str:
    """The statements that define `names` and all that those need, in the order in which they ran.

    sources : the code cells in the order in which they ran; one that is no Python is left out
    A name that nothing defines is left out, too: it is Python's own, or missing at home as well.
    """
    statements = [statement for source in sources for statement in _statements(source)]
    wanted = {at for at, one in enumerate(statements) if _imports_everything(one.node)}
    waiting = [at for name in names if (at := _definer(statements, name, len(statements))) is not None]
    while waiting:
        at = waiting.pop()
        if at in wanted:
            continue
        wanted.add(at)
        before = len(statements) if statements[at].runs_later else at
        needed = (_definer(statements, name, before) for name in sorted(used_by(statements[at].node)))
        waiting += [found for found in needed if found is not None]
    return "".join(f"{_room(statements[at])}{statements[at].text}\n" for at in sorted(wanted))


def python(source: str) -> str:
    """A cell as Python has it, with IPython's magics turned into calls."""
    from IPython.core.inputtransformer2 import TransformerManager

    return str(TransformerManager().transform_cell(source))


def _statements(source: str) -> Iterator[Statement]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    lines = source.splitlines()
    for node in tree.body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        whole = "\n".join(lines[first - 1 : node.end_lineno])
        yield Statement(node, whole if decorators else ast.get_source_segment(source, node) or whole)


def _definer(statements: Sequence[Statement], name: str, before: int) -> int | None:
    """The last statement before a place that defines a name, or changes what it stands for."""
    for at in reversed(range(before)):
        node = statements[at].node
        if name in defined_by([node]) | changed_by(node):
            return at
    return None


def _imports_everything(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)


def _room(statement: Statement) -> str:
    return "\n\n" if statement.runs_later else ""
