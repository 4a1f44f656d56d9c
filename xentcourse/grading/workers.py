"""Where submissions are graded: processes of this machine, each with a warm sandbox of its own."""

import atexit
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from xentcourse.grading.bundle import Bundle
from xentcourse.grading.run import Graded, grade_submission, unreadable
from xentcourse.grading.sandbox.session import Nursery, NurseryGoneError

TRIES = 3

Job = tuple[str, bytes]  #: a student and what was handed in

_nursery: Nursery | None = None


def grade_locally(
    bundle: Bundle, jobs: Sequence[Job], *, processes: int | None = None
) -> Iterator[tuple[str, Graded]]:
    """Grade the jobs on every core and yield the results as they come.

    A worker that dies takes no submission with it. Those that were in the works are tried again, one by one,
    three times at most, so that a poisonous one is known and the others are not blamed.
    """
    cores = processes or os.cpu_count() or 1
    waiting, suspects = deque(jobs), deque[Job]()
    tries: dict[str, int] = {}
    while waiting or suspects:
        alone = not waiting
        batch = deque([suspects.popleft()]) if alone else waiting
        in_flight: dict[str, bytes] = {}
        yield from _one_pool(bundle, batch, in_flight, 1 if alone else min(cores, len(batch)))
        for student, content in in_flight.items():
            tries[student] = tries.get(student, 0) + 1
            if tries[student] < TRIES:
                suspects.append((student, content))
            else:
                yield student, given_up(bundle)


def given_up(bundle: Bundle) -> Graded:
    """The result of a submission whose grading ended the worker every time."""
    return unreadable(bundle, f"Grading this ended its worker {TRIES} times; it was given up.")


def _one_pool(
    bundle: Bundle, waiting: deque[Job], in_flight: dict[str, bytes], processes: int
) -> Iterator[tuple[str, Graded]]:
    """The results that one pool gives before it is done or broken; then `in_flight` has what it was at."""
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=warm_up,
        initargs=(bundle,),
    )
    futures: dict[Future[Graded], str] = {}
    with pool:
        try:
            while waiting or futures:
                while waiting and len(futures) < processes:
                    student, content = waiting.popleft()
                    in_flight[student] = content
                    futures[pool.submit(grade_here, bundle, content)] = student
                done, _ = wait(futures, return_when=FIRST_COMPLETED)
                for future in done:
                    graded = future.result()
                    student = futures.pop(future)
                    del in_flight[student]
                    yield student, graded
        except BrokenProcessPool:
            return


def warm_up(bundle: Bundle) -> None:
    """Start this worker's sandbox."""
    global _nursery
    _nursery = Nursery.of(bundle)
    atexit.register(_close)


def _close() -> None:
    if _nursery:
        _nursery.close()


def grade_here(bundle: Bundle, content: bytes) -> Graded:
    """Grade one submission in this worker's sandbox."""
    global _nursery
    assert _nursery is not None
    graded, _nursery = grade_in(_nursery, bundle, content)
    return graded


def grade_in(nursery: Nursery, bundle: Bundle, content: bytes) -> tuple[Graded, Nursery]:
    """The result, and the nursery to use next: a new one where the old one was killed."""
    for _ in range(TRIES):
        try:
            return grade_submission(bundle, content, nursery), nursery
        except NurseryGoneError:
            nursery.close()
            nursery = Nursery.of(bundle)
    return given_up(bundle), nursery
