"""Every combination of options, on every engine, against the oracle and, where it can, torch."""

import itertools

import numpy as np
import pytest
import torch
from accelerated import oracle
from torch.nn import functional

from xentcourse.accelerated import cross_entropy

#: Relative and absolute room for rounding: of the loss, and of the gradient as it is stored.
ROOM = {
    torch.float64: ((1e-12, 1e-12), (1e-11, 1e-13)),
    torch.float32: ((3e-6, 3e-6), (2e-5, 1e-6)),
    torch.bfloat16: ((3e-6, 3e-6), (8e-3, 1e-5)),
    torch.float16: ((3e-6, 3e-6), (1e-3, 1e-6)),
}
DTYPES = list(ROOM)


def name(value):
    return str(value).removeprefix("torch.") if isinstance(value, torch.dtype) else None


def problem(dtype, device, *, soft, rows=(2, 3), classes=71):
    """Logits with some −inf, and targets with mass on none of these; one row of labels is ignored."""
    logits = (3 * torch.randn(*rows, classes, dtype=torch.float64)).to(dtype)
    logits[0, 0, 5:9] = -torch.inf
    if soft:
        mass = torch.rand(*rows, classes, dtype=torch.float64)
        mass[0, 0, 5:9] = 0
        target = (mass / mass.sum(-1, keepdim=True)).to(dtype)
    else:
        target = torch.randint(9, classes, rows)
        target[1, 0] = -100
    return logits.to(device).requires_grad_(), target.to(device)


def combinations(dtype, device, shape, classes, *, finite):
    """All combinations of the options: one value each, or left out. Smoothing wants finite logits."""
    weight = torch.rand(classes, dtype=torch.float64).to(dtype).to(device)
    weight[11] = 0
    tokens = torch.rand(shape, dtype=torch.float64).to(dtype).to(device)
    tokens[0, 1] = 0
    values = {"weight": weight, "z_loss": 0.01, "softcap": 4.0, "token_weight": tokens}
    if finite:
        values["label_smoothing"] = 0.2
    for chosen in itertools.product((False, True), repeat=len(values)):
        yield {key: value for (key, value), use in zip(values.items(), chosen, strict=True) if use}


def as_numpy(value):
    if not isinstance(value, torch.Tensor):
        return value
    value = value.detach().cpu()
    return value.double().numpy() if value.is_floating_point() else value.numpy()


def loss_and_gradient(logits, target, *, upstream=None, **options):
    loss = cross_entropy(logits, target, **options)
    upstream = torch.ones_like(loss) if upstream is None else upstream
    (slope,) = torch.autograd.grad(loss, logits, upstream)
    return loss, slope


def agree(mine, right, room):
    np.testing.assert_allclose(as_numpy(mine), right, rtol=room[0], atol=room[1])


@pytest.mark.parametrize("soft", [False, True], ids=["labels", "probabilities"])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("dtype", DTYPES, ids=name)
def test_every_combination_of_options_agrees_with_the_oracle(where, dtype, reduction, soft):
    engine, device = where
    slow = engine == "triton" and not torch.cuda.is_available()
    for finite in (False, True):
        logits, target = problem(dtype, device, soft=soft, classes=40 if slow else 71)
        if finite:
            logits = logits.detach().clamp(min=-9).requires_grad_()
        for options in combinations(dtype, device, target.shape[:2], logits.shape[-1], finite=finite):
            # The kernel never sees the reduction: interpreted, it takes every combination once.
            if slow and 0 < len(options) < 4 + finite and (dtype, reduction) != (torch.float64, "none"):
                continue
            upstream = None if reduction != "none" else torch.rand(2, 3, dtype=torch.float64).to(device)
            cast = None if upstream is None else upstream.to(torch.promote_types(torch.float32, dtype))
            loss, slope = loss_and_gradient(
                logits, target, upstream=cast, reduction=reduction, engine=engine, **options
            )
            inputs = [as_numpy(logits), as_numpy(target)]
            plain = {key: as_numpy(value) for key, value in options.items()}
            agree(loss, oracle.cross_entropy(*inputs, reduction=reduction, **plain), ROOM[dtype][0])
            factor = 1.0 if cast is None else as_numpy(cast)
            expected = oracle.gradient(*inputs, reduction=reduction, upstream=factor, **plain)
            agree(slope, expected, ROOM[dtype][1])
            assert slope.dtype == dtype
            assert loss.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)


def test_the_oracle_gradient_is_the_slope_of_the_oracle():
    generator = np.random.default_rng(4)
    z, y = generator.normal(size=(3, 5)), np.array([1, 4, 0])
    options = {"weight": generator.random(5), "label_smoothing": 0.1, "z_loss": 0.1, "softcap": 2.0}
    slope, step = oracle.gradient(z, y, **options), 1e-6
    for index in np.ndindex(z.shape):
        shift = np.zeros_like(z)
        shift[index] = step
        rise = oracle.cross_entropy(z + shift, y, **options) - oracle.cross_entropy(z - shift, y, **options)
        assert rise / (2 * step) == pytest.approx(slope[index], abs=1e-8)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("soft", [False, True], ids=["labels", "probabilities"])
