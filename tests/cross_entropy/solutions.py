"""Wrong and right solutions of the assignment `cross_entropy`."""

import math
import warnings

import numpy as np
from mutation import mutant, right
from scipy import special

# ---- part 1 -----------------------------------------------------------------------------------------


def good(p, q, base=math.e):
    p, q = np.asarray(p), np.asarray(q)
    return -np.sum(p[p > 0] * np.log(q[p > 0])) / np.log(base)


@right("cross_entropy")
def as_written(p, q, base=math.e):
    return -np.sum(p * np.log(q)) / np.log(base)


@right("cross_entropy")
def with_a_loop_and_math(p, q, base=math.e):
    total = 0.0
    for k in range(len(p)):
        total -= p[k] * math.log(q[k], base)
    return total


@right("cross_entropy")
def as_a_product_of_vectors(p, q, base=math.e):
    print("p is", p)
    warnings.warn("careful", stacklevel=1)
    return p @ np.log(1 / np.array(q)) / np.log(base)


@right("cross_entropy_ends")
def with_a_mask(p, q, base=math.e):
    return good(p, q, base)


@right("cross_entropy_ends")
def of_python_numbers(p, q, base=math.e):
    total = 0.0
    for a, b in zip(p.tolist(), q.tolist(), strict=True):
        if a == 0:
            continue
        if b == 0:
            return math.inf
        total += a * -math.log(b)
    return total / math.log(base)


@right("cross_entropy_ends")
def with_where(p, q, base=math.e):
    return -np.where(p > 0, p * np.log(q), 0.0).sum() / np.log(base)


@right("cross_entropy_ends")
def by_scipy(p, q, base=math.e):
    return -special.xlogy(p, q).sum() / np.log(base)


@mutant("cross_entropy", says="the sign is missing")
def without_sign(p, q, base=math.e):
    return np.sum(p * np.log(q)) / np.log(base)


@mutant("cross_entropy", says="the roles are swapped")
def swapped(p, q, base=math.e):
    return good(q, p, base)


@mutant("cross_entropy", says="the unit is always the same")
def always_nats(p, q, base=math.e):
    return -np.sum(p * np.log(q))


@mutant("cross_entropy", says="the unit is always the same")
def always_bits(p, q, base=math.e):
    return -np.sum(p * np.log2(q))


@mutant("cross_entropy", says="multiplied by the logarithm of the base")
def times_the_logarithm(p, q, base=math.e):
    return -np.sum(p * np.log(q)) * np.log(base)


@mutant("cross_entropy", says="divided by the number of classes")
def mean_over_the_classes(p, q, base=math.e):
    return -np.mean(p * np.log(q)) / np.log(base)


@mutant("cross_entropy", says="without weights")
def unweighted(p, q, base=math.e):
    return -np.log(q).sum() / np.log(base)


@mutant("cross_entropy", says="the logarithm of a sum")
def logarithm_outside(p, q, base=math.e):
    return -np.log(np.sum(p * q)) / np.log(base)


@mutant("cross_entropy", says="that is the divergence")
def divergence(p, q, base=math.e):
    return np.sum(p * np.log(p / q)) / np.log(base)


@mutant("cross_entropy", says="that is the entropy of p")
def entropy(p, q, base=math.e):
    return good(p, p, base)


@mutant("cross_entropy", says="a coin of its own")
def binary(p, q, base=math.e):
    return -np.sum(p * np.log(q) + (1 - p) * np.log(1 - q)) / np.log(base)


@mutant("cross_entropy", says="one term for each class")
def not_summed(p, q, base=math.e):
    return -p * np.log(q) / np.log(base)


@mutant("cross_entropy", says="returned nothing (None)")
def forgot_to_return(p, q, base=math.e):
    good(p, q, base)


@mutant("cross_entropy", says="is something rounded")
def rounded(p, q, base=math.e):
    return round(float(good(p, q, base)), 4)


