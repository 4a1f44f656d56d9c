"""The reference implementation of chapter `coding`, judged by brute force, other constructions and theory."""

import itertools
import lzma
import math
import os
import re
import zlib
from fractions import Fraction
from functools import cache
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from xentcourse.reference import coding
from xentcourse.reference.coding import (
    MAX_TOTAL,
    AdaptiveModel,
    ArithmeticDecoder,
    ArithmeticEncoder,
    adaptive_bits,
    adaptive_decode,
    adaptive_encode,
    arithmetic_decode,
    arithmetic_encode,
    canonical_code,
    cumulative_table,
    expected_length,
    huffman_code,
    huffman_lengths,
    kraft_sum,
    prefix_decode,
    prefix_encode,
    quantise,
    shannon_lengths,
)

quickly = settings(deadline=None, max_examples=100, derandomize=True)
lengths_lists = st.lists(st.integers(0, 12), min_size=1, max_size=12)
weight_lists = st.lists(st.integers(1, 10**6), min_size=1, max_size=40)


def exact_kraft(lengths) -> Fraction:
    return sum((Fraction(1, 2 ** int(n)) for n in lengths if n < math.inf), Fraction(0))


def is_prefix_code(words) -> bool:
    return not any(b.startswith(a) for i, a in enumerate(words) for j, b in enumerate(words) if i != j)


def entropy(p) -> float:
    return float(stats.entropy(p, base=2))


def text(size: int) -> bytes:
    """The first bytes of the standard library's modules, in alphabetical order."""
    modules = sorted(Path(os.__file__).parent.glob("*.py"))
    return b"".join(module.read_bytes() for module in modules)[:size]


# ---- Kraft, both ways -------------------------------------------------------------------------------


@cache
def prefix_codes_exist(lengths: tuple[int, ...]) -> bool:
    """By trying all strings: is there a prefix code with these lengths?"""

    def fill(chosen: list[str], rest: tuple[int, ...]) -> bool:
        if not rest:
            return True
        strings = map("".join, itertools.product("01", repeat=rest[0]))
        return any(
            fill([*chosen, word], rest[1:])
            for word in strings
            if not any(word.startswith(old) or old.startswith(word) for old in chosen)
        )

    return fill([], lengths)


@pytest.mark.parametrize("symbols", [1, 2, 3, 4])
def test_prefix_codes_exist_exactly_where_the_kraft_sum_is_at_most_1(symbols):
    for lengths in itertools.product(range(4 if symbols < 4 else 5), repeat=symbols):
        possible = prefix_codes_exist(lengths)
        assert possible == (kraft_sum(lengths) <= 1)
        if possible:
            words = canonical_code(lengths)
            assert [len(word) for word in words] == list(lengths)
            assert is_prefix_code(words)
        else:
            with pytest.raises(ValueError, match="the lengths have the Kraft sum"):
                canonical_code(lengths)


@quickly
@given(lengths_lists)
def test_the_kraft_sum_is_the_exact_sum_and_decides(lengths):
    exact = exact_kraft(lengths)
    assert kraft_sum(lengths) == float(exact)
    if exact <= 1:
        words = canonical_code(lengths)
        assert [len(word) for word in words] == lengths
        assert is_prefix_code(words)
        in_order = sorted(words, key=lambda word: (len(word), word))
        assert in_order == sorted(words, key=lambda word: word.ljust(12, "0") + chr(len(word)))


def test_an_excess_that_a_float_cannot_show_is_still_an_excess():
    lengths = [1, 2, 3, *range(4, 61), 60, 90]
    assert kraft_sum(lengths) == 1.0
    with pytest.raises(ValueError, match="Kraft sum 1, at most 1"):
        canonical_code(lengths)
    assert is_prefix_code(canonical_code(lengths[:-1]))


def test_lengths_beyond_the_smallest_float_are_no_trouble():
    assert kraft_sum([1, 5000]) == 0.5
    assert [len(word) for word in canonical_code([1, 5000, 2000])] == [1, 5000, 2000]


def test_no_symbols_and_no_codewords_take_nothing_of_the_budget():
    assert kraft_sum([]) == 0
    assert kraft_sum([math.inf, math.inf]) == 0
    assert canonical_code([]) == []
    assert canonical_code([math.inf, 0]) == [None, ""]


