"""What goes wrong with numbers too large, too small or too close. Taught in book/numerical_stability.md."""

import math
from collections.abc import Callable

import numpy as np

from xentcourse.checks.comparing import Slip, with_epsilons
from xentcourse.reference import numerical_stability as reference
from xentcourse.reference.softmax import logsumexp

Array = np.ndarray
State = tuple[float, float]


def right_bce(z: Array, y: Array) -> Array:
    """The loss that is expected: each term at least 0, so that nothing cancels."""
    return np.asarray(y * reference.softplus(-z) + (1 - y) * reference.softplus(z))


def right_update(m: float, s: float, block: Array) -> State:
    """The state that is expected."""
    return reference.logsumexp_update((m, s), block)


def right_ulps(computed: Array, exact: Array) -> Array:
    """The errors that are expected."""
    return np.where(np.isfinite(computed), unguarded_ulps(computed, exact), np.inf)


def unguarded_ulps(computed: Array, exact: Array) -> Array:
    """The errors, nan where something that is no number came out."""
    return np.asarray(np.abs(computed.astype(np.float64) - exact) / units(np.abs(exact), computed.dtype))


def units(exact: Array, dtype: np.dtype) -> Array:
    """The spacing of a format at these numbers."""
    return np.asarray(np.spacing(exact.astype(dtype)), dtype=np.float64)


