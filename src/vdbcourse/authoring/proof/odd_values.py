"""Odd values that a function may return and odd things that it may do; no check may fail on
them.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def _returning(value: Any) -> Callable[[], Any]:
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
    "None": _returning(None),
    "an ellipsis in a list": _returning([...]),
    "a text": _returning("x"),
    "an empty text": _returning(""),
    "bytes": _returning(b"x"),
    "True": _returning(True),
    "-1": _returning(-1),
    "a huge number": _returning(10**400),
    "NaN": _returning(math.nan),
    "infinity": _returning(math.inf),
    "a complex number": _returning(1j),
    "an empty list": _returning([]),
    "an empty tuple": _returning(()),
    "an empty dict": _returning({}),
    "an empty set": _returning(set()),
    "a dict with sets for keys": _returning({frozenset([1]): 1, (frozenset(),): 2}),
    "a list of None": _returning([None] * 5),
    "a list of texts": _returning(["x"] * 5),
    "a list of dicts": _returning([{}] * 5),
    "a list of NaN": _returning([math.nan] * 5),
    "a list of huge numbers": _returning([10**400] * 5),
    "rows of unlike lengths": _returning([(1,), (1, 2, 3)]),
    "an array of no dimension": _returning(np.array(0.5)),
    "an array of objects": _returning(np.array([None, "x"], dtype=object)),
    "an empty array": _returning(np.zeros((0, 384))),
    "a huge list": _returning([0] * 250_000),
    "lists in lists": _returning(_nested(60)),
    "a generator": lambda: (i for i in range(5)),
    "an object": lambda: object(),
    "a class": _returning(int),
    "a function": _returning(len),
    "an error": _raising(ValueError("odd")),
    "an error without words": _raising(AssertionError()),
    "an end of the program": _raising(SystemExit(0)),
    "an end of a generator": _raising(StopIteration()),
}
