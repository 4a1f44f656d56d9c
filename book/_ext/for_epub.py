"""What a reading device needs: formulas as MathML alone, and XHTML that a strict reader accepts."""

import re
from pathlib import Path

from docutils import nodes
from explorable import FOLDER, SOURCES, explorable_stage, still, words
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

#: Style sheets of extensions.
UNUSED = ["_static/katex-math.css", "_static/sphinx-design.min.css", "_static/proof.css"]
SCRIPTS = [*SOURCES.glob("*.js"), Path("xp.js")]
#: A still has nothing to set and nothing to say later.
CONTROLS = re.compile(r'<div class="xp-controls">.*?(?=<p class="xp-reading">)|<p role="status".*?</p>', re.S)
#: The figure's colours that the site's theme gives.
COLOURS = {"text-base": "#1a1e24", "text-muted": "#5b6470", "border": "#c3c8d0", "background": "#ffffff"}


def formulas_as_mathml(_: Sphinx) -> None:
    """KaTeX writes MathML and no boxes of HTML, which devices would show without their fonts."""
    katex.KATEX_DEFAULT_OPTIONS["output"] = "mathml"


def keep_plain_styles(
    app: Sphinx, _page: str, _template: str, context: dict, _doctree: nodes.document | None
) -> None:
    """The site's style sheets are for browsers, and stay out of the book; devices have their readers' own."""
    sheets = context.get("css_files", [])
    plain = ("pygments", f"{FOLDER}/xp.css")
    context["css_files"] = [sheet for sheet in sheets if any(name in str(sheet.filename) for name in plain)]
    unused = {str(sheet.filename) for sheet in sheets if sheet not in context["css_files"]}
    app.config.epub_exclude_files += sorted(unused - set(app.config.epub_exclude_files))


def forget_the_site_s_files(app: Sphinx) -> None:
    """What no page asks for does not go into the book."""
    files = [path for path in (app.srcdir / "_static").rglob("*") if path.is_file()]
    app.config.epub_exclude_files += [path.relative_to(app.srcdir).as_posix() for path in files]
    app.config.epub_exclude_files += [*UNUSED, *(f"_static/{FOLDER}/{path.stem}.js" for path in SCRIPTS)]


def visit_stage(self: HTML5Translator, node: explorable_stage) -> None:
    """An explorable's figure as it opens, and what it reads: no controls, since no device runs its script."""
    colours = "; ".join(f"--pst-color-{name}: {colour}" for name, colour in COLOURS.items())
    figure = CONTROLS.sub("", still(node, self.config.language))
    figure = figure.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    self.body.append(f'<div class="xp-stage" style="{colours}">{figure}</div>\n')
    raise nodes.SkipNode


def leave_out(*_: object) -> None:
    """Words for a script."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register it all; this extension must come after `explorable`."""
    app.add_node(explorable_stage, override=True, html=(visit_stage, None))
    app.add_node(words, override=True, html=(leave_out, None))
    app.connect("builder-inited", formulas_as_mathml)
    app.connect("builder-inited", forget_the_site_s_files)
    app.connect("html-page-context", keep_plain_styles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
