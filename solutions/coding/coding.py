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

# %% [markdown] nbgrader={"grade_id": "coding-intro"}
# # Codes
#
# In seven parts you write what turns a model into bits, and bits back into a message: the budget of codeword lengths, Shannon's and Huffman's lengths, codewords, the price of a text, and an arithmetic coder.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `kraft_sum` | 5 | ●○○ | 2 |
# | 2 | `shannon_lengths` | 10 | ●○○ | 3 |
# | 3 | `bits_per_letter` | 10 | ●○○ | 3 |
# | 4 | `huffman_lengths` | 20 | ●●○ | 4 |
# | 5 | `codewords` | 10 | ●●○ | 3 |
# | 6 | `arithmetic_encode` | 15 | ●●● | 4 |
# | 7 | `arithmetic_decode` | 15 | ●●● | 3 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of no other part.
#
# The chapter *Coding* of the book derives everything that is used here.
# Logarithms have base 2, and lengths are in bits.

# %% nbgrader={"grade_id": "coding-setup"}


import math
from fractions import Fraction

import numpy as np

from xentcourse.checks import coding as check

# %% [markdown] nbgrader={"grade_id": "coding-part_1"}
# ## Part 1: the budget
#
# *5 minutes, difficulty ●○○, 2 points*
#
# The codeword lengths $\ell_1, \dots, \ell_K$ of a prefix code have the Kraft sum
#
# $$\sum_{k=1}^{K} 2^{-\ell_k} \le 1.$$
#
# A symbol without a codeword has the length $\infty$, and takes nothing of the budget: $2^{-\infty} = 0$.
#
# **Worked example.** The lengths 1, 2, 3, 3 give $\tfrac12 + \tfrac14 + \tfrac18 + \tfrac18 = 1$.
# A base of 2.0, with its decimal point, keeps NumPy from insisting on whole numbers:

# %%
print(2.0 ** -np.array([1, 2, 3, 3]), 2.0**-np.inf)

# %% [markdown] nbgrader={"grade_id": "coding-prompt_1"}
# **Your turn.** Write `kraft_sum`.
#
# <details><summary>Hint 1: "Integers to negative integer powers are not allowed"</summary>
#
# That is what NumPy says of `2 ** -lengths`. Write `2.0`.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `2.0 ** -lengths` is an array, as in the worked example. Add it up.
# </details>


# %% nbgrader={"grade_id": "coding-kraft_sum_solution", "solution": true}
def kraft_sum(lengths):
    """How much of the budget codewords of these lengths take.

    lengths : array (K,) of whole numbers >= 0; np.inf for a symbol without a codeword
    Returns one number, the sum of 2^-length; no Fraction.
    """
    ### BEGIN SOLUTION
    return np.sum(2.0 ** -np.asarray(lengths, dtype=float))
    ### END SOLUTION


# %% nbgrader={"grade_id": "coding-kraft_sum", "points": 2}
check.kraft_sum(kraft_sum)

# %% [markdown] nbgrader={"grade_id": "coding-part_2"}
# ## Part 2: surprises rounded up
#
# *10 minutes, difficulty ●○○, 3 points*
#
# Shannon's code lengths are the surprises in bits, rounded up:
#
# $$\ell_k = \lceil -\log_2 p_k \rceil .$$
#
# Then $2^{-\ell_k} \le p_k$, so the Kraft sum is at most 1, and a prefix code with these lengths exists.
#
# **Worked example.** $p = (0.4, 0.3, 0.2, 0.1)$ has the surprises 1.32, 1.74, 2.32 and 3.32 bits, hence the lengths 2, 2, 3 and 4.
# Where $p$ is a power of ½, the surprise is a whole number already, and stays as it is.
# It has to be computed exactly then, and here two ways to write the same logarithm differ:

# %%
print("np.log2(2**29)            =", np.log2(2**29))
print(
    "np.log(2**29) / np.log(2) =",
    np.log(2**29) / np.log(2),
    "  rounded up:",
    np.ceil(np.log(2**29) / np.log(2)),
)

