"""What a reading device needs: formulas as MathML alone, and XHTML that a strict reader accepts."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinxcontrib import katex

#: Style sheets of extensions.
UNUSED = ["_static/katex-math.css", "_static/sphinx-design.min.css", "_static/proof.css"]


def formulas_as_mathml(_: Sphinx) -> None:
    """KaTeX writes MathML and no boxes of HTML, which devices would show without their fonts."""
    katex.KATEX_DEFAULT_OPTIONS["output"] = "mathml"


def keep_plain_styles(
    _app: Sphinx, _page: str, _template: str, context: dict, _doctree: nodes.document | None
) -> None:
    """The site's style sheets are for browsers; devices have their readers' own."""
    sheets = context.get("css_files", [])
    context["css_files"] = [sheet for sheet in sheets if "pygments" in str(sheet.filename)]


def forget_the_site_s_files(app: Sphinx) -> None:
    """What no page asks for does not go into the book."""
    files = [path for path in (app.srcdir / "_static").rglob("*") if path.is_file()]
    app.config.epub_exclude_files += [path.relative_to(app.srcdir).as_posix() for path in files]
    app.config.epub_exclude_files += UNUSED


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all three."""
    app.connect("builder-inited", formulas_as_mathml)
    app.connect("builder-inited", forget_the_site_s_files)
    app.connect("html-page-context", keep_plain_styles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
