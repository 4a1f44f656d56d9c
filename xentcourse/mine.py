"""A learner's own functions, kept in work/mine/ by the last cell of each assignment.

In a later notebook: `from xentcourse.mine import piece`, `encode = piece("coding", "arithmetic_encode")`.
"""

import importlib
import io
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from xentcourse.checks.calling import CallHere
from xentcourse.checks.check import checks_of

Function = Callable[..., Any]


def piece(slug: str, name: str, *, otherwise: Function | None = None) -> Function:
    """The learner's function `name` of the assignment `slug`, if it was kept and passes its checks.

    otherwise : what to use where it was not or does not; by default the reference's function of that name,
                if it does what the assignment asks for
    A printed note says which it is, and why.
    Raises LookupError where there is neither.
    """
    path = _kept(slug)
    function, why = _mine(path, slug, name) if path else (None, "you have no folder work/ around here")
    if function:
        print(f"{name}: your own, from mine/{slug}.py")
        return function
    function = otherwise or _references(slug, name)
    if not function:
        raise LookupError(
            f"piece: {why}, and xentcourse.reference.{slug} has no {name} that could stand in. "
            f"Finish that part of the assignment {slug} and run its last cell, or pass otherwise=..."
        )
    print(f"{name}: the course's own, because {why}")
    return function


def load(path: Path) -> ModuleType:
    """The module in a file; raises whatever running it raises."""
    # Not imported: the compiled copy that an import leaves behind may be older than the file.
    return module(path.read_text(encoding="utf-8"), path)


def module(text: str, path: Path) -> ModuleType:
    """The module that a text makes, as if it stood in a file; what it prints is no news."""
    made = ModuleType(f"mine_{path.stem}")
    made.__file__ = str(path)
    with redirect_stdout(io.StringIO()):
        exec(compile(text, str(path), "exec"), vars(made))
    return made


def _kept(slug: str) -> Path | None:
    from xentcourse.learning.workplace import Workplace

    place = Workplace.around(Path.cwd())
    return place.mine(slug) if place else None


def _mine(path: Path, slug: str, name: str) -> tuple[Function | None, str]:
    """The learner's function, or None and the reason."""
    if not path.is_file():
        return None, f"mine/{slug}.py is not there yet: the last cell of the assignment {slug} makes it"
    try:
        own = load(path)
    except Exception as error:
        return None, f"mine/{slug}.py stops with {type(error).__name__}: {error}"
    function = getattr(own, name, None)
    if not callable(function):
        return None, f"mine/{slug}.py has no {name} yet"
    failed = _failed(slug, name, vars(own))
    return (None, f"yours does not pass check.{failed} any more") if failed else (function, "")


def _references(slug: str, name: str) -> Function | None:
    """The reference's function, if it passes as the learner's: some have the name and another task."""
    try:
        reference = importlib.import_module(f"xentcourse.reference.{slug}")
    except ModuleNotFoundError:
        return None
    function = getattr(reference, name, None)
    return None if function is None or _failed(slug, name, vars(reference)) else function


def _failed(slug: str, name: str, namespace: dict[str, Any]) -> str:
    """The first check of a function that it does not pass; empty where it passes all."""
    checks = checks_of(importlib.import_module(f"xentcourse.checks.{slug}")).values()
    about = (check for check in checks if name in check.functions)
    failed = (check.name for check in about if check.run(CallHere(namespace)).result != "passed")
    return next(failed, "")