@mutant("cross_entropy", says="changed its argument")
def in_place(p, q, base=math.e):
    q /= q.sum() * 2
    q *= 2.0
    q[0] += 1e-13
    return good(p, q, base)


@mutant("cross_entropy_ends", says="0 * log 0 came out as nan")
def naive(p, q, base=math.e):
    return -np.sum(p * np.log(q)) / np.log(base)


@mutant("cross_entropy_ends", says="the terms where q is 0 were left out")
def masked_by_q(p, q, base=math.e):
    return -np.sum(p[q > 0] * np.log(q[q > 0])) / np.log(base)


@mutant("cross_entropy_ends", says="np.nan_to_num turns infinity into a huge number")
def nan_to_num(p, q, base=math.e):
    return -np.sum(np.nan_to_num(p * np.log(q))) / np.log(base)


@mutant("cross_entropy_ends", says="np.nan_to_num turns infinity into a huge number")
def nan_to_num_of_the_logarithm(p, q, base=math.e):
    return -np.sum(p * np.nan_to_num(np.log(q))) / np.log(base)


@mutant("cross_entropy_ends", says="a small number was added to q")
def with_an_epsilon(p, q, base=math.e):
    return -np.sum(p * np.log(q + 1e-12)) / np.log(base)


@mutant("cross_entropy_ends", says="a small number was added to q")
def clipped(p, q, base=math.e):
    return -np.sum(p * np.log(np.clip(q, 1e-15, 1 - 1e-15))) / np.log(base)


@mutant("cross_entropy_ends", says="math.log refuses")
def math_log_of_zero(p, q, base=math.e):
    return -sum(a * math.log(b) for a, b in zip(p, q, strict=True)) / math.log(base)


# ---- part 2 -----------------------------------------------------------------------------------------


@right("mean_nll")
def picked_with_indices(labels, q):
    return np.mean(-np.log(q[np.arange(len(labels)), labels]))


@right("mean_nll")
def picked_in_a_loop(labels, q):
    costs = [-np.log(row[c]) for c, row in zip(labels, q, strict=True)]
    return sum(costs) / len(costs)


@right("mean_nll")
def through_part_one(labels, q):
    return np.mean([good(np.eye(q.shape[1])[c], row) for c, row in zip(labels, q, strict=True)])


@right("mean_nll")
def taken_along_an_axis(labels, q):
    return -np.log(np.take_along_axis(q, labels[:, None], axis=1)).mean()


@mutant("mean_nll", says="that is the sum")
def summed(labels, q):
    return -np.log(q[np.arange(len(labels)), labels]).sum()


@mutant("mean_nll", says="the sign is missing")
def positive_log_likelihood(labels, q):
    return np.log(q[np.arange(len(labels)), labels]).mean()


@mutant("mean_nll", says="the probabilities were averaged first")
def log_of_the_mean(labels, q):
    return -np.log(q[np.arange(len(labels)), labels].mean())


@mutant("mean_nll", says="the product underflows")
def log_of_the_product(labels, q):
    return -np.log(np.prod(q[np.arange(len(labels)), labels])) / len(labels)


@mutant("mean_nll", says="divided by the number of classes")
def divided_by_classes(labels, q):
    return -np.log(q[np.arange(len(labels)), labels]).sum() / q.shape[1]


@mutant("mean_nll", says="all entries of q were used")
def all_entries(labels, q):
    return -np.log(q).mean()


@mutant("mean_nll", says="takes the columns of all labels from every row")
def all_columns(labels, q):
    return -np.log(q[:, labels]).mean()


@mutant("mean_nll", says="counted from 1")
def labels_from_one(labels, q):
    return -np.log(q[np.arange(len(labels)), labels - 1]).mean()


@mutant("mean_nll", says="the largest probability of each row")
def of_the_prediction(labels, q):
    return -np.log(q.max(axis=1)).mean()


@mutant("mean_nll", says="an infinite cost was left out")
def without_infinities(labels, q):
    p = q[np.arange(len(labels)), labels]
    return -np.log(p[p > 0]).mean()


