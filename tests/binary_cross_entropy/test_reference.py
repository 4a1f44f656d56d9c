"""The reference of chapter `binary_cross_entropy`, judged by mpmath, SciPy, torch, scikit-learn and proof."""

import math
import re

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize, special
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from xentcourse.reference.binary_cross_entropy import (
    _newton_step,
    _shortened,
    binary_cross_entropy,
    binary_cross_entropy_gradient,
    binary_cross_entropy_with_logits,
    cost_threshold,
    decide,
    logistic_gradient,
    logistic_newton,
    logistic_regression,
    logit,
    sigmoid,
)

DIGITS = 60
SMALLEST = 5e-324
REDUCTIONS = ("none", "sum", "mean")
LOGITS = (0.0, 1e-300, 1e-9, 0.3, 1.0, 5.0, 36.0, 40.0, 300.0, 700.0, 709.0, 745.0, 1e4)
PROBABILITIES = (SMALLEST, 1e-310, 1e-300, 1e-20, 0.1, 0.25, 0.4999999, 0.5, 0.51, 0.75, 0.9, 1 - 2.0**-53)
quickly = settings(deadline=None, max_examples=100, derandomize=True)
logits_of_any_size = st.floats(-1e4, 1e4)
shares = st.floats(0, 1)


def exact_loss(z, y):
    """The first formula of the page, with so many digits that nothing is lost."""
    with mpmath.workdps(2000 if abs(z) > 100 else 400):
        z, y = mpmath.mpf(z), mpmath.mpf(y)
        return mpmath.log(1 + mpmath.exp(z)) - y * z


def close(result, expected, ulps=4) -> bool:
    """Within some ulps; among subnormal numbers, within some times the smallest of them."""
    rounded = float(expected)
    return abs(mpmath.mpf(float(result)) - expected) <= ulps * mpmath.mpf(float(np.spacing(abs(rounded))))


@pytest.fixture(scope="module")
def tumours():
    data = load_breast_cancer()
    features = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    return features, 1 - data.target


# ---- sigmoid and logit ------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("z", [*LOGITS, 744.0, 715.0])
def test_sigmoid_is_exact_to_four_ulps_even_among_subnormal_numbers(z, sign):
    with mpmath.workdps(800):
        expected = 1 / (1 + mpmath.exp(-mpmath.mpf(sign * z)))
        assert close(sigmoid(sign * z), expected)


@pytest.mark.parametrize("p", PROBABILITIES)
def test_logit_is_exact_to_four_ulps_near_one_half_too(p):
    with mpmath.workdps(400):
        assert close(logit(p), mpmath.log(mpmath.mpf(p) / (1 - mpmath.mpf(p))))


@quickly
@given(arrays(float, st.integers(0, 8), elements=st.floats(-700, 700)))
def test_scipy_agrees_on_sigmoid_and_logit(z):
    np.testing.assert_allclose(sigmoid(z), special.expit(z), rtol=1e-14)
    p = special.expit(z)
    # SciPy's own logit is off by some 1e-16 next to one half, where the answer is small.
    np.testing.assert_allclose(logit(p), special.logit(p), rtol=1e-13, atol=1e-15)


@quickly
@given(st.floats(-30, 30))
def test_sigmoid_and_logit_undo_each_other(z):
    assert float(logit(sigmoid(-abs(z)))) == pytest.approx(-abs(z), rel=1e-13, abs=1e-15)


@quickly
@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_sigmoid_is_a_probability_symmetric_and_never_falls(a, b):
    low, high = sorted((a, b))
    assert 0 <= sigmoid(low) <= sigmoid(high) <= 1
    assert float(sigmoid(a) + sigmoid(-a)) == pytest.approx(1, rel=1e-15)


def test_the_ends_of_sigmoid_and_logit():
    assert sigmoid([-math.inf, math.inf, -1e9]).tolist() == [0, 1, 0]
    assert logit([0, 1]).tolist() == [-math.inf, math.inf]
    assert float(sigmoid(-745)) > 0


