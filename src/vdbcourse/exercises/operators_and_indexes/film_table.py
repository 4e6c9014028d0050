"""The table of exercise 11: films with vectors of different lengths, its indexes, and the true
answers by NumPy.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from vdbcourse.exercises.operators_and_indexes.metrics import METRICS
from vdbcourse.grading import Answer, Data

FILMS, QUESTIONS = 300, 6
COLUMNS = ("id", "title", "decade")
INDEXES = (
    "CREATE INDEX film_cosine ON film USING hnsw (embedding vector_cosine_ops)",
    ("CREATE INDEX film_half ON film USING hnsw ((embedding::halfvec(384)) halfvec_cosine_ops)"),
)


class FilmTable:
    """The table in the check's schema, and questions to search it with. The learner's connection
    is a new one.

    The vectors and the questions have lengths from 0.3 to 3, so that each metric orders the films
    in its own way.
    """

    def __init__(self, data: Data, function: Answer, *indexes: str) -> None:
        function.reconnect(data.postgres.conn)  # without locks and settings of another task
        films, questions = data.films(FILMS), data.questions(QUESTIONS)
        lengths = data.rng.uniform(0.3, 3, (FILMS, 1))
        vectors = (films.vectors * lengths).astype(np.float32)
        self.films = replace(films, vectors=vectors)
        self.matrix = vectors.astype(np.float64)
        self.questions = (questions * data.rng.uniform(0.5, 2, (QUESTIONS, 1))).astype(np.float32)
        self.places = {int(number): place for place, number in enumerate(films.ids)}
        self.postgres = data.postgres
        data.postgres.film_table(self.films, *indexes, columns=COLUMNS)

    def distances(self, question: np.ndarray, metric: str = "cosine") -> np.ndarray:
        """The distance of every film, as the operator of the metric returns it."""
        return METRICS[metric].distances(self.matrix, question.astype(np.float64))

    def distance(self, question: np.ndarray, metric: str, number: int) -> float:
        """The distance of the film with this id."""
        return float(self.distances(question, metric)[self.places[number]])

    def nearest(self, question: np.ndarray, metric: str, k: int) -> list[int]:
        """Ids of the k nearest films."""
        order = np.argsort(self.distances(question, metric))[:k]
        return [int(number) for number in self.films.ids[order]]

    def farthest(self, question: np.ndarray, metric: str, k: int) -> list[int]:
        """Ids of the k farthest films, the farthest first."""
        order = np.argsort(-self.distances(question, metric))[:k]
        return [int(number) for number in self.films.ids[order]]

    def vector_indexes(self) -> dict[str, tuple[str, str]]:
        """Method and operator class of each valid index of the table other than its primary key,
        by name.
        """
        rows = self.postgres.run(
            "SELECT c.relname, amname, opcname FROM pg_index JOIN pg_class AS c ON c.oid ="
            " indexrelid JOIN pg_am AS a ON a.oid = c.relam JOIN pg_opclass AS o ON o.oid ="
            " indclass[0] WHERE indrelid = to_regclass('film') AND indisvalid AND NOT"
            " indisprimary"
        )
        return {name: (method, operators) for name, method, operators in rows}

    def is_partial(self, name: str) -> bool:
        """Does the index hold only the rows of a condition?"""
        query = (
            "SELECT indpred IS NOT NULL FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid"
            " WHERE indrelid = to_regclass('film') AND c.relname = %s"
        )
        return bool(self.postgres.value(query, [name]))

    def run(self, query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Rows of a query that may only read. Its index scans look at every film, and what it has
        set is undone.
        """
        with self.postgres.own.transaction(force_rollback=True):
            self.postgres.run("SET LOCAL transaction_read_only = on")
            self.postgres.run("SET LOCAL enable_seqscan = off")
            self.postgres.run("SET LOCAL hnsw.ef_search = 400")
            self.postgres.run("SET LOCAL statement_timeout = '60s'")
            return self.postgres.run(query, parameters)

    def plan(self, query: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The outermost step of the query's plan where the table is read only if no index can
        serve the query.
        """
        ((plans,),) = self.run(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", parameters)
        plan: dict[str, Any] = plans[0]["Plan"]
        return plan


def indexes_of(plan: dict[str, Any]) -> set[str]:
    """The indexes that a plan uses."""
    own = {plan["Index Name"]} if "Index Name" in plan else set()
    return own.union(*(indexes_of(step) for step in plan.get("Plans", [])))


def removed_by(plan: dict[str, Any]) -> int:
    """Rows that the filters of all steps removed."""
    return int(plan.get("Rows Removed by Filter", 0)) + sum(
        removed_by(step) for step in plan.get("Plans", [])
    )
