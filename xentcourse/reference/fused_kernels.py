"""The loss with less memory traffic: in one pass, block by block, chunk by chunk, rank by rank.

Taught in book/fused_kernels.md.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    IntArray,
    as_floats,
    as_labels,
    as_logits,
    check_positive,
    first_index,
)

#: Largest entry of each row so far, and the sum of exp(z − largest): (−inf, 0) before anything came.
State = tuple[FloatArray, FloatArray]


class Step(NamedTuple):
    """What one step of a computation moves between memory and processor."""

    name: str
    read: int  #: bytes
    written: int  #: bytes


def cross_entropy_traffic(rows: int, classes: int, *, itemsize: int = 4, fused: bool = False) -> list[Step]:
    """The bytes that the mean loss of a table of logits moves, forward and backward.

    rows, classes : shape of the table of logits.
    itemsize      : bytes of one number of it.
    fused         : False for one operation after the other, True for loss and gradient in one pass.
    Returns one Step for each operation, tables only: the N labels and losses are left out.
    Raises ValueError for a size that is not a whole number above 0.
    Source: none; counted in book/fused_kernels.md.

    >>> sum(step.read + step.written for step in cross_entropy_traffic(2, 10, itemsize=4))
    480
    """
    for name, size in (("rows", rows), ("classes", classes), ("itemsize", itemsize)):
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(
                f"cross_entropy_traffic: {name} is {size!r}, a whole number above 0 is needed. "
                "Is this a shape?"
            )
    table = int(rows) * int(classes) * int(itemsize)
    if fused:
        return [Step("loss and gradient", table, table)]
    return [
        Step("log_softmax", table, table),
        Step("nll_loss", 0, 0),
        Step("nll_loss backward", 0, table),
        Step("log_softmax backward", 2 * table, table),
    ]


def least_seconds(operations: float, moved: float, *, peak: float, bandwidth: float) -> float:
    """The roofline: no computation is done before its operations and its traffic are.

    operations : arithmetic operations, at least 0.
    moved      : bytes between memory and processor, at least 0.
    peak       : operations a second at most.
    bandwidth  : bytes a second at most.
    Returns seconds.
    Raises ValueError for negative amounts, and for rates that are not above 0.
    Source: Williams, Waterman & Patterson (2009). Taught in book/fused_kernels.md.

    >>> least_seconds(1e9, 4e9, peak=1e11, bandwidth=1e10)
    0.4
    """
    for name, amount in (("operations", operations), ("moved", moved)):
        if not 0 <= amount < np.inf:
            raise ValueError(f"least_seconds: {name} is {amount!r}, a finite number from 0 on is needed.")
    peak = check_positive(peak, function="least_seconds", name="peak")
    bandwidth = check_positive(bandwidth, function="least_seconds", name="bandwidth")
    return max(operations / peak, moved / bandwidth)


# ---- one pass ---------------------------------------------------------------------------------------


def fused_cross_entropy(logits: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[float, FloatArray]:
    """The mean negative log-likelihood of the labels and its gradient, (p − y)/N, from one exponential each.

    logits : (N, K) array-like, N >= 1; −inf means "impossible".
    labels : (N,) integers in 0..K−1.
    Returns the loss in nats and the gradient in the logits, (N, K) float64; the loss is inf where a label is
    impossible.
    Raises ValueError for NaN, +inf, rows of nothing but −inf, and labels that do not fit.
    Source: Bishop (2006), section 4.3.4. Taught in book/fused_kernels.md.

    >>> loss, gradient = fused_cross_entropy([[0., 0.]], [0])
    >>> round(loss, 4), gradient.tolist()
    (0.6931, [[-0.5, 0.5]])
    """
    z, y = _rows(logits, labels, function="fused_cross_entropy")
    rows = np.arange(len(z))
    largest = z.max(axis=1, keepdims=True)
    with np.errstate(under="ignore"):
        e = np.exp(z - largest)
        total = e.sum(axis=1, keepdims=True)
        loss = (np.log(total)[:, 0] - (z - largest)[rows, y]).mean()
        gradient = e / total
        gradient[rows, y] -= 1
        return float(loss), gradient / len(z)


# ---- block by block ---------------------------------------------------------------------------------


def state_of(block: npt.ArrayLike) -> State:
    """The state of a block of logits: each row's largest entry, and its sum of exponentials relative to it.

    block : (N, B) array-like; −inf allowed, B may be 0.
    Returns two arrays (N,); (−inf, 0) where a row has nothing, or nothing but −inf.
    Raises ValueError for NaN, +inf, and a shape other than (N, B).
    Source: Milakov & Gimelshein (2018). Taught in book/fused_kernels.md.

    >>> [part.tolist() for part in state_of([[0., 0.], [-np.inf, 3.]])]
    [[0.0, 3.0], [2.0, 1.0]]
    """
    z = as_floats(block, function="state_of", name="block")
    if z.ndim != 2 or np.isposinf(z).any():
        raise ValueError(
            f"state_of: block has shape {z.shape} and {int(np.isposinf(z).sum())} entries inf; rows (N, B) "
            "of finite numbers or -inf are needed. Is this one row? Then put it into a list."
        )
    largest = z.max(axis=1, initial=-np.inf)
    shift = np.where(np.isneginf(largest), 0.0, largest)[:, None]
    with np.errstate(under="ignore", over="ignore"):
        return largest, np.exp(z - shift).sum(axis=1)


def merge(a: State, b: State) -> State:
    """The state of two sets of logits together, row by row; associative, commutative, with (−inf, 0) neutral.

    a, b : (largest, total), arrays (N,) each, or numbers.
    Returns (largest, total).
    Raises ValueError for NaN, negative totals, and a total above 0 beside a largest entry of −inf.
    Source: Milakov & Gimelshein (2018), section 3.1. Taught in book/fused_kernels.md.

    >>> [part.tolist() for part in merge(([0.], [2.]), ([1000.], [1.]))]
    [[1000.0], [1.0]]
    """
    (m, s), (n, t) = (_state(state, name) for state, name in ((a, "a"), (b, "b")))
    largest = np.maximum(m, n)
    shift = np.where(np.isneginf(largest), 0.0, largest)
    with np.errstate(under="ignore", over="ignore"):
        return largest, s * np.exp(m - shift) + t * np.exp(n - shift)


def blockwise_nll(blocks: Iterable[npt.ArrayLike], labels: npt.ArrayLike) -> FloatArray:
    """Each row's negative log-likelihood, from blocks of columns that are looked at once.

    blocks : (N, B) array-likes, the columns of the logits in order; B may differ, and be 0.
    labels : (N,) integers, counted over all columns.
    Returns (N,) float64, in nats; inf where a label is impossible.
    Raises ValueError as `state_of` does, for labels outside the columns, and rows of nothing but −inf.
    Source: Milakov & Gimelshein (2018). Taught in book/fused_kernels.md.

    >>> blockwise_nll([[[0.]], [[0., 0.], ]], [2]).round(4).tolist()
    [1.0986]
    """
    y = np.asarray(labels)
    if y.dtype.kind not in "iu" or y.ndim != 1:
        as_labels(labels, shape=y.shape[:1], classes=1, function="blockwise_nll")  # says what is wrong
    state: State = np.full(y.shape, -np.inf), np.zeros(y.shape)
    own, first = np.full(y.shape, -np.inf), 0
    for block in blocks:
        z = as_floats(block, function="blockwise_nll", name="block")
        if z.ndim != 2 or len(z) != len(y):
            raise ValueError(
                f"blockwise_nll: a block has shape {z.shape} beside {len(y)} labels; ({len(y)}, B) is needed."
            )
        state = merge(state, state_of(z))
        own = own_logits(z, y, first=first, otherwise=own)
        first += z.shape[1]
    as_labels(labels, shape=state[0].shape, classes=first, function="blockwise_nll")
    _some_class(state[0], function="blockwise_nll")
    return np.asarray(np.log(state[1]) - (own - state[0]))


# ---- chunk by chunk ---------------------------------------------------------------------------------


def chunked_linear_cross_entropy(
    hidden: npt.ArrayLike, classifier: npt.ArrayLike, labels: npt.ArrayLike, *, chunk: int
) -> tuple[float, FloatArray, FloatArray]:
    """The mean loss of a linear layer's logits and its gradients, with `chunk` rows of logits at a time.

    hidden     : (N, D) array-like of finite numbers, N >= 1.
    classifier : (K, D), a row for each class.
    labels     : (N,) integers in 0..K−1.
    chunk      : rows of logits that exist at once, at least 1.
    Returns the loss in nats, and its gradients in hidden (N, D) and in the classifier (K, D).
    Raises ValueError for shapes, numbers, labels and chunks that do not fit.
    Source: Wijmans et al. (2025) for the idea. Taught in book/fused_kernels.md.

    >>> loss, *_ = chunked_linear_cross_entropy([[1.], [1.]], [[-2.85], [.86], [.28]], [2, 2], chunk=1)
    >>> round(loss, 4)
    1.0402
    """
    name = "chunked_linear_cross_entropy"
    x, w = (as_floats(a, function=name, name=n) for a, n in ((hidden, "hidden"), (classifier, "classifier")))
    if x.ndim != 2 or w.ndim != 2 or x.shape[1] != w.shape[1] or not len(x) or not len(w):
        raise ValueError(
            f"{name}: hidden has shape {x.shape}, classifier {w.shape}; (N, D) and (K, D) with N, K >= 1 are "
            "needed. Is the classifier transposed?"
        )
    for array, what in ((x, "hidden"), (w, "classifier")):
        if np.isinf(array).any():
            raise ValueError(
                f"{name}: {what}{first_index(np.isinf(array))} is infinite, finite numbers are needed."
            )
    if isinstance(chunk, bool) or not isinstance(chunk, int | np.integer) or chunk < 1:
        raise ValueError(f"{name}: chunk is {chunk!r}, at least 1 row is needed.")
    y = as_labels(labels, shape=(len(x),), classes=len(w), function=name)
    loss, into_hidden, into_classifier = 0.0, np.empty_like(x), np.zeros_like(w)
    for start in range(0, len(x), chunk):
        part = slice(start, start + chunk)
        share = len(x[part]) / len(x)
        mean, gradient = fused_cross_entropy(x[part] @ w.T, y[part])
        loss += share * mean
        into_hidden[part] = share * gradient @ w
        into_classifier += share * gradient.T @ x[part]
    return loss, into_hidden, into_classifier


# ---- rank by rank -----------------------------------------------------------------------------------


def rank_sums(
    local: npt.ArrayLike, labels: npt.ArrayLike, *, first: int, largest: npt.ArrayLike
) -> FloatArray:
    """What a rank brings to the second all-reduce: its sums of exponentials, and its share of z_y − largest.

    local   : (N, B) array-like, this rank's columns of the logits.
    labels  : (N,) integers, counted over all ranks.
    first   : the number of this rank's first class.
    largest : (N,), each row's largest logit over all ranks, finite.
    Returns (2, N) float64; the second row is 0 where the label belongs to another rank.
    Raises ValueError for NaN, +inf, and shapes that do not fit.
    Source: Shoeybi et al. (2019), section 3. Taught in book/fused_kernels.md.

    >>> rank_sums([[0., 0.]], [3], first=2, largest=[0.]).tolist()
    [[2.0], [0.0]]
    """
    z = as_floats(local, function="rank_sums", name="local")
    m = as_floats(largest, function="rank_sums", name="largest")
    y = np.asarray(labels)
    if z.ndim != 2 or m.shape != z.shape[:1] or y.shape != z.shape[:1]:
        raise ValueError(
            f"rank_sums: local has shape {z.shape}, labels {y.shape}, largest {m.shape}; (N, B), (N,) and "
            "(N,) are needed."
        )
    if not np.isfinite(m).all():
        raise ValueError("rank_sums: largest is not finite. Did a mask cover a whole row?")
    own = own_logits(z, y, first=first, otherwise=m) - m
    with np.errstate(under="ignore", over="ignore"):
        return np.stack([np.exp(z - m[:, None]).sum(axis=1), own])


def rank_gradient(
    local: npt.ArrayLike, labels: npt.ArrayLike, *, first: int, lse: npt.ArrayLike
) -> FloatArray:
    """The gradient of the mean loss in one rank's columns; no other rank is asked.

    local, labels, first : as in `rank_sums`.
    lse                  : (N,), each row's log-sum-exp over all ranks, finite.
    Returns (N, B) float64.
    Raises ValueError as `rank_sums` does.
    Source: Shoeybi et al. (2019), section 3. Taught in book/fused_kernels.md.

    >>> rank_gradient([[0., 0.]], [3], first=2, lse=[np.log(4)]).tolist()
    [[0.25, -0.75]]
    """
    z = as_floats(local, function="rank_gradient", name="local")
    rank_sums(z, labels, first=first, largest=lse)  # for its errors
    y = np.asarray(labels)
    mine = (y >= first) & (y < first + z.shape[1])
    with np.errstate(under="ignore"):
        p = np.exp(z - as_floats(lse, function="rank_gradient", name="lse")[:, None])
    p[mine, y[mine] - first] -= 1
    return np.asarray(p / len(z))


def vocab_parallel_cross_entropy(
    slices: Sequence[npt.ArrayLike], labels: npt.ArrayLike
) -> tuple[float, list[FloatArray]]:
    """The mean loss over ranks that hold some columns each, and each rank's columns of its gradient.

    slices : for each rank its (N, B) columns of the logits, in order; B may differ.
    labels : (N,) integers, counted over all ranks.
    Returns the loss in nats, and a list of gradients.
    Raises ValueError as `fused_cross_entropy` does.
    Source: Shoeybi et al. (2019), section 3. Taught in book/fused_kernels.md.

    >>> loss, gradients = vocab_parallel_cross_entropy([[[0.]], [[0., 0.]]], [2])
    >>> round(loss, 4), [g.round(4).tolist() for g in gradients]
    (1.0986, [[[0.3333]], [[0.3333, -0.6667]]])
    """
    name = "vocab_parallel_cross_entropy"
    parts = [as_floats(part, function=name, name=f"slice {i}") for i, part in enumerate(slices)]
    starts = np.cumsum([0, *(part.shape[-1] for part in parts)])
    y = np.asarray(labels)
    if not parts or any(part.shape[:-1] != y.shape or part.ndim != 2 for part in parts) or not y.size:
        raise ValueError(
            f"{name}: slices have shapes {[part.shape for part in parts]}, labels {y.shape}; (N, B) each and "
            "(N,) with N >= 1 are needed."
        )
    y = as_labels(labels, shape=y.shape, classes=int(starts[-1]), function=name)
    firsts = starts[:-1].tolist()
    # The two all-reduces: a maximum, then a sum.
    largest = np.maximum.reduce([state_of(part)[0] for part in parts])
    _some_class(largest, function=name)
    brought = [
        rank_sums(part, y, first=first, largest=largest) for part, first in zip(parts, firsts, strict=True)
    ]
    total, own = np.sum(brought, axis=0)
    lse = largest + np.log(total)
    gradients = [
        rank_gradient(part, y, first=first, lse=lse) for part, first in zip(parts, firsts, strict=True)
    ]
    return float((np.log(total) - own).mean()), gradients


# ---- shared -----------------------------------------------------------------------------------------


def own_logits(z: FloatArray, labels: IntArray, *, first: int, otherwise: FloatArray) -> FloatArray:
    """Each row's logit at its label, where the label is among the columns first..first+B−1."""
    mine = (labels >= first) & (labels < first + z.shape[1])
    own = otherwise.copy()
    own[mine] = z[mine, labels[mine] - first]
    return own


