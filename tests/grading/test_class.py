"""A class graded by the real nbgrader: everybody gets what they earned, whatever the others handed in."""

import csv
import dataclasses
import html
import json
import os
import pickle
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock
from grading.submissions import cell, solved
from nbformat import NotebookNode

from xentcourse.checks.check import SEED_VARIABLE
from xentcourse.course import Course, CourseError
from xentcourse.grading import stock
from xentcourse.grading.gradebook import course_seed
from xentcourse.grading.settings import read_settings

pytestmark = pytest.mark.nbgrader

HERE = Course.find()
SOFTMAX = HERE.chapter("softmax")
WORTH = {
    "softmax": 3,
    "softmax_extremes": 2,
    "log_softmax": 3,
    "cross_entropy": 3,
    "soft_cross_entropy": 3,
    "gradient": 3,
    "fit": 3,
}
TIMEOUT = 10  # seconds a cell may take in this class


# ---- what people hand in ----------------------------------------------------------------------------


def released() -> NotebookNode:
    return nbformat.read(SOFTMAX.exercise, as_version=4)


def two_parts_wrong() -> NotebookNode:
    return solved(
        cross_entropy="""
def cross_entropy(logits, labels, reduction="mean"):
    return -log_softmax(logits)[np.arange(len(labels)), labels].mean()
""",
        gradient="""
def gradient(logits, labels):
    return softmax(logits) - np.eye(logits.shape[1])[labels]
""",
        # Does not call `gradient`: one part's mistake is not another's.
        fit="""
def fit(X, labels, classes, steps, learning_rate):
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        G = (softmax(X @ W + b) - np.eye(classes)[labels]) / len(labels)
        W, b = W - learning_rate * X.T @ G, b - learning_rate * G.sum(axis=0)
    return W, b
""",
    )


def syntax_error() -> NotebookNode:
    return solved(log_softmax="def log_softmax(z axis=-1):\n    return z")


def perfect() -> NotebookNode:
    """All of it, and the showpiece at the end that trains on digits."""
    notebook = solved()
    notebook.cells.append(released().cells[-1])
    return notebook


def endless_loop() -> NotebookNode:
    return solved(fit="def fit(X, labels, classes, steps, learning_rate):\n    while True:\n        pass")


def noisy() -> NotebookNode:
    notebook = solved()
    for part in ("softmax", "log_softmax", "cross_entropy", "soft_cross_entropy", "gradient", "fit"):
        solution = cell(notebook, f"{part}_solution")
        solution.source = solution.source.replace(
            "    ### BEGIN SOLUTION",
            """
    import logging, sys, warnings
    print("called with", locals())
    print("and on stderr", file=sys.stderr)
    warnings.warn("careful")
    warnings.warn("old", DeprecationWarning)
    logging.getLogger("learner").error("logged")
    np.log(np.zeros(1)), np.exp(np.full(1, 1000.0))
""",
        )
        assert "careful" in solution.source
    settings = 'import logging; logging.basicConfig(level="DEBUG"); np.seterr(all="raise")'
    notebook.cells.insert(3, nbformat.v4.new_code_cell(settings))
    return notebook


def leaves_by_system_exit() -> NotebookNode:
    return solved(gradient='def gradient(logits, labels):\n    raise SystemExit("that is all")')


def without(*names: str) -> NotebookNode:
    """All of it, but for the cells that were deleted."""
    notebook = solved()
    for name in names:
        notebook.cells.remove(cell(notebook, name))
    return notebook


def without_locked_cells() -> NotebookNode:
    """No check, no setup and no text, but all that was to be written."""
    notebook = solved()
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    return notebook


def edited_checks() -> NotebookNode:
    """Only softmax is solved, but the locked cells are changed: no checks, and points beyond measure."""
    notebook = released()
    cell(notebook, "softmax_solution").source = cell(solved(), "softmax_solution").source
    for name in WORTH:
        cell(notebook, name).source = f"assert True  # check.{name}"
        cell(notebook, name).metadata.nbgrader.points = 300
    cell(notebook, "setup").source += "\ncheck.fit = lambda f: None"
    return notebook


def in_place() -> NotebookNode:
    return solved(
        softmax="""
def softmax(z, axis=-1, temperature=1.0):
    z -= z.max(axis=axis, keepdims=True)
    z = np.exp(z / temperature)
    z /= z.sum(axis=axis, keepdims=True)
    return z
"""
    )


def wrong_but_runs() -> NotebookNode:
    return solved(
        softmax="def softmax(z, axis=-1, temperature=1.0):\n    return np.full(np.shape(z), 0.25)",
        log_softmax="def log_softmax(z, axis=-1):\n    return np.zeros(np.shape(z))",
        cross_entropy='def cross_entropy(logits, labels, reduction="mean"):\n    return 0.69',
        soft_cross_entropy="def soft_cross_entropy(logits, targets):\n    return np.nan",
        gradient="def gradient(logits, labels):\n    return np.zeros(logits.shape)",
        fit="def fit(X, labels, classes, steps, learning_rate):\n    return np.zeros((2, 3)), np.zeros(3)",
    )


