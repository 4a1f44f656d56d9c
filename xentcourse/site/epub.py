"""Mends of the EPUB that Sphinx writes, so that strict readers accept it; epubcheck says what they want."""

import re
import zipfile
from pathlib import Path

#: KaTeX's invisible sign of function application, which it also puts where only a base and an index may be.
APPLIED = "<mo>\u2061</mo>"
DOCTYPE = re.compile(r"<!DOCTYPE[^>]*>")
BLANK = re.compile(r"<path(?![^>]*\sd=)")
#: What the manifest must say of a page, and how one sees it.
PROPERTIES = {"mathml": b"<math", "svg": b"<svg"}
ITEM = re.compile(r'<item (?P<rest>[^>]*\bhref="(?P<name>[^"]+\.xhtml)"[^>]*?)\s*/>')


def mend(path: Path, identifier: str) -> None:
    """Rewrite an EPUB in place.

    identifier : what the book is known by, which its two lists of contents must agree on.
    """
    with zipfile.ZipFile(path) as book:
        files = {name: book.read(name) for name in book.namelist()}
    for name, content in files.items():
        if name.endswith((".xhtml", ".svg", ".opf", ".ncx")):
            files[name] = mended(name, content.decode(), files, identifier).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in files.items():  # the first, its media type, must not be compressed
            book.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)


def mended(name: str, text: str, files: dict[str, bytes], identifier: str) -> str:
    """One file's text as it should be."""
    if name.endswith(".svg"):
        return BLANK.sub('<path d=""', DOCTYPE.sub("", text, count=1))
    if name.endswith(".xhtml"):
        return text.replace(APPLIED, "").replace("<math aria-label=", "<math alttext=")
    if name.endswith(".ncx"):
        return text.replace('content="unknown"', f'content="{identifier}"')
    return ITEM.sub(lambda item: _with_properties(item, files), text)


def _with_properties(item: re.Match[str], files: dict[str, bytes]) -> str:
    """An entry of the manifest that says that its page has formulas, or drawings."""
    page = files.get(item["name"], b"")
    found = " ".join(name for name, mark in PROPERTIES.items() if mark in page)
    told = f'properties="{found}" ' if found else ""
    return f"<item {item['rest']} {told}/>"
