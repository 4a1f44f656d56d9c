"""What holds for every plot of the book; what each shows is tested in tests/<page>/test_figures.py.

Such a module lists the plots of its page by name, `plot_` left out: in PLOTS those on one pair of axes, and
in PANELS, behind the number of rows and of columns, those on several:

    PLOTS = {"loss": lambda ax: plot_loss([1, 0, 0.7], ax=ax)}
    PANELS = {"areas": ((1, 2), lambda axes: plot_areas([[0.5, 0.5], [0.9, 0.1]], axes))}
"""

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from xentcourse import figures

PAGES = sorted(
    path.stem for path in Path(figures.__file__).parent.glob("*.py") if path.stem not in ("__init__", "style")
)


def tried(page: str) -> ModuleType:
    """The page's own tests."""
    return importlib.import_module(f"{page}.test_figures")


def listed(kind: str) -> dict[str, Any]:
    """What the pages list under PLOTS or PANELS, by page and name."""
    return {
        f"{page}-{name}": entry for page in PAGES for name, entry in getattr(tried(page), kind, {}).items()
    }


PLOTS: dict[str, Callable[[Axes | None], Axes]] = listed("PLOTS")
PANELS: dict[str, tuple[tuple[int, int], Callable[[Any], Any]]] = listed("PANELS")
each_plot = pytest.mark.parametrize("draw", PLOTS.values(), ids=PLOTS)
each_group = pytest.mark.parametrize(("shape", "draw"), PANELS.values(), ids=PANELS)


def panels(shape: tuple[int, int]) -> Any:
    """Rows and columns of axes that can be drawn; those below each other have their lowest labels only."""
    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.subplots(*shape, sharex="col")


@pytest.mark.parametrize("page", PAGES)
def test_every_plot_of_a_page_is_tried(page: str) -> None:
    plots = importlib.import_module(f"xentcourse.figures.{page}")
    names = {name for name in vars(plots) if name.startswith("plot_")}
    module = tried(page)
    assert {f"plot_{name}" for name in [*module.PLOTS, *getattr(module, "PANELS", {})]} == names


@each_plot
def test_a_plot_draws_on_the_axes_that_it_is_given(draw: Callable[[Axes], Axes], ax: Axes) -> None:
    assert draw(ax) is ax
    assert ax.has_data()


@each_group
def test_panels_are_drawn_on_the_axes_that_are_given(
    shape: tuple[int, int], draw: Callable[[Any], Any]
) -> None:
    axes = panels(shape)
    assert list(draw(axes)) == list(axes)
    assert all(ax.has_data() for ax in axes)


@each_plot
def test_a_plot_without_axes_makes_its_own(draw: Callable[[None], Axes]) -> None:
    with mpl.rc_context({"backend": "agg"}):
        made = draw(None)
        assert isinstance(made, Axes)
        plt.close(made.figure)


@each_plot
def test_a_plot_leaves_the_settings_of_all_plots_alone(draw: Callable[[Axes], Axes], ax: Axes) -> None:
    before = dict(mpl.rcParams)
    draw(ax)
    assert dict(mpl.rcParams) == before


@each_group
def test_panels_leave_them_alone_too(shape: tuple[int, int], draw: Callable[[Any], Any]) -> None:
    before = dict(mpl.rcParams)
    draw(panels(shape))
    assert dict(mpl.rcParams) == before


# ---- names ------------------------------------------------------------------------------------------

#: How matplotlib writes a number beside an axis: −1, 0.5, 10⁻³, 1e18.
NUMBER = re.compile(r"[−-]?[\d.]+(e[+−-]?\d+)?(\\times)?(10)?(\^[−-]?\d+)?")


def shows_numbers(axis: Axis) -> bool:
    """Whether numbers stand beside a drawn axis; words say themselves what they are."""
    texts = [label.get_text() for label in axis.get_ticklabels() if label.get_visible()]
    plain = [re.sub(r"\\mathdefault|[${} ]", "", text) for text in texts]
    return axis.axes.axison and axis.get_visible() and any(NUMBER.fullmatch(text) for text in plain if text)


def nameless(ax: Axes) -> Iterator[str]:
    """The axes that show numbers once drawn and nowhere say of what, inner axes and colour bars included."""
    ax.figure.canvas.draw()
    for part in [*ax.figure.axes, *ax.child_axes]:
        if shows_numbers(part.xaxis) and not part.get_xlabel():
            yield "x"
        if shows_numbers(part.yaxis) and not (part.get_ylabel() or part.get_title()):
            yield "y"


@each_plot
def test_a_plot_names_its_axes(draw: Callable[[Axes], Axes], ax: Axes) -> None:
    assert list(nameless(draw(ax))) == []


@each_group
def test_panels_name_their_axes(shape: tuple[int, int], draw: Callable[[Any], Any]) -> None:
    assert list(nameless(draw(panels(shape))[0])) == []


def test_numbers_beside_an_axis_are_told_from_words(ax: Axes) -> None:
    ax.plot([-1, 1], [1e-5, 1e5])
    ax.set_yscale("log")
    assert list(nameless(ax)) == ["x", "y"]
    ax.set_xticks([-1, 1], ["no", "yes"])
    ax.set_ylabel("seconds")
    assert list(nameless(ax)) == []