@mutant("mean_nll", says="an infinite cost was left out")
def infinities_made_zero(labels, q):
    p = q[np.arange(len(labels)), labels]
    return np.where(p > 0, -np.log(p), 0.0).mean()


@mutant("mean_nll", says="leave out the classes with target 0")
def one_hot_times_log(labels, q):
    return -(np.eye(q.shape[1])[labels] * np.log(q)).sum(axis=1).mean()


@mutant("mean_nll", says="a small number was added to q")
def nll_with_an_epsilon(labels, q):
    return -np.log(q[np.arange(len(labels)), labels] + 1e-9).mean()


@mutant("mean_nll", says="bits (log base 2), nats")
def nll_in_bits(labels, q):
    return -np.log2(q[np.arange(len(labels)), labels]).mean()


# ---- part 3 -----------------------------------------------------------------------------------------


@right("decompose")
def by_subtraction(p, q):
    return good(p, p), good(p, q) - good(p, p)


@right("decompose")
def term_by_term(p, q):
    h, d = 0.0, 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            h -= a * np.log(a)
            d += a * np.log(a / b) if b > 0 else np.inf
    return [h, d]


@right("decompose")
def decomposed_by_scipy(p, q):
    return special.entr(p).sum(), special.rel_entr(p, q).sum()


@mutant("decompose", says="The entropy comes first")
def other_order(p, q):
    h, d = by_subtraction.function(p, q)
    return d, h


@mutant("decompose", says="the first number is the cross-entropy")
def whole_and_part(p, q):
    return good(p, q), good(p, q) - good(p, p)


@mutant("decompose", says="the second number is the cross-entropy")
def not_subtracted(p, q):
    return good(p, p), good(p, q)


@mutant("decompose", says="that is D(q || p)")
def reversed_divergence(p, q):
    return good(p, p), good(q, p) - good(q, q)


@mutant("decompose", says="the entropy is that of q")
def entropy_of_q(p, q):
    return good(q, q), good(p, q) - good(q, q)


@mutant("decompose", says="the entropy is that of q")
def entropy_of_q_and_right_divergence(p, q):
    return good(q, q), good(p, q) - good(p, p)


@mutant("decompose", says="the sign of the divergence is turned")
def upside_down(p, q):
    return good(p, p), np.sum(p[p > 0] * np.log(q[p > 0] / p[p > 0]))


@mutant("decompose", says="absolute values of the terms")
def absolute_values(p, q):
    mask = p > 0
    return good(p, p), np.abs(p[mask] * np.log(p[mask] / q[mask])).sum()


@mutant("decompose", says="both are in bits")
def parts_in_bits(p, q):
    return good(p, p, 2), good(p, q, 2) - good(p, p, 2)


@mutant("decompose", says="0 * log 0 came out as nan")
def naive_parts(p, q):
    return -np.sum(p * np.log(p)), np.sum(p * np.log(p / q))


@mutant("decompose", says="0 * log 0 came out as nan")
def naive_subtraction(p, q):
    return -np.sum(p * np.log(p)), -np.sum(p * np.log(q)) + np.sum(p * np.log(p))


@mutant("decompose", says="the terms where q is 0 were left out")
def parts_masked_by_both(p, q):
    mask = (p > 0) & (q > 0)
    return good(p, p), np.sum(p[mask] * np.log(p[mask] / q[mask]))


@mutant("decompose", says="a small number was added to q")
def parts_with_an_epsilon(p, q):
    return good(p, p), good(p, q + 1e-12) - good(p, p)


@mutant("decompose", says="a tuple of 2 results was expected")
def only_the_divergence(p, q):
    return good(p, q) - good(p, p)


# ---- part 4 -----------------------------------------------------------------------------------------


@right("expected_brier")
def by_the_theorem(p, q):
    return np.sum((q - p) ** 2) + 1 - np.sum(p**2)


@right("expected_brier")
def with_two_loops(p, q):
    total = 0.0
    for k in range(len(p)):
        for j in range(len(q)):
            total += p[k] * (q[j] - (j == k)) ** 2
    return total


