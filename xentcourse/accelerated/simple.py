"""The other losses and measures on tensors, over the last axis, on any device: thin and differentiable.

Sums are in float32 for shorter floats. Taught in the chapter fused_kernels.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from xentcourse.accelerated.losses import cross_entropy
from xentcourse.accelerated.options import check_logits
from xentcourse.accelerated.rows import sum_dtype


def log_softmax(logits: Tensor, *, temperature: float = 1.0) -> Tensor:
    """The logarithm of softmax over the last axis, in nats.

    logits      : (..., K); −inf means "impossible".
    temperature : logits are divided by it first; below 1 sharpens, above 1 flattens.
    Returns (..., K), float32 for shorter floats.
    Raises ValueError for temperature ≤ 0 and for K = 0.
    Source: Blanchard, Higham & Higham (2021). Taught in the chapters softmax and fused_kernels.

    >>> log_softmax(torch.tensor([0., 1000.])).tolist()
    [-1000.0, 0.0]
    """
    check_logits(logits, function="log_softmax")
    if not 0 < temperature < math.inf:
        raise ValueError(f"log_softmax: temperature is {temperature!r}, a finite number above 0 is needed.")
    return torch.log_softmax(logits.to(sum_dtype(logits.dtype)) / temperature, dim=-1)


def entropy(p: Tensor, *, base: float = math.e) -> Tensor:
    """Expected surprise of a draw from p: −Σ p log p, where 0 log 0 is 0.

    p    : (..., K) probabilities; each row sums to 1 (not checked: that would wait for the device).
    base : e gives nats, 2 gives bits.
    Returns (...), between 0 and log K; float32 for shorter floats. NaN where some p is negative.
    Raises ValueError for K = 0 and a base that is not above 1.
    Source: Cover & Thomas (2006), section 2.1. Taught in the chapters entropy and fused_kernels.

    >>> float(entropy(torch.tensor([0.5, 0.5, 0.0]), base=2))
    1.0
    """
    check_logits(p, function="entropy", name="p")
    p = p.to(sum_dtype(p.dtype))
    terms = torch.where(p == 0, torch.zeros_like(p), -p * _log(p, p))
    return terms.sum(dim=-1) / _log_base(base, function="entropy")


def kl_divergence(p: Tensor, q: Tensor, *, base: float = math.e) -> Tensor:
    """Relative entropy D(p‖q): the expected extra surprise of believing q when p is true.

    p, q : (..., K) probabilities; each row sums to 1 (not checked). Shapes broadcast, K must agree.
    base : e gives nats, 2 gives bits.
    Returns (...), inf where some p > 0 meets q = 0; float32 for shorter floats.
    Raises ValueError where the last axes differ, for K = 0, and for a base that is not above 1.
    Source: Cover & Thomas (2006), section 2.3. Taught in the chapters kl_divergence and fused_kernels.

    >>> round(float(kl_divergence(torch.tensor([.5, .5]), torch.tensor([.9, .1]), base=2)), 3)
    0.737
    """
    check_logits(p, function="kl_divergence", name="p")
    check_logits(q, function="kl_divergence", name="q")
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(
            f"kl_divergence: p has shape {tuple(p.shape)}, q has {tuple(q.shape)}; both need the same last "
            "axis. Did you drop the padding class?"
        )
    dtype = sum_dtype(torch.promote_types(p.dtype, q.dtype))
    p, q = torch.broadcast_tensors(p.to(dtype), q.to(dtype))
    terms = torch.where(p == 0, torch.zeros_like(p), p * (_log(p, p) - _log(q, p)))
    return terms.sum(dim=-1) / _log_base(base, function="kl_divergence")


def binary_cross_entropy_with_logits(
    logits: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Negative log-likelihood of yes-or-no targets under sigmoid(logits), in nats.

    logits     : any shape.
    target     : the same shape: 0, 1, or a probability of 1.
    weight     : factors of the losses, broadcast; they are not in the mean's denominator.
    pos_weight : factors of the target-1 part, broadcast along the last axis.
    reduction  : "none" gives the shape of logits, "sum" and "mean" one number.
    Returns float32 for shorter floats.
    Raises ValueError for shapes and reductions that do not fit.
    Source: Bishop (2006), section 4.3.2. Taught in the chapters binary_cross_entropy and fused_kernels.

    >>> float(binary_cross_entropy_with_logits(torch.tensor([1000.]), torch.tensor([0.])))
    1000.0
    """
    if not logits.is_floating_point() or logits.shape != target.shape:
        raise ValueError(
            f"binary_cross_entropy_with_logits: logits have shape {tuple(logits.shape)} and {logits.dtype}, "
            f"target {tuple(target.shape)}; floating-point logits and targets of one shape are needed."
        )
    if reduction not in ("none", "sum", "mean"):
        raise ValueError(
            f"binary_cross_entropy_with_logits: reduction is {reduction!r}, "
            'one of "none", "sum", "mean" is needed.'
        )
    dtype = sum_dtype(logits.dtype)
    factors = [None if factor is None else factor.to(dtype) for factor in (weight, pos_weight)]
    with torch.autocast(logits.device.type, enabled=False):
        return functional.binary_cross_entropy_with_logits(
            logits.to(dtype), target.to(dtype), factors[0], pos_weight=factors[1], reduction=reduction
        )


def perplexity(
    logits: Tensor, target: Tensor, *, ignore_index: int = -100, token_weight: Tensor | None = None
) -> Tensor:
    """The exponential of the mean cross-entropy: among how many equally likely tokens the model hesitates.

    logits       : (..., K).
    target       : (...) labels, or (..., K) probabilities.
    ignore_index : the label of rows that count for nothing.
    token_weight : (...) factors of the rows.
    Returns one number, at least 1 for labels; NaN where no row counts.
    Raises ValueError as `cross_entropy` does.
    Source: Jelinek et al. (1977). Taught in the chapters language_models and fused_kernels.

    >>> round(float(perplexity(torch.zeros(1, 8), torch.tensor([3]))), 5)
    8.0
    """
    return cross_entropy(logits, target, ignore_index=ignore_index, token_weight=token_weight).exp()


def _log(values: Tensor, p: Tensor) -> Tensor:
    """Log values where p is not 0, and 0 elsewhere, so that neither 0·inf nor its gradient arises."""
    return torch.where(p == 0, torch.ones_like(values), values).log()


def _log_base(base: float, *, function: str) -> float:
    if not 1 < base < math.inf:
        raise ValueError(
            f"{function}: base is {base!r}, a finite number above 1 is needed. 2 gives bits, math.e nats."
        )
    return math.log(base)
