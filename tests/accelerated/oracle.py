"""What the losses mean, in NumPy float64, row by row and class by class, apart from the package."""

import numpy as np


def cross_entropy(
    logits,
    target,
    *,
    weight=None,
    ignore_index=-100,
    label_smoothing=0.0,
    z_loss=0.0,
    softcap=None,
    token_weight=None,
    reduction="mean",
):
    """The loss as the specification says it: (...,) or one number."""
    rows, shape, denominators = _rows(
        logits, target, weight, ignore_index, label_smoothing, z_loss, softcap, token_weight
    )
    if reduction == "none":
        return np.array([t * (likelihood + extra) for t, likelihood, extra, _ in rows]).reshape(shape)
    first, second = (sum(t * row[i] for t, *row in rows) for i in (0, 1))
    if reduction == "sum":
        return np.float64(first + second)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.float64(first) / denominators[0]
        return mean + np.float64(second) / denominators[1] if z_loss else mean


def gradient(logits, target, *, reduction="mean", upstream=1.0, **options):
    """The derivative of (upstream · loss).sum() in the logits: (..., K)."""
    spec = {
        "weight": None,
        "ignore_index": -100,
        "label_smoothing": 0.0,
        "z_loss": 0.0,
        "softcap": None,
        "token_weight": None,
    } | options
    rows, shape, (first, second) = _rows(logits, target, **spec)
    upstream = np.broadcast_to(upstream, shape).reshape(-1) if reduction == "none" else [upstream] * len(rows)
    if reduction != "mean":
        first = second = 1.0
    result = []
    for (t, _, _, (likelihood_slope, z_slope)), g in zip(rows, upstream, strict=True):
        slope = likelihood_slope / first if t else np.zeros_like(likelihood_slope)
        if t and spec["z_loss"]:
            slope = slope + z_slope / second
        result.append(g * t * slope)
    return np.array(result).reshape(np.shape(logits))


def _rows(logits, target, weight, ignore_index, label_smoothing, z_loss, softcap, token_weight):
    """(t, likelihood, z-loss, slopes of both) of each row, the shape of rows, and the two denominators."""
    z, y = np.asarray(logits, np.float64), np.asarray(target)
    shape, classes = z.shape[:-1], z.shape[-1]
    soft = y.dtype.kind == "f"
    w = np.ones(classes) if weight is None else np.asarray(weight, np.float64)
    t = np.ones(shape) if token_weight is None else np.asarray(token_weight, np.float64)
    z, t = z.reshape(-1, classes), t.reshape(-1)
    y = y.reshape(-1, classes) if soft else y.reshape(-1)
    rows, first, second = [], 0.0, 0.0
    for i in range(len(z)):
        if t[i] == 0 or (not soft and y[i] == ignore_index):
            rows.append((0.0, 0.0, 0.0, (np.zeros(classes), np.zeros(classes))))
            continue
        p = y[i].astype(np.float64) if soft else np.eye(classes)[y[i]]
        own = 1.0 if soft else w[y[i]]
        first, second = first + t[i] * own, second + t[i]
        rows.append((t[i], *_row(z[i], p, w, label_smoothing, z_loss, softcap)))
    return rows, shape, (first, second)


def _row(z, p, w, label_smoothing, z_loss, softcap):
    with np.errstate(over="ignore"):
        bend = np.ones_like(z) if softcap is None else np.cosh(np.clip(z / softcap, -350, 350)) ** -2
        z = z if softcap is None else softcap * np.tanh(z / softcap)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        largest = z.max()
        log_sum = np.log(np.exp(z - largest).sum())
        log_q = (z - largest) - log_sum
        q, lse = np.exp(log_q), largest + log_sum
        # (1−ε) Σ_k w_k p_k nll_k + (ε/K) Σ_k w_k nll_k, where 0·inf counts 0
        nll = 0.0
        slope = np.zeros_like(z)
        for k in range(len(z)):
            c = (1 - label_smoothing) * w[k] * p[k] + label_smoothing / len(z) * w[k]
            if c:
                nll -= c * log_q[k]
                slope += c * q
                slope[k] -= c
        return nll, z_loss * lse**2, (slope * bend, z_loss * 2 * lse * q * bend)
