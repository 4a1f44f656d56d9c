"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import numpy as np
import pytest

from xentcourse.reference import binary_cross_entropy
from xentcourse.reference import numerical_stability as reference

N = 2000
FORMATS = ("float32", "bfloat16", "float16")


@pytest.mark.parametrize("format", FORMATS)
def test_a_number_is_rounded_as_in_the_reference(call, rng, format):
    f = reference.FORMATS[format]
    edges = [
        0.0,
        f.largest,
        f.largest * (1 + f.unit_roundoff),
        f.smallest,
        f.smallest / 2,
        f.smallest * 0.51,
        np.inf,
    ]
    halves = (rng.integers(2 ** (f.significant - 1), 2**f.significant, N) + 0.5) * 2.0 ** rng.integers(
        -20, 3, N
    )
    x = np.concatenate(
        [edges, halves, 2.0 ** np.arange(-20, 15), rng.normal(0, 1, N) * 10.0 ** rng.uniform(-45, 40, N)]
    )
    x = np.concatenate([x, -x])
    found = np.array(call("numerical_stability.roundTo", [(v, format) for v in x]), dtype=float)
    np.testing.assert_array_equal(found, reference.round_to(x, format))


def formulas(format):
    """Those of the chapter."""

    def r(x):
        return float(reference.round_to(x, format))

    def sigmoid(z):
        return r(1 / r(1 + r(np.exp(-z))))

    return {
        "through": lambda z: r(-np.log(sigmoid(z))),
        "clipped": lambda z: r(-np.log(min(max(sigmoid(z), r(1e-7)), r(1 - 1e-7)))),
        "logits": lambda z: r(max(-z, 0.0) + r(np.log1p(r(np.exp(-abs(z)))))),
    }


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("formula", ["through", "clipped", "logits"])
def test_a_loss_is_computed_as_on_the_page(call, rng, format, formula):
    z = reference.round_to(rng.uniform(-110, 50, N), format)
    found, right = np.array(call("numerical_stability.computed", [(formula, format, v) for v in z])).T
    with np.errstate(divide="ignore", over="ignore"):
        expected = [formulas(format)[formula](v) for v in z]
    # Two libraries' exp may differ in the last bit, and so in the last digit of the format.
    np.testing.assert_allclose(
        found, expected, rtol=2.0 ** (2 - reference.FORMATS[format].significant), atol=1e-40
    )
    labels = np.ones(N)
    np.testing.assert_allclose(
        right, binary_cross_entropy.binary_cross_entropy_with_logits(z, labels, reduction="none"), rtol=1e-12
    )


def test_right_digits_are_counted(call):
    cases = [(1.001, 1.0), (0.0, 1.0), (np.inf, 1.0), (1.0, 1.0), (2.5, 1.0), (np.nan, 1.0)]
    np.testing.assert_allclose(call("numerical_stability.rightDigits", cases), [3, 0, 0, 8, 0, 0], atol=1e-9)
