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

# %% [markdown] nbgrader={"grade_id": "cross_entropy-intro"}
# # Cross-entropy
#
# In six parts you write what data cost a model, from distributions and from labels, split the cost into its two parts, pay forecasters, catch one who lies, and put a text's cost into units that can be compared.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `cross_entropy` | 15 | ●○○ | 5 |
# | 2 | `mean_nll` | 10 | ●○○ | 3 |
# | 3 | `decompose` | 10 | ●●○ | 3 |
# | 4 | `expected_brier` | 10 | ●●○ | 3 |
# | 5 | `best_report` | 15 | ●●● | 3 |
# | 6 | `text_scores` | 10 | ●●○ | 3 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *Cross-entropy* of the book derives everything that is used here.
# Use NumPy only. `p` is always the truth, or what somebody believes; `q` is what a model states.

# %% nbgrader={"grade_id": "cross_entropy-setup"}


import numpy as np

from xentcourse.checks import cross_entropy as check

# %% [markdown] nbgrader={"grade_id": "cross_entropy-part_1"}
# ## Part 1: cross-entropy
#
# *15 minutes, difficulty ●○○, 5 points*
#
# Data from $p$ cost a model $q$, on average,
#
# $$H(p, q) = -\sum_{k:\,p_k > 0} p_k \log_b q_k .$$
#
# The base $b$ is the unit: 2 for bits, $e$ for nats.
#
# **Worked example.** With $p = (\tfrac12, \tfrac14, \tfrac14)$ and $q = (\tfrac14, \tfrac12, \tfrac14)$ the model pays 2, 1 and 2 bits for the three classes.
# On average that is $\tfrac12 \cdot 2 + \tfrac14 \cdot 1 + \tfrac14 \cdot 2 = 1.75$ bits.
# A product of weights and logarithms is fine as long as no 0 meets an infinity:

# %%
with np.errstate(divide="ignore", invalid="ignore"):
    print("log2 of q:  ", np.log2(np.array([0.25, 0.5, 0.25])))
    print("0.5 * log 0:", 0.5 * np.log(0.0), "  as it should be")
    print("0 * log 0:  ", 0.0 * np.log(0.0), "   counts 0 here")
p = np.array([0.5, 0.0, 0.5])
print("where p > 0:", p[p > 0])

# %% [markdown] nbgrader={"grade_id": "cross_entropy-prompt_1"}
# **Your turn.** Write `cross_entropy` for two distributions and any base above 1.
#
# Two checks follow, each with points of its own.
# The first uses probabilities above 0.
# The second has zeros: a class with $p_k = 0$ contributes nothing, even if $q_k = 0$; a class with $p_k > 0$ and $q_k = 0$ makes the result `inf`.
# Tiny probabilities come too, and have to stay as they are: add nothing to them.
#
# <details><summary>Hint 1: from formula to array</summary>
#
# Take the logarithm of `q`, weight it with `p`, add up, turn the sign. For another base divide by `np.log(base)`.
# </details>
# <details><summary>Hint 2: the second check shows nan</summary>
#
# $0 \cdot \infty$ is nan. Keep the classes that can happen: `mask = p > 0`, and use `p[mask]` and `q[mask]`. Choose by `p`, not by `q`.
# </details>


# %% nbgrader={"grade_id": "cross_entropy-cross_entropy_solution", "solution": true}
def cross_entropy(p, q, base=np.e):
    """What data from p cost a model that states q.

    p    : array (K,), a distribution
    q    : array (K,), a distribution
    base : a number above 1; 2 for bits, np.e for nats
    Returns one number: inf where some p > 0 meets q = 0.
    """
    ### BEGIN SOLUTION
    mask = p > 0
    return -np.sum(p[mask] * np.log(q[mask])) / np.log(base)
    ### END SOLUTION


# %% nbgrader={"grade_id": "cross_entropy-cross_entropy", "points": 3}
check.cross_entropy(cross_entropy)

