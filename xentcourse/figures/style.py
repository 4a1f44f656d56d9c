"""The look of the figures, and what a page sets before it draws."""

from pathlib import Path

from matplotlib.axes import Axes

#: For `plt.style.use` or `plt.style.context`.
STYLE = Path(__file__).with_name("course.mplstyle")


def set_up_page() -> None:
    """Draw a page's figures in the course's style, as SVG. Pages call it once, plots never."""
    import matplotlib.pyplot as plt
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    plt.style.use(STYLE)
    # Without a date, the same figure is the same file.
    set_matplotlib_formats("svg", metadata={"Date": None})  # type: ignore[no-untyped-call]


def axes_or_new(ax: Axes | None) -> Axes:
    """`ax`, or the axes of a new figure."""
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.subplots()[1]
    return ax