@pytest.mark.parametrize("symbols", [2, 3])
def test_uniquely_decodable_codes_keep_to_the_budget_too(symbols):
    """McMillan by search: a code above the budget has two messages with the same bits."""
    strings = ["".join(bits) for n in (1, 2) for bits in itertools.product("01", repeat=n)]
    for words in itertools.combinations(strings, symbols):
        if exact_kraft(map(len, words)) > 1:
            seen = ["".join(m) for n in range(1, 6) for m in itertools.product(words, repeat=n)]
            assert len(set(seen)) < len(seen)


# ---- Shannon ----------------------------------------------------------------------------------------


@quickly
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20).filter(lambda w: sum(w) > 1e-6))
def test_shannon_lengths_are_the_exact_surprises_rounded_up(weights):
    p = np.array(weights) / math.fsum(weights)
    with mpmath.workdps(400):
        expected = [math.inf if x == 0 else float(mpmath.ceil(-mpmath.log(mpmath.mpf(x), 2))) for x in p]
    assert shannon_lengths(p).tolist() == expected or exact_kraft(expected) > 1


@quickly
@given(st.lists(st.integers(0, 50), min_size=1, max_size=20).filter(any))
def test_shannon_lengths_are_within_a_bit_of_the_entropy_and_of_the_budget(weights):
    p = np.array(weights) / sum(weights)
    lengths = shannon_lengths(p)
    assert kraft_sum(lengths) <= 1
    assert entropy(p) - 1e-9 <= float(expected_length(p, lengths)) < entropy(p) + 1


@pytest.mark.parametrize("exponent", [1, 2, 29, 31, 47, 49, 52])
def test_a_power_of_one_half_is_not_rounded_to_the_next_bit(exponent):
    tiny = 2.0**-exponent
    assert shannon_lengths([tiny, 1 - tiny])[0] == exponent
    below, above = np.nextafter(tiny, 0), np.nextafter(tiny, 1)
    assert shannon_lengths([below, 1 - below])[0] == exponent + 1
    assert shannon_lengths([above, 1 - above])[0] == exponent


def test_subnormal_certain_and_impossible_symbols_have_their_lengths():
    assert shannon_lengths([5e-324, 1 - 2**-53])[0] == 1074
    assert shannon_lengths([1, 0]).tolist() == [0, math.inf]
    assert shannon_lengths([[0.5, 0.5], [0.25, 0.75]]).tolist() == [[1, 1], [2, 1]]


@pytest.mark.parametrize(
    ("p", "lengths"),
    [
        ([0.5, 0.25, 0.25, 2.0**-20], [2, 3, 3, 21]),
        ([1e-20, 1.0], [67, 1]),
        ([0.1] * 10, [4] * 10),
        ([0.5, 0.1, 0.4], [1, 4, 2]),
    ],
)
def test_a_sum_that_rounding_brought_above_1_still_gives_a_code(p, lengths):
    assert shannon_lengths(p).tolist() == lengths
    assert exact_kraft(lengths) <= 1


@quickly
@given(st.integers(0, 10**6), st.floats(-9e-6, 9e-6))
def test_every_accepted_distribution_gets_lengths_within_the_budget(seed, slack):
    rng = np.random.default_rng(seed)
    p = rng.choice([0.5 ** rng.integers(1, 30, size=7), rng.random(7)])
    p = p / math.fsum(p) * (1 + slack)
    lengths = shannon_lengths(p)
    assert exact_kraft(lengths) <= 1
    assert (np.abs(lengths - np.ceil(-np.log2(p))) <= 1).all()


# ---- Huffman ----------------------------------------------------------------------------------------


@cache
def feasible(symbols: int) -> list[tuple[int, ...]]:
    """All lists of lengths within the budget that could be best: none above symbols − 1."""
    every = itertools.product(range(1, max(symbols, 2)), repeat=symbols)
    return [lengths for lengths in every if exact_kraft(lengths) <= 1]


