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

# %% [markdown] nbgrader={"grade_id": "likelihood-intro"}
# # Maximum likelihood
#
# In seven parts you write the likelihoods of coins, dice and measurements, and the parameters that make them largest.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `bernoulli_log_likelihood` | 15 | ●●○ | 3 |
# | 2 | `bernoulli_mle`, `categorical_mle` | 10 | ●○○ | 4 |
# | 3 | `categorical_log_likelihood` | 10 | ●●○ | 3 |
# | 4 | `mean_nll` | 10 | ●○○ | 3 |
# | 5 | `gaussian_nll` | 10 | ●●○ | 3 |
# | 6 | `gaussian_mle` | 10 | ●○○ | 2 |
# | 7 | `mse_coefficients` | 10 | ●●○ | 2 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points and no others.
#
# The chapter *Maximum likelihood* of the book derives everything that is used here.
# NumPy is all you need: `np.log`, `np.sum`, `np.mean` and `np.where`.
# All logarithms are natural.

# %% nbgrader={"grade_id": "likelihood-setup"}
import numpy as np

from xentcourse.checks import likelihood as check

# %% [markdown] nbgrader={"grade_id": "likelihood-part_1"}
# ## Part 1: how well does a coin explain a record?
#
# *15 minutes, difficulty ●●○, 3 points*
#
# A record is an array of outcomes, 1 for heads and 0 for tails.
# A coin shows heads with probability $p$.
# If $N_1$ outcomes are 1 and $N_0$ are 0, the log-likelihood of the coin is
#
# $$\log \mathcal{L}(p) = N_1 \log p + N_0 \log(1 - p).$$
#
# **Worked example.** The record $(1, 0, 1)$ has $N_1 = 2$ and $N_0 = 1$.
# For $p = \tfrac12$ the log-likelihood is $3 \log \tfrac12 = -3 \ln 2$.
#
# **The edge.** A coin with $p = 1$ never shows tails.
#
# - The record has no tails: the coin explains it perfectly, and the log-likelihood is 0. *A term with count 0 counts 0*, whatever its logarithm.
# - The record has tails: the coin can't have made it, and the log-likelihood is $-\infty$.
#
# The same holds for $p = 0$ and heads.
# The computer gets the second right and the first wrong:

# %%
with np.errstate(divide="ignore", invalid="ignore"):
    print("log 0     =", np.log(0.0))
    print("2 * log 0 =", 2 * np.log(0.0))
    print("0 * log 0 =", 0 * np.log(0.0))

# %% [markdown] nbgrader={"grade_id": "likelihood-prompt_1"}
# **Your turn.** Write `bernoulli_log_likelihood`.
# The check begins with ordinary coins, goes on to $p = 0$ and $p = 1$, and ends with 5,000 tosses.
# A record of no tosses has log-likelihood 0.
#
# <details><summary>Hint 1: the result is nan</summary>
#
# That is 0 times $-\infty$. Count the ones and the zeros first. Which terms does the record have at all?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Start from 0. If there are ones, add their number times `np.log(p)`. If there are zeros, add their number times `np.log(1 - p)`. (`math.log(0)` raises an error where `np.log(0.0)` gives -inf.)
# </details>


# %% nbgrader={"grade_id": "likelihood-bernoulli_log_likelihood_solution", "solution": true}
def bernoulli_log_likelihood(outcomes, p):
    """Log-likelihood of a coin, in nats.

    outcomes : array (N,) of 0 and 1; N may be 0
    p        : probability of a 1, from 0 to 1 (both included)
    Returns one number; -inf where the coin rules out what came.
    """
    ### BEGIN SOLUTION
    ones = np.sum(outcomes)
    zeros = len(outcomes) - ones
    total = 0.0
    with np.errstate(divide="ignore"):
        if ones > 0:
            total += ones * np.log(p)
        if zeros > 0:
            total += zeros * np.log(1 - p)
    return total
    ### END SOLUTION


