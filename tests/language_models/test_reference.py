"""The reference implementation of chapter `language_models`, judged by torch, mpmath, counting and theory."""

import itertools
import math
from collections import Counter

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from torch.nn import functional

from xentcourse.accelerated.byte_model import ByteGRU, as_step
from xentcourse.reference.language_models import (
    TOTAL,
    NGram,
    compress,
    decompress,
    mixture,
    next_token_loss,
    smoothed,
    surprises,
)

DIGITS = 40
RNG = np.random.default_rng(0)


# ---- the loss of the next token ---------------------------------------------------------------------


def batch(lengths, V=5, pad=0):
    mask = np.arange(max(lengths)) < np.array(lengths)[:, None]
    tokens = np.where(mask, RNG.integers(0, V, size=mask.shape), pad)
    return RNG.normal(size=(*mask.shape, V)), tokens, mask


@pytest.mark.parametrize("pad", [0, -1, -100, 999])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_the_loss_is_torch_s_of_shifted_tokens(pad, reduction):
    logits, tokens, mask = batch([4, 2, 6, 1], pad=pad)
    targets = torch.tensor(np.where(mask, tokens, -100)[:, 1:])
    z = torch.tensor(logits[:, :-1]).transpose(1, 2)
    expected = functional.cross_entropy(z, targets, reduction=reduction)
    ours = next_token_loss(logits, tokens, mask=mask, reduction=reduction)
    np.testing.assert_allclose(ours, expected.numpy(), rtol=1e-12, atol=1e-15)


def test_the_loss_is_the_definition_in_many_digits():
    logits, tokens, mask = batch([3, 2])
    total, count = mpmath.mpf(0), 0
    for s, t in itertools.product(range(2), range(2)):
        if mask[s, t + 1]:
            z = [mpmath.mpf(float(x)) for x in logits[s, t]]
            total += mpmath.log(sum(map(mpmath.exp, z))) - z[tokens[s, t + 1]]
            count += 1
    assert float(next_token_loss(logits, tokens, mask=mask)) == pytest.approx(float(total / count), rel=1e-14)


def test_without_a_mask_every_token_but_the_first_counts():
    logits, tokens, mask = batch([4, 4])
    assert mask.all()
    np.testing.assert_array_equal(next_token_loss(logits, tokens), next_token_loss(logits, tokens, mask=mask))
    np.testing.assert_allclose(
        next_token_loss(logits[0], tokens[0], reduction="sum"),
        next_token_loss(logits[:1], tokens[:1], reduction="sum"),
    )


@pytest.mark.parametrize(
    ("logits", "tokens", "mask", "message"),
    [
        (np.zeros((2, 3)), [[0, 1, 2]], None, r"tokens \(1, 3\)"),
        (np.zeros((2, 3)), [0, 1], [True], r"mask \(1,\)"),
        (np.zeros(3), 0, None, "L >= 1 are needed"),
        (np.zeros((0, 3)), np.zeros(0, int), None, "L >= 1 are needed"),
        (np.zeros((2, 3)), [0.0, 1.0], None, "whole numbers and True or False"),
        (np.zeros((2, 3)), [0, 1], [1, 1], "whole numbers and True or False"),
        (np.zeros((2, 3)), [0, 3], None, r"token 3 at \[1\] is outside 0..2"),
        (np.zeros((2, 3)), [0, -1], None, r"token -1 at \[1\] is outside"),
        (np.full((2, 3), np.nan), [0, 1], None, "is NaN"),
        (np.zeros((1, 3)), [0], None, "the mean divides by 0"),
        (np.zeros((2, 3)), [0, 1], [True, False], "the mean divides by 0"),
    ],
)
def test_the_loss_says_what_is_wrong(logits, tokens, mask, message):
    with pytest.raises(ValueError, match=message):
        next_token_loss(logits, tokens, mask=mask)


def test_the_first_token_may_be_anything():
    assert float(next_token_loss(np.zeros((2, 4)), [-7, 1])) == pytest.approx(math.log(4))


# ---- smoothing --------------------------------------------------------------------------------------

COUNTS = st.lists(st.integers(0, 10**6), min_size=2, max_size=8)


@settings(deadline=None, max_examples=50)
@given(COUNTS, st.floats(1e-6, 1e6), st.randoms(use_true_random=False))
def test_smoothing_is_a_mixture_of_shares_and_base(counts, alpha, random):
    weights = np.array([random.random() + 1e-3 for _ in counts])
    base, N = weights / weights.sum(), sum(counts)
    q = smoothed(counts, base, strength=alpha)
    assert q.sum() == pytest.approx(1)
    assert (q > 0).all()
    with mpmath.workdps(DIGITS):
        for k, n in enumerate(counts):
            exact = (mpmath.mpf(n) + mpmath.mpf(alpha) * mpmath.mpf(float(base[k]))) / (N + mpmath.mpf(alpha))
            assert float(q[k]) == pytest.approx(float(exact), rel=1e-13)
    if N:
        lam = N / (N + alpha)
        np.testing.assert_allclose(q, lam * np.array(counts) / N + (1 - lam) * base, rtol=1e-9, atol=1e-12)
        assert (np.abs(q - np.array(counts) / N) <= alpha / (N + alpha) * (1 + 1e-9)).all()


