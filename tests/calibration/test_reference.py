"""The reference implementation of chapter `calibration`, judged by mpmath, SciPy and the theory."""

import math
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from xentcourse.reference.calibration import (
    best_temperature,
    expected_calibration_error,
    reliability_bins,
    score_parts,
    temperature_nll,
    wilson_interval,
)

DIGITS = 50
SMALLEST = 5e-324
quickly = settings(deadline=None, max_examples=100, derandomize=True)
chances = st.one_of(st.sampled_from([0.0, SMALLEST, 1e-300, 0.5, 1 - 2.0**-53, 1.0]), st.floats(0, 1))


@st.composite
def forecasts(draw, most=60):
    size = draw(st.integers(1, most))
    s = draw(st.lists(chances, min_size=size, max_size=size))
    y = draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    return np.array(s), np.array(y)


@st.composite
def problems(draw, size=50.0):
    """Logits of which some row has unequal ones, and labels."""
    rows, classes = draw(st.integers(1, 8)), draw(st.integers(2, 5))
    cell = st.one_of(st.integers(-3, 3).map(float), st.floats(-size, size))
    cells = draw(st.lists(cell, min_size=rows * classes, max_size=rows * classes))
    z = np.array(cells).reshape(rows, classes)
    y = np.array(draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows)))
    assume(bool((z != z[:, :1]).any()))
    return z, y


def exact_nll(z, y, temperature):
    total = mpmath.mpf(0)
    for row, label in zip(z, y, strict=True):
        scaled = [mpmath.mpf(float(x)) / mpmath.mpf(temperature) for x in row]
        total += mpmath.log(mpmath.fsum(mpmath.exp(x) for x in scaled)) - scaled[label]
    return total / len(y)


# ---- bins and their error ---------------------------------------------------------------------------


@pytest.mark.parametrize("bins", [1, 2, 5, 10, 64, 1000])
def test_scikit_learn_agrees_on_the_points_of_the_diagram(bins):
    rng = np.random.default_rng(bins)
    s, r = rng.random(2000), rng.integers(0, 2, size=2000)
    n, stated, share = reliability_bins(s, r, bins=bins)
    theirs = calibration_curve(r, s, n_bins=bins)
    np.testing.assert_allclose(share[n > 0], theirs[0], rtol=1e-12)
    np.testing.assert_allclose(stated[n > 0], theirs[1], rtol=1e-12)
    assert n.sum() == 2000


@quickly
@given(forecasts(), st.sampled_from([1, 2, 4, 64]))
def test_every_example_is_in_the_bin_that_holds_its_confidence(pair, bins):
    """With a power of 2 the edges are exact, and the definition can be taken at its word."""
    s, r = pair
    n, stated, share = reliability_bins(s, r, bins=bins)
    for m in range(bins):
        here = (m / bins <= s) & ((s < (m + 1) / bins) | (m == bins - 1))
        assert n[m] == here.sum()
        if here.any():
            assert stated[m] == pytest.approx(s[here].mean(), abs=1e-15)
            assert share[m] == pytest.approx(r[here].mean(), abs=1e-15)
            assert m / bins - 1e-15 <= stated[m] <= (m + 1) / bins + 1e-15
        else:
            assert np.isnan(stated[m])
            assert np.isnan(share[m])


@quickly
@given(forecasts(), st.integers(1, 40))
def test_the_error_is_the_sum_of_the_bins_gaps(pair, bins):
    s, r = pair
    index = np.minimum((s * bins).astype(int), bins - 1)
    gaps = [
        abs(sum(Fraction(float(a)) - int(b) for a, b in zip(s[index == m], r[index == m], strict=True)))
        for m in set(index.tolist())
    ]
    expected = float(sum(gaps) / len(s))
    found = expected_calibration_error(s, r, bins=bins)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert 0 <= found <= 1
    # Cutting each bin in two never makes the error smaller.
    assert expected_calibration_error(s, r, bins=2 * bins) >= found - 1e-12


