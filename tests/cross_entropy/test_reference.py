"""The reference implementation of chapter `cross_entropy`, judged by mpmath, SciPy and others."""

import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from sklearn.metrics import brier_score_loss, log_loss

from xentcourse.reference.cross_entropy import (
    best_report,
    bits_per_byte,
    brier_score,
    cross_entropy,
    decompose,
    empirical_cross_entropy,
    expected_score,
    perplexity,
    score,
    text_scores,
)

DIGITS = 60
SMALLEST = 5e-324
RULES = ("log", "brier", "linear", "absolute")
BASES = (2, math.e, 10, 1.5)
quickly = settings(deadline=None, max_examples=100, derandomize=True)
units = st.floats(1.01, 1e6)

#: Weights from which distributions are made: 0, tiny, subnormal once divided, ordinary.
weights = st.one_of(st.just(0.0), st.just(SMALLEST), st.just(1e-310), st.just(1e-300), st.floats(1e-12, 1))


@st.composite
def pairs(draw, least=1):
    """Two distributions over the same classes, with zeros, tiny and subnormal probabilities."""
    size = draw(st.integers(least, 8))

    def one():
        w = np.array(draw(st.lists(weights, min_size=size, max_size=size)))
        w[draw(st.integers(0, size - 1))] += 1.0  # one class is there for certain
        return w / w.sum()

    return one(), one()


def close(a, b, scale=1.0):
    """Equal infinities, or numbers that a few roundings of terms of that scale can explain."""
    a, b = float(a), float(b)
    return a == b or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= 1e-13 * max(1.0, abs(b), scale))


def exact(p, q, base=math.e):
    """The cross-entropy to 60 digits."""
    unit = 1 if base == math.e else mpmath.log(mpmath.mpf(base))
    terms = [(mpmath.mpf(float(a)), mpmath.mpf(float(b))) for a, b in zip(p, q, strict=True) if a > 0]
    if any(b == 0 for _, b in terms):
        return mpmath.inf
    return -sum(a * mpmath.log(b) for a, b in terms) / unit


# ---- against mpmath ---------------------------------------------------------------------------------


@quickly
@given(pairs(), st.sampled_from(BASES))
def test_cross_entropy_is_right_to_a_few_roundings_with_zeros_and_subnormals(pair, base):
    p, q = pair
    expected, found = exact(p, q, base), float(cross_entropy(p, q, base=base))
    if mpmath.isinf(expected):
        assert found == math.inf
    else:
        assert abs(found - expected) <= 1e-14 * abs(expected) + 9 * SMALLEST  # all terms have one sign


@pytest.mark.parametrize("size", [2, 1000, 10_000])
def test_cross_entropy_over_many_outcomes_is_right_to_a_few_roundings(size):
    rng = np.random.default_rng(size)
    p, q = rng.dirichlet(np.full(size, 0.3)), rng.dirichlet(np.ones(size))
    q = np.maximum(q, 1e-300)
    assert abs(float(cross_entropy(p, q)) - exact(p, q)) <= 1e-14 * exact(p, q)
    h, d = decompose(p, q)
    assert abs(float(h) - exact(p, p)) <= 1e-14 * exact(p, p)
    assert abs(float(d) - (exact(p, q) - exact(p, p))) <= 1e-14 * exact(p, q)


def test_the_smallest_numbers_there_are_cost_what_they_should():
    q = np.array([SMALLEST, 1.0])
    assert float(cross_entropy([1.0, 0.0], q, base=2)) == 1074
    assert float(cross_entropy([0.5, 0.5], q, base=2)) == 537
    assert float(cross_entropy(q, [0.5, 0.5], base=2)) == 1
    assert [float(part) for part in decompose([0.5, 0.5], q, base=2)] == [1, 536]


# ---- against SciPy, scikit-learn and torch ----------------------------------------------------------


