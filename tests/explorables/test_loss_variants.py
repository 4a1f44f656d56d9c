"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import numpy as np

from xentcourse.reference import loss_variants as reference

N = 2000


def logits(q, classes):
    """Those of a model that gives the label, class 0, the probability q, and the others equal shares."""
    rest = (1 - q) / (classes - 1)
    return np.log(np.column_stack([q, *[rest] * (classes - 1)]))


def test_the_focal_loss_is_that_of_the_reference(call, rng):
    q, gamma = rng.uniform(0.001, 0.999, N), rng.uniform(0, 6, N)
    expected = [
        reference.focal_loss(logits(np.array([x]), 2), [0], gamma=float(g))
        for x, g in zip(q, gamma, strict=True)
    ]
    np.testing.assert_allclose(
        call("loss_variants.focal", list(zip(q, gamma, strict=True))), expected, rtol=1e-9
    )


def test_the_smoothed_loss_is_that_of_the_reference_and_least_where_it_says(call, rng):
    q, epsilon = rng.uniform(0.001, 0.999, N), rng.uniform(0, 0.9, N)
    expected = [
        reference.cross_entropy_loss(logits(np.array([x]), 10), [0], label_smoothing=float(e))
        for x, e in zip(q, epsilon, strict=True)
    ]
    found = call("loss_variants.smoothed", [(x, e, 10) for x, e in zip(q, epsilon, strict=True)])
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    best = call("loss_variants.modest", [(e, 10) for e in epsilon])
    floors = call("loss_variants.smoothed", [(x, e, 10) for x, e in zip(best, epsilon, strict=True)])
    np.testing.assert_allclose(floors, [reference.smoothing_floor(10, float(e)) for e in epsilon], rtol=1e-9)
    assert (np.array(floors) <= np.array(found) + 1e-12).all()
