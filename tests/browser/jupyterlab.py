"""JupyterLab as the tests of this folder use it: started for them alone, and driven as a learner does."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import jupytext
import pytest

from xentcourse.course import Chapter

#: For one cell or dialog to show what is waited for, on a busy machine.
PATIENCE = 60_000
PROMPTS = ".jp-CodeCell .jp-InputPrompt"
HAS_RUN = f"""before => {{
    const prompts = [...document.querySelectorAll("{PROMPTS}")].map(prompt => prompt.innerText);
    return prompts[0] !== before && !prompts.includes("[*]:");
}}"""


def solutions(chapter: Chapter) -> dict[str, str]:
    """The course's own answers, by grade id."""
    cells = jupytext.read(chapter.solution).cells
    graded = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in cells if "nbgrader" in cell.metadata}
    return {
        name: "\n".join(line for line in cell.source.splitlines() if not line.lstrip().startswith("### "))
        for name, cell in graded.items()
        if cell.metadata["nbgrader"].get("solution")
    }


@contextmanager
def jupyterlab(command: Sequence[str | Path], root: Path, folder: Path, **variables: str) -> Iterator[str]:
    """Runs a command that starts JupyterLab, with settings of its own; gives its address.

    root      : where its settings and its log go
    folder    : the current folder of the command
    variables : besides, of its environment
    """
    config = root / "config"
    settings = config / "lab" / "user-settings" / "@jupyterlab"
    # Every cell in the page, also those below its edge.
    setting(settings / "notebook-extension" / "tracker", {"windowingMode": "none"})
    own = {
        "JUPYTER_CONFIG_DIR": config,
        "JUPYTER_DATA_DIR": root / "data",
        "JUPYTER_RUNTIME_DIR": root / "runtime",
        "IPYTHONDIR": root / "ipython",
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        *("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        "--IdentityProvider.token=",
    ]
    environment = os.environ | variables | {name: str(path) for name, path in own.items()}
    with (root / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, *options],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api/status", server, root / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)  # the command and the server that it started
            server.wait(timeout=30)


def setting(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.name}.jupyterlab-settings").write_text(json.dumps(values), encoding="utf-8")


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}", pytrace=False)


def opened(page: Any, url: str, file: Path) -> "Notebook":
    """The notebook at an address, when its kernel is ready."""
    page.goto(url)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=PATIENCE)
    return Notebook(page, file)


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
        before = self.page.locator(PROMPTS).first.inner_text()
        self.menu("Run", "Run All Cells")
        self.page.wait_for_function(HAS_RUN, arg=before, timeout=PATIENCE)

    def run(self, grade_id: str) -> None:
        """Run one cell and wait until it is done."""
        cell = self.cell(grade_id)
        before = cell.locator(".jp-InputPrompt").inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        done = (
            "([cell, before]) => !['[*]:', before].includes(cell.querySelector('.jp-InputPrompt').innerText)"
        )
        self.page.wait_for_function(done, arg=[cell.element_handle(), before], timeout=PATIENCE)

    def save(self) -> None:
        """Press Ctrl+S and wait until the file is new."""
        before = self.file.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        deadline = time.monotonic() + PATIENCE / 1000
        while self.file.stat().st_mtime_ns == before and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)

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