@quickly
@given(pairs())
def test_scipy_agrees_that_it_is_entropy_plus_relative_entropy(pair):
    p, q = pair
    with np.errstate(over="ignore"):
        terms = special.rel_entr(p, q)
    h, d, scale = (float(part.sum()) for part in (special.entr(p), terms, np.abs(terms)))
    assert close(cross_entropy(p, q), h + d, scale)
    mine = decompose(p, q)
    assert close(mine[0], h)
    assert close(mine[1], max(d, 0.0), scale)


def test_scipy_s_entropy_agrees_row_by_row():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(5), size=(3, 4)), rng.dirichlet(np.ones(5), size=4)
    h, d = decompose(p, q, base=2)
    np.testing.assert_allclose(h, stats.entropy(p, base=2, axis=-1), rtol=1e-13)
    np.testing.assert_allclose(d, stats.entropy(p, np.broadcast_to(q, p.shape), base=2, axis=-1), rtol=1e-12)
    np.testing.assert_allclose(cross_entropy(p, q, base=2), h + d, rtol=1e-13)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_scikit_learn_agrees_on_the_loss_of_labels(classes):
    rng = np.random.default_rng(classes)
    q = rng.dirichlet(np.ones(classes), size=500)
    labels = rng.integers(classes, size=500)
    expected = log_loss(labels, q, labels=range(classes))
    assert float(empirical_cross_entropy(labels, q)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_brier_score_is_the_mean_squared_distance_from_the_one_hot_label(classes):
    rng = np.random.default_rng(classes)
    q = rng.dirichlet(np.ones(classes), size=400)
    labels = rng.integers(classes, size=400)
    one_hot = np.eye(classes)[labels]
    expected = classes * torch.nn.functional.mse_loss(torch.tensor(q), torch.tensor(one_hot)).item()
    assert float(brier_score(labels, q)) == pytest.approx(expected, rel=1e-12)
    if classes == 2:  # scikit-learn's counts one of the two classes
        assert float(brier_score(labels, q)) == pytest.approx(
            2 * brier_score_loss(labels, q[:, 1]), rel=1e-12
        )


def test_torch_agrees_on_probability_targets():
    rng = np.random.default_rng(3)
    p, q = rng.dirichlet(np.ones(7), size=50), rng.dirichlet(np.ones(7), size=50)
    p[:, 0], p[:, 1] = 0, p[:, 0] + p[:, 1]
    # The logits are log-probabilities, which softmax gives back.
    losses = torch.nn.functional.cross_entropy(torch.tensor(np.log(q)), torch.tensor(p), reduction="none")
    np.testing.assert_allclose(cross_entropy(p, q), losses.numpy(), rtol=1e-12)


def test_torch_agrees_on_labels():
    rng = np.random.default_rng(4)
    q, labels = rng.dirichlet(np.ones(7), size=50), rng.integers(7, size=50)
    expected = torch.nn.functional.nll_loss(torch.tensor(np.log(q)), torch.tensor(labels)).item()
    assert float(empirical_cross_entropy(labels, q)) == pytest.approx(expected, rel=1e-12)


# ---- against the theory -----------------------------------------------------------------------------


@quickly
@given(pairs(), units)
def test_cross_entropy_is_entropy_plus_divergence_and_never_less_than_the_entropy(pair, base):
    p, q = pair
    h, d = decompose(p, q, base=base)
    total = cross_entropy(p, q, base=base)
    assert close(total, h + d, float(total) if np.isfinite(total) else 1)
    assert h >= 0
    assert d >= 0
    assert total >= h - 1e-13 * max(1.0, float(h))
    assert not np.signbit(total)


@quickly
@given(pairs())
def test_it_is_infinite_exactly_where_the_model_rules_out_what_happens(pair):
    p, q = pair
    ruled_out = bool(((p > 0) & (q == 0)).any())
    assert (float(cross_entropy(p, q)) == math.inf) == ruled_out
    assert (float(decompose(p, q)[1]) == math.inf) == ruled_out


@quickly
@given(st.integers(1, 10_000), st.integers(0, 2**32 - 1))
def test_equal_probabilities_cost_log_k_whatever_the_data(size, seed):
    p = np.random.default_rng(seed).dirichlet(np.full(size, 0.5))
    assert float(cross_entropy(p, np.full(size, 1 / size))) == pytest.approx(
        math.log(size), rel=1e-12, abs=1e-15
    )


@quickly
@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 2**32 - 1), units)
def test_the_mean_nll_of_labels_is_the_cross_entropy_of_their_shares(labels, seed, base):
    q = np.random.default_rng(seed).dirichlet(np.ones(5))
    shares = np.bincount(labels, minlength=5) / len(labels)
    found = empirical_cross_entropy(labels, q, base=base)
    assert float(found) == pytest.approx(float(cross_entropy(shares, q, base=base)), rel=1e-12)
    rows = np.tile(q, (len(labels), 1))
    assert float(empirical_cross_entropy(labels, rows, base=base)) == pytest.approx(float(found), rel=1e-14)


