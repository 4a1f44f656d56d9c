"""A variant has other names and another order, and the same checks, points and gradebook."""

import re
import shutil

import nbclient
import nbformat
import pytest
from grading.submissions import HERE, as_bytes
from grading.test_release import CHAPTERS, about, course_in

from xentcourse.cli import run
from xentcourse.grading import stock
from xentcourse.grading.assignment import of_chapter
from xentcourse.grading.bundle import make_bundle
from xentcourse.grading.grade import Options, grade_class
from xentcourse.grading.kernels import OwnKernelManager
from xentcourse.grading.release import is_stale, release, release_text
from xentcourse.grading.run import grade_submission
from xentcourse.grading.sandbox.session import Nursery
from xentcourse.grading.source import source_notebook
from xentcourse.grading.variant import (
    Parts,
    assignment_notebook,
    handed_out,
    renamed_code,
    renamed_text,
)

pytestmark = pytest.mark.nbgrader

SEED = 7
NAMES = {"softmax": "softmax_v7", "fit": "fit_v7"}


def solved(slug, variant=None):
    """The course's solutions, without code that only plays with them after the last check."""
    notebook = assignment_notebook(HERE.chapter(slug), variant)
    while notebook.cells[-1].cell_type == "code" and not about(notebook.cells[-1]).get("grade"):
        del notebook.cells[-1]
    return notebook


@pytest.fixture(scope="module")
def nursery():
    with Nursery(modules=["numpy"]) as nursery:
        yield nursery


# ---- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("softmax(z)", "softmax_v7(z)"),
        ("np.softmax(z).fit", "np.softmax(z).fit"),
        ("check.softmax(softmax)", "check.softmax(softmax_v7)"),
        (
            "from xentcourse.checks import softmax as check\nfit = 1",
            "from xentcourse.checks import softmax as check\nfit_v7 = 1",
        ),
        ("draw(fit=fit, x=softmax)", "draw(fit=fit_v7, x=softmax_v7)"),
        ("log_softmax(softmaxes)", "log_softmax(softmaxes)"),
        (
            "def fit():\n    '''A fit like softmax(z).'''",
            "def fit_v7():\n    '''A fit like softmax_v7(z).'''",
        ),
        ("x = 1  # by `fit`, a fit", "x = 1  # by `fit_v7`, a fit"),
        ("a = softmax + softmax", "a = softmax_v7 + softmax_v7"),
    ],
)
def test_code_has_other_names_where_it_means_the_learners_function(before, after):
    assert renamed_code(before, NAMES) == after


def test_text_has_other_names_in_code_and_the_same_words():
    before = "A softmax to fit. `-softmax(z)`, `np.fit`, ``fit``: $softmax$"
    assert (
        renamed_text(before, NAMES) == "A softmax to fit. `-softmax_v7(z)`, `np.fit`, ``fit_v7``: $softmax$"
    )


# ---- order ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", CHAPTERS)
def test_a_part_never_comes_before_one_that_it_needs(slug):
    parts = Parts(source_notebook(HERE.chapter(slug)), slug)
    needs = parts.needs()
    for variant in range(20):
        notebook = assignment_notebook(HERE.chapter(slug), variant)
        names = [about(cell).get("grade_id", "") for cell in notebook.cells]
        order = [int(name.rpartition("_")[2]) - 1 for name in names if re.search(r"-part_\d+$", name)]
        assert sorted(order) == list(needs)
        assert all(order.index(earlier) < order.index(part) for part in needs for earlier in needs[part])


def test_some_variant_has_another_order_and_all_count_their_parts_from_one():
    orders = set()
    for variant in range(10):
        notebook = assignment_notebook(HERE.chapter("softmax"), variant)
        headings = [re.match(r"## Part (\d+): (.*)", cell.source) for cell in notebook.cells]
        assert [int(found[1]) for found in headings if found] == [1, 2, 3, 4, 5, 6]
        orders.add(tuple(found[2] for found in headings if found))
        table = re.findall(r"^\| (\d+) \| `(\w+)_v\d+` \|", notebook.cells[0].source, re.MULTILINE)
        written = [about(c)["grade_id"].split("-")[1] for c in notebook.cells if about(c).get("solution")]
        assert table == [(str(n + 1), name.removesuffix("_solution")) for n, name in enumerate(written)]
    assert len(orders) > 2


def test_a_hint_that_points_to_a_part_points_to_the_same_one_in_a_variant():
    for variant in range(10):
        cells = assignment_notebook(HERE.chapter("softmax"), variant).cells
        by_id = {about(cell).get("grade_id"): cell.source for cell in cells}
        number = re.match(r"## Part (\d+)", by_id["softmax-part_2"])[1]
        assert f"start from part {number}<" in by_id["softmax-prompt_3"]


