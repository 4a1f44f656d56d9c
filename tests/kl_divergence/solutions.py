"""Wrong and right solutions of the assignment `kl_divergence`."""

import math
import warnings

import numpy as np
from mutation import mutant, right
from scipy import special, stats
from scipy.spatial import distance

# ---- part 1 -----------------------------------------------------------------------------------------


def good_kl(p, q, base=math.e):
    with np.errstate(divide="ignore"):
        p, q = np.asarray(p), np.asarray(q)
        some = p > 0
        return np.sum(p[some] * np.log(p[some] / q[some])) / np.log(base)


def entropy_of(p):
    p = np.asarray(p).ravel()
    p = p[p > 0]
    return -(p * np.log(p)).sum()


@right("kl_divergence")
def in_one_line(p, q, base=math.e):
    return np.sum(p * np.log(p / q)) / np.log(base)


@right("kl_divergence")
def with_a_loop(p, q, base=math.e):
    total = 0
    for a, b in zip(p, q, strict=True):
        total += a * math.log(a / b, base)
    return total


@right("kl_divergence")
def as_a_difference(p, q, base=math.e):
    print("entropy", -np.dot(p, np.log(p)))
    warnings.warn("careful", stacklevel=1)
    return (np.dot(p, np.log(p)) - np.dot(p, np.log(q))) / np.log(base)


@right("kl_divergence_zeros")
def by_a_mask(p, q, base=math.e):
    return good_kl(p, q, base)


@right("kl_divergence_zeros")
def value_by_value(p, q, base=math.e):
    total = 0.0
    for a, b in zip(p.tolist(), q.tolist(), strict=True):
        if a > 0 and b == 0:
            return float("inf")
        if a > 0:
            total += a * (math.log(a) - math.log(b))
    return total / math.log(base)


@right("kl_divergence_zeros")
def with_nansum(p, q, base=math.e):
    return np.nansum(p * np.log(p / q)) / np.log(base)


@right("kl_divergence_zeros")
def with_scipy(p, q, base=math.e):
    return special.rel_entr(p, q).sum() / np.log(base)


@mutant("kl_divergence", says="the other direction, D(q || p)")
def other_direction(p, q, base=math.e):
    return good_kl(q, p, base)


@mutant("kl_divergence", says="the sign is turned round")
def ratio_upside_down(p, q, base=math.e):
    return np.sum(p * np.log(q / p)) / np.log(base)


@mutant("kl_divergence", says="the unit is always the same")
def always_nats(p, q, base=math.e):
    return np.sum(p * np.log(p / q))


@mutant("kl_divergence", says="the unit is always the same")
def always_bits(p, q, base=math.e):
    return np.sum(p * np.log2(p / q))


@mutant("kl_divergence", says="Divide by it")
def times_the_logarithm(p, q, base=math.e):
    return np.sum(p * np.log(p / q)) * np.log(base)


@mutant("kl_divergence", says="divided by the base")
def divided_by_the_base(p, q, base=math.e):
    return np.sum(p * np.log(p / q)) / base


@mutant("kl_divergence", says="weighted with q")
def weighted_with_q(p, q, base=math.e):
    return np.sum(q * np.log(p / q)) / np.log(base)


@mutant("kl_divergence", says="is not log(p/q)")
def ratio_of_the_logarithms(p, q, base=math.e):
    return np.sum(p * np.log(p) / np.log(q)) / np.log(base)


@mutant("kl_divergence", says="the weights are missing")
def without_weights(p, q, base=math.e):
    return np.sum(np.log(p / q)) / np.log(base)


@mutant("kl_divergence", says="the terms were averaged")
def averaged(p, q, base=math.e):
    return np.mean(p * np.log(p / q)) / np.log(base)


@mutant("kl_divergence", says="the absolute value of each term")
def absolute_terms(p, q, base=math.e):
    return np.sum(np.abs(p * np.log(p / q))) / np.log(base)


