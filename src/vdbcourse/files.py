"""Files that are either the old or the new version, never half of one."""

import contextlib
import json
import os
import uuid
from pathlib import Path
from typing import Any

from vdbcourse.settings import unwritable


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` through a temporary file beside it, so that no reader ever sees half of it.

    Raises `CourseError` when the folder is full or read-only; the old file is then untouched.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise unwritable(path.parent, error) from error


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON, atomically."""
    write_atomically(path, json.dumps(value, indent=1).encode())


def read_json(path: Path) -> Any:
    """The JSON value in `path`, or None when the file is missing or damaged."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
