"""What stands for the course behind the walls: everything can be imported and called, and does nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import xentcourse.grading.sandbox.stub as stub
from xentcourse.grading.source import CLOSING_CODE

PROGRAM = f"""
from xentcourse.checks import softmax as check
check.softmax(3, seed=1)
{CLOSING_CODE}
from xentcourse.mine import piece
print(piece("coding", "arithmetic_encode"), piece("coding", "arithmetic_encode", otherwise=len).__name__)
"""


def test_the_cells_of_every_assignment_run_and_a_piece_is_what_stands_in(tmp_path):
    (tmp_path / "xentcourse").mkdir()
    shutil.copy(Path(stub.__file__), tmp_path / "xentcourse" / "__init__.py")
    # -S: without what is installed, the course itself above all.
    command = [sys.executable, "-S", "-c", PROGRAM]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("None len\n", "")
