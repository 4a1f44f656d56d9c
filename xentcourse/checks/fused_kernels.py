"""Checks of the assignment `fused_kernels`. Taught in book/fused_kernels.md."""

from collections.abc import Iterator

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Tolerance
from xentcourse.checks.slips import fused_kernels as slips
from xentcourse.reference import fused_kernels as reference
from xentcourse.reference.softmax import logsumexp

Array = np.ndarray
Rng = np.random.Generator

#: Rows, features, classes and rows in a chunk of the case whose memory is measured: a table of 128 MiB.
LARGE = (4096, 4, 8192, 128)
#: Three quarters of that table. A chunk takes 4 MiB, and a right solution, with what torch keeps, some 40.
ALLOWED = 96 << 20


@check("step_bytes")
def step_bytes(answer: Answer, rng: Rng) -> None:
    """Tables of any shape, and numbers of two, four and eight bytes."""
    for rows, classes, itemsize in (
        (2, 10, 4),
        (4096, 32000, 4),
        (8192, 128256, 2),
        (1, int(rng.integers(2, 1000)), 8),
        (int(rng.integers(2, 1000)), int(rng.integers(2, 1000)), 4),
    ):
        answer.must_match(slips.right_bytes, rows, classes, itemsize, slips=slips.STEP_BYTES)


@check("merge")
def merge(answer: Answer, rng: Rng) -> None:
    """States of lower, higher and equal maxima, of far-away ones, and empty states."""
    for note, a, b in states(rng):
        answer.must_match(slips.right_merge, *a, *b, note=note, slips=slips.MERGE)


@check("blockwise_nll")
def blockwise_nll(answer: Answer, rng: Rng) -> None:
    """Equal and unequal blocks, rising and falling ones, large logits, and blocks of −inf."""
    for note, blocks, labels in rows_in_blocks(rng):
        answer.must_match(reference.blockwise_nll, blocks, labels, note=note, slips=slips.BLOCKWISE)


@check("loss_and_gradient")
def loss_and_gradient(answer: Answer, rng: Rng) -> None:
    """Small and large batches, and logits of any size."""
    for note, logits, labels in batches(rng):
        answer.must_match(reference.fused_cross_entropy, logits, labels, note=note, slips=slips.FUSED)


@check("chunked_loss")
def chunked_loss(answer: Answer, rng: Rng) -> None:
    """Chunks that divide the rows and such as do not, one row at a time, all at once; factors from above."""
    for note, layer, chunk, factor in layers(rng):
        answer.must_match(
            slips.right_chunks, *layer, chunk, factor, note=note, tolerance=NEAR, slips=slips.CHUNKED
        )


@check("chunked_loss")
def chunked_memory(answer: Answer, rng: Rng) -> None:
    """A layer whose logits would take 128 MiB; the first, small call is there to load what torch needs."""
    small = layer(rng, 8, 4, 16)
    answer.must_match(slips.right_chunks, *small, 4, 1.0, tolerance=NEAR, slips=slips.CHUNKED)
    rows, width, classes, chunk = LARGE
    hidden, classifier, labels = layer(rng, rows, width, classes)
    large = (hidden.astype(np.float32), classifier.astype(np.float32), labels)
    note = f"float32, {rows:,} rows of {classes:,} classes would take 128 MiB, a chunk of {chunk} takes 4"
    answer.must_stay_within(ALLOWED, *large, chunk, 1.0, told=slips.TOO_MUCH, note=note)


@check("local_sums")
def local_sums(answer: Answer, rng: Rng) -> None:
    """The first rank, middle ones and the last, with labels of its own and of others."""
    for note, local, labels, first, whole in ranks(rng):
        largest = whole.max(axis=1)
        answer.must_match(slips.right_sums, local, labels, first, largest, note=note, slips=slips.LOCAL_SUMS)


@check("local_gradient")
def local_gradient(answer: Answer, rng: Rng) -> None:
    """The first rank, middle ones and the last, with labels of its own and of others."""
    for note, local, labels, first, whole in ranks(rng):
        lse = logsumexp(whole)
        answer.must_match(
            slips.right_columns, local, labels, first, lse, note=note, slips=slips.LOCAL_GRADIENT
        )


# ---- the inputs -------------------------------------------------------------------------------------

#: torch adds in another order, on a GPU in yet another one.
NEAR = Tolerance(relative=1e-7, absolute=1e-10)


def short(rng: Rng, shape: tuple[int, ...]) -> Array:
    """Normal numbers that are short to read; adding 0.0 turns -0.0 into 0.0."""
    return rng.normal(size=shape).round(2) + 0.0


def states(rng: Rng) -> Iterator[tuple[str, tuple[Array, Array], tuple[Array, Array]]]:
    """Pairs of states."""

    def state(*largest: float) -> tuple[Array, Array]:
        return np.array(largest), rng.uniform(1, 5, size=len(largest)).round(2)

    nothing = np.array([-np.inf]), np.array([0.0])
    yield "equal maxima", state(1.0), state(1.0)
    yield "the second maximum is larger", state(0.0), state(2.0)
    yield "three rows, each its own way", state(0.0, 3.0, -2.0), state(1.0, 1.0, -2.0)
    yield "the first maximum is larger", state(1.5), state(-1.0)
    yield "maxima far apart", state(0.0, 2000.0), state(1000.0, -2000.0)
    yield "very negative maxima", state(-2000.0), state(-2001.0)
    yield "the first is empty", nothing, state(2.0)
    yield "the second is empty", state(-3.0), nothing
    yield "both are empty", nothing, nothing


