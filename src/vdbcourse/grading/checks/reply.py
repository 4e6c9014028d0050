"""What a call returned, and what a check may test about it: its kind, its shape, its value.

All messages about values of the wrong kind are here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from vdbcourse.grading.calls.codec import Opaque
from vdbcourse.grading.calls.display import shown
from vdbcourse.grading.checks.failure_messages import NotYet

MOST_COLUMNS = 4  # of a tuple whose columns are named one by one


class Reply:
    """What one call returned, and what a check may test about it. `value` is plain (see
    `codec`).
    """

    def __init__(self, value: Any, call: str, shapes_only: bool) -> None:
        self.value = value
        self.call = call
        self.shapes_only = shapes_only

    def fail(self, why: str, expected: str = "", got: str | None = None) -> NoReturn:
        """Raise `NotYet` with this call. `expected` and `got` must hold no hidden value: leave
        `got` to the reply.
        """
        raise NotYet(
            why,
            call=self.call,
            got=shown(self.value, self.shapes_only) if got is None else got,
            expected=expected,
        )

    def expect(self, ok: Any, why: str, expected: str = "") -> "Reply":
        """Raise `NotYet` unless `ok`. `expected` is shown unchanged, so it must hold no hidden
        value.
        """
        if not ok:
            self.fail(why, expected)
        return self

    def equals(
        self,
        expected: Any,
        why: str,
        within: float = 1e-6,
        mistakes: Mapping[Any, str] | None = None,
    ) -> "Reply":
        """Is the value `expected`? Numbers may differ by `within` (absolute, and relative for large
        ones).

        A list may be a list, tuple or array, a row a tuple or list, a number any kind of number.
        `mistakes` explains known wrong values: `{1 / 3: "That is gain / rank."}`; the explanation
        replaces `why`.
        """
        if isinstance(expected, (list, tuple, np.ndarray)):
            self.sequence(_asked_for(expected))
        elif isinstance(expected, (bool, np.bool_)):
            self.expect(
                isinstance(self.value, bool),
                f"It returned {kind_of(self.value)}, not True or False.",
                "True or False",
            )
        value = self.number() if is_number(expected) else self.something(_asked_for(expected))
        if not alike(value, expected, within):
            hidden = "another value (this run uses hidden data)"
            known = next(
                (text for wrong, text in (mistakes or {}).items() if alike(value, wrong, within)),
                None,
            )
            self.fail(
                known or _other_kind(value, expected) or why,
                expected=hidden if self.shapes_only else shown(expected),
            )
        return self

    def something(self, what: str = "a value") -> Any:
        """The value, which must not be None or an object that no check can read. `what`: the
        expected value, in words.
        """
        if self.value is None:
            why = (
                f"It returned None, not {what}. Does every path through the function end with"
                " `return ...`?"
            )
            self.fail(why, expected=what)
        if isinstance(self.value, Opaque):
            self.fail(
                f"It returned {shown(self.value)}: {_readable(self.value.type_name)}.",
                expected=what,
            )
        return self.value

    def number(self, low: float = -math.inf, high: float = math.inf) -> float:
        """The value as a float between `low` and `high`."""
        value = self.something("one number")
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.item()
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fail(f"It returned {kind_of(value)}, not one number.", expected="a number")
        if math.isnan(value):
            self.fail(
                "NaN comes from 0/0 or from a missing value: decide what to return in that case.",
                expected="a number",
            )
        if not low <= value <= high:
            self.fail(
                f"The result must be between {low:g} and {high:g}.",
                expected=f"a number from {low:g} to {high:g}",
            )
        return float(value)

    def sequence(self, what: str = "a list") -> list[Any]:
        """The value as a list."""
        value = self.something(what)
        if not isinstance(value, (list, tuple, np.ndarray)) or (
            isinstance(value, np.ndarray) and value.ndim == 0
        ):
            self.fail(f"It returned {kind_of(value)}, not {what}.", expected=what)
        return list(value)

    def ids(self) -> list[int]:
        """The value as a list of whole numbers."""
        items = self.sequence("a list of ids")
        for item in items:
            if (
                isinstance(item, bool)
                or not isinstance(item, (int, float, np.integer, np.floating))
                or not float(item).is_integer()
            ):
                self.fail(
                    f"An id is a whole number; the list holds {kind_of(item)}.",
                    expected="a list of ids",
                )
        return [int(item) for item in items]

    def strings(self) -> list[str]:
        """The value as a list of strings."""
        items = self.sequence("a list of strings")
        for item in items:
            if not isinstance(item, str):
                self.fail(
                    f"The list must hold strings; this one holds {kind_of(item)}.",
                    expected="a list of strings",
                )
        return items

    def text(self) -> str:
        """The value as one string."""
        value = self.something("one string")
        if not isinstance(value, str):
            self.fail(f"It returned {kind_of(value)}, not one string.", expected="a string")
        return value

    def rows(self, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """The value as a list of rows with these columns, in this order; a row may also be a dict
        with these keys.
        """
        what = f"a list of rows ({', '.join(columns)})"
        rows = []
        for row in self.sequence(what):
            if isinstance(row, dict) and set(columns) <= set(row):
                row = [row[column] for column in columns]
            if not isinstance(row, (list, tuple, np.ndarray)) or len(row) != len(columns):
                held = (
                    f"{kind_of(row)} of {len(row)}"
                    if isinstance(row, (list, tuple, dict))
                    else kind_of(row)
                )
                if isinstance(row, dict) and _missing_keys(row, columns):
                    held += f" without {_missing_keys(row, columns)}"
                self.fail(
                    f"A row has {len(columns)} columns ({', '.join(columns)}); the list holds"
                    f" {held}.",
                    expected=what,
                )
            rows.append(tuple(row))
        return rows

    def array(self, shape: tuple[int, ...]) -> np.ndarray:
        """The value as a float64 array of that shape, without NaN and infinity."""
        what = f"numbers of shape {shape}"
        value = self.something(what)
        try:
            array = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            self.fail(
                f"It returned {kind_of(value)} that is not an array of numbers.", expected=what
            )
        if array.shape != shape:
            self.fail(f"Its shape is {array.shape}, not {shape}.", expected=what)
        if not np.isfinite(array).all():
            self.fail(
                "It holds NaN or infinity, from which no distance can be computed.", expected=what
            )
        return array


def alike(value: Any, expected: Any, within: float) -> bool:
    """Are they equal, floats within a tolerance, and lists, tuples and arrays treated alike?"""
    if isinstance(expected, np.ndarray) or isinstance(value, np.ndarray):
        value = value.tolist() if isinstance(value, np.ndarray) else value
        expected = expected.tolist() if isinstance(expected, np.ndarray) else expected
    if isinstance(expected, (list, tuple)):
        pairs = isinstance(value, (list, tuple)) and len(value) == len(expected)
        return pairs and all(alike(v, e, within) for v, e in zip(value, expected, strict=True))
    if isinstance(expected, dict):
        keys = isinstance(value, dict) and value.keys() == expected.keys()
        return keys and all(alike(value[key], e, within) for key, e in expected.items())
    if is_number(expected) and is_number(value):
        return math.isclose(value, expected, rel_tol=within, abs_tol=within)
    if isinstance(expected, list) and len(expected) == 1:
        return alike(value, expected[0], within)
    return type(value) is type(expected) and value == expected


def _asked_for(expected: Any) -> str:
    # its kind only: "2 values (a whole number, a list)"
    if isinstance(expected, tuple) and len(expected) <= MOST_COLUMNS:
        return f"{len(expected)} values ({', '.join(map(kind_of, expected))})"
    return (
        f"a list of {len(expected)}"
        if isinstance(expected, (list, tuple, np.ndarray))
        else kind_of(expected)
    )


def _other_kind(value: Any, expected: Any, place: str = "It") -> str:
    # where the value is of another kind than expected: reported first, because then its content
    # does not matter
    value, expected = (
        item.tolist() if isinstance(item, np.ndarray) else item for item in (value, expected)
    )
    if _family(value) != _family(expected):
        return f"{place} is {kind_of(value)}, not {_asked_for(expected)}."
    if not isinstance(expected, (list, tuple)):
        return ""
    if isinstance(expected, tuple) and len(value) != len(expected):
        return (
            f"{place} holds {len(value)} value{'s' * (len(value) != 1)}, not"
            f" {_asked_for(expected)}."
        )
    inside = "The list" if place == "It" else place
    messages = (
        _other_kind(item, wanted, f"Item {number} of {inside[0].lower()}{inside[1:]}")
        for number, (item, wanted) in enumerate(zip(value, expected, strict=False), 1)
    )
    return next(filter(None, messages), "")


def _family(value: Any) -> str:
    # kinds that count as the same: whole numbers and others, lists and tuples
    if is_number(value):
        return "number"
    return "sequence" if isinstance(value, (list, tuple)) else type(value).__name__


def _missing_keys(row: dict[Any, Any], columns: Sequence[str]) -> str:
    # which columns a row that is a dict has no key for
    return ", ".join(column for column in columns if column not in row)


def _readable(type_name: str) -> str:
    # how to turn an object that no check can read into a value
    if "generator" in type_name or type_name in ("map", "filter", "zip", "reversed"):
        return "wrap it in list(...)"
    if type_name == "coroutine":
        return "the function is an `async def`; write `def`, because nothing awaits it"
    if type_name.endswith("Cursor"):
        return "fetch its rows, with `.fetchall()`"
    if "too large" in type_name or ("bytes" in type_name and "array" in type_name):
        return "no answer needs that much"
    return "return its content as plain numbers, text, lists or arrays"


def is_number(value: Any) -> bool:
    """Is it a number, and not True or False?"""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def kind_of(value: Any) -> str:
    """What kind of thing a value is, with its article."""
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        return shown(value)
    names = {
        "int": "a whole number",
        "float": "a number",
        "str": "a string",
        "bool": "True or False",
        "ndarray": "an array",
    }
    return names.get(type(value).__name__, f"a {type(value).__name__}")


def overlap(found: Iterable[Any], truth: Iterable[Any]) -> float:
    """The share of `truth` that is in `found`: for checks with a recall floor."""
    wanted = set(truth)
    return len(wanted & set(found)) / len(wanted)