def test_smoothing_finds_the_maximum_of_the_posterior():
    n, b, alpha = np.array([5.0, 0.0, 2.0]), np.array([0.2, 0.5, 0.3]), 3.0

    def negative(z):
        log_q = z - np.logaddexp.reduce(z)
        return -((n + alpha * b) * log_q).sum()

    z = optimize.minimize(negative, np.zeros(3), tol=1e-12).x
    np.testing.assert_allclose(np.exp(z - np.logaddexp.reduce(z)), smoothed(n, b, strength=alpha), atol=1e-6)


def test_without_counts_the_base_is_left():
    np.testing.assert_allclose(smoothed([0, 0], [0.3, 0.7], strength=5e-324), [0.3, 0.7], rtol=1)
    np.testing.assert_allclose(smoothed([0, 0], [0.3, 0.7], strength=2), [0.3, 0.7])


@pytest.mark.parametrize(
    ("counts", "base", "strength", "message"),
    [
        ([1, 2], [0.5, 0.5], 0, "strength is 0, a finite number above 0"),
        ([1, 2], [0.5, 0.5], -1.0, "above 0"),
        ([1, 2], [0.5, 0.5], math.nan, "above 0"),
        ([1, -2], [0.5, 0.5], 1, r"counts\[1\] is -2"),
        ([1, math.inf], [0.5, 0.5], 1, "inf"),
        ([1, math.nan], [0.5, 0.5], 1, "is NaN"),
        ([1, 2, 3], [0.5, 0.5], 1, r"counts has shape \(3,\), base has \(2,\)"),
        ([1, 2], [0.5, 0.6], 1, "sums to 1.1, not 1"),
        ([1, 2], [1.5, -0.5], 1, "never negative"),
    ],
)
def test_smoothing_says_what_is_wrong(counts, base, strength, message):
    with pytest.raises(ValueError, match=message):
        smoothed(counts, base, strength=strength)


# ---- n-grams ----------------------------------------------------------------------------------------


def by_counting(text, context, alpha, V, order):
    """The distribution after a context, from lists."""
    q = [1 / V] * V
    for length in range(min(order, len(context)) + 1):
        ending = context[len(context) - length :]
        after = Counter(text[i] for i in range(length, len(text)) if text[i - length : i] == ending)
        q = [(after[k] + alpha * q[k]) / (sum(after.values()) + alpha) for k in range(V)]
    return q


TEXTS = st.lists(st.integers(0, 2), min_size=1, max_size=40)


