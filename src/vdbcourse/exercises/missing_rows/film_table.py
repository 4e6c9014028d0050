"""The table of exercise 10, in which a filtered search by the index loses rows, and its true
answers.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from psycopg.sql import SQL, Identifier

from vdbcourse.errors import CourseError
from vdbcourse.grading import Answer, Data

FILMS, QUESTIONS = 2_000, 40
FAR = 60  # films of the decade that is far from one question
# one row per page, as if rows were long: then the planner uses the index, as it does for a large
# table
STATEMENTS = (
    "ALTER TABLE film SET (fillfactor = 10, parallel_workers = 0, autovacuum_enabled = off)",
    "VACUUM FULL film",
    (
        "CREATE INDEX film_hnsw ON film USING hnsw (embedding vector_cosine_ops) WITH"
        " (ef_construction = 32)"
    ),
)
PLAIN = (
    "SELECT id, title, embedding <=> %(question)s AS distance FROM film WHERE decade = %(decade)s"
    " ORDER BY distance LIMIT %(k)s"
)
AFTER_LIMIT = (
    "SELECT id FROM (SELECT id, decade FROM film ORDER BY embedding <=> %(question)s LIMIT %(k)s)"
    " AS nearest WHERE decade = %(decade)s"
)


@dataclass(frozen=True)
class Index:
    """One index of the table. predicate: its WHERE as PostgreSQL writes it, or None."""

    name: str
    method: str
    operators: str
    predicate: str | None
    primary: bool


class FilmTable:
    """The table in the check's schema. `far` is a question, `questions` are 39 others. The
    learner's connection is a new one.

    Vectors have different lengths, so that each distance orders them differently. Decades: 1980
    also holds all older films, and 1950 the 60 films farthest from `far`, so that no list of
    candidates contains them. In each decade two films have the same title.
    """

    def __init__(self, data: Data, function: Answer) -> None:
        function.reconnect(data.postgres.conn)  # without what another task left in it
        films, questions = data.films(FILMS), data.questions(QUESTIONS)
        self.data, self.far, self.questions = data, questions[0], questions[1:]
        decades = np.maximum(films.decades, 1980)
        decades[np.argsort(films.vectors @ self.far)[:FAR]] = 1950
        lengths = data.rng.uniform(0.5, 2, (FILMS, 1))
        titles = list(films.titles)
        for decade in np.unique(decades):
            first, second, *_ = np.flatnonzero(decades == decade)
            titles[second] = titles[first]
        self.films = replace(
            films,
            titles=titles,
            decades=decades,
            vectors=(films.vectors * lengths).astype(np.float32),
        )
        self.units = films.vectors.astype(np.float64)
        self.places = {int(number): place for place, number in enumerate(films.ids)}
        for name, index in self.indexes().items():
            if not index.primary and name != "film_hnsw":
                data.postgres.run(SQL("DROP INDEX {}").format(Identifier(name)))
        data.postgres.film_table(self.films, *STATEMENTS)

    def pick(self, wanted: Callable[[np.ndarray], object]) -> np.ndarray:
        """The first question that suits the check. Raises `CourseError` if none does."""
        for question in self.questions:
            if wanted(question):
                return np.asarray(question)
        raise CourseError(
            "No question loses rows as this check needs it: the planner of this PostgreSQL chooses"
            " other plans than that of the course's own server. Unset DATABASE_URL to use that one."
        )

    # --- the true answers, computed by NumPy ---

    def count(self, decade: int) -> int:
        """How many films the decade has."""
        return int(np.sum(self.films.decades == decade))

    def titles(self, decade: int) -> int:
        """How many different titles the films of the decade have."""
        return len(
            {
                title
                for title, film_decade in zip(self.films.titles, self.films.decades, strict=True)
                if film_decade == decade
            }
        )

    def decade_of(self, number: float) -> int | None:
        """The decade of the film with this id; None if there is none."""
        place = self.places.get(int(number)) if float(number).is_integer() else None
        return None if place is None else int(self.films.decades[place])

    def title_of(self, number: float) -> str:
        """The title of the film with this id."""
        return self.films.titles[self.places[int(number)]]

    def distances(self, question: np.ndarray, ids: Iterable[float]) -> np.ndarray:
        """Cosine distances of these films."""
        places = [self.places[int(number)] for number in ids]
        return np.asarray(1 - self.units[places] @ question.astype(np.float64))

    def true_ids(self, question: np.ndarray, decade: int, k: int) -> list[int]:
        """Ids of the k nearest films of the decade, nearest first."""
        ids = self.films.ids[self.films.decades == decade].tolist()
        return [ids[i] for i in np.argsort(self.distances(question, ids))[:k]]

    # --- the answers of the engine ---

    def ask(self, sql: str, question: np.ndarray, decade: int, k: int) -> list[tuple[Any, ...]]:
        """Rows of a query over the check's connection."""
        return self.data.postgres.run(sql, {"question": question, "decade": decade, "k": k})

    def plain(self, question: np.ndarray, decade: int, k: int) -> list[int]:
        """Ids that the plain search returns."""
        return [row[0] for row in self.ask(PLAIN, question, decade, k)]

    def iterative(self, question: np.ndarray, decade: int, k: int) -> list[int]:
        """Ids that the index returns when its scan continues in strict order, at any cost."""
        with self.data.postgres.own.transaction():
            self.data.postgres.run("SET LOCAL enable_seqscan = off")
            self.data.postgres.run("SET LOCAL hnsw.iterative_scan = strict_order")
            return self.plain(question, decade, k)

    def plain_of_400(self, question: np.ndarray, decade: int, k: int) -> list[int]:
        """Ids that the plain search returns by the index with 400 candidates."""
        with self.data.postgres.own.transaction():
            self.data.postgres.run("SET LOCAL enable_seqscan = off")
            self.data.postgres.run("SET LOCAL hnsw.ef_search = 400")
            return self.plain(question, decade, k)

    def by_index(self, question: np.ndarray, decade: int, k: int) -> tuple[int, int]:
        """Rows that pass and rows that are removed where the planner must not read the table."""
        with self.data.postgres.own.transaction():
            self.data.postgres.run("SET LOCAL enable_seqscan = off")
            return self.scanned(question, decade, k)[:2]

    def after_limit(self, question: np.ndarray, decade: int, k: int) -> int:
        """How many of the k nearest of all films are of the decade."""
        return len(self.ask(AFTER_LIMIT, question, decade, k))

    def scan(self, question: np.ndarray, decade: int, k: int) -> dict[str, Any]:
        """The innermost step of the plain search's plan, with its counts."""
        ((plans,),) = self.ask(f"EXPLAIN (ANALYZE, FORMAT JSON) {PLAIN}", question, decade, k)
        step: dict[str, Any] = plans[0]["Plan"]
        while "Plans" in step:
            step = step["Plans"][0]
        return step

    def scanned(self, question: np.ndarray, decade: int, k: int) -> tuple[int, int, int]:
        """Of that step: rows that passed the filter, rows removed, rows that the planner expected
        to pass.
        """
        step = self.scan(question, decade, k)
        return int(step["Actual Rows"]), int(step["Rows Removed by Filter"]), int(step["Plan Rows"])

    def reads_by(self, question: np.ndarray, decade: int, k: int) -> str | None:
        """The index that the plain search uses; None if it reads the table."""
        return self.scan(question, decade, k).get("Index Name")

    def rows_read(self, function: Answer) -> int:
        """How many rows sequential scans and scans of the primary key have read so far, those of
        the learner's session included.

        Always 0 before PostgreSQL 15, which cannot make a session report its counts.
        """
        if not self.data.postgres.hands_in_counts:
            return 0
        function.setting(
            self.data.postgres.conn, "hnsw.ef_search"
        )  # makes that session report its counts
        self.data.postgres.run("SELECT pg_stat_force_next_flush()")
        read = (
            "SELECT coalesce(max(seq_tup_read), 0) + coalesce((SELECT idx_tup_read FROM"
            " pg_stat_user_indexes JOIN pg_index USING (indexrelid) WHERE indrelid ="
            " to_regclass('film') AND indisprimary), 0) FROM pg_stat_user_tables WHERE relid ="
            " to_regclass('film')"
        )
        return int(self.data.postgres.run(read)[0][0])

    @contextlib.contextmanager
    def other_rows(self) -> Iterator[dict[int, np.ndarray]]:
        """Replace the table by one with thirty of its films, all of 2010; yields their ids and
        vectors.
        """
        run = self.data.postgres.run
        run("ALTER TABLE film RENAME TO film_aside")
        try:
            run("CREATE TABLE film (LIKE film_aside)")
            run(
                "INSERT INTO film SELECT id + 1000000000, title, year, 2010, genre, embedding FROM"
                " film_aside WHERE decade = 1990 ORDER BY id LIMIT 30"
            )
            yield {
                number: vector.to_numpy()
                for number, vector in run("SELECT id, embedding FROM film")
            }
        finally:
            run("DROP TABLE film CASCADE")  # an answer may have left a view of it
            run("ALTER TABLE film_aside RENAME TO film")

    def setting(self, name: str) -> str:
        """The value of a setting in a session that has not changed it."""
        return self.data.postgres.setting(name)

    def transaction_is_open(self) -> bool:
        """Does another session hold a lock on the table in a transaction that it has not ended?"""
        ((is_open,),) = self.data.postgres.run(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) JOIN pg_database"
            " AS d ON d.oid = database WHERE relation = to_regclass('film') AND d.datname ="
            " current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%')"
        )
        return bool(is_open)

    def indexes(self) -> dict[str, Index]:
        """The valid indexes of the table, by name."""
        rows = self.data.postgres.run(
            "SELECT c.relname, amname, opcname, pg_get_expr(indpred, indrelid),"
            " indisprimary FROM pg_index JOIN"
            " pg_class AS c ON c.oid = indexrelid JOIN pg_am AS a ON a.oid = c.relam JOIN"
            " pg_opclass AS o ON o.oid = indclass[0] WHERE indrelid = to_regclass('film') AND"
            " indisvalid"
        )
        return {row[0]: Index(*row) for row in rows}

    def held(self, index: Index) -> dict[int, int]:
        """How many films of each decade the index holds."""
        where = index.predicate or "true"
        return dict(
            self.data.postgres.run(
                f"SELECT decade, count(*) FROM film WHERE {where} GROUP BY decade"
            )
        )

    def index_of(self, decade: int) -> str | None:
        """The name of the index that holds this decade and no other; None if there is none."""
        all_films = {decade: self.count(decade)}
        return next(
            (name for name, index in self.indexes().items() if self.held(index) == all_films), None
        )
