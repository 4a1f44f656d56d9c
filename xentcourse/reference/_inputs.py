"""Reads what callers pass in, and says clearly what is wrong with it.

Every message names the function, what came, what was expected and what to do next.
"""

from numbers import Real
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Reduction = Literal["none", "sum", "mean"]

#: A row may miss 1 by this much: the rounding of a float32 softmax over a large vocabulary.
SUM_TOLERANCE = 1e-5


def as_floats(values: npt.ArrayLike, *, function: str, name: str) -> FloatArray:
    """`values` as a float64 array of at least one axis, without NaN."""
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "biuf":
            raise TypeError
        with np.errstate(over="ignore"):  # a longer float may become inf, and is then called that
            array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"{function}: {name} is {type(values).__name__} that cannot be read as an array of real numbers. "
            "Are all rows equally long, and all entries numbers?"
        ) from None
    if array.ndim == 0:
        raise ValueError(
            f"{function}: {name} is the single number {array}, an array with at least one axis is needed. "
            f"Did you mean [{array}]?"
        )
    if np.isnan(array).any():
        where = first_index(np.isnan(array))
        raise ValueError(
            f"{function}: {name}{where} is NaN, a number is needed. "
            "Look for 0/0 or inf - inf in the step that made it."
        )
    return array


def as_logits(logits: npt.ArrayLike, *, axis: int = -1, function: str) -> FloatArray:
    """Logits that softmax is defined for: −inf is legal, a row of nothing else or a +inf is not."""
    z = as_floats(logits, function=function, name="logits")
    check_axis(z, axis, function=function)
    if z.shape[axis] == 0:
        raise ValueError(
            f"{function}: logits has shape {z.shape}, which leaves no class (K = 0) on axis {axis}; "
            "at least one is needed. Is this the right axis?"
        )
    if np.isposinf(z).any():
        raise ValueError(
            f"{function}: logits{first_index(np.isposinf(z))} is inf, finite numbers or -inf are needed. "
            "An overflow in the step before is the usual cause."
        )
    empty = np.asarray(np.isneginf(z).all(axis=axis))
    if empty.any():
        raise ValueError(
            f"{function}: all logits of row {first_index(empty) or '0'} are -inf, so no class is possible; "
            "at least one finite logit is needed. Did a mask cover the whole row?"
        )
    return z


def as_labels(labels: npt.ArrayLike, *, shape: tuple[int, ...], classes: int, function: str) -> IntArray:
    """Integer class labels in 0..classes−1, of the given shape."""
    y = np.asarray(labels)
    if y.size == 0:
        y = y.astype(np.int64)
    if y.dtype.kind not in "iu":
        raise ValueError(
            f"{function}: labels have dtype {y.dtype}, integers are needed. "
            "Labels are class numbers; probabilities go in with the same shape as the logits."
        )
    if y.shape != shape:
        raise ValueError(
            f"{function}: labels have shape {y.shape}, the logits ask for {shape}: one label for each row. "
            "Did you mix up N and K?"
        )
    outside = (y < 0) | (y >= classes)
    if outside.any():
        where = first_index(outside)
        raise ValueError(
            f"{function}: label {y[outside][0]} at row {where or '0'} is outside 0..{classes - 1}. "
            "Are the labels counted from 1, or is this a padding value?"
        )
    return y.astype(np.int64)


def as_distributions(
    p: npt.ArrayLike, *, shape: tuple[int, ...], function: str, name: str = "targets"
) -> FloatArray:
    """Probability distributions over the last axis, of the given shape."""
    array = as_floats(p, function=function, name=name)
    if array.shape != shape:
        raise ValueError(
            f"{function}: {name} has shape {array.shape}, {shape} is needed: one probability for each logit."
        )
    if (array < 0).any():
        where = first_index(array < 0)
        raise ValueError(
            f"{function}: {name}{where} is {array[array < 0][0]:.6g}, probabilities are never negative. "
            "Are these logits?"
        )
    with np.errstate(over="ignore"):
        sums = array.sum(axis=-1)
    wrong = ~(np.abs(sums - 1) <= SUM_TOLERANCE)
    if wrong.any():
        raise ValueError(
            f"{function}: row {first_index(wrong) or '0'} of {name} sums to {sums[wrong][0]:.6g}, not 1. "
            "Divide it by its sum if these are weights; apply softmax if these are logits."
        )
    return array