@mutant("kl_divergence", says="that is the cross-entropy")
def cross_entropy(p, q, base=math.e):
    return -np.sum(p * np.log(q)) / np.log(base)


@mutant("kl_divergence", says="the difference of the two entropies")
def difference_of_entropies(p, q, base=math.e):
    return (entropy_of(q) - entropy_of(p)) / np.log(base)


@mutant("kl_divergence", says="one term for each value came back")
def not_summed(p, q, base=math.e):
    return p * np.log(p / q) / np.log(base)


@mutant("kl_divergence", says="works on one number")
def math_on_arrays(p, q, base=math.e):
    return sum(p * math.log(p / q, base))


@mutant("kl_divergence", says="returned nothing (None)")
def no_return(p, q, base=math.e):
    good_kl(p, q, base)


@mutant("kl_divergence_zeros", says="0 * log 0 came out as nan")
def as_it_stands(p, q, base=math.e):
    return np.sum(p * np.log(p / q)) / np.log(base)


@mutant("kl_divergence_zeros", says="choose the terms by p alone")
def both_positive(p, q, base=math.e):
    some = (p > 0) & (q > 0)
    return np.sum(p[some] * np.log(p[some] / q[some])) / np.log(base)


@mutant("kl_divergence_zeros", says="inf wherever q has a 0")
def inf_wherever_q_has_a_zero(p, q, base=math.e):
    if np.any(q == 0):
        return np.inf
    return np.sum(p[p > 0] * np.log(p[p > 0] / q[p > 0])) / np.log(base)


@mutant("kl_divergence_zeros", says="np.nan_to_num turns inf into a huge number")
def cleaned_up(p, q, base=math.e):
    return np.sum(np.nan_to_num(p * np.log(p / q))) / np.log(base)


@mutant("kl_divergence_zeros", says="a small number was added")
def with_epsilon(p, q, base=math.e):
    return np.sum((p + 1e-12) * np.log((p + 1e-12) / (q + 1e-12))) / np.log(base)


@mutant("kl_divergence_zeros", says="a small number was added")
def clipped(p, q, base=math.e):
    some = p > 0
    return np.sum(p[some] * np.log(p[some] / np.clip(q[some], 1e-15, 1 - 1e-15))) / np.log(base)


@mutant("kl_divergence_zeros", says="a small number was added")
def epsilon_inside(p, q, base=math.e):
    return np.sum(p * np.log((p + 1e-10) / (q + 1e-10))) / np.log(base)


@mutant("kl_divergence_zeros", says="the other direction")
def masked_in_the_other_direction(p, q, base=math.e):
    return good_kl(q, p, base)


@mutant("kl_divergence_zeros", says="the logarithm of 0, which math.log refuses")
def math_log_of_zero(p, q, base=math.e):
    return sum(a * (math.log(a) - math.log(b)) for a, b in zip(p, q, strict=True)) / math.log(base)


# ---- part 2 -----------------------------------------------------------------------------------------


@right("mutual_information")
def by_part_one(joint):
    return good_kl(joint.ravel(), np.outer(joint.sum(axis=1), joint.sum(axis=0)).ravel())


@right("mutual_information")
def by_entropies(joint):
    return entropy_of(joint.sum(axis=1)) + entropy_of(joint.sum(axis=0)) - entropy_of(joint)


@right("mutual_information")
def cell_by_cell(joint):
    rows, columns = joint.shape
    total = 0.0
    for i in range(rows):
        for j in range(columns):
            if joint[i][j] > 0:
                total += joint[i][j] * math.log(joint[i][j] / (sum(joint[i]) * sum(joint[:, j])))
    return total


@mutant("mutual_information", says="The joint distribution is the true one")
def product_first(joint):
    return good_kl(np.outer(joint.sum(axis=1), joint.sum(axis=0)).ravel(), joint.ravel())


@mutant("mutual_information", says="leave out the cells with p(x, y) == 0")
def cells_as_they_stand(joint):
    product = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    return np.sum(joint * np.log(joint / product))


