"""The notebook that learners open: always the same bytes, nothing given away, and it runs as it is."""

import functools
import itertools
import re
import shutil
import tempfile
from pathlib import Path
from textwrap import indent

import nbclient
import nbformat
import pytest
from nbformat import NotebookNode

from xentcourse.course import Chapter, Course, CourseError
from xentcourse.grading.config import STUB
from xentcourse.grading.kernels import OwnKernelManager
from xentcourse.grading.release import is_stale, release, release_text
from xentcourse.grading.source import source_notebook

pytestmark = pytest.mark.nbgrader

HERE = Course.find()
CHAPTERS = [chapter.slug for chapter in HERE.chapters if "exercise" in chapter.pieces()]


# ---- the notebooks ----------------------------------------------------------------------------------


def course_in(root: Path) -> Course:
    """What a release needs of the course, where nobody else writes."""
    for folder in ("solutions", "exercises"):
        shutil.copytree(HERE.root / folder, root / folder)
    for chapter in HERE.chapters:
        (root / "book").mkdir(exist_ok=True)
        shutil.copy(chapter.page, root / "book")
    shutil.copy(HERE.root / "_toc.yml", root)
    return Course(root)


@functools.cache
def made(slug: str) -> str:
    """The release made from today's source."""
    with tempfile.TemporaryDirectory() as folder:
        course = course_in(Path(folder))
        return release_text(course.chapter(slug), course)


def released(slug: str) -> NotebookNode:
    return nbformat.reads(made(slug), as_version=4)


def about(cell: NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})


def solution_cells(slug: str) -> list[tuple[NotebookNode, NotebookNode]]:
    """Each learner's cell as it is released, and with the course's solution."""
    solved = {about(c)["grade_id"]: c for c in source_notebook(HERE.chapter(slug)).cells if about(c)}
    return [(c, solved[about(c)["grade_id"]]) for c in released(slug).cells if about(c).get("solution")]


def check_cells(slug: str) -> list[NotebookNode]:
    return [c for c in released(slug).cells if about(c).get("grade")]


# ---- always the same --------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_committed_release_is_what_the_source_gives_today(slug):
    committed = HERE.chapter(slug).exercise.read_text(encoding="utf-8")
    assert committed == made(slug), f"run `xentcourse release {slug}` and commit the result"


@pytest.mark.parametrize("slug", CHAPTERS)
def test_a_second_release_in_the_same_folder_or_another_has_the_same_bytes(slug, tmp_path):
    course = course_in(tmp_path)
    chapter = course.chapter(slug)
    shutil.rmtree(chapter.exercise.parent)
    assert is_stale(chapter, course)
    assert release(chapter, course) == chapter.exercise
    assert chapter.exercise.read_bytes() == made(slug).encode()
    assert not is_stale(chapter, course)
    assert [path.name for path in chapter.exercise.parent.iterdir()] == [f"{slug}.ipynb"]
    assert not (tmp_path / "gradebook.db").exists(), "a release is nothing that the gradebook need know"


def test_a_changed_source_makes_the_release_stale(tmp_path):
    course = course_in(tmp_path)
    chapter = course.chapter("softmax")
    source = chapter.solution.read_text(encoding="utf-8")
    chapter.solution.write_text(source.replace("# # Softmax", "# # The softmax", 1), encoding="utf-8")
    assert is_stale(chapter, course)


@pytest.mark.parametrize("slug", CHAPTERS)
def test_cells_have_ids_that_never_change_and_no_outputs(slug):
    cells = released(slug).cells
    assert [c.id for c in cells] == [f"{slug.replace('_', '-')}-{n:02}" for n in range(len(cells))]
    assert all(c.outputs == [] and c.execution_count is None for c in cells if c.cell_type == "code")


