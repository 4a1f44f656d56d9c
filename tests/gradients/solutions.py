"""Wrong and right solutions of the assignment `gradients`."""

import math

import numpy as np
from mutation import mutant, right

from xentcourse.checks.slips.gradients import FUNCTIONS


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1.0, small) / (1.0 + small)


# ---- part 1 -----------------------------------------------------------------------------------------


@right("quadratic_gradient")
def with_math(w, b, x, y):
    a = 1 / (1 + math.exp(-(w * x + b)))
    return (a - y) * a * (1 - a) * x, (a - y) * a * (1 - a)


@right("quadratic_gradient")
def as_a_list(w, b, x, y):
    a = sigmoid(w * x + b)
    return [float((a - y) * a * (1 - a) * x), float((a - y) * a * (1 - a))]


@mutant("quadratic_gradient", says="The derivative in w comes first")
def bias_first(w, b, x, y):
    a = sigmoid(w * x + b)
    return (a - y) * a * (1 - a), (a - y) * a * (1 - a) * x


@mutant("quadratic_gradient", says="sigma' = a (1 - a) is missing")
def no_sigma_prime(w, b, x, y):
    a = sigmoid(w * x + b)
    return (a - y) * x, a - y


@mutant("quadratic_gradient", says="lacks the factor x")
def no_input(w, b, x, y):
    a = sigmoid(w * x + b)
    return (a - y) * a * (1 - a), (a - y) * a * (1 - a)


@mutant("quadratic_gradient", says="output minus target")
def target_minus_output(w, b, x, y):
    a = sigmoid(w * x + b)
    return (y - a) * a * (1 - a) * x, (y - a) * a * (1 - a)


@mutant("quadratic_gradient", says="the derivative in b has a factor x")
def input_on_both(w, b, x, y):
    a = sigmoid(w * x + b)
    return (a - y) * a * (1 - a) * x, (a - y) * a * (1 - a) * x


@mutant("quadratic_gradient", says="the half cancels the 2")
def twice(w, b, x, y):
    a = sigmoid(w * x + b)
    return 2 * (a - y) * a * (1 - a) * x, 2 * (a - y) * a * (1 - a)


@mutant("quadratic_gradient", says="that is the cost itself")
def the_cost(w, b, x, y):
    a = sigmoid(w * x + b)
    return (a - y) ** 2 / 2, (a - y) ** 2 / 2


@mutant("quadratic_gradient", says="not z (1 - z)")
def of_the_logit(w, b, x, y):
    z = w * x + b
    return (sigmoid(z) - y) * z * (1 - z) * x, (sigmoid(z) - y) * z * (1 - z)


@mutant("quadratic_gradient", says="the bias is missing")
def without_bias(w, b, x, y):
    a = sigmoid(w * x)
    return (a - y) * a * (1 - a) * x, (a - y) * a * (1 - a)


@mutant("quadratic_gradient", says="the error a - y is missing")
def sigma_prime_alone(w, b, x, y):
    a = sigmoid(w * x + b)
    return a * (1 - a) * x, a * (1 - a)


@mutant("quadratic_gradient", says="the square is still there")
def still_squared(w, b, x, y):
    a = sigmoid(w * x + b)
    return (a - y) ** 2 * a * (1 - a) * x, (a - y) ** 2 * a * (1 - a)


@mutant("quadratic_gradient", says="which is the output already")
def sigmoid_of_the_output(w, b, x, y):
    a = sigmoid(w * x + b)
    db = (a - y) * sigmoid(a) * (1 - sigmoid(a))
    return db * x, db


@mutant("quadratic_gradient", says="a tuple of 2 results")
def one_number(w, b, x, y):
    a = sigmoid(w * x + b)
    return (a - y) * a * (1 - a) * x


# ---- part 2 -----------------------------------------------------------------------------------------


@right("cross_entropy_gradient")
def error_and_input(w, b, x, y):
    error = sigmoid(w * x + b) - y
    return [error * x, error]


@right("cross_entropy_gradient")
def with_two_branches(w, b, x, y):
    z = w * x + b
    a = 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
    return (a - y) * x, a - y


@mutant("cross_entropy_gradient", says="The derivative in w comes first")
def bias_first_again(w, b, x, y):
    error = sigmoid(w * x + b) - y
    return error, error * x


@mutant("cross_entropy_gradient", says="the chain rule stops at the output")
def stopped_at_the_output(w, b, x, y):
    a = sigmoid(w * x + b)
    return (a - y) / (a * (1 - a)) * x, (a - y) / (a * (1 - a))


