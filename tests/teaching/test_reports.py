"""The report's numbers are the gradebook's, and its page holds what learners wrote without acting."""

import random
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from xentcourse.course import Course, CourseError
from xentcourse.grading.assignment import Assignment, of_chapter
from xentcourse.teaching import report
from xentcourse.teaching.marks import Marks, Work
from xentcourse.teaching.report import discrimination, gist, items_of, write_report

HERE = Course.find(Path(__file__).parent)
SLIP = (
    "✗ {part}\n{part}({call}) returned {value}\nexpected 1.5\nLikely slip: that is the\nsum.\n"
    "To repeat this very check: check.{part}(f, seed=1)"
)
PARTS = {"softmax-softmax": 3.0, "softmax-softmax_extremes": 2.0, "softmax-gradient": 3.0}


def made_up(count: int, seed: int = 0) -> Marks:
    """A class in which the better get more."""
    rng = random.Random(seed)
    works = []
    for number in range(count):
        skill = rng.random()
        points = {part: worth * (rng.random() < skill) for part, worth in PARTS.items()}
        said = {
            part: SLIP.format(part=part[8:], call=number, value=rng.random())
            for part, score in points.items()
            if not score
        }
        works.append(Work(f"s{number:04}", points, said=said))
    return Marks("softmax", PARTS, tuple(works))


def written(marks: Marks, path: Path, monkeypatch: pytest.MonkeyPatch, **options: bool) -> str:
    """The page on these marks."""
    monkeypatch.setattr(report, "read_marks", lambda *_: marks)
    assignment: Assignment = of_chapter(HERE, HERE.chapter("softmax"))
    return write_report(assignment, "", path / "report.html", **options).read_text(encoding="utf-8")


def test_what_differs_from_learner_to_learner_is_left_out_of_a_wrong_answer():
    one, other = (
        SLIP.format(part="softmax", call=call, value=value) for call, value in (("[1.]", 2), ("[7.]", 9))
    )
    assert gist(one) == gist(other) == "Likely slip: that is the sum."
    assert gist("✗ f\nf([1., 2.], 3) returned 4.5\nexpected 2\n(The case: many\nrows.)") == (
        "f(…) returned … expected …"
    )


def test_the_counts_add_up_and_what_was_not_attempted_is_counted_apart():
    marks = made_up(50)
    lazy = Work(
        "lazy", dict.fromkeys(PARTS, 0.0), said={p: f"{p} is not attempted yet: write it" for p in PARTS}
    )
    some = Work("some", {"softmax-softmax": 1.5})
    items = items_of(Marks("softmax", PARTS, (*marks.works, lazy, some)))
    assert [sum(item.counts) for item in items] == [52] * 3
    assert items[0].counts[1] == 1
    assert [item.counts[3] for item in items] == [1, 1, 1]
    assert items[0].wrong[0][0] == "Likely slip: that is the sum."


def test_a_check_that_the_better_pass_discriminates_and_one_by_chance_does_not():
    rng = random.Random(1)
    works = []
    for number in range(400):
        skill = rng.random()
        points = {f"p{part}": float(rng.random() < skill) for part in range(4)}
        works.append(Work(str(number), points | {"coin": float(rng.random() < 0.5), "all": 1.0}))
    marks = Marks("x", dict.fromkeys(works[0].points, 1.0), tuple(works))
    assert discrimination(marks, "p0") > 0.2
    assert abs(discrimination(marks, "coin")) < 0.15
    assert discrimination(marks, "all") is None


def test_a_thousand_learners_fit_into_a_page(tmp_path, monkeypatch):
    page = written(made_up(1000), tmp_path, monkeypatch)
    assert len(page) < 1_000_000
    soup = BeautifulSoup(page, "html.parser")
    assert "1000 graded submissions" in soup.get_text()
    assert len(soup.select("details table tbody tr")) == 1000


def test_what_a_learner_s_code_said_is_text_in_the_page(tmp_path, monkeypatch):
    attack = "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>"
    works = tuple(
        Work(name, {"softmax-softmax": 0.0}, said={"softmax-softmax": f"✗ softmax\n{attack}"})
        for name in (attack, "b")
    )
    page = written(Marks("softmax", {"softmax-softmax": 3.0}, works), tmp_path, monkeypatch)
    soup = BeautifulSoup(page, "html.parser")
    assert soup.select("script") == []
    assert all(image["src"].startswith("data:") for image in soup.select("img"))
    assert "default-src 'none'" in soup.select_one("meta[http-equiv]")["content"]


def test_an_anonymous_page_has_no_name_not_even_in_what_code_said(tmp_path, monkeypatch):
    works = tuple(
        Work(
            f"person{n}", {"softmax-softmax": 0.0}, said={"softmax-softmax": f"✗ softmax\nPerson{n} was here"}
        )
        for n in range(12)
    )
    page = written(Marks("softmax", {"softmax-softmax": 3.0}, works), tmp_path, monkeypatch, anonymous=True)
    assert "person" not in page.lower()
    assert page.count("learner 12") >= 1


def test_nothing_graded_is_said_in_words(tmp_path):
    for file in ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes((HERE.root / file).read_bytes())
    course = Course(tmp_path)
    found = of_chapter(course, course.chapter("softmax"))
    with pytest.raises(
        CourseError, match=r"Nothing is graded for softmax\. Type `xentcourse grade softmax` first"
    ):
        write_report(found, f"sqlite:///{tmp_path / 'gradebook.db'}", tmp_path / "report.html")
