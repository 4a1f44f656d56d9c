"""What the benchmarks share: figures taken in turns, each beside the one that it is judged by."""

import json
import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Row:
    """One figure beside the one that it is judged by."""

    name: str
    ours: float
    theirs: float | None  #: None, as the ratio, where there is nothing to compare with
    ratio: float | None
    goal: str = ""  #: empty where the figure is only reported
    holds: bool | None = None


def at_most(name: str, ours: float, theirs: float, goal: float | None = None) -> Row:
    """A row whose ratio shall be at most `goal`."""
    ratio = ours / theirs
    return Row(
        name, ours, theirs, ratio, f"ratio <= {goal:g}" if goal else "", ratio <= goal if goal else None
    )


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(
    figures: Mapping[str, Callable[[], float]], rounds: int, *, uncounted: int = 0
) -> dict[str, float]:
    """The median of each figure, one taken after the other in every round, after rounds that do not count."""
    taken: dict[str, list[float]] = {name: [] for name in figures}
    for _ in range(uncounted + rounds):
        for name, figure in figures.items():
            taken[name].append(figure())
    return {name: statistics.median(values[uncounted:]) for name, values in taken.items()}


def report(
    rows: Iterable[Row], out: Path, about: dict[str, Any], *, width: int, theirs: str = "theirs"
) -> int:
    """Show each row as soon as it is there and write all of them to `out`; returns 1 where a goal is missed.

    about : what else to write down, beside the cores and the load of the machine.
    width : columns for the names.
    theirs : the heading of what ours is compared with.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    load, all_rows = [os.getloadavg()[0]], []
    print(f"{'':{width}} {'ours':>9} {theirs:>9} {'ratio':>8}  goal")
    for row in rows:
        show(row, width)
        all_rows.append(row)
        load.append(os.getloadavg()[0])
    result = {"cores": os.cpu_count(), **about, "load": load, "rows": [asdict(row) for row in all_rows]}
    out.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{os.cpu_count()} cores; load {min(load):.1f} to {max(load):.1f}. Written to {out}.")
    return int(any(row.holds is False for row in all_rows))


def show(row: Row, width: int) -> None:
    """One line."""
    holds = {None: "", True: "holds", False: "MISSED"}[row.holds]
    compared = ((row.theirs, 9), (row.ratio, 8))
    others = " ".join(" " * size if figure is None else f"{figure:{size}.3g}" for figure, size in compared)
    print(f"{row.name:{width}} {row.ours:9.3g} {others}  {row.goal:16} {holds}", flush=True)