# ---- the loss ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25, 1e-12, 0.999])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("z", LOGITS)
def test_the_loss_of_a_logit_is_exact_to_four_ulps(z, sign, y):
    result = binary_cross_entropy_with_logits(sign * z, y)
    assert close(result, exact_loss(sign * z, y), ulps=6)


@pytest.mark.parametrize("y", [0.0, 1.0, 0.3])
@pytest.mark.parametrize("p", PROBABILITIES)
def test_the_loss_of_a_probability_is_exact_to_four_ulps(p, y):
    with mpmath.workdps(400):
        chance, target = mpmath.mpf(p), mpmath.mpf(y)
        expected = -target * mpmath.log(chance) - (1 - target) * mpmath.log(1 - chance)
        assert close(binary_cross_entropy(p, y), expected)


@quickly
@given(st.integers(1, 6), st.data())
def test_scipy_torch_and_scikit_learn_agree(size, data):
    z = data.draw(arrays(float, size, elements=st.floats(-30, 30)))
    y = data.draw(arrays(float, size, elements=shares))
    p = special.expit(z)
    by_scipy = -special.xlogy(y, p) - special.xlog1py(1 - y, -p)
    for reduction in REDUCTIONS:
        ours = binary_cross_entropy(p, y, reduction=reduction)
        np.testing.assert_allclose(
            ours, by_scipy if reduction == "none" else getattr(by_scipy, reduction)(), rtol=1e-12, atol=1e-15
        )
        theirs = torch.nn.functional.binary_cross_entropy_with_logits(
            torch.tensor(z), torch.tensor(y), reduction=reduction
        )
        logits_too = binary_cross_entropy_with_logits(z, y, reduction=reduction)
        np.testing.assert_allclose(logits_too, theirs.numpy(), rtol=1e-12, atol=1e-14)
    labels = (y > 0.5).astype(int)
    assert float(binary_cross_entropy(p, labels)) == pytest.approx(
        log_loss(labels, p, labels=[0, 1]), rel=1e-9, abs=1e-12
    )


@quickly
@given(st.floats(-700, 700), shares)
def test_both_losses_agree_where_the_probability_can_be_held(z, y):
    p = sigmoid(z)
    assume(p < 1)
    with_logits = float(binary_cross_entropy_with_logits(z, y))
    # Rounding p moves the logit by eps / (1 - p).
    slack = 1e-15 / (1 - float(p)) + 1e-14
    assert float(binary_cross_entropy(p, y)) == pytest.approx(with_logits, rel=slack, abs=slack)


@quickly
@given(logits_of_any_size, shares)
def test_the_loss_lies_between_the_bounds_of_the_page(z, y):
    floor = max(z, 0) - y * z
    value = float(binary_cross_entropy_with_logits(z, y))
    slack = 1e-12 * (1 + abs(z))
    assert floor - slack <= value <= floor + math.log(2) + slack
    assert value >= 0


@quickly
@given(shares, shares)
def test_the_loss_is_smallest_at_the_target(p, y):
    assert binary_cross_entropy(p, y) >= binary_cross_entropy(y, y) * (1 - 1e-14)


@quickly
@given(st.floats(-300, 300), shares)
def test_a_soft_target_costs_the_average_of_the_labels_losses(z, y):
    one, zero = (float(binary_cross_entropy_with_logits(z, label)) for label in (1, 0))
    assert float(binary_cross_entropy_with_logits(z, y)) == pytest.approx(y * one + (1 - y) * zero, rel=1e-13)


@quickly
@given(logits_of_any_size, shares)
def test_exchanging_the_labels_turns_the_logit(z, y):
    assert float(binary_cross_entropy_with_logits(-z, 1 - y)) == pytest.approx(
        float(binary_cross_entropy_with_logits(z, y)), rel=1e-12, abs=1e-12
    )


