"""A class of two hundred made-up learners: seeded, of mixed quality, with the habits of real ones.

Each part of a submission is one of the attempts of tests/softmax/solutions.py, the course's own solution, or
as it was released: the more somebody knows, the more of it is right. What they hand in is packed into a zip
as Canvas makes it, with late work, second attempts, files under other names, and strangers' files.
"""

import csv
import io
import math
import random
import re
import types
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from classroom import CHAPTER, cell, helpers, part_of, text_of
from mutation import Attempt, attempts
from nbformat import NotebookNode

PARTS = ("softmax", "log_softmax", "cross_entropy", "soft_cross_entropy", "gradient", "fit")
FIRST = ("Ada", "Alan", "Emmy", "Sofia", "Kurt", "Grace", "Évariste", "Ramanujan", "Hedy", "Claude")
LAST = (
    "Lovelace",
    "Turing",
    "Noether",
    "Kovalevskaya",
    "Gödel",
    "Hopper",
    "Galois",
    "O'Brien",
    "Lamarr",
    "Shannon",
)
#: So long that it is no learner's work: it would make the class slow, and nothing else.
SLOW = ("sleep", "while True", "multiprocessing")
#: To load it takes ten times as long as to grade the rest, so one in so many may.
HEAVY, SELDOM = "torch", 25


@dataclass(frozen=True)
class Learner:
    """One of them."""

    id: str
    first_name: str
    last_name: str
    lms_user_id: int
    skill: float  #: from about -2 to 2
    copied_from: str = ""

    @property
    def file_name(self) -> str:
        """As Canvas begins it."""
        return re.sub(r"\W|_", "", f"{self.last_name}{self.first_name}").lower()


