"""Whatever is killed, full or locked while a class is graded: afterwards everybody has one right grade."""

import dataclasses
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import psutil
import pytest

from xentcourse.course import CourseError
from xentcourse.grading import grade, record
from xentcourse.grading.grade import Options, grade_class
from xentcourse.grading.sandbox.session import Limits
from xentcourse.grading.workers import TRIES

pytestmark = pytest.mark.nbgrader

STUDENTS = ("ada", "bob", "cyd", "dan", "eve", "gus")


@pytest.fixture(scope="module")
def registered(full_of_module):
    """The full class before anybody is graded, known to the gradebook."""
    full_of_module.assignment.register(full_of_module.db_url)
    return full_of_module


@pytest.fixture
def made(registered, tmp_path):
    """A class to grade, in a folder of its own."""
    shutil.copytree(registered.root, tmp_path / "class")
    return type(registered)(tmp_path / "class")


# ---- killed at any moment ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graders():
    """Processes forked from one that has imported what grading needs: killing many of them takes no hours."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["nbgrader.api", "nbgrader.apps", "xentcourse.grading.grade"])
    return context


@contextmanager
def grader(graders, made, students=STUDENTS):
    """A process that grades the class; afterwards nothing of it must be left."""
    options = Options(students=students, processes=2, limits=made.limits)
    process = graders.Process(target=grade_class, args=(made.assignment, options))
    process.start()
    try:
        yield psutil.Process(process.pid)
        process.join(200)
        assert process.exitcode in (0, -signal.SIGKILL)
    finally:
        process.kill()
        process.join()


def victims(process, kind):
    """What can be killed of a grading process."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in process.children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # a zombie has no command line
                command = " ".join(child.cmdline())
                if ("spawn_main" if kind == "worker" else "/inside/start.py") in command:
                    found.append(child)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_killed_a_rerun_leaves_everybody_with_one_right_grade(graders, made, right, seed):
    """Seeds in turn kill the grading process, a worker, and a warm parent."""
    dice = random.Random(seed)
    kind = ("grader", "worker", "sandbox")[seed % 3]
    with grader(graders, made) as process:
        if kind == "grader":
            time.sleep(dice.uniform(0, 3))
            descendants = []
            with suppress(psutil.NoSuchProcess):
                descendants = process.children(recursive=True)
                process.kill()
            _, left = psutil.wait_procs(descendants, timeout=20)
            assert not left, "nothing outlives the grading process"
        else:
            until = time.monotonic() + 30
            found = []
            while not found and time.monotonic() < until:
                time.sleep(0.02)
                found = victims(process, kind)
            time.sleep(dice.uniform(0, 1.5))
            with suppress(psutil.NoSuchProcess):
                dice.choice(victims(process, kind) or found).kill()
    lines = made.grade(students=STUDENTS)
    assert made.scores() == {student: right[student] for student in STUDENTS}
    assert {student: line.points for student, line in lines.items()} == made.scores()
    assert all(line.readable for line in lines.values()), "nobody is blamed for it"
    assert not any(line.graded for line in lines.values()) or kind == "grader"
    assert not any(line.graded for line in made.grade(students=STUDENTS).values())
    assert not list(made.root.rglob("*.partial"))


def test_ctrl_c_ends_the_grading_and_its_workers_at_once(graders, tiny):
    tiny.hand_in("ada", double="import time\ntime.sleep(60)")
    patient = dataclasses.replace(tiny, limits=Limits(cell_seconds=60))
    process = graders.Process(
        target=grade_class, args=(patient.assignment, Options(limits=patient.limits, processes=1))
    )
    process.start()
    parent = psutil.Process(process.pid)
    try:
        while not (found := victims(parent, "sandbox")):
            time.sleep(0.05)
        time.sleep(2)
        descendants = parent.children(recursive=True)
        os.kill(process.pid, signal.SIGINT)
        process.join(20)
        assert process.exitcode == 1
        _, left = psutil.wait_procs([*descendants, *found], timeout=20)
        assert not left
    finally:
        process.kill()
        process.join()


def test_a_crash_between_scores_and_notebook_does_not_bring_back_the_scores_before(made, monkeypatch):
    path = made.hand_in("ada")
    first = path.read_bytes()
    made.grade(students=("ada",))
    made.hand_in("ada", double="def double(x):\n    return 2 * x")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            made.grade(students=("ada",))
    assert made.scores() == {"ada": 2}, "the scores were recorded"
    path.write_bytes(first)
    assert made.grade(students=("ada",))["ada"].points == 0
    assert made.scores() == {"ada": 0}


