"""What goes wrong with masks, weights, pieces and temperatures. Taught in book/loss_variants.md."""

from collections.abc import Callable

import numpy as np

from xentcourse.checks.comparing import Slip, with_epsilons
from xentcourse.reference.softmax import log_softmax

Array = np.ndarray


def costs(z: Array) -> Array:
    """−log q for every row and class."""
    return np.asarray(-log_softmax(z))


def less_the_largest(z: Array) -> Array:
    """The costs, where the largest logit of the whole array is subtracted."""
    shifted = z - z.max()
    return np.asarray(np.log(np.exp(shifted).sum(axis=1, keepdims=True)) - shifted)


def at(values: Array, labels: Array) -> Array:
    """Each row's entry at its label; a negative label counts from the end, as Python has it."""
    return np.asarray(values[np.arange(len(labels)), labels])


def masked(
    result: Callable[[Array, Array], object],
) -> Callable[..., object]:
    """`result(own, all_labels)` of the costs of the kept rows."""

    def wrong(z: Array, y: Array, ignore_index: int = -100) -> object:
        kept = y != ignore_index
        return result(at(costs(z[kept]), y[kept]), y)

    return wrong


def weighted(
    rows: Callable[..., Array], below: Callable[[Array, Array, Array], object]
) -> Callable[..., object]:
    """Σ rows(nll, labels, weight, ε) / below(labels, weight, coefficients) of the kept rows."""

    def wrong(
        z: Array, y: Array, weight: Array, ignore_index: int = -100, label_smoothing: float = 0.0
    ) -> object:
        kept = y != ignore_index
        nll, labels = costs(z[kept]), y[kept]
        one_hot = np.eye(z.shape[1])[labels]
        c = weight * ((1 - label_smoothing) * one_hot + label_smoothing / z.shape[1])
        return rows(nll, labels, weight, label_smoothing).sum() / below(labels, weight, c)

    return wrong


def right_rows(nll: Array, y: Array, w: Array, e: float) -> Array:
    """The rows as they should be."""
    return np.asarray((1 - e) * w[y] * at(nll, y) + e * (w * nll).mean(axis=1))


def right_below(y: Array, w: Array, _c: Array) -> object:
    """The denominator as it should be."""
    return w[y].sum()


def ignored_too(above: bool) -> Callable[..., object]:
    """Ignored rows, with 0 for their label, in the spread part of the numerator or in the denominator."""

    def wrong(
        z: Array, y: Array, weight: Array, ignore_index: int = -100, label_smoothing: float = 0.0
    ) -> object:
        kept = y != ignore_index
        safe, nll = np.where(kept, y, 0), costs(z)
        own = np.where(kept, weight[safe] * at(nll, safe), 0.0)
        spread = (weight * nll).mean(axis=1)
        rows = (1 - label_smoothing) * own + label_smoothing * np.where(kept | above, spread, 0.0)
        return rows.sum() / (weight[safe[kept]] if above else weight[safe]).sum()

    return wrong


def focal(row: Callable[[Array, float], Array]) -> Callable[..., object]:
    """The mean of `row(log_q, gamma)`."""
    return lambda z, y, gamma: row(-at(costs(z), y), gamma).mean()


def focal_of(q: Array, gamma: float) -> object:
    """The mean focal loss of the labels' probabilities."""
    return ((1 - q) ** gamma * -np.log(q)).mean()


def taught(
    factor: Callable[[float], float] = lambda t: t * t,
    student: Callable[[float], float] = lambda t: t,
    teacher: Callable[[float], float] = lambda t: t,
) -> Callable[..., object]:
    """Distillation with another factor, or other temperatures."""

    def wrong(z: Array, v: Array, temperature: float) -> object:
        log_p, log_q = log_softmax(v / teacher(temperature)), log_softmax(z / student(temperature))
        return factor(temperature) * (np.exp(log_p) * (log_p - log_q)).sum(axis=1).mean()

    return wrong


def divided_afterwards(z: Array, v: Array, temperature: float) -> object:
    """The temperature divides the log-probabilities."""
    log_p, log_q = log_softmax(v) / temperature, log_softmax(z) / temperature
    return temperature**2 * (np.exp(log_p) * (log_p - log_q)).sum(axis=1).mean()


def other_sum(terms: Callable[[Array, Array], Array]) -> Callable[..., object]:
    """T² times `terms(log_p, log_q)`, whatever they are."""

    def wrong(z: Array, v: Array, temperature: float) -> object:
        return temperature**2 * terms(log_softmax(v / temperature), log_softmax(z / temperature))

    return wrong


