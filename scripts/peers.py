"""Ask other libraries for cross-entropy, and print their answers as JSON.

Run it with the Python of the environment that `make peers` makes; it needs nothing of this course:

    .venv-peers/bin/python scripts/peers.py > xentcourse/peers/recorded.json

Numbers are float64. Every library gets the same inputs, and each answer names the call that gave it.
"""

import contextlib
import importlib.metadata
import io
import json
import math
import os
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="-1")
os.environ.update(KERAS_BACKEND="tensorflow", JAX_PLATFORMS="cpu", JAX_ENABLE_X64="1")

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import scipy.special
import scipy.stats
import sklearn.metrics
import tensorflow as tf
import torch
from torch.nn import functional

LIBRARIES = ("numpy", "torch", "tensorflow-cpu", "keras", "jax", "optax", "scikit-learn", "scipy")
SNIPPETS = Path(__file__).parents[1] / "book" / "_peers"

INPUTS: dict[str, list[Any]] = {
    "z": [[2.0, 0.5, -1.0], [0.0, 1.0, 0.5], [-1.5, 0.25, 1.0], [0.75, -0.5, 0.0]],  # logits
    "labels": [0, 2, 1, 0],
    "soft": [[0.7, 0.2, 0.1], [0.0, 0.5, 0.5], [0.25, 0.5, 0.25], [1.0, 0.0, 0.0]],
    "w": [0.5, 2.0, 1.25],  # class weights
    "b": [1.5, -0.5, 0.25, -2.0],  # binary logits
    "binary": [1.0, 0.0, 0.0, 1.0],
}
Z, Y, SOFT, W, B, BINARY = (np.array(values) for values in INPUTS.values())
P = scipy.special.softmax(Z, axis=1)
Q = scipy.special.expit(B)
ONE_HOT = np.eye(3)[Y]
EPSILON = 0.1  # label smoothing
POSITIVE = 3.0  # the weight of a binary 1

Answers = dict[str, list[dict[str, Any]]]


def main() -> None:
    """Print everything as JSON."""
    keras.backend.set_floatx("float64")
    record = {
        "versions": {
            "python": ".".join(map(str, sys.version_info[:2])),
            **{name: importlib.metadata.version(name).partition("+")[0] for name in LIBRARIES},
        },
        "inputs": INPUTS | {"epsilon": EPSILON, "positive": POSITIVE},
        "answers": {
            "labels": labels(),
            "probabilities": probabilities(),
            "soft": soft(),
            "weights": weights(),
            "smoothing": smoothing(),
            "weights and smoothing": weights_and_smoothing(),
            "binary": binary(),
            "binary weights": binary_weights(),
            "divergence": divergence(),
            "zero": zero(),
            "large": large(),
            "mistakes": mistakes(),
        },
        "snippets": {path.stem: snippet(path) for path in sorted(SNIPPETS.glob("*.py"))},
    }
    print(json.dumps(rounded(record), indent=1, ensure_ascii=False))


# ---- one answer -------------------------------------------------------------------------------------


def answer(library: str, call: str, reduction: str, value: Any, gradient: Any = None) -> dict[str, Any]:
    """One library's answer as plain data."""
    return {
        "library": library,
        "call": call,
        "reduction": reduction,
        "value": np.asarray(value).tolist(),
        "gradient": None if gradient is None else np.asarray(gradient).tolist(),
    }


def by_torch(call: str, reduction: str, loss: Callable[[Any], Any], x: np.ndarray) -> dict[str, Any]:
    """PyTorch's loss of x, and its gradient; that of the sum where there are many losses."""
    leaf = torch.tensor(x, requires_grad=True)
    value = loss(leaf)
    value.sum().backward()
    return answer("PyTorch", call, reduction, value.detach().numpy(), leaf.grad.numpy())


def by_tensorflow(
    library: str, call: str, reduction: str, loss: Callable[[Any], Any], x: np.ndarray
) -> dict[str, Any]:
    """The loss of Keras or TensorFlow, and its gradient."""
    leaf = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(leaf)
        value = loss(leaf)
        total = tf.reduce_sum(value)
    return answer(library, call, reduction, value.numpy(), tape.gradient(total, leaf).numpy())


def by_optax(call: str, reduction: str, loss: Callable[[Any], Any], x: np.ndarray) -> dict[str, Any]:
    """Optax's loss, and its gradient by JAX."""
    gradient = jax.grad(lambda leaf: jnp.sum(loss(leaf)))(jnp.asarray(x))
    return answer("Optax", call, reduction, loss(jnp.asarray(x)), gradient)


