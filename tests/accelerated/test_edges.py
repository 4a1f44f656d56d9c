"""The ends of the range, on every engine: no rows, one class, −inf, huge logits, labels that do not exist."""

import math

import numpy as np
import pytest
import torch
from accelerated import oracle
from torch.nn import functional

from xentcourse.accelerated import cross_entropy, linear_cross_entropy

DTYPES = [torch.float64, torch.float32, torch.bfloat16, torch.float16]


def with_gradient(logits, target, **options):
    logits = logits.detach().requires_grad_()
    loss = cross_entropy(logits, target, **options)
    loss.backward(torch.ones_like(loss))
    return loss.detach(), logits.grad


def against_the_oracle(logits, target, *, rtol=3e-6, atol=3e-6, **options):
    engine = options.pop("engine")
    loss, slope = with_gradient(logits, target, engine=engine, **options)
    inputs = [logits.cpu().double().numpy(), target.cpu().numpy()]
    np.testing.assert_allclose(loss.cpu(), oracle.cross_entropy(*inputs, **options), rtol=rtol, atol=atol)
    room = {torch.bfloat16: 8e-3, torch.float16: 1e-3}.get(logits.dtype, 2e-5)
    expected = oracle.gradient(*inputs, **options)
    np.testing.assert_allclose(slope.double().cpu(), expected, rtol=room, atol=2e-6)


@pytest.mark.parametrize("options", [{}, {"z_loss": 0.1}, {"label_smoothing": 0.1}], ids=str)
def test_when_all_targets_are_ignored_the_mean_is_nan_and_the_gradient_0(where, options):
    engine, device = where
    logits = torch.randn(3, 5, device=device)
    target = torch.full((3,), -100, device=device)
    for reduction, expected in (("mean", math.nan), ("sum", 0.0), ("none", [0.0] * 3)):
        loss, slope = with_gradient(logits, target, reduction=reduction, engine=engine, **options)
        np.testing.assert_array_equal(loss.cpu(), expected)
        assert (slope == 0).all()
    assert functional.cross_entropy(logits, target).isnan()


def test_a_row_that_is_ignored_may_be_anything(where):
    engine, device = where
    logits = torch.randn(4, 5, device=device)
    logits[1], logits[2] = math.nan, -math.inf
    target = torch.tensor([1, -100, 2, 3], device=device)
    tokens = torch.tensor([1.0, 1.0, 0.0, 2.0], device=device)
    loss, slope = with_gradient(logits, target, token_weight=tokens, z_loss=0.1, engine=engine)
    kept = with_gradient(
        logits[[0, 3]], target[[0, 3]], token_weight=tokens[[0, 3]], z_loss=0.1, engine=engine
    )
    torch.testing.assert_close(loss, kept[0])
    torch.testing.assert_close(slope[[0, 3]], kept[1])
    assert (slope[[1, 2]] == 0).all()


def test_nan_passes_through_its_own_row_only(where):
    engine, device = where
    logits = torch.randn(3, 70, device=device)
    logits[1, 40] = math.nan
    loss, slope = with_gradient(
        logits, torch.tensor([0, 1, 2], device=device), reduction="none", engine=engine
    )
    assert loss.isnan().tolist() == [False, True, False]
    assert slope[1].isnan().all()
    assert slope[[0, 2]].isfinite().all()


@pytest.mark.parametrize("value", [-math.inf, math.inf])
def test_a_row_of_one_infinity_is_nan_as_torch_says(where, value):
    engine, device = where
    logits = torch.full((2, 70), value, device=device)
    target = torch.tensor([0, 1], device=device)
    loss, slope = with_gradient(logits, target, reduction="none", engine=engine)
    assert loss.isnan().all()
    assert slope.isnan().all()
    assert functional.cross_entropy(logits, target, reduction="none").isnan().all()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("options", [{}, {"z_loss": 0.1}], ids=str)
