"""A result stands for as long as nothing has changed that decides it: the code of the checks included."""

import os
import shutil
import subprocess
import sys

import pytest
from grading.submissions import HERE, as_bytes, solved

from xentcourse.grading.version import PACKAGE, version


@pytest.fixture
def package(tmp_path):
    """A copy of the package, to change."""
    return shutil.copytree(
        PACKAGE, tmp_path / "code" / "xentcourse", ignore=shutil.ignore_patterns("__pycache__")
    )


@pytest.mark.parametrize(
    "file",
    [
        *("checks/softmax.py", "checks/slips/softmax.py", "checks/comparing.py", "reference/softmax.py"),
        *("grading/intake.py", "grading/run.py", "grading/sandbox/inside.py", "grading/sandbox/wire.py"),
    ],
)
def test_a_change_to_what_decides_is_another_version(package, file):
    before = version("softmax", package)
    with (package / file).open("a") as changed:
        changed.write("\n# another rule\n")
    version.cache_clear()
    assert version("softmax", package) != before


@pytest.mark.parametrize(
    "file", ["checks/information.py", "grading/record.py", "cli.py", "figures/softmax.py"]
)
def test_a_change_to_what_does_not_decide_is_none(package, file):
    before = version("softmax", package)
    (package / file).parent.mkdir(exist_ok=True)
    with (package / file).open("a") as changed:
        changed.write("\n# another rule\n")
    version.cache_clear()
    assert version("softmax", package) == before


@pytest.mark.nbgrader
def test_a_class_is_graded_again_when_a_check_has_changed(package, tmp_path):
    for file in ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE.root / file, tmp_path / file)
    work = tmp_path / "submitted" / "ada" / "softmax" / "softmax.ipynb"
    work.parent.mkdir(parents=True)
    work.write_bytes(as_bytes(solved()))
    assert "20 of 20\n" in graded(tmp_path)
    assert "20 of 20  unchanged" in graded(tmp_path)
    reference = package / "reference" / "softmax.py"
    reference.write_text(
        reference.read_text() + "\n\ndef softmax_cross_entropy_gradient(*_):\n    return 7.0\n"
    )
    assert "14 of 20\n" in graded(tmp_path), "the gradient is held to be wrong, and what is made with it"
    assert "14 of 20  unchanged" in graded(tmp_path)


def graded(root) -> str:
    """What `xentcourse grade softmax` prints with the changed package."""
    command = [sys.executable, "-m", "xentcourse.cli", "grade", "softmax", "--processes", "1"]
    environment = os.environ | {"PYTHONPATH": str(root / "code"), "XENTCOURSE_SEED": "7"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
