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
    square = rng.normal(size=(4, 4))
    for axis in (0, 1):
        answer.must_match(reference.softmax, square, axis=axis, note="a given axis", slips=slips.SOFTMAX)
    three_axes = rng.normal(size=(2, 3, 4))
    answer.must_match(reference.softmax, three_axes, axis=1, note="three axes", slips=slips.SOFTMAX)
    for temperature in (0.5, 1.0, 3.0):
        answer.must_match(
            reference.softmax,
            rng.normal(size=(2, 3)),
            temperature=temperature,
            note="a given temperature",
            slips=slips.TEMPERATURE,
        )


@check("softmax")
def softmax_extremes(answer: Answer, rng: Rng) -> None:
    """Logits whose exponentials overflow or underflow, and impossible classes."""
    for note, logits in extreme_logits(rng):
        answer.must_match(reference.softmax, logits, note=note, slips=slips.EXTREMES)


@check("log_softmax")
def log_softmax(answer: Answer, rng: Rng) -> None:
    """Ordinary and extreme logits, along any axis."""
    for note, logits in ordinary_logits(rng):
        answer.must_match(reference.log_softmax, logits, note=note, slips=slips.LOG_SOFTMAX)
    square = rng.normal(size=(4, 4))
    for axis in (0, 1):
        answer.must_match(
            reference.log_softmax, square, axis=axis, note="a given axis", slips=slips.LOG_SOFTMAX
        )
    for note, logits in extreme_logits(rng):
        answer.must_match(reference.log_softmax, logits, note=note, slips=slips.LOG_SOFTMAX)


@check("cross_entropy")
def cross_entropy(answer: Answer, rng: Rng) -> None:
    """Integer labels: the mean, the sum, and a loss for each row."""
    for reduction in ("mean", "sum", "none"):
        for note, logits in batches(rng, extremes=True):
            answer.must_match(
                reference.softmax_cross_entropy,
                logits,
                labels_for(logits, rng),
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
    for note, logits in batches(rng, extremes=True):
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


@check("gradient")
def gradient(answer: Answer, rng: Rng) -> None:
    """The derivative of the mean loss in every logit."""
    for note, logits in batches(rng, extremes=True):
        answer.must_match(
            reference.softmax_cross_entropy_gradient,
            logits,
            labels_for(logits, rng),
            note=note,
            slips=slips.GRADIENT,
        )


@check("fit")
def fit(answer: Answer, rng: Rng) -> None:
    """Softmax regression by gradient descent: the parameters after few steps and after many."""
    features, labels = three_clouds(rng)
    for steps in (0, 1, 2, 50, 200):
        answer.must_match(
            reference.softmax_regression,
            features,
            labels,
            classes=3,
            steps=steps,
            learning_rate=0.5,
            note=f"{len(labels)} points, {steps} steps",
            tolerance=Tolerance(1e-6, 1e-9),
            slips=slips.FIT,
        )


# ---- the inputs -------------------------------------------------------------------------------------


def ordinary_logits(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Logits that any correct formula handles, smallest first."""
    yield "three classes", rng.normal(size=3).round(1)
    yield "two rows", rng.normal(size=(2, 3)).round(1)
    yield "as many rows as classes", rng.normal(size=(3, 3)).round(1)
    yield "ties", np.array([1.0, 1.0, 1.0, 1.0])
    yield "a single class", rng.normal(size=(2, 1))
    yield "integers", rng.integers(-3, 4, size=(2, 3))
    yield "float32", rng.normal(size=(3, 4)).astype(np.float32)
    yield "many rows", rng.normal(size=(50, 10))
    yield "a batch of no rows", np.zeros((0, 3))
    yield "every second column of a larger array", rng.normal(size=(3, 8))[:, ::2]


def extreme_logits(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Logits that the formula as it is written overflows or underflows on."""
    yield "logits around 1000", np.array([1000.0, 1000.0])
    yield "logits around -1000", np.array([-1000.0, -1001.0, -1002.0])
    yield "one logit far above the others", np.array([0.0, 10_000.0])
    yield "logits of up to 10000 in size", rng.uniform(-1e4, 1e4, size=(4, 5))
    yield "rows of very different size", np.array([[1e4, 1e4 + 1], [-1e4, -1e4 + 1], [0.0, 1.0]])
    yield "float32 near its largest exponential", np.array([[88.0, 89.0, 90.0]], dtype=np.float32)
    yield "a class that is impossible (logit -inf)", np.array([0.0, 1.0, -np.inf])


def batches(rng: Rng, *, extremes: bool) -> Iterator[tuple[str, Array]]:
    """Batches (N, K) of logits."""
    yield "one row", rng.normal(size=(1, 3)).round(1)
    yield "two rows", rng.normal(size=(2, 3)).round(1)
    yield "as many rows as classes", rng.normal(size=(3, 3)).round(1)
    yield "a single class", rng.normal(size=(2, 1))
    yield "many rows", rng.normal(size=(50, 10))
    if extremes:
        yield "logits around 1000", np.array([[1000.0, 1001.0], [1000.0, 999.0]])
        yield "logits of up to 10000 in size", rng.uniform(-1e4, 1e4, size=(4, 5))


def labels_for(logits: Array, rng: Rng) -> Array:
    """A random class for each row."""
    return rng.integers(0, logits.shape[1], size=len(logits))


def three_clouds(rng: Rng) -> tuple[Array, Array]:
    """Sixty points in the plane in three well separated classes."""
    labels = np.arange(60) % 3
    centres = np.array([[0.0, 4.0], [4.0, -2.0], [-4.0, -2.0]])
    return centres[labels] + rng.normal(size=(60, 2)), labels
