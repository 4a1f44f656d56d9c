"""Mends of the HTML that others' extensions write, so that every page passes the accessibility checker.

Each mend names the rule of axe-core that it answers; the browser tests say when one is no longer needed.
"""

import re

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from question import answer_label
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

#: A formula's MathML, and the TeX that KaTeX wrote at its end.
FORMULA = re.compile(
    r'<math(?=[ >])(?P<rest>.*?<annotation encoding="application/x-tex">(?P<tex>.*?)<)', re.S
)


def visit_hidden_cell(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """A hidden cell is named by the text that it shows (label-content-name-mismatch), by no other label.

    A summary may hold no paragraphs, so the names are spans; course.css says when each shows.
    """
    self.body.append(f'<details class="{" ".join(["admonition", "hide", *node["classes"]])}">\n<summary>\n')
    for state, prompt in (("collapsed", "prompt_show"), ("expanded", "prompt_hide")):
        self.body.append(f'<span class="{state} admonition-title">{self.encode(node[prompt])}</span>\n')
    self.body.append("</summary>\n")


def depart_hidden_cell(self: HTML5Translator, _: HideCodeCellNode) -> None:
    """Close the disclosure."""
    self.body.append("</details>\n")


def visit_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """An entry of the bibliography has no role: doc-biblioentry is retired (aria-deprecated-role)."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<div class="citation-list">\n')
    self.body.append(self.starttag(node, "div", CLASS="citation"))


def depart_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """Close the entry, and the list after the last one."""
    self.body.append("</div>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        self.body.append("</div>\n")


def visit_answer_label(self: HTML5Translator, node: answer_label) -> None:
    """Open what is chosen, and remember where."""
    node["at"] = len(self.body)
    self.body.append("<summary>")


def depart_answer_label(self: HTML5Translator, node: answer_label) -> None:
    """Browsers leave formulas out of a disclosure's name (summary-name) unless named: their TeX does it."""
    label = "".join(self.body[node["at"] :])
    del self.body[node["at"] :]
    self.body.append(FORMULA.sub(lambda found: f'<math aria-label="{found["tex"]}"{found["rest"]}', label))
    self.body.append("</summary>\n")


class MendProofs(SphinxPostTransform):
    """Proofs and theorem bodies share one id a page, which can be no link's target; "Proof." stands out."""

    default_priority = 200
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Take the ids away, and emphasise a proof's first word."""
        for body in self.document.findall(nodes.section):
            if body["ids"] == ["proof-content"]:
                body["ids"] = []
        for proof in self.document.findall(nodes.admonition):
            if proof["ids"] == ["proof"]:
                proof["ids"] = []
                first = next(iter(proof.findall(nodes.Text)))
                if first.startswith("Proof. "):
                    opening = nodes.emphasis("", "Proof.", classes=["proof-opening"])
                    first.parent.replace(first, [opening, nodes.Text(first.removeprefix("Proof."))])


def setup(app: Sphinx) -> dict[str, bool]:
    """Replace what the others registered; this extension must come after theirs."""
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_cell, depart_hidden_cell))
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.add_node(answer_label, override=True, html=(visit_answer_label, depart_answer_label))
    app.add_post_transform(MendProofs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
