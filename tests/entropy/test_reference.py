"""The reference implementation of chapter `entropy`, judged by mpmath, SciPy and the theory."""

import itertools
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special, stats

from xentcourse.reference.entropy import (
    binary_entropy,
    conditional_entropy,
    entropy,
    joint_entropy,
    miller_madow_entropy,
    plug_in_entropy,
)

BASES = (2, math.e, 10, 1.5, 256)
SMALLEST = 5e-324
quickly = settings(deadline=None, max_examples=60, derandomize=True)
units = st.floats(1.01, 1e6)
SIZES = st.integers(1, 12)


@st.composite
def distributions(draw, size=SIZES):
    """Weights over their sum, with zeros, tiny and subnormal probabilities among them."""
    return normalised(draw(hnp.arrays(float, draw(size), elements=WEIGHTS).filter(lambda w: w.max() > 1e-3)))


@st.composite
def tables(draw):
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    return normalised(draw(hnp.arrays(float, shape, elements=WEIGHTS).filter(lambda w: w.max() > 1e-3)))


WEIGHTS = st.one_of(
    st.just(0.0),
    st.floats(0, 1),
    st.floats(0, 1e-300),
    st.sampled_from([SMALLEST, 1e-320, 2.3e-308, 1e-20]),
)


def normalised(weights):
    return weights / weights.sum()


def exact_entropy(p, base=math.e):
    """The entropy to 50 digits of exactly these numbers."""
    total = -mpmath.fsum(
        mpmath.mpf(float(x)) * mpmath.log(mpmath.mpf(float(x))) for x in np.ravel(p) if x > 0
    )
    return total / (1 if base == math.e else mpmath.log(mpmath.mpf(base)))


def exact_conditional(table):
    return exact_entropy(table) - exact_of_sums(table)


def exact_of_sums(table):
    sums = [mpmath.fsum(mpmath.mpf(float(x)) for x in row) for row in table]
    return -mpmath.fsum(g * mpmath.log(g) for g in sums if g > 0)


# ---- against mpmath and SciPy -----------------------------------------------------------------------


@quickly
@given(distributions(), st.sampled_from(BASES))
def test_entropy_agrees_with_mpmath(p, base):
    with mpmath.workdps(50):
        expected = max(exact_entropy(p, base), mpmath.mpf(0))
        assert abs(mpmath.mpf(float(entropy(p, base=base))) - expected) <= 5e-16 * (1 + abs(expected))


@pytest.mark.parametrize("p", [1e-320, 1e-300, 1e-18, 1e-9, 0.1, 1 / 3, 0.5, 0.9, 1 - 2.0**-53])
@pytest.mark.parametrize("base", BASES)
def test_binary_entropy_keeps_its_digits_to_both_ends(p, base):
    with mpmath.workdps(400):
        x = mpmath.mpf(p)
        expected = -(x * mpmath.log(x) + (1 - x) * mpmath.log(1 - x))
        expected /= 1 if base == math.e else mpmath.log(mpmath.mpf(base))
        assert (
            abs(mpmath.mpf(float(binary_entropy(p, base=base))) - expected) <= 1e-15 * expected + 3 * SMALLEST
        )


@quickly
@given(tables())
def test_conditional_entropy_agrees_with_mpmath(table):
    with mpmath.workdps(400):
        expected = exact_conditional(table)
        result = mpmath.mpf(float(conditional_entropy(table)))
        assert abs(result - expected) <= 4e-15 * expected + 400 * SMALLEST


def test_conditional_entropy_keeps_its_digits_where_x_all_but_determines_y():
    table = np.array([[0.5, 1e-18], [0.5, 0.0]])
    with mpmath.workdps(50):
        assert float(conditional_entropy(table)) == pytest.approx(
            float(exact_conditional(table)), rel=1e-14, abs=0
        )


@quickly
@given(distributions(), units)
def test_scipy_agrees(p, base):
    np.testing.assert_allclose(entropy(p, base=base), stats.entropy(p, base=base), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(entropy(p), special.entr(p).sum(), rtol=1e-13, atol=1e-15)


def test_scipy_agrees_along_rows_and_on_counts():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(5), size=(3, 4))
    np.testing.assert_allclose(entropy(p), stats.entropy(p, axis=-1), rtol=1e-13)
    counts = rng.integers(0, 5, size=(6, 7)) + np.eye(6, 7, dtype=int)
    np.testing.assert_allclose(
        plug_in_entropy(counts, base=2), stats.entropy(counts, base=2, axis=1), rtol=1e-13
    )


