"""Keep a formula and the punctuation around it on one line.

A rendered formula is a box of its own, so a browser may break the line between it and a comma or a bracket.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

OPENING = re.compile(r"[(\[‘“]+$")
CLOSING = re.compile(r"[.,;:!?)\]’”]+")


class KeepPunctuation(SphinxPostTransform):
    """Wrap each inline formula and the punctuation around it in one unbreakable span."""

    default_priority = 900

    def run(self, **_: object) -> None:
        """Visit every inline formula of the page."""
        for formula in list(self.document.findall(nodes.math)):
            before, after = beside(formula, -1), beside(formula, +1)
            opening, closing = OPENING.search(before), CLOSING.match(after)
            if opening or closing:
                keep(formula, opening[0] if opening else "", closing[0] if closing else "")


def beside(formula: nodes.math, step: int) -> str:
    """The text right before (-1) or right after (+1) a formula; empty where something else stands there."""
    place = formula.parent.index(formula) + step
    text = formula.parent[place] if 0 <= place < len(formula.parent) else None
    return text.astext() if isinstance(text, nodes.Text) else ""


def keep(formula: nodes.math, opening: str, closing: str) -> None:
    """Move the marks from the texts around a formula into one span with it."""
    parent, before, after = formula.parent, beside(formula, -1), beside(formula, +1)
    first, last = parent.index(formula) - bool(before), parent.index(formula) + bool(after)
    marks = nodes.Text(opening), nodes.Text(closing)
    together = nodes.inline("", "", marks[0], formula, marks[1], classes=["nowrap"])
    rest = nodes.Text(before.removesuffix(opening)), nodes.Text(after.removeprefix(closing))
    parent[first : last + 1] = [node for node in (rest[0], together, rest[1]) if node.astext()]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_post_transform(KeepPunctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
