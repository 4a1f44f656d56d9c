"""What goes wrong with likelihoods and their maxima. Taught in book/likelihood.md."""

import math
from typing import Any

import numpy as np

from xentcourse.checks.comparing import Slip, with_epsilons
from xentcourse.reference import likelihood as reference

Array = np.ndarray


def coin(outcomes: Array, p: float) -> tuple[Array, Array]:
    """A coin as a die: the counts of ones and zeros, and their probabilities."""
    ones = int(np.sum(outcomes))
    return np.array([ones, np.size(outcomes) - ones]), np.array([p, 1 - p])


def naive(counts: Array, q: Array) -> Any:
    """The formula as it stands: nan where 0 meets log 0."""
    return np.sum(counts * np.log(q))


def multinomial(counts: Array, q: Array) -> float:
    """The log-probability of the counts, in any order."""
    orders = math.lgamma(counts.sum() + 1) - sum(math.lgamma(n + 1) for n in counts)
    return float(reference.categorical_log_likelihood(counts, q)) + orders


def of_coins(*slips: Slip) -> tuple[Slip, ...]:
    """Slips that are written for counts and a die, for a record and a coin."""
    return tuple(
        Slip(slip.sentence, lambda outcomes, p, wrong=slip.wrong: wrong(*coin(outcomes, p))) for slip in slips
    )


