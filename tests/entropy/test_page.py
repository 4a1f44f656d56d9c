"""Every number that the page of chapter `entropy` states, computed without the course's own code."""

import math
from collections import Counter
from functools import cache
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from pages import number, prose, unchecked, words, zen

PAGE = words("entropy")

#: The digits of mpmath in this module.
DIGITS = 40


def entropy(weights, base=2) -> mpmath.mpf:
    """The entropy of weights over their sum."""
    w = [mpmath.mpf(str(x)) for x in weights]
    return -mpmath.fsum(x / sum(w) * mpmath.log(x / sum(w), base) for x in w if x > 0)


def coin(p) -> mpmath.mpf:
    p = mpmath.mpf(str(p))
    return entropy([p, 1 - p])


def nats(bits) -> mpmath.mpf:
    return bits * mpmath.log(2)


def given_the_one_before(text: str) -> mpmath.mpf:
    """H(pair) − H(first of the pair), of the shares."""
    pairs = Counter(pairwise(text))
    return entropy(pairs.values()) - entropy(Counter(text[:-1]).values())


def given_the_one_before_in_floats(text: np.ndarray) -> float:
    """The same for many texts of numbers, fast."""

    def plug_in(symbols):
        shares = np.unique(symbols, return_counts=True)[1] / symbols.size
        return -(shares * np.log2(shares)).sum()

    return float(plug_in(100 * text[:-1] + text[1:]) - plug_in(text[:-1]))


@cache
def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    even, uneven, sure = entropy([1] * 4), entropy([1, 1, 1, 7]), entropy([1, 1, 1, 997])
    # H((1/2, 1/2), (0.1, 0.9)) in nats
    cost = -(mpmath.log(mpmath.mpf("0.1")) + mpmath.log(mpmath.mpf("0.9"))) / 2
    formula = -(3 * mpmath.mpf("0.001") * mpmath.log(mpmath.mpf("0.001"), 2)) - mpmath.mpf(
        "0.999"
    ) * mpmath.log(mpmath.mpf("0.999"), 2)
    beginner, champion = coin("0.1"), coin("0.999")
    group, member = coin("0.7"), mpmath.mpf("0.3") * mpmath.log(3, 2)
    x, y, both = entropy([1, 1]), entropy([3, 1]), entropy([1, 1, 2])
    before, other = entropy([4, 48]), entropy([4, 47])
    deck, letters = mpmath.log(mpmath.factorial(52), 2), entropy(Counter(zen()).values())
    return [
        f"The truth pays {number(entropy([2, 1, 1]), 1)} bits a symbol",
        f"The gap in that figure, {number(cost - mpmath.log(2), 4)} nats",
        f"${number(cost, 4)} - {number(mpmath.log(2), 4)}$",
        f"Four equal bars of height 2 fill {number(even, 3)} bits",
        f"Three narrow bars of height {number(mpmath.log(10, 2), 1)} and a wide low one "
        f"fill {number(uneven, 3)} bits. Three hairlines of height 10 and a bar too low to see "
        f"fill {number(sure, 3)} bits",
        f"give indeed {number(formula, 4)}. But they sum to {number(3 * 0.001 + 0.999, 3)}",
        f"With 0.997 in the last place it would be {number(sure, 6)} bits",
        f"{number(beginner, 7)} bits, or {number(nats(beginner), 7)} nats, a shot, against "
        f"{number(champion, 7)} bits, or {number(nats(champion), 7)} nats",
        f"For $(0.1, 0.1, 0.1, 0.7)$ it is {number(2**uneven, 2)}:",
        f"0 at both ends to 1 bit, or {number(mpmath.log(2), 2)} nats, at one half. "
        f"The beginner is marked at 0.1 with about {number(beginner, 2)} bits",
        f"a coin that is wrong once in a hundred tosses already has {number(coin('0.01'), 4)} bits",
        f"brightest at the centre, with {number(mpmath.log(3, 2), 2)} bits",
        f"$h(0.7) = {number(group, 6)}$ bits",
        f"$0.3 \\cdot \\log_2 3 = {number(member, 6)}$ bits. The sum is {number(uneven, 6)}, as before",
        f"reach to {number(both, 3)}. H of Y and then H of X given Y reach to {number(both, 3)} as well. "
        f"H of X and H of Y each on its own, end to end, reach further, to {number(x + y, 3)}",
        f"$H(X) + H(Y) - H(X, Y)$, is {number(x + y - both, 6)} bits",
        f"{number(other, 6)} bits instead of {number(before, 6)}",
        f"The {number(deck, 2)} bits are those of the last chapter",
        f"$52 \\log_2 52 = {number(52 * mpmath.log(52, 2), 2)}$",
        f"is too small by about $3/200 = {number(3 / 200, 3)}$ nats",
        f"the true entropy, {number(nats(uneven), 2)} nats, at ten draws",
        f"an entropy of $\\ln 1000 = {number(mpmath.log(1000), 4)}$ nats",
        f"$\\ln 100 + \\frac{{99}}{{200}} = {number(mpmath.log(100) + mpmath.mpf(99) / 200, 4)}$",
        f"plug-in entropy of {number(letters, 4)} bits",
        f"given the one before, comes out as {number(given_the_one_before(zen()), 4)} bits",
        f"comes near the {number(given_the_one_before(zen()), 4)} bits",
        f"{len(zen())} letters cannot fill a table of ${len(set(zen()))} \\times {len(set(zen()))}$ pairs",
    ]


