"""Liger-Kernel, an independent Triton implementation, has the same losses and gradients where it runs here.

Interpreted, its kernel takes neither class weights (it calls `.to` on numbers) nor the soft cap.
"""

import pytest
import torch
from liger_kernel.ops.cross_entropy import cross_entropy_forward

from xentcourse.accelerated import cross_entropy


@pytest.mark.filterwarnings("ignore:.* encountered in :RuntimeWarning")
@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
@pytest.mark.parametrize("z_loss", [0.0, 0.01])
def test_loss_and_gradient_are_ligers(reduction, label_smoothing, z_loss):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    logits = torch.randn(4, 150, device=device)
    target = torch.tensor([0, 149, -100, 3], device=device)
    options = {"label_smoothing": label_smoothing, "reduction": reduction}
    with torch.no_grad():
        theirs, *_, slope = cross_entropy_forward(
            logits.clone().requires_grad_(),
            target,
            weight=None,
            ignore_index=-100,
            lse_square_scale=z_loss,
            softcap=None,
            return_z_loss=False,
            **options,
        )
    mine = logits.requires_grad_()
    loss = cross_entropy(mine, target, z_loss=z_loss, engine="triton", **options)
    loss.backward()
    torch.testing.assert_close(loss.detach(), theirs)
    torch.testing.assert_close(mine.grad, slope.detach(), rtol=1e-4, atol=1e-6)
