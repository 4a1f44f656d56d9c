"""What training programs get wrong about the loss that they call. Taught in book/frameworks.md."""

from collections.abc import Callable, Sequence

import numpy as np

from xentcourse.checks.comparing import Slip, with_epsilons
from xentcourse.reference.softmax import log_softmax, softmax

Array = np.ndarray


def nll(z: Array, y: Array) -> Array:
    """What each row's label costs, −log softmax."""
    return picked(-log_softmax(z), y)


def picked(values: Array, y: Array) -> Array:
    """Each row's entry at its label."""
    return np.asarray(values[np.arange(len(y)), y])


def error(z: Array, y: Array) -> Array:
    """The gradient p − y, row by row."""
    return np.asarray(softmax(z) - np.eye(z.shape[1])[y])


def through_softmax(p: Array, g: Array) -> Array:
    """A gradient in probabilities, as a gradient in the logits behind them."""
    return np.asarray(p * (g - (p * g).sum(axis=1, keepdims=True)))


def down_the_columns(z: Array, y: Array) -> Array:
    """The gradient of the loss whose softmax lets the rows of a class compete."""
    labels = np.eye(z.shape[1])[y]
    return np.asarray(softmax(z, axis=0) * labels.sum(axis=0) - labels)


def twice(z: Array, y: Array) -> Array:
    """The gradient of the loss that takes softmax's output for logits."""
    return through_softmax(softmax(z), error(softmax(z), y))


def trained(
    gradient: Callable[[Array, Array], Array] = error,
    *,
    divide: bool = True,
    forget: bool = True,
    more: int = 0,
) -> Callable[..., Array]:
    """Softmax regression from zeros, with another gradient of the rows' losses or another loop."""

    def run(x: Array, labels: Array, classes: int, learning_rate: float, steps: int) -> Array:
        weights = np.zeros((x.shape[1], classes))
        g = np.zeros_like(weights)
        for _ in range(steps + more):
            step = x.T @ gradient(x @ weights, labels) / (len(x) if divide else 1)
            g = step if forget else g + step
            weights = weights - learning_rate * g
        return weights

    return run


train = trained()


def sequence_mean(z: Array, y: Array) -> Array:
    """The mean over all tokens."""
    return np.asarray(nll(z.reshape(-1, z.shape[2]), y.ravel()).mean())


def over_time(z: Array, y: Array) -> Array:
    """The mean, with a softmax over the places of a sequence."""
    logs = log_softmax(z.transpose(0, 2, 1)).transpose(0, 2, 1)
    return np.asarray(picked(-logs.reshape(-1, z.shape[2]), y.ravel()).mean())


def cut_again(z: Array, y: Array) -> Array:
    """The mean over numbers that were cut into (N, K, T) as they lie in memory."""
    n, t, k = z.shape
    return sequence_mean(z.reshape(n, k, t).transpose(0, 2, 1), y)


def batch_sums(logits: Sequence[Array], labels: Sequence[Array]) -> tuple[Array, Array, Array]:
    """For each batch: the sum over its kept rows, how many those are, and how many rows it has."""
    sums, kept = [], []
    for z, y in zip(logits, labels, strict=True):
        there = y != -100
        sums.append(nll(z[there], y[there]).sum())
        kept.append(there.sum())
    return np.array(sums), np.array(kept), np.array([len(y) for y in labels])


def epoch(
    result: Callable[[Array, Array, Array], object],
) -> Callable[..., object]:
    """`result(sums, kept, rows)` of the batches."""
    return lambda logits, labels: result(*batch_sums(logits, labels))


epoch_mean = epoch(lambda sums, kept, rows: sums.sum() / kept.sum())


def binary_mean(z: Array, y: Array) -> Array:
    """Binary cross-entropy of one yes–no question for each class, averaged over all numbers."""
    one_hot = np.eye(z.shape[1])[y]
    return np.asarray((np.logaddexp(0, z) - one_hot * z).mean())


