"""What goes wrong with codes and with coders. Taught in book/coding.md."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from xentcourse.checks.comparing import Slip

Array = np.ndarray
Message = list[int]
Lengths = dict[str, float]


# ---- the right results, for slips to bend -----------------------------------------------------------


def interval(message: Message, counts: Message) -> tuple[Fraction, Fraction]:
    """Where the interval of a message begins, and how wide it is."""
    low, width = Fraction(0), Fraction(1)
    for s in message:
        low += width * Fraction(sum(counts[:s]), sum(counts))
        width *= Fraction(counts[s], sum(counts))
    return low, width


def bits_in(low: Fraction, width: Fraction, *, spare: int = 1, up: bool = True) -> str:
    """The codeword in an interval: as many bits as its surprise has, rounded up, and `spare` more."""
    m = 0
    while Fraction(1, 2**m) > width:
        m += 1
    m = max(m + spare, 1)
    return format(math.ceil(low * 2**m) if up else math.floor(low * 2**m), f"0{m}b")


def encode(message: Message, counts: Message) -> str:
    """The codeword of a message."""
    return bits_in(*interval(message, counts))


def decode(bits: str, counts: Message, length: int) -> Message:
    """The message of a codeword."""
    v, message = Fraction(int(bits, 2), 2 ** len(bits)), []
    for _ in range(length):
        s = max(s for s in range(len(counts)) if sum(counts[:s]) <= v * sum(counts))
        v = (v * sum(counts) - sum(counts[:s])) / counts[s]
        message.append(s)
    return message


def shortest(weights: Array, pick: Callable[[list[float]], tuple[int, int]]) -> Array:
    """Lengths of a tree that is built from the leaves by joining the two trees that `pick` names."""
    lengths = np.zeros(len(weights))
    trees = [(float(w), [k]) for k, w in enumerate(weights)]
    while len(trees) > 1:
        i, j = sorted(pick([weight for weight, _ in trees]))
        (other, right), (one, left) = trees.pop(j), trees.pop(i)
        lengths[left + right] += 1
        trees.append((one + other, left + right))
    return lengths


def two_lightest(weights: list[float]) -> tuple[int, int]:
    """The places of the two smallest weights."""
    first, second = np.argsort(weights, kind="stable")[:2]
    return int(first), int(second)


def two_heaviest(weights: list[float]) -> tuple[int, int]:
    """The places of the two largest weights."""
    first, second = np.argsort(weights, kind="stable")[-2:]
    return int(first), int(second)


def shares(text: str) -> Lengths:
    """The share of each letter in the text itself."""
    return {letter: text.count(letter) / len(text) for letter in text}


# ---- the slips --------------------------------------------------------------------------------------

_SKIPPED = (
    "Likely slip: a letter without a codeword was skipped, or counted 0. It can't be written at all: inf."
)
_DECIMALS = (
    "Likely slip: decimals. After some fifty bits their digits are used up: "
    "keep v a Fraction, or work with whole numbers."
)

KRAFT = (
    Slip(
        "Likely slip: the sign of the exponent. Long codewords take little of the budget.",
        lambda ell: (2.0**ell).sum(),
    ),
    Slip(
        "Likely slip: exp has the base e. A codeword is made of two digits, so powers of 2 count.",
        lambda ell: np.exp(-ell.astype(float)).sum(),
    ),
    Slip("Likely slip: one number for each codeword came back. Add them up.", lambda ell: 2.0**-ell),
    Slip("Likely slip: that is the mean. The budget is the sum.", lambda ell: (2.0**-ell).mean()),
    Slip(
        "Likely slip: that says whether the sum is at most 1. The sum itself was asked.",
        lambda ell: bool((2.0**-ell).sum() <= 1),
    ),
    Slip(
        "Likely slip: two to the power of all the lengths together. Take the powers first, then add.",
        lambda ell: 2.0 ** -ell.sum(),
    ),
)
SHANNON = (
    Slip(
        "Likely slip: rounded down, too short for a prefix code. Round up, after the sign is turned: "
        "-np.ceil(x) is np.floor(-x).",
        lambda p: np.floor(-np.log2(p)),
    ),
    Slip(
        "Likely slip: rounded to the nearest whole number. Some codewords get too short: round up.",
        lambda p: np.round(-np.log2(p)),
    ),
    Slip(
        "Likely slip: not rounded. A codeword has a whole number of bits.",
        lambda p: -np.log2(p),
    ),
    Slip(
        "Likely slip: the natural logarithm. Lengths are in bits: np.log2.",
        lambda p: np.ceil(-np.log(p)),
    ),
    Slip(
        "Likely slip: the sign is missing, so the lengths are negative.",
        lambda p: np.ceil(np.log2(p)),
    ),
    Slip(
        "Likely slip: at least 1 bit was given to each symbol. What is certain needs none: 0 bits.",
        lambda p: np.maximum(np.ceil(-np.log2(p)), 1),
    ),
    Slip(
        "Likely slip: rounded down, plus 1. For a power of one half that is a bit too many: np.ceil.",
        lambda p: np.floor(-np.log2(p)) + 1,
    ),
    Slip(
        "Likely slip: np.log(p) / np.log(2) is not quite a whole number for some powers of one half, and is "
        "then rounded up to the next. np.log2 is exact there.",
        lambda p: np.ceil(-np.log(p) / np.log(2)),
    ),
    Slip(
        "Likely slip: a symbol of probability 0 was given the length 0. It has no codeword, hence inf.",
        lambda p: np.where(p > 0, np.ceil(-np.log2(p)), 0.0),
    ),
)
PRICE = (
    Slip(
        "Likely slip: that is the sum. Divide by the number of letters.",
        lambda text, ell: sum(ell.get(x, math.inf) for x in text),
    ),
    Slip(
        "Likely slip: each letter was counted once. It counts as often as it occurs.",
        lambda text, ell: sum(ell.get(x, math.inf) for x in set(text)) / len(set(text)),
    ),
    Slip(
        "Likely slip: divided by the number of different letters. The text's length counts.",
        lambda text, ell: sum(ell.get(x, math.inf) for x in text) / len(set(text)),
    ),
    Slip(
        "Likely slip: the mean over the code's letters. The text decides how often each length is paid.",
        lambda text, ell: sum(ell.values()) / len(ell),
    ),
    Slip(
        "Likely slip: weighted as if the letters came with the shares 2^-length, as the code expects. "
        "The text has shares of its own.",
        lambda text, ell: sum(2.0**-x * x for x in ell.values() if x < math.inf),
    ),
    Slip(
        "Likely slip: that is the entropy of the text's own letters, the price of the best code. "
        "This code's lengths were asked.",
        lambda text, ell: -sum(p * math.log2(p) for p in shares(text).values()),
    ),
    Slip(
        _SKIPPED,
        lambda text, ell: sum(ell.get(x, 0.0) for x in text) / len(text),
    ),
    Slip(
        _SKIPPED,
        lambda text, ell: sum(ell.get(x, 0.0) for x in text) / sum(x in ell for x in text),
    ),
    Slip(
        "Likely slip: 0 * inf is nan. A letter that the text does not use costs nothing: "
        "go through the letters of the text.",
        lambda text, ell: sum(text.count(x) * length for x, length in ell.items()) / len(text),
    ),
)
HUFFMAN = (
    Slip(
        "Likely slip: a single symbol was given 1 bit. Where there is nothing to tell apart, 0 bits will do.",
        lambda w: np.maximum(shortest(w, two_lightest), 1),
    ),
    Slip(
        "Likely slip: those are Shannon's lengths, the surprises rounded up. Huffman's are at least as good.",
        lambda w: np.ceil(-np.log2(w / w.sum())),
    ),
    Slip(
        "Likely slip: all codewords are equally long. Frequent symbols should get shorter ones.",
        lambda w: np.full(len(w), math.ceil(math.log2(len(w)))),
    ),
    Slip(
        "Likely slip: each step joined the tree grown so far and the next symbol. "
        "A joined tree waits its turn: the two lightest of all trees come next.",
        lambda w: comb(w),
    ),
    Slip(
        "Likely slip: the two heaviest trees were joined. The lightest get longer first.",
        lambda w: shortest(w, two_heaviest),
    ),
    Slip(
        "Likely slip: the first two trees were joined, whatever their weights. "
        "Sort again before each step: a joined tree has a new weight.",
        lambda w: shortest(w, lambda trees: (0, 1)),
    ),
    Slip(
        "Likely slip: sorted by length. The lengths belong in the order of the symbols.",
        lambda w: np.sort(shortest(w, two_lightest)),
    ),
    Slip(
        "Likely slip: sorted by length. The lengths belong in the order of the symbols.",
        lambda w: np.sort(shortest(w, two_lightest))[::-1],
    ),
)
ENCODE = (
    Slip(
        "Likely slip: the message was taken from its end. Its first symbol divides [0, 1).",
        lambda message, counts: encode(message[::-1], counts),
    ),
    Slip(
        "Likely slip: the part of a symbol begins behind the symbols before it, without its own count.",
        lambda message, counts: bent(
            message, counts, lambda s, low, width, T: low + width * Fraction(sum(counts[: s + 1]), T)
        ),
    ),
    Slip(
        "Likely slip: the new width was used to move low. Change low first, then the width.",
        lambda message, counts: bent(
            message,
            counts,
            lambda s, low, width, T: low + width * Fraction(counts[s] * sum(counts[:s]), T * T),
        ),
    ),
    Slip(
        "Likely slip: low was moved by the symbols' share of [0, 1). It is a share of the interval so far: "
        "times the width.",
        lambda message, counts: bent(
            message, counts, lambda s, low, width, T: low + Fraction(sum(counts[:s]), T)
        ),
    ),
    Slip(
        "Likely slip: low was rounded down, out of the interval. Round up.",
        lambda message, counts: bits_in(*interval(message, counts), up=False),
    ),
    Slip(
        "Likely slip: one bit too few. 2^-m must fit into half of the width, "
        "since rounding up uses up to one step of 2^-m.",
        lambda message, counts: bits_in(*interval(message, counts), spare=0),
    ),
    Slip(
        "Likely slip: zeros in front are lost. The codeword has exactly m digits: format(j, f'0{m}b').",
        lambda message, counts: encode(message, counts).lstrip("0"),
    ),
)
DECODE = (
    Slip(
        "Likely slip: the message is backwards. The first symbol is read first.",
        lambda bits, counts, length: decode(bits, counts, length)[::-1],
    ),
    Slip(
        "Likely slip: that reads the bits one by one. They are one number for the whole message.",
        lambda bits, counts, length: [int(bit) for bit in bits][:length],
    ),
    Slip(
        "Likely slip: v was not magnified after each symbol, or the search not begun again from s = 0, "
        "so the first symbol came again and again.",
        lambda bits, counts, length: decode(bits, counts, 1) * length,
    ),
    Slip(
        "Likely slip: where v lies exactly where two parts meet, the symbol is the second of them. "
        "Go on while start + counts[s] <= T * v, the equality included.",
        lambda bits, counts, length: followed(bits, counts, length, strict=True),
    ),
    Slip(
        "Likely slip: divided by T. The part that is magnified to [0, 1) is counts[s] wide.",
        lambda bits, counts, length: followed(bits, counts, length, by_total=True),
    ),
    Slip(
        "Likely slip: the symbols count from 0.",
        lambda bits, counts, length: [s + 1 for s in decode(bits, counts, length)],
    ),
    Slip(
        "Likely slip: one symbol too many. Stop after `length` of them.",
        lambda bits, counts, length: decode(bits, counts, length + 1),
    ),
    Slip(
        _DECIMALS,
        lambda bits, counts, length: in_decimals(bits, counts, length),
    ),
    Slip(
        _DECIMALS,
        lambda bits, counts, length: in_decimals(bits, counts, length, running=True),
    ),
)

NO_TEXT = "Each codeword is a piece of text made of 0 and 1, such as '010', quotes included."
OUT_OF_ORDER = "Likely slip: codewords in the order of their lengths. Put each at its symbol's place."
NO_ZEROS = "Likely slip: zeros in front are lost. format(number, f'0{length}b') keeps them."
NOT_SHORTEST_FIRST = (
    "Likely slip: the shortest codewords must get their intervals first, and each interval begins where the "
    "one before it ends: after every codeword add 2^-length."
)
NO_BITS = "A piece of text made of 0 and 1 is needed, such as '0110', with at least one digit."
TOO_LONG = "Likely slip: m is the smallest number with 2^-m at most half the width. Start from m = 1."
ROUNDED = (
    "Likely slip: decimals were used on the way, or NumPy's whole numbers, which end at 64 bits. "
    "Short messages came out right, so keep every number a Fraction, or a whole number of Python's."
)
ELSEWHERE = (
    "The number that these bits write lies outside the message's interval. "
    "Print low and width after each symbol, and compare with the worked example."
)
RUNS_OUT = (
    "The number lies in the message's interval, but bits that follow could lead out of it. "
    "Are there too few digits?"
)


# ---- what the slips compute -------------------------------------------------------------------------


def comb(weights: Array) -> Array:
    """Lengths where one tree grows by a symbol at each step, the lightest symbols first."""
    lengths = np.zeros(len(weights))
    for rank, k in enumerate(np.argsort(-weights, kind="stable")):
        lengths[k] = min(rank + 1, len(weights) - 1)
    return lengths


def bent(message: Message, counts: Message, step: Callable[[int, Fraction, Fraction, int], Fraction]) -> str:
    """The codeword where low moves in a way of its own."""
    low, width, T = Fraction(0), Fraction(1), sum(counts)
    for s in message:
        low, width = step(s, low, width, T), width * Fraction(counts[s], T)
    return bits_in(low, width)


def followed(
    bits: str, counts: Message, length: int, *, strict: bool = False, by_total: bool = False
) -> Message:
    """The decoder's way with < for <=, or with T in the place of the symbol's count."""
    v, T, message = Fraction(int(bits, 2), 2 ** len(bits)), sum(counts), []
    for _ in range(length):
        s, start = 0, 0
        while start + counts[s] < T * v or (start + counts[s] == T * v and not strict):
            start, s = start + counts[s], s + 1
        message.append(s)
        v = (T * v - start) / (T if by_total else counts[s])
    return message


def in_decimals(bits: str, counts: Message, length: int, *, running: bool = False) -> Message:
    """What float64 makes of a codeword: v magnified at each step, or low and width kept."""
    v, T, message = int(bits, 2) / 2 ** len(bits), sum(counts), []
    low, width = 0.0, 1.0
    for _ in range(length):
        where = (v - low) / width * T if running else v * T
        s = max((s for s in range(len(counts)) if sum(counts[:s]) <= where), default=0)
        low, width = low + width * sum(counts[:s]) / T, width * counts[s] / T
        v = v if running else (v * T - sum(counts[:s])) / counts[s]
        message.append(s)
    return message