def interrupted(*_):
    raise KeyboardInterrupt


# ---- a poisonous submission --------------------------------------------------------------------------


def test_a_submission_that_ends_its_worker_is_given_up_and_the_others_are_graded(made, right, poison):
    made.hand_in("poison", double="POISON = 1")
    lines = made.grade(students=(*STUDENTS, "poison"), processes=2)
    assert poison.read_text() == "x" * TRIES
    assert lines["poison"].report == (f"Grading this ended its worker {TRIES} times; it was given up.",)
    assert not lines["poison"].readable
    assert made.scores() == {student: right[student] for student in STUDENTS} | {"poison": 0}


def test_workers_that_do_not_start_are_not_blamed_on_the_submissions(made, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'spawn_main' in str(sys.orig_argv):\n"
        "    sys.modules['xentcourse.grading.workers'] = None"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(CourseError, match="Workers end before they are ready"):
        made.grade(students=STUDENTS, processes=2)
    assert made.scores() == {}


# ---- a full disk, a locked gradebook -----------------------------------------------------------------


@contextmanager
def largest_file(size):
    """No file of this process and its children may become larger: the disk is full, for a while."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_no_room_for_a_notebook_stops_the_grading_in_words_and_a_rerun_goes_on(made, right, monkeypatch):
    monkeypatch.setattr(grade, "BATCH", 1)
    made.hand_in("ada")
    work = nbformat.read(made.notebook("hal"), as_version=4)
    work.cells += [nbformat.v4.new_code_cell("print('x' * 90_000)") for _ in range(9)]
    made.hand_in("hal", work)
    with largest_file(600_000), pytest.raises(CourseError, match=r"can't be written to .*File too large"):
        made.grade(students=("ada", "hal"))
    assert made.scores() == {"ada": 0}, "what was recorded before is safe"
    assert not list(made.root.rglob("*.partial"))
    lines = made.grade(students=("ada", "hal"))
    assert {student: line.graded for student, line in lines.items()} == {"ada": False, "hal": True}
    assert made.scores() == {"ada": 0, "hal": right["hal"]}


def test_no_room_for_the_gradebook_stops_the_grading_in_words_and_a_rerun_goes_on(made, right, monkeypatch):
    monkeypatch.setattr(record, "LOCKED_SECONDS", 1)
    for number in range(40):
        made.hand_in(f"student{number}")
    students = tuple(f"student{number}" for number in range(40))
    size = (made.root / "gradebook.db").stat().st_size
    with largest_file(size), pytest.raises(CourseError, match=r"The gradebook can't be used: .*full|I/O"):
        made.grade(students=students)
    made.grade(students=students)
    assert made.scores() == dict.fromkeys(students, 0)


@contextmanager
def locked(made, seconds):
    """Somebody else holds the gradebook for so long, from when the first line comes."""
    timers = []

    def lock(done, total):
        if done == 1:
            connection = sqlite3.connect(made.root / "gradebook.db", check_same_thread=False)
            connection.execute("BEGIN EXCLUSIVE")
            timers.append(threading.Timer(seconds, connection.close))
            timers[0].start()

    yield lock
    for timer in timers:
        timer.join()


def test_a_gradebook_that_is_locked_for_a_while_is_waited_for(made, right, monkeypatch):
    monkeypatch.setattr(grade, "BATCH", 1)
    options = Options(students=STUDENTS, processes=1, limits=made.limits)
    with locked(made, 7) as lock:  # SQLite itself waits for 5 seconds
        lines = grade_class(made.assignment, options, progress=lock)
    assert all(line.graded and line.readable for line in lines)
    assert made.scores() == {student: right[student] for student in STUDENTS}


def test_a_gradebook_that_stays_locked_stops_the_grading_in_words_and_a_rerun_goes_on(
    made, right, monkeypatch
):
    monkeypatch.setattr(grade, "BATCH", 1)
    monkeypatch.setattr(record, "LOCKED_SECONDS", 1)
    options = Options(students=STUDENTS, processes=1, limits=made.limits)
    with locked(made, 8) as lock, pytest.raises(CourseError, match="database is locked"):
        grade_class(made.assignment, options, progress=lock)
    assert len(made.scores()) == 1
    lines = made.grade(students=STUDENTS)
    assert sum(line.graded for line in lines.values()) == len(STUDENTS) - 1
    assert made.scores() == {student: right[student] for student in STUDENTS}
