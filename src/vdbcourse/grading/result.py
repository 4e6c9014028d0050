"""The words of a result: the same in the notebook, in the terminal and in a report. Colour is never
the only sign.
"""

import html
import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The outcome of a task. The values are stored in progress files, JSON and CSV."""

    PASSED = "passed"
    NOT_ATTEMPTED = "not attempted"
    WRONG = "wrong"
    ERROR = "error"  # the learner's code raised
    TIME = "time"  # it ran too long
    NOT_GRADED = "not graded"

    @property
    def color(self) -> str:
        """The colour of its bar, as HTML writes it."""
        return _COLORS.get(self, "#cf222e")

    @property
    def words(self) -> str:
        """The wording for a learner."""
        return _WORDS.get(self, self.value)

    @property
    def class_words(self) -> str:
        """The wording for a teacher."""
        return "raised an error" if self is Status.ERROR else self.words


_COLORS = {Status.PASSED: "#1a7f37", Status.NOT_ATTEMPTED: "#6e7781", Status.WRONG: "#9a6700"}
_WORDS = {
    Status.WRONG: "not yet",
    Status.ERROR: "your code raised an error",
    Status.TIME: "took too long",
}


@dataclass(frozen=True)
class Result:
    """The outcome of one task. `call`, `got` and `expected` are one line each or empty; `why` says
    why it matters.
    """

    exercise: str
    task: str
    title: str
    status: Status
    points: int  # reached
    of: int  # to be reached
    why: str = ""
    call: str = ""
    got: str = ""
    expected: str = ""
    printed: str = ""
    printed_characters: int = 0
    undone: str = ""  # what the code left on the server and the check undid
    ended: str = ""  # the limit that ended it, or what it did to its process; for the teacher

    @property
    def passed(self) -> bool:
        """Is the task done?"""
        return self.status is Status.PASSED

    @property
    def words(self) -> str:
        """The status, worded for a learner."""
        return self.status.words

    @property
    def in_class(self) -> str:
        """What went wrong, for the teacher: what ended it, the error, or the message to the
        learner.
        """
        if self.ended:
            return f"{self.words}: {self.ended}" if self.status is Status.TIME else self.ended
        return f"raised {self.got}" if self.status is Status.ERROR and self.got else self.why

    @property
    def headline(self) -> str:
        """Status, task and points."""
        words = f"{self.words[0].upper()}{self.words[1:]}"
        return f"{words}: {self.task}, {self.points} of {self.of} points"

    @property
    def details(self) -> list[tuple[str, str]]:
        """Labelled lines below the headline."""
        lines = [
            ("call", self.call),
            ("got", self.got),
            ("expected", self.expected),
            ("why", self.why),
            ("undone", self.undone),
        ]
        if self.printed_characters:
            cut = f" (the first {len(self.printed):,} of {self.printed_characters:,} characters)"
            lines.append(
                (
                    "printed" + (cut if self.printed_characters > len(self.printed) else ""),
                    self.printed.rstrip("\n"),
                )
            )
        return [(label, text) for label, text in lines if text]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def line(self) -> str:
        """Everything in one line."""
        return " | ".join(
            [self.headline, *(f"{label}: {' '.join(text.split())}" for label, text in self.details)]
        )

    def __repr__(self) -> str:
        return "\n".join(
            [self.headline, *(f"    {label + ':':9} {text}" for label, text in self.details)]
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr><th scope='row' style='text-align:left;vertical-align:top;font-weight:normal;"
            f"opacity:.75'>{html.escape(label)}</th><td"
            f" style='text-align:left'>{_cell(label, text)}</td></tr>"
            for label, text in self.details
        )
        table = f"<table style='margin:.4em 0 0 0'><tbody>{rows}</tbody></table>" if rows else ""
        return (
            "<div role='status' style='border-left:5px solid"
            f" {self.status.color};padding:.3em"
            f" .8em;overflow-x:auto'><strong>{html.escape(self.headline)}</strong>{table}</div>"
        )


def prose(text: str) -> str:
    """Text as HTML, backquoted parts as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


class Results(list[Result]):
    """Several results, one after another."""

    @property
    def total(self) -> str:
        """The sum of their points."""
        reached, of = sum(result.points for result in self), sum(result.of for result in self)
        return f"{reached} of {of} points"

    def __repr__(self) -> str:
        return "\n".join([*map(repr, self), self.total])

    def _repr_html_(self) -> str:
        return "".join(result._repr_html_() for result in self) + f"<p>{self.total}</p>"

    def json(self) -> str:
        """For a program."""
        return json.dumps([result.as_dict() for result in self], indent=1)


def _cell(label: str, text: str) -> str:
    # code in a fixed font, prose as prose; the text is always escaped
    if label in ("why", "undone"):
        return prose(text)
    return f"<code style='white-space:pre-wrap;overflow-wrap:anywhere'>{html.escape(text)}</code>"
