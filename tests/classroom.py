"""An ordinary class: sixty submissions of the assignment `softmax` that mean no harm.

Made from the course's solution, the right and wrong solutions of tests/softmax/solutions.py, and what
people do in notebooks besides: cells of their own, helpers, prints, plots, magics, settings, slow cells.
"""

import functools
import inspect
import textwrap
import types

import nbformat
from mutation import Attempt, attempts, load
from nbformat import NotebookNode

from xentcourse.course import Course
from xentcourse.grading.source import source_notebook

CHAPTER = Course.find().chapter("softmax")
CELL_SECONDS = 5  #: what a cell may take in this class
ALMOST = 0.8 * CELL_SECONDS


@functools.cache
def source() -> str:
    return nbformat.writes(source_notebook(CHAPTER))


def solved(**instead: str) -> NotebookNode:
    """The course's solutions but for the parts that are given, and without the slow digits at the end."""
    notebook = nbformat.reads(source(), as_version=4)
    del notebook.cells[-1]
    for part, text in instead.items():
        cell(notebook, f"{part}_solution").source = textwrap.dedent(text).strip()
    return notebook


def with_cells(*own: str, after: str = "setup", **instead: str) -> NotebookNode:
    """Solved, with cells of the learner's own behind the cell `after`."""
    notebook = solved(**instead)
    at = notebook.cells.index(cell(notebook, after)) + 1
    notebook.cells[at:at] = [nbformat.v4.new_code_cell(textwrap.dedent(text).strip()) for text in own]
    return notebook


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == f"softmax-{name}"
    )


def prefixed(prefix: str) -> NotebookNode:
    """Every function of the course's solution begins with these lines."""
    notebook = solved()
    for each in notebook.cells:
        each.source = each.source.replace(
            "    ### BEGIN SOLUTION", textwrap.indent(textwrap.dedent(prefix).strip(), "    ")
        )
    return notebook


def unfinished(*parts: str) -> NotebookNode:
    """These parts are as they were released."""
    released = nbformat.read(CHAPTER.exercise, as_version=4)
    return solved(**{part: cell(released, f"{part}_solution").source for part in parts})


# ---- the attempts of tests/softmax/solutions.py ------------------------------------------------------


def attempted(attempt: Attempt) -> NotebookNode:
    """The attempt in place of the course's solution, below a cell with all that it may need."""
    return with_cells(helpers(), **{part_of(attempt): text_of(attempt)})


def part_of(attempt: Attempt) -> str:
    return attempt.check.removesuffix("_extremes")


def text_of(attempt: Attempt) -> str:
    """What the learner's cell holds: the attempt under the name that is asked for."""
    lines = inspect.getsource(attempt.function).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("def "))
    return "\n".join([*lines[start:], "", f"{part_of(attempt)} = {attempt.function.__name__}"])


@functools.cache
def helpers() -> str:
    """The imports and ordinary functions of the module with the attempts."""
    module = load(CHAPTER)
    functions = [
        value
        for value in vars(module).values()
        if isinstance(value, types.FunctionType) and value.__module__ == module.__name__
    ]
    imports = "import functools, logging, math, sys, warnings\nfrom scipy import special"
    return "\n\n\n".join([imports, *map(inspect.getsource, functions)])


