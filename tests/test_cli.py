"""The command line: what each command prints, where, and how it exits."""

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import yaml
from test_structure import to_do

import xentcourse.book
import xentcourse.grading.release
import xentcourse.lab
from xentcourse import cli
from xentcourse.course import Chapter, Course, CourseError
from xentcourse.grading.grade import Line
from xentcourse.grading.source import source_notebook
from xentcourse.grading.summary import as_text
from xentcourse.lab import Laid, lab_environment, lay_chapters, lay_copies
from xentcourse.learning.workplace import Material, Workplace
from xentcourse.stamp import stamp, with_chapter
from xentcourse.tools import environment

COURSE = Course.find(Path(__file__).parent)
#: What a copy of the course needs for releasing, stamping and testing one chapter.
COPIED = ("book", "exercises", "solutions", "tests", "xentcourse")
FILES = (
    *("_config.yml", "nbgrader_config.py", "pyproject.toml", "package.json"),
    *("requirements.txt", "requirements-dev.txt", "requirements-peers.txt", "constraints.txt"),
)
CONTENTS = """# A comment that stays.
format: jb-book
root: index
parts:
  - caption: One
    numbered: true
    chapters:
      - file: softmax  # the first
  - caption: Two
    chapters:
      - file: glossary
"""


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def xentcourse_command(*arguments: str) -> Ran:
    """Run a command in this process."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = cli.run(arguments)
    return Ran(code, out.getvalue(), err.getvalue())


def in_a_process(*arguments: str, cwd: Path) -> Ran:
    """Run a command as it is typed, with the package that lies in `cwd`."""
    command = [sys.executable, "-m", "xentcourse.cli", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


def is_one_error(text: str) -> bool:
    return text.startswith("Error: ") and text.count("\n") == 1


def copy_course(folder: Path) -> Course:
    """A copy of the course whose only chapter is softmax, so that no other one matters to a test."""
    for name in COPIED:
        junk = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "katex")
        shutil.copytree(COURSE.root / name, folder / name, ignore=junk)
    for name in FILES:
        shutil.copy(COURSE.root / name, folder / name)
    (folder / "_toc.yml").write_text(CONTENTS)
    return Course(folder)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A copy of the course as the current folder, with the tools on PATH as `main` puts them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", environment()["PATH"])
    return copy_course(tmp_path)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Course:
    """The course itself as the current folder: for commands whose work is replaced."""
    monkeypatch.chdir(COURSE.root)
    return COURSE


def everything_in(folder: Path) -> dict[str, bytes]:
    """All files but caches, to see whether anything changed."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(f.relative_to(folder)): f.read_bytes() for f in files if "__pycache__" not in f.parts}


# ---- usage ------------------------------------------------------------------------------------------


def test_help_lists_every_command():
    ran = xentcourse_command("--help")
    assert ran.code == 0
    assert {"book", "lab", "progress", "submit", "release", "grade", "new"} <= {
        line.split()[0] for line in ran.out.splitlines() if line
    }


