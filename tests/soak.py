"""Many submissions through one sandbox, or one class, and what that leaves behind."""

import ctypes
import gc
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import psutil

from xentcourse.grading.assignment import Assignment
from xentcourse.grading.bundle import Bundle
from xentcourse.grading.grade import Options, grade_class
from xentcourse.grading.run import grade_submission
from xentcourse.grading.sandbox.session import Nursery


@dataclass(frozen=True)
class Sample:
    """What was there after a submission."""

    points: float
    wall: float  #: seconds that the submission took
    cpu: float  #: seconds of processor time, here and in the sandbox
    ours: int  #: bytes resident in this process
    heap: int  #: bytes in use in this process, of what C libraries allocate
    blocks: int  #: in use in this process, of what Python allocates
    parent: int  #: bytes resident in the warm parent
    descriptors: int  #: open here
    parents_descriptors: int
    processes: int  #: that descend from this one, the nursery's included


def soak(bundle: Bundle, contents: Sequence[bytes], count: int) -> Iterator[Sample]:
    """Grade `count` submissions, `contents` over and over, in one nursery."""
    me = psutil.Process()
    before = {child.pid for child in me.children(recursive=True)}
    with Nursery.of(bundle) as nursery:
        parent = warm_parent(before)
        for number in range(count):
            wall, cpu = time.monotonic(), processor_time(me, parent)
            graded = grade_submission(bundle, contents[number % len(contents)], nursery)
            wall, cpu = time.monotonic() - wall, processor_time(me, parent) - cpu
            yield Sample(
                graded.points,
                wall,
                cpu,
                me.memory_info().rss,
                *in_use(),
                parent.memory_info().rss,
                me.num_fds(),
                parent.num_fds(),
                len({child.pid for child in me.children(recursive=True)} - before),
            )


def warm_parent(before: set[int]) -> psutil.Process:
    """The last process of the nursery's: bubblewrap, its init, and the Python that forks."""
    started = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    return max(started, key=lambda process: process.memory_info().rss)


def processor_time(*processes: psutil.Process) -> float:
    """Seconds that these processes and their ended children have computed for."""
    times = [process.cpu_times() for process in processes]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def soaked(bundle: Bundle, contents: Sequence[bytes], count: int) -> list[Sample]:
    """The samples of a soak, all of them."""
    return list(soak(bundle, contents, count))


def memory_of_class(assignment: Assignment, options: Options) -> list[tuple[int, int]]:
    """What is in use in the process that grades a class, each time that it has recorded a submission."""
    taken = list[tuple[int, int]]()
    grade_class(assignment, options, lambda *_: taken.append(in_use()))
    return taken


#: In the words of mallinfo2(3): mapped is hblkhd, used is uordblks.
NAMES = ("arena", "free", "fast", "maps", "mapped", "peak", "freed", "used", "left", "top")


class Allocated(ctypes.Structure):
    """What glibc's mallinfo2 tells: of interest are bytes in use, and bytes mapped."""

    _fields_ = [(name, ctypes.c_size_t) for name in NAMES]


def in_use() -> tuple[int, int]:
    """Bytes that C libraries have in use, and blocks that Python has.

    What is resident says less: it grows for hundreds of submissions while free blocks find their places.
    """
    gc.collect()
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = Allocated
    told = mallinfo()
    return told.used + told.mapped, sys.getallocatedblocks()


def alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do this in a fresh process: what another test has left in this one's memory says nothing."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def slope(amounts: Sequence[float]) -> float:
    """What is added with each sample: the median of the slopes between any two, which no one jump moves."""
    pairs = combinations(enumerate(amounts), 2)
    return float(np.median([(later - earlier) / (j - i) for (i, earlier), (j, later) in pairs]))
