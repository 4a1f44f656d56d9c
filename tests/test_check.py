"""A check from the outside: its verdicts, its sentences, and that its randomness is the seed's alone."""

import json
import random
import re
import sys
import types

import numpy as np
import pytest
import torch

from xentcourse.checks import softmax as softmax_checks
from xentcourse.checks.answer import FLOAT32, FLOAT64, CheckFailedError, tolerance_for
from xentcourse.checks.calling import CallHere
from xentcourse.checks.check import SEED_VARIABLE, Check, NotAttempted, Verdict, check, checks_of
from xentcourse.checks.comparing import Slip, Tolerance
from xentcourse.checks.plain import fresh, same
from xentcourse.reference import softmax as reference


@pytest.fixture(autouse=True)
def no_course_seed(monkeypatch):
    monkeypatch.delenv(SEED_VARIABLE, raising=False)


def double(x):
    return 2 * np.asarray(x)


def square(x):
    return np.asarray(x) ** 2


SLIPS = (
    Slip("never applies", lambda _: 1 / 0),
    Slip("Likely slip: that is the square, twice the number was asked.", square),
    Slip("a later slip", square),
)


@check("twice")
def doubling(answer, rng):
    """Twice a number."""
    answer.must_match(double, rng.normal(size=3), note="three numbers", slips=SLIPS)


@check("twice")
def unchanging(answer, rng):
    """Any number, but left as it is."""
    answer(rng.normal(size=2))


@check("twice", "thrice")
def two_functions(twice, thrice, rng):
    """Both at once."""
    x = rng.normal(size=3)
    twice.must_match(double, x)
    thrice.must_match(lambda z: 3 * z, x)


def repr_of_types(values) -> str:
    return ",".join(type(value).__name__ for value in values) or "nothing"


def verdict(function, of=doubling, seed=0) -> Verdict:
    return of.run(CallHere({"twice": function}), seed=seed)


# ---- verdicts ---------------------------------------------------------------------------------------


def test_a_right_function_passes_with_a_count_of_calls_and_the_seed():
    assert verdict(double) == Verdict("passed", "✓ doubling: 1 calls agree (seed 0)", 0)


def test_a_wrong_function_is_told_what_was_called_what_came_what_was_expected_and_why():
    found = verdict(square, seed=7)
    lines = found.message.splitlines()
    assert found.result == "failed"
    assert lines[0] == "✗ doubling"
    assert re.fullmatch(r"twice\(\[.*\]\) returned \[.*\]", lines[1])
    assert lines[2].startswith("expected [")
    assert lines[3:] == [
        "Likely slip: that is the square, twice the number was asked.",
        "(The case: three numbers.)",
        "To repeat this very check: check.doubling(twice, seed=7)",
    ]


def test_a_mistake_that_nobody_foresaw_is_described():
    found = verdict(lambda x: 6 * x)
    assert "Every entry is 3 times what was expected." in found.message


def test_an_exception_is_told_with_its_line_and_a_hint():
    def dividing(x):
        return x / np.zeros((2, 2))

    found = verdict(dividing)
    assert found.result == "failed"
    assert "raised ValueError: operands could not be broadcast" in found.message
    assert "in the line: return x / np.zeros((2, 2))" in found.message
    assert "keepdims=True keeps it with length 1" in found.message


def leaving(x):
    sys.exit()


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda _: None, "returned nothing (None). Does every branch of twice end in a return?"),
        (lambda _: object(), "returned an object of type object; numbers or arrays are needed."),
        (lambda x: {1: x}, "That is a dict; an array of shape (3,) was expected."),
        (lambda x: x.sum(), "The result is a single number, expected shape (3,)."),
        (leaving, "raised SystemExit"),
        (lambda x: [x, [x, [x]]], "a list of 2 entries"),
        (lambda: 1, "Keep the `def` line as it was given."),
    ],
)
def test_whatever_a_function_does_ends_in_a_verdict(function, sentence):
    found = verdict(function)
    assert found.result == "failed"
    assert sentence in found.message


def test_what_the_function_printed_is_shown_when_it_fails():
    def talking(x):
        print("x has shape", x.shape)
        return x

    assert "Meanwhile your function wrote:\n    x has shape (3,)" in verdict(talking).message
    assert "printed" not in verdict(lambda x: print("quiet please") or 2 * x).message


@pytest.mark.parametrize("of", [doubling, unchanging])
def test_a_changed_argument_fails_even_where_the_result_is_right(of):
    def in_place(x):
        x *= 2
        return x

    found = verdict(in_place, of=of)
    assert found.result == "failed"
    assert "changed its argument to [" in found.message
    assert "make a new array" in found.message


