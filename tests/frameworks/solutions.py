"""Wrong and right solutions of the assignment `frameworks`."""

import math

import numpy as np
import torch
from mutation import mutant, right
from scipy import special
from torch.nn import functional

# ---- part 1 -----------------------------------------------------------------------------------------


def loop(loss_of, *, rate=1.0, more=0, zero=True):
    """A training program with another loss of logits and labels."""

    def run(x, labels, classes, learning_rate, steps):
        x, labels = torch.tensor(x), torch.tensor(labels)
        W = torch.zeros(x.shape[1], classes, dtype=x.dtype, requires_grad=True)
        optimizer = torch.optim.SGD([W], lr=learning_rate * rate)
        for _ in range(steps + more):
            if zero:
                optimizer.zero_grad()
            loss_of(x @ W, labels).backward()
            optimizer.step()
        return W

    return run


def ce(z, y):
    return functional.cross_entropy(z, y)


@right("train")
def by_hand(x, labels, classes, learning_rate, steps):
    W = np.zeros((x.shape[1], classes))
    for _ in range(steps):
        W -= learning_rate * x.T @ (special.softmax(x @ W, axis=1) - np.eye(classes)[labels]) / len(x)
    return W


@right("train")
def in_float32(x, labels, classes, learning_rate, steps):
    x, labels = torch.tensor(x).float(), torch.tensor(labels)
    layer = torch.nn.Linear(x.shape[1], classes, bias=False)
    torch.nn.init.zeros_(layer.weight)
    for _ in range(steps):
        layer.zero_grad()
        torch.nn.CrossEntropyLoss()(layer(x), labels).backward()
        with torch.no_grad():
            layer.weight -= learning_rate * layer.weight.grad
    return layer.weight.T


@right("train")
def with_log_softmax(*arguments):
    return loop(lambda z, y: functional.nll_loss(torch.log_softmax(z, 1), y))(*arguments).tolist()


@mutant("train", says="softmax is still applied twice")
def unchanged_train(*arguments):
    return loop(lambda z, y: ce(torch.softmax(z, 1), y))(*arguments)


@mutant("train", says="pile up")
def never_zeroed(*arguments):
    return loop(ce, zero=False)(*arguments)


@mutant("train", says="not their sum")
def summed(*arguments):
    return loop(lambda z, y: functional.cross_entropy(z, y, reduction="sum"))(*arguments)


@mutant("train", says="nll_loss got the logits")
def nll_of_logits(*arguments):
    return loop(functional.nll_loss)(*arguments)


@mutant("train", says="nll_loss got probabilities")
def nll_of_probabilities(*arguments):
    return loop(lambda z, y: functional.nll_loss(torch.softmax(z, 1), y))(*arguments)


@mutant("train", says="K separate yes-no questions")
def many_sigmoids(*arguments):
    def loss(z, y):
        return functional.binary_cross_entropy_with_logits(z, functional.one_hot(y, z.shape[1]).to(z))

    return loop(loss)(*arguments)


