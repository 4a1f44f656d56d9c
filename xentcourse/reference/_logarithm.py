"""Logarithms of any base, exact where they can be."""

import math

import numpy as np

from xentcourse.reference._inputs import FloatArray


def log(x: FloatArray, base: float) -> FloatArray:
    """The logarithm, −inf at 0; NumPy's own where it has one, since it is exact at powers of its base."""
    with np.errstate(divide="ignore"):
        if base == 2:
            return np.asarray(np.log2(x))
        if base == 10:
            return np.asarray(np.log10(x))
        return np.asarray(np.log(x) / math.log(base))