_SIGN = "Likely slip: the sign is missing. Logarithms of probabilities are at most 0, losses at least 0."
_NOT_IGNORED = (
    "Likely slip: a row without a label was counted. The mark is `ignore_index`, whatever number it is, "
    "and Python reads -1 as the last class: drop these rows first."
)
_SUM = "Likely slip: that is the sum over the rows. Divide it for the mean."

_EPSILON = (
    "Likely slip: a small number keeps the logarithm finite, and falsifies the cost. "
    "Written with the logarithm of the sum, no 0 meets a logarithm."
)

COSTS = (
    Slip(_SIGN, lambda z: -costs(z)),
    Slip(
        "Likely slip: those are the probabilities. The cost is minus their logarithm.",
        lambda z: np.exp(-costs(z)),
    ),
    Slip(
        "Likely slip: the sum went over the rows. The classes are the columns: axis=1, with keepdims=True.",
        lambda z: costs(z.T).T,
    ),
    Slip(
        "Likely slip: one sum for the whole array. Each row has its own: axis=1, with keepdims=True.",
        lambda z: costs(z.reshape(1, -1)).reshape(z.shape),
    ),
    Slip(
        "Likely slip: the largest logit was subtracted inside the exponential only. "
        "Shift z itself first, z = z - z.max(axis=1, keepdims=True), or add the largest again.",
        lambda z: costs(z) - z.max(axis=1, keepdims=True),
    ),
    Slip(
        "Likely slip: the largest logit of each column was subtracted. Each row has its own: axis=1.",
        lambda z: costs(z - z.max(axis=0)),
    ),
    Slip(
        "Likely slip: the largest logit of the whole array was subtracted, and rows far below it underflow. "
        "Each row has its own: axis=1.",
        less_the_largest,
    ),
    *with_epsilons(
        _EPSILON,
        lambda finite, z: -np.log(finite(np.exp(-costs(z)))),
    ),
)
MASKED = (
    Slip(
        "Likely slip: divided by all rows. Rows without a label do not count below the fraction line either.",
        masked(lambda own, y: own.sum() / len(y)),
    ),
    Slip(_NOT_IGNORED, lambda z, y, ignore_index=-100: at(costs(z), y).mean()),
    Slip(_SIGN, masked(lambda own, y: -own.mean())),
    Slip(_SUM, masked(lambda own, y: own.sum())),
    Slip(
        "Likely slip: the kept rows' costs of all classes were averaged. Only the label's class is paid.",
        lambda z, y, ignore_index=-100: costs(z[y != ignore_index]).mean(),
    ),
    Slip(
        "Likely slip: the costs of all classes were added up. Only the label's class is paid.",
        lambda z, y, ignore_index=-100: costs(z[y != ignore_index]).sum(axis=1).mean(),
    ),
    Slip(
        "Likely slip: [:, labels] takes the columns of all labels from every row. "
        "[np.arange(N), labels] takes one entry from each row.",
        lambda z, y, ignore_index=-100: costs(z[y != ignore_index])[:, y[y != ignore_index]].mean(),
    ),
)
WEIGHTED = (
    Slip(
        "Likely slip: divided by the number of rows. The mean divides by the sum of the labels' weights.",
        weighted(right_rows, lambda y, w, c: len(y)),
    ),
    Slip(
        "Likely slip: divided by the sum of the K class weights. "
        "Each row's label brings its weight below the line, as often as it occurs.",
        weighted(right_rows, lambda y, w, c: w.sum()),
    ),
    Slip(
        "Likely slip: divided by the sum of all coefficients. That is the likelihood's mean; "
        "PyTorch's, asked here, divides by the sum of the labels' weights, smoothing or not.",
        weighted(right_rows, lambda y, w, c: c.sum()),
    ),
    Slip(
        "Likely slip: the smoothing part has the weight of the label. "
        "There each class's cost has its own weight: multiply the columns, then sum.",
        weighted(lambda nll, y, w, e: w[y] * ((1 - e) * at(nll, y) + e * nll.mean(axis=1)), right_below),
    ),
    Slip(
        "Likely slip: the smoothing part has no weights. Each class's cost has its weight there too.",
        weighted(lambda nll, y, w, e: (1 - e) * w[y] * at(nll, y) + e * nll.mean(axis=1), right_below),
    ),
    Slip(
        "Likely slip: the label's own cost has no weight. It has that of its class.",
        weighted(lambda nll, y, w, e: (1 - e) * at(nll, y) + e * (w * nll).mean(axis=1), right_below),
    ),
    Slip(
        "Likely slip: divided by K twice. epsilon / K goes with the sum over the classes, "
        "epsilon with their mean.",
        weighted(
            lambda nll, y, w, e: (1 - e) * w[y] * at(nll, y) + e / nll.shape[1] * (w * nll).mean(axis=1),
            right_below,
        ),
    ),
    Slip(
        "Likely slip: each row pays the smoothing of all rows. Its sum goes over the classes: axis=1.",
        weighted(
            lambda nll, y, w, e: (1 - e) * w[y] * at(nll, y) + e / nll.shape[1] * (w * nll).sum(),
            right_below,
        ),
    ),
    Slip(
        "Likely slip: probabilities were mixed before the logarithm. Smoothing mixes the costs.",
        weighted(
            lambda nll, y, w, e: -w[y] * np.log((1 - e) * np.exp(-at(nll, y)) + e / nll.shape[1]),
            right_below,
        ),
    ),
    Slip(
        "Likely slip: the smoothing was left out.",
        weighted(lambda nll, y, w, e: w[y] * at(nll, y), right_below),
    ),
    Slip(
        "Likely slip: the weights were left out.",
        weighted(lambda nll, y, w, e: (1 - e) * at(nll, y) + e * nll.mean(axis=1), lambda y, w, c: len(y)),
    ),
    Slip(
        "Likely slip: the part epsilon was spread over the other classes only. "
        "Here it is spread over all K, the label's class included.",
        weighted(
            lambda nll, y, w, e: (
                (1 - e) * w[y] * at(nll, y)
                + e / (nll.shape[1] - 1) * ((w * nll).sum(axis=1) - w[y] * at(nll, y))
            ),
            right_below,
        ),
    ),
    Slip(
        "Likely slip: the part epsilon / K of the label's own class is missing. The sum has all K classes.",
        weighted(
            lambda nll, y, w, e: (
                (1 - e) * w[y] * at(nll, y) + e / nll.shape[1] * ((w * nll).sum(axis=1) - w[y] * at(nll, y))
            ),
            right_below,
        ),
    ),
    Slip(
        "Likely slip: the costs of the classes were added up but not divided by K.",
        weighted(lambda nll, y, w, e: (1 - e) * w[y] * at(nll, y) + e * (w * nll).sum(axis=1), right_below),
    ),
    Slip(
        "Likely slip: the two parts have changed places. The label has the share 1 - epsilon.",
        weighted(lambda nll, y, w, e: e * w[y] * at(nll, y) + (1 - e) * (w * nll).mean(axis=1), right_below),
    ),
    Slip(_SUM, weighted(right_rows, lambda y, w, c: 1)),
    Slip(_SIGN, weighted(lambda nll, y, w, e: -right_rows(nll, y, w, e), right_below)),
)
WEIGHTED_IGNORED = (
    Slip(
        "Likely slip: ignored rows pay the smoothing part. They pay nothing at all.",
        ignored_too(above=True),
    ),
    Slip(
        "Likely slip: ignored rows bring a weight below the fraction line. Only the kept rows do.",
        ignored_too(above=False),
    ),
    Slip(
        _NOT_IGNORED,
        lambda z, y, weight, ignore_index=-100, label_smoothing=0.0: (
            right_rows(costs(z), y, weight, label_smoothing).sum() / weight[y].sum()
        ),
    ),
    *WEIGHTED,
)
FOCAL = (
    Slip(
        "Likely slip: the factor is q to the power gamma. It is 1 - q, so that good predictions count less.",
        focal(lambda log_q, gamma: np.exp(log_q) ** gamma * -log_q),
    ),
    Slip(
        "Likely slip: the whole product was raised to the power gamma. Only 1 - q is.",
        focal(lambda log_q, gamma: ((1 - np.exp(log_q)) * -log_q) ** gamma),
    ),
    Slip(
        "Likely slip: multiplied by gamma. It is an exponent.",
        focal(lambda log_q, gamma: gamma * (1 - np.exp(log_q)) * -log_q),
    ),
    Slip(
        "Likely slip: q is not e to the power nll, which is above 1. It is np.exp(-nll).",
        focal(lambda log_q, gamma: (1 - np.exp(-log_q)) ** gamma * -log_q),
    ),
    Slip(
        "Likely slip: the factor is 1 minus the cost. It is 1 minus the probability, np.exp(-nll).",
        focal(lambda log_q, gamma: (1 + log_q) ** gamma * -log_q),
    ),
    Slip(
        "Likely slip: q is the label's probability, not the largest one.",
        lambda z, y, gamma: ((1 - np.exp(-costs(z).min(axis=1))) ** gamma * at(costs(z), y)).mean(),
    ),
    Slip(
        "Likely slip: the losses of all classes were averaged. Only the label's class is paid.",
        lambda z, y, gamma: ((1 - np.exp(-costs(z))) ** gamma * costs(z)).mean(),
    ),
    Slip(
        "Likely slip: divided by the sum of the factors. The mean divides by the number of rows.",
        lambda z, y, gamma: (
            ((1 - np.exp(-at(costs(z), y))) ** gamma * at(costs(z), y)).sum()
            / ((1 - np.exp(-at(costs(z), y))) ** gamma).sum()
        ),
    ),
    Slip(_SIGN, focal(lambda log_q, gamma: (1 - np.exp(log_q)) ** gamma * log_q)),
    Slip(_SUM, lambda z, y, gamma: ((1 - np.exp(-at(costs(z), y))) ** gamma * at(costs(z), y)).sum()),
    Slip(
        "Likely slip: that is the cross-entropy; gamma is not used.",
        focal(lambda log_q, gamma: -log_q),
    ),
    *with_epsilons(
        _EPSILON,
        lambda finite, z, y, gamma: focal_of(finite(np.exp(-at(costs(z), y))), gamma),
    ),
)
PIECES = (
    Slip(
        "Likely slip: the counts multiplied the columns. Each row has its own: counts[:, None] * gradients.",
        lambda g, n: (n * g).sum(axis=0) / n.sum(),
    ),
    Slip(
        "Likely slip: 0 * nan is nan. Leave out the pieces without tokens before you multiply.",
        lambda g, n: (n[:, None] * g).sum(axis=0) / n.sum(),
    ),
    Slip(
        "Likely slip: the means were averaged as if all pieces were equally long. "
        "A piece of 3 tokens counts three times as much as a piece of 1.",
        lambda g, n: np.nanmean(g, axis=0),
    ),
    Slip(
        "Likely slip: the means were averaged as if all pieces were equally long. "
        "A piece of 3 tokens counts three times as much as a piece of 1.",
        lambda g, n: g.mean(axis=0),
    ),
    Slip(
        "Likely slip: the gradients were added up without their counts.",
        lambda g, n: g.sum(axis=0),
    ),
    Slip(
        "Likely slip: that is the gradient of the sum over all tokens. Divide by how many there are.",
        lambda g, n: (n[:, None] * g).sum(axis=0),
    ),
    Slip(
        "Likely slip: divided by the number of pieces. The mean is over tokens: divide by their number.",
        lambda g, n: (n[:, None] * g).mean(axis=0),
    ),
    Slip(
        "Likely slip: divided by the counts. The gradients of means are divided by them already: multiply.",
        lambda g, n: (g / n[:, None]).sum(axis=0),
    ),
)
DISTILLATION = (
    Slip(
        "Likely slip: the factor T² is missing. Without it the gradient shrinks as the temperature grows.",
        taught(factor=lambda t: 1.0),
    ),
    Slip(
        "Likely slip: the factor is T where T² is asked.",
        taught(factor=lambda t: t),
    ),
    Slip(
        "Likely slip: only the teacher was divided by the temperature. Both are.",
        taught(student=lambda t: 1.0),
    ),
    Slip(
        "Likely slip: only the student was divided by the temperature. Both are.",
        taught(teacher=lambda t: 1.0),
    ),
    Slip(
        "Likely slip: the logits were multiplied by the temperature. A high temperature flattens.",
        taught(student=lambda t: 1 / t, teacher=lambda t: 1 / t),
    ),
    Slip(
        "Likely slip: the logarithms were divided by the temperature, and their exponentials no longer "
        "sum to 1. Divide the logits, before softmax.",
        divided_afterwards,
    ),
    Slip(
        "Likely slip: `costs` gives minus the logarithm. Turn its sign before you call it log p.",
        other_sum(lambda log_p, log_q: (np.exp(-log_p) * (log_q - log_p)).sum(axis=1).mean()),
    ),
    Slip(
        "Likely slip: that is D(q || p), weighted by the student's q. The teacher's p is the weight.",
        other_sum(lambda log_p, log_q: (np.exp(log_q) * (log_q - log_p)).sum(axis=1).mean()),
    ),
    Slip(
        "Likely slip: that is the cross-entropy. The divergence has log p - log q.",
        other_sum(lambda log_p, log_q: (np.exp(log_p) * -log_q).sum(axis=1).mean()),
    ),
    Slip(
        "Likely slip: averaged over the classes too. Sum over the classes, then take the mean over the rows.",
        other_sum(lambda log_p, log_q: (np.exp(log_p) * (log_p - log_q)).mean()),
    ),
    Slip(
        _SUM,
        other_sum(lambda log_p, log_q: (np.exp(log_p) * (log_p - log_q)).sum()),
    ),
    Slip(
        _SIGN,
        other_sum(lambda log_p, log_q: (np.exp(log_p) * (log_q - log_p)).sum(axis=1).mean()),
    ),
)
