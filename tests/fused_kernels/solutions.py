"""Wrong and right solutions of the assignment `fused_kernels`."""

import math

import numpy as np
import torch
from mutation import mutant, right
from scipy import special
from torch.nn import functional

# ---- part 1 -----------------------------------------------------------------------------------------


@right("step_bytes")
def in_lists(rows, classes, itemsize):
    table = rows * classes * itemsize
    return [[table, table], [0, 0], [0, table], [2 * table, table]]


@right("step_bytes")
def in_floats(rows, classes, itemsize):
    result = np.zeros((4, 2))
    result[0], result[2, 1], result[3] = 1, 1, (2, 1)
    return result * float(rows * classes * itemsize)


@mutant("step_bytes", says="those are numbers, not bytes")
def in_numbers(rows, classes, itemsize):
    return np.array([[1, 1], [0, 0], [0, 1], [2, 1]]) * rows * classes


@mutant("step_bytes", says="those are bits")
def in_bits(rows, classes, itemsize):
    return np.array([[1, 1], [0, 0], [0, 1], [2, 1]]) * rows * classes * itemsize * 8


@mutant("step_bytes", says="that table is missing")
def zeros_forgotten(rows, classes, itemsize):
    t = rows * classes * itemsize
    return np.array([[t, t], [0, 0], [0, 0], [2 * t, t]])


@mutant("step_bytes", says="reads two tables")
def one_input_forgotten(rows, classes, itemsize):
    t = rows * classes * itemsize
    return np.array([[t, t], [0, 0], [0, t], [t, t]])


@mutant("step_bytes", says="nll_loss was counted as a table")
def nll_reads_a_table(rows, classes, itemsize):
    t = rows * classes * itemsize
    return np.array([[t, t], [t, 0], [0, t], [2 * t, t]])


@mutant("step_bytes", says="the columns have changed places")
def written_first(rows, classes, itemsize):
    t = rows * classes * itemsize
    return np.array([[t, t], [0, 0], [t, 0], [t, 2 * t]])


@mutant("step_bytes", says="the backward step of nll_loss was given a table")
def zeros_read(rows, classes, itemsize):
    t = rows * classes * itemsize
    return np.array([[t, t], [0, 0], [t, t], [2 * t, t]])


@mutant("step_bytes", says="a third table to read")
def logits_read_again(rows, classes, itemsize):
    t = rows * classes * itemsize
    return np.array([[t, t], [0, 0], [0, t], [3 * t, t]])


@mutant("step_bytes", says="transposed")
def steps_in_columns(rows, classes, itemsize):
    return (np.array([[1, 1], [0, 0], [0, 1], [2, 1]]) * rows * classes * itemsize).T


# ---- part 2 -----------------------------------------------------------------------------------------


@right("merge")
def with_a_loop(m, s, n, t):
    largest, total = [], []
    for a, b, c, d in zip(m.tolist(), s.tolist(), n.tolist(), t.tolist(), strict=True):
        top = max(a, c)
        largest.append(top)
        total.append(0.0 if top == -math.inf else b * math.exp(a - top) + d * math.exp(c - top))
    return largest, total


@right("merge")
def in_logarithms(m, s, n, t):
    with np.errstate(all="ignore"):
        lse = np.logaddexp(m + np.log(s), n + np.log(t))
        largest = np.maximum(m, n)
        return largest, np.where(largest > -np.inf, np.exp(lse - largest), 0.0)


@right("merge")
def nan_to_num(m, s, n, t):
    top = np.maximum(m, n)
    with np.errstate(all="ignore"):
        return top, s * np.nan_to_num(np.exp(m - top)) + t * np.nan_to_num(np.exp(n - top))


@right("merge")
def stacked(m, s, n, t):
    return np.stack(nan_to_num.function(m, s, n, t))


@right("merge")
def in_torch(m, s, n, t):
    m, s, n, t = map(torch.tensor, (m, s, n, t))
    top = torch.maximum(m, n)
    shift = torch.where(top > -torch.inf, top, 0.0)
    return top, s * (m - shift).exp() + t * (n - shift).exp()


@mutant("merge", says="the two sums were added as they are")
def not_rescaled(m, s, n, t):
    return np.maximum(m, n), s + t


