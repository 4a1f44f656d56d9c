"""Surprise: the information of one event, its opposite, a sequence. Taught in book/information.md."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    as_distributions,
    as_numbers,
    as_probabilities,
    check_base,
    fit_together,
)
from xentcourse.reference._logarithm import log


def self_information(p: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The surprise of an event of probability p: −log p.

    p    : array-like of any shape, or one number; each in 0..1.
    base : e gives nats, 2 gives bits, 10 gives bans.
    Returns float64 of the same shape: 0.0 for a certain event, inf for an impossible one.
    Raises ValueError for NaN, for what is no probability, and for a base that is not above 1.
    Source: Shannon (1948), section 6. Taught in book/information.md.

    >>> self_information([1, 1/2, 1/8, 0], base=2).tolist()
    [0.0, 1.0, 3.0, inf]
    """
    base = check_base(base, function="self_information")
    p = as_probabilities(p, function="self_information", name="p")
    return _surprise(p, base)


def complement_information(q: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The surprise of an event whose opposite has probability q: −log(1 − q), exact for the smallest q.

    q    : array-like of any shape, or one number; each in 0..1.
    base : e gives nats, 2 gives bits, 10 gives bans.
    Returns float64 of the same shape: 0.0 where q = 0, inf where q = 1.
    Raises ValueError for NaN, for what is no probability, and for a base that is not above 1.
    Source: Goldberg (1991), theorem 4. Taught in book/information.md.

    >>> float(complement_information(1e-18))   # 1 − 1e-18 would round to 1
    1e-18
    """
    base = check_base(base, function="complement_information")
    q = as_probabilities(q, function="complement_information", name="q")
    with np.errstate(divide="ignore", under="ignore"):
        return np.asarray(0.0 - np.log1p(-q) / math.log(base))  # 0.0 −: no negative zero


def convert_information(value: npt.ArrayLike, *, from_base: float, to_base: float) -> FloatArray:
    """An amount of information in another unit: value · ln(from_base) / ln(to_base).

    value              : array-like of any shape, or one number; differences may be negative.
    from_base, to_base : 2 for bits, e for nats, 10 for bans.
    Returns float64 of the same shape; infinities stay infinite.
    Raises ValueError for NaN and for a base that is not above 1.
    Source: Shannon (1948), introduction. Taught in book/information.md.

    >>> round(float(convert_information(1, from_base=10, to_base=2)), 4)   # a ban in bits
    3.3219
    """
    old = check_base(from_base, function="convert_information", name="from_base")
    new = check_base(to_base, function="convert_information", name="to_base")
    amount = as_numbers(value, function="convert_information", name="value")
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(amount * (math.log(old) / math.log(new)))


def conditional_information(
    joint: npt.ArrayLike, given: npt.ArrayLike, *, base: float = math.e
) -> FloatArray:
    """The surprise of y once x is known: I(x, y) − I(x) = −log(p(x, y) / p(x)).

    joint : probability of x and y together; array-like or one number.
    given : probability of x, above 0 and at least `joint`; broadcasts with it.
    base  : e gives nats, 2 gives bits, 10 gives bans.
    Returns float64 of the common shape, never negative: 0.0 where x implies y, inf where x excludes y.
    Raises ValueError for what is no probability, for given = 0, joint > given, and shapes that do not fit.
    Source: Cover & Thomas (2006), section 2.2. Taught in book/information.md.

    >>> float(conditional_information(1/8, 1/2, base=2))
    2.0
    """
    base = check_base(base, function="conditional_information")
    joint = as_probabilities(joint, function="conditional_information", name="joint")
    given = as_probabilities(given, function="conditional_information", name="given")
    joint, given = fit_together(
        joint,
        given,
        function="conditional_information",
        names=("joint", "given"),
        hint="Does each joint probability have its own given one?",
    )
    if (given == 0).any():
        raise ValueError(
            "conditional_information: given is 0, a probability above 0 is needed. "
            "Nothing is known about y after an x that can't happen."
        )
    if (joint > given).any():
        raise ValueError(
            f"conditional_information: joint is {joint[joint > given][0]:.6g}, more than given, which is "
            f"{given[joint > given][0]:.6g}; x and y together are at most as probable as x. Swapped?"
        )
    # Close to 1 the ratio would lose digits that the difference, exact there, still has.
    missing = complement_information((given - joint) / given, base=base)
    return np.where(2 * joint > given, missing, _surprise(joint / given, base))


def symbol_information(
    sequence: Iterable[Hashable], model: Mapping[Any, float], *, base: float = math.e
) -> FloatArray:
    """The surprise of each symbol of a sequence under a model of independent symbols.

    sequence : a text, or any iterable of N hashable symbols.
    model    : symbol → probability; a symbol that it does not list has probability 0.
    base     : e gives nats, 2 gives bits, 10 gives bans.
    Returns (N,) float64.
    Raises ValueError for a model that is no distribution, and for a base that is not above 1.
    Source: Shannon (1948), section 6. Taught in book/information.md.

    >>> symbol_information("abc", {"a": 1/2, "b": 1/2}, base=2).tolist()
    [1.0, 1.0, inf]
    """
    base = check_base(base, function="symbol_information")
    p = _as_model(model, function="symbol_information")
    return _surprise(np.array([p.get(symbol, 0.0) for symbol in sequence]), base)


def sequence_information(
    sequence: Iterable[Hashable], model: Mapping[Any, float], *, base: float = math.e
) -> FloatArray:
    """The surprise of a whole sequence under a model of independent symbols: its negative log-likelihood.

    sequence, model, base : as in `symbol_information`.
    Returns one float64; 0.0 for an empty sequence, inf where a symbol is impossible.
    Raises ValueError as `symbol_information` does.
    Source: Shannon (1948), section 6. Taught in book/information.md.

    >>> float(sequence_information("abba" * 1000, {"a": 1/2, "b": 1/2}, base=2))
    4000.0
    """
    base = check_base(base, function="sequence_information")
    p = _as_model(model, function="sequence_information")
    counts = Counter(sequence)
    surprises = _surprise(np.array([p.get(symbol, 0.0) for symbol in counts]), base)
    # Counting first: a million letters cost no more than twenty-six, and no rounding piles up.
    terms = (n * surprise for n, surprise in zip(counts.values(), surprises.tolist(), strict=True))
    return np.asarray(math.fsum(terms))


def surprise_extremes(sequence: Iterable[Hashable], model: Mapping[Any, float]) -> tuple[int, int]:
    """Where a sequence is least surprising, and where most.

    sequence, model : as in `symbol_information`.
    Returns two positions that count from 0, the first of several equal ones.
    Raises ValueError for an empty sequence, and as `symbol_information` does.
    Source: none; taught in book/information.md.

    >>> surprise_extremes("abac", {"a": .7, "b": .2, "c": .1})
    (0, 3)
    """
    p = _as_model(model, function="surprise_extremes")
    # Probabilities, not their logarithms: two that differ in the last digit may share a logarithm.
    chances = np.array([p.get(symbol, 0.0) for symbol in sequence])
    if chances.size == 0:
        raise ValueError(
            "surprise_extremes: the sequence is empty, at least one symbol is needed. "
            "Was the text read from the right place?"
        )
    return int(chances.argmax()), int(chances.argmin())


def _surprise(p: FloatArray, base: float) -> FloatArray:
    """−log p."""
    return np.asarray(0.0 - log(p, base))  # 0.0 − 0.0 is 0.0, where −0.0 would be a negative zero


def _as_model(model: Mapping[Any, float], *, function: str) -> dict[Any, float]:
    """A mapping from symbols to probabilities that sum to 1."""
    if not isinstance(model, Mapping) or not model:
        raise ValueError(
            f"{function}: the model is {repr(model)[:60]}, a mapping of symbols to probabilities is needed. "
            'Did you mean something like {"a": 0.5, "b": 0.5}?'
        )
    p = as_distributions(list(model.values()), shape=(len(model),), function=function, name="model")
    return dict(zip(model, p.tolist(), strict=True))
