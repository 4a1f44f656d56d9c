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

# %% [markdown] nbgrader={"grade_id": "entropy-intro"}
# # Entropy
#
# In seven parts you write what measures uncertainty: the entropy of a distribution, of the rows of a table, of groups, of two variables, and of a source that you know from a sample only.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `entropy` | 15 | ●○○ | 5 |
# | 2 | `entropies` | 10 | ●●○ | 2 |
# | 3 | `grouped` | 15 | ●●● | 3 |
# | 4 | `three_entropies` | 10 | ●○○ | 3 |
# | 5 | `conditional_entropy` | 10 | ●●○ | 3 |
# | 6 | `plug_in` | 5 | ●○○ | 2 |
# | 7 | `miller_madow` | 10 | ●●○ | 2 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *Entropy* of the book derives everything that is used here.
# Use NumPy only: logarithms, sums and counts are all you need, and `np.e` is the base of nats.

# %% nbgrader={"grade_id": "entropy-setup"}


import numpy as np

from xentcourse.checks import entropy as check

# %% [markdown] nbgrader={"grade_id": "entropy-part_1"}
# ## Part 1: the entropy of a distribution
#
# *15 minutes, difficulty ●○○, 5 points*
#
# Entropy is expected surprise: each outcome's surprise $-\log_b p_k$, weighted by how often it comes,
#
# $$H(p) = \sum_{k:\,p_k > 0} p_k\,(-\log_b p_k), \qquad \log_b p = \frac{\ln p}{\ln b}.$$
#
# The base $b$ is the unit: 2 for bits, $e$ for nats, 10 for bans.
#
# **Worked example.** $p = (\tfrac12, \tfrac14, \tfrac14)$ has the surprises 1, 2 and 2 bits, so $H(p) = \tfrac12 \cdot 1 + \tfrac14 \cdot 2 + \tfrac14 \cdot 2 = 1.5$ bits.
# A fourth outcome of probability 0 would change nothing.
# The computer needs to be told:

# %%
with np.errstate(divide="ignore", invalid="ignore"):
    print("0 * ln 0:", 0.0 * np.log(0.0))
p = np.array([0.5, 0.0, 0.5])
print("the outcomes that can occur:", p[p > 0])

# %% [markdown] nbgrader={"grade_id": "entropy-prompt_1"}
# **Your turn.** Write `entropy` for one distribution and any base above 1.
#
# Two checks follow, each with points of its own.
# The first uses distributions without zeros, small and large.
# The second goes to the edge: outcomes that cannot occur, a certain one, and tiny probabilities, which have to stay as they are.
#
# <details><summary>Hint 1: the second check shows nan</summary>
#
# One nan spoils a whole sum. It comes from `0 * np.log(0)`, so never form that product: choose the outcomes that can occur first.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `possible = p[p > 0]`. Then the sum of `possible * np.log(possible)`, with its sign turned, divided by `np.log(base)`.
# </details>


# %% nbgrader={"grade_id": "entropy-entropy_solution", "solution": true}
def entropy(p, base=np.e):
    """The expected surprise of a draw from p.

    p    : array (K,) of probabilities that sum to 1; some may be 0
    base : a number above 1; 2 for bits, np.e for nats, 10 for bans
    Returns one number: 0 where one outcome is certain, log K where all K are equally likely.
    """
    ### BEGIN SOLUTION
    possible = p[p > 0]
    return -np.sum(possible * np.log(possible)) / np.log(base)
    ### END SOLUTION


# %% nbgrader={"grade_id": "entropy-entropy", "points": 3}
check.entropy(entropy)

# %% nbgrader={"grade_id": "entropy-entropy_edge", "points": 2}
check.entropy_edge(entropy)

# %% [markdown] nbgrader={"grade_id": "entropy-part_2"}
# ## Part 2: many distributions at once
#
# *10 minutes, difficulty ●●○, 2 points*
#
# A classifier states a distribution for each example: an array with a distribution along one of its axes.
# Its uncertainty about each example is an entropy for each.
#
# **Worked example.** Each *column* of the table below is a distribution, so the outcomes lie along axis 0.
# The columns have 1 bit, 0 bits and 1 bit.

