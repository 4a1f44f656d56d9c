"""Wrong and right solutions of the assignment `entropy`."""

import math
import warnings
from collections import Counter

import numpy as np
from mutation import mutant, right
from scipy import special, stats

# ---- part 1 -----------------------------------------------------------------------------------------


def good_entropy(p, base=math.e):
    p = np.asarray(p, dtype=float)
    return stats.entropy(p, base=base) if p.sum() > 0 else 0.0


@right("entropy")
def as_it_stands_without_zeros(p, base=math.e):
    return -np.sum(p * np.log(p)) / np.log(base)


@right("entropy")
def as_a_dot_product(p, base=math.e):
    return -(p @ np.log(p)) / np.log(base)


@right("entropy")
def printing_and_warning(p, base=math.e):
    print("p is", p)
    warnings.warn("careful", stacklevel=1)
    return np.mean(good_entropy(p, base))


@right("entropy_edge")
def with_a_loop(p, base=math.e):
    total = 0
    for x in p:
        if x > 0:
            total -= x * math.log(x, base)
    return total


@right("entropy_edge")
def with_where(p, base=math.e):
    logs = np.log(np.where(p > 0, p, 1)) / np.log(base)
    return -(p * logs).sum()


@right("entropy_edge")
def with_nansum(p, base=math.e):
    return -np.nansum(p * np.log(p)) / np.log(base)


@right("entropy_edge")
def with_scipy(p, base=math.e):
    return special.entr(p).sum() / math.log(base)


@right("entropy_edge")
def of_the_reciprocals(p, base=math.e):
    return sum(x * -math.log2(x) for x in p.tolist() if x) / math.log2(base)


@mutant("entropy", says="the sign is missing")
def without_sign(p, base=math.e):
    return np.sum(p * np.log(p)) / np.log(base)


@mutant("entropy", says="Divide by it")
def times_the_logarithm(p, base=math.e):
    return -np.sum(p * np.log(p)) * np.log(base)


@mutant("entropy", says="the unit is always the same")
def always_bits(p, base=math.e):
    return -np.sum(p * np.log2(p))


@mutant("entropy", says="the unit is always the same")
def always_nats(p, base=math.e):
    return -np.sum(p * np.log(p))


@mutant("entropy", says="Divide by its logarithm")
def divided_by_the_base(p, base=math.e):
    return -np.sum(p * np.log(p)) / base


@mutant("entropy", says="the plain mean of the surprises")
def mean_surprise(p, base=math.e):
    return np.mean(-np.log(p)) / np.log(base)


@mutant("entropy", says="added without weights")
def sum_of_surprises(p, base=math.e):
    return -np.log(p).sum() / np.log(base)


@mutant("entropy", says="divided by the number of outcomes")
def mean_of_the_terms(p, base=math.e):
    return -np.mean(p * np.log(p)) / np.log(base)


@mutant("entropy", says="Add them up")
def one_term_each(p, base=math.e):
    return -p * np.log(p) / np.log(base)


@mutant("entropy", says="the chance that two draws differ")
def gini(p, base=math.e):
    return 1 - np.sum(p**2)


@mutant("entropy", says="works on one number")
def math_on_an_array(p, base=math.e):
    return -np.sum(p * math.log(p, base))


@mutant("entropy", says="np.log takes no base")
def base_as_a_second_argument(p, base=math.e):
    return -np.sum(p * np.log(p, base))


@mutant("entropy", says="is something rounded")
def rounded(p, base=math.e):
    return round(float(good_entropy(p, base)), 4)


@mutant("entropy", says="returned nothing (None)")
def forgot_to_return(p, base=math.e):
    good_entropy(p, base)


@mutant("entropy_edge", says="0 * log 0")
def zeros_forgotten(p, base=math.e):
    return -np.sum(p * np.log(p)) / np.log(base)


@mutant("entropy_edge", says="a small number was added")
def with_an_epsilon(p, base=math.e):
    return -np.sum(p * np.log(p + 1e-12)) / np.log(base)


@mutant("entropy_edge", says="a small number was added")
def clipped(p, base=math.e):
    safe = np.clip(p, 1e-9, 1)
    return -np.sum(safe * np.log(safe)) / np.log(base)


