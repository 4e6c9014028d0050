"""What a learner's function returns becomes plain: it cannot run code, pretend to be equal to
something, or grow without end.
"""

import json
import math
from collections import OrderedDict, UserDict, deque, namedtuple
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from vdbcourse.grading.calls import codec
from vdbcourse.grading.calls.codec import Handle, Opaque, decode, encode
from vdbcourse.grading.calls.display import shown


def there_and_back(value):
    return decode(json.loads(json.dumps(encode(value))))


@pytest.mark.parametrize(
    "value",
    [
        *[
            None,
            True,
            False,
            0,
            -5,
            2**63,
            0.5,
            1e300,
            "text",
            "",
            "é\n",
            [],
            [1, [2.5, "x"]],
            (1, 2),
            {},
            {"a": [1]},
        ],
        *[{1: 2, (1, 2): 3}, set(), {1, 2}, ..., Handle("postgres", "dsn"), Opaque("generator")],
    ],
    ids=repr,
)
def test_plain_values_come_as_they_were(value):
    found = there_and_back(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinity_comes_as_it_was(value):
    assert there_and_back([value]) == [value]


def test_nan_comes_as_it_was():
    assert math.isnan(there_and_back(math.nan))


@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "int64", "int32", "uint8", "bool", "float16", ">f4"]
)
def test_arrays_keep_shape_type_and_content(dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    found = there_and_back(array)
    assert np.array_equal(found, array)
    assert found.shape == (2, 3)
    assert found.dtype == array.dtype.newbyteorder("<")
    assert found.flags.writeable


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (range(3), [0, 1, 2]),
        ({"a": 1}.keys(), ["a"]),
        ({"a": 1}.values(), [1]),
        ({"a": 1}.items(), [("a", 1)]),
        (frozenset([1]), {1}),
        (namedtuple("Row", "id name")(1, "x"), (1, "x")),
        (OrderedDict(a=1), {"a": 1}),
        (UserDict(a=1), {"a": 1}),
        (np.array(["a", None], dtype=object), ["a", None]),
        (np.array(["a", "b"]), ["a", "b"]),
        (pd.DataFrame({"id": [1, 2], "name": ["x", "y"]}), [(1, "x"), (2, "y")]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_can_be_read_as_a_plain_value_becomes_one(value, expected):
    assert there_and_back(value) == expected


def test_a_series_and_a_tensor_become_arrays():
    import torch

    assert there_and_back(pd.Series([1, 2])).tolist() == [1, 2]
    assert there_and_back(torch.tensor([1.0, 2.0], requires_grad=True)).tolist() == [1.0, 2.0]


def test_a_vector_of_pgvector_becomes_an_array():
    from pgvector import Vector

    assert there_and_back(Vector([1, 2])).tolist() == [1, 2]


class Number(float):
    __eq__ = __ge__ = __le__ = lambda *_: True
    __hash__ = float.__hash__


class Whole(int):
    __eq__ = lambda *_: True  # noqa: E731 - it pretends to be equal to everything
    __hash__ = int.__hash__


class Text(str):
    def __eq__(self, other):
        return True

    def __str__(self):
        return "another text"

    __hash__ = str.__hash__


class Rows(list):
    def __iter__(self):
        return iter(["other", "rows"])

    def __eq__(self, other):
        return True

    __hash__ = None


class Anything:
    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize(
    ("value", "is_plain", "expected"),
    [(Number(7), float, 7.0), (Whole(7), int, 7), (Text("x"), str, "x"), (Rows([1]), list, [1])],
)
def test_what_pretends_to_be_equal_is_taken_for_what_it_is(value, is_plain, expected):
    found = there_and_back(value)
    assert type(found) is is_plain
    assert found == expected
    assert found != 8
    assert found != "y"


def test_an_object_that_is_equal_to_everything_is_opaque():
    assert there_and_back([Anything()]) == [Opaque("Anything")]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ((i for i in ()), "generator"),
        (map(int, []), "map"),
        (object(), "object"),
        (int, "type"),
        (len, "builtin_function_or_method"),
        (1j, "complex"),
        (b"x", "bytes"),
        (Decimal(1), "Decimal"),
        (deque([1]), "deque"),
        (np.array([1j]), "complex"),
        (10**400, "whole number beyond 64 bits"),
        (-(2**64), "whole number beyond 64 bits"),
    ],
)
def test_of_what_no_check_asks_for_only_the_type_is_known(value, name):
    found = there_and_back(value)
    assert (found[0] if isinstance(found, list) else found) == Opaque(name)


