"""What every test module may rely on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import mpmath
import pytest

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
