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

# %% [markdown] nbgrader={"grade_id": "gradients-intro"}
# # Gradients
#
# In six parts you write the gradients of two costs, the experiment that made them famous, a gradient checker, and backpropagation.
#
# | part | you write | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `quadratic_gradient` | 10 | ●○○ | 3 |
# | 2 | `cross_entropy_gradient` | 10 | ●●○ | 3 |
# | 3 | `train` | 15 | ●●○ | 4 |
# | 4 | `numerical_gradient` | 15 | ●●○ | 3 |
# | 5 | `relative_error` | 10 | ●●○ | 3 |
# | 6 | `backprop` | 25 | ●●● | 4 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and those of later parts only where they use it.
#
# The chapter *Gradients* of the book derives everything that is used here.
# NumPy is all you need.

# %% nbgrader={"grade_id": "gradients-setup"}

import numpy as np

from xentcourse.checks import gradients as check


def sigmoid(z):
    """1 / (1 + exp(-z)) for numbers and arrays, without overflow. Yours to use."""
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1.0, small) / (1.0 + small)


# %% [markdown] nbgrader={"grade_id": "gradients-part_1"}
# ## Part 1: the quadratic cost of one neuron
#
# *10 minutes, difficulty ●○○, 3 points*
#
# A neuron computes $a = \sigma(z)$ with $z = wx + b$, and its output should be $y$.
# The quadratic cost is $C = \frac12 (a - y)^2$.
# By the chain rule, with $\sigma'(z) = a(1 - a)$,
#
# $$\frac{\partial C}{\partial w} = (a - y)\, a (1 - a)\, x, \qquad \frac{\partial C}{\partial b} = (a - y)\, a (1 - a).$$
#
# **Worked example.** For $w = b = 0$, $x = 2$ and $y = 0$: $a = \frac12$, so $\partial C/\partial b = \frac12 \cdot \frac14 = \frac18$ and $\partial C/\partial w = \frac14$.

# %%
print("a =", sigmoid(0.0), "  sigma' =", sigmoid(0.0) * (1 - sigmoid(0.0)))

# %% [markdown] nbgrader={"grade_id": "gradients-prompt_1"}
# **Your turn.** Write `quadratic_gradient`, which returns both derivatives, first the one in $w$.
#
# <details><summary>Hint 1: two outputs</summary>
#
# `return dw, db` gives back a pair. The second derivative is a factor of the first.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `a = sigmoid(w * x + b)`, then `db = (a - y) * a * (1 - a)`, then `dw = db * x`.
# </details>


# %% nbgrader={"grade_id": "gradients-quadratic_gradient_solution", "solution": true}
def quadratic_gradient(w, b, x, y):
    """The derivatives of (a - y)**2 / 2 in w and in b, where a = sigmoid(w * x + b).

    w, b, x, y : numbers
    Returns the pair (dC/dw, dC/db).
    """
    ### BEGIN SOLUTION
    a = sigmoid(w * x + b)
    db = (a - y) * a * (1 - a)
    return db * x, db
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradients-quadratic_gradient", "points": 3}
check.quadratic_gradient(quadratic_gradient)

# %% [markdown] nbgrader={"grade_id": "gradients-part_2"}
# ## Part 2: the cross-entropy of one neuron
#
# *10 minutes, difficulty ●●○, 3 points*
#
# The same neuron, with the cost $\ell = -y \ln a - (1 - y) \ln (1 - a)$.
# Its derivative in the *output* is
#
# $$\frac{\partial \ell}{\partial a} = \frac{a - y}{a (1 - a)}.$$
#
# The output is not a parameter, so the chain rule goes on.
# Do the multiplication on paper before you program it: something cancels.
#
# **Worked example.** For $w = b = 0$, $x = 2$ and $y = 0$: $\partial \ell/\partial b = \frac12$ and $\partial \ell/\partial w = 1$.
#
# **Why on paper.** For $z = 40$ the output rounds to 1, and $a (1 - a)$ to 0:

# %%
a = sigmoid(40.0)
print("a =", a, "  a (1 - a) =", a * (1 - a), "  so dividing by it is a bad idea")

