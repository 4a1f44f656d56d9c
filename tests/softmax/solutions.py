"""Wrong and right solutions of the assignment `softmax`."""

import functools
import logging
import math
import sys
import warnings

import numpy as np
from mutation import mutant, right
from scipy import special

# ---- part 1 -----------------------------------------------------------------------------------------


def good_softmax(z, axis=-1, temperature=1.0):
    z = np.asarray(z) / temperature
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def good_log_softmax(z, axis=-1):
    return special.log_softmax(np.asarray(z, dtype=float), axis=axis)


@right("softmax")
def with_scipy(z, axis=-1, temperature=1.0):
    return special.softmax(np.asarray(z) / temperature, axis=axis)


@right("softmax_extremes")
def with_scipy_too(z, axis=-1, temperature=1.0):
    return special.softmax(np.asarray(z) / temperature, axis=axis)


@right("softmax")
def with_loops_and_lists(z, axis=-1, temperature=1.0):
    def one(row):
        largest = max(row)
        e = [math.exp((x - largest) / temperature) for x in row]
        return np.array([x / sum(e) for x in e])

    return np.apply_along_axis(one, axis, z)


@right("softmax_extremes")
def through_the_logarithm(z, axis=-1, temperature=1.0):
    z = np.asarray(z) / temperature
    m = np.max(z, axis=axis, keepdims=True)
    return np.exp(z - (m + np.log(np.sum(np.exp(z - m), axis=axis, keepdims=True))))


@right("softmax")
def printing_warning_and_logging(z, axis=-1, temperature=1.0):
    print("z is", z)
    print("also here", file=sys.stderr)
    warnings.warn("careful", stacklevel=1)
    logging.getLogger("learner").warning("logged")
    np.log(np.zeros(1))
    return good_softmax(z, axis, temperature)


@right("softmax")
def returning_lists(z, axis=-1, temperature=1.0):
    return good_softmax(z, axis, temperature).tolist()


@right("softmax")
def changing_global_settings(z, axis=-1, temperature=1.0):
    np.seterr(all="raise")
    np.random.seed(0)
    np.set_printoptions(precision=1)
    warnings.simplefilter("error")
    with np.errstate(all="ignore"):
        return good_softmax(z, axis, temperature)


@mutant("softmax_extremes", says="Subtract the largest logit before exp")
def no_maximum_subtracted(z, axis=-1, temperature=1.0):
    e = np.exp(np.asarray(z) / temperature)
    return e / e.sum(axis=axis, keepdims=True)


@mutant("softmax_extremes", says="largest logit of the whole array was subtracted")
def one_maximum_for_all_rows(z, axis=-1, temperature=1.0):
    e = np.exp((z - np.max(z)) / temperature)
    return e / e.sum(axis=axis, keepdims=True)


@mutant("softmax", says="Each row is a distribution of its own")
def everything_sums_to_one(z, axis=-1, temperature=1.0):
    e = np.exp(z - np.max(z))
    return e / e.sum()


@mutant("softmax", says="the wrong axis was summed")
def columns_for_rows(z, axis=-1, temperature=1.0):
    axis = 0 if axis in (-1, np.ndim(z) - 1) else -1
    return special.softmax(np.asarray(z) / temperature, axis=axis)


@mutant("softmax", says="`axis` is ignored")
def always_the_last_axis(z, axis=-1, temperature=1.0):
    return special.softmax(np.asarray(z) / temperature, axis=-1)


@mutant("softmax", says="keepdims=True keeps it with length 1")
def no_keepdims(z, axis=-1, temperature=1.0):
    e = np.exp(np.asarray(z) / temperature)
    return e / e.sum(axis=axis)


@mutant("softmax", says="these are the exponentials")
def not_divided(z, axis=-1, temperature=1.0):
    return np.exp(np.asarray(z) / temperature)


@mutant("softmax", says="Exponentiate first")
def not_exponentiated(z, axis=-1, temperature=1.0):
    return z / np.sum(z, axis=axis, keepdims=True)


@mutant("softmax", says="softmax was applied twice")
def twice(z, axis=-1, temperature=1.0):
    return good_softmax(good_softmax(z, axis, temperature), axis)


@mutant("softmax", says="this is the logarithm of softmax")
def its_logarithm(z, axis=-1, temperature=1.0):
    return special.log_softmax(np.asarray(z) / temperature, axis=axis)


@mutant("softmax", says="multiplied by the temperature")
def times_temperature(z, axis=-1, temperature=1.0):
    return good_softmax(np.asarray(z) * temperature, axis)


@mutant("softmax", says="`temperature` is ignored")
def without_temperature(z, axis=-1, temperature=1.0):
    return good_softmax(z, axis)


@mutant("softmax", says="Divide the logits.")
def temperature_after_the_fact(z, axis=-1, temperature=1.0):
    return good_softmax(z, axis) / temperature


@mutant("softmax", says="changed its argument")
def in_place(z, axis=-1, temperature=1.0):
    if z.dtype.kind == "i":
        return good_softmax(z, axis, temperature)
    z -= z.max(axis=axis, keepdims=True)
    return good_softmax(z, axis, temperature)


