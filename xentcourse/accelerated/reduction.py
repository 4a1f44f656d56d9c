"""From the rows' losses to the number that is asked for; two denominators, one for each part of the loss.

The likelihood part averages over Σ t_i w_{y_i} of the kept rows (labels) or Σ t_i (probabilities), the z-loss
over Σ t_i. Taught in the chapter fused_kernels.
"""

from typing import NamedTuple

from torch import Tensor

from xentcourse.accelerated.rows import Problem


class Reduction(NamedTuple):
    """How rows are weighed and added up.

    kind    : "none", "sum" or "mean".
    weight  : (N,) t_i, 0 for rows that are skipped.
    classes : (N,) t_i w_{y_i} for labels, t_i for probabilities: what the mean of the likelihood divides by.
    z_loss  : the factor ζ of lse².
    """

    kind: str
    weight: Tensor
    classes: Tensor
    z_loss: float


def reduction_of(kind: str, token_weight: Tensor, problem: Problem, *, z_loss: float) -> Reduction:
    """The reduction for rows with these token weights."""
    classes = token_weight
    if problem.probs is None and problem.weight is not None:
        own = problem.weight[problem.labels.clamp(0, problem.weight.shape[0] - 1)]
        classes = token_weight * own
    return Reduction(kind, token_weight, classes, z_loss)


def reduced(nll: Tensor, square: Tensor, reduction: Reduction) -> Tensor:
    """Each row's loss, their sum, or their mean; the mean of no row is NaN, as torch's is."""
    likelihood = reduction.weight * nll
    z_loss = reduction.z_loss * reduction.weight * square if reduction.z_loss else None
    if reduction.kind == "none":
        return likelihood if z_loss is None else likelihood + z_loss
    if reduction.kind == "sum":
        return likelihood.sum() if z_loss is None else (likelihood + z_loss).sum()
    mean = likelihood.sum() / reduction.classes.sum()
    return mean if z_loss is None else mean + z_loss.sum() / reduction.weight.sum()


def row_factors(reduction: Reduction) -> tuple[Tensor, Tensor]:
    """The derivatives of the sum or mean in each row's nll and square: (N,) each."""
    weight = reduction.weight
    if reduction.kind == "sum":
        return weight, reduction.z_loss * weight
    return weight / reduction.classes.sum(), reduction.z_loss * (weight / weight.sum())
