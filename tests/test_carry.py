"""A learner's answers in a newer release of an assignment."""

from typing import Any

from xentcourse.carry import carried, sources


def cell(source: str, name: str = "", *, answer: bool = False) -> dict[str, Any]:
    nbgrader = {"nbgrader": {"grade_id": name, "solution": answer}} if name else {}
    return {
        "cell_type": "code",
        "metadata": nbgrader,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


BASE = notebook(
    cell("set up", "a-setup"),
    cell("stub f", "a-f", answer=True),
    cell("check f", "a-check_f"),
    cell("example"),
    cell("stub g", "a-g", answer=True),
)
NEWER = notebook(
    cell("set up, better", "a-setup"),
    cell("example, better"),
    cell("better stub g", "a-g", answer=True),
    cell("better stub f", "a-f", answer=True),
    cell("check f and more", "a-check_f"),
    cell("stub h", "a-h", answer=True),
)


def mine(**changes: str) -> dict[str, Any]:
    """The base with other texts for some of its cells."""
    cells = [cell(c["source"], **names(c)) for c in BASE["cells"]]
    for one in cells:
        name = one["metadata"].get("nbgrader", {}).get("grade_id", "example").removeprefix("a-")
        one["source"] = changes.get(name, one["source"])
    return notebook(*cells)


def names(one: dict[str, Any]) -> dict[str, Any]:
    known = one["metadata"].get("nbgrader")
    return {"name": known["grade_id"], "answer": known["solution"]} if known else {}


def texts(one: dict[str, Any]) -> list[str]:
    return [source for _, _, source in sources(one)]


def test_an_answer_goes_where_its_grade_id_is_now():
    new = carried(mine(f="my f"), NEWER, BASE)
    expected = [source.replace("better stub f", "my f") for source in texts(NEWER)]
    assert texts(new) == expected


def test_a_stub_that_was_never_touched_is_replaced_by_the_newer_one():
    assert texts(carried(mine(), NEWER, BASE)) == texts(NEWER)


def test_without_the_base_a_stub_counts_as_an_answer_for_nothing_may_be_lost():
    assert "stub g" in texts(carried(mine(), NEWER))


def test_what_the_course_locked_comes_from_the_newer_release():
    new = carried(mine(setup="hacked", check_f="pass"), NEWER, BASE)
    assert texts(new) == texts(NEWER)


def test_an_added_cell_stays_behind_the_cell_that_it_followed():
    own = mine()
    own["cells"].insert(2, cell("helper"))
    assert texts(carried(own, NEWER, BASE)) == [*texts(NEWER)[:4], "helper", *texts(NEWER)[4:]]


def test_an_edited_example_is_kept_beside_the_newer_one():
    new = carried(mine(example="example(3)"), NEWER, BASE)
    assert "example(3)" in texts(new)
    assert "example, better" in texts(new)


def test_an_answer_whose_part_is_gone_is_kept_at_the_end():
    shorter = notebook(*(c for c in NEWER["cells"] if c["source"] != "better stub g"))
    assert texts(carried(mine(g="my g"), shorter, BASE))[-1] == "my g"


def test_an_added_cell_whose_place_is_gone_is_kept_at_the_end():
    own = mine()
    own["cells"].append(cell("after g"))
    shorter = notebook(*(c for c in NEWER["cells"] if c["source"] != "better stub g"))
    assert texts(carried(own, shorter, BASE))[-1] == "after g"


def test_sources_in_lines_are_read():
    own = mine()
    own["cells"][1]["source"] = ["my ", "f"]
    assert "my f" in texts(carried(own, NEWER, BASE))


def test_every_cell_has_an_id_of_its_own():
    own = mine()
    own["cells"] += [cell("one"), cell("two")]
    ids = [c["id"] for c in carried(own, NEWER, BASE)["cells"]]
    assert len(set(ids)) == len(ids)


def test_the_release_itself_is_not_changed():
    before = texts(NEWER)
    carried(mine(f="my f"), NEWER, BASE)
    assert texts(NEWER) == before
    assert "id" not in NEWER["cells"][0]
