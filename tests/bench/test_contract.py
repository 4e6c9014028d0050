"""What each engine does where engines differ: the contract, run on every engine that runs here.

The lesson 2_tool_comparison/04_what_differs shows the same observations as a table.
"""

import functools

import pytest

from vdbcourse.bench import available, contract

ENGINES = ("pgvector", "milvus", "milvus-standalone", "qdrant")

SAME = {
    "search right after an insert, when asked to see all writes": "the new row is found",
    "upsert an id that is there": "replaces the row",
    "upsert an id that is not there": "stores the row",
    "get an id that is not there": "1 of 2 rows, no error",
    "get and search after a delete": "the row is gone",
    "delete an id that is not there": "no error",
    "search an empty collection": "0 rows, no error",
    "ask for more rows than there are": "2 of 10 rows, no error",
    "filter by a value that 2 of 3 rows have": "exactly those rows",
    "insert a good row and a bad one in one call": "refused, 0 of 2 rows stored",
}
# in the order of ENGINES
DIFFERENT = {
    "search right after an insert": (
        "the new row is found",
        "the new row is found",
        "the new row is not always found yet",
        "the new row is found",
    ),
    "insert an id that is there": (
        "refused: UniqueViolation",
        "replaces the row",
        "counts 2 rows, a search finds 1",
        "replaces the row",
    ),
    "cosine: score of the same direction, of a right angle": (
        "0 and 1, smaller is nearer",
        "1 and 0, larger is nearer",
        "1 and 0, larger is nearer",
        "1 and 0, larger is nearer",
    ),
    "L2: score at distance 5": (
        "5, smaller is nearer",
        "25, smaller is nearer",
        "25, smaller is nearer",
        "5, smaller is nearer",
    ),
    "inner product: score of (1, 1) and (2, 3)": (
        "-5, smaller is nearer",
        "5, larger is nearer",
        "5, larger is nearer",
        "5, larger is nearer",
    ),
    "read back a vector stored under cosine": (
        "as it was stored",
        "as it was stored",
        "as it was stored",
        "scaled to length 1",
    ),
    "filter by a field that does not exist": (
        "refused: UndefinedColumn",
        "refused: MilvusException",
        "refused: MilvusException",
        "0 rows, no error",
    ),
    "ask for 10 by HNSW, only the farther 1,000 of 2,000 films pass the filter": (
        "fewer than 10 rows, no error",
        "all 10 rows",
        "all 10 rows",
        "has no approximate index here",
    ),
    "ask for 10 by HNSW, only the farthest 60 of 2,000 films pass the filter": (
        "all 10 rows",
        "fewer than 10 rows, no error",
        "all 10 rows",
        "has no approximate index here",
    ),
    "HNSW over 2,000 films: which parameters change the recall": (
        "m, ef_construction, ef",
        "m, ef_construction, ef",
        "m, ef_construction, ef",
        "has no approximate index here",
    ),
    "insert a vector of the wrong size": (
        "refused: DataException",
        "refused: MilvusException",
        "refused: MilvusException",
        "refused: ValueError",
    ),
    "search with a vector of the wrong size": (
        "refused: DataException",
        "refused: MilvusException",
        "refused: MilvusException",
        "refused: ValueError",
    ),
    "insert a vector with NaN": (
        "refused: DataException",
        "accepted",
        "refused: MilvusException",
        "refused: ValueError",
    ),
    "insert a zero vector under cosine": (
        "accepted, score nan",
        "accepted, score 0",
        "accepted, never found",
        "accepted, score 0",
    ),
}
EXPECTED = {
    engine: SAME | {question: answers[place] for question, answers in DIFFERENT.items()}
    for place, engine in enumerate(ENGINES)
}


@functools.cache
def adapter(engine):
    """One connection for all questions to an engine."""
    found = available("test_contract", "contract", [engine])
    assert not found.missing
    return found.adapters[engine]


def test_every_question_has_an_expected_answer_and_no_other_is_expected():
    asked = [one.question for one in contract.BEHAVIOURS]
    assert len(asked) == len(set(asked))
    assert set(asked) == set(SAME) | set(DIFFERENT)
    assert not set(SAME) & set(DIFFERENT)
    assert all(len(set(answers)) > 1 for answers in DIFFERENT.values())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("behaviour", contract.BEHAVIOURS, ids=lambda one: one.observe.__name__)
def test_contract(behaviour, engine, request):
    if engine == "milvus-standalone":
        request.getfixturevalue("milvus_server")
    assert behaviour.observe(adapter(engine)) == EXPECTED[engine][behaviour.question]