# %% [markdown] nbgrader={"grade_id": "coding-prompt_2"}
# **Your turn.** Write `shannon_lengths`.
# A symbol of probability 0 gets no codeword, so its length is `np.inf`.
#
# <details><summary>Hint 1: which functions?</summary>
#
# `np.log2` and `np.ceil`. The sign is turned before you round: rounding up is not the same as rounding down and turning the sign later.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `np.ceil(-np.log2(p))`. For $p = 0$ there is nothing to do: `np.log2(0.0)` is `-inf`.
# </details>


# %% nbgrader={"grade_id": "coding-shannon_lengths_solution", "solution": true}
def shannon_lengths(p):
    """Shannon's code lengths.

    p : array (K,) of probabilities that sum to 1
    Returns an array (K,) of whole numbers: the surprises in bits, rounded up; np.inf where p is 0.
    """
    ### BEGIN SOLUTION
    return np.ceil(-np.log2(p))
    ### END SOLUTION


# %% nbgrader={"grade_id": "coding-shannon_lengths", "points": 3}
check.shannon_lengths(shannon_lengths)

# %% [markdown] nbgrader={"grade_id": "coding-part_3"}
# ## Part 3: what a text costs
#
# *10 minutes, difficulty ●○○, 3 points*
#
# A code gives each letter a length.
# A text of $N$ letters then takes $\frac1N \sum_i \ell(x_i)$ bits a letter: that is the mean negative log-likelihood of the text under the model $q = 2^{-\ell}$, or the cross-entropy of the text's letter shares with $q$.
# The lengths need not be whole numbers: with $\ell = -\log_2 q$ you learn what the ideal code would take.
#
# **Worked example.** The code has the lengths a: 1, b: 2, c: 2.
# The text "abba" takes $1 + 2 + 2 + 1 = 6$ bits, which is 1.5 bits a letter.
# In Python the code's lengths are a dictionary; a letter that is not in it has no codeword, hence the length ∞:

# %%
lengths = {"a": 1, "b": 2, "c": 2}
for letter in "abz":
    print(letter, lengths.get(letter, np.inf))

# %% [markdown] nbgrader={"grade_id": "coding-prompt_3"}
# **Your turn.** Write `bits_per_letter`.
# The text has at least one letter. If one of its letters has no codeword, the result is `np.inf`.
#
# <details><summary>Hint 1: one letter after the other</summary>
#
# Go through the text, and look each letter up as in the worked example. A letter counts as often as it occurs.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Sum up the lengths and divide by the number of letters, `len(text)`.
# </details>


# %% nbgrader={"grade_id": "coding-bits_per_letter_solution", "solution": true}
def bits_per_letter(text, lengths):
    """The mean number of bits that a letter of the text takes.

    text    : a piece of text with at least one letter
    lengths : dictionary, letter -> length in bits, perhaps no whole number; a letter that is not in it has none
    Returns one number; np.inf where a letter of the text has no codeword.
    """
    ### BEGIN SOLUTION
    return sum(lengths.get(letter, np.inf) for letter in text) / len(text)
    ### END SOLUTION


# %% nbgrader={"grade_id": "coding-bits_per_letter", "points": 3}
check.bits_per_letter(bits_per_letter)

# %% [markdown] nbgrader={"grade_id": "coding-part_4"}
# ## Part 4: the best lengths
#
# *20 minutes, difficulty ●●○, 4 points*
#
# Huffman's algorithm joins the two lightest trees, again and again, until one is left.
# Each time, all symbols in the two trees get one bit more.
#
# **Worked example.** The symbols 0, 1, 2 and 3 occur 40, 30, 20 and 10 times.
#
# | step | joined | symbols that get a bit | trees left, with their weights |
# |---|---|---|---|
# | 1 | 10 and 20 | 3 and 2 | 40, 30, 30 |
# | 2 | 30 and 30 | 1, 2 and 3 | 40, 60 |
# | 3 | 40 and 60 | all | 100 |
#
# So the lengths are 1, 2, 3 and 3.
# A tree can be a pair: its weight, and the list of its symbols. Sorting a list of such pairs puts the lightest first:

