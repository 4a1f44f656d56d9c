"""Every number that the page of chapter `coding` states, computed without the course's own code."""

import heapq
import itertools
import math
import os
import re
import zlib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from pages import number, prose, unchecked, words

PAGE = words("coding")
P, Q = (1 / 2, 1 / 4, 1 / 8, 1 / 8), (1 / 8, 1 / 2, 1 / 4, 1 / 8)
FIVE = (0.3, 0.25, 0.2, 0.15, 0.1)


def cross(p, q) -> float:
    """In bits."""
    return -sum(a * math.log2(b) for a, b in zip(p, q, strict=True) if a)


def huffman(p) -> float:
    """The mean length: each join costs its weight."""
    heap, cost = list(p), 0.0
    heapq.heapify(heap)
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        heapq.heappush(heap, joined)
        cost += joined
    return cost


def blocks(p, n) -> float:
    return huffman(math.prod(block) for block in itertools.product(p, repeat=n)) / n


@cache
def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    short = P[0] + P[1] + 2 * (P[2] + P[3])
    coin = cross((0.9, 0.1), (0.9, 0.1))
    forty = -40 * math.log2(0.6)
    start, width = 0.0, 1.0
    for low, share in ((0, 0.6), (0.6, 0.3), (0, 0.6), (0.9, 0.1)):  # abac
        start, width = start + width * low, width * share
    return [
        f"{number(cross(P, P), 2)} bits a word instead of 2",
        f"That is no accident, and {number(cross(P, P), 2)} will turn out to be the bottom",
        f"It takes {number(short, 2)} bits a word",
        f"a symbol of probability 0.4 would need a codeword of {number(-math.log2(0.4), 2)} bits",
        f"entropy is {number(cross(Q, Q), 2)} bits as well",
        f"Here it is {number(cross(P, Q) - cross(P, P), 3)} bits for him and "
        f"{number(cross(Q, P) - cross(Q, Q), 1)} bits for her",
        f"the mean width is {number(cross(P, P), 2)} bits",
        f"the mean width is {number(cross(P, Q), 3)} bits",
        "probabilities " + ", ".join(map(str, FIVE[:-1])) + f" and {FIVE[-1]}",
        f"of weight {0.2 + 0.25:g}, leads to the leaves c and b",
        f"of weight {0.3 + 0.25:g}, leads to the leaf a at depth 2 and to a joint of weight {0.15 + 0.1:g}",
        f"The mean length of {number(huffman(FIVE), 2)} bits is little more than the entropy, "
        f"{number(cross(FIVE, FIVE), 4)}",
        f"little surprise in it, {number(coin, 4)} bits a toss",
        f"starts at 1 bit, falls to {number(blocks((0.9, 0.1), 2), 2)} for blocks of two, and is close to "
        f"the dashed line of the entropy, {number(coin, 2)}",
        f"With pairs it takes {number(blocks((0.9, 0.1), 2), 4)} bits a toss",
        f"The last bar runs from {number(start, 4)} to {number(start + width, 4)}",
        f"Forty letters a have {number(forty, 2)} bits of surprise, and their code has "
        f"{math.ceil(forty) + 1}",
        "coin that shows heads with probability 0.9",
        "less than 2 bits, between 2 and 2.5, or more",
        "shares 0.6, 0.3 and 0.1",
        "There are $2^{1000000}$ files and only $2^{1000000} - 1$ strings that are shorter",
        "$D(p \\Vert q)$ is 0.1 bits",
        "About 100 bits",
        "Up to 1,000 bits",
        "all 256 counts",
        "\\frac{n_k + 1}{n + 256}",
        "if that is 255",
    ]


def stated() -> str:
    """The prose of the page, without codewords."""
    codewords = re.compile(r"`[01]+`|\b[01]{2,4}\b|[01]{2}, [01]{2}")
    return codewords.sub("", prose("coding"))


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(stated(), sentences()) == []


def test_a_hundredth_of_a_bit_is_what_rounding_256_bytes_costs_at_most():
    lost = -math.log2(1 - 256 / 2**16)
    assert 0.001 < lost < 0.01
    assert "less than a hundredth, or less than a thousandth" in PAGE


def test_a_million_symbols_lose_less_than_a_tenth_of_a_bit():
    assert "With $T = 2^{24}$ and a million symbols, $N \\delta$ is less than a tenth of a bit" in PAGE
    assert 0.05 < -1e6 * math.log1p(-(2.0**-24)) / math.log(2) < 0.1


def test_four_bytes_have_more_than_four_billion_blocks():
    assert "blocks of four would have more than four billion codewords" in PAGE
    assert 256**4 > 4e9


def test_pairs_beat_single_tosses_by_a_third():
    assert 0.33 < 1 - blocks((0.9, 0.1), 2) < 0.37
    assert all(blocks((0.9, 0.1), n) < 1.03 * cross((0.9, 0.1), (0.9, 0.1)) for n in range(5, 9))


def test_blocks_of_seven_and_eight_waste_more_than_those_of_six():
    assert "those of seven and eight waste more than those of six" in PAGE
    assert blocks((0.9, 0.1), 6) < min(blocks((0.9, 0.1), 7), blocks((0.9, 0.1), 8))


def test_the_suffix_code_of_the_question_is_uniquely_decodable():
    words = ("0", "01", "011", "0111")
    messages = [m for n in range(7) for m in itertools.product(words, repeat=n)]
    assert len({"".join(m) for m in messages}) == len(messages)


@pytest.mark.parametrize(("bits", "readings"), [("0110", 4)])
def test_the_proposal_has_four_readings(bits, readings):
    words = ("0", "1", "01", "10")
    found = [m for n in range(1, 5) for m in itertools.product(words, repeat=n) if "".join(m) == bits]
    assert len(found) == readings


def test_what_the_page_says_of_the_standard_library_holds_for_this_one():
    """Rounding costs a few bytes, learning a few hundred, the last byte a fifth, and zlib beats both."""
    modules = sorted(Path(os.__file__).parent.glob("*.py"))
    data = b"".join(module.read_bytes() for module in modules)[:1_000_000]
    assert len(data) == 1_000_000
    counts = Counter(data)
    static = cross([n / 1e6 for n in counts.values()], [n / 1e6 for n in counts.values()]) * 1e6 / 8

    def learning(pairs, contexts) -> float:
        nats = sum(math.lgamma(n + 256) - math.lgamma(256) for n in contexts.values())
        return (nats - sum(math.lgamma(n + 1) for n in pairs.values())) / math.log(2) / 8

    one = learning(counts, {0: len(data)})
    two = learning(Counter(itertools.pairwise(b"\0" + data)), Counter(b"\0" + data[:-1]))
    assert 100 < one - static < 900
    assert 0.7 < two / one < 0.85
    assert len(zlib.compress(data, 9)) < 0.7 * two
