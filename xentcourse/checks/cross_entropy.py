"""Checks of the assignment `cross_entropy`. Taught in book/cross_entropy.md."""

import math
from collections.abc import Iterator

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.slips import cross_entropy as slips
from xentcourse.reference import cross_entropy as reference

Array = np.ndarray
Rng = np.random.Generator
Pair = tuple[str, Array, Array]


@check("cross_entropy")
def cross_entropy(answer: Answer, rng: Rng) -> None:
    """Distributions without zeros, in nats, bits and other units."""
    for note, p, q in ordinary_pairs(rng):
        answer.must_match(reference.cross_entropy, p, q, note=note, slips=slips.CROSS_ENTROPY)
        for base in (2, 10, round(rng.uniform(1.2, 7), 2)):
            answer.must_match(reference.cross_entropy, p, q, base=base, note=note, slips=slips.CROSS_ENTROPY)


@check("cross_entropy")
def cross_entropy_ends(answer: Answer, rng: Rng) -> None:
    """Zeros in p, in q and in both, and tiny probabilities."""
    for note, p, q in pairs_with_zeros(rng):
        for base in (2, math.e):
            answer.must_match(
                reference.cross_entropy, p, q, base=base, note=note, slips=slips.CROSS_ENTROPY_ENDS
            )


@check("mean_nll")
def mean_nll(answer: Answer, rng: Rng) -> None:
    """Few examples, many, and a label that was ruled out."""
    for note, labels, q in labelled(rng):
        answer.must_match(reference.empirical_cross_entropy, labels, q, note=note, slips=slips.MEAN_NLL)


@check("decompose")
def decompose(answer: Answer, rng: Rng) -> None:
    """Pairs with and without zeros, and a model that knows the truth."""
    known = mixture(rng, 3)
    for note, p, q in (
        *ordinary_pairs(rng),
        ("the model states the truth", known, known.copy()),
        *pairs_with_zeros(rng),
    ):
        answer.must_match(reference.decompose, p, q, note=note, slips=slips.DECOMPOSE)


@check("expected_brier")
def expected_brier(answer: Answer, rng: Rng) -> None:
    """Honest reports, lies, and certain ones."""
    honest = mixture(rng, 3)
    for note, p, q in (
        ("three outcomes", mixture(rng, 3), mixture(rng, 3)),
        ("two outcomes", np.array([0.3, 0.7]), np.array([0.4, 0.6])),
        ("an honest report", honest, honest.copy()),
        ("a report that is certain", mixture(rng, 3), np.array([0.0, 1.0, 0.0])),
        ("a belief that is certain", np.array([0.0, 0.0, 1.0]), mixture(rng, 3)),
        ("a single outcome", np.ones(1), np.ones(1)),
        ("many outcomes", rng.dirichlet(np.ones(50)), rng.dirichlet(np.ones(50))),
    ):
        answer.must_match(brier_expected, p, q, note=note, slips=slips.EXPECTED_BRIER)


@check("best_report")
def best_report(answer: Answer, rng: Rng) -> None:
    """Tables of losses, with ties, with infinite losses, and from the rules of the chapter."""
    for note, p, losses in forecasters(rng):
        answer.must_match(reference.best_report, p, losses, note=note, slips=slips.BEST_REPORT)


@check("text_scores")
def text_scores(answer: Answer, rng: Rng) -> None:
    """Texts with and without characters beyond ASCII, few tokens and many."""
    for note, nats, text in (
        ("three tokens, six characters", rng.uniform(1, 4, size=3).round(2), "banana"),
        ("as many tokens as characters", rng.uniform(0.5, 2, size=5).round(2), "melon"),
        ("several words", rng.uniform(1, 6, size=4).round(2), "two ripe, red figs"),
        ("one token", np.array([2.5]), "a plum"),
        ("characters with more than one byte", rng.uniform(1, 3, size=4).round(2), "crème brûlée, 3 €"),
        ("a model that was sure of everything", np.zeros(3), "pear"),
        ("thousands of tokens, whose probability underflows", rng.uniform(0, 6, size=3000), "kiwi " * 1500),
    ):
        answer.must_match(reference.text_scores, nats, text, note=note, slips=slips.TEXT_SCORES)


def brier_expected(p: Array, q: Array) -> Array:
    """The oracle of part 4."""
    return reference.expected_score(p, q, rule="brier")


# ---- the inputs -------------------------------------------------------------------------------------


def mixture(rng: Rng, size: int) -> Array:
    """A distribution in hundredths without zeros, no two entries equal."""
    while True:
        p = (rng.multinomial(100 - 5 * size, rng.dirichlet(np.ones(size))) + 5) / 100
        if len(set(p.tolist())) == size:
            return np.asarray(p)


