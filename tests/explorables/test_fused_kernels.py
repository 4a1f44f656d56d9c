"""The counts of the explorable are those that the chapter derives."""


def test_six_tables_move_one_after_the_other_and_two_in_one_pass(call, rng):
    cases = [tuple(int(x) for x in row) for row in rng.integers(1, 5000, (1000, 3))]
    for (rows, classes, size), found in zip(cases, call("fused_kernels.traffic", cases), strict=True):
        assert found == {"separate": 6 * rows * classes * size, "fused": 2 * rows * classes * size}


def test_chunks_that_fit_in_the_cache_move_as_much_as_one_pass(call):
    cache = 4 * 10 * 100 * 4  # four tables of ten rows
    cases = [(1000, 100, 4, chunk, cache) for chunk in (1, 10, 11, 1000)]
    assert call("fused_kernels.chunkedTraffic", cases) == [800_000, 800_000, 2_400_000, 2_400_000]
