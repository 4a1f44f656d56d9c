"""Weights, masks, smoothing, focal loss, distillation, z-loss, and what each mean divides by.

Taught in book/loss_variants.md.
"""

from numbers import Real
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import (
    FloatArray,
    IntArray,
    Reduction,
    as_distributions,
    as_floats,
    as_labels,
    as_logits,
    check_positive,
    first_index,
    reduce,
)
from xentcourse.reference.softmax import log_softmax, logsumexp, softmax


class _Problem(NamedTuple):
    """One batch: what each class's −log q counts in each row, and what each row counts in the mean."""

    logits: FloatArray  # (..., K)
    coefficients: FloatArray  # (..., K), rows that are left out are 0
    tokens: FloatArray  # (...) t_i of the kept rows, 0 for those left out
    shares: FloatArray  # (...) what the mean of the likelihood part divides by, summed


def cross_entropy_loss(
    logits: npt.ArrayLike,
    targets: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    token_weight: npt.ArrayLike | None = None,
    z_loss: float = 0.0,
    reduction: Reduction = "mean",
) -> FloatArray:
    """Cross-entropy on logits with class and row weights, ignored targets, smoothing and z-loss, in nats.

    logits          : (..., K) array-like; classes on the last axis.
    targets         : (...) integer labels, or (..., K) distributions; their number of axes decides.
    weight          : (K,) w_k >= 0, one factor for each class's −log q_k.
    ignore_index    : rows with this label count nothing; with distributions it may not be set.
    label_smoothing : ε in 0..1; the target y becomes (1 − ε) y + ε/K.
    token_weight    : (...) t_i >= 0, one factor for each row; 1 changes nothing, 0 leaves the row out.
    z_loss          : ζ >= 0; adds ζ lse² to each kept row, without its class weight.
    reduction       : "none" gives (...) losses, "sum" their sum. "mean" divides the likelihood part by
                      Σ t_i w_{y_i} over the kept rows (labels) or Σ t_i (distributions),
                      and the z-loss by Σ t_i.
    A factor 0 on an infinite −log q counts 0.
    Returns float64; where torch.nn.functional.cross_entropy defines the same, it is the same.
    Raises ValueError for bad logits, targets and options, and for a mean that would divide by 0.
    Source: the documentation of torch.nn.CrossEntropyLoss. Taught in book/loss_variants.md.

    >>> z = [[-1., 1.], [-.5, 1.5], [-.5, 1.5]]
    >>> round(float(cross_entropy_loss(z, [0, 1, 1])), 4)
    0.7936
    >>> round(float(cross_entropy_loss(z, [0, 1, -100])), 4)
    1.1269
    """
    problem = _problem(
        logits, targets, weight, ignore_index, label_smoothing, token_weight, function="cross_entropy_loss"
    )
    zeta = _check_share(z_loss, function="cross_entropy_loss", name="z_loss", most=np.inf)
    parts = (_likelihood(problem), _squares(problem) * zeta)
    if reduction != "mean":
        return reduce(parts[0] + parts[1], reduction, function="cross_entropy_loss")
    likelihood, tokens = _denominators(problem, function="cross_entropy_loss")
    return np.asarray(parts[0].sum() / likelihood + parts[1].sum() / tokens)


def cross_entropy_loss_gradient(
    logits: npt.ArrayLike,
    targets: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    token_weight: npt.ArrayLike | None = None,
    z_loss: float = 0.0,
    reduction: Reduction = "mean",
) -> FloatArray:
    """Gradient of `cross_entropy_loss` in the logits: C p − c for a row with coefficients c that sum to C.

    All arguments : as in `cross_entropy_loss`; "none" gives each row's own gradient, the same array as "sum".
    Returns (..., K) float64; rows that are left out are 0.
    Raises ValueError as `cross_entropy_loss` does.
    Source: derived in the chapter. Taught in book/loss_variants.md.

    >>> cross_entropy_loss_gradient([[0., 0.]], [1], label_smoothing=.5).tolist()
    [[0.25, -0.25]]
    """
    name = "cross_entropy_loss_gradient"
    problem = _problem(logits, targets, weight, ignore_index, label_smoothing, token_weight, function=name)
    zeta = _check_share(z_loss, function=name, name="z_loss", most=np.inf)
    c, p, t = problem.coefficients, softmax(problem.logits), problem.tokens[..., None]
    likelihood = t * (c.sum(axis=-1, keepdims=True) * p - c)
    penalty = 2 * zeta * t * logsumexp(problem.logits)[..., None] * p
    if reduction != "mean":
        reduce(problem.tokens, reduction, function=name)  # the same errors as the loss
        return np.asarray(likelihood + penalty)
    by_shares, by_tokens = _denominators(problem, function=name)
    return np.asarray(likelihood / by_shares + penalty / by_tokens)


