"""What goes wrong with shifts, masks, averages, smoothing and models. Taught in book/language_models.md."""

from collections.abc import Callable

import numpy as np

from xentcourse.checks.comparing import Slip
from xentcourse.reference.language_models import smoothed
from xentcourse.reference.softmax import log_softmax

Array = np.ndarray

LN2 = np.log(2)


def rows(z: Array, x: Array) -> Array:
    """Each place's cost of its token; padding that is no token is given token 0."""
    safe = np.where((x >= 0) & (x < z.shape[-1]), x, 0)
    return np.asarray(-np.take_along_axis(log_softmax(z), safe[..., None], axis=-1)[..., 0])


def shifted(mean: Callable[[Array, Array], object]) -> Callable[..., object]:
    """`mean(costs, kept)` of the predicted places, (S, L − 1) each."""
    return lambda z, x, mask: mean(rows(z[:, :-1], x[:, 1:]), mask[:, 1:])


def normalised_together(z: Array, x: Array, mask: Array) -> float:
    """The mean loss under one log-sum-exp of all logits that count."""
    kept = mask[:, 1:]
    chosen, y = z[:, :-1][kept], x[:, 1:][kept]
    return float((log_softmax(chosen.ravel()).reshape(chosen.shape)[np.arange(len(y)), y] * -1).mean())


def row_means(costs: Array, kept: Array) -> object:
    """The mean over the rows of the rows' own means; rows without predictions are left out."""
    used = kept.any(axis=1)
    return np.mean([c[k].mean() for c, k in zip(costs[used], kept[used], strict=True)])


def orders(
    text: str,
    context: str,
    alphabet: str,
    strength: float,
    *,
    after: Callable[[str, str], list[str]],
    lengths: Callable[[int], range] = lambda n: range(n + 1),
    ending: Callable[[str, int], str] = lambda context, n: context[len(context) - n :],
    smooth: Callable[..., Array] = lambda n, q, strength: smoothed(n, q, strength=strength),
) -> Array:
    """The n-gram model, with any of its steps bent."""
    q = np.full(len(alphabet), 1 / len(alphabet))
    for length in lengths(len(context)):
        came = after(text, ending(context, length))
        q = smooth(np.array([came.count(letter) for letter in alphabet]), q, strength)
    return q


def followers(text: str, ending: str) -> list[str]:
    """The letters that came after each occurrence, overlapping ones too."""
    n = len(ending)
    return [text[i] for i in range(n, len(text)) if text[i - n : i] == ending]


def ngram(text: str, context: str, alphabet: str, strength: float) -> Array:
    """The distribution of the letter after a context, as it should be."""
    return orders(text, context, alphabet, strength, after=followers)


def apart(text: str, ending: str) -> list[str]:
    """The letters after occurrences that do not overlap."""
    came: list[str] = []
    start = 0
    while ending and (i := text.find(ending, start)) >= 0:
        came += text[i + len(ending) : i + len(ending) + 1]
        start = i + len(ending)
    return came if ending else list(text)


def leaders(text: str, ending: str) -> list[str]:
    """The letters before each occurrence; all letters where the context is empty."""
    return [text[i - 1] for i in range(1, len(text) + 1) if text.startswith(ending, i)]


def counted_by_str(text: str, context: str, alphabet: str, strength: float) -> Array:
    """The n-gram model that has str.count look for the context and the letter together."""
    q = np.full(len(alphabet), 1 / len(alphabet))
    for start in range(len(context), -1, -1):
        counts = np.array([text.count(context[start:] + letter) for letter in alphabet])
        q = smoothed(counts, q, strength=strength)
    return q


def every_occurrence(text: str, context: str, alphabet: str, strength: float) -> Array:
    """The n-gram model that divides by the occurrences of the context, with or without a letter after it."""
    q = np.full(len(alphabet), 1 / len(alphabet))
    for start in range(len(context), -1, -1):
        ending = context[start:]
        came = followers(text, ending)
        counts = np.array([came.count(letter) for letter in alphabet])
        occurrences = sum(text.startswith(ending, i) for i in range(len(text)))
        q = (counts + strength * q) / (occurrences + strength)
    return q


