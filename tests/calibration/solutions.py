"""Wrong and right solutions of the assignment `calibration`."""

import math

import numpy as np
from mutation import mutant, right
from scipy import optimize, special, stats

# ---- part 1 -----------------------------------------------------------------------------------------


def cells(s, r, index, bins):
    """Counts, mean confidence and share for given bins."""
    n = np.zeros(bins)
    stated, share = np.full(bins, np.nan), np.full(bins, np.nan)
    for m in range(bins):
        here = index == m
        n[m] = here.sum()
        if n[m]:
            stated[m], share[m] = s[here].mean(), r[here].mean()
    return n, stated, share


def proper(s, bins):
    return np.minimum((s * bins).astype(int), bins - 1)


@right("reliability_bins")
def with_histograms(confidence, correct, bins):
    n, _ = np.histogram(confidence, bins=bins, range=(0, 1))
    sums = [np.histogram(confidence, bins=bins, range=(0, 1), weights=w)[0] for w in (confidence, correct)]
    return n, np.divide(sums[0], n), np.divide(sums[1], n)


@right("reliability_bins")
def with_lists(confidence, correct, bins):
    drawers = [[] for _ in range(bins)]
    for s, r in zip(confidence.tolist(), correct.tolist(), strict=True):
        drawers[min(int(s * bins), bins - 1)].append((s, r))
    return (
        [len(drawer) for drawer in drawers],
        [sum(s for s, _ in d) / len(d) if d else math.nan for d in drawers],
        [sum(r for _, r in d) / len(d) if d else math.nan for d in drawers],
    )


@right("reliability_bins")
def with_digitize(confidence, correct, bins):
    edges = np.linspace(0, 1, bins + 1)
    return list(cells(confidence, correct, np.clip(np.digitize(confidence, edges) - 1, 0, bins - 1), bins))


@right("reliability_bins")
def with_binned_statistic(confidence, correct, bins):
    return tuple(
        stats.binned_statistic(confidence, w, statistic=how, bins=bins, range=(0, 1)).statistic
        for w, how in ((correct, "count"), (confidence, "mean"), (correct, "mean"))
    )


@mutant("reliability_bins", says="went into the lower bin")
def lower_edge(confidence, correct, bins):
    return cells(confidence, correct, np.maximum(np.ceil(confidence * bins).astype(int) - 1, 0), bins)


@mutant("reliability_bins", says="exactly 1 was left out")
def last_edge_open(confidence, correct, bins):
    return cells(confidence, correct, (confidence * bins).astype(int), bins)


@mutant("reliability_bins", says="got a bin of its own")
def a_bin_too_many(confidence, correct, bins):
    index = (confidence * bins).astype(int)
    n = np.bincount(index, minlength=bins)
    sums = [np.bincount(index, weights=w, minlength=bins) for w in (confidence, correct)]
    return n, sums[0] / n, sums[1] / n


@mutant("reliability_bins", says="went into the lower bin")
def zero_left_out(confidence, correct, bins):
    return cells(confidence, correct, np.ceil(confidence * bins).astype(int) - 1, bins)


@mutant("reliability_bins", says="counted from 1")
def digitize_as_it_is(confidence, correct, bins):
    return cells(confidence, correct, np.digitize(confidence, np.linspace(0, 1, bins + 1)), bins)


@mutant("reliability_bins", says="multiplied by M - 1")
def bins_less_one(confidence, correct, bins):
    return cells(confidence, correct, np.floor(confidence * (bins - 1)), bins)


@mutant("reliability_bins", says="rounded to the nearest")
def bins_rounded(confidence, correct, bins):
    return cells(confidence, correct, np.round(confidence * bins).clip(max=bins - 1), bins)


@mutant("reliability_bins", says="cover the range of these confidences")
def range_of_the_data(confidence, correct, bins):
    low, high = confidence.min(), confidence.max()
    return cells(confidence, correct, proper((confidence - low) / (high - low), bins), bins)