TORCH_REDUCTIONS = ("none", "sum", "mean")
#: Keras's names, and what they are called here.
KERAS_REDUCTIONS = {"none": None, "sum": "sum", "mean": "sum_over_batch_size"}
OPTAX_REDUCTIONS = {"none": lambda x: x, "sum": jnp.sum, "mean": jnp.mean}


def keras_loss(name: str, reduction: str, **options: Any) -> Any:
    """A loss object of Keras."""
    return getattr(keras.losses, name)(reduction=KERAS_REDUCTIONS[reduction], **options)


# ---- every reduction of one call ---------------------------------------------------------------------


def each_of_torch(call: str, loss: Callable[..., Any], x: np.ndarray) -> list[dict[str, Any]]:
    """PyTorch's answers; loss takes x and the keyword reduction."""
    return [by_torch(call, r, partial(loss, reduction=r), x) for r in TORCH_REDUCTIONS]


def each_of_keras(
    call: str, name: str, loss: Callable[[Any, Any], Any], x: np.ndarray, **options: Any
) -> list[dict[str, Any]]:
    """The answers of a loss object of Keras; loss takes the object and x."""
    return [
        by_tensorflow("Keras", call, r, partial(loss, keras_loss(name, r, **options)), x)
        for r in KERAS_REDUCTIONS
    ]


def each_of_optax(call: str, loss: Callable[[Any], Any], x: np.ndarray) -> list[dict[str, Any]]:
    """Optax's answers: it gives the losses, and the reduction is ours."""
    return [
        by_optax(call, r, lambda leaf, reduce=reduce: reduce(loss(leaf)), x)
        for r, reduce in OPTAX_REDUCTIONS.items()
    ]


# ---- the problems -----------------------------------------------------------------------------------


def of_logits(y: np.ndarray, keras: str, tensorflow: str, in_optax: str) -> list[dict[str, Any]]:
    """What each library's losses of logits say for these targets, every reduction."""
    return [
        *each_of_torch(
            "functional.cross_entropy(z, y)",
            lambda z, *, reduction: functional.cross_entropy(z, torch.tensor(y), reduction=reduction),
            Z,
        ),
        *each_of_keras(f"{keras}(from_logits=True)(y, z)", keras, lambda f, z: f(y, z), Z, from_logits=True),
        by_tensorflow(
            "TensorFlow",
            f"nn.{tensorflow}(labels=y, logits=z)",
            "none",
            lambda z: getattr(tf.nn, tensorflow)(labels=y, logits=z),
            Z,
        ),
        *each_of_optax(f"{in_optax}(z, y)", lambda z: getattr(optax, in_optax)(z, y), Z),
    ]


def labels() -> list[dict[str, Any]]:
    """Labels and logits, every reduction."""
    losses = ("SparseCategoricalCrossentropy", "sparse_softmax_cross_entropy_with_logits")
    found = of_logits(Y, *losses, "softmax_cross_entropy_with_integer_labels")
    log_q = scipy.special.log_softmax(Z, axis=1)
    found.append(answer("SciPy", "-log_softmax(z, axis=1)[rows, y]", "none", -log_q[np.arange(4), Y]))
    return found


def probabilities() -> list[dict[str, Any]]:
    """Labels and probabilities."""
    found = []
    found += each_of_torch(
        "functional.nll_loss(p.log(), y)",
        lambda p, *, reduction: functional.nll_loss(p.log(), torch.tensor(Y), reduction=reduction),
        P,
    )
    for r in KERAS_REDUCTIONS:
        sparse, dense = (
            keras_loss("SparseCategoricalCrossentropy", r),
            keras_loss("CategoricalCrossentropy", r),
        )
        found.append(
            by_tensorflow("Keras", "SparseCategoricalCrossentropy()(y, p)", r, lambda p, f=sparse: f(Y, p), P)
        )
        found.append(
            by_tensorflow(
                "Keras", "CategoricalCrossentropy()(one_hot, p)", r, lambda p, f=dense: f(ONE_HOT, p), P
            )
        )
    for r, normalize in (("sum", False), ("mean", True)):
        value = sklearn.metrics.log_loss(Y, P, normalize=normalize)
        found.append(answer("scikit-learn", f"log_loss(y, p, normalize={normalize})", r, value))
    rows = scipy.special.entr(ONE_HOT) + scipy.special.rel_entr(ONE_HOT, P)
    found.append(answer("SciPy", "(entr(y) + rel_entr(y, p)).sum(axis=1)", "none", rows.sum(axis=1)))
    return found