@pytest.mark.parametrize("symbols", [2, 3, 4, 5])
def test_huffman_is_best_among_all_lengths_within_the_budget(symbols):
    rng = np.random.default_rng(symbols)
    every = np.array(feasible(symbols))
    for trial in range(60):
        weights = rng.integers(1, 4 if trial % 2 else 1000, size=symbols)
        lengths = huffman_lengths(weights)
        assert kraft_sum(lengths) == 1
        assert (weights * lengths).sum() == (every @ weights).min()


def two_queues(weights: list[int]) -> int:
    """The cost of Huffman's tree by van Leeuwen's method: sorted leaves and joints in two queues."""
    leaves, joints, cost = sorted(weights), [], 0
    while len(leaves) + len(joints) > 1:
        two = []
        while len(two) < 2:
            first = leaves if not joints or (leaves and leaves[0] <= joints[0]) else joints
            two.append(first.pop(0))
        joints.append(sum(two))
        cost += sum(two)
    return cost


@quickly
@given(weight_lists)
def test_huffman_agrees_with_another_construction_and_keeps_to_its_bounds(weights):
    lengths = huffman_lengths(weights)
    cost = int((np.array(weights) * lengths).sum())
    assert cost == two_queues(weights)
    p = np.array(weights) / sum(weights)
    mean = cost / sum(weights)
    assert entropy(p) - 1e-9 <= mean < entropy(p) + 1
    assert mean <= float(expected_length(p, shannon_lengths(p))) + 1e-9
    assert exact_kraft(lengths) == 1
    by_weight = sorted(zip(weights, lengths.tolist(), strict=True))
    assert all(a[1] >= b[1] for a, b in itertools.pairwise(by_weight) if a[0] < b[0])


def test_one_symbol_alone_takes_no_bits():
    assert huffman_lengths([3]).tolist() == [0]
    assert huffman_lengths([0, 2.5, 0]).tolist() == [math.inf, 0, math.inf]
    code = huffman_code({"a": 1})
    assert code == {"a": ""}
    assert prefix_encode("aaaa", code) == b""
    assert prefix_decode(b"", code, 4) == list("aaaa")


def test_equal_weights_make_the_shallowest_tree():
    assert huffman_lengths([0.4, 0.2, 0.2, 0.1, 0.1]).max() == 3
    assert huffman_lengths(np.ones(8)).tolist() == [3] * 8


def test_fibonacci_weights_make_the_deepest_tree():
    weights = [1, 1]
    while len(weights) < 60:
        weights.append(weights[-1] + weights[-2])
    assert huffman_lengths(weights).max() == 59


def test_tiny_and_huge_weights_make_a_tree():
    lengths = huffman_lengths([5e-324, 1e-300, 1e300, 1.0])
    assert lengths.tolist() == [3, 3, 1, 2]
    assert len(huffman_lengths(np.random.default_rng(0).random(20_000))) == 20_000


@quickly
@given(st.binary(max_size=200))
def test_a_message_in_huffman_s_code_is_read_back(data):
    counts = np.bincount(np.frombuffer(data + b"x", np.uint8), minlength=256)
    code = huffman_code(dict(enumerate(counts.tolist())))
    coded = prefix_encode(data, code)
    assert bytes(prefix_decode(coded, code, len(data))) == data
    assert len(coded) == -(-sum(len(code[x]) for x in data) // 8)


# ---- the price --------------------------------------------------------------------------------------


def test_the_four_words():
    p, q = [1 / 2, 1 / 4, 1 / 8, 1 / 8], [1 / 8, 1 / 2, 1 / 4, 1 / 8]
    costs = [[float(expected_length(a, shannon_lengths(b))) for b in (p, q)] for a in (p, q)]
    assert costs == [[1.75, 2.375], [2.25, 1.75]]


@quickly
@given(st.integers(0, 10**6), st.integers(1, 9))
def test_the_expected_ideal_length_is_the_cross_entropy(seed, size):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(size)), rng.dirichlet(np.ones(size))
    ideal = float(expected_length(p, -np.log2(q)))
    assert ideal == pytest.approx(entropy(p) + float(stats.entropy(p, q, base=2)), rel=1e-9, abs=1e-12)
    rounded = float(expected_length(p, shannon_lengths(q)))
    assert ideal - 1e-12 <= rounded < ideal + 1


