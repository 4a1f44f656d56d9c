"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import numpy as np
import pytest

from xentcourse.reference import softmax as reference

N = 1000


def faded(z, label):
    """By the chain rule, with the reference's Jacobian."""
    p = reference.softmax(z)
    return reference.softmax_jacobian(z).T @ reference.softmax_cross_entropy_gradient(p, label)


def test_the_slopes_behind_a_second_softmax_are_those_of_the_chain_rule(call, rng):
    z, labels = np.concatenate([rng.normal(0, 4, (N, 3)), [[0, 0, 0], [0, 10, 0]]]), rng.integers(0, 3, N + 2)
    expected = [faded(row, label) for row, label in zip(z, labels, strict=True)]
    found = call("frameworks.fadedSlopes", list(zip(z, labels, strict=True)))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("which", ["once", "twice"])
def test_a_row_descends_as_in_the_reference(call, rng, which):
    slope = faded if which == "twice" else reference.softmax_cross_entropy_gradient
    for start in [*rng.normal(0, 3, (5, 3)), np.array([0.0, 10.0, 0.0])]:
        z, expected = start, []
        for _ in range(51):
            expected.append(float(reference.softmax_cross_entropy(z, 0)))
            z = z - slope(z, 0)
        (found,) = call("frameworks.descent", [(which, start, 0, 50)])
        np.testing.assert_allclose(found, expected, rtol=1e-8)
