"""The figures of book/fused_kernels.md, and the reading of the benchmark's results that they show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.fused_kernels import Step, merge, state_of

#: What `make bench-losses` wrote: machine, versions, and rows with name, ours, theirs, ratio, goal, holds.
Results = Mapping[str, Any]

TABLE = (4096, 32000)
LAYER = (4096, 512, 32000)
#: Names of rows that were measured with huge pages begin so.
HUGE = "huge pages for both: "
#: Arithmetic operations for each logit, ten for an exponential.
SEPARATE, FUSED = 26, 14
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00")


@dataclass(frozen=True)
class Machine:
    """What a machine can do in a second."""

    bandwidth: float  #: bytes moved
    peak: float  #: arithmetic operations


def measured(results: Results, name: str) -> tuple[float, float]:
    """Ours and theirs of the row of that name."""
    row = next((row for row in results["rows"] if row["name"] == name), None)
    if row is None:
        raise ValueError(f"measured: the results have no row {name!r}. Was the benchmark run with --quick?")
    return row["ours"], row["theirs"]


def machine_of(results: Results) -> Machine:
    """Bandwidth from the time of a copy, peak from the time of three matrix products."""
    copy = measured(results, f"cross_entropy {_size(TABLE)}, cpp, fresh: in copies")[1]
    products = measured(results, f"linear {_size(LAYER)}, against the three products")[1]
    return Machine(2 * 4 * float(np.prod(TABLE)) / copy, 3 * 2 * float(np.prod(LAYER)) / products)


def ways(results: Results, size: str, *, prefix: str = "") -> dict[str, float]:
    """The time of each way to the loss and its gradient, in copies of the table of logits."""
    name = f"{prefix}cross_entropy {size}"
    copy = measured(results, f"{name}, cpp, fresh: in copies")[1]
    ours, library = measured(results, f"{name}, cpp, fresh")
    seconds = {
        "F.cross_entropy": library,
        "torch.compile": measured(results, f"{name}, cpp, fresh: against torch.compile")[1],
        "blocks of rows": measured(results, f"{name}, torch, fresh")[0],
        "blocks of rows, in place": measured(results, f"{name}, torch, in place")[0],
        "C++ kernel": ours,
        "C++ kernel, in place": measured(results, f"{name}, cpp, in place")[0],
    }
    return {way: time / copy for way, time in seconds.items()}


def plot_tables(ways: Mapping[str, Sequence[Step]], *, ax: Axes | None = None) -> Axes:
    """A box for every table that moves: read ones plain, written ones hatched, labelled by their step."""
    ax = axes_or_new(ax)
    table = min(step.read for steps in ways.values() for step in steps if step.read)
    widest = 0
    for y, steps in enumerate(ways.values()):
        x = 0
        for number, step in enumerate(step for step in steps if step.read or step.written):
            colour, start = COLOURS[number], x
            for bytes_moved, hatch in ((step.read, ""), (step.written, "///")):
                for _ in range(round(bytes_moved / table)):
                    ax.barh(y, 0.9, left=x, height=0.4, color=colour, hatch=hatch, edgecolor="white")
                    x += 1
            name = step.name.replace(" backward", "\nbackward").replace(" and ", "\nand ")
            ax.text((start + x - 0.1) / 2, y - 0.25, name, ha="center", va="bottom", fontsize=10)
        widest = max(widest, x)
    ax.set(yticks=range(len(ways)), yticklabels=ways, xlabel="tables moved", xlim=(-0.1, widest + 0.1))
    ax.set_ylim(len(ways) - 0.6, -0.75)
    ax.set_xticks(np.arange(widest) + 0.45, [str(i + 1) for i in range(widest)])
    ax.grid(visible=False)
    return ax


def plot_roofline(
    machine: Machine, results: Results, *, here: Machine | None = None, ax: Axes | None = None
) -> Axes:
    """The highest rate for each number of operations a byte, and what was measured."""
    ax = axes_or_new(ax)
    x = np.geomspace(0.3, 1000, 200)
    ax.loglog(x, np.minimum(machine.peak, machine.bandwidth * x) / 1e9, label="roof")
    if here is not None:
        roof = np.minimum(here.peak, here.bandwidth * x) / 1e9
        ax.loglog(x, roof, "--", color="0.5", label="roof, here")
    cells = float(np.prod(TABLE))
    rows, width, classes = LAYER
    name = f"cross_entropy {_size(TABLE)}, cpp"
    products = measured(results, f"linear {_size(LAYER)}, against the three products")[1]
    points = {
        "F.cross_entropy": (SEPARATE / 24, SEPARATE * cells / measured(results, f"{name}, fresh")[1], "o"),
        "C++ kernel": (FUSED / 8, FUSED * cells / measured(results, f"{name}, fresh")[0], "s"),
        "C++ kernel, in place": (FUSED / 8, FUSED * cells / measured(results, f"{name}, in place")[0], "^"),
        "matrix products": (
            2 * float(np.prod(LAYER)) / (4.0 * (rows * classes + rows * width + width * classes)),
            6 * float(np.prod(LAYER)) / products,
            "D",
        ),
    }
    for (label, (operations, rate, marker)), colour in zip(points.items(), COLOURS[1:], strict=True):
        ax.loglog(operations, rate / 1e9, marker, color=colour, markersize=9, label=label)
    ax.set(xlabel="operations a byte", ylabel="billion operations a second")
    ax.legend(loc="lower right")
    return ax


def plot_online(row: npt.ArrayLike, blocks: int, axes: npt.ArrayLike) -> np.ndarray:
    """The state of a row, block by block: the largest logit, the sum, and the two together."""
    panels = np.asarray(axes, dtype=object)
    state = np.array([-np.inf]), np.array([0.0])
    found = []
    for block in np.array_split(np.asarray(row, dtype=float), blocks):
        state = merge(state, state_of(block[None]))
        found.append((state[0][0], state[1][0]))
    largest, total = np.array(found).T
    count = np.arange(1, blocks + 1)
    panels[0].step(count, largest, where="post", label="largest logit $m$")
    panels[0].plot(count, largest + np.log(total), "--", label=r"$m + \log S$")
    panels[1].step(count, total, where="post", color=COLOURS[2], label="sum $S$")
    panels[0].set(ylabel="nats")
    panels[1].set(ylabel="sum of exponentials", xlabel="blocks read")
    panels[0].legend(loc="lower right")
    panels[1].legend(loc="upper right")
    return panels


def plot_times(results: Results, size: str, *, ax: Axes | None = None) -> Axes:
    """The time of each way, in copies of the table of logits; a dashed line at one copy."""
    ax = axes_or_new(ax)
    copies = ways(results, size)
    _bars(ax, copies, "{:.1f}")
    ax.axvline(1, color="black", linestyle="--", linewidth=1.2)
    ax.set(xlabel="time, in copies of the logits")
    return ax


def plot_linear(results: Results, axes: npt.ArrayLike) -> np.ndarray:
    """Seconds and MiB of the last layer with its loss, each way."""
    panels = np.asarray(axes, dtype=object)
    name = f"linear {_size(LAYER)}"
    ours, plain = measured(results, f"{name}, against matmul + F.cross_entropy")
    seconds = {
        "product, F.cross_entropy": plain,
        "F.linear_cross_entropy": measured(results, f"{name}, against F.linear_cross_entropy")[1],
        "chunks, this course": ours,
        "the three products alone": measured(results, f"{name}, against the three products")[1],
    }
    ours, plain = measured(results, f"{name}, MiB, against matmul + F.cross_entropy")
    memory = {
        "product, F.cross_entropy": plain,
        "F.linear_cross_entropy": measured(results, f"{name}, MiB, against F.linear_cross_entropy")[1],
        "chunks, this course": ours,
    }
    _bars(panels[0], seconds, "{:.1f}")
    _bars(panels[1], memory, "{:,.0f}")
    panels[0].set(xlabel="seconds")
    panels[1].set(xlabel="MiB above the inputs")
    return panels


def _bars(ax: Axes, values: Mapping[str, float], form: str) -> None:
    ax.barh(list(values), list(values.values()), color=COLOURS[0], height=0.6)
    longest = max(values.values())
    for y, value in enumerate(values.values()):
        ax.text(value + longest / 60, y, form.format(value), va="center")
    ax.set_xlim(0, 1.15 * longest)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)


def _size(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))
