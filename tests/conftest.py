"""What every test module may rely on."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import mpmath
import pytest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TESTS = Path(__file__).parent

#: Files that take minutes: they begin first, so that none is left running alone at the end.
LONG = (
    "browser/test_pages.py",
    "grading/test_fairness.py",
    "browser/test_lab.py",
    "teaching/test_road.py",
    "test_checks.py",
    "browser/test_explorables.py",
    "grading/test_variant.py",
    "grading/test_release.py",
    "grading/test_soak.py",
    "frameworks/test_peers.py",
    "test_forms.py",
    "grading/test_class.py",
    "grading/test_record.py",
    "grading/test_attacks.py",
    "grading/test_faults.py",
    "grading/test_cluster.py",
    "accelerated/test_cross_entropy.py",
    "accelerated/test_autograd.py",
    "accelerated/test_cpp.py",
    "calibration/test_page.py",
)

if "PYTEST_XDIST_WORKER" in os.environ:
    # There is a process for each core. With threads besides, each waits for the others' at every loop,
    # and a small product of matrices takes ten times as long. Before NumPy or torch is imported.
    os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first. xdist keeps this order with --no-loadscope-reorder."""
    ranks = {TESTS / name: rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


@pytest.fixture(autouse=True, scope="module")
def digits(request: pytest.FixtureRequest) -> Iterator[None]:
    """mpmath at the precision that the module names as DIGITS, for its own tests only.

    mpmath has one precision for the whole process: a module that sets it when it is imported sets it
    for whoever runs beside it.
    """
    with mpmath.workdps(getattr(request.module, "DIGITS", 15)):
        yield


@pytest.fixture
def ax() -> "Axes":
    """Axes that can be drawn, of a figure that nobody else has."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.subplots()


def pytest_collection_finish() -> None:
    """Stop where a module set the precision of the whole process while it was imported."""
    if mpmath.mp.dps != 15:
        raise pytest.UsageError(
            f"A test module sets mpmath.mp.dps = {mpmath.mp.dps} for every other module. "
            "Name the number DIGITS in the module, and tests/conftest.py sets it for its tests."
        )