def test_what_never_comes_costs_nothing_and_what_has_no_codeword_costs_everything():
    assert expected_length([0.5, 0.5, 0], [1, 1, math.inf]) == 1
    assert expected_length([0.5, 0.5], [1, math.inf]) == math.inf
    assert expected_length([[1, 0], [0, 1]], [3, 5]).tolist() == [3, 5]


# ---- arithmetic coding ------------------------------------------------------------------------------


def surprise(message, tables) -> Fraction | float:
    """In bits, to 30 digits."""
    with mpmath.workdps(30):
        terms = (
            mpmath.log(mpmath.mpf(int(t[-1])) / (int(t[s + 1]) - int(t[s])), 2)
            for s, t in zip(message, tables, strict=True)
        )
        return float(mpmath.fsum(terms))


def check_bound(code: bytes, bits: float, symbols: int, total: int) -> None:
    """The bound of prop-coding-integer."""
    lost = -symbols * math.log1p(-total / 2**48) / math.log(2)
    assert bits - 1e-6 <= 8 * len(code) < bits + lost + 9 + 1e-6


@quickly
@given(st.binary(max_size=400))
def test_random_bytes_are_read_back_within_the_bound(data):
    table = cumulative_table(np.ones(256))
    code = arithmetic_encode(data, table)
    assert bytes(arithmetic_decode(code, table, len(data))) == data
    check_bound(code, 8 * len(data), len(data), 256)


@st.composite
def skewed(draw):
    """Counts from 0 to huge, and a message of symbols that have one."""
    size = draw(st.integers(1, 12))
    counts = draw(
        st.lists(st.sampled_from([0, 1, 2, 1000, 2**20, 2**28]), min_size=size, max_size=size).filter(any)
    )
    possible = [k for k, n in enumerate(counts) if n]
    return counts, draw(st.lists(st.sampled_from(possible), max_size=120))


@settings(deadline=None, max_examples=300, derandomize=True)
@given(skewed(), st.binary(max_size=12))
def test_skewed_tables_are_read_back_within_the_bound_whatever_follows(case, after):
    counts, message = case
    table = cumulative_table(counts)
    code = arithmetic_encode(message, table)
    assert arithmetic_decode(code, table, len(message)) == message
    assert arithmetic_decode(code + after, table, len(message)) == message
    check_bound(code, surprise(message, [table] * len(message)), len(message), table[-1])


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(0, 150))
def test_a_new_table_for_every_symbol_is_read_back_within_the_bound(seed, symbols):
    rng = np.random.default_rng(seed)
    tables, message = [], []
    for _ in range(symbols):
        counts = rng.integers(0, 2 ** rng.integers(1, 28), size=rng.integers(1, 20))
        counts[rng.integers(len(counts))] += 1
        tables.append(np.cumsum([0, *counts]) if seed % 2 else cumulative_table(counts))
        message.append(int(rng.choice(np.flatnonzero(counts))))
    encoder = ArithmeticEncoder()
    for symbol, table in zip(message, tables, strict=True):
        encoder.encode(symbol, table)
    code = encoder.finish()
    decoder = ArithmeticDecoder(code)
    assert [decoder.decode(table) for table in tables] == message
    assert encoder.position == decoder.position == symbols
    check_bound(code, surprise(message, tables), symbols, 2**32)


def test_the_code_leads_where_exact_fractions_lead():
    """The written number lies in the exact interval of the message: tables of powers of two lose nothing."""
    rng = np.random.default_rng(3)
    table = [0, 4, 5, 7, 8]
    message = rng.integers(4, size=60).tolist()
    low, width = Fraction(0), Fraction(1)
    for s in message:
        low, width = low + width * Fraction(table[s], 8), width * Fraction(table[s + 1] - table[s], 8)
    code = arithmetic_encode(message, table)
    size = Fraction(1, 256 ** len(code))
    start = int.from_bytes(code, "big") * size
    assert low <= start
    assert start + size <= low + width
    assert 256 * size * 2 > width / 256


