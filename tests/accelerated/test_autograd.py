"""The losses are full citizens of autograd: any order, any transform, any mode, or a clear refusal."""

import math

import pytest
import torch
from torch.autograd import forward_ad, gradcheck, gradgradcheck
from torch.func import functional_call, grad, hessian, jacrev, jvp, vmap
from torch.nn import functional

from xentcourse.accelerated import cross_entropy

#: What torch itself says while it compiles, or loads its compiler.
COMPILING = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
OPTIONS = {"label_smoothing": 0.1, "z_loss": 0.01, "softcap": 3.0}


def example(device="cpu", *, soft=False, dtype=torch.float64):
    logits = torch.randn(5, 7, dtype=dtype, device=device, requires_grad=True)
    target = torch.tensor([0, 3, -100, 2, 6], device=device)
    if soft:
        target = torch.softmax(torch.randn(5, 7, dtype=dtype, device=device), -1)
    return logits, target


def everything(device="cpu"):
    """All options at once."""
    weight = torch.rand(7, dtype=torch.float64, device=device)
    return OPTIONS | {"weight": weight, "token_weight": torch.rand(5, dtype=torch.float64, device=device)}


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("soft", [False, True], ids=["labels", "probabilities"])
def test_first_and_second_derivatives_are_the_slopes(where, reduction, soft):
    engine, device = where
    logits, target = example(device, soft=soft)
    options = everything(device) | {"engine": engine, "reduction": reduction}
    if engine == "triton" and device == "cpu":  # interpreted, every slope takes its time
        logits = logits.detach()[:2].requires_grad_()
        options["token_weight"], target = options["token_weight"][:2], target[:2]
    assert gradcheck(lambda z: cross_entropy(z, target, **options), logits)
    assert gradgradcheck(lambda z: cross_entropy(z, target, **options), logits)


@pytest.mark.parametrize(
    "options", [{}, {"z_loss": 0.1}, {"softcap": 2.0}, {"label_smoothing": 0.2}], ids=str
)
def test_third_derivatives_exist(options):
    logits, target = example()
    loss = cross_entropy(logits, target, **options)
    theirs = functional.cross_entropy(logits, target, label_smoothing=options.get("label_smoothing", 0.0))
    first = torch.autograd.grad(loss, logits, create_graph=True)[0].square().sum()
    second = torch.autograd.grad(first, logits, create_graph=True)[0].square().sum()
    third = torch.autograd.grad(second, logits)[0]
    assert third.isfinite().all()
    if not options.keys() - {"label_smoothing"}:
        first = torch.autograd.grad(theirs, logits, create_graph=True)[0].square().sum()
        second = torch.autograd.grad(first, logits, create_graph=True)[0].square().sum()
        torch.testing.assert_close(third, torch.autograd.grad(second, logits)[0])


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_backward_twice_gives_the_same_gradient_twice_and_sums_are_sums(where, dtype):
    engine, device = where
    logits, target = example(device, dtype=dtype)
    loss = cross_entropy(logits, target, engine=engine)
    first = torch.autograd.grad(loss, logits, retain_graph=True)[0].clone()
    loss.backward(retain_graph=True)
    assert torch.equal(logits.grad, first)
    loss.backward(retain_graph=True)
    loss.backward()
    torch.testing.assert_close(logits.grad, 3 * first)


def test_a_third_backward_without_the_graph_is_refused():
    logits, target = example()
    loss = cross_entropy(logits, target)
    loss.backward()
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()


