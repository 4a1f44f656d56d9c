"""Every number that the page of chapter `language_models` states, computed without the course's own code."""

import codecs
import contextlib
import io
import itertools
import lzma
import math
import os
import zlib
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pages import prose, unchecked, words

PAGE = words("language_models")
LIBRARY = Path(os.__file__).parent
LN2 = math.log(2)


@cache
def zen() -> str:
    with contextlib.redirect_stdout(io.StringIO()):
        import this
    return codecs.decode(this.s, "rot13").lower()


@cache
def library() -> tuple[bytes, bytes, bytes]:
    """What the page trains on, chooses on, and judges on."""
    held_out = ("shlex.py", "textwrap.py")
    modules = [m for m in sorted(LIBRARY.glob("*.py")) if m.name not in held_out]
    choosing, judging = ((LIBRARY / name).read_bytes() for name in held_out)
    return b"".join(m.read_bytes() for m in modules)[:1_000_000], choosing, judging[:6000]


def followers(text: bytes, order: int) -> tuple[Counter[bytes], Counter[bytes]]:
    """How often each run of order + 1 bytes came, and each context with a byte after it."""
    runs = Counter(text[i : i + order + 1] for i in range(len(text) - order))
    contexts: Counter[bytes] = Counter()
    for run, n in runs.items():
        contexts[run[:-1]] += n
    return runs, contexts


@cache
def counted(order: int) -> tuple[Counter[bytes], Counter[bytes]]:
    return followers(library()[0], order)


def bits(tables, text: bytes, alpha: float) -> float:
    """The mean cost of a byte, from a dictionary of counts for each order."""
    total = 0.0
    for i in range(len(text)):
        q = 1 / 256
        for order, (runs, contexts) in enumerate(tables[: i + 1]):
            run = text[i - order : i + 1]
            q = (runs[run] + alpha * q) / (contexts[run[:-1]] + alpha)
        total -= math.log2(q)
    return total / len(text)


def jazz(alpha: float) -> float:
    counts = [zen().count(chr(97 + k)) for k in range(26)]
    return -sum(math.log2((counts[ord(x) - 97] + alpha / 26) / (sum(counts) + alpha)) for x in "jazz")


def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    rounding = [math.log2(1 / (1 - 256 / 2.0**power)) for power in (16, 24)]
    return [
        f"Each of the {sum(3**n for n in range(4))} distributions was drawn",
        "so $V = 256$",
        f"With $\\alpha = 26$, which adds 1 to every count, *jazz* costs {jazz(26):.2f} bits",
        f"$2^{{0.1}} \\approx {2**0.1:.3f}$",
        f"With $2^{{16}}$ the rounding alone costs {rounding[0]:.6f} bits a byte",
        f"With $2^{{24}}$ it is {rounding[1]:.6f}",
        f"{round(0.7 / LN2 / 8 * 1e6, -3):,.0f} bytes.",
        f"the mean over all {100 + 10 + 1} tokens",
        "rows with 100, 10 and 1 predicted tokens",
    ]


#: Numbers that are given, not computed: tokens, sizes, strengths, and what the questions say.
GIVEN = {"0.7", "1.9", "2.3", "0.001", "0.1", "700,000", "10,000", "6,000", "100", "128"}


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(prose("language_models"), sentences(), GIVEN) == []


def test_a_total_of_2_to_the_24_stays_within_a_thousandth_and_2_to_the_16_does_not():
    def share(power: int) -> float:
        rounding = math.log2(1 / (1 - 256 / 2.0**power)) + math.log2(1 / (1 - 2.0 ** (power - 48)))
        return (6000 * rounding + 9) / (6000 * 2.0)

    assert share(24) < 0.001 < share(16)
    assert math.log2(1 / (1 - 256 / 2.0**16)) > 0.001 * 2


def test_there_are_more_texts_of_a_hundred_letters_than_atoms():
    assert "With only 27 tokens there are more texts of a hundred tokens than atoms" in PAGE
    assert 27**100 > 10**82


