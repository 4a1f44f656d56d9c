"""Cross-entropy of a linear layer's output, chunk by chunk: the logits of all rows never exist at once.

Taught in the chapter fused_kernels.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function

from xentcourse.accelerated.autograd import row_losses, scaled
from xentcourse.accelerated.engines import EngineName, check_engine, engine_for
from xentcourse.accelerated.losses import constants_need_gradients, loss_of_rows
from xentcourse.accelerated.memory import advise, fresh_like
from xentcourse.accelerated.options import Options, Rows, as_rows, check_logits
from xentcourse.accelerated.reduction import Reduction, reduced, row_factors
from xentcourse.accelerated.rows import Problem, check_labels, sum_dtype

#: Bytes of logits in a chunk by default: enough for fast products, little beside the gradients.
CHUNK_BYTES = 48 << 20


def linear_cross_entropy(
    hidden: Tensor,
    classifier: Tensor,
    target: Tensor,
    *,
    bias: Tensor | None = None,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    z_loss: float = 0.0,
    softcap: float | None = None,
    token_weight: Tensor | None = None,
    reduction: str = "mean",
    chunk_size: int | None = None,
    engine: EngineName = "auto",
    check_labels: bool | None = None,
) -> Tensor:
    """Negative log-likelihood of the targets under softmax(hidden @ classifier.T + bias), in nats.

    hidden     : (..., H), the last layer's output.
    classifier : (K, H), a row for each class.
    target     : (...) integer labels, or (..., K) probabilities.
    bias       : (K,), or None.
    chunk_size : rows of logits that exist at once; None chooses it from the shape.
    All other options, the result and the errors are those of `cross_entropy`.
    Sums and means make all gradients chunk by chunk on the way; "none" and compiled code make the logits once
    more in the backward pass. Gradients are summed in float32 at least. A second derivative, torch.func, and
    gradients of weights or target probabilities take whole tables of logits.
    Source: Wijmans et al. (2025) for the idea. Taught in the chapter fused_kernels.

    >>> hidden, classifier = torch.eye(3)[:1], torch.tensor([[-2.85, 0, 0], [.86, 0, 0], [.28, 0, 0]])
    >>> round(float(linear_cross_entropy(hidden, classifier, torch.tensor([2]))), 4)
    1.0402
    """
    hidden, classifier, bias = _cast(hidden, classifier, bias)
    _check(hidden, classifier, bias, chunk_size)
    check_engine(engine, hidden.device, function="linear_cross_entropy")
    options = Options(
        weight, ignore_index, label_smoothing, z_loss, softcap, token_weight, reduction, engine, check_labels
    )
    classes, flat = classifier.shape[0], hidden.reshape(-1, hidden.shape[-1])
    rows = as_rows(hidden, classes, target, options, function="linear_cross_entropy")
    if constants_need_gradients(rows) or torch._C._are_functorch_transforms_active():
        return loss_of_rows(_logits(flat, classifier, bias), rows, engine=engine)
    layer = (flat, classifier, bias)
    chunk = chunk_size or chunk_of(classes, hidden.element_size())
    with torch.autocast(hidden.device.type, enabled=False):
        return _loss_of_chunks(layer, rows, chunk, engine)


def chunk_of(classes: int, itemsize: int) -> int:
    """Rows of logits that exist at once: some 48 MiB of them, but 64 rows at least, in multiples of 64."""
    return max(64, CHUNK_BYTES // (classes * itemsize) // 64 * 64)


def _loss_of_chunks(
    layer: tuple[Tensor, Tensor, Tensor | None], rows: Rows, chunk: int, engine: str
) -> Tensor:
    problem, reduction, shape, check = rows
    wanted = [t is not None and t.requires_grad for t in layer]
    now = torch.is_grad_enabled() and any(wanted) and not reduction.weight.requires_grad
    if reduction.kind != "none" and now and not torch.compiler.is_compiling():
        if check:
            check_labels(problem.labels, layer[1].shape[0], function="linear_cross_entropy")
        result: Tensor = _FusedLinear.apply(*layer, problem, reduction, chunk, engine)
        return result
    nll, square = _LinearRows.apply(*layer, *problem[:5], chunk, engine, check)
    loss = reduced(nll, square, reduction)
    return loss.reshape(shape) if reduction.kind == "none" else loss


def _cast(hidden: Tensor, classifier: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
    """What autocast would make of a matrix product's inputs."""
    if not torch.is_autocast_enabled(hidden.device.type):
        return hidden, classifier, bias
    dtype = torch.get_autocast_dtype(hidden.device.type)
    return hidden.to(dtype), classifier.to(dtype), None if bias is None else bias.to(dtype)


