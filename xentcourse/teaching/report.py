"""The report on a class: one page that needs no other file and asks no other machine for anything."""

import random
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xentcourse.checks.answer import AGAIN, PRINTED
from xentcourse.grading.appeal import read_appeals
from xentcourse.grading.assignment import Assignment
from xentcourse.grading.settings import Terms, read_settings
from xentcourse.teaching import likeness, plots
from xentcourse.teaching.marks import Marks, Work, learners_cells, read_marks, released_cells

COMMONEST = 5  #: wrong answers shown for each check
MOST_PAIRS = 50
EXAMPLE = 1500  #: characters of what a check said
NOT_ATTEMPTED = "is not attempted yet"  #: says a check, and it is no wrong answer
FEW = 10  #: a class below this has no correlation worth a number


@dataclass(frozen=True)
class Item:
    """One check over the whole class."""

    name: str
    worth: float
    counts: tuple[int, int, int, int]  #: all points, some, none, not attempted
    mean: float  #: share of its points
    discrimination: float | None  #: correlation with the points of all other checks
    wrong: tuple[tuple[str, int, str], ...]  #: what checks said most: the gist, how often, an example


def write_report(assignment: Assignment, db_url: str, path: Path, *, anonymous: bool = False) -> Path:
    """Write the page on what is graded of an assignment, and return its path.

    anonymous : leave names out; learners have numbers, in an order that says nothing
    Raises CourseError where nothing is graded.
    """
    from jinja2 import Environment, PackageLoader, select_autoescape

    marks = read_marks(assignment, db_url)
    settings = read_settings(assignment.root)
    appeals = [each for each in read_appeals(assignment.root) if each["assignment"] == assignment.name]
    marks, appeals = _renamed(marks, appeals) if anonymous else (marks, appeals)
    environment = Environment(
        loader=PackageLoader("xentcourse", "templates"), autoescape=select_autoescape(default=True)
    )
    page = environment.get_template("report.html").render(
        **_contents(marks, assignment, settings.terms(assignment.name)),
        term=settings.term,
        anonymous=anonymous,
        appeals=appeals,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def _contents(marks: Marks, assignment: Assignment, terms: Terms) -> dict[str, Any]:
    """All that the page shows."""
    totals = [work.total for work in marks.works]
    items = items_of(marks)
    pairs, copies = _pairs(marks, assignment)
    return {
        "marks": marks,
        "totals": {
            "mean": statistics.fmean(totals),
            "median": statistics.median(totals),
            "late": sum(work.penalty > 0 for work in marks.works),
            "unreadable": [work.student for work in marks.works if not work.readable],
        },
        "distribution": plots.picture(plots.distribution(totals, marks.most)),
        "items": items,
        "shares": plots.picture(
            plots.shares([item.name for item in items], [item.counts for item in items]),
            height=1.2 + 0.32 * len(items),
        ),
        "moments": _moments(marks, terms),
        "pairs": pairs[:MOST_PAIRS],
        "more_pairs": max(0, len(pairs) - MOST_PAIRS),
        "copies": copies,
        "everybody": sorted(marks.works, key=lambda work: work.total),
    }


def _renamed(marks: Marks, appeals: Sequence[dict[str, str]]) -> tuple[Marks, list[dict[str, str]]]:
    """The same without names."""
    works = list(marks.works)
    random.SystemRandom().shuffle(works)
    names = {work.student: f"learner {number}" for number, work in enumerate(works, start=1)}
    unnamed = [
        {**each, "student": names.get(each["student"], "a learner"), "by": "", "reason": ""}
        for each in appeals
    ]
    return replace(marks, works=tuple(_unnamed(work, names) for work in works)), unnamed


def _unnamed(work: Work, names: Mapping[str, str]) -> Work:
    """A learner's work under another name; what their code said may hold the old one."""
    old, new = work.student, names[work.student]
    word = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
    said = {name: word.sub(new, text) for name, text in work.said.items()}
    return replace(work, student=new, said=said)


def items_of(marks: Marks) -> list[Item]:
    """Every check over the whole class, in the assignment's order."""
    prefix = f"{marks.assignment}-"
    return [
        Item(
            grade_id.removeprefix(prefix),
            worth,
            _counts(marks, grade_id, worth),
            statistics.fmean(work.points.get(grade_id, 0) for work in marks.works) / (worth or 1),
            discrimination(marks, grade_id),
            _wrong(marks, grade_id),
        )
        for grade_id, worth in marks.worth.items()
    ]


def _counts(marks: Marks, grade_id: str, worth: float) -> tuple[int, int, int, int]:
    kinds: Counter[int] = Counter()
    for work in marks.works:
        score = work.points.get(grade_id, 0)
        left_out = score == 0 and NOT_ATTEMPTED in work.said.get(grade_id, "")
        kinds[3 if left_out else 0 if score >= worth else 1 if score > 0 else 2] += 1
    return kinds[0], kinds[1], kinds[2], kinds[3]


def discrimination(marks: Marks, grade_id: str) -> float | None:
    """The correlation of a check's points with those of all others; None where nothing varies.

    Above .3 it tells the stronger from the weaker; below 0 the check itself may be wrong.
    """
    own = [work.points.get(grade_id, 0.0) for work in marks.works]
    others = [work.total - score for work, score in zip(marks.works, own, strict=True)]
    if len(own) < FEW or len(set(own)) == 1 or len(set(others)) == 1:
        return None
    return statistics.correlation(own, others)


def _wrong(marks: Marks, grade_id: str) -> tuple[tuple[str, int, str], ...]:
    """What the check said most, without what differs from learner to learner."""
    said: dict[str, list[str]] = defaultdict(list)
    for work in marks.works:
        message = work.said.get(grade_id, "")
        if message and NOT_ATTEMPTED not in message:
            said[gist(message)].append(message)
    commonest = sorted(said.items(), key=lambda item: (-len(item[1]), item[0]))[:COMMONEST]
    return tuple((told, len(messages), messages[0][:EXAMPLE]) for told, messages in commonest)


def gist(message: str) -> str:
    r"""What a check's message is about: its likely slip, else its words without the numbers.

    >>> gist("✗ mean\nmean([1., 2.]) returned 3.0\nexpected 1.5\nLikely slip: that is the sum.")
    'Likely slip: that is the sum.'
    >>> gist("✗ mean\nmean([1., 2.]) returned 3.0\nexpected 1.5")
    'mean(…) returned … expected …'
    """
    text = " ".join(line for line in message.split(AGAIN)[0].splitlines() if not line.startswith("✗"))
    text = re.sub(r"\(The case:.*?\.\)", "", text.partition(PRINTED)[0]).strip()
    if "Likely slip" in text:
        return text[text.index("Likely slip") :]
    text = re.sub(r"\[[^\]]*\]+", "…", text)
    text = re.sub(r"[-+]?\d[\d.,e+-]*", "…", text)
    return re.sub(r"…(?:[\s,…]*…)+", "…", text)[:300]


def _moments(marks: Marks, terms: Terms) -> str:
    """When people handed in, since the release where that is known."""
    times = [work.handed_in for work in marks.works if work.handed_in]
    if not times:
        return ""
    start = terms.released or min(times)
    hours = [(moment - start).total_seconds() / 3600 for moment in times]
    due = (terms.due - start).total_seconds() / 3600 if terms.due else None
    since = "the release" if terms.released else "the first submission"
    return plots.picture(plots.moments(hours, due, since))


def _pairs(marks: Marks, assignment: Assignment) -> tuple[list[likeness.Pair], list[likeness.Pair]]:
    """Who is too like another, and who is too like the published solution."""
    skeleton = released_cells(assignment)
    prints = {work.student: likeness.prints_of(work.cells, skeleton) for work in marks.works}
    named = {work.student: likeness.prints_of(work.cells, skeleton, names=True) for work in marks.works}
    solution: dict[str, str] = {}
    for notebook in assignment.notebooks.values():
        solution |= learners_cells(notebook)
    published = likeness.prints_of(solution, skeleton, names=True)
    return likeness.alike(prints), likeness.like_solution(named, published)