def shifted_by(shift: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Log-sum-exp with `shift(z)` removed, whatever that is."""

    def wrong(z: Array) -> Array:
        a = np.asarray(shift(z))
        return np.asarray((np.squeeze(a, -1) if a.ndim else a) + np.log(np.exp(z - a).sum(axis=-1)))

    return wrong


def through_p(z: Array) -> Array:
    """The sigmoid as it is typed."""
    return np.asarray(1 / (1 + np.exp(-z)))


def clipped_bce(keep_finite: Callable[[Array], Array], z: Array, y: Array) -> Array:
    """The binary loss through a probability that is kept away from 0 and 1."""
    p = keep_finite(through_p(z))
    return np.asarray(-(y * np.log(p) + (1 - y) * np.log(1 - p)))


def bce_with_bounded_logarithms(keep_finite: Callable[[Array], Array], z: Array, y: Array) -> Array:
    """The binary loss with both arguments of the logarithms kept away from 0."""
    p = through_p(z)
    return np.asarray(-(y * np.log(keep_finite(p)) + (1 - y) * np.log(keep_finite(1 - p))))


_OVERFLOW = (
    "Likely slip: exp overflows to inf above 709 (float64) or 88 (float32), and underflows to 0 far below 0. "
    "Subtract each row's largest logit before exp, and add it to the logarithm."
)
_EPSILON = (
    "Likely slip: a number was clipped, or a small one added, to keep a logarithm finite. "
    "That is another function. "
)
_THROUGH_P = (
    "Likely slip: the loss was computed from the probability. sigmoid(z) rounds to 0 or to 1, "
    "and its digits are gone. Use max(z, 0) - z y + log(1 + exp(-|z|)), which never forms it."
)
_CLIPPED_P = _EPSILON + "With logits, nothing has to be kept away from 0."
_CANCELS = (
    "Likely slip: two large numbers are subtracted, and a small loss has no digits left. "
    "Add the small term last: max(z, 0) - z y comes first."
)
_TAKES_MINUS_INFINITY = (
    "Likely slip: -inf - (-inf) is nan. Where the largest logit is -inf, subtract 0 instead: "
    "all exponentials are 0 then, as they should be."
)

LOGSUMEXP = (
    Slip(
        "Likely slip: these are the sums of the exponentials. Take their logarithm.",
        lambda z: np.exp(z).sum(axis=-1),
    ),
    Slip(
        "Likely slip: the maximum was subtracted and never added again.",
        lambda z: logsumexp(z) - np.max(z, axis=-1),
    ),
    Slip(
        "Likely slip: the largest logit is counted twice. log1p adds a 1 of its own, "
        "so leave one e^0 out of the sum, or take log.",
        lambda z: np.max(z, axis=-1) + np.log1p(np.exp(z - np.max(z, axis=-1, keepdims=True)).sum(axis=-1)),
    ),
    Slip("Likely slip: the whole array was summed. Each row has its own log-sum-exp: axis=-1.",
         lambda z: logsumexp(np.ravel(z))),
    Slip("Likely slip: the first axis was summed. The classes lie on the last one: axis=-1.",
         lambda z: logsumexp(z, axis=0)),
    Slip("Likely slip: that is log-softmax. The log-sum-exp is one number for each row.",
         lambda z: z - logsumexp(z)[..., None]),
)  # fmt: skip
LOGSUMEXP_EXTREMES = (
    Slip(
        "Likely slip: one maximum for the whole array. Beside a row of 1e10 a row of -10 underflows: "
        "take each row's own, with axis=-1 and keepdims=True.",
        shifted_by(lambda z: np.max(z)),
    ),
    Slip(_TAKES_MINUS_INFINITY, shifted_by(lambda z: np.max(z, axis=-1, keepdims=True))),
    Slip(
        "Likely slip: the maximum is never below 0. If all logits lie far below, all exponentials underflow.",
        shifted_by(lambda z: np.maximum(np.max(z, axis=-1, keepdims=True), 0)),
    ),
    Slip(
        "Likely slip: the mean was subtracted. The largest logit may lie far above it, and overflow.",
        shifted_by(lambda z: np.mean(z, axis=-1, keepdims=True)),
    ),
    Slip(
        "Likely slip: the smallest logit was subtracted, so the largest exponential can still overflow.",
        shifted_by(lambda z: np.min(z, axis=-1, keepdims=True)),
    ),
    Slip(
        "Likely slip: the logits were clipped, which makes different ones equal. Subtract the maximum.",
        lambda z: np.log(np.exp(np.clip(z, -700, 700)).sum(axis=-1)),
    ),
    Slip(_OVERFLOW, lambda z: np.log(np.exp(z).sum(axis=-1))),
    *with_epsilons(
        _EPSILON + "Subtract the largest logit, and the sum is at least 1.",
        lambda finite, z: np.log(finite(np.exp(z).sum(axis=-1))),
    ),
    *LOGSUMEXP,
)
LOG_COMPLEMENT = (
    Slip(
        "Likely slip: the formula as it stands, or the two better ones exchanged. Where p is tiny, "
        "1 - p rounds to 1; where p is nearly 1, exp(log_p) rounds to 1. "
        "np.log1p helps in the first case, np.expm1 in the second.",
        lambda a: np.log(1 - np.exp(a)),
    ),
    Slip(
        "Likely slip: log1p(-exp(log_p)) everywhere. For p nearly 1 the exponential rounds to 1, "
        "and the digits of 1 - p are lost. Use log(-expm1(log_p)) there.",
        lambda a: np.log1p(-np.exp(a)),
    ),
    Slip(
        "Likely slip: log(-expm1(log_p)) everywhere. For tiny p, 1 - p rounds to 1. "
        "Use log1p(-exp(log_p)) there.",
        lambda a: np.log(-np.expm1(a)),
    ),
    Slip(
        "Likely slip: that is 1 - p itself. Its logarithm was asked.",
        lambda a: -np.expm1(a),
    ),
    Slip(
        "Likely slip: log_p was taken for p. p is exp(log_p).",
        lambda a: np.log1p(-a),
    ),
    *with_epsilons(
        _EPSILON + "Choose between log1p(-exp(log_p)) and log(-expm1(log_p)).",
        lambda finite, a: np.log(finite(1 - np.exp(a))),
    ),
)
BCE = (
    Slip(_THROUGH_P, lambda z, y: clipped_bce(lambda p: p, z, y)),
    Slip(
        _THROUGH_P,
        lambda z, y: -np.where(y > 0.5, np.log(through_p(z)), np.log(1 - through_p(z))),
    ),
    Slip(
        "Likely slip: log(1 + x) loses an x below 1e-16. np.log1p(x) keeps it.",
        lambda z, y: np.maximum(z, 0) - z * y + np.log(1 + np.exp(-np.abs(z))),
    ),
    Slip(
        "Likely slip: exp overflows where its exponent is positive. The exponent is -|z|, the minus "
        "of the absolute value, never above 0.",
        lambda z, y: np.log1p(np.exp(z)) - z * y,
    ),
    Slip(
        "Likely slip: exp overflows where its exponent is positive. The exponent is -|z|, the minus "
        "of the absolute value, never above 0.",
        lambda z, y: y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z)),
    ),
    Slip(
        _CANCELS,
        lambda z, y: reference.softplus(z) - z * y,
    ),
    Slip(
        _CANCELS,
        lambda z, y: (1 - y) * z + reference.softplus(-z),
    ),
    Slip("Likely slip: the labels are exchanged. That is the loss of 1 - y.",
         lambda z, y: right_bce(z, 1 - y)),
    Slip("Likely slip: that is the mean. Return one loss for each logit.",
         lambda z, y: right_bce(z, y).mean()),
    Slip("Likely slip: that is the sum. Return one loss for each logit.",
         lambda z, y: right_bce(z, y).sum()),
    Slip("Likely slip: max(z, 0) is missing.",
         lambda z, y: right_bce(z, y) - np.maximum(z, 0)),
    Slip("Likely slip: - z y is missing.",
         lambda z, y: right_bce(z, y) + z * y),
    *with_epsilons(_CLIPPED_P, clipped_bce),
    *with_epsilons(_CLIPPED_P, bce_with_bounded_logarithms),
)  # fmt: skip
UPDATE = (
    Slip(
        _TAKES_MINUS_INFINITY,
        lambda m, s, block: (
            max(m, block.max()),
            s * np.exp(m - max(m, block.max())) + np.exp(block - max(m, block.max())).sum(),
        ),
    ),
    Slip(
        "Likely slip: the old sum was not rescaled. It is relative to the old maximum: "
        "multiply it by exp(old maximum - new maximum).",
        lambda m, s, block: (max(m, block.max()), s + np.exp(block - max(m, block.max())).sum()),
    ),
    Slip(
        "Likely slip: the old sum was rescaled the wrong way round. When the maximum grows, "
        "its share shrinks: exp(old maximum - new maximum).",
        lambda m, s, block: (
            max(m, block.max()),
            (s * np.exp(max(m, block.max()) - m) if s else 0.0) + np.exp(block - max(m, block.max())).sum(),
        ),
    ),
    Slip(
        "Likely slip: the block's exponentials are relative to the block's own maximum. "
        "Use the maximum of everything so far.",
        lambda m, s, block: (
            max(m, block.max()),
            s * np.exp(m - max(m, block.max())) + np.exp(block - block.max()).sum(),
        ),
    ),
    Slip(
        "Likely slip: what came before is forgotten. The new state sums up the old one and the block.",
        lambda m, s, block: right_update(-math.inf, 0.0, block),
    ),
    Slip(
        "Likely slip: the maximum never changes. A larger logit in the block becomes the new one.",
        lambda m, s, block: (m, s + np.exp(block - m).sum()),
    ),
    Slip(
        "Likely slip: the second number is the log-sum-exp. Return the sum itself; "
        "the logarithm is taken once, at the end.",
        lambda m, s, block: (right_update(m, s, block)[0], logsumexp(np.array([m + np.log(s), *block]))),
    ),
)
ULPS = (
    Slip(
        "Likely slip: nan compares with nothing. Where the computed number is not finite, the error is inf: "
        "np.where(np.isfinite(computed), ..., np.inf).",
        unguarded_ulps,
    ),
    Slip(
        "Likely slip: the spacing of float64 was used. The unit is that of the computed numbers: "
        "np.spacing(exact.astype(computed.dtype)).",
        lambda c, e: np.abs(c.astype(np.float64) - e) / np.spacing(np.abs(e)),
    ),
    Slip(
        "Likely slip: divided by the ulp of 1. The spacing grows and shrinks with the number: np.spacing.",
        lambda c, e: np.abs(c.astype(np.float64) - e) / np.finfo(c.dtype).eps,
    ),
    Slip(
        "Likely slip: that is the relative error over the ulp of 1. Within an interval from 2^e to 2^(e+1) "
        "the ulp is constant: divide the absolute error by np.spacing.",
        lambda c, e: np.abs((c.astype(np.float64) - e) / e) / np.finfo(c.dtype).eps,
    ),
    Slip(
        "Likely slip: the exact number was rounded to the format before the difference was taken. "
        "Take the difference in float64, and only the spacing in the format.",
        lambda c, e: np.abs(c - e.astype(c.dtype)).astype(float) / units(np.abs(e), c.dtype),
    ),
    Slip(
        "Likely slip: np.spacing of a negative number is negative. Take the absolute value first.",
        lambda c, e: np.abs(c.astype(np.float64) - e) / units(e, c.dtype),
    ),
    Slip(
        "Likely slip: the sign of the error is kept. Errors in ulps are distances: take the absolute value.",
        lambda c, e: (c.astype(np.float64) - e) / units(np.abs(e), c.dtype),
    ),
    Slip(
        "Likely slip: that is the absolute error. Divide it by the spacing at the exact number.",
        lambda c, e: np.abs(c.astype(np.float64) - e),
    ),
)

LEGAL = "a list of 1 to 100 finite logits, each from -1000 to 1000, is needed."
NOT_FINITE = (
    "An infinite logit or a nan breaks anybody's code and shows nothing. The logits must be finite numbers "
    "from -1000 to 1000, for which the log-sum-exp is an ordinary number."
)
#: What to think about where an implementation is not broken.
UNBROKEN = {
    "as_typed": "Which logits make an exponential overflow? Or all of them underflow?",
    "clipped": "It can't tell logits apart that lie beyond its limits. Which limits?",
    "mean_removed": "How far above the mean can the largest logit lie, with two logits from -1000 to 1000?",
    "starts_at_zero": "With a positive logit it is right. What does it do when all are negative?",
    "one_pass": "It is right if the largest logit comes first. What if the maximum changes on the way?",
    "maximum_removed": (
        "It neither overflows nor underflows. When is the exact result so small, "
        "beside the 1 in the sum, that it is absorbed?"
    ),
}
