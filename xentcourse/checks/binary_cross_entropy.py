"""Checks of the assignment `binary_cross_entropy`. Taught in book/binary_cross_entropy.md."""

from collections.abc import Iterator

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Tolerance
from xentcourse.checks.slips import binary_cross_entropy as slips
from xentcourse.reference import binary_cross_entropy as reference

Array = np.ndarray
Rng = np.random.Generator

#: For results that are tiny and must not be 0.
RELATIVE = Tolerance(relative=1e-9, absolute=0.0)


@check("sigmoid")
def sigmoid(answer: Answer, rng: Rng) -> None:
    """Ordinary logits of any shape, then logits whose exponentials overflow on one side."""
    for note, z in (
        ("three logits", short(rng, (3,))),
        ("both signs of the same logit", np.array([1.5, -1.5])),
        ("two rows", short(rng, (2, 3))),
        ("integers", rng.integers(-3, 4, size=4)),
        ("float32", rng.normal(size=5).astype(np.float32)),
        ("three axes", rng.normal(size=(2, 3, 4))),
        ("no logits at all", np.zeros(0)),
        ("large logits of both signs", np.array([1000.0, -1000.0])),
    ):
        answer.must_match(reference.sigmoid, z, note=note, slips=slips.SIGMOID)
    for note, z in (
        ("very negative: tiny, but not 0", np.array([-40.0, -300.0])),
        ("z = -715: about 3e-311, which the computer can hold", np.array([-715.0, 0.0])),
    ):
        answer.must_match(reference.sigmoid, z, note=note, slips=slips.TINY, tolerance=RELATIVE)


@check("bce")
def bce(answer: Answer, rng: Rng) -> None:
    """Ordinary probabilities, then the ends, 0 and 1."""
    for note, p, y in probabilities_and_labels(rng):
        answer.must_match(reference.binary_cross_entropy, p, y, note=note, slips=slips.BCE)


@check("bce_with_logits")
def bce_with_logits(answer: Answer, rng: Rng) -> None:
    """Ordinary logits, soft targets, and logits that the formula overflows on."""
    for note, z, y in logits_and_targets(rng):
        answer.must_match(
            reference.binary_cross_entropy_with_logits, z, y, note=note, slips=slips.BCE_WITH_LOGITS
        )


@check("gradient")
def gradient(answer: Answer, rng: Rng) -> None:
    """Weights at zero and elsewhere, one feature and several."""
    for note, (x, y), w, b in (
        ("five examples, weights and bias 0", labelled(rng, 5, 2), np.zeros(2), 0.0),
        ("weights and bias that are not 0", labelled(rng, 5, 2), short(rng, (2,)), 0.5),
        ("as many examples as features", labelled(rng, 3, 3), short(rng, (3,)), -1.0),
        ("a single feature", labelled(rng, 5, 1), short(rng, (1,)), 0.25),
        ("many examples", labelled(rng, 200, 5), short(rng, (5,)), 2.0),
        ("logits around 1000", labelled(rng, 4, 2), np.array([1000.0, -800.0]), 0.0),
    ):
        answer.must_match(reference.logistic_gradient, x, y, w, b, note=note, slips=slips.GRADIENT)


@check("fit")
def fit(answer: Answer, rng: Rng) -> None:
    """Newton's method: the parameters after few steps and after many."""
    line = (np.array([[0.0], [1.0], [2.0], [4.0], [5.0]]), np.array([0, 1, 0, 1, 1]))
    plane, crowd = noisy(rng, 16, 2), noisy(rng, 150, 4)
    for note, (x, y), steps, known in (
        ("no step. Before the first step all parameters are 0", line, 0, slips.FIT),
        ("one step", line, 1, slips.FIT),
        ("two steps", line, 2, slips.FIT),
        ("the same call once more, from zeros again", line, 2, slips.FIT_AGAIN),
        ("two features, two steps", plane, 2, slips.FIT),
        ("features in other units", (plane[0] * np.array([100.0, 0.01]), plane[1]), 2, slips.FIT),
        ("more examples, eight steps", crowd, 8, slips.FIT),
    ):
        answer.must_match(
            reference.logistic_newton,
            x,
            y,
            steps=steps,
            note=note,
            tolerance=Tolerance(1e-6, 1e-8),
            slips=known,
        )


