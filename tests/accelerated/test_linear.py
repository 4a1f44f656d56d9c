"""The chunked loss is the loss of the whole table, whatever the options, the chunk and the derivative."""

import itertools

import pytest
import torch
from torch.autograd import forward_ad, gradcheck, gradgradcheck

from xentcourse.accelerated import cross_entropy, linear, linear_cross_entropy


def layer(dtype=torch.float64, *, rows=(2, 4), classes=9):
    hidden = torch.randn(*rows, 3, dtype=dtype, requires_grad=True)
    return (
        hidden,
        torch.randn(classes, 3, dtype=dtype, requires_grad=True),
        torch.randn(classes, dtype=dtype, requires_grad=True),
    )


def targets(*, soft, dtype=torch.float64):
    if soft:
        return torch.softmax(torch.randn(2, 4, 9, dtype=dtype), -1)
    return torch.tensor([[0, 8, -100, 3], [4, 4, 1, -100]])


def combinations():
    values = {
        "weight": torch.rand(9, dtype=torch.float64),
        "token_weight": torch.rand(2, 4, dtype=torch.float64),
        "label_smoothing": 0.1,
        "z_loss": 0.01,
        "softcap": 3.0,
    }
    for chosen in itertools.product((False, True), repeat=len(values)):
        yield {key: value for (key, value), use in zip(values.items(), chosen, strict=True) if use}


@pytest.mark.parametrize("engine", ["torch", "cpp"])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("soft", [False, True], ids=["labels", "probabilities"])
@pytest.mark.parametrize("chunk", [1, 3, 8, None])
def test_every_combination_of_options_agrees_with_the_whole_table(engine, reduction, soft, chunk):
    hidden, classifier, bias = inputs = layer()
    target = targets(soft=soft)
    for options in combinations():
        options |= {"reduction": reduction, "engine": engine}
        whole = cross_entropy(hidden @ classifier.T + bias, target, **options)
        mine = linear_cross_entropy(hidden, classifier, target, bias=bias, chunk_size=chunk, **options)
        upstream = torch.rand_like(whole)
        torch.testing.assert_close(mine, whole)
        expected = torch.autograd.grad(whole, inputs, upstream)
        for slope, right in zip(torch.autograd.grad(mine, inputs, upstream), expected, strict=True):
            torch.testing.assert_close(slope, right)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_first_and_second_derivatives_are_the_slopes(reduction):
    inputs = layer(rows=(3,), classes=4)
    options = {
        "label_smoothing": 0.1,
        "z_loss": 0.01,
        "softcap": 3.0,
        "reduction": reduction,
        "chunk_size": 2,
    }

    def loss(hidden, classifier, bias):
        return linear_cross_entropy(hidden, classifier, torch.tensor([0, -100, 3]), bias=bias, **options)

    assert gradcheck(loss, inputs)
    assert gradgradcheck(loss, inputs)


@pytest.mark.parametrize("frozen", list(itertools.product((False, True), repeat=3))[1:], ids=str)
def test_frozen_inputs_get_no_gradient_and_the_others_theirs(frozen):
    inputs = layer()
    expected = torch.autograd.grad(
        linear_cross_entropy(*inputs[:2], targets(soft=False), bias=inputs[2], chunk_size=3), inputs
    )
    some = [t.detach().requires_grad_(not ice) for t, ice in zip(inputs, frozen, strict=True)]
    for reduction in ("mean", "none"):
        for tensor in some:
            tensor.grad = None
        loss = linear_cross_entropy(
            *some[:2], targets(soft=False), bias=some[2], chunk_size=3, reduction=reduction
        )
        assert loss.requires_grad == (not all(frozen))
        if not all(frozen):
            (loss.sum() / (1 if reduction == "mean" else 6)).backward()
        for tensor, ice, right in zip(some, frozen, expected, strict=True):
            assert (tensor.grad is None) == ice
            if not ice:
                torch.testing.assert_close(tensor.grad, right)


def test_backward_again_gives_the_same_gradients():
    inputs = layer()
    loss = linear_cross_entropy(*inputs[:2], targets(soft=False), bias=inputs[2])
    once = [g.clone() for g in torch.autograd.grad(loss, inputs, retain_graph=True)]
    loss.backward(retain_graph=True)
    (3 * loss).backward()
    for tensor, right in zip(inputs, once, strict=True):
        torch.testing.assert_close(tensor.grad, 4 * right)
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torch_func_takes_it():
    hidden, classifier, _ = (t.detach() for t in layer())
    target = targets(soft=False)

    def loss(hidden, classifier):
        return linear_cross_entropy(hidden, classifier, target, z_loss=0.1)

    slopes = torch.func.grad(loss, argnums=(0, 1))(hidden, classifier)
    inputs = (hidden.requires_grad_(), classifier.requires_grad_())
    for slope, right in zip(slopes, torch.autograd.grad(loss(*inputs), inputs), strict=True):
        torch.testing.assert_close(slope, right)
    with forward_ad.dual_level(), pytest.raises(NotImplementedError, match="jvp"):
        linear_cross_entropy(forward_ad.make_dual(hidden, hidden), classifier, target)


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_compiles_as_a_whole_forward_and_backward(reduction):
    inputs = layer()
    torch.compiler.reset()

    def loss(hidden, classifier, bias):
        return linear_cross_entropy(
            hidden * 2, classifier, targets(soft=False), bias=bias, reduction=reduction
        ).sum()

    mine = torch.autograd.grad(torch.compile(loss, fullgraph=True, backend="aot_eager")(*inputs), inputs)
    for slope, right in zip(mine, torch.autograd.grad(loss(*inputs), inputs), strict=True):
        torch.testing.assert_close(slope, right)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("chunk", [8, 32])
