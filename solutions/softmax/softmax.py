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

# %% [markdown] nbgrader={"grade_id": "softmax-intro"}
# # Softmax and its loss
#
# In six parts you write what every classifier is trained with: softmax, its logarithm, the cross-entropy loss for labels and for soft targets, its gradient, and a classifier that learns with them.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `softmax` | 15 | ●○○ | 5 |
# | 2 | `log_softmax` | 15 | ●●○ | 3 |
# | 3 | `cross_entropy` | 15 | ●●○ | 3 |
# | 4 | `soft_cross_entropy` | 10 | ●●○ | 3 |
# | 5 | `gradient` | 10 | ●○○ | 3 |
# | 6 | `fit` | 15 | ●●● | 3 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *Softmax* of the book derives everything that is used here.
# Use NumPy only: `np.exp`, `np.log`, sums and maxima are all you need.

# %% nbgrader={"grade_id": "softmax-setup"}
import numpy as np

from xentcourse.checks import softmax as check

# %% [markdown] nbgrader={"grade_id": "softmax-part_1"}
# ## Part 1: softmax
#
# *15 minutes, difficulty ●○○, 5 points*
#
# A model gives every class a score, its logit $z_k$.
# Softmax turns the $K$ scores into probabilities:
#
# $$p_k = \frac{e^{z_k}}{\sum_{j=1}^{K} e^{z_j}}.$$
#
# **Worked example.** For $z = (0, \ln 2, \ln 3)$ the exponentials are $1, 2, 3$.
# Their sum is $6$, so $p = (\tfrac16, \tfrac26, \tfrac36)$.
#
# **Several rows at once.** Each row of a table is a distribution of its own.
# `sum(axis=1)` adds along the rows and drops that axis; with `keepdims=True` it stays, with length 1, and the division broadcasts row by row.
# Run the next cell and look at the two shapes:

# %%
table = np.array([[1.0, 2.0, 3.0], [4.0, 4.0, 2.0]])
print("row sums:           ", table.sum(axis=1), "shape", table.sum(axis=1).shape)
print(
    "row sums, keepdims:\n", table.sum(axis=1, keepdims=True), "shape", table.sum(axis=1, keepdims=True).shape
)
print("each row divided by its sum:\n", table / table.sum(axis=1, keepdims=True))

# %% [markdown] nbgrader={"grade_id": "softmax-prompt_1"}
# **Your turn.** Write `softmax` for arrays with any number of axes.
# The probabilities sum to 1 along `axis`.
# The `temperature` $T$ divides the logits before anything else.
#
# Two checks follow, each with points of its own.
# The first uses ordinary logits.
# The second uses logits so large that $e^{z}$ is no longer a number the computer can hold.
# It also uses the logit $-\infty$, which marks an impossible class: $e^{-\infty} = 0$, so its probability is 0.
# Last comes a batch of no rows, shape $(0, 3)$: no rows come back.
#
# Write the formula as it stands first, and mend it when the second check complains.
#
# <details><summary>Hint 1: the second check fails, and the result is nan</summary>
#
# `np.exp(1000)` is `inf`, and `inf / inf` is `nan`. Adding the same number to every logit of a row does not change softmax. Which number would make all exponentials at most 1?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Divide by the temperature. Subtract the maximum along the axis (with `keepdims=True`). Exponentiate. Divide by the sum along the axis (with `keepdims=True`).
# </details>


# %% nbgrader={"grade_id": "softmax-softmax_solution", "solution": true}
def softmax(z, axis=-1, temperature=1.0):
    """Probabilities from logits.

    z           : array of logits, any shape; -inf marks an impossible class
    axis        : the axis of the classes
    temperature : positive number that divides the logits first
    Returns an array of the same shape that sums to 1 along the axis. Leaves z as it is.
    """
    ### BEGIN SOLUTION
    z = np.asarray(z) / temperature
    shares = np.exp(z - z.max(axis=axis, keepdims=True))
    return shares / shares.sum(axis=axis, keepdims=True)
    ### END SOLUTION


# %% nbgrader={"grade_id": "softmax-softmax", "points": 3}
check.softmax(softmax)

# %% nbgrader={"grade_id": "softmax-softmax_extremes", "points": 2}
check.softmax_extremes(softmax)

