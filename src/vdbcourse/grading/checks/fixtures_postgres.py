"""Tables of the checks in PostgreSQL.

data.postgres.film_table(films, "CREATE INDEX ON film USING hnsw (embedding vector_cosine_ops)")
data.postgres.table("film", FILM_COLUMNS | {"embedding": "vector(2)"}, rows)
answer.reconnect(data.postgres.conn)  # the learner's session may hold plans and locks
"""

import functools
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.handles import connect
from vdbcourse.grading.checks.films import Films
from vdbcourse.grading.sandbox.time_limits import Allowance

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

Row = tuple[Any, ...]
LOCK_SECONDS = 5  # on an idle machine: how long to wait for a table that a learner's session locks
FILM_COLUMNS = {
    "id": "int PRIMARY KEY",
    "title": "text",
    "year": "int",
    "decade": "int",
    "genre": "text",
}  # name: definition; a vector comes after them


class Postgres:
    """The check's own schema. `conn` is for the learner's functions, `run` uses the check's own
    connection.
    """

    def __init__(self, dsn: str) -> None:
        self.conn = Handle("postgres", dsn)

    @functools.cached_property
    def own(self) -> "psycopg.Connection[Row]":
        """The check's connection. Two checks on one schema take turns."""
        connection = connect(self.conn.address)
        connection.execute("SELECT pg_advisory_lock(hashtext(current_schema()))")
        patience = f"{Allowance.of(LOCK_SECONDS).clock:.0f}s"
        connection.execute(
            "SELECT set_config('lock_timeout', %s, false)", [patience]
        )  # a function may leave locks behind
        return connection

    def run(self, query: "str | sql.SQL | sql.Composed", parameters: Any = None) -> list[Row]:
        """Rows of a query over the check's own connection, planned again each time; an empty list
        for other statements.
        """
        statement = query.encode() if isinstance(query, str) else query
        cursor = self.own.execute(statement, parameters, prepare=False)
        return cursor.fetchall() if cursor.description else []

    def value(self, query: "str | sql.SQL | sql.Composed", parameters: Any = None) -> Any:
        """The first column of the first row of a query."""
        return self.run(query, parameters)[0][0]

    def table(
        self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]
    ) -> None:
        """Create the table `name`, in place of an older one and whatever depends on that.

        columns: {name: definition}, such as `{"id": "int PRIMARY KEY", "v": "vector(3)"}`; rows:
        values in the order of the columns, in the types that psycopg reads them as.
        """
        self.run(f"DROP TABLE IF EXISTS {name} CASCADE")
        definitions = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.run(f"CREATE TABLE {name} ({definitions})")
        types = self.run(
            "SELECT atttypid FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0"
            " ORDER BY attnum",
            [name],
        )
        copy_rows = f"COPY {name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
        with self.own.cursor().copy(copy_rows.encode()) as copy:
            copy.set_types([oid for (oid,) in types])
            for row in rows:
                copy.write_row(row)

    def film_table(
        self,
        films: Films,
        *statements: str,
        table: str = "film",
        columns: Sequence[str] = tuple(FILM_COLUMNS),
    ) -> None:
        """Make `table`: these of `FILM_COLUMNS`, and `embedding vector(n)`, n numbers as the films
        have them; fill it, run `statements` (indexes), ANALYZE.

        A table that is still exactly as an earlier check left it is kept.
        """
        dim = films.vectors.shape[1]
        definitions = {name: FILM_COLUMNS[name] for name in columns}
        definitions["embedding"] = f"vector({dim})"
        content = (definitions, statements, films.titles, films.genres)
        wanted = zlib.crc32(repr(content).encode())
        for array in (films.ids, films.years, films.decades, films.vectors):
            wanted = zlib.crc32(np.ascontiguousarray(array).tobytes(), wanted)
        if self._mark(table) == f"{wanted:08x} {self.state(table)}":
            return
        self.table(table, definitions, _rows(films, columns))
        for statement in statements:
            self.run(statement)
        self.run(f"ANALYZE {table}")
        self.run(f"COMMENT ON TABLE {table} IS '{wanted:08x} {self.state(table)}'")

    def _mark(self, table: str) -> str | None:
        # the comment that the table got when it was made
        mark: str | None = self.value(
            "SELECT obj_description(to_regclass(%s), 'pg_class')", [table]
        )
        return mark

    def state(self, table: str) -> str | None:
        """A line that changes when rows, columns or indexes of the table change; None without the
        table.
        """
        if self.value("SELECT to_regclass(%s)", [table]) is None:
            return None
        rows = self.value(
            f"SELECT format('%s rows, newest %s', count(*), max(xmin::text::bigint)) FROM {table}"
        )
        shape = self.value(
            "SELECT md5(string_agg(definition, ';' ORDER BY definition)) FROM ( SELECT"
            " pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid ="
            " to_regclass(%(t)s) UNION ALL SELECT attname || format_type(atttypid, atttypmod) FROM"
            " pg_attribute  WHERE attrelid = to_regclass(%(t)s) AND attnum > 0) AS parts",
            {"t": table},
        )
        return f"{rows}, shape {shape}"

    def exact(
        self, question: np.ndarray, k: int, where: str = "true", table: str = "film"
    ) -> list[tuple[int, float]]:
        """The true k nearest (id, cosine distance) under a filter, without any index; equal
        distances by id.
        """
        with self.own.transaction():
            self.run("SET LOCAL enable_indexscan = off")
            rows = self.run(
                f"SELECT id, embedding <=> %s AS distance FROM {table} WHERE {where} ORDER BY"
                f" distance, id LIMIT {int(k)}",
                [question],
            )
        return [(number, distance) for number, distance in rows]

    def setting(self, name: str) -> str:
        """The value of a setting in a session that has not changed it."""
        return str(self.value("SELECT current_setting(%s)", [name]))

    @property
    def hands_in_counts(self) -> bool:
        """Can a session be made to report its counts? (Since PostgreSQL 15.)"""
        return self.own.info.server_version >= 150_000

    def close(self) -> None:
        """Close the check's connection, if it was opened."""
        if "own" in self.__dict__:
            self.own.close()


def _rows(films: Films, columns: Sequence[str]) -> Iterable[tuple[object, ...]]:
    values: dict[str, Sequence[object]] = {
        "id": films.ids.tolist(),
        "title": films.titles,
        "year": films.years.tolist(),
        "decade": films.decades.tolist(),
        "genre": films.genres,
    }
    return zip(*(values[name] for name in columns), films.vectors, strict=True)
