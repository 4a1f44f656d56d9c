"""Stands for the package `xentcourse` behind the walls: everything can be imported, nothing is there.

A notebook's `from xentcourse.checks import softmax as check` works, and `check.gradient(gradient)` does
nothing: the real checks run elsewhere. There is no work/ here either: `piece(…, otherwise=f)` gives f.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any


class Idle:
    """A function that takes anything and returns its `otherwise`, or None; and a module of such functions."""

    def __call__(self, *_: Any, otherwise: Any = None, **__: Any) -> Any:
        """Do nothing."""
        return otherwise

    def __getattr__(self, name: str) -> "Idle":
        """Another one."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Idle()


class Nothing(types.ModuleType):
    """A module in which every name stands for a function or a module that does nothing."""

    __path__ = ()  # type: ignore[assignment]  # a package without files

    def __getattr__(self, name: str) -> Any:
        """What does nothing."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Idle()


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every module of the course that is not really there."""

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """Claim every module below the package."""
        if name.startswith("xentcourse."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Nothing:
        """An empty module."""
        return Nothing(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


if __name__ == "xentcourse":  # behind the walls this file is the package
    sys.meta_path.append(Finder())  # the last to be asked, so that real modules win
