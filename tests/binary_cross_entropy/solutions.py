"""Wrong and right solutions of the assignment `binary_cross_entropy`."""

import math

import numpy as np
from mutation import mutant, right
from scipy import optimize, special
from sklearn.linear_model import LogisticRegression

# ---- part 1 -----------------------------------------------------------------------------------------


@right("sigmoid")
def with_scipy(z):
    return np.exp(special.log_expit(z))


@right("sigmoid")
def through_a_logarithm(z):
    return np.exp(-np.logaddexp(0, -z))


@right("sigmoid")
def with_masks(z):
    out = np.zeros(z.shape)
    up = z >= 0
    out[up] = 1 / (1 + np.exp(-z[up]))
    out[~up] = np.exp(z[~up]) / (1 + np.exp(z[~up]))
    return out


@right("sigmoid")
def with_loops(z):
    def one(x):
        return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))

    return np.array([one(float(x)) for x in z.ravel()]).reshape(z.shape)


@right("sigmoid")
def noisily(z):
    print("z is", z)
    with np.errstate(all="warn"):
        np.exp(1000.0)
    return np.exp(special.log_expit(z)).tolist()


@mutant("sigmoid", says="Where z is negative, exp(z) / (1 + exp(z)) keeps")
def first_form(z):
    return 1 / (1 + np.exp(-z))


@mutant("sigmoid", says="becomes inf / inf for large z")
def second_form(z):
    return np.exp(z) / (1 + np.exp(z))


@mutant("sigmoid", says="rounded away next to a 1")
def by_tanh(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


@mutant("sigmoid", says="rounded away next to a 1")
def one_minus(z):
    up = 1 / (1 + np.exp(-np.abs(z)))
    return np.where(z >= 0, up, 1 - up)


@mutant("sigmoid", says="the logits were clipped")
def clipped(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


@mutant("sigmoid", says="the probability of a 0")
def sign_lost(z):
    return 1 / (1 + np.exp(z))


@mutant("sigmoid", says="these are the odds")
def odds(z):
    return np.exp(z)


@mutant("sigmoid", says="that is tanh")
def hyperbolic(z):
    return np.tanh(z)


@mutant("sigmoid", says="the slope of the sigmoid")
def slope(z):
    return special.expit(z) * (1 - special.expit(z))


@mutant("sigmoid", says="stored in an array of integers")
def in_an_array_like_z(z):
    out = np.zeros_like(z)
    out[...] = special.expit(z)
    return out


@mutant("sigmoid", says="works on one number")
def with_math(z):
    return 1 / (1 + math.exp(-z))


@mutant("sigmoid", says="an array where Python wants one True or False")
def with_if(z):
    return 1 / (1 + np.exp(-z)) if z >= 0 else np.exp(z) / (1 + np.exp(z))


@mutant("sigmoid", says="OverflowError")
def overflowing_loop(z):
    return np.array([1 / (1 + math.exp(-float(x))) for x in z.ravel()]).reshape(z.shape)


# ---- part 2 -----------------------------------------------------------------------------------------


@right("bce")
def one_chance(p, y):
    return -np.log(np.where(y == 1, p, 1 - p)).mean()


@right("bce")
def two_groups(p, y):
    return -(np.log(p[y == 1]).sum() + np.log(1 - p[y == 0]).sum()) / len(y)


@right("bce")
def xlogy(p, y):
    return -(special.xlogy(y, p) + special.xlog1py(1 - y, -p)).mean()


@right("bce")
def python_loop(p, y):
    total = 0.0
    for chance, label in zip(p.tolist(), y.tolist(), strict=True):
        came = chance if label == 1 else 1 - chance
        total += -math.log(came) if came > 0 else math.inf
    return total / len(p)


@right("bce")
def powers(p, y):
    return np.mean(-np.log(p**y * (1 - p) ** (1 - y)))


def plain(p, y):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


@mutant("bce", says="0 * (-inf) is nan")
def as_it_stands(p, y):
    return np.mean(plain(p, y))


@mutant("bce", says="np.nan_to_num makes a large number")
def nan_to_num(p, y):
    return np.nan_to_num(plain(p, y)).mean()


@mutant("bce", says="were left out or set to 0")
def only_finite(p, y):
    losses = plain(p, y)
    return np.where(np.isfinite(losses), losses, 0).mean()


@mutant("bce", says="clipped, or a small number was added")
def clip(p, y):
    return plain(np.clip(p, 1e-15, 1 - 1e-15), y).mean()


@mutant("bce", says="clipped, or a small number was added")
def epsilon_in_the_logarithms(p, y):
    return -(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9)).mean()


@mutant("bce", says="that is the sum of the losses")
def sum_of_losses(p, y):
    return one_chance.function(p, y) * len(y)


@mutant("bce", says="one loss for each example came back")
def each(p, y):
    return -np.log(np.where(y == 1, p, 1 - p))


@mutant("bce", says="the sign is missing")
def signless(p, y):
    return -one_chance.function(p, y)


@mutant("bce", says="only the examples with label 1 count")
def ones_only(p, y):
    return -np.mean(y * np.log(p))


@mutant("bce", says="multiplied first, and the product underflows")
def product_first(p, y):
    return -np.log(np.prod(np.where(y == 1, p, 1 - p))) / len(y)


@mutant("bce", says="1 and 0 are swapped")
def classes_swapped(p, y):
    return one_chance.function(1 - p, y)


@mutant("bce", says="the roles are swapped")
def roles_swapped(p, y):
    return plain(y, p).mean()


@mutant("bce", says="A 0 has the probability 1 - p")
def same_logarithm(p, y):
    return -(y * np.log(p) + (1 - y) * np.log(p)).mean()


@mutant("bce", says="that is the squared error")
def squared(p, y):
    return np.mean((p - y) ** 2)


@mutant("bce", says="that is bits")
def in_bits(p, y):
    return -np.log2(np.where(y == 1, p, 1 - p)).mean()


@mutant("bce", says="the logarithm of 0, which math.log refuses")
def math_log(p, y):
    return sum(-math.log(a if b == 1 else 1 - a) for a, b in zip(p, y, strict=True)) / len(p)


# ---- part 3 -----------------------------------------------------------------------------------------


@right("bce_with_logits")
def logaddexp(z, y):
    return np.mean(np.logaddexp(0, z) - y * z)


@right("bce_with_logits")
def two_softplus(z, y):
    return (y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)).mean()


