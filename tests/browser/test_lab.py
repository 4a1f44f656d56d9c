"""An assignment in JupyterLab, as a learner does it: type, run, read what the checks say, press Validate."""

import importlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import jupytext
import pytest

from xentcourse.checks.check import checks_of
from xentcourse.course import Chapter, Course
from xentcourse.lab import lab_environment

COURSE = Course.find(Path(__file__).parent)
ASSIGNMENTS = [chapter for chapter in COURSE.chapters if "exercise" in chapter.pieces()]

#: For one cell or dialog to show what is waited for, on a busy machine.
PATIENCE = 60_000

#: Softmax as its formula stands: right until a logit is large.
WITHOUT_MAXIMUM = """def softmax(z, axis=-1, temperature=1.0):
    shares = np.exp(np.asarray(z) / temperature)
    return shares / shares.sum(axis=axis, keepdims=True)
"""
#: What a tutor would say to that.
TUTOR = "Subtract the largest logit before exp"
NOTHING_RUNS = """() => [...document.querySelectorAll(".jp-InputPrompt")]
    .every(prompt => !prompt.textContent.includes("[*]"))"""

pytestmark = pytest.mark.browser


def solutions(chapter: Chapter) -> dict[str, str]:
    """The course's own answers, by grade id."""
    cells = jupytext.read(chapter.solution).cells
    graded = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in cells if "nbgrader" in cell.metadata}
    return {
        name: "\n".join(line for line in cell.source.splitlines() if not line.lstrip().startswith("### "))
        for name, cell in graded.items()
        if cell.metadata["nbgrader"].get("solution")
    }


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """JupyterLab with the course's settings and nobody else's: its address, and the folder that it shows."""
    root = tmp_path_factory.mktemp("lab")
    folder, config = root / "notebooks", root / "config"
    folder.mkdir()
    settings = config / "lab" / "user-settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    every_cell = {"windowingMode": "none"}  # in the page, also those below its edge
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps(every_cell), encoding="utf-8")
    own = {
        "JUPYTER_CONFIG_DIR": config,
        "JUPYTER_DATA_DIR": root / "data",
        "JUPYTER_RUNTIME_DIR": root / "runtime",
        "IPYTHONDIR": root / "ipython",
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        Path(sys.executable).with_name("jupyter-lab"),
        *("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"),
    ]
    environment = lab_environment() | {name: str(path) for name, path in own.items()}
    with (root / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            wait_for(f"http://127.0.0.1:{port}/api/status", server, root / "log")
            yield f"http://127.0.0.1:{port}", folder
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}", pytrace=False)


@dataclass
class Notebook:
    """An open notebook: what a learner does with it, and sees."""

    page: Any
    file: Path

    @property
    def ids(self) -> list[str | None]:
        """The grade ids of its cells, in their order."""
        cells = json.loads(self.file.read_text(encoding="utf-8"))["cells"]
        return [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]

    def cell(self, grade_id: str) -> Any:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.ids.index(grade_id))

    def type(self, grade_id: str, source: str) -> None:
        """Replace what stands in a cell."""
        editor = self.cell(grade_id).locator(".cm-content")
        editor.click()
        editor.press("Control+a")
        self.page.keyboard.insert_text(source)

    def menu(self, name: str, item: str) -> None:
        self.page.get_by_role("menuitem", name=name, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def run_all(self) -> None:
        """Choose Run > Run All Cells and wait until nothing runs."""
        self.menu("Run", "Run All Cells")
        self.page.locator(".jp-InputPrompt", has_text="[1]").wait_for(timeout=PATIENCE)
        self.page.wait_for_function(NOTHING_RUNS, timeout=PATIENCE)

    def output(self, grade_id: str) -> str:
        return self.cell(grade_id).locator(".jp-Cell-outputArea").inner_text()

    def validate(self) -> str:
        """Press Validate and read the dialog."""
        self.page.get_by_role("button", name="Validate").click()
        dialog = self.page.locator(".jp-Dialog", has_text="Validation")
        dialog.wait_for(timeout=PATIENCE)
        text = dialog.inner_text()
        dialog.get_by_role("button").last.click()
        return text


@pytest.fixture
def open_notebook(lab: tuple[str, Path], browser: Any) -> Iterator[Callable[[Chapter, str], Notebook]]:
    """Opens a fresh copy of an assignment under a name."""
    address, folder = lab
    context = browser.new_context(viewport={"width": 1300, "height": 900})

    def opened(chapter: Chapter, name: str) -> Notebook:
        file = folder / f"{chapter.slug}-{name}.ipynb"
        shutil.copy(chapter.exercise, file)
        page = context.new_page()
        page.goto(f"{address}/lab/tree/{file.name}?reset")
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=PATIENCE)
        return Notebook(page, file)

    yield opened
    context.close()


@pytest.mark.parametrize("chapter", ASSIGNMENTS, ids=lambda chapter: chapter.slug)
def test_a_learner_who_solves_everything_sees_every_check_agree(open_notebook, chapter):
    notebook = open_notebook(chapter, "solved")
    assert notebook.page.locator(".Toastify__toast").count() == 0, "a pop-up stands before the learner"
    for grade_id, source in solutions(chapter).items():
        notebook.type(grade_id, source)
    notebook.run_all()
    checks = checks_of(importlib.import_module(f"xentcourse.checks.{chapter.slug}"))
    assert checks
    for name in checks:
        assert f"✓ {name}:" in notebook.output(f"{chapter.slug}-{name}")
    assert "Success! Your notebook passes all the tests." in notebook.validate()


def test_a_learner_who_forgets_the_maximum_is_told_so(open_notebook):
    chapter = COURSE.chapter("softmax")
    notebook = open_notebook(chapter, "overflowing")
    for grade_id, source in (solutions(chapter) | {"softmax-softmax_solution": WITHOUT_MAXIMUM}).items():
        notebook.type(grade_id, source)
    notebook.run_all()
    assert "✓ softmax:" in notebook.output("softmax-softmax")
    told = notebook.output("softmax-softmax_extremes")
    assert "✗ softmax_extremes" in told
    assert TUTOR in told
    assert "Traceback" not in told
    verdict = notebook.validate()
    assert "Success" not in verdict
    assert TUTOR in verdict