@right("expected_brier")
def of_lists(p, q):
    others = sum(x * x for x in q.tolist())
    return sum(a * (1 - 2 * b + others) for a, b in zip(p.tolist(), q.tolist(), strict=True))


@mutant("expected_brier", says="what the lie costs more than honesty")
def excess_only(p, q):
    return np.sum((q - p) ** 2)


@mutant("expected_brier", says="What q gives to the other outcomes")
def own_class_only(p, q):
    return np.sum(p * (1 - q) ** 2)


@mutant("expected_brier", says="leaves out the outcome that came")
def own_class_twice(p, q):
    return sum(p[k] * ((q[k] - 1) ** 2 + np.sum(q**2)) for k in range(len(p)))


@mutant("expected_brier", says="columns were summed")
def columns_summed(p, q):
    return ((q - np.eye(len(q))) ** 2).sum(axis=0) @ p


@mutant("expected_brier", says="summed, not averaged")
def averaged(p, q):
    return p @ ((q - np.eye(len(q))) ** 2).mean(axis=1)


@mutant("expected_brier", says="all outcomes were given equal weights")
def equal_weights(p, q):
    return ((q - np.eye(len(q))) ** 2).sum(axis=1).mean()


@mutant("expected_brier", says="the losses of all outcomes were added")
def losses_added(p, q):
    return ((q - np.eye(len(q))) ** 2).sum()


@mutant("expected_brier", says="the roles are swapped")
def brier_swapped(p, q):
    return by_the_theorem.function(q, p)


@mutant("expected_brier", says="of an honest report, whatever q is")
def honest_loss(p, q):
    return 1 - np.sum(p**2)


@mutant("expected_brier", says="a square root was taken")
def distance(p, q):
    return p @ np.linalg.norm(q - np.eye(len(q)), axis=1)


@mutant("expected_brier", says="gaps without the square")
def absolute_gaps(p, q):
    return p @ np.abs(q - np.eye(len(q))).sum(axis=1)


@mutant("expected_brier", says="only the likeliest outcome was looked at")
def likeliest_outcome(p, q):
    return ((q - np.eye(len(q))[p.argmax()]) ** 2).sum()


@mutant("expected_brier", says="one loss for each outcome came back")
def unweighted_losses(p, q):
    return ((q - np.eye(len(q))) ** 2).sum(axis=1)


# ---- part 5 -----------------------------------------------------------------------------------------


def expectations(p, losses):
    return losses[:, p > 0] @ p[p > 0]


@right("best_report")
def masked(p, losses):
    return np.argmin(expectations(p, losses))


@right("best_report")
def compared_in_a_loop(p, losses):
    best, least = 0, math.inf
    for m, row in enumerate(losses.tolist()):
        expected = sum(a * x for a, x in zip(p.tolist(), row, strict=True) if a > 0)
        if expected < least:
            best, least = m, expected
    return best


@right("best_report")
def with_where_and_int(p, losses):
    return int(np.where(p > 0, p * losses, 0.0).sum(axis=1).argmin())


@mutant("best_report", says="Its row number was asked")
def least_loss(p, losses):
    return expectations(p, losses).min()


@mutant("best_report", says="argmin takes nan for the smallest")
def naive_product(p, losses):
    return (losses @ p).argmin()


@mutant("best_report", says="infinite losses were left out or made harmless")
def finite_losses_only(p, losses):
    return np.where(np.isfinite(losses), losses * p, 0.0).sum(axis=1).argmin()


@mutant("best_report", says="the largest expected loss")
def largest(p, losses):
    return expectations(p, losses).argmax()


@mutant("best_report", says="Rows count from 0")
def counted_from_one(p, losses):
    return expectations(p, losses).argmin() + 1


@mutant("best_report", says="the last one was taken")
def last_of_equal_ones(p, losses):
    best, least = 0, math.inf
    for m, expected in enumerate(expectations(p, losses)):
        if expected <= least:
            best, least = m, expected
    return best


