"""The mathematics of the explorables is that of the reference and of exact fractions."""

import math
from fractions import Fraction

import numpy as np

from xentcourse.reference import coding, information

N = 2000
TENTHS = {"a": 6, "b": 3, "c": 1}


def test_the_least_mean_length_is_huffmans(call, rng):
    p = [*rng.dirichlet(np.ones(5), N), np.full(5, 0.2), np.array([0.4, 0.2, 0.2, 0.1, 0.1])]
    expected = [coding.expected_length(row, coding.huffman_lengths(row)) for row in p]
    np.testing.assert_allclose(call("coding.leastMeanLength", [(row,) for row in p]), expected, rtol=1e-12)


def test_a_join_takes_the_first_tree_into_the_place_of_the_second(call):
    forest = call("coding.leaves", [([0.5, 0.3, 0.2],)])[0]
    (after,) = call("coding.joined", [(forest, 0, 2)])
    assert after[0] is None
    assert after[1] == forest[1]
    assert after[2] == {"left": forest[0], "right": forest[2], "weight": 0.7}


def test_the_rarest_are_the_two_of_least_weight(call, rng):
    p = rng.dirichlet(np.ones(5), N)
    forests = call("coding.leaves", [(row,) for row in p])
    np.testing.assert_array_equal(
        call("coding.rarest", [(forest,) for forest in forests]), np.argsort(p, axis=1)[:, :2]
    )


def messages(rng):
    return ["".join(rng.choice(list(TENTHS), rng.integers(1, 13))) for _ in range(N)] + [
        "a",
        "c",
        "c" * 12,
        "a" * 12,
    ]


def exact(message):
    """Start and length of the interval, and the codeword's number and bits, by fractions."""
    start, length = Fraction(0), Fraction(1)
    for letter in message:
        start += length * sum(Fraction(TENTHS[other], 10) for other in TENTHS if other < letter)
        length *= Fraction(TENTHS[letter], 10)
    bits = next(m for m in range(1, 99) if Fraction(1, 2**m) <= length / 2)
    return start, length, math.ceil(start * 2**bits), bits


def test_a_codeword_is_that_of_exact_fractions(call, rng):
    sent = messages(rng)
    expected = [format(number, f"0{bits}b") for _, _, number, bits in map(exact, sent)]
    assert call("coding_interval.codeword", [(message, TENTHS) for message in sent]) == expected


def test_a_codeword_lies_where_it_is_drawn(call, rng):
    sent = messages(rng)
    found = np.array(call("coding_interval.within", [(message, TENTHS) for message in sent]))
    expected = [
        [float((Fraction(number + end, 2**bits) - start) / length) for end in (0, 1)]
        for start, length, number, bits in map(exact, sent)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert (found >= 0).all()
    assert (found <= 1).all()


def test_the_surprise_of_a_message_is_that_of_the_reference(call, rng):
    sent = messages(rng)
    model = {letter: share / 10 for letter, share in TENTHS.items()}
    expected = [information.sequence_information(message, model, base=2) for message in sent]
    np.testing.assert_allclose(
        call("coding_interval.surprise", [(m, TENTHS) for m in sent]), expected, rtol=1e-12
    )
