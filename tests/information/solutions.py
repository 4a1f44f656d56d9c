"""Wrong and right solutions of the assignment `information`."""

import math
import warnings
from collections import Counter

import numpy as np
from mutation import mutant, right
from scipy import stats

# ---- part 1 -----------------------------------------------------------------------------------------


def good_information(p, base=math.e):
    return 0.0 - np.log(p) / np.log(base)


@right("self_information")
def negated(p, base=math.e):
    return -np.log(p) / np.log(base)


@right("self_information")
def with_a_loop_and_math(p, base=math.e):
    result = []
    for x in p:
        result.append(-math.log(x, base))
    return result


@right("self_information")
def of_the_reciprocal(p, base=math.e):
    return np.log(1 / p) / np.log(base)


@right("self_information")
def printing_and_warning(p, base=math.e):
    print("p is", p)
    warnings.warn("careful", stacklevel=1)
    return good_information(p, base)


@right("self_information_ends")
def from_zero(p, base=math.e):
    return good_information(p, base)


@right("self_information_ends")
def with_both_ends_by_hand(p, base=math.e):
    def one(x):
        if x == 0:
            return float("inf")
        return abs(math.log(x)) / math.log(base)

    return [one(x) for x in p]


@right("self_information_ends")
def adding_a_zero(p, base=math.e):
    return -np.log(np.array(p, dtype=float)) / np.log(base) + 0.0


@mutant("self_information", says="the sign is missing")
def without_sign(p, base=math.e):
    return np.log(p) / np.log(base)


@mutant("self_information", says="the unit is always the same")
def always_nats(p, base=math.e):
    return -np.log(p)


@mutant("self_information", says="the unit is always the same")
def always_bits(p, base=math.e):
    return -np.log2(p)


@mutant("self_information", says="Divide by it")
def times_the_logarithm(p, base=math.e):
    return -np.log(p) * np.log(base)


@mutant("self_information", says="divided by the base itself")
def over_the_base(p, base=math.e):
    return -np.log(p) / base


@mutant("self_information", says="upside down")
def base_of_the_wrong_logarithm(p, base=math.e):
    return -np.log(base) / np.log(p)


@mutant("self_information", says="weighted by p")
def towards_entropy(p, base=math.e):
    return -p * np.log(p) / np.log(base)


@mutant("self_information", says="that is 1/p")
def reciprocal(p, base=math.e):
    return 1 / p


@mutant("self_information", says="surprise of the opposite")
def of_the_opposite(p, base=math.e):
    return -np.log(1 - p) / np.log(base)


@mutant("self_information", says="Each event has its own")
def summed(p, base=math.e):
    return good_information(p, base).sum()


@mutant("self_information", says="works on one number")
def math_on_an_array(p, base=math.e):
    return -math.log(p, base) if len(p) > 1 else [-math.log(p[0], base)]


@mutant("self_information", says="returned nothing (None)")
def forgot_to_return(p, base=math.e):
    good_information(p, base)


@mutant("self_information", says="is something rounded")
def rounded(p, base=math.e):
    return good_information(p, base).round(5)


@mutant("self_information_ends", says="the sign of a zero was turned")
def negative_zero(p, base=math.e):
    return -np.log(p) / np.log(base)


@mutant("self_information_ends", says="a small number was added")
def with_an_epsilon(p, base=math.e):
    return 0.0 - np.log(p + 1e-12) / np.log(base)


@mutant("self_information_ends", says="a small number was added")
def clipped(p, base=math.e):
    return 0.0 - np.log(np.clip(p, 1e-15, 1 - 1e-15)) / np.log(base)


@mutant("self_information_ends", says="was given the surprise 0")
def zero_for_the_impossible(p, base=math.e):
    return np.array([0.0 if x == 0 else abs(math.log(x, base)) for x in p])


@mutant("self_information_ends", says="np.nan_to_num makes a large number of inf")
def nan_to_num(p, base=math.e):
    return np.nan_to_num(good_information(p, base))