def smoothed_targets(labels: npt.ArrayLike, *, classes: int, smoothing: float) -> FloatArray:
    """The targets of label smoothing: (1 − ε) y + ε/K for one-hot rows y.

    labels    : (...) integer labels in 0..classes−1.
    smoothing : ε in 0..1; 0 gives one-hot rows, 1 uniform ones.
    Returns (..., classes) float64; rows sum to 1.
    Raises ValueError for labels outside 0..classes−1 and for a smoothing outside 0..1.
    Source: Szegedy et al. (2016), section 7. Taught in book/loss_variants.md.

    >>> smoothed_targets([1], classes=4, smoothing=.5).tolist()
    [[0.125, 0.625, 0.125, 0.125]]
    """
    share = _check_share(smoothing, function="smoothed_targets", name="smoothing")
    y = as_labels(labels, shape=np.shape(labels), classes=classes, function="smoothed_targets")
    return (1 - share) * _one_hot(y, classes) + share / classes


def smoothing_floor(classes: int, smoothing: float) -> float:
    """The smallest loss with smoothed labels: the entropy of a smoothed target, in nats.

    classes   : K, at least 1.
    smoothing : ε in 0..1.
    Returns a float in 0..log K; a model reaches it with the smoothed target itself, and with nothing else.
    Raises ValueError for a smoothing outside 0..1.
    Source: derived in the chapter. Taught in book/loss_variants.md.

    >>> round(smoothing_floor(10, .1), 4)
    0.5003
    """
    share = _check_share(smoothing, function="smoothing_floor", name="smoothing")
    y = smoothed_targets([0], classes=classes, smoothing=share)[0]
    y = y[y > 0]
    return float(-(y * np.log(y)).sum() + 0.0)


def focal_loss(
    logits: npt.ArrayLike, labels: npt.ArrayLike, *, gamma: float, reduction: Reduction = "mean"
) -> FloatArray:
    """The focal loss (1 − p_c)^γ · (−log p_c) of the labels c under softmax(logits), in nats.

    logits    : (..., K) array-like.
    labels    : (...) integer labels.
    gamma     : γ >= 0; 0 gives the cross-entropy.
    reduction : "none" gives (...) losses, "sum" and "mean" one number over all examples.
    Returns float64; exact also where p_c is so close to 1 that 1 − p_c would be lost.
    Raises ValueError for bad logits or labels, a negative gamma, and the mean of no examples.
    Source: Lin et al. (2017), equation 4. Taught in book/loss_variants.md.

    >>> round(float(focal_loss([[0., 0.]], [0], gamma=2.)), 6)   # a quarter of log 2
    0.173287
    """
    exponent = _check_share(gamma, function="focal_loss", name="gamma", most=np.inf)
    nll, rest, _ = _at_labels(logits, labels, function="focal_loss")
    return reduce(rest**exponent * nll, reduction, function="focal_loss")


