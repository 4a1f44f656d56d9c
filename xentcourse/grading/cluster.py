"""Where submissions are graded when one machine is not enough: a Dask cluster.

A task is a pure function of the bundle and the bytes that were handed in, so it may run anywhere and twice;
only the coordinator writes. Workers need this package, bubblewrap, and nothing of the class.
"""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from xentcourse.course import CourseError
from xentcourse.grading.bundle import Bundle
from xentcourse.grading.run import Graded
from xentcourse.grading.sandbox.session import Nursery
from xentcourse.grading.workers import TRIES, Job, given_up, grade_in

_warm = threading.local()  #: each thread of a worker keeps the sandbox of the assignment that it is at


def grade_on_cluster(bundle: Bundle, jobs: Sequence[Job], *, address: str) -> Iterator[tuple[str, Graded]]:
    """Grade the jobs on a cluster and yield the results as they come.

    address : a scheduler's, such as tcp://10.0.0.1:8786, or "local" for a cluster on this machine.
    What a lost worker had goes to another. One that loses three workers is given up and stops nobody.
    """
    from distributed import as_completed

    with _client(address) as client:
        shared = client.scatter(bundle, broadcast=True, hash=False)
        futures = {
            client.submit(
                _grade, shared, content, key=f"grade-{bundle.assignment}-{student}", pure=False
            ): student
            for student, content in jobs
        }
        for future in as_completed(list(futures)):
            student = futures.pop(future)
            if future.status == "finished":
                yield student, future.result()
            else:
                yield student, given_up(bundle)
            future.release()


def _client(address: str) -> Any:
    """A client of the cluster; it gives a task up after it has lost TRIES workers."""
    import dask
    from distributed import Client, LocalCluster

    with dask.config.set({"distributed.scheduler.allowed-failures": TRIES - 1}):
        if address == "local":
            return Client(LocalCluster(threads_per_worker=1, dashboard_address=None))
        try:
            return Client(address, timeout="10s")
        except (OSError, ValueError) as error:
            raise CourseError(
                f"There is no Dask scheduler at {address} ({error}). "
                "Start one by `dask scheduler` and workers by `dask worker ADDRESS --nthreads 1`."
            ) from None


def _grade(bundle: Bundle, content: bytes) -> Graded:
    """The task: grade one submission in this thread's sandbox."""
    if getattr(_warm, "bundle", None) != bundle:
        if hasattr(_warm, "nursery"):
            _warm.nursery.close()
        _warm.nursery, _warm.bundle = Nursery.of(bundle), bundle
    graded, _warm.nursery = grade_in(_warm.nursery, bundle, content)
    return graded
