"""The C++ kernel is built once, and whoever has no compiler never hears of it."""

import os
import subprocess
import sys

import pytest
import torch
from torch.nn import functional

from xentcourse.accelerated import cpp_engine, cross_entropy

USE = """
import sys
import torch
from xentcourse.accelerated import cpp_engine, cross_entropy, engines
loss = cross_entropy(torch.tensor([[-2.85, .86, .28]]), torch.tensor([2]))
engine = engines.engine_for(loss, "auto").__module__.rpartition(".")[2]
print(f"{float(loss):.4f}", engine, "xentcourse.accelerated.triton_kernels" in sys.modules)
"""


def use(folder, **environment):
    done = subprocess.run(
        [sys.executable, "-c", USE],
        env=os.environ | {"TORCH_EXTENSIONS_DIR": str(folder)} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_it_is_built_once_and_kept(tmp_path):
    assert use(tmp_path) == ["1.0402", "cpp_engine", "False"]
    (built,) = tmp_path.rglob("*.so")
    made = built.stat().st_mtime_ns
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["rows.so"]
    assert use(tmp_path, CXX="/nowhere/c++")[1] == "torch_engine"  # another compiler is another build
    assert use(tmp_path) == ["1.0402", "cpp_engine", "False"]
    assert built.stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("folder", "environment"),
    [("empty", {"CXX": "/nowhere/c++"}), ("empty", {"CXX": "false"}), ("/proc/none", {})],
    ids=["no compiler", "a compiler that fails", "nowhere to write"],
)
def test_where_it_cannot_be_built_torch_computes_without_a_word(tmp_path, folder, environment):
    assert use(tmp_path / folder, **environment)[:2] == ["1.0402", "torch_engine"]


def test_two_processes_may_build_at_once(tmp_path):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", USE],
            env=os.environ | {"TORCH_EXTENSIONS_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300)[0] for process in started]
    assert [line.split()[1] for line in said] == ["cpp_engine"] * 2
    assert len(list(tmp_path.rglob("*.so"))) == 1


def test_asked_for_by_name_where_it_is_not_it_says_so(monkeypatch):
    monkeypatch.setattr(cpp_engine, "_library", lambda: None)
    with pytest.raises(ValueError, match='engine="cpp" needs a C\\+\\+ compiler'):
        cross_entropy(torch.randn(2, 3), torch.tensor([0, 1]), engine="cpp")


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_number_of_threads_does_not_matter(threads):
    logits, target = torch.randn(7, 50), torch.randint(0, 50, (7,))
    right, before = cross_entropy(logits, target, engine="torch"), torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        torch.testing.assert_close(cross_entropy(logits, target, engine="cpp"), right)
    finally:
        torch.set_num_threads(before)


def test_exponentials_are_right_to_a_few_units_in_the_last_place():
    """Two classes, d apart: the gradient of the smaller one is exp(d) / (1 + exp(d))."""
    gaps = torch.cat([torch.linspace(-87, 0, 40001), torch.tensor([-88.0, -104.0, -1e4, -torch.inf])])
    logits = torch.stack([gaps, torch.zeros_like(gaps)], -1).requires_grad_()
    cross_entropy(logits, torch.ones(len(gaps), dtype=torch.int64), reduction="sum", engine="cpp").backward()
    right = torch.sigmoid(gaps.double())
    error = (logits.grad[:, 0].double() - right).abs() / right.clamp(min=2**-126)
    assert error[:40001].max() < 4 * 2**-23
    assert (logits.grad[-3:, 0] == 0).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("classes", [2047, 2048, 2049, 7000])
def test_the_blocks_of_a_row_add_up_whichever_has_the_maximum(classes, dtype):
    """Maxima that rise, fall and stay; blocks of -inf, first and last; one class that is almost certain."""
    z = (8 * torch.randn(6, classes)).sort().values
    z[1] = z[1].flip(0)
    z[2, :2048], z[3, -2048:] = -torch.inf, -torch.inf
    z[4], z[4, 5] = -30.0, 0.0
    z[5] = 1.0
    z, labels = z.to(dtype), torch.full((6,), 5)
    z[:, 5] = torch.where(z[:, 5].isinf(), torch.zeros((), dtype=dtype), z[:, 5])
    mine, wide = z.clone().requires_grad_(), z.double().requires_grad_()
    for smoothing in (0.0, 0.1):
        finite = slice(None) if smoothing == 0 else [0, 1, 4, 5]
        options = {"label_smoothing": smoothing, "reduction": "none"}
        losses = cross_entropy(mine[finite], labels[finite], engine="cpp", **options)
        right = functional.cross_entropy(wide[finite], labels[finite], **options)
        torch.testing.assert_close(losses.double(), right, rtol=1e-6, atol=1e-13)
        slopes = (torch.autograd.grad(x.sum(), y)[0] for x, y in ((losses, mine), (right, wide)))
        slope, expected = slopes
        tolerance = {"rtol": 8e-3, "atol": 1e-9} if dtype == torch.bfloat16 else {"rtol": 1e-5, "atol": 1e-9}
        torch.testing.assert_close(slope.double(), expected, **tolerance)


def test_a_nan_in_any_block_comes_through():
    z = torch.zeros(3, 5000)
    z[0, 0], z[1, 4999], z[2] = torch.nan, torch.nan, torch.nan
    assert cross_entropy(z, torch.tensor([1, 1, 1]), engine="cpp", reduction="none").isnan().all()
