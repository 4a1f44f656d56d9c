"""Memory is measured beside a call, and told from behind a wall."""

import numpy as np
import pytest

from xentcourse.checks.answer import Answer, CheckFailedError
from xentcourse.checks.calling import CallHere, Outcome
from xentcourse.checks.memory import Meter, high_water, resident
from xentcourse.grading.sandbox.session import outcome_of

MIB = 1 << 20


def large(size):
    """A table of so many MiB that is gone again."""
    return np.ones(size * MIB // 8).sum()


def answer(function) -> Answer:
    return Answer("f", CallHere({"f": function}))


def test_a_table_that_comes_and_goes_is_seen():
    with Meter() as meter:
        large(256)
    assert 200 * MIB < meter.grown < 400 * MIB


def test_many_small_tables_are_seen_every_time():
    """Freed, they stay with the process, and the second time they would come from there."""
    for _ in range(3):
        with Meter() as meter:
            kept = [np.ones(8 * MIB // 8) for _ in range(16)]
            del kept
        assert meter.grown > 96 * MIB


def test_what_was_there_before_does_not_count():
    kept = np.ones(128 * MIB // 8)
    with Meter() as meter:
        kept += 1
    assert meter.grown < 64 * MIB


def test_the_high_water_mark_is_no_lower_than_the_level():
    assert high_water() >= resident() - MIB > 0


def test_a_function_within_its_limit_gives_its_result():
    assert answer(large).must_stay_within(512 * MIB, 128) == 128 * MIB // 8


def test_a_function_beyond_its_limit_is_told_so():
    with pytest.raises(CheckFailedError, match=r"f\(512\) took \d+ MiB of memory.\nAt most 128 .*\nToo "):
        answer(large).must_stay_within(128 * MIB, 512, told="Too much.")


def test_the_limit_holds_for_what_another_process_tells():
    def caller(name, args, kwargs):
        return Outcome(1.0, args, grown=300 * MIB)

    with pytest.raises(CheckFailedError, match="took 300 MiB"):
        Answer("f", caller).must_stay_within(128 * MIB, 1)


@pytest.mark.parametrize(
    ("told", "believed"), [(5, 5), (0, 0), (-1, 0), (True, 0), ("9", 0), (1 << 60, 0), (2.5, 0), (None, 0)]
)
def test_a_process_may_tell_anything(told, believed):
    answer = {"value": 1, "arguments": [], "raised": None, "not_plain": "", "printed": "", "grown": told}
    assert outcome_of(answer, "f").grown == believed
