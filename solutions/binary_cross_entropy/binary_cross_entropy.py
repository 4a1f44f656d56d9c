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

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-intro"}
# # Binary cross-entropy
#
# In six parts you write a logistic regression from nothing: the sigmoid, the loss from probabilities and from logits, its gradient, Newton's method, and the decision at the end.
# When you have finished, your weights agree with scikit-learn's.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `sigmoid` | 10 | ●○○ | 3 |
# | 2 | `bce` | 15 | ●●○ | 3 |
# | 3 | `bce_with_logits` | 15 | ●●○ | 4 |
# | 4 | `gradient` | 10 | ●●○ | 3 |
# | 5 | `fit` | 20 | ●●● | 5 |
# | 6 | `decide` | 5 | ●○○ | 2 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *Binary cross-entropy* of the book derives everything that is used here.
# Use NumPy only. All logarithms are natural.

# %% nbgrader={"grade_id": "binary_cross_entropy-setup"}
import numpy as np

from xentcourse.checks import binary_cross_entropy as check

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-part_1"}
# ## Part 1: the sigmoid
#
# *10 minutes, difficulty ●○○, 3 points*
#
# A model produces log-odds $z$, any real number. The probability that belongs to them is
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^{z}}{1 + e^{z}}.$$
#
# **Worked example.** Odds of 3 to 1 are log-odds of $\ln 3$, and $\sigma(\ln 3) = 1/(1 + \tfrac13) = \tfrac34$.
#
# **A trap.** Both forms are the same number on paper. In the computer each has a side where its exponential overflows:

# %%
with np.errstate(over="ignore", invalid="ignore"):
    for z in (-1000.0, -715.0, 1000.0):
        print(f"z = {z:7}: first form {1 / (1 + np.exp(-z))}, second form {np.exp(z) / (1 + np.exp(z))}")

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-prompt_1"}
# **Your turn.** Write `sigmoid` for arrays of any shape.
# It must be right for large logits of both signs, and a tiny probability must not come out as 0 while the computer can still hold it: $\sigma(-715)$ is about $3 \cdot 10^{-311}$.
# Warnings about an overflow that does no harm are allowed.
#
# <details><summary>Hint 1: which form where?</summary>
#
# The first form is good where $z \ge 0$: there $e^{-z}$ is at most 1. Where is the second one good?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `small = np.exp(-np.abs(z))` is at most 1 everywhere. It is $e^{-z}$ where $z \ge 0$ and $e^{z}$ elsewhere, so `np.where(z >= 0, 1 / (1 + small), small / (1 + small))` uses each form where it is good.
# </details>


