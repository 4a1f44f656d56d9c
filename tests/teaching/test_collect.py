"""Collecting: everybody's latest work lies where it is graded, everything else is kept or listed."""

import json
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from teaching.conftest import ROSTER, work, zip_of

from xentcourse.course import CourseError
from xentcourse.grading.assignment import Assignment
from xentcourse.teaching.collect import as_text, collect
from xentcourse.teaching.origin import origins
from xentcourse.teaching.roster import Roster, Student, read_roster


def lies(assignment: Assignment, student: str) -> str:
    path = assignment.submitted / student / "softmax" / "softmax.ipynb"
    return nbformat.read(path, as_version=4).cells[-1].source


def files(root: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


# ---- whose it is ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name", "number"),
    [
        ("lovelaceada_11_900_softmax.ipynb", "lovelaceada", "11"),
        ("lovelaceada_LATE_11_900_softmax-1.ipynb", "lovelaceada", "11"),
        ("Ada Lovelace_77_assignsubmission_file_/softmax.ipynb", "Ada Lovelace", "77"),
        ("Ada Lovelace_77_assignsubmission_file_softmax.ipynb", "Ada Lovelace", "77"),
        ("ada+softmax+2026-10-05 09:30:00.000000 UTC+x8/softmax.ipynb", "ada", ""),
        ("a+b+softmax+2026-10-05 09:30:00.000000 UTC+x8/softmax.ipynb", "a+b", ""),
        ("ada/softmax.ipynb", "ada", ""),
        ("ada.ipynb", "ada", ""),
    ],
)
def test_the_name_that_a_platform_gives_says_whose_it_is(path, name, number):
    first = origins(tuple(path.split("/")))[0]
    assert (first.name, first.lms_user_id) == (name, number)


@pytest.mark.parametrize(
    ("number", "name", "student"),
    [
        ("11", "whatever", "ada"),
        ("", "lovelaceada", "ada"),
        ("", "Ada Lovelace", "ada"),
        ("", "noetheremmy", "emmy"),
        ("", "e.noether", "emmy"),
        ("22", "smithsam", "sam2"),
    ],
)
def test_a_student_is_found_by_number_else_by_name(tmp_path, number, name, student):
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    found, why = read_roster(tmp_path / "roster.csv").find(lms_user_id=number, name=name)
    assert found is not None, why
    assert found.id == student


def test_two_of_one_name_are_told_apart_by_number_only():
    roster = Roster([Student("sam1", "Sam", "Smith"), Student("sam2", "Sam", "Smith")])
    assert roster.find(name="smithsam") == (
        None,
        "'smithsam' may be sam1 and sam2; give them their lms_user_id in roster.csv",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nada", "line 1: the columns are name; one must be called id"),
        ("id\n../ada", "line 2: the id is '../ada'; it becomes a folder's name"),
        ("id\nada\nada", "two students have the id 'ada'"),
        ("id,lms_user_id\na,1\nb,1", "two students have the lms_user_id '1'"),
    ],
)
def test_a_roster_that_is_not_as_it_must_be_is_refused_in_words(tmp_path, text, words):
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(CourseError, match=words):
        read_roster(tmp_path / "roster.csv")


def test_a_roster_may_come_from_a_spreadsheet(tmp_path):
    (tmp_path / "roster.csv").write_bytes("\ufeffid; first_name\r\nada;Ada\r\n".encode())
    assert read_roster(tmp_path / "roster.csv").students == [Student("ada", "Ada")]


# ---- collecting -------------------------------------------------------------------------------------


def test_a_zip_of_canvas_is_collected_and_the_latest_upload_counts(assignment, tmp_path):
    source = zip_of(
        tmp_path / "s.zip",
        {
            "lovelaceada_11_902_softmax-1.ipynb": work("second"),
            "lovelaceada_11_901_softmax.ipynb": work("first"),
            "turingalan_12_800_softmax (3).ipynb": work("his"),
        },
    )
    found = collect(assignment, str(source))
    assert (found.placed, found.unmatched) == (["ada", "alan"], [])
    assert lies(assignment, "ada") == "second"
    assert lies(assignment, "alan") == "his"
    assert len(list((assignment.root / "collected/softmax/ada").iterdir())) == 2
    assert found.missing == ["emmy", "sam1", "sam2"]


def test_collecting_again_changes_nothing(assignment, tmp_path):
    source = zip_of(
        tmp_path / "s.zip", {"lovelaceada_11_902_softmax.ipynb": work(), "x.ipynb": work("whose?")}
    )
    collect(assignment, str(source))
    before = files(assignment.root)
    found = collect(assignment, str(source))
    assert (found.placed, found.unchanged) == ([], ["ada"])
    assert files(assignment.root) == before


