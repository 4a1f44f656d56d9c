"""Where submissions are graded: processes of this machine, each with a warm sandbox of its own."""

import atexit
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Collection, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.synchronize import Event

from xentcourse.course import CourseError
from xentcourse.grading.bundle import Bundle
from xentcourse.grading.run import Graded, grade_submission, unreadable, without_places
from xentcourse.grading.sandbox.session import HasFiles, Nursery, NurseryGoneError

TRIES = 3
AHEAD = 5  #: submissions that each worker is given at once, so that it has work while results are recorded

Job = tuple[str, bytes]  #: a student and what was handed in


class Waiting:
    """Jobs that wait, each read only when it is taken; those that are put back come last."""

    def __init__(self, jobs: Collection[Job]):
        self._coming, self._left = iter(jobs), len(jobs)
        self._back = deque[Job]()

    def __len__(self) -> int:
        return self._left + len(self._back)

    def popleft(self) -> Job:
        """Take the next."""
        if not self._left:
            return self._back.popleft()
        self._left -= 1
        return next(self._coming)

    def append(self, job: Job) -> None:
        """Put one back."""
        self._back.append(job)


_nursery: Nursery | None = None
_refused: CourseError | None = None  #: why this worker has no sandbox


class Pool:
    """Workers that start at once, each with a warm sandbox, while their work is still being prepared.

    needs     : the libraries and files that the sandboxes are made with; a bundle says so, too.
    processes : how many.
    Leave it by `with`: workers that nobody asked for anything end then.
    """

    def __init__(self, needs: HasFiles, processes: int):
        context = multiprocessing.get_context("spawn")
        self.processes, self.ready = processes, context.Event()
        self.executor = ProcessPoolExecutor(
            processes, mp_context=context, initializer=warm_up, initargs=(needs, self.ready)
        )
        with suppress(BrokenProcessPool, BrokenPipeError):  # whoever gives it work will hear of it
            for _ in range(processes):
                self.executor.submit(os.getpid)  # a pool starts a worker only when there is work

    def kill(self) -> None:
        """End the workers, whatever they are at."""
        for process in list((self.executor._processes or {}).values()):
            process.kill()
        self.executor.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def cores() -> int:
    """How many workers this machine is given by default."""
    return os.cpu_count() or 1


def grade_locally(
    bundle: Bundle, jobs: Collection[Job], *, processes: int | None = None, pool: Pool | None = None
) -> Iterator[tuple[str, Graded]]:
    """Grade the jobs on every core and yield the results as they come.

    pool : workers that are already on their way, to begin with.
    A worker that dies takes no submission with it. Those that were in the works are tried again, one by one,
    three times at most, so that a poisonous one is known and the others are not blamed.
    Raises CourseError where this machine has no sandbox.
    """
    waiting, suspects = Waiting(jobs), deque[Job]()
    tries: dict[str, int] = {}
    false_starts = 0
    while waiting or suspects:
        alone = not waiting
        batch = Waiting([suspects.popleft()]) if alone else waiting
        in_flight: dict[str, bytes] = {}
        wanted = 1 if alone else min(processes or cores(), len(batch))
        with pool or Pool(bundle, wanted) as here:
            started = yield from _in_pool(here, bundle, batch, in_flight)
        pool = None
        false_starts = 0 if started else false_starts + 1
        if false_starts == TRIES:
            raise CourseError(
                f"Workers end before they are ready, {TRIES} times by now; what they say stands above. "
                "Is there memory left, and is the course installed completely?"
            )
        for student, content in in_flight.items():
            if not started:
                batch.append((student, content))
                continue
            tries[student] = tries.get(student, 0) + 1
            if tries[student] < TRIES:
                suspects.append((student, content))
            else:
                yield student, given_up(bundle)
        if alone and batch:
            suspects.append(batch.popleft())


def given_up(bundle: Bundle) -> Graded:
    """The result of a submission whose grading ended the worker every time."""
    return unreadable(bundle, f"Grading this ended its worker {TRIES} times; it was given up.")


def _in_pool(
    pool: Pool, bundle: Bundle, waiting: Waiting, in_flight: dict[str, bytes]
) -> Generator[tuple[str, Graded], None, bool]:
    """The results that one pool gives before it is done or broken; then `in_flight` has what it was at.

    Returns whether a worker was ready at all.
    """
    futures: dict[Future[Graded], str] = {}
    try:
        while waiting or futures:
            while waiting and len(futures) < AHEAD * pool.processes:
                student, content = waiting.popleft()
                in_flight[student] = content
                futures[pool.executor.submit(grade_here, bundle, content)] = student
            done, _ = wait(futures, return_when=FIRST_COMPLETED)
            for future in done:
                graded = future.result()
                student = futures.pop(future)
                del in_flight[student]
                yield student, graded
        pool.executor.shutdown()  # each closes its sandbox
    except (BrokenProcessPool, BrokenPipeError):  # the second where one dies while it is started
        return pool.ready.is_set()
    return True


def warm_up(needs: HasFiles, ready: Event) -> None:
    """Start this worker's sandbox; a worker without one says so when it is asked for the first result."""
    global _nursery, _refused
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started the workers
    threading.Thread(target=_follow_parent, daemon=True).start()
    try:
        _nursery = start_nursery(needs)
        atexit.register(_close)
    except CourseError as error:
        _refused = error
    ready.set()


def _follow_parent() -> None:
    """End with the process that started this one, however it ended: a pool's worker would wait forever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _close() -> None:
    if _nursery:
        _nursery.close()


def grade_here(bundle: Bundle, content: bytes) -> Graded:
    """Grade one submission in this worker's sandbox."""
    global _nursery
    if _nursery is None:
        raise _refused or CourseError("This worker was not warmed up.")
    graded, _nursery = grade_in(_nursery, bundle, content)
    return graded


def start_nursery(needs: HasFiles) -> Nursery:
    """A warm sandbox; one that is killed while it starts is tried again."""
    for _ in range(TRIES - 1):
        with suppress(CourseError):
            return Nursery.of(needs)
    return Nursery.of(needs)


def grade_in(nursery: Nursery, bundle: Bundle, content: bytes) -> tuple[Graded, Nursery]:
    """The result, and the nursery to use next: a new one where the old one was killed.

    Raises CourseError where no sandbox starts here any more; no submission can make it raise.
    """
    for _ in range(TRIES):
        try:
            return grade_submission(bundle, content, nursery), nursery
        except NurseryGoneError:
            nursery.close()
            nursery = start_nursery(bundle)
        except CourseError:
            raise
        except Exception as error:  # a fault of ours, which must not cost the others their grades
            why = f"Grading this failed ({type(error).__name__}: {error}); please report it."
            return unreadable(bundle, without_places(why[:500])), nursery
    return given_up(bundle), nursery