@mutant("best_report", says="the smallest worst case")
def minimax(p, losses):
    return losses.max(axis=1).argmin()


@mutant("best_report", says="only the likeliest outcome was looked at")
def best_for_the_likeliest(p, losses):
    return losses[:, p.argmax()].argmin()


@mutant("best_report", says="all outcomes were weighted alike")
def equally_weighted(p, losses):
    return losses.mean(axis=1).argmin()


@mutant("best_report", says="rows and columns are mixed up")
def of_the_columns(p, losses):
    return (p @ losses).argmin() if len(p) == len(losses) else masked.function(p, losses)


# ---- part 6 -----------------------------------------------------------------------------------------


def good_scores(nats, text):
    total = nats.sum()
    bits = total / math.log(2) / len(text.encode())
    return math.exp(total / len(nats)), math.exp(total / len(text)), bits


@right("text_scores")
def of_python_floats(nats, text):
    return good_scores(nats, text)


@right("text_scores")
def in_bits_throughout(nats, text):
    bits = sum(nats.tolist()) / np.log(2)
    return [2 ** (bits / len(nats)), 2 ** (bits / len(text)), bits / len(bytes(text, "utf-8"))]


@mutant("text_scores", says="characters were taken for bytes")
def characters_for_bytes(nats, text):
    token, character, _ = good_scores(nats, text)
    return token, character, nats.sum() / np.log(2) / len(text)


@mutant("text_scores", says="these are nats per byte")
def nats_per_byte(nats, text):
    token, character, _ = good_scores(nats, text)
    return token, character, nats.sum() / len(text.encode())


@mutant("text_scores", says="multiplied by ln 2")
def the_wrong_way(nats, text):
    token, character, _ = good_scores(nats, text)
    return token, character, nats.sum() / len(text.encode()) * np.log(2)


@mutant("text_scores", says="the base of the power is e")
def two_to_the_nats(nats, text):
    return 2 ** nats.mean(), 2 ** (nats.sum() / len(text)), good_scores(nats, text)[2]


@mutant("text_scores", says="the exponentials were averaged")
def mean_of_exponentials(nats, text):
    return np.exp(nats).mean(), *good_scores(nats, text)[1:]


@mutant("text_scores", says="the exponential of the total")
def exponential_of_the_sum(nats, text):
    return np.exp(nats.sum()), np.exp(nats.sum()), good_scores(nats, text)[2]


@mutant("text_scores", says="these are the mean costs")
def without_exponential(nats, text):
    return nats.mean(), nats.sum() / len(text), good_scores(nats, text)[2]


@mutant("text_scores", says="the sign of the exponent is turned")
def typical_probability(nats, text):
    return np.exp(-nats.mean()), np.exp(-nats.sum() / len(text)), good_scores(nats, text)[2]


@mutant("text_scores", says="words were counted")
def per_word(nats, text):
    return np.exp(nats.sum() / len(text.split())), *good_scores(nats, text)[1:]


@mutant("text_scores", says="bytes were taken for characters")
def bytes_for_characters(nats, text):
    token, _, bits = good_scores(nats, text)
    return token, np.exp(nats.sum() / len(text.encode())), bits


@mutant("text_scores", says="underflows or overflows")
def exponential_before_the_root(nats, text):
    whole = np.exp(nats.sum())
    return whole ** (1 / len(nats)), whole ** (1 / len(text)), good_scores(nats, text)[2]


@mutant("text_scores", says="underflows or overflows")
def through_the_product(nats, text):
    chance = np.prod(np.exp(-nats))
    return chance ** (-1 / len(nats)), chance ** (-1 / len(text)), good_scores(nats, text)[2]


@mutant("text_scores", says="divided by the number of tokens")
def bits_per_token(nats, text):
    token, character, _ = good_scores(nats, text)
    return token, character, nats.mean() / np.log(2)


@mutant("text_scores", says="a tuple of 3 results was expected")
def two_scores(nats, text):
    return good_scores(nats, text)[:2]
