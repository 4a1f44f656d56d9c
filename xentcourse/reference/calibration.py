"""Reliability and its error, temperature scaling, scores in parts. Taught in book/calibration.md."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    IntArray,
    as_binary_labels,
    as_floats,
    as_labels,
    as_logits,
    as_numbers,
    as_probabilities,
    check_positive,
    first_index,
    fit_together,
)
from xentcourse.reference.softmax import logsumexp

Rule = Literal["log", "brier"]

#: How far the search for a temperature goes, in units of the largest gap.
_FAR = 2.0**1000


def reliability_bins(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, *, bins: int = 10
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """How often predictions came true, by how confident they were: the numbers of a reliability diagram.

    confidence : (N,) probabilities that were stated; N at least 1.
    correct    : (N,) 1 or True where what they were stated for came true, 0 or False where not.
    bins       : M bins of equal width; bin m holds m/M <= confidence < (m + 1)/M, the last one also 1.
    Returns three (M,) float64: how many fell into each bin, their mean confidence, the share that came true;
    the last two are NaN where a bin is empty.
    Raises ValueError for what is no probability, other outcomes, shapes that do not fit, N = 0, no bins.
    Source: Guo et al. (2017), section 2. Taught in book/calibration.md.

    >>> [row.tolist() for row in reliability_bins([.25, .75, 1.], [0, 1, 0], bins=2)]
    [[1.0, 2.0], [0.25, 0.875], [0.0, 0.5]]
    """
    s, right = _as_forecasts(
        confidence, correct, function="reliability_bins", names=("confidence", "correct")
    )
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise ValueError(f"reliability_bins: bins is {bins!r}, a whole number of at least 1 is needed.")
    bin_of = np.minimum((s * bins).astype(np.int64), bins - 1)
    counts = np.bincount(bin_of, minlength=bins).astype(np.float64)
    return counts, _per_bin(s, bin_of, counts), _per_bin(right, bin_of, counts)


def expected_calibration_error(confidence: npt.ArrayLike, correct: npt.ArrayLike, *, bins: int = 10) -> float:
    """The mean gap between confidence and share right over the bins, each weighted by its examples.

    confidence, correct, bins : as in `reliability_bins`.
    Returns one number from 0 to 1; on a finite sample of a calibrated model it is above 0 on average.
    Raises ValueError as `reliability_bins` does.
    Source: Guo et al. (2017), section 2. Taught in book/calibration.md.

    >>> expected_calibration_error([.25, .75, 1.], [0, 1, 0], bins=2)
    0.3333333333333333
    """
    counts, stated, share = reliability_bins(confidence, correct, bins=bins)
    filled = counts > 0
    gaps = counts[filled] * np.abs(share[filled] - stated[filled])
    return math.fsum(gaps) / math.fsum(counts)


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, z: float = 1.96
) -> tuple[FloatArray, FloatArray]:
    """The probabilities that lie within z of their own standard errors of an observed share.

    successes, trials : how often it came true, and in how many cases; numbers or arrays that broadcast.
    z                 : the width, above 0; 1.96 for about 95% of samples, 1.645 for 90%.
    Returns the lower and the upper end, float64 of the common shape, in 0..1.
    Raises ValueError for trials below 1, successes outside 0..trials, and z that is not above 0.
    Source: Wilson (1927). Taught in book/calibration.md.

    >>> [round(float(end), 4) for end in wilson_interval(9, 10)]
    [0.5958, 0.9821]
    """
    z = check_positive(z, function="wilson_interval", name="z")
    k = as_numbers(successes, function="wilson_interval", name="successes")
    n = as_numbers(trials, function="wilson_interval", name="trials")
    hint = "Does each share have its own number of trials?"
    k, n = fit_together(k, n, function="wilson_interval", names=("successes", "trials"), hint=hint)
    if not ((n >= 1) & np.isfinite(n)).all():
        raise ValueError(
            f"wilson_interval: trials is {n[~((n >= 1) & np.isfinite(n))][0]:.6g}, a number >= 1 is needed. "
            "An empty bin has no share and no interval."
        )
    outside = (k < 0) | (k > n)
    if outside.any():
        raise ValueError(
            f"wilson_interval: successes is {k[outside][0]:.6g} of {n[outside][0]:.6g}, a number from 0 to "
            "trials is needed. Are the two swapped, or is this a share?"
        )
    share, room = k / n, z * z / n
    centre = share + room / 2
    # Under the root: share (1 - share) + room / 4, which is never negative.
    half = np.sqrt(room * (share * (1 - share) + room / 4))
    low = np.where(k == 0, 0.0, (centre - half) / (1 + room))
    high = np.where(k == n, 1.0, (centre + half) / (1 + room))
    return np.clip(low, 0.0, share), np.clip(high, share, 1.0)


def temperature_nll(logits: npt.ArrayLike, labels: npt.ArrayLike, *, temperature: float = 1.0) -> float:
    """The mean negative log-likelihood of labels under softmax(logits / temperature), in nats.

    logits      : (N, K) array-like of finite numbers; N and K at least 1.
    labels      : (N,) whole numbers in 0..K−1.
    temperature : above 0; 1 leaves the model as it is.
    Returns one number; inf where a difference of logits over the temperature overflows.
    Raises ValueError for other logits, labels outside 0..K−1, N = 0, and a temperature that is not above 0.
    Source: Guo et al. (2017), section 4.2. Taught in book/calibration.md.

    >>> round(temperature_nll([[2., 0.], [1., 0.]], [0, 1], temperature=2.), 4)
    0.6437
    """
    temperature = check_positive(temperature, function="temperature_nll", name="temperature")
    z, y = _as_problem(logits, labels, function="temperature_nll")
    with np.errstate(over="ignore"):
        losses = logsumexp(_gaps(z, y) / temperature)
    return float(losses.mean())


def best_temperature(logits: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The temperature with the smallest mean negative log-likelihood of the labels.

    logits : (N, K) array-like of finite numbers, in some row not all equal.
    labels : (N,) whole numbers in 0..K−1.
    Returns one number: 0.0 where the loss falls as the temperature falls to 0, because each label has a
    largest logit; inf where it falls as the temperature grows for ever, because the labels' logits are on
    average not above the rows' means; otherwise the one best temperature.
    Raises ValueError for other logits, where every temperature is as good, and for labels outside 0..K−1.
    Source: Guo et al. (2017), section 4.2. Taught in book/calibration.md.

    >>> best_temperature([[2., 0.], [2., 0.], [2., 0.], [2., 0.]], [0, 0, 0, 1])   # 2 / log 3
    1.820478453253675
    >>> best_temperature([[2., 0.], [1., 0.]], [0, 0])
    0.0
    """
    z, y = _as_problem(logits, labels, function="best_temperature")
    gaps = _gaps(z, y)
    if not gaps.any():
        raise ValueError(
            "best_temperature: all logits of every row are equal, so every temperature gives log K; "
            "logits that differ are needed. Are these logits of an untrained model?"
        )
    if (gaps <= 0).all():
        return 0.0
    # A power of 2 brings the largest gap near 1 and keeps all digits.
    exponent = math.frexp(float(np.abs(gaps).max()))[1]
    if _slope_at_zero(z, y) >= 0:
        return math.inf
    # The slope in 1/T rises from below 0 to above 0: double or halve until its zero is enclosed, then bisect.
    gaps = np.ldexp(gaps, -exponent)
    low = high = 1.0
    while high < _FAR and _slope(gaps, high) < 0:
        low, high = high, 2 * high
    while low > 1 / _FAR and _slope(gaps, low) > 0:
        low, high = low / 2, low
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _slope(gaps, middle) < 0 else (low, middle)
    with np.errstate(over="ignore"):
        return float(np.ldexp(2 / (low + high), exponent))


