"""What other libraries answer to the same question, as recorded. Taught in book/frameworks.md.

scripts/peers.py asks them, in the environment that `make peers` makes; `make record-peers` writes their
answers to recorded.json, and a test asks again and compares.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

#: Two float64 results that differ by less, relatively, are the same answer.
SAME = 1e-9


@cache
def recorded() -> dict[str, Any]:
    """Everything that was recorded: versions, inputs, answers, and what the snippets print."""
    text = resources.files("xentcourse.peers").joinpath("recorded.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def inputs() -> dict[str, npt.NDArray[Any]]:
    """The numbers that every library was given, by name.

    >>> inputs()["labels"].tolist()
    [0, 2, 1, 0]
    """
    return {name: np.array(values) for name, values in recorded()["inputs"].items()}


def answers(group: str, **wanted: object) -> list[dict[str, Any]]:
    """The recorded answers of one group, in order; `wanted` keeps those with these entries.

    Each has library, call, reduction, value (a number or a list) and gradient (None where there is none).
    Raises ValueError for a group that was not recorded.

    >>> answers("labels", library="PyTorch", reduction="sum")[0]["call"]
    'functional.cross_entropy(z, y)'
    """
    groups = recorded()["answers"]
    if group not in groups:
        raise ValueError(
            f"answers: group {group!r} was not recorded, only {', '.join(groups)}. Is it misspelt?"
        )
    return [a for a in groups[group] if all(a[key] == value for key, value in wanted.items())]


def apart(answer: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """The largest distance between two results, relative to the largest expected entry; inf for other shapes.

    >>> apart([2.0, 4.0], [2.0, 4.4]) < 0.1
    True
    """
    a, e = np.asarray(answer, dtype=float), np.asarray(expected, dtype=float)
    if a.shape != e.shape:
        return float("inf")
    if np.array_equal(a, e):
        return 0.0
    return float(np.abs(a - e).max() / max(float(np.abs(e).max()), 1e-300))


def agree(answer: npt.ArrayLike, expected: npt.ArrayLike) -> bool:
    """Whether two results are the same up to rounding.

    >>> agree(0.1 + 0.2, 0.3)
    True
    """
    return apart(answer, expected) < SAME


def table(
    group: str,
    loss: Callable[[str], npt.ArrayLike],
    gradient: Callable[[str], npt.ArrayLike] | None = None,
    **wanted: object,
) -> str:
    """The recorded answers of a group, each with a word on whether it is what `loss(reduction)` says.

    gradient : gradient(reduction), to compare as well where the library has one
    wanted   : as in `answers`

    >>> print(table("labels", lambda reduction: 0.0, library="SciPy").splitlines()[0])
    SciPy: -log_softmax(z, axis=1)[rows, y]
    """
    calls: dict[str, list[str]] = {}
    for a in answers(group, **wanted):
        verdict = "agrees" if agree(a["value"], loss(a["reduction"])) else "DIFFERS"
        if gradient is not None and a["gradient"] is not None:
            same = agree(a["gradient"], gradient(a["reduction"]))
            verdict += ", gradient agrees" if same else ", gradient DIFFERS"
        values = " ".join(f"{float(x):.4f}" for x in np.ravel(a["value"]))
        width = 16 if gradient is None else 25
        line = f"  {a['reduction']:5} {verdict:{width}}  {values}"
        calls.setdefault(f"{a['library']}: {a['call']}", []).append(line)
    return "\n".join("\n".join([call, *lines]) for call, lines in calls.items())


def printed(snippet: str) -> str:
    """What a snippet of book/_peers printed, and the error that it ended with, if it did."""
    result = recorded()["snippets"][snippet]
    return str("\n".join(part for part in (result["printed"].rstrip(), result["raised"]) if part))