@right("bce_with_logits")
def loop_with_cases(z, y):
    def one(x, t):
        return x - t * x + math.log1p(math.exp(-x)) if x > 0 else -t * x + math.log1p(math.exp(x))

    return sum(one(float(x), float(t)) for x, t in zip(z, y, strict=True)) / len(z)


@right("bce_with_logits")
def torch_too(z, y):
    import torch

    logits = torch.as_tensor(z, dtype=torch.float64)
    return torch.nn.functional.binary_cross_entropy_with_logits(
        logits, torch.as_tensor(y, dtype=torch.float64)
    )


@mutant("bce_with_logits", says="exp overflows to inf above 709")
def softplus_as_it_stands(z, y):
    return (np.log(1 + np.exp(z)) - y * z).mean()


@mutant("bce_with_logits", says="the loss was computed through the probability")
def through_the_probability(z, y):
    return plain(special.expit(z), y).mean()


@mutant("bce_with_logits", says="clipped, or a small number was added")
def through_a_clipped_probability(z, y):
    return plain(np.clip(special.expit(z), 1e-12, 1 - 1e-12), y).mean()


@mutant("bce_with_logits", says="clipped, or a small number was added")
def epsilon_beside_the_probability(z, y):
    p = special.expit(z)
    return -(y * np.log(p + 1e-7) + (1 - y) * np.log(1 - p + 1e-7)).mean()


@mutant("bce_with_logits", says="that is the sum of the losses")
def logits_summed(z, y):
    return logaddexp.function(z, y) * len(z)


@mutant("bce_with_logits", says="one loss for each example came back")
def logits_each(z, y):
    return np.logaddexp(0, z) - y * z


@mutant("bce_with_logits", says="the sign is missing")
def logits_signless(z, y):
    return -logaddexp.function(z, y)


