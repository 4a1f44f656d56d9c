"""What the head of a published page says about it, and the files that list the pages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape

from bs4 import BeautifulSoup

PARAGRAPH = re.compile(r"<p(?: [^>]*)?>(.*?)</p>", re.DOTALL)
SENTENCE = re.compile(r".+?[.!?:](?=\s|$)", re.DOTALL)
#: Search engines show about this much.
LENGTH = 160
#: Pages that nobody looks for.
UNLISTED = ("404.html", "search.html")


@dataclass(frozen=True)
class Site:
    """What all pages have in common: the title of the course, and where it is published (with a slash)."""

    title: str
    address: str

    @property
    def path(self) -> str:
        """The address without the host."""
        return re.sub(r"^https?://[^/]+", "", self.address)


def about(name: str, html: str, head: BeautifulSoup, site: Site) -> dict[str, str]:
    """The metadata of the page `name` by their keys; what the head has already goes first."""
    title = head.title.get_text().partition(" — ")[0].strip() if head.title else site.title
    own = head.select_one('meta[name="description"]')
    told = (
        str(own["content"])
        if own
        else description(html) or f"{title}. A page of the free course “{site.title}”."
    )
    return {
        "description": told,
        "og:title": title,
        "og:description": told,
        "og:type": "website" if name == "index.html" else "article",
        "og:site_name": site.title,
        "og:url": site.address + name,
        "og:image": site.address + card_of(name),
        "og:image:alt": title,
        "twitter:card": "summary_large_image",
    }


def card_of(name: str) -> str:
    """Where the social card of a page is."""
    return f"_static/cards/{name.removesuffix('.html').replace('/', '-')}.png"


def description(html: str) -> str:
    """The first sentences of an article, without formulas, as long as a search engine shows them.

    >>> description("<article><h1>Coins</h1><p>A coin.</p><p>It falls. Heads or tails?</p></article>")
    'A coin. It falls. Heads or tails?'
    """
    article = html.partition("<article")[2].partition("</article>")[0]
    told = ""
    for paragraph in PARAGRAPH.finditer(article, endpos=30_000):
        if "katex" in paragraph[1] or "headerlink" in paragraph[1]:
            continue
        text = unescape(re.sub(r"<[^>]+>", "", paragraph[1]))
        for sentence in SENTENCE.findall(" ".join(text.split())):
            if len(told) + len(sentence) > LENGTH:
                return told or shortened(sentence)
            told = f"{told} {sentence.strip()}".strip()
    return told


def shortened(sentence: str) -> str:
    """The first words of a sentence that is too long."""
    return sentence[: LENGTH - 1].rpartition(" ")[0].rstrip(",;:") + "…"


def sitemap(names: Iterable[str], site: Site) -> str:
    """The list of pages for search engines."""
    urls = "".join(
        f"  <url><loc>{escape(site.address + name)}</loc></url>\n" for name in names if name not in UNLISTED
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )


def robots(site: Site) -> str:
    """Everybody may read everything."""
    return f"User-agent: *\nAllow: /\nSitemap: {site.address}sitemap.xml\n"