def test_sure_and_right_costs_nothing_and_sure_and_wrong_is_infinite():
    assert binary_cross_entropy([1, 0, 1, 0], [1, 0, 0, 1], reduction="none").tolist() == [
        0, 0, math.inf, math.inf,
    ]  # fmt: skip
    assert float(binary_cross_entropy([1.0, 0.0], [0.5, 0.5])) == math.inf
    infinite = [math.inf, -math.inf, math.inf, -math.inf, math.inf]
    assert binary_cross_entropy_with_logits(infinite, [1, 0, 0, 1, 0.5], reduction="none").tolist() == [
        0, 0, math.inf, math.inf, math.inf,
    ]  # fmt: skip
    assert not np.signbit(binary_cross_entropy([1.0, 0.0], [1, 0], reduction="none")).any()


def test_a_sum_over_no_examples_is_zero_and_their_mean_is_refused():
    for function in (binary_cross_entropy, binary_cross_entropy_with_logits):
        assert float(function([], [], reduction="sum")) == 0
        with pytest.raises(ValueError, match=f"^{function.__name__}: the mean over N = 0"):
            function([], [])


def test_the_losses_of_a_million_examples_take_no_loop():
    z = np.random.default_rng(0).normal(size=(1000, 1000))
    y = (z > 0).astype(np.int8)
    expected = np.logaddexp(0, -np.abs(z)).mean()
    assert float(binary_cross_entropy_with_logits(z, y)) == pytest.approx(float(expected), rel=1e-12)


# ---- the gradient -----------------------------------------------------------------------------------


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("z", [-800.0, -40.0, -1.0, 0.0, 0.5, 40.0, 600.0])
def test_the_slope_is_exact_where_the_probability_rounds_to_one(z, y):
    with mpmath.workdps(800):
        expected = 1 / (1 + mpmath.exp(-mpmath.mpf(z))) - mpmath.mpf(y)
        result = binary_cross_entropy_gradient(z, y)
        assert abs(mpmath.mpf(float(result)) - expected) <= 1e-15 * abs(expected) + 2 * SMALLEST


@quickly
@given(st.floats(-20, 20), shares)
def test_the_slope_is_what_nudging_finds(z, y):
    h = 1e-5
    up, down = (float(binary_cross_entropy_with_logits(z + d, y)) for d in (h, -h))
    assert float(binary_cross_entropy_gradient(z, y)) == pytest.approx((up - down) / (2 * h), abs=1e-9)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_autograd_agrees_on_the_gradient(reduction):
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=(3, 4)), rng.random((3, 4))
    tensor = torch.tensor(z, requires_grad=True)
    name = "sum" if reduction == "none" else reduction
    torch.nn.functional.binary_cross_entropy_with_logits(tensor, torch.tensor(y), reduction=name).backward()
    np.testing.assert_allclose(
        binary_cross_entropy_gradient(z, y, reduction=reduction), tensor.grad.numpy(), rtol=1e-12
    )


@quickly
@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), shares, shares)
def test_the_loss_is_convex_in_the_logit(a, b, y, mix):
    between, left, right = (
        float(binary_cross_entropy_with_logits(z, y)) for z in (mix * a + (1 - mix) * b, a, b)
    )
    assert between <= mix * left + (1 - mix) * right + 1e-10 * (1 + abs(a) + abs(b))


def test_the_gradient_in_weights_and_bias_is_what_nudging_finds():
    rng = np.random.default_rng(2)
    x, y, w, b = rng.normal(size=(7, 3)), rng.integers(0, 2, size=7), rng.normal(size=3), 0.3

    def loss(theta):
        return float(binary_cross_entropy_with_logits(x @ theta[:3] + theta[3], y))

    found = optimize.approx_fprime(np.append(w, b), loss, 1e-7)
    slope, push = logistic_gradient(x, y, w, b)
    np.testing.assert_allclose(np.append(slope, push), found, atol=1e-6)


# ---- logistic regression ----------------------------------------------------------------------------


def test_ten_features_of_the_tumours_agree_with_scikit_learn_without_a_penalty(tumours):
    x, y = tumours[0][:, :10], tumours[1]
    theirs = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(x, y)
    for weights, bias in (logistic_regression(x, y), logistic_newton(x, y, steps=10)):
        np.testing.assert_allclose(weights, theirs.coef_[0], atol=1e-6)
        assert float(bias) == pytest.approx(float(theirs.intercept_[0]), abs=1e-6)