def averaged(text: str, context: str, alphabet: str, strength: float) -> Array:
    """The mean of the orders, each smoothed towards the uniform distribution."""
    contexts = [context[start:] for start in range(len(context) + 1)]
    single = [bent_ngram(lengths=lambda n: range(n, n + 1))(text, c, alphabet, strength) for c in contexts]
    return np.asarray(np.mean(single, axis=0))


def bent_ngram(**steps: object) -> Callable[..., Array]:
    """The n-gram model with other steps."""
    return lambda text, context, alphabet, strength: orders(
        text,
        context,
        alphabet,
        strength,
        **({"after": followers} | steps),  # type: ignore[arg-type]
    )


_SIGN = "Likely slip: the sign is missing. Logarithms of probabilities are at most 0, losses at least 0."
_MEANS_OF_MEANS = (
    "Likely slip: the means were averaged as if all batches were equally long. "
    "A batch of 9 tokens counts nine times as much as a batch of 1."
)

NEXT_TOKEN = (
    Slip(
        "Likely slip: no shift. The logits at place t were compared with the token at place t, which the "
        "model has read already: logits[:, :-1] belong to tokens[:, 1:].",
        lambda z, x, mask: rows(z, x)[mask].mean(),
    ),
    Slip(
        "Likely slip: no shift. The logits at place t were compared with the token at place t, which the "
        "model has read already: logits[:, :-1] belong to tokens[:, 1:].",
        lambda z, x, mask: rows(z[:, 1:], x[:, 1:])[mask[:, 1:]].mean(),
    ),
    Slip(
        "Likely slip: shifted the wrong way. The logits at place t speak of the token that comes after it: "
        "logits[:, :-1] with tokens[:, 1:].",
        lambda z, x, mask: rows(z[:, 1:], x[:, :-1])[mask[:, :-1]].mean(),
    ),
    Slip(
        "Likely slip: the mask was not shifted. Whether a prediction counts depends on the token that is "
        "predicted: mask[:, 1:].",
        lambda z, x, mask: rows(z[:, :-1], x[:, 1:])[mask[:, :-1]].mean(),
    ),
    Slip(
        "Likely slip: padding was counted. Only the real tokens count, above the fraction line and below it.",
        shifted(lambda costs, kept: costs.mean()),
    ),
    Slip(
        "Likely slip: divided by all places. Padding does not count below the fraction line either.",
        shifted(lambda costs, kept: (costs * kept).mean()),
    ),
    Slip(
        "Likely slip: divided by the number of real tokens, the first of each row among them. "
        "They are not predicted.",
        lambda z, x, mask: (rows(z[:, :-1], x[:, 1:]) * mask[:, 1:]).sum() / mask.sum(),
    ),
    Slip(
        "Likely slip: the mean of each row was taken, and then the mean of these. "
        "Rows of unequal length do not count alike: add everything up first, and divide once.",
        shifted(row_means),
    ),
    Slip(
        "Likely slip: that is the sum over the tokens. Divide by how many there are.",
        shifted(lambda costs, kept: costs[kept].sum()),
    ),
    Slip(_SIGN, shifted(lambda costs, kept: -costs[kept].mean())),
    Slip(
        "Likely slip: logits were taken for log-probabilities. Subtract each row's log-sum-exp first.",
        lambda z, x, mask: (
            -np.take_along_axis(z[:, :-1], x[:, 1:, None], axis=-1)[..., 0][mask[:, 1:]].mean()
        ),
    ),
    Slip(
        "Likely slip: one sum of exponentials for all places. Each row of logits has its own: axis=1.",
        normalised_together,
    ),
    Slip(
        "Likely slip: that is in bits. Nats are asked: the natural logarithm.",
        shifted(lambda costs, kept: costs[kept].mean() / LN2),
    ),
)
PERPLEXITY = (
    Slip(
        "Likely slip: the mean of the exponentials. Take the mean first, then one exponential.",
        lambda nats: np.exp(nats).mean(),
    ),
    Slip(
        "Likely slip: a power of 2 of nats. The losses are in nats: e to the mean.",
        lambda nats: 2 ** nats.mean(),
    ),
    Slip("Likely slip: that is the mean loss. Perplexity is e to the power of it.", lambda nats: nats.mean()),
    Slip(
        "Likely slip: e to the power of the sum. Divide by the number of tokens first.",
        lambda nats: np.exp(nats.sum()),
    ),
    Slip(
        "Likely slip: the sign of the exponent. Losses are negative logarithms already; "
        "a higher loss is a higher perplexity.",
        lambda nats: np.exp(-nats.mean()),
    ),
    Slip(
        "Likely slip: e to the power of bits. The losses are in nats, and e wants them so.",
        lambda nats: np.exp(nats.mean() / LN2),
    ),
)
BITS_PER_BYTE = (
    Slip(
        "Likely slip: divided by the number of characters. One may take several bytes: text.encode().",
        lambda nats, text: nats.sum() / LN2 / len(text),
    ),
    Slip(
        "Likely slip: divided by the number of tokens. The tokens are the model's own affair: "
        "the sum of all losses is shared out among the bytes.",
        lambda nats, text: nats.mean() / LN2,
    ),
    Slip(
        "Likely slip: the mean loss was divided by the bytes. It is the sum of the losses that they share.",
        lambda nats, text: nats.mean() / LN2 / len(text.encode()),
    ),
    Slip(
        "Likely slip: that is in nats. Divide by ln 2 for bits.",
        lambda nats, text: nats.sum() / len(text.encode()),
    ),
    Slip(
        "Likely slip: multiplied by ln 2. A bit is smaller than a nat, so there are more of them: divide.",
        lambda nats, text: nats.sum() * LN2 / len(text.encode()),
    ),
    Slip(
        "Likely slip: that is what the whole text costs. Divide by its bytes.",
        lambda nats, text: nats.sum() / LN2,
    ),
    Slip(
        "Likely slip: the logarithm of the nats. Another unit is another factor: divide by ln 2.",
        lambda nats, text: np.log2(nats.sum()) / len(text.encode()),
    ),
    Slip(
        "Likely slip: divided by 8 as well, the bits of a byte. What a byte costs was asked.",
        lambda nats, text: nats.sum() / LN2 / (8 * len(text.encode())),
    ),
)
EPOCH = (
    Slip(
        "Likely slip: 0 * nan is nan. Leave out the batches without tokens before you multiply.",
        lambda means, n: np.exp((means * n).sum() / n.sum()),
    ),
    Slip(_MEANS_OF_MEANS, lambda means, n: np.exp(means.mean())),
    Slip(_MEANS_OF_MEANS, lambda means, n: np.exp(np.nanmean(means))),
    Slip(
        "Likely slip: the perplexities were averaged. Average the losses, and exponentiate once at the end.",
        lambda means, n: np.nanmean(np.exp(means)),
    ),
    Slip(
        "Likely slip: the perplexities were averaged, weighted by the tokens. "
        "Average the losses so, and exponentiate once at the end.",
        lambda means, n: np.nansum(np.exp(means) * n) / n.sum(),
    ),
    Slip(
        "Likely slip: that is the mean loss. Perplexity is e to the power of it.",
        lambda means, n: np.nansum(means * n) / n.sum(),
    ),
    Slip(
        "Likely slip: divided by the number of batches. The mean is over tokens: divide by their number.",
        lambda means, n: np.exp(np.nansum(means * n) / (n > 0).sum()),
    ),
    Slip(
        "Likely slip: a power of 2 of nats. The losses are in nats: e to the mean.",
        lambda means, n: 2 ** (np.nansum(means * n) / n.sum()),
    ),
    Slip(
        "Likely slip: e to the power of the sum. Divide by the number of tokens first.",
        lambda means, n: np.exp(np.nansum(means * n)),
    ),
    Slip(
        "Likely slip: the means were added up as if they were sums. "
        "A mean times its number of tokens is the sum of its batch.",
        lambda means, n: np.exp(np.nansum(means) / n.sum()),
    ),
)
SMOOTHED = (
    Slip(
        "Likely slip: nothing was added. The shares alone give 0 to what has not come yet.",
        lambda n, b, a: n / n.sum(),
    ),
    Slip(
        "Likely slip: the whole strength was added to every count. The base shares it out: strength * base.",
        lambda n, b, a: (n + a) / (n.sum() + a * len(n)),
    ),
    Slip(
        "Likely slip: the whole strength was added to every count. The base shares it out: strength * base.",
        lambda n, b, a: (n + a) / (n.sum() + a),
    ),
    Slip(
        "Likely slip: 1 was added to every count. Add strength * base.",
        lambda n, b, a: (n + 1) / (n.sum() + len(n)),
    ),
    Slip(
        "Likely slip: the base was added without its strength.",
        lambda n, b, a: (n + b) / (n.sum() + 1),
    ),
    Slip(
        "Likely slip: divided by the number of real observations, N. The pseudo-observations count below the "
        "fraction line too, or the result does not sum to 1.",
        lambda n, b, a: (n + a * b) / n.sum(),
    ),
    Slip(
        "Likely slip: the pseudo-counts were not divided. Counts have to be divided by N + strength.",
        lambda n, b, a: n + a * b,
    ),
    Slip(
        "Likely slip: the shares and the base were mixed half and half. The more observations there are, "
        "the less the base counts.",
        lambda n, b, a: (n / max(n.sum(), 1) + b) / 2,
    ),
    Slip(
        "Likely slip: divided by N plus the strength times the number of tokens. "
        "The base shares one strength out among all of them: divide by N + strength.",
        lambda n, b, a: (n + a * b) / (n.sum() + a * len(n)),
    ),
    Slip(
        "Likely slip: the strength was shared out evenly. The base says who gets how much: strength * base.",
        lambda n, b, a: (n + a / len(n)) / (n.sum() + a),
    ),
    Slip(
        "Likely slip: the weights have changed places. The shares get N / (N + strength), the base the rest.",
        lambda n, b, a: (a * n / max(n.sum(), 1) + n.sum() * b) / (n.sum() + a),
    ),
    Slip(
        "Likely slip: shares were smoothed in place of counts. "
        "The number of observations is lost then, and many weigh no more than a few.",
        lambda n, b, a: (n / max(n.sum(), 1) + a * b) / (1 + a),
    ),
    Slip(
        "Likely slip: only tokens that never came got pseudo-observations. Every token gets strength * base, "
        "or the result does not sum to 1.",
        lambda n, b, a: np.where(n > 0, n, a * b) / (n.sum() + a),
    ),
)
_APART = (
    "Likely slip: only occurrences that do not overlap were counted, as str.count does. "
    "Go through all places of the text."
)