@mutant("self_information_ends", says="math.log refuses 0")
def math_log_of_zero(p, base=math.e):
    return [abs(math.log(x) / math.log(base)) for x in p]


# ---- part 2 -----------------------------------------------------------------------------------------


@right("convert")
def through_nats(value, from_base, to_base):
    nats = value * np.log(from_base)
    return nats / np.log(to_base)


@right("convert")
def with_math_log_of_two_arguments(value, from_base, to_base):
    return value * math.log(from_base, to_base)


@right("convert")
def dividing(value, from_base, to_base):
    return np.array(value) / (np.log2(to_base) / np.log2(from_base))


@mutant("convert", says="upside down")
def inverse_factor(value, from_base, to_base):
    return value * math.log(to_base) / math.log(from_base)


@mutant("convert", says="The factor is the ratio of their logarithms")
def ratio_of_bases(value, from_base, to_base):
    return value * from_base / to_base


@mutant("convert", says="The factor is the ratio of their logarithms")
def ratio_of_bases_upside_down(value, from_base, to_base):
    return value * (to_base / from_base)


@mutant("convert", says="the logarithm of the ratio")
def logarithm_of_the_ratio(value, from_base, to_base):
    return value * math.log(from_base / to_base)


@mutant("convert", says="only one of the bases is used")
def to_nats_only(value, from_base, to_base):
    return value * math.log(from_base)


@mutant("convert", says="only one of the bases is used")
def from_nats_only(value, from_base, to_base):
    return value / math.log(to_base)


@mutant("convert", says="the amount came back as it was")
def unchanged(value, from_base, to_base):
    return value


@mutant("convert", says="is one already")
def logarithm_of_the_amount(value, from_base, to_base):
    return math.log(value) / math.log(to_base)


@mutant("convert", says="(The case:")
def bits_and_nats_only(value, from_base, to_base):
    return value * math.log(2) if to_base == math.e else value / math.log(2)


# ---- part 3 -----------------------------------------------------------------------------------------


@right("total_information")
def summed_up(p, base=math.e):
    return -np.sum(np.log(p)) / np.log(base)


@right("total_information")
def one_after_the_other(p, base=math.e):
    total = 0
    for x in p:
        if x == 0:
            return math.inf
        total -= math.log(x)
    return total / math.log(base)


@right("total_information")
def exactly_summed(p, base=math.e):
    return math.fsum(good_information(p, base).tolist())


@mutant("total_information", says="the product underflows to 0")
def of_the_product(p, base=math.e):
    return -np.log(np.prod(p)) / np.log(base)


@mutant("total_information", says="that is the mean")
def mean(p, base=math.e):
    return good_information(p, base).mean()


@mutant("total_information", says="surprises were multiplied")
def product_of_surprises(p, base=math.e):
    return np.prod(good_information(p, base))


@mutant("total_information", says="the probabilities were added")
def of_the_sum(p, base=math.e):
    return -np.log(np.sum(p)) / np.log(base)


@mutant("total_information", says="Add them up")
def one_for_each(p, base=math.e):
    return good_information(p, base)


@mutant("total_information", says="the unit is always the same")
def total_in_nats(p, base=math.e):
    return -np.log(p).sum()


@mutant("total_information", says="the sign is missing")
def total_without_sign(p, base=math.e):
    return np.log(p).sum() / np.log(base)


@mutant("total_information", says="Divide by it")
def total_times_the_logarithm(p, base=math.e):
    return -np.log(p).sum() * np.log(base)


@mutant("total_information", says="or left out")
def impossible_left_out(p, base=math.e):
    return good_information(p[p > 0], base).sum()


@mutant("total_information", says="math.log refuses 0")
def total_with_math(p, base=math.e):
    return sum(-math.log(x, base) for x in p)


@mutant("total_information", says="a small number was added")
def total_with_an_epsilon(p, base=math.e):
    return -np.log(np.maximum(p, 1e-300)).sum() / np.log(base)


# ---- part 4 -----------------------------------------------------------------------------------------