def soft() -> list[dict[str, Any]]:
    """Targets that are distributions, and logits."""
    losses = ("CategoricalCrossentropy", "softmax_cross_entropy_with_logits")
    found = of_logits(SOFT, *losses, "softmax_cross_entropy")
    rows = scipy.special.entr(SOFT) + scipy.special.rel_entr(SOFT, P)
    found.append(answer("SciPy", "(entr(y) + rel_entr(y, p)).sum(axis=1)", "none", rows.sum(axis=1)))
    return found


def weights() -> list[dict[str, Any]]:
    """A weight for each class; where the library knows weights of rows only, w[y]."""
    found, rows = [], W[Y]
    y, w = torch.tensor(Y), torch.tensor(W)
    found += each_of_torch(
        "functional.cross_entropy(z, y, weight=w)",
        lambda z, *, reduction: functional.cross_entropy(z, y, weight=w, reduction=reduction),
        Z,
    )
    names = {**KERAS_REDUCTIONS, "mean_with_sample_weight": "mean_with_sample_weight"}
    for r, name in names.items():
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=name)
        found.append(
            by_tensorflow(
                "Keras",
                "SparseCategoricalCrossentropy(...)(y, z, sample_weight=w[y])",
                r,
                lambda z, f=loss: f(Y, z, sample_weight=rows),
                Z,
            )
        )
    for r, normalize in (("sum", False), ("mean", True)):
        value = sklearn.metrics.log_loss(Y, P, normalize=normalize, sample_weight=rows)
        found.append(
            answer("scikit-learn", f"log_loss(y, p, sample_weight=w[y], normalize={normalize})", r, value)
        )
    return found


def smoothing() -> list[dict[str, Any]]:
    """Label smoothing."""
    found = []
    y = torch.tensor(Y)
    found += each_of_torch(
        "functional.cross_entropy(z, y, label_smoothing=0.1)",
        lambda z, *, reduction: functional.cross_entropy(z, y, label_smoothing=EPSILON, reduction=reduction),
        Z,
    )
    found += each_of_keras(
        "CategoricalCrossentropy(..., label_smoothing=0.1)(one_hot, z)",
        "CategoricalCrossentropy",
        lambda f, z: f(ONE_HOT, z),
        Z,
        from_logits=True,
        label_smoothing=EPSILON,
    )
    target = optax.smooth_labels(jnp.asarray(ONE_HOT), EPSILON)
    found += each_of_optax(
        "softmax_cross_entropy(z, smooth_labels(one_hot, 0.1))",
        lambda z: optax.softmax_cross_entropy(z, target),
        Z,
    )
    return found


def weights_and_smoothing() -> list[dict[str, Any]]:
    """Both at once."""
    found = []
    y, w = torch.tensor(Y), torch.tensor(W)
    found += each_of_torch(
        "functional.cross_entropy(z, y, weight=w, label_smoothing=0.1)",
        lambda z, *, reduction: functional.cross_entropy(
            z, y, weight=w, label_smoothing=EPSILON, reduction=reduction
        ),
        Z,
    )
    for r in KERAS_REDUCTIONS:
        loss = keras_loss("CategoricalCrossentropy", r, from_logits=True, label_smoothing=EPSILON)
        found.append(
            by_tensorflow(
                "Keras",
                "CategoricalCrossentropy(...)(one_hot, z, sample_weight=w[y])",
                r,
                lambda z, f=loss: f(ONE_HOT, z, sample_weight=W[Y]),
                Z,
            )
        )
    return found