@mutant("cross_entropy_gradient", says="that is the quadratic cost's derivative")
def with_sigma_prime(w, b, x, y):
    a = sigmoid(w * x + b)
    return (a - y) * a * (1 - a) * x, (a - y) * a * (1 - a)


@mutant("cross_entropy_gradient", says="lacks the factor x")
def no_input_again(w, b, x, y):
    error = sigmoid(w * x + b) - y
    return error, error


@mutant("cross_entropy_gradient", says="output minus target")
def target_minus_output_again(w, b, x, y):
    error = y - sigmoid(w * x + b)
    return error * x, error


@mutant("cross_entropy_gradient", says="the sign is turned round")
def both_terms_with_a_minus(w, b, x, y):
    a = sigmoid(w * x + b)
    dz = -y * (1 - a) - (1 - y) * a
    return dz * x, dz


@mutant("cross_entropy_gradient", says="the derivative in b has a factor x")
def input_on_both_again(w, b, x, y):
    error = sigmoid(w * x + b) - y
    return error * x, error * x


@mutant("cross_entropy_gradient", says="the bias is missing")
def without_bias_again(w, b, x, y):
    error = sigmoid(w * x) - y
    return error * x, error


@mutant("cross_entropy_gradient", says="Cancel it on paper first")
def two_terms(w, b, x, y):
    a = np.float64(sigmoid(w * x + b))
    dz = (-y / a + (1 - y) / (1 - a)) * a * (1 - a)
    return dz * x, dz


@mutant("cross_entropy_gradient", says="close, but not the same")
def clipped(w, b, x, y):
    a = np.clip(sigmoid(w * x + b), 1e-7, 1 - 1e-7)
    return (a - y) * x, a - y


@mutant("cross_entropy_gradient", says="only the term -y ln a")
def half_of_it(w, b, x, y):
    a = sigmoid(w * x + b)
    return -y * (1 - a) * x, -y * (1 - a)


@mutant("cross_entropy_gradient", says="Cancel it on paper first")
def zero_over_zero(w, b, x, y):
    a = sigmoid(w * x + b)
    slope = np.float64(a - y) / (a * (1 - a))
    return slope * (a * (1 - a)) * x, slope * (a * (1 - a))


@mutant("cross_entropy_gradient", says="OverflowError")
def overflowing(w, b, x, y):
    a = 1 / (1 + math.exp(-(w * x + b)))
    return (a - y) * x, a - y


# ---- part 3 -----------------------------------------------------------------------------------------


def error_times(w, b, cost):
    a = float(sigmoid(w + b))
    return a * a * (1 - a) if cost == "quadratic" else a


@right("train")
def as_a_list_of_numbers(w, b, cost, learning_rate, steps):
    outputs = [float(sigmoid(w + b))]
    while len(outputs) <= steps:
        move = learning_rate * error_times(w, b, cost)
        w, b = w - move, b - move
        outputs.append(float(sigmoid(w + b)))
    return outputs


@right("train")
def in_the_logit_alone(w, b, cost, learning_rate, steps):
    z, outputs = w + b, np.empty(steps + 1)
    for step in range(steps + 1):
        outputs[step] = sigmoid(z)
        z -= 2 * learning_rate * error_times(z, 0.0, cost)
    return outputs


def trained(w, b, cost, learning_rate, steps, w_part=1.0, b_part=1.0):
    outputs = [float(sigmoid(w + b))]
    for _ in range(steps):
        move = learning_rate * error_times(w, b, cost)
        w, b = w - w_part * move, b - b_part * move
        outputs.append(float(sigmoid(w + b)))
    return outputs


@mutant("train", says="the last output is missing")
def one_short(w, b, cost, learning_rate, steps):
    return trained(w, b, cost, learning_rate, steps)[:-1]


@mutant("train", says="the output before the first step is missing")
def without_the_first(w, b, cost, learning_rate, steps):
    return trained(w, b, cost, learning_rate, steps)[1:]


@mutant("train", says="only the last output came back")
def only_the_last(w, b, cost, learning_rate, steps):
    return trained(w, b, cost, learning_rate, steps)[-1]


@mutant("train", says="uphill")
def climbing(w, b, cost, learning_rate, steps):
    return trained(w, b, cost, learning_rate, steps, -1.0, -1.0)


@mutant("train", says="only one of the parameters moves")
def fixed_bias(w, b, cost, learning_rate, steps):
    return trained(w, b, cost, learning_rate, steps, 1.0, 0.0)