@mutant("entropy_edge", says="a small number was added")
def clipped_in_the_logarithm(p, base=math.e):
    return -np.sum(p * np.log(np.maximum(p, 1e-15))) / np.log(base)


@mutant("entropy_edge", says="as soon as one probability is")
def nothing_if_anything_is_impossible(p, base=math.e):
    for x in p:
        if x == 0:
            return 0
    return good_entropy(p, base)


@mutant("entropy_edge", says="left out with the zeros")
def tiny_ones_left_out(p, base=math.e):
    possible = p[p > 1e-12]
    return -np.sum(possible * np.log(possible)) / np.log(base)


@mutant("entropy_edge", says="Is a probability 0")
def math_log_of_zero(p, base=math.e):
    return -sum(x * math.log(x) for x in p) / math.log(base)


# ---- part 2 -----------------------------------------------------------------------------------------


def good_entropies(p, axis=-1):
    return special.entr(p).sum(axis=axis) / np.log(2)


@right("entropies")
def with_entr(p, axis=-1):
    return good_entropies(p, axis)


@right("entropies")
def slice_by_slice(p, axis=-1):
    if p.size == 0:
        return []
    return np.apply_along_axis(lambda row: good_entropy(row, 2), axis, p)


@right("entropies")
def nansum_along_the_axis(p, axis=-1):
    return -np.nansum(p * np.log2(p), axis=axis)


@mutant("entropies", says="0 * log 0")
def zeros_forgotten_in_rows(p, axis=-1):
    return -np.sum(p * np.log2(p), axis=axis)


@mutant("entropies", says="that is nats")
def rows_in_nats(p, axis=-1):
    return special.entr(p).sum(axis=axis)


@mutant("entropies", says="the wrong axis was summed")
def always_the_last_axis(p, axis=-1):
    return good_entropies(p, -1)


@mutant("entropies", says="the wrong axis was summed")
def always_the_first_axis(p, axis=-1):
    return good_entropies(p, 0)


@mutant("entropies", says="everything was added up")
def one_for_all(p, axis=-1):
    return good_entropies(p).sum()


@mutant("entropies", says="the average of the entropies")
def averaged(p, axis=-1):
    return good_entropies(p, axis).mean()


@mutant("entropies", says="keepdims=True keeps the axis")
def axis_kept(p, axis=-1):
    return special.entr(p).sum(axis=axis, keepdims=True) / np.log(2)


@mutant("entropies", says="the mean of the terms")
def mean_along_the_axis(p, axis=-1):
    return special.entr(p).mean(axis=axis) / np.log(2)


@mutant("entropies", says="result has shape")
def zeros_left_out_of_a_table(p, axis=-1):
    possible = p[p > 0]
    return -possible * np.log2(possible) if p.ndim > 1 else good_entropies(p)


# ---- part 3 -----------------------------------------------------------------------------------------


def good_groups(p, groups):
    return np.array([p[groups == j].sum() for j in range(groups.max() + 1)])


def good_within(p, groups):
    g = good_groups(p, groups)
    return sum(g[j] * good_entropy(p[groups == j], 2) for j in range(len(g)) if g[j] > 0)


@right("grouped")
def by_difference(p, groups):
    first = good_entropy(good_groups(p, groups), 2)
    return first, good_entropy(p, 2) - first


@right("grouped")
def with_dictionaries(p, groups):
    members = {}
    for x, j in zip(p.tolist(), groups.tolist(), strict=True):
        members.setdefault(j, []).append(x)
    shares = {j: sum(xs) for j, xs in members.items()}
    first = sum(-g * math.log2(g) for g in shares.values() if g)
    second = sum(-x * math.log2(x / shares[j]) for j, xs in members.items() for x in xs if x)
    return [first, second]


@right("grouped")
def with_bincount(p, groups):
    return good_entropy(np.bincount(groups, weights=p), 2), good_within(p, groups)


@mutant("grouped", says="were not divided by the group's")
def members_not_divided(p, groups):
    g = good_groups(p, groups)
    within = sum(g[j] * special.entr(p[groups == j]).sum() / np.log(2) for j in range(len(g)))
    return good_entropy(g, 2), within


