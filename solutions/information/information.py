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

# %% [markdown] nbgrader={"grade_id": "information-intro"}
# # Surprise
#
# In six parts you write what measures surprise: for one event, in any unit, for many independent events, for a text, for what is almost certain, and for the letters that stand out.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `self_information` | 15 | ●○○ | 5 |
# | 2 | `convert` | 5 | ●○○ | 3 |
# | 3 | `total_information` | 10 | ●●○ | 3 |
# | 4 | `text_information` | 15 | ●●○ | 3 |
# | 5 | `complement_information` | 10 | ●●○ | 3 |
# | 6 | `extremes` | 10 | ●●● | 3 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *Information* of the book derives everything that is used here.
# Use NumPy only: `np.log`, `np.log1p` and sums are all you need, and `np.e` is the base of nats.

# %% nbgrader={"grade_id": "information-setup"}


import numpy as np

from xentcourse.checks import information as check

# %% [markdown] nbgrader={"grade_id": "information-part_1"}
# ## Part 1: the surprise of an event
#
# *15 minutes, difficulty ●○○, 5 points*
#
# An event of probability $p$ has the surprise
#
# $$I = -\log_b p = -\frac{\ln p}{\ln b}.$$
#
# The base $b$ is the unit: 2 for bits, $e$ for nats, 10 for bans.
#
# **Worked example.** In bits, $p = \tfrac18$ has the surprise 3, because $\tfrac18 = 2^{-3}$.
# In nats it has $3 \ln 2 \approx 2.0794$.
# NumPy's logarithms take a whole array at once:

# %%
p = np.array([1.0, 0.5, 0.125])
print("ln p:  ", np.log(p))
print("log2 p:", np.log2(p))
with np.errstate(divide="ignore"):
    print("ln 0:  ", np.log(0.0), "  a warning comes with it, and does no harm")

# %% [markdown] nbgrader={"grade_id": "information-prompt_1"}
# **Your turn.** Write `self_information` for an array of probabilities and any base above 1.
#
# Two checks follow, each with points of its own.
# The first uses ordinary probabilities.
# The second goes to the ends: an impossible event, $p = 0$, has the surprise `inf`, and a certain one, $p = 1$, has `0.0`, not `-0.0`.
# Tiny probabilities come too, and have to stay as they are: add nothing to them.
#
# <details><summary>Hint 1: from formula to array</summary>
#
# `np.log` is the natural logarithm. Divide by the natural logarithm of the base, and mind the sign.
# </details>
# <details><summary>Hint 2: the second check shows -0.0</summary>
#
# `-np.log(1.0)` is `-0.0`: the sign of a zero is turned. `0.0 - np.log(1.0)` is `0.0`. For $p = 0$ there is nothing to do: `np.log(0.0)` is `-inf`.
# </details>


# %% nbgrader={"grade_id": "information-self_information_solution", "solution": true}
def self_information(p, base=np.e):
    """The surprise of events.

    p    : array (N,) of probabilities, each in 0..1
    base : a number above 1; 2 for bits, np.e for nats, 10 for bans
    Returns an array (N,): inf where p is 0, and 0.0 (not -0.0) where p is 1.
    """
    ### BEGIN SOLUTION
    return 0.0 - np.log(p) / np.log(base)
    ### END SOLUTION


# %% nbgrader={"grade_id": "information-self_information", "points": 3}
check.self_information(self_information)

# %% nbgrader={"grade_id": "information-self_information_ends", "points": 2}
check.self_information_ends(self_information)

# %% [markdown] nbgrader={"grade_id": "information-part_2"}
# ## Part 2: changing the unit
#
# *5 minutes, difficulty ●○○, 3 points*
#
# An amount of information in the unit of base $a$ is $-\ln p / \ln a$, in the unit of base $b$ it is $-\ln p / \ln b$.
# So one becomes the other by a factor that does not depend on $p$.
#
# **Worked example.** A ban is the surprise of an event of probability $\tfrac1{10}$.
# In bits that is $\log_2 10 \approx 3.32$: the unit is smaller, so there are more of them.

# %%
print("1 ban =", np.log(10) / np.log(2), "bits")

# %% [markdown] nbgrader={"grade_id": "information-prompt_2"}
# **Your turn.** Write `convert` for one number and any two bases above 1.
#
# <details><summary>Hint 1: which way round?</summary>
#
# Test your factor on a case that you know: 1 ban is *more* than 1 bit, and 1 bit is *less* than 1 nat.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Multiply by $\ln a$ to get rid of the old unit (that gives nats), and divide by $\ln b$ to get the new one.
# </details>


