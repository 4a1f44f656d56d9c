"""Checks of the assignment `gradients`. Taught in book/gradients.md."""

from collections.abc import Iterator

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Tolerance
from xentcourse.checks.slips import gradients as slips

Array = np.ndarray
Rng = np.random.Generator
Neuron = tuple[float, float, float, float]

#: A central difference with a large step differs from the derivative, and is the same to many digits.
NUDGED = Tolerance(1e-6, 1e-8)


@check("quadratic_gradient")
def quadratic_gradient(answer: Answer, rng: Rng) -> None:
    """One neuron under the quadratic cost."""
    for note, neuron in neurons(rng):
        answer.must_match(slips.quadratic, *neuron, note=note, slips=slips.QUADRATIC)


@check("cross_entropy_gradient")
def cross_entropy_gradient(answer: Answer, rng: Rng) -> None:
    """One neuron under cross-entropy, saturated ones included."""
    for note, neuron in (*neurons(rng), *saturated(rng)):
        answer.must_match(slips.cross_entropy, *neuron, note=note, slips=slips.CROSS_ENTROPY)


@check("train")
def train(answer: Answer, rng: Rng) -> None:
    """No step, one step, some steps, and the famous 300."""
    w, b = (float(v) for v in rng.normal(size=2).round(2))
    runs = [
        ("one step", (w, b, "quadratic", 0.5, 1)),
        ("one step, and the parameters differ", (1.0, -0.5, "cross-entropy", 0.5, 1)),
        ("three steps", (w, b, "cross-entropy", 0.25, 3)),
        ("three steps", (w, b, "quadratic", 2.0, 3)),
        *(
            ("the experiment of the chapter", (*start, cost, rate, 300))
            for cost, rate in (("quadratic", 0.15), ("cross-entropy", 0.005))
            for start in ((0.6, 0.9), (2.0, 2.0))
        ),
        ("no step: only the output before it", (w, b, "quadratic", 0.5, 0)),
    ]
    for note, arguments in runs:
        answer.must_match(slips.training, *arguments, note=note, slips=slips.TRAIN)


@check("numerical_gradient")
def numerical_gradient(answer: Answer, rng: Rng) -> None:
    """Central differences of known functions, with steps so large that they are not the derivative."""
    for note, name, x, h in points(rng):
        answer.must_match(
            slips.slopes_of, name, x, h, note=note, tolerance=NUDGED, slips=slips.NUMERICAL_GRADIENT
        )


@check("relative_error")
def relative_error(answer: Answer, rng: Rng) -> None:
    """Gradients that agree, and gradients with the usual mistakes."""
    for note, g, n, floor in pairs(rng):
        answer.must_match(slips.error, g, n, floor, note=note, slips=slips.RELATIVE_ERROR)


@check("backprop")
def backprop(answer: Answer, rng: Rng) -> None:
    """Networks of several sizes."""
    for note, arguments in networks(rng):
        answer.must_match(slips.backprop, *arguments, note=note, slips=slips.BACKPROP)


# ---- the inputs -------------------------------------------------------------------------------------


def short(rng: Rng, *shape: int) -> Array:
    """Normal numbers that are short to read; adding 0.0 turns -0.0 into 0.0."""
    return np.asarray(rng.normal(size=shape).round(2) + 0.0)


def neurons(rng: Rng) -> Iterator[tuple[str, Neuron]]:
    """Weight, bias, input and target."""
    for _ in range(3):
        w, b, x = map(float, short(rng, 3) + 0.5)
        yield "random numbers", (w, b, x, float(rng.integers(0, 2)))
    yield "all parameters 0", (0.0, 0.0, 2.0, 0.0)
    yield "an input of 0: only the bias can move", (1.5, -0.5, 0.0, 1.0)
    yield "a target between 0 and 1", (0.5, 0.25, -2.0, 0.3)
    yield "whole numbers", (1, 0, 2, 1)


def saturated(rng: Rng) -> Iterator[tuple[str, Neuron]]:
    """Neurons whose output rounds to 0 or 1."""
    far = float(rng.integers(40, 90))
    yield "saturated and wrong", (far, 0.0, 1.0, 0.0)
    yield "saturated and wrong", (-far, 0.0, 1.0, 1.0)
    yield "saturated and right", (2000.0, 0.0, 1.0, 1.0)
    yield "saturated beyond the range of exp", (-2000.0, 0.0, 1.0, 1.0)


def points(rng: Rng) -> Iterator[tuple[str, str, Array, float]]:
    """A function's name, a point and a step."""
    yield "the worked example's kind", "quadratic", np.array([2.0, 1.0]), 0.5
    yield "a cubic, whose central difference is not its derivative", "cubic", short(rng, 3), 0.5
    yield "a table", "loss", short(rng, 2, 3), 0.01
    yield "a single entry", "cubic", short(rng, 1), 0.1
    yield "entries that act together", "product", short(rng, 4) + 2.0, 0.25
    yield "three axes", "quadratic", short(rng, 2, 2, 2), 0.125
    yield "a small step", "loss", short(rng, 4), 1e-5


def pairs(rng: Rng) -> Iterator[tuple[str, Array, Array, float]]:
    """Two gradients and a floor."""
    g = short(rng, 3) + 3.0
    yield "the same gradient twice", g, g.copy(), 1e-6
    yield "one entry missing", np.array([1.0, 0.0]), np.array([1.0, 2.0]), 1e-6
    yield "one sign turned", np.array([0.5, -0.25, 4.0]), np.array([0.5, 0.25, 4.0]), 1e-6
    yield "twice as large", 2 * g, g, 1e-6
    yield "large entries hide a wrong small one", np.array([1000.0, 0.001]), np.array([1000.0, 0.002]), 1e-6
    yield "zeros in both", np.zeros(3), np.zeros(3), 1e-6
    yield "rounding errors below the floor", np.array([1.0, 1e-9]), np.array([1.0, -1e-9]), 1e-4
    yield "a table", short(rng, 2, 3), short(rng, 2, 3), 0.01
    yield "negative entries", -g, -1.5 * g, 1e-3
    yield "the first one is the smaller", np.array([1.0, 3.0]), np.array([4.0, 3.0]), 1e-6


def networks(rng: Rng) -> Iterator[tuple[str, tuple[Array, ...]]]:
    """Examples, labels and parameters."""
    zeros = (np.zeros((1, 1)), np.zeros(1), np.zeros((1, 2)), np.zeros(2))
    yield "the worked example", (np.ones((1, 1)), np.array([0]), *zeros)
    for note, n, d, h, k in (
        ("two examples", 2, 3, 2, 2),
        ("more neurons than features", 4, 2, 5, 3),
        ("as many of everything", 3, 3, 3, 3),
        ("a single example", 1, 4, 3, 2),
        ("many examples", 40, 5, 6, 4),
    ):
        parameters = (short(rng, d, h), short(rng, h), short(rng, h, k), short(rng, k))
        yield note, (short(rng, n, d), rng.integers(0, k, size=n), *parameters)
    yield (
        "a class that no label names",
        (
            short(rng, 3, 2),
            np.array([0, 1, 0]),
            short(rng, 2, 2),
            short(rng, 2),
            short(rng, 2, 3),
            short(rng, 3),
        ),
    )
