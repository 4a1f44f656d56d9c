"""Likelihoods of coins, dice and noisy numbers, and their maxima. Taught in book/likelihood.md."""

import math

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    as_counts,
    as_floats,
    as_labels,
    as_probabilities,
    as_rows_of_probabilities,
    check_positive,
    first_index,
)

#: ½ log 2π, what a standard normal density costs at its peak, in nats.
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


def bernoulli_log_likelihood(outcomes: npt.ArrayLike, p: npt.ArrayLike) -> FloatArray:
    """Log-probability of a record of zeros and ones if each 1 has probability p, in nats.

    outcomes : (N,) array-like of 0 and 1, independent draws in their order; N = 0 is allowed.
    p        : probability of a 1, a number or an array-like of any shape.
    Returns float64 of the shape of p: N₁ log p + N₀ log(1 − p), where a count of 0 counts 0.
    It is −inf where p rules out what came, and 0 for an empty record.
    Raises ValueError for outcomes other than 0 and 1, and for p outside 0..1.
    Source: Bishop (2006), section 2.1. Taught in book/likelihood.md.

    >>> float(bernoulli_log_likelihood([1, 1, 0], 0.5))   # 3 log ½
    -2.0794415416798357
    >>> float(bernoulli_log_likelihood([1, 1], 1.0))      # 0 log 0 counts 0
    0.0
    """
    x = _as_outcomes(outcomes, function="bernoulli_log_likelihood")
    chance = as_probabilities(p, function="bernoulli_log_likelihood", name="p")
    ones = int(x.sum())
    with np.errstate(divide="ignore"):
        return _times(ones, np.log(chance)) + _times(x.size - ones, np.log1p(-chance))


def bernoulli_mle(outcomes: npt.ArrayLike) -> float:
    """The probability of a 1 that makes a record of zeros and ones most likely: the share of ones.

    outcomes : (N,) array-like of 0 and 1, N ≥ 1.
    Returns a float from 0 to 1.
    Raises ValueError for outcomes other than 0 and 1, and for N = 0, where every p is as good.
    Source: Bishop (2006), section 2.1. Taught in book/likelihood.md.

    >>> bernoulli_mle([1, 1, 0, 1])
    0.75
    """
    x = _as_outcomes(outcomes, function="bernoulli_mle")
    _check_some(x, function="bernoulli_mle", name="outcomes")
    return int(x.sum()) / x.size


def categorical_log_likelihood(counts: npt.ArrayLike, q: npt.ArrayLike) -> FloatArray:
    """Log-probability of a record in which class k came counts[k] times, under the distribution q, in nats.

    counts : (K,) array-like of whole numbers ≥ 0.
    q      : (..., K) array-like of probabilities; each row sums to 1.
    Returns (...) float64: Σ counts_k log q_k, where a count of 0 counts 0; −inf where q rules out what came.
    It is the log-probability of the draws in their order: no multinomial coefficient.
    Raises ValueError for counts that are none, rows that are no distribution, and shapes that do not fit.
    Source: Bishop (2006), section 2.2. Taught in book/likelihood.md.

    >>> float(categorical_log_likelihood([2, 1, 0], [0.5, 0.5, 0]))   # 3 log ½
    -2.0794415416798357
    """
    n = as_counts(counts, function="categorical_log_likelihood")
    rows = as_rows_of_probabilities(q, classes=n.size, function="categorical_log_likelihood", name="q")
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(_times(n, np.log(rows)).sum(axis=-1))


def categorical_mle(labels: npt.ArrayLike, *, classes: int) -> FloatArray:
    """The distribution over the classes that makes the labels most likely: each class's share of them.

    labels  : (N,) array-like of integers in 0..classes−1, N ≥ 1.
    classes : the number of classes K, those without a label included.
    Returns (K,) float64, a distribution; a class that no label names gets 0.
    Raises ValueError for labels outside 0..K−1, and for N = 0, where every distribution is as good.
    Source: Bishop (2006), section 2.2. Taught in book/likelihood.md.

    >>> categorical_mle([0, 2, 2, 0], classes=4).tolist()
    [0.5, 0.0, 0.5, 0.0]
    """
    if not isinstance(classes, int | np.integer) or classes < 1:
        raise ValueError(
            f"categorical_mle: classes is {classes!r}, a whole number of at least 1 is needed. "
            "Did you mean max(labels) + 1?"
        )
    y = as_floats(labels, function="categorical_mle", name="labels")
    _check_list(y, function="categorical_mle", name="labels")
    _check_some(y, function="categorical_mle", name="labels")
    numbers = as_labels(labels, shape=y.shape, classes=int(classes), function="categorical_mle")
    return np.asarray(np.bincount(numbers, minlength=classes) / y.size)


