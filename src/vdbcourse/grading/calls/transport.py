"""How checks reach a learner's functions, wherever those are: `in_process` or `in_subprocess`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.outcome import Outcome


@dataclass(frozen=True)
class Definition:
    """What a name stands for in the learner's notebook.

    type_name: of its value, None if the name is undefined. Where the notebook ran fresh (`fresh`),
    cells: numbers of the code cells that define it; failure: one line on the first of them that did
    not finish.
    """

    is_callable: bool
    type_name: str | None = None
    fresh: bool = False
    cells: tuple[int, ...] = ()
    failure: str = ""


class Transport(Protocol):
    """Calls of a learner's functions. hidden: does the run use hidden data, whose values must not
    be shown?
    """

    hidden: bool

    def begin(self, seconds: float) -> None:
        """Start a check of a task whose calls may take `seconds` each; all of them together have a
        limit, too.
        """

    def definition(self, name: str) -> Definition:
        """What the name stands for."""

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> Outcome:
        """Call the function of that name, which may take `seconds`."""

    def setting(self, handle: Handle, name: str) -> str | None:
        """A PostgreSQL setting in the learner's session behind `handle`; None while it is in an
        aborted transaction.
        """

    def forget(self, handle: Handle) -> None:
        """Close what the learner had open behind `handle`, so that the next call gets a new one."""
