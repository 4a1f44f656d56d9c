"""Cross-entropy with the vocabulary split over the ranks of a process group.

Each rank holds some columns of the logits. Forward, two all-reduces put the rows together: the maximum, then
all sums at once. Backward needs none. Taught in the chapter fused_kernels.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor
from torch.autograd import Function

from xentcourse.accelerated.memory import fresh_like
from xentcourse.accelerated.options import Options, as_rows, check_logits
from xentcourse.accelerated.reduction import reduced
from xentcourse.accelerated.rows import SKIPPED, Problem, sum_dtype
from xentcourse.accelerated.torch_engine import BLOCK, capped, products


def vocab_parallel_cross_entropy(
    local_logits: Tensor,
    target: Tensor,
    *,
    group: Any = None,
    first_class: int | None = None,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    z_loss: float = 0.0,
    softcap: float | None = None,
    token_weight: Tensor | None = None,
    reduction: str = "mean",
    check_labels: bool | None = None,
) -> Tensor:
    """Negative log-likelihood of the targets, in nats, where each rank holds a part of the classes.

    local_logits : (..., K_r), this rank's columns.
    target       : (...) labels counted over all ranks, the same on each; or (..., K_r) probabilities, this
                   rank's columns.
    group        : the process group; None is the default one.
    first_class  : the number of this rank's first class; None: all ranks hold equally many, in order.
    weight       : (K_r,), this rank's class weights.
    token_weight : (...), the same on each rank.
    Other options as in `cross_entropy`.
    Returns the same loss on each rank; backward gives each rank the gradient of its own columns, and needs
    the same upstream gradient everywhere.
    Raises ValueError as `cross_entropy` does, and RuntimeError for a second derivative.
    Source: Shoeybi et al. (2019), section 3. Taught in the chapter fused_kernels.
    """
    function = "vocab_parallel_cross_entropy"
    check_logits(local_logits, function=function)
    options = Options(
        weight, ignore_index, label_smoothing, z_loss, softcap, token_weight, reduction, "torch", check_labels
    )
    classes = local_logits.shape[-1]
    rows = as_rows(local_logits, classes, target, options, function=function)
    if any(t is not None and t.requires_grad for t in (rows.problem.probs, rows.problem.weight)):
        raise ValueError(f"{function}: no gradients of weights or target probabilities here; detach them.")
    first = dist.get_rank(group) * classes if first_class is None else first_class
    nll, square, own = _VocabParallel.apply(
        local_logits.reshape(-1, classes), rows.problem, first, group, rows.check
    )
    denominators = rows.reduction._replace(classes=rows.reduction.weight * own)
    loss = reduced(nll, square, denominators if rows.problem.probs is None else rows.reduction)
    return loss.reshape(rows.shape) if reduction == "none" else loss


class Local(NamedTuple):
    """One rank's part of some rows: capped logits and its part of the coefficients."""

    z: Tensor
    target: Tensor | None  # (n, K_r) coefficients of probabilities, or None
    mine: Tensor  # (n,) whether the label is among this rank's classes
    label: Tensor  # (n,) the label's column here; 0 where it is not
    own: Tensor  # (n,) its class weight, 0 where it is not


