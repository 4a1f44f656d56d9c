"""Kraft's sum, Shannon's lengths, Huffman's code, the arithmetic coder. Taught in book/coding.md."""

import heapq
import itertools
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from xentcourse.reference._arithmetic import (
    MAX_TOTAL,
    AdaptiveModel,
    ArithmeticDecoder,
    ArithmeticEncoder,
    adaptive_bits,
    adaptive_decode,
    adaptive_encode,
    arithmetic_decode,
    arithmetic_encode,
    cumulative_table,
    quantise,
)
from xentcourse.reference._inputs import FloatArray, as_distributions, as_floats, as_weights, first_index

__all__ = [
    "MAX_TOTAL",
    "AdaptiveModel",
    "ArithmeticDecoder",
    "ArithmeticEncoder",
    "adaptive_bits",
    "adaptive_decode",
    "adaptive_encode",
    "arithmetic_decode",
    "arithmetic_encode",
    "canonical_code",
    "cumulative_table",
    "expected_length",
    "huffman_code",
    "huffman_lengths",
    "kraft_sum",
    "prefix_decode",
    "prefix_encode",
    "quantise",
    "shannon_lengths",
]

Symbol = TypeVar("Symbol", bound=Hashable)


def kraft_sum(lengths: npt.ArrayLike) -> float:
    """The sum of 2^−ℓ over the codeword lengths ℓ; a prefix code has at most 1.

    lengths : (K,) array-like of whole numbers >= 0; inf for a symbol without a codeword.
    Returns a float, the exact sum rounded once.
    Raises ValueError for what is no length.
    Source: Kraft (1949). Taught in book/coding.md.

    >>> kraft_sum([1, 2, 3, 3])
    1.0
    """
    whole = _finite(_as_lengths(lengths, function="kraft_sum"))
    return _scaled_kraft(whole) / (1 << max(whole, default=0))  # Python divides whole numbers exactly


def canonical_code(lengths: npt.ArrayLike) -> list[str | None]:
    """The prefix code with these lengths whose codewords, shortest first, are in the order of numbers.

    lengths : (K,) array-like of whole numbers >= 0; inf for a symbol without a codeword.
    Returns K texts of zeros and ones, None where the length is inf.
    Raises ValueError for what is no length, and where the Kraft sum, taken exactly, is above 1.
    Source: Cover & Thomas (2006), theorem 5.2.1. Taught in book/coding.md.

    >>> canonical_code([2, 1, 3, 3])
    ['10', '0', '110', '111']
    """
    array = _as_lengths(lengths, function="canonical_code")
    whole = _finite(array)
    longest = max(whole, default=0)
    if _scaled_kraft(whole) > 1 << longest:
        raise ValueError(
            f"canonical_code: the lengths have the Kraft sum {kraft_sum(array):.6g}, at most 1 is possible. "
            "Which codewords can be longer?"
        )
    code: list[str | None] = [None] * array.size
    start = 0  # of the part of 0..2^longest that is still free
    for k in sorted(np.flatnonzero(np.isfinite(array)).tolist(), key=lambda k: array[k]):
        length = int(array[k])
        code[k] = format(start >> (longest - length), f"0{length}b") if length else ""
        start += 1 << (longest - length)
    return code


def shannon_lengths(p: npt.ArrayLike) -> FloatArray:
    """Shannon's code lengths ⌈−log₂ p⌉: the surprises rounded up, and enough for a prefix code.

    p : (..., K) array-like of probabilities; each row sums to 1.
    Returns (..., K) float64 of whole numbers, inf where p is 0. Exact: no logarithm is rounded.
    A row that rounding has brought so far above 1 that the Kraft sum is, too, is divided by its sum.
    Raises ValueError for what is no distribution.
    Source: Shannon (1948), section 9. Taught in book/coding.md.

    >>> shannon_lengths([1/2, 1/4, 1/4, 0]).tolist()
    [1.0, 2.0, 2.0, inf]
    """
    array = as_floats(p, function="shannon_lengths", name="p")
    array = as_distributions(array, shape=array.shape, function="shannon_lengths", name="p")
    # p = m · 2^e with ½ <= m < 1: the largest power of 2 up to p is 2^(e − 1).
    mantissa, exponent = np.frexp(array)
    lengths = np.where(array > 0, 1.0 - exponent, np.inf)
    for index in np.ndindex(array.shape[:-1]):
        whole = _finite(lengths[index])
        if _scaled_kraft(whole) > 1 << max(whole):
            total = sum(map(Fraction, array[index].tolist()))
            lengths[index] += [2 * Fraction(m) < total for m in mantissa[index].tolist()]
    return lengths


