"""Many submissions through one sandbox, and what that leaves behind."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import psutil

from xentcourse.grading.bundle import Bundle
from xentcourse.grading.run import grade_submission
from xentcourse.grading.sandbox.session import Nursery


@dataclass(frozen=True)
class Sample:
    """What was there after a submission."""

    points: float
    wall: float  #: seconds that the submission took
    cpu: float  #: seconds of processor time, here and in the sandbox
    ours: int  #: bytes resident in this process
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


def slope(amounts: Sequence[float]) -> float:
    """What is added with each sample, by least squares."""
    return float(np.polyfit(np.arange(len(amounts)), np.asarray(amounts, dtype=float), 1)[0])
