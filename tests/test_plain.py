"""What counts as plain data, how it is copied, and when it is the same."""

import collections
import datetime
import enum

import numpy as np
import pytest
import torch

from xentcourse.checks.plain import NotPlainError, fresh, plain, same


class Liar:
    """Equal to everything, and any array you like."""

    def __eq__(self, other):
        return True

    __hash__ = None

    def __repr__(self):
        return "Liar()"

    def __bool__(self):
        return True

    def __float__(self):
        return 1.0

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return self

    def __array__(self, dtype=None, copy=None):
        return np.ones(3)


class LyingArray(np.ndarray):
    """An array that agrees with everything it is compared with."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.True_

    def __array_function__(self, function, types, args, kwargs):
        return True

    def __eq__(self, other):
        return np.True_

    __hash__ = None


def lying_array(values):
    return np.array(values).view(LyingArray)


# ---- plain ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "text", [], (), {}, float("inf"), 10**30])
def test_numbers_text_and_nothing_stay_as_they_are(value):
    assert plain(value) is value or plain(value) == value
    assert type(plain(value)) is type(value)


@pytest.mark.parametrize(
    "scalar", [np.float64(2.5), np.float32(2.5), np.int8(3), np.bool_(True), np.str_("a")]
)
def test_numpy_scalars_become_arrays_without_axes(scalar):
    result = plain(scalar)
    assert type(result) is np.ndarray
    assert (result.shape, result.dtype) == ((), scalar.dtype)
    assert result[()] == scalar


def test_containers_are_plain_all_the_way_down():
    array = np.arange(3.0)
    result = plain({"a": [1, (2.5, array)], 3: None})
    assert result["a"][0] == 1
    assert type(result["a"][1]) is tuple
    np.testing.assert_array_equal(result["a"][1][1], array)
    assert result[3] is None


def test_an_array_becomes_a_copy_that_its_owner_cannot_change():
    array = np.arange(3.0)
    result = plain(array)
    array[0] = 99
    assert result.tolist() == [0, 1, 2]
    outer = [array]
    result = plain(outer)
    outer.append(1)
    array[1] = 99
    assert len(result) == 1
    assert result[0].tolist() == [99, 1, 2]


@pytest.mark.parametrize(
    "array",
    [
        lying_array([1.0, 2.0]),
        np.ma.masked_array([1.0, 2.0], mask=[True, False]),
        np.array([1.0, 2.0]).view(np.recarray),
    ],
    ids=["liar", "masked", "records"],
)
def test_array_subclasses_lose_their_methods(array):
    result = plain(array)
    assert type(result) is np.ndarray
    assert result.tolist() == [1, 2]
    assert not np.array_equal(result, [3.0, 4.0])


Pair = collections.namedtuple("Pair", "x y")


class Colour(enum.IntEnum):
    RED = 1


class Float(float):
    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize(
    "value",
    [
        Liar(),
        Float(2.0),
        Colour.RED,
        Pair(1, 2),
        collections.OrderedDict(),
        type("Text", (str,), {})("a"),
        type("List", (list,), {})([1]),
        1 + 2j,
        b"bytes",
        {1, 2},
        range(3),
        iter([1]),
        (x for x in [1]),
        print,
        Liar,
        memoryview(b"a"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [1, x], lambda x: (x,), lambda x: {"a": [x]}])
def test_objects_that_can_act_are_refused_by_type_wherever_they_hide(value, wrap):
    with pytest.raises(NotPlainError, match=f"^{type(value).__name__}$"):
        plain(wrap(value))


def test_a_key_that_can_act_is_refused():
    with pytest.raises(NotPlainError, match="Colour"):
        plain({Colour.RED: 1})


@pytest.mark.parametrize(
    "array",
    [
        np.array([Liar()], dtype=object),
        np.array([None, 1.0]),
        np.array([1 + 2j]),
        np.array([b"a"]),
        np.array([datetime.datetime(2020, 1, 1)], dtype="datetime64[s]"),
        np.zeros(2, dtype=[("x", float)]),
        np.complex128(1j),
        np.datetime64("2020-01-01"),
    ],
    ids=lambda array: str(array.dtype),
)
def test_arrays_of_anything_but_numbers_and_text_are_refused_by_dtype(array):
    with pytest.raises(NotPlainError) as caught:
        plain(array)
    assert str(caught.value) == f"array of {array.dtype}"


@pytest.mark.parametrize("dtype", [bool, np.int16, np.uint64, np.float16, np.float32, np.longdouble, "U3"])
def test_arrays_of_numbers_and_text_keep_their_dtype(dtype):
    assert plain(np.zeros((2, 0), dtype)).dtype == np.dtype(dtype)


def test_tensors_become_arrays_even_while_they_record_a_gradient():
    tensor = torch.tensor([1.0, 2.0], requires_grad=True)
    for value in (tensor, 1 * tensor, torch.nn.Parameter(torch.tensor([1.0, 2.0])), tensor.detach()):
        result = plain(value)
        assert type(result) is np.ndarray
        assert result.dtype == np.float32
        assert result.tolist() == [1, 2]
    whole = torch.arange(3)
    result = plain([whole])[0]
    whole[0] = 99
    assert result.tolist() == [0, 1, 2]


def test_who_says_he_is_a_tensor_is_data_all_the_same():
    class Tensor(Liar):
        def detach(self):
            return self

        def cpu(self):
            return self

        def numpy(self):
            return lying_array([5.0])

    Tensor.__module__ = "torch"
    result = plain(Tensor())
    assert type(result) is np.ndarray
    assert result.tolist() == [5]


# ---- fresh ------------------------------------------------------------------------------------------

LAYOUTS = {
    "rows": np.arange(12.0).reshape(3, 4),
    "columns": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "every second column": np.arange(24.0).reshape(3, 8)[:, ::2],
    "every second row": np.arange(24.0).reshape(6, 4)[::2],
    "backwards": np.arange(12.0)[::-1],
    "axes swapped": np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
    "one number for all": np.broadcast_to(2.0, (3, 4)),
    "float32": np.arange(6, dtype=np.float32)[::2],
    "text": np.array([["a", "b"], ["c", "d"]])[:, ::-1],
    "no rows": np.zeros((0, 3)),
    "no axes": np.array(3.0),
    "one column of many": np.arange(12.0).reshape(3, 4)[:, :1],
}


@pytest.mark.parametrize("array", LAYOUTS.values(), ids=LAYOUTS)
def test_a_fresh_array_is_the_same_in_everything_but_memory(array):
    copy = fresh(array)
    assert same(copy, array)
    assert not np.shares_memory(copy, array)
    assert copy.flags.c_contiguous == array.flags.c_contiguous
    assert copy.flags.f_contiguous == array.flags.f_contiguous
    assert copy.flags.writeable
    assert fresh(copy).flags.c_contiguous == array.flags.c_contiguous


def test_writing_to_a_fresh_copy_leaves_the_original_at_any_depth():
    original = {"a": [np.zeros(2), (np.zeros(2), [1, 2])], "b": "text"}
    copy = fresh(original)
    copy["a"][0][0] = 1
    copy["a"][1][0][0] = 1
    copy["a"][1][1].append(3)
    copy["c"] = 1
    assert same(original, {"a": [np.zeros(2), (np.zeros(2), [1, 2])], "b": "text"})


# ---- same -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: None,
        lambda: 1,
        lambda: float("nan"),
        lambda: float("inf"),
        lambda: "a",
        lambda: [1, [2.0, "b"]],
        lambda: (np.arange(3), {"a": np.array([np.nan, np.inf])}),
        lambda: np.array(["a", "b"]),
        lambda: np.zeros((0, 3)),
    ],
)
def test_equal_data_is_the_same_and_nan_is_itself(make):
    assert same(make(), make())


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (1, True),
        (0, None),
        (1.0, 1.0 + 2**-52),
        ("a", "b"),
        ([1, 2], (1, 2)),
        ([1, 2], [1, 2, 3]),
        ([1, [2]], [1, [3]]),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, [1]),
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2), np.zeros((1, 2))),
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.zeros(2), np.zeros(2, int)),
        (np.zeros(2), [0.0, 0.0]),
        (np.zeros(2), None),
        (np.array([1.0, np.nan]), np.array([np.nan, 1.0])),
        (np.ones(1), np.array([1.0 + 2**-52])),
        (np.array(["a"]), np.array(["b"])),
        (1.0, Liar()),
        ([1.0], [Liar()]),
        (np.ones(3), Liar()),
    ],
    ids=str,
)
def test_a_difference_of_one_bit_type_or_shape_is_a_difference(a, b):
    assert same(a, b) is False
    assert same(b, a) is False
