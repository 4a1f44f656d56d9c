"""Every number that the page of chapter `kl_divergence` states, computed without the course's own code."""

import mpmath
import numpy as np
import pytest
from pages import prose, unchecked, words
from scipy import optimize, special, stats

PAGE = words("kl_divergence")

DOG, CAT = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8]), np.array([1 / 8, 1 / 2, 1 / 4, 1 / 8])


def bits(p, q) -> mpmath.mpf:
    """D(p‖q) in bits, in mpmath's arithmetic."""
    pairs = [(mpmath.mpf(float(a)), mpmath.mpf(float(b))) for a, b in zip(p, q, strict=True)]
    return mpmath.fsum(a * mpmath.log(a / b, 2) for a, b in pairs if a > 0)


def surprise(p, q) -> mpmath.mpf:
    """H(p, q) in bits."""
    return -mpmath.fsum(float(a) * mpmath.log(float(b), 2) for a, b in zip(p, q, strict=True) if a > 0)


def number(x, digits: int) -> str:
    """`x` with at most so many digits after the point."""
    return f"{float(x):.{digits}f}".rstrip("0").rstrip(".")


def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    rate, back = bits(DOG, CAT), bits(CAT, DOG)
    joint = np.array([[0.20, 0.05], [0.10, 0.65]])
    days, forecasts = joint.sum(axis=1), joint.sum(axis=0)
    shared = bits(joint.ravel(), np.outer(days, forecasts).ravel())
    normal = 1 / (2 * mpmath.log(2))
    half = (bits([1, 0], [0.75, 0.25]) + bits([0.5, 0.5], [0.75, 0.25])) / 2
    error, wider = mpmath.sqrt(0.005 / 2), mpmath.sqrt(0.02 / 2)
    return [
        f"A word is worth {number(rate, 3)} {{term}}`bits <bit>` on average, so 200 words are worth about "
        f"{number(200 * rate, 0)} bits: the true model makes the text about $2^{{{number(200 * rate, 0)}}}$",
        f"straight line of {number(rate, 3)} bits a word",
        f"Both languages have an entropy of {number(surprise(DOG, DOG), 2)} bits a word",
        f"code pay {number(surprise(DOG, CAT), 3)} bits, which is {number(rate, 3)} too many; "
        f"cat people with the dog people's code pay {number(surprise(CAT, DOG), 2)}",
        f"the surprise of the label, {number(-mpmath.log(0.7), 6)} nats",
        f"is {number(rate, 3)} bits for the dog and cat people, and $D(q \\Vert p)$ is {number(back, 3)}",
        f"½ nat, or {number(normal, 4)} bits, for a shift of one standard deviation",
        f"200 times that in one: {number(200 * rate, 0)} bits",
        f"A day has {number(surprise(days, days), 4)} bits of surprise, of which the forecast takes away "
        f"{number(shared, 4)}. To ignore the forecast costs you those {number(shared, 4)} bits",
        f"With 0.005 nats, no event's probability is off by more than {number(error, 2)}",
        f"It lies between {number(0.5 - wider, 2)} and {number(0.5 + wider, 2)}. :right:",
        f"$\\sqrt{{0.02/2}} = {number(wider, 2)}$, and no event",
        f"1 bit directly, {number(2 * half, 4)} over the middle",
        f":::{{answer}} {number(0.40 - 0.35, 2)} nats. :right:",
    ]


#: Numbers that are given, not computed, and those of wrong answers.
GIVEN = {"0.7", "0.1", "0.5", "0.005", "0.02", "0.48", "0.52", "0.40", "0.35", "0.75", "3.2", "2.5"}
GIVEN |= {"200", "100", "150", "100,000"}


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(prose("kl_divergence"), sentences(), GIVEN) == []


def test_the_texts_of_the_first_figure_end_between_100_and_150_bits():
    texts = np.random.default_rng(3).choice(4, size=(6, 200), p=DOG)
    ends = np.log2(DOG / CAT)[texts].sum(axis=1)
    assert ends.min() >= 100
    assert ends.max() <= 150


def test_two_coins_agree_in_both_directions_only_if_equal_or_mirrored():
    """The proposition, seen from its zeros: bisection between a fine grid's changes of sign."""

    def gap(a: float, b: float) -> float:
        p, q = np.array([a, 1 - a]), np.array([b, 1 - b])
        return float((special.rel_entr(p, q) - special.rel_entr(q, p)).sum())

    for b in (0.01, 0.2, 0.37, 0.5, 0.9):
        grid = np.linspace(1e-6, 1 - 1e-6, 4001)
        values = [gap(a, b) for a in grid]
        changes = [i for i in range(4000) if values[i] * values[i + 1] < 0]
        zeros = [optimize.brentq(gap, grid[i], grid[i + 1], args=(b,)) for i in changes]
        assert all(min(abs(z - b), abs(z - 1 + b)) < 1e-2 for z in zeros)
        away = np.minimum(abs(grid - b), abs(grid - 1 + b)) > 0.01
        assert np.abs(np.array(values)[away]).min() > 1e-9


def test_the_derivatives_in_the_proof_for_two_coins_are_right():
    with mpmath.workdps(40):
        a, b = mpmath.mpf("0.3"), mpmath.mpf("0.2")

        def f(x):
            return (x + b) * mpmath.log(x / b) + (2 - x - b) * mpmath.log((1 - x) / (1 - b))

        first = mpmath.log(a / b) - mpmath.log((1 - a) / (1 - b)) + b / a - (1 - b) / (1 - a)
        assert abs(mpmath.diff(f, a) - first) < 1e-15
        assert abs(mpmath.diff(f, a, 2) - (a - b) * (1 - 2 * a) / (a * (1 - a)) ** 2) < 1e-12


def test_the_forward_fit_covers_and_the_reverse_fit_hides_in_one_hump():
    """The fits of the page, found by an optimiser on a finer grid."""
    x = np.linspace(-10, 10, 2001)

    def bell(mu, sigma):
        heights = stats.norm(mu, sigma).pdf(x)
        return heights / heights.sum()

    target = 0.6 * bell(-2, 0.6) + 0.4 * bell(2.5, 0.8)
    found = {}
    for way, cost in (
        ("forward", lambda s: special.rel_entr(target, bell(s[0], np.exp(s[1]))).sum()),
        ("reverse", lambda s: special.rel_entr(bell(s[0], np.exp(s[1])), target).sum()),
    ):
        starts = [(mu, 0.0) for mu in (-2, 0, 2)]
        best = min((optimize.minimize(cost, s, method="Nelder-Mead") for s in starts), key=lambda r: r.fun)
        found[way] = (best.x[0], np.exp(best.x[1]))
    mean = target @ x
    spread = np.sqrt(target @ (x - mean) ** 2)
    assert found["forward"] == pytest.approx((mean, spread), abs=1e-3)
    assert found["reverse"] == pytest.approx((-2.0, 0.6), abs=0.05)
    assert "ignores two fifths of the data" in PAGE


def test_only_cat_and_fish_can_be_merged_without_loss():
    ratios = DOG / CAT
    assert [(i, j) for i in range(4) for j in range(i) if ratios[i] == ratios[j]] == [(2, 1)]