@mutant("train", says="Compute both derivatives, then move both")
def weight_first(w, b, cost, learning_rate, steps):
    outputs = [float(sigmoid(w + b))]
    for _ in range(steps):
        w -= learning_rate * error_times(w, b, cost)
        b -= learning_rate * error_times(w, b, cost)
        outputs.append(float(sigmoid(w + b)))
    return outputs


@mutant("train", says="the learning rate is not used")
def no_rate(w, b, cost, learning_rate, steps):
    return trained(w, b, cost, 1.0, steps)


@mutant("train", says="the other cost")
def swapped(w, b, cost, learning_rate, steps):
    return trained(w, b, "quadratic" if cost != "quadratic" else "cross", learning_rate, steps)


@mutant("train", says="one output too many")
def one_step_more(w, b, cost, learning_rate, steps):
    return trained(w, b, cost, learning_rate, steps + 1)


@mutant("train", says="the first output is there twice")
def noted_before_the_step(w, b, cost, learning_rate, steps):
    outputs = [sigmoid(w + b)]
    for _ in range(steps):
        outputs.append(sigmoid(w + b))
        move = learning_rate * error_times(w, b, cost)
        w, b = w - move, b - move
    return np.array(outputs)


@mutant("train", says="compute them anew in every step")
def gradient_before_the_loop(w, b, cost, learning_rate, steps):
    slope, outputs = error_times(w, b, cost), [sigmoid(w + b)]
    for _ in range(steps):
        w, b = w - learning_rate * slope, b - learning_rate * slope
        outputs.append(sigmoid(w + b))
    return outputs


@mutant("train", says="the target was 1")
def taught_to_say_one(w, b, cost, learning_rate, steps):
    outputs = [float(sigmoid(w + b))]
    for _ in range(steps):
        a = outputs[-1]
        slope = (a - 1) * (a * (1 - a) if cost == "quadratic" else 1)
        w, b = w - learning_rate * slope, b - learning_rate * slope
        outputs.append(float(sigmoid(w + b)))
    return outputs


@mutant("train", says="the other cost")
def spelt_otherwise(w, b, cost, learning_rate, steps):
    return trained(w, b, "cross" if cost == "cross_entropy" else "quadratic", learning_rate, steps)


# ---- part 4 -----------------------------------------------------------------------------------------


@right("numerical_gradient")
def over_flat_places(name, x, h):
    f, slopes = FUNCTIONS[name], []
    for i in range(x.size):
        nudge = np.zeros(x.size)
        nudge[i] = h
        nudge = nudge.reshape(x.shape)
        slopes.append((f(x + nudge) - f(x - nudge)) / (2 * h))
    return np.reshape(slopes, x.shape)


@right("numerical_gradient")
def nudged_and_undone(name, x, h):
    x, slopes = x.copy(), np.zeros_like(x)
    for place in np.ndindex(x.shape):
        was = x[place]
        x[place] = was + h
        up = FUNCTIONS[name](x)
        x[place] = was - h
        slopes[place] = (up - FUNCTIONS[name](x)) / (2 * h)
        x[place] = was
    return slopes


def quotient(name, x, h, rise):
    directions = np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([rise(FUNCTIONS[name], x, h * e) for e in directions]).reshape(x.shape)


@mutant("numerical_gradient", says="a one-sided difference")
def forward(name, x, h):
    return quotient(name, x, h, lambda f, x, e: (f(x + e) - f(x)) / h)


@mutant("numerical_gradient", says="a one-sided difference")
def backward(name, x, h):
    return quotient(name, x, h, lambda f, x, e: (f(x) - f(x - e)) / h)


@mutant("numerical_gradient", says="a one-sided difference")
def half_of_forward(name, x, h):
    return quotient(name, x, h, lambda f, x, e: (f(x + e) - f(x)) / (2 * h))


@mutant("numerical_gradient", says="it is 2h")
def over_h(name, x, h):
    return quotient(name, x, h, lambda f, x, e: (f(x + e) - f(x - e)) / h)


@mutant("numerical_gradient", says="A slope is a rise over a run")
def not_divided(name, x, h):
    return quotient(name, x, h, lambda f, x, e: f(x + e) - f(x - e))


@mutant("numerical_gradient", says="divides by 2 and multiplies by h")
def without_brackets(name, x, h):
    return quotient(name, x, h, lambda f, x, e: (f(x + e) - f(x - e)) / 2 * h)


@mutant("numerical_gradient", says="all entries were nudged together")
def all_at_once(name, x, h):
    return quotient(name, x, h, lambda f, x, _: (f(x + h) - f(x - h)) / (2 * h))


