"""Every number that the page of chapter `softmax` states, computed again without the course's own code."""

from functools import cache

import mpmath
import numpy as np
import pytest
import torch
from pages import number, prose, unchecked, words
from scipy import special
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

PAGE = words("softmax")

DIGITS = 30
#: The worked example: the label is the first class.
EXAMPLE = (0.1, 0.5, 0.1, 0.1, 0.2)
LOG_10, FLOOR = mpmath.log(10), mpmath.log(1 + 9 / mpmath.e)


def power_of_ten(x) -> str:
    """6.8e-06 as TeX."""
    mantissa, exponent = f"{float(x):.1e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


@cache
def trained(twice: bool) -> dict[str, float]:
    """500 steps of descent by autograd, and what torch's own loss says on the unseen digits."""
    images, digits = load_digits(return_X_y=True)
    split = train_test_split(images / 16, digits, test_size=0.25, random_state=0, stratify=digits)
    x, x_test, y, y_test = map(torch.from_numpy, split)
    w = torch.zeros(64, 10, dtype=torch.float64, requires_grad=True)
    b = torch.zeros(10, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=1.0)
    for _ in range(500):
        optimizer.zero_grad()
        z = x @ w + b
        torch.nn.functional.cross_entropy(z.softmax(1) if twice else z, y).backward()
        optimizer.step()
    with torch.no_grad():
        z = x_test @ w + b
        loss = torch.nn.functional.cross_entropy(z, y_test).item()
        return {"loss": loss, "right": (z.argmax(1) == y_test).double().mean().item(), "images": len(images)}


def pushes(p, label: int) -> list[str]:
    """What a step of descent does to the logits, by autograd."""
    z = torch.log(torch.tensor(p)).requires_grad_()
    torch.nn.functional.cross_entropy(z, torch.tensor(label)).backward()
    return [f"{-x:+.2f}" for x in z.grad]


@cache
def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    exponentials, shares = np.exp([1.0, -2.0, 0.0]), special.softmax([1.0, -2.0, 0.0])
    decided = [mpmath.exp(z) / sum(map(mpmath.exp, (12.5, 0.6, -23))) for z in (12.5, 0.6, -23)]
    digits_of_e_1000 = int(mpmath.floor(mpmath.log10(mpmath.exp(1000)))) + 1
    digits_of_largest = len(str(int(np.finfo(np.float64).max)))
    push = pushes(EXAMPLE, 0)
    once, twice = trained(twice=False), trained(twice=True)
    assert push[2] == push[3]
    return [
        rf"a factor $e \approx {number(mpmath.e, 4)}$, and a lead of two points "
        rf"a factor $e^2 \approx {number(mpmath.e**2, 4)}$",
        "Logits 1, -2 and 0 become exponentials {:.3g}, {:.3g} and {:.3g}, ".format(*exponentials)
        + "which become probabilities {:.3g}, {:.3g} and {:.3g}.".format(*shares),
        f"$e^{{1000}}$ has {digits_of_e_1000} digits before the point "
        f"and the largest float64 has {digits_of_largest}",
        f"probabilities ${EXAMPLE}$",
        rf"$-\log 0.1 = {number(-mpmath.log(EXAMPLE[0]), 6)}$ nats, "
        f"or {number(-mpmath.log(EXAMPLE[0], 2), 6)} bits; as $-\\log 0.1 = \\log 10$",
        f"{push[0]} on the true class 1, {push[1]} on class 2, {push[2]} on classes 3 and 4, "
        f"{push[4]} on class 5",
        rf"$\log(1 + 9/e) = {number(FLOOR, 6)}$ nats, {float(FLOOR / LOG_10):.0%} of the $\log 10$",
        f"creeps down towards {number(FLOOR, 2)}",
        rf"ten classes is $\log(1 + 9/e) \approx {number(FLOOR, 2)}$",
        f"A lead of {number(12.5 - 0.6, 1)} points is a factor of $e^{{{number(12.5 - 0.6, 1)}}}$, "
        f"about {round(float(mpmath.exp(11.9)), -3):,.0f}, while 0.9 to 0.09 is a factor of {0.9 / 0.09:.0f}",
        rf"$({number(decided[0], 6)},\ {power_of_ten(decided[1])},\ {power_of_ten(decided[2])})$",
        f"a lead of {number(mpmath.log(0.9 / 0.01), 1)} points is enough for 0.9 against 0.01",
        f"The data are {once['images']:,} images",
        rf"The loss starts at $\log 10 \approx {number(LOG_10, 4)}$ nats, as it must, "
        f"and after 500 steps {once['right']:.1%} of the unseen digits are right",
        f"Both curves start at {number(LOG_10, 2)} nats. The right loss falls quickly "
        f"to about {once['loss']:.2f}; the double softmax sinks slowly "
        f"and stays above its floor of {number(FLOOR, 2)}.",
        f"{twice['loss']:.4f} nats by the right loss, against {once['loss']:.4f}",
        f"With 1,000 classes a fresh model shows a loss of {number(mpmath.log(1000), 1)} nats",
        rf"$\log 1000 \approx {number(mpmath.log(1000), 1)}$",
    ]


#: Numbers that are given, not computed: logits, probabilities, sizes, steps, and the 1.5 of a question.
GIVEN = {"0.1", "0.2", "0.5", "0.6", "0.9", "0.09", "0.01", "12.5", "1.5", "500", "1000", "1,000"}


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(prose("softmax"), sentences(), GIVEN) == []


def test_ratios_of_probabilities_are_exponentials_of_differences():
    p = special.softmax([1.0, -2.0, 0.0])
    assert p[0] / p[2] == pytest.approx(float(mpmath.e))
    assert p[2] / p[1] == pytest.approx(float(mpmath.e**2))


def test_the_bug_costs_two_points_of_accuracy():
    assert "The bug costs two points of accuracy" in PAGE
    assert round(100 * (trained(twice=False)["right"] - trained(twice=True)["right"])) == 2


def test_the_floor_of_the_double_softmax_is_approached_and_not_crossed():
    assert r"\log\Bigl(1 + \frac{K-1}{e}\Bigr)" in PAGE
    for classes in (2, 3, 10):
        floor = mpmath.log(1 + (classes - 1) / mpmath.e)
        for lead in (0, 1, 10, 50):
            total = mpmath.exp(lead) + classes - 1
            p = [mpmath.exp(lead) / total] + [1 / total] * (classes - 1)
            loss = mpmath.log(sum(map(mpmath.exp, p))) - p[0]
            assert loss > floor
        assert loss - floor < 1e-18
