"""Checks of the assignment `calibration`. Taught in book/calibration.md."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xentcourse.checks.answer import Answer, CheckFailedError
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Tolerance
from xentcourse.checks.slips import calibration as slips
from xentcourse.reference import calibration as reference

Array = np.ndarray
Rng = np.random.Generator

#: What a search for a minimum can be asked for: near it the loss hardly changes.
FOUR_DIGITS = Tolerance(relative=1e-4, absolute=0.0)


@check("reliability_bins")
def reliability_bins(answer: Answer, rng: Rng) -> None:
    """Few examples and many, empty bins, and confidences at the ends and on an edge."""
    for note, confidence, correct, bins in forecasts(rng):
        answer.must_match(
            reference.reliability_bins, confidence, correct, bins=bins, note=note, slips=slips.BINS
        )


@check("ece")
def ece(answer: Answer, rng: Rng) -> None:
    """The same examples, and one bin for all."""
    for note, confidence, correct, bins in forecasts(rng):
        answer.must_match(
            reference.expected_calibration_error,
            confidence,
            correct,
            bins=bins,
            note=note,
            slips=slips.ECE,
        )


@check("wilson_interval")
def wilson_interval(answer: Answer, rng: Rng) -> None:
    """Shares in the middle and at the ends, few trials and many, and other widths."""
    trials = int(rng.integers(30, 90))
    for note, k, n in (
        ("nine of ten", 9, 10),
        ("a few of many", int(rng.integers(3, 12)), trials),
        ("most of many", trials - int(rng.integers(3, 12)), trials),
        ("all of them", 20, 20),
        ("none of them", 0, 15),
        ("one trial", 1, 1),
        ("thousands", 4321, 5000),
    ):
        for z in (1.96, round(rng.uniform(1, 3), 2)):
            answer.must_match(reference.wilson_interval, k, n, z=z, note=note, slips=slips.WILSON)


@check("temperature_nll")
def temperature_nll(answer: Answer, rng: Rng) -> None:
    """Temperatures below 1, at 1 and above, and logits of any size."""
    for note, logits, labels in batches(rng):
        for temperature in (2.0, 1.0, 0.5, round(rng.uniform(1.2, 9), 1)):
            answer.must_match(
                reference.temperature_nll,
                logits,
                labels,
                temperature=temperature,
                note=note,
                slips=slips.NLL,
            )


@check("best_temperature")
def best_temperature(answer: Answer, rng: Rng) -> None:
    """Networks that are too sure and not sure enough, with best temperatures from tiny to huge."""
    for note, logits, labels in mistaken(rng):
        match_temperature(answer, logits, labels, note=note, slips=slips.BEST)


@check("best_temperature")
def best_temperature_ends(answer: Answer, rng: Rng) -> None:
    """Calibration sets without a best temperature, at either end, with ties and without."""
    for note, logits, labels in endless(rng):
        match_temperature(answer, logits, labels, note=note, slips=slips.ENDS)


def match_temperature(answer: Answer, logits: Array, labels: Array, **options: Any) -> None:
    """As `must_match`; where no slip speaks, a number that is not the best one is told what it costs."""
    try:
        answer.must_match(reference.best_temperature, logits, labels, tolerance=FOUR_DIGITS, **options)
    except CheckFailedError as failure:
        lines = str(failure).splitlines()
        if not any(line.startswith(("the number is", "That is close")) for line in lines):
            raise
        told = slips.not_the_best(float(answer(logits, labels)), logits, labels)
        raise CheckFailedError("\n".join([*lines[:2], told, *lines[3:]])) from None


@check("brier_parts")
def brier_parts(answer: Answer, rng: Rng) -> None:
    """Groups of unequal size in any order, one group, and forecasts that say everything."""
    for note, stated, came in days(rng):
        answer.must_match(reference.score_parts, stated, came, note=note, slips=slips.PARTS)


# ---- the inputs -------------------------------------------------------------------------------------


def between_edges(rng: Rng, size: int, low: float = 0.0) -> Array:
    """Confidences that are short to read and lie on no edge of ten bins or of five."""
    return rng.integers(int(100 * low), 100, size=size) / 100 + 0.005


def outcomes(rng: Rng, confidence: Array) -> Array:
    """What came of forecasts that are a little too sure, some of either kind."""
    right = (rng.random(confidence.size) < 0.1 + 0.7 * confidence).astype(np.int64)
    right[rng.permutation(confidence.size)[:2]] = (0, 1)
    return right


def forecasts(rng: Rng) -> Iterator[tuple[str, Array, Array, int]]:
    """Confidences, what came of them, and a number of bins."""
    yield (
        "four examples, two bins",
        np.array([0.3, 0.9, 0.6, 0.1]),
        np.array([1, 1, 0, 0]),
        2,
    )
    some = between_edges(rng, 9, 0.5)
    yield "nine examples, empty bins below one half", some, outcomes(rng, some), 5
    many = between_edges(rng, 300, 0.1)
    yield "many examples, ten bins", many, outcomes(rng, many), 10
    yield (
        "an example on the edge between two bins belongs to the upper one",
        np.array([0.5, 0.3, 0.75, 0.8, 0.25]),
        np.array([1, 0, 0, 1, 0]),
        4,
    )
    yield (
        "confidences of exactly 0 and 1",
        np.array([0.0, 1.0, 1.0, 0.7]),
        np.array([0, 1, 0, 1]),
        4,
    )
    yield "one bin for all", many[:40], outcomes(rng, many[:40]), 1
    yield "one example", np.array([0.85]), np.array([0]), 10


def short(rng: Rng, shape: tuple[int, ...], size: float = 1.0) -> Array:
    """Normal numbers that are short to read; adding 0.0 turns -0.0 into 0.0."""
    return (size * rng.normal(size=shape)).round(2) + 0.0


def batches(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Logits and labels of any kind."""
    yield "two rows", short(rng, (2, 3)), np.array([1, 0])
    yield "one row", short(rng, (1, 3)), np.array([2])
    yield "as many rows as classes", short(rng, (3, 3)), rng.permutation(3)
    yield "many rows", rng.normal(size=(40, 5)), rng.integers(0, 5, size=40)
    yield "logits around 1000", np.array([[1000.0, 999.0], [1000.0, 1002.0]]), np.array([0, 0])
    yield "a label that is nearly impossible", np.array([[0.0, 2000.0]]), np.array([0])
    yield (
        "a row in the thousands and a row near 0",
        np.array([[5000.0, 5001.0], [0.0, 1.0]]),
        np.array([1, 0]),
    )


