"""The zip of feedback: each page is found again by the rules with which Canvas and Moodle read names."""

import re
import zipfile
from pathlib import Path

import pytest
from teaching.conftest import work, zip_of

from xentcourse.course import CourseError
from xentcourse.teaching.collect import collect
from xentcourse.teaching.feedback import as_text, make_pages, pack, pages_of
from xentcourse.teaching.origin import platform_name


def as_canvas_reads(path):
    """The person's number and the upload's: the first two parts of a file's name that are numbers."""
    parts = [part for part in Path(path).name.split("_") if part != "LATE"]
    return [part for part in parts if re.fullmatch(r"\d+", part)][:2]


def as_moodle_reads(path):
    """The person's number in this assignment, the plug-in, and the file's name there."""
    parts = path.split("/")
    for at, part in enumerate(parts):
        info = part.split("_", 4)
        if len(info) >= 4 and info[1].isdecimal():
            rest = [info[4] if len(info) == 5 else "", *parts[at + 1 :]]
            return info[1], f"{info[2]}_{info[3]}", "/".join(rest).lstrip("/")
    return None


def packed(assignment, tmp_path, *students):
    """Lay a page for each of the students; the zip's names, with the texts."""
    for student in students:
        page = assignment.root / "feedback" / student / "softmax" / "softmax.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"to {student}")
    target = tmp_path / "back.zip"
    pack(pages_of(assignment), target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_canvas_finds_each_page_s_upload_by_the_name(assignment, tmp_path):
    uploads = {
        "lovelaceada_11_901_softmax.ipynb": work("first"),
        "lovelaceada_11_905_softmax-1.ipynb": work("second"),
        "turingalan_LATE_12_902_my_2nd_try.ipynb": work("his"),
    }
    collect(assignment, str(zip_of(tmp_path / "s.zip", uploads)))
    texts = packed(assignment, tmp_path, "ada", "alan")
    assert texts == {
        "lovelaceada_11_905_softmax-1.html": "to ada",
        "turingalan_LATE_12_902_my_2nd_try.html": "to alan",
    }
    assert [as_canvas_reads(name) for name in texts] == [["11", "905"], ["12", "902"]]
    assert "2 as Canvas takes them back" in as_text(pages_of(assignment), Path("back.zip"))


@pytest.mark.parametrize(
    "shape",
    [
        "{}_assignsubmission_file_/softmax.ipynb",
        "{}_assignsubmission_file/softmax.ipynb",
        "{}_assignsubmission_file_softmax.ipynb",
        "all of them/{}_assignsubmission_file_/softmax.ipynb",
    ],
)
def test_moodle_finds_each_page_s_student_by_the_folder(assignment, tmp_path, shape):
    uploads = {shape.format("Ada Lovelace_7701"): work("a"), shape.format("Alan Turing_7702"): work("b")}
    collect(assignment, str(zip_of(tmp_path / "s.zip", uploads)))
    read = {as_moodle_reads(name): text for name, text in packed(assignment, tmp_path, "ada", "alan").items()}
    assert read == {
        ("7701", "assignsubmission_file", "softmax.html"): "to ada",
        ("7702", "assignsubmission_file", "softmax.html"): "to alan",
    }


def test_moodle_s_number_of_one_assignment_is_not_taken_for_somebody_else_s(assignment, tmp_path):
    """12 is Alan's number in the roster, and Ada's in this assignment."""
    uploads = {"Ada Lovelace_12_assignsubmission_file_/softmax.ipynb": work("hers")}
    assert collect(assignment, str(zip_of(tmp_path / "s.zip", uploads))).placed == ["ada"]


def test_moodle_s_number_tells_two_people_of_one_name_apart(assignment, tmp_path):
    uploads = {f"Sam Smith_{number}_assignsubmission_file_/s.ipynb": work(str(number)) for number in (22, 7)}
    found = collect(assignment, str(zip_of(tmp_path / "s.zip", uploads)))
    assert found.placed == ["sam2"]
    ((name, why),) = found.unmatched
    assert name.startswith("Sam Smith_7_")
    assert "may be sam1 and sam2" in why


def test_a_page_whose_file_no_platform_named_lies_in_the_student_s_folder(assignment, tmp_path):
    (tmp_path / "up" / "ada").mkdir(parents=True)
    (tmp_path / "up" / "ada" / "softmax.ipynb").write_text(work("by mail"))
    collect(assignment, str(tmp_path / "up"))
    assert packed(assignment, tmp_path, "ada", "emmy") == {
        "ada/softmax.html": "to ada",
        "emmy/softmax.html": "to emmy",
    }
    told = as_text(pages_of(assignment), Path("back.zip"))
    assert "2 in folders by student, since no platform named their files: ada, emmy" in told


@pytest.mark.parametrize(
    "path",
    [
        "../../Ada_7_assignsubmission_file_/../../../etc/x.ipynb",
        "/Ada_7_assignsubmission_file_/x.ipynb",
        "..\\..\\Ada_7_assignsubmission_file_\\..\\x.ipynb",
    ],
)
def test_no_name_in_the_zip_leads_out_of_where_it_is_unpacked(path):
    from xentcourse.teaching.uploads import Upload

    platform, name = platform_name(Upload(path).parts)
    assert platform == "Moodle"
    assert name.parts[0] == "Ada_7_assignsubmission_file_"
    assert ".." not in name.parts


def test_only_the_students_that_are_named_are_in_the_zip(assignment, tmp_path):
    packed(assignment, tmp_path, "ada", "alan")
    assert [page.student for page in pages_of(assignment, ("alan",))] == ["alan"]


def test_a_zip_that_can_t_be_written_leaves_the_old_one(assignment, tmp_path):
    packed(assignment, tmp_path, "ada")
    before = (tmp_path / "back.zip").read_bytes()
    (page,) = pages_of(assignment)
    page.path.unlink()
    with pytest.raises(FileNotFoundError):
        pack([page], tmp_path / "back.zip")
    assert (tmp_path / "back.zip").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back.zip", "class"]


def test_feedback_before_grading_says_what_to_do_first(assignment):
    with pytest.raises(CourseError, match="Type `xentcourse grade softmax` first"):
        make_pages(assignment, "sqlite://")
