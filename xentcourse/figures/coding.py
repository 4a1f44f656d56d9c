"""The figures of book/coding.md."""

import heapq
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from xentcourse.figures.style import axes_or_new
from xentcourse.reference.coding import expected_length, huffman_lengths
from xentcourse.reference.information import self_information

FILLS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00")
HATCHES = ("", "//", "..", "\\\\", "xx", "--")
LEAF = "#0072B2"


def plot_codewords(code: Mapping[str, str], *, ax: Axes | None = None) -> Axes:
    """Each codeword as the part of the unit interval whose numbers begin with it, a row for each length."""
    ax = axes_or_new(ax)
    for i, (symbol, word) in enumerate(code.items()):
        size = 2.0 ** -len(word)
        start = int(word, 2) * size if word else 0.0
        _box(ax, i, start, len(word) - 0.5, size, 1.0)
        ax.text(start + size / 2, len(word), f"{symbol}\n{word}", ha="center", va="center", fontsize=10)
        ax.plot([start, start], [0.5, len(word) - 0.5], color="black", linewidth=0.7, linestyle=":")
    longest = max(map(len, code.values()))
    ax.set(xlabel="the number 0.(bits) in binary", ylabel="length (bits)", xlim=(0, 1))
    ax.set(ylim=(longest + 0.5, 0.5), yticks=range(1, longest + 1))
    eighths = np.arange(9) / 8
    ax.set_xticks(eighths, [f"{number:g}" for number in eighths])
    ax.grid(axis="y", visible=False)
    return ax


def plot_code_areas(
    p: Mapping[str, float], lengths: Sequence[float], *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Each symbol as a box as wide as its codeword is long and as high as it is probable."""
    ax = axes_or_new(ax)
    bottom = 0.0
    for i, ((symbol, chance), length) in enumerate(zip(p.items(), lengths, strict=True)):
        _box(ax, i, 0.0, bottom, length, chance)
        ax.text(0.08, bottom + chance / 2, f"{symbol}  {chance:g} × {length:g}", va="center", fontsize=10)
        bottom += chance
    mean = float(expected_length(list(p.values()), lengths))
    ax.axvline(mean, color="black", linestyle="--", linewidth=1.2)
    ax.set(xlabel="codeword length (bits)", ylabel="probability", ylim=(1, 0))
    ax.set(xlim=(0, 3.2), xticks=range(4), title=f"{title}{mean:g} bits")
    return ax


def plot_huffman_tree(p: Mapping[str, float], *, ax: Axes | None = None) -> Axes:
    """Huffman's tree: leaves are symbols, and each joint has the weight of all below it."""
    ax = axes_or_new(ax)
    number = itertools.count()
    heap: list[tuple[float, int, Any]] = [(weight, next(number), symbol) for symbol, weight in p.items()]
    heapq.heapify(heap)
    while len(heap) > 1:
        one, other = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (one[0] + other[0], next(number), (one, other)))
    _draw(ax, heap[0], depth=0, leaves=itertools.count())
    deepest = int(huffman_lengths(list(p.values())).max())
    ax.set(ylabel="codeword length (bits)", ylim=(deepest + 0.6, -0.4), yticks=range(deepest + 1))
    ax.set(xticks=[], xlim=(-0.6, len(p) - 0.4))
    ax.spines["bottom"].set_visible(False)
    return ax


def plot_block_rates(p: Sequence[float], blocks: Sequence[int], *, ax: Axes | None = None) -> Axes:
    """Bits a symbol of Huffman's code for blocks of independent symbols, between H and H + 1/n."""
    ax = axes_or_new(ax)
    surprise = self_information(p, base=2)
    entropy = float(expected_length(p, surprise))
    rates = []
    for n in blocks:
        joint = np.array([np.prod(block) for block in itertools.product(p, repeat=n)])
        rates.append(float(expected_length(joint, huffman_lengths(joint))) / n)
    ax.plot(blocks, rates, "o-", label="Huffman, blocks of $n$")
    ax.plot(blocks, [entropy + 1 / n for n in blocks], ":", label="$H + 1/n$")
    ax.axhline(entropy, color="black", linestyle="--", linewidth=1.2, label="entropy $H$")
    ax.set(xlabel="block length $n$", ylabel="bits a symbol", xticks=blocks)
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def plot_zoom(p: Mapping[str, float], message: str, *, ax: Axes | None = None) -> Axes:
    """Arithmetic coding: at each symbol the interval so far, magnified, is divided as the model says."""
    ax = axes_or_new(ax)
    low, width = 0.0, 1.0
    for step, taken in enumerate([*message, ""]):
        start = 0.0
        for i, (symbol, share) in enumerate(p.items()):
            _box(ax, i, start, step - 0.22, share, 0.44, alpha=1.0 if symbol == taken or not taken else 0.35)
            ax.text(start + share / 2, step, symbol, ha="center", va="center", fontsize=11)
            if symbol == taken:
                for x, end in ((start, 0.0), (start + share, 1.0)):
                    ax.plot([x, end], [step + 0.22, step + 0.78], color="black", linewidth=0.9, linestyle=":")
                chosen = start, share
            start += share
        ax.text(-0.015, step, f"{low:.4f}", ha="right", va="center", fontsize=10)
        ax.text(1.015, step, f"{low + width:.4f}", ha="left", va="center", fontsize=10)
        if taken:
            low, width = low + width * chosen[0], width * chosen[1]
    labels = [message[:step] or "nothing" for step in range(len(message) + 1)]
    ax.set(yticks=range(len(labels)), yticklabels=labels, ylabel="read so far", xticks=[])
    ax.set(
        ylim=(len(labels) - 0.6, -0.4),
        xlim=(-0.2, 1.17),
        xlabel="the interval so far, magnified to full width",
    )
    ax.grid(visible=False)
    return ax


def _box(ax: Axes, i: int, x: float, y: float, width: float, height: float, alpha: float = 1.0) -> None:
    fill, hatch = FILLS[i % len(FILLS)], HATCHES[i % len(HATCHES)]
    shown = {"facecolor": fill, "edgecolor": "white", "alpha": 0.6 * alpha}
    ax.bar(x, height, width=width, bottom=y, align="edge", hatch=hatch, **shown)


def _draw(ax: Axes, node: tuple[float, int, Any], *, depth: int, leaves: "itertools.count[int]") -> float:
    weight, _, below = node
    if isinstance(below, tuple):
        places = [_draw(ax, child, depth=depth + 1, leaves=leaves) for child in below]
        x = sum(places) / 2
        for bit, place in zip("01", places, strict=True):
            ax.plot([x, place], [depth, depth + 1], color="black", linewidth=1.2, zorder=1)
            ax.text((x + place) / 2, depth + 0.5, bit, ha="center", va="center", backgroundcolor="white")
        text, edge, width = f"{weight:g}", "black", 1.0
    else:
        x, text, edge, width = float(next(leaves)), f"{below}\n{weight:g}", LEAF, 2.5
    # Filled like the paper: a dark page turns the letters white, which no light colour can carry.
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": edge, "linewidth": width}
    ax.text(x, depth, text, ha="center", va="center", bbox=box, zorder=2, fontsize=10)
    return x