# ---- released ---------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    made = course_in(tmp_path)
    shutil.copy(HERE.root / "nbgrader_config.py", tmp_path)
    return made


def test_a_variant_is_released_with_its_number_and_stays_what_it_is(course, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    chapter = course.chapter("softmax")
    plain = chapter.exercise.read_bytes()
    assert handed_out(chapter) is None
    assert run(["release", "softmax", "--variant", str(SEED)]) == 0
    made = chapter.exercise.read_bytes()
    assert handed_out(chapter) == SEED
    assert not is_stale(chapter, course)
    assert made == release_text(chapter, course, SEED).encode() != release_text(chapter, course, 8).encode()
    assert b"SOLUTION" not in made
    assert run(["release", "softmax"]) == 0
    assert chapter.exercise.read_bytes() == plain


@pytest.mark.parametrize("arguments", [["--variant", "7"], ["softmax", "--check", "--variant", "7"]])
def test_a_variant_is_made_of_one_assignment(arguments, course, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    assert run(["release", *arguments]) == 2
    assert "--variant goes with a SLUG" in capsys.readouterr().err


# ---- graded -----------------------------------------------------------------------------------------


def bundle_of(slug, variant):
    return make_bundle(slug, slug, assignment_notebook(HERE.chapter(slug), variant), seed=3)


@pytest.mark.parametrize("slug", CHAPTERS)
def test_a_right_solution_of_a_variant_has_full_marks_and_one_of_the_plain_release_none(slug, nursery):
    bundle = bundle_of(slug, SEED)
    full = sum(cell.points for cell in bundle.cells)
    right = grade_submission(bundle, as_bytes(solved(slug, SEED)), nursery)
    assert (right.points, right.report) == (full, ())
    copied = grade_submission(bundle, as_bytes(solved(slug)), nursery)
    assert copied.points == 0
    assert copied.report[0].startswith("This was made from the plain release, and variant 7 was handed out.")


def test_plain_solutions_pasted_into_a_variant_have_no_points(nursery):
    notebook, plain = solved("softmax", SEED), solved("softmax")
    sources = {about(cell).get("grade_id"): cell.source for cell in plain.cells}
    for cell in notebook.cells:
        if about(cell).get("solution"):
            cell.source = sources[about(cell)["grade_id"]]
    graded = grade_submission(bundle_of("softmax", SEED), as_bytes(notebook), nursery)
    assert graded.points == 0
    assert all(re.search(r"name '\w+_v7' is not defined", mark.message) for mark in graded.marks)


def test_another_variant_of_the_neighbour_is_reported(nursery):
    graded = grade_submission(bundle_of("softmax", SEED), as_bytes(solved("softmax", 8)), nursery)
    assert graded.points == 0
    assert "variant 8, and variant 7 was handed out" in graded.report[0]


def test_a_check_of_a_variant_says_the_variants_names_at_home_and_at_grading(nursery, tmp_path):
    notebook = solved("softmax", SEED)
    for cell in notebook.cells:
        if about(cell).get("grade_id") == "softmax-gradient_solution":
            cell.source = "def gradient_v7(logits, labels):\n    return softmax_v7(logits)"
    graded = grade_submission(bundle_of("softmax", SEED), as_bytes(notebook), nursery)
    said = {mark.grade_id: mark.message for mark in graded.marks}["softmax-gradient"]
    assert "gradient_v7([[" in said
    assert said.splitlines()[-1].endswith("check.gradient(gradient_v7, seed=3)")
    notebook.cells.append(nbformat.v4.new_code_cell("check.gradient(gradient_v7, seed=3)"))
    resources = {"metadata": {"path": str(tmp_path)}}
    client = nbclient.NotebookClient(
        notebook, allow_errors=True, resources=resources, kernel_manager_class=OwnKernelManager
    )
    shown = client.execute().cells[-1].outputs
    assert said.splitlines()[1] in str(shown)


def test_a_class_that_got_a_variant_is_graded_by_it_and_by_nbgrader_alone_alike(course):
    chapter = course.chapter("softmax")
    release(chapter, course, SEED)
    for student, work in {"right": solved("softmax", SEED), "copied": solved("softmax")}.items():
        path = course.root / "submitted" / student / "softmax" / "softmax.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(as_bytes(work))
    lines = grade_class(of_chapter(course, chapter), Options(processes=1))
    assert {line.student: line.points for line in lines} == {"right": 20, "copied": 0}
    assert {line.student: len(line.report) > 0 for line in lines} == {"right": False, "copied": True}
    (course.root / "gradebook.db").unlink()
    shutil.rmtree(course.root / "autograded")
    scores = stock.grade(course, chapter)
    assert {score.student: (score.points, score.problem) for score in scores} == {
        "right": (20, None),
        "copied": (0, None),
    }
