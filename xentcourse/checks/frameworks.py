"""Checks of the assignment `frameworks`. Taught in book/frameworks.md."""

from collections.abc import Iterator

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Tolerance
from xentcourse.checks.slips import frameworks as slips
from xentcourse.reference.loss_variants import cross_entropy_loss

Array = np.ndarray
Rng = np.random.Generator

#: PyTorch's default is float32, and whoever trains in it is right.
TRAINED = Tolerance(relative=1e-4, absolute=1e-5)


@check("train")
def train(answer: Answer, rng: Rng) -> None:
    """One step, a few and many, and no step at all."""
    for note, x, labels, classes, rate, steps in runs(rng):
        answer.must_match(
            slips.train, x, labels, classes, rate, steps, note=note, tolerance=TRAINED, slips=slips.TRAIN
        )


@check("evaluate")
def evaluate(answer: Answer, rng: Rng) -> None:
    """Batches of ordinary logits, and large ones."""
    for note, logits, labels in batches(rng):
        answer.must_match(
            cross_entropy_loss, logits, labels, note=note, tolerance=TRAINED, slips=slips.EVALUATE
        )


@check("sequence_loss")
def sequence_loss(answer: Answer, rng: Rng) -> None:
    """Sequences of several lengths, over few classes and many."""
    for note, n, t, k in (
        ("two sequences of two places", 2, 2, 3),
        ("more places than classes", 2, 4, 2),
        ("as many places as classes", 2, 3, 3),
        ("one place", 3, 1, 4),
        ("many sequences", 6, 7, 5),
    ):
        answer.must_match(
            slips.sequence_mean,
            short(rng, n, t, k),
            rng.integers(0, k, size=(n, t)),
            note=note,
            tolerance=TRAINED,
            slips=slips.SEQUENCE,
        )


@check("epoch_loss")
def epoch_loss(answer: Answer, rng: Rng) -> None:
    """Batches of unequal length, with and without padding, and an empty one."""
    for note, logits, labels in epochs(rng):
        answer.must_match(slips.epoch_mean, logits, labels, note=note, tolerance=TRAINED, slips=slips.EPOCH)


@check("exclusive")
def exclusive(answer: Answer, rng: Rng) -> None:
    """The loss and the probabilities together."""
    for note, logits, labels in batches(rng):
        answer.must_match(
            slips.exclusive, logits, labels, note=note, tolerance=TRAINED, slips=slips.EXCLUSIVE
        )


@check("weighted_loss")
def weighted_loss(answer: Answer, rng: Rng) -> None:
    """Flat logits first: they must pay log K."""
    for note, logits, labels, weight, smoothing in weighted(rng):
        answer.must_match(
            slips.weighted_mean,
            logits,
            labels,
            weight,
            smoothing,
            note=note,
            tolerance=TRAINED,
            slips=slips.WEIGHTED,
        )


# ---- the inputs -------------------------------------------------------------------------------------


def short(rng: Rng, *shape: int) -> Array:
    """Normal numbers that are short to read; adding 0.0 turns -0.0 into 0.0."""
    return np.asarray((1.5 * rng.normal(size=shape)).round(2) + 0.0)


def runs(rng: Rng) -> Iterator[tuple[str, Array, Array, int, float, int]]:
    """Features, labels, number of classes, learning rate and number of steps."""
    yield "two steps", short(rng, 3, 2), np.array([0, 2, 1]), 3, 0.5, 2
    yield "one step", short(rng, 2, 2), np.array([1, 0]), 3, 1.0, 1
    yield "a class that no label names", short(rng, 4, 2), np.array([0, 1, 1, 0]), 3, 0.5, 3
    yield "twenty steps", short(rng, 12, 3), rng.integers(0, 4, size=12), 4, 0.3, 20
    yield "no step: the weights are still 0", short(rng, 2, 2), np.array([0, 1]), 2, 0.5, 0


def batches(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Logits and labels."""
    yield "two rows", short(rng, 2, 3), np.array([2, 0])
    yield "as many rows as classes", short(rng, 3, 3), rng.permutation(3)
    yield "one row", short(rng, 1, 4), rng.integers(0, 4, size=1)
    yield "many rows", rng.normal(size=(30, 5)), rng.integers(0, 5, size=30)
    yield "logits 2000 apart, wrong and right", np.array([[2000.0, 0.0], [0.0, 2000.0]]), np.array([1, 1])


def epochs(rng: Rng) -> Iterator[tuple[str, list[Array], list[Array]]]:
    """Lists of logits and of labels, one entry for each batch."""

    def some(note: str, *lengths: int, gaps: bool = True) -> tuple[str, list[Array], list[Array]]:
        labels = [rng.integers(0, 3, size=n) for n in lengths]
        for y in labels:
            if gaps and len(y) > 2:
                y[:: len(y) // 2 + 1] = -100
        return note, [short(rng, n, 3) for n in lengths], labels

    yield some("batches of 1 and 3 rows, all with labels", 1, 3, gaps=False)
    yield some("rows without a label", 2, 5)
    yield some("one batch", 4)
    note, logits, labels = some("a batch in which no row has a label", 2, 3, 1)
    labels[0] = np.full(2, -100)
    yield note, logits, labels
    yield some("many batches", *rng.integers(1, 12, size=8).tolist())


def weighted(rng: Rng) -> Iterator[tuple[str, Array, Array, Array, float]]:
    """Logits, labels, class weights and smoothing."""
    w = np.array([1.0, 2.0, 4.0])
    yield "flat logits: log 3", np.zeros((3, 3)), np.array([2, 2, 1]), w, 0.3
    yield "weights and smoothing", short(rng, 2, 3), np.array([0, 2]), w, 0.3
    yield "weights alone", short(rng, 3, 3), np.array([0, 2, 2]), w, 0.0
    yield "smoothing alone", short(rng, 3, 3), np.array([0, 1, 2]), np.ones(3), 0.2
    yield "one row", short(rng, 1, 3), np.array([1]), w, 0.1
    heavy = np.round(rng.uniform(0.2, 5, size=5), 2)
    yield "many rows", rng.normal(size=(30, 5)), rng.integers(0, 5, size=30), heavy, 0.15
