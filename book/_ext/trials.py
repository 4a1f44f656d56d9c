"""The index of the claims on trial, gathered from the pages that try them.

    ```{trials}
    ```

A trial is an admonition of the class `claim`: its title names the claim, and the first strong text that
begins with "Verdict" gives the verdict.
"""

from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

TITLE, VERDICT = "Claim on trial: ", "Verdict: "


class trials(nodes.General, nodes.Element):  # noqa: N801  (docutils names its nodes in lower case)
    """The place of the index, until all pages are read."""


class TrialsDirective(SphinxDirective):
    """Marks the place of the index; it takes no content."""

    def run(self) -> list[nodes.Node]:
        """Leave the mark, on a page that every build reads anew, as any other page may change the index."""
        self.env.note_reread()
        return [trials()]


def gather(app: Sphinx, document: nodes.document) -> None:
    """Remember the trials of a page that was just read."""
    boxes = [box for box in document.findall(nodes.admonition) if "claim" in box["classes"]]
    translated = app.config.language != "en"
    found = [trial(box, translated=translated) for box in boxes]
    _known(app.env)[app.env.docname] = found


def trial(box: nodes.admonition, *, translated: bool) -> tuple[str, list[nodes.Node], str]:
    """Where a trial is, its claim and its verdict, from its box.

    translated : claim and verdict are what follows a colon, in words that are not known here.

    Raises ValueError where the box has no place to link to, no claim or no verdict.
    """
    title = box.next_node(nodes.title)
    claim = [node.deepcopy() for node in title.children]
    place = next((i for node in box.findall(nodes.Element) for i in node["ids"] if i.startswith("claim")), "")
    opening = {True: (": ", ": "), False: (TITLE, VERDICT)}[translated]
    verdict = next((s.astext() for s in box.findall(nodes.strong) if opening[1] in s.astext()), "")
    if not (place and verdict and opening[0] in claim[0].astext()):
        raise ValueError(
            f"{box.source}:{box.line}: the trial {title.astext()!r} needs a title that begins with "
            f"{TITLE.strip()!r}, a target such as (claim-9)= and a verdict such as **Verdict: false.**"
        )
    claim[0] = nodes.Text(claim[0].astext().partition(": ")[2])
    words = verdict.partition(": ")[2].rstrip(".")
    return place, claim, words[0].upper() + words[1:]


def fill(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Put a table of all trials in every place that asks for it."""
    for place in list(document.findall(trials)):
        place.replace_self(table(rows(app, docname)))


def rows(app: Sphinx, here: str) -> Iterator[list[list[nodes.Node]]]:
    """Claim, verdict and chapter of each trial, in the order of the contents."""
    for page in pages_below(app.env, app.config.root_doc):
        for place, claim, verdict in _known(app.env).get(page, []):
            address = f"{app.builder.get_relative_uri(here, page)}#{place}"
            link = nodes.reference("", "", *[n.deepcopy() for n in claim], internal=True, refuri=address)
            yield [[link], [nodes.Text(verdict)], [nodes.Text(app.env.titles[page].astext())]]


def table(body: Iterator[list[list[nodes.Node]]]) -> nodes.table:
    """A table of three columns with a head."""
    head = [[nodes.Text(word)] for word in ("Claim", "Verdict", "Chapter")]
    group = nodes.tgroup("", *[nodes.colspec(colwidth=width) for width in (55, 30, 15)], cols=3)
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *[_row(cells) for cells in body])
    return nodes.table("", group)


def _row(cells: list[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *[nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells])


def _known(env: BuildEnvironment) -> dict[str, list[tuple[str, list[nodes.Node], str]]]:
    if not hasattr(env, "trials"):
        env.trials = {}  # type: ignore[attr-defined]
    return env.trials  # type: ignore[attr-defined, no-any-return]


def pages_below(env: BuildEnvironment, page: str) -> Iterator[str]:
    """A page and all that follow below it, in the order of the contents."""
    yield page
    for below in env.toctree_includes.get(page, []):
        yield from pages_below(env, below)


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the trials of a page that is read anew or gone."""
    _known(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over the trials that another process read."""
    _known(env).update({name: found for name, found in _known(other).items() if name in docnames})


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the events that fill it."""
    app.add_node(trials)
    app.add_directive("trials", TrialsDirective)
    app.connect("doctree-read", gather)
    app.connect("doctree-resolved", fill)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
