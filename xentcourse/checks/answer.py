"""One learner's function as a check sees it, and the ways a check can end."""

import itertools
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from xentcourse.checks.calling import Caller, Outcome, Raised
from xentcourse.checks.comparing import Slip, Tolerance, difference, show
from xentcourse.checks.hints import hint_for
from xentcourse.checks.memory import Meter
from xentcourse.checks.plain import Plain, fresh, plain, same

FLOAT64 = Tolerance()
FLOAT32 = Tolerance(relative=2e-5, absolute=1e-6)


WRITTEN_LINES = 5  #: of what a function printed, shown with a failure
WIDTH = 96  #: columns of a sentence in a notebook
AGAIN = "To repeat this very check:"
PRINTED = "Meanwhile your function wrote:"


class CheckFailedError(AssertionError):
    """A learner's function is wrong; the message is what a tutor would say."""

    shown = False  #: in a box, above

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the sentences alone, no traceback through the course's code."""
        if self.shown:
            return [f"{str(self).splitlines()[0]}: not right yet, see above"]
        # JupyterLab breaks long lines anywhere; what is to be copied stays whole.
        return [
            part
            for line in str(self).splitlines()
            for part in ([line] if line.startswith(AGAIN) else textwrap.wrap(line, WIDTH) or [""])
        ]


class NotAttemptedError(Exception):
    """A learner's function is still the stub."""


class Answer:
    """A learner's function: call it for its result, or say what it must match."""

    def __init__(self, name: str, caller: Caller):
        self.name = name
        self.calls = 0
        self._caller = caller

    def __call__(self, *args: Plain, **kwargs: Plain) -> Plain:
        """What the function returns; a CheckFailedError says why there is nothing."""
        outcome = self._call(args, kwargs)
        self._check_unchanged(outcome, args, kwargs)
        return outcome.value

    def must_match(
        self,
        oracle: Callable[..., Any],
        *args: Plain,
        slips: Sequence[Slip] = (),
        tolerance: Tolerance | None = None,
        note: str = "",
        **kwargs: Plain,
    ) -> None:
        """Compare with `oracle` on the same arguments; `note` says what is special about them.

        Where they differ, the first of `slips` that computes what the learner's function did speaks.
        """
        tolerance = tolerance or tolerance_for(args)
        outcome = self._call(args, kwargs, note=note)
        expected = plain(oracle(*fresh(args), **kwargs))
        if not tolerance.accepts(outcome.value, expected):
            told = self._slip(outcome.value, args, kwargs, slips, tolerance)
            self.fail(
                f"{self._shown(args, kwargs)} returned {show(outcome.value)}",
                f"expected {show(expected)}",
                told or difference(outcome.value, expected, tolerance),
                note=note,
                printed=outcome.printed,
            )
        self._check_unchanged(outcome, args, kwargs)

    def must_stay_within(
        self, limit: int, *args: Plain, told: str = "", note: str = "", **kwargs: Plain
    ) -> Plain:
        """What the function returns; a CheckFailedError that says `told` if its process grew by over `limit`.

        At home this process is watched from beside the call, at grading the learner's tells how far its
        high-water mark rose: less than the truth where it had been high before, never more.
        """
        with Meter() as meter:
            outcome = self._call(args, kwargs, note=note)
        grown = max(meter.grown, outcome.grown)
        if grown > limit:
            self.fail(
                f"{self._shown(args, kwargs)} took {grown / 2**20:.0f} MiB of memory.",
                f"At most {limit / 2**20:.0f} MiB were allowed.",
                told,
                note=note,
                printed=outcome.printed,
            )
        self._check_unchanged(outcome, args, kwargs)
        return outcome.value

    def fail(self, *sentences: str, note: str = "", printed: str = "") -> None:
        """Raise a CheckFailedError of these lines."""
        lines = [sentence for sentence in sentences if sentence]
        if note:
            lines.append(f"(The case: {note}.)")
        if printed.strip():
            lines.append(PRINTED)
            lines += [f"    {line}" for line in printed.strip().splitlines()[:WRITTEN_LINES]]
        raise CheckFailedError("\n".join(lines))

    def _call(self, args: tuple[Plain, ...], kwargs: dict[str, Plain], note: str = "") -> Outcome:
        self.calls += 1
        outcome = self._caller(self.name, args, kwargs)
        shown = self._shown(args, kwargs)
        if outcome.raised and _is_stub(outcome.raised):
            inner = outcome.raised.function
            calls = "" if inner in (self.name, "") else f" ({self.name} calls it)"
            raise NotAttemptedError(f"{inner or self.name} is not attempted yet{calls}")
        if outcome.raised:
            raised = outcome.raised
            line = f"in the line: {raised.line}" if raised.line else ""
            message = f"{shown} raised {raised.type}: {raised.message}"
            self.fail(message, line, hint_for(raised), note=note, printed=outcome.printed)
        if outcome.not_plain:
            self.fail(
                f"{shown} returned an object of type {outcome.not_plain}; numbers or arrays are needed.",
                "Make it one before you return it: np.array(list(result)), for instance.",
                note=note,
            )
        if outcome.value is None:
            self.fail(
                f"{shown} returned nothing (None). Does every branch of {self.name} end in a return?",
                note=note,
            )
        return outcome

    def _check_unchanged(self, outcome: Outcome, args: tuple[Plain, ...], kwargs: dict[str, Plain]) -> None:
        for before, after in itertools.zip_longest(args, outcome.arguments):
            if not same(before, after):
                self.fail(
                    f"{self._shown(args, kwargs)} changed its argument to {show(after)}.",
                    "The caller still needs it: make a new array, z = z - z.max(), instead of z -= z.max().",
                )

    def _slip(
        self,
        value: Plain,
        args: tuple[Plain, ...],
        kwargs: dict[str, Plain],
        slips: Sequence[Slip],
        tolerance: Tolerance,
    ) -> str:
        for slip in slips:
            try:
                with np.errstate(all="ignore"):
                    wrong = plain(slip.wrong(*fresh(args), **kwargs))
            except Exception:
                continue  # this slip does not apply to these arguments
            if tolerance.accepts(value, wrong):
                return slip.sentence
        return ""

    def _shown(self, args: tuple[Plain, ...], kwargs: dict[str, Plain]) -> str:
        named = [f"{key}={show(value)}" for key, value in kwargs.items()]
        return f"{self.name}({', '.join([*map(show, args), *named])})"


def tolerance_for(args: Sequence[Plain]) -> Tolerance:
    """Looser where an argument has fewer digits than float64."""
    small = any(isinstance(a, np.ndarray) and a.dtype in (np.float32, np.float16) for a in args)
    return FLOAT32 if small else FLOAT64


def _is_stub(raised: Raised) -> bool:
    """Whether a function is still to be written; torch raises a NotImplementedError, too, with a message."""
    written = not raised.message or "NotImplementedError" in raised.line
    return raised.type == "NotImplementedError" and written
