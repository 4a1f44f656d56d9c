"""The reference implementation of chapter `softmax`, judged by mpmath, SciPy, torch and the theory."""

import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from xentcourse.reference.softmax import (
    log_softmax,
    logsumexp,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
    softmax_jacobian,
    softmax_regression,
)

EPSILON = float(np.finfo(np.float64).eps)
REDUCTIONS = ("none", "sum", "mean")


# ---- against mpmath: how many ulps off --------------------------------------------------------------


@pytest.fixture
def exact():
    """The formulas as they are written, with so many digits that e^−700 beside 1 is not lost."""
    with mpmath.workdps(420):
        yield Exact


class Exact:
    """One row at a time; logits may be −inf."""

    @staticmethod
    def logsumexp(z, temperature=1.0):
        return mpmath.log(sum(mpmath.exp(mpmath.mpf(float(x)) / mpmath.mpf(temperature)) for x in z))

    @staticmethod
    def log_softmax(z, temperature=1.0):
        total = Exact.logsumexp(z, temperature)
        return [mpmath.mpf(float(x)) / mpmath.mpf(temperature) - total for x in z]

    @staticmethod
    def softmax(z, temperature=1.0):
        return [mpmath.exp(x) for x in Exact.log_softmax(z, temperature)]

    @staticmethod
    def cross_entropy(z, y):
        pairs = zip(map(float, y), Exact.log_softmax(z), strict=True)
        return -sum(mpmath.mpf(weight) * x for weight, x in pairs if weight > 0)


def ulps(result, expected) -> float:
    """The distance of the worst entry from the exact number, in units of that number's last place."""
    worst = 0.0
    for x, e in zip(np.ravel(result), np.ravel(np.asarray(expected, dtype=object)), strict=True):
        rounded = float(e)
        if math.isinf(rounded) or math.isinf(x):
            assert x == rounded
            continue
        worst = max(worst, float(abs(mpmath.mpf(float(x)) - e) / mpmath.mpf(float(np.spacing(abs(rounded))))))
    return worst


#: With whole numbers z − max z is exact, and nothing but a few roundings may be left.
WHOLE = {
    "small": [0, 1, 2, 3],
    "equal": [7, 7, 7],
    "one class": [5],
    "up to 10000": [10_000, -10_000, 9_999, 9_990],
    "down to -10000": [-10_000, -10_001, -10_030],
    "tiny probabilities": [0, -300, -600, -700],
    "probabilities that are no normal numbers": [0, -710, -740],
    "probabilities below the smallest number": [0, -750, -20_000],
    "impossible classes": [1, -np.inf, 3, -np.inf],
    "beyond 2**53": [2.0**60, 2.0**60 - 4096, 0],
}
ROWS = {
    "ordinary": (1.0, 50),
    "wide": (10.0, 50),
    "hundreds": (200.0, 30),
    "ten thousands": (1e4, 30),
    "tiny": (1e-9, 30),
}


@pytest.mark.parametrize("z", WHOLE.values(), ids=WHOLE)
def test_whole_logits_are_exact_to_four_ulps(exact, z):
    assert ulps(softmax(z), exact.softmax(z)) <= 4
    assert ulps(log_softmax(z), exact.log_softmax(z)) <= 4
    assert ulps(logsumexp(z), [exact.logsumexp(z)]) <= 4


@pytest.mark.parametrize("z", WHOLE.values(), ids=WHOLE)
def test_the_loss_of_every_label_is_exact_to_four_ulps(exact, z):
    for label in range(len(z)):
        loss = softmax_cross_entropy([z], [label], reduction="none")
        assert ulps(loss, [exact.cross_entropy(z, np.eye(len(z))[label])]) <= 4


@pytest.mark.parametrize(("scale", "trials"), ROWS.values(), ids=ROWS)
def test_any_logits_lose_no_more_than_rounding_their_differences_must_cost(exact, scale, trials):
    """Rounding d = z − max z moves e^d by up to |d|/2 ulps; only where e^d > 0, that is |d| < 746."""
    rng = np.random.default_rng(1)
    for z in rng.normal(scale=scale, size=(trials, 5)):
        allowed = 6 + min(np.ptp(z), 746)
        assert ulps(softmax(z), exact.softmax(z)) <= allowed
        assert ulps(log_softmax(z), exact.log_softmax(z)) <= allowed
        y = rng.dirichlet(np.ones(5))
        loss = softmax_cross_entropy(z, y, reduction="none")
        assert ulps(loss, [exact.cross_entropy(z, y)]) <= allowed
        # A sum near 0 is a difference of larger numbers: measure by the larger.
        error = abs(mpmath.mpf(float(logsumexp(z))) - exact.logsumexp(z))
        assert error <= 4 * EPSILON * max(np.abs(z).max(), 1)


