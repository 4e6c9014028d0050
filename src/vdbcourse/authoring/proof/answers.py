"""What proves a check: wrong answers with the words they must be told, other right answers, mutants
that change nothing.

They stand in `exercises/<module>/answers.py`, under the name of the learner's function they
replace; the other functions of the task come from the solution:

    @wrong("recall_at_k", "k ignored", says="come later")
    def recall_at_k(found, relevant, k):
        return len(set(found) & set(relevant)) / len(set(relevant))

    @right("recall_at_k", "NumPy")
    def recall_at_k(found, relevant, k): ...

    equivalent("recall_at_k", "hits = 0 -> hits = 1", reason="It is set again before it is read.")
"""

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from vdbcourse.errors import CourseError
from vdbcourse.grading.manifest import Exercise


@dataclass(frozen=True)
class Wrong:
    """A misconception. says: words that the message to the learner must hold."""

    task: str
    name: str
    says: str
    function: Callable


@dataclass(frozen=True)
class Right:
    """Another right answer."""

    task: str
    name: str
    function: Callable


@dataclass(frozen=True)
class Equivalent:
    """A mutant of the solution that may survive. mutant: its key, `original -> mutated` (see
    `mutants`).
    """

    task: str
    mutant: str
    reason: str


@dataclass
class Proofs:
    """What one exercise has to prove its checks, in the order of the file."""

    wrong: list[Wrong] = field(default_factory=list)
    right: list[Right] = field(default_factory=list)
    equivalent: list[Equivalent] = field(default_factory=list)

    def of(self, task: str) -> "Proofs":
        """Only those of one task."""
        return Proofs(
            *(
                [one for one in some if one.task == task]
                for some in (self.wrong, self.right, self.equivalent)
            )
        )


REGISTERED: dict[str, Proofs] = {}  # by module


def wrong(task: str, name: str, says: str) -> Callable[[Callable], Callable]:
    """Mark a function as a wrong answer to `task`: it must fail, and be told `says` in this run's
    message.
    """

    def mark(function: Callable) -> Callable:
        registered(function.__module__).wrong.append(Wrong(task, name, says, function))
        return function

    return mark


def right(task: str, name: str) -> Callable[[Callable], Callable]:
    """Mark a function as a right answer to `task`, written in another way than the solution."""

    def mark(function: Callable) -> Callable:
        registered(function.__module__).right.append(Right(task, name, function))
        return function

    return mark


def equivalent(task: str, mutant: str, reason: str) -> None:
    """Allow a mutant to survive, because it does the same or differs in what no check
    may ask for.
    """
    module = sys._getframe(1).f_globals["__name__"]
    registered(module).equivalent.append(Equivalent(task, mutant, reason))


def registered(module: str) -> Proofs:
    """The proofs that the module `module` has named so far."""
    return REGISTERED.setdefault(module, Proofs())


def proofs(exercise: Exercise) -> Proofs:
    """All proofs of an exercise. Raises `CourseError` when they do not fit the manifest."""
    name = f"{exercise.module}.answers"
    if importlib.util.find_spec(name) is None:
        raise CourseError(
            f"{exercise.id} has no answers that prove its checks: {name.replace('.', '/')}.py is"
            " missing."
        )
    importlib.import_module(name)
    found = registered(name)
    for one in (*found.wrong, *found.right, *found.equivalent):
        task = exercise.task(one.task)
        if not isinstance(one, Equivalent) and one.function.__name__ not in task.functions:
            raise CourseError(
                f"{name}: {one.name!r} answers {task.id} with a function {one.function.__name__!r};"
                f" the manifest asks for {', '.join(task.functions)}."
            )
    return found
