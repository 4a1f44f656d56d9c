"""What goes wrong with bins, intervals, temperatures and scores in parts. Taught in book/calibration.md."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from xentcourse.checks.comparing import Slip, with_epsilons
from xentcourse.reference import calibration as reference

Array = np.ndarray


def bin_of(s: Array, bins: int) -> Array:
    """The right bins, for slips to bend."""
    return np.asarray(np.minimum((s * bins).astype(int), bins - 1))


def per_bin(s: Array, r: Array, index: Array, bins: int) -> tuple[Array, Array, Array]:
    """Counts, mean confidence and share right with the given bins; an index out of range counts nowhere."""
    kept = (index >= 0) & (index < bins)
    counts = np.bincount(index[kept], minlength=bins).astype(float)
    sums = [np.bincount(index[kept], weights=x[kept], minlength=bins) for x in (s, r)]
    with np.errstate(all="ignore"):
        return counts, sums[0] / counts, sums[1] / counts


def right_bins(s: Array, r: Array, bins: int) -> tuple[Array, Array, Array]:
    """The right numbers."""
    return reference.reliability_bins(s, r, bins=bins)


def bent_bins(bend: Callable[[Array, Array, Array, int, int], Any]) -> Callable[..., Any]:
    """A slip in what is made of counts, confidences and shares, of N examples in M bins."""

    def wrong(s: Array, r: Array, bins: int) -> Any:
        return bend(*right_bins(s, r, bins), len(s), bins)

    return wrong


def otherwise_binned(index: Callable[[Array, int], Array]) -> Callable[..., Any]:
    """A slip in which example belongs to which bin."""
    return lambda s, r, bins: per_bin(s, r, index(s, bins), bins)


def bent_ece(bend: Callable[[Array, Array, int], Any]) -> Callable[..., Any]:
    """A slip in what is made of the weights and the signed gaps of the filled bins, of M bins."""

    def wrong(s: Array, r: Array, bins: int) -> Any:
        n, stated, share = right_bins(s, r, bins)
        filled = n > 0
        return bend(n[filled] / n.sum(), share[filled] - stated[filled], bins)

    return wrong


def ece_of(parts: tuple[Array, Array, Array]) -> float:
    """The error from counts, confidences and shares, empty bins left out, over the examples counted."""
    n, stated, share = parts
    filled = n > 0
    return float((n[filled] * np.abs(share[filled] - stated[filled])).sum() / n.sum())


def in_wilson(
    k: float,
    n: float,
    z: float,
    *,
    below: bool = True,
    square: float = 2.0,
    last: float = 2.0,
    factor: float = 1.0,
) -> tuple[float, float]:
    """Wilson's interval, with a part of the formula changed."""
    share, down = k / n, 1 + z * z / n if below else 1.0
    centre = (share + z**square / (2 * n)) / down
    half = factor * z / down * math.sqrt(share * (1 - share) / n + z * z / (4 * n**last))
    return centre - half, centre + half


def half_of(k: float, n: float, z: float) -> float:
    """Half of the width of Wilson's interval."""
    low, high = in_wilson(k, n, z)
    return (high - low) / 2


def brackets_lost(k: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's formula without brackets round the denominators of its small parts."""
    share, down = k / n, 1 + z * z / n
    root = math.sqrt(share * (1 - share) / n + z * z / 4 * n**2)
    centre, half = (share + z * z / 2 * n) / down, z / down * root
    return centre - half, centre + half


def around(
    k: float, n: float, z: float, *, centre: float | None = None, half: float | None = None
) -> tuple[float, float]:
    """Wilson's interval with another centre or another half width."""
    a = sum(in_wilson(k, n, z)) / 2 if centre is None else centre
    h = half_of(k, n, z) if half is None else half
    return a - h, a + h


def textbook(share: float, n: float, z: float) -> tuple[float, float]:
    """The estimate under the root."""
    half = z * math.sqrt(share * (1 - share) / n)
    return share - half, share + half


def log_softmax(z: Array) -> Array:
    """Row by row, without overflow."""
    shifted = z - z.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def nll(z: Array, y: Array) -> Array:
    """What each label costs."""
    return np.asarray(-log_softmax(z)[np.arange(len(y)), y])


def nll_by_columns(z: Array, y: Array) -> Array:
    """What each label costs if the rows of a class compete."""
    return np.asarray(-log_softmax(z.T).T[np.arange(len(y)), y])


def shifted_together(z: Array, y: Array) -> Array:
    """What each label costs, computed with the largest entry of all rows."""
    shifted = z - z.max()
    return np.asarray(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y])