@pytest.mark.parametrize("symbol", [0, 1, 2])
@pytest.mark.parametrize("length", [0, 1, 7, 20_000])
def test_long_runs_are_read_back_within_the_bound(symbol, length):
    table = [0, 1, 2**24 - 1, 2**24]
    message = [symbol] * length
    code = arithmetic_encode(message, table)
    assert arithmetic_decode(code, table, length) == message
    check_bound(code, length * -math.log2((table[symbol + 1] - table[symbol]) / 2**24), length, 2**24)


@pytest.mark.parametrize("times", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("last", [(2**31 - 1, 2**31), (2**31, 2**32 - 1), (2**31, 2**31 + 1)])
def test_a_carry_runs_through_all_the_bytes_that_it_changes(times, last):
    """Kept around one half for long, 7f ff ff … is written, and becomes 80 00 00 … at the end."""
    total = 2**32
    intervals = [(2**31 - 1, 2**31 + 1)] * times + [last]
    encoder = ArithmeticEncoder()
    for start, stop in intervals:
        encoder.encode_interval(start, stop, total)
    code = encoder.finish()
    assert (
        code[: 2 * times]
        == (b"\x7f" + b"\xff" * 5000 if last[0] < 2**31 else b"\x80" + bytes(5000))[: 2 * times]
    )
    decoder = ArithmeticDecoder(code)
    for start, stop in intervals:
        assert start <= decoder.target(total) < stop
        decoder.advance(start, stop, total)


def test_nothing_is_written_for_nothing_and_for_certainty():
    assert arithmetic_encode([], [0, 5]) == b""
    assert arithmetic_decode(b"", [0, 5], 0) == []
    certain = [0, 0, 1, 1]
    assert arithmetic_encode([1] * 10_000, certain) == b""
    assert arithmetic_decode(b"", certain, 10_000) == [1] * 10_000


@pytest.mark.parametrize("symbols", [1, 2, 3])
def test_the_codes_of_all_messages_of_a_length_are_a_prefix_code(symbols):
    for counts in ([1, 2, 3], [1, 1, 1], [250, 5, 1]):
        table = cumulative_table(counts)
        codes = [arithmetic_encode(m, table) for m in itertools.product(range(3), repeat=symbols)]
        bits = [format(int.from_bytes(c, "big"), f"0{8 * len(c)}b") for c in codes]
        assert is_prefix_code(bits)


# ---- models -----------------------------------------------------------------------------------------


@quickly
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=40).filter(lambda w: sum(w) > 1e-3), st.integers(40, 2**32)
)
def test_quantised_counts_keep_their_promise(weights, total):
    p = np.array(weights) / math.fsum(weights)
    counts = quantise(p, total)
    m = int((p > 0).sum())
    assert counts.sum() == total
    assert ((counts > 0) == (p > 0)).all()
    if total > m:
        kept = p > 1e-300
        extra = np.log2(p[kept] / counts[kept]) + math.log2(total)
        assert (extra <= -math.log2(1 - m / total) + 1e-9).all()


def test_quantising_rows_is_quantising_each_row():
    rows = np.random.default_rng(5).dirichlet(np.ones(9), size=(4, 3))
    assert (quantise(rows, 4096) == [[quantise(row, 4096) for row in block] for block in rows]).all()
    assert quantise([1.0, 0.0], 1).tolist() == [1, 0]
    assert quantise([0.9, 0.1], 2).tolist() == [1, 1]
    assert quantise(np.full(256, 1 / 256), 256).tolist() == [1] * 256


@quickly
@given(st.binary(max_size=300), st.sampled_from([0, 1]))
def test_adaptive_codes_are_read_back_at_the_surprise_of_their_model(data, order):
    code = adaptive_encode(data, order=order)
    assert adaptive_decode(code, len(data), order=order) == data
    bits, seen = 0.0, {}
    for i, x in enumerate(data):
        counts = seen.setdefault(data[i - 1] if order and i else 0, [1] * 256)
        bits -= math.log2(counts[x] / sum(counts))
        counts[x] += 1
    assert adaptive_bits(data, order=order) == pytest.approx(bits, abs=1e-7)
    check_bound(code, bits, len(data), 1024)


