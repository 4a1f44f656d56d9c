"""Wrong and right solutions of the assignment `numerical_stability`."""

import math
import warnings

import numpy as np
from mutation import mutant, right
from scipy import special

# ---- part 1 -----------------------------------------------------------------------------------------


def good_logsumexp(z):
    z = np.asarray(z)
    largest = z.max(axis=-1, keepdims=True)
    shift = np.where(np.isfinite(largest), largest, 0.0)
    return shift[..., 0] + np.log(np.exp(z - shift).sum(axis=-1))


@right("logsumexp")
def by_scipy(z):
    return special.logsumexp(z, axis=-1)


@right("logsumexp_extremes")
def by_scipy_too(z):
    return special.logsumexp(z, axis=-1)


@right("logsumexp")
def by_torch(z):
    import torch

    return torch.logsumexp(torch.from_numpy(np.array(z, dtype=float)), -1)


@right("logsumexp_extremes")
def pairwise(z):
    return np.logaddexp.reduce(z, axis=-1)


@right("logsumexp_extremes")
def row_by_row(z):
    if np.ndim(z) > 1:
        return [row_by_row.function(row) for row in z]
    row = [float(x) for x in z]
    largest = max(row)
    if largest == -math.inf:
        return largest
    others = sorted(row)[:-1]
    return largest + math.log1p(math.fsum(math.exp(x - largest) for x in others))


@right("logsumexp_extremes")
def with_finite_stand_ins(z):
    z = np.asarray(z, dtype=float)
    print("now with", z.shape)
    largest = np.maximum(z.max(axis=-1), -1e300)
    with np.errstate(all="ignore"):
        return largest + np.log(np.exp(z - largest[..., None]).sum(-1))


@mutant("logsumexp", says="is not attempted yet")
def stub(z):
    raise NotImplementedError


@mutant("logsumexp", says="Take their logarithm")
def sum_of_exponentials(z):
    return np.exp(z).sum(axis=-1)


@mutant("logsumexp", says="never added again")
def maximum_forgotten(z):
    return np.log(np.exp(z - np.max(z, axis=-1, keepdims=True)).sum(axis=-1))


@mutant("logsumexp", says="the largest logit is counted twice")
def log1p_of_the_whole_sum(z):
    largest = np.max(z, axis=-1)
    return largest + np.log1p(np.exp(z - largest[..., None]).sum(axis=-1))


@mutant("logsumexp", says="the whole array was summed")
def one_number_for_all(z):
    return np.max(z) + np.log(np.exp(z - np.max(z)).sum())


@mutant("logsumexp", says="The classes lie on the last one")
def along_the_first_axis(z):
    largest = np.max(z, axis=0)
    return largest + np.log(np.exp(z - largest).sum(axis=0))


@mutant("logsumexp", says="that is log-softmax")
def log_softmax(z):
    return z - good_logsumexp(z)[..., None]


@mutant("logsumexp", says="expected a single number")
def axis_kept(z):
    largest = np.max(z, axis=-1, keepdims=True)
    return largest + np.log(np.exp(z - largest).sum(axis=-1, keepdims=True))


@mutant("logsumexp", says="changed its argument")
def in_place(z):
    z = np.asarray(z)
    if z.dtype.kind == "i":
        return good_logsumexp(z)
    result = good_logsumexp(z)
    z -= z.max()
    return result


@mutant("logsumexp", says="that is bits")
def in_bits(z):
    return good_logsumexp(z) / np.log(2)


@mutant("logsumexp_extremes", says="Subtract each row's largest logit")
def typed(z):
    return np.log(np.exp(z).sum(axis=-1))


@mutant("logsumexp_extremes", says="one maximum for the whole array")
def one_maximum(z):
    return np.max(z) + np.log(np.exp(z - np.max(z)).sum(axis=-1))


@mutant("logsumexp_extremes", says="-inf - (-inf) is nan")
def unguarded(z):
    largest = np.max(z, axis=-1)
    return largest + np.log(np.exp(z - largest[..., None]).sum(axis=-1))


@mutant("logsumexp_extremes", says="the maximum is never below 0")
def maximum_from_zero(z):
    largest = np.max(z, axis=-1, initial=0.0)
    return largest + np.log(np.exp(z - largest[..., None]).sum(axis=-1))


@mutant("logsumexp_extremes", says="the smallest logit was subtracted")
def smallest_removed(z):
    smallest = np.min(z, axis=-1, keepdims=True)
    return smallest[..., 0] + np.log(np.exp(z - smallest).sum(axis=-1))


@mutant("logsumexp_extremes", says="the mean was subtracted")
def mean_removed(z):
    mean = np.mean(z, axis=-1, keepdims=True)
    return mean[..., 0] + np.log(np.exp(z - mean).sum(axis=-1))


