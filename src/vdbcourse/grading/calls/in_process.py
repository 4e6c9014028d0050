"""Calls to functions of this very process: the notebook's kernel, or a namespace in which a
solution was run.
"""

import math
import time
from collections.abc import Sequence
from typing import Any

from vdbcourse.grading.calls import codec, invoke
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.handles import Opened
from vdbcourse.grading.checks.not_yet import NotYet, too_long_together
from vdbcourse.grading.sandbox import time_limits
from vdbcourse.grading.sandbox.time_limits import Allowance, Meter, Spent


class Here:
    """The transport to a namespace of this process. Values go through the same plain form as to the
    sandbox.
    """

    def __init__(self, namespace: dict[str, Any], hidden: bool = False) -> None:
        self.namespace = namespace
        self.hidden = hidden
        self.opened = Opened()
        self.budget, self.spent = Allowance(math.inf, math.inf), Spent()

    def begin(self, seconds: float) -> None:
        """A new check begins."""
        self.budget, self.spent = time_limits.for_all_calls(seconds), Spent()

    def defined(self, name: str) -> bool:
        """Is there something callable of that name?"""
        return callable(self.namespace.get(name))

    def missing(self, name: str) -> NotYet:
        """Why there is none."""
        held = "no function" if name in self.namespace else "not defined"
        why = f"`{name}` is {held} in this notebook. Run the cell that defines it, top to bottom."
        return NotYet(why, kind="not attempted")

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        """Call it; returns the outcome."""
        coded = {
            "args": [codec.encode(arg) for arg in args],
            "kwargs": {k: codec.encode(v) for k, v in kwargs.items()},
        }
        meter = Meter(time.process_time)
        outcome = invoke.call(
            self.namespace, self.opened, name, codec.through_json(coded), Allowance.of(seconds)
        )
        self.spent += meter.spent
        if by := self.budget.exceeded(self.spent):
            raise too_long_together(name, by, self.budget)
        return codec.through_json(outcome)

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
