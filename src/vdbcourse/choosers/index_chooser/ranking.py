"""Rule index types out or rank them, and find the changes that would turn the choice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vdbcourse.choosers.index_chooser.candidates import Candidate, candidates
from vdbcourse.choosers.index_chooser.needs import MOST_ROWS, Needs
from vdbcourse.choosers.index_chooser.rules import CONDITION, RULES, Rule
from vdbcourse.errors import CourseError
from vdbcourse.facts import milvus_indexes
from vdbcourse.facts.model import look_up

if TYPE_CHECKING:
    from vdbcourse.choosers.index_chooser.display import Why


@dataclass(frozen=True)
class Reason:
    """What a rule says of a type: yes, no, or None for not known."""

    rule: Rule
    holds: bool | None

    @property
    def points(self) -> int:
        """The rule's weight if it holds."""
        return self.rule.weight if self.holds else 0

    @property
    def rules_out(self) -> bool:
        """Is it a condition that is not met?"""
        return self.rule.weight == CONDITION and self.holds is False


@dataclass(frozen=True)
class Assessment:
    """A type with its parameters and the reasons of all rules that were asked."""

    candidate: Candidate
    reasons: tuple[Reason, ...]

    @property
    def index_type(self) -> str:
        """Its name in Milvus."""
        return self.candidate.index_type

    @property
    def points(self) -> int:
        """Sum of the points."""
        return sum(reason.points for reason in self.reasons)

    @property
    def ruled_out(self) -> bool:
        """Is any condition not met?"""
        return any(reason.rules_out for reason in self.reasons)

    @property
    def unknown(self) -> tuple[Reason, ...]:
        """Rules that nothing is known for."""
        return tuple(reason for reason in self.reasons if reason.holds is None)

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """Smaller is better: not ruled out, nothing unknown, more points, less memory."""
        return self.ruled_out, len(self.unknown), -self.points, self.candidate.memory_bytes


@dataclass(frozen=True)
class Change:
    """A change of one need, in words, and the type that would then come first; None if none is
    left.
    """

    text: str
    needs: Needs
    index_type: str | None


@dataclass(frozen=True)
class Recommendation:
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
        return tuple(one.index_type for one in self.assessments if one.ruled_out)

    def why(self, index_type: str) -> "Why":
        """Each rule for a type, with its source. Raises `CourseError` for an unknown type."""
        from vdbcourse.choosers.index_chooser.display import Why

        return Why(
            look_up(index_type, {one.index_type: one for one in self.assessments}, "index type")
        )

    def __repr__(self) -> str:
        from vdbcourse.choosers.index_chooser import display

        return display.text(self)

    def _repr_html_(self) -> str:
        from vdbcourse.choosers.index_chooser import display

        return display.page(self)


def choose(
    needs: Needs | None = None, rules: Iterable[Rule] = RULES, **wanted: Any
) -> Recommendation:
    """The index type for `needs`, or for `Needs(**wanted)`, with what else is possible and why the
    others are not.

    Raises `CourseError` for needs that cannot be, and in one line if no type meets all conditions.
    """
    needs, rules = needs or Needs(**wanted), tuple(rules)
    answer = ranked(needs, rules)
    if answer.best.ruled_out:
        raise CourseError(impossible(answer))
    return replace(answer, reconsider=tuple(turned(answer, rules)))


def ranked(needs: Needs, rules: tuple[Rule, ...]) -> Recommendation:
    """All types by rank."""
    asked = [rule for rule in rules if rule.asked(needs)]
    assessments = [
        Assessment(one, tuple(Reason(rule, rule.holds(one, needs)) for rule in asked))
        for one in candidates(needs)
    ]
    return Recommendation(needs, tuple(sorted(assessments, key=lambda one: one.rank)))


def turned(answer: Recommendation, rules: tuple[Rule, ...]) -> Iterator[Change]:
    """The changes of one need after which another type comes first, or none is left."""
    for text, needs in single_changes(answer.needs):
        other = ranked(needs, rules).best
        found = None if other.ruled_out else other.index_type
        if found != answer.index_type:
            yield Change(text, needs, found)


def single_changes(needs: Needs) -> Iterator[tuple[str, Needs]]:
    """Needs with one thing changed, each with its words after "when"."""
    for times in (10, 100):
        if needs.rows * times <= MOST_ROWS:
            yield (
                f"you have {times} times the rows ({needs.rows * times:,})",
                replace(needs, rows=needs.rows * times),
            )
    for part in (2, 4, 16):
        yield (
            f"there is 1/{part} of the memory ({needs.memory_gb / part:g} GB)",
            replace(needs, memory_gb=needs.memory_gb / part),
        )
    for recall in (0.8, 0.995):
        if recall != needs.recall:
            yield f"the recall you ask for is {recall:g}", replace(needs, recall=recall)
    for kept in (0.1, 0.01):
        if kept < needs.share_kept_by_filter:
            yield (
                f"a filter keeps {kept:.0%} of the rows",
                replace(needs, share_kept_by_filter=kept),
            )
    if needs.k < MANY <= needs.rows:
        yield f"you ask for {MANY:,} hits", replace(needs, k=MANY)
    for key, deployment in milvus_indexes.book().deployments.items():
        if key != needs.deployment:
            yield f"it runs on {deployment}", replace(needs, deployment=key)


MANY = 3_000  # hits


def impossible(answer: Recommendation) -> str:
    """One line: what fails, how near the nearest is, what to change."""
    needs = answer.needs
    where = milvus_indexes.book().deployments[needs.deployment]
    able = [one for one in answer.assessments if failed(one) <= {"memory"}]
    asked = (
        f"{needs.rows:,} x {needs.dimensions:,} in {needs.memory_gb:g} GB at a recall of"
        f" {needs.recall:g}"
    )
    if not able:
        return (
            f"No index type of {where} holds {asked}. Ask for less recall, or choose another"
            " deployment."
        )
    least = min(able, key=lambda one: one.candidate.memory_bytes)
    enough = f"{least.index_type} needs the least, {least.candidate.memory_bytes / 1e9:,.3g} GB"
    return (
        f"No index type of {where} holds {asked}; {enough}. Give it that memory, ask for less, or"
        " choose another deployment."
    )


def failed(one: Assessment) -> set[str]:
    """Conditions that are not met."""
    return {reason.rule.key for reason in one.reasons if reason.rules_out}
