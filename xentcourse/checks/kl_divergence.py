"""Checks of the assignment `kl_divergence`. Taught in book/kl_divergence.md."""

import math
from collections.abc import Iterator

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.slips import kl_divergence as slips
from xentcourse.reference import kl_divergence as reference

Array = np.ndarray
Rng = np.random.Generator


@check("kl_divergence")
def kl_divergence(answer: Answer, rng: Rng) -> None:
    """Distributions without zeros, in nats and in other units."""
    for note, p, q in ordinary_pairs(rng):
        answer.must_match(reference.kl_divergence, p, q, note=note, slips=slips.KL_DIVERGENCE)
        for base in (2, 10):
            answer.must_match(reference.kl_divergence, p, q, base=base, note=note, slips=slips.KL_DIVERGENCE)


@check("kl_divergence")
def kl_divergence_zeros(answer: Answer, rng: Rng) -> None:
    """Zeros in either distribution and in both, and tiny probabilities."""
    for note, p, q in pairs_with_zeros(rng):
        for base in (math.e, 2):
            answer.must_match(
                reference.kl_divergence, p, q, base=base, note=note, slips=slips.KL_DIVERGENCE_ZEROS
            )


@check("mutual_information")
def mutual_information(answer: Answer, rng: Rng) -> None:
    """Square and oblong tables, independent variables, copies, and cells that never happen."""
    for note, joint in tables(rng):
        answer.must_match(reference.mutual_information, joint, note=note, slips=slips.MUTUAL_INFORMATION)


@check("jensen_shannon")
def jensen_shannon(answer: Answer, rng: Rng) -> None:
    """Pairs without and with zeros, equal ones, and pairs that share no value."""
    for note, p, q in (*ordinary_pairs(rng), *pairs_with_zeros(rng)):
        answer.must_match(reference.jensen_shannon, p, q, note=note, slips=slips.JENSEN_SHANNON)


@check("gaussian_kl")
def gaussian_kl(answer: Answer, rng: Rng) -> None:
    """Shifted, wider and narrower normal distributions."""
    draw = rng.uniform(0.5, 4, size=4).round(2).tolist()
    for note, *parameters in (
        ("a shift of one standard deviation", 1.0, 5.0, 6.0, 5.0),
        ("q is wider", 1.0, 0.5, 3.0, 2.0),
        ("q is narrower", -1.0, 3.0, -2.0, 0.7),
        ("p and q are equal", 1.5, 2.0, 1.5, 2.0),
        ("at random", draw[0], draw[1], -draw[2], draw[3]),
        ("far apart", 0.0, 0.1, 100.0, 0.2),
    ):
        answer.must_match(reference.gaussian_kl, *parameters, note=note, slips=slips.GAUSSIAN_KL)


@check("best_fits")
def best_fits(answer: Answer, rng: Rng) -> None:
    """A few models and many, ties, and models that are infinitely far away."""
    for note, target, models in competitions(rng):
        answer.must_match(both_fits, target, models, note=note, slips=slips.BEST_FITS)


@check("nll_and_kl")
def nll_and_kl(answer: Answer, rng: Rng) -> None:
    """Labels of a few classes, some of which never came, and models that rule some out."""
    for note, labels, models in labelled(rng):
        answer.must_match(both_losses, labels, models, note=note, slips=slips.NLL_AND_KL)


# ---- the oracles of the last two parts --------------------------------------------------------------


def both_fits(target: Array, models: Array) -> tuple[int, int]:
    """The row that is closest to the target, forward and reverse."""
    forward = reference.best_fit(target, models, direction="forward")
    return forward, reference.best_fit(target, models, direction="reverse")


def both_losses(labels: Array, models: Array) -> tuple[Array, Array]:
    """Mean NLL of each model on the labels, and its divergence from their shares."""
    return slips.nll(labels, models), reference.kl_divergence(slips.shares(labels, models), models)


# ---- the inputs -------------------------------------------------------------------------------------


def hundredths(rng: Rng, classes: int) -> Array:
    """A distribution in whole hundredths, none of them 0."""
    return np.asarray((rng.multinomial(100 - classes, rng.dirichlet(np.ones(classes))) + 1) / 100)