# %% [markdown] nbgrader={"grade_id": "gradients-prompt_2"}
# **Your turn.** Write `cross_entropy_gradient`. It must be right for saturated neurons too.
#
# <details><summary>Hint 1: what cancels</summary>
#
# From $a$ to $z$ the chain rule multiplies by $\sigma'(z) = a (1 - a)$. Where is the same product already?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# The derivative in $z$ is the error, `a - y`. The one in $b$ is the same, the one in $w$ is $x$ times as large.
# </details>


# %% nbgrader={"grade_id": "gradients-cross_entropy_gradient_solution", "solution": true}
def cross_entropy_gradient(w, b, x, y):
    """The derivatives of the cross-entropy -y ln a - (1 - y) ln(1 - a) in w and in b.

    w, b, x, y : numbers; a = sigmoid(w * x + b), and y from 0 to 1
    Returns the pair (dC/dw, dC/db).
    """
    ### BEGIN SOLUTION
    error = sigmoid(w * x + b) - y
    return error * x, error
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradients-cross_entropy_gradient", "points": 3}
check.cross_entropy_gradient(cross_entropy_gradient)

# %% [markdown] nbgrader={"grade_id": "gradients-part_3"}
# ## Part 3: the experiment
#
# *15 minutes, difficulty ●●○, 4 points*
#
# Now let the neuron learn: input $x = 1$, target $y = 0$.
# A step of gradient descent subtracts from each parameter the learning rate times its derivative, and both move at once.
#
# **Worked example.** Start at $w = b = 0$ with cross-entropy and learning rate $0.1$.
# Both derivatives are $\frac12$, so after one step $w = b = -0.05$, and the output has gone from $\sigma(0)$ to $\sigma(-0.1)$:

# %%
print("before:", sigmoid(0.0), "  after one step:", sigmoid(-0.1).round(6))

# %% [markdown] nbgrader={"grade_id": "gradients-prompt_3"}
# **Your turn.** Write `train`.
# It returns the output before the first step and after each step: `steps + 1` numbers.
# The text `cost` is `"quadratic"` or `"cross-entropy"`.
#
# <details><summary>Hint 1: what to remember</summary>
#
# In each round of the loop: note the output, then move. After the loop one more output is missing.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Choose `gradient = quadratic_gradient if cost == "quadratic" else cross_entropy_gradient`. In a loop of `steps` rounds: append `sigmoid(w + b)`; `dw, db = gradient(w, b, 1.0, 0.0)`; subtract. Append once more at the end.
# </details>


# %% nbgrader={"grade_id": "gradients-train_solution", "solution": true}
def train(w, b, cost, learning_rate, steps):
    """The outputs of a neuron with input 1 and target 0 while it learns.

    w, b  : the first parameters
    cost  : "quadratic" or "cross-entropy"
    Returns an array or list of steps + 1 outputs, the first before any step.
    """
    ### BEGIN SOLUTION
    gradient = quadratic_gradient if cost == "quadratic" else cross_entropy_gradient
    outputs = [sigmoid(w + b)]
    for _ in range(steps):
        dw, db = gradient(w, b, 1.0, 0.0)
        w, b = w - learning_rate * dw, b - learning_rate * db
        outputs.append(sigmoid(w + b))
    return np.array(outputs)
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradients-train", "points": 4}
check.train(train)

# %% [markdown] nbgrader={"grade_id": "gradients-part_4"}
# ## Part 4: nudging
#
# *15 minutes, difficulty ●●○, 3 points*
#
# To check a gradient you need a second way to compute it.
# The *central difference* nudges one entry $x_j$ up and down by $h$ and leaves the others alone:
#
# $$n_j = \frac{f(x + h e_j) - f(x - h e_j)}{2h}.$$
#
# **Worked example.** For $f(x) = x_0^2 + 3 x_1$ at $(2, 1)$ with $h = \frac12$: $n_0 = (2.5^2 - 1.5^2) / 1 = 4$ and $n_1 = 3 (1.5 - 0.5) / 1 = 3$.
#
# **A trap.** Python hands arrays on without copying them.
# If you nudge `x` itself, you have to undo it; a copy is safer.
#
# The check uses the functions in the next cell, by their names.

# %% nbgrader={"grade_id": "gradients-functions"}
FUNCTIONS = {
    "quadratic": lambda x: float((x**2).sum() + 3 * x.flat[0]),
    "cubic": lambda x: float((x**3).sum()),
    "product": lambda x: float(np.prod(x)),
    "loss": lambda x: float(np.log(np.exp(x).sum()) - x.flat[-1]),
}


