"""Self-check questions: every answer opens its own explanation, with or without JavaScript.

    ::::{question} Which logit does the gradient leave alone?
    :::{answer} The true class's.
    No: its component is $p_y - 1$.
    :::
    :::{answer} None of them.
    :right:
    Yes: $p - y$ has no zero entry.
    :::
    ::::

An answer is a native disclosure (<details>): keyboards and screen readers know it, and its text is
real document text, so formulas, links and translation work in it.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from texts import text_of


class question(nodes.Element):  # noqa: N801  (docutils names its nodes in lower case)
    """One question with its answers."""


class question_answer(nodes.Element):  # noqa: N801
    """One answer: a label, and the explanation that choosing it opens."""


class answer_label(nodes.TextElement):  # noqa: N801
    """What is chosen."""


class QuestionDirective(SphinxDirective):
    """The question is the argument; its answers are the content."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the question's text and the answers nested in it."""
        serial = self.env.new_serialno("question")
        box = question(ids=[f"question-{serial + 1}"])
        self.set_source_info(box)
        prompt = {"classes": ["question-prompt"], "ids": [f"question-{serial + 1}-prompt"]}
        box += text_of(self, nodes.paragraph, self.arguments[0], **prompt)
        self.state.nested_parse(self.content, self.content_offset, box)
        answers = list(box.findall(question_answer))
        if len(answers) < 2 or not any(answer["right"] for answer in answers):
            raise self.error("A question needs two or more answers, at least one of them with :right:")
        return [box]


class AnswerDirective(SphinxDirective):
    """The answer's label is the argument; the explanation is the content."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"right": directives.flag}  # noqa: RUF012  (docutils' own shape)

    def run(self) -> list[nodes.Node]:
        """Parse the label and its explanation."""
        if not self.content:
            raise self.error("An answer needs an explanation: say why it is right or wrong")
        answer = question_answer(right="right" in self.options)
        answer += text_of(self, answer_label, self.arguments[0])
        self.state.nested_parse(self.content, self.content_offset, answer)
        return [answer]


def visit_question(self: HTML5Translator, node: question) -> None:
    """Open the group that a screen reader announces with the question's text."""
    name = node["ids"][0]
    self.body.append(f'<div class="question" id="{name}" role="group" aria-labelledby="{name}-prompt">\n')


def visit_answer(self: HTML5Translator, node: question_answer) -> None:
    """Open the disclosure."""
    self.body.append(f'<details class="answer {"right" if node["right"] else "wrong"}">\n')


def visit_label(self: HTML5Translator, _: answer_label) -> None:
    """Open what is always visible."""
    self.body.append("<summary>")


def closing(tag: str):
    """A departure function that closes `tag`."""

    def depart(self: HTML5Translator, _: nodes.Element) -> None:
        self.body.append(f"</{tag}>\n")

    return depart


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives and their HTML."""
    app.add_node(question, html=(visit_question, closing("div")))
    app.add_node(question_answer, html=(visit_answer, closing("details")))
    app.add_node(answer_label, html=(visit_label, closing("summary")))
    app.add_directive("question", QuestionDirective)
    app.add_directive("answer", AnswerDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