@check("decide")
def decide(answer: Answer, rng: Rng) -> None:
    """Cheap and dear misses, and a tie."""
    spread = rng.permutation(np.array([0.0, 0.05, 0.12, 0.3, 0.45, 0.55, 0.8, 0.95, 1.0]))
    for note, p, alarm, miss in (
        ("a miss costs ten false alarms", spread, 1.0, 10.0),
        ("a false alarm costs three misses", spread, 3.0, 1.0),
        ("costs below 1", spread, 0.2, 0.3),
        ("a tie at 0.25 is a 1", np.array([0.2, 0.25, 0.3]), 1.0, 3.0),
        ("equal costs, and a tie at 0.5", np.array([0.4, 0.5, 0.6]), 2.0, 2.0),
        ("many", rng.random(200), 1.0, 6.5),
        ("one example", np.array([0.4]), 1.0, 2.0),
    ):
        answer.must_match(reference.decide, p, alarm, miss, note=note, slips=slips.DECIDE)


# ---- the inputs -------------------------------------------------------------------------------------


def short(rng: Rng, shape: tuple[int, ...]) -> Array:
    """Normal numbers that are short to read; adding 0.0 turns -0.0 into 0.0."""
    return rng.normal(size=shape).round(2) + 0.0


def chances(rng: Rng, size: int) -> Array:
    """Probabilities that are short to read, none of them 0, 1 or one half."""
    return rng.choice([0.1, 0.15, 0.2, 0.3, 0.35, 0.6, 0.8, 0.9], size=size)


def both_labels(rng: Rng, size: int) -> Array:
    """Random labels, more ones than zeros, in which each occurs."""
    return rng.permutation((np.arange(size) % 3 > 0).astype(np.int64))


def labelled(rng: Rng, rows: int, columns: int) -> tuple[Array, Array]:
    """Features and random labels."""
    return short(rng, (rows, columns)), both_labels(rng, rows)


def noisy(rng: Rng, rows: int, columns: int) -> tuple[Array, Array]:
    """Features, and labels that follow them but for a quarter, so that no weights separate them.

    That quarter are shifted copies of other rows with the contrary label: weights with no copy and no
    original on the wrong side would have to be 0, as both labels are copied.
    """
    copies = rows // 4
    x = rng.normal(size=(rows - copies, columns)).round(2) + 0.0
    scores = x.sum(axis=1)
    order = np.argsort(scores)
    x = x[np.append(order[::2], order[1::2][::-1])]  # the first and the last are far apart
    y = (x.sum(axis=1) > np.median(scores)).astype(np.int64)
    copied = np.linspace(0, len(x) - 1, copies).round().astype(int)
    x, y = np.vstack([x, x[copied] + 0.25]), np.append(y, 1 - y[copied])
    order = rng.permutation(rows)
    return x[order], y[order]


def probabilities_and_labels(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Probabilities and labels, smallest first."""
    yield "two examples", np.array([0.8, 0.25]), np.array([1, 0])
    yield "four examples", chances(rng, 4), both_labels(rng, 4)
    yield "labels that are all 0", chances(rng, 3), np.zeros(3, dtype=np.int64)
    yield "one example", chances(rng, 1), np.array([1])
    yield "many examples", rng.uniform(0.01, 0.99, size=2000), both_labels(rng, 2000)
    yield "sure and right: the loss is 0", np.array([1.0, 0.0, 0.3]), np.array([1, 0, 1])
    yield "a tiny probability of what came", np.array([1e-300, 0.5]), np.array([1, 0])
    yield "sure and wrong: the loss is infinite", np.array([1.0, 0.4]), np.array([0, 1])
    yield "a 1 that was ruled out: the loss is infinite", np.array([0.0, 0.4]), np.array([1, 0])


def logits_and_targets(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Logits and targets, smallest first."""
    yield "two examples", short(rng, (2,)), np.array([1, 0])
    yield "three examples", short(rng, (3,)), rng.permutation([1, 1, 0])
    yield "logits of 0: log 2 each", np.zeros(4), both_labels(rng, 4)
    yield "integers", rng.integers(-3, 4, size=5), both_labels(rng, 5)
    yield "soft targets", short(rng, (3,)), np.array([0.75, 0.2, 0.5])
    yield "many examples", rng.normal(size=2000), both_labels(rng, 2000)
    yield "a probability that rounds to 1, and the label 0", np.array([40.0, 1.0]), np.array([0, 1])
    yield "logits around 1000", np.array([1000.0, -1000.0]), np.array([0, 1])
    yield "logits around 1000, on the right side", np.array([1000.0, -1000.0, 1.0]), np.array([1, 0, 1])
    yield "large logits, soft targets", np.array([2000.0, -500.0]), np.array([0.25, 0.5])
    yield (
        "float32 beyond its largest exponential",
        np.array([90.0, -95.0], dtype=np.float32),
        np.array([0, 1]),
    )
