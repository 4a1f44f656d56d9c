"""What a wrong model costs: KL divergence and its relatives. Taught in book/kl_divergence.md."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    as_joint_distributions,
    as_numbers,
    as_pair_of_distributions,
    check_base,
    first_index,
)


def kl_divergence(p: npt.ArrayLike, q: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """Relative entropy D(p‖q): the expected extra surprise of believing q when p is true.

    p, q : (..., K) array-likes of probabilities; each row sums to 1. Their shapes broadcast.
    base : e gives nats, 2 gives bits.
    Returns (...) float64, never negative: inf where some p > 0 meets q = 0; what p rules out counts 0.
    Raises ValueError if shapes do not fit, a row is no distribution, or the base is not above 1.
    Source: Cover & Thomas (2006), section 2.3. Taught in book/kl_divergence.md.

    >>> round(float(kl_divergence([.5, .5], [.9, .1], base=2)), 3)
    0.737
    """
    base = check_base(base, function="kl_divergence")
    p, q = as_pair_of_distributions(p, q, function="kl_divergence")
    return np.asarray(_pointwise(p, q).sum(axis=-1) / math.log(base))


def jensen_shannon(p: npt.ArrayLike, q: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """Jensen–Shannon divergence: the mean of D(p‖m) and D(q‖m), where m is halfway between p and q.

    p, q : (..., K) array-likes of probabilities; each row sums to 1. Their shapes broadcast.
    base : e gives nats, 2 gives bits.
    Returns (...) float64 from 0, for equal distributions, to log 2, for those that share no outcome.
    Raises ValueError if shapes do not fit, a row is no distribution, or the base is not above 1.
    Source: Lin (1991). Taught in book/kl_divergence.md.

    >>> jensen_shannon([[1, 0], [.5, .5]], [[0, 1], [.5, .5]], base=2).tolist()
    [1.0, 0.0]
    """
    base = check_base(base, function="jensen_shannon")
    p, q = as_pair_of_distributions(p, q, function="jensen_shannon")
    total = p + q  # twice m: halving the smallest float64 would give 0
    terms = _pointwise(2 * p, total) + _pointwise(2 * q, total)
    bound = math.log(2) / math.log(base)
    return np.asarray(np.minimum(terms.sum(axis=-1) / 4 / math.log(base), bound))


def mutual_information(joint: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """What X tells about Y: the KL divergence from their joint distribution to the product of both alone.

    joint : (..., M, N) array-like, tables that sum to 1 each: a row for each x, a column for each y.
    base  : e gives nats, 2 gives bits.
    Returns (...) float64, never negative: 0 for independent variables.
    Raises ValueError for another shape, for what is no distribution, and for a base that is not above 1.
    Source: Cover & Thomas (2006), section 2.3. Taught in book/kl_divergence.md.

    >>> float(mutual_information([[.5, 0], [0, .5]], base=2))   # a fair coin and its copy
    1.0
    """
    base = check_base(base, function="mutual_information")
    table = as_joint_distributions(joint, function="mutual_information")
    # D(joint ‖ product) row by row, so that no product of two tiny probabilities underflows.
    rows = table.sum(axis=-1, keepdims=True)
    given_x = np.divide(table, rows, out=np.zeros_like(table), where=rows > 0)
    terms = rows[..., 0] * _pointwise(given_x, table.sum(axis=-2, keepdims=True)).sum(axis=-1)
    return np.asarray(terms.sum(axis=-1) / math.log(base))


def total_variation(p: npt.ArrayLike, q: npt.ArrayLike) -> FloatArray:
    """Total variation distance: the most by which p and q can differ on the probability of an event.

    p, q : (..., K) array-likes of probabilities; each row sums to 1. Their shapes broadcast.
    Returns (...) float64 from 0 to 1: half the sum of the absolute differences.
    Raises ValueError if shapes do not fit or a row is no distribution.
    Source: Cover & Thomas (2006), section 11.6. Taught in book/kl_divergence.md.

    >>> float(total_variation([.5, .5, 0], [.25, .5, .25]))
    0.25
    """
    p, q = as_pair_of_distributions(p, q, function="total_variation")
    return np.asarray(np.minimum(np.abs(p - q).sum(axis=-1) / 2, 1.0))


def gaussian_kl(
    mu_p: npt.ArrayLike,
    sigma_p: npt.ArrayLike,
    mu_q: npt.ArrayLike,
    sigma_q: npt.ArrayLike,
    *,
    base: float = math.e,
) -> FloatArray:
    """KL divergence from the normal distribution N(mu_p, sigma_p²) to N(mu_q, sigma_q²).

    mu_p, mu_q       : the means; numbers or array-likes of finite numbers that broadcast.
    sigma_p, sigma_q : the standard deviations, above 0.
    base             : e gives nats, 2 gives bits.
    Returns float64 of the common shape, never negative.
    Raises ValueError for NaN, infinities, a sigma that is not above 0, and shapes that do not fit.
    Source: Bishop (2006), section 1.6.1. Taught in book/kl_divergence.md.

    >>> float(gaussian_kl(0, 1, 1, 1))   # a shift by one standard deviation
    0.5
    """
    base = check_base(base, function="gaussian_kl")
    means = [_finite(x, name) for x, name in ((mu_p, "mu_p"), (mu_q, "mu_q"))]
    widths = [_finite(x, name, above_zero=True) for x, name in ((sigma_p, "sigma_p"), (sigma_q, "sigma_q"))]
    try:
        (centre_p, centre_q), (width_p, width_q) = means, widths
        np.broadcast_shapes(*(x.shape for x in (*means, *widths)))
    except ValueError:
        raise ValueError(
            f"gaussian_kl: shapes {', '.join(str(x.shape) for x in (*means, *widths))} do not fit together; "
            "each normal distribution has one mean and one standard deviation. Is one of them missing?"
        ) from None
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        ratio = width_p / width_q
        shift = (centre_p / 2 - centre_q / 2) / width_q * 2  # the halves, since a difference may overflow
        # t − log(1 + t) with t = ratio² − 1, not by way of ratio², which would round a small t away.
        t = (width_p - width_q) / width_q * (ratio + 1)
        logarithm = 2 * (np.log(width_p) - np.log(width_q))
        spread = np.where(np.abs(t) <= 0.5, t - np.log1p(np.maximum(t, -0.5)), ratio**2 - 1 - logarithm)
        return np.asarray((np.maximum(spread, 0.0) + shift**2) / (2 * math.log(base)))


def best_fit(
    target: npt.ArrayLike,
    models: npt.ArrayLike,
    *,
    direction: Literal["forward", "reverse"] = "forward",
) -> int:
    """The model that is closest to a target distribution, in one of the two directions.

    target    : (K,) array-like, a distribution p.
    models    : (M, K) array-like, a candidate q in each row.
    direction : "forward" minimises D(p‖q), as maximum likelihood does; "reverse" minimises D(q‖p).
    Returns a row number that counts from 0, the first of several equal ones.
    Raises ValueError for what is no distribution, for shapes that do not fit, for another direction,
    and where every model is infinitely far away, so that none is best.
    Source: Bishop (2006), section 10.1.2. Taught in book/kl_divergence.md.

    >>> narrow, wide = [.9, .1, 0], [.4, .2, .4]
    >>> best_fit([.5, .1, .4], [narrow, wide]), best_fit([.8, .2, 0], [narrow, wide], direction="reverse")
    (1, 0)
    """
    if direction not in ("forward", "reverse"):
        raise ValueError(
            f'best_fit: direction is {direction!r}, "forward" or "reverse" is needed. '
            "Forward weights the logarithms with the target, reverse with the model."
        )
    p, q = as_pair_of_distributions(target, models, function="best_fit", names=("target", "models"))
    if p.ndim != 1 or q.ndim != 2 or len(q) == 0:
        raise ValueError(
            f"best_fit: target has shape {p.shape} and models has {q.shape}; one distribution (K,) and "
            "a row for each model (M, K), M at least 1, are needed. Did you swap them?"
        )
    costs = (_pointwise(p, q) if direction == "forward" else _pointwise(q, p)).sum(axis=-1)
    if np.isinf(costs).all():
        raise ValueError(
            f"best_fit: all {len(q)} models are infinitely far from the target in the {direction} direction, "
            "so none is best. Did you mean the other direction?"
        )
    return int(costs.argmin())


def _pointwise(p: FloatArray, q: FloatArray) -> FloatArray:
    """Entry by entry p log(p/q) − p + q, in nats: none is negative, and none is small by cancellation.

    Over two distributions the last two parts sum to 0, so the sum is the KL divergence;
    rows that miss 1 by rounding change it in the second order only, and never make it negative.
    """
    p, q = np.broadcast_arrays(p, q)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        t = (q - p) / p
        near = p * (t - np.log1p(t))
        far = p * (np.log(p) - np.log(q)) + (q - p)
    terms = np.where(np.abs(q - p) <= p / 2, near, far)
    return np.asarray(np.where(p > 0, np.maximum(terms, 0.0), q))


def _finite(x: npt.ArrayLike, name: str, *, above_zero: bool = False) -> FloatArray:
    """An array, or one number, of finite numbers that may have to be positive."""
    values = as_numbers(x, function="gaussian_kl", name=name)
    wrong = ~np.isfinite(values) | ((values <= 0) if above_zero else False)
    if wrong.any():
        kind = "a finite number above 0" if above_zero else "a finite number"
        raise ValueError(
            f"gaussian_kl: {name}{first_index(wrong)} is {values[wrong][0]:.6g}, {kind} is needed. "
            "Is this a variance, or the logarithm of a standard deviation?"
        )
    return values
