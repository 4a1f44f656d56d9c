"""Where the book's links lead: a report, which no dead link turns into a failure."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from xentcourse.course import Course, CourseError
from xentcourse.site.builder import sphinx

#: Answers of hosts that are there and turn programs away.
REFUSED = (401, 403, 405, 418, 429, 500, 502, 503, 504, 999)
ANSWER = re.compile(r"(\d{3}) (?:Client|Server) Error|Anchor '.*' not found")


class Link(NamedTuple):
    """A link that leads away, where it stands, and what came of asking for it."""

    place: str  #: page and line
    address: str
    fate: str  #: a key of FATES
    told: str  #: what the host said, or where it sends


#: What is said of links by their fate; what is to be mended is listed one by one.
FATES = {
    "fine": "answer.",
    "moved": "have moved for good; link the new address:",
    "dead": "are dead, though their host answers; mend them:",
    "refused": "are refused to programs; open them yourself now and then:",
    "unreached": "could not be tried: no connection to their hosts. That says nothing about the links:",
}
LISTED = ("moved", "dead", "refused")


def check_links(course: Course) -> str:
    """Ask once for each page elsewhere that the book links. Returns the report.

    Raises CourseError where the book can't be read; a dead link is no error.
    """
    result = course.build / "linkcheck" / "output.json"
    result.unlink(missing_ok=True)
    with suppress(CourseError):  # the builder fails at a dead link, when all have been asked for
        settings = {"linkcheck_timeout": 10, "linkcheck_workers": 16}
        settings["linkcheck_report_timeouts_as_broken"] = False
        sphinx(course, "linkcheck", strict=False, nitpicky=False, **settings)
    if not result.is_file():
        raise CourseError("The links were not looked at, as the book was not read: `make book` says why.")
    return f"{report(links(result.read_text(encoding='utf-8')))}\nEvery answer: {result}"


def links(told: str) -> Iterator[Link]:
    """The links that lead away, each address once, from the lines of JSON that Sphinx writes."""
    seen = set()
    for line in told.splitlines():
        found = json.loads(line)
        if found["uri"] in seen or not found["uri"].startswith(("http:", "https:")):
            continue
        seen.add(found["uri"])
        place = f"{Path(found['filename']).name}:{found['lineno']}"
        yield Link(place, found["uri"], fate(found["status"], found["code"], found["info"]), found["info"])


def fate(status: str, code: int, info: str) -> str:
    """What came of a link, from Sphinx's word for it.

    >>> fate("broken", 0, "404 Client Error: Not Found for url: https://example.org/a")
    'dead'
    >>> fate("broken", 0, "HTTPSConnectionPool(host='example.org', port=443): Max retries exceeded")
    'unreached'
    """
    if status == "redirected":
        return "moved" if code in (301, 308) else "fine"
    if status == "working":
        return "fine"
    answer = ANSWER.match(info)
    if status == "ignored" or (answer and int(answer[1] or 0) in REFUSED):
        return "refused"
    return "dead" if answer else "unreached"


def report(found: Iterable[Link]) -> str:
    """The links by what came of them."""
    every = sorted(found)
    lines = [f"{len(every)} addresses elsewhere."]
    for kind, told in FATES.items():
        of_kind = [link for link in every if link.fate == kind]
        if of_kind:
            lines += [f"{len(of_kind):4} {told}", *(f"     {line}" for line in listed(kind, of_kind))]
    return "\n".join(lines)


def listed(kind: str, found: list[Link]) -> list[str]:
    """One line a link to be mended; of those that nobody reached, the hosts."""
    if kind in LISTED:
        return [f"{link.place}: {link.address}\n       {link.told}" for link in found]
    if kind == "fine":
        return []
    hosts = Counter(urlsplit(link.address).netloc for link in found)
    return [f"{host} ({count})" for host, count in hosts.most_common()]
