"""The reference implementation of chapter `kl_divergence`, judged by mpmath, SciPy, torch and the theory."""

import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats
from scipy.spatial import distance
from sklearn.metrics import mutual_info_score

from xentcourse.reference.kl_divergence import (
    best_fit,
    gaussian_kl,
    jensen_shannon,
    kl_divergence,
    mutual_information,
    total_variation,
)

SMALLEST = 5e-324
quickly = settings(deadline=None, max_examples=100, derandomize=True)

#: Zeros, subnormal and tiny numbers are as likely as ordinary ones.
weights = st.one_of(
    st.floats(1e-3, 1),
    st.sampled_from([0.0, SMALLEST, 1e-320, 2.3e-308, 1e-300, 1e-150, 1e-20, 1e-9]),
)


def normalised(values) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    return values / values.sum()


@st.composite
def distributions(draw, number: int = 2, classes: int | None = None):
    """So many distributions over the same classes."""
    k = classes or draw(st.integers(1, 8))
    rows = [draw(st.lists(weights, min_size=k, max_size=k)) for _ in range(number)]
    assume(all(sum(row) > 1e-3 for row in rows))
    return [normalised(row) for row in rows]


def exactly_normalised(row) -> list[mpmath.mpf]:
    numbers = [mpmath.mpf(float(x)) for x in row]
    total = mpmath.fsum(numbers)
    return [x / total for x in numbers]


def exact(p, q) -> mpmath.mpf:
    """D(p‖q) of the rows divided by their sums, to 60 digits and more."""
    with mpmath.workdps(400):
        a, b = exactly_normalised(p), exactly_normalised(q)
        if any(x > 0 and y == 0 for x, y in zip(a, b, strict=True)):
            return mpmath.inf
        return mpmath.fsum(x * mpmath.log(x / y) for x, y in zip(a, b, strict=True) if x > 0)


def close(result, expected, rel=1e-12, absolute=1e-15) -> bool:
    if mpmath.isinf(expected):
        return float(result) == math.inf
    return abs(mpmath.mpf(float(result)) - expected) <= rel * abs(expected) + absolute


# ---- against mpmath ---------------------------------------------------------------------------------


@quickly
@given(distributions())
def test_divergence_agrees_with_mpmath_from_zero_to_subnormal_probabilities(pair):
    p, q = pair
    assert close(kl_divergence(p, q), exact(p, q))


@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-6, 1e-9])
def test_divergence_keeps_digits_where_the_distributions_nearly_agree(gap):
    p = np.array([0.5, 0.25, 0.25])
    q = p + gap * np.array([1, -0.5, -0.5])
    expected = float(exact(p, q))
    assert float(kl_divergence(p, q)) == pytest.approx(expected, rel=1e-14 / gap + 1e-12, abs=0)


@pytest.mark.parametrize("classes", [1, 2, 10_000])
def test_divergence_is_exact_for_ten_thousand_outcomes_too(classes):
    rng = np.random.default_rng(classes)
    p, q = rng.dirichlet(np.full(classes, 0.05), size=2)
    q = normalised(np.maximum(q, 1e-310))
    assert close(kl_divergence(p, q), exact(p, q), rel=1e-13)


@quickly
@given(distributions())
def test_jensen_shannon_agrees_with_mpmath(pair):
    p, q = pair
    with mpmath.workdps(400):
        a, b = exactly_normalised(p), exactly_normalised(q)
        m = [(x + y) / 2 for x, y in zip(a, b, strict=True)]
        halves = [x * mpmath.log(x / y) for r in (a, b) for x, y in zip(r, m, strict=True) if x > 0]
        expected = mpmath.fsum(halves) / 2
    assert close(jensen_shannon(p, q), expected)


@pytest.mark.parametrize("sigma_p", [1e-140, 0.3, 1.0, 1 + 1e-9, 1e140])
@pytest.mark.parametrize("shift", [0.0, 1e-9, 1.0, 1e5])
def test_gaussian_divergence_agrees_with_mpmath(sigma_p, shift):
    with mpmath.workdps(400):
        s, d = mpmath.mpf(sigma_p), mpmath.mpf(shift)
        for a, b in ((s, mpmath.mpf(1)), (mpmath.mpf(1), s)):
            expected = mpmath.log(b / a) + (a**2 + d**2) / (2 * b**2) - mpmath.mpf(1) / 2
            result = float(gaussian_kl(0, float(a), shift, float(b)))
            assert abs(result - expected) <= 1e-12 * abs(expected) + mpmath.mpf(10) ** -25


