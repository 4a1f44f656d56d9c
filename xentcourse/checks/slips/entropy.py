"""What goes wrong with entropies, of one variable, of two, and of samples. Taught in book/entropy.md."""

import math
from collections.abc import Callable

import numpy as np

from xentcourse.checks.comparing import Slip, in_own_unit, with_epsilons
from xentcourse.reference import entropy as reference

Array = np.ndarray


def h(p: Array, base: float = math.e) -> Array:
    """The right entropy along the last axis, of anything that is not negative, for slips to bend."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-np.where(p > 0, p * np.log(p), 0.0).sum(axis=-1) / np.log(base))


def naive(p: Array, base: float = math.e) -> Array:
    """The formula as it stands: nan where 0 meets log 0."""
    return np.asarray(-(p * np.log(p)).sum(axis=-1) / np.log(base))


def group_shares(p: Array, groups: Array) -> Array:
    """The probability of each group."""
    return np.bincount(groups, weights=p)


def within_each(p: Array, groups: Array) -> Array:
    """The entropy within each group, in bits; 0 for a group that cannot occur."""
    shares = group_shares(p, groups)
    return np.array([h(p[groups == j] / g, 2) if g > 0 else 0.0 for j, g in enumerate(shares)])


def both_parts(p: Array, groups: Array) -> tuple[float, float]:
    """What part 3 asks for."""
    shares = group_shares(p, groups)
    return float(h(shares, 2)), float((shares * within_each(p, groups)).sum())


def counted_groups(groups: Array) -> Array:
    """The entropy of the groups' sizes, in bits."""
    return h(np.bincount(groups) / groups.size, 2)


def alone_and_together(joint: Array) -> tuple[float, float, float]:
    """What part 4 asks for."""
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    return float(h(rows, 2)), float(h(columns, 2)), float(reference.joint_entropy(joint, base=2))


def counts(sample: Array) -> Array:
    """How often each symbol of a sample came."""
    return np.unique(sample, return_counts=True)[1]


def shares(sample: Array) -> Array:
    """The share of each symbol that came."""
    return counts(sample) / np.size(sample)


def mended(symbols: Callable[[Array], float], size: Callable[[Array], float]) -> Callable[..., Array]:
    """Miller–Madow with another number of symbols, or another sample size, in its term."""

    def wrong(sample: Array, base: float = math.e) -> Array:
        term = (symbols(sample) - 1) / (2 * size(sample))
        return np.asarray((h(shares(sample)) + term) / np.log(base))

    return wrong


def seen(sample: Array) -> float:
    """How many different symbols came."""
    return len(counts(sample))


_UNIT = (
    "Likely slip: the unit is always the same. "
    "The base decides: divide the natural logarithm by the natural logarithm of `base`."
)
_SIGN = "Likely slip: the sign is missing. Logarithms of probabilities are at most 0, entropies at least 0."
_ZERO_TIMES_INF = (
    "Likely slip: 0 * log 0. The logarithm of 0 is -inf, and 0 times that is nan. "
    "An outcome that cannot occur counts nothing: leave it out before you take logarithms."
)
_EPSILON = (
    "Likely slip: a small number was added to the probabilities, or they were clipped. That changes the "
    "entropy, the more so the more outcomes there are: leave out the zeros, and the rest as it is."
)
_NOT_BITS = "Likely slip: that is nats, from the natural logarithm. Bits were asked: base 2."
_THREE_NOT_BITS = "Likely slip: all three are in nats. Bits were asked: base 2."
_AXIS = "Likely slip: the wrong axis was summed. The outcomes lie along `axis`."
_NOT_SHARES = (
    "Likely slip: the counts were put into the formula as they are. Divide them by their sum: "
    "entropy is made of shares, which sum to 1."
)

#: In a sample of five with three symbols the two slips give the same number.
_TERM = (
    "Likely slip: the term is too large. "
    "It is (m - 1)/(2N), with m different symbols above, not N, and with the factor 2 below."
)

