"""Text of a directive as document text: parsed, searched, and found by translators."""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


def text_of(
    directive: SphinxDirective, kind: type[nodes.TextElement], text: str, **attributes: object
) -> list[nodes.Node]:
    """A node of this kind with the parsed text, followed by the parser's messages about it."""
    node = kind(text, "", **attributes)  # its source text and its place are what makes it translatable
    directive.set_source_info(node)
    children, messages = directive.state.inline_text(text, directive.lineno)
    node += children
    return [node, *messages]