@pytest.mark.parametrize("classes", [1000, 50_257])
def test_many_classes_add_no_more_than_a_few_ulps(classes):
    z = np.random.default_rng(2).integers(-30, 1, size=classes)
    with mpmath.workdps(60):
        count = np.bincount(-z)
        total = mpmath.log(sum(int(n) * mpmath.exp(-k) for k, n in enumerate(count)))
        assert ulps(logsumexp(z), [total]) <= 4
        assert ulps(log_softmax(z)[:20], [int(x) - total for x in z[:20]]) <= 4
        assert ulps(softmax(z)[:20], [mpmath.exp(int(x) - total) for x in z[:20]]) <= 8


@pytest.mark.parametrize("temperature", [1e-300, 1e-10, 0.5, 2.0, 1e10, 1e300])
@pytest.mark.parametrize("z", [[0, 1, 2], [1000, 1000, 0], [-10_000, 10_000, 3]])
def test_temperature_divides_the_logits(exact, z, temperature):
    spread = np.ptp(z) / temperature
    allowed = 6 + min(spread, 746)
    assert ulps(softmax(z, temperature=temperature), exact.softmax(z, temperature)) <= allowed
    assert ulps(log_softmax(z, temperature=temperature), exact.log_softmax(z, temperature)) <= allowed


def test_the_lowest_temperature_is_one_hot_and_the_highest_uniform():
    z = [3.0, 1.0, 2.0]
    assert softmax(z, temperature=1e-300).tolist() == [1, 0, 0]
    assert log_softmax(z, temperature=1e-300).tolist() == pytest.approx([0, -2e300, -1e300], rel=1e-15)
    assert softmax(z, temperature=1e300).tolist() == [1 / 3] * 3
    assert log_softmax(z, temperature=1e300).tolist() == [-math.log(3)] * 3


def test_a_quotient_too_large_for_a_float_is_an_impossible_class():
    assert softmax([1e10, 0.0], temperature=1e-300).tolist() == [1, 0]
    assert log_softmax([1e10, 0.0], temperature=1e-300).tolist() == [0, -np.inf]


def test_the_largest_floats_there_are_raise_no_warning():
    largest = float(np.finfo(np.float64).max)
    z = [largest, -largest, 0.0]
    assert softmax(z).tolist() == [1, 0, 0]
    assert log_softmax(z).tolist() == [0, -np.inf, -largest]
    assert float(logsumexp(z)) == largest
    assert float(logsumexp([largest, largest])) == largest


# ---- against SciPy and torch ------------------------------------------------------------------------


def batch(seed: int = 0, *, n: int = 7, k: int = 5, scale: float = 3.0):
    """Logits (N, K), labels (N,) and soft targets (N, K)."""
    rng = np.random.default_rng(seed)
    z = rng.normal(scale=scale, size=(n, k))
    return z, rng.integers(0, k, size=n), rng.dirichlet(np.ones(k), size=n)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_scipy_agrees_on_every_axis(axis, scale):
    z = np.random.default_rng(3).normal(scale=scale, size=(2, 3, 4))
    np.testing.assert_allclose(softmax(z, axis=axis), special.softmax(z, axis=axis), rtol=1e-13, atol=0)
    np.testing.assert_allclose(
        log_softmax(z, axis=axis), special.log_softmax(z, axis=axis), rtol=1e-13, atol=1e-16
    )
    np.testing.assert_allclose(logsumexp(z, axis=axis), special.logsumexp(z, axis=axis), rtol=1e-13, atol=0)


@pytest.mark.parametrize(
    "z", [[np.inf, 0.0], [np.inf, np.inf], [np.inf, -np.inf], [-np.inf, -np.inf], [-np.inf, 3.0]]
)
def test_logsumexp_of_infinities_is_their_limit_as_in_scipy(z):
    with np.errstate(all="ignore"):
        expected = special.logsumexp(z)
    assert float(logsumexp(z)) == expected


def test_logsumexp_beside_an_infinity_raises_no_warning():
    assert float(logsumexp([np.inf, 709.7, 709.7])) == np.inf
    assert float(logsumexp([np.inf, 1e308, -1e308])) == np.inf


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_torch_agrees_on_the_loss_of_labels(reduction, scale):
    z, labels, _ = batch(scale=scale)
    expected = torch.nn.functional.cross_entropy(
        torch.from_numpy(z), torch.from_numpy(labels), reduction=reduction
    )
    result = softmax_cross_entropy(z, labels, reduction=reduction)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_torch_agrees_on_the_loss_of_soft_targets(reduction, scale):
    z, _, targets = batch(scale=scale)
    expected = torch.nn.functional.cross_entropy(
        torch.from_numpy(z), torch.from_numpy(targets), reduction=reduction
    )
    result = softmax_cross_entropy(z, targets, reduction=reduction)
    np.testing.assert_allclose(result, expected.numpy(), rtol=1e-12, atol=0)


