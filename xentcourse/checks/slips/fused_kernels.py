"""What goes wrong with bytes, states, chunks and ranks. Taught in book/fused_kernels.md."""

from collections.abc import Callable
from typing import Any

import numpy as np

from xentcourse.checks.comparing import Slip
from xentcourse.reference import fused_kernels as reference
from xentcourse.reference.softmax import log_softmax, logsumexp, softmax

Array = np.ndarray


def right_bytes(rows: int, classes: int, itemsize: int) -> Array:
    """The count as it should be, (4, 2)."""
    steps = reference.cross_entropy_traffic(rows, classes, itemsize=itemsize)
    return np.array([(step.read, step.written) for step in steps])


def tables(*counts: tuple[float, float]) -> Callable[..., Array]:
    """Other numbers of tables, read and written in each step."""
    return lambda rows, classes, itemsize: np.array(counts) * rows * classes * itemsize


def right_merge(m: Array, s: Array, n: Array, t: Array) -> tuple[Array, Array]:
    """The merge as it should be."""
    return reference.merge((m, s), (n, t))


def merged(total: Callable[[Array, Array, Array, Array], Array]) -> Callable[..., tuple[Array, Array]]:
    """The right maximum beside `total(s, t, factor of s, factor of t)`; states of nothing have no slip."""

    def wrong(m: Array, s: Array, n: Array, t: Array) -> tuple[Array, Array]:
        largest = np.maximum(m, n)
        return largest, a_number(total(s, t, np.exp(m - largest), np.exp(n - largest)))

    return wrong


def a_number(value: Array) -> Array:
    """`value`, unless it is NaN, for which there is a sentence already."""
    if np.isnan(value).any():
        raise ValueError("NaN")
    return value


def nll(z: Array, y: Array) -> Array:
    """−log p of each row's label."""
    return np.asarray(-log_softmax(z)[np.arange(len(y)), y])


def whole(blocks: list[Array]) -> Array:
    """All columns."""
    return np.concatenate(blocks, axis=1)


def not_rescaled(blocks: list[Array], y: Array) -> Array:
    """Sums of exponentials, each relative to the maximum of its time."""
    z, m, s = whole(blocks), np.full(len(y), -np.inf), np.zeros(len(y))
    for block in blocks:
        if block.shape[1]:
            m = np.maximum(m, block.max(axis=1))
            s = s + np.exp(block - m[:, None]).sum(axis=1)
    return a_number(np.asarray(m + np.log(s) - z[np.arange(len(y)), y]))


def one_maximum(m: Array, s: Array, n: Array, t: Array) -> tuple[Array, Array]:
    """All rows relative to the largest logit of all of them."""
    top = np.full(len(m), max(m.max(), n.max()))
    return top, a_number(s * np.exp(m - top) + t * np.exp(n - top))


def in_equal_blocks(blocks: list[Array], y: Array) -> Array:
    """The labels' logits, as if all blocks were as wide as the first; later blocks win."""
    own = np.zeros(len(y))
    for i, block in enumerate(blocks):
        own = reference.own_logits(block, y, first=i * blocks[0].shape[1], otherwise=own)
    return own


def in_every_block(blocks: list[Array], y: Array) -> Array:
    """The logits at column y of the last block that has so many columns."""
    own = np.zeros(len(y))
    for block in blocks:
        own = reference.own_logits(block, y, first=0, otherwise=own)
    return own


def added_as_they_are(blocks: list[Array], y: Array) -> Array:
    """Each block's sum relative to its own maximum, added up beside the largest maximum."""
    sums = sum(np.exp(block - block.max(axis=1, keepdims=True)).sum(axis=1) for block in blocks)
    z = whole(blocks)
    return a_number(np.asarray(z.max(axis=1) + np.log(sums) - z[np.arange(len(y)), y]))


