"""Checks of the assignment `loss_variants`. Taught in book/loss_variants.md."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.slips import loss_variants as slips
from xentcourse.reference import loss_variants as reference
from xentcourse.reference.softmax import log_softmax

Array = np.ndarray
Rng = np.random.Generator


@check("costs")
def costs(answer: Answer, rng: Rng) -> None:
    """Every class's cost in every row, for logits of any size."""
    for note, logits in (
        ("two rows", short(rng, (2, 3))),
        ("as many rows as classes", short(rng, (3, 3))),
        ("one row", short(rng, (1, 4))),
        ("many rows", rng.normal(size=(30, 6))),
        ("logits around 1000", np.array([[1000.0, 998.0, 1001.0]])),
        ("logits around -1000", np.array([[-1000.0, -998.0, -1001.0]])),
        ("one row around 1000, one around -1000", np.array([[1000.0, 998.0], [-1001.0, -1000.0]])),
        ("one logit far above the other", np.array([[0.0, 3000.0]])),
    ):
        answer.must_match(lambda z: -log_softmax(z), logits, note=note, slips=slips.COSTS)


@check("masked_nll")
def masked_nll(answer: Answer, rng: Rng) -> None:
    """Every mark for "no label", few kept rows and all of them."""
    for note, logits, labels, mark in masked_batches(rng):
        answer.must_match(
            reference.cross_entropy_loss,
            logits,
            labels,
            ignore_index=mark,
            note=note,
            slips=slips.MASKED,
        )
    logits = short(rng, (3, 3))
    answer.must_match(
        reference.cross_entropy_loss,
        logits,
        np.array([0, -100, 2]),
        note="no ignore_index given: -100",
        slips=slips.MASKED,
    )


@check("weighted_loss")
def weighted_loss(answer: Answer, rng: Rng) -> None:
    """Weights alone, smoothing alone, both; every row has a label."""
    for note, logits, labels, weight, smoothing in weighted_batches(rng):
        answer.must_match(
            with_weight,
            logits,
            labels,
            weight,
            label_smoothing=smoothing,
            note=note,
            slips=slips.WEIGHTED,
        )
    answer.must_match(
        with_weight,
        short(rng, (3, 3)),
        np.array([0, 2, 2]),
        np.array([1.0, 0.5, 2.0]),
        note="no smoothing given: 0",
        slips=slips.WEIGHTED,
    )


@check("weighted_loss")
def weighted_loss_ignored(answer: Answer, rng: Rng) -> None:
    """Weights and smoothing with rows that have no label."""
    for note, logits, labels, mark in masked_batches(rng):
        weight = np.round(rng.uniform(0.2, 3, size=logits.shape[1]), 2)
        for smoothing in (0.0, 0.1):
            answer.must_match(
                with_weight,
                logits,
                labels,
                weight,
                ignore_index=mark,
                label_smoothing=smoothing,
                note=note,
                slips=slips.WEIGHTED_IGNORED,
            )


@check("focal_loss")
def focal_loss(answer: Answer, rng: Rng) -> None:
    """Whole and broken exponents, 0 among them, and logits of any size."""
    for note, logits, labels in labelled_batches(rng):
        for gamma in (2.0, 0.5, 0.0, round(rng.uniform(1, 5), 1)):
            answer.must_match(reference.focal_loss, logits, labels, gamma=gamma, note=note, slips=slips.FOCAL)


@check("big_batch_gradient")
def big_batch_gradient(answer: Answer, rng: Rng) -> None:
    """Pieces of unequal length, one piece, and pieces without tokens."""
    for note, gradients, counts in pieces(rng):
        answer.must_match(reference.accumulated, gradients, counts, note=note, slips=slips.PIECES)


@check("distillation_loss")
def distillation_loss(answer: Answer, rng: Rng) -> None:
    """Every temperature, a student that is right, and a teacher that is sure."""
    for note, student, teacher, temperature in classrooms(rng):
        answer.must_match(
            reference.distillation_loss,
            student,
            teacher,
            temperature=temperature,
            note=note,
            slips=slips.DISTILLATION,
        )


# ---- the inputs -------------------------------------------------------------------------------------


def with_weight(logits: Array, labels: Array, weight: Array, **options: Any) -> Array:
    """The reference, whose weights have a name."""
    return reference.cross_entropy_loss(logits, labels, weight=weight, **options)


def short(rng: Rng, shape: tuple[int, ...]) -> Array:
    """Normal numbers that are short to read; adding 0.0 turns -0.0 into 0.0."""
    return rng.normal(size=shape).round(2) + 0.0


