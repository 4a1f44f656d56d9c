"""Which engine computes: by name, or the fastest that there is for the device.

torch  : row blocks in plain torch, on any device.
cpp    : a small C++ kernel for CPU tensors, where a compiler is present.
triton : Triton kernels for CUDA tensors (and, interpreted, for tests on a CPU).
"""

import importlib.util
import os
from typing import Literal, get_args

import torch
from torch import Tensor

from xentcourse.accelerated import cpp_engine, torch_engine, triton_engine
from xentcourse.accelerated.rows import Engine

EngineName = Literal["auto", "torch", "cpp", "triton"]


def check_engine(name: str, device: torch.device, *, function: str) -> None:
    """Raise where an engine does not exist, or cannot run here although it was asked for by name."""
    if name not in get_args(EngineName):
        raise ValueError(
            f'{function}: engine is {name!r}, one of "auto", "torch", "cpp", "triton" is needed.'
        )
    if name == "cpp" and device.type != "cpu":
        raise ValueError(f'{function}: engine="cpp" is for CPU tensors, these are on {device}. Use "auto".')
    if name == "cpp" and not cpp_engine.is_available():
        raise ValueError(
            f'{function}: engine="cpp" needs a C++ compiler and a folder to build in '
            '(TORCH_EXTENSIONS_DIR), and one of them is missing. Use "auto".'
        )
    if name == "triton" and not _triton_runs_on(device):
        raise ValueError(
            f'{function}: engine="triton" needs Triton and CUDA tensors (or TRITON_INTERPRET=1 before it is '
            f'imported), these tensors are on {device}. Use "auto".'
        )


def engine_for(tensor: Tensor, name: str) -> Engine:
    """The engine of that name; "auto" is Triton on CUDA, C++ on a CPU with a compiler, else torch."""
    if name == "auto":
        name = {"cuda": "triton", "cpu": "cpp"}.get(tensor.device.type, "torch")
        if name == "triton" and not _triton_runs_on(tensor.device):
            name = "torch"
    if name == "cpp" and cpp_engine.is_available():
        return cpp_engine.rows
    return triton_engine.rows if name == "triton" else torch_engine.rows


def _triton_runs_on(device: torch.device) -> bool:
    interpreted = os.environ.get("TRITON_INTERPRET") == "1"
    return (device.type == "cuda" or interpreted) and importlib.util.find_spec("triton") is not None