def test_about_a_third_of_the_new_bytes_never_came_after_their_context():
    runs, _ = counted(5)
    judging = library()[2]
    new = np.mean([judging[i - 5 : i + 1] not in runs for i in range(5, len(judging))])
    assert "With contexts of five bytes it is about one in three" in PAGE
    assert 0.2 < new < 0.5


def test_a_guess_is_worth_about_a_hundred_observations_and_order_5_halves_order_0():
    tables = [counted(order) for order in range(6)]
    choosing = library()[1][:4000]
    costs = {alpha: bits(tables, choosing, alpha) for alpha in (1, 8, 64, 128, 256, 1024, 8192)}
    assert min(costs, key=costs.__getitem__) in (64, 128, 256)
    whole = library()[1]
    assert 0.4 < bits(tables, whole, 128) / bits(tables[:1], whole, 128) < 0.6


def test_the_occurrences_of_a_context_gather_in_a_few_modules():
    """Contexts that came about fifty times: the share of the module that has most of each."""
    assert "The occurrences of a context gather in a few modules" in PAGE
    places: dict[bytes, Counter[int]] = {}
    for number, module in enumerate(sorted(LIBRARY.glob("*.py"))[:30]):
        text = module.read_bytes()
        for i in range(len(text) - 5):
            places.setdefault(text[i : i + 5], Counter())[number] += 1
    shares = [max(n.values()) / n.total() for n in places.values() if 40 <= n.total() <= 60]
    assert np.median(shares) > 0.25


def test_the_training_text_wants_no_smoothing():
    tables = [counted(order) for order in range(6)]
    costs = [bits(tables, library()[0][:3000], alpha) for alpha in (0.0625, 1, 16, 256)]
    assert costs == sorted(costs)


def test_the_average_perplexities_lie_as_the_page_has_them():
    """The largest of the three that the reader is asked about is the right one."""
    lines = [line for line in zen().splitlines() if line]
    learnt = "\n".join(lines[:-3]).encode()
    tables = [followers(learnt, order) for order in range(3)]
    documents = [line.encode() for line in (lines[-3], lines[0], "now")]
    means = np.array([bits(tables, text, 4) * LN2 for text in documents])
    lengths = np.array([len(text) for text in documents])
    together = math.exp(means @ lengths / lengths.sum())
    assert together > max(math.exp(means.mean()), np.exp(means).mean())
    assert together < np.exp(means) @ lengths / lengths.sum()


def test_the_models_that_have_read_beat_the_programs_that_have_not():
    tables = [counted(order) for order in range(6)]
    judging = library()[2]
    ours = bits(tables, judging, 128)
    for compressor in (zlib.compress, lzma.compress):
        assert ours < 8 * len(compressor(judging)) / len(judging)


def test_a_file_of_two_thirds_of_a_nat_a_byte_is_an_eighth():
    assert "$0.7/\\ln 2$ is a little more than 1 bit a byte; an eighth of a million times that" in PAGE
    assert 1 < 0.7 / LN2 < 1.02


@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.9, 0.1)])
def test_a_mixture_is_within_the_bounds_of_the_page(weights):
    rng = np.random.default_rng(0)
    q = rng.dirichlet(np.full(4, 0.3), size=(2, 500))
    labels = rng.integers(0, 4, size=500)
    own = -np.log(q[:, np.arange(500), labels]).mean(axis=1)
    mixed = -np.log(np.tensordot(weights, q, axes=1)[np.arange(500), labels]).mean()
    assert mixed <= own @ np.array(weights)
    assert all(mixed <= h + math.log(1 / w) for h, w in zip(own, weights, strict=True))


def test_the_products_of_conditionals_sum_to_one():
    rng = np.random.default_rng(1)
    model = {c: rng.dirichlet(np.ones(3)) for n in range(4) for c in itertools.product(range(3), repeat=n)}
    total = sum(
        math.prod(model[text[:i]][x] for i, x in enumerate(text))
        for text in itertools.product(range(3), repeat=4)
    )
    assert total == pytest.approx(1)
