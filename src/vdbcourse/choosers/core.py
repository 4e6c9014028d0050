"""What every chooser does: rules rule a candidate out or give it points, candidates are ranked, and
changes of one need are tried to see which would alter the choice.

A chooser brings its needs, rules and candidates, the order of their ranks, and their display.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

CONDITION = 0  # the weight of a condition: a candidate that does not meet it is ruled out


class Rule(Protocol):
    """A rule for candidates."""

    @property
    def key(self) -> str:
        """Its name in the program."""

    @property
    def text(self) -> str:
        """What it asks, worded to follow the candidate's name."""

    @property
    def weight(self) -> int:
        """Its points, or `CONDITION`."""


RuleT = TypeVar("RuleT", bound=Rule, covariant=True)


@dataclass(frozen=True)
class Reason(Generic[RuleT]):
    """What a rule says about a candidate: yes, no, or None for not known."""

    rule: RuleT
    holds: bool | None

    @property
    def points(self) -> int:
        """The rule's weight if it holds."""
        return self.rule.weight if self.holds else 0

    @property
    def rules_out(self) -> bool:
        """Is it a condition that is not met?"""
        return self.rule.weight == CONDITION and self.holds is False

    def outcome(self, unknown: str) -> str:
        """The rule's outcome in words; `unknown` if it could not be decided."""
        if self.holds is None:
            return unknown
        if self.rule.weight == CONDITION:
            return "met" if self.holds else "not met"
        if self.holds:
            return f"+{self.points}"
        return f"misses {self.rule.weight} point{'s' if self.rule.weight > 1 else ''}"


ReasonT = TypeVar("ReasonT", bound=Reason[Rule], covariant=True)


@dataclass(frozen=True)
class Assessment(Generic[ReasonT]):
    """The reasons of all rules applied to one candidate."""

    reasons: tuple[ReasonT, ...]

    @property
    def points(self) -> int:
        """Sum of the points."""
        return sum(reason.points for reason in self.reasons)

    @property
    def ruled_out(self) -> bool:
        """Is any condition not met?"""
        return any(reason.rules_out for reason in self.reasons)

    @property
    def open_questions(self) -> tuple[ReasonT, ...]:
        """Rules that could not be decided."""
        return tuple(reason for reason in self.reasons if reason.holds is None)

    @property
    def result(self) -> str:
        """Ruled out, or the points out of the maximum, in words."""
        if self.ruled_out:
            return "ruled out"
        return f"{self.points} of {sum(reason.rule.weight for reason in self.reasons)} points"

    @property
    def shortcomings(self) -> tuple[ReasonT, ...]:
        """What rules it out; otherwise what costs it points or could not be decided."""
        if self.ruled_out:
            return tuple(reason for reason in self.reasons if reason.rules_out)
        return tuple(reason for reason in self.reasons if not reason.holds)


NeedsT = TypeVar("NeedsT")
AnswerT = TypeVar("AnswerT")


def turning_changes(
    changes: Iterable[tuple[str, NeedsT]],
    answer_to: Callable[[NeedsT], AnswerT],
    turns: Callable[[AnswerT], bool],
) -> Iterator[tuple[str, NeedsT, AnswerT]]:
    """Those of the `changes` (in words, and the changed needs) whose answer alters the choice, with
    that answer.
    """
    for text, needs in changes:
        answer = answer_to(needs)
        if turns(answer):
            yield text, needs, answer


def by_outcome(changes: Iterable[tuple[str, str]]) -> list[str]:
    """A line for each outcome: `pgvector when you run PostgreSQL already; or nothing may be paid`.

    `changes` are pairs of the outcome and the change, both in words.
    """
    lines: dict[str, list[str]] = {}
    for outcome, text in changes:
        lines.setdefault(outcome, []).append(text)
    return [f"{outcome} when {'; or '.join(texts)}" for outcome, texts in lines.items()]
