"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import numpy as np

from xentcourse.reference import binary_cross_entropy
from xentcourse.reference import calibration as reference

N = 3000
BINS = 8
#: Of the explorable's slider.
LEAST, MOST = 0.3, 10.0


def problems(rng, count=N):
    """(examples, temperature): a few examples or many, sure or not, some of them at the edge of a bin."""
    for _ in range(count):
        size = int(rng.integers(1, 60))
        z = rng.normal(0, 10 ** rng.uniform(-1, 2), size)
        z[rng.random(size) < 0.1] = rng.choice([0.0, 1000.0, -1000.0])
        y = (rng.random(size) < binary_cross_entropy.sigmoid(z / rng.uniform(0.5, 5))).astype(int)
        temperature = np.exp(rng.uniform(*np.log([LEAST, MOST])))
        yield list(zip(z.tolist(), y.tolist(), strict=True)), float(temperature)


def of_two_classes(examples):
    """The same examples as the reference takes them: (N, 2) logits, and labels."""
    z, y = np.array(examples).T
    return np.column_stack([np.zeros(len(z)), z]), y.astype(int)


def forecasts(examples, temperature):
    """How sure each decision is, and whether it is right."""
    z, y = np.array(examples).T
    return binary_cross_entropy.sigmoid(np.abs(z) / temperature), (z > 0) == (y == 1)


def test_bins_are_the_upper_half_of_those_of_the_reference(call, rng):
    cases = list(problems(rng))
    for case, found in zip(cases, call("calibration.reliability", [(*c, BINS) for c in cases]), strict=True):
        expected = np.column_stack(reference.reliability_bins(*forecasts(*case), bins=2 * BINS))
        np.testing.assert_allclose(found, expected[BINS:], rtol=1e-12, atol=1e-15)
        assert not expected[:BINS, 0].any(), "who decides is at least half sure"


def test_the_calibration_error_is_that_of_the_reference(call, rng):
    cases = list(problems(rng))
    found = call("calibration.calibrationError", [(*case, BINS) for case in cases])
    expected = [reference.expected_calibration_error(*forecasts(*case), bins=2 * BINS) for case in cases]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)


def test_the_loss_at_a_temperature_is_that_of_the_reference(call, rng):
    cases = list(problems(rng))
    expected = [
        reference.temperature_nll(*of_two_classes(examples), temperature=temperature)
        for examples, temperature in cases
    ]
    np.testing.assert_allclose(call("calibration.nllAt", cases), expected, rtol=1e-12, atol=1e-300)


def test_the_best_temperature_is_that_of_the_reference_within_the_slider(call, rng):
    cases = [examples for examples, _ in problems(rng) if any(z for z, _ in examples)]
    found = call("calibration.bestTemperature", [(examples, LEAST, MOST) for examples in cases])
    best = np.clip([reference.best_temperature(*of_two_classes(examples)) for examples in cases], LEAST, MOST)
    assert (best == LEAST).any()
    assert (best == MOST).any()
    # The search ends with 1/T known to 1e-9, and no loss is steeper in it than the largest logit.
    steepest = [max(abs(z) for z, _ in examples) for examples in cases]
    lost = [
        reference.temperature_nll(*of_two_classes(examples), temperature=found_one)
        - reference.temperature_nll(*of_two_classes(examples), temperature=float(best_one))
        for examples, found_one, best_one in zip(cases, found, best, strict=True)
    ]
    assert (np.abs(lost) <= 1e-9 * np.array(steepest) + 1e-12).all()
    inside = (best > LEAST) & (best < MOST)
    assert inside.sum() > N / 10
    # Near its least value a loss hardly changes: half of the digits of its place are noise.
    np.testing.assert_allclose(np.array(found)[inside], best[inside], rtol=1e-4)
