"""How far a learner is, by the notebook on disk: at the command line as in the notebook."""

import json
import re

import pytest
from learning.conftest import solutions
from test_cli import Ran, is_one_error, xentcourse_command

from xentcourse import carry
from xentcourse.learning import trial
from xentcourse.learning.parts import parts_of
from xentcourse.learning.standing import table
from xentcourse.learning.trial import standing_of

WRONG = "def self_information(p, base=2):\n    return np.log(p) / np.log(base)"


def test_the_parts_say_what_the_notebook_says(place):
    notebook = json.loads(place.notebook("entropy").read_text(encoding="utf-8"))
    parts = parts_of(notebook, "entropy")
    intro = carry.source(notebook["cells"][0])
    rows = re.findall(r"^\| \d \| `(\w+)` \| (\d+) \| [●○]+ \| (\d+) \|$", intro, re.MULTILINE)
    assert [(part.functions[0], str(part.minutes), f"{part.points:g}") for part in parts] == rows


def test_nothing_written_is_nothing_done_and_nothing_is_run(place, monkeypatch):
    monkeypatch.setattr(trial, "verdicts_on", lambda *_: pytest.fail("it ran"))
    standing = standing_of(place, "entropy")
    assert (standing.done, standing.points) == (0, 0)
    assert standing.minutes_left == sum(part.minutes for part in standing.parts)


def test_all_solved_is_all_done_and_nothing_left(place, write):
    write("entropy", solutions("entropy"))
    standing = standing_of(place, "entropy")
    assert (
        standing.summary() == f"7 of 7 parts done, {standing.max_points:g} of 20 points, nothing left to do"
    )
    assert standing.minutes_left == 0


def test_one_wrong_part_is_told_and_costs_its_own_points(place, write):
    write("information", {"information-self_information_solution": WRONG})
    ran = xentcourse_command("progress", "information")
    assert (ran.code, ran.err) == (0, "")
    assert "0 of 6 parts done" in ran.out
    assert "✗ part 1" in ran.out
    assert "✗ self_information" in ran.out
    assert "sign" in ran.out
    assert "· part 2" in ran.out


def test_what_has_not_changed_is_not_run_again(place, write, monkeypatch):
    write("information", {"information-self_information_solution": WRONG})
    first = standing_of(place, "information")
    monkeypatch.setattr(trial, "verdicts_on", lambda *_: pytest.fail("it ran"))
    assert standing_of(place, "information") == first
    monkeypatch.undo()
    write("information", solutions("information"))
    assert standing_of(place, "information").done == 6


def test_progress_shows_a_line_for_each_assignment_and_the_sum(place, write):
    write("information", solutions("information"))
    ran = xentcourse_command("progress")
    rows = [re.split(r"  +", line) for line in ran.out.splitlines()]
    assert rows[0] == ["assignment", "parts", "points", "minutes left"]
    assert [row[0] for row in rows[1:]] == ["entropy", "information", "together"]
    assert rows[1][1:3] == ["0 of 7", "0 of 20"]
    assert rows[2][1] == "6 of 6"
    assert rows[2][3] == "0"
    assert table([standing_of(place, "information")]).count("\n") == 1, "one needs no sum"


def test_a_function_that_never_ends_costs_its_own_check_and_those_behind_it(place, write, monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 8)
    endless = solutions("information") | {
        "information-convert_solution": "def convert(*_, **__):\n    while True: pass"
    }
    write("information", endless)
    standing = standing_of(place, "information")
    assert standing.verdicts["self_information"].result == "passed"
    assert "took longer than 8 s" in standing.verdicts["convert"].message


def test_a_cell_that_stops_or_asks_or_is_no_python_stops_no_other(place, write):
    path = write("information", solutions("information"))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    own = [{"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
           for text in ("1 / 0", "input()", "def f(:", "%matplotlib inline", "print('λ')")]  # fmt: skip
    notebook["cells"][1:1] = own
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert standing_of(place, "information").done == 6


@pytest.mark.parametrize("arguments", [("progress", "softmax"), ("submit", "softmax"), ("submit", "no_such")])
def test_an_assignment_that_was_never_laid_is_refused_with_what_there_is(place, arguments):
    ran = xentcourse_command(*arguments)
    assert ran.code == 2
    assert is_one_error(ran.err)
    assert "entropy, information" in ran.err


def test_a_file_that_is_no_notebook_is_refused(place):
    place.notebook("entropy").write_text("{", encoding="utf-8")
    ran = xentcourse_command("progress", "entropy")
    assert ran.code == 2
    assert "can't be read as a notebook" in ran.err


def test_progress_where_nothing_was_laid_says_how(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = xentcourse_command("progress")
    assert (ran.code, ran.out) == (2, "")
    assert "xentcourse lab" in ran.err


def test_commands_work_from_anywhere_in_the_folder(place, monkeypatch):
    here = xentcourse_command("progress")
    monkeypatch.chdir(place.folder / "entropy")
    assert xentcourse_command("progress") == here == Ran(0, here.out, "")
