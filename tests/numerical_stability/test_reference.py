"""The reference implementation of `numerical_stability`, judged by mpmath, SciPy, torch and the theory."""

import math
from decimal import Decimal, localcontext

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from xentcourse.reference.numerical_stability import (
    FORMATS,
    exact_logsumexp,
    log_complement,
    logsumexp_error_bound,
    logsumexp_update,
    merge_states,
    online_logsumexp,
    round_to,
    softplus,
    spacing,
    ulps,
)
from xentcourse.reference.softmax import log_softmax, logsumexp

DIGITS = 60
quickly = settings(deadline=None, max_examples=60, derandomize=True)
NUMPY = {"float64": np.float64, "float32": np.float32, "float16": np.float16}
EMPTY = (-math.inf, 0.0)

everyday = st.floats(-50, 50)
large = st.floats(-1e4, 1e4)
any_finite = st.floats(-1e308, 1e308)
with_gaps = st.one_of(large, st.just(-math.inf))


def rows(elements, least=1, most=12):
    return arrays(np.float64, st.integers(least, most), elements=elements)


def exact(z):
    """Log-sum-exp by mpmath; the digits of exp(−10,000) beside 1 take thousands, so log1p is told apart."""
    numbers = sorted((mpmath.mpf(float(x)) for x in z), reverse=True)
    rest = sum((mpmath.exp(x - numbers[0]) for x in numbers[1:]), mpmath.mpf(0))
    return numbers[0] + mpmath.log1p(rest)


def in_ulps(result, expected) -> float:
    return float(abs(mpmath.mpf(float(result)) - expected) / mpmath.mpf(math.ulp(float(expected))))


# ---- formats ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_those_that_torch_has(name):
    info, of = torch.finfo(getattr(torch, name)), FORMATS[name]
    assert (of.bits, of.largest, of.smallest_normal) == (info.bits, info.max, info.smallest_normal)
    assert 2 * of.unit_roundoff == info.eps
    assert of.smallest == info.smallest_normal * info.eps
    assert of.smallest <= of.unit_roundoff**2  # what the proofs count as second order


@pytest.mark.parametrize("name", NUMPY)
@given(x=rows(st.floats(allow_nan=False)))
@quickly
def test_rounding_is_numpy_s(name, x):
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(round_to(x, name), x.astype(NUMPY[name]).astype(np.float64))


@given(x=rows(st.floats(allow_nan=False, width=32)))
@quickly
def test_rounding_to_bfloat16_is_torch_s(x):
    expected = torch.from_numpy(x).to(torch.float32).to(torch.bfloat16).to(torch.float64)
    np.testing.assert_array_equal(round_to(x, "bfloat16"), expected.numpy())


@pytest.mark.parametrize("name", FORMATS)
@given(x=st.floats(-1e300, 1e300))
@quickly
def test_rounding_moves_a_number_by_at_most_the_theorem_s_share(name, x):
    of = FORMATS[name]
    rounded, size = float(round_to(x, name)), abs(x)
    if of.smallest_normal <= size <= of.largest:
        share = abs(Decimal(rounded) - Decimal(x)) / Decimal(size)
        u = Decimal(of.unit_roundoff)
        assert share <= u / (1 + u) * (1 + Decimal("1e-20"))
    elif size < of.smallest_normal:
        assert abs(Decimal(rounded) - Decimal(x)) <= Decimal(of.smallest) / 2


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_rounding_is_worst_half_way_behind_a_power_of_two_and_goes_to_the_even_number(name):
    u = FORMATS[name].unit_roundoff
    assert float(round_to(1 + u, name)) == 1.0
    assert float(round_to(1 + 3 * u, name)) == 1 + 4 * u
    assert abs(float(round_to(1 + u, name)) - (1 + u)) / (1 + u) == u / (1 + u)


@pytest.mark.parametrize("name", FORMATS)
def test_rounding_overflows_from_half_a_gap_above_the_largest_number(name):
    of = FORMATS[name]
    if name == "float64":
        assert float(round_to(of.largest, name)) == of.largest
        return
    half = of.largest * of.unit_roundoff
    assert float(round_to(of.largest + half / 4, name)) == of.largest
    assert float(round_to(of.largest + 2 * half, name)) == math.inf
    assert float(round_to(-of.largest - 2 * half, name)) == -math.inf


@pytest.mark.parametrize("name", NUMPY)
@given(x=st.floats(-6e4, 6e4))
@quickly
def test_spacing_is_numpy_s(name, x):
    assert float(spacing(x, name)) == float(np.spacing(np.abs(NUMPY[name](x))))


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
@given(a=st.floats(1e-3, 1e3), ratio=st.floats(0.5, 2))
@quickly
def test_close_numbers_are_subtracted_exactly(name, a, ratio):
    a, b = float(round_to(a, name)), float(round_to(a * ratio, name))
    if b / 2 <= a <= 2 * b:
        assert float(round_to(a - b, name)) == a - b


