"""The box that a failed check shows in a notebook, and the help it offers."""

import re

import pytest
from bs4 import BeautifulSoup

from xentcourse.checks.answer import CheckFailedError
from xentcourse.checks.box import box, can_show
from xentcourse.checks.hints import STUCK, SYMPTOMS, help_for

MESSAGE = """✗ softmax_extremes
softmax([1000., 1000.]) returned [nan, nan]
expected [0.5, 0.5]
Likely slip: exp overflows. Subtract the largest logit before exp.
(The case: logits <around> 1000.)
Meanwhile your function wrote:
    z = <1000>
    done
To repeat this very check: check.softmax_extremes(softmax, seed=0)"""


def parsed(message: str = MESSAGE) -> BeautifulSoup:
    return BeautifulSoup(box(message), "html.parser")


def test_the_box_shows_the_call_the_result_and_what_was_expected_as_code():
    names = [name.text for name in parsed().find_all("dt")]
    values = [value.code.text for value in parsed().find_all("dd")]
    assert dict(zip(names, values, strict=True)) == {
        "you called": "softmax([1000., 1000.])",
        "it returned": "[nan, nan]",
        "expected": "[0.5, 0.5]",
    }


def test_nothing_of_the_message_is_lost_and_nothing_of_it_is_markup():
    text = parsed().get_text(" ")
    said = re.sub(r"returned|To repeat this very check:|Likely slip:", " ", MESSAGE)
    assert [word for word in said.split() if word not in text] == []
    assert parsed().find("around") is None


def test_an_exception_is_shown_with_its_line():
    told = "✗ f\nf(3) raised ValueError: no (3) please\nin the line: return 1 / x"
    values = [value.text for value in parsed(told).find_all("dd")]
    assert values == ["f(3)", "ValueError: no (3) please", "return 1 / x"]


def test_a_message_of_one_line_is_a_box_too():
    assert parsed("✗ f").get_text().startswith("✗ f")


def test_help_comes_in_stages_each_closed_at_first():
    stages = parsed().find_all("details")
    assert [stage.summary.text for stage in stages] == ["Help, I get nan", STUCK[0]]
    assert not any(stage.has_attr("open") for stage in stages)


@pytest.mark.parametrize(
    ("line", "ask"),
    [
        ("f(1) raised NameError: name 'g' is not defined", "Help, I get a NameError"),
        ("f(1) raised ValueError: no", "Help, my function stops with an error"),
        ("f(1) returned [1., nan]", "Help, I get nan"),
        ("f(1) returned inf", "Help, I get inf"),
        ("f([1, 2]) returned 3.\nThe result is a single number, expected shape", "Help, the shape is wrong"),
        ("f(1) returned 2.\nThat is close, but not the same number", "Help, my number is nearly right"),
        ("f(1) returned nothing (None). Does every branch end in a return?", "Help, I get None"),
        ("f([1]) changed its argument to [2].", "Help, I change an argument"),
        ("f(1) returned 2.\nexpected 3.\nthe number is 2, expected 3.", "Help, I get another number"),
    ],
)
def test_each_symptom_has_its_own_help(line, ask):
    assert [asked for asked, _ in help_for(f"✗ f\n{line}")] == [ask, STUCK[0]]


def test_every_help_is_offered_by_some_symptom():
    marks = test_each_symptom_has_its_own_help.pytestmark[0].args[1]
    assert {ask for _, ask in marks} == {ask for _, ask, _ in SYMPTOMS}


def test_outside_a_notebook_there_is_no_box_and_the_error_says_everything(capsys):
    assert not can_show()
    error = CheckFailedError(MESSAGE)
    assert "\n".join(error._render_traceback_()) == MESSAGE
    error.shown = True
    assert error._render_traceback_() == ["✗ softmax_extremes: not right yet, see above"]
