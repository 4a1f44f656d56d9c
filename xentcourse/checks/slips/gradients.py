"""What goes wrong with gradients by hand. Taught in book/gradients.md."""

from collections.abc import Callable
from typing import Any

import numpy as np

from xentcourse.checks.comparing import Slip
from xentcourse.reference import gradients as reference
from xentcourse.reference.binary_cross_entropy import sigmoid
from xentcourse.reference.softmax import softmax

Array = np.ndarray
Pair = tuple[Any, Any]

# ---- the right answers, with the learner's signatures -----------------------------------------------


def quadratic(w: float, b: float, x: float, y: float) -> Pair:
    """The derivatives of the quadratic cost in w and b."""
    return reference.neuron_gradient(w, b, x=x, y=y, cost="quadratic")


def cross_entropy(w: float, b: float, x: float, y: float) -> Pair:
    """The derivatives of the cross-entropy in w and b."""
    return reference.neuron_gradient(w, b, x=x, y=y, cost="cross-entropy")


def training(w: float, b: float, cost: reference.Cost, learning_rate: float, steps: int) -> Array:
    """The outputs while a neuron learns."""
    return reference.train_neuron(w, b, cost=cost, learning_rate=learning_rate, steps=steps)


#: The functions of the assignment's locked cell.
FUNCTIONS: dict[str, Callable[[Array], float]] = {
    "quadratic": lambda x: float((x**2).sum() + 3 * x.flat[0]),
    "cubic": lambda x: float((x**3).sum()),
    "product": lambda x: float(np.prod(x)),
    "loss": lambda x: float(np.log(np.exp(x).sum()) - x.flat[-1]),
}


def slopes_of(name: str, x: Array, h: float) -> Array:
    """Central differences of one of the functions."""
    return reference.numerical_gradient(FUNCTIONS[name], x, h=h)


def error(g: Array, n: Array, floor: float) -> float:
    """The largest relative difference."""
    return reference.relative_error(g, n, floor=floor)


def backprop(X: Array, labels: Array, *parameters: Array) -> tuple[Array, ...]:
    """The gradients in W1, b1, W2 and b2."""
    return tuple(reference.network_gradient(reference.Network(*parameters), X, labels))


# ---- the mistakes -----------------------------------------------------------------------------------


def slope(factor: Callable[[Any, float], Any]) -> Callable[..., Pair]:
    """The pair of derivatives whose second is `factor(a, y)`."""

    def pair(w: float, b: float, x: float, y: float) -> Pair:
        second = factor(sigmoid(w * x + b), y)
        return second * x, second

    return pair


def turned(right: Callable[..., Pair]) -> Callable[..., Pair]:
    """The pair in the other order."""
    return lambda *neuron: right(*neuron)[::-1]


def without_x(right: Callable[..., Pair]) -> Callable[..., Pair]:
    """The pair whose first lacks the factor x."""
    return lambda *neuron: (right(*neuron)[1], right(*neuron)[1])


_ORDER = "Likely slip: the two are the wrong way round. The derivative in w comes first."
_NO_X = "Likely slip: the derivative in w lacks the factor x: z = w x + b grows x times as fast with w."
_ERROR_TURNED = "Likely slip: the sign is turned round. The error is output minus target, a - y."
_OWN_X = "Likely slip: the derivative in b has a factor x. The bias acts on z directly, with the factor 1."
_NO_BIAS = "Likely slip: the bias is missing. The neuron computes z = w x + b."

