"""The mathematics of the explorable is that of NumPy and of the reference, on random inputs."""

import numpy as np

from xentcourse.reference import binary_cross_entropy

N = 400
BINS = 8


def examples(rng):
    z = rng.normal(0, 4, N)
    return z, (rng.random(N) < 1 / (1 + np.exp(-z / 2.5))).astype(int)


def confidence(z, temperature):
    return binary_cross_entropy.sigmoid(np.abs(z) / temperature)


def test_bins_and_their_error_are_those_of_numpy(call, rng):
    for temperature in (0.3, 1.0, 2.5, 10.0):
        z, y = examples(rng)
        sure, right = confidence(z, temperature), (z > 0) == (y == 1)
        where = np.minimum(((2 * sure - 1) * BINS).astype(int), BINS - 1)
        pairs = list(zip(z, y, strict=True))
        (found,) = call("calibration.reliability", [(pairs, temperature, BINS)])
        (error,) = call("calibration.calibrationError", [(pairs, temperature, BINS)])
        expected = 0.0
        for bin, (count, stated, share) in enumerate(found):
            inside = where == bin
            assert count == inside.sum()
            if count:
                np.testing.assert_allclose([stated, share], [sure[inside].mean(), right[inside].mean()])
                expected += count / N * abs(sure[inside].mean() - right[inside].mean())
        np.testing.assert_allclose(error, expected, rtol=1e-9)


def nll(z, y, temperature):
    return float(binary_cross_entropy.binary_cross_entropy_with_logits(z / temperature, y))


def test_the_best_temperature_has_the_least_nll(call, rng):
    for _ in range(5):
        z, y = examples(rng)
        pairs = list(zip(z, y, strict=True))
        (best,) = call("calibration.bestTemperature", [(pairs, 0.3, 10.0)])
        (least,) = call("calibration.nllAt", [(pairs, best)])
        np.testing.assert_allclose(least, nll(z, y, best), rtol=1e-9)
        assert least <= min(nll(z, y, t) for t in np.geomspace(0.3, 10, 400)) + 1e-12
