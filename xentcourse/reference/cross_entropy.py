"""Cross-entropy, proper scores, perplexity and bits per byte. Taught in book/cross_entropy.md."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    as_distributions_of_any_shape,
    as_floats,
    as_labels,
    as_numbers,
    as_pair_of_distributions,
    check_base,
    check_positive,
)
from xentcourse.reference._logarithm import log

Rule = Literal["log", "brier", "linear", "absolute"]


def cross_entropy(p: npt.ArrayLike, q: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The expected surprise of q's owner at data from p: H(p, q) = −Σ p log q.

    p, q : (..., K) array-likes of probabilities that broadcast over the same K; each row sums to 1.
    base : e gives nats, 2 gives bits.
    Returns (...) float64, at least 0; inf where some p > 0 meets q = 0. Where p is 0, nothing is added.
    Raises ValueError for rows that are no distributions, shapes that do not fit, and a base not above 1.
    Source: Kerridge (1961). Taught in book/cross_entropy.md.

    >>> float(cross_entropy([1/2, 1/4, 1/8, 1/8], [1/8, 1/2, 1/4, 1/8], base=2))
    2.375
    """
    base = check_base(base, function="cross_entropy")
    p, q = _as_pair(p, q, function="cross_entropy")
    return _weighted(p, 0.0 - log(q, base))


def decompose(p: npt.ArrayLike, q: npt.ArrayLike, *, base: float = math.e) -> tuple[FloatArray, FloatArray]:
    """The two parts of the cross-entropy: the entropy H(p), and the divergence D(p‖q) = H(p, q) − H(p).

    p, q, base : as in `cross_entropy`.
    Returns two (...) float64, both at least 0; the second is inf where the cross-entropy is.
    Raises ValueError as `cross_entropy` does.
    Source: Cover & Thomas (2006), section 2.3. Taught in book/cross_entropy.md.

    >>> [float(part) for part in decompose([1/2, 1/4, 1/8, 1/8], [1/8, 1/2, 1/4, 1/8], base=2)]
    [1.75, 0.625]
    """
    base = check_base(base, function="decompose")
    p, q = _as_pair(p, q, function="decompose")
    # Differences of logarithms, term by term: p/q may overflow, and inf − inf stays where p is 0.
    with np.errstate(invalid="ignore"):
        extra = _weighted(p, log(p, base) - log(q, base))
    return _weighted(p, 0.0 - log(p, base)), np.maximum(extra, 0.0)


