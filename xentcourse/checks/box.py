"""A failed check as a box on a page: what was called, what came, what was expected, and the tutor's sentence.

Colours are those of the page around it, light or dark, but for a red edge.
"""

import html
import os
import re
import sys
from collections.abc import Iterator, Sequence

from xentcourse.checks.answer import AGAIN, PRINTED
from xentcourse.checks.hints import help_for

#: nbgrader says here that it runs the notebook; it reads errors as text.
NBGRADER = "NBGRADER_EXECUTION"
FRAME = "border-left:4px solid #d9534f;background:rgba(217,83,79,.09);padding:.5em .9em;max-width:52em"
LIST = "display:grid;grid-template-columns:max-content 1fr;gap:0 1em;margin:.3em 0"
NAME = "width:auto;float:none;white-space:nowrap"  # JupyterLab has other ideas of a list
CODE = "display:block;padding:0;white-space:pre-wrap;overflow-wrap:anywhere;background:none;color:inherit"
LINE = "margin:.3em 0"
RETURNED = re.compile(r"(?P<call>.*?\)) (?P<what>returned|raised) (?P<result>.*)", re.DOTALL)


def can_show() -> bool:
    """Whether this is a notebook that a person looks at: not a terminal, and not nbgrader at work."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel") and NBGRADER not in os.environ


def show_box(message: str) -> None:
    """Display a failed check's message as a box, and as text where there is no HTML."""
    from IPython.display import display

    display({"text/html": box(message), "text/plain": message}, raw=True)


def box(message: str) -> str:
    """The HTML of a failed check's message."""
    title, *lines = message.splitlines()
    return (
        f'<div class="xentcourse-check" style="{FRAME}"><strong>{html.escape(title)}</strong>'
        f"{''.join(_facts(lines))}{''.join(_sentences(lines))}{_help(message)}{_again(lines)}</div>"
    )


def _facts(lines: Sequence[str]) -> Iterator[str]:
    """What happened, as a list of names and code."""
    facts = [fact for line in lines for fact in _fact(line)]
    if facts:
        rows = (
            f'<dt style="{NAME}">{name}</dt><dd style="margin:0">{_code(text)}</dd>' for name, text in facts
        )
        yield f'<dl style="{LIST}">{"".join(rows)}</dl>'


def _fact(line: str) -> list[tuple[str, str]]:
    if match := RETURNED.fullmatch(line):
        return [("you called", match["call"]), (f"it {match['what']}", match["result"])]
    for start, name in (("expected ", "expected"), ("in the line: ", "in the line")):
        if line.startswith(start):
            return [(name, line.removeprefix(start))]
    return []


def _sentences(lines: Sequence[str]) -> Iterator[str]:
    """What a tutor says, the case, and what the function wrote."""
    written = [line[4:] for line in lines if line.startswith("    ")]
    for line in lines:
        if line == PRINTED:
            yield f'<p style="{LINE}">{html.escape(line)}</p>{_code(chr(10).join(written))}'
        elif not (_fact(line) or line.startswith(("    ", AGAIN))):
            yield f'<p style="{LINE}">{html.escape(line)}</p>'


def _help(message: str) -> str:
    """Help in stages, each behind its own line."""
    return "".join(
        f'<details style="margin:.2em 0"><summary style="cursor:pointer">{html.escape(ask)}</summary>'
        f'<p style="margin:.3em 0 .3em 1.2em">{html.escape(answer)}</p></details>'
        for ask, answer in help_for(message)
    )


def _again(lines: Sequence[str]) -> str:
    return "".join(
        f'<p style="{LINE}">{AGAIN}</p>{_code(line.removeprefix(AGAIN).strip())}'
        for line in lines
        if line.startswith(AGAIN)
    )


def _code(text: str) -> str:
    return f'<code style="{CODE}">{html.escape(text)}</code>'