def at_best(value: Callable[[float, Array, Array], Any]) -> Callable[..., Any]:
    """A slip in what is returned for the best temperature."""
    return lambda z, y: value(reference.best_temperature(z, y), z, y)


def confidence_matched(z: Array, y: Array) -> float:
    """The temperature at which the mean confidence is the share of right predictions."""
    right = float((z.argmax(axis=1) == y).mean())
    low, high = 1e-9, 1e9
    for _ in range(200):
        middle = math.sqrt(low * high)
        sure = float(np.exp(log_softmax(z / middle)).max(axis=1).mean())
        low, high = (middle, high) if sure > right else (low, middle)
    return low


def best_of(grid: Array) -> Callable[..., Any]:
    """A slip that tries a list of temperatures."""
    return lambda z, y: grid[int(np.argmin([nll(z / t, y).mean() for t in grid]))]


def groups(s: Array, y: Array) -> tuple[Array, Array, Array]:
    """Statements, weights and shares of the groups."""
    stated, group, counts = np.unique(s, return_inverse=True, return_counts=True)
    return stated, counts / len(s), np.bincount(group, weights=y) / counts


def parts_of(s: Array, w: Array, c: Array, p: float) -> tuple[Any, Any, float]:
    """The parts of the score of groups: statements, weights, shares and the share of all."""
    return w @ (c - s) ** 2, w @ (c - p) ** 2, p * (1 - p)


def in_ten_bins(s: Array, y: Array) -> tuple[Array, Array, Array]:
    """Statements, weights and shares, where statements of one tenth were thrown together."""
    n, stated, share = reference.reliability_bins(s, y, bins=10)
    return stated[n > 0], n[n > 0] / len(s), share[n > 0]


def bent_parts(bend: Callable[[Array, Array, Array, float], Any]) -> Callable[..., Any]:
    """A slip in what is made of statements, weights, shares and the share of all."""
    return lambda s, y: bend(*groups(s, y), float(np.mean(y)))


_SUM = "Likely slip: that is the sum. Divide by the number of examples."
_SIGN = "Likely slip: the sign is missing. Logarithms of probabilities are at most 0, losses at least 0."
_RANGE = (
    "Likely slip: the bins cover the range of these confidences. They cut the interval from 0 to 1, "
    "whatever the confidences are."
)
_GRID = (
    "Likely slip: a list of temperatures was tried, and the best of it returned. Four digits are asked: "
    "search between its neighbours, or bisect the slope."
)
_BOUND = (
    "Likely slip: the search stopped at its bound. The best temperature depends on the unit of the logits "
    "and can be anywhere: widen the range until the slope changes its sign."
)
NO_BEST = (
    "Likely slip: a number came back where no temperature is best. If every label has a largest logit, "
    "alone or shared, the loss falls as T falls: return 0.0. If the sum of the labels' logits is not above "
    "that of the rows' means, it falls as T grows: return math.inf."
)


def not_the_best(t: float, z: Array, y: Array) -> str:
    """The sentence for a temperature that is not the best one."""
    best = reference.best_temperature(z, y)
    if not 0 < best < math.inf:
        return NO_BEST
    if not 0 < t < math.inf:
        return f"A temperature is above 0; {t:.6g} is none, and here one is best."
    return (
        f"At {t:.7g} the mean loss is {nll(z / t, y).mean():.9g} nats, "
        f"at {best:.7g} it is {nll(z / best, y).mean():.9g}: did the search go on until the slope is 0?"
    )