@pytest.mark.parametrize(("size", "bins"), [(1, 1), (7, 3), (60, 1), (200, 10), (30, 30)])
def test_the_error_of_a_perfect_model_lies_between_its_bounds(size, bins):
    rng = np.random.default_rng(size)
    s = rng.random(size)
    index = np.minimum((s * bins).astype(int), bins - 1)
    V = np.bincount(index, weights=s * (1 - s), minlength=bins)
    # Exactly: the number of ones in a bin is a sum of coins, whose distribution is a product of polynomials.
    exact = 0.0
    for m in range(bins):
        of_bin, pmf = s[index == m], np.ones(1)
        for theta in of_bin:
            pmf = np.convolve(pmf, [1 - theta, theta])
        exact += (pmf * np.abs(np.arange(pmf.size) - of_bin.sum())).sum() / size
    assert (V / np.sqrt(1 + 3 * V)).sum() / size <= exact + 1e-12
    assert exact <= np.sqrt(V).sum() / size + 1e-12
    assert (
        np.sqrt(V).sum() / size <= np.sqrt((np.bincount(index, minlength=bins) > 0).sum() / size) / 2 + 1e-12
    )
    found = np.array([expected_calibration_error(s, rng.random(size) < s, bins=bins) for _ in range(1500)])
    assert abs(found.mean() - exact) < 5 * found.std() / math.sqrt(1500) + 1e-12


def test_alone_in_its_bin_an_example_of_a_perfect_model_errs_by_twice_its_variance():
    s = (np.arange(50) + 0.5) / 50
    rng = np.random.default_rng(0)
    found = [expected_calibration_error(s, rng.random(50) < s, bins=50) for _ in range(3000)]
    assert np.mean(found) == pytest.approx((2 * s * (1 - s)).mean(), abs=0.004)


# ---- the interval -----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 10, 97, 10_000, 10**9])
@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("z", [0.5, 1.96, 4.0])
def test_scipy_agrees_on_wilsons_interval(n, part, z):
    k = round(part * n)
    theirs = stats.binomtest(k, n).proportion_ci(1 - 2 * stats.norm.sf(z), method="wilson")
    low, high = wilson_interval(k, n, z=z)
    assert float(low) == pytest.approx(theirs.low, rel=1e-6, abs=1e-12)
    assert float(high) == pytest.approx(theirs.high, rel=1e-6, abs=1e-12)


@quickly
@given(st.integers(1, 10**12), st.floats(0, 1), st.floats(0.01, 50))
def test_its_ends_lie_exactly_z_of_their_own_errors_away(n, part, z):
    k = round(part * n)
    low, high = (float(end) for end in wilson_interval(k, n, z=z))
    assert 0 <= low <= k / n <= high <= 1
    assert (low == 0) == (k == 0)
    share, width = mpmath.mpf(k) / n, mpmath.mpf(z) ** 2 / n
    root = mpmath.sqrt(width * (share * (1 - share) + width / 4))
    for end, sign in ((low, -1), (high, 1)):
        exact = (share + width / 2 + sign * root) / (1 + width)
        assert abs(end - exact) <= 1e-12 * max(exact, 1e-3)


def test_the_interval_takes_arrays():
    low, high = wilson_interval([0, 5, 10], 10)
    assert low.shape == high.shape == (3,)
    assert low[0] == 0
    assert high[2] == 1
    assert low[1] == pytest.approx(1 - high[1])


# ---- temperature ------------------------------------------------------------------------------------


@quickly
@given(problems(), st.floats(1e-3, 1e3))
def test_the_loss_at_a_temperature_is_right_to_a_few_roundings(problem, temperature):
    z, y = problem
    expected = exact_nll(z, y, temperature)
    found = temperature_nll(z, y, temperature=temperature)
    scale = max(float(np.abs(z).max()) / temperature, 1e-300)
    assert abs(found - expected) <= 4e-15 * expected + 4e-16 * scale


def test_torch_agrees_on_the_loss():
    rng = np.random.default_rng(0)
    z, y = rng.normal(0, 5, size=(300, 10)), rng.integers(0, 10, size=300)
    for temperature in (0.1, 1.0, 7.5):
        theirs = torch.nn.functional.cross_entropy(torch.tensor(z) / temperature, torch.tensor(y)).item()
        assert temperature_nll(z, y, temperature=temperature) == pytest.approx(theirs, rel=1e-12)