@right("text_information")
def letter_by_letter(text, model, base=math.e):
    total = 0.0
    for letter in text:
        p = model.get(letter, 0)
        total += -math.log(p, base) if p > 0 else math.inf
    return total


@right("text_information")
def by_counts(text, model, base=math.e):
    with np.errstate(divide="ignore"):
        return sum(n * -np.log(model.get(x, 0.0)) / np.log(base) for x, n in Counter(text).items())


@right("text_information")
def with_scipy(text, model, base=math.e):
    values = list(model)
    draws = [values.index(x) if x in model else len(values) for x in text]
    law = stats.rv_discrete(values=(range(len(values)), list(model.values())))
    return float(-law.logpmf(draws).sum() / np.log(base)) if text else 0


@mutant("text_information", says="the product underflows to 0")
def probability_of_the_text(text, model, base=math.e):
    p = 1.0
    for letter in text:
        p *= model.get(letter, 0.0)
    return good_information(p, base)


@mutant("text_information", says="each letter was counted once")
def distinct_letters(text, model, base=math.e):
    return sum(good_information(model.get(x, 0.0), base) for x in set(text))


@mutant("text_information", says="that is the mean")
def mean_over_the_text(text, model, base=math.e):
    return np.mean([good_information(model.get(x, 0.0), base) for x in text])


@mutant("text_information", says="the unit is always the same")
def text_in_bits(text, model, base=math.e):
    return sum(-np.log2(model.get(x, 0.0)) for x in text)


@mutant("text_information", says="the sign is missing")
def log_likelihood(text, model, base=math.e):
    return sum(np.log(model.get(x, 0.0)) / np.log(base) for x in text)


@mutant("text_information", says="The model states the probabilities")
def by_its_own_shares(text, model, base=math.e):
    return sum(good_information(text.count(x) / len(text), base) for x in text)


@mutant("text_information", says="taken for equally likely")
def equally_likely(text, model, base=math.e):
    return len(text) * np.log(len(model)) / np.log(base)


@mutant("text_information", says="0 * inf is nan")
def through_the_model(text, model, base=math.e):
    return sum(text.count(x) * (np.log(1 / np.float64(p)) / np.log(base)) for x, p in model.items())


@mutant("text_information", says="or left out")
def unknown_letters_skipped(text, model, base=math.e):
    return sum(good_information(model[x], base) for x in text if x in model)


@mutant("text_information", says="or left out")
def impossible_letters_skipped(text, model, base=math.e):
    return sum(good_information(model[x], base) for x in text if model.get(x, 0) > 0)


@mutant("text_information", says="raised KeyError")
def unknown_letters_not_thought_of(text, model, base=math.e):
    return sum(good_information(model[x], base) for x in text)


@mutant("text_information", says="a small number was added")
def unknown_letters_of_small_probability(text, model, base=math.e):
    return sum(good_information(model.get(x, 1e-12), base) for x in text)


@mutant("text_information", says="a small number was added")
def text_with_an_epsilon(text, model, base=math.e):
    return sum(good_information(max(model.get(x, 0.0), 1e-10), base) for x in text)


@mutant("text_information", says="math.log refuses 0")
def text_with_math(text, model, base=math.e):
    return sum(-math.log(model.get(x, 0.0), base) for x in text)


# ---- part 5 -----------------------------------------------------------------------------------------


@right("complement_information")
def with_log1p(q, base=math.e):
    return -np.log1p(-q) / np.log(base)


@right("complement_information")
def with_math_log1p(q, base=math.e):
    return [math.inf if x == 1 else -math.log1p(-x) / math.log(base) for x in q]


@right("complement_information")
def with_a_series_for_tiny_q(q, base=math.e):
    with np.errstate(divide="ignore"):
        nats = np.where(q < 1e-5, q + q**2 / 2 + q**3 / 3, -np.log(1 - q))
    return nats / np.log(base)


@mutant("complement_information", says="1 - q rounds to the nearest number")
def as_it_stands(q, base=math.e):
    return -np.log(1 - q) / np.log(base)


