"""The course has the shape that CONTRIBUTING.md describes; a failure names what is out of place."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from xentcourse.course import SLUG, Chapter, Course

COURSE = Course.find(Path(__file__).parent)
PACKAGE = COURSE.root / "xentcourse"
CHAPTERS = COURSE.chapters
PIECES = ("page", "reference", "checks", "solution", "exercise", "tests")

#: Which part of the package may import which others; a part may always import itself.
#: Whoever is not listed here may import every part but cli.
ARROWS = {
    "reference": set(),
    "accelerated": {"reference"},
    "peers": set(),
    "checks": {"reference", "accelerated"},
    "figures": {"reference", "accelerated"},
    "grading": {"checks", "course", "statements", "tools"},
    "course": set(),
    "statements": set(),
    "tools": set(),
    "cli": {
        "reference",
        "accelerated",
        "checks",
        "figures",
        "grading",
        "book",
        "course",
        "lab",
        "peers",
        "learning",
        "site",
        "stamp",
        "teaching",
        "tools",
        "working",
    },
    "working": {"course"},
    "teaching": {"checks", "course", "grading", "tools", "working"},
}
#: Imported inside functions only, except where they are what the part is about.
HEAVY = {"torch": {"accelerated", "figures"}, "triton": {"accelerated", "figures"}, "matplotlib": {"figures"}}


def slug(value: object) -> str:
    return value.slug if isinstance(value, Chapter) else str(value)


def relative(path: Path) -> str:
    return path.relative_to(COURSE.root).as_posix()


# ---- chapters ---------------------------------------------------------------------------------------


def test_every_slug_is_an_underscore_identifier_and_unique():
    slugs = [chapter.slug for chapter in CHAPTERS]
    assert slugs, "_toc.yml lists no numbered chapter"
    assert [s for s in slugs if not SLUG.fullmatch(s)] == []
    assert sorted(s for s in set(slugs) if slugs.count(s) > 1) == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=slug)
def test_a_chapter_has_every_piece(chapter):
    assert chapter.page.is_file(), f"{chapter.slug} lacks page: {relative(chapter.page)}"
    pieces = dict(chapter.pieces())
    if "checks" in pieces:
        pieces["slips"], pieces["mutants"] = chapter.slips, chapter.mutants
    missing = [f"{name}: {relative(path)}" for name, path in pieces.items() if not path.exists()]
    assert missing == [], f"{chapter.slug} lacks {'; '.join(missing)}"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=slug)
def test_what_a_chapter_lacks_is_named_with_its_reason_and_really_absent(chapter):
    lacks = chapter.front_matter.get("lacks", {})
    assert isinstance(lacks, dict), "lacks: takes `piece: reason` entries"
    assert set(lacks) <= set(PIECES) - {"page"}
    assert [name for name, reason in lacks.items() if not str(reason or "").strip()] == []
    assert [name for name in lacks if getattr(chapter, name).exists()] == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=slug)
def test_a_page_carries_its_label_above_its_heading(chapter):
    assert re.search(rf"^\({chapter.slug}\)=\n+# \S", chapter.page.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=slug)
def test_a_page_states_the_minutes_it_takes(chapter):
    minutes = chapter.front_matter.get("minutes")
    assert isinstance(minutes, int), "the front matter needs `xentcourse: {minutes: ...}`"
    assert minutes > 0


@pytest.mark.parametrize("chapter", CHAPTERS, ids=slug)
def test_nothing_is_left_to_do(chapter):
    assert to_do(chapter) == []


def to_do(chapter: Chapter) -> list[str]:
    """The lines that say TODO in a chapter's hand-written pieces, each with its place."""
    files = [path for name, path in chapter.pieces().items() if name not in ("tests", "exercise")]
    files += [chapter.slips, chapter.figures, chapter.explorable, *sorted(chapter.tests.glob("*.py"))]
    return [
        f"{path.relative_to(chapter.root).as_posix()}:{number}: {line.strip()}"
        for path in files
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"\bTODO\b", line)
    ]


@pytest.mark.parametrize("folder", ["solutions", "exercises"])
def test_every_assignment_belongs_to_a_chapter(folder):
    names = {path.name for path in (COURSE.root / folder).iterdir() if path.is_dir()}
    assert sorted(names - {chapter.slug for chapter in CHAPTERS} - {".ipynb_checkpoints"}) == []


# ---- who imports whom -------------------------------------------------------------------------------


