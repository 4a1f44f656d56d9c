"""The decorator that turns a chapter's checking function into what notebooks and graders call."""

import html
import os
import re
import secrets
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from xentcourse.checks.answer import AGAIN, Answer, CheckFailedError, NotAttemptedError
from xentcourse.checks.box import can_show, show_box
from xentcourse.checks.calling import Caller, CallHere

#: The course's seed at grading; at home every run draws its own.
SEED_VARIABLE = "XENTCOURSE_SEED"
#: A graded cell that is one call of a check: `check.gradient(gradient)`.
CALL = re.compile(r"\s*check\.(\w+)\((\s*\w+(?:\s*,\s*\w+)*\s*)\)\s*")


@dataclass(frozen=True)
class Verdict:
    """How a check ended, and the sentences for the learner."""

    result: Literal["passed", "failed", "not attempted"]
    message: str
    seed: int


class NotAttempted(float):
    """Partial credit 0 for nbgrader, one sentence for the reader."""

    def __new__(cls, sentence: str) -> "NotAttempted":
        """A float 0.0 that carries `sentence`."""
        value = super().__new__(cls, 0.0)
        value.sentence = sentence
        return value

    sentence: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        # nbgrader reads the points from the plain text; people see the sentence.
        return {"text/plain": "0.0", "text/html": f"<p>{html.escape(self.sentence)}</p>"}


class Check:
    """A check of one or more of a learner's functions, by name."""

    def __init__(self, body: Callable[..., None], functions: tuple[str, ...]):
        self.body = body
        self.functions = functions
        self.name = body.__name__
        self.slug = body.__module__.rpartition(".")[2]
        self.__doc__ = body.__doc__

    def __call__(self, *functions: Callable[..., Any], seed: int | None = None) -> NotAttempted | None:
        """Check functions that live here, in a notebook: print praise, or raise a CheckFailedError.

        seed : repeats an earlier run, whose message told it; by default a new one is drawn.
        """
        if len(functions) != len(self.functions) or not all(map(callable, functions)):
            wanted = ", ".join(self.functions)
            raise TypeError(f"check.{self.name} takes your functions by name: check.{self.name}({wanted})")
        names = {name: in_variant(name, f) for name, f in zip(self.functions, functions, strict=True)}
        caller = CallHere(dict(zip(names.values(), functions, strict=True)))
        verdict = self.run(caller, seed=seed, names=names)
        if verdict.result == "failed":
            raise _told(verdict.message) from None
        if verdict.result == "not attempted":
            return NotAttempted(verdict.message)
        print(verdict.message)
        return None

    def run(
        self, caller: Caller, *, seed: int | None = None, names: Mapping[str, str] | None = None
    ) -> Verdict:
        """Check functions wherever they live and say how it went; never raises on their account.

        names : what functions are called in a variant of the assignment, by the check's name for them
        """
        seed = _course_seed() if seed is None else seed
        called = [(names or {}).get(name, name) for name in self.functions]
        answers = [Answer(name, caller) for name in called]
        rng = np.random.default_rng([seed, zlib.crc32(self.name.encode())])
        try:
            with np.errstate(all="ignore"):
                self.body(*answers, rng)
        except NotAttemptedError as missing:
            return Verdict("not attempted", f"{missing}: write it above, then run this cell again.", seed)
        except CheckFailedError as failure:
            again = f"check.{self.name}({', '.join(called)}, seed={seed})"
            return Verdict("failed", f"✗ {self.name}\n{failure}\n{AGAIN} {again}", seed)
        calls = sum(answer.calls for answer in answers)
        return Verdict("passed", f"✓ {self.name}: {calls} calls agree (seed {seed})", seed)


def check(*functions: str) -> Callable[[Callable[..., None]], Check]:
    """Make a check of the learner's functions with these names.

    The body takes one Answer for each, and a random generator: all its randomness comes from there.
    Its name is the second half of the grade id: `<slug>-<name>`.
    """
    return lambda body: Check(body, functions)


def in_variant(name: str, function: Callable[..., Any]) -> str:
    """What a learner's function is called: as the check names it, or as a variant of the assignment does."""
    own = str(getattr(function, "__name__", ""))
    return own if re.fullmatch(rf"{name}_v\d+", own) else name


def checks_of(module: object) -> dict[str, Check]:
    """The checks that a chapter's module defines, by name, in their order."""
    return {value.name: value for value in vars(module).values() if isinstance(value, Check)}


def _told(message: str) -> CheckFailedError:
    """The error that tells a learner what is wrong, after a box where a notebook can show one."""
    error = CheckFailedError(message)
    if can_show():
        show_box(message)
        error.shown = True
    return error


def _course_seed() -> int:
    seed = os.environ.get(SEED_VARIABLE)
    if seed is None:
        return secrets.randbelow(1_000_000)
    if not seed.isdecimal():
        raise ValueError(
            f"{SEED_VARIABLE} is {seed!r}, a whole number is needed. Unset it for new inputs every time."
        )
    return int(seed)
