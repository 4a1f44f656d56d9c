"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import math

import numpy as np
import pytest

from xentcourse.reference import entropy as reference

N = 2000


def distributions(rng):
    p = rng.dirichlet(np.full(4, 0.5), N)
    return [*p, np.array([1.0, 0, 0, 0]), np.full(4, 0.25), np.array([0.5, 0.5, 0, 0])]


@pytest.mark.parametrize("base", [2, math.e])
def test_entropy_is_that_of_the_reference(call, rng, base):
    p = distributions(rng)
    found = call("entropy.entropy", [(row, base) for row in p])
    np.testing.assert_allclose(found, reference.entropy(p, base=base), rtol=1e-12, atol=1e-12)


def test_a_certain_outcome_has_no_negative_entropy(call):
    assert math.copysign(1, call("entropy.entropy", [([1, 0], 2)])[0]) == 1


def test_borders_cut_the_line_into_a_distribution(call, rng):
    borders = np.sort(rng.random((N, 3)), axis=1)
    found = call("entropy.sharesBetween", [(row,) for row in borders])
    np.testing.assert_array_equal(found, np.diff(borders, prepend=0, append=1))


def test_a_pushed_border_goes_where_it_is_told_and_keeps_the_order(call, rng):
    borders, index, place = np.sort(rng.random((N, 3)), axis=1), rng.integers(0, 3, N), rng.random(N)
    found = np.array(call("entropy.pushed", list(zip(borders, index, place, strict=True))))
    np.testing.assert_array_equal(found[np.arange(N), index], place)
    assert (np.diff(found) >= 0).all()
    others = np.arange(3) != index[:, None]
    assert ((found == borders) | (found == place[:, None]))[others].all()
