"""Where submissions are graded when one machine is not enough: a Dask cluster.

A task is a pure function of the bundle and the bytes that were handed in, so it may run anywhere and twice;
only the coordinator writes. Workers need this package, bubblewrap, and nothing of the class.
"""

import asyncio
import platform
import threading
import time
import uuid
from collections import deque
from collections.abc import Collection, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

from xentcourse.course import CourseError
from xentcourse.grading.bundle import Bundle
from xentcourse.grading.run import Graded
from xentcourse.grading.sandbox.session import Nursery
from xentcourse.grading.version import version
from xentcourse.grading.workers import TRIES, Job, Waiting, given_up, grade_in, start_nursery

CONNECT_SECONDS = 5
AHEAD = 4  #: submissions for each thread of a worker, the one that it is at included
WORKER_SECONDS = 60  #: a cluster may be without any worker for so long

_warm = threading.local()  #: each thread of a worker keeps the sandbox of the assignment that it is at


def grade_on_cluster(bundle: Bundle, jobs: Collection[Job], *, address: str) -> Iterator[tuple[str, Graded]]:
    """Grade the jobs on a cluster and yield the results as they come.

    address : a scheduler's, such as tcp://10.0.0.1:8786, or "local" for a cluster on this machine.
    What a lost worker had goes to another. A submission that loses more workers than the scheduler's
    `distributed.scheduler.allowed-failures` is tried again with nothing beside it, so that no other is
    blamed; if it loses as many again it is given up, and stops nobody.
    Raises CourseError where the cluster has no worker, can't grade, or is gone.
    """
    with _client(address) as client, _while_there():
        _wait_for_workers(client)
        # A task rather than scattered data, which nobody could make again after its workers are lost.
        shared = client.submit(_same, bundle, key=f"bundle-{uuid.uuid4().hex}")
        waiting, suspects = Waiting(jobs), deque[Job]()
        while waiting or suspects:
            alone = not waiting
            batch = Waiting([suspects.popleft()]) if alone else waiting
            for (student, content), graded in _results(client, shared, batch):
                if graded is not None:
                    yield student, graded
                elif alone:
                    yield student, given_up(bundle)
                else:
                    suspects.append((student, content))


def _results(client: Any, shared: Any, waiting: Waiting) -> Iterator[tuple[Job, Graded | None]]:
    """The results as they come; None for a job that lost too many workers."""
    from distributed import KilledWorker

    in_flight: dict[Any, Job] = {}
    while waiting or in_flight:
        # Few at a time: a worker that is lost casts suspicion on all that it was to do.
        # But enough that no worker waits for its next while results travel.
        while waiting and len(in_flight) < AHEAD * max(1, sum(client.nthreads().values())):
            job = waiting.popleft()
            in_flight[client.submit(_grade, shared, job[1], key=f"grade-{uuid.uuid4().hex}")] = job
        for future in _done(client, list(in_flight)):
            job = in_flight.pop(future)
            error = future.exception() if future.status == "error" else None
            if error is None:
                yield job, future.result()
            elif isinstance(error, KilledWorker):
                yield job, None
            elif isinstance(error, CourseError):
                raise error
            else:
                raise CourseError(
                    f"A worker of the cluster can't grade ({type(error).__name__}: {error}). "
                    "Is the course installed there, in the same version?"
                ) from error
            future.release()


def _done(client: Any, futures: list[Any]) -> list[Any]:
    """Those that are done, at least one."""
    from distributed import wait

    while True:
        try:
            return list(wait(futures, timeout=CONNECT_SECONDS, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            _wait_for_workers(client)


def _wait_for_workers(client: Any) -> None:
    until = time.monotonic() + WORKER_SECONDS
    while not client.nthreads():
        if time.monotonic() > until:
            raise CourseError(
                "The Dask cluster has no workers. Start some by "
                f"`dask worker {client.scheduler.address} --nthreads 1` and grade again."
            )
        time.sleep(0.2)


@contextmanager
def _while_there() -> Iterator[None]:
    """Inside, whatever Dask raises because its scheduler has gone becomes a CourseError."""
    try:
        yield
    except (CancelledError, asyncio.CancelledError, OSError) as error:
        raise CourseError(
            f"The Dask scheduler is gone ({type(error).__name__}). "
            "What was recorded before is safe; start it and grade again."
        ) from error


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """A client of the cluster that is there, or of one on this machine for as long as it is needed."""
    import dask
    from distributed import Client, LocalCluster

    if address == "local":
        with (
            dask.config.set({"distributed.scheduler.allowed-failures": TRIES - 1}),
            LocalCluster(threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"There is no Dask scheduler at {address} ({error}). "
            "Start one by `dask scheduler` and workers by `dask worker ADDRESS --nthreads 1`."
        ) from None
    with client:
        yield client


def _same(bundle: Bundle) -> Bundle:
    return bundle


def _grade(bundle: Bundle, content: bytes) -> Graded:
    """The task: grade one submission in this thread's sandbox."""
    if getattr(_warm, "bundle", None) != bundle:
        nursery: Nursery | None = getattr(_warm, "nursery", None)
        _warm.bundle = _warm.nursery = None
        if nursery:
            nursery.close()
        if version(bundle.assignment) != bundle.version:
            raise CourseError(
                f"The worker on {platform.node()} has another version of the course, which might decide "
                "otherwise. Install there what you have here, start it again, and grade again."
            )
        _warm.nursery, _warm.bundle = start_nursery(bundle), bundle
    graded, _warm.nursery = grade_in(_warm.nursery, bundle, content)
    return graded
