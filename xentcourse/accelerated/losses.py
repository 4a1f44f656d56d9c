"""Cross-entropy on logits, with every option of the trade. Taught in the chapter fused_kernels."""

import torch
from torch import Tensor

from xentcourse.accelerated import formula
from xentcourse.accelerated.autograd import fused_loss, row_losses
from xentcourse.accelerated.engines import EngineName, check_engine
from xentcourse.accelerated.options import Options, Rows, as_rows, check_logits
from xentcourse.accelerated.reduction import reduced


def cross_entropy(
    logits: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    z_loss: float = 0.0,
    softcap: float | None = None,
    token_weight: Tensor | None = None,
    reduction: str = "mean",
    inplace_backward: bool = False,
    engine: EngineName = "auto",
    check_labels: bool | None = None,
) -> Tensor:
    """Negative log-likelihood of the targets under softmax(logits), in nats.

    logits           : (..., K), float64, float32, bfloat16 or float16; −inf means "impossible".
    target           : (...) integer labels, or (..., K) probabilities.
    weight           : (K,) class weights w. For labels, row i is (1−ε)·w_y·nll_y + (ε/K)·Σ_k w_k·nll_k.
    ignore_index     : the label of rows that count for nothing; not for probabilities.
    label_smoothing  : ε, the share of the target that is spread evenly over the classes.
    z_loss           : ζ; adds ζ·lse² to each row, where lse = log Σ exp logits. Not weighted by class.
    softcap          : c; logits become c·tanh(logits/c) first.
    token_weight     : (...) factors t of the rows. 0 is as ignored.
    reduction        : "none" gives (...), "sum" and "mean" one number. The mean divides by Σ t·w_y of the
                       kept rows (probabilities: Σ t), that of the z-loss by Σ t; the mean of no row is NaN.
    inplace_backward : the gradient may overwrite the logits, already in this call: do not read them after.
                       Sums and means in eager mode do so; elsewhere it changes nothing.
    engine           : "auto", or "torch", "cpp" (CPU), "triton" (CUDA) by name.
    check_labels     : look for labels outside 0..K−1. None: on a CPU only, since elsewhere the program would
                       wait for the device; a loss with such a label is then NaN.
    Returns float32, or float64 for float64 logits. Differentiable in the logits to any order, in
    token_weight, and, at the price of whole tables, in target probabilities and class weights. Forward mode
    raises NotImplementedError.
    Raises ValueError for shapes, options and labels that do not fit; RuntimeError for a second backward, with
    retain_graph or create_graph, through overwritten logits.
    Source: Bishop (2006), section 4.3.4; Szegedy et al. (2016) for smoothing; de Brébisson & Vincent (2016)
    for the z-loss. Taught in the chapter fused_kernels.

    >>> round(float(cross_entropy(torch.tensor([[-2.85, .86, .28]]), torch.tensor([2]))), 4)
    1.0402
    """
    check_logits(logits, function="cross_entropy")
    check_engine(engine, logits.device, function="cross_entropy")
    options = Options(
        weight, ignore_index, label_smoothing, z_loss, softcap, token_weight, reduction, engine, check_labels
    )
    classes = logits.shape[-1]
    rows = as_rows(logits, classes, target, options, function="cross_entropy")
    return loss_of_rows(logits.reshape(-1, classes), rows, engine=engine, inplace=inplace_backward)


def loss_of_rows(logits: Tensor, rows: Rows, *, engine: str, inplace: bool = False) -> Tensor:
    """The loss of a table of logits, by the cheapest way that gives the derivatives that may be asked for."""
    problem, reduction, shape, check = rows
    if constants_need_gradients(rows):
        losses = formula.row_losses(logits, problem)
    elif reduction.kind != "none" and gradient_may_be_made_now(logits, rows):
        return fused_loss(logits, problem, reduction, engine=engine, check=check, inplace=inplace)
    else:
        losses = row_losses(logits, problem, engine=engine, check=check)
    loss = reduced(*losses, reduction)
    return loss.reshape(shape) if reduction.kind == "none" else loss


def constants_need_gradients(rows: Rows) -> bool:
    """Whether a derivative in target probabilities or class weights may be asked for."""
    constants = (rows.problem.probs, rows.problem.weight)
    return torch.is_grad_enabled() and any(t is not None and t.requires_grad for t in constants)


def gradient_may_be_made_now(logits: Tensor, rows: Rows) -> bool:
    """Whether the logits alone want a gradient, in plain eager autograd."""
    return (
        torch.is_grad_enabled()
        and logits.requires_grad
        and not rows.reduction.weight.requires_grad
        and not torch.compiler.is_compiling()
        and not torch._C._are_functorch_transforms_active()
    )
