"""What calls of a learner's functions leave on a server, and how a check undoes it.

A check's session ends with the check, and so do temporary tables. What stays is looked for right
before and right after each call: settings of the database, the role or the whole server, which
would affect every later lesson, and objects in the check's own schema. Only what was created during
a call counts, so that the tables of the check itself stay. (An index on an existing table belongs
to that table: `film_table` makes it again.) In Milvus, which has no schemas, it is the collections
that a function made with the client it got, under another name than those in its arguments, and
that did not exist before.
"""

import functools
from collections.abc import Iterable, Iterator
from typing import Any, LiteralString

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.outcome import Outcome
from vdbcourse.grading.checks.data import Data

LISTS = (
    "search_path",
    "session_preload_libraries",
    "local_preload_libraries",
    "temp_tablespaces",
)  # their values are stored with quotes
MOST_NAMED = 5
LOCK_SECONDS = 5  # how long to wait for an object that is still in use
NEWEST = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
SYSTEM_FILE = (  # the only file that ALTER SYSTEM writes
    "SELECT size::text || modification FROM pg_stat_file('postgresql.auto.conf', true)"
)
MAY_SEE = "SELECT has_function_privilege('pg_stat_file(text, boolean)', 'execute')"
SETTINGS = """
SELECT setdatabase <> 0, setrole <> 0, split_part(setting, '=', 1),
       substr(setting, strpos(setting, '=') + 1)
FROM pg_db_role_setting, unnest(setconfig) AS setting
WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))
"""
OBJECTS = """
WITH own AS (SELECT oid FROM pg_namespace WHERE nspname = current_schema()),
part AS (
  SELECT objid FROM pg_depend
  WHERE deptype IN ('a', 'e', 'i')
    AND classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
    AND refclassid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_extension'::regclass)
)
SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
       WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, oid::regclass::text
FROM pg_class
WHERE relnamespace IN (SELECT * FROM own) AND relkind IN ('r', 'p', 'v', 'm', 'S', 'c')
  AND oid NOT IN (SELECT * FROM part)
UNION ALL
SELECT 'ROUTINE', oid::regprocedure::text
FROM pg_proc WHERE pronamespace IN (SELECT * FROM own) AND oid NOT IN (SELECT * FROM part)
UNION ALL
SELECT 'TYPE', oid::regtype::text
FROM pg_type WHERE typnamespace IN (SELECT * FROM own) AND typtype IN ('e', 'd', 'r')
  AND oid NOT IN (SELECT * FROM part)
UNION ALL
SELECT 'EXTENSION', quote_ident(extname)
FROM pg_extension WHERE extnamespace IN (SELECT * FROM own)
"""  # without parts of other objects, which are dropped with them
SYSTEM = "SELECT name, setting FROM pg_file_settings WHERE sourcefile LIKE '%/postgresql.auto.conf'"

Row = tuple[Any, ...]
Setting = tuple[bool, bool, str]  # of the database? of the role? name


