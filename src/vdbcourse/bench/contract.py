"""What an engine does where engines differ, seen by doing it: insert twice, delete what is not
there, search while empty ...

Every behaviour runs on a fresh collection and returns a short sentence about what was observed. The
sentences of all engines side by side are the table "what differs"; tests/bench/test_contract.py
holds what is expected of each.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vdbcourse import measure
from vdbcourse.bench.adapters.base import Adapter, Row
from vdbcourse.bench.workload import K, Work, film_work


def _vector(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


EAST, NORTH, NORTH_EAST = _vector(1, 0), _vector(0, 1), _vector(1, 1)
TRIALS = 5
RARE, COMMON = 1940, 2000


@dataclass(frozen=True)
class Behaviour:
    """One question to an engine, and how to get its answer."""

    question: str
    observe: Callable[[Adapter], str]


BEHAVIOURS: list[Behaviour] = []


def _behaviour(question: str) -> Callable[[Callable[[Adapter], str]], Callable[[Adapter], str]]:
    """Add the decorated function to the contract, under `question`."""

    def add(function: Callable[[Adapter], str]) -> Callable[[Adapter], str]:
        BEHAVIOURS.append(Behaviour(question, function))
        return function

    return add


def observe(engine: Adapter) -> dict[str, str]:
    """The engine's answer to every question of the contract, in order."""
    return {entry.question: entry.observe(engine) for entry in BEHAVIOURS}


@_behaviour("search right after an insert")
def visibility(engine: Adapter) -> str:
    """Ask with the client's default settings, as a program does that sets nothing."""
    engine.create(2)
    engine.insert([Row(0, EAST)])
    engine.settle()
    seen = 0
    for number in range(1, TRIALS + 1):
        engine.insert([Row(number, NORTH)])
        seen += any(hit.id == number for hit in engine.search(NORTH, TRIALS + 1, fresh=False))
    return "the new row is found" if seen == TRIALS else "the new row is not always found yet"


@_behaviour("search right after an insert, when asked to see all writes")
def fresh_visibility(engine: Adapter) -> str:
    """The strongest consistency that the client offers for one search."""
    engine.create(2)
    seen = 0
    for number in range(TRIALS):
        engine.insert([Row(number, NORTH)])
        seen += any(hit.id == number for hit in engine.search(NORTH, TRIALS, fresh=True))
    return "the new row is found" if seen == TRIALS else "the new row is not always found yet"


@_behaviour("insert an id that is there")
def insert_twice(engine: Adapter) -> str:
    """The call for new rows, with the id of a stored one."""
    engine.create(2)
    engine.insert([Row(1, EAST)])
    refused = _refusal(engine, lambda: engine.insert([Row(1, NORTH)]))
    if refused:
        return refused
    if engine.count() > 1:
        return f"counts {engine.count()} rows, a search finds {len(engine.search(NORTH, 10))}"
    return "replaces the row" if np.allclose(engine.get([1])[1], NORTH) else "keeps the old row"


@_behaviour("upsert an id that is there")
def upsert_existing(engine: Adapter) -> str:
    """Replace a row."""
    engine.create(2)
    engine.insert([Row(1, EAST)])
    engine.upsert([Row(1, NORTH)])
    replaced = np.allclose(engine.get([1])[1], NORTH) and engine.count() == 1
    return "replaces the row" if replaced else "leaves the old row"


@_behaviour("upsert an id that is not there")
def upsert_new(engine: Adapter) -> str:
    """Insert by upsert."""
    engine.create(2)
    engine.upsert([Row(1, EAST)])
    return "stores the row" if engine.count() == 1 else "stores nothing"


@_behaviour("get an id that is not there")
def get_missing(engine: Adapter) -> str:
    """One id that exists, one that does not."""
    engine.create(2)
    engine.insert([Row(1, EAST)])
    return (
        _refusal(engine, lambda: engine.get([1, 2]))
        or f"{len(engine.get([1, 2]))} of 2 rows, no error"
    )


@_behaviour("get and search after a delete")
def delete_existing(engine: Adapter) -> str:
    """Is the row gone from both?"""
    engine.create(2)
    engine.insert([Row(1, EAST), Row(2, NORTH)])
    engine.delete([1])
    gone = 1 not in engine.get([1]) and 1 not in [hit.id for hit in engine.search(EAST, 10)]
    return "the row is gone" if gone else "the row is still there"