def ordinary_pairs(rng: Rng) -> Iterator[Pair]:
    """Two distributions without zeros, smallest first."""
    yield "two classes", np.array([0.25, 0.75]), np.array([0.4, 0.6])
    yield "three classes", mixture(rng, 3), mixture(rng, 3)
    yield "equal probabilities stated", mixture(rng, 4), np.full(4, 0.25)
    yield "many classes", rng.dirichlet(np.ones(50)), rng.dirichlet(np.full(50, 2.0))


def pairs_with_zeros(rng: Rng) -> Iterator[Pair]:
    """Zeros in every place, and probabilities that are almost none."""
    half = round(rng.uniform(0.2, 0.8), 2)
    yield "a class that never comes", np.array([half, 0.0, 1 - half]), mixture(rng, 3)
    yield (
        "a class that never comes and was ruled out: it counts 0",
        np.array([half, 0.0, 1 - half]),
        np.array([0.25, 0.0, 0.75]),
    )
    yield (
        "a class that comes and was ruled out: infinite",
        np.array([half, 0.25 * (1 - half), 0.75 * (1 - half)]),
        np.array([0.5, 0.5, 0.0]),
    )
    yield "the same point mass twice", np.array([0.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0])
    yield "a tiny probability for what comes", np.array([0.5, 0.5]), np.array([1.0, 1e-300])
    yield "a hard label", np.array([0.0, 0.0, 1.0]), mixture(rng, 3)


def labelled(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Labels, and a distribution for each."""
    yield "two examples", np.array([1, 2]), np.array([[0.5, 0.2, 0.3], [0.15, 0.25, 0.6]])
    yield "one example", np.array([1]), np.array([[0.2, 0.3, 0.5]])
    yield "three examples of three classes", rng.permutation(3), rows(rng, 3, 3)
    yield "the same label throughout", np.array([1, 1, 1, 1]), rows(rng, 4, 2)
    yield "many examples", rng.integers(0, 5, size=60), rows(rng, 60, 5)
    yield (
        "thousands of examples, whose probability underflows",
        rng.integers(0, 4, size=3000),
        rng.dirichlet(np.full(4, 3.0), size=3000),
    )
    yield (
        "a label that was given probability 0: infinite",
        np.array([0, 1]),
        np.array([[0.3, 0.6, 0.1], [0.75, 0.0, 0.25]]),
    )
    yield (
        "a class of probability 0 that is not the label: no harm",
        np.array([0, 1]),
        np.array([[1.0, 0.0], [0.25, 0.75]]),
    )


def rows(rng: Rng, count: int, classes: int) -> Array:
    """A distribution in each row."""
    return np.array([mixture(rng, classes) for _ in range(count)])


def forecasters(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Beliefs and tables of losses, among them those of proper and improper rules."""
    for note, size, outcomes in (
        ("six reports, three outcomes", 6, 3),
        ("as many reports as outcomes", 8, 8),
        ("many reports", 40, 4),
    ):
        yield note, *telling(rng, size, outcomes)
    p, losses = telling(rng, 6, 3)
    best = slips.expectations(p, losses).argmin()
    yield "equal reports: the first counts", p, np.vstack([losses, losses[best], losses[best]])
    yield (
        "an infinite loss for what can happen",
        np.array([0.5, 0.5]),
        np.array([[0.0, np.inf], [0.75, 0.75], [np.inf, 0.0]]),
    )
    yield (
        "an infinite loss for what the belief rules out",
        np.array([0.0, 1.0]),
        np.array([[1.0, 2.0], [0.5, 1.0], [3.0, 1.5], [np.inf, 0.0], [np.inf, 3.0]])[[0, 4, 1, 3, 2]],
    )
    rain = np.linspace(0, 1, 101)
    reports = np.stack([rain, 1 - rain], axis=1)
    belief = mixture(rng, 2)
    yield "the log score of 101 reports", belief, reference.score(reports, rule="log")
    yield "the Brier score of 101 reports", belief, reference.score(reports, rule="brier")
    yield "the linear score of 101 reports", belief, reference.score(reports, rule="linear")


def telling(rng: Rng, reports: int, outcomes: int) -> tuple[Array, Array]:
    """A belief and a table of losses for which the usual mistakes choose different rows."""
    while True:
        p = mixture(rng, outcomes)
        losses = rng.integers(0, 60, size=(reports, outcomes)) / 10
        expected = slips.expectations(p, losses)
        rows = [
            expected.argmin(),
            expected.argmin() + 1,
            expected.argmax(),
            losses.max(axis=1).argmin(),
            losses[:, p.argmax()].argmin(),
            losses.mean(axis=1).argmin(),
        ]
        if reports == outcomes:
            rows.append((p @ losses).argmin())
        least, next_one = np.sort(expected)[:2]
        if len(set(rows)) == len(rows) and next_one - least > 1e-3:
            return p, losses
