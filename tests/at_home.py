"""A submission as its author sees it at home: cells in a notebook's shell, and the checks beside them."""

import asyncio
import importlib
import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat

from xentcourse.checks.calling import CallHere
from xentcourse.checks.check import checks_of

PRELOADED = ["IPython", "nbformat", "numpy", "xentcourse.checks.softmax"]


def homes() -> ProcessPoolExecutor:
    """Runs `at_home`, each call in a fresh process, so that nobody meets another's settings."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1)


def at_home(slug: str, content: bytes, seed: int) -> dict[str, float]:
    """The points of each graded cell by the checks, with the functions in this very process."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    os.environ["IPYTHONDIR"] = tempfile.mkdtemp()
    os.chdir(os.environ["IPYTHONDIR"])
    with Path("/dev/null").open("w") as null:
        os.dup2(null.fileno(), 1)
        os.dup2(null.fileno(), 2)
    shell = InteractiveShell.instance(config=config)
    checks = checks_of(importlib.import_module(f"xentcourse.checks.{slug}"))
    points = {}
    for cell in nbformat.reads(content.decode(), as_version=4).cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade"):
            check = checks[about["grade_id"].removeprefix(f"{slug}-")]
            verdict = check.run(CallHere(shell.user_ns), seed=seed)
            points[about["grade_id"]] = about["points"] if verdict.result == "passed" else 0.0
        elif cell.cell_type == "code":
            asyncio.set_event_loop(asyncio.new_event_loop())
            shell.run_cell(cell.source, store_history=False)
    return points
