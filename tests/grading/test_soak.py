"""Two hundred submissions through one sandbox leave it as it was after the first."""

import os
from collections.abc import Sequence

import psutil
import pytest
from classroom import ordinary_class, source
from nbformat import reads
from soak import Sample, slope, soak

from xentcourse.grading.bundle import make_bundle

pytestmark = pytest.mark.xdist_group("soak")

COUNT = 200
SETTLED = 50  #: submissions after which everything has been loaded
KIB = 1024.0
#: Ordinary, and of all kinds: right, wrong, unfinished, noisy, with threads, files and mistakes of their own.
NAMES = (
    *("a mistake in a cell of its own", "a syntax error", "as released", "keeps a file", "other settings"),
    *("prints", "recursion", "recursion without end", "threads", "warns"),
)


@pytest.fixture(scope="module")
def before() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture(scope="module")
def samples(before) -> list[Sample]:
    bundle = make_bundle("softmax", "softmax", reads(source(), as_version=4), seed=11)
    return list(soak(bundle, [ordinary_class()[name] for name in NAMES], COUNT))


def settled(samples: Sequence[Sample]) -> Sequence[Sample]:
    return samples[SETTLED:]


def test_everybody_gets_the_same_points_every_time(samples):
    for first in range(len(NAMES)):
        assert len({sample.points for sample in samples[first :: len(NAMES)]}) == 1, NAMES[first]


def test_the_graders_memory_stays_the_same(samples):
    assert abs(slope([sample.ours for sample in settled(samples)])) < 2 * KIB


def test_the_warm_parents_memory_stays_the_same(samples):
    assert abs(slope([sample.parent for sample in settled(samples)])) < 2 * KIB


def test_no_descriptor_stays_open(samples):
    assert len({sample.descriptors for sample in samples}) == 1
    assert len({sample.parents_descriptors for sample in samples}) == 1


def test_no_process_is_left(samples, before):
    assert len({sample.processes for sample in samples}) == 1, "between submissions"
    now = {child.pid for child in psutil.Process(os.getpid()).children(recursive=True)}
    assert now <= before, "at the end"


def test_the_last_hundred_take_what_the_first_hundred_took(samples):
    """By processor time, and with room for whatever else the machine does; the benchmark is stricter."""
    first, last = (sum(sample.cpu for sample in part) for part in (samples[:100], samples[-100:]))
    assert last < 1.5 * first