@mutant("mutual_information", says="the entropy that remains")
def conditional_on_columns(joint):
    return entropy_of(joint) - entropy_of(joint.sum(axis=0))


@mutant("mutual_information", says="the entropy that remains")
def conditional_on_rows(joint):
    return entropy_of(joint) - entropy_of(joint.sum(axis=1))


@mutant("mutual_information", says="the entropy H(X, Y) of the pair")
def joint_entropy(joint):
    return entropy_of(joint)


@mutant("mutual_information", says="the product is transposed")
def axes_mixed_up(joint):
    product = np.outer(joint.sum(axis=0), joint.sum(axis=1))
    return good_kl(joint.ravel(), product.ravel())


@mutant("mutual_information", says="compared with the uniform distribution")
def against_uniform(joint):
    return good_kl(joint.ravel(), np.full(joint.size, 1 / joint.size))


@mutant("mutual_information", says="the divergence between p(x) and p(y)")
def between_marginals(joint):
    return good_kl(joint.sum(axis=1), joint.sum(axis=0))


@mutant("mutual_information", says="one term for each cell came back")
def cells_not_summed(joint):
    return joint * np.log(joint / np.outer(joint.sum(axis=1), joint.sum(axis=0)))


@mutant("mutual_information", says="that is bits")
def information_in_bits(joint):
    return by_entropies.function(joint) / np.log(2)


# ---- part 3 -----------------------------------------------------------------------------------------


def good_js(p, q):
    m = (p + q) / 2
    return (good_kl(p, m) + good_kl(q, m)) / 2


@right("jensen_shannon")
def over_the_middle(p, q):
    return good_js(p, q)


@right("jensen_shannon")
def entropy_of_the_mixture(p, q):
    return entropy_of((p + q) / 2) - (entropy_of(p) + entropy_of(q)) / 2


@right("jensen_shannon")
def scipy_squared(p, q):
    # it divides by the sums and may round a 0 below itself
    return max(np.nan_to_num(distance.jensenshannon(p, q)) ** 2, 0.0)


@right("jensen_shannon")
def as_information_about_a_coin(p, q):
    return by_entropies.function(np.array([p, q]) / 2)


@mutant("jensen_shannon", says="look for a factor 2 too many")
def not_halved(p, q):
    return 2 * good_js(p, q)


@mutant("jensen_shannon", says="compared with each other")
def jeffreys(p, q):
    return good_kl(p, q) + good_kl(q, p)


@mutant("jensen_shannon", says="compared with each other")
def mean_of_both_directions(p, q):
    return 0.5 * (good_kl(p, q) + good_kl(q, p))


@mutant("jensen_shannon", says="halves q alone")
def brackets_round_the_sum_forgotten(p, q):
    m = p + q / 2
    return (np.sum(p * np.log(p / m)) + np.sum(q * np.log(q / m))) / 2


@mutant("jensen_shannon", says="m was not halved")
def sum_for_the_mixture(p, q):
    return 0.5 * good_kl(p, p + q) + 0.5 * good_kl(q, p + q)


@mutant("jensen_shannon", says="what to do with zeros")
def js_as_it_stands(p, q):
    m = (p + q) / 2
    return 0.5 * np.sum(p * np.log(p / m)) + 0.5 * np.sum(q * np.log(q / m))


@mutant("jensen_shannon", says="that is the square root")
def the_distance(p, q):
    return np.sqrt(np.maximum(good_js(p, q), 0))


@mutant("jensen_shannon", says="The mixture m comes second")
def mixture_first(p, q):
    m = (p + q) / 2
    return (good_kl(m, p) + good_kl(m, q)) / 2


@mutant("jensen_shannon", says="only one of the two halves")
def one_half(p, q):
    return good_kl(p, (p + q) / 2)


@mutant("jensen_shannon", says="only one of the two halves")
def one_half_halved(p, q):
    return good_kl(p, (p + q) / 2) / 2