@mutant("reliability_bins", says="an empty bin got the mean 0")
def empty_is_zero(confidence, correct, bins):
    n, stated, share = cells(confidence, correct, proper(confidence, bins), bins)
    return n, np.where(n > 0, stated, 0.0), np.where(n > 0, share, 0.0)


@mutant("reliability_bins", says="the empty bins were left out")
def empty_left_out(confidence, correct, bins):
    n, stated, share = cells(confidence, correct, proper(confidence, bins), bins)
    return n[n > 0], stated[n > 0], share[n > 0]


@mutant("reliability_bins", says="the middle of the bin")
def middles(confidence, correct, bins):
    n, _, share = cells(confidence, correct, proper(confidence, bins), bins)
    return n, (np.arange(bins) + 0.5) / bins, share


@mutant("reliability_bins", says="not which share of them")
def shares_of_examples(confidence, correct, bins):
    n, stated, share = cells(confidence, correct, proper(confidence, bins), bins)
    return n / n.sum(), stated, share


@mutant("reliability_bins", says="sums where means are asked")
def sums_only(confidence, correct, bins):
    index = proper(confidence, bins)
    return tuple(
        np.bincount(index, weights=w, minlength=bins) for w in (np.ones(len(index)), confidence, correct)
    )


@mutant("reliability_bins", says="divided by the number of all examples")
def divided_by_all(confidence, correct, bins):
    index, size = proper(confidence, bins), len(confidence)
    n, a, b = (np.bincount(index, weights=w, minlength=bins) for w in (np.ones(size), confidence, correct))
    return n, a / size, b / size


@mutant("reliability_bins", says="the last two results are swapped")
def results_swapped(confidence, correct, bins):
    n, stated, share = cells(confidence, correct, proper(confidence, bins), bins)
    return n, share, stated


# ---- part 2 -----------------------------------------------------------------------------------------


def weighed(s, r, bins):
    n, stated, share = cells(s, r, proper(s, bins), bins)
    filled = n > 0
    return n[filled] / len(s), share[filled] - stated[filled]


@right("ece")
def ece_with_nansum(confidence, correct, bins):
    n, stated, share = cells(confidence, correct, proper(confidence, bins), bins)
    return np.nansum(n * np.abs(share - stated)) / len(confidence)


@right("ece")
def ece_of_sums(confidence, correct, bins):
    gaps = np.bincount(proper(confidence, bins), weights=correct - confidence)
    return sum(abs(gap) for gap in gaps.tolist()) / len(confidence)


@right("ece")
def ece_in_a_loop(confidence, correct, bins):
    total = 0.0
    for m in range(bins):
        below = confidence <= 1 if m == bins - 1 else confidence < (m + 1) / bins
        here = (confidence >= m / bins) & below
        if here.any():
            total += here.mean() * abs(correct[here].mean() - confidence[here].mean())
    return float(total)


@mutant("ece", says="empty bin's nan")
def ece_nan(confidence, correct, bins):
    n, stated, share = cells(confidence, correct, proper(confidence, bins), bins)
    return (n * np.abs(share - stated)).sum() / len(confidence)


@mutant("ece", says="every bin counts the same")
def ece_unweighted(confidence, correct, bins):
    _, gap = weighed(confidence, correct, bins)
    return np.abs(gap).mean()


@mutant("ece", says="the largest gap of all bins")
def ece_maximum(confidence, correct, bins):
    _, gap = weighed(confidence, correct, bins)
    return np.abs(gap).max()


@mutant("ece", says="the absolute value is missing")
def ece_signed(confidence, correct, bins):
    w, gap = weighed(confidence, correct, bins)
    return (w * gap).sum()


@mutant("ece", says="the absolute value is missing")
def ece_outside(confidence, correct, bins):
    return abs(correct.mean() - confidence.mean())


