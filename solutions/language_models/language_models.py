# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] nbgrader={"grade_id": "language_models-intro"}
# # Language models
#
# In seven parts you write what a language model is trained and judged with: the loss of the next token, perplexity and bits per byte, the right average over batches, and an n-gram model with smoothing.
# In the last part everything comes together: you train a small model, and it drives your arithmetic coder.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `next_token_loss` | 15 | ●●○ | 4 |
# | 2 | `perplexity` | 5 | ●○○ | 2 |
# | 3 | `bits_per_byte` | 10 | ●○○ | 3 |
# | 4 | `epoch_perplexity` | 10 | ●●○ | 3 |
# | 5 | `smoothed` | 10 | ●○○ | 3 |
# | 6 | `ngram` | 15 | ●●○ | 4 |
# | 7 | `train_and_compress` | 25 | ●●● | 5 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *Language models* of the book derives everything that is used here.
# Use NumPy only, and nats unless bits are asked for.

# %% nbgrader={"grade_id": "language_models-setup"}


from fractions import Fraction

import numpy as np

from xentcourse.checks import language_models as check

# %% [markdown] nbgrader={"grade_id": "language_models-part_1"}
# ## Part 1: the loss of the next token
#
# *15 minutes, difficulty ●●○, 4 points*
#
# Texts of unequal length stand in one array, a row for each, and the rest of a row is padding.
# The mask says which tokens are real.
# The model has read the tokens of a row up to place $t$ when it gives the logits at place $t$, so these logits speak of the token at place $t + 1$.
# The first token of a row has no logits before it, and is not predicted.
#
# **Worked example.** Two rows of three places, with tokens from 0 to 3.
# In the second row the last place is padding:

# %%
tokens = np.array([[2, 0, 3], [1, 1, -1]])
mask = tokens >= 0
print("places that predict:\n", tokens[:, :-1])
print("what they predict:\n", tokens[:, 1:])
print("does it count?\n", mask[:, 1:])

# %% [markdown] nbgrader={"grade_id": "language_models-prompt_1"}
# So three predictions count, and their mean divides by 3.
#
# **Your turn.** Write `next_token_loss`, for logits of any size: the mean over all predicted tokens that are real, in nats.
# What stands in the padded places may be any number; do not use it.
# At least one predicted token is real.
#
# <details><summary>Hint 1: the shift</summary>
#
# `logits[:, :-1]` belong to `tokens[:, 1:]` and to `mask[:, 1:]`. Picking with a mask makes a flat list of rows: `logits[:, :-1][kept]` has shape (M, V).
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# With `kept = mask[:, 1:]`, take `z = logits[:, :-1][kept]` and `y = tokens[:, 1:][kept]`. Subtract each row's largest logit from `z`; a row then costs `np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]`. Take the mean.
# </details>


# %% nbgrader={"grade_id": "language_models-next_token_loss_solution", "solution": true}
def next_token_loss(logits, tokens, mask):
    """The mean negative log-probability of the real tokens that are predicted, in nats.

    logits : array (S, L, V); those at place t speak of the token at place t + 1
    tokens : array (S, L) of whole numbers; 0..V-1 where the mask is True
    mask   : array (S, L) of True and False; True where a token is real
    Returns one number.
    """
    ### BEGIN SOLUTION
    kept = mask[:, 1:]
    z, y = logits[:, :-1][kept], tokens[:, 1:][kept]
    z = z - z.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "language_models-next_token_loss", "points": 4}
check.next_token_loss(next_token_loss)

# %% [markdown] nbgrader={"grade_id": "language_models-part_2"}
# ## Part 2: perplexity
#
# *5 minutes, difficulty ●○○, 2 points*
#
# A model that is as uncertain as among $m$ equally likely tokens has the mean loss $\log m$, in nats.
# Perplexity turns a loss back into that $m$: it is $e^h$, where $h$ is the mean loss of a token.
#
# **Worked example.** Two tokens had the probabilities ½ and ⅛.
# Their losses are $\ln 2$ and $\ln 8$, the mean is $\ln 4$: a perplexity of 4.

