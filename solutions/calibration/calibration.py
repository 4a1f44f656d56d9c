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

# %% [markdown] nbgrader={"grade_id": "calibration-intro"}
# # Calibration
#
# In six parts you write what tells you what stated probabilities are worth, and the one parameter that mends most of them: the numbers of a reliability diagram, the calibration error, an interval for a share, a loss at a temperature, the best temperature, and the three parts of a Brier score.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `reliability_bins` | 15 | ●●○ | 4 |
# | 2 | `ece` | 10 | ●○○ | 2 |
# | 3 | `wilson_interval` | 10 | ●○○ | 3 |
# | 4 | `temperature_nll` | 10 | ●○○ | 2 |
# | 5 | `best_temperature` | 20 | ●●● | 5 |
# | 6 | `brier_parts` | 15 | ●●○ | 4 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *Calibration* of the book derives everything that is used here.
# Use NumPy and `math` only.

# %% nbgrader={"grade_id": "calibration-setup"}
import math

import numpy as np

from xentcourse.checks import calibration as check

# %% [markdown] nbgrader={"grade_id": "calibration-part_1"}
# ## Part 1: the numbers of a reliability diagram
#
# *15 minutes, difficulty ●●○, 4 points*
#
# Confidences are sorted into $M$ bins of equal width.
# Bin $m = 0, \dots, M - 1$ holds those with $\frac mM \le s < \frac{m+1}{M}$; the last one also those with $s = 1$.
#
# **Worked example.** Two bins, confidences 0.3, 0.9, 0.6, 0.1, of which the first two came true.
# Bin 0 holds 0.3 and 0.1: their mean is 0.2, and one of the two came true.
# Bin 1 holds 0.9 and 0.6: mean 0.75, and one of the two came true.
# So the counts are (2, 2), the mean confidences (0.2, 0.75) and the shares (0.5, 0.5).
#
# Two things that may help:

# %%
s = np.array([0.3, 0.9, 0.6, 0.1, 1.0])
print("times 2, cut off:      ", (s * 2).astype(int))
print("how often each number: ", np.bincount([0, 1, 1, 0, 1], minlength=3))
print("sums for each number:  ", np.bincount([0, 1, 1, 0, 1], weights=s, minlength=3))

# %% [markdown] nbgrader={"grade_id": "calibration-prompt_1"}
# **Your turn.** Write `reliability_bins`.
# Where a bin is empty, its mean confidence and its share are `np.nan`.
#
# <details><summary>Hint 1: which bin?</summary>
#
# `np.minimum((confidence * bins).astype(int), bins - 1)`: the cut sends 1.0 one bin too far, and the minimum fetches it back.
# </details>
# <details><summary>Hint 2: means without a division by 0</summary>
#
# Start with `np.full(bins, np.nan)` and fill in the bins that have examples, in a loop over the bins: with `here = index == m`, the mean confidence is `confidence[here].mean()`.
# </details>


# %% nbgrader={"grade_id": "calibration-reliability_bins_solution", "solution": true}
def reliability_bins(confidence, correct, bins):
    """How often predictions came true, by how confident they were.

    confidence : array (N,) of numbers from 0 to 1
    correct    : array (N,) of 0 and 1
    bins       : the number M of bins
    Returns three arrays (M,): how many examples each bin holds, their mean confidence, and the share that
    came true; the last two are nan where the bin is empty.
    """
    ### BEGIN SOLUTION
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    counts = np.bincount(index, minlength=bins)
    stated, share = np.full(bins, np.nan), np.full(bins, np.nan)
    for m in range(bins):
        here = index == m
        if here.any():
            stated[m], share[m] = confidence[here].mean(), correct[here].mean()
    return counts, stated, share
    ### END SOLUTION


# %% nbgrader={"grade_id": "calibration-reliability_bins", "points": 4}
check.reliability_bins(reliability_bins)

# %% [markdown] nbgrader={"grade_id": "calibration-part_2"}
# ## Part 2: the expected calibration error
#
# *10 minutes, difficulty ●○○, 2 points*
#
# $$\mathrm{ECE} = \sum_{m:\,n_m > 0} \frac{n_m}{N} \, |\bar r_m - \bar s_m|$$
#
# with the counts $n_m$, mean confidences $\bar s_m$ and shares $\bar r_m$ of part 1.
#
# **Worked example.** In the example of part 1 the gaps are $|0.5 - 0.2| = 0.3$ and $|0.5 - 0.75| = 0.25$, each with the weight $\frac24$: the ECE is 0.275.

