"""What book/gradients.md states, computed another way, and its assignment's own words."""

from pathlib import Path

import numpy as np
import pytest
import sympy

from xentcourse.checks.slips.gradients import FUNCTIONS
from xentcourse.course import Course
from xentcourse.grading.source import source_notebook


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
