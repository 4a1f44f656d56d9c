"""The reference implementation of chapter `fused_kernels`, judged by torch, mpmath, scipy and the theory."""

import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special
from torch.nn import functional

from xentcourse.reference.fused_kernels import (
    blockwise_nll,
    chunked_linear_cross_entropy,
    cross_entropy_traffic,
    fused_cross_entropy,
    least_seconds,
    merge,
    rank_gradient,
    rank_sums,
    state_of,
    vocab_parallel_cross_entropy,
)
from xentcourse.reference.numerical_stability import merge_states
from xentcourse.reference.softmax import softmax_cross_entropy, softmax_cross_entropy_gradient

DIGITS = 50
INF = math.inf

LOGITS = st.one_of(
    st.floats(-50, 50), st.sampled_from([-INF, 0.0, -0.0, 1e308, -1e308, 5e-324, 700.0, -745.0])
)
STATES = st.one_of(
    st.just((-INF, 0.0)),
    st.tuples(
        st.floats(-800, 800),
        st.one_of(st.floats(1, 1e6), st.sampled_from([0.0, 5e-324, 1e-300])),
    ),
)


def by_torch(z, y):
    """torch's loss, and autograd's gradient."""
    z = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    loss = functional.cross_entropy(z, torch.tensor(y))
    loss.backward()
    return loss.item(), z.grad.numpy()


def exact_nll(row, label):
    """One row's loss in many digits."""
    z = [mpmath.mpf(float(x)) for x in row if x > -INF]
    return mpmath.log(sum(map(mpmath.exp, z))) - mpmath.mpf(float(row[label]))


# ---- the count --------------------------------------------------------------------------------------


def test_six_tables_are_moved_one_after_the_other_and_two_in_one_pass():
    for itemsize in (2, 4, 8):
        table = 7 * 11 * itemsize
        for fused, tables in ((False, 6), (True, 2)):
            steps = cross_entropy_traffic(7, 11, itemsize=itemsize, fused=fused)
            assert sum(step.read + step.written for step in steps) == tables * table


def test_torch_makes_the_tables_that_were_counted():
    """The memory that torch's profiler sees each operation take."""
    z = torch.randn(64, 1000, requires_grad=True)
    y = torch.randint(0, 1000, (64,))
    activity = [torch.profiler.ProfilerActivity.CPU]
    with torch.profiler.profile(activities=activity, profile_memory=True) as profiler:
        functional.cross_entropy(z, y).backward()
    table = 64 * 1000 * 4
    taken = [e.self_cpu_memory_usage for e in profiler.events() if e.self_cpu_memory_usage >= table]
    written = sum(step.written for step in cross_entropy_traffic(64, 1000))
    assert sum(taken) == written


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "2"])
@pytest.mark.parametrize("name", ["rows", "classes", "itemsize"])
def test_a_size_is_a_whole_number_above_0(name, size):
    sizes = {"rows": 2, "classes": 3, "itemsize": 4} | {name: size}
    with pytest.raises(ValueError, match=f"cross_entropy_traffic: {name} is"):
        cross_entropy_traffic(**sizes)


@given(*[st.floats(0, 1e15)] * 2, *[st.floats(1e-3, 1e15)] * 2)
def test_no_computation_beats_the_roofline(operations, moved, peak, bandwidth):
    seconds = least_seconds(operations, moved, peak=peak, bandwidth=bandwidth)
    assert seconds * peak >= operations * (1 - 1e-12)
    assert seconds * bandwidth >= moved * (1 - 1e-12)
    assert seconds in (operations / peak, moved / bandwidth)


@pytest.mark.parametrize("wrong", [{"operations": -1}, {"moved": math.nan}, {"peak": 0}, {"bandwidth": INF}])
def test_amounts_and_rates_are_checked(wrong):
    good = {"operations": 1, "moved": 1, "peak": 1, "bandwidth": 1}
    with pytest.raises(ValueError, match=f"least_seconds: {next(iter(wrong))} is"):
        least_seconds(**(good | wrong))


