"""The reference implementation of the chapter `gradients`, judged by mpmath, torch and finite differences."""

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import optimize

from xentcourse.reference.gradients import (
    BEST_STEP,
    Network,
    network_gradient,
    network_logits,
    network_loss,
    neuron_gradient,
    numerical_gradient,
    relative_error,
    train_neuron,
)

DIGITS = 60
reals = st.floats(-20, 20)
targets = st.floats(0, 1)
COSTS = ("quadratic", "cross-entropy")

#: facts that others published or that two programs agree on: start, cost, learning rate, output after 300.
RUNS = [
    ((0.6, 0.9), "quadratic", 0.15, 0.8175745, 0.0939557),
    ((2.0, 2.0), "quadratic", 0.15, 0.9820138, 0.2028484),
    ((0.6, 0.9), "cross-entropy", 0.005, 0.8175745, 0.4176793),
    ((2.0, 2.0), "cross-entropy", 0.005, 0.9820138, 0.7795871),
    ((0.6, 0.9), "cross-entropy", 0.15, 0.8175745, 0.0116382),
    ((2.0, 2.0), "cross-entropy", 0.15, 0.9820138, 0.0120087),
]


def flat(_):
    return 0.0


def lost(_):
    return float("nan")


def slope(f, x):
    """The derivative of f at x, in exact arithmetic for all that float64 can tell."""
    h = mpmath.mpf(10) ** -20
    return float((f(x + h) - f(x - h)) / (2 * h))


def exact_cost(z, y, cost):
    a = 1 / (1 + mpmath.exp(-z))
    if cost == "quadratic":
        return (a - y) ** 2 / 2
    return -(y * mpmath.log(a) if y else 0) - ((1 - y) * mpmath.log(1 - a) if y != 1 else 0)


# ---- one neuron -------------------------------------------------------------------------------------


@given(reals, reals, st.floats(-2, 2), targets, st.sampled_from(COSTS))
def test_neuron_gradient_is_the_derivative(w, b, x, y, cost):
    w, b, x, y = map(mpmath.mpf, (w, b, x, y))
    found = neuron_gradient(float(w), float(b), x=float(x), y=float(y), cost=cost)
    expected = (
        slope(lambda v: exact_cost(v * x + b, y, cost), w),
        slope(lambda v: exact_cost(w * x + v, y, cost), b),
    )
    # a − y cancels where they are close, so the error is one of a, of size 1e-16.
    assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("z", [-800.0, -40.0, 40.0, 800.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_a_saturated_neuron_hears_cross_entropy_and_not_the_quadratic_cost(z, y):
    wrong = (z > 0) != (y == 1)
    assert abs(neuron_gradient(z, 0.0, y=y, cost="cross-entropy")[0]) == pytest.approx(float(wrong))
    assert abs(neuron_gradient(z, 0.0, y=y, cost="quadratic")[0]) < 1e-16


@given(reals, targets)
def test_the_quadratic_slope_is_at_most_a_quarter_of_the_error(z, y):
    quadratic, error = (neuron_gradient(0.0, z, y=y, cost=cost)[1] for cost in COSTS)
    assert abs(quadratic) <= abs(error) / 4 * (1 + 1e-12)


def test_the_quadratic_slope_is_largest_at_two_thirds():
    best = optimize.minimize_scalar(
        lambda z: -neuron_gradient(0.0, z, cost="quadratic")[1], bounds=(-5, 5), method="bounded"
    )
    assert 1 / (1 + np.exp(-best.x)) == pytest.approx(2 / 3, abs=1e-5)


@pytest.mark.parametrize(("start", "cost", "rate", "first", "last"), RUNS)
def test_training_gives_the_published_numbers(start, cost, rate, first, last):
    outputs = train_neuron(*start, cost=cost, learning_rate=rate, steps=300)
    assert outputs.shape == (301,)
    assert outputs[[0, 300]].round(7).tolist() == [first, last]


@pytest.mark.parametrize("cost", COSTS)
def test_training_agrees_with_torch(cost):
    w, b = torch.tensor(0.6, dtype=torch.float64), torch.tensor(0.9, dtype=torch.float64)
    w.requires_grad_()
    b.requires_grad_()
    optimizer = torch.optim.SGD([w, b], lr=0.15)
    outputs = []
    for _ in range(21):
        a = torch.sigmoid(2 * w + b)
        outputs.append(a.item())
        target = torch.ones_like(a)
        loss = (
            0.5 * (a - target) ** 2
            if cost == "quadratic"
            else torch.nn.functional.binary_cross_entropy(a, target)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = train_neuron(0.6, 0.9, x=2.0, y=1.0, cost=cost, learning_rate=0.15, steps=20)
    assert_allclose(found, outputs, rtol=1e-12)


def test_no_step_gives_the_first_output():
    assert train_neuron(0, 0, cost="quadratic", learning_rate=1, steps=0).tolist() == [0.5]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: neuron_gradient(0, 0, cost="cubic"), "'cubic'"),
        (lambda: neuron_gradient(0, 0, y=1.5, cost="quadratic"), "y is 1.5"),
        (lambda: neuron_gradient(0, 0, y=float("nan"), cost="quadratic"), "y is nan"),
        (lambda: neuron_gradient(float("nan"), 0, cost="quadratic"), "w.* is NaN"),
        (lambda: neuron_gradient(0, float("inf"), cost="quadratic"), "b is inf"),
        (lambda: neuron_gradient(0, [0, 1], cost="quadratic"), "one finite number"),
        (lambda: train_neuron(0, 0, cost="quadratic", learning_rate=0, steps=1), "learning_rate is 0"),
        (lambda: train_neuron(0, 0, cost="quadratic", learning_rate=1, steps=-1), "steps is -1"),
    ],
)
def test_a_neuron_says_what_is_wrong_with_its_input(call, says):
    with pytest.raises(ValueError, match=says):
        call()


