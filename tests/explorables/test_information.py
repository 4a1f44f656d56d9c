"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import math

import numpy as np
import pytest

from xentcourse.reference import information

N = 2000


@pytest.mark.parametrize("base", [2, math.e, 10])
def test_surprise_is_that_of_the_reference(call, rng, base):
    p = [*rng.random(N), *10.0 ** -rng.uniform(0, 300, N), 0.0, 1.0, 5e-324]
    found = call("information.selfInformation", [(float(x), base) for x in p])
    np.testing.assert_allclose(found, information.self_information(p, base=base), rtol=1e-12, atol=1e-12)
    assert math.copysign(1, call("information.selfInformation", [(1.0, base)])[0]) == 1