def test_lists_deeper_than_the_limit_end_there():
    nested = []
    for _ in range(200):
        nested = [nested]
    assert "too large or too deep" in str(there_and_back(nested))


def test_a_list_that_holds_itself_ends():
    endless = []
    endless.append(endless)
    assert "too large or too deep" in str(there_and_back(endless))


def test_a_list_longer_than_the_limit_ends_there(monkeypatch):
    monkeypatch.setattr(codec, "MOST_ITEMS", 100)
    found = there_and_back([[0]] * 1_000)
    assert Opaque("list that is too large or too deep") in found


def test_an_array_beyond_the_limit_is_opaque(monkeypatch):
    monkeypatch.setattr(codec, "MOST_BYTES", 100)
    assert there_and_back(np.zeros(50)) == Opaque("array of 400 bytes")


@pytest.mark.parametrize(
    "coded",
    [
        *[
            [],
            [1],
            {},
            {"list": [1], "tuple": [1]},
            {"code": "print()"},
            {"handle": []},
            {"dict": [[1]]},
            {"list": [[]]},
        ],
        *[{"array": ["<f8", [9], ""]}, {"array": ["|O", [1], "AAAAAAAAAAA="]}],
    ],
    ids=str,
)
def test_what_the_encoder_did_not_make_is_refused(coded):
    with pytest.raises((ValueError, TypeError)):
        decode(coded)


def test_keys_that_cannot_be_keys_become_some():
    assert there_and_back({frozenset([1]): "a", (1, frozenset()): "b"}) == {
        Opaque("set"): "a",
        Opaque("tuple"): "b",
    }
    assert len(there_and_back({1: "a", 2.5: "b", None: "c"})) == 3


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (None, "None"),
        (True, "True"),
        (1 / 3, "0.333333"),
        (12_345, "12345"),
        ("x", "'x'"),
        ([1 / 3, 2], "[0.333333, 2]"),
        ((1,), "(1,)"),
        (..., "..."),
        (Opaque("generator"), "a generator"),
        (Handle("postgres", "secret"), "conn"),
        (Handle("milvus", "secret"), "client"),
        (Handle("dict", "cache"), "cache"),
        (np.array([0.123456, 1]), "np.array([0.1235, 1.0])"),
        (np.zeros((3, 384), dtype=np.float32), "<array (3, 384) float32>"),
        ([(1, np.zeros(384))], "[(1, <array (384,) float64>)]"),
    ],
)
def test_a_value_is_shown_in_one_short_line(value, line):
    assert shown(value) == line


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ([1984, 1999], "<list of 2>"),
        ((1984,), "<tuple of 1>"),
        ({1984: "x"}, "<dict of 1>"),
        ("The Third Man", "<text of 13 characters>"),
        (0.731, "<a number>"),
        (12_345, "<a number>"),
        (10, "10"),
        (np.array([1984]), "<array (1,) int64>"),
        (Handle("postgres", "secret"), "conn"),
        (None, "None"),
    ],
)
def test_of_hidden_values_kind_and_size_are_shown(value, line):
    assert shown(value, shapes_only=True) == line


def test_what_is_shown_stays_short_whatever_the_value():
    for value in (
        "x" * 10_000,
        list(range(10_000)),
        [[["x" * 1_000] * 50] * 50] * 50,
        {i: i for i in range(10_000)},
        10**2_000,
    ):
        assert len(shown(value)) <= 300
        assert "\n" not in shown(value)
