"""Softmax, its logarithm, and the cross-entropy loss on logits. Taught in book/softmax.md."""

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    Reduction,
    as_distributions,
    as_floats,
    as_labels,
    as_logits,
    check_axis,
    check_positive,
    reduce,
)


def logsumexp(z: npt.ArrayLike, *, axis: int = -1) -> FloatArray:
    """The logarithm of a sum of exponentials, log Σ exp z_k, computed without overflow.

    z    : (..., K, ...) array-like of real numbers; ±inf allowed.
    axis : the axis that is summed over and disappears.
    Returns float64 of the remaining shape; −inf where every entry is −inf, as log 0.
    Raises ValueError for NaN, for an axis that does not exist, and for K = 0.
    Source: Blanchard, Higham & Higham (2021). Taught in book/softmax.md.

    >>> float(logsumexp([1000., 1000.]))   # 1000 + log 2
    1000.6931471805599
    >>> float(logsumexp([0., -40.]))       # exp(−40) is not lost beside 1
    4.248354255291589e-18
    """
    z = as_floats(z, function="logsumexp", name="z")
    check_axis(z, axis, function="logsumexp")
    if z.shape[axis] == 0:
        raise ValueError(
            f"logsumexp: z has shape {z.shape}, nothing to sum on axis {axis}; K >= 1 is needed."
        )
    largest, rest = _largest_and_rest(z, axis)
    return np.asarray((largest + np.log1p(rest)).squeeze(axis))


def log_softmax(logits: npt.ArrayLike, *, axis: int = -1, temperature: float = 1.0) -> FloatArray:
    """The logarithm of `softmax`, in nats, exact to a few roundings even where softmax underflows.

    logits      : (..., K, ...) array-like; −inf means "impossible".
    axis        : the axis of the classes.
    temperature : logits are divided by it first.
    Returns float64 of the same shape, each entry ≤ 0.
    Raises ValueError for NaN, +inf, K = 0, a row of nothing but −inf, and temperature ≤ 0.
    Source: Blanchard, Higham & Higham (2021). Taught in book/softmax.md.

    >>> log_softmax([0., 1000.]).tolist()
    [-1000.0, 0.0]
    """
    z = _shifted(logits, axis, temperature, function="log_softmax")
    # Subtracting the maximum before log1p, not with it, keeps a small log1p from being rounded away.
    return np.asarray(z - np.log1p(_largest_and_rest(z, axis)[1]))


def softmax(logits: npt.ArrayLike, *, axis: int = -1, temperature: float = 1.0) -> FloatArray:
    """Probabilities from logits: exp z_k / Σ_j exp z_j.

    logits      : (..., K, ...) array-like; −inf means "impossible" and gets probability 0.
    axis        : the axis of the classes.
    temperature : logits are divided by it first; below 1 sharpens, above 1 flattens.
    Returns float64 of the same shape; sums to 1 along `axis`.
    Raises ValueError for NaN, +inf, K = 0, a row of nothing but −inf, and temperature ≤ 0.
    Source: Bridle (1990). Taught in book/softmax.md.

    >>> softmax([1., -2., 0.]).round(4).tolist()
    [0.7054, 0.0351, 0.2595]
    """
    shares = np.exp(_shifted(logits, axis, temperature, function="softmax"))
    return np.asarray(shares / shares.sum(axis=axis, keepdims=True))