@mutant("softmax", says="in-place operation on an array of integers")
def in_place_on_integers(z, axis=-1, temperature=1.0):
    e = z.copy()
    e /= temperature
    return good_softmax(e, axis)


@mutant("softmax", says="a fixed number of axes")
def two_axes_only(z, axis=-1, temperature=1.0):
    e = np.exp(np.asarray(z) / temperature)
    return e / e.sum(axis=1, keepdims=True)


@mutant("softmax", says="expected")
def hard_coded(z, axis=-1, temperature=1.0):
    return np.array([0.7054, 0.0351, 0.2595])


@mutant("softmax", says="returned nothing (None). Does every branch")
def no_return(z, axis=-1, temperature=1.0):
    good_softmax(z, axis, temperature)


@mutant("softmax", says="That is a piece of text")
def text(z, axis=-1, temperature=1.0):
    return "softmax"


@mutant("softmax", says="an object of type generator")
def lazy(z, axis=-1, temperature=1.0):
    return (x for x in good_softmax(z, axis, temperature))


@mutant("softmax", says="keepdims=True keeps it with length 1")
def shifted_without_keepdims(z, axis=-1, temperature=1.0):
    e = np.exp(z - np.max(z, axis=axis))
    return e / e.sum(axis=axis, keepdims=True)


@mutant("softmax", says="is something rounded")
def rounded_for_looks(z, axis=-1, temperature=1.0):
    return good_softmax(z, axis, temperature).round(4)


@mutant("softmax", says="an epsilon added")
def with_a_safety_epsilon(z, axis=-1, temperature=1.0):
    z = np.asarray(z) / temperature
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / (e.sum(axis=axis, keepdims=True) + 1e-6)


@right("softmax")
def row_after_row(z, axis=-1, temperature=1.0):
    if z.ndim == 1:
        return [float(p) for p in good_softmax(z, 0, temperature)]
    rows = np.moveaxis(z, axis, -1)
    return np.moveaxis(np.array([row_after_row.function(row, -1, temperature) for row in rows]), -1, axis)


@right("softmax")
def with_torch(z, axis=-1, temperature=1.0):
    import torch

    return torch.softmax(torch.tensor(z, dtype=torch.float64) / temperature, dim=axis)


@right("softmax_extremes")
def shifted_first_and_divided_later(z, axis=-1, temperature=1.0):
    z = z - np.max(z, axis=axis, keepdims=True)
    return np.exp(z / temperature) / np.exp(z / temperature).sum(axis=axis, keepdims=True)


class WithCall:
    __name__ = "an_object_with_call"

    def __call__(self, z, axis=-1, temperature=1.0):
        return good_softmax(z, axis, temperature)


an_object_with_call = right("softmax_extremes")(WithCall())
a_partial = right("softmax")(functools.update_wrapper(functools.partial(good_softmax), good_softmax))
a_lambda = right("softmax_extremes")(
    lambda z, axis=-1, temperature=1.0: special.softmax(z / temperature, axis)
)


@mutant("softmax", says="stored in an array of integers")
def into_an_array_like_z(z, axis=-1, temperature=1.0):
    result = np.zeros_like(z)
    result[...] = good_softmax(z, axis, temperature)
    return result


@mutant("softmax", says="`axis` is ignored")
def axis_lost_on_the_way(z, axis=-1, temperature=1.0):
    if temperature != 1:
        return good_softmax(z / temperature)
    return good_softmax(z, axis)


@mutant("softmax", says="the wrong axis was summed")
def rows_of_a_table_only(z, axis=-1, temperature=1.0):
    axis = 1 if axis == -1 and z.ndim > 1 else axis
    return good_softmax(z, axis, temperature)


@mutant("softmax", says="`axis` is ignored")
def negative_axes_mean_the_last(z, axis=-1, temperature=1.0):
    return good_softmax(z, axis if axis >= 0 else -1, temperature)


@mutant("softmax", says="along another axis than the sum")
def maxima_of_columns(z, axis=-1, temperature=1.0):
    e = np.exp((z - z.max(axis=0, keepdims=True)) / temperature)
    return e / e.sum(axis=axis, keepdims=True)


@mutant("softmax", says="along another axis than the sum")
def maxima_of_rows(z, axis=-1, temperature=1.0):
    e = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)
    return e / e.sum(axis=axis, keepdims=True)


@mutant("softmax", says="is something rounded")
def in_single_precision(z, axis=-1, temperature=1.0):
    return good_softmax(z.astype(np.float32), axis, temperature)


@mutant("softmax", says="entries differ")
def remembering_by_shape(z, axis=-1, temperature=1.0, cache={}):  # noqa: B006
    return cache.setdefault(z.shape, good_softmax(z, axis, temperature))


@mutant("softmax", says="a fixed number of axes")
def asking_for_a_second_axis(z, axis=-1, temperature=1.0):
    return np.array([[good_softmax(z)[i, j] for j in range(z.shape[1])] for i in range(z.shape[0])])


@mutant("softmax", says="a fixed number of axes")
def indexing_a_second_axis(z, axis=-1, temperature=1.0):
    return np.exp(z) / np.exp(z)[:, 0]


@mutant("softmax", says="np.max(z, axis=...)")
def maximum_of_python(z, axis=-1, temperature=1.0):
    return good_softmax(z - max(z), axis, temperature)


