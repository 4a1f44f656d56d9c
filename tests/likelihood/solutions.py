"""Wrong and right solutions of the assignment `likelihood`."""

import math
import statistics
from collections import Counter

import numpy as np
from mutation import mutant, right
from scipy import special, stats

# ---- part 1 -----------------------------------------------------------------------------------------


@right("bernoulli_log_likelihood")
def with_xlogy(outcomes, p):
    ones = outcomes.sum()
    return special.xlogy(ones, p) + special.xlog1py(len(outcomes) - ones, -p)


@right("bernoulli_log_likelihood")
def toss_by_toss(outcomes, p):
    total = 0.0
    for x in outcomes:
        chance = p if x == 1 else 1 - p
        if chance == 0:
            return -math.inf
        total += math.log(chance)
    return total


@right("bernoulli_log_likelihood")
def chances_first(outcomes, p):
    return np.log(np.where(outcomes == 1, p, 1 - p)).sum()


@right("bernoulli_log_likelihood")
def nan_swept_from_the_sum(outcomes, p):
    return np.nansum(outcomes * np.log(p) + 0.0) + np.nansum((1 - outcomes) * np.log(1 - p))


@right("bernoulli_log_likelihood")
def lists_and_counts(outcomes, p):
    count = Counter(outcomes.tolist())
    terms = [n * np.log(p if x else 1 - p) for x, n in count.items()]
    return float(sum(terms))


@mutant("bernoulli_log_likelihood", says="0 * log 0 came out as nan")
def as_it_stands(outcomes, p):
    return np.sum(outcomes * np.log(p) + (1 - outcomes) * np.log(1 - p))


@mutant("bernoulli_log_likelihood", says="0 * log 0 came out as nan")
def counted_as_it_stands(outcomes, p):
    return sum(outcomes) * np.log(p) + (len(outcomes) - sum(outcomes)) * np.log(1 - p)


@mutant("bernoulli_log_likelihood", says="0 log 0 counts 0")
def logarithm_of_math(outcomes, p):
    return sum(outcomes) * math.log(p) + (len(outcomes) - sum(outcomes)) * math.log(1 - p)


@mutant("bernoulli_log_likelihood", says="heads and tails are mixed up")
def heads_for_tails(outcomes, p):
    return chances_first.function(1 - outcomes, p)


@mutant("bernoulli_log_likelihood", says="only the ones are counted")
def heads_only(outcomes, p):
    return outcomes.sum() * np.log(p)


@mutant("bernoulli_log_likelihood", says="that is the mean")
def mean_of_the_tosses(outcomes, p):
    return np.log(np.where(outcomes == 1, p, 1 - p)).mean()


@mutant("bernoulli_log_likelihood", says="that is the likelihood itself")
def product_of_chances(outcomes, p):
    return np.prod(np.where(outcomes == 1, p, 1 - p))


@mutant("bernoulli_log_likelihood", says="the number of orders is counted in")
def binomial(outcomes, p):
    return stats.binom.logpmf(outcomes.sum(), len(outcomes), p)


@mutant("bernoulli_log_likelihood", says="underflows to 0, and log 0 is -inf")
def log_of_the_product(outcomes, p):
    return np.log(np.prod(np.where(outcomes == 1, p, 1.0 - p)))


@mutant("bernoulli_log_likelihood", says="underflows to 0, and log 0 is -inf")
def log_of_the_powers(outcomes, p):
    ones = outcomes.sum()
    return np.log(p**ones * (1.0 - p) ** (len(outcomes) - ones))


@mutant("bernoulli_log_likelihood", says="np.nan_to_num turns -inf into a huge number")
def nan_to_num_of_the_logarithms(outcomes, p):
    ones = outcomes.sum()
    logs = np.nan_to_num(np.log(np.array([p, 1 - p])))
    return ones * logs[0] + (len(outcomes) - ones) * logs[1]


@mutant("bernoulli_log_likelihood", says="np.nan_to_num turns -inf into a huge number")
def nan_to_num_of_the_terms(outcomes, p):
    ones = outcomes.sum()
    return np.nan_to_num(ones * np.log(p)) + np.nan_to_num((len(outcomes) - ones) * np.log(1 - p))


