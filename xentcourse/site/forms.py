"""The book in other forms: a PDF, an EPUB, the texts for translators."""

import re
import subprocess
from html import escape
from pathlib import Path

import yaml

from xentcourse import __version__
from xentcourse.course import Course, CourseError
from xentcourse.site.builder import sphinx
from xentcourse.site.epub import mend
from xentcourse.tools import chromium

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--allow-file-access-from-files",
)
PRINT = (
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--export-tagged-pdf",
    "--virtual-time-budget=60000",
)
#: Extensions for pages that are read in a browser: buttons and scripts.
FOR_BROWSERS = ("sphinx_togglebutton", "sphinx_copybutton", "sphinx_book_theme", "ways_on")
ARTICLE = re.compile(r'<article class="bd-article">.*</article>', re.DOTALL)
HEAD_LINKS = re.compile(r'<link [^>]*rel="stylesheet"[^>]*>')


def extensions(course: Course) -> list[str]:
    """The book's extensions for builders that no browser reads."""
    settings = yaml.safe_load((course.root / "_config.yml").read_text(encoding="utf-8"))
    return [name for name in settings["sphinx"]["config"]["extensions"] if name not in FOR_BROWSERS]


def make_pdf(course: Course) -> Path:
    """The whole book as one PDF with bookmarks and links: Chromium prints it. Returns the file."""
    browser = chromium()
    if browser is None:
        raise CourseError(
            "Chromium prints the PDF, and is missing. On Debian and Ubuntu: apt install chromium"
        )
    folder = sphinx(course, "singlehtml")
    page = folder / "print.html"
    style = (course.root / "book" / "_templates" / "paper.css").read_text(encoding="utf-8")
    page.write_text(for_print((folder / "index.html").read_text(encoding="utf-8"), style), encoding="utf-8")
    file = course.build / "pdf" / "xentcourse.pdf"
    file.parent.mkdir(exist_ok=True)
    done = subprocess.run(
        [browser, *FLAGS, *PRINT, f"--print-to-pdf={file}", page.as_uri()],
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    if done.returncode != 0 or not file.is_file():
        raise CourseError(f"{browser} did not print {page}.\n{done.stderr.strip()[-2000:]}")
    return file


def for_print(html: str, style: str) -> str:
    """The book on paper: its articles and their style, with everything open that a reader would open."""
    article, title = ARTICLE.search(html), re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    if article is None or title is None:
        raise CourseError("The page to print has no article: has the theme changed its layout?")
    links = "\n".join(link for link in dict.fromkeys(HEAD_LINKS.findall(html)) if "fontawesome" not in link)
    body = re.sub(r"<details(?![^>]*\bopen\b)", "<details open", article[0])
    return (
        f'<!DOCTYPE html>\n<html lang="en" data-theme="light"><head><meta charset="utf-8">\n'
        f"<title>{title[1].strip()}</title>\n{links}\n"
        f"<style>\n{style}</style>\n</head>\n"
        f'<body class="paper">{body}</body></html>\n'
    )


def make_epub(course: Course) -> Path:
    """The whole book as an EPUB for reading devices. Returns the file."""
    settings = yaml.safe_load((course.root / "_config.yml").read_text(encoding="utf-8"))
    folder = sphinx(
        course,
        "epub",
        extensions=[*extensions(course), "for_epub"],
        templates_path=[],
        version=__version__,
        epub_basename="xentcourse",
        epub_title=settings["title"],
        epub_author=settings["author"],
        epub_publisher=settings["author"],
        epub_copyright=escape(settings["copyright"]),
        epub_identifier=settings["html"]["baseurl"],
        epub_scheme="URL",
        epub_show_urls="no",
        epub_use_index=False,
        epub_exclude_files=["404.xhtml", "search.xhtml", ".nojekyll"],
        html_use_index=False,
    )
    mend(folder / "xentcourse.epub", settings["html"]["baseurl"])
    return folder / "xentcourse.epub"


def make_texts(course: Course) -> Path:
    """The texts of all pages for translators, one .pot file a page. Returns their folder."""
    return sphinx(course, "gettext", gettext_compact=False, gettext_uuid=False)