@mutant("numerical_gradient", says="stays nudged")
def left_nudged(name, x, h):
    x, slopes = x.copy(), np.zeros_like(x)
    for place in np.ndindex(x.shape):
        x[place] += h
        up = FUNCTIONS[name](x)
        x[place] -= 2 * h
        slopes[place] = (up - FUNCTIONS[name](x)) / (2 * h)
    return slopes


@mutant("numerical_gradient", says="up and down are one array")
def one_array_twice(name, x, h):
    slopes = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up = down = x.copy()
        up[place] += h
        down[place] -= h
        slopes[place] = (FUNCTIONS[name](up) - FUNCTIONS[name](down)) / (2 * h)
    return slopes


@mutant("numerical_gradient", says="half the step")
def half_a_step(name, x, h):
    return quotient(name, x, h, lambda f, x, e: (f(x + e / 2) - f(x - e / 2)) / h)


@mutant("numerical_gradient", says="a whole row was nudged")
def over_the_first_axis(name, x, h):
    slopes = np.zeros(x.shape)
    for j in range(len(x)):
        up, down = x.copy(), x.copy()
        up[j] += h
        down[j] -= h
        slopes[j] = (FUNCTIONS[name](up) - FUNCTIONS[name](down)) / (2 * h)
    return slopes


@mutant("numerical_gradient", says="a step of your own")
def own_step(name, x, h):
    return quotient(name, x, 1e-5, lambda f, x, e: (f(x + e) - f(x - e)) / 2e-5)


@mutant("numerical_gradient", says="the result is flat")
def flattened(name, x, h):
    return over_flat_places.function(name, x, h).ravel()


@mutant("numerical_gradient", says="changed its argument")
def in_place(name, x, h):
    slopes = over_flat_places.function(name, x, h)
    x += h
    return slopes


# ---- part 5 -----------------------------------------------------------------------------------------


@right("relative_error")
def with_a_loop(g, n, floor):
    worst = 0.0
    for a, b in zip(np.ravel(g), np.ravel(n), strict=True):
        worst = max(worst, abs(a - b) / max(abs(a), abs(b), floor))
    return worst


def sizes(g, n, floor):
    return np.maximum(np.maximum(np.abs(g), np.abs(n)), floor)


@right("relative_error")
def as_a_difference_of_quotients(g, n, floor):
    sizes = np.stack([np.abs(g), np.abs(n), np.full(np.shape(g), floor)]).max(axis=0)
    return float(np.abs(g / sizes - n / sizes).max())


@mutant("relative_error", says="the difference is not divided")
def absolute(g, n, floor):
    return np.max(np.abs(g - n))


@mutant("relative_error", says="that is the mean")
def averaged(g, n, floor):
    return np.mean(np.abs(g - n) / sizes(g, n, floor))


@mutant("relative_error", says="that is the sum of all entries")
def added(g, n, floor):
    return np.sum(np.abs(g - n) / sizes(g, n, floor))


@mutant("relative_error", says="The largest of them was asked")
def every_entry(g, n, floor):
    return np.abs(g - n) / sizes(g, n, floor)


@mutant("relative_error", says="keeps its sign")
def signed(g, n, floor):
    return np.max((g - n) / sizes(g, n, floor))


@mutant("relative_error", says="taken with their signs")
def signed_sizes(g, n, floor):
    return np.max(np.abs(g - n) / np.maximum(np.maximum(g, n), floor))


@mutant("relative_error", says="only one of the two is in the denominator")
def over_the_numeric(g, n, floor):
    return np.max(np.abs(g - n) / np.maximum(np.abs(n), floor))


@mutant("relative_error", says="only one of the two is in the denominator")
def over_the_analytic(g, n, floor):
    return np.max(np.abs(g - n) / np.maximum(np.abs(g), floor))


@mutant("relative_error", says="hide a wrong small one")
def of_the_whole(g, n, floor):
    return np.max(np.abs(g - n)) / np.max(sizes(g, n, floor))


@mutant("relative_error", says="lengths of the whole gradients")
def by_length(g, n, floor):
    return np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


@mutant("relative_error", says="lengths of the whole gradients")
def by_the_longer(g, n, floor):
    return np.linalg.norm(g - n) / max(np.linalg.norm(g), np.linalg.norm(n))


@mutant("relative_error", says="the sizes were added")
def over_the_sum(g, n, floor):
    return np.max(np.abs(g - n) / np.maximum(np.abs(g) + np.abs(n), floor))


@mutant("relative_error", says="the floor was added")
def floor_added(g, n, floor):
    return np.max(np.abs(g - n) / (np.maximum(np.abs(g), np.abs(n)) + floor))


