"""Checks of the assignment `likelihood`. Taught in book/likelihood.md."""

from collections.abc import Iterator

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.slips import likelihood as slips
from xentcourse.reference import likelihood as reference

Array = np.ndarray
Rng = np.random.Generator


@check("bernoulli_log_likelihood")
def bernoulli_log_likelihood(answer: Answer, rng: Rng) -> None:
    """Short records, certain coins, and a record whose likelihood underflows."""
    for note, outcomes, p in records_and_coins(rng):
        answer.must_match(
            reference.bernoulli_log_likelihood, outcomes, p, note=note, slips=slips.BERNOULLI_LOG_LIKELIHOOD
        )


@check("bernoulli_mle")
def bernoulli_mle(answer: Answer, rng: Rng) -> None:
    """Short records, one-sided records and a long one."""
    for note, outcomes in (
        ("five tosses", rng.permutation([1, 1, 1, 0, 0])),
        ("six tosses", rng.permutation([1, 0, 0, 0, 0, 0])),
        ("all heads", np.ones(3, dtype=np.int64)),
        ("all tails", np.zeros(4, dtype=np.int64)),
        ("one toss", np.array([1])),
        ("a long record", (rng.random(1001) < 0.3).astype(np.int64)),
    ):
        answer.must_match(reference.bernoulli_mle, outcomes, note=note, slips=slips.BERNOULLI_MLE)


@check("categorical_mle")
def categorical_mle(answer: Answer, rng: Rng) -> None:
    """Labels of all classes, and of some."""
    for note, labels, classes in (
        ("five labels of three classes", rng.permutation([0, 1, 1, 2, 2]), 3),
        ("the last class has no label", rng.permutation([0, 0, 0, 1]), 3),
        ("a class in the middle has no label", rng.permutation([0, 0, 2, 3, 3]), 4),
        ("one label", np.array([1]), 3),
        ("a single class", np.zeros(3, dtype=np.int64), 1),
        ("many labels", rng.integers(0, 10, size=1000), 10),
    ):
        answer.must_match(
            reference.categorical_mle, labels, classes=classes, note=note, slips=slips.CATEGORICAL_MLE
        )


@check("categorical_log_likelihood")
def categorical_log_likelihood(answer: Answer, rng: Rng) -> None:
    """Ordinary dice, classes of probability 0, and counts so large that the likelihood underflows."""
    for note, counts, q in counts_and_dice(rng):
        answer.must_match(
            reference.categorical_log_likelihood,
            counts,
            q,
            note=note,
            slips=slips.CATEGORICAL_LOG_LIKELIHOOD,
        )


@check("mean_nll")
def mean_nll(answer: Answer, rng: Rng) -> None:
    """Few probabilities, many, and one that is 0."""
    for note, probabilities in (
        ("two outcomes", np.array([0.5, 0.25])),
        ("four outcomes", shares(rng, 4)),
        ("one outcome", shares(rng, 1)),
        ("outcomes that were certain", np.ones(3)),
        ("2,000 outcomes, whose product underflows", np.full(2000, 0.5)),
        ("20,000 outcomes", rng.uniform(0.01, 1, size=20_000)),
        ("tiny probabilities", np.array([1e-300, 1e-200, 0.5])),
        ("an outcome that the model had ruled out: the mean is infinite", np.array([0.5, 0.0, 0.25])),
    ):
        answer.must_match(reference.mean_nll, probabilities, note=note, slips=slips.MEAN_NLL)


@check("gaussian_nll")
def gaussian_nll(answer: Answer, rng: Rng) -> None:
    """Ordinary numbers, and outliers whose density underflows."""
    for note, x, mu, sigma in (
        ("two numbers", np.array([1.0, 4.0]), 2.0, 3.0),
        ("numbers at random", short(rng, 4), 0.5, 0.7),
        ("sigma = 1", short(rng, 3), 0.0, 1.0),
        ("one number, at the mean", np.array([2.5]), 2.5, 0.1),
        ("integers", rng.integers(-5, 6, size=5), 1.0, 2.0),
        ("many numbers", rng.normal(10, 4, size=1000), 9.0, 5.0),
        ("an outlier, whose density underflows", np.array([0.0, 1.0, 100.0]), 0.0, 1.0),
    ):
        answer.must_match(reference.gaussian_nll, x, mu, sigma, note=note, slips=slips.GAUSSIAN_NLL)


