"""Why a task is not passed yet, and the messages for a function that is missing and for a call that
returned no value.
"""

from dataclasses import dataclass

from vdbcourse.grading.calls.outcome import Outcome
from vdbcourse.grading.calls.transport import Definition
from vdbcourse.grading.result import Status
from vdbcourse.grading.sandbox.time_limits import Allowance, Limit, Overrun


@dataclass
class NotYet(Exception):  # noqa: N818 - not an error of ours, but an answer that is not right yet
    """Why a task is not passed yet, in words for the learner.

    kind: WRONG, NOT_ATTEMPTED, ERROR (the learner's code raised), TIME (it ran too long). ended:
    the limit that ended the call, in a few words for the person who grades a class.
    """

    why: str
    kind: Status = Status.WRONG
    call: str = ""
    got: str = ""
    expected: str = ""
    ended: str = ""

    def __str__(self) -> str:
        parts = [self.call and f"call: {self.call}", self.got and f"got: {self.got}"]
        parts += [self.expected and f"expected: {self.expected}", self.why]
        return " | ".join(filter(None, parts))


def undefined(name: str, definition: Definition) -> NotYet:
    """The name is not that of a function: why, and what to do."""
    if not definition.fresh:
        state = "not defined" if definition.type_name is None else "not a function"
        why = (
            f"`{name}` is {state} in this notebook. Run the cell that defines it, and those above."
        )
        return NotYet(why, Status.NOT_ATTEMPTED)
    if definition.type_name is not None:
        why = (
            f"`{name}` is a value of type {definition.type_name} after the last cell, not a"
            " function: a later cell reuses the name."
        )
        return NotYet(why, Status.ERROR)
    if not definition.cells:
        why = (
            f"No cell of the notebook defines `{name}`. If it exists in your kernel, the cell that"
            " defined it was deleted."
        )
        return NotYet(why, Status.NOT_ATTEMPTED)
    if definition.failure:
        why = (
            f"`{name}` is not defined when the notebook runs in a new kernel, top to bottom:"
            f" {definition.failure}."
        )
        return NotYet(why, Status.ERROR)
    cell = definition.cells[-1]
    why = f"`{name}` is defined in code cell {cell}, but a later cell deletes it."
    return NotYet(why, Status.ERROR)


def not_written(name: str) -> NotYet:
    """The function is still the stub."""
    why = f"`{name}` still returns `...`. Replace that with your answer."
    return NotYet(why, Status.NOT_ATTEMPTED)


def raised(call: str, outcome: Outcome, shapes_only: bool) -> NotYet:
    """The learner's code raised an error. shapes_only: its text may hold hidden data."""
    name = outcome.error.partition(":")[0]
    where = (
        f"at line {outcome.line} of its cell: `{outcome.source}`"
        if outcome.line
        else "before its first line"
    )
    got = name if shapes_only else outcome.error
    why = f"Your code raised this error, {name}, {where}"
    return NotYet(why, Status.ERROR, call=call, got=got)


def too_long(call: str, overrun: Overrun) -> NotYet:
    """The call took more time than one call may take."""
    return NotYet(f"It {overrun.in_words()}", Status.TIME, call=call, ended=overrun.limit.words)


def too_long_together(name: str, limit: Limit, budget: Allowance) -> NotYet:
    """The calls of a task took more time than all of them together may take."""
    overruns = {
        Limit.COMPUTING: f"computed for more than {budget.computing:.3g} s in total",
        Limit.CLOCK: f"took more than {budget.clock:.0f} s in total, most of it waiting",
    }
    why = f"The calls of this task {overruns[limit]}."
    return NotYet(why, Status.TIME, call=f"{name}(...)", ended=limit.words)


def arguments_changed(call: str, changed: tuple[str, ...]) -> NotYet:
    """The call changed its arguments."""
    names = ", ".join(f"`{name}`" for name in changed)
    return NotYet(
        f"The call changed its argument {names}. The caller still needs the original: work on a"
        " copy.",
        call=call,
        got=f"different content in {names}",
        expected=f"{names} as before the call",
    )
