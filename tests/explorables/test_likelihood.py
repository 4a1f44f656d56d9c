"""The mathematics of the explorable is that of the reference, on random inputs and at the edges."""

import numpy as np

from xentcourse.reference import likelihood

N = 2000


def records(rng):
    return [(int(heads), int(tails)) for heads, tails in rng.integers(0, 200, (N, 2))]


def test_a_coin_has_the_log_likelihood_of_the_reference(call, rng):
    cases = [
        (heads, tails, float(theta))
        for (heads, tails), theta in zip(records(rng), rng.random(N), strict=True)
    ]
    cases += [(0, 0, 0.5), (0, 0, 0.0), (3, 0, 1.0), (0, 3, 0.0), (3, 1, 1.0), (1, 3, 0.0)]
    expected = [
        likelihood.bernoulli_log_likelihood([1] * heads + [0] * tails, theta) for heads, tails, theta in cases
    ]
    np.testing.assert_allclose(call("likelihood.logLikelihood", cases), expected, rtol=1e-12, atol=1e-12)


def test_the_best_coin_has_the_relative_likelihood_1(call, rng):
    cases = [(heads, tails, heads / (heads + tails)) for heads, tails in records(rng) if heads + tails]
    np.testing.assert_allclose(call("likelihood.relativeLikelihood", cases), 1, rtol=1e-12, atol=1e-12)


def test_plausible_coins_end_where_the_likelihood_has_fallen_to_the_share(call, rng):
    cases = [
        (*record, float(share))
        for record, share in zip(records(rng), rng.uniform(0.05, 0.95, N), strict=True)
    ]
    ends = call("likelihood.plausible", cases)
    for side, limit in ((0, 0), (1, 1)):
        at_end = [(heads, tails, end[side]) for (heads, tails, _), end in zip(cases, ends, strict=True)]
        heights = np.array(call("likelihood.relativeLikelihood", at_end))
        reached = np.array([end[side] == limit for end in ends])
        shares = np.array([share for *_, share in cases])
        np.testing.assert_allclose(heights[~reached], shares[~reached], rtol=1e-9)
        assert (heights[reached] >= shares[reached]).all()
