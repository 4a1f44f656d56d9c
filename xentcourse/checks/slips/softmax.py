"""What goes wrong with softmax, its loss and its gradient. Taught in book/softmax.md."""

from collections.abc import Callable
from typing import Any

import numpy as np

from xentcourse.checks.comparing import Slip, with_epsilons
from xentcourse.reference import softmax as reference

Array = np.ndarray


def exponentials(z: Array, axis: int = -1, temperature: float = 1.0) -> Array:
    """The exponentials before they are divided by their sum."""
    return np.asarray(np.exp(np.asarray(z) / temperature))


def unshifted(z: Array, axis: int = -1, temperature: float = 1.0) -> Array:
    """The formula as it stands, without subtracting the maximum."""
    shares = exponentials(z, axis, temperature)
    return np.asarray(shares / shares.sum(axis=axis, keepdims=True))


def shifted_by_one_maximum(z: Array, axis: int = -1, temperature: float = 1.0) -> Array:
    """One maximum for the whole array instead of one a row."""
    return unshifted(np.asarray(z) - np.max(z), axis, temperature)


def over_everything(z: Array, axis: int = -1, temperature: float = 1.0) -> Array:
    """The whole array as a single distribution."""
    return reference.softmax(np.ravel(z), temperature=temperature).reshape(np.shape(z))


def power_of_probabilities(z: Array, axis: int = -1, temperature: float = 1.0) -> Array:
    """Softmax first and the temperature afterwards: right on paper, but an underflowed 0 stays 0."""
    powers = reference.softmax(z, axis=axis) ** (1 / temperature)
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))


def reduced(losses: Array, reduction: str) -> Array:
    """Losses of the rows brought together as `reduction` says."""
    return losses if reduction == "none" else np.asarray(getattr(losses, reduction)())


def at_label(values: Array, labels: Array) -> Array:
    """Each row's entry at its label."""
    return np.take_along_axis(values, labels[:, None], axis=1)[:, 0]


def loss(z: Array, y: Array, reduction: str = "mean") -> Array:
    """The right loss, for slips to bend."""
    return reference.softmax_cross_entropy(z, y, reduction=reduction)  # type: ignore[arg-type]


def as_stored_in(z: Array, result: Array) -> Array:
    """A result written into an array like z, which cuts the decimals off where z holds integers."""
    if np.asarray(z).dtype.kind not in "iu":
        raise ValueError("an array like z holds decimals")
    return result.astype(z.dtype)


def other_axes(right: Callable[..., Array]) -> tuple[Slip, ...]:
    """`right` along each axis in turn, whichever was asked for."""

    def slip(wrong_axis: int) -> Slip:
        return Slip(
            "Likely slip: the wrong axis was summed. The classes lie on `axis`, by default the last one.",
            lambda z, axis=-1, **kw: right(z, axis=wrong_axis, **kw),
        )

    return tuple(map(slip, (0, 1, 2)))


def maxima_elsewhere(wrap: Callable[[Array], Array] = np.asarray) -> tuple[Slip, ...]:
    """The maximum along one axis and the sum along another; `wrap` is np.log for log_softmax."""

    def slip(axis_of_maximum: int) -> Slip:
        return Slip(
            "Likely slip: the maximum was taken along another axis than the sum, which changes the "
            "differences that softmax is made of. Both go along `axis`.",
            lambda z, axis=-1, temperature=1.0: wrap(
                unshifted(z - z.max(axis=axis_of_maximum, keepdims=True), axis, temperature)
            ),
        )

    return tuple(map(slip, (0, 1, 2)))


def kept_finite(sentence: str, loss_of: Callable[..., Any]) -> tuple[Slip, ...]:
    """Slips that give `loss_of(log_p, *arguments)` with log p kept finite by the usual small numbers."""
    return with_epsilons(
        sentence,
        lambda finite, z, *args, **kw: loss_of(np.log(finite(reference.softmax(z))), *args, **kw),
    )