@mutant("complement_information", says="1 - q rounds to the nearest number")
def through_part_1(q, base=math.e):
    return good_information(1 - q, base)


@mutant("complement_information", says="Its opposite was asked")
def of_q_itself(q, base=math.e):
    return -np.log(q) / np.log(base)


@mutant("complement_information", says="the logarithm of 1 + q")
def log1p_of_q(q, base=math.e):
    return -np.log1p(q) / np.log(base)


@mutant("complement_information", says="the logarithm of 1 + q")
def both_signs_lost(q, base=math.e):
    return np.log1p(q) / np.log(base)


@mutant("complement_information", says="the sign is missing")
def one_sign_lost(q, base=math.e):
    return np.log1p(-q) / np.log(base)


@mutant("complement_information", says="the unit is always the same")
def complement_in_nats(q, base=math.e):
    return -np.log1p(-q)


@mutant("complement_information", says="Divide by it")
def complement_times_the_logarithm(q, base=math.e):
    return -np.log1p(-q) * np.log(base)


@mutant("complement_information", says="approximation for tiny q")
def approximation(q, base=math.e):
    return q / np.log(base)


@mutant("complement_information", says="logarithm of 2 - q")
def one_added_twice(q, base=math.e):
    return -np.log1p(1 - q) / np.log(base)


@mutant("complement_information", says="math.log refuses 0")
def complement_with_math(q, base=math.e):
    return [-math.log1p(-x) / math.log(base) for x in q]


# ---- part 6 -----------------------------------------------------------------------------------------


@right("extremes")
def by_probability(text, model):
    p = [model.get(x, 0.0) for x in text]
    return p.index(max(p)), p.index(min(p))


@right("extremes")
def by_key(text, model):
    positions = range(len(text))
    least = max(positions, key=lambda i: model.get(text[i], 0.0))
    return [least, min(positions, key=lambda i: model.get(text[i], 0.0))]


@right("extremes")
def by_surprise(text, model):
    surprises = good_information(np.array([model.get(x, 0.0) for x in text]))
    return np.argmin(surprises), np.argmax(surprises)


@mutant("extremes", says="the other way round")
def swapped(text, model):
    surprises = good_information(np.array([model.get(x, 0.0) for x in text]))
    return surprises.argmax(), surprises.argmin()


@mutant("extremes", says="counted from 1")
def counted_from_one(text, model):
    least, most = by_probability.function(text, model)
    return least + 1, most + 1


@mutant("extremes", says="the last one was taken")
def last_of_equals(text, model):
    order = sorted(range(len(text)), key=lambda i: (model.get(text[i], 0.0), i))
    most = max(i for i in order if text[i] == text[order[0]])
    return order[-1], most


@mutant("extremes", says="in the text itself were used")
def by_counts_of_the_text(text, model):
    counts = [text.count(x) for x in text]
    return counts.index(max(counts)), counts.index(min(counts))


@mutant("extremes", says="the extremes of the model")
def of_the_model(text, model):
    return text.find(max(model, key=model.get)), text.find(min(model, key=model.get))


@mutant("extremes", says="Their positions were asked")
def the_surprises(text, model):
    surprises = [good_information(model.get(x, 0.0)) for x in text]
    return min(surprises), max(surprises)


@mutant("extremes", says="a piece of text")
def the_letters(text, model):
    return max(text, key=lambda x: model.get(x, 0.0)), min(text, key=lambda x: model.get(x, 0.0))


@mutant("extremes", says="left out or counted as certain")
def impossible_counted_as_certain(text, model):
    surprises = [abs(math.log(model.get(x, 0.0) or 1.0)) for x in text]
    return int(np.argmin(surprises)), int(np.argmax(surprises))


@mutant("extremes", says="math.log refuses 0")
def extremes_with_math(text, model):
    surprises = [-math.log(model.get(x, 0.0)) for x in text]
    return int(np.argmin(surprises)), int(np.argmax(surprises))


@mutant("extremes", says="a tuple of 2 results was expected")
def the_most_surprising_only(text, model):
    return by_probability.function(text, model)[1]