@mutant("softmax", says="works on one number")
def exp_of_math(z, axis=-1, temperature=1.0):
    return math.exp(z / temperature)


@mutant("softmax", says="something that it calls returns nothing")
def with_a_helper_that_forgets(z, axis=-1, temperature=1.0):
    def shifted(z):
        z - z.max()

    return np.exp(shifted(z) / temperature)


@mutant("softmax_extremes", says="exp overflows")
def exponentials_of_math(z, axis=-1, temperature=1.0):
    def one(row):
        e = [math.exp(x) for x in row]
        return np.array(e) / sum(e)

    return np.apply_along_axis(one, axis, z / temperature)


@mutant("softmax_extremes", says="Subtract the largest logit before exp")
def mean_subtracted(z, axis=-1, temperature=1.0):
    z = z / temperature
    return no_maximum_subtracted.function(z - z.mean(axis=axis, keepdims=True), axis)


@mutant("softmax_extremes", says="Subtract the largest logit before exp")
def largest_size_subtracted(z, axis=-1, temperature=1.0):
    z = z / temperature
    return no_maximum_subtracted.function(z - np.abs(z).max(axis=axis, keepdims=True), axis)


@mutant("softmax_extremes", says="Subtract the largest logit before exp")
def in_extended_precision(z, axis=-1, temperature=1.0):
    return no_maximum_subtracted.function(z.astype(np.longdouble), axis, temperature)


@mutant("softmax_extremes", says="the logits were clipped")
def logits_clipped(z, axis=-1, temperature=1.0):
    return no_maximum_subtracted.function(np.clip(z / temperature, -500, 500), axis)


@mutant("softmax_extremes", says="np.nan_to_num hides")
def nan_swept_away(z, axis=-1, temperature=1.0):
    return np.nan_to_num(no_maximum_subtracted.function(z, axis, temperature))


@mutant("softmax_extremes", says="before the division by the temperature")
def maximum_of_undivided_logits(z, axis=-1, temperature=1.0):
    e = np.exp(z / temperature - np.max(z, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@mutant("softmax_extremes", says="a power of the probabilities")
def power_of_probabilities(z, axis=-1, temperature=1.0):
    p = good_softmax(z, axis) ** (1 / temperature)
    return p / p.sum(axis=axis, keepdims=True)


# ---- part 2 -----------------------------------------------------------------------------------------


@right("log_softmax")
def minus_logsumexp(z, axis=-1):
    return z - special.logsumexp(z, axis=axis, keepdims=True)


@right("log_softmax")
def row_by_row(z, axis=-1):
    def one(row):
        row = [float(x) for x in row]
        m = max(row)
        total = math.log(sum(math.exp(x - m) for x in row))
        return np.array([x - m - total for x in row])

    return np.apply_along_axis(one, axis, z)


@mutant("log_softmax", says="exp overflows to inf")
def log_of_unshifted(z, axis=-1):
    return np.log(np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True))


@mutant("log_softmax", says="exp overflows to inf")
def unshifted_logsumexp(z, axis=-1):
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


@mutant("log_softmax", says="a probability that underflowed to 0")
def log_of_softmax(z, axis=-1):
    return np.log(good_softmax(z, axis))


@mutant("log_softmax", says="inside the sum of exponentials only")
def maximum_not_added_back(z, axis=-1):
    m = z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z - m).sum(axis=axis, keepdims=True))


@mutant("log_softmax", says="largest logit of the whole array was subtracted")
def one_maximum(z, axis=-1):
    z = z - np.max(z)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


@mutant("log_softmax", says="a probability that underflowed to 0")
def log_of_one_maximum(z, axis=-1):
    e = np.exp(z - np.max(z))
    return np.log(e / e.sum(axis=axis, keepdims=True))


@mutant("log_softmax", says="Each row is a distribution of its own")
def log_over_everything(z, axis=-1):
    return z - special.logsumexp(z)


@mutant("log_softmax", says="the wrong axis was summed")
def log_columns(z, axis=-1):
    return special.log_softmax(z, axis=0)


@mutant("log_softmax", says="these are the probabilities")
def forgot_the_logarithm(z, axis=-1):
    return good_softmax(z, axis)


@mutant("log_softmax", says="that is bits")
def in_bits(z, axis=-1):
    return special.log_softmax(z, axis=axis) / np.log(2)


@mutant("log_softmax", says="the sign is turned round")
def negative(z, axis=-1):
    return -special.log_softmax(z, axis=axis)


@mutant("log_softmax", says="clipped, or a small number was added")
def clipped(z, axis=-1):
    return np.log(np.clip(good_softmax(z, axis), 1e-15, 1))


@right("log_softmax")
def axis_moved_to_the_end(z, axis=-1):
    rows = np.moveaxis(z, axis, -1)
    m = rows.max(-1)[..., None]
    return np.moveaxis(rows - m - np.log(np.einsum("...k->...", np.exp(rows - m)))[..., None], -1, axis)


@right("log_softmax")
def adding_in_the_logarithm(z, axis=-1):
    return z - np.logaddexp.reduce(z, axis=axis, keepdims=True)


