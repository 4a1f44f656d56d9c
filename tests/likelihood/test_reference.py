"""The reference implementation of chapter `likelihood`, judged by mpmath, SciPy and the theory."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from xentcourse.reference.likelihood import (
    bernoulli_log_likelihood,
    bernoulli_mle,
    categorical_log_likelihood,
    categorical_mle,
    gaussian_mle,
    gaussian_nll,
    laplace_nll,
    mean_nll,
    mse_coefficients,
)

DIGITS = 340  # 1 − 5e−324 is not 1
TINY = [5e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-17]
records = st.lists(st.integers(0, 1), min_size=1, max_size=60)
chances = st.floats(0, 1) | st.sampled_from([0.0, 1.0, 0.5, 1 - 2**-53, *TINY])
counts = st.lists(st.integers(0, 1000), min_size=1, max_size=8)
ordinary = st.floats(-1e6, 1e6, allow_subnormal=False)
numbers = st.lists(ordinary, min_size=2, max_size=30)
widths = st.floats(1e-3, 1e3)


def log(x):
    return mpmath.log(mpmath.mpf(x))


def exact_log_likelihood(counts, q):
    """Σ n log q by its definition, with many digits; a count of 0 counts 0."""
    pairs = [(n, x) for n, x in zip(counts, q, strict=True) if n > 0]
    if any(x == 0 for _, x in pairs):
        return -math.inf
    return mpmath.fsum(n * mpmath.log(x) for n, x in pairs)


def exact_gaussian_nll(x, mu, sigma):
    mu, sigma = mpmath.mpf(mu), mpmath.mpf(sigma)
    density = [mpmath.npdf(mpmath.mpf(v), mu, sigma) for v in x]
    return -mpmath.fsum(map(mpmath.log, density)) / len(x)


def close(result, expected, relative=1e-14, absolute=0.0):
    return result == pytest.approx(float(expected), rel=relative, abs=absolute)


# ---- coins ------------------------------------------------------------------------------------------


@given(records, chances)
def test_bernoulli_log_likelihood_is_the_sum_of_logarithms(record, p):
    ones = sum(record)
    expected = exact_log_likelihood([ones, len(record) - ones], [mpmath.mpf(p), 1 - mpmath.mpf(p)])
    assert close(bernoulli_log_likelihood(record, p), expected)


@given(st.lists(st.integers(0, 1), min_size=1, max_size=20), st.fractions(0, 1, max_denominator=50))
def test_bernoulli_likelihood_is_the_product_of_the_probabilities(record, p):
    product = math.prod((p if x else 1 - p for x in record), start=Fraction(1))
    assert close(math.exp(bernoulli_log_likelihood(record, float(p))), product, 1e-12)


@given(records, st.floats(0.001, 0.999))
def test_bernoulli_log_likelihood_agrees_with_scipy(record, p):
    assert close(bernoulli_log_likelihood(record, p), stats.bernoulli.logpmf(record, p).sum(), 1e-12)


@pytest.mark.parametrize(
    ("record", "p", "expected"),
    [([1, 1], 1, 0), ([0, 0], 0, 0), ([1], 0, -math.inf), ([0], 1, -math.inf), ([], 0.3, 0), ([], 0, 0)],
)
def test_bernoulli_log_likelihood_on_the_boundary(record, p, expected):
    assert bernoulli_log_likelihood(record, p) == expected


def test_bernoulli_log_likelihood_has_the_shape_of_p():
    assert bernoulli_log_likelihood([1, 0], np.full((2, 3), 0.5)).shape == (2, 3)
    assert bernoulli_log_likelihood([1, 0], 0.5).shape == ()


@given(records, chances)
def test_no_coin_is_likelier_than_the_share_of_ones(record, p):
    best = bernoulli_log_likelihood(record, bernoulli_mle(record))
    assert bernoulli_log_likelihood(record, p) <= best + 1e-12


@given(records)
def test_bernoulli_mle_is_the_exact_share(record):
    assert bernoulli_mle(record) == float(Fraction(sum(record), len(record)))


def test_bernoulli_mle_of_a_million():
    record = np.arange(1_000_000) % 4 == 0
    assert bernoulli_mle(record) == 0.25
    expected = exact_log_likelihood([250_000, 750_000], [mpmath.mpf("0.1"), mpmath.mpf("0.9")])
    assert close(bernoulli_log_likelihood(record, 0.1), expected)


# ---- dice -------------------------------------------------------------------------------------------


@st.composite
def counts_and_distribution(draw):
    n = draw(counts)
    weights = draw(st.lists(st.floats(0, 1), min_size=len(n), max_size=len(n)))
    assume(sum(weights) > 1e-3)
    return n, np.array(weights) / sum(weights)


@given(counts_and_distribution())
def test_categorical_log_likelihood_is_the_sum_of_logarithms(case):
    n, q = case
    assert close(
        categorical_log_likelihood(n, q), exact_log_likelihood(n, map(mpmath.mpf, q)), absolute=1e-300
    )


@pytest.mark.parametrize("tiny", TINY)
def test_categorical_log_likelihood_of_tiny_probabilities(tiny):
    assert close(categorical_log_likelihood([3, 2], [tiny, 1]), 3 * log(tiny))


def test_categorical_log_likelihood_on_the_boundary():
    assert categorical_log_likelihood([2, 0], [1, 0]) == 0
    assert categorical_log_likelihood([2, 1], [1, 0]) == -math.inf
    assert categorical_log_likelihood([0, 0], [1, 0]) == 0
    assert categorical_log_likelihood([7], [1]) == 0
    assert categorical_log_likelihood([1, 2], [[0.5, 0.5], [1, 0]]).tolist() == [
        pytest.approx(-3 * math.log(2)),
        -math.inf,
    ]


@given(counts_and_distribution())
def test_categorical_log_likelihood_is_the_multinomial_s_without_its_coefficient(case):
    n, q = case
    total = sum(n)
    coefficient = math.lgamma(total + 1) - sum(math.lgamma(x + 1) for x in n)
    scipy = stats.multinomial.logpmf(n, total, q)
    assume(math.isfinite(scipy))
    assert close(categorical_log_likelihood(n, q) + coefficient, scipy, 1e-8, 1e-6)


@given(records, st.floats(0, 1))
def test_a_coin_is_a_die_with_two_faces(record, p):
    n = [len(record) - sum(record), sum(record)]
    assert close(categorical_log_likelihood(n, [1 - p, p]), bernoulli_log_likelihood(record, p), 1e-9, 1e-9)


@given(counts_and_distribution())
def test_no_distribution_is_likelier_than_the_shares(case):
    n, q = case
    assume(sum(n) > 0)
    labels = np.repeat(np.arange(len(n)), n)
    shares = categorical_mle(labels, classes=len(n))
    assert shares.tolist() == [float(Fraction(x, sum(n))) for x in n]
    best = categorical_log_likelihood(n, shares)
    assert categorical_log_likelihood(n, q) <= best + 1e-9 * (1 + abs(best))


def test_categorical_mle_gives_a_class_without_labels_nothing():
    assert categorical_mle([1, 1], classes=4).tolist() == [0, 1, 0, 0]
    assert categorical_mle(np.arange(10**6) % 8, classes=8).tolist() == [0.125] * 8


# ---- mean negative log-likelihood -------------------------------------------------------------------


@given(st.lists(chances, min_size=1, max_size=40))
def test_mean_nll_is_minus_the_mean_logarithm(q):
    expected = math.inf if 0 in q else -mpmath.fsum(map(log, q)) / len(q)
    assert close(mean_nll(q), expected, absolute=1e-300)
    assert math.copysign(1, mean_nll(q)) == 1


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=40))
def test_mean_nll_is_minus_the_logarithm_of_the_geometric_mean(q):
    assert close(math.exp(-mean_nll(q)), stats.gmean(q), 1e-12)


def test_mean_nll_of_a_million_outcomes_does_not_underflow():
    assert close(mean_nll(np.full(1_000_000, 1e-5)), 5 * mpmath.log(10), 1e-12)
    assert mean_nll([[1.0, 1.0]]) == 0


# ---- normal and Laplace noise -----------------------------------------------------------------------


@given(numbers, ordinary, widths)
def test_gaussian_nll_is_the_mean_of_minus_the_log_density(x, mu, sigma):
    assert close(gaussian_nll(x, mu, sigma), exact_gaussian_nll(x, mu, sigma), 1e-12, 1e-12)


@given(numbers, ordinary, widths)
def test_gaussian_and_laplace_nll_agree_with_scipy(x, mu, width):
    assert close(gaussian_nll(x, mu, width), -stats.norm.logpdf(x, mu, width).mean(), 1e-9, 1e-9)
    distances = np.abs(np.array(x) - mu) / width
    near = distances < 30  # SciPy's density underflows further out
    if near.any():
        inside = np.array(x)[near]
        expected = -stats.laplace.logpdf(inside, mu, width).mean()
        assert close(laplace_nll(inside, mu, width), expected, 1e-6, 1e-6)
    assert close(laplace_nll(x, mu, width), math.log(2 * width) + distances.mean(), 1e-12, 1e-12)


@given(numbers, ordinary, widths)
def test_gaussian_nll_is_a_straight_line_in_the_mean_squared_error(x, mu, sigma):
    a, b = mse_coefficients(sigma)
    assert close(gaussian_nll(x, mu, sigma), a + b * np.mean((np.array(x) - mu) ** 2), 1e-9, 1e-9)


@given(st.floats(1e-150, 1e150))
def test_mse_coefficients_to_the_last_digits(sigma):
    a, b = mse_coefficients(sigma)
    assert close(b, 1 / (2 * mpmath.mpf(sigma) ** 2), 1e-15)
    assert close(a, log(sigma) + mpmath.log(2 * mpmath.pi) / 2, 1e-14, 1e-15)


@given(numbers)
def test_gaussian_mle_to_the_last_digits(x):
    assume(len(set(x)) > 1)
    mean = sum(map(Fraction, x)) / len(x)
    variance = sum((Fraction(v) - mean) ** 2 for v in x) / len(x)
    mu, sigma = gaussian_mle(x)
    size = max(map(abs, x))
    assert abs(Fraction(mu) - mean) <= Fraction(4 * 2.0**-53 * size)
    root = mpmath.sqrt(mpmath.mpf(variance.numerator) / variance.denominator)
    assert close(sigma, root, 1e-12, 8 * 2.0**-53 * size)


@pytest.mark.parametrize("scale", [1e300, 1e-300, 1e-320, 1.7e308])
def test_gaussian_mle_at_the_ends_of_the_range(scale):
    mu, sigma = gaussian_mle([-scale, scale, scale, -scale])
    assert mu == 0
    assert close(sigma, scale, 1e-12)


def test_gaussian_mle_does_not_cancel():
    mu, sigma = gaussian_mle([1e9, 1e9 + 1, 1e9 + 2])
    assert mu == 1e9 + 1
    assert close(sigma, mpmath.sqrt(mpmath.mpf(2) / 3))


@settings(max_examples=30)
@given(st.lists(st.floats(-100, 100), min_size=2, max_size=15), st.floats(-150, 150), st.floats(0.01, 300))
def test_no_normal_distribution_is_likelier_than_the_estimate(x, mu, sigma):
    assume(np.ptp(x) > 0.1)
    assert gaussian_nll(x, mu, sigma) >= gaussian_nll(x, *gaussian_mle(x)) - 1e-9


def test_an_optimiser_finds_the_same_estimate():
    x = np.random.default_rng(0).normal(3, 2, size=50)
    found = optimize.minimize(lambda t: gaussian_nll(x, t[0], math.exp(t[1])), [0.0, 0.0], tol=1e-10)
    assert (found.x[0], math.exp(found.x[1])) == pytest.approx(gaussian_mle(x), rel=1e-4)
    least = 0.5 * math.log(2 * math.pi * math.e * x.var())
    assert close(gaussian_nll(x, *gaussian_mle(x)), least, 1e-12)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=15), st.floats(-60, 60))
def test_the_median_is_likeliest_under_laplace_noise(x, mu):
    assert laplace_nll(x, np.median(x), 2.0) <= laplace_nll(x, mu, 2.0) + 1e-12


def test_equal_numbers_have_no_bound():
    x = [2.0, 2.0, 2.0]
    falling = [gaussian_nll(x, 2.0, sigma) for sigma in (1.0, 1e-10, 1e-100, 1e-300)]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] < -600


# ---- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bernoulli_log_likelihood([0, 2], 0.5), r"outcomes\[1\] is 2, only 0 and 1"),
        (lambda: bernoulli_log_likelihood([[0, 1]], 0.5), r"shape \(1, 2\).*ravel"),
        (lambda: bernoulli_log_likelihood([0, 1], 1.5), r"p is 1.5, a probability"),
        (lambda: bernoulli_log_likelihood([0, 1], [0.5, -0.1]), r"p\[1\] is -0.1"),
        (lambda: bernoulli_log_likelihood([0, 1], math.nan), "NaN"),
        (lambda: bernoulli_log_likelihood([0, math.nan], 0.5), "NaN"),
        (lambda: bernoulli_log_likelihood([0, 1], "half"), "cannot be read"),
        (lambda: bernoulli_mle([]), r"N = 0"),
        (lambda: bernoulli_mle([0.5]), "only 0 and 1"),
        (lambda: bernoulli_mle(1), r"Did you mean \[1"),
        (lambda: categorical_log_likelihood([1, -1], [0.5, 0.5]), r"counts\[1\] is -1"),
        (lambda: categorical_log_likelihood([0.5, 0.5], [0.5, 0.5]), "Are these shares"),
        (lambda: categorical_log_likelihood([1, math.inf], [0.5, 0.5]), r"counts\[1\] is inf"),
        (lambda: categorical_log_likelihood([], []), r"shape \(0,\)"),
        (lambda: categorical_log_likelihood([[1, 2]], [0.5, 0.5]), "counted first"),
        (lambda: categorical_log_likelihood([1, 2, 3], [0.5, 0.5]), "needs length 3"),
        (lambda: categorical_log_likelihood([1, 2], [0.5, 0.6]), "sums to 1.1, not 1"),
        (lambda: categorical_log_likelihood([1, 2], [1.5, -0.5]), "never negative"),
        (lambda: categorical_log_likelihood([1, 2], [[0.5, 0.5], [1]]), "equally long"),
        (lambda: categorical_mle([], classes=3), "N = 0"),
        (lambda: categorical_mle([0, 3], classes=3), r"label 3 at row \[1\] is outside 0..2"),
        (lambda: categorical_mle([0, -1], classes=3), "label -1"),
        (lambda: categorical_mle([0.0, 1.0], classes=3), "integers are needed"),
        (lambda: categorical_mle([[0, 1]], classes=3), r"shape \(1, 2\)"),
        (lambda: categorical_mle([0], classes=0), "classes is 0"),
        (lambda: categorical_mle([0], classes=2.0), "classes is 2.0"),
        (lambda: mean_nll([]), "N = 0"),
        (lambda: mean_nll([0.5, 1.1]), r"probabilities\[1\] is 1.1"),
        (lambda: gaussian_nll([], 0, 1), "N = 0"),
        (lambda: gaussian_nll([1, math.inf], 0, 1), r"x\[1\] is infinite"),
        (lambda: gaussian_nll([1, math.nan], 0, 1), "NaN"),
        (lambda: gaussian_nll([1], 0, 0), "sigma is 0"),
        (lambda: gaussian_nll([1], 0, -1), "sigma is -1"),
        (lambda: gaussian_nll([1], math.inf, 1), "mu is inf"),
        (lambda: gaussian_nll([1], [0, 1], 1), r"mu is \[0, 1\]"),
        (lambda: gaussian_nll([[1]], 0, 1), r"shape \(1, 1\)"),
        (lambda: gaussian_mle([]), "N = 0"),
        (lambda: gaussian_mle([3, 3, 3]), "all 3 entries of x are 3"),
        (lambda: gaussian_mle([0.1]), "all 1 entries"),
        (lambda: mse_coefficients(0), "sigma is 0"),
        (lambda: mse_coefficients(math.nan), "sigma is nan"),
        (lambda: laplace_nll([1], 0, 0), "scale is 0"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert str(caught.value).endswith((".", "?"))


def test_arguments_are_left_alone_and_results_are_float64():
    x = np.array([1, 0, 1])
    p = np.array([0.2, 0.4], dtype=np.float32)
    assert bernoulli_log_likelihood(x, p).dtype == np.float64
    assert categorical_mle(x, classes=2).dtype == np.float64
    assert (x == [1, 0, 1]).all()
    assert (p == np.array([0.2, 0.4], dtype=np.float32)).all()