@_behaviour("delete an id that is not there")
def delete_missing(engine: Adapter) -> str:
    """Does anybody say so?"""
    engine.create(2)
    engine.insert([Row(1, EAST)])
    return _refusal(engine, lambda: engine.delete([2])) or "no error"


@_behaviour("search an empty collection")
def search_empty(engine: Adapter) -> str:
    """No rows, one question."""
    engine.create(2)
    return (
        _refusal(engine, lambda: engine.search(EAST, 3))
        or f"{len(engine.search(EAST, 3))} rows, no error"
    )


@_behaviour("ask for more rows than there are")
def more_than_stored(engine: Adapter) -> str:
    """Ten of two."""
    engine.create(2)
    engine.insert([Row(1, EAST), Row(2, NORTH)])
    return f"{len(engine.search(EAST, 10))} of 10 rows, no error"


@_behaviour("cosine: score of the same direction, of a right angle")
def cosine_scores(engine: Adapter) -> str:
    """Which way the scores run."""
    engine.create(2, "cosine")
    engine.insert([Row(1, EAST), Row(2, NORTH)])
    return _scores(engine, EAST) + _direction(engine, EAST)


@_behaviour("L2: score at distance 5")
def l2_scores(engine: Adapter) -> str:
    """(0, 0) to (3, 4): the distance, or its square?"""
    engine.create(2, "l2")
    engine.insert([Row(1, _vector(3, 4)), Row(2, _vector(30, 40))])
    return f"{engine.search(_vector(0, 0), 1)[0].score:g}" + _direction(engine, _vector(0, 0))


@_behaviour("inner product: score of (1, 1) and (2, 3)")
def inner_product_scores(engine: Adapter) -> str:
    """5, or its negative?"""
    engine.create(2, "inner_product")
    engine.insert([Row(1, _vector(2, 3)), Row(2, EAST)])
    return f"{engine.search(NORTH_EAST, 1)[0].score:g}" + _direction(engine, NORTH_EAST)


@_behaviour("read back a vector stored under cosine")
def read_back(engine: Adapter) -> str:
    """(3, 4) has length 5."""
    engine.create(2, "cosine")
    engine.insert([Row(1, _vector(3, 4))])
    return "as it was stored" if np.allclose(engine.get([1])[1], [3, 4]) else "scaled to length 1"


@_behaviour("filter by a value that 2 of 3 rows have")
def filter_search(engine: Adapter) -> str:
    """Only matching rows, all of them."""
    engine.create(2)
    engine.insert([Row(1, EAST, COMMON), Row(2, NORTH, RARE), Row(3, NORTH_EAST, COMMON)])
    ids = {hit.id for hit in engine.search(EAST, 3, where=("year", COMMON))}
    return "exactly those rows" if ids == {1, 3} else f"rows {sorted(ids)}"


@_behaviour("filter by a field that does not exist")
def filter_unknown(engine: Adapter) -> str:
    """A misspelt name: an error, or no rows?"""
    engine.create(2)
    engine.insert([Row(1, EAST)])
    misspelt = ("yaer", COMMON)
    return _refusal(engine, lambda: engine.search(EAST, 3, where=misspelt)) or (
        f"{len(engine.search(EAST, 3, where=misspelt))} rows, no error"
    )


@_behaviour("ask for 10 by HNSW, only the farther 1,000 of 2,000 films pass the filter")
def filter_half(engine: Adapter) -> str:
    """The films nearest to the question are filtered out, so an index that stops early finds
    nothing to return.
    """
    return _filter_farthest(engine, 1_000)


@_behaviour("ask for 10 by HNSW, only the farthest 60 of 2,000 films pass the filter")
def filter_few(engine: Adapter) -> str:
    """A filter that hardly any row passes; an engine may then prefer to compare those rows one by
    one.
    """
    return _filter_farthest(engine, 60)


@_behaviour("HNSW over 2,000 films: which parameters change the recall")
def parameters(engine: Adapter) -> str:
    """A parameter that is accepted and dropped on the way changes nothing. ef is tried on the graph
    with the fewest edges.
    """
    if engine.ann_index is None:
        return "has no approximate index here"
    work = film_work(2_000, 40)
    poor, wide, dense = (_graph(engine, work, m, ef) for m, ef in ((4, 8), (4, 200), (32, 200)))
    changes = {
        "m": dense[10] - wide[10],
        "ef_construction": wide[10] - poor[10],
        "ef": poor[200] - poor[10],
    }
    return ", ".join(name for name, gain in changes.items() if gain > 0.03) or "none"


