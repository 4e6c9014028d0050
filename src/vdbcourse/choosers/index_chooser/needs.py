"""What a collection needs of its index, checked."""

from dataclasses import dataclass

from vdbcourse import sizing
from vdbcourse.choosers.validation import number, one_of, whole
from vdbcourse.facts import milvus_indexes

MOST_ROWS = 10**12
# https://milvus.io/docs/limitations.md, read 2026-11-21
LEAST_DIMENSIONS, MOST_DIMENSIONS = 2, 32_768
MOST_HITS = 16_384


@dataclass(frozen=True)
class Needs:
    """The questions of the chooser.

    `rows`, `dimensions`: of the collection, float32; `memory_gb`: what the index may take in
    memory, in 10^9 bytes; `recall`: the share of the true nearest `k` that an average search has to
    find; `replaced_a_day`: share of the rows that are replaced on a day, 0 for none;
    `share_kept_by_filter`: share of the rows that pass the filter of a typical search, 1
    without a filter; `deployment`: a key of `milvus_indexes.book().deployments`. Raises
    `CourseError` for impossible values.
    """

    rows: int
    dimensions: int = 384
    memory_gb: float = 8
    recall: float = 0.95
    share_kept_by_filter: float = 1.0
    k: int = 10
    replaced_a_day: float = 0.0
    deployment: str = "standalone"

    def __post_init__(self) -> None:
        whole("rows", self.rows, 1, MOST_ROWS)
        whole("dimensions", self.dimensions, LEAST_DIMENSIONS, MOST_DIMENSIONS)
        whole("k", self.k, 1, min(MOST_HITS, self.rows))
        number("memory_gb", self.memory_gb)
        number("recall", self.recall, 1)
        number("share_kept_by_filter", self.share_kept_by_filter, 1)
        number("replaced_a_day", self.replaced_a_day, 1, zero=True)
        one_of("deployment", self.deployment, milvus_indexes.book().deployments)

    @property
    def memory_bytes(self) -> float:
        """The memory in bytes."""
        return self.memory_gb * 1e9

    def with_replaced(self, memory_bytes: int) -> float:
        """Memory of an index with a day's replaced rows: the old ones stay until compaction."""
        return memory_bytes * (1 + self.replaced_a_day)

    @property
    def raw_bytes(self) -> int:
        """The vectors alone."""
        return sizing.raw_bytes(self.rows, self.dimensions)

    @property
    def raw_fits(self) -> bool:
        """Do the vectors alone fit into the memory?"""
        return self.raw_bytes <= self.memory_bytes

    @property
    def filtered_out(self) -> float:
        """Share of the rows that the filter removes: the "filter ratio" of the documentation."""
        return round(1 - self.share_kept_by_filter, 6)

    @property
    def many_hits(self) -> bool:
        """Are there so many hits that inverted lists are the better choice? (More than 2,000, or
        one row in a hundred.)
        """
        return self.k > 2_000 or (self.k > 100 and self.k >= self.rows / 100)