@pytest.mark.parametrize(
    "arguments",
    [(), ("bake",), ("release", "--chekc"), ("grade",), ("new",), ("release", "no_such_chapter")],
    ids=" ".join,
)
def test_wrong_usage_exits_2_with_one_line(here, arguments):
    ran = xentcourse_command(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_error(ran.err), ran.err


@pytest.mark.parametrize("arguments", [("book",), ("release",), ("grade", "x"), ("new", "x")], ids=" ".join)
def test_a_command_outside_a_course_says_where_to_go(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    ran = xentcourse_command(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_error(ran.err), ran.err
    assert "in a copy of the course" in ran.err or "inside a copy of the course" in ran.err


def test_the_command_as_typed_has_this_pythons_tools_on_its_path(tmp_path):
    program = "import os, sys; from xentcourse import cli; sys.argv = ['x', '--version']\ntry: cli.main()\n"
    program += "finally: print(os.environ['PATH'].split(os.pathsep)[0])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["0.1.0", str(Path(sys.executable).parent)]


def test_the_installed_command_answers(tmp_path):
    tool = Path(sys.executable).with_name("xentcourse")
    done = subprocess.run([tool, "release"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert is_one_error(done.stderr), done.stderr


# ---- book -------------------------------------------------------------------------------------------


def test_book_says_which_page_to_open(here, monkeypatch):
    asked = {}

    def build(course, *, builder):
        asked[course.root] = builder
        return course.root / "README.md"

    monkeypatch.setattr(xentcourse.book, "build_book", build)
    ran = xentcourse_command("book", "--builder", "dirhtml")
    assert asked == {COURSE.root: "dirhtml"}
    assert (ran.code, ran.err) == (0, "")
    assert (COURSE.root / "README.md").as_uri() in ran.out


def test_book_that_is_not_built_exits_1(course):
    ran = xentcourse_command("book")  # the copy has no node_modules
    assert (ran.code, ran.out) == (1, "")
    assert is_one_error(ran.err), ran.err
    assert "npm ci" in ran.err


# ---- lab --------------------------------------------------------------------------------------------


def lay(course: Course) -> list[Laid]:
    return lay_copies(Material.of_course(course), Workplace(course.root / "work"))


def lay_pages(course: Course) -> list[Laid]:
    return lay_chapters(Material.of_course(course), Workplace(course.root / "work"))


def test_lab_lays_a_copy_of_every_exercise(course):
    (laid,) = lay(course)
    assert laid.path == course.root / "work" / "softmax" / "softmax.ipynb"
    assert laid.path.read_bytes() == course.chapter("softmax").exercise.read_bytes()


def test_lab_never_overwrites_what_a_learner_wrote(course):
    copy = lay(course)[0].path
    copy.write_text("my work")
    assert lay(course) == []
    assert copy.read_text() == "my work"


def test_lab_brings_back_a_copy_that_was_deleted(course):
    lay(course)[0].path.unlink()
    assert len(lay(course)) == 1


def release_anew(course: Course) -> None:
    """A newer release of softmax: its title has changed."""
    exercise = course.chapter("softmax").exercise
    exercise.write_text(exercise.read_text(encoding="utf-8").replace("# Softmax", "# Softmax, mended", 1))


def answer(copy: Path, source: str) -> None:
    """Write into the first cell for an answer of a learner's notebook."""
    notebook = nbformat.read(copy, as_version=4)
    cell = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution"))
    cell.source = source
    nbformat.write(notebook, copy)


@pytest.mark.parametrize("base_known", [True, False])
def test_lab_carries_answers_into_a_newer_release_and_keeps_the_old_file(course, base_known):
    copy = lay(course)[0].path
    answer(copy, "my answer")
    before = copy.read_bytes()
    release_anew(course)
    if not base_known:
        shutil.rmtree(course.root / "work" / ".released")
    (laid,) = lay(course)
    assert "newer release with your answers" in laid.told(course.root)
    assert laid.kept.read_bytes() == before
    text = copy.read_text(encoding="utf-8")
    assert "my answer" in text
    assert "# Softmax, mended" in text
    nbformat.validate(nbformat.read(copy, as_version=4))
    assert lay(course) == [], "once is enough"


def test_lab_keeps_every_older_file(course):
    copy = lay(course)[0].path
    names = []
    for _ in range(2):
        release_anew(course)
        names += [laid.kept.name for laid in lay(course)]
    assert names == ["softmax.old-1.ipynb", "softmax.old-2.ipynb"]
    assert all(copy.with_name(name).is_file() for name in names)


@pytest.mark.parametrize("content", ["my work", "[]", '{"cells": [1]}', '{"cells": [{"source": 1}]}', ""])
def test_lab_leaves_alone_what_is_no_notebook_when_there_is_a_newer_release(course, content):
    copy = lay(course)[0].path
    copy.write_text(content)
    release_anew(course)
    (laid,) = lay(course)
    assert "left alone" in laid.told(course.root)
    assert copy.read_text() == content
    assert sorted(path.name for path in copy.parent.iterdir()) == ["softmax.ipynb"]


def test_lab_says_what_it_laid_and_hands_options_and_exit_code_through(course, monkeypatch):
    seen = []
    monkeypatch.setattr(xentcourse.lab, "open_lab", lambda place, options: seen.append((place, options)) or 3)
    ran = xentcourse_command("lab", "--no-browser", "--port=9999")
    assert seen == [(Workplace(course.root / "work"), ("--no-browser", "--port=9999"))]
    told = "Laid work/softmax/softmax.ipynb\nLaid 1 pages of the book in work/chapters/\n"
    assert ran == Ran(3, told, "")
    assert xentcourse_command("lab") == Ran(3, "", ""), "once is enough"


def test_lab_starts_jupyterlab_in_the_learners_folder(course):
    assert xentcourse.lab.open_lab(Workplace(course.root / "work"), ["--version"]) == 0


def test_lab_outside_a_course_lays_everything_right_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(xentcourse.lab, "open_lab", lambda *_: 0)
    assert xentcourse_command("lab").code == 0
    laid = {path.parent.name for path in (tmp_path / "work").glob("[!.]*/*.ipynb")}
    assert laid == {"chapters"} | {chapter.slug for chapter in COURSE.chapters}


def test_lab_brings_a_chapter_up_to_date_and_keeps_one_that_was_changed(course):
    page = course.chapter("softmax").page
    (laid,) = lay_pages(course)
    assert laid.path == course.root / "work" / "chapters" / "softmax.ipynb"
    assert lay_pages(course) == []
    for changed in (False, True):
        if changed:
            laid.path.write_text(
                laid.path.read_text(encoding="utf-8").replace("# Softmax", "# My softmax", 1)
            )
        page.write_text(page.read_text(encoding="utf-8") + f"\nNewer, {changed}.\n", encoding="utf-8")
        (again,) = lay_pages(course)
        assert f"Newer, {changed}." in laid.path.read_text(encoding="utf-8")
        assert (again.kept is not None) == changed
    assert "# My softmax" in again.kept.read_text(encoding="utf-8")


def test_lab_asks_nobody_for_news_and_shows_no_instructors_panels():
    program = (
        "import json; from jupyterlab_server import config; print(json.dumps(config.get_page_config([])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=lab_environment(), capture_output=True, text=True, check=True
    )
    off = set(json.loads(done.stdout)["disabledExtensions"])
    assert "@jupyterlab/apputils-extension:announcements" in off
    panels = {f"@jupyter/nbgrader:{name}" for name in ("course-list", "create-assignment", "formgrader")}
    assert panels <= off
    assert "@jupyter/nbgrader:validate-assignment" not in off


def test_lab_keeps_the_users_own_settings_first(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", os.pathsep.join(["/mine", "/ours"]))
    assert lab_environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep)[:2] == ["/mine", "/ours"]
    monkeypatch.delenv("JUPYTER_CONFIG_PATH")
    assert lab_environment()["JUPYTER_CONFIG_PATH"] == str(xentcourse.lab.SETTINGS)


# ---- release ----------------------------------------------------------------------------------------


@pytest.mark.nbgrader
def test_release_makes_the_exercise_and_check_sees_when_it_is_stale(course):
    exercise = course.chapter("softmax").exercise
    exercise.unlink()
    stale = xentcourse_command("release", "--check")
    assert (stale.code, stale.out) == (1, "")
    assert is_one_error(stale.err), stale.err
    assert "exercises/softmax/softmax.ipynb" in stale.err
    assert not exercise.exists(), "--check writes nothing"
    assert xentcourse_command("release", "softmax") == Ran(0, "exercises/softmax/softmax.ipynb\n", "")
    fresh = xentcourse_command("release", "--check")
    assert (fresh.code, fresh.err) == (0, "")
    exercise.write_bytes(exercise.read_bytes().replace(b"difficulty", b"effort", 1))
    assert xentcourse_command("release", "softmax", "--check").code == 1


def test_release_that_fails_exits_1(course):
    course.chapter("softmax").solution.unlink()
    ran = xentcourse_command("release", "softmax")
    assert (ran.code, ran.out) == (1, "")
    assert "has no source" in ran.err


# ---- grade ------------------------------------------------------------------------------------------


def submit(course: Course, student: str, content: str) -> None:
    path = course.root / "submitted" / student / "softmax" / "softmax.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")


@pytest.mark.nbgrader
def test_grade_puts_a_class_through_the_sandbox_and_says_how_it_went(course):
    chapter = course.chapter("softmax")
    submit(course, "ada", nbformat.writes(source_notebook(chapter)))
    submit(course, "emmy", chapter.exercise.read_text(encoding="utf-8"))
    submit(course, "kurt", "{")
    ran = xentcourse_command("grade", "softmax")
    assert ran.code == 1
    assert is_one_error(ran.err), ran.err
    assert "1 of 3 submissions could not be graded" in ran.err
    table = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert {"ada 20 of 20", "emmy 0 of 20", "kurt 0 of 20 not gradable"} <= set(table)
    assert "1 softmax-gradient" in table
    assert any(line.startswith("kurt: The file is no notebook") for line in table)

    again = xentcourse_command("grade", "softmax", "--student", "ada", "--json")
    assert (again.code, again.err) == (0, "")
    (line,) = json.loads(again.out)["lines"]
    assert (line["student"], line["points"], line["graded"]) == ("ada", 20, False)

    walls_down = xentcourse_command("grade", "softmax", "--student", "ada", "--no-sandbox")
    assert walls_down.code == 0
    assert "ada      20 of 20" in walls_down.out
    assert "could change any grade" in walls_down.out


def test_grade_without_submissions_says_where_they_belong(course):
    ran = xentcourse_command("grade", "softmax")
    assert (ran.code, ran.out) == (1, "")
    assert is_one_error(ran.err), ran.err
    assert "submitted/<student>/softmax/" in ran.err


def line(student: str, points: float, **others: object) -> Line:
    told = {"seconds": 1.0, "failed": (), "report": (), "readable": True} | others
    return Line(student, "softmax", points, 20.0, **told)


def test_the_summary_counts_failures_and_names_the_slowest_and_the_unreadable():
    text = as_text(
        [
            line("ada", 20, seconds=9.0),
            line("emmy", 3, failed=("softmax-fit", "softmax-gradient")),
            line("kurt", 17, failed=("softmax-fit",), graded=False, seconds=50.0),
            line("max", 0, readable=False, failed=("softmax-fit",), report=("It is cut off.",)),
        ]
    )
    rows = [" ".join(row.split()) for row in text.splitlines()]
    assert rows[:5] == [
        "student points",
        "ada 20 of 20",
        "emmy 3 of 20",
        "kurt 17 of 20 unchanged",
        "max 0 of 20 not gradable",
    ]
    assert rows[rows.index("Failed or not attempted, by check:") + 1] == "2 softmax-fit"
    assert rows[rows.index("Slowest:") + 1] == "9.0 s ada"
    assert "50.0 s kurt" not in rows
    assert "max: It is cut off." in rows


def test_the_summary_says_where_a_verdict_was_made_in_the_learners_process():
    assert "inside the learner's process" in as_text([line("ada", 20, trusted=False)])
    assert "learner's process" not in as_text([line("ada", 20)])


# ---- new --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("softmax",),
        ("glossary",),
        ("KL",),
        ("kl-divergence",),
        ("2d",),
        ("kl__divergence",),
        ("_kl",),
        ("../kl",),
        ("lambda",),
        ("x" * 41,),
        ("",),
        ("answer",),  # xentcourse/checks/answer.py is the checks' own
        ("focal", "--after", "glossary"),
        ("focal", "--after", "nowhere"),
        ("focal", "--title", "two\nlines"),
        ("focal", "--title", " "),
    ],
    ids=" ".join,
)
def test_new_refuses_and_touches_nothing(course, arguments):
    before = everything_in(course.root)
    ran = xentcourse_command("new", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_error(ran.err), ran.err
    assert everything_in(course.root) == before


def test_new_that_fails_half_way_leaves_nothing_behind(course, monkeypatch):
    def fail(chapter, course):
        raise CourseError("nbgrader is ill")

    monkeypatch.setattr(xentcourse.grading.release, "release", fail)
    before = everything_in(course.root)
    with pytest.raises(CourseError, match="nbgrader is ill"):
        stamp(course, "focal")
    assert everything_in(course.root) == before
    assert not (course.root / "solutions" / "focal").exists()


TOC = """# order
parts:
  - caption: A
    numbered: true
    chapters:
      - file: first   # why
        sections:
          - file: first_more

      - file: second
  - caption: B
    chapters:
      - file: glossary"""


@pytest.mark.parametrize(("after", "place"), [("first", 1), ("second", 2)])
def test_new_lists_the_chapter_and_keeps_the_rest_of_the_contents(after, place):
    text = with_chapter(TOC, "new", after=after)
    expected = yaml.safe_load(TOC)
    expected["parts"][0]["chapters"].insert(place, {"file": "new"})
    assert yaml.safe_load(text) == expected
    assert text.replace("      - file: new\n", "") == TOC + "\n"


@pytest.mark.nbgrader
def test_new_stamps_a_chapter_that_works_and_says_what_is_missing(course):
    ran = in_a_process(
        "new", "focal_loss", "--title", 'Focal "loss" for @slug@', "--after", "softmax", cwd=course.root
    )
    assert (ran.code, ran.err) == (0, ""), ran.err
    chapter = Chapter("focal_loss", course.root)
    written = {
        path.relative_to(course.root).as_posix() for path in chapter.pieces().values() if path.is_file()
    }
    assert written <= set(ran.out.splitlines())
    assert [path for path in chapter.pieces().values() if not path.exists()] == []
    assert [c.slug for c in Course(course.root).chapters] == ["softmax", "focal_loss"]
    assert (course.root / "_toc.yml").read_text().startswith("# A comment that stays.\n")
    page = chapter.page.read_text()
    assert '\n(focal_loss)=\n# Focal "loss" for @slug@\n' in page
    assert "@slug@" not in page.replace('Focal "loss" for @slug@', "")

    lint = [Path(sys.executable).with_name("ruff")]
    for check in (["check"], ["format", "--check"]):
        made = [str(course.root / line) for line in ran.out.splitlines() if line.endswith(".py")]
        done = subprocess.run(
            [*lint, *check, *made], cwd=course.root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout

    # Alone in the contents, the new chapter is all that the tests of chapters see.
    contents = (course.root / "_toc.yml").read_text()
    (course.root / "_toc.yml").write_text(contents.replace("      - file: softmax  # the first\n", ""))
    for folder in ("solutions", "exercises"):
        for other in (course.root / folder).iterdir():
            if other.is_dir() and other.name != chapter.slug:
                shutil.rmtree(other)
    failed, report = failing_tests(course.root)
    assert failed == {
        "tests/test_checks.py::test_an_assignment_has_enough_parts_and_mutants[focal_loss]",
        "tests/test_structure.py::test_nothing_is_left_to_do[focal_loss]",
    }, report
    assert len({line.split(":")[0] for line in to_do(chapter)}) == 10, "every stamped file has its TODO"


def failing_tests(root: Path) -> tuple[set[str], str]:
    """The tests of chapters that fail in a copy of the course, and pytest's report."""
    focal = ["tests/focal_loss", "tests/explorables/test_focal_loss.py", "xentcourse/reference/focal_loss.py"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-q",
        "-rf",
        "--tb=short",
    ]
    done = subprocess.run(
        [*command, "tests/test_checks.py", "tests/test_structure.py", *focal],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return {line.split()[1] for line in lines}, done.stdout + done.stderr
