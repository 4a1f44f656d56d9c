"""Checks of the assignment `entropy`. Taught in book/entropy.md."""

import math
from collections.abc import Iterator

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Tolerance
from xentcourse.checks.slips import entropy as slips
from xentcourse.reference import entropy as reference

Array = np.ndarray
Rng = np.random.Generator


@check("entropy")
def entropy(answer: Answer, rng: Rng) -> None:
    """Distributions without zeros, in nats, bits, bans and an unusual unit."""
    for note, p in (
        ("three outcomes", np.array([0.5, 0.25, 0.25])),
        ("a few outcomes", hundredths(rng, 4)),
        ("equally likely outcomes", np.full(5, 0.2)),
        ("outcomes in another order", hundredths(rng, 6)),
        ("a thousand outcomes", rng.dirichlet(np.ones(1000))),
        ("every second entry of a larger array", np.repeat(hundredths(rng, 3), 2)[::2]),
    ):
        answer.must_match(reference.entropy, p, note=note, slips=slips.ENTROPY)
        for base in (2, 10, round(rng.uniform(1.2, 7), 2)):
            answer.must_match(reference.entropy, p, base=base, note=note, slips=slips.ENTROPY)


@check("entropy")
def entropy_edge(answer: Answer, rng: Rng) -> None:
    """Outcomes that cannot occur, a certain one, and tiny probabilities."""
    with_zeros = rng.permutation(np.append(hundredths(rng, 4), np.zeros(3)))
    many_zeros = rng.permutation(np.append(hundredths(rng, 3), np.zeros(9997)))
    for note, p in (
        ("an outcome that cannot occur", np.array([0.5, 0.0, 0.5])),
        ("a certain outcome", np.array([0.0, 1.0, 0.0])),
        ("nothing but a certain outcome", np.array([1.0])),
        ("several that cannot occur", with_zeros),
        ("10,000 outcomes, most of which cannot occur", many_zeros),
        ("probabilities down to the smallest number there is", np.array([1.0, 1e-20, 1e-300, 2.0**-1074])),
    ):
        for base in (2, math.e):
            answer.must_match(
                reference.entropy,
                p,
                base=base,
                note=note,
                tolerance=EVERY_DIGIT,
                slips=slips.ENTROPY_EDGE,
            )


@check("entropies")
def entropies(answer: Answer, rng: Rng) -> None:
    """Arrays of one, two and three axes, with the outcomes along any of them."""
    row = hundredths(rng, 4)
    rows = np.array([hundredths(rng, 4) for _ in range(3)])
    with_zeros = np.array([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75], [0.0, 0.0, 1.0], [0.25, 0.5, 0.25]])
    block = rng.dirichlet(np.ones(3), size=(2, 4))
    for note, p, axis in (
        ("a single distribution", row, -1),
        ("a distribution in each row", rows, -1),
        ("a distribution in each column", rows.T, 0),
        ("zeros in different places", with_zeros, 1),
        ("three axes, the outcomes along the last", block, 2),
        ("three axes, the outcomes along the middle one", np.moveaxis(block, -1, 1), 1),
        ("three axes, the outcomes along the first", np.moveaxis(block, -1, 0), 0),
        ("a single row", rows[:1], 1),
    ):
        answer.must_match(along, p, axis=axis, note=note, slips=slips.ENTROPIES)


@check("grouped")
def grouped(answer: Answer, rng: Rng) -> None:
    """Groups of several members, of one, and of probability 0."""
    for note, p, groups in (
        ("two groups", np.array([0.25, 0.25, 0.5]), np.array([0, 0, 1])),
        ("three groups, in any order", hundredths(rng, 6), rng.permutation([0, 0, 1, 1, 2, 2])),
        ("one group", hundredths(rng, 4), np.zeros(4, dtype=int)),
        ("a group for each outcome", hundredths(rng, 4), rng.permutation(4)),
        ("outcomes that cannot occur", np.array([0.3, 0.0, 0.5, 0.2]), np.array([0, 0, 1, 1])),
        ("a group that cannot occur", np.array([0.3, 0.0, 0.0, 0.7]), np.array([0, 1, 1, 2])),
        ("a group number without members", np.array([0.3, 0.2, 0.5]), np.array([0, 2, 2])),
        ("many outcomes", rng.dirichlet(np.ones(100)), np.append(rng.integers(7, size=99), 6)),
    ):
        answer.must_match(slips.both_parts, p, groups, note=note, slips=slips.GROUPED)


