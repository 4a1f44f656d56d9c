"""The instructor's road: every command of the pages for instructors, typed in order, for a class of 200.

The pages are the script: their shell blocks run one after the other in fresh folders, course.toml is the one
that a page shows, and what comes of it is looked at. Then formgrader is opened in a real browser.
"""

import csv
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import matplotlib
import pytest
import second
from bs4 import BeautifulSoup
from postgres import running_server
from synthetic import learners, pack, roster

from xentcourse.course import Chapter, Course
from xentcourse.grading.settings import read_settings
from xentcourse.teaching.roster import Student
from xentcourse.tools import chromium, environment

pytestmark = [pytest.mark.nbgrader, pytest.mark.browser, pytest.mark.timeout(900)]

HERE = Course.find(Path(__file__).parent)
PAGES = (
    *("teaching_setup", "teaching_grading", "teaching_reports"),
    *("teaching_scaling", "teaching_threats", "teaching_assignments"),
)
COPIED = ("book", "exercises", "solutions", "tests", "xentcourse")
FILES = ("_toc.yml", "_config.yml", "nbgrader_config.py", "pyproject.toml")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What runs until somebody ends it; the browser's tests do.
STAYS = "jupyter lab"
COUNT = 200
#: What is typed for the second assignment: the pages' commands, with another name.
SECOND = """
xentcourse collect entropy ~/Downloads/entropy.zip
xentcourse grade entropy
xentcourse feedback entropy
xentcourse report entropy
xentcourse export --format canvas --to both-canvas.csv
xentcourse export --format moodle --to both-moodle.csv
nbgrader export --to=both.csv
"""
VARIANT = 7  #: of it, which a page hands out
PATIENCE = 60_000
CHROMIUM_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass
class Road:
    """A teacher's machine: where they are, what they typed, and what they were told."""

    cwd: Path
    environment: dict[str, str]
    told: dict[str, str] = field(default_factory=dict)

    def walk(self, page: str) -> None:
        """Do what a page says, from its top to its end."""
        for language, text in BLOCK.findall((HERE.root / "book" / f"{page}.md").read_text(encoding="utf-8")):
            if language == "bash" and text.strip() != STAYS:
                self.type(text)
            elif language == "toml":
                (self.cwd / "course.toml").write_text(text, encoding="utf-8")
            elif language == "text" and text.startswith("id,"):
                assert text.splitlines()[0].split(",") == [each.name for each in fields(Student)]
                (self.cwd / "roster.csv").write_text(roster(learners(COUNT)), encoding="utf-8")
            elif language == "python":
                compile(text, page, "exec")

    def type(self, commands: str) -> str:
        """Type commands into a shell that stops at the first that fails."""
        at = self.cwd / ".cwd"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{commands}\npwd > {at}"],
            cwd=self.cwd,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        self.cwd = Path(at.read_text().strip())
        at.unlink()
        self.told[commands] = done.stdout
        return done.stdout