# %%
table = np.array([[0.5, 1.0, 0.5], [0.5, 0.0, 0.5]])
print("sums along axis 0:", table.sum(axis=0))
print("where positive:\n", np.where(table > 0, table, 1.0))

# %% [markdown] nbgrader={"grade_id": "entropy-prompt_2"}
# **Your turn.** Write `entropies`, in bits, for arrays of one, two or three axes.
# The zeros need care again: different rows may have them in different places, so you can't leave them out.
#
# <details><summary>Hint 1: what to do with the zeros</summary>
#
# Replace each 0 by a number whose $p \log p$ is 0. The cell above does that.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `safe = np.where(p > 0, p, 1.0)`. Then the sum of `safe * np.log2(safe)` along `axis`, with its sign turned.
# </details>


# %% nbgrader={"grade_id": "entropy-entropies_solution", "solution": true}
def entropies(p, axis=-1):
    """The entropies of many distributions, in bits.

    p    : array of 1, 2 or 3 axes; along `axis` lie probabilities that sum to 1; there may be no rows at all
    axis : the axis of the outcomes
    Returns an array of the same shape without that axis (one number, if there was no other).
    """
    ### BEGIN SOLUTION
    safe = np.where(p > 0, p, 1.0)
    return -np.sum(safe * np.log2(safe), axis=axis)
    ### END SOLUTION


# %% nbgrader={"grade_id": "entropy-entropies", "points": 2}
check.entropies(entropies)

# %% [markdown] nbgrader={"grade_id": "entropy-part_3"}
# ## Part 3: first the group, then the member
#
# *15 minutes, difficulty ●●●, 3 points*
#
# Put the outcomes into groups with the probabilities $g_j$.
# The entropy splits into the uncertainty about the group and the average uncertainty within it:
#
# $$H(p) = H(g) + \sum_{j:\,g_j > 0} g_j\, H(p^{(j)}), \qquad p^{(j)}_k = p_k / g_j .$$
#
# **Worked example.** $p = (\tfrac14, \tfrac14, \tfrac12)$ with the first two outcomes in group 0 and the last one in group 1.
# The group is a fair coin: 1 bit.
# Within group 0 there is another fair coin, which is tossed half of the time: $\tfrac12 \cdot 1 = 0.5$ bits.
# Together 1.5 bits, and that is $H(p)$.

# %%
p, groups = np.array([0.25, 0.25, 0.5]), np.array([0, 0, 1])
print("members of group 0:", p[groups == 0], "  sum:", p[groups == 0].sum())

# %% [markdown] nbgrader={"grade_id": "entropy-prompt_3"}
# **Your turn.** Write `grouped`, which returns both parts, in bits: the uncertainty about the group, and the average uncertainty within.
# The groups are numbered from 0; some may have probability 0, or only one member, or none: after 0 may come 2.
#
# <details><summary>Hint 1: the weights</summary>
#
# The second part is an average over groups, so a group counts with its probability $g_j$. Within a group, divide by $g_j$ first: the members' probabilities must sum to 1.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `g = np.array([p[groups == j].sum() for j in range(groups.max() + 1)])`; the first part is `entropy(g, 2)`. For the second, add up `g[j] * entropy(p[groups == j] / g[j], 2)` over the groups with `g[j] > 0`.
# </details>


# %% nbgrader={"grade_id": "entropy-grouped_solution", "solution": true}
def grouped(p, groups):
    """The entropy of p in two parts, in bits.

    p      : array (K,) of probabilities that sum to 1; some may be 0
    groups : array (K,) of whole numbers 0, 1, ...: the group of each outcome
    Returns a tuple of two numbers: the entropy of the group, and the average entropy within the groups.
    """
    ### BEGIN SOLUTION
    g = np.array([p[groups == j].sum() for j in range(groups.max() + 1)])
    within = sum(g[j] * entropy(p[groups == j] / g[j], 2) for j in range(len(g)) if g[j] > 0)
    return entropy(g, 2), within
    ### END SOLUTION


# %% nbgrader={"grade_id": "entropy-grouped", "points": 3}
check.grouped(grouped)

