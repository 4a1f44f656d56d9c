"""Sigmoid, binary cross-entropy and logistic regression. Taught in book/binary_cross_entropy.md."""

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    IntArray,
    Reduction,
    as_binary_labels,
    as_binary_targets,
    as_floats,
    as_numbers,
    as_probabilities,
    check_positive,
    first_index,
    reduce,
)
from xentcourse.reference.numerical_stability import softplus

NEWTON_STEPS = 100  #: far more than a likelihood that has a maximum was ever seen to need
SETTLED = 1e-9  #: Newton's method has arrived when no logit moves by more than this share of their size
ALMOST_ZERO = 1e-8  #: what counts as no step to the wrong side, relative to the largest step


def sigmoid(z: npt.ArrayLike) -> FloatArray:
    """The probability whose log-odds are z: 1 / (1 + exp(−z)).

    z : a number or an array-like of any shape; ±inf allowed.
    Returns float64 of the same shape, from 0 to 1. No exponential overflows, and a tiny result keeps its
    digits.
    Raises ValueError for NaN.
    Source: Bishop (2006), section 4.2. Taught in book/binary_cross_entropy.md.

    >>> sigmoid([0., 1000., -1000.]).tolist()
    [0.5, 1.0, 0.0]
    """
    x = as_numbers(z, function="sigmoid", name="z")
    small = np.exp(-np.abs(x))  # at most 1, whatever the sign
    return np.asarray(np.where(x >= 0, 1.0, small) / (1.0 + small))


def logit(p: npt.ArrayLike) -> FloatArray:
    """The log-odds of an event of probability p, in nats: log(p / (1 − p)), the inverse of `sigmoid`.

    p : a probability or an array-like of them, any shape.
    Returns float64 of the same shape; −inf at 0 and inf at 1.
    Raises ValueError for entries outside 0..1.
    Source: Bishop (2006), section 4.2. Taught in book/binary_cross_entropy.md.

    >>> logit([0., .5, 1.]).tolist()
    [-inf, 0.0, inf]
    """
    chance = as_probabilities(p, function="logit", name="p")
    with np.errstate(divide="ignore"):
        # Around ½ the difference of two logarithms would cancel; 2p − 1 is exact there.
        middle = np.abs(chance - 0.5) <= 0.25
        return np.asarray(
            np.where(middle, 2 * np.arctanh(2 * chance - 1), np.log(chance) - np.log1p(-chance))
        )


def binary_cross_entropy(
    p: npt.ArrayLike, targets: npt.ArrayLike, *, reduction: Reduction = "mean"
) -> FloatArray:
    """Negative log-likelihood of targets 0 and 1 if each 1 has its own probability p, in nats.

    p         : probabilities of a 1, a number or an array-like of any shape.
    targets   : labels 0 or 1, or soft targets in between, of the same shape.
    reduction : "none" gives a loss for each, "sum" and "mean" one number.
    A target of 0 makes the first of −y log p − (1 − y) log(1 − p) count 0, a target of 1 the second.
    Returns float64, at least 0; inf where p rules out what came.
    Raises ValueError for entries outside 0..1, shapes that differ, and the mean of none.
    Source: Bishop (2006), equation 4.90. Taught in book/binary_cross_entropy.md.

    >>> round(float(binary_cross_entropy([.9, .2], [1, 0])), 4)
    0.1643
    >>> float(binary_cross_entropy([1., 0.], [1, 0])), float(binary_cross_entropy([1.], [0]))
    (0.0, inf)
    """
    function = "binary_cross_entropy"
    chance = as_probabilities(p, function=function, name="p")
    y = as_binary_targets(targets, shape=chance.shape, function=function)
    with np.errstate(divide="ignore"):
        losses = _times(y, -np.log(chance)) + _times(1 - y, -np.log1p(-chance))
    return reduce(losses, reduction, function=function)


