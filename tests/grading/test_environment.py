"""Wherever the environment lies, learners' code can import from it, and nobody reads where that is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from grading.submissions import HERE, SOFTMAX, as_bytes, solved

from xentcourse.grading.bundle import make_bundle
from xentcourse.grading.notebook import executed_notebook
from xentcourse.grading.run import grade_submission
from xentcourse.grading.sandbox.session import Nursery
from xentcourse.grading.source import source_notebook

SCRIPT = """
import json, sys
from xentcourse.grading.sandbox.session import Limits, Nursery

with Nursery(modules=["numpy"]) as nursery:
    for _ in range(2):
        with nursery.spawn(Limits()) as session:
            print(json.dumps([session.run(cell) for cell in sys.argv[1:]]))
"""
#: Nothing of this is imported beforehand.
LATE = "import sklearn.linear_model, scipy.stats, json.tool\nprint(sys.prefix)"
WRITE = """
for place in (sys.prefix, sys.prefix + "/lib", sys.base_prefix + "/lib"):
    try: open(place + "/x", "w")
    except OSError as error: print(error.strerror)
"""


def behind_walls(place: str, *cells: str, uid: int) -> list[list[str]]:
    """What two children print in these cells, where this environment and the course lie in `place`."""
    command = ["bwrap", "--dev-bind", "/", "/", "--chdir", "/", "--setenv", "PYTHONPATH", place]
    for folder in ("/tmp", "/home/learner", str(Path.home())):
        command += ["--perms", "0755", "--tmpfs", folder]
    for source, target in {
        sys.base_prefix: sys.base_prefix,
        sys.prefix: f"{place}/env",
        str(HERE.root / "xentcourse"): f"{place}/xentcourse",
    }.items():
        for folder in [*reversed(Path(target).parents)][1:]:
            command += ["--perms", "0755", "--dir", str(folder)]
        command += ["--ro-bind", source, target]
    if os.geteuid() == 0 != uid:
        command += ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups"]
    command += [f"{place}/env/bin/python", "-B", "-c", SCRIPT, *cells]
    told = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert told.returncode == 0, told.stderr
    return [[shown_by(run) for run in json.loads(line)] for line in told.stdout.splitlines()]


def shown_by(run: dict) -> str:
    return "".join(output.get("text", output.get("evalue", "")) for output in run["outputs"])


@pytest.mark.parametrize("uid", [0, 65534], ids=["root", "nobody"])
@pytest.mark.parametrize("place", ["/tmp/course", "/home/learner/course"])
def test_an_environment_where_children_have_folders_of_their_own_is_in_view_and_read_only(place, uid):
    mine = f"open({str(Path(place).with_name('mine'))!r}, 'x'); print('mine')"
    answers = behind_walls(place, "import sys", LATE, WRITE, mine, uid=uid)
    assert answers == [["", f"{place}/env\n", "Read-only file system\n" * 3, "mine\n"]] * 2


def test_learners_are_shown_no_folder_of_the_machine_that_grades(tmp_path):
    shows = "import sys, numpy as np\nprint(np.__file__)\nprint(sys.prefix, file=sys.stderr)\n"
    shows += "class Shown:\n    def _repr_html_(self): return sys.base_prefix\nShown()"
    fails = "np.linalg.solve(np.ones((2, 3)), 1)"
    raises = "def soft_cross_entropy(l, t):\n    raise ValueError(np.__file__)"
    notebook = solved(soft_cross_entropy=raises)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in (shows, fails)]
    bundle = make_bundle("softmax", "softmax", source_notebook(SOFTMAX), seed=1)
    with Nursery.of(bundle) as nursery:
        graded = grade_submission(bundle, as_bytes(notebook), nursery)
    told = nbformat.writes(executed_notebook(graded, digest="")) + repr(graded.marks)
    assert told.count("site-packages/numpy/__init__.py") == 3
    assert "File site-packages/numpy/linalg/" in told
    for place in (sys.prefix, sys.base_prefix, str(HERE.root)):
        assert place not in told