# ---- against other libraries ------------------------------------------------------------------------


def test_scipy_agrees_on_divergences_of_many_rows():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(6), size=(2, 4, 3))
    np.testing.assert_allclose(kl_divergence(p, q), special.rel_entr(p, q).sum(axis=-1), rtol=1e-12)
    np.testing.assert_allclose(kl_divergence(p, q), special.kl_div(p, q).sum(axis=-1), rtol=1e-12)
    np.testing.assert_allclose(kl_divergence(p, q, base=2), stats.entropy(p, q, base=2, axis=-1), rtol=1e-12)
    np.testing.assert_allclose(
        jensen_shannon(p[0], q[0], base=2),
        distance.jensenshannon(p[0], q[0], base=2, axis=-1) ** 2,
        rtol=1e-12,
    )


def test_torch_agrees_on_categorical_and_normal_divergences():
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(5), size=(2, 7))
    categorical = [torch.distributions.Categorical(probs=torch.tensor(x)) for x in (p, q)]
    np.testing.assert_allclose(
        kl_divergence(p, q), torch.distributions.kl_divergence(*categorical).numpy(), rtol=1e-10
    )
    mu, sigma = rng.normal(size=(2, 50)), rng.uniform(0.1, 4, size=(2, 50))
    normal = [
        torch.distributions.Normal(torch.tensor(m), torch.tensor(s)) for m, s in zip(mu, sigma, strict=True)
    ]
    np.testing.assert_allclose(
        gaussian_kl(mu[0], sigma[0], mu[1], sigma[1]),
        torch.distributions.kl_divergence(*normal).numpy(),
        rtol=1e-10,
        atol=1e-14,
    )


def test_what_the_page_says_of_other_libraries_is_so():
    """PyTorch checks nothing and may return a negative number; SciPy divides by the sums."""
    weights, p = torch.tensor([2.0, 3.0, 4.0]), torch.tensor([0.2, 0.3, 0.5])
    assert float(torch.nn.functional.kl_div(weights.log(), p, reduction="sum")) < -2
    assert float(torch.nn.functional.kl_div(p, p, reduction="sum")) < 0  # probabilities instead of logs
    assert stats.entropy([2, 3, 5], [1, 1, 2]) == pytest.approx(
        float(kl_divergence([0.2, 0.3, 0.5], [0.25, 0.25, 0.5]))
    )


@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_agrees_on_mutual_information(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 9, size=(4, 5)) * rng.integers(0, 2, size=(4, 5))
    counts[0, 0] += 1
    expected = mutual_info_score(None, None, contingency=counts)
    assert float(mutual_information(counts / counts.sum())) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize(("mu", "sigma"), [(0.0, 0.5), (1.0, 1.0), (-2.0, 3.0)])
def test_the_integral_agrees_on_normal_densities(mu, sigma):
    p, q = stats.norm(mu, sigma), stats.norm(0.5, 2.0)
    integral, _ = integrate.quad(lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), -40, 40, points=[mu])
    assert float(gaussian_kl(mu, sigma, 0.5, 2.0)) == pytest.approx(integral, rel=1e-8)


# ---- against the theory -----------------------------------------------------------------------------


@quickly
@given(distributions())
def test_divergence_is_never_negative_and_zero_for_equal_rows_only(pair):
    p, q = pair
    assert kl_divergence(p, q) >= 0
    assert float(kl_divergence(p, p)) == 0.0
    if float(total_variation(p, q)) > 1e-7:
        assert kl_divergence(p, q) > 0


@quickly
@given(distributions())
def test_divergence_is_infinite_exactly_where_q_rules_out_what_p_allows(pair):
    p, q = pair
    assert np.isinf(kl_divergence(p, q)) == bool(((p > 0) & (q == 0)).any())


@quickly
@given(distributions())
def test_pinsker_bounds_the_divergence_by_total_variation(pair):
    p, q = pair
    assert float(kl_divergence(p, q)) >= 2 * float(total_variation(p, q)) ** 2 * (1 - 1e-12) - 1e-15


