"""The record of an engine that was started here."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from vdbcourse import files
from vdbcourse.engines import processes

LARGEST_PID = 2**31


@dataclass(frozen=True)
class Running:
    """One started engine: which process it is, and its address."""

    name: str
    version: str
    uri: str
    pid: int
    created: float
    log: str
    owner: str = "user"  # "lab": stopped when the last lab ends; "user": runs until `down`
    ready: bool = False  # did it answer after its start?
    metrics: str | None = None  # where it serves its health and metrics, if it does

    @classmethod
    def of(
        cls, pid: int, name: str, uri: str, version: str, log: Path, metrics: str | None = None
    ) -> "Running":
        """A record of the process `pid`, which runs now."""
        return cls(name, version, uri, pid, processes.created(pid), str(log), metrics=metrics)

    @property
    def port(self) -> int:
        """The TCP port in the address."""
        port = urlsplit(self.uri).port
        assert port is not None, f"{self.uri} has no port"
        return port

    def is_alive(self) -> bool:
        """Does its process run?"""
        return processes.is_alive(self.pid, self.created)

    def save(self, path: Path) -> None:
        """Write the record, readable to this user only (the address may hold a password)."""
        files.write_json(path, asdict(self), private=True)

    @classmethod
    def load(cls, path: Path) -> "Running | None":
        """The record in `path`; None if there is none, or it is damaged."""
        value = files.read_json(path)
        try:
            record = cls(**value)
        except TypeError:
            return None
        return record if record._is_sound() else None

    def _is_sound(self) -> bool:
        # Does every value have the type and range of a record written here?
        texts = (self.name, self.version, self.uri, self.log, self.owner)
        try:
            urlsplit(self.uri).port  # noqa: B018 raises if it is not an address
        except (ValueError, AttributeError, TypeError):
            return False
        return (
            all(isinstance(text, str) for text in texts)
            and (
                self.metrics is None
                or (isinstance(self.metrics, str) and self.metrics.startswith("http://"))
            )
            and (type(self.pid), type(self.ready)) == (int, bool)
            and 0 < self.pid < LARGEST_PID
            and type(self.created) in (int, float)
            and math.isfinite(self.created)
        )