QUADRATIC = (
    Slip(_ORDER, turned(quadratic)),
    Slip(
        "Likely slip: sigma' = a (1 - a) is missing. The cost acts on z through the sigmoid.",
        slope(lambda a, y: a - y),
    ),
    Slip(_NO_X, without_x(quadratic)),
    Slip(_ERROR_TURNED, slope(lambda a, y: (y - a) * a * (1 - a))),
    Slip(_OWN_X, lambda w, b, x, y: (quadratic(w, b, x, y)[0],) * 2),
    Slip(
        "Likely slip: a factor 2 too many. The cost is half the square, and the half cancels the 2.",
        slope(lambda a, y: 2 * (a - y) * a * (1 - a)),
    ),
    Slip(_NO_BIAS, lambda w, b, x, y: quadratic(w, 0.0, x, y)),
    Slip(
        "Likely slip: the error a - y is missing. How steep the cost is depends on how wrong the output is.",
        slope(lambda a, y: a * (1 - a)),
    ),
    Slip(
        "Likely slip: the square is still there. The derivative of (a - y)**2 / 2 in a is a - y.",
        slope(lambda a, y: (a - y) ** 2 * a * (1 - a)),
    ),
    Slip(
        "Likely slip: sigma' was taken of a, which is the output already. It is a (1 - a).",
        slope(lambda a, y: (a - y) * sigmoid(a) * (1 - sigmoid(a))),
    ),
    Slip(
        "Likely slip: that is the cost itself. Its derivatives were asked.",
        lambda w, b, x, y: ((sigmoid(w * x + b) - y) ** 2 / 2,) * 2,
    ),
    Slip(
        "Likely slip: sigma' was taken at the wrong place. It is a (1 - a) with the output a, not z (1 - z).",
        lambda w, b, x, y: tuple(
            (sigmoid(w * x + b) - y) * (w * x + b) * (1 - (w * x + b)) * f for f in (x, 1.0)
        ),
    ),
)
CROSS_ENTROPY = (
    Slip(_ORDER, turned(cross_entropy)),
    Slip(
        "Likely slip: the chain rule stops at the output a. From a to z it multiplies by a (1 - a).",
        slope(lambda a, y: (a - y) / (a * (1 - a))),
    ),
    Slip(
        "Likely slip: that is the quadratic cost's derivative. Under cross-entropy a (1 - a) cancels.",
        quadratic,
    ),
    Slip(_NO_X, without_x(cross_entropy)),
    Slip(_ERROR_TURNED, slope(lambda a, y: y - a)),
    Slip(_OWN_X, lambda w, b, x, y: (cross_entropy(w, b, x, y)[0],) * 2),
    Slip(_NO_BIAS, lambda w, b, x, y: cross_entropy(w, 0.0, x, y)),
    Slip(
        "Likely slip: only the term -y ln a was differentiated. For y = 0 the other one is left.",
        slope(lambda a, y: -y * (1 - a)),
    ),
    Slip(
        "Likely slip: 0 / 0, since a (1 - a) rounds to 0 for a saturated neuron. Cancel it on paper first: "
        "the derivative in z is a - y.",
        slope(lambda a, y: np.float64(a - y) * (a * (1 - a)) / np.float64(a * (1 - a))),
    ),
)


def descend(
    step: Callable[[float, float, Callable[..., Pair], float], tuple[float, float]],
) -> Callable[..., Array]:
    """Outputs of a training whose step takes (w, b, gradient, learning rate) to the next (w, b)."""

    def outputs(w: float, b: float, cost: str, learning_rate: float, steps: int) -> Array:
        gradient = quadratic if cost == "quadratic" else cross_entropy
        found = [sigmoid(w + b)]
        for _ in range(steps):
            w, b = step(w, b, gradient, learning_rate)
            found.append(sigmoid(w + b))
        return np.array(found)

    return outputs


def one_after_the_other(
    w: float, b: float, gradient: Callable[..., Pair], rate: float
) -> tuple[float, float]:
    """The bias moves after the weight, by a gradient of its own."""
    w = w - rate * gradient(w, b, 1.0, 0.0)[0]
    return w, b - rate * gradient(w, b, 1.0, 0.0)[1]


def by_the_first_gradient(w: float, b: float, cost: str, learning_rate: float, steps: int) -> Array:
    """The derivatives of the start are used in all steps."""
    step = learning_rate * sum((quadratic if cost == "quadratic" else cross_entropy)(w, b, 1.0, 0.0))
    return np.asarray(sigmoid(w + b - step * np.arange(steps + 1)))


def moving(w_part: float, b_part: float) -> Callable[..., tuple[float, float]]:
    """A step in which each parameter moves by so many times what it should."""

    def step(w: float, b: float, gradient: Callable[..., Pair], rate: float) -> tuple[float, float]:
        dw, db = gradient(w, b, 1.0, 0.0)
        return w - w_part * rate * dw, b - b_part * rate * db

    return step


