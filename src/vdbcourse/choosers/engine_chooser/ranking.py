"""Rule engines out or rank them, and find the changes that would turn the choice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vdbcourse import facts
from vdbcourse.choosers.engine_chooser.needs import MOST_VECTORS, Memory, Needs, memory
from vdbcourse.choosers.engine_chooser.rules import CONDITION, RULES, Case, Rule
from vdbcourse.errors import CourseError
from vdbcourse.facts import Book, Engine, Fact
from vdbcourse.facts.model import look_up

if TYPE_CHECKING:
    from vdbcourse.choosers.engine_chooser.display import Why


@dataclass(frozen=True)
class Reason:
    """What a rule says of an engine (yes, no, or None for not stated), its points, and the facts
    that decided it.
    """

    rule: Rule
    holds: bool | None
    facts: tuple[Fact, ...]

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
    """An engine with the reasons of all rules that were asked."""

    engine: Engine
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> int:
        """Sum of the points."""
        return sum(reason.points for reason in self.reasons)

    @property
    def ruled_out(self) -> bool:
        """Is any condition not met?"""
        return any(reason.rules_out for reason in self.reasons)

    @property
    def open_questions(self) -> tuple[Reason, ...]:
        """Rules that the facts do not decide."""
        return tuple(reason for reason in self.reasons if reason.holds is None)

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
class Recommendation:
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
        return self.place(0)

    @property
    def runners_up(self) -> tuple[str, ...]:
        """The engines with the second best rank."""
        return self.place(1)

    def place(self, number: int) -> tuple[str, ...]:
        """The engines that share a place, from 0."""
        fit = [one for one in self.assessments if not one.ruled_out]
        ranks = sorted({one.rank for one in fit})
        return (
            tuple(one.engine.key for one in fit if one.rank == ranks[number])
            if number < len(ranks)
            else ()
        )

    def why(self, engine: str) -> "Why":
        """Each rule for `engine`, with the facts that decided it. Raises `CourseError` for an
        unknown engine.
        """
        from vdbcourse.choosers.engine_chooser.display import Why

        return Why(look_up(engine, {one.engine.key: one for one in self.assessments}, "engine"))

    def __repr__(self) -> str:
        from vdbcourse.choosers.engine_chooser import display

        return display.text(self)

    def _repr_html_(self) -> str:
        from vdbcourse.choosers.engine_chooser import display

        return display.page(self)


def choose(needs: Needs, book: Book | None = None, rules: Iterable[Rule] = RULES) -> Recommendation:
    """Rank the engines of `book` (all facts, unless you give changed ones) for `needs`.

    Raises `CourseError` if no engine states that it takes vectors of that length.
    """
    book, rules = book or facts.book(), tuple(rules)
    check_dimensions(needs, book)
    answer = ranked(needs, book, rules)
    changes = (
        turned(text, ranked(changed, book, rules)) for text, changed in single_changes(needs)
    )
    return replace(
        answer,
        reconsider=tuple(one for one in changes if one.winners and one.winners != answer.winners),
    )


def ranked(needs: Needs, book: Book, rules: tuple[Rule, ...]) -> Recommendation:
    """The engines by rank; within a tie in the order of the facts."""
    case = Case(needs, memory(needs, book), book)
    asked = [rule for rule in rules if rule.asked(case)]
    assessments = [
        Assessment(engine, tuple(judged(rule, engine, case) for rule in asked))
        for engine in book.engines.values()
    ]
    return Recommendation(needs, case.memory, tuple(sorted(assessments, key=lambda one: one.rank)))


def turned(text: str, answer: Recommendation) -> Change:
    """The answer to changed needs, in short."""
    best = [one for one in answer.assessments if one.engine.key in answer.winners]
    ask = dict.fromkeys(reason.rule.text for one in best for reason in one.open_questions)
    return Change(text, answer.needs, answer.winners, tuple(ask))


def judged(rule: Rule, engine: Engine, case: Case) -> Reason:
    """What the rule says of an engine; it sees only the facts that it names."""
    seen = {feature: engine.facts[feature] for feature in rule.features}
    return Reason(rule, rule.holds(seen, case), tuple(seen.values()))


def check_dimensions(needs: Needs, book: Book) -> None:
    """Is there an engine that states so long vectors?"""
    stated = {
        engine.name: engine.facts["max_dimensions"].numbers.get("indexed", 0)
        for engine in book.engines.values()
    }
    name = max(stated, key=stated.get)
    if needs.dimensions > stated[name]:
        raise CourseError(
            f"dimensions={needs.dimensions:,} is above every maximum that an engine here states;"
            f" the largest is {stated[name]:,} ({name}). Use a model with shorter vectors."
        )


def single_changes(needs: Needs) -> Iterator[tuple[str, Needs]]:
    """Needs with one thing changed, each with its words after "when"."""
    for times in (10, 100):
        if needs.vectors * times <= MOST_VECTORS:
            yield (
                f"you have {times} times the vectors ({needs.vectors * times:,})",
                replace(needs, vectors=needs.vectors * times),
            )
    if needs.dimensions < LONGER:
        yield f"your model gives {LONGER:,} dimensions", replace(needs, dimensions=LONGER)
    for hosting, words in PLACES.items():
        if hosting != needs.hosting:
            people = {"runs_servers": True} if hosting == "own-hardware" else {}
            yield words, replace(needs, hosting=hosting, **people)
    if needs.budget != 0:
        yield "nothing may be paid", replace(needs, budget=0)
    for name, (on, off) in SWITCHES.items():
        yield (
            (off if getattr(needs, name) else on),
            replace(needs, **{name: not getattr(needs, name)}),
        )
    if needs.tenants == 1:
        yield (
            f"you serve {MANY:,} customers who must not see each other's rows",
            replace(needs, tenants=MANY),
        )
    if needs.purpose == "prototype":
        yield "the prototype becomes a product", replace(needs, purpose="product")


LONGER = 3072  # what text-embedding-3-large gives
MANY = 1000
PLACES = {
    "own-hardware": "it has to run on your own hardware",
    "managed": "somebody else has to run it",
    "in-program": "it has to start inside your program",
}
SWITCHES = {
    "runs_postgres": ("you run PostgreSQL already", "you do not run PostgreSQL"),
    "filters": ("searches are filtered", "searches are not filtered"),
    "hybrid": (
        "keyword hits and vector hits are merged",
        "keyword hits and vector hits are not merged",
    ),
    "vectorization": ("you want to send text, not vectors", "you compute the vectors yourself"),
    "transactions": (
        "vectors and other data have to change in one transaction",
        "vectors and other data need not change in one transaction",
    ),
}
