"""Wrong and right solutions of the assignment `loss_variants`."""

import math

import numpy as np
import torch
from mutation import mutant, right
from scipy import special
from torch.nn import functional


def log_q(logits):
    return special.log_softmax(np.asarray(logits, dtype=float), axis=-1)


def own(logits, labels):
    return -log_q(logits)[np.arange(len(labels)), labels]


# ---- part 1 -----------------------------------------------------------------------------------------


@right("costs")
def with_scipy(logits):
    return -special.log_softmax(np.asarray(logits, dtype=float), axis=1)


@right("costs")
def costs_row_by_row(logits):
    result = []
    for row in logits.tolist():
        total = max(row) + math.log(sum(math.exp(x - max(row)) for x in row))
        result.append([total - x for x in row])
    return result


@right("costs")
def with_logsumexp(logits):
    return special.logsumexp(logits, axis=1, keepdims=True) - logits


@mutant("costs", says="Look for an overflow in exp")
def costs_overflow(logits):
    return np.log(np.exp(logits).sum(axis=1, keepdims=True)) - logits


@mutant("costs", says="Look for inf - inf")
def costs_of_softmax(logits):
    e = np.exp(logits)
    return -np.log(e / e.sum(axis=1, keepdims=True))


@mutant("costs", says="the sign is missing")
def costs_sign(logits):
    return special.log_softmax(logits, axis=1)


@mutant("costs", says="those are the probabilities")
def costs_softmax(logits):
    return special.softmax(logits, axis=1)


@mutant("costs", says="The classes are the columns")
def costs_of_columns(logits):
    return -special.log_softmax(logits, axis=0)


@right("costs")
def from_differences(logits):
    """log Σ_j exp(z_j − z_k): the cost of k from its gaps to all others."""
    gaps = logits[:, None, :] - logits[:, :, None]
    return special.logsumexp(gaps, axis=2)


def shifted_by(logits, largest):
    z = logits - largest
    return np.log(np.exp(z).sum(axis=1, keepdims=True)) - z


@mutant("costs", says="one sum for the whole array")
def costs_of_one_sum(logits):
    return np.log(np.exp(logits).sum()) - logits


@mutant("costs", says="inside the exponential only")
def largest_not_added_again(logits):
    largest = logits.max(axis=1, keepdims=True)
    return np.log(np.exp(logits - largest).sum(axis=1, keepdims=True)) - logits


@mutant("costs", says="the largest logit of each column")
def shifted_by_columns(logits):
    return shifted_by(logits, logits.max(axis=0))


@mutant("costs", says="the largest logit of the whole array")
def shifted_by_one_number(logits):
    return shifted_by(logits, logits.max())


@mutant("costs", says="keepdims=True")
def lost_axis(logits):
    z = logits - logits.max(axis=1)
    return np.log(np.exp(z).sum(axis=1)) - z


@mutant("costs", says="a small number keeps the logarithm finite")
def with_an_epsilon(logits):
    return -np.log(special.softmax(logits, axis=1) + 1e-12)


# ---- part 2 -----------------------------------------------------------------------------------------


@right("masked_nll")
def with_torch(logits, labels, ignore_index=-100):
    return functional.cross_entropy(
        torch.tensor(logits), torch.tensor(labels), ignore_index=ignore_index
    ).item()


@right("masked_nll")
def with_a_loop(logits, labels, ignore_index=-100):
    total, kept = 0.0, 0
    for row, label in zip(logits, labels, strict=True):
        if label != ignore_index:
            largest = max(row)
            total += largest + math.log(sum(math.exp(x - largest) for x in row)) - row[label]
            kept += 1
    return total / kept


@right("masked_nll")
def with_where(logits, labels, ignore_index=-100):
    kept = labels != ignore_index
    return np.where(kept, own(logits, np.where(kept, labels, 0)), 0.0).sum() / kept.sum()


@mutant("masked_nll", says="divided by all rows")
def divided_by_all(logits, labels, ignore_index=-100):
    kept = labels != ignore_index
    return np.where(kept, own(logits, np.where(kept, labels, 0)), 0.0).mean()


@mutant("masked_nll", says="a row without a label was counted")
def only_negative_marks(logits, labels, ignore_index=-100):
    kept = labels >= 0
    return own(logits[kept], labels[kept]).mean()


@mutant("masked_nll", says="a row without a label was counted")
def only_minus_hundred(logits, labels, ignore_index=-100):
    kept = labels != -100
    return own(logits[kept], labels[kept]).mean()


