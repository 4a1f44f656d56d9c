"""Checks of the assignment `softmax`. Taught in book/softmax.md."""

from collections.abc import Iterator

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Tolerance
from xentcourse.checks.slips import softmax as slips
from xentcourse.reference import softmax as reference

Array = np.ndarray
Rng = np.random.Generator


@check("softmax")
def softmax(answer: Answer, rng: Rng) -> None:
    """Ordinary logits of any shape, axis and temperature."""
    for note, logits in ordinary_logits(rng):
        answer.must_match(reference.softmax, logits, note=note, slips=slips.SOFTMAX)
    for note, logits, axis in axes(rng):
        answer.must_match(reference.softmax, logits, axis=axis, note=note, slips=slips.SOFTMAX)
    for temperature in (0.5, 1.0, 3.0):
        answer.must_match(
            reference.softmax,
            short(rng, (2, 3)),
            temperature=temperature,
            note="a given temperature",
            slips=slips.TEMPERATURE,
        )
    answer.must_match(
        reference.softmax,
        short(rng, (3, 3)),
        axis=0,
        temperature=2.0,
        note="a given axis and a given temperature",
        slips=slips.TEMPERATURE,
    )


@check("softmax")
def softmax_extremes(answer: Answer, rng: Rng) -> None:
    """Logits whose exponentials overflow or underflow, and impossible classes."""
    for note, logits in extreme_logits(rng):
        answer.must_match(reference.softmax, logits, note=note, slips=slips.EXTREMES)
    for note, logits, temperature in (
        ("large logits, divided by a temperature below 1", np.array([1000.0, 1001.0]), 0.5),
        ("large logits, brought together by a high temperature", np.array([0.0, 100_000.0]), 50_000.0),
    ):
        answer.must_match(
            reference.softmax,
            logits,
            temperature=temperature,
            note=note,
            slips=slips.EXTREME_TEMPERATURES,
        )
    answer.must_match(reference.softmax, np.zeros((0, 3)), note="a batch of no rows")


@check("log_softmax")
def log_softmax(answer: Answer, rng: Rng) -> None:
    """Ordinary and extreme logits, along any axis."""
    for note, logits in ordinary_logits(rng):
        answer.must_match(reference.log_softmax, logits, note=note, slips=slips.LOG_SOFTMAX)
    for note, logits, axis in axes(rng):
        answer.must_match(reference.log_softmax, logits, axis=axis, note=note, slips=slips.LOG_SOFTMAX)
    for note, logits in extreme_logits(rng):
        answer.must_match(reference.log_softmax, logits, note=note, slips=slips.LOG_SOFTMAX)


@check("cross_entropy")
def cross_entropy(answer: Answer, rng: Rng) -> None:
    """Integer labels: the mean, the sum, and a loss for each row."""
    for reduction in ("mean", "sum", "none"):
        for note, logits, labels in labelled_batches(rng):
            answer.must_match(
                reference.softmax_cross_entropy,
                logits,
                labels,
                reduction=reduction,
                note=note,
                slips=slips.CROSS_ENTROPY,
            )
    default = rng.normal(size=(3, 4))
    answer.must_match(
        reference.softmax_cross_entropy,
        default,
        labels_for(default, rng),
        note="no reduction given: the mean",
        slips=slips.CROSS_ENTROPY,
    )
    for reduction in ("sum", "none"):
        answer.must_match(
            reference.softmax_cross_entropy,
            np.zeros((0, 3)),
            np.zeros(0, dtype=np.int64),
            reduction=reduction,
            note="a batch of no rows",
        )


@check("soft_cross_entropy")
def soft_cross_entropy(answer: Answer, rng: Rng) -> None:
    """One-hot and soft targets, averaged over the rows."""
    for note, logits in batches(rng):
        targets = rng.dirichlet(np.ones(logits.shape[1]), size=len(logits))
        one_hot = np.eye(logits.shape[1])[labels_for(logits, rng)]
        for kind, y in (("soft targets", targets), ("one-hot targets", one_hot)):
            answer.must_match(
                reference.softmax_cross_entropy,
                logits,
                y,
                note=f"{note}, {kind}",
                slips=slips.SOFT_CROSS_ENTROPY,
            )
    answer.must_match(
        reference.softmax_cross_entropy,
        np.array([[0.0, 1.0, -np.inf]]),
        np.array([[0.25, 0.75, 0.0]]),
        note="a class that is impossible for the model and has target 0: it counts 0",
        slips=slips.SOFT_CROSS_ENTROPY,
    )
    answer.must_match(
        reference.softmax_cross_entropy,
        np.array([[0.0, 1.0, -np.inf]]),
        np.array([[0.25, 0.5, 0.25]]),
        note="a class that is impossible for the model, yet has a target above 0: the loss is infinite",
        slips=slips.SOFT_CROSS_ENTROPY,
    )


@check("gradient")
def gradient(answer: Answer, rng: Rng) -> None:
    """The derivative of the mean loss in every logit."""
    square = short(rng, (3, 3))
    first = ("as many rows as classes", square, rng.permutation(3))
    for note, logits, labels in (first, *labelled_batches(rng)):
        answer.must_match(
            reference.softmax_cross_entropy_gradient, logits, labels, note=note, slips=slips.GRADIENT
        )


