"""What the page of a chapter states, for the tests that compute it again."""

import codecs
import contextlib
import io
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import SupportsFloat

BOOK = Path(__file__).parents[1] / "book"
#: A decimal, a percentage, or a whole number of three digits or more.
NUMBER = re.compile(r"(?<![\w.,])(?:\d+\.\d+%?|\d+%|\d{1,3}(?:,\d{3})+|\d{3,})(?![\w%])")


def source(slug: str) -> str:
    """The text of a chapter's page."""
    return (BOOK / f"{slug}.md").read_text(encoding="utf-8")


def words(slug: str) -> str:
    """The same with every run of white space made one blank: a statement may go on in the next line."""
    return " ".join(source(slug).split())


def prose(slug: str) -> str:
    """The page without code, citations and sources, but with the captions and alt texts of its figures."""
    text = source(slug).partition(f"---\n({slug})=")[2].partition("**Sources.**")[0]
    cells = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
    figure_texts = re.compile(r"^ +(?:alt|caption): .*$", re.MULTILINE)
    return cells.sub(lambda cell: "\n".join(figure_texts.findall(cell[0])), text)


def unchecked(stated: str, sentences: Iterable[str], given: Iterable[str] = ()) -> list[str]:
    """The numbers in `stated` that stand in none of the sentences and are not given."""
    checked = set(given).union(*(NUMBER.findall(sentence) for sentence in sentences))
    return sorted(set(NUMBER.findall(stated)) - checked)


def number(x: SupportsFloat, digits: int) -> str:
    """`x` with so many digits after the point."""
    return f"{float(x):,.{digits}f}"


@cache
def zen() -> str:
    """The letters of the Zen of Python."""
    with contextlib.redirect_stdout(io.StringIO()):
        import this
    return "".join(x for x in codecs.decode(this.s, "rot13").lower() if x.isalpha())