@pytest.mark.parametrize("size", [1, 2, 15, 16, 17, 256, 300])
def test_an_adaptive_model_finds_what_it_has_learnt(size):
    rng = np.random.default_rng(size)
    model, counts = AdaptiveModel(size), np.ones(size, dtype=int)
    for symbol in rng.integers(size, size=100).tolist():
        model.learn(symbol)
        counts[symbol] += 1
    sums = np.cumsum([0, *counts]).tolist()
    assert model.total == sums[-1]
    for symbol in range(size):
        assert model.interval(symbol) == (sums[symbol], sums[symbol + 1])
        for target in (sums[symbol], sums[symbol + 1] - 1):
            assert model.find(target) == (symbol, sums[symbol], sums[symbol + 1])


def test_a_real_text_is_compressed_to_its_cross_entropy():
    """Within 0.01% and 16 bytes of the log-loss of the quantised model that drives the coder."""
    data = text(60_000)
    counts = np.bincount(np.frombuffer(data, np.uint8), minlength=256)
    for bits in (10, 16, 32):
        quantised = quantise(counts / counts.sum(), 2**bits)
        used = counts > 0
        loss = -float((counts[used] * np.log2(quantised[used] / 2**bits)).sum())
        own = float(counts.sum() * entropy(counts))
        assert own - 1e-6 <= loss <= own - len(data) * math.log2(1 - used.sum() / 2**bits) + 1e-6
        table = cumulative_table(quantised)
        code = arithmetic_encode(data, table)
        assert loss / 8 <= len(code) <= 1.0001 * loss / 8 + 16
        assert bytes(arithmetic_decode(code, table, len(data))) == data
    code = adaptive_encode(data, order=1)
    loss = adaptive_bits(data, order=1) / 8
    assert loss <= len(code) <= 1.0001 * loss + 16
    assert adaptive_decode(code, len(data), order=1) == data
    huffman = prefix_encode(data, huffman_code(dict(enumerate(counts.tolist()))))
    assert own / 8 < len(huffman) < own / 8 + len(data) / 8
    assert len(lzma.compress(data)) < len(zlib.compress(data, 9)) < len(code) < len(huffman)


