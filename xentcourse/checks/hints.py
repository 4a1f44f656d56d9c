"""What to say when a learner's function stops with one of the exceptions that everybody meets."""

import re

from xentcourse.checks.calling import Raised

#: A pattern for "Type: message" and, below it, the line of source; and the tutor's sentence.
#: The first that matches speaks, so the narrower ones come first.
HINTS = {
    r"not aligned|mismatch in its core dimension": (
        "Likely slip: a matrix product of shapes that do not fit. In A @ B, A needs as many columns as B "
        "has rows. Print both shapes: does .T put the right one first?"
    ),
    r"(could not be broadcast|non-broadcastable)(?s:.*)(eye|one_?hot)": (
        "Likely slip: two arrays with shapes that do not fit. One-hot rows need a column for each class, "
        "also for a class that no label names; and a sum or a maximum along an axis loses that axis, "
        "unless keepdims=True keeps it with length 1."
    ),
    r"could not be broadcast|non-broadcastable": (
        "Likely slip: two arrays with shapes that do not fit. A sum or a maximum along an axis loses "
        "that axis; keepdims=True keeps it with length 1."
    ),
    r"AxisError|axis \d+ is out of bounds|too many indices|tuple index out of range": (
        "Likely slip: a fixed number of axes. The arrays may have one axis or three: "
        "use the axis that is asked for, or -1 for the last."
    ),
    r"IndexError: index -100 is out of bounds": (
        "Likely slip: -100 is no class. It marks a row without a label: leave such rows out "
        "before you take each row's entry."
    ),
    r"IndexError: index -?\d+ is out of bounds": (
        "Likely slip: a list or an axis that is shorter than thought. Is its length the number of classes "
        "or the number of rows? And counting starts at 0."
    ),
    r"arrays used as indices must be of integer|only integers, slices": (
        "Likely slip: decimals used as an index; a whole number is needed as an index. "
        "Probabilities and one-hot rows are no labels."
    ),
    r"not implemented for '(Long|Int)'": (
        "Likely slip: whole numbers where torch needs decimals. Its losses take the prediction first and "
        "the labels second: are the two swapped?"
    ),
    r"have the same dtype|expected scalar type": (
        "Likely slip: tensors of two dtypes meet. torch.zeros and torch.ones make float32, and a tensor made "
        "of a NumPy array is float64: say dtype=x.dtype where you make one."
    ),
    r"does not require grad": (
        "Likely slip: nothing leads from the loss back to the parameters. They need requires_grad=True, and "
        "no .item(), .detach() or NumPy may stand on the way."
    ),
    r"Expected target size|to match target batch_size": (
        "Likely slip: logits and labels of shapes that do not fit. cross_entropy wants the classes on "
        "axis 1, and the labels in the same shape without that axis."
    ),
    r"truth value of an array": (
        "Likely slip: an array where Python wants one True or False, as in `if`, max(z) or min(z). "
        "Use np.where(condition, a, b) for `if` and np.max(z, axis=...) for max."
    ),
    r"can be converted to (a )?(Python )?scalars?|must be real number, not (list|ndarray)": (
        "Likely slip: a function of Python's, such as math.exp, works on one number. "
        "NumPy's, such as np.exp, works on a whole array."
    ),
    r"OverflowError": (
        "Likely slip: exp overflows. Subtract the largest exponent first, so that no exponential exceeds 1."
    ),
    r"ZeroDivisionError": "Likely slip: a division by a sum that is 0. Is an exponential rounded to 0?",
    r"math domain error|expected a positive input": (
        "Likely slip: the logarithm of 0, which math.log refuses. Is a probability 0, "
        "or is it the logarithm of a sum that overflowed or underflowed?"
    ),
    r"UFuncOutputCastingError|UFuncTypeError: Cannot cast": (
        "Likely slip: an in-place operation on an array of integers, which can't hold the result. "
        "Make a new array: z = z / 2 instead of z /= 2."
    ),
    r"got an unexpected keyword argument|missing \d+ required positional|positional arguments? but": (
        "Likely slip: the parameters were changed. Keep the `def` line as it was given."
    ),
    r"incorrect number of gradients": (
        "Likely slip: backward returns one gradient for each argument of forward, in their order, "
        "and None for those that need none."
    ),
    r"'(float|int)' object has no attribute 'backward'": (
        "Likely slip: a number of Python's, which autograd can't follow back. "
        "Return the loss as a tensor, without .item() or float()."
    ),
    r"NoneType": (
        "Likely slip: something that it calls returns nothing. Does every function end with a `return`?"
    ),
    r"NameError|UnboundLocalError": "Was the cell that defines it run, and is it spelt the same there?",
    r"read-only": "Likely slip: an argument is written to. Work on a copy.",
    r"return arrays must be of ArrayType": (
        "Likely slip: np.log takes no base. Divide np.log(p) by np.log(base)."
    ),
    r"RecursionError": "Likely slip: the function calls itself and never stops.",
    r"zero-size array to reduction": (
        "Likely slip: the maximum of the whole array, which a batch of no rows does not have. "
        "Take it along the axis."
    ),
}


