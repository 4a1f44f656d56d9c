"""What grading costs, against nbgrader alone: `make bench-grading`.

The same submissions, on one machine, in one run: stock nbgrader grades student after student, and
`xentcourse grade` the whole class before, in the middle and after. Ours is timed as a command, with its
start-up; nbgrader without, inside a process that has imported it. So the comparison is in its favour.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from rows import Row, at_most, in_turns, report, seconds

SEED = "11"
COMMAND = [sys.executable, "-m", "xentcourse.cli", "grade"]
GOALS = {"torch": 1 / 20, "numpy": 1 / 10, "softmax": None}
#: A second or so of pure computing.
BURN = "n = 0\nfor i in range(20_000_000): n += i"


# ---- against nbgrader -------------------------------------------------------------------------------


def against_nbgrader(work: Path, course: Any, *, count: int, rounds: int) -> Iterator[Row]:
    """Seconds a submission: ours in one process against nbgrader, as it is and shutting down at once."""
    from xentcourse.grading.gradebook import nbgrader_api

    name = course.assignment
    students = list(course.class_of(count))
    roots = {
        way: course.lay_out(work / name / way, immediate=way == "immediate") for way in ("stock", "immediate")
    }
    apis = {way: nbgrader_api(root) for way, root in roots.items()}
    register(course, roots)
    stock: dict[str, list[float]] = {way: [] for way in apis}
    ours: list[float] = []
    turns = {len(students) * turn // max(1, rounds - 1) for turn in range(rounds)}
    for number in range(len(students) + 1):
        if number in turns:
            root = course.lay_out(work / name / f"ours-{number}")
            ours.append(seconds(partial(grade, root, name, 1)) / len(course.submissions))
        if number < len(students):
            for way, api in apis.items():
                stock[way].append(seconds(partial(autograde, api, name, students[number])))
    goal = GOALS[name]
    per = statistics.median(ours)
    yield at_most(
        f"{name}: seconds a submission, against nbgrader", per, statistics.median(stock["stock"]), goal
    )
    immediate = statistics.median(stock["immediate"])
    yield at_most(f"{name}: seconds a submission, against immediate shutdown", per, immediate, goal)
    theirs, mine = (auto_scores(root, name) for root in (roots["stock"], root))
    graded = {key: score for key, score in mine.items() if key[0] in students}
    different = sum(graded[key] != theirs.get(key) for key in graded)
    yield Row(
        f"{name}: differing scores, of all",
        different,
        len(theirs),
        different / len(theirs),
        "none",
        not different,
    )


def register(course: Any, roots: dict[str, Path]) -> None:
    """Tell the gradebooks of the stock classes about the assignment."""
    from xentcourse.grading.assignment import find_assignment

    for root in roots.values():
        find_assignment(course.assignment, root).register(f"sqlite:///{root / 'gradebook.db'}")


def autograde(api: Any, name: str, student: str) -> None:
    with quietly():
        result = api.autograde(name, student)
    assert result["success"], result["log"]


@contextmanager
def quietly() -> Iterator[None]:
    """Without what nbgrader, SQLAlchemy and the kernels say on stderr."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as null, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.dup2(null.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def grade(root: Path, name: str, processes: int) -> None:
    """`xentcourse grade`, as it is typed."""
    command = [*COMMAND, name, "--processes", str(processes)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def auto_scores(root: Path, name: str) -> dict[tuple[str, str], float]:
    """Every automatic score of a gradebook, by student and cell."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            (submission.student.id, score.name): score.auto_score
            for submission in gradebook.assignment_submissions(name)
            for notebook in submission.notebooks
            for score in notebook.grades
        }


# ---- by itself --------------------------------------------------------------------------------------


def two_processes(work: Path, course: Any, *, count: int) -> Iterator[Row]:
    """The speed-up by a second process, against what two processes that only compute reach here."""
    from xentcourse.grading.workers import grade_locally

    bundle, jobs = bundle_of(course, work / "two"), list(course.class_of(count).items())
    took = in_turns(
        {
            "burn 1": partial(seconds, partial(burn, 1)),
            "grade 1": lambda: steadily(grade_locally(bundle, jobs, processes=1)),
            "grade 2": lambda: steadily(grade_locally(bundle, jobs, processes=2)),
            "burn 2": partial(seconds, partial(burn, 2)),
        },
        rounds=3,
    )
    ours, theirs = took["grade 1"] / took["grade 2"], 2 * took["burn 1"] / took["burn 2"]
    yield Row(
        "two processes: speed-up, once warm",
        ours,
        theirs,
        ours / theirs,
        "ratio >= 0.9",
        ours >= 0.9 * theirs,
    )
    whole = [
        seconds(partial(grade, course.lay_out(work / "two" / str(n)), course.assignment, n)) for n in (1, 2)
    ]
    yield Row(
        "two processes: speed-up of the command for 60",
        whole[0] / whole[1],
        theirs,
        whole[0] / whole[1] / theirs,
    )


def burn(processes: int) -> None:
    for started in [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(processes)]:
        started.wait()


def steadily(results: Iterator[Any], skipped: int = 8) -> float:
    """Seconds a result, after the first few: without the start-up."""
    times = [time.perf_counter() for _ in results]
    return (times[-1] - times[skipped]) / (len(times) - 1 - skipped)


def on_dask(work: Path, course: Any, *, count: int) -> Iterator[Row]:
    """What the cluster adds to a submission: seconds where nothing can be read but all is carried."""
    from distributed import Client, LocalCluster

    from xentcourse.grading.cluster import grade_on_cluster
    from xentcourse.grading.workers import grade_locally

    bundle = bundle_of(course, work / "dask")
    jobs = [(student, content[:-1]) for student, content in course.class_of(count).items()]
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        ours = steadily(grade_on_cluster(bundle, jobs, address=cluster.scheduler_address))
    theirs = steadily(grade_locally(bundle, jobs, processes=1))
    added = ours - theirs
    yield Row(
        "Dask: seconds a submission that is only carried",
        ours,
        theirs,
        ours / theirs,
        "10 ms more",
        added <= 0.01,
    )


def in_large_classes(work: Path, course: Any, *, large: int) -> Iterator[Row]:
    """Seconds of the command for each submission more: from 60 to 400, and from there to a large class."""
    counts = (60, 400, large)
    small, middle, whole = (
        seconds(
            partial(grade, course.lay_out(work / "large" / str(count), count=count), course.assignment, 1)
        )
        for count in counts
    )
    first, later = (middle - small) / (400 - 60), (whole - middle) / (large - 400)
    yield at_most(f"seconds for each submission more: 400 to {large}, against 60 to 400", later, first, 1.1)


def soaked(work: Path, course: Any, *, count: int) -> Iterator[Row]:
    """One sandbox from the first hundred to the last."""
    from soak import slope, soak

    bundle = bundle_of(course, work / "soak")
    samples = list(soak(bundle, list(course.submissions.values())[:20], count))
    first, last = (statistics.median(s.wall for s in part) for part in (samples[:100], samples[-100:]))
    yield Row(
        f"soak of {count}: seconds, last hundred against first",
        last,
        first,
        last / first,
        "ratio <= 1.1",
        last <= 1.1 * first,
    )
    for what in ("ours", "parent"):
        grown = slope([getattr(sample, what) for sample in samples[50:]]) / 1024
        yield Row(f"soak of {count}: KiB a submission, {what}", grown, 2.0, grown / 2, "< 2", abs(grown) < 2)


def bundle_of(course: Any, root: Path) -> Any:
    from xentcourse.grading.assignment import find_assignment
    from xentcourse.grading.bundle import make_bundle

    found = find_assignment(course.assignment, course.lay_out(root, count=1))
    ((name, source),) = found.notebooks.items()
    return make_bundle(course.assignment, name, source, seed=int(SEED))


# ---- all of it --------------------------------------------------------------------------------------


def measure(options: argparse.Namespace) -> Iterator[Row]:
    from classes import classes

    quick = options.quick
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        work = Path(folder)
        by_name = {course.assignment: course for course in classes()}
        for course in by_name.values():
            yield from against_nbgrader(work, course, count=4 if quick else 60, rounds=1 if quick else 3)
        softmax, numpy = by_name["softmax"], by_name["numpy"]
        yield from two_processes(work, softmax, count=40 if quick else 120)
        yield from on_dask(work, softmax, count=100 if quick else 300)
        if not quick:
            yield from soaked(work, softmax, count=1000 if options.large else 200)
        if options.large:
            yield from in_large_classes(work, numpy, large=1000)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the grading of classes against nbgrader alone.")
    parser.add_argument("--quick", action="store_true", help="few submissions for nbgrader, and one round")
    parser.add_argument("--large", action="store_true", help="classes of 1,000 as well")
    parser.add_argument("--out", type=Path, default=Path("_build/bench/grading.json"))
    options = parser.parse_args()
    os.environ["XENTCOURSE_SEED"] = SEED
    about = {"options": {"quick": options.quick, "large": options.large}}
    return report(measure(options), options.out, about, width=62)


if __name__ == "__main__":
    sys.exit(main())
