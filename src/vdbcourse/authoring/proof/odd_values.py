"""Odd values that a function may return and odd things that it may do; no check may break at
them.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def _given(value: Any) -> Callable[[], Any]:
    return lambda: value


def _raising(error: BaseException) -> Callable[[], Any]:
    def act() -> None:
        raise error

    return act


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


ODD_VALUES: dict[str, Callable[[], Any]] = {
    "None": _given(None),
    "an ellipsis in a list": _given([...]),
    "a text": _given("x"),
    "an empty text": _given(""),
    "bytes": _given(b"x"),
    "True": _given(True),
    "-1": _given(-1),
    "a huge number": _given(10**400),
    "NaN": _given(math.nan),
    "infinity": _given(math.inf),
    "a complex number": _given(1j),
    "an empty list": _given([]),
    "an empty tuple": _given(()),
    "an empty dict": _given({}),
    "an empty set": _given(set()),
    "a dict with sets for keys": _given({frozenset([1]): 1, (frozenset(),): 2}),
    "a list of None": _given([None] * 5),
    "a list of texts": _given(["x"] * 5),
    "a list of dicts": _given([{}] * 5),
    "a list of NaN": _given([math.nan] * 5),
    "a list of huge numbers": _given([10**400] * 5),
    "rows of unlike lengths": _given([(1,), (1, 2, 3)]),
    "an array of no dimension": _given(np.array(0.5)),
    "an array of objects": _given(np.array([None, "x"], dtype=object)),
    "an empty array": _given(np.zeros((0, 384))),
    "a huge list": _given([0] * 250_000),
    "lists in lists": _given(_nested(60)),
    "a generator": lambda: (i for i in range(5)),
    "an object": lambda: object(),
    "a class": _given(int),
    "a function": _given(len),
    "an error": _raising(ValueError("odd")),
    "an error without words": _raising(AssertionError()),
    "an end of the program": _raising(SystemExit(0)),
    "an end of a generator": _raising(StopIteration()),
}
