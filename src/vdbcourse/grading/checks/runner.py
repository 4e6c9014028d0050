"""Run the check of one task against a learner's functions, wherever they are, and say what came of
it.
"""

import inspect
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest
from vdbcourse.grading.calls.invoke import SHOWN_OUTPUT
from vdbcourse.grading.checks.answer import Answer, Transport
from vdbcourse.grading.checks.data import Data
from vdbcourse.grading.checks.not_yet import NotYet
from vdbcourse.grading.checks.side_effects import Traces, in_words
from vdbcourse.grading.manifest import Task
from vdbcourse.grading.result import Result

LOCKED = (
    "Your code still holds a lock on a table that the check needs: a transaction was begun and not"
    " ended. `with conn.transaction():` ends it by itself."
)


def run(task: Task, transport: Transport, data: Data) -> Result:
    """The result of `task` on `data`. Raises `CourseError` if the check itself fails, which is no
    fault of the learner's.
    """
    function = manifest.checks(task.exercise)[task.id]
    traces = Traces(data)
    transport = Watched(transport, traces)
    answers = {name: Answer(transport, name, task.seconds) for name in task.functions}
    transport.begin(task.seconds)
    try:
        found = outcome(task, function, answers, transport, data)
    finally:
        undone = put_back(traces)
        traces.close()
    return replace(result_of(task, found, answers), undone=undone)


def outcome(
    task: Task, function: Callable, answers: dict[str, Answer], transport: Transport, data: Data
) -> NotYet:
    """What the check found; of the kind "passed" if there was nothing."""
    try:
        for name in task.functions:
            if not transport.defined(name):
                raise transport.missing(name)
        wants_data = {"data": data} if "data" in inspect.signature(function).parameters else {}
        function(**answers, **wants_data)
    except NotYet as not_yet:
        return not_yet
    except (CourseError, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001 # boundary: the border between the course's code and the learner: no traceback of ours
        if isinstance(error, psycopg.errors.LockNotAvailable):
            return NotYet(LOCKED, kind="error")
        if disconnected(error):
            return NotYet(
                "The check's own connection to the engine was closed while your code ran.",
                kind="error",
            )
        raise CourseError(
            f"The check of {task.exercise}, {task.id}, failed by itself, which is no fault of your"
            f" answer: {type(error).__name__}: {error} ({last_place(error)}). Please report it with"
            " your answer."
        ) from error
    return NotYet("", kind="passed")


def put_back(traces: Traces) -> str:
    """What calls left on the server and is undone now, in words; nothing where the
    server is gone.
    """
    try:
        return in_words(traces.put_back(), traces.altered)
    except psycopg.OperationalError:
        return ""


class Watched:
    """A transport whose every call is looked at from the server's side as well."""

    def __init__(self, transport: Transport, traces: Traces) -> None:
        self.transport = transport
        self.traces = traces
        self.hidden = transport.hidden
        self.begin, self.defined, self.missing = (
            transport.begin,
            transport.defined,
            transport.missing,
        )
        self.setting, self.forget = transport.setting, transport.forget

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        """Call it; returns the outcome."""
        self.traces.before([*args, *kwargs.values()])
        try:
            outcome = self.transport.call(name, args, kwargs, seconds)
        finally:
            self.traces.after()
        self.traces.note(outcome)
        return outcome


def result_of(task: Task, found: NotYet, answers: dict[str, Answer]) -> Result:
    """The result in the learner's words."""
    return Result(
        exercise=task.exercise,
        task=task.id,
        title=task.title,
        status=found.kind,
        points=task.points if found.kind == "passed" else 0,
        of=task.points,
        why=found.why,
        call=found.call,
        got=found.got,
        expected=found.expected,
        printed="".join(answer.printed for answer in answers.values())[:SHOWN_OUTPUT],
        printed_characters=sum(answer.printed_characters for answer in answers.values()),
        ended=found.ended,
    )


def disconnected(error: Exception) -> bool:
    """Did an engine end the check's connection? (A learner's code may do that to it.)"""
    closed = isinstance(error, psycopg.OperationalError) and (error.sqlstate or "57P").startswith(
        ("57P", "08")
    )
    return closed or isinstance(error, psycopg.InterfaceError)


def last_place(error: Exception) -> str:
    """File and line where the course's code failed."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename.rpartition('vdbcourse')[2] or frame.filename}:{frame.lineno}"