def binary() -> list[dict[str, Any]]:
    """Yes or no, from logits and from probabilities."""
    found = []
    y = torch.tensor(BINARY)
    for r in TORCH_REDUCTIONS:
        found.append(
            by_torch(
                "functional.binary_cross_entropy_with_logits(z, y)",
                r,
                lambda z, r=r: functional.binary_cross_entropy_with_logits(z, y, reduction=r),
                B,
            )
        )
        found.append(
            by_torch(
                "functional.binary_cross_entropy(p, y)",
                r,
                lambda z, r=r: functional.binary_cross_entropy(torch.sigmoid(z), y, reduction=r),
                B,
            )
        )
    for r in KERAS_REDUCTIONS:
        given, taken = (
            keras_loss("BinaryCrossentropy", r, from_logits=True),
            keras_loss("BinaryCrossentropy", r),
        )
        found.append(
            by_tensorflow(
                "Keras",
                "BinaryCrossentropy(from_logits=True)(y, z)",
                r,
                lambda z, f=given: f(BINARY[:, None], z[:, None]),
                B,
            )
        )
        found.append(
            by_tensorflow(
                "Keras",
                "BinaryCrossentropy()(y, p)",
                r,
                lambda z, f=taken: f(BINARY[:, None], tf.sigmoid(z)[:, None]),
                B,
            )
        )
    found.append(
        by_tensorflow(
            "TensorFlow",
            "nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z)",
            "none",
            lambda z: tf.nn.sigmoid_cross_entropy_with_logits(labels=BINARY, logits=z),
            B,
        )
    )
    for r, reduce in OPTAX_REDUCTIONS.items():
        found.append(
            by_optax(
                "sigmoid_binary_cross_entropy(z, y)",
                r,
                lambda z, f=reduce: f(optax.sigmoid_binary_cross_entropy(z, BINARY)),
                B,
            )
        )
    for r, normalize in (("sum", False), ("mean", True)):
        value = sklearn.metrics.log_loss(BINARY, Q, normalize=normalize)
        found.append(answer("scikit-learn", f"log_loss(y, p, normalize={normalize})", r, value))
    logs = BINARY * scipy.special.log_expit(B) + (1 - BINARY) * scipy.special.log_expit(-B)
    found.append(answer("SciPy", "-(y * log_expit(z) + (1 - y) * log_expit(-z))", "none", -logs))
    return found


def binary_weights() -> list[dict[str, Any]]:
    """A weight for the ones."""
    found = []
    y, weight = torch.tensor(BINARY), torch.tensor(POSITIVE, dtype=torch.float64)
    found += each_of_torch(
        "functional.binary_cross_entropy_with_logits(z, y, pos_weight=3)",
        lambda z, *, reduction: functional.binary_cross_entropy_with_logits(
            z, y, pos_weight=weight, reduction=reduction
        ),
        B,
    )
    found.append(
        by_tensorflow(
            "TensorFlow",
            "nn.weighted_cross_entropy_with_logits(labels=y, logits=z, pos_weight=3)",
            "none",
            lambda z: tf.nn.weighted_cross_entropy_with_logits(labels=BINARY, logits=z, pos_weight=POSITIVE),
            B,
        )
    )
    rows = np.where(BINARY == 1, POSITIVE, 1.0)
    value = sklearn.metrics.log_loss(BINARY, Q, sample_weight=rows)
    found.append(answer("scikit-learn", "log_loss(y, p, sample_weight=w)", "mean", value))
    return found


def divergence() -> list[dict[str, Any]]:
    """D(y || p) of soft targets: which argument comes first, and what the default divides by."""
    log_p, y = torch.tensor(P).log(), torch.tensor(SOFT)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns of its own default
        for r in ("sum", "mean", "batchmean"):
            value = functional.kl_div(log_p, y, reduction=r)
            found.append(answer("PyTorch", "functional.kl_div(p.log(), y)", r, value.numpy()))
    for r in KERAS_REDUCTIONS:
        found.append(
            answer("Keras", "KLDivergence()(y, p)", r, keras_loss("KLDivergence", r)(SOFT, P).numpy())
        )
    found.append(answer("Optax", "kl_divergence(log(p), y)", "none", optax.kl_divergence(np.log(P), SOFT)))
    found.append(answer("SciPy", "stats.entropy(y, p, axis=1)", "none", scipy.stats.entropy(SOFT, P, axis=1)))
    found.append(
        answer(
            "SciPy", "special.rel_entr(y, p).sum(axis=1)", "none", scipy.special.rel_entr(SOFT, P).sum(axis=1)
        )
    )
    return found


def zero() -> list[dict[str, Any]]:
    """The label has the stated probability 0."""
    sure, label = np.array([[1.0, 0.0]]), np.array([1])
    one, nothing = np.array([1.0]), np.array([0.0])
    nll = functional.nll_loss(torch.tensor(sure).log(), torch.tensor(label))
    bce = functional.binary_cross_entropy(torch.tensor(nothing), torch.tensor(one))
    return [
        answer("PyTorch", "functional.nll_loss(p.log(), y)", "mean", nll.numpy()),
        answer("PyTorch", "functional.binary_cross_entropy(p, y)", "mean", bce.numpy()),
        answer(
            "Keras",
            "SparseCategoricalCrossentropy()(y, p)",
            "mean",
            keras.losses.SparseCategoricalCrossentropy()(label, sure).numpy(),
        ),
        answer(
            "Keras",
            "BinaryCrossentropy()(y, p)",
            "mean",
            keras.losses.BinaryCrossentropy()(one[:, None], nothing[:, None]).numpy(),
        ),
        answer(
            "scikit-learn", "log_loss(y, p)", "mean", sklearn.metrics.log_loss(label, sure, labels=[0, 1])
        ),
        answer(
            "scikit-learn",
            "log_loss(y, float32(p))",
            "mean",
            sklearn.metrics.log_loss(label, sure.astype(np.float32), labels=[0, 1]),
        ),
        answer(
            "SciPy", "rel_entr(one_hot, p).sum()", "sum", scipy.special.rel_entr([0.0, 1.0], sure[0]).sum()
        ),
    ]