@pytest.mark.parametrize("c", [1.0, 0.01, 1000.0])
def test_thirty_features_agree_with_scikit_learn_with_its_penalty(tumours, c):
    x, y = tumours
    theirs = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-10).fit(x, y)
    weights, bias = logistic_regression(x, y, penalty=1 / (c * len(y)))
    np.testing.assert_allclose(weights, theirs.coef_[0], rtol=1e-6, atol=1e-6)
    assert float(bias) == pytest.approx(float(theirs.intercept_[0]), abs=1e-6)


def test_at_the_maximum_the_gradient_vanishes_and_the_books_balance(tumours):
    x, y = tumours[0][:, :10], tumours[1]
    weights, bias = logistic_regression(x, y)
    slope, push = logistic_gradient(x, y, weights, float(bias))
    assert np.abs(slope).max() < 1e-10
    assert abs(float(push)) < 1e-10
    assert sigmoid(x @ weights + bias).sum() == pytest.approx(y.sum())


@quickly
@given(st.integers(0, 2**32 - 1))
def test_a_quasi_newton_method_finds_no_better_point(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(40, 3))
    y = (rng.random(40) < special.expit(x @ [1.0, -1.0, 0.5])).astype(int)
    assume(overlapping(x, y))
    weights, bias = logistic_regression(x, y)
    design = np.hstack([np.ones((40, 1)), x])

    def loss(theta):
        return np.mean(np.logaddexp(0, design @ theta) - y * (design @ theta))

    found = optimize.minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-9})
    assert loss(np.append(bias, weights)) <= found.fun + 1e-12


def test_the_unit_of_a_feature_changes_its_weight_and_nothing_else(tumours):
    x, y = tumours[0][:, :10], tumours[1]
    units = np.geomspace(1e-6, 1e6, 10)
    weights, bias = logistic_regression(x, y)
    rescaled, other_bias = logistic_regression(x * units, y)
    np.testing.assert_allclose(rescaled * units, weights, rtol=1e-5)
    assert float(other_bias) == pytest.approx(float(bias), rel=1e-5)


def test_a_penalty_shrinks_the_weights_and_leaves_the_bias_free():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(50, 2)), np.append(np.ones(40), np.zeros(10)).astype(int)
    lengths = [np.linalg.norm(logistic_regression(x, y, penalty=s)[0]) for s in (1e-3, 0.1, 10, 1e6)]
    assert lengths == sorted(lengths, reverse=True)
    assert float(logistic_regression(x, y, penalty=1e9)[1]) == pytest.approx(math.log(4), abs=1e-6)


def test_no_newton_step_leaves_zeros_and_the_first_is_least_squares():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(9, 2)), rng.integers(0, 2, size=9)
    weights, bias = logistic_newton(x, y, steps=0)
    assert weights.tolist() == [0, 0]
    assert float(bias) == 0
    weights, bias = logistic_newton(x, y, steps=1)
    expected = np.linalg.lstsq(np.hstack([np.ones((9, 1)), x]), 4 * (y - 0.5), rcond=None)[0]
    np.testing.assert_allclose(np.append(bias, weights), expected, rtol=1e-10)


def test_a_newton_step_that_overshoots_is_halved_until_the_loss_falls():
    x, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 0.0, 1.0])
    design, far, free = np.hstack([np.ones((4, 1)), x]), np.array([0.0, 6.0]), np.zeros(2)

    def loss(theta):
        return float(binary_cross_entropy_with_logits(design @ theta, y))

    full = _newton_step(design, y, far, free)
    assert loss(far + full) > loss(far)
    shorter = _shortened(design, y, far, free, full)
    assert loss(far + shorter) < loss(far)
    share = np.linalg.norm(shorter) / np.linalg.norm(full)
    assert math.log2(share) == pytest.approx(round(math.log2(share)))


# ---- no maximum -------------------------------------------------------------------------------------


