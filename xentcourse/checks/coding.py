"""Checks of the assignment `coding`. Taught in book/coding.md."""

import math
import string
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Slip, Tolerance, as_numbers, show
from xentcourse.checks.slips import coding as slips
from xentcourse.reference import coding as reference

Array = np.ndarray
Rng = np.random.Generator
Message = list[int]


@check("kraft_sum")
def kraft_sum(answer: Answer, rng: Rng) -> None:
    """Short and long lists of lengths, with an infinite one."""
    for note, lengths in length_lists(rng):
        answer.must_match(reference.kraft_sum, lengths, note=note, slips=slips.KRAFT)


@check("shannon_lengths")
def shannon_lengths(answer: Answer, rng: Rng) -> None:
    """Ordinary probabilities, powers of one half, a certain and an impossible symbol."""
    halves = 0.5 ** np.arange(1, 31)
    for note, p in (
        ("four symbols", np.array([0.9, 0.06, 0.03, 0.01])),
        ("powers of one half", np.array([0.5, 0.25, 0.125, 0.125])),
        ("a random model", rng.dirichlet(np.ones(6))),
        ("a symbol that is certain", np.array([1.0])),
        ("an impossible symbol", np.array([0.5, 0.0, 0.5])),
        ("many powers of one half, for which the surprises are whole numbers", np.append(halves, halves[-1])),
        ("very rare symbols", np.array([1 - 3e-9, 1e-9, 2e-9])),
    ):
        answer.must_match(reference.shannon_lengths, p, note=note, slips=slips.SHANNON)


@check("bits_per_letter")
def bits_per_letter(answer: Answer, rng: Rng) -> None:
    """Texts with whole and ideal lengths, and letters without a codeword."""

    def right(text: str, lengths: dict[str, float]) -> float:
        return math.fsum(lengths.get(x, math.inf) for x in text) / len(text)

    for note, text, lengths in priced_texts(rng):
        answer.must_match(right, text, lengths, note=note, slips=slips.PRICE)


@check("huffman_lengths")
def huffman_lengths(answer: Answer, rng: Rng) -> None:
    """Few symbols, ties, very unequal weights, and one symbol alone."""
    for note, weights in weight_lists(rng):
        best = float((weights * reference.huffman_lengths(weights)).sum())
        lengths = as_numbers(answer(weights))

        def right(weights: Array, lengths: Array | None = lengths, best: float = best) -> Array:
            if lengths is None or not is_as_good(lengths, weights, best):
                return reference.huffman_lengths(weights)
            return lengths

        answer.must_match(right, weights, note=note, slips=slips.HUFFMAN)


@check("codewords")
def codewords(answer: Answer, rng: Rng) -> None:
    """Lengths in order and out of order, full budgets and others."""
    for note, lengths in code_lengths(rng):
        words = answer(lengths)
        told = wrong_with_codewords(words, lengths)
        if told:
            answer.fail(f"{answer.name}({show(lengths)}) returned {show(words)}", *told, note=note)


@check("arithmetic_encode")
def arithmetic_encode(answer: Answer, rng: Rng) -> None:
    """Messages of no, few and many symbols, under even and uneven counts."""
    for note, message, counts in messages(rng):
        bits = answer(message, counts)
        told = wrong_with_bits(bits, message, counts)
        if told:
            called = f"{answer.name}({show(message) if len(message) < 30 else '…'}, {show(counts)})"
            answer.fail(f"{called} returned {show(bits)}", *told, note=note)


@check("arithmetic_decode")
def arithmetic_decode(answer: Answer, rng: Rng) -> None:
    """The same messages, and bits that go on after the codeword."""
    for note, message, counts in messages(rng):
        bits = slips.encode(message, counts)
        for more in ("", "0", "1011", "1" * 9):
            answer.must_match(
                slips.decode,
                bits + more,
                counts,
                len(message),
                note=note + (f", and bits after the codeword: {more}" if more else ""),
                tolerance=EXACT,
                slips=slips.DECODE,
            )


# ---- comparing --------------------------------------------------------------------------------------

EXACT = Tolerance(relative=0.0, absolute=0.0)


def is_as_good(lengths: Array, weights: Array, best: float) -> bool:
    """Whether a prefix code has these lengths and nothing shorter exists."""
    return bool(
        lengths.shape == weights.shape
        and np.isfinite(lengths).all()
        and (lengths >= 0).all()
        and (lengths == np.floor(lengths)).all()
        and reference.kraft_sum(lengths) <= 1
        and math.isclose(float((weights * lengths).sum()), best, rel_tol=1e-9)
    )


def wrong_with_codewords(words: Any, lengths: Sequence[int]) -> list[str]:
    """The tutor's sentences; none where the codewords are right."""
    words = without_numpy(words)
    if not isinstance(words, list | tuple) or len(words) != len(lengths):
        return [f"A list of {len(lengths)} codewords is needed, one for each length."]
    if not all(isinstance(word, str) and set(word) <= {"0", "1"} for word in words):
        return [slips.NO_TEXT]
    found = [len(word) for word in words]
    if found != list(lengths):
        k = next(k for k, length in enumerate(lengths) if found[k] != length)
        sentence = f"Codeword {k} is {words[k]!r}, of length {found[k]}; {lengths[k]} was asked."
        sorted_ = sorted(found) == sorted(lengths)
        shorter = all(a <= b for a, b in zip(found, lengths, strict=True))
        return [sentence, slips.OUT_OF_ORDER if sorted_ else slips.NO_ZEROS if shorter else ""]
    for j, word in enumerate(words):
        for k, other in enumerate(words):
            if j != k and other.startswith(word):
                return [
                    f"Codeword {j}, {word!r}, is the beginning of codeword {k}, {other!r}.",
                    slips.NOT_SHORTEST_FIRST,
                ]
    return []