@mutant("masked_nll", says="-100 is no class")
def nothing_ignored(logits, labels, ignore_index=-100):
    return own(logits, labels).mean()


@mutant("masked_nll", says="that is the sum")
def masked_sum(logits, labels, ignore_index=-100):
    kept = labels != ignore_index
    return own(logits[kept], labels[kept]).sum()


@mutant("masked_nll", says="the sign is missing")
def masked_sign(logits, labels, ignore_index=-100):
    kept = labels != ignore_index
    return -own(logits[kept], labels[kept]).mean()


@mutant("masked_nll", says="costs of all classes were averaged")
def all_columns(logits, labels, ignore_index=-100):
    kept = labels != ignore_index
    return -log_q(logits[kept]).mean()


@right("masked_nll")
def by_the_numbers_of_kept_rows(logits, labels, ignore_index=-100):
    kept = np.flatnonzero(labels != ignore_index)
    return -np.average(log_q(logits)[kept, labels[kept]])


@mutant("masked_nll", says="the costs of all classes were added up")
def every_class_paid(logits, labels, ignore_index=-100):
    kept = labels != ignore_index
    return -(log_q(logits) * kept[:, None]).sum() / kept.sum()


@mutant("masked_nll", says="takes the columns of all labels")
def columns_of_all_labels(logits, labels, ignore_index=-100):
    kept = labels != ignore_index
    return -log_q(logits[kept])[:, labels[kept]].mean()


# ---- part 3 -----------------------------------------------------------------------------------------