def test_an_older_upload_that_comes_later_does_not_win(assignment, tmp_path):
    new = zip_of(tmp_path / "n.zip", {"lovelaceada_11_902_softmax.ipynb": work("new")}, "2026-10-06T00:00:00")
    old = zip_of(tmp_path / "o.zip", {"lovelaceada_11_901_softmax.ipynb": work("old")}, "2026-10-05T00:00:00")
    collect(assignment, str(new))
    collect(assignment, str(old))
    assert lies(assignment, "ada") == "new"
    assert len(list((assignment.root / "collected/softmax/ada").iterdir())) == 2


def test_what_lay_there_before_is_kept_and_gives_way_to_what_is_newer(assignment, tmp_path):
    path = assignment.submitted / "ada" / "softmax" / "softmax.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(work("by hand"))
    path.with_name("timestamp.txt").write_text("2026-10-01 00:00:00 UTC\n")
    collect(assignment, str(zip_of(tmp_path / "s.zip", {"lovelaceada_11_902_softmax.ipynb": work("new")})))
    assert lies(assignment, "ada") == "new"
    kept = [path.read_text() for path in (assignment.root / "collected/softmax/ada").iterdir()]
    assert any("by hand" in text for text in kept)


def test_both_shapes_of_moodle_s_zip_are_collected_with_their_times(assignment, tmp_path):
    source = zip_of(
        tmp_path / "s.zip",
        {
            "Ada Lovelace_77_assignsubmission_file_/softmax.ipynb": work("a"),
            "Alan Turing_78_assignsubmission_file_my work.ipynb": work("b"),
        },
    )
    assert collect(assignment, str(source)).placed == ["ada", "alan"]
    stamp = (assignment.submitted / "ada" / "softmax" / "timestamp.txt").read_text()
    local = datetime.fromisoformat("2026-10-05T09:30:00").astimezone()
    assert datetime.fromisoformat(stamp.strip().removesuffix(" UTC") + "+00:00") == local


def test_a_folder_for_each_student_needs_no_roster(assignment, tmp_path):
    (assignment.root / "roster.csv").unlink()
    for student in ("ada", "..odd", "alan"):
        (tmp_path / "up" / student).mkdir(parents=True)
        (tmp_path / "up" / student / "softmax.ipynb").write_text(work(student))
    (tmp_path / "up" / "softmax.ipynb").write_text(work("nobody's"))
    found = collect(assignment, str(tmp_path / "up"))
    assert found.placed == ["ada", "alan"]
    assert sorted(path.name for path in assignment.submitted.iterdir()) == ["ada", "alan"]


def test_what_cannot_be_matched_is_listed_with_the_reason_and_kept(assignment, tmp_path):
    source = zip_of(
        tmp_path / "s.zip",
        {
            "strangerfred_99_700_softmax.ipynb": work("stranger"),
            "smithsam_77_701_softmax.ipynb": work("which Sam?"),
            "lovelaceada_11_702_other.ipynb": json.dumps({"cells": [], "metadata": {}}),
            "lovelaceada_11_703_essay.pdf": "%PDF",
        },
    )
    found = collect(assignment, str(source))
    why = dict(found.unmatched)
    assert "nobody in roster.csv is called 'strangerfred'" in why["strangerfred_99_700_softmax.ipynb"]
    assert "may be sam1 and sam2" in why["smithsam_77_701_softmax.ipynb"]
    assert why["lovelaceada_11_702_other.ipynb"] == "no cell of softmax is in it"
    assert why["lovelaceada_11_703_essay.pdf"] == "not a notebook"
    assert len(list((assignment.root / "collected/softmax/unmatched").iterdir())) == 3
    assert not assignment.submitted.exists() or not list(assignment.submitted.iterdir())
    assert "Not taken:" in as_text(found, "softmax")


def test_a_mended_roster_finds_what_was_unmatched(assignment, tmp_path):
    source = zip_of(tmp_path / "s.zip", {"strangerfred_99_700_softmax.ipynb": work()})
    assert collect(assignment, str(source)).placed == []
    (assignment.root / "roster.csv").write_text(ROSTER + "fred,Fred,Stranger,,99,A\n")
    assert collect(assignment, str(source)).placed == ["fred"]


def test_a_file_that_is_cut_off_is_handed_in_all_the_same(assignment, tmp_path):
    source = zip_of(tmp_path / "s.zip", {"lovelaceada_11_702_softmax.ipynb": work()[:500]})
    assert collect(assignment, str(source)).placed == ["ada"]


def test_a_notebook_that_names_its_author_is_believed_where_its_path_is_silent(assignment, tmp_path):
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "softmax.ipynb").write_text(work(xentcourse={"slug": "softmax", "student": "ada"}))
    found = collect(assignment, str(tmp_path / "up"))
    assert found.placed == ["ada"]
    assert found.remarks == ["softmax.ipynb: ada's, as the notebook itself says"]


