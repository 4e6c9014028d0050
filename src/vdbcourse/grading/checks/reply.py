"""What came back from a call, and what a check may ask of it: its kind, its shape, its value.

Everything that is said of a value of the wrong kind is said here.
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
    """What came back from one call, and what a check may ask of it. `value` is plain (see
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
        """Raise `NotYet` unless `ok`. `expected` is shown as it stands, so it must hold no hidden
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

        A list may come as list, tuple or array, a row as tuple or list; a number as any kind of
        number. `mistakes` names the thought behind known wrong values: `{1 / 3: "That is gain /
        rank."}`; it is said instead of `why`.
        """
        if isinstance(expected, (list, tuple, np.ndarray)):
            self.sequence(_asked_for(expected))
        elif isinstance(expected, (bool, np.bool_)):
            self.expect(
                isinstance(self.value, bool),
                f"It gave {kind_of(self.value)}; asked for is True or False.",
                "True or False",
            )
        value = self.number() if is_number(expected) else self.something(_asked_for(expected))
        if not alike(value, expected, within):
            hidden = "another value (this run uses hidden data)"
            known = next(
                (said for wrong, said in (mistakes or {}).items() if alike(value, wrong, within)),
                None,
            )
            self.fail(
                known or _other_kind(value, expected) or why,
                expected=hidden if self.shapes_only else shown(expected),
            )
        return self

    def something(self, what: str = "a value") -> Any:
        """The value, which must not be None or a thing no check can read. `what`: what is asked
        for, in words.
        """
        if self.value is None:
            why = (
                f"It returned None; asked for is {what}. Does every way through the function end"
                " with `return ...`?"
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
            self.fail(f"It gave {kind_of(value)}; asked for is one number.", expected="a number")
        if math.isnan(value):
            self.fail(
                "NaN comes from 0/0 or from a value that is missing: say what the result is in that"
                " case.",
                expected="a number",
            )
        if not low <= value <= high:
            self.fail(
                f"The result lies between {low:g} and {high:g}.",
                expected=f"a number from {low:g} to {high:g}",
            )
        return float(value)

    def sequence(self, what: str = "a list") -> list[Any]:
        """The value as a list."""
        value = self.something(what)
        if not isinstance(value, (list, tuple, np.ndarray)) or (
            isinstance(value, np.ndarray) and value.ndim == 0
        ):
            self.fail(f"It gave {kind_of(value)}; asked for is {what}.", expected=what)
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
        """The value as a list of texts."""
        items = self.sequence("a list of texts")
        for item in items:
            if not isinstance(item, str):
                self.fail(
                    f"The list holds {kind_of(item)}; asked for are texts.",
                    expected="a list of texts",
                )
        return items

    def text(self) -> str:
        """The value as one text."""
        value = self.something("one text")
        if not isinstance(value, str):
            self.fail(f"It gave {kind_of(value)}; asked for is one text.", expected="a text")
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
            self.fail(f"It gave {kind_of(value)} that is no array of numbers.", expected=what)
        if array.shape != shape:
            self.fail(f"Its shape is {array.shape}; asked for is {shape}.", expected=what)
        if not np.isfinite(array).all():
            self.fail(
                "It holds NaN or infinity, which no distance can be computed with.", expected=what
            )
        return array


def alike(value: Any, expected: Any, within: float) -> bool:
    """Equal, with floats within a tolerance, lists and tuples and arrays taken for each other."""
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
    # by its kind alone: "2 values (a whole number, a list)"
    if isinstance(expected, tuple) and len(expected) <= MOST_COLUMNS:
        return f"{len(expected)} values ({', '.join(map(kind_of, expected))})"
    return (
        f"a list of {len(expected)}"
        if isinstance(expected, (list, tuple, np.ndarray))
        else kind_of(expected)
    )


def _other_kind(value: Any, expected: Any, place: str = "It") -> str:
    # where the value is of another kind than what is expected: said first, for then its content
    # says nothing
    value, expected = (
        one.tolist() if isinstance(one, np.ndarray) else one for one in (value, expected)
    )
    if _family(value) != _family(expected):
        return f"{place} is {kind_of(value)}; asked for is {_asked_for(expected)}."
    if not isinstance(expected, (list, tuple)):
        return ""
    if isinstance(expected, tuple) and len(value) != len(expected):
        return f"{place} holds {len(value)} values; asked for are {_asked_for(expected)}."
    inside = "The list" if place == "It" else place
    found = (
        _other_kind(one, other, f"Item {number} of {inside[0].lower()}{inside[1:]}")
        for number, (one, other) in enumerate(zip(value, expected, strict=False), 1)
    )
    return next(filter(None, found), "")


def _family(value: Any) -> str:
    # kinds that are taken for each other: whole numbers and others, lists and tuples
    if is_number(value):
        return "number"
    return "sequence" if isinstance(value, (list, tuple)) else type(value).__name__


def _missing_keys(row: dict[Any, Any], columns: Sequence[str]) -> str:
    # which columns a row that is a dict has no key for
    return ", ".join(column for column in columns if column not in row)


def _readable(type_name: str) -> str:
    # how a thing that no check can read becomes a value
    if "generator" in type_name or type_name in ("map", "filter", "zip", "reversed"):
        return "wrap it in list(...)"
    if type_name == "coroutine":
        return "the function is an `async def`; write `def`, nobody awaits it"
    if type_name.endswith("Cursor"):
        return "fetch its rows, with `.fetchall()`"
    if "too large" in type_name or ("bytes" in type_name and "array" in type_name):
        return "no answer needs as much as that"
    return "return its content as plain numbers, text, lists or arrays"


def is_number(value: Any) -> bool:
    """A number, and not True or False."""
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
        "str": "a text",
        "bool": "True or False",
        "ndarray": "an array",
    }
    return names.get(type(value).__name__, f"a {type(value).__name__}")


def overlap(found: Iterable[Any], truth: Iterable[Any]) -> float:
    """Share of `truth` that is in `found`: for checks with a recall floor."""
    wanted = set(truth)
    return len(wanted & set(found)) / len(wanted)
