"""What a check calls: `recall_at_k([1, 2], [1, 2], 2)` calls the learner's function and returns a
`Reply` to examine.

A check reads like the specification:

    recall_at_k([3, 1, 2], [1, 2, 3], 3).equals(1.0, "The same ids in another order: recall asks what was found.")

The first thing that is not as it should be ends the check with `NotYet`: the call, what came, what
was expected, and why.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from vdbcourse.grading.calls import codec, time_limits
from vdbcourse.grading.calls.codec import Handle, Opaque, shown
from vdbcourse.grading.calls.invoke import SHOWN_OUTPUT
from vdbcourse.grading.calls.time_limits import Allowance

MOST_COLUMNS = 4  # of a tuple whose columns are named one by one


@dataclass
class NotYet(Exception):  # noqa: N818 - no error of ours: an answer that is not right yet
    """Why a task is not passed yet, in the learner's words.

    kind: "wrong", "not attempted", "error" (the learner's code raised), "time" (it ran too long).
    ended: what limit ended the call, in a few words for whoever grades a class.
    """

    why: str
    kind: str = "wrong"
    call: str = ""
    got: str = ""
    expected: str = ""
    ended: str = ""

    def __str__(self) -> str:
        parts = [self.call and f"call: {self.call}", self.got and f"got: {self.got}"]
        parts += [self.expected and f"expected: {self.expected}", self.why]
        return " | ".join(filter(None, parts))


class Transport(Protocol):
    """How a call reaches the learner's function: in this process (`local.Here`) or in the sandbox
    (`remote.There`).
    """

    hidden: bool  # does the run use hidden data, whose values must not be shown?

    def begin(self, seconds: float) -> None:
        """A new check, of a task whose calls may take `seconds` each: from now on all of them
        together have a limit.
        """

    def defined(self, name: str) -> bool:
        """Is there something callable of that name?"""

    def missing(self, name: str) -> NotYet:
        """Why there is none, and what to do."""

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        """Call it; returns the outcome (see `calls`)."""

    def setting(self, handle: Handle, name: str) -> str | None:
        """A PostgreSQL setting in the learner's session behind `handle`; None while it is in an
        aborted transaction.
        """

    def forget(self, handle: Handle) -> None:
        """Close what the learner had open behind `handle`, so that the next call gets a new one."""


class Answer:
    """One function of the learner's, as checks see it."""

    def __init__(self, transport: Transport, name: str, seconds: float) -> None:
        self.transport = transport
        self.name = name
        self.seconds = seconds
        self.printed = ""
        self.printed_characters = 0

    def __call__(self, *args: Any, **kwargs: Any) -> "Reply":
        """Call with an example that may be shown to anybody, also in a graded run."""
        return self.reply(args, kwargs, shapes_only=False)

    def on_data(self, *args: Any, **kwargs: Any) -> "Reply":
        """Call with values made from `data`; in a run on hidden data messages show their kind and
        size, not their content.
        """
        return self.reply(args, kwargs, shapes_only=self.transport.hidden)

    def explained(self, *args: Any, raised: Mapping[str, str]) -> "Reply":
        """Call as `__call__` does. `raised`: what to say as well if the learner's code raises an
        error that holds the key.
        """
        try:
            return self(*args)
        except NotYet as found:
            said = next((words for part, words in raised.items() if part in found.got), None)
            if found.kind == "error" and said:
                raise replace(found, why=f"{found.why}. {said}") from None
            raise

    def raises(self, error: type[Exception], why: str, *args: Any, **kwargs: Any) -> None:
        """Call with a fixed example that the function has to refuse with `error`; `why` says why it
        has to.
        """
        try:
            reply = self(*args, **kwargs)
        except NotYet as not_yet:
            if not_yet.kind != "error":
                raise
            if not_yet.got.partition(":")[0] != error.__name__:
                raise replace(
                    not_yet, expected=f"{error.__name__} raised", why=f"{not_yet.why}. {why}"
                ) from None
        else:
            reply.fail(why, expected=f"{error.__name__} raised")

    def reply(self, args: Sequence[Any], kwargs: dict[str, Any], shapes_only: bool) -> "Reply":
        """Call the function. Raises `NotYet` if it raised, ran too long, changed its arguments or
        was not attempted.
        """
        words = [shown(arg, shapes_only) for arg in args] + [
            f"{k}={shown(v, shapes_only)}" for k, v in kwargs.items()
        ]
        call = f"{self.name}({', '.join(words)})"
        outcome = self.transport.call(self.name, args, kwargs, self.seconds)
        if not shapes_only:  # what is printed may be the hidden data
            self.printed = (self.printed + outcome["printed"])[:SHOWN_OUTPUT]
            self.printed_characters += outcome["printed_characters"]
        if outcome["status"] == "time":
            by, spent = time_limits.as_spent(outcome)
            raise NotYet(
                f"It {time_limits.in_words(by, spent)}",
                kind="time",
                call=call,
                ended=time_limits.LIMITS[by],
            )
        if outcome["status"] == "raised":
            error = outcome["error"] if not shapes_only else outcome["error"].partition(":")[0]
            line, name = outcome["line"], error.partition(":")[0]
            where = (
                f"at line {line} of its cell: `{outcome['source']}`"
                if line
                else "before its first line"
            )
            raise NotYet(
                f"Your code raised this error, {name}, {where}", kind="error", call=call, got=error
            )
        value = codec.decode(outcome["value"])
        if value is Ellipsis:
            raise NotYet(
                f"`{self.name}` still returns `...`. Write your answer in its place.",
                kind="not attempted",
            )
        if outcome["changed"]:
            names = ", ".join(f"`{name}`" for name in outcome["changed"])
            raise NotYet(
                f"The call changed its argument {names}. Whoever called still needs it as it was:"
                " work on a copy.",
                call=call,
                got=f"another content of {names}",
                expected=f"{names} as before the call",
            )
        return Reply(value, call, shapes_only)

    def setting(self, handle: Handle, name: str) -> str | None:
        """The value of a setting in the learner's PostgreSQL session; None while it is in an
        aborted transaction.
        """
        return self.transport.setting(handle, name)


class Reply:
    """What came back from one call, and what a check may ask of it. `value` is plain
    (see `plain`).
    """

    def __init__(self, value: Any, call: str, shapes_only: bool) -> None:
        self.value = value
        self.call = call
        self.shapes_only = shapes_only

    def fail(self, why: str, expected: str = "", got: str | None = None) -> None:
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
            self.sequence(asked_for(expected))
        elif isinstance(expected, (bool, np.bool_)):
            self.expect(
                isinstance(self.value, bool),
                f"It gave {kind_of(self.value)}; asked for is True or False.",
                "True or False",
            )
        value = self.number() if is_number(expected) else self.something(asked_for(expected))
        if not alike(value, expected, within):
            hidden = "another value (this run uses hidden data)"
            known = next(
                (said for wrong, said in (mistakes or {}).items() if alike(value, wrong, within)),
                None,
            )
            self.fail(
                known or other_kind(value, expected) or why,
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
                f"It returned {shown(self.value)}: {readable(self.value.type_name)}.", expected=what
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

    def sequence(self, what: str = "a list") -> list:
        """The value as a list."""
        value = self.something(what)
        if (
            not isinstance(value, (list, tuple, np.ndarray))
            or isinstance(value, np.ndarray)
            and value.ndim == 0
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
        if not isinstance(self.something("one text"), str):
            self.fail(f"It gave {kind_of(self.value)}; asked for is one text.", expected="a text")
        return self.value

    def rows(self, columns: Sequence[str]) -> list[tuple]:
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
                if isinstance(row, dict) and missing_keys(row, columns):
                    held += f" without {missing_keys(row, columns)}"
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


def too_long_together(name: str, by: str, allowance: Allowance) -> NotYet:
    """The calls of a task have used more than all of them together may."""
    used = {
        time_limits.COMPUTING: f"computed for more than {allowance.computing:.3g} s together",
        time_limits.BY_CLOCK: (
            f"took more than {allowance.clock:.0f} s by the clock together, most of it waiting"
        ),
    }
    return NotYet(
        f"The calls of this task {used[by]}.",
        kind="time",
        call=f"{name}(...)",
        ended=time_limits.LIMITS[by],
    )


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


def asked_for(expected: Any) -> str:
    """What is asked for, by its kind alone: `2 values (a whole number, a list)`."""
    if isinstance(expected, tuple) and len(expected) <= MOST_COLUMNS:
        return f"{len(expected)} values ({', '.join(map(kind_of, expected))})"
    return (
        f"a list of {len(expected)}"
        if isinstance(expected, (list, tuple, np.ndarray))
        else kind_of(expected)
    )


def other_kind(value: Any, expected: Any, place: str = "It") -> str:
    """Where the value is of another kind than what is expected: said first, for then its content
    says nothing.
    """
    value, expected = (
        one.tolist() if isinstance(one, np.ndarray) else one for one in (value, expected)
    )
    if family(value) != family(expected):
        return f"{place} is {kind_of(value)}; asked for is {asked_for(expected)}."
    if not isinstance(expected, (list, tuple)):
        return ""
    if isinstance(expected, tuple) and len(value) != len(expected):
        return f"{place} holds {len(value)} values; asked for are {asked_for(expected)}."
    inside = "The list" if place == "It" else place
    found = (
        other_kind(one, other, f"Item {number} of {inside[0].lower()}{inside[1:]}")
        for number, (one, other) in enumerate(zip(value, expected, strict=False), 1)
    )
    return next(filter(None, found), "")


def family(value: Any) -> str:
    """Kinds that are taken for each other have one family: whole numbers and others, lists and
    tuples.
    """
    if is_number(value):
        return "number"
    return "sequence" if isinstance(value, (list, tuple)) else type(value).__name__


def missing_keys(row: dict, columns: Sequence[str]) -> str:
    """Which columns a row that is a dict has no key for."""
    return ", ".join(column for column in columns if column not in row)


def readable(type_name: str) -> str:
    """How a thing that no check can read becomes a value."""
    if "generator" in type_name or type_name in ("map", "filter", "zip", "reversed"):
        return "wrap it in list(...)"
    if type_name == "coroutine":
        return "the function is an `async def`; write `def`, nobody awaits it"
    if type_name.endswith("Cursor"):
        return "fetch its rows, with `.fetchall()`"
    if "too large" in type_name or "bytes" in type_name and "array" in type_name:
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


def overlap(found: Iterable, truth: Iterable) -> float:
    """Share of `truth` that is in `found`: for checks with a recall floor."""
    wanted = set(truth)
    return len(wanted & set(found)) / len(wanted)