@quickly
@given(distributions(number=2, classes=6), st.integers(0, 2**32 - 1))
def test_processing_never_increases_a_divergence(pair, seed):
    p, q = pair
    channel = np.random.default_rng(seed).dirichlet(np.full(4, 0.5), size=6)
    before, after = kl_divergence(p, q), kl_divergence(normalised(p @ channel), normalised(q @ channel))
    assert after <= before * (1 + 1e-10) + 1e-14


@quickly
@given(st.integers(0, 2**32 - 1))
def test_the_chain_rule_holds(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(12), size=2).reshape(2, 3, 4)
    px, qx = p.sum(axis=1), q.sum(axis=1)
    inner = kl_divergence(p / px[:, None], q / qx[:, None])
    expected = kl_divergence(px, qx) + px @ inner
    assert float(kl_divergence(p.ravel(), q.ravel())) == pytest.approx(float(expected), rel=1e-11)


@quickly
@given(distributions(number=3))
def test_jensen_shannon_is_symmetric_bounded_and_its_root_a_metric(rows):
    p, q, r = rows
    assert float(jensen_shannon(p, q)) == pytest.approx(float(jensen_shannon(q, p)), rel=1e-14, abs=0)
    assert 0 <= jensen_shannon(p, q) <= math.log(2)
    pq, qr, pr = (math.sqrt(jensen_shannon(*pair)) for pair in ((p, q), (q, r), (p, r)))
    assert pr <= pq + qr + 1e-7


@quickly
@given(distributions())
def test_jensen_shannon_is_the_information_about_which_of_the_two_was_drawn_from(pair):
    joint = np.array(pair) / 2
    assert float(jensen_shannon(*pair)) == pytest.approx(
        float(mutual_information(joint)), rel=1e-9, abs=1e-14
    )


@quickly
@given(distributions(number=1, classes=12))
def test_mutual_information_is_symmetric_and_at_most_the_entropy_of_either(rows):
    joint = rows[0].reshape(3, 4)
    information = float(mutual_information(joint))
    assert information == pytest.approx(float(mutual_information(joint.T)), rel=1e-9, abs=1e-14)
    assert 0 <= information <= min(stats.entropy(joint.sum(axis=0)), stats.entropy(joint.sum(axis=1))) + 1e-12


@quickly
@given(distributions(number=2, classes=4))
def test_independent_variables_share_no_information(pair):
    assert float(mutual_information(np.outer(*pair))) <= 1e-15


@quickly
@given(st.lists(st.integers(0, 20), min_size=2, max_size=5), st.integers(0, 2**32 - 1))
def test_mean_nll_is_divergence_from_the_shares_plus_what_no_model_saves(counts, seed):
    assume(sum(counts) > 0)
    shares = normalised(counts)
    q = np.random.default_rng(seed).dirichlet(np.ones(len(counts)))
    nll = -sum(n * math.log(x) for n, x in zip(counts, q, strict=True)) / sum(counts)
    assert nll - stats.entropy(shares) == pytest.approx(float(kl_divergence(shares, q)), abs=1e-12)


@quickly
@given(st.floats(-5, 5), st.floats(0.1, 5), st.floats(-5, 5), st.floats(0.1, 5), st.floats(0.01, 100))
def test_gaussian_divergence_does_not_depend_on_the_unit_of_measurement(mu_p, s_p, mu_q, s_q, unit):
    one = gaussian_kl(mu_p, s_p, mu_q, s_q)
    other = gaussian_kl(mu_p * unit, s_p * unit, mu_q * unit, s_q * unit)
    assert float(one) == pytest.approx(float(other), rel=1e-9, abs=1e-14)
    assert one >= 0


@pytest.mark.parametrize("base", [2, math.e, 10, 1.5])
def test_every_base_gives_the_same_amount_in_another_unit(base):
    p, q = np.random.default_rng(3).dirichlet(np.ones(4), size=2)
    joint = np.outer(p, q) + np.array([1, -1, 0, 0]) * np.array([[1], [-1], [0], [0]]) * 0.001
    for one, other in (
        (kl_divergence(p, q, base=base), kl_divergence(p, q)),
        (jensen_shannon(p, q, base=base), jensen_shannon(p, q)),
        (mutual_information(joint, base=base), mutual_information(joint)),
        (gaussian_kl(0, 1, 2, 3, base=base), gaussian_kl(0, 1, 2, 3)),
    ):
        assert float(one) * math.log(base) == pytest.approx(float(other), rel=1e-14)