def test_scikit_learn_agrees_on_the_loss():
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=(300, 4)), rng.integers(0, 4, size=300)
    expected = log_loss(y, special.softmax(z / 2.5, axis=1), labels=range(4))
    assert temperature_nll(z, y, temperature=2.5) == pytest.approx(expected, rel=1e-10)


def test_a_loss_beyond_the_largest_number_is_infinite_and_a_tiny_one_keeps_its_digits():
    assert temperature_nll([[1e300, 0.0]], [1], temperature=1e-300) == math.inf
    assert temperature_nll([[1e300, 0.0]], [0], temperature=1e-300) == 0
    assert temperature_nll([[0.0, -500.0]], [0]) == pytest.approx(math.exp(-500), rel=1e-12, abs=0)


@quickly
@given(problems())
def test_a_best_temperature_exists_exactly_where_the_theorem_says(problem):
    z, y = problem
    own = z[np.arange(len(y)), y]
    exact = [[Fraction(float(x)) for x in row] for row in z]
    lead = sum(len(row) * row[label] - sum(row) for row, label in zip(exact, y, strict=True))
    found = best_temperature(z, y)
    if (own == z.max(axis=1)).all():
        assert found == 0
        assert lead > 0  # both conditions can't fail
        losses = [temperature_nll(z, y, temperature=t) for t in (8.0, 4.0, 2.0, 1.0, 0.5)]
        assert all(a >= b for a, b in pairwise(losses))
    elif lead <= 0:
        assert found == math.inf
        losses = [temperature_nll(z, y, temperature=t) for t in (0.5, 1.0, 2.0, 4.0, 8.0)]
        assert all(a >= b - 1e-14 for a, b in pairwise(losses))
    else:
        assert 0 < found < math.inf
        best = exact_nll(z, y, found)
        for factor in (0.5, 0.99, 1.01, 2.0, 1 / found):
            assert best <= exact_nll(z, y, found * factor) + mpmath.mpf("1e-20")


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_scipy_and_mpmath_find_the_same_temperature(seed, size):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(40, 4))
    y = np.array([rng.choice(4, p=row) for row in special.softmax(2 * z, axis=1)])
    y[0] = z[0].argmin()
    found = best_temperature(size * z, y)

    def slope(beta):
        p = special.softmax(beta * z, axis=1)
        return (p * (z - z[np.arange(40), y][:, None])).sum()

    assert size / found == pytest.approx(optimize.brentq(slope, 1e-6, 1e3, xtol=1e-14), rel=1e-10)
    beta = mpmath.findroot(
        lambda b: mpmath.fsum(
            mpmath.fsum(mpmath.exp(b * x) * (x - row[label]) for x in row)
            / mpmath.fsum(mpmath.exp(b * x) for x in row)
            for row, label in zip([[mpmath.mpf(float(x)) for x in row] for row in z], y, strict=True)
        ),
        size / found,
    )
    assert float(beta) == pytest.approx(size / found, rel=1e-12)


@quickly
@given(problems(20.0), st.floats(0.01, 100), st.floats(-100, 100))
def test_the_best_temperature_scales_with_the_logits_and_ignores_shifts(problem, factor, shift):
    z, y = problem
    found = best_temperature(z, y)
    # A power of 2 changes no digit.
    assert best_temperature(z * 2.0 ** round(math.log2(factor)), y) == found * 2.0 ** round(math.log2(factor))
    whole = z.round()
    assume(bool((whole != whole[:, :1]).any()))
    assert best_temperature(whole + round(shift), y) == pytest.approx(best_temperature(whole, y), rel=1e-12)