def test_a_notebook_that_names_somebody_else_is_not_believed_against_the_platform(assignment, tmp_path):
    text = work(xentcourse={"student": "alan"})
    source = zip_of(
        tmp_path / "s.zip", {"strangerfred_99_702_softmax.ipynb": text, "lovelaceada_11_703_s.ipynb": text}
    )
    found = collect(assignment, str(source))
    assert found.placed == ["ada"]
    assert len(found.unmatched) == 1


def test_a_link_where_a_submission_lies_is_replaced_and_not_followed(assignment, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("keep")
    path = assignment.submitted / "ada" / "softmax" / "softmax.ipynb"
    path.parent.mkdir(parents=True)
    path.symlink_to(secret)
    collect(assignment, str(zip_of(tmp_path / "s.zip", {"lovelaceada_11_902_softmax.ipynb": work("new")})))
    assert secret.read_text() == "keep"
    assert lies(assignment, "ada") == "new"


def test_canvas_decides_who_is_late_since_its_zip_has_no_times(assignment, tmp_path):
    (assignment.root / "course.toml").write_text(
        "seed = 1\n[assignments.softmax]\ndue = 2026-10-04T00:00:00Z\n[assignments.softmax.extensions]\n"
        "emmy = 2026-10-09T00:00:00Z\n"
    )
    source = zip_of(
        tmp_path / "s.zip",
        {
            "lovelaceada_11_902_softmax.ipynb": work("a"),
            "turingalan_LATE_12_903_softmax.ipynb": work("b"),
            "noetheremmy_LATE_13_904_softmax.ipynb": work("c"),
        },
        "2026-10-20T00:00:00",
    )
    found = collect(assignment, str(source))
    stamps = {
        s: (assignment.submitted / s / "softmax/timestamp.txt").read_text() for s in ("ada", "alan", "emmy")
    }
    assert stamps["ada"] == "2026-10-04 00:00:00 UTC\n"
    assert stamps["alan"] == "2026-10-04 00:00:01 UTC\n"
    assert any("alan: late, says Canvas" in remark for remark in found.remarks)


def test_the_exchange_is_collected_without_following_what_lies_there(assignment, tmp_path):
    inbound = tmp_path / "exchange" / "xentcourse" / "inbound"
    with (assignment.root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nget_config().Exchange.root = {str(tmp_path / 'exchange')!r}\n")
    for name in (
        "ada+softmax+2026-10-05 09:30:00.000000 UTC+a",
        "ada+softmax+2026-10-06 09:30:00.000000 UTC+b",
    ):
        (inbound / name).mkdir(parents=True)
        (inbound / name / "softmax.ipynb").write_text(work(name[-1]))
    (inbound / "alan+entropy+2026-10-05 09:30:00.000000 UTC+c").mkdir()
    (inbound / "alan+softmax+2026-10-05 09:30:00.000000 UTC+d").symlink_to(tmp_path)
    found = collect(assignment, "exchange")
    assert found.placed == ["ada"]
    assert lies(assignment, "ada") == "b"
    assert (assignment.submitted / "ada/softmax/timestamp.txt").read_text() == "2026-10-06 09:30:00 UTC\n"
    assert found.unmatched == [("alan+softmax+2026-10-05 09:30:00.000000 UTC+d", "a link")]


def test_the_exchange_may_be_set_for_the_whole_machine(assignment, tmp_path, monkeypatch):
    (tmp_path / "etc").mkdir()
    text = f"get_config().Exchange.root = {str(tmp_path / 'exchange')!r}\n"
    (tmp_path / "etc" / "nbgrader_config.py").write_text(text)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path / "etc"))
    folder = tmp_path / "exchange/xentcourse/inbound/ada+softmax+2026-10-05 09:30:00.000000 UTC+a"
    folder.mkdir(parents=True)
    (folder / "softmax.ipynb").write_text(work("by the hub"))
    (folder / "submission_secret.txt").write_text(128 * "s")
    found = collect(assignment, "exchange")
    assert (found.placed, found.unmatched) == (["ada"], [])
    secret = assignment.submitted / "ada/softmax/submission_secret.txt"
    assert secret.read_text() == 128 * "s"  # without it `nbgrader release_feedback` gives nothing back
    with (assignment.root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nget_config().Exchange.root = {str(tmp_path / 'own')!r}\n")
    with pytest.raises(CourseError, match="own"):
        collect(assignment, "exchange")


def test_an_exchange_that_is_not_there_says_what_to_do(assignment):
    with pytest.raises(CourseError, match=r"Set c\.Exchange\.root in nbgrader_config\.py"):
        collect(assignment, "exchange")
