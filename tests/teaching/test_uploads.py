"""A zip is somebody else's data: nothing in it reaches a file outside, eats the memory, or is followed."""

import json
import stat
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from xentcourse.course import CourseError
from xentcourse.grading import intake
from xentcourse.teaching import uploads
from xentcourse.teaching.uploads import read_uploads

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def zipped(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def problems(source: Path) -> dict[str, str]:
    return {upload.name: upload.problem for upload in read_uploads(source)}


@pytest.mark.parametrize(
    "name",
    ["../../evil.ipynb", "/etc/evil.ipynb", "a/../../../evil.ipynb", "..\\..\\evil.ipynb", "C:\\evil.ipynb"],
)
def test_a_name_that_leads_outside_is_a_name_and_nothing_else(tmp_path, name):
    inside = tmp_path / "inside"
    inside.mkdir()
    source = zipped(inside / "u.zip", **{name: NOTEBOOK})
    (upload,) = read_uploads(source)
    assert upload.content == NOTEBOOK.encode()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inside", "u.zip"]


def test_a_link_in_a_zip_is_left_alone(tmp_path):
    with zipfile.ZipFile(tmp_path / "u.zip", "w") as archive:
        entry = zipfile.ZipInfo("ada/softmax.ipynb")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    assert problems(tmp_path / "u.zip") == {"ada/softmax.ipynb": "a link or a device"}


def test_a_bomb_is_read_up_to_the_limit_and_no_further(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 1000)
    source = zipped(tmp_path / "u.zip", **{"bomb.ipynb": "0" * 50_000_000, "fine.ipynb": NOTEBOOK})
    tracemalloc.start()
    assert problems(source) == {"bomb.ipynb": "larger than 0 MB", "fine.ipynb": ""}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000, "bytes of memory, where the bomb has fifty million"


def test_a_bomb_that_lies_about_its_size_is_no_different(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 1000)
    source = zipped(tmp_path / "u.zip", **{"bomb.ipynb": "0" * 10_000_000})
    data = bytearray(source.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<I", 10)
    source.write_bytes(data)
    assert set(problems(source).values()) != {""}


def test_many_large_files_are_too_much_together(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_ALL", 5000)
    source = zipped(tmp_path / "u.zip", **{f"{n}.ipynb": "0" * 1000 for n in range(9)})
    with pytest.raises(CourseError, match=r"holds more than .* of notebooks"):
        list(read_uploads(source))


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FILES", 3)
    source = zipped(tmp_path / "u.zip", **{f"{n}.ipynb": NOTEBOOK for n in range(4)})
    with pytest.raises(CourseError, match="has more than 3 files"):
        list(read_uploads(source))


def test_what_is_damaged_locked_or_no_notebook_says_so_and_stops_nothing(tmp_path):
    source = zipped(
        tmp_path / "u.zip", **{"a.ipynb": NOTEBOOK * 20, "b.pdf": "%PDF", "c.ipynb": NOTEBOOK, "d.zip": "PK"}
    )
    data = bytearray(source.read_bytes())
    at = data.index(b"a.ipynb") + 12
    data[at : at + 8] = b"\xff" * 8
    source.write_bytes(data)
    told = problems(source)
    assert told["a.ipynb"].startswith("damaged")
    assert (told["b.pdf"], told["c.ipynb"], told["d.zip"]) == ("not a notebook", "", "not a notebook")


def test_a_password_is_named(tmp_path):
    source = zipped(tmp_path / "u.zip", **{"a.ipynb": NOTEBOOK})
    data = bytearray(source.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    source.write_bytes(data)
    assert problems(source) == {"a.ipynb": "locked by a password"}


def test_what_a_mac_puts_in_is_passed_over(tmp_path):
    source = zipped(tmp_path / "u.zip", **{"__MACOSX/._a.ipynb": "x", ".DS_Store": "x", "a.ipynb": NOTEBOOK})
    assert problems(source) == {"a.ipynb": ""}


def test_a_folder_is_read_without_following_links(tmp_path):
    (tmp_path / "secret").write_text(NOTEBOOK)
    folder = tmp_path / "uploads"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "softmax.ipynb").symlink_to(tmp_path / "secret")
    (folder / "bob").symlink_to(tmp_path)
    (folder / "cyd.ipynb").write_text(NOTEBOOK)
    assert problems(folder) == {"ada/softmax.ipynb": "a link", "cyd.ipynb": ""}


def test_the_time_beside_a_notebook_counts_more_than_the_file_s(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "softmax.ipynb").write_text(NOTEBOOK)
    (tmp_path / "ada" / "timestamp.txt").write_text("2026-10-05 09:30:00 UTC\n")
    (upload,) = read_uploads(tmp_path)
    assert upload.when is not None
    assert upload.when.isoformat() == "2026-10-05T09:30:00+00:00"


@pytest.mark.parametrize("name", ["missing.zip", "no.zip"])
def test_a_source_that_is_none_says_what_is_wanted(tmp_path, name):
    (tmp_path / "no.zip").write_text("no zip at all")
    with pytest.raises(CourseError, match="Give the zip that Canvas or Moodle made"):
        list(read_uploads(tmp_path / name))


def test_the_limit_is_the_one_at_grading():
    assert uploads.MAX_BYTES == intake.MAX_BYTES
