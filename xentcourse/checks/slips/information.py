"""What goes wrong with surprise, its units and its sums. Taught in book/information.md."""

import math

import numpy as np

from xentcourse.checks.comparing import Slip, in_own_unit, with_epsilons

Array = np.ndarray
Model = dict[str, float]


def surprise(p: Array | float, base: float = math.e) -> Array:
    """The right surprises, for slips to bend."""
    return np.asarray(0.0 - np.log(p) / np.log(base))


def chances(text: str, model: Model, unknown: float = 0.0) -> Array:
    """The model's probability of each letter of a text."""
    return np.array([model.get(letter, unknown) for letter in text])


def shares(text: str) -> Model:
    """The share of each letter in the text itself."""
    return {letter: text.count(letter) / len(text) for letter in text}


def first_extremes(values: Array) -> tuple[int, int]:
    """The positions of the first smallest and the first largest entry."""
    return int(np.argmin(values)), int(np.argmax(values))


_UNIT = (
    "Likely slip: the unit is always the same. "
    "The base decides: divide the natural logarithm by the natural logarithm of `base`."
)
_SIGN = "Likely slip: the sign is missing. Logarithms of probabilities are at most 0, surprises at least 0."
_TIMES = "Likely slip: multiplied by the logarithm of the base. Divide by it."
_BY_BASE = "Likely slip: divided by the base itself. Divide by its natural logarithm."
_EPSILON = (
    "Likely slip: a small number was added to the probability, or it was clipped, to keep the logarithm "
    "finite. An impossible event has the surprise inf: leave p as it is."
)
_ZERO_AT_ZERO = (
    "Likely slip: what is impossible was given the surprise 0, or left out. That it counts 0 is true of "
    "p log p in an average; its own surprise is infinite."
)
_PRODUCT = (
    "Likely slip: the probabilities were multiplied first, and the product underflows to 0. "
    "Take the logarithms first and add them."
)
_MEAN = "Likely slip: that is the mean. The surprise of all of them together is the sum."
_ROUNDS_AWAY = (
    "Likely slip: 1 - q rounds to the nearest number there is, and the digits of a small q are gone "
    "before the logarithm sees them. np.log1p(x) is the logarithm of 1 + x without that rounding."
)

REFUSES_ZERO = (
    "Likely slip: math.log refuses 0. np.log(0.0) is -inf, which is what an impossible event needs; "
    "or return math.inf where the probability is 0."
)
NEGATIVE_ZERO = (
    "Likely slip: the sign of a zero was turned. Subtract from zero instead: 0.0 - np.log(p) is 0.0 at p = 1."
)