# %% [markdown] nbgrader={"grade_id": "entropy-part_4"}
# ## Part 4: two variables
#
# *10 minutes, difficulty ●○○, 3 points*
#
# The joint distribution of $X$ and $Y$ is a table with a row for each $x$ and a column for each $y$.
# The probabilities of $X$ alone are the sums of its rows, those of $Y$ the sums of its columns.
# The joint entropy $H(X, Y)$ is the entropy of all entries together.
#
# **Worked example.** A bag holds a fair coin and a two-headed one. You draw one, $X$, and toss it, $Y$:
#
# | coin | heads | tails |
# |---|---|---|
# | fair | ¼ | ¼ |
# | two-headed | ½ | 0 |
#
# $H(X) = 1$ bit, $H(Y) \approx 0.8113$ bits, and the three entries that can occur give $H(X, Y) = 1.5$ bits.

# %%
bag = np.array([[0.25, 0.25], [0.5, 0.0]])
print("rows:   ", bag.sum(axis=1))
print("columns:", bag.sum(axis=0))
print("entries:", bag.ravel())

# %% [markdown] nbgrader={"grade_id": "entropy-prompt_4"}
# **Your turn.** Write `three_entropies`, in bits. The table need not be square.
#
# <details><summary>Hint 1: which axis?</summary>
#
# `sum(axis=1)` adds along each row and leaves one number for each row. The rows are the values of $X$.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `entropy` of part 1, three times with base 2: of the row sums, of the column sums, and of `joint.ravel()`.
# </details>


# %% nbgrader={"grade_id": "entropy-three_entropies_solution", "solution": true}
def three_entropies(joint):
    """The entropies of two variables, each alone and both together, in bits.

    joint : array (Kx, Ky) of probabilities that sum to 1: a row for each x, a column for each y
    Returns a tuple of three numbers: H(X), H(Y), H(X, Y).
    """
    ### BEGIN SOLUTION
    return entropy(joint.sum(axis=1), 2), entropy(joint.sum(axis=0), 2), entropy(joint.ravel(), 2)
    ### END SOLUTION


# %% nbgrader={"grade_id": "entropy-three_entropies", "points": 3}
check.three_entropies(three_entropies)

# %% [markdown] nbgrader={"grade_id": "entropy-part_5"}
# ## Part 5: when one of them is known
#
# *10 minutes, difficulty ●●○, 3 points*
#
# The conditional entropy is what $Y$ still has, on average, when $X$ is known:
#
# $$H(Y \mid X) = \sum_{x:\,p(x) > 0} p(x)\, H(Y \mid X = x),$$
#
# where $H(Y \mid X = x)$ is the entropy of the row of $x$, divided by its sum $p(x)$.
# The chain rule gives a second way: $H(X, Y) = H(X) + H(Y \mid X)$.
#
# **Worked example.** In the bag, the fair coin has 1 bit and the two-headed one has 0, each with probability one half.
# So $H(Y \mid X) = \tfrac12 \cdot 1 + \tfrac12 \cdot 0 = 0.5$ bits; and $1.5 - 1 = 0.5$.

# %%
print("the toss, if the coin is the fair one:", bag[0] / bag[0].sum())

# %% [markdown] nbgrader={"grade_id": "entropy-prompt_5"}
# **Your turn.** Write `conditional_entropy`, in bits: $H(Y \mid X)$, with $X$ in the rows.
# A row of zeros is an $x$ that never comes; it counts nothing.
#
# <details><summary>Hint 1: two ways</summary>
#
# The sum over rows needs a division by `p(x)`, which fails for a row of zeros: skip such rows. The chain rule needs no division.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `h_x, h_y, h_xy = three_entropies(joint)`, and the chain rule solved for $H(Y \mid X)$.
# </details>


# %% nbgrader={"grade_id": "entropy-conditional_entropy_solution", "solution": true}
def conditional_entropy(joint):
    """The entropy H(Y | X) that the columns' variable has when the row is known, in bits.

    joint : array (Kx, Ky) of probabilities that sum to 1: a row for each x, a column for each y;
            rows may be all zeros
    Returns one number.
    """
    ### BEGIN SOLUTION
    h_x, _, h_xy = three_entropies(joint)
    return h_xy - h_x
    ### END SOLUTION


# %% nbgrader={"grade_id": "entropy-conditional_entropy", "points": 3}
check.conditional_entropy(conditional_entropy)