def voted(rng: Rng, rows: int, classes: int, sureness: float) -> tuple[Array, Array]:
    """Logits, and labels that follow them by softmax but for one in ten; some right, some wrong."""
    z = rng.normal(size=(rows, classes)).round(2) + 0.0
    p = np.exp(2 * z) / np.exp(2 * z).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(classes, p=row) for row in p])
    labels[: rows // 2] = z[: rows // 2].argmax(axis=1)
    labels[-1] = z[-1].argmin()
    return sureness * z, labels


def mistaken(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Calibration sets with a best temperature."""
    z = np.array([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0], [2.0, 0.0]])
    yield "three of four right: the best softmax says 3/4", z, np.array([0, 0, 0, 1])
    yield "a network that is too sure", *voted(rng, 30, 3, 4.0)
    yield "a network that is not sure enough", *voted(rng, 30, 3, 0.2)
    yield "many examples", *voted(rng, 200, 5, 2.0)
    yield "logits in the thousands: a best temperature far above 10", *voted(rng, 30, 3, 2000.0)
    yield "logits of a thousandth: a best temperature far below 1", *voted(rng, 30, 3, 0.002)
    shifted, labels = voted(rng, 30, 4, 3.0)
    yield "every row shifted by 1000, which changes nothing", shifted + 1000, labels


def endless(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Calibration sets without a best temperature."""
    z = short(rng, (6, 4), 2.0)
    yield "every label has the largest logit", z, z.argmax(axis=1)
    yield "every label has the smallest logit", z, z.argmin(axis=1)
    tied = np.array([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]])
    yield "a label shares the largest logit with another class", tied, np.array([2, 0])
    yield (
        "the labels' logits are on average exactly the rows' means",
        np.array([[2.0, 0.0], [2.0, 0.0], [5.0, 1.0], [1.0, 5.0]]),
        np.array([0, 1, 0, 0]),
    )
    yield (
        "mostly right, but wrong by far where it is wrong",
        np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [90.0, 0.0]]),
        np.array([0, 0, 0, 1]),
    )
    yield "one example, and it is right", np.array([[0.5, 0.25, 0.0]]), np.array([0])
    large = short(rng, (5, 3)) * 1000
    yield "large logits, all right", large, large.argmax(axis=1)


def days(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Stated probabilities and what came."""
    yield (
        "two groups",
        np.array([0.25, 0.75, 0.25, 0.75, 0.75]),
        np.array([0, 1, 1, 1, 1]),
    )
    for note, values, size in (
        ("four statements, in any order", [0.1, 0.4, 0.6, 0.9], 12),
        ("tenths, many days", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 300),
    ):
        stated = rng.choice(values, size=size)
        stated[: len(values)] = values
        yield note, stated, outcomes(rng, stated)
    yield (
        "statements close to each other are different statements",
        np.array([0.61, 0.64, 0.61, 0.64, 0.68, 0.61]),
        np.array([1, 0, 1, 1, 0, 0]),
    )
    yield "the same statement every day", np.full(8, 0.3), np.array([0, 1, 0, 1, 1, 0, 1, 0])
    yield "a service that knows everything", np.array([0.0, 1.0, 1.0, 0.0, 1.0]), np.array([0, 1, 1, 0, 1])
    yield "a day for each statement", np.array([0.2, 0.9, 0.55]), np.array([1, 1, 0])
    yield "it always rained", np.array([0.7, 0.8, 0.8]), np.array([1, 1, 1])
