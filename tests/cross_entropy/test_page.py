"""Every number that the page of chapter `cross_entropy` states, computed without the course's own code."""

import argparse
import inspect
import math
import re
from functools import cache

import mpmath
import numpy as np
import pytest
from pages import NUMBER, number, prose, unchecked, words
from scipy import optimize, special

PAGE = words("cross_entropy")

DIGITS = 40
P, Q = ("1/2", "1/4", "1/8", "1/8"), ("1/8", "1/2", "1/4", "1/8")
TARGET, EVEN, BOLD = ("0.7", "0.2", "0.1"), ("0.55", "0.3", "0.15"), ("0.76", "0.235", "0.005")


def of(text: str) -> mpmath.mpf:
    """A probability as it is written, exactly."""
    top, _, bottom = text.partition("/")
    return mpmath.mpf(top) / mpmath.mpf(bottom or 1)


def cost(p, q, base=None) -> mpmath.mpf:
    """The cross-entropy, in nats or in another unit."""
    nats = -sum(of(a) * mpmath.log(of(b)) for a, b in zip(p, q, strict=True) if of(a) > 0)
    return nats / mpmath.log(base) if base else nats


def gaps(p, q) -> mpmath.mpf:
    return sum(abs(of(a) - of(b)) for a, b in zip(p, q, strict=True))


def distance(p, q) -> mpmath.mpf:
    return mpmath.sqrt(sum((of(a) - of(b)) ** 2 for a, b in zip(p, q, strict=True)))


def widest(p, q) -> mpmath.mpf:
    return max(abs(of(a) - of(b)) for a, b in zip(p, q, strict=True))


def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    model, r = ("0.6", "0.25", "0.15"), ("0.1", "0.5", "0.1", "0.3")
    pq, qp, h = cost(P, Q, 2), cost(Q, P, 2), cost(P, P, 2)
    # Sixty steps of multiplying with q^0.2 multiply the start with q^12.
    raw = [of(a) * of(b) ** 12 for a, b in zip(TEACHER, STUDENT, strict=True)]
    honest = 1 - of("0.7") ** 2 - of("0.3") ** 2
    return [
        f"Not the same: {number(pq, 3)} bits one way, and {number(qp, 2)} the other",
        f"it is the same loss, {number(cost(TARGET, model), 6)} nats, for every model",
        f"at or above the {number(cost(TARGET, TARGET), 6)} nats on which the ten people disagree",
        f"{number(mpmath.log(50257), 4)} nats. A first loss far above that",
        f"an entropy of {number(h, 2)} and a divergence of {number(pq - h, 3)}, together {number(pq, 3)}",
        f"an entropy of {number(cost(Q, Q, 2), 2)} and a divergence of {number(qp - h, 1)}, "
        f"together {number(qp, 2)}",
        f"From $r$ to itself it is {number(cost(r, r, 2), 6)} bits; from the sure distribution to $r$ "
        f"{number(cost(('0', '1', '0', '0'), r, 2), 0)} bit",
        f"costs more: {number(cost(TARGET, BOLD), 4)} nats against {number(cost(TARGET, EVEN), 4)}",
        f"to which it gives {number(raw[0] / sum(raw), 4)} in the end",
        f"lowers the expected loss from {number(honest, 2)} to {number(1 - of('0.7'), 2)}",
        f'"As uncertain as among {number(mpmath.exp(mpmath.mpf("3.2")), 0)} equally likely tokens"',
        f"pairs, with {256**2:,} possible tokens, suffer more here than bytes, with {256}",
        f"Per word B pays $3^5 = {3**5}$",
        f"$(0.8 - 0.7)^2 + (0.2 - 0.3)^2 = {number(2 * of('0.1') ** 2, 2)}$",
    ]


TEACHER, STUDENT = ("0.1", "0.2", "0.3", "0.4"), ("0.5", "0.3", "0.15", "0.05")
#: Numbers that are given, not computed: probabilities, sizes and round numbers of the stories.
GIVEN = {"50,257", "50,000", "100,000", "0.5", "0.7", "0.3", "0.2", "0.1", "0.4", "0.6", "0.8", "0.9", "1.1"}
GIVEN |= {"0.15", "0.05", "0.55", "0.76", "0.235", "0.005", "3.2", "1.5", "0.0"}


def stated() -> str:
    """The prose of the page, without the years of its citations."""
    return re.sub(r"\{cite:[pt]\}`[^`]*`", "", prose("cross_entropy"))


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(stated(), sentences(), GIVEN) == []


def test_bold_is_closer_by_all_three_measures_and_costs_more():
    assert distance(TARGET, BOLD) < distance(TARGET, EVEN)
    assert widest(TARGET, BOLD) < widest(TARGET, EVEN)
    assert gaps(TARGET, BOLD) < gaps(TARGET, EVEN)
    assert cost(TARGET, BOLD) > cost(TARGET, EVEN)
    assert of("0.1") / of("0.005") == pytest.approx(20)  # "a twentieth of its true probability"


