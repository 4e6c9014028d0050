"""What the supervisor, the doctor and `reset` know of an engine that runs on this machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vdbcourse.engines.record import Running


def _nothing_to_check() -> None:
    """An engine that can be started wherever the course is installed."""


def _nothing_outside(folder: Path) -> Mapping[Path, str]:
    return {}


@dataclass(frozen=True)
class LocalEngine:
    """One engine: its names, how to start, query and stop it, and what it leaves behind.

    A new engine is a module of this folder with one object of this class, and one line in
    `supervisor.ENGINES`.
    """

    name: str  # on the command line, and of its data folder, record and log
    title: str  # in messages
    # start(data_folder, log): the record, at once or when the engine answers. Raises `CourseError`.
    start: Callable[[Path, Path], Running]
    # is_ready(record): does it answer now?
    is_ready: Callable[[Running], bool]
    # stop(record, data_folder): end it and keep its data. Raises `CourseError`.
    stop: Callable[[Running, Path], None]
    files: Mapping[str, str]  # what it leaves in the course's folder: a name, and what that is
    by_default: bool = False  # does `./course up` without names start it?
    warning: str | None = None  # printed at each start
    # Raises `CourseError` if it could not be started on this machine.
    check: Callable[[], None] = _nothing_to_check
    # files_outside(data_folder): what it leaves elsewhere on this machine, and what that is
    files_outside: Callable[[Path], Mapping[Path, str]] = _nothing_outside
