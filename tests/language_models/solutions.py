"""Wrong and right solutions of the assignment `language_models`."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import torch
from mutation import mutant, right
from scipy import special
from torch.nn import functional


def log_q(logits):
    return special.log_softmax(np.asarray(logits, dtype=float), axis=-1)


def costs(logits, tokens):
    """−log q of each token; padding may index anything that exists."""
    index = np.clip(np.asarray(tokens), 0, logits.shape[-1] - 1)
    return -np.take_along_axis(log_q(logits), index[..., None], axis=-1)[..., 0]


# ---- part 1 -----------------------------------------------------------------------------------------


@right("next_token_loss")
def with_torch(logits, tokens, mask):
    targets = torch.tensor(np.where(mask, tokens, -100)[:, 1:])
    flat = torch.tensor(logits[:, :-1]).reshape(-1, logits.shape[-1])
    return functional.cross_entropy(flat, targets.reshape(-1)).item()


@right("next_token_loss")
def with_loops(logits, tokens, mask):
    total, count = 0.0, 0
    for row, text, real in zip(logits, tokens, mask, strict=True):
        for t in range(len(text) - 1):
            if real[t + 1]:
                z = [float(x) for x in row[t]]
                total += max(z) + math.log(sum(math.exp(x - max(z)) for x in z)) - z[text[t + 1]]
                count += 1
    return total / count


@right("next_token_loss")
def with_where(logits, tokens, mask):
    kept = mask[:, 1:]
    nll = costs(logits[:, :-1], np.where(mask, tokens, 0)[:, 1:])
    return np.where(kept, nll, 0.0).sum() / kept.sum()


@mutant("next_token_loss", says="no shift")
def not_shifted(logits, tokens, mask):
    return costs(logits, tokens)[mask].mean()


@mutant("next_token_loss", says="no shift")
def both_cut_in_front(logits, tokens, mask):
    return costs(logits[:, 1:], tokens[:, 1:])[mask[:, 1:]].mean()


@mutant("next_token_loss", says="shifted the wrong way")
def shifted_back(logits, tokens, mask):
    return costs(logits[:, 1:], tokens[:, :-1])[mask[:, :-1]].mean()


@mutant("next_token_loss", says="the mask was not shifted")
def mask_of_the_reader(logits, tokens, mask):
    return costs(logits[:, :-1], tokens[:, 1:])[mask[:, :-1]].mean()


@mutant("next_token_loss", says="padding was counted")
def padding_counted(logits, tokens, mask):
    return costs(logits[:, :-1], tokens[:, 1:]).mean()


@mutant("next_token_loss", says="divided by all places")
def divided_by_places(logits, tokens, mask):
    return (costs(logits[:, :-1], tokens[:, 1:]) * mask[:, 1:]).mean()


@mutant("next_token_loss", says="the first of each row among them")
def divided_by_the_mask(logits, tokens, mask):
    return (costs(logits[:, :-1], tokens[:, 1:]) * mask[:, 1:]).sum() / mask.sum()


@mutant("next_token_loss", says="the mean of each row was taken")
def mean_of_rows(logits, tokens, mask):
    nll, kept = costs(logits[:, :-1], tokens[:, 1:]), mask[:, 1:]
    return np.mean([nll[s][kept[s]].mean() for s in range(len(nll)) if kept[s].any()])


@mutant("next_token_loss", says="that is the sum")
def token_sum(logits, tokens, mask):
    return costs(logits[:, :-1], tokens[:, 1:])[mask[:, 1:]].sum()


@mutant("next_token_loss", says="the sign is missing")
def token_sign(logits, tokens, mask):
    return -costs(logits[:, :-1], tokens[:, 1:])[mask[:, 1:]].mean()


@mutant("next_token_loss", says="that is in bits")
def token_bits(logits, tokens, mask):
    return costs(logits[:, :-1], tokens[:, 1:])[mask[:, 1:]].mean() / math.log(2)


@mutant("next_token_loss", says="logits were taken for log-probabilities")
def no_softmax(logits, tokens, mask):
    kept = mask[:, 1:]
    y = tokens[:, 1:][kept]
    return -logits[:, :-1][kept][np.arange(len(y)), y].mean()


@mutant("next_token_loss", says="one sum of exponentials for all places")
def softmax_over_everything(logits, tokens, mask):
    kept = mask[:, 1:]
    z, y = logits[:, :-1][kept], tokens[:, 1:][kept]
    return (special.logsumexp(z) - z[np.arange(len(y)), y]).mean()


@mutant("next_token_loss", says="Look for an overflow in exp")
def token_overflow(logits, tokens, mask):
    z, y = logits[:, :-1][mask[:, 1:]], tokens[:, 1:][mask[:, 1:]]
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()


# ---- part 2 -----------------------------------------------------------------------------------------


@right("perplexity")
def geometric_mean(nats):
    return math.prod(math.exp(x / len(nats)) for x in nats.tolist())


@right("perplexity")
def through_bits(nats):
    return 2 ** (sum(nats) / len(nats) / math.log(2))


@mutant("perplexity", says="the mean of the exponentials")
def mean_of_exponentials(nats):
    return np.mean(np.exp(nats))


@mutant("perplexity", says="a power of 2 of nats")
def power_of_two(nats):
    return 2 ** np.mean(nats)


@mutant("perplexity", says="that is the mean loss")
def only_the_mean(nats):
    return np.mean(nats)


@mutant("perplexity", says="e to the power of the sum")
def of_the_sum(nats):
    return np.exp(np.sum(nats))


@mutant("perplexity", says="the sign of the exponent")
def of_minus(nats):
    return np.exp(-np.mean(nats))


@mutant("perplexity", says="e to the power of bits")
def of_bits(nats):
    return math.exp(np.mean(nats) / math.log(2))


# ---- part 3 -----------------------------------------------------------------------------------------


@right("bits_per_byte")
def one_after_the_other(nats, text):
    total = 0.0
    for x in nats:
        total += x / math.log(2)
    return total / len(bytes(text, "utf-8"))


@mutant("bits_per_byte", says="divided by the number of characters")
def per_character(nats, text):
    return nats.sum() / np.log(2) / len(text)


@mutant("bits_per_byte", says="divided by the number of tokens")
def per_token(nats, text):
    return nats.mean() / np.log(2)


@mutant("bits_per_byte", says="the mean loss was divided by the bytes")
def mean_per_byte(nats, text):
    return nats.mean() / np.log(2) / len(text.encode())


@mutant("bits_per_byte", says="that is in nats")
def nats_per_byte(nats, text):
    return nats.sum() / len(text.encode())


@mutant("bits_per_byte", says="multiplied by ln 2")
def times_ln_2(nats, text):
    return nats.sum() * np.log(2) / len(text.encode())


@mutant("bits_per_byte", says="what the whole text costs")
def whole_text(nats, text):
    return nats.sum() / np.log(2)


@mutant("bits_per_byte", says="the logarithm of the nats")
def log_of_nats(nats, text):
    return math.log2(sum(nats)) / len(text.encode())


@mutant("bits_per_byte", says="divided by 8 as well")
def per_bit(nats, text):
    return sum(nats) / math.log(2) / 8 / len(bytes(text, "utf-8"))


# ---- part 4 -----------------------------------------------------------------------------------------


@right("epoch_perplexity")
def with_nansum(means, counts):
    return np.exp(np.nansum(means * counts) / np.sum(counts))


@right("epoch_perplexity")
def batch_after_batch(means, counts):
    total = tokens = 0
    for mean, count in zip(means, counts, strict=True):
        if count:
            total, tokens = total + mean * count, tokens + count
    return math.exp(total / tokens)


@right("epoch_perplexity")
def with_average(means, counts):
    return np.exp(np.average(means[counts > 0], weights=counts[counts > 0]))


@mutant("epoch_perplexity", says="0 * nan is nan")
def empty_counted(means, counts):
    return np.exp((means * counts).sum() / counts.sum())


@mutant("epoch_perplexity", says="as if all batches were equally long")
def mean_of_means(means, counts):
    return np.exp(np.mean(means))


@mutant("epoch_perplexity", says="as if all batches were equally long")
def mean_of_means_kept(means, counts):
    return np.exp(np.mean(means[counts > 0]))


@mutant("epoch_perplexity", says="the perplexities were averaged. Average")
def mean_of_perplexities(means, counts):
    return np.exp(means[counts > 0]).mean()


@mutant("epoch_perplexity", says="averaged, weighted by the tokens")
def weighted_perplexities(means, counts):
    return np.average(np.exp(means[counts > 0]), weights=counts[counts > 0])


@mutant("epoch_perplexity", says="that is the mean loss")
def weighted_mean(means, counts):
    return np.average(means[counts > 0], weights=counts[counts > 0])


@mutant("epoch_perplexity", says="divided by the number of batches")
def by_batches(means, counts):
    return np.exp(np.mean((means * counts)[counts > 0]))


@mutant("epoch_perplexity", says="a power of 2 of nats")
def two_to_the_mean(means, counts):
    return 2 ** weighted_mean.function(means, counts)


@mutant("epoch_perplexity", says="e to the power of the sum")
def of_all_losses(means, counts):
    return np.exp(np.nansum(means * counts))


@mutant("epoch_perplexity", says="as if they were sums")
def means_for_sums(means, counts):
    return np.exp(means[counts > 0].sum() / counts.sum())


@mutant("epoch_perplexity", says="as if all batches were equally long")
def nan_for_zero(means, counts):
    return np.exp(np.nan_to_num(means).mean())


# ---- part 5 -----------------------------------------------------------------------------------------


@right("smoothed")
def as_mixture(counts, base, strength):
    N = sum(counts)
    own = N / (N + strength)
    return [own * (n / N if N else 0) + (1 - own) * b for n, b in zip(counts, base, strict=True)]


@right("smoothed")
def divided_at_the_end(counts, base, strength):
    q = counts + strength * base
    return q / q.sum()


@mutant("smoothed", says="nothing was added")
def shares_alone(counts, base, strength):
    return counts / counts.sum()


@mutant("smoothed", says="the whole strength was added to every count")
def strength_to_all(counts, base, strength):
    q = counts + strength
    return q / q.sum()


@mutant("smoothed", says="the whole strength was added to every count")
def strength_to_all_undivided(counts, base, strength):
    return (counts + strength) / (counts.sum() + strength)


@mutant("smoothed", says="1 was added to every count")
def laplace(counts, base, strength):
    return (counts + 1) / (counts.sum() + len(counts))


@mutant("smoothed", says="without its strength")
def base_alone(counts, base, strength):
    return (counts + base) / (counts.sum() + 1)


@mutant("smoothed", says="divided by the number of real observations")
def wrong_denominator(counts, base, strength):
    return (counts + strength * base) / counts.sum()


@mutant("smoothed", says="were not divided")
def pseudo_counts(counts, base, strength):
    return counts + strength * base


@mutant("smoothed", says="half and half")
def half_and_half(counts, base, strength):
    return 0.5 * counts / max(counts.sum(), 1) + 0.5 * base


@mutant("smoothed", says="the strength times the number of tokens")
def strength_for_each_below(counts, base, strength):
    return [
        (n + strength * b) / (sum(counts) + strength * len(base)) for n, b in zip(counts, base, strict=True)
    ]


@mutant("smoothed", says="shared out evenly")
def even_base(counts, base, strength):
    q = counts + strength / len(counts)
    return q / q.sum()


@mutant("smoothed", says="the weights have changed places")
def weights_exchanged(counts, base, strength):
    own = counts.sum() / (counts.sum() + strength)
    return (1 - own) * counts / max(counts.sum(), 1) + own * base


@mutant("smoothed", says="shares were smoothed in place of counts")
def shares_smoothed(counts, base, strength):
    q = counts / max(counts.sum(), 1) + strength * base
    return q / (1 + strength)


@mutant("smoothed", says="only tokens that never came")
def zeros_alone(counts, base, strength):
    return [(n or strength * b) / (sum(counts) + strength) for n, b in zip(counts, base, strict=True)]


# ---- part 6 -----------------------------------------------------------------------------------------


def model(text, alphabet, strength, endings, *, overlap=True):
    """The orders one after the other, for a list of contexts from short to long."""
    q = np.full(len(alphabet), 1 / len(alphabet))
    for ending in endings:
        places, i = [], 0
        while (i := text.find(ending, i)) >= 0 and i < len(text):
            places.append(i + len(ending))
            i += 1 if overlap else max(len(ending), 1)
        after = Counter(text[i] for i in places if i < len(text))
        n = np.array([after[letter] for letter in alphabet])
        q = (n + strength * q) / (n.sum() + strength)
    return q


def endings(context):
    return [context[i:] for i in range(len(context), -1, -1)]


@right("ngram")
def with_find(text, context, alphabet, strength):
    return model(text, alphabet, strength, endings(context))


@right("ngram")
def recursive(text, context, alphabet, strength):
    if context is None:
        return [1 / len(alphabet)] * len(alphabet)
    below = recursive.function(text, context[1:] if context else None, alphabet, strength)
    starts = [i for i in range(len(text)) if text.startswith(context, i) and i + len(context) < len(text)]
    after = [text[i + len(context)] for i in starts]
    return [
        (after.count(letter) + strength * q) / (len(after) + strength)
        for letter, q in zip(alphabet, below, strict=True)
    ]


@mutant("ngram", says="occurrences that do not overlap")
def with_str_count(text, context, alphabet, strength):
    return model(text, alphabet, strength, endings(context), overlap=False)


@mutant("ngram", says="shortened at its end")
def front_of_the_context(text, context, alphabet, strength):
    return model(text, alphabet, strength, [context[:i] for i in range(len(context) + 1)])


@mutant("ngram", says="the order with the empty context was left out")
def no_empty_context(text, context, alphabet, strength):
    return model(text, alphabet, strength, endings(context)[1:])


@mutant("ngram", says="only the whole context was used")
def highest_order_only(text, context, alphabet, strength):
    return model(text, alphabet, strength, [context])


@mutant("ngram", says="from the longest to the shortest")
def longest_first(text, context, alphabet, strength):
    return model(text, alphabet, strength, endings(context)[::-1])


@mutant("ngram", says="the whole context was left out")
def range_too_short(text, context, alphabet, strength):
    return model(text, alphabet, strength, endings(context)[:-1])


@mutant("ngram", says="Each order is smoothed towards the one below")
def towards_uniform(text, context, alphabet, strength):
    q = None
    for ending in endings(context):
        q = model(text, alphabet, strength, [ending])
    return q


@mutant("ngram", says="no smoothing")
def no_smoothing(text, context, alphabet, strength):
    after = [text[i] for i in range(len(context), len(text)) if text[i - len(context) : i] == context]
    n = np.array([after.count(letter) for letter in alphabet])
    return n / n.sum()


def starts(text, piece):
    return sum(text[i:].startswith(piece) for i in range(len(text)))


@mutant("ngram", says="occurrences that do not overlap")
def counted_with_its_letter(text, context, alphabet, strength):
    q = np.full(len(alphabet), 1 / len(alphabet))
    for ending in endings(context):
        n = np.array([text.count(ending + letter) for letter in alphabet])
        q = (n + strength * q) / (n.sum() + strength)
    return q


@mutant("ngram", says="context[-0:] is the whole context")
def minus_zero(text, context, alphabet, strength):
    return model(text, alphabet, strength, [context[-n:] for n in range(len(context) + 1)])


@mutant("ngram", says="a context at the very end")
def end_of_the_text(text, context, alphabet, strength):
    q = np.full(len(alphabet), 1 / len(alphabet))
    for ending in endings(context):
        n = np.array([starts(text, ending + letter) for letter in alphabet])
        q = (n + strength * q) / (starts(text, ending) + strength)
    return q


@mutant("ngram", says="the letters before the context")
def what_came_before(text, context, alphabet, strength):
    q = np.full(len(alphabet), 1 / len(alphabet))
    for ending in endings(context):
        n = np.array([starts(text, letter + ending) for letter in alphabet])
        q = (n + strength * q) / (n.sum() + strength)
    return q


@mutant("ngram", says="and then they were averaged")
def mean_of_orders(text, context, alphabet, strength):
    return sum(model(text, alphabet, strength, [e]) for e in endings(context)) / (len(context) + 1)


@mutant("ngram", says="the letters stand in another order")
def letters_sorted(text, context, alphabet, strength):
    return model(text, sorted(alphabet), strength, endings(context))


# ---- part 7 -----------------------------------------------------------------------------------------


def encode(message, counts):
    low, width = Fraction(0), Fraction(1)
    for s in message:
        low += width * Fraction(sum(counts[:s]), sum(counts))
        width *= Fraction(counts[s], sum(counts))
    m = 1
    while Fraction(1, 2**m) > width / 2:
        m += 1
    return format(math.ceil(low * 2**m), f"0{m}b")


def table(text, K, first=0):
    n = np.zeros((K, K))
    for c, x in zip([first, *text[:-1]], text, strict=False):
        n[c, x] += 1
    return n


def rounded(q, T=4096):
    counts = np.floor(q * (T - len(q))).astype(int) + 1
    counts[np.arange(len(q)), counts.argmax(axis=1)] += T - counts.sum(axis=1)
    return counts


def trained(n, *, steps=1000, sign=1.0):
    Z = np.zeros(n.shape)
    total = n.sum(axis=1, keepdims=True)
    for _ in range(steps):
        gradient = np.where(total > 0, special.softmax(Z, axis=1) - n / np.maximum(total, 1), 0.0)
        Z -= sign * 2 * gradient
    return special.softmax(Z, axis=1)


def words(text, counts):
    K = len(counts)
    messages = [[] for _ in range(K)]
    for c, x in zip([0, *text[:-1]], text, strict=False):
        messages[c].append(x)
    return [encode(message, [int(x) for x in row]) for message, row in zip(messages, counts, strict=True)]


@right("train_and_compress")
def with_torch_descent(seen, text, K):
    n = torch.tensor(table(seen, K))  # each pair once, with its count: a step for every token takes minutes
    Z = torch.zeros((K, K), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([Z], lr=0.1)
    for _ in range(400):
        optimizer.zero_grad()
        (-(n * torch.log_softmax(Z, dim=1)).sum() / n.sum()).backward()
        optimizer.step()
    counts = rounded(torch.softmax(Z, dim=1).detach().numpy())
    return counts, words(text, counts)


@right("train_and_compress")
def by_counting(seen, text, K):
    """The best table has a formula; a little smoothing does no harm."""
    n = table(seen, K) + 0.05
    counts = rounded(n / n.sum(axis=1, keepdims=True)).tolist()
    return counts, words(text, counts)


@mutant("train_and_compress", says="not attempted")
def a_stub(seen, text, K):
    raise NotImplementedError


@mutant("train_and_compress", says="return counts, codewords")
def one_result(seen, text, K):
    return words(text, rounded(trained(table(seen, K))))


@mutant("train_and_compress", says="an array of shape")
def one_table(seen, text, K):
    n = table(seen, K).sum(axis=0) + 0.05
    return rounded(n[None] / n.sum())[0], ["0"] * K


@mutant("train_and_compress", says="rounded without adding 1")
def no_room(seen, text, K):
    n = table(seen, K)
    counts = np.round(4096 * n / n.sum(axis=1, keepdims=True)).astype(int)
    return counts, ["0"] * K


@mutant("train_and_compress", says="what is left of 4096 was not given")
def rest_lost(seen, text, K):
    counts = np.floor(trained(table(seen, K)) * (4096 - K)).astype(int) + 1
    return counts, words(text, counts)


@mutant("train_and_compress", says="as it was at the start, uniform")
def not_trained(seen, text, K):
    counts = rounded(np.full((K, K), 1 / K))
    return counts, words(text, counts)


@mutant("train_and_compress", says="the sign of the gradient")
def uphill(seen, text, K):
    counts = rounded(trained(table(seen, K), sign=-1.0))
    return counts, words(text, counts)


@mutant("train_and_compress", says="all rows are alike")
def rows_alike(seen, text, K):
    n = table(seen, K)
    counts = rounded(trained(n * 0 + n.sum(axis=0)))
    return counts, words(text, counts)


@mutant("train_and_compress", says="rows and columns are exchanged")
def exchanged(seen, text, K):
    counts = rounded(trained(table(seen, K).T))
    return counts, words(text, counts)


@mutant("train_and_compress", says="learned from `text`")
def learned_from_the_other_text(seen, text, K):
    counts = rounded(trained(table(text or seen, K)))
    return counts, words(text, counts)


@mutant("train_and_compress", says="Did the model learn from `text`?")
def learned_from_both(seen, text, K):
    counts = rounded(trained(table([*seen, *text], K)))
    return counts, words(text, counts)


@mutant("train_and_compress", says="the first token of `seen` was left out")
def first_of_seen_forgotten(seen, text, K):
    n = table(seen, K)
    n[0, seen[0]] -= 1
    counts = rounded(trained(n))
    return counts, words(text, counts)


@mutant("train_and_compress", says="An empty message has a codeword too")
def nothing_for_empty_messages(seen, text, K):
    counts = rounded(trained(table(seen, K)))
    used = {0, *text[:-1]} if text else set()
    return counts, [word if c in used else "" for c, word in enumerate(words(text, counts))]


@mutant("train_and_compress", says="An empty message has a codeword too")
def empty_messages_left_out(seen, text, K):
    counts, all_words = nothing_for_empty_messages.function(seen, text, K)
    return counts, [word for word in all_words if word]


@mutant("train_and_compress", says="Go on training")
def too_few_steps(seen, text, K):
    counts = rounded(trained(table(seen, K), steps=1))
    return counts, words(text, counts)


@mutant("train_and_compress", says="a list of 3 is needed, one for each token")
def one_codeword(seen, text, K):
    counts = rounded(trained(table(seen, K)))
    return counts, words(text, counts)[0]


@mutant("train_and_compress", says="the first token was left out")
def first_forgotten(seen, text, K):
    counts = rounded(trained(table(seen, K)))
    messages = [[x for b, x in itertools.pairwise(text) if b == c] for c in range(K)]
    return counts, [encode(messages[c], counts[c].tolist()) for c in range(K)]


@mutant("train_and_compress", says="do not lead back to that message")
def counts_of_row_0(seen, text, K):
    counts = rounded(trained(table(seen, K)))
    messages = [[x for b, x in zip([0, *text[:-1]], text, strict=False) if b == c] for c in range(K)]
    return counts, [encode(messages[c], counts[0].tolist()) for c in range(K)]