@check("gaussian_mle")
def gaussian_mle(answer: Answer, rng: Rng) -> None:
    """Ordinary numbers, and numbers that are far from 0 and close together."""
    for note, x in (
        ("three numbers", np.array([1.0, 2.0, 6.0])),
        ("numbers at random", short(rng, 5)),
        ("integers", rng.permutation([-3, 0, 1, 8])),
        ("many numbers", rng.normal(10, 4, size=1000)),
        ("four numbers from 1000000000 to 1000000006", 1e9 + np.array([0.0, 1.0, 2.0, 6.0])),
    ):
        answer.must_match(reference.gaussian_mle, x, note=note, slips=slips.GAUSSIAN_MLE)


@check("mse_coefficients")
def mse_coefficients(answer: Answer, rng: Rng) -> None:
    """A standard deviation below 1, above 1, 1 itself, and others."""
    for sigma in (0.5, 3.0, 1.0, 10.0, *rng.uniform(0.2, 5, size=3).round(2).tolist()):
        answer.must_match(reference.mse_coefficients, sigma, slips=slips.MSE_COEFFICIENTS)


# ---- the inputs -------------------------------------------------------------------------------------


def short(rng: Rng, size: int) -> Array:
    """Normal numbers that are short to read; adding 0.0 turns -0.0 into 0.0."""
    return rng.normal(size=size).round(2) + 0.0


def shares(rng: Rng, size: int) -> Array:
    """Probabilities that are short to read, none of them 0, 1 or one half."""
    return rng.choice([0.1, 0.15, 0.2, 0.3, 0.35, 0.6, 0.8, 0.9], size=size)


def records_and_coins(rng: Rng) -> Iterator[tuple[str, Array, float]]:
    """Records of zeros and ones, and coins, smallest first."""
    p = float(shares(rng, 1)[0])
    yield "three tosses", rng.permutation([1, 1, 0]), p
    yield "one toss, heads", np.array([1]), p
    yield "one toss, tails", np.array([0]), p
    yield "eight tosses", rng.permutation([1, 1, 1, 1, 1, 0, 0, 0]), 0.4
    yield "no toss: nothing has happened, and the sum is empty", np.zeros(0, dtype=np.int64), p
    yield "heads only, and a coin that never shows tails: 0 log 0 counts 0", np.array([1, 1]), 1.0
    yield "tails only, and a coin that never shows heads: 0 log 0 counts 0", np.array([0, 0, 0]), 0.0
    yield "heads came from a coin that never shows heads: impossible", np.array([0, 1, 0]), 0.0
    yield "tails came from a coin that never shows tails: impossible", np.array([1, 0, 1]), 1.0
    yield "5,000 tosses, whose product underflows", (rng.random(5000) < 0.4).astype(np.int64), 0.35


def counts_and_dice(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Counts and distributions, smallest first."""
    yield "three classes", rng.permutation([1, 2, 4]), rng.permutation([0.2, 0.3, 0.5])
    yield "a class that never came", np.array([3, 0, 2]), np.array([0.25, 0.6, 0.15])
    yield "a fair die", rng.integers(1, 9, size=6), np.full(6, 1 / 6)
    yield (
        "a class of probability 0 that never came: 0 log 0 counts 0",
        np.array([3, 0, 2]),
        np.array([0.75, 0.0, 0.25]),
    )
    yield "a class of probability 0 that came: impossible", np.array([3, 1, 2]), np.array([0.75, 0.0, 0.25])
    yield "no observation: nothing has happened", np.array([0, 0]), np.array([0.3, 0.7])
    yield "one class, which is certain", np.array([4]), np.array([1.0])
    yield (
        "many observations, whose product underflows",
        rng.integers(500, 900, size=5),
        rng.dirichlet(np.full(5, 5.0)),
    )