def test_rows_that_begin_with_minus_infinity_for_longer_than_a_block(where, dtype, options):
    engine, device = where
    logits = torch.randn(2, 150, dtype=torch.float64).to(dtype).to(device)
    logits[0, :100] = -math.inf
    logits[1, :149] = -math.inf
    target = torch.tensor([120, 149], device=device)
    against_the_oracle(logits, target, reduction="none", engine=engine, **options)
    assert with_gradient(logits, target, engine=engine)[1][0, :100].eq(0).all()


def test_an_impossible_target_costs_infinity_and_an_impossible_other_class_nothing(where):
    engine, device = where
    logits = torch.tensor([[0.0, -math.inf, 1.0]], device=device)
    assert with_gradient(logits, torch.tensor([1], device=device), engine=engine)[0] == math.inf
    soft = torch.tensor([[0.5, 0.0, 0.5]], device=device)
    against_the_oracle(logits, soft, engine=engine)
    weight = torch.tensor([1.0, 0.0, 2.0], device=device)
    loss = cross_entropy(
        logits, torch.tensor([0], device=device), weight=weight, label_smoothing=0.2, engine=engine
    )
    assert loss.isfinite()
    assert cross_entropy(
        logits, torch.tensor([0], device=device), label_smoothing=0.2, engine=engine
    ).isposinf()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_target_that_is_almost_certain(where, dtype):
    """p_y rounds to 1 in bfloat16; neither the loss nor the gradient of the true class may become 0."""
    engine, device = where
    logits = torch.zeros(1, 40, dtype=dtype, device=device)
    logits[0, 3] = 12
    loss, slope = with_gradient(logits, torch.tensor([3], device=device), engine=engine)
    exact = math.log1p(39 * math.exp(-12))
    assert loss.item() == pytest.approx(exact, rel=5e-3)  # ten float32 roundings of 1 + exact
    assert slope[0, 3].item() == pytest.approx(math.expm1(-exact), rel=1e-2)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_huge_logits(where, dtype, size):
    engine, device = where
    logits = (torch.randn(3, 70, dtype=torch.float64) + size).to(dtype)
    logits[1] = torch.randn(70).to(dtype) * 100 * abs(size) ** 0.5
    target = torch.tensor([0, 1, 69], device=device)
    against_the_oracle(logits.to(device), target, reduction="none", engine=engine)


@pytest.mark.parametrize("options", [{}, {"z_loss": 0.1}, {"label_smoothing": 0.3, "softcap": 2.0}], ids=str)
def test_one_class_costs_nothing(where, options):
    engine, device = where
    logits, target = torch.randn(3, 1, device=device), torch.zeros(3, dtype=torch.int64, device=device)
    against_the_oracle(logits, target, engine=engine, reduction="none", **options)
    if "z_loss" not in options:
        assert with_gradient(logits, target, engine=engine)[0] == 0


@pytest.mark.parametrize("soft", [False, True], ids=["labels", "probabilities"])
def test_no_rows_give_no_losses_a_sum_of_0_and_a_mean_of_nan(where, soft):
    engine, device = where
    logits = torch.randn(0, 5, device=device)
    target = logits.clone() if soft else torch.zeros(0, dtype=torch.int64, device=device)
    for reduction, shape in (("none", (0,)), ("sum", ()), ("mean", ())):
        loss, slope = with_gradient(logits, target, reduction=reduction, engine=engine)
        assert loss.shape == shape
        assert slope.shape == (0, 5)
        assert torch.equal(
            loss.isnan(), functional.cross_entropy(logits, target, reduction=reduction).isnan()
        )
    assert with_gradient(logits, target, reduction="sum", engine=engine)[0] == 0


@pytest.mark.parametrize("classes", [2, 31, 32, 33, 63, 64, 65, 97, 128, 507])
def test_any_number_of_classes(where, classes):
    engine, device = where
    logits, target = torch.randn(2, classes, device=device), torch.tensor([0, classes - 1], device=device)
    against_the_oracle(logits, target, engine=engine)