# %% [markdown] nbgrader={"grade_id": "gradients-prompt_4"}
# **Your turn.** Write `numerical_gradient` for arrays of any shape.
#
# <details><summary>Hint 1: every entry of any shape</summary>
#
# `for place in np.ndindex(x.shape):` goes through the places of all entries, and `x[place]` is the entry there.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Make `slopes = np.zeros(x.shape)`. For each place: `up, down = x.copy(), x.copy()`, add `h` to `up[place]`, subtract it from `down[place]`, and put `(f(up) - f(down)) / (2 * h)` into `slopes[place]`.
# </details>


# %% nbgrader={"grade_id": "gradients-numerical_gradient_solution", "solution": true}
def numerical_gradient(name, x, h):
    """The gradient at x, by central differences, of the function with this name.

    name : one of the names in FUNCTIONS; that function takes an array of the shape of x, and returns a number
    x    : array of floats, any shape; leave it as it is
    h    : the step, a positive number
    Returns an array of the shape of x.
    """
    f = FUNCTIONS[name]
    ### BEGIN SOLUTION
    slopes = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        slopes[place] = (f(up) - f(down)) / (2 * h)
    return slopes
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradients-numerical_gradient", "points": 3}
check.numerical_gradient(numerical_gradient)

# %% [markdown] nbgrader={"grade_id": "gradients-part_5"}
# ## Part 5: a checker that is not fooled
#
# *10 minutes, difficulty ●●○, 3 points*
#
# You have a gradient $g$ and the nudged slopes $n$. Do they agree?
# Their difference alone says nothing: $0.001$ is a lot beside $0.002$ and nothing beside $1000$.
# So divide by their size, with a floor below which all digits are rounding errors, and take the worst entry:
#
# $$\max_j \frac{|g_j - n_j|}{\max(|g_j|, |n_j|, \text{floor})}.$$
#
# **Worked example.** $g = (1, 0)$ and $n = (1, 2)$: the first entries agree, the second give $|0 - 2| / 2 = 1$. The result is 1.
# Look at the difference between `np.max` and `np.maximum`:

# %%
print("np.maximum:", np.maximum([1.0, 5.0], [4.0, 2.0]), "  entry by entry")
print("np.max:    ", np.max([4.0, 5.0]), "  the largest of all")

# %% [markdown] nbgrader={"grade_id": "gradients-prompt_5"}
# **Your turn.** Write `relative_error`.
#
# <details><summary>Hint 1: three numbers in the denominator</summary>
#
# `np.maximum` takes two arguments; use it twice. Sizes are never negative: `np.abs`.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `size = np.maximum(np.maximum(np.abs(g), np.abs(n)), floor)`, then `np.max(np.abs(g - n) / size)`.
# </details>


# %% nbgrader={"grade_id": "gradients-relative_error_solution", "solution": true}
def relative_error(g, n, floor):
    """How far two gradients disagree, in their worst entry.

    g, n  : arrays of the same shape
    floor : a positive number; smaller entries are compared by their difference over it
    Returns one number from 0 to 2.
    """
    ### BEGIN SOLUTION
    size = np.maximum(np.maximum(np.abs(g), np.abs(n)), floor)
    return np.max(np.abs(g - n) / size)
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradients-relative_error", "points": 3}
check.relative_error(relative_error)

# %% [markdown] nbgrader={"grade_id": "gradients-part_6"}
# ## Part 6: backpropagation
#
# *25 minutes, difficulty ●●●, 4 points*
#
# A network with one hidden layer computes, for $N$ examples in the rows of $X$,
#
# $$A = \sigma(X W_1 + b_1), \qquad P = \mathrm{softmax}(A W_2 + b_2) \text{ in every row},$$
#
# and its loss is the mean of $-\ln P_{i, y_i}$.
# Going back from the end, with one-hot labels $Y$,
#
# $$G_2 = (P - Y) / N, \qquad G_1 = (G_2 W_2^\top) \odot A \odot (1 - A),$$
#
# where $\odot$ multiplies entry by entry. Then
#
# $$\frac{\partial L}{\partial W_2} = A^\top G_2, \qquad \frac{\partial L}{\partial W_1} = X^\top G_1,$$
#
# and the gradients in $b_2$ and $b_1$ are the sums of the rows of $G_2$ and of $G_1$.
#
# **Worked example.** One example with one feature, one hidden neuron, two classes, label 0, and all parameters 0:
# $A = \frac12$ and $P = (\frac12, \frac12)$, so $G_2 = (-\frac12, \frac12)$, and the gradient in $W_2$ is $(-\frac14, \frac14)$.
# As $W_2 = 0$, $G_1 = 0$: nothing reaches the first layer.
#
# Softmax is here for you:


# %% nbgrader={"grade_id": "gradients-softmax"}
def softmax(z):
    """Softmax of every row. Yours to use."""
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


# %% [markdown] nbgrader={"grade_id": "gradients-prompt_6"}
# **Your turn.** Write `backprop`. It returns four gradients, each of the shape of its parameter.
# When it passes, the last cell nudges it with your own `numerical_gradient` and `relative_error`.
#
# <details><summary>Hint 1: shapes</summary>
#
# $A$ is `(N, H)`, $G_2$ is `(N, K)`, $W_2$ is `(H, K)`. Which product of the first two has the shape of the third? Which product of $G_2$ and $W_2$ has the shape of $A$?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `Y = np.eye(K)[labels]`; `G2 = (P - Y) / N`; `G1 = (G2 @ W2.T) * A * (1 - A)`; return `X.T @ G1, G1.sum(axis=0), A.T @ G2, G2.sum(axis=0)`.
# </details>


# %% nbgrader={"grade_id": "gradients-backprop_solution", "solution": true}
def backprop(X, labels, W1, b1, W2, b2):
    """The gradient of the mean loss of a network with one hidden layer.

    X      : array (N, D)
    labels : integer array (N,), each in 0..K-1
    W1, b1 : arrays (D, H) and (H,)
    W2, b2 : arrays (H, K) and (K,)
    Returns the gradients in W1, b1, W2 and b2, in this order.
    """
    ### BEGIN SOLUTION
    A = sigmoid(X @ W1 + b1)
    P = softmax(A @ W2 + b2)
    G2 = (P - np.eye(len(b2))[labels]) / len(X)
    G1 = (G2 @ W2.T) * A * (1 - A)
    return X.T @ G1, G1.sum(axis=0), A.T @ G2, G2.sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "gradients-backprop", "points": 4}
check.backprop(backprop)

# %% [markdown] nbgrader={"grade_id": "gradients-outlook"}
# ### What you built
#
# The two starts of the chapter, with your own `train`. No points.
# Before you run the cell, decide: which of the four lines will end highest?

# %%
try:
    for cost, rate in (("quadratic", 0.15), ("cross-entropy", 0.005)):
        for w, b in ((0.6, 0.9), (2.0, 2.0)):
            a = train(w, b, cost, rate, 300)
            print(f"{cost:13} from ({w}, {b}): {a[0]:.4f} -> {a[150]:.4f} -> {a[300]:.4f}")
except NotImplementedError:
    print("Finish the parts above, then come back.")

# %% [markdown] nbgrader={"grade_id": "gradients-nudged"}
# And your `backprop` on trial: its gradient in $W_1$ against the slopes that your `numerical_gradient` finds, judged by your `relative_error`. No points.
# The loss gets a name among the `FUNCTIONS`, as a function of $W_1$ alone.
# What do you expect to see if one entry's sign is turned?

# %%
rng = np.random.default_rng(0)
X, labels = rng.normal(size=(6, 4)), np.array([0, 1, 2, 2, 1, 0])
W1, b1, W2, b2 = (rng.normal(size=shape) for shape in ((4, 5), (5,), (5, 3), (3,)))


def loss_of(W1):
    P = softmax(sigmoid(X @ W1 + b1) @ W2 + b2)
    return float(-np.log(P[np.arange(6), labels]).mean())


FUNCTIONS["network"] = loss_of
try:
    gradient = backprop(X, labels, W1, b1, W2, b2)[0].copy()
    nudged = numerical_gradient("network", W1, 1e-5)
    print(f"relative error:     {relative_error(gradient, nudged, 1e-6):.0e}")
    gradient[2, 1] *= -1
    print(f"with a turned sign: {relative_error(gradient, nudged, 1e-6):.0e}")
except NotImplementedError:
    print("Finish the parts above, then come back.")