def binary_cross_entropy_with_logits(
    logits: npt.ArrayLike, targets: npt.ArrayLike, *, reduction: Reduction = "mean"
) -> FloatArray:
    """Binary cross-entropy of the probabilities sigmoid(logits), in nats, without forming them.

    logits    : a number or an array-like of any shape; ±inf allowed.
    targets   : labels 0 or 1, or soft targets in between, of the same shape.
    reduction : "none" gives a loss for each, "sum" and "mean" one number.
    Returns float64, at least 0, exact to a few roundings where the probability rounds to 0 or 1.
    Raises ValueError for NaN, targets outside 0..1, shapes that differ, and the mean of none.
    Source: Bishop (2006), section 4.3.2. Taught in book/binary_cross_entropy.md.

    >>> binary_cross_entropy_with_logits([1000., 1000.], [1, 0], reduction="none").tolist()
    [0.0, 1000.0]
    """
    function = "binary_cross_entropy_with_logits"
    z, y = _logits_and_targets(logits, targets, function=function)
    losses = _times(y, softplus(-z)) + _times(1 - y, softplus(z))
    return reduce(losses, reduction, function=function)


def binary_cross_entropy_gradient(
    logits: npt.ArrayLike, targets: npt.ArrayLike, *, reduction: Reduction = "mean"
) -> FloatArray:
    """Gradient of `binary_cross_entropy_with_logits` in the logits: sigmoid(z) − y, over N for "mean".

    logits, targets : as in `binary_cross_entropy_with_logits`.
    reduction       : the loss's; "none" gives each example's own derivative, the same array as "sum".
    Returns float64 of the shape of the logits.
    Raises ValueError as `binary_cross_entropy_with_logits` does.
    Source: Bishop (2006), section 4.3.2. Taught in book/binary_cross_entropy.md.

    >>> binary_cross_entropy_gradient([0., 0.], [1, 0]).tolist()
    [-0.25, 0.25]
    """
    function = "binary_cross_entropy_gradient"
    z, y = _logits_and_targets(logits, targets, function=function)
    # σ(z) − y in two terms: 1 − σ(z) is σ(−z), which keeps its digits where σ(z) rounds to 1.
    gradient = (1 - y) * sigmoid(z) - y * sigmoid(-z)
    reduce(np.zeros(z.shape), reduction, function=function)  # the same errors as the loss
    return np.asarray(gradient / z.size if reduction == "mean" else gradient)


def logistic_gradient(
    features: npt.ArrayLike, labels: npt.ArrayLike, weights: npt.ArrayLike, bias: float
) -> tuple[FloatArray, FloatArray]:
    """Gradient of logistic regression's mean loss in its weights and its bias.

    features : (N, D) array-like, N ≥ 1.
    labels   : (N,) array-like of 0 and 1.
    weights  : (D,) array-like; the logits are features @ weights + bias.
    Returns the gradients in the weights, (D,), and in the bias, a number; float64.
    Raises ValueError for features that are no matrix, labels other than 0 and 1, and shapes that don't fit.
    Source: Bishop (2006), equation 4.91. Taught in book/binary_cross_entropy.md.

    >>> slope, push = logistic_gradient([[1., 2.], [3., 0.]], [1, 0], [0., 0.], 0.)
    >>> slope.tolist(), float(push)
    ([0.5, -0.5], 0.0)
    """
    design, y = _design(features, labels, function="logistic_gradient")
    w = as_floats(weights, function="logistic_gradient", name="weights")
    if w.shape != (design.shape[1] - 1,):
        raise ValueError(
            f"logistic_gradient: weights has shape {w.shape}, one for each of the {design.shape[1] - 1} "
            "features is needed. Is the bias among them?"
        )
    theta = np.append(as_floats([bias], function="logistic_gradient", name="bias"), w)
    gradient = design.T @ binary_cross_entropy_gradient(design @ theta, y)
    return gradient[1:], np.asarray(gradient[0])


def logistic_newton(
    features: npt.ArrayLike, labels: npt.ArrayLike, *, steps: int
) -> tuple[FloatArray, FloatArray]:
    """Logistic regression after so many full Newton steps from zeros.

    features, labels : as in `logistic_regression`.
    steps            : how many, 0 or more.
    Returns the weights (D,) and the bias, float64.
    Raises ValueError as `logistic_regression` does for its arguments; separable classes are not noticed.
    Source: Bishop (2006), section 4.3.3. Taught in book/binary_cross_entropy.md.

    >>> weights, bias = logistic_newton([[0.], [1.], [2.], [3.]], [0, 1, 0, 1], steps=1)
    >>> weights.round(6).tolist(), round(float(bias), 6)
    ([0.8], -1.2)
    """
    design, y = _design(features, labels, function="logistic_newton")
    _check_rank(design, function="logistic_newton")
    theta = np.zeros(design.shape[1])
    for _ in range(steps):
        theta = theta + _newton_step(design, y, theta, np.zeros_like(theta))
    return theta[1:], np.asarray(theta[0])