def test_two_logits_have_a_temperature_by_hand():
    for right, wrong in ((3, 1), (9, 1), (5, 4)):
        z, y = [[2.0, 0.0]] * (right + wrong), [0] * right + [1] * wrong
        assert best_temperature(z, y) == pytest.approx(2 / math.log(right / wrong), rel=1e-14)
    assert best_temperature([[2.0, 0.0]] * 2, [0, 1]) == math.inf  # as many right as wrong
    assert best_temperature([[2.0, 2.0, 0.0]], [1]) == 0.0  # a tie is no mistake
    assert best_temperature([[1e300, 0.0]] * 4, [0, 0, 0, 1]) == pytest.approx(1e300 / math.log(3), rel=1e-14)
    assert best_temperature([[1e-300, 0.0]] * 4, [0, 0, 0, 1]) == pytest.approx(
        1e-300 / math.log(3), rel=1e-14
    )


def test_the_scaled_calibration_set_is_never_dearer():
    rng = np.random.default_rng(5)
    for _ in range(20):
        z = rng.normal(0, rng.uniform(0.2, 8), size=(50, 5))
        y = np.where(rng.random(50) < 0.6, z.argmax(axis=1), rng.integers(0, 5, size=50))
        t = best_temperature(z, y)
        assert temperature_nll(z, y, temperature=t) <= temperature_nll(z, y)


def test_with_huge_and_tiny_gaps_the_search_ends():
    assert best_temperature([[0.0, 1e-300], [1.0, 0.0]], [0, 0]) >= 0
    assert best_temperature([[1.0, 0.0], [1e16, 0.0], [1e16, 1.0]], [0, 0, 1]) >= 0
    assert best_temperature([[SMALLEST, 0.0]] * 4, [0, 0, 0, 1]) >= 0


# ---- scores in parts --------------------------------------------------------------------------------


@quickly
@given(forecasts(), st.sampled_from(["brier", "log"]))
def test_the_parts_add_up_to_the_score(pair, rule):
    s, y = pair
    reliability, resolution, uncertainty = score_parts(s, y, rule=rule)
    assert min(reliability, resolution, uncertainty) >= 0
    assert resolution <= uncertainty + 1e-12
    stated = np.where(y == 1, s, 1 - s)
    with np.errstate(divide="ignore"):
        score = ((s - y) ** 2).mean() if rule == "brier" else -np.log(stated).mean()
    total = reliability - resolution + uncertainty
    assert total == score or total == pytest.approx(score, rel=1e-9, abs=1e-12)


def test_scikit_learn_agrees_on_the_scores():
    rng = np.random.default_rng(7)
    s, y = rng.integers(1, 10, size=500) / 10, rng.integers(0, 2, size=500)
    a, b, c = score_parts(s, y)
    assert a - b + c == pytest.approx(brier_score_loss(y, s), rel=1e-12)
    a, b, c = score_parts(s, y, rule="log")
    assert a - b + c == pytest.approx(log_loss(y, s), rel=1e-12)


def test_the_parts_of_the_log_score_are_divergences_and_an_entropy():
    rng = np.random.default_rng(8)
    s, y = rng.choice([0.2, 0.5, 0.9], size=300), rng.integers(0, 2, size=300)
    values, group, counts = np.unique(s, return_inverse=True, return_counts=True)
    c, p = np.bincount(group, weights=y) / counts, y.mean()

    def coins(a):
        return np.stack([1 - a, a], axis=-1)

    def mean(d):
        return (counts / 300 * d.sum(axis=-1)).sum()

    expected = (
        mean(special.rel_entr(coins(c), coins(values))),
        mean(special.rel_entr(coins(c), coins(np.full(3, p)))),
        stats.entropy([p, 1 - p]),
    )
    np.testing.assert_allclose(score_parts(s, y, rule="log"), expected, rtol=1e-12)


def test_relabelling_leaves_the_resolution_alone():
    rng = np.random.default_rng(9)
    s, y = rng.choice([0.1, 0.4, 0.7], size=200), rng.integers(0, 2, size=200)
    for rule in ("brier", "log"):
        assert score_parts(1 - s**2, y, rule=rule)[1:] == pytest.approx(score_parts(s, y, rule=rule)[1:])


