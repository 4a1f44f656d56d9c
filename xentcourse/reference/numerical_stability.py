"""Floating point: formats, errors, and formulas that survive them. Taught in book/numerical_stability.md."""

import decimal
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from xentcourse.reference._inputs import FloatArray, as_floats, as_numbers, first_index
from xentcourse.reference.softmax import logsumexp


@dataclass(frozen=True)
class Format:
    """A binary floating-point format: n · 2^(e−s+1) with 0 ≤ n < 2^s and 1 − largest_exponent ≤ e."""

    bits: int  #: that one number takes in memory
    significant: int  #: s, the binary digits of a number, the leading one included
    largest_exponent: int  #: the largest e

    @property
    def unit_roundoff(self) -> float:
        """The unit round-off u = 2^−s: rounding changes a number by at most this share of it."""
        return math.ldexp(1.0, -self.significant)

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return math.ldexp(2.0 - 2.0 * self.unit_roundoff, self.largest_exponent)

    @property
    def smallest_normal(self) -> float:
        """The smallest positive number that has all its digits."""
        return math.ldexp(1.0, 1 - self.largest_exponent)

    @property
    def smallest(self) -> float:
        """The smallest positive number of all: subnormal, with one digit left."""
        return math.ldexp(1.0, 2 - self.largest_exponent - self.significant)


#: The formats that networks are trained in, by the names that NumPy and PyTorch give them.
FORMATS = {
    "float64": Format(64, 53, 1023),
    "float32": Format(32, 24, 127),
    "bfloat16": Format(16, 8, 127),
    "float16": Format(16, 11, 15),
}
#: Digits of the exact results.
EXACT = decimal.Context(
    prec=90, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[decimal.InvalidOperation]
)


def round_to(x: npt.ArrayLike, format: str) -> FloatArray:
    """The nearest number that a format has, ties to the even one: what storing x in that format does.

    x      : array-like of any shape, or one number; ±inf stays.
    format : "float64", "float32", "bfloat16" or "float16".
    Returns float64 of the same shape; ±inf where the nearest number would be above the largest one.
    Raises ValueError for NaN and for a format that is not among the four.
    Source: Higham (2002), section 2.1. Taught in book/numerical_stability.md.

    >>> round_to([0.1, 300.5, 1e39], "bfloat16").tolist()
    [0.10009765625, 300.0, inf]
    """
    numbers = as_numbers(x, function="round_to", name="x")
    return _round(numbers, _format(format, function="round_to"))


def spacing(x: npt.ArrayLike, format: str) -> FloatArray:
    """One ulp at x: the gap to the next number of the format, away from 0.

    x      : array-like of any shape, or one number, finite; it is rounded to the format first.
    format : as in `round_to`.
    Returns float64 of the same shape, positive; beyond the largest number, the gap below that.
    Raises ValueError for NaN, infinities, and a format that is not among the four.
    Source: Goldberg (1991), section 1.2. Taught in book/numerical_stability.md.

    >>> spacing([1, 1000], "float16").tolist()
    [0.0009765625, 0.5]
    """
    numbers = as_numbers(x, function="spacing", name="x")
    if np.isinf(numbers).any():
        raise ValueError(
            f"spacing: x{first_index(np.isinf(numbers))} is infinite, finite numbers are needed. "
            "Did something overflow before?"
        )
    return _spacing(numbers, _format(format, function="spacing"))


def ulps(computed: npt.ArrayLike, exact: Iterable[Decimal | float], format: str = "float64") -> FloatArray:
    """How many units in the last place computed numbers are away from the exact ones.

    computed : (N,) array-like; NaN and ±inf are allowed, for they are what may have come out.
    exact    : (N,) finite numbers; as Decimals they have as many digits as you like.
    format   : as in `round_to`; the unit is its spacing at the exact number.
    Returns (N,) float64; inf where the computed number is no finite one.
    Raises ValueError for exact numbers that are not finite, shapes that differ, and an unknown format.
    Source: Goldberg (1991), section 1.2. Taught in book/numerical_stability.md.

    >>> ulps([1 + 2**-51, np.nan], [1, 1]).tolist()
    [2.0, inf]
    """
    chosen = _format(format, function="ulps")
    came = np.asarray(computed, dtype=np.float64)
    wanted = [x if isinstance(x, Decimal) else Decimal(float(x)) for x in exact]
    if came.shape != (len(wanted),):
        raise ValueError(
            f"ulps: computed has shape {came.shape}, exact {(len(wanted),)}; one exact number for each "
            "computed one is needed. Is one of them a single number?"
        )
    if not all(x.is_finite() for x in wanted):
        raise ValueError("ulps: an exact number is not finite; it has no last place. Leave that input out.")
    units = _spacing(np.array([float(x) for x in wanted]), chosen)
    with decimal.localcontext(EXACT):
        distances = [
            abs(Decimal(c) - e) / Decimal(unit) if math.isfinite(c) else math.inf
            for c, e, unit in zip(came.tolist(), wanted, units.tolist(), strict=True)
        ]
    return np.array(distances, dtype=np.float64)