@pytest.mark.parametrize("size", [10_000, 200_000])
def test_many_outcomes_lose_no_digits(size):
    p = np.random.default_rng(size).dirichlet(np.full(size, 0.3))
    np.testing.assert_allclose(entropy(p), math.fsum(special.entr(p).tolist()), rtol=1e-14)
    assert float(entropy(np.full(size, 1 / size))) == pytest.approx(math.log(size), rel=1e-13)


# ---- against the theory -----------------------------------------------------------------------------


@quickly
@given(distributions(), distributions())
def test_gibbs_no_model_costs_less_than_the_entropy(p, q):
    size = max(p.size, q.size)
    p, q = np.pad(p, (0, size - p.size)), np.pad(q, (0, size - q.size))
    possible = p > 0
    with np.errstate(divide="ignore"):
        cost = -(p[possible] * np.log(q[possible])).sum()
    assert cost >= float(entropy(p)) - 1e-13
    if (q[possible] == 0).any():
        assert cost == math.inf


@quickly
@given(distributions(), units)
def test_entropy_lies_between_zero_and_the_logarithm_of_the_possible_outcomes(p, base):
    h = float(entropy(p, base=base))
    assert 0 <= h <= math.log((p > 0).sum()) / math.log(base) * (1 + 1e-14) + 1e-15
    assert not np.signbit(h)


@quickly
@given(st.lists(distributions(size=st.just(5)), min_size=1, max_size=4), st.data())
def test_a_mixture_has_at_least_the_mean_entropy_and_the_gap_is_the_mean_divergence(parts, data):
    weights = normalised(
        np.array(data.draw(st.lists(st.floats(0.01, 1), min_size=len(parts), max_size=len(parts))))
    )
    parts = np.array(parts)
    mixture = weights @ parts
    gap = float(entropy(normalised(mixture))) - float(weights @ entropy(parts))
    # A mixture of subnormal probabilities may round to 0; their divergence is as small as they are.
    divergences = np.where(parts > 1e-290, special.rel_entr(parts, mixture), 0.0).sum(axis=1)
    assert gap >= -1e-13
    assert gap == pytest.approx(float(weights @ divergences), abs=1e-13)


@quickly
@given(distributions(size=st.integers(2, 12)), st.randoms(use_true_random=False))
def test_grouping(p, random):
    groups = np.array([random.randrange(4) for _ in p])
    shares = np.bincount(groups, weights=p, minlength=4)
    within = sum(g * float(entropy(p[groups == j] / g)) for j, g in enumerate(shares) if g > 1e-290)
    assert float(entropy(p)) == pytest.approx(float(entropy(shares)) + within, abs=1e-13)


@quickly
@given(tables(), units)
def test_chain_rule_both_ways(table, base):
    total = float(joint_entropy(table, base=base))
    scale = 1 / math.log(base)
    for t in (table, table.T):
        alone = float(entropy(t.sum(axis=1), base=base))
        assert alone + float(conditional_entropy(t, base=base)) == pytest.approx(
            total, rel=1e-12, abs=1e-14 * scale
        )


@quickly
@given(tables())
def test_conditioning_reduces_entropy_and_pairs_have_no_more_than_the_sum(table):
    x, y = (float(entropy(normalised(table.sum(axis=axis)))) for axis in (1, 0))
    left = float(conditional_entropy(table))
    assert -1e-14 <= left <= y + 1e-13
    assert max(x, y) - 1e-13 <= float(joint_entropy(table)) <= x + y + 1e-13


@quickly
@given(distributions(), distributions())
def test_independent_variables_add_their_entropies(p, q):
    table = np.outer(p, q)
    assert float(joint_entropy(table)) == pytest.approx(float(entropy(p) + entropy(q)), abs=1e-12)
    assert float(conditional_entropy(table)) == pytest.approx(float(entropy(q)), abs=1e-12)


