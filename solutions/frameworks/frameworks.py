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

# %% [markdown] nbgrader={"grade_id": "frameworks-intro"}
# # Debugging
#
# Six training programs, each with one planted bug in its cross-entropy.
# None of them raises an error. In each part you run the broken program, look at the symptom, and write the mended one.
#
# | part | you mend | minutes | difficulty | points |
# |---|---|---|---|---|
# | 1 | `train` | 10 | ●○○ | 3 |
# | 2 | `evaluate` | 10 | ●○○ | 3 |
# | 3 | `sequence_loss` | 15 | ●●○ | 4 |
# | 4 | `epoch_loss` | 10 | ●●○ | 3 |
# | 5 | `exclusive` | 10 | ●●○ | 3 |
# | 6 | `weighted_loss` | 15 | ●●● | 4 |
#
# **How it works.** Replace each `raise NotImplementedError()` by your code and run the cell, then run the check below it.
# A check tries your function on fresh random inputs and tells you what is wrong, not only that something is.
# The same checks grade your work.
# If one fails, its last line repeats it with the same inputs: copy that line into a new cell of your own, and run it until it passes.
# Then run the check's own cell once more: new inputs, same rules.
# What your function prints inside a check is shown only if the check fails.
# A part that you leave out costs its own points, and no others.
#
# Start each part by copying the broken program. What you return may be a number, an array or a tensor.
# The chapter *Frameworks* of the book proves what each of these bugs does.
# The programs use PyTorch. Where a cell says `No module named 'torch'`, run `%pip install torch` in a cell of your own, and restart the kernel.

# %% nbgrader={"grade_id": "frameworks-setup"}

import numpy as np
import torch
from torch.nn import functional

from xentcourse.checks import frameworks as check

# %% [markdown] nbgrader={"grade_id": "frameworks-part_1"}
# ## Part 1: a loss that will not fall
#
# *10 minutes, difficulty ●○○, 3 points*
#
# This program fits a softmax regression $z = W^\top x$ without biases, from weights 0, by gradient descent on the mean cross-entropy.
# The loss falls, and then it stops far too high.
#
# **Worked example: the symptom.** Three points that a straight line can tell apart, 500 steps.
# A right program brings the loss near 0.