@mutant("relative_error", says="the floor is not used")
def no_floor(g, n, floor):
    return np.max(np.abs(g - n) / np.maximum(np.abs(g), np.abs(n)))


# ---- part 6 -----------------------------------------------------------------------------------------


def softmax(z):
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


@right("backprop")
def example_by_example(X, labels, W1, b1, W2, b2):
    totals = [np.zeros_like(p) for p in (W1, b1, W2, b2)]
    for x, label in zip(X, labels, strict=True):
        a = sigmoid(x @ W1 + b1)
        g2 = softmax((a @ W2 + b2)[None])[0] / len(X)
        g2[label] -= 1 / len(X)
        g1 = (W2 @ g2) * a * (1 - a)
        for total, part in zip(totals, (np.outer(x, g1), g1, np.outer(a, g2), g2), strict=True):
            total += part
    return totals


def network(X, labels, W1, b1, W2, b2, *, g2, g1=lambda a: a * (1 - a), add=np.sum):
    a = sigmoid(X @ W1 + b1)
    p = softmax(a @ W2 + b2)
    last = g2(p, np.eye(len(b2))[labels])
    first = (last @ W2.T) * g1(a)
    return X.T @ first, add(first, axis=0), a.T @ last, add(last, axis=0)


def mean(p, y):
    return (p - y) / len(p)


@right("backprop")
def with_arrays(*given):
    return network(*given, g2=mean)


@right("backprop")
def minus_one_at_the_label(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A = sigmoid(Z1)
    G2 = softmax(A @ W2 + b2)
    G2[np.arange(len(X)), labels] -= 1
    G2 /= len(X)
    G1 = np.einsum("nk,hk->nh", G2, W2) * sigmoid(Z1) * sigmoid(-Z1)
    ones = np.ones(len(X))
    return [X.T @ G1, ones @ G1, A.T @ G2, ones @ G2]


@mutant("backprop", says="that is the gradient of the sum")
def of_the_sum(*given):
    return network(*given, g2=lambda p, y: p - y)


@mutant("backprop", says="The mean is over examples: by N")
def over_all_entries(*given):
    return network(*given, g2=lambda p, y: (p - y) / p.size)


@mutant("backprop", says="The mean is over examples: by N")
def over_the_classes(*given):
    return network(*given, g2=lambda p, y: (p - y) / p.shape[1])


@mutant("backprop", says="the error is turned round")
def the_other_way_round(*given):
    return network(*given, g2=lambda p, y: (y - p) / len(p))


@mutant("backprop", says="the hidden neurons' sigma' is missing")
def linear_hidden(*given):
    return network(*given, g2=mean, g1=np.ones_like)


@mutant("backprop", says="which is the output already")
def sigmoid_twice(*given):
    return network(*given, g2=mean, g1=lambda a: sigmoid(a) * (1 - sigmoid(a)))


@mutant("backprop", says="multiplied by A alone")
def times_a(*given):
    return network(*given, g2=mean, g1=lambda a: a)


@mutant("backprop", says="multiplied by A alone")
def times_one_minus_a(*given):
    return network(*given, g2=mean, g1=lambda a: 1 - a)


@mutant("backprop", says="add the rows")
def biases_averaged(*given):
    return network(*given, g2=mean, add=np.mean)


@mutant("backprop", says="the weights' gradients lack the 1 / N")
def only_biases_averaged(*given):
    return network(*given, g2=lambda p, y: p - y, add=np.mean)


@mutant("backprop", says="divided by N twice")
def averaged_twice(X, labels, *parameters):
    return [g / len(X) for g in network(X, labels, *parameters, g2=mean)]


@mutant("backprop", says="a matrix product of shapes that do not fit")
def straight_back(X, labels, W1, b1, W2, b2):
    A = sigmoid(X @ W1 + b1)
    G2 = (softmax(A @ W2 + b2) - np.eye(len(b2))[labels]) / len(X)
    G1 = (G2 @ W2) * A * (1 - A)
    return X.T @ G1, G1.sum(axis=0), A.T @ G2, G2.sum(axis=0)


@mutant("backprop", says="Result 3 of 4: The result is transposed")
def turned_over(*given):
    W1, b1, W2, b2 = network(*given, g2=mean)
    return W1, b1, W2.T, b2


@mutant("backprop", says="The order is W1, b1, W2, b2")
def last_layer_first(*given):
    found = network(*given, g2=mean)
    return (*found[2:], *found[:2])


@mutant("backprop", says="a tuple of 4 results")
def without_biases(*given):
    found = network(*given, g2=mean)
    return found[0], found[2]