NGRAM = (
    Slip(_APART, bent_ngram(after=apart)),
    Slip(_APART, counted_by_str),
    Slip(
        "Likely slip: context[-0:] is the whole context, not the empty one. "
        "context[len(context) - length:] is right for 0 as well.",
        bent_ngram(ending=lambda context, n: context[-n:]),
    ),
    Slip(
        "Likely slip: the context was shortened at its end. What is nearest to the next letter stays: "
        "drop letters at the front.",
        bent_ngram(ending=lambda context, n: context[:n]),
    ),
    Slip(
        "Likely slip: the order with the empty context was left out. It counts all letters of the text.",
        bent_ngram(lengths=lambda n: range(1, n + 1)),
    ),
    Slip(
        "Likely slip: only the whole context was used, smoothed towards the uniform distribution. "
        "Each order is smoothed towards the one below it.",
        bent_ngram(lengths=lambda n: range(n, n + 1)),
    ),
    Slip(
        "Likely slip: the orders were taken from the longest to the shortest. "
        "The longest context comes last, and has the last word.",
        bent_ngram(lengths=lambda n: range(n, -1, -1)),
    ),
    Slip(
        "Likely slip: the whole context was left out. range(len(context) + 1) ends with it.",
        bent_ngram(lengths=lambda n: range(n)),
    ),
    Slip(
        "Likely slip: no smoothing. A context that never came has no shares: 0 divided by 0.",
        bent_ngram(smooth=lambda n, q, a: n / n.sum()),
    ),
    Slip(
        "Likely slip: a context at the very end of the text was counted. Nothing comes after it: "
        "divide by the number of letters that came, plus the strength.",
        every_occurrence,
    ),
    Slip(
        "Likely slip: the letters before the context were counted. Those that come after it were asked for.",
        bent_ngram(after=leaders),
    ),
    Slip(
        "Likely slip: each order was smoothed towards the uniform distribution, and then they were averaged. "
        "Each order is smoothed towards the one below it.",
        averaged,
    ),
    Slip(
        "Likely slip: the letters stand in another order. "
        "Entry k belongs to letter k of the alphabet as it was given.",
        lambda text, context, alphabet, a: ngram(text, context, "".join(sorted(alphabet)), a),
    ),
)