@pytest.mark.parametrize("kind", ["labels", "soft targets"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_autograd_agrees_on_the_gradient(reduction, kind):
    z, labels, targets = batch()
    y = labels if kind == "labels" else targets
    tensor = torch.from_numpy(z).requires_grad_()
    loss = torch.nn.functional.cross_entropy(tensor, torch.from_numpy(y), reduction=reduction)
    loss.sum().backward()
    result = softmax_cross_entropy_gradient(z, y, reduction=reduction)
    np.testing.assert_allclose(result, tensor.grad.numpy(), rtol=0, atol=1e-12)


def test_torch_agrees_on_the_jacobian():
    z, _, _ = batch()
    for row in z:
        expected = torch.autograd.functional.jacobian(lambda x: torch.softmax(x, -1), torch.from_numpy(row))
        np.testing.assert_allclose(softmax_jacobian(row), expected.numpy(), rtol=0, atol=1e-12)


def test_jacobians_of_a_batch_are_those_of_its_rows():
    z = np.random.default_rng(4).normal(size=(2, 3, 4))
    jacobians = softmax_jacobian(z)
    assert jacobians.shape == (2, 3, 4, 4)
    for index in np.ndindex(2, 3):
        np.testing.assert_array_equal(jacobians[index], softmax_jacobian(z[index]))


# ---- against the theory -----------------------------------------------------------------------------

quickly = settings(deadline=None, max_examples=100, derandomize=True)
numbers = st.floats(-50, 50)
sizes = st.tuples(st.integers(1, 4), st.integers(1, 6))
logit_batches = sizes.flatmap(lambda shape: arrays(np.float64, shape, elements=numbers))


@st.composite
def problems(draw):
    """Logits (N, K) with labels (N,) and soft targets (N, K), some of whose entries are 0."""
    z = draw(logit_batches)
    labels = draw(arrays(np.int64, z.shape[:1], elements=st.integers(0, z.shape[1] - 1)))
    weights = draw(arrays(np.float64, z.shape, elements=st.sampled_from([0.0, 0.5, 1.0, 3.0])))
    weights[np.arange(len(z)), labels] += 1
    return z, labels, weights / weights.sum(axis=1, keepdims=True)


@quickly
@given(logit_batches)
def test_softmax_is_a_distribution(z):
    p = softmax(z)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=0, atol=4 * EPSILON)


@quickly
@given(logit_batches)
def test_log_softmax_is_the_logarithm_of_softmax_and_never_positive(z):
    assert (log_softmax(z) <= 0).all()
    np.testing.assert_allclose(np.exp(log_softmax(z)), softmax(z), rtol=1e-13, atol=0)


@quickly
@given(
    arrays(np.int64, (3, 4), elements=st.integers(-1000, 1000)), st.integers(-(2**40), 2**40)
)  # whole numbers: adding the shift is exact
def test_shifting_all_logits_of_a_row_changes_nothing_at_all(z, shift):
    np.testing.assert_array_equal(softmax(z + shift), softmax(z))
    np.testing.assert_array_equal(log_softmax(z + shift), log_softmax(z))


@quickly
@given(arrays(np.float64, (3, 4), elements=numbers), st.floats(-100, 100))
def test_logsumexp_moves_with_a_shift(z, shift):
    np.testing.assert_allclose(logsumexp(z + shift), logsumexp(z) + shift, rtol=0, atol=1e-12)


@quickly
@given(logit_batches, st.randoms(use_true_random=False))
def test_permuting_the_classes_permutes_the_probabilities(z, random):
    order = random.sample(range(z.shape[1]), z.shape[1])
    np.testing.assert_allclose(softmax(z[:, order]), softmax(z)[:, order], rtol=4 * EPSILON, atol=0)
    np.testing.assert_allclose(log_softmax(z[:, order]), log_softmax(z)[:, order], rtol=1e-14, atol=0)


@quickly
@given(logit_batches)
def test_softmax_keeps_the_order_of_the_logits(z):
    by_logit = np.argsort(z, axis=1)
    assert (np.diff(np.take_along_axis(softmax(z), by_logit, axis=1), axis=1) >= 0).all()


@quickly
@given(logit_batches)
def test_logsumexp_lies_between_the_maximum_and_log_k_above(z):
    excess = logsumexp(z) - z.max(axis=1)
    assert (excess >= 0).all()
    assert (excess <= math.log(z.shape[1]) + 1e-13).all()


@quickly
@given(problems(), st.sampled_from(REDUCTIONS), st.booleans())
def test_gradient_rows_sum_to_zero(problem, reduction, soft):
    z, labels, targets = problem
    gradient = softmax_cross_entropy_gradient(z, targets if soft else labels, reduction=reduction)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, rtol=0, atol=1e-14)


@quickly
@given(logit_batches)
def test_the_jacobian_is_symmetric_positive_semidefinite_with_zero_row_sums(z):
    for jacobian in softmax_jacobian(z):
        np.testing.assert_array_equal(jacobian, jacobian.T)
        np.testing.assert_allclose(jacobian.sum(axis=1), 0, rtol=0, atol=1e-15)
        assert np.linalg.eigvalsh(jacobian).min() >= -1e-15