@mutant("ece", says="the gaps were squared")
def ece_squared(confidence, correct, bins):
    w, gap = weighed(confidence, correct, bins)
    return math.sqrt((w * gap**2).sum())


@mutant("ece", says="the gap of each example")
def ece_of_examples(confidence, correct, bins):
    return np.mean(np.abs(correct - confidence))


@mutant("ece", says="divided by the number of bins once more")
def ece_divided(confidence, correct, bins):
    w, gap = weighed(confidence, correct, bins)
    return (w * np.abs(gap)).sum() / bins


@mutant("ece", says="that is the sum")
def ece_sum(confidence, correct, bins):
    w, gap = weighed(confidence, correct, bins)
    return (w * np.abs(gap)).sum() * len(confidence)


@mutant("ece", says="the middle of the bin")
def ece_of_middles(confidence, correct, bins):
    n, _, share = cells(confidence, correct, proper(confidence, bins), bins)
    gaps = np.abs(share - (np.arange(bins) + 0.5) / bins)
    return (n * np.where(n > 0, gaps, 0)).sum() / n.sum()


@mutant("ece", says="exactly 1 was left out")
def ece_open(confidence, correct, bins):
    total = 0.0
    for m in range(bins):
        here = (confidence >= m / bins) & (confidence < (m + 1) / bins)
        if here.any():
            total += here.mean() * abs(correct[here].mean() - confidence[here].mean())
    return total


@mutant("ece", says="went into the lower bin")
def ece_lower_edge(confidence, correct, bins):
    total = 0.0
    for m in range(bins):
        here = (confidence > m / bins) & (confidence <= (m + 1) / bins)
        if m == 0:
            here |= confidence == 0
        if here.any():
            total += here.mean() * abs(correct[here].mean() - confidence[here].mean())
    return total


# ---- part 3 -----------------------------------------------------------------------------------------


@right("wilson_interval")
def with_scipy(successes, trials, z=1.96):
    level = 1 - 2 * stats.norm.sf(z)
    ends = stats.binomtest(successes, trials).proportion_ci(level, method="wilson")
    return ends.low, ends.high


@right("wilson_interval")
def as_zeros_of_the_parabola(successes, trials, z=1.96):
    share, room = successes / trials, z * z / trials
    low, high = sorted(np.roots([1 + room, -(2 * share + room), share**2]).real.tolist())
    return low, high


@right("wilson_interval")
def in_whole_numbers(successes, trials, z=1.96):
    top = successes + z**2 / 2
    root = z * np.sqrt(successes * (trials - successes) / trials + z**2 / 4)
    return [(top - root) / (trials + z**2), (top + root) / (trials + z**2)]


def bent_wilson(k, n, z, below=None, square=None, last=None, front=None):
    share = k / n
    below = 1 + z**2 / n if below is None else below
    centre = (share + (z**2 if square is None else square) / (2 * n)) / below
    spread = share * (1 - share) / n + z**2 / (4 * (n**2 if last is None else last))
    half = (z if front is None else front) / below * math.sqrt(spread)
    return centre - half, centre + half


@mutant("wilson_interval", says="with the estimate under the root")
def wald(successes, trials, z=1.96):
    share = successes / trials
    half = z * math.sqrt(share * (1 - share) / trials)
    return share - half, share + half


@mutant("wilson_interval", says="cut off at 0 and 1")
def wald_clipped(successes, trials, z=1.96):
    low, high = wald.function(successes, trials, z)
    return max(low, 0.0), min(high, 1.0)


@mutant("wilson_interval", says="z is always 1.96")
def z_ignored(successes, trials, z=1.96):
    return bent_wilson(successes, trials, 1.96)


@mutant("wilson_interval", says="division by 1 + z²/n is missing")
def not_divided(successes, trials, z=1.96):
    return bent_wilson(successes, trials, z, below=1)


@mutant("wilson_interval", says="in the centre stands z")
def centre_not_squared(successes, trials, z=1.96):
    return bent_wilson(successes, trials, z, square=z)


