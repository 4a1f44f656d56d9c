"""What tests/conftest.py arranges for all tests."""

import os
import subprocess
import sys

from conftest import LONG, TESTS


def test_every_file_that_begins_first_is_there():
    assert [name for name in LONG if not (TESTS / name).is_file()] == []


def test_a_process_beside_others_computes_with_one_thread():
    done = subprocess.run(
        [sys.executable, "-c", "import conftest, torch; print(torch.get_num_threads())"],
        cwd=TESTS,
        env=os.environ | {"PYTEST_XDIST_WORKER": "gw0", "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"
