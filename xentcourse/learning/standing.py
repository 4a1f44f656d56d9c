"""How far somebody is with an assignment: parts done, points, minutes left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xentcourse.checks.check import Verdict
from xentcourse.learning.parts import Graded, Part

SIGNS = {"passed": "✓", "failed": "✗", "not attempted": "·"}


@dataclass(frozen=True)
class Standing:
    """An assignment's parts with the verdicts on their checks."""

    slug: str
    parts: Sequence[Part]
    verdicts: Mapping[str, Verdict]

    @property
    def done(self) -> int:
        """How many parts are done."""
        return sum(part.state(self.verdicts) == "passed" for part in self.parts)

    @property
    def points(self) -> float:
        """What the checks that pass are worth."""
        return sum(one.points for one in self._graded() if self.verdicts[one.check].result == "passed")

    @property
    def max_points(self) -> float:
        """What all checks are worth."""
        return sum(part.points for part in self.parts)

    @property
    def minutes_left(self) -> int:
        """What the parts that are not done are meant to take."""
        return sum(part.minutes for part in self.parts if part.state(self.verdicts) != "passed")

    def with_result(self, result: str) -> list[Graded]:
        """The checks that ended in this way."""
        return [one for one in self._graded() if self.verdicts[one.check].result == result]

    def summary(self) -> str:
        """The standing in one line."""
        points = f"{self.points:g} of {self.max_points:g} points"
        left = f"about {self.minutes_left} minutes left" if self.minutes_left else "nothing left to do"
        return f"{self.done} of {len(self.parts)} parts done, {points}, {left}"

    def _graded(self) -> list[Graded]:
        return [one for part in self.parts for one in part.graded]


def stand(
    slug: str, parts: Sequence[Part], verdict: Callable[[Graded], Verdict | None], missing: str
) -> Standing:
    """The standing by a verdict on each check; `missing` is the sentence for those that have none."""
    verdicts = {}
    for one in (one for part in parts for one in part.graded):
        verdicts[one.check] = verdict(one) or Verdict("not attempted", missing, 0)
    return Standing(slug, parts, verdicts)


def table(standings: Sequence[Standing]) -> str:
    """All assignments in a table of text, a line each, and the sum."""
    rows = [("assignment", "parts", "points", "minutes left")]
    for one in standings:
        rows.append(_row(one.slug, [one]))
    if len(standings) > 1:
        rows.append(_row("together", standings))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if first else cell.rjust(width)
            for cell, width, first in zip(row, widths, (True, False, False, False), strict=True)
        ).rstrip()
        for row in rows
    )


def _row(name: str, standings: Sequence[Standing]) -> tuple[str, str, str, str]:
    parts = f"{sum(one.done for one in standings)} of {sum(len(one.parts) for one in standings)}"
    points = f"{sum(one.points for one in standings):g} of {sum(one.max_points for one in standings):g}"
    return name, parts, points, str(sum(one.minutes_left for one in standings))


def details(standing: Standing) -> str:
    """One assignment part by part, as text."""
    lines = [f"{standing.slug}: {standing.summary()}"]
    for number, part in enumerate(standing.parts, start=1):
        lines.append(f"  {SIGNS[part.state(standing.verdicts)]} part {number}: {part.title}{_worth(part)}")
        for one in part.graded:
            verdict = standing.verdicts[one.check]
            if verdict.result == "failed":
                lines += [f"      {line}" for line in verdict.message.splitlines()]
    return "\n".join(lines)


def _worth(part: Part) -> str:
    return f" ({part.points:g} points, {part.minutes} minutes)"
