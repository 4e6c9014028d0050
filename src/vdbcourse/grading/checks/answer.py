"""What a check calls: `recall_at_k([1, 2], [1, 2], 2)` calls the learner's function and returns a
`Reply` to examine.

A check reads like the specification:

    recall_at_k([3, 1, 2], [1, 2, 3], 3).equals(1.0, "The order does not count.")

The first problem ends the check with `NotYet`: the call, what it returned, what was expected, and
why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vdbcourse.grading.calls import codec
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.display import shown
from vdbcourse.grading.calls.outcome import SHOWN_OUTPUT, CallStatus, Outcome
from vdbcourse.grading.calls.transport import Transport
from vdbcourse.grading.checks import failure_messages
from vdbcourse.grading.checks.failure_messages import NotYet
from vdbcourse.grading.checks.reply import Reply
from vdbcourse.grading.result import Status


class Answer:
    """A function of the learner, as checks see it."""

    def __init__(self, transport: Transport, name: str, seconds: float) -> None:
        self.transport = transport
        self.name = name
        self.seconds = seconds
        self.printed = ""
        self.printed_characters = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Reply:
        """Call with an example that may be shown, even in a graded run."""
        return self._reply(args, kwargs, shapes_only=False)

    def on_data(self, *args: Any, **kwargs: Any) -> Reply:
        """Call with values made from `data`; in a run on hidden data messages show their kind and
        size, not their content.
        """
        return self._reply(args, kwargs, shapes_only=self.transport.hidden)

    def explained(self, *args: Any, raised: Mapping[str, str]) -> Reply:
        """Call as `__call__` does. `raised`: what to add to the message if the learner's code
        raises an error that contains the key.
        """
        try:
            return self(*args)
        except NotYet as error:
            advice = next((words for part, words in raised.items() if part in error.got), None)
            if error.kind is Status.ERROR and advice:
                raise replace(error, why=f"{error.why}. {advice}") from None
            raise

    def raises(self, error: type[Exception], why: str, *args: Any, **kwargs: Any) -> None:
        """Call with a fixed example for which the function must raise `error`; `why` says why."""
        expected = f"{error.__name__} raised"
        try:
            reply = self(*args, **kwargs)
        except NotYet as refusal:
            if refusal.kind is not Status.ERROR:
                raise
            if refusal.got.partition(":")[0] != error.__name__:
                why = f"{refusal.why}. {why}"
                raise replace(refusal, expected=expected, why=why) from None
        else:
            reply.fail(why, expected=expected)

    def require(self) -> None:
        """Raise `NotYet` unless the notebook has such a function."""
        definition = self.transport.definition(self.name)
        if not definition.is_callable:
            raise failure_messages.undefined(self.name, definition)

    def beside(self, name: str) -> "Answer":
        """Another function of the notebook, which the notebook provides. Raises `NotYet` if it is
        missing.
        """
        answer = Answer(self.transport, name, self.seconds)
        answer.require()
        return answer

    def setting(self, handle: Handle, name: str) -> str | None:
        """The value of a setting in the learner's PostgreSQL session; None while it is in an
        aborted transaction.
        """
        return self.transport.setting(handle, name)

    def methods_called(self, client: Handle) -> set[str]:
        """Which of the methods in `handles.NOTED` were called on the learner's Milvus client since
        the last call of this method.
        """
        return set((self.transport.setting(client, "") or "").split())

    def reconnect(self, handle: Handle) -> None:
        """Close what the learner's functions hold open behind `handle`: the next call gets a new
        connection or client, without what an earlier task left in it (plans, locks, settings).
        """
        self.transport.forget(handle)

    def _reply(self, args: Sequence[Any], kwargs: dict[str, Any], shapes_only: bool) -> Reply:
        # raises `NotYet` if it raised, ran too long, changed its arguments or was not attempted
        words = [shown(arg, shapes_only) for arg in args]
        words += [f"{key}={shown(arg, shapes_only)}" for key, arg in kwargs.items()]
        call = f"{self.name}({', '.join(words)})"
        outcome = self.transport.call(self.name, args, kwargs, self.seconds)
        if not shapes_only:  # what is printed may be the hidden data
            self.printed = (self.printed + outcome.printed)[:SHOWN_OUTPUT]
            self.printed_characters += outcome.printed_characters
        return Reply(self._value(outcome, call, shapes_only), call, shapes_only)

    def _value(self, outcome: Outcome, call: str, shapes_only: bool) -> Any:
        if outcome.overrun and outcome.budget:
            raise failure_messages.too_long_together(
                self.name, outcome.overrun.limit, outcome.budget
            )
        if outcome.overrun:
            raise failure_messages.too_long(call, outcome.overrun)
        if outcome.status is CallStatus.RAISED:
            raise failure_messages.raised(call, outcome, shapes_only)
        value = codec.decode(outcome.value)
        if value is Ellipsis:
            raise failure_messages.not_written(self.name)
        if outcome.changed:
            raise failure_messages.arguments_changed(call, outcome.changed)
        return value
