"""Due dates, appeals and exports: what they change in the gradebook, and what they leave alone."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.apps import NbGraderAPI

from xentcourse.course import Course, CourseError
from xentcourse.grading.appeal import read_appeals, regrade_part
from xentcourse.grading.assignment import Assignment, of_chapter
from xentcourse.grading.grade import Options, grade_class, gradebook_of
from xentcourse.grading.gradebook import nbgrader_config
from xentcourse.grading.source import source_notebook
from xentcourse.teaching.export import FORMATS, export_grades
from xentcourse.teaching.feedback import make_pages
from xentcourse.tools import environment

pytestmark = pytest.mark.nbgrader

HERE = Course.find(Path(__file__).parent)
TERMS = """seed = 5
[late]
percent_per_day = 10
[assignments.softmax]
due = 2026-10-08T00:00:00Z
canvas = "Softmax (12345)"
"""
ROSTER = (
    "id,first_name,last_name,email,lms_user_id,section\n"
    "ada,Ada,Lovelace,ada@example.org,11,A\nabe,Abe,Absent,abe@example.org,12,B\n"
)
WRONG = "def gradient(logits, labels):\n    return softmax(logits) - np.eye(logits.shape[1])[labels]"


def work(**instead: str) -> nbformat.NotebookNode:
    """The course's solutions but for the parts that are given, and without the showpiece at the end."""
    notebook = source_notebook(HERE.chapter("softmax"))
    del notebook.cells[-1]
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        part = name.removeprefix("softmax-").removesuffix("_solution")
        if name.endswith("_solution") and part in instead:
            cell.source = instead[part]
    return notebook


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """A class of two, one of them a day and a half late, graded."""
    root = tmp_path_factory.mktemp("gradebook") / "class"
    for file in ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE.root / file, root / file)
    (root / "course.toml").write_text(TERMS)
    (root / "roster.csv").write_text(ROSTER)
    for student, stamp in (("ada", "2026-10-07 00:00:00 UTC"), ("bob", "2026-10-09 12:00:00 UTC")):
        folder = root / "submitted" / student / "softmax"
        folder.mkdir(parents=True)
        nbformat.write(
            work(gradient=WRONG, fit="def fit(X, labels, classes, steps, rate): pass"),
            folder / "softmax.ipynb",
        )
        (folder / "timestamp.txt").write_text(stamp)
    course = Course(root)
    assignment = of_chapter(course, course.chapter("softmax"))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("XENTCOURSE_SEED", raising=False)
        grade_class(assignment, Options(processes=1))
    return assignment