@right("log_softmax")
def log_softmax_of_torch(z, axis=-1):
    import torch

    return torch.log_softmax(torch.tensor(z, dtype=torch.float64), dim=axis)


@mutant("log_softmax", says="the wrong axis was summed")
def log_rows_of_a_table_only(z, axis=-1):
    return good_log_softmax(z, 1 if axis == -1 and z.ndim > 1 else axis)


@mutant("log_softmax", says="along another axis than the sum")
def log_with_maxima_of_columns(z, axis=-1):
    return unshifted_logsumexp.function(z - z.max(axis=0, keepdims=True), axis)


@mutant("log_softmax", says="stored in an array of integers")
def logarithms_like_z(z, axis=-1):
    result = np.empty_like(z)
    result[...] = good_log_softmax(z, axis)
    return result


@mutant("log_softmax", says="clipped, or a small number was added")
def logarithm_with_an_epsilon(z, axis=-1):
    return np.log(good_softmax(z, axis) + 1e-12)


@mutant("log_softmax", says="exp overflows")
def log_in_extended_precision(z, axis=-1):
    return unshifted_logsumexp.function(z.astype(np.longdouble), axis)


@mutant("log_softmax", says="exp overflows")
def shifted_by_the_mean(z, axis=-1):
    return unshifted_logsumexp.function(z - z.mean(axis=axis, keepdims=True), axis)


@mutant("log_softmax", says="the logits were clipped")
def log_of_clipped_logits(z, axis=-1):
    return unshifted_logsumexp.function(np.clip(z, -700, 700), axis)


@mutant("log_softmax", says="the logarithm of a sum that overflowed or underflowed")
def log_of_math(z, axis=-1):
    def one(row):
        return np.array([math.log(p) for p in good_softmax(row)])

    return np.apply_along_axis(one, axis, z)


@mutant("log_softmax", says="changed its argument")
def log_in_place(z, axis=-1):
    if z.dtype.kind == "f":
        z -= z.max(axis=axis, keepdims=True)
    return good_log_softmax(z, axis)


@mutant("log_softmax", says="the sum itself")
def logarithm_of_the_sum_forgotten(z, axis=-1):
    return z - np.exp(z).sum(axis=axis, keepdims=True)


# ---- part 3 -----------------------------------------------------------------------------------------


def losses(logits, labels):
    return -special.log_softmax(logits, axis=1)[np.arange(len(labels)), labels]


def reduced(values, reduction):
    return values if reduction == "none" else getattr(np, reduction)(values)


@right("cross_entropy")
def a_loop_over_rows(logits, labels, reduction="mean"):
    values = [special.logsumexp(row) - row[y] for row, y in zip(logits, labels, strict=True)]
    return reduced(values, reduction)


@right("cross_entropy")
def one_hot_product(logits, labels, reduction="mean"):
    one_hot = np.eye(logits.shape[1])[labels]
    values = np.where(one_hot > 0, -special.log_softmax(logits, axis=1), 0).sum(axis=1)
    return reduced(values, reduction)


@mutant("cross_entropy", says="that is the sum of the losses")
def always_the_sum(logits, labels, reduction="mean"):
    return losses(logits, labels).sum()


@mutant("cross_entropy", says="the mean comes back always")
def always_the_mean(logits, labels, reduction="mean"):
    return losses(logits, labels).mean()


@mutant("cross_entropy", says="one loss a row came back")
def never_reduced(logits, labels, reduction="mean"):
    return losses(logits, labels)


@mutant("cross_entropy", says="divided by N times K")
def mean_over_cells(logits, labels, reduction="mean"):
    values = np.eye(logits.shape[1])[labels] * -special.log_softmax(logits, axis=1)
    return {"none": values.sum(axis=1), "sum": values.sum(), "mean": values.mean()}[reduction]


@mutant("cross_entropy", says="softmax was applied twice")
def double_softmax(logits, labels, reduction="mean"):
    return reduced(losses(good_softmax(logits), labels), reduction)


@mutant("cross_entropy", says="the sign is turned round")
def log_likelihood(logits, labels, reduction="mean"):
    return -reduced(losses(logits, labels), reduction)


@mutant("cross_entropy", says="that is bits")
def loss_in_bits(logits, labels, reduction="mean"):
    return reduced(losses(logits, labels) / np.log(2), reduction)


@mutant("cross_entropy", says="exp overflows")
def naive_all_the_way(logits, labels, reduction="mean"):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return reduced(-np.log(p[np.arange(len(labels)), labels]), reduction)


@mutant("cross_entropy", says="a probability that underflowed to 0")
def log_of_a_zero(logits, labels, reduction="mean"):
    return reduced(-np.log(good_softmax(logits)[np.arange(len(labels)), labels]), reduction)


@mutant("cross_entropy", says="the probabilities themselves were averaged")
def probabilities_averaged(logits, labels, reduction="mean"):
    return reduced(-good_softmax(logits)[np.arange(len(labels)), labels], reduction)


@mutant("cross_entropy", says="takes the columns of all labels")
def all_columns(logits, labels, reduction="mean"):
    return reduced(-special.log_softmax(logits, axis=1)[:, labels], reduction)


@mutant("cross_entropy", says="expected")
def ignores_the_labels(logits, labels, reduction="mean"):
    return reduced(-special.log_softmax(logits, axis=1).max(axis=1), reduction)


