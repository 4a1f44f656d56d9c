"""Wrong and right solutions of the assignment `softmax`."""

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


def largest_of_all(z):
    return np.max(z) if np.size(z) else 0.0


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

    return np.apply_along_axis(one, axis, z) if np.size(z) else np.asarray(z, dtype=float)


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
    result = good_softmax(z, axis, temperature)
    return result.tolist() if result.size else result


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
    e = np.exp(z - largest_of_all(z))
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


@mutant("softmax", says="returned nothing (None). Is there a return")
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

    return np.apply_along_axis(one, axis, z) if np.size(z) else np.asarray(z, dtype=float)


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
    z = z - largest_of_all(z)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


@mutant("log_softmax", says="a probability that underflowed to 0")
def log_of_one_maximum(z, axis=-1):
    e = np.exp(z - largest_of_all(z))
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


@mutant("log_softmax", says="entries differ")
def clipped(z, axis=-1):
    return np.log(np.clip(good_softmax(z, axis), 1e-15, 1))


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


@mutant("cross_entropy", says="expected")
def with_an_epsilon(logits, labels, reduction="mean"):
    p = good_softmax(logits)[np.arange(len(labels)), labels]
    return reduced(-np.log(p + 1e-7), reduction)


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


@mutant("soft_cross_entropy", says="expected")
def kl_instead(logits, targets):
    return special.rel_entr(targets, good_softmax(logits)).sum(axis=1).mean()


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


@mutant("fit", says="Result 2 of 2")
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
