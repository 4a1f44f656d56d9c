"""A gradebook in a real PostgreSQL: nbgrader works there, and a server that stops costs nobody a grade."""

import itertools
import warnings

import pytest
from postgres import running_server

from xentcourse.course import CourseError
from xentcourse.grading import grade, record
from xentcourse.tools import run_tool, tools_on_path

pytestmark = pytest.mark.nbgrader

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def server():
    with running_server() as made:
        yield made


@pytest.fixture
def db_url(server):
    """A database without anything in it."""
    return server.new_database(f"class{next(NUMBERS)}")


def test_a_class_has_the_same_grades_in_postgresql_as_in_sqlite(full, right, db_url):
    lines = full.grade(db_url=db_url)
    assert {student: line.points for student, line in lines.items()} == full.scores(db_url) == right
    assert not any(line.graded for line in full.grade(db_url=db_url).values())
    full.grade()
    assert full.rows() == full.rows(db_url)


def test_what_sqlite_takes_and_postgresql_refuses_stops_nobody(tiny, db_url):
    tiny.hand_in("nul", root="raise ValueError('a\\0b\\ud800')", why="a\0b")
    tiny.hand_in("n" * 200)
    tiny.hand_in("ada", double="def double(x):\n    return 2 * x")
    lines = tiny.grade(db_url=db_url)
    assert "could not be recorded" in lines["n" * 200].report[-1]
    assert tiny.scores(db_url) == {"ada": 2, "nul": 0}


def test_nbgraders_own_tools_work_on_it(full, right, db_url):
    from nbgrader.plugins.export import CsvExportPlugin

    with (full.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {db_url!r}\n")
    full.grade(db_url=db_url)
    rows = full.api().get_submissions("tiny")
    assert {row["student"]: row["score"] for row in rows} == right
    with tools_on_path(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = full.api().generate_feedback("tiny")
    assert made["success"], made
    assert len(list((full.root / "feedback").glob("*/tiny/tiny.html"))) == len(right)
    with full.gradebook(db_url) as gradebook:
        CsvExportPlugin(to=str(full.root / "grades.csv")).export(gradebook)
    assert len((full.root / "grades.csv").read_text().splitlines()) == len(right) + 1


def test_nbgrader_takes_its_tables_there_for_up_to_date(full, db_url):
    full.assignment.register(db_url)
    (full.root / "nbgrader_config.py").write_text(f"get_config().CourseDirectory.db_url = {db_url!r}\n")
    assert run_tool(["nbgrader", "db", "upgrade"], cwd=full.root) == 0


def test_a_server_that_is_restarted_in_the_middle_is_waited_for(full, right, server, db_url, monkeypatch):
    monkeypatch.setattr(grade, "BATCH", 1)

    def restart(done, _):
        if done == 3:
            server.stop("immediate")  # as after a crash
            server.start()

    options = grade.Options(db_url=db_url, processes=1, limits=full.limits)
    lines = grade.grade_class(full.assignment, options, progress=restart)
    assert {line.student: line.points for line in lines} == full.scores(db_url) == right
    assert all(line.readable and line.graded for line in lines)


def test_a_server_that_stays_away_stops_the_grading_in_words_and_a_rerun_goes_on(
    full, right, server, db_url, monkeypatch
):
    monkeypatch.setattr(grade, "BATCH", 1)
    monkeypatch.setattr(record, "LOCKED_SECONDS", 1)
    options = grade.Options(db_url=db_url, processes=1, limits=full.limits)
    with pytest.raises(CourseError, match="The gradebook can't be used"):
        grade.grade_class(
            full.assignment, options, progress=lambda done, _: server.stop() if done == 3 else None
        )
    with pytest.raises(CourseError, match="nbgrader could not enter tiny in the gradebook"):
        full.grade(db_url=db_url)
    server.start()
    assert len(full.scores(db_url)) == 3
    lines = full.grade(db_url=db_url)
    assert sum(line.graded for line in lines.values()) == len(right) - 3
    assert full.scores(db_url) == right
