"""Calling a learner's function: what comes back, and that nothing else gets out."""

import contextlib
import io
import json
import logging
import sys
import warnings

import numpy as np
import pytest

from xentcourse.checks.calling import CallHere, Raised


def call(function, *args, **kwargs):
    return CallHere({"f": function})("f", args, kwargs)


# ---- what comes back --------------------------------------------------------------------------------


def test_the_value_comes_back_as_plain_data():
    array = np.arange(3.0)
    outcome = call(lambda: (array, 1))
    array[0] = 99
    assert outcome.value[0].tolist() == [0, 1, 2]
    assert (outcome.raised, outcome.not_plain, outcome.printed) == (None, "", "")


def test_arguments_reach_the_function_by_place_and_by_name():
    assert call(lambda x, y=1, *, z: [x, y, z], 5, z="a").value == [5, 1, "a"]


def test_the_function_gets_copies_and_what_it_did_to_them_is_reported():
    def greedy(z, items, *, named):
        z[0] = 99
        items.append(1)
        named[0] = 99

    z, items, named = np.zeros(2), [0], np.zeros(2)
    outcome = call(greedy, z, items, named=named)
    assert (z.tolist(), items, named.tolist()) == ([0, 0], [0], [0, 0])
    assert outcome.arguments[0].tolist() == [99, 0]
    assert outcome.arguments[1] == [0, 1]


def test_layout_in_memory_reaches_the_function():
    gapped = np.arange(12.0).reshape(3, 4)[:, ::2]
    assert call(lambda z: z.flags.c_contiguous, gapped).value is False
    assert call(lambda z: z.flags.c_contiguous, gapped.copy()).value is True


def test_arguments_as_left_are_plain_whatever_was_put_into_them():
    class Rude:
        def __repr__(self):
            raise RuntimeError

    def stuffing(items):
        items[0] = Rude()

    assert call(stuffing, [1.0]).arguments == ("<an object of type Rude>",)


@pytest.mark.parametrize(
    ("value", "name"),
    [(object(), "object"), ([1, {2}], "set"), (1j, "complex"), (np.array([None]), "array of object")],
)
def test_what_is_no_plain_data_is_named_and_does_not_come_back(value, name):
    outcome = call(lambda: value)
    assert (outcome.value, outcome.not_plain, outcome.raised) == (None, name, None)


def test_a_list_that_contains_itself_is_an_exception_like_others():
    endless = []
    endless.append(endless)
    assert call(lambda: endless).raised.type == "RecursionError"


# ---- exceptions -------------------------------------------------------------------------------------


def helper(x):
    return 1 / x


def calls_helper(x):
    return helper(x)


def test_an_exception_names_its_type_message_function_and_line():
    assert call(calls_helper, 0).raised == Raised(
        "ZeroDivisionError", "division by zero", "helper", "return 1 / x"
    )


def test_the_line_is_the_learners_not_the_librarys():
    def summing(z):
        return np.sum(z, axis=7)

    raised = call(summing, np.zeros(2)).raised
    assert (raised.type, raised.function) == ("AxisError", "summing")
    assert raised.line == "return np.sum(z, axis=7)"


def test_wrong_parameters_are_the_functions_own_mistake():
    raised = call(lambda: 1, 2).raised
    assert (raised.type, raised.function, raised.line) == ("TypeError", "f", "")


def test_a_function_of_c_has_a_name_too():
    assert call(len, 3).raised == Raised("TypeError", "object of type 'int' has no len()", "f", "")


def leaving():
    sys.exit("goodbye")


def recursing():
    return recursing()


class MuteError(Exception):
    def __str__(self):
        raise RuntimeError("not even that")


def mute():
    raise MuteError


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        (leaving, "SystemExit", "goodbye"),
        (recursing, "RecursionError", "maximum recursion depth exceeded"),
        (mute, "MuteError", "(its message can't be read)"),
    ],
)
def test_nothing_a_function_raises_gets_out(function, kind, message):
    raised = call(function).raised
    assert (raised.type, raised.function) == (kind, function.__name__)
    assert raised.message.startswith(message)