@mutant("jensen_shannon", says="that is bits")
def js_in_bits(p, q):
    return good_js(p, q) / np.log(2)


# ---- part 4 -----------------------------------------------------------------------------------------


@right("gaussian_kl")
def the_formula(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_q / sigma_p) + (sigma_p**2 + (mu_p - mu_q) ** 2) / (2 * sigma_q**2) - 1 / 2


@right("gaussian_kl")
def with_variances(mu_p, sigma_p, mu_q, sigma_q):
    v, w = sigma_p * sigma_p, sigma_q * sigma_q
    return 0.5 * (math.log(w / v) + v / w + (mu_q - mu_p) ** 2 / w - 1)


@right("gaussian_kl")
def as_extra_surprise(mu_p, sigma_p, mu_q, sigma_q):
    cross = math.log(sigma_q) + (sigma_p**2 + (mu_p - mu_q) ** 2) / (2 * sigma_q**2)
    return np.array(cross - math.log(sigma_p) - 0.5)


@mutant("gaussian_kl", says="divide by the variance of q")
def gaussian_reversed(mu_p, sigma_p, mu_q, sigma_q):
    return the_formula.function(mu_q, sigma_q, mu_p, sigma_p)


@mutant("gaussian_kl", says="sigma was taken for the variance")
def sigma_is_a_variance(mu_p, sigma_p, mu_q, sigma_q):
    return 0.5 * (np.log(sigma_q / sigma_p) + (sigma_p + (mu_p - mu_q) ** 2) / sigma_q - 1)


@mutant("gaussian_kl", says="the 1/2 at the end is missing")
def without_the_half(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_q / sigma_p) + (sigma_p**2 + (mu_p - mu_q) ** 2) / (2 * sigma_q**2)


@mutant("gaussian_kl", says="the logarithm is upside down")
def logarithm_upside_down(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_p / sigma_q) + (sigma_p**2 + (mu_p - mu_q) ** 2) / (2 * sigma_q**2) - 0.5


@mutant("gaussian_kl", says="the logarithm of the ratio of the widths is missing")
def without_the_logarithm(mu_p, sigma_p, mu_q, sigma_q):
    return (sigma_p**2 + (mu_p - mu_q) ** 2) / (2 * sigma_q**2) - 0.5


@mutant("gaussian_kl", says="the logarithm has the variances")
def logarithm_of_variances(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_q**2 / sigma_p**2) + (sigma_p**2 + (mu_p - mu_q) ** 2) / (2 * sigma_q**2) - 0.5


@mutant("gaussian_kl", says="and not by 2 sigma_q ** 2")
def without_the_two(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_q / sigma_p) + (sigma_p**2 + (mu_p - mu_q) ** 2) / sigma_q**2 - 0.5


@mutant("gaussian_kl", says="Mind the brackets")
def without_brackets(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_q / sigma_p) + (sigma_p**2 + (mu_p - mu_q) ** 2) / 2 * sigma_q**2 - 0.5


@mutant("gaussian_kl", says="Square sigma_q first")
def doubled_and_then_squared(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_q / sigma_p) + (sigma_p**2 + (mu_p - mu_q) ** 2) / (2 * sigma_q) ** 2 - 0.5


@mutant("gaussian_kl", says="the numerator has no brackets")
def brackets_round_the_numerator_forgotten(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_q / sigma_p) + sigma_p**2 + (mu_p - mu_q) ** 2 / (2 * sigma_q**2) - 0.5


@mutant("gaussian_kl", says="the logarithm has base 2")
def a_logarithm_in_bits(mu_p, sigma_p, mu_q, sigma_q):
    return np.log2(sigma_q / sigma_p) + (sigma_p**2 + (mu_p - mu_q) ** 2) / (2 * sigma_q**2) - 0.5


@mutant("gaussian_kl", says="the difference of the means was not squared")
def shift_not_squared(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_q / sigma_p) + (sigma_p**2 + (mu_p - mu_q)) / (2 * sigma_q**2) - 0.5