def test_short_floats_are_no_worse_than_torchs_own(dtype, chunk):
    """Many chunks cost next to no accuracy: their products are rounded, but add up in float32."""
    hidden = torch.randn(256, 16, dtype=dtype, requires_grad=True)
    classifier = torch.randn(50, 16, dtype=dtype, requires_grad=True)
    target = torch.randint(0, 50, (256,))
    exact = [t.detach().double().requires_grad_() for t in (hidden, classifier)]
    right = torch.nn.functional.cross_entropy(exact[0] @ exact[1].T, target)
    theirs = torch.nn.functional.cross_entropy(hidden @ classifier.T, target)
    mine = linear_cross_entropy(hidden, classifier, target, chunk_size=chunk)
    assert mine.dtype == torch.float32
    assert (mine - right).abs() <= (theirs - right).abs() + 2e-4
    goal = torch.autograd.grad(right, exact)
    ours, torchs = (torch.autograd.grad(loss, (hidden, classifier)) for loss in (mine, theirs))
    for a, b, c in zip(ours, torchs, goal, strict=True):
        assert (a - c).norm() <= 1.2 * (b - c).norm()


@pytest.mark.parametrize("softcap", [None, 4.0], ids=["", "softcap"])
def test_the_labels_logit_is_not_rounded(where, softcap):
    """Of a row's rounded logits its own counts in full: bfloat16 keeps 8 bits of it."""
    engine, device = where
    hidden = torch.randn(40, 16, dtype=torch.bfloat16, device=device)
    classifier = (torch.randn(900, 16, device=device) / 4).bfloat16()  # logits about 1, none likely
    target = torch.randint(0, 900, (40,), device=device)
    target[3] = -100
    options = {"softcap": softcap, "reduction": "none"}
    right = cross_entropy(hidden.double() @ classifier.double().T, target, engine="torch", **options)
    rounded = cross_entropy(hidden @ classifier.T, target, engine=engine, **options)
    mine = linear_cross_entropy(hidden, classifier, target, engine=engine, chunk_size=16, **options)
    assert (mine - right).abs().mean() <= (rounded - right).abs().mean() / 2
    assert mine[3] == 0


def test_autocast_computes_the_products_in_bfloat16():
    hidden, classifier, bias = layer(torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = linear_cross_entropy(hidden, classifier, targets(soft=False), bias=bias)
    loss.backward()
    assert loss.dtype == torch.float32
    assert classifier.grad.dtype == torch.float32
    short = [t.detach().bfloat16() for t in (hidden, classifier, bias)]
    torch.testing.assert_close(
        loss, linear_cross_entropy(*short[:2], targets(soft=False), bias=short[2]), rtol=1e-6, atol=1e-6
    )


def test_the_logits_of_all_rows_never_exist(monkeypatch):
    sizes = []
    engine_for = linear.engine_for

    def watching(tensor, name):
        engine = engine_for(tensor, name)
        return lambda logits, *rest: (sizes.append(tuple(logits.shape)), engine(logits, *rest))[1]

    monkeypatch.setattr(linear, "engine_for", watching)
    hidden, classifier = torch.randn(100, 4, requires_grad=True), torch.randn(7, 4, requires_grad=True)
    for reduction in ("none", "mean"):
        loss = linear_cross_entropy(
            hidden, classifier, torch.randint(0, 7, (100,)), chunk_size=32, reduction=reduction
        )
        loss.sum().backward()
    assert set(sizes) == {(32, 7), (4, 7)}


@pytest.mark.parametrize(
    ("classes", "itemsize", "chunk"), [(32000, 4, 384), (128256, 4, 64), (128256, 2, 192), (10, 4, 1258240)]
)
def test_the_chunk_follows_from_the_shape(classes, itemsize, chunk):
    assert linear.chunk_of(classes, itemsize) == chunk


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"classifier": torch.randn(3, 9)}, r"\(K, 3\) is needed, a row for each class. Is it transposed\?"),
        ({"bias": torch.randn(3)}, r"bias has shape \(3,\), \(9,\) is needed"),
        ({"bias": torch.randn(9).bfloat16()}, "are mixed"),
        ({"chunk_size": 0}, "chunk_size is 0"),
        ({"target": torch.tensor([0, 9])}, r"linear_cross_entropy: label 9 at row \[1\] is outside 0..8"),
        ({"hidden": torch.ones(2, 3, dtype=torch.int64)}, "linear_cross_entropy: hidden has dtype"),
    ],
)
@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_what_does_not_fit_is_said(change, says, reduction):
    inputs = {
        "hidden": torch.randn(2, 3),
        "classifier": torch.randn(9, 3),
        "target": torch.tensor([0, 1]),
    } | change
    with pytest.raises(ValueError, match=says):
        linear_cross_entropy(reduction=reduction, **inputs)
