"""A learner's folder with names as people have them, and somebody who writes into the notebooks there."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.jupyterlab import solutions as solutions_of

from xentcourse import carry
from xentcourse.course import Course
from xentcourse.lab import lay_copies
from xentcourse.learning.workplace import Material, Workplace

COURSE = Course.find(Path(__file__).parent)


def solutions(slug: str) -> dict[str, str]:
    """The course's own answers, by grade id."""
    return solutions_of(COURSE.chapter(slug))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A folder with spaces and letters of other languages, in which two assignments were laid."""
    home = tmp_path / "Übung zwei – λ"
    home.mkdir()
    monkeypatch.chdir(home)
    material = Material.of_course(COURSE)
    two = {slug: material.exercises[slug] for slug in ("information", "entropy")}
    place = Workplace(home / "work")
    lay_copies(Material(two, {}), place)
    return place


@pytest.fixture
def write(place: Workplace) -> Callable[..., Path]:
    """Writes answers into a notebook by grade id, as JupyterLab would save them."""

    def written(slug: str, answers: dict[str, str]) -> Path:
        path = place.notebook(slug)
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if carry.grade_id(cell) in answers:
                cell["source"] = answers[carry.grade_id(cell)]
        path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
        return path

    return written