@settings(deadline=None, max_examples=60)
@given(TEXTS, TEXTS, st.integers(0, 4), st.floats(0.01, 100))
def test_the_n_gram_model_is_what_counting_gives(seen, text, order, alpha):
    model = NGram(seen, order=order, vocabulary=3)
    nats, step = model.nats(text, strength=alpha), model.step(strength=alpha)
    token, state = None, None
    for i, x in enumerate(text):
        q, state = step(token, state)
        expected = by_counting(seen, text[max(0, i - order) : i], alpha, 3, order)
        np.testing.assert_allclose(q, expected, rtol=1e-10)
        assert nats[i] == pytest.approx(-math.log(expected[x]), rel=1e-10, abs=1e-12)
        token = x
    np.testing.assert_allclose(surprises(text, step), nats, rtol=1e-10, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(TEXTS, TEXTS, st.integers(0, 3))
def test_a_tally_counts_what_came_after_the_context(seen, text, order):
    own, total = NGram(seen, order=order, vocabulary=3).tally(text, order=order)
    for i in range(order, len(text)):
        context = text[i - order : i]
        after = [seen[j] for j in range(order, len(seen)) if seen[j - order : j] == context]
        assert (own[i - order], total[i - order]) == (after.count(text[i]), len(after))


def test_the_first_and_the_last_token_of_the_vocabulary_do_not_spill_into_neighbours():
    own, total = NGram(bytes([0, 255, 0, 255, 255]), order=1).tally(bytes([255, 255, 0, 0]), order=1)
    assert own.tolist() == [1, 1, 0]
    assert total.tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NGram(b"", order=1), "the text is empty"),
        (lambda: NGram(b"abc", order=-1), "order is -1"),
        (lambda: NGram(b"abc", order=8), "Will a shorter context do"),
        (lambda: NGram([0, 3], order=1, vocabulary=3), r"token 3 at \[1\] is outside 0..2"),
        (lambda: NGram([0, -1], order=1, vocabulary=3), "token -1"),
        (lambda: NGram([0.5], order=1, vocabulary=3), "whole numbers, or bytes"),
        (lambda: NGram("abc", order=1), "text.encode"),
        (lambda: NGram(b"abc", order=1).tally(b"abc", order=2), "from 0 to 1 is needed"),
        (lambda: NGram(b"abc", order=1).nats(b"abc", strength=0), "above 0"),
        (lambda: NGram(b"abc", order=1).step(strength=-1), "above 0"),
    ],
)
def test_an_n_gram_model_says_what_is_wrong(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_empty_text_has_no_surprises():
    model = NGram(b"abc", order=2)
    assert model.nats(b"", strength=1).shape == (0,)
    assert surprises(b"", model.step(strength=1)).shape == (0,)


# ---- models that drive the coder --------------------------------------------------------------------


def fixed(q):
    """A model that says the same at every place."""
    return lambda *_: (np.asarray(q), None)


@settings(deadline=None, max_examples=30)
@given(TEXTS, st.integers(0, 3), st.floats(0.01, 10), st.sampled_from([64, 2**12, TOTAL, 2**32]))
def test_a_text_comes_back_and_its_code_is_as_short_as_the_theorem_says(text, order, alpha, total):
    step = NGram([0, 1, 2, 1, 0, 0], order=order, vocabulary=3).step(strength=alpha)
    code = compress(text, step, total=total)
    assert decompress(code, len(text), step, total=total) == text
    S = surprises(text, step).sum() / math.log(2)
    eps, delta = -math.log2(1 - 3 / total), -math.log2(1 - total / 2**48)
    assert 8 * len(code) < S + len(text) * (eps + delta) + 9


def test_the_code_is_within_a_thousandth_of_the_surprise():
    text = RNG.choice(4, size=20_000, p=[0.7, 0.2, 0.05, 0.05]).tolist()
    step = fixed([0.7, 0.2, 0.05, 0.05])
    S = surprises(text, step).sum() / math.log(2)
    assert abs(8 * len(compress(text, step)) / S - 1) < 0.001


def test_an_empty_text_takes_no_bytes():
    assert compress([], fixed([0.5, 0.5])) == b""
    assert decompress(b"", 0, fixed([0.5, 0.5])) == []


def test_what_the_model_rules_out_is_refused_and_surprises_without_bound():
    with pytest.raises(ValueError, match="symbol 1 at position 1"):
        compress([0, 1], fixed([1.0, 0.0]))
    assert surprises([0, 1], fixed([1.0, 0.0])).tolist() == [0.0, math.inf]


def test_a_negative_length_is_refused():
    with pytest.raises(ValueError, match="length is -1"):
        decompress(b"", -1, fixed([0.5, 0.5]))


def test_a_mixture_costs_at_most_the_average_and_a_bit_more_than_the_better():
    text = RNG.integers(0, 3, size=200).tolist()
    models = [NGram([0, 1, 2] * 5, order=m, vocabulary=3).step(strength=0.3) for m in (0, 2)]
    own = [surprises(text, step).mean() for step in models]
    mixed = surprises(text, mixture(models, [0.25, 0.75])).mean()
    assert mixed <= 0.25 * own[0] + 0.75 * own[1]
    assert mixed <= min(own[0] + math.log(4), own[1] + math.log(4 / 3))


@pytest.mark.parametrize("weights", [[1.0], [0.5, 0.6], [-0.5, 1.5]])
def test_a_mixture_needs_a_share_for_each_model(weights):
    with pytest.raises(ValueError, match="mixture:"):
        mixture([fixed([0.5, 0.5])] * 2, weights)


# ---- the network ------------------------------------------------------------------------------------


def test_reading_byte_by_byte_is_reading_at_once_up_to_rounding():
    torch.manual_seed(0)
    model = ByteGRU(hidden=12, features=8)
    text = b"def f(x): return x"
    with torch.no_grad():
        logits, _ = model(torch.tensor([list(text)]))
    at_once = functional.cross_entropy(logits[0, :-1], torch.tensor(list(text[1:])), reduction="none")
    one_by_one = surprises(text, as_step(model))
    assert one_by_one[0] == pytest.approx(math.log(256))
    np.testing.assert_allclose(one_by_one[1:], at_once.numpy(), rtol=1e-4)


def test_the_state_follows_the_equations_of_the_page():
    torch.manual_seed(0)
    model = ByteGRU(hidden=3, features=2).double()
    gru, h = model.recurrent, np.zeros(3)
    W, U = (getattr(gru, f"weight_{x}_l0").detach().numpy().reshape(3, 3, -1) for x in ("ih", "hh"))
    b, c = (getattr(gru, f"bias_{x}_l0").detach().numpy().reshape(3, 3) for x in ("ih", "hh"))
    for token in (5, 200, 5):
        e = model.embedding.weight[token].detach().numpy()
        r, u = (1 / (1 + np.exp(-(W[i] @ e + b[i] + U[i] @ h + c[i]))) for i in (0, 1))
        s = np.tanh(W[2] @ e + b[2] + r * (U[2] @ h + c[2]))
        h = u * h + (1 - u) * s
    with torch.no_grad():
        _, state = model(torch.tensor([[5, 200, 5]]))
    np.testing.assert_allclose(state.numpy().ravel(), h, atol=1e-14)


def test_a_network_compresses_and_repeats_its_own_sums():
    torch.manual_seed(0)
    step = as_step(ByteGRU(hidden=12, features=8))
    text = bytes(range(0, 256, 5))
    code = compress(text, step)
    assert bytes(decompress(code, len(text), step)) == text
    assert abs(8 * len(code) - surprises(text, step).sum() / math.log(2)) < 9.1