def truncated() -> str:
    text = nbformat.writes(solved())
    return text[: len(text) // 2]


def not_a_notebook() -> str:
    return '{"cells": 3}'


def from_another_age() -> NotebookNode:
    """Metadata so old that nbgrader, told to grade everybody, would give up on everybody."""
    notebook = solved()
    for each in notebook.cells:
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader.schema_version = 0
    return notebook


@dataclass(frozen=True)
class HandedIn:
    """What a student hands in, which parts must bring no points, and what the instructor reads."""

    work: NotebookNode | str
    lost: set[str]
    problem: str | None = None


EVERYTHING = set(WORTH)
CLASS = {
    "bare": HandedIn(without_locked_cells(), set()),
    "deleted": HandedIn(without("gradient"), set()),
    "deleted_more": HandedIn(
        without("softmax", "softmax_extremes", "fit", "gradient_solution", "gradient", "setup"),
        {"gradient", "fit"},
    ),
    "edited": HandedIn(edited_checks(), EVERYTHING - {"softmax", "softmax_extremes"}),
    "empty": HandedIn(released(), EVERYTHING),
    "endless": HandedIn(endless_loop(), {"fit"}),
    "exits": HandedIn(leaves_by_system_exit(), {"gradient", "fit"}),
    "in_place": HandedIn(in_place(), {"softmax", "softmax_extremes", "gradient"}),
    "noisy": HandedIn(noisy(), set()),
    "no_notebook": HandedIn(not_a_notebook(), EVERYTHING, "Error"),
    "old": HandedIn(from_another_age(), EVERYTHING, "SchemaTooOldError"),
    "partly": HandedIn(two_parts_wrong(), {"cross_entropy", "gradient"}),
    "perfect": HandedIn(perfect(), set()),
    "renamed": HandedIn(solved(), EVERYTHING, "softmax.ipynb is missing"),
    "syntax": HandedIn(syntax_error(), {"log_softmax", "cross_entropy", "soft_cross_entropy"}),
    "truncated": HandedIn(truncated(), EVERYTHING, "NotJSONError"),
    "wrong": HandedIn(wrong_but_runs(), EVERYTHING),
}
GRADED = sorted(student for student, handed_in in CLASS.items() if handed_in.problem is None)


# ---- the class is graded once -----------------------------------------------------------------------


def course_in(root: Path) -> Course:
    """What grading needs of the course."""
    for file in ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE.root / file, root / file)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nget_config().Execute.timeout = {TIMEOUT}\n")
    return Course(root)


def hand_in(course: Course, student: str, work: NotebookNode | str, file: str = "softmax.ipynb") -> None:
    path = course.root / "submitted" / student / "softmax" / file
    path.parent.mkdir(parents=True)
    path.write_text(work if isinstance(work, str) else nbformat.writes(work), encoding="utf-8")


@dataclass(frozen=True)
class Graded:
    course: Course
    scores: dict[str, stock.Score]
    pages: dict[str, str]  # the feedback as text, without tags
    exported: dict[str, dict[str, str]]

    def parts(self, student: str) -> dict[str, float | None]:
        """The points for each part, as the gradebook has them."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.course.root / 'gradebook.db'}", "xentcourse") as gradebook:
            submission = gradebook.find_submission("softmax", student)
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            return {grade.name.removeprefix("softmax-"): grade.auto_score for grade in grades}

    def said(self, student: str, part: str) -> str:
        """What the check of a part showed when it was graded."""
        path = self.course.root / "autograded" / student / "softmax" / "softmax.ipynb"
        return json.dumps(cell(nbformat.read(path, as_version=4), part).outputs)


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Graded:
    """The class, graded by whichever test process comes first; nobody writes to its folder later."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    result = shared / "class.pickle"
    with FileLock(shared / "class.lock"):
        if not result.is_file():
            result.write_bytes(pickle.dumps(grade_class(course_in(shared / "class"))))
    return Graded(Course(shared / "class"), *pickle.loads(result.read_bytes()))


def grade_class(course: Course) -> tuple[dict[str, stock.Score], dict[str, str], dict[str, dict[str, str]]]:
    """Hand in, grade, write feedback, export; returns the scores, the feedback's text and the table."""
    for student, handed_in in CLASS.items():
        file = "softmax (1).ipynb" if student == "renamed" else "softmax.ipynb"
        hand_in(course, student, handed_in.work, file)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(SEED_VARIABLE, raising=False)
        scores = stock.grade(course, course.chapter("softmax"))
        pages = stock.feedback(course, course.chapter("softmax"))
    path = stock.export(course, course.root / "grades.csv")
    with path.open(newline="") as file:
        exported = {row["student_id"]: row for row in csv.DictReader(file)}
    text = {p.parts[-3]: html.unescape(re.sub(r"<[^>]*>", "", p.read_text(encoding="utf-8"))) for p in pages}
    return {score.student: score for score in scores}, text, exported


@pytest.fixture
def again(graded, tmp_path) -> Graded:
    """A copy of the graded class, to grade in again."""
    shutil.copytree(graded.course.root, tmp_path / "class")
    return dataclasses.replace(graded, course=Course(tmp_path / "class"))


