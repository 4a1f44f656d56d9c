"""One rank of a process group on this machine: compares its part of the loss with the whole table's.

Usage: python ranks.py RANK RANKS FILE
"""

import itertools
import sys

import pytest
import torch
import torch.distributed as dist

from xentcourse.accelerated import cross_entropy, vocab_parallel_cross_entropy

CLASSES, ROWS = 12, (2, 3)


def combinations():
    values = {
        "weight": torch.rand(CLASSES, dtype=torch.float64),
        "token_weight": torch.tensor([[1.0, 0.0, 2.0], [0.5, 1.0, 1.0]], dtype=torch.float64),
        "label_smoothing": 0.1,
        "z_loss": 0.01,
        "softcap": 3.0,
    }
    for chosen in itertools.product((False, True), repeat=len(values)):
        yield {key: value for (key, value), use in zip(values.items(), chosen, strict=True) if use}


def compare(logits, target, mine, *, first=None, **options):
    """This rank's loss and gradient against those of the whole table."""
    whole = logits.detach().requires_grad_()
    right = cross_entropy(whole, target, engine="torch", **options)
    local = logits[..., mine].detach().requires_grad_()
    options = {key: value[mine] if key == "weight" else value for key, value in options.items()}
    labels = target[..., mine] if target.is_floating_point() else target
    loss = vocab_parallel_cross_entropy(local, labels, first_class=first, **options)
    room = {"rtol": 1e-2, "atol": 1e-5} if logits.dtype == torch.bfloat16 else {"rtol": 1e-9, "atol": 1e-11}
    torch.testing.assert_close(
        loss, right, equal_nan=True, **(room if logits.dtype != torch.bfloat16 else {})
    )
    upstream = torch.rand_like(right)
    calls = CALLS[0]
    slope = torch.autograd.grad(loss, local, upstream)[0]
    assert CALLS[0] == calls, "backward must not communicate"
    expected = torch.autograd.grad(right, whole, upstream)[0][..., mine]
    torch.testing.assert_close(slope, expected, equal_nan=True, **room)


CALLS = [0]


def counting(function):
    def called(*args, **kwargs):
        CALLS[0] += 1
        return function(*args, **kwargs)

    return called


def main(rank, ranks, file):
    dist.init_process_group("gloo", init_method=f"file://{file}", rank=rank, world_size=ranks)
    dist.all_reduce = counting(dist.all_reduce)
    torch.manual_seed(5)
    size = CLASSES // ranks
    mine = slice(rank * size, (rank + 1) * size)
    labels = torch.tensor([[0, 11, -100], [5, 6, 3]])
    soft = torch.softmax(torch.randn(*ROWS, CLASSES, dtype=torch.float64), -1)
    logits = torch.randn(*ROWS, CLASSES, dtype=torch.float64)
    for options in combinations():
        if ranks == 4 and 1 < len(options) < 4:
            continue
        for reduction, target in itertools.product(("none", "sum", "mean"), (labels, soft)):
            CALLS[0] = 0
            compare(logits, target, mine, reduction=reduction, **options)
            assert CALLS[0] == 2, "two all-reduces are enough"
    compare(logits.bfloat16(), labels, mine, z_loss=0.1)
    # A rank whose classes are all impossible, a row ignored everywhere, huge logits, a NaN.
    gap = logits.clone()
    gap[0, 1, :size] = -torch.inf
    compare(gap, labels, mine, reduction="none")
    compare(1e4 * logits, labels, mine, reduction="none", z_loss=0.1)
    compare(logits, torch.full(ROWS, -100), mine)
    gap[1, 1, 2] = torch.nan
    compare(gap, labels, mine, reduction="none")
    # Parts of different size.
    edges = [0, *range(2, 2 + ranks - 1), CLASSES]
    unequal = slice(edges[rank], edges[rank + 1])
    weight = torch.rand(CLASSES, dtype=torch.float64)
    compare(logits, labels, unequal, first=edges[rank], weight=weight, label_smoothing=0.2)
    # A label that no rank has.
    for label in (CLASSES, -1):
        wrong = labels.clone()
        wrong[1, 0] = label
        with pytest.raises(ValueError, match=rf"label {label} at row \[3\] is outside 0..11"):
            vocab_parallel_cross_entropy(logits[..., mine], wrong)
    lost = vocab_parallel_cross_entropy(logits[..., mine], wrong, check_labels=False, reduction="none")
    assert lost.isnan().sum() == 1
    # A second derivative is refused.
    local = logits[..., mine].requires_grad_()
    loss = vocab_parallel_cross_entropy(local, labels)
    with pytest.raises(RuntimeError, match="a second derivative"):
        torch.autograd.grad(loss, local, create_graph=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