@mutant("wilson_interval", says="It is half of that")
def half_lost(successes, trials, z=1.96):
    share, down = successes / trials, 1 + z**2 / trials
    root = math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    centre, half = (share + z**2 / trials) / down, z / down * root
    return centre - half, centre + half


@mutant("wilson_interval", says="round the whole numerator")
def numerator_open(successes, trials, z=1.96):
    share, down = successes / trials, 1 + z**2 / trials
    root = math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    centre, half = share + z**2 / (2 * trials) / down, z / down * root
    return centre - half, centre + half


@mutant("wilson_interval", says="Python reads")
def denominators_open(successes, trials, z=1.96):
    share = successes / trials
    centre = (share + z**2 / 2 * trials) / (1 + z**2 / trials)
    root = math.sqrt(share * (1 - share) / trials + z**2 / 4 * trials**2)
    half = z / (1 + z**2 / trials) * root
    return centre - half, centre + half


@mutant("wilson_interval", says="the half width was not divided")
def half_not_divided(successes, trials, z=1.96):
    share, down = successes / trials, 1 + z**2 / trials
    half = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    centre = (share + z**2 / (2 * trials)) / down
    return centre - half, centre + half


@mutant("wilson_interval", says="under the root stands z²/(4n)")
def n_not_squared(successes, trials, z=1.96):
    return bent_wilson(successes, trials, z, last=trials)


@mutant("wilson_interval", says="lost its square root")
def no_root(successes, trials, z=1.96):
    share, down = successes / trials, 1 + z**2 / trials
    half = z / down * (share * (1 - share) / trials + z**2 / (4 * trials**2))
    centre = (share + z**2 / (2 * trials)) / down
    return centre - half, centre + half


@mutant("wilson_interval", says="factor z in front of the root")
def factor_lost(successes, trials, z=1.96):
    return bent_wilson(successes, trials, z, front=1)


@mutant("wilson_interval", says="centre and half width came back")
def centre_and_half(successes, trials, z=1.96):
    low, high = bent_wilson(successes, trials, z)
    return (low + high) / 2, (high - low) / 2


@mutant("wilson_interval", says="around Wilson's centre")
def agresti_coull(successes, trials, z=1.96):
    n = trials + z**2
    share = (successes + z**2 / 2) / n
    half = z * math.sqrt(share * (1 - share) / n)
    return share - half, share + half


@mutant("wilson_interval", says="the upper end came first")
def ends_swapped(successes, trials, z=1.96):
    return bent_wilson(successes, trials, z)[::-1]


# ---- part 4 -----------------------------------------------------------------------------------------


def costs(z, y):
    return -special.log_softmax(np.asarray(z, dtype=float), axis=1)[np.arange(len(y)), y]


@right("temperature_nll")
def nll_with_logsumexp(logits, labels, temperature):
    z = logits / temperature
    return float(np.mean(special.logsumexp(z, axis=1) - z[range(len(z)), labels]))


@right("temperature_nll")
def nll_in_a_loop(logits, labels, temperature):
    total = 0.0
    for row, y in zip(logits.tolist(), labels.tolist(), strict=True):
        top = max(row)
        total += math.log(sum(math.exp((x - top) / temperature) for x in row)) - (row[y] - top) / temperature
    return total / len(labels)


@mutant("temperature_nll", says="Look for")
def nll_overflows(logits, labels, temperature):
    z = logits / temperature
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]).mean()


@mutant("temperature_nll", says="a probability rounds to 0")
def nll_of_softmax(logits, labels, temperature):
    q = special.softmax(logits / temperature, axis=1)
    return -np.log(q[np.arange(len(q)), labels]).mean()


@mutant("temperature_nll", says="the logits were multiplied")
def nll_multiplied(logits, labels, temperature):
    return costs(logits * temperature, labels).mean()