def other(cost: str) -> reference.Cost:
    """The cost that was not asked for."""
    return "cross-entropy" if cost == "quadratic" else "quadratic"


def to_one(w: float, b: float, cost: reference.Cost, learning_rate: float, steps: int) -> Array:
    """The neuron learns to say 1."""
    return reference.train_neuron(w, b, y=1.0, cost=cost, learning_rate=learning_rate, steps=steps)


_UPHILL = "Likely slip: uphill. A step subtracts the learning rate times the gradient."
_BOTH = "Likely slip: only one of the parameters moves. A step moves both, w and b."

TRAIN = (
    Slip(
        "Likely slip: the last output is missing. Note the output once more after the last step.",
        lambda *run: training(*run)[:-1],
    ),
    Slip(
        "Likely slip: the output before the first step is missing.",
        lambda *run: training(*run)[1:],
    ),
    Slip(
        "Likely slip: only the last output came back. All of them were asked.",
        lambda *run: training(*run)[-1],
    ),
    Slip(
        "Likely slip: one output too many. There are `steps` steps, and one output before them.",
        lambda w, b, cost, rate, steps: training(w, b, cost, rate, steps + 1),
    ),
    Slip(
        "Likely slip: the first output is there twice, and the last is missing. After the first, "
        "note each output after its step.",
        lambda *run: np.concatenate([training(*run)[:1], training(*run)[:-1]]),
    ),
    Slip(
        "Likely slip: the derivatives were computed once. They change with w and b: "
        "compute them anew in every step.",
        by_the_first_gradient,
    ),
    Slip("Likely slip: the target was 1. This neuron should learn to say 0.", to_one),
    Slip(_UPHILL, descend(moving(-1, -1))),
    Slip(_BOTH, descend(moving(1, 0))),
    Slip(_BOTH, descend(moving(0, 1))),
    Slip(
        "Likely slip: w moved before b's derivative was computed. Compute both derivatives, then move both.",
        descend(one_after_the_other),
    ),
    Slip(
        "Likely slip: the learning rate is not used.",
        lambda w, b, cost, rate, steps: training(w, b, cost, 1.0, steps),
    ),
    Slip(
        "Likely slip: the other cost. `cost` says which gradient to take.",
        lambda w, b, cost, rate, steps: training(w, b, other(cost), rate, steps),
    ),
)


def by(quotient: Callable[[Callable[[Array], float], Array, Array, float], float]) -> Callable[..., Array]:
    """Slopes by `quotient(f, x, direction, h)`."""

    def slopes(name: str, x: Array, h: float) -> Array:
        directions = np.eye(x.size).reshape(x.size, *x.shape)
        return np.array([quotient(FUNCTIONS[name], x, e, h) for e in directions]).reshape(x.shape)

    return slopes


def never_undone(name: str, x: Array, h: float) -> Array:
    """Nudges add up: each entry stays where it was nudged last."""
    f, x, slopes = FUNCTIONS[name], x.copy(), np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += h
        up = f(x)
        x[place] -= 2 * h
        slopes[place] = (up - f(x)) / (2 * h)
    return slopes


def row_by_row(name: str, x: Array, h: float) -> Array:
    """All entries of x[j] are nudged together."""
    f, slopes = FUNCTIONS[name], np.zeros(x.shape)
    for j in range(len(x)):
        nudge = np.zeros(x.shape)
        nudge[j] = h
        slopes[j] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return slopes


_ONE_SIDED = (
    "Likely slip: a one-sided difference. Nudge up and down: its error falls with h squared, not with h."
)

