"""course.toml: what it says is what counts, and a slip in it is named with its line."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest

from xentcourse.course import Course, CourseError
from xentcourse.grading.gradebook import course_seed
from xentcourse.grading.late import LatePenalty
from xentcourse.grading.points import set_points
from xentcourse.grading.sandbox.session import Limits
from xentcourse.grading.settings import Late, Settings, Terms, read_settings, seed_of
from xentcourse.grading.source import source_notebook
from xentcourse.grading.variant import assignment_notebook

HERE = Course.find(Path(__file__).parent)
SOFTMAX = HERE.chapter("softmax")
GOOD = """
seed = 7
term = "Autumn"
timezone = "Europe/Berlin"
[limits]
cell_seconds = 5
memory_mb = 100
[late]
percent_per_day = 10
[assignments.softmax]
released = 2026-10-01T09:00:00
due = 2026-10-08T23:59:00
canvas = "Softmax (1)"
points = { gradient = 5 }
[assignments.softmax.extensions]
ada = 2026-10-12T23:59:00Z
"""


def settings(folder: Path, text: str) -> Settings:
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return read_settings(folder)


def test_all_that_may_stand_in_it_is_read(tmp_path):
    due = datetime(2026, 10, 8, 21, 59, tzinfo=UTC)
    ada = datetime(2026, 10, 12, 23, 59, tzinfo=UTC)
    terms = Terms(datetime(2026, 10, 1, 7, tzinfo=UTC), due, "Softmax (1)", {"gradient": 5.0}, {"ada": ada})
    expected = Settings(
        7, "Autumn", Limits(cell_seconds=5, memory=100 << 20), Late(percent_per_day=10), {"softmax": terms}
    )
    assert settings(tmp_path, GOOD) == expected
    assert terms.due_of("ada") == ada
    assert terms.due_of("bob") == due
    assert terms.extension_of("ada") == timedelta(days=4, hours=2)
    assert terms.extension_of("bob") is None


def test_a_class_without_the_file_has_the_defaults(tmp_path):
    assert read_settings(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("seed = '7'", 1, "seed is '7', expected a whole number from 0 on"),
        ("seed = -1", 1, "seed is -1, expected a whole number"),
        ("seed = true", 1, "seed is True, expected a whole number"),
        ("seeds = 7", 1, "seeds is not known here; there are seed, term.*Did you mean seed?"),
        ("\n\nterm = 2026", 3, "term is 2026, expected a text in quotes"),
        ("timezone = 'Mars'", 1, "timezone is 'Mars', expected a time zone such as"),
        ("[limits]\ncell_seconds = 'long'", 2, "limits.cell_seconds is 'long', expected a number from 1 on"),
        ("[limits]\ncell_second = 3", 2, "Did you mean cell_seconds?"),
        ("[limits]\nprocesses = 1.5", 2, "expected a whole number from 1 on"),
        ("limits = 3", 1, r"limits is 3, expected a table: \[limits\]"),
        (
            "[late]\n# ten\npercent_per_day = 110",
            3,
            "late.percent_per_day is 110, expected a number from 0 to 100",
        ),
        ("[late]\ngrace_minutes = nan", 2, "expected a number"),
        ("[assignments.softmax]\ndue = '8 October'", 2, "due is '8 October', expected a day and a time"),
        ("[assignments.softmax]\ndue = 2026-10-08", 2, "due is 2026-10-08, expected a day and a time"),
        (
            "[assignments.softmax]\npoints = { gradient = 'five' }",
            2,
            "points.gradient is 'five', expected a number",
        ),
        ("[assignments.softmax.extensions]\nada = 2026-10-12T00:00:00", 2, "nothing is due. Add due"),
        (
            "[assignments.softmax]\ndue = 2026-10-08T00:00:00\nreleased = 2026-10-09T00:00:00",
            2,
            "expected a moment after the release",
        ),
        (
            "[assignments.softmax]\ndue = 2026-10-08T00:00:00\nextensions.ada = 2026-10-07T00:00:00",
            3,
            "expected a moment after softmax is due",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_slip_is_named_with_its_line_what_is_seen_and_what_was_expected(tmp_path, text, line, words):
    with pytest.raises(CourseError) as error:
        settings(tmp_path, text)
    assert str(error.value).startswith(f"{tmp_path / 'course.toml'}, line {line}: ")
    assert re.search(words, str(error.value))


def test_what_is_no_toml_is_named_with_its_line(tmp_path):
    with pytest.raises(CourseError, match=r"course.toml is no TOML: .*line 2"):
        settings(tmp_path, "seed = 1\nterm = Autumn")


def test_an_assignment_that_no_chapter_has_is_refused_in_a_copy_of_the_course(tmp_path):
    shutil.copy(HERE.root / "_toc.yml", tmp_path)
    (tmp_path / "book").mkdir()
    with pytest.raises(CourseError, match=r"assignments\.softmaxx is not known here.*Did you mean softmax\?"):
        settings(tmp_path, "[assignments.softmaxx]")


def test_the_seed_of_the_file_is_the_course_s(tmp_path, monkeypatch):
    monkeypatch.delenv("XENTCOURSE_SEED", raising=False)
    settings(tmp_path, "seed = 7")
    assert course_seed(tmp_path) == 7


def test_a_file_without_a_seed_says_what_to_write(tmp_path):
    settings(tmp_path, "term = 'Autumn'")
    with pytest.raises(CourseError, match=r"the seed is missing.*seed = \d+"):
        seed_of(tmp_path)


# ---- points -----------------------------------------------------------------------------------------


def test_points_count_and_are_told_wherever_the_notebook_tells_them(tmp_path):
    notebook = source_notebook(SOFTMAX)
    set_points(notebook, "softmax", {"gradient": 5.0, "softmax_extremes": 1.0})
    text = nbformat.writes(notebook)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
    assert cells["softmax-gradient"].metadata.nbgrader.points == 5
    assert "5 points*" in cells["softmax-part_5"].source
    assert "| 5 | `gradient` | 10 | ●○○ | 5 |" in cells["softmax-intro"].source
    assert "4 points*" in cells["softmax-part_1"].source
    assert "| 1 | `softmax` | 15 | ●○○ | 4 |" in cells["softmax-intro"].source
    assert text.count("5 points*") == 1


@pytest.mark.parametrize(
    "chapter", [c for c in HERE.chapters if "exercise" in c.pieces()], ids=lambda c: c.slug
)
def test_an_assignment_with_its_own_points_is_as_it_was(chapter):
    before = source_notebook(chapter)
    after = source_notebook(chapter)
    graded = [
        cell.metadata.nbgrader for cell in after.cells if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    set_points(
        after, chapter.slug, {each.grade_id.removeprefix(f"{chapter.slug}-"): each.points for each in graded}
    )
    assert after == before


def test_points_for_a_check_that_there_is_not_are_refused():
    with pytest.raises(
        CourseError, match=r"points names grad, which is no check of softmax; there are softmax, "
    ):
        set_points(source_notebook(SOFTMAX), "softmax", {"grad": 5})


def test_a_release_and_a_variant_have_the_points_of_the_class(tmp_path):
    for file in ("_toc.yml", "book/softmax.md", "solutions/softmax/softmax.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE.root / file, tmp_path / file)
    settings(tmp_path, "[assignments.softmax.points]\ngradient = 5")
    for variant in (None, 7):
        made = assignment_notebook(Course(tmp_path).chapter("softmax"), variant)
        about = [cell.metadata.get("nbgrader", {}) for cell in made.cells]
        assert [each["points"] for each in about if each.get("grade_id") == "softmax-gradient"] == [5]


# ---- lateness ---------------------------------------------------------------------------------------

HOUR, DAY = 3600, 24 * 3600


@pytest.mark.parametrize(
    ("seconds", "lost"),
    [(1, None), (HOUR / 4, None), (HOUR / 4 + 1, 2), (DAY, 2), (DAY + 1, 4), (2 * DAY, 4), (30 * DAY, 10)],
)
def test_late_work_loses_a_share_for_each_day_that_has_begun_after_the_grace(seconds, lost):
    plugin = LatePenalty(percent_per_day=10, grace_minutes=15, most_percent=50)
    assert plugin.late_submission_penalty("ada", 20.0, seconds) == lost


def test_nothing_is_lost_where_the_class_says_nothing():
    assert LatePenalty().late_submission_penalty("ada", 20.0, 30 * DAY) is None