@mutant("bernoulli_log_likelihood", says="every infinite logarithm was made 0")
def no_infinities(outcomes, p):
    total = 0.0
    if p > 0:
        total += outcomes.sum() * np.log(p)
    if p < 1:
        total += (1 - outcomes).sum() * np.log(1 - p)
    return total


@mutant("bernoulli_log_likelihood", says="clipped, or a small number was added")
def clipped_coin(outcomes, p):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return outcomes.sum() * np.log(p) + (1 - outcomes).sum() * np.log(1 - p)


@mutant("bernoulli_log_likelihood", says="clipped, or a small number was added")
def coin_with_an_epsilon(outcomes, p):
    return outcomes.sum() * np.log(p + 1e-15) + (1 - outcomes).sum() * np.log(1 - p + 1e-15)


@mutant("bernoulli_log_likelihood", says="the sign is turned round")
def negative(outcomes, p):
    return -chances_first.function(outcomes, p)


@mutant("bernoulli_log_likelihood", says="that is bits")
def in_bits(outcomes, p):
    return np.log2(np.where(outcomes == 1, p, 1 - p)).sum()


@mutant("bernoulli_log_likelihood", says="a single number")
def one_for_each_toss(outcomes, p):
    return np.log(np.where(outcomes == 1, p, 1 - p))


# ---- part 2 -----------------------------------------------------------------------------------------


@right("bernoulli_mle")
def with_python(outcomes):
    return sum(outcomes) / len(outcomes)


@right("bernoulli_mle")
def with_a_list(outcomes):
    return outcomes.tolist().count(1) / len(outcomes)


@mutant("bernoulli_mle", says="that is the number of ones")
def number_of_ones(outcomes):
    return outcomes.sum()


@mutant("bernoulli_mle", says="the share of the zeros")
def share_of_zeros(outcomes):
    return np.mean(outcomes == 0)


@mutant("bernoulli_mle", says="one was added to every count")
def laplace_s_rule(outcomes):
    return (outcomes.sum() + 1) / (len(outcomes) + 2)


@mutant("bernoulli_mle", says="are the odds")
def odds(outcomes):
    return np.sum(outcomes == 1) / np.sum(outcomes == 0)


@mutant("bernoulli_mle", says="divided by N - 1")
def by_one_less(outcomes):
    return outcomes.sum() / (len(outcomes) - 1)


@mutant("bernoulli_mle", says="the more frequent outcome")
def most_frequent(outcomes):
    return int(outcomes.mean() > 0.5)


@right("categorical_mle")
def loop_over_classes(labels, classes):
    return [np.mean(labels == k) for k in range(classes)]


@right("categorical_mle")
def with_a_counter(labels, classes):
    count = Counter(labels.tolist())
    return [count[k] / len(labels) for k in range(classes)]


@right("categorical_mle")
def mean_of_one_hot_rows(labels, classes):
    return np.eye(classes)[labels].mean(axis=0)


@mutant("categorical_mle", says="these are the counts")
def counts_only(labels, classes):
    return np.bincount(labels, minlength=classes)


@mutant("categorical_mle", says="divided by the number of classes")
def by_the_classes(labels, classes):
    return np.bincount(labels, minlength=classes) / classes


@mutant("categorical_mle", says="divided by the largest one")
def by_the_largest(labels, classes):
    n = np.bincount(labels, minlength=classes)
    return n / n.max()


@mutant("categorical_mle", says="a class without a label is missing")
def no_minlength(labels, classes):
    return np.bincount(labels) / len(labels)


@mutant("categorical_mle", says="a class without a label is missing")
def unique_labels(labels, classes):
    _, n = np.unique(labels, return_counts=True)
    return n / n.sum()


@mutant("categorical_mle", says="counted from 1")
def classes_from_one(labels, classes):
    return [np.mean(labels == k) for k in range(1, classes + 1)]


@mutant("categorical_mle", says="one was added to every count")
def smoothed(labels, classes):
    n = np.bincount(labels, minlength=classes) + 1
    return n / n.sum()