def hint_for(raised: Raised) -> str:
    """The sentence for an exception, empty where there is none."""
    text = f"{raised.type}: {raised.message}\n{raised.line}"
    return next((sentence for pattern, sentence in HINTS.items() if re.search(pattern, text)), "")


#: "Help, I get …": a pattern for a failed check's message, what the learner would ask, and where to look.
#: The first that matches is offered.
SYMPTOMS = (
    (
        r"\) raised \w*(NameError|UnboundLocalError)",
        "Help, I get a NameError",
        "Python does not know that name. Run the cells from the top once, in their order; a name that only "
        "exists because you ran something else earlier is gone after a restart.",
    ),
    (
        r"\) raised ",
        "Help, my function stops with an error",
        "Read the last line of the error first: it says what could not be done. Then call your function in "
        "a cell of your own with the arguments above: Python shows the whole way to the line that failed.",
    ),
    (
        r"returned .*\bnan\b|\bnan\. ",
        "Help, I get nan",
        "One nan spoils all that comes after it. Print each step for the arguments above and look for the "
        "first nan: it comes from inf - inf, 0 * inf, inf / inf, 0 / 0, or a negative number's logarithm.",
    ),
    (
        r"returned .*\binf\b",
        "Help, I get inf",
        "Print each step for the arguments above and look for the first inf: an exp of more than 709, a "
        "logarithm of 0, or a division by 0. Can the step before it be written so that it stays small?",
    ),
    (
        r"has shape|expected shape|is transposed|a single number|an array of shape",
        "Help, the shape is wrong",
        "Write the shape that you expect beside each line, and print .shape of each. A sum or a maximum "
        "along an axis loses that axis; keepdims=True keeps it with length 1.",
    ),
    (
        r"close, but not the same",
        "Help, my number is nearly right",
        "The checks want all digits. Look for rounding, a small constant that keeps a logarithm finite, "
        "a difference in place of a derivative, or a sum of very different numbers.",
    ),
    (
        r"returned nothing|NoneType",
        "Help, I get None",
        "A function without a return gives None, and so does a branch of an if that ends without one. "
        "print shows a number; only return hands it on.",
    ),
    (
        r"changed its argument",
        "Help, I change an argument",
        "z -= 1, z[0] = 0 and z.sort() write into the array that the caller still holds. "
        "z = z - 1, z = z.copy() and np.sort(z) make a new one.",
    ),
    (
        r" returned ",
        "Help, I get another number",
        "Take the call above, which is the smallest case that fails, and do it by hand as in the worked "
        "example. Print each step of your function and find the first that differs from yours.",
    ),
)
STUCK = (
    "Still stuck?",
    "The prompt above your cell has two hints: open the first, try again, and then the second. "
    "Nothing is lost by either, and a part that you leave out costs its own points only.",
)


def help_for(message: str) -> list[tuple[str, str]]:
    """What a learner may ask about a failed check, with answers: on the symptom, then where hints are."""
    found = ((ask, answer) for pattern, ask, answer in SYMPTOMS if re.search(pattern, message))
    return [*([symptom] if (symptom := next(found, None)) else []), STUCK]
