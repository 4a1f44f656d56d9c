"""Every number that the page of chapter `information` states, computed without the course's own code."""

import math
from functools import cache

import mpmath
import numpy as np
import pytest
from pages import number, prose, unchecked, words, zen

PAGE = words("information")

DIGITS = 40


def bits(p) -> mpmath.mpf:
    return -mpmath.log(mpmath.mpf(p), 2)


def letter(x: str) -> mpmath.mpf:
    return bits(mpmath.mpf(zen().count(x)) / len(zen()))


@cache
def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    snow, meals = bits("0.000001"), bits("0.99")
    hit, sure, miss = mpmath.mpf("0.1"), mpmath.mpf("0.999"), mpmath.mpf("0.001")
    first, second = bits(mpmath.mpf(4) / 52), bits(mpmath.mpf(3) / 51)
    mean = sum(letter(x) for x in zen()) / len(zen())
    word = [letter(x) for x in "explicit"]
    fond = {"a": bits("0.93"), "other": bits("0.01")}
    digit = math.ceil(bits(hit))
    return [
        f"gives the snow {number(snow, 6)} {{term}}`bits <bit>` and the meals {number(meals, 6)}: "
        f"about {number(snow / meals, 0)} times as much",
        f"hit carries {number(bits(hit), 6)} bits, or {number(-mpmath.log(hit), 6)} nats; "
        f"the champion's only {number(bits(sure), 7)} bits, or {number(-mpmath.log(sure), 7)} nats",
        f"the champion's is worth {number(bits(miss), 6)} bits",
        f"by the factor, which is {number(1 / mpmath.log(2), 6)}, that is $1/\\ln 2$",
        f"passes {number(bits(hit), 1)} bits at one tenth and 1 bit at one half",
        f"{number(second, 6)} bits instead of {number(first, 6)}",
        f"a first ace of {number(first, 1)} bits and a second of {number(second, 1)} bits, "
        f"together {number(first + second, 3)}. With putting back: two aces of {number(first, 1)} bits each, "
        f"together {number(2 * first, 3)}",
        f"there it costs {number(8 * fond['a'], 6)} bits, "
        f'and "jteikfqa" {number(7 * fond["other"] + fond["a"], 6)}',
        f"A single digit takes {digit} questions, though it has only {number(bits(hit), 6)} bits. "
        f"Three digits at once take {math.ceil(bits(miss))} questions, and not {3 * digit}.",
        f"well-shuffled deck has {number(mpmath.log(mpmath.factorial(52), 2), 2)} bits",
        f"with {number(letter('x'), 2)} bits, and the *e* says least, with {number(letter('e'), 2)}",
        f"x stands out with {number(letter('x'), 1)} bits, the letter e is lowest with "
        f"{number(letter('e'), 1)} bits, and a dashed line marks the mean of {number(sum(word) / 8, 1)} bits",
        f"pays {number(mean, 4)} bits a letter, less than the {number(mpmath.log(26, 2), 4)} of a model",
        f"a surprise of {number(mpmath.log(8), 4)} for a fair die with eight sides",
        f"the answer in bits times {number(mpmath.log(2), 4)}",
        f"no positive float64 has more than {-math.log2(np.nextafter(0.0, 1.0)):,.0f} bits",
        "about $1.1 \\cdot 10^{-16}$ away from it, so $1 - 10^{-18}$ rounds to 1",
    ]


#: Numbers that are given, not computed: probabilities, sizes and round numbers of the stories.
GIVEN = {"0.99", "0.1", "0.999", "0.9", "0.0", "50%", "90%", "10%", "1000", "1.1", "2.2"}
GIVEN |= {"2,000", "6,000", "6000", "300", "308", "1074"}


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(prose("information"), sentences(), GIVEN) == []


def test_the_given_numbers_of_the_computer_are_its_own():
    assert float(f"{np.spacing(1.0) / 2:.1e}") == 1.1e-16
    assert float(f"{np.finfo(float).tiny:.1e}") == 2.2e-308
    assert np.nextafter(0.0, 1.0) == 2.0**-1074
    assert 1e-3 > abs(-math.log(1 - 1e-15) / 1e-15 - 1) > 5e-4  # "off by almost a thousandth"


def test_the_letters_of_the_two_words_are_eight_and_different():
    assert sorted("jteikfqa") == sorted("aefijkqt")
    assert 8 * bits(mpmath.mpf(1) / 8) == 24


def test_the_zen_of_python_has_no_j():
    assert "j" not in zen()
    assert min(letter(x) for x in "explicit") == letter("e")
    assert max(letter(x) for x in "explicit") == letter("x")


def test_only_the_logarithm_among_the_candidates_is_additive():
    p, q = mpmath.mpf(1) / 2, mpmath.mpf(1) / 6
    assert (1 - p * q) != (1 - p) + (1 - q)
    assert (1 / (p * q) - 1) != (1 / p - 1) + (1 / q - 1)
    assert mpmath.almosteq(-mpmath.log(p * q), -mpmath.log(p) - mpmath.log(q))


@pytest.mark.parametrize(("a", "b"), [(-1, 0), (-85, 53), (83, -53)])
def test_the_wild_rule_lives_on_probabilities_near_one_half(a, b):
    assert f"({a}, {b})" in PAGE
    assert abs(mpmath.mpf(2) ** a * mpmath.mpf(3) ** b - mpmath.mpf(1) / 2) < 0.0011


def test_the_second_service_pays_a_seventh_of_a_bit():
    assert "about a seventh of a bit" in PAGE
    assert abs(7 * bits("0.9") - 1) < 0.07


@pytest.mark.parametrize("p", ["1e-300", "0.001", "0.1353", "0.5", "1"])
def test_what_never_happens_costs_less_than_twice_the_root(p):
    p = mpmath.mpf(p)
    assert 0 <= -p * mpmath.log(p) < 2 * mpmath.sqrt(p)