def some_attempts(*, right: bool, count: int) -> list[Attempt]:
    """Attempts from all over the list, of those that stand for themselves."""
    usable = [
        attempt
        for attempt in attempts(CHAPTER)
        if (attempt.says is None) == right and isinstance(attempt.function, types.FunctionType)
        if attempt.function.__name__ != "<lambda>"
        if not any(word in inspect.getsource(attempt.function) for word in (".function", "pytest"))
    ]
    return [usable[number * len(usable) // count] for number in range(count)]


# ---- what people do besides -------------------------------------------------------------------------

SHIFTED = """
def shifted(z, axis):
    return z - np.max(z, axis=axis, keepdims=True)
"""
BY_HELPER = """
def softmax(z, axis=-1, temperature=1.0):
    e = np.exp(shifted(np.asarray(z) / temperature, axis))
    return e / e.sum(axis=axis, keepdims=True)
"""
LOG_BY_HELPER = """
def log_softmax(z, axis=-1):
    z = shifted(np.asarray(z, dtype=float), axis)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
"""
ONE_LOSS = """
def loss_of_rows(logits, labels):
    return -log_softmax(logits)[np.arange(len(labels)), labels]

def cross_entropy(logits, labels, reduction="mean"):
    losses = loss_of_rows(logits, labels)
    return {"mean": np.mean, "sum": np.sum, "none": np.asarray}[reduction](losses)
"""
SMALL_FIT = """
def fit(X, labels, classes, steps, learning_rate):
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for step in range(steps):
        BODY
        G = gradient(X @ W + b, labels)
        W, b = W - learning_rate * X.T @ G, b - learning_rate * G.sum(axis=0)
    return W, b
"""


def fit_with(body: str) -> str:
    return SMALL_FIT.replace("BODY", body)


def by_hand() -> dict[str, NotebookNode]:
    """What no list of attempts has."""
    return {
        "a class of its own": with_cells(
            """
            from dataclasses import dataclass

            @dataclass
            class Model:
                W: np.ndarray
                b: np.ndarray

                def step(self, X, labels, rate):
                    G = gradient(X @ self.W + self.b, labels)
                    return Model(self.W - rate * X.T @ G, self.b - rate * G.sum(0))
            """,
            fit="""
            def fit(X, labels, classes, steps, learning_rate):
                model = Model(np.zeros((X.shape[1], classes)), np.zeros(classes))
                for _ in range(steps):
                    model = model.step(X, labels, learning_rate)
                return model.W, model.b
            """,
        ),
        "a counter in a global": solved(
            gradient="""
            calls = 0
            def gradient(logits, labels):
                global calls
                calls += 1
                G = softmax(logits)
                G[np.arange(len(labels)), labels] -= 1
                return G / len(labels)
            """
        ),
        "a helper in another part's cell": solved(softmax=SHIFTED + BY_HELPER, log_softmax=LOG_BY_HELPER),
        "a helper in a cell of its own": with_cells(SHIFTED, softmax=BY_HELPER, log_softmax=LOG_BY_HELPER),
        "a helper that comes too late": with_cells(SHIFTED, after="log_softmax", softmax=BY_HELPER),
        "a loss for rows": with_cells("loss_of_rows", after="cross_entropy", cross_entropy=ONE_LOSS),
        "a mistake in a cell of its own": with_cells("softmax(np.ones(3))", "1 / 0", "undefined_name"),
        "a name of the course's is taken": with_cells(
            "def check(p):\n    return np.isclose(p.sum(), 1.0)",
            "check(softmax(np.ones(3)))",
            after="softmax",
        ),
        "a syntax error": solved(log_softmax="def log_softmax(z axis=-1):\n    return z"),
        "a syntax error at the end": solved(fit='def fit(X, labels):\n    return "never closed'),
        "asserts and shows": with_cells(
            "assert np.allclose(softmax(np.zeros(4)), 0.25)\nsoftmax(np.arange(5.0))",
            "{'p': softmax(np.arange(3.0)), 'logits': [1, 2, 3]}",
            after="softmax",
        ),
        "awaits": with_cells("import asyncio\nawait asyncio.sleep(0.01)\n'awaited'"),
        "draws": with_cells(
            """
            import matplotlib.pyplot as plt
            plt.plot(np.arange(5.0), softmax(np.arange(5.0)))
            plt.title("softmax")
            plt.show()
            """,
            after="softmax",
            fit="import matplotlib.pyplot as plt\n"
            + fit_with("plt.plot(step, W.sum(), 'o') if step < 3 else 0"),
        ),
        "empties a cell": solved(soft_cross_entropy="", fit="# no time"),
        "everything in float32": solved(
            softmax="""
            def softmax(z, axis=-1, temperature=1.0):
                z = np.asarray(z, dtype=np.float32) / np.float32(temperature)
                e = np.exp(z - z.max(axis=axis, keepdims=True))
                return e / e.sum(axis=axis, keepdims=True)
            """
        ),
        "keeps a file": solved(
            fit=fit_with("np.save('weights.npy', W); assert np.array_equal(np.load('weights.npy'), W)")
        ),
        "logs": with_cells(
            "import logging\nlogging.basicConfig(level='DEBUG')\nlogging.getLogger('me').warning('here')",
            fit=fit_with("logging.info('step %s', step)"),
        ),
        "magics": with_cells(
            "%matplotlib inline",
            "%precision 3",
            "!echo from a shell",
            "%timeit -n 2 -r 1 np.ones(3)",
            "%%time\n1 + 1",
        ),
        "no part at all": unfinished(
            "softmax", "log_softmax", "cross_entropy", "soft_cross_entropy", "gradient", "fit"
        ),
        "other settings": with_cells(
            "np.seterr(all='raise')",
            "import warnings\nwarnings.simplefilter('error')",
            "np.set_printoptions(precision=1, threshold=2, sign='+')",
            "import sys\nsys.setrecursionlimit(5000)",
        ),
        "prints": prefixed('print("called with", locals())'),
        "processes": with_cells(
            "from multiprocessing import Pool",
            """
            with Pool(2) as pool:
                print(pool.map(np.sum, [np.ones(3), np.ones(4)]))
            """,
        ),
        "progress on stderr": prefixed("import sys\nprint('.', end='', file=sys.stderr)"),
        "recursion": solved(
            fit="""
            def fit(X, labels, classes, steps, learning_rate):
                if steps == 0:
                    return np.zeros((X.shape[1], classes)), np.zeros(classes)
                W, b = fit(X, labels, classes, steps - 1, learning_rate)
                G = gradient(X @ W + b, labels)
                return W - learning_rate * X.T @ G, b - learning_rate * G.sum(axis=0)
            """
        ),
        "recursion without end": solved(
            gradient="def gradient(logits, labels):\n    return gradient(logits, labels)"
        ),
        "runs the checks in between": with_cells(
            "check.softmax(softmax, seed=3)",
            "check.log_softmax(log_softmax, seed=4)",
            "check.softmax_extremes(lambda z, axis=-1, temperature=1.0: z)",
            after="log_softmax",
        ),
        "seeds": with_cells(
            "np.random.seed(0)\nimport random\nrandom.seed(0)",
            fit=fit_with("np.random.shuffle(np.arange(9)); random.random()"),
        ),
        "slow in a cell": with_cells(f"import time\ntime.sleep({ALMOST})\n'done'"),
        "slow in a check": with_cells(
            "import time",
            fit=SMALL_FIT.replace("BODY", "pass").replace(
                "    W, b", f"    time.sleep({ALMOST / 10})\n    W, b", 1
            ),
        ),
        "the digits": nbformat.reads(source(), as_version=4),
        "threads": with_cells(
            "from concurrent.futures import ThreadPoolExecutor",
            gradient="""
            def gradient(logits, labels):
                with ThreadPoolExecutor(2) as pool:
                    P, Y = pool.map(lambda f: f(logits), [softmax, lambda z: np.eye(z.shape[1])[labels]])
                return (P - Y) / len(labels)
            """,
        ),
        "torch": with_cells(
            "import torch",
            log_softmax="""
            def log_softmax(z, axis=-1):
                return torch.log_softmax(torch.tensor(z, dtype=torch.float64), dim=axis)
            """,
        ),
        "two parts missing": unfinished("gradient", "soft_cross_entropy"),
        "warns": prefixed("import warnings\nwarnings.warn('careful')\nnp.log(np.zeros(1))"),
    }


@functools.cache
def ordinary_class() -> dict[str, bytes]:
    """What each of the sixty hands in, by a name that says what is special about it."""
    notebooks = by_hand()
    untouched = nbformat.read(CHAPTER.exercise, as_version=4)
    notebooks["as released"] = untouched
    for attempt in some_attempts(right=True, count=8):
        notebooks[f"right {attempt}"] = attempted(attempt)
    for attempt in some_attempts(right=False, count=60 - len(notebooks)):
        notebooks[f"wrong {attempt}"] = attempted(attempt)
    assert len(notebooks) == 60
    return {name: nbformat.writes(notebook).encode() for name, notebook in notebooks.items()}
