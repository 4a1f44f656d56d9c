"""When a result counts as right, and how a difference is put into words."""

import math

import numpy as np
import pytest

from xentcourse.checks.comparing import TELLING_FACTORS, Tolerance, as_numbers, difference, kind, show

EXACT = Tolerance()
LOOSE = Tolerance(relative=1e-2, absolute=1e-1)


# ---- right or wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2.0, 2.0),
        (2, 2.0),
        (True, 1.0),
        (np.array(2.0), 2.0),
        ([1, 2.0], np.array([1.0, 2.0])),
        ((1.0, 2.0), np.array([1.0, 2.0])),
        ([[1, 2], [3, 4]], np.array([[1.0, 2.0], [3.0, 4.0]])),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array([1.0, 2.0], dtype=np.float32), np.array([1.0, 2.0])),
        (np.array([np.inf, -np.inf, np.nan]), np.array([np.inf, -np.inf, np.nan])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (1 + 0.9e-9, 1.0),
        (0.9e-12, 0.0),
        (1e300 * (1 + 0.9e-9), 1e300),
        ((np.zeros(2), 1.0), (np.zeros(2), 1.0)),
        ([[0.0, 0.0], 1], (np.zeros(2), 1.0)),
        ((), ()),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), (np.array([1.0, 2.0]), np.array([3.0, 4.0]))),
    ],
    ids=str,
)
def test_the_right_numbers_are_accepted_in_any_form(value, expected):
    assert EXACT.accepts(value, expected) is True


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, 2.0),
        ("2.0", 2.0),
        ({}, 2.0),
        ([], 2.0),
        ([2.0], 2.0),
        (2.0, np.array([2.0])),
        ([[1.0, 2.0]], np.array([1.0, 2.0])),
        ([[1.0], [2.0, 3.0]], np.zeros((2, 2))),
        (["a"], np.zeros(1)),
        ([None], np.zeros(1)),
        (np.array(["a"]), np.zeros(1)),
        (1 + 1.1e-9, 1.0),
        (1.1e-12, 0.0),
        (-1.0, 1.0),
        (np.nan, 1.0),
        (1.0, np.nan),
        (np.inf, 1.0),
        (1e308, np.inf),
        (-np.inf, np.inf),
        (np.array([1.0, 1.0]), np.array([1.0, 2.0])),
        (1.0, (1.0, 2.0)),
        ((1.0,), (1.0, 2.0)),
        ((1.0, 3.0), (1.0, 2.0)),
        (np.array([1.0, 2.0]), (1.0, 2.0)),
        ((1.0, 2.0, 3.0), (1.0, 2.0)),
        (np.array([[1.0, 2.0], [3.0, 5.0]]), (np.array([1.0, 2.0]), np.array([3.0, 4.0]))),
    ],
    ids=str,
)
def test_anything_else_is_not_accepted(value, expected):
    assert EXACT.accepts(value, expected) is False


def test_a_tolerance_is_relative_to_what_is_expected_plus_something_absolute():
    assert LOOSE.accepts(101.05, 100.0)
    assert not LOOSE.accepts(101.15, 100.0)
    assert LOOSE.accepts(0.0999, 0.0)
    assert not LOOSE.accepts(0.1001, 0.0)


@pytest.mark.parametrize("value", [None, "1", [1, "a"], [[1], [2, 3]], {}, 1j, [None], np.array(["1"])])
def test_what_is_no_array_of_real_numbers_is_none(value):
    assert as_numbers(value) is None


# ---- the tutor's sentences --------------------------------------------------------------------------

