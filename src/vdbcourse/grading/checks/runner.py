"""Run the check of one task against a learner's functions, wherever they are, and return the
result.
"""

import inspect
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.outcome import SHOWN_OUTPUT, Outcome
from vdbcourse.grading.calls.transport import Definition, Transport
from vdbcourse.grading.checks.answer import Answer
from vdbcourse.grading.checks.data import Data
from vdbcourse.grading.checks.failure_messages import NotYet
from vdbcourse.grading.checks.side_effects import SideEffects, in_words
from vdbcourse.grading.manifest import Task
from vdbcourse.grading.result import Result, Status

LOCKED = (
    "Your code still holds a lock on a table that the check needs: it began a transaction and did"
    " not end it. `with conn.transaction():` ends it for you."
)
DISCONNECTED = "The check's own connection to the engine was closed while your code ran."


def run(task: Task, transport: Transport, data: Data) -> Result:
    """The result of `task` on `data`. Raises `CourseError` if the check itself fails, which is not
    the learner's fault.
    """
    check = manifest.checks(task.exercise)[task.id]
    side_effects = SideEffects(data)
    watched = _Watched(transport, side_effects)
    answers = {name: Answer(watched, name, task.seconds) for name in task.functions}
    transport.begin(task.seconds)
    try:
        not_yet = _not_yet(task, check, answers, data)
    finally:
        undone = _put_back(side_effects)
        side_effects.close()
    return replace(result_of(task, not_yet, answers), undone=undone)


def result_of(task: Task, not_yet: NotYet | None, answers: dict[str, Answer]) -> Result:
    """The result in words for the learner. not_yet: None for a task that is passed."""
    reason = not_yet or NotYet("", Status.PASSED)
    return Result(
        exercise=task.exercise,
        task=task.id,
        title=task.title,
        status=reason.kind,
        points=0 if not_yet else task.points,
        of=task.points,
        why=reason.why,
        call=reason.call,
        got=reason.got,
        expected=reason.expected,
        printed="".join(answer.printed for answer in answers.values())[:SHOWN_OUTPUT],
        printed_characters=sum(answer.printed_characters for answer in answers.values()),
        ended=reason.ended,
    )


class _Watched:
    # a transport whose calls are watched on the server as well

    def __init__(self, transport: Transport, side_effects: SideEffects) -> None:
        self.transport = transport
        self.side_effects = side_effects
        self.hidden = transport.hidden

    def begin(self, seconds: float) -> None:
        self.transport.begin(seconds)

    def definition(self, name: str) -> Definition:
        return self.transport.definition(name)

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> Outcome:
        self.side_effects.before([*args, *kwargs.values()])
        try:
            outcome = self.transport.call(name, args, kwargs, seconds)
        finally:
            self.side_effects.after()
        self.side_effects.note(outcome)
        return outcome

    def setting(self, handle: Handle, name: str) -> str | None:
        return self.transport.setting(handle, name)

    def forget(self, handle: Handle) -> None:
        self.transport.forget(handle)


def _not_yet(
    task: Task, check: Callable[..., None], answers: dict[str, Answer], data: Data
) -> NotYet | None:
    # why the task is not passed; None if it is
    try:
        for answer in answers.values():
            answer.require()
        wants_data = {"data": data} if "data" in inspect.signature(check).parameters else {}
        check(**answers, **wants_data)
    except NotYet as not_yet:
        return not_yet
    except (CourseError, ConnectionError):
        raise
    except Exception as error:  # boundary: the learner sees no traceback of the course's code
        if isinstance(error, psycopg.errors.LockNotAvailable):
            return NotYet(LOCKED, Status.ERROR)
        if _disconnected(error):
            return NotYet(DISCONNECTED, Status.ERROR)
        raise CourseError(
            f"The check of {task.exercise}, {task.id}, failed by itself, not because of your"
            f" answer: {type(error).__name__}: {error} ({_last_place(error)}). Please report it"
            " with your answer."
        ) from error
    return None


def _put_back(side_effects: SideEffects) -> str:
    # undo what calls left on the server, and say so in words; nothing if the server is gone
    try:
        return in_words(side_effects.put_back(), side_effects.altered)
    except psycopg.OperationalError:
        return ""


def _disconnected(error: Exception) -> bool:
    # did an engine end the check's connection? (a learner's code may cause that)
    closed = isinstance(error, psycopg.OperationalError) and (error.sqlstate or "57P").startswith(
        ("57P", "08")
    )
    return closed or isinstance(error, psycopg.InterfaceError)


def _last_place(error: Exception) -> str:
    # file and line where the course's code failed
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename.rpartition('vdbcourse')[2] or frame.filename}:{frame.lineno}"
