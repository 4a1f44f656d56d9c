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

# %% [markdown] nbgrader={"grade_id": "numerical_stability-intro"}
# # Numbers that survive
#
# In six parts you write formulas that give the right number for every input, measure how far others are off, and find the inputs that break them.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `logsumexp` | 15 | ●○○ | 5 |
# | 2 | `log_complement` | 10 | ●●○ | 3 |
# | 3 | `bce_with_logits` | 15 | ●●○ | 3 |
# | 4 | `update` | 15 | ●●○ | 3 |
# | 5 | `ulps` | 10 | ●●○ | 3 |
# | 6 | `counterexample` | 10 | ●●● | 3 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails; NumPy's warnings do no harm.
# A part that you leave out costs its own points, and no others.
#
# The chapter *Numerical stability* of the book derives everything that is used here.
# Use NumPy only.

# %% nbgrader={"grade_id": "numerical_stability-setup"}
import numpy as np

from xentcourse.checks import numerical_stability as check

# %% [markdown] nbgrader={"grade_id": "numerical_stability-part_1"}
# ## Part 1: log-sum-exp
#
# *15 minutes, difficulty ●○○, 5 points*
#
# $$\operatorname{lse}(z) = \log \sum_{k=1}^{K} e^{z_k} = M + \log \sum_{k=1}^{K} e^{z_k - M}, \qquad M = \max_k z_k.$$
#
# **Worked example.** For two logits of 1000 the left side overflows.
# The right side is $1000 + \log(1 + 1) \approx 1000.6931$.
#
# With several rows, each has a maximum of its own.
# `max(axis=-1, keepdims=True)` keeps the last axis, with length 1, so that the subtraction works row by row:

# %%
rows = np.array([[1.0, 3.0], [20.0, 10.0]])
print("maxima:            ", rows.max(axis=-1))
print("maxima, keepdims:\n", rows.max(axis=-1, keepdims=True))
print("each row less its maximum:\n", rows - rows.max(axis=-1, keepdims=True))

# %% [markdown] nbgrader={"grade_id": "numerical_stability-prompt_1"}
# **Your turn.** Write `logsumexp` along the last axis.
#
# Two checks follow, each with points of its own.
# The first uses ordinary logits.
# The second uses logits from $-10^{308}$ to $10^{308}$ in one batch, and logits of $-\infty$, which mark impossible classes and add $e^{-\infty} = 0$.
# A row of nothing but $-\infty$ has the log-sum-exp $\log 0 = -\infty$.
#
# <details><summary>Hint 1: the shape is not right</summary>
#
# The maxima need `keepdims=True` for the subtraction. Before you add them to the logarithms, whose last axis is gone, take that axis away: `M[..., 0]`.
# </details>
# <details><summary>Hint 2: the second check shows nan</summary>
#
# $-\infty - (-\infty)$ is not a number. Use `np.where(np.isfinite(M), M, 0.0)` as the shift. A row of $-\infty$ then sums to 0, and `np.log(0.0)` is `-inf`.
# </details>


# %% nbgrader={"grade_id": "numerical_stability-logsumexp_solution", "solution": true}
def logsumexp(z):
    """The logarithm of the sum of exponentials, along the last axis.

    z : array (..., K) of numbers or -inf, K >= 1
    Returns an array (...), one number for each row; -inf where all are -inf. Leaves z as it is.
    """
    ### BEGIN SOLUTION
    z = np.asarray(z)
    largest = z.max(axis=-1, keepdims=True)
    shift = np.where(np.isfinite(largest), largest, 0.0)
    return shift[..., 0] + np.log(np.exp(z - shift).sum(axis=-1))
    ### END SOLUTION


# %% nbgrader={"grade_id": "numerical_stability-logsumexp", "points": 3}
check.logsumexp(logsumexp)

# %% nbgrader={"grade_id": "numerical_stability-logsumexp_extremes", "points": 2}
check.logsumexp_extremes(logsumexp)

# %% [markdown] nbgrader={"grade_id": "numerical_stability-part_2"}
# ## Part 2: the other side
#
# *10 minutes, difficulty ●●○, 3 points*
#
# You have $\log p$ and need $\log(1 - p)$.
# There are two ways to write it without forming $1 - p$ from $p$:
# `np.log1p(-np.exp(log_p))` and `np.log(-np.expm1(log_p))`.
# Each of them is good for some $p$ and bad for others.
#
# **Worked example.** $p = \tfrac14$: $\log p \approx -1.3863$ and $\log(1 - p) \approx -0.2877$.
# All is well there:

# %%
log_p = np.log(0.25)
print(np.log1p(-np.exp(log_p)), np.log(-np.expm1(log_p)))
print("expm1(x) is exp(x) - 1, also for tiny x:", np.expm1(-1e-20))
print("log1p(x) is log(1 + x), also for tiny x:", np.log1p(-1e-20))

# %% [markdown] nbgrader={"grade_id": "numerical_stability-prompt_2"}
# **Your turn.** Write `log_complement`, right to ten digits for every $p$ from 0 to 1: for $p$ as small as $10^{-300}$, and for $\log p$ as small as $-10^{-200}$, where $p$ is almost 1.
# For $p = 1$ the result is $-\infty$, for $p = 0$ it is 0.
#
# <details><summary>Hint 1: which one where?</summary>
#
# Try both at `log_p = -50` and at `log_p = -1e-20`. One of them answers 0 or `-inf` where the other one has a number.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `np.where(log_p > -np.log(2), ..., ...)` chooses between two arrays, entry by entry.
# </details>


# %% nbgrader={"grade_id": "numerical_stability-log_complement_solution", "solution": true}
def log_complement(log_p):
    """The logarithms of 1 - p, from those of p.

    log_p : array (N,), each at most 0, perhaps -inf
    Returns an array (N,), right to ten digits: -inf where log_p is 0, and 0 where it is -inf.
    """
    ### BEGIN SOLUTION
    return np.where(log_p > -np.log(2), np.log(-np.expm1(log_p)), np.log1p(-np.exp(log_p)))
    ### END SOLUTION


# %% nbgrader={"grade_id": "numerical_stability-log_complement", "points": 3}
check.log_complement(log_complement)

# %% [markdown] nbgrader={"grade_id": "numerical_stability-part_3"}
# ## Part 3: the binary loss from logits
#
# *15 minutes, difficulty ●●○, 3 points*
#
# With $p = \sigma(z) = 1/(1 + e^{-z})$ the loss is $-y \log p - (1 - y) \log(1 - p)$.
# Written with logits it is
#
# $$\max(z, 0) - z y + \log\bigl(1 + e^{-|z|}\bigr).$$
#
# **Worked example.** For $z = 0$ the model says $p = \tfrac12$, and the loss is $\log 2 \approx 0.6931$ whatever $y$ is: $0 - 0 + \log(1 + 1)$.
# For $z = 40$ and $y = 1$ the loss is very nearly $e^{-40} \approx 4 \cdot 10^{-18}$: tiny, but not 0.

# %%
z = 40.0
p = 1 / (1 + np.exp(-z))
print("the probability:          ", p)
print("the loss computed from it:", -np.log(p))

# %% [markdown] nbgrader={"grade_id": "numerical_stability-prompt_3"}
# **Your turn.** Write `bce_with_logits`, right to ten digits for every logit, the tiny losses of sure and right models included.
#
# <details><summary>Hint 1: the tiny losses come out as 0</summary>
#
# `np.log(1 + x)` loses an $x$ below $10^{-16}$. You met the function that does not in part 2.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))`. The exponent is never above 0, so nothing overflows.
# </details>


# %% nbgrader={"grade_id": "numerical_stability-bce_with_logits_solution", "solution": true}
def bce_with_logits(z, y):
    """Binary cross-entropy of logits, in nats.

    z : array (N,) of logits, from -1e300 to 1e300
    y : array (N,) of labels 0 or 1, or of soft targets in between
    Returns an array (N,), one loss for each, right to ten digits.
    """
    ### BEGIN SOLUTION
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    ### END SOLUTION


# %% nbgrader={"grade_id": "numerical_stability-bce_with_logits", "points": 3}
check.bce_with_logits(bce_with_logits)

# %% [markdown] nbgrader={"grade_id": "numerical_stability-part_4"}
# ## Part 4: one pass
#
# *15 minutes, difficulty ●●○, 3 points*
#
# Logits come in blocks, and you see each block once.
# Keep a state of two numbers: $m$, the largest logit so far, and $S = \sum_k e^{z_k - m}$ over all logits so far.
# Before anything came, $m = -\infty$ and $S = 0$.
# At the end the log-sum-exp is $m + \log S$.
#
# **Worked example.** After the block $(0, 0)$ the state is $m = 0$, $S = 2$.
# Then comes the block $(\ln 4)$.
# The new maximum is $\ln 4$, and the two old logits count $e^{0 - \ln 4} = \tfrac14$ each: $S = \tfrac24 + 1 = 1.5$.
# Check: $e^{\ln 4} \cdot 1.5 = 6 = 1 + 1 + 4$.