def central_differences(function, z, step=1e-5):
    """All partial derivatives of an array-valued function of `z`; those axes come last."""
    columns = []
    for index in np.ndindex(z.shape):
        nudge = np.zeros_like(z)
        nudge[index] = step
        columns.append((function(z + nudge) - function(z - nudge)) / (2 * step))
    return np.stack(columns, axis=-1).reshape(*np.shape(columns[0]), *z.shape)


@quickly
@given(arrays(np.float64, (4,), elements=st.floats(-5, 5)))
def test_the_jacobian_is_what_differences_measure(z):
    np.testing.assert_allclose(softmax_jacobian(z), central_differences(softmax, z), rtol=0, atol=1e-9)


@quickly
@given(problems(), st.sampled_from(["sum", "mean"]), st.booleans())
def test_the_gradient_is_what_differences_measure(problem, reduction, soft):
    z, labels, targets = problem
    y = targets if soft else labels
    measured = central_differences(lambda at: softmax_cross_entropy(at, y, reduction=reduction), z)
    gradient = softmax_cross_entropy_gradient(z, y, reduction=reduction)
    np.testing.assert_allclose(gradient, measured, rtol=0, atol=1e-8)


@quickly
@given(problems())
def test_the_gradient_is_softmax_minus_target(problem):
    z, labels, targets = problem
    expected = softmax(z) - np.eye(z.shape[1])[labels]
    np.testing.assert_array_equal(softmax_cross_entropy_gradient(z, labels, reduction="sum"), expected)
    expected = (softmax(z) - targets) / len(z)
    np.testing.assert_array_equal(softmax_cross_entropy_gradient(z, targets), expected)


def test_the_gradient_vanishes_where_the_model_is_the_target():
    z, _, _ = batch()
    np.testing.assert_array_equal(softmax_cross_entropy_gradient(z, softmax(z)), 0)


@quickly
@given(problems(), st.data())
def test_the_loss_is_convex_along_every_segment(problem, data):
    start, _, y = problem
    end = data.draw(arrays(np.float64, start.shape, elements=numbers))
    at = data.draw(st.floats(0, 1))
    between = softmax_cross_entropy((1 - at) * start + at * end, y)
    chord = (1 - at) * softmax_cross_entropy(start, y) + at * softmax_cross_entropy(end, y)
    assert between <= chord + 1e-12 * (1 + abs(chord))


@quickly
@given(problems())
def test_the_loss_is_never_below_the_entropy_of_the_target(problem):
    z, _, y = problem
    losses = softmax_cross_entropy(z, y, reduction="none")
    assert (losses >= special.entr(y).sum(axis=1) - 1e-13).all()


def test_the_loss_is_the_entropy_of_the_target_where_the_model_is_right():
    _, _, y = batch()
    losses = softmax_cross_entropy(np.log(y), y, reduction="none")
    np.testing.assert_allclose(losses, special.entr(y).sum(axis=1), rtol=1e-13, atol=0)


@quickly
@given(problems(), st.sampled_from(REDUCTIONS))
def test_one_hot_targets_mean_the_same_as_labels(problem, reduction):
    z, labels, _ = problem
    one_hot = np.eye(z.shape[1])[labels]
    for function in (softmax_cross_entropy, softmax_cross_entropy_gradient):
        np.testing.assert_array_equal(
            function(z, one_hot, reduction=reduction), function(z, labels, reduction=reduction)
        )


@quickly
@given(problems(), st.booleans())
def test_sum_and_mean_follow_from_the_single_losses(problem, soft):
    z, labels, targets = problem
    y = targets if soft else labels
    losses = softmax_cross_entropy(z, y, reduction="none")
    assert losses.shape == (len(z),)
    assert (losses >= 0).all()
    assert softmax_cross_entropy(z, y, reduction="sum") == pytest.approx(math.fsum(losses), rel=1e-14)
    assert softmax_cross_entropy(z, y) == pytest.approx(math.fsum(losses) / len(z), rel=1e-14)
    total = softmax_cross_entropy_gradient(z, y, reduction="sum")
    np.testing.assert_array_equal(softmax_cross_entropy_gradient(z, y, reduction="none"), total)
    np.testing.assert_array_equal(softmax_cross_entropy_gradient(z, y), total / len(z))


@pytest.mark.parametrize("shape", [(4,), (2, 4), (2, 3, 4)])
def test_examples_may_have_any_number_of_axes(shape):
    rng = np.random.default_rng(5)
    z, labels = rng.normal(size=shape), rng.integers(0, 4, size=shape[:-1])
    losses = softmax_cross_entropy(z, labels, reduction="none")
    assert losses.shape == shape[:-1]
    flat = softmax_cross_entropy(z.reshape(-1, 4), labels.reshape(-1), reduction="none")
    np.testing.assert_array_equal(losses.reshape(-1), flat)
    assert softmax_cross_entropy(z, labels) == pytest.approx(flat.mean(), rel=1e-15)
    gradient = softmax_cross_entropy_gradient(z, labels)
    flat = softmax_cross_entropy_gradient(z.reshape(-1, 4), labels.reshape(-1))
    np.testing.assert_array_equal(gradient, flat.reshape(shape))