# ---- one pass ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (7, 2), (30, 400)])
@pytest.mark.parametrize("scale", [1e-300, 1, 30, 1e4])
def test_loss_and_gradient_agree_with_torch_and_with_the_chapter_on_softmax(shape, scale):
    rng = np.random.default_rng(0)
    z, y = scale * rng.normal(size=shape), rng.integers(0, shape[1], size=shape[0])
    loss, gradient = fused_cross_entropy(z, y)
    expected = by_torch(z, y)
    np.testing.assert_allclose(loss, expected[0], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(loss, softmax_cross_entropy(z, y), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(gradient, softmax_cross_entropy_gradient(z, y), rtol=1e-9, atol=1e-15)


@settings(max_examples=50, deadline=None)
@given(st.lists(LOGITS, min_size=1, max_size=6), st.data())
def test_one_row_agrees_with_many_digits(row, data):
    possible = [k for k, z in enumerate(row) if z > -INF]
    if not possible:
        return
    label = data.draw(st.sampled_from(possible))
    with np.errstate(over="ignore"):
        loss, gradient = fused_cross_entropy([row], [label])
        blocks = blockwise_nll([[row[:2]], [row[2:]]], [label])
    exact = exact_nll(row, label)
    scale = max(abs(z) for z in row if z > -INF) + 10
    for computed in (loss, float(blocks[0])):
        assert computed == exact or abs(computed - exact) <= 1e-14 * scale or computed == float(exact) == INF
    assert abs(gradient.sum()) <= 1e-12
    assert gradient[0, label] <= 0


def test_an_impossible_label_costs_infinitely_much():
    loss, gradient = fused_cross_entropy([[0.0, -INF]], [1])
    assert loss == INF
    np.testing.assert_allclose(gradient, [[1.0, -1.0]])
    assert blockwise_nll([[[0.0]], [[-INF]]], [1]).tolist() == [INF]


@pytest.mark.parametrize(
    ("z", "y", "said"),
    [
        ([[0.0, math.nan]], [0], "is NaN"),
        ([[0.0, INF]], [0], "is inf"),
        ([[-INF, -INF]], [0], "all logits of row"),
        ([[0.0, 1.0]], [2], "label 2 at row"),
        ([[0.0, 1.0]], [-1], "label -1 at row"),
        ([[0.0, 1.0]], [0.5], "integers are needed"),
        ([0.0, 1.0], 0, "with N >= 1 is needed"),
        (np.empty((0, 3)), [], "with N >= 1 is needed"),
        (np.empty((2, 0)), [0, 0], "leaves no class"),
        ([[0.0, 1.0]], [0, 1], "one label for each row"),
    ],
)
def test_what_is_no_problem_of_rows_is_refused(z, y, said):
    with pytest.raises(ValueError, match=f"fused_cross_entropy: .*{said}"):
        fused_cross_entropy(z, y)


# ---- states -----------------------------------------------------------------------------------------


def value(state):
    """S·e^m in many digits, which merging must add."""
    m, s = state
    return mpmath.mpf(0) if m == -INF else mpmath.mpf(s) * mpmath.exp(mpmath.mpf(m))


def close(a, b):
    return abs(a - b) <= mpmath.mpf("1e-12") * max(abs(a), abs(b)) + mpmath.mpf(10) ** -700


@settings(max_examples=100, deadline=None)
@given(STATES, STATES, STATES)
def test_merging_is_associative_commutative_and_adds_values(a, b, c):
    total, top = value(a) + value(b) + value(c), max(a[0], b[0], c[0])
    # Far below the largest logit, which holds nothing itself, a sum would have few digits or none.
    assume(total == 0 or total > mpmath.mpf("1e-290") * mpmath.exp(mpmath.mpf(top)))
    one, other = merge(merge(a, b), c), merge(a, merge(b, c))
    assert float(one[0]) == float(other[0]) == max(a[0], b[0], c[0])
    np.testing.assert_allclose(one[1], other[1], rtol=1e-12, atol=1e-300)
    np.testing.assert_array_equal(merge(a, b), merge(b, a))
    np.testing.assert_array_equal(merge(a, (-INF, 0.0)), a)
    assert close(value(tuple(map(float, one))), total)


@given(STATES, STATES)
def test_merging_agrees_with_the_chapter_on_numerical_stability(a, b):
    np.testing.assert_allclose(merge(a, b), merge_states(a, b), rtol=1e-14)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(LOGITS, max_size=4), max_size=5), st.randoms())
def test_blocks_may_be_merged_in_any_order(blocks, random):
    states = [state_of(np.reshape(block, (1, -1))) for block in blocks] + [state_of(np.empty((1, 0)))]
    random.shuffle(states)
    while len(states) > 1:
        states.append(merge(states.pop(random.randrange(len(states))), states.pop()))
    flat = np.array([z for block in blocks for z in block])
    largest, total = states[0]
    assert largest[0] == (flat.max() if flat.size else -INF)
    with np.errstate(over="ignore", invalid="ignore"):
        expected = np.exp(flat[flat > -INF] - largest[0]).sum()
    np.testing.assert_allclose(total[0], expected, rtol=1e-12)


@pytest.mark.parametrize("state", [(0.0, -1.0), (0.0, math.nan), (math.nan, 1.0), (INF, 1.0), (-INF, 1.0)])
def test_what_is_no_state_is_not_merged(state):
    with pytest.raises(ValueError, match="merge: b is no state"):
        merge((0.0, 1.0), state)


@pytest.mark.parametrize("block", [[0.0, 1.0], [[INF]], [[math.nan]], 3.0])
def test_what_is_no_block_has_no_state(block):
    with pytest.raises(ValueError, match="state_of: block"):
        state_of(block)


