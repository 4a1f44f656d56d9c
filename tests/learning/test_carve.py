"""What is kept of a notebook: the functions asked for, what they need, and nothing else."""

import pytest

from xentcourse.learning.carve import carved, python


def ran(text: str) -> dict:
    namespace: dict = {}
    exec(text, namespace)
    return namespace


def test_a_function_brings_its_imports_helpers_and_constants():
    text = carved(
        ["import math\nimport os", "BASE = 2\nOTHER = 3", "def log(x):\n    return math.log(x, BASE)",
         "def bits(p):\n    # minus\n    return -log(p)", "print(bits(0.5))"],
        ["bits"],
    )  # fmt: skip
    assert ran(text)["bits"](0.25) == 2
    assert "# minus" in text, "comments inside a function are the learner's"
    assert "os" not in text
    assert "OTHER" not in text
    assert "print" not in text


def test_the_latest_definition_counts_as_in_the_notebook():
    text = carved(["def f():\n    return g()", "def g():\n    return 1", "def g():\n    return 2"], ["f"])
    assert ran(text)["f"]() == 2
    assert "return 1" not in text


def test_what_runs_at_once_sees_what_came_before():
    text = carved(["a = 1", "b = a + 1", "a = 10", "def f():\n    return b, a"], ["f"])
    assert ran(text)["f"]() == (2, 10)


def test_a_name_that_is_changed_step_by_step_keeps_all_steps():
    text = carved(["def f(x):\n    return x", "f = [f][0]", "table = {}", "table[1] = 2\ntable[3] = 4",
                   "def g():\n    return table, f(1)"], ["g"])  # fmt: skip
    assert ran(text)["g"]() == ({1: 2, 3: 4}, 1)


def test_parameters_and_local_names_bring_nothing_along():
    example = "for p in [0.5]:\n    total = p\n    print(total)"
    function = (
        "def f(p):\n    total = 0\n    for q in [p]:\n        total += q\n    return [p for p in [total]]"
    )
    text = carved([example, function], ["f"])
    assert "print" not in text
    assert ran(text)["f"](2) == [2]


def test_defaults_inner_functions_and_sums_bring_theirs():
    text = carved(
        ["a = 1", "a += 1", "b = 5", "def f(x=a):\n    def g():\n        return b\n    return x, g()"], ["f"]
    )
    assert ran(text)["f"]() == (2, 5)


def test_decorators_stay_with_their_function():
    text = carved(["from functools import lru_cache", "@lru_cache\ndef f(n):\n    return n"], ["f"])
    assert ran(text)["f"](3) == 3


def test_a_cell_that_is_no_python_is_left_out():
    assert ran(carved(["def f(:", python("%time 1\ndef f():\n    return 1")], ["f"]))["f"]() == 1


@pytest.mark.parametrize("statement", ["from math import *", "if True:\n    from math import log"])
def test_imports_in_any_form_are_found(statement):
    assert ran(carved([statement, "def f(x):\n    return log(x)"], ["f"]))["f"](1) == 0


def test_nothing_asked_for_and_nothing_found_is_nothing():
    assert carved(["a = 1"], ["b"]) == ""
