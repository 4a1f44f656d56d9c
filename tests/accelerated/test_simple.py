"""The thin functions agree with SciPy and NumPy, are differentiable, and say what does not fit."""

import math

import numpy as np
import pytest
import torch
from scipy import special, stats
from torch.autograd import gradcheck

from xentcourse import accelerated


def distributions(*shape, dtype=torch.float64):
    return torch.softmax(torch.randn(*shape, dtype=torch.float64), -1).to(dtype)


@pytest.mark.parametrize("base", [math.e, 2, 10])
def test_entropy_is_scipys(base):
    p = distributions(3, 4, 7)
    p[0, 0] = torch.eye(7, dtype=torch.float64)[2]
    mine = accelerated.entropy(p, base=base)
    np.testing.assert_allclose(
        mine.numpy(), stats.entropy(p.numpy(), base=base, axis=-1), rtol=1e-13, atol=1e-15
    )
    assert mine[0, 0] == 0


def test_kl_divergence_is_scipys_and_infinite_where_q_has_no_mass():
    p, q = distributions(5, 7), distributions(5, 7)
    np.testing.assert_allclose(
        accelerated.kl_divergence(p, q).numpy(), special.rel_entr(p.numpy(), q.numpy()).sum(-1), rtol=1e-12
    )
    np.testing.assert_allclose(accelerated.kl_divergence(p, p).numpy(), 0, atol=1e-15)
    gap = torch.tensor([0.5, 0.5, 0.0])
    assert accelerated.kl_divergence(torch.tensor([0.2, 0.3, 0.5]), gap) == math.inf
    assert accelerated.kl_divergence(gap, torch.tensor([1.0, 1.0, 0.0]) / 2) == 0
    assert accelerated.kl_divergence(p, q[0]).shape == (5,)


def test_cross_entropy_is_entropy_plus_kl():
    p, logits = distributions(6, 9), torch.randn(6, 9, dtype=torch.float64)
    q = accelerated.log_softmax(logits).exp()
    both = accelerated.entropy(p) + accelerated.kl_divergence(p, q)
    torch.testing.assert_close(accelerated.cross_entropy(logits, p, reduction="none"), both)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_log_softmax_is_scipys_of_logits_over_temperature(temperature):
    logits = 10 * torch.randn(4, 6, dtype=torch.float64)
    mine = accelerated.log_softmax(logits, temperature=temperature)
    np.testing.assert_allclose(
        mine.numpy(), special.log_softmax(logits.numpy() / temperature, axis=-1), rtol=1e-12
    )


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_binary_cross_entropy_is_the_likelihood_of_a_coin(reduction):
    z, y = 5 * torch.randn(4, 3, dtype=torch.float64), torch.rand(4, 3, dtype=torch.float64)
    weight, pos = torch.rand(4, 1, dtype=torch.float64), torch.rand(3, dtype=torch.float64)
    mine = accelerated.binary_cross_entropy_with_logits(
        z, y, weight=weight, pos_weight=pos, reduction=reduction
    )
    z, y, weight, pos = (tensor.numpy() for tensor in (z, y, weight, pos))
    losses = -weight * (pos * y * special.log_expit(z) + (1 - y) * special.log_expit(-z))
    expected = losses if reduction == "none" else getattr(losses, reduction)()
    np.testing.assert_allclose(mine.numpy(), expected, rtol=1e-12)


def test_perplexity_of_a_uniform_model_is_the_number_of_tokens():
    target = torch.tensor([[0, 3], [-100, 49]])
    assert accelerated.perplexity(torch.zeros(2, 2, 50), target).item() == pytest.approx(50)
    logits = torch.randn(2, 2, 50)
    tokens = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    one = accelerated.perplexity(logits, target, token_weight=tokens)
    torch.testing.assert_close(one, 1 / torch.softmax(logits[0, 1], -1)[3])


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_short_floats_are_summed_in_float32(dtype):
    p, q, logits = (
        distributions(3, 999, dtype=dtype),
        distributions(3, 999, dtype=dtype),
        torch.randn(3, 999).to(dtype),
    )
    for mine, right in (
        (accelerated.entropy(p), accelerated.entropy(p.double())),
        (accelerated.kl_divergence(p, q), accelerated.kl_divergence(p.double(), q.double())),
        (accelerated.log_softmax(logits), accelerated.log_softmax(logits.double())),
        (
            accelerated.binary_cross_entropy_with_logits(logits, p),
            accelerated.binary_cross_entropy_with_logits(logits.double(), p.double()),
        ),
    ):
        assert mine.dtype == torch.float32
        torch.testing.assert_close(mine.double(), right, rtol=1e-5, atol=1e-5)


def test_all_of_them_are_differentiable():
    z = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    p, q = (distributions(3, 5).requires_grad_() for _ in range(2))
    assert gradcheck(accelerated.log_softmax, z)
    assert gradcheck(accelerated.entropy, p)
    assert gradcheck(accelerated.kl_divergence, (p, q))
    assert gradcheck(accelerated.binary_cross_entropy_with_logits, (z, p))
    assert gradcheck(lambda z: accelerated.perplexity(z, torch.tensor([0, 1, 4])), z)


def test_a_mass_of_0_gives_a_gradient_without_nan():
    p = torch.tensor([0.5, 0.5, 0.0], requires_grad=True)
    (accelerated.entropy(p) + accelerated.kl_divergence(p, torch.tensor([0.5, 0.5, 0.0]))).backward()
    assert p.grad.isfinite().all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: accelerated.entropy(torch.ones(2) / 2, base=1), "base is 1"),
        (lambda: accelerated.entropy(torch.ones(2, 0)), r"shape \(2, 0\)"),
        (
            lambda: accelerated.kl_divergence(torch.rand(4, 10), torch.rand(4, 9)),
            "Did you drop the padding class",
        ),
        (lambda: accelerated.log_softmax(torch.rand(3), temperature=0), "temperature is 0"),
        (lambda: accelerated.binary_cross_entropy_with_logits(torch.rand(3), torch.rand(4)), "of one shape"),
        (
            lambda: accelerated.binary_cross_entropy_with_logits(
                torch.rand(3), torch.rand(3), reduction="avg"
            ),
            "reduction is 'avg'",
        ),
    ],
)
def test_what_does_not_fit_is_said(call, says):
    with pytest.raises(ValueError, match=says):
        call()