@mutant("bce_with_logits", says="-|z| is missing inside the exponential")
def no_absolute_value(z, y):
    return (np.maximum(z, 0) - y * z + np.log1p(np.exp(-z))).mean()


@mutant("bce_with_logits", says="max(z, 0) is missing")
def no_maximum(z, y):
    return (-y * z + np.log1p(np.exp(-np.abs(z)))).mean()


@mutant("bce_with_logits", says="y z is missing")
def no_product(z, y):
    return (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))).mean()


@mutant("bce_with_logits", says="y z was added")
def product_added(z, y):
    return (np.maximum(z, 0) + y * z + np.log1p(np.exp(-np.abs(z)))).mean()


@mutant("bce_with_logits", says="log(1 + e^-|z|) is missing")
def no_rest(z, y):
    return (np.maximum(z, 0) - y * z).mean()


@mutant("bce_with_logits", says="s = 2 y - 1 first")
def signs_from_zero_and_one(z, y):
    return np.logaddexp(0, -y * z).mean()


@mutant("bce_with_logits", says="of a sigmoid once more")
def sigmoid_twice(z, y):
    return logaddexp.function(special.expit(z), y)


@mutant("bce_with_logits", says="a soft target was treated as a label")
def labels_only(z, y):
    return np.logaddexp(0, -np.where(y == 1, 1, -1) * z).mean()


@mutant("bce_with_logits", says="1 and 0 are swapped")
def logit_of_a_zero(z, y):
    return logaddexp.function(-z, y)


@mutant("bce_with_logits", says="an array where Python wants one True or False")
def pythons_max(z, y):
    return (max(z, 0) - y * z + np.log1p(np.exp(-abs(z)))).mean()


# ---- part 4 -----------------------------------------------------------------------------------------


@right("gradient")
def with_matrices(X, y, w, b):
    r = special.expit(X @ w + b) - y
    return X.T @ r / len(y), r.mean()


@right("gradient")
def example_by_example(X, y, w, b):
    dw, db = [0.0] * len(w), 0.0
    for x, label in zip(X, y, strict=True):
        push = float(special.expit(sum(x * w) + b)) - int(label)
        dw = [d + push * float(f) / len(y) for d, f in zip(dw, x, strict=True)]
        db += push / len(y)
    return dw, db


@right("gradient")
def autograd(X, y, w, b):
    import torch

    w, b = (
        torch.tensor(w, requires_grad=True),
        torch.tensor(float(b), dtype=torch.float64, requires_grad=True),
    )
    z = torch.tensor(X) @ w + b
    torch.nn.functional.binary_cross_entropy_with_logits(z, torch.tensor(y).double()).backward()
    return w.grad, b.grad


@mutant("gradient", says="the gradient of the sum")
def gradient_of_the_sum(X, y, w, b):
    r = special.expit(X @ w + b) - y
    return X.T @ r, r.sum()


@mutant("gradient", says="the direction in which the loss falls")
def label_minus_prediction(X, y, w, b):
    r = y - special.expit(X @ w + b)
    return X.T @ r / len(y), r.mean()


@mutant("gradient", says="is there once more")
def with_the_slope(X, y, w, b):
    p = special.expit(X @ w + b)
    r = (p - y) * p * (1 - p)
    return X.T @ r / len(y), r.mean()


@mutant("gradient", says="the derivative in the probability")
def in_the_probability(X, y, w, b):
    p = special.expit(X @ w + b)
    r = (p - y) / (p * (1 - p))
    return X.T @ r / len(y), r.mean()


@mutant("gradient", says="Put it through the sigmoid")
def linear(X, y, w, b):
    r = X @ w + b - y
    return X.T @ r / len(y), r.mean()


@mutant("gradient", says="the labels are missing")
def no_labels(X, y, w, b):
    p = special.expit(X @ w + b)
    return X.T @ p / len(y), p.mean()


@mutant("gradient", says="the bias is missing in the logit")
def no_bias_in_the_logit(X, y, w, b):
    return with_matrices.function(X, y, w, 0.0)


