"""What a fresh run needs: a place, its own engines, and hidden data for the checks.

In a class each submission gets its own database and Milvus, which nobody else can reach. Your own
notebook runs on the course's engines, in a space that is removed after the run.
"""

import contextlib
import logging
import os
import secrets
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vdbcourse import embedding, engines, settings
from vdbcourse.embedding.cache import Cache
from vdbcourse.engines import server_checks, spaces, supervisor
from vdbcourse.grading.checks.data import Data
from vdbcourse.grading.classroom.milvus import milvus_lite
from vdbcourse.grading.classroom.postgres import Server
from vdbcourse.grading.manifest import Exercise
from vdbcourse.grading.sandbox.bubblewrap import THREAD_COUNTS, Place
from vdbcourse.grading.sandbox.limits import Limits

FOR_REHEARSAL = Limits(
    seconds=1_200, memory=8, cpu=36_000
)  # the course's own solution may have to embed everything first


@dataclass(frozen=True)
class RunEnvironment:
    """Where a notebook runs, and what makes the data of one check."""

    place: Place
    data: Callable[[], Data]


@contextlib.contextmanager
def for_check(exercise: Exercise, limits: Limits, seed: int) -> Iterator[RunEnvironment]:
    """The course's own engines, under the name of a learner whose schemas and collections are
    dropped afterwards.
    """
    learner = f"check{secrets.token_hex(3)}"
    postgres, milvus = "postgres" in exercise.engines, "milvus" in exercise.engines
    url = _postgres_url() if postgres else None
    uri = engines.milvus() if milvus else None
    dsn = spaces.make_schema(url, f"{learner}_checks", learner) if url else None
    try:
        place = Place(
            False, limits, {"VDBCOURSE_LEARNER": learner, "TQDM_DISABLE": "1"}, own_home=False
        )
        yield RunEnvironment(
            place, lambda: Data(seed, hidden=True, postgres_dsn=dsn, milvus_uri=uri)
        )
    finally:
        if url:
            for schema in spaces.schemas(url, learner):
                spaces.drop_schema(url, schema)
        if uri:
            _drop_collections(uri, learner)


def _postgres_url() -> str:
    """The course's PostgreSQL; nothing is created there. Raises `CourseError` if there is none."""
    url = settings.database_url()
    if url is None:
        return supervisor.up("postgres").uri
    server_checks.check_postgres(url)
    return url


def _drop_collections(uri: str, learner: str) -> None:
    """Remove the collections of a made-up learner."""
    from pymilvus import MilvusClient  # noqa: PLC0415

    with contextlib.closing(MilvusClient(uri, token=engines.milvus_token())) as client:
        for name in client.list_collections():
            if name.startswith(f"{learner}_"):
                client.drop_collection(name)


class ClassEngines:
    """The engines of a batch, for use in `with`. Raises `CourseError` if one does not start."""

    def __init__(
        self, exercises: Iterable[Exercise], limits: Limits, seed: int, confined: bool, jobs: int
    ) -> None:
        self.limits = limits
        self.seed = seed
        self.confined = confined
        self.jobs = jobs
        self.engine_names = {name for exercise in exercises for name in exercise.engines}
        self.cache: Path | None = None
        self.stopping = threading.Event()  # once set, every run of the batch ends within seconds

    def __enter__(self) -> "ClassEngines":
        self.open = contextlib.ExitStack()
        with contextlib.ExitStack() as starting:
            self.folder = Path(tempfile.mkdtemp(prefix="vdbcourse-grade-"))
            starting.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.folder.chmod(0o711)
            self.server = (
                starting.enter_context(Server(self.folder, self.jobs))
                if "postgres" in self.engine_names
                else None
            )
            self.open = starting.pop_all()
        logging.getLogger("pymilvus").setLevel(
            logging.CRITICAL
        )  # the course itself reports a server that a submission broke
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()

    def keep_embeddings(self) -> None:
        """Let every submission start from the texts embedded so far."""
        model = embedding.current_model()
        path = Cache(model.name, model.fingerprint).path
        if path.exists():
            self.cache = self.folder / "cache"
            self.cache.mkdir(mode=0o755, exist_ok=True)
            (self.cache / path.parent.name).mkdir(mode=0o755, exist_ok=True)
            copy = self.cache / path.parent.name / path.name
            with (
                contextlib.closing(sqlite3.connect(path)) as source,
                contextlib.closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)  # whole, also while another process writes
            copy.chmod(0o644)

    @contextlib.contextmanager
    def environment(self, exercise: Exercise, trusted: bool = False) -> Iterator[RunEnvironment]:
        """What one submission needs. trusted: the course's own solution, which runs in the grader's
        home.
        """
        confined = self.confined and not trusted
        variables: dict[str, str] = {}
        sockets: list[Path] = []
        dsn = uri = None
        reasons: list[Callable[[], str | None]] = [self._stopped]
        with contextlib.ExitStack() as leased:
            if self.server and "postgres" in exercise.engines:
                lease = leased.enter_context(self.server.lease())
                variables["DATABASE_URL"], dsn = lease.url, lease.dsn
                reasons.append(lease.too_large)
                sockets.append(self.server.socket)
            if "milvus" in exercise.engines:
                socket = leased.enter_context(milvus_lite(self.confined))
                variables["VDBCOURSE_MILVUS_SOCKET"] = uri = f"unix:{socket}"
                sockets.append(socket)
            if trusted:
                variables |= {"VDBCOURSE_HOME": str(settings.home())}
                variables |= dict.fromkeys(
                    THREAD_COUNTS, str(os.cpu_count() or 1)
                )  # nothing else runs yet
            cache = None if trusted else self.cache
            place = Place(
                confined,
                FOR_REHEARSAL if trusted else self.limits,
                variables,
                sockets=tuple(sockets),
                cache=cache,
                also=lambda: next(filter(None, (reason() for reason in reasons)), None),
            )
            yield RunEnvironment(
                place, lambda: Data(self.seed, hidden=True, postgres_dsn=dsn, milvus_uri=uri)
            )

    def _stopped(self) -> str | None:
        return "was stopped" if self.stopping.is_set() else None
