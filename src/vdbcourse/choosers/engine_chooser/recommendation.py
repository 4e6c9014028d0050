"""Rule engines out or rank them, and find the changes that would alter the choice."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from vdbcourse import facts
from vdbcourse.choosers import core
from vdbcourse.choosers.engine_chooser import display
from vdbcourse.choosers.engine_chooser.needs import MOST_VECTORS, Needs, memory
from vdbcourse.choosers.engine_chooser.ranking import Assessment, Change, Ranking, Reason
from vdbcourse.choosers.engine_chooser.rules import RULES, Case, Rule
from vdbcourse.errors import CourseError
from vdbcourse.facts import Book, Engine
from vdbcourse.facts.model import look_up

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
    "way_out": (
        "you must be able to go on without the vendor",
        "you may depend on a vendor",
    ),
    "sign_on": (
        "people have to sign in with the accounts of your company",
        "people need not sign in with the accounts of your company",
    ),
    "guarantee": (
        "somebody has to answer or keep it up by contract",
        "nobody has to guarantee anything",
    ),
}


class Recommendation(Ranking):
    """A ranking as it is shown in a notebook."""

    def why(self, engine: str) -> display.Why:
        """Each rule for `engine`, with the facts that decided it. Raises `CourseError` for an
        unknown engine.
        """
        assessments = {assessment.engine.key: assessment for assessment in self.assessments}
        return display.Why(look_up(engine, assessments, "engine"))

    def __repr__(self) -> str:
        return display.text(self)

    def _repr_html_(self) -> str:
        return display.page(self)


def choose(needs: Needs, book: Book | None = None, rules: Iterable[Rule] = RULES) -> Recommendation:
    """Rank the engines of `book` (all facts, unless you give changed ones) for `needs`.

    Raises `CourseError` if no engine states support for vectors of that length.
    """
    book, rules = book or facts.book(), tuple(rules)
    _check_dimensions(needs, book)
    answer = _ranked(needs, book, rules)
    changes = core.turning_changes(
        _single_changes(needs),
        lambda changed: _ranked(changed, book, rules),
        lambda other: bool(other.winners) and other.winners != answer.winners,
    )
    return replace(answer, reconsider=tuple(_change(text, other) for text, _, other in changes))


def _ranked(needs: Needs, book: Book, rules: tuple[Rule, ...]) -> Recommendation:
    """The engines by rank; within a tie in the order of the facts."""
    case = Case(needs, memory(needs, book), book)
    active = [rule for rule in rules if rule.applies(case)]
    assessments = [
        Assessment(tuple(_judged(rule, engine, case) for rule in active), engine)
        for engine in book.engines.values()
    ]
    assessments.sort(key=lambda assessment: assessment.rank)
    return Recommendation(needs, case.memory, tuple(assessments))


def _change(text: str, answer: Ranking) -> Change:
    """The answer to changed needs, in short."""
    ask = dict.fromkeys(
        reason.rule.text
        for assessment in answer.assessments
        if assessment.engine.key in answer.winners
        for reason in assessment.open_questions
    )
    return Change(text, answer.needs, answer.winners, tuple(ask))


def _judged(rule: Rule, engine: Engine, case: Case) -> Reason:
    """What the rule says about an engine; it sees only the facts that it names."""
    named_facts = {feature: engine.facts[feature] for feature in rule.features}
    return Reason(rule, rule.holds(named_facts, case), tuple(named_facts.values()))


def _check_dimensions(needs: Needs, book: Book) -> None:
    """Raise `CourseError` if no engine states a limit as high as these dimensions."""
    stated = {
        engine.name: engine.facts["max_dimensions"].numbers.get("indexed", 0)
        for engine in book.engines.values()
    }
    name, largest = max(stated.items(), key=lambda item: item[1])
    if needs.dimensions > largest:
        raise CourseError(
            f"dimensions={needs.dimensions:,} is above every maximum that an engine here states;"
            f" the largest is {largest:,} ({name}). Use a model with shorter vectors."
        )


def _single_changes(needs: Needs) -> Iterator[tuple[str, Needs]]:
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
            people = needs.runs_servers or hosting == "own-hardware"
            yield words, replace(needs, hosting=hosting, runs_servers=people)
    if needs.runs_servers and not needs.runs_kubernetes:
        yield "somebody learns to run Kubernetes", replace(needs, runs_kubernetes=True)
    if needs.runs_kubernetes:
        yield "nobody is left who runs Kubernetes", replace(needs, runs_kubernetes=False)
    if needs.budget != 0:
        yield "nothing may be paid", replace(needs, budget=0)
    for name, (on, off) in SWITCHES.items():
        value = bool(getattr(needs, name))
        changed = Needs(**{**vars(needs), name: not value})
        yield (off if value else on), changed
    if needs.tenants == 1:
        yield (
            f"you serve {MANY:,} customers who must not see each other's rows",
            replace(needs, tenants=MANY),
        )
    if needs.purpose == "prototype":
        yield "the prototype becomes a product", replace(needs, purpose="product")