@mutant("categorical_mle", says="Keep the `def` line")
def renamed(labels, k):
    return np.bincount(labels, minlength=k) / len(labels)


# ---- part 3 -----------------------------------------------------------------------------------------


@right("categorical_log_likelihood")
def xlogy_of_counts(counts, q):
    return special.xlogy(counts, q).sum()


@right("categorical_log_likelihood")
def loop_over_counts(counts, q):
    total = 0.0
    for n, x in zip(counts, q, strict=True):
        if n > 0:
            total += n * (math.log(x) if x > 0 else -math.inf)
    return total


@right("categorical_log_likelihood")
def chosen_with_where(counts, q):
    return np.dot(counts, np.where(counts > 0, np.log(q), 0.0))


@mutant("categorical_log_likelihood", says="0 * log 0 came out as nan")
def counts_times_logs(counts, q):
    return np.sum(counts * np.log(q))


@mutant("categorical_log_likelihood", says="each class is counted once")
def without_counts(counts, q):
    return np.log(q).sum()


@mutant("categorical_log_likelihood", says="that is the mean")
def by_the_number(counts, q):
    return loop_over_counts.function(counts, q) / sum(counts)


@mutant("categorical_log_likelihood", says="that is the likelihood itself")
def powers(counts, q):
    return np.prod(q**counts)


@mutant("categorical_log_likelihood", says="the number of orders is counted in")
def with_coefficient(counts, q):
    return stats.multinomial.logpmf(counts, counts.sum(), q)


@mutant("categorical_log_likelihood", says="not their logarithms")
def no_logarithm(counts, q):
    return counts @ q


@mutant("categorical_log_likelihood", says="the logarithm of a sum")
def log_of_the_sum(counts, q):
    return np.log(counts @ q)


@mutant("categorical_log_likelihood", says="the roles are swapped")
def swapped(counts, q):
    return np.sum(q * np.log(counts))


@mutant("categorical_log_likelihood", says="every infinite logarithm was made 0")
def infinities_left_out(counts, q):
    return np.sum(counts * np.where(q > 0, np.log(q), 0.0))


@mutant("categorical_log_likelihood", says="np.nan_to_num turns -inf")
def huge_numbers(counts, q):
    return np.nan_to_num(counts * np.log(q)).sum()


@mutant("categorical_log_likelihood", says="clipped, or a small number was added")
def die_with_an_epsilon(counts, q):
    return np.sum(counts * np.log(q + 1e-12))


@mutant("categorical_log_likelihood", says="underflows to 0, and log 0 is -inf")
def log_of_all_powers(counts, q):
    return np.log(np.prod(q**counts))


# ---- part 4 -----------------------------------------------------------------------------------------


@right("mean_nll")
def loop_of_math(probabilities):
    return sum(math.inf if q == 0 else -math.log(q) for q in probabilities) / len(probabilities)


@right("mean_nll")
def negative_logs(probabilities):
    return (-np.log(probabilities)).mean()


@right("mean_nll")
def through_bits(probabilities):
    return -np.log2(probabilities).mean() * np.log(2)


@mutant("mean_nll", says="the product of so many probabilities underflows")
def still_broken(probabilities):
    return -np.log(np.prod(probabilities)) / len(probabilities)


@mutant("mean_nll", says="that is the sum")
def sum_of_all(probabilities):
    return -np.log(probabilities).sum()


@mutant("mean_nll", says="the probabilities were averaged first")
def log_of_the_mean(probabilities):
    return -np.log(np.mean(probabilities))


@mutant("mean_nll", says="the geometric mean")
def geometric_mean(probabilities):
    return stats.gmean(probabilities)


@mutant("mean_nll", says="the probabilities themselves were averaged")
def no_logarithm_at_all(probabilities):
    return -np.mean(probabilities)


@mutant("mean_nll", says="log(1 - p) of what came")
def of_the_opposite(probabilities):
    return -np.log(1 - probabilities).mean()


@mutant("mean_nll", says="the outcome of probability 0 was left out")
def zeros_left_out(probabilities):
    return -np.log(probabilities[probabilities > 0]).mean()


