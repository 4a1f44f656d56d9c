"""The rows of cross-entropy by torch alone, on any device: block by block, so that they stay in the cache."""

import math

import torch
from torch import Tensor

from xentcourse.accelerated.rows import SKIPPED, Problem, sum_dtype

#: Numbers in a block, 16 MB of float32: small enough for the caches, large enough that starting an operation
#: on all threads costs little beside it (measured on two cores, half as many took 1.2 times as long).
BLOCK = 1 << 22


def rows(
    logits: Tensor,
    problem: Problem,
    u: Tensor | None = None,
    v: Tensor | None = None,
    out: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Losses of all rows and, where `out` is given, the gradient: see `xentcourse.accelerated.rows`."""
    count, classes = logits.shape
    dtype = sum_dtype(logits.dtype)
    nll, square = (torch.empty(count, dtype=dtype, device=logits.device) for _ in range(2))
    step = max(1, BLOCK // classes)
    buffer = torch.empty(min(step, count), classes, dtype=dtype, device=logits.device)
    for start in range(0, count, step):
        part = slice(start, min(start + step, count))
        nll[part], square[part] = _block(
            logits[part],
            problem.rows(part.start, part.stop),
            None if u is None or v is None else (u[part], v[part]),
            buffer[: part.stop - part.start],
            None if out is None else out[part],
        )
    return nll, square


def _block(
    logits: Tensor,
    problem: Problem,
    factors: tuple[Tensor, Tensor] | None,
    buffer: Tensor,
    out: Tensor | None,
) -> tuple[Tensor, Tensor]:
    z = logits.to(buffer.dtype)
    if problem.own is not None:
        label = problem.labels.clamp(0, z.shape[-1] - 1)[:, None]
        exact = torch.where(label == problem.labels[:, None], problem.own[:, None], z.gather(1, label))
        z = z.scatter(1, label, exact)
    z = capped(z, problem.softcap)
    largest = z.amax(dim=-1)
    target = _Target(z, largest, problem)
    # From here on the logits themselves are needed for a soft cap only: the gradient may take their place.
    direct = out is not None and out.dtype == buffer.dtype and problem.softcap is None
    whole = out if direct and out is not None else buffer
    total_exp = torch.sub(z, largest[:, None], out=whole).exp_().sum(dim=-1)
    log_sum = total_exp.log()
    lse = largest + log_sum
    skipped = problem.labels == SKIPPED
    nll = (target.total * log_sum - target.weighted).masked_fill(skipped, 0)
    square = lse.square().masked_fill(skipped, 0)
    if factors is not None and out is not None:
        u, v = factors
        whole.mul_(((u * target.total + 2 * v * lse) / total_exp)[:, None])
        target.subtract_from(whole, u)
        if problem.softcap is not None:
            whole.mul_(1 - (z / problem.softcap).square())
        if skipped.is_cuda or skipped.any():
            whole.masked_fill_(skipped[:, None], 0)
        if not direct:
            out.copy_(whole)
    return nll, square


def capped(z: Tensor, softcap: float | None) -> Tensor:
    """The logits after the soft cap, c·tanh(z/c)."""
    return z if softcap is None else torch.tanh(z / softcap).mul_(softcap)


class _Target:
    """The coefficients c of a block: their sum, their sum with z' − m, and their share in the gradient."""

    def __init__(self, z: Tensor, largest: Tensor, problem: Problem) -> None:
        classes = z.shape[-1]
        self.total: Tensor
        self.weighted: Tensor
        self.problem, self.share = problem, 1 - problem.smoothing
        self.spread = problem.smoothing / classes
        if problem.probs is None:
            self._labels(z, largest)
        else:
            self._probabilities(z, largest, problem.probs)
        if self.spread:
            rest, weight = z - largest[:, None], problem.weight
            every = rest.sum(dim=-1) if weight is None else products(weight, rest).sum(dim=-1)
            self.total = self.total + self.spread * (classes if weight is None else weight.sum())
            self.weighted = self.weighted + self.spread * every

    def _labels(self, z: Tensor, largest: Tensor) -> None:
        labels, weight = self.problem.labels, self.problem.weight
        outside = (labels != SKIPPED) & ((labels < 0) | (labels >= z.shape[-1]))
        self.label = labels.clamp(0, z.shape[-1] - 1)
        own = torch.ones_like(largest) if weight is None else weight[self.label]
        # A label that nobody checked makes its loss NaN; it never reads another row.
        self.own = self.share * own.masked_fill(outside, math.nan)
        self.total = self.own
        self.weighted = products(self.own, z.gather(1, self.label[:, None])[:, 0] - largest)

    def _probabilities(self, z: Tensor, largest: Tensor, probs: Tensor) -> None:
        p = probs.to(z.dtype) * self.share
        self.soft = p if self.problem.weight is None else p * self.problem.weight
        self.total = self.soft.sum(dim=-1)
        self.weighted = products(self.soft, z - largest[:, None]).sum(dim=-1)

    def subtract_from(self, gradient: Tensor, u: Tensor) -> None:
        """Take u·c from the gradient, in place."""
        if self.spread:
            even, weight = (u * self.spread)[:, None], self.problem.weight
            gradient.sub_(even if weight is None else even * weight)
        if self.problem.probs is None:
            gradient.scatter_add_(1, self.label[:, None], -(u * self.own)[:, None])
        else:
            gradient.addcmul_(self.soft, u[:, None], value=-1)


def products(coefficients: Tensor, values: Tensor) -> Tensor:
    """Coefficients · values, where a coefficient 0 gives 0 beside any value, −inf included."""
    return torch.where(coefficients == 0, coefficients.new_zeros(()), coefficients * values)