#: What a release takes out of a learner's cell, with its indentation.
BLOCK = re.compile(r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION", re.DOTALL | re.MULTILINE)


# ---- nothing given away, nothing to break -----------------------------------------------------------


@pytest.mark.parametrize("slug", CHAPTERS)
def test_no_solution_is_left(slug):
    assert "SOLUTION" not in made(slug)
    for cell, solved in solution_cells(slug):
        block = re.search(r"### BEGIN SOLUTION\n(.*?)\s*### END SOLUTION", solved.source, re.DOTALL)
        assert block, f"{about(cell)['grade_id']} has no solution between markers"
        lines = {line.strip() for line in block[1].splitlines()} - {""}
        assert lines
        assert [line for line in cell.source.splitlines() if line.strip() in lines] == []
        for other in released(slug).cells:
            assert block[1].strip() not in other.source


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_learners_cell_is_its_specification_and_the_stub(slug):
    cells = solution_cells(slug)
    assert len(cells) >= 4
    for cell, solved in cells:
        given = solved.source[: solved.source.index("### BEGIN SOLUTION")]
        assert cell.source.startswith(given), "the def line and its docstring stay"
        stubbed = re.sub(BLOCK, lambda block: indent(STUB, block[1]), solved.source)
        assert cell.source.rstrip() == stubbed.rstrip()
        assert '"""' in given
        compile(cell.source, about(cell)["grade_id"], "exec")


@pytest.mark.parametrize("slug", CHAPTERS)
def test_what_is_no_learners_cell_is_locked_and_prompts_are_no_answers(slug):
    for cell in released(slug).cells:
        if cell.cell_type == "markdown":
            assert about(cell), f"{cell.id}: this text has no grade_id and could be edited or deleted"
        if about(cell):
            learners = about(cell)["solution"]
            assert learners == (cell.cell_type == "code" and "    raise NotImplementedError()" in cell.source)
            assert about(cell)["locked"] is not learners
            assert cell.metadata.get("editable", True) is learners
            assert cell.metadata.deletable is False


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_learners_cell_is_followed_by_its_checks(slug):
    cells = [c for c in released(slug).cells if about(c).get("grade") or about(c).get("solution")]
    assert about(cells[0])["solution"]
    assert about(cells[-1])["grade"]
    for before, after in itertools.pairwise(cells):
        assert about(before)["grade"] or about(after)["grade"], f"{before.id} has no check"


# ---- points -----------------------------------------------------------------------------------------


def table(slug: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """What the intro promises: minutes and points of each part, by the functions that it asks for."""
    intro = next(c for c in released(slug).cells if about(c).get("grade_id") == f"{slug}-intro")
    functions = r"(`\w+`(?:, `\w+`)*)"
    row = rf"^\| *\d+ *\| *{functions} *\| *(\d+) *\| *[●○]{{3}} *\| *(\d+) *\|$"
    rows = re.findall(row, intro.source, re.MULTILINE)
    assert len(rows) >= 4, "| part | `function` | minutes | ●○○ | points |"
    return {
        tuple(re.findall(r"\w+", functions)): (int(minutes), int(points))
        for functions, minutes, points in rows
    }


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_checks_are_worth_what_the_table_says(slug):
    part_of = {function: functions for functions in table(slug) for function in functions}
    worth: dict[tuple[str, ...], int] = {}
    for cell in check_cells(slug):
        function = re.fullmatch(r"check\.\w+\((\w+)(?:, \w+)*\)", cell.source)[1]
        part = part_of[function]
        worth[part] = worth.get(part, 0) + about(cell)["points"]
    assert worth == {part: points for part, (_, points) in table(slug).items()}


@pytest.mark.parametrize("slug", CHAPTERS)
def test_each_part_says_the_same_minutes_and_points_as_the_table(slug):
    text = "\n".join(c.source for c in released(slug).cells if c.cell_type == "markdown")
    said = re.findall(r"^\*(\d+) minutes, difficulty [●○]{3}, (\d+) points?\*$", text, re.MULTILINE)
    assert [(int(minutes), int(points)) for minutes, points in said] == list(table(slug).values())


# ---- as it is, and solved ---------------------------------------------------------------------------


def run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run All, as JupyterLab does: the first error stops it, and fails the test."""
    resources = {"metadata": {"path": str(folder)}}
    return nbclient.NotebookClient(
        notebook, timeout=300, resources=resources, kernel_manager_class=OwnKernelManager
    ).execute()


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_release_as_it_is_runs_to_its_end_and_every_part_is_not_attempted(slug, tmp_path):
    cells = run(released(slug), tmp_path).cells
    checks = [c for c in cells if about(c).get("grade")]
    assert len(checks) == len(check_cells(slug))
    for cell in checks:
        (output,) = cell.outputs
        assert output.output_type == "execute_result"
        assert output.data["text/plain"] == "0.0", "nbgrader's partial credit"
        assert "not attempted yet" in output.data["text/html"]
    for cell in cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.get("text")


@pytest.mark.parametrize("slug", CHAPTERS)
def test_the_notebook_with_its_solutions_passes_every_check(slug, tmp_path):
    cells = run(source_notebook(HERE.chapter(slug)), tmp_path).cells
    for cell in cells:
        if about(cell).get("grade"):
            assert "".join(output.text for output in cell.outputs).startswith("✓ ")
        assert all(output.get("name") != "stderr" for output in cell.get("outputs", []))


# ---- sources that are refused -----------------------------------------------------------------------

HEADER = """\
# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
"""


def assignment(root: Path, *cells: str) -> tuple[Chapter, Course]:
    """A chapter `tiny` whose source has these cells."""
    chapter = Chapter("tiny", root)
    chapter.solution.parent.mkdir(parents=True)
    chapter.solution.write_text(HEADER + "\n\n".join(cells) + "\n", encoding="utf-8")
    return chapter, Course(root)


def code(metadata: str, source: str = "pass") -> str:
    return f"# %% nbgrader={{{metadata}}}\n{source}"


REFUSED = {
    "two cells of one id": (
        [code('"grade_id": "tiny-a"'), "# %%\npass", code('"grade_id": "tiny-a", "points": 2')],
        ["cells 0 and 2", "'tiny-a'", "every cell needs its own"],
    ),
    "another chapter's id": (
        [code('"grade_id": "softmax-a"')],
        ["'softmax-a'", 'begins with "tiny-"', "is not understood"],
    ),
    "no id": ([code('"points": 2')], ["{'points': 2}", "It takes a grade_id"]),
    "a misspelt key": (
        [code('"grade_id": "tiny-a", "point": 2')],
        ["'point': 2", "is not understood", '"points" for a check'],
    ),
    "nbgrader's own keys": (
        [code('"grade_id": "tiny-a", "grade": true, "locked": true')],
        ["'grade': True", "is not understood"],
    ),
    "a solution that never ends": (
        [code('"grade_id": "tiny-a", "solution": true', "### BEGIN SOLUTION\npass")],
        ["nbgrader could not generate tiny", "no end solution statement found"],
    ),
    "a solution in a locked cell": (
        [code('"grade_id": "tiny-a"', "### BEGIN SOLUTION\npass\n### END SOLUTION")],
        ["nbgrader could not generate tiny", "Solution region detected in a non-solution cell"],
    ),
}


@pytest.mark.parametrize(("cells", "parts"), REFUSED.values(), ids=REFUSED)
def test_a_source_with_a_mistake_is_refused_with_its_place(cells, parts, tmp_path):
    chapter, course = assignment(tmp_path, *cells)
    with pytest.raises(CourseError) as caught:
        release(chapter, course)
    message = str(caught.value)
    assert str(chapter.solution) in message
    assert [part for part in parts if part not in message] == [], message
    assert not chapter.exercise.exists()


def test_a_chapter_without_a_source_is_refused_with_the_path_it_needs(tmp_path):
    chapter = Chapter("tiny", tmp_path)
    with pytest.raises(CourseError, match=r"tiny has no source: .*solutions/tiny/tiny\.py is missing"):
        release(chapter, Course(tmp_path))


def test_a_mistake_leaves_the_earlier_release_as_it_was(tmp_path):
    chapter, course = assignment(tmp_path, code('"grade_id": "softmax-a"'))
    chapter.exercise.parent.mkdir(parents=True)
    chapter.exercise.write_text("earlier", encoding="utf-8")
    with pytest.raises(CourseError):
        release(chapter, course)
    assert chapter.exercise.read_text(encoding="utf-8") == "earlier"