def rows_in_blocks(rng: Rng) -> Iterator[tuple[str, list[Array], Array]]:
    """Logits in blocks of columns, and labels over all columns."""
    yield "one block", [short(rng, (2, 3))], np.array([1, 0])
    yield "the second block lies lower", [short(rng, (2, 2)) + 5, short(rng, (2, 2))], np.array([1, 0])
    yield "the second block lies higher", [short(rng, (2, 2)), short(rng, (2, 2)) + 5], np.array([0, 1])
    yield "labels in every block", [short(rng, (3, 2)) for _ in range(3)], np.array([5, 0, 3])
    yield "blocks of other widths", [short(rng, (2, width)) for width in (3, 1, 2)], np.array([3, 5])
    yield "large logits", [short(rng, (2, 2)) + 1000 * k for k in (-1, 1, 0)], np.array([2, 3])
    yield "logits far below 0", [short(rng, (2, 2)) - 2000 for _ in range(2)], np.array([0, 3])
    yield (
        "labels that are nearly impossible",
        [short(rng, (2, 2)) + 1000 * k for k in (0, 1)],
        np.array([0, 1]),
    )
    yield (
        "a first block in which every class is ruled out",
        [np.full((2, 2), -np.inf), short(rng, (2, 3))],
        np.array([4, 2]),
    )
    many = rng.normal(0, 3, size=(5, 60))
    yield "twelve blocks", np.split(many, 12, axis=1), rng.integers(0, 60, size=5)


def batches(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Batches with a label for each row; two rows at least, so that sum and mean differ."""
    yield "two rows", short(rng, (2, 3)), np.array([2, 0])
    yield "as many rows as classes", short(rng, (3, 3)), rng.permutation(3)
    yield "many rows", rng.normal(size=(40, 5)), rng.integers(0, 5, size=40)
    yield "one row", short(rng, (1, 4)), np.array([1])
    yield "logits around 1000", np.array([[1000.0, 999.0], [1002.0, 1000.0]]), np.array([0, 1])
    yield "logits around -1000", np.array([[-1000.0, -999.0], [-1002.0, -1000.0]]), np.array([0, 1])
    yield "a class that is ruled out", np.array([[0.0, -np.inf, 1.0]]), np.array([0])
    yield "a label that is nearly impossible", np.array([[0.0, 2000.0], [0.0, 1.0]]), np.array([0, 1])


def layer(rng: Rng, rows: int, width: int, classes: int) -> tuple[Array, Array, Array]:
    """Hidden (N, D), classifier (K, D) and labels."""
    return short(rng, (rows, width)), short(rng, (classes, width)), rng.integers(0, classes, size=rows)


def layers(rng: Rng) -> Iterator[tuple[str, tuple[Array, Array, Array], int, float]]:
    """Layers, rows in a chunk, and what comes from above."""
    yield "one chunk", layer(rng, 2, 2, 3), 2, 1.0
    yield "two chunks of two rows", layer(rng, 4, 2, 3), 2, 1.0
    yield "two rows, then one", layer(rng, 3, 2, 4), 2, 1.0
    yield "the loss is multiplied by 3 before backward", layer(rng, 4, 3, 5), 2, 3.0
    yield "one row at a time", layer(rng, 3, 3, 3), 1, -0.5
    yield "a chunk longer than the batch", layer(rng, 3, 2, 4), 10, 1.0
    yield "many rows", layer(rng, 37, 6, 11), 8, 0.25
    hidden, classifier, labels = layer(rng, 3, 2, 3)
    yield "logits in the thousands", (1000 * hidden, classifier, labels), 2, 1.0


def ranks(rng: Rng) -> Iterator[tuple[str, Array, Array, int, Array]]:
    """One rank's columns, labels, its first class, and all columns."""
    for note, shape, edges, labels in (
        ("the second of two ranks", (3, 6), (3, 6), np.array([4, 1, 5])),
        ("the first of two ranks", (3, 6), (0, 3), np.array([1, 3, 0])),
        ("no label is this rank's", (2, 6), (2, 4), np.array([0, 5])),
        ("every label is this rank's", (2, 6), (2, 4), np.array([2, 3])),
        ("the last of three, with more columns", (4, 9), (4, 9), np.array([8, 0, 4, 3])),
    ):
        whole = short(rng, shape)
        yield note, whole[:, slice(*edges)], labels, edges[0], whole
    large = short(rng, (2, 6)) + np.array([[1000.0], [-1000.0]])
    yield "logits around 1000 and -1000", large[:, 3:], np.array([3, 0]), 3, large
    apart = short(rng, (2, 6))
    apart[:, :3] += 900
    yield "the other rank's logits are far larger", apart[:, 3:], np.array([1, 4]), 3, apart
    many = rng.normal(0, 3, size=(30, 40))
    yield "many rows", many[:, 10:20], rng.integers(0, 40, size=30), 10, many