def ordinary_pairs(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Two distributions without zeros, smallest first."""
    yield "two values", np.array([0.25, 0.75]), np.array([0.6, 0.4])
    yield (
        "the four-word language",
        np.array([0.5, 0.25, 0.125, 0.125]),
        np.array([0.125, 0.5, 0.25, 0.125]),
    )
    yield "distributions at random", hundredths(rng, 3), hundredths(rng, 3)
    same = hundredths(rng, 4)
    yield "many values", rng.dirichlet(np.ones(300)), rng.dirichlet(np.full(300, 2.0))
    yield "equal distributions", same, same.copy()


def pairs_with_zeros(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Zeros in p, in q and in both; tiny probabilities."""
    p, q = hundredths(rng, 3), hundredths(rng, 3)
    yield "p rules out a value", np.array([0.25, 0.0, 0.75]), q
    yield "one label: p is a point mass", np.array([0.0, 1.0, 0.0]), q
    yield "both rule out the same value", np.append(p, 0.0), np.append(q, 0.0)
    yield "q rules out what p allows", p, np.array([0.25, 0.0, 0.75])
    yield "p and q share no value", np.array([0.5, 0.5, 0.0, 0.0]), np.array([0.0, 0.0, 0.25, 0.75])
    yield "a tiny probability in q", np.array([0.5, 0.5]), np.array([1e-200, 1.0])
    yield "a tiny probability in p", np.array([1e-200, 1.0]), np.array([0.5, 0.5])
    yield "only one value", np.array([1.0]), np.array([1.0])


def tables(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Joint distributions."""
    yield "two by two", np.array([[0.2, 0.05], [0.1, 0.65]])
    yield "three by three", hundredths(rng, 9).reshape(3, 3)
    yield "more columns than rows", hundredths(rng, 6).reshape(2, 3)
    yield "more rows than columns", rng.dirichlet(np.ones(20)).reshape(5, 4)
    yield "a cell that never happens", np.array([[0.25, 0.0], [0.25, 0.5]])
    yield "a value of y that never happens", np.array([[0.25, 0.0, 0.125], [0.25, 0.0, 0.375]])
    yield "y is a copy of x", np.diag(hundredths(rng, 3))
    yield "independent variables", np.outer(hundredths(rng, 2), hundredths(rng, 3))


def competitions(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """A target with models of which forward and reverse choose different ones."""
    target = np.array([0.45, 0.05, 0.05, 0.45])
    humps = np.array([0.6, 0.02, 0.02, 0.36])
    wide, one = np.array([0.2, 0.3, 0.3, 0.2]), np.array([0.9, 0.08, 0.01, 0.01])
    far, even = np.array([0.02, 0.9, 0.06, 0.02]), np.full(4, 0.25)
    yield "one model covers both humps, one hides in a hump", humps, np.stack([far, one, wide])
    yield "two of these models", humps, np.stack([wide, one])
    yield (
        "a model that rules out what the target allows",
        target,
        np.array([[0.9, 0.1, 0.0, 0.0], [0.05, 0.45, 0.45, 0.05], [0.25, 0.25, 0.25, 0.25]]),
    )
    yield (
        "a target that rules out a value",
        np.array([0.5, 0.5, 0.0]),
        np.array([[0.4, 0.4, 0.2], [0.9, 0.1, 0.0], [0.1, 0.1, 0.8]]),
    )
    yield "equal models: the first one counts", target, np.stack([even, far, even])
    yield "many models at random", rng.dirichlet(np.ones(5)), rng.dirichlet(np.ones(5), size=40)


def labelled(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Labels that count from 0, and distributions over their classes."""
    yield "five labels, two models", np.array([0, 1, 1, 2, 1]), np.array([[0.5, 0.25, 0.25], [0.2, 0.6, 0.2]])
    models = np.stack([hundredths(rng, 3) for _ in range(4)])
    yield "a few models", np.append(rng.integers(0, 3, size=9), [0, 1, 2]), models
    yield "the last class never came", np.array([0, 1, 1, 0, 0]), models
    yield "one label", np.array([1]), models
    yield (
        "a model rules out what came, another what never came",
        np.array([0, 0, 1]),
        np.array([[0.5, 0.0, 0.5], [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]]),
    )
    yield "many labels", rng.integers(0, 6, size=500), rng.dirichlet(np.ones(6), size=30)
