"""What other libraries answered is recorded, asked again, and explained."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pages import BOOK
from scipy import special

from xentcourse.peers import agree, answers, apart, inputs, printed, recorded, table
from xentcourse.reference.binary_cross_entropy import (
    binary_cross_entropy_gradient,
    binary_cross_entropy_with_logits,
)
from xentcourse.reference.loss_variants import cross_entropy_loss, cross_entropy_loss_gradient

pytestmark = pytest.mark.timeout(1800)  # loading TensorFlow and JAX takes a while on a busy machine

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
IN = inputs()
Z, Y, SOFT, W, B, BINARY = (IN[name] for name in ("z", "labels", "soft", "w", "b", "binary"))
P = special.softmax(Z, axis=1)


@cache
def asked_again() -> dict:
    """What the libraries say today."""
    assert PYTHON.is_file(), f"{PYTHON} is missing: `make peers` installs it"
    done = subprocess.run(
        [PYTHON, ROOT / "scripts" / "peers.py"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


def test_the_versions_are_those_that_are_installed_and_pinned():
    lines = (ROOT / "requirements-peers.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(re.findall(r"^([a-z-]+)==(\S+)", "\n".join(lines), re.MULTILINE))
    said = recorded()["versions"]
    assert {name: said[name] for name in pins} == pins
    assert {name: asked_again()["versions"][name] for name in pins} == pins


def test_every_library_gives_the_recorded_answers_again():
    now = asked_again()
    assert now["inputs"] == recorded()["inputs"]
    assert now["answers"].keys() == recorded()["answers"].keys()
    for group, old in recorded()["answers"].items():
        for was, is_now in zip(old, now["answers"][group], strict=True):
            keys = ("library", "call", "reduction")
            assert [was[key] for key in keys] == [is_now[key] for key in keys]
            assert agree(is_now["value"], was["value"]), was
            assert (was["gradient"] is None) == (is_now["gradient"] is None)
            if was["gradient"] is not None:
                assert agree(is_now["gradient"], was["gradient"]), was


def test_every_program_prints_the_same_again():
    assert asked_again()["snippets"] == recorded()["snippets"]


def test_every_program_is_recorded_and_shown():
    names = {path.stem for path in (BOOK / "_peers").glob("*.py")}
    page = (BOOK / "frameworks.md").read_text(encoding="utf-8")
    assert names == set(recorded()["snippets"])
    assert {n for n in names if f"{{literalinclude}} _peers/{n}.py" not in page} == set()


# ---- where they agree, and where they do not --------------------------------------------------------


def disagreeing(group, loss, gradient=None):
    """The answers that are not the course's: library, reduction, and what differs."""
    found = []
    for a in answers(group):
        if not agree(a["value"], loss(a["reduction"])):
            found.append((a["library"], a["reduction"], "value"))
        if gradient and a["gradient"] is not None and not agree(a["gradient"], gradient(a["reduction"])):
            found.append((a["library"], a["reduction"], "gradient"))
    return found


def ours(targets, **options):
    def loss(reduction):
        return cross_entropy_loss(Z, targets, reduction=reduction.partition("_")[0], **options)

    def gradient(reduction):
        return cross_entropy_loss_gradient(Z, targets, reduction=reduction.partition("_")[0], **options)

    return loss, gradient


def test_all_libraries_agree_on_labels_soft_targets_smoothing_and_two_classes():
    assert disagreeing("labels", *ours(Y)) == []
    assert disagreeing("soft", *ours(SOFT)) == []
    assert disagreeing("smoothing", *ours(Y, label_smoothing=0.1)) == []
    assert (
        disagreeing(
            "binary",
            lambda r: binary_cross_entropy_with_logits(B, BINARY, reduction=r),
            lambda r: binary_cross_entropy_gradient(B, BINARY, reduction=r),
        )
        == []
    )


def test_only_the_gradients_of_keras_differ_on_probabilities():
    loss, _ = ours(Y)

    def gradient(reduction):
        rows = -np.eye(3)[Y] / P
        return rows / 4 if reduction == "mean" else rows

    found = disagreeing("probabilities", loss, gradient)
    assert {(library, what) for library, _, what in found} == {("Keras", "gradient")}
    for a in answers("probabilities", library="Keras"):
        along = np.array(a["gradient"]) - gradient(a["reduction"])
        assert np.ptp(along) < 1e-9  # the same for all entries: nothing along the simplex