# ---- numbers that the book states -------------------------------------------------------------------


def test_softmax_of_three_logits():
    assert softmax([1, -2, 0]).round(4).tolist() == [0.7054, 0.0351, 0.2595]


def test_softmax_of_far_apart_logits_is_all_but_one_hot():
    p = softmax([12.5, 0.6, -23])
    assert f"{p[0]:.5f} {p[1]:.1e} {p[2]:.1e}" == "0.99999 6.8e-06 3.8e-16"


def test_the_loss_of_one_example_and_its_reductions():
    assert round(float(softmax_cross_entropy([[-2.85, 0.86, 0.28]], [2])), 4) == 1.0402
    z = [[-1, 1], [-0.5, 1.5], [-0.5, 1.5]]
    assert round(float(softmax_cross_entropy(z[:2], [0, 1])), 4) == 1.1269
    assert round(float(softmax_cross_entropy(z, [0, 1, 1])), 4) == 0.7936


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes():
    assert round(float(softmax_cross_entropy(np.full((1, 10), 3.0), [4])), 7) == 2.3025851
    assert round(float(softmax_cross_entropy(np.zeros((1, 50257)), [0])), 4) == 10.8249


def test_logsumexp_of_ten_equal_logits_and_an_overflow_probe():
    assert round(float(logsumexp(np.full(10, -10.0))), 4) == -7.6974
    assert float(logsumexp([*[-10.0] * 10, 1e10])) == 1e10
    assert float(logsumexp([1e10, 1e10])) == 1e10 + math.log(2)


def test_wrong_classes_do_not_matter_to_the_value_but_to_the_gradient():
    first, second = np.log([0.1, 0.5, 0.1, 0.1, 0.2]), np.log([0.1, 0.6, 0.1, 0.1, 0.1])
    assert round(float(softmax_cross_entropy(first, 0)), 6) == 2.302585
    assert round(float(softmax_cross_entropy(second, 0)), 6) == 2.302585
    gradient = softmax_cross_entropy_gradient(first, 0)
    np.testing.assert_allclose(gradient, [-0.9, 0.5, 0.1, 0.1, 0.2], rtol=1e-14, atol=0)
    gradient = softmax_cross_entropy_gradient(second, 0)
    np.testing.assert_allclose(gradient, [-0.9, 0.6, 0.1, 0.1, 0.1], rtol=1e-14, atol=0)


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_softmax_applied_twice_keeps_the_loss_above_a_floor(classes):
    floor = math.log(1 + (classes - 1) / math.e)
    sure = 1000.0 * np.eye(classes)[[0]]
    assert float(softmax_cross_entropy(sure, [0])) == 0
    assert float(softmax_cross_entropy(softmax(sure), [0])) == pytest.approx(floor, rel=1e-15)
    z = np.random.default_rng(6).normal(scale=20, size=(200, classes))
    losses = softmax_cross_entropy(softmax(z), z.argmax(axis=1), reduction="none")
    assert (losses >= floor - 4 * EPSILON * floor).all()


# ---- edge cases -------------------------------------------------------------------------------------


def test_no_examples_have_no_losses_a_sum_of_zero_and_an_empty_gradient():
    z, labels, targets = np.zeros((0, 3)), np.zeros(0, dtype=int), np.zeros((0, 3))
    for y in (labels, targets, []):
        if np.ndim(y) == 1 or np.shape(y) == z.shape:
            assert softmax_cross_entropy(z, y, reduction="none").shape == (0,)
            assert float(softmax_cross_entropy(z, y, reduction="sum")) == 0
            assert softmax_cross_entropy_gradient(z, y, reduction="sum").shape == (0, 3)
    assert softmax(z).shape == log_softmax(z).shape == (0, 3)
    assert logsumexp(z).shape == (0,)
    assert softmax_jacobian(z).shape == (0, 3, 3)


def test_impossible_classes_have_probability_zero_and_no_gradient():
    z = [0.0, -np.inf, 0.0]
    assert softmax(z).tolist() == [0.5, 0, 0.5]
    assert log_softmax(z).tolist() == [-math.log(2), -np.inf, -math.log(2)]
    assert float(logsumexp(z)) == math.log(2)
    assert softmax_cross_entropy_gradient(z, 0).tolist() == [-0.5, 0, 0.5]
    assert (softmax_jacobian(z)[1] == 0).all()
    assert (softmax_jacobian(z)[:, 1] == 0).all()