def fused(change: Callable[[float, Array, Array], tuple[Any, Any]]) -> Callable[..., tuple[Any, Any]]:
    """Loss and gradient after `change(loss, gradient, one_hot / N)`."""

    def wrong(z: Array, y: Array) -> tuple[Any, Any]:
        loss, gradient = reference.fused_cross_entropy(z, y)
        return change(loss, gradient, np.eye(z.shape[1])[y] / len(z))

    return wrong


def right_chunks(x: Array, w: Array, y: Array, chunk: int, factor: float) -> tuple[float, Array, Array]:
    """The loss as it should be, and the gradients of `factor` times it."""
    loss, into_x, into_w = reference.chunked_linear_cross_entropy(x, w, y, chunk=chunk)
    return loss, factor * into_x, factor * into_w


def chunked(
    change: Callable[..., tuple[Any, Any, Any]],
) -> Callable[..., tuple[Any, Any, Any]]:
    """`change(parts, N, factor)`; a part has its slice, its summed losses and its two summed gradients."""

    def wrong(x: Array, w: Array, y: Array, chunk: int, factor: float) -> tuple[Any, Any, Any]:
        parts = []
        for start in range(0, len(x), chunk):
            rows = slice(start, min(start + chunk, len(x)))
            z = x[rows] @ w.T
            g = softmax(z) - np.eye(len(w))[y[rows]]
            parts.append((rows, nll(z, y[rows]).sum(), g @ w, g.T @ x[rows]))
        return change(parts, len(x), factor)

    return wrong


def stacked(parts: list[Any]) -> Array:
    """The gradients in hidden of all parts."""
    return np.concatenate([part[2] for part in parts])


def own_means(parts: list[Any], _n: int, factor: float) -> tuple[Any, Any, Any]:
    """Each chunk's mean, added up."""
    sizes = [part[0].stop - part[0].start for part in parts]
    into_x = np.concatenate([part[2] / size for part, size in zip(parts, sizes, strict=True)])
    loss, into_w = (sum(part[i] / size for part, size in zip(parts, sizes, strict=True)) for i in (1, 3))
    return loss, factor * into_x, factor * into_w


def means_of_means(parts: list[Any], n: int, factor: float) -> tuple[Any, Any, Any]:
    """Each chunk's mean, averaged over the chunks."""
    return tuple(value / len(parts) for value in own_means(parts, n, factor))


def short_dropped(parts: list[Any], n: int, factor: float) -> tuple[Any, Any, Any]:
    """Whole chunks only, the others' gradients 0."""
    size = parts[0][0].stop - parts[0][0].start
    kept = [part for part in parts if part[0].stop - part[0].start == size]
    into_x = np.zeros_like(stacked(parts))
    for part in kept:
        into_x[part[0]] = part[2]
    loss, into_w = (sum(part[i] for part in kept) / n for i in (1, 3))
    return loss, factor * into_x / n, factor * into_w


def last_only(parts: list[Any], n: int, factor: float) -> tuple[Any, Any, Any]:
    """The classifier's gradient is that of the last chunk."""
    loss = sum(part[1] for part in parts) / n
    return loss, factor * stacked(parts) / n, factor * parts[-1][3] / n


def gradients_of_own_means(parts: list[Any], n: int, factor: float) -> tuple[Any, Any, Any]:
    """The right loss beside gradients that are divided chunk by chunk."""
    return (sum(part[1] for part in parts) / n, *own_means(parts, n, factor)[1:])


def summed_loss(parts: list[Any], n: int, factor: float) -> tuple[Any, Any, Any]:
    """The sum beside the gradients of the mean."""
    into_w = sum(part[3] for part in parts)
    return sum(part[1] for part in parts), factor * stacked(parts) / n, factor * into_w / n


def loss_of_means(parts: list[Any], n: int, factor: float) -> tuple[Any, Any, Any]:
    """The plain average of the chunks' mean losses beside the right gradients."""
    return means_of_means(parts, n, factor)[0], *summed_loss(parts, n, factor)[1:]


