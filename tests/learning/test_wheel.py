"""The built package alone, in an environment without a checkout: lay, solve, look, hand in."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from learning.conftest import COURSE

from xentcourse.learning.pages import pages_to_read

#: What a learner has beside the package: it is found, and the checkout is not.
PACKAGES = sysconfig.get_path("purelib")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is built from a copy of this checkout."""
    folder, source = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("source")
    for name in ("xentcourse", "book", "exercises"):
        shutil.copytree(
            COURSE.root / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "katex")
        )
    for name in ("_toc.yml", "pyproject.toml", "setup.py", "README.md", "LICENSE", "LICENSE-text"):
        shutil.copy(COURSE.root / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    done = subprocess.run(
        [*command, "-w", folder, source], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment that has the package, and the libraries that it needs."""
    folder = tmp_path_factory.mktemp("bare") / "Umgebung für xent"
    venv.create(folder, with_pip=False)
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = folder / scripts / Path(sys.executable).name
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel]
    subprocess.run(install, check=True)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run([python, "-c", ask], folder).strip())
    (site / "needed.pth").write_text(PACKAGES + "\n", encoding="utf-8")
    return python


def run(command: list, cwd: Path, code: int = 0) -> str:
    """Run a program with an old console's encoding and none of this process's settings."""
    kept = {"PATH", "HOME", "SYSTEMROOT", "USERPROFILE", "TEMP", "APPDATA"}
    bare = {name: value for name, value in os.environ.items() if name.upper() in kept}
    environment = bare | {"PYTHONIOENCODING": "cp1252", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, encoding="cp1252", check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_has_exercises_and_chapters_and_no_solutions(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for chapter in COURSE.chapters:
        assert f"xentcourse/learning/shelf/exercises/{chapter.slug}.ipynb" in names
    for slug in pages_to_read(COURSE):
        assert f"xentcourse/learning/shelf/chapters/{slug}.ipynb" in names
    assert [
        name
        for name in names
        if "solution" in name.replace("solution.py.template", "").replace("solutions.py.template", "")
    ] == []
    assert (
        "### BEGIN SOLUTION"
        not in zipfile.ZipFile(wheel).read("xentcourse/learning/shelf/exercises/softmax.ipynb").decode()
    )


def test_a_learner_needs_the_package_only(python, tmp_path):
    """The same walk as on GitHub's Windows, macOS and Linux, in a folder with a difficult name."""
    home = tmp_path / "Übung λ, allein"
    home.mkdir()
    where = run([python, "-c", "import xentcourse; print(ascii(xentcourse.__file__))"], home)
    assert str(COURSE.root) not in where
    shutil.copy(COURSE.root / ".ci" / "learner.py", home)
    assert "The learner's road is open." in run([python, "learner.py"], home)
    for chapter in COURSE.chapters:
        base = home / "work" / ".released" / f"{chapter.slug}.ipynb"
        assert base.read_bytes() == chapter.exercise.read_bytes()
    assert len(list((home / "work" / "chapters").iterdir())) == len(pages_to_read(COURSE))
