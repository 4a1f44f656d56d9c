"""The mathematics of the explorable is that of the reference, and gives the published numbers."""

import numpy as np
import pytest

from xentcourse.reference import gradients as reference

COSTS = {"quadratic": "quadratic", "cross": "cross-entropy"}


@pytest.mark.parametrize("cost", COSTS)
def test_a_neuron_learns_as_in_the_reference(call, rng, cost):
    w, b, rate = rng.normal(0, 3, 40), rng.normal(0, 3, 40), 10.0 ** rng.uniform(-3, 0.3, 40)
    found = call("gradients.outputs", [(cost, x + y, r, 100) for x, y, r in zip(w, b, rate, strict=True)])
    expected = [
        reference.train_neuron(x, y, cost=COSTS[cost], learning_rate=r, steps=100)
        for x, y, r in zip(w, b, rate, strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("cost", "start", "rate", "first", "last"),
    [
        ("quadratic", 1.5, 0.15, 0.8175745, 0.0939557),
        ("quadratic", 4, 0.15, 0.9820138, 0.2028484),
        ("cross", 1.5, 0.005, 0.8175745, 0.4176793),
        ("cross", 4, 0.005, 0.9820138, 0.7795871),
        ("cross", 1.5, 0.15, 0.8175745, 0.0116382),
        ("cross", 4, 0.15, 0.9820138, 0.0120087),
    ],
)
def test_the_starts_of_the_chapter_end_where_it_says(call, cost, start, rate, first, last):
    (found,) = call("gradients.outputs", [(cost, start, rate, 300)])
    assert (round(found[0], 7), round(found[-1], 7)) == (first, last)