@quickly
@given(pairs(2), st.floats(0, 1), st.floats(0, 1))
def test_straight_away_from_the_truth_the_price_never_falls(pair, one, other):
    p, q = pair
    s, t = sorted((one, other))
    near, far = (float(cross_entropy(p, (1 - x) * p + x * q)) for x in (s, t))
    assert near <= far + 1e-12 * max(1.0, near)


@quickly
@given(pairs())
def test_moving_data_find_the_model_s_favourite(pair):
    p, q = pair
    least = -math.log(q.max())
    assert float(cross_entropy(p, q)) >= least - 1e-12
    assert float(cross_entropy(np.eye(q.size)[q.argmax()], q)) == pytest.approx(least, abs=1e-15)


@quickly
@given(pairs(2))
def test_the_log_and_the_brier_score_never_reward_a_lie(pair):
    p, q = pair
    for rule in ("log", "brier"):
        assert expected_score(p, p, rule=rule) <= expected_score(p, q, rule=rule) + 1e-12
    lie = np.eye(p.size)[p.argmax()]
    gain = float(expected_score(p, p, rule="linear") - expected_score(p, lie, rule="linear"))
    assert gain == pytest.approx(float(p.max() - (p**2).sum()), abs=1e-12)
    assert gain >= -1e-15


@quickly
@given(pairs())
def test_scores_are_what_their_definitions_say(pair):
    p, q = pair
    outcomes = np.eye(q.size)
    expected = {
        "log": [math.inf if x == 0 else -math.log(x) for x in q],
        "brier": ((q - outcomes) ** 2).sum(axis=1),
        "linear": 1 - q,
        "absolute": np.abs(q - outcomes).sum(axis=1),
    }
    for rule in RULES:
        np.testing.assert_allclose(score(q, rule=rule), expected[rule], rtol=1e-12, atol=1e-12)
    excess = float(expected_score(p, q, rule="brier") - expected_score(p, p, rule="brier"))
    assert excess == pytest.approx(float(((p - q) ** 2).sum()), abs=1e-12)
    assert close(expected_score(p, q), cross_entropy(p, q))


@pytest.mark.parametrize("p", [0.03, 0.45, 0.7, 0.98])
def test_the_best_report_is_honest_under_proper_scores_and_certain_under_the_linear_one(p):
    r = np.linspace(0, 1, 101)
    reports = np.stack([r, 1 - r], axis=1)
    for rule in RULES:
        best = r[best_report([p, 1 - p], score(reports, rule=rule))]
        assert best == pytest.approx(p if rule in ("log", "brier") else float(p > 0.5), abs=1e-12)


@quickly
@given(st.floats(0, 700), units)
def test_perplexity_does_not_depend_on_the_unit(nats, base):
    found = perplexity(nats / math.log(base), base=base)
    assert float(found) == pytest.approx(float(perplexity(nats)), rel=1e-11)


