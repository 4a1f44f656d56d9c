"""The gradebook after our grading and after nbgrader's own: the same scores, and no work of a person lost."""

import csv
import html
import os
import re
import shutil
import warnings
from datetime import datetime
from pathlib import Path

import nbformat
import nbgrader
import pytest
from grading.conftest import OWN_KERNELS

from xentcourse.course import Course, CourseError
from xentcourse.grading import grade, stock
from xentcourse.grading.assignment import of_chapter
from xentcourse.grading.grade import Options, alone, grade_class, remarks
from xentcourse.grading.sandbox.session import Limits
from xentcourse.grading.source import source_notebook
from xentcourse.tools import run_tool, tools_on_path

pytestmark = pytest.mark.nbgrader

HERE = Course.find()
SOFTMAX = HERE.chapter("softmax")
SECONDS = 4  # a cell may take


# ---- a chapter: graded by us and by nbgrader alone ---------------------------------------------------


def softmax_works():
    """A notebook for each kind of student; without the slow showpiece at the end."""

    def with_solutions(**instead):
        notebook = nbformat.read(SOFTMAX.exercise, as_version=4)
        del notebook.cells[-1]
        by_id = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}
        for cell in source_notebook(SOFTMAX).cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("solution"):
                part = about["grade_id"].removeprefix("softmax-").removesuffix("_solution")
                by_id[about["grade_id"]].source = instead.get(part, cell.source)
        return notebook

    wrong = "def gradient(logits, labels):\n    return softmax(logits) - np.eye(logits.shape[1])[labels]"
    endless = "def fit(X, labels, classes, steps, learning_rate):\n    while True:\n        pass"
    warns = "import warnings\nwarnings.warn('careful')\nnp.log(np.zeros(1))\n"
    deleted = with_solutions()
    gone = ("softmax-gradient", "softmax-fit_solution", "softmax-fit", "softmax-setup")
    deleted.cells = [c for c in deleted.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in gone]
    return {
        "deleted": deleted,
        "empty": nbformat.read(SOFTMAX.exercise, as_version=4),
        "endless": with_solutions(fit=endless),
        "partly": with_solutions(gradient=wrong),
        "perfect": with_solutions(),
        "syntax": with_solutions(log_softmax="def log_softmax(z axis=-1):\n    return z"),
        "warns": with_solutions(cross_entropy=warns + solution_of("cross_entropy")),
    }


def solution_of(part):
    return next(
        cell.source
        for cell in source_notebook(SOFTMAX).cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == f"softmax-{part}_solution"
    )


def chapter_in(root, class_of):
    """A copy of what grading needs of the course, with everybody's work handed in."""
    for file in ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE.root / file, root / file)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nget_config().Execute.timeout = {SECONDS}\n")
    made = class_of(root, "softmax")
    for student, work in softmax_works().items():
        made.hand_in(student, work)
    return made