def _blocks(logits: Tensor, problem: Problem, first: int) -> Iterator[tuple[slice, Local]]:
    count, classes = logits.shape
    dtype, step = sum_dtype(logits.dtype), max(1, BLOCK // classes)
    for start in range(0, count, step):
        part = slice(start, min(start + step, count))
        some = problem.rows(part.start, part.stop)
        z = capped(logits[part].to(dtype), problem.softcap)
        column = torch.where(some.labels == SKIPPED, -1, some.labels - first)
        mine = (column >= 0) & (column < classes)
        label = torch.where(mine, column, 0)
        weight = z.new_ones(classes) if problem.weight is None else problem.weight
        target = None if some.probs is None else some.probs.to(dtype) * weight
        yield part, Local(z, target, mine, label, torch.where(mine, weight[label], 0))


class _VocabParallel(Function):
    """(local logits, problem, first class, group, check) -> nll, square, class weight of each row's label."""

    @staticmethod
    def forward(
        ctx: Any, logits: Tensor, problem: Problem, first: int, group: Any, check: bool
    ) -> tuple[Tensor, Tensor, Tensor]:
        dtype, (count, classes) = sum_dtype(logits.dtype), logits.shape
        # 1. The maximum of each row over all ranks.
        largest = logits.new_empty(count, dtype=dtype)
        for part, local in _blocks(logits, problem, first):
            largest[part] = local.z.amax(dim=-1)
        dist.all_reduce(largest, dist.ReduceOp.MAX, group)
        # 2. Every sum at once: exponentials, the target, the even share, and how many classes there are.
        sums = logits.new_zeros(5, count + 1, dtype=dtype)
        weight = problem.weight
        for part, local in _blocks(logits, problem, first):
            sums[:, part] = _sums_of_block(local, largest[part], problem)
        sums[0, count], sums[1, count] = classes, classes if weight is None else weight.sum()
        dist.all_reduce(sums, dist.ReduceOp.SUM, group)
        exponentials, total, weighted, every, found = sums[:, :count]
        if check:
            _check_found(problem.labels, found, sums[0, count])
        found = found if problem.probs is None else torch.ones_like(found)
        spread = problem.smoothing / sums[0, count]
        skipped, log_sum = problem.labels == SKIPPED, exponentials.log()
        own, lse = total, largest + log_sum
        total = (1 - problem.smoothing) * own + spread * sums[1, count]
        weighted = (1 - problem.smoothing) * weighted + (spread * every if problem.smoothing else 0)
        total = total.masked_fill(found == 0, torch.nan)  # a label that no rank has, and nobody checked
        nll = (total * log_sum - weighted).masked_fill(skipped, 0)
        ctx.save_for_backward(logits, lse, total, spread)
        ctx.problem, ctx.first = problem, first
        own = own.clone()
        ctx.mark_non_differentiable(own)
        return nll, lse.square().masked_fill(skipped, 0), own

    @staticmethod
    def backward(ctx: Any, u: Tensor, v: Tensor, _: Tensor) -> tuple[Any, ...]:
        if torch.is_grad_enabled():
            raise RuntimeError(
                "vocab_parallel_cross_entropy: a second derivative (create_graph=True) would communicate "
                "and is not offered. Take cross_entropy on the whole table where you need it."
            )
        logits, lse, total, spread = ctx.saved_tensors
        problem, out = ctx.problem, fresh_like(logits)
        alpha = u * total + 2 * v * lse
        for part, local in _blocks(logits, problem, ctx.first):
            gradient = (local.z - lse[part, None]).exp_().mul_(alpha[part, None])
            _subtract(gradient, local, problem, u[part], spread)
            if problem.softcap is not None:
                gradient.mul_(1 - (local.z / problem.softcap).square())
            out[part] = gradient.masked_fill_((problem.labels[part] == SKIPPED)[:, None], 0)
        return out, None, None, None, None


def _sums_of_block(local: Local, largest: Tensor, problem: Problem) -> Tensor:
    """(5, n): what this rank adds to the sums of exponentials, c, c·(z − m), w·(z − m), and labels found."""
    rest = local.z - largest[:, None]
    if local.target is None:
        total = local.own
        weighted = products(local.own, rest.gather(1, local.label[:, None])[:, 0])
    else:
        total, weighted = local.target.sum(dim=-1), products(local.target, rest).sum(dim=-1)
    every = torch.zeros_like(total)
    if problem.smoothing:
        every = (rest if problem.weight is None else products(problem.weight, rest)).sum(dim=-1)
    if problem.smoothing == 1:  # the target counts for nothing, also where its logit is −inf
        weighted = torch.zeros_like(weighted)
    return torch.stack([rest.exp().sum(dim=-1), total, weighted, every, local.mine.to(total.dtype)])


def _subtract(gradient: Tensor, local: Local, problem: Problem, u: Tensor, spread: Tensor) -> None:
    """Take u·c from the gradient of this rank's columns, in place."""
    if problem.smoothing:
        even = (u * spread)[:, None]
        gradient.sub_(even if problem.weight is None else even * problem.weight)
    share = u * (1 - problem.smoothing)
    if local.target is None:
        gradient.scatter_add_(1, local.label[:, None], -(share * local.own)[:, None])
    else:
        gradient.addcmul_(local.target, share[:, None], value=-1)


def _check_found(labels: Tensor, found: Tensor, classes: Tensor) -> None:
    """Raise, on every rank alike, for a label that no rank has."""
    lost = (labels != SKIPPED) & (found == 0)
    if lost.any():
        row = int(lost.nonzero()[0, 0])
        raise ValueError(
            f"vocab_parallel_cross_entropy: label {int(labels[row])} at row [{row}] is outside "
            f"0..{int(classes) - 1}. Are the labels counted from 1, or is this a padding value?"
        )