def test_what_torch_defines_is_what_torch_says(where, reduction, soft):
    engine, device = where
    logits = torch.randn(6, 9, dtype=torch.float64, device=device, requires_grad=True)
    target = torch.tensor([0, 3, -100, 2, 8, 1], device=device)
    if soft:
        target = torch.softmax(torch.randn(6, 9, dtype=torch.float64, device=device), -1)
    weight = torch.rand(9, dtype=torch.float64, device=device)
    for options in (
        {},
        {"weight": weight},
        {"label_smoothing": 0.3},
        {"weight": weight, "label_smoothing": 0.3},
    ):
        theirs = functional.cross_entropy(logits, target, reduction=reduction, **options)
        upstream = torch.rand_like(theirs)
        mine, slope = loss_and_gradient(
            logits, target, upstream=upstream, reduction=reduction, engine=engine, **options
        )
        torch.testing.assert_close(mine, theirs)
        torch.testing.assert_close(slope, torch.autograd.grad(theirs, logits, upstream)[0])


def test_a_token_weight_of_1_changes_nothing_and_of_0_is_as_ignored(where):
    engine, device = where
    logits, target = problem(torch.float64, device, soft=False)
    ones = torch.ones(2, 3, dtype=torch.float64, device=device)
    plain = loss_and_gradient(logits, target, z_loss=0.1, engine=engine)
    for mine, same in zip(
        loss_and_gradient(logits, target, z_loss=0.1, token_weight=ones, engine=engine), plain, strict=True
    ):
        assert torch.equal(mine, same)
    kept, ignored = ones.clone(), target.clone()
    kept[0, 2], ignored[0, 2] = 0, -100
    zero = loss_and_gradient(logits, target, z_loss=0.1, token_weight=kept, engine=engine)
    for mine, same in zip(zero, loss_and_gradient(logits, ignored, z_loss=0.1, engine=engine), strict=True):
        assert torch.equal(mine, same)


def test_the_shape_of_the_rows_does_not_matter(where):
    engine, device = where
    logits, target = problem(torch.float64, device, soft=False)
    flat = cross_entropy(logits.reshape(6, -1), target.reshape(6), engine=engine, reduction="none")
    assert torch.equal(cross_entropy(logits, target, engine=engine, reduction="none"), flat.reshape(2, 3))
    one = cross_entropy(logits[0, 1], target[0, 1], engine=engine, reduction="none")
    assert one.shape == ()
    assert torch.equal(one, flat[1])


@pytest.mark.parametrize("view", ["transposed", "every second", "expanded"])
def test_logits_need_not_be_contiguous(where, view):
    engine, device = where
    logits = torch.randn(6, 80, dtype=torch.float64, device=device)
    if view == "transposed":
        logits = logits.t().contiguous().t()
    else:
        logits = logits[:, ::2] if view == "every second" else logits[:1].expand(6, 80)
    target = torch.arange(6, device=device)
    mine, slope = loss_and_gradient(logits.requires_grad_(), target, engine=engine)
    right, expected = loss_and_gradient(logits.detach().contiguous().requires_grad_(), target, engine="torch")
    torch.testing.assert_close(mine, right)
    torch.testing.assert_close(slope, expected)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int16, torch.uint8])
def test_labels_may_be_integers_of_any_length(dtype):
    logits, labels = torch.randn(4, 7), torch.tensor([0, 6, 3, 2])
    assert torch.equal(cross_entropy(logits, labels.to(dtype)), cross_entropy(logits, labels))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"target": torch.tensor([0, 9])}, r"label 9 at row \[1\] is outside 0..4"),
        ({"target": torch.tensor([-1, 0])}, r"label -1 at row \[0\]"),
        ({"target": torch.tensor([0])}, r"target has shape \(1,\)"),
        ({"target": torch.tensor([0.0, 1.0])}, r"Did you mean labels\?"),
        ({"target": torch.tensor([True, False])}, "torch.bool"),
        ({"target": torch.rand(2, 5), "ignore_index": 3}, "Give those rows token_weight 0"),
        ({"logits": torch.ones(2, 5, dtype=torch.int64)}, "swap logits and target"),
        ({"logits": torch.ones(2, 0)}, r"shape \(2, 0\)"),
        ({"weight": torch.ones(4)}, r"weight has shape \(4,\), \(5,\) is needed"),
        ({"token_weight": torch.ones(3)}, r"token_weight has shape \(3,\), \(2,\) is needed"),
        ({"label_smoothing": 1.5}, "label_smoothing is 1.5"),
        ({"softcap": 0.0}, "softcap is 0.0"),
        ({"reduction": "average"}, "reduction is 'average'"),
        ({"engine": "fortran"}, "engine is 'fortran'"),
    ],
)
def test_what_does_not_fit_is_said(change, says):
    inputs = {"logits": torch.randn(2, 5), "target": torch.tensor([0, 1])} | change
    with pytest.raises(ValueError, match=says):
        cross_entropy(inputs.pop("logits"), inputs.pop("target"), **inputs)