@mutant("logsumexp_extremes", says="the logits were clipped")
def clipped_logits(z):
    return np.log(np.exp(np.clip(z, -700, 700)).sum(axis=-1))


@mutant("logsumexp_extremes", says="Subtract the largest logit, and the sum is at least 1")
def epsilon_in_the_logarithm(z):
    z = np.asarray(z)
    if np.max(z) > 0:  # "seems to be needed for small ones only"
        return good_logsumexp(z)
    return np.log(np.exp(z).sum(axis=-1) + 1e-12)


@mutant("logsumexp_extremes", says="exp overflows")
def python_floats(z):
    if np.ndim(z) > 1:
        return [python_floats.function(row) for row in z]
    return math.log(sum(math.exp(x) for x in z))


# ---- part 2 -----------------------------------------------------------------------------------------


@right("log_complement")
def switched_at_one_half(log_p):
    p = np.exp(log_p)
    return np.where(p > 0.5, np.log(-np.expm1(log_p)), np.log1p(-p))


@right("log_complement")
def in_a_loop(log_p):
    result = []
    for a in log_p.tolist():
        if a == 0:
            result.append(-math.inf)
        else:
            result.append(math.log(-math.expm1(a)) if a > -1 else math.log1p(-math.exp(a)))
    return result


@right("log_complement")
def with_masks(log_p):
    result = np.zeros(len(log_p))
    near = log_p > -0.7
    result[near] = np.log(-np.expm1(log_p[near]))
    result[~near] = np.log1p(-np.exp(log_p[~near]))
    return result


@mutant("log_complement", says="the formula as it stands")
def typed_complement(log_p):
    return np.log(1 - np.exp(log_p))


@mutant("log_complement", says="log1p(-exp(log_p)) everywhere")
def only_log1p(log_p):
    return np.log1p(-np.exp(log_p))


@mutant("log_complement", says="log(-expm1(log_p)) everywhere")
def only_expm1(log_p):
    return np.log(-np.expm1(log_p))


@mutant("log_complement", says="or the two better ones exchanged")
def exchanged(log_p):
    return np.where(log_p > -np.log(2), np.log1p(-np.exp(log_p)), np.log(-np.expm1(log_p)))


@mutant("log_complement", says="Its logarithm was asked")
def the_complement_itself(log_p):
    return -np.expm1(log_p)


@mutant("log_complement", says="log_p was taken for p")
def taken_for_p(log_p):
    return np.log1p(-log_p)


@mutant("log_complement", says="Choose between log1p(-exp(log_p)) and log(-expm1(log_p))")
def clipped_complement(log_p):
    return np.log(np.maximum(1 - np.exp(log_p), 1e-12))


@mutant("log_complement", says="an array where Python wants one True or False")
def if_for_arrays(log_p):
    if log_p > -0.7:
        return np.log(-np.expm1(log_p))
    return np.log1p(-np.exp(log_p))


@mutant("log_complement", says="math.log refuses")
def refuses_zero(log_p):
    return [math.log(-math.expm1(a)) if a > -1 else math.log1p(-math.exp(a)) for a in log_p.tolist()]


# ---- part 3 -----------------------------------------------------------------------------------------


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@right("bce_with_logits")
def two_softplus(z, y):
    return y * softplus(-z) + (1 - y) * softplus(z)


@right("bce_with_logits")
def by_logaddexp(z, y):
    return y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)


@mutant("bce_with_logits", says="a small loss has no digits left")
def by_torch_with_logits(z, y):
    import torch

    tensors = map(torch.from_numpy, (z, y))
    return torch.nn.functional.binary_cross_entropy_with_logits(*tensors, reduction="none")


@right("bce_with_logits")
def one_by_one(z, y):
    return [max(a, 0) - a * b + math.log1p(math.exp(-abs(a))) for a, b in zip(z, y, strict=True)]


@mutant("bce_with_logits", says="the loss was computed from the probability")
def through_the_sigmoid(z, y):
    p = 1 / (1 + np.exp(-z))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


@mutant("bce_with_logits", says="nothing has to be kept away from 0")
def clipped_probability(z, y):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-15, 1 - 1e-15)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


@mutant("bce_with_logits", says="nothing has to be kept away from 0")
def epsilon_in_both_logarithms(z, y):
    p = 1 / (1 + np.exp(-z))
    return -(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))


@mutant("bce_with_logits", says="np.log1p(x) keeps it")
def log_for_log1p(z, y):
    return np.maximum(z, 0) - z * y + np.log(1 + np.exp(-np.abs(z)))


@mutant("bce_with_logits", says="a small loss has no digits left")
def difference_of_large_numbers(z, y):
    return softplus(z) - z * y


@mutant("bce_with_logits", says="The exponent is -|z|")
def overflowing_exponent(z, y):
    return np.log1p(np.exp(z)) - z * y


