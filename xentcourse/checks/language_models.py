"""Checks of the assignment `language_models`. Taught in book/language_models.md."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from xentcourse.checks.answer import Answer
from xentcourse.checks.check import check
from xentcourse.checks.coding import without_numpy, wrong_with_bits
from xentcourse.checks.comparing import as_numbers, kind, show
from xentcourse.checks.slips import language_models as slips
from xentcourse.reference import cross_entropy
from xentcourse.reference import language_models as reference
from xentcourse.reference.loss_variants import accumulated

Array = np.ndarray
Rng = np.random.Generator
Message = list[int]


@check("next_token_loss")
def next_token_loss(answer: Answer, rng: Rng) -> None:
    """Rows of one length and of many, one predicted token, padding of every kind, logits of any size."""
    for note, logits, tokens, mask in padded(rng):
        answer.must_match(expected_loss, logits, tokens, mask, note=note, slips=slips.NEXT_TOKEN)


@check("perplexity")
def perplexity(answer: Answer, rng: Rng) -> None:
    """Few losses and many, equal ones, and a certain text."""
    for note, nats in (
        ("the worked example", np.log([2.0, 8.0])),
        ("three tokens", rng.uniform(0.2, 5, size=3).round(2)),
        ("one token", rng.uniform(1, 5, size=1).round(2)),
        ("every token was certain", np.zeros(4)),
        ("many tokens", rng.exponential(2, size=1000)),
    ):
        answer.must_match(
            lambda x: cross_entropy.perplexity(np.mean(x)), nats, note=note, slips=slips.PERPLEXITY
        )


@check("bits_per_byte")
def bits_per_byte(answer: Answer, rng: Rng) -> None:
    """Texts of one byte a character and of more, cut into few tokens and many."""

    def right(nats: Array, text: str) -> Array:
        return cross_entropy.bits_per_byte(nats.sum(), len(text.encode()))

    for note, text, pieces in (
        ("four characters, one byte each, in three tokens", "loss", 3),
        ("characters of two bytes", "né à Évora", 4),
        ("characters of three bytes", "交叉熵", 2),
        ("a token for each byte", "ümlaut", 7),
        ("one token", "surprise", 1),
        ("a longer text", "The entropy of a loaded die is below that of a fair one.", 14),
    ):
        nats = rng.uniform(0.2, 6, size=pieces).round(2)
        answer.must_match(right, nats, text, note=note, slips=slips.BITS_PER_BYTE)


@check("epoch_perplexity")
def epoch_perplexity(answer: Answer, rng: Rng) -> None:
    """Batches of unequal length, of equal length, and without tokens."""

    def right(means: Array, counts: Array) -> Array:
        return cross_entropy.perplexity(accumulated(means, counts))

    for note, means, counts in batches(rng):
        answer.must_match(right, means, counts, note=note, slips=slips.EPOCH)


@check("smoothed")
def smoothed(answer: Answer, rng: Rng) -> None:
    """Few counts and many, even and uneven bases, and no counts at all."""

    def right(counts: Array, base: Array, strength: float) -> Array:
        return reference.smoothed(counts, base, strength=strength)

    for note, counts, base, strength in tallies(rng):
        answer.must_match(right, counts, base, strength, note=note, slips=slips.SMOOTHED)


@check("ngram")
def ngram(answer: Answer, rng: Rng) -> None:
    """Contexts of every length, met and unmet, and texts that repeat themselves."""
    for note, text, context, alphabet, strength in contexts(rng):
        answer.must_match(slips.ngram, text, context, alphabet, strength, note=note, slips=slips.NGRAM)


@check("train_and_compress")
def train_and_compress(answer: Answer, rng: Rng) -> None:
    """The counts must fit the text that was seen, and the codewords must lead back to the other."""
    for note, seen, text, K in training_texts(rng):
        called = f"{answer.name}({show(seen) if len(seen) < 12 else '…'}, …, {K})"
        result = without_numpy(answer(seen, text, K))
        told = wrong_with_model(result, seen, text, K) or wrong_with_codewords(result, text, K)
        if told:
            answer.fail(f"{called}: {told[0]}", *told[1:], note=note)


# ---- comparing --------------------------------------------------------------------------------------

T = 4096
ENOUGH = 0.1  #: bits a token above the best table that are accepted


def expected_loss(logits: Array, tokens: Array, mask: Array) -> Array:
    """The reference, whose mask has a name."""
    return reference.next_token_loss(logits, tokens, mask=mask)


def wrong_with_model(result: Any, seen: Message, text: Message, K: int) -> list[str]:
    """The tutor's sentences about the counts; none where they are a good model of the text that was seen."""
    if not isinstance(result, list | tuple) or len(result) != 2:
        return [f"{kind(result)} came back; counts and codewords are needed: return counts, codewords."]
    counts = as_numbers(result[0])
    if counts is None or counts.shape != (K, K):
        return [f"the counts are {kind(result[0])}; an array of shape {(K, K)} is needed."]
    if (counts != np.floor(counts)).any() or (counts < 1).any():
        return [
            f"the smallest count is {counts.min():g}; whole numbers of at least 1 are needed.",
            slips.NO_ROOM,
        ]
    if (counts.sum(axis=1) != T).any():
        return [
            f"the rows of the counts sum to {show(counts.sum(axis=1))}; each must sum to {T}.",
            slips.REST,
        ]
    n = slips.pairs(seen, K)
    if not fits(n, counts):
        price, best = price_and_best(n, counts)
        told = f"the model pays {price:.3f} bits a token on `seen`; {best:.3f} is possible."
        return [told, likely_fault(n, counts, seen, text)]
    uneven = (n.sum(axis=1) == 0) & (np.ptp(counts, axis=1) > K)
    if uneven.any():
        c = int(uneven.argmax())
        return [f"row {c} of the counts is {show(counts[c])}.", slips.UNSEEN]
    return []