# %%
weights, gaps = np.array([2, 2]) / 4, np.array([0.3, 0.25])
print("ECE:", (weights * gaps).sum())
print("a sum with nan in it:", (np.array([0.5, 0.0]) * np.array([0.3, np.nan])).sum())

# %% [markdown] nbgrader={"grade_id": "calibration-prompt_2"}
# **Your turn.** Write `ece`. Empty bins count nothing.
#
# <details><summary>Hint 1: leave out the empty bins</summary>
#
# With `n, stated, share = reliability_bins(...)`, pick the bins that have examples first: `filled = n > 0`.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `(n[filled] * np.abs(share[filled] - stated[filled])).sum() / n.sum()`.
# </details>


# %% nbgrader={"grade_id": "calibration-ece_solution", "solution": true}
def ece(confidence, correct, bins):
    """The expected calibration error.

    confidence : array (N,) of numbers from 0 to 1
    correct    : array (N,) of 0 and 1
    bins       : the number M of bins, as in part 1
    Returns one number.
    """
    ### BEGIN SOLUTION
    n, stated, share = reliability_bins(confidence, correct, bins)
    filled = n > 0
    return (n[filled] * np.abs(share[filled] - stated[filled])).sum() / n.sum()
    ### END SOLUTION


# %% nbgrader={"grade_id": "calibration-ece", "points": 2}
check.ece(ece)

# %% [markdown] nbgrader={"grade_id": "calibration-part_3"}
# ## Part 3: an interval for a share
#
# *10 minutes, difficulty ●○○, 3 points*
#
# Of $n$ predictions, $k$ came true; $\hat\theta = k/n$.
# Wilson's interval goes from $a - h$ to $a + h$ with
#
# $$a = \frac{\hat\theta + \frac{z^2}{2n}}{1 + \frac{z^2}{n}}, \qquad h = \frac{z}{1 + \frac{z^2}{n}} \sqrt{\frac{\hat\theta (1 - \hat\theta)}{n} + \frac{z^2}{4n^2}}.$$
#
# **Worked example.** $k = 4$, $n = 4$ and $z = 2$: $\hat\theta = 1$, $a = (1 + \frac12)/2 = 0.75$ and $h = \frac22 \sqrt{0 + \frac1{16}} = 0.25$.
# The interval goes from 0.5 to 1: four of four say little.

# %%
share, n, z = 1.0, 4, 2.0
a = (share + z**2 / (2 * n)) / (1 + z**2 / n)
h = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
print(a - h, a + h)

# %% [markdown] nbgrader={"grade_id": "calibration-prompt_3"}
# **Your turn.** Write `wilson_interval`.
#
# <details><summary>Hint 1: in three steps</summary>
#
# Both fractions have the same denominator. Compute it once, then the centre, then the half width.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# The cell above, with `share = successes / trials`, and both ends returned.
# </details>


# %% nbgrader={"grade_id": "calibration-wilson_interval_solution", "solution": true}
def wilson_interval(successes, trials, z=1.96):
    """Wilson's interval for a probability.

    successes : how often it came true, a whole number from 0 to trials
    trials    : in how many cases, at least 1
    z         : the width, above 0; 1.96 for about 95%
    Returns two numbers, the lower end and the upper end.
    """
    ### BEGIN SOLUTION
    share, room = successes / trials, z**2 / trials
    centre = (share + room / 2) / (1 + room)
    half = z / (1 + room) * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return centre - half, centre + half
    ### END SOLUTION


# %% nbgrader={"grade_id": "calibration-wilson_interval", "points": 3}
check.wilson_interval(wilson_interval)

# %% [markdown] nbgrader={"grade_id": "calibration-part_4"}
# ## Part 4: the loss at a temperature
#
# *10 minutes, difficulty ●○○, 2 points*
#
# At the temperature $T$ the model states $q = \operatorname{softmax}(z/T)$.
# The mean negative log-likelihood of the labels is
#
# $$\frac1N \sum_i \Bigl(\log \sum_k e^{z^{(i)}_k / T} - z^{(i)}_{y_i} / T\Bigr).$$
#
# **Worked example.** One row with the logits $(2, 0)$, label 0, $T = 2$: the loss is $\log(e^1 + e^0) - 1 \approx 0.3133$ nats.
# With the other label it is $\log(e^1 + e^0) - 0 \approx 1.3133$.

# %%
row = np.array([2.0, 0.0]) / 2
print("label 0:", np.log(np.exp(row).sum()) - row[0])
print("label 1:", np.log(np.exp(row).sum()) - row[1])

