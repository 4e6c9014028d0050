"""The tables of exercise 09 and their true answers: 18,000 rows that are worth an index, and a few
hundred that are not.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vdbcourse.grading import Data, Films
from vdbcourse.grading.checks.films import HALF, pool

FILMS, VERSIONS = (
    2_250,
    8,
)  # each film has one row of its own and seven for versions that differ a little
QUESTIONS = 80
SMALL = 200
# length of the difference between a film and a version of it; the film's vector has length 1
APART = 0.6
STATEMENTS = (
    "ALTER TABLE film SET (autovacuum_enabled = off)",  # pages are counted, and it reads some
    (
        "CREATE INDEX film_{kind}_cosine ON film USING hnsw (embedding vector_cosine_ops) WITH (m ="
        " 8, ef_construction = 48)"
    ),
)


@dataclass(frozen=True)
class Catalogue:
    """`film` with an HNSW index for `<=>`. questions: (80, 384), of different lengths, as the rows
    are.
    """

    data: Data
    films: Films
    questions: np.ndarray
    units: np.ndarray  # the films' vectors, scaled to length 1

    @functools.cached_property
    def places(self) -> dict[int, int]:
        """The position of each film, by its id."""
        return {int(number): place for place, number in enumerate(self.films.ids)}

    def distances(self, question: np.ndarray, ids: Iterable[int] | None = None) -> np.ndarray:
        """Cosine distances of these films, or of all."""
        units = self.units
        if ids is not None:
            units = units[[self.places[number] for number in ids]]
        return np.asarray(1 - units @ (question / np.linalg.norm(question)))

    def nearest(self, question: np.ndarray, k: int, measure: str = "cosine") -> list[int]:
        """Ids of the k films at the smallest distance; measure: "cosine", "l1", "l2",
        "inner_product", "farthest".
        """
        vectors = self.films.vectors
        measures: dict[str, Callable[[], np.ndarray]] = {
            "cosine": lambda: self.distances(question),
            "l1": lambda: np.abs(vectors - question).sum(axis=1),
            "l2": lambda: (vectors * vectors).sum(axis=1) - 2 * (vectors @ question),
            "inner_product": lambda: -(vectors @ question),
            "farthest": lambda: -self.distances(question),
        }
        distances = measures[measure]()
        first = np.argpartition(distances, k)[:k]
        return [int(number) for number in self.films.ids[first[np.argsort(distances[first])]]]

    def pages(self) -> int:
        """How many pages the table has, without its index: a search that compares every row reads
        them all.
        """
        return int(
            self.data.postgres.value(
                "SELECT pg_relation_size('film') / current_setting('block_size')::int"
            )
        )

    def candidates(self) -> int:
        """`hnsw.ef_search` in a session that has not changed it."""
        return int(self.data.postgres.setting("hnsw.ef_search"))

    def has_index(self) -> bool:
        """Is the index still there?"""
        rows = self.data.postgres.run(
            "SELECT to_regclass(%s) IS NOT NULL", [f"film_{kind(self.data)}_cosine"]
        )
        return rows == [(True,)]


def catalogue(data: Data) -> Catalogue:
    """Make `film` the large table."""
    data.films(0)
    films = versions(data.hidden)
    make_film(
        data, kind(data), films, *(statement.format(kind=kind(data)) for statement in STATEMENTS)
    )
    spare = data.rng.permutation(np.arange(FILMS, HALF))[:QUESTIONS]
    lengths = data.rng.uniform(0.5, 2, (QUESTIONS, 1))
    questions = (pool(data.hidden).take(spare).vectors * lengths).astype(np.float32)
    return Catalogue(data, films, questions, directions(data.hidden))


def small_catalogue(data: Data) -> Catalogue:
    """Make `film` a small table without an index, with ids that are not in the large one."""
    films = data.films(SMALL)
    vectors = (films.vectors * data.rng.uniform(0.5, 2, (SMALL, 1))).astype(np.float32)
    films = replace(films, ids=1_000_000 + data.rng.permutation(SMALL), vectors=vectors)
    small_table(data, films)
    return Catalogue(
        data, films, data.questions(2), vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    )


@functools.cache
def versions(hidden: bool) -> Films:
    """The rows of the large table: films from one half of the pool, each in several versions, with
    shuffled ids and vectors of different lengths.
    """
    rng = np.random.default_rng([9, hidden])
    films = pool(hidden).take(np.tile(np.arange(FILMS), VERSIONS))
    apart = rng.standard_normal(films.vectors.shape, dtype=np.float32) * np.float32(
        APART / np.sqrt(films.vectors.shape[1])
    )
    apart[:FILMS] = 0
    lengths = rng.uniform(0.5, 2, (len(films), 1)).astype(np.float32)
    return replace(
        films, ids=1 + rng.permutation(len(films)), vectors=(films.vectors + apart) * lengths
    )


@functools.cache
def directions(hidden: bool) -> np.ndarray:
    """The vectors of `versions`, scaled to length 1."""
    vectors = versions(hidden).vectors
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def small_table(data: Data, films: Films) -> None:
    """Make `film` a table of these films, without an index; the large one is kept for the next
    check.
    """
    make_film(data, "small", films)


def kind(data: Data) -> str:
    """The kind of the large table: its name is `film_<kind>` while it is set aside."""
    return "hidden" if data.hidden else "public"


def make_film(data: Data, wanted: str, films: Films, *statements: str) -> None:
    """Make `film` the table of the kind `wanted`. One of another kind is renamed to `film_<kind>`,
    as it takes seconds to build.
    """
    run = data.postgres.run
    (present,) = run(
        "SELECT to_regclass('film') IS NOT NULL, col_description(to_regclass('film'), 1)"
    )
    if present != (True, wanted):
        if present[1]:
            run(f"DROP TABLE IF EXISTS film_{present[1]} CASCADE")
            run(f"ALTER TABLE film RENAME TO film_{present[1]}")
        run("DROP TABLE IF EXISTS film CASCADE")
        run(f"ALTER TABLE IF EXISTS film_{wanted} RENAME TO film")
    data.postgres.film_table(films, *statements, f"COMMENT ON COLUMN film.id IS '{wanted}'")


def recall(answers: Sequence[Sequence[int]], truth: Sequence[Sequence[int]]) -> float:
    """Mean share of the true ids that are in the answers."""
    return float(
        np.mean(
            [
                len(set(ids) & set(true)) / len(true)
                for ids, true in zip(answers, truth, strict=True)
            ]
        )
    )