# %% [markdown] nbgrader={"grade_id": "language_models-prompt_2"}
# **Your turn.** Write `perplexity`.
#
# <details><summary>Hint 1: the order</summary>
#
# First the mean, then the exponential. In the worked example, the other order gives 5.
# </details>
# <details><summary>Hint 2: the base</summary>
#
# The losses are in nats, so the base is $e$: `np.exp`.
# </details>


# %% nbgrader={"grade_id": "language_models-perplexity_solution", "solution": true}
def perplexity(nats):
    """The number of equally likely tokens that would cost as much on average.

    nats : array (M,) of the tokens' losses in nats, M at least 1
    Returns one number, at least 1.
    """
    ### BEGIN SOLUTION
    return np.exp(np.mean(nats))
    ### END SOLUTION


# %% nbgrader={"grade_id": "language_models-perplexity", "points": 2}
check.perplexity(perplexity)

# %% [markdown] nbgrader={"grade_id": "language_models-part_3"}
# ## Part 3: bits per byte
#
# *10 minutes, difficulty ●○○, 3 points*
#
# Models that cut a text into different tokens have nothing in common but the text.
# So add up the losses of all tokens, turn nats into bits (1 nat is $1/\ln 2$ bits), and divide by the number of *bytes* that the text takes in UTF-8.
#
# **Worked example.** The text "né" has 2 characters and 3 bytes.
# A model cut it into one token with a loss of $\ln 64$ nats, which is 6 bits: 2 bits per byte.

# %%
print(len("né"), len("né".encode()), np.log(64) / np.log(2))

# %% [markdown] nbgrader={"grade_id": "language_models-prompt_3"}
# **Your turn.** Write `bits_per_byte`.
#
# <details><summary>Hint 1: what to divide by</summary>
#
# By the length of `text.encode()`; neither by the number of tokens nor by the number of characters.
# </details>
# <details><summary>Hint 2: the unit</summary>
#
# Divide nats by `np.log(2)`: a bit is smaller than a nat, so there are more of them.
# </details>


# %% nbgrader={"grade_id": "language_models-bits_per_byte_solution", "solution": true}
def bits_per_byte(nats, text):
    """What a byte of the text costs.

    nats : array (M,) of the losses of the tokens that spell the text, in nats
    text : the text, not empty
    Returns one number.
    """
    ### BEGIN SOLUTION
    return np.sum(nats) / np.log(2) / len(text.encode())
    ### END SOLUTION


# %% nbgrader={"grade_id": "language_models-bits_per_byte", "points": 3}
check.bits_per_byte(bits_per_byte)

# %% [markdown] nbgrader={"grade_id": "language_models-part_4"}
# ## Part 4: many batches, one perplexity
#
# *10 minutes, difficulty ●●○, 3 points*
#
# An evaluation runs over many batches, and each reports its mean loss and how many tokens it had.
# The perplexity of the whole data needs the mean over all *tokens*: numerators and denominators are added up, each on its own side of the fraction line.
#
# **Worked example.** A batch of 3 tokens has the mean $\ln 2$, a batch of 1 token $\ln 32$.
# All four tokens together cost $3 \ln 2 + \ln 32 = 8 \ln 2$, which is $2 \ln 2$ a token: a perplexity of 4.
# The average of the two means would give 8, and the average of the two perplexities 17:

# %%
means = np.log([2, 32])
print(np.exp(means.mean()).round(6), np.exp(means).mean().round(6))

# %% [markdown] nbgrader={"grade_id": "language_models-prompt_4"}
# **Your turn.** Write `epoch_perplexity`.
# A batch without tokens, all padding, reports 0 tokens and the mean 0/0, which is `nan`: leave it out.
# At least one batch has tokens.
#
# <details><summary>Hint 1: back to sums</summary>
#
# A mean times its number of tokens is the sum of the losses of that batch.
# </details>
# <details><summary>Hint 2: the empty batch</summary>
#
# `0 * nan` is `nan`, so pick the batches with tokens first: `kept = counts > 0`, then `means[kept]` and `counts[kept]`.
# </details>


