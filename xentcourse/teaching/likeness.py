"""Which submissions are too alike: winnowed fingerprints of what learners wrote themselves.

Names of variables and functions, comments, spaces and texts are taken out first, so renaming and reformatting
hide nothing. What the release shows to everybody does not count, and neither does what many wrote: for a
small task most right answers are alike. What is left is what only a few have in common.

Schleimer, Wilkerson & Aiken (2003), "Winnowing: local algorithms for document fingerprinting", SIGMOD.
"""

import hashlib
import io
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations

GRAM = 10  #: tokens that must agree in a row
WINDOW = 6  #: of so many grams one is kept, so GRAM + WINDOW - 1 equal tokens are always found
COMMON = 0.03  #: what a larger share of the class wrote counts for nothing
FEW = 6  #: but what so few wrote always counts
ENOUGH = 18  #: fingerprints in common below which a pair is chance: some five lines
ALIKE = 0.6  #: the share of the smaller one's own fingerprints from which a pair is listed
COPIED = 0.9  #: and that of the published solution's

Prints = frozenset[int]


@dataclass(frozen=True, order=True)
class Pair:
    """Two submissions and how much of the smaller one is in both."""

    share: float
    common: int
    first: str
    second: str


def tokens(source: str, *, names: bool = False) -> list[str]:
    """Python as a list of tokens without comments and layout; names of one's own are alike unless kept.

    What is no Python is read as far as it is.
    """
    found: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME:
                known = keyword.iskeyword(token.string)
                # What stands behind a point is a library's name: to rename that is to change the program.
                kept = names or known or (found and found[-1] == ".")
                found.append(token.string if kept else "name")
            elif token.type == tokenize.STRING:
                found.append(token.string if names else "text")
            elif token.type in (tokenize.NUMBER, tokenize.OP):
                found.append(token.string)
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def fingerprints(of: list[str]) -> Prints:
    """The winnowed hashes of all runs of GRAM tokens."""
    grams = [_hash(of[at : at + GRAM]) for at in range(len(of) - GRAM + 1)]
    return frozenset(min(grams[at : at + WINDOW]) for at in range(max(1, len(grams) - WINDOW + 1)) if grams)


def _hash(gram: Iterable[str]) -> int:
    return int.from_bytes(
        hashlib.blake2b(" ".join(gram).encode("utf-8", "replace"), digest_size=8).digest(), "big"
    )


def prints_of(cells: Mapping[str, str], skeleton: Mapping[str, str], *, names: bool = False) -> Prints:
    """The fingerprints of somebody's cells, by grade id, without those of the cells as they were released."""
    mine = frozenset[int]().union(*(fingerprints(tokens(source, names=names)) for source in cells.values()))
    return mine - _given(tuple(skeleton.values()), names)


@cache
def _given(sources: tuple[str, ...], names: bool) -> Prints:
    """All that everybody was given; the same for a whole class."""
    return frozenset[int]().union(*(_every(tokens(source, names=names)) for source in sources))


def _every(of: list[str]) -> Prints:
    """The hashes of all runs, winnowed or not: a run that everybody was given is never a finding."""
    return frozenset(_hash(of[at : at + GRAM]) for at in range(len(of) - GRAM + 1))


def alike(prints: Mapping[str, Prints]) -> list[Pair]:
    """The pairs that share what few others have, most alike first. Time grows with what is shared, not N²."""
    owners: dict[int, list[str]] = defaultdict(list)
    for name, mine in prints.items():
        for one in mine:
            owners[one].append(name)
    rare_until = max(FEW, round(COMMON * len(prints)))
    own: Counter[str] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    for names in owners.values():
        if len(names) <= rare_until:
            own.update(names)
            shared.update(combinations(sorted(names), 2))
    pairs = (
        Pair(count / min(own[first], own[second]), count, first, second)
        for (first, second), count in shared.items()
        if count >= ENOUGH
    )
    return sorted((pair for pair in pairs if pair.share >= ALIKE), reverse=True)


def like_solution(prints: Mapping[str, Prints], solution: Prints) -> list[Pair]:
    """Who has the published solution, names and all: that many may have it makes it no less a copy."""
    pairs = (
        Pair(len(mine & solution) / len(mine), len(mine & solution), name, "the published solution")
        for name, mine in prints.items()
        if len(mine) >= ENOUGH
    )
    return sorted((pair for pair in pairs if pair.share >= COPIED), reverse=True)
