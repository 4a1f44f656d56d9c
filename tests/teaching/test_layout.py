"""A class's folder: all that grading needs, and nothing that was there is changed."""

import subprocess
from pathlib import Path

import pytest

from xentcourse.course import Course, CourseError
from xentcourse.grading.assignment import find_assignment
from xentcourse.grading.settings import read_settings
from xentcourse.teaching.layout import lay_class

HERE = Course.find(Path(__file__).parent)


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_new_class_has_settings_a_roster_and_what_grading_needs(tmp_path):
    lay_class(HERE, tmp_path / "autumn", ["softmax"], term="Autumn 2026")
    settings = read_settings(tmp_path / "autumn")
    assert settings.term == "Autumn 2026"
    assert settings.seed is not None
    assert list(settings.assignments) == ["softmax"]
    assert find_assignment("softmax", tmp_path / "autumn").root == tmp_path / "autumn"
    assert (tmp_path / "autumn" / "roster.csv").read_text().startswith("id,")


def test_every_example_in_the_settings_is_accepted_once_its_sign_is_taken_away(tmp_path):
    lay_class(HERE, tmp_path / "autumn")
    path = tmp_path / "autumn" / "course.toml"
    lines = [line.removeprefix("# ") if " = " in line else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines))
    settings = read_settings(tmp_path / "autumn")
    with_assignment = [chapter.slug for chapter in HERE.chapters if "exercise" in chapter.pieces()]
    assert list(settings.assignments) == with_assignment
    assert all(terms.points and terms.extensions and terms.canvas for terms in settings.assignments.values())


def test_laying_again_changes_nothing_and_naming_a_chapter_adds_it(tmp_path):
    folder = tmp_path / "autumn"
    lay_class(HERE, folder, ["softmax"])
    (folder / "solutions" / "softmax" / "softmax.py").write_text("# mine")
    with (folder / "course.toml").open("a") as file:
        file.write("# my remark\n")
    before = files(folder)
    assert lay_class(HERE, folder) == []
    assert files(folder) == before
    lay_class(HERE, folder, ["entropy"])
    assert list(read_settings(folder).assignments) == ["softmax", "entropy"]
    assert (folder / "course.toml").read_bytes().startswith(before["course.toml"])
    assert (folder / "solutions" / "softmax" / "softmax.py").read_text() == "# mine"


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(CourseError, match="holds something else"):
        lay_class(HERE, tmp_path)
    assert files(tmp_path) == {"thesis.tex": b"mine"}


def test_git_takes_nothing_of_a_class(tmp_path):
    lay_class(HERE, tmp_path / "autumn", ["softmax"])
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    listed = subprocess.run(["git", "ls-files"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert listed.stdout == ""


def test_what_a_class_leaves_in_a_copy_of_the_course_is_ignored_by_git():
    left = [
        "course.toml",
        "roster.csv",
        "appeals.csv",
        "gradebook.db",
        "gradebook.db-lock",
        "canvas.csv",
        "moodle.csv",
    ]
    left += [f"{folder}/x" for folder in ("submitted", "collected", "autograded", "feedback", "reports")]
    told = subprocess.run(
        ["git", "check-ignore", *left], cwd=HERE.root, capture_output=True, text=True, check=False
    )
    assert told.stdout.split() == left