# %% nbgrader={"grade_id": "likelihood-bernoulli_log_likelihood", "points": 3}
check.bernoulli_log_likelihood(bernoulli_log_likelihood)

# %% [markdown] nbgrader={"grade_id": "likelihood-part_2"}
# ## Part 2: the best coin and the best die
#
# *10 minutes, difficulty ●○○, 4 points*
#
# The chapter proves that the likelihood of a coin is largest at the share of ones, $\hat p = N_1 / N$.
#
# **Worked example.** The record $(1, 1, 0, 1)$ has $\hat p = \tfrac34$.
# Three heads in three tosses have $\hat p = 1$: what never came is taken to be impossible.

# %% [markdown] nbgrader={"grade_id": "likelihood-prompt_2"}
# **Your turn.** Write `bernoulli_mle`.
# Every record has at least one toss: without any there is no estimate.
#
# <details><summary>Hint 1: where to start</summary>
#
# What do you get when you add zeros and ones?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# The number of ones, divided by the number of tosses: the mean.
# </details>


# %% nbgrader={"grade_id": "likelihood-bernoulli_mle_solution", "solution": true}
def bernoulli_mle(outcomes):
    """The coin that makes a record most likely: its probability of a 1.

    outcomes : array (N,) of 0 and 1, N at least 1
    Returns one number from 0 to 1.
    """
    ### BEGIN SOLUTION
    return np.mean(outcomes)
    ### END SOLUTION


# %% nbgrader={"grade_id": "likelihood-bernoulli_mle", "points": 2}
check.bernoulli_mle(bernoulli_mle)

# %% [markdown] nbgrader={"grade_id": "likelihood-part_2_die"}
# ### The best die
#
# With $K$ classes the likelihood is largest at the share of each, $\hat p_k = n_k / N$, if class $k$ came $n_k$ times.
#
# **Worked example.** The labels $(0, 2, 2, 0)$ with four classes have the counts $(2, 0, 2, 0)$, so $\hat p = (\tfrac12, 0, \tfrac12, 0)$.
# Classes count from 0, and a class that never came is still a class.
#
# NumPy can count. Look at what `minlength` does:

# %%
labels = np.array([0, 2, 2, 0])
print("bincount:              ", np.bincount(labels))
print("bincount, minlength=4: ", np.bincount(labels, minlength=4))

# %% [markdown] nbgrader={"grade_id": "likelihood-prompt_2_die"}
# **Your turn.** Write `categorical_mle`.
# There is at least one label.
#
# <details><summary>Hint 1: a class without a label</summary>
#
# The result has one entry for each of the `classes`, and some may be 0.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Count each class with `np.bincount(labels, minlength=classes)`, and divide by the number of labels.
# </details>


# %% nbgrader={"grade_id": "likelihood-categorical_mle_solution", "solution": true}
def categorical_mle(labels, classes):
    """The distribution over the classes that makes the labels most likely.

    labels  : integer array (N,), each in 0..classes-1, N at least 1
    classes : the number of classes
    Returns an array (classes,) that sums to 1.
    """
    ### BEGIN SOLUTION
    return np.bincount(labels, minlength=classes) / len(labels)
    ### END SOLUTION


# %% nbgrader={"grade_id": "likelihood-categorical_mle", "points": 2}
check.categorical_mle(categorical_mle)

# %% [markdown] nbgrader={"grade_id": "likelihood-part_3"}
# ## Part 3: how well does a die explain the counts?
#
# *10 minutes, difficulty ●●○, 3 points*
#
# Class $k$ came $n_k$ times, and the model gives it the probability $q_k$.
# The log-likelihood is
#
# $$\log \mathcal{L}(q) = \sum_{k} n_k \log q_k,$$
#
# and again a class with $n_k = 0$ counts 0, also if $q_k = 0$.
#
# **Worked example.** Counts $(2, 1, 0)$ and $q = (\tfrac12, \tfrac12, 0)$: the log-likelihood is $2 \log\tfrac12 + \log\tfrac12 = -3 \ln 2$.
# The third class could not come, and it did not: no penalty.
#
# A condition picks entries of an array:

# %%
n = np.array([2, 1, 0])
print("which came:     ", n > 0)
print("their counts:   ", n[n > 0])

# %% [markdown] nbgrader={"grade_id": "likelihood-prompt_3"}
# **Your turn.** Write `categorical_log_likelihood`.
# If a class came that has probability 0, the result is $-\infty$.
#
# <details><summary>Hint 1: the result is nan, or finite where it should be -inf</summary>
#
# Choose the terms by the *count*, not by the logarithm: what never came has no term, and what came keeps its own, even an infinite one.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `came = counts > 0`, then sum `counts[came] * np.log(q[came])`.
# </details>


# %% nbgrader={"grade_id": "likelihood-categorical_log_likelihood_solution", "solution": true}
def categorical_log_likelihood(counts, q):
    """Log-likelihood of a distribution, from counts, in nats.

    counts : integer array (K,), how often each class came
    q      : array (K,), the probability of each class
    Returns one number; -inf where a class came that q rules out.
    """
    ### BEGIN SOLUTION
    came = counts > 0
    with np.errstate(divide="ignore"):
        return np.sum(counts[came] * np.log(q[came]))
    ### END SOLUTION


# %% nbgrader={"grade_id": "likelihood-categorical_log_likelihood", "points": 3}
check.categorical_log_likelihood(categorical_log_likelihood)

# %% [markdown] nbgrader={"grade_id": "likelihood-part_4"}
# ## Part 4: two thousand probabilities
#
# *10 minutes, difficulty ●○○, 3 points*
#
# A model gave the probabilities $q_1, \dots, q_N$ to the $N$ outcomes that came.
# Their product is the likelihood, and
#
# $$L = -\frac1N \log (q_1 q_2 \cdots q_N)$$
#
# is the mean negative log-likelihood.
# Here is somebody's code for it, which is right for two outcomes and breaks for two thousand:


# %%
def broken(probabilities):
    """Right on paper."""
    with np.errstate(divide="ignore"):
        return -np.log(np.prod(probabilities)) / len(probabilities)


print("two halves:         ", broken(np.array([0.5, 0.5])), "  wanted:", np.log(2))
print("two thousand halves:", broken(np.full(2000, 0.5)), "  wanted:", np.log(2))

# %% [markdown] nbgrader={"grade_id": "likelihood-prompt_4"}
# **Worked example.** For $q = (\tfrac12, \tfrac18)$ the product is $\tfrac1{16}$, and $L = \tfrac12 \ln 16 = 2 \ln 2$.
# It is also the mean of $-\ln \tfrac12 = \ln 2$ and $-\ln\tfrac18 = 3 \ln 2$.
#
# **Your turn.** Write `mean_nll`, which is right for any number of outcomes.
# An outcome of probability 0 makes it infinite: the model had ruled out what came.
#
# <details><summary>Hint 1: where it breaks</summary>
#
# `np.prod` of 2,000 halves is 0. What is the logarithm of a product?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# The logarithm of each probability, the mean of these, and a minus sign.
# </details>


