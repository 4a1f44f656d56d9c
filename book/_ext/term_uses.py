"""The glossary leads back: under each definition, the pages that use the term."""

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def gather(app: Sphinx, document: nodes.document) -> None:
    """Remember which terms a page links, before the links are resolved."""
    links = [node for node in document.findall(pending_xref) if node.get("reftype") == "term"]
    _uses(app.env)[app.env.docname] = {node["reftarget"].lower() for node in links}


def _uses(env: BuildEnvironment) -> dict[str, set[str]]:
    if not hasattr(env, "term_uses"):
        env.term_uses = {}  # type: ignore[attr-defined]
    return env.term_uses  # type: ignore[attr-defined, no-any-return]


def rewrite_glossary(_app: Sphinx, env: BuildEnvironment) -> set[str]:
    """Pages that define terms are written anew, since any other page may have changed what uses them."""
    terms = env.get_domain("std").data["objects"]
    return {page for (kind, _), (page, _) in terms.items() if kind == "term"}


def lead_back(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Add to each definition the pages that use its term."""
    for term in document.findall(nodes.term):
        if (
            isinstance(term.parent.parent.parent, nodes.Element)
            and "glossary" in term.parent.parent["classes"]
        ):
            name = term.astext().lower()
            pages = [
                page for page in in_order(app.env) if name in _uses(app.env).get(page, ()) and page != docname
            ]
            definition = term.parent.next_node(nodes.definition)
            if pages and definition is not None:
                definition += used_in(app, docname, pages)


def used_in(app: Sphinx, docname: str, pages: list[str]) -> nodes.paragraph:
    """A line of links to pages."""
    line = nodes.paragraph("", "Used in ", classes=["used-in"])
    for page in pages:
        address = app.builder.get_relative_uri(docname, page)
        title = app.env.titles[page].astext()
        line += [nodes.reference("", title, internal=True, refuri=address), nodes.Text("; ")]
    line[-1] = nodes.Text(".")
    return line


def in_order(env: BuildEnvironment) -> list[str]:
    """All pages in the order of the contents."""
    order, waiting = [], [env.config.root_doc]
    while waiting:
        page = waiting.pop()
        order.append(page)
        waiting += reversed(env.toctree_includes.get(page, []))
    return order


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page that is read anew or gone."""
    _uses(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over what another process read."""
    _uses(env).update({page: terms for page, terms in _uses(other).items() if page in docnames})


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the events that gather and show the uses."""
    app.connect("doctree-read", gather)
    app.connect("env-updated", rewrite_glossary)
    app.connect("doctree-resolved", lead_back)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