@mutant("cross_entropy", says="clipped, or a small number was added")
def with_an_epsilon(logits, labels, reduction="mean"):
    p = good_softmax(logits)[np.arange(len(labels)), labels]
    return reduced(-np.log(p + 1e-7), reduction)


@right("cross_entropy")
def taken_along_the_axis(logits, labels, reduction="mean"):
    values = -np.take_along_axis(good_log_softmax(logits), labels[:, None], axis=1).ravel()
    return {"mean": values.mean, "sum": values.sum, "none": values.tolist}[reduction]()


@right("cross_entropy")
def python_floats(logits, labels, reduction="mean"):
    values = [math.log(sum(math.exp(x - max(row)) for x in row)) + max(row) - row[y]
              for row, y in zip(logits.tolist(), labels.tolist(), strict=True)]  # fmt: skip
    total = math.fsum(values)
    return values if reduction == "none" else total / len(values) if reduction == "mean" else total


@right("cross_entropy")
def cross_entropy_of_torch(logits, labels, reduction="mean"):
    import torch

    z, y = torch.from_numpy(logits.copy()), torch.from_numpy(labels)
    return torch.nn.functional.cross_entropy(z, y, reduction=reduction)


@mutant("cross_entropy", says="count from 0")
def labels_counted_from_one(logits, labels, reduction="mean"):
    return reduced(losses(logits, labels - 1), reduction)


@mutant("cross_entropy", says="a column for each class")
def classes_counted_from_labels(logits, labels, reduction="mean"):
    one_hot = np.eye(labels.max() + 1)[labels]
    return reduced(-(one_hot * good_log_softmax(logits)).sum(axis=1), reduction)


@mutant("cross_entropy", says="clipped, or a small number was added")
def with_the_smallest_step(logits, labels, reduction="mean"):
    p = np.clip(good_softmax(logits), np.finfo(float).eps, 1)
    return reduced(-np.log(p[np.arange(len(labels)), labels]), reduction)


@mutant("cross_entropy", says="divided by the number of classes")
def divided_by_classes(logits, labels, reduction="mean"):
    values = losses(logits, labels)
    return values.sum() / logits.shape[1] if reduction == "mean" else reduced(values, reduction)


@mutant("cross_entropy", says="changed its argument")
def labels_changed(logits, labels, reduction="mean"):
    value = reduced(losses(logits, labels), reduction)
    labels += logits.shape[1]
    return value


@mutant("cross_entropy", says="reduction='none') returned nothing")
def none_for_the_word_none(logits, labels, reduction="mean"):
    values = losses(logits, labels)
    if reduction == "mean":
        return values.mean()
    if reduction == "sum":
        return values.sum()
    return values if reduction is None else None


@mutant("cross_entropy", says="has shape (2, 1)")
def a_column_of_losses(logits, labels, reduction="mean"):
    return reduced(losses(logits, labels)[:, None], reduction)


@mutant("cross_entropy", says="a whole number is needed as an index")
def labels_as_floats(logits, labels, reduction="mean"):
    return reduced(losses(logits, labels * 1.0), reduction)


@mutant("cross_entropy", says="counting starts at 0")
def rows_counted_from_one(logits, labels, reduction="mean"):
    log_p = good_log_softmax(logits)
    return reduced([-log_p[i, labels[i]] for i in range(1, len(labels) + 1)], reduction)


@mutant("cross_entropy", says="a column for each class")
def as_many_classes_as_rows(logits, labels, reduction="mean"):
    return reduced(-(np.eye(len(labels))[labels] * good_log_softmax(logits)).sum(axis=1), reduction)


# ---- part 4 -----------------------------------------------------------------------------------------


@right("soft_cross_entropy")
def with_xlogy_free_where(logits, targets):
    log_p = special.log_softmax(logits, axis=1)
    return -np.multiply(targets, log_p, out=np.zeros(log_p.shape), where=targets > 0).sum() / len(logits)


@right("soft_cross_entropy")
def with_nan_to_num(logits, targets):
    return -np.nansum(targets * special.log_softmax(logits, axis=1), axis=1).mean()


@mutant("soft_cross_entropy", says="0 * (-inf) is nan")
def zero_times_infinity(logits, targets):
    return -(targets * special.log_softmax(logits, axis=1)).sum(axis=1).mean()


@mutant("soft_cross_entropy", says="only the most probable target")
def hard_labels(logits, targets):
    return losses(logits, targets.argmax(axis=1)).mean()


@mutant("soft_cross_entropy", says="a probability that underflowed to 0")
def log_of_probabilities(logits, targets):
    return -(targets * np.log(good_softmax(logits))).sum(axis=1).mean()


@mutant("soft_cross_entropy", says="the roles are swapped")
def swapped(logits, targets):
    return -(good_softmax(logits) * np.log(targets)).sum(axis=1).mean()


@mutant("soft_cross_entropy", says="divided by N times K")
def soft_mean_over_cells(logits, targets):
    return -np.nan_to_num(targets * special.log_softmax(logits, axis=1)).mean()


@mutant("soft_cross_entropy", says="that is the sum of the losses")
def soft_sum(logits, targets):
    return -np.nansum(targets * special.log_softmax(logits, axis=1))


