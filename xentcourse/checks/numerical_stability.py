"""Checks of the assignment `numerical_stability`. Taught in book/numerical_stability.md."""

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Tolerance, as_numbers, kind, show
from xentcourse.checks.slips import numerical_stability as slips
from xentcourse.reference import numerical_stability as reference
from xentcourse.reference.softmax import logsumexp as reference_logsumexp

Array = np.ndarray
Rng = np.random.Generator

#: The usual absolute tolerance would take 0 for 1e-18.
EVERY_DIGIT = Tolerance(relative=1e-10, absolute=0.0)


@check("logsumexp")
def logsumexp(answer: Answer, rng: Rng) -> None:
    """Ordinary logits, in rows and in stacks of rows."""
    for note, z in ordinary_logits(rng):
        answer.must_match(reference_logsumexp, z, note=note, slips=slips.LOGSUMEXP)


@check("logsumexp")
def logsumexp_extremes(answer: Answer, rng: Rng) -> None:
    """Logits whose exponentials overflow or underflow, and logits of −inf."""
    for note, z in extreme_logits(rng):
        answer.must_match(reference_logsumexp, z, note=note, slips=slips.LOGSUMEXP_EXTREMES)


@check("log_complement")
def log_complement(answer: Answer, rng: Rng) -> None:
    """Ordinary probabilities, tiny ones, and such as are almost 1."""
    tiny = -rng.uniform(40, 700, size=3).round(1)
    for note, log_p in (
        ("p is one half", np.log([0.5])),
        ("ordinary probabilities", np.log(rng.uniform(0.1, 0.9, size=4).round(3))),
        ("p within 1e-17 of 1, and p below 1e-26", np.array([-1e-17, -60.0])),
        ("p = 1e-20 and smaller", np.array([math.log(1e-20), *tiny])),
        ("p within 1e-10 of 1 and nearer", np.array([-1e-10, -1e-17, -1e-200])),
        ("p is 1, and p is 0", np.array([0.0, -np.inf])),
        ("all kinds at once", np.array([-1e-30, -0.5, -math.log(2), -5.0, -60.0, -np.inf, 0.0])),
    ):
        answer.must_match(
            reference.log_complement, log_p, note=note, tolerance=EVERY_DIGIT, slips=slips.LOG_COMPLEMENT
        )


@check("bce_with_logits")
def bce_with_logits(answer: Answer, rng: Rng) -> None:
    """Labels and soft targets, logits from ordinary to enormous."""
    few = rng.uniform(-4, 4, size=4).round(2)
    for note, z, y in (
        ("labels 1 and 0", few, np.array([1.0, 0.0, 1.0, 0.0])),
        ("soft targets", few, rng.uniform(0.05, 0.95, size=4).round(2)),
        ("sure, twice right and once wrong", np.array([40.0, -40.0, 800.0]), np.array([1.0, 0.0, 0.0])),
        ("sure, and right: tiny losses", np.array([300.0, -700.0]), np.array([1.0, 0.0])),
        ("surer than exp can tell", np.array([800.0, -800.0]), np.array([1.0, 0.0])),
        ("sure, and wrong", np.array([-800.0, 1e4]), np.array([1.0, 0.0])),
        ("enormous logits", np.array([1e4, -1e4, 1e300, -1e300]), np.array([0.0, 1.0, 0.25, 0.5])),
        ("logit 0", np.zeros(3), np.array([0.0, 0.5, 1.0])),
    ):  # fmt: skip
        answer.must_match(slips.right_bce, z, y, note=note, tolerance=EVERY_DIGIT, slips=slips.BCE)


@check("update")
def update(answer: Answer, rng: Rng) -> None:
    """Blocks that lie below, above and beside what came before, and blocks of −inf."""
    for story, blocks in block_stories(rng):
        m, s = -math.inf, 0.0
        for i, block in enumerate(blocks):
            note = f"{story}, block {i + 1} of {len(blocks)}"
            answer.must_match(slips.right_update, m, s, block, note=note, slips=slips.UPDATE)
            m, s = slips.right_update(m, s, block)


@check("ulps")
def ulps(answer: Answer, rng: Rng) -> None:
    """Numbers of three formats, large, small and negative, and such as are not finite."""
    for note, computed, exact in (*measurements(rng), *failures()):
        note = f"{computed.dtype}, {note}"
        answer.must_match(slips.right_ulps, computed, exact, note=note, slips=slips.ULPS)


@check("counterexample")
def counterexample(answer: Answer, _rng: Rng) -> None:
    """Inputs that break four implementations which look harmless."""
    for name in ("as_typed", "clipped", "mean_removed", "starts_at_zero"):
        must_break(answer, name)


@check("counterexample")
def counterexample_subtle(answer: Answer, _rng: Rng) -> None:
    """Inputs that break two implementations which never overflow."""
    for name in ("one_pass", "maximum_removed"):
        must_break(answer, name)


# ---- what is to be broken ---------------------------------------------------------------------------


def as_typed(z: Array) -> float:
    """The formula as it stands."""
    return float(np.log(np.sum(np.exp(z))))


def clipped(z: Array) -> float:
    """No exponential overflows any more."""
    return float(np.log(np.sum(np.exp(np.clip(z, -700, 700)))))


def mean_removed(z: Array) -> float:
    """Any shift is right on paper."""
    shift = np.mean(z)
    return float(shift + np.log(np.sum(np.exp(z - shift))))


def starts_at_zero(z: Array) -> float:
    """The maximum of the logits, or 0 if all of them are negative."""
    shift = max(0.0, np.max(z))
    return float(shift + np.log(np.sum(np.exp(z - shift))))


def one_pass(z: Array) -> float:
    """The largest logit so far is removed from each one that comes."""
    largest, total = z[0], 0.0
    for x in z:
        largest = max(largest, x)
        total += np.exp(x - largest)
    return float(largest + np.log(total))


