"""The published folder: light, found, complete, and alive without a server."""

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import nbformat
import pytest
from browser.visiting import visit

from xentcourse.course import Course
from xentcourse.site import about
from xentcourse.site.publish import reachable, site_of
from xentcourse.tools import environment

COURSE = Course.find(Path(__file__).parent)
#: Kilobytes that a chapter may bring on a first visit, without its figures.
WEIGHT = 400

pytestmark = pytest.mark.browser


# ---- found ------------------------------------------------------------------------------------------


def test_a_page_says_what_it_is_about(soup, name):
    told = soup(name).select_one('meta[name="description"]')["content"]
    assert 40 <= len(told) <= 200, told
    assert "\n" not in told
    assert not re.search(r"[{}$]|\\[a-z]", told), f"a formula or markup in a description: {told}"


#: Words that say nothing of what a link leads to; search engines, and Lighthouse, count them against a page.
EMPTY = {"click here", "go", "here", "information", "learn more", "more", "read more", "start", "this"}


def test_a_link_to_another_page_says_where_it_leads(soup, name):
    links = [a for a in soup(name).select("a[href]") if not a["href"].startswith("#")]
    assert not [a for a in links if a.get_text().strip().lower() in EMPTY]


def test_no_two_pages_are_described_alike(soup, site_folder):
    told = [
        soup(path.stem).select_one('meta[name="description"]')["content"]
        for path in site_folder.glob("*.html")
    ]
    assert len(set(told)) == len(told)


def test_a_shared_link_shows_a_card(soup, site_folder, name):
    from PIL import Image

    head, site = soup(name).head, site_of(site_folder)
    image = head.select_one('meta[property="og:image"]')["content"]
    assert image.startswith(site.address)
    with Image.open(site_folder / image.removeprefix(site.address)) as card:
        assert card.size == (1200, 630)
    for key in ("title", "description", "url", "type", "site_name"):
        assert head.select_one(f'meta[property="og:{key}"]')["content"]


def test_search_engines_are_told_of_every_page(site_folder):
    site = site_of(site_folder)
    urls = ElementTree.parse(site_folder / "sitemap.xml").getroot().findall("{*}url/{*}loc")
    listed = {url.text.removeprefix(site.address) for url in urls}
    there = {path.relative_to(site_folder).as_posix() for path in site_folder.rglob("*.html")}
    assert listed == there - set(about.UNLISTED)
    assert f"Sitemap: {site.address}sitemap.xml" in (site_folder / "robots.txt").read_text()


def test_a_wrong_address_at_any_depth_leads_back_into_the_course(browser, site):
    page = browser.new_page()
    failed = []
    page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
    answer = page.goto(f"{site.address}/no/such/page.html")
    assert answer.status == 404
    assert failed == [answer.url], "what the page for wrong addresses asks for is there"
    assert page.locator("h1:visible").inner_text() == "Page not found"
    assert page.locator(".bd-sidenav a").count() > 10
    page.get_by_role("link", name="Begin at the first page").click()
    assert urlsplit(page.url).path == "/xentcourse/index.html"
    page.close()


# ---- light ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.slug)
def test_a_first_visit_to_a_chapter_is_light(browser, site, chapter):
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page, sizes = context.new_page(), {}

    def note(request):
        if request.resource_type != "image":
            told = request.sizes()
            sizes[request.url] = told["responseBodySize"] + told["responseHeadersSize"]

    page.on("requestfinished", note)
    page.goto(site.url(chapter.slug), wait_until="networkidle")
    context.close()
    heaviest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    assert sum(sizes.values()) / 1000 <= WEIGHT, heaviest


def test_nothing_is_published_that_no_page_leads_to(site_folder):
    pages = [path.relative_to(site_folder).as_posix() for path in site_folder.rglob("*.html")]
    used = reachable(site_folder, pages)
    idle = [path for path in site_folder.rglob("*") if path.is_file() and path not in used]
    listed = {"robots.txt", "sitemap.xml", "objects.inv", ".nojekyll", "notebooks/requirements.txt"}
    asked_for_later = ("cards", "previews")
    idle = {
        path.relative_to(site_folder).as_posix() for path in idle if path.parent.name not in asked_for_later
    }
    assert idle == listed


def test_figures_have_their_size_and_wait_until_they_are_needed(soup, name):
    for img in soup(name).select("article img"):
        assert img.get("width") or img.get("style"), img
        assert img["loading"] == "lazy", img


# ---- dark -------------------------------------------------------------------------------------------

SHOWN = """() => [...document.querySelectorAll("article img")]
    .filter(img => getComputedStyle(img).display !== "none").map(img => img.getAttribute("src"))"""