# %% nbgrader={"grade_id": "language_models-epoch_perplexity_solution", "solution": true}
def epoch_perplexity(means, counts):
    """The perplexity over all tokens of all batches.

    means  : array (B,) of the batches' mean losses in nats; nan where a batch has no tokens
    counts : array (B,) of whole numbers >= 0, the tokens of each batch; one at least is above 0
    Returns one number.
    """
    ### BEGIN SOLUTION
    kept = counts > 0
    return np.exp((means[kept] * counts[kept]).sum() / counts.sum())
    ### END SOLUTION


# %% nbgrader={"grade_id": "language_models-epoch_perplexity", "points": 3}
check.epoch_perplexity(epoch_perplexity)

# %% [markdown] nbgrader={"grade_id": "language_models-part_5"}
# ## Part 5: counts, and what you knew before
#
# *10 minutes, difficulty ●○○, 3 points*
#
# A token came $n_k$ times of $N$.
# The share $n_k/N$ is 0 for all that has not come yet, and a model must not say 0 of what may come.
# Smoothing mixes the counts with a distribution $b$ that was there before them, as if $\alpha$ further tokens had been seen in the shares of $b$:
#
# $$q_k = \frac{n_k + \alpha\, b_k}{N + \alpha} .$$
#
# **Worked example.** Counts $(3, 0)$, base $(\tfrac12, \tfrac12)$, $\alpha = 2$: each token gets one pseudo-observation.
# So $q = (\tfrac45, \tfrac15)$.

# %% [markdown] nbgrader={"grade_id": "language_models-prompt_5"}
# **Your turn.** Write `smoothed`. All counts may be 0; then the result is $b$.
#
# <details><summary>Hint 1: what $\alpha$ is spread over</summary>
#
# $\alpha$ is the number of pseudo-observations of all tokens together, and $b$ shares them out. The result sums to 1 without any further division.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `(counts + strength * base) / (counts.sum() + strength)`
# </details>


# %% nbgrader={"grade_id": "language_models-smoothed_solution", "solution": true}
def smoothed(counts, base, strength):
    """Counts smoothed towards a base distribution.

    counts   : array (K,) of whole numbers >= 0, perhaps all 0
    base     : array (K,), a distribution
    strength : the number of pseudo-observations, above 0
    Returns an array (K,) that sums to 1.
    """
    ### BEGIN SOLUTION
    return (counts + strength * base) / (counts.sum() + strength)
    ### END SOLUTION


# %% nbgrader={"grade_id": "language_models-smoothed", "points": 3}
check.smoothed(smoothed)

# %% [markdown] nbgrader={"grade_id": "language_models-part_6"}
# ## Part 6: an n-gram model
#
# *15 minutes, difficulty ●●○, 4 points*
#
# What comes next, after this context?
# Look at what followed the same context in the text that you have.
# Long contexts are rare, so each is smoothed towards the context without its first letter, and so on:
#
# - start with the uniform distribution over the alphabet;
# - count the letters that follow the *empty* context, which are all letters of the text, and smooth towards the uniform distribution;
# - count the letters that follow the *last* letter of the context, and smooth towards the result so far;
# - then those that follow its last two letters, and so on, up to the whole context.
#
# **Worked example.** Text "banana", alphabet "abn", context "an".
# After the empty context came a three times, b once and n twice.
# After "n" came a twice, and after "an" came a twice:

# %%
text, context = "banana", "an"
for length in range(len(context) + 1):
    ending = context[len(context) - length :]
    after = [text[i] for i in range(length, len(text)) if text[i - length : i] == ending]
    print(repr(ending), after)