PEEKED = (
    "Likely slip: the model learned from `text`. Whoever decompresses does not have it yet: "
    "learn from `seen` alone."
)
NO_ROOM = "Likely slip: rounded without adding 1. A count of 0 leaves the coder no room for that token."
REST = "Likely slip: what is left of 4096 was not given to the largest count of its row."
FIRST_OF_SEEN = "Likely slip: the first token of `seen` was left out. Token 0 stands before it."
UNSEEN = (
    "Nothing came after that token in `seen`, so its row stays as it was at the start, uniform. "
    "Did the model learn from `text`?"
)
EMPTY = "An empty message has a codeword too: let arithmetic_encode make it of []."
FIRST = "Likely slip: the first token was left out. Token 0 stands before it."
WORDS = (
    "These bits do not lead back to that message under counts[c]. Is it the message of the tokens after c, "
    "in their order, and are the counts those of row c?"
)
TRAIN_ON = (
    "Go on training until the loss no longer falls, and print it on the way. Is the gradient q - shares?"
)


def pairs(text: list[int], K: int) -> Array:
    """How often each token came after each other one; token 0 stands before the first."""
    n = np.zeros((K, K))
    np.add.at(n, ([0, *text[:-1]], text), 1)
    return n


def cost(n: Array, q: Array) -> float:
    """The mean cost in bits of what came."""
    return float(-(n[n > 0] * np.log2(q[n > 0])).sum() / n.sum())


def given(counts: Array) -> Array:
    """The distributions that the counts state, row by row."""
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


#: A sentence, and whether the counts show the mistake that it names.
MODELS: tuple[tuple[str, Callable[[Array, Array], bool]], ...] = (
    (
        "Likely slip: the model is as it was at the start, uniform. Subtract the gradient from Z.",
        lambda n, counts: bool((np.ptp(counts, axis=1) <= len(n)).all()),
    ),
    (
        "Likely slip: the sign of the gradient. The model makes what came improbable: subtract q - shares.",
        lambda n, counts: cost(n, given(counts)) > np.log2(len(n)) + 1,
    ),
    (
        "Likely slip: all rows are alike. Row c learns from the tokens that come after c, and no others.",
        lambda n, counts: bool((np.abs(counts - counts[0]) <= len(n)).all()),
    ),
    (
        "Likely slip: rows and columns are exchanged. Row c is about the tokens that come after c, "
        "not about those before it.",
        lambda n, counts: cost(n.T, given(counts)) + 0.05 < cost(n, given(counts)),
    ),
)
