"""The last cell of an assignment, in a real kernel: progress and the learner's own functions."""

import json
import os

import nbclient
import nbformat
import pytest
from learning.conftest import COURSE, solutions

from xentcourse.grading.kernels import OwnKernelManager
from xentcourse.grading.source import source_notebook
from xentcourse.learning.desk import module_text
from xentcourse.learning.parts import parts_of
from xentcourse.mine import piece

HALF = ("information-self_information_solution", "information-convert_solution")


@pytest.fixture
def run(place):
    """Runs the assignment `information` from its folder with the new closing cells, as JupyterLab does."""

    def ran(answers: dict[str, str], **variables: str) -> nbformat.NotebookNode:
        notebook = nbformat.reads(
            nbformat.writes(source_notebook(COURSE.chapter("information"))), as_version=4
        )
        released = nbformat.read(place.notebook("information"), as_version=4)
        stubs = {
            about(cell)["grade_id"]: cell.source for cell in released.cells if about(cell).get("solution")
        }
        for cell in notebook.cells:
            if about(cell).get("solution"):
                cell.source = (stubs | answers)[about(cell)["grade_id"]]
        resources = {"metadata": {"path": str(place.notebook("information").parent)}}
        client = nbclient.NotebookClient(
            notebook,
            timeout=120,
            resources=resources,
            allow_errors=True,
            kernel_manager_class=OwnKernelManager,
        )
        return client.execute(env=os.environ | variables)

    return ran


def about(cell):
    return cell.metadata.get("nbgrader", {})


def closing(notebook) -> tuple[str, str, str]:
    """What the closing cell shows: text, HTML, and what it printed."""
    cell = next(cell for cell in notebook.cells if about(cell).get("grade_id") == "information-progress")
    data = [output.data for output in cell.outputs if output.output_type == "display_data"]
    printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    assert all(output.get("name") != "stderr" for output in cell.outputs), printed
    return (data[0]["text/plain"], data[0]["text/html"], printed) if data else ("", "", printed)


def test_progress_and_own_functions_in_a_notebook(run, place, capsys):
    answers = solutions("information")
    text, html, printed = closing(run({name: answers[name] for name in HALF}))
    assert "2 of 6 parts done" in text
    assert "2 of 6 parts done" in html
    assert "✓ done" in html
    assert "Kept in work/mine/information.py: self_information, convert" in printed
    assert "Not kept, not attempted: " in printed
    kept = place.mine("information").read_text(encoding="utf-8")
    assert "import numpy as np" in kept
    assert "check" not in kept
    assert "print" not in kept, "no worked example"
    assert "NotImplementedError" not in kept

    os.chdir(place.folder / "entropy")
    assert piece("information", "self_information")(0.25, base=2) == 2
    assert "self_information: your own, from mine/information.py" in capsys.readouterr().out
    reference = piece("information", "sequence_information")
    assert reference.__module__ == "xentcourse.reference.information"
    assert (
        "the course's own, because mine/information.py has no sequence_information yet"
        in capsys.readouterr().out
    )


def test_a_wrong_function_is_not_kept_and_the_others_are(run, place):
    answers = solutions("information")
    wrong = {"information-convert_solution": "def convert(*arguments):\n    return 1.0"}
    _, html, printed = closing(run(answers | wrong))
    assert "Not kept, a check fails: convert" in printed
    assert "✗ a check fails" in html


def test_helpers_in_other_cells_go_along(run, place):
    answers = solutions("information")
    name = HALF[0]
    helped = "def helper(*arguments, **named):\n    return original(*arguments, **named)\n"
    source = answers[name].replace("def self_information", "def original") + "\n\n" + helped
    given = source + "\n\nself_information = helper"
    _, _, printed = closing(run({name: given}))
    assert "Kept in work/mine/information.py: self_information" in printed


@pytest.mark.parametrize("variable", ["NBGRADER_EXECUTION", "XENTCOURSE_SEED"])
def test_a_grader_sees_nothing_and_keeps_nothing(run, place, variable):
    assert closing(run(solutions("information"), **{variable: "1"})) == ("", "", "")
    assert not place.mine("information").exists()


def test_a_notebook_elsewhere_shows_progress_and_keeps_nothing(run, place):
    (place.folder / ".released").rename(place.folder / "not-released")
    text, _, printed = closing(run(solutions("information")))
    assert "6 of 6 parts done" in text
    assert "not kept" in printed


def test_a_variants_functions_are_known_by_their_plain_names():
    text = module_text("softmax", ["def softmax_v7(z):\n    return z"], ["softmax_v7"])
    namespace: dict = {}
    exec(text, namespace)
    assert namespace["softmax"] is namespace["softmax_v7"]


# ---- piece ------------------------------------------------------------------------------------------


def keep(place, text: str) -> None:
    path = place.mine("information")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def self_information(p, base=2):\n    return 1.0", "does not pass check.self_information any more"),
        ("def self_information(:", "stops with SyntaxError"),
        ("self_information = 3", "has no self_information yet"),
        (None, "is not there yet"),
    ],
)
def test_piece_falls_back_to_the_reference_and_says_why(place, monkeypatch, capsys, text, why):
    if text:
        keep(place, text)
    monkeypatch.chdir(place.folder)
    assert piece("information", "self_information").__module__ == "xentcourse.reference.information"
    assert why in capsys.readouterr().out


def test_piece_without_a_folder_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    piece("information", "self_information")
    assert "no folder work/" in capsys.readouterr().out


def test_piece_takes_what_it_is_given_where_the_reference_has_no_such_function(place, monkeypatch):
    monkeypatch.chdir(place.folder)
    assert piece("coding", "arithmetic_encode", otherwise=len) is len
    with pytest.raises(LookupError, match=r"reference\.coding has no arithmetic_encode that could stand in"):
        piece("coding", "arithmetic_encode")


def test_the_parts_of_every_assignment_are_found():
    for chapter in COURSE.chapters:
        notebook = json.loads(chapter.exercise.read_text(encoding="utf-8"))
        parts = parts_of(notebook, chapter.slug)
        assert len(parts) >= 4
        assert all(part.minutes and part.points for part in parts), chapter.slug
