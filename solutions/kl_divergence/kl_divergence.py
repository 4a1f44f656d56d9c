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

# %% [markdown] nbgrader={"grade_id": "kl_divergence-intro"}
# # KL divergence
#
# In six parts you write what a wrong model costs: for distributions with all their zeros, for dependent variables, symmetrically, for bell curves, as a way to choose a model, and as the other face of maximum likelihood.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `kl_divergence` | 15 | ●○○ | 5 |
# | 2 | `mutual_information` | 10 | ●●○ | 3 |
# | 3 | `jensen_shannon` | 10 | ●○○ | 3 |
# | 4 | `gaussian_kl` | 10 | ●○○ | 3 |
# | 5 | `best_fits` | 10 | ●●○ | 3 |
# | 6 | `nll_and_kl` | 15 | ●●● | 3 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *KL divergence* of the book derives everything that is used here.
# Use NumPy only. `p` is always the true distribution and `q` the model's; results are in nats unless a base is given.

# %% nbgrader={"grade_id": "kl_divergence-setup"}


import numpy as np

from xentcourse.checks import kl_divergence as check

# %% [markdown] nbgrader={"grade_id": "kl_divergence-part_1"}
# ## Part 1: KL divergence, zeros included
#
# *15 minutes, difficulty ●○○, 5 points*
#
# $$D(p \Vert q) = \sum_{x:\,p(x) > 0} p(x) \log \frac{p(x)}{q(x)}$$
#
# A value that $p$ rules out is left out of the sum, whatever $q$ says.
# A value that $p$ allows and $q$ rules out makes the divergence `inf`.
#
# **Worked example.** $p = (\frac12, \frac12)$ and $q = (\frac14, \frac34)$.
# In bits: $\frac12 \log_2 2 + \frac12 \log_2 \frac23 \approx 0.5 - 0.2925 = 0.2075$.
# One term is negative, the sum is not.
# With zeros, NumPy needs your help:

# %%
p = np.array([0.5, 0.5, 0.0])
q = np.array([0.25, 0.75, 0.0])
some = np.array([True, True, False])
print("all terms:", 0.5 * np.log2(0.5 / 0.25), 0.5 * np.log2(0.5 / 0.75))
print("p[some]:  ", p[some])
with np.errstate(divide="ignore", invalid="ignore"):
    print("0 * log(0 / 0.75) =", 0 * np.log(0.0 / 0.75))
    print("0.5 / 0           =", np.float64(0.5) / 0.0, "  and its logarithm is inf too")

# %% [markdown] nbgrader={"grade_id": "kl_divergence-prompt_1"}
# **Your turn.** Write `kl_divergence` for two distributions over the same values and any base above 1.
#
# Two checks follow, each with points of its own: the first uses distributions without zeros, the second zeros in every place, and tiny probabilities.
# Warnings do no harm. Add nothing to the probabilities.
#
# <details><summary>Hint 1: which terms?</summary>
#
# Make a mask: `some = p > 0`. Only `p` decides which values count. Where `q` is 0 there, the division gives `inf`, as it should.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `np.sum(p[some] * np.log(p[some] / q[some])) / np.log(base)`.
# </details>


# %% nbgrader={"grade_id": "kl_divergence-kl_divergence_solution", "solution": true}
def kl_divergence(p, q, base=np.e):
    """What it costs to believe q when p is true.

    p, q : arrays (K,) of probabilities, each summing to 1
    base : a number above 1; 2 for bits, np.e for nats
    Returns one number: inf where q is 0 and p is not.
    """
    ### BEGIN SOLUTION
    some = p > 0
    return np.sum(p[some] * np.log(p[some] / q[some])) / np.log(base)
    ### END SOLUTION


# %% nbgrader={"grade_id": "kl_divergence-kl_divergence", "points": 3}
check.kl_divergence(kl_divergence)

# %% nbgrader={"grade_id": "kl_divergence-kl_divergence_zeros", "points": 2}
check.kl_divergence_zeros(kl_divergence)