@_behaviour("insert a vector of the wrong size")
def insert_wrong_size(engine: Adapter) -> str:
    """Three numbers where two belong."""
    engine.create(2)
    return _refusal(engine, lambda: engine.insert([Row(1, _vector(1, 0, 0))])) or "accepted"


@_behaviour("search with a vector of the wrong size")
def search_wrong_size(engine: Adapter) -> str:
    """Three numbers against rows of two."""
    engine.create(2)
    engine.insert([Row(1, EAST)])
    return _refusal(engine, lambda: engine.search(_vector(1, 0, 0), 1)) or "accepted"


@_behaviour("insert a good row and a bad one in one call")
def half_a_batch(engine: Adapter) -> str:
    """Is the good row there afterwards?"""
    engine.create(2)
    refused = _refusal(engine, lambda: engine.insert([Row(1, EAST), Row(2, _vector(1, 0, 0))]))
    return ("refused" if refused else "accepted") + f", {engine.count()} of 2 rows stored"


@_behaviour("insert a vector with NaN")
def insert_nan(engine: Adapter) -> str:
    """Not a number."""
    engine.create(2)
    return _refusal(engine, lambda: engine.insert([Row(1, _vector(np.nan, 0))])) or "accepted"


@_behaviour("insert a zero vector under cosine")
def insert_zero(engine: Adapter) -> str:
    """It has no direction, so no cosine."""
    engine.create(2, "cosine")
    engine.insert([Row(2, NORTH)])
    refused = _refusal(engine, lambda: engine.insert([Row(1, _vector(0, 0))]))
    if refused:
        return refused
    scores = {hit.id: hit.score for hit in engine.search(NORTH, 2)}
    return f"accepted, score {scores[1]:g}" if 1 in scores else "accepted, never found"


def _filter_farthest(engine: Adapter, passing: int) -> str:
    """Do 10 rows come back when only the `passing` farthest of 2,000 films pass the filter, at ef
    40.
    """
    if engine.ann_index is None:
        return "has no approximate index here"
    work = film_work(2_000, 1)
    query = work.query_vectors[0]
    nearest_first = sorted(work.rows, key=lambda row: -float(row.vector @ query))
    engine.create(work.dimension)
    engine.insert(
        [
            row._replace(year=RARE if i >= 2_000 - passing else COMMON)
            for i, row in enumerate(nearest_first)
        ]
    )
    engine.settle()
    engine.build_index()
    hits = engine.search(query, 10, where=("year", RARE), ef=40)
    return "all 10 rows" if len(hits) == 10 else "fewer than 10 rows, no error"


def _graph(engine: Adapter, work: Work, m: int, ef_construction: int) -> dict[int, float]:
    """recall@10 by `ef` of an HNSW index with these parameters."""
    engine.m, engine.ef_construction = m, ef_construction
    try:
        engine.create(work.dimension)
        engine.insert(work.rows)
        engine.settle()
        engine.build_index()
        ids = {
            ef: [_nearest(engine, query, ef) for query in work.query_vectors] for ef in (10, 200)
        }
    finally:
        del engine.m, engine.ef_construction
    return {ef: measure.recall_at_k(hits, work.truth, K) for ef, hits in ids.items()}


def _nearest(engine: Adapter, query: np.ndarray, ef: int) -> list[int]:
    # All rows are in the index, and a server takes a fifth of a second to rule out later writes.
    return [hit.id for hit in engine.search(query, K, ef=ef, fresh=False)]


def _refusal(engine: Adapter, action: Callable[[], object]) -> str:
    """Do `action`; "refused: ..." with the class of the client's exception, or an empty string if
    there was none.
    """
    try:
        action()
    except engine.errors as error:
        return f"refused: {type(error).__name__}"
    return ""


def _scores(engine: Adapter, query: np.ndarray) -> str:
    """All scores, rounded so that 0.99999994 reads 1."""
    return " and ".join(f"{round(hit.score, 4) + 0.0:g}" for hit in engine.search(query, 2))


def _direction(engine: Adapter, query: np.ndarray) -> str:
    """Do the scores rise or fall from the nearest row to the next?"""
    first, second = (hit.score for hit in engine.search(query, 2))
    return ", smaller is nearer" if first < second else ", larger is nearer"