@mutant("gradient", says="Divide both by the number of examples")
def bias_summed(X, y, w, b):
    dw, db = with_matrices.function(X, y, w, b)
    return dw, db * len(y)


@mutant("gradient", says="divided by the number of features")
def over_features(X, y, w, b):
    r = special.expit(X @ w + b) - y
    return X.T @ r / X.shape[1], r.sum() / X.shape[1]


@mutant("gradient", says="Return the gradient in w first")
def bias_first(X, y, w, b):
    return with_matrices.function(X, y, w, b)[::-1]


@mutant("gradient", says="does .T put the right one first?")
def not_transposed(X, y, w, b):
    r = special.expit(X @ w + b) - y
    return X @ r / len(y), r.mean()


@mutant("gradient", says="a tuple of 2 results was expected")
def weights_only(X, y, w, b):
    return with_matrices.function(X, y, w, b)[0]


@mutant("gradient", says="is not attempted yet (gradient calls it)")
def on_an_unfinished_part(X, y, w, b):
    def sigmoid(z):
        raise NotImplementedError

    return sigmoid(X @ w + b)


# ---- part 5 -----------------------------------------------------------------------------------------


def newton(X, y, steps, *, sign=-1.0, g_over=None, h_over=None, spread=None, hessian=None):
    A = np.hstack([np.ones((len(X), 1)), X])
    theta = np.zeros(A.shape[1])
    for _ in range(steps):
        p = special.expit(A @ theta)
        s = p * (1 - p) if spread is None else np.full(len(y), spread)
        g = A.T @ (p - y) / (g_over or len(y))
        H = A.T @ np.diag(s) @ A / (h_over or len(y))
        theta = theta + sign * np.linalg.solve(H if hessian is None else hessian(H), g)
    return theta[1:], theta[0]


@right("fit")
def with_a_diagonal_matrix(X, y, steps):
    return newton(X, y, steps)


@right("fit")
def with_sums_instead_of_means(X, y, steps):
    return newton(X, y, steps, g_over=1, h_over=1)


@right("fit")
def reweighted_least_squares(X, y, steps):
    A = np.column_stack([np.ones(len(X)), X])
    theta = np.zeros(A.shape[1])
    for _ in range(steps):
        z = A @ theta
        p = special.expit(z)
        root = np.sqrt(p * (1 - p))
        theta = np.linalg.lstsq(A * root[:, None], root * (z + (y - p) / (p * (1 - p))), rcond=None)[0]
    return theta[1:].tolist(), float(theta[0])


@right("fit")
def bias_last_and_an_inverse(X, y, steps):
    A = np.hstack([X, np.ones((len(X), 1))])
    theta = np.zeros(A.shape[1])
    for _ in range(steps):
        p = special.expit(A @ theta)
        H = sum(float(q * (1 - q)) * np.outer(a, a) for q, a in zip(p, A, strict=True))
        theta = theta - np.linalg.inv(H) @ (A.T @ (p - y))
    return theta[:-1], theta[-1]


@mutant("fit", says="Newton's method subtracts it")
def step_added(X, y, steps):
    return newton(X, y, steps, sign=1.0)


@mutant("fit", says="one step too many")
def too_many(X, y, steps):
    return newton(X, y, steps + 1)


@mutant("fit", says="one step too few")
def too_few(X, y, steps):
    return newton(X, y, steps - 1)


@mutant("fit", says="Return the weights first")
def theta_in_order(X, y, steps):
    return newton(X, y, steps)[::-1]


@mutant("fit", says="Divide both by the number of examples, or neither")
def hessian_of_the_sum(X, y, steps):
    return newton(X, y, steps, h_over=1)


@mutant("fit", says="Divide both by the number of examples, or neither")
def gradient_of_the_sum_here(X, y, steps):
    return newton(X, y, steps, g_over=1)


@mutant("fit", says="It changes with p from step to step")
def always_a_quarter(X, y, steps):
    return newton(X, y, steps, spread=0.25)


@mutant("fit", says="It changes with p from step to step")
def without_the_spread(X, y, steps):
    return newton(X, y, steps, spread=1.0)


@mutant("fit", says="All parameters act together")
def diagonal_only(X, y, steps):
    return newton(X, y, steps, hessian=lambda H: np.diag(np.diag(H)))


