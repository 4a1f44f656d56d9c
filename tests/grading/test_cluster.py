"""A class graded on a real Dask cluster: a lost worker costs nobody a grade."""

import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from xentcourse.course import CourseError
from xentcourse.grading import grade
from xentcourse.grading.version import PACKAGE

pytestmark = pytest.mark.nbgrader


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def dask(folder, *arguments, **environment):
    """A `dask` command; it ends, with all that it started, at the end of the block."""
    with (folder / f"{arguments[0]}-{time.monotonic_ns()}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            cwd=folder,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
        started = psutil.Process(process.pid)
        try:
            yield started
        finally:
            everything = [*started.children(recursive=True), started] if started.is_running() else []
            for each in everything:
                if each.is_running():
                    each.kill()
            process.wait()


@contextmanager
def scheduler(folder, **environment):
    """A scheduler on a free port of this machine; gives its address."""
    address = f"tcp://127.0.0.1:{free_port()}"
    host, port = "127.0.0.1", address.rpartition(":")[2]
    with dask(folder, "scheduler", "--host", host, "--port", port, "--no-dashboard", **environment):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex((host, int(port))) == 0:
                    break
            time.sleep(0.1)
        yield address


def worker(folder, address, *, nanny=False, **environment):
    """A worker with one thread."""
    return dask(
        folder,
        *("worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder)),
        "--nanny" if nanny else "--no-nanny",
        **environment,
    )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers that nobody kills."""
    folder = tmp_path_factory.mktemp("cluster")
    with scheduler(folder) as address, worker(folder, address), worker(folder, address):
        yield address


def test_a_class_has_the_same_scores_from_a_cluster_as_from_this_machine(cluster, full, right):
    lines = full.grade(cluster=cluster)
    assert {student: line.points for student, line in lines.items()} == full.scores() == right
    assert all(line.graded and line.readable for line in lines.values())
    rows = full.rows()
    assert not any(line.graded for line in full.grade(cluster=cluster).values())
    assert all(line.graded for line in full.grade(force=True).values())
    assert full.rows() == rows


def test_what_a_lost_worker_had_is_graded_elsewhere(tmp_path, full, right, monkeypatch):
    monkeypatch.setattr(grade, "BATCH", 1)
    students = {f"{student}{number}": right[student] for number in range(3) for student in right}
    for student in students:
        full.notebook(student).parent.mkdir(parents=True)
        full.notebook(student).write_bytes(full.notebook(student[:3]).read_bytes())
    with scheduler(tmp_path) as address, worker(tmp_path, address) as first, worker(tmp_path, address):
        lines = grade.grade_class(
            full.assignment,
            grade.Options(cluster=address, limits=full.limits, students=tuple(students)),
            progress=lambda done, _: first.kill() if done == 2 else None,
        )
        assert not first.is_running() or first.status() == psutil.STATUS_ZOMBIE
    assert full.scores() == students
    assert all(line.readable for line in lines)


@pytest.mark.parametrize("seed", range(4))
def test_a_worker_that_is_killed_at_any_moment_costs_nobody_a_grade(tmp_path, full, right, seed):
    moment = random.Random(seed).uniform(0, 2)
    with scheduler(tmp_path) as address, worker(tmp_path, address) as first, worker(tmp_path, address):
        killer = threading.Timer(moment, first.kill)
        killer.start()
        lines = full.grade(cluster=address)
        killer.join()
    assert full.scores() == right
    assert all(line.readable for line in lines.values())
    assert not any(line.graded for line in full.grade().values())


def test_a_submission_that_ends_its_workers_is_given_up_and_stops_nobody(tmp_path, full, right, poison):
    full.hand_in("poison", double="POISON = 1")
    allowed = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "2"}
    with ExitStack() as stack:
        address = stack.enter_context(scheduler(tmp_path, **allowed))
        for _ in range(2):
            stack.enter_context(worker(tmp_path, address, nanny=True))
        lines = full.grade(cluster=address)
    assert "it was given up" in lines["poison"].report[0]
    assert full.scores() == right | {"poison": 0}
    assert [student for student, line in lines.items() if not line.readable] == ["poison"]
    assert len(poison.read_text()) <= 6, "three workers beside others, three alone"


def test_a_scheduler_that_goes_away_stops_the_grading_in_words_and_a_rerun_goes_on(
    tmp_path, full, right, monkeypatch
):
    monkeypatch.setattr(grade, "BATCH", 1)
    with ExitStack() as stack:
        address = stack.enter_context(scheduler(tmp_path))
        stack.enter_context(worker(tmp_path, address))
        (found,) = (
            process
            for process in psutil.Process().children()
            if "scheduler" in process.cmdline() and address.rpartition(":")[2] in process.cmdline()
        )
        with pytest.raises(CourseError, match="The Dask scheduler is gone"):
            grade.grade_class(
                full.assignment,
                grade.Options(cluster=address, limits=full.limits),
                progress=lambda *_: found.kill(),
            )
    done = len(full.scores())
    assert 0 < done < len(right)
    lines = full.grade()
    assert sum(line.graded for line in lines.values()) == len(right) - done
    assert full.scores() == right
    assert all(line.readable for line in lines.values()), "nobody is given up for it"


def test_a_wrong_address_is_said_before_anybody_is_graded(tiny):
    tiny.hand_in("ada")
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(CourseError, match=f"There is no Dask scheduler at {address}"):
        tiny.grade(cluster=address)
    assert tiny.scores() == {}


def test_a_cluster_without_workers_is_not_waited_for_forever(tmp_path, tiny, monkeypatch):
    from xentcourse.grading import cluster

    monkeypatch.setattr(cluster, "WORKER_SECONDS", 1)
    tiny.hand_in("ada")
    with scheduler(tmp_path) as address, pytest.raises(CourseError, match=r"has no workers.*dask worker tcp"):
        tiny.grade(cluster=address)
    assert tiny.scores() == {}


def test_a_worker_with_another_version_of_the_course_is_told_and_grades_nobody(tmp_path, tiny):
    tiny.hand_in("ada")
    package = shutil.copytree(PACKAGE, tmp_path / "other" / "xentcourse")
    with (package / "grading" / "intake.py").open("a") as changed:
        changed.write("\nMAX_CELLS = 3\n")
    other = {"PYTHONPATH": str(tmp_path / "other")}
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, address, **other),
        pytest.raises(CourseError, match="has another version of the course"),
    ):
        tiny.grade(cluster=address)
    assert tiny.scores() == {}


def test_a_cluster_of_this_machine_is_made_for_the_grading_and_leaves_nothing_behind(full, right):
    before = set(psutil.Process().children(recursive=True))
    lines = full.grade(cluster="local")
    assert {student: line.points for student, line in lines.items()} == full.scores() == right
    left = [
        process
        for process in set(psutil.Process().children(recursive=True)) - before
        if "resource_tracker" not in " ".join(process.cmdline())
    ]
    assert not left