@mutant("soft_cross_entropy", says="softmax was applied twice")
def soft_double_softmax(logits, targets):
    return -(targets * special.log_softmax(good_softmax(logits), axis=1)).sum(axis=1).mean()


@mutant("soft_cross_entropy", says="expected a single number")
def soft_unreduced(logits, targets):
    return -np.nansum(targets * special.log_softmax(logits, axis=1), axis=1)


@mutant("soft_cross_entropy", says="the Kullback–Leibler divergence")
def kl_instead(logits, targets):
    return special.rel_entr(targets, good_softmax(logits)).sum(axis=1).mean()


@right("soft_cross_entropy")
def from_the_definition(logits, targets):
    total = 0.0
    for log_row, row in zip(good_log_softmax(logits), targets, strict=True):
        for log_p, y in zip(log_row, row, strict=True):
            if y > 0:
                total -= y * log_p
    return total / len(targets)


@right("soft_cross_entropy")
def logsumexp_minus_mean_logit(logits, targets):
    counted = np.where(targets > 0, logits, 0.0)
    return np.mean(special.logsumexp(logits, axis=1) - np.einsum("nk,nk->n", targets, counted))


@right("soft_cross_entropy")
def only_the_likely_entries(logits, targets):
    rows, columns = np.nonzero(targets)
    log_p = good_log_softmax(logits)
    return np.float64(-targets[rows, columns] @ log_p[rows, columns] / targets.shape[0])


@mutant("soft_cross_entropy", says="exp overflows")
def soft_naive(logits, targets):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -(targets * np.log(p)).sum(axis=1).mean()


@mutant("soft_cross_entropy", says="every infinite logarithm was made 0")
def infinity_made_harmless(logits, targets):
    log_p = good_log_softmax(logits)
    log_p[np.isinf(log_p)] = 0
    return -(targets * log_p).sum(axis=1).mean()


@mutant("soft_cross_entropy", says="np.nan_to_num also makes")
def infinity_made_large(logits, targets):
    return -np.nan_to_num(targets * good_log_softmax(logits)).sum(axis=1).mean()


@mutant("soft_cross_entropy", says="np.nan_to_num also makes")
def logarithm_made_large(logits, targets):
    return -(targets * np.nan_to_num(good_log_softmax(logits))).sum(axis=1).mean()


@mutant("soft_cross_entropy", says="clipped, or a small number was added")
def soft_epsilon(logits, targets):
    return -(targets * np.log(good_softmax(logits) + 1e-10)).sum(axis=1).mean()


@mutant("soft_cross_entropy", says="divided by the number of classes")
def mean_over_classes(logits, targets):
    return -np.nansum(targets * good_log_softmax(logits), axis=0).mean()


@mutant("soft_cross_entropy", says="the worked example's `y` and `log_p`")
def variables_of_the_example(logits, targets):
    y, log_p = np.array([0.0, 1.0]), np.array([-np.inf, -0.5])
    return -np.where(y > 0, y * log_p, 0.0).sum()


@mutant("soft_cross_entropy", says="a whole number is needed as an index")
def targets_as_labels(logits, targets):
    return losses(logits, targets).mean()


@mutant("soft_cross_entropy", says="np.where")
def an_if_on_an_array(logits, targets):
    if targets > 0:
        return -(targets * good_log_softmax(logits)).sum(axis=1).mean()
    return 0.0


@mutant("soft_cross_entropy", says="the sign is turned round")
def sign_forgotten(logits, targets):
    return np.nansum(targets * good_log_softmax(logits), axis=1).mean()


# ---- part 5 -----------------------------------------------------------------------------------------


def good_gradient(logits, labels):
    return (good_softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)


@right("gradient")
def subtracting_in_a_copy(logits, labels):
    p = good_softmax(logits)
    for i, y in enumerate(labels):
        p[i, y] -= 1
    return p / p.shape[0]


@mutant("gradient", says="the gradient of the sum")
def not_divided_by_n(logits, labels):
    return good_gradient(logits, labels) * len(labels)


@mutant("gradient", says="divided by N times K")
def divided_by_all(logits, labels):
    return good_gradient(logits, labels) / logits.shape[1]


@mutant("gradient", says="The gradient points uphill")
def downhill(logits, labels):
    return -good_gradient(logits, labels)


@mutant("gradient", says="only the true class's component")
def true_class_only(logits, labels):
    return good_gradient(logits, labels) * np.eye(logits.shape[1])[labels]


@mutant("gradient", says="the derivative in the probabilities")
def in_the_probabilities(logits, labels):
    return -np.eye(logits.shape[1])[labels] / good_softmax(logits) / len(labels)


@mutant("gradient", says="these are the probabilities alone")
def probabilities_alone(logits, labels):
    return good_softmax(logits) / len(labels)


@mutant("gradient", says="exp overflows")
def naive_gradient(logits, labels):
    e = np.exp(logits)
    return (e / e.sum(axis=1, keepdims=True) - np.eye(logits.shape[1])[labels]) / len(labels)


