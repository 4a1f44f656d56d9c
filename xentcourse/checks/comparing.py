"""Comparing a learner's result with the expected one, and putting the difference into words."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from xentcourse.checks.plain import Plain


@dataclass(frozen=True)
class Slip:
    """A mistake people make: what it computes, and what a tutor says to who made it."""

    sentence: str
    wrong: Callable[..., Any]  #: takes the same arguments as the learner's function


@dataclass(frozen=True)
class Tolerance:
    """How far a result may lie from the expected one: |x − e| ≤ absolute + relative · |e|."""

    relative: float = 1e-9
    absolute: float = 1e-12

    def accepts(self, value: Plain, expected: Plain) -> bool:
        """Whether `value` has the shape of `expected` and agrees with it entry by entry."""
        if isinstance(expected, tuple):
            return (
                isinstance(value, list | tuple)
                and len(value) == len(expected)
                and all(map(self.accepts, value, expected))
            )
        x, e = as_numbers(value), np.asarray(expected)
        if e.size == 0:  # a loop over no rows can't know how long they would have been
            return x is not None and x.size == 0
        return x is not None and x.shape == e.shape and bool(self.close(x, e).all())

    def close(self, x: np.ndarray, e: np.ndarray) -> np.ndarray:
        """Entry by entry; an infinity agrees with itself only, NaN with NaN."""
        return np.asarray(np.isclose(x, e, rtol=self.relative, atol=self.absolute, equal_nan=True))


#: Relative differences up to here look like rounding or a "safety" constant, not like another formula.
NEARLY = 1e-3

#: Constant factors that give a slip away, by what they mean.
TELLING_FACTORS = {
    1 / math.log(2): "that is bits (log base 2), nats (natural logarithm) were asked",
    math.log(2): "as if bits were turned into nats once too often: use the natural logarithm throughout",
    1 / math.log(10): "that is bans (log base 10), nats (natural logarithm) were asked",
    -1.0: "the sign is turned round",
    2.0: "look for a factor 2 too many",
    0.5: "look for a factor 2 that got lost",
}


def as_numbers(value: Plain) -> np.ndarray | None:
    """`value` as an array of real numbers, None where it is none."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal length
        return None
    return array if array.dtype.kind in "biuf" else None


def difference(value: Plain, expected: Plain, tolerance: Tolerance) -> str:
    """One or two sentences on how `value`, which `tolerance` does not accept, differs from `expected`."""
    if isinstance(expected, tuple):
        return _tuple_difference(value, expected, tolerance)
    x, e = as_numbers(value), np.asarray(expected)
    if x is None:
        return f"That is {kind(value)}; {kind(expected)} was expected."
    if x.shape != e.shape:
        return _shape_difference(x, e, tolerance)
    wrong = ~np.atleast_1d(tolerance.close(x, e))
    x, e = np.atleast_1d(x).astype(float), np.atleast_1d(e).astype(float)
    if np.isnan(x[wrong]).all():
        return f"{_some(wrong)} nan. Look for inf - inf, 0 * inf or inf / inf on the way."
    if np.isinf(x[wrong]).all() and np.isfinite(e[wrong]).all():
        return f"{_some(wrong)} infinite. Look for an overflow in exp, or the logarithm of a 0."
    if np.isfinite(x).all() and np.isfinite(e).all() and (np.abs(x - e) <= NEARLY * np.abs(e)).all():
        return (
            "That is close, but not the same number: "
            "is something rounded, clipped, approximated by a difference, or an epsilon added?"
        )
    factor = _common_factor(x, e)
    if factor is not None:
        return f"Every entry is {factor:.5g} times what was expected{_telling(factor)}."
    index = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    place = f"[{', '.join(map(str, index))}]" if np.ndim(expected) else ""
    where = f"entry {place}" if place else "the number"
    return (
        f"{wrong.sum()} of {wrong.size} entries differ; " if wrong.size > 1 else ""
    ) + f"{where} is {x[index]:.7g}, expected {e[index]:.7g}."


