"""What goes wrong with sigmoid, binary losses and Newton's method. Taught in book/binary_cross_entropy.md."""

from collections.abc import Callable
from typing import Any

import numpy as np

from xentcourse.checks.comparing import Slip, with_epsilons
from xentcourse.reference import binary_cross_entropy as reference

Array = np.ndarray


def losses_of(p: Array, y: Array) -> Array:
    """The formula as it stands, with 0 * (-inf) = nan."""
    return np.asarray(-(y * np.log(p) + (1 - y) * np.log(1 - p)))


def loss(z: Array, y: Array) -> Array:
    """The right losses of logits, for slips to bend."""
    return reference.binary_cross_entropy_with_logits(z, y, reduction="none")


def residuals(x: Array, y: Array, w: Array, b: float) -> Array:
    """Prediction minus label."""
    return np.asarray(reference.sigmoid(x @ w + b) - y)


def gradient_with(bend: Callable[..., Array]) -> Any:
    """The gradient of the mean loss with `bend(residuals, p, z, y)` in place of the residuals."""

    def gradient(x: Array, y: Array, w: Array, b: float) -> tuple[Array, Any]:
        z = x @ w + b
        p = reference.sigmoid(z)
        bent = bend(p - y, p, z, y) / len(y)
        return x.T @ bent, bent.sum()

    return gradient


def bent_newton(
    direction: float = -1.0,
    extra: int = 0,
    scale: Callable[[int], float] = lambda rows: 1.0,
    spread: Callable[[Array], Array] = lambda p: p * (1 - p),
    hessian: Callable[[Array], Array] = lambda h: h,
) -> Any:
    """Newton's method with something bent: direction, number of steps, size, or the Hessian."""

    def fit(features: Array, labels: Array, *, steps: int) -> tuple[Array, Any]:
        design = np.hstack([np.ones((len(features), 1)), features])
        theta = np.zeros(design.shape[1])
        for _ in range(steps + extra):
            p = reference.sigmoid(design @ theta)
            g = design.T @ (p - labels) / len(labels)
            h = hessian((design * spread(p)[:, None]).T @ design / len(labels))
            theta = theta + direction * scale(len(labels)) * np.linalg.solve(h, g)
        return theta[1:], theta[0]

    return fit


def without_bias(features: Array, labels: Array, *, steps: int) -> tuple[Array, float]:
    """Newton's method on the weights alone."""
    w = np.zeros(features.shape[1])
    for _ in range(steps):
        p = reference.sigmoid(features @ w)
        h = (features * (p * (1 - p))[:, None]).T @ features
        w = w - np.linalg.solve(h, features.T @ (p - labels))
    return w, 0.0


def separately(features: Array, labels: Array, *, steps: int) -> tuple[Array, Any]:
    """Weights and bias each by a Newton step of its own, as if the other stood still."""
    w, b = np.zeros(features.shape[1]), np.zeros(())
    for _ in range(steps):
        p = reference.sigmoid(features @ w + b)
        spread = p * (1 - p)
        h = (features * spread[:, None]).T @ features
        w = w - np.linalg.solve(h, features.T @ (p - labels))
        b = b - (p - labels).sum() / spread.sum()
    return w, b


def descent(features: Array, labels: Array, *, steps: int) -> tuple[Array, Array]:
    """Steps against the gradient, with learning rate 1."""
    w, b = np.zeros(features.shape[1]), np.zeros(())
    for _ in range(steps):
        slope, push = reference.logistic_gradient(features, labels, w, float(b))
        w, b = w - slope, b - push
    return w, b


def decided(threshold: Callable[[float, float], float]) -> Any:
    """Decisions by another threshold."""
    return lambda p, alarm, miss: (np.asarray(p) >= threshold(alarm, miss)).astype(int)


_OTHER_LABEL = (
    "Likely slip: that is the probability of a 0, 1 - sigmoid. Where z is large and positive, "
    "a 1 is nearly certain."
)
_SUM = "Likely slip: that is the sum of the losses. Divide by the number of examples for the mean."
_EACH = "Likely slip: one loss for each example came back. Their mean was asked."
_SIGN = "Likely slip: the sign is missing. Logarithms of probabilities are at most 0, losses at least 0."
_EPSILON = (
    "Likely slip: the probability was clipped, or a small number was added, to keep its logarithm finite. "
    "That is another number. "
)
_ONLY_ONES = (
    "Likely slip: only the examples with label 1 count, -y log p. A 0 is an outcome too: "
    "its loss is -log(1 - p)."
)
_SWAPPED = "Likely slip: the roles are swapped. The label weights the logarithms of the probabilities."
_PRODUCT = (
    "Likely slip: the probabilities were multiplied first, and the product underflows to 0. "
    "Take the logarithms first and add them."
)
_OVERFLOW = (
    "Likely slip: exp overflows to inf above 709 (float64) or 88 (float32). "
    "Take the large part out: max(z, 0) - y z + log(1 + e^-|z|), whose exponential is at most 1."
)
_THROUGH_P = (
    "Likely slip: the loss was computed through the probability, which rounds to 0 or 1, and its logarithm "
    "is infinite. Work with the logit: max(z, 0) - y z + log(1 + e^-|z|)."
)
_SEPARATE = (
    "Likely slip: only the diagonal of the Hessian was used, or weights and bias took steps of their own. "
    "All parameters act together: one Hessian for the matrix with the ones, and np.linalg.solve(H, g)."
)
_BIAS_FIRST = "Likely slip: bias, weights. Return the weights first, then the bias."