def price_and_best(n: Array, counts: Array) -> tuple[float, float]:
    """What a token costs in bits, under the counts and under the best ones; k came n[c, k] times after c."""
    return slips.cost(n, counts / T), slips.cost(n, n / np.maximum(n.sum(axis=1, keepdims=True), 1))


def fits(n: Array, counts: Array) -> bool:
    """Whether the counts are close enough to the best ones; nothing fits no tokens at all."""
    if not n.any():
        return False
    price, best = price_and_best(n, counts)
    return price <= best + ENOUGH


def likely_fault(n: Array, counts: Array, seen: Message, text: Message) -> str:
    """What a tutor says of counts that are whole numbers with the right sums, and fit `seen` badly."""
    later = n.copy()
    later[0, seen[0]] -= 1
    if fits(later, counts):
        return slips.FIRST_OF_SEEN
    if fits(slips.pairs(text, len(n)), counts):
        return slips.PEEKED
    return next((sentence for sentence, wrong in slips.MODELS if wrong(n, counts)), slips.TRAIN_ON)


def wrong_with_codewords(result: Any, text: Message, K: int) -> list[str]:
    """The tutor's sentences about the codewords; none where they lead back to the text."""
    counts, words = np.asarray(result[0]).astype(int), result[1]
    if not isinstance(words, list | tuple) or len(words) != K:
        needed = f"the codewords are {kind(words)}; a list of {K} is needed, one for each token."
        return [needed, slips.EMPTY] if isinstance(words, list | tuple) else [needed]
    before = [0, *text[:-1]]
    for c in range(K):
        message = [x for b, x in zip(before, text, strict=False) if b == c]
        told = wrong_with_bits(words[c], message, counts[c].tolist())
        if told:
            other = [x for b, x in itertools.pairwise(text) if b == c]
            forgot = other != message and wrong_with_bits(words[c], other, counts[c].tolist()) == []
            came = f"after token {c} came {show(message) if len(message) < 20 else '…'}"
            empty = slips.EMPTY if words[c] == "" and not message else slips.WORDS
            return [f"codeword {c} is {show(words[c])}; {came}.", slips.FIRST if forgot else empty]
    return []


# ---- the inputs -------------------------------------------------------------------------------------


def short(rng: Rng, shape: tuple[int, ...]) -> Array:
    """Normal numbers that are short to read; adding 0.0 turns -0.0 into 0.0."""
    return rng.normal(size=shape).round(2) + 0.0