def finite_only(z: Array, y: Array, instead: float) -> Array:
    """The soft loss with `instead` for every infinite logarithm."""
    log_p = reference.log_softmax(z)
    return np.asarray(-(y * np.where(np.isinf(log_p), instead, log_p)).sum(axis=1).mean())


def kullback_leibler(z: Array, y: Array) -> Array:
    """The mean of y log(y/p) over the rows."""
    entropy = -(y * np.log(np.where(y > 0, y, 1.0))).sum(axis=1)
    return np.asarray(loss(z, y) - entropy.mean())


def whole_columns(z: Array, y: Array) -> Array:
    """1 subtracted at every row's label in all rows."""
    p = reference.softmax(z)
    p[:, y] -= 1
    return p / len(z)


def bent_regression(
    direction: float = -1.0,
    bias_moves: float = 1.0,
    extra: int = 0,
    scaled_by: Callable[[int], float] = lambda rows: 1.0,
    bias_scaled_by: Callable[[int], float] = lambda rows: 1.0,
    learning_rate_is: float | None = None,
) -> Any:
    """Softmax regression with something bent: direction, bias, number of steps, scale of the gradient."""

    def fit(
        features: Array, labels: Array, *, classes: int, steps: int, learning_rate: float
    ) -> tuple[Array, Array]:
        weights, bias = np.zeros((features.shape[1], classes)), np.zeros(classes)
        rows = len(labels)
        rate = direction * (learning_rate_is or learning_rate) * scaled_by(rows)
        for _ in range(steps + extra):
            slope = reference.softmax_cross_entropy_gradient(features @ weights + bias, labels)
            weights = weights + rate * features.T @ slope
            bias = bias + rate * slope.sum(axis=0) * bias_moves * bias_scaled_by(rows)
        return weights, bias

    return fit


