"""What goes wrong with cross-entropy, scores and perplexity. Taught in book/cross_entropy.md."""

import math
from typing import Any

import numpy as np

from xentcourse.checks.comparing import Slip, in_own_unit, with_epsilons
from xentcourse.reference import cross_entropy as reference

Array = np.ndarray


def cost(p: Array, q: Array, base: float = math.e) -> Any:
    """The formula as it stands: nan where 0 meets log 0."""
    return -np.sum(p * np.log(q)) / np.log(base)


def possible_cost(p: Array, q: Array) -> Any:
    """The sum over the classes that can come."""
    return -np.sum(p[p > 0] * np.log(q[p > 0]))


def picked(labels: Array, q: Array) -> Array:
    """What was given to each label."""
    return np.asarray(q[np.arange(len(labels)), labels])


def parts(p: Array, q: Array) -> tuple[float, float]:
    """The right entropy and divergence, for slips to bend."""
    h, d = reference.decompose(p, q)
    return float(h), float(d)


def brier_losses(q: Array) -> Array:
    """The Brier loss of q for each outcome."""
    return np.asarray(((q - np.eye(len(q))) ** 2).sum(axis=1))


def expectations(p: Array, losses: Array) -> Array:
    """The right expected loss of each report."""
    return np.asarray(losses[:, p > 0] @ p[p > 0])


def three(nats: Array, text: str) -> tuple[float, float, float]:
    """The right scores of a text."""
    return reference.text_scores(nats, text)


_SIGN = "Likely slip: the sign is missing. Logarithms of probabilities are at most 0, costs at least 0."
_SWAPPED = (
    "Likely slip: the roles are swapped. p, the truth, weights; the logarithm is that of q, which the model "
    "states."
)
_UNIT = (
    "Likely slip: the unit is always the same. "
    "The base decides: divide the natural logarithm by the natural logarithm of `base`."
)
_NAN = (
    "Likely slip: 0 * log 0 came out as nan. A class with p = 0 never comes and costs nothing: "
    "leave out the terms where p is 0."
)
_LEFT_OUT = (
    "Likely slip: the terms where q is 0 were left out. Only p = 0 makes a class harmless; "
    "what comes and was ruled out costs inf."
)
_NAN_TO_NUM = (
    "Likely slip: np.nan_to_num turns infinity into a huge number. What comes and was ruled out costs inf: "
    "choose the terms by p."
)
_EPSILON = (
    "Likely slip: a small number was added to q, or q was clipped, to keep the logarithm finite. "
    "That is another model, which has ruled nothing out."
)
_BINARY = (
    "Likely slip: each class was taken for a coin of its own, with a term (1 - p) log(1 - q). "
    "Over classes that exclude each other only p log q is summed."
)
_PER_CLASS = (
    "Likely slip: divided by the number of classes. The weights p sum to 1: the sum is the average already."
)