# %%
def train_broken(x, labels, classes, learning_rate, steps):
    x, labels = torch.tensor(x), torch.tensor(labels)
    W = torch.zeros(x.shape[1], classes, dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([W], lr=learning_rate)
    for step in range(steps):
        optimizer.zero_grad()
        q = torch.softmax(x @ W, dim=1)
        loss = functional.cross_entropy(q, labels)
        loss.backward()
        optimizer.step()
        if step in (0, 100, 499):
            print(f"step {step}: loss {loss.item():.4f}")
    return W.detach()


points = np.array([[1.0, 0.0], [-1.0, 1.0], [-1.0, -1.0]])
train_broken(points, np.array([0, 1, 2]), 3, 1.0, 500)
print("log(1 + 2/e) =", np.log(1 + 2 / np.e).round(4))

# %% [markdown] nbgrader={"grade_id": "frameworks-prompt_1"}
# **Your turn.** Write `train`, the mended program.
#
# <details><summary>Hint 1: what the loss takes</summary>
#
# `functional.cross_entropy` takes logits and applies softmax itself. What does it get here?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `loss = functional.cross_entropy(x @ W, labels)`, and nothing else changes.
# </details>


# %% nbgrader={"grade_id": "frameworks-train_solution", "solution": true}
def train(x, labels, classes, learning_rate, steps):
    """The weights of a softmax regression after some steps of gradient descent from 0.

    x             : array (N, D) of features
    labels        : array (N,) of classes 0..classes-1
    classes       : K
    learning_rate : what the gradient of the mean cross-entropy is multiplied by
    steps         : how many steps; 0 leaves the weights at 0
    Returns the weights, (D, K).
    """
    ### BEGIN SOLUTION
    x, labels = torch.tensor(x), torch.tensor(labels)
    W = torch.zeros(x.shape[1], classes, dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([W], lr=learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        functional.cross_entropy(x @ W, labels).backward()
        optimizer.step()
    return W.detach()
    ### END SOLUTION


# %% nbgrader={"grade_id": "frameworks-train", "points": 3}
check.train(train)

# %% [markdown] nbgrader={"grade_id": "frameworks-part_2"}
# ## Part 2: a negative loss
#
# *10 minutes, difficulty ●○○, 3 points*
#
# This program evaluates a model on a batch.
# The model ends in logits, so its author avoided the bug of Part 1.
#
# **Worked example: the symptom.** The mean loss is negative.
# A negative log-likelihood of labels never is.


# %%
def evaluate_broken(logits, labels):
    logits, labels = torch.tensor(logits), torch.tensor(labels)
    return functional.nll_loss(logits, labels).item()


print("loss:", evaluate_broken(np.array([[3.0, 1.0], [0.0, 2.0]]), np.array([0, 1])))

# %% [markdown] nbgrader={"grade_id": "frameworks-prompt_2"}
# **Your turn.** Write `evaluate`, right for logits of any size.
#
# <details><summary>Hint 1: what nll_loss does</summary>
#
# It picks the label's entry and turns its sign, no more. Of which numbers would that be the negative log-likelihood?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `functional.nll_loss(functional.log_softmax(logits, dim=1), labels)`, or `functional.cross_entropy(logits, labels)`, which is the same.
# </details>


# %% nbgrader={"grade_id": "frameworks-evaluate_solution", "solution": true}
def evaluate(logits, labels):
    """The mean negative log-likelihood of the labels, in nats.

    logits : array (N, K) of numbers of any size
    labels : array (N,) of classes 0..K-1
    Returns one number.
    """
    ### BEGIN SOLUTION
    return functional.cross_entropy(torch.tensor(logits), torch.tensor(labels)).item()
    ### END SOLUTION


# %% nbgrader={"grade_id": "frameworks-evaluate", "points": 3}
check.evaluate(evaluate)

# %% [markdown] nbgrader={"grade_id": "frameworks-part_3"}
# ## Part 3: sequences that are never learnt
#
# *15 minutes, difficulty ●●○, 4 points*
#
# A model reads $N$ sequences of $T$ places and has $K$ logits for each place: an array (N, T, K).
# `cross_entropy` wants the classes on axis 1, (N, K, T), and somebody made it so.
#
# **Worked example: the symptom.** One sequence of two places with three classes.
# At both places the label leads by 9 points, so the loss should be almost 0.


# %%
def sequence_loss_broken(logits, labels):
    logits, labels = torch.tensor(logits), torch.tensor(labels)
    n, t, k = logits.shape
    return functional.cross_entropy(logits.reshape(n, k, t), labels).item()


sure = np.array([[[9.0, 0.0, 0.0], [0.0, 9.0, 0.0]]])
print("loss:", sequence_loss_broken(sure, np.array([[0, 1]])))
print("what it saw, a column for each place:")
print(sure.reshape(1, 3, 2)[0])

# %% [markdown] nbgrader={"grade_id": "frameworks-prompt_3"}
# **Your turn.** Write `sequence_loss`, the mean over all $N \cdot T$ places.
#
# <details><summary>Hint 1: cutting and turning</summary>
#
# `reshape` reads the numbers in the order in which they lie, and cuts them into other rows. Which function exchanges two axes?
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `logits.transpose(1, 2)` has the shape (N, K, T). Or make all places rows: `logits.reshape(-1, k)` with `labels.reshape(-1)`, which keeps each place's logits together.
# </details>


# %% nbgrader={"grade_id": "frameworks-sequence_loss_solution", "solution": true}
def sequence_loss(logits, labels):
    """The mean negative log-likelihood of the labels at all places, in nats.

    logits : array (N, T, K)
    labels : array (N, T) of classes 0..K-1
    Returns one number.
    """
    ### BEGIN SOLUTION
    logits, labels = torch.tensor(logits), torch.tensor(labels)
    return functional.cross_entropy(logits.transpose(1, 2), labels).item()
    ### END SOLUTION


# %% nbgrader={"grade_id": "frameworks-sequence_loss", "points": 4}
check.sequence_loss(sequence_loss)

# %% [markdown] nbgrader={"grade_id": "frameworks-part_4"}
# ## Part 4: a loss that depends on the batches
#
# *10 minutes, difficulty ●●○, 3 points*
#
# The validation set comes in batches; rows with the label −100 are padding.
# The number reported for an epoch should be the mean over all rows that have a label.
#
# **Worked example: the symptom.** The same three rows, cut into batches in two ways, give two different losses.


# %%
def epoch_loss_broken(logits, labels):
    means = [
        functional.cross_entropy(torch.tensor(z), torch.tensor(y)).item()
        for z, y in zip(logits, labels, strict=True)
    ]
    return sum(means) / len(means)


rows, classes_of_rows = np.array([[2.0, 0.0], [0.0, 1.0], [0.5, 0.0]]), np.array([1, 1, 0])
for cut in (1, 2):
    halves = [rows[:cut], rows[cut:]], [classes_of_rows[:cut], classes_of_rows[cut:]]
    print(f"{cut} and {3 - cut} rows: loss {epoch_loss_broken(*halves):.4f}")
nothing = functional.cross_entropy(torch.zeros(1, 2), torch.tensor([-100]))
print("the mean of a batch without labels:", nothing.item())

# %% [markdown] nbgrader={"grade_id": "frameworks-prompt_4"}
# **Your turn.** Write `epoch_loss`.
# A batch may consist of padding only; some row of some batch has a label.
#
# <details><summary>Hint 1: what may be added</summary>
#
# Means of unequal batches may not be averaged. Sums may be added, and so may counts.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `functional.cross_entropy(z, y, reduction="sum")` leaves the padding out. Add these up, add up `(y != -100).sum()`, and divide once at the end.
# </details>


# %% nbgrader={"grade_id": "frameworks-epoch_loss_solution", "solution": true}
def epoch_loss(logits, labels):
    """The mean negative log-likelihood over all rows with a label, in nats, whatever the batches are.

    logits : list of arrays (n, K), one for each batch
    labels : list of arrays (n,) of classes 0..K-1, or -100 for a row without a label
    Returns one number.
    """
    ### BEGIN SOLUTION
    total, count = 0.0, 0
    for z, y in zip(logits, labels, strict=True):
        total += functional.cross_entropy(torch.tensor(z), torch.tensor(y), reduction="sum").item()
        count += int((y != -100).sum())
    return total / count
    ### END SOLUTION


# %% nbgrader={"grade_id": "frameworks-epoch_loss", "points": 3}
check.epoch_loss(epoch_loss)

# %% [markdown] nbgrader={"grade_id": "frameworks-part_5"}
# ## Part 5: probabilities that do not add up
#
# *10 minutes, difficulty ●●○, 3 points*
#
# Each image shows exactly one of $K$ things.
# The program returns the mean loss of a batch and the probabilities of the classes.
#
# **Worked example: the symptom.** The probabilities of a row do not sum to 1, and equal logits do not pay $\log K$.


# %%
def exclusive_broken(logits, labels):
    logits, labels = torch.tensor(logits), torch.tensor(labels)
    one_hot = functional.one_hot(labels, logits.shape[1]).to(logits)
    loss = functional.binary_cross_entropy_with_logits(logits, one_hot)
    return loss.item(), torch.sigmoid(logits)


loss, probabilities = exclusive_broken(np.zeros((1, 3)), np.array([1]))
print(f"loss: {loss:.4f}, and log 3 = {np.log(3):.4f}")
print("probabilities:", probabilities.numpy(), " sum:", probabilities.sum().item())

# %% [markdown] nbgrader={"grade_id": "frameworks-prompt_5"}
# **Your turn.** Write `exclusive`, which returns the pair of loss and probabilities.
#
# <details><summary>Hint 1: how many questions?</summary>
#
# $K$ sigmoids answer $K$ yes–no questions. Here there is one question with $K$ answers.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# `functional.cross_entropy(logits, labels)` for the loss, and `torch.softmax(logits, dim=1)` for the probabilities. The loss gets the logits.
# </details>


# %% nbgrader={"grade_id": "frameworks-exclusive_solution", "solution": true}
def exclusive(logits, labels):
    """The mean negative log-likelihood and the probabilities, where exactly one of K classes is true.

    logits : array (N, K) of numbers of any size
    labels : array (N,) of classes 0..K-1
    Returns the pair (loss in nats, probabilities of shape (N, K)).
    """
    ### BEGIN SOLUTION
    logits = torch.tensor(logits)
    loss = functional.cross_entropy(logits, torch.tensor(labels))
    return loss.item(), torch.softmax(logits, dim=1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "frameworks-exclusive", "points": 3}
check.exclusive(exclusive)

# %% [markdown] nbgrader={"grade_id": "frameworks-part_6"}
# ## Part 6: a mean that is none
#
# *15 minutes, difficulty ●●●, 4 points*
#
# With class weights $w$ and smoothing $\varepsilon$, PyTorch gives row $i$ with the label $y$ the coefficients
#
# $$c_{ik} = w_k \Bigl((1 - \varepsilon)\,[k = y] + \frac{\varepsilon}{K}\Bigr),$$
#
# where $[k = y]$ is 1 at the label and 0 elsewhere, and sums $c_{ik} (-\log q_k)$.
# A *mean* divides by the sum of its coefficients.
#
# **Worked example: the symptom.** A model that knows nothing should pay $\log K$, whatever the weights are.
# This one does not:


# %%
def weighted_loss_broken(logits, labels, weight, label_smoothing):
    return functional.cross_entropy(
        torch.tensor(logits),
        torch.tensor(labels),
        weight=torch.tensor(weight),
        label_smoothing=label_smoothing,
    ).item()


loss = weighted_loss_broken(np.zeros((3, 3)), np.array([2, 2, 1]), np.array([1.0, 2.0, 4.0]), 0.3)
print(f"loss: {loss:.4f}, and log 3 = {np.log(3):.4f}")

# %% [markdown] nbgrader={"grade_id": "frameworks-prompt_6"}
# **Your turn.** Write `weighted_loss`, the sum over all rows and classes divided by the sum of all coefficients $c_{ik}$.
#
# <details><summary>Hint 1: what the sum over the classes is</summary>
#
# The coefficients of row $i$ sum to $(1 - \varepsilon)\, w_y + \frac{\varepsilon}{K} \sum_k w_k$, in which $\frac1K \sum_k w_k$ is the mean of the weights.
# </details>
# <details><summary>Hint 2: the recipe</summary>
#
# Ask for `reduction="sum"`, and divide by `((1 - e) * weight[labels] + e * weight.mean()).sum()`.
# </details>


# %% nbgrader={"grade_id": "frameworks-weighted_loss_solution", "solution": true}
def weighted_loss(logits, labels, weight, label_smoothing):
    """The mean loss with class weights and label smoothing, divided by the sum of all its coefficients.

    logits          : array (N, K)
    labels          : array (N,) of classes 0..K-1
    weight          : array (K,) of class weights above 0
    label_smoothing : a number from 0 to 1
    Returns one number; log K for equal logits.
    """
    ### BEGIN SOLUTION
    total = functional.cross_entropy(
        torch.tensor(logits),
        torch.tensor(labels),
        weight=torch.tensor(weight),
        label_smoothing=label_smoothing,
        reduction="sum",
    ).item()
    e = label_smoothing
    return total / ((1 - e) * weight[labels] + e * weight.mean()).sum()
    ### END SOLUTION


# %% nbgrader={"grade_id": "frameworks-weighted_loss", "points": 4}
check.weighted_loss(weighted_loss)

# %% [markdown] nbgrader={"grade_id": "frameworks-play"}
# ### What you mended
#
# The points of Part 1 once more, with your own program, and your own evaluation of its weights.
# No points: does the loss pass below $\log(1 + 2/e) \approx 0.55$ now?

# %%
try:
    W = np.asarray(train(points, np.array([0, 1, 2]), 3, 1.0, 500))
    print("loss after 500 steps:", evaluate(points @ W, np.array([0, 1, 2])))
except NotImplementedError:
    print("Finish the parts above, then come back.")