def pdf(x: Array, mu: float, sigma: float) -> Array:
    """The normal density."""
    return np.asarray(np.exp(-(((x - mu) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi)))


def mse(x: Array, mu: float) -> Any:
    """The mean squared error."""
    return np.mean((x - mu) ** 2)


HALF_LOG_2PI = reference.HALF_LOG_2PI

_UNDERFLOW = (
    "Likely slip: the product of so many probabilities underflows to 0, and log 0 is -inf. "
    "Take the logarithm of each factor, and add."
)
_ZERO = (
    "Likely slip: 0 * log 0 came out as nan. What never came counts 0, whatever its probability: "
    "leave out the terms whose count is 0."
)
_FINITE = (
    "Likely slip: every infinite logarithm was made 0. Only a count of 0 makes it harmless; "
    "what came and was impossible has log-likelihood -inf."
)
_NAN_TO_NUM = (
    "Likely slip: np.nan_to_num turns -inf into a huge number. "
    "What came and was impossible has log-likelihood -inf: choose the terms by their count."
)
_EPSILON = (
    "Likely slip: the probability was clipped, or a small number was added, to keep its logarithm finite. "
    "That is another model: what was impossible becomes possible."
)
_SMOOTHED = (
    "Likely slip: one was added to every count. That is smoothing, a sensible thing; "
    "the likelihood is largest at the plain shares."
)
_MEAN_NOT_SUM = "Likely slip: that is the mean. The log-likelihood is the sum over all observations."
_VARIANCE = (
    "Likely slip: sigma was taken for the variance. It is the standard deviation; sigma ** 2 is the variance."
)
_PRODUCT = "Likely slip: that is the likelihood itself. Its logarithm was asked."
_ORDERS = (
    "Likely slip: the number of orders is counted in (a binomial or multinomial coefficient). "
    "The likelihood is that of the observations in the order in which they came."
)

CATEGORICAL_LOG_LIKELIHOOD = (
    Slip(_MEAN_NOT_SUM, lambda counts, q: reference.categorical_log_likelihood(counts, q) / counts.sum()),
    Slip(_FINITE, lambda counts, q: naive(counts[q > 0], q[q > 0])),
    Slip(_PRODUCT, lambda counts, q: np.prod(q**counts)),
    Slip(_ORDERS, multinomial),
    Slip(_NAN_TO_NUM, lambda counts, q: np.sum(counts * np.nan_to_num(np.log(q)))),
    Slip(_NAN_TO_NUM, lambda counts, q: np.sum(np.nan_to_num(counts * np.log(q)))),
    Slip(_ZERO, naive),
    Slip(_UNDERFLOW, lambda counts, q: np.log(np.prod(q**counts))),
    Slip(
        "Likely slip: each class is counted once. Class k came counts[k] times: weight its log q with that.",
        lambda counts, q: np.sum(np.log(q)),
    ),
    Slip(
        "Likely slip: the probabilities are weighted and added, not their logarithms.",
        lambda counts, q: np.sum(counts * q),
    ),
    Slip(
        "Likely slip: the logarithm of a sum. The logarithm of a product is a sum of logarithms.",
        lambda counts, q: np.log(np.sum(counts * q)),
    ),
    Slip(
        "Likely slip: the roles are swapped. The counts weight the logarithms of the probabilities.",
        lambda counts, q: np.sum(q * np.log(counts)),
    ),
    *with_epsilons(_EPSILON, lambda finite, counts, q: naive(counts, finite(q))),
)
BERNOULLI_LOG_LIKELIHOOD = (
    *of_coins(
        *CATEGORICAL_LOG_LIKELIHOOD[:8],
        Slip(
            "Likely slip: heads and tails are mixed up. A 1 has probability p, a 0 has 1 - p.",
            lambda counts, q: reference.categorical_log_likelihood(counts[::-1], q),
        ),
        Slip(
            "Likely slip: only the ones are counted. Each 0 contributes log(1 - p).",
            lambda counts, q: counts[0] * np.log(q[0]),
        ),
        *with_epsilons(_EPSILON, lambda finite, counts, q: naive(counts, finite(q))),
    ),
)
BERNOULLI_MLE = (
    Slip(
        "Likely slip: that is the number of ones. Divide by the number of tosses.",
        lambda outcomes: outcomes.sum(),
    ),
    Slip("Likely slip: that is the share of the zeros.", lambda outcomes: 1 - outcomes.mean()),
    Slip(_SMOOTHED, lambda outcomes: (outcomes.sum() + 1) / (outcomes.size + 2)),
    Slip(
        "Likely slip: ones divided by zeros are the odds. Divide by all tosses.",
        lambda outcomes: outcomes.sum() / (outcomes.size - outcomes.sum()),
    ),
    Slip(
        "Likely slip: divided by N - 1. The share is divided by N, the number of tosses.",
        lambda outcomes: outcomes.sum() / (outcomes.size - 1),
    ),
    Slip(
        "Likely slip: that is the more frequent outcome. The probability of a 1 was asked.",
        lambda outcomes: round(float(outcomes.mean())),
    ),
)
CATEGORICAL_MLE = (
    Slip(
        "Likely slip: these are the counts. Divide them by the number of labels.",
        lambda labels, classes: np.bincount(labels, minlength=classes),
    ),
    Slip(
        "Likely slip: the counts were divided by the number of classes. Divide by the number of labels.",
        lambda labels, classes: np.bincount(labels, minlength=classes) / classes,
    ),
    Slip(
        "Likely slip: the counts were divided by the largest one. Divide by their sum.",
        lambda labels, classes: np.bincount(labels, minlength=classes) / np.bincount(labels).max(),
    ),
    Slip(
        "Likely slip: a class without a label is missing. The result has `classes` entries, some of them 0.",
        lambda labels, classes: np.bincount(labels) / labels.size,
    ),
    Slip(
        "Likely slip: a class without a label is missing. The result has `classes` entries, some of them 0.",
        lambda labels, classes: np.unique(labels, return_counts=True)[1] / labels.size,
    ),
    Slip(
        "Likely slip: the classes were counted from 1. They count from 0, as Python's indices do.",
        lambda labels, classes: np.array([np.mean(labels == k) for k in range(1, classes + 1)]),
    ),
    Slip(
        _SMOOTHED,
        lambda labels, classes: (np.bincount(labels, minlength=classes) + 1) / (labels.size + classes),
    ),
)
MEAN_NLL = (
    Slip(
        "Likely slip: that is the sum. Divide by the number of outcomes for the mean.",
        lambda q: -np.log(q).sum(),
    ),
    Slip(
        "Likely slip: the probabilities were averaged first. The mean of the logarithms was asked, "
        "and the logarithm of a mean is another number.",
        lambda q: -np.log(q.mean()),
    ),
    Slip(
        "Likely slip: that is the geometric mean of the probabilities. Stop before the exponential.",
        lambda q: np.exp(np.log(q).mean()),
    ),
    Slip(
        "Likely slip: the probabilities themselves were averaged. Take minus the logarithm of each.",
        lambda q: -q.mean(),
    ),
    Slip(
        "Likely slip: log(1 - p) of what came. The probabilities given are those of what came.",
        lambda q: -np.log(1 - q).mean(),
    ),
    Slip(
        "Likely slip: the outcome of probability 0 was left out. The model had ruled it out and it came: "
        "the mean is infinite.",
        lambda q: -np.log(q[q > 0]).mean(),
    ),
    Slip(
        "Likely slip: the outcome of probability 0 was left out. The model had ruled it out and it came: "
        "the mean is infinite.",
        lambda q: -np.log(q[q > 0]).sum() / q.size,
    ),
    Slip(_UNDERFLOW, lambda q: -np.log(np.prod(q)) / q.size),
    *with_epsilons(_EPSILON, lambda finite, q: -np.log(finite(q)).mean()),
)
GAUSSIAN_NLL = (
    Slip(
        "Likely slip: that is the sum. Divide by the number of observations for the mean.",
        lambda x, mu, sigma: reference.gaussian_nll(x, mu, sigma) * np.size(x),
    ),
    Slip(
        _VARIANCE,
        lambda x, mu, sigma: reference.gaussian_nll(x, mu, math.sqrt(sigma)),
    ),
    Slip(
        "Likely slip: the term log sigma is missing. A wider curve is a lower one.",
        lambda x, mu, sigma: HALF_LOG_2PI + mse(x, mu) / (2 * sigma**2),
    ),
    Slip(
        "Likely slip: the constant (1/2) log 2 pi is missing, or not halved.",
        lambda x, mu, sigma: math.log(sigma) + mse(x, mu) / (2 * sigma**2),
    ),
    Slip(
        "Likely slip: the constant (1/2) log 2 pi is missing, or not halved.",
        lambda x, mu, sigma: math.log(sigma) + 2 * HALF_LOG_2PI + mse(x, mu) / (2 * sigma**2),
    ),
    Slip(
        "Likely slip: the squares are divided by sigma ** 2, and not by 2 sigma ** 2.",
        lambda x, mu, sigma: math.log(sigma) + HALF_LOG_2PI + mse(x, mu) / sigma**2,
    ),
    Slip(
        "Likely slip: log sigma ** 2 is 2 log sigma; the formula has log sigma, once.",
        lambda x, mu, sigma: 2 * math.log(sigma) + HALF_LOG_2PI + mse(x, mu) / (2 * sigma**2),
    ),
    Slip(
        "Likely slip: the distance was not squared.",
        lambda x, mu, sigma: math.log(sigma) + HALF_LOG_2PI + np.mean(np.abs(x - mu)) / (2 * sigma**2),
    ),
    Slip(
        "Likely slip: that is the mean squared error alone. The width sigma has its part in the likelihood.",
        lambda x, mu, sigma: mse(x, mu),
    ),
    Slip(
        "Likely slip: these are densities. Minus their logarithms, averaged, were asked.",
        lambda x, mu, sigma: pdf(x, mu, sigma).mean(),
    ),
    Slip(
        "Likely slip: the densities were averaged before the logarithm. Average the logarithms.",
        lambda x, mu, sigma: -np.log(pdf(x, mu, sigma).mean()),
    ),
    Slip(
        "Likely slip: the density of an outlier underflows to 0. Take the logarithm on paper first: "
        "log sigma + (1/2) log 2 pi + (x - mu)^2 / (2 sigma^2).",
        lambda x, mu, sigma: -np.log(pdf(x, mu, sigma)).mean(),
    ),
)
_CANCELLED = (
    "Likely slip: mean(x^2) - mean(x)^2 is a small difference of huge numbers, and its digits cancel. "
    "Subtract the mean first, then square."
)
GAUSSIAN_MLE = (
    Slip(
        "Likely slip: divided by N - 1. That makes the variance unbiased; the likelihood is largest with N.",
        lambda x: (np.mean(x), np.std(x, ddof=1)),
    ),
    Slip(
        "Likely slip: the second number is the variance. Its square root, the standard deviation, was asked.",
        lambda x: (np.mean(x), np.var(x)),
    ),
    Slip(
        "Likely slip: the two numbers are in the other order. The mean comes first.",
        lambda x: (np.std(x), np.mean(x)),
    ),
    Slip(
        "Likely slip: that is the median, which belongs to Laplace noise. Normal noise has the mean.",
        lambda x: (np.median(x), np.std(x)),
    ),
    Slip(
        "Likely slip: the mean distance from the mean. Average the squares, and take the root.",
        lambda x: (np.mean(x), np.mean(np.abs(x - np.mean(x)))),
    ),
    Slip(_CANCELLED, lambda x: (np.mean(x), np.sqrt(np.mean(x**2) - np.mean(x) ** 2))),
    Slip(_CANCELLED, lambda x: (np.mean(x), np.nan)),
    Slip(_CANCELLED, lambda x: (np.mean(x), 0.0 if np.mean(x) > 1e6 else math.nan)),
    Slip(
        "Likely slip: the distances were not squared, so they cancel to 0.",
        lambda x: (np.mean(x), np.mean(x - np.mean(x))),
    ),
    Slip(
        "Likely slip: the distances from 0. Subtract the mean before you square.",
        lambda x: (np.mean(x), np.sqrt(np.mean(x**2))),
    ),
)
MSE_COEFFICIENTS = (
    Slip(
        "Likely slip: the two numbers are in the other order. First a, the part without the MSE, then b.",
        lambda sigma: reference.mse_coefficients(sigma)[::-1],
    ),
    Slip(
        "Likely slip: b is 1/(2 sigma^2): the 2 got lost.",
        lambda sigma: (reference.mse_coefficients(sigma)[0], 1 / sigma**2),
    ),
    Slip(
        "Likely slip: b has sigma squared: 1/(2 sigma^2).",
        lambda sigma: (reference.mse_coefficients(sigma)[0], 1 / (2 * sigma)),
    ),
    Slip(
        _VARIANCE,
        lambda sigma: reference.mse_coefficients(math.sqrt(sigma)),
    ),
    Slip(
        "Likely slip: log sigma is missing in a.",
        lambda sigma: (HALF_LOG_2PI, reference.mse_coefficients(sigma)[1]),
    ),
    Slip(
        "Likely slip: in a the constant (1/2) log 2 pi is missing, or not halved.",
        lambda sigma: (math.log(sigma), reference.mse_coefficients(sigma)[1]),
    ),
    Slip(
        "Likely slip: in a the constant (1/2) log 2 pi is missing, or not halved.",
        lambda sigma: (math.log(sigma) + 2 * HALF_LOG_2PI, reference.mse_coefficients(sigma)[1]),
    ),
    Slip(
        "Likely slip: the signs are those of the log-likelihood. Turn both round.",
        lambda sigma: tuple(-x for x in reference.mse_coefficients(sigma)),
    ),
)
