"""What goes wrong with KL divergence and its relatives. Taught in book/kl_divergence.md."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from xentcourse.checks.comparing import Slip, in_own_unit, with_epsilons
from xentcourse.reference import kl_divergence as reference

Array = np.ndarray


def kl(p: Array, q: Array, base: float = math.e) -> Array:
    """The right divergences, for slips to bend."""
    return reference.kl_divergence(p, q, base=base)


def naive(p: Array, q: Array, base: float = math.e) -> Array:
    """The formula as it stands: nan where 0 meets log 0."""
    return np.asarray(np.sum(p * np.log(p / q), axis=-1) / np.log(base))


def entropy(p: Array, q: Array | None = None) -> Array:
    """Expected surprise of q when p is true, in nats; of p itself where no q is given."""
    logs = np.log(p if q is None else q)
    return np.asarray(-np.where(p > 0, p * logs, 0.0).sum(axis=-1))


def where_both(p: Array, q: Array, base: float = math.e) -> Array:
    """Without the values that q rules out."""
    return np.asarray(np.where((p > 0) & (q > 0), p * np.log(p / q), 0.0).sum(axis=-1) / np.log(base))


def marginals(joint: Array) -> tuple[Array, Array]:
    """The distributions of x and of y."""
    return joint.sum(axis=1), joint.sum(axis=0)


def product(joint: Array) -> Array:
    """The table of independent variables with the same single distributions."""
    return np.outer(*marginals(joint))


def divergences(target: Array, models: Array) -> tuple[Array, Array]:
    """Forward and reverse, for each model."""
    return kl(target, models), kl(models, target)


def shares(labels: Array, models: Array) -> Array:
    """The share of each class in the labels."""
    return np.bincount(labels, minlength=models.shape[1]) / len(labels)


def nll(labels: Array, models: Array) -> Array:
    """The mean negative log-likelihood of each model."""
    return np.asarray(-np.log(models[:, labels]).mean(axis=1))


def pair(first: Callable[..., Any], second: Callable[..., Any]) -> Callable[..., Any]:
    """Two results of the same arguments."""
    return lambda *args: (first(*args), second(*args))


_DIRECTION = (
    "Likely slip: the other direction, D(q || p). "
    "The first distribution gives the weights and stands on top of the ratio."
)
_UNIT = "Likely slip: the unit is always the same. Divide the natural logarithm by that of `base`."
_ZERO = (
    "Likely slip: 0 * log 0 came out as nan. What p rules out counts 0, whatever q says: "
    "leave out the terms with p == 0."
)
_RULED_OUT = (
    "Likely slip: a value that q rules out was left out. If p allows it, the divergence is inf: "
    "choose the terms by p alone."
)
_NAN_TO_NUM = (
    "Likely slip: np.nan_to_num turns inf into a huge number. Where p allows what q rules out, "
    "the divergence is inf."
)
_EPSILON = (
    "Likely slip: a small number was added, or the probabilities were clipped, to keep the logarithm finite. "
    "That is another distribution: leave p and q as they are."
)
_MEAN = "Likely slip: the terms were averaged. The weights p are the average already: take the sum."
_ONE_EACH = "Likely slip: one term for each value came back. Add them up."

#: For a uniform p the two slips give the same number.
_WEIGHTS = (
    "Likely slip: weighted with q, or the difference of the two entropies. "
    "Both logarithms are weighted with p."
)

KL_DIVERGENCE = (
    Slip(_DIRECTION, lambda p, q, base=math.e: kl(q, p, base)),
    *in_own_unit(_UNIT, kl),
    Slip(
        "Likely slip: multiplied by the logarithm of the base. Divide by it.",
        lambda p, q, base=math.e: kl(p, q) * np.log(base),
    ),
    Slip(
        "Likely slip: divided by the base. Divide by its logarithm.",
        lambda p, q, base=math.e: kl(p, q) / base,
    ),
    Slip(
        _WEIGHTS,
        lambda p, q, base=math.e: -kl(q, p, base),
    ),
    Slip(
        "Likely slip: log(p) / log(q) is not log(p/q). Divide first, or subtract the logarithms.",
        lambda p, q, base=math.e: (p * np.log(p) / np.log(q)).sum() / np.log(base),
    ),
    Slip(
        "Likely slip: the weights are missing. Each log(p/q) counts with the probability p of its value.",
        lambda p, q, base=math.e: np.log(p / q).sum() / np.log(base),
    ),
    Slip(_MEAN, lambda p, q, base=math.e: kl(p, q, base) / p.size),
    Slip(
        "Likely slip: the absolute value of each term. Terms may be negative; only their sum is not.",
        lambda p, q, base=math.e: np.abs(p * np.log(p / q)).sum() / np.log(base),
    ),
    Slip(
        "Likely slip: that is the cross-entropy H(p, q). Subtract the entropy of p.",
        lambda p, q, base=math.e: entropy(p, q) / np.log(base),
    ),
    Slip(
        _WEIGHTS,
        lambda p, q, base=math.e: (entropy(q) - entropy(p)) / np.log(base),
    ),
    Slip(_ONE_EACH, lambda p, q, base=math.e: p * np.log(p / q) / np.log(base)),
)
KL_DIVERGENCE_ZEROS = (
    Slip(_DIRECTION, lambda p, q, base=math.e: kl(q, p, base)),
    Slip(_NAN_TO_NUM, lambda p, q, base=math.e: np.nan_to_num(p * np.log(p / q)).sum() / np.log(base)),
    Slip(_NAN_TO_NUM, lambda p, q, base=math.e: np.sum(p * np.nan_to_num(np.log(p / q))) / np.log(base)),
    Slip(_ZERO, naive),
    Slip(_RULED_OUT, where_both),
    Slip(
        "Likely slip: inf wherever q has a 0. That takes a value that p allows: choose the terms by p.",
        lambda p, q, base=math.e: np.inf if (q == 0).any() else kl(p, q, base),
    ),
    *with_epsilons(_EPSILON, lambda finite, p, q, base=math.e: naive(finite(p), finite(q), base)),
    *with_epsilons(
        _EPSILON, lambda finite, p, q, base=math.e: np.nansum(p * np.log(p / finite(q))) / np.log(base)
    ),
    *with_epsilons(
        _EPSILON, lambda finite, p, q, base=math.e: np.sum(p * np.log(finite(p) / finite(q))) / np.log(base)
    ),
)
MUTUAL_INFORMATION = (
    Slip(
        "Likely slip: the roles are swapped. The joint distribution is the true one and comes first.",
        lambda joint: kl(product(joint).ravel(), joint.ravel()),
    ),
    Slip(
        "Likely slip: 0 * log 0 came out as nan. What never happens counts 0: "
        "leave out the cells with p(x, y) == 0.",
        lambda joint: naive(joint.ravel(), product(joint).ravel()),
    ),
    Slip(
        "Likely slip: that is H(X | Y) or H(Y | X), the entropy that remains. "
        "Mutual information is what the other variable takes away.",
        lambda joint: entropy(joint.ravel()) - entropy(marginals(joint)[1]),
    ),
    Slip(
        "Likely slip: that is H(X | Y) or H(Y | X), the entropy that remains. "
        "Mutual information is what the other variable takes away.",
        lambda joint: entropy(joint.ravel()) - entropy(marginals(joint)[0]),
    ),
    Slip(
        "Likely slip: that is the entropy H(X, Y) of the pair.",
        lambda joint: entropy(joint.ravel()),
    ),
    Slip(
        "Likely slip: the product is transposed. Rows are x: sum over axis 1 for p(x), over axis 0 for p(y), "
        "and p(x) goes down, p(y) goes across.",
        lambda joint: kl(joint.ravel(), product(joint).T.ravel()),
    ),
    Slip(
        "Likely slip: compared with the uniform distribution. "
        "Compare with p(x) p(y), as if x and y were independent.",
        lambda joint: kl(joint.ravel(), np.full(joint.size, 1 / joint.size)),
    ),
    Slip(
        "Likely slip: the divergence between p(x) and p(y). Compare the joint table with the products.",
        lambda joint: kl(*marginals(joint)),
    ),
    Slip(
        "Likely slip: one term for each cell came back. Add them up.",
        lambda joint: joint * np.log(joint / product(joint)),
    ),
)
JENSEN_SHANNON = (
    Slip(
        "Likely slip: p and q were compared with each other. Compare each of them with m = (p + q)/2.",
        lambda p, q: (kl(p, q) + kl(q, p)) / 2,
    ),
    Slip(
        "Likely slip: p and q were compared with each other. Compare each of them with m = (p + q)/2.",
        lambda p, q: kl(p, q) + kl(q, p),
    ),
    Slip(
        "Likely slip: m was not halved. p + q sums to 2, and is no distribution.",
        lambda p, q: (np.nansum(p * np.log(p / (p + q))) + np.nansum(q * np.log(q / (p + q)))) / 2,
    ),
    Slip(
        "Likely slip: 0 * log 0 came out as nan. Your kl_divergence of part 1 knows what to do with zeros.",
        lambda p, q: (naive(p, (p + q) / 2) + naive(q, (p + q) / 2)) / 2,
    ),
    Slip(
        "Likely slip: p + q / 2 halves q alone. Put brackets round p + q.",
        lambda p, q: (naive(p, p + q / 2) + naive(q, p + q / 2)) / 2,
    ),
    Slip(
        "Likely slip: that is the square root. It is a distance, but the divergence itself was asked.",
        lambda p, q: np.sqrt(reference.jensen_shannon(p, q)),
    ),
    Slip(
        "Likely slip: the directions are D(m || p) and D(m || q). The mixture m comes second.",
        lambda p, q: (kl((p + q) / 2, p) + kl((p + q) / 2, q)) / 2,
    ),
    Slip(
        "Likely slip: only one of the two halves. Both D(p || m) and D(q || m) belong to it.",
        lambda p, q: kl(p, (p + q) / 2),
    ),
    Slip(
        "Likely slip: only one of the two halves. Both D(p || m) and D(q || m) belong to it.",
        lambda p, q: kl(p, (p + q) / 2) / 2,
    ),
    Slip("Likely slip: that is bits. Nats were asked.", lambda p, q: reference.jensen_shannon(p, q, base=2)),
)


def _formula(mu_p: float, sigma_p: float, mu_q: float, sigma_q: float) -> tuple[float, float, float]:
    """The logarithm, the part of the widths, and that of the means."""
    return (
        math.log(sigma_q / sigma_p),
        sigma_p**2 / (2 * sigma_q**2),
        (mu_p - mu_q) ** 2 / (2 * sigma_q**2),
    )


def _bent(bend: Callable[..., float]) -> Callable[..., float]:
    """A formula of the three parts and the two standard deviations and means."""
    return lambda mu_p, sigma_p, mu_q, sigma_q: bend(
        *_formula(mu_p, sigma_p, mu_q, sigma_q), mu_p - mu_q, sigma_p, sigma_q
    )


#: For standard deviations of 1 the two slips give the same number.
_SUMMANDS = (
    "Likely slip: the 1/2 at the end is missing, or the numerator has no brackets. "
    "For p = q the divergence is 0."
)
GAUSSIAN_KL = (
    Slip(
        "Likely slip: the other direction. p is the true distribution; divide by the variance of q.",
        lambda mu_p, sigma_p, mu_q, sigma_q: reference.gaussian_kl(mu_q, sigma_q, mu_p, sigma_p),
    ),
    Slip(
        "Likely slip: sigma was taken for the variance. It is the standard deviation: square it.",
        lambda mu_p, sigma_p, mu_q, sigma_q: reference.gaussian_kl(
            mu_p, math.sqrt(sigma_p), mu_q, math.sqrt(sigma_q)
        ),
    ),
    Slip(
        _SUMMANDS,
        _bent(lambda log, width, shift, *_: log + width + shift),
    ),
    Slip(
        "Likely slip: the logarithm is upside down. The term is log(sigma_q / sigma_p).",
        _bent(lambda log, width, shift, *_: -log + width + shift - 0.5),
    ),
    Slip(
        "Likely slip: the logarithm of the ratio of the widths is missing.",
        _bent(lambda log, width, shift, *_: width + shift - 0.5),
    ),
    Slip(
        "Likely slip: the logarithm has the variances. Half of it, log(sigma_q / sigma_p), is needed.",
        _bent(lambda log, width, shift, *_: 2 * log + width + shift - 0.5),
    ),
    Slip(
        "Likely slip: divided by sigma_q ** 2, and not by 2 sigma_q ** 2. "
        "Mind the brackets: a / 2 * b is (a / 2) * b.",
        _bent(lambda log, width, shift, *_: log + 2 * (width + shift) - 0.5),
    ),
    Slip(
        "Likely slip: divided by sigma_q ** 2, and not by 2 sigma_q ** 2. "
        "Mind the brackets: a / 2 * b is (a / 2) * b.",
        _bent(lambda log, width, shift, _d, _p, s: log + (width + shift) * s**4 - 0.5),
    ),
    Slip(
        "Likely slip: (2 * sigma_q) ** 2 is 4 sigma_q ** 2. Square sigma_q first, then double it.",
        _bent(lambda log, width, shift, *_: log + (width + shift) / 2 - 0.5),
    ),
    Slip(
        _SUMMANDS,
        _bent(lambda log, width, shift, _d, p, s: log + p**2 + shift - 0.5),
    ),
    Slip(
        "Likely slip: the logarithm has base 2. All three terms are in nats: use np.log.",
        _bent(lambda log, width, shift, *_: log / math.log(2) + width + shift - 0.5),
    ),
    Slip(
        "Likely slip: the difference of the means was not squared.",
        _bent(lambda log, width, shift, d, _p, s: log + width + d / (2 * s**2) - 0.5),
    ),
    Slip(
        "Likely slip: the difference of the means was not squared.",
        _bent(lambda log, width, shift, d, _p, s: log + width + abs(d) / (2 * s**2) - 0.5),
    ),
    Slip(
        "Likely slip: only the means were compared. The widths have their part too.",
        _bent(lambda log, width, shift, *_: shift),
    ),
)
_FITS_RULED_OUT = (
    "Likely slip: values that the second distribution rules out were left out. If the first allows them, "
    "the divergence is inf, and such a model is never the closest."
)
BEST_FITS = (
    Slip(
        "Likely slip: the two directions are in the other order. "
        "First D(target || model), then D(model || target).",
        lambda target, models: tuple(int(d.argmin()) for d in divergences(target, models)[::-1]),
    ),
    Slip(
        "Likely slip: the largest divergence was looked for. The closest model has the smallest.",
        lambda target, models: tuple(int(d.argmax()) for d in divergences(target, models)),
    ),
    Slip(
        "Likely slip: counted from 1. Row numbers count from 0.",
        lambda target, models: tuple(int(d.argmin()) + 1 for d in divergences(target, models)),
    ),
    Slip(
        "Likely slip: the smallest divergences came back. Their row numbers were asked.",
        lambda target, models: tuple(d.min() for d in divergences(target, models)),
    ),
    Slip(
        "Likely slip: both results belong to the same direction. Swap the arguments for the second.",
        lambda target, models: (int(divergences(target, models)[0].argmin()),) * 2,
    ),
    Slip(
        "Likely slip: both results belong to the same direction. Swap the arguments for the second.",
        lambda target, models: (int(divergences(target, models)[1].argmin()),) * 2,
    ),
    Slip(
        "Likely slip: nan counts as smallest for argmin. Your kl_divergence of part 1 knows "
        "what to do with zeros.",
        lambda target, models: (int(naive(target, models).argmin()), int(naive(models, target).argmin())),
    ),
    Slip(
        _FITS_RULED_OUT,
        lambda target, models: (
            int(where_both(target, models).argmin()),
            int(where_both(models, target).argmin()),
        ),
    ),
    Slip(
        "Likely slip: of several equal models the last one was taken. The first one counts.",
        lambda target, models: tuple(
            len(models) - 1 - int(d[::-1].argmin()) for d in divergences(target, models)
        ),
    ),
)
NLL_AND_KL = (
    Slip(
        "Likely slip: the two results are in the other order. First the mean NLL, then the divergence.",
        pair(lambda labels, models: kl(shares(labels, models), models), nll),
    ),
    Slip(
        "Likely slip: the first result is a sum. Divide by the number of labels.",
        pair(
            lambda labels, models: nll(labels, models) * len(labels),
            lambda labels, models: kl(shares(labels, models), models),
        ),
    ),
    Slip(
        "Likely slip: the second result is in the other direction. The shares of the data come first.",
        pair(nll, lambda labels, models: kl(models, shares(labels, models))),
    ),
    Slip(
        "Likely slip: the second result is the mean NLL again, a cross-entropy. "
        "Subtract the entropy of the shares.",
        pair(nll, nll),
    ),
    Slip(
        "Likely slip: 0 * log 0 came out as nan. A class that never came counts 0.",
        pair(nll, lambda labels, models: naive(shares(labels, models), models)),
    ),
    Slip(
        "Likely slip: counts were used as probabilities. Divide them by the number of labels.",
        pair(
            nll,
            lambda labels, models: naive(len(labels) * shares(labels, models), models),
        ),
    ),
    Slip(
        "Likely slip: the counts were divided by the number of classes. Divide them by the number of labels.",
        pair(
            nll,
            lambda labels, models: naive(len(labels) * shares(labels, models) / models.shape[1], models),
        ),
    ),
    Slip(
        "Likely slip: the first result averages over the classes. Average over the labels: model[labels].",
        pair(
            lambda labels, models: -np.log(models).mean(axis=1),
            lambda labels, models: kl(shares(labels, models), models),
        ),
    ),
    Slip(
        "Likely slip: the classes were counted from 1. They count from 0, as Python's indices do.",
        lambda labels, models: (
            nll(labels - 1, models),
            kl(shares(np.where(labels > 0, labels - 1, models.shape[1] - 1), models), models),
        ),
    ),
    Slip(
        "Likely slip: a model that rules out what came was spared. Its mean NLL and its divergence are inf.",
        pair(nll, lambda labels, models: where_both(shares(labels, models), models)),
    ),
    Slip(
        "Likely slip: the probabilities were averaged before the logarithm. Average the logarithms.",
        pair(
            lambda labels, models: -np.log(models[:, labels].mean(axis=1)),
            lambda labels, models: kl(shares(labels, models), models),
        ),
    ),
)