def kind(value: Plain) -> str:
    """What a value is, in words: "an array of shape (3, 2)"."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, np.ndarray) and value.dtype.kind == "U":
        return "an array of text" if value.ndim else "a piece of text"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, int | float | np.ndarray):
        return "a number"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)} entries"
    return "a piece of text" if isinstance(value, str) else f"a {type(value).__name__}"


def show(value: Plain, limit: int = 200) -> str:
    """`value` as it would be typed, shortened: small arrays in full, large ones by shape."""
    if isinstance(value, np.ndarray):
        if value.size > 24:
            return f"<array of shape {value.shape}>"
        with np.printoptions(precision=6, suppress=False, linewidth=100_000, floatmode="maxprec"):
            text = np.array2string(value, separator=", ")
        text = re.sub(r"(?<=\[) | (?=[,\]])", "", " ".join(text.split()))  # NumPy aligns columns by blanks
        return text if value.size else f"<array of shape {value.shape}>"
    if isinstance(value, tuple | list):
        text = ", ".join(show(item, limit) for item in value)
        return f"({text})" if isinstance(value, tuple) else f"[{text}]"
    text = f"{value:.7g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def in_own_unit(sentence: str, information: Callable[..., Any]) -> tuple[Slip, ...]:
    """Slips that give `information(*arguments, base)` in nats, bits or bans, whatever was asked for."""

    def slip(always: float) -> Slip:
        return Slip(sentence, lambda *args, **_base: information(*args, always))

    return tuple(map(slip, (math.e, 2.0, 10.0)))


def with_epsilons(sentence: str, result: Callable[..., Any]) -> tuple[Slip, ...]:
    """Slips that give `result(keep_finite, *arguments)` with the usual small numbers.

    keep_finite adds one to its argument, or bounds its argument by one.
    """

    def slip(keep_finite: Callable[[np.ndarray], np.ndarray]) -> Slip:
        return Slip(sentence, lambda *args, **kw: result(keep_finite, *args, **kw))

    sizes = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30, 1e-100, 1e-300)
    ways: list[Callable[[np.ndarray], np.ndarray]] = []
    for e in (*sizes, float(np.finfo(float).eps), float(np.finfo(float).tiny)):
        ways += [
            lambda p, e=e: p + e,  # type: ignore[misc]
            lambda p, e=e: np.maximum(p, e),  # type: ignore[misc]
            lambda p, e=e: np.clip(p, e, 1 - e),  # type: ignore[misc]
        ]
    return tuple(map(slip, ways))


def _tuple_difference(value: Plain, expected: tuple[Plain, ...], tolerance: Tolerance) -> str:
    if not isinstance(value, list | tuple) or len(value) != len(expected):
        return f"That is {kind(value)}; a tuple of {len(expected)} results was expected."
    number, (x, e) = next(
        (i, pair)
        for i, pair in enumerate(zip(value, expected, strict=True), start=1)
        if not tolerance.accepts(*pair)
    )
    return f"Result {number} of {len(expected)}: {difference(x, e, tolerance)}"


def _shape_difference(x: np.ndarray, e: np.ndarray, tolerance: Tolerance) -> str:
    if x.ndim == e.ndim == 2 and tolerance.accepts(x.T, e):
        return f"The result is transposed: shape {x.shape}, expected {e.shape}."
    expected = f"shape {e.shape}" if e.ndim else "a single number"
    seen = f"has shape {x.shape}" if x.ndim else "is a single number"
    return f"The result {seen}, expected {expected}."


def _some(wrong: np.ndarray) -> str:
    if wrong.size == 1:
        return "The result is"
    return "All entries are" if wrong.all() else f"{wrong.sum()} of {wrong.size} entries are"


def _common_factor(x: np.ndarray, e: np.ndarray) -> float | None:
    telling = np.isfinite(e) & (e != 0)
    if telling.sum() == 0 or not np.isfinite(x).all() or (x[~telling] != e[~telling]).any():
        return None
    ratios = x[telling] / e[telling]
    factor = float(ratios[0])
    one_number_is_no_pattern = telling.sum() < 2 and not any(np.isclose(factor, t) for t in TELLING_FACTORS)
    if factor == 0 or one_number_is_no_pattern or not np.allclose(ratios, factor, rtol=1e-6, atol=0):
        return None
    return factor


def _telling(factor: float) -> str:
    meaning = next(
        (text for known, text in TELLING_FACTORS.items() if np.isclose(factor, known, rtol=1e-5)), ""
    )
    return f": {meaning}" if meaning else ""