def test_a_figure_is_light_on_a_light_page_and_dark_on_a_dark_one(browser, site, soup):
    twins = len(soup("entropy").select("article img.dark-twin"))
    assert twins >= 3
    page = browser.new_page()
    for mode in ("light", "dark"):
        page.add_init_script(
            f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}');"
        )
        page.goto(site.url("entropy"))
        shown = page.evaluate(SHOWN)
        assert len(shown) == twins
        assert all(source.endswith("-dark.svg") == (mode == "dark") for source in shown), shown
    page.close()


# ---- offline ----------------------------------------------------------------------------------------


def test_search_finds_a_word_without_a_server(browser, site_folder):
    page = browser.new_page()
    page.goto(f"{(site_folder / 'search.html').as_uri()}?q=entropy")
    first = page.locator("#search-results li a").first
    first.wait_for(timeout=30_000)
    first.click()
    assert page.url.startswith("file://")
    assert "entropy" in page.locator("article").inner_text().lower()
    page.close()


# ---- notebooks --------------------------------------------------------------------------------------

MYST = re.compile(r"^:::|\{(?:ref|term|cite|doc|prf:ref)[:}]|^\([\w-]+\)=$", re.MULTILINE)


def test_every_notebook_opens_anywhere_and_installs_what_it_needs(site_folder):
    files = sorted((site_folder / "notebooks").rglob("*.ipynb"))
    assert {f"{chapter.slug}.ipynb" for chapter in COURSE.chapters} <= {file.name for file in files}
    for file in files:
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
        first, *rest = notebook.cells
        assert '"google.colab" in sys.modules' in first.source
        assert "%pip install" in first.source
        assert not any(re.search(r"^%pip", cell.source, re.MULTILINE) for cell in rest)
        left = [MYST.search(cell.source) for cell in rest if cell.cell_type == "markdown"]
        assert not [found[0] for found in left if found], f"{file.name} shows MyST's marks"


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.slug)
def test_a_chapter_leads_to_its_notebooks_here_in_colab_and_on_binder(soup, site_folder, chapter):
    links = [a["href"] for a in soup(chapter.slug).select(".article-header-buttons a[href]")]
    wanted = [f"{chapter.slug}.ipynb"]
    wanted += [f"exercises/{chapter.slug}.ipynb"] if "exercise" in chapter.pieces() else []
    for path in wanted:
        assert f"notebooks/{path}" in links
        assert (site_folder / "notebooks" / path).is_file()
        assert any(
            link.startswith("https://colab.research.google.com/") and link.endswith(f"/{path}")
            for link in links
        )
        assert any(link.startswith("https://mybinder.org/") and link.endswith(f"/{path}") for link in links)


# ---- references -------------------------------------------------------------------------------------


def test_a_chapter_leads_to_its_functions_and_they_lead_back(soup):
    forth = [a["href"] for a in soup("entropy").select("p.in-code a")]
    assert "api.html#xentcourse.reference.entropy.entropy" in forth
    function = soup("api").find(id="xentcourse.reference.entropy.entropy").parent
    assert "entropy.html" in [a["href"] for a in function.select("dd a.reference")]


def test_a_definition_leads_back_to_the_pages_that_use_its_term(soup):
    definition = soup("glossary").find(id="term-entropy").find_next("dd")
    assert any(a["href"].startswith("entropy.html") for a in definition.select(".used-in a"))


# ---- HTML -------------------------------------------------------------------------------------------


def test_the_html_of_every_page_is_valid(site_folder, tmp_path):
    command = [
        COURSE.root / "node_modules" / ".bin" / "html-validate",
        "--formatter",
        f"json={tmp_path / 'report'}",
        "--config",
    ]
    done = subprocess.run(
        [*command, COURSE.root / ".htmlvalidate.json", *sorted(site_folder.rglob("*.html"))],
        capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip
    told = [
        f"{Path(report['filePath']).name}:{message['line']} {message['ruleId']}: {message['message']}"
        for report in json.loads((tmp_path / "report").read_text())
        for message in report["messages"]
    ]
    assert not told, "\n".join(told[:40])
    assert done.returncode == 0, done.stderr


# ---- scripts that wait until something is on the screen ---------------------------------------------


def test_the_theme_s_scripts_follow_the_reader_and_find_the_search(browser, site):
    page = visit(browser, site.url("kl_divergence"))
    active = "document.querySelector('.bd-toc-nav a.active')?.hash"
    assert page.evaluate(active) is None, "at the top, no section is the one that is read"
    page.keyboard.press("End")
    page.wait_for_function(f"{active} === '#summary'")
    page.keyboard.press("Control+k")
    page.wait_for_function("document.activeElement.id === 'search-input'")
    page.close()


def test_nothing_stands_in_the_margin(soup, name):
    """The theme's script no longer looks for it (`calm`): the list of contents would lie on it."""
    kinds = ("marginnote", "sidenote", "margin", "margin-caption", "full-width", "sidebar", "popout")
    assert not soup(name).select(", ".join(f"main .{kind}, main .tag_{kind}" for kind in kinds))