@pytest.mark.parametrize("classes", [65537, 128256])
def test_large_vocabularies(where, classes, monkeypatch):
    from xentcourse.accelerated import triton_engine

    monkeypatch.setattr(triton_engine, "BLOCK", 16384)
    monkeypatch.setattr(triton_engine, "WHOLE_ROW", 65536)
    engine, device = where
    logits = 3 * torch.randn(2, classes)
    logits[1, :70000] = -math.inf
    logits[1, -1] = 0
    target = torch.tensor([65536, classes - 1])
    loss, slope = with_gradient(logits.to(device), target.to(device), engine=engine, reduction="none")
    exact = logits.double().requires_grad_()
    right = functional.cross_entropy(exact, target, reduction="none")
    right.sum().backward()
    torch.testing.assert_close(loss.double().cpu(), right.detach(), rtol=1e-6, atol=3e-6)
    torch.testing.assert_close(slope.double().cpu(), exact.grad, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("label", [-1, 5, 2**40, -(2**40)])
@pytest.mark.parametrize("rows", ["none", "mean"])
def test_a_label_out_of_range_is_named_with_its_row(where, label, rows):
    engine, device = where
    logits = torch.randn(3, 5, device=device, requires_grad=True)
    target = torch.tensor([0, -100, label], device=device)
    with pytest.raises(ValueError, match=rf"label {label} at row \[2\] is outside 0..4"):
        cross_entropy(logits, target, reduction=rows, engine=engine, check_labels=True)


def test_a_label_out_of_range_that_nobody_looks_for_makes_its_row_nan(where):
    engine, device = where
    logits = torch.randn(3, 5, device=device)
    target = torch.tensor([0, 7, -5], device=device)
    loss, slope = with_gradient(logits, target, reduction="none", engine=engine, check_labels=False)
    assert loss.isnan().tolist() == [False, True, True]
    assert slope[0].isfinite().all()


def test_any_number_may_mean_ignored(where):
    engine, device = where
    logits = torch.randn(3, 5, device=device)
    target = torch.tensor([0, 2, 4], device=device)
    loss, _ = with_gradient(logits, target, ignore_index=2, engine=engine)
    torch.testing.assert_close(loss, functional.cross_entropy(logits, target, ignore_index=2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("scale", [1.0, 10.0])
def test_the_error_is_no_worse_than_torchs_own_at_the_same_dtype(where, dtype, scale):
    """Against float64 on the same rounded logits; the floor is two float32 roundings of the result."""
    engine, device = where
    logits = (scale * torch.randn(8, 300, dtype=torch.float64)).to(dtype).to(device)
    target = torch.randint(0, 300, (8,), device=device)
    exact = logits.double().requires_grad_()
    right = functional.cross_entropy(exact, target, reduction="none")
    right.sum().backward()
    theirs = logits.clone().requires_grad_()
    their_loss = functional.cross_entropy(theirs, target, reduction="none")
    their_loss.sum().backward()
    loss, slope = with_gradient(logits, target, reduction="none", engine=engine)
    floor = 2 * 2**-23 * right.abs().max()
    assert (loss - right).abs().max() <= (their_loss - right).abs().max() + floor
    # Triton's interpreter cuts to bfloat16 where a GPU rounds: up to a unit of a number below 1.
    cut = 2**-8 if (engine, device, dtype) == ("triton", "cpu", torch.bfloat16) else 0
    floor = 2 * 2**-23 + cut
    assert (slope - exact.grad).abs().max() <= (theirs.grad - exact.grad).abs().max() + floor


def test_a_linear_layer_without_rows():
    hidden, classifier = torch.randn(0, 4, requires_grad=True), torch.randn(5, 4, requires_grad=True)
    target = torch.zeros(0, dtype=torch.int64)
    linear_cross_entropy(hidden, classifier, target, reduction="sum").backward()
    assert (classifier.grad == 0).all()
    assert linear_cross_entropy(hidden, classifier, target).isnan()