NUMERICAL_GRADIENT = (
    Slip(_ONE_SIDED, by(lambda f, x, e, h: (f(x + h * e) - f(x)) / h)),
    Slip(_ONE_SIDED, by(lambda f, x, e, h: (f(x) - f(x - h * e)) / h)),
    Slip(_ONE_SIDED, by(lambda f, x, e, h: (f(x + h * e) - f(x)) / (2 * h))),
    Slip(
        "Likely slip: divided by h. From x - h to x + h it is 2h.",
        by(lambda f, x, e, h: (f(x + h * e) - f(x - h * e)) / h),
    ),
    Slip(
        "Likely slip: not divided by 2h. A slope is a rise over a run.",
        by(lambda f, x, e, h: f(x + h * e) - f(x - h * e)),
    ),
    Slip(
        "Likely slip: `/ 2 * h` divides by 2 and multiplies by h. Write `/ (2 * h)`.",
        by(lambda f, x, e, h: (f(x + h * e) - f(x - h * e)) / 2 * h),
    ),
    Slip(
        "Likely slip: up and down are one array, so that the nudges undo each other. "
        "`up = down = x` copies nothing: write x.copy() for each.",
        lambda name, x, h: np.zeros(x.shape),
    ),
    Slip(
        "Likely slip: half the step. One nudge is h up and the other h down, so they lie 2h apart.",
        by(lambda f, x, e, h: (f(x + h / 2 * e) - f(x - h / 2 * e)) / h),
    ),
    Slip(
        "Likely slip: all entries were nudged together. Nudge one, and leave the others alone.",
        by(lambda f, x, e, h: (f(x + h) - f(x - h)) / (2 * h)),
    ),
    Slip(
        "Likely slip: a whole row was nudged. x[j] is a row of a table: "
        "`for place in np.ndindex(x.shape)` goes through single entries.",
        row_by_row,
    ),
    Slip(
        "Likely slip: an entry stays nudged when the next one's turn comes. Work on copies, or undo it.",
        never_undone,
    ),
    Slip(
        "Likely slip: a step of your own. The step is `h`.",
        lambda name, x, h: slopes_of(name, x, 1e-5),
    ),
    Slip(
        "Likely slip: the result is flat. It has one entry for each of x, in the shape of x.",
        lambda name, x, h: slopes_of(name, x, h).ravel(),
    ),
)


def size(g: Array, n: Array, floor: float) -> Array:
    """The denominators."""
    return np.asarray(np.maximum(np.maximum(np.abs(g), np.abs(n)), floor))


def length(g: Array) -> float:
    """The root of the sum of all squares."""
    return float(np.sqrt((g**2).sum()))


RELATIVE_ERROR = (
    Slip(
        "Likely slip: the difference is not divided by anything. 0.001 is a lot beside 0.002.",
        lambda g, n, floor: np.max(np.abs(g - n)),
    ),
    Slip(
        "Likely slip: that is the mean. One wrong entry among many right ones would hide in it.",
        lambda g, n, floor: np.mean(np.abs(g - n) / size(g, n, floor)),
    ),
    Slip(
        "Likely slip: that is the sum of all entries. The worst one was asked.",
        lambda g, n, floor: np.sum(np.abs(g - n) / size(g, n, floor)),
    ),
    Slip(
        "Likely slip: one number for each entry came back. The largest of them was asked.",
        lambda g, n, floor: np.abs(g - n) / size(g, n, floor),
    ),
    Slip(
        "Likely slip: the difference keeps its sign, so what is too small counts for nothing. Use np.abs.",
        lambda g, n, floor: np.max((g - n) / size(g, n, floor)),
    ),
    Slip(
        "Likely slip: the sizes are taken with their signs. Use np.abs on both before np.maximum.",
        lambda g, n, floor: np.max(np.abs(g - n) / np.maximum(np.maximum(g, n), floor)),
    ),
    Slip(
        "Likely slip: only one of the two is in the denominator. A missing entry would divide by 0.",
        lambda g, n, floor: np.max(np.abs(g - n) / np.maximum(np.abs(n), floor)),
    ),
    Slip(
        "Likely slip: only one of the two is in the denominator. A missing entry would divide by 0.",
        lambda g, n, floor: np.max(np.abs(g - n) / np.maximum(np.abs(g), floor)),
    ),
    Slip(
        "Likely slip: the largest difference over the largest size. Divide entry by entry, "
        "or large entries hide a wrong small one.",
        lambda g, n, floor: np.max(np.abs(g - n)) / np.max(size(g, n, floor)),
    ),
    *(
        Slip(
            "Likely slip: the lengths of the whole gradients were compared. Divide entry by entry, "
            "or a wrong small entry hides among large ones.",
            lambda g, n, floor, size_of=size_of: length(g - n) / size_of(length(g), length(n)),
        )
        for size_of in (lambda a, b: a + b, max)
    ),
    Slip(
        "Likely slip: the sizes were added. The larger of the two divides.",
        lambda g, n, floor: np.max(np.abs(g - n) / np.maximum(np.abs(g) + np.abs(n), floor)),
    ),
    Slip(
        "Likely slip: the floor was added. It replaces a size that is smaller.",
        lambda g, n, floor: np.max(np.abs(g - n) / (np.maximum(np.abs(g), np.abs(n)) + floor)),
    ),
    Slip(
        "Likely slip: the floor is not used, and 0 / 0 is nan.",
        lambda g, n, floor: np.max(np.abs(g - n) / np.maximum(np.abs(g), np.abs(n))),
    ),
)