@mutant("grouped", says="the entropies within the groups were added without weights")
def groups_not_weighted(p, groups):
    g = good_groups(p, groups)
    within = sum(good_entropy(p[groups == j], 2) for j in range(len(g)) if g[j] > 0)
    return good_entropy(g, 2), within


@mutant("grouped", says="the plain mean over the groups")
def mean_over_the_groups(p, groups):
    g = good_groups(p, groups)
    within = [good_entropy(p[groups == j], 2) if g[j] > 0 else 0 for j in range(len(g))]
    return good_entropy(g, 2), np.mean(within)


@mutant("grouped", says="the second result is the entropy of all outcomes")
def group_and_all(p, groups):
    return good_entropy(good_groups(p, groups), 2), good_entropy(p, 2)


@mutant("grouped", says="as if all outcomes were equally likely")
def members_counted(p, groups):
    return good_entropy(np.unique(groups, return_counts=True)[1], 2), good_within(p, groups)


@mutant("grouped", says="as if all outcomes were equally likely")
def members_counted_and_the_rest_by_difference(p, groups):
    first = good_entropy(np.bincount(groups), 2)
    return first, good_entropy(p, 2) - first


@mutant("grouped", says="the two parts are in the wrong order")
def other_way_round(p, groups):
    return good_within(p, groups), good_entropy(good_groups(p, groups), 2)


@mutant("grouped", says="the last group is missing")
def without_the_last_group(p, groups):
    g = np.array([p[groups == j].sum() for j in range(groups.max())])
    within = sum(g[j] * good_entropy(p[groups == j], 2) for j in range(len(g)) if g[j] > 0)
    return -sum(x * math.log2(x) for x in g if x), within


@mutant("grouped", says="its place j is not group j")
def places_for_numbers(p, groups):
    g = np.array([p[groups == j].sum() for j in np.unique(groups)])
    within = sum(
        g[j] * good_entropy(p[groups == j], 2) for j in range(len(g)) if g[j] > 0 and (groups == j).any()
    )
    return good_entropy(g, 2), within


@mutant("grouped", says="both parts are in nats")
def parts_in_nats(p, groups):
    first = good_entropy(good_groups(p, groups))
    return first, good_entropy(p) - first


@mutant("grouped", says="gives 0/0. Leave such groups out")
def impossible_group_forgotten(p, groups):
    g = good_groups(p, groups)
    within = 0
    for j in range(len(g)):
        share = p[groups == j] / g[j] if (groups == j).any() else np.array([np.nan])
        within += g[j] * -np.sum(np.where(share == 0, 0, share * np.log2(np.where(share == 0, 1, share))))
    return good_entropy(g, 2), within


# ---- part 4 -----------------------------------------------------------------------------------------


@right("three_entropies")
def with_scipy_tables(joint):
    return (
        stats.entropy(joint.sum(1), base=2),
        stats.entropy(joint.sum(0), base=2),
        good_entropy(joint.ravel(), 2),
    )


@right("three_entropies")
def through_lists(joint):
    rows = [sum(row) for row in joint.tolist()]
    columns = [sum(column) for column in joint.T.tolist()]
    cells = [x for row in joint.tolist() for x in row]
    return [sum(-x * math.log2(x) for x in xs if x > 0) for xs in (rows, columns, cells)]


@mutant("three_entropies", says="the wrong way round")
def axes_mixed_up(joint):
    x, y, both = through_lists.function(joint)
    return y, x, both


@mutant("three_entropies", says="right for independent variables alone")
def joint_as_a_sum(joint):
    x, y, _ = through_lists.function(joint)
    return x, y, x + y


@mutant("three_entropies", says="0 * log 0")
def joint_with_zeros(joint):
    x, y, _ = through_lists.function(joint)
    return x, y, -np.sum(joint * np.log2(joint))


@mutant("three_entropies", says="all three are in nats")
def three_in_nats(joint):
    return good_entropy(joint.sum(axis=1)), good_entropy(joint.sum(axis=0)), good_entropy(joint.ravel())