# %% nbgrader={"grade_id": "cross_entropy-cross_entropy_ends", "points": 2}
check.cross_entropy_ends(cross_entropy)

# %% [markdown] nbgrader={"grade_id": "cross_entropy-part_2"}
# ## Part 2: from data
#
# *10 minutes, difficulty ●○○, 3 points*
#
# A classifier states a distribution for each of $N$ examples: row $i$ of an array $Q$ with shape $(N, K)$.
# Example $i$ has the label $c_i$, counted from 0.
# The mean negative log-likelihood is
#
# $$-\frac1N \sum_{i=1}^{N} \ln Q_{i, c_i} .$$
#
# It is the mean of $N$ cross-entropies, in each of which $p$ is one-hot.
#
# **Worked example.** Two examples with the labels 0 and 2 were given $(\tfrac12, \tfrac14, \tfrac14)$ and $(\tfrac14, \tfrac14, \tfrac12)$.
# Both labels had probability $\tfrac12$, so the mean is $\ln 2 \approx 0.6931$ nats.
# Two arrays of indices pick one entry from each row:

# %%
Q = np.array([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]])
rows, columns = np.array([0, 1]), np.array([0, 2])
print("picked:", Q[rows, columns], "  and np.arange(2) is", np.arange(2))

# %% [markdown] nbgrader={"grade_id": "cross_entropy-prompt_2"}
# **Your turn.** Write `mean_nll`, in nats.
# There may be thousands of examples, and a label may have been given probability 0: then the mean is `inf`.
#
# <details><summary>Hint 1: which entries?</summary>
#
# One for each row: in row 0 the column `labels[0]`, in row 1 the column `labels[1]`, and so on.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `picked = q[np.arange(len(labels)), labels]`. Take logarithms first, then the mean, then turn the sign.
# </details>


# %% nbgrader={"grade_id": "cross_entropy-mean_nll_solution", "solution": true}
def mean_nll(labels, q):
    """The mean negative log-likelihood of labels, in nats.

    labels : array (N,) of whole numbers in 0..K-1, N at least 1
    q      : array (N, K); row i is the distribution that was stated for example i
    Returns one number: inf where a label was given probability 0.
    """
    ### BEGIN SOLUTION
    return -np.log(q[np.arange(len(labels)), labels]).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "cross_entropy-mean_nll", "points": 3}
check.mean_nll(mean_nll)

# %% [markdown] nbgrader={"grade_id": "cross_entropy-part_3"}
# ## Part 3: the two parts of the cost
#
# *10 minutes, difficulty ●●○, 3 points*
#
# $$H(p, q) = H(p) + D(p \Vert q)$$
#
# The entropy $H(p) = H(p, p)$ is paid by everybody, the divergence $D(p \Vert q) = \sum_{k:\,p_k > 0} p_k \log \frac{p_k}{q_k}$ by those who do not know $p$.
#
# **Worked example.** For $p = (\tfrac12, \tfrac14, \tfrac14)$ and $q = (\tfrac14, \tfrac12, \tfrac14)$ of part 1, $H(p) = \tfrac12 \cdot 1 + \tfrac14 \cdot 2 + \tfrac14 \cdot 2 = 1.5$ bits.
# Of the 1.75 bits, 0.25 are the divergence.
# Here you work in nats:

# %%
print("1.5 bits  =", 1.5 * np.log(2), "nats")
print("0.25 bits =", 0.25 * np.log(2), "nats")

# %% [markdown] nbgrader={"grade_id": "cross_entropy-prompt_3"}
# **Your turn.** Write `decompose`: both parts in nats, the entropy first.
# Zeros come as in part 1. Where the cross-entropy is infinite, so is the divergence; the entropy never is.
#
# <details><summary>Hint 1: with what you have</summary>
#
# Part 1 computes $H(p, q)$. What does it compute if you give it $p$ twice?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `h = cross_entropy(p, p)`; return `h, cross_entropy(p, q) - h`.
# </details>