@pytest.fixture
def again(graded: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assignment:
    """A copy of the graded class."""
    monkeypatch.delenv("XENTCOURSE_SEED", raising=False)
    course = Course(Path(shutil.copytree(graded.root, tmp_path / "class")))
    return of_chapter(course, course.chapter("softmax"))


def submissions(assignment: Assignment) -> dict[str, Any]:
    """(points, penalty, extension, scores by part) of everybody."""
    from nbgrader.api import Gradebook

    with Gradebook(gradebook_of(assignment), "xentcourse") as gradebook:
        return {
            each.student.id: (
                each.score,
                each.late_submission_penalty,
                each.extension,
                {grade.name: grade.score for notebook in each.notebooks for grade in notebook.grades},
            )
            for each in gradebook.assignment_submissions("softmax")
        }


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


# ---- due dates --------------------------------------------------------------------------------------


def test_late_work_loses_its_share_by_nbgraders_own_mechanism(graded):
    found = submissions(graded)
    assert found["ada"][:2] == (14, 0)
    assert found["bob"][:2] == (14, pytest.approx(2.8)), "two days have begun"


def test_an_extension_is_given_and_taken_back_by_the_file_alone(again):
    settings = again.root / "course.toml"
    settings.write_text(TERMS + "extensions = { bob = 2026-10-09T00:00:00Z }\n")
    lines = {line.student: line for line in grade_class(again, Options(processes=1))}
    assert (lines["ada"].graded, lines["bob"].graded) == (False, True), "only whom it concerns"
    assert submissions(again)["bob"][1] == pytest.approx(1.4)
    settings.write_text(TERMS)
    grade_class(again, Options(processes=1))
    assert submissions(again)["bob"][1:3] == (pytest.approx(2.8), None)


def test_other_points_grade_everybody_again(again):
    settings = again.root / "course.toml"
    settings.write_text(TERMS + "points = { log_softmax = 6 }\n")
    course = Course(again.root)
    lines = grade_class(of_chapter(course, course.chapter("softmax")), Options(processes=1))
    assert [(line.points, line.max_points, line.graded) for line in lines] == [(17, 23, True)] * 2


def test_nbgrader_alone_takes_off_the_same(again):
    from xentcourse.grading import stock

    with (again.root / "nbgrader_config.py").open("a") as config:
        config.write('\nget_config().Execute.shutdown_kernel = "immediate"\n')
    course = Course(again.root)
    before = submissions(again)
    stock.grade(course, course.chapter("softmax"), students=["bob"])
    assert submissions(again)["bob"][:2] == before["bob"][:2]


# ---- appeals ----------------------------------------------------------------------------------------


def test_an_appeal_by_hand_changes_one_part_and_leaves_a_record(again):
    before = submissions(again)
    appeal = regrade_part(again, "bob", "gradient", reason="Right but for N.", points=2)
    after = submissions(again)
    assert after["ada"] == before["ada"]
    assert after["bob"][3] == before["bob"][3] | {"softmax-gradient": 2}
    assert after["bob"][1] == pytest.approx(0.2 * 16), "lateness goes by the new score"
    (line,) = read_appeals(again.root)
    assert (line["student"], line["part"], line["before"], line["after"], line["how"], line["reason"]) == (
        "bob",
        "softmax-gradient",
        "0.0",
        "2.0",
        "by hand",
        "Right but for N.",
    )
    assert appeal.when == line["when"]
    grade_class(again, Options(processes=1, force=True))
    assert submissions(again)["bob"][3]["softmax-gradient"] == 2, "a regrade of all leaves it"


def test_a_second_appeal_adds_a_line_and_the_learner_reads_both(again):
    from nbgrader.api import Gradebook

    regrade_part(again, "bob", "gradient", reason="First.", points=1)
    regrade_part(again, "bob", "softmax-gradient", reason="Second.", points=3)
    assert [line["before"] for line in read_appeals(again.root)] == ["0.0", "1.0"]
    with Gradebook(gradebook_of(again), "xentcourse") as gradebook:
        comment = gradebook.find_comment("softmax-gradient_solution", "softmax", "softmax", "bob")
        assert "0 → 1 of 3. First." in comment.manual_comment
        assert "1 → 3 of 3. Second." in comment.manual_comment


def test_without_points_the_check_decides_once_more(again):
    path = again.submitted / "ada" / "softmax" / "softmax.ipynb"
    nbformat.write(work(fit="def fit(X, labels, classes, steps, rate): pass"), path)
    appeal = regrade_part(again, "ada", "gradient", reason="The wrong file was collected.")
    assert (appeal.before, appeal.after, appeal.how) == (0, 3, "checked again")
    assert submissions(again)["ada"][0] == 17


@pytest.mark.parametrize(
    ("student", "part", "points", "words"),
    [
        ("ada", "slope", 1, "softmax has no part 'slope'; there are: softmax-softmax, "),
        ("ada", "gradient", 4, "brings from 0 to 3 points; 4 was asked for"),
        ("zoe", "gradient", 1, "Nothing of zoe is graded for softmax"),
        ("zoe", "gradient", None, "can't be opened"),
    ],
)
def test_an_appeal_that_cannot_be_is_refused_in_words_and_leaves_no_record(
    again, student, part, points, words
):
    with pytest.raises(CourseError, match=words):
        regrade_part(again, student, part, reason="So.", points=points)
    assert read_appeals(again.root) == []


def test_a_check_does_not_overrule_a_person(again):
    regrade_part(again, "ada", "gradient", reason="By hand.", points=1)
    with pytest.raises(CourseError, match=r"A person gave ada 1 for softmax-gradient\. Give --points"):
        regrade_part(again, "ada", "gradient", reason="Again.")


# ---- exports ----------------------------------------------------------------------------------------


def test_canvas_gets_its_columns_and_an_empty_field_for_who_is_absent(graded, tmp_path):
    assert export_grades(graded.root, FORMATS["canvas"], tmp_path / "c.csv", ["softmax"]) == []
    assert table(tmp_path / "c.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Softmax (12345)"],
        ["    Points Possible", "", "", "", "", "20"],
        ["bob", "", "", "bob", "", "11.2"],
        ["Absent, Abe", "12", "", "abe", "B", ""],
        ["Lovelace, Ada", "11", "", "ada", "A", "14"],
    ]


