"""Do the work on one engine and measure it: load, build, size, and recall with latency for several
search efforts.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vdbcourse import measure
from vdbcourse.bench.adapters.base import Engine
from vdbcourse.bench.workload import K, Work
from vdbcourse.errors import CourseError

EFFORTS = (10, 40, 160)  # ef: candidates an HNSW search looks at; 40 is pgvector's default
WARM_UP = 20  # questions asked before the clock starts


@dataclass(frozen=True)
class Point:
    """Recall and latency of one way to search, measured over all questions, one at a time."""

    search: str  # "exact", "ef 40", or "managed" where the effort cannot be chosen
    recall_at_10: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Figures:
    """What was measured on one engine."""

    engine: str
    title: str
    index: str | None  # None: compares every row
    load_s: float  # includes building the index where rows are indexed as they come in
    build_s: float | None
    index_mb: float | None  # 10**6 bytes; None where the engine does not say
    points: list[Point] = field(default_factory=list)


def figures_of(
    engine: Engine, work: Work, done: Callable[[str], object] = lambda step: None
) -> Figures:
    """Load, search exactly where that is possible, build the index, search through it. `done` is
    called after each step.
    """
    engine.create(work.dimension)
    load_s = _timed(lambda: (engine.insert(work.rows), engine.settle()))
    done("load")
    points = []
    if engine.exact:
        points.append(_point("exact", engine, work, None))
        done("exact")
    build_s = size = None
    if engine.ann_index is not None:
        build_s = _timed(engine.build_index)
        _check_parameters(engine)
        done("build")
        for name, ef in _efforts(engine):
            points.append(_point(name, engine, work, ef))
            done(name)
        size = engine.index_bytes()
    engine.drop()
    return Figures(
        engine.key, engine.title, engine.ann_index, load_s, build_s, size and size / 1e6, points
    )


def _check_parameters(engine: Engine) -> None:
    """Raises `CourseError` if the engine says that its index has other parameters than those it was
    asked for.
    """
    asked = {"m": engine.m, "ef_construction": engine.ef_construction}
    built = engine.built_with()
    if built is not None and built != asked:
        raise CourseError(
            f"{engine.title} was asked for an HNSW index with {asked} and built one with {built},"
            " so its figures cannot be compared. See which parameters this version of the engine"
            " and of its client take."
        )


def steps(engine: Engine) -> int:
    """How often `figures_of` will call `done`."""
    return 1 + engine.exact + (1 + len(_efforts(engine)) if engine.ann_index else 0)


def _efforts(engine: Engine) -> list[tuple[str, int | None]]:
    """The ways to search through the index: name and ef."""
    return (
        [("managed", None)]
        if engine.ann_index == "managed"
        else [(f"ef {ef}", ef) for ef in EFFORTS]
    )


def _timed(action: Callable[[], object]) -> float:
    """Seconds that `action` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _point(name: str, engine: Engine, work: Work, ef: int | None) -> Point:
    """Ask every question once, after a warm-up, and compare the answers with the truth."""
    for query in work.query_vectors[:WARM_UP]:
        engine.search(query, K, ef=ef, fresh=False)
    seconds: list[float] = []
    ids: list[list[int]] = []
    for query in work.query_vectors:
        started = time.perf_counter()
        hits = engine.search(query, K, ef=ef, fresh=False)
        seconds.append(time.perf_counter() - started)
        ids.append([hit.id for hit in hits])
    latency = measure.latency_percentiles(seconds, (50, 95))
    return Point(
        name, measure.recall_at_k(ids, work.truth, K), latency["p50_ms"], latency["p95_ms"]
    )
