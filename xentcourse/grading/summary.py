"""What whoever grades a class reads at the end: a table, failures, the slowest, the unreadable."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from xentcourse.grading.grade import Line, remarks

SLOWEST = 3
COMMONEST = 10


def as_json(lines: Sequence[Line]) -> str:
    """Every line with all that is known of it, for other programs."""
    return json.dumps({"lines": [asdict(line) for line in lines], "remarks": remarks(lines)}, indent=1)


def as_text(lines: Sequence[Line]) -> str:
    """The summary for people."""
    return "\n".join(
        [*_table(lines), *_failures(lines), *_slowest(lines), *_unreadable(lines), *remarks(lines)]
    )


def _table(lines: Sequence[Line]) -> list[str]:
    several = len({line.notebook for line in lines}) > 1
    rows = [("student", *(["notebook"] if several else []), "points", "")]
    for line in lines:
        points = f"{line.points:g} of {line.max_points:g}"
        note = "not gradable" if not line.readable else "" if line.graded else "unchanged"
        rows.append((line.student, *([line.notebook] if several else []), points, note))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _failures(lines: Sequence[Line]) -> list[str]:
    counts = Counter(check for line in lines if line.readable for check in line.failed)
    return _section(
        "Failed or not attempted, by check:",
        [f"{n:5}  {check}" for check, n in counts.most_common(COMMONEST)],
    )


def _slowest(lines: Sequence[Line]) -> list[str]:
    slow = sorted((line for line in lines if line.graded and line.readable), key=lambda line: -line.seconds)
    return _section("Slowest:", [f"{line.seconds:5.1f} s  {line.student}" for line in slow[:SLOWEST]])


def _unreadable(lines: Sequence[Line]) -> list[str]:
    rows = [f"  {line.student}: {' '.join(line.report)}" for line in lines if not line.readable]
    return _section("Not gradable, with 0 points:", rows)


def _section(title: str, rows: list[str]) -> list[str]:
    return ["", title, *rows] if rows else []
