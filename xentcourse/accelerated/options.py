"""Reads what callers pass in: tensors of any leading shape become rows; what does not fit is said clearly."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from xentcourse.accelerated.reduction import Reduction, reduction_of
from xentcourse.accelerated.rows import SKIPPED, Problem, sum_dtype


class Options(NamedTuple):
    """The options that all losses share; see `xentcourse.accelerated.cross_entropy`."""

    weight: Tensor | None
    ignore_index: int
    label_smoothing: float
    z_loss: float
    softcap: float | None
    token_weight: Tensor | None
    reduction: str
    engine: str
    check_labels: bool | None


class Rows(NamedTuple):
    """A loss as rows: the target side, how the rows are added up, and the shape that losses go back to."""

    problem: Problem
    reduction: Reduction
    shape: tuple[int, ...]
    check: bool


def as_rows(
    like: Tensor, classes: int, target: Tensor, options: Options, *, function: str, check: bool = True
) -> Rows:
    """The target side of a loss on logits of shape (*like.shape[:-1], classes), in `like`'s dtype."""
    check_options(like, classes, options, function=function)
    shape, dtype = tuple(like.shape[:-1]), sum_dtype(like.dtype)
    soft = target.is_floating_point()
    _check_target(target, (*shape, classes) if soft else shape, options, function=function)
    if soft:
        probs = target.reshape(-1, classes)
        labels = torch.zeros(probs.shape[0], dtype=torch.int64, device=like.device)
    else:
        probs, labels = None, target.reshape(-1).to(torch.int64)
        labels = labels.masked_fill(labels == options.ignore_index, SKIPPED)
    tokens = torch.ones_like(labels, dtype=dtype)
    if options.token_weight is not None:
        tokens = options.token_weight.reshape(-1).to(dtype)
        labels = labels.masked_fill(tokens == 0, SKIPPED)
    tokens = tokens.masked_fill(labels == SKIPPED, 0)
    weight = None if options.weight is None else options.weight.to(dtype)
    softcap = None if options.softcap is None else float(options.softcap)
    problem = Problem(labels, probs, weight, float(options.label_smoothing), softcap)
    reduction = reduction_of(options.reduction, tokens, problem, z_loss=float(options.z_loss))
    wanted = like.device.type == "cpu" if options.check_labels is None else options.check_labels
    return Rows(problem, reduction, shape, check and wanted and probs is None)


def check_options(like: Tensor, classes: int, options: Options, *, function: str) -> None:
    """Raise a ValueError for an option that no loss is defined for."""
    if options.reduction not in ("none", "sum", "mean"):
        raise ValueError(
            f'{function}: reduction is {options.reduction!r}, one of "none", "sum", "mean" is needed.'
        )
    if not 0 <= options.label_smoothing <= 1:
        raise ValueError(
            f"{function}: label_smoothing is {options.label_smoothing}, a share between 0 and 1 is needed."
        )
    if options.softcap is not None and not 0 < options.softcap < float("inf"):
        raise ValueError(
            f"{function}: softcap is {options.softcap}, a finite number above 0 is needed, or None."
        )
    _check_shape(options.weight, (classes,), "weight", "one weight for each class", function=function)
    _check_shape(
        options.token_weight,
        tuple(like.shape[:-1]),
        "token_weight",
        "one weight for each row",
        function=function,
    )


def check_logits(logits: Tensor, *, function: str, name: str = "logits", axes: int = 1) -> None:
    """Raise a ValueError for what is no tensor of real numbers with a last axis."""
    if not logits.is_floating_point():
        raise ValueError(
            f"{function}: {name} has dtype {logits.dtype}, a floating-point tensor is needed. Did you swap "
            f"{name} and target?"
        )
    if logits.ndim < axes or logits.shape[-1] == 0:
        raise ValueError(
            f"{function}: {name} has shape {tuple(logits.shape)}; a last axis of length 1 or more is needed."
        )


def _check_target(target: Tensor, shape: tuple[int, ...], options: Options, *, function: str) -> None:
    soft = target.is_floating_point()
    if target.dtype == torch.bool or target.is_complex():
        raise ValueError(f"{function}: target has dtype {target.dtype}; labels or probabilities are needed.")
    if tuple(target.shape) != shape:
        what = "a probability for each logit" if soft else "an integer label for each row of logits"
        raise ValueError(
            f"{function}: target has shape {tuple(target.shape)}, dtype {target.dtype}; {shape} is needed, "
            f"{what}. Did you {'mean labels? They are integers' if soft else 'flatten one of the two'}?"
        )
    if soft and options.ignore_index != -100:
        raise ValueError(
            f"{function}: ignore_index={options.ignore_index} comes with probability targets, which no "
            "number marks as ignored. Give those rows token_weight 0."
        )


def _check_shape(tensor: Any, shape: tuple[int, ...], name: str, what: str, *, function: str) -> None:
    if tensor is not None and tuple(tensor.shape) != shape:
        raise ValueError(f"{function}: {name} has shape {tuple(tensor.shape)}, {shape} is needed: {what}.")
