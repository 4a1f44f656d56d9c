"""The numbers and the comparisons of the page `fused_kernels`, computed without the course's own code."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from pages import prose, unchecked, words
from torch.nn import functional

ROOT = Path(__file__).parents[2]
PAGE = words("fused_kernels")
RESULTS = json.loads((ROOT / "benchmarks" / "results" / "losses.json").read_text(encoding="utf-8"))
ROWS = {row["name"]: row for row in RESULTS["rows"]}
SIZES = ("4096x32000", "2048x128256")


def ratio(name: str) -> float:
    return ROWS[name]["ours"] / ROWS[name]["theirs"]


def mib(count: int) -> str:
    return f"{count * 4 / 2**20:.1f}"


def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    return [
        f"The logits take {mib(8192 * 50257)} MiB, {8192 / 768:.2f} times as much as the weights",
        f"However fast the loss is, the logits are made, and {mib(8192 * 50257)} MiB",
        f"Three fresh tables of {64 * 1000:,} numbers",
        f"a row of 32,000 numbers is {32000 * 4 // 1000} KB",
        f"{1024 * 8000:,} numbers against {1024 // 8 * 8000:,}: an eighth, for eight chunks",
        f"One row of {16 * 256:,} logits in 16 blocks",
        f"huge pages, {(2 << 20) // 4096} times as large, there are {(2 << 20) // 4096} times fewer",
        "about 1,500 MiB above its inputs",
        "The matrix product does more than 200",
        f"{2**11:,} logits at a time, while the innermost cache holds them",
        "It keeps a row of up to 65,536 numbers on the chip",
    ]


#: Numbers that are given: shapes.
GIVEN = {"50,257", "8,192", "768", "128,256", "4,096", "32,000", "512", "1,024", "8,000", "128", "64", "256"}


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(prose("fused_kernels"), sentences(), GIVEN) == []


def test_the_package_keeps_a_row_as_long_as_the_page_says():
    from xentcourse.accelerated.triton_engine import WHOLE_ROW

    assert WHOLE_ROW == 65536


def test_the_loop_in_cpp_reads_blocks_as_long_as_the_page_says():
    source = ROOT / "xentcourse" / "accelerated" / "rows.cpp"
    assert "BLOCK = 2048;" in source.read_text(encoding="utf-8")


# ---- what was measured ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_compiling_helps_and_the_kernel_takes_less_than_half_of_that(size):
    assert "It takes more than twice as long as the kernel" in PAGE
    name = f"cross_entropy {size}, cpp, fresh"
    assert ratio(f"{name}: against torch.compile") < 1 / 2
    assert ROWS[f"{name}: against torch.compile"]["theirs"] < 0.75 * ROWS[name]["theirs"]


@pytest.mark.parametrize("size", SIZES)
def test_the_clock_sees_more_than_the_count(size):
    assert "three times as much traffic takes more than four times as long" in PAGE
    assert "in place not even an eighth of PyTorch's time is left" in PAGE
    assert "the C++ kernel to less than two copies" in PAGE
    assert ratio(f"cross_entropy {size}, cpp, fresh") < 1 / 4
    assert ratio(f"cross_entropy {size}, cpp, in place") < 1 / 8
    assert ratio(f"cross_entropy {size}, cpp, in place: in copies") < 2


@pytest.mark.parametrize("size", SIZES)
def test_the_ways_come_in_the_order_that_the_figure_tells(size):
    names = [f"cross_entropy {size}, {engine}, fresh" for engine in ("torch", "cpp")]
    blocks, kernel = (ROWS[name]["ours"] for name in names)
    compiled = ROWS[f"{names[1]}: against torch.compile"]["theirs"]
    assert ROWS[names[0]]["theirs"] > compiled > blocks > kernel
    assert kernel > ROWS[f"cross_entropy {size}, cpp, in place"]["ours"]
    assert blocks > ROWS[f"cross_entropy {size}, torch, in place"]["ours"]


def test_a_fresh_table_takes_as_long_as_what_goes_into_it():
    fresh, in_place = (ROWS[f"cross_entropy 4096x32000, cpp, {way}"]["ours"] for way in ("fresh", "in place"))
    assert "takes as long as to compute what goes into it, if not longer" in PAGE
    assert (fresh - in_place) / in_place > 0.9


def test_huge_pages_help_whoever_touches_fresh_tables():
    assert "PyTorch's loss becomes much faster, and the kernel that works in place hardly changes" in PAGE
    usual, in_place = (ROWS[f"cross_entropy 4096x32000, cpp, {way}"] for way in ("fresh", "in place"))
    huge, huge_in_place = (
        ROWS[f"huge pages for both: cross_entropy 4096x32000, cpp, {way}"] for way in ("fresh", "in place")
    )
    assert huge["theirs"] < 0.75 * usual["theirs"]
    assert 0.8 < huge_in_place["ours"] / in_place["ours"] < 1.25


def test_the_last_layer_takes_less_time_and_a_tenth_of_the_memory():
    assert "Memory falls to less than a tenth. The time falls as well" in PAGE
    name = "linear 4096x512x32000"
    memory = ROWS[f"{name}, MiB, against matmul + F.cross_entropy"]
    assert memory["ours"] < memory["theirs"] / 10
    assert 1400 < memory["theirs"] < 1600
    assert ROWS[f"{name}, MiB, against F.linear_cross_entropy"]["theirs"] < memory["theirs"] / 10
    assert ratio(f"{name}, against matmul + F.cross_entropy") < 0.9
    assert ratio(f"{name}, against F.linear_cross_entropy") < 0.9
    assert "to about that of the three matrix products" in PAGE
    assert 0.9 < ratio(f"{name}, against the three products") < 1.15


def test_short_formats_keep_their_digits():
    assert "the kernel's losses are far more exact than PyTorch's" in PAGE
    for dtype in ("bfloat16", "float16"):
        assert ratio(f"largest error of the loss, {dtype}, cpp") < 1e-3
        assert ratio(f"largest error of the gradient, {dtype}, cpp") < 1


def test_the_loss_waits_for_memory_and_the_product_for_arithmetic():
    cells = 4096 * 32000
    copy = ROWS["cross_entropy 4096x32000, cpp, fresh: in copies"]["theirs"]
    products = ROWS["linear 4096x512x32000, against the three products"]["theirs"]
    ridge = (6 * 512 * cells / products) / (8 * cells / copy)
    assert "where the machine could do ten and more" in PAGE
    assert "that makes 26" in PAGE
    assert "the rest is 14" in PAGE
    assert 1 < (4 + 10 + 10 + 2) / 24 < (4 + 10) / 8 < 2
    assert 10 < ridge < 30
    assert 2 * 512 * cells / (4 * (cells + 512 * (4096 + 32000))) > 200
    assert "From a few dozen rows on the product waits for arithmetic" in PAGE
    per_byte = [2 * b * 512 * 32000 / (4 * (b * 512 + 512 * 32000 + b * 32000)) for b in (16, 64)]
    assert per_byte[0] < ridge < per_byte[1]


def test_pytorch_rounds_a_loss_to_the_format_of_the_logits():
    assert "PyTorch rounds each loss to the format of the logits" in PAGE
    z = torch.randn(4, 9).bfloat16()
    assert functional.cross_entropy(z, torch.tensor([1, 2, 3, 4]), reduction="none").dtype == torch.bfloat16


# ---- what was derived -------------------------------------------------------------------------------


def test_a_chunk_of_ten_rows_counts_about_26_times_as_much():
    assert "count about 26 times as much as the others" in PAGE
    assert round(256 / 10) == 26


def test_the_c_loop_on_the_page_is_the_loss_and_its_gradient():
    """The page's C++, line for line in NumPy."""
    rng = np.random.default_rng(0)
    z, label, u = rng.normal(size=50).astype(np.float32), 7, np.float32(0.25)
    e = np.exp(z - z.max())
    total = e.astype(np.float64).sum()
    loss, out = np.log(total) - (z[label] - z.max()), e * np.float32(u / total)
    out[label] -= u
    leaf = torch.tensor(z, requires_grad=True)
    right = functional.cross_entropy(leaf[None], torch.tensor([label]))
    (0.25 * right).backward()
    np.testing.assert_allclose(loss, right.item(), rtol=1e-6)
    np.testing.assert_allclose(out, leaf.grad, atol=1e-7)
