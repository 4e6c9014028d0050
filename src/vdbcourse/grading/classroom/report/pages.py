"""The pages of a report: plain HTML that a browser shows from disk, without scripts or network
access.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vdbcourse.grading import manifest
from vdbcourse.grading.classroom.batch import Batch
from vdbcourse.grading.classroom.entry import Entry, one_line
from vdbcourse.grading.manifest import Exercise, Task
from vdbcourse.grading.result import Result, Status, prose

PAGES = Environment(
    loader=PackageLoader("vdbcourse.grading.classroom.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.filters["prose"] = lambda text: Markup(prose(text))  # which escapes it


@dataclass(frozen=True)
class TaskLine:
    """How a class did on one task. counts: {status in words: how many}; messages: (message, how
    many), most frequent first.
    """

    task: Task
    counts: dict[str, int]
    messages: list[tuple[str, int]]


def learner(name: str, entries: list[Entry], batch: Batch) -> str:
    """The page of one learner: what counts first, exercise by exercise."""
    counting = sorted(
        (entry for entry in entries if not entry.superseded_by),
        key=lambda entry: (entry.exercise, entry.file),
    )
    return PAGES.get_template("learner.html").render(
        name=one_line(name),
        entries=counting,
        batch=batch,
        titles=_titles(counting),
        not_graded=Status.NOT_GRADED,
    )


def overview(batch: Batch, pages: dict[str, str]) -> str:
    """The page of the class: points, what could not be graded, and what went wrong how often."""
    counting = [entry for entry in batch.entries if not entry.superseded_by]
    exercises = [
        exercise
        for exercise in manifest.exercises().values()
        if any(entry.exercise == exercise.id for entry in counting)
    ]
    grid = {
        name: {
            entry.exercise: entry for entry in counting if entry.learner == name and entry.exercise
        }
        for name in pages
    }
    graded = [entry for entry in counting if not entry.problem]
    return PAGES.get_template("overview.html").render(
        batch=batch,
        pages=pages,
        exercises=exercises,
        grid=grid,
        problems=[entry for entry in counting if entry.problem],
        lost=Counter(entry.learner for entry in counting if entry.problem),
        tasks={exercise.id: _task_lines(exercise, graded) for exercise in exercises},
        words=_class_words(),
        ended=[(entry, where, what) for entry in counting for where, what in entry.ended],
        not_graded=Status.NOT_GRADED,
    )


def _task_lines(exercise: Exercise, entries: Iterable[Entry]) -> list[TaskLine]:
    """How the class did on each task of an exercise."""
    results = [
        result for entry in entries if entry.exercise == exercise.id for result in entry.results
    ]
    lines = []
    for task in exercise.tasks:
        task_results = [result for result in results if result.task == task.id]
        counts = Counter(result.status for result in task_results)
        messages = Counter(
            _message(result)
            for result in task_results
            if result.status not in (Status.PASSED, Status.NOT_ATTEMPTED)
        )
        lines.append(
            TaskLine(
                task,
                {words: counts[status] for words, status in _class_words().items()},
                messages.most_common(),
            )
        )
    return lines


def _message(result: Result) -> str:
    """What distinguishes misconceptions: the reason, or for an error of the learner's code its
    type.
    """
    if result.status is Status.ERROR and result.got:
        return f"raised {result.got.partition(':')[0]}"
    return one_line(result.in_class)


def _class_words() -> dict[str, Status]:
    """{status in words: status}; all but "not graded", which no graded task has."""
    return {status.class_words: status for status in Status if status is not Status.NOT_GRADED}


def _titles(entries: Iterable[Entry]) -> dict[str, str]:
    """The titles of the exercises of these entries."""
    return {
        entry.exercise: manifest.exercise(entry.exercise).title
        for entry in entries
        if entry.exercise
    }


def file_names(entries: Iterable[Entry]) -> dict[str, str]:
    """{learner: name of the page}, safe on every system: other characters are replaced, and a hash
    then keeps names distinct.
    """
    names = {}
    for name in sorted({entry.learner for entry in entries}):
        safe = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-")[:60]
        mark = (
            ""
            if name and safe == name
            else "-" + hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        )
        names[name] = f"{safe}{mark}.html".removeprefix("-")
    return names