E = np.array([1.0, 2.0, 4.0])
SENTENCES = {
    "no number for a number": (None, 1.0, "That is nothing (None); a number was expected."),
    "text for a number": ("a", 1.0, "That is a piece of text; a number was expected."),
    "a dictionary": ({}, 1.0, "That is a dict; a number was expected."),
    "a ragged list": (
        [[1.0], [1.0, 2.0]],
        np.zeros((2, 2)),
        "That is a list of 2 entries; an array of shape (2, 2) was expected.",
    ),
    "an array of text": (
        np.array(["a", "b"]),
        np.zeros(2),
        "That is an array of text; an array of shape (2,) was expected.",
    ),
    "NumPy's text": (np.array("a"), 1.0, "That is a piece of text; a number was expected."),
    "one result for two": (1.0, (1.0, 2.0), "That is a number; a tuple of 2 results was expected."),
    "a truth for two": (True, (1.0, 2.0), "That is True or False; a tuple of 2 results was expected."),
    "an array for two": (
        np.zeros(3),
        (1.0, 2.0),
        "That is an array of shape (3,); a tuple of 2 results was expected.",
    ),
    "three results for two": (
        (1.0, 2.0, 3.0),
        (1.0, 2.0),
        "That is a tuple of 3 entries; a tuple of 2 results was expected.",
    ),
    "the second result": ((1.0, 3.0), (1.0, 4.5), "Result 2 of 2: the number is 3, expected 4.5."),
    "a result in a result": (
        (1.0, (5.0, 3.0)),
        (1.0, (5.0, 4.5)),
        "Result 2 of 2: Result 2 of 2: the number is 3, expected 4.5.",
    ),
    "transposed": (
        np.arange(6.0).reshape(3, 2),
        np.arange(6.0).reshape(3, 2).T,
        "The result is transposed: shape (3, 2), expected (2, 3).",
    ),
    "another shape": (np.zeros(3), np.ones((3, 1)), "The result has shape (3,), expected shape (3, 1)."),
    "not quite transposed": (
        np.arange(6.0).reshape(3, 2),
        np.ones((2, 3)),
        "The result has shape (3, 2), expected shape (2, 3).",
    ),
    "an array for a number": (np.zeros(3), 1.0, "The result has shape (3,), expected a single number."),
    "a list for a number": ([1.0], 1.0, "The result has shape (1,), expected a single number."),
    "a number for an array": (1.0, E, "The result is a single number, expected shape (3,)."),
    "nan": (np.nan, 1.0, "The result is nan. Look for inf - inf, 0 * inf or inf / inf on the way."),
    "all nan": (np.full(3, np.nan), E, "All entries are nan. Look for inf - inf"),
    "some nan": (np.array([1.0, np.nan, np.nan]), E, "2 of 3 entries are nan. Look for inf - inf"),
    "infinite": (
        np.inf,
        1.0,
        "The result is infinite. Look for an overflow in exp, or the logarithm of a 0.",
    ),
    "all infinite": (
        np.array([np.inf, -np.inf, np.inf]),
        E,
        "All entries are infinite. Look for an overflow",
    ),
    "some infinite": (np.array([1.0, np.inf, 4.0]), E, "1 of 3 entries are infinite."),
    "nan and infinite": (
        np.array([np.nan, np.inf, 4.0]),
        E,
        "2 of 3 entries differ; entry [0] is nan, expected 1.",
    ),
    "nearly": (E * (1 + 1e-5), E, "That is close, but not the same number: is something rounded, clipped"),
    "one nearly": (1.0001, 1.0, "That is close, but not the same number"),
    "finite for infinite": (5.0, np.inf, "the number is 5, expected inf."),
    "finite for one infinity": (
        np.array([1.0, 5.0]),
        np.array([1.0, np.inf]),
        "1 of 2 entries differ; entry [1] is 5, expected inf.",
    ),
    "the other infinity": (-np.inf, np.inf, "the number is -inf, expected inf."),
    "three times": (3 * E, E, "Every entry is 3 times what was expected."),
    "a tenth": (E / 10, E, "Every entry is 0.1 times what was expected."),
    "three times, zeros stay": (
        np.array([3.0, 0.0, 6.0]),
        np.array([1.0, 0.0, 2.0]),
        "Every entry is 3 times what was expected.",
    ),
    "three times, but a zero": (
        np.array([3.0, 1.0, 6.0]),
        np.array([1.0, 0.0, 2.0]),
        "3 of 3 entries differ; entry [0] is 3, expected 1.",
    ),
    "one number three times": (3.0, 1.0, "the number is 3, expected 1."),
    "nothing but zeros": (np.zeros(3), E, "3 of 3 entries differ; entry [0] is 0, expected 1."),
    "zero for a number": (0.0, 1.0, "the number is 0, expected 1."),
    "a number for zero": (1.0, 0.0, "the number is 1, expected 0."),
    "one entry": (np.array([1.0, 2.5, 4.0]), E, "1 of 3 entries differ; entry [1] is 2.5, expected 2."),
    "one entry of a matrix": (
        np.array([[1.0, 2.0], [7.0, 4.0]]),
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        "1 of 4 entries differ; entry [1, 0] is 7, expected 3.",
    ),
    "the only entry": (np.array([7.0]), np.array([3.0]), "entry [0] is 7, expected 3."),
    "whole numbers and truths": (
        np.array([True, False]),
        np.array([1, 5]),
        "1 of 2 entries differ; entry [1] is 0, expected 5.",
    ),
}