# %% nbgrader={"grade_id": "likelihood-mean_nll_solution", "solution": true}
def mean_nll(probabilities):
    """Mean negative log-likelihood, in nats.

    probabilities : array (N,), what the model gave to each outcome that came; N at least 1
    Returns one number, inf if a probability is 0.
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):
        return -np.mean(np.log(probabilities))
    ### END SOLUTION


# %% nbgrader={"grade_id": "likelihood-mean_nll", "points": 3}
check.mean_nll(mean_nll)

# %% [markdown] nbgrader={"grade_id": "likelihood-part_5"}
# ## Part 5: measurements
#
# *10 minutes, difficulty ●●○, 3 points*
#
# The normal distribution with mean $\mu$ and standard deviation $\sigma$ has the density
#
# $$q(x) = \frac{1}{\sqrt{2\pi}\,\sigma}\, e^{-(x-\mu)^2/(2\sigma^2)}.$$
#
# The mean negative log-likelihood of $x_1, \dots, x_N$ averages $-\log q(x_i)$.
#
# **Worked example.** One measurement, $x = \mu$: the exponential is 1, and $-\log q(x) = \log \sigma + \tfrac12 \log 2\pi$.
# For $\sigma = 1$ that is about 0.9189.
#
# **A trap.** Far from $\mu$ the density is smaller than the smallest float, and its logarithm is not:

# %%
density = np.exp(-(100.0**2) / 2) / np.sqrt(2 * np.pi)
print("density at x = 100, mu = 0, sigma = 1:", density)
print("minus its logarithm, on paper:         0.5 * 100**2 + 0.5 * log(2 pi), about 5000.9")

# %% [markdown] nbgrader={"grade_id": "likelihood-prompt_5"}
# **Your turn.** Write `gaussian_nll`.
#
# <details><summary>Hint 1: on paper</summary>
#
# Take the logarithm of the density before you program it: products become sums, and the logarithm undoes the exponential.
# </details>
# <details><summary>Hint 2: the formula</summary>
#
# The mean of $\log \sigma + \tfrac12 \log 2\pi + (x_i - \mu)^2 / (2\sigma^2)$ over $i$.
# </details>


# %% nbgrader={"grade_id": "likelihood-gaussian_nll_solution", "solution": true}
def gaussian_nll(x, mu, sigma):
    """Mean negative log-likelihood of a normal distribution, in nats.

    x     : array (N,) of numbers, N at least 1
    mu    : its mean
    sigma : its standard deviation, above 0
    Returns one number.
    """
    ### BEGIN SOLUTION
    return np.log(sigma) + 0.5 * np.log(2 * np.pi) + np.mean((x - mu) ** 2) / (2 * sigma**2)
    ### END SOLUTION


# %% nbgrader={"grade_id": "likelihood-gaussian_nll", "points": 3}
check.gaussian_nll(gaussian_nll)

# %% [markdown] nbgrader={"grade_id": "likelihood-part_6"}
# ## Part 6: the best bell curve
#
# *10 minutes, difficulty ●○○, 2 points*
#
# If the numbers are not all equal, the likelihood is largest at
#
# $$\hat\mu = \frac1N \sum_i x_i, \qquad \hat\sigma^2 = \frac1N \sum_i (x_i - \hat\mu)^2.$$
#
# **Worked example.** For $x = (1, 3, 5, 7)$: $\hat\mu = 4$, the squared distances are $9, 1, 1, 9$, and $\hat\sigma = \sqrt 5$.
#
# **A trap.** On paper $\hat\sigma^2$ is also the mean of the squares minus the square of the mean.
# On the computer that is the difference of two huge numbers, when $x$ is far from 0:

# %%
x = 1e9 + np.array([1.0, 3.0, 5.0, 7.0])
print("mean of squares - square of mean:", np.mean(x**2) - np.mean(x) ** 2, "  wanted: 5")

# %% [markdown] nbgrader={"grade_id": "likelihood-prompt_6"}
# **Your turn.** Write `gaussian_mle`.
# It returns the mean and the *standard deviation*, in this order.
#
# <details><summary>Hint 1: which order</summary>
#
# First the mean. Then the distances from it, squared; their mean; its root.
# </details>
# <details><summary>Hint 2: by how much to divide</summary>
#
# By $N$, as the formula says. Some programs divide by $N - 1$; that is another estimate, and not the likeliest one.
# </details>


# %% nbgrader={"grade_id": "likelihood-gaussian_mle_solution", "solution": true}
def gaussian_mle(x):
    """The normal distribution that makes x most likely.

    x : array (N,) of numbers that are not all equal
    Returns two numbers: mu and sigma, the mean and the standard deviation.
    """
    ### BEGIN SOLUTION
    mu = np.mean(x)
    return mu, np.sqrt(np.mean((x - mu) ** 2))
    ### END SOLUTION


# %% nbgrader={"grade_id": "likelihood-gaussian_mle", "points": 2}
check.gaussian_mle(gaussian_mle)

# %% [markdown] nbgrader={"grade_id": "likelihood-part_7"}
# ## Part 7: squared error is a likelihood
#
# *10 minutes, difficulty ●●○, 2 points*
#
# Fix $\sigma$. Whatever the numbers $x_i$ and the prediction $\mu$ are, the mean negative log-likelihood of part 5 is
#
# $$L = a + b \cdot \mathrm{MSE}, \qquad \mathrm{MSE} = \frac1N \sum_i (x_i - \mu)^2,$$
#
# with two numbers $a$ and $b > 0$ that depend on $\sigma$ alone.
# So whoever minimises squared error maximises a likelihood.
#
# **Worked example.** Only the MSE changes from line to line.
# The step in $L$ from MSE 0 to MSE 1 is $b$, and $L$ at MSE 0 is $a$. For $\sigma = 2$:

# %%
sigma = 2.0
for error in (0.0, 1.0, 2.0):  # one number, that far from the prediction
    density = np.exp(-(error**2) / (2 * sigma**2)) / (np.sqrt(2 * np.pi) * sigma)
    print(f"MSE {error**2:.0f}: L = {-np.log(density):.4f}")

# %% [markdown] nbgrader={"grade_id": "likelihood-prompt_7"}
# **Your turn.** Write `mse_coefficients`, which returns $a$ and $b$ for any $\sigma > 0$.
#
# <details><summary>Hint 1: where to look</summary>
#
# Write down the formula of part 5. Which summands do not contain $x$ or $\mu$? What multiplies the mean of the squares?
# </details>
# <details><summary>Hint 2: a test of your own</summary>
#
# `a + b * np.mean((x - mu) ** 2)` must agree with `gaussian_nll(x, mu, sigma)` for every x. With $\sigma = 1$, $b$ is one half.
# </details>


# %% nbgrader={"grade_id": "likelihood-mse_coefficients_solution", "solution": true}
def mse_coefficients(sigma):
    """The line that leads from the mean squared error to the mean NLL.

    sigma : standard deviation of the noise, above 0
    Returns two numbers a and b with mean NLL = a + b * MSE.
    """
    ### BEGIN SOLUTION
    return np.log(sigma) + 0.5 * np.log(2 * np.pi), 1 / (2 * sigma**2)
    ### END SOLUTION


# %% nbgrader={"grade_id": "likelihood-mse_coefficients", "points": 2}
check.mse_coefficients(mse_coefficients)

# %% [markdown] nbgrader={"grade_id": "likelihood-wolf"}
# ### What you built
#
# Rudolf Wolf threw a die 20,000 times. No points: enjoy it.
# Before you run the cell, decide: is the die fair, and how many nats does the best die win over the fair one in all?

# %%
counts = np.array([3246, 3449, 2897, 2841, 3635, 3932])
try:
    best = np.array(categorical_mle(np.repeat(np.arange(6), counts), 6))
    gain = categorical_log_likelihood(counts, best) - categorical_log_likelihood(counts, np.full(6, 1 / 6))
    print("shares of the faces:", best.round(4))
    print(f"the best die is ahead by {gain:.1f} nats")
    print(f"the best fit to a fair die is ahead by about 2.5 nats: here it is {gain / 2.5:.0f} times that")
except NotImplementedError:
    print("Finish the parts above, then come back.")