def masked_batches(rng: Rng) -> Iterator[tuple[str, Array, Array, int]]:
    """Batches with a mark for rows without a label."""
    yield "one row of three has no label", short(rng, (3, 3)), np.array([1, 0, -100]), -100
    yield (
        "the mark is -1, which Python would read as the last class",
        short(rng, (3, 3)),
        np.array([1, -1, 0]),
        -1,
    )
    yield "class 0 is the mark", short(rng, (4, 3)), np.array([0, 1, 2, 0]), 0
    yield "class 2 is the mark", short(rng, (4, 3)), np.array([0, 2, 1, 1]), 2
    yield "every row has a label", short(rng, (3, 4)), rng.integers(0, 4, size=3), -100
    yield "one row is kept", short(rng, (4, 3)), np.array([-100, -100, 2, -100]), -100
    labels = rng.integers(0, 5, size=40)
    labels[rng.permutation(40)[:15]] = 255
    yield "many rows, and the mark is 255", rng.normal(size=(40, 5)), labels, 255
    yield "logits around 1000", np.array([[1000.0, 998.0], [0.0, 1.0]]), np.array([1, -100]), -100


def weighted_batches(rng: Rng) -> Iterator[tuple[str, Array, Array, Array, float]]:
    """Batches with class weights and smoothing; the labels' weights differ from the average weight."""
    weight = np.array([0.5, 1.0, 3.0])
    yield "weights, no smoothing", short(rng, (2, 3)), np.array([2, 0]), weight, 0.0
    yield "smoothing, all weights 1", short(rng, (2, 3)), np.array([2, 0]), np.ones(3), 0.25
    yield "weights and smoothing", short(rng, (3, 3)), np.array([2, 0, 2]), weight, 0.25
    yield "all weights 2: as if they were 1", short(rng, (3, 3)), np.array([1, 0, 2]), np.full(3, 2.0), 0.1
    yield "a class with weight 0", short(rng, (3, 3)), np.array([1, 0, 2]), np.array([0.0, 1.5, 1.0]), 0.1
    yield "as much smoothing as can be", short(rng, (3, 3)), np.array([2, 0, 2]), weight, 1.0
    many = rng.uniform(0.1, 4, size=6)
    yield "many rows", rng.normal(size=(30, 6)), rng.integers(0, 6, size=30), many, 0.15
    yield "logits around 1000", np.array([[1000.0, 990.0, 1001.0]]), np.array([0]), weight, 0.1


def labelled_batches(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Batches with a label for each row."""
    yield "two rows", short(rng, (2, 3)), np.array([1, 0])
    yield "one row", short(rng, (1, 3)), np.array([2])
    yield "as many rows as classes", short(rng, (3, 3)), rng.permutation(3)
    yield "many rows", rng.normal(size=(40, 5)), rng.integers(0, 5, size=40)
    yield "logits around 1000", np.array([[1000.0, 999.0], [1000.0, 1002.0]]), np.array([0, 0])
    yield "a label that is nearly impossible", np.array([[0.0, 2000.0]]), np.array([0])
    yield "a label that is nearly certain", np.array([[0.0, 2000.0], [0.0, 1.0]]), np.array([1, 1])


def pieces(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Gradients of the means of pieces, and how many tokens each has."""
    yield "two pieces", short(rng, (2, 2)), np.array([3, 1])
    yield "one piece", short(rng, (1, 3)), np.array([4])
    yield "pieces of equal length", short(rng, (3, 2)), np.array([5, 5, 5])
    yield "four pieces", short(rng, (4, 3)), rng.permutation([1, 2, 5, 9])
    empty = short(rng, (3, 2))
    empty[1] = np.nan
    yield "a piece without tokens, whose gradient is 0/0", empty, np.array([3, 0, 1])
    yield "as many pieces as parameters", short(rng, (3, 3)), np.array([1, 4, 2])
    yield "long pieces", rng.normal(size=(8, 5)), rng.integers(100, 10_000, size=8)


def classrooms(rng: Rng) -> Iterator[tuple[str, Array, Array, float]]:
    """Students, teachers and temperatures."""
    yield "temperature 1", short(rng, (2, 3)), short(rng, (2, 3)), 1.0
    yield "temperature 2", short(rng, (2, 3)), short(rng, (2, 3)), 2.0
    yield "one row", short(rng, (1, 4)), short(rng, (1, 4)), 3.0
    teacher = short(rng, (2, 3))
    yield "the student is the teacher plus a constant", teacher + 5, teacher, 2.0
    yield "a temperature below 1", short(rng, (3, 3)), short(rng, (3, 3)), 0.5
    yield "many rows", rng.normal(size=(30, 6)), rng.normal(size=(30, 6)), round(rng.uniform(1.5, 6), 1)
    sure = np.array([[0.0, 3000.0, 1.0], [0.0, 1.0, 2.0]])
    yield "a teacher who is so sure that probabilities underflow", short(rng, (2, 3)), sure, 1.0
