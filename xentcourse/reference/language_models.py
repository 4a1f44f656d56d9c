"""Next-token loss, smoothed n-grams, and a coder that any model drives. Taught in book/language_models.md.

A model of tokens 0..V−1 is a *step*, a function `step(token, state)` that returns the distribution of the
next token and a new state. The first call is `step(None, None)`; later ones get the token that came, and the
state that the call before returned. Perplexity and bits per byte are in `cross_entropy`.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from xentcourse.reference._arithmetic import ArithmeticDecoder, ArithmeticEncoder, IntTable, quantise
from xentcourse.reference._inputs import (
    FloatArray,
    IntArray,
    Reduction,
    as_distributions_of_any_shape,
    as_floats,
    as_logits,
    as_weights,
    check_positive,
    first_index,
)
from xentcourse.reference.loss_variants import cross_entropy_loss

Step = Callable[[int | None, Any], tuple[npt.NDArray[np.float64], Any]]

#: The coder's total: rounding to so fine counts costs less than 0.00003 bits a byte.
TOTAL = 1 << 24


def next_token_loss(
    logits: npt.ArrayLike,
    tokens: npt.ArrayLike,
    *,
    mask: npt.ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> FloatArray:
    """The negative log-probability of each token, given the ones before it, in nats.

    logits    : (..., L, V) array-like; those at place t speak of the token at place t + 1.
    tokens    : (..., L) whole numbers; in 0..V−1 where they are counted.
    mask      : (..., L) True for the tokens that count; all by default. The first of a row never counts.
    reduction : "mean" divides by the number of tokens that count, "sum" does not divide;
                "none" gives (..., L − 1), with 0 where nothing counts.
    Returns float64.
    Raises ValueError for shapes that do not fit, for what is no token, and for a mean over nothing.
    Source: none; taught in book/language_models.md.

    >>> z = np.zeros((1, 3, 4))
    >>> round(float(next_token_loss(z, [[0, 2, -1]], mask=[[True, True, False]])), 6)   # ln 4
    1.386294
    """
    z = as_logits(logits, function="next_token_loss")
    x = np.asarray(tokens)
    kept = np.ones(x.shape, dtype=bool) if mask is None else np.asarray(mask)
    if z.ndim < 2 or x.shape != z.shape[:-1] or kept.shape != x.shape or x.shape[-1] == 0:
        raise ValueError(
            f"next_token_loss: logits has shape {z.shape}, tokens {x.shape}, mask {kept.shape}; (..., L, V), "
            "(..., L) and (..., L) with L >= 1 are needed. Is the last axis of the logits the vocabulary?"
        )
    if x.dtype.kind not in "iu" or kept.dtype != bool:
        raise ValueError(
            f"next_token_loss: tokens have dtype {x.dtype}, mask has {kept.dtype}; whole numbers and True or "
            "False are needed. Are the tokens letters that have no numbers yet?"
        )
    wrong = kept & ((x < 0) | (x >= z.shape[-1]))
    wrong[..., 0] = False
    if wrong.any():
        raise ValueError(
            f"next_token_loss: token {x[wrong][0]} at {first_index(wrong)} is outside 0..{z.shape[-1] - 1}. "
            "Is it padding that the mask should leave out?"
        )
    targets = np.where(kept, x.astype(np.int64), -100)[..., 1:]
    return cross_entropy_loss(z[..., :-1, :], targets, reduction=reduction)


def smoothed(counts: npt.ArrayLike, base: npt.ArrayLike, *, strength: float) -> FloatArray:
    """Counts shrunk towards a base distribution: (n + α b) / (N + α), the mode under a Dirichlet prior.

    counts   : (K,) array-like of numbers >= 0; all may be 0.
    base     : (K,) distribution b.
    strength : α > 0, the number of pseudo-observations that the base is worth.
    Returns (K,) float64 that sums to 1.
    Raises ValueError for negative or infinite counts, shapes that do not fit, a base that is no
    distribution, and a strength that is not above 0.
    Source: MacKay & Peto (1995). Taught in book/language_models.md.

    >>> smoothed([3, 0], [1/2, 1/2], strength=2).tolist()
    [0.8, 0.2]
    """
    alpha = check_positive(strength, function="smoothed", name="strength")
    b = as_distributions_of_any_shape(base, function="smoothed", name="base")
    n = as_floats(counts, function="smoothed", name="counts")
    if n.ndim != 1 or n.shape != b.shape:
        raise ValueError(
            f"smoothed: counts has shape {n.shape}, base has {b.shape}; both need (K,). "
            "Is a class that never came left out?"
        )
    if n.any():
        as_weights(n, function="smoothed", name="counts")
    return np.asarray((n + alpha * b) / (n.sum() + alpha))


class NGram:
    """How often each token followed each context of up to `order` tokens, and the model made of it.

    The distribution after a context is smoothed towards that of the context without its first token, down to
    the empty context, which is smoothed towards the uniform distribution.

    text       : tokens 0..V−1, at least one; bytes will do.
    order      : the length of the longest context, at least 0.
    vocabulary : V; the power V^(order + 1) must be below 2^62.

    >>> model = NGram(b"abracadabra", order=1)
    >>> chances, _ = model.step(strength=1)(ord("b"), None)   # after b came r, twice of two times
    >>> bool(chances.argmax() == ord("r"))
    True
    """

    def __init__(self, text: Sequence[int] | IntArray, *, order: int, vocabulary: int = 256) -> None:
        if not (vocabulary >= 1 and order >= 0 and vocabulary ** (order + 1) < 1 << 62):
            raise ValueError(
                f"NGram: order is {order}, vocabulary {vocabulary}; order >= 0, vocabulary >= 1 and "
                "vocabulary ** (order + 1) < 2 ** 62 are needed. Will a shorter context do?"
            )
        self.order, self.vocabulary = order, vocabulary
        tokens = self._tokens(text)
        if tokens.size == 0:
            raise ValueError("NGram: the text is empty, at least one token is needed. Was the file read?")
        self._grams = []
        for length in range(1, order + 2):
            grams, counts = np.unique(self._windows(tokens, length), return_counts=True)
            self._grams.append((grams, np.concatenate(([0], np.cumsum(counts)))))

    def tally(self, text: Sequence[int] | IntArray, *, order: int) -> tuple[IntArray, IntArray]:
        """For each token of a text, from place `order` on: how often it came after its context, and how
        often the context came, with any token after it. Two (N − order,) arrays of whole numbers.
        """
        if not 0 <= order <= self.order:
            raise ValueError(f"tally: order is {order}, from 0 to {self.order} is needed.")
        grams, sums = self._grams[order]
        windows = self._windows(self._tokens(text), order + 1)
        first = windows - windows % self.vocabulary
        own = sums[np.searchsorted(grams, windows + 1)] - sums[np.searchsorted(grams, windows)]
        total = sums[np.searchsorted(grams, first + self.vocabulary)] - sums[np.searchsorted(grams, first)]
        return own, total

    def nats(self, text: Sequence[int] | IntArray, *, strength: float) -> FloatArray:
        """The surprise of each token of a text, (N,) float64 in nats; early tokens have short contexts."""
        alpha = check_positive(strength, function="nats", name="strength")
        q = np.full(len(text), 1 / self.vocabulary)
        for order in range(min(self.order, len(text) - 1) + 1):
            own, total = self.tally(text, order=order)
            q[order:] = (own + alpha * q[order:]) / (total + alpha)
        return np.asarray(0.0 - np.log(q))

    def step(self, *, strength: float) -> Step:
        """The same model as a step; its state is the tuple of the last tokens."""
        alpha = check_positive(strength, function="step", name="strength")

        def step(token: int | None, state: Any) -> tuple[FloatArray, tuple[int, ...]]:
            past: tuple[int, ...] = () if token is None else (*(state or ()), token)
            past = past[max(len(past) - self.order, 0) :]
            q = np.full(self.vocabulary, 1 / self.vocabulary)
            for order in range(len(past) + 1):
                followers, counts = self._followers(past[len(past) - order :])
                q *= alpha
                q[followers] += counts
                q /= counts.sum() + alpha
            return q, past

        return step

    def _followers(self, context: Sequence[int]) -> tuple[IntArray, IntArray]:
        """The tokens that came after a context, and how often."""
        key = 0
        for token in context:
            key = key * self.vocabulary + token
        grams, sums = self._grams[len(context)]
        start, stop = np.searchsorted(grams, (key * self.vocabulary, (key + 1) * self.vocabulary))
        return grams[start:stop] % self.vocabulary, np.diff(sums[start : stop + 1])

    def _windows(self, tokens: IntArray, length: int) -> IntArray:
        """Each run of so many tokens as one number, in base V."""
        count = max(tokens.size - length + 1, 0)
        keys = np.zeros(count, dtype=np.int64)
        for place in range(length):
            keys = keys * self.vocabulary + tokens[place : place + count]
        return keys

    def _tokens(self, text: Sequence[int] | IntArray) -> IntArray:
        array = np.frombuffer(text, np.uint8) if isinstance(text, bytes) else np.asarray(text)
        if array.size == 0:
            array = array.astype(np.int64)
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise ValueError(
                f"NGram: the text has shape {array.shape} and dtype {array.dtype}; (N,) whole numbers, or "
                "bytes, are needed. Did you mean text.encode()?"
            )
        wrong = (array < 0) | (array >= self.vocabulary)
        if wrong.any():
            raise ValueError(
                f"NGram: token {array[wrong][0]} at {first_index(wrong)} is outside 0..{self.vocabulary - 1}."
                " Is the vocabulary larger?"
            )
        return array.astype(np.int64)


def mixture(steps: Sequence[Step], weights: npt.ArrayLike) -> Step:
    """A step whose distribution is the weighted average of those of others.

    steps   : at least one step, all over the same vocabulary.
    weights : a distribution over the steps.
    Returns a step.
    Raises ValueError for weights that are no distribution, or not one for each step.
    Source: Jelinek & Mercer (1980). Taught in book/language_models.md.

    >>> coin = lambda token, state: (np.array([0.5, 0.5]), None)
    >>> liar = lambda token, state: (np.array([1.0, 0.0]), None)
    >>> mixture([coin, liar], [.5, .5])(None, None)[0].tolist()
    [0.75, 0.25]
    """
    w = as_distributions_of_any_shape(weights, function="mixture", name="weights")
    if w.shape != (len(steps),):
        raise ValueError(
            f"mixture: weights has shape {w.shape}, ({len(steps)},) is needed, one for each model. "
            "Is a model missing?"
        )

    def step(token: int | None, state: Any) -> tuple[FloatArray, list[Any]]:
        states = state or [None] * len(steps)
        answers = [one(token, own) for one, own in zip(steps, states, strict=True)]
        q = sum(share * chances for share, (chances, _) in zip(w, answers, strict=True))
        return np.asarray(q), [own for _, own in answers]

    return step


def surprises(text: Iterable[int], step: Step) -> FloatArray:
    """The surprise of each token of a text to a model, in nats: its sum is the negative log-likelihood.

    text : tokens 0..V−1; bytes will do.
    step : a model, as described at the top of this module.
    Returns (N,) float64; inf where the model gave a token probability 0.
    Source: Shannon (1951). Taught in book/language_models.md.

    >>> surprises([0, 1, 1], lambda token, state: (np.array([.5, .5]), None)).sum() == 3 * np.log(2)
    np.True_
    """
    found: list[float] = []
    token, state = None, None
    for following in text:
        q, state = step(token, state)
        found.append(float(q[following]))
        token = following
    with np.errstate(divide="ignore"):
        return np.asarray(0.0 - np.log(np.array(found)))


def compress(text: Iterable[int], step: Step, *, total: int = TOTAL) -> bytes:
    """A text as the arithmetic coder writes it when the model tells it what to expect.

    text  : tokens 0..V−1; bytes will do.
    step  : a model, as described at the top of this module.
    total : the sum of the counts that each distribution is rounded to; at least V, at most 2^32.
    Returns bytes: less than (N·(log₂ 1/(1 − V/total) + log₂ 1/(1 − total/2^48)) + 9) / 8 more than the
    surprise of the text has.
    Raises ValueError, with position and token, where the model gives a token no room.
    Source: Witten et al. (1987). Taught in book/language_models.md.

    >>> len(compress([0, 1, 1, 0] * 20, lambda token, state: (np.array([.5, .5]), None)))
    10
    """
    encoder = ArithmeticEncoder()
    token, state = None, None
    for following in text:
        q, state = step(token, state)
        encoder.encode(following, _table(q, total))
        token = following
    return encoder.finish()


def decompress(code: bytes, length: int, step: Step, *, total: int = TOTAL) -> list[int]:
    """The text of `length` tokens that `compress` made into `code`, with the same step and total.

    The step must repeat every number that the encoder saw, to the last bit.

    code, step, total : as there.
    length            : how many tokens to read, at least 0.
    Returns a list of tokens; bytes(...) of it where they are bytes.
    Raises ValueError for a negative length, and where the code ends early or lies where no token is.
    Source: Witten et al. (1987). Taught in book/language_models.md.

    >>> even = lambda token, state: (np.array([.5, .5]), None)
    >>> decompress(compress([0, 1, 1], even), 3, even)
    [0, 1, 1]
    """
    if operator.index(length) < 0:
        raise ValueError(f"decompress: length is {length}, a whole number >= 0 is needed.")
    decoder = ArithmeticDecoder(code)
    text: list[int] = []
    token, state = None, None
    for _ in range(length):
        q, state = step(token, state)
        token = decoder.decode(_table(q, total))
        text.append(token)
    return text


def _table(q: npt.ArrayLike, total: int) -> IntTable:
    return np.concatenate(([0], np.cumsum(quantise(q, total))))