def torch_weighted(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    return functional.cross_entropy(
        torch.tensor(logits, dtype=torch.float64),
        torch.tensor(labels),
        weight=torch.tensor(weight, dtype=torch.float64),
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
    ).item()


def loop_weighted(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    above = below = 0.0
    for row, label in zip(log_q(logits).tolist(), list(labels), strict=True):
        if label == ignore_index:
            continue
        for k, x in enumerate(row):
            share = label_smoothing / len(row) + (1 - label_smoothing) * (k == label)
            above -= weight[k] * share * x
        below += weight[label]
    return above / below


def of_targets(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    kept = np.array([y != ignore_index for y in labels])
    y = np.eye(logits.shape[1])[labels[kept]]
    soft = (1 - label_smoothing) * y + label_smoothing / logits.shape[1]
    return -(soft @ np.diag(weight) * log_q(logits[kept])).sum() / (y @ weight).sum()


torch_1, torch_2 = (right(check)(torch_weighted) for check in ("weighted_loss", "weighted_loss_ignored"))
loop_1, loop_2 = (right(check)(loop_weighted) for check in ("weighted_loss", "weighted_loss_ignored"))
soft_1, soft_2 = (right(check)(of_targets) for check in ("weighted_loss", "weighted_loss_ignored"))


def parts(logits, labels, weight, ignore_index):
    """The kept rows: −log q, labels, their weights."""
    kept = labels != ignore_index
    labels = labels[kept]
    nll = -log_q(logits[kept])
    return nll, labels, weight[labels], nll[np.arange(len(labels)), labels]


@mutant("weighted_loss", says="divided by the number of rows")
def divided_by_rows(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    return ((1 - label_smoothing) * w * mine + label_smoothing * (weight * nll).mean(axis=1)).mean()


@mutant("weighted_loss", says="sum of the K class weights")
def divided_by_class_weights(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    rows = (1 - label_smoothing) * w * mine + label_smoothing * (weight * nll).mean(axis=1)
    return rows.sum() / weight.sum()


@mutant("weighted_loss", says="sum of all coefficients")
def divided_by_coefficients(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    rows = (1 - label_smoothing) * w * mine + label_smoothing * (weight * nll).mean(axis=1)
    return rows.sum() / ((1 - label_smoothing) * w + label_smoothing * weight.mean()).sum()


@mutant("weighted_loss", says="has the weight of the label")
def rows_weighted(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    return np.average((1 - label_smoothing) * mine + label_smoothing * nll.mean(axis=1), weights=w)


@mutant("weighted_loss", says="the smoothing part has no weights")
def smoothing_unweighted(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    return ((1 - label_smoothing) * w * mine + label_smoothing * nll.mean(axis=1)).sum() / w.sum()


@mutant("weighted_loss", says="the label's own cost has no weight")
def own_unweighted(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    rows = (1 - label_smoothing) * mine + label_smoothing * (weight * nll).mean(axis=1)
    return rows.sum() / w.sum()


@mutant("weighted_loss", says="divided by K twice")
def share_of_a_mean(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    spread = label_smoothing / len(weight) * (weight * nll).mean(axis=1)
    return ((1 - label_smoothing) * w * mine + spread).sum() / w.sum()


@mutant("weighted_loss", says="each row pays the smoothing of all rows")
def no_axis(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    spread = label_smoothing / len(weight) * (weight * nll).sum()
    return ((1 - label_smoothing) * w * mine + spread).sum() / w.sum()


@mutant("weighted_loss", says="mixed before the logarithm")
def mixture_inside(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    _, _, w, mine = parts(logits, labels, weight, ignore_index)
    mixed = (1 - label_smoothing) * np.exp(-mine) + label_smoothing / len(weight)
    return -(w * np.log(mixed)).sum() / w.sum()


@mutant("weighted_loss", says="the smoothing was left out")
def no_smoothing(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    _, _, w, mine = parts(logits, labels, weight, ignore_index)
    return (w * mine).sum() / w.sum()


@mutant("weighted_loss", says="the weights were left out")
def no_weights(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, _, mine = parts(logits, labels, weight, ignore_index)
    return ((1 - label_smoothing) * mine + label_smoothing * nll.mean(axis=1)).mean()


@mutant("weighted_loss", says="spread over the other classes only")
def over_the_others(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, y, w, _ = parts(logits, labels, weight, ignore_index)
    target = np.full(nll.shape, label_smoothing / (nll.shape[1] - 1))
    target[np.arange(len(y)), y] = 1 - label_smoothing
    return (target * weight * nll).sum() / w.sum()


@mutant("weighted_loss", says="the label's own class is missing")
def own_share_lost(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, y, w, _ = parts(logits, labels, weight, ignore_index)
    target = np.full(nll.shape, label_smoothing / nll.shape[1])
    target[np.arange(len(y)), y] = 1 - label_smoothing
    return (target * weight * nll).sum() / w.sum()


@mutant("weighted_loss", says="not divided by K")
def not_divided_by_classes(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    return ((1 - label_smoothing) * w * mine + label_smoothing * (weight * nll).sum(axis=1)).sum() / w.sum()


@mutant("weighted_loss", says="changed places")
def shares_swapped(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    return (label_smoothing * w * mine + (1 - label_smoothing) * (weight * nll).mean(axis=1)).sum() / w.sum()


@mutant("weighted_loss", says="that is the sum")
def weighted_sum(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    nll, _, w, mine = parts(logits, labels, weight, ignore_index)
    return ((1 - label_smoothing) * w * mine + label_smoothing * (weight * nll).mean(axis=1)).sum()


@mutant("weighted_loss", says="the sign is missing")
def weighted_sign(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    return -of_targets(logits, labels, weight, ignore_index, label_smoothing)


@mutant("weighted_loss_ignored", says="ignored rows pay the smoothing part")
def ignored_rows_pay(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    kept = labels != ignore_index
    safe = np.where(kept, labels, 0)
    target = (1 - label_smoothing) * np.eye(len(weight))[safe] * kept[:, None]
    target = target + label_smoothing / len(weight)
    return -(target * weight * log_q(logits)).sum() / weight[labels[kept]].sum()


@mutant("weighted_loss_ignored", says="bring a weight below the fraction line")
def ignored_rows_weigh(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    kept = labels != ignore_index
    safe = np.where(kept, labels, 0)
    target = (1 - label_smoothing) * np.eye(len(weight))[safe] + label_smoothing / len(weight)
    return -(target * weight * log_q(logits) * kept[:, None]).sum() / weight[safe].sum()


@mutant("weighted_loss_ignored", says="a row without a label was counted")
def marks_below_zero(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    return of_targets(logits, labels, weight, -100, label_smoothing)


@mutant("weighted_loss_ignored", says="divided by the number of rows")
def ignored_divided_by_rows(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    return divided_by_rows.function(logits, labels, weight, ignore_index, label_smoothing)


# ---- part 4 -----------------------------------------------------------------------------------------


@right("focal_loss")
def focal_of_the_nll(logits, labels, gamma):
    nll = own(logits, labels)
    return np.mean(np.power(-np.expm1(-nll), gamma) * nll)


@right("focal_loss")
def focal_loop(logits, labels, gamma):
    losses = []
    for row, label in zip(logits, labels, strict=True):
        e = [math.exp(x - max(row)) for x in row]
        nll = max(row) + math.log(sum(e)) - row[label]
        losses.append((1 - math.exp(-nll)) ** gamma * nll)
    return sum(losses) / len(losses)


@mutant("focal_loss", says="the factor is q to the power gamma")
def focal_of_q(logits, labels, gamma):
    nll = own(logits, labels)
    return (np.exp(-gamma * nll) * nll).mean()


@mutant("focal_loss", says="the whole product was raised")
def all_raised(logits, labels, gamma):
    nll = own(logits, labels)
    return (((1 - np.exp(-nll)) * nll) ** gamma).mean()


@mutant("focal_loss", says="It is an exponent")
def times_gamma(logits, labels, gamma):
    nll = own(logits, labels)
    return (gamma * (1 - np.exp(-nll)) * nll).mean()


@mutant("focal_loss", says="It is np.exp(-nll)")
def exponent_with_a_plus(logits, labels, gamma):
    nll = own(logits, labels)
    return ((1 - np.exp(nll)) ** gamma * nll).mean()


@mutant("focal_loss", says="1 minus the cost")
def one_minus_the_cost(logits, labels, gamma):
    nll = own(logits, labels)
    return ((1 - nll) ** gamma * nll).mean()


@mutant("focal_loss", says="not the largest one")
def of_the_largest(logits, labels, gamma):
    q = special.softmax(logits, axis=1).max(axis=1)
    return ((1 - q) ** gamma * own(logits, labels)).mean()


@mutant("focal_loss", says="a small number keeps the logarithm finite")
def focal_clipped(logits, labels, gamma):
    q = special.softmax(logits, axis=1)[np.arange(len(labels)), labels]
    q = np.clip(q, 1e-7, 1)
    return -((1 - q) ** gamma * np.log(q)).mean()


@mutant("focal_loss", says="the losses of all classes were averaged")
def of_all_classes(logits, labels, gamma):
    nll = -log_q(logits)
    return ((1 - np.exp(-nll)) ** gamma * nll).mean()


@mutant("focal_loss", says="sum of the factors")
def focal_average(logits, labels, gamma):
    nll = own(logits, labels)
    return np.average(nll, weights=(1 - np.exp(-nll)) ** gamma)


@mutant("focal_loss", says="the sign is missing")
def focal_sign(logits, labels, gamma):
    nll = own(logits, labels)
    return -((1 - np.exp(-nll)) ** gamma * nll).mean()


@mutant("focal_loss", says="that is the sum")
def focal_sum(logits, labels, gamma):
    nll = own(logits, labels)
    return ((1 - np.exp(-nll)) ** gamma * nll).sum()


@mutant("focal_loss", says="gamma is not used")
def focal_without(logits, labels, gamma):
    return own(logits, labels).mean()


@mutant("focal_loss", says="Look for")
def focal_overflows(logits, labels, gamma):
    e = np.exp(logits)
    q = (e / e.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]
    return (-((1 - q) ** gamma) * np.log(q)).mean()


# ---- part 5 -----------------------------------------------------------------------------------------


@right("big_batch_gradient")
def as_a_product(gradients, counts):
    return counts @ np.where(counts[:, None] > 0, gradients, 0.0) / counts.sum()


@right("big_batch_gradient")
def piece_by_piece(gradients, counts):
    total = [0.0] * gradients.shape[1]
    for g, n in zip(gradients, counts, strict=True):
        if n > 0:
            total = [t + float(n) * float(x) for t, x in zip(total, g, strict=True)]
    return [t / float(sum(counts)) for t in total]


@right("big_batch_gradient")
def with_average(gradients, counts):
    return np.average(gradients[counts > 0], axis=0, weights=counts[counts > 0])


@mutant("big_batch_gradient", says="0 * nan is nan")
def nan_kept(gradients, counts):
    return counts @ gradients / counts.sum()


@mutant("big_batch_gradient", says="as if all pieces were equally long")
def plain_average(gradients, counts):
    return gradients.mean(axis=0)


@mutant("big_batch_gradient", says="as if all pieces were equally long")
def average_of_the_rest(gradients, counts):
    return np.nanmean(gradients, axis=0)


@mutant("big_batch_gradient", says="without their counts")
def added_up(gradients, counts):
    return gradients.sum(axis=0)


@mutant("big_batch_gradient", says="gradient of the sum")
def not_divided(gradients, counts):
    return counts @ gradients


@mutant("big_batch_gradient", says="divided by the number of pieces")
def divided_by_pieces(gradients, counts):
    return counts @ gradients / len(counts)


@mutant("big_batch_gradient", says="multiply")
def divided_again(gradients, counts):
    return sum(g / n for g, n in zip(gradients, counts, strict=True))


@mutant("big_batch_gradient", says="the counts multiplied the columns")
def counts_along_columns(gradients, counts):
    return (counts * gradients).sum(axis=0) / counts.sum()


@mutant("big_batch_gradient", says="expected shape (2,)")
def one_sum_of_all(gradients, counts):
    kept = counts > 0
    return (counts[kept, None] * gradients[kept]).sum() / counts.sum()


# ---- part 6 -----------------------------------------------------------------------------------------


def softened(student, teacher, temperature):
    return log_q(teacher / temperature), log_q(student / temperature)


@right("distillation_loss")
def distilled_with_torch(student, teacher, temperature):
    q = torch.log_softmax(torch.tensor(student) / temperature, 1)
    p = torch.softmax(torch.tensor(teacher) / temperature, 1)
    return functional.kl_div(q, p, reduction="batchmean") * temperature**2


@right("distillation_loss")
def distilled_with_scipy(student, teacher, temperature):
    log_p, q = softened(student, teacher, temperature)
    p = np.exp(log_p)
    rows = -special.entr(p).sum(axis=1) - (p * q).sum(axis=1)
    return temperature * temperature * np.mean(rows)


@right("distillation_loss")
def distilled_by_loops(student, teacher, temperature):
    total = 0.0
    for log_p, q in zip(*softened(student, teacher, temperature), strict=True):
        total += sum(math.exp(a) * (a - b) for a, b in zip(log_p, q, strict=True))
    return temperature**2 * total / len(student)


@mutant("distillation_loss", says="the factor T² is missing")
def no_factor(student, teacher, temperature):
    log_p, q = softened(student, teacher, temperature)
    return (np.exp(log_p) * (log_p - q)).sum(axis=1).mean()


@mutant("distillation_loss", says="the factor is T where T² is asked")
def factor_once(student, teacher, temperature):
    return temperature * no_factor.function(student, teacher, temperature)


@mutant("distillation_loss", says="only the teacher was divided")
def hot_teacher(student, teacher, temperature):
    log_p, q = log_q(teacher / temperature), log_q(student)
    return temperature**2 * (np.exp(log_p) * (log_p - q)).sum(axis=1).mean()


@mutant("distillation_loss", says="only the student was divided")
def hot_student(student, teacher, temperature):
    log_p, q = log_q(teacher), log_q(student / temperature)
    return temperature**2 * (np.exp(log_p) * (log_p - q)).sum(axis=1).mean()


@mutant("distillation_loss", says="multiplied by the temperature")
def colder(student, teacher, temperature):
    log_p, q = softened(student, teacher, 1 / temperature)
    return temperature**2 * (np.exp(log_p) * (log_p - q)).sum(axis=1).mean()


@mutant("distillation_loss", says="Divide the logits, before softmax")
def logarithms_divided(student, teacher, temperature):
    log_p, q = log_q(teacher) / temperature, log_q(student) / temperature
    return temperature**2 * (np.exp(log_p) * (log_p - q)).sum(axis=1).mean()


@mutant("distillation_loss", says="gives minus the logarithm")
def costs_for_logarithms(student, teacher, temperature):
    log_p, q = (-x for x in softened(student, teacher, temperature))
    return temperature**2 * (np.exp(log_p) * (log_p - q)).sum(axis=1).mean()


@mutant("distillation_loss", says="that is D(q || p)")
def reversed_roles(student, teacher, temperature):
    q, log_p = softened(student, teacher, temperature)
    return temperature**2 * (np.exp(log_p) * (log_p - q)).sum(axis=1).mean()


@mutant("distillation_loss", says="that is the cross-entropy")
def soft_cross_entropy(student, teacher, temperature):
    log_p, q = softened(student, teacher, temperature)
    return -(temperature**2) * (np.exp(log_p) * q).sum(axis=1).mean()


@mutant("distillation_loss", says="averaged over the classes too")
def torch_mean(student, teacher, temperature):
    log_p, q = softened(student, teacher, temperature)
    return temperature**2 * np.mean(np.exp(log_p) * (log_p - q))


@mutant("distillation_loss", says="that is the sum over the rows")
def distilled_sum(student, teacher, temperature):
    log_p, q = softened(student, teacher, temperature)
    return temperature**2 * np.sum(np.exp(log_p) * (log_p - q))


@mutant("distillation_loss", says="the sign is missing")
def distilled_sign(student, teacher, temperature):
    return -(temperature**2) * no_factor.function(student, teacher, temperature)


@mutant("distillation_loss", says="nan")
def logarithm_of_zero(student, teacher, temperature):
    log_p, q = softened(student, teacher, temperature)
    p = np.exp(log_p)
    return temperature**2 * (p * (np.log(p) - q)).sum(axis=1).mean()