def focal_loss_gradient(
    logits: npt.ArrayLike, labels: npt.ArrayLike, *, gamma: float, reduction: Reduction = "mean"
) -> FloatArray:
    """Gradient of `focal_loss` in the logits: m(p_c) · (p − y), m(p) = (1 − p)^γ − γ p (1 − p)^(γ−1) log p.

    All arguments : as in `focal_loss`; "none" gives each row's own gradient, the same array as "sum".
    Returns (..., K) float64; every row sums to 0.
    Raises ValueError as `focal_loss` does.
    Source: Lin et al. (2017), appendix B, for two classes. Taught in book/loss_variants.md.

    >>> focal_loss_gradient([[0., 0.]], [1], gamma=0.).tolist()
    [[0.5, -0.5]]
    """
    name = "focal_loss_gradient"
    exponent = _check_share(gamma, function=name, name="gamma", most=np.inf)
    nll, rest, y = _at_labels(logits, labels, function=name)
    p = softmax(logits)
    examples = np.zeros(p.shape[:-1])
    reduce(examples, reduction, function=name)  # the same errors as the loss
    # p − y, whose entry at the label is −(1 − p_c) without loss of digits.
    gradient = np.where(y > 0, -rest[..., None], p) * focal_factor_of(nll, rest, exponent)[..., None]
    return np.asarray(gradient / examples.size if reduction == "mean" else gradient)


def focal_factor(q: npt.ArrayLike, *, gamma: float) -> FloatArray:
    """What the focal loss multiplies the gradient p − y with: m(q) = (1 − q)^γ − γ q (1 − q)^(γ−1) log q.

    q     : array-like of probabilities of the label's class, each in 0..1.
    gamma : γ >= 0.
    Returns float64 of the same shape; 1 at q = 0, and 0 at q = 1 if γ > 0.
    Raises ValueError for what is no probability and for a negative gamma.
    Source: derived in the chapter. Taught in book/loss_variants.md.

    >>> focal_factor([0., 1.], gamma=2.).tolist()
    [1.0, 0.0]
    """
    exponent = _check_share(gamma, function="focal_factor", name="gamma", most=np.inf)
    q = as_floats(q, function="focal_factor", name="q")
    if ((q < 0) | (q > 1)).any():
        raise ValueError(
            f"focal_factor: q has an entry {q[(q < 0) | (q > 1)][0]:.6g}, "
            "a probability from 0 to 1 is needed. Are these logits?"
        )
    with np.errstate(divide="ignore"):
        return focal_factor_of(0.0 - np.log(q), 1 - q, exponent)


def focal_factor_of(nll: FloatArray, rest: FloatArray, gamma: float) -> FloatArray:
    """As `focal_factor`, from −log q and 1 − q, which a caller may know to more digits than q."""
    # (1 − q)^γ (1 + γ r) with r = q (−log q) / (1 − q), which tends to 1 at q = 1 and to 0 at q = 0.
    q = np.exp(-nll)
    inner = (rest > 0) & (q > 0)
    ratio = np.where(rest > 0, 0.0, 1.0)
    np.divide(q * np.where(inner, nll, 0.0), rest, out=ratio, where=inner)
    return np.asarray(rest**gamma * (1 + gamma * ratio))


def distillation_loss(
    logits: npt.ArrayLike,
    teacher_logits: npt.ArrayLike,
    *,
    temperature: float,
    reduction: Reduction = "mean",
) -> FloatArray:
    """T² times the divergence of a student from its teacher, both softened by the temperature T, in nats.

    logits, teacher_logits : (..., K) array-likes of one shape.
    temperature            : T > 0, divides the logits of both.
    reduction              : "none" gives (...) losses, "sum" and "mean" one number over all examples.
    Returns float64, at least 0; 0 where the two rows of logits differ by a constant.
    Raises ValueError for bad logits, shapes that differ, T <= 0, and the mean of no examples.
    Source: Hinton, Vinyals & Dean (2015), section 2. Taught in book/loss_variants.md.

    >>> float(distillation_loss([[1., 0.]], [[3., 2.]], temperature=2.))
    0.0
    """
    student, teacher, t = _two_models(logits, teacher_logits, temperature, function="distillation_loss")
    log_p, log_q = log_softmax(teacher, temperature=t), log_softmax(student, temperature=t)
    p = np.exp(log_p)
    terms = np.zeros_like(p)
    np.multiply(p, np.subtract(log_p, log_q, out=terms, where=p > 0), out=terms, where=p > 0)
    losses = t * t * np.maximum(terms.sum(axis=-1), 0.0)
    return reduce(losses, reduction, function="distillation_loss")