def test_an_argument_stuffed_with_objects_is_a_changed_argument():
    class Rude:
        def __repr__(self):
            raise RuntimeError

    @check("twice")
    def of_a_list(answer, rng):
        """A list."""
        answer([1.0, 2.0])

    def stuffing(items):
        items[0] = Rude()
        return 1

    found = verdict(stuffing, of=of_a_list)
    assert "changed its argument to '<an object of type Rude>'" in found.message


def test_a_right_slip_is_not_held_against_a_right_answer():
    @check("twice")
    def of_two(answer, rng):
        """Two, where the square and the double are the same."""
        answer.must_match(double, np.array([2.0, 2.0]), slips=SLIPS)

    assert verdict(double, of=of_two).result == "passed"


def test_slips_and_oracles_get_arguments_of_their_own():
    def writing_oracle(x):
        result = double(x)
        x.fill(5.0)
        return result

    @check("twice")
    def careless(answer, rng):
        """An oracle and a slip that write to their arguments."""
        writing_slip = Slip("written to", lambda x: x.fill(0.0))
        answer.must_match(writing_oracle, np.ones(3), slips=[writing_slip, Slip("tripled", lambda x: 3 * x)])

    assert verdict(double, of=careless).result == "passed"
    told = verdict(lambda x: 3 * x, of=careless).message
    assert "twice([1., 1., 1.]) returned [3., 3., 3.]" in told
    assert "tripled" in told


def test_float32_arguments_are_compared_less_strictly():
    assert tolerance_for([np.zeros(1, np.float32)]) == tolerance_for([1, np.zeros(1, np.float16)]) == FLOAT32
    assert tolerance_for([np.zeros(1), 3, "a", [1.0]]) == tolerance_for([]) == FLOAT64
    assert FLOAT32.accepts(1 + 1e-5, 1.0)
    assert not FLOAT64.accepts(1 + 1e-5, 1.0)


def test_a_tolerance_that_is_given_counts():
    @check("twice")
    def roughly(answer, rng):
        """Not so exactly."""
        answer.must_match(double, rng.normal(size=3), tolerance=Tolerance(0.1, 0.1))

    assert verdict(lambda x: 2.05 * x, of=roughly).result == "passed"
    assert verdict(lambda x: 3 * x, of=roughly).result == "failed"


# ---- not attempted ----------------------------------------------------------------------------------


def twice(x):
    raise NotImplementedError


def helper(x):
    raise NotImplementedError()


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (twice, "twice is not attempted yet: write it above, then run this cell again."),
        (lambda x: helper(x), "helper is not attempted yet (twice calls it): write it above"),
    ],
)
def test_a_stub_is_not_attempted_and_says_which(function, sentence):
    found = verdict(function)
    assert found.result == "not attempted"
    assert found.message.startswith(sentence)


def test_what_a_library_has_not_implemented_is_a_mistake_and_no_stub():
    def swapped(x):
        return torch.nn.functional.cross_entropy(torch.tensor([1, 0]), torch.zeros(2, 3))

    found = verdict(swapped)
    assert found.result == "failed"
    assert "are the two swapped?" in found.message


def test_not_attempted_is_worth_nothing_to_nbgrader_and_a_sentence_to_people():
    value = doubling(twice)
    assert isinstance(value, NotAttempted)
    assert value == 0.0
    bundle = value._repr_mimebundle_(include=None, exclude=None)
    assert json.loads(bundle["text/plain"]) == 0.0
    assert bundle["text/html"].startswith("<p>twice is not attempted yet")
    assert NotAttempted("a < b")._repr_mimebundle_()["text/html"] == "<p>a &lt; b</p>"


# ---- in a notebook ----------------------------------------------------------------------------------


def test_a_check_praises_or_raises_the_sentences_alone(capsys):
    assert doubling(double, seed=3) is None
    assert capsys.readouterr().out == "✓ doubling: 1 calls agree (seed 3)\n"
    with pytest.raises(CheckFailedError, match=r"^✗ doubling\n") as caught:
        doubling(square, seed=3)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert caught.value._render_traceback_() == str(caught.value).splitlines()
    assert isinstance(caught.value, AssertionError)


@pytest.mark.parametrize(
    "functions", [(), (double, double), (3,), (None,), (np.zeros(3),), ("double",)], ids=repr_of_types
)
def test_anything_but_the_functions_by_name_is_a_type_error_that_shows_how(functions):
    with pytest.raises(
        TypeError, match=r"^check\.doubling takes your functions by name: check\.doubling\(twice\)$"
    ):
        doubling(*functions)