def binary_of_probabilities(p: Array, y: Array) -> Array:
    """The same, of probabilities."""
    one_hot = np.eye(p.shape[1])[y]
    return np.asarray(-np.log(np.where(one_hot == 1, p, 1 - p)).mean())


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(−z))."""
    return np.asarray(np.exp(-np.logaddexp(0, -z)))


def exclusive(z: Array, y: Array) -> tuple[Array, Array]:
    """The mean loss of one label among K, and the probabilities."""
    return np.asarray(nll(z, y).mean()), softmax(z)


def weighted(
    rows: Callable[[Array, Array, Array, float], Array], below: Callable[[Array, Array, float], object]
) -> Callable[..., object]:
    """Σ rows(costs, labels, weight, ε) / below(labels, weight, ε)."""

    def wrong(z: Array, y: Array, weight: Array, label_smoothing: float) -> object:
        return rows(-log_softmax(z), y, weight, label_smoothing).sum() / below(y, weight, label_smoothing)

    return wrong


def smooth_rows(costs: Array, y: Array, w: Array, e: float) -> Array:
    """The rows as PyTorch has them: each class's cost with its own weight."""
    return np.asarray((1 - e) * w[y] * picked(costs, y) + e * (w * costs).mean(axis=1))


def row_coefficients(y: Array, w: Array, e: float) -> Array:
    """What the costs of each row are multiplied by, added up."""
    return np.asarray((1 - e) * w[y] + e * w.mean())


def coefficients(y: Array, w: Array, e: float) -> object:
    """The same for all rows."""
    return row_coefficients(y, w, e).sum()


def among_others(c: Array, y: Array, w: Array, e: float) -> Array:
    """The rows with the smoothing shared by the other classes only."""
    others = 1 - np.eye(len(w))[y]
    return np.asarray((1 - e) * w[y] * picked(c, y) + e * (others * w * c).sum(axis=1) / (len(w) - 1))


weighted_mean = weighted(smooth_rows, coefficients)

_SUM = "Likely slip: that is the sum. Divide it for the mean."
_SIGN_ALONE = (
    "Likely slip: only the sign was mended. The numbers are still logits and no logarithms of "
    "probabilities: log_softmax."
)
_TWICE = (
    "Likely slip: softmax is still applied twice. "
    "functional.cross_entropy does it itself: give it the logits."
)
_COLUMNS = "Likely slip: the softmax went down the columns. The classes of a row compete: dim=1."
_ORDERS = (
    "Likely slip: logits and labels were made flat in different orders, one of them transposed. "
    "Row r of the logits and entry r of the labels must be the same place."
)

