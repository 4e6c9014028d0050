"""Rule index types out or rank them, and find the changes that would alter the choice."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from vdbcourse.choosers import core
from vdbcourse.choosers.index_chooser import display
from vdbcourse.choosers.index_chooser.candidates import candidates
from vdbcourse.choosers.index_chooser.needs import MOST_ROWS, Needs
from vdbcourse.choosers.index_chooser.ranking import Assessment, Change, Ranking, Reason
from vdbcourse.choosers.index_chooser.rules import RULES, Rule
from vdbcourse.errors import CourseError
from vdbcourse.facts import milvus_indexes
from vdbcourse.facts.model import look_up

MANY = 3_000  # hits
HALF = 0.5  # of the rows


class Recommendation(Ranking):
    """A ranking as it is shown in a notebook."""

    def why(self, index_type: str) -> display.Why:
        """Each rule for a type, with its source. Raises `CourseError` for an unknown type."""
        assessments = {assessment.index_type: assessment for assessment in self.assessments}
        return display.Why(look_up(index_type, assessments, "index type"))

    def __repr__(self) -> str:
        return display.text(self)

    def _repr_html_(self) -> str:
        return display.page(self)


def choose(
    needs: Needs | None = None, rules: Iterable[Rule] = RULES, **values: Any
) -> Recommendation:
    """The index type for `needs`, or for `Needs(**values)`, with what else is possible and why the
    others are not.

    Raises `CourseError` for impossible needs, and if no type meets all conditions.
    """
    needs, rules = needs or Needs(**values), tuple(rules)
    answer = ranked(needs, rules)
    if answer.best.ruled_out:
        raise CourseError(_impossible(answer))
    changes = core.turning_changes(
        _single_changes(needs),
        lambda changed: _winner(ranked(changed, rules)),
        lambda winner: winner != answer.index_type,
    )
    return replace(answer, reconsider=tuple(Change(*change) for change in changes))


def ranked(needs: Needs, rules: tuple[Rule, ...]) -> Recommendation:
    """All types by rank, without the changes that would alter the choice."""
    active = [rule for rule in rules if rule.applies(needs)]
    assessments = [
        Assessment(tuple(Reason(rule, rule.holds(candidate, needs)) for rule in active), candidate)
        for candidate in candidates(needs)
    ]
    assessments.sort(key=lambda assessment: assessment.rank)
    return Recommendation(needs, tuple(assessments))


def _winner(answer: Ranking) -> str | None:
    """The type that comes first; None if it is ruled out."""
    return None if answer.best.ruled_out else answer.index_type


def _single_changes(needs: Needs) -> Iterator[tuple[str, Needs]]:
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
    for share in (0.1, 0.01):
        if share < needs.share_kept_by_filter:
            yield (
                f"a filter keeps {share:.0%} of the rows",
                replace(needs, share_kept_by_filter=share),
            )
    if needs.replaced_a_day < HALF:
        yield f"{HALF:.0%} of the rows are replaced each day", replace(needs, replaced_a_day=HALF)
    if needs.k < MANY <= needs.rows:
        yield f"you ask for {MANY:,} hits", replace(needs, k=MANY)
    for key, deployment in milvus_indexes.book().deployments.items():
        if key != needs.deployment:
            yield f"it runs on {deployment}", replace(needs, deployment=key)


def _impossible(answer: Ranking) -> str:
    """One line: what fails, how near the nearest is, what to change."""
    needs = answer.needs
    where = milvus_indexes.book().deployments[needs.deployment]
    able = [assessment for assessment in answer.assessments if _failed(assessment) <= {"memory"}]
    request = (
        f"{needs.rows:,} x {needs.dimensions:,} in {needs.memory_gb:g} GB at a recall of"
        f" {needs.recall:g}"
    )
    if not able:
        return (
            f"No index type of {where} holds {request}. Ask for less recall, or choose another"
            " deployment."
        )
    least = min(able, key=lambda assessment: assessment.candidate.memory_bytes)
    needed = needs.with_replaced(least.candidate.memory_bytes)
    enough = f"{least.index_type} needs the least, {needed / 1e9:,.3g} GB"
    return (
        f"No index type of {where} holds {request}; {enough}. Give it that memory, ask for less, or"
        " choose another deployment."
    )


def _failed(assessment: Assessment) -> set[str]:
    """Conditions that are not met."""
    return {reason.rule.key for reason in assessment.reasons if reason.rules_out}
