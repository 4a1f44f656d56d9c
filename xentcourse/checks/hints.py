"""What to say when a learner's function stops with one of the exceptions that everybody meets."""

import re

from xentcourse.checks.calling import Raised

#: A pattern for "Type: message", and the tutor's sentence.
HINTS = {
    r"could not be broadcast|shapes? .* not aligned|non-broadcastable": (
        "Likely slip: two arrays with shapes that do not fit. A sum or a maximum along an axis loses "
        "that axis; keepdims=True keeps it with length 1."
    ),
    r"AxisError|axis \d+ is out of bounds": (
        "Likely slip: a fixed number of axes. The arrays may have one axis or three: "
        "use the axis that is asked for, or -1 for the last."
    ),
    r"UFuncOutputCastingError|UFuncTypeError: Cannot cast": (
        "Likely slip: an in-place operation on an array of integers, which can't hold the result. "
        "Make a new array: z = z / 2 instead of z /= 2."
    ),
    r"got an unexpected keyword argument|missing \d+ required positional|positional arguments? but": (
        "Likely slip: the parameters were changed. Keep the `def` line as it was given."
    ),
    r"NameError|UnboundLocalError": "Was the cell that defines it run, and is it spelt the same there?",
    r"read-only": "Likely slip: an argument is written to. Work on a copy.",
    r"RecursionError": "Likely slip: the function calls itself and never stops.",
    r"zero-size array to reduction": (
        "Likely slip: the maximum of the whole array, which a batch of no rows does not have. "
        "Take it along the axis."
    ),
}


def hint_for(raised: Raised) -> str:
    """The sentence for an exception, empty where there is none."""
    text = f"{raised.type}: {raised.message}"
    return next((sentence for pattern, sentence in HINTS.items() if re.search(pattern, text)), "")