# ---- nudging ----------------------------------------------------------------------------------------


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=4), st.sampled_from([1e-3, 1e-2, 0.5]))
def test_a_central_difference_errs_by_its_third_derivative(x, h):
    """For a cubic the error is h² exactly."""
    x = np.array(x)
    found = numerical_gradient(lambda v: float((v**3).sum()), x, h=h)
    assert_allclose(found, 3 * x**2 + h**2, rtol=1e-9, atol=1e-9)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=4))
def test_the_default_step_leaves_two_thirds_of_the_digits(x):
    x = np.array(x)
    found = numerical_gradient(lambda v: float(np.exp(v).sum()), x)
    assert_allclose(found, np.exp(x), rtol=1e-8)


def test_the_best_step_is_the_third_root_of_the_round_off():
    assert pytest.approx(float(np.spacing(1.0)) / 2) == BEST_STEP**3


@pytest.mark.parametrize("h", [1e-3, 1e-5, 1e-7, 1e-9])
def test_the_bound_of_the_theorem_holds(h):
    """|error| ≤ M h²/6 + E/h for exp on [0, 2], whose values are off by a unit in the last place at most."""
    bound = np.e**2 * h**2 / 6 + np.spacing(np.e**2) / h
    found = numerical_gradient(lambda v: float(np.exp(v[0])), [1.0], h=h)
    # 1 + h is rounded too: that moves the point, which counts as an error of the value.
    assert abs(found[0] - np.e) <= bound + np.e * np.spacing(1.0) / h


def test_a_numerical_gradient_has_the_shape_of_its_point_and_leaves_it_alone():
    x = np.arange(6.0).reshape(2, 3)
    before = x.copy()
    assert numerical_gradient(lambda v: float((v**2).sum()), x).shape == (2, 3)
    assert (x == before).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: numerical_gradient(flat, [1.0], h=0), "h is 0"),
        (lambda: numerical_gradient(lost, [1.0, 2.0]), r"near x\[0\] = 1"),
        (lambda: numerical_gradient(flat, [float("nan")]), "NaN"),
        (lambda: relative_error([1.0], [1.0, 2.0]), "the same"),
        (lambda: relative_error([np.inf], [1.0]), "infinite"),
        (lambda: relative_error([1.0], [1.0], floor=0), "floor is 0"),
    ],
)
def test_nudging_says_what_is_wrong_with_its_input(call, says):
    with pytest.raises(ValueError, match=says):
        call()


@given(st.lists(st.tuples(reals, reals), min_size=1, max_size=6))
def test_relative_error_is_symmetric_and_at_most_two(pairs):
    g, n = np.array(pairs).T
    found = relative_error(g, n)
    assert found == relative_error(n, g)
    assert 0 <= found <= 2
    assert relative_error(g, g) == 0


def test_relative_error_survives_the_largest_numbers():
    assert relative_error([1.7e308], [-1.7e308]) == 2
    assert relative_error([], []) == 0


# ---- a network --------------------------------------------------------------------------------------


def random_network(rng, d, h, k):
    shapes = ((d, h), (h,), (h, k), (k,))
    return Network(*(rng.normal(size=shape) for shape in shapes))


@pytest.mark.parametrize(
    ("n", "d", "h", "k"), [(1, 1, 1, 1), (1, 2, 3, 2), (5, 3, 4, 3), (7, 2, 2, 5), (3, 3, 3, 3)]
)
def test_backpropagation_agrees_with_autograd_and_with_nudging(n, d, h, k):
    rng = np.random.default_rng(n)
    network, X, labels = random_network(rng, d, h, k), rng.normal(size=(n, d)), rng.integers(k, size=n)
    tensors = [torch.tensor(p, requires_grad=True) for p in network]
    hidden = torch.sigmoid(torch.tensor(X) @ tensors[0] + tensors[1])
    loss = torch.nn.functional.cross_entropy(hidden @ tensors[2] + tensors[3], torch.tensor(labels))
    loss.backward()
    assert network_loss(network, X, labels) == pytest.approx(loss.item(), rel=1e-13)
    for name, found, tensor in zip(
        network._fields, network_gradient(network, X, labels), tensors, strict=True
    ):
        assert_allclose(found, tensor.grad.numpy(), rtol=1e-10, atol=1e-15)
        nudged = numerical_gradient(
            lambda v, name=name: network_loss(network._replace(**{name: v}), X, labels),
            getattr(network, name),
        )
        assert relative_error(found, nudged) < 1e-6


def test_a_saturated_network_has_finite_gradients():
    network = Network(np.full((1, 2), 1e5), np.zeros(2), np.array([[1e5, 0], [0, 1e5]]), np.zeros(2))
    for gradient in network_gradient(network, [[1.0], [-1.0]], [0, 1]):
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"W1": np.zeros((3, 2))}, "W1 has shape"),
        ({"W2": np.zeros((4, 2))}, "W2 has shape"),
        ({"b1": np.zeros((1, 2))}, "biases"),
        ({"W1": np.full((2, 2), np.nan)}, "W1.* is NaN"),
    ],
)
def test_a_network_says_what_is_wrong_with_its_parameters(change, says):
    network = random_network(np.random.default_rng(0), 2, 2, 3)._replace(**change)
    with pytest.raises(ValueError, match=says):
        network_logits(network, np.zeros((1, 2)))


def test_a_label_out_of_range_is_named():
    network = random_network(np.random.default_rng(0), 2, 2, 3)
    with pytest.raises(ValueError, match="label 3"):
        network_gradient(network, np.zeros((1, 2)), [3])