def padded(rng: Rng) -> Iterator[tuple[str, Array, Array, Array]]:
    """Batches of texts: logits, tokens, and which tokens are real."""

    def batch(lengths: list[int], V: int, pad: int, *, many: bool = False) -> tuple[Array, Array, Array]:
        mask = np.arange(max(lengths)) < np.array(lengths)[:, None]
        tokens = np.where(mask, rng.integers(0, V, size=mask.shape), pad)
        shape = (*mask.shape, V)
        return rng.normal(size=shape) if many else short(rng, shape), tokens, mask

    yield "one row, every token is real", *batch([3], 3, 0)
    yield "two rows, one of them padded with 0, which is a token too", *batch([4, 2], 3, 0)
    yield "padded with -1, which Python would read as the last token", *batch([2, 4, 3], 3, -1)
    yield "rows of one length, as many places as tokens", *batch([3, 3], 3, 0)
    yield "padded with a number that is no token at all", *batch([2, 5], 3, 100)
    yield "a row with one token, of which nothing is predicted", *batch([1, 3], 4, 0)
    yield "one token is predicted", *batch([1, 2, 1], 3, 0)
    yield "many rows", *batch(rng.integers(1, 13, size=20).tolist(), 6, 0, many=True)
    logits, tokens, mask = batch([3, 2], 3, 0)
    yield "logits around 1000", logits + 1000, tokens, mask


def batches(rng: Rng) -> Iterator[tuple[str, Array, Array]]:
    """Mean losses of batches, and how many tokens each has."""
    yield "the worked example", np.log([2.0, 32.0]), np.array([3, 1])
    yield "three batches", rng.uniform(0.5, 4, size=3).round(2), rng.permutation([2, 9, 4])
    yield "batches of equal length", rng.uniform(0.5, 4, size=3).round(2), np.array([5, 5, 5])
    yield "one batch", rng.uniform(0.5, 4, size=1).round(2), np.array([7])
    yield "a batch without tokens", np.array([1.5, np.nan, 2.5]), np.array([3, 0, 1])
    yield "many batches", rng.uniform(1, 5, size=50), rng.integers(1, 5000, size=50)


def tallies(rng: Rng) -> Iterator[tuple[str, Array, Array, float]]:
    """Counts, a base distribution, and how much it is worth."""
    thirds = np.array([0.5, 0.25, 0.25])
    yield "three tokens", np.array([3, 1, 0]), thirds, 1.5
    yield "the worked example", np.array([3, 0]), np.array([0.5, 0.5]), 2.0
    yield "a strength below 1", np.array([0, 5, 1]), thirds, 0.5
    yield "no counts: what is left is the base", np.zeros(3, dtype=int), thirds, 1.5
    yield "a base with a zero", np.array([2, 1, 4]), np.array([0.0, 0.75, 0.25]), 3.0
    base = rng.dirichlet(np.ones(6))
    yield "many counts", rng.integers(0, 100, size=6), base, round(rng.uniform(1, 30), 1)


def contexts(rng: Rng) -> Iterator[tuple[str, str, str, str, float]]:
    """Texts to learn from, and what stands before the letter that is asked for."""
    yield "two letters back", "banana", "an", "abn", 2.0
    yield "one letter back, and an alphabet that begins with n", "banana", "n", "nab", 1.0
    yield "no context: the letters of the text", "banana", "", "abn", 1.0
    yield "a context whose order matters", "abbaab", "ba", "ab", 1.0
    yield "occurrences that overlap", "aaaabaaa", "aa", "ab", 0.5
    yield "a context that never came", "banana", "bb", "abn", 1.0
    yield "a letter that never came", "banana", "a", "abnz", 1.0
    yield "a longer context", "abracadabra", "abra", "abcdr", 3.0
    text = "".join(rng.choice(list("abcd"), size=60, p=[0.4, 0.3, 0.2, 0.1]))
    yield "a random text", text, text[7:9], "abcd", round(rng.uniform(0.5, 4), 1)


def training_texts(rng: Rng) -> Iterator[tuple[str, Message, Message, int]]:
    """Texts to learn from, texts to compress, and the number of tokens."""
    yield "every other token is a 1", [0, 1, 2, 1] * 6, [0, 1, 2, 1, 0], 3
    yield "the text begins with another token than 0", [1, 1, 1, 0, 1] * 4, [1, 1, 0, 1], 2
    chain = rng.dirichlet(np.full(4, 0.4), size=4)

    def draw(length: int) -> Message:
        text, token = [], 0
        for _ in range(length):
            token = int(rng.choice(4, p=chain[token]))
            text.append(token)
        return text

    yield "a random text", draw(80), draw(30), 4
    yield "a token that was never seen", [0, 1, 2, 1] * 6, [0, 3, 1, 2], 4
    yield "nothing to compress", draw(30), [], 4
    yield "a longer text", draw(300), draw(120), 4