@mutant("three_entropies", says="Take it of all entries at once")
def joint_row_by_row(joint):
    x, y, _ = through_lists.function(joint)
    return x, y, special.entr(joint).sum(axis=1) / np.log(2)


@mutant("three_entropies", says="a tuple of 3 results was expected")
def joint_alone(joint):
    return through_lists.function(joint)[2]


# ---- part 5 -----------------------------------------------------------------------------------------


def rows_of(joint):
    return [row for row in joint if row.sum() > 0]


def good_conditional(joint):
    return sum(row.sum() * good_entropy(row, 2) for row in rows_of(joint))


@right("conditional_entropy")
def row_by_row(joint):
    return good_conditional(joint)


@right("conditional_entropy")
def by_the_chain_rule(joint):
    return good_entropy(joint.ravel(), 2) - good_entropy(joint.sum(axis=1), 2)


@right("conditional_entropy")
def cell_by_cell(joint):
    total = 0.0
    for row in joint.tolist():
        for x in row:
            if x > 0:
                total -= x * math.log2(x / sum(row))
    return np.array(total)


@mutant("conditional_entropy", says="that is H(X | Y)")
def the_other_condition(joint):
    return good_conditional(joint.T)


@mutant("conditional_entropy", says="the plain mean over the rows")
def mean_over_rows(joint):
    return np.mean([good_entropy(row, 2) for row in rows_of(joint)])


@mutant("conditional_entropy", says="the rows' entropies were added without weights")
def rows_added(joint):
    return sum(good_entropy(row, 2) for row in rows_of(joint))


@mutant("conditional_entropy", says="the rows were not divided by their sums")
def rows_not_divided(joint):
    return (joint.sum(axis=1) * special.entr(joint).sum(axis=1)).sum() / np.log(2)


@mutant("conditional_entropy", says="that is the joint entropy")
def joint_instead(joint):
    return good_entropy(joint.ravel(), 2)


@mutant("conditional_entropy", says="that is H(Y), as if X told nothing")
def marginal_instead(joint):
    return good_entropy(joint.sum(axis=0), 2)


@mutant("conditional_entropy", says="what X tells about Y")
def mutual_information(joint):
    return good_entropy(joint.sum(axis=0), 2) - good_conditional(joint)


@mutant("conditional_entropy", says="that is H(Y) - H(X)")
def difference_of_the_two(joint):
    return good_entropy(joint.sum(axis=0), 2) - good_entropy(joint.sum(axis=1), 2)


@mutant("conditional_entropy", says="the sign is missing")
def chain_rule_turned_round(joint):
    return good_entropy(joint.sum(axis=1), 2) - good_entropy(joint.ravel(), 2)


@mutant("conditional_entropy", says="that is nats")
def conditional_in_nats(joint):
    return sum(row.sum() * good_entropy(row) for row in rows_of(joint))


@mutant("conditional_entropy", says="gives 0/0. Leave such rows out")
def impossible_row_forgotten(joint):
    given = joint / joint.sum(axis=1, keepdims=True)
    logs = np.log2(np.where(given == 0, 1, given))
    return -(joint * logs).sum()


# ---- part 6 -----------------------------------------------------------------------------------------


def good_plug_in(sample):
    return good_entropy(np.array(list(Counter(sample.tolist()).values())))


@right("plug_in")
def with_a_counter(sample):
    n = len(sample)
    return sum(-c / n * math.log(c / n) for c in Counter(sample.tolist()).values())


@right("plug_in")
def with_bincount_and_without_zeros(sample):
    p = np.bincount(sample) / sample.size
    return -np.sum(p[p > 0] * np.log(p[p > 0]))


@right("plug_in")
def from_the_counts(sample):
    counts = np.unique(sample, return_counts=True)[1]
    return np.log(sample.size) - (counts * np.log(counts)).sum() / sample.size


@mutant("plug_in", says="Divide them by their sum")
def counts_not_divided(sample):
    counts = np.unique(sample, return_counts=True)[1]
    return -np.sum(counts * np.log(counts))


@mutant("plug_in", says="They are names")
def numbers_for_shares(sample):
    p = sample / sample.sum()
    return -np.sum(p * np.log(p))