def _check(hidden: Tensor, classifier: Tensor, bias: Tensor | None, chunk_size: int | None) -> None:
    function = "linear_cross_entropy"
    check_logits(hidden, function=function, name="hidden")
    if classifier.ndim != 2 or classifier.shape[0] == 0 or classifier.shape[1] != hidden.shape[-1]:
        raise ValueError(
            f"{function}: classifier has shape {tuple(classifier.shape)} and hidden {tuple(hidden.shape)}; "
            f"(K, {hidden.shape[-1]}) is needed, a row for each class. Is it transposed?"
        )
    if bias is not None and tuple(bias.shape) != (classifier.shape[0],):
        raise ValueError(
            f"{function}: bias has shape {tuple(bias.shape)}, ({classifier.shape[0]},) is needed."
        )
    dtypes = {tensor.dtype for tensor in (hidden, classifier, bias) if tensor is not None}
    if len(dtypes) > 1:
        raise ValueError(f"{function}: dtypes {sorted(map(str, dtypes))} are mixed; one for all is needed.")
    if chunk_size is not None and chunk_size < 1:
        raise ValueError(f"{function}: chunk_size is {chunk_size}, at least 1 row is needed.")


# ---- the chunks -------------------------------------------------------------------------------------


class Gradients(NamedTuple):
    """Sums of gradients over the chunks so far; None where none is wanted."""

    hidden: Tensor | None
    classifier: Tensor | None
    bias: Tensor | None


def no_gradients(hidden: Tensor, classifier: Tensor, bias: Tensor | None, wanted: list[bool]) -> Gradients:
    """Where the gradients of all chunks add up: the classifier's and the bias's in float32 at least."""
    dtype = sum_dtype(hidden.dtype)
    into_classifier = (
        advise(torch.empty(classifier.shape, dtype=dtype, device=hidden.device)) if wanted[1] else None
    )
    return Gradients(
        fresh_like(hidden) if wanted[0] else None,
        into_classifier,
        torch.zeros(bias.shape, dtype=dtype, device=hidden.device)
        if wanted[2] and bias is not None
        else None,
    )


def run_chunks(
    layer: tuple[Tensor, Tensor, Tensor | None],
    problem: Problem,
    factors: tuple[Tensor, Tensor] | None,
    sums: Gradients | None,
    *,
    chunk: int,
    engine: str,
) -> tuple[Tensor, Tensor]:
    """Losses of all rows; with factors u and v, the gradients of Σ u·nll + v·square go into `sums`."""
    hidden, classifier, bias = layer
    count, classes = hidden.shape[0], classifier.shape[0]
    run = engine_for(hidden, engine)
    nll = torch.empty(count, dtype=sum_dtype(hidden.dtype), device=hidden.device)
    square = torch.empty_like(nll)
    buffer = advise(torch.empty(min(chunk, count), classes, dtype=hidden.dtype, device=hidden.device))
    for start in range(0, count, chunk):
        part = slice(start, min(start + chunk, count))
        logits = buffer[: part.stop - start]
        torch.mm(hidden[part], classifier.t(), out=logits)
        if bias is not None:
            logits.add_(bias)
        u, v = (None, None) if factors is None else (factors[0][part], factors[1][part])
        out = None if sums is None else logits
        block = problem.rows(part.start, part.stop)
        if block.probs is None and hidden.dtype != nll.dtype:
            block = block._replace(own=own_logits(hidden[part], classifier, bias, block.labels))
        nll[part], square[part] = run(logits, block, u, v, out)
        if sums is not None:
            _add_gradients(logits, hidden[part], classifier, sums, part)
    if sums is not None and sums.classifier is not None and count == 0:
        sums.classifier.zero_()
    return nll, square