def test_ulps_count_gaps_and_call_what_is_no_number_infinitely_wrong():
    assert ulps([1 + 2**-50, np.nan, np.inf, 3.0], [1, 1, 1, 3]).tolist() == [4.0, math.inf, math.inf, 0.0]
    with localcontext(prec=90):
        assert ulps([1.0], [Decimal(1) + Decimal(2) ** -54]).tolist() == [0.25]
    assert ulps([300.0], [301.0], "bfloat16").tolist() == [0.5]


# ---- log-sum-exp ------------------------------------------------------------------------------------


@given(z=rows(large))
@quickly
def test_exact_logsumexp_is_mpmath_s(z):
    expected = exact(z)
    assert abs(mpmath.mpf(str(exact_logsumexp(z))) - expected) <= mpmath.mpf(10) ** -45 * abs(expected)


@given(z=rows(any_finite))
@quickly
def test_exact_logsumexp_lies_between_the_maximum_and_log_k_above_it(z):
    assert Decimal(float(z.max())) * (1 - Decimal("1e-80").copy_sign(Decimal(float(z.max())))) <= (
        exact_logsumexp(z) + Decimal("1e-300")
    )
    assert float(exact_logsumexp(z)) <= z.max() + math.log(len(z)) + math.ulp(abs(z.max()))


@given(z=rows(everyday))
@quickly
def test_logsumexp_keeps_the_bound_of_the_theorem(z):
    error = abs(mpmath.mpf(float(logsumexp(z))) - exact(z))
    # alpha = 2: NumPy's exp and log1p are within an ulp. The last factor is what the bound calls O(u²).
    assert error <= logsumexp_error_bound(z, function_error=2) * 2.0**-53 * (1 + 1e-9)


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
@given(z=rows(st.floats(-10, 10), least=2, most=6))
@quickly
def test_logsumexp_in_low_precision_keeps_the_bound_of_the_theorem(name, z):
    """Every step rounded, as on the page; the constant of O(u²) is generously 100."""

    def r(x):
        return float(round_to(x, name))

    z = round_to(z, name)
    largest, *others = sorted(z.tolist(), reverse=True)
    rest = 0.0
    for x in others:
        rest = r(rest + r(math.exp(r(x - largest))))
    result = r(largest + r(math.log1p(rest)))
    u = FORMATS[name].unit_roundoff
    assert (
        abs(mpmath.mpf(result) - exact(z)) <= logsumexp_error_bound(z, function_error=1.001) * u + 100 * u**2
    )


@given(z=rows(everyday, least=2))
@quickly
def test_the_bound_is_what_its_formula_says(z):
    log_p = log_softmax(z)
    p = np.exp(log_p)
    expected = abs(float(logsumexp(z))) - (p * log_p).sum() + (len(z) - 1) * (1 - p.max())
    np.testing.assert_allclose(logsumexp_error_bound(z), expected, rtol=1e-9, atol=1e-12)


def test_the_bound_for_one_logit_is_its_size():
    assert logsumexp_error_bound([-3.0]) == 3.0


@given(z=rows(everyday), signs=st.integers(0, 2**12 - 1))
@quickly
def test_the_condition_of_logsumexp_is_that_of_the_proposition(z, signs):
    delta = 1e-6
    moved = z * (1 + delta * np.array([1 if signs >> k & 1 else -1 for k in range(len(z))]))
    change = abs(exact(moved) - exact(z))
    assert change <= delta * np.abs(z).max() * (1 + 1e-9) + 1e-15


