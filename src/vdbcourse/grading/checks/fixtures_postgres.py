"""Tables of the checks' own in PostgreSQL."""

import functools
import zlib
from typing import Any

import numpy as np

from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.handles import connect
from vdbcourse.grading.checks.films import DIM, Films
from vdbcourse.grading.sandbox.time_limits import Allowance

LOCK_SECONDS = 5  # of an idle machine, for a table that a learner's session still holds


class Postgres:
    """A schema of the check's own. `conn` is for the learner's functions, `run` asks over a
    connection of the check's.
    """

    def __init__(self, dsn: str) -> None:
        self.conn = Handle("postgres", dsn)

    @functools.cached_property
    def own(self) -> Any:
        """The check's connection. Two checks on one schema take turns."""
        connection = connect(self.conn.address)
        connection.execute("SELECT pg_advisory_lock(hashtext(current_schema()))")
        patience = f"{Allowance.of(LOCK_SECONDS).clock:.0f}s"
        connection.execute(
            "SELECT set_config('lock_timeout', %s, false)", [patience]
        )  # a function may leave locks behind
        return connection

    def run(self, sql: str, parameters: Any = None) -> list[tuple]:
        """Rows of a query over the check's own connection, planned anew each time; an empty list
        for other statements.
        """
        cursor = self.own.execute(sql, parameters, prepare=False)
        return cursor.fetchall() if cursor.description else []

    def film_table(self, films: Films, *statements: str, table: str = "film") -> None:
        """Make `table` (id int primary key, title text, year int, decade int, genre text, embedding
        vector(384)), fill it, run `statements` (indexes), ANALYZE. A table that is still exactly as
        an earlier check left it is kept.
        """
        wanted = f"{zlib.crc32(films.vectors.tobytes() + films.ids.tobytes() + ';'.join(statements).encode()):08x}"
        if self.mark(table) == f"{wanted} {self.state(table)}":
            return
        self.run(f"DROP TABLE IF EXISTS {table} CASCADE")
        self.run(
            f"CREATE TABLE {table} (id int PRIMARY KEY, title text, year int, decade int, genre"
            f" text, embedding vector({DIM}))"
        )
        columns = "id, title, year, decade, genre, embedding"
        with self.own.cursor().copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int4", "text", "int4", "int4", "text", "vector"])
            rows = zip(
                films.ids,
                films.titles,
                films.years,
                films.decades,
                films.genres,
                films.vectors,
                strict=True,
            )
            for number, title, year, decade, genre, vector in rows:
                copy.write_row((int(number), title, int(year), int(decade), genre, vector))
        for statement in statements:
            self.run(statement)
        self.run(f"ANALYZE {table}")
        self.run(f"COMMENT ON TABLE {table} IS '{wanted} {self.state(table)}'")

    def mark(self, table: str) -> str | None:
        """What was noted on the table when it was made; None if there is no such table."""
        return self.run("SELECT obj_description(to_regclass(%s), 'pg_class')", [table])[0][0]

    def state(self, table: str) -> str | None:
        """A line that changes when rows, columns or indexes of the table change; None without the
        table.
        """
        if self.run("SELECT to_regclass(%s)", [table])[0][0] is None:
            return None
        ((rows,),) = self.run(
            f"SELECT format('%s rows, newest %s', count(*), max(xmin::text::bigint)) FROM {table}"
        )
        ((shape,),) = self.run(
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
            return self.run(
                f"SELECT id, embedding <=> %s AS distance FROM {table} WHERE {where} ORDER BY"
                f" distance, id LIMIT {int(k)}",
                [question],
            )

    def close(self) -> None:
        """Close the check's connection, if it was opened."""
        if "own" in self.__dict__:
            self.own.close()