def as_probabilities(p: npt.ArrayLike, *, function: str, name: str) -> FloatArray:
    """Probabilities that need not belong together: an array of any shape, or one number, each in 0..1."""
    single = isinstance(p, Real) or (isinstance(p, np.ndarray) and p.ndim == 0)
    array = as_floats(np.reshape(p, 1) if single else p, function=function, name=name)
    outside = (array < 0) | (array > 1)
    if outside.any():
        where = "" if single else first_index(outside)
        raise ValueError(
            f"{function}: {name}{where} is {array[outside][0]:.6g}, a probability from 0 to 1 is needed. "
            "Is this a percentage, a logit or a count?"
        )
    return array.reshape(()) if single else array


def as_binary_labels(labels: npt.ArrayLike, *, function: str, name: str = "labels") -> FloatArray:
    """(N,) labels 0 and 1."""
    y = as_floats(labels, function=function, name=name)
    if y.ndim != 1:
        raise ValueError(
            f"{function}: {name} has shape {y.shape}, one label for each example, shape (N,), is needed. "
            f"Did you mean {name}.ravel()?"
        )
    other = (y != 0) & (y != 1)
    if other.any():
        raise ValueError(
            f"{function}: {name}{first_index(other)} is {y[other][0]:.6g}, a label is 0 or 1. "
            "Are the two classes called -1 and 1, or 1 and 2?"
        )
    return y


def as_binary_targets(targets: npt.ArrayLike, *, shape: tuple[int, ...], function: str) -> FloatArray:
    """Targets from 0 to 1, one for each of the predictions, which have the given shape."""
    y = as_probabilities(targets, function=function, name="targets")
    if y.shape != shape:
        raise ValueError(
            f"{function}: targets has shape {y.shape}, the predictions have {shape}; one target for each is "
            "needed. Is one of them a column, shape (N, 1)?"
        )
    return y


def as_rows_of_probabilities(p: npt.ArrayLike, *, classes: int, function: str, name: str) -> FloatArray:
    """Distributions over the last axis, one or many, each over so many classes."""
    array = as_floats(p, function=function, name=name)
    if array.shape[-1] != classes:
        raise ValueError(
            f"{function}: {name} has shape {array.shape}, its last axis needs length {classes}: "
            "one probability for each class. Is a class that never came left out?"
        )
    return as_distributions(array, shape=array.shape, function=function, name=name)


def as_distributions_of_any_shape(p: npt.ArrayLike, *, function: str, name: str = "p") -> FloatArray:
    """Distributions over the last axis, one or many, over as many outcomes as there are, at least one."""
    array = as_floats(p, function=function, name=name)
    if array.shape[-1] == 0:
        raise ValueError(
            f"{function}: {name} has shape {array.shape}, which leaves no outcome (K = 0); "
            "at least one is needed. Is it empty, or are its axes swapped?"
        )
    return as_distributions(array, shape=array.shape, function=function, name=name)


def as_pair_of_distributions(
    p: npt.ArrayLike, q: npt.ArrayLike, *, function: str, names: tuple[str, str] = ("p", "q")
) -> tuple[FloatArray, FloatArray]:
    """Two arrays of distributions over the last axis, whose shapes fit together."""
    first, second = (
        as_floats(p, function=function, name=names[0]),
        as_floats(q, function=function, name=names[1]),
    )
    what = f"{function}: {names[1]} has shape {second.shape}, {names[0]} has {first.shape}; "
    if first.shape[-1] != second.shape[-1]:
        raise ValueError(what + "both need the same last axis. Is a class of probability 0 left out?")
    try:
        np.broadcast_shapes(first.shape, second.shape)
    except ValueError:
        raise ValueError(what + "the rows do not fit together. Did you mean q[:, None, :]?") from None
    return (
        as_distributions_of_any_shape(first, function=function, name=names[0]),
        as_distributions_of_any_shape(second, function=function, name=names[1]),
    )


def as_joint_distributions(joint: npt.ArrayLike, *, function: str, name: str = "joint") -> FloatArray:
    """Tables of p(x, y), one or many: a row for each x, a column for each y, all entries summing to 1."""
    array = as_floats(joint, function=function, name=name)
    if array.ndim < 2:
        raise ValueError(
            f"{function}: {name} has shape {array.shape}, a table with a row for each x and a column for "
            "each y is needed. Is this the distribution of one variable?"
        )
    if (array < 0).any():
        raise ValueError(
            f"{function}: {name}{first_index(array < 0)} is {array[array < 0][0]:.6g}, "
            "probabilities are never negative. Is the table centred or a difference of two?"
        )
    flat = array.reshape(*array.shape[:-2], array.shape[-2] * array.shape[-1])
    return as_distributions_of_any_shape(flat, function=function, name=name).reshape(array.shape)


