"""What book/gradients.md states, computed another way, and its assignment's own words."""

import math
from pathlib import Path

import numpy as np
import pytest
import sympy
import torch
from pages import prose, unchecked, words

from xentcourse.checks.slips.gradients import FUNCTIONS
from xentcourse.course import Course
from xentcourse.grading.source import source_notebook

PAGE = words("gradients")
STARTS = {"little": 1.5, "very": 4.0}  # logits


def outputs(z: float, rate: float, slope) -> list[float]:
    """Those of 300 steps; weight and bias both move, so the logit moves twice as far as either."""
    found = []
    for _ in range(301):
        found.append(1 / (1 + math.exp(-z)))
        z -= 2 * rate * slope(found[-1])
    return found


def runs(rate: float, slope) -> tuple[list[float], list[float]]:
    """From the start that is a little wrong, and from the one that is very wrong."""
    little, very = (outputs(z, rate, slope) for z in STARTS.values())
    return little, very


def quadratic(a: float) -> float:
    """The slope of the quadratic cost in the logit, for the target 0."""
    return a * a * (1 - a)


def lengths(seed: int, layers: int = 5, width: int = 30) -> list[float]:
    """What the page's cell draws, with autograd in place of backpropagation by hand."""
    rng = np.random.default_rng(seed)
    signal, logits = torch.tensor(rng.normal(size=(50, width))), []
    for _ in range(layers):
        logits.append(signal @ torch.tensor(rng.normal(size=(width, width)) / np.sqrt(width)))
        logits[-1].requires_grad_().retain_grad()
        signal = torch.sigmoid(logits[-1])
    last = signal @ torch.tensor(rng.normal(size=(width, 10)) / np.sqrt(width))
    torch.nn.functional.cross_entropy(last, torch.tensor(rng.integers(10, size=50))).backward()
    return [float(z.grad.norm()) for z in logits]


def ends(run: list[float], step: int = 300) -> str:
    """The output after a step, as the page states it."""
    return f"{run[step]:.2f}"


def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    little, very = runs(0.15, quadratic)
    low, high = ends(little, 0), ends(very, 0)
    same_rate = runs(0.15, lambda a: a)
    slow_little, slow_very = runs(0.005, lambda a: a)
    cut_short = outputs(STARTS["little"], 0.005, lambda a: 1 / (1 - a))
    slopes = quadratic(very[0]), quadratic(little[0])
    assert round(slopes[1] / slopes[0]) == 7
    assert {f"{run[300]:.3f}" for run in same_rate} == {"0.012"}
    return [
        f"starts with the output {low}, the second with {high}.",
        f"starts at {low} falls at once and ends at {ends(little)}.",
        f"starts at {high} stays level for more than 100 steps, then falls and ends at {ends(very)}.",
        f"its output is still {ends(very, 150)}, and after 300 it is {ends(very)}, against {ends(little)}",
        f"a slope of {slopes[0]:.4f} against {slopes[1]:.4f}: seven times smaller",
        f"highest at two thirds with {quadratic(2 / 3):.2f}",
        f"at the outputs {low} and {high}.",
        "both neurons are near 0.012",
        f"from {high} to {ends(slow_very)} and the one from {low} to {ends(slow_little)}",
        f"from {low} to {ends(cut_short)} in 300 steps at the rate 0.005",
        f"The right answer is {slow_little[300]:.4f}.",
        f"and $4^4 = {4**4}$",
        f"About {quadratic(0.98):.2f}, since the neuron is saturated.",
    ]


#: Numbers that are given, not computed: rates, outputs, steps, and the answers to choose from.
GIVEN = {"0.15", "0.005", "0.001", "0.98", "0.9", "100", "150", "200", "300", "400"}


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(prose("gradients"), sentences(), GIVEN) == []


@pytest.mark.parametrize("seed", range(20))
def test_of_the_page_s_three_answers_400_is_nearest_and_256_too_low(seed):
    found = lengths(seed)
    ratio = found[-1] / found[0]
    assert min((4, 40, 400), key=lambda guess: abs(math.log(ratio / guess))) == 400
    assert ratio > 4**4


def given_cell(name: str) -> dict[str, object]:
    """What a locked code cell of the assignment defines."""
    chapter = Course.find(Path(__file__).parent).chapter("gradients")
    cells = source_notebook(chapter).cells
    namespace: dict[str, object] = {"np": np}
    exec(next(c.source for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == name), namespace)
    return namespace


def test_the_cost_that_cancels_the_sigmoid_solves_its_equation():
    a, y = sympy.symbols("a y", positive=True)
    cost = sympy.integrate((a - y) / (a * (1 - a)), a)
    cross_entropy = -y * sympy.log(a) - (1 - y) * sympy.log(1 - a)
    assert sympy.simplify(sympy.diff(cost - cross_entropy, a)) == 0


@pytest.mark.parametrize(
    ("loss", "mean"),
    [
        ("log(1 + exp(t)) - y*t", "1/(1 + exp(-t))"),
        ("(y - t)**2/2", "t"),
        ("exp(t) - y*t", "exp(t)"),
    ],
)
def test_every_row_of_the_table_has_the_slope_prediction_minus_target(loss, mean):
    t, y = sympy.symbols("t y", real=True)
    slope = sympy.diff(sympy.sympify(loss, {"t": t, "y": y}), t)
    assert sympy.simplify(slope - sympy.sympify(mean, {"t": t}) + y) == 0


def test_the_best_step_minimises_the_bound():
    h, m, e = sympy.symbols("h M E", positive=True)
    bound = m * h**2 / 6 + e / h
    best = (3 * e / m) ** sympy.Rational(1, 3)
    assert sympy.simplify(sympy.diff(bound, h).subs(h, best)) == 0
    stated = m ** sympy.Rational(1, 3) * (3 * e) ** sympy.Rational(2, 3) / 2
    assert sympy.simplify(bound.subs(h, best) - stated) == 0


def test_the_assignment_s_functions_are_those_of_its_check():
    theirs = given_cell("gradients-functions")["FUNCTIONS"]
    x = np.random.default_rng(0).normal(size=(2, 3))
    assert theirs.keys() == FUNCTIONS.keys()
    assert all(theirs[name](x) == f(x) for name, f in FUNCTIONS.items())


def test_the_assignment_s_sigmoid_does_not_overflow():
    sigmoid = given_cell("gradients-setup")["sigmoid"]
    assert sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist() == [0.0, 0.5, 1.0]
