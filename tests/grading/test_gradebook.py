"""A new gradebook is the one that nbgrader would have made."""

import multiprocessing
import os
import signal
import sqlite3

import pytest
from alembic.script import ScriptDirectory
from nbgrader.api import Gradebook

from xentcourse.grading.gradebook import lay_gradebook
from xentcourse.tools import tools_on_path


def contents(path):
    with sqlite3.connect(path) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        versions = connection.execute("SELECT * FROM alembic_version").fetchall()
        courses = connection.execute("SELECT * FROM course").fetchall()
    connection.close()
    return [(name, " ".join((sql or "").split()).rstrip(";")) for name, sql in tables], versions, courses


@pytest.mark.nbgrader
def test_a_new_gradebook_is_the_one_that_nbgrader_makes(tmp_path):
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    lay_gradebook(f"sqlite:///{ours}")
    with tools_on_path():
        for path in (ours, theirs):
            Gradebook(f"sqlite:///{path}", "course").close()
    assert contents(ours) == contents(theirs)


def lay_and_die(path):
    """Die when the tables are laid and their version is not."""
    ScriptDirectory.get_current_head = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    lay_gradebook(f"sqlite:///{path}")


def test_a_crash_before_the_version_is_there_leaves_no_gradebook_without_one(tmp_path):
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    process = multiprocessing.get_context("fork").Process(target=lay_and_die, args=(ours,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    for path in (ours, theirs):
        lay_gradebook(f"sqlite:///{path}")
    assert contents(ours)[1] == contents(theirs)[1] != []


def test_a_gradebook_that_is_there_stays_as_it_is(tmp_path):
    path = tmp_path / "gradebook.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE old (name)")
    connection.close()
    before = path.read_bytes()
    lay_gradebook(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_gradebook_that_cannot_be_laid_is_left_to_nbgrader(tmp_path):
    lay_gradebook(f"sqlite:///{tmp_path / 'missing' / 'gradebook.db'}")
    assert list(tmp_path.iterdir()) == []