# %% [markdown] nbgrader={"grade_id": "kl_divergence-part_2"}
# ## Part 2: mutual information
#
# *10 minutes, difficulty ●●○, 3 points*
#
# A table holds the joint distribution of two variables: the entry in row $x$ and column $y$ is $p(x, y)$.
# The sums of its rows are $p(x)$, the sums of its columns $p(y)$.
# What it costs to take the two for independent is
#
# $$I(X; Y) = D\bigl(p(x, y) \,\Vert\, p(x)\, p(y)\bigr).$$
#
# **Worked example.** A fair coin and its copy: $p(0, 0) = p(1, 1) = \frac12$.
# Independent coins would give each of the four cells $\frac14$.
# So $I = \frac12 \log 2 + \frac12 \log 2 = \log 2$: one bit, everything there is to know about a coin.
# Sums along an axis, and the table of all products:

# %%
joint = np.array([[0.5, 0.0], [0.0, 0.5]])
print("p(x):", joint.sum(axis=1), "  p(y):", joint.sum(axis=0))
print("outer product:\n", np.outer([0.2, 0.8], [0.5, 0.3, 0.2]))
print("flat:", joint.ravel())

# %% [markdown] nbgrader={"grade_id": "kl_divergence-prompt_2"}
# **Your turn.** Write `mutual_information`, in nats.
# Cells, rows and columns of the table may be 0.
#
# <details><summary>Hint 1: a table is a distribution too</summary>
#
# `kl_divergence` wants flat arrays: `.ravel()` makes one of a table, row after row. Flatten both tables in the same way.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# The second table is `np.outer(p_x, p_y)` with the row sums `p_x` first.
# </details>


# %% nbgrader={"grade_id": "kl_divergence-mutual_information_solution", "solution": true}
def mutual_information(joint):
    """What one variable tells about another, in nats.

    joint : array (M, N) of probabilities that sum to 1 in all; a row for each x, a column for each y
    Returns one number, 0 for independent variables.
    """
    ### BEGIN SOLUTION
    product = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return kl_divergence(joint.ravel(), product.ravel())
    ### END SOLUTION


# %% nbgrader={"grade_id": "kl_divergence-mutual_information", "points": 3}
check.mutual_information(mutual_information)

# %% [markdown] nbgrader={"grade_id": "kl_divergence-part_3"}
# ## Part 3: Jensen–Shannon divergence
#
# *10 minutes, difficulty ●○○, 3 points*
#
# Halfway between $p$ and $q$ lies $m = \frac12 (p + q)$.
# The symmetric relative of the KL divergence is
#
# $$\mathrm{JS}(p, q) = \tfrac12 D(p \Vert m) + \tfrac12 D(q \Vert m).$$
#
# **Worked example.** $p = (1, 0)$ and $q = (0, 1)$: $m = (\frac12, \frac12)$, both divergences are $\log 2$, and so is their mean.
# That is the largest value there is.

# %%
p, q = np.array([1.0, 0.0]), np.array([0.0, 1.0])
print("halfway:", (p + q) / 2, "  log 2:", np.log(2))

# %% [markdown] nbgrader={"grade_id": "kl_divergence-prompt_3"}
# **Your turn.** Write `jensen_shannon`, in nats. Both distributions may have zeros; the result is always finite.
#
# <details><summary>Hint 1: zeros</summary>
#
# $m$ is 0 only where both are, and `kl_divergence` leaves such values out. Nothing special is needed.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `m = (p + q) / 2`, then the mean of two calls of `kl_divergence` with `m` in the second place.
# </details>


# %% nbgrader={"grade_id": "kl_divergence-jensen_shannon_solution", "solution": true}
def jensen_shannon(p, q):
    """The mean divergence of p and q from the distribution halfway between them, in nats.

    p, q : arrays (K,) of probabilities, each summing to 1
    Returns one number from 0 to log 2.
    """
    ### BEGIN SOLUTION
    m = (p + q) / 2
    return (kl_divergence(p, m) + kl_divergence(q, m)) / 2
    ### END SOLUTION