@mutant("train", says="the weights are still 0")
def never_backward(x, labels, classes, learning_rate, steps):
    x, labels = torch.tensor(x), torch.tensor(labels)
    W = torch.zeros(x.shape[1], classes, dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([W], lr=learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        ce(x @ W, labels)
        optimizer.step()
    return W.detach()


@mutant("train", says="down the columns")
def train_columns(*arguments):
    return loop(lambda z, y: functional.nll_loss(torch.log_softmax(z, 0), y))(*arguments)


@mutant("train", says="one step too few")
def a_step_short(*arguments):
    return loop(ce, more=-1)(*arguments)


@mutant("train", says="one step too many")
def a_step_long(*arguments):
    return loop(ce, more=1)(*arguments)


@mutant("train", says="uphill")
def uphill(*arguments):
    return loop(lambda z, y: -ce(z, y))(*arguments)


@mutant("train", says="tensors of two dtypes meet")
def zeros_in_float32(x, labels, classes, learning_rate, steps):
    W = torch.zeros(x.shape[1], classes, requires_grad=True)
    for _ in range(steps):
        ce(torch.tensor(x) @ W, torch.tensor(labels)).backward()
    return W


@mutant("train", says="back to the parameters")
def not_marked(x, labels, classes, learning_rate, steps):
    W = torch.zeros(x.shape[1], classes, dtype=torch.float64)
    for _ in range(steps):
        ce(torch.tensor(x) @ W, torch.tensor(labels)).backward()
    return W


@mutant("train", says="not the same number")
def slower(x, labels, classes, learning_rate, steps):
    return 0.9995 * by_hand.function(x, labels, classes, learning_rate, steps)


# ---- part 2 -----------------------------------------------------------------------------------------


@right("evaluate")
def in_one_call(logits, labels):
    return ce(torch.tensor(logits), torch.tensor(labels))


@right("evaluate")
def in_two_steps(logits, labels):
    return torch.nn.NLLLoss()(torch.log_softmax(torch.tensor(logits), -1), torch.tensor(labels)).item()


@right("evaluate")
def without_torch(logits, labels):
    total = 0.0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        top = max(row)
        total += top + math.log(sum(math.exp(x - top) for x in row)) - row[label]
    return total / len(labels)


@mutant("evaluate", says="nll_loss still gets logits")
def unchanged_evaluate(logits, labels):
    return functional.nll_loss(torch.tensor(logits), torch.tensor(labels)).item()


@mutant("evaluate", says="nll_loss got probabilities")
def no_logarithm(logits, labels):
    return functional.nll_loss(torch.softmax(torch.tensor(logits), 1), torch.tensor(labels)).item()


@mutant("evaluate", says="only the sign was mended")
def sign_mended(logits, labels):
    return -functional.nll_loss(torch.tensor(logits), torch.tensor(labels)).item()


@mutant("evaluate", says="keeps the logarithm finite")
def with_an_epsilon(logits, labels):
    q = torch.softmax(torch.tensor(logits), 1)
    return functional.nll_loss((q + 1e-9).log(), torch.tensor(labels)).item()


@mutant("evaluate", says="are the two swapped?")
def evaluate_swapped(logits, labels):
    return ce(torch.tensor(labels), torch.tensor(logits)).item()


@mutant("evaluate", says="softmax was applied twice")
def softmax_first(logits, labels):
    return ce(torch.softmax(torch.tensor(logits), 1), torch.tensor(labels)).item()


@mutant("evaluate", says="down the columns")
def columns(logits, labels):
    return functional.nll_loss(torch.log_softmax(torch.tensor(logits), 0), torch.tensor(labels)).item()


@mutant("evaluate", says="takes the columns of all labels")
def all_pairs(logits, labels):
    return -torch.log_softmax(torch.tensor(logits), 1)[:, labels].mean().item()


@mutant("evaluate", says="that is the sum")
def evaluate_sum(logits, labels):
    return functional.cross_entropy(torch.tensor(logits), torch.tensor(labels), reduction="sum").item()


@mutant("evaluate", says="turned once more")
def turned_twice(logits, labels):
    return functional.nll_loss(-torch.log_softmax(torch.tensor(logits), 1), torch.tensor(labels)).item()


@mutant("evaluate", says="the logarithm of a 0")
def underflows(logits, labels):
    q = torch.softmax(torch.tensor(logits).float(), 1)
    return functional.nll_loss(q.log(), torch.tensor(labels)).item()


@mutant("evaluate", says="the logarithm of a 0")
def underflows_in_float64(logits, labels):
    return functional.nll_loss(torch.softmax(torch.tensor(logits), 1).log(), torch.tensor(labels)).item()


@mutant("evaluate", says="Look for inf - inf")
def overflows(logits, labels):
    e = np.exp(logits)
    return -np.log(e[range(len(e)), labels] / e.sum(axis=1)).mean()


@mutant("evaluate", says="bits")
def in_bits(logits, labels):
    return ce(torch.tensor(logits), torch.tensor(labels)).item() / math.log(2)


# ---- part 3 -----------------------------------------------------------------------------------------


@right("sequence_loss")
def as_rows(logits, labels):
    z = torch.tensor(logits)
    return ce(z.reshape(-1, z.shape[-1]), torch.tensor(labels).flatten())


@right("sequence_loss")
def moved(logits, labels):
    return ce(torch.tensor(logits).permute(0, 2, 1), torch.tensor(labels)).item()


@right("sequence_loss")
def place_by_place(logits, labels):
    log_q = special.log_softmax(logits, axis=-1)
    n, t = labels.shape
    return -sum(log_q[i, j, labels[i, j]] for i in range(n) for j in range(t)) / (n * t)


@mutant("sequence_loss", says="still cut anew")
def unchanged_sequence(logits, labels):
    n, t, k = logits.shape
    return ce(torch.tensor(logits).reshape(n, k, t), torch.tensor(labels)).item()


@mutant("sequence_loss", says="over the places")
def softmax_over_places(logits, labels):
    log_q = torch.log_softmax(torch.tensor(logits), 1).transpose(1, 2)
    return functional.nll_loss(log_q, torch.tensor(labels)).item()


@mutant("sequence_loss", says="averaged over the sequences")
def by_sequences(logits, labels):
    z = torch.tensor(logits).transpose(1, 2)
    return functional.cross_entropy(z, torch.tensor(labels), reduction="none").sum(1).mean().item()


@mutant("sequence_loss", says="divided by the classes too")
def by_classes(logits, labels):
    z = torch.tensor(logits)
    y = functional.one_hot(torch.tensor(labels), z.shape[2])
    return -(y * torch.log_softmax(z, 2)).mean().item()


@mutant("sequence_loss", says="in different orders")
def labels_transposed(logits, labels):
    z = torch.tensor(logits)
    return ce(z.reshape(-1, z.shape[2]), torch.tensor(labels).T.reshape(-1)).item()


@mutant("sequence_loss", says="in different orders")
def places_first(logits, labels):
    z = torch.tensor(logits)
    return ce(z.transpose(0, 1).reshape(-1, z.shape[2]), torch.tensor(labels).reshape(-1)).item()


@mutant("sequence_loss", says="that is the sum")
def sequence_sum(logits, labels):
    z = torch.tensor(logits).transpose(1, 2)
    return functional.cross_entropy(z, torch.tensor(labels), reduction="sum").item()


@mutant("sequence_loss", says="the classes on axis 1")
def not_moved(logits, labels):
    return ce(torch.tensor(logits), torch.tensor(labels)).item()


# ---- part 4 -----------------------------------------------------------------------------------------


def losses_of(logits, labels, reduction):
    return [
        functional.cross_entropy(torch.tensor(z), torch.tensor(y), reduction=reduction).item()
        for z, y in zip(logits, labels, strict=True)
    ]


@right("epoch_loss")
def joined(logits, labels):
    return ce(torch.tensor(np.concatenate(logits)), torch.tensor(np.concatenate(labels))).item()


@right("epoch_loss")
def added_up(logits, labels):
    return sum(losses_of(logits, labels, "sum")) / sum(int(np.sum(y >= 0)) for y in labels)


@right("epoch_loss")
def weighted_means(logits, labels):
    counts = np.array([(y != -100).sum() for y in labels])
    means = np.array(losses_of(logits, labels, "mean"))
    return np.average(means[counts > 0], weights=counts[counts > 0])


@mutant("epoch_loss", says="still a mean of means")
def unchanged_epoch(logits, labels):
    return np.mean(losses_of(logits, labels, "mean"))


@mutant("epoch_loss", says="still a mean of means")
def mean_of_what_is_there(logits, labels):
    return np.nanmean(losses_of(logits, labels, "mean"))


@mutant("epoch_loss", says="those without a label included")
def weighted_by_rows(logits, labels):
    return np.average(losses_of(logits, labels, "mean"), weights=[len(y) for y in labels])


@mutant("epoch_loss", says="divided by all rows")
def padding_counted(logits, labels):
    return sum(losses_of(logits, labels, "sum")) / sum(len(y) for y in labels)


@mutant("epoch_loss", says="divided by the number of batches")
def by_batches(logits, labels):
    return np.mean(losses_of(logits, labels, "sum"))


@mutant("epoch_loss", says="nan times 0 is nan")
def nan_from_padding(logits, labels):
    counts = [(y != -100).sum() for y in labels]
    return np.average(losses_of(logits, labels, "mean"), weights=counts)


@mutant("epoch_loss", says="left out as a whole")
def batches_skipped(logits, labels):
    whole = [(z, y) for z, y in zip(logits, labels, strict=True) if -100 not in y]
    return joined.function(*zip(*whole, strict=True)) if whole else 0.0


@mutant("epoch_loss", says="that is the sum")
def epoch_sum(logits, labels):
    return sum(losses_of(logits, labels, "sum"))


# ---- part 5 -----------------------------------------------------------------------------------------


@right("exclusive")
def mended(logits, labels):
    z = torch.tensor(logits)
    return ce(z, torch.tensor(labels)), z.softmax(-1)


@right("exclusive")
def in_numpy(logits, labels):
    log_q = special.log_softmax(logits, axis=1)
    return -np.mean(log_q[np.arange(len(labels)), labels]), np.exp(log_q)


@right("exclusive")
def row_by_row(logits, labels):
    q = [special.softmax(row).tolist() for row in logits]
    nll = [special.logsumexp(row) - row[label] for row, label in zip(logits, labels, strict=True)]
    return [sum(nll) / len(nll), q]


def questions(logits, labels):
    z = torch.tensor(logits)
    y = functional.one_hot(torch.tensor(labels), z.shape[1]).to(z)
    return functional.binary_cross_entropy_with_logits(z, y).item(), z.sigmoid()


@mutant("exclusive", says="still K separate yes-no questions")
def unchanged_exclusive(logits, labels):
    return questions(logits, labels)


@mutant("exclusive", says="the loss is mended, the probabilities are not")
def half_mended(logits, labels):
    return in_numpy.function(logits, labels)[0], questions(logits, labels)[1]


@mutant("exclusive", says="the probabilities are mended")
def other_half_mended(logits, labels):
    return questions(logits, labels)[0], in_numpy.function(logits, labels)[1]


@mutant("exclusive", says="the binary loss of softmax's probabilities")
def binary_of_softmax(logits, labels):
    q = torch.softmax(torch.tensor(logits), 1)
    y = functional.one_hot(torch.tensor(labels), q.shape[1]).to(q)
    return functional.binary_cross_entropy(q, y).item(), q


@mutant("exclusive", says="divided by their sum")
def normalised_sigmoids(logits, labels):
    q = special.expit(logits)
    return in_numpy.function(logits, labels)[0], q / q.sum(axis=1, keepdims=True)


@mutant("exclusive", says="the loss got the probabilities")
def loss_of_probabilities(logits, labels):
    q = torch.softmax(torch.tensor(logits), 1)
    return ce(q, torch.tensor(labels)).item(), q


@mutant("exclusive", says="down the columns")
def column_probabilities(logits, labels):
    return in_numpy.function(logits, labels)[0], special.softmax(logits, axis=0)


@mutant("exclusive", says="logarithms of probabilities came back")
def log_probabilities(logits, labels):
    z = torch.tensor(logits)
    return ce(z, torch.tensor(labels)).item(), torch.log_softmax(z, 1)


@mutant("exclusive", says="that is the sum")
def exclusive_sum(logits, labels):
    z = torch.tensor(logits)
    return functional.cross_entropy(z, torch.tensor(labels), reduction="sum").item(), z.softmax(1)


@mutant("exclusive", says="a tuple of 2 results")
def loss_alone(logits, labels):
    return in_numpy.function(logits, labels)[0]


# ---- part 6 -----------------------------------------------------------------------------------------


def weighted_torch(logits, labels, weight, label_smoothing, reduction="sum"):
    return functional.cross_entropy(
        torch.tensor(logits),
        torch.tensor(labels),
        weight=torch.tensor(weight),
        label_smoothing=label_smoothing,
        reduction=reduction,
    ).item()


@right("weighted_loss")
def by_a_table(logits, labels, weight, label_smoothing):
    y = (1 - label_smoothing) * np.eye(len(weight))[labels] + label_smoothing / len(weight)
    return np.average(-special.log_softmax(logits, axis=1), weights=weight * y)


@right("weighted_loss")
def by_flat_logits(logits, labels, weight, label_smoothing):
    """The sum for flat logits is log K times the coefficients."""
    flat = weighted_torch(np.zeros_like(logits), labels, weight, label_smoothing) / math.log(len(weight))
    return weighted_torch(logits, labels, weight, label_smoothing) / flat


@right("weighted_loss")
def by_loops(logits, labels, weight, label_smoothing):
    above = below = 0.0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        lse = special.logsumexp(row)
        for k, x in enumerate(row):
            c = weight[k] * ((1 - label_smoothing) * (k == label) + label_smoothing / len(row))
            above, below = above + c * (lse - x), below + c
    return above / below


@mutant("weighted_loss", says="still divided by the labels' weights alone")
def unchanged_weighted(*arguments):
    return weighted_torch(*arguments, reduction="mean")


@mutant("weighted_loss", says="divided by the number of rows")
def mean_of_rows(*arguments):
    return weighted_torch(*arguments) / len(arguments[0])


@mutant("weighted_loss", says="sum of the K class weights")
def by_class_weights(logits, labels, weight, label_smoothing):
    return weighted_torch(logits, labels, weight, label_smoothing) / weight.sum()


@mutant("weighted_loss", says="as in Keras")
def rows_weighted(logits, labels, weight, label_smoothing):
    each = functional.cross_entropy(
        torch.tensor(logits), torch.tensor(labels), label_smoothing=label_smoothing, reduction="none"
    )
    return np.average(each.numpy(), weights=weight[labels])


@mutant("weighted_loss", says="Keras's default")
def keras_default(logits, labels, weight, label_smoothing):
    each = functional.cross_entropy(
        torch.tensor(logits), torch.tensor(labels), label_smoothing=label_smoothing, reduction="none"
    )
    return (each.numpy() * weight[labels]).mean()


@mutant("weighted_loss", says="stand below the line in full")
def labels_in_full(logits, labels, weight, label_smoothing):
    below = (weight[labels] + label_smoothing * weight.mean()).sum()
    return weighted_torch(logits, labels, weight, label_smoothing) / below


@mutant("weighted_loss", says="take their mean")
def whole_sum_below(logits, labels, weight, label_smoothing):
    below = ((1 - label_smoothing) * weight[labels] + label_smoothing * weight.sum()).sum()
    return weighted_torch(logits, labels, weight, label_smoothing) / below


@mutant("weighted_loss", says="Every row has it")
def smoothing_once(logits, labels, weight, label_smoothing):
    below = (1 - label_smoothing) * weight[labels].sum() + label_smoothing * weight.mean()
    return weighted_torch(logits, labels, weight, label_smoothing) / below


@mutant("weighted_loss", says="and the rows averaged")
def rows_by_their_own(logits, labels, weight, label_smoothing):
    one_by_one = [
        by_a_table.function(logits[i : i + 1], labels[i : i + 1], weight, label_smoothing)
        for i in range(len(labels))
    ]
    return np.mean(one_by_one)


@mutant("weighted_loss", says="shared by the other classes only")
def smoothed_elsewhere(logits, labels, weight, label_smoothing):
    y = np.full(logits.shape, label_smoothing / (len(weight) - 1))
    y[range(len(y)), labels] = 1 - label_smoothing
    return np.average(-special.log_softmax(logits, axis=1), weights=weight * y)


@mutant("weighted_loss", says="the smoothing was left out")
def unsmoothed(logits, labels, weight, label_smoothing):
    return weighted_torch(logits, labels, weight, 0.0, reduction="mean")


@mutant("weighted_loss", says="the weights were left out")
def unweighted(logits, labels, weight, label_smoothing):
    return weighted_torch(logits, labels, np.ones_like(weight), label_smoothing, reduction="mean")


@mutant("weighted_loss", says="that is the sum")
def weighted_sum(*arguments):
    return weighted_torch(*arguments)