@mutant("temperature_nll", says="the temperature is not used")
def nll_without(logits, labels, temperature):
    return costs(logits, labels).mean()


@mutant("temperature_nll", says="divided by the temperature after softmax")
def nll_divided_late(logits, labels, temperature):
    return (costs(logits, labels) / temperature).mean()


@mutant("temperature_nll", says="the probabilities were divided")
def nll_of_divided_probabilities(logits, labels, temperature):
    return (costs(logits, labels) + np.log(temperature)).mean()


@mutant("temperature_nll", says="largest entry of the whole array")
def nll_shifted_together(logits, labels, temperature):
    z = (logits - logits.max()) / temperature
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels])


@mutant("temperature_nll", says="keeps the logarithm finite")
def nll_with_an_epsilon(logits, labels, temperature):
    q = special.softmax(logits / temperature, axis=1)
    return -np.log(q[np.arange(len(q)), labels] + 1e-12).mean()


@mutant("temperature_nll", says="not from the label's logit")
def nll_half_shifted(logits, labels, temperature):
    z = logits / temperature
    shifted = z - z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - z[np.arange(len(z)), labels])


@mutant("temperature_nll", says="columns of all labels")
def nll_all_pairs(logits, labels, temperature):
    z = logits / temperature
    return np.mean(special.logsumexp(z, axis=1, keepdims=True) - z[:, labels])


@mutant("temperature_nll", says="down the columns")
def nll_down_the_columns(logits, labels, temperature):
    z = logits / temperature
    return np.mean(special.logsumexp(z, axis=0)[labels] - z[np.arange(len(z)), labels])


@mutant("temperature_nll", says="that is the sum")
def nll_sum(logits, labels, temperature):
    return costs(logits / temperature, labels).sum()


@mutant("temperature_nll", says="the sign is missing")
def nll_sign(logits, labels, temperature):
    return -costs(logits / temperature, labels).mean()


@mutant("temperature_nll", says="costs of all classes were averaged")
def nll_all_classes(logits, labels, temperature):
    return -special.log_softmax(logits / temperature, axis=1).mean()


@mutant("temperature_nll", says="averaged before the logarithm")
def nll_of_mean(logits, labels, temperature):
    return -np.log(np.exp(-costs(logits / temperature, labels)).mean())


# ---- part 5 -----------------------------------------------------------------------------------------


def ends(logits, labels):
    """0.0 or inf where no temperature is best, otherwise None."""
    own = logits[np.arange(len(labels)), labels]
    if (own >= logits.max(axis=1)).all():
        return 0.0
    return math.inf if own.sum() <= logits.mean(axis=1).sum() else None


def searched(logits, labels):
    """The minimum over the logarithm of T, by SciPy."""
    gaps = logits - logits[np.arange(len(labels)), labels][:, None]
    scale = np.abs(gaps).max()

    def slope(log_beta):
        p = special.softmax(np.exp(log_beta) * gaps / scale, axis=1)
        return (p * gaps).sum() / scale

    return scale / math.exp(optimize.brentq(slope, -30, 30, xtol=1e-13))


@right("best_temperature")
def with_brentq(logits, labels):
    return searched(logits, labels)


@right("best_temperature")
def with_minimize_scalar(logits, labels):
    scale = np.abs(logits - logits.mean(axis=1, keepdims=True)).max()

    def loss(log_t):
        return costs(logits / (scale * math.exp(log_t)), labels).mean()

    found = optimize.minimize_scalar(loss, bounds=(-12, 6), method="bounded", options={"xatol": 1e-9})
    return scale * math.exp(found.x)


