"""Files that are either the old or the new version, never half of one."""

import contextlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import filelock

from vdbcourse.errors import CourseError
from vdbcourse.settings import unwritable


def write_atomically(path: Path, data: bytes, private: bool = False) -> None:
    """Write `data` to `path` through a temporary file beside it, so that no reader ever sees half
    of it.

    A `private` file is readable to this user only, from its first byte on. Raises `CourseError`
    when the folder is full or read-only, or a folder is in the file's place; the old file then
    stays as it was.
    """
    if path.is_dir():
        raise CourseError(
            f"{path} is a folder, but the course needs a file there. Move it away and try again."
        )
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    rights = 0o600 if private else 0o666
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "wb", opener=lambda name, flags: os.open(name, flags, rights)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise unwritable(path.parent, error) from error


def write_json(path: Path, value: Any, private: bool = False) -> None:
    """Write `value` as JSON, atomically; a `private` file is readable to this user only."""
    write_atomically(path, json.dumps(value, indent=1).encode(), private)


def read_json(path: Path) -> Any:
    """The JSON value in `path`, or None when there is none: the file is missing or damaged, or
    something else is in its place.

    Raises `CourseError` if the file is not readable.
    """
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return None
    except OSError as error:
        if path.is_dir():
            return None
        raise CourseError(
            f"{path} cannot be read: {error.strerror}. Fix its permissions and try again."
        ) from error


def discard(path: Path) -> None:
    """Remove the file `path` if there is one. A folder in its place is not ours, and stays."""
    if not path.is_dir():
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time change `path`. Raises `CourseError` if its folder cannot be
    written.
    """
    lock = filelock.FileLock(path.with_suffix(".lock"))
    try:
        lock.acquire()
    except (OSError, NotImplementedError) as error:  # the latter: a file system without locks
        raise unwritable(path.with_suffix(".lock"), error) from error
    try:
        yield
    finally:
        lock.release()