@mutant("merge", says="wrong sign")
def turned(m, s, n, t):
    top = np.maximum(m, n)
    return top, s * np.exp(top - m) + t * np.exp(top - n)


@mutant("merge", says="only the first sum")
def only_the_old_one(m, s, n, t):
    top = np.maximum(m, n)
    return top, s * np.exp(m - top) + t


@mutant("merge", says="The state keeps the sum itself")
def logarithm_kept(m, s, n, t):
    top = np.maximum(m, n)
    return top, np.log(s * np.exp(m - top) + t * np.exp(n - top))


@mutant("merge", says="the larger of the two sums")
def larger_sum(m, s, n, t):
    return np.maximum(m, n), np.maximum(s, t)


@mutant("merge", says="the two results have changed places")
def sum_first(m, s, n, t):
    return in_logarithms.function(m, s, n, t)[::-1]


@mutant("merge", says="one maximum was taken for all rows")
def one_for_all(m, s, n, t):
    top = max(*m, *n)
    return [top] * len(m), s * np.exp(m - top) + t * np.exp(n - top)


@mutant("merge", says="Look for inf - inf")
def nan_of_nothing(m, s, n, t):
    top = np.maximum(m, n)
    return top, s * np.exp(m - top) + t * np.exp(n - top)


@mutant("merge", says="truth value of an array")
def pythons_max(m, s, n, t):
    top = max(m, n)
    return top, s * np.exp(m - top) + t * np.exp(n - top)


@mutant("merge", says="Look for inf - inf")
def no_maximum(m, s, n, t):
    return np.maximum(m, n), (s * np.exp(m) + t * np.exp(n)) / np.exp(np.maximum(m, n))


# ---- part 3 -----------------------------------------------------------------------------------------


@right("blockwise_nll")
def all_at_once(blocks, labels):
    z = np.concatenate(blocks, axis=1)
    return special.logsumexp(z, axis=1) - z[np.arange(len(labels)), labels]


@right("blockwise_nll")
def in_pure_python(blocks, labels):
    result = []
    for i, label in enumerate(labels.tolist()):
        m, s, own, before = -math.inf, 0.0, 0.0, 0
        for block in blocks:
            for z in block[i].tolist():
                if z > m:
                    m, s = z, s * math.exp(m - z)
                if z > -math.inf:
                    s += math.exp(z - m)
            if before <= label < before + len(block[i]):
                own = float(block[i][label - before])
            before += len(block[i])
        result.append(math.log(s) - (own - m))
    return result


@right("blockwise_nll")
def with_logaddexp(blocks, labels):
    lse, before, own = np.full(len(labels), -np.inf), 0, np.zeros(len(labels))
    for block in blocks:
        lse = np.logaddexp(lse, special.logsumexp(block, axis=1))
        one_hot = labels[:, None] == before + np.arange(block.shape[1])
        own += np.where(one_hot, block, 0.0).sum(axis=1)
        before += block.shape[1]
    return lse - own


def states(blocks, labels, *, rescaled=True, shifted=True, start=-np.inf):
    """Log-sum-exp and the label's logit, with mistakes to choose from."""
    m, s, own, before = np.full(len(labels), start), np.zeros(len(labels)), np.zeros(len(labels)), 0
    with np.errstate(all="ignore"):
        for block in blocks:
            top = np.maximum(m, block.max(axis=1))
            shift = np.where(top > -np.inf, top, 0.0)
            s = (s * np.exp(m - shift) if rescaled else s) + np.exp(block - shift[:, None]).sum(axis=1)
            m = top
            inside = (labels >= before) & (labels < before + block.shape[1])
            own[inside] = block[inside, labels[inside] - before]
            before += block.shape[1] if shifted else 0
        return m + np.log(s), own


@mutant("blockwise_nll", says="was not brought to the new maximum")
def old_sum_kept(blocks, labels):
    lse, own = states(blocks, labels, rescaled=False)
    return lse - own


@mutant("blockwise_nll", says="sums of blocks were added as they are")
def block_sums_added(blocks, labels):
    tops = [block.max(axis=1) for block in blocks]
    total = sum(np.exp(block - top[:, None]).sum(axis=1) for block, top in zip(blocks, tops, strict=True))
    return np.max(tops, axis=0) + np.log(total) - states(blocks, labels)[1]