def learners(count: int = 200, seed: int = 1) -> list[Learner]:
    """The class; two of them have renamed what a neighbour wrote."""
    rng = random.Random(seed)
    made = [
        Learner(
            f"s{number:03}",
            FIRST[number % 10],
            f"{LAST[number // 10 % 10]}{'' if number < 100 else '-' + LAST[number % 7]}",
            40_000 + number,
            rng.gauss(0.4, 1.0),
        )
        for number in range(1, count + 1)
    ]
    for copier, original in ((count // 4, count // 10), (3 * count // 5, 2 * count // 5)):
        if copier != original:
            old = made[copier]
            made[copier] = Learner(
                *(getattr(old, n) for n in ("id", "first_name", "last_name", "lms_user_id", "skill")),
                made[original].id,
            )
    return made


@cache
def by_part() -> dict[tuple[str, bool], list[str]]:
    """The texts of right and of wrong attempts for each part."""
    found: dict[tuple[str, bool], list[str]] = {
        (part, right): [] for part in PARTS for right in (True, False)
    }
    for attempt in attempts(CHAPTER):
        if usable(attempt):
            found[part_of(attempt), attempt.says is None].append(text_of(attempt))
    return found


def usable(attempt: Attempt) -> bool:
    """Whether an attempt stands for itself in a notebook."""
    function = attempt.function
    if not isinstance(function, types.FunctionType) or function.__name__ == "<lambda>":
        return False
    text = text_of(attempt)
    return not any(word in text for word in (".function", "pytest", *SLOW))


@cache
def released() -> str:
    return CHAPTER.exercise.read_text(encoding="utf-8")


def work_of(learner: Learner, seed: int = 1) -> NotebookNode:
    """What a learner hands in."""
    rng = random.Random(f"{seed} {learner.id}")
    notebook = nbformat.reads(released(), as_version=4)
    notebook.cells.insert(2, nbformat.v4.new_code_cell(helpers(), id="helpers"))
    for number, part in enumerate(PARTS):
        knows = 1 / (1 + math.exp(-(1.5 * learner.skill + 1.2 - 0.35 * number)))
        fate = rng.random()
        right = fate < knows
        if fate > 1 - 0.5 * (1 - knows) ** 2:
            continue  # not attempted
        heavy = int(learner.id[1:]) % SELDOM == 0
        texts = [text for text in by_part()[part, right] if heavy or HEAVY not in text]
        cell(notebook, f"{part}_solution").source = rng.choice(texts)
    del notebook.cells[-1]  # the showpiece takes seconds, and no points
    return notebook


OWN = {
    "gradient": """def gradient(logits, labels):
    total_rows, width = logits.shape
    table = []
    for row, label in zip(logits, labels):
        biggest = max(row)
        powers = [np.exp(value - biggest) for value in row]
        whole = sum(powers)
        line = []
        for position in range(width):
            hit = 1.0 if position == label else 0.0
            line.append((powers[position] / whole - hit) / total_rows)
        table.append(line)
    return np.array(table).reshape(total_rows, width)
""",
    "log_softmax": """def log_softmax(z, axis=-1):
    moved = np.moveaxis(np.asarray(z, dtype=float), axis, 0)
    answer = np.empty_like(moved)
    for spot in np.ndindex(*moved.shape[1:]):
        column = moved[(slice(None), *spot)]
        top = column.max() if column.size else 0.0
        rest = np.log(sum(np.exp(v - top) for v in column)) if column.size else 0.0
        answer[(slice(None), *spot)] = [v - top - rest for v in column]
    return np.moveaxis(answer, 0, axis)
""",
}
#: What the two who copied called things.
RENAMED = {
    "total_rows": "n", "width": "k", "table": "out", "biggest": "m", "powers": "e", "whole": "s", "line": "r",
    "position": "j", "hit": "y", "row": "zz", "label": "yy", "moved": "a", "answer": "res", "spot": "idx",
    "column": "c", "top": "mx", "rest": "lse", "value": "q",
}  # fmt: skip


def handed_in(count: int = 200, seed: int = 1) -> dict[str, NotebookNode]:
    """What everybody hands in, by id."""
    people = learners(count, seed)
    works = {learner.id: work_of(learner, seed) for learner in people}
    for number, learner in enumerate(person for person in people if person.copied_from):
        part = list(OWN)[number % 2]
        cell(works[learner.copied_from], f"{part}_solution").source = OWN[part]
        copy = re.sub(r"\b(" + "|".join(RENAMED) + r")\b", lambda word: RENAMED[word[0]], OWN[part])
        cell(works[learner.id], f"{part}_solution").source = "# my own idea\n" + copy.replace("    ", "  ")
    return works


def as_canvas_zips_it(works: dict[str, NotebookNode], people: list[Learner]) -> bytes:
    """The zip that Canvas offers: some late, some twice, some under another name, and what is nobody's."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, learner in enumerate(people):
            text = nbformat.writes(works[learner.id])
            late = "LATE_" if number % 23 == 5 else ""
            start = f"{learner.file_name}_{late}{learner.lms_user_id}"
            if number % 17 == 3:  # the first attempt came earlier, and was as released
                archive.writestr(f"{start}_{500_000 + number}_softmax.ipynb", released())
            name = (
                "softmax (1).ipynb"
                if number % 31 == 7
                else "softmax-1.ipynb"
                if number % 17 == 3
                else "softmax.ipynb"
            )
            archive.writestr(f"{start}_{600_000 + number}_{name}", text)
        archive.writestr("strangerfred_99_700000_softmax.ipynb", released())
        archive.writestr(f"{people[0].file_name}_{people[0].lms_user_id}_700001_essay.pdf", b"%PDF-1.4")
    return file.getvalue()


def roster(people: list[Learner]) -> str:
    """roster.csv."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["id", "first_name", "last_name", "email", "lms_user_id", "section"])
    for each in people:
        mail = f"{each.id}@example.org"
        writer.writerow([each.id, each.first_name, each.last_name, mail, each.lms_user_id, "A"])
    return file.getvalue()


def pack(folder: Path, count: int = 200) -> Path:
    """Write submissions.zip into a folder."""
    path = folder / "submissions.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_canvas_zips_it(handed_in(count), learners(count)))
    return path
