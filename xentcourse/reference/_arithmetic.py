"""An arithmetic coder on whole numbers, and models to drive it. Its functions are in `coding`, too.

The interval is [low, low + width) in units of 2^−64, scaled up by 2^16 whenever width falls below 2^48.
One division for each symbol is rounded, on both sides alike, so decoding is exact.
With tables of total at most T, the code of N symbols is never shorter than their surprise, and longer by less
than N · log₂(1 / (1 − T / 2^48)) + 9 bits: 0.09 + 9 bits for a million symbols and T = 2^24.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import as_counts, as_distributions, as_floats

IntTable = npt.NDArray[np.int64]
Table = Sequence[int] | IntTable

#: The largest total of a table: one symbol then loses at most 0.000023 bits to rounding.
MAX_TOTAL = 1 << 32

_FULL = 1 << 64
_LOW = 1 << 48
_BELOW_FULL, _BELOW_LOW = _FULL - 1, _LOW - 1


def cumulative_table(counts: npt.ArrayLike) -> list[int]:
    """The table that the coder takes: 0 and the running sums of the counts.

    Symbol k has the numbers from table[k] up to, and without, table[k + 1].

    counts : (K,) array-like of whole numbers >= 0; the sum from 1 to 2^32.
    Returns a list of K + 1 ints.
    Raises ValueError for what is no count, and for a sum out of range.
    Source: Witten et al. (1987). Taught in book/coding.md.

    >>> cumulative_table([2, 0, 3])
    [0, 2, 2, 5]
    """
    n = as_counts(counts, function="cumulative_table")
    table = [0, *accumulate(int(x) for x in n.tolist())]
    _check_total(table[-1], function="cumulative_table")
    return table


def quantise(p: npt.ArrayLike, total: int) -> IntTable:
    """Whole numbers that sum to `total` and are nearly proportional to p.

    Where m of the probabilities are above 0, each count is above p · (total − m): the surprise
    −log₂(count / total) exceeds −log₂ p by less than −log₂(1 − m / total), for every symbol that p allows.

    p     : (..., K) array-like of probabilities; each row sums to 1.
    total : whole number, at least m for each row, at most 2^32.
    Returns (..., K) int64: 0 where p is 0, at least 1 where it is not.
    Raises ValueError for what is no distribution, and for a total out of range.
    Source: none; taught in book/coding.md.

    >>> quantise([0.5, 0.4999, 0.0001, 0], 16).tolist()
    [8, 7, 1, 0]
    """
    array = as_floats(p, function="quantise", name="p")
    array = as_distributions(array, shape=array.shape, function="quantise", name="p")
    _check_total(total, function="quantise")
    m = (array > 0).sum(axis=-1, keepdims=True)
    if (m > total).any():
        raise ValueError(
            f"quantise: total is {total}, at least {m.max()} is needed, one for each probability above 0. "
            "Take a larger total: 2**16 is usual."
        )
    share = array / array.sum(axis=-1, keepdims=True)
    counts: IntTable = np.floor(share * (total - m)).astype(np.int64) + (array > 0)
    rest = total - counts.sum(axis=-1, keepdims=True)  # from 0 to m: goes to the most probable symbol
    best = array.argmax(axis=-1, keepdims=True)
    np.put_along_axis(counts, best, np.take_along_axis(counts, best, axis=-1) + rest, axis=-1)
    return counts


class ArithmeticEncoder:
    """Writes symbols, each under a table of its own, into one code.

    >>> encoder = ArithmeticEncoder()
    >>> for symbol in [0, 1, 0]:
    ...     encoder.encode(symbol, [0, 3, 4])   # symbol 0 has 3/4, symbol 1 has 1/4
    >>> encoder.finish().hex()
    '90'
    """

    def __init__(self) -> None:
        self.position = 0  #: how many symbols are in
        self._low, self._width = 0, _FULL
        self._out = bytearray()

    def encode(self, symbol: int, table: Table) -> None:
        """Add a symbol that has table[symbol]..table[symbol + 1] of table[-1].

        table : 0 and the running sums of the counts, ints; a new one for every symbol is welcome.
        Raises ValueError, with position and symbol, where the table gives the symbol no room.
        """
        if not 0 <= symbol < len(table) - 1:
            raise ValueError(
                f"encode: symbol {symbol!r} at position {self.position} is outside 0..{len(table) - 2}, "
                "the symbols of the table. Does the table have an entry more than there are symbols?"
            )
        start, stop = int(table[symbol]), int(table[symbol + 1])
        if start >= stop:
            raise ValueError(
                f"encode: symbol {symbol} at position {self.position} has the count {stop - start}, "
                "at least 1 is needed. A model must leave room for all that may come: add 1 to its counts?"
            )
        self.encode_interval(start, stop, int(table[-1]))

    def encode_interval(self, start: int, stop: int, total: int) -> None:
        """Add a symbol that has start..stop of 0..total; 0 <= start < stop <= total <= 2^32."""
        if not 0 <= start < stop <= total <= MAX_TOTAL:
            raise ValueError(
                f"encode_interval: {start}..{stop} of {total} at position {self.position} is no interval; "
                f"0 <= start < stop <= total <= {MAX_TOTAL} is needed. Are the counts summed up?"
            )
        self.position += 1
        unit = self._width // total
        low, width = self._low + unit * start, unit * (stop - start)
        if low >= _FULL:
            self._carry()
            low &= _BELOW_FULL
        while width < _LOW:
            self._out += (low >> 48).to_bytes(2, "big")
            low = (low & _BELOW_LOW) << 16
            width <<= 16
        self._low, self._width = low, width

    def finish(self) -> bytes:
        """The code: the fewest bytes that decode to the message, whatever bytes come after them."""
        size, block = 0, _FULL
        while (v := -(-self._low // block) * block) + block > self._low + self._width:
            size, block = size + 1, block >> 8
        if v >= _FULL:
            self._carry()
        return bytes(self._out) + (v & _BELOW_FULL).to_bytes(8, "big")[:size]

    def _carry(self) -> None:
        i = len(self._out) - 1
        while self._out[i] == 255:
            self._out[i] = 0
            i -= 1
        self._out[i] += 1


class ArithmeticDecoder:
    """Reads symbols back, given the tables that the encoder was given.

    >>> decoder = ArithmeticDecoder(bytes.fromhex("90"))
    >>> [decoder.decode([0, 3, 4]) for _ in range(3)]
    [0, 1, 0]
    """

    def __init__(self, code: bytes) -> None:
        self.position = 0  #: how many symbols are out
        self._code = bytes(code)
        self._next = 8
        self._width = _FULL
        self._value = int.from_bytes(self._code[:8].ljust(8, b"\0"), "big")

    def decode(self, table: Table) -> int:
        """The next symbol; table as for the encoder.

        Raises ValueError where the code lies where no symbol is, or is shorter than the symbols so far need.
        """
        total = int(table[-1])
        symbol = bisect_right(table, self.target(total)) - 1
        self.advance(int(table[symbol]), int(table[symbol + 1]), total)
        return symbol

    def target(self, total: int) -> int:
        """A number in 0..total − 1: the next symbol is the one that has it between its start and its stop."""
        _check_total(total, function="target")
        target = self._value // (self._width // total)
        if target >= total:
            raise ValueError(
                f"decode: at position {self.position} the code lies where no symbol is. "
                "Is it damaged, or was it written under other tables?"
            )
        return target

    def advance(self, start: int, stop: int, total: int) -> None:
        """Go on behind the symbol that has start..stop of 0..total."""
        unit = self._width // total
        value, width = self._value - unit * start, unit * (stop - start)
        while width < _LOW:
            if self._next - 5 > len(self._code):
                raise ValueError(
                    f"decode: the code ends after {len(self._code)} bytes, before the symbol at position "
                    f"{self.position} is complete. Is the code cut off, or the message shorter?"
                )
            value = value << 16 | int.from_bytes(
                self._code[self._next : self._next + 2].ljust(2, b"\0"), "big"
            )
            self._next += 2
            width <<= 16
        self.position += 1
        self._value, self._width = value, width


def arithmetic_encode(message: Iterable[int], table: Table) -> bytes:
    """The code of a message under one table for all symbols.

    message : symbols 0..K−1; bytes will do where K = 256.
    table   : 0 and the running sums of the counts, as `cumulative_table` makes it.
    Returns bytes, none for an empty message.
    Raises ValueError, with position and symbol, where the table gives a symbol no room.
    Source: Witten et al. (1987). Taught in book/coding.md.

    >>> arithmetic_encode([0, 1, 0], [0, 3, 4]).hex()
    '90'
    """
    encoder = ArithmeticEncoder()
    table = [int(x) for x in table]
    for symbol in message:
        encoder.encode(symbol, table)
    return encoder.finish()


def arithmetic_decode(code: bytes, table: Table, length: int) -> list[int]:
    """The message of `length` symbols that `arithmetic_encode` made into `code`.

    code, table : as there; bytes after the end of the code do no harm.
    length      : how many symbols to read.
    Returns a list of symbols.
    Raises ValueError where the code ends too early, or lies where no symbol is.
    Source: Witten et al. (1987). Taught in book/coding.md.

    >>> arithmetic_decode(bytes.fromhex("90"), [0, 3, 4], 3)
    [0, 1, 0]
    """
    decoder = ArithmeticDecoder(code)
    table = [int(x) for x in table]
    return [decoder.decode(table) for _ in range(length)]


class AdaptiveModel:
    """Counts that start at 1 and learn: after n symbols, symbol k has (n_k + 1) / (n + K).

    >>> model = AdaptiveModel(2)
    >>> model.learn(1)
    >>> model.interval(1), model.total
    ((1, 3), 3)
    """

    def __init__(self, size: int = 256) -> None:
        self.total = size
        self._counts = [1] * size
        # Sums of sixteen counts each: no sum is over more than a few entries, and learning touches two.
        self._blocks = [len(self._counts[i : i + 16]) for i in range(0, size, 16)]

    def interval(self, symbol: int) -> tuple[int, int]:
        """Where the symbol starts and stops in 0..total."""
        block = symbol >> 4
        start = sum(self._blocks[:block]) + sum(self._counts[block << 4 : symbol])
        return start, start + self._counts[symbol]

    def find(self, target: int) -> tuple[int, int, int]:
        """The symbol whose interval has the target in it, and where that starts and stops."""
        blocks = list(accumulate(self._blocks))
        block = bisect_right(blocks, target)
        first = block << 4
        below = blocks[block] - self._blocks[block]
        sums = list(accumulate(self._counts[first : first + 16], initial=below))
        inner = bisect_right(sums, target)
        return first + inner - 1, sums[inner - 1], sums[inner]

    def learn(self, symbol: int) -> None:
        """Count the symbol."""
        self._counts[symbol] += 1
        self._blocks[symbol >> 4] += 1
        self.total += 1


def adaptive_encode(data: bytes, *, order: int = 0) -> bytes:
    """Bytes compressed by a model that learns as it goes, so that no table need be sent.

    data  : bytes.
    order : 0 for one model, 1 for a model of its own after each byte.
    Returns bytes, none for empty data.
    Raises ValueError for another order.
    Source: Witten et al. (1987). Taught in book/coding.md.

    >>> len(adaptive_encode(b"abracadabra" * 100))
    396
    """
    models, mask = _models(order, function="adaptive_encode")
    encoder, context = ArithmeticEncoder(), 0
    for symbol in data:
        model = models[context]
        encoder.encode_interval(*model.interval(symbol), model.total)
        model.learn(symbol)
        context = symbol & mask
    return encoder.finish()


def adaptive_decode(code: bytes, length: int, *, order: int = 0) -> bytes:
    """The data of `length` bytes that `adaptive_encode` made into `code`.

    code, order : as there.
    length      : how many bytes to read.
    Returns bytes.
    Raises ValueError for another order, and where the code ends too early.
    Source: Witten et al. (1987). Taught in book/coding.md.

    >>> adaptive_decode(adaptive_encode(b"abracadabra"), 11)
    b'abracadabra'
    """
    models, mask = _models(order, function="adaptive_decode")
    decoder, context, data = ArithmeticDecoder(code), 0, bytearray()
    for _ in range(length):
        model = models[context]
        symbol, start, stop = model.find(decoder.target(model.total))
        decoder.advance(start, stop, model.total)
        model.learn(symbol)
        data.append(symbol)
        context = symbol & mask
    return bytes(data)


def adaptive_bits(data: bytes, *, order: int = 0) -> float:
    """The surprise of the data, in bits, to the model of `adaptive_encode`.

    data, order : as there.
    Returns a float: the sum over the models of log₂((n + 255)! / (255! · n₀! ⋯ n₂₅₅!)).
    Raises ValueError for another order.
    Source: Cover & Thomas (2006), section 13.2. Taught in book/coding.md.

    >>> round(adaptive_bits(b"a"), 6)   # one of 256 equally likely bytes
    8.0
    """
    _, mask = _models(order, function="adaptive_bits")
    contexts = [0, *(x & mask for x in data[:-1])] if data else []
    pairs = Counter(zip(contexts, data, strict=True))
    after: Counter[int] = Counter(contexts)
    nats = [math.lgamma(n + 256) - math.lgamma(256) for n in after.values()]
    nats += [-math.lgamma(n + 1) for n in pairs.values()]
    return math.fsum(nats) / math.log(2)


def _models(order: int, *, function: str) -> tuple[defaultdict[int, AdaptiveModel], int]:
    """A model for each context, made when first met; the mask leaves of a byte what the context keeps."""
    if order not in (0, 1):
        raise ValueError(f"{function}: order is {order!r}, 0 or 1 is needed. How many bytes of context?")
    return defaultdict(AdaptiveModel), 255 * order


def _check_total(total: int, *, function: str) -> None:
    if not 1 <= total <= MAX_TOTAL:
        raise ValueError(
            f"{function}: the total is {total}, a whole number from 1 to {MAX_TOTAL} is needed. "
            "Are all counts 0, or are they too fine?"
        )
