"""Entropy: of one variable, of two, and estimated from counts. Taught in book/entropy.md."""

import math

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    as_distributions_of_any_shape,
    as_floats,
    as_joint_distributions,
    as_probabilities,
    check_base,
    first_index,
)
from xentcourse.reference._logarithm import log


def entropy(p: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The expected surprise of a draw from p: −Σ p log p, where 0 log 0 counts 0.

    p    : (..., K) array-like of probabilities, K ≥ 1; each row sums to 1, and is taken as it stands.
    base : e gives nats, 2 gives bits, 10 gives bans.
    Returns (...) float64: 0.0 for a point mass, log K for the uniform distribution, else between them.
    Raises ValueError for a row that is no distribution, and for a base that is not above 1.
    Source: Shannon (1948), section 6. Taught in book/entropy.md.

    >>> entropy([[1/4, 1/4, 1/4, 1/4], [1/2, 1/4, 1/4, 0], [1, 0, 0, 0]], base=2).tolist()
    [2.0, 1.5, 0.0]
    """
    base = check_base(base, function="entropy")
    return _entropy(as_distributions_of_any_shape(p, function="entropy"), base)


def binary_entropy(p: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The entropy of a coin that shows heads with probability p, to all digits also where p is tiny.

    p    : array-like of any shape, or one number; each in 0..1.
    base : e gives nats, 2 gives bits, 10 gives bans.
    Returns float64 of the same shape: 0.0 at both ends, log 2 in the middle.
    Raises ValueError for what is no probability, and for a base that is not above 1.
    Source: Cover & Thomas (2006), section 2.1. Taught in book/entropy.md.

    >>> binary_entropy([0, 1/2, 1], base=2).tolist()
    [0.0, 1.0, 0.0]
    """
    base = check_base(base, function="binary_entropy")
    p = as_probabilities(p, function="binary_entropy", name="p")
    heads = _weighted_surprise(p, base)
    with np.errstate(divide="ignore", invalid="ignore", under="ignore"):
        # log1p: close to certainty 1 − p would lose the digits of p.
        tails = np.where(p < 1, (p - 1) * (np.log1p(-p) / math.log(base)), 0.0)
    return np.asarray(heads + tails + 0.0)  # + 0.0: no negative zero


def joint_entropy(joint: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The entropy H(X, Y) of two variables taken as one.

    joint : (..., Kx, Ky) array-like of p(x, y): a row for each x, a column for each y; the entries sum to 1.
    base  : e gives nats, 2 gives bits, 10 gives bans.
    Returns (...) float64, at least as large as the entropy of each variable alone.
    Raises ValueError for a table that is no distribution, and for a base that is not above 1.
    Source: Cover & Thomas (2006), section 2.2. Taught in book/entropy.md.

    >>> float(joint_entropy([[1/4, 1/4], [1/2, 0]], base=2))
    1.5
    """
    base = check_base(base, function="joint_entropy")
    table = as_joint_distributions(joint, function="joint_entropy")
    return _entropy(table.reshape(*table.shape[:-2], -1), base)


def conditional_entropy(joint: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The entropy H(Y | X) that the columns' variable still has, on average, when the row is known.

    joint : (..., Kx, Ky) array-like of p(x, y): a row for each x, a column for each y; the entries sum to 1.
            A row of zeros is an x that never comes, and counts nothing.
    base  : e gives nats, 2 gives bits, 10 gives bans.
    Returns (...) float64, never negative: 0.0 exactly where every possible row leaves one y.
    Swap the last two axes for H(X | Y).
    Raises ValueError for a table that is no distribution, and for a base that is not above 1.
    Source: Cover & Thomas (2006), section 2.2. Taught in book/entropy.md.

    >>> float(conditional_entropy([[1/4, 1/4], [1/2, 0]], base=2))   # a fair coin, half of the time
    0.5
    """
    base = check_base(base, function="conditional_entropy")
    table = as_joint_distributions(joint, function="conditional_entropy")
    rows = table.sum(axis=-1, keepdims=True)
    # At most one y of each row is likelier than the others together. Its surprise is that of their share,
    # which is known to all digits; p(x, y)/p(x) itself may round to 1.
    main = 2 * table > rows
    rest = np.where(main, 0.0, table).sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore", under="ignore"):
        surprise = np.where(main, -np.log1p(-rest / rows), -np.log(table / rows))
        terms = np.where(table > 0, table * (surprise / math.log(base)), 0.0)
    return np.asarray(terms.sum(axis=(-2, -1)) + 0.0)


def plug_in_entropy(counts: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The entropy of a sample's shares, as an estimate of its source's: too small on average.

    counts : (..., K) array-like of whole numbers ≥ 0, how often each symbol came; N ≥ 1 in each row.
    base   : e gives nats, 2 gives bits, 10 gives bans.
    Returns (...) float64, at most the logarithm of the number of symbols that came.
    Raises ValueError for counts that are none, for a row without observations, and for a base not above 1.
    Source: Paninski (2003). Taught in book/entropy.md.

    >>> float(plug_in_entropy([5, 5, 0], base=2))
    1.0
    """
    base = check_base(base, function="plug_in_entropy")
    n = _as_samples(counts, function="plug_in_entropy")
    return _entropy(n / n.sum(axis=-1, keepdims=True), base)


def miller_madow_entropy(counts: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The plug-in estimate plus (m − 1)/2N nats, m being the number of symbols that came.

    counts : (..., K) array-like of whole numbers ≥ 0, how often each symbol came; N ≥ 1 in each row.
    base   : e gives nats, 2 gives bits, 10 gives bans.
    Returns (...) float64; it takes off the leading term of the bias only, and may exceed log K.
    Raises ValueError as `plug_in_entropy` does.
    Source: Miller (1955). Taught in book/entropy.md.

    >>> round(float(miller_madow_entropy([5, 5, 0])), 4)   # ln 2 + 1/20
    0.7431
    """
    base = check_base(base, function="miller_madow_entropy")
    n = _as_samples(counts, function="miller_madow_entropy")
    size, seen = n.sum(axis=-1), (n > 0).sum(axis=-1)
    correction = (seen - 1) / (2 * size * math.log(base))
    return np.asarray(_entropy(n / size[..., None], base) + correction)


def _entropy(p: FloatArray, base: float) -> FloatArray:
    """−Σ p log p over the last axis; a row that misses 1 by rounding never gets below 0."""
    return np.asarray(np.maximum(_weighted_surprise(p, base).sum(axis=-1), 0.0))


def _weighted_surprise(p: FloatArray, base: float) -> FloatArray:
    """−p log p, entry by entry, 0.0 where p is 0."""
    with np.errstate(divide="ignore", invalid="ignore", under="ignore"):
        return np.where(p > 0, 0.0 - p * log(p, base), 0.0)  # 0.0 −: no negative zero


def _as_samples(counts: npt.ArrayLike, *, function: str) -> FloatArray:
    """Rows of whole numbers ≥ 0, each with a sum of at least 1."""
    n = as_floats(counts, function=function, name="counts")
    wrong = (n < 0) | np.isinf(n) | (n != np.floor(n))
    if wrong.any():
        raise ValueError(
            f"{function}: counts{first_index(wrong)} is {n[wrong][0]:.6g}, a whole number >= 0 is needed. "
            "Are these shares? Multiply them by the number of observations."
        )
    empty = np.asarray(n.sum(axis=-1) == 0)
    if empty.any():
        raise ValueError(
            f"{function}: row {first_index(empty) or '0'} of counts has no observation (N = 0), "
            "and so no shares; at least one is needed. Was the sample filtered away?"
        )
    return n