# ---- ends and known values --------------------------------------------------------------------------


def test_the_four_word_language():
    p, q = [1 / 2, 1 / 4, 1 / 8, 1 / 8], [1 / 8, 1 / 2, 1 / 4, 1 / 8]
    assert float(kl_divergence(p, q, base=2)) == pytest.approx(0.625, rel=1e-14)
    assert float(kl_divergence(q, p, base=2)) == pytest.approx(0.5, rel=1e-14)


def test_equal_widths_cost_the_same_in_both_directions():
    assert float(gaussian_kl(0, 1, 1, 1)) == float(gaussian_kl(1, 1, 0, 1)) == 0.5
    assert float(gaussian_kl(0, 1, 1, 1, base=2)) == pytest.approx(0.7213, abs=5e-5)


def test_one_class_and_point_masses():
    assert float(kl_divergence([1.0], [1.0])) == 0.0
    assert kl_divergence([[1, 0], [1, 0], [0, 1]], [[1, 0], [0, 1], [0.5, 0.5]]).tolist() == [
        0.0, math.inf, math.log(2),
    ]  # fmt: skip
    assert not np.signbit(kl_divergence([1, 0], [1, 0]))


def test_subnormal_probabilities_raise_no_warning_and_no_infinity():
    assert float(kl_divergence([SMALLEST, 1.0], [1.0, SMALLEST])) == pytest.approx(1074 * math.log(2))
    assert float(jensen_shannon([SMALLEST, 1.0], [0.0, 1.0])) < 1e-300
    assert np.isfinite(mutual_information([[1e-200, 0], [0, 1.0]]))


def test_rows_of_float32_probabilities_are_distributions():
    logits = np.random.default_rng(4).normal(size=(3, 1_000)).astype(np.float32)
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    assert kl_divergence(p, p).tolist() == [0.0] * 3
    q = p[::-1]
    assert all(close(d, exact(a, b), rel=1e-4) for d, a, b in zip(kl_divergence(p, q), p, q, strict=True))


def test_shapes_broadcast_and_inputs_stay_as_they_are():
    rng = np.random.default_rng(5)
    p, q = rng.dirichlet(np.ones(3), size=4), rng.dirichlet(np.ones(3), size=5)
    before = p.copy()
    table = kl_divergence(p[:, None, :], q)
    assert table.shape == (4, 5)
    assert float(table[2, 3]) == float(kl_divergence(p[2].tolist(), tuple(q[3])))
    assert jensen_shannon(p[0], q).shape == total_variation(p[0], q).shape == (5,)
    tables = rng.dirichlet(np.ones(6), size=4).reshape(4, 2, 3)
    assert mutual_information(tables).tolist() == [float(mutual_information(table)) for table in tables]
    assert gaussian_kl([0, 1], 1, [[0], [1], [2]], [[1], [2], [3]]).shape == (3, 2)
    assert p.tolist() == before.tolist()
    assert kl_divergence(np.zeros((0, 3)), p[0]).shape == (0,)


def test_total_variation_is_the_largest_difference_over_events():
    p, q = np.random.default_rng(6).dirichlet(np.ones(6), size=2)
    events = [np.array([(event >> k) & 1 for k in range(6)]) for event in range(64)]
    assert float(total_variation(p, q)) == pytest.approx(max(abs(e @ (p - q)) for e in events), rel=1e-14)


def test_the_best_fit_depends_on_the_direction():
    target = [0.48, 0.02, 0.02, 0.48]
    one_mode, both = [0.85, 0.05, 0.05, 0.05], [0.25, 0.25, 0.25, 0.25]
    assert best_fit(target, [one_mode, both], direction="forward") == 1
    assert best_fit([0.45, 0.05, 0.001, 0.499], [[0.9, 0.1, 0, 0], [0.25] * 4], direction="forward") == 1
    assert best_fit([0.45, 0.05, 0.001, 0.499], [[0.9, 0.1, 0, 0], [0.25] * 4], direction="reverse") == 0
    assert best_fit(target, [both, both]) == 0