BINS = (
    Slip(
        "Likely slip: an example on an edge went into the lower bin. A bin contains its lower edge: "
        "m/M <= confidence < (m+1)/M.",
        otherwise_binned(lambda s, bins: np.maximum(np.ceil(s * bins).astype(int) - 1, 0)),
    ),
    Slip(
        "Likely slip: a confidence of exactly 1 was left out. The last bin contains its upper edge, too.",
        otherwise_binned(lambda s, bins: np.floor(s * bins).astype(int)),
    ),
    Slip(
        "Likely slip: a confidence of exactly 1 got a bin of its own. It belongs to the last one: "
        "there are as many entries as bins.",
        lambda s, r, bins: per_bin(s, r, np.floor(s * bins).astype(int), bins + int((s == 1).any())),
    ),
    Slip(
        "Likely slip: the bins are counted from 1, as np.digitize does. Subtract 1: the first bin is bin 0.",
        otherwise_binned(lambda s, bins: np.floor(s * bins).astype(int) + 1),
    ),
    Slip(
        "Likely slip: multiplied by M - 1, which makes all bins but the last one too wide. "
        "Multiply by M, and move only a confidence of exactly 1 back.",
        otherwise_binned(lambda s, bins: (s * (bins - 1)).astype(int)),
    ),
    Slip(
        "Likely slip: the number of the bin was rounded to the nearest. It is cut off: "
        "with M = 10, 0.17 lies in bin 1.",
        otherwise_binned(lambda s, bins: np.minimum(np.rint(s * bins).astype(int), bins - 1)),
    ),
    Slip(_RANGE, otherwise_binned(lambda s, bins: bin_of((s - s.min()) / (s.max() - s.min()), bins))),
    Slip(
        "Likely slip: an empty bin got the mean 0. A mean of nothing is not defined: put np.nan there.",
        bent_bins(lambda n, s, r, size, bins: (n, np.nan_to_num(s), np.nan_to_num(r))),
    ),
    Slip(
        "Likely slip: the empty bins were left out. There is one entry for each bin, nan where it is empty.",
        bent_bins(lambda n, s, r, size, bins: (n[n > 0], s[n > 0], r[n > 0])),
    ),
    Slip(
        "Likely slip: the middle of the bin took the place of the mean confidence.",
        bent_bins(
            lambda n, s, r, size, bins: (n, np.where(n > 0, (np.arange(bins) + 0.5) / bins, np.nan), r),
        ),
    ),
    Slip(
        "Likely slip: the middle of the bin took the place of the mean confidence.",
        bent_bins(lambda n, s, r, size, bins: (n, (np.arange(bins) + 0.5) / bins, r)),
    ),
    Slip(
        "Likely slip: the first result is how many examples each bin has, not which share of them.",
        bent_bins(lambda n, s, r, size, bins: (n / size, s, r)),
    ),
    Slip(
        "Likely slip: sums where means are asked. Divide by the number of examples in the bin.",
        bent_bins(lambda n, s, r, size, bins: (n, np.nan_to_num(s * n), np.nan_to_num(r * n))),
    ),
    Slip(
        "Likely slip: divided by the number of all examples. A bin's mean divides by the bin's own number.",
        bent_bins(lambda n, s, r, size, bins: (n, np.nan_to_num(s * n / size), np.nan_to_num(r * n / size))),
    ),
    Slip(
        "Likely slip: the last two results are swapped. The mean confidence comes before the share right.",
        bent_bins(lambda n, s, r, size, bins: (n, r, s)),
    ),
)
ECE = (
    Slip(
        "Likely slip: an empty bin's nan got into the sum. Leave out the bins without examples.",
        bent_bins(lambda n, s, r, size, bins: (n * np.abs(r - s)).sum() / size),
    ),
    Slip(
        "Likely slip: every bin counts the same. Weight each gap by the bin's share of the examples.",
        bent_ece(lambda w, gap, bins: np.abs(gap).mean()),
    ),
    Slip(
        "Likely slip: every bin counts the same. Weight each gap by the bin's share of the examples.",
        bent_ece(lambda w, gap, bins: np.abs(gap).sum() / bins),
    ),
    Slip(
        "Likely slip: the largest gap of all bins. The mean of the gaps was asked.",
        bent_ece(lambda w, gap, bins: np.abs(gap).max()),
    ),
    Slip(
        "Likely slip: the absolute value is missing, or was taken after the sum. Bins that are too sure and "
        "bins that are not sure enough then cancel.",
        bent_ece(lambda w, gap, bins: (w * gap).sum()),
    ),
    Slip(
        "Likely slip: the absolute value is missing, or was taken after the sum. Bins that are too sure and "
        "bins that are not sure enough then cancel.",
        bent_ece(lambda w, gap, bins: -(w * gap).sum()),
    ),
    Slip(
        "Likely slip: the absolute value is missing, or was taken after the sum. Bins that are too sure and "
        "bins that are not sure enough then cancel.",
        bent_ece(lambda w, gap, bins: abs((w * gap).sum())),
    ),
    Slip(
        "Likely slip: the gaps were squared. Their absolute values are averaged.",
        bent_ece(lambda w, gap, bins: (w * gap**2).sum()),
    ),
    Slip(
        "Likely slip: the gaps were squared. Their absolute values are averaged.",
        bent_ece(lambda w, gap, bins: np.sqrt((w * gap**2).sum())),
    ),
    Slip(
        "Likely slip: the gap of each example, |outcome - confidence|, was averaged. "
        "Average within the bin first.",
        lambda s, r, bins: np.abs(r - s).mean(),
    ),
    Slip(
        "Likely slip: divided by the number of bins once more. The weights n/N sum to 1 already.",
        bent_ece(lambda w, gap, bins: (w * np.abs(gap)).sum() / bins),
    ),
    Slip(_SUM, bent_bins(lambda n, s, r, size, bins: np.nansum(n * np.abs(r - s)))),
    Slip(
        "Likely slip: the middle of the bin took the place of the mean confidence.",
        bent_bins(
            lambda n, s, r, size, bins: np.nansum(n * np.abs(r - (np.arange(bins) + 0.5) / bins)) / size
        ),
    ),
    Slip(
        "Likely slip: a confidence of exactly 1 was left out. The last bin contains its upper edge, too.",
        lambda s, r, bins: ece_of(per_bin(s, r, np.floor(s * bins).astype(int), bins)),
    ),
    Slip(
        "Likely slip: a confidence of exactly 1 was left out. The last bin contains its upper edge, too.",
        lambda s, r, bins: (
            ece_of(per_bin(s, r, np.floor(s * bins).astype(int), bins)) * float((s < 1).mean())
        ),
    ),
    Slip(
        "Likely slip: an example on an edge went into the lower bin. A bin contains its lower edge: "
        "m/M <= confidence < (m+1)/M.",
        lambda s, r, bins: ece_of(per_bin(s, r, np.maximum(np.ceil(s * bins).astype(int) - 1, 0), bins)),
    ),
)
WILSON = (
    Slip(
        "Likely slip: that is the textbook's interval, with the estimate under the root. "
        "Wilson's has the unknown probability there.",
        lambda k, n, z: textbook(k / n, n, z),
    ),
    Slip(
        "Likely slip: that is the textbook's interval, cut off at 0 and 1. Wilson's needs no cutting.",
        lambda k, n, z: tuple(min(max(end, 0.0), 1.0) for end in textbook(k / n, n, z)),
    ),
    Slip(
        "Likely slip: z is always 1.96. It is an argument.",
        lambda k, n, z: in_wilson(k, n, 1.96),
    ),
    Slip(
        "Likely slip: the division by 1 + z²/n is missing.",
        lambda k, n, z: in_wilson(k, n, z, below=False),
    ),
    Slip(
        "Likely slip: in the centre stands z where z² is asked.",
        lambda k, n, z: in_wilson(k, n, z, square=1.0),
    ),
    Slip(
        "Likely slip: the centre has z²/n beside the share. It is half of that, z²/(2n).",
        lambda k, n, z: around(k, n, z, centre=(k + z * z) / (n + z * z)),
    ),
    Slip(
        "Likely slip: only the second part of the centre was divided by 1 + z²/n. "
        "Put brackets round the whole numerator.",
        lambda k, n, z: around(k, n, z, centre=k / n + z * z / (2 * n) / (1 + z * z / n)),
    ),
    Slip(
        "Likely slip: Python reads z**2 / 2 * n as (z**2 / 2) * n. Put brackets round 2 * n and 4 * n**2.",
        brackets_lost,
    ),
    Slip(
        "Likely slip: the half width was not divided by 1 + z²/n.",
        lambda k, n, z: around(k, n, z, half=half_of(k, n, z) * (1 + z * z / n)),
    ),
    Slip(
        "Likely slip: under the root stands z²/(4n) where z²/(4n²) is asked.",
        lambda k, n, z: in_wilson(k, n, z, last=1.0),
    ),
    Slip(
        "Likely slip: the half width lost its square root.",
        lambda k, n, z: around(k, n, z, half=half_of(k, n, z) ** 2 * (1 + z * z / n) / z),
    ),
    Slip(
        "Likely slip: the factor z in front of the root is missing.",
        lambda k, n, z: in_wilson(k, n, z, factor=1 / z),
    ),
    Slip(
        "Likely slip: centre and half width came back. The two ends were asked.",
        lambda k, n, z: (sum(in_wilson(k, n, z)) / 2, np.diff(in_wilson(k, n, z))[0] / 2),
    ),
    Slip(
        "Likely slip: the textbook's formula around Wilson's centre. It is a shortcut, "
        "close to Wilson's interval for many trials and wider for few.",
        lambda k, n, z: textbook((k + z * z / 2) / (n + z * z), n + z * z, z),
    ),
    Slip(
        "Likely slip: the upper end came first.",
        lambda k, n, z: in_wilson(k, n, z)[::-1],
    ),
)
NLL = (
    Slip(
        "Likely slip: a probability rounds to 0, and its logarithm is -inf. Stay with logarithms: "
        "the logit minus the logarithm of the sum of exponentials.",
        lambda z, y, temperature: -np.log(np.exp(-nll(z / temperature, y))).mean(),
    ),
    Slip(
        "Likely slip: the logits were multiplied by the temperature. A high temperature flattens: divide.",
        lambda z, y, temperature: nll(z * temperature, y).mean(),
    ),
    Slip(
        "Likely slip: the temperature is not used.",
        lambda z, y, temperature: nll(z, y).mean(),
    ),
    Slip(
        "Likely slip: the logarithms were divided by the temperature after softmax. Divide the logits, "
        "before it, so that the probabilities sum to 1.",
        lambda z, y, temperature: (nll(z, y) / temperature).mean(),
    ),
    Slip(
        "Likely slip: the probabilities were divided by the temperature. Divide the logits, before softmax.",
        lambda z, y, temperature: (nll(z, y) + np.log(temperature)).mean(),
    ),
    Slip(
        "Likely slip: the largest entry of the whole array was subtracted, and the exponentials of a lower "
        "row all round to 0. Subtract each row's own: z.max(axis=1, keepdims=True).",
        lambda z, y, temperature: shifted_together(z / temperature, y).mean(),
    ),
    *with_epsilons(
        "Likely slip: a small number keeps the logarithm finite, and hides how wrong the model is. "
        "Stay with logarithms, which need none.",
        lambda finite, z, y, temperature: -np.log(finite(np.exp(-nll(z / temperature, y)))).mean(),
    ),
    Slip(
        "Likely slip: the row's largest entry was subtracted in the sum of exponentials, "
        "and not from the label's logit.",
        lambda z, y, temperature: (nll(z / temperature, y) - z.max(axis=1) / temperature).mean(),
    ),
    Slip(
        "Likely slip: [:, labels] takes the columns of all labels from every row. "
        "Each row has one label: [np.arange(len(labels)), labels].",
        lambda z, y, temperature: -log_softmax(z / temperature)[:, y].mean(),
    ),
    Slip(
        "Likely slip: the sum of the exponentials went down the columns. "
        "The classes of a row compete: axis=1.",
        lambda z, y, temperature: nll_by_columns(z / temperature, y).mean(),
    ),
    Slip(_SUM, lambda z, y, temperature: nll(z / temperature, y).sum()),
    Slip(_SIGN, lambda z, y, temperature: -nll(z / temperature, y).mean()),
    Slip(
        "Likely slip: the costs of all classes were averaged. Only that of the label counts in each row.",
        lambda z, y, temperature: -log_softmax(z / temperature).mean(),
    ),
    Slip(
        "Likely slip: the probabilities were averaged before the logarithm. Take the logarithms first.",
        lambda z, y, temperature: -np.log(np.exp(-nll(z / temperature, y)).mean()),
    ),
)
BEST = (
    Slip(
        "Likely slip: that is the inverse temperature, 1/T.",
        at_best(lambda t, z, y: 1 / t),
    ),
    Slip(
        "Likely slip: the smallest loss came back. The temperature at which it is reached was asked.",
        at_best(lambda t, z, y: nll(z / t, y).mean()),
    ),
    Slip(
        "Likely slip: at this temperature the mean confidence is the share of right predictions. "
        "Maximum likelihood asks for something else: the slope of the loss is 0.",
        confidence_matched,
    ),
    *(
        Slip(_BOUND, lambda z, y, bound=bound: bound)
        for bound in (0.001, 0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 3.0, 4.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
    ),
    *(
        Slip(_GRID, best_of(grid))
        for grid in (
            np.arange(1, 100) / 10,
            np.linspace(0.1, 10, 100),
            np.linspace(0.1, 5, 50),
            np.linspace(0.5, 5, 46),
            np.linspace(0.01, 10, 1000),
            np.arange(1, 1000) / 100,
        )
    ),
)
ENDS = (
    Slip(
        "Likely slip: 0 and infinity are exchanged.",
        at_best(lambda t, z, y: {0.0: math.inf, math.inf: 0.0}[t]),
    ),
    Slip(
        "Likely slip: 1.0 came back, as if nothing could be gained. Here the loss falls for ever, "
        "as T falls or as T grows: return 0.0 or math.inf.",
        lambda z, y: 1.0,
    ),
)
PARTS = (
    Slip(
        "Likely slip: the statements were put into bins. Here only equal statements form a group.",
        lambda s, y: parts_of(*in_ten_bins(s, y), float(np.mean(y))),
    ),
    Slip(
        "Likely slip: for the share of all days, the groups' shares were averaged as if all had as many "
        "days. It is the mean of the outcomes.",
        bent_parts(lambda s, w, c, p: parts_of(s, w, c, float(c.mean()))),
    ),
    Slip(
        "Likely slip: every group counts the same. Weight each by its share of the days.",
        bent_parts(
            lambda s, w, c, p: (((c - s) ** 2).mean(), ((c - p) ** 2).mean(), p * (1 - p)),
        ),
    ),
    Slip(
        "Likely slip: reliability and resolution are exchanged. Reliability compares with what was stated, "
        "resolution with the share of all days.",
        bent_parts(lambda s, w, c, p: (w @ (c - p) ** 2, w @ (c - s) ** 2, p * (1 - p))),
    ),
    Slip(
        "Likely slip: the resolution was measured from one half. Measure it from the share of all days.",
        bent_parts(lambda s, w, c, p: (w @ (c - s) ** 2, w @ (c - 0.5) ** 2, p * (1 - p))),
    ),
    Slip(
        "Likely slip: the resolution compares the statements with the share of all days. It compares what "
        "came in each group: statements may be wrong and still tell.",
        bent_parts(lambda s, w, c, p: (w @ (c - s) ** 2, w @ (s - p) ** 2, p * (1 - p))),
    ),
    Slip(
        "Likely slip: the sign of the resolution is turned. It is at least 0; the score subtracts it.",
        bent_parts(lambda s, w, c, p: (w @ (c - s) ** 2, -(w @ (c - p) ** 2), p * (1 - p))),
    ),
    Slip(
        "Likely slip: absolute values where squares are asked.",
        bent_parts(lambda s, w, c, p: (w @ np.abs(c - s), w @ np.abs(c - p), p * (1 - p))),
    ),
    Slip(
        "Likely slip: the first result is the whole Brier score. The reliability compares each statement "
        "with the share of its group, not with single days.",
        lambda s, y: (np.mean((s - y) ** 2), *reference.score_parts(s, y)[1:]),
    ),
    Slip(
        "Likely slip: the uncertainty was computed from the statements. "
        "It is that of the outcomes, p (1 - p).",
        lambda s, y: (*reference.score_parts(s, y)[:2], s.mean() * (1 - s.mean())),
    ),
    Slip(
        "Likely slip: the third result is what is left of the uncertainty inside the groups. "
        "It is p (1 - p), with the share p of all days.",
        bent_parts(lambda s, w, c, p: (*parts_of(s, w, c, p)[:2], w @ (c * (1 - c)))),
    ),
    Slip(
        "Likely slip: weighted by the number of days in each group. The weight is their share of all days.",
        lambda s, y: tuple(
            f * part for f, part in zip((len(y), len(y), 1), reference.score_parts(s, y), strict=True)
        ),
    ),
    Slip(
        "Likely slip: the uncertainty divides by N - 1. "
        "It is p (1 - p) with the share p, which divides by N.",
        lambda s, y: (*reference.score_parts(s, y)[:2], np.var(y, ddof=1)),
    ),
    Slip(
        "Likely slip: both classes were counted, which doubles every part. Here the score is (s - y)².",
        lambda s, y: tuple(2 * part for part in reference.score_parts(s, y)),
    ),
)
