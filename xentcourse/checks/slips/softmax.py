"""What goes wrong with softmax, its loss and its gradient. Taught in book/softmax.md."""

from typing import Any

import numpy as np

from xentcourse.checks.comparing import Slip
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


def other_axis(z: Array, axis: int = -1, temperature: float = 1.0) -> Array:
    """Columns for rows."""
    other = 0 if axis in (-1, np.ndim(z) - 1) else -1
    return reference.softmax(z, axis=other, temperature=temperature)


def reduced(losses: Array, reduction: str) -> Array:
    """Losses of the rows brought together as `reduction` says."""
    return losses if reduction == "none" else np.asarray(getattr(losses, reduction)())


def at_label(values: Array, labels: Array) -> Array:
    """Each row's entry at its label."""
    return np.take_along_axis(values, labels[:, None], axis=1)[:, 0]


def loss(z: Array, y: Array, reduction: str = "mean") -> Array:
    """The right loss, for slips to bend."""
    return reference.softmax_cross_entropy(z, y, reduction=reduction)  # type: ignore[arg-type]


def bent_regression(
    direction: float = -1.0, bias_moves: float = 1.0, of_sum: bool = False, extra: int = 0
) -> Any:
    """Softmax regression with something bent: the direction, the bias, the mean, or the number of steps."""

    def fit(
        features: Array, labels: Array, *, classes: int, steps: int, learning_rate: float
    ) -> tuple[Array, Array]:
        weights, bias = np.zeros((features.shape[1], classes)), np.zeros(classes)
        rate = direction * learning_rate
        for _ in range(steps + extra):
            slope = reference.softmax_cross_entropy_gradient(
                features @ weights + bias, labels, reduction="sum" if of_sum else "mean"
            )
            weights, bias = weights + rate * features.T @ slope, bias + rate * slope.sum(axis=0) * bias_moves
        return weights, bias

    return fit


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

SOFTMAX = (
    Slip(_OVERFLOW, unshifted),
    Slip(_WHOLE, over_everything),
    Slip("Likely slip: `axis` is ignored.", lambda z, axis=-1, temperature=1.0: reference.softmax(z)),
    Slip(
        "Likely slip: the wrong axis was summed. The classes lie on `axis`, by default the last one.",
        other_axis,
    ),
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
    *SOFTMAX,
)
EXTREMES = (Slip(_OVERFLOW, unshifted), Slip(_ONE_MAXIMUM, shifted_by_one_maximum), *SOFTMAX)
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
    Slip(_WHOLE, lambda z, axis=-1: np.log(over_everything(z))),
    Slip("Likely slip: the wrong axis was summed.", lambda z, axis=-1: np.log(other_axis(z, axis))),
    Slip("Likely slip: these are the probabilities. Their logarithm was asked.", reference.softmax),
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
        _OVERFLOW,
        lambda z, y, reduction="mean": reduced(-np.log(at_label(unshifted(z), y)), reduction),
    ),
    Slip(
        _UNDERFLOW,
        lambda z, y, reduction="mean": reduced(-np.log(at_label(reference.softmax(z), y)), reduction),
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
)
SOFT_CROSS_ENTROPY = (
    *_LOSS,
    Slip(
        "Likely slip: 0 * (-inf) is nan. A class with target 0 counts 0, whatever its logit: "
        "multiply only where the target is above 0.",
        lambda z, y: -(y * reference.log_softmax(z)).sum(axis=1).mean(),
    ),
    Slip(
        "Likely slip: only the most probable target was counted. Every class counts, with its own weight.",
        lambda z, y: loss(z, y.argmax(axis=1)),
    ),
    Slip(_UNDERFLOW, lambda z, y: -(y * np.log(reference.softmax(z))).sum(axis=1).mean()),
    Slip(
        "Likely slip: the roles are swapped. The targets weight the logarithms of the model's probabilities.",
        lambda z, y: -(reference.softmax(z) * np.log(y)).sum(axis=1).mean(),
    ),
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
        bent_regression(of_sum=True),
    ),
    Slip(
        "Likely slip: the bias never moves. Its gradient is the sum of `gradient` over the rows.",
        bent_regression(bias_moves=0.0),
    ),
    Slip("Likely slip: one step too many.", bent_regression(extra=1)),
    Slip("Likely slip: one step too few.", bent_regression(extra=-1)),
)
