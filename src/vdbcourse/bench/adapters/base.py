"""What the benchmark and the contract ask of an engine; every adapter does it through that engine's
own client.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

HNSW_M = 16  # edges per node and layer
HNSW_EF_CONSTRUCTION = 64  # candidates looked at when a row is linked into the graph


class Row(NamedTuple):
    """What is stored: a number as id, a vector (dim,) float32, and one attribute to filter by."""

    id: int
    vector: np.ndarray
    year: int = 2000


class Hit(NamedTuple):
    """One row of an answer, with the score that the engine gives it, unchanged."""

    id: int
    score: float


class Engine(ABC):
    """One engine with one collection of its own, in a space that only the caller uses: what the
    benchmark needs.

    Methods raise the client's own exceptions. `m` and `ef_construction` are the parameters of the
    HNSW index. `exact` says whether the engine can compare a question with every row, before the
    index is built; `ann_index` names the approximate index of `build_index`, or is None if there is
    none here.
    """

    key: str  # pgvector
    title: str  # pgvector 0.8.5 on PostgreSQL 18.4
    exact = True
    ann_index: str | None = "HNSW"
    m = HNSW_M
    ef_construction = HNSW_EF_CONSTRUCTION

    @abstractmethod
    def create(self, dimension: int, metric: str = "cosine") -> None:
        """Create the collection again, empty and searched exactly. Metrics: cosine, l2,
        inner_product.
        """

    @abstractmethod
    def insert(self, rows: Sequence[Row]) -> None:
        """Store new rows, by the call the engine's documentation names for new rows."""

    @abstractmethod
    def settle(self) -> None:
        """Wait until all writes are visible to a search that asks for nothing special."""

    @abstractmethod
    def build_index(self) -> None:
        """Make the approximate index over the rows stored, with `m` and `ef_construction` where
        these can be chosen.
        """

    def built_with(self) -> dict[str, int] | None:
        """`m` and `ef_construction` as the engine itself reports them for its index; None if it
        reports nothing.
        """
        return None

    @abstractmethod
    def search(
        self,
        query: np.ndarray,
        k: int,
        where: tuple[str, int] | None = None,
        ef: int | None = None,
        fresh: bool = True,
    ) -> list[Hit]:
        """The `k` nearest rows, nearest first, with attribute = value if `where` asks for it.

        `ef` is the number of candidates an HNSW index looks at; `fresh=False` asks as a program
        does that sets nothing, otherwise all earlier writes are to be seen.
        """

    def index_bytes(self) -> int | None:
        """Size of the approximate index on disk, where the engine or its files give it."""
        return None

    @abstractmethod
    def drop(self) -> None:
        """Remove the collection and close the client."""


class Adapter(Engine):
    """What the contract needs in addition. `errors` are the exceptions with which the client
    refuses.
    """

    errors: tuple[type[Exception], ...]

    @abstractmethod
    def upsert(self, rows: Sequence[Row]) -> None:
        """Store rows, replacing those with the same id."""

    @abstractmethod
    def delete(self, ids: Sequence[int]) -> None:
        """Remove the rows with these ids."""

    @abstractmethod
    def get(self, ids: Sequence[int]) -> dict[int, np.ndarray]:
        """The stored vectors of those of `ids` that exist."""

    @abstractmethod
    def count(self) -> int:
        """Number of rows stored, all writes seen."""
