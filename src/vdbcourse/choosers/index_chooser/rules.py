"""The rules: when each applies, which index types meet it, what it weighs, and what it rests on.

A rule with weight 0 is a condition: a type that does not meet it is ruled out. The others give
their weight in points; the weights are our judgement, for you to read and change here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from vdbcourse.choosers.core import CONDITION
from vdbcourse.choosers.index_chooser.candidates import Candidate
from vdbcourse.choosers.index_chooser.needs import Needs
from vdbcourse.facts import Source, milvus_indexes

READ = "2026-11-21"  # the day on which the documents below were read
# rows of a segment below which Milvus builds no index:
# indexCoord.segment.minSegmentNumRowsToEnableIndex
LEAST_INDEXED = 1_024
OFTEN = 0.1  # our judgement: from this share of replaced rows a day on, each build counts
FEW = 10_000  # our judgement: so few comparisons per search do not justify an index
GRAPHS = ("HNSW", "HNSW_SQ", "DISKANN")
LISTS = ("IVF_FLAT", "IVF_SQ8", "IVF_PQ", "SCANN")
LESSON = "../3_milvus/07_index_types_measured.ipynb"
MEASURED = Source("measured", "Lesson 7 of chapter 3, measured on Milvus 2.3.5", LESSON, READ)
REACHED = Source(
    "reached",
    "Texts of lesson 7, measured on Milvus 2.3.5; HNSW_SQ on Milvus Lite 3.2",
    LESSON,
    READ,
)


@dataclass(frozen=True)
class Rule:
    """One rule. `text` completes "the index type ..."; `holds` says yes, no, or None if unknown."""

    key: str
    text: str
    weight: int
    source: str | Source  # a key of milvus_indexes.yaml, or what the course measured
    applies: Callable[[Needs], bool]
    holds: Callable[[Candidate, Needs], bool | None]

    @property
    def origin(self) -> Source:
        """What the rule rests on."""
        return (
            self.source
            if isinstance(self.source, Source)
            else milvus_indexes.book().sources[self.source]
        )


def one_of(*types: str) -> Callable[[Candidate, Needs], bool | None]:
    """Holds for these types."""
    return lambda candidate, needs: candidate.index_type in types


def always(needs: Needs) -> bool:
    """Applies to any needs."""
    return True


def deployed(candidate: Candidate, needs: Needs) -> bool:
    """Does the deployment have this type?"""
    return needs.deployment in milvus_indexes.book().types[candidate.index_type].deployments


def fits(candidate: Candidate, needs: Needs) -> bool:
    """Is the estimate within the memory, with the rows that were replaced and still count?"""
    return needs.with_replaced(candidate.memory_bytes) <= needs.memory_bytes


def reaches(candidate: Candidate, needs: Needs) -> bool | None:
    """Was the recall reached where we measured?"""
    return None if candidate.reaches is None else candidate.reaches >= needs.recall


def quarter_fits(needs: Needs) -> bool:
    """Too little memory for the vectors, but enough for a quarter of them."""
    return not needs.raw_fits and needs.raw_bytes / 4 <= needs.memory_bytes


def graph_case(needs: Needs) -> bool:
    """Not much filtered out, few hits, and more rows than can be compared quickly."""
    return needs.filtered_out < 0.85 and not needs.many_hits and compared(needs) > FEW


def compared(needs: Needs) -> float:
    """Rows that pass the filter: what an exact search compares."""
    return needs.rows * needs.share_kept_by_filter


RULES = (
    Rule("deployment", "can be built in this deployment", CONDITION, "index-explained",
         always, deployed),
    Rule("memory", "fits into the memory you give it", CONDITION, "index-explained",
         always, fits),
    Rule("recall", "reached the recall you ask for", CONDITION, REACHED,
         always, reaches),
    Rule("parameters", "has parameters that are possible for these numbers", CONDITION, "limits",
         always, lambda candidate, needs: candidate.possible),
    Rule("unindexed",
         f"is exact: below {LEAST_INDEXED:,} rows in a segment Milvus builds no other type",
         6, "indexcoord",
         lambda needs: needs.rows < LEAST_INDEXED, one_of("FLAT")),
    Rule("few",
         f"needs no build and no setting; {FEW:,} comparisons or fewer (our judgement) cost little",
         5, "index-2-3",
         lambda needs: compared(needs) <= FEW, one_of("FLAT")),
    Rule("graph", "is a graph: recommended for few hits when most rows pass the filter",
         3, "index-explained",
         graph_case, one_of(*GRAPHS)),
    Rule("much-filtered",
         "has lists: better than a graph when 85 to 95 of 100 rows are filtered out",
         3, "index-explained",
         lambda needs: 0.85 <= needs.filtered_out <= 0.95, one_of(*LISTS)),
    Rule("nearly-all-filtered",
         "compares directly: best when more than 95 of 100 rows are filtered out",
         4, "index-explained",
         lambda needs: needs.filtered_out > 0.95, one_of("FLAT")),
    Rule("many-hits", "has lists: better than a graph for many hits", 4, "index-explained",
         lambda needs: needs.many_hits, one_of(*LISTS)),
    Rule("very-high-recall", "is exact, as a recall above 0.99 wants it", 4, "index-explained",
         lambda needs: needs.recall > 0.99, one_of("FLAT")),
    Rule("codes", "keeps codes in memory instead of vectors, which do not fit",
         1, "index-explained",
         lambda needs: not needs.raw_fits, one_of("HNSW_SQ", "IVF_SQ8", "IVF_PQ", "DISKANN")),
    Rule("disk", "keeps its vectors on a fast disk, if a quarter of them would fit into memory",
         1, "index-explained",
         quarter_fits, one_of("DISKANN")),
    Rule("quick-build", "is built without training code books, which takes long", 1, MEASURED,
         always,
         lambda candidate, needs: candidate.index_type not in ("IVF_PQ", "SCANN", "DISKANN")),
    Rule("built-often",
         "is built quickly again and again: a tenth of the rows or more is replaced each day"
         " (our judgement)",
         2, MEASURED,
         lambda needs: needs.replaced_a_day >= OFTEN,
         lambda candidate, needs: candidate.index_type not in ("IVF_PQ", "SCANN", "DISKANN")),
    Rule("one-look",
         "answers with one search: no second look at whole vectors to be written or tuned",
         1, MEASURED,
         always, lambda candidate, needs: candidate.index_type not in ("IVF_PQ", "SCANN")),
    Rule("whole-vectors", "compares whole vectors: its recall does not depend on codes",
         1, MEASURED,
         always, one_of("FLAT", "HNSW", "IVF_FLAT")),
)  # fmt: skip
