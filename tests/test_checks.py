"""The checks of every chapter refuse wrong solutions with the right sentence and accept right ones."""

import importlib
import json

import pytest
from mutation import Attempt, attempts

from xentcourse.checks.calling import CallHere
from xentcourse.checks.check import Check, checks_of
from xentcourse.checks.comparing import Slip
from xentcourse.course import Chapter, Course
from xentcourse.grading.source import source_notebook

CHAPTERS = [chapter for chapter in Course.find().chapters if "checks" in chapter.pieces()]
ATTEMPTS = [(chapter, attempt) for chapter in CHAPTERS for attempt in attempts(chapter)]
MUTANTS = [(chapter, attempt) for chapter, attempt in ATTEMPTS if attempt.says is not None]
RIGHT = [(chapter, attempt) for chapter, attempt in ATTEMPTS if attempt.says is None]


def name(value: object) -> str:
    return value.slug if isinstance(value, Chapter) else str(value)


def checks(chapter: Chapter) -> dict[str, Check]:
    return checks_of(importlib.import_module(f"xentcourse.checks.{chapter.slug}"))


def verdict(chapter: Chapter, attempt: Attempt, seed: int):
    check = checks(chapter)[attempt.check]
    return check.run(CallHere({check.functions[0]: attempt.function}), seed=seed)


@pytest.mark.parametrize(("chapter", "attempt"), MUTANTS, ids=name)
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_solution_is_told_what_is_wrong(chapter, attempt, seed):
    found = verdict(chapter, attempt, seed)
    assert found.result in ("failed", "not attempted"), found.message
    assert attempt.says in found.message, found.message


@pytest.mark.parametrize(("chapter", "attempt"), RIGHT, ids=name)
@pytest.mark.parametrize("seed", range(3))
def test_a_right_solution_passes_in_any_style(chapter, attempt, seed, capfd):
    found = verdict(chapter, attempt, seed)
    assert found.result == "passed", found.message
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name)
@pytest.mark.parametrize("seed", range(20))
def test_the_solution_of_the_course_passes_every_check(chapter, seed):
    namespace: dict[str, object] = {}
    for cell in source_notebook(chapter).cells:
        nbgrader = cell.metadata.get("nbgrader", {"grade": True})
        if cell.cell_type == "code" and not nbgrader["grade"]:  # what is given, and what is to be written
            exec(cell.source, namespace)
    for check in checks(chapter).values():
        found = check.run(CallHere({f: namespace[f] for f in check.functions}), seed=seed)
        assert found.result == "passed", found.message


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name)
def test_every_slip_is_made_by_some_mutant(chapter):
    """A sentence that no wrong solution brings up is a sentence that nobody has read."""
    module = importlib.import_module(f"xentcourse.checks.slips.{chapter.slug}")
    tuples = [value for value in vars(module).values() if isinstance(value, tuple)]
    sentences = {slip.sentence for slips in tuples for slip in slips if isinstance(slip, Slip)}
    told = "\n".join(verdict(of, attempt, 0).message for of, attempt in MUTANTS if of is chapter)
    assert sentences, "the chapter has no slips"
    assert {s for s in sentences if s not in told} == set()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name)
def test_every_check_has_its_cell_and_every_cell_its_check(chapter):
    cells = [c for c in source_notebook(chapter).cells if c.metadata.get("nbgrader", {}).get("grade")]
    written = {cell.metadata["nbgrader"]["grade_id"]: cell.source for cell in cells}
    expected = {
        f"{chapter.slug}-{check.name}": f"check.{check.name}({', '.join(check.functions)})"
        for check in checks(chapter).values()
    }
    assert written == expected


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name)
def test_an_assignment_has_enough_parts_and_mutants(chapter):
    parts = {check.functions[0] for check in checks(chapter).values()}
    assert len(parts) >= 4
    assert sum(of is chapter for of, _ in MUTANTS) >= 12
    for check in checks(chapter):
        assert any(of is chapter and attempt.check == check for of, attempt in RIGHT), f"no right {check}"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name)
def test_an_unattempted_part_costs_nothing_but_its_own_points(chapter):
    def stub(*args, **kwargs):
        raise NotImplementedError

    for check in checks(chapter).values():
        value = check(*[stub for _ in check.functions])
        bundle = value._repr_mimebundle_()
        assert json.loads(bundle["text/plain"]) == 0.0
        assert "not attempted yet" in bundle["text/html"]