def own_logits(hidden: Tensor, classifier: Tensor, bias: Tensor | None, labels: Tensor) -> Tensor:
    """Each label's own logit, (N,), summed in float32 and not rounded to the inputs' short dtype."""
    labels = labels.clamp(0, classifier.shape[0] - 1)
    logits = torch.linalg.vecdot(hidden.float(), classifier[labels].float())
    return logits if bias is None else logits + bias[labels].float()


def _add_gradients(
    gradient: Tensor, hidden: Tensor, classifier: Tensor, sums: Gradients, part: slice
) -> None:
    """Take one chunk's gradient in the logits on to the layer; the first chunk overwrites what is there."""
    if sums.hidden is not None:
        torch.mm(gradient, classifier, out=sums.hidden[part])
    if sums.classifier is not None:
        if sums.classifier.dtype == hidden.dtype:
            torch.addmm(
                sums.classifier, gradient.t(), hidden, beta=float(part.start > 0), out=sums.classifier
            )
        elif part.start == 0:
            sums.classifier.copy_(gradient.t() @ hidden)
        else:
            sums.classifier.add_(gradient.t() @ hidden)
    if sums.bias is not None:
        sums.bias.add_(gradient.sum(dim=0, dtype=sums.bias.dtype))


def in_dtype(sums: Gradients, dtype: torch.dtype) -> Gradients:
    """The sums as gradients of tensors of that dtype."""
    return Gradients(*(None if total is None else total.to(dtype) for total in sums))


# ---- autograd ---------------------------------------------------------------------------------------


def _logits(hidden: Tensor, classifier: Tensor, bias: Tensor | None) -> Tensor:
    return torch.nn.functional.linear(hidden, classifier, bias)


def _whole_gradients(
    layer: tuple[Any, ...], problem: Problem, u: Tensor, v: Tensor, engine: str, wanted: tuple[bool, ...]
) -> list[Any]:
    """The gradients with whole tables of logits, so that they can be differentiated once more."""
    hidden, classifier, bias = layer
    logits = _logits(hidden, classifier, bias)
    losses = row_losses(logits, problem, engine=engine, check=False)
    inputs = [t for t, want in zip(layer, wanted, strict=True) if want]
    found = iter(torch.autograd.grad(losses, inputs, (u, v), create_graph=True))
    return [next(found) if want else None for want in wanted]