def test_ctrl_c_gets_out_and_leaves_everything_as_it_was():
    def interrupted():
        np.seterr(all="raise")
        raise KeyboardInterrupt

    before = sys.stdout, sys.stderr, np.geterr(), warnings.filters[:]
    with pytest.raises(KeyboardInterrupt):
        call(interrupted)
    assert (sys.stdout, sys.stderr, np.geterr(), warnings.filters[:]) == before


# ---- containment ------------------------------------------------------------------------------------


def noisy(fail=False):
    print("printed")
    print("to stderr", file=sys.stderr)
    sys.stderr.write("written\n")
    warnings.warn("careful", stacklevel=1)
    warnings.warn("outdated", DeprecationWarning, stacklevel=1)
    np.log(np.zeros(1)), np.exp(np.full(1, 1000.0)), np.zeros(1) / np.zeros(1)
    logging.getLogger("learner").warning("logged")
    if fail:
        raise ValueError
    return 1


SAID = ["printed", "to stderr", "written", "UserWarning: careful", "DeprecationWarning: outdated"]
SAID += ["divide by zero encountered in log", "overflow encountered in exp", "invalid value encountered"]


@pytest.mark.parametrize("fail", [False, True])
def test_whatever_is_written_or_warned_stays_inside_and_is_told(fail, capfd, recwarn):
    outcome = call(noisy, fail)
    assert [text for text in SAID if text not in outcome.printed] == []
    assert capfd.readouterr() == ("", "")
    assert list(recwarn) == []


def test_logging_that_nobody_set_up_stays_inside_too(capfd, monkeypatch):
    monkeypatch.setattr(logging.root, "handlers", [])  # else pytest's own take it
    assert "logged" in call(noisy).printed
    assert capfd.readouterr() == ("", "")


@contextlib.contextmanager
def handlers():
    """Handlers on stdout and stderr, on the root logger and on the learner's, as notebooks have them."""
    pairs = [
        (logging.getLogger(name), logging.StreamHandler(stream))
        for name in (None, "learner")
        for stream in (sys.stdout, sys.stderr)
    ]
    elsewhere = io.StringIO()
    pairs.append((logging.getLogger("learner"), logging.StreamHandler(elsewhere)))
    for logger, handler in pairs:
        logger.addHandler(handler)
    try:
        yield [handler for _, handler in pairs], elsewhere
    finally:
        for logger, handler in pairs:
            logger.removeHandler(handler)


@pytest.mark.parametrize("fail", [False, True])
def test_loggers_that_were_set_up_before_are_kept_inside_and_given_back(fail, capfd):
    with handlers() as (all_handlers, elsewhere):
        streams = [handler.stream for handler in all_handlers]
        outcome = call(noisy, fail)
    assert outcome.printed.count("logged") == 4
    assert elsewhere.getvalue() == "logged\n", "a log file of the learner's own goes on"
    assert [handler.stream for handler in all_handlers] == streams
    assert capfd.readouterr() == ("", "")


def test_a_handler_that_the_function_adds_writes_to_nobody_later(capfd):
    def adding():
        logging.getLogger("added").addHandler(logging.StreamHandler())

    try:
        call(adding)
        logging.getLogger("added").warning("later")
        assert capfd.readouterr() == ("", "")
    finally:
        logging.getLogger("added").handlers.clear()


def test_settings_that_the_function_changes_are_set_back():
    def meddling():
        np.seterr(all="raise")
        warnings.simplefilter("error")
        sys.stdout, sys.stderr = io.StringIO(), io.StringIO()

    before = sys.stdout, sys.stderr, np.geterr(), warnings.filters[:]
    call(meddling)
    assert (sys.stdout, sys.stderr, np.geterr(), warnings.filters[:]) == before


def test_settings_made_outside_do_not_make_a_function_fail():
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = call(lambda: np.array([1.0]) / np.array([0.0]))
        assert outcome.raised is None
        assert outcome.value.tolist() == [np.inf]


def test_underflow_is_no_news():
    outcome = call(lambda: np.exp(np.array([-1000.0])))
    assert (outcome.value.tolist(), outcome.printed) == ([0], "")


def test_one_call_knows_nothing_of_what_another_printed():
    caller = CallHere({"f": lambda x: print(x)})
    assert json.dumps([caller("f", (n,), {}).printed for n in range(3)]) == r'["0\n", "1\n", "2\n"]'
