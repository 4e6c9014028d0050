"""Index types with the reasons of all rules, and their ranks."""

from dataclasses import dataclass

from vdbcourse.choosers import core
from vdbcourse.choosers.index_chooser.candidates import Candidate
from vdbcourse.choosers.index_chooser.needs import Needs
from vdbcourse.choosers.index_chooser.rules import Rule

Reason = core.Reason[Rule]


@dataclass(frozen=True)
class Assessment(core.Assessment[Reason]):
    """A type with its parameters and the reasons of all rules that were asked."""

    candidate: Candidate

    @property
    def index_type(self) -> str:
        """Its name in Milvus."""
        return self.candidate.index_type

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """Smaller is better: not ruled out, nothing unknown, more points, less memory."""
        unknown = len(self.open_questions)
        return self.ruled_out, unknown, -self.points, self.candidate.memory_bytes


@dataclass(frozen=True)
class Change:
    """A change of one need, in words, and the type that would then come first; None if none is
    left.
    """

    text: str
    needs: Needs
    index_type: str | None


@dataclass(frozen=True)
class Ranking:
    """The answer; `assessments` best first."""

    needs: Needs
    assessments: tuple[Assessment, ...]
    reconsider: tuple[Change, ...] = ()

    @property
    def best(self) -> Assessment:
        """The recommended type."""
        return self.assessments[0]

    @property
    def index_type(self) -> str:
        """Its name."""
        return self.best.index_type

    @property
    def ruled_out(self) -> tuple[str, ...]:
        """The types that do not meet a condition."""
        return tuple(
            assessment.index_type for assessment in self.assessments if assessment.ruled_out
        )