def test_a_check_of_two_functions_takes_two():
    assert two_functions(double, lambda x: 3 * x) is None
    with pytest.raises(TypeError, match=r"check\.two_functions\(twice, thrice\)$"):
        two_functions(double)
    with pytest.raises(CheckFailedError, match=r"^✗ two_functions\nthrice\("):
        two_functions(double, double)


def test_a_check_knows_its_name_chapter_functions_and_text():
    assert isinstance(two_functions, Check)
    assert (two_functions.name, two_functions.functions) == ("two_functions", ("twice", "thrice"))
    assert two_functions.slug == "test_check"
    assert two_functions.__doc__ == "Both at once."


def test_the_checks_of_a_module_come_by_name_in_their_order():
    module = types.ModuleType("chapter")
    module.b, module.other, module.a = two_functions, 3, doubling
    assert checks_of(module) == {"two_functions": two_functions, "doubling": doubling}
    assert list(checks_of(module)) == ["two_functions", "doubling"]


# ---- the seed ---------------------------------------------------------------------------------------

SOFTMAX = checks_of(softmax_checks)
RIGHT = {
    "softmax": reference.softmax,
    "log_softmax": reference.log_softmax,
    "cross_entropy": reference.softmax_cross_entropy,
    "soft_cross_entropy": reference.softmax_cross_entropy,
    "gradient": reference.softmax_cross_entropy_gradient,
    "fit": reference.softmax_regression,
}


def inputs(of: Check, seed: int) -> list:
    """All that a check passes to the learner's function."""
    seen = []

    def recording(*args, **kwargs):
        seen.append(fresh((args, kwargs)))
        return RIGHT[of.functions[0]](*args, **kwargs)

    assert of.run(CallHere({of.functions[0]: recording}), seed=seed).result == "passed"
    return seen


@pytest.mark.parametrize("name", SOFTMAX)
def test_the_same_seed_gives_the_same_inputs_and_another_seed_others(name):
    first = inputs(SOFTMAX[name], 1)
    assert len(first) > 3
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  (what a learner may have done)
    assert same(inputs(SOFTMAX[name], 1), first)
    assert not same(inputs(SOFTMAX[name], 2), first)


@pytest.mark.parametrize("name", SOFTMAX)
def test_the_same_seed_gives_the_same_verdict(name):
    of = SOFTMAX[name]

    def wrong(*args, **kwargs):
        np.random.seed(1)  # noqa: NPY002
        result = RIGHT[of.functions[0]](*args, **kwargs)
        return (result[0] + 1, result[1]) if isinstance(result, tuple) else result + 1

    caller = CallHere({of.functions[0]: wrong})
    first = of.run(caller, seed=5)
    assert first.result == "failed"
    assert of.run(caller, seed=5) == first
    assert of.run(caller, seed=6).message != first.message


def test_checks_do_not_share_their_random_numbers():
    """Else a point more for one check would change the inputs of the next."""
    seen = []

    def recording(x):
        seen.append(x.tolist())
        return 2 * x

    verdict(recording, seed=0)
    verdict(recording, of=unchanging, seed=0)
    assert seen[0][:2] != seen[1]


def test_without_a_seed_every_run_draws_its_own_and_tells_it():
    seeds = {doubling.run(CallHere({"twice": double})).seed for _ in range(20)}
    assert len(seeds) > 10
    assert all(0 <= seed < 1_000_000 for seed in seeds)
    found = doubling.run(CallHere({"twice": square}))
    assert found.message.endswith(f"check.doubling(twice, seed={found.seed})")
    assert doubling.run(CallHere({"twice": square}), seed=found.seed) == found


def test_the_course_seed_counts_unless_one_is_given(monkeypatch):
    monkeypatch.setenv(SEED_VARIABLE, "17")
    assert doubling.run(CallHere({"twice": double})).seed == 17
    assert doubling.run(CallHere({"twice": square})) == verdict(square, seed=17)
    assert doubling.run(CallHere({"twice": double}), seed=0).seed == 0


@pytest.mark.parametrize("bad", ["", "abc", "1.5", "-1", "1e3", "0x10"])
def test_a_course_seed_that_is_no_whole_number_is_refused_in_words(monkeypatch, bad):
    monkeypatch.setenv(SEED_VARIABLE, bad)
    with pytest.raises(ValueError, match=f"^{SEED_VARIABLE} is '{bad}', a whole number is needed. Unset it"):
        doubling(double)


def test_numpys_settings_outside_do_not_change_a_verdict():
    with np.errstate(all="raise"):
        assert SOFTMAX["softmax_extremes"](RIGHT["softmax"], seed=0) is None
