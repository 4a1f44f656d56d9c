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

# %% [markdown] nbgrader={"grade_id": "loss_variants-intro"}
# # Loss variants
#
# In six parts you write the losses that real training sets ask for: with missing labels, with class weights and smoothing, focal loss, the gradient of a batch in pieces, and distillation.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `costs` | 10 | ●○○ | 2 |
# | 2 | `masked_nll` | 10 | ●○○ | 3 |
# | 3 | `weighted_loss` | 25 | ●●● | 6 |
# | 4 | `focal_loss` | 15 | ●●○ | 3 |
# | 5 | `big_batch_gradient` | 10 | ●●○ | 3 |
# | 6 | `distillation_loss` | 15 | ●●○ | 3 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *Loss variants* of the book derives everything that is used here.
# Use NumPy only.

# %% nbgrader={"grade_id": "loss_variants-setup"}


import numpy as np

from xentcourse.checks import loss_variants as check

# %% [markdown] nbgrader={"grade_id": "loss_variants-part_1"}
# ## Part 1: what each class costs
#
# *10 minutes, difficulty ●○○, 2 points*
#
# All losses of this assignment are made of the costs of the classes, with $q = \operatorname{softmax}(z)$:
#
# $$-\log q_k = \log \sum_j e^{z_j} - z_k.$$
#
# **Worked example.** Logits $(0, 0)$ cost $\log 2 \approx 0.6931$ each.
# Logits $(1000, 1000)$ cost the same, since softmax sees differences only. The computer needs help with them:

# %%
z = np.array([1000.0, 1000.0])
print("the largest float64: ", np.finfo(float).max, "  e^1000 is far larger")
print("shifted logits:      ", z - z.max())

# %% [markdown] nbgrader={"grade_id": "loss_variants-prompt_1"}
# **Your turn.** Write `costs`, for logits of any size. The parts that follow may use it.
#
# <details><summary>Hint 1: large logits</summary>
#
# Subtract each row's largest logit first: `z - z.max(axis=1, keepdims=True)`. The costs stay the same.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# With the shifted `z`: `np.log(np.exp(z).sum(axis=1, keepdims=True)) - z`.
# </details>


# %% nbgrader={"grade_id": "loss_variants-costs_solution", "solution": true}
def costs(logits):
    """What each class costs in each row, -log softmax, in nats.

    logits : array (N, K) of numbers of any size
    Returns an array (N, K), each entry at least 0.
    """
    ### BEGIN SOLUTION
    z = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1, keepdims=True)) - z
    ### END SOLUTION


# %% nbgrader={"grade_id": "loss_variants-costs", "points": 2}
check.costs(costs)

# %% [markdown] nbgrader={"grade_id": "loss_variants-part_2"}
# ## Part 2: rows without a label
#
# *10 minutes, difficulty ●○○, 3 points*
#
# A row whose label is `ignore_index` has no target.
# It counts neither above the fraction line nor below it:
#
# $$L = \frac{\sum_{i\ \text{kept}} -\log q^{(i)}_{y_i}}{\text{number of kept rows}}.$$
#
# **Worked example.** Three rows cost 2, 4 and 9 nats, and the third one has no label: the mean is $(2 + 4)/2 = 3$, not $6/3 = 2$.
# A comparison makes a mask, and a mask picks rows:

# %%
labels = np.array([1, 0, -100])
kept = labels != -100
paid = np.array([2.0, 4.0, 9.0])
print("kept:", kept, "  their costs:", paid[kept])
table = np.array([[1.0, 2.0], [3.0, 4.0]])
print("entry at its label, row by row:", table[np.arange(2), labels[kept]])

# %% [markdown] nbgrader={"grade_id": "loss_variants-prompt_2"}
# **Your turn.** Write `masked_nll`.
# The mark for "no label" is `ignore_index`, whichever number that is: −100, −1, or a class that is to be left out.
# At least one row is kept.
#
# <details><summary>Hint 1: drop the rows first</summary>
#
# With `kept` as above, `logits[kept]` and `labels[kept]` are a batch in which every row has a label.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `costs(logits[kept])[np.arange(kept.sum()), labels[kept]]`, and its mean.
# </details>


# %% nbgrader={"grade_id": "loss_variants-masked_nll_solution", "solution": true}
def masked_nll(logits, labels, ignore_index=-100):
    """The mean negative log-likelihood of the labels that are there, in nats.

    logits       : array (N, K)
    labels       : array (N,) of integers: classes, or ignore_index for a row without a label
    ignore_index : the mark for "no label"
    Returns one number, the mean over the kept rows; at least one row is kept.
    """
    ### BEGIN SOLUTION
    kept = labels != ignore_index
    nll = costs(logits[kept])
    return nll[np.arange(len(nll)), labels[kept]].mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "loss_variants-masked_nll", "points": 3}
check.masked_nll(masked_nll)

