"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import numpy as np
import pytest

from xentcourse.reference import binary_cross_entropy as reference

N = 2000


def logits(rng):
    return [*rng.normal(0, 4, N), *rng.uniform(-800, 800, N), 0.0, 709.0, -745.0, 1e4, -1e4]


def test_the_probability_of_a_logit_is_that_of_the_reference(call, rng):
    z = logits(rng)
    found = call("binary_cross_entropy.sigmoid", [(x,) for x in z])
    np.testing.assert_allclose(found, reference.sigmoid(z), rtol=1e-12, atol=1e-320)


@pytest.mark.parametrize("y", [0, 1])
def test_loss_and_slope_are_those_of_the_reference(call, rng, y):
    z = logits(rng)
    cases, labels = [(x, y) for x in z], np.full(len(z), y)
    expected = reference.binary_cross_entropy_with_logits(z, labels, reduction="none")
    np.testing.assert_allclose(
        call("binary_cross_entropy.lossOfLogit", cases), expected, rtol=1e-12, atol=1e-320
    )
    expected = reference.binary_cross_entropy_gradient(z, labels, reduction="none")
    np.testing.assert_allclose(call("binary_cross_entropy.slope", cases), expected, rtol=1e-12, atol=1e-320)
