"""The words of a result: the same in the notebook, in the terminal and in a report. Colour is never
the only sign.
"""

import html
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

NOT_GRADED = "not graded"
# status: (what stands before it in text, colour of its bar)
STATUSES = {
    "passed": ("[x]", "#1a7f37"),
    "not attempted": ("[ ]", "#6e7781"),
    "wrong": ("[-]", "#9a6700"),
    "error": ("[!]", "#cf222e"),
    "time": ("[!]", "#cf222e"),
    NOT_GRADED: ("[?]", "#cf222e"),
}
WORDS = {"wrong": "not yet", "error": "your code raised an error", "time": "took too long"}
CLASS_WORDS = WORDS | {"error": "raised an error"}  # to whoever grades a class


@dataclass(frozen=True)
class Result:
    """What became of one task. `call`, `got` and `expected` are one line each or empty; `why` says
    why it matters.
    """

    exercise: str
    task: str
    title: str
    status: str  # one of STATUSES
    points: int  # reached
    of: int  # to be reached
    why: str = ""
    call: str = ""
    got: str = ""
    expected: str = ""
    printed: str = ""
    printed_characters: int = 0
    undone: str = ""  # what the code left on the server, and the check has put back
    ended: str = (
        ""  # the limit that ended it, or what it did to its process; for whoever grades a class
    )

    @property
    def passed(self) -> bool:
        """Is the task done?"""
        return self.status == "passed"

    @property
    def words(self) -> str:
        """The status as it is said to a learner."""
        return WORDS.get(self.status, self.status)

    @property
    def in_class(self) -> str:
        """What went wrong, to whoever grades a class: what ended it, or the error, or what the
        learner was told.
        """
        if self.ended:
            return f"{self.words}: {self.ended}" if self.status == "time" else self.ended
        return f"raised {self.got}" if self.status == "error" and self.got else self.why

    @property
    def headline(self) -> str:
        """Sign, task, status and points."""
        return (
            f"{STATUSES[self.status][0]} {self.task}: {self.words}, {self.points} of {self.of}"
            " points"
        )

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
            "<tr><th scope='row'"
            f" style='text-align:left;vertical-align:top;font-weight:normal;opacity:.75'>{html.escape(label)}</th><td"
            f" style='text-align:left'>{self.cell(label, text)}</td></tr>"
            for label, text in self.details
        )
        table = f"<table style='margin:.4em 0 0 0'><tbody>{rows}</tbody></table>" if rows else ""
        return (
            "<div role='status' style='border-left:5px solid"
            f" {STATUSES[self.status][1]};padding:.3em"
            f" .8em;overflow-x:auto'><strong>{html.escape(self.headline)}</strong>{table}</div>"
        )

    @staticmethod
    def cell(label: str, text: str) -> str:
        """Code in a fixed font, prose as prose; whatever the text holds, it stays text."""
        if label in ("why", "undone"):
            return prose(text)
        return (
            f"<code style='white-space:pre-wrap;overflow-wrap:anywhere'>{html.escape(text)}</code>"
        )


def prose(text: str) -> str:
    """Text as HTML, with what stands in backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


class Results(list):
    """Several results, one after another."""

    def __repr__(self) -> str:
        reached, of = sum(one.points for one in self), sum(one.of for one in self)
        return "\n".join([*map(repr, self), f"{reached} of {of} points"])

    def _repr_html_(self) -> str:
        reached, of = sum(one.points for one in self), sum(one.of for one in self)
        return "".join(one._repr_html_() for one in self) + f"<p>{reached} of {of} points</p>"

    def json(self) -> str:
        """For a program."""
        return json.dumps([one.as_dict() for one in self], indent=1)