class _FusedLinear(Function):
    """The sum or mean over all rows, all gradients made on the way, except in float16 (see `_FusedLoss`)."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        classifier: Tensor,
        bias: Tensor | None,
        problem: Problem,
        reduction: Reduction,
        chunk: int,
        engine: str,
    ) -> Tensor:
        layer, factors = (hidden, classifier, bias), row_factors(reduction)
        wanted = list(ctx.needs_input_grad[:3])
        ctx.save_for_backward(*layer, *factors)
        ctx.problem, ctx.chunk, ctx.engine, ctx.gradients = problem, chunk, engine, None
        if hidden.dtype == torch.float16:
            return reduced(*run_chunks(layer, problem, None, None, chunk=chunk, engine=engine), reduction)
        sums = no_gradients(*layer, wanted)
        losses = run_chunks(layer, problem, factors, sums, chunk=chunk, engine=engine)
        ctx.gradients = in_dtype(sums, hidden.dtype)
        return reduced(*losses, reduction)

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Any, ...]:
        hidden, classifier, bias, u, v = ctx.saved_tensors
        layer, wanted = (hidden, classifier, bias), ctx.needs_input_grad[:3]
        if torch.is_grad_enabled():
            u, v = u * upstream, v * upstream
            return *_whole_gradients(layer, ctx.problem, u, v, ctx.engine, wanted), *[None] * 4
        if ctx.gradients is None:
            sums = no_gradients(*layer, list(wanted))
            factors = (u * upstream, v * upstream)
            run_chunks(layer, ctx.problem, factors, sums, chunk=ctx.chunk, engine=ctx.engine)
            return *in_dtype(sums, hidden.dtype), *[None] * 4
        gradients = ctx.gradients
        if torch._C._autograd._get_current_graph_task_keep_graph():
            factor = upstream.to(hidden.dtype)
            return *(None if g is None else g * factor for g in gradients), *[None] * 4
        ctx.gradients = None
        return *(None if g is None else scaled(g, upstream) for g in gradients), *[None] * 4


@torch.library.custom_op("xentcourse::linear_losses", mutates_args=())
def linear_losses_op(
    hidden: Tensor,
    classifier: Tensor,
    bias: Tensor | None,
    labels: Tensor,
    probs: Tensor | None,
    weight: Tensor | None,
    smoothing: float,
    softcap: float | None,
    chunk: int,
    engine: str,
    check: bool,
) -> tuple[Tensor, Tensor]:
    """Nll and square of all rows, chunk by chunk."""
    if check:
        check_labels(labels, classifier.shape[0], function="linear_cross_entropy")
    problem = Problem(labels, probs, weight, smoothing, softcap)
    return run_chunks((hidden, classifier, bias), problem, None, None, chunk=chunk, engine=engine)


@linear_losses_op.register_fake
def _(hidden: Tensor, *_: Any) -> tuple[Tensor, Tensor]:
    empty = hidden.new_empty(hidden.shape[:1], dtype=sum_dtype(hidden.dtype))
    return empty, torch.empty_like(empty)


@torch.library.custom_op("xentcourse::linear_gradients", mutates_args=())
def linear_gradients_op(
    hidden: Tensor,
    classifier: Tensor,
    bias: Tensor | None,
    labels: Tensor,
    probs: Tensor | None,
    weight: Tensor | None,
    u: Tensor,
    v: Tensor,
    smoothing: float,
    softcap: float | None,
    chunk: int,
    engine: str,
    wanted: list[bool],
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients in hidden, classifier and bias, chunk by chunk; empty where none is wanted."""
    problem = Problem(labels, probs, weight, smoothing, softcap)
    layer = (hidden, classifier, bias)
    sums = no_gradients(*layer, wanted)
    run_chunks(layer, problem, (u.contiguous(), v.contiguous()), sums, chunk=chunk, engine=engine)
    found = in_dtype(sums, hidden.dtype)
    one, two, three = (hidden.new_empty(0) if g is None else g for g in found)
    return one, two, three


@linear_gradients_op.register_fake
def _(hidden: Tensor, classifier: Tensor, bias: Tensor | None, *rest: Any) -> tuple[Tensor, Tensor, Tensor]:
    one, two, three = (
        like.new_empty(like.shape) if want and like is not None else hidden.new_empty(0)
        for like, want in zip((hidden, classifier, bias), rest[-1], strict=True)
    )
    return one, two, three


class _LinearRows(Function):
    """nll and square of all rows; the backward pass makes the logits once more."""

    @staticmethod
    def forward(
        hidden: Tensor,
        classifier: Tensor,
        bias: Tensor | None,
        labels: Tensor,
        probs: Tensor | None,
        weight: Tensor | None,
        smoothing: float,
        softcap: float | None,
        chunk: int,
        engine: str,
        check: bool,
    ) -> tuple[Tensor, Tensor]:
        result: tuple[Tensor, Tensor] = linear_losses_op(
            hidden, classifier, bias, labels, probs, weight, smoothing, softcap, chunk, engine, check
        )
        return result

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], _output: Any) -> None:
        ctx.save_for_backward(*inputs[:6])
        ctx.options = inputs[6:10]

    @staticmethod
    def backward(ctx: Any, u: Tensor, v: Tensor) -> tuple[Any, ...]:
        hidden, classifier, bias, labels, probs, weight = ctx.saved_tensors
        smoothing, softcap, chunk, engine = ctx.options
        wanted = ctx.needs_input_grad[:3]
        if torch.is_grad_enabled() and not torch.compiler.is_compiling():
            problem = Problem(labels, probs, weight, smoothing, softcap)
            layer = (hidden, classifier, bias)
            return *_whole_gradients(layer, problem, u, v, engine, wanted), *[None] * 8
        gradients = linear_gradients_op(
            *(hidden, classifier, bias, labels, probs, weight, u, v, smoothing, softcap, chunk, engine),
            list(wanted),
        )
        found = [g if want else None for g, want in zip(gradients, wanted, strict=True)]
        return *found, *[None] * 8
