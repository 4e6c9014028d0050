"""The outcome of a call of a learner's function, or of a notebook's code cell, and the form in
which it travels between processes: JSON, checked before use.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from vdbcourse.grading.calls import codec
from vdbcourse.grading.sandbox.time_limits import Allowance, Limit, Overrun, Spent

SHOWN_OUTPUT = 600  # characters of what a function prints
_T = TypeVar("_T")
_MALFORMED = (
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
    RecursionError,
    OverflowError,
    MemoryError,
)


class CallStatus(StrEnum):
    """How a call ended."""

    RETURNED = "returned"
    RAISED = "raised"
    TIME = "time"  # it was stopped


@dataclass(frozen=True)
class Outcome:
    """The outcome of a call.

    value: in JSON's types, as `codec.encode` makes it; changed: names of the arguments whose
    content the call changed; error, line, source: what it raised, and the learner's line where it
    happened; overrun: the time limit it exceeded; budget: what all calls of its task together may
    use, if that was the limit; altered: settings of its connections that it changed; collections:
    names that it gave to collections in Milvus.
    """

    status: CallStatus
    value: Any = None
    changed: tuple[str, ...] = ()
    error: str = ""
    line: int | None = None
    source: str = ""
    overrun: Overrun | None = None
    budget: Allowance | None = None
    altered: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    printed: str = ""
    printed_characters: int = 0

    def as_json(self) -> dict[str, Any]:
        """For the other process; without `budget`, which the process that asks keeps."""
        content: dict[str, Any] = {
            "status": self.status.value,
            "altered": list(self.altered),
            "collections": list(self.collections),
            "printed": self.printed,
            "printed_characters": self.printed_characters,
        }
        match self.status:
            case CallStatus.RETURNED:
                content |= {"value": self.value, "changed": list(self.changed)}
            case CallStatus.RAISED:
                content |= {"error": self.error, "line": self.line, "source": self.source}
            case CallStatus.TIME:
                content |= _overrun_as_json(self.overrun) or {}
        return content

    @classmethod
    def from_json(cls, content: Any) -> "Outcome":
        """What `as_json` made, without control characters. Raises `ValueError` for anything
        else.
        """
        return _checked(cls._read, content)

    @classmethod
    def _read(cls, content: Any) -> "Outcome":
        codec.decode(content.get("value"))
        status = CallStatus(content["status"])
        return cls(
            status=status,
            value=content.get("value"),
            changed=tuple(printable(name) for name in content.get("changed", ())),
            error=printable(content.get("error", "")),
            line=content.get("line") and int(content["line"]),
            source=printable(content.get("source", "")),
            overrun=_overrun(content) if status is CallStatus.TIME else None,
            altered=tuple(printable(name) for name in content["altered"]),
            collections=tuple(printable(name) for name in content["collections"]),
            printed=printable(content["printed"], keep="\n\t", most=SHOWN_OUTPUT),
            printed_characters=int(content["printed_characters"]),
        )


@dataclass(frozen=True)
class CellOutcome:
    """The outcome of a code cell. error: in one line, or empty; overrun: the time limit it
    exceeded.
    """

    error: str = ""
    overrun: Overrun | None = None
    printed: str = ""
    printed_characters: int = 0

    def as_json(self) -> dict[str, Any]:
        """For the other process."""
        return {
            "error": self.error,
            "time": _overrun_as_json(self.overrun),
            "printed": self.printed,
            "printed_characters": self.printed_characters,
        }

    @classmethod
    def from_json(cls, content: Any) -> "CellOutcome":
        """What `as_json` made, without control characters. Raises `ValueError` for anything
        else.
        """
        return _checked(cls._read, content)

    @classmethod
    def _read(cls, content: Any) -> "CellOutcome":
        return cls(
            error=printable(content.get("error") or ""),
            overrun=_overrun(content["time"]) if content.get("time") else None,
            printed=printable(content["printed"], keep="\n\t", most=SHOWN_OUTPUT),
            printed_characters=int(content["printed_characters"]),
        )


def printable(value: object, keep: str = "", most: int = 500) -> str:
    """Text from another process, safe to show: short, without control characters."""
    return "".join(c if c.isprintable() or c in keep else " " for c in str(value)[:most])


def _overrun(content: Any) -> Overrun:
    spent = Spent(float(content["computed"]), float(content["elapsed"]))
    return Overrun(Limit(content["by"]), spent)


def _overrun_as_json(overrun: Overrun | None) -> dict[str, Any] | None:
    if overrun is None:
        return None
    spent = overrun.spent
    return {"by": overrun.limit.value, "computed": spent.computed, "elapsed": spent.elapsed}


def _checked(read: Callable[[Any], _T], content: Any) -> _T:
    try:
        return read(content)
    except _MALFORMED as error:
        raise ValueError(f"{type(content).__name__} that is not an outcome") from error