@pytest.fixture(scope="module")
def both(tmp_path_factory, full_of_module):
    """The same class graded by our engine and by nbgrader alone, with the same seed."""
    folder = tmp_path_factory.mktemp("both")
    classes = [chapter_in(folder / by, type(full_of_module)) for by in ("ours", "stock")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XENTCOURSE_SEED", "7")
        course = Course(classes[0].root)
        limits = Limits(cell_seconds=SECONDS, notebook_seconds=60)
        grade_class(of_chapter(course, course.chapter("softmax")), Options(limits=limits, processes=2))
        course = Course(classes[1].root)
        stock.grade(course, course.chapter("softmax"))
        stock.feedback(Course(classes[0].root), Course(classes[0].root).chapter("softmax"))
    return classes


STUDENTS = ["deleted", "empty", "endless", "partly", "perfect", "syntax", "warns"]


@pytest.mark.parametrize("student", STUDENTS)
def test_a_chapter_has_the_same_grades_by_our_engine_and_by_nbgrader_alone(both, student):
    ours, theirs = (each.rows()[student] for each in both)
    assert len(ours) == 7
    assert ours == theirs


def test_a_comment_is_the_tutors_sentence_where_nbgrader_alone_has_none(both):
    ours, theirs = both
    assert "the gradient of the sum" in ours.comments("partly")["softmax-gradient_solution"]
    assert theirs.comments("partly")["softmax-gradient_solution"] is None
    assert "not attempted yet" in ours.comments("empty")["softmax-fit_solution"]
    assert theirs.comments("empty")["softmax-fit_solution"] == "No response."
    assert set(ours.comments("perfect").values()) == {None}


@pytest.mark.parametrize(
    ("student", "sentence"),
    [("partly", "the gradient of the sum"), ("empty", "fit is not attempted yet"), ("syntax", "SyntaxError")],
)
def test_the_feedback_has_the_tutors_sentence_and_no_traceback_through_the_course(both, student, sentence):
    page = both[0].notebook(student, "feedback").with_suffix(".html").read_text(encoding="utf-8")
    text = html.unescape(re.sub(r"<[^>]*>", "", page))
    assert sentence in text
    assert "xentcourse/" not in text
    assert str(HERE.root) not in text


def test_there_is_feedback_for_everybody(both):
    pages = (both[0].root / "feedback").glob("*/softmax/softmax.html")
    assert sorted(page.parts[-3] for page in pages) == STUDENTS


# ---- somebody else's course: nbgrader's own example --------------------------------------------------

SQUARES = """def squares(n):
    if n < 1:
        raise ValueError("n must be greater than or equal to 1")
    return [i ** 2 for i in range(1, n + 1)]"""
ANSWERS = {
    "right": {
        "squares": SQUARES,
        "sum_of_squares": "def sum_of_squares(n):\n    return sum(squares(n))",
        "sum_of_squares_equation": r"$\sum_{i=1}^n i^2$",
        "sum_of_squares_application": "def pyramidal(n):\n    return sum_of_squares(n)",
        "part-a": "It computes the Fibonacci numbers.",
        "part-b": "For $x < 0$ it never ends.",
    },
    "partly": {
        "squares": "def squares(n):\n    return [i ** 2 for i in range(1, n + 1)]",
        "sum_of_squares": "def sum_of_squares(n):\n    return n * (n + 1) * (2 * n + 1) // 6",
        "part-a": "Something with recursion.",
    },
    "wrong": {
        "squares": "def squares(n):\n    return [0] * n",
        "sum_of_squares": "def sum_of_squares(n):\n    return squares(n)[-1]",
    },
    "untouched": {},
}


@pytest.fixture(scope="module")
def example(tmp_path_factory, full_of_module):
    """nbgrader's example course, its answers by students of our own, graded by us and by nbgrader alone."""
    folder = tmp_path_factory.mktemp("example")
    # What `nbgrader quickstart` lays out, without its five processes.
    guide = Path(nbgrader.__file__).parent.joinpath("docs", "source", "user_guide", "source")
    shutil.copytree(guide, folder / "ours" / "source", ignore=shutil.ignore_patterns("*.html", "ps1_*"))
    (folder / "ours" / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "ours"\n{OWN_KERNELS}'
        'c.IncludeHeaderFooter.header = "source/header.ipynb"\n'
    )
    ours = type(full_of_module)(folder / "ours", "ps1")
    with tools_on_path(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = ours.api().generate_assignment("ps1")
    assert made["success"], made
    for student, answers in ANSWERS.items():
        release = ours.root / "release" / "ps1"
        shutil.copytree(release, ours.notebook(student).parent)
        for path in ours.notebook(student).parent.glob("*.ipynb"):
            notebook = nbformat.read(path, as_version=4)
            for cell in notebook.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                cell.source = answers.get(grade_id, cell.source)
            nbformat.write(notebook, path)
    ours.notebook("partly", name="problem2").unlink()
    shutil.copytree(ours.root, folder / "stock")
    theirs = type(full_of_module)(folder / "stock", "ps1")
    lines = grade_class(ours.assignment, Options(processes=2))
    theirs.grade_by_nbgrader_alone()
    return ours, theirs, lines


@pytest.mark.parametrize("student", list(ANSWERS))
def test_a_foreign_assignment_has_the_same_grades_as_by_nbgrader_alone(example, student):
    ours, theirs = (each.rows()[student] for each in example[:2])
    assert len(ours) == 9, "asserts, manually graded cells, and a task"
    assert ours == theirs


@pytest.mark.parametrize("student", list(ANSWERS))
def test_a_foreign_assignment_has_the_same_comments_as_by_nbgrader_alone(example, student):
    ours, theirs = (each.comments(student) for each in example[:2])
    assert ours == theirs


def test_whoever_reads_the_lines_is_told_where_the_verdicts_were_made(example):
    lines = example[2]
    assert {(line.notebook, line.trusted) for line in lines} == {("problem1", False), ("problem2", True)}
    (remark,) = remarks(lines)
    assert remark.startswith("The tests of problem1 are plain asserts")


def test_a_missing_notebook_of_two_is_said_and_costs_only_its_own_points(example):
    lines = {(line.student, line.notebook): line for line in example[2]}
    assert not lines["partly", "problem2"].readable
    assert "can't be opened" in lines["partly", "problem2"].report[0]
    assert lines["partly", "problem1"].points == 1.5


def test_a_task_is_still_a_task_in_the_executed_notebook(example):
    notebook = nbformat.read(example[0].notebook("right", "autograded", "problem1"), as_version=4)
    theirs = nbformat.read(example[1].notebook("right", "autograded", "problem1"), as_version=4)
    kinds = [
        {
            cell.metadata.nbgrader.grade_id: [
                cell.metadata.nbgrader.get(what, False) for what in ("grade", "solution", "task")
            ]
            for cell in each.cells
            if cell.metadata.get("nbgrader", {}).get("grade_id")
        }
        for each in (notebook, theirs)
    ]
    assert kinds[0] == kinds[1]


# ---- a tiny class: who is graded, and when -----------------------------------------------------------


@pytest.fixture(scope="module")
def graded(full_of_module):
    """The full class and its lines; nobody changes it."""
    return full_of_module, full_of_module.grade()


@pytest.fixture
def again(graded, tmp_path):
    """A copy of the graded class, to grade in again."""
    shutil.copytree(graded[0].root, tmp_path / "class")
    return type(graded[0])(tmp_path / "class")


def test_everybody_gets_what_they_deserve(graded, right):
    full, lines = graded
    assert full.scores() == right
    assert {student: line.points for student, line in lines.items()} == right
    assert all(line.graded and line.readable and line.max_points == 9 for line in lines.values())


def test_what_did_not_pass_is_listed_but_for_what_waits_for_a_person(graded):
    lines = graded[1]
    assert lines["ada"].failed == ()
    assert lines["cyd"].failed == ("test_double", "why"), "an untouched answer is nothing to wait for"


def test_only_an_answer_that_was_written_waits_for_a_person(graded):
    rows = graded[0].rows()
    assert rows["ada"]["why"] == {
        "auto_score": None,
        "manual_score": None,
        "extra_credit": None,
        "needs_manual_grade": True,
        "score": 0.0,
        "max_score": 4.0,
    }
    assert rows["bob"]["why"]["auto_score"] == 0
    assert rows["bob"]["why"]["needs_manual_grade"] is False
    assert graded[0].comments("bob")["why"] == "No response."


def test_a_rerun_grades_nothing_and_reports_the_same_scores(again, graded):
    before = {path: path.read_bytes() for path in again.root.glob("autograded/*/tiny/*")}
    lines = again.grade()
    assert not any(line.graded for line in lines.values())
    for student, line in graded[1].items():
        now = lines[student]
        for what in ("points", "max_points", "failed", "report", "readable", "trusted"):
            assert getattr(now, what) == getattr(line, what)
    assert {path: path.read_bytes() for path in again.root.glob("autograded/*/tiny/*")} == before


def test_only_what_has_changed_is_graded_again(again, right):
    again.hand_in("bob", double="def double(x):\n    return 2 * x", root="def root(x):\n    return x**0.5")
    again.hand_in("new", double="def double(x):\n    return x + x")
    lines = again.grade()
    assert {student for student, line in lines.items() if line.graded} == {"bob", "new"}
    assert again.scores() == right | {"bob": 5, "new": 2}


def test_what_is_handed_in_during_the_grading_counts_where_its_turn_has_not_come(tiny, monkeypatch):
    monkeypatch.setattr(grade, "BATCH", 1)
    students = [f"student{number}" for number in range(9)]
    for student in students:
        tiny.hand_in(student)

    def late(done, _):
        if done == 1:
            tiny.hand_in(students[-1], double="def double(x):\n    return x + x")

    grade_class(tiny.assignment, Options(limits=tiny.limits, processes=1), progress=late)
    assert tiny.scores() == dict.fromkeys(students, 0) | {students[-1]: 2}
    assert not any(line.graded for line in tiny.grade().values()), "what was graded is what was recorded"


def test_force_grades_everybody_again_or_those_who_are_named(again, right):
    lines = again.grade(force=True, students=("ada", "bob"))
    assert {student: line.graded for student, line in lines.items()} == {"ada": True, "bob": True}
    assert again.scores() == right


def test_a_student_who_has_handed_in_nothing_is_no_new_student(again, right):
    with pytest.raises(CourseError, match=r"Nothing is handed in for tiny by nobody"):
        again.grade(students=("nobody", "ada"))
    assert again.scores() == right


def test_two_gradings_do_not_write_at_once(again):
    with alone(again.root), pytest.raises(CourseError, match="Another grading is at work"):
        again.grade()
    assert not any(line.graded for line in again.grade().values())


def test_a_lost_gradebook_is_filled_again(again, right):
    again.root.joinpath("gradebook.db").unlink()
    assert all(line.graded for line in again.grade().values())
    assert again.scores() == right


def test_a_persons_scores_and_comments_survive_a_regrade_and_ask_for_a_look(again, right):
    with again.gradebook() as gradebook:
        submission = gradebook.find_submission("tiny", "bob").notebooks[0]
        grades = {grade.name: grade for grade in submission.grades}
        grades["test_root"].manual_score = 2.5
        grades["test_double"].extra_credit = 1
        comment = next(comment for comment in submission.comments if comment.name == "root")
        comment.manual_comment = "Nice try."
        for grade in grades.values():
            grade.needs_manual_grade = False
        gradebook.db.commit()
    line = again.grade(force=True, students=("bob",))["bob"]
    row = again.rows()["bob"]
    assert (row["test_root"]["auto_score"], row["test_root"]["manual_score"]) == (1.5, 2.5)
    assert row["test_root"]["needs_manual_grade"] is True
    assert row["test_double"]["needs_manual_grade"] is False
    assert again.comments("bob")["root"] == "Nice try."
    assert line.points == sum(cell["score"] for cell in row.values()) == 2 + 1 + 2.5


# ---- late ------------------------------------------------------------------------------------------


def due(made, day):
    with tools_on_path(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.assignment.register(made.db_url)
    with made.gradebook() as gradebook:
        gradebook.find_assignment("tiny").duedate = datetime(2026, 5, day)
        gradebook.db.commit()


def stamp(made, student, text):
    made.notebook(student).with_name("timestamp.txt").write_text(text)


def penalties(made):
    with made.gradebook() as gradebook:
        submissions = gradebook.assignment_submissions("tiny")
        return {s.student.id: s.notebooks[0].late_submission_penalty for s in submissions}


PLUGIN = """
from nbgrader.plugins import BasePlugin
from traitlets import Float

class Daily(BasePlugin):
    rate = Float(1.0).tag(config=True)

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return self.rate * total_seconds_late / 86400
"""


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", {"ada": None, "bob": None, "cyd": None}),
        ('c.LateSubmissionPlugin.penalty_method = "zero"', {"ada": None, "bob": 3.5, "cyd": 3}),
        (
            'c.AssignLatePenalties.plugin_class = "late.Daily"\nc.Daily.rate = 0.5',
            {"ada": None, "bob": 1, "cyd": 3},
        ),
    ],
    ids=["as nbgrader comes", "nothing for late work", "a plug-in of the class"],
)
def test_a_late_submission_costs_what_the_classs_configuration_says(again, settings, expected):
    (again.root / "late.py").write_text(PLUGIN)
    with (again.root / "nbgrader_config.py").open("a") as config:
        config.write(settings + "\n")
    due(again, 10)
    for student, text in [
        ("ada", "2026-05-09 12:00:00 UTC"),
        ("bob", "2026-05-12 00:00:00 UTC"),
        ("cyd", "2026-05-31"),
    ]:
        stamp(again, student, text)
    lines = again.grade()
    assert {student for student, line in lines.items() if line.graded} == set(expected)
    got = penalties(again)
    assert {student: got[student] for student in expected} == expected
    with again.gradebook() as gradebook:
        assert gradebook.find_submission("tiny", "bob").timestamp == datetime(2026, 5, 12)
    assert again.notebook("bob", "autograded").with_name("timestamp.txt").read_text().startswith("2026-05-12")


@pytest.mark.parametrize("text", ["", "yesterday", "99999999999999999999", "\udcff"])
def test_a_timestamp_that_is_none_stops_nobody(again, text):
    path = again.notebook("ada").with_name("timestamp.txt")
    path.write_text(text, errors="surrogateescape")
    again.grade(students=("ada",), force=True)
    with again.gradebook() as gradebook:
        assert gradebook.find_submission("tiny", "ada").timestamp is None


def test_a_timestamp_that_is_a_pipe_or_a_link_is_not_read(again):
    os.mkfifo(again.notebook("ada").with_name("timestamp.txt"))
    again.notebook("bob").with_name("timestamp.txt").symlink_to("/etc/hostname")
    assert set(again.grade(students=("ada", "bob"), force=True)) == {"ada", "bob"}


# ---- what is handed in ------------------------------------------------------------------------------


def test_whatever_is_handed_in_stops_nobody(again, right):
    double = "def double(x):\n    return 2 * x"
    for student, cells in {
        "endless": {"double": f"{double}\nwhile True:\n    pass"},
        "surrogates": {"double": f"{double}\nprint('\\ud800')", "root": "raise ValueError('\\udfff\\0')"},
        "nul": {"double": f"{double}\nprint('\\0')", "why": "a\0b"},
    }.items():
        again.hand_in(student, **cells)
    again.hand_in("text", "This is no notebook.")
    again.notebook("folder").mkdir(parents=True)
    again.notebook("nothing").parent.mkdir(parents=True)
    (again.root / "submitted" / ".hidden" / "tiny").mkdir(parents=True)
    lines = again.grade()
    unreadable = {student for student, line in lines.items() if not line.readable}
    assert unreadable == {"text", "folder", "nothing"}
    expected = right | dict.fromkeys(unreadable, 0) | dict.fromkeys(("endless", "surrogates", "nul"), 2)
    assert again.scores() == expected
    assert not any(line.graded for line in again.grade().values()), "and none of them is graded again"
    with tools_on_path(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = again.api().generate_feedback("tiny")
    assert made["success"], made
    pages = (again.root / "feedback").glob("*/tiny/tiny.html")
    assert sorted(page.parts[-3] for page in pages) == sorted(expected)


def test_a_folder_whose_name_no_gradebook_takes_is_reported_and_stops_nobody(again, right):
    again.hand_in("caf\udce9")
    lines = again.grade()
    (odd,) = (line for line in lines.values() if not line.readable)
    assert "could not be recorded (UnicodeEncodeError" in odd.report[-1]
    assert again.scores() == right


def test_without_a_sandbox_nobody_is_graded_and_nobody_gets_nothing(tiny, monkeypatch):
    tiny.hand_in("ada")
    monkeypatch.setenv("PATH", str(Path("/nowhere")))
    with pytest.raises(CourseError, match="bubblewrap"):
        tiny.grade()
    assert tiny.scores() == {}


# ---- what others make of it -------------------------------------------------------------------------


def test_formgraders_queries_work_on_the_result(graded, right):
    api = graded[0].api()
    (assignment,) = api.get_assignments()
    assert (assignment["num_submissions"], assignment["average_score"]) == (8, sum(right.values()) / 8)
    students = {row["student"]: row for row in api.get_submissions("tiny")}
    assert {student: row["score"] for student, row in students.items()} == right
    assert {row["autograded"] for row in students.values()} == {True}
    assert {student for student, row in students.items() if row["needs_manual_grade"]} == {"ada"}
    rows = api.get_notebook_submissions("tiny", "tiny")
    assert {row["student"] for row in rows if row["failed_tests"]} == set(right) - {"ada", "fay"}
    assert {row["id"]: row["score"] for row in api.get_students()} == right


def test_the_exported_table_has_the_same_scores(graded, right, tmp_path):
    from nbgrader.plugins.export import CsvExportPlugin

    with graded[0].gradebook() as gradebook:
        CsvExportPlugin(to=str(tmp_path / "grades.csv")).export(gradebook)
    with (tmp_path / "grades.csv").open(newline="") as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == right


def test_partial_credit_and_hidden_tests_count_as_by_nbgrader_alone(again):
    theirs = type(again)(again.root.with_name("theirs"))
    shutil.copytree(again.root, theirs.root)
    for made in ("gradebook.db", "autograded"):
        path = theirs.root / made
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for student in ("cyd", "dan", "eve", "fay", "gus", "hal"):
        shutil.rmtree(theirs.root / "submitted" / student)
    theirs.grade_by_nbgrader_alone()
    rows = again.rows()
    assert theirs.rows() == {student: rows[student] for student in ("ada", "bob")}


def test_the_files_of_an_assignment_lie_beside_the_executed_notebook_as_by_nbgrader_alone(tiny):
    for name in ("data.csv", "pictures/a b.png"):
        (tiny.root / "source" / "tiny" / name).parent.mkdir(exist_ok=True)
        (tiny.root / "source" / "tiny" / name).write_bytes(b"1,2\n")
    tiny.hand_in("ada", double="def double(x):\n    return len(open('data.csv').readline()) * x / 2")
    tiny.notebook("ada").with_name("data.csv").write_text("mine,and,mine\n")
    theirs = type(tiny)(tiny.root.with_name("theirs"))
    shutil.copytree(tiny.root, theirs.root)
    tiny.grade()
    theirs.grade_by_nbgrader_alone()
    assert tiny.rows() == theirs.rows()
    for made in (tiny, theirs):
        folder = made.notebook("ada", "autograded").parent
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        assert files == {"tiny.ipynb", "data.csv", "pictures/a b.png"}
        assert (folder / "data.csv").read_bytes() == b"1,2\n"


def test_what_nbgrader_took_out_of_a_released_notebook_is_not_taken_for_an_edit(again):
    with tools_on_path(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = again.api().generate_assignment("tiny")
    assert made["success"], made
    release = nbformat.read(again.root / "release" / "tiny" / "tiny.ipynb", as_version=4)
    assert "HIDDEN" not in nbformat.writes(release)
    again.hand_in("as released", release)
    release.cells[-3].source += "  # edited"
    assert again.grade()["as released"].report == ()
    again.hand_in("edited", release)
    assert again.grade()["edited"].report == ("test_root was edited; the original is used.",)


AUTOTESTS = """
python3:
  dispatch: "type({{snippet}})"
  normalize: "str({{snippet}})"
  check: 'assert {{snippet}} == "{{value}}", "{{message}}"'
  templates:
    default:
      - {test: "{{snippet}}", fail: "wrong value"}
"""


def test_tests_that_nbgrader_writes_itself_are_run_as_it_wrote_them(tiny):
    (tiny.root / "source" / "tiny" / "autotests.yml").write_text(AUTOTESTS)
    path = tiny.root / "source" / "tiny" / "tiny.ipynb"
    source = nbformat.read(path, as_version=4)
    source.cells[2].source = "### AUTOTEST double(21)"
    nbformat.write(source, path)
    tiny.hand_in("right", double="def double(x):\n    return 2 * x")
    tiny.hand_in("wrong", double="def double(x):\n    return 3 * x")
    # By the command, since nbgrader leaves open what it starts for this.
    done = run_tool(["xentcourse", "grade", "tiny"], cwd=tiny.root)
    assert done == 0
    assert {student: row["test_double"]["auto_score"] for student, row in tiny.rows().items()} == {
        "right": 2,
        "wrong": 0,
    }