#: Numbers that are given, not computed: probabilities, sizes and round numbers of the stories.
GIVEN = {"0.001", "0.1", "0.2", "0.25", "0.3", "0.4", "0.5", "0.6", "0.7", "0.9", "0.997", "0.999", "1.8"}
GIVEN |= {"100,000", "1,000", "10,000", "100", "1000", "200", "95%"}


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(prose("entropy"), sentences(), GIVEN) == []


def test_the_bold_model_is_the_worst_of_the_three():
    p = np.array([1 / 2, 1 / 4, 1 / 4])
    truth, uniform, bold = (
        -(p * np.log2(q)).sum() for q in (p, np.full(3, 1 / 3), np.array([0.9, 0.05, 0.05]))
    )
    assert truth < uniform < bold


def test_a_mean_of_two_opposite_forecasts_has_a_bit_and_each_of_them_about_half():
    assert coin("0.5") == 1
    assert abs(coin("0.1") - mpmath.mpf("0.5")) < 0.04


def test_a_first_card_that_is_no_ace_makes_the_second_less_certain_and_the_average_more():
    before, ace, other = entropy([4, 48]), entropy([3, 48]), entropy([4, 47])
    assert ace < before < other
    assert (4 * ace + 48 * other) / 52 < before


@pytest.mark.parametrize("seed", range(3))
def test_the_repair_leaves_two_thousandths_from_fifty_draws_on_and_too_much_at_ten(seed):
    p, rng = np.array([0.1, 0.1, 0.1, 0.7]), np.random.default_rng(seed)
    for n, low, high in ((10, -0.085, -0.07), (50, -0.0025, 0.0), (200, -0.0006, 0.0006)):
        shares = rng.multinomial(n, p, size=200_000) / n
        with np.errstate(divide="ignore", invalid="ignore"):
            plug = -np.where(shares > 0, shares * np.log(shares), 0).sum(axis=1)
        error = (plug + ((shares > 0).sum(axis=1) - 1) / (2 * n)).mean() - float(nats(entropy([1, 1, 1, 7])))
        assert low < error < high


@pytest.mark.parametrize("seed", range(3))
def test_of_a_thousand_words_the_repair_leaves_a_quarter_of_a_nat_at_as_many_draws(seed):
    rng = np.random.default_rng(seed)
    shares = rng.multinomial(1000, np.full(1000, 1 / 1000), size=300) / 1000
    with np.errstate(divide="ignore", invalid="ignore"):
        plug = -np.where(shares > 0, shares * np.log(shares), 0).sum(axis=1)
    repaired = plug + ((shares > 0).sum(axis=1) - 1) / 2000
    left, all_of_it = math.log(1000) - repaired.mean(), math.log(1000) - plug.mean()
    assert 0.24 < left < 0.27
    assert 0.4 < left / all_of_it < 0.5  # "little more than half" is taken away


@pytest.mark.parametrize("seed", range(3))
def test_independent_letters_seem_to_save_half_a_bit(seed):
    rng = np.random.default_rng(seed)
    counts = Counter(zen())
    share = np.array(list(counts.values())) / len(zen())
    found = [
        given_the_one_before_in_floats(rng.choice(share.size, size=len(zen()), p=share)) for _ in range(50)
    ]
    assert 0.4 < float(entropy(counts.values())) - np.mean(found) < 0.6
    assert min(found) > 3.4  # nowhere near what the text itself has


def test_the_die_of_the_chapter_before_is_as_uncertain_as_two_and_a_half_sides():
    assert abs(2 ** float(entropy([1, 1, 1, 7])) - 2.5) < 0.1


def test_an_epsilon_in_ten_thousand_places_costs_more_than_a_tenth_of_a_nat():
    assert 0.1 < 9999 * 1e-6 * math.log(1e6) < 0.15


def test_ten_heads_come_in_about_a_third_of_all_runs():
    assert abs(0.9**10 - 1 / 3) < 0.02
