"""Sixty ordinary people get from the sandbox what the checks at home, and nbgrader alone, give them."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from at_home import at_home, homes
from classroom import CELL_SECONDS, CHAPTER, ordinary_class, source
from nbformat import reads

from xentcourse.checks.check import SEED_VARIABLE
from xentcourse.course import Course
from xentcourse.grading import stock
from xentcourse.grading.bundle import Bundle, make_bundle
from xentcourse.grading.run import Graded, grade_submission
from xentcourse.grading.sandbox.session import Limits, Nursery

SEED = 11
CLASS = ordinary_class()
FULL = 20.0

#: What stock nbgrader withholds: locked cells call `check`, which is the learner's own function by then.
WITHHELD: dict[str, set[str]] = {
    "a name of the course's is taken": {
        *("softmax_extremes", "log_softmax", "cross_entropy", "soft_cross_entropy", "gradient", "fit")
    },
}
#: nbgrader waits in vain for cells that take what they may.
IN_A_HURRY = """
get_config().Execute.timeout = 20
"""


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    limits = Limits(cell_seconds=CELL_SECONDS, notebook_seconds=60)
    return make_bundle("softmax", "softmax", reads(source(), as_version=4), seed=SEED, limits=limits)


@pytest.fixture(scope="module")
def nursery(bundle) -> Iterator[Nursery]:
    with Nursery.of(bundle) as nursery:
        yield nursery


@pytest.fixture(scope="module")
def home() -> Iterator[ProcessPoolExecutor]:
    with homes() as pool:
        yield pool


def parts(graded: Graded) -> dict[str, float | None]:
    return {mark.grade_id: mark.points for mark in graded.marks}


@pytest.fixture(scope="module")
def by_sandbox(bundle, nursery) -> dict[str, Graded]:
    """What everybody gets from the sandbox."""
    return {name: grade_submission(bundle, content, nursery) for name, content in CLASS.items()}


@pytest.mark.parametrize("name", CLASS)
def test_the_sandbox_gives_each_part_what_the_checks_give_it_at_home(name, by_sandbox, home):
    assert parts(by_sandbox[name]) == home.submit(at_home, "softmax", CLASS[name], SEED).result()
    assert by_sandbox[name].report == (), "nothing of it is found fault with"


@dataclass(frozen=True)
class ByStock:
    """What nbgrader alone makes of a submission."""

    parts: dict[str, float]
    problem: str | None  #: why it could not be graded


@pytest.fixture(scope="module")
def by_stock(tmp_path_factory) -> dict[str, ByStock]:
    """Everybody's points for each part, as nbgrader alone gives them."""
    course = course_in(tmp_path_factory.mktemp("class"))
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(IN_A_HURRY)
    for name in CLASS:
        path = course.root / "submitted" / folder(name) / "softmax" / "softmax.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(CLASS[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SEED_VARIABLE, str(SEED))
        scores = stock.grade(course, course.chapter("softmax"), students=[folder(name) for name in CLASS])
    return {
        name: ByStock(stock_parts(course, score.student), score.problem)
        for name, score in zip(CLASS, scores, strict=True)
    }


def folder(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def course_in(root: Path) -> Course:
    """What grading needs of the course."""
    for file in ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Course.find().root / file, root / file)
    return Course(root)


def stock_parts(course: Course, student: str) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "xentcourse") as gradebook:
        submission = gradebook.find_submission(CHAPTER.slug, student)
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        return {grade.name: grade.auto_score for grade in grades}


@pytest.mark.nbgrader
def test_the_sandbox_gives_what_nbgrader_alone_gives_or_more_for_a_reason(by_sandbox, by_stock):
    for name, graded in by_sandbox.items():
        ours, theirs = parts(graded), by_stock[name].parts
        differing = {part for part, points in ours.items() if points != theirs.get(part)}
        told = f"{name}, where nbgrader says {by_stock[name].problem!r}"
        assert differing == {f"softmax-{part}" for part in WITHHELD.get(name, ())}, told
        assert all(ours[part] > theirs[part] for part in differing), told


def test_the_class_has_full_marks_and_none_and_much_in_between(by_sandbox):
    names = ("prints", "a helper that comes too late", "two parts missing", "as released")
    totals = [by_sandbox[name].points for name in names]
    assert totals == [FULL, 15, 11, 0]
