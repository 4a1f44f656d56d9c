"""A learner's workplace: JupyterLab on a folder of their own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from xentcourse.course import Course
from xentcourse.tools import environment

#: Where Jupyter finds the course's settings: no pop-up that asks for news, no look for updates.
SETTINGS = Path(__file__).parent / "templates" / "jupyter"


def lay_copies(course: Course) -> list[Path]:
    """Copy every exercise that is not there yet to work/, and return the new copies.

    An existing file is never overwritten: it is somebody's work.
    """
    laid = []
    for exercise in [chapter.exercise for chapter in course.chapters if chapter.exercise.is_file()]:
        copy = course.root / "work" / exercise.relative_to(course.root / "exercises")
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            with copy.open("xb") as file:
                file.write(exercise.read_bytes())
        except FileExistsError:
            continue
        laid.append(copy)
    return laid


def open_lab(course: Course, options: Sequence[str] = ()) -> int:
    """Run JupyterLab on work/ until it is closed, and return its exit code."""
    folder = course.root / "work"
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "jupyterlab", *options]
    with subprocess.Popen(command, cwd=folder, env=lab_environment()) as server:
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:
                continue  # JupyterLab got it too, and asks whether to stop


def lab_environment() -> dict[str, str]:
    """The environment that JupyterLab runs in; the user's own settings still come first."""
    known = environment()
    paths = [*known.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep), str(SETTINGS)]
    return known | {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
