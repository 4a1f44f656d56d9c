"""The rows of cross-entropy by a small C++ kernel for CPU tensors: built once, kept, and done without where
there is no compiler.

The build lies in torch's own extension directory (TORCH_EXTENSIONS_DIR), in a folder named by a hash of the
source, the compiler, the processor and torch's version. It is compiled beside its final place and renamed
into it: two processes may build at once, and one that is killed leaves no lock behind.
Source: see rows.cpp. Taught in the chapter fused_kernels.
"""

import ctypes
import functools
import hashlib
import os
import platform
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from xentcourse.accelerated.rows import Problem, sum_dtype

SOURCE = Path(__file__).with_name("rows.cpp")
FLAGS = ["-std=c++17", "-O3", "-funroll-loops", "-fPIC", "-fopenmp", "-fno-math-errno", "-fno-trapping-math"]
NATIVE = ["-march=native", "-mprefer-vector-width=512"]
DTYPES = {
    torch.float32: "float32",
    torch.float64: "float64",
    torch.bfloat16: "bfloat16",
    torch.float16: "float16",
}


class _Arguments(ctypes.Structure):
    """`Problem` of rows.cpp, field by field."""

    _fields_ = (
        [
            (name, ctypes.c_int64)
            for name in ("count", "classes", "logits_stride", "probs_stride", "out_stride")
        ]
        + [(name, ctypes.c_void_p) for name in ("labels", "probs", "weight", "own", "u", "v")]
        + [(name, ctypes.c_double) for name in ("smoothing", "softcap", "weight_sum")]
        + [(name, ctypes.c_void_p) for name in ("nll", "square")]
    )


def is_available() -> bool:
    """Whether the kernel is there; builds it the first time, in a few seconds, and asks once a process."""
    return _library() is not None


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
    if logits.stride(1) != 1 and classes > 1:
        logits = logits.contiguous()
    nll, square = torch.empty(count, dtype=dtype), torch.empty(count, dtype=dtype)
    probs, weight, own, u, v = (
        None if tensor is None else tensor.to(dtype).contiguous()
        for tensor in (problem.probs, problem.weight, problem.own, u, v)
    )
    labels = problem.labels.contiguous()
    strides = [0 if tensor is None else tensor.stride(0) for tensor in (logits, probs, out)]
    arrays = [_address(tensor) for tensor in (labels, probs, weight, own, u, v)]
    weight_sum = classes if weight is None else float(weight.sum())
    numbers = [problem.smoothing, problem.softcap or 0.0, weight_sum]
    arguments = _Arguments(count, classes, *strides, *arrays, *numbers, _address(nll), _address(square))
    function = getattr(_library(), f"rows_{DTYPES[logits.dtype]}")
    threads = max(1, min(torch.get_num_threads(), count))
    if function(ctypes.byref(arguments), _address(logits), _address(out), ctypes.c_int(threads)):
        raise MemoryError(f"No memory for two rows of {classes} numbers for each of {threads} threads.")
    return nll, square


def _address(tensor: Tensor | None) -> ctypes.c_void_p:
    return ctypes.c_void_p(None if tensor is None else tensor.data_ptr())


@functools.cache
def _library() -> Any:
    """The compiled kernel, or None where it cannot be built or loaded."""
    try:
        built = _built()
        library = ctypes.CDLL(str(built))
        for name in DTYPES.values():
            getattr(library, f"rows_{name}")
    except (OSError, AttributeError, subprocess.SubprocessError, RuntimeError):
        return None
    return library


def _built() -> Path:
    """Where the kernel lies, compiled now if it is not there yet."""
    from torch.utils.cpp_extension import get_cxx_compiler, get_default_build_root

    root = Path(os.environ.get("TORCH_EXTENSIONS_DIR") or get_default_build_root())
    compiler = get_cxx_compiler()
    key = hashlib.sha256(
        "\0".join([SOURCE.read_text("utf-8"), compiler, *FLAGS, *_machine()]).encode()
    ).hexdigest()
    final = root / "xentcourse" / key[:16] / "rows.so"
    if not final.exists():
        final.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=final.parent) as folder:
            _compile(compiler, Path(folder) / "rows.so").replace(final)
    return final


def _machine() -> list[str]:
    """What a build for this very processor and this torch depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        flags = platform.processor()
    return [platform.system(), platform.machine(), flags, torch.__version__]


def _compile(compiler: str, to: Path) -> Path:
    """Compile for this processor, or for any where the compiler does not know the flags."""
    object_file = to.with_suffix(".o")
    for native in (NATIVE, NATIVE[:1], []):
        done = _run([compiler, *FLAGS, *native, "-c", str(SOURCE), "-o", str(object_file)])
        if done.returncode == 0:
            break
    # Linked without an OpenMP library, the kernel uses the one that torch has loaded, and its threads.
    for link in ([], ["-fopenmp"]):
        done = _run([compiler, "-shared", str(object_file), "-o", str(to), *link])
        if done.returncode == 0 and _loads(to):
            return to
    raise OSError(f"{compiler} built nothing that loads.")


def _run(command: list[str]) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(command, capture_output=True, check=False, timeout=120)


def _loads(path: Path) -> bool:
    try:
        ctypes.CDLL(str(path), mode=os.RTLD_NOW)
    except OSError:
        return False
    return True