# ---- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: kraft_sum([1, -1]), r"kraft_sum: lengths\[1\] is -1, a whole number"),
        (lambda: kraft_sum([1.5]), r"kraft_sum: lengths\[0\] is 1.5"),
        (lambda: kraft_sum([math.nan]), r"kraft_sum: lengths\[0\] is NaN"),
        (lambda: kraft_sum([-math.inf]), r"kraft_sum: lengths\[0\] is -inf"),
        (lambda: kraft_sum([[1, 2]]), r"kraft_sum: lengths has shape \(1, 2\), shape \(K,\)"),
        (lambda: kraft_sum("12"), "kraft_sum: lengths is str"),
        (lambda: canonical_code([1, 1, 1]), "canonical_code: the lengths have the Kraft sum 1.5"),
        (lambda: shannon_lengths([0.5, 0.6]), "shannon_lengths: row 0 of p sums to 1.1"),
        (lambda: shannon_lengths([1.5, -0.5]), r"shannon_lengths: p\[1\] is -0.5"),
        (lambda: shannon_lengths([]), "shannon_lengths: "),
        (lambda: huffman_lengths([]), "huffman_lengths: p has shape"),
        (lambda: huffman_lengths([0, 0]), "huffman_lengths: p has shape .* 0 entries above 0"),
        (lambda: huffman_lengths([1, -1]), r"huffman_lengths: p\[1\] is -1"),
        (lambda: huffman_lengths([1, math.inf]), r"huffman_lengths: p\[1\] is inf"),
        (lambda: huffman_lengths([1, math.nan]), r"huffman_lengths: p\[1\] is NaN"),
        (lambda: huffman_lengths([[1, 2]]), r"huffman_lengths: p has shape \(1, 2\)"),
        (lambda: huffman_code([1, 2]), r"huffman_code: the model is \[1, 2\], a mapping"),
        (
            lambda: expected_length([0.5, 0.5], [1]),
            r"expected_length: p has shape \(2,\), lengths has \(1,\)",
        ),
        (lambda: expected_length([0.5, 0.5], [1, -1]), r"expected_length: lengths\[1\] is -1"),
        (lambda: expected_length([0.5, 0.4], [1, 1]), "expected_length: row 0 of p sums to 0.9"),
        (lambda: prefix_encode("abz", {"a": "0", "b": "1"}), "prefix_encode: symbol 'z' at position 2"),
        (
            lambda: prefix_decode(b"\xff", {"a": "0", "b": "10"}, 1),
            "prefix_decode: no codeword begins at bit 0",
        ),
        (
            lambda: prefix_decode(b"\x00", {"a": "0", "b": "10"}, 9),
            "no codeword begins at bit 8, where symbol 8",
        ),
        (lambda: cumulative_table([0, 0]), "cumulative_table: the total is 0"),
        (lambda: cumulative_table([MAX_TOTAL, 1]), "cumulative_table: the total is 4294967297"),
        (lambda: cumulative_table([0.5]), r"cumulative_table: counts\[0\] is 0.5"),
        (lambda: quantise([0.5, 0.5], 1), "quantise: total is 1, at least 2 is needed"),
        (lambda: quantise([0.5, 0.5], 2**33), "quantise: the total is 8589934592"),
        (lambda: quantise([0.5, 0.6], 16), "quantise: row 0 of p sums to 1.1"),
        (
            lambda: arithmetic_encode([0, 1], [0, 4, 4]),
            "encode: symbol 1 at position 1 has the count 0, at least 1",
        ),
        (lambda: arithmetic_encode([0, 0, 5], [0, 4]), r"encode: symbol 5 at position 2 is outside 0\.\.0"),
        (lambda: arithmetic_encode([-1], [0, 4]), r"encode: symbol -1 at position 0 is outside 0\.\.0"),
        (lambda: arithmetic_encode([0], [0, 2**33]), r"encode_interval: 0\.\.8589934592 of 8589934592"),
        (
            lambda: arithmetic_decode(b"", [0, 1, 2], 99),
            "decode: the code ends after 0 bytes, before the symbol at",
        ),
        (lambda: arithmetic_decode(b"\xff" * 9, [0, 1, 3], 200), "decode: "),
        (lambda: adaptive_encode(b"a", order=2), "adaptive_encode: order is 2, 0 or 1"),
        (lambda: adaptive_decode(b"a", 1, order=-1), "adaptive_decode: order is -1"),
        (lambda: adaptive_bits(b"a", order=None), "adaptive_bits: order is None"),
    ],
)
def test_what_makes_no_sense_is_refused_with_place_and_advice(call, words):
    with pytest.raises(ValueError, match=f"^{words}|{words}") as caught:
        call()
    assert re.search(r"[.?!]$", str(caught.value))


def test_a_code_that_is_cut_off_is_noticed():
    table = cumulative_table([1] * 256)
    data = text(1000)
    code = arithmetic_encode(data, table)
    for kept in (0, 1, 10, 500, 900):
        with pytest.raises(ValueError, match=f"the code ends after {kept} bytes"):
            arithmetic_decode(code[:kept], table, len(data))


@pytest.mark.parametrize("symbols", range(3, 30))
def test_three_missing_bytes_are_always_noticed(symbols):
    table = cumulative_table([1] * 200)
    data = [7 * i % 200 for i in range(symbols)]
    code = arithmetic_encode(data, table)
    with pytest.raises(ValueError, match=r"the code ends after|the code lies where no symbol is"):
        arithmetic_decode(code[:-3], table, symbols)


def test_numbers_between_the_symbols_of_an_interval_belong_to_nobody():
    """width // total leaves a rest at the upper end, which no message uses."""
    with pytest.raises(ValueError, match="decode: at position 0 the code lies where no symbol is"):
        arithmetic_decode(b"\xff" * 8, [0, 1, 2**32 - 1], 1)


def test_inputs_are_never_changed():
    p, lengths = np.array([0.5, 0.5]), np.array([1.0, 1.0])
    table, message = [0, 1, 2], [0, 1]
    huffman_lengths(p), shannon_lengths(p), expected_length(p, lengths), kraft_sum(lengths), quantise(p, 8)
    arithmetic_encode(message, table)
    assert (p.tolist(), lengths.tolist(), table, message) == ([0.5, 0.5], [1, 1], [0, 1, 2], [0, 1])


def test_everything_that_is_promised_is_there():
    assert all(hasattr(coding, name) for name in coding.__all__)