# %% nbgrader={"grade_id": "cross_entropy-decompose_solution", "solution": true}
def decompose(p, q):
    """The two parts of the cross-entropy, in nats.

    p : array (K,), a distribution
    q : array (K,), a distribution
    Returns two numbers: the entropy of p, and the divergence from p to q, which may be inf.
    """
    ### BEGIN SOLUTION
    h = cross_entropy(p, p)
    return h, cross_entropy(p, q) - h
    ### END SOLUTION


# %% nbgrader={"grade_id": "cross_entropy-decompose", "points": 3}
check.decompose(decompose)

# %% [markdown] nbgrader={"grade_id": "cross_entropy-part_4"}
# ## Part 4: what a report is expected to lose
#
# *10 minutes, difficulty ●●○, 3 points*
#
# Under the Brier score a report $q$ loses the squared distance from what happens.
# If outcome $k$ comes, that is
#
# $$\ell(q, k) = (q_k - 1)^2 + \sum_{j \ne k} q_j^2 .$$
#
# Somebody who believes $p$ expects to lose $\sum_k p_k\, \ell(q, k)$.
#
# **Worked example.** You report $(0.8, 0.2)$. If the first outcome comes, you lose $0.2^2 + 0.2^2 = 0.08$, and if the second comes $0.8^2 + 0.8^2 = 1.28$.
# If you believe $(0.5, 0.5)$, you expect to lose $0.5 \cdot 0.08 + 0.5 \cdot 1.28 = 0.68$.
# The outcomes, one-hot, are the rows of `np.eye`:

# %%
report = np.array([0.8, 0.2])
print("outcomes:\n", np.eye(2))
print("gaps:\n", report - np.eye(2))

# %% [markdown] nbgrader={"grade_id": "cross_entropy-prompt_4"}
# **Your turn.** Write `expected_brier`.
#
# <details><summary>Hint 1: in two steps</summary>
#
# First the loss for each outcome, an array (K,). Then weight it with `p` and add up.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Row k of `(q - np.eye(len(q))) ** 2` has the squared gaps if outcome k comes. Sum each row with `.sum(axis=1)`.
# </details>


# %% nbgrader={"grade_id": "cross_entropy-expected_brier_solution", "solution": true}
def expected_brier(p, q):
    """The expected Brier score of the report q, for somebody who believes p.

    p : array (K,), a distribution
    q : array (K,), a distribution
    Returns one number.
    """
    ### BEGIN SOLUTION
    losses = ((q - np.eye(len(q))) ** 2).sum(axis=1)
    return p @ losses
    ### END SOLUTION


# %% nbgrader={"grade_id": "cross_entropy-expected_brier", "points": 3}
check.expected_brier(expected_brier)

# %% [markdown] nbgrader={"grade_id": "cross_entropy-part_5"}
# ## Part 5: the best report, honest or not
#
# *15 minutes, difficulty ●●●, 3 points*
#
# Is a scoring rule proper?
# List many reports, compute what each loses for each outcome, and look which one a forecaster with the belief $p$ would choose.
# `losses[m, k]` is what report $m$ loses if outcome $k$ comes.
# The forecaster takes the report with the smallest expected loss.
#
# **Worked example.** The belief is $(0.7, 0.3)$, the rule is $1 - q_k$, and three reports are listed: $(0.5, 0.5)$, $(0.7, 0.3)$ and $(1, 0)$.
# The expected losses are 0.5, 0.42 and 0.3: the last report wins, and it is a lie.

# %%
losses = 1 - np.array([[0.5, 0.5], [0.7, 0.3], [1.0, 0.0]])
print(losses)
print("argmin:", np.array([0.5, 0.42, 0.3]).argmin(), "  the first of equal ones:", np.array([1, 1]).argmin())