# %%
trees = [(40, [0]), (30, [1]), (20, [2]), (10, [3])]
trees.sort()
print("lightest two:", trees[:2])
print("the rest:    ", trees[2:])
print("symbols of both:", trees[0][1] + trees[1][1])

# %% [markdown] nbgrader={"grade_id": "coding-prompt_4"}
# **Your turn.** Write `huffman_lengths`.
# The weights are counts or probabilities, all above 0.
# Where trees are equally light, take whichever you like: the check accepts all lengths with the smallest mean.
# With a single symbol there is nothing to tell apart, and its length is 0.
#
# <details><summary>Hint 1: what to keep</summary>
#
# Two lists: the trees that are left, as pairs (weight, symbols), and the lengths, which start at 0. While there is more than one tree, join two.
# </details>
# <details><summary>Hint 2: one step</summary>
#
# `trees.sort()`, then `(one, left), (other, right) = trees[:2]`. Add 1 to the length of each symbol in `left + right`, and go on with `trees[2:] + [(one + other, left + right)]`.
# </details>


# %% nbgrader={"grade_id": "coding-huffman_lengths_solution", "solution": true}
def huffman_lengths(weights):
    """The lengths of Huffman's code.

    weights : array (K,) of counts or probabilities, all above 0; K is at least 1
    Returns K whole numbers, in the order of the symbols; [0] where K is 1.
    """
    ### BEGIN SOLUTION
    lengths = [0] * len(weights)
    trees = [(weight, [k]) for k, weight in enumerate(weights)]
    while len(trees) > 1:
        trees.sort()
        (one, left), (other, right) = trees[:2]
        for k in left + right:
            lengths[k] += 1
        trees = [*trees[2:], (one + other, left + right)]
    return lengths
    ### END SOLUTION


# %% nbgrader={"grade_id": "coding-huffman_lengths", "points": 4}
check.huffman_lengths(huffman_lengths)

# %% [markdown] nbgrader={"grade_id": "coding-part_5"}
# ## Part 5: from lengths to codewords
#
# *10 minutes, difficulty ●●○, 3 points*
#
# A codeword of $\ell$ bits is an interval of length $2^{-\ell}$ in $[0, 1)$: all numbers whose binary digits begin with it.
# Lay the intervals end to end, **those of the shortest codewords first**.
# Then each begins at a number $C$ with $\ell$ binary digits, and these digits are the codeword.
#
# **Worked example.** The lengths are 2, 1 and 2, for the symbols 0, 1 and 2.
# Symbol 1 is first: its interval begins at 0, and its codeword is 0.
# Symbol 0 comes next, at $\tfrac12 = 0.10_2$: codeword 10.
# Symbol 2 begins at $\tfrac12 + \tfrac14 = 0.11_2$: codeword 11.
# So the answer is `["10", "0", "11"]`.
# In Python, the first $\ell$ binary digits of $C$ are the digits of $C \cdot 2^\ell$, and `format` writes them, with the zeros in front:

# %%
C, length = 0.25, 4
print(
    format(int(C * 2**length), f"0{length}b"),
    " without the 0 and the length:",
    format(int(C * 2**length), "b"),
)
print("symbols, shortest codeword first:", sorted(range(3), key=lambda k: [2, 1, 2][k]))

# %% [markdown] nbgrader={"grade_id": "coding-prompt_5"}
# **Your turn.** Write `codewords`.
# The lengths are whole numbers from 1 to 30 whose Kraft sum is at most 1.
# Any prefix code with these lengths is right.
#
# <details><summary>Hint 1: two orders</summary>
#
# The intervals are laid in the order of their lengths, but the codewords go back in the order of the symbols. Make a list of the right length first, and fill in each codeword at its symbol's place.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Go through `sorted(range(len(lengths)), key=lambda k: lengths[k])`. For each $k$ write the digits of `C`, then add `2.0 ** -lengths[k]` to `C`.
# </details>


