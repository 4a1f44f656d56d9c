"""The rows of cross-entropy by a Triton kernel: one read of the logits and one write of the gradient.

For CUDA tensors; on a CPU, Triton's interpreter runs the same kernel for tests (TRITON_INTERPRET=1).
Triton is imported when it is first needed. Nothing here waits for the device.
Source: Milakov & Gimelshein (2018) for the online sum. Taught in the chapter fused_kernels.
"""

from typing import Any

import torch
from torch import Tensor

from xentcourse.accelerated.rows import Problem, sum_dtype

#: A row of at most so many numbers is kept in registers and read once. Longer ones are read in blocks.
WHOLE_ROW = 65536
BLOCK = 16384


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
    nll = torch.empty(count, dtype=dtype, device=logits.device)
    square = torch.empty_like(nll)
    if count == 0:
        return nll, square
    probs, weight = problem.probs, problem.weight
    weight = None if weight is None else weight.to(dtype).contiguous()
    weight_sum = nll.new_full((), classes) if weight is None else weight.sum()
    whole = classes <= WHOLE_ROW // (2 if dtype == torch.float64 else 1)
    block = _power_of_two(classes) if whole else BLOCK
    # What is not there is stood in for by something that is; the kernel does not read it.
    _kernels().rows_kernel[(count,)](
        logits,
        *logits.stride(),
        problem.labels.contiguous(),
        *((logits, 0, 0) if probs is None else (probs, *probs.stride())),
        nll if weight is None else weight,
        weight_sum,
        nll if problem.own is None else problem.own.to(dtype).contiguous(),
        *(nll if factor is None else factor.to(dtype).contiguous() for factor in (u, v)),
        *((logits, 0, 0) if out is None else (out, *out.stride())),
        nll,
        square,
        classes,
        SMOOTHING=problem.smoothing,
        SOFTCAP=problem.softcap,
        SOFT=probs is not None,
        EXACT=problem.own is not None,
        WEIGHTED=weight is not None,
        GRADIENT=out is not None,
        WHOLE=whole,
        DTYPE=_name(dtype),
        BLOCK=block,
        num_warps=max(4, min(32, block // 2048)),
    )
    return nll, square


def scale_(gradient: Tensor, factor: Tensor) -> Tensor:
    """The gradient times one number, in place; the number is on the device, and the host does not know it."""
    flat = gradient.view(-1)
    programs = -(-flat.numel() // BLOCK)
    if programs:
        _kernels().scale_kernel[(programs,)](flat, factor, flat.numel(), BLOCK=BLOCK, num_warps=8)
    return gradient


def _power_of_two(size: int) -> int:
    return int(1 << (size - 1).bit_length())


def _name(dtype: torch.dtype) -> Any:
    import triton.language as tl

    return tl.float64 if dtype == torch.float64 else tl.float32


def _kernels() -> Any:
    from xentcourse.accelerated import triton_kernels

    return triton_kernels