# %% [markdown] nbgrader={"grade_id": "softmax-part_2"}
# ## Part 2: its logarithm
#
# *15 minutes, difficulty ●●○, 3 points*
#
# A loss needs $\log p_k$, not $p_k$.
# `np.log(softmax(z))` is not good enough: for $z = (0, 1000)$ the first probability is very nearly $e^{-1000}$, which the computer rounds to 0, and $\log 0 = -\infty$.
# The exact answer is very nearly $-1000$, an ordinary number.
# Take the logarithm on paper instead:
#
# $$\log p_k = z_k - \log \sum_{j} e^{z_j}.$$
#
# **Worked example.** For $z = (0, \ln 3)$ the sum of exponentials is $4$, so $\log p = (-\ln 4,\ \ln 3 - \ln 4)$.
# The next cell shows the problem that you are about to mend:

# %%
z = np.array([0.0, 1000.0])
with np.errstate(divide="ignore"):
    probabilities = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    print("probabilities:", probabilities)
    print("logarithms:   ", np.log(probabilities), "  wanted: [-1000, 0]")

# %% [markdown] nbgrader={"grade_id": "softmax-prompt_2"}
# **Your turn.** Write `log_softmax` so that it is right for logits of any size, along any axis.
# An impossible class, with logit $-\infty$, has the logarithm $-\infty$.
#
# <details><summary>Hint 1: the exponentials overflow</summary>
#
# Softmax does not change when the same number is subtracted from every logit of a row, so neither does its logarithm. Which number helped in part 1? In the formula above, $z$ stands in two places.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Let $m$ be the largest logit of the row: $\log p_k = (z_k - m) - \log\sum_j e^{z_j - m}$. In NumPy: `shifted = z - max`, then `shifted - np.log(np.exp(shifted).sum(...))`, with the maximum and the sum along the axis and `keepdims=True`.
# </details>


# %% nbgrader={"grade_id": "softmax-log_softmax_solution", "solution": true}
def log_softmax(z, axis=-1):
    """Natural logarithm of softmax(z).

    z    : array of logits, any shape; -inf marks an impossible class
    axis : the axis of the classes
    Returns an array of the same shape, -inf only where z is. Leaves z as it is.
    """
    ### BEGIN SOLUTION
    z = np.asarray(z)
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    ### END SOLUTION


# %% nbgrader={"grade_id": "softmax-log_softmax", "points": 3}
check.log_softmax(log_softmax)

# %% [markdown] nbgrader={"grade_id": "softmax-part_3"}
# ## Part 3: the loss for labels
#
# *15 minutes, difficulty ●●○, 3 points*
#
# The model sees an example with label $y$, a class number that counts from 0.
# The likelihood of that label is $p_y$, and the loss is its negative logarithm:
#
# $$\ell = -\log p_y.$$
#
# Over $N$ examples the *mean* loss is $\frac1N\sum_i \ell_i$: a sum over examples, divided by $N$, whatever the number of classes is.
#
# **Worked example.** If all four logits of a row are 0, every class has probability $\tfrac14$, and the loss is $\ln 4$ whatever the label is.
# To pick one entry from each row, give NumPy the row numbers *and* the column numbers:

# %%
table = np.array([[10, 11, 12], [20, 21, 22]])
columns = np.array([2, 0])
print("table[[0, 1], [2, 0]] =", table[np.arange(2), columns], "  one entry a row")
print("table[:, [2, 0]] =\n", table[:, columns], "  two whole columns: not what you want")

# %% [markdown] nbgrader={"grade_id": "softmax-prompt_3"}
# **Your turn.** Write `cross_entropy` for integer labels.
# The text `reduction` says what comes back: `"mean"` and `"sum"` give one number, `"none"` gives one loss for each row.
#
# A batch of no rows has the sum 0 and no losses; its mean is not asked.
#
# <details><summary>Hint 1: start from part 2</summary>
#
# `log_softmax(logits)` has one row for each example. From each row you need the entry at its label, with a minus sign.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `losses = -log_softmax(logits)[np.arange(len(labels)), labels]`. Then return `losses.mean()`, `losses.sum()` or `losses`, as `reduction` says.
# </details>


# %% nbgrader={"grade_id": "softmax-cross_entropy_solution", "solution": true}
def cross_entropy(logits, labels, reduction="mean"):
    """Negative log-likelihood of labels under softmax(logits), in nats.

    logits    : array (N, K)
    labels    : integer array (N,), each in 0..K-1
    reduction : "mean" or "sum" for one number, "none" for an array (N,)
    """
    ### BEGIN SOLUTION
    losses = -log_softmax(logits)[np.arange(len(labels)), labels]
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "softmax-cross_entropy", "points": 3}
check.cross_entropy(cross_entropy)

