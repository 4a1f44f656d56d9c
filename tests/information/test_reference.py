"""The reference implementation of chapter `information`, judged by mpmath, SciPy and the theory."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from xentcourse.reference.information import (
    complement_information,
    conditional_information,
    convert_information,
    self_information,
    sequence_information,
    surprise_extremes,
    symbol_information,
)

BASES = (2, math.e, 10, 1.5, 256)
SMALLEST = 5e-324
#: From the smallest number there is to the largest below 1, with powers of 2 and of 10 among them.
PROBABILITIES = (
    SMALLEST,
    1e-320,
    2.2e-308,
    1e-300,
    1e-20,
    0.001,
    0.125,
    0.1,
    1 / 3,
    0.5,
    0.9,
    0.999,
    1 - 2.0**-53,
)
quickly = settings(deadline=None, max_examples=100, derandomize=True)
chances = st.floats(0, 1)
possible = st.floats(0, 1, exclude_min=True)
units = st.floats(1.01, 1e6)


def exact_log(x, base=math.e):
    """The logarithm to 60 digits, with the base as exact as the number that was given."""
    return mpmath.log(x) / (1 if base == math.e else mpmath.log(mpmath.mpf(base)))


def ulps(result, expected) -> float:
    rounded = float(expected)
    return float(abs(mpmath.mpf(float(result)) - expected) / mpmath.mpf(float(np.spacing(abs(rounded)))))


# ---- against mpmath ---------------------------------------------------------------------------------


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("p", PROBABILITIES)
def test_surprise_is_exact_to_three_ulps(p, base):
    with mpmath.workdps(60):
        assert ulps(self_information(p, base=base), -exact_log(mpmath.mpf(p), base)) <= 3


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("q", [*PROBABILITIES, 1e-18, 1e-15, 1e-8])
def test_surprise_of_the_complement_is_exact_to_three_ulps(q, base):
    with mpmath.workdps(400):
        expected = -exact_log(1 - mpmath.mpf(q), base)
        if float(expected) < 2.3e-308:  # there a subnormal number may be rounded twice
            assert abs(float(complement_information(q, base=base)) - float(expected)) <= 3 * SMALLEST
        else:
            assert ulps(complement_information(q, base=base), expected) <= 3


@pytest.mark.parametrize("given_", [1.0, 0.3, 1e-300, 1e-320])
@pytest.mark.parametrize("share", [1.0, 1 - 1e-14, 0.75, 0.5, 1e-3])
def test_conditional_surprise_keeps_its_digits_where_x_all_but_implies_y(given_, share):
    joint = given_ * share
    with mpmath.workdps(60):
        expected = -mpmath.log(mpmath.mpf(joint) / mpmath.mpf(given_))
        result = float(conditional_information(joint, given_))
        assert abs(mpmath.mpf(result) - expected) <= 4e-16 * abs(expected)


@pytest.mark.parametrize("length", [1, 7, 2000, 100_000])
def test_the_surprise_of_a_long_text_is_exact_to_an_ulp_or_two(length):
    rng = np.random.default_rng(length)
    model = dict(zip("abcdef", rng.dirichlet(np.ones(6)).tolist(), strict=True))
    text = "".join(rng.choice(list("abcdef"), size=length))
    with mpmath.workdps(60):
        expected = -sum(text.count(x) * mpmath.log(mpmath.mpf(p)) for x, p in model.items())
        assert ulps(sequence_information(text, model), expected) <= 2


# ---- against SciPy ----------------------------------------------------------------------------------


def test_scipy_agrees_on_surprise_and_on_that_of_the_complement():
    p = np.random.default_rng(0).uniform(size=(3, 4, 5))
    np.testing.assert_allclose(self_information(p), special.entr(p) / p, rtol=1e-14)
    np.testing.assert_allclose(complement_information(p), -special.log1p(-p), rtol=1e-14)


def test_scipy_agrees_on_the_surprise_of_draws():
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.ones(5))
    draws = rng.integers(5, size=200)
    law = stats.rv_discrete(values=(range(5), p))
    expected = -law.logpmf(draws)
    model = dict(enumerate(p.tolist()))
    np.testing.assert_allclose(symbol_information(draws.tolist(), model), expected, rtol=1e-12)
    np.testing.assert_allclose(sequence_information(draws.tolist(), model), expected.sum(), rtol=1e-12)


def test_the_surprise_of_independent_normal_noise_is_not_asked_of_a_density():
    with pytest.raises(ValueError, match="a probability from 0 to 1 is needed"):
        self_information(stats.norm.pdf(0, scale=0.1))


# ---- against the theory -----------------------------------------------------------------------------


@quickly
@given(possible, possible, units)
def test_surprises_of_independent_events_add(p, q, base):
    if p * q > 1e-300:  # below, the product itself has lost digits
        both = self_information(p * q, base=base)
        parts = self_information(p, base=base) + self_information(q, base=base)
        assert float(both) == pytest.approx(float(parts), rel=1e-12, abs=1e-15 / math.log(base))


@quickly
@given(chances, chances, units)
def test_rarer_is_never_less_surprising_and_surprise_never_negative(p, q, base):
    low, high = sorted((p, q))
    rare, common = self_information([low, high], base=base)
    assert rare >= common >= 0
    assert not np.signbit(common)


@quickly
@given(chances, units, units)
def test_conversion_leads_from_one_unit_to_the_other_and_back(p, one, other):
    first, second = self_information(p, base=one), self_information(p, base=other)
    there = convert_information(first, from_base=one, to_base=other)
    assert float(there) == pytest.approx(float(second), rel=1e-13)
    assert float(convert_information(there, from_base=other, to_base=one)) == pytest.approx(
        float(first), rel=1e-13
    )


@quickly
@given(st.floats(0, 1, exclude_max=True))
def test_the_surprise_of_the_almost_certain_lies_between_its_bounds(q):
    surprise = float(complement_information(q))
    assert q <= surprise <= q / (1 - q) * (1 + 1e-15)


@quickly
@given(st.floats(2.0**-53, 1))
def test_both_functions_agree_where_the_complement_is_a_number(p):
    q = 1 - p
    if 1 - q == p:
        assert float(complement_information(q)) == pytest.approx(float(self_information(p)), rel=1e-14, abs=0)


@quickly
@given(possible, chances, units)
def test_the_surprise_of_two_things_is_that_of_the_first_and_then_of_the_second(given_, share, base):
    joint = given_ * share
    if joint == 0 or joint > 1e-290:
        total = self_information(given_, base=base) + conditional_information(joint, given_, base=base)
        expected = float(self_information(joint, base=base))
        assert float(total) == pytest.approx(expected, rel=1e-12, abs=1e-15 / math.log(base))


@quickly
@given(st.text("abc", max_size=30), st.randoms(use_true_random=False))
def test_order_changes_nothing_and_parts_add_up(text, random):
    model = {"a": 0.5, "b": 0.3, "c": 0.2}
    whole = float(sequence_information(text, model))
    shuffled = "".join(random.sample(text, len(text)))
    assert float(sequence_information(shuffled, model)) == whole
    cut = len(text) // 2
    parts = sequence_information(text[:cut], model) + sequence_information(text[cut:], model)
    assert float(parts) == pytest.approx(whole, rel=1e-14)
    assert symbol_information(text, model).sum() == pytest.approx(whole, rel=1e-13)


@quickly
@given(st.text("abcz", min_size=1, max_size=20))
def test_extremes_are_the_first_extremes_of_the_surprises(text):
    model = {"a": 0.5, "b": 0.25, "c": 0.25}
    surprises = symbol_information(text, model)
    assert surprise_extremes(text, model) == (surprises.argmin(), surprises.argmax())


# ---- ends and known values --------------------------------------------------------------------------


def test_the_archers():
    assert float(self_information(0.1, base=2)) == pytest.approx(3.321928, abs=5e-7)
    assert float(self_information(0.1)) == pytest.approx(2.302585, abs=5e-7)
    assert float(self_information(0.999, base=2)) == pytest.approx(0.0014434, abs=5e-8)
    assert float(self_information(0.999)) == pytest.approx(0.0010005, abs=5e-8)


@pytest.mark.parametrize("base", BASES)
def test_impossible_is_infinite_and_certain_is_zero_without_sign_or_warning(base):
    for result, expected in (
        (self_information([0.0, 1.0], base=base), [math.inf, 0.0]),
        (complement_information([1.0, 0.0], base=base), [math.inf, 0.0]),
        (conditional_information([0.0, 0.5], 0.5, base=base), [math.inf, 0.0]),
    ):
        assert result.tolist() == expected
        assert not np.signbit(result).any()


def test_powers_of_two_have_whole_numbers_of_bits():
    exponents = np.arange(0, 1075)
    assert self_information(2.0**-exponents, base=2).tolist() == exponents.tolist()


def test_powers_of_ten_have_whole_numbers_of_bans():
    assert self_information([0.1, 0.01, 0.001], base=10).tolist() == [1, 2, 3]


def test_a_unit_is_converted_into_itself_without_rounding():
    values = np.random.default_rng(2).normal(size=100)
    assert convert_information(values, from_base=3, to_base=3).tolist() == values.tolist()


def test_conversion_keeps_signs_zeros_and_infinities():
    assert convert_information([-1, 0, math.inf, -math.inf], from_base=4, to_base=2).tolist() == [
        -2, 0, math.inf, -math.inf,
    ]  # fmt: skip
    assert float(convert_information(1e308, from_base=1e300, to_base=2)) == math.inf


def test_two_thousand_letters_of_three_bits_have_six_thousand_bits():
    model = dict.fromkeys("aefijkqt", 1 / 8)
    assert float(sequence_information("jteikfqa" * 250, model, base=2)) == 6000
    assert float(sequence_information("a" * 2_000_000, model, base=2)) == 6_000_000


def test_an_empty_sequence_is_no_surprise():
    assert float(sequence_information("", {"a": 1.0})) == 0
    assert symbol_information("", {"a": 1.0}).shape == (0,)


def test_impossible_symbols_count_only_where_they_occur():
    model = {"a": 1.0, "b": 0.0}
    assert float(sequence_information("aaa", model)) == 0
    for text in ("aab", "aaz"):
        assert float(sequence_information(text, model)) == math.inf
        assert symbol_information(text, model).tolist() == [0, 0, math.inf]


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda p: np.array(p, dtype=np.float32)])
def test_every_kind_of_array_is_taken_and_float64_comes_back(kind):
    for function in (self_information, complement_information):
        result = function(kind([0.5, 0.25]))
        assert result.dtype == np.float64
        assert result.shape == (2,)
    assert self_information(True).shape == ()
    assert self_information(np.float32(0.5), base=2).shape == ()


def test_inputs_are_never_changed():
    p = np.array([0.25, 0.5])
    before = p.copy()
    self_information(p), complement_information(p), conditional_information(p, p)
    convert_information(p, from_base=2, to_base=10)
    assert p.tolist() == before.tolist()


# ---- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [1, 0, -2, 0.5, math.nan, math.inf, "2", None])
def test_a_base_that_makes_no_unit_is_refused(base):
    for call in (
        lambda: self_information(0.5, base=base),
        lambda: complement_information(0.5, base=base),
        lambda: conditional_information(0.5, 0.5, base=base),
        lambda: convert_information(1, from_base=base, to_base=2),
        lambda: convert_information(1, from_base=2, to_base=base),
        lambda: sequence_information("a", {"a": 1.0}, base=base),
        lambda: symbol_information("a", {"a": 1.0}, base=base),
    ):
        with pytest.raises(
            ValueError, match=r"^\w+: (from_|to_)?base is .*a finite number above 1 is needed\. .*bits"
        ):
            call()


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (-0.1, "p is -0.1, a probability from 0 to 1"),
        ([0.5, 1.5], r"p\[1\] is 1.5, a probability from 0 to 1"),
        ([[0.5], [math.nan]], r"p\[1, 0\] is NaN"),
        (math.inf, "p is inf"),
        ([[0.5], [0.5, 0.5]], "cannot be read as an array of real numbers"),
        ("half", "cannot be read|an array with at least one axis"),
    ],
)
def test_what_is_no_probability_is_refused(p, words):
    with pytest.raises(ValueError, match=f"^self_information: .*({words})"):
        self_information(p)


def test_nan_is_no_amount_of_information():
    with pytest.raises(ValueError, match=r"^convert_information: value\[0\] is NaN"):
        convert_information(math.nan, from_base=2, to_base=10)


@pytest.mark.parametrize(
    ("joint", "given_", "words"),
    [
        (0.5, 0.25, "joint is 0.5, more than given, which is 0.25"),
        (0.0, 0.0, "given is 0, a probability above 0"),
        ([0.1, 0.1], [0.5, 0.5, 0.5], r"joint has shape \(2,\), given has \(3,\)"),
        (1.5, 0.5, "joint is 1.5"),
    ],
)
def test_pairs_that_do_not_belong_together_are_refused(joint, given_, words):
    with pytest.raises(ValueError, match=f"^conditional_information: {words}"):
        conditional_information(joint, given_)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({}, "the model is {}, a mapping"),
        ([0.5, 0.5], r"the model is \[0.5, 0.5\], a mapping"),
        ({"a": 0.5, "b": 0.4}, "of model sums to 0.9, not 1"),
        ({"a": 1.5, "b": -0.5}, r"model\[1\] is -0.5"),
        ({"a": math.nan}, r"model\[0\] is NaN"),
    ],
)
@pytest.mark.parametrize("function", [symbol_information, sequence_information, surprise_extremes])
def test_a_model_that_is_no_distribution_is_refused(function, model, words):
    with pytest.raises(ValueError, match=f"^{function.__name__}: .*{words}"):
        function("ab", model)


def test_an_empty_sequence_has_no_extremes():
    with pytest.raises(ValueError, match=r"^surprise_extremes: the sequence is empty"):
        surprise_extremes("", {"a": 1.0})