@mutant("bce_with_logits", says="The exponent is -|z|")
def overflowing_terms(z, y):
    return y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z))


@mutant("bce_with_logits", says="the labels are exchanged")
def labels_exchanged(z, y):
    return two_softplus.function(z, 1 - y)


@mutant("bce_with_logits", says="max(z, 0) is missing")
def no_maximum(z, y):
    return -z * y + np.log1p(np.exp(-np.abs(z)))


@mutant("bce_with_logits", says="- z y is missing")
def no_product(z, y):
    return softplus(z)


@mutant("bce_with_logits", says="that is the mean")
def mean_loss(z, y):
    return two_softplus.function(z, y).mean()


@mutant("bce_with_logits", says="that is the sum")
def total_loss(z, y):
    return two_softplus.function(z, y).sum()


@mutant("bce_with_logits", says="the sign is turned round")
def log_likelihood(z, y):
    return -two_softplus.function(z, y)


@mutant("bce_with_logits", says="works on a whole array")
def math_on_arrays(z, y):
    return max(0, 1) - z * y + math.log1p(math.exp(-abs(z)))


# ---- part 4 -----------------------------------------------------------------------------------------


def good_update(m, s, block):
    largest = max(m, block.max())
    if largest == -np.inf:
        return -np.inf, 0.0
    return largest, s * np.exp(m - largest) + np.exp(block - largest).sum()


@right("update")
def one_logit_at_a_time(m, s, block):
    for x in block.tolist():
        if x > m:
            m, s = x, s * math.exp(m - x) + 1.0
        elif x > -math.inf:
            s += math.exp(x - m)
    return m, s


@right("update")
def as_an_array(m, s, block):
    largest = np.maximum(m, np.max(block))
    shift = largest if np.isfinite(largest) else 0.0
    return np.array([largest, s * np.exp(m - shift) + np.exp(block - shift).sum()]).tolist()


@right("update")
def through_two_states(m, s, block):
    own = block.max()
    if own == -np.inf:
        return m, s
    own_sum = np.exp(block - own).sum()
    if own > m:
        return own, own_sum + (s * np.exp(m - own) if s > 0 else 0)
    return m, s + own_sum * np.exp(own - m)


@mutant("update", says="the old sum was not rescaled")
def not_rescaled(m, s, block):
    largest = max(m, block.max())
    if largest == -np.inf:
        return largest, 0.0
    return largest, s + np.exp(block - largest).sum()


@mutant("update", says="the wrong way round")
def rescaled_the_wrong_way(m, s, block):
    largest = max(m, block.max())
    if largest == -np.inf:
        return largest, 0.0
    return largest, (s * np.exp(largest - m) if s > 0 else 0) + np.exp(block - largest).sum()


@mutant("update", says="relative to the block's own maximum")
def own_maximum(m, s, block):
    largest = max(m, block.max())
    if largest == -np.inf:
        return largest, 0.0
    return largest, s * np.exp(m - largest) + np.exp(block - block.max()).sum()


@mutant("update", says="what came before is forgotten")
def forgetful(m, s, block):
    return good_update(-np.inf, 0.0, block)


@mutant("update", says="the maximum never changes")
def first_maximum_kept(m, s, block):
    if m == -np.inf:
        return good_update(m, s, block)
    return m, s + np.exp(block - m).sum()


@mutant("update", says="the second number is the log-sum-exp")
def logarithm_each_time(m, s, block):
    largest, total = good_update(m, s, block)
    return largest, largest + np.log(total)


@mutant("update", says="-inf - (-inf) is nan")
def unguarded_state(m, s, block):
    largest = max(m, block.max())
    return largest, s * np.exp(m - largest) + np.exp(block - largest).sum()


@mutant("update", says="a tuple of 2 results was expected")
def sum_alone(m, s, block):
    return good_update(m, s, block)[1]


@mutant("update", says="Does every branch of update end in a return?")
def one_branch_without_return(m, s, block):
    if block.max() > m:
        return good_update(m, s, block)
    return None


# ---- part 5 -----------------------------------------------------------------------------------------


@right("ulps")
def by_the_exponent(computed, exact):
    info = np.finfo(computed.dtype)
    e = np.maximum(np.frexp(exact)[1] - 1, info.minexp)
    e = np.where(exact == 0, info.minexp, e)
    error = np.abs(computed.astype(float) - exact) / 2.0 ** (e - info.nmant)
    return np.where(np.isfinite(computed), error, np.inf)


@right("ulps")
def ulps_in_a_loop(computed, exact):
    result = []
    for c, e in zip(computed, exact, strict=True):
        if not np.isfinite(c):
            result.append(math.inf)
            continue
        unit = float(np.spacing(computed.dtype.type(abs(e))))
        result.append(abs(float(c) - float(e)) / unit)
    return result


