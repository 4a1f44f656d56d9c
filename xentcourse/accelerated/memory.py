"""Fresh memory for gradients, in huge pages where the system grants them on request.

The first touch of each page of a fresh gradient costs more than computing it; huge pages are touched 512
times less often. Taught in the chapter fused_kernels.
"""

import ctypes
import functools
import mmap
import sys
from collections.abc import Callable

import torch
from torch import Tensor

HUGE_PAGE = 2 << 20


def fresh_like(tensor: Tensor) -> Tensor:
    """An uninitialised tensor of the same shape, dtype and device, each row contiguous."""
    return advise(torch.empty(tensor.shape, dtype=tensor.dtype, device=tensor.device))


def advise(tensor: Tensor) -> Tensor:
    """Ask for huge pages under a large tensor that has not been touched yet; returns it."""
    size = tensor.numel() * tensor.element_size()
    madvise = _madvise() if tensor.device.type == "cpu" and size >= 4 * HUGE_PAGE else None
    if madvise is not None:
        start = -(-tensor.data_ptr() // HUGE_PAGE) * HUGE_PAGE
        stop = (tensor.data_ptr() + size) // HUGE_PAGE * HUGE_PAGE
        madvise(start, stop - start, mmap.MADV_HUGEPAGE)  # a refusal changes nothing but the speed
    return tensor


@functools.cache
def _madvise() -> Callable[[int, int, int], int] | None:
    if not sys.platform.startswith("linux") or not hasattr(mmap, "MADV_HUGEPAGE"):
        return None
    function = ctypes.CDLL(None).madvise
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return lambda start, length, advice: int(function(start, length, advice))