@pytest.mark.parametrize(("value", "expected", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_a_difference_is_put_into_words(value, expected, sentence):
    assert not EXACT.accepts(value, expected)
    said = difference(value, expected, EXACT)
    assert said.startswith(sentence), said
    assert said[-1] in ".?"


@pytest.mark.parametrize(("factor", "meaning"), TELLING_FACTORS.items(), ids=str)
@pytest.mark.parametrize("expected", [3.0, E, -E, np.array([[0.0, 2.0]])], ids=str)
def test_a_factor_that_gives_the_slip_away_is_explained(factor, meaning, expected):
    said = difference(factor * np.asarray(expected), expected, EXACT)
    assert said == f"Every entry is {factor:.5g} times what was expected: {meaning}."


def test_bits_are_told_from_nats_both_ways():
    nats = np.array([0.5, 1.5])
    assert "1.4427 times" in difference(nats / math.log(2), nats, EXACT)
    assert "that is bits (log base 2), nats" in difference(nats / math.log(2), nats, EXACT)
    assert "once too often" in difference(nats * math.log(2), nats, EXACT)
    assert "that is bans" in difference(nats / math.log(10), nats, EXACT)


@pytest.mark.parametrize("seed", range(50))
def test_whatever_differs_gets_a_sentence(seed):
    rng = np.random.default_rng(seed)
    pool = np.array([0.0, -0.0, 1.0, -1.0, 1e-300, 1e308, -1e308, np.inf, -np.inf, np.nan, 0.1])
    for shape in ((), (1,), (4,), (2, 2)):
        value, expected = rng.choice(pool, shape), rng.choice(pool, shape)
        with np.errstate(all="ignore"):  # as in a check
            assert EXACT.accepts(value, expected) or difference(value, expected, EXACT)[-1] in ".?"


# ---- values in words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing (None)"),
        (True, "True or False"),
        (3, "a number"),
        (3.0, "a number"),
        (np.array(3.0), "a number"),
        (np.zeros((3, 2)), "an array of shape (3, 2)"),
        (np.zeros((0, 2)), "an array of shape (0, 2)"),
        ([1, 2], "a list of 2 entries"),
        ((1, 2, 3), "a tuple of 3 entries"),
        ("text", "a piece of text"),
        ({}, "a dict"),
    ],
    ids=str,
)
def test_what_a_value_is_in_words(value, words):
    assert kind(value) == words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        (True, "True"),
        (3, "3"),
        (0.1, "0.1"),
        (1 / 3, "0.3333333"),
        (float("-inf"), "-inf"),
        ("a", "'a'"),
        (np.array(0.25), "0.25"),
        (np.array([1.0, np.nan, -np.inf]), "[1., nan, -inf]"),
        (np.array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
        (np.array([1 / 3, 1e-20]), "[3.333333e-01, 1.000000e-20]"),
        (np.zeros((0, 3)), "<array of shape (0, 3)>"),
        (np.zeros(25), "<array of shape (25,)>"),
        ([1, 2.5, "a"], "[1, 2.5, 'a']"),
        ((np.zeros(2), None), "([0., 0.], None)"),
        ([np.zeros((5, 5))], "[<array of shape (5, 5)>]"),
    ],
    ids=str,
)
def test_a_value_is_shown_as_it_would_be_typed(value, shown):
    assert show(value) == shown


def test_what_is_long_is_cut():
    assert show("x" * 1000) == "'" + "x" * 198 + "…"
    assert show("x" * 1000, limit=10) == "'xxxxxxxx…"


def test_a_matrix_is_shown_on_one_line_whatever_the_print_options():
    with np.printoptions(precision=1, linewidth=10, threshold=1):
        assert show(np.arange(12.0).reshape(3, 4)).count("\n") == 0
        assert show(np.array([0.123456, 0.2])) == "[0.123456, 0.2]"
