"""Interactive figures that live on the static page: no server, no kernel, and a still without scripts.

    :::::{explorable} likelihood
    :title: A coin, tossed again and again
    **Predict.** What the reader decides first, and then does.

    ::::{learnt} What did you see?
    What there was to see.
    ::::

    ::::{words}
    alt: A text for those who do not see the figure.
    x: probability of heads
    ::::
    :::::

The argument names a script, book/_explorables/likelihood.js, and `words` gives the texts that it shows, one a
line: they are document text, which is searched and translated. When a page is written, Node draws the
figure with them; in the reader's browser the same script takes the still's place.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from texts import text_of

SOURCES = Path(__file__).parents[1] / "_explorables"
FOLDER = "explorables"  #: below _static


class explorable(nodes.Element):  # noqa: N801  (docutils names its nodes in lower case)
    """An explorable: its title, the task, the place of the figure, what was learnt, its words."""


class explorable_title(nodes.TextElement):  # noqa: N801
    """What a screen reader announces the explorable as."""


class explorable_stage(nodes.Element):  # noqa: N801
    """The place of the figure."""


class learnt(nodes.Element):  # noqa: N801
    """What there was to see: a disclosure that the reader opens afterwards."""


class learnt_label(nodes.TextElement):  # noqa: N801
    """What opens it."""


class words(nodes.Element):  # noqa: N801
    """The texts that the script shows."""


class word(nodes.TextElement):  # noqa: N801
    """One of them."""


class ExplorableDirective(SphinxDirective):
    """The script's name is the argument; the task, `learnt` and `words` are the content."""

    required_arguments = 1
    has_content = True
    option_spec = {"title": directives.unchanged_required}  # noqa: RUF012  (docutils' own shape)

    def run(self) -> list[nodes.Node]:
        """Parse the task and the parts nested in it, and put the stage between them."""
        name = self.arguments[0]
        if not (SOURCES / f"{name}.js").is_file():
            known = ", ".join(sorted(path.stem for path in SOURCES.glob("*.js")))
            raise self.error(f"There is no explorable {name!r} in {SOURCES}; there are: {known}")
        if "title" not in self.options:
            raise self.error("An explorable needs a :title:")
        box = explorable(name=name, ids=[f"explorable-{name}"])
        self.set_source_info(box)
        box += text_of(self, explorable_title, self.options["title"])
        self.state.nested_parse(self.content, self.content_offset, box)
        parts = {kind: [node for node in box.children if isinstance(node, kind)] for kind in (learnt, words)}
        if [len(found) for found in parts.values()] != [1, 1]:
            raise self.error("An explorable needs one {learnt} and one {words}")
        box.insert(box.index(parts[learnt][0]), explorable_stage(name=name))
        for path in SOURCES.rglob("*.js"):  # the still is drawn anew when a script changes
            self.env.note_dependency(str(path))
        return [box]


class LearntDirective(SphinxDirective):
    """What opens it is the argument; what there was to see is the content."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the label and the text."""
        box = learnt("", *text_of(self, learnt_label, self.arguments[0]))
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class WordsDirective(SphinxDirective):
    """One `key: text` a line."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """A node for each line, with its place in the source."""
        box = words()
        for number, entry in enumerate(self.content, start=self.content_offset + 1):
            key, colon, text = entry.partition(":")
            if not (colon and key.strip() and text.strip()):
                raise self.error(f"{entry!r} is no word: `key: text` is needed")
            node = word(text.strip(), text.strip(), key=key.strip())
            node.source, node.line = self.env.doc2path(self.env.docname), number
            box += node
        return [box]


def still(node: explorable_stage, language: str) -> str:
    """The figure as it opens, drawn by the script itself.

    Raises ExtensionError, with the script's own message, where it cannot draw with the page's words.
    """
    given = {entry["key"]: entry.astext() for entry in node.parent.findall(word)}
    request = json.dumps({"name": node["name"], "words": given, "language": language or "en"})
    return run_node("still.js", given=request, blame=f"{node.parent.source}:{node.parent.line}")


def run_node(tool: str, *arguments: str, given: str = "", blame: str = "") -> str:
    """What a tool of book/_explorables/tools prints."""
    node = shutil.which("node")
    if node is None:
        raise ExtensionError("Node is missing: the explorables are built with it. `make book` installs it.")
    done = subprocess.run(
        [node, SOURCES / "tools" / tool, *arguments], input=given, text=True, capture_output=True, check=False
    )
    if done.returncode:
        raise ExtensionError(f"{blame or tool}: {done.stderr.strip()} (Are all packages there? `npm ci`)")
    return done.stdout


def visit_explorable(self: HTML5Translator, node: explorable) -> None:
    """Open the group that a screen reader announces with the title."""
    name, anchor = node["name"], node["ids"][0]
    self.body.append(
        f'<div class="xp" id="{anchor}" role="group" aria-labelledby="{anchor}-title" '
        f'data-xp="{name}" data-xp-state="still">\n'
    )


def visit_title(self: HTML5Translator, node: explorable_title) -> None:
    """Open the title."""
    self.body.append(f'<p class="xp-title" id="{node.parent["ids"][0]}-title">')


def visit_stage(self: HTML5Translator, node: explorable_stage) -> None:
    """Draw the still."""
    self.body.append(f'<div class="xp-stage">{still(node, self.config.language)}')


def visit_learnt(self: HTML5Translator, _: learnt) -> None:
    """Open the disclosure."""
    self.body.append('<details class="xp-learnt">\n')


def visit_learnt_label(self: HTML5Translator, _: learnt_label) -> None:
    """Open what opens it."""
    self.body.append("<summary>")


def visit_words(self: HTML5Translator, _: words) -> None:
    """Open the list for the script, which nobody sees."""
    self.body.append('<div class="xp-words" hidden="hidden">\n')


def visit_word(self: HTML5Translator, node: word) -> None:
    """Open a word."""
    self.body.append(f'<span data-xp-word="{node["key"]}">')


def closing(tag: str) -> Any:
    """A departure function that closes `tag`."""

    def depart(self: HTML5Translator, _: nodes.Element) -> None:
        self.body.append(f"</{tag}>\n")

    return depart


def bundle(app: Sphinx) -> None:
    """Bundle the scripts, for the builders whose pages can run them."""
    if app.builder.format != "html":
        return
    target = Path(app.doctreedir).parent / "_explorables"
    run_node("build.js", str(target / FOLDER))
    app.config.html_static_path.append(str(target))


def load(
    app: Sphinx, _page: str, _template: str, _context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the library, the look and the scripts, on the pages that use them."""
    names = dict.fromkeys(node["name"] for node in doctree.findall(explorable)) if doctree else {}
    if not names:
        return
    app.add_css_file(f"{FOLDER}/xp.css")
    for name in ("xp", *names):
        app.add_js_file(f"{FOLDER}/{name}.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, their HTML, and the scripts."""
    app.add_node(explorable, html=(visit_explorable, closing("div")))
    app.add_node(explorable_title, html=(visit_title, closing("p")))
    app.add_node(explorable_stage, html=(visit_stage, closing("div")))
    app.add_node(learnt, html=(visit_learnt, closing("details")))
    app.add_node(learnt_label, html=(visit_learnt_label, closing("summary")))
    app.add_node(words, html=(visit_words, closing("div")))
    app.add_node(word, html=(visit_word, closing("span")))
    app.add_directive("explorable", ExplorableDirective)
    app.add_directive("learnt", LearntDirective)
    app.add_directive("words", WordsDirective)
    app.connect("builder-inited", bundle)
    app.connect("html-page-context", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
