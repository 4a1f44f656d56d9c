"""Gradients of costs, by hand and by nudging, and networks that learn. Taught in book/gradients.md."""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import FloatArray, as_floats, as_labels, as_numbers, check_positive
from xentcourse.reference.binary_cross_entropy import sigmoid
from xentcourse.reference.softmax import softmax_cross_entropy, softmax_cross_entropy_gradient

Cost = Literal["quadratic", "cross-entropy"]

#: The third root of float64's unit round-off: near the best step of a central difference.
BEST_STEP = float(np.finfo(np.float64).eps / 2) ** (1 / 3)


class Network(NamedTuple):
    """The parameters of a network with one hidden layer of sigmoid neurons and softmax outputs."""

    W1: FloatArray  #: (D, H)
    b1: FloatArray  #: (H,)
    W2: FloatArray  #: (H, K)
    b2: FloatArray  #: (K,)


def neuron_gradient(w: float, b: float, *, x: float = 1.0, y: float = 0.0, cost: Cost) -> tuple[float, float]:
    """The derivatives of one sigmoid neuron's cost in its weight and its bias.

    w, b : the neuron computes a = sigmoid(wx + b).
    x, y : its input and its target.
    cost : "quadratic" is (a − y)²/2; "cross-entropy" is −y log a − (1 − y) log(1 − a), in nats.
    Returns (dC/dw, dC/db).
    Raises ValueError for another cost, NaN, and a target outside 0..1.
    Source: Nielsen (2015), chapter 3. Taught in book/gradients.md.

    >>> neuron_gradient(0., 0., cost="quadratic"), neuron_gradient(0., 0., cost="cross-entropy")
    ((0.125, 0.125), (0.5, 0.5))
    """
    w, b, x = (_number(v, function="neuron_gradient", name=n) for v, n in ((w, "w"), (b, "b"), (x, "x")))
    if not 0 <= y <= 1:
        raise ValueError(f"neuron_gradient: y is {y!r}, a target from 0 to 1 is needed. Is it a logit?")
    z = w * x + b
    a = float(sigmoid(z))
    slope = a - y
    if cost == "quadratic":
        slope *= a * float(sigmoid(-z))  # sigmoid(−z) is 1 − a without its rounding
    elif cost != "cross-entropy":
        raise ValueError(f'neuron_gradient: cost is {cost!r}, one of "quadratic", "cross-entropy" is needed.')
    return slope * x, slope


def train_neuron(
    w: float,
    b: float,
    *,
    x: float = 1.0,
    y: float = 0.0,
    cost: Cost,
    learning_rate: float,
    steps: int,
) -> FloatArray:
    """The outputs of a sigmoid neuron before and after each step of gradient descent.

    w, b, x, y, cost : as for `neuron_gradient`; both parameters move.
    Returns (steps + 1,) float64, the first being the output before any step.
    Raises ValueError for steps < 0, learning_rate <= 0, and as `neuron_gradient`.
    Source: Nielsen (2015), chapter 3. Taught in book/gradients.md.

    >>> outputs = train_neuron(.6, .9, cost="quadratic", learning_rate=.15, steps=300)
    >>> outputs[[0, 300]].round(4).tolist()
    [0.8176, 0.094]
    """
    check_positive(learning_rate, function="train_neuron", name="learning_rate")
    if steps < 0:
        raise ValueError(f"train_neuron: steps is {steps}, a number >= 0 is needed.")
    outputs = np.empty(steps + 1)
    for step in range(steps + 1):
        outputs[step] = sigmoid(w * x + b)
        dw, db = neuron_gradient(w, b, x=x, y=y, cost=cost)
        w, b = w - learning_rate * dw, b - learning_rate * db
    return outputs


def numerical_gradient(
    f: Callable[[FloatArray], float], x: npt.ArrayLike, *, h: float | None = None
) -> FloatArray:
    """The gradient of f at x by central differences, one entry at a time.

    f : takes a float64 array of the shape of x and returns one number.
    x : array-like of any shape.
    h : the step for every entry; by default the third root of the unit round-off times max(1, |entry|).
    Returns float64 of the shape of x: (f(x + h e) − f(x − h e)) / 2h for each entry's direction e.
    Raises ValueError for h <= 0, NaN in x, and where f returns NaN.
    Source: Nocedal & Wright (2006), section 8.1. Taught in book/gradients.md.

    >>> numerical_gradient(lambda v: v[0]**2 + 3 * v[1], [2., 1.]).round(6).tolist()
    [4.0, 3.0]
    """
    point = as_floats(x, function="numerical_gradient", name="x")
    if h is not None:
        check_positive(h, function="numerical_gradient", name="h")
    slopes = np.empty_like(point)
    for place in np.ndindex(point.shape):
        step = h if h is not None else BEST_STEP * max(1.0, abs(float(point[place])))
        up, down = point.copy(), point.copy()
        up[place] += step
        down[place] -= step
        slope = (float(f(up)) - float(f(down))) / (2 * step)
        if math.isnan(slope):
            raise ValueError(
                f"numerical_gradient: f is NaN near x{list(place)} = {point[place]:.6g}, a number is needed. "
                "Is x at the edge of where f is defined?"
            )
        slopes[place] = slope
    return slopes


