"""How much memory a call takes: measured beside it at home, and told by the process itself behind a wall."""

import contextlib
import ctypes
import importlib
import os
import sys
import threading
from pathlib import Path
from typing import Any

SECONDS = 0.001  #: between two looks


class Meter:
    """Bytes by which this process, and its GPU, grew at most inside a `with` block: `meter.grown`.

    A thread looks again and again, so what lives for less than some milliseconds may be missed.
    Where nobody tells how large the process is, it stays 0.
    """

    def __enter__(self) -> "Meter":
        """Start to look."""
        self.grown = 0
        give_back()
        self._before = resident()
        self._gpu_before = _gpu_peak(reset=True)
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look for the last time."""
        self._done.set()
        self._watcher.join()
        self.grown += max(0, _gpu_peak() - self._gpu_before)

    def _watch(self) -> None:
        while not self._done.wait(SECONDS):
            self.grown = max(self.grown, resident() - self._before)


def give_back() -> None:
    """Return freed memory to the system, where it is kept: a second call would grow into it unseen."""
    with contextlib.suppress(OSError, TypeError, AttributeError):  # the C library may not be glibc
        ctypes.CDLL(None).malloc_trim(0)


def resident() -> int:
    """Bytes of memory that this process holds now; 0 where nobody tells."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError, AttributeError):
        pass
    try:  # Jupyter brings it along
        return int(importlib.import_module("psutil").Process().memory_info().rss)
    except Exception:
        return 0


def high_water() -> int:
    """Bytes that this process held at its highest, ever; 0 where nobody tells."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _gpu_peak(*, reset: bool = False) -> int:
    """Bytes of the GPU that tensors held at their highest; 0 where nobody has used one."""
    torch: Any = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available() or not torch.cuda.is_initialized():
        return 0
    if reset:
        torch.cuda.reset_peak_memory_stats()
    return int(torch.cuda.max_memory_allocated())