def bias_after_weights(
    features: Array, labels: Array, *, classes: int, steps: int, learning_rate: float
) -> tuple[Array, Array]:
    """Softmax regression whose bias moves by a second gradient, taken after the weights have moved."""
    weights, bias = np.zeros((features.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        slope = reference.softmax_cross_entropy_gradient(features @ weights + bias, labels)
        weights = weights - learning_rate * features.T @ slope
        slope = reference.softmax_cross_entropy_gradient(features @ weights + bias, labels)
        bias = bias - learning_rate * slope.sum(axis=0)
    return weights, bias


def one_example_at_a_time(
    features: Array, labels: Array, *, classes: int, steps: int, learning_rate: float
) -> tuple[Array, Array]:
    """Parameters that move after every single example."""
    weights, bias = np.zeros((features.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        for row, label in zip(features, labels, strict=True):
            slope = reference.softmax_cross_entropy_gradient(row @ weights + bias, label)
            weights, bias = weights - learning_rate * np.outer(row, slope), bias - learning_rate * slope
    return weights, bias


def seen_classes_only(
    features: Array, labels: Array, *, classes: int, steps: int, learning_rate: float
) -> tuple[Array, Array]:
    """As many classes as the labels show."""
    return reference.softmax_regression(
        features, labels, classes=int(labels.max()) + 1, steps=steps, learning_rate=learning_rate
    )


def bias_first(
    features: Array, labels: Array, *, classes: int, steps: int, learning_rate: float
) -> tuple[Array, Array]:
    """The right results the other way round."""
    weights, bias = reference.softmax_regression(
        features, labels, classes=classes, steps=steps, learning_rate=learning_rate
    )
    return bias, weights


_OVERFLOW = (
    "Likely slip: exp overflows to inf above 709 (float64) or 88 (float32) and underflows to 0 far below 0. "
    "Subtract the largest logit before exp: the result is the same, and no exponential exceeds 1."
)
_ONE_MAXIMUM = (
    "Likely slip: the largest logit of the whole array was subtracted, so far smaller rows underflow to 0/0. "
    "Take the maximum along the axis, with keepdims=True."
)
_WHOLE = (
    "Likely slip: the whole array was made to sum to 1. Each row is a distribution of its own: "
    "sum along the axis, with keepdims=True."
)
_UNDERFLOW = (
    "Likely slip: the logarithm of a probability that underflowed to 0. "
    "Use log_softmax, which never forms the probability."
)
_CLIPPED_LOGITS = (
    "Likely slip: the logits were clipped, which makes different ones equal. "
    "Subtract the largest logit instead: no exponential exceeds 1 then."
)
_EPSILON = (
    "Likely slip: the probability was clipped, or a small number was added, to keep its logarithm finite. "
    "That is another number. Work with z - max, whose logarithm of softmax is finite on its own."
)
_EPSILON_IN_LOSS = _EPSILON.replace(
    "Work with z - max, whose logarithm of softmax is finite on its own.",
    "Use log_softmax, which is finite on its own.",
)
_NAN_TO_NUM = (
    "Likely slip: np.nan_to_num also makes a large number of -inf, which must stay where the target "
    "is above 0. Choose with np.where(targets > 0, log_p, 0.0) before you multiply."
)
_INTEGERS = (
    "Likely slip: the result was stored in an array of integers, which cuts the decimals off. "
    "zeros_like(z) is one if z holds integers; zeros_like(z, dtype=float) is not."
)
_IGNORED_AXIS = "Likely slip: `axis` is ignored."
_FROM_ZERO = "Likely slip: 1 was subtracted from the labels. They count from 0, as Python's indices do."
_CLASS_NUMBERS = (
    "Likely slip: the class numbers themselves were subtracted. Write the labels one-hot first: "
    "a row with 1 at the label and 0 elsewhere."
)

SOFTMAX = (
    Slip(_OVERFLOW, unshifted),
    Slip(_WHOLE, over_everything),
    Slip(_IGNORED_AXIS, lambda z, axis=-1, temperature=1.0: reference.softmax(z)),
    *other_axes(reference.softmax),
    *maxima_elsewhere(),
    Slip(_INTEGERS, lambda z, axis=-1, temperature=1.0: as_stored_in(z, reference.softmax(z, axis=axis))),
    Slip("Likely slip: these are the exponentials. Divide them by their sum along the axis.", exponentials),
    Slip(
        "Likely slip: the logits themselves were divided by their sum. Exponentiate first.",
        lambda z, axis=-1, temperature=1.0: z / z.sum(axis=axis, keepdims=True),
    ),
    Slip(
        "Likely slip: softmax was applied twice.",
        lambda z, axis=-1, temperature=1.0: reference.softmax(reference.softmax(z, axis=axis), axis=axis),
    ),
    Slip(
        "Likely slip: this is the logarithm of softmax. The probabilities were asked.", reference.log_softmax
    ),
)
TEMPERATURE = (
    Slip(
        "Likely slip: the logits were multiplied by the temperature. "
        "Divide: a high temperature brings the logits closer together.",
        lambda z, axis=-1, temperature=1.0: reference.softmax(z, axis=axis, temperature=1 / temperature),
    ),
    Slip(
        "Likely slip: `temperature` is ignored. Divide the logits by it before anything else.",
        lambda z, axis=-1, temperature=1.0: reference.softmax(z, axis=axis),
    ),
    Slip(
        "Likely slip: the probabilities were divided by the temperature. Divide the logits.",
        lambda z, axis=-1, temperature=1.0: reference.softmax(z, axis=axis) / temperature,
    ),
    Slip(_IGNORED_AXIS, lambda z, axis=-1, temperature=1.0: reference.softmax(z, temperature=temperature)),
    *SOFTMAX,
)
EXTREMES = (
    Slip(_OVERFLOW, unshifted),
    Slip(_ONE_MAXIMUM, shifted_by_one_maximum),
    Slip(_CLIPPED_LOGITS, lambda z, axis=-1, temperature=1.0: unshifted(np.clip(z, -700, 700), axis)),
    Slip(
        "Likely slip: np.nan_to_num hides the nan of inf/inf, and does not bring the probability back. "
        "Subtract the largest logit before exp, and no nan arises.",
        lambda z, axis=-1, temperature=1.0: np.nan_to_num(unshifted(z, axis, temperature)),
    ),
    *SOFTMAX,
)
EXTREME_TEMPERATURES = (
    Slip(
        "Likely slip: the maximum was taken before the division by the temperature. "
        "Divide first, and subtract the maximum of what is left.",
        lambda z, axis=-1, temperature=1.0: unshifted(
            z / temperature - np.max(z, axis=axis, keepdims=True), axis
        ),
    ),
    Slip(
        "Likely slip: a power of the probabilities was taken for the temperature. A probability that "
        "underflowed to 0 stays 0: divide the logits before anything else.",
        power_of_probabilities,
    ),
    *TEMPERATURE,
)
LOG_SOFTMAX = (
    Slip(_OVERFLOW, lambda z, axis=-1: np.log(unshifted(z, axis))),
    Slip(_OVERFLOW, lambda z, axis=-1: z - np.log(np.exp(z).sum(axis=axis, keepdims=True))),
    Slip(_UNDERFLOW.replace("Use log_softmax, which never forms", "Work with z - max, and never form"),
         lambda z, axis=-1: np.log(reference.softmax(z, axis=axis))),
    Slip(
        _ONE_MAXIMUM,
        lambda z, axis=-1: (z - z.max()) - np.log(np.exp(z - z.max()).sum(axis=axis, keepdims=True)),
    ),
    Slip(
        "Likely slip: the maximum was subtracted inside the sum of exponentials only. "
        "Subtract it from the logits outside as well.",
        lambda z, axis=-1: z - reference.logsumexp(z - z.max(axis, keepdims=True), axis=axis)[..., None],
    ),
    Slip(_CLIPPED_LOGITS, lambda z, axis=-1: np.log(unshifted(np.clip(z, -700, 700), axis))),
    Slip(
        "Likely slip: the sum itself was subtracted. Subtract its logarithm.",
        lambda z, axis=-1: z - np.exp(z).sum(axis=axis, keepdims=True),
    ),
    Slip(_INTEGERS, lambda z, axis=-1: as_stored_in(z, reference.log_softmax(z, axis=axis))),
    Slip(_WHOLE, lambda z, axis=-1: np.log(over_everything(z))),
    Slip(_IGNORED_AXIS, lambda z, axis=-1: reference.log_softmax(z)),
    *other_axes(reference.log_softmax),
    *maxima_elsewhere(np.log),
    Slip("Likely slip: these are the probabilities. Their logarithm was asked.", reference.softmax),
    *kept_finite(_EPSILON, lambda log_p: log_p),
)  # fmt: skip
_LOSS = (
    Slip(
        "Likely slip: that is the sum of the losses. Divide by the number of rows for the mean.",
        lambda z, y, reduction="mean": loss(z, y, "sum"),
    ),
    Slip(
        "Likely slip: the sum was divided by N times K. The mean is over the N examples only.",
        lambda z, y, reduction="mean": loss(z, y, "sum") / np.size(z),
    ),
    Slip(
        "Likely slip: the sum was divided by the number of classes. Divide by the number of rows, N.",
        lambda z, y, reduction="mean": loss(z, y, "sum") / np.shape(z)[1],
    ),
    Slip(
        "Likely slip: softmax was applied twice. The arguments are logits: "
        "they go into log_softmax as they are, not through softmax first.",
        lambda z, y, reduction="mean": loss(reference.softmax(z), y, reduction),
    ),
)
CROSS_ENTROPY = (
    Slip(
        "Likely slip: `reduction` is ignored, the mean comes back always.", lambda z, y, reduction: loss(z, y)
    ),
    Slip(
        'Likely slip: one loss a row came back. "mean" and "sum" ask for one number.',
        lambda z, y, reduction="mean": loss(z, y, "none"),
    ),
    *_LOSS,
    Slip(
        _UNDERFLOW,
        lambda z, y, reduction="mean": reduced(-np.log(at_label(reference.softmax(z), y)), reduction),
    ),
    Slip(
        _OVERFLOW,
        lambda z, y, reduction="mean": reduced(-np.log(at_label(unshifted(z), y)), reduction),
    ),
    Slip(
        "Likely slip: the probabilities themselves were averaged. "
        "Take the negative logarithm of the true class's probability.",
        lambda z, y, reduction="mean": reduced(-at_label(reference.softmax(z), y), reduction),
    ),
    Slip(
        "Likely slip: [:, labels] takes the columns of all labels in every row. "
        "Pick one entry a row: [np.arange(N), labels].",
        lambda z, y, reduction="mean": reduced(-reference.log_softmax(z)[:, y], reduction),
    ),
    Slip(
        _FROM_ZERO,
        lambda z, y, reduction="mean": reduced(
            -at_label(reference.log_softmax(z), (y - 1) % z.shape[1]), reduction
        ),
    ),
    *kept_finite(
        _EPSILON_IN_LOSS, lambda log_p, y, reduction="mean": reduced(-at_label(log_p, y), reduction)
    ),
)
SOFT_CROSS_ENTROPY = (
    *_LOSS,
    Slip(
        "Likely slip: 0 * (-inf) is nan. A class with target 0 counts 0, whatever its logit: "
        "multiply only where the target is above 0.",
        lambda z, y: -(y * reference.log_softmax(z)).sum(axis=1).mean(),
    ),
    Slip(
        "Likely slip: every infinite logarithm was made 0. Only a target of 0 makes it harmless; "
        "where the target is above 0, the loss is infinite.",
        lambda z, y: finite_only(z, y, 0.0),
    ),
    Slip(_NAN_TO_NUM, lambda z, y: -np.nan_to_num(y * reference.log_softmax(z)).sum(axis=1).mean()),
    Slip(_NAN_TO_NUM, lambda z, y: finite_only(z, y, float(np.finfo(float).min))),
    Slip(
        "Likely slip: 0.5 is what the worked example's `y` and `log_p` give. "
        "Use the function's own arguments.",
        lambda z, y: 0.5,
    ),
    Slip(
        "Likely slip: y log(y/p) was summed, the Kullback–Leibler divergence. "
        "The cross-entropy sums y log p alone.",
        kullback_leibler,
    ),
    Slip(
        "Likely slip: only the most probable target was counted. Every class counts, with its own weight.",
        lambda z, y: loss(z, y.argmax(axis=1)),
    ),
    Slip(_UNDERFLOW, lambda z, y: -(y * np.log(reference.softmax(z))).sum(axis=1).mean()),
    Slip(_OVERFLOW, lambda z, y: -(y * np.log(unshifted(z))).sum(axis=1).mean()),
    Slip(
        "Likely slip: the roles are swapped. The targets weight the logarithms of the model's probabilities.",
        lambda z, y: -(reference.softmax(z) * np.log(y)).sum(axis=1).mean(),
    ),
    *kept_finite(_EPSILON_IN_LOSS, lambda log_p, y: -(y * log_p).sum(axis=1).mean()),
)
GRADIENT = (
    Slip(
        "Likely slip: the gradient of the sum. The loss is a mean, so divide by the number of rows.",
        lambda z, y: reference.softmax_cross_entropy_gradient(z, y, reduction="sum"),
    ),
    Slip(
        "Likely slip: divided by N times K. The mean is over the N examples only.",
        lambda z, y: reference.softmax_cross_entropy_gradient(z, y) / z.shape[1],
    ),
    Slip(
        "Likely slip: divided by the number of classes. Divide by the number of rows, N.",
        lambda z, y: reference.softmax_cross_entropy_gradient(z, y, reduction="sum") / z.shape[1],
    ),
    Slip(_CLASS_NUMBERS, lambda z, y: reference.softmax(z) - y),
    Slip(_CLASS_NUMBERS, lambda z, y: (reference.softmax(z) - y) / len(z)),
    Slip(_CLASS_NUMBERS, lambda z, y: reference.softmax(z) - y[:, None]),
    Slip(_CLASS_NUMBERS, lambda z, y: (reference.softmax(z) - y[:, None]) / len(z)),
    Slip(
        "Likely slip: [:, labels] subtracts 1 in every row. One entry a row is [np.arange(N), labels].",
        whole_columns,
    ),
    Slip(
        "Likely slip: log p - y. The gradient has the probabilities themselves: softmax, not log_softmax.",
        lambda z, y: (reference.log_softmax(z) - np.eye(z.shape[1])[y]) / len(z),
    ),
    Slip(_FROM_ZERO, lambda z, y: (reference.softmax(z) - np.eye(z.shape[1])[y - 1]) / len(z)),
    Slip(
        "Likely slip: the result is transposed, with a row for each class. Each example has its row.",
        lambda z, y: reference.softmax_cross_entropy_gradient(z, y).T,
    ),
    Slip(
        "Likely slip: y - p, the direction in which the loss falls. The gradient points uphill: p - y.",
        lambda z, y: -reference.softmax_cross_entropy_gradient(z, y),
    ),
    Slip(
        "Likely slip: only the true class's component is there. In the logits every component moves: "
        "raising any logit takes probability from the true class.",
        lambda z, y: reference.softmax_cross_entropy_gradient(z, y) * np.eye(z.shape[1])[y],
    ),
    Slip(
        "Likely slip: that is the derivative in the probabilities, -y/p. One more step of the chain rule, "
        "through softmax, gives the one in the logits.",
        lambda z, y: -np.eye(z.shape[1])[y] / reference.softmax(z) / len(z),
    ),
    Slip(
        "Likely slip: these are the probabilities alone. Subtract 1 at each row's true class.",
        lambda z, y: reference.softmax(z) / len(z),
    ),
    Slip(_OVERFLOW, lambda z, y: (unshifted(z) - np.eye(z.shape[1])[y]) / len(z)),
)
FIT = (
    Slip("Likely slip: the gradient was added. Descent subtracts it.", bent_regression(direction=1.0)),
    Slip(
        "Likely slip: the gradient of the sum of the losses. Use the mean's, as `gradient` gives it.",
        bent_regression(scaled_by=lambda rows: rows),
    ),
    Slip(
        "Likely slip: divided by the number of rows twice. `gradient` is that of the mean already.",
        bent_regression(scaled_by=lambda rows: 1 / rows),
    ),
    Slip(
        "Likely slip: the bias never moves. Its gradient is the sum of `gradient` over the rows.",
        bent_regression(bias_moves=0.0),
    ),
    Slip(
        "Likely slip: the bias's gradient was averaged over the rows once more. "
        "`gradient` is that of the mean already: take the sum.",
        bent_regression(bias_scaled_by=lambda rows: 1 / rows),
    ),
    Slip(
        "Likely slip: the bias moved by a gradient taken after `W` had moved. Take the gradient once a step.",
        bias_after_weights,
    ),
    Slip(
        "Likely slip: the parameters moved after each example. One step uses all examples together.",
        one_example_at_a_time,
    ),
    Slip("Likely slip: one step too many.", bent_regression(extra=1)),
    Slip("Likely slip: one step too few.", bent_regression(extra=-1)),
    Slip(
        "Likely slip: `classes` is ignored. A class that no label names has its column too.",
        seen_classes_only,
    ),
    Slip("Likely slip: bias, weights. Return the weights first, then the bias.", bias_first),
    *(
        Slip(
            "Likely slip: `learning_rate` is ignored, the steps have a size of their own.",
            bent_regression(learning_rate_is=rate),
        )
        for rate in (0.01, 0.1, 0.5, 1.0)
    ),
)
FIT_AGAIN = (
    Slip(
        "Likely slip: it went on where the last call stopped. Every call makes `W` and `b` anew, from zeros.",
        bent_regression(extra=1),
    ),
)
