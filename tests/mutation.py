"""Wrong solutions that people really write, and right ones in several styles, for testing the checks.

A chapter lists them in tests/<slug>/solutions.py, each with the check it is for:

    @mutant("softmax", says="Subtract the largest logit")
    def no_maximum_subtracted(z, axis=-1, temperature=1.0): ...

    @right("softmax")
    def with_loops(z, axis=-1, temperature=1.0): ...
"""

import functools
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from xentcourse.course import Chapter


@dataclass(frozen=True)
class Attempt:
    """One solution of one part, and what the check must make of it."""

    check: str
    function: Callable[..., Any]
    says: str | None  # part of the tutor's sentence; None where the solution is right

    def __str__(self) -> str:
        return f"{self.check}-{self.function.__name__}"


def mutant(check: str, *, says: str) -> Callable[[Callable[..., Any]], Attempt]:
    """A wrong solution that `check` must refuse with a sentence that contains `says`."""
    return lambda function: Attempt(check, function, says)


def right(check: str) -> Callable[[Callable[..., Any]], Attempt]:
    """A right solution that `check` must accept."""
    return lambda function: Attempt(check, function, None)


@functools.cache
def attempts(chapter: Chapter) -> list[Attempt]:
    """All attempts that the chapter lists."""
    module = load(chapter)
    return [value for value in vars(module).values() if isinstance(value, Attempt)]


def load(chapter: Chapter) -> ModuleType:
    """The chapter's tests/<slug>/solutions.py as a module."""
    path = chapter.tests / "solutions.py"
    spec = importlib.util.spec_from_file_location(f"{chapter.slug}_solutions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
