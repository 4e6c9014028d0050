"""Which server notebooks use when it is not one that the course starts in this environment: a
setting's, or a stack started in Docker.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from vdbcourse import settings
from vdbcourse.engines import addresses, server_checks
from vdbcourse.engines.docker import stacks
from vdbcourse.engines.docker.stack import StartedStack
from vdbcourse.engines.local import milvus_lite
from vdbcourse.engines.local import postgres as embedded

DOCKER = "Docker"  # `where` of a server that `./course up` started in Docker
METRICS_PORT = 9091  # the default of every Milvus server


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL elsewhere: who named it ("DATABASE_URL", or "Docker"), and where it is."""

    where: str
    uri: str

    @property
    def shown(self) -> str:
        """Host, port and database, without user and password."""
        return server_checks.without_password(self.uri)

    def version(self) -> str:
        """What answers there. Raises `CourseError` if it cannot be used."""
        remedy = server_checks.FIX_DOCKER if self.where == DOCKER else server_checks.FIX_POSTGRES
        return server_checks.check_postgres(self.uri, remedy)


@dataclass(frozen=True)
class MilvusServer:
    """A Milvus elsewhere: who named it ("MILVUS_URI", or "Docker"), and where it is."""

    where: str
    uri: str  # without user and password
    token: str
    metrics: str  # address of the metrics page; empty if it has none

    @property
    def shown(self) -> str:
        """The address, which holds no password."""
        return self.uri

    def version(self) -> str:
        """What answers there. Raises `CourseError` if it cannot be used."""
        return server_checks.check_milvus(self.uri, self.token, self.where)

    def checked_uri(self) -> str:
        """The address. Raises `CourseError` if the server cannot be used."""
        self.version()
        return self.uri


def postgres() -> PostgresServer | None:
    """The server of `DATABASE_URL`, or the started stack; None for the embedded server.

    Raises `CourseError` if a started stack no longer answers: its data are not in the embedded
    server.
    """
    if url := settings.database_url():
        return PostgresServer("DATABASE_URL", url)
    started = _stack_in_use(embedded.NAME)
    return PostgresServer(DOCKER, started.uri) if started else None


def milvus() -> MilvusServer | None:
    """The server of `MILVUS_URI`, or the started stack; None for the course's own engines.

    User and password in MILVUS_URI become its token, so that the address can be shown. Raises
    `CourseError` if it is not an address, or if a started stack no longer answers: its data are not
    in Milvus Lite.
    """
    if setting := settings.milvus_uri():
        uri, credentials = server_checks.milvus_address(setting)
        host = addresses.bracketed(urlsplit(uri).hostname or "localhost")
        metrics = settings.milvus_metrics_url() or f"http://{host}:{METRICS_PORT}/metrics"
        return MilvusServer("MILVUS_URI", uri, settings.milvus_token() or credentials, metrics)
    if started := _stack_in_use(milvus_lite.NAME):
        metrics = settings.milvus_metrics_url() or started.metrics or ""
        return MilvusServer(DOCKER, started.uri, started.token, metrics)
    return None


def in_place_of(engine: str) -> PostgresServer | MilvusServer | None:
    """The server that notebooks use in place of the local `engine`; None if they use that one.

    Raises `CourseError` as `postgres` and `milvus` do.
    """
    server = _SERVERS.get(engine)
    return server() if server else None


def is_set(engine: str) -> bool:
    """Does a setting name a server in place of the local `engine`? (A stack in Docker does not
    count.)
    """
    setting = _SETTINGS.get(engine)
    return setting is not None and setting() is not None


def _stack_in_use(engine: str) -> StartedStack | None:
    stack = stacks.replacing(engine)
    return stack.in_use() if stack else None


_SERVERS: dict[str, Callable[[], PostgresServer | MilvusServer | None]] = {
    embedded.NAME: postgres,
    milvus_lite.NAME: milvus,
}
_SETTINGS: dict[str, Callable[[], str | None]] = {
    embedded.NAME: settings.database_url,
    milvus_lite.NAME: settings.milvus_uri,
}