def logistic_regression(
    features: npt.ArrayLike, labels: npt.ArrayLike, *, penalty: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """The weights and bias of maximum likelihood, or of the smallest penalised mean loss, by Newton's method.

    features : (N, D) array-like, N ≥ 1.
    labels   : (N,) array-like of 0 and 1.
    penalty  : λ ≥ 0; adds λ/2 times the squared length of the weights, not of the bias, to the mean loss.
    Returns the weights (D,) and the bias, float64, where the gradient vanishes up to rounding.
    Raises ValueError where there is no such place, instead of returning huge weights: without a penalty if
    the features are dependent or the classes separable, with or without if only one label occurs.
    Source: Bishop (2006), section 4.3.3; Albert & Anderson (1984). Taught in book/binary_cross_entropy.md.

    >>> weights, bias = logistic_regression([[0.], [1.], [2.], [3.]], [0, 1, 0, 1])
    >>> round(float(-bias / weights[0]), 9)   # where the probability is one half
    1.5
    """
    function = "logistic_regression"
    design, y = _design(features, labels, function=function)
    strength = check_positive(penalty, function=function, name="penalty") if penalty else 0.0
    if len(np.unique(y)) < 2:
        raise ValueError(
            f"{function}: every label is {y[0]:.0f}, both labels are needed: the bias would grow for ever. "
            "Did a filter remove a class?"
        )
    if not strength:
        _check_rank(design, function=function)
    # The first column is the bias, which no penalty holds.
    penalties = np.append(0.0, np.full(design.shape[1] - 1, strength))
    theta = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        step = _newton_step(design, y, theta, penalties)
        if not np.isfinite(step).all():
            break
        if not strength and (_separates(design, y, theta, 0.0) or _separates(design, y, step, ALMOST_ZERO)):
            break
        step = _shortened(design, y, theta, penalties, step)
        theta = theta + step
        if np.abs(design @ step).max() <= SETTLED * (1 + np.abs(design @ theta).max()):
            return theta[1:], np.asarray(theta[0])
    raise ValueError(
        f"{function}: the {len(y)} examples are linearly separable, or so nearly that Newton's method does "
        "not settle: the likelihood has no maximum, and the weights would grow for ever. "
        "Pass a penalty, such as penalty=0.001, or use fewer features."
    )


def cost_threshold(cost_false_alarm: float, cost_miss: float) -> float:
    """The probability from which on declaring a 1 is expected to cost no more than declaring a 0.

    cost_false_alarm : what it costs to declare 1 where 0 is true, above 0.
    cost_miss        : what it costs to declare 0 where 1 is true, above 0.
    Returns a float between 0 and 1.
    Raises ValueError for costs that are not finite and positive.
    Source: Bishop (2006), section 1.5.2. Taught in book/binary_cross_entropy.md.

    >>> cost_threshold(1, 3)
    0.25
    """
    alarm = check_positive(cost_false_alarm, function="cost_threshold", name="cost_false_alarm")
    miss = check_positive(cost_miss, function="cost_threshold", name="cost_miss")
    larger = max(alarm, miss)  # costs near the largest float would overflow in their sum
    return (alarm / larger) / (alarm / larger + miss / larger)


def decide(p: npt.ArrayLike, cost_false_alarm: float, cost_miss: float) -> IntArray:
    """The decisions, 1 or 0, of smallest expected cost if a 1 has probability p; a tie is a 1.

    p         : a probability or an array-like of them, any shape.
    the costs : as in `cost_threshold`.
    Returns int64 of the shape of p.
    Raises ValueError for entries outside 0..1, and for costs that are not finite and positive.
    Source: Bishop (2006), section 1.5.2. Taught in book/binary_cross_entropy.md.

    >>> decide([.2, .25, .5], 1, 3).tolist()
    [0, 1, 1]
    """
    chance = as_probabilities(p, function="decide", name="p")
    return np.asarray(chance >= cost_threshold(cost_false_alarm, cost_miss)).astype(np.int64)


def _times(share: FloatArray, cost: FloatArray) -> FloatArray:
    """The product share · cost, and 0 where the share is 0, also for an infinite cost."""
    return np.multiply(share, cost, out=np.zeros(np.shape(share)), where=share > 0)


def _logits_and_targets(
    logits: npt.ArrayLike, targets: npt.ArrayLike, *, function: str
) -> tuple[FloatArray, FloatArray]:
    z = as_numbers(logits, function=function, name="logits")
    return z, as_binary_targets(targets, shape=z.shape, function=function)


def _design(
    features: npt.ArrayLike, labels: npt.ArrayLike, *, function: str
) -> tuple[FloatArray, FloatArray]:
    """The features behind a column of ones, (N, 1 + D), and the labels."""
    x = as_floats(features, function=function, name="features")
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(
            f"{function}: features has shape {x.shape}, a matrix (N, D) of at least one row is needed, a row "
            "an example. Is it a single feature? Then x[:, None] has one column."
        )
    if np.isinf(x).any():
        raise ValueError(
            f"{function}: features{first_index(np.isinf(x))} is infinite, finite numbers are needed. "
            "Did something overflow before?"
        )
    y = as_binary_labels(labels, function=function)
    if len(y) != len(x):
        raise ValueError(
            f"{function}: {len(y)} labels for {len(x)} rows of features, as many are needed. "
            "Are the features transposed?"
        )
    return np.hstack([np.ones((len(x), 1)), x]), y


def _check_rank(design: FloatArray, *, function: str) -> None:
    # Columns of equal length: the unit of a feature is no dependence.
    lengths = np.linalg.norm(design, axis=0)
    rank = int(np.linalg.matrix_rank(design / np.where(lengths > 0, lengths, 1.0)))
    if rank < design.shape[1]:
        raise ValueError(
            f"{function}: the column of ones and the {design.shape[1] - 1} features have rank {rank}, not "
            f"{design.shape[1]}, so many weights are equally good. Is a feature constant, or made of others? "
            "Remove it, or use logistic_regression with a penalty."
        )


def _newton_step(design: FloatArray, y: FloatArray, theta: FloatArray, penalties: FloatArray) -> FloatArray:
    """−H⁻¹ g; NaN where H is singular to machine precision."""
    z = design @ theta
    gradient = design.T @ binary_cross_entropy_gradient(z, y) + penalties * theta
    spread = sigmoid(z) * sigmoid(-z) / len(y)
    hessian = (design * spread[:, None]).T @ design + np.diag(penalties)
    try:
        return np.asarray(-np.linalg.solve(hessian, gradient))
    except np.linalg.LinAlgError:
        return np.full_like(theta, np.nan)


def _shortened(
    design: FloatArray, y: FloatArray, theta: FloatArray, penalties: FloatArray, step: FloatArray
) -> FloatArray:
    """The step, halved until it lowers the penalised loss as much as its slope promises, nearly."""

    def loss(at: FloatArray) -> float:
        fit = float(binary_cross_entropy_with_logits(design @ at, y))
        return fit + float(penalties @ (at * at)) / 2

    here = loss(theta)
    slope = float(step @ (design.T @ binary_cross_entropy_gradient(design @ theta, y) + penalties * theta))
    rounding = 1e-15 * (1 + here)
    for halvings in range(60):
        share = 0.5**halvings
        if loss(theta + share * step) <= here + 1e-4 * share * slope + rounding:
            return share * step
    return 0 * step


def _separates(design: FloatArray, y: FloatArray, direction: FloatArray, slack: float) -> bool:
    """Whether going in this direction takes no logit to the wrong side, and some to the right one."""
    margins = (2 * y - 1) * (design @ direction)
    largest = float(np.abs(margins).max())
    return largest > 0 and bool((margins >= -slack * largest).all())