def wrong_with_bits(bits: Any, message: Message, counts: Message) -> list[str]:
    """The tutor's sentences; none where any decoder reads the message from the bits, and they are short."""
    bits = without_numpy(bits)
    if not isinstance(bits, str) or not bits or not set(bits) <= {"0", "1"}:
        return [slips.NO_BITS]
    low, width = slips.interval(message, counts)
    size = Fraction(1, 2 ** len(bits))
    start = int(bits, 2) * size
    right = slips.encode(message, counts)
    if low <= start and start + size <= low + width and len(bits) <= len(right):
        return []
    expected = f"expected {show(right)}"
    told = next((slip.sentence for slip in slips.ENCODE if agrees(slip, bits, message, counts)), "")
    if told:
        return [expected, told]
    if low <= start and start + size <= low + width:
        return [f"{len(bits)} bits; {len(right)} are enough.", slips.TOO_LONG]
    if len(message) > 30:
        return ["The bits do not lead to the message.", slips.ROUNDED]
    return [expected, slips.ELSEWHERE if not low <= start < low + width else slips.RUNS_OUT]


def without_numpy(value: Any) -> Any:
    """NumPy's pieces of text as Python's."""
    if isinstance(value, list | tuple):
        return [without_numpy(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def agrees(slip: Slip, bits: str, message: Message, counts: Message) -> bool:
    """Whether the mistake writes these bits."""
    return bool(slip.wrong(message, counts) == bits)


# ---- the inputs -------------------------------------------------------------------------------------


def length_lists(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Codeword lengths, also of codes that do not exist."""
    yield "the four words of the chapter", np.array([1, 2, 3, 3])
    yield "random lengths", rng.integers(1, 9, size=5)
    yield "more than the budget", np.array([1, 1, 2])
    yield "one empty codeword", np.array([0])
    yield "a symbol without a codeword", np.array([1.0, np.inf, 3.0])
    yield "many lengths", rng.integers(3, 40, size=40)


def priced_texts(rng: Rng) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Texts, each with the lengths of a code."""
    simple: dict[str, float] = {"a": 1, "b": 2, "c": 3, "d": 3}
    yield "three different letters", "cab", simple
    yield "letters that occur more than once", "aabad", simple
    yield "one letter", "b", simple
    letters = rng.choice(list(string.ascii_lowercase), size=6, replace=False).tolist()
    q = rng.dirichlet(np.ones(6))
    ideal = {letter: float(x) for letter, x in zip(letters, -np.log2(q), strict=True)}
    yield "ideal lengths, which are no whole numbers", "".join(rng.choice(letters, size=9)), ideal
    yield (
        "a sentence",
        "now is better than never",
        {x: float(n) for x, n in zip(" abehinorstvw", rng.integers(2, 9, size=13), strict=True)},
    )
    yield "a letter without a codeword", "abz", simple
    yield "a letter of infinite length that the text does not use", "abca", simple | {"e": math.inf}


def weight_lists(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Weights of symbols, none of them 0, as whole numbers and as probabilities."""
    yield "five symbols", np.array([30, 5, 40, 15, 10])
    yield "the example", np.array([40, 30, 20, 10])
    yield "two symbols", rng.integers(1, 50, size=2)
    yield "any lengths with the same mean are right", np.array([2, 1, 1, 4, 2])
    yield "equal weights", np.array([1, 1, 1, 1, 1, 1])
    yield "each weight above the sum of those before it", np.array([1, 2, 4, 8, 16, 32])
    yield "probabilities", np.array([0.0625, 0.5, 0.125, 0.25, 0.0625])
    yield "a random order", rng.integers(1, 100, size=9)
    yield "one symbol alone, which takes no bits", np.array([7])
    yield "many symbols", rng.integers(1, 1000, size=40)


def code_lengths(rng: Rng) -> Iterator[tuple[str, Message]]:
    """Lengths for which there are prefix codes."""
    yield "shortest first", [1, 2, 3, 3]
    yield "out of order", [3, 1, 3, 2]
    yield "equal lengths", [2, 2, 2]
    yield "one codeword", [3]
    yield "a budget that is not used up", [4, 2, 4, 6]
    yield "long codewords", [*range(30, 0, -1)]
    for _ in range(3):
        weights = rng.dirichlet(np.full(8, 0.5)) + 1e-4
        yield "random lengths", [int(x) for x in reference.huffman_lengths(weights)]


def messages(rng: Rng) -> Iterator[tuple[str, Message, Message]]:
    """Messages, each with the counts of a model."""
    yield "two symbols", [2, 1], [6, 3, 1]
    yield "the example", [0, 2], [6, 3, 1]
    yield "one symbol", [1], [6, 3, 1]
    yield "one of two symbols", [0, 1, 1, 0], [1, 1]
    counts = [int(n) for n in rng.integers(1, 20, size=4)]
    yield "every symbol", [int(s) for s in rng.permutation(4)], counts
    yield "a random message", [int(s) for s in rng.integers(4, size=7)], counts
    yield "an empty message", [], counts
    yield "the only symbol there is", [0, 0, 0], [5]
    yield "a very probable message", [0] * 12, [99, 1]
    long = [int(s) for s in rng.integers(4, size=200)]
    yield "a long message, which needs every digit", long, counts