def copy_course(folder: Path) -> Path:
    for name in COPIED:
        junk = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "katex", "_static")
        shutil.copytree(HERE.root / name, folder / name, ignore=junk)
    for name in FILES:
        shutil.copy(HERE.root / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """Everything that the pages say has been done."""
    root = tmp_path_factory.mktemp("road")
    course, home = copy_course(root / "course"), root / "home"
    pack(home / "Downloads", COUNT)
    with running_server() as server:
        variables = {
            "HOME": str(home),
            "PYTHONPATH": str(course),
            "MPLCONFIGDIR": matplotlib.get_configdir(),
            "GRADEBOOK": server.new_database("autumn"),
        }
        made = Road(course, environment() | variables)
        made.environment.pop("XENTCOURSE_SEED", None)
        for page in PAGES:
            made.walk(page)
        made.cwd = root / "autumn"
        second.pack(home / "Downloads" / "entropy.zip", entropy_of(made), VARIANT, learners(COUNT))
        made.type(SECOND)
        yield made


def entropy_of(road: Road) -> Chapter:
    """The second assignment, as the class has it."""
    return Course(road.cwd).chapter("entropy")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def typed(road: Road, start: str) -> str:
    """What a command of the pages printed."""
    return next(told for commands, told in road.told.items() if commands.startswith(start))


# ---- the road ---------------------------------------------------------------------------------------


def test_the_overview_names_every_page_of_the_part_and_every_command():
    overview = (HERE.root / "book" / "instructors.md").read_text(encoding="utf-8")
    assert all(f"<{page}>" in overview for page in PAGES)
    for command in ("teach", "release", "collect", "grade", "feedback", "report", "export"):
        assert f"`xentcourse {command} " in overview or f"`xentcourse {command}`" in overview


def test_the_settings_that_the_page_shows_are_the_class_s(road):
    settings = read_settings(road.cwd)
    assert settings.term == "Autumn 2026"
    assert settings.terms("softmax").due_of("s007") > settings.terms("softmax").due_of("s008")
    gradient = [
        cell for cell in notebook(road.cwd / "exercises/softmax/softmax.ipynb") if cell == "softmax-gradient"
    ]
    assert gradient


def notebook(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in cells]


def test_everybody_s_latest_upload_is_collected_and_what_is_nobody_s_is_listed(road):
    told = typed(road, "xentcourse collect")
    assert f"softmax: {COUNT} new or newer, 0 as they were." in told
    assert "strangerfred_99_700000_softmax.ipynb: nobody in roster.csv is called 'strangerfred'" in told
    assert "essay.pdf: not a notebook" in told
    assert "late, says Canvas" in told
    assert len(list(road.cwd.glob("submitted/*/softmax/softmax.ipynb"))) == COUNT
    kept = list(road.cwd.glob("collected/softmax/s*/*.ipynb"))
    assert len(kept) > COUNT, "first attempts are kept"


def test_everybody_has_a_grade_and_a_feedback_page(road):
    table = rows(road.cwd / "grades.csv")
    softmax = [row for row in table if row["assignment"] == "softmax"]
    assert len(softmax) == COUNT
    scores = [float(row["score"]) for row in softmax]
    assert {float(row["max_score"]) for row in softmax} == {22.0}, "with the two points more for the gradient"
    assert min(scores) < 5
    assert max(scores) == 22
    assert len(set(scores)) > 10
    assert len(list(road.cwd.glob("feedback/*/softmax/softmax.html"))) == COUNT


def test_the_zip_of_feedback_has_everybody_s_page_under_canvas_s_name(road):
    uploads = {
        (learner.file_name, str(learner.lms_user_id)): road.cwd
        / "feedback"
        / learner.id
        / "softmax"
        / "softmax.html"
        for learner in learners(COUNT)
    }
    with zipfile.ZipFile(road.cwd / "softmax-feedback.zip") as archive:
        for name in archive.namelist():
            person, *numbers = name.replace("_LATE_", "_").split("_")[:3]
            assert numbers[1].startswith("6"), "the latest upload, and not the first"
            page = uploads.pop((person, numbers[0]))
            if "/s007/" not in str(page) and "/s011/" not in str(page):  # made anew later
                assert archive.read(name) == page.read_bytes()
    assert uploads == {}
    assert f"{COUNT} as Canvas takes them back" in typed(road, "xentcourse feedback softmax")


def test_late_work_loses_a_day_s_share_and_an_extension_spares_it(road):
    late = [row for row in rows(road.cwd / "grades.csv") if float(row["late_submission_penalty"] or 0) > 0]
    assert late
    for row in late:
        assert float(row["late_submission_penalty"]) == pytest.approx(0.1 * float(row["raw_score"]))
    assert "s007" not in {row["student_id"] for row in late}


def test_the_tables_for_canvas_and_moodle_have_the_grades(road):
    grades = {
        row["student_id"]: float(row["score"])
        for row in rows(road.cwd / "grades.csv")
        if row["assignment"] == "softmax"
    }
    canvas = {row["SIS Login ID"]: row for row in rows(road.cwd / "canvas.csv")}
    points = canvas.pop("")
    assert points["Student"].strip() == "Points Possible"
    assert points["Softmax (12345)"] == "22"
    moodle = {row["username"]: row["softmax"] for row in rows(road.cwd / "moodle.csv")}
    assert set(moodle) == set(canvas) == set(grades)
    for student, score in grades.items():
        assert float(moodle[student]) == pytest.approx(score, abs=0.01)
    assert canvas["s001"]["ID"] == "40001"


def test_the_report_shows_the_class_and_asks_no_other_machine(road):
    page = (road.cwd / "reports" / "softmax.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    assert f"{COUNT} graded submissions" in soup.get_text()
    assert len(soup.select("img")) == 3
    assert all(image["src"].startswith("data:") and image["alt"] for image in soup.select("img"))
    assert not soup.select("script, link, iframe")
    assert len(page) < 2_000_000
    assert "that is the gradient of the sum" in page.lower() or "Likely slip" in page


def test_the_report_finds_the_two_who_renamed_what_a_neighbour_wrote(road):
    soup = BeautifulSoup((road.cwd / "reports" / "softmax.html").read_text(encoding="utf-8"), "html.parser")
    table = soup.select_one("[aria-label='Pairs that are too alike']")
    assert table, "no pair was found"
    pairs = {tuple(cell.get_text() for cell in row.select("td")[:2]) for row in table.select("tbody tr")}
    planted = {tuple(sorted((each.id, each.copied_from))) for each in learners(COUNT) if each.copied_from}
    assert planted <= pairs
    assert len(pairs) <= COUNT / 10, "and few others: some wrong answers are alike by themselves"


def test_the_anonymous_report_has_nobody_s_name(road):
    page = (road.cwd / "reports" / "softmax-for-everybody.html").read_text(encoding="utf-8")
    for learner in learners(COUNT):
        assert not re.search(rf"\b{learner.id}\b", page)
        assert learner.last_name not in page


def test_the_appeal_is_recorded_and_changed_one_part_of_one_student(road):
    (appeal,) = rows(road.cwd / "appeals.csv")
    assert (appeal["student"], appeal["part"], appeal["after"]) == ("s007", "softmax-gradient", "4.0")
    feedback = (road.cwd / "feedback/s007/softmax/softmax.html").read_text(encoding="utf-8")
    assert "which the prompt does not ask for" in feedback


def test_the_grades_in_postgresql_are_those_of_the_file(road):
    there, here = (
        {row["SIS Login ID"]: row["Softmax (12345)"] for row in rows(road.cwd / name)}
        for name in ("from-the-server.csv", "canvas.csv")
    )
    assert {student for student, points in there.items() if student and points} == {"s001", "s002"}
    assert all(there[student] == here[student] for student in ("s001", "s002"))


# ---- two assignments --------------------------------------------------------------------------------


def points(road: Road, name: str) -> dict[tuple[str, str], str]:
    """What a table of nbgrader's own says: by student and assignment, the points that count."""
    table = rows(road.cwd / name)
    return {(row["student_id"], row["assignment"]): row["score"] for row in table if row["timestamp"]}


def test_everybody_has_the_points_of_the_parts_that_they_solved_in_the_second_assignment(road):
    graded = points(road, "both.csv")
    expected = {
        who.learner.id: second.deserved(entropy_of(road), who) * (1 - second.LOST * who.late)
        for who in second.handed(learners(COUNT))
    }
    assert len(set(expected.values())) > 10
    assert 20 in expected.values()
    found = {student: float(score) for (student, name), score in graded.items() if name == "entropy"}
    assert found == pytest.approx(expected)


def test_an_export_of_both_assignments_has_a_column_for_each_with_the_grades_of_the_gradebook(road):
    graded = points(road, "both.csv")
    canvas = rows(road.cwd / "both-canvas.csv")[1:]
    moodle = rows(road.cwd / "both-moodle.csv")
    assert len(canvas) == len(moodle) == COUNT
    columns = {"softmax": "Softmax (12345)", "entropy": "entropy"}
    for name, title in columns.items():
        given = {student: float(score) for (student, of), score in graded.items() if of == name}
        for table, who, column in ((canvas, "SIS Login ID", title), (moodle, "username", name)):
            exported = {row[who]: float(row[column]) for row in table if row[column]}
            assert exported == pytest.approx(given, abs=0.01), "who handed nothing in has an empty field"


def test_the_second_assignment_leaves_the_first_as_it_was(road):
    alone, both = (
        {row["SIS Login ID"]: row["Softmax (12345)"] for row in rows(road.cwd / name)}
        for name in ("canvas.csv", "both-canvas.csv")
    )
    assert alone == both


def test_the_second_assignment_s_report_and_feedback_are_about_nobody_else(road):
    everybody = second.handed(learners(COUNT))
    soup = BeautifulSoup((road.cwd / "reports" / "entropy.html").read_text(encoding="utf-8"), "html.parser")
    assert f"{len(everybody)} graded submissions" in soup.get_text()
    assert "softmax" not in soup.get_text()
    with zipfile.ZipFile(road.cwd / "entropy-feedback.zip") as archive:
        pages = {Path(name).with_suffix(".ipynb").as_posix() for name in archive.namelist()}
    assert pages == {who.file_name for who in everybody}


def test_a_stamped_chapter_can_be_laid_into_the_class(road):
    assert "focal_loss" in read_settings(road.cwd).assignments
    assert (road.cwd / "solutions" / "focal_loss" / "focal_loss.py").is_file()


def test_the_class_is_nobody_else_s_business(road):
    assert (road.cwd / ".gitignore").read_text().splitlines()[-1] == "*"


def test_collecting_and_grading_again_changes_nothing(road):
    source = Path(road.environment["HOME"]) / "Downloads" / "submissions.zip"
    before = {path: path.stat().st_mtime_ns for path in road.cwd.glob("submitted/*/softmax/*")}
    told = road.type(f"xentcourse collect softmax {source}")
    assert f"softmax: 0 new or newer, {COUNT} as they were." in told
    assert {path: path.stat().st_mtime_ns for path in road.cwd.glob("submitted/*/softmax/*")} == before
    assert road.type("xentcourse grade softmax").count("unchanged") == COUNT


def test_the_cluster_that_the_page_describes_grades(road):
    page = (HERE.root / "book" / "teaching_scaling.md").read_text(encoding="utf-8")
    block = next(text for language, text in BLOCK.findall(page) if text.startswith("dask scheduler"))
    port = free_port()
    scheduler, worker, grade = block.replace("grader:8786", f"127.0.0.1:{port}").splitlines()
    with (
        staying(road, f"{scheduler} --host 127.0.0.1 --port {port} --dashboard-address 127.0.0.1:0", port),
        staying(road, f"{worker} --dashboard-address 127.0.0.1:0"),
    ):
        told = road.type(f"{grade} --force --student s001")
    assert "s001" in told
    assert "unchanged" not in told


def test_a_round_through_nbgraders_own_exchange(road):
    exchange, desk = road.cwd.parent / "exchange", road.cwd.parent / "desk"
    exchange.mkdir(mode=0o777)
    with (road.cwd / "nbgrader_config.py").open("a") as config:
        config.write(f"\nget_config().Exchange.root = {str(exchange)!r}\n")
    road.type("nbgrader release_assignment softmax")
    assert (exchange / "xentcourse/outbound/softmax/softmax.ipynb").is_file()
    mine = desk / "softmax" / "softmax.ipynb"
    mine.parent.mkdir(parents=True)
    shutil.copy(road.cwd / "exercises" / "softmax" / "softmax.ipynb", mine)
    learner = f"--course=xentcourse --Exchange.root={exchange} --CourseDirectory.student_id=s001"
    road.type(f"cd {desk}; nbgrader submit softmax {learner}; cd {road.cwd}")
    assert "softmax: 1 new or newer, 0 as they were." in road.type("xentcourse collect softmax exchange")
    assert (road.cwd / "submitted/s001/softmax/softmax.ipynb").read_bytes() == mine.read_bytes()
    kept = road.cwd.glob("collected/softmax/s001/*.ipynb")
    assert len(list(kept)) == 2, "the upload of before is kept"
    for command in ("xentcourse grade", "xentcourse feedback", "nbgrader release_feedback"):
        road.type(f"{command} softmax --student s001")
    road.type(f"cd {desk}; nbgrader fetch_feedback softmax {learner}; cd {road.cwd}")
    (page,) = desk.glob("softmax/feedback/*/softmax.html")
    assert page.read_bytes() == (road.cwd / "feedback/s001/softmax/softmax.html").read_bytes()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def staying(road: Road, command: str, port: int = 0) -> Iterator[None]:
    """A command that runs in another terminal; with a port, from the moment that it answers there."""
    words = command.split()
    program = [Path(sys.executable).with_name(words[0]), *words[1:]]
    with (road.cwd / "terminal.log").open("a") as log:
        process = subprocess.Popen(program, cwd=road.cwd, env=road.environment, stdout=log, stderr=log)
        try:
            until = time.monotonic() + 60
            while port and time.monotonic() < until and process.poll() is None:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.2)
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


# ---- formgrader -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def formgrader(road: Road) -> Iterator[str]:
    """JupyterLab in the class's folder, started as the page says."""
    page = (HERE.root / "book" / "teaching_grading.md").read_text(encoding="utf-8")
    assert f"```bash\n{STAYS}\n```" in page
    port = free_port()
    options = (
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--IdentityProvider.token=",
    )
    command = [Path(sys.executable).with_name("jupyter"), *STAYS.split()[1:], *options]
    log = road.cwd / "lab.log"
    with log.open("w") as file:
        server = subprocess.Popen(command, env=road.environment, cwd=road.cwd, stdout=file, stderr=file)
        try:
            address = f"http://127.0.0.1:{port}"
            until = time.monotonic() + 60
            while time.monotonic() < until and server.poll() is None:
                try:
                    with urlopen(f"{address}/api/status", timeout=5):
                        break
                except (URLError, TimeoutError, ConnectionError):
                    time.sleep(0.2)
            else:
                pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}", pytrace=False)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture(scope="module")