# %% [markdown] nbgrader={"grade_id": "softmax-part_4"}
# ## Part 4: the loss for soft targets
#
# *10 minutes, difficulty ●●○, 3 points*
#
# A target may itself be a distribution $y_1,\dots,y_K$: three annotators said "cat", one said "dog".
# The loss of one example is then the *cross-entropy*
#
# $$\ell = -\sum_{k} y_k \log p_k .$$
#
# If $y$ is one-hot, a single term is left, and you are back at part 3.
#
# **Worked example.** With $y = (\tfrac34, \tfrac14)$ and $p = (\tfrac12, \tfrac12)$, both logarithms are $-\ln 2$ and the loss is $\ln 2$.
#
# **A trap.** A class that is impossible for the model has $\log p_k = -\infty$.
#
# - Its target is above 0: the model rules out what can happen, and the loss is $+\infty$.
# - Its target is 0: it counts 0, because an outcome that never occurs costs nothing.
#
# The computer disagrees with the second:

# %%
with np.errstate(invalid="ignore"):
    print("0 * -inf =", 0.0 * -np.inf)
# np.where(condition, a, b) takes its entries from a where the condition holds, and from b elsewhere:
y, log_p = np.array([0.0, 1.0]), np.array([-np.inf, -0.5])
print("np.where:", np.where(y > 0, log_p, 0.0), "  times y:", y * np.where(y > 0, log_p, 0.0))

# %% [markdown] nbgrader={"grade_id": "softmax-prompt_4"}
# **Your turn.** Write `soft_cross_entropy`: the mean of the rows' losses.
#
# <details><summary>Hint 1: from formula to array</summary>
#
# Multiply the targets and `log_softmax(logits)` entry by entry, sum over the classes (axis 1), take the mean over the rows, and mind the sign.
# </details>
# <details><summary>Hint 2: the impossible class</summary>
#
# `np.where(targets > 0, log_p, 0.0)` before you multiply. Choosing by the target, not by the infinity, keeps the loss infinite where it must be.
# </details>


# %% nbgrader={"grade_id": "softmax-soft_cross_entropy_solution", "solution": true}
def soft_cross_entropy(logits, targets):
    """Mean cross-entropy between target distributions and softmax(logits), in nats.

    logits  : array (N, K); -inf marks an impossible class
    targets : array (N, K), each row a distribution; a target of 0 counts 0
    Returns one number, inf where an impossible class has a target above 0.
    """
    ### BEGIN SOLUTION
    log_p = np.where(targets > 0, log_softmax(logits), 0.0)
    return -(targets * log_p).sum(axis=1).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "softmax-soft_cross_entropy", "points": 3}
check.soft_cross_entropy(soft_cross_entropy)

# %% [markdown] nbgrader={"grade_id": "softmax-part_5"}
# ## Part 5: the gradient
#
# *10 minutes, difficulty ●○○, 3 points*
#
# How does one example's loss change when its logits change? The chapter proves the answer, one of the shortest in machine learning:
#
# $$\frac{\partial \ell}{\partial z_k} = p_k - y_k,$$
#
# where $y$ is the label written *one-hot*: 1 at its class, 0 elsewhere.
# The *mean* loss over $N$ examples has this divided by $N$.
#
# **Worked example.** For $z = (0, 0)$ and label 1: $p = (\tfrac12, \tfrac12)$ and $y = (0, 1)$, so the gradient is $(\tfrac12, -\tfrac12)$.
# Never trust a gradient that you have not nudged: move each logit a little and watch the loss.


# %%
def loss_of(z):
    """The loss of label 1 for two logits, written out."""
    return np.log(np.exp(z[0]) + np.exp(z[1])) - z[1]


nudge = 1e-6
for k, direction in enumerate(np.eye(2)):
    slope = (loss_of(nudge * direction) - loss_of(-nudge * direction)) / (2 * nudge)
    print(f"slope of the loss in z[{k}]: {slope:+.6f}")

# %% [markdown] nbgrader={"grade_id": "softmax-prompt_5"}
# **Your turn.** Write `gradient`: the derivative of the *mean* loss in every logit.
#
# <details><summary>Hint 1: one-hot labels</summary>
#
# `np.eye(K)[labels]` has a one-hot row for each label, if $K$ is the number of classes. Or subtract 1 from the probabilities at `[np.arange(N), labels]`.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Probabilities by your `softmax`, minus one-hot labels, divided by the number of rows.
# </details>