# %% [markdown] nbgrader={"grade_id": "calibration-prompt_4"}
# **Your turn.** Write `temperature_nll`, for logits of any size.
#
# <details><summary>Hint 1: large logits</summary>
#
# After the division, subtract each row's largest entry, `z - z.max(axis=1, keepdims=True)`: the loss stays the same, and no exponential overflows.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# With this `z`, the costs of the labels are `np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]`. Return their mean.
# </details>


# %% nbgrader={"grade_id": "calibration-temperature_nll_solution", "solution": true}
def temperature_nll(logits, labels, temperature):
    """The mean negative log-likelihood of the labels at a temperature, in nats.

    logits      : array (N, K) of numbers of any size
    labels      : array (N,) of integers, classes 0..K-1
    temperature : a number above 0, divides the logits
    Returns one number.
    """
    ### BEGIN SOLUTION
    z = logits / temperature
    z = z - z.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "calibration-temperature_nll", "points": 2}
check.temperature_nll(temperature_nll)

# %% [markdown] nbgrader={"grade_id": "calibration-part_5"}
# ## Part 5: the best temperature
#
# *20 minutes, difficulty ●●●, 5 points*
#
# Which temperature makes the labels most probable?
# In $\beta = 1/T$ the loss is convex, and $N$ times its slope is
#
# $$\sum_i \Bigl(\sum_k p^{(i)}_k z^{(i)}_k - z^{(i)}_{y_i}\Bigr) \qquad\text{with } p^{(i)} = \operatorname{softmax}(\beta z^{(i)}),$$
#
# which increases with $\beta$.
# So there is at most one zero, and it can be found by *bisection*: keep a $\beta$ with a negative slope and one with a positive slope, and replace one of them by a point between.
# There are two cases without a best temperature (the theorem of the chapter):
#
# - if every label has a largest logit of its row, alone or shared, the loss falls as $T$ falls: return `0.0`;
# - if $\sum_i z^{(i)}_{y_i} \le \sum_i \bar z_i$, where $\bar z_i$ is the mean logit of row $i$, the loss falls as $T$ grows: return `math.inf`.
#
# **Worked example.** Four rows with the logits $(2, 0)$, three with label 0, one with label 1.
# The best softmax says $\frac34$ and $\frac14$; its log-odds are $\log 3 = 2/T$, so $T = 2/\log 3 \approx 1.8205$.
#
# Bisection, for the root of 2:

# %%
low, high = 1.0, 2.0  # the square is below 2, and above
for _ in range(50):
    middle = (low + high) / 2
    if middle**2 < 2:
        low = middle
    else:
        high = middle
print(low)

# %% [markdown] nbgrader={"grade_id": "calibration-prompt_5"}
# **Your turn.** Write `best_temperature`, to four digits or more.
# The logits may be in thousands or in thousandths, so the temperature may be far from 1.
#
# Two checks follow, each with points of its own: the second one is about the two cases without a best temperature.
#
# <details><summary>Hint 1: the two ends first</summary>
#
# With `own = logits[np.arange(len(labels)), labels]`: every label has a largest logit if `(own == logits.max(axis=1)).all()`; and for the other case compare `own.sum()` with `logits.mean(axis=1).sum()`.
# </details>
# <details><summary>Hint 2: where to bisect</summary>
#
# Subtract from each row its largest logit (only differences matter), and divide all logits by the largest size that is left, `scale`. Now start from $\beta = 1$: double $\beta$ as long as the slope there is negative, or halve it as long as it is positive; then bisect 60 times between the last two. The temperature is `scale / beta`.
# </details>


# %% nbgrader={"grade_id": "calibration-best_temperature_solution", "solution": true}
def best_temperature(logits, labels):
    """The temperature with the smallest mean negative log-likelihood.

    logits : array (N, K), in some row not all equal
    labels : array (N,) of integers, classes 0..K-1
    Returns one number: 0.0 if the loss falls as the temperature falls to 0, math.inf if it falls as the
    temperature grows for ever, and otherwise the best temperature, to four digits.
    """
    ### BEGIN SOLUTION
    z = logits - logits.max(axis=1, keepdims=True)
    own = z[np.arange(len(labels)), labels]
    if (own == 0).all():
        return 0.0
    if own.sum() <= z.mean(axis=1).sum() + 1e-12 * np.abs(z).sum():  # with room for rounding
        return math.inf
    scale = np.abs(z).max()
    z, own = z / scale, own / scale

    def slope(beta):
        p = np.exp(beta * z)
        return ((p * z).sum(axis=1) / p.sum(axis=1) - own).sum()

    low = high = 1.0
    while slope(high) < 0:
        low, high = high, 2 * high
    while slope(low) > 0:
        low, high = low / 2, low
    for _ in range(60):
        middle = (low + high) / 2
        if slope(middle) < 0:
            low = middle
        else:
            high = middle
    return scale / low
    ### END SOLUTION


