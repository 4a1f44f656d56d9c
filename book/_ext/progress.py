"""What the reader has read and answered, on the contents page: kept in the reader's browser only.

    ::::{progress}
    :total: {read} of {pages} pages read to the end, {answered} of {questions} questions answered
    :answered: {answered} of {questions} questions
    :done: read
    :here: Where you are
    :erase: Erase my progress
    What is said about it.
    ::::

It lists the pages that have questions. Each of them says the same of itself in a line below its title, which
leads to the list. Neither is shown until book/_static/progress.js fills it in.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from question import question
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from texts import text_of
from trials import pages_below

WORDS = ("total", "answered", "done", "here", "erase")


class progress(nodes.Element):  # noqa: N801  (docutils names its nodes in lower case)
    """The place of the list, with what is said about it."""


class progress_word(nodes.TextElement):  # noqa: N801
    """One of the texts that the list shows."""


class progress_line(nodes.Element):  # noqa: N801
    """What a page says of itself: its name, its questions, and the words and the address of the list."""


class ProgressDirective(SphinxDirective):
    """The texts are options; what is said about it is the content."""

    has_content = True
    option_spec = dict.fromkeys(WORDS, directives.unchanged_required)

    def run(self) -> list[nodes.Node]:
        """Keep the texts as nodes, on a page that every build reads anew: any page may have new questions."""
        missing = [name for name in WORDS if name not in self.options]
        if missing:
            raise self.error(f"{{progress}} lacks {', '.join(missing)}")
        self.env.note_reread()
        box = progress()
        for name in WORDS:
            box += text_of(self, progress_word, self.options[name], name=name)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


def count(app: Sphinx, document: nodes.document) -> None:
    """Remember how many questions a page has that was just read."""
    _known(app.env)[app.env.docname] = sum(1 for _ in document.findall(question))


def words_of(node: progress) -> dict[str, str]:
    """The texts of a list by their names."""
    return {word["name"]: word.astext() for word in node.findall(progress_word)}


def add_line(app: Sphinx, document: nodes.document, page: str) -> None:
    """Put the line below the title of a page with questions, on the site only."""
    questions, title = _known(app.env).get(page, 0), document.next_node(nodes.title)
    if app.builder.name != "html" or not questions or title is None:
        return
    lists = list(app.env.get_doctree(app.config.root_doc).findall(progress))
    if not lists:
        return
    address = f"{app.builder.get_relative_uri(page, app.config.root_doc)}#{lists[0].parent['ids'][0]}"
    line = progress_line(page=page, questions=questions, words=words_of(lists[0]), address=address)
    title.parent.insert(title.parent.index(title) + 1, line)


def visit_line(self: HTML5Translator, node: progress_line) -> None:
    """The line, whole: it has no children. No paragraph, since it is no text of the page."""
    words = {name: self.encode(text) for name, text in node["words"].items()}
    self.body.append(
        f'<div class="xp-here" data-page="{node["page"]}" data-questions="{node["questions"]}">'
        f'<a href="{node["address"]}">{words["here"]}</a>: {_told(words)}</div>\n'
    )
    raise nodes.SkipNode


def _told(words: dict[str, str]) -> str:
    """What is said of a page: its questions, and whether it was read."""
    return (
        f'<span class="xp-answered" data-words="{words["answered"]}"></span> '
        f'<span class="xp-done">✓ {words["done"]}</span>'
    )


def visit_progress(self: HTML5Translator, node: progress) -> None:
    """The total, a bar, a list of the pages, and the button."""
    words = {name: self.encode(text) for name, text in words_of(node).items()}
    env, here = self.builder.env, self.builder.current_docname
    self.body.append(
        f'<div class="xp-progress" hidden="hidden">\n'
        f'<p><label for="progress-bar" class="xp-total" data-words="{words["total"]}"></label>\n'
        f'<progress id="progress-bar" value="0"></progress></p>\n<ul>\n'
    )
    for page in pages_below(env, self.config.root_doc):
        questions = _known(env).get(page, 0)
        if questions:
            address, title = self.builder.get_relative_uri(here, page), self.encode(env.titles[page].astext())
            self.body.append(
                f'<li data-page="{page}" data-questions="{questions}"><a href="{address}">{title}</a> '
                f"{_told(words)}</li>\n"
            )
    self.body.append(f'</ul>\n<p><button type="button" class="xp-button">{words["erase"]}</button></p>\n')


def depart_progress(self: HTML5Translator, _: progress) -> None:
    """Close the box."""
    self.body.append("</div>\n")


def visit_word(*_: object) -> None:
    """A text stands where the list shows it, and not here."""
    raise nodes.SkipNode


def _known(env: BuildEnvironment) -> dict[str, int]:
    if not hasattr(env, "questions"):
        env.questions = {}  # type: ignore[attr-defined]
    return env.questions  # type: ignore[attr-defined, no-any-return]


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the questions of a page that is read anew or gone."""
    _known(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over what another process read."""
    _known(env).update({name: found for name, found in _known(other).items() if name in docnames})


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the events that count."""
    app.add_node(progress, html=(visit_progress, depart_progress))
    app.add_node(progress_word, html=(visit_word, visit_word))
    app.add_node(progress_line, html=(visit_line, None))
    app.add_directive("progress", ProgressDirective)
    app.connect("doctree-read", count)
    app.connect("doctree-resolved", add_line)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