def maximum_removed(z: Array) -> float:
    """The formula of many textbooks."""
    largest = np.max(z)
    return float(largest + np.log(np.sum(np.exp(z - largest))))


IMPLEMENTATIONS: dict[str, Callable[[Array], float]] = {
    f.__name__: f for f in (as_typed, clipped, mean_removed, starts_at_zero, one_pass, maximum_removed)
}
#: What counts as broken: an error of more than this share of the exact value.
BROKEN = Decimal("0.001")
LONGEST, LARGEST = 100, 1000.0


def must_break(answer: Answer, name: str) -> None:
    """Fail unless the learner's input for this implementation is legal and breaks it."""
    value = answer(name)
    called = f"{answer.name}({name!r}) returned {show(value)}"
    z = as_numbers(value)
    if z is None or z.ndim != 1 or not 1 <= z.size <= LONGEST:
        what = kind(value) if z is None or z.ndim != 1 else f"a list of {z.size} numbers"
        answer.fail(called, f"That is {what}; {slips.LEGAL}")
    assert z is not None
    logits = z.astype(float)
    if not np.isfinite(logits).all():
        answer.fail(called, slips.NOT_FINITE)
    if np.abs(logits).max() > LARGEST:
        answer.fail(called, f"One logit is {logits[np.abs(logits).argmax()]:g}; {slips.LEGAL}")
    result = IMPLEMENTATIONS[name](logits)
    exact = reference.exact_logsumexp(logits.tolist())
    if math.isfinite(result) and abs(Decimal(result) - exact) <= BROKEN * abs(exact):
        answer.fail(
            called,
            f"{name} gives {result:.10g} there, and {exact:.10g} is right.",
            slips.UNBROKEN[name],
        )


# ---- the inputs -------------------------------------------------------------------------------------


def ordinary_logits(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Logits of moderate size, smallest arrays first."""
    yield "two equal logits", np.zeros(2)
    yield "ten logits of -10", np.full(10, -10.0)
    yield "three logits", rng.normal(size=3).round(2)
    yield "one logit", rng.normal(size=1).round(2)
    yield "whole numbers", rng.integers(-3, 4, size=3)
    yield "two rows", rng.normal(size=(2, 4)).round(2)
    yield "a stack of rows", rng.normal(size=(2, 3, 4))
    yield "float32", rng.normal(size=(2, 5)).astype(np.float32)


def extreme_logits(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Logits beyond the reach of exp, and −inf."""
    yield "large logits", np.array([1000.0, 1000.0])
    yield "very negative logits", np.array([-1000.0, -1001.0])
    yield "one logit far above the others", np.array([0.0, 0.0, 0.0, 900.0])
    yield "large float32 logits", rng.uniform(100, 200, size=3).astype(np.float32)
    yield "a row of -10 beside an overflow probe", np.stack([np.full(10, -10.0), np.full(10, 1e10)])
    yield "logits of very different size", np.array([[-1e4, 1e4, 0.0], [1e308, -1e308, 0.0]])
    yield "classes that are ruled out", np.array([-np.inf, 1.0, 2.0])
    yield "a row in which all classes are ruled out", np.array([[-np.inf, -np.inf], [0.0, 1.0]])


def block_stories(rng: Rng) -> Iterator[tuple[str, list[Array]]]:
    """Logits that come in blocks."""
    ordinary = rng.normal(size=(2, 3)).round(2)
    yield "the second block lies lower", [ordinary[0] + 5, ordinary[1]]
    yield "the second block lies higher", [ordinary[0], ordinary[1] + 5]
    yield "large logits", [np.array([1.0, 2.0]), np.array([1000.0, 1001.0]), np.array([-1000.0, 1000.5])]
    yield "single logits", [np.array([x]) for x in rng.permutation(4).astype(float)]
    yield "very negative logits", [np.array([-2000.0, -2001.0]), np.array([-2000.5])]
    yield "some are -inf", [np.array([-np.inf, 0.0]), np.array([1.0, -np.inf])]
    yield "a first block of -inf", [np.full(2, -np.inf), np.full(1, -np.inf), np.array([3.0, 4.0])]


def measurements(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Computed numbers a few ulps off in three formats, and the exact ones in float64."""
    for dtype in (np.float64, np.float32, np.float16):
        digits = rng.uniform(1.1, 1.8, size=4)  # well inside an interval between powers of 2
        for note, scale in (
            ("numbers near 1", 1.0),
            ("larger numbers", 2.0**9),
            ("smaller numbers", 2.0**-9),
        ):
            yield note, *off_by(rng, digits * scale, dtype)
        yield "negative numbers", *off_by(rng, -digits, dtype)
        yield "an exact answer", np.array([1.5], dtype=dtype), np.array([1.5])
        yield "exact 0", np.array([np.finfo(dtype).smallest_subnormal * 3], dtype=dtype), np.zeros(1)


def failures() -> Iterator[tuple[str, Array, Array]]:
    """Computed numbers that are none."""
    for dtype in (np.float64, np.float16):
        computed = np.array([np.inf, np.nan, -np.inf], dtype=dtype)
        yield "an overflow and a nan", computed, np.array([1.5, 2.5, 3.5])


def off_by(rng: Rng, numbers: Array, dtype: Any) -> tuple[Array, Array]:
    """Numbers of the format, each some quarters of an ulp away from what is called exact."""
    stored = numbers.astype(dtype)
    unit = np.spacing(stored).astype(np.float64)
    if dtype is np.float64:
        return stored, stored + unit * rng.integers(1, 6, size=len(stored))
    return stored, stored.astype(np.float64) + unit * (rng.integers(0, 5, size=len(stored)) + 0.25)
