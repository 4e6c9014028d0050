"""The exercises and their tasks, from `exercises/<folder>/exercise.yaml`. Ids never change:
progress and grades use them.
"""

import functools
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vdbcourse import settings, yamlfile
from vdbcourse.errors import CourseError

FOLDER = Path(__file__).resolve().parents[1] / "exercises"
SCHEMA = Path(__file__).with_name("exercise.schema.json")
TASK = "task"  # the attribute of a check that names its task
SECONDS: float = 5  # that a call may take, unless its task sets another limit

Check = Callable[..., None]  # takes the learner's functions and optionally `data`


@dataclass(frozen=True)
class Task:
    """One graded task. seconds: how long one call of the learner's function may take."""

    exercise: str
    id: str
    title: str
    functions: tuple[str, ...]
    points: int
    hints: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Exercise:
    """One exercise: what it is for, and its tasks. engines: what a fresh run needs ("postgres",
    "milvus").
    """

    id: str
    title: str
    level: str
    minutes: int
    prerequisites: tuple[str, ...]
    objective: str
    teaches: tuple[str, ...]
    leaves_out: tuple[str, ...]
    engines: tuple[str, ...]
    tasks: tuple[Task, ...]

    @property
    def points(self) -> int:
        """The points of all its tasks."""
        return sum(task.points for task in self.tasks)

    @property
    def folder(self) -> str:
        """The name of its folder in `vdbcourse/exercises/` and `proofs/`: `evaluation`."""
        return self.id.partition("_")[2]

    @property
    def module(self) -> str:
        """The package of its checks: `vdbcourse.exercises.evaluation`."""
        return f"vdbcourse.exercises.{self.folder}"

    @property
    def master(self) -> Path:
        """The notebook with prose, stubs and solutions."""
        return settings.root() / "solutions" / f"{self.id}.ipynb"

    @property
    def notebook(self) -> Path:
        """The notebook to fill in, generated from `master`."""
        return settings.root() / "exercises" / f"{self.id}.ipynb"

    def task(self, name: str) -> Task:
        """The task `name`. Raises `CourseError` if there is none."""
        for task in self.tasks:
            if task.id == name:
                return task
        raise CourseError(
            f"{self.id} has no task {name!r}. Its tasks:"
            f" {', '.join(task.id for task in self.tasks)}."
        )

    def task_of(self, function: str) -> Task | None:
        """The task that asks for `function`, or None."""
        return next((task for task in self.tasks if function in task.functions), None)


@functools.cache
def exercises() -> dict[str, Exercise]:
    """All exercises by id, in the order of their ids. Raises `CourseError` with file and line of
    each problem in an `exercise.yaml`.
    """
    documents = yamlfile.read_all(sorted(FOLDER.glob("*/exercise.yaml")), SCHEMA)
    entries = [_exercise(document.data) for document in documents]
    yamlfile.refuse(
        document.problem(("id",), f"the exercise {entry.id} belongs in a folder {entry.folder}.")
        for document, entry in zip(documents, entries, strict=True)
        if entry.folder != document.path.parent.name
    )
    return {entry.id: entry for entry in sorted(entries, key=lambda entry: entry.id)}


def _exercise(entry: dict[str, Any]) -> Exercise:
    tasks = tuple(
        Task(
            exercise=entry["id"],
            id=task["id"],
            title=task["title"],
            functions=tuple(task["functions"]),
            points=task["points"],
            hints=tuple(task["hints"]),
            seconds=task.get("seconds", SECONDS),
        )
        for task in entry["tasks"]
    )
    return Exercise(
        id=entry["id"],
        title=entry["title"],
        level=entry["level"],
        minutes=entry["minutes"],
        prerequisites=tuple(entry["prerequisites"]),
        objective=entry["objective"],
        teaches=tuple(entry["teaches"]),
        leaves_out=tuple(entry["leaves_out"]),
        engines=tuple(entry["engines"]),
        tasks=tasks,
    )


def exercise(name: str) -> Exercise:
    """The exercise `name`. Raises `CourseError` if there is none."""
    if name not in exercises():
        raise CourseError(f"There is no exercise {name!r}. Exercises: {', '.join(exercises())}.")
    return exercises()[name]


def check(task: str) -> Callable[[Check], Check]:
    """Mark a function as the check of `task`. Its parameters are the learner's functions and
    optionally `data`.
    """

    def mark(function: Check) -> Check:
        vars(function)[TASK] = task
        return function

    return mark


@functools.cache
def checks(exercise_id: str) -> dict[str, Check]:
    """The check of each task of an exercise. Raises `CourseError` if manifest and module do not
    match.
    """
    entry = exercise(exercise_id)
    module = importlib.import_module(f"{entry.module}.checks")
    marked: dict[str, Check] = {
        vars(function)[TASK]: function
        for function in vars(module).values()
        if inspect.isfunction(function) and TASK in vars(function)
    }
    for task in entry.tasks:
        if task.id not in marked:
            raise CourseError(
                f"{module.__name__} has no check for the task {task.id!r} of the manifest."
            )
        names = {name for name in inspect.signature(marked[task.id]).parameters if name != "data"}
        if names != set(task.functions):
            raise CourseError(
                f"The check of {task.id!r} calls {sorted(names)}; the manifest says"
                f" {sorted(task.functions)}."
            )
    if extra := set(marked) - {task.id for task in entry.tasks}:
        raise CourseError(
            f"{module.__name__} checks {sorted(extra)}, which the manifest does not know."
        )
    return marked