@quickly
@given(distributions(), st.randoms(use_true_random=False))
def test_order_and_impossible_outcomes_change_nothing(p, random):
    more = np.append(p, np.zeros(random.randrange(4)))
    random.shuffle(order := list(range(more.size)))
    assert float(entropy(more[order])) == pytest.approx(float(entropy(p)), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("p", [0, 0.1, 0.5, 0.77, 1])
def test_the_coin_is_two_outcomes_and_symmetric(p):
    assert float(binary_entropy(p)) == pytest.approx(float(entropy([p, 1 - p])), rel=1e-14)
    assert float(binary_entropy(p)) == pytest.approx(float(binary_entropy(1 - p)), rel=1e-14)


# ---- estimates --------------------------------------------------------------------------------------


def all_samples(p, n):
    """Every vector of counts of n draws from p, with its probability."""
    for counts in itertools.product(range(n + 1), repeat=len(p)):
        if sum(counts) == n:
            yield counts, float(stats.multinomial.pmf(counts, n, p))


@pytest.mark.parametrize("p", [[0.5, 0.5], [0.1, 0.9], [0.2, 0.3, 0.5], [0.25, 0.25, 0.25, 0.25]])
@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_the_bias_of_the_plug_in_estimate_is_minus_the_mean_divergence(p, n):
    pairs = list(all_samples(p, n))
    mean = sum(chance * float(plug_in_entropy(counts)) for counts, chance in pairs)
    divergence = sum(
        chance * special.rel_entr(np.array(counts) / n, np.array(p)).sum() for counts, chance in pairs
    )
    assert mean == pytest.approx(float(entropy(p)) - divergence, abs=1e-12)
    assert mean < float(entropy(p))


@pytest.mark.parametrize("theta", [0.3, 0.5])
def test_the_bias_times_n_tends_to_half_the_free_parameters_and_the_rest_falls_like_n_squared(theta):
    truth, rests = float(binary_entropy(theta)), []
    for n in (50, 200, 800):
        k = np.arange(n + 1)
        mean = stats.binom.pmf(k, n, theta) @ plug_in_entropy(np.stack([k, n - k], axis=1))
        rests.append(n**2 * (mean - truth + 1 / (2 * n)))
    assert max(abs(r) for r in rests) < 1
    assert abs(rests[2] - rests[1]) < abs(rests[1] - rests[0]) + 1e-3


@quickly
@given(st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any), units)
def test_miller_madow_adds_its_term_and_stays_below_its_ceiling(counts, base):
    n, m = sum(counts), sum(c > 0 for c in counts)
    plug, repaired = float(plug_in_entropy(counts, base=base)), float(miller_madow_entropy(counts, base=base))
    assert repaired - plug == pytest.approx((m - 1) / (2 * n * math.log(base)), abs=1e-12 / math.log(base))
    assert plug <= (math.log(n) / math.log(base)) * (1 + 1e-14) + 1e-15
    assert repaired < (math.log(n) + 0.5) / math.log(base)


@quickly
@given(st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any))
def test_the_plug_in_estimate_is_the_smallest_mean_nll_of_the_sample(counts):
    n = np.array(counts)
    shares = n / n.sum()
    rng = np.random.default_rng(0)
    models = np.vstack([rng.dirichlet(np.ones(n.size), size=50), np.full(n.size, 1 / n.size)])
    costs = special.xlogy(shares, models).sum(axis=1) * -1
    assert costs.min() >= float(plug_in_entropy(counts)) - 1e-13


# ---- known values and ends --------------------------------------------------------------------------


def test_the_three_distributions_and_the_archers():
    rows = [[0.25] * 4, [0.1, 0.1, 0.1, 0.7], [0.001, 0.001, 0.001, 0.997]]
    np.testing.assert_allclose(entropy(rows, base=2), [2, 1.356780, 0.034219], atol=5e-7)
    np.testing.assert_allclose(binary_entropy([0.1, 0.999], base=2), [0.468996, 0.0114078], atol=5e-7)
    np.testing.assert_allclose(binary_entropy([0.1, 0.999]), [0.325083, 0.0079073], atol=5e-7)
    assert float(entropy([0.1, 0.5, 0.1, 0.3], base=2)) == pytest.approx(1.685475, abs=5e-7)
    assert float(entropy([0.5, 0.25, 0.125, 0.125], base=2)) == 1.75
    assert float(entropy(np.full(50257, 1 / 50257))) == pytest.approx(10.8249, abs=5e-5)


@pytest.mark.parametrize("base", BASES)
def test_certainty_has_no_entropy_no_sign_and_no_warning(base):
    for result in (
        entropy([1.0], base=base),
        entropy([0.0, 1.0, 0.0], base=base),
        binary_entropy([0.0, 1.0], base=base),
        joint_entropy([[0.0, 1.0]], base=base),
        conditional_entropy([[0.0, 0.5], [0.5, 0.0]], base=base),
        plug_in_entropy([0, 7], base=base),
        miller_madow_entropy([0, 7], base=base),
    ):
        assert (result == 0).all()
        assert not np.signbit(result).any()


def test_powers_of_two_give_whole_numbers_of_bits():
    for bits in range(11):
        assert float(entropy(np.full(2**bits, 2.0**-bits), base=2)) == bits


