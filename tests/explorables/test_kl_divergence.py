"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import numpy as np
import pytest

from xentcourse.reference import kl_divergence as reference

N = 2000
GRID = np.arange(161) / 10 - 8


def bell(mu, sigma):
    heights = np.exp(-(((GRID - mu) / sigma) ** 2) / 2)
    return np.maximum(heights / heights.sum(), 5e-324)


TARGET = 0.6 * bell(-2, 0.6) + 0.4 * bell(2.5, 0.8)


def test_kl_divergence_is_that_of_the_reference(call, rng):
    p, q = rng.dirichlet(np.full(5, 0.5), N), rng.dirichlet(np.full(5, 0.5), N)
    q[: N // 4] = p[: N // 4] * (1 + 1e-5 * rng.normal(size=(N // 4, 5)))  # close by, where digits cancel
    q /= q.sum(axis=1, keepdims=True)
    p[0], q[0], q[1] = [1, 0, 0, 0, 0], [0, 1, 0, 0, 0], p[1]
    found = call("kl_divergence.klDivergence", list(zip(p, q, strict=True)))
    np.testing.assert_allclose(found, reference.kl_divergence(p, q), rtol=1e-9, atol=1e-15)
    assert found[0] == np.inf
    assert found[1] == 0


def test_both_directions_are_those_of_the_reference(call, rng):
    settings = list(zip(rng.uniform(-6, 6, N), rng.uniform(0.5, 5, N), strict=True))
    models = np.array([bell(*setting) for setting in settings])
    expected = np.stack(
        [reference.kl_divergence(TARGET, models), reference.kl_divergence(models, TARGET)], axis=-1
    )
    np.testing.assert_allclose(call("kl_divergence.bothWays", settings), expected, rtol=1e-9)


def test_the_forward_fit_is_the_best_there_is_from_everywhere(call, rng):
    settings = [(mu, sigma) for mu in np.arange(-4, 4.01, 0.1) for sigma in np.arange(0.5, 4.01, 0.1)]
    best = settings[reference.best_fit(TARGET, np.array([bell(*setting) for setting in settings]))]
    starts = [
        ("forward", *start) for start in zip(rng.uniform(-6, 6, 20), rng.uniform(0.5, 5, 20), strict=True)
    ]
    for found in call("kl_divergence.fit", starts):
        np.testing.assert_allclose(found, best, atol=0.06)


@pytest.mark.parametrize(("hump", "width"), [(-2, 0.6), (2.5, 0.8)])
def test_the_reverse_fit_stays_on_the_hump_where_it_begins(call, hump, width):
    (found,) = call("kl_divergence.fit", [("reverse", hump + 0.5, 1.2)])
    np.testing.assert_allclose(found, [hump, width], atol=0.05)