@mutant("blockwise_nll", says="infinite")
def log_of_an_underflow(blocks, labels):
    p = special.softmax(np.concatenate(blocks, axis=1), axis=1)
    return -np.log(p[np.arange(len(labels)), labels])


@mutant("blockwise_nll", says="that is the log-sum-exp")
def only_lse(blocks, labels):
    return states(blocks, labels)[0]


@mutant("blockwise_nll", says="that is the mean over the rows")
def mean_of_rows(blocks, labels):
    lse, own = states(blocks, labels)
    return (lse - own).mean()


@mutant("blockwise_nll", says="the sign is turned")
def log_likelihood(blocks, labels):
    lse, own = states(blocks, labels)
    return own - lse


@mutant("blockwise_nll", says="only the last block counts")
def last_block(blocks, labels):
    _, own = states(blocks, labels)
    return special.logsumexp(blocks[-1], axis=1) - own


@mutant("blockwise_nll", says="behind the first block")
def first_block_only(blocks, labels):
    lse, _ = states(blocks, labels)
    first = blocks[0]
    inside = labels < first.shape[1]
    own = np.zeros(len(labels))
    own[inside] = first[inside, labels[inside]]
    return lse - own


def looked_up(blocks, labels, firsts):
    """The label's logit, for other opinions on where the blocks begin."""
    own = np.zeros(len(labels))
    for first, block in zip(firsts, blocks, strict=True):
        for i, label in enumerate(labels):
            if first <= label < first + block.shape[1]:
                own[i] = block[i, label - first]
    return own


@mutant("blockwise_nll", says="Blocks may differ in width")
def equal_widths(blocks, labels):
    firsts = [i * blocks[0].shape[1] for i in range(len(blocks))]
    return states(blocks, labels)[0] - looked_up(blocks, labels, firsts)


@mutant("blockwise_nll", says="labels were looked up in every block")
def in_every_block(blocks, labels):
    return states(blocks, labels)[0] - looked_up(blocks, labels, [0] * len(blocks))


@mutant("blockwise_nll", says="the maximum is missing")
def maximum_forgotten(blocks, labels):
    lse, own = states(blocks, labels)
    return lse - np.max([block.max(axis=1) for block in blocks], axis=0) - own


@mutant("blockwise_nll", says="infinite")
def starts_at_zero(blocks, labels):
    lse, own = states(blocks, labels, start=0.0)
    return lse - own


@mutant("blockwise_nll", says="Look for inf - inf")
def nan_block(blocks, labels):
    m, s, own, before = np.full(len(labels), -np.inf), np.zeros(len(labels)), np.zeros(len(labels)), 0
    for block in blocks:
        top = np.maximum(m, block.max(axis=1))
        s = s * np.exp(m - top) + np.exp(block - top[:, None]).sum(axis=1)
        m = top
        inside = (labels >= before) & (labels < before + block.shape[1])
        own[inside] = block[inside, labels[inside] - before]
        before += block.shape[1]
    return np.log(s) - (own - m)


# ---- part 4 -----------------------------------------------------------------------------------------


@right("loss_and_gradient")
def by_autograd(logits, labels):
    z = torch.tensor(logits, requires_grad=True)
    loss = functional.cross_entropy(z, torch.tensor(labels))
    loss.backward()
    return loss.item(), z.grad.nan_to_num()


@right("loss_and_gradient")
def by_scipy(logits, labels):
    log_p = special.log_softmax(logits, axis=1)
    one_hot = np.eye(logits.shape[1])[labels]
    return -log_p[np.arange(len(labels)), labels].mean(), (np.exp(log_p) - one_hot) / len(labels)


@right("loss_and_gradient")
def row_by_row(logits, labels):
    loss, gradient = 0.0, []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        e = [math.exp(z - max(row)) for z in row]
        loss += math.log(sum(e)) - (row[label] - max(row))
        gradient.append([(x / sum(e) - (k == label)) / len(logits) for k, x in enumerate(e)])
    return loss / len(logits), gradient


def good_pair(logits, labels):
    return by_scipy.function(logits, labels)


@mutant("loss_and_gradient", says="the gradient is that of the sum")
def gradient_of_sum(logits, labels):
    loss, gradient = good_pair(logits, labels)
    return loss, gradient * len(logits)