@right("best_temperature")
def with_newton(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    z = z / np.abs(z).max()
    own, beta = z[np.arange(len(labels)), labels], 0.0
    for _ in range(60):
        p = special.softmax(beta * z, axis=1)
        mean = (p * z).sum(axis=1)
        step = (mean - own).sum() / (p * (z - mean[:, None]) ** 2).sum()
        while beta - step < 0:
            step /= 2
        beta -= step
    return float(np.abs(logits - logits.max(axis=1, keepdims=True)).max() / beta)


@right("best_temperature_ends")
def ends_then_search(logits, labels):
    found = ends(logits, labels)
    return searched(logits, labels) if found is None else found


@right("best_temperature_ends")
def ends_in_a_loop(logits, labels):
    lead = 0.0
    right_everywhere = True
    for row, y in zip(logits.tolist(), labels.tolist(), strict=True):
        lead += row[y] - sum(row) / len(row)
        right_everywhere = right_everywhere and row[y] == max(row)
    if right_everywhere:
        return 0
    return float("inf") if lead < 1e-9 else searched(logits, labels)


@mutant("best_temperature", says="inverse temperature, 1/T")
def inverse(logits, labels):
    return 1 / searched(logits, labels)


@mutant("best_temperature", says="the smallest loss came back")
def smallest_loss(logits, labels):
    return costs(logits / searched(logits, labels), labels).mean()


@mutant("best_temperature", says="the mean confidence is the share of right predictions")
def matched(logits, labels):
    share = (logits.argmax(axis=1) == labels).mean()

    def gap(log_t):
        return special.softmax(logits / math.exp(log_t), axis=1).max(axis=1).mean() - share

    return math.exp(optimize.brentq(gap, -12, 12, xtol=1e-12))


@mutant("best_temperature", says="the search stopped at its bound")
def bounded(logits, labels):
    return float(np.clip(searched(logits, labels), 0.05, 10.0))


@mutant("best_temperature", says="a list of temperatures was tried")
def from_a_list(logits, labels):
    grid = np.arange(1, 100) / 10
    return grid[np.argmin([costs(logits / t, labels).mean() for t in grid])]


@mutant("best_temperature", says="a list of temperatures was tried")
def from_a_finer_list(logits, labels):
    grid = np.linspace(0.01, 10, 1000)
    return grid[np.argmin([costs(logits / t, labels).mean() for t in grid])]


@mutant("best_temperature", says="did the search go on until the slope is 0?")
def descent_that_jumps(logits, labels):
    t = 1.0
    for _ in range(50):
        ahead, behind = (costs(logits / (t + d), labels).mean() for d in (1e-5, -1e-5))
        t = max(t - 0.5 * (ahead - behind) / 2e-5, 0.3)
    return t


@mutant("best_temperature", says="A temperature is above 0")
def wandered_below_zero(logits, labels):
    return -0.5


@mutant("best_temperature_ends", says="a number came back where no temperature is best")
def always_a_number(logits, labels):
    def loss(log_t):
        return costs(logits / math.exp(log_t), labels).mean()

    return math.exp(optimize.minimize_scalar(loss, bounds=(-3, 3), method="bounded").x)


@mutant("best_temperature_ends", says="alone or shared")
def ties_are_mistakes(logits, labels):
    if (logits.argmax(axis=1) == labels).all():
        return 0.0
    found = ends(logits, labels)
    return 1e-6 if found == 0 else found


@mutant("best_temperature_ends", says="0 and infinity are exchanged")
def ends_exchanged(logits, labels):
    found = ends(logits, labels)
    return {0.0: math.inf, math.inf: 0.0}.get(found, found)


@mutant("best_temperature_ends", says="1.0 came back")
def nothing_to_gain(logits, labels):
    return 1.0


# ---- part 6 -----------------------------------------------------------------------------------------


def grouped(s, y):
    values = sorted(set(s.tolist()))
    w = np.array([(s == v).mean() for v in values])
    c = np.array([y[s == v].mean() for v in values])
    return np.array(values), w, c, y.mean()


@right("brier_parts")
def parts_in_a_loop(forecasts, outcomes):
    p, reliability, resolution = sum(outcomes.tolist()) / len(outcomes), 0.0, 0.0
    for s in set(forecasts.tolist()):
        group = [y for x, y in zip(forecasts.tolist(), outcomes.tolist(), strict=True) if x == s]
        share = sum(group) / len(group)
        reliability += len(group) / len(outcomes) * (share - s) ** 2
        resolution += len(group) / len(outcomes) * (share - p) ** 2
    return [reliability, resolution, p * (1 - p)]


@right("brier_parts")
def parts_by_day(forecasts, outcomes):
    share = np.array([outcomes[forecasts == s].mean() for s in forecasts])
    p = outcomes.mean()
    return np.mean((share - forecasts) ** 2), np.mean((share - p) ** 2), np.var(outcomes)


@mutant("brier_parts", says="put into bins")
def parts_in_bins(forecasts, outcomes):
    n, s, c = cells(forecasts, outcomes, proper(forecasts, 10), 10)
    w, s, c, p = n[n > 0] / len(outcomes), s[n > 0], c[n > 0], outcomes.mean()
    return w @ (c - s) ** 2, w @ (c - p) ** 2, p * (1 - p)


@mutant("brier_parts", says="the groups' shares were averaged")
def mean_of_shares(forecasts, outcomes):
    s, w, c, _ = grouped(forecasts, outcomes)
    p = c.mean()
    return w @ (c - s) ** 2, w @ (c - p) ** 2, p * (1 - p)


@mutant("brier_parts", says="every group counts the same")
def groups_unweighted(forecasts, outcomes):
    s, _, c, p = grouped(forecasts, outcomes)
    return np.mean((c - s) ** 2), np.mean((c - p) ** 2), p * (1 - p)


@mutant("brier_parts", says="reliability and resolution are exchanged")
def parts_exchanged(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    return w @ (c - p) ** 2, w @ (c - s) ** 2, p * (1 - p)


@mutant("brier_parts", says="measured from one half")
def from_one_half(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    return w @ (c - s) ** 2, w @ (c - 0.5) ** 2, p * (1 - p)


@mutant("brier_parts", says="compares the statements with the share of all days")
def spread_of_statements(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    return w @ (c - s) ** 2, w @ (s - p) ** 2, p * (1 - p)


@mutant("brier_parts", says="the sign of the resolution is turned")
def resolution_negative(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    return w @ (c - s) ** 2, -(w @ (c - p) ** 2), p * (1 - p)


@mutant("brier_parts", says="absolute values where squares are asked")
def not_squared(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    return w @ np.abs(c - s), w @ np.abs(c - p), p * (1 - p)


@mutant("brier_parts", says="the whole Brier score")
def whole_score(forecasts, outcomes):
    _, w, c, p = grouped(forecasts, outcomes)
    return ((forecasts - outcomes) ** 2).mean(), w @ (c - p) ** 2, p * (1 - p)


@mutant("brier_parts", says="the uncertainty was computed from the statements")
def doubt_of_statements(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    mean = forecasts.mean()
    return w @ (c - s) ** 2, w @ (c - p) ** 2, mean * (1 - mean)


@mutant("brier_parts", says="inside the groups")
def doubt_inside(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    return w @ (c - s) ** 2, w @ (c - p) ** 2, w @ (c * (1 - c))


@mutant("brier_parts", says="weighted by the number of days")
def weighted_by_counts(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    n = w * len(outcomes)
    return n @ (c - s) ** 2, n @ (c - p) ** 2, p * (1 - p)


@mutant("brier_parts", says="the uncertainty divides by N - 1")
def doubt_of_a_sample(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    return w @ (c - s) ** 2, w @ (c - p) ** 2, np.var(outcomes, ddof=1)


@mutant("brier_parts", says="both classes were counted")
def both_classes(forecasts, outcomes):
    s, w, c, p = grouped(forecasts, outcomes)
    return 2 * w @ (c - s) ** 2, 2 * w @ (c - p) ** 2, 2 * p * (1 - p)