def softmax_jacobian(logits: npt.ArrayLike) -> FloatArray:
    """All partial derivatives of softmax over the last axis: J[..., i, j] = ∂p_i/∂z_j = p_i (δ_ij − p_j).

    logits : (..., K) array-like.
    Returns (..., K, K) float64; symmetric, every row sums to 0.
    Raises ValueError as `softmax` does.
    Source: Bishop (2006), section 4.3.4. Taught in book/softmax.md.

    >>> softmax_jacobian([0., 0.]).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    p = softmax(logits)
    return np.asarray(p[..., :, None] * (np.eye(p.shape[-1]) - p[..., None, :]))


def softmax_cross_entropy(
    logits: npt.ArrayLike, targets: npt.ArrayLike, *, reduction: Reduction = "mean"
) -> FloatArray:
    """Negative log-likelihood of the targets under softmax(logits), in nats.

    logits    : (..., K) array-like; classes on the last axis.
    targets   : (...) integer labels, or (..., K) distributions (one-hot or soft); their shape decides.
    reduction : "none" gives (...) losses, "sum" and "mean" one number over all examples.
    A class with target 0 and logit −inf contributes 0, the limit of y log p.
    Returns float64; inf where a target has mass on a class whose logit is −inf.
    Raises ValueError for bad logits (see `softmax`), labels outside 0..K−1, targets that are no
    distribution, shapes that do not fit, and the mean of no examples.
    Source: Bishop (2006), section 4.3.4. Taught in book/softmax.md.

    >>> round(float(softmax_cross_entropy([[-2.85, .86, .28]], [2])), 4)
    1.0402
    """
    log_p = log_softmax(as_logits(logits, function="softmax_cross_entropy"))
    y = _as_targets(targets, log_p.shape, function="softmax_cross_entropy")
    # Where y is 0 the product is 0 by definition, also for log p = −inf.
    losses = -np.multiply(y, log_p, out=np.zeros_like(log_p), where=y > 0).sum(axis=-1)
    return reduce(losses + 0.0, reduction, function="softmax_cross_entropy")  # + 0.0: no negative zero


def softmax_cross_entropy_gradient(
    logits: npt.ArrayLike, targets: npt.ArrayLike, *, reduction: Reduction = "mean"
) -> FloatArray:
    """Gradient of `softmax_cross_entropy` in the logits: p − y, divided by the number of examples for "mean".

    logits, targets : as in `softmax_cross_entropy`.
    reduction       : the loss's; "none" gives each example's own gradient, the same array as "sum".
    Returns (..., K) float64; every row sums to 0.
    Raises ValueError as `softmax_cross_entropy` does.
    Source: Bishop (2006), equation 4.109. Taught in book/softmax.md.

    >>> softmax_cross_entropy_gradient([[0., 0.]], [1]).tolist()
    [[0.5, -0.5]]
    """
    p = softmax(as_logits(logits, function="softmax_cross_entropy_gradient"))
    y = _as_targets(targets, p.shape, function="softmax_cross_entropy_gradient")
    gradient = p - y
    examples = np.zeros(p.shape[:-1])
    reduce(examples, reduction, function="softmax_cross_entropy_gradient")  # the same errors as the loss
    return np.asarray(gradient / examples.size if reduction == "mean" else gradient)


def softmax_regression(
    features: npt.ArrayLike, labels: npt.ArrayLike, *, classes: int, steps: int, learning_rate: float
) -> tuple[FloatArray, FloatArray]:
    """Softmax regression by gradient descent on the mean cross-entropy, from zeros, on all examples at once.

    features      : (N, D) array-like.
    labels        : (N,) integer labels in 0..classes−1.
    classes       : the number of classes K.
    steps         : how many steps to take, 0 or more.
    learning_rate : positive; a step subtracts this times the gradient.
    Returns the weights (D, K) and the bias (K,), float64; logits are features @ weights + bias.
    Raises ValueError for features that are no matrix, and as `softmax_cross_entropy` does.
    Source: Bishop (2006), section 4.3.4. Taught in book/softmax.md.

    >>> weights, bias = softmax_regression([[1., 2.]], [1], classes=2, steps=1, learning_rate=.1)
    >>> weights.tolist(), bias.tolist()
    ([[-0.05, 0.05], [-0.1, 0.1]], [-0.05, 0.05])
    """
    x = as_floats(features, function="softmax_regression", name="features")
    if x.ndim != 2:
        raise ValueError(
            f"softmax_regression: features has shape {x.shape}, a matrix (N, D) is needed, a row an example."
        )
    rate = check_positive(learning_rate, function="softmax_regression", name="learning_rate")
    weights, bias = np.zeros((x.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        slope = softmax_cross_entropy_gradient(x @ weights + bias, labels)
        weights, bias = weights - rate * x.T @ slope, bias - rate * slope.sum(axis=0)
    return weights, bias


def _shifted(logits: npt.ArrayLike, axis: int, temperature: float, *, function: str) -> FloatArray:
    """(z − max z) / temperature: the same softmax, no entry above 0."""
    z = as_logits(logits, axis=axis, function=function)
    temperature = check_positive(temperature, function=function, name="temperature")
    # What overflows here overflows to −inf, and exp(−inf) = 0 is what it rounds to.
    with np.errstate(over="ignore"):
        return np.asarray((z - z.max(axis=axis, keepdims=True)) / temperature)


def _largest_and_rest(z: FloatArray, axis: int) -> tuple[FloatArray, FloatArray]:
    """The maximum m, and Σ exp(z_k − m) over all entries but that one: what log1p wants. Keeps the axis."""
    largest = z.max(axis=axis, keepdims=True)
    # An infinite maximum would give inf − inf; shifting by 0 instead keeps the answer, ±inf, right.
    shift = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(over="ignore"):
        terms = np.exp(z - shift)
        np.put_along_axis(terms, z.argmax(axis=axis, keepdims=True), 0.0, axis=axis)
        return largest, terms.sum(axis=axis, keepdims=True)


def _as_targets(targets: npt.ArrayLike, shape: tuple[int, ...], *, function: str) -> FloatArray:
    """Targets of either kind as distributions: labels become one-hot rows."""
    try:
        axes = np.ndim(targets)
    except ValueError:  # rows of unequal length: the reader of distributions says so
        axes = len(shape)
    if axes == len(shape):
        return as_distributions(targets, shape=shape, function=function)
    labels = as_labels(targets, shape=shape[:-1], classes=shape[-1], function=function)
    one_hot = np.zeros(shape)
    np.put_along_axis(one_hot, labels[..., None], 1.0, axis=-1)
    return one_hot
