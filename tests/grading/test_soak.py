"""Two hundred submissions through one sandbox leave it as it was after the first."""

from collections.abc import Sequence

import psutil
from classroom import ordinary_class, source
from grading.conftest import WORKS
from nbformat import reads
from soak import Sample, alone, memory_of_class, slope, soaked

from xentcourse.grading.bundle import make_bundle
from xentcourse.grading.grade import Options

COUNT = 200
SETTLED = 50  #: submissions after which everything has been loaded
KIB = 1024.0
SQLITE_CACHE = 2000 * KIB  #: what SQLite keeps of its file, at most
BLOCKS = 40  #: a submission; the samples themselves take some twenty
#: Ordinary, and of all kinds: right, wrong, unfinished, noisy, with threads, files and mistakes of their own.
NAMES = (
    *("a mistake in a cell of its own", "a syntax error", "as released", "keeps a file", "other settings"),
    *("prints", "recursion", "recursion without end", "threads", "warns"),
)


def test_two_hundred_submissions_leave_the_sandbox_as_it_was():
    """One test, since the submissions are what takes the time."""
    bundle = make_bundle("softmax", "softmax", reads(source(), as_version=4), seed=11)
    before = descendants()
    samples = alone(soaked, bundle, [ordinary_class()[name] for name in NAMES], COUNT)
    assert descendants() <= before, "no process is left"
    everybody_gets_the_same_points_every_time(samples)
    memory_stays_the_same(samples[SETTLED:])
    nothing_stays_open(samples)
    the_last_hundred_take_what_the_first_took(samples)


def descendants() -> set[int]:
    children = psutil.Process().children(recursive=True)
    return {child.pid for child in children if "resource_tracker" not in " ".join(child.cmdline())}


def everybody_gets_the_same_points_every_time(samples: Sequence[Sample]) -> None:
    for first, name in enumerate(NAMES):
        assert len({sample.points for sample in samples[first :: len(NAMES)]}) == 1, name


def memory_stays_the_same(samples: Sequence[Sample]) -> None:
    assert abs(slope([sample.heap for sample in samples])) < 2 * KIB, "bytes a submission, in the grader"
    assert abs(slope([sample.blocks for sample in samples])) < BLOCKS, "objects a submission, in the grader"
    assert samples[-1].ours < 1.1 * samples[0].ours
    assert abs(slope([sample.parent for sample in samples])) < 2 * KIB, "bytes a submission, in the parent"


def nothing_stays_open(samples: Sequence[Sample]) -> None:
    for count in ("descriptors", "parents_descriptors", "processes"):
        assert len({getattr(sample, count) for sample in samples}) == 1, count


def the_last_hundred_take_what_the_first_took(samples: Sequence[Sample]) -> None:
    """By processor time, and with room for whatever else the machine does; the benchmark is stricter."""
    first, last = (sum(sample.cpu for sample in part) for part in (samples[:100], samples[-100:]))
    assert last < 1.5 * first


def test_whoever_records_a_class_needs_no_more_memory_for_the_last_than_for_the_first(tiny):
    for number in range(COUNT // 2):
        cells, _ = list(WORKS.values())[number % len(WORKS)]
        tiny.hand_in(f"student-{number:03}", **cells)
    taken = alone(memory_of_class, tiny.assignment, Options(limits=tiny.limits, processes=1))
    assert len(taken) == COUNT // 2
    heap, blocks = zip(*taken[SETTLED // 2 :], strict=True)
    assert abs(slope(blocks)) < BLOCKS, "objects a submission"
    assert heap[-1] - heap[0] < SQLITE_CACHE