# %% nbgrader={"grade_id": "binary_cross_entropy-sigmoid_solution", "solution": true}
def sigmoid(z):
    """The probability whose log-odds are z.

    z : array of logits, any shape
    Returns an array of the same shape. Leaves z as it is.
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))
    ### END SOLUTION


# %% nbgrader={"grade_id": "binary_cross_entropy-sigmoid", "points": 3}
check.sigmoid(sigmoid)

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-part_2"}
# ## Part 2: the loss of probabilities
#
# *15 minutes, difficulty ●●○, 3 points*
#
# A model gives the label 1 the probability $p$. The likelihood of a label $y$ is $p^y (1-p)^{1-y}$, and its negative logarithm is the loss:
#
# $$\ell(p, y) = -y \log p - (1 - y) \log(1 - p).$$
#
# Over $N$ examples we take the mean.
#
# **Worked example.** With $p = (\tfrac12, \tfrac14)$ and $y = (1, 0)$ the losses are $-\ln\tfrac12$ and $-\ln\tfrac34$, and the mean is $\tfrac12 \ln\tfrac83$.
#
# **The ends.** For a label, one of the two terms has the factor 0, and counts 0 whatever its logarithm is.
#
# - $p = 1$ and $y = 1$: sure and right. The loss is 0.
# - $p = 1$ and $y = 0$: sure and wrong. The loss is $\infty$, and so is the mean.
#
# The computer needs help with the first:

# %%
with np.errstate(divide="ignore", invalid="ignore"):
    print("1 * log(1) + 0 * log(0) =", 1 * np.log(1.0) + 0 * np.log(0.0))

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-prompt_2"}
# **Your turn.** Write `bce` for labels.
# A sure mistake must cost infinity: do not clip.
#
# <details><summary>Hint 1: only one logarithm counts</summary>
#
# The loss of a label is minus the logarithm of the probability that the model gave to *that* label. Which probability is that for $y = 1$, and which for $y = 0$?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `chances = np.where(y == 1, p, 1 - p)`, then `-np.log(chances)`, then the mean.
# </details>


# %% nbgrader={"grade_id": "binary_cross_entropy-bce_solution", "solution": true}
def bce(p, y):
    """Mean binary cross-entropy of labels, in nats.

    p : array (N,), the probability of a 1 for each example, from 0 to 1, both ends included
    y : integer array (N,) of labels 0 and 1
    Returns one number, inf if a label of probability 0 came.
    """
    ### BEGIN SOLUTION
    chances = np.where(y == 1, p, 1 - p)
    return np.mean(-np.log(chances))
    ### END SOLUTION


# %% nbgrader={"grade_id": "binary_cross_entropy-bce", "points": 3}
check.bce(bce)

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-part_3"}
# ## Part 3: the loss of logits
#
# *15 minutes, difficulty ●●○, 4 points*
#
# A logit of 40 says that a 1 is all but certain. If a 0 comes, the loss is 40, very nearly.
# But $\sigma(40)$ rounds to exactly 1, and $-\log(1 - 1) = \infty$: the way through the probability is blocked.
# On paper
#
# $$\ell(z, y) = \log(1 + e^{z}) - y z,$$
#
# and that overflows for $z = 1000$.
#
# **Worked example.** For $z = \ln 3$ and $y = 1$: $\ln(1 + 3) - \ln 3 = \ln\tfrac43$, which is $-\ln\tfrac34$, as part 1 says.
#
# **Soft targets.** The formula is also used for $y$ between 0 and 1, such as $\tfrac34$ where three of four annotators say yes. It is the average of the losses of their answers.

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-prompt_3"}
# **Your turn.** Write `bce_with_logits` so that it is right for logits of any size.
#
# <details><summary>Hint 1: take out the large part</summary>
#
# Where $z > 0$: $\log(1 + e^{z}) = \log\bigl(e^{z}(1 + e^{-z})\bigr) = z + \log(1 + e^{-z})$. Which exponential is at most 1 now? And where $z \le 0$?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# $\ell = \max(z, 0) - y z + \log(1 + e^{-|z|})$. In NumPy: `np.maximum(z, 0)`, and `np.log1p(np.exp(-np.abs(z)))` for the last term. Then the mean.
# </details>


# %% nbgrader={"grade_id": "binary_cross_entropy-bce_with_logits_solution", "solution": true}
def bce_with_logits(z, y):
    """Mean binary cross-entropy of the probabilities sigmoid(z), in nats.

    z : array (N,) of logits, of any size
    y : array (N,) of labels 0 and 1, or of soft targets in between
    Returns one finite number.
    """
    ### BEGIN SOLUTION
    losses = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))
    return losses.mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "binary_cross_entropy-bce_with_logits", "points": 4}
check.bce_with_logits(bce_with_logits)

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-part_4"}
# ## Part 4: the gradient of a logistic regression
#
# *10 minutes, difficulty ●●○, 3 points*
#
# Logistic regression computes the logit of an example from its features, $z_i = w^\top x_i + b$. With the features of all $N$ examples in the rows of $X$, that is `X @ w + b`.
# The slope of one loss in its logit is prediction minus label, $p_i - y_i$ with $p_i = \sigma(z_i)$.
# The chain rule brings it to the weights and the bias of the *mean* loss $L$:
#
# $$\frac{\partial L}{\partial w_d} = \frac1N \sum_{i} (p_i - y_i)\, X_{id}, \qquad \frac{\partial L}{\partial b} = \frac1N \sum_{i} (p_i - y_i).$$
#
# **Worked example.** Two examples with one feature, 1 and 3, the labels $(1, 0)$, and $w = b = 0$: both $p_i$ are $\tfrac12$, so $p - y = (-\tfrac12, \tfrac12)$.
# The gradient is $\tfrac12(-\tfrac12 \cdot 1 + \tfrac12 \cdot 3) = \tfrac12$ in $w$, and 0 in $b$.
# Never trust a gradient that you have not nudged:


# %%
def loss_of(w, b):
    """The mean loss of the worked example, written out."""
    return (np.log(1 + np.exp(-(w + b))) + np.log(1 + np.exp(3 * w + b))) / 2


nudge = 1e-6
print(f"slope in w: {(loss_of(nudge, 0) - loss_of(-nudge, 0)) / (2 * nudge):+.6f}")
print(f"slope in b: {(loss_of(0, nudge) - loss_of(0, -nudge)) / (2 * nudge):+.6f}")

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-prompt_4"}
# **Your turn.** Write `gradient`.
#
# <details><summary>Hint 1: from the sum to a matrix product</summary>
#
# A sum over examples of a number for each example times a row of `X` is `X.T @ numbers`.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `residual = sigmoid(X @ w + b) - y`, divided by `len(y)`. Then `X.T @ residual` and `residual.sum()`.
# </details>


# %% nbgrader={"grade_id": "binary_cross_entropy-gradient_solution", "solution": true}
def gradient(X, y, w, b):
    """Gradient of the mean loss of a logistic regression.

    X : array (N, D) of features
    y : integer array (N,) of labels 0 and 1
    w : array (D,) of weights
    b : number, the bias
    Returns the gradient in w, an array (D,), and the gradient in b, a number, in this order.
    """
    ### BEGIN SOLUTION
    residual = (sigmoid(X @ w + b) - y) / len(y)
    return X.T @ residual, residual.sum()
    ### END SOLUTION


# %% nbgrader={"grade_id": "binary_cross_entropy-gradient", "points": 3}
check.gradient(gradient)

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-part_5"}
# ## Part 5: Newton's method
#
# *20 minutes, difficulty ●●●, 5 points*
#
# Put a column of ones before the features, and the bias before the weights: $\tilde X = (1 \mid X)$ and $\theta = (b, w)$. Then the logits are $\tilde X \theta$, and
#
# $$g = \frac1N \tilde X^\top (p - y), \qquad H = \frac1N \tilde X^\top S \tilde X, \qquad S = \operatorname{diag}\bigl(p_i (1 - p_i)\bigr)$$
#
# are the gradient and the Hessian of the mean loss. A step of Newton's method goes to the minimum of the quadratic that they describe:
#
# $$\theta \leftarrow \theta - H^{-1} g.$$
#
# **Worked example.** One feature, $x = (0, 1, 2, 3)$, labels $(0, 1, 0, 1)$, start at zeros: all $p_i = \tfrac12$ and $p_i(1 - p_i) = \tfrac14$.
# `np.linalg.solve(H, g)` computes $H^{-1} g$ without forming the inverse:

# %%
ones_and_x = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
p, y = np.full(4, 0.5), np.array([0, 1, 0, 1])
g = ones_and_x.T @ (p - y) / 4
# A column (N, 1) times a matrix (N, 2): every row is multiplied by its own number.
H = ones_and_x.T @ ((p * (1 - p))[:, None] * ones_and_x) / 4
print("g =", g)
print("H =\n", H)
print("theta after one step:", np.zeros(2) - np.linalg.solve(H, g), "  bias first, then the weight")

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-prompt_5"}
# **Your turn.** Write `fit`: start from zeros and take `steps` full Newton steps.
# The classes in the check overlap, so the likelihood has a maximum.
#
# <details><summary>Hint 1: the loop</summary>
#
# Build $\tilde X$ once: `np.hstack([np.ones((len(X), 1)), X])`. In each step: `p = sigmoid(design @ theta)`, then `g`, then `H`, both with the *same* `p`, then the step.
# </details>
# <details><summary>Hint 2: the end</summary>
#
# The bias is `theta[0]` and the weights are `theta[1:]`. The weights come back first.
# </details>


# %% nbgrader={"grade_id": "binary_cross_entropy-fit_solution", "solution": true}
def fit(X, y, steps):
    """Logistic regression by Newton's method on the mean loss, from zeros.

    X     : array (N, D) of features
    y     : integer array (N,) of labels 0 and 1
    steps : how many full steps to take, 0 or more
    Returns the weights, an array (D,), and the bias, a number, in this order.
    """
    ### BEGIN SOLUTION
    design = np.hstack([np.ones((len(X), 1)), X])
    theta = np.zeros(design.shape[1])
    for _ in range(steps):
        p = sigmoid(design @ theta)
        g = design.T @ (p - y) / len(y)
        H = design.T @ ((p * (1 - p))[:, None] * design) / len(y)
        theta = theta - np.linalg.solve(H, g)
    return theta[1:], theta[0]
    ### END SOLUTION


# %% nbgrader={"grade_id": "binary_cross_entropy-fit", "points": 5}
check.fit(fit)

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-part_6"}
# ## Part 6: a decision
#
# *5 minutes, difficulty ●○○, 2 points*
#
# A 1 has the probability $p$. If you declare a 1 and it is a 0, that is a *false alarm*; if you declare a 0 and it is a 1, a *miss*.
# Each has its price, and a right decision costs nothing.
# Then declaring 1 costs $(1 - p)$ times the price of a false alarm on average, and declaring 0 costs $p$ times the price of a miss.
#
# **Worked example.** A false alarm costs 1 and a miss 3. At $p = \tfrac14$ both decisions cost $\tfrac34$ on average; above it, declaring 1 is cheaper.

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-prompt_6"}
# **Your turn.** Write `decide`. Where both decisions cost the same, declare 1.
#
# <details><summary>Hint 1: compare two numbers for each example</summary>
#
# What does declaring 1 cost on average, what declaring 0? Declare 1 where the first is at most the second.
# </details>
# <details><summary>Hint 2: the threshold</summary>
#
# Solve $(1 - p)\,c_{\text{alarm}} \le p\,c_{\text{miss}}$ for $p$. A comparison such as `p >= 0.3` gives True and False, and `.astype(int)` makes 1 and 0 of them.
# </details>


# %% nbgrader={"grade_id": "binary_cross_entropy-decide_solution", "solution": true}
def decide(p, cost_false_alarm, cost_miss):
    """The decisions with the smallest expected cost.

    p                : array (N,), the probability of a 1 for each example
    cost_false_alarm : positive number, the price of declaring 1 where 0 is true
    cost_miss        : positive number, the price of declaring 0 where 1 is true
    Returns an array (N,) of 1 and 0.
    """
    ### BEGIN SOLUTION
    return (p >= cost_false_alarm / (cost_false_alarm + cost_miss)).astype(int)
    ### END SOLUTION


# %% nbgrader={"grade_id": "binary_cross_entropy-decide", "points": 2}
check.decide(decide)

# %% [markdown] nbgrader={"grade_id": "binary_cross_entropy-tumours"}
# ### What you built
#
# Your logistic regression beside scikit-learn's, on 569 tumours with ten features. No points: enjoy it.
# Before you run the cell, decide: a missed tumour costs ten false alarms. How many of the 212 malignant tumours does the threshold $\tfrac12$ miss, and how many the one from the costs?

# %%
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

data = load_breast_cancer()
X, y = data.data[:, :10], 1 - data.target  # 1 is malignant
X = (X - X.mean(axis=0)) / X.std(axis=0)
try:
    w, b = fit(X, y, steps=10)
    theirs = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(X, y)
    print(f"largest difference to scikit-learn's weights: {np.abs(w - theirs.coef_[0]).max():.1e}")
    print(f"mean loss: {bce_with_logits(X @ w + b, y):.4f} nats")
    p = sigmoid(X @ w + b)
    for name, declared in (("1/2", decide(p, 1, 1)), ("1/11", decide(p, 1, 10))):
        misses, alarms = np.sum((declared == 0) & (y == 1)), np.sum((declared == 1) & (y == 0))
        print(f"threshold {name:4}: {misses} missed, {alarms} false alarms, cost {10 * misses + alarms}")
except NotImplementedError:
    print("Finish the parts above, then come back.")
