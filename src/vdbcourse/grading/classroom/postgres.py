"""PostgreSQL for a class: one server for a batch, and for each submission its own role and
database.

The server listens only on a socket and asks everybody for a password, so that code in a sandbox,
which sees the socket, can use only its own role. pgvector is in pg_catalog, where no role can
replace an operator.
"""

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from vdbcourse.engines import spaces
from vdbcourse.engines.local import postgres
from vdbcourse.grading.sandbox.limits import GIB
from vdbcourse.grading.sandbox.time_limits import Allowance

TEMPLATE = "graded"
STATEMENT_SECONDS = 10  # on an idle machine
CONNECTIONS = 20  # of one role
LARGEST = 1  # GiB of one database
FASTER = (  # it is thrown away with the batch
    "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
)


def role_settings() -> dict[str, str]:
    """What ends a statement that outlives its notebook: later on a busy machine."""
    patience = f"{Allowance.of(STATEMENT_SECONDS).clock:.0f}s"
    return {"statement_timeout": patience, "lock_timeout": patience}


@dataclass(frozen=True)
class Lease:
    """One submission's database. url: for the notebook; dsn: for the checks, with their schema on
    the search path.
    """

    url: str
    dsn: str
    name: str
    server: "Server"

    def too_large(self) -> str | None:
        """For the watcher: why the run must end, if so."""
        with contextlib.suppress(psycopg.Error):
            with psycopg.connect(
                self.server.maintenance, autocommit=True, connect_timeout=2
            ) as connection:
                ((size,),) = connection.execute("SELECT pg_database_size(%s)", [self.name])
            if size > LARGEST * GIB:
                return f"filled its database with more than {LARGEST} GB"
        return None


class Server:
    """A server in `folder`, for use in `with`; it ends with the folder."""

    def __init__(self, folder: Path, roles: int) -> None:
        """roles: how many submissions use it at the same time."""
        self.folder = folder / "postgres"
        self.roles = roles

    def __enter__(self) -> "Server":
        with contextlib.ExitStack() as starting:
            starting.callback(self.stop)
            self.start()
            starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Make the server, and the template of every database. Raises `CourseError` if
        that fails.
        """
        postgres.let_in(self.folder)
        postgres.initialise(self.folder)
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(
                "session_preload_libraries = 'vector'\n"
            )  # so that its settings are known on every connection
            file.write(f"{FASTER}max_connections = {self.roles * (CONNECTIONS + 2) + 10}\n")
        postgres.start(self.folder, self.folder / "server.log", tcp=False)
        self._ask_for_passwords()
        password = (self.folder / "vdbcourse.password").read_text()
        self.maintenance = self.address("postgres", password, "postgres")
        with psycopg.connect(self.maintenance, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
            for database in ("postgres", "template1", postgres.DATABASE, TEMPLATE):
                connection.execute(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC")
        with psycopg.connect(
            self.address("postgres", password, TEMPLATE), autocommit=True
        ) as connection:
            connection.execute("CREATE EXTENSION vector SCHEMA pg_catalog")

    def stop(self) -> None:
        """End it, if it runs."""
        postgres.control(self.folder, "stop", "--mode=immediate", "--wait")
        shutil.rmtree(postgres.socket_folder(self.folder), ignore_errors=True)

    @property
    def socket(self) -> Path:
        """The socket a sandbox must see."""
        return postgres.socket_folder(self.folder) / ".s.PGSQL.5432"

    def _ask_for_passwords(self) -> None:
        """Require a password from everybody, even over the socket."""
        rules = self.folder / "pg_hba.conf"
        rules.write_text("local all all scram-sha-256\n")
        postgres.own(rules)
        postgres.control(self.folder, "reload")

    def address(self, role: str, password: str, database: str) -> str:
        """The URL of a database for a role. The limits are set again: a role may change its own
        defaults.
        """
        options = " ".join(f"-c{name}={value}" for name, value in role_settings().items())
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(self.socket.parent))}&options={quote(options)}"

    @contextlib.contextmanager
    def lease(self) -> Iterator[Lease]:
        """A role and its database for one submission; both are dropped with everything in them."""
        name, password = f"graded_{secrets.token_hex(6)}", secrets.token_urlsafe(24)
        role = Identifier(name)
        with psycopg.connect(self.maintenance, autocommit=True) as connection:
            connection.execute(
                SQL("CREATE ROLE {} LOGIN PASSWORD {} CONNECTION LIMIT {}").format(
                    role, Literal(password), Literal(CONNECTIONS)
                )
            )
            connection.execute(SQL("ALTER ROLE {} SET temp_file_limit = '1GB'").format(role))
            for setting, value in role_settings().items():
                connection.execute(
                    SQL("ALTER ROLE {} SET {} = {}").format(
                        role, Identifier(setting), Literal(value)
                    )
                )
            connection.execute(
                SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    role, Identifier(TEMPLATE), role
                )
            )
            connection.execute(SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(role))
        url = self.address(name, password, name)
        try:
            yield Lease(url, spaces.make_schema(url, "checks"), name, self)
        finally:
            with psycopg.connect(self.maintenance, autocommit=True) as connection:
                connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(role))
                connection.execute(SQL("DROP ROLE {}").format(role))
