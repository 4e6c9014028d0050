"""How a line is chosen: by a pattern for the engine's words, the first that matches."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 160  # characters of an engine's message


@dataclass(frozen=True)
class Case:
    """A pattern for the engine's words, and its explanation; `{1}` is the pattern's first group,
    `{0}` the first group that matched.
    """

    pattern: str
    line: str


def line_of(words: str, cases: Iterable[Case]) -> str | None:
    """The explanation of the first case that fits `words`; None if there is none."""
    for case in cases:
        if match := re.search(case.pattern, words, re.IGNORECASE):
            groups = match.groups()
            first = next((group for group in groups if group), "")
            return case.line.format(first, *(group or "" for group in groups))
    return None