@mutant("loss_and_gradient", says="the loss is the sum")
def sum_of_losses(logits, labels):
    loss, gradient = good_pair(logits, labels)
    return loss * len(logits), gradient


@mutant("loss_and_gradient", says="the gradient is p / N")
def only_p(logits, labels):
    return good_pair(logits, labels)[0], special.softmax(logits, axis=1) / len(labels)


@mutant("loss_and_gradient", says="points downhill")
def downhill(logits, labels):
    loss, gradient = good_pair(logits, labels)
    return loss, -gradient


@mutant("loss_and_gradient", says="both are those of the sum")
def both_of_the_sum(logits, labels):
    loss, gradient = good_pair(logits, labels)
    return loss * len(labels), gradient * len(labels)


@mutant("loss_and_gradient", says="divided by the number of classes")
def mean_over_classes(logits, labels):
    loss, gradient = good_pair(logits, labels)
    return loss, gradient * len(labels) / logits.shape[1]


@mutant("loss_and_gradient", says="after the division by N")
def one_taken_off_late(logits, labels):
    gradient = special.softmax(logits, axis=1) / len(labels)
    gradient[np.arange(len(labels)), labels] -= 1
    return good_pair(logits, labels)[0], gradient


@mutant("loss_and_gradient", says="in whole columns")
def whole_columns(logits, labels):
    gradient = special.softmax(logits, axis=1)
    gradient[:, labels] -= 1
    return good_pair(logits, labels)[0], gradient / len(labels)


@mutant("loss_and_gradient", says="one loss for each row")
def losses_of_rows(logits, labels):
    losses = -special.log_softmax(logits, axis=1)[np.arange(len(labels)), labels]
    return losses, good_pair(logits, labels)[1]