def exact_logsumexp(z: Iterable[float]) -> Decimal:
    """The log-sum-exp, log Σ exp z_k, with eighty digits: what the floating-point formulas are judged by.

    z : K >= 1 finite numbers, each taken for exactly what it is.
    Returns a Decimal.
    Raises ValueError where there is none, or one is not finite.
    Source: none; Python's decimal rounds each logarithm and exponential correctly. Taught in
    book/numerical_stability.md.

    >>> float(exact_logsumexp([0.0, -800.0])), float(exact_logsumexp([0.0, -40.0]))
    (0.0, 4.248354255291589e-18)
    """
    numbers = sorted(map(float, z), reverse=True)
    if not numbers or not all(map(math.isfinite, numbers)):
        raise ValueError(
            f"exact_logsumexp: z is {numbers[:5]}, one finite number at least, and no other, is needed. "
            "Leave infinities out."
        )
    largest, *others = map(Decimal, numbers)
    with decimal.localcontext(EXACT):
        rest = sum(((other - largest).exp() for other in others), Decimal(0))
        # Where r is tiny, 1 + r would drop its digits, and the next term of the series is below all of them.
        tiny = rest < Decimal("1e-30")
        return largest + (rest - rest * rest / 2 + rest**3 / 3 if tiny else (1 + rest).ln())


def softplus(z: npt.ArrayLike) -> FloatArray:
    """The logarithm of 1 + exp z, the binary loss of label 0, without overflow and without cancellation.

    z : array-like of any shape, or one number; ±inf allowed.
    Returns float64 of the same shape, at least 0.
    Raises ValueError for NaN.
    Source: Blanchard, Higham & Higham (2021). Taught in book/numerical_stability.md.

    >>> softplus([-1000., 0., 1000.]).round(4).tolist()
    [0.0, 0.6931, 1000.0]
    """
    numbers = as_numbers(z, function="softplus", name="z")
    with np.errstate(under="ignore"):
        return np.asarray(np.maximum(numbers, 0.0) + np.log1p(np.exp(-np.abs(numbers))))


def log_complement(log_p: npt.ArrayLike) -> FloatArray:
    """The logarithm of 1 − p from that of p, when p itself is too near to 0 or to 1 to be written down.

    log_p : array-like of any shape, or one number; at most 0, −inf allowed.
    Returns float64 of the same shape: −inf at 0, 0.0 at −inf.
    Raises ValueError for NaN and for numbers above 0.
    Source: Mächler (2012). Taught in book/numerical_stability.md.

    >>> log_complement([-1e-20, -50.]).round(4).tolist(), float(log_complement(-50.))
    ([-46.0517, -0.0], -1.9287498479639178e-22)
    """
    a = as_numbers(log_p, function="log_complement", name="log_p")
    if (a > 0).any():
        raise ValueError(
            f"log_complement: log_p{first_index(a > 0)} is {a[a > 0][0]:.6g}, the logarithm of a probability "
            "is at most 0. Is this a surprise? Turn its sign."
        )
    with np.errstate(divide="ignore", under="ignore"):
        return np.asarray(np.where(a > -math.log(2), np.log(-np.expm1(a)), np.log1p(-np.exp(a))))


def logsumexp_update(state: tuple[float, float], block: npt.ArrayLike) -> tuple[float, float]:
    """One step of the one-pass log-sum-exp: the largest entry so far, and Σ exp(z_k − largest).

    state : (largest, total) of what came before; (−inf, 0.0) before anything came.
    block : (B,) array-like, the next entries; −inf allowed, B may be 0.
    Returns the state (largest, total) after the block; the log-sum-exp is largest + log total.
    Raises ValueError for NaN, +inf, and a block that is no list of numbers.
    Source: Milakov & Gimelshein (2018). Taught in book/numerical_stability.md.

    >>> logsumexp_update((0.0, 2.0), [1000., 1000.])
    (1000.0, 2.0)
    """
    z = as_floats(block, function="logsumexp_update", name="block")
    if z.ndim != 1 or np.isposinf(z).any():
        raise ValueError(
            f"logsumexp_update: block has shape {z.shape} and {int(np.isposinf(z).sum())} entries inf; "
            "a list of finite numbers or -inf is needed. Is this a batch of rows?"
        )
    largest = float(z.max(initial=-np.inf))
    # −inf − (−inf) is NaN, so entries that contribute nothing are left out of the sum.
    with np.errstate(over="ignore", under="ignore"):  # a difference beyond all numbers is −inf
        total = float(np.exp(z[z > -np.inf] - largest).sum())
    return merge_states(state, (largest, total))


