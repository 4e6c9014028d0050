"""What the learner has done: one file on this machine, safe with two notebooks at once; nothing
leaves it.

`{"lessons": {key: when}, "exercises": {exercise: {task: {"attempts", "hints", "tried", "passed",
"points", "solution"}}}}`, times in UTC, ISO 8601. A damaged file is kept beside a new one, which
gets what can be read of it.
"""

import contextlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vdbcourse import files, settings

TYPES = {"attempts": int, "hints": int, "points": int, "tried": str, "passed": str, "solution": str}


def mark(lesson: str) -> int:
    """Record that `lesson` is done; returns how many are. Raises `CourseError` if it cannot be
    saved.
    """
    with _changing() as content:
        done = content.setdefault("lessons", {})
        done.setdefault(lesson, _now())
    return len(done)


def finished() -> dict[str, str]:
    """The lessons done and when."""
    lessons: dict[str, str] = read().get("lessons", {})
    return lessons


def attempted(exercise: str, task: str, points: int | None) -> None:
    """Record one attempt at a task; `points` if it passed. A passed task stays passed."""
    with _changing(exercise, task) as record:
        record["attempts"] = record.get("attempts", 0) + 1
        record.setdefault("tried", _now())
        if points is not None:
            record.setdefault("passed", _now())
            record["points"] = points


def hinted(exercise: str, task: str, of: int) -> int:
    """Record one more hint out of `of`; returns its number, from 1. The last one is repeated."""
    with _changing(exercise, task) as record:
        number = min(int(record.get("hints", 0)) + 1, of)
        record["hints"] = number
        return number


def opened_solution(exercise: str, task: str) -> None:
    """Record that the solution was opened."""
    with _changing(exercise, task) as record:
        record.setdefault("solution", _now())


def tasks(exercise: str) -> dict[str, dict[str, Any]]:
    """The record of each task of an exercise."""
    records: dict[str, dict[str, Any]] = read().get("exercises", {}).get(exercise, {})
    return records


@contextlib.contextmanager
def _changing(exercise: str | None = None, task: str | None = None) -> Iterator[dict[str, Any]]:
    """The file's content (or the record of one task), to be changed by one process at a time; saved
    when the block ends.

    Raises `CourseError` if it cannot be written.
    """
    settings.home()
    with files.locked(progress_file()):
        content = _repaired()
        yield (
            content
            if task is None
            else content.setdefault("exercises", {}).setdefault(exercise, {}).setdefault(task, {})
        )
        files.write_json(progress_file(), content)


def read() -> dict[str, Any]:
    """The whole file; empty when there is none. Raises `CourseError` if it is damaged and cannot be
    renamed.
    """
    content, damaged = _readable()
    if not damaged:
        return content
    with files.locked(progress_file()):
        return _repaired()


def _repaired() -> dict[str, Any]:
    """The content of the file; a damaged one is renamed, its readable part is saved again, and a
    line says so.
    """
    path = progress_file()
    content, damaged = _readable()
    if not damaged:
        return content
    aside = _unused(path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}"))
    try:
        path.replace(aside)
    except OSError as error:
        raise settings.unwritable(path, error) from error
    if content:
        files.write_json(path, content)
    print(
        f"The progress file was damaged; {count(content)} of its entries could be read and are"
        f" kept. It is now {aside}",
        file=sys.stderr,
    )
    return content


def _readable() -> tuple[dict[str, Any], bool]:
    """The readable part of the file, and whether that leaves anything out."""
    path = progress_file()
    content = files.read_json(path)
    if content is None:
        return {}, path.is_dir() or (path.exists() and path.stat().st_size > 0)
    sound = _sound_part(content)
    return sound, sound != content


def _sound_part(content: Any) -> dict[str, Any]:
    """The entries with correct types; additions of a later version stay as they are."""
    sound = dict(content) if isinstance(content, dict) else {}
    lessons, exercises = sound.pop("lessons", None), sound.pop("exercises", None)
    if isinstance(lessons, dict):
        sound["lessons"] = {key: when for key, when in lessons.items() if isinstance(when, str)}
    if isinstance(exercises, dict):
        sound["exercises"] = {
            exercise: {
                task: record
                for task, entries in tasks.items()
                if isinstance(record := _sound_entries(entries), dict)
            }
            for exercise, tasks in exercises.items()
            if isinstance(tasks, dict)
        }
    return sound


def _sound_entries(entries: Any) -> dict[str, Any] | None:
    """The record of one task, as far as its types are correct."""
    if not isinstance(entries, dict):
        return None
    return {
        name: value
        for name, value in entries.items()
        if name not in TYPES or _is_sound(name, value)
    }


def _is_sound(name: str, value: Any) -> bool:
    """Does the value have the entry's type?"""
    return type(value) is TYPES[name] and not (type(value) is int and value < 0)


def count(content: dict[str, Any]) -> int:
    """How many lessons and tasks there are in it."""
    return len(content.get("lessons", {})) + sum(map(len, content.get("exercises", {}).values()))


def _unused(path: Path) -> Path:
    """`path`, or the first unused name like it."""
    names = (
        path.with_name(f"{path.name}-{number}" if number else path.name)
        for number in range(1_000_000)
    )
    return next(name for name in names if not name.exists())


def _now() -> str:
    """The current time, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def progress_file() -> Path:
    """The path of the file."""
    return settings.home_path() / "progress.json"