def no_labels(x: Array, w: Array, y: Array, _chunk: int, factor: float) -> tuple[float, Array, Array]:
    """The right loss beside gradients that are made of p / N."""
    p = softmax(x @ w.T) * factor / len(x)
    return float(nll(x @ w.T, y).mean()), p @ w, p.T @ x


def summed(parts: list[Any], n: int, factor: float) -> tuple[Any, Any, Any]:
    """Gradients of the sum beside the mean."""
    return sum(part[1] for part in parts) / n, factor * stacked(parts), factor * sum(p[3] for p in parts)


def no_factor(parts: list[Any], n: int, _factor: float) -> tuple[Any, Any, Any]:
    """The factor from above left out."""
    return sum(part[1] for part in parts) / n, stacked(parts) / n, sum(part[3] for part in parts) / n


def factor_in_one(which: int) -> Callable[..., tuple[Any, Any, Any]]:
    """Only one of the two gradients has the factor from above."""

    def change(parts: list[Any], n: int, factor: float) -> tuple[Any, Any, Any]:
        found = list(no_factor(parts, n, factor))
        found[which] = factor * found[which]
        return found[0], found[1], found[2]

    return change


def mine(local: Array, y: Array, first: int) -> Array:
    """Whether each row's label is among the columns."""
    return np.asarray((y >= first) & (y < first + local.shape[1]))


def sums(second: Callable[[Array, Array, int, Array], Array]) -> Callable[..., Array]:
    """Right sums of exponentials, and another second row."""

    def wrong(local: Array, y: Array, first: int, largest: Array) -> Array:
        return np.stack([np.exp(local - largest[:, None]).sum(axis=1), second(local, y, first, largest)])

    return wrong


def right_sums(local: Array, y: Array, first: int, largest: Array) -> Array:
    """The sums as they should be."""
    return reference.rank_sums(local, y, first=first, largest=largest)


def right_columns(local: Array, y: Array, first: int, lse: Array) -> Array:
    """The gradient as it should be."""
    return reference.rank_gradient(local, y, first=first, lse=lse)


def picked(local: Array, y: Array, first: int) -> Array:
    """Each row's logit at its label, 0 where that is elsewhere."""
    return reference.own_logits(local, y, first=first, otherwise=np.zeros(len(y)))


def counted_from_0(local: Array, y: Array, first: int, lse: Array) -> Array:
    """The 1 taken off at column y instead of y − first."""
    p = np.exp(local - lse[:, None])
    here = y < local.shape[1]
    p[here, y[here]] -= 1
    return np.asarray(p / len(y))


def late_one(local: Array, y: Array, first: int, lse: Array) -> Array:
    """The softmax divided by N, and then 1 taken off."""
    here = mine(local, y, first)
    gradient = np.exp(local - lse[:, None]) / len(y)
    gradient[here, y[here] - first] -= 1
    return np.asarray(gradient)


def any_label(local: Array, y: Array, first: int, lse: Array) -> Array:
    """The 1 taken off at column y − first, which may be negative and counts from the end then."""
    p = np.exp(local - lse[:, None])
    p[np.arange(len(y)), y - first] -= 1
    return np.asarray(p / len(y))