def network(
    *,
    last: Callable[[Array, Array], Array] = lambda p, y: (p - y) / len(p),
    hidden: Callable[[Array, Array], Array] = lambda a, z: a * (1 - a),
    add: Callable[[Array], Array] = lambda g: np.asarray(g.sum(axis=0)),
) -> Callable[..., tuple[Array, ...]]:
    """Backpropagation with one step done in another way."""

    def gradients(X: Array, labels: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> tuple[Array, ...]:
        z = X @ W1 + b1
        a = sigmoid(z)
        p = softmax(a @ W2 + b2)
        g2 = last(p, np.eye(len(b2))[labels])
        g1 = (g2 @ W2.T) * hidden(a, z)
        return X.T @ g1, add(g1), a.T @ g2, add(g2)

    return gradients


BACKPROP = (
    Slip(
        "Likely slip: that is the gradient of the sum. The mean over the N examples divides by N.",
        network(last=lambda p, y: p - y),
    ),
    Slip(
        "Likely slip: the weights' gradients lack the 1 / N. The products add over the examples: "
        "divide G2 by N at the start, and add its rows for the biases.",
        network(last=lambda p, y: p - y, add=lambda g: np.asarray(g.mean(axis=0))),
    ),
    Slip(
        "Likely slip: divided by N twice. G2 has the factor 1 / N, and all else inherits it.",
        network(last=lambda p, y: (p - y) / len(p) ** 2),
    ),
    Slip(
        "Likely slip: divided by the number of classes, or of all entries. The mean is over examples: by N.",
        network(last=lambda p, y: (p - y) / p.size),
    ),
    Slip(
        "Likely slip: divided by the number of classes, or of all entries. The mean is over examples: by N.",
        network(last=lambda p, y: (p - y) / p.shape[1]),
    ),
    Slip(
        "Likely slip: the error is turned round, Y - P. Prediction minus target.",
        network(last=lambda p, y: (y - p) / len(p)),
    ),
    Slip(
        "Likely slip: the hidden neurons' sigma' is missing. Multiply by A (1 - A), entry by entry.",
        network(hidden=lambda a, z: np.ones_like(a)),
    ),
    Slip(
        "Likely slip: sigma' was taken of A, which is the output already. It is A (1 - A).",
        network(hidden=lambda a, z: sigmoid(a) * (1 - sigmoid(a))),
    ),
    Slip(
        "Likely slip: multiplied by A alone, or by 1 - A alone. sigma' is A (1 - A).",
        network(hidden=lambda a, z: a),
    ),
    Slip(
        "Likely slip: multiplied by A alone, or by 1 - A alone. sigma' is A (1 - A).",
        network(hidden=lambda a, z: 1 - a),
    ),
    Slip(
        "Likely slip: the biases' gradients are means of the rows. G is divided by N already: add the rows.",
        network(add=lambda g: np.asarray(g.mean(axis=0))),
    ),
    Slip(
        "Likely slip: the last layer first. The order is W1, b1, W2, b2.",
        lambda *given: (*backprop(*given)[2:], *backprop(*given)[:2]),
    ),
)
