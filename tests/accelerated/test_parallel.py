"""The vocabulary split over two and four processes gives each its part of the whole."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from xentcourse.accelerated import vocab_parallel_cross_entropy


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_ranks_agree_with_the_whole_table(ranks, tmp_path):
    script, file = Path(__file__).with_name("ranks.py"), tmp_path / "meet"
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", str(script), str(rank), str(ranks), str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(ranks)
    ]
    said = []
    for process in started:
        try:
            said.append(process.communicate(timeout=300)[0])
        finally:
            process.kill()
    assert [process.returncode for process in started] == [0] * ranks, "\n".join(said)


def test_what_does_not_fit_is_said_before_anything_is_sent():
    with pytest.raises(ValueError, match=r"vocab_parallel_cross_entropy: target has shape \(3,\)"):
        vocab_parallel_cross_entropy(torch.randn(2, 5), torch.tensor([0, 1, 2]))
    weight = torch.ones(5, requires_grad=True)
    with pytest.raises(ValueError, match="detach them"):
        vocab_parallel_cross_entropy(torch.randn(2, 5), torch.tensor([0, 1]), weight=weight)