@mutant("gradient", says="approximated by a difference")
def forward_difference(logits, labels, step=1e-4):
    g = np.zeros(logits.shape)
    for index in np.ndindex(*logits.shape):
        moved = np.array(logits, dtype=float)
        moved[index] += step
        g[index] = (losses(moved, labels).mean() - losses(logits, labels).mean()) / step
    return g


@mutant("gradient", says="transposed")
def transposed(logits, labels):
    return good_gradient(logits, labels).T


@right("gradient")
def by_comparing_labels(logits, labels):
    one_hot = labels[:, None] == np.arange(logits.shape[1])
    return (np.exp(good_log_softmax(logits)) - one_hot) / np.float64(len(labels))


@right("gradient")
def nested_lists(logits, labels):
    p = good_softmax(logits).tolist()
    return [[(p[i][k] - (k == y)) / len(labels) for k in range(len(p[i]))] for i, y in enumerate(labels)]


@right("gradient")
def autograd(logits, labels):
    import torch

    z = torch.tensor(logits, requires_grad=True)
    torch.nn.functional.cross_entropy(z, torch.from_numpy(labels)).backward()
    return z.grad


@mutant("gradient", says="the class numbers themselves")
def labels_for_one_hot(logits, labels):
    return good_softmax(logits) - labels


@mutant("gradient", says="the class numbers themselves")
def labels_in_a_column(logits, labels):
    return (good_softmax(logits) - labels[:, None]) / len(labels)


@mutant("gradient", says="in every row")
def one_subtracted_in_whole_columns(logits, labels):
    p = good_softmax(logits)
    p[:, labels] -= 1
    return p / len(labels)


@mutant("gradient", says="log p - y")
def logarithms_for_probabilities(logits, labels):
    return (good_log_softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)


@mutant("gradient", says="count from 0")
def one_hot_from_one(logits, labels):
    return (good_softmax(logits) - np.eye(logits.shape[1])[labels - 1]) / len(labels)


@mutant("gradient", says="divided by the number of classes")
def gradient_over_classes(logits, labels):
    return good_gradient(logits, labels) * len(labels) / logits.shape[1]


@mutant("gradient", says="a column for each class")
def one_hot_of_seen_labels(logits, labels):
    return (good_softmax(logits) - np.eye(labels.max() + 1)[labels]) / len(labels)


@mutant("gradient", says="has shape (3,), expected shape (3, 3)")
def averaged_over_rows(logits, labels):
    return (good_softmax(logits) - np.eye(logits.shape[1])[labels]).mean(axis=0)


@mutant("gradient", says="are nan")
def through_the_jacobian(logits, labels):
    g = np.zeros(logits.shape)
    for i, (p, y) in enumerate(zip(good_softmax(logits), np.eye(logits.shape[1])[labels], strict=True)):
        g[i] = (np.diag(p) - np.outer(p, p)) @ (-y / p)
    return g / len(labels)


# ---- part 6 -----------------------------------------------------------------------------------------


@right("fit")
def one_matrix_with_ones(X, labels, classes, steps, learning_rate):
    X1 = np.hstack([X, np.ones((len(X), 1))])
    W = np.zeros((X1.shape[1], classes))
    for _ in range(steps):
        W -= learning_rate * X1.T @ good_gradient(X1 @ W, labels)
    return W[:-1], W[-1]


def descend(X, labels, classes, steps, learning_rate, *, sign=-1.0, sum_of_losses=False, bias=True):
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        G = good_gradient(X @ W + b, labels) * (len(labels) if sum_of_losses else 1)
        W = W + sign * learning_rate * X.T @ G
        b = b + sign * learning_rate * G.sum(axis=0) * bias
    return W, b


@mutant("fit", says="Descent subtracts it")
def ascent(X, labels, classes, steps, learning_rate):
    return descend(X, labels, classes, steps, learning_rate, sign=1.0)


@mutant("fit", says="gradient of the sum of the losses")
def sum_gradient(X, labels, classes, steps, learning_rate):
    return descend(X, labels, classes, steps, learning_rate, sum_of_losses=True)


@mutant("fit", says="the bias never moves")
def no_bias(X, labels, classes, steps, learning_rate):
    return descend(X, labels, classes, steps, learning_rate, bias=False)


@mutant("fit", says="one step too many")
def one_step_too_many(X, labels, classes, steps, learning_rate):
    return descend(X, labels, classes, steps + 1, learning_rate)


@mutant("fit", says="one step too few")
def one_step_too_few(X, labels, classes, steps, learning_rate):
    return descend(X, labels, classes, steps - 1, learning_rate)


@mutant("fit", says="averaged over the rows once more")
def averaged_bias_gradient(X, labels, classes, steps, learning_rate):
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        G = good_gradient(X @ W + b, labels)
        W, b = W - learning_rate * X.T @ G, b - learning_rate * G.mean(axis=0)
    return W, b


@mutant("fit", says="a tuple of 2 results was expected")
def weights_only(X, labels, classes, steps, learning_rate):
    return descend(X, labels, classes, steps, learning_rate)[0]


@mutant("fit", says="is not attempted yet (fit calls it)")
def on_an_unfinished_part(X, labels, classes, steps, learning_rate):
    def gradient(logits, labels):
        raise NotImplementedError

    return gradient(X, labels)