# %% [markdown] nbgrader={"grade_id": "language_models-prompt_6"}
# Occurrences may overlap: in "aaaa", a came twice after "aa".
#
# **Your turn.** Write `ngram`. You may use your `smoothed`.
#
# <details><summary>Hint 1: one order</summary>
#
# The worked example has the list of the letters that came. Their counts, in the order of the alphabet, are `np.array([after.count(letter) for letter in alphabet])`.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `q = np.full(len(alphabet), 1 / len(alphabet))`, and then in the loop `q = smoothed(counts, q, strength)`.
# </details>


# %% nbgrader={"grade_id": "language_models-ngram_solution", "solution": true}
def ngram(text, context, alphabet, strength):
    """The distribution of the letter after a context.

    text     : the text to learn from
    context  : the letters before the next one, perhaps none
    alphabet : all letters, each once
    strength : the number of pseudo-observations at each order, above 0
    Returns an array (K,) in the order of the alphabet.
    """
    ### BEGIN SOLUTION
    q = np.full(len(alphabet), 1 / len(alphabet))
    for length in range(len(context) + 1):
        ending = context[len(context) - length :]
        after = [text[i] for i in range(length, len(text)) if text[i - length : i] == ending]
        counts = np.array([after.count(letter) for letter in alphabet])
        q = (counts + strength * q) / (counts.sum() + strength)
    return q
    ### END SOLUTION


# %% nbgrader={"grade_id": "language_models-ngram", "points": 4}
check.ngram(ngram)

# %% [markdown] nbgrader={"grade_id": "language_models-part_7"}
# ## Part 7: train, and compress with your own pieces
#
# *25 minutes, difficulty ●●●, 5 points*
#
# You have written a softmax in the assignment *Softmax*, and an arithmetic coder in *Codes*.
# Now a model that you train drives your coder.
# In case you have not, here they are; the cell after them takes your own wherever you have kept one that passes its checks, and says which it took.

# %% nbgrader={"grade_id": "language_models-pieces"}


