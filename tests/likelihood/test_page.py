"""Numbers that the page of chapter `likelihood` states, computed again without the course's own code."""

import math
import re
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from pages import source, words
from scipy import optimize, special, stats

SOURCE = source("likelihood")
PAGE = words("likelihood")

COUNTS = np.array([int(n) for n in re.search(r"counts = np.array\(\[(.*?)\]\)", SOURCE)[1].split(",")])
NEWCOMB = np.array(
    [int(x) for x in re.search(r"newcomb = np.array\(\[(.*?)\]\)", PAGE)[1].split(",") if x.strip()]
)


def entropy(p) -> float:
    return float(special.entr(p).sum())


def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    area = Fraction(math.factorial(7) * math.factorial(3), math.factorial(11))
    posterior = 1 / (1 + 999 * 0.5**10 / (0.7**7 * 0.3**3))
    gap = 2000 * mpmath.log(2) - 2000 * entropy([0.7, 0.3])
    shares = COUNTS / COUNTS.sum()
    won = COUNTS.sum() * (math.log(6) - entropy(shares))
    mean, sigma = stats.norm.fit(NEWCOMB)
    normal = -stats.norm.logpdf(NEWCOMB, mean, sigma).mean()
    in_microseconds = normal - math.log(1000)
    median, scale = stats.laplace.fit(NEWCOMB)
    laplace = -stats.laplace.logpdf(NEWCOMB, median, scale).mean()
    assert round(sigma / NEWCOMB[NEWCOMB > 0].std()) == 2
    return [
        f"there are {2**10:,} records of ten tosses",
        f"about {1000 * posterior:.0f} of 1,000 such runs",
        f"The area below its curve is {float(area):.6f}",
        rf"below about $5 \cdot 10^{{{math.floor(math.log10(5e-324))}}}$",
        f"a factor of $e^{{{float(gap):.0f}}}$",
        f"The likelihood of $\\theta = 0.7$ is about {0.7**7 * 0.3**3:.4f}",
        f"in {math.comb(10, 7)} orders",
        f"comes out as $10^{{{round(5000 * math.log10(0.9))}}}$",
        f"Wolf threw one {COUNTS.sum():,} times",
        f"about {COUNTS.sum() / 6:,.0f} times",
        "Wolf's counts are " + ", ".join(map(str, COUNTS[:-1])) + f" and {COUNTS[-1]}",
        rf"$\log 6 \approx {math.log(6):.4f}$",
        f"over {COUNTS.sum():,} throws {won:.0f} nats: the data are $e^{{{won:.0f}}}$ times",
        f"0.162, 0.172, 0.145, 0.142, 0.182 and {shares[-1]:.3f}.",
        f"{NEWCOMB.size} times",
        f"{normal:.4f} nats in nanoseconds and ${in_microseconds:.4f}$ in microseconds",
        f"{laplace:.4f} nats for Laplace against {normal:.4f} for the normal",
        f"= {70**2 / (2 * 5**2):.0f}$ nats",
        f"at the mean, {mean:.1f}, absolute error at the median, {median:.0f}",
    ]


@pytest.mark.parametrize("sentence", sentences())
def test_the_page_states_what_another_computation_gives(sentence):
    assert sentence in PAGE


def test_the_data_are_those_of_the_sources():
    """Jaynes gives 3.5983 as the mean of Wolf's throws; Newcomb's mean and deviation are well known."""
    assert np.dot(COUNTS, np.arange(1, 7)) / COUNTS.sum() == pytest.approx(3.5983)
    assert NEWCOMB.mean() == pytest.approx(26.21, abs=0.005)
    assert NEWCOMB.std(ddof=1) == pytest.approx(10.75, abs=0.005)
    assert np.median(NEWCOMB) == 27


def test_the_likelihood_shrinks_like_the_root_of_the_number_of_tosses():
    def width(n):
        def drop(theta):
            return n * (0.6 * math.log(theta / 0.6) + 0.4 * math.log((1 - theta) / 0.4)) + math.log(2)

        return optimize.brentq(drop, 0.6, 0.999) - optimize.brentq(drop, 0.001, 0.6)

    assert "about ten times as narrow" in PAGE
    assert width(5) / width(500) == pytest.approx(10, rel=0.1)


def test_the_training_loss_lies_below_the_risk_by_five_over_n():
    """In the limit, by the Fisher information: half a nat a parameter on either side."""
    assert "by about $5/N$ nats" in PAGE
    shares = COUNTS / COUNTS.sum()
    rng = np.random.default_rng(11)
    fitted = rng.multinomial(1000, shares, size=20_000) / 1000
    gap = (special.kl_div(shares, fitted) + special.kl_div(fitted, shares)).sum(axis=1)
    assert 1000 * gap.mean() == pytest.approx(5, rel=0.05)


def test_about_a_sixth_of_the_students_miss_a_face():
    shares = COUNTS / COUNTS.sum()
    subsets = [[i for i in range(6) if mask >> i & 1] for mask in range(1, 64)]
    missing = sum((-1) ** (len(s) + 1) * (1 - shares[s].sum()) ** 20 for s in subsets)
    assert missing == pytest.approx(0.177, abs=0.01)