def score_parts(
    forecasts: npt.ArrayLike, outcomes: npt.ArrayLike, *, rule: Rule = "brier"
) -> tuple[float, float, float]:
    """Reliability, resolution and uncertainty: the mean score is the first minus the second plus the third.

    forecasts : (N,) stated probabilities of a 1; N at least 1. Equal ones form a group.
    outcomes  : (N,) what came, 0 or 1.
    rule      : "brier" for the mean of (forecast − outcome)², "log" for the binary cross-entropy in nats.
    Returns three numbers, each at least 0; the first is inf where "log" meets what was ruled out.
    Raises ValueError for what is no probability, other outcomes, shapes that do not fit, N = 0, another rule.
    Source: Murphy (1973); Bröcker (2009). Taught in book/calibration.md.

    >>> score_parts([.25, .25, .75, .75], [0, 0, 1, 1])
    (0.0625, 0.25, 0.25)
    """
    s, y = _as_forecasts(forecasts, outcomes, function="score_parts", names=("forecasts", "outcomes"))
    if rule not in ("brier", "log"):
        raise ValueError(f'score_parts: rule is {rule!r}, one of "brier", "log" is needed.')
    stated, group = np.unique(s, return_inverse=True)
    counts = np.bincount(group).astype(np.float64)
    share, base = np.bincount(group, weights=y) / counts, y.sum() / y.size
    weight = counts / y.size
    if rule == "brier":
        gaps, spread, rest = (share - stated) ** 2, (share - base) ** 2, base * (1 - base)
    else:
        gaps, spread = _coin_divergence(share, stated), _coin_divergence(share, np.full_like(share, base))
        rest = float(_coin_entropy(base))
    return float((weight * gaps).sum()), float((weight * spread).sum()), float(rest)


