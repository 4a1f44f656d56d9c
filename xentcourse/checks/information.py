"""Checks of the assignment `information`. Taught in book/information.md."""

import math
import string
from collections.abc import Iterator
from typing import Any

import numpy as np

from xentcourse.checks.answer import Answer, CheckFailedError
from xentcourse.checks.check import check
from xentcourse.checks.comparing import Tolerance
from xentcourse.checks.slips import information as slips
from xentcourse.reference import information as reference

Array = np.ndarray
Model = dict[str, float]
Rng = np.random.Generator


@check("self_information")
def self_information(answer: Answer, rng: Rng) -> None:
    """Ordinary probabilities, in nats, bits, bans and other units."""
    for note, p in ordinary_probabilities(rng):
        answer.must_match(reference.self_information, p, note=note, slips=slips.SELF_INFORMATION)
        for base in bases(rng):
            answer.must_match(
                reference.self_information, p, base=base, note=note, slips=slips.SELF_INFORMATION
            )


@check("self_information")
def self_information_ends(answer: Answer, rng: Rng) -> None:
    """Impossible, certain and very rare events."""
    for note, p in (
        ("a certain event", np.array([1.0])),
        ("an impossible event", np.array([0.0])),
        ("certain, impossible and possible events", np.array([1.0, 0.0, round(rng.uniform(0.25, 0.75), 2)])),
        ("very rare events", np.array([1e-9, 1e-20, 1e-300])),
        ("the smallest number there is", np.array([2.0**-1074])),
    ):
        for base in (2, math.e):
            match_at_zero(
                answer, reference.self_information, p, base=base, note=note, slips=slips.SELF_INFORMATION_ENDS
            )
    certain = np.array([1.0])
    if np.signbit(np.asarray(answer(certain, base=2), dtype=float)).any():
        answer.fail(
            f"{answer.name}([1.], base=2) returned -0.0", "expected 0.0", slips.NEGATIVE_ZERO, note="certain"
        )


@check("convert")
def convert(answer: Answer, rng: Rng) -> None:
    """Bits, nats, bans and other units, and amounts from 0 to infinity."""
    amount = round(rng.uniform(1, 9), 2)
    for note, value, old, new in (
        ("a ban in bits", 1.0, 10, 2),
        ("bits to nats", amount, 2, math.e),
        ("nats to bits", amount, math.e, 2),
        ("nats to bans", amount, math.e, 10),
        ("bytes to bits", amount, 256, 2),
        ("bits to bytes", amount, 2, 256),
        ("between two unusual units", amount, 3, round(rng.uniform(1.1, 20), 2)),
        ("the same unit", amount, 2, 2),
        ("no information", 0.0, 2, 10),
        ("an impossible event", math.inf, 2, math.e),
        ("a very small amount", 1e-30, 2, math.e),
    ):
        answer.must_match(
            reference.convert_information,
            value,
            from_base=old,
            to_base=new,
            note=note,
            tolerance=EVERY_DIGIT,
            slips=slips.CONVERT,
        )


@check("total_information")
def total_information(answer: Answer, rng: Rng) -> None:
    """Few events, no event, thousands, and an impossible one among them."""
    for note, p in event_lists(rng):
        for base in (2, math.e, 10):
            match_at_zero(
                answer,
                lambda p, base: reference.self_information(p, base=base).sum(),
                p,
                base=base,
                note=note,
                slips=slips.TOTAL,
            )


@check("text_information")
def text_information(answer: Answer, rng: Rng) -> None:
    """Short and long texts under a letter model, with letters that the model rules out."""
    for note, text, model in texts(rng):
        for base in (2, math.e):
            match_at_zero(
                answer,
                reference.sequence_information,
                text,
                model,
                base=base,
                note=note,
                slips=slips.TEXT,
            )


@check("complement_information")
def complement_information(answer: Answer, rng: Rng) -> None:
    """Opposites of ordinary probability, of tiny probability, and certain ones."""
    tiny = 10.0 ** -rng.integers(17, 300, size=3)
    for note, q in (
        ("one event", np.array([0.25])),
        ("ordinary probabilities", rng.uniform(0.1, 0.9, size=3).round(3)),
        ("the opposite cannot happen", np.array([0.0])),
        ("the opposite is certain", np.array([1.0])),
        ("small probabilities", np.array([1e-6, 1e-9, 1e-12])),
        ("tiny probabilities", np.array([1e-18])),
        ("tiny probabilities", tiny),
        ("all kinds at once", np.array([0.0, 1e-20, 0.25, 1 - 2.0**-53, 1.0])),
    ):
        for base in (math.e, 2):
            match_at_zero(
                answer,
                reference.complement_information,
                q,
                base=base,
                note=note,
                tolerance=EVERY_DIGIT,
                slips=slips.COMPLEMENT,
            )