@mutant("mean_nll", says="the outcome of probability 0 was left out")
def zeros_for_nothing(probabilities):
    return -np.where(probabilities > 0, np.log(probabilities), 0.0).mean()


@mutant("mean_nll", says="clipped, or a small number was added")
def with_eps(probabilities):
    return -np.log(probabilities + 1e-12).mean()


@mutant("mean_nll", says="the sign is turned round")
def positive(probabilities):
    return np.log(probabilities).mean()


# ---- part 5 -----------------------------------------------------------------------------------------


@right("gaussian_nll")
def with_scipy(x, mu, sigma):
    return -stats.norm.logpdf(x, mu, sigma).mean()


@right("gaussian_nll")
def number_by_number(x, mu, sigma):
    total = 0.0
    for value in x:
        total += 0.5 * math.log(2 * math.pi * sigma**2) + 0.5 * ((value - mu) / sigma) ** 2
    return total / len(x)


def good_gaussian_nll(x, mu, sigma):
    return np.log(sigma) + 0.5 * np.log(2 * np.pi) + np.mean((x - mu) ** 2) / (2 * sigma**2)


def normal_pdf(x, mu, sigma):
    return np.exp(-((x - mu) ** 2) / (2 * sigma**2)) / (np.sqrt(2 * np.pi) * sigma)


@mutant("gaussian_nll", says="the density of an outlier underflows")
def log_of_density(x, mu, sigma):
    return -np.log(normal_pdf(x, mu, sigma)).mean()


@mutant("gaussian_nll", says="the density of an outlier underflows")
def log_of_density_of_scipy(x, mu, sigma):
    return -np.log(stats.norm.pdf(x, mu, sigma)).mean()


@mutant("gaussian_nll", says="that is the sum")
def total(x, mu, sigma):
    return good_gaussian_nll(x, mu, sigma) * len(x)


@mutant("gaussian_nll", says="sigma was taken for the variance")
def sigma_as_variance(x, mu, sigma):
    return 0.5 * np.log(2 * np.pi * sigma) + np.mean((x - mu) ** 2) / (2 * sigma)


@mutant("gaussian_nll", says="the term log sigma is missing")
def without_log_sigma(x, mu, sigma):
    return good_gaussian_nll(x, mu, sigma) - np.log(sigma)


@mutant("gaussian_nll", says="is missing, or not halved")
def without_constant(x, mu, sigma):
    return np.log(sigma) + np.mean((x - mu) ** 2) / (2 * sigma**2)


@mutant("gaussian_nll", says="is missing, or not halved")
def constant_not_halved(x, mu, sigma):
    return np.log(sigma) + np.log(2 * np.pi) + np.mean((x - mu) ** 2) / (2 * sigma**2)


@mutant("gaussian_nll", says="not by 2 sigma ** 2")
def without_the_half(x, mu, sigma):
    return np.mean(((x - mu) / sigma) ** 2) + np.log(sigma * np.sqrt(2 * np.pi))


@mutant("gaussian_nll", says="log sigma ** 2 is 2 log sigma")
def log_of_the_variance(x, mu, sigma):
    return np.log(sigma**2) + 0.5 * np.log(2 * np.pi) + np.mean((x - mu) ** 2) / (2 * sigma**2)


@mutant("gaussian_nll", says="the distance was not squared")
def not_squared(x, mu, sigma):
    return np.log(sigma * np.sqrt(2 * np.pi)) + np.mean(abs(x - mu)) / (2 * sigma**2)


@mutant("gaussian_nll", says="the mean squared error alone")
def squared_error_alone(x, mu, sigma):
    return np.mean((x - mu) ** 2)


@mutant("gaussian_nll", says="these are densities")
def mean_density(x, mu, sigma):
    return np.mean(normal_pdf(x, mu, sigma))


@mutant("gaussian_nll", says="averaged before the logarithm")
def log_of_mean_density(x, mu, sigma):
    return -np.log(np.mean(normal_pdf(x, mu, sigma)))


@mutant("gaussian_nll", says="the sign is turned round")
def log_likelihood(x, mu, sigma):
    return -good_gaussian_nll(x, mu, sigma)