def _per_bin(values: FloatArray, bin_of: npt.NDArray[np.int64], counts: FloatArray) -> FloatArray:
    """The mean of the values in each bin, NaN where there are none."""
    sums = np.bincount(bin_of, weights=values, minlength=counts.size)
    return np.asarray(np.divide(sums, counts, out=np.full(counts.size, np.nan), where=counts > 0))


def _slope(gaps: FloatArray, beta: float) -> float:
    """The derivative of the summed loss in β: what the model expects of the gaps to the label's logit."""
    shares = np.exp(beta * (gaps - gaps.max(axis=1, keepdims=True)))
    return math.fsum((shares * gaps).sum(axis=1) / shares.sum(axis=1))


def _slope_at_zero(z: FloatArray, y: IntArray) -> float:
    """K times the summed loss's derivative at β = 0: its sign decides, so the sum is exact."""
    scaled = np.ldexp(z, -math.frexp(float(np.abs(z).max()))[1])
    chosen = np.take_along_axis(scaled, y[:, None], axis=1)
    return math.fsum([*scaled.ravel(), *np.broadcast_to(-chosen, z.shape).ravel()])


def _gaps(z: FloatArray, y: IntArray) -> FloatArray:
    """z_k − z_label for each row: all that the loss depends on."""
    return np.asarray(z - np.take_along_axis(z, y[:, None], axis=1))


def _as_problem(
    logits: npt.ArrayLike, labels: npt.ArrayLike, *, function: str
) -> tuple[FloatArray, IntArray]:
    """(N, K) finite logits whose differences are finite too, and N labels; N at least 1."""
    z = as_logits(logits, function=function)
    if np.isinf(z).any():
        raise ValueError(
            f"{function}: logits{first_index(np.isinf(z))} is {z[np.isinf(z)][0]}, finite numbers are "
            "needed. No temperature moves an infinite logit."
        )
    if z.ndim != 2 or z.shape[0] == 0:
        raise ValueError(
            f"{function}: logits has shape {z.shape}, (N, K) with N >= 1 is needed, a row for each example. "
            "Is the batch empty, or is this a single row?"
        )
    with np.errstate(over="ignore"):
        far = np.isinf(z.max(axis=1) - z.min(axis=1))
    if far.any():
        raise ValueError(
            f"{function}: two logits of row {first_index(far)} are further apart than the largest float64; "
            "smaller ones are needed. Is a unit wrong?"
        )
    return z, as_labels(labels, shape=z.shape[:1], classes=z.shape[1], function=function)


def _as_forecasts(
    stated: npt.ArrayLike, came: npt.ArrayLike, *, function: str, names: tuple[str, str]
) -> tuple[FloatArray, FloatArray]:
    """(N,) probabilities and what came of them, N at least 1."""
    s = as_probabilities(
        as_floats(stated, function=function, name=names[0]), function=function, name=names[0]
    )
    y = as_binary_labels(came, function=function, name=names[1])
    if s.ndim != 1 or s.shape != y.shape or s.size == 0:
        raise ValueError(
            f"{function}: {names[0]} has shape {s.shape}, {names[1]} has {y.shape}; both need shape (N,) "
            "with N >= 1. Is there one probability for each outcome, or a whole row?"
        )
    return s, y


def _coin_entropy(a: npt.ArrayLike) -> FloatArray:
    """The entropy of coins with the probabilities a, in nats."""
    a = np.asarray(a, dtype=np.float64)
    return 0.0 - _log_times(a, a) - _log_times(1 - a, 1 - a)


def _coin_divergence(a: FloatArray, b: FloatArray) -> FloatArray:
    """d(a ‖ b) in nats; inf where b rules out what a allows."""
    with np.errstate(divide="ignore", over="ignore"):
        first, second = (
            np.divide(x, y, out=np.full_like(x, np.inf), where=y > 0) for x, y in ((a, b), (1 - a, 1 - b))
        )
    # Rounding may leave a hair below 0.
    return np.maximum(_log_times(a, first) + _log_times(1 - a, second), 0.0)


def _log_times(weight: FloatArray, x: FloatArray) -> FloatArray:
    """The product weight · log x, and 0 where the weight is 0."""
    with np.errstate(divide="ignore"):
        logs = np.log(np.where(weight > 0, x, 1.0))
    return np.asarray(weight * logs)