def test_neither_cross_entropy_nor_divergence_has_the_triangle_inequality():
    a, b, c = ("1/2", "1/2"), ("7/8", "1/8"), ("127/128", "1/128")
    assert cost(a, b) + cost(b, c) < cost(a, c)
    assert cost(a, b) - cost(a, a) + cost(b, c) - cost(b, b) < cost(a, c) - cost(a, a)


def test_near_is_closer_than_far_and_cheaper():
    near, far = ("0.6", "0.25", "0.15"), ("0.3", "0.3", "0.4")
    assert distance(TARGET, near) < distance(TARGET, far)
    assert cost(TARGET, near) < cost(TARGET, far)


def test_for_a_hard_label_euclid_prefers_the_dearer_report():
    hard, one, other = ("1", "0", "0"), ("0.5", "0.5", "0"), ("0.48", "0.26", "0.26")
    assert distance(hard, other) < distance(hard, one)
    assert of("0.48") < of("0.5")


def test_no_probability_is_further_off_than_pinsker_allows():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(4), size=(2, 2000))
    bound = np.sqrt(special.rel_entr(p, q).sum(axis=1) / 2)
    assert (np.abs(p - q).max(axis=1) <= bound).all()


def test_the_best_reports_are_found_by_a_general_minimiser_too():
    """Under the log and the Brier score the belief, under the linear one a corner."""
    belief = np.array([0.5, 0.3, 0.2])
    rules = {
        "log": lambda q: -np.log(q),
        "brier": lambda q: 1 - 2 * q + (q**2).sum(),
        "linear": lambda q: 1 - q,
    }
    for rule, losses in rules.items():
        found = optimize.minimize(lambda z, f=losses: belief @ f(special.softmax(z)), np.zeros(3), tol=1e-12)
        expected = [1, 0, 0] if rule == "linear" else belief
        np.testing.assert_allclose(special.softmax(found.x), expected, atol=1e-3)


def test_the_derivatives_that_move_the_teacher_are_those_of_the_objectives():
    q, p = np.array([float(x) for x in STUDENT]), np.array([float(x) for x in TEACHER])
    for objective, derivative in (
        (lambda p: -(p * np.log(q)).sum(), -np.log(q)),
        (lambda p: (p * np.log(p / q)).sum(), np.log(p / q) + 1),
    ):
        found = optimize.approx_fprime(p, objective, 1e-7)
        np.testing.assert_allclose(found, derivative, atol=1e-5)


def test_local_rules_of_two_outcomes_may_be_proper():
    """With two outcomes, the Brier score is a function of the probability of what came."""
    r = np.linspace(0, 1, 11)
    brier = (1 - r) ** 2 + (1 - r) ** 2
    np.testing.assert_allclose(brier, 2 * (1 - r) ** 2)


@cache
def models() -> dict[str, tuple[float, float, float]]:
    """Perplexity a token, and bits a byte of held-out and of counted lines, with plain dictionaries."""
    lines = inspect.getsource(argparse).splitlines(keepends=True)
    held = "".join(x for i, x in enumerate(lines) if i % 5 == 4).encode()
    seen = "".join(x for i, x in enumerate(lines) if i % 5 != 4).encode()
    results = {}
    for size in (1, 2):
        old, new = ([data[i : i + size] for i in range(0, len(data) // 2 * 2, size)] for data in (seen, held))
        counts: dict[bytes, float] = {}
        for token in old:
            counts[token] = counts.get(token, 0.01) + 1
        total = len(old) + 0.01 * 256**size
        nats = [-sum(math.log(counts.get(t, 0.01) / total) for t in text) for text in (new, old)]
        bits = [x / math.log(2) / size / len(text) for x, text in zip(nats, (new, old), strict=True)]
        results["bytes" if size == 1 else "pairs"] = (math.exp(nats[0] / len(new)), *bits)
    return results


def test_pairs_have_the_higher_perplexity_and_fewer_bits_a_byte_on_every_python():
    byte, pair = models()["bytes"], models()["pairs"]
    assert pair[0] > 3 * byte[0]  # "several times as high"
    assert pair[1] < byte[1] - 0.2
    assert pair[0] < byte[0] ** 2
    assert pair[1] - pair[2] > max(0.02, byte[1] - byte[2])  # the gap of what is learnt by heart


def test_no_number_that_depends_on_the_version_of_python_stands_in_the_prose():
    numbers = set(NUMBER.findall(stated())) - GIVEN
    for perplexity, held, seen in models().values():
        for digits in (1, 2, 3):
            assert not numbers & {number(x, digits) for x in (perplexity, held, seen)}
