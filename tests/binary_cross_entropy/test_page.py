"""Every number that the page of chapter `binary_cross_entropy` states, computed without the course's code."""

from functools import cache

import mpmath
import numpy as np
import pytest
from pages import number, source, words
from scipy import optimize, special
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

TEXT = source("binary_cross_entropy")
PAGE = words("binary_cross_entropy")

DIGITS = 40


@cache
def tumours():
    """Standardised features, and 1 for malignant."""
    data = load_breast_cancer()
    return (data.data - data.data.mean(axis=0)) / data.data.std(axis=0), 1 - data.target


def design(features):
    return np.hstack([np.ones((len(features), 1)), features])


def loss(theta, a, y):
    return np.mean(np.logaddexp(0, a @ theta) - y * (a @ theta))


@cache
def best():
    """The maximum of the likelihood for ten features, by SciPy."""
    x, y = tumours()
    a = design(x[:, :10])
    found = optimize.minimize(
        loss,
        np.zeros(11),
        args=(a, y),
        jac=lambda t, a, y: a.T @ (special.expit(a @ t) - y) / len(y),
        hess=lambda t, a, y: (a * (special.expit(a @ t) * special.expit(-a @ t))[:, None]).T @ a / len(y),
        method="trust-exact",
        options={"gtol": 1e-12},
    )
    return found.x


def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    x, y = tumours()
    after = [special.expit(special.logit(0.01) + k * np.log(0.90 / 0.09)) for k in (0, 1, 2)]
    eps = [-mpmath.log(mpmath.mpf(e)) for e in (1e-7, 1e-15)]
    showing = sum(special.expit([2.0, 1.0, -3.0]))
    return [
        f"$\\log 2 \\approx {number(mpmath.log(2), 4)}$ nats every day",
        f"below $1/e \\approx {number(mpmath.exp(-1), 4)}$",
        f"what a sure mistake costs, {number(eps[0], 4)} or {number(-np.log(1 - (1 - 1e-15)), 4)} nats",
        f"the disease is still improbable, {number(after[1], 4)}; "
        f"after two it is as good as even, {number(after[2], 4)}",
        "the marked probabilities on the curve are {:.3f}, {:.3f} and {:.3f}".format(*after),
        f"from {number(special.logit(0.01), 1)} over {number(special.logit(after[1]), 1)} to 0;",
        f"{len(y)} breast tumours",
        f"with a correlation of {number(np.corrcoef(x[:, 0], x[:, 2])[0, 1], 4)}",
        f"puts all {len(y)} examples on their side",
        f"threshold is $\\frac{{1}}{{11}} \\approx {number(1 / 11, 4)}$",
        f"expected to show {number(showing, 4)} of the three",
        f"multiplied by $e^2 \\approx {number(mpmath.exp(2), 1)}$",
        f"$\\log 2 \\approx {number(mpmath.log(2), 2)}$, what $p = \\frac12$ costs",
        f"levels off near {number(loss(best(), design(x[:, :10]), y), 2)} after six steps",
        f"about {number(np.linalg.norm(best()[1:]), 0)} with ten features",
    ]


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_the_labels_favour_anna_unless_she_is_bolder():
    def likelihood(p):
        return np.prod([a if label else 1 - a for a, label in zip(p, [1, 0, 1, 0, 0], strict=True)])

    anna, bolder, ben = (
        likelihood([0.9, 0.2, 0.6, 0.8, 0.1]),
        likelihood([0.9, 0.2, 0.6, 0.99, 0.1]),
        likelihood([0.5] * 5),
    )
    assert "about two and a half times as probable under Anna's" in PAGE
    assert anna / ben == pytest.approx(2.5, abs=0.05)
    assert "0.01 in place of 0.2 divides her likelihood by 20" in PAGE
    assert anna / bolder == pytest.approx(20)
    assert bolder < ben


def test_gradient_descent_needs_tens_of_thousands_of_steps_and_newton_six():
    x, y = tumours()
    a = design(x[:, :10])
    smallest = loss(best(), a, y)
    rate = 1 / np.linalg.eigvalsh(a.T @ a / (4 * len(y)))[-1]
    theta, steps = np.zeros(11), 0
    while loss(theta, a, y) - smallest >= 1e-3:
        theta = theta - rate * a.T @ (special.expit(a @ theta) - y) / len(y)
        steps += 1
    assert "about 27,000 steps to come within a thousandth of a nat" in PAGE
    assert "why one needs 27,000 steps and the other six" in PAGE
    assert round(steps, -3) == 27_000
    theta, steps = np.zeros(11), 0
    while loss(theta, a, y) - smallest >= 1e-3:
        p = special.expit(a @ theta)
        theta = theta - np.linalg.solve((a * (p * (1 - p))[:, None]).T @ a, a.T @ (p - y))
        steps += 1
    assert "Six steps for the thousandth." in PAGE
    assert steps == 6


def test_the_hessian_is_as_badly_conditioned_as_the_page_says():
    x, y = tumours()
    a = design(x[:, :10])
    p = special.expit(a @ best())
    values, vectors = np.linalg.eigh((a * (p * (1 - p))[:, None]).T @ a / len(y))
    assert "The condition number is more than 20,000" in PAGE
    assert values[-1] / values[0] > 20_000
    assert "make the weight of the radius larger and that of the perimeter smaller" in PAGE
    flattest = vectors[:, 0]
    assert set(np.argsort(-np.abs(flattest))[:2]) == {1, 3}  # the bias is the first entry
    assert flattest[1] * flattest[3] < 0


def test_scikit_learn_returns_huge_weights_for_all_thirty_features():
    x, y = tumours()
    assert "It may return enormous weights without a word." in PAGE
    fit = LogisticRegression(C=np.inf, max_iter=10_000).fit(x, y)
    assert np.linalg.norm(fit.coef_) > 1000
    assert fit.score(x, y) == 1


def test_the_threshold_nearly_halves_the_cost_on_unseen_tumours():
    assert "the decisions cost little more than half as much" in PAGE
    data = load_breast_cancer()
    totals = np.zeros(2)
    for seed in range(20):
        a, b, y, unseen = train_test_split(
            data.data[:, :10], 1 - data.target, test_size=0.5, random_state=1000 + seed, stratify=data.target
        )
        mean, spread = a.mean(axis=0), a.std(axis=0)
        fit = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8).fit((a - mean) / spread, y)
        p = fit.predict_proba((b - mean) / spread)[:, 1]
        for i, t in enumerate((0.5, 1 / 11)):
            totals[i] += np.sum((p >= t) & (unseen == 0)) + 10 * np.sum((p < t) & (unseen == 1))
    assert 0.45 < totals[1] / totals[0] < 0.7


def test_every_trial_and_every_topic_of_the_chapter_has_its_place():
    for target in ("claim-1", "row-D1", "row-D2", "row-D3", "row-D4", "row-D5", "row-A4", "row-B7"):
        assert f"\n({target})=\n" in TEXT