STEP_BYTES = (
    Slip(
        "Likely slip: those are numbers, not bytes. Each takes `itemsize` bytes.",
        lambda rows, classes, itemsize: right_bytes(rows, classes, 1),
    ),
    Slip(
        "Likely slip: those are bits. Bytes are asked, and itemsize is one number's bytes.",
        lambda rows, classes, itemsize: right_bytes(rows, classes, 8 * itemsize),
    ),
    Slip(
        "Likely slip: the backward step of nll_loss writes a whole table, nearly all of it zeros, "
        "and that table is missing.",
        tables((1, 1), (0, 0), (0, 0), (2, 1)),
    ),
    Slip(
        "Likely slip: the last step reads two tables, the log-probabilities and what nll_loss sends back.",
        tables((1, 1), (0, 0), (0, 1), (1, 1)),
    ),
    Slip(
        "Likely slip: nll_loss was counted as a table. It picks one number of each row, "
        "and numbers that are only N were to be left out.",
        tables((1, 1), (1, 0), (0, 1), (2, 1)),
    ),
    Slip(
        "Likely slip: the backward step of nll_loss was given a table to read. "
        "It writes zeros and -1/N, for which it needs the labels and no table.",
        tables((1, 1), (0, 0), (1, 1), (2, 1)),
    ),
    Slip(
        "Likely slip: the last step was given a third table to read. "
        "The log-probabilities say all that it needs of the logits.",
        tables((1, 1), (0, 0), (0, 1), (3, 1)),
    ),
    Slip(
        "Likely slip: the columns have changed places. Column 0 is what is read, column 1 what is written.",
        lambda *shape: right_bytes(*shape)[:, ::-1],
    ),
)
MERGE = (
    Slip(
        "Likely slip: the two sums were added as they are. Each is relative to its own maximum: "
        "multiply it by exp(old maximum - new maximum) first.",
        merged(lambda s, t, down, up: s + t),
    ),
    Slip(
        "Likely slip: the exponents have the wrong sign. The old maximum is at most the new one, "
        "so the factor exp(old - new) is at most 1.",
        merged(lambda s, t, down, up: s / down + t / up),
    ),
    Slip(
        "Likely slip: only the first sum was brought to the new maximum. The second may need it as well.",
        merged(lambda s, t, down, up: s * down + t),
    ),
    Slip(
        "Likely slip: the second result is the logarithm of the sum. The state keeps the sum itself.",
        merged(lambda s, t, down, up: np.log(s * down + t * up)),
    ),
    Slip(
        "Likely slip: the larger of the two sums was taken. Both sets count: bring both sums to the new "
        "maximum and add them.",
        merged(lambda s, t, down, up: np.maximum(s, t)),
    ),
    Slip(
        "Likely slip: the two results have changed places. The maximum comes first, then the sum.",
        lambda m, s, n, t: right_merge(m, s, n, t)[::-1],
    ),
    Slip(
        "Likely slip: one maximum was taken for all rows. Each row has its own: np.maximum(m, n).",
        one_maximum,
    ),
)
BLOCKWISE = (
    Slip(
        "Likely slip: the sum was not brought to the new maximum when the maximum grew.",
        not_rescaled,
    ),
    Slip(
        "Likely slip: sums of blocks were added as they are. Each is relative to its block's own maximum: "
        "merge states as in part 2.",
        added_as_they_are,
    ),
    Slip(
        "Likely slip: that is the log-sum-exp. The loss is that minus the label's logit.",
        lambda blocks, y: logsumexp(whole(blocks)),
    ),
    Slip(
        "Likely slip: that is the mean over the rows. One loss for each row was asked.",
        lambda blocks, y: nll(whole(blocks), y).mean(),
    ),
    Slip(
        "Likely slip: the sign is turned. A loss is the log-sum-exp minus the logit, at least 0.",
        lambda blocks, y: -nll(whole(blocks), y),
    ),
    Slip(
        "Likely slip: only the last block counts. The state must go on from block to block.",
        lambda blocks, y: logsumexp(blocks[-1]) - whole(blocks)[np.arange(len(y)), y],
    ),
    Slip(
        "Likely slip: the label's logit is missing where the label lies behind the first block. "
        "Labels count over all columns: subtract the number of columns that came before.",
        lambda blocks, y: logsumexp(whole(blocks)) - picked(blocks[0], y, 0),
    ),
    Slip(
        "Likely slip: labels were looked up in the wrong block or column. Blocks may differ in width: "
        "count the columns that came before, before += block.shape[1].",
        lambda blocks, y: logsumexp(whole(blocks)) - in_equal_blocks(blocks, y),
    ),
    Slip(
        "Likely slip: labels were looked up in every block. They count over all columns: "
        "subtract the number of columns that came before.",
        lambda blocks, y: logsumexp(whole(blocks)) - in_every_block(blocks, y),
    ),
    Slip(
        "Likely slip: the maximum is missing. S is relative to m: the loss is log S - (z_y - m).",
        lambda blocks, y: nll(whole(blocks), y) - whole(blocks).max(axis=1),
    ),
)
FUSED = (
    Slip(
        "Likely slip: the gradient is that of the sum. The loss is a mean, so divide by the number of rows.",
        fused(lambda loss, gradient, y: (loss, gradient * round(1 / y.max()))),
    ),
    Slip(
        "Likely slip: the loss is the sum over the rows, and the mean was asked.",
        fused(lambda loss, gradient, y: (loss * round(1 / y.max()), gradient)),
    ),
    Slip(
        "Likely slip: the gradient is p / N. Take 1 from p at each row's label first.",
        fused(lambda loss, gradient, y: (loss, gradient + y)),
    ),
    Slip(
        "Likely slip: the gradient is y - p; it points downhill. The gradient is p - y.",
        fused(lambda loss, gradient, y: (loss, -gradient)),
    ),
    Slip(
        "Likely slip: both are those of the sum over the rows. The mean was asked: divide both by N.",
        fused(lambda loss, gradient, y: (loss * round(1 / y.max()), gradient * round(1 / y.max()))),
    ),
    Slip(
        "Likely slip: the gradient was divided by the number of classes. "
        "The loss is a mean over the rows: divide by N.",
        fused(lambda loss, gradient, y: (loss, gradient * round(1 / y.max()) / y.shape[1])),
    ),
    Slip(
        "Likely slip: 1 was taken off after the division by N. Make p - y first, then divide all of it.",
        fused(lambda loss, gradient, y: (loss, gradient + y - (y > 0))),
    ),
    Slip(
        "Likely slip: 1 was taken off in whole columns. gradient[:, labels] means every row; "
        "one entry of each row is gradient[np.arange(N), labels].",
        fused(lambda loss, gradient, y: (loss, gradient + y - (y > 0).any(axis=0) / len(y))),
    ),
    Slip(
        "Likely slip: that is one loss for each row. Their mean was asked.",
        lambda z, y: (nll(z, y), reference.fused_cross_entropy(z, y)[1]),
    ),
    Slip(
        "Likely slip: the maximum is missing from the loss. S is relative to m: log S - (z_y - m).",
        lambda z, y: (nll(z, y).mean() - z.max(axis=1).mean(), reference.fused_cross_entropy(z, y)[1]),
    ),
)
CHUNKED = (
    Slip(
        "Likely slip: each chunk was divided by its own number of rows, and the means were added up. "
        "Divide by the number of all rows.",
        chunked(own_means),
    ),
    Slip(
        "Likely slip: each chunk's gradient was divided by the chunk's own number of rows. "
        "Divide by the number of all rows, as for the loss.",
        chunked(gradients_of_own_means),
    ),
    Slip(
        "Likely slip: the loss is the sum over the rows. Divide it by their number.",
        chunked(summed_loss),
    ),
    Slip(
        "Likely slip: the loss is the plain average of the chunks' means. The last chunk may be shorter: "
        "add up the losses of all rows, and divide once.",
        chunked(loss_of_means),
    ),
    Slip(
        "Likely slip: the gradients are made of p. Take 1 from p at each row's label first.",
        no_labels,
    ),
    Slip(
        "Likely slip: the means of the chunks were averaged, as if all chunks had equally many rows. "
        "The last one may be shorter.",
        chunked(means_of_means),
    ),
    Slip(
        "Likely slip: the rows behind the last full chunk are missing. The last chunk may be shorter.",
        chunked(short_dropped),
    ),
    Slip(
        "Likely slip: the classifier's gradient is that of the last chunk. Add up all chunks.",
        chunked(last_only),
    ),
    Slip(
        "Likely slip: the gradients are those of the sum. Divide them by the number of all rows, too.",
        chunked(summed),
    ),
    Slip(
        "Likely slip: backward does not use its argument. What comes from above multiplies both gradients.",
        chunked(no_factor),
    ),
    Slip(
        "Likely slip: what comes from above multiplies one gradient only. Both need it.",
        chunked(factor_in_one(1)),
    ),
    Slip(
        "Likely slip: what comes from above multiplies one gradient only. Both need it.",
        chunked(factor_in_one(2)),
    ),
)
LOCAL_SUMS = (
    Slip(
        "Likely slip: each row's own maximum was subtracted. That is this rank's; `largest` is everybody's.",
        lambda z, y, first, largest: right_sums(z, y, first, z.max(axis=1)),
    ),
    Slip(
        "Likely slip: a label of another rank adds -largest to the second row. It must add 0.",
        sums(lambda z, y, first, largest: picked(z, y, first) - largest),
    ),
    Slip(
        "Likely slip: the second row is the label's logit. Subtract `largest` from it.",
        sums(lambda z, y, first, largest: picked(z, y, first)),
    ),
    Slip(
        "Likely slip: the labels count over all ranks. "
        "This rank's columns begin at class `first`: subtract it.",
        sums(lambda z, y, first, largest: np.where(y < z.shape[1], picked(z, y, 0) - largest, 0.0)),
    ),
    Slip(
        "Likely slip: a label of another rank was looked up in these columns. A negative index counts from "
        "the end; it must add 0.",
        sums(lambda z, y, first, largest: z[np.arange(len(y)), (y - first) % z.shape[1]] - largest),
    ),
    Slip(
        "Likely slip: the second row has its sign turned. It is z_y - largest, at most 0.",
        lambda *rank: right_sums(*rank) * np.array([[1.0], [-1.0]]),
    ),
    Slip(
        "Likely slip: the first row is a logarithm. Sums are added up over the ranks, logarithms can't be.",
        lambda *rank: np.stack([np.log(right_sums(*rank)[0]), right_sums(*rank)[1]]),
    ),
    Slip(
        "Likely slip: the rows have changed places. The sums of exponentials come first.",
        lambda *rank: right_sums(*rank)[::-1],
    ),
)
LOCAL_GRADIENT = (
    Slip(
        "Likely slip: the probabilities were made of this rank's columns alone. "
        "Use `lse`, which knows all columns.",
        lambda z, y, first, lse: right_columns(z, y, first, logsumexp(z)),
    ),
    Slip(
        "Likely slip: the gradient is that of the sum over the rows. Divide by their number.",
        lambda z, y, first, lse: len(y) * right_columns(z, y, first, lse),
    ),
    Slip(
        "Likely slip: that is p / N. Take 1 off at the label, where the label is this rank's.",
        lambda z, y, first, lse: np.exp(z - lse[:, None]) / len(y),
    ),
    Slip(
        "Likely slip: the labels count over all ranks. "
        "This rank's columns begin at class `first`: subtract it.",
        counted_from_0,
    ),
    Slip(
        "Likely slip: 1 was taken off for a label of another rank. A negative index counts from the end.",
        any_label,
    ),
    Slip(
        "Likely slip: 1 was taken off after the division by N. Make p - y first, then divide all of it.",
        late_one,
    ),
    Slip(
        "Likely slip: rows whose label is another rank's were left out. Their gradient here is p / N.",
        lambda z, y, first, lse: right_columns(z, y, first, lse) * mine(z, y, first)[:, None],
    ),
)

#: For those who build the whole table after all.
TOO_MUCH = (
    "Likely slip: a table with a row for every example was built, of logits, of probabilities or for the "
    "backward pass. Make the logits of one chunk, use them up, and let the next chunk take their place."
)