def test_everybody_is_graded_whatever_the_others_handed_in(graded):
    assert list(graded.scores) == sorted(CLASS)
    assert len(CLASS) >= 10
    assert {score.max_points for score in graded.scores.values()} == {sum(WORTH.values())}


@pytest.mark.parametrize("student", GRADED)
def test_every_part_brings_what_it_is_worth_and_no_part_costs_another(graded, student):
    lost = CLASS[student].lost
    expected = {part: 0 if part in lost else worth for part, worth in WORTH.items()}
    assert {part: score or 0 for part, score in graded.parts(student).items()} == expected
    assert graded.scores[student].points == sum(expected.values())


@pytest.mark.parametrize("student", sorted(set(CLASS) - set(GRADED)))
def test_what_cannot_be_graded_has_no_points_and_says_why(graded, student):
    assert graded.scores[student].points == 0
    assert re.search(CLASS[student].problem, graded.scores[student].problem)
    assert "\n" not in graded.scores[student].problem


@pytest.mark.parametrize("student", GRADED)
def test_only_work_that_may_deserve_more_is_brought_to_the_instructor(graded, student):
    assert graded.scores[student].problem is None


def test_a_cell_that_was_deleted_stands_where_it_was(graded):
    path = graded.course.root / "autograded" / "deleted_more" / "softmax" / "softmax.ipynb"
    order = [
        c.metadata.nbgrader.grade_id
        for c in nbformat.read(path, as_version=4).cells
        if "nbgrader" in c.metadata
    ]
    assert order == [c.metadata.nbgrader.grade_id for c in released().cells if "nbgrader" in c.metadata]


@pytest.mark.parametrize(
    ("student", "sentence"),
    [
        ("partly", "the gradient of the sum"),
        ("partly", "cross_entropy"),
        ("in_place", "changed its argument"),
        ("exits", "raised SystemExit: that is all"),
        ("empty", "fit is not attempted yet: write it above, then run this cell again."),
        ("endless", "No reply from kernel before timeout"),
        ("syntax", "SyntaxError"),
        ("wrong", "expected"),
        ("perfect", "✓ fit"),
        ("noisy", "✓ gradient"),
    ],
)
def test_the_feedback_page_has_the_tutors_sentence(graded, student, sentence):
    assert sentence in graded.pages[student]


def test_everybody_who_was_graded_gets_a_feedback_page(graded):
    assert sorted(graded.pages) == GRADED


@pytest.mark.parametrize("student", sorted(CLASS))
def test_the_exported_table_has_the_same_points(graded, student):
    if student == "renamed":  # nbgrader never saw a submission
        assert student not in graded.exported
        return
    row = graded.exported[student]
    assert float(row["score"]) == graded.scores[student].points
    assert float(row["max_score"]) == graded.scores[student].max_points


def test_noise_leaves_no_trace_in_the_check_cells(graded):
    for part in WORTH:
        outputs = json.loads(graded.said("noisy", part))
        assert {output["name"] for output in outputs} == {"stdout"}
        assert "".join(output["text"] for output in outputs).startswith(f"✓ {part}:")


def test_the_same_course_seed_gives_the_same_inputs_scores_and_sentences(again, monkeypatch):
    chapter = again.course.chapter("softmax")
    seed = read_settings(again.course.root).seed
    before = again.said("partly", "gradient")
    assert f"seed={seed})" in before
    monkeypatch.delenv(SEED_VARIABLE, raising=False)
    assert stock.grade(again.course, chapter, students=["partly"]) == [again.scores["partly"]]
    assert again.said("partly", "gradient") == before
    monkeypatch.setenv(SEED_VARIABLE, str(seed + 1))
    assert stock.grade(again.course, chapter, students=["partly"]) == [again.scores["partly"]]
    assert f"seed={seed + 1})" in again.said("partly", "gradient")


def test_students_are_graded_and_listed_as_asked(again):
    before = dict(os.environ)
    scores = stock.grade(again.course, again.course.chapter("softmax"), students=["truncated", "nobody"])
    assert dict(os.environ) == before, "the environment is as it was, PATH above all"
    assert [score.student for score in scores] == ["truncated", "nobody"]
    assert scores[1].problem.startswith("submitted/nobody/softmax/softmax.ipynb is missing")
    assert (scores[1].points, scores[1].max_points) == (0, 20)


# ---- the seed ---------------------------------------------------------------------------------------


def test_the_course_seed_is_drawn_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.delenv(SEED_VARIABLE, raising=False)
    first = course_seed(tmp_path)
    assert course_seed(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == ["course.toml"]


def test_the_course_seed_of_the_environment_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv(SEED_VARIABLE, "17")
    assert course_seed(tmp_path) == 17
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", ["", "abc", "-3", "1.5"])
def test_a_course_seed_that_is_no_whole_number_is_refused(tmp_path, monkeypatch, bad):
    monkeypatch.setenv(SEED_VARIABLE, bad)
    with pytest.raises(CourseError, match=f"{SEED_VARIABLE} is '{bad}', a whole number is needed"):
        course_seed(tmp_path)
