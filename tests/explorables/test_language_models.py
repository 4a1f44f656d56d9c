"""The mathematics of the explorable is that of NumPy, on random counts and on a text."""

import itertools
import math
import re
from collections import Counter

import numpy as np

TEXT = "Beautiful is better than ugly. Explicit is better than implicit; simple is better than complex!"


def test_smoothed_counts_are_a_distribution_between_shares_and_base(call, rng):
    counts, base = rng.integers(0, 9, (1000, 6)), rng.dirichlet(np.ones(6), 1000)
    strength = rng.uniform(0.1, 20, 1000)
    found = call("language_models.smoothed", list(zip(counts, base, strength, strict=True)))
    expected = (counts + strength[:, None] * base) / (counts.sum(axis=1) + strength)[:, None]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(np.sum(found, axis=1), 1)


def test_a_text_is_priced_by_counts_of_pairs(call, tmp_path):
    seen = list(re.sub(r"[^a-z]+", " ", TEXT.lower()))
    alphabet = sorted({" ", *seen})
    single, pairs = Counter(seen), Counter(itertools.pairwise(seen))
    before = Counter(seen[:-1])

    def chance(old, new):
        base = (single[new] + 1 / len(alphabet)) / (len(seen) + 1)
        return (pairs[old, new] + 3 * base) / (before[old] + 3)

    typed = "better ugly zebra"
    as_seen = [letter if letter in alphabet else " " for letter in typed]
    expected = [-math.log2(chance(*pair)) for pair in zip([" ", *as_seen], as_seen, strict=False)]
    (found,) = call("language_models.priced", [(TEXT, 3, typed)])
    assert [letter for letter, _ in found] == as_seen
    np.testing.assert_allclose([bits for _, bits in found], expected, rtol=1e-12)
    (rows,) = call("language_models.rows", [(TEXT, 3)])
    np.testing.assert_allclose(np.sum(rows, axis=1), 1)