def overlapping(x, y) -> bool:
    """Whether no direction of separation exists, by a linear program."""
    margins = (2 * np.asarray(y) - 1)[:, None] * np.hstack([np.ones((len(x), 1)), x])
    found = optimize.linprog(
        -margins.sum(axis=0),
        A_ub=np.vstack([margins, -margins]),
        b_ub=np.append(np.ones(len(x)), np.zeros(len(x))),
        bounds=(None, None),
    )
    return -found.fun < 1e-6


def test_all_thirty_features_are_separable_and_ten_are_not(tumours):
    x, y = tumours
    assert overlapping(x[:, :10], y)
    assert not overlapping(x, y)
    with pytest.raises(ValueError, match=r"^logistic_regression: .*separable.*no maximum.*Pass a penalty"):
        logistic_regression(x, y)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([[0.0], [1.0]], [0, 1]),
        ([[0.0], [0.0], [1.0]], [0, 1, 1]),  # quasi-separable: two examples stay on the boundary
        ([[0.0], [1.0], [1.0], [2.0]], [0, 0, 1, 1]),
        ([[1, 0], [1, 1], [0, 0], [0, 1], [0, 0]], [1, 1, 1, 0, 0]),
        ([[x] for x in np.linspace(-3, 3, 60)], [0] * 30 + [1] * 30),
    ],
)
def test_separable_and_quasi_separable_labels_are_refused_and_mended_by_a_penalty(x, y):
    assert not overlapping(x, y)
    with pytest.raises(ValueError, match=r"^logistic_regression: .*no maximum"):
        logistic_regression(x, y)
    weights, bias = logistic_regression(x, y, penalty=1e-3)
    p = sigmoid(np.asarray(x) @ weights + bias)
    np.testing.assert_allclose(np.asarray(x).T @ (p - y) / len(y) + 1e-3 * weights, 0, atol=1e-9)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.integers(4, 12), st.integers(1, 2), st.integers(0, 2**32 - 1))