@mutant("gaussian_kl", says="the difference of the means was not squared")
def absolute_shift(mu_p, sigma_p, mu_q, sigma_q):
    return np.log(sigma_q / sigma_p) + (sigma_p**2 + abs(mu_p - mu_q)) / (2 * sigma_q**2) - 0.5


@mutant("gaussian_kl", says="only the means were compared")
def only_the_shift(mu_p, sigma_p, mu_q, sigma_q):
    return (mu_p - mu_q) ** 2 / (2 * sigma_q**2)


@mutant("gaussian_kl", says="(The case:")
def by_a_coarse_sum(mu_p, sigma_p, mu_q, sigma_q):
    x = np.linspace(mu_p - 4 * sigma_p, mu_p + 4 * sigma_p, 101)
    p, q = stats.norm(mu_p, sigma_p), stats.norm(mu_q, sigma_q)
    return np.sum(p.pdf(x) * (p.logpdf(x) - q.logpdf(x))) * (x[1] - x[0])


# ---- part 5 -----------------------------------------------------------------------------------------


@right("best_fits")
def with_two_lists(target, models):
    forward = [good_kl(target, q) for q in models]
    reverse = [good_kl(q, target) for q in models]
    return forward.index(min(forward)), reverse.index(min(reverse))


@right("best_fits")
def with_rel_entr(target, models):
    forward = special.rel_entr(target, models).sum(axis=1)
    reverse = special.rel_entr(models, target).sum(axis=1)
    return [np.argmin(forward), np.argmin(reverse)]


@right("best_fits")
def remembering_the_best(target, models):
    best = [(math.inf, -1), (math.inf, -1)]
    for i, q in enumerate(models):
        for way, cost in enumerate((good_kl(target, q), good_kl(q, target))):
            if cost < best[way][0]:
                best[way] = (cost, i)
    return best[0][1], best[1][1]


@mutant("best_fits", says="the two directions are in the other order")
def reverse_first(target, models):
    forward, reverse = with_two_lists.function(target, models)
    return reverse, forward


@mutant("best_fits", says="the largest divergence was looked for")
def farthest(target, models):
    return int(np.argmax([good_kl(target, q) for q in models])), int(
        np.argmax([good_kl(q, target) for q in models])
    )


@mutant("best_fits", says="counted from 1")
def from_one(target, models):
    return tuple(i + 1 for i in with_two_lists.function(target, models))


@mutant("best_fits", says="Their row numbers were asked")
def the_divergences(target, models):
    return min(good_kl(target, q) for q in models), min(good_kl(q, target) for q in models)


@mutant("best_fits", says="both results belong to the same direction")
def forward_twice(target, models):
    best = int(np.argmin([good_kl(target, q) for q in models]))
    return best, best


@mutant("best_fits", says="both results belong to the same direction")
def reverse_twice(target, models):
    best = int(np.argmin([good_kl(q, target) for q in models]))
    return best, best


@mutant("best_fits", says="nan counts as smallest")
def fits_as_they_stand(target, models):
    forward = np.sum(target * np.log(target / models), axis=1)
    reverse = np.sum(models * np.log(models / target), axis=1)
    return np.argmin(forward), np.argmin(reverse)


@mutant("best_fits", says="such a model is never the closest")
def infinities_spared(target, models):
    def spared(p, q):
        some = (p > 0) & (q > 0)
        return np.sum(p[some] * np.log(p[some] / q[some]))

    return int(np.argmin([spared(target, q) for q in models])), int(
        np.argmin([spared(q, target) for q in models])
    )


@mutant("best_fits", says="the last one was taken")
def last_of_equals(target, models):
    best = [(math.inf, -1), (math.inf, -1)]
    for i, q in enumerate(models):
        for way, cost in enumerate((good_kl(target, q), good_kl(q, target))):
            if cost <= best[way][0]:
                best[way] = (cost, i)
    return best[0][1], best[1][1]