# ---- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "q", "words"),
    [
        ([0.5, 0.5], [0.2, 0.3, 0.5], r"q has shape \(3,\), p has \(2,\); both need the same last axis"),
        (np.full((4, 2), 0.5), np.full((3, 2), 0.5), r"q has shape \(3, 2\), p has \(4, 2\); the rows"),
        ([0.5, 0.6], [0.5, 0.5], "of p sums to 1.1, not 1"),
        ([0.5, 0.5], [2.0, 3.0], "of q sums to 5, not 1"),
        ([1.5, -0.5], [0.5, 0.5], r"p\[1\] is -0.5"),
        ([0.5, math.nan], [0.5, 0.5], r"p\[1\] is NaN"),
        ([0.5, 0.5], [math.inf, 0.5], "of q sums to inf"),
        ([], [], r"p has shape \(0,\), which leaves no outcome"),
        (1.0, [1.0], "p is the single number"),
        ([[0.5], [0.5, 0.5]], [1.0], "cannot be read as an array"),
    ],
)
@pytest.mark.parametrize("function", [kl_divergence, jensen_shannon, total_variation])
def test_what_is_no_pair_of_distributions_is_refused(function, p, q, words):
    with pytest.raises(ValueError, match=f"^{function.__name__}: .*{words}"):
        function(p, q)


@pytest.mark.parametrize("base", [1, 0, -2, 0.5, math.nan, math.inf, "2", None])
def test_a_base_that_makes_no_unit_is_refused(base):
    for call in (
        lambda: kl_divergence([1.0], [1.0], base=base),
        lambda: jensen_shannon([1.0], [1.0], base=base),
        lambda: mutual_information([[1.0]], base=base),
        lambda: gaussian_kl(0, 1, 0, 1, base=base),
    ):
        with pytest.raises(ValueError, match=r"^\w+: base is .*a finite number above 1 is needed"):
            call()


@pytest.mark.parametrize(
    ("joint", "words"),
    [
        ([0.5, 0.5], r"joint has shape \(2,\), a table with a row for each x"),
        ([[0.5, 0.5], [0.5, 0.5]], "of joint sums to 2, not 1"),
        ([[1.5, -0.5]], r"joint\[0, 1\] is -0.5, probabilities are never negative"),
        ([[math.nan, 1.0]], r"joint\[0, 0\] is NaN"),
        (np.zeros((0, 3)), r"joint has shape \(0,\), which leaves no outcome"),
    ],
)
def test_what_is_no_joint_distribution_is_refused(joint, words):
    with pytest.raises(ValueError, match=f"^mutual_information: .*{words}"):
        mutual_information(joint)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 0, 0, 1), "sigma_p is 0, a finite number above 0"),
        ((0, 1, 0, -1), "sigma_q is -1, a finite number above 0"),
        ((math.inf, 1, 0, 1), "mu_p is inf, a finite number is needed"),
        ((0, 1, [0, math.nan], 1), r"mu_q\[1\] is NaN"),
        (([0, 1], 1, [0, 1, 2], 1), r"shapes \(2,\), \(3,\), \(\), \(\) do not fit"),
        ((0, 1, 0, math.inf), "sigma_q is inf"),
    ],
)
def test_what_is_no_normal_distribution_is_refused(arguments, words):
    with pytest.raises(ValueError, match=f"^gaussian_kl: .*{words}"):
        gaussian_kl(*arguments)


@pytest.mark.parametrize(
    ("target", "models", "direction", "words"),
    [
        ([0.5, 0.5], [[0.5, 0.5]], "backward", "direction is 'backward'"),
        ([0.5, 0.5], [0.5, 0.5], "forward", r"target has shape \(2,\) and models has \(2,\)"),
        ([[0.5, 0.5]], [[0.5, 0.5]], "forward", r"target has shape \(1, 2\)"),
        ([0.5, 0.5], np.zeros((0, 2)), "forward", r"models has \(0, 2\)"),
        ([0.5, 0.5], [[1, 0], [0, 1]], "forward", "all 2 models are infinitely far"),
        ([0.5, 0.5], [[0.5, 0.6]], "forward", "of models sums to 1.1"),
    ],
)
def test_what_cannot_be_fitted_is_refused(target, models, direction, words):
    with pytest.raises(ValueError, match=f"^best_fit: .*{words}"):
        best_fit(target, models, direction=direction)
