"""The same losses in plain differentiable torch, and the second derivative that autograd's functions need.

They hold whole tables of the size of the logits; the engines do not.
Taught in the chapter fused_kernels.
"""

import torch
from torch import Tensor

from xentcourse.accelerated.rows import SKIPPED, Problem, sum_dtype
from xentcourse.accelerated.torch_engine import products


def coefficients(problem: Problem, like: Tensor) -> Tensor:
    """The table c of `xentcourse.accelerated.rows`, (N, K) in the dtype of `like`; rows skipped are 0."""
    classes, skipped = like.shape[-1], (problem.labels == SKIPPED)[:, None]
    if problem.probs is None:
        labels = problem.labels.clamp(0, classes - 1)[:, None]
        target = torch.zeros_like(like).scatter(1, labels, 1.0)
    else:
        target = problem.probs.to(like.dtype)
    c = (1 - problem.smoothing) * target + problem.smoothing / classes
    c = c if problem.weight is None else c * problem.weight.to(like.dtype)
    return torch.where(skipped, torch.zeros_like(c), c)


def row_losses(logits: Tensor, problem: Problem) -> tuple[Tensor, Tensor]:
    """Nll and square of all rows, differentiable in everything to any order: (N,) each."""
    skipped = problem.labels == SKIPPED
    z = logits.to(sum_dtype(logits.dtype))
    # Logits of rows that count for nothing may be NaN: they are kept out before, so that 0·NaN never arises.
    z = torch.where(skipped[:, None], torch.zeros_like(z), z)
    z = z if problem.softcap is None else torch.tanh(z / problem.softcap) * problem.softcap
    nll = -products(coefficients(problem, z), torch.log_softmax(z, dim=-1)).sum(dim=-1)
    square = torch.logsumexp(z, dim=-1).square()
    return nll, torch.where(skipped, torch.zeros_like(square), square)


def gradient_vjp(
    logits: Tensor, problem: Problem, u: Tensor, v: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The derivative of Σ upstream·gradient(logits, u, v) in the logits, u and v; differentiable again.

    logits, upstream : (N, K);  u, v : (N,).
    Returns (N, K), (N,) and (N,).
    Source: the gradient of `xentcourse.accelerated.rows`, differentiated once more.
    """
    skipped = (problem.labels == SKIPPED)[:, None]
    dtype, cap = sum_dtype(logits.dtype), problem.softcap
    z = torch.where(skipped, torch.zeros_like(logits), logits).to(dtype)
    # A gradient of a skipped row is 0 whatever the logits are, and so is all that follows from it.
    g = torch.where(skipped, torch.zeros_like(upstream), upstream).to(dtype)
    tanh = torch.zeros_like(z) if cap is None else torch.tanh(z / cap)
    capped = z if cap is None else tanh * cap
    slope = 1 - tanh.square()
    c, p = coefficients(problem, z), torch.softmax(capped, dim=-1)
    lse, total = torch.logsumexp(capped, dim=-1), c.sum(dim=-1)
    alpha = (u * total + 2 * v * lse)[:, None]
    q = g * slope
    mean = (q * p).sum(dim=-1, keepdim=True)
    into = alpha * p * (q - mean) + 2 * v[:, None] * mean * p
    if cap is not None:
        bend = -2 * tanh * slope / cap
        into = into * slope + (alpha * p - u[:, None] * c) * g * bend
    into_u = (q * (total[:, None] * p - c)).sum(dim=-1)
    return into.to(logits.dtype), into_u, 2 * lse * mean[:, 0]