def relative_error(analytic: npt.ArrayLike, numeric: npt.ArrayLike, *, floor: float = 1e-6) -> float:
    """How far two gradients disagree: the largest |g − n| / max(|g|, |n|, floor) of all entries.

    analytic, numeric : array-likes of the same shape.
    floor : entries smaller than this are compared by their difference, as their digits are rounding errors.
    Returns a float from 0 to 2.
    Raises ValueError for shapes that differ, NaN, infinities and floor <= 0.
    Taught in book/gradients.md.

    >>> relative_error([1., 0.], [1., 0.]), relative_error([1., 0.], [1., 2.]), relative_error([1.], [-1.])
    (0.0, 1.0, 2.0)
    """
    g = as_floats(analytic, function="relative_error", name="analytic")
    n = as_floats(numeric, function="relative_error", name="numeric")
    floor = check_positive(floor, function="relative_error", name="floor")
    if g.shape != n.shape:
        raise ValueError(
            f"relative_error: analytic has shape {g.shape}, numeric has {n.shape}; they must be the same. "
            "Is one of them transposed?"
        )
    if not (np.isfinite(g).all() and np.isfinite(n).all()):
        raise ValueError("relative_error: a gradient has an infinite entry, finite numbers are needed.")
    size = np.maximum(np.maximum(np.abs(g), np.abs(n)), floor)
    # Divided before the subtraction, so that the difference can't overflow.
    return float(np.abs(g / size - n / size).max(initial=0.0))


def network_logits(network: Network, X: npt.ArrayLike) -> FloatArray:
    """The logits of a network with one hidden layer: sigmoid(X W1 + b1) W2 + b2.

    X : (N, D) array-like.
    Returns (N, K) float64.
    Raises ValueError for shapes that do not fit.
    Source: Nielsen (2015), chapter 2. Taught in book/gradients.md.
    """
    features, network = _features(X, network, function="network_logits")
    hidden = sigmoid(features @ network.W1 + network.b1)
    return np.asarray(hidden @ network.W2 + network.b2)


def network_loss(network: Network, X: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The mean softmax cross-entropy of a network with one hidden layer, in nats.

    X      : (N, D) array-like, N ≥ 1.
    labels : (N,) array-like of integers in 0..K−1.
    Raises ValueError for shapes that do not fit, labels out of range and N = 0.
    Source: Nielsen (2015), chapter 3. Taught in book/gradients.md.
    """
    return float(softmax_cross_entropy(network_logits(network, X), labels))


def network_gradient(network: Network, X: npt.ArrayLike, labels: npt.ArrayLike) -> Network:
    """The gradient of `network_loss` in all parameters, by backpropagation.

    Takes what `network_loss` takes. Returns a Network of the same shapes.
    Raises ValueError as `network_loss` does.
    Source: Rumelhart, Hinton & Williams (1986). Taught in book/gradients.md.

    >>> flat = Network(np.zeros((1, 1)), np.zeros(1), np.zeros((1, 2)), np.zeros(2))
    >>> network_gradient(flat, [[1.0]], [0]).b2.tolist()   # p − y
    [-0.5, 0.5]
    """
    features, network = _features(X, network, function="network_gradient")
    z = features @ network.W1 + network.b1
    hidden = sigmoid(z)
    logits = hidden @ network.W2 + network.b2
    y = as_labels(labels, shape=logits.shape[:1], classes=logits.shape[1], function="network_gradient")
    g2 = softmax_cross_entropy_gradient(logits, y)  # (N, K)
    g1 = (g2 @ network.W2.T) * hidden * sigmoid(-z)  # (N, H)
    return Network(features.T @ g1, g1.sum(axis=0), hidden.T @ g2, g2.sum(axis=0))


def _features(X: npt.ArrayLike, network: Network, *, function: str) -> tuple[FloatArray, Network]:
    features = as_floats(X, function=function, name="X")
    arrays = {
        name: as_floats(value, function=function, name=name) for name, value in network._asdict().items()
    }
    shapes = {name: array.shape for name, array in arrays.items()}
    if features.ndim != 2 or len(shapes["b1"]) != 1 or len(shapes["b2"]) != 1:
        raise ValueError(
            f"{function}: X has shape {features.shape}, the biases {shapes['b1']} and "
            f"{shapes['b2']}; (N, D), (H,) and (K,) are needed."
        )
    hidden, classes = *shapes["b1"], *shapes["b2"]
    needed = {"W1": (features.shape[1], hidden), "W2": (hidden, classes)}
    for name, shape in needed.items():
        if shapes[name] != shape:
            raise ValueError(
                f"{function}: {name} has shape {shapes[name]}, X and the biases ask for {shape}. "
                "Is it transposed?"
            )
    return features, Network(**arrays)


def _number(value: float, *, function: str, name: str) -> float:
    number = as_numbers(value, function=function, name=name)
    if number.ndim or not np.isfinite(number):
        raise ValueError(f"{function}: {name} is {value!r}, one finite number is needed.")
    return float(number)