# %% nbgrader={"grade_id": "kl_divergence-jensen_shannon", "points": 3}
check.jensen_shannon(jensen_shannon)

# %% [markdown] nbgrader={"grade_id": "kl_divergence-part_4"}
# ## Part 4: two bell curves
#
# *10 minutes, difficulty ●○○, 3 points*
#
# For normal distributions with the standard deviations $\sigma_p$ and $\sigma_q$ the integral can be done on paper:
#
# $$D(p \Vert q) = \log \frac{\sigma_q}{\sigma_p} + \frac{\sigma_p^2 + (\mu_p - \mu_q)^2}{2 \sigma_q^2} - \frac12.$$
#
# **Worked example.** $\mathcal{N}(0, 1)$ is true and $\mathcal{N}(0, 2^2)$ is believed: $\log 2 + \frac18 - \frac12 \approx 0.3181$ nats.

# %%
print(np.log(2) + 1 / 8 - 1 / 2)

# %% [markdown] nbgrader={"grade_id": "kl_divergence-prompt_4"}
# **Your turn.** Write `gaussian_kl` for four numbers.
# Before you run the check, try a case that you know: what must come out if both curves are the same?
#
# <details><summary>Hint 1: brackets</summary>
#
# `a / 2 * b` is `(a / 2) * b`. The whole denominator needs brackets.
# </details>
# <details><summary>Hint 2: three terms</summary>
#
# Compute the logarithm, the fraction and the half on lines of their own, and print each for the worked example.
# </details>


# %% nbgrader={"grade_id": "kl_divergence-gaussian_kl_solution", "solution": true}
def gaussian_kl(mu_p, sigma_p, mu_q, sigma_q):
    """What it costs to believe N(mu_q, sigma_q^2) when N(mu_p, sigma_p^2) is true, in nats.

    mu_p, mu_q       : numbers, the means
    sigma_p, sigma_q : numbers above 0, the standard deviations
    Returns one number.
    """
    ### BEGIN SOLUTION
    spread = sigma_p**2 + (mu_p - mu_q) ** 2
    return np.log(sigma_q / sigma_p) + spread / (2 * sigma_q**2) - 1 / 2
    ### END SOLUTION


# %% nbgrader={"grade_id": "kl_divergence-gaussian_kl", "points": 3}
check.gaussian_kl(gaussian_kl)

# %% [markdown] nbgrader={"grade_id": "kl_divergence-part_5"}
# ## Part 5: forward against reverse
#
# *10 minutes, difficulty ●●○, 3 points*
#
# Several models compete for a target that none of them matches.
# *Forward*, the best has the smallest $D(\text{target} \Vert \text{model})$; *reverse*, the smallest $D(\text{model} \Vert \text{target})$.
#
# **Worked example.** The target $(0.5, 0, 0.5)$ has two humps.
# Model 0 is $(1, 0, 0)$, which hides in one hump, and model 1 is $(\frac13, \frac13, \frac13)$, which covers both.
# Forward, model 0 costs `inf` and model 1 costs $\log \frac32$: model 1 wins.
# Reverse, model 0 costs $\log 2$ and model 1 `inf`: model 0 wins.
# So the answer is `(1, 0)`.

# %%
costs = np.array([0.7, 0.2, np.inf, 0.2])
print("row with the smallest cost:", costs.argmin(), "  (the first of equal ones)")
for model in np.array([[1.0, 0.0], [0.5, 0.5]]):
    print("one model:", model)

# %% [markdown] nbgrader={"grade_id": "kl_divergence-prompt_5"}
# **Your turn.** Write `best_fits`: the numbers of the two best rows, counted from 0, first forward, then reverse.
# Of equal models the first one counts.
#
# <details><summary>Hint 1: one list for each direction</summary>
#
# Go through the rows of `models` and collect `kl_divergence(target, model)` in a list; then a second list with the arguments swapped.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `np.argmin` of each list, returned as a tuple of two.
# </details>


