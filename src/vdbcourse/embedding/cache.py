"""Vectors on disk, found again by model and text: one SQLite file per model.

SQLite gives what a cache needs: writes that happen wholly or not at all, several processes at once.
A file that was cut or overwritten is noticed (its structure is checked when it is opened, each
vector has a checksum), put aside and rebuilt.
"""

import contextlib
import hashlib
import sqlite3
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import filelock
import numpy as np

from vdbcourse import settings
from vdbcourse.errors import CourseError

WAIT_SECONDS = 60  # for another process that writes
# size and time of change of files found whole: no need to look again
_checked: dict[Path, tuple[int, int]] = {}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Cache:
    """The vectors of one model. `name` is for people, `fingerprint` (a hash of the weights) tells
    models apart.
    """

    def __init__(self, name: str, fingerprint: str) -> None:
        self.folder = settings.home_path() / "cache" / "embeddings"
        self.path = self.folder / f"{settings.identifier(name)[:40]}-{fingerprint[:12]}.sqlite"

    def read(self, texts: Collection[str]) -> dict[str, np.ndarray]:
        """The vectors known of `texts`, here or in the cache that was given to this process; a
        vector whose checksum is wrong counts as unknown.
        """
        vectors: dict[str, np.ndarray] = {}
        if self.path.exists():
            with self.connection() as database:
                vectors = _vectors_in(database, texts)
        given = self.given()
        if given is not None and len(vectors) < len(texts):
            vectors |= _given_vectors(given, [text for text in texts if text not in vectors])
        return vectors

    def given(self) -> Path | None:
        """The file of this model in a cache that this process may read and not change."""
        folder = settings.value(settings.GIVEN_CACHE)
        path = Path(folder, self.folder.name, self.path.name) if folder else None
        return path if path and path.exists() else None

    def write(self, vectors: Mapping[str, np.ndarray]) -> None:
        """Save `vectors` in one transaction. Raises `CourseError` if the disk is full or read-only;
        what was saved stays.
        """
        rows = []
        for text, vector in vectors.items():
            key, value = _key_of(text), vector.astype(np.float32).tobytes()
            rows.append((key, value, _checksum(key, value)))
        with self.connection() as database, database:
            database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def check_writable(self) -> None:
        """Raises `CourseError` before any work is done if its result could not be saved."""
        settings.home()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise settings.unwritable(self.folder, error) from error

    @contextlib.contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection to the file; one that turns out damaged is put aside, and the work is
        reported as not done.
        """
        try:
            with contextlib.closing(self.open()) as database:
                yield database
        except sqlite3.Error as error:
            raise CourseError(
                f"The embedding cache {self.path} cannot be used: {error}. Free some space, fix"
                " its rights, or set VDBCOURSE_HOME to another folder. What was saved is still"
                " there."
            ) from error

    def open(self) -> sqlite3.Connection:
        """Open the file, with a new one in place of a damaged one."""
        if self.path.exists() and _checked.get(self.path) != self.state():
            if problem := self.problem():
                self.put_aside(problem)
            else:
                _checked[self.path] = self.state()
        database = sqlite3.connect(self.path, timeout=WAIT_SECONDS)
        database.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB, checksum BLOB)"
        )
        return database

    def state(self) -> tuple[int, int]:
        """Size and time of the last change: a file cut or written by anybody has another state."""
        status = self.path.stat()
        return status.st_size, status.st_mtime_ns

    def problem(self) -> str | None:
        """What is wrong with the file's structure, or None."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=WAIT_SECONDS)) as database:
            try:
                (answer,) = database.execute("PRAGMA quick_check(1)").fetchone()
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF not in DAMAGED:
                    raise
                return str(error)
        return None if answer == "ok" else answer.splitlines()[-1]

    def put_aside(self, problem: str) -> None:
        """Rename the damaged file; of two processes that notice, one does it."""
        with filelock.FileLock(self.path.with_suffix(".lock")):
            if not self.path.exists() or not self.problem():
                return
            aside = self.path.with_suffix(".damaged")
            self.path.replace(aside)
        print(
            f"The embedding cache was damaged ({problem}); it is rebuilt. The old file: {aside}",
            file=sys.stderr,
        )


def _given_vectors(path: Path, texts: Iterable[str]) -> dict[str, np.ndarray]:
    # immutable: nobody writes there, and a lock could not be taken
    address = f"{path.as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            return _vectors_in(database, texts)
    except sqlite3.Error as error:
        raise CourseError(f"The embedded texts in {path} cannot be read: {error}") from error


def _vectors_in(database: sqlite3.Connection, texts: Iterable[str]) -> dict[str, np.ndarray]:
    """The vectors of `texts` in a database, those that fit their checksums."""
    by_key = {_key_of(text): text for text in texts}
    keys = list(by_key)
    vectors: dict[str, np.ndarray] = {}
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        marks = ",".join("?" * len(part))
        rows = database.execute(
            f"SELECT key, vector, checksum FROM vectors WHERE key IN ({marks})", part
        )
        vectors |= {
            by_key[key]: np.frombuffer(vector, np.float32)
            for key, vector, stored in rows
            if stored == _checksum(key, vector)
        }
    return vectors


def _key_of(text: str) -> bytes:
    """The content address of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _checksum(key: bytes, vector: bytes) -> bytes:
    """Eight bytes that a changed vector does not match."""
    return hashlib.blake2b(key + vector, digest_size=8).digest()