def mean_nll(probabilities: npt.ArrayLike) -> float:
    """Mean negative log-likelihood: minus the average logarithm of what a model gave to what came, in nats.

    probabilities : array-like of any shape, N ≥ 1 entries: the model's probability of each observed outcome.
    Returns a float ≥ 0; inf where an outcome had probability 0. No product is formed, so none underflows.
    Raises ValueError for entries outside 0..1 and for N = 0.
    Source: Bishop (2006), section 1.2.4. Taught in book/likelihood.md.

    >>> round(mean_nll([0.5] * 2000), 12)   # log 2; the product, 2**−2000, is no float64
    0.69314718056
    """
    q = as_probabilities(probabilities, function="mean_nll", name="probabilities")
    _check_some(q, function="mean_nll", name="probabilities")
    with np.errstate(divide="ignore"):
        return float(-np.log(q).mean()) + 0.0  # + 0.0: no negative zero


def gaussian_nll(x: npt.ArrayLike, mu: float, sigma: float) -> float:
    """Mean negative log-density of x under the normal distribution N(mu, sigma²), in nats.

    x     : (N,) array-like of finite numbers, N ≥ 1.
    mu    : the mean, finite.
    sigma : the standard deviation, above 0.
    Returns a float, log σ + ½ log 2π + mean((x − μ)²)/(2σ²); negative where densities exceed 1 enough.
    Raises ValueError for numbers that are not finite, sigma ≤ 0 and N = 0.
    Source: Bishop (2006), section 1.2.4. Taught in book/likelihood.md.

    >>> gaussian_nll([0.0], mu=0.0, sigma=1.0)   # ½ log 2π
    0.9189385332046727
    """
    values, centre, scale = _numbers(x, mu, sigma, function="gaussian_nll", width="sigma")
    with np.errstate(over="ignore", under="ignore"):
        squares = ((values - centre) / scale) ** 2
        return float(math.log(scale) + HALF_LOG_2PI + 0.5 * squares.mean())


def gaussian_mle(x: npt.ArrayLike) -> tuple[float, float]:
    """The mean and standard deviation of the normal distribution under which x is most likely.

    x : (N,) array-like of finite numbers, not all equal.
    Returns (mu, sigma): the average, and the root of the average squared distance from it (dividing by N).
    Raises ValueError for N = 0 and for equal numbers: with sigma towards 0 their likelihood has no bound.
    Source: Bishop (2006), section 1.2.4. Taught in book/likelihood.md.

    >>> gaussian_mle([1., 3., 5., 7.])   # sigma² is 5
    (4.0, 2.23606797749979)
    """
    values = _as_numbers(x, function="gaussian_mle")
    if values.min() == values.max():
        raise ValueError(
            f"gaussian_mle: all {values.size} entries of x are {values[0]:.6g}, different ones are needed: "
            "here a smaller sigma is always likelier. Are there other observations, or is sigma known?"
        )
    # Scaling by a power of two is exact, and neither the sum nor a square leaves the range of float64.
    exponent = int(np.frexp(np.abs(values).max())[1])
    scaled = np.ldexp(values, -exponent)
    centre = scaled.mean()
    centre += (scaled - centre).mean()  # what the first mean rounded away
    distances = scaled - centre
    largest = np.abs(distances).max()
    spread = largest * np.sqrt(((distances / largest) ** 2).mean())
    return math.ldexp(float(centre), exponent), math.ldexp(float(spread), exponent)


