"""Engines on this machine: start, find, stop. Safe with several processes at once."""

import contextlib
import dataclasses
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import filelock

from vdbcourse import files, progress_bar, settings
from vdbcourse.engines import processes
from vdbcourse.engines.local import milvus_lite, milvus_standalone, postgres
from vdbcourse.engines.local.base import LocalEngine
from vdbcourse.engines.record import LARGEST_PID, Running
from vdbcourse.errors import CourseError

ENGINES: dict[str, LocalEngine] = {
    engine.name: engine
    for engine in (postgres.ENGINE, milvus_lite.ENGINE, milvus_standalone.ENGINE)
}
DEFAULT = tuple(name for name, engine in ENGINES.items() if engine.by_default)
START_SECONDS = 120


def up(name: str, claim: bool = False) -> Running:
    """The running engine `name`: found, or started and waited for. `claim` makes it outlive the
    labs.

    Raises `CourseError` when it cannot start.
    """
    engine = local_engine(name)
    record = running(name)
    if record is not None and record.ready and engine.is_ready(record):
        return _claimed(record) if claim else record
    settings.home()  # report a full or read-only disk before trying anything
    with _locked(name):
        record = running(name)
        # A dying server is recorded as running for a moment.
        if record is None or (not _answered(engine, record) and not record.is_alive()):
            record = _start(engine)
        if not _answered(engine, record):
            why = "does not answer" if record.is_alive() else "ended while starting"
            engine.stop(record, data_folder(name))
            files.discard(record_path(name))
            words = processes.last_lines(Path(record.log))
            raise CourseError(
                f"{engine.title} {why}: {words}. Its log: {record.log}{settings.space_hint(words)}"
            )
        record = dataclasses.replace(record, ready=True)
        record.save(record_path(name))
        return _claimed(record) if claim else record


def _answered(engine: LocalEngine, record: Running) -> bool:
    """Does the engine answer within START_SECONDS? False as soon as its process ends."""
    with progress_bar.waiting(f"starting {engine.title}") as tick:

        def is_ready() -> bool:
            tick()
            return engine.is_ready(record)

        return processes.wait_until(is_ready, START_SECONDS, record.is_alive)


def _start(engine: LocalEngine) -> Running:
    """Start the engine and record it at once, so that an interrupted start leaves no unknown
    process.
    """
    folder = data_folder(engine.name)
    owner = "lab" if os.environ.get(settings.IN_LAB) else "user"
    try:
        started = dataclasses.replace(engine.start(folder, log_path(engine.name)), owner=owner)
        started.save(record_path(engine.name))
    except OSError as error:
        raise settings.unwritable(folder, error) from error
    if engine.warning:
        print(engine.warning, file=sys.stderr)
    return started


def _claimed(record: Running) -> Running:
    """The engine with the user recorded as owner, even if a lab started it."""
    if record.owner == "lab":
        record = dataclasses.replace(record, owner="user")
        record.save(record_path(record.name))
    return record


def down(name: str) -> bool:
    """Stop the engine `name`; False if it did not run."""
    engine = local_engine(name)
    with _locked(name):
        record = running(name)
        if record is not None:
            engine.stop(record, data_folder(name))
        files.discard(record_path(name))
        return record is not None


def running(name: str) -> Running | None:
    """The record of the engine `name` if its process is alive; its readiness is not checked."""
    record = Running.load(record_path(name))
    return record if record is not None and record.is_alive() else None


def local_engine(name: str) -> LocalEngine:
    """The engine `name`. Raises `CourseError` for an unknown one."""
    if name not in ENGINES:
        raise CourseError(f"There is no engine {name!r}. Engines: {', '.join(ENGINES)}.")
    return ENGINES[name]


def data_folder(name: str) -> Path:
    """Where the engine keeps its data."""
    return settings.home_path() / name


def record_path(name: str) -> Path:
    """The file that records the engine's process."""
    return settings.home_path() / "run" / f"{name}.json"


def log_path(name: str) -> Path:
    """Where the engine's output goes."""
    return settings.home_path() / "logs" / f"{name}.log"


@contextlib.contextmanager
def _locked(name: str) -> Iterator[None]:
    """Let one process at a time start or stop the engine `name`; the lock ends with its process,
    however that ends.
    """
    folder = settings.home_path() / "run"
    if not folder.is_dir():  # so that engines can be stopped on a full disk
        settings.home()
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise settings.unwritable(folder, error) from error
    lock = filelock.FileLock(folder / f"{name}.lock", timeout=START_SECONDS * 2)
    try:
        with lock:
            yield
    except filelock.Timeout as error:
        raise CourseError(
            f"Another process has been starting or stopping {name} for {START_SECONDS * 2} s. "
            "Check: ./course status; stop it: ./course down"
        ) from error


class Lease:
    """A lab's claim on the engines. The last lab to end stops what labs started, not what
    `vdbcourse up` started.
    """

    def __init__(self) -> None:
        self.folder = settings.home_path() / "run" / "labs"
        self.path = self.folder / f"{os.getpid()}.json"

    def take(self) -> None:
        """Record this lab; waits while another lab stops the engines, so that it does not find them
        half stopped.
        """
        with _locked("labs"):
            files.write_json(
                self.path, {"pid": os.getpid(), "created": processes.created(os.getpid())}
            )

    def give_back(self) -> list[str]:
        """Remove the claim; returns the engines stopped because no lab is left. Those the user
        started keep running.
        """
        with _locked("labs"):
            self.path.unlink(missing_ok=True)
            if self.others():
                return []
            started = [
                name
                for name in ENGINES
                if (record := running(name)) is not None and record.owner == "lab"
            ]
            return [name for name in started if down(name)]

    def others(self) -> list[Path]:
        """Claims of other labs that still run; claims of dead ones are removed."""
        alive = []
        for path in self.folder.glob("*.json"):
            match files.read_json(path):
                case {
                    "pid": int(pid),
                    "created": int() | float() as created,
                } if 0 < pid < LARGEST_PID and processes.is_alive(pid, created):
                    alive.append(path)
                case _:
                    files.discard(path)
        return alive
