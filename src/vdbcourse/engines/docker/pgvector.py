"""PostgreSQL with pgvector in Docker: the stack of docker/pgvector, with its passwords, and memory
settings that fit the machine.
"""

import re
import secrets
from collections.abc import Mapping
from typing import ClassVar

import psycopg
from psycopg import sql

from vdbcourse import settings
from vdbcourse.engines import addresses, server_checks
from vdbcourse.engines.docker import compose
from vdbcourse.engines.docker.stack import DockerStack, ExtraService, StartedStack
from vdbcourse.engines.local import postgres
from vdbcourse.errors import CourseError

USER = DATABASE = "course"  # as in compose.yaml
METRICS_USER = "metrics"
CONNECT_SECONDS = 10
REFUSED = re.compile(r"password authentication failed|no password supplied")
MEBIBYTE = 2**20
LEAST, MOST = 1024, 8192  # MiB of the container, unless PGVECTOR_MEMORY says otherwise
MOST_BUILD_MEMORY = 2048  # MiB
SHM_BESIDE = 64  # MiB of shared memory for parallel queries, Docker's default
UNITS = {"m": 1, "mb": 1, "g": 1024, "gb": 1024}


class PgvectorStack(DockerStack):
    """PostgreSQL with pgvector, and an exporter of its statistics."""

    name = "pgvector"
    title = "PostgreSQL with pgvector in Docker"
    replaces = postgres.ENGINE
    instead = "Without Docker: ./course up postgres"
    more_memory = "PGVECTOR_MEMORY=4g"
    contents = "every table"
    ports: ClassVar = {"PGVECTOR_PORT": 5434, "METRICS_PORT": 9187}
    server_port = "PGVECTOR_PORT"
    extra = ExtraService("metrics", "METRICS_PORT", "/metrics", "statistics for Prometheus")

    def new_secrets(self) -> dict[str, str]:
        """The passwords of the owner and of the role that reads statistics."""
        return {
            "PGVECTOR_PASSWORD": secrets.token_hex(16),
            "METRICS_PASSWORD": secrets.token_hex(16),
        }

    def sizes(self) -> dict[str, str]:
        """Memory and workers for this machine, or for the container of PGVECTOR_MEMORY. Raises
        `CourseError` if that is not an amount of memory.
        """
        memory, cores = compose.machine()
        chosen = container_memory(settings.value("PGVECTOR_MEMORY"), memory)
        return sizes_for(chosen, cores)

    def connect(self, environment: Mapping[str, str]) -> StartedStack:
        """The server with its versions, once it takes only the generated password; the role for the
        statistics is there.
        """
        password = environment["PGVECTOR_PASSWORD"]
        uri = self._address(environment, password)
        if lets_in(self._address(environment, secrets.token_hex(16))):
            raise CourseError(
                f"{self.title} opens without the generated password, so it is not used. Stop it:"
                f" ./course down {self.name}"
            )
        if not lets_in(uri):
            raise CourseError(
                f"{self.title} rejects the password in {self.secrets_path()}; its data were"
                " made with another one. Put that file back, or remove the data:"
                f" {self.removal()}"
            )
        version = server_checks.check_postgres(uri, server_checks.FIX_DOCKER)
        make_metrics_role(uri, environment["METRICS_PASSWORD"])
        return StartedStack(uri, "", version)

    def check(self, started: StartedStack) -> str:
        """The versions of PostgreSQL and pgvector."""
        return server_checks.check_postgres(started.uri, server_checks.FIX_DOCKER)

    def is_address(self, uri: str) -> bool:
        """Is it a URL of PostgreSQL?"""
        try:
            return bool(addresses.postgres(uri))
        except ValueError:
            return False

    def _address(self, environment: Mapping[str, str], password: str) -> str:
        return (
            f"postgresql://{USER}:{password}@127.0.0.1:{environment[self.server_port]}/{DATABASE}"
        )


def container_memory(setting: str | None, machine: int) -> int:
    """MiB for the container: `setting` ("4g", "2048m"), or a quarter of the machine's bytes, from 1
    to 8 GiB. Raises `CourseError` if `setting` is not an amount of at least 512 MiB.
    """
    if setting is None:
        return max(LEAST, min(MOST, machine // MEBIBYTE // 4))
    match = re.fullmatch(r"(\d{1,6})\s*(mb?|gb?)", setting.lower())
    amount = int(match[1]) * UNITS[match[2]] if match else 0
    if amount < LEAST // 2:
        raise CourseError(
            f"PGVECTOR_MEMORY={setting[:40]!r} is not an amount of memory of at least 512m. Write,"
            " say, 4g, or unset it."
        )
    return amount


def sizes_for(memory: int, cores: int) -> dict[str, str]:
    """The variables of the compose file for a container of `memory` MiB on `cores` cores.

    A quarter for PostgreSQL's own cache, as its documentation starts from
    (https://www.postgresql.org/docs/18/runtime-config-resource.html); a quarter, at most 2 GiB, for
    building an index, which in a parallel build lies in the container's shared memory
    (https://github.com/pgvector/pgvector#index-build-time); the rest for sessions and the kernel's
    file cache, which the planner is told of.
    """
    build = min(memory // 4, MOST_BUILD_MEMORY)
    return {
        "PGVECTOR_MEMORY": f"{memory}m",
        "PGVECTOR_SHARED_BUFFERS": f"{memory // 4}MB",
        "PGVECTOR_CACHE": f"{memory * 3 // 4}MB",
        "PGVECTOR_BUILD_MEMORY": f"{build}MB",
        "PGVECTOR_SHM": f"{build + SHM_BESIDE}m",
        "PGVECTOR_BUILD_WORKERS": str(max(1, min(cores - 1, 7))),
    }


def lets_in(uri: str) -> bool:
    """Does the server accept the password in `uri`? Raises `psycopg.OperationalError` if it cannot
    be asked.
    """
    try:
        psycopg.connect(uri, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError as error:
        if REFUSED.search(str(error)):
            return False
        raise
    return True


def make_metrics_role(uri: str, password: str) -> None:
    """The role that the exporter uses: it may read statistics, and no table. The server gets only
    the hash of its password.
    """
    role = sql.Identifier(METRICS_USER)
    with psycopg.connect(uri, autocommit=True) as connection:
        hashed = connection.pgconn.encrypt_password(
            password.encode(), METRICS_USER.encode(), b"scram-sha-256"
        )
        known = connection.execute(
            "SELECT FROM pg_roles WHERE rolname = %s", (METRICS_USER,)
        ).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(hashed.decode()))
        )
        connection.execute(sql.SQL("GRANT pg_monitor TO {}").format(role))
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


STACK = PgvectorStack()