def test_a_row_that_never_comes_counts_nothing():
    table = [[0.25, 0.25], [0, 0], [0.5, 0]]
    assert float(conditional_entropy(table, base=2)) == 0.5
    assert float(conditional_entropy([[0.25, 0, 0.25], [0.5, 0, 0]], base=2)) == 0.5


def test_many_tables_at_once():
    tables = np.random.default_rng(1).dirichlet(np.ones(6), size=5).reshape(5, 2, 3)
    for function in (joint_entropy, conditional_entropy):
        assert function(tables).shape == (5,)
        np.testing.assert_allclose(function(tables), [function(t) for t in tables], rtol=1e-15)


def test_a_row_that_misses_one_by_the_rounding_of_float32_is_taken_and_gets_no_negative_entropy():
    p = special.softmax(np.random.default_rng(2).normal(size=1000).astype(np.float32))
    assert float(entropy(p)) == pytest.approx(stats.entropy(p.astype(float)), rel=1e-5)
    assert float(entropy([1 + 1e-6, 0])) == 0


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda p: np.array(p, dtype=np.float32)])
def test_every_kind_of_array_is_taken_and_float64_comes_back(kind):
    assert entropy(kind([0.5, 0.5])).dtype == np.float64
    assert binary_entropy(kind([0.5, 0.5])).dtype == np.float64
    assert entropy(np.zeros((0, 3))).shape == (0,)


def test_inputs_are_never_changed():
    p, table, counts = np.array([0.5, 0.0, 0.5]), np.array([[0.5, 0.0], [0.0, 0.5]]), np.array([1, 0, 2])
    entropy(p), binary_entropy(p), joint_entropy(table), conditional_entropy(table), plug_in_entropy(counts)
    assert (p.tolist(), table.tolist(), counts.tolist()) == ([0.5, 0, 0.5], [[0.5, 0], [0, 0.5]], [1, 0, 2])


# ---- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [1, 0, -2, 0.5, math.nan, math.inf, "2", None])
def test_a_base_that_makes_no_unit_is_refused(base):
    for function, given_ in (
        (entropy, [1.0]),
        (binary_entropy, 0.5),
        (joint_entropy, [[1.0]]),
        (conditional_entropy, [[1.0]]),
        (plug_in_entropy, [1]),
        (miller_madow_entropy, [1]),
    ):
        with pytest.raises(
            ValueError, match=rf"^{function.__name__}: base is .*a finite number above 1 is needed"
        ):
            function(given_, base=base)


@pytest.mark.parametrize(
    ("p", "words"),
    [
        ([0.001, 0.001, 0.001, 0.999], "row 0 of p sums to 1.002, not 1"),
        ([[0.5, 0.5], [0.5, 0.4]], r"row \[1\] of p sums to 0.9"),
        ([1.5, -0.5], r"p\[1\] is -0.5, probabilities are never negative"),
        ([0.5, math.nan], r"p\[1\] is NaN"),
        ([math.inf, 0], "sums to inf"),
        ([], "leaves no outcome"),
        (np.zeros((2, 0)), "leaves no outcome"),
        (0.5, "the single number 0.5"),
        ([[0.5, 0.5], [1.0]], "cannot be read"),
    ],
)
def test_what_is_no_distribution_is_refused(p, words):
    with pytest.raises(ValueError, match=f"^entropy: .*{words}"):
        entropy(p)


@pytest.mark.parametrize(
    ("joint", "words"),
    [
        ([0.5, 0.5], "a table with a row for each x"),
        ([[0.5, 0.4]], "sums to 0.9"),
        ([[0.5], [-0.5]], r"joint\[1, 0\] is -0.5"),
        (np.zeros((0, 2)), "leaves no outcome"),
    ],
)
@pytest.mark.parametrize("function", [joint_entropy, conditional_entropy])
def test_what_is_no_table_is_refused(function, joint, words):
    with pytest.raises(ValueError, match=f"^{function.__name__}: .*{words}"):
        function(joint)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([1.5, 2], r"counts\[0\] is 1.5, a whole number"),
        ([-1, 2], r"counts\[0\] is -1"),
        ([math.inf, 1], r"counts\[0\] is inf"),
        ([0, 0], "row 0 of counts has no observation"),
        ([[1, 0], [0, 0]], r"row \[1\] of counts has no observation"),
        ([], "has no observation"),
        (7, "the single number"),
    ],
)
@pytest.mark.parametrize("function", [plug_in_entropy, miller_madow_entropy])
def test_what_is_no_sample_is_refused(function, counts, words):
    with pytest.raises(ValueError, match=f"^{function.__name__}: .*{words}"):
        function(counts)


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match=r"^binary_entropy: p(\[0\])? is"):
        binary_entropy(p)