def as_counts(counts: npt.ArrayLike, *, function: str, name: str = "counts") -> FloatArray:
    """How often each class came: (K,) whole numbers, at least 0, K at least 1."""
    n = as_floats(counts, function=function, name=name)
    if n.ndim != 1 or n.size == 0:
        raise ValueError(
            f"{function}: {name} has shape {n.shape}, one number for each class, shape (K,), is needed. "
            "Are these labels that have to be counted first?"
        )
    wrong = (n < 0) | np.isinf(n) | (n != np.floor(n))
    if wrong.any():
        raise ValueError(
            f"{function}: {name}{first_index(wrong)} is {n[wrong][0]:.6g}, a whole number >= 0 is needed. "
            "Are these shares? Multiply them by the number of observations."
        )
    return n


def as_weights(weights: npt.ArrayLike, *, function: str, name: str) -> FloatArray:
    """Probabilities, counts or other weights: (K,) finite numbers, at least 0, one at least above 0."""
    w = as_floats(weights, function=function, name=name)
    if w.ndim != 1 or not (w > 0).any():
        raise ValueError(
            f"{function}: {name} has shape {w.shape} and {int((w > 0).sum())} entries above 0; "
            "shape (K,) is needed, one weight for each symbol, not all 0. Is there anything to count?"
        )
    wrong = (w < 0) | np.isinf(w)
    if wrong.any():
        raise ValueError(
            f"{function}: {name}{first_index(wrong)} is {w[wrong][0]:.6g}, a finite number >= 0 is needed. "
            "Are these logits?"
        )
    return w


def as_numbers(values: npt.ArrayLike, *, function: str, name: str) -> FloatArray:
    """As `as_floats`, and one number is welcome too: its array has no axes."""
    if isinstance(values, Real) or (isinstance(values, np.ndarray) and values.ndim == 0):
        return as_floats(np.reshape(values, 1), function=function, name=name).reshape(())
    return as_floats(values, function=function, name=name)


def fit_together(
    first: FloatArray, second: FloatArray, *, function: str, names: tuple[str, str], hint: str
) -> tuple[FloatArray, FloatArray]:
    """Two arrays, broadcast to their common shape; where they have none, `hint` asks what may be wrong."""
    try:
        one, other = np.broadcast_arrays(first, second)
    except ValueError:
        raise ValueError(
            f"{function}: {names[0]} has shape {first.shape}, {names[1]} has {second.shape}; "
            f"they do not fit together. {hint}"
        ) from None
    return one, other


def check_base(base: object, *, function: str, name: str = "base") -> float:
    """The base of a logarithm that makes rarer events more surprising: finite and above 1."""
    if not (isinstance(base, Real) and 1 < float(base) < np.inf):
        raise ValueError(
            f"{function}: {name} is {base!r}, a finite number above 1 is needed. "
            "Use 2 for bits, math.e for nats, 10 for bans."
        )
    return float(base)


def check_axis(array: FloatArray, axis: int, *, function: str) -> None:
    """Raise a ValueError where `array` has no such axis."""
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(
            f"{function}: axis {axis} does not exist in an array of shape {array.shape}; "
            f"it must lie in {-array.ndim}..{array.ndim - 1}."
        )


def check_positive(value: object, *, function: str, name: str) -> float:
    """`value` as a float, finite and above 0."""
    if not (isinstance(value, Real) and 0 < float(value) < np.inf):
        raise ValueError(f"{function}: {name} is {value!r}, a finite number above 0 is needed.")
    return float(value)


def reduce(losses: FloatArray, reduction: Reduction, *, function: str) -> FloatArray:
    """Losses as they are ("none"), their sum, or their mean over all examples."""
    if reduction == "none":
        return losses
    if reduction == "sum":
        return np.asarray(losses.sum())
    if reduction == "mean":
        if losses.size == 0:
            raise ValueError(
                f"{function}: the mean over N = 0 examples is not defined. "
                'Skip the empty batch, or ask for reduction="sum", which is 0.'
            )
        return np.asarray(losses.mean())
    raise ValueError(f'{function}: reduction is {reduction!r}, one of "none", "sum", "mean" is needed.')


def first_index(mask: npt.NDArray[np.bool_]) -> str:
    """The index of the first true entry as it is typed, `[2, 0]`; empty for an array without axes."""
    index = np.unravel_index(int(np.argmax(mask)), mask.shape) if mask.ndim else ()
    return f"[{', '.join(str(i) for i in index)}]" if index else ""
