"""Measure the losses against torch's own: `make bench-losses`. Writes _build/bench/losses.json.

Ratios within one run: rounds take turns between ours and theirs, and medians are compared. float32, forward
and backward, unless a name says otherwise. Memory is the high-water mark of a fresh process above its inputs.
"""

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from rows import Row, at_most, in_turns, report, seconds
from torch.nn import functional

from xentcourse.accelerated import cross_entropy, linear_cross_entropy

TABLES = [(4096, 32000), (2048, 128256)]
LAYER = (4096, 512, 32000)
Work = Callable[[], Any]


def seconds_in_turns(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """Median seconds of each; a first round only warms up."""
    return in_turns({name: partial(seconds, work) for name, work in works.items()}, rounds, uncounted=1)


# ---- cross-entropy ----------------------------------------------------------------------------------


def step(
    loss: Callable[..., torch.Tensor], logits: torch.Tensor, target: torch.Tensor, **options: Any
) -> None:
    logits.grad = None
    loss(logits, target, **options).backward()
    logits.grad = None


def plain(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return functional.nll_loss(torch.log_softmax(logits, -1), target)


def tables(*, shapes: list[tuple[int, int]], rounds: int) -> Iterator[Row]:
    """F.cross_entropy against both engines, with a fresh gradient and in place."""
    for rows, classes in shapes:
        size = f"{rows}x{classes}"
        data = torch.randn(rows, classes)
        target = torch.randint(0, classes, (rows,))
        leaf, scratch, copy = data.clone().requires_grad_(), data.clone().requires_grad_(), data.clone()
        works: dict[str, Work] = {
            "copy": partial(copy.copy_, data),
            "torch": partial(step, functional.cross_entropy, leaf, target),
            "compiled": partial(step, torch.compile(plain), leaf, target),
        }
        for engine in ("cpp", "torch"):
            for inplace in (False, True):
                logits = scratch if inplace else leaf
                options = {"engine": engine, "inplace_backward": inplace}
                works[f"{engine} {inplace}"] = partial(step, cross_entropy, logits, target, **options)
        took = seconds_in_turns(works, rounds)
        goals = {"cpp False": 0.22, "cpp True": 0.12, "torch False": 0.45, "torch True": 0.25}
        for name, goal in goals.items():
            engine, inplace = name.split()
            what = f"cross_entropy {size}, {engine}, {'in place' if inplace == 'True' else 'fresh'}"
            yield at_most(what, took[name], took["torch"], goal)
            yield at_most(f"{what}: in copies", took[name], took["copy"], 1.5 if name == "cpp True" else None)
            yield at_most(f"{what}: against torch.compile", took[name], took["compiled"])


def huge_pages(*, shapes: list[tuple[int, int]], rounds: int) -> Iterator[Row]:
    """The same with huge pages for both sides, which torch reads from the environment when it starts."""
    program = (
        "import sys, json; sys.path[:0] = sys.argv[-1:]; import losses; from dataclasses import asdict; "
        f"print(json.dumps([asdict(r) for r in losses.tables(shapes={shapes[:1]!r}, rounds={rounds})]))"
    )
    for values in fresh_process(program, THP_MEM_ALLOC_ENABLE="1"):
        row = Row(**values)
        yield at_most(f"huge pages for both: {row.name}", row.ours, row.theirs)


def fresh_process(program: str, *arguments: str, **environment: str) -> Any:
    """What a program prints last, as JSON, in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-c", program, *arguments, str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


# ---- the linear layer -------------------------------------------------------------------------------


def layer_of(rows: int, width: int, classes: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return (
        torch.randn(rows, width, requires_grad=True),
        (0.05 * torch.randn(classes, width)).requires_grad_(),
        torch.randint(0, classes, (rows,)),
    )


def linear_step(way: str, hidden: torch.Tensor, classifier: torch.Tensor, target: torch.Tensor) -> None:
    hidden.grad = classifier.grad = None
    if way == "ours":
        loss = linear_cross_entropy(hidden, classifier, target)
    elif way == "chunked":
        options = torch.nn.LinearCrossEntropyOptions()
        loss = functional.linear_cross_entropy(hidden, classifier, target, options=options)
    else:
        loss = functional.cross_entropy(hidden @ classifier.T, target)
    loss.backward()
    hidden.grad = classifier.grad = None


def products(hidden: torch.Tensor, classifier: torch.Tensor, table: torch.Tensor) -> None:
    """The three matrix products that no way can do without, into memory that is there."""
    with torch.no_grad():
        torch.mm(hidden, classifier.T, out=table)
        torch.mm(table, classifier, out=torch.empty_like(hidden))
        torch.mm(table.T, hidden, out=torch.empty_like(classifier))


def linear(*, shape: tuple[int, int, int], rounds: int) -> Iterator[Row]:
    inputs = layer_of(*shape)
    table = torch.empty(shape[0], shape[2])
    ways = ("ours", "eager", "chunked")
    works: dict[str, Work] = {way: partial(linear_step, way, *inputs) for way in ways}
    works["products"] = partial(products, *inputs[:2], table)
    took = seconds_in_turns(works, rounds)
    del table
    size = "x".join(map(str, shape))
    yield at_most(f"linear {size}, against matmul + F.cross_entropy", took["ours"], took["eager"], 0.85)
    yield at_most(f"linear {size}, against the three products", took["ours"], took["products"], 1.15)
    yield at_most(f"linear {size}, against F.linear_cross_entropy", took["ours"], took["chunked"], 1 / 1.5)
    peak = {way: statistics.median(peak_of(way, shape) for _ in range(3)) for way in ways}
    yield at_most(f"linear {size}, MiB, against matmul + F.cross_entropy", peak["ours"], peak["eager"], 0.1)
    yield at_most(f"linear {size}, MiB, against F.linear_cross_entropy", peak["ours"], peak["chunked"], 1.2)


def peak_of(way: str, shape: tuple[int, int, int]) -> float:
    """MiB above the inputs at the highest, in a process that has warmed up on a small layer."""
    program = (
        "import sys, json; sys.path[:0] = sys.argv[-1:]; import losses; "
        f"print(json.dumps(losses.measure_peak(sys.argv[1], {shape!r})))"
    )
    return float(fresh_process(program, way))


def measure_peak(way: str, shape: tuple[int, int, int]) -> float:
    linear_step(way, *layer_of(64, shape[1], 1000))
    inputs = layer_of(*shape)
    before = status("VmRSS")
    linear_step(way, *inputs)
    return (status("VmHWM") - before) / 1024


def status(field: str) -> int:
    """A line of /proc/self/status in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))


