"""Every number that the page of chapter `frameworks` states, computed without the course's own code."""

import mpmath
import numpy as np
import pytest
import torch
from pages import number, prose, unchecked, words
from scipy import special
from torch.nn import functional

from xentcourse.peers import answers, printed

PAGE = words("frameworks")

DIGITS = 40


def zero(call: str) -> float:
    """What a library says where the label was given probability 0."""
    (a,) = answers("zero", call=call)
    return float(a["value"])


def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    log, e = mpmath.log, mpmath.e
    eps64, eps32 = mpmath.mpf(2) ** -52, mpmath.mpf(2) ** -23
    labels, w = [0, 2, 1, 0], [0.5, 2.0, 1.25]
    z = torch.tensor([[2.0, 0.5, -1.0], [0.0, 1.0, 0.5], [-1.5, 0.25, 1.0], [0.75, -0.5, 0.0]])
    each = functional.cross_entropy(z, torch.tensor(labels), weight=torch.tensor(w), reduction="none")
    means = each.sum() / sum(w[y] for y in labels), each.mean()
    return [
        f"divide by the sum of the weights, {number(sum(w[y] for y in labels), 2)} here",
        f"are $\\infty$, 100, {number(-log(eps64), 4)}, {number(-log(eps32), 4)} "
        f"and {number(-log(mpmath.mpf(10) ** -7), 4)}:",
        f"the band from {number(log(1 + 1 / e), 4)} to {number(log(1 + e), 4)}, no 0 is cheaper",
        f"label 1 stays between {number(log(1 + 1 / e), 2)} and {number(log(2), 2)} "
        f"and label 0 between {number(log(2), 2)} and {number(log(1 + e), 2)}",
        f"a training loss of {number(log(10), 2)} at the start and creeps to {number(log(1 + 9 / e), 1)}",
        f"show {number(means[0], 2)} and {number(means[1], 2)} for the same batch",
    ]


#: Numbers that are given, not computed: weights, sizes, steps and the losses of the questions.
GIVEN = {"0.5", "1.25", "0.1", "2.4", "100", "200", "500", "1000", "50,000", "90%"}


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(prose("frameworks"), sentences(), GIVEN) == []


def test_scikit_learn_and_pytorch_cut_off_where_the_page_says():
    assert abs(zero("log_loss(y, p)") + np.log(np.finfo(np.float64).eps)) < 1e-4
    assert abs(zero("log_loss(y, float32(p))") + np.log(np.finfo(np.float32).eps)) < 1e-4
    assert zero("functional.binary_cross_entropy(p, y)") == 100
    assert zero("functional.nll_loss(p.log(), y)") == np.inf


# ---- the theorems, tried ----------------------------------------------------------------------------


def test_the_second_softmax_s_gradient_stays_below_its_bound():
    rng = np.random.default_rng(0)
    for classes in (2, 3, 10):
        z = torch.tensor(rng.normal(size=(200, classes)) * 6, requires_grad=True)
        y = torch.tensor(rng.integers(0, classes, size=200))
        functional.cross_entropy(torch.softmax(z, 1), y, reduction="sum").backward()
        p = special.softmax(z.detach().numpy(), axis=1)
        assert (np.abs(z.grad.numpy()) <= 2 * p * (1 - p)).all()


@pytest.mark.parametrize("classes", [2, 3, 50])
def test_at_equal_logits_the_second_softmax_learns_that_many_times_too_slowly(classes):
    z = torch.zeros(1, classes, dtype=torch.float64, requires_grad=True)
    functional.cross_entropy(torch.softmax(z, 1), torch.tensor([0])).backward()
    true = np.full(classes, 1 / classes) - np.eye(classes)[0]
    np.testing.assert_allclose(z.grad.numpy()[0], true / classes, rtol=1e-12)


def test_two_sigmoids_find_a_share_only_between_one_half_and_sigma_of_1():
    p = np.linspace(1e-6, 1 - 1e-6, 2001)
    for share in np.linspace(0.02, 0.98, 49):
        loss = np.logaddexp(0, p) - share * p
        inside = 0 < loss.argmin() < p.size - 1
        assert inside == (0.5 < share < special.expit(1.0))


def test_every_weighted_mean_of_a_batch_of_one_forgets_the_weight():
    rng = np.random.default_rng(0)
    z, w = torch.tensor(rng.normal(size=(20, 3))), torch.tensor([0.5, 2.0, 100.0], dtype=torch.float64)
    y = torch.tensor(rng.integers(0, 3, size=20))
    each = functional.cross_entropy(z, y, reduction="none")
    alone = [functional.cross_entropy(z[i : i + 1], y[i : i + 1], weight=w) for i in range(20)]
    np.testing.assert_allclose(torch.stack(alone), each)


def test_a_clip_makes_swapped_arguments_linear():
    rng = np.random.default_rng(0)
    q, eps = rng.dirichlet(np.ones(4), size=50), 1e-7
    y = np.clip(np.eye(4)[0], eps, 1 - eps)
    np.testing.assert_allclose(-(q @ np.log(y)), np.log(1 / eps) - np.log((1 - eps) / eps) * q[:, 0])


def test_probabilities_divided_by_their_sum_have_a_gradient_larger_by_1():
    p = torch.tensor([0.2, 0.5, 0.3], dtype=torch.float64, requires_grad=True)
    (divided,) = torch.autograd.grad(-(p[1] / p.sum()).log(), p)
    (plain,) = torch.autograd.grad(-p[1].log(), p)
    np.testing.assert_allclose(divided - plain, 1.0)


# ---- what the page says of the programs -------------------------------------------------------------


def test_keras_starts_at_log_3_and_prints_losses_that_fall():
    losses = [float(line.split()[-1]) for line in printed("keras_step").splitlines()]
    assert abs(losses[0] - np.log(3)) < 1e-6
    assert losses == sorted(losses, reverse=True)


def test_swapped_arguments_show_several_nats_for_ten_equal_classes():
    """The last question: 90% of the probability is on the wrong classes."""
    eps = 1e-7
    assert np.log(1 / eps) - np.log((1 - eps) / eps) * 0.1 > 10