CROSS_ENTROPY = (
    Slip(_SIGN, lambda p, q, base=math.e: -cost(p, q, base)),
    Slip(_SWAPPED, lambda p, q, base=math.e: cost(q, p, base)),
    Slip(
        "Likely slip: multiplied by the logarithm of the base. Divide by it.",
        lambda p, q, base=math.e: cost(p, q) * np.log(base),
    ),
    *in_own_unit(_UNIT, cost),
    Slip(_PER_CLASS, lambda p, q, base=math.e: cost(p, q, base) / len(p)),
    Slip(
        "Likely slip: the logarithms of q were added without weights. Class k comes with probability p_k.",
        lambda p, q, base=math.e: -np.log(q).sum() / np.log(base),
    ),
    Slip(
        "Likely slip: the logarithm of a sum. Take the logarithm of each q first, then the weighted sum.",
        lambda p, q, base=math.e: -np.log(np.sum(p * q)) / np.log(base),
    ),
    Slip(
        "Likely slip: that is the divergence. The cross-entropy contains the entropy of p as well.",
        lambda p, q, base=math.e: reference.decompose(p, q, base=base)[1],
    ),
    Slip(
        "Likely slip: that is the entropy of p. The model's q stands in the logarithm.",
        lambda p, q, base=math.e: reference.cross_entropy(p, p, base=base),
    ),
    Slip(_BINARY, lambda p, q, base=math.e: cost(p, q, base) + cost(1 - p, 1 - q, base)),
    Slip(
        "Likely slip: one term for each class came back. Add them up.",
        lambda p, q, base=math.e: -p * np.log(q) / np.log(base),
    ),
)
CROSS_ENTROPY_ENDS = (
    Slip(_NAN, cost),
    Slip(_LEFT_OUT, lambda p, q, base=math.e: cost(p[q > 0], q[q > 0], base)),
    Slip(_NAN_TO_NUM, lambda p, q, base=math.e: -np.sum(p * np.nan_to_num(np.log(q))) / np.log(base)),
    Slip(_NAN_TO_NUM, lambda p, q, base=math.e: -np.sum(np.nan_to_num(p * np.log(q))) / np.log(base)),
    *with_epsilons(_EPSILON, lambda finite, p, q, base=math.e: cost(p, finite(q), base)),
    *CROSS_ENTROPY,
)
MEAN_NLL = (
    Slip(
        "Likely slip: that is the sum. Divide by the number of examples.",
        lambda labels, q: -np.log(picked(labels, q)).sum(),
    ),
    Slip(_SIGN, lambda labels, q: np.log(picked(labels, q)).mean()),
    Slip(
        "Likely slip: the probabilities were averaged first. The mean of the logarithms was asked, "
        "and the logarithm of a mean is another number.",
        lambda labels, q: -np.log(picked(labels, q).mean()),
    ),
    Slip(
        "Likely slip: the probabilities were multiplied first, and the product underflows to 0. "
        "Take the logarithms first and add them.",
        lambda labels, q: -np.log(np.prod(picked(labels, q))) / len(labels),
    ),
    Slip(
        "Likely slip: divided by the number of classes. Divide by the number of examples.",
        lambda labels, q: -np.log(picked(labels, q)).sum() / q.shape[1],
    ),
    Slip(
        "Likely slip: all entries of q were used. Only the probability of each example's own label counts.",
        lambda labels, q: -np.log(q).mean(),
    ),
    Slip(
        "Likely slip: q[:, labels] takes the columns of all labels from every row. "
        "Pick one entry from each row: q[np.arange(N), labels].",
        lambda labels, q: -np.log(q[:, labels]).mean(),
    ),
    Slip(
        "Likely slip: the labels were counted from 1. They count from 0, as Python's indices do.",
        lambda labels, q: -np.log(q[np.arange(len(labels)), labels - 1]).mean(),
    ),
    Slip(
        "Likely slip: the largest probability of each row was taken. The label decides, even if the model "
        "prefers another class.",
        lambda labels, q: -np.log(q.max(axis=1)).mean(),
    ),
    Slip(
        "Likely slip: an infinite cost was left out. One label that was ruled out makes the mean infinite.",
        lambda labels, q: -np.log(picked(labels, q)[picked(labels, q) > 0]).mean(),
    ),
    Slip(
        "Likely slip: an infinite cost was left out. One label that was ruled out makes the mean infinite.",
        lambda labels, q: -np.log(picked(labels, q)[picked(labels, q) > 0]).sum() / len(labels),
    ),
    Slip(
        "Likely slip: 0 * log 0 came out as nan. With one-hot targets, leave out the classes with target 0; "
        "or pick the label's entry, and no zero is in the way.",
        lambda labels, q: -(np.eye(q.shape[1])[labels] * np.log(q)).sum(axis=1).mean(),
    ),
    *with_epsilons(_EPSILON, lambda finite, labels, q: -np.log(finite(picked(labels, q))).mean()),
)
DECOMPOSE = (
    Slip(
        "Likely slip: the other way round. The entropy comes first.",
        lambda p, q: parts(p, q)[::-1],
    ),
    Slip(
        "Likely slip: the first number is the cross-entropy. The entropy of p was asked.",
        lambda p, q: (reference.cross_entropy(p, q), parts(p, q)[1]),
    ),
    Slip(
        "Likely slip: the second number is the cross-entropy. Subtract the entropy from it.",
        lambda p, q: (parts(p, q)[0], reference.cross_entropy(p, q)),
    ),
    Slip(
        "Likely slip: that is D(q || p). The truth p weights the logarithms, and stands on top in p/q.",
        lambda p, q: (parts(p, q)[0], parts(q, p)[1]),
    ),
    Slip(
        "Likely slip: the entropy is that of q. What is paid anyway is the entropy of p, the truth.",
        lambda p, q: (parts(q, q)[0], reference.cross_entropy(p, q) - parts(q, q)[0]),
    ),
    Slip(
        "Likely slip: the entropy is that of q. What is paid anyway is the entropy of p, the truth.",
        lambda p, q: (parts(q, q)[0], parts(p, q)[1]),
    ),
    Slip(
        "Likely slip: the sign of the divergence is turned. It is the logarithm of p/q, and never negative.",
        lambda p, q: (parts(p, q)[0], -parts(p, q)[1]),
    ),
    Slip(
        "Likely slip: absolute values of the terms. Some terms are negative, and the sum needs them.",
        lambda p, q: (parts(p, q)[0], np.abs(p * np.log(p / q))[p > 0].sum()),
    ),
    Slip(
        "Likely slip: both are in bits. Nats were asked: use the natural logarithm.",
        lambda p, q: tuple(part / math.log(2) for part in parts(p, q)),
    ),
    Slip(_NAN, lambda p, q: (cost(p, p), np.sum(p * np.log(p / q)))),
    Slip(_NAN, lambda p, q: (cost(p, p), cost(p, q) - cost(p, p))),
    Slip(
        _LEFT_OUT,
        lambda p, q: (parts(p, p)[0], np.sum((p * np.log(p / q))[(p > 0) & (q > 0)])),
    ),
    *with_epsilons(
        _EPSILON, lambda finite, p, q: (parts(p, p)[0], possible_cost(p, finite(q)) - parts(p, p)[0])
    ),
)
EXPECTED_BRIER = (
    Slip(
        "Likely slip: that is the squared distance of q from p, what the lie costs more than honesty. "
        "An honest report has an expected loss too: compare q with each outcome, and weight with p.",
        lambda p, q: np.sum((q - p) ** 2),
    ),
    Slip(
        "Likely slip: only (1 - q_k)^2 for what comes was counted. What q gives to the other outcomes "
        "is squared and added, too.",
        lambda p, q: np.sum(p * (1 - q) ** 2),
    ),
    Slip(
        "Likely slip: q_k^2 was counted besides (q_k - 1)^2. "
        "The second sum leaves out the outcome that came.",
        lambda p, q: np.sum(p * (1 - q) ** 2) + np.sum(q**2),
    ),
    Slip(
        "Likely slip: columns were summed. Row k has the gaps if outcome k comes: axis=1.",
        lambda p, q: p @ ((q - np.eye(len(q))) ** 2).sum(axis=0),
    ),
    Slip(
        "Likely slip: divided by the number of outcomes. The squared gaps are summed, not averaged.",
        lambda p, q: p @ brier_losses(q) / len(q),
    ),
    Slip(
        "Likely slip: all outcomes were given equal weights. Outcome k has the weight p_k.",
        lambda p, q: brier_losses(q).mean(),
    ),
    Slip(
        "Likely slip: the losses of all outcomes were added. Outcome k has the weight p_k.",
        lambda p, q: brier_losses(q).sum(),
    ),
    Slip(
        "Likely slip: the roles are swapped. q is what is reported, p weights the outcomes.",
        lambda p, q: q @ brier_losses(p),
    ),
    Slip(
        "Likely slip: that is the expected loss of an honest report, whatever q is.",
        lambda p, q: 1 - np.sum(p**2),
    ),
    Slip(
        "Likely slip: a square root was taken. The Brier score is the squared distance.",
        lambda p, q: p @ np.sqrt(brier_losses(q)),
    ),
    Slip(
        "Likely slip: gaps without the square. The Brier score squares them.",
        lambda p, q: p @ np.abs(q - np.eye(len(q))).sum(axis=1),
    ),
    Slip(
        "Likely slip: only the likeliest outcome was looked at. Every outcome that can come counts, "
        "with its probability.",
        lambda p, q: brier_losses(q)[p.argmax()],
    ),
    Slip(
        "Likely slip: one loss for each outcome came back. Weight them with p and add up.",
        lambda p, q: brier_losses(q),
    ),
)
BEST_REPORT = (
    Slip(
        "Likely slip: the smallest expected loss itself came back. Its row number was asked.",
        lambda p, losses: expectations(p, losses).min(),
    ),
    Slip(
        "Likely slip: 0 * inf is nan, and argmin takes nan for the smallest. "
        "Leave out the outcomes that the belief rules out.",
        lambda p, losses: (losses @ p).argmin(),
    ),
    Slip(
        "Likely slip: infinite losses were left out or made harmless. They count wherever p is above 0.",
        lambda p, losses: np.nansum(np.where(np.isinf(losses), 0.0, losses) * p, axis=1).argmin(),
    ),
    Slip(
        "Likely slip: the largest expected loss was looked for. These are losses: the smallest is the best.",
        lambda p, losses: expectations(p, losses).argmax(),
    ),
    Slip(
        "Likely slip: counted from 1. Rows count from 0.",
        lambda p, losses: expectations(p, losses).argmin() + 1,
    ),
    Slip(
        "Likely slip: of several equal reports the last one was taken. The first one counts.",
        lambda p, losses: len(losses) - 1 - expectations(p, losses)[::-1].argmin(),
    ),
    Slip(
        "Likely slip: the report with the smallest worst case. An expectation weights the cases with p.",
        lambda p, losses: losses.max(axis=1).argmin(),
    ),
    Slip(
        "Likely slip: only the likeliest outcome was looked at. Every outcome that can come counts, "
        "with its probability.",
        lambda p, losses: losses[:, p.argmax()].argmin(),
    ),
    Slip(
        "Likely slip: all outcomes were weighted alike. Outcome k has the weight p_k.",
        lambda p, losses: losses.mean(axis=1).argmin(),
    ),
    Slip(
        "Likely slip: rows and columns are mixed up. A row of `losses` is a report, a column is an outcome.",
        lambda p, losses: (p @ losses).argmin(),
    ),
)
TEXT_SCORES = (
    Slip(
        "Likely slip: the probability of the whole text, or one over it, was computed first, and underflows "
        "or overflows. Add the nats, divide, and exponentiate last.",
        lambda nats, text: (
            np.prod(np.exp(-nats)) ** (-1 / len(nats)),
            np.prod(np.exp(-nats)) ** (-1 / len(text)),
            three(nats, text)[2],
        ),
    ),
    Slip(
        "Likely slip: bytes were taken for characters. In UTF-8 an é has two bytes, and is one character: "
        "len(text).",
        lambda nats, text: (
            three(nats, text)[0],
            np.exp(nats.sum() / len(text.encode())),
            three(nats, text)[2],
        ),
    ),
    Slip(
        "Likely slip: characters were taken for bytes. In UTF-8 an é has two bytes: len(text.encode()).",
        lambda nats, text: (*three(nats, text)[:2], nats.sum() / len(text) / math.log(2)),
    ),
    Slip(
        "Likely slip: these are nats per byte. Divide by ln 2 for bits.",
        lambda nats, text: (*three(nats, text)[:2], three(nats, text)[2] * math.log(2)),
    ),
    Slip(
        "Likely slip: multiplied by ln 2. A nat is more than a bit, so there are more bits: divide.",
        lambda nats, text: (*three(nats, text)[:2], three(nats, text)[2] * math.log(2) ** 2),
    ),
    Slip(
        "Likely slip: the costs are in nats, so the base of the power is e, not 2.",
        lambda nats, text: (
            2 ** (nats.sum() / len(nats)),
            2 ** (nats.sum() / len(text)),
            three(nats, text)[2],
        ),
    ),
    Slip(
        "Likely slip: the exponentials were averaged. Average the nats first, then exponentiate.",
        lambda nats, text: (np.exp(nats).mean(), *three(nats, text)[1:]),
    ),
    Slip(
        "Likely slip: the exponential of the total. Divide by the number of tokens, or of characters, first.",
        lambda nats, text: (np.exp(nats.sum()), np.exp(nats.sum()), three(nats, text)[2]),
    ),
    Slip(
        "Likely slip: these are the mean costs. Perplexity is their exponential.",
        lambda nats, text: (nats.mean(), nats.sum() / len(text), three(nats, text)[2]),
    ),
    Slip(
        "Likely slip: the sign of the exponent is turned. That is the typical probability, and perplexity is "
        "one over it.",
        lambda nats, text: (
            np.exp(-nats.mean()),
            np.exp(-nats.sum() / len(text)),
            three(nats, text)[2],
        ),
    ),
    Slip(
        "Likely slip: words were counted, by blanks. The model's tokens are as many as there are nats.",
        lambda nats, text: (np.exp(nats.sum() / len(text.split())), *three(nats, text)[1:]),
    ),
    Slip(
        "Likely slip: the bits were divided by the number of tokens. The text has so many bytes, "
        "however it was cut.",
        lambda nats, text: (*three(nats, text)[:2], nats.mean() / math.log(2)),
    ),
)
