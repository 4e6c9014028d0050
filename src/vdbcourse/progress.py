"""What the learner has done: one file on this machine, safe with two notebooks at once; nothing leaves it.

`{"lessons": {key: when}, "exercises": {exercise: {task: {"attempts", "hints", "tried", "passed", "points", "solution"}}}}`,
times in UTC, ISO 8601.
"""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import filelock

from vdbcourse import files, settings


def mark(lesson: str) -> int:
    """Note that `lesson` is done; returns how many are. Raises `CourseError` if it cannot be saved."""
    with changing() as content:
        done = content.setdefault("lessons", {})
        done.setdefault(lesson, now())
    return len(done)


def finished() -> dict[str, str]:
    """The lessons done and when."""
    return read().get("lessons", {})


def attempted(exercise: str, task: str, points: int | None) -> None:
    """Note one attempt at a task; `points` when it passed. What was passed once stays passed."""
    with changing(exercise, task) as noted:
        noted["attempts"] = noted.get("attempts", 0) + 1
        noted.setdefault("tried", now())
        if points is not None:
            noted.setdefault("passed", now())
            noted["points"] = points


def hinted(exercise: str, task: str, of: int) -> int:
    """Note one more hint out of `of`; returns its number, from 1. After the last one it stays the last."""
    with changing(exercise, task) as noted:
        noted["hints"] = min(noted.get("hints", 0) + 1, of)
        return noted["hints"]


def opened_solution(exercise: str, task: str) -> None:
    """Note that the solution was opened."""
    with changing(exercise, task) as noted:
        noted.setdefault("solution", now())


def tasks(exercise: str) -> dict[str, dict[str, Any]]:
    """What is noted of each task of an exercise."""
    return read().get("exercises", {}).get(exercise, {})


@contextlib.contextmanager
def changing(exercise: str | None = None, task: str | None = None) -> Iterator[dict[str, Any]]:
    """The file's content to change (or what it holds of one task), one process at a time; written whole when the block ends.

    A file that somebody damaged is kept beside the new one. Raises `CourseError` if it cannot be written.
    """
    settings.home()
    path = progress_file()
    with filelock.FileLock(path.with_suffix(".lock")):
        content = read()
        if not content and path.exists() and path.stat().st_size:
            path.replace(path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}"))
        yield content if task is None else content.setdefault("exercises", {}).setdefault(exercise, {}).setdefault(task, {})
        files.write_json(path, content)


def read() -> dict[str, Any]:
    """The whole file; empty when there is none or nothing in it can be read."""
    content = files.read_json(progress_file())
    return content if isinstance(content, dict) else {}


def now() -> str:
    """This second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def progress_file() -> Path:
    """Where it is kept."""
    return settings.home_path() / "progress.json"