@mutant("best_fits", says="a tuple of 2 results was expected")
def only_forward(target, models):
    return int(np.argmin([good_kl(target, q) for q in models]))


# ---- part 6 -----------------------------------------------------------------------------------------


def good_nll(labels, models):
    return np.array([-np.log(q[labels]).mean() for q in models])


def share(labels, classes):
    return np.array([np.mean(labels == k) for k in range(classes)])


def good_divergence(labels, models):
    return np.array([good_kl(share(labels, len(q)), q) for q in models])


@right("nll_and_kl")
def with_bincount(labels, models):
    shares = np.bincount(labels, minlength=models.shape[1]) / labels.size
    return -np.log(models[:, labels]).mean(axis=1), special.rel_entr(shares, models).sum(axis=1)


@right("nll_and_kl")
def with_lists(labels, models):
    return list(good_nll(labels, models)), list(good_divergence(labels, models))


@right("nll_and_kl")
def by_subtracting(labels, models):
    nll = good_nll(labels, models)
    return nll, nll - entropy_of(share(labels, models.shape[1]))


@mutant("nll_and_kl", says="divided by the number of classes")
def counts_over_classes(labels, models):
    weights = np.bincount(labels, minlength=models.shape[1]) / models.shape[1]
    nll = [-np.mean(np.log(model[labels])) for model in models]
    return nll, [np.sum(weights * np.log(weights / model)) for model in models]


@mutant("nll_and_kl", says="averages over the classes")
def mean_over_the_classes(labels, models):
    shares = np.bincount(labels, minlength=models.shape[1]) / len(labels)
    nll = [-np.mean(np.log(model)) for model in models]
    return nll, [np.sum(shares * np.log(shares / model)) for model in models]


@mutant("nll_and_kl", says="the two results are in the other order")
def divergence_first(labels, models):
    return good_divergence(labels, models), good_nll(labels, models)


@mutant("nll_and_kl", says="the first result is a sum")
def summed_nll(labels, models):
    return -np.log(models[:, labels]).sum(axis=1), good_divergence(labels, models)


@mutant("nll_and_kl", says="The shares of the data come first")
def models_first(labels, models):
    return good_nll(labels, models), np.array([good_kl(q, share(labels, len(q))) for q in models])


@mutant("nll_and_kl", says="Subtract the entropy of the shares")
def nll_twice(labels, models):
    nll = good_nll(labels, models)
    return nll, nll.copy()


@mutant("nll_and_kl", says="counts were used as probabilities")
def with_counts(labels, models):
    counts = np.bincount(labels, minlength=models.shape[1])
    return good_nll(labels, models), np.array([good_kl(counts, q) for q in models])


@mutant("nll_and_kl", says="the classes were counted from 1")
def classes_from_one(labels, models):
    shares = share((labels - 1) % models.shape[1], models.shape[1])
    return good_nll(labels - 1, models), np.array([good_kl(shares, q) for q in models])


@mutant("nll_and_kl", says="A class that never came counts 0")
def classes_as_they_stand(labels, models):
    shares = share(labels, models.shape[1])
    return good_nll(labels, models), np.sum(shares * np.log(shares / models), axis=1)


@mutant("nll_and_kl", says="was spared")
def model_spared(labels, models):
    shares = share(labels, models.shape[1])
    terms = np.where((shares > 0) & (models > 0), shares * np.log(shares / models), 0)
    return good_nll(labels, models), terms.sum(axis=1)


@mutant("nll_and_kl", says="averaged before the logarithm")
def logarithm_of_the_mean(labels, models):
    return -np.log(models[:, labels].mean(axis=1)), good_divergence(labels, models)


@mutant("nll_and_kl", says="two arrays with shapes that do not fit")
def without_minlength(labels, models):
    shares = np.bincount(labels) / labels.size
    return good_nll(labels, models), np.nansum(shares * np.log(shares / models), axis=1)