def huffman_lengths(p: npt.ArrayLike) -> FloatArray:
    """The lengths of Huffman's code: no prefix code has a smaller mean length under p.

    p : (K,) array-like of probabilities, or of counts or other weights >= 0, one at least above 0.
    Returns (K,) float64 of whole numbers; inf where p is 0, and 0 where only one symbol is left.
    Raises ValueError for negative or infinite weights, NaN, and where none is above 0.
    Source: Huffman (1952). Taught in book/coding.md.

    >>> huffman_lengths([0.4, 0.3, 0.2, 0.1]).tolist()
    [1.0, 2.0, 3.0, 3.0]
    """
    weights = as_weights(p, function="huffman_lengths", name="p")
    lengths = np.where(weights > 0, 0.0, np.inf)
    number = itertools.count()  # of equal weights, the older tree goes first: the code stays shallow
    heap = [(w, next(number), [k]) for k, w in enumerate(weights.tolist()) if w > 0]
    heapq.heapify(heap)
    while len(heap) > 1:
        one, other = heapq.heappop(heap), heapq.heappop(heap)
        leaves = one[2] + other[2]
        lengths[leaves] += 1
        heapq.heappush(heap, (one[0] + other[0], next(number), leaves))
    return lengths


def huffman_code(model: Mapping[Symbol, float]) -> dict[Symbol, str]:
    """Huffman's code for symbols with probabilities, counts or other weights; its codewords are canonical.

    model : symbol → weight >= 0, one at least above 0.
    Returns symbol → text of zeros and ones; a symbol of weight 0 is left out.
    Raises ValueError as `huffman_lengths` does.
    Source: Huffman (1952). Taught in book/coding.md.

    >>> huffman_code({"dog": 1/2, "cat": 1/4, "fish": 1/8, "bird": 1/8})
    {'dog': '0', 'cat': '10', 'fish': '110', 'bird': '111'}
    """
    if not isinstance(model, Mapping):
        raise ValueError(
            f"huffman_code: the model is {repr(model)[:60]}, a mapping of symbols to weights is needed. "
            "Are the letters of a text still to be counted?"
        )
    codewords = canonical_code(huffman_lengths(list(model.values())))
    return {symbol: word for symbol, word in zip(model, codewords, strict=True) if word is not None}


def expected_length(p: npt.ArrayLike, lengths: npt.ArrayLike) -> FloatArray:
    """The mean number of bits that a symbol from p takes: Σ p ℓ, the cross-entropy where ℓ = −log₂ q.

    p       : (..., K) array-like of probabilities; each row sums to 1.
    lengths : (K,) array-like of numbers >= 0, whole or ideal; inf for a symbol without a codeword.
    Returns (...) float64; inf where some p > 0 has no codeword. A symbol of probability 0 costs nothing.
    Raises ValueError for what is no distribution, for NaN or negative lengths, and shapes that do not fit.
    Source: Cover & Thomas (2006), section 5.3. Taught in book/coding.md.

    >>> float(expected_length([1/2, 1/4, 1/4], [2, 1, 2]))
    1.75
    """
    ell = as_floats(lengths, function="expected_length", name="lengths")
    array = as_floats(p, function="expected_length", name="p")
    if ell.ndim != 1 or array.shape[-1] != ell.size:
        raise ValueError(
            f"expected_length: p has shape {array.shape}, lengths has {ell.shape}; "
            "one length for each probability is needed. Is a symbol missing?"
        )
    if (ell < 0).any():
        where = first_index(ell < 0)
        raise ValueError(
            f"expected_length: lengths{where} is {ell[ell < 0][0]:.6g}, a number >= 0 is needed. "
            "Is this a logarithm whose sign is still to be turned?"
        )
    array = as_distributions(array, shape=array.shape, function="expected_length", name="p")
    with np.errstate(invalid="ignore"):  # 0 · inf, where nothing comes
        return np.asarray(np.where(array > 0, array * ell, 0.0).sum(axis=-1))