def distillation_gradient(
    logits: npt.ArrayLike,
    teacher_logits: npt.ArrayLike,
    *,
    temperature: float,
    reduction: Reduction = "mean",
) -> FloatArray:
    """Gradient of `distillation_loss` in the student's logits: T · (softmax(z/T) − softmax(v/T)).

    All arguments : as in `distillation_loss`; "none" gives each row's own gradient, the same array as "sum".
    Returns (..., K) float64; every row sums to 0.
    Raises ValueError as `distillation_loss` does.
    Source: Hinton, Vinyals & Dean (2015), equation 2. Taught in book/loss_variants.md.

    >>> distillation_gradient([[0., 0.]], [[0., 0.]], temperature=3.).tolist()
    [[0.0, 0.0]]
    """
    name = "distillation_gradient"
    student, teacher, t = _two_models(logits, teacher_logits, temperature, function=name)
    examples = np.zeros(student.shape[:-1])
    reduce(examples, reduction, function=name)  # the same errors as the loss
    gradient = t * (softmax(student, temperature=t) - softmax(teacher, temperature=t))
    return np.asarray(gradient / examples.size if reduction == "mean" else gradient)


def accumulated(means: npt.ArrayLike, denominators: npt.ArrayLike) -> FloatArray:
    """The big batch's mean (or its gradient) from those of its pieces: Σ d_b m_b / Σ d_b.

    means        : (B, ...) array-like, the mean of each piece, or the gradient of that mean.
    denominators : (B,) what each of these means was divided by; at least 0, not all 0.
    A piece with denominator 0 counts nothing, whatever its mean is: NaN is welcome there.
    Returns (...) float64.
    Raises ValueError for negative denominators, for no denominator above 0, and shapes that do not fit.
    Source: derived in the chapter. Taught in book/loss_variants.md.

    >>> float(accumulated([1., 4.], [3, 1]))
    1.75
    """
    d = as_floats(denominators, function="accumulated", name="denominators")
    m = np.asarray(means, dtype=np.float64)
    if d.ndim != 1 or m.shape[:1] != d.shape:
        raise ValueError(
            f"accumulated: means has shape {m.shape}, denominators has {d.shape}; "
            "one denominator for each piece, shape (B,), is needed. Is one of the two stacked twice?"
        )
    if (d < 0).any() or np.isinf(d).any() or not (d > 0).any():
        raise ValueError(
            f"accumulated: the denominators are {d.tolist()}, finite numbers >= 0 are needed, one above 0. "
            "Was every target ignored?"
        )
    kept = d > 0
    return np.asarray(np.tensordot(d[kept] / d.sum(), m[kept], axes=1))


# ---- reading ----------------------------------------------------------------------------------------


def _problem(
    logits: npt.ArrayLike,
    targets: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    ignore_index: int,
    label_smoothing: float,
    token_weight: npt.ArrayLike | None,
    *,
    function: str,
) -> _Problem:
    z = as_logits(logits, function=function)
    rows, classes = z.shape[:-1], z.shape[-1]
    share = _check_share(label_smoothing, function=function, name="label_smoothing")
    w = _as_factors(weight, (classes,), function=function, name="weight")
    tokens = _as_factors(token_weight, rows, function=function, name="token_weight")
    if _axes(targets, z.ndim) == z.ndim:
        if ignore_index != -100:
            raise ValueError(
                f"{function}: ignore_index is {ignore_index} and targets are distributions, which no number "
                "marks as ignored. Give the rows to leave out token_weight 0."
            )
        y = as_distributions(targets, shape=z.shape, function=function)
        shares = tokens
    else:
        labels = np.asarray(targets)
        kept = (labels != ignore_index) | (labels.dtype.kind not in "iu")  # what is no label is told so below
        if kept.shape == rows:
            tokens = np.where(kept, tokens, 0.0)
            labels = np.where(kept, labels, 0)
        read = as_labels(labels, shape=rows, classes=classes, function=function)
        y = _one_hot(read, classes)
        shares = tokens * w[read]
    c = np.where(tokens[..., None] > 0, w * ((1 - share) * y + share / classes), 0.0)
    return _Problem(z, c, tokens, shares)


