"""The index types that the chooser knows, each with parameters for the needs, its memory, and the
recall it reached.

The effort for each recall was measured on the collection of lesson 3_milvus/07 (film texts, plots
as questions, Milvus 2.3.5, 2026-11-21), which is a hard one, and rounded conservatively. HNSW_SQ,
which that server lacks, was measured on Milvus Lite 3.2 beside HNSW, and found as much within a
hundredth. DISKANN was not measured. On other data the same settings find more or less.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from vdbcourse import sizing
from vdbcourse.choosers.index_chooser.needs import MOST_HITS, Needs

# recall: effort that reached it with a margin
# HNSW, M 16, efConstruction 100, for 10 hits
EF = ((0.8, 64), (0.9, 128), (0.96, 256), (0.98, 512))
LISTS_OPENED = ((0.75, 1 / 4), (0.9, 1 / 2), (0.95, 3 / 4), (1.0, 1))  # IVF: share of nlist
HITS = 10  # what the ef above were measured for
CEILINGS = {
    "FLAT": 1.0,
    "HNSW": 0.98,
    "HNSW_SQ": 0.97,
    "IVF_FLAT": 1.0,
    "IVF_SQ8": 0.97,
    "IVF_PQ": 0.9,
    "SCANN": 0.98,
}
CANDIDATES_A_HIT = 10  # SCANN's reorder_k, and what is fetched to reorder PQ's hits
M, EF_CONSTRUCTION = 16, 100
PQ_PART = 8  # numbers that share a code


@dataclass(frozen=True)
class Candidate:
    """An index type for given needs: `build` and `search` as pymilvus takes them; `rerank` hits to
    fetch and reorder, or 0.
    """

    index_type: str
    memory_bytes: int
    build: Mapping[str, int | str] = field(default_factory=dict)
    search: Mapping[str, int] = field(default_factory=dict)
    rerank: int = 0
    reaches: float | None = None  # recall; None: not measured here
    possible: bool = True  # False: no parameters exist for these dimensions


def candidates(needs: Needs) -> list[Candidate]:
    """One candidate for each index type with an estimate."""
    return [make(needs) for make in MAKERS.values()]


def flat(needs: Needs) -> Candidate:
    """No index."""
    return Candidate(
        "FLAT", sizing.estimate("FLAT", needs.rows, needs.dimensions), reaches=CEILINGS["FLAT"]
    )


def hnsw(needs: Needs) -> Candidate:
    """A graph over whole vectors."""
    memory = sizing.estimate("HNSW", needs.rows, needs.dimensions, m=M)
    return Candidate("HNSW", memory, _graph(), {"ef": _ef(needs)}, reaches=CEILINGS["HNSW"])


def hnsw_sq(needs: Needs) -> Candidate:
    """A graph over vectors of one byte a number."""
    memory = sizing.estimate("HNSW_SQ", needs.rows, needs.dimensions, m=M)
    return Candidate(
        "HNSW_SQ",
        memory,
        _graph() | {"sq_type": "SQ8"},
        {"ef": _ef(needs)},
        reaches=CEILINGS["HNSW_SQ"],
    )


def ivf_flat(needs: Needs) -> Candidate:
    """Lists of whole vectors."""
    return _in_lists("IVF_FLAT", needs)


def ivf_sq8(needs: Needs) -> Candidate:
    """Lists of vectors of one byte a number."""
    return _in_lists("IVF_SQ8", needs)


def ivf_pq(needs: Needs) -> Candidate:
    """Lists of codes; more hits are fetched than needed, and reordered by whole vectors."""
    m = _parts(needs.dimensions)
    return replace(
        _in_lists("IVF_PQ", needs, m=m or 1),
        rerank=CANDIDATES_A_HIT * needs.k,
        possible=m is not None and CANDIDATES_A_HIT * needs.k <= MOST_HITS,
    )


def scann(needs: Needs) -> Candidate:
    """Lists of codes and whole vectors."""
    candidate = _in_lists("SCANN", needs)
    search = {**candidate.search, "reorder_k": CANDIDATES_A_HIT * needs.k}
    return replace(candidate, search=search)


def diskann(needs: Needs) -> Candidate:
    """Graph and vectors on disk."""
    memory = sizing.estimate("DISKANN", needs.rows, needs.dimensions)
    return Candidate("DISKANN", memory, {}, {"search_list": max(100, needs.k)})


MAKERS: dict[str, Callable[[Needs], Candidate]] = {
    "FLAT": flat,
    "HNSW": hnsw,
    "HNSW_SQ": hnsw_sq,
    "IVF_FLAT": ivf_flat,
    "IVF_SQ8": ivf_sq8,
    "IVF_PQ": ivf_pq,
    "SCANN": scann,
    "DISKANN": diskann,
}


def _in_lists(index_type: str, needs: Needs, **extra: int) -> Candidate:
    """A type with inverted lists; nlist by the rule of the documentation, for the rows of a
    segment.
    """
    nlist = sizing.suggested_nlist(needs.rows, needs.dimensions)
    memory = sizing.estimate(index_type, needs.rows, needs.dimensions, nlist=nlist, **extra)
    opened = next(share for recall, share in LISTS_OPENED if needs.recall <= recall)
    search = {"nprobe": math.ceil(nlist * opened)}
    return Candidate(
        index_type, memory, {"nlist": nlist, **extra}, search, reaches=CEILINGS[index_type]
    )


def _graph() -> dict[str, int | str]:
    """Parameters to build HNSW with."""
    return {"M": M, "efConstruction": EF_CONSTRUCTION}


def _ef(needs: Needs) -> int:
    """The ef for the required recall, more for more hits."""
    effort = next((value for recall, value in EF if needs.recall <= recall), EF[-1][1])
    return math.ceil(effort * max(1, needs.k / HITS))


def _parts(dimensions: int) -> int | None:
    """PQ's m: the number of parts into which a vector can be cut, nearest to one for each 8
    numbers; None if only 1 or all.
    """
    ideal = dimensions / PQ_PART
    fits = [
        m
        for m in range(2, dimensions // 2 + 1)
        if dimensions % m == 0 and ideal / 2 <= m <= ideal * 2
    ]
    return min(fits, key=lambda m: abs(m - ideal)) if fits else None