@mutant("plug_in", says="divided by the number of different symbols")
def divided_by_the_symbols(sample):
    names, counts = np.unique(sample, return_counts=True)
    p = counts / len(names)
    return -np.sum(p * np.log(p))


@mutant("plug_in", says="as if every symbol came once")
def logarithm_of_the_size(sample):
    return np.log(len(sample))


@mutant("plug_in", says="a term for each observation")
def a_term_for_each_observation(sample):
    total = 0
    for x in sample:
        share = np.mean(sample == x)
        total -= share * np.log(share)
    return total


@mutant("plug_in", says="as if they were equally likely")
def number_of_symbols(sample):
    return np.log(len(set(sample.tolist())))


@mutant("plug_in", says="0 * log 0 for a number that never came")
def bincount_with_zeros(sample):
    p = np.bincount(sample) / len(sample)
    return -np.sum(p * np.log(p))


@mutant("plug_in", says="that is bits")
def sample_in_bits(sample):
    return good_plug_in(sample) / np.log(2)


@mutant("plug_in", says="the sign is missing")
def sample_without_sign(sample):
    return -good_plug_in(sample)


# ---- part 7 -----------------------------------------------------------------------------------------


@right("miller_madow")
def with_sets(sample, base=math.e):
    m, n = len(set(sample.tolist())), len(sample)
    return good_plug_in(sample) / math.log(base) + (m - 1) / (2 * n * math.log(base))


@right("miller_madow")
def as_an_array(sample, base=math.e):
    counts = np.bincount(sample)
    return np.array((good_plug_in(sample) + (np.count_nonzero(counts) - 1) / sample.size / 2) / np.log(base))


@mutant("miller_madow", says="m different symbols above, not N")
def size_for_the_number_of_symbols(sample, base=math.e):
    n = len(sample)
    return (good_plug_in(sample) + (n - 1) / (2 * n)) / np.log(base)


@mutant("miller_madow", says="only the term was turned into the unit")
def only_the_term_in_the_unit(sample, base=math.e):
    term = (len(np.unique(sample)) - 1) / (2 * len(sample))
    return good_plug_in(sample) + term / np.log(base)


@mutant("miller_madow", says="the plug-in estimate alone")
def no_term(sample, base=math.e):
    return good_plug_in(sample) / np.log(base)


@mutant("miller_madow", says="the term is in nats")
def term_in_nats(sample, base=math.e):
    return good_plug_in(sample) / np.log(base) + (len(np.unique(sample)) - 1) / (2 * len(sample))


@mutant("miller_madow", says="the unit is always the same")
def repaired_in_nats(sample, base=math.e):
    return good_plug_in(sample) + (len(np.unique(sample)) - 1) / (2 * len(sample))


@mutant("miller_madow", says="m instead of m - 1")
def one_too_many(sample, base=math.e):
    return (good_plug_in(sample) + len(np.unique(sample)) / (2 * len(sample))) / np.log(base)


@mutant("miller_madow", says="with the factor 2 below")
def without_the_two(sample, base=math.e):
    return (good_plug_in(sample) + (len(np.unique(sample)) - 1) / len(sample)) / np.log(base)


@mutant("miller_madow", says="Put brackets round 2 * N")
def without_brackets(sample, base=math.e):
    return (good_plug_in(sample) + (len(np.unique(sample)) - 1) / 2 * len(sample)) / np.log(base)


@mutant("miller_madow", says="N and m are mixed up")
def mixed_up(sample, base=math.e):
    m, n = len(sample), len(np.unique(sample))
    return (good_plug_in(sample) + (m - 1) / (2 * n)) / np.log(base)


@mutant("miller_madow", says="m counts those that came")
def counted_by_bincount(sample, base=math.e):
    counts = np.bincount(sample)
    return (good_plug_in(sample) + (len(counts) - 1) / (2 * len(sample))) / np.log(base)


@mutant("miller_madow", says="the term was subtracted")
def subtracted(sample, base=math.e):
    return (good_plug_in(sample) - (len(np.unique(sample)) - 1) / (2 * len(sample))) / np.log(base)