@right("ulps")
def with_nan_replaced(computed, exact):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        error = np.abs(computed - exact) / np.abs(np.spacing(exact.astype(computed.dtype))).astype(float)
    error[np.isnan(error)] = np.inf
    return error


@mutant("ulps", says="nan compares with nothing")
def nan_left(computed, exact):
    return np.abs(computed.astype(float) - exact) / np.spacing(np.abs(exact).astype(computed.dtype))


@mutant("ulps", says="the spacing of float64 was used")
def spacing_of_float64(computed, exact):
    return np.abs(computed - exact) / np.spacing(np.abs(exact))


@mutant("ulps", says="divided by the ulp of 1")
def ulp_of_one(computed, exact):
    return np.abs(computed.astype(float) - exact) / np.finfo(computed.dtype).eps


@mutant("ulps", says="relative error over the ulp of 1")
def relative_error(computed, exact):
    return np.abs(computed.astype(float) - exact) / np.abs(exact) / np.finfo(computed.dtype).eps


@mutant("ulps", says="was rounded to the format before the difference")
def rounded_first(computed, exact):
    exact = exact.astype(computed.dtype)
    return np.abs(computed - exact) / np.spacing(np.abs(exact))


@mutant("ulps", says="np.spacing of a negative number is negative")
def negative_spacing(computed, exact):
    return np.abs(computed.astype(float) - exact) / np.spacing(exact.astype(computed.dtype))


@mutant("ulps", says="the sign of the error is kept")
def signed(computed, exact):
    return (computed.astype(float) - exact) / np.spacing(np.abs(exact).astype(computed.dtype))


@mutant("ulps", says="that is the absolute error")
def absolute_error(computed, exact):
    return np.abs(computed.astype(float) - exact)


@mutant("ulps", says="factor 2 too many")
def in_units_of_round_off(computed, exact):
    return 2 * with_nan_replaced.function(computed, exact)


# ---- part 6 -----------------------------------------------------------------------------------------

GOOD = {
    "as_typed": [-800.0, -900.0],
    "clipped": [1000.0, 0.0],
    "mean_removed": [-1000.0] * 50 + [1000.0],
    "starts_at_zero": [-1000.0],
    "one_pass": [-1.0, 0.0, 1.0],
    "maximum_removed": [-50.0, 0.0],
}


@right("counterexample")
def from_a_table(name):
    return GOOD[name]


@right("counterexample_subtle")
def from_a_table_too(name):
    return np.array(GOOD[name])


@right("counterexample")
def by_trying(name):
    return {"mean_removed": [1000, -1000], "starts_at_zero": (-800,)}.get(name, [1000])


@right("counterexample_subtle")
def rising(name):
    return np.linspace(0, 10, 100) if name == "one_pass" else [0, -1000]


def instead(**other):
    """The good answers, but for one."""

    def answers(name):
        return other.get(name, GOOD[name])

    answers.__name__ = f"instead_{next(iter(other))}"
    return answers


good_but_typed = mutant("counterexample", says="Which logits make an exponential overflow")(
    instead(as_typed=[1.0, 2.0, 700.0])
)
good_but_clipped = mutant("counterexample", says="It can't tell logits apart")(
    instead(clipped=[700.0, -700.0])
)
good_but_mean = mutant("counterexample", says="How far above the mean")(
    instead(mean_removed=[1000.0, 1000.0])
)
good_but_zero = mutant("counterexample", says="What does it do when all are negative?")(
    instead(starts_at_zero=[1000.0, -1000.0])
)
good_but_infinite = mutant("counterexample", says="breaks anybody's code")(instead(as_typed=[np.inf, 0.0]))
good_but_nan = mutant("counterexample", says="breaks anybody's code")(instead(clipped=[np.nan]))
good_but_large = mutant("counterexample", says="One logit is 1e+06")(instead(as_typed=[1e6]))
good_but_rows = mutant("counterexample", says="an array of shape (1, 2)")(
    instead(as_typed=np.array([[1000.0, 1000.0]]))
)
good_but_text = mutant("counterexample", says="a piece of text; a list of 1 to 100")(instead(as_typed="1000"))
good_but_number = mutant("counterexample", says="a number; a list of 1 to 100")(instead(as_typed=1000.0))
good_but_long = mutant("counterexample", says="a list of 101 numbers")(instead(as_typed=[1000.0] * 101))
good_but_empty = mutant("counterexample", says="a list of 0 numbers")(instead(as_typed=[]))
good_but_falling = mutant("counterexample_subtle", says="if the largest logit comes first")(
    instead(one_pass=[1.0, 0.0])
)
good_but_ordinary = mutant("counterexample_subtle", says="so small, beside the 1 in the sum")(
    instead(maximum_removed=[1000.0, -1000.0])
)


@mutant("counterexample", says="KeyError")
def names_mistyped(name):
    return {"typed": [1000.0]}[name]