class SideEffects:
    """Looks at the server around each call (`before`, `after`), and at the end undoes what it
    can.
    """

    def __init__(self, data: Data) -> None:
        self.dsn = data.postgres_dsn
        self.connection: psycopg.Connection | None = None
        self.altered: set[str] = set()  # attributes of the connections that functions got
        self.newest: list[Row] = []
        self.settings: dict[Setting, str] = {}
        self.system: dict[str, str] = {}
        self.objects: set[tuple[str, str]] = set()
        self.changed: dict[
            Setting | str, str | None
        ] = {}  # the value of a setting before a call first changed it
        self.made: set[tuple[str, str]] = set()
        self.milvus = data.milvus if data.milvus_uri else None
        self.given: list[Any] = []  # arguments of the call
        self.collections: set[str] = set()  # before the call
        self.collections_made: set[str] = set()

    def before(self, arguments: Iterable[Any]) -> None:
        """Right before a call with these arguments."""
        self.given = list(arguments)
        if self.milvus and any(
            isinstance(value, Handle) and value.kind == "milvus" for value in self.given
        ):
            self.collections = set(self.milvus.own.list_collections())
        if self.dsn and self._moved():
            self.settings, self.system, self.objects = (
                self._all_settings(),
                self._all_of_the_system(),
                self._all_objects(),
            )

    def after(self) -> None:
        """Right after the call."""
        if not self.dsn or not self._moved():
            return
        now = self._all_settings(), self._all_of_the_system(), self._all_objects()
        for key in self.settings.keys() | now[0].keys():
            if self.settings.get(key) != now[0].get(key):
                self.changed.setdefault(key, self.settings.get(key))
        for name in self.system.keys() | now[1].keys():
            if self.system.get(name) != now[1].get(name):
                self.changed.setdefault(name, self.system.get(name))
        self.made |= now[2] - self.objects
        self.settings, self.system, self.objects = now

    def note(self, outcome: Outcome) -> None:
        """Note what the call reports: changes of connections, and names of collections that it
        made.
        """
        self.altered.update(outcome.altered)
        names_given = {value for value in self.given if isinstance(value, str)}
        self.collections_made |= set(outcome.collections) - self.collections - names_given

    def _moved(self) -> bool:
        # has anything been written on this server since the last look?
        last, self.newest = (
            self.newest,
            self._ask(NEWEST) + (self._ask(SYSTEM_FILE) if self._may_see_the_system else []),
        )
        return self.newest != last

    @functools.cached_property
    def _may_see_the_system(self) -> bool:
        # May this role see what ALTER SYSTEM has set? Roles that may not cannot set it either.
        return bool(self._ask(MAY_SEE)[0][0])

    def put_back(self) -> list[str]:
        """Undo what calls have left; returns a few words on each change."""
        on_postgres = (
            [*self._put_back_settings(), *self._put_back_system(), *self._drop()]
            if self.dsn
            else []
        )
        return [*on_postgres, *self._drop_collections()]

    def _drop_collections(self) -> Iterator[str]:
        if self.milvus is None:
            return
        for name in sorted(self.collections_made):
            if self.milvus.own.has_collection(name):
                self.milvus.own.drop_collection(name)
                yield f"the collection `{name}`"

    def _put_back_settings(self) -> Iterator[str]:
        now = self._all_settings()
        for key in [key for key in self.changed if isinstance(key, tuple)]:
            value, (of_database, of_role, name) = self.changed[key], key
            if now.get(key) == value:
                continue
            whose, words = self._owner(of_database, of_role)
            if value is None:
                self._ask(SQL("ALTER {} RESET {}").format(whose, _setting(name)))
            else:
                quoted = SQL(value) if name in LISTS else Literal(value)
                self._ask(SQL("ALTER {} SET {} TO {}").format(whose, _setting(name), quoted))
            yield (
                f"the setting `{name}` of {words},"
                f" {'removed' if now.get(key) is None else 'set to ' + now[key]}"
            )

    def _put_back_system(self) -> Iterator[str]:
        now = self._all_of_the_system() if self.changed else {}
        names = [
            name
            for name in self.changed
            if isinstance(name, str) and now.get(name) != self.changed[name]
        ]
        for name in names:
            value = self.changed[name]
            change = SQL("RESET {}") if value is None else SQL("SET {} TO {}")
            self._ask(SQL("ALTER SYSTEM ") + change.format(_setting(name), Literal(value)))
            yield (
                f"the setting `{name}` of the whole server,"
                f" {'removed' if now.get(name) is None else 'set to ' + now[name]}"
            )
        if names:
            self._ask("SELECT pg_reload_conf()")

    def _drop(self) -> Iterator[str]:
        for kind, name in sorted(self.made & self._all_objects() if self.made else ()):
            what = f"the {'function' if kind == 'ROUTINE' else kind.lower()} `{name}`"
            try:
                self._ask(
                    SQL("DROP {} IF EXISTS {} CASCADE").format(SQL(kind), SQL(name))
                )  # as the catalog quotes it
            except (psycopg.errors.LockNotAvailable, psycopg.errors.InsufficientPrivilege):
                what += " (which could not be removed)"
            yield what

    def _owner(self, of_database: bool, of_role: bool) -> tuple[Composable, str]:
        # whose setting it is, in SQL and in words
        ((database, role),) = self._ask("SELECT current_database(), current_user")
        if of_role:
            within = SQL(" IN DATABASE {}").format(Identifier(database)) if of_database else SQL("")
            return SQL("ROLE {}{}").format(Identifier(role), within), "the role"
        if of_database:
            return SQL("DATABASE {}").format(Identifier(database)), "the database"
        return SQL("ROLE ALL"), "all roles"

    def _all_settings(self) -> dict[Setting, str]:
        # those that new sessions start with
        return {
            (of_database, of_role, name): value
            for of_database, of_role, name, value in self._ask(SETTINGS)
        }

    def _all_of_the_system(self) -> dict[str, str]:
        # what ALTER SYSTEM has set
        return dict(self._ask(SYSTEM)) if self._may_see_the_system else {}

    def _all_objects(self) -> set[tuple[str, str]]:
        # kind and name of each object in the check's schema
        return set(self._ask(OBJECTS))

    def _ask(self, sql: LiteralString | SQL | Composed) -> list[Row]:
        # Rows of a query; an empty list for other statements. A connection that a learner's code
        # has closed is opened again.
        connection = self._connected()
        try:
            cursor = connection.execute(sql, prepare=False)
        except psycopg.OperationalError:
            if not connection.closed:
                raise
            cursor = self._connected().execute(sql, prepare=False)
        return cursor.fetchall() if cursor.description else []

    def _connected(self) -> psycopg.Connection:
        if self.connection is None or self.connection.closed:
            self.connection = psycopg.connect(self.dsn or "", autocommit=True)
            self.connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        return self.connection

    def close(self) -> None:
        """Close its own connection."""
        if self.connection:
            self.connection.close()


def _setting(name: str) -> Composable:
    # its name may have a prefix: `hnsw.ef_search`
    return Identifier(*name.split("."))


def in_words(left: list[str], altered: Iterable[str]) -> str:
    """What was undone, in sentences; an empty string if there was nothing."""
    sentences = []
    if left:
        more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
        sentences.append(
            "Your code left this on the server, where it would affect later lessons:"
            f" {'; '.join(left[:MOST_NAMED])}{more}. The check has undone it."
        )
    if altered:
        names = ", ".join(f"`{name}`" for name in sorted(altered))
        sentences.append(
            f"Your code changed {names} of the connection that it got and did not change it back."
            " The check has closed the connection."
        )
    return " ".join(sentences)