def test_moodle_gets_what_it_maps_students_by(graded, tmp_path):
    export_grades(graded.root, FORMATS["moodle"], tmp_path / "m.csv")
    assert table(tmp_path / "m.csv") == [
        ["username", "firstname", "lastname", "email", "softmax"],
        ["bob", "", "", "", "11.2"],
        ["abe", "Abe", "Absent", "abe@example.org", ""],
        ["ada", "Ada", "Lovelace", "ada@example.org", "14"],
    ]


def test_nbgraders_own_command_exports_the_same(graded, tmp_path):
    export_grades(graded.root, FORMATS["canvas"], tmp_path / "ours.csv")
    tool = Path(sys.executable).with_name("nbgrader")
    plugin = "xentcourse.teaching.export.CanvasExportPlugin"
    command = [tool, "export", f"--exporter={plugin}", f"--to={tmp_path / 'theirs.csv'}"]
    subprocess.run(command, cwd=graded.root, env=environment(), check=True, capture_output=True)
    assert (tmp_path / "theirs.csv").read_bytes() == (tmp_path / "ours.csv").read_bytes()


def test_an_assignment_that_is_not_there_is_refused_in_words(graded, tmp_path):
    with pytest.raises(CourseError, match="The gradebook has no assignment entropy"):
        export_grades(graded.root, FORMATS["canvas"], tmp_path / "c.csv", ["entropy"])


# ---- feedback ---------------------------------------------------------------------------------------


def pages(assignment: Assignment) -> dict[str, str]:
    found = assignment.root.glob("feedback/*/softmax/softmax.html")
    return {path.parts[-3]: path.read_text(encoding="utf-8") for path in found}


def test_feedback_is_nbgrader_s_own_with_scores_comments_and_penalty(again):
    regrade_part(again, "ada", "gradient", points=1, reason="Right but for the mean.")
    make_pages(again, gradebook_of(again))
    ours = pages(again)
    assert set(ours) == {"ada", "bob"}
    assert "Right but for the mean." in ours["ada"]
    assert "Late submission penalty" in ours["bob"]

    config = nbgrader_config(again.root)
    del config["GenerateFeedback"]
    assert NbGraderAPI(config=config).generate_feedback("softmax")["success"]
    # nbconvert parses its page and writes it anew; as parsed, both are the same to the last byte.
    assert pages(again) == {name: str(BeautifulSoup(page, "html.parser")) for name, page in ours.items()}


def test_feedback_on_one_student_leaves_the_other_s_page_alone(again):
    make_pages(again, gradebook_of(again))
    before = {path: path.stat().st_mtime_ns for path in again.root.glob("feedback/*/softmax/softmax.html")}
    make_pages(again, gradebook_of(again), ("ada",))
    changed = [path.parts[-3] for path, when in before.items() if path.stat().st_mtime_ns != when]
    assert changed == ["ada"]


def test_feedback_on_somebody_who_handed_nothing_in_says_so(again):
    with pytest.raises(CourseError, match=r"Nothing of abe is graded for softmax"):
        make_pages(again, gradebook_of(again), ("abe",))
    assert pages(again) == {}