# %% [markdown] nbgrader={"grade_id": "loss_variants-part_3"}
# ## Part 3: weights, smoothing, and the right denominator
#
# *25 minutes, difficulty ●●●, 6 points*
#
# With class weights $w$ and smoothing $\varepsilon$, row $i$ with label $y$ costs
#
# $$\ell_i = (1 - \varepsilon)\, w_y (-\log q_y) + \frac{\varepsilon}{K} \sum_k w_k (-\log q_k),$$
#
# where the sum goes over all $K$ classes, $y$ included, and the mean, as PyTorch takes it, is $\sum_i \ell_i / \sum_i w_{y_i}$.
#
# **Worked example.** Two classes with weights 1 and 3, $\varepsilon = 0.5$, one row with $-\log q = (2, 1)$ and label 1.
# Then $\ell = 0.5 \cdot 3 \cdot 1 + \frac{0.5}{2}(1 \cdot 2 + 3 \cdot 1) = 2.75$, and the mean is $2.75/3$.

# %%
weight, nll = np.array([1.0, 3.0]), np.array([2.0, 1.0])
own = 0.5 * weight[1] * nll[1]
spread = 0.5 / 2 * (weight * nll).sum()
print("row:", own + spread, "  mean:", (own + spread) / weight[1])

# %% [markdown] nbgrader={"grade_id": "loss_variants-prompt_3"}
# **Your turn.** Write `weighted_loss`.
#
# Two checks follow, each with points of its own.
# In the first, every row has a label.
# In the second, some rows are ignored: they count nothing, neither in any part of the numerator nor in the denominator.
# The weights of the kept rows' labels are not all 0.
#
# <details><summary>Hint 1: three arrays</summary>
#
# From the kept rows: `nll = costs(...)`, of shape (N, K); `w = weight[labels]`, of shape (N,); and each row's own entry of `nll`.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `rows = (1 - e) * w * own + e / K * (weight * nll).sum(axis=1)`, where `weight * nll` multiplies each column by its class's weight. Return `rows.sum() / w.sum()`.
# </details>


# %% nbgrader={"grade_id": "loss_variants-weighted_loss_solution", "solution": true}
def weighted_loss(logits, labels, weight, ignore_index=-100, label_smoothing=0.0):
    """Cross-entropy with class weights, ignored rows and label smoothing, as PyTorch averages it.

    logits          : array (N, K)
    labels          : array (N,) of integers: classes, or ignore_index for a row without a label
    weight          : array (K,) of class weights, each at least 0
    ignore_index    : the mark for "no label"
    label_smoothing : a number from 0 to 1
    Returns one number: the sum over the kept rows, divided by the sum of their labels' weights.
    """
    ### BEGIN SOLUTION
    kept = labels != ignore_index
    nll, labels = costs(logits[kept]), labels[kept]
    w = weight[labels]
    own = w * nll[np.arange(len(nll)), labels]
    spread = (weight * nll).mean(axis=1)
    return ((1 - label_smoothing) * own + label_smoothing * spread).sum() / w.sum()
    ### END SOLUTION


# %% nbgrader={"grade_id": "loss_variants-weighted_loss", "points": 4}
check.weighted_loss(weighted_loss)

# %% nbgrader={"grade_id": "loss_variants-weighted_loss_ignored", "points": 2}
check.weighted_loss_ignored(weighted_loss)

# %% [markdown] nbgrader={"grade_id": "loss_variants-part_4"}
# ## Part 4: focal loss
#
# *15 minutes, difficulty ●●○, 3 points*
#
# With $q$ the probability of the label, a row costs $-(1 - q)^\gamma \log q$.
# For $\gamma = 0$ that is the cross-entropy; a larger $\gamma$ turns down what is predicted well.
#
# **Worked example.** $q = \tfrac12$ and $\gamma = 2$: $(\tfrac12)^2 \log 2 \approx 0.1733$ nats, a quarter of the cross-entropy.

# %%
for q in (0.1, 0.5, 0.9):
    print(f"q = {q}: cross-entropy {-np.log(q):.4f}, gamma 2: {-((1 - q) ** 2) * np.log(q):.4f}")

# %% [markdown] nbgrader={"grade_id": "loss_variants-prompt_4"}
# **Your turn.** Write `focal_loss`, the mean over the rows, also for logits of size 1000.
#
# <details><summary>Hint 1: what you need of each row</summary>
#
# Only the cost of its label, `nll`. The probability is $q = e^{-\text{nll}}$.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `((1 - np.exp(-nll)) ** gamma * nll).mean()`.
# </details>


# %% nbgrader={"grade_id": "loss_variants-focal_loss_solution", "solution": true}
def focal_loss(logits, labels, gamma):
    """The mean focal loss of integer labels, in nats.

    logits : array (N, K)
    labels : array (N,) of classes 0..K-1
    gamma  : a number, at least 0
    Returns one number.
    """
    ### BEGIN SOLUTION
    nll = costs(logits)[np.arange(len(labels)), labels]
    return ((1 - np.exp(-nll)) ** gamma * nll).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "loss_variants-focal_loss", "points": 3}
check.focal_loss(focal_loss)

