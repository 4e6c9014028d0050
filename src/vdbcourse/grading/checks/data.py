"""The data of checks: real films and their vectors, drawn with a seed, and tables of them in a real
engine.

Graded runs draw from the other half of the pool of films, with another seed: other rows and other
questions of the same kind.
"""

import functools
from dataclasses import dataclass, field

import numpy as np

from vdbcourse.errors import CourseError
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.checks.films import HALF, Films, pool
from vdbcourse.grading.checks.fixtures_milvus import Milvus
from vdbcourse.grading.checks.fixtures_postgres import Postgres

PUBLIC_SEED = 1


@dataclass
class Data:
    """The data of one check. rng: for anything else that a check varies; two runs with the same
    seed get the same.
    """

    seed: int = PUBLIC_SEED
    hidden: bool = False
    postgres_dsn: str | None = None
    milvus_uri: str | None = None
    rng: np.random.Generator = field(init=False)
    engines: list[Postgres | Milvus] = field(init=False, default_factory=list)

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
            self.drawn = self.rng.permutation(HALF)
        return source.take(self.drawn[-n:]).vectors

    @functools.cached_property
    def postgres(self) -> Postgres:
        """This run's schema in PostgreSQL."""
        if self.postgres_dsn is None:
            raise _not_asked_for("postgres")
        opened = Postgres(self.postgres_dsn)
        self.engines.append(opened)
        return opened

    @functools.cached_property
    def milvus(self) -> Milvus:
        """This run's Milvus."""
        if self.milvus_uri is None:
            raise _not_asked_for("milvus")
        opened = Milvus(self.milvus_uri)
        self.engines.append(opened)
        return opened

    @property
    def encode(self) -> Handle:
        """The course's `embedding.encode`, to pass to a learner's function."""
        return Handle("encode")

    def lasting_dict(self, name: str) -> Handle:
        """An empty dict that the learner's functions share from one call to the next, shown as
        `name`.
        """
        return Handle("dict", name)

    def close(self) -> None:
        """Close the check's own connections."""
        for engine in self.engines:
            engine.close()


def _not_asked_for(engine: str) -> CourseError:
    return CourseError(
        f"This check uses {engine}, but its exercise does not list it: add {engine!r} to `engines`."
    )
