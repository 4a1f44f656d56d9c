"""The reference implementation of chapter `loss_variants`, judged by torch, mpmath and the theory."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special
from torch.nn import functional

from xentcourse.reference.loss_variants import (
    accumulated,
    cross_entropy_loss,
    cross_entropy_loss_gradient,
    distillation_gradient,
    distillation_loss,
    focal_factor,
    focal_loss,
    focal_loss_gradient,
    smoothed_targets,
    smoothing_floor,
)
from xentcourse.reference.softmax import log_softmax, logsumexp, softmax, softmax_cross_entropy

DIGITS = 60
REDUCTIONS = ("none", "sum", "mean")
Z = np.random.default_rng(0).normal(size=(7, 4)) * 2
LABELS = np.array([0, 3, 1, -100, 2, 3, -100])
WEIGHT = np.array([0.5, 2.0, 0.0, 1.25])
SOFT = np.random.default_rng(1).dirichlet(np.ones(4), size=7)


def by_torch(z, y, **options):
    """torch's loss, and autograd's gradient of its sum."""
    z = torch.tensor(z, requires_grad=True)
    if options.get("weight") is not None:
        options["weight"] = torch.tensor(options["weight"])
    loss = functional.cross_entropy(z, torch.tensor(y), **options)
    loss.sum().backward()
    return loss.detach().numpy(), z.grad.numpy()


COMBINATIONS = list(itertools.product((None, WEIGHT), (0.0, 0.1, 1.0), REDUCTIONS))


@pytest.mark.parametrize(("weight", "smoothing", "reduction"), COMBINATIONS)
@pytest.mark.parametrize("ignore_index", [-100, 3, 0])
def test_labels_agree_with_torch_in_value_and_gradient(weight, smoothing, reduction, ignore_index):
    labels = np.where(LABELS < 0, ignore_index, LABELS)
    options = {"weight": weight, "label_smoothing": smoothing, "reduction": reduction}
    options["ignore_index"] = ignore_index
    loss, gradient = by_torch(Z, labels, **options)
    np.testing.assert_allclose(cross_entropy_loss(Z, labels, **options), loss, rtol=1e-12, atol=1e-14)
    ours = cross_entropy_loss_gradient(Z, labels, **options)
    np.testing.assert_allclose(ours, gradient, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(("weight", "smoothing", "reduction"), COMBINATIONS)
def test_distributions_agree_with_torch_in_value_and_gradient(weight, smoothing, reduction):
    options = {"weight": weight, "label_smoothing": smoothing, "reduction": reduction}
    loss, gradient = by_torch(Z, SOFT, **options)
    np.testing.assert_allclose(cross_entropy_loss(Z, SOFT, **options), loss, rtol=1e-12, atol=1e-14)
    ours = cross_entropy_loss_gradient(Z, SOFT, **options)
    np.testing.assert_allclose(ours, gradient, rtol=1e-11, atol=1e-14)


def exact(z, c, t, zeta, denominator, tokens) -> mpmath.mpf:
    """The definition, term by term, in many digits."""
    total = mpmath.mpf(0)
    for row, coefficients, factor in zip(z, c, t, strict=True):
        lse = mpmath.log(sum(mpmath.exp(mpmath.mpf(float(x))) for x in row))
        for x, k in zip(row, coefficients, strict=True):
            if k and factor:
                total += mpmath.mpf(factor) * mpmath.mpf(k) * (lse - mpmath.mpf(float(x))) / denominator
        total += mpmath.mpf(factor) * mpmath.mpf(zeta) * lse**2 / tokens
    return total


@pytest.mark.parametrize("scale", [1e-8, 1.0, 300.0])
@pytest.mark.parametrize("soft", [False, True])
def test_everything_at_once_is_the_definition(scale, soft):
    """Class weights, smoothing, row weights and z-loss; torch has no word for the last two."""
    t = np.array([1.0, 0.0, 2.5, 1.0, 0.25, 1.0, 3.0])
    labels, eps, zeta = np.array([0, 3, 1, -100, 2, 3, -100]), 0.2, 1e-2
    z = Z * scale
    if soft:
        y, targets, shares = SOFT, SOFT, t
    else:
        t = np.where(labels < 0, 0.0, t)
        y, targets = np.eye(4)[np.maximum(labels, 0)], labels
        shares = t * WEIGHT[np.maximum(labels, 0)]
    t_given = np.array([1.0, 0.0, 2.5, 1.0, 0.25, 1.0, 3.0])
    c = WEIGHT * ((1 - eps) * y + eps / 4)
    loss = cross_entropy_loss(
        z, targets, weight=WEIGHT, label_smoothing=eps, token_weight=t_given, z_loss=zeta
    )
    with mpmath.workdps(DIGITS):
        expected = exact(z, c, t, zeta, mpmath.mpf(float(shares.sum())), mpmath.mpf(float(t.sum())))
        assert abs(mpmath.mpf(float(loss)) / expected - 1) < 1e-14


OPTIONS = {"weight": WEIGHT, "label_smoothing": 0.2, "z_loss": 0.1}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("targets", [LABELS, SOFT], ids=["labels", "distributions"])
def test_the_gradient_is_what_differences_say(targets, reduction):
    t = np.array([1.0, 0.0, 2.5, 1.0, 0.25, 1.0, 3.0])
    options = OPTIONS | {"token_weight": t, "reduction": reduction}
    gradient = cross_entropy_loss_gradient(Z, targets, **options)
    h = 1e-6
    for i, k in np.ndindex(Z.shape):
        step = np.zeros_like(Z)
        step[i, k] = h
        up, down = (cross_entropy_loss(Z + sign * step, targets, **options).sum() for sign in (1, -1))
        assert gradient[i, k] == pytest.approx((up - down) / (2 * h), abs=1e-8)


def test_row_weights_one_change_nothing_and_zero_is_as_ignored():
    for targets in (LABELS, SOFT):
        for reduction in REDUCTIONS:
            plain = cross_entropy_loss(Z, targets, **OPTIONS, reduction=reduction)
            ones = cross_entropy_loss(Z, targets, **OPTIONS, reduction=reduction, token_weight=np.ones(7))
            np.testing.assert_array_equal(plain, ones)
    kept = LABELS >= 0
    labels = np.where(kept, LABELS, 2)
    for reduction in REDUCTIONS:
        np.testing.assert_array_equal(
            cross_entropy_loss(Z, LABELS, **OPTIONS, reduction=reduction),
            cross_entropy_loss(Z, labels, **OPTIONS, reduction=reduction, token_weight=kept),
        )


def test_without_options_it_is_the_loss_of_chapter_softmax():
    for targets in (np.maximum(LABELS, 0), SOFT):
        for reduction in REDUCTIONS:
            ours = cross_entropy_loss(Z, targets, reduction=reduction)
            np.testing.assert_allclose(ours, softmax_cross_entropy(Z, targets, reduction=reduction))


def test_an_ignored_row_changes_neither_mean_nor_gradient():
    kept = LABELS >= 0
    np.testing.assert_allclose(
        cross_entropy_loss(Z, LABELS, **OPTIONS), cross_entropy_loss(Z[kept], LABELS[kept], **OPTIONS)
    )
    gradient = cross_entropy_loss_gradient(Z, LABELS, **OPTIONS)
    assert (gradient[~kept] == 0).all()


def test_more_axes_are_more_rows():
    z, y = np.stack([Z, -Z]), np.stack([LABELS, LABELS])
    flat = cross_entropy_loss(z.reshape(-1, 4), y.ravel(), **OPTIONS)
    assert cross_entropy_loss(z, y, **OPTIONS) == pytest.approx(float(flat))
    assert cross_entropy_loss(Z[0], 2, reduction="none").shape == ()


def test_a_factor_zero_counts_zero_beside_an_infinity():
    z = [[0.0, 1.0, -math.inf]]
    finite = math.log(1 + math.e)
    assert cross_entropy_loss(z, [0]) == pytest.approx(finite)
    assert cross_entropy_loss(z, [[1.0, 0.0, 0.0]]) == pytest.approx(finite)
    assert cross_entropy_loss(z, [0], label_smoothing=0.1) == math.inf
    for reduction in ("none", "sum"):
        ours = cross_entropy_loss(z, [0], label_smoothing=0.3, weight=[1, 1, 0], reduction=reduction)
        assert ours == pytest.approx(0.8 * finite + 0.1 * (finite - 1))
    assert cross_entropy_loss(z, [2], label_smoothing=1.0, weight=[1, 1, 0], reduction="sum") < math.inf
    assert cross_entropy_loss(z, [2], token_weight=[0.0], reduction="sum") == 0


def test_the_batch_of_no_rows():
    z, y = np.zeros((0, 3)), np.zeros(0, dtype=int)
    assert cross_entropy_loss(z, y, reduction="none").shape == (0,)
    assert cross_entropy_loss(z, y, reduction="sum") == 0
    assert cross_entropy_loss_gradient(z, y, reduction="sum").shape == (0, 3)
    with pytest.raises(ValueError, match="the mean divides by 0: of 0 rows"):
        cross_entropy_loss(z, y)


@pytest.mark.parametrize(
    ("z", "y", "options", "message"),
    [
        ([[0.0, 1.0]], [-100], {}, "the mean divides by 0: of 1 rows none is kept"),
        ([[0.0, 1.0]], [1], {"weight": [1, 0]}, "the mean divides by 0"),
        ([[0.0, 1.0]], [1], {"token_weight": [0]}, "the mean divides by 0"),
        ([[0.0, 1.0]], [[0.5, 0.5]], {"ignore_index": 0}, "Give the rows to leave out token_weight 0"),
        ([[0.0, 1.0]], [[0.5, 0.6]], {}, "sums to 1.1, not 1"),
        ([[0.0, 1.0]], [2], {}, r"label 2 at row \[0\] is outside 0..1"),
        ([[0.0, 1.0]], [-1], {}, r"label -1 at row \[0\] is outside"),
        ([[0.0, 1.0]], [1.0], {}, "integers are needed"),
        ([[0.0, 1.0]], [0, 1], {}, "one label for each row"),
        ([[0.0, math.nan]], [0], {}, r"logits\[0, 1\] is NaN"),
        ([[0.0, 1.0]], [0], {"weight": [1.0]}, r"weight has shape \(1,\), \(2,\) is needed"),
        ([[0.0, 1.0]], [0], {"weight": [1.0, -1.0]}, r"weight\[1\] is -1, a finite number >= 0"),
        ([[0.0, 1.0]], [0], {"weight": [1.0, math.inf]}, r"weight\[1\] is inf"),
        ([[0.0, 1.0]], [0], {"weight": [1.0, math.nan]}, r"weight\[1\] is nan"),
        ([[0.0, 1.0]], [0], {"token_weight": [1.0, 1.0]}, r"token_weight has shape \(2,\)"),
        ([[0.0, 1.0]], [0], {"label_smoothing": 1.5}, "label_smoothing is 1.5, a number from 0 to 1"),
        ([[0.0, 1.0]], [0], {"label_smoothing": -0.1}, "a number from 0 to 1"),
        ([[0.0, 1.0]], [0], {"z_loss": -1.0}, "z_loss is -1.0, a finite number >= 0"),
        ([[0.0, 1.0]], [0], {"reduction": "average"}, "reduction is 'average', one of"),
    ],
)
@pytest.mark.parametrize("function", [cross_entropy_loss, cross_entropy_loss_gradient])
def test_what_makes_no_sense_is_refused(function, z, y, options, message):
    with pytest.raises(ValueError, match=message) as caught:
        function(z, y, **options)
    assert str(caught.value).startswith(f"{function.__name__}: ")


# ---- what the page proves ---------------------------------------------------------------------------


@given(
    w=st.lists(st.integers(0, 4), min_size=3, max_size=3).filter(lambda w: w[0] > 0),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=60, deadline=None)
def test_whole_weights_are_copies_of_the_examples(w, seed):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(6, 3)), np.concatenate([[0], rng.integers(0, 3, size=5)])
    copies = np.repeat(np.arange(6), np.array(w)[y])
    ours = cross_entropy_loss(z, y, weight=w)
    assert ours == pytest.approx(float(softmax_cross_entropy(z[copies], y[copies])), rel=1e-12)


@given(seed=st.integers(0, 10**6), classes=st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_weights_are_learnt_as_other_class_shares(seed, classes):
    """The weighted expected loss is smallest at q proportional to w p: its gradient is 0 there."""
    rng = np.random.default_rng(seed)
    p, w = rng.dirichlet(np.ones(classes)), rng.uniform(0.1, 5, size=classes)
    z = np.log(p * w)[None]
    gradient = sum(
        p[k] * cross_entropy_loss_gradient(z, [k], weight=w, reduction="sum") for k in range(classes)
    )
    np.testing.assert_allclose(gradient, 0, atol=1e-12)


@pytest.mark.parametrize("classes", [1, 2, 10, 50_257])
@pytest.mark.parametrize("smoothing", [0.0, 1e-9, 0.1, 0.5, 1.0])
def test_the_floor_of_smoothing_is_the_entropy_of_its_target(classes, smoothing):
    with mpmath.workdps(DIGITS):
        eps = mpmath.mpf(smoothing)
        a, b = 1 - eps + eps / classes, eps / classes
        expected = -a * mpmath.log(a) - ((classes - 1) * b * mpmath.log(b) if b and classes > 1 else 0)
        assert smoothing_floor(classes, smoothing) == pytest.approx(float(expected), rel=1e-12, abs=1e-16)
    if smoothing and classes > 1:
        z = np.log(smoothed_targets([0], classes=classes, smoothing=smoothing))
        reached = cross_entropy_loss(z, [0], label_smoothing=smoothing)
        assert reached == pytest.approx(smoothing_floor(classes, smoothing), rel=1e-9)


def test_smoothed_targets_are_a_mixture():
    assert smoothed_targets([[2, 0]], classes=3, smoothing=0.3).shape == (1, 2, 3)
    np.testing.assert_allclose(
        smoothed_targets([2, 0], classes=3, smoothing=0.3),
        0.7 * np.eye(3)[[2, 0]] + 0.3 * np.full((2, 3), 1 / 3),
    )
    with pytest.raises(ValueError, match="label 3 at row"):
        smoothed_targets([3], classes=3, smoothing=0.1)
    with pytest.raises(ValueError, match="smoothing is 2, a number from 0 to 1"):
        smoothed_targets([0], classes=3, smoothing=2)


@given(
    z=st.lists(st.floats(-700, 700), min_size=2, max_size=5),
    gamma=st.sampled_from([0.0, 0.5, 1.0, 2.0, 5.0]),
)
@settings(max_examples=150, deadline=None)
def test_focal_loss_and_gradient_are_their_definitions(z, gamma):
    with mpmath.workdps(700):
        e = [mpmath.exp(mpmath.mpf(x)) for x in z]
        p = [x / sum(e) for x in e]
        rest = sum(p[1:])
        log_p = mpmath.log(p[0])
        loss = rest**gamma * -log_p
        m = rest**gamma - gamma * p[0] * rest ** (mpmath.mpf(gamma) - 1) * log_p
        slope = [m * (x - (i == 0)) if i else -m * rest for i, x in enumerate(p)]
    tiny = {"rel": 1e-11, "abs": 1e-300}
    assert float(focal_loss([z], [0], gamma=gamma)) == pytest.approx(float(loss), **tiny)
    ours = focal_loss_gradient([z], [0], gamma=gamma)[0]
    assert ours.tolist() == pytest.approx([float(s) for s in slope], rel=1e-10, abs=1e-290)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_focal_loss_and_gradient_agree_with_autograd(gamma, reduction):
    y = np.maximum(LABELS, 0)
    z = torch.tensor(Z, requires_grad=True)
    nll = functional.cross_entropy(z, torch.tensor(y), reduction="none")
    losses = (1 - torch.exp(-nll)) ** gamma * nll
    loss = {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]
    loss.sum().backward()
    np.testing.assert_allclose(focal_loss(Z, y, gamma=gamma, reduction=reduction), loss.detach().numpy())
    ours = focal_loss_gradient(Z, y, gamma=gamma, reduction=reduction)
    np.testing.assert_allclose(ours, z.grad.numpy(), atol=1e-14)


def test_focal_loss_with_one_class_and_at_the_ends():
    assert focal_loss([[3.0]], [0], gamma=2.0) == 0
    assert focal_loss_gradient([[3.0]], [0], gamma=0.5).tolist() == [[0.0]]
    assert focal_loss([[-math.inf, 0.0]], [0], gamma=2.0) == math.inf
    assert focal_loss([[0.0, -math.inf]], [0], gamma=2.0) == 0
    assert focal_factor([0.0, 1.0], gamma=0.5).tolist() == [1.0, 0.0]
    assert focal_factor([0.0, 0.3, 1.0], gamma=0.0).tolist() == [1.0, 1.0, 1.0]
    for bad in (-1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="gamma is"):
            focal_loss([[0.0]], [0], gamma=bad)
    with pytest.raises(ValueError, match="a probability from 0 to 1"):
        focal_factor([1.5], gamma=1.0)


@given(x=st.floats(1e-12, 0.5, exclude_max=True), gamma=st.floats(1e-3, 20))
@settings(max_examples=300, deadline=None)
def test_the_focal_factor_is_larger_at_the_rarer_of_two_opposites(x, gamma):
    """The inequality that the page proves: m(x) > m(1 − x) for x < ½."""
    with mpmath.workdps(DIGITS):
        x, g = mpmath.mpf(x), mpmath.mpf(gamma)

        def m(q):
            return (1 - q) ** g - g * q * (1 - q) ** (g - 1) * mpmath.log(q)

        assert m(x) > m(1 - x)


@pytest.mark.parametrize("gamma", [0.1, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("belief", [0.51, 0.6, 0.75, 0.9, 0.99])
def test_focal_loss_is_not_proper_and_its_best_report_is_too_modest(gamma, belief):
    def expected(z):
        pair = [[z, 0.0], [z, 0.0]]
        return float(np.dot([belief, 1 - belief], focal_loss(pair, [0, 1], gamma=gamma, reduction="none")))

    best = optimize.minimize_scalar(expected, bounds=(-10, 10), method="bounded", options={"xatol": 1e-10})
    report = special.expit(best.x)
    assert 0.5 < report < belief
    assert expected(best.x) < expected(special.logit(belief))
    q = np.array([report, 1 - report])  # the belief behind the report: proportional to q / m(q)
    behind = q / focal_factor(q, gamma=gamma)
    assert behind[0] / behind.sum() == pytest.approx(belief, abs=1e-6)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_distillation_agrees_with_torch(temperature, reduction):
    z, v = torch.tensor(Z, requires_grad=True), torch.tensor(Z[::-1].copy())
    parts = functional.kl_div(
        torch.log_softmax(z / temperature, 1), torch.softmax(v / temperature, 1), reduction="none"
    )
    losses = temperature**2 * parts.sum(1)
    loss = {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]
    loss.sum().backward()
    options = {"temperature": temperature, "reduction": reduction}
    np.testing.assert_allclose(
        distillation_loss(Z, v.numpy(), **options), loss.detach().numpy(), rtol=1e-10, atol=1e-14
    )
    np.testing.assert_allclose(
        distillation_gradient(Z, v.numpy(), **options), z.grad.numpy(), rtol=1e-9, atol=1e-14
    )


def test_distillation_at_the_ends():
    z = np.array([[1.0, 2.0, -math.inf]])
    assert distillation_loss(z, z + 5, temperature=2.0) == 0
    assert distillation_loss(z, [[1.0, 2.0, 0.0]], temperature=2.0) == math.inf
    assert np.isfinite(distillation_loss([[1.0, 2.0, 0.0]], z, temperature=2.0))
    with pytest.raises(ValueError, match=r"teacher_logits has shape \(1, 2\), logits has \(1, 3\)"):
        distillation_loss(z, [[1.0, 2.0]], temperature=2.0)
    with pytest.raises(ValueError, match="temperature is 0, a finite number above 0"):
        distillation_loss(z, z, temperature=0)
    with pytest.raises(ValueError, match="the mean over N = 0"):
        distillation_gradient(np.zeros((0, 2)), np.zeros((0, 2)), temperature=1.0)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_the_distillation_gradient_tends_to_that_of_squared_differences(seed):
    z, v = np.random.default_rng(seed).normal(size=(2, 1, 5))
    limit = ((z - z.mean()) - (v - v.mean())) / 5
    errors = [np.abs(distillation_gradient(z, v, temperature=t) - limit).max() for t in (100.0, 1000.0)]
    assert errors[0] < 0.2
    assert errors[1] < 0.2 * errors[0] + 1e-9


@given(seed=st.integers(0, 10**6), zeta=st.floats(1e-6, 10))
@settings(max_examples=50, deadline=None)
def test_z_loss_leaves_the_best_predictions_and_fixes_the_shift(seed, zeta):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(1, 4)), rng.integers(0, 4, size=1)
    at_zero = log_softmax(z)
    assert cross_entropy_loss(at_zero, y, z_loss=zeta) == pytest.approx(float(cross_entropy_loss(z, y)))
    assert cross_entropy_loss(z, y, z_loss=zeta) == pytest.approx(
        float(cross_entropy_loss(z, y)) + zeta * float(logsumexp(z)[0]) ** 2
    )
    gradient = cross_entropy_loss_gradient(z, y, z_loss=zeta)
    extra = gradient - cross_entropy_loss_gradient(z, y)
    np.testing.assert_allclose(extra, 2 * zeta * logsumexp(z)[:, None] * softmax(z), atol=1e-12)


# ---- pieces and the whole ---------------------------------------------------------------------------


@given(seed=st.integers(0, 10**6), cuts=st.sets(st.integers(1, 11), max_size=5))
@settings(max_examples=60, deadline=None)
def test_pieces_add_up_to_the_big_batch(seed, cuts):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(12, 3)), rng.integers(-1, 3, size=12)
    y[0] = 0
    w = np.array([0.5, 2.0, 1.0])
    options = {"weight": w, "ignore_index": -1, "label_smoothing": 0.1}
    pieces = np.split(np.arange(12), sorted(cuts))
    means, gradients, denominators = [], [], []
    for rows in pieces:
        d = w[y[rows][y[rows] >= 0]].sum()
        slope = np.full((12, 3), np.nan)
        if d:
            slope = np.zeros((12, 3))
            slope[rows] = cross_entropy_loss_gradient(z[rows], y[rows], **options)
        means.append(float(cross_entropy_loss(z[rows], y[rows], **options)) if d else math.nan)
        gradients.append(slope)
        denominators.append(d)
    assert accumulated(means, denominators) == pytest.approx(float(cross_entropy_loss(z, y, **options)))
    whole = cross_entropy_loss_gradient(z, y, **options)
    np.testing.assert_allclose(accumulated(gradients, denominators), whole, atol=1e-13)


@pytest.mark.parametrize(
    ("means", "denominators", "message"),
    [
        ([1.0], [1.0, 2.0], r"means has shape \(1,\), denominators has \(2,\)"),
        ([1.0, 2.0], [[1.0, 2.0]], "one denominator for each piece"),
        ([1.0, 2.0], [0.0, 0.0], "one above 0"),
        ([1.0, 2.0], [-1.0, 2.0], "finite numbers >= 0"),
        ([1.0, 2.0], [math.inf, 2.0], "finite numbers >= 0"),
        ([], [], "one above 0"),
    ],
)
def test_accumulated_refuses_what_makes_no_sense(means, denominators, message):
    with pytest.raises(ValueError, match=f"accumulated: .*{message}"):
        accumulated(means, denominators)
