"""Every number that the page of chapter `loss_variants` states, computed without the course's own code."""

import mpmath
import numpy as np
import torch
from pages import number, prose, unchecked, words
from scipy import optimize, special
from torch.nn import functional

PAGE = words("loss_variants")

DIGITS = 40
ROWS = torch.tensor([[-1.0, 1.0], [-0.5, 1.5], [-0.5, 1.5]], dtype=torch.float64)


def mean(labels, rows=ROWS, **options) -> str:
    loss = functional.cross_entropy(rows, torch.tensor(labels), **options)
    return number(loss, 4)


def best_report(belief: float, gamma: float) -> float:
    def expected(q):
        return -belief * (1 - q) ** gamma * np.log(q) - (1 - belief) * q**gamma * np.log1p(-q)

    return float(optimize.minimize_scalar(expected, bounds=(0.01, 0.99), method="bounded").x)


def fading(temperature: float) -> str:
    """The first entry of the gradient of the divergence, with nothing in front of it."""
    z = torch.tensor([2.0, 3.0, 1.0, 0.0], dtype=torch.float64, requires_grad=True)
    p = torch.softmax(torch.tensor([9.0, 4.0, 2.0, -3.0], dtype=torch.float64) / temperature, 0)
    functional.kl_div(torch.log_softmax(z / temperature, 0), p, reduction="sum").backward()
    return number(z.grad[0], 5).replace("-", "−")


def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    a, b = mpmath.mpf("0.91"), mpmath.mpf("0.01")
    floor = number(-a * mpmath.log(a) - 9 * b * mpmath.log(b), 4)
    counts = np.array([90, 9, 1])
    flat = torch.zeros((3, 3), dtype=torch.float64)
    weight = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    one_hot = np.eye(3)[[2, 2, 1]].tolist()
    soft = functional.cross_entropy(flat, torch.tensor(one_hot, dtype=torch.float64), weight=weight)
    return [
        f"The mean loss of the first two rows is {mean([0, 1], ROWS[:2])} nats",
        f"With its label the third row pulls the mean down to {mean([0, 1, 1])}.",
        f"nor below it: {mean([0, 1, -100])} again",
        f"is {number(np.log(3), 4)} nats instead of {number(special.entr(counts / 100).sum(), 4)}",
        r"$q_k/w_k$ is $(0.5,\ 0.05)$, and $0.05/0.55 = 1/11$",
        f"About half a nat: {floor}. A loss of {floor} nats with smoothing is perfection",
        f"The lead of logits that is asked for is {number(mpmath.log(a / b), 4)}, and",
        f"a lead of {number(mpmath.log(a / b), 1)} and of {number(mpmath.log(1 + 7 / mpmath.mpf('0.3')), 1)}",
        f"it says $a$, and {number(a, 2)} here",
        f"is $\\log 3 \\approx {mean([2, 2, 1], flat, weight=weight)}$?",
        f"different means: {mean([2, 2, 1], flat, weight=weight)} and {number(soft, 4)} here",
        f"The honest 0.9 becomes {number(best_report(0.9, 2), 4)}:",
        f"shrinks from {fading(10)} at $T = 10$ to {fading(100)} at $T = 100$",
        f"below the floor of {floor} nats",
        f"batch's weight is {63 + 100}, and 100 of it",
        f"$\\sum_i w_{{y_i}} = {63 + 100}$",
        f"The mean over all {300 + 100} tokens",
    ]


#: Numbers that are given, not computed: weights, shares, sizes, and the losses of the questions.
GIVEN = {"0.1", "0.3", "0.5", "0.9", "0.31", "4.2", "2.1", "100", "300"}


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(prose("loss_variants"), sentences(), GIVEN) == []


def test_a_loss_of_the_question_lies_below_the_floor():
    assert special.entr(np.array([0.91] + [0.01] * 9)).sum() > 0.31


def test_balanced_weights_are_learnt_as_equal_shares():
    assert "One third." in PAGE
    shares = np.array([90, 9, 1]) / 100 / np.array([90, 9, 1])
    np.testing.assert_allclose(shares / shares.sum(), 1 / 3)


def test_the_mixture_inside_the_logarithm_is_never_dearer():
    rng = np.random.default_rng(0)
    for eps in (0.0, 0.1, 0.5, 1.0):
        q = rng.dirichlet(np.ones(4), size=200)
        inside = -np.log((1 - eps) * q[:, 0] + eps / 4)
        outside = -(1 - eps) * np.log(q[:, 0]) - eps * np.log(q).mean(axis=1)
        assert (inside <= outside + 1e-12).all()


def test_the_error_of_averaging_means_is_a_covariance():
    rng = np.random.default_rng(0)
    d, means = rng.uniform(1, 9, size=7), rng.normal(size=7)
    exact = (d * means).sum() / d.sum() - means.mean()
    np.testing.assert_allclose(exact, ((d - d.mean()) * (means - means.mean())).sum() / (7 * d.mean()))
