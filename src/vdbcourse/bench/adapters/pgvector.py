"""pgvector, through psycopg."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
from pgvector.psycopg import register_vector

from vdbcourse import engines
from vdbcourse.bench.adapters.base import Adapter, Hit, Row

OPERATORS = {
    "cosine": ("<=>", "vector_cosine_ops"),
    "l2": ("<->", "vector_l2_ops"),
    "inner_product": ("<#>", "vector_ip_ops"),
}


class Pgvector(Adapter):
    """A table with a primary key, and an HNSW index once it is built."""

    key = "pgvector"
    errors = (psycopg.Error,)

    def __init__(self, space: str, name: str) -> None:
        self.connection = psycopg.connect(engines.postgres(space), autocommit=True)
        register_vector(self.connection)
        self.table = psycopg.sql.Identifier(name)
        self.index = psycopg.sql.Identifier(f"{name}_hnsw")
        server, _, _ = (self.connection.info.parameter_status("server_version") or "").partition(
            " "
        )
        extension = self.one("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        self.title = f"pgvector {extension} on PostgreSQL {server}"

    def create(self, dimension: int, metric: str = "cosine") -> None:
        self.operator, self.operator_class = OPERATORS[metric]
        self.run("DROP TABLE IF EXISTS {table}")
        self.run(
            f"CREATE TABLE {{table}} (id bigint PRIMARY KEY, vector vector({int(dimension)}), year"
            " int)"
        )

    def insert(self, rows: Sequence[Row]) -> None:
        copy = psycopg.sql.SQL("COPY {} (id, vector, year) FROM STDIN (FORMAT BINARY)").format(
            self.table
        )
        with self.connection.cursor().copy(copy) as stream:
            stream.set_types(["int8", "vector", "int4"])
            for row in rows:
                stream.write_row((row.id, np.asarray(row.vector, dtype=np.float32), row.year))

    def upsert(self, rows: Sequence[Row]) -> None:
        statement = (
            "INSERT INTO {table} (id, vector, year) VALUES (%s, %s, %s) "
            "ON CONFLICT (id) DO UPDATE SET vector = excluded.vector, year = excluded.year"
        )
        with self.connection.transaction():
            for row in rows:
                self.run(statement, (row.id, np.asarray(row.vector, dtype=np.float32), row.year))

    def delete(self, ids: Sequence[int]) -> None:
        self.run("DELETE FROM {table} WHERE id = ANY(%s)", (list(ids),))

    def get(self, ids: Sequence[int]) -> dict[int, np.ndarray]:
        rows = self.run("SELECT id, vector FROM {table} WHERE id = ANY(%s)", (list(ids),))
        return {i: vector.to_numpy() for i, vector in rows}

    def search(
        self,
        query: np.ndarray,
        k: int,
        where: tuple[str, int] | None = None,
        ef: int | None = None,
        fresh: bool = True,
    ) -> list[Hit]:
        condition: psycopg.sql.Composable = psycopg.sql.SQL("")
        values: list[int] = []
        if where is not None:
            field = psycopg.sql.Identifier(where[0])
            condition, values = psycopg.sql.SQL("WHERE {} = %s").format(field), [where[1]]
        if ef is not None:
            self.run(f"SET hnsw.ef_search = {int(ef)}")
        statement = (
            f"SELECT id, vector {self.operator} %s FROM {{table}} {{condition}} ORDER BY vector"
            f" {self.operator} %s LIMIT %s"
        )
        query = np.asarray(query, dtype=np.float32)
        return [
            Hit(*row)
            for row in self.run(statement, (query, *values, query, k), condition=condition)
        ]

    def count(self) -> int:
        return int(self.one("SELECT count(*) FROM {table}"))

    def settle(self) -> None:
        # Rows are visible once committed; the planner's figures are brought up to date.
        self.run("ANALYZE {table}")

    def build_index(self) -> None:
        self.run(
            f"CREATE INDEX {{index}} ON {{table}} USING hnsw (vector {self.operator_class}) "
            f"WITH (m = {self.m}, ef_construction = {self.ef_construction})"
        )

    def built_with(self) -> dict[str, int] | None:
        statement = (
            "SELECT option_name, option_value FROM pg_class, pg_options_to_table(reloptions) WHERE"
            " oid = %s::regclass"
        )
        return {name: int(value) for name, value in self.run(statement, (self.index.as_string(),))}

    def index_bytes(self) -> int | None:
        return int(self.one("SELECT pg_relation_size(%s)", (self.index.as_string(),)))

    def drop(self) -> None:
        self.run("DROP TABLE IF EXISTS {table}")
        self.connection.close()

    def run(
        self, statement: str, values: Sequence[object] = (), **parts: psycopg.sql.Composable
    ) -> psycopg.Cursor:
        """Execute `statement` with the table's and the index's names put in."""
        composed = psycopg.sql.SQL(statement).format(table=self.table, index=self.index, **parts)
        return self.connection.execute(composed, values)

    def one(self, statement: str, values: Sequence[object] = ()) -> Any:
        """The one value that `statement` returns."""
        [(value,)] = self.run(statement, values).fetchall()
        return value