# %% [markdown] nbgrader={"grade_id": "loss_variants-part_5"}
# ## Part 5: a batch in pieces
#
# *10 minutes, difficulty ●●○, 3 points*
#
# A batch was cut into pieces.
# From each piece you have the gradient of *its own mean* loss, and the number of tokens that this mean was taken over.
# You want the gradient of the mean over all tokens of the batch.
#
# **Worked example.** A piece of 3 tokens has the gradient 1, and a piece of 1 token has the gradient 5.
# All four together: $(3 \cdot 1 + 1 \cdot 5)/4 = 2$, and not the plain average 3.
#
# A piece may have no tokens at all, when all of its labels are ignored.
# Its mean is $0/0$, and its gradient is full of NaN:

# %%
print("0 * nan =", 0 * np.nan)
gradients = np.array([[1.0, 2.0], [np.nan, np.nan]])
counts = np.array([3, 0])
print("rows with tokens:", gradients[counts > 0])

# %% [markdown] nbgrader={"grade_id": "loss_variants-prompt_5"}
# **Your turn.** Write `big_batch_gradient`.
#
# <details><summary>Hint 1: what a mean hides</summary>
#
# Multiply each mean gradient by its count, and you have the gradient of the *sum* over that piece. Sums may be added.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Keep the pieces with a count above 0. Then `(counts[:, None] * gradients).sum(axis=0) / counts.sum()`.
# </details>


# %% nbgrader={"grade_id": "loss_variants-big_batch_gradient_solution", "solution": true}
def big_batch_gradient(gradients, counts):
    """The gradient of the mean over a whole batch, from its pieces.

    gradients : array (B, D), row b the gradient of the mean over piece b; NaN where the piece is empty
    counts    : array (B,) of integers, how many tokens each piece has; not all 0
    Returns an array (D,).
    """
    ### BEGIN SOLUTION
    kept = counts > 0
    return (counts[kept, None] * gradients[kept]).sum(axis=0) / counts.sum()
    ### END SOLUTION


# %% nbgrader={"grade_id": "loss_variants-big_batch_gradient", "points": 3}
check.big_batch_gradient(big_batch_gradient)

# %% [markdown] nbgrader={"grade_id": "loss_variants-part_6"}
# ## Part 6: distillation
#
# *15 minutes, difficulty ●●○, 3 points*
#
# A teacher's logits $v$ and a student's logits $z$ are both divided by a temperature $T$.
# With $p = \operatorname{softmax}(v/T)$ and $q = \operatorname{softmax}(z/T)$ a row costs
#
# $$T^2\, D(p \Vert q) = T^2 \sum_k p_k\, (\log p_k - \log q_k).$$
#
# **Worked example.** If the student's logits are the teacher's plus a constant, then $q = p$ and the loss is 0.
# At a higher temperature the teacher shows more of what it knows about the other classes:

# %%
teacher = np.array([6.0, 2.0, 0.0])
for temperature in (1.0, 4.0):
    e = np.exp(teacher / temperature)
    print(f"T = {temperature}:", (e / e.sum()).round(4))

# %% [markdown] nbgrader={"grade_id": "loss_variants-prompt_6"}
# **Your turn.** Write `distillation_loss`, the mean over the rows.
# The teacher may be so sure that a probability underflows to 0: such a class counts 0.
#
# <details><summary>Hint 1: stay with logarithms</summary>
#
# Both logarithms come from `costs` of the divided logits, with the sign turned. Only the weight $p$ needs an exponential.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Sum `np.exp(log_p) * (log_p - log_q)` over the last axis, take the mean over the rows, and multiply by `temperature ** 2`.
# </details>


# %% nbgrader={"grade_id": "loss_variants-distillation_loss_solution", "solution": true}
def distillation_loss(student, teacher, temperature):
    """T² times the divergence of the softened student from the softened teacher, in nats.

    student     : array (N, K) of logits
    teacher     : array (N, K) of logits
    temperature : a number above 0, divides both
    Returns one number, the mean over the rows.
    """
    ### BEGIN SOLUTION
    log_p, log_q = -costs(teacher / temperature), -costs(student / temperature)
    return temperature**2 * (np.exp(log_p) * (log_p - log_q)).sum(axis=1).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "loss_variants-distillation_loss", "points": 3}
check.distillation_loss(distillation_loss)

# %% [markdown] nbgrader={"grade_id": "loss_variants-play"}
# ### What you built
#
# A model that knows nothing should pay $\log K$. Does yours, with weights, and with weights and smoothing?
# No points: the chapter says why the last line differs.

# %%
flat = np.zeros((3, 3))
try:
    print("log 3:                ", np.log(3))
    print("no weights:           ", masked_nll(flat, np.array([2, 2, 1])))
    print("weights:              ", weighted_loss(flat, np.array([2, 2, 1]), np.array([1.0, 2.0, 3.0])))
    print(
        "weights and smoothing:",
        weighted_loss(flat, np.array([2, 2, 1]), np.array([1.0, 2.0, 3.0]), label_smoothing=0.3),
    )
except NotImplementedError:
    print("Finish the parts above, then come back.")
