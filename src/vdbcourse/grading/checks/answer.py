"""What a check calls: `recall_at_k([1, 2], [1, 2], 2)` calls the learner's function and returns a
`Reply` to examine.

A check reads like the specification:

    recall_at_k([3, 1, 2], [1, 2, 3], 3).equals(1.0, "The same ids in another order: recall asks what was found.")

The first thing that is not as it should be ends the check with `NotYet`: the call, what came, what
was expected, and why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from vdbcourse.grading.calls import codec
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.display import shown
from vdbcourse.grading.calls.invoke import SHOWN_OUTPUT
from vdbcourse.grading.checks.not_yet import NotYet
from vdbcourse.grading.checks.reply import Reply
from vdbcourse.grading.sandbox import time_limits


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

    def reconnect(self, handle: Handle) -> None:
        """Close what the learner's functions hold open behind `handle`: the next call gets a new
        connection or client, without what an earlier task left in it (plans, locks, settings).
        """
        self.transport.forget(handle)

    def beside(self, name: str) -> "Answer":
        """Another function of the notebook, which it brings along. Raises `NotYet` if it is not
        there.
        """
        if not self.transport.defined(name):
            raise self.transport.missing(name)
        return Answer(self.transport, name, self.seconds)