# %% [markdown] nbgrader={"grade_id": "entropy-part_6"}
# ## Part 6: the entropy of a sample
#
# *5 minutes, difficulty ●○○, 2 points*
#
# A source that you can't look into has printed $N$ symbols.
# The plug-in estimate of its entropy is $H(\hat p)$, the entropy of the shares.
#
# **Worked example.** The symbols 7, 3, 3, 7 have the shares ½ and ½: 1 bit.
# Which other symbols exist, nobody knows, and it does not matter: their shares are 0.

# %%
symbols, counts = np.unique([7, 3, 3, 7], return_counts=True)
print("symbols:", symbols, "  counts:", counts)

# %% [markdown] nbgrader={"grade_id": "entropy-prompt_6"}
# **Your turn.** Write `plug_in`, in nats.
#
# <details><summary>Hint 1: what is it the entropy of?</summary>
#
# Of shares, not of the symbols themselves: a symbol is a name, even if it is a number.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Divide the counts by their sum, and give the result to `entropy`.
# </details>


# %% nbgrader={"grade_id": "entropy-plug_in_solution", "solution": true}
def plug_in(sample):
    """The entropy of the shares of the symbols in a sample, in nats.

    sample : array (N,) of whole numbers >= 0, N at least 1; each number is the name of a symbol
    Returns one number.
    """
    ### BEGIN SOLUTION
    counts = np.unique(sample, return_counts=True)[1]
    return entropy(counts / counts.sum())
    ### END SOLUTION


# %% nbgrader={"grade_id": "entropy-plug_in", "points": 2}
check.plug_in(plug_in)

# %% [markdown] nbgrader={"grade_id": "entropy-part_7"}
# ## Part 7: the bias, and a repair
#
# *10 minutes, difficulty ●●○, 2 points*
#
# The plug-in estimate is too small on average, by about $(m - 1)/2N$ nats.
# Miller and Madow add that term back, with the number $\hat m$ of different symbols that came:
#
# $$\hat H_{\text{MM}} = H(\hat p) + \frac{\hat m - 1}{2N} \quad\text{nats}.$$
#
# **Worked example.** The symbols 7, 3, 3, 7 have $H(\hat p) = \ln 2$, $\hat m = 2$ and $N = 4$.
# The estimate is $\ln 2 + \tfrac18$ nats.
# In bits it is all of that divided by $\ln 2$, the term as well: about 1.18 bits.

# %%
print("in nats:", np.log(2) + 1 / 8, "  in bits:", (np.log(2) + 1 / 8) / np.log(2))

# %% [markdown] nbgrader={"grade_id": "entropy-prompt_7"}
# **Your turn.** Write `miller_madow`, in the unit of any base above 1.
#
# <details><summary>Hint 1: the unit</summary>
#
# The formula is in nats. Compute in nats, and change the unit at the end.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `m = len(np.unique(sample))` and `n = len(sample)`; add `(m - 1) / (2 * n)` to `plug_in(sample)`, and divide the sum by `np.log(base)`.
# </details>


# %% nbgrader={"grade_id": "entropy-miller_madow_solution", "solution": true}
def miller_madow(sample, base=np.e):
    """The Miller-Madow estimate of the entropy of a sample's source.

    sample : array (N,) of whole numbers >= 0, N at least 1; each number is the name of a symbol
    base   : a number above 1; 2 for bits, np.e for nats, 10 for bans
    Returns one number.
    """
    ### BEGIN SOLUTION
    m, n = len(np.unique(sample)), len(sample)
    return (plug_in(sample) + (m - 1) / (2 * n)) / np.log(base)
    ### END SOLUTION


# %% nbgrader={"grade_id": "entropy-miller_madow", "points": 2}
check.miller_madow(miller_madow)

# %% [markdown] nbgrader={"grade_id": "entropy-play"}
# ### What you built
#
# Your functions watch an estimate go wrong. No points: change the source and the size of the sample.

# %%
rng = np.random.default_rng()
source, size = np.full(20, 1 / 20), 25
try:
    samples = [rng.choice(source.size, size=size, p=source) for _ in range(1000)]
    print(f"true entropy: {entropy(source):.3f} nats")
    print(f"plug-in:      {np.mean([plug_in(s) for s in samples]):.3f} on average")
    print(f"Miller-Madow: {np.mean([miller_madow(s) for s in samples]):.3f} on average")
except NotImplementedError:
    print("Finish the parts above, then come back.")