def test_only_keras_s_default_divides_a_weighted_sum_by_the_rows():
    loss, gradient = ours(Y, weight=W)
    assert disagreeing("weights", loss, gradient) == [
        ("Keras", "mean", "value"),
        ("Keras", "mean", "gradient"),
    ]
    (mean,) = answers("weights", library="Keras", reduction="mean")
    assert agree(mean["value"], loss("sum") / 4)
    assert agree(mean["gradient"], gradient("sum") / 4)


def test_keras_weighs_smoothed_rows_where_pytorch_weighs_their_parts():
    loss, gradient = ours(Y, weight=W, label_smoothing=0.1)
    found = disagreeing("weights and smoothing", loss, gradient)
    assert {library for library, *_ in found} == {"Keras"}
    rows = W[Y] * cross_entropy_loss(Z, Y, label_smoothing=0.1, reduction="none")
    expected = {"none": rows, "sum": rows.sum(), "mean": rows.mean()}
    for a in answers("weights and smoothing", library="Keras"):
        assert agree(a["value"], expected[a["reduction"]])


def test_scikit_learn_divides_binary_weights_by_their_sum_and_pytorch_by_the_rows():
    rows = np.where(BINARY == 1, 3.0, 1.0)
    each = rows * binary_cross_entropy_with_logits(B, BINARY, reduction="none")
    expected = {"none": each, "sum": each.sum(), "mean": each.mean()}
    assert disagreeing("binary weights", expected.__getitem__) == [("scikit-learn", "mean", "value")]
    (a,) = answers("binary weights", library="scikit-learn")
    assert agree(a["value"], each.sum() / rows.sum())


def test_pytorch_s_default_divergence_is_divided_by_the_classes_too():
    each = (special.rel_entr(SOFT, P)).sum(axis=1)
    expected = {"none": each, "sum": each.sum(), "mean": each.mean(), "batchmean": each.mean()}
    found = disagreeing("divergence", expected.__getitem__)
    assert [entry for entry in found if entry[0] != "Keras"] == [("PyTorch", "mean", "value")]
    (a,) = answers("divergence", library="PyTorch", reduction="mean")
    assert agree(a["value"], each.mean() / 3)


def test_keras_s_divergence_clips_the_truth_too():
    y = np.clip(SOFT, 1e-7, 1)
    each = (y * np.log(y / P)).sum(axis=1)
    expected = {"none": each, "sum": each.sum(), "mean": each.mean()}
    for a in answers("divergence", library="Keras"):
        assert agree(a["value"], expected[a["reduction"]])


def test_large_logits_cost_their_distance_in_every_library_that_takes_logits():
    *from_logits, through = answers("large")
    assert all(float(np.ravel(a["value"])[0]) == 1000.0 for a in from_logits)
    assert all(np.abs(a["gradient"]).max() == 1.0 for a in from_logits)
    assert "softmax" in through["call"]
    assert np.abs(through["gradient"]).max() == 0.0


def test_minimize_is_gone_from_keras_and_refuses_a_tensor_in_tensorflow():
    assert printed("minimize_keras").startswith("AttributeError")
    assert printed("minimize_old").startswith("RuntimeError")
    assert printed("minimize_function") == "w = 2.4000"


def test_only_tensorflow_s_own_function_refuses_integer_labels():
    first, second = printed("integer_labels").splitlines()
    assert first.startswith("Keras: ")
    assert second.split(":")[0].endswith("Error")
    expected = binary_cross_entropy_with_logits([2.0, -1.0, 0.5], [1, 0, 1])
    assert abs(float(first.removeprefix("Keras: ")) - expected) < 1e-5


# ---- the loader -------------------------------------------------------------------------------------


def test_a_group_that_was_not_recorded_is_named():
    with pytest.raises(ValueError, match="group 'no such thing' was not recorded"):
        answers("no such thing")


def test_results_of_other_shapes_are_infinitely_far_apart():
    assert apart([1.0, 2.0], [1.0]) == np.inf
    assert not agree([1.0], [[1.0]])
    assert apart(0.0, 0.0) == 0
    assert agree("inf", np.inf)


def test_a_table_says_where_a_library_differs():
    text = table("labels", lambda _: 0.0, lambda _: 0.0, library="PyTorch", reduction="sum")
    assert text.splitlines()[1].startswith("  sum   DIFFERS, gradient DIFFERS")