# %% nbgrader={"grade_id": "coding-codewords_solution", "solution": true}
def codewords(lengths):
    """A prefix code with these lengths.

    lengths : list of K whole numbers from 1 to 30; their Kraft sum is at most 1
    Returns a list of K pieces of text made of "0" and "1", in the order of the symbols.
    """
    ### BEGIN SOLUTION
    words = [""] * len(lengths)
    C = 0.0
    for k in sorted(range(len(lengths)), key=lambda k: lengths[k]):
        words[k] = format(int(C * 2 ** lengths[k]), f"0{lengths[k]}b")
        C += 2.0 ** -lengths[k]
    return words
    ### END SOLUTION


# %% nbgrader={"grade_id": "coding-codewords", "points": 3}
check.codewords(codewords)

# %% [markdown] nbgrader={"grade_id": "coding-part_6"}
# ## Part 6: one codeword for a whole message
#
# *15 minutes, difficulty ●●●, 4 points*
#
# The model gives symbol $k$ the share $n_k / T$, where $T$ is the sum of the counts $n_0, \dots, n_{K-1}$.
# Start with the interval $[0, 1)$, and at each symbol $s$ take its part, as wide as its share, behind the parts of the symbols before it:
#
# $$\text{low} \leftarrow \text{low} + \text{width} \cdot \frac{n_0 + \dots + n_{s-1}}{T}, \qquad \text{width} \leftarrow \text{width} \cdot \frac{n_s}{T} .$$
#
# At the end, take the smallest $m \ge 1$ with $2^{-m} \le \text{width}/2$, and write $\lceil 2^m \cdot \text{low} \rceil$ with $m$ binary digits.
#
# **Worked example.** Counts 6, 3, 1, and the message 0, 2.
# Symbol 0 takes $[0, 0.6)$.
# Symbol 2 takes the last tenth of that, $[0.54, 0.6)$, of width 0.06.
# $2^{-6} \le 0.03 < 2^{-5}$, so $m = 6$; and $64 \cdot 0.54 = 34.56$, rounded up 35, is `100011`.
#
# The width falls below what decimals can hold after some fifty bits, so decimals won't do.
# `Fraction` is exact, and so are Python's whole numbers:

# %%
width = Fraction(6, 10) * Fraction(1, 10)
print("width:", width, "  half of it:", width / 2, "  2^-6 is small enough:", Fraction(1, 2**6) <= width / 2)
print(math.ceil(2**6 * Fraction(54, 100)), "is", format(math.ceil(2**6 * Fraction(54, 100)), "06b"))

# %% [markdown] nbgrader={"grade_id": "coding-prompt_6"}
# **Your turn.** Write `arithmetic_encode`, for messages of any length.
# An empty message leaves the interval $[0, 1)$, and gets `"0"`.
#
# <details><summary>Hint 1: exact from the start</summary>
#
# Begin with `low, width = Fraction(0), Fraction(1)`, and write shares as `Fraction(counts[s], T)`. One division of ordinary numbers, `counts[s] / T`, and the digits are gone.
# </details>
# <details><summary>Hint 2: the order matters</summary>
#
# `low` needs the width *before* this symbol, so change `low` first. The parts before symbol `s` are `sum(counts[:s])`, without `counts[s]` itself. For the end: `m = 1`, then `while Fraction(1, 2**m) > width / 2: m += 1`.
# </details>