def prefix_encode(message: Iterable[Symbol], code: Mapping[Symbol, str]) -> bytes:
    """A message in a prefix code, eight bits to a byte, with zeros after the last codeword.

    message : symbols; a text or bytes will do.
    code    : symbol → text of zeros and ones.
    Returns bytes.
    Raises ValueError, with the position, for a symbol without a codeword.
    Source: Huffman (1952). Taught in book/coding.md.

    >>> prefix_encode("abca", {"a": "0", "b": "10", "c": "11"}).hex()   # 0 10 11 0, and 00
    '58'
    """
    symbols = list(message)
    try:
        bits = "".join([code[symbol] for symbol in symbols])
    except KeyError:
        position = next(i for i, symbol in enumerate(symbols) if symbol not in code)
        raise ValueError(
            f"prefix_encode: symbol {symbols[position]!r} at position {position} has no codeword. "
            "Did the model that made the code give it probability 0?"
        ) from None
    size = -(-len(bits) // 8)
    return int(bits.ljust(8 * size, "0") or "0", 2).to_bytes(size, "big")


def prefix_decode(data: bytes, code: Mapping[Symbol, str], length: int) -> list[Symbol]:
    """The message of `length` symbols that `prefix_encode` made into `data`.

    data   : bytes.
    code   : symbol → text of zeros and ones; no codeword is the beginning of another.
    length : how many symbols to read.
    Returns a list of symbols.
    Raises ValueError where the bits end early, or match no codeword.
    Source: Huffman (1952). Taught in book/coding.md.

    >>> "".join(prefix_decode(b"X", {"a": "0", "b": "10", "c": "11"}, 4))
    'abca'
    """
    symbols = {word: symbol for symbol, word in code.items()}
    longest = max(map(len, symbols), default=0)
    bits = format(int.from_bytes(data, "big"), f"0{8 * len(data)}b") if data else ""
    message: list[Symbol] = []
    start = 0
    for _ in range(length):
        stop = start
        while bits[start:stop] not in symbols:
            stop += 1
            if stop > len(bits) or stop - start > longest:
                raise ValueError(
                    f"prefix_decode: no codeword begins at bit {start}, where symbol {len(message)} should. "
                    "Is this the code that the message was written in, and is the data complete?"
                )
        message.append(symbols[bits[start:stop]])
        start = stop
    return message


def _as_lengths(lengths: npt.ArrayLike, *, function: str) -> FloatArray:
    """Codeword lengths: (K,) whole numbers, at least 0, or inf."""
    empty = isinstance(lengths, Sequence) and len(lengths) == 0
    array = np.zeros(0) if empty else as_floats(lengths, function=function, name="lengths")
    if array.ndim != 1:
        raise ValueError(
            f"{function}: lengths has shape {array.shape}, shape (K,) is needed, one for each symbol. "
            "Is this a whole table?"
        )
    wrong = (array < 0) | (np.isfinite(array) & (array != np.floor(array)))
    if wrong.any():
        raise ValueError(
            f"{function}: lengths{first_index(wrong)} is {array[wrong][0]:.6g}, a whole number >= 0, or inf, "
            "is needed. Is a surprise still to be rounded up?"
        )
    return array


def _finite(lengths: FloatArray) -> list[int]:
    return [int(length) for length in lengths.tolist() if math.isfinite(length)]


def _scaled_kraft(whole: Sequence[int]) -> int:
    """The Kraft sum times 2 to the longest length: a whole number, so nothing is rounded."""
    longest = max(whole, default=0)
    return sum(1 << (longest - length) for length in whole)