def imports(source: str, *, package: str = "", inside_functions: bool = True) -> Iterator[str]:
    """The dotted names that a module imports; `from a import b` gives "a.b".

    package          : where relative imports start.
    inside_functions : False leaves out what runs only when a function is called, or never (TYPE_CHECKING).
    """
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif not inside_functions and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        elif not inside_functions and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
        else:
            waiting.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import torch", ["torch"]),
        ("import numpy as np, torch.nn", ["numpy", "torch.nn"]),
        ("from xentcourse import cli", ["xentcourse.cli"]),
        ("from . import softmax", ["xentcourse.checks.softmax"]),
        ("from ..reference import softmax", ["xentcourse.reference.softmax"]),
        ("def f():\n    import torch", ["torch"]),
        ("try:\n    import torch\nexcept ImportError:\n    pass", ["torch"]),
    ],
)
def test_the_import_reader_sees_every_form(source, found):
    assert list(imports(source, package="xentcourse.checks")) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f():\n    import torch", []),
        ("if TYPE_CHECKING:\n    import torch\nelse:\n    import numpy", ["numpy"]),
        ("class C:\n    import torch", ["torch"]),
        ("with x:\n    if y:\n        import torch", ["torch"]),
    ],
)
def test_the_import_reader_leaves_out_what_importing_does_not_run(source, found):
    assert list(imports(source, inside_functions=False)) == found


MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """The part of the package that a file belongs to: reference, checks, cli, …"""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_by(path: Path, *, inside_functions: bool = True) -> list[str]:
    package = ".".join(path.relative_to(COURSE.root).parts[:-1])
    return list(imports(path.read_text(encoding="utf-8"), package=package, inside_functions=inside_functions))


def parts_of_the_package(names: list[str]) -> set[str]:
    """The parts that dotted names lead to; `xentcourse.__version__` leads to none."""
    seconds = {name.split(".")[1] for name in names if name.startswith("xentcourse.")}
    return {s for s in seconds if (PACKAGE / s).is_dir() or (PACKAGE / f"{s}.py").is_file()}


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_imports_only_the_parts_that_it_may(path):
    here = part(path)
    allowed = ARROWS.get(here, {part(other) for other in MODULES} - {"cli"}) | {here}
    assert sorted(parts_of_the_package(imported_by(path)) - allowed) == [], f"{here} may not import these"


@pytest.mark.parametrize("path", [p for p in MODULES if part(p) == "reference"], ids=relative)
def test_the_reference_imports_numpy_and_the_standard_library_only(path):
    roots = {name.split(".")[0] for name in imported_by(path)}
    assert sorted(roots - {"numpy", "xentcourse"} - sys.stdlib_module_names) == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_heavy_packages_are_imported_inside_functions(path):
    roots = {name.split(".")[0] for name in imported_by(path, inside_functions=False)}
    assert sorted(root for root in roots if part(path) not in HEAVY.get(root, {part(path)})) == []


@pytest.mark.parametrize("path", sorted(COURSE.root.glob("solutions/*/*.py")), ids=relative)
def test_an_assignment_imports_checks_figures_and_the_learners_own_functions_only(path):
    names = imports(path.read_text(encoding="utf-8"))
    assert sorted(parts_of_the_package(list(names)) - {"checks", "figures", "mine"}) == []


def loaded_by(statement: str) -> set[str]:
    """The modules that a statement loads in a fresh process, beyond the interpreter's own."""
    program = f"import sys; old = set(sys.modules); {statement}; print(*(set(sys.modules) - old))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=COURSE.root, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_else():
    """So it takes no time to speak of, and works where torch, matplotlib or nbgrader are not installed."""
    assert loaded_by("import xentcourse") == {"xentcourse"}


@pytest.mark.parametrize("module", ["xentcourse.cli", "xentcourse.course"])
def test_a_command_starts_without_the_heavy_packages(module):
    heavy = {"torch", "triton", "matplotlib", "numpy", "scipy", "sklearn", "nbgrader", "nbformat", "jupytext"}
    assert loaded_by(f"import {module}") & heavy == set()


def test_checks_load_no_torch_and_no_matplotlib():
    """A learner's notebook and a grader's worker import checks; most chapters need NumPy alone."""
    assert loaded_by("import xentcourse.checks.check") & {"torch", "matplotlib", "nbgrader"} == set()


# ---- the environment --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-peers.txt"])
def test_every_requirement_is_pinned_and_says_why_it_is_there(name):
    lines = (COURSE.root / name).read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line.strip() and not line.startswith(("#", "-c ", "-r "))]
    assert entries, f"{name} is empty"
    good = re.compile(r"[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[0-9][A-Za-z0-9.]*( *; *[^#]+?)? +# \S.*")
    assert [entry for entry in entries if not good.fullmatch(entry)] == []


def test_the_constraints_agree_with_the_requirements():
    def pins(name: str) -> dict[str, str]:
        lines = (COURSE.root / name).read_text(encoding="utf-8").splitlines()
        found = (re.match(r"([A-Za-z0-9._-]+)(?:\[.*?\])?==([^\s;]+)", line) for line in lines)
        return {re.sub(r"[-_.]+", "-", m[1]).lower(): m[2] for m in found if m}

    locked = pins("constraints.txt")
    asked = pins("requirements.txt") | pins("requirements-dev.txt")
    apart = {
        name: (version, locked.get(name)) for name, version in asked.items() if locked.get(name) != version
    }
    apart = {name: versions for name, versions in apart.items() if name not in ("torch", "triton")}
    assert apart == {}, "`make lock` writes constraints.txt anew"