@pytest.mark.parametrize("factor", [1.0, 3.0, math.nan])
@pytest.mark.parametrize("inplace", [False, True])
def test_the_upstream_gradient_multiplies(where, factor, inplace):
    engine, device = where
    logits, target = example(device)
    plain = torch.autograd.grad(cross_entropy(logits, target, engine=engine), logits)[0]
    loss = cross_entropy(logits, target, engine=engine, inplace_backward=inplace)
    (loss * factor).backward()
    torch.testing.assert_close(logits.grad, plain * factor, equal_nan=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_inplace_backward_leaves_the_gradient_in_the_logits(where, dtype):
    engine, device = where
    start, target = example(device, dtype=dtype)
    expected = torch.autograd.grad(cross_entropy(start, target, engine=engine), start)[0]
    logits = start.detach().clone().requires_grad_()
    version = logits._version
    cross_entropy(logits, target, engine=engine, inplace_backward=True).backward()
    assert logits.grad.data_ptr() == logits.data_ptr()
    assert torch.equal(logits.grad, expected)
    assert logits._version > version


def test_an_overwritten_value_that_a_step_before_needs_is_noticed():
    logits, target = example()
    z = torch.exp(logits)  # its backward pass needs its result
    loss = cross_entropy(z, target, inplace_backward=True)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("which", ["retain_graph", "create_graph"])
def test_inplace_backward_refuses_what_needs_the_logits_again(which, dtype):
    logits, target = example(dtype=dtype)
    loss = cross_entropy(logits, target, inplace_backward=True)
    with pytest.raises(RuntimeError, match=f"overwritten the logits.*{which}=True is not possible"):
        torch.autograd.grad(loss, logits, **{which: True})


def test_inplace_backward_without_gradients_leaves_the_logits_alone():
    logits, target = example()
    before = logits.detach().clone()
    with torch.no_grad():
        cross_entropy(logits, target, inplace_backward=True)
    cross_entropy(logits, target, inplace_backward=True, reduction="none").sum().backward()
    assert torch.equal(logits.detach(), before)


def test_a_float16_gradient_of_a_scaled_loss_does_not_underflow(where):
    """A 4096th of a small probability is nothing in float16; times the scale it is something."""
    engine, device = where
    logits = torch.zeros(1, 100, dtype=torch.float16, device=device, requires_grad=True)
    tokens = torch.tensor([1 / 4096], device=device)
    loss = cross_entropy(
        logits * 1,
        torch.zeros(1, dtype=torch.int64, device=device),
        token_weight=tokens,
        reduction="sum",
        engine=engine,
    )
    (loss * 65536).backward()
    torch.testing.assert_close(logits.grad[0, 1].item(), 65536 / 4096 / 100, rtol=1e-3, atol=0)


def test_frozen_logits_and_inference_mode_give_the_loss_and_no_graph(where):
    engine, device = where
    logits, target = example(device)
    loss = cross_entropy(logits, target, engine=engine)
    assert not cross_entropy(logits.detach(), target, engine=engine).requires_grad
    with torch.inference_mode():
        inferred = cross_entropy(logits, target, engine=engine)
    assert inferred.is_inference()
    torch.testing.assert_close(inferred.clone(), loss.detach())


def test_token_weights_have_gradients():
    logits, target = example()
    tokens = torch.rand(5, dtype=torch.float64, requires_grad=True)
    for reduction in ("none", "sum", "mean"):
        assert gradcheck(
            lambda z, t, r=reduction: cross_entropy(z, target, token_weight=t, z_loss=0.1, reduction=r),
            (logits, tokens),
        )


def test_class_weights_and_target_probabilities_have_gradients():
    logits, target = example(soft=True)
    weight = torch.rand(7, dtype=torch.float64, requires_grad=True)
    inputs = (logits, target.requires_grad_(), weight)
    assert gradcheck(lambda z, p, w: cross_entropy(z, p, weight=w, **OPTIONS), inputs)
    assert gradgradcheck(lambda z, p, w: cross_entropy(z, p, weight=w, **OPTIONS), inputs)


@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_torch_func_takes_it(reduction):
    logits, target = example()
    options = everything() | {"reduction": reduction}
    many = torch.randn(3, 5, 7, dtype=torch.float64)

    def loss(z):
        return cross_entropy(z, target, **options).sum()

    slope = grad(loss)(logits.detach())
    torch.testing.assert_close(slope, torch.autograd.grad(loss(logits), logits)[0])
    torch.testing.assert_close(vmap(loss)(many), torch.stack([loss(z) for z in many]))
    torch.testing.assert_close(vmap(grad(loss))(many), torch.stack([grad(loss)(z) for z in many]))
    torch.testing.assert_close(
        vmap(grad(loss), in_dims=1)(many.movedim(0, 1)), torch.stack([grad(loss)(z) for z in many])
    )
    twice = jacrev(jacrev(loss))(logits.detach())
    torch.testing.assert_close(twice, torch.autograd.functional.hessian(loss, logits))


def test_vmap_takes_targets_and_weights_of_each_example():
    logits = torch.randn(3, 5, 7, dtype=torch.float64)
    target, weight = torch.randint(0, 7, (3, 5)), torch.rand(3, 7, dtype=torch.float64)
    slopes = vmap(grad(lambda z, y, w: cross_entropy(z, y, weight=w)))(logits, target, weight)
    for z, y, w, slope in zip(logits, target, weight, slopes, strict=True):
        torch.testing.assert_close(slope, grad(lambda z, y=y, w=w: cross_entropy(z, y, weight=w))(z))


def test_each_examples_gradient_of_a_model():
    model = torch.nn.Linear(4, 7)
    x, y = torch.randn(3, 4), torch.tensor([0, 3, 6])
    parameters = dict(model.named_parameters())

    def loss(parameters, x, y):
        return cross_entropy(functional_call(model, parameters, (x[None],)), y[None])

    each = vmap(grad(loss), in_dims=(None, 0, 0))({k: v.detach() for k, v in parameters.items()}, x, y)
    whole = torch.autograd.grad(cross_entropy(model(x), y, reduction="sum"), list(parameters.values()))
    for name, expected in zip(parameters, whole, strict=True):
        torch.testing.assert_close(each[name].sum(0), expected)


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forward_mode_raises_and_is_never_silently_zero(reduction):
    logits, target = example()

    def loss(z):
        return cross_entropy(z, target, reduction=reduction)

    z = logits.detach()
    with pytest.raises(NotImplementedError, match="jvp"):
        jvp(loss, (z,), (z,))
    with pytest.raises(NotImplementedError, match="jvp"):
        hessian(loss)(z)
    for start in (z, logits):
        with forward_ad.dual_level(), pytest.raises(NotImplementedError, match="jvp"):
            loss(forward_ad.make_dual(start, z))


class TestCompiled:
    pytestmark = COMPILING

    @pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
    @pytest.mark.parametrize("soft", [False, True], ids=["labels", "probabilities"])
    def test_a_whole_graph_forward_and_backward(self, reduction, soft):
        logits, target = example(soft=soft)
        options = everything() | {"reduction": reduction}
        torch.compiler.reset()
        compiled = torch.compile(
            lambda z, y: cross_entropy(z * 2, y, **options), fullgraph=True, backend="aot_eager"
        )
        loss, right = compiled(logits, target), cross_entropy(logits * 2, target, **options)
        upstream = torch.rand_like(right)
        torch.testing.assert_close(loss, right)
        torch.testing.assert_close(
            torch.autograd.grad(loss, logits, upstream)[0], torch.autograd.grad(right, logits, upstream)[0]
        )

    def test_with_the_default_compiler(self):
        logits, target = example(dtype=torch.float32)
        torch.compiler.reset()
        compiled = torch.compile(lambda z, y: cross_entropy(z * 2, y), fullgraph=True)
        right = cross_entropy(logits * 2, target)
        loss = compiled(logits, target)
        torch.testing.assert_close(loss, right)
        torch.testing.assert_close(
            torch.autograd.grad(loss, logits)[0], torch.autograd.grad(right, logits)[0]
        )

    def test_a_label_out_of_range_is_found_at_run_time(self):
        logits, _ = example()
        torch.compiler.reset()
        compiled = torch.compile(cross_entropy, fullgraph=True, backend="aot_eager")
        with pytest.raises(ValueError, match=r"label 99 at row \[1\]"):
            compiled(logits, torch.tensor([0, 99, -100, 2, 6]))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_autocast_gives_a_float32_loss(dtype):
    layer, target = torch.nn.Linear(4, 7), torch.tensor([0, 3, 6])
    x = torch.randn(3, 4)
    with torch.autocast("cpu", dtype=dtype):
        logits = layer(x)
        loss, theirs = cross_entropy(logits, target), functional.cross_entropy(logits, target)
    assert logits.dtype == dtype
    assert loss.dtype == torch.float32
    mine = torch.autograd.grad(loss, layer.weight, retain_graph=True)[0]
    torch.testing.assert_close(loss, theirs.float(), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(mine, torch.autograd.grad(theirs, layer.weight)[0], rtol=2e-2, atol=1e-3)


def test_no_value_is_read_from_the_device():
    """A tensor without data cannot be read: `.item()` fails here as it would in a CUDA graph."""
    logits = torch.randn(5, 7, device="meta", requires_grad=True)
    target = torch.zeros(5, dtype=torch.int64, device="meta")
    with torch._subclasses.FakeTensorMode():
        fake = torch.empty(5, 7, device="cuda" if torch.cuda.is_available() else "cpu", requires_grad=True)
        labels = torch.zeros_like(fake[:, 0], dtype=torch.int64)
        loss = cross_entropy(
            fake, labels, z_loss=0.1, label_smoothing=0.1, reduction="none", token_weight=fake[:, 0].detach()
        )
        assert torch.autograd.grad(loss.sum(), fake)[0].shape == (5, 7)
    loss = cross_entropy(logits, target, reduction="none", engine="torch")
    assert loss.shape == (5,)


if torch.cuda.is_available():

    @pytest.mark.gpu
    @pytest.mark.parametrize("engine", ["torch", "triton"])
    def test_a_training_step_is_captured_in_a_cuda_graph(engine):
        logits = torch.randn(64, 100, device="cuda", requires_grad=True)
        target = torch.randint(0, 100, (64,), device="cuda")
        expected = torch.autograd.grad(cross_entropy(logits, target, engine=engine), logits)[0]
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            for _ in range(3):
                logits.grad = None
                cross_entropy(logits, target, engine=engine).backward()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        logits.grad = None
        with torch.cuda.graph(graph):
            cross_entropy(logits, target, engine=engine).backward()
        graph.replay()
        torch.testing.assert_close(logits.grad, expected)