def short_floats(*, shape: tuple[int, int, int], rounds: int) -> Iterator[Row]:
    """bfloat16 against float32 eager, and the error of its loss against float64 on the same numbers."""
    rows, width, classes = shape
    hidden, classifier, target = layer_of(rows // 2, width, classes)
    short = [t.detach().bfloat16().requires_grad_() for t in (hidden, classifier)]
    took = seconds_in_turns(
        {
            "ours": partial(linear_step, "ours", *short, target),
            "eager": partial(linear_step, "eager", hidden, classifier, target),
        },
        rounds,
    )
    size = f"{rows // 2}x{width}x{classes}"
    yield at_most(f"linear {size} bfloat16, against float32 eager", took["ours"], took["eager"], 0.4)
    with torch.no_grad():
        mine = linear_cross_entropy(*short, target).double()
        parts = [
            functional.cross_entropy(h.double() @ short[1].double().T, t, reduction="sum")
            for h, t in zip(short[0].split(256), target.split(256), strict=True)
        ]
        theirs = functional.cross_entropy(short[0] @ short[1].T, target).double()
    right = torch.stack(parts).sum() / len(target)
    error = float((mine - right).abs())
    their_error = float((theirs - right).abs())
    yield Row(
        f"linear {size} bfloat16: error of the loss",
        error,
        their_error,
        error / max(their_error, 1e-300),
        "<= 2e-5",
        error <= 2e-5,
    )


# ---- accuracy and growth ----------------------------------------------------------------------------


def accuracy() -> Iterator[Row]:
    """The largest errors against float64 on the same rounded logits, ours against torch's."""
    generator = torch.Generator().manual_seed(1)
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        logits = (5 * torch.randn(256, 8000, generator=generator)).to(dtype)
        target = torch.randint(0, 8000, (256,), generator=generator)
        right, slope = losses_and_gradient(functional.cross_entropy, logits.double(), target)
        theirs, their_slope = losses_and_gradient(functional.cross_entropy, logits, target)
        for engine in ("cpp", "torch"):
            mine, my_slope = losses_and_gradient(partial(cross_entropy, engine=engine), logits, target)
            for what, a, b, c in (("loss", mine, theirs, right), ("gradient", my_slope, their_slope, slope)):
                ours, others = (float((x.double() - c).abs().max()) for x in (a, b))
                floor = 2 * 2**-23 * float(c.abs().max())
                name = f"largest error of the {what}, {str(dtype)[6:]}, {engine}"
                ratio = ours / others if others else float(ours > 0)
                yield Row(name, ours, others, ratio, "torch's + floor", ours <= others + floor)


def losses_and_gradient(
    loss: Callable[..., torch.Tensor], logits: torch.Tensor, target: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    leaf = logits.detach().clone().requires_grad_()
    losses = loss(leaf, target, reduction="none")
    losses.sum().backward()
    return losses.detach(), leaf.grad


def growth(*, rounds: int, out: Path) -> Iterator[Row]:
    """Time against rows and against classes: the slope in logarithms is 1 where the cost grows linearly."""
    sweeps = {
        "rows": [(n, 16000) for n in (256, 512, 1024, 2048, 4096)],
        "classes": [(512, k) for k in (8000, 16000, 32000, 64000, 128000)],
    }
    measured: dict[str, list[tuple[int, float]]] = {}
    for name, shapes in sweeps.items():
        works: dict[str, Work] = {}
        for rows, classes in shapes:
            logits, target = torch.randn(rows, classes).requires_grad_(), torch.randint(0, classes, (rows,))
            works[str(rows if name == "rows" else classes)] = partial(step, cross_entropy, logits, target)
        took = seconds_in_turns(works, rounds)
        measured[name] = [(int(size), median) for size, median in took.items()]
        slope = fitted_slope(measured[name])
        yield Row(
            f"growth with {name}: slope in logarithms", slope, 1.0, slope, "1 +- 0.15", abs(slope - 1) <= 0.15
        )
    draw(measured, out)


def fitted_slope(points: list[tuple[int, float]]) -> float:
    x, y = (torch.tensor(values, dtype=torch.float64).log() for values in zip(*points, strict=True))
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum() / (x * x).sum())


def draw(measured: dict[str, list[tuple[int, float]]], out: Path) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for ax, (name, points) in zip(axes, measured.items(), strict=True):
        sizes, seconds = zip(*points, strict=True)
        ax.loglog(sizes, seconds, "o-", label="measured")
        middle = len(sizes) // 2
        ax.loglog(sizes, [seconds[middle] * s / sizes[middle] for s in sizes], "--", label="linear")
        ax.set(xlabel=f"number of {name}", ylabel="seconds, forward and backward")
        ax.legend()
    figure.savefig(out)
    plt.close(figure)


# ---- on a GPU ---------------------------------------------------------------------------------------


def on_gpu(*, shapes: list[tuple[int, int]], rounds: int) -> Iterator[Row]:
    """Terabytes a second of reading the logits and writing the gradient, against a measured copy."""
    for rows, classes in shapes:
        data = torch.randn(rows, classes, device="cuda", dtype=torch.bfloat16)
        target = torch.randint(0, classes, (rows,), device="cuda")
        leaf, copy = data.clone().requires_grad_(), data.clone()
        works: dict[str, Work] = {
            "copy": partial(copy.copy_, data),
            "torch": partial(step, functional.cross_entropy, leaf, target),
            "torch.compile": partial(step, torch.compile(plain), leaf, target),
            "ours": partial(step, cross_entropy, leaf, target, engine="triton"),
        }
        if importlib.util.find_spec("liger_kernel"):
            from liger_kernel.transformers.functional import liger_cross_entropy

            works["liger-kernel"] = partial(step, lambda z, y: liger_cross_entropy(z * 1, y), leaf, target)
        took = seconds_in_turns({name: partial(waited, work) for name, work in works.items()}, rounds)
        speed = {
            name: 2 * data.numel() * data.element_size() / seconds / 1e12 for name, seconds in took.items()
        }
        for name in works.keys() - {"ours"}:
            yield Row(
                f"CUDA {rows}x{classes} bfloat16, TB/s, ours against {name}",
                speed["ours"],
                speed[name],
                speed["ours"] / speed[name],
            )
        if importlib.util.find_spec("cut_cross_entropy"):
            yield from against_cut_cross_entropy(rows, classes, rounds)


def against_cut_cross_entropy(rows: int, classes: int, rounds: int) -> Iterator[Row]:
    from cut_cross_entropy import linear_cross_entropy as cut

    hidden = torch.randn(rows, 1024, device="cuda", dtype=torch.bfloat16, requires_grad=True)
    classifier = torch.randn(classes, 1024, device="cuda", dtype=torch.bfloat16, requires_grad=True)
    target = torch.randint(0, classes, (rows,), device="cuda")
    works = {
        name: partial(waited, lambda loss=loss: loss(hidden, classifier, target).backward())
        for name, loss in {"ours": linear_cross_entropy, "cut": cut}.items()
    }
    took = seconds_in_turns(works, rounds)
    yield at_most(f"CUDA linear {rows}x1024x{classes}, against cut-cross-entropy", took["ours"], took["cut"])


def waited(work: Work) -> None:
    work()
    torch.cuda.synchronize()


# ---- all of it --------------------------------------------------------------------------------------


def measure(options: argparse.Namespace) -> Iterator[Row]:
    quick = options.quick
    shapes = [(256, 8000)] if quick else TABLES
    shape = (256, 64, 8000) if quick else LAYER
    rounds = 2 if quick else options.rounds
    yield from accuracy()
    yield from tables(shapes=shapes, rounds=rounds)
    yield from linear(shape=shape, rounds=rounds)
    yield from short_floats(shape=shape, rounds=rounds)
    if not quick:
        yield from huge_pages(shapes=shapes, rounds=rounds)
        yield from growth(rounds=rounds, out=options.out.with_name("losses-growth.svg"))
    if torch.cuda.is_available():
        yield from on_gpu(shapes=shapes, rounds=10 * rounds)


def not_run() -> list[str]:
    if torch.cuda.is_available():
        peers = {"liger-kernel": "liger_kernel", "cut-cross-entropy": "cut_cross_entropy"}
        return [
            f"{name}: not installed" for name, module in peers.items() if not importlib.util.find_spec(module)
        ]
    kernels = ("Triton kernels", "torch.compile on CUDA", "liger-kernel", "cut-cross-entropy")
    return [f"{name}: no GPU here" for name in kernels]


def machine() -> dict[str, Any]:
    lines = (
        Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if Path("/proc/cpuinfo").exists()
        else []
    )
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": name or platform.processor(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the losses against torch's own.")
    parser.add_argument("--quick", action="store_true", help="small shapes and no goals, to see that it runs")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("_build/bench/losses.json"))
    options = parser.parse_args()
    rows: Iterator[Row] = measure(options)
    if options.quick:
        rows = (replace(row, goal="", holds=None) for row in rows)
    settings = {"quick": options.quick, "rounds": options.rounds}
    about = {**machine(), "options": settings, "not_run": not_run()}
    missed = report(rows, options.out, about, width=76)
    for line in not_run():
        print(f"Not run: {line}.")
    return missed


if __name__ == "__main__":
    sys.exit(main())