# %%
m, S = np.log(4), 1.5
print("log-sum-exp of (0, 0, ln 4):", m + np.log(S), "  log 6:", np.log(6))

# %% [markdown] nbgrader={"grade_id": "numerical_stability-prompt_4"}
# **Your turn.** Write `update`: the old state and a block give the new state.
# A block may contain $-\infty$, and may contain nothing else.
# As long as nothing but $-\infty$ has come, the state stays $(-\infty, 0)$.
#
# <details><summary>Hint 1: the old sum is relative to the old maximum</summary>
#
# Multiply it by $e^{m - n}$, where $n$ is the new maximum. That factor is at most 1.
# </details>
# <details><summary>Hint 2: nan in the blocks of -inf</summary>
#
# $-\infty - (-\infty)$ is not a number. If the new maximum is `-np.inf`, return `-np.inf, 0.0` at once.
# </details>


# %% nbgrader={"grade_id": "numerical_stability-update_solution", "solution": true}
def update(m, s, block):
    """One step of the one-pass log-sum-exp.

    m     : the largest logit so far; -inf before anything came
    s     : the sum of exp(z - m) over all logits so far; 0.0 before anything came
    block : array (B,) of logits, B >= 1, perhaps -inf
    Returns the new state, two numbers: the largest logit, and the sum relative to it.
    """
    ### BEGIN SOLUTION
    largest = max(m, block.max())
    if largest == -np.inf:
        return -np.inf, 0.0
    return largest, s * np.exp(m - largest) + np.exp(block - largest).sum()
    ### END SOLUTION


# %% nbgrader={"grade_id": "numerical_stability-update", "points": 3}
check.update(update)

# %% [markdown] nbgrader={"grade_id": "numerical_stability-part_5"}
# ## Part 5: how wrong is it?
#
# *10 minutes, difficulty ●●○, 3 points*
#
# The natural unit for an error of rounding is the ulp, the gap between neighbouring numbers of the format:
#
# $$\text{error in ulps} = \frac{|\text{computed} - \text{exact}|}{\text{spacing of the format at the exact number}}.$$
#
# **Worked example.** The float32 number 1.5 stands for an exact 1.50000006.
# Near 1.5 float32 has the spacing $2^{-23} \approx 1.19 \cdot 10^{-7}$, so the error is about half an ulp: the best that float32 can do.
# `np.spacing` knows the spacing of each format, by the dtype of its argument:

# %%
for dtype in (np.float64, np.float32, np.float16):
    print(np.dtype(dtype), np.spacing(np.array([1.5, 1000.0], dtype=dtype)))

# %% [markdown] nbgrader={"grade_id": "numerical_stability-prompt_5"}
# **Your turn.** Write `ulps`.
# `computed` is an array in float64, float32 or float16; the exact numbers are given in float64.
# Take the difference in float64, and the spacing at the exact number in the dtype of `computed`.
# Where the computed number is infinite or nan, the error is infinite.
#
# <details><summary>Hint 1: dtypes</summary>
#
# `computed.dtype` is the format; `exact.astype(computed.dtype)` is the exact number in it. Use it for the spacing only.
# </details>
# <details><summary>Hint 2: signs and nan</summary>
#
# `np.spacing` of a negative number is negative: take `np.abs` first. `np.isfinite` tells which entries are numbers, and `np.where` chooses.
# </details>


# %% nbgrader={"grade_id": "numerical_stability-ulps_solution", "solution": true}
def ulps(computed, exact):
    """Errors in units of the last place.

    computed : array (N,), float64, float32 or float16; perhaps inf or nan
    exact    : array (N,), float64, finite
    Returns an array (N,) of numbers >= 0; inf where the computed number is not finite.
    """
    ### BEGIN SOLUTION
    unit = np.spacing(np.abs(exact).astype(computed.dtype)).astype(np.float64)
    error = np.abs(computed.astype(np.float64) - exact) / unit
    return np.where(np.isfinite(computed), error, np.inf)
    ### END SOLUTION


# %% nbgrader={"grade_id": "numerical_stability-ulps", "points": 3}
check.ulps(ulps)

