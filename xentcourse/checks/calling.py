"""Calling a learner's functions: what a call gives back, and the caller for functions in this process."""

import contextlib
import io
import logging
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from xentcourse.checks.memory import high_water
from xentcourse.checks.plain import NotPlainError, Plain, fresh, plain


@dataclass(frozen=True)
class Raised:
    """An exception that a learner's function raised."""

    type: str  #: "ZeroDivisionError"
    message: str
    function: str  #: the innermost function of the learner's that was running
    line: str = ""  #: its line of source, where known


@dataclass(frozen=True)
class Outcome:
    """What one call of a learner's function did."""

    value: Plain = None  #: what it returned
    arguments: tuple[Plain, ...] = ()  #: the positional arguments as the call left them
    raised: Raised | None = None
    not_plain: str = ""  #: the type of a returned object that is no plain data
    printed: str = field(default="", compare=False)  #: what it wrote to stdout and stderr
    #: Bytes by which the call raised what its process held at most; behind a wall, that process's own word.
    grown: int = field(default=0, compare=False)


class Caller(Protocol):
    """Where a learner's functions live: in this process at home, behind a wall at grading."""

    def __call__(self, name: str, args: tuple[Plain, ...], kwargs: Mapping[str, Plain]) -> Outcome:
        """Call the learner's function `name`; never raises on account of what it does."""


class CallHere:
    """Calls functions that live in this process."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]):
        self.functions = functions

    def __call__(self, name: str, args: tuple[Plain, ...], kwargs: Mapping[str, Plain]) -> Outcome:
        """Call with copies of the arguments; what the function prints, warns or sets stays inside."""
        given = tuple(fresh(argument) for argument in args)
        written = io.StringIO()
        value, raised, not_plain = None, None, ""
        before = high_water()
        try:
            with contained(written):
                value = plain(self.functions[name](*given, **{key: fresh(kwargs[key]) for key in kwargs}))
        except NotPlainError as error:
            not_plain = str(error)
        except (Exception, SystemExit) as error:  # exit() is a mistake like others; Ctrl-C is not one
            raised = _describe(error, name)
        grown = high_water() - before
        return Outcome(value, tuple(map(_as_left, given)), raised, not_plain, written.getvalue(), grown)


@contextlib.contextmanager
def contained(written: io.StringIO) -> Iterator[None]:
    """Keep output, warnings and NumPy's error settings from leaving the block.

    A warning is no mistake, yet nbgrader gives 0 to a check cell that shows anything on stderr.
    """
    handlers = [h for h in _log_handlers() if h.stream in (sys.stdout, sys.stderr)]
    streams = [handler.stream for handler in handlers]
    caught: list[warnings.WarningMessage] = []
    try:
        for handler in handlers:
            handler.setStream(written)
        with (
            contextlib.redirect_stdout(written),
            contextlib.redirect_stderr(written),
            warnings.catch_warnings(record=True) as caught,
            np.errstate(all="warn", under="ignore"),
        ):
            warnings.simplefilter("default")
            yield
    finally:
        for warning in caught:
            written.write(f"{warning.category.__name__}: {warning.message}\n")
        for handler, stream in zip(handlers, streams, strict=True):
            handler.setStream(stream)


def _log_handlers() -> list["logging.StreamHandler[Any]"]:
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    handlers = [h for logger in loggers if isinstance(logger, logging.Logger) for h in logger.handlers]
    return [h for h in handlers if isinstance(h, logging.StreamHandler)]


def _as_left(argument: Any) -> Plain:
    """An argument as plain data even if the function put something else into it."""
    try:
        return plain(argument)
    except Exception as error:
        return f"<an object of type {error}>"


def _describe(error: BaseException, name: str) -> Raised:
    frames = traceback.extract_tb(error.__traceback__)[1:]  # the first is our own call
    learners = [frame for frame in frames if "site-packages" not in frame.filename]
    last = learners[-1] if learners else None
    try:
        message = str(error)
    except Exception:  # an exception of the learner's own, with a mistake of its own
        message = "(its message can't be read)"
    return Raised(
        type(error).__name__, message, last.name if last else name, (last.line or "") if last else ""
    )
