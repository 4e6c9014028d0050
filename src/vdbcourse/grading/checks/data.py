"""What checks work on: real films and their vectors, drawn by a seed, and tables of them in a real
engine.

The notebook's checks draw from one half of a pool of films, graded runs from the other half with
another seed: other rows, other questions, the same kind.
"""

import functools
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.handles import connect
from vdbcourse.grading.calls.time_limits import Allowance

PUBLIC_SEED = 1
HALF = 2_400  # films in each half of the pool
DIM = 384
LOCK_SECONDS = 5  # of an idle machine, for a table that a learner's session still holds


@dataclass(frozen=True)
class Films:
    """n films. ids, years, decades: (n,) int64; genres: the first one or None; vectors: (n, 384)
    float32 of length 1.
    """

    ids: np.ndarray
    titles: list[str]
    years: np.ndarray
    decades: np.ndarray
    genres: list[str | None]
    lines: list[str]
    vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, positions: Iterable[int]) -> "Films":
        """The films at these positions."""
        at = np.asarray(list(positions), dtype=int)
        names = ("titles", "genres", "lines")
        return Films(
            ids=self.ids[at],
            years=self.years[at],
            decades=self.decades[at],
            vectors=self.vectors[at],
            **{name: [getattr(self, name)[i] for i in at] for name in names},
        )


class Pool:
    """Half of 4,800 films, always in one order. Only what is taken is embedded, once."""

    def __init__(self, hidden: bool) -> None:
        from vdbcourse import datasets

        frame = datasets.films(2 * HALF)
        order = np.random.default_rng(20261121).permutation(len(frame))
        self.frame = frame.iloc[order[HALF:] if hidden else order[:HALF]]
        self.lines = datasets.film_lines(self.frame)
        self.vectors = np.zeros((HALF, DIM), dtype=np.float32)
        self.embedded = np.zeros(HALF, dtype=bool)

    @property
    def titles(self) -> list[str]:
        """The titles of all."""
        return self.frame.title.tolist()

    def take(self, positions: Iterable[int]) -> Films:
        """The films at these positions."""
        from vdbcourse import embedding

        at = np.asarray(list(positions), dtype=int)
        missing = np.unique(at[~self.embedded[at]])
        if missing.size:
            self.vectors[missing] = embedding.encode([self.lines[i] for i in missing])
            self.embedded[missing] = True
        taken = self.frame.iloc[at]
        return Films(
            ids=taken.index.to_numpy(np.int64),
            titles=taken.title.tolist(),
            years=taken.year.to_numpy(np.int64),
            decades=taken.decade.to_numpy(np.int64),
            genres=[genre if isinstance(genre, str) else None for genre in taken.genre],
            lines=[self.lines[i] for i in at],
            vectors=self.vectors[at],
        )


@functools.cache
def pool(hidden: bool) -> Pool:
    """The half for the notebook's checks, or the one for graded runs."""
    return Pool(hidden)


@dataclass
class Data:
    """The data of one check. rng: for anything else a check wants to vary; two runs with one seed
    see the same.
    """

    seed: int = PUBLIC_SEED
    hidden: bool = False
    postgres_dsn: str | None = None
    milvus_uri: str | None = None
    rng: np.random.Generator = field(init=False)
    engines: list[Any] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.seed, self.hidden])
        self.drawn: np.ndarray | None = None

    def films(self, n: int) -> Films:
        """`n` films of this run's half of the pool, without repetition."""
        source = pool(self.hidden)
        self.drawn = self.rng.permutation(HALF)
        return source.take(self.drawn[:n])

    def questions(self, n: int) -> np.ndarray:
        """Vectors to search with, (n, 384) float32: films that `films` did not draw, so that no
        question finds itself.
        """
        source = pool(self.hidden)
        if self.drawn is None:
            self.films(0)
        return source.take(self.drawn[-n:]).vectors

    @functools.cached_property
    def postgres(self) -> "Postgres":
        """This run's schema in PostgreSQL."""
        opened = Postgres(self.postgres_dsn)
        self.engines.append(opened)
        return opened

    @functools.cached_property
    def milvus(self) -> "Milvus":
        """This run's Milvus."""
        opened = Milvus(self.milvus_uri)
        self.engines.append(opened)
        return opened

    @property
    def encode(self) -> Handle:
        """The course's `embedding.encode`, to hand to a learner's function."""
        return Handle("encode")

    def lasting_dict(self, name: str) -> Handle:
        """An empty dict that the learner's functions share from one call to the next, shown as
        `name`.
        """
        return Handle("dict", name)

    def close(self) -> None:
        """Close the connections of the check's own."""
        for engine in self.engines:
            engine.close()


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


class Milvus:
    """A Milvus with the check's own collections. `client` is for the learner's functions, `own` is
    the check's.
    """

    def __init__(self, uri: str) -> None:
        self.client = Handle("milvus", uri)

    @functools.cached_property
    def own(self) -> Any:
        """The check's client."""
        from pymilvus import MilvusClient

        from vdbcourse import engines

        return MilvusClient(self.client.address, token=engines.milvus_token())

    def drop(self, *collections: str) -> None:
        """Remove these collections where they exist."""
        for name in collections:
            if self.own.has_collection(name):
                self.own.drop_collection(name)

    def close(self) -> None:
        """Close the check's client, if it was opened."""
        if "own" in self.__dict__:
            self.own.close()