@check("extremes")
def extremes(answer: Answer, rng: Rng) -> None:
    """Texts with ties, with one letter, and with letters that are impossible for the model."""
    for note, text, model in marked_texts(rng):
        match_at_zero(answer, reference.surprise_extremes, text, model, note=note, slips=slips.EXTREMES)


# ---- comparing --------------------------------------------------------------------------------------

#: The usual absolute tolerance would take 0 for 1e-18.
EVERY_DIGIT = Tolerance(relative=1e-10, absolute=0.0)


def match_at_zero(answer: Answer, oracle: Any, *args: Any, **kwargs: Any) -> None:
    """As `must_match`; a logarithm that refuses 0 is told so, whatever else could raise the same error."""
    try:
        answer.must_match(oracle, *args, **kwargs)
    except CheckFailedError as failure:
        lines = str(failure).splitlines()
        if not any(word in lines[0] for word in ("math domain error", "expected a positive input")):
            raise
        told = [slips.REFUSES_ZERO if line.startswith("Likely slip:") else line for line in lines]
        raise CheckFailedError("\n".join(told)) from None


# ---- the inputs -------------------------------------------------------------------------------------


def ordinary_probabilities(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Probabilities away from 0, smallest arrays first."""
    yield "one event", np.array([0.25])
    yield "a few events", rng.uniform(0.05, 0.95, size=3).round(2)
    yield "many events", rng.uniform(0.05, 0.95, size=50)
    yield "probabilities close to 1", 1 - np.array([1e-3, 1e-5, 1e-7])
    yield "every second entry of a larger array", rng.uniform(0.05, 0.95, size=8)[::2]


def bases(rng: Rng) -> tuple[float, ...]:
    """Bits, bans, and a unit that nobody uses."""
    return 2, 10, round(rng.uniform(1.2, 7), 2)


def event_lists(rng: Rng) -> Iterator[tuple[str, Array]]:
    """Probabilities of independent events."""
    yield "three events", np.array([0.5, 0.25, 0.25])
    yield "one event", rng.uniform(0.1, 0.9, size=1).round(2)
    yield "a few events", rng.uniform(0.1, 0.9, size=4).round(2)
    yield "no events", np.zeros(0)
    yield "2000 events, whose product is too small for a number", rng.uniform(0.1, 0.9, size=2000)
    yield "two very rare events", np.array([1e-200, 1e-200])
    yield "certain events among them", np.array([1.0, 0.5, 1.0])
    yield "an impossible event among them", np.array([0.5, 0.0, 0.25])


def texts(rng: Rng) -> Iterator[tuple[str, str, Model]]:
    """Texts, each with a letter model."""
    simple = {"a": 0.5, "b": 0.25, "c": 0.125, "d": 0.125}
    yield "three different letters", "cad", simple
    yield "letters that occur more than once", "abba", simple
    yield "one letter", "b", simple
    yield "an empty text", "", simple
    model = letter_model(rng, 6)
    yield "a random text", random_text(rng, model, 12), model
    yield "a long text, whose probability is too small for a number", random_text(rng, model, 3000), model
    with_zero = simple | {"e": 0.0}
    yield "a letter of probability 0 that the text does not use", "abcab", with_zero
    yield "a letter of probability 0 in the text", "abce", with_zero
    yield "a letter that the model does not list", "abcz", simple


def marked_texts(rng: Rng) -> Iterator[tuple[str, str, Model]]:
    """Texts whose extremes differ from those of the model, of the alphabet and of the counts."""
    simple = {"a": 0.2, "b": 0.7, "c": 0.1}
    yield "three different letters", "abc", simple
    yield "ties: the first position counts", "abccba", simple
    yield "the commonest letter of the text is not the likeliest one", "ccabc", simple
    yield "the model's likeliest letter is not in the text", "acca", simple
    yield "one letter", "a", simple
    yield "the same letter throughout", "bbb", simple
    yield "a letter that the model does not list", "bazab", simple
    yield "a letter of probability 0", "badab", simple | {"d": 0.0}
    model = letter_model(rng, 8)
    for _ in range(3):
        yield "a random text", random_text(rng, model, 15), model


def letter_model(rng: Rng, size: int) -> Model:
    """Letters with probabilities in hundredths, no two equal, in random order."""
    letters = rng.choice(list(string.ascii_lowercase), size=size, replace=False)
    while True:
        weights = rng.multinomial(100 - size, rng.dirichlet(np.ones(size))) + 1
        if len(set(weights)) == size:
            return {str(x): int(w) / 100 for x, w in zip(letters, weights, strict=True)}


def random_text(rng: Rng, model: Model, length: int) -> str:
    """Letters of the model, each as likely as every other."""
    return "".join(rng.choice(list(model), size=length))