# %% nbgrader={"grade_id": "calibration-best_temperature", "points": 3}
check.best_temperature(best_temperature)

# %% nbgrader={"grade_id": "calibration-best_temperature_ends", "points": 2}
check.best_temperature_ends(best_temperature)

# %% [markdown] nbgrader={"grade_id": "calibration-part_6"}
# ## Part 6: three parts of a Brier score
#
# *15 minutes, difficulty ●●○, 4 points*
#
# Days with the same statement $s$ form a group; $w_s$ is its share of all days, $c_s$ the share of its days on which it rained, and $p$ the share of all days on which it rained.
# Then the mean of $(s - y)^2$ is the reliability minus the resolution plus the uncertainty,
#
# $$\sum_s w_s (c_s - s)^2 \;-\; \sum_s w_s (c_s - p)^2 \;+\; p\,(1 - p).$$
#
# **Worked example.** Statements 0.25, 0.25, 0.75, 0.75, and rain on the last two days.
# The groups have $c = 0$ and $c = 1$, each the weight $\frac12$, and $p = \frac12$.
# Reliability $0.25^2 = 0.0625$, resolution $0.5^2 = 0.25$, uncertainty $0.25$; together 0.0625, which is the mean of $(s - y)^2$.

# %%
stated = np.array([0.75, 0.25, 0.75, 0.25])
values, group, counts = np.unique(stated, return_inverse=True, return_counts=True)
print("statements:", values, " group of each day:", group, " days in each:", counts)

# %% [markdown] nbgrader={"grade_id": "calibration-prompt_6"}
# **Your turn.** Write `brier_parts`.
#
# <details><summary>Hint 1: the share of each group</summary>
#
# With `values` and `group` as above, `np.bincount(group, weights=outcomes) / counts` has $c_s$ for each value. Or go through `values` in a loop, with `here = forecasts == s`.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# With the weights `w = counts / len(outcomes)`: `(w * (c - values) ** 2).sum()`, `(w * (c - p) ** 2).sum()`, `p * (1 - p)`.
# </details>


# %% nbgrader={"grade_id": "calibration-brier_parts_solution", "solution": true}
def brier_parts(forecasts, outcomes):
    """Reliability, resolution and uncertainty of stated probabilities.

    forecasts : array (N,) of numbers from 0 to 1; equal ones form a group
    outcomes  : array (N,) of 0 and 1
    Returns three numbers, each at least 0.
    """
    ### BEGIN SOLUTION
    values, group, counts = np.unique(forecasts, return_inverse=True, return_counts=True)
    w, c, p = counts / len(outcomes), np.bincount(group, weights=outcomes) / counts, outcomes.mean()
    return (w * (c - values) ** 2).sum(), (w * (c - p) ** 2).sum(), p * (1 - p)
    ### END SOLUTION


# %% nbgrader={"grade_id": "calibration-brier_parts", "points": 4}
check.brier_parts(brier_parts)

# %% [markdown] nbgrader={"grade_id": "calibration-play"}
# ### What you built
#
# A model states logits that are three times too large. Does your temperature find the factor, and what does it do to the calibration error?
# No points.

# %%
rng = np.random.default_rng(0)
true_logits = rng.normal(0, 2, size=(2000, 5))
p = np.exp(true_logits) / np.exp(true_logits).sum(axis=1, keepdims=True)
labels = np.array([rng.choice(5, p=row) for row in p])
try:
    stated = 3 * true_logits
    T = best_temperature(stated, labels)
    print(f"temperature {T:.3f}")
    for name, z in (("as it is", stated), ("scaled", stated / T)):
        q = np.exp(z - z.max(axis=1, keepdims=True))
        q /= q.sum(axis=1, keepdims=True)
        right = (z.argmax(axis=1) == labels).astype(int)
        print(
            f"{name:8}: loss {temperature_nll(z, labels, 1.0):.3f}, ECE {ece(q.max(axis=1), right, 10):.3f}"
        )
except NotImplementedError:
    print("Finish the parts above, then come back.")
