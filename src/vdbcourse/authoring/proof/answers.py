"""What proves a check: wrong answers with the words that their message must hold, other right
answers, and mutants that change nothing.

They are in `proofs/<folder of the exercise>/<task>.py`, outside the package. An answer has the name
of the learner's function that it replaces; the other functions come from the solution:

    @wrong("k ignored", says="come later")
    def recall_at_k(found, relevant, k):
        return len(set(found) & set(relevant)) / len(set(relevant))

    @right("NumPy")
    def recall_at_k(found, relevant, k): ...

    equivalent("hits = 0 -> hits = 1", reason="It is set again before it is read.")

What several tasks of an exercise need is in `proofs/<folder>/shared.py`, imported from `.shared`.
"""

import functools
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType, ModuleType

from vdbcourse import settings
from vdbcourse.errors import CourseError
from vdbcourse.grading.manifest import Exercise, Task

SHARED = "shared"


@dataclass(frozen=True)
class Wrong:
    """A misconception. says: words that the message to the learner must contain."""

    name: str
    says: str
    function: FunctionType


@dataclass(frozen=True)
class Right:
    """Another right answer."""

    name: str
    function: FunctionType


@dataclass(frozen=True)
class Equivalent:
    """A mutant of the solution that may survive. mutant: its key, `original -> mutated` (see
    `mutants`).
    """

    mutant: str
    reason: str


@dataclass
class Proofs:
    """What proves the check of one task, in the order of its file."""

    wrong: list[Wrong] = field(default_factory=list)
    right: list[Right] = field(default_factory=list)
    equivalent: list[Equivalent] = field(default_factory=list)


def wrong(name: str, says: str) -> Callable[[FunctionType], FunctionType]:
    """Mark a function as a wrong answer: it must fail with a message that contains `says`."""

    def mark(function: FunctionType) -> FunctionType:
        _being_read().wrong.append(Wrong(name, says, function))
        return function

    return mark


def right(name: str) -> Callable[[FunctionType], FunctionType]:
    """Mark a function as a right answer that differs from the solution."""

    def mark(function: FunctionType) -> FunctionType:
        _being_read().right.append(Right(name, function))
        return function

    return mark


def equivalent(mutant: str, reason: str) -> None:
    """Allow a mutant to survive, because it does the same or differs only in what no check may
    require.
    """
    _being_read().equivalent.append(Equivalent(mutant, reason))


def proofs(exercise: Exercise, task: Task) -> Proofs:
    """What proves the check of a task. Raises `CourseError` if its file is missing or does not
    match the manifest.
    """
    folder = settings.root() / "proofs" / exercise.folder
    _refuse_strays(folder, exercise)
    path = folder / f"{task.id}.py"
    if not path.is_file():
        raise CourseError(
            f"{exercise.id}, {task.id}: nothing proves its check. {_name(path)} is missing."
        )
    task_proofs = _read(path)
    answers: list[Wrong | Right] = [*task_proofs.wrong, *task_proofs.right]
    for answer in answers:
        if answer.function.__name__ not in task.functions:
            raise CourseError(
                f"{_name(path)}: {answer.name!r} answers with a function"
                f" {answer.function.__name__!r}; the manifest asks for {', '.join(task.functions)}."
            )
    return task_proofs


_reading: list[Proofs] = []  # of the file being run, if any


def _being_read() -> Proofs:
    if not _reading:
        raise CourseError(
            "Answers that prove a check are read by `./course author selftest`, not imported."
        )
    return _reading[-1]


@functools.cache
def _read(path: Path) -> Proofs:
    """Run the file of one task, as a module of the package `proofs.<folder>`."""
    package = ModuleType(f"proofs.{path.parent.name}")
    package.__path__ = [str(path.parent)]
    sys.modules[package.__name__] = package
    sys.modules.pop(f"{package.__name__}.{SHARED}", None)
    name = f"{package.__name__}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    _reading.append(Proofs())
    try:
        spec.loader.exec_module(module)
        return _reading[-1]
    finally:
        _reading.pop()


def _refuse_strays(folder: Path, exercise: Exercise) -> None:
    """Refuse files not named after a task: they would silently prove nothing."""
    names = {SHARED, *(task.id for task in exercise.tasks)}
    for path in sorted(folder.glob("*.py")):
        if path.stem not in names:
            raise CourseError(
                f"{_name(path)} is named after no task of {exercise.id}. Its tasks:"
                f" {', '.join(task.id for task in exercise.tasks)}."
            )


def _name(path: Path) -> str:
    return path.relative_to(settings.root()).as_posix()