@pytest.mark.parametrize("cuts", [[], [1], [3, 3], [1, 2, 3, 4, 5, 6, 7]])
def test_a_row_in_blocks_has_the_same_loss(cuts):
    rng = np.random.default_rng(1)
    z, y = 100 * rng.normal(size=(5, 8)), rng.integers(0, 8, size=5)
    expected = special.logsumexp(z, axis=1) - z[np.arange(5), y]
    np.testing.assert_allclose(blockwise_nll(np.split(z, cuts, axis=1), y), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("blocks", "labels", "said"),
    [
        ([[[0.0], [1.0]]], [0], "is needed"),
        ([[[0.0]], [[1.0]]], [2], "label 2"),
        ([[[-INF]], [[-INF]]], [0], "no class is possible"),
        ([[[0.0]]], [0.5], "integers are needed"),
        ([], [0], "label 0"),
    ],
)
def test_what_are_no_blocks_is_refused(blocks, labels, said):
    with pytest.raises(ValueError, match=f"blockwise_nll: .*{said}"):
        blockwise_nll(blocks, labels)


# ---- chunks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 100])
@pytest.mark.parametrize(("rows", "width", "classes"), [(7, 3, 5), (6, 1, 4), (1, 2, 1)])
def test_chunks_give_the_gradients_of_the_whole(rows, width, classes, chunk):
    rng = np.random.default_rng(2)
    x, w = rng.normal(size=(rows, width)), rng.normal(size=(classes, width))
    y = rng.integers(0, classes, size=rows)
    found = chunked_linear_cross_entropy(x, w, y, chunk=chunk)
    a, b = (torch.tensor(t, requires_grad=True) for t in (x, w))
    loss = functional.cross_entropy(a @ b.T, torch.tensor(y))
    loss.backward()
    for ours, theirs in zip(found, (loss.item(), a.grad, b.grad), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hidden": [1.0, 2.0]}, "Is the classifier transposed"),
        ({"classifier": [[1.0], [2.0]]}, "Is the classifier transposed"),
        ({"classifier": [[1.0, INF]]}, r"classifier\[0, 1\] is infinite"),
        ({"hidden": [[math.nan, 0.0]]}, "is NaN"),
        ({"labels": [3]}, "label 3"),
        ({"chunk": 0}, "at least 1 row"),
        ({"chunk": 2.0}, "at least 1 row"),
    ],
)
def test_layers_that_do_not_fit_are_refused(change, said):
    good = {"hidden": [[1.0, 2.0]], "classifier": [[0.0, 1.0], [1.0, 0.0]], "labels": [1], "chunk": 1}
    with pytest.raises(ValueError, match=f"chunked_linear_cross_entropy: .*{said}"):
        chunked_linear_cross_entropy(**(good | change))


# ---- ranks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cuts", [[], [4], [1, 2], [2, 5, 9]])
@pytest.mark.parametrize("scale", [1, 1000])
def test_ranks_give_the_loss_and_the_gradient_of_the_whole(cuts, scale):
    rng = np.random.default_rng(3)
    z, y = scale * rng.normal(size=(6, 10)), rng.integers(0, 10, size=6)
    loss, gradients = vocab_parallel_cross_entropy(np.split(z, cuts, axis=1), y)
    expected = by_torch(z, y)
    np.testing.assert_allclose(loss, expected[0], rtol=1e-12)
    np.testing.assert_allclose(np.hstack(gradients), expected[1], rtol=1e-9, atol=1e-12)


def test_a_rank_whose_classes_are_all_impossible_does_no_harm():
    z, y = np.array([[0.0, 1.0, -INF, -INF]]), [1]
    loss, gradients = vocab_parallel_cross_entropy(np.split(z, 2, axis=1), y)
    np.testing.assert_allclose(loss, math.log1p(math.exp(-1)))
    np.testing.assert_array_equal(gradients[1], [[0.0, 0.0]])


@pytest.mark.parametrize(
    ("slices", "labels", "said"),
    [
        ([], [0], "are needed"),
        ([[[0.0]], [[0.0], [1.0]]], [0], "are needed"),
        ([[[0.0]], [[0.0]]], [2], "label 2"),
        ([[[-INF]], [[-INF]]], [0], "no class is possible"),
    ],
)
def test_slices_that_do_not_fit_are_refused(slices, labels, said):
    with pytest.raises(ValueError, match=f"vocab_parallel_cross_entropy: .*{said}"):
        vocab_parallel_cross_entropy(slices, labels)


def test_a_rank_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="rank_sums: local has shape"):
        rank_sums([[0.0]], [0, 1], first=0, largest=[0.0])
    with pytest.raises(ValueError, match="largest is not finite"):
        rank_gradient([[0.0]], [0], first=0, lse=[-INF])