@given(z=rows(large))
@quickly
def test_scipy_and_torch_agree_on_logsumexp(z):
    np.testing.assert_allclose(logsumexp(z), special.logsumexp(z), rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(logsumexp(z), torch.logsumexp(torch.from_numpy(z), 0), rtol=1e-14, atol=1e-14)


def test_ten_logits_of_minus_ten_survive_beside_an_overflow_probe():
    z = np.stack([np.full(10, -10.0), np.full(10, 1e10)])
    result = logsumexp(z)
    assert result.round(4).tolist() == [-7.6974, 1e10 + 2.3026]
    np.testing.assert_array_equal(logsumexp(z.astype(np.float32)), result)


# ---- softplus, the complement -----------------------------------------------------------------------


@pytest.mark.parametrize("x", [*np.linspace(-740, 740, 149), 1e-300, -1e-300, 1e300, -36.7, 36.7, 5e-324])
def test_softplus_is_exact_to_an_ulp_or_so(x):
    assert in_ulps(softplus(x), mpmath.log1p(mpmath.exp(mpmath.mpf(float(x))))) <= 1.5


@given(x=st.floats(-700, 1e300))
@quickly
def test_softplus_keeps_the_bound_of_the_proposition(x):
    expected = mpmath.log1p(mpmath.exp(mpmath.mpf(x))) if x < 1e4 else mpmath.mpf(x)
    assert abs(mpmath.mpf(float(softplus(x))) - expected) <= 5 * mpmath.mpf(2) ** -53 * expected


def test_softplus_at_the_ends():
    assert softplus([-np.inf, np.inf, -1e308, 1e308]).tolist() == [0.0, math.inf, 0.0, 1e308]


@given(z=st.floats(-700, 700), y=st.floats(0, 1))
@quickly
def test_the_binary_loss_as_two_softplus_has_a_small_relative_error(z, y):
    result = y * float(softplus(-z)) + (1 - y) * float(softplus(z))
    with mpmath.workdps(400):
        x, w = mpmath.mpf(z), mpmath.mpf(y)
        expected = w * mpmath.log1p(mpmath.exp(-x)) + (1 - w) * mpmath.log1p(mpmath.exp(x))
    assert abs(mpmath.mpf(result) - expected) <= 8 * mpmath.mpf(2) ** -53 * expected + mpmath.mpf(2) ** -1070


@pytest.mark.parametrize("a", [-1e-300, -1e-20, -1e-9, -0.1, -0.6931, -math.log(2), -0.7, -1, -37, -700])
def test_log_complement_is_exact_to_two_ulps(a):
    with mpmath.workdps(400):
        assert in_ulps(log_complement(a), mpmath.log1p(-mpmath.exp(mpmath.mpf(a)))) <= 2


@given(a=st.floats(-700, -1e-300))
@quickly
def test_log_complement_undoes_itself_where_it_can(a):
    twice = float(log_complement(log_complement(a)))
    if -30 < a < -1e-3:
        np.testing.assert_allclose(twice, a, rtol=1e-11)


def test_log_complement_at_the_ends():
    assert log_complement([0.0, -np.inf]).tolist() == [-math.inf, 0.0]


# ---- one pass ---------------------------------------------------------------------------------------


@given(z=rows(with_gaps, most=30), cuts=st.lists(st.integers(0, 30), max_size=5))
@quickly
def test_one_pass_over_any_blocks_is_logsumexp(z, cuts):
    blocks = np.split(z, sorted(c for c in cuts if c <= len(z)))
    np.testing.assert_allclose(online_logsumexp(blocks), logsumexp(z), rtol=1e-13, atol=1e-12)


@given(a=rows(with_gaps), b=rows(with_gaps), c=rows(with_gaps))
@quickly
def test_states_combine_in_any_order_and_in_any_pairs(a, b, c):
    x, y, z = (logsumexp_update(EMPTY, part) for part in (a, b, c))
    np.testing.assert_allclose(merge_states(x, y), merge_states(y, x), rtol=1e-15)
    np.testing.assert_allclose(
        merge_states(merge_states(x, y), z), merge_states(x, merge_states(y, z)), rtol=1e-13
    )
    assert merge_states(x, EMPTY) == merge_states(EMPTY, x) == x


@given(z=rows(large, most=30))
@quickly
def test_the_state_is_the_maximum_and_a_sum_between_1_and_the_count(z):
    state = EMPTY
    for t, x in enumerate(z, start=1):
        state = logsumexp_update(state, [x])
        assert state[0] == z[:t].max()
        assert 1 <= state[1] <= t * (1 + 1e-12)
        np.testing.assert_allclose(state[1], np.exp(z[:t] - z[:t].max()).sum(), rtol=1e-12)


def test_nothing_and_nothing_but_minus_infinity_have_the_logarithm_of_zero():
    assert online_logsumexp([]) == online_logsumexp([[], [-np.inf], [-np.inf] * 3]) == -math.inf


def test_a_state_of_enormous_logits_stays_finite():
    assert online_logsumexp([[1e308], [-1e308, 1e308]]) == 1e308


# ---- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: round_to([1.0], "float8"), "round_to: format is 'float8', one of float64, float32"),
        (lambda: round_to([np.nan], "float16"), "round_to: x.0. is NaN"),
        (lambda: spacing([1.0, np.inf], "float16"), "spacing: x.1. is infinite, finite numbers are needed"),
        (lambda: ulps([1.0, 2.0], [1.0]), "ulps: computed has shape .2,., exact .1,."),
        (lambda: ulps([1.0], [np.inf]), "ulps: an exact number is not finite"),
        (lambda: exact_logsumexp([]), "exact_logsumexp: z is .., one finite number at least"),
        (lambda: exact_logsumexp([-np.inf, 0.0]), "Leave infinities out"),
        (lambda: softplus(np.nan), "softplus: z.* is NaN"),
        (lambda: log_complement([-1.0, 0.5]), "log_complement: log_p.1. is 0.5, .* at most 0"),
        (lambda: log_complement([np.nan]), "log_complement: log_p.0. is NaN"),
        (lambda: logsumexp_update(EMPTY, [[1.0]]), "logsumexp_update: block has shape .1, 1."),
        (lambda: logsumexp_update(EMPTY, [np.inf]), "and 1 entries inf"),
        (lambda: logsumexp_update(EMPTY, [np.nan]), "block.0. is NaN"),
        (lambda: logsumexp_error_bound([[1.0]]), "one row of finite logits"),
        (lambda: logsumexp_error_bound([-np.inf, 1.0]), "1 infinite entries"),
        (lambda: logsumexp_error_bound([]), "one row of finite logits"),
    ],
)
def test_a_bad_argument_is_named_with_what_is_needed(call, message):
    with pytest.raises(ValueError, match=message):
        call()