SIGMOID = (
    Slip(
        "Likely slip: exp(z) / (1 + exp(z)) becomes inf / inf for large z. "
        "Use that form where z is negative, and 1 / (1 + exp(-z)) elsewhere.",
        lambda z: np.exp(z) / (1 + np.exp(z)),
    ),
    Slip(_OTHER_LABEL, lambda z: reference.sigmoid(-z)),
    Slip(
        "Likely slip: these are the odds, e^z. Divide them by 1 + e^z.",
        np.exp,
    ),
    Slip(
        "Likely slip: that is tanh, which lies between -1 and 1. A probability lies between 0 and 1.",
        np.tanh,
    ),
    Slip("Likely slip: that is the slope of the sigmoid, p (1 - p). The probability itself was asked.",
         lambda z: reference.sigmoid(z) * reference.sigmoid(-z)),
    Slip(
        "Likely slip: the result was stored in an array of integers, which cuts the decimals off. "
        "zeros_like(z) is one if z holds integers; zeros_like(z, dtype=float) is not.",
        lambda z: reference.sigmoid(z).astype(int) if z.dtype.kind == "i" else None,
    ),
)  # fmt: skip
TINY = (
    Slip(
        "Likely slip: exp(-z) overflows to inf for very negative z, and 1 / inf is 0. "
        "Where z is negative, exp(z) / (1 + exp(z)) keeps the tiny probability.",
        lambda z: 1 / (1 + np.exp(-z)),
    ),
    Slip(
        "Likely slip: the tiny probability was rounded away next to a 1. (1 + tanh(z / 2)) / 2 and 1 - p do "
        "that; exp(z) / (1 + exp(z)), for negative z, does not.",
        lambda z: 0.5 * (1 + np.tanh(z / 2)),
    ),
    Slip(
        "Likely slip: the tiny probability was rounded away next to a 1. (1 + tanh(z / 2)) / 2 and 1 - p do "
        "that; exp(z) / (1 + exp(z)), for negative z, does not.",
        lambda z: np.where(z >= 0, reference.sigmoid(z), 1 - 1 / (1 + np.exp(-np.abs(z)))),
    ),
    *(
        Slip(
            "Likely slip: the logits were clipped, which makes different ones equal. "
            "With the right form for each sign nothing overflows, and nothing needs clipping.",
            lambda z, bound=bound: reference.sigmoid(np.clip(z, -bound, bound)),
        )
        for bound in (20, 30, 50, 100, 250, 500, 700, 709)
    ),
)
BCE = (
    Slip(
        "Likely slip: 0 * (-inf) is nan. The term with factor 0 counts 0: "
        "take the logarithm of the one probability that belongs to the label.",
        lambda p, y: losses_of(p, y).mean(),
    ),
    Slip(
        "Likely slip: np.nan_to_num makes a large number of inf. A sure mistake costs inf.",
        lambda p, y: np.nan_to_num(losses_of(p, y)).mean(),
    ),
    Slip(
        "Likely slip: infinite losses were left out or set to 0. Only 0 * log(0) counts 0; "
        "a sure mistake costs inf.",
        lambda p, y: np.where(np.isfinite(losses_of(p, y)), losses_of(p, y), 0.0).mean(),
    ),
    Slip(_SIGN, lambda p, y: -reference.binary_cross_entropy(p, y)),
    Slip(_SUM, lambda p, y: reference.binary_cross_entropy(p, y, reduction="sum")),
    Slip(_EACH, lambda p, y: reference.binary_cross_entropy(p, y, reduction="none")),
    Slip(_ONLY_ONES, lambda p, y: -(y * np.log(p)).mean()),
    Slip(_PRODUCT, lambda p, y: -np.log(np.prod(np.where(y == 1, p, 1 - p))) / len(y)),
    Slip(
        "Likely slip: 1 and 0 are swapped. p is the probability of a 1.",
        lambda p, y: reference.binary_cross_entropy(1 - p, y),
    ),
    Slip(_SWAPPED, lambda p, y: losses_of(y, p).mean()),
    Slip(
        "Likely slip: (1 - y) multiplies log p. A 0 has the probability 1 - p.",
        lambda p, y: -(y * np.log(p) + (1 - y) * np.log(p)).mean(),
    ),
    Slip(
        "Likely slip: that is the squared error. The loss is a logarithm.", lambda p, y: ((p - y) ** 2).mean()
    ),
    *with_epsilons(
        _EPSILON + "A sure mistake costs inf, and 0 log 0 counts 0 if you leave the term out.",
        lambda finite, p, y: losses_of(finite(p), y).mean(),
    ),
    *with_epsilons(
        _EPSILON + "A sure mistake costs inf, and 0 log 0 counts 0 if you leave the term out.",
        lambda finite, p, y: -(y * np.log(finite(p)) + (1 - y) * np.log(finite(1 - p))).mean(),
    ),
)
BCE_WITH_LOGITS = (
    Slip(
        "Likely slip: a soft target was treated as a label. The formula takes y as it is.",
        lambda z, y: np.logaddexp(0, -np.where(y == 1, 1, -1) * z).mean(),
    ),
    Slip(
        "Likely slip: a soft target was treated as a label. The formula takes y as it is.",
        lambda z, y: loss(z, np.asarray(np.round(y))).mean(),
    ),
    Slip(_OVERFLOW, lambda z, y: (np.log(1 + np.exp(z)) - y * z).mean()),
    Slip(_OVERFLOW, lambda z, y: np.log(1 + np.exp(-(2 * y - 1) * z)).mean()),
    Slip(_THROUGH_P, lambda z, y: losses_of(reference.sigmoid(z), y).mean()),
    Slip(_THROUGH_P, lambda z, y: losses_of(1 / (1 + np.exp(-z)), y).mean()),
    Slip(
        _THROUGH_P,
        lambda z, y: -np.log(np.where(y == 1, reference.sigmoid(z), 1 - reference.sigmoid(z))).mean(),
    ),
    Slip(_SUM, lambda z, y: loss(z, y).sum()),
    Slip(_EACH, loss),
    Slip(_SIGN, lambda z, y: -loss(z, y).mean()),
    Slip(
        "Likely slip: -|z| is missing inside the exponential, which overflows on one side and counts z twice "
        "on the other: log1p(exp(-abs(z))).",
        lambda z, y: (np.maximum(z, 0) - y * z + np.log1p(np.exp(-z))).mean(),
    ),
    Slip(
        "Likely slip: max(z, 0) is missing.",
        lambda z, y: (-y * z + np.log1p(np.exp(-np.abs(z)))).mean(),
    ),
    Slip(
        "Likely slip: y z is missing.", lambda z, y: (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))).mean()
    ),
    Slip(
        "Likely slip: y z was added. Subtract it: a large logit is good where the label is 1.",
        lambda z, y: (np.maximum(z, 0) + y * z + np.log1p(np.exp(-np.abs(z)))).mean(),
    ),
    Slip(
        "Likely slip: log(1 + e^-|z|) is missing.", lambda z, y: (np.maximum(z, 0) - y * z).mean()
    ),
    Slip(
        "Likely slip: this formula is for labels -1 and 1. With labels 0 and 1, s = 2 y - 1 first.",
        lambda z, y: np.logaddexp(0, -y * z).mean(),
    ),
    Slip(
        "Likely slip: the logits were taken for probabilities of a sigmoid once more. "
        "They go into the formula as they are.",
        lambda z, y: loss(reference.sigmoid(z), y).mean(),
    ),
    Slip(
        "Likely slip: 1 and 0 are swapped. z is the log-odds of a 1.", lambda z, y: loss(-z, y).mean()
    ),
    *with_epsilons(
        _EPSILON + "From the logit the loss is finite on its own: max(z, 0) - y z + log(1 + e^-|z|).",
        lambda finite, z, y: losses_of(finite(reference.sigmoid(z)), y).mean(),
    ),
    *with_epsilons(
        _EPSILON + "From the logit the loss is finite on its own: max(z, 0) - y z + log(1 + e^-|z|).",
        lambda finite, z, y: -(
            y * np.log(finite(reference.sigmoid(z))) + (1 - y) * np.log(finite(1 - reference.sigmoid(z)))
        ).mean(),
    ),
)  # fmt: skip
GRADIENT = (
    Slip(
        "Likely slip: the gradient of the sum. The loss is a mean, so divide by the number of examples.",
        gradient_with(lambda r, p, z, y: r * len(y)),
    ),
    Slip(
        "Likely slip: y - p, the direction in which the loss falls. The gradient points uphill: p - y.",
        gradient_with(lambda r, p, z, y: -r),
    ),
    Slip(
        "Likely slip: the slope of the sigmoid, p (1 - p), is there once more. It cancels against the "
        "logarithm: what is left is p - y.",
        gradient_with(lambda r, p, z, y: r * p * (1 - p)),
    ),
    Slip(
        "Likely slip: that is the derivative in the probability, (p - y) / (p (1 - p)). One more step of the "
        "chain rule, through the sigmoid, gives p - y.",
        gradient_with(lambda r, p, z, y: r / (p * (1 - p))),
    ),
    Slip(
        "Likely slip: the logit was taken for the probability. Put it through the sigmoid.",
        gradient_with(lambda r, p, z, y: z - y),
    ),
    Slip(
        "Likely slip: the labels are missing. The slope is prediction minus label.",
        gradient_with(lambda r, p, z, y: p),
    ),
    Slip(
        "Likely slip: the bias is missing in the logit, X @ w + b.",
        lambda x, y, w, b: (x.T @ residuals(x, y, w, 0.0) / len(y), residuals(x, y, w, 0.0).mean()),
    ),
    Slip(
        "Likely slip: the bias's gradient is the sum of the slopes; the one of the weights is a mean. "
        "Divide both by the number of examples.",
        lambda x, y, w, b: (x.T @ residuals(x, y, w, b) / len(y), residuals(x, y, w, b).sum()),
    ),
    Slip(
        "Likely slip: divided by the number of features. Divide by the number of examples.",
        lambda x, y, w, b: (
            x.T @ residuals(x, y, w, b) / x.shape[1],
            residuals(x, y, w, b).sum() / x.shape[1],
        ),
    ),
    Slip(
        "Likely slip: bias, weights. Return the gradient in w first, then the one in b.",
        lambda x, y, w, b: reference.logistic_gradient(x, y, w, b)[::-1],
    ),
)
FIT = (
    Slip("Likely slip: the step was added. Newton's method subtracts it.", bent_newton(direction=1.0)),
    Slip("Likely slip: one step too many.", bent_newton(extra=1)),
    Slip("Likely slip: one step too few.", bent_newton(extra=-1)),
    Slip(_BIAS_FIRST, lambda features, labels, *, steps: bent_newton()(features, labels, steps=steps)[::-1]),
    Slip(
        "Likely slip: the gradient is that of the mean and the Hessian that of the sum, or the other way "
        "round. Divide both by the number of examples, or neither.",
        bent_newton(scale=lambda rows: 1 / rows),
    ),
    Slip(
        "Likely slip: the gradient is that of the mean and the Hessian that of the sum, or the other way "
        "round. Divide both by the number of examples, or neither.",
        bent_newton(scale=float),
    ),
    Slip(
        "Likely slip: p (1 - p) is missing in the Hessian, or always that of the start, one quarter. "
        "It changes with p from step to step.",
        bent_newton(spread=lambda p: np.full_like(p, 0.25)),
    ),
    Slip(
        "Likely slip: p (1 - p) is missing in the Hessian, or always that of the start, one quarter. "
        "It changes with p from step to step.",
        bent_newton(spread=np.ones_like),
    ),
    Slip(
        _SEPARATE,
        bent_newton(hessian=lambda h: np.diag(np.diag(h))),
    ),
    Slip(
        _SEPARATE,
        separately,
    ),
    Slip(
        "Likely slip: there is no bias. Put a column of ones before the features.",
        without_bias,
    ),
    Slip(
        "Likely slip: these are steps of gradient descent. Newton's step is H^-1 g: np.linalg.solve(H, g).",
        descent,
    ),
)
FIT_AGAIN = (
    Slip(
        "Likely slip: it went on where the last call stopped. Every call starts from zeros.",
        bent_newton(extra=2),
    ),
)
DECIDE = (
    Slip(
        "Likely slip: the costs are swapped. A dear miss makes you declare 1 early, at a small p.",
        decided(lambda alarm, miss: miss / (alarm + miss)),
    ),
    Slip(
        "Likely slip: the threshold is one half whatever the costs are.",
        decided(lambda alarm, miss: 0.5),
    ),
    Slip(
        "Likely slip: alarm / miss is the threshold for the odds p / (1 - p). "
        "For p it is alarm / (alarm + miss).",
        decided(lambda alarm, miss: alarm / miss),
    ),
    Slip(
        "Likely slip: a tie went to 0. Where both decisions cost the same, declare 1: >= instead of >.",
        lambda p, alarm, miss: (p > alarm / (alarm + miss)).astype(int),
    ),
    Slip(
        "Likely slip: 1 and 0 are swapped. A 1 is declared where p is large.",
        lambda p, alarm, miss: 1 - reference.decide(p, alarm, miss),
    ),
    Slip(
        "Likely slip: the threshold itself came back. Compare p with it.",
        lambda p, alarm, miss: alarm / (alarm + miss),
    ),
    Slip(
        "Likely slip: the expected costs came back. The decisions were asked.",
        lambda p, alarm, miss: np.minimum((1 - p) * alarm, p * miss),
    ),
)