def _likelihood(problem: _Problem) -> FloatArray:
    """Σ_k c_k (−log q_k) of each row, times its token weight; a factor 0 counts 0 also beside an infinity."""
    c = problem.coefficients
    terms = np.multiply(c, log_softmax(problem.logits), out=np.zeros_like(c), where=c > 0)
    return np.asarray(problem.tokens * (0.0 - terms.sum(axis=-1)))


def _squares(problem: _Problem) -> FloatArray:
    return np.asarray(problem.tokens * logsumexp(problem.logits) ** 2)


def _denominators(problem: _Problem, *, function: str) -> tuple[float, float]:
    likelihood, tokens = float(problem.shares.sum()), float(problem.tokens.sum())
    if not likelihood > 0:
        raise ValueError(
            f"{function}: the mean divides by 0: of {problem.tokens.size} rows none is kept with a weight "
            'above 0. Skip such a batch, or ask for reduction="sum", which is 0.'
        )
    return likelihood, tokens


def _at_labels(
    logits: npt.ArrayLike, labels: npt.ArrayLike, *, function: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """−log p_c and 1 − p_c of each row, both to full precision, and the one-hot labels."""
    z = as_logits(logits, function=function)
    y = _one_hot(as_labels(labels, shape=z.shape[:-1], classes=z.shape[-1], function=function), z.shape[-1])
    nll = 0.0 - np.where(y > 0, log_softmax(z), 0.0).sum(axis=-1)
    rest = np.where(y > 0, 0.0, softmax(z)).sum(axis=-1)
    return nll, rest, y


def _two_models(
    logits: npt.ArrayLike, teacher_logits: npt.ArrayLike, temperature: float, *, function: str
) -> tuple[FloatArray, FloatArray, float]:
    student, teacher = as_logits(logits, function=function), as_logits(teacher_logits, function=function)
    if student.shape != teacher.shape:
        raise ValueError(
            f"{function}: teacher_logits has shape {teacher.shape}, logits has {student.shape}; one shape is "
            "needed. Do teacher and student know the same classes?"
        )
    return student, teacher, check_positive(temperature, function=function, name="temperature")


def _as_factors(
    factors: npt.ArrayLike | None, shape: tuple[int, ...], *, function: str, name: str
) -> FloatArray:
    """Finite factors >= 0 of the given shape; None means 1 everywhere."""
    if factors is None:
        return np.ones(shape)
    array = np.asarray(factors, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(
            f"{function}: {name} has shape {array.shape}, {shape} is needed. "
            "weight has one number for each class, token_weight one for each row."
        )
    wrong = ~((array >= 0) & (array < np.inf))
    if wrong.any():
        raise ValueError(
            f"{function}: {name}{first_index(wrong)} is {array[wrong][0]:.6g}, "
            "a finite number >= 0 is needed. A negative factor would reward mistakes."
        )
    return array


def _check_share(value: object, *, function: str, name: str, most: float = 1.0) -> float:
    """`value` as a float in 0..most, finite."""
    if not (isinstance(value, Real) and 0 <= float(value) <= most and float(value) < np.inf):
        wanted = f"a number from 0 to {most:g}" if most < np.inf else "a finite number >= 0"
        raise ValueError(f"{function}: {name} is {value!r}, {wanted} is needed. Is a sign or a percent lost?")
    return float(value)


def _axes(targets: npt.ArrayLike, otherwise: int) -> int:
    try:
        return np.ndim(targets)
    except ValueError:  # rows of unequal length: the reader of distributions says so
        return otherwise


def _one_hot(labels: IntArray, classes: int) -> FloatArray:
    one_hot = np.zeros((*labels.shape, classes))
    np.put_along_axis(one_hot, labels[..., None], 1.0, axis=-1)
    return one_hot