def mse_coefficients(sigma: float) -> tuple[float, float]:
    """The numbers (a, b) for which the mean NLL of N(mu, sigma²) is a + b · MSE, whatever x and mu are.

    sigma : the standard deviation, known and above 0.
    Returns a = log σ + ½ log 2π in nats, and b = 1/(2σ²).
    MSE is the mean squared error, the average of (x − μ)².
    Raises ValueError for sigma ≤ 0.
    Source: Bishop (2006), section 1.2.5. Taught in book/likelihood.md.

    >>> mse_coefficients(0.5)[1]
    2.0
    """
    scale = check_positive(sigma, function="mse_coefficients", name="sigma")
    with np.errstate(over="ignore", under="ignore"):
        return math.log(scale) + HALF_LOG_2PI, float(0.5 / np.float64(scale) / np.float64(scale))


def laplace_nll(x: npt.ArrayLike, mu: float, scale: float) -> float:
    """Mean negative log-density of x under the Laplace distribution, exp(−|x − mu|/scale)/(2 scale), in nats.

    x     : (N,) array-like of finite numbers, N ≥ 1.
    mu    : the centre, finite.
    scale : the mean absolute distance from it, above 0.
    Returns a float, log(2 scale) + mean|x − mu|/scale.
    Raises ValueError for numbers that are not finite, scale ≤ 0 and N = 0.
    Source: Boyd & Vandenberghe (2004), section 7.1.1. Taught in book/likelihood.md.

    >>> laplace_nll([1.0], mu=0.0, scale=0.5)   # log 1 + 2
    2.0
    """
    values, centre, width = _numbers(x, mu, scale, function="laplace_nll", width="scale")
    with np.errstate(over="ignore"):
        return float(math.log(2.0) + math.log(width) + (np.abs(values - centre) / width).mean())


def _times(counts: npt.ArrayLike, logarithms: FloatArray) -> FloatArray:
    """Products of counts and logarithms, with 0 where a count is 0, also beside −inf."""
    n = np.asarray(counts)
    shape = np.broadcast_shapes(n.shape, logarithms.shape)
    products = np.zeros(shape)
    with np.errstate(over="ignore"):
        np.multiply(n, logarithms, out=products, where=np.broadcast_to(n > 0, shape))
    return products


def _as_outcomes(outcomes: npt.ArrayLike, *, function: str) -> FloatArray:
    """A list of zeros and ones."""
    x = as_floats(outcomes, function=function, name="outcomes")
    _check_list(x, function=function, name="outcomes")
    other = (x != 0) & (x != 1)
    if other.any():
        raise ValueError(
            f"{function}: outcomes{first_index(other)} is {x[other][0]:.6g}, only 0 and 1 can come. "
            "More than two outcomes are for categorical_log_likelihood."
        )
    return x


def _as_numbers(x: npt.ArrayLike, *, function: str) -> FloatArray:
    """A list of at least one finite number."""
    values = as_floats(x, function=function, name="x")
    _check_list(values, function=function, name="x")
    _check_some(values, function=function, name="x")
    if np.isinf(values).any():
        raise ValueError(
            f"{function}: x{first_index(np.isinf(values))} is infinite, finite numbers are needed. "
            "Did something overflow before?"
        )
    return values


def _numbers(
    x: npt.ArrayLike, mu: float, spread: float, *, function: str, width: str
) -> tuple[FloatArray, float, float]:
    """The three arguments of a density with a centre and a width."""
    values = _as_numbers(x, function=function)
    centre = as_floats([mu], function=function, name="mu")
    if centre.shape != (1,) or np.isinf(centre).any():
        raise ValueError(f"{function}: mu is {mu!r}, one finite number is needed. Did you mean its mean?")
    return values, float(centre[0]), check_positive(spread, function=function, name=width)


def _check_list(array: FloatArray, *, function: str, name: str) -> None:
    if array.ndim != 1:
        raise ValueError(
            f"{function}: {name} has shape {array.shape}, one list of them, shape (N,), is needed. "
            f"Did you mean {name}.ravel()?"
        )


def _check_some(array: np.ndarray, *, function: str, name: str) -> None:
    if array.size == 0:
        raise ValueError(
            f"{function}: {name} is empty (N = 0), at least one observation is needed. "
            "Without data every parameter is as likely. Was everything filtered out?"
        )