def test_a_target_of_zero_on_an_impossible_class_counts_zero():
    assert float(softmax_cross_entropy([0.0, -np.inf], [1.0, 0.0])) == 0
    assert float(softmax_cross_entropy([0.0, -np.inf], 0)) == 0
    assert float(softmax_cross_entropy([0.0, 0.0, -np.inf], [0.5, 0.5, 0])) == math.log(2)


def test_target_mass_on_an_impossible_class_costs_infinity():
    z = [[0.0, -np.inf], [0.0, 0.0]]
    assert softmax_cross_entropy(z, [1, 0], reduction="none").tolist() == [np.inf, math.log(2)]
    assert softmax_cross_entropy(z, [[0.9, 0.1], [1, 0]], reduction="none").tolist() == [np.inf, math.log(2)]
    assert float(softmax_cross_entropy(z, [1, 0])) == np.inf
    assert softmax_cross_entropy_gradient(z, [1, 0], reduction="sum").tolist() == [[1, -1], [-0.5, 0.5]]


def test_a_single_class_is_certain():
    assert softmax([[3.0], [-7.0]]).tolist() == [[1], [1]]
    assert log_softmax([[3.0]]).tolist() == [[0]]
    assert float(softmax_cross_entropy([[3.0]], [0])) == 0
    assert softmax_cross_entropy_gradient([[3.0]], [0]).tolist() == [[0]]


def test_a_loss_of_zero_is_not_negative_zero():
    losses = softmax_cross_entropy([[1000.0, 0.0], [0.0, -np.inf]], [0, 0], reduction="none")
    assert not np.signbit(losses).any()


