"""Pages of an earlier build that the book no longer has: Sphinx leaves them, and they would be published."""

from pathlib import Path

from sphinx.application import Sphinx


def note(app: Sphinx, page: str, _template: str, _context: dict, _doctree: object) -> None:
    """Remember what this build wrote by itself; the pages of the book are known anyway."""
    if page not in app.env.found_docs:
        app.made_pages.add(page)


def drop(app: Sphinx, problem: Exception | None) -> None:
    """Delete every other page, unless there was nothing to write."""
    made = app.made_pages
    if problem or app.builder.name != "html" or not made:
        return
    root = Path(app.outdir)
    for path in root.rglob("*.html"):
        name = path.relative_to(root).with_suffix("").as_posix()
        if not name.startswith("_") and name not in made | app.env.found_docs:
            path.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    app.made_pages = set()
    app.connect("html-page-context", note)
    app.connect("build-finished", drop)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