@check("three_entropies")
def three_entropies(answer: Answer, rng: Rng) -> None:
    """Tables of several shapes, some with zeros, and independent variables."""
    for note, joint in tables(rng):
        answer.must_match(slips.alone_and_together, joint, note=note, slips=slips.THREE)


@check("conditional_entropy")
def conditional_entropy(answer: Answer, rng: Rng) -> None:
    """Tables of several shapes, some with zeros, impossible rows, and rows that leave nothing open."""
    for note, joint in (
        *tables(rng),
        ("a row that never comes", np.array([[0.25, 0.25], [0.0, 0.0], [0.5, 0.0]])),
        ("each row leaves only one column", np.array([[0.0, 0.3, 0.0], [0.7, 0.0, 0.0]])),
    ):
        answer.must_match(
            lambda joint: reference.conditional_entropy(joint, base=2),
            joint,
            note=note,
            slips=slips.CONDITIONAL,
        )


@check("plug_in")
def plug_in(answer: Answer, rng: Rng) -> None:
    """Samples of many sizes, whose symbols have any numbers for names."""
    for note, sample in samples(rng):
        answer.must_match(
            lambda sample: reference.plug_in_entropy(slips.counts(sample)),
            sample,
            note=note,
            slips=slips.PLUG_IN,
        )


@check("miller_madow")
def miller_madow(answer: Answer, rng: Rng) -> None:
    """The same samples, in nats, bits and another unit."""
    for note, sample in samples(rng):
        for base in (math.e, 2, round(rng.uniform(3, 9), 2)):
            answer.must_match(
                lambda sample, base: reference.miller_madow_entropy(slips.counts(sample), base=base),
                sample,
                base=base,
                note=note,
                slips=slips.MILLER_MADOW,
            )


# ---- comparing --------------------------------------------------------------------------------------

#: The usual absolute tolerance would take 0 for the entropy of the almost certain.
EVERY_DIGIT = Tolerance(relative=1e-9, absolute=0.0)


def along(p: Array, axis: int) -> Array:
    """The entropies in bits along any axis."""
    return reference.entropy(np.moveaxis(p, axis, -1), base=2)


# ---- the inputs -------------------------------------------------------------------------------------


def hundredths(rng: Rng, size: int) -> Array:
    """A random distribution in hundredths, none of them 0, and not all equal."""
    while True:
        weights = rng.multinomial(100 - size, rng.dirichlet(np.ones(size))) + 1
        if len(set(weights)) > 1:
            return np.asarray(weights / 100)


def tables(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Joint distributions, no two marginal distributions alike."""
    yield "the bag of the worked example", np.array([[0.25, 0.25], [0.5, 0.0]])
    yield "two rows and three columns", hundredths(rng, 6).reshape(2, 3)
    yield "three rows and two columns", hundredths(rng, 6).reshape(3, 2)
    yield "independent variables", np.outer([0.2, 0.8], [0.1, 0.6, 0.3])
    yield "many rows and columns", rng.dirichlet(np.ones(200)).reshape(20, 10)


def samples(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Samples of symbols whose names are whole numbers."""
    yield "six observations of three symbols", np.array([7, 3, 3, 5, 3, 7])
    yield "three symbols, all different", np.array([0, 1, 2])
    yield "one symbol", np.array([4])
    yield "the same symbol throughout", np.full(6, 2)
    yield "numbers that skip some", rng.permutation([1, 1, 1, 5, 5, 9, 9, 9, 9])
    yield "a large sample", rng.choice(12, size=500, p=rng.dirichlet(np.full(12, 0.7)))