CALLS = {
    "logsumexp": lambda z: logsumexp(z),
    "log_softmax": lambda z: log_softmax(z),
    "softmax": lambda z: softmax(z),
    "softmax_jacobian": lambda z: softmax_jacobian(z),
    "softmax_cross_entropy": lambda z: softmax_cross_entropy(z, [0, 2]),
    "softmax_cross_entropy_gradient": lambda z: softmax_cross_entropy_gradient(z, [0, 2]),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_kind_of_array_is_taken_and_float64_comes_back(call):
    z = np.array([[1.0, -2.0, 0.0], [3.0, 0.0, 4.0]])
    wide = np.zeros((4, 6))
    wide[::2, ::2] = z
    frozen = z.copy()
    frozen.flags.writeable = False
    kinds = [z.tolist(), tuple(map(tuple, z)), z.astype(int), z.astype(np.int8), z.astype(np.float32)]
    kinds += [z.astype(np.float16), z.astype(np.longdouble), wide[::2, ::2], np.asfortranarray(z), frozen]
    expected = call(z)
    for kind in kinds:
        result = call(kind)
        assert type(result) is np.ndarray
        assert result.dtype == np.float64
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("kind", [list, np.int8, np.uint8, np.int32, np.uint64])
def test_labels_may_be_any_whole_numbers(kind):
    z, labels, _ = batch()
    given_labels = labels.tolist() if kind is list else labels.astype(kind)
    assert softmax_cross_entropy(z, given_labels) == softmax_cross_entropy(z, labels)


def test_soft_targets_may_be_rounded_to_float32():
    z, _, targets = batch()
    rounded = softmax_cross_entropy(z, targets.astype(np.float32))
    assert rounded == pytest.approx(float(softmax_cross_entropy(z, targets)), rel=1e-6)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_any_axis_may_hold_the_classes(function, axis):
    z = np.random.default_rng(7).normal(size=(2, 3, 4))
    expected = np.moveaxis(function(np.moveaxis(z, axis, -1), temperature=2), -1, axis)
    np.testing.assert_allclose(function(z, axis=axis, temperature=2), expected, rtol=1e-15, atol=0)
    assert logsumexp(z, axis=axis).shape == logsumexp(np.moveaxis(z, axis, -1)).shape


def test_inputs_are_never_changed():
    z, labels, targets = batch(scale=100)
    kept = z.copy(), labels.copy(), targets.copy()
    for call in (logsumexp, log_softmax, softmax, softmax_jacobian):
        call(z)
    for y in (labels, targets):
        for reduction in REDUCTIONS:
            softmax_cross_entropy(z, y, reduction=reduction)
            softmax_cross_entropy_gradient(z, y, reduction=reduction)
    softmax_regression(z, labels, classes=5, steps=2, learning_rate=0.1)
    for now, before in zip((z, labels, targets), kept, strict=True):
        np.testing.assert_array_equal(now, before)


def test_results_share_no_memory_with_inputs():
    z = np.zeros((2, 3))
    assert not any(np.shares_memory(call(z), z) for call in CALLS.values())


# ---- what is refused, and in which words ------------------------------------------------------------

#: what is wrong: the logits, and what the message says besides the function's name
BAD_LOGITS = {
    "rows of unequal length": ([[1.0, 2.0], [3.0]], ["logits is list", "Are all rows equally long"]),
    "text": ([["a", "b"]], ["logits is list", "real numbers"]),
    "None": (None, ["logits is NoneType", "real numbers"]),
    "complex numbers": (np.zeros((2, 3), complex), ["logits is ndarray", "real numbers"]),
    "objects": (np.array([[object()]]), ["logits is ndarray", "all entries numbers?"]),
    "a dictionary": ({"a": 1}, ["logits is dict", "real numbers"]),
    "one number": (3.0, ["logits is the single number 3.0", "at least one axis", "Did you mean [3.0]?"]),
    "NaN": ([[0.0, 1.0], [np.nan, 0.0]], ["logits[1, 0] is NaN", "a number is needed", "0/0 or inf - inf"]),
    "no classes": (np.zeros((2, 0)), ["shape (2, 0)", "K = 0", "at least one is needed", "the right axis?"]),
    "no classes, no rows": (np.zeros((0, 0)), ["shape (0, 0)", "K = 0"]),
    "inf": ([[0.0, 0.0], [0.0, np.inf]], ["logits[1, 1] is inf", "finite numbers or -inf", "overflow"]),
    "inf in longdouble": (
        np.array([0, "1e400"]).astype(np.longdouble),
        ["logits[1] is inf", "overflow"],
    ),
    "a row of -inf": (
        [[0.0, 0.0], [-np.inf, -np.inf]],
        ["row [1] are -inf", "at least one finite logit is needed", "mask cover the whole row?"],
    ),
    "the only row -inf": ([-np.inf, -np.inf], ["row 0 are -inf", "at least one finite logit"]),
}
OF_LOGITS = {
    "log_softmax": log_softmax,
    "softmax": softmax,
    "softmax_jacobian": softmax_jacobian,
    "softmax_cross_entropy": lambda z: softmax_cross_entropy(z, [0, 0]),
    "softmax_cross_entropy_gradient": lambda z: softmax_cross_entropy_gradient(z, [0, 0]),
}


def assert_refused(function, parts, *args, name, **kwargs):
    with pytest.raises(ValueError, match=f"^{name}: ") as caught:
        function(*args, **kwargs)
    message = str(caught.value)
    assert [part for part in parts if part not in message] == [], message
    assert message[-1] in ".?", message


@pytest.mark.parametrize(("z", "parts"), BAD_LOGITS.values(), ids=BAD_LOGITS)
@pytest.mark.parametrize("name", OF_LOGITS)
def test_bad_logits_are_refused_with_what_came_and_what_to_do(name, z, parts):
    # The Jacobian is made of softmax, which speaks for it.
    spoken = "softmax" if name == "softmax_jacobian" else name
    assert_refused(OF_LOGITS[name], parts, z, name=spoken)


@pytest.mark.parametrize(
    ("z", "parts"),
    [
        ([[1.0], [2.0, 3.0]], ["z is list", "real numbers"]),
        (3.0, ["z is the single number 3.0", "Did you mean [3.0]?"]),
        ([0.0, np.nan], ["z[1] is NaN", "0/0 or inf - inf"]),
        (np.zeros((2, 0)), ["z has shape (2, 0)", "nothing to sum on axis -1", "K >= 1 is needed"]),
    ],
    ids=["ragged", "one number", "NaN", "K = 0"],
)
def test_logsumexp_refuses_what_has_no_sum(z, parts):
    assert_refused(logsumexp, parts, z, name="logsumexp")


@pytest.mark.parametrize("axis", [2, -3, 17])
@pytest.mark.parametrize("function", [softmax, log_softmax, logsumexp])
def test_an_axis_that_does_not_exist_is_refused(function, axis):
    parts = [f"axis {axis} does not exist", "shape (2, 3)", "must lie in -2..1"]
    assert_refused(function, parts, np.zeros((2, 3)), axis=axis, name=function.__name__)


@pytest.mark.parametrize("axis", [0, -2])
def test_an_axis_without_classes_is_refused(axis):
    parts = ["shape (0, 3)", "K = 0", f"on axis {axis}", "Is this the right axis?"]
    assert_refused(softmax, parts, np.zeros((0, 3)), axis=axis, name="softmax")


@pytest.mark.parametrize("temperature", [0, -1, 0.0, np.nan, np.inf, "2", None, [1.0]])
@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_a_temperature_that_is_no_positive_number_is_refused(function, temperature):
    parts = [f"temperature is {temperature!r}", "a finite number above 0 is needed"]
    assert_refused(function, parts, [0.0, 1.0], temperature=temperature, name=function.__name__)


BAD_TARGETS = {
    "float labels": (
        [0.0, 1.0],
        ["labels have dtype float64", "integers are needed", "same shape as the logits"],
    ),
    "labels as text": (["a", "b"], ["labels have dtype <U1", "integers are needed"]),
    "true and false": ([True, False], ["labels have dtype bool", "integers are needed"]),
    "nothing": (None, ["labels have dtype object", "integers are needed"]),
    "too few labels": ([0], ["labels have shape (1,)", "ask for (2,)", "mix up N and K?"]),
    "no labels": ([], ["labels have shape (0,)", "ask for (2,)"]),
    "labels for other axes": ([[[0], [1]]], ["labels have shape (1, 2, 1)", "ask for (2,)"]),
    "a label of K": ([0, 3], ["label 3 at row [1]", "outside 0..2", "counted from 1"]),
    "a negative label": ([-1, 0], ["label -1 at row [0]", "outside 0..2"]),
    "a padding value": ([0, -100], ["label -100 at row [1]", "a padding value?"]),
    "ragged targets": ([[0.5, 0.5], [1.0]], ["targets is list", "Are all rows equally long"]),
    "complex targets": (np.ones((2, 3), complex), ["targets is ndarray", "real numbers"]),
    "NaN": ([[1, 0, 0], [0, np.nan, 1]], ["targets[1, 1] is NaN"]),
    "another K": (np.full((2, 2), 0.5), ["targets has shape (2, 2)", "(2, 3) is needed", "each logit"]),
    "another N": (np.full((3, 3), 1 / 3), ["targets has shape (3, 3)", "(2, 3) is needed"]),
    "negative": ([[1, 0, 0], [1.5, -0.5, 0]], ["targets[1, 1] is -0.5", "never negative", "logits?"]),
    "a sum of 2": ([[1, 0, 0], [1, 1, 0]], ["row [1] of targets sums to 2, not 1", "Divide it by its sum"]),
    "a sum of 0": ([[0, 0, 0], [1, 0, 0]], ["row [0] of targets sums to 0, not 1"]),
    "a sum 1.002": ([[0.334] * 3, [0.334] * 3], ["row [0] of targets sums to 1.002, not 1"]),
    "infinite": ([[np.inf, 0, 0], [1, 0, 0]], ["row [0] of targets sums to inf, not 1"]),
    "a sum too large": ([[1e308] * 3, [1, 0, 0]], ["row [0] of targets sums to inf, not 1"]),
}
LOSSES = [softmax_cross_entropy, softmax_cross_entropy_gradient]


@pytest.mark.parametrize(("targets", "parts"), BAD_TARGETS.values(), ids=BAD_TARGETS)
@pytest.mark.parametrize("function", LOSSES)
def test_bad_targets_are_refused_with_what_came_and_what_to_do(function, targets, parts):
    assert_refused(function, parts, np.zeros((2, 3)), targets, name=function.__name__)


@pytest.mark.parametrize("function", LOSSES)
def test_one_example_alone_is_called_row_0(function):
    name = function.__name__
    assert_refused(function, ["label 3 at row 0 is outside 0..2"], np.zeros(3), 3, name=name)
    assert_refused(function, ["row 0 of targets sums to 3"], np.zeros(3), [1, 1, 1], name=name)


@pytest.mark.parametrize("function", LOSSES)
def test_an_unknown_reduction_is_refused(function):
    parts = ["reduction is 'average'", '"none", "sum", "mean"']
    assert_refused(function, parts, [[0.0]], [0], reduction="average", name=function.__name__)


@pytest.mark.parametrize("function", LOSSES)
def test_the_mean_of_no_examples_is_refused(function):
    parts = ["N = 0 examples", "not defined", 'ask for reduction="sum"']
    assert_refused(function, parts, np.zeros((0, 3)), [], name=function.__name__)


# ---- softmax regression -----------------------------------------------------------------------------


def test_regression_descends_along_the_gradient_that_autograd_finds():
    x, labels, _ = batch(n=30, k=3)
    weights = torch.zeros((3, 4), dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    descent = torch.optim.SGD([weights, bias], lr=0.3)
    for _ in range(25):
        descent.zero_grad()
        z = torch.from_numpy(x) @ weights + bias
        torch.nn.functional.cross_entropy(z, torch.from_numpy(labels)).backward()
        descent.step()
    found = softmax_regression(x, labels, classes=4, steps=25, learning_rate=0.3)
    np.testing.assert_allclose(found[0], weights.detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[1], bias.detach().numpy(), rtol=0, atol=1e-12)


def test_regression_of_no_steps_is_all_zeros():
    weights, bias = softmax_regression([[1.0, 2.0]], [0], classes=3, steps=0, learning_rate=1)
    assert weights.tolist() == [[0, 0, 0], [0, 0, 0]]
    assert bias.tolist() == [0, 0, 0]


def test_regression_refuses_what_is_no_matrix_or_no_rate():
    parts = ["features has shape (2,)", "a matrix (N, D) is needed"]
    call = {"classes": 2, "steps": 1, "learning_rate": 1, "name": "softmax_regression"}
    assert_refused(softmax_regression, parts, [1.0, 2.0], [0, 1], **call)
    assert_refused(softmax_regression, ["features[0, 1] is NaN"], [[1.0, np.nan]], [0], **call)
    call["learning_rate"] = 0
    assert_refused(softmax_regression, ["learning_rate is 0, a finite number"], [[1.0]], [0], **call)