def test_a_service_that_rules_out_what_happens_pays_without_end():
    assert score_parts([0.0, 1.0], [1, 1], rule="log")[0] == math.inf
    assert score_parts([0.0, 1.0], [0, 1], rule="log") == (0.0, math.log(2), math.log(2))
    assert score_parts([1.0], [1], rule="log") == (0.0, 0.0, 0.0)


# ---- errors -----------------------------------------------------------------------------------------

GOOD = ([0.5, 0.75], [0, 1])


@pytest.mark.parametrize("function", [reliability_bins, expected_calibration_error, score_parts])
@pytest.mark.parametrize(
    ("stated", "came", "message"),
    [
        ([0.5, 1.5], [0, 1], "is 1.5, a probability from 0 to 1"),
        ([0.5, -0.1], [0, 1], "is -0.1, a probability"),
        ([0.5, math.nan], [0, 1], "is NaN"),
        ([0.5, 0.5], [0, 2], "a label is 0 or 1"),
        ([0.5], [0, 1], "both need shape"),
        ([[0.5, 0.5]], [0, 1], "both need shape"),
        ([], [], "both need shape"),
        (0.5, [1], "single number"),
        (["a"], [1], "cannot be read"),
    ],
)
def test_forecasts_that_make_no_sense_are_refused(function, stated, came, message):
    with pytest.raises(ValueError, match=message):
        function(stated, came)


@pytest.mark.parametrize("bins", [0, -3, 2.5, True, "ten", None])
def test_bins_are_whole_numbers(bins):
    with pytest.raises(ValueError, match="a whole number of at least 1"):
        reliability_bins(*GOOD, bins=bins)


def test_another_rule_is_refused():
    with pytest.raises(ValueError, match="rule is 'linear'"):
        score_parts(*GOOD, rule="linear")


@pytest.mark.parametrize(
    ("k", "n", "z", "message"),
    [
        (3, 2, 1.96, "from 0 to trials"),
        (-1, 2, 1.96, "from 0 to trials"),
        (0, 0, 1.96, "trials is 0"),
        (1, math.inf, 1.96, "trials is inf"),
        (math.nan, 3, 1.96, "NaN"),
        (1, 3, 0, "z is 0"),
        (1, 3, -1.0, "z is -1"),
        (1, 3, math.inf, "z is inf"),
        ([1, 2], [3, 4, 5], 1.96, "do not fit"),
    ],
)
def test_an_interval_of_nonsense_is_refused(k, n, z, message):
    with pytest.raises(ValueError, match=f"wilson_interval: .*{message}"):
        wilson_interval(k, n, z=z)


@pytest.mark.parametrize("function", [temperature_nll, best_temperature])
@pytest.mark.parametrize(
    ("z", "y", "message"),
    [
        ([[0.0, math.inf]], [0], "is inf"),
        ([[0.0, -math.inf]], [0], "finite numbers are needed"),
        ([[0.0, math.nan]], [0], "NaN"),
        ([[1.0, 0.0]], [2], "outside 0..1"),
        ([[1.0, 0.0]], [0.5], "integers are needed"),
        ([[1.0, 0.0]], [0, 1], "labels have shape"),
        ([1.0, 0.0], 0, "a row for each example"),
        (np.zeros((0, 2)), [], "a row for each example"),
        (np.zeros((2, 0)), [0, 0], "no class"),
        ([[1.7e308, -1.7e308]], [0], "further apart"),
    ],
)
def test_logits_and_labels_that_make_no_sense_are_refused(function, z, y, message):
    with pytest.raises(ValueError, match=f"{function.__name__}: .*{message}"):
        function(z, y)


def test_where_every_temperature_is_as_good_none_is_returned():
    with pytest.raises(ValueError, match="every temperature gives log K"):
        best_temperature([[3.0, 3.0], [0.0, 0.0]], [0, 1])


@pytest.mark.parametrize("temperature", [0, -1.0, math.nan, math.inf, "hot"])
def test_a_temperature_is_above_zero(temperature):
    with pytest.raises(ValueError, match="temperature is"):
        temperature_nll([[1.0, 0.0]], [0], temperature=temperature)