@right("fit")
def example_by_example_but_one_step(X, labels, classes, steps, learning_rate):
    W, b = [[0.0] * classes for _ in range(X.shape[1])], [0.0] * classes
    for _ in range(steps):
        P = [good_softmax(x @ np.array(W) + b) for x in X]
        for k in range(classes):
            pull = [(p[k] - (k == y)) / len(X) for p, y in zip(P, labels, strict=True)]
            b[k] -= learning_rate * sum(pull)
            for d in range(X.shape[1]):
                W[d][k] -= learning_rate * sum(x[d] * g for x, g in zip(X, pull, strict=True))
    return [W, b]


@right("fit")
def with_autograd(X, labels, classes, steps, learning_rate):
    import torch

    X, labels = torch.tensor(X), torch.tensor(labels)
    W = torch.zeros((X.shape[1], classes), dtype=X.dtype, requires_grad=True)
    b = torch.zeros(classes, dtype=X.dtype, requires_grad=True)
    for _ in range(steps):
        loss = torch.nn.functional.cross_entropy(X @ W + b, labels)
        dW, db = torch.autograd.grad(loss, [W, b])
        with torch.no_grad():
            W -= learning_rate * dW
            b -= learning_rate * db
    return W, b


@right("fit")
def recursively(X, labels, classes, steps, learning_rate):
    if steps == 0:
        return np.zeros((X.shape[1], classes)), np.zeros(classes)
    W, b = recursively.function(X, labels, classes, steps - 1, learning_rate)
    G = good_gradient(X @ W + b, labels)
    return W - learning_rate * np.einsum("nd,nk->dk", X, G), b - learning_rate * G.sum(0)


@mutant("fit", says="divided by the number of rows twice")
def mean_of_the_mean(X, labels, classes, steps, learning_rate):
    return descend(X, labels, classes, steps, learning_rate / len(labels))


@mutant("fit", says="after `W` had moved")
def bias_after_weights(X, labels, classes, steps, learning_rate):
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        W -= learning_rate * X.T @ good_gradient(X @ W + b, labels)
        b -= learning_rate * good_gradient(X @ W + b, labels).sum(axis=0)
    return W, b


@mutant("fit", says="after each example")
def one_example_at_a_time(X, labels, classes, steps, learning_rate):
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        for i in range(len(X)):
            g = good_gradient(X[i : i + 1] @ W + b, labels[i : i + 1])
            W, b = W - learning_rate * X[i : i + 1].T @ g, b - learning_rate * g[0]
    return W, b


@mutant("fit", says="`learning_rate` is ignored")
def a_rate_of_its_own(X, labels, classes, steps, learning_rate):
    return descend(X, labels, classes, steps, 0.5)


@mutant("fit", says="`classes` is ignored")
def only_the_classes_seen(X, labels, classes, steps, learning_rate):
    return descend(X, labels, labels.max() + 1, steps, learning_rate)


@mutant("fit", says="Return the weights first")
def bias_first(X, labels, classes, steps, learning_rate):
    return descend(X, labels, classes, steps, learning_rate)[::-1]


@mutant("fit", says="Before the first step all parameters are 0")
def from_random_weights(X, labels, classes, steps, learning_rate):
    W = np.random.default_rng(0).normal(size=(X.shape[1], classes)) * 0.01
    return W, np.zeros(classes)


@mutant("fit", says="where the last call stopped")
def never_starting_again(X, labels, classes, steps, learning_rate, kept={}):  # noqa: B006
    W, b = (steps and kept.get(classes)) or descend(X, labels, classes, 0, learning_rate)
    for _ in range(steps):
        G = good_gradient(X @ W + b, labels)
        W, b = W - learning_rate * X.T @ G, b - learning_rate * G.sum(axis=0)
    kept[classes] = W, b
    return W, b


@mutant("fit", says="does .T put the right one first?")
def without_the_transpose(X, labels, classes, steps, learning_rate):
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        W = W - learning_rate * X @ good_gradient(X @ W + b, labels)
    return W, b


@mutant("fit", says="changed its argument")
def features_scaled_in_place(X, labels, classes, steps, learning_rate):
    value = descend(X, labels, classes, steps, learning_rate)
    X /= 16
    return value


@mutant("fit", says="has shape (1, 3), expected shape (3,)")
def bias_with_two_axes(X, labels, classes, steps, learning_rate):
    W, b = descend(X, labels, classes, steps, learning_rate)
    return W, b[None]


# ---- batches of no rows -----------------------------------------------------------------------------


@right("softmax_extremes")
def a_list_of_rows(z, axis=-1, temperature=1.0):
    if np.ndim(z) == 1:
        return good_softmax(z, axis, temperature)
    return [good_softmax(row, -1, temperature) for row in z]


@mutant("softmax_extremes", says="the maximum of the whole array, which a batch of no rows does not have")
def capped_by_the_largest_of_all(z, axis=-1, temperature=1.0):
    return good_softmax(np.minimum(z, np.max(z)), axis, temperature)


@mutant("cross_entropy", says="a batch of no rows")
def sum_as_mean_times_rows(logits, labels, reduction="mean"):
    values = losses(logits, labels)
    return {"none": values, "mean": values.mean(), "sum": values.mean() * len(values)}[reduction]