ENTROPY = (
    Slip(_SIGN, lambda p, base=math.e: -naive(p, base)),
    Slip(
        "Likely slip: multiplied by the logarithm of the base. Divide by it.",
        lambda p, base=math.e: naive(p) * np.log(base),
    ),
    *in_own_unit(_UNIT, naive),
    Slip(
        "Likely slip: divided by the base. Divide by its logarithm.",
        lambda p, base=math.e: naive(p) / base,
    ),
    Slip(
        "Likely slip: that is the plain mean of the surprises. An outcome counts as often as it comes: "
        "weight each surprise by its probability.",
        lambda p, base=math.e: -np.log(p).mean() / np.log(base),
    ),
    Slip(
        "Likely slip: the surprises were added without weights. Weight each one by its probability.",
        lambda p, base=math.e: -np.log(p).sum() / np.log(base),
    ),
    Slip(
        "Likely slip: divided by the number of outcomes. The probabilities are the weights already.",
        lambda p, base=math.e: naive(p, base) / p.size,
    ),
    Slip(
        "Likely slip: one term for each outcome came back. Add them up.",
        lambda p, base=math.e: -p * np.log(p) / np.log(base),
    ),
    Slip(
        "Likely slip: that is 1 - sum of p squared, the chance that two draws differ. "
        "Entropy averages logarithms.",
        lambda p, base=math.e: 1 - (p**2).sum(),
    ),
)
ENTROPY_EDGE = (
    Slip(_ZERO_TIMES_INF, naive),
    *with_epsilons(_EPSILON, lambda finite, p, base=math.e: -(p @ np.log(finite(p))) / np.log(base)),
    *with_epsilons(_EPSILON, lambda finite, p, base=math.e: naive(finite(p), base)),
    Slip(
        "Likely slip: the whole result is 0 as soon as one probability is. Only that outcome's term is 0.",
        lambda p, base=math.e: 0.0 if (p == 0).any() else h(p, base),
    ),
    Slip(
        "Likely slip: tiny probabilities were left out with the zeros. Leave out zeros alone: p > 0.",
        lambda p, base=math.e: h(p[p > 1e-12], base),
    ),
    *ENTROPY,
)
ENTROPIES = (
    Slip(_ZERO_TIMES_INF, lambda p, axis=-1: naive(np.moveaxis(p, axis, -1), 2)),
    Slip(
        _NOT_BITS,
        lambda p, axis=-1: h(np.moveaxis(p, axis, -1)),
    ),
    *(Slip(_AXIS, lambda p, axis=-1, wrong=wrong: h(np.moveaxis(p, wrong, -1), 2)) for wrong in (-1, 0, 1)),
    Slip(
        "Likely slip: everything was added up. Each distribution has an entropy of its own.",
        lambda p, axis=-1: h(np.ravel(p), 2),
    ),
    Slip(
        "Likely slip: that is the average of the entropies. Each distribution has one of its own.",
        lambda p, axis=-1: h(np.moveaxis(p, axis, -1), 2).mean(),
    ),
    Slip(
        "Likely slip: keepdims=True keeps the axis with length 1. The result has no such axis.",
        lambda p, axis=-1: np.expand_dims(h(np.moveaxis(p, axis, -1), 2), axis),
    ),
    Slip(
        "Likely slip: the mean of the terms. The probabilities are the weights already, so add the terms up.",
        lambda p, axis=-1: h(np.moveaxis(p, axis, -1), 2) / p.shape[axis],
    ),
)
GROUPED = (
    Slip(
        "Likely slip: within a group, the members' probabilities were not divided by the group's. "
        "They have to sum to 1 before you take their entropy.",
        lambda p, groups: (
            h(group_shares(p, groups), 2),
            sum(g * h(p[groups == j], 2) for j, g in enumerate(group_shares(p, groups))),
        ),
    ),
    Slip(
        "Likely slip: the entropies within the groups were added without weights. "
        "A group counts with its probability.",
        lambda p, groups: (h(group_shares(p, groups), 2), within_each(p, groups).sum()),
    ),
    Slip(
        "Likely slip: that is the plain mean over the groups. A group counts with its probability.",
        lambda p, groups: (h(group_shares(p, groups), 2), within_each(p, groups).mean()),
    ),
    Slip(
        "Likely slip: the second result is the entropy of all outcomes. Only the part within the groups "
        "was asked.",
        lambda p, groups: (h(group_shares(p, groups), 2), h(p, 2)),
    ),
    *(
        Slip(
            "Likely slip: the groups' members were counted, as if all outcomes were equally likely. "
            "A group has the sum of its members' probabilities.",
            lambda p, groups, rest=rest: (counted_groups(groups), rest(p, groups)),
        )
        for rest in (
            lambda p, groups: both_parts(p, groups)[1],
            lambda p, groups: h(p, 2) - counted_groups(groups),
        )
    ),
    Slip(
        "Likely slip: the two parts are in the wrong order. The uncertainty about the group comes first.",
        lambda p, groups: both_parts(p, groups)[::-1],
    ),
    Slip(
        "Likely slip: the last group is missing. The numbers 0 to groups.max() are groups.max() + 1 numbers.",
        lambda p, groups: (
            h(group_shares(p, groups)[:-1], 2),
            (group_shares(p, groups) * within_each(p, groups))[:-1].sum(),
        ),
    ),
    Slip(
        "Likely slip: np.unique leaves out the numbers of groups without members, "
        "so its place j is not group j. Go through all numbers from 0 to groups.max().",
        lambda p, groups: (
            both_parts(p, groups)[0],
            sum(
                g * within_each(p, groups)[j]
                for j, g in enumerate(group_shares(p, groups)[np.unique(groups)])
            ),
        ),
    ),
    Slip(
        "Likely slip: both parts are in nats. Bits were asked: base 2.",
        lambda p, groups: tuple(part * np.log(2) for part in both_parts(p, groups)),
    ),
    Slip(
        "Likely slip: a group that cannot occur gives 0/0. Leave such groups out.",
        lambda p, groups: (
            both_parts(p, groups)[0],
            np.nan if (group_shares(p, groups) == 0).any() else both_parts(p, groups)[1],
        ),
    ),
)
THREE = (
    Slip(
        "Likely slip: H(X) and H(Y) are the wrong way round. The rows are the values of X: their sums, "
        "along axis 1, are its probabilities.",
        lambda joint: tuple(alone_and_together(joint)[i] for i in (1, 0, 2)),
    ),
    Slip(
        "Likely slip: H(X) and H(Y) were added for H(X, Y). That is right for independent variables alone: "
        "take the entropy of all entries of the table.",
        lambda joint: (*alone_and_together(joint)[:2], sum(alone_and_together(joint)[:2])),
    ),
    Slip(_ZERO_TIMES_INF, lambda joint: (*alone_and_together(joint)[:2], naive(joint.ravel(), 2))),
    Slip(_THREE_NOT_BITS, lambda joint: tuple(part * np.log(2) for part in alone_and_together(joint))),
    Slip(
        "Likely slip: the joint entropy was taken of rows or columns one by one. "
        "Take it of all entries at once: joint.ravel().",
        lambda joint: (*alone_and_together(joint)[:2], h(joint, 2)),
    ),
)
CONDITIONAL = (
    Slip(
        "Likely slip: that is H(X | Y), what the row has left when the column is known. H(Y | X) was asked.",
        lambda joint: reference.conditional_entropy(joint.T, base=2),
    ),
    Slip(
        "Likely slip: the plain mean over the rows. A row counts with its probability p(x).",
        lambda joint: np.mean([h(row / row.sum(), 2) for row in joint if row.sum() > 0]),
    ),
    Slip(
        "Likely slip: the rows' entropies were added without weights. Each counts with its p(x).",
        lambda joint: sum(h(row / row.sum(), 2) for row in joint if row.sum() > 0),
    ),
    Slip(
        "Likely slip: the rows were not divided by their sums. "
        "Within a row, the probabilities have to sum to 1 before you take their entropy.",
        lambda joint: (joint.sum(axis=1) * h(joint, 2)).sum(),
    ),
    Slip(
        "Likely slip: that is the joint entropy H(X, Y). Subtract what X has alone.",
        lambda joint: alone_and_together(joint)[2],
    ),
    Slip(
        "Likely slip: that is H(Y), as if X told nothing. Average the entropies of the rows.",
        lambda joint: alone_and_together(joint)[1],
    ),
    Slip(
        "Likely slip: that is H(X) + H(Y) - H(X, Y), what X tells about Y. What remains was asked.",
        lambda joint: sum(alone_and_together(joint)[:2]) - alone_and_together(joint)[2],
    ),
    Slip(
        "Likely slip: that is H(Y) - H(X). The chain rule subtracts H(X) from the joint entropy H(X, Y).",
        lambda joint: alone_and_together(joint)[1] - alone_and_together(joint)[0],
    ),
    Slip(_SIGN, lambda joint: -reference.conditional_entropy(joint, base=2)),
    Slip(_NOT_BITS, lambda joint: reference.conditional_entropy(joint)),
    Slip(
        "Likely slip: a row that never comes gives 0/0. Leave such rows out.",
        lambda joint: (
            np.nan if (joint.sum(axis=1) == 0).any() else reference.conditional_entropy(joint, base=2)
        ),
    ),
)
PLUG_IN = (
    Slip(_NOT_SHARES, lambda sample: -np.sum(counts(sample) * np.log(counts(sample)))),
    Slip(
        "Likely slip: the numbers of the sample themselves were put into the formula. They are names: "
        "count how often each one came.",
        lambda sample: naive(sample / np.sum(sample)),
    ),
    Slip(
        "Likely slip: divided by the number of different symbols. Divide by the size of the sample.",
        lambda sample: h(counts(sample) / seen(sample)),
    ),
    Slip(
        "Likely slip: that is the logarithm of the size of the sample, as if every symbol came once.",
        lambda sample: np.log(np.size(sample)),
    ),
    Slip(
        "Likely slip: a term for each observation, not for each symbol. Every symbol that came counts once.",
        lambda sample: naive(shares(sample)[np.unique(sample, return_inverse=True)[1]]),
    ),
    Slip(
        "Likely slip: that is the logarithm of the number of symbols, as if they were equally likely.",
        lambda sample: np.log(seen(sample)),
    ),
    Slip(
        "Likely slip: 0 * log 0 for a number that never came. Leave out the counts of 0.",
        lambda sample: naive(np.bincount(sample) / len(sample)),
    ),
    Slip(
        "Likely slip: that is bits. Nats were asked: the natural logarithm.",
        lambda sample: h(shares(sample), 2),
    ),
    Slip(_SIGN, lambda sample: -h(shares(sample))),
)
MILLER_MADOW = (
    Slip(
        "Likely slip: the plug-in estimate alone. Add (m - 1)/2N.",
        lambda sample, base=math.e: h(shares(sample), base),
    ),
    Slip(
        "Likely slip: the term is in nats, the estimate in another unit. "
        "Add first, then divide the sum by the logarithm of the base.",
        lambda sample, base=math.e: h(shares(sample), base) + (seen(sample) - 1) / (2 * np.size(sample)),
    ),
    *in_own_unit(_UNIT, mended(seen, np.size)),
    Slip(
        "Likely slip: m instead of m - 1. The shares sum to 1, so one of them is not free.",
        mended(lambda sample: seen(sample) + 1, np.size),
    ),
    Slip(
        _TERM,
        mended(seen, lambda sample: np.size(sample) / 2),
    ),
    Slip(
        "Likely slip: (m - 1) / 2 * N multiplies by N. Put brackets round 2 * N.",
        mended(seen, lambda sample: 1 / np.size(sample)),
    ),
    Slip(
        _TERM,
        mended(np.size, np.size),
    ),
    Slip(
        "Likely slip: only the term was turned into the unit. Divide the sum by the logarithm of the base.",
        lambda sample, base=math.e: (
            h(shares(sample)) + (seen(sample) - 1) / (2 * np.size(sample)) / np.log(base)
        ),
    ),
    Slip(
        "Likely slip: N and m are mixed up. N is the size of the sample, m the number of different symbols.",
        lambda sample, base=math.e: (
            (h(shares(sample)) + (np.size(sample) - 1) / (2 * seen(sample))) / np.log(base)
        ),
    ),
    Slip(
        "Likely slip: numbers that never came were counted as symbols. m counts those that came.",
        mended(lambda sample: float(np.max(sample)) + 1, np.size),
    ),
    Slip(
        "Likely slip: the term was subtracted. The plug-in estimate is too small on average.",
        mended(lambda sample: 2 - seen(sample), np.size),
    ),
)
