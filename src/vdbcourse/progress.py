"""What the learner has done: one file on this machine, safe with two notebooks at once; nothing leaves it."""

from datetime import UTC, datetime
from pathlib import Path

import filelock

from vdbcourse import files, settings


def mark(lesson: str) -> int:
    """Note that `lesson` is done; returns how many are. Raises `CourseError` if it cannot be saved."""
    settings.home()
    path = progress_file()
    with filelock.FileLock(path.with_suffix(".lock")):
        done = finished()
        done.setdefault(lesson, datetime.now(UTC).isoformat(timespec="seconds"))
        files.write_json(path, {"lessons": done})
    return len(done)


def finished() -> dict[str, str]:
    """The lessons done and when (UTC, ISO 8601)."""
    return (files.read_json(progress_file()) or {}).get("lessons", {})


def progress_file() -> Path:
    """Where it is kept."""
    return settings.home_path() / "progress.json"
