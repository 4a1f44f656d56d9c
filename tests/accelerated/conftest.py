"""Every engine on every device that is here. Without a GPU, Triton's kernels run in its interpreter."""

import os

import pytest
import torch

if not torch.cuda.is_available():
    os.environ["TRITON_INTERPRET"] = "1"  # before Triton is imported for the first time

ENGINES = [("torch", "cpu"), ("cpp", "cpu"), ("triton", "cpu")]
if torch.cuda.is_available():
    ENGINES = [("torch", "cpu"), ("cpp", "cpu"), ("torch", "cuda"), ("triton", "cuda")]


def marks(engine, device):
    """A GPU's tests can be chosen by `-m gpu`; NumPy, the interpreter, warns of inf − inf."""
    if device == "cuda":
        return [pytest.mark.gpu]
    return (
        [pytest.mark.filterwarnings("ignore:.* encountered in :RuntimeWarning")] if engine == "triton" else []
    )


@pytest.fixture(params=[pytest.param(pair, marks=marks(*pair), id="-".join(pair)) for pair in ENGINES])
def where(request):
    """The engine and the device, as keywords: engine for the loss, device for its tensors."""
    return request.param


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(20)


@pytest.fixture(autouse=True)
def short_triton_blocks(monkeypatch):
    """Rows of more than 64 numbers take several blocks of 32, so that short rows test long ones' code."""
    from xentcourse.accelerated import triton_engine

    if not torch.cuda.is_available():
        monkeypatch.setattr(triton_engine, "WHOLE_ROW", 64)
        monkeypatch.setattr(triton_engine, "BLOCK", 32)
