"""The counts of the explorable are those of the reference, on random sizes and at the edge of the cache."""

import numpy as np

from xentcourse.reference.fused_kernels import cross_entropy_traffic

N = 5000
#: How large the explorable's sliders go.
ROWS, CLASSES, CACHE = 65_536, 262_144, 32 * 2**20
#: Alive at once: the logits, log p, and the gradients in both.
TABLES = 4


def shapes(rng):
    """(rows, classes, itemsize): from small tables to the largest."""
    sizes = np.exp(rng.uniform(0, np.log([ROWS, CLASSES]), (N, 2))).astype(int)
    return [(int(n), int(k), int(size)) for (n, k), size in zip(sizes, rng.choice([2, 4, 8], N), strict=True)]


def moved(rows, classes, itemsize, *, fused):
    steps = cross_entropy_traffic(rows, classes, itemsize=itemsize, fused=fused)
    return sum(step.read + step.written for step in steps)


def test_the_traffic_of_both_ways_is_that_of_the_reference(call, rng):
    cases = shapes(rng)
    for case, found in zip(cases, call("fused_kernels.traffic", cases), strict=True):
        assert found == {"separate": moved(*case, fused=False), "fused": moved(*case, fused=True)}


def test_chunks_move_as_much_as_one_pass_where_their_tables_fit_in_the_cache(call, rng):
    sizes = shapes(rng)
    chunks = np.exp(rng.uniform(0, np.log(ROWS), N)).astype(int).tolist()
    caches = rng.choice([2**15, 2**20, CACHE], N).tolist()
    cases = [(*size, chunk, cache) for size, chunk, cache in zip(sizes, chunks, caches, strict=True)]
    fits = [
        TABLES * min(chunk, rows) * classes * itemsize <= cache
        for rows, classes, itemsize, chunk, cache in cases
    ]
    assert 0.1 < np.mean(fits) < 0.9
    expected = [moved(*size, fused=fit) for size, fit in zip(sizes, fits, strict=True)]
    assert call("fused_kernels.chunkedTraffic", cases) == expected


def test_a_cache_that_is_just_large_enough_is(call, rng):
    for rows, classes, size in shapes(rng)[:500]:
        chunk = int(rng.integers(1, rows + 1))
        just = TABLES * chunk * classes * size
        found = call(
            "fused_kernels.chunkedTraffic",
            [(rows, classes, size, chunk, just), (rows, classes, size, chunk, just - 1)],
        )
        assert found == [moved(rows, classes, size, fused=True), moved(rows, classes, size, fused=False)]
