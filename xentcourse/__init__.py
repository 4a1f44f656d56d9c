"""A course on cross-entropy, derived from maximum likelihood, with graded exercises.

reference : NumPy implementations in float64, the course's oracle.
checks    : take a learner's function and say what is wrong with it.
figures   : every plot of the book.

Nothing heavy is imported here: `import xentcourse` needs neither torch nor matplotlib.
"""

__version__ = "0.1.0"
