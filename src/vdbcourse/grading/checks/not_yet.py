"""Why a task is not passed yet, and what is said of calls that gave no value to look at."""

from dataclasses import dataclass

from vdbcourse.grading.sandbox import time_limits
from vdbcourse.grading.sandbox.time_limits import Allowance


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
