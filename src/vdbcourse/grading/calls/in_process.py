"""Calls of functions in this process: the notebook's kernel, or a namespace in which a solution was
run.
"""

import math
import time
from collections.abc import Sequence
from typing import Any

from vdbcourse.grading.calls import codec, invoke
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.handles import OpenHandles
from vdbcourse.grading.calls.outcome import CallStatus, Outcome
from vdbcourse.grading.calls.transport import Definition
from vdbcourse.grading.sandbox import time_limits
from vdbcourse.grading.sandbox.time_limits import Allowance, Meter, Overrun, Spent


class InProcess:
    """The transport to a namespace of this process. Values take the same plain form as for the
    sandbox.
    """

    def __init__(self, namespace: dict[str, Any], hidden: bool = False) -> None:
        self.namespace = namespace
        self.hidden = hidden
        self.opened = OpenHandles()
        self.budget, self.spent = Allowance(math.inf, math.inf), Spent()

    def begin(self, seconds: float) -> None:
        """Start a new check."""
        self.budget, self.spent = time_limits.for_all_calls(seconds), Spent()

    def definition(self, name: str) -> Definition:
        """What the name stands for."""
        value = self.namespace.get(name)
        type_name = type(value).__name__ if name in self.namespace else None
        return Definition(callable(value), type_name)

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> Outcome:
        """Call the function."""
        coded = codec.through_json(codec.encode_arguments(args, kwargs))
        meter = Meter(time.process_time)
        outcome = invoke.call(self.namespace, self.opened, name, coded, Allowance.of(seconds))
        self.spent += meter.spent
        if limit := self.budget.exceeded(self.spent):
            overrun = Overrun(limit, self.spent)
            return Outcome(CallStatus.TIME, overrun=overrun, budget=self.budget)
        return outcome

    def setting(self, handle: Handle, name: str) -> str | None:
        """A setting of the learner's PostgreSQL session; None while it is in an aborted
        transaction.
        """
        return self.opened.setting(handle, name)

    def forget(self, handle: Handle) -> None:
        """Close what is open behind `handle`."""
        self.opened.forget(handle)

    def close(self) -> None:
        """Close everything that was opened."""
        self.opened.close()
