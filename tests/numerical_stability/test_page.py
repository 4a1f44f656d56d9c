"""The numbers and steps of the page `numerical_stability`, computed without the course's own code."""

import json
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
import torch
from pages import words
from sklearn.metrics import log_loss

from xentcourse.checks.numerical_stability import IMPLEMENTATIONS

ROOT = Path(__file__).parents[2]
PAGE = words("numerical_stability")

DIGITS = 60
FORMATS = ("float64", "float32", "bfloat16", "float16")


def info(name: str) -> torch.finfo:
    return torch.finfo(getattr(torch, name))


def in_format(x: float, name: str) -> float:
    """`x` rounded by torch: to float32 on its way, which none of the values here notices."""
    return float(torch.tensor(x, dtype=torch.float64).to(getattr(torch, name)))


# ---- statements -------------------------------------------------------------------------------------


def test_the_page_states_what_another_computation_gives():
    ten = mpmath.log(10 * mpmath.exp(-10))
    sentences = [
        f"Only each row's own maximum gives ${float(ten):.4f}$ and $10^{{10}}$",
        f"float16 keeps 11 digits and ends at {info('float16').max:,.0f}",
        f"in float16 that takes more than {info('float16').max:,.0f} classes",
        f"bfloat16 overflows at {info('float16').max:,.0f}. That is float16",
        f"between 1 and 2 it has {1 / info('bfloat16').eps:.0f} numbers",
        f"the same prediction costs {-math.log(1e-7):.4f}",
        f"its loss shows a harmless {-math.log(1e-15):.4f}",
        f"flat at {-math.log(1e-7):.0f} nats for all logits below about {math.log(1e-7):.0f}; "
        f"clipped at 1e-15 it is flat at {-math.log(1e-15):.0f} nats below about {math.log(1e-15):.0f}",
    ]
    assert [sentence for sentence in sentences if sentence not in PAGE] == []


def test_a_logit_of_12_overflows_in_float16_and_11_does_not():
    assert "In float16 a logit of 12 is enough for infinity" in PAGE
    assert math.exp(11) < info("float16").max < math.exp(12)


def test_the_sum_of_ones_stops_where_the_page_says():
    for name, stop in (("bfloat16", 256.0), ("float16", 2048.0)):
        assert in_format(stop - 1, name) == stop - 1
        assert in_format(stop + 1, name) == stop
    assert "At 256 the next bfloat16 number is 258" in PAGE
    assert in_format(258.0, "bfloat16") == 258.0


def test_log_one_plus_x_keeps_the_digits_that_the_page_says():
    assert "At $x = 10^{-9}$ the plain formulas keep seven digits, at $10^{-15}$ one" in PAGE
    for x, low, high in ((1e-9, 1e-8, 1e-6), (1e-15, 1e-2, 1)):
        for plain in (math.log(1 + x), math.exp(x) - 1):
            assert low < abs(plain - x) / x < high
    assert math.log(1 + 1e-20) == math.exp(1e-20) - 1 == 0


def test_half_an_ulp_of_600_moves_the_fourteenth_digit():
    assert "an error of half an ulp changes $e^{-600}$ in its fourteenth digit" in PAGE
    assert 1e-14 < math.expm1(math.ulp(600.0) / 2) < 1e-13


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("epsilon", [1e-7, 1e-15])
def test_one_minus_epsilon_is_one_exactly_up_to_half_the_round_off(name, epsilon):
    assert "$1 - \\varepsilon$ rounds to 1 if and only if $0 \\le \\varepsilon \\le u/2$" in PAGE
    assert (in_format(1 - epsilon, name) == 1) == (epsilon <= info(name).eps / 4)


def test_in_float16_1e_15_is_0():
    assert in_format(1e-15, "float16") == 0


def test_the_packages_answer_as_the_page_says():
    p = torch.tensor([0.0], requires_grad=True)
    loss = torch.nn.functional.binary_cross_entropy(p, torch.tensor([1.0]))
    loss.backward()
    assert (loss.item(), p.grad.item()) == (100.0, pytest.approx(-1e12))
    for dtype in (np.float64, np.float32):
        found = log_loss([1], np.array([[1.0, 0.0]], dtype=dtype), labels=[0, 1])
        assert found == pytest.approx(-math.log(np.finfo(dtype).eps))


def test_a_true_gradient_climbs_out_and_a_clipped_one_stays():
    z = mpmath.mpf(-40)
    for _ in range(60):
        z += 1 / (1 + mpmath.exp(z))
    assert z > 0
    assert 1 / (1 + mpmath.exp(40)) < 1e-15


def test_one_minus_sigmoid_of_50_is_what_the_answer_says():
    assert "the true value is about $2 \\cdot 10^{-22}$" in PAGE
    assert 1.5e-22 < 1 / (1 + mpmath.exp(50)) < 2.5e-22
    assert 1 / (1 + math.exp(-50)) == 1


@pytest.mark.parametrize("t", [0, 1e-3, 0.5, 1, 3, 30, 300])
@pytest.mark.parametrize("u", [2.0**-8, 2.0**-24])
def test_the_step_of_the_proof_for_the_exponentials_holds(t, u):
    for delta in (u, -u, u / 3):
        t, delta = mpmath.mpf(t), mpmath.mpf(delta)
        change = abs(mpmath.exp(-t * (1 + delta)) - mpmath.exp(-t))
        assert (
            change
            <= u * t * mpmath.exp(-t) + u**2 * t**2 * mpmath.exp(-t * (1 - u)) / 2 + mpmath.mpf(10) ** -50
        )


@pytest.mark.parametrize("p", ["0.01", "0.2", "0.5"])
def test_the_two_sides_of_the_complement_magnify_by_two_at_most(p):
    p, delta = mpmath.mpf(p), mpmath.mpf(10) ** -12
    inner = abs(mpmath.log1p(-p * (1 + delta)) / mpmath.log1p(-p) - 1)
    outer = abs(mpmath.log(p * (1 + delta)) / mpmath.log(p) - 1)
    assert inner <= 2 * delta * (1 + mpmath.mpf("1e-6"))
    assert outer <= delta / mpmath.log(2) * (1 + mpmath.mpf("1e-6"))


# ---- the assignment ---------------------------------------------------------------------------------


def notebook() -> list[dict]:
    path = ROOT / "exercises" / "numerical_stability" / "numerical_stability.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_the_implementations_to_be_broken_are_the_ones_that_the_check_runs():
    ids = {c["metadata"].get("nbgrader", {}).get("grade_id"): "".join(c["source"]) for c in notebook()}
    shown: dict[str, object] = {"np": np, "print": lambda *_: None}
    exec(ids["numerical_stability-implementations"], shown)
    rng = np.random.default_rng(0)
    for name, function in IMPLEMENTATIONS.items():
        for scale in (1, 100, 1000):
            for size in (1, 2, 7):
                z = rng.uniform(-scale, scale, size=size)
                with np.errstate(all="ignore"):
                    assert str(function(z)) == str(shown[name](z))