@quickly
@given(st.lists(st.floats(0, 20), min_size=1, max_size=30), st.text(min_size=1, max_size=40))
def test_three_averages_of_one_total_lead_back_to_it(nats, text):
    per_token, per_character, bits = text_scores(nats, text)
    total = math.fsum(nats) / math.log(2)
    if total / min(len(nats), len(text)) < 1000:
        assert len(nats) * math.log2(per_token) == pytest.approx(total, abs=1e-9)
        assert len(text) * math.log2(per_character) == pytest.approx(total, abs=1e-9)
    assert bits * len(text.encode()) == pytest.approx(total, abs=1e-9)


# ---- ends and known values --------------------------------------------------------------------------


def test_the_four_word_language():
    p, q = [1 / 2, 1 / 4, 1 / 8, 1 / 8], [1 / 8, 1 / 2, 1 / 4, 1 / 8]
    assert float(cross_entropy(p, q, base=2)) == 2.375
    assert float(cross_entropy(q, p, base=2)) == 2.25
    assert [float(x) for x in decompose(p, q, base=2)] == [1.75, 0.625]
    assert [float(x) for x in decompose(q, p, base=2)] == [1.75, 0.5]


def test_known_numbers():
    r = [0.1, 0.5, 0.1, 0.3]
    assert float(cross_entropy(r, r, base=2)) == pytest.approx(1.685475, abs=5e-7)
    assert float(cross_entropy([1.0], [1.0])) == 0
    assert float(perplexity(math.log(50257))) == pytest.approx(50257)
    assert float(bits_per_byte(math.log(256), 1)) == pytest.approx(8)


def test_zeros_count_nothing_where_nothing_happens_and_everything_where_it_does():
    assert float(cross_entropy([1.0, 0.0], [1.0, 0.0])) == 0
    assert not np.signbit(cross_entropy([1.0, 0.0], [1.0, 0.0]))
    assert float(cross_entropy([0.5, 0.5], [1.0, 0.0])) == math.inf
    assert [float(x) for x in decompose([0.0, 1.0], [0.0, 1.0])] == [0, 0]
    assert float(expected_score([1.0, 0.0], [1.0, 0.0])) == 0
    assert float(empirical_cross_entropy([0, 1], [1.0, 0.0])) == math.inf
    assert best_report([0.0, 1.0], [[math.inf, 1.0], [0.0, 2.0]]) == 0


def test_perplexity_at_its_ends():
    assert perplexity([0.0, math.inf, 1e4]).tolist() == [1.0, math.inf, math.inf]


def test_rows_broadcast_and_every_kind_of_array_is_taken():
    p = np.full((3, 1, 2), 0.5)
    assert cross_entropy(p, np.full((4, 2), 0.5)).shape == (3, 4)
    assert cross_entropy((0.5, 0.5), np.array([0.5, 0.5], dtype=np.float32)).dtype == np.float64
    assert cross_entropy(np.zeros((0, 2)), [0.5, 0.5]).shape == (0,)
    assert score(np.full((2, 3, 4), 0.25), rule="brier").shape == (2, 3, 4)


def test_inputs_are_never_changed():
    p, q = np.array([0.25, 0.75]), np.array([0.5, 0.5])
    for function in (cross_entropy, decompose, expected_score):
        function(p, q)
    empirical_cross_entropy([0, 1], q), brier_score([0, 1], q)
    assert (p.tolist(), q.tolist()) == ([0.25, 0.75], [0.5, 0.5])


