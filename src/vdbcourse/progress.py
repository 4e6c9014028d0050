"""What the learner has done: one file on this machine, safe with two notebooks at once; nothing
leaves it.

`{"lessons": {key: when}, "exercises": {exercise: {task: {"attempts", "hints", "tried", "passed",
"points", "solution"}}}}`, times in UTC, ISO 8601. A file that somebody damaged is kept beside a new
one, into which goes what can be read of it.
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
    """Note that `lesson` is done; returns how many are. Raises `CourseError` if it
    cannot be saved.
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
    """Note one attempt at a task; `points` when it passed. What was passed once stays passed."""
    with _changing(exercise, task) as noted:
        noted["attempts"] = noted.get("attempts", 0) + 1
        noted.setdefault("tried", _now())
        if points is not None:
            noted.setdefault("passed", _now())
            noted["points"] = points


def hinted(exercise: str, task: str, of: int) -> int:
    """Note one more hint out of `of`; returns its number, from 1. After the last one it stays the
    last.
    """
    with _changing(exercise, task) as noted:
        number = min(int(noted.get("hints", 0)) + 1, of)
        noted["hints"] = number
        return number


def opened_solution(exercise: str, task: str) -> None:
    """Note that the solution was opened."""
    with _changing(exercise, task) as noted:
        noted.setdefault("solution", _now())


def tasks(exercise: str) -> dict[str, dict[str, Any]]:
    """What is noted of each task of an exercise."""
    noted: dict[str, dict[str, Any]] = read().get("exercises", {}).get(exercise, {})
    return noted


@contextlib.contextmanager
def _changing(exercise: str | None = None, task: str | None = None) -> Iterator[dict[str, Any]]:
    """The file's content to change (or what it holds of one task), one process at a time; written
    whole when the block ends.

    Raises `CourseError` if it cannot be written.
    """
    settings.home()
    with files.locked(progress_file()):
        content = _mended()
        yield (
            content
            if task is None
            else content.setdefault("exercises", {}).setdefault(exercise, {}).setdefault(task, {})
        )
        files.write_json(progress_file(), content)


def read() -> dict[str, Any]:
    """The whole file; empty when there is none. Raises `CourseError` if it is damaged and cannot be
    kept beside a new one.
    """
    content, damaged = _readable()
    if not damaged:
        return content
    with files.locked(progress_file()):
        return _mended()


def _mended() -> dict[str, Any]:
    """The content of the file; a damaged one is renamed, what can be read of it is written anew,
    and a line says so.
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
    """What can be read of the file, and whether anything in it cannot."""
    path = progress_file()
    content = files.read_json(path)
    if content is None:
        return {}, path.is_dir() or (path.exists() and path.stat().st_size > 0)
    sound = _sound_part(content)
    return sound, sound != content


def _sound_part(content: Any) -> dict[str, Any]:
    """The entries of the types that they must have; what a later version may add is
    left as it is.
    """
    sound = dict(content) if isinstance(content, dict) else {}
    lessons, exercises = sound.pop("lessons", None), sound.pop("exercises", None)
    if isinstance(lessons, dict):
        sound["lessons"] = {key: when for key, when in lessons.items() if isinstance(when, str)}
    if isinstance(exercises, dict):
        sound["exercises"] = {
            exercise: {
                task: noted
                for task, entries in tasks.items()
                if isinstance(noted := _sound_entries(entries), dict)
            }
            for exercise, tasks in exercises.items()
            if isinstance(tasks, dict)
        }
    return sound


def _sound_entries(entries: Any) -> dict[str, Any] | None:
    """What is noted of one task, as far as it has the right types."""
    if not isinstance(entries, dict):
        return None
    return {
        name: value
        for name, value in entries.items()
        if name not in TYPES or _is_sound(name, value)
    }


def _is_sound(name: str, value: Any) -> bool:
    """Is it a text or a count, as that entry is?"""
    return type(value) is TYPES[name] and not (type(value) is int and value < 0)


def count(content: dict[str, Any]) -> int:
    """How many lessons and tasks there are in it."""
    return len(content.get("lessons", {})) + sum(map(len, content.get("exercises", {}).values()))


def _unused(path: Path) -> Path:
    """`path`, or the first name like it that nothing has."""
    names = (
        path.with_name(f"{path.name}-{number}" if number else path.name)
        for number in range(1_000_000)
    )
    return next(name for name in names if not name.exists())


def _now() -> str:
    """This second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def progress_file() -> Path:
    """Where it is kept."""
    return settings.home_path() / "progress.json"