# ---- part 6 -----------------------------------------------------------------------------------------


@right("gaussian_mle")
def mean_and_std(x):
    return x.mean(), x.std()


@right("gaussian_mle")
def with_statistics(x):
    numbers = [float(value) for value in x]
    return statistics.fmean(numbers), statistics.pstdev(numbers)


@right("gaussian_mle")
def fitted_by_scipy(x):
    return stats.norm.fit(x)


@right("gaussian_mle")
def as_a_list(x):
    mu = sum(x) / len(x)
    return [mu, math.sqrt(sum((value - mu) ** 2 for value in x) / len(x))]


@mutant("gaussian_mle", says="divided by N - 1")
def unbiased(x):
    return x.mean(), x.std(ddof=1)


@mutant("gaussian_mle", says="divided by N - 1")
def stdev_of_python(x):
    return statistics.fmean(x.tolist()), statistics.stdev(x.tolist())


@mutant("gaussian_mle", says="the second number is the variance")
def variance(x):
    return x.mean(), x.var()


@mutant("gaussian_mle", says="in the other order")
def sigma_first(x):
    return x.std(), x.mean()


@mutant("gaussian_mle", says="that is the median")
def median(x):
    return np.median(x), x.std()


@mutant("gaussian_mle", says="the mean distance from the mean")
def mean_distance(x):
    return x.mean(), abs(x - x.mean()).mean()


@mutant("gaussian_mle", says="so they cancel to 0")
def distances_not_squared(x):
    return x.mean(), (x - x.mean()).mean()


@mutant("gaussian_mle", says="the distances from 0")
def from_zero(x):
    return x.mean(), np.sqrt((x**2).mean())


@mutant("gaussian_mle", says="its digits cancel")
def one_pass(x):
    return x.mean(), np.sqrt((x**2).mean() - x.mean() ** 2)


@mutant("gaussian_mle", says="its digits cancel")
def one_pass_kept_positive(x):
    return x.mean(), max((x**2).mean() - x.mean() ** 2, 0) ** 0.5


@mutant("gaussian_mle", says="a tuple of 2 results was expected")
def mean_alone(x):
    return x.mean()


# ---- part 7 -----------------------------------------------------------------------------------------


@right("mse_coefficients")
def from_the_formula(sigma):
    return math.log(sigma * math.sqrt(2 * math.pi)), 0.5 * sigma**-2


@right("mse_coefficients")
def from_two_points(sigma):
    at_0 = good_gaussian_nll(np.zeros(1), 0.0, sigma)
    return [at_0, good_gaussian_nll(np.ones(1), 0.0, sigma) - at_0]


@mutant("mse_coefficients", says="in the other order")
def b_first(sigma):
    return from_the_formula.function(sigma)[::-1]


@mutant("mse_coefficients", says="the 2 got lost")
def b_without_two(sigma):
    return from_the_formula.function(sigma)[0], 1 / sigma**2


@mutant("mse_coefficients", says="b has sigma squared")
def b_without_square(sigma):
    return from_the_formula.function(sigma)[0], 1 / (2 * sigma)


@mutant("mse_coefficients", says="sigma was taken for the variance")
def variance_given(sigma):
    return 0.5 * np.log(2 * np.pi * sigma), 1 / (2 * sigma)


@mutant("mse_coefficients", says="log sigma is missing in a")
def a_without_sigma(sigma):
    return 0.5 * np.log(2 * np.pi), 1 / (2 * sigma**2)


@mutant("mse_coefficients", says="in a the constant")
def a_without_constant(sigma):
    return np.log(sigma), 1 / (2 * sigma**2)


@mutant("mse_coefficients", says="in a the constant")
def a_constant_not_halved(sigma):
    return np.log(2 * np.pi * sigma), 1 / (2 * sigma**2)


@mutant("mse_coefficients", says="Turn both round")
def of_the_log_likelihood(sigma):
    a, b = from_the_formula.function(sigma)
    return -a, -b


@mutant("mse_coefficients", says="a tuple of 2 results was expected")
def a_alone(sigma):
    return np.log(sigma)