TRAIN = (
    Slip(_TWICE, trained(twice)),
    Slip(
        "Likely slip: the weights are still 0. In each step, backward() computes the gradient of what "
        "the loss was made of, and optimizer.step() changes the weights.",
        trained(lambda z, y: 0 * z),
    ),
    Slip(_COLUMNS, trained(down_the_columns)),
    Slip(
        "Likely slip: the gradients of all steps pile up. "
        "Forget the old ones before each backward: optimizer.zero_grad().",
        trained(forget=False),
    ),
    Slip(
        "Likely slip: the steps are as many times too long as there are examples. "
        "The loss is their mean, not their sum.",
        trained(divide=False),
    ),
    Slip(
        "Likely slip: nll_loss got the logits. It takes no logarithm and no softmax: give it log_softmax.",
        trained(lambda z, y: -np.eye(z.shape[1])[y]),
    ),
    Slip(
        "Likely slip: nll_loss got probabilities. It takes no logarithm itself: use log_softmax.",
        trained(lambda z, y: through_softmax(softmax(z), -np.eye(z.shape[1])[y])),
    ),
    Slip(
        "Likely slip: that loss asks K separate yes-no questions. One of K classes is true: cross_entropy.",
        trained(lambda z, y: (sigmoid(z) - np.eye(z.shape[1])[y]) / z.shape[1]),
    ),
    Slip("Likely slip: one step too few.", trained(more=-1)),
    Slip("Likely slip: one step too many.", trained(more=1)),
    Slip(
        "Likely slip: the descent goes uphill. Subtract the gradient.",
        trained(lambda z, y: -error(z, y)),
    ),
)
EVALUATE = (
    Slip(
        "Likely slip: nll_loss still gets logits. It picks the label's entry and turns its sign, no more: "
        "the logarithm of softmax has to come from you, or use cross_entropy.",
        lambda z, y: -picked(z, y).mean(),
    ),
    Slip(_SIGN_ALONE, lambda z, y: picked(z, y).mean()),
    Slip(
        "Likely slip: nll_loss got probabilities. It takes no logarithm itself: use log_softmax.",
        lambda z, y: -picked(softmax(z), y).mean(),
    ),
    *with_epsilons(
        "Likely slip: a small number keeps the logarithm finite, and hides how wrong the model is. "
        "log_softmax needs none.",
        lambda finite, z, y: -np.log(finite(picked(softmax(z), y))).mean(),
    ),
    Slip(
        "Likely slip: softmax was applied twice. cross_entropy does it itself: give it the logits.",
        lambda z, y: nll(softmax(z), y).mean(),
    ),
    Slip(_COLUMNS, lambda z, y: picked(-log_softmax(z, axis=0), y).mean()),
    Slip(
        "Likely slip: [:, labels] takes the columns of all labels from every row. "
        "Each row has one label: [range(len(labels)), labels].",
        lambda z, y: -log_softmax(z)[:, y].mean(),
    ),
    Slip(_SUM, lambda z, y: nll(z, y).sum()),
    Slip(
        "Likely slip: nll_loss turns the sign itself, and here it was turned once more.",
        lambda z, y: -nll(z, y).mean(),
    ),
)
SEQUENCE = (
    Slip(
        "Likely slip: the numbers are still cut anew. reshape keeps their order in memory and mixes "
        "places with classes; transpose(1, 2) moves the axis.",
        cut_again,
    ),
    Slip(
        "Likely slip: the softmax goes over the places of a sequence. Its axis is that of the classes.",
        over_time,
    ),
    Slip(
        "Likely slip: added up over the places and averaged over the sequences. "
        "The mean goes over all N times T tokens.",
        lambda z, y: sequence_mean(z, y) * z.shape[1],
    ),
    Slip(
        "Likely slip: divided by the classes too. A row of K logits is one token.",
        lambda z, y: sequence_mean(z, y) / z.shape[2],
    ),
    Slip(_ORDERS, lambda z, y: sequence_mean(z, y.T)),
    Slip(_ORDERS, lambda z, y: sequence_mean(z.transpose(1, 0, 2), y)),
    Slip(_SUM, lambda z, y: sequence_mean(z, y) * y.size),
)
EPOCH = (
    Slip(
        "Likely slip: a batch without a kept token has the mean 0/0, and nan times 0 is nan. "
        'Ask for reduction="sum", which is 0 there.',
        epoch(lambda sums, kept, rows: (sums / kept * kept).sum() / kept.sum()),
    ),
    Slip(
        "Likely slip: still a mean of means. A batch of 2 tokens counts as much as one of 50 there: "
        "add the sums of all batches, add the counts, and divide once.",
        epoch(lambda sums, kept, rows: (sums / kept).mean()),
    ),
    Slip(
        "Likely slip: each mean was weighted by all rows of its batch, those without a label included. "
        "Weigh by the rows that are kept.",
        epoch(lambda sums, kept, rows: (sums / kept * rows).sum() / rows.sum()),
    ),
    Slip(
        "Likely slip: divided by all rows. Rows with the label -100 count neither above nor below the line.",
        epoch(lambda sums, kept, rows: sums.sum() / rows.sum()),
    ),
    Slip(
        "Likely slip: divided by the number of batches. Divide by the number of kept tokens.",
        epoch(lambda sums, kept, rows: sums.sum() / len(sums)),
    ),
    Slip(
        "Likely slip: a batch with padding was left out as a whole. Leave out its rows without a label.",
        epoch(lambda sums, kept, rows: sums[kept == rows].sum() / kept[kept == rows].sum()),
    ),
    Slip(_SUM, epoch(lambda sums, kept, rows: sums.sum())),
)
EXCLUSIVE = (
    Slip(
        "Likely slip: still K separate yes-no questions. Exactly one class is true: "
        "softmax for the probabilities, cross_entropy for the loss.",
        lambda z, y: (binary_mean(z, y), sigmoid(z)),
    ),
    Slip(
        "Likely slip: the loss is mended, the probabilities are not. They should sum to 1: softmax.",
        lambda z, y: (nll(z, y).mean(), sigmoid(z)),
    ),
    Slip(
        "Likely slip: the probabilities are mended, the loss still asks K yes-no questions: cross_entropy.",
        lambda z, y: (binary_mean(z, y), softmax(z)),
    ),
    Slip(
        "Likely slip: the binary loss of softmax's probabilities still asks K yes-no questions: "
        "cross_entropy, of the logits.",
        lambda z, y: (binary_of_probabilities(softmax(z), y), softmax(z)),
    ),
    Slip(
        "Likely slip: sigmoids divided by their sum do add up to 1, and are no softmax: "
        "the loss is the likelihood of softmax's probabilities.",
        lambda z, y: (nll(z, y).mean(), sigmoid(z) / sigmoid(z).sum(axis=1, keepdims=True)),
    ),
    Slip(
        "Likely slip: the loss got the probabilities. cross_entropy takes the logits.",
        lambda z, y: (nll(softmax(z), y).mean(), softmax(z)),
    ),
    Slip(_COLUMNS, lambda z, y: (nll(z, y).mean(), softmax(z, axis=0))),
    Slip(
        "Likely slip: logarithms of probabilities came back. softmax gives the probabilities themselves.",
        lambda z, y: (nll(z, y).mean(), log_softmax(z)),
    ),
    Slip(_SUM, lambda z, y: (nll(z, y).sum(), softmax(z))),
)
WEIGHTED = (
    Slip(
        "Likely slip: still divided by the labels' weights alone. "
        "The smoothing part has weights of its own: divide by the sum of all coefficients.",
        weighted(smooth_rows, lambda y, w, e: w[y].sum()),
    ),
    Slip(
        "Likely slip: divided by the number of rows. Divide by the sum of all coefficients.",
        weighted(smooth_rows, lambda y, w, e: len(y)),
    ),
    Slip(
        "Likely slip: divided by the sum of the K class weights. "
        "Each row brings its own coefficients below the line.",
        weighted(smooth_rows, lambda y, w, e: w.sum()),
    ),
    Slip(
        "Likely slip: the row's smoothed loss has the weight of its label, as in Keras. "
        "That too pays log K for flat logits; here each class's cost keeps its own weight, as in PyTorch.",
        weighted(
            lambda c, y, w, e: w[y] * ((1 - e) * picked(c, y) + e * c.mean(axis=1)),
            lambda y, w, e: w[y].sum(),
        ),
    ),
    Slip(
        "Likely slip: the row's smoothed loss has the weight of its label, and the rows are averaged: "
        "Keras's default. Here each class's cost keeps its own weight, and the mean divides by all of them.",
        weighted(
            lambda c, y, w, e: w[y] * ((1 - e) * picked(c, y) + e * c.mean(axis=1)),
            lambda y, w, e: len(y),
        ),
    ),
    Slip(
        "Likely slip: the labels' weights stand below the line in full. Above it they are multiplied "
        "by 1 - ε: do the same below.",
        weighted(smooth_rows, lambda y, w, e: (w[y] + e * w.mean()).sum()),
    ),
    Slip(
        "Likely slip: the smoothing part of the denominator is the sum of the weights. "
        "Above the line it is divided by K: take their mean.",
        weighted(smooth_rows, lambda y, w, e: ((1 - e) * w[y] + e * w.sum()).sum()),
    ),
    Slip(
        "Likely slip: the smoothing part is in the denominator once. Every row has it.",
        weighted(smooth_rows, lambda y, w, e: (1 - e) * w[y].sum() + e * w.mean()),
    ),
    Slip(
        "Likely slip: each row was divided by its own coefficients, and the rows averaged. "
        "That forgets which rows weigh more: add up first, above and below the line, and divide once.",
        lambda z, y, w, e: (smooth_rows(-log_softmax(z), y, w, e) / row_coefficients(y, w, e)).mean(),
    ),
    Slip(
        "Likely slip: the smoothing was shared by the other classes only. "
        "Every class gets ε/K of it, the label's too.",
        lambda z, y, w, e: (
            among_others(-log_softmax(z), y, w, e).sum() / among_others(np.ones_like(z), y, w, e).sum()
        ),
    ),
    Slip(
        "Likely slip: the smoothing was left out.",
        weighted(lambda c, y, w, e: w[y] * picked(c, y), lambda y, w, e: w[y].sum()),
    ),
    Slip(
        "Likely slip: the weights were left out.",
        weighted(lambda c, y, w, e: (1 - e) * picked(c, y) + e * c.mean(axis=1), lambda y, w, e: len(y)),
    ),
    Slip(_SUM, weighted(smooth_rows, lambda y, w, e: 1)),
)