# %% [markdown] nbgrader={"grade_id": "cross_entropy-prompt_5"}
# **Your turn.** Write `best_report`: the row with the smallest expected loss, counted from 0, and the first of equal ones.
#
# A loss may be `inf`, as under the log score. It does not matter for an outcome with $p_k = 0$, and makes the expectation infinite for any other.
#
# <details><summary>Hint 1: it picks a row with an infinite loss</summary>
#
# `losses @ p` has nan where 0 meets inf, and argmin takes nan for the smallest. Leave out the outcomes that the belief rules out.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `mask = p > 0`, then `losses[:, mask] @ p[mask]` is an array with one expectation for each report; argmin gives the position.
# </details>


# %% nbgrader={"grade_id": "cross_entropy-best_report_solution", "solution": true}
def best_report(p, losses):
    """The report with the smallest expected loss.

    p      : array (K,), the belief, a distribution
    losses : array (M, K); losses[m, k] is what report m loses if outcome k comes, perhaps inf
    Returns a row number, counted from 0: the first, if several are equal.
    """
    ### BEGIN SOLUTION
    mask = p > 0
    return (losses[:, mask] @ p[mask]).argmin()
    ### END SOLUTION


# %% nbgrader={"grade_id": "cross_entropy-best_report", "points": 3}
check.best_report(best_report)

# %% [markdown] nbgrader={"grade_id": "cross_entropy-part_6"}
# ## Part 6: the cost of a text, in three units
#
# *10 minutes, difficulty ●●○, 3 points*
#
# A model cuts a text into tokens and pays some nats for each.
# Say what the whole text cost in three ways:
#
# - the perplexity per token, $e^{T/M}$, with $T$ the total in nats and $M$ the number of tokens;
# - the perplexity per character, $e^{T/C}$;
# - the bits per byte, $T / (B \ln 2)$, with the text in UTF-8.
#
# **Worked example.** The text "hi!" in two tokens that cost $\ln 4$ and $\ln 16$ nats: $T = \ln 64$.
# Perplexity per token $\sqrt{64} = 8$, per character $\sqrt[3]{64} = 4$, and 2 bits per byte.
# A character may have more than one byte:

# %%
for word in ("hi!", "naïve"):
    print(word, len(word), "characters,", len(word.encode("utf-8")), "bytes")

# %% [markdown] nbgrader={"grade_id": "cross_entropy-prompt_6"}
# **Your turn.** Write `text_scores`.
#
# <details><summary>Hint 1: one total</summary>
#
# Add up the nats once. Only what you divide by differs.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `total = nats.sum()`. Divide by `len(nats)` and by `len(text)` inside `np.exp`, and by `len(text.encode("utf-8")) * np.log(2)` for the last.
# </details>


# %% nbgrader={"grade_id": "cross_entropy-text_scores_solution", "solution": true}
def text_scores(nats, text):
    """Three ways to state what a text cost.

    nats : array (M,), the negative log-probability of each token, in nats; M at least 1
    text : the text that the tokens spell, with at least one character
    Returns three numbers: perplexity per token, perplexity per character, bits per UTF-8 byte.
    """
    ### BEGIN SOLUTION
    total = nats.sum()
    size = len(text.encode("utf-8"))
    return np.exp(total / len(nats)), np.exp(total / len(text)), total / (size * np.log(2))
    ### END SOLUTION


# %% nbgrader={"grade_id": "cross_entropy-text_scores", "points": 3}
check.text_scores(text_scores)

# %% [markdown] nbgrader={"grade_id": "cross_entropy-play"}
# ### What you built
#
# Your functions expose a forecaster. No points: change the belief, or invent a rule of your own and see whether it is proper.

# %%
belief = np.array([0.7, 0.3])
rain = np.linspace(0.01, 0.99, 99)
reports = np.stack([rain, 1 - rain], axis=1)
rules = {"log": -np.log(reports), "linear": 1 - reports, "square root": 1 - np.sqrt(reports)}
try:
    for rule, losses in rules.items():
        print(f"{rule}: with the belief {belief[0]}, report {rain[best_report(belief, losses)]:.2f}")
except NotImplementedError:
    print("Finish part 5, then come back.")