def page(formgrader: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = chromium()
    assert program, "Chromium is missing: scripts/system-packages test installs it"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        opened = running.new_page(viewport={"width": 1300, "height": 900})
        opened.route("**/*", lambda route: only_here(route, formgrader))
        yield opened
        running.close()


def only_here(route: Any, address: str) -> None:
    """Let nothing be fetched from elsewhere: what lies on another host is not waited for."""
    if route.request.url.startswith((address, "data:")):
        route.continue_()
    else:
        route.abort()


def test_formgrader_lists_the_assignment_with_its_submissions(page, formgrader):
    page.goto(f"{formgrader}/formgrader/manage_assignments")
    row = page.locator("tr", has_text="softmax")
    row.wait_for(timeout=PATIENCE)
    assert str(COUNT) in row.inner_text()


def test_a_comment_and_points_by_hand_survive_a_regrade(road, page, formgrader):
    student = "s011"
    open_submission(page, formgrader, student)
    page.locator("#softmax-gradient_solution-comment").fill("Read chapter 8 once more, then tell me.")
    page.locator("#softmax-gradient").fill("1.5")
    page.locator("#softmax-gradient").press("Tab")
    page.locator("#softmax-fit").focus()
    page.wait_for_load_state("networkidle")
    road.type(f"xentcourse grade softmax --force --student {student}")
    open_submission(page, formgrader, student)
    assert page.locator("#softmax-gradient").input_value() == "1.5"
    assert page.locator("#softmax-gradient_solution-comment").input_value().startswith("Read chapter 8")
    road.type(f"nbgrader generate_feedback softmax --student {student} --force")
    feedback = (road.cwd / "feedback" / student / "softmax" / "softmax.html").read_text(encoding="utf-8")
    assert "Read chapter 8 once more" in feedback
    assert road.type("xentcourse export softmax --format moodle --to moodle.csv")


def open_submission(page: Any, formgrader: str, student: str) -> None:
    """Manual Grading, the assignment, the notebook, and one student's submission, by its links."""
    page.goto(f"{formgrader}/formgrader/manage_submissions/softmax")
    row = page.locator("tr", has=page.get_by_text(student, exact=True))
    row.wait_for(timeout=PATIENCE)
    page.goto(f"{formgrader}/formgrader/manage_students/{student}/softmax")
    link = page.get_by_role("link", name="softmax", exact=True).last
    link.wait_for(timeout=PATIENCE)
    link.click()
    page.locator("#softmax-gradient").wait_for(timeout=PATIENCE)
    page.wait_for_function("() => formgrader.grades?.loaded && formgrader.comments?.loaded", timeout=PATIENCE)