def merge_states(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """The state of two parts together, from the state of each; see `logsumexp_update`.

    a, b : (largest, total), in any order.
    Returns (largest, total); (−inf, 0.0) where both are empty.
    Source: Milakov & Gimelshein (2018), section 3.1. Taught in book/numerical_stability.md.

    >>> merge_states((0.0, 2.0), (1000.0, 1.0))
    (1000.0, 1.0)
    """
    largest = max(a[0], b[0])
    if largest == -math.inf:
        return -math.inf, 0.0
    return largest, a[1] * math.exp(a[0] - largest) + b[1] * math.exp(b[0] - largest)


def online_logsumexp(blocks: Iterable[npt.ArrayLike]) -> float:
    """The log-sum-exp over blocks that are looked at once, one after the other, and need not fit in memory.

    blocks : (B,) array-likes, none or many; −inf allowed.
    Returns one float; −inf where nothing, or nothing but −inf, came: log 0.
    Raises ValueError as `logsumexp_update` does.
    Source: Milakov & Gimelshein (2018). Taught in book/numerical_stability.md.

    >>> online_logsumexp([[1000.], [-1000., 1000.]])
    1000.6931471805599
    """
    state = (-math.inf, 0.0)
    for block in blocks:
        state = logsumexp_update(state, block)
    return state[0] + math.log(state[1]) if state[1] > 0 else -math.inf


def logsumexp_error_bound(z: npt.ArrayLike, *, function_error: float = 1.0) -> float:
    """The first-order bound on the error of max + log1p(Σ exp(z_k − max)), in units of the unit round-off.

    z              : (K,) array-like of finite numbers, K >= 1.
    function_error : alpha, the relative error of exp and log1p in units of u; 1 if they round correctly.
    Returns |lse| + alpha·H(p) + (K − 2 + alpha)(1 − max p), with p = softmax(z); |lse| alone for K = 1.
    Raises ValueError for NaN, infinities and shapes other than (K,).
    Source: none; proved in book/numerical_stability.md after Blanchard, Higham & Higham (2021).

    >>> round(logsumexp_error_bound([0.0, 0.0]), 4)   # log 2 + log 2 + 1/2
    1.8863
    """
    numbers = as_floats(z, function="logsumexp_error_bound", name="z")
    if numbers.ndim != 1 or not len(numbers) or np.isinf(numbers).any():
        raise ValueError(
            f"logsumexp_error_bound: z has shape {numbers.shape} and {int(np.isinf(numbers).sum())} infinite "
            "entries; one row of finite logits, shape (K,), is needed. Is this a batch?"
        )
    lse = abs(float(logsumexp(numbers)))
    if len(numbers) == 1:
        return lse
    behind = numbers.max() - np.sort(numbers)[:-1]
    terms = np.exp(-behind)
    rest = float(terms.sum())
    entropy = math.log1p(rest) + float((terms * behind).sum()) / (1 + rest)
    return lse + function_error * entropy + (len(numbers) - 2 + function_error) * rest / (1 + rest)


def _format(name: str, *, function: str) -> Format:
    if name not in FORMATS:
        raise ValueError(f"{function}: format is {name!r}, one of {', '.join(FORMATS)} is needed.")
    return FORMATS[name]


def _round(x: FloatArray, to: Format) -> FloatArray:
    if to.significant == 53:
        return x
    finite = np.where(np.isfinite(x), x, 0.0)
    quantum = _quantum(finite, to)
    rounded = np.ldexp(np.rint(np.ldexp(finite, -quantum)), quantum)  # rint sends ties to even
    rounded = np.where(np.abs(rounded) > to.largest, np.copysign(np.inf, x), rounded)
    return np.asarray(np.where(np.isfinite(x), rounded, x))


def _spacing(x: FloatArray, of: Format) -> FloatArray:
    nearest = np.clip(_round(x, of), -of.largest, of.largest)
    return np.asarray(np.ldexp(1.0, _quantum(nearest, of)))


def _quantum(x: FloatArray, of: Format) -> npt.NDArray[np.int32]:
    """The exponent of the last place: numbers of the format near x are multiples of 2 to this power."""
    exponent = np.frexp(x)[1] - 1  # frexp puts its fraction into 1/2..1
    lowest = 1 - of.largest_exponent
    # 0 has no exponent of its own, and what is smaller than normal shares the smallest one.
    return np.asarray(np.maximum(np.where(x == 0, lowest, exponent), lowest) - of.significant + 1)