def test_it_refuses_exactly_where_the_theorem_says_there_is_no_maximum(rows, columns, seed):
    """Small whole numbers, so that ties, and quasi-separation with them, are common."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(-2, 3, size=(rows, columns)).astype(float), rng.integers(0, 2, size=rows)
    assume(len(set(y.tolist())) == 2)
    assume(np.linalg.matrix_rank(np.hstack([np.ones((rows, 1)), x])) == columns + 1)
    if overlapping(x, y):
        weights, bias = logistic_regression(x, y)
        slope, push = logistic_gradient(x, y, weights, float(bias))
        assert max(np.abs(slope).max(), abs(float(push))) < 1e-9
    else:
        with pytest.raises(ValueError, match="no maximum"):
            logistic_regression(x, y)


# ---- decisions --------------------------------------------------------------------------------------


@quickly
@given(shares, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_no_decision_is_expected_to_cost_less(p, alarm, miss):
    costs = {1: (1 - p) * alarm, 0: p * miss}
    assert costs[int(decide(p, alarm, miss))] <= min(costs.values()) * (1 + 1e-12) + 1e-15


@quickly
@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300))
def test_the_threshold_is_that_of_the_log_odds(alarm, miss):
    t = cost_threshold(alarm, miss)
    assert 0 <= t <= 1
    assert t == pytest.approx(float(sigmoid(math.log(alarm) - math.log(miss))), rel=1e-10, abs=1e-300)


def test_costs_near_the_largest_number_do_not_overflow():
    assert cost_threshold(1e308, 1.5e308) == pytest.approx(0.4)


# ---- kinds of input, and errors ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda v: np.array(v, dtype=np.float32)])
def test_every_kind_of_array_is_taken_and_float64_comes_back(kind):
    for function in (sigmoid, logit):
        assert function(kind([0.25, 0.5])).dtype == np.float64
    assert binary_cross_entropy(kind([0.25, 0.5]), kind([0, 1]), reduction="none").shape == (2,)
    assert sigmoid(0).shape == ()
    assert binary_cross_entropy(0.5, True).shape == ()
    assert decide(kind([0.25, 0.5]), 1, 1).tolist() == [0, 1]


def test_inputs_are_never_changed():
    x, y, w = np.arange(6.0).reshape(3, 2) ** 2, np.array([0, 1, 0]), np.ones(2)
    before = x.copy(), y.copy(), w.copy()
    sigmoid(x), binary_cross_entropy_with_logits(x[:, 0], y), logistic_gradient(x, y, w, 1.0)
    logistic_newton(x, y, steps=1), logistic_regression(x, y, penalty=1.0)
    for kept, now in zip(before, (x, y, w), strict=True):
        assert kept.tolist() == now.tolist()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sigmoid([1.0, math.nan]), r"sigmoid: z\[1\] is NaN"),
        (lambda: sigmoid("one"), "sigmoid: z is"),
        (lambda: logit(1.5), "logit: p is 1.5, a probability from 0 to 1"),
        (lambda: logit([0.5, -1]), r"logit: p\[1\] is -1, a probability from 0 to 1"),
        (lambda: binary_cross_entropy([1.2], [1]), r"binary_cross_entropy: p\[0\] is 1.2.*a logit"),
        (lambda: binary_cross_entropy([0.2], [2]), r"binary_cross_entropy: targets\[0\] is 2"),
        (lambda: binary_cross_entropy([math.nan], [1]), r"binary_cross_entropy: p\[0\] is NaN"),
        (lambda: binary_cross_entropy([0.1, 0.2], [[0], [1]]), r"targets has shape \(2, 1\).*a column"),
        (lambda: binary_cross_entropy([0.1], [0], reduction="max"), "reduction is 'max'"),
        (lambda: binary_cross_entropy_with_logits([0.1], [-1]), r"targets\[0\] is -1"),
        (lambda: binary_cross_entropy_with_logits([0.1, 0.2], [1]), r"targets has shape \(1,\)"),
        (lambda: binary_cross_entropy_gradient([], []), "gradient: the mean over N = 0"),
        (lambda: logistic_gradient([[1.0]], [1], [1, 2], 0), r"weights has shape \(2,\).*bias among"),
        (lambda: logistic_gradient([[1.0]], [1], [1], math.nan), r"bias\[0\] is NaN"),
        (lambda: logistic_regression([1.0, 2.0], [0, 1]), r"features has shape \(2,\), a matrix"),
        (lambda: logistic_regression(np.zeros((0, 2)), []), r"features has shape \(0, 2\)"),
        (lambda: logistic_regression([[1.0], [math.inf]], [0, 1]), r"features\[1, 0\] is infinite"),
        (lambda: logistic_regression([[1.0], [2.0]], [-1, 1]), r"labels\[0\] is -1, a label is 0 or 1"),
        (lambda: logistic_regression([[1.0], [2.0]], [[0], [1]]), r"labels has shape \(2, 1\)"),
        (lambda: logistic_regression([[1.0], [2.0]], [0]), "1 labels for 2 rows.*transposed"),
        (lambda: logistic_regression([[1.0], [2.0]], [1, 1]), "every label is 1, both"),
        (lambda: logistic_regression([[1.0], [2.0]], [1, 1], penalty=1.0), "every label is 1, both"),
        (lambda: logistic_regression([[1.0], [2.0]], [0, 1], penalty=-1), "penalty is -1, a finite number"),
        (lambda: logistic_regression([[1, 2], [2, 4], [0, 0], [3, 6]], [0, 1, 0, 1]), "have rank 2, not 3"),
        (lambda: logistic_regression([[1.0], [1.0], [1.0]], [0, 1, 0]), "rank 1, not 2.*constant"),
        (lambda: cost_threshold(0, 1), "cost_false_alarm is 0, a finite number above 0"),
        (lambda: decide([0.5], 1, math.inf), "cost_miss is inf, a finite number above 0"),
        (lambda: decide([1.5], 1, 1), r"decide: p\[0\] is 1.5"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(call, words):
    with pytest.raises(ValueError, match=words) as caught:
        call()
    assert re.match(r"[a-z_]+: ", str(caught.value))
