"""The book as one PDF, as an EPUB, and in another language, made from a small book with one of everything."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup

from xentcourse.course import Course
from xentcourse.site import forms

COURSE = Course.find(Path(__file__).parent)
#: Of the book's pages; the other two are written here.
CHAPTER = "information"
INDEX = """(index)=
# A small book

It begins with {ref}`the chapter <extra>`.
"""
EXTRA = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
(extra)=
# One of everything

The {term}`bit` is a unit, and $a^2 + b_1 = c$ a formula with an & in it: $a \\mathbin{\\&} b$.

$$
H(p) = -\\sum_k p_k \\log p_k
$$ (eq-extra)

:::{prf:theorem} A statement
:label: thm-extra
It refers to {eq}`eq-extra`.
:::

:::{prf:proof}
By {prf:ref}`thm-extra`.
:::

```{code-cell} ipython3
:tags: [hide-input]
print(1 < 2)
```

```{code-cell} ipython3
---
mystnb:
  image: {alt: A straight line}
---
import matplotlib.pyplot as plt

plt.plot([0, 1])
```

::::{question} Is $2 + 2$ four?
:::{answer} Yes.
:right:
It is.
:::
:::{answer} No.
It is.
:::
::::

| left | right |
|---|---|
| $x$ | `code` |

EXPLORABLE
```{glossary}
bit
  A unit of information: $\\ln 2$ nats.
```
"""


def explorable_of(page: str) -> str:
    """The first explorable of a page of the book, which depends on no other page."""
    text = (COURSE.root / "book" / f"{page}.md").read_text(encoding="utf-8")
    return (
        ":::::{explorable}" + text.partition(":::::{explorable}")[2].partition("\n:::::\n")[0] + "\n:::::\n"
    )


def book_of(folder: Path, pages: dict[str, str]) -> Course:
    """A course with these pages, beside everything that builds a book."""
    (folder / "book").mkdir()
    for name in ("_explorables", "_ext", "_static", "_templates", "references.bib"):
        source = COURSE.root / "book" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / "book" / name)
    for name in ("_config.yml",):
        shutil.copy(COURSE.root / name, folder)
    (folder / "node_modules").symlink_to(COURSE.root / "node_modules")
    for name, text in pages.items():
        (folder / "book" / f"{name}.md").write_text(text, encoding="utf-8")
    chapters = [{"file": name} for name in pages if name != "index"]
    contents = {
        "format": "jb-book",
        "root": "index",
        "parts": [{"caption": "A", "numbered": True, "chapters": chapters}],
    }
    (folder / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    return Course(folder)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Course:
    return book_of(
        tmp_path_factory.mktemp("small"),
        {"index": INDEX, "extra": EXTRA.replace("EXPLORABLE", explorable_of("calibration"))},
    )


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.browser
def test_the_pdf_has_all_pages_with_links_bookmarks_and_every_answer_open(small):
    file = forms.make_pdf(small)
    text = run("pdftotext", "-layout", file, "-")
    for words in ("A small book", "One of everything", "Theorem 1.1", "It is.", "print(1 < 2)"):
        assert words in text
    assert "H(p)" in text.replace(" ", "")
    data = file.read_bytes()
    assert b"/Outlines" in data
    targets = re.findall(r"#[\w-]+|internal", run("pdfinfo", "-dests", file))
    assert targets or "extra" in run("pdfinfo", "-dests", file)
    assert "Tagged:          yes" in run("pdfinfo", file)


def test_the_epub_passes_epubcheck_and_has_formulas_as_mathml(small):
    file = forms.make_epub(small)
    run("java", "-jar", "/usr/share/java/epubcheck.jar", "--failonwarnings", file)
    with zipfile.ZipFile(file) as book:
        page = book.read("extra.xhtml").decode()
    assert page.count("<math") == len(BeautifulSoup(page, "html.parser").select("math")) >= 6
    assert "katex-html" not in page
    assert "One of everything" in page
    assert "A reliability diagram." in page, "what the explorable's figure shows"
    assert "<svg xmlns=" in page
    assert "on average" in page, "what it reads"
    assert not re.search("<(input|button|script)", page)


# ---- another language -------------------------------------------------------------------------------

#: What a translation must carry over as it is.
KEPT = re.compile(r"(\$\$?[^$]+\$\$?|`+[^`]+`+|\{[\w:]+\}|\[[^\]]*\]\([^)]*\)|<[^>]+>)")
#: Not extracted, or not text.
UNTOUCHED = (
    "a, .xref, .std, p.in-code, .caption-number, .cell, .math, "
    ".admonition-title, .section-number, .bibtex-citation, .eqno, pre, code"
)


def pseudo(text: str) -> str:
    """The text with every letter in capitals: easy to see, and as long as it was."""
    pieces = KEPT.split(text)
    pieces[::2] = [piece.upper() for piece in pieces[::2]]
    return "".join(pieces)


def translate(texts: Path, folder: Path, formulas: set[str]) -> None:
    """Compile a pseudo-translation of all texts but display formulas, which stay as they are."""
    for file in texts.rglob("*.pot"):
        with file.open("rb") as source:
            catalogue = read_po(source)
        for message in catalogue:
            if message.id and " ".join(message.id.split()) not in formulas:
                message.string = pseudo(message.id)
        target = folder / "xx" / "LC_MESSAGES" / file.with_suffix(".mo").name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as compiled:
            write_mo(compiled, catalogue)


def formulas(page: BeautifulSoup) -> list[str]:
    return [tag.get_text() for tag in page.select("article annotation")]


def words(page: BeautifulSoup) -> str:
    article = BeautifulSoup(str(page.article), "html.parser")
    for part in article.select(UNTOUCHED):
        part.replace_with(" ")
    return re.sub(r"\{\w+\}", "", article.get_text(" "))  # {places} that a script fills keep their names


def test_a_chapter_can_be_translated_and_keeps_its_formulas(tmp_path):
    page = (COURSE.root / "book" / f"{CHAPTER}.md").read_text(encoding="utf-8")
    course = book_of(tmp_path, {"index": INDEX.replace("extra", CHAPTER), CHAPTER: page})
    plain = forms.sphinx(course, "html", strict=False, nitpicky=False) / f"{CHAPTER}.html"
    before = BeautifulSoup(plain.read_text(encoding="utf-8"), "html.parser")
    texts = forms.sphinx(course, "gettext", strict=False, gettext_compact=False)
    translate(texts, tmp_path / "locales", {" ".join(formula.split()) for formula in formulas(before)})
    settings = {"language": "xx", "locale_dirs": [str(tmp_path / "locales")], "gettext_compact": False}
    shutil.rmtree(course.build / ".doctrees-html")
    forms.sphinx(course, "html", strict=False, nitpicky=False, **settings)
    after = BeautifulSoup(plain.read_text(encoding="utf-8"), "html.parser")
    assert formulas(after) == formulas(before)
    left = re.findall(r"[a-z]{4,}", words(after))
    assert not left, f"not translated: {left[:20]}"
    assert len(words(after).split()) == len(words(before).split())
