"""Engines with the reasons of all rules, and their ranks."""

from dataclasses import dataclass

from vdbcourse.choosers import core
from vdbcourse.choosers.engine_chooser.needs import Memory, Needs
from vdbcourse.choosers.engine_chooser.rules import Rule
from vdbcourse.facts import Engine, Fact


@dataclass(frozen=True)
class Reason(core.Reason[Rule]):
    """What a rule says about an engine (yes, no, or None for not stated), and the facts that
    decided it.
    """

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Assessment(core.Assessment[Reason]):
    """An engine with the reasons of all rules that apply."""

    engine: Engine

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Smaller is better: not ruled out, more points, fewer open questions. Equal ranks are a
        tie.
        """
        return self.ruled_out, -self.points, len(self.open_questions)


@dataclass(frozen=True)
class Change:
    """A change of one need, in words, the engines that would then come first, and what the facts
    leave open about them.
    """

    text: str
    needs: Needs
    winners: tuple[str, ...]
    ask: tuple[str, ...]


@dataclass(frozen=True)
class Ranking:
    """The answer; engines by key. More than one winner is a tie that the facts do not decide; none:
    all are ruled out.
    """

    needs: Needs
    memory: Memory
    assessments: tuple[Assessment, ...]  # best first
    reconsider: tuple[Change, ...] = ()

    @property
    def winners(self) -> tuple[str, ...]:
        """The engines with the best rank."""
        return self._at_place(0)

    @property
    def runners_up(self) -> tuple[str, ...]:
        """The engines with the second best rank."""
        return self._at_place(1)

    def _at_place(self, number: int) -> tuple[str, ...]:
        """The engines that share a place, from 0."""
        fit = [assessment for assessment in self.assessments if not assessment.ruled_out]
        ranks = sorted({assessment.rank for assessment in fit})
        if number >= len(ranks):
            return ()
        return tuple(
            assessment.engine.key for assessment in fit if assessment.rank == ranks[number]
        )
