"""Ways on from a page: its notebook and assignment, Binder, Colab, and a page for wrong addresses.

Addresses are those of the published site; `xentcourse publish` makes them relative where the file is there.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from xentcourse.course import Course
from xentcourse.site import notebooks

BINDER = f"https://mybinder.org/v2/gh/{notebooks.REPOSITORY}/{notebooks.BRANCH}?urlpath=lab/tree/"
COLAB = f"https://colab.research.google.com/github/{notebooks.REPOSITORY}/blob/{notebooks.BRANCH}/"
JUPYTERLAB = "index.html#index-jupyterlab"


def add_buttons(
    app: Sphinx, page: str, _template: str, context: dict, _doctree: nodes.document | None
) -> None:
    """Add to a page's header what leads on from it."""
    files = notebooks_of(page, Course.find(Path(app.srcdir)))
    if not files:
        return
    here = app.config.html_baseurl
    downloads = next(group for group in context["header_buttons"] if group["label"] == "download-buttons")
    downloads["buttons"] += [
        link(f"{what}, notebook", here + path, "fas fa-file") for what, path in files.items()
    ]
    launches = [
        link(f"{what} {where}", service + path.removeprefix(f"{notebooks.FOLDER}/"), "fas fa-play")
        for where, service in (("in Colab", COLAB), ("on Binder", BINDER))
        for what, path in files.items()
    ]
    launches.append(link("In your own JupyterLab", here + JUPYTERLAB, "fas fa-laptop"))
    group = {"type": "group", "label": "launch-buttons", "icon": "fas fa-rocket", "tooltip": "Run this page"}
    context["header_buttons"].insert(0, group | {"buttons": launches})


def notebooks_of(page: str, course: Course) -> dict[str, str]:
    """The notebooks that belong to a page, by what they are."""
    files = {}
    if page in notebooks.executable(course):
        files["Chapter" if page in [c.slug for c in course.chapters] else "Page"] = notebooks.chapter_path(
            page
        )
    if page in [chapter.slug for chapter in notebooks.with_exercise(course)]:
        files["Assignment"] = notebooks.exercise_path(page)
    return files


def link(text: str, address: str, icon: str) -> dict[str, str]:
    """A button of the theme that leads somewhere."""
    return {"type": "link", "text": text, "url": address, "icon": icon}


def page_not_found(_: Sphinx) -> list[tuple[str, dict[str, str], str]]:
    """The page that readers get for a wrong address."""
    return [("404", {"title": "Page not found"}, "404.html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the buttons after the theme's own, and the page."""
    app.connect("html-page-context", add_buttons, priority=502)
    app.connect("html-collect-pages", page_not_found)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