# %% [markdown] nbgrader={"grade_id": "numerical_stability-part_6"}
# ## Part 6: break it
#
# *10 minutes, difficulty ●●●, 3 points*
#
# **Worked example.** Somebody removes the *smallest* logit, so that no exponential underflows.
# That is right on paper, and on most inputs.
# The logits $(0, 1000)$ break it: the exponentials are $e^0$ and $e^{1000}$, and the second overflows.
#
# Here are six implementations of log-sum-exp for one row.
# All of them are right on paper or look so, and all of them pass a test on ordinary logits.
# Read them, and run the cell.


# %% nbgrader={"grade_id": "numerical_stability-implementations"}
def as_typed(z):
    return float(np.log(np.sum(np.exp(z))))


def clipped(z):
    return float(np.log(np.sum(np.exp(np.clip(z, -700, 700)))))


def mean_removed(z):
    shift = np.mean(z)
    return float(shift + np.log(np.sum(np.exp(z - shift))))


def starts_at_zero(z):
    shift = max(0.0, np.max(z))
    return float(shift + np.log(np.sum(np.exp(z - shift))))


def one_pass(z):
    largest, total = z[0], 0.0
    for x in z:
        largest = max(largest, x)
        total += np.exp(x - largest)
    return float(largest + np.log(total))


def maximum_removed(z):
    largest = np.max(z)
    return float(largest + np.log(np.sum(np.exp(z - largest))))


for implementation in (as_typed, clipped, mean_removed, starts_at_zero, one_pass, maximum_removed):
    print(f"{implementation.__name__:16}", implementation(np.array([1.0, 0.0, 0.5])))

# %% [markdown] nbgrader={"grade_id": "numerical_stability-prompt_6"}
# **Your turn.** Write `counterexample`: for the name of an implementation, return logits that break it.
# An input is legal if it is a list of 1 to 100 finite numbers, each from $-1000$ to $1000$.
# It breaks the implementation if the result is infinite or nan, or differs from the exact one by more than a thousandth of the exact one.
#
# Two checks follow.
# The first asks for `"as_typed"`, `"clipped"`, `"mean_removed"` and `"starts_at_zero"`.
# The second asks for `"one_pass"` and `"maximum_removed"`, which never overflow.
#
# <details><summary>Hint 1: where to look</summary>
#
# `np.exp` overflows above 709.8 and gives 0 below about $-745$. For each implementation ask: which number goes into `np.exp`, and can it be so large? Can *all* of them be so small?
# </details>
# <details><summary>Hint 2: the last two</summary>
#
# `one_pass` is right if the largest logit comes first. For `maximum_removed` look for a log-sum-exp that is tiny: $\log(1 + e^{-40})$ is about $4 \cdot 10^{-18}$.
# </details>


# %% nbgrader={"grade_id": "numerical_stability-counterexample_solution", "solution": true}
def counterexample(name):
    """Logits that break an implementation.

    name : "as_typed", "clipped", "mean_removed", "starts_at_zero", "one_pass" or "maximum_removed"
    Returns a list of 1 to 100 numbers, each from -1000 to 1000.
    """
    ### BEGIN SOLUTION
    return {
        "as_typed": [1000.0],
        "clipped": [800.0],
        "mean_removed": [-1000.0, 1000.0],
        "starts_at_zero": [-800.0],
        "one_pass": [0.0, 1.0],
        "maximum_removed": [0.0, -40.0],
    }[name]
    ### END SOLUTION


# %% nbgrader={"grade_id": "numerical_stability-counterexample", "points": 2}
check.counterexample(counterexample)

# %% nbgrader={"grade_id": "numerical_stability-counterexample_subtle", "points": 1}
check.counterexample_subtle(counterexample)

# %% [markdown] nbgrader={"grade_id": "numerical_stability-play"}
# ### What you built
#
# Your functions put a low precision to the test: the same log-sum-exp in three formats, and its error.
# No points: change the logits, and watch.

# %%
logits = np.linspace(-3, 3, 7)
try:
    exact = np.array([logsumexp(logits)])
    for dtype in (np.float64, np.float32, np.float16):
        state = (-np.inf, 0.0)
        for logit in logits.astype(dtype):
            state = update(*state, np.array([logit]))
            state = tuple(map(dtype, state))
        computed = np.array([state[0] + np.log(state[1])], dtype=dtype)
        print(f"{np.dtype(dtype)!s:8} {computed[0]:.10f}  {ulps(computed, exact)[0]:.2f} ulps")
except NotImplementedError:
    print("Finish the parts above, then come back.")
