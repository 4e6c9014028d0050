"""`vdbcourse check NOTEBOOK`: your notebook, run in a fresh process and checked on data it has not
seen.
"""

import json
import secrets
from pathlib import Path
from typing import Any

from vdbcourse import progress, progress_bar
from vdbcourse.grading.classroom import notebook_run, submissions
from vdbcourse.grading.classroom.environment import for_check
from vdbcourse.grading.classroom.notebook_run import Graded
from vdbcourse.grading.classroom.submissions import Submission
from vdbcourse.grading.result import Result
from vdbcourse.grading.sandbox.limits import Limits
from vdbcourse.installation import copies


def run(notebook: Path, limits: Limits, as_json: bool) -> int:
    """Check every task; 0 if all passed, else 1. Raises `CourseError` if the file is not an
    exercise notebook.
    """
    submission = submissions.read(copies.with_answers(notebook))
    seed = secrets.randbits(63)
    tasks = submission.exercise.tasks
    with (
        for_check(submission.exercise, limits, seed) as ground,
        progress_bar.bar(len(tasks), "task", "checking", shown=not as_json) as bar,
    ):

        def advance() -> None:
            bar.update()

        graded = notebook_run.grade(
            submission.exercise, submission.cells, ground.place, ground.data, advance
        )
    if as_json:
        print(json.dumps(_as_dict(submission, graded, seed), indent=1))
    else:
        print(*_lines(submission, graded), sep="\n")
    return 0 if not graded.problem and all(result.passed for result in graded.results) else 1


def _lines(submission: Submission, graded: Graded) -> list[str]:
    """What is printed: the tasks, the cells that did not finish, the total."""
    lines = [
        f"{submission.exercise.title}: {_shown(submission.path)}, run fresh from top to bottom on"
        " data it has not seen"
    ]
    for result in graded.results:
        lines.append(repr(result))
        if _differs(result):
            lines.append(f"    {'note:':9} {_difference(graded)}")
    lines += [f"{line[0].upper()}{line[1:]}" for line in graded.cells]
    reached = sum(result.points for result in graded.results)
    return [
        *lines,
        (
            f"Not graded: {graded.problem}"
            if graded.problem
            else f"{reached} of {submission.exercise.points} points"
        ),
    ]


def _shown(path: Path) -> str:
    """The file's name; for a copy of the learner's with its folder."""
    folder = copies.folder()
    return path.relative_to(folder.parent).as_posix() if path.is_relative_to(folder) else path.name


def _differs(result: Result) -> bool:
    """Did the task pass in the notebook but not here?"""
    return not result.passed and "passed" in progress.tasks(result.exercise).get(result.task, {})


def _difference(graded: Graded) -> str:
    """What differs here from the notebook."""
    cells = " Look first at the cells below, which did not finish." if graded.cells else ""
    return (
        "It passed in your notebook. Here the kernel is fresh (nothing is left from cells that"
        " were changed, removed or run in another order), and the data are different but of the"
        f" same kind.{cells}"
    )


def _as_dict(submission: Submission, graded: Graded, seed: int) -> dict[str, Any]:
    return {
        "exercise": submission.exercise.id,
        "points": None if graded.problem else sum(result.points for result in graded.results),
        "of": submission.exercise.points,
        "seed": seed,
        "problem": graded.problem,
        "cells": graded.cells,
        "tasks": [
            result.as_dict() | {"passed_in_notebook": _differs(result) or result.passed}
            for result in graded.results
        ],
    }