@check("fit")
def fit(answer: Answer, rng: Rng) -> None:
    """Softmax regression by gradient descent: the parameters after few steps and after many."""
    four = (short(rng, (4, 2)), np.array([0, 1, 2, 2]))
    clouds = three_clouds(rng)
    for note, (features, labels), classes, steps, learning_rate, known in (
        ("no step. Before the first step all parameters are 0", four, 3, 0, 0.5, slips.FIT),
        ("one step", four, 3, 1, 0.5, slips.FIT),
        ("the same call once more, from zeros again", four, 3, 1, 0.5, slips.FIT_AGAIN),
        ("two steps", four, 3, 2, 0.5, slips.FIT),
        ("another learning rate", four, 3, 1, 0.1, slips.FIT),
        ("the last class has no example", four, 4, 1, 0.5, slips.FIT),
        ("more points, 2 steps", clouds, 3, 2, 0.5, slips.FIT),
        ("more points, 100 steps", clouds, 3, 100, 0.5, slips.FIT),
    ):
        answer.must_match(
            reference.softmax_regression,
            features,
            labels,
            classes=classes,
            steps=steps,
            learning_rate=learning_rate,
            note=note,
            tolerance=Tolerance(1e-6, 1e-9),
            slips=known,
        )


# ---- the inputs -------------------------------------------------------------------------------------


def short(rng: Rng, shape: tuple[int, ...]) -> Array:
    """Normal numbers that are short to read; adding 0.0 turns -0.0 into 0.0."""
    return rng.normal(size=shape).round(2) + 0.0


def ordinary_logits(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Logits that any correct formula handles, smallest first."""
    yield "three classes", short(rng, (3,))
    yield "two rows", short(rng, (2, 3))
    yield "as many rows as classes", short(rng, (3, 3))
    yield "ties", np.array([1.0, 1.0, 1.0, 1.0])
    yield "a single class", short(rng, (2, 1))
    yield "integers", rng.integers(-3, 4, size=(2, 3))
    yield "float32", rng.normal(size=(3, 4)).astype(np.float32)
    yield "many rows", rng.normal(size=(50, 10))
    yield "every second column of a larger array", rng.normal(size=(3, 8))[:, ::2]
    yield "the transpose of an array", rng.normal(size=(4, 3)).T


def axes(rng: Rng) -> Iterator[tuple[str, Array, int]]:
    """Logits with two and three axes, and each of the axes."""
    square = rng.normal(size=(4, 4))
    for axis in (0, 1):
        yield "a given axis", square, axis
    three_axes = short(rng, (2, 2, 3))
    for axis in (-1, 0, 1):
        yield "three axes", three_axes, axis
    yield "an axis counted from the end", three_axes, -2


def extreme_logits(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Logits that the formula as it is written overflows or underflows on, in long doubles too."""
    yield "logits around 1000", np.array([1000.0, 1000.0])
    yield "logits around -1000", np.array([-1000.0, -1001.0, -1002.0])
    yield "one logit far above the others", np.array([0.0, 100_000.0])
    yield "rows of very different size", np.array([[1e4, 1e4 + 1], [-1e4, -1e4 + 1], [0.0, 1.0]])
    yield "logits of up to 10000 in size", rng.uniform(-1e4, 1e4, size=(2, 3)).round()
    yield "float32 near its largest exponential", np.array([[88.0, 89.0, 90.0]], dtype=np.float32)
    yield "a class that is impossible (logit -inf)", np.array([0.0, 1.0, -np.inf])


def batches(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Batches (N, K) of logits."""
    yield "two rows", short(rng, (2, 3))
    yield "one row", short(rng, (1, 3))
    yield "as many rows as classes", short(rng, (3, 3))
    yield "ties", np.zeros((2, 4))
    yield "a single class", short(rng, (2, 1))
    yield "many rows", rng.normal(size=(50, 10))
    yield "logits around 1000", np.array([[1000.0, 1001.0], [1000.0, 999.0]])
    yield "one logit far above the others", np.array([[0.0, 100_000.0], [100_000.0, 0.0]])
    yield "logits of up to 10000 in size", rng.uniform(-1e4, 1e4, size=(3, 3)).round()


def labelled_batches(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Batches with a label for each row: first one in which the last class never occurs, then random ones."""
    two = short(rng, (2, 3))
    yield "two rows, and the last class has no example", two, rng.permutation(2)
    for note, logits in batches(rng):
        yield note, logits, labels_for(logits, rng)


def labels_for(logits: Array, rng: Rng) -> Array:
    """A random class for each row."""
    return rng.integers(0, logits.shape[1], size=len(logits))


def three_clouds(rng: Rng) -> tuple[Array, Array]:
    """Sixty points in the plane in three well separated classes of unequal size."""
    labels = np.repeat([0, 1, 2], [30, 20, 10])
    centres = np.array([[0.0, 4.0], [4.0, -2.0], [-4.0, -2.0]])
    return centres[labels] + rng.normal(size=(60, 2)), labels
