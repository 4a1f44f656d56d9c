"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import math

import numpy as np
import pytest

from xentcourse.reference import cross_entropy as reference

N = 2000


@pytest.mark.parametrize("base", [2, math.e])
def test_the_parts_are_those_of_the_reference(call, rng, base):
    p, q = rng.dirichlet(np.full(3, 0.7), N), rng.dirichlet(np.full(3, 0.7), N)
    p[0], q[0] = [0.5, 0.5, 0], [1, 0, 0]
    p[1], q[1] = [1, 0, 0], [0.5, 0.5, 0]
    own, extra, whole = np.array(
        call("cross_entropy.parts", [(*pair, base) for pair in zip(p, q, strict=True)])
    ).T
    h, d = reference.decompose(p, q, base=base)
    np.testing.assert_allclose(own, h, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(extra, d, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(whole, reference.cross_entropy(p, q, base=base), rtol=1e-9)
    assert whole[0] == math.inf
