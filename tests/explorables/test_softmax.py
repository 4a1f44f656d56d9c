"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import numpy as np

from xentcourse.reference import softmax as reference

N = 2000


def cases(rng):
    z = np.concatenate([rng.normal(0, 3, (N, 3)), [[0, 0, 0], [1000, -1000, 0]]])
    return z, rng.integers(0, 3, N + 2), 10.0 ** rng.uniform(-1, 1, N + 2)


def test_softmax_at_a_temperature_is_that_of_the_reference(call, rng):
    z, _, temperature = cases(rng)
    found = call("softmax.softmax", list(zip(z, temperature, strict=True)))
    expected = [reference.softmax(row, temperature=float(t)) for row, t in zip(z, temperature, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-300)


def test_loss_and_slopes_at_a_temperature_are_those_of_the_reference(call, rng):
    z, labels, temperature = cases(rng)
    arguments = list(zip(z, labels, temperature, strict=True))
    scaled = z / temperature[:, None]
    expected = [
        reference.softmax_cross_entropy(row, label) for row, label in zip(scaled, labels, strict=True)
    ]
    np.testing.assert_allclose(call("softmax.lossOfLabel", arguments), expected, rtol=1e-9, atol=1e-12)
    expected = [
        reference.softmax_cross_entropy_gradient(row, label) / t
        for row, label, t in zip(scaled, labels, temperature, strict=True)
    ]
    np.testing.assert_allclose(call("softmax.slopes", arguments), expected, rtol=1e-9, atol=1e-12)