# %% nbgrader={"grade_id": "kl_divergence-best_fits_solution", "solution": true}
def best_fits(target, models):
    """The models that are closest to a target in either direction.

    target : array (K,), a distribution
    models : array (M, K), a distribution in each row
    Returns a tuple of two row numbers: of the smallest D(target || model), and of the smallest D(model || target).
    """
    ### BEGIN SOLUTION
    forward = [kl_divergence(target, model) for model in models]
    reverse = [kl_divergence(model, target) for model in models]
    return np.argmin(forward), np.argmin(reverse)
    ### END SOLUTION


# %% nbgrader={"grade_id": "kl_divergence-best_fits", "points": 3}
check.best_fits(best_fits)

# %% [markdown] nbgrader={"grade_id": "kl_divergence-part_6"}
# ## Part 6: maximum likelihood is minimising KL
#
# *15 minutes, difficulty ●●●, 3 points*
#
# Labels $c_1, \dots, c_N$ are given, class numbers that count from 0, and several models, each a distribution over the classes.
# For each model compute two things that look different:
#
# - its mean negative log-likelihood, $-\frac1N \sum_i \log q(c_i)$, label by label;
# - the divergence $D(\hat p \Vert q)$, where $\hat p$ is the share of each class in the labels.
#
# **Worked example.** The labels are 0, 1, 1, 1, the model is $(\frac12, \frac12)$.
# Each label costs $\log 2$, so the mean is $\log 2 \approx 0.6931$.
# The shares are $(\frac14, \frac34)$, and $D(\hat p \Vert q) \approx 0.1308$.
# The difference, 0.5623, is the entropy of the shares, and the same for every model.

# %%
labels = np.array([0, 1, 1, 1])
print("counts:        ", np.bincount(labels, minlength=3))
print("model[labels]: ", np.array([0.2, 0.7, 0.1])[labels])

# %% [markdown] nbgrader={"grade_id": "kl_divergence-prompt_6"}
# **Your turn.** Write `nll_and_kl`, which returns both as arrays with an entry for each model.
# A class may never come; a model may rule out a class that came, and then both its numbers are `inf`.
#
# <details><summary>Hint 1: the first array</summary>
#
# For one model, `model[labels]` are the probabilities that it gave to what came. Take minus the mean of their logarithms.
# </details>
# <details><summary>Hint 2: the second array</summary>
#
# The shares are `np.bincount(labels, minlength=K) / len(labels)`, where `K = models.shape[1]`; without `minlength`, classes that never came may be missing. Then part 1.
# </details>


# %% nbgrader={"grade_id": "kl_divergence-nll_and_kl_solution", "solution": true}
def nll_and_kl(labels, models):
    """Two losses of each model: on the labels, and against their shares.

    labels : array (N,) of integers in 0..K-1
    models : array (M, K), a distribution over the classes in each row
    Returns two arrays (M,): the mean negative log-likelihoods, and the divergences D(shares || model), in nats.
    """
    ### BEGIN SOLUTION
    shares = np.bincount(labels, minlength=models.shape[1]) / len(labels)
    nll = np.array([-np.log(model[labels]).mean() for model in models])
    return nll, np.array([kl_divergence(shares, model) for model in models])
    ### END SOLUTION


# %% nbgrader={"grade_id": "kl_divergence-nll_and_kl", "points": 3}
check.nll_and_kl(nll_and_kl)

# %% [markdown] nbgrader={"grade_id": "kl_divergence-play"}
# ### What you built
#
# Your functions show the idea of the whole course. No points: change the labels, and look at the last column.

# %%
labels = np.array([0, 0, 0, 1, 2, 0, 1, 0])
models = np.array([[0.4, 0.3, 0.3], [0.6, 0.3, 0.1], [0.625, 0.25, 0.125], [0.8, 0.1, 0.1]])
try:
    nll, divergence = nll_and_kl(labels, models)
    print("  mean NLL  divergence  difference")
    for a, b in zip(nll, divergence, strict=True):
        print(f"{a:10.4f} {b:11.4f} {a - b:11.4f}")
    print("best by NLL:", np.argmin(nll), "  best by divergence:", np.argmin(divergence))
except NotImplementedError:
    print("Finish the parts above, then come back.")