@mutant("loss_and_gradient", says="the maximum is missing from the loss")
def loss_without_maximum(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    losses = np.log(e.sum(axis=1)) - logits[np.arange(len(labels)), labels]
    return losses.mean(), good_pair(logits, labels)[1]


@mutant("loss_and_gradient", says="infinite")
def log_of_p(logits, labels):
    p = special.softmax(logits, axis=1)
    return -np.log(p[np.arange(len(labels)), labels]).mean(), good_pair(logits, labels)[1]


@mutant("loss_and_gradient", says="a tuple of 2 results was expected")
def loss_alone(logits, labels):
    return good_pair(logits, labels)[0]


# ---- part 5 -----------------------------------------------------------------------------------------


def by_hand(hidden, classifier, labels, chunk, factor):
    loss, into_hidden, into_classifier = 0.0, np.empty_like(hidden), np.zeros_like(classifier)
    for start in range(0, len(hidden), chunk):
        rows = slice(start, start + chunk)
        z = hidden[rows] @ classifier.T
        log_p = special.log_softmax(z, axis=1)
        i = np.arange(len(z))
        loss -= log_p[i, labels[rows]].sum() / len(hidden)
        g = np.exp(log_p, out=log_p)
        g[i, labels[rows]] -= 1
        g *= factor / len(hidden)
        into_hidden[rows] = g @ classifier
        into_classifier += g.T @ hidden[rows]
    return loss, into_hidden, into_classifier


def by_package(hidden, classifier, labels, chunk, factor):
    from xentcourse.accelerated import linear_cross_entropy

    x, w = (torch.tensor(a, requires_grad=True) for a in (hidden, classifier))
    loss = linear_cross_entropy(x, w, torch.tensor(labels), chunk_size=chunk)
    (factor * loss).backward()
    return loss.item(), x.grad, w.grad


def by_checkpointing(hidden, classifier, labels, chunk, factor):
    """Chunks that are sent backward one by one."""
    x, w = (torch.tensor(a, requires_grad=True) for a in (hidden, classifier))
    total = 0.0
    for part, y in zip(x.split(chunk), torch.tensor(labels).split(chunk), strict=True):
        loss = functional.cross_entropy(part @ w.T, y, reduction="sum") / len(hidden)
        (factor * loss).backward()
        total += loss.item()
    return total, x.grad, w.grad


hand_1, hand_2 = (right(check)(by_hand) for check in ("chunked_loss", "chunked_memory"))
package_1, package_2 = (right(check)(by_package) for check in ("chunked_loss", "chunked_memory"))
pieces_1, pieces_2 = (right(check)(by_checkpointing) for check in ("chunked_loss", "chunked_memory"))


def whole_table(hidden, classifier, labels, chunk, factor):
    x, w = (torch.tensor(a, requires_grad=True) for a in (hidden, classifier))
    loss = functional.cross_entropy(x @ w.T, torch.tensor(labels))
    (factor * loss).backward()
    return loss.item(), x.grad, w.grad


numbers_alone_do_not_tell = right("chunked_loss")(whole_table)
too_much = mutant("chunked_memory", says="a table with a row for every example was built")(whole_table)


@mutant("chunked_memory", says="a table with a row for every example was built")
def recorded_chunks(hidden, classifier, labels, chunk, factor):
    """Every chunk's record waits for one backward at the end."""
    x, w = (torch.tensor(a, requires_grad=True) for a in (hidden, classifier))
    losses = [
        functional.cross_entropy(part @ w.T, y, reduction="sum")
        for part, y in zip(x.split(chunk), torch.tensor(labels).split(chunk), strict=True)
    ]
    loss = sum(losses) / len(hidden)
    (factor * loss).backward()
    return loss.item(), x.grad, w.grad


@mutant("chunked_memory", says="a table with a row for every example was built")
def gradients_collected(hidden, classifier, labels, chunk, factor):
    loss, tables = 0.0, []
    for start in range(0, len(hidden), chunk):
        rows = slice(start, start + chunk)
        log_p = torch.log_softmax(torch.tensor(hidden[rows]) @ torch.tensor(classifier).T, 1)
        y = torch.tensor(labels[rows])
        loss += float(functional.nll_loss(log_p, y, reduction="sum")) / len(hidden)
        tables.append((log_p.exp() - functional.one_hot(y, len(classifier))) / len(hidden))
    g = torch.cat(tables).numpy() * factor
    return loss, g @ classifier, g.T @ hidden


def chunks(hidden, classifier, labels, chunk):
    """Each chunk's rows, summed losses and unscaled gradient in the logits."""
    for start in range(0, len(hidden), chunk):
        rows = slice(start, min(start + chunk, len(hidden)))
        log_p = special.log_softmax(hidden[rows] @ classifier.T, axis=1)
        own = log_p[np.arange(len(log_p)), labels[rows]]
        yield rows, -own.sum(), np.exp(log_p) - np.eye(len(classifier))[labels[rows]]


def assembled(hidden, classifier, labels, chunk, scale_of, loss_of, drop=False, overwrite=False):
    into_hidden, into_classifier, loss = np.zeros_like(hidden), np.zeros_like(classifier), 0.0
    for rows, nll, g in chunks(hidden, classifier, labels, chunk):
        size = rows.stop - rows.start
        if drop and rows.start and size < chunk:
            break
        g = g * scale_of(size)
        loss += nll * loss_of(size)
        into_hidden[rows] = g @ classifier
        into_classifier = g.T @ hidden[rows] + (0 if overwrite else into_classifier)
    return loss, into_hidden, into_classifier


@mutant("chunked_loss", says="the means were added up")
def own_rows(hidden, classifier, labels, chunk, factor):
    return assembled(hidden, classifier, labels, chunk, lambda n: factor / n, lambda n: 1 / n)


@mutant("chunked_loss", says="each chunk's gradient was divided")
def gradients_by_own_rows(hidden, classifier, labels, chunk, factor):
    n = len(hidden)
    return assembled(hidden, classifier, labels, chunk, lambda size: factor / size, lambda _: 1 / n)


@mutant("chunked_loss", says="the loss is the sum")
def loss_not_divided(hidden, classifier, labels, chunk, factor):
    return assembled(hidden, classifier, labels, chunk, lambda _: factor / len(hidden), lambda _: 1.0)


@mutant("chunked_loss", says="the plain average of the chunks' means")
def loss_of_chunk_means(hidden, classifier, labels, chunk, factor):
    means = [nll / (rows.stop - rows.start) for rows, nll, _ in chunks(hidden, classifier, labels, chunk)]
    return np.mean(means), *by_hand(hidden, classifier, labels, chunk, factor)[1:]


@mutant("chunked_loss", says="one gradient for each argument of forward")
def gradients_missing(hidden, classifier, labels, chunk, factor):
    class Short(torch.autograd.Function):
        @staticmethod
        def forward(_ctx, x, w, *_rest):
            return (x @ w.T).sum()

        @staticmethod
        def backward(_ctx, from_above):
            return from_above, from_above

    x = torch.tensor(hidden, requires_grad=True)
    (factor * Short.apply(x, torch.tensor(classifier), torch.tensor(labels), chunk)).backward()


@mutant("chunked_loss", says="Return the loss as a tensor")
def number_from_forward(hidden, classifier, labels, chunk, factor):
    class Item(torch.autograd.Function):
        @staticmethod
        def forward(_ctx, x):
            return x.sum().item()

    (factor * Item.apply(torch.tensor(hidden, requires_grad=True))).backward()


@mutant("local_sums", says="shorter than thought")
def one_column_too_many(local, labels, first, largest):
    own = np.zeros(len(local))
    for i, label in enumerate(labels):
        if first <= label <= first + local.shape[1]:
            own[i] = local[i, label - first] - largest[i]
    return np.exp(local - largest[:, None]).sum(axis=1), own


@mutant("chunked_loss", says="the gradients are made of p")
def labels_forgotten(hidden, classifier, labels, chunk, factor):
    loss, _, _ = by_hand(hidden, classifier, labels, chunk, factor)
    g = special.softmax(hidden @ classifier.T, axis=1) * factor / len(hidden)
    return loss, g @ classifier, g.T @ hidden


@mutant("chunked_loss", says="as if all chunks had equally many rows")
def averaged_means(hidden, classifier, labels, chunk, factor):
    count = math.ceil(len(hidden) / chunk)
    return assembled(hidden, classifier, labels, chunk, lambda n: factor / n / count, lambda n: 1 / n / count)


@mutant("chunked_loss", says="the rows behind the last full chunk")
def remainder_dropped(hidden, classifier, labels, chunk, factor):
    n = len(hidden)
    return assembled(hidden, classifier, labels, chunk, lambda _: factor / n, lambda _: 1 / n, drop=True)


@mutant("chunked_loss", says="that of the last chunk")
def overwritten(hidden, classifier, labels, chunk, factor):
    n = len(hidden)
    return assembled(hidden, classifier, labels, chunk, lambda _: factor / n, lambda _: 1 / n, overwrite=True)


@mutant("chunked_loss", says="the gradients are those of the sum")
def gradients_of_sum(hidden, classifier, labels, chunk, factor):
    return assembled(hidden, classifier, labels, chunk, lambda _: factor, lambda _: 1 / len(hidden))


@mutant("chunked_loss", says="backward does not use its argument")
def nothing_from_above(hidden, classifier, labels, chunk, factor):
    return by_hand(hidden, classifier, labels, chunk, 1.0)


@mutant("chunked_loss", says="multiplies one gradient only")
def half_from_above(hidden, classifier, labels, chunk, factor):
    loss, x, w = by_hand(hidden, classifier, labels, chunk, 1.0)
    return loss, factor * x, w


@mutant("chunked_loss", says="transposed")
def classifier_transposed(hidden, classifier, labels, chunk, factor):
    loss, x, w = by_hand(hidden, classifier, labels, chunk, factor)
    return loss, x, w.T


# ---- part 6 -----------------------------------------------------------------------------------------


@right("local_sums")
def sums_in_a_loop(local, labels, first, largest):
    totals, own = [], []
    for row, label, top in zip(local.tolist(), labels.tolist(), largest.tolist(), strict=True):
        totals.append(sum(math.exp(z - top) for z in row))
        here = first <= label < first + len(row)
        own.append(row[label - first] - top if here else 0.0)
    return [totals, own]


@right("local_sums")
def sums_by_one_hot(local, labels, first, largest):
    rest = local - largest[:, None]
    one_hot = labels[:, None] == first + np.arange(local.shape[1])
    return np.exp(rest).sum(axis=1), (rest * one_hot).sum(axis=1)


@mutant("local_sums", says="each row's own maximum")
def own_maximum(local, labels, first, largest):
    return sums_by_one_hot.function(local, labels, first, local.max(axis=1))


@mutant("local_sums", says="adds -largest to the second row")
def foreign_labels_count(local, labels, first, largest):
    one_hot = labels[:, None] == first + np.arange(local.shape[1])
    own = (local * one_hot).sum(axis=1) - largest
    return np.stack([np.exp(local - largest[:, None]).sum(axis=1), own])


@mutant("local_sums", says="the second row is the label's logit")
def not_shifted(local, labels, first, largest):
    one_hot = labels[:, None] == first + np.arange(local.shape[1])
    return np.stack([np.exp(local - largest[:, None]).sum(axis=1), (local * one_hot).sum(axis=1)])


@mutant("local_sums", says="columns begin at class `first`")
def labels_from_zero(local, labels, first, largest):
    rest = local - largest[:, None]
    one_hot = labels[:, None] == np.arange(local.shape[1])
    return np.stack([np.exp(rest).sum(axis=1), (rest * one_hot).sum(axis=1)])


@mutant("local_sums", says="A negative index counts from")
def labels_wrapped(local, labels, first, largest):
    columns = (labels - first) % local.shape[1]
    own = local[np.arange(len(local)), columns] - largest
    return np.exp(local - largest[:, None]).sum(axis=1), own


@mutant("local_sums", says="has its sign turned")
def own_turned(local, labels, first, largest):
    totals, own = sums_by_one_hot.function(local, labels, first, largest)
    return totals, -own


@mutant("local_sums", says="logarithms can't be")
def logarithm_of_sums(local, labels, first, largest):
    totals, own = sums_by_one_hot.function(local, labels, first, largest)
    return np.log(totals), own


@mutant("local_sums", says="the rows have changed places")
def own_first(local, labels, first, largest):
    return sums_by_one_hot.function(local, labels, first, largest)[::-1]


@right("local_gradient")
def gradient_by_one_hot(local, labels, first, lse):
    one_hot = labels[:, None] == first + np.arange(local.shape[1])
    return (np.exp(local - lse[:, None]) - one_hot) / len(local)


@right("local_gradient")
def gradient_in_a_loop(local, labels, first, lse):
    return [
        [(math.exp(z - total) - (first + k == label)) / len(local) for k, z in enumerate(row)]
        for row, label, total in zip(local.tolist(), labels.tolist(), lse.tolist(), strict=True)
    ]


@mutant("local_gradient", says="this rank's columns alone")
def own_softmax(local, labels, first, lse):
    return gradient_by_one_hot.function(local, labels, first, special.logsumexp(local, axis=1))


@mutant("local_gradient", says="that of the sum over the rows")
def gradient_not_divided(local, labels, first, lse):
    return gradient_by_one_hot.function(local, labels, first, lse) * len(local)


@mutant("local_gradient", says="that is p / N")
def without_the_one(local, labels, first, lse):
    return np.exp(local - lse[:, None]) / len(local)


@mutant("local_gradient", says="columns begin at class `first`")
def one_at_the_wrong_place(local, labels, first, lse):
    one_hot = labels[:, None] == np.arange(local.shape[1])
    return (np.exp(local - lse[:, None]) - one_hot) / len(local)


@mutant("local_gradient", says="after the division by N")
def ones_taken_off_late(local, labels, first, lse):
    one_hot = labels[:, None] == first + np.arange(local.shape[1])
    return np.exp(local - lse[:, None]) / len(local) - one_hot


@mutant("local_gradient", says="rows whose label is another rank's were left out")
def rows_of_others(local, labels, first, lse):
    one_hot = labels[:, None] == first + np.arange(local.shape[1])
    return (np.exp(local - lse[:, None]) - one_hot) * one_hot.any(axis=1, keepdims=True) / len(local)


@mutant("local_gradient", says="the sign is turned round")
def gradient_turned(local, labels, first, lse):
    return -gradient_by_one_hot.function(local, labels, first, lse)


@mutant("local_gradient", says="A negative index counts from the end")
def negative_columns(local, labels, first, lse):
    gradient = np.exp(local - lse[:, None])
    for i, label in enumerate(labels - first):
        if label < local.shape[1]:
            gradient[i, label] -= 1
    return gradient / len(local)
