"""The mathematics of the explorables, called from Python: what the tests in this folder share."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xentcourse.course import Course
from xentcourse.tools import environment

SOURCES = Course.find(Path(__file__).parent).root / "book" / "_explorables"

Call = Callable[[str, Sequence[Sequence[Any]]], Any]


def for_json(value: Any) -> Any:
    """What JSON and JavaScript can read."""
    if isinstance(value, np.ndarray | np.generic):
        return for_json(value.tolist())
    if isinstance(value, list | tuple):
        return [for_json(entry) for entry in value]
    if isinstance(value, float) and not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [from_json(entry) for entry in value]
    return float(value) if value in ("Infinity", "-Infinity", "NaN") else value


@pytest.fixture(scope="session")
def node() -> Iterator[subprocess.Popen[str]]:
    """One Node for all calls."""
    program = shutil.which("node", path=environment()["PATH"])
    assert program, "Node is missing: `make setup` installs it beside the environment's Python."
    command = [program, Path(__file__).with_name("evaluate.js"), SOURCES / "math"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def call(node: subprocess.Popen[str]) -> Call:
    """Calls a function "module.name" once for each list of arguments, and returns the results."""

    def run(function: str, arguments: Sequence[Sequence[Any]]) -> Any:
        module, _, name = function.partition(".")
        node.stdin.write(json.dumps([module, name, for_json(arguments)]) + "\n")
        node.stdin.flush()
        answer = node.stdout.readline()
        assert answer, f"Node could not call {function}: its message is above."
        return from_json(json.loads(answer))

    return run


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)
