"""Keep a formula and the punctuation after it on one line.

A rendered formula is a box of its own, so a browser may break the line between it and a comma.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

PUNCTUATION = re.compile(r"[.,;:!?)\]’”]+")


class KeepPunctuation(SphinxPostTransform):
    """Wrap each inline formula and the punctuation that follows it in one unbreakable span."""

    default_priority = 900

    def run(self, **_: object) -> None:
        """Visit every inline formula of the page."""
        for formula in list(self.document.findall(nodes.math)):
            text = formula.next_node(descend=False, siblings=True)
            marks = PUNCTUATION.match(text.astext()) if isinstance(text, nodes.Text) else None
            if not marks:
                continue
            parent = formula.parent
            place = parent.index(formula)
            rest = text.astext()[marks.end() :]
            together = nodes.inline("", "", formula, nodes.Text(marks[0]), classes=["nowrap"])
            parent[place : place + 2] = [together, nodes.Text(rest)] if rest else [together]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_post_transform(KeepPunctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