def large() -> list[dict[str, Any]]:
    """Logits a thousand apart, the label on the wrong side, and the gradients."""
    z, label = np.array([[1000.0, 0.0]]), np.array([1])
    b, one = np.array([-1000.0]), np.array([1.0])
    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    through = keras.losses.SparseCategoricalCrossentropy()
    return [
        by_torch(
            "functional.cross_entropy(z, y)",
            "mean",
            lambda z: functional.cross_entropy(z, torch.tensor(label)),
            z,
        ),
        by_torch(
            "functional.binary_cross_entropy_with_logits(z, y)",
            "mean",
            lambda z: functional.binary_cross_entropy_with_logits(z, torch.tensor(one)),
            b,
        ),
        by_tensorflow(
            "Keras",
            "SparseCategoricalCrossentropy(from_logits=True)(y, z)",
            "mean",
            lambda z: sparse(label, z),
            z,
        ),
        by_tensorflow(
            "TensorFlow",
            "nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z)",
            "none",
            lambda z: tf.nn.sigmoid_cross_entropy_with_logits(labels=one, logits=z),
            b,
        ),
        by_optax(
            "softmax_cross_entropy_with_integer_labels(z, y)",
            "none",
            lambda z: optax.softmax_cross_entropy_with_integer_labels(z, label),
            z,
        ),
        by_optax(
            "sigmoid_binary_cross_entropy(z, y)",
            "none",
            lambda z: optax.sigmoid_binary_cross_entropy(z, one),
            b,
        ),
        by_tensorflow(
            "Keras",
            "SparseCategoricalCrossentropy()(y, softmax(z))",
            "mean",
            lambda z: through(label, tf.nn.softmax(z)),
            z,
        ),
    ]


def mistakes() -> list[dict[str, Any]]:
    """What the usual mistakes return: nobody complains."""
    y = torch.tensor(Y)
    dense = keras.losses.CategoricalCrossentropy()
    two = keras.losses.BinaryCrossentropy()
    return [
        by_torch(
            "cross_entropy(softmax(z), y)",
            "mean",
            lambda z: functional.cross_entropy(torch.softmax(z, 1), y),
            Z,
        ),
        by_torch("nll_loss(z, y)", "mean", lambda z: functional.nll_loss(z, y), Z),
        by_tensorflow(
            "Keras",
            "SparseCategoricalCrossentropy()(y, z)",
            "mean",
            lambda z: keras.losses.SparseCategoricalCrossentropy()(Y, z),
            Z,
        ),
        by_tensorflow(
            "Keras", "CategoricalCrossentropy()(p, one_hot)", "mean", lambda p: dense(p, ONE_HOT), P
        ),
        by_tensorflow(
            "Keras", "BinaryCrossentropy()(p, y)", "mean", lambda q: two(q[:, None], BINARY[:, None]), Q
        ),
        answer(
            "PyTorch",
            "binary_cross_entropy(y, p)",
            "mean",
            functional.binary_cross_entropy(torch.tensor(BINARY), torch.tensor(Q)).numpy(),
        ),
    ]


# ---- programs ---------------------------------------------------------------------------------------


def snippet(path: Path) -> dict[str, str]:
    """What a program prints, and the first line of the error that it ends with."""
    written, raised = io.StringIO(), ""
    default = keras.backend.floatx()
    keras.backend.set_floatx("float32")  # as a fresh Keras has it
    try:
        with contextlib.redirect_stdout(written), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(path.read_text(encoding="utf-8"), path.name, "exec"), {"__name__": "__main__"})
    except Exception as error:
        lines = (line.strip() for line in str(error).splitlines())
        raised = f"{type(error).__name__}: {next((line for line in lines if line), '')}"
    finally:
        keras.backend.set_floatx(default)
    return {"printed": written.getvalue(), "raised": raised}


def rounded(value: Any) -> Any:
    """Floats to 15 digits, as another machine's last bit is no news; infinities as text, as JSON has none."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.15g}") if math.isfinite(value) else str(value)
    return value


if __name__ == "__main__":
    main()
