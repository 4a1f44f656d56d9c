"""Autograd around the engines: opaque operators with shapes for the compiler, and differentiable functions.

`row_losses` is differentiable twice and more, batches under vmap, and compiles: its gradient is made in
the backward pass. `fused_loss` makes the gradient of a sum or mean in the same pass as the loss.
Forward mode raises, as torch does for a function without a jvp. Taught in the chapter fused_kernels.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from xentcourse.accelerated.engines import engine_for
from xentcourse.accelerated.formula import gradient_vjp
from xentcourse.accelerated.memory import fresh_like
from xentcourse.accelerated.reduction import Reduction, reduced, row_factors
from xentcourse.accelerated.rows import Problem, check_labels, sum_dtype

# ---- operators that the compiler does not look into -------------------------------------------------


@torch.library.custom_op("xentcourse::row_losses", mutates_args=())
def losses_op(
    logits: Tensor,
    labels: Tensor,
    probs: Tensor | None,
    weight: Tensor | None,
    smoothing: float,
    softcap: float | None,
    engine: str,
    check: bool,
) -> tuple[Tensor, Tensor]:
    """The losses of all rows: see `xentcourse.accelerated.rows`."""
    problem = Problem(labels, probs, weight, smoothing, softcap)
    if check:
        check_labels(labels, logits.shape[-1], function="cross_entropy")
    return engine_for(logits, engine)(logits, problem, None, None, None)


@losses_op.register_fake
def _(logits: Tensor, *_: Any) -> tuple[Tensor, Tensor]:
    empty = logits.new_empty(logits.shape[:1], dtype=sum_dtype(logits.dtype))
    return empty, torch.empty_like(empty)


@torch.library.custom_op("xentcourse::row_gradient", mutates_args=())
def gradient_op(
    logits: Tensor,
    labels: Tensor,
    probs: Tensor | None,
    weight: Tensor | None,
    u: Tensor,
    v: Tensor,
    smoothing: float,
    softcap: float | None,
    engine: str,
) -> Tensor:
    """The gradient of Σ u·nll + v·square in the logits: see `xentcourse.accelerated.rows`."""
    out = fresh_like(logits)
    problem = Problem(labels, probs, weight, smoothing, softcap)
    engine_for(logits, engine)(logits, problem, u.contiguous(), v.contiguous(), out)
    return out


@gradient_op.register_fake
def _(logits: Tensor, *_: Any) -> Tensor:
    return logits.new_empty(logits.shape)


# ---- differentiable to any order, for vmap and for the compiler -------------------------------------


class _RowLosses(Function):
    """(logits, labels, probs, weight, smoothing, softcap, engine, check) -> nll, square."""

    @staticmethod
    def forward(
        logits: Tensor,
        labels: Tensor,
        probs: Tensor | None,
        weight: Tensor | None,
        smoothing: float,
        softcap: float | None,
        engine: str,
        check: bool,
    ) -> tuple[Tensor, Tensor]:
        result: tuple[Tensor, Tensor] = losses_op(
            logits, labels, probs, weight, smoothing, softcap, engine, check
        )
        return result

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], _output: Any) -> None:
        ctx.save_for_backward(*inputs[:4])
        ctx.options = inputs[4:7]

    @staticmethod
    def backward(ctx: Any, u: Tensor, v: Tensor) -> tuple[Any, ...]:
        _refuse_constants(ctx.needs_input_grad[2:4])
        into = _RowGradient.apply(*ctx.saved_tensors, u, v, *ctx.options)
        return into, None, None, None, None, None, None, None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *args: Any) -> tuple[Any, Any]:
        return _batched(_RowLosses, info.batch_size, in_dims, args, rows=(0, 1, 2))


class _RowGradient(Function):
    """(logits, labels, probs, weight, u, v, smoothing, softcap, engine) -> gradient."""

    @staticmethod
    def forward(
        logits: Tensor,
        labels: Tensor,
        probs: Tensor | None,
        weight: Tensor | None,
        u: Tensor,
        v: Tensor,
        smoothing: float,
        softcap: float | None,
        engine: str,
    ) -> Tensor:
        return gradient_op(logits, labels, probs, weight, u, v, smoothing, softcap, engine)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], _output: Any) -> None:
        ctx.save_for_backward(*inputs[:6])
        ctx.options = inputs[6:8]

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Any, ...]:
        _refuse_constants(ctx.needs_input_grad[2:4])
        logits, labels, probs, weight, u, v = ctx.saved_tensors
        problem = Problem(labels, probs, weight, *ctx.options)
        into, into_u, into_v = gradient_vjp(logits, problem, u, v, upstream)
        return into, None, None, None, into_u, into_v, None, None, None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *args: Any) -> tuple[Any, Any]:
        return _batched(_RowGradient, info.batch_size, in_dims, args, rows=(0, 1, 2, 4, 5))


def _batched(
    function: Any, size: int, in_dims: tuple[int | None, ...], args: tuple[Any, ...], *, rows: tuple[int, ...]
) -> tuple[Any, Any]:
    """The rule of vmap: a batch of tables of rows is one longer table. `rows` are the arguments with rows."""
    if in_dims[3] is not None:  # each with class weights of its own
        several = [function.apply(*_one(args, in_dims, index)) for index in range(size)]
        if isinstance(several[0], Tensor):
            return torch.stack(several), 0
        return tuple(torch.stack(parts) for parts in zip(*several, strict=True)), (0,) * len(several[0])
    flat = list(args)
    for place in rows:
        if args[place] is not None:
            dim = in_dims[place]
            whole = (
                args[place].expand(size, *args[place].shape) if dim is None else args[place].movedim(dim, 0)
            )
            flat[place] = whole.reshape(-1, *whole.shape[2:])
    result = function.apply(*flat)
    if isinstance(result, Tensor):
        return result.unflatten(0, (size, -1)), 0
    return tuple(part.unflatten(0, (size, -1)) for part in result), (0,) * len(result)


def _one(args: tuple[Any, ...], in_dims: tuple[int | None, ...], index: int) -> list[Any]:
    return [arg if dim is None else arg.select(dim, index) for arg, dim in zip(args, in_dims, strict=True)]


def _refuse_constants(needed: tuple[bool, ...]) -> None:
    if any(needed):
        raise NotImplementedError(
            "cross_entropy: this derivative in target probabilities or class weights is not defined. "
            "Detach them, or take F.cross_entropy where you need it."
        )


def row_losses(logits: Tensor, problem: Problem, *, engine: str, check: bool) -> tuple[Tensor, Tensor]:
    """Nll and square of all rows, (N,) each; differentiable in the logits to any order."""
    labels, probs, weight, smoothing, softcap = problem[:5]
    result: tuple[Tensor, Tensor] = _RowLosses.apply(
        logits, labels, probs, weight, smoothing, softcap, engine, check
    )
    return result


# ---- the gradient in the same pass as the loss ------------------------------------------------------


class _FusedLoss(Function):
    """The sum or mean of all rows' losses; the gradient is made with it, except in float16.

    A float16 gradient of a mean may underflow before a loss scaler multiplies it, so it waits for the
    upstream gradient.
    """

    @staticmethod
    def forward(
        ctx: Any,
        logits: Tensor,
        problem: Problem,
        reduction: Reduction,
        engine: str,
        inplace: bool,
    ) -> Tensor:
        run = engine_for(logits, engine)
        ctx.problem, ctx.engine, ctx.inplace, ctx.gradient = problem, engine, inplace, None
        factors = row_factors(reduction)
        if logits.dtype == torch.float16:
            nll, square = run(logits, problem, None, None, None)
            ctx.save_for_backward(logits, *factors)
            return reduced(nll, square, reduction)
        ctx.gradient = logits.detach() if inplace else fresh_like(logits)
        nll, square = run(logits, problem, *factors, ctx.gradient)
        if inplace:
            torch.autograd.graph.increment_version(logits)
        ctx.save_for_backward(*([] if inplace else [logits]), *factors)
        return reduced(nll, square, reduction)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Any, ...]:
        again, keep = torch.is_grad_enabled(), torch._C._autograd._get_current_graph_task_keep_graph()
        if ctx.inplace and (again or keep):
            raise RuntimeError(
                "cross_entropy: inplace_backward=True has overwritten the logits with their gradient, so "
                f"{'create_graph' if again else 'retain_graph'}=True is not possible. Leave it out."
            )
        *logits, u, v = ctx.saved_tensors
        if again:
            labels, probs, weight, smoothing, softcap = ctx.problem[:5]
            return _RowGradient.apply(
                logits[0], labels, probs, weight, u * upstream, v * upstream, smoothing, softcap, ctx.engine
            ), *[None] * 4
        if ctx.gradient is None:
            out = logits[0].detach() if ctx.inplace else fresh_like(logits[0])
            engine_for(out, ctx.engine)(logits[0], ctx.problem, u * upstream, v * upstream, out)
            if ctx.inplace:
                torch.autograd.graph.increment_version(logits[0])
            return out, *[None] * 4
        if keep:  # whoever receives this may change it in place, and it is wanted once more
            return ctx.gradient * upstream.to(ctx.gradient.dtype), *[None] * 4
        gradient, ctx.gradient = ctx.gradient, None
        return scaled(gradient, upstream), *[None] * 4


def scaled(gradient: Tensor, upstream: Tensor) -> Tensor:
    """The gradient times one number, in place; nothing is read or written where that number is 1."""
    if gradient.device.type == "cpu":
        return gradient if upstream.item() == 1 else gradient.mul_(upstream)
    if gradient.device.type == "cuda":
        from xentcourse.accelerated.triton_engine import scale_

        return scale_(gradient, upstream)
    return gradient.mul_(upstream)


def fused_loss(
    logits: Tensor, problem: Problem, reduction: Reduction, *, engine: str, check: bool, inplace: bool
) -> Tensor:
    """The sum or mean of the losses of all rows, with its gradient made on the way."""
    if check:
        check_labels(problem.labels, logits.shape[-1], function="cross_entropy")
    result: Tensor = _FusedLoss.apply(logits, problem, reduction, engine, inplace)
    return result
