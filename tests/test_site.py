"""What makes the published site, piece by piece; the whole is tested in tests/browser."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from xentcourse.course import Course, CourseError
from xentcourse.site import about, figures, notebooks
from xentcourse.site.page import Page, lighten, set_images
from xentcourse.site.publish import anchor, come_home, publish, reachable

COURSE = Course.find(Path(__file__).parent)
SITE = about.Site("A course", "https://example.org/a/")
SVG = (
    '<svg width="72pt" height="36pt"><desc>Matplotlib</desc>'
    '<path style="fill: #ffffff; stroke: #0072b2"/></svg>'
)


def page(root: Path, body: str, head: str = "", name: str = "a.html") -> Page:
    return Page(root, name, f"<html><head>{head}</head><body>{body}</body></html>")


# ---- descriptions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<article><p>One. Two.</p>", "One. Two."),
        ("<article><p>A &lt; B, <em>always</em>.</p>", "A < B, always."),
        ('<article><p>With <span class="katex">x</span>.</p><p>Without.</p>', "Without."),
        (f"<article><p>First. {'long ' * 60}end.</p>", "First."),
        ("<p>No article.</p>", ""),
    ],
)
def test_a_page_is_described_by_its_first_sentences_without_formulas(html, told):
    assert about.description(html) == told


def test_a_sentence_that_is_too_long_ends_at_a_word():
    told = about.description(f"<article><p>{'word ' * 60}end.</p>")
    assert len(told) <= about.LENGTH
    assert told.endswith("word…")


# ---- figures ----------------------------------------------------------------------------------------


def test_a_dark_figure_turns_greys_and_keeps_hues():
    dark = figures.darkened(SVG)
    assert "#ffffff" not in dark
    assert "#141414" in dark
    assert "#4aa8e0" in dark, "blue stays blue, and gets lighter"
    assert 'fill="#e6e6e6"' in dark, "letters have no colour of their own"


def test_a_figure_gets_its_size_and_a_twin(tmp_path):
    (tmp_path / "f.svg").write_text(SVG)
    here = page(tmp_path, '<article><img alt="A line" src="f.svg" /></article>')
    set_images(here)
    light, dark = BeautifulSoup(here.html, "html.parser").select("img")
    assert (light["width"], light["height"], light["loading"]) == ("96", "48", "lazy")
    assert (light["class"], dark["class"]) == (["light-twin"], ["dark-twin", "dark-light"])
    assert (tmp_path / dark["src"]).read_text() == figures.darkened(SVG)
    assert dark["alt"] == "A line"


def test_a_figure_without_a_size_is_named(tmp_path):
    (tmp_path / "f.svg").write_text("<svg></svg>")
    with pytest.raises(ValueError, match=r"f\.svg: the figure has no width and height"):
        figures.size(tmp_path / "f.svg")


# ---- pages ------------------------------------------------------------------------------------------

HEAD = (
    '<link rel="stylesheet" href="_static/a.css?v=1"><link rel="stylesheet" href="_static/own.css">'
    '<script src="_static/copybutton.js"></script><script src="_static/b.js?v=2"></script>'
    '<script src="_static/vendor/fontawesome/js/all.min.js"></script>'
)


def test_a_page_asks_for_bundles_and_for_scripts_that_have_work(tmp_path):
    here = page(tmp_path, "<article></article>", HEAD)
    lighten(here, {"_static/site.css": ["_static/a.css"], "_static/other.css": ["_static/x.css"]})
    assert [link["href"] for link in here.head.select("link")] == ["_static/site.css"]
    assert [script["src"] for script in here.head.select("script")] == ["_static/b.js?v=2"]
    assert all(script.has_attr("defer") for script in here.head.select("script"))


def test_a_page_with_code_keeps_the_copy_button(tmp_path):
    here = page(tmp_path, '<div class="highlight"></div>', HEAD)
    lighten(here, {})
    assert "_static/copybutton.js" in [script["src"] for script in here.head.select("script")]


def test_a_link_to_the_published_address_of_a_file_that_is_here_becomes_local(tmp_path):
    (tmp_path / "b.pdf").touch()
    links = '<a href="https://example.org/a/b.pdf">1</a><a href="https://example.org/a/c.pdf">2</a>'
    here = page(tmp_path, links, '<link rel="canonical" href="https://example.org/a/b.pdf">')
    come_home(here, SITE)
    assert 'href="b.pdf">1' in here.html
    assert 'href="https://example.org/a/c.pdf">2' in here.html, "what is not here is there"
    assert here.head.link["href"] == "https://example.org/a/b.pdf"


def test_the_page_for_wrong_addresses_names_its_neighbours_from_the_root(tmp_path):
    here = page(tmp_path, '<a href="b.html">b</a><a href="#top">up</a><a href="https://x.org">x</a>')
    anchor(here, SITE)
    assert [a["href"] for a in BeautifulSoup(here.html, "html.parser").select("a")] == [
        "/a/b.html", "#top", "https://x.org"
    ]  # fmt: skip


def test_what_no_page_leads_to_is_not_reachable(tmp_path):
    (tmp_path / "a.html").write_text(
        '<link href="a.css?v=1"><a href="b.html#x">b</a><a href="https://x.org/c">c</a>'
    )
    (tmp_path / "a.css").write_text("p{background:url(f.woff2)}")
    for name in ("b.html", "f.woff2", "idle.css"):
        (tmp_path / name).touch()
    assert {path.name for path in reachable(tmp_path, ["a.html"])} == {"a.html", "a.css", "b.html", "f.woff2"}


def test_publishing_needs_a_built_book_and_leaves_the_old_site_alone(tmp_path):
    (tmp_path / "_build" / "site").mkdir(parents=True)
    (tmp_path / "_build" / "site" / "old").touch()
    with pytest.raises(CourseError, match="build the book first"):
        publish(Course(tmp_path))
    assert (tmp_path / "_build" / "site" / "old").exists()


# ---- notebooks --------------------------------------------------------------------------------------

MYST = """(gibbs)=
## Gibbs

:::{prf:theorem} Gibbs' inequality
:label: thm-gibbs
It is {term}`entropy`, by {cite:t}`shannon1948`; see {ref}`the proof <gibbs>` and {prf:ref}`thm-gibbs`.
:::

```bash
:::
```
"""


def test_a_notebook_s_text_is_plain_markdown():
    told = notebooks.plain_markdown(
        MYST, {"gibbs": "https://x.org/e.html#gibbs", "thm-gibbs": "https://x.org/t"}
    )
    assert told.split("\n\n") == [
        "## Gibbs",
        "**Gibbs' inequality**",
        "It is entropy, by Shannon (1948); see [the proof](https://x.org/e.html#gibbs) and [here](https://x.org/t).",
        "```bash\n:::\n```",
    ]


def test_an_assignment_installs_what_it_needs_before_anything_else():
    chapter = COURSE.chapter("softmax")
    own = json.loads(chapter.exercise.read_text(encoding="utf-8"))["cells"]
    first, *rest = notebooks.exercise(chapter)["cells"]
    assert rest == own
    assert first["source"].startswith("# In Colab")
    assert compile(first["source"].replace("%pip", "pass; #"), "install", "exec")
