"""Plain data: what may pass between a check and a learner's function.

Numbers, text, arrays, and lists, tuples and dictionaries of them: nothing that can act.
An object with methods of its own could lie about being equal to the right answer; plain data can't.
"""

from typing import Any

import numpy as np

Plain = Any  #: None | bool | int | float | str | np.ndarray | list | tuple | dict of these


#: By name, so that torch is not loaded for it.
TENSORS = {("torch", "Tensor"), ("torch.nn.parameter", "Parameter")}


class NotPlainError(TypeError):
    """A value that is no plain data; the message names its type."""


def plain(value: object) -> Plain:
    """`value` as plain data, every array a base-class copy, tensors and NumPy scalars as arrays.

    Raises NotPlainError for anything else.

    >>> plain((1, [2.5, "a"]))
    (1, [2.5, 'a'])
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return _plain_array(np.array(value, copy=True, subok=False))
    if type(value) is list:
        return [plain(item) for item in value]
    if type(value) is tuple:
        return tuple(plain(item) for item in value)
    if type(value) is dict:
        return {plain(key): plain(item) for key, item in value.items()}
    if (type(value).__module__, type(value).__name__) in TENSORS:
        return _plain_array(np.array(value.detach().cpu().numpy(), subok=False))  # type: ignore[attr-defined]
    raise NotPlainError(type(value).__name__)


def fresh(value: Plain) -> Plain:
    """A copy of plain data that shares no memory with it; a non-contiguous array stays non-contiguous."""
    if isinstance(value, np.ndarray):
        if value.flags.c_contiguous or value.flags.f_contiguous:
            return value.copy(order="K")
        gapped = np.empty((*value.shape[:-1], 2 * value.shape[-1]), value.dtype)[..., ::2]
        gapped[...] = value
        return gapped
    if isinstance(value, list | tuple):
        return type(value)(fresh(item) for item in value)
    if isinstance(value, dict):
        return {key: fresh(item) for key, item in value.items()}
    return value


def same(a: Plain, b: Plain) -> bool:
    """Whether two pieces of plain data are equal to the last bit, NaN equal to NaN."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return (
            a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
        )
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and bool(a == b or (a != a and b != b))


def _plain_array(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "biufU":
        raise NotPlainError(f"array of {array.dtype}")
    return array