def _rows(logits: npt.ArrayLike, labels: npt.ArrayLike, *, function: str) -> tuple[FloatArray, IntArray]:
    z = as_logits(logits, function=function)
    if z.ndim != 2 or not len(z):
        raise ValueError(
            f"{function}: logits have shape {z.shape}, (N, K) with N >= 1 is needed. Is this one row? "
            "Then put it into a list."
        )
    return z, as_labels(labels, shape=(len(z),), classes=z.shape[1], function=function)


def _state(state: State, name: str) -> State:
    largest, total = (np.asarray(part, dtype=np.float64) for part in state)
    wrong = np.isnan(largest) | ~(total >= 0) | np.isposinf(largest) | (np.isneginf(largest) & (total > 0))
    if wrong.any():
        raise ValueError(
            f"merge: {name} is no state: largest{first_index(wrong)} is {largest[wrong].ravel()[0]}, total "
            f"{np.broadcast_to(total, wrong.shape)[wrong].ravel()[0]}; a total of at least 0, and of 0 "
            "beside -inf, is needed. Was it made by state_of?"
        )
    return largest, total


def _some_class(largest: FloatArray, *, function: str) -> None:
    if np.isneginf(largest).any():
        raise ValueError(
            f"{function}: all logits of row {first_index(np.isneginf(largest))} are -inf, so no class is "
            "possible; at least one finite logit is needed. Did a mask cover the whole row?"
        )