# %% nbgrader={"grade_id": "softmax-gradient_solution", "solution": true}
def gradient(logits, labels):
    """Gradient of the mean cross-entropy in the logits.

    logits : array (N, K)
    labels : integer array (N,), each in 0..K-1
    Returns an array (N, K).
    """
    ### BEGIN SOLUTION
    one_hot = np.eye(logits.shape[1])[labels]
    return (softmax(logits) - one_hot) / len(labels)
    ### END SOLUTION


# %% nbgrader={"grade_id": "softmax-gradient", "points": 3}
check.gradient(gradient)

# %% [markdown] nbgrader={"grade_id": "softmax-part_6"}
# ## Part 6: a classifier that learns
#
# *15 minutes, difficulty ●●●, 3 points*
#
# Softmax regression computes the logits of all $N$ examples as $Z = XW + b$: features $X$ of shape $(N, D)$, weights $W$ of shape $(D, K)$, and one bias for each class in $b$.
# Let $L$ be the mean loss and $G$ its gradient in the logits, which part 5 gives.
# The chain rule says
#
# $$\frac{\partial L}{\partial W} = X^\top G, \qquad \frac{\partial L}{\partial b_k} = \sum_i G_{ik}.$$
#
# A step of *gradient descent* subtracts from each parameter its gradient times a *learning rate* $\eta$:
#
# $$W \leftarrow W - \eta\, \frac{\partial L}{\partial W}, \qquad b \leftarrow b - \eta\, \frac{\partial L}{\partial b}.$$
#
# **Worked example.** One example with features $(1, 2)$, two classes, label 1, and all parameters 0: $G = (\tfrac12, -\tfrac12)$.
# The gradient in $W$ is the column $(1, 2)$ times the row $G$:

# %%
X, G = np.array([[1.0, 2.0]]), np.array([[0.5, -0.5]])
print("gradient in W:\n", X.T @ G)
print("gradient in b:", G.sum(axis=0))
print("W after one step with learning rate 0.1:\n", np.zeros((2, 2)) - 0.1 * X.T @ G)

# %% [markdown] nbgrader={"grade_id": "softmax-prompt_6"}
# **Your turn.** Write `fit`: start from zeros and take `steps` steps of gradient descent on the mean loss.
# Every step uses all examples and moves `W` and `b` by the same $G$.
#
# <details><summary>Hint 1: the loop</summary>
#
# In each step: logits from the current `W` and `b`, then `gradient(logits, labels)`, then both parameters move *against* their gradients, by `learning_rate` times them.
# </details>
# <details><summary>Hint 2: the shapes</summary>
#
# `W` is `(D, K)` and `X.T @ G` is `(D, N) @ (N, K)`, the same. `b` is `(K,)` and `G.sum(axis=0)` is the same.
# </details>


# %% nbgrader={"grade_id": "softmax-fit_solution", "solution": true}
def fit(X, labels, classes, steps, learning_rate):
    """Softmax regression by gradient descent on the mean loss, from zeros.

    X      : array (N, D) of features
    labels : integer array (N,), each in 0..classes-1
    Returns the weights (D, classes) and the bias (classes,), in this order.
    """
    ### BEGIN SOLUTION
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        G = gradient(X @ W + b, labels)
        W = W - learning_rate * X.T @ G
        b = b - learning_rate * G.sum(axis=0)
    return W, b
    ### END SOLUTION


# %% nbgrader={"grade_id": "softmax-fit", "points": 3}
check.fit(fit)

# %% [markdown] nbgrader={"grade_id": "softmax-digits"}
# ### What you built
#
# Your classifier reads handwritten digits. No points: enjoy it.
# Before you run the cell, decide: what is the mean loss of a classifier that gives each of the ten digits the same probability?
# That is the row of 0 steps.

# %%
from sklearn.datasets import load_digits

images, digits = load_digits(return_X_y=True)
images = images / 16
train, test = slice(0, 1200), slice(1200, None)
try:
    for steps in (0, 10, 100, 500):
        W, b = fit(images[train], digits[train], classes=10, steps=steps, learning_rate=1.0)
        loss = cross_entropy(images[test] @ W + b, digits[test])
        right = np.mean((images[test] @ W + b).argmax(axis=1) == digits[test])
        print(f"{steps:4} steps: mean loss {loss:.4f} nats, {right:.1%} of unseen digits right")
except NotImplementedError:
    print("Finish the parts above, then come back.")