# %% nbgrader={"grade_id": "information-convert_solution", "solution": true}
def convert(value, from_base, to_base):
    """An amount of information in another unit.

    value     : a number, perhaps inf, in the unit of from_base
    from_base : a number above 1
    to_base   : a number above 1
    Returns one number, in the unit of to_base.
    """
    ### BEGIN SOLUTION
    return value * np.log(from_base) / np.log(to_base)
    ### END SOLUTION


# %% nbgrader={"grade_id": "information-convert", "points": 3}
check.convert(convert)

# %% [markdown] nbgrader={"grade_id": "information-part_3"}
# ## Part 3: many independent events
#
# *10 minutes, difficulty ●●○, 3 points*
#
# Independent events of probabilities $p_1, \dots, p_N$ happen together with the probability $p_1 p_2 \cdots p_N$.
# Its surprise is the sum of the single surprises.
#
# **Worked example.** Three coins that all show heads: $\tfrac12 \cdot \tfrac12 \cdot \tfrac12 = \tfrac18$, which is 3 bits, and $1 + 1 + 1 = 3$.
# On paper both ways are the same.
# In the computer they are not, when the events are many:

# %%
coins = np.full(2000, 0.5)
print("the product of 2000 halves:", np.prod(coins), "  wanted: a surprise of 2000 bits")

# %% [markdown] nbgrader={"grade_id": "information-prompt_3"}
# **Your turn.** Write `total_information`: the surprise of all the events together, also for thousands of them.
# No events have the surprise 0. One impossible event makes the total infinite.
#
# <details><summary>Hint 1: the result is inf for many events</summary>
#
# The product of many probabilities is too small for the computer and becomes 0. Take logarithms before you put things together.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# The sum of what part 1 returns.
# </details>


# %% nbgrader={"grade_id": "information-total_information_solution", "solution": true}
def total_information(p, base=np.e):
    """The surprise of independent events that all happen.

    p    : array (N,) of their probabilities; N may be 0, or large
    base : a number above 1
    Returns one number.
    """
    ### BEGIN SOLUTION
    return self_information(p, base).sum()
    ### END SOLUTION


# %% nbgrader={"grade_id": "information-total_information", "points": 3}
check.total_information(total_information)

# %% [markdown] nbgrader={"grade_id": "information-part_4"}
# ## Part 4: a text under a letter model
#
# *15 minutes, difficulty ●●○, 3 points*
#
# A letter model states a probability for each letter, whatever the letters before it are.
# In Python it is a dictionary.
# A letter that the model does not list has probability 0 for it.
# The surprise of a text is the sum over its letters, each as often as it occurs.
#
# **Worked example.** The model says a: ½, b: ¼, c: ¼.
# The text "abba" has the surprise $1 + 2 + 2 + 1 = 6$ bits.

# %%
model = {"a": 0.5, "b": 0.25, "c": 0.25}
for letter in "abz":
    print(letter, model.get(letter, 0.0))  # the second argument is for letters that are not there

# %% [markdown] nbgrader={"grade_id": "information-prompt_4"}
# **Your turn.** Write `text_information`.
# The text may be empty, or long, or contain a letter that is impossible for the model: then the result is `inf`.
# A letter that the model lists and the text does not use counts nothing, even if its probability is 0.
#
# <details><summary>Hint 1: start from part 3</summary>
#
# Make an array with the model's probability for each letter of the text, in the order of the text.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `p = np.array([model.get(letter, 0.0) for letter in text])`, and `total_information(p, base)`.
# </details>


# %% nbgrader={"grade_id": "information-text_information_solution", "solution": true}
def text_information(text, model, base=np.e):
    """The surprise of a text under a model of independent letters.

    text  : a piece of text, perhaps empty
    model : dictionary, letter -> probability; a letter that is not in it has probability 0
    base  : a number above 1
    Returns one number: 0 for an empty text, inf where a letter of the text is impossible.
    """
    ### BEGIN SOLUTION
    return total_information(np.array([model.get(letter, 0.0) for letter in text]), base)
    ### END SOLUTION


# %% nbgrader={"grade_id": "information-text_information", "points": 3}
check.text_information(text_information)

# %% [markdown] nbgrader={"grade_id": "information-part_5"}
# ## Part 5: what is almost certain
#
# *10 minutes, difficulty ●●○, 3 points*
#
# A server fails on a day with probability $q$.
# That it does not fail has the probability $1 - q$, and the surprise $-\log_b(1 - q)$.
# For a tiny $q$ this is very nearly $q / \ln b$: tiny, but not 0.
#
# **Worked example.** For $q = \tfrac12$ the surprise is 1 bit.
# For $q = 10^{-18}$ it is $10^{-18}$ nats, and the computer needs help to see it:

# %%
print("1 - 1e-18          =", 1 - 1e-18)
print("np.log(1 - 1e-18)  =", np.log(1 - 1e-18))
print("np.log1p(3.0)      =", np.log1p(3.0), "  the logarithm of 1 + 3")
print("np.log1p(1e-18)    =", np.log1p(1e-18))

# %% [markdown] nbgrader={"grade_id": "information-prompt_5"}
# **Your turn.** Write `complement_information`, right to ten digits for every $q$ from 0 to 1, however small.
# If $q = 1$, the opposite is impossible and its surprise is `inf`.
#
# <details><summary>Hint 1: where the digits go</summary>
#
# They are lost in `1 - q`, before the logarithm is taken. `np.log1p(x)` computes $\ln(1 + x)$ without forming $1 + x$. Which $x$ do you need?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# $x = -q$. Turn the sign of the logarithm, and divide by the natural logarithm of the base.
# </details>


# %% nbgrader={"grade_id": "information-complement_information_solution", "solution": true}
def complement_information(q, base=np.e):
    """The surprise of events, from the probabilities of their opposites.

    q    : array (N,) of probabilities of the opposites, each in 0..1
    base : a number above 1
    Returns an array (N,): -log(1 - q) in that base, to ten digits also for the smallest q.
    """
    ### BEGIN SOLUTION
    return -np.log1p(-np.asarray(q)) / np.log(base)
    ### END SOLUTION


# %% nbgrader={"grade_id": "information-complement_information", "points": 3}
check.complement_information(complement_information)

# %% [markdown] nbgrader={"grade_id": "information-part_6"}
# ## Part 6: the letters that stand out
#
# *10 minutes, difficulty ●●●, 3 points*
#
# Where in a text does the model expect least of what comes, and where most?
#
# **Worked example.** The model says a: 0.7, b: 0.2, c: 0.1.
# In the text "baccab" the least surprising letter is the first a, at position 1, and the most surprising one is the first c, at position 2.
# Positions count from 0.
# `argmin` and `argmax` give the position of the first smallest and the first largest entry:

# %%
surprises = np.array([2.0, 1.0, 3.0, 3.0, 1.0, 2.0])
print("argmin:", surprises.argmin(), "  argmax:", surprises.argmax())

# %% [markdown] nbgrader={"grade_id": "information-prompt_6"}
# **Your turn.** Write `extremes`.
# Only letters of the text count, and an impossible letter is the most surprising there is.
# Where several positions are equal, the first one counts. The text has at least one letter.
#
# <details><summary>Hint 1: what to compare</summary>
#
# One number for each letter of the text: its surprise, or its probability if you mind that the order is turned round.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# The array of part 4, through part 1: `surprises = self_information(p)`. Return `surprises.argmin(), surprises.argmax()`.
# </details>


# %% nbgrader={"grade_id": "information-extremes_solution", "solution": true}
def extremes(text, model):
    """Where a text is least surprising, and where most.

    text  : a piece of text with at least one letter
    model : dictionary, letter -> probability; a letter that is not in it has probability 0
    Returns two positions, counted from 0: of the least surprising letter, and of the most surprising one.
    """
    ### BEGIN SOLUTION
    surprises = self_information(np.array([model.get(letter, 0.0) for letter in text]))
    return surprises.argmin(), surprises.argmax()
    ### END SOLUTION


# %% nbgrader={"grade_id": "information-extremes", "points": 3}
check.extremes(extremes)

# %% [markdown] nbgrader={"grade_id": "information-play"}
# ### What you built
#
# Your functions read a text and mark its surprises. No points: enjoy it, and put in a sentence of your own.
# The model learns its letters from the sentence itself, so nothing is impossible for it.

# %%
sentence = "the quick brown fox jumps over the lazy dog and the dog does not mind"
own_letters = {letter: sentence.count(letter) / len(sentence) for letter in set(sentence)}
try:
    least, most = extremes(sentence, own_letters)
    bits = text_information(sentence, own_letters, base=2)
    print(f"least surprising: {sentence[least]!r} at {least}, most: {sentence[most]!r} at {most}")
    print(f"{bits:.1f} bits in all, {bits / len(sentence):.3f} bits a letter")
except NotImplementedError:
    print("Finish the parts above, then come back.")
