"""The roster in the gradebook: everybody at once, and again where a line was mended."""

import pytest
from nbgrader.api import Gradebook
from teaching.conftest import ROSTER

from xentcourse.course import CourseError
from xentcourse.teaching.roster import enter


def known(db_url):
    with Gradebook(db_url) as gradebook:
        return {each.id: (each.first_name, each.email, each.lms_user_id) for each in gradebook.students}


def test_everybody_is_entered_and_a_mended_line_is_taken_over(assignment):
    db_url = f"sqlite:///{assignment.root / 'gradebook.db'}"
    assert enter(assignment.root, db_url) == 5
    assert known(db_url)["emmy"] == ("Émmy", "e.noether@example.org", None)
    (assignment.root / "roster.csv").write_text(ROSTER.replace("Émmy", "Emmy"), encoding="utf-8")
    assert enter(assignment.root, db_url) == 5
    assert known(db_url)["emmy"][0] == "Emmy"
    assert set(known(db_url)) == {"ada", "alan", "emmy", "sam1", "sam2"}


def test_a_roster_without_anybody_says_what_to_do(assignment):
    (assignment.root / "roster.csv").write_text("id,first_name\n")
    with pytest.raises(CourseError, match=r"has no students in it\. Put a line for each"):
        enter(assignment.root, "sqlite://")