def softmax(z):
    """Probabilities from logits, over the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(logits, labels):
    """The mean negative log-probability of the labels, in nats."""
    return -np.log(softmax(logits)[np.arange(len(labels)), labels]).mean()


def arithmetic_encode(message, counts):
    """The codeword of a message: a piece of text made of "0" and "1"."""
    low, width, total = Fraction(0), Fraction(1), sum(counts)
    for s in message:
        low += width * Fraction(sum(counts[:s]), total)
        width *= Fraction(counts[s], total)
    m = 1
    while Fraction(1, 2**m) > width / 2:
        m += 1
    return format(-(-low.numerator * 2**m // low.denominator), f"0{m}b")


# %% nbgrader={"grade_id": "language_models-own"}
from xentcourse.mine import piece

softmax = piece("softmax", "softmax", otherwise=softmax)
cross_entropy = piece("softmax", "cross_entropy", otherwise=cross_entropy)
arithmetic_encode = piece("coding", "arithmetic_encode", otherwise=arithmetic_encode)

# %% [markdown] nbgrader={"grade_id": "language_models-recipe"}
# The model has one row of logits for each token: row $c$ of $Z$, shape $(K, K)$, says what comes after token $c$.
# Token 0 stands before the first token of a text.
#
# 1. **Train** on `seen`: start at $Z = 0$ and descend on the mean loss of each row.
#    If $m_c > 0$ tokens came after $c$, with the shares $s$, its gradient is $\operatorname{softmax}(Z_c) - s$; a row after which nothing came stays as it is.
#    Go on until the loss of `seen` is within a tenth of a bit a token of the best that such a model can do; 1,000 steps with learning rate 2 are enough.
# 2. **Round** each row to whole numbers with the sum $T = 4096$: $\lfloor q_k\,(T - K) \rfloor + 1$, and what is left of $T$ goes to the largest.
# 3. **Compress** `text`: for each token $c$, one codeword for the message of all tokens that come after $c$, in their order, under the counts of row $c$. An empty message has a codeword too.
#
# **Worked example.** In the text 0, 1, 1, 0, 1, token 0 stands before the first, so after 0 come 0, 1, 1 and after 1 come 1, 0.
# In Python:

# %%
text = [0, 1, 1, 0, 1]
before = [0, *text[:-1]]
print("pairs:", list(zip(before, text, strict=True)))
print("after 0:", [x for c, x in zip(before, text, strict=True) if c == 0])
q, T = np.array([0.7, 0.2, 0.1]), 16
counts = np.floor(q * (T - 3)).astype(int) + 1
counts[counts.argmax()] += T - counts.sum()
print("counts:", counts.tolist(), "sum:", counts.sum())

# %% [markdown] nbgrader={"grade_id": "language_models-prompt_7"}
# **Your turn.** Write `train_and_compress`, with `softmax` and `arithmetic_encode`.
#
# <details><summary>Hint 1: all rows at once</summary>
#
# Count the pairs of `seen` in an array `n` of shape (K, K): `np.add.at(n, (before, seen), 1)`. The shares of row `c` are `n[c] / n[c].sum()` where that sum is above 0. Then `Z[c] -= 2 * (softmax(Z[c]) - shares)`, or all used rows at once.
# </details>
# <details><summary>Hint 2: plain numbers for the coder</summary>
#
# A coder with fractions wants Python's whole numbers: `arithmetic_encode(message, counts[c].tolist())`, with `message` a list of Python's whole numbers as it came.
# </details>


# %% nbgrader={"grade_id": "language_models-train_and_compress_solution", "solution": true}
def train_and_compress(seen, text, K):
    """A model trained on one text compresses another.

    seen : list of tokens 0..K-1, at least one
    text : list of tokens 0..K-1
    K    : the number of different tokens, at least 2
    Returns two things: an array (K, K) of counts >= 1 whose rows sum to 4096, row c for what comes after
    token c; and a list of K codewords, entry c for the tokens of the text that come after c.
    """
    ### BEGIN SOLUTION
    n = np.zeros((K, K))
    np.add.at(n, ([0, *seen[:-1]], seen), 1)
    used = n.sum(axis=1) > 0
    shares = n[used] / n[used].sum(axis=1, keepdims=True)
    Z = np.zeros((K, K))
    for _ in range(1000):
        Z[used] -= 2 * (softmax(Z[used]) - shares)
    counts = np.floor(softmax(Z) * (4096 - K)).astype(int) + 1
    counts[np.arange(K), counts.argmax(axis=1)] += 4096 - counts.sum(axis=1)
    pairs = list(zip([0, *text[:-1]], text, strict=False))
    messages = [[x for before, x in pairs if before == c] for c in range(K)]
    return counts, [arithmetic_encode(messages[c], counts[c].tolist()) for c in range(K)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "language_models-train_and_compress", "points": 5}
check.train_and_compress(train_and_compress)

# %% [markdown] nbgrader={"grade_id": "language_models-play"}
# ### What you built
#
# Your model learns from the first lines of the Zen of Python and compresses the last ones. No points: enjoy it, and put in texts of your own.
# Compare it with `zlib`, which everybody uses, and with your n-gram model, whose perplexity falls when it looks two letters back.

# %%
import codecs
import contextlib
import io
import zlib

with contextlib.redirect_stdout(io.StringIO()):
    import this

zen = codecs.decode(this.s, "rot13").lower()
seen, text = zen[:650], zen[650:]
alphabet = sorted(set(zen))
try:
    numbers = [[alphabet.index(letter) for letter in part] for part in (seen, text)]
    counts, codewords = train_and_compress(*numbers, len(alphabet))
    print(f"{len(text)} letters, 8 bits each:", 8 * len(text), "bits")
    print("zlib:                  ", 8 * len(zlib.compress(text.encode(), 9)))
    print("your model and coder:  ", sum(map(len, codewords)))
    for order in range(4):
        nats = [
            -np.log(ngram(seen, text[i - order : i], alphabet, 5)[alphabet.index(text[i])])
            for i in range(order, len(text))
        ]
        print(f"your n-grams, {order} letters back: perplexity {perplexity(nats):.1f}")
except NotImplementedError:
    print("Finish the parts above, then come back.")