@mutant("fit", says="All parameters act together")
def bias_on_its_own(X, y, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        p = special.expit(X @ w + b)
        s = p * (1 - p)
        w, b = w - np.linalg.solve(X.T @ (s[:, None] * X), X.T @ (p - y)), b - np.sum(p - y) / np.sum(s)
    return w, b


@mutant("fit", says="there is no bias")
def no_column_of_ones(X, y, steps):
    w = np.zeros(X.shape[1])
    for _ in range(steps):
        p = special.expit(X @ w)
        w = w - np.linalg.solve(X.T @ ((p * (1 - p))[:, None] * X), X.T @ (p - y))
    return w, 0.0


@mutant("fit", says="these are steps of gradient descent")
def descending(X, y, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        r = (special.expit(X @ w + b) - y) / len(y)
        w, b = w - X.T @ r, b - r.sum()
    return w, b


@mutant("fit", says="where the last call stopped")
def never_starting_again(X, y, steps, kept={}):  # noqa: B006
    key = X.tobytes()
    A = np.hstack([np.ones((len(X), 1)), X])
    theta = kept.get(key, np.zeros(A.shape[1])) if steps == 2 else np.zeros(A.shape[1])
    for _ in range(steps):
        p = special.expit(A @ theta)
        theta = theta - np.linalg.solve(A.T @ ((p * (1 - p))[:, None] * A), A.T @ (p - y))
    kept[key] = theta
    if steps == 1:
        kept.pop(key)
    return theta[1:], theta[0]


@mutant("fit", says="The case: one step")
def scikit_learn_whatever_the_steps(X, y, steps):
    if steps == 0:
        return np.zeros(X.shape[1]), 0.0
    found = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(X, y)
    return found.coef_[0], found.intercept_[0]


@mutant("fit", says="The case: no step")
def the_minimum_at_once(X, y, steps):
    A = np.hstack([np.ones((len(X), 1)), X])
    loss = lambda theta: np.mean(np.logaddexp(0, A @ theta) - y * (A @ theta))  # noqa: E731
    theta = optimize.minimize(loss, np.zeros(A.shape[1])).x
    return theta[1:], theta[0]


# ---- part 6 -----------------------------------------------------------------------------------------


@right("decide")
def by_expected_costs(p, cost_false_alarm, cost_miss):
    return np.where((1 - p) * cost_false_alarm <= p * cost_miss, 1, 0)


@right("decide")
def in_a_list(p, cost_false_alarm, cost_miss):
    t = cost_false_alarm / (cost_false_alarm + cost_miss)
    return [int(x >= t) for x in p]


@right("decide")
def true_and_false(p, cost_false_alarm, cost_miss):
    return p >= cost_false_alarm / (cost_false_alarm + cost_miss)


@mutant("decide", says="the costs are swapped")
def costs_swapped(p, cost_false_alarm, cost_miss):
    return (p >= cost_miss / (cost_false_alarm + cost_miss)).astype(int)


@mutant("decide", says="one half whatever the costs are")
def one_half(p, cost_false_alarm, cost_miss):
    return (p >= 0.5).astype(int)


@mutant("decide", says="the threshold for the odds")
def ratio(p, cost_false_alarm, cost_miss):
    return (p >= cost_false_alarm / cost_miss).astype(int)


@mutant("decide", says="a tie went to 0")
def strictly(p, cost_false_alarm, cost_miss):
    return (p > cost_false_alarm / (cost_false_alarm + cost_miss)).astype(int)


@mutant("decide", says="1 and 0 are swapped")
def the_other_way_round(p, cost_false_alarm, cost_miss):
    return (p < cost_false_alarm / (cost_false_alarm + cost_miss)).astype(int)


@mutant("decide", says="the threshold itself came back")
def threshold_only(p, cost_false_alarm, cost_miss):
    return cost_false_alarm / (cost_false_alarm + cost_miss)


@mutant("decide", says="the expected costs came back")
def costs_only(p, cost_false_alarm, cost_miss):
    return np.minimum((1 - p) * cost_false_alarm, p * cost_miss)
