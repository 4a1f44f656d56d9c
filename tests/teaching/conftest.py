"""A class with a roster, and what it hands in, for the tests of collecting and of giving back."""

import shutil
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest

from xentcourse.course import Course
from xentcourse.grading.assignment import Assignment, of_chapter

HERE = Course.find(Path(__file__).parent)
ROSTER = """id,first_name,last_name,email,lms_user_id,section
ada,Ada,Lovelace,ada@example.org,11,A
alan,Alan,Turing,alan@example.org,12,A
emmy,Émmy,Noether,e.noether@example.org,,B
sam1,Sam,Smith,,21,A
sam2,Sam,Smith,,22,B
"""


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """A class with a roster."""
    root = tmp_path / "class"
    for file in ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE.root / file, root / file)
    (root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    course = Course(root)
    return of_chapter(course, course.chapter("softmax"))


def work(note: str = "", **metadata: Any) -> str:
    """A notebook of the assignment that is unlike those with another note."""
    notebook = nbformat.read(HERE.chapter("softmax").exercise, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell(note, id="note"))
    notebook.metadata.update(metadata)
    return nbformat.writes(notebook)


def zip_of(path: Path, files: dict[str, str], when: str = "2026-10-05T09:30:00") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, datetime.fromisoformat(when).timetuple()[:6]), text)
    return path