# ---- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [cross_entropy, decompose, expected_score])
@pytest.mark.parametrize(
    ("p", "q", "words"),
    [
        ([0.5, 0.6], [0.5, 0.5], "row 0 of p sums to 1.1, not 1"),
        ([0.5, 0.5], [-0.5, 1.5], r"q\[0\] is -0.5, probabilities are never negative"),
        ([0.5, math.nan], [0.5, 0.5], r"p\[1\] is NaN"),
        ([0.5, 0.5], [0.2, 0.3, 0.5], r"q has shape \(3,\), p has \(2,\)"),
        ([[0.5, 0.5]] * 2, [[0.5, 0.5]] * 3, r"q has shape \(3, 2\), p has \(2, 2\)"),
        ([1.0], [0.5, 0.5], "both need the same last axis"),
        ([], [], "K = 0"),
        (1.0, [1.0], "single number"),
        ("half", [1.0], "cannot be read"),
    ],
)
def test_what_is_no_pair_of_distributions_is_refused(function, p, q, words):
    with pytest.raises(ValueError, match=f"^{function.__name__}: .*{words}"):
        function(p, q)


@pytest.mark.parametrize("base", [1, 0, -2, 0.5, math.nan, math.inf, "2", None])
def test_a_base_that_makes_no_unit_is_refused(base):
    half = [0.5, 0.5]
    for call in (
        lambda: cross_entropy(half, half, base=base),
        lambda: decompose(half, half, base=base),
        lambda: empirical_cross_entropy([0], half, base=base),
        lambda: perplexity(1.0, base=base),
        lambda: bits_per_byte(1.0, 1, base=base),
    ):
        with pytest.raises(ValueError, match=r"^\w+: base is .*a finite number above 1 is needed"):
            call()


@pytest.mark.parametrize("function", [empirical_cross_entropy, brier_score])
@pytest.mark.parametrize(
    ("labels", "q", "words"),
    [
        ([], [0.5, 0.5], "Is the batch empty"),
        ([], np.zeros((0, 2)), "Is the batch empty"),
        ([0, 2], [0.5, 0.5], "label 2 at row .* is outside 0..1"),
        ([0, -1], [0.5, 0.5], "label -1 at row"),
        ([0.0, 1.0], [0.5, 0.5], "labels have dtype float64"),
        ([0, 1, 1], [[0.5, 0.5]] * 2, r"labels have shape \(3,\)"),
        ([[0, 1]], [0.5, 0.5], r"labels have shape \(1, 2\)"),
        (0, [0.5, 0.5], r"labels has shape \(\)"),
        ([0], [[[0.5, 0.5]]], r"q has \(1, 1, 2\)"),
        ([0], [0.5, 0.6], "sums to 1.1"),
    ],
)
def test_labels_that_do_not_fit_are_refused(function, labels, q, words):
    with pytest.raises(ValueError, match=f"^{function.__name__}: .*{words}"):
        function(labels, q)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: score([0.5, 0.5], rule="square"), "score: rule is 'square', one of"),
        (lambda: expected_score([1.0], [1.0], rule=None), "score: rule is None"),
        (lambda: best_report([0.5, 0.5], [[1.0]]), r"best_report: losses has shape \(1, 1\), p has \(2,\)"),
        (lambda: best_report([0.5, 0.5], np.zeros((0, 2))), "best_report: losses has shape"),
        (lambda: best_report([[1.0]], [[1.0]]), "best_report: losses has shape"),
        (lambda: best_report([1.0], [[-math.inf]]), "best_report: a loss is -inf"),
        (lambda: best_report([1.0], [[math.nan]]), "best_report: losses.* is NaN"),
        (lambda: perplexity(-0.1), "perplexity: loss is -0.1, .*at least 0"),
        (lambda: perplexity(math.nan), "perplexity: loss.* is NaN"),
        (lambda: bits_per_byte(1.0, 0), "bits_per_byte: size is 0, a finite number above 0"),
        (lambda: bits_per_byte(-1.0, 2), "bits_per_byte: total is -1"),
        (lambda: text_scores([], "a"), r"text_scores: nats has shape \(0,\)"),
        (lambda: text_scores([1.0], ""), "text_scores: .*the text 0 characters"),
        (lambda: text_scores([[1.0]], "a"), r"text_scores: nats has shape \(1, 1\)"),
        (lambda: text_scores([-1.0], "a"), "text_scores: nats is -1"),
    ],
)
def test_other_inputs_are_refused_with_a_sentence(call, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        call()