# %% nbgrader={"grade_id": "coding-arithmetic_encode_solution", "solution": true}
def arithmetic_encode(message, counts):
    """The codeword of a message.

    message : list of symbols, whole numbers from 0 to K-1, perhaps empty
    counts  : list of K whole numbers, all above 0; symbol k has the share counts[k] / sum(counts)
    Returns a piece of text made of "0" and "1".
    """
    ### BEGIN SOLUTION
    low, width, whole = 0, 1, 1  # the interval is low / whole to (low + width) / whole
    for s in message:
        low = low * sum(counts) + width * sum(counts[:s])
        width, whole = width * counts[s], whole * sum(counts)
    m = 1
    while 2 * whole > width * 2**m:
        m += 1
    return format(-(-low * 2**m // whole), f"0{m}b")  # -(-a // b) rounds up
    ### END SOLUTION


# %% nbgrader={"grade_id": "coding-arithmetic_encode", "points": 4}
check.arithmetic_encode(arithmetic_encode)

# %% [markdown] nbgrader={"grade_id": "coding-part_7"}
# ## Part 7: and back
#
# *15 minutes, difficulty ●●●, 3 points*
#
# The bits are a number $v$ in $[0, 1)$: with $n$ bits, the whole number that they write divided by $2^n$.
# The decoder follows it.
# At each step, the symbol is the one whose part $v$ lies in: the $s$ with
#
# $$n_0 + \dots + n_{s-1} \;\le\; T v \;<\; n_0 + \dots + n_s .$$
#
# Then it magnifies that part to $[0, 1)$: $v \leftarrow \bigl(T v - (n_0 + \dots + n_{s-1})\bigr) / n_s$.
#
# **Worked example.** Counts 6, 3, 1, bits `100011`, two symbols.
# $v = 35/64$, and $T v = 5.47$ lies between 0 and 6: symbol 0, and $v \leftarrow 5.47/6 = 0.911$.
# Now $T v = 9.11$ lies between 9 and 10: symbol 2.
# Only the number of symbols tells when to stop:

# %%
v = Fraction(int("100011", 2), 2**6)
print("v =", v, "  T v =", 10 * v, "=", float(10 * v))

# %% [markdown] nbgrader={"grade_id": "coding-prompt_7"}
# **Your turn.** Write `arithmetic_decode`.
# After the codeword other bits may follow; they do no harm.
#
# <details><summary>Hint 1: finding the symbol</summary>
#
# Start with `s = 0` and `start = 0`. While `start + counts[s] <= T * v`, add `counts[s]` to `start` and 1 to `s`.
# </details>
# <details><summary>Hint 2: the rest</summary>
#
# Do that `length` times. After each symbol, `v = (T * v - start) / counts[s]`, and start again from `s = 0` and `start = 0`. Keep `v` a `Fraction`.
# </details>


# %% nbgrader={"grade_id": "coding-arithmetic_decode_solution", "solution": true}
def arithmetic_decode(bits, counts, length):
    """The message of a codeword.

    bits   : a piece of text made of "0" and "1": a codeword, and perhaps more bits after it
    counts : as for arithmetic_encode
    length : how many symbols the message has, perhaps 0
    Returns a list of symbols.
    """
    ### BEGIN SOLUTION
    value, whole = int(bits, 2), 2 ** len(bits)  # v is value / whole
    message = []
    for _ in range(length):
        value *= sum(counts)
        s, start = 0, 0
        while (start + counts[s]) * whole <= value:
            start, s = start + counts[s], s + 1
        message.append(s)
        value, whole = value - start * whole, whole * counts[s]
    return message
    ### END SOLUTION


# %% nbgrader={"grade_id": "coding-arithmetic_decode", "points": 3}
check.arithmetic_decode(arithmetic_decode)

# %% [markdown] nbgrader={"grade_id": "coding-play"}
# ### What you built
#
# Your functions compress a real text, the Zen of Python, and read it back. No points: enjoy it, and put in a text of your own.
# Compare the three numbers of bits a letter: the cross-entropy of the model, which no code of it can beat, Huffman's code, and arithmetic coding.

# %%
import codecs
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):
    import this

text = codecs.decode(this.s, "rot13")
alphabet = sorted(set(text))
counts = [text.count(letter) for letter in alphabet]
try:
    ideal = {letter: -np.log2(n / len(text)) for letter, n in zip(alphabet, counts, strict=True)}
    huffman = dict(zip(alphabet, huffman_lengths(counts), strict=True))
    message = [alphabet.index(letter) for letter in text]
    bits = arithmetic_encode(message, counts)
    print(f"cross-entropy:     {bits_per_letter(text, ideal):.4f} bits a letter")
    print(f"Huffman's code:    {bits_per_letter(text, huffman):.4f}")
    print(f"arithmetic coding: {len(bits) / len(text):.4f}")
    back = "".join(alphabet[s] for s in arithmetic_decode(bits, counts, len(text)))
    print("read back:", back == text)
    print("begins with:", back[:32])
except NotImplementedError:
    print("Finish the parts above, then come back.")