def empirical_cross_entropy(labels: npt.ArrayLike, q: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The average negative log-probability of labels: the cross-entropy of their shares against q.

    labels : (N,) whole numbers in 0..K−1.
    q      : (K,) one distribution for all of them, or (N, K) one for each.
    base   : e gives nats, 2 gives bits.
    Returns one float64; inf where a label was given probability 0.
    Raises ValueError for N = 0, labels outside 0..K−1, rows that are no distributions, a base not above 1.
    Source: Bishop (2006), section 4.3.4. Taught in book/cross_entropy.md.

    >>> float(empirical_cross_entropy([0, 0, 1], [1/2, 1/4, 1/4], base=2))   # (1 + 1 + 2) / 3
    1.3333333333333333
    """
    base = check_base(base, function="empirical_cross_entropy")
    return np.asarray((0.0 - log(_at_labels(labels, q, function="empirical_cross_entropy"), base)).mean())


def brier_score(labels: npt.ArrayLike, q: npt.ArrayLike) -> FloatArray:
    """The average squared distance of the stated distributions from the one-hot labels: Σ_k (q_k − y_k)².

    labels, q : as in `empirical_cross_entropy`.
    Returns one float64 in 0..2; for two classes it is twice what is often called so.
    Raises ValueError as `empirical_cross_entropy` does.
    Source: Brier (1950). Taught in book/cross_entropy.md.

    >>> float(brier_score([0, 1], [[1/2, 1/2], [0, 1]]))
    0.25
    """
    chosen = _at_labels(labels, q, function="brier_score")
    others = np.square(as_floats(q, function="brier_score", name="q")).sum(axis=-1)
    return np.asarray((1 - 2 * chosen + others).mean())


def score(q: npt.ArrayLike, *, rule: Rule = "log") -> FloatArray:
    """What the report q loses, for each outcome that may come.

    q    : (..., K) array-like; each row is a distribution.
    rule : "log" −log q_k; "brier" Σ_j (q_j − 1{j = k})²; "linear" 1 − q_k; "absolute" Σ_j |q_j − 1{j = k}|.
    Returns (..., K) float64: entry k is the loss if outcome k comes; inf where the log rule meets 0.
    Raises ValueError for rows that are no distributions, and for another rule.
    Source: Gneiting & Raftery (2007). Taught in book/cross_entropy.md.

    >>> score([3/4, 1/4], rule="brier").tolist()
    [0.125, 1.125]
    """
    q = as_distributions_of_any_shape(q, function="score", name="q")
    if rule == "log":
        return 0.0 - log(q, math.e)
    if rule == "brier":
        return np.asarray(1 - 2 * q + np.square(q).sum(axis=-1, keepdims=True))
    if rule == "linear":
        return np.asarray(1 - q)
    if rule == "absolute":
        return np.asarray(1 - 2 * q + q.sum(axis=-1, keepdims=True))
    raise ValueError(f'score: rule is {rule!r}, one of "log", "brier", "linear", "absolute" is needed.')


def expected_score(p: npt.ArrayLike, q: npt.ArrayLike, *, rule: Rule = "log") -> FloatArray:
    """What the report q loses on average when p is true: Σ_k p_k · score(q)_k.

    p, q : (..., K) array-likes that broadcast over the same K; each row is a distribution.
    rule : as in `score`.
    Returns (...) float64; what p rules out counts 0, also where its loss is infinite.
    Raises ValueError for rows that are no distributions, shapes that do not fit, and another rule.
    Source: Gneiting & Raftery (2007). Taught in book/cross_entropy.md.

    >>> float(expected_score([1/2, 1/2], [1, 0], rule="brier"))
    1.0
    """
    p, q = _as_pair(p, q, function="expected_score")
    return _weighted(p, score(q, rule=rule))


def best_report(p: npt.ArrayLike, losses: npt.ArrayLike) -> int:
    """The report with the smallest expected loss for somebody who believes p.

    p      : (K,) array-like, the belief.
    losses : (M, K): losses[m, k] is what report m loses if outcome k comes; inf is allowed.
    Returns its row, counted from 0, the first of equal ones; what p rules out counts 0.
    Raises ValueError for a p that is no distribution, no report, shapes that do not fit, and −inf.
    Source: Savage (1971). Taught in book/cross_entropy.md.

    >>> best_report([1/2, 1/2], [[0, 3], [1, 1]])
    1
    """
    p = as_distributions_of_any_shape(p, function="best_report", name="p")
    table = as_floats(losses, function="best_report", name="losses")
    if p.ndim != 1 or table.ndim != 2 or table.shape[1] != p.size or table.shape[0] == 0:
        raise ValueError(
            f"best_report: losses has shape {table.shape}, p has {p.shape}; (M, K) with M >= 1 and (K,) are "
            "needed. Is there a column for each outcome?"
        )
    if np.isneginf(table).any():
        raise ValueError("best_report: a loss is -inf, numbers or inf are needed. Is the sign turned?")
    return int(_weighted(np.broadcast_to(p, table.shape), table).argmin())


def perplexity(loss: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    """The number of equally likely choices that would cost as much: base ** loss.

    loss : mean negative log-probability for each token, at least 0; a number or an array.
    base : that of the logarithms in it: e for nats, 2 for bits.
    Returns float64 of the same shape, at least 1; inf for an infinite loss, or one too large for float64.
    Raises ValueError for NaN, a negative loss, and a base that is not above 1.
    Source: Jelinek et al. (1977). Taught in book/cross_entropy.md.

    >>> float(perplexity(3, base=2))
    8.0
    """
    base = check_base(base, function="perplexity")
    loss = _as_losses(loss, function="perplexity", name="loss")
    with np.errstate(over="ignore"):
        # math.e itself is rounded: a power of it would be off for large losses.
        return np.asarray(np.exp(loss) if base == math.e else np.power(base, loss))


def bits_per_byte(total: npt.ArrayLike, size: float, *, base: float = math.e) -> FloatArray:
    """The cost of a text for each of its bytes, in bits, however it was cut into tokens.

    total : the summed negative log-probability of the whole text, at least 0; a number or an array.
    size  : the number of bytes of the text, above 0.
    base  : that of the logarithms in the total: e for nats, 2 for bits.
    Returns float64 of the shape of `total`; 8 is what the uncompressed text costs.
    Raises ValueError for NaN, a negative total, a size that is not above 0, and a base not above 1.
    Source: Cover & Thomas (2006), section 5.4. Taught in book/cross_entropy.md.

    >>> float(bits_per_byte(24, 6, base=2))
    4.0
    """
    base = check_base(base, function="bits_per_byte")
    size = check_positive(size, function="bits_per_byte", name="size")
    total = _as_losses(total, function="bits_per_byte", name="total")
    return np.asarray(total / size * (math.log(base) / math.log(2)))


def text_scores(nats: npt.ArrayLike, text: str) -> tuple[float, float, float]:
    """Three ways to state one cost: perplexity per token, perplexity per character, bits per UTF-8 byte.

    nats : (M,) the negative log-probability of each token of the text, in nats; M at least 1.
    text : what the tokens spell, not empty.
    Returns three numbers.
    Raises ValueError for an empty text, no tokens, NaN, and negative numbers.
    Source: none; taught in book/cross_entropy.md.

    >>> text_scores([0.0, 0.0], "three tokens would be more")
    (1.0, 1.0, 0.0)
    """
    costs = _as_losses(nats, function="text_scores", name="nats")
    if costs.ndim != 1 or costs.size == 0 or not text:
        raise ValueError(
            f"text_scores: nats has shape {costs.shape}, the text {len(text)} characters; (M,) with M >= 1 "
            "and at least one character are needed. Was the text read from the right place?"
        )
    total = costs.sum()
    return (
        float(perplexity(total / costs.size)),
        float(perplexity(total / len(text))),
        float(bits_per_byte(total, len(text.encode()))),
    )


def _weighted(p: FloatArray, losses: FloatArray) -> FloatArray:
    """Σ_k p_k · losses_k over the last axis, where a term with p_k = 0 is 0 by definition."""
    return np.asarray(np.multiply(p, losses, out=np.zeros_like(p), where=p > 0).sum(axis=-1))


def _as_pair(p: npt.ArrayLike, q: npt.ArrayLike, *, function: str) -> tuple[FloatArray, FloatArray]:
    """Two arrays of distributions, broadcast to one shape; the last axes must be equally long already."""
    one, other = np.broadcast_arrays(*as_pair_of_distributions(p, q, function=function))
    return one, other


def _at_labels(labels: npt.ArrayLike, q: npt.ArrayLike, *, function: str) -> FloatArray:
    """The probability that was given to each of N >= 1 labels."""
    rows = as_distributions_of_any_shape(q, function=function, name="q")
    shape = rows.shape[:-1] if rows.ndim > 1 else np.shape(labels)[:1]
    if rows.ndim > 2 or shape in ((), (0,)):
        raise ValueError(
            f"{function}: labels has shape {np.shape(labels)}, q has {rows.shape}; (N,) with N >= 1, and "
            "(K,) or (N, K), are needed. Is the batch empty?"
        )
    y = as_labels(labels, shape=shape, classes=rows.shape[-1], function=function)
    return rows[y] if rows.ndim == 1 else rows[np.arange(y.size), y]


def _as_losses(values: npt.ArrayLike, *, function: str, name: str) -> FloatArray:
    array = as_numbers(values, function=function, name=name)
    if (array < 0).any():
        raise ValueError(
            f"{function}: {name} is {array[array < 0][0]:.6g}, a negative log-probability is at least 0. "
            "Is the sign missing?"
        )
    return array