SELF_INFORMATION = (
    Slip(_SIGN, lambda p, base=math.e: -surprise(p, base)),
    Slip(_TIMES, lambda p, base=math.e: -np.log(p) * np.log(base)),
    Slip(_BY_BASE, lambda p, base=math.e: -np.log(p) / base),
    *in_own_unit(_UNIT, surprise),
    Slip(
        "Likely slip: upside down, the logarithm of the base over that of p.",
        lambda p, base=math.e: -np.log(base) / np.log(p),
    ),
    Slip(
        "Likely slip: the surprises were weighted by p. That is a step towards entropy; "
        "the surprise of an event is -log p alone.",
        lambda p, base=math.e: p * surprise(p, base),
    ),
    Slip(
        "Likely slip: that is 1/p. Its logarithm is the surprise.",
        lambda p, base=math.e: 1 / p,
    ),
    Slip(
        "Likely slip: that is the surprise of the opposite, of probability 1 - p.",
        lambda p, base=math.e: surprise(1 - p, base),
    ),
    Slip(
        "Likely slip: the surprises were added up. Each event has its own.",
        lambda p, base=math.e: surprise(p, base).sum(),
    ),
)
SELF_INFORMATION_ENDS = (
    Slip(_ZERO_AT_ZERO, lambda p, base=math.e: np.where(p > 0, surprise(p, base), 0.0)),
    Slip(
        "Likely slip: np.nan_to_num makes a large number of inf. An impossible event has the surprise inf.",
        lambda p, base=math.e: np.nan_to_num(surprise(p, base)),
    ),
    *with_epsilons(_EPSILON, lambda finite, p, base=math.e: surprise(finite(p), base)),
    *SELF_INFORMATION,
)
CONVERT = (
    Slip(
        "Likely slip: upside down. A larger base is a larger unit, and of larger units you need fewer.",
        lambda value, from_base, to_base: value * math.log(to_base) / math.log(from_base),
    ),
    Slip(
        "Likely slip: the bases themselves were divided. The factor is the ratio of their logarithms.",
        lambda value, from_base, to_base: value * from_base / to_base,
    ),
    Slip(
        "Likely slip: the bases themselves were divided. The factor is the ratio of their logarithms.",
        lambda value, from_base, to_base: value * to_base / from_base,
    ),
    Slip(
        "Likely slip: the logarithm of the ratio. The factor is the ratio of the logarithms.",
        lambda value, from_base, to_base: value * math.log(from_base / to_base),
    ),
    Slip(
        "Likely slip: only one of the bases is used. Go from the old unit to nats, then to the new unit.",
        lambda value, from_base, to_base: value * math.log(from_base),
    ),
    Slip(
        "Likely slip: only one of the bases is used. Go from the old unit to nats, then to the new unit.",
        lambda value, from_base, to_base: value / math.log(to_base),
    ),
    Slip(
        "Likely slip: the logarithm of the amount was taken. An amount of information is one already: "
        "multiply it by a factor.",
        lambda value, from_base, to_base: math.log(value) / math.log(to_base),
    ),
    Slip(
        "Likely slip: the amount came back as it was.",
        lambda value, from_base, to_base: value,
    ),
)
TOTAL = (
    Slip(_PRODUCT, lambda p, base: surprise(float(np.prod(p)), base)),
    Slip(_SIGN, lambda p, base: -surprise(p, base).sum()),
    Slip(_TIMES, lambda p, base: -np.log(p).sum() * np.log(base)),
    *in_own_unit(_UNIT, lambda p, base: surprise(p, base).sum()),
    Slip(_MEAN, lambda p, base: surprise(p, base).mean()),
    Slip(
        "Likely slip: the surprises were multiplied. Probabilities multiply, surprises add.",
        lambda p, base: surprise(p, base).prod(),
    ),
    Slip(
        "Likely slip: the probabilities were added. Independent events multiply them; their surprises add.",
        lambda p, base: surprise(p.sum(), base),
    ),
    Slip(
        "Likely slip: one surprise for each event came back. Add them up.",
        surprise,
    ),
    Slip(_ZERO_AT_ZERO, lambda p, base: surprise(p[p > 0], base).sum()),
    *with_epsilons(_EPSILON, lambda finite, p, base: surprise(finite(p), base).sum()),
)
TEXT = (
    Slip(_PRODUCT, lambda text, model, base: surprise(float(np.prod(chances(text, model))), base)),
    Slip(
        "Likely slip: each letter was counted once. It counts as often as it occurs.",
        lambda text, model, base: surprise(chances("".join(set(text)), model), base).sum(),
    ),
    Slip(_MEAN, lambda text, model, base: surprise(chances(text, model), base).mean()),
    Slip(_SIGN, lambda text, model, base: -surprise(chances(text, model), base).sum()),
    *in_own_unit(_UNIT, lambda text, model, base: surprise(chances(text, model), base).sum()),
    Slip(
        "Likely slip: the shares of the letters in the text itself were used. "
        "The model states the probabilities, whatever the text looks like.",
        lambda text, model, base: surprise(chances(text, shares(text)), base).sum(),
    ),
    Slip(
        "Likely slip: all letters were taken for equally likely. The model says how likely each of them is.",
        lambda text, model, base: surprise(np.full(len(text), 1 / len(model)), base).sum(),
    ),
    Slip(_ZERO_AT_ZERO, lambda text, model, base: surprise(chances(text, model, 1.0), base).sum()),
    Slip(
        _ZERO_AT_ZERO,
        lambda text, model, base: surprise(np.array([p for p in chances(text, model) if p > 0]), base).sum(),
    ),
    Slip(
        "Likely slip: 0 * inf is nan. A letter of the model that the text does not use counts nothing: "
        "go through the letters of the text.",
        lambda text, model, base: sum(text.count(x) * surprise(p, base) for x, p in model.items()),
    ),
    *with_epsilons(
        _EPSILON, lambda finite, text, model, base: surprise(finite(chances(text, model)), base).sum()
    ),
    *with_epsilons(
        _EPSILON,
        lambda finite, text, model, base: surprise(
            chances(text, model, float(finite(np.zeros(1))[0])), base
        ).sum(),
    ),
)
COMPLEMENT = (
    Slip(_ROUNDS_AWAY, lambda q, base: -np.log(1 - q) / np.log(base)),
    Slip(_SIGN, lambda q, base: np.log1p(-q) / np.log(base)),
    Slip(_TIMES, lambda q, base: -np.log1p(-q) * np.log(base)),
    *in_own_unit(_UNIT, lambda q, base: -np.log1p(-q) / np.log(base)),
    Slip(
        "Likely slip: that is the surprise of the event of probability q. Its opposite was asked.",
        surprise,
    ),
    Slip(
        "Likely slip: log1p(q) is the logarithm of 1 + q. With which x is 1 + x the same as 1 - q?",
        lambda q, base: np.log1p(q) / np.log(base),
    ),
    Slip(
        "Likely slip: log1p(q) is the logarithm of 1 + q. With which x is 1 + x the same as 1 - q?",
        lambda q, base: -np.log1p(q) / np.log(base),
    ),
    Slip(
        "Likely slip: the approximation for tiny q was used for all. It is q / ln(base) only nearly.",
        lambda q, base: q / np.log(base),
    ),
    Slip(
        "Likely slip: log1p adds the 1 itself. log1p(1 - q) is the logarithm of 2 - q.",
        lambda q, base: -np.log1p(1 - q) / np.log(base),
    ),
)
EXTREMES = (
    Slip(
        "Likely slip: the other way round. The least surprising position comes first.",
        lambda text, model: first_extremes(chances(text, model)),
    ),
    Slip(
        "Likely slip: counted from 1. Positions in a text count from 0.",
        lambda text, model: tuple(i + 1 for i in first_extremes(-chances(text, model))),
    ),
    Slip(
        "Likely slip: of several equal positions the last one was taken. The first one counts.",
        lambda text, model: tuple(len(text) - 1 - i for i in first_extremes(-chances(text, model)[::-1])),
    ),
    Slip(
        "Likely slip: the shares of the letters in the text itself were used. "
        "The model states the probabilities.",
        lambda text, model: first_extremes(-chances(text, shares(text))),
    ),
    Slip(
        "Likely slip: the extremes of the model, not of the text. Only letters of the text count.",
        lambda text, model: (
            text.find(max(model, key=lambda x: model[x])),
            text.find(min(model, key=lambda x: model[x])),
        ),
    ),
    Slip(
        "Likely slip: the surprises themselves came back. Their positions were asked.",
        lambda text, model: (surprise(chances(text, model)).min(), surprise(chances(text, model)).max()),
    ),
    Slip(
        "Likely slip: an impossible letter was left out or counted as certain. "
        "With probability 0 it is the most surprising of all.",
        lambda text, model: first_extremes(
            np.where(chances(text, model) > 0, surprise(chances(text, model)), 0.0)
        ),
    ),
)
