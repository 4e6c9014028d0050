"""The checks of exercise 09. Percentile: nearest rank, as in `measure.latency_percentiles`.
PostgreSQL's own statistics count the work. Sources: PostgreSQL's pages on EXPLAIN, PREPARE and
cumulative statistics; pgvector's README, "Query Options".
"""

import itertools
import math
import statistics
from typing import Any

import numpy as np

from vdbcourse.exercises.slow_search.caching import check_cached_search
from vdbcourse.exercises.slow_search.catalogue import Catalogue, catalogue, recall, small_catalogue
from vdbcourse.exercises.slow_search.replies import (
    ROW,
    are_films,
    film_ids,
    rows_of,
    same_numbers,
)
from vdbcourse.grading import Answer, Data, Reply, Session, check, rounded

__all__ = [
    "check_build_index",
    "check_cached_search",
    "check_exact_neighbours",
    "check_fast_search",
    "check_p95",
]

STALE = (
    "The table holds other films now, and the answer holds the old ones: it came from a copy kept"
    " in Python. Query PostgreSQL at each call; a copy misses everything that is written later."
)
FLOOR, SHARE = 0.9, 0.5  # of recall@10, and of the table's pages that a search may read
# recall varies with the questions: an answer that passes in the notebook must pass when graded
RECALL_MARGIN = 0.03


# --- p95 ------------------------------------------------------------------------------------------


BETWEEN = (
    "That lies between two latencies, and no call took exactly that long. The task asks for the"
    " nearest rank: a value that was measured."
)


@check("p95")
def check_p95(p95: Answer, data: Data) -> None:
    """`p95(latencies)` -> the smallest latency that at least 95 of 100 calls did not exceed; NaN
    without latencies.
    """
    forty = [(7 * i % 41) ** 2 / 10 for i in range(1, 41)]  # 0.1, 0.4, 0.9 ... 160.0, shuffled
    ordered = sorted(forty)
    p95(forty).equals(
        ordered[37],
        "95 % of 40 is 38: the result is the 38th smallest latency, which 38 of the 40 did not"
        " exceed.",
        mistakes={
            sum(forty) / 40: (
                "That is the mean. A few slow calls change it, and it is not the latency of any"
                " call."
            ),
            (ordered[19] + ordered[20]) / 2: "That is the median: half of the calls were slower.",
            ordered[
                -1
            ]: "That is the slowest call. A single outlier in a day would decide the result.",
            ordered[38]: (
                "That is the 39th smallest, one too far: positions in Python start at 0, ranks"
                " start at 1."
            ),
            ordered[
                36
            ]: "That is the 37th smallest, which only 37 of the 40 did not exceed: one too few.",
            ordered[
                2
            ]: "That is the 3rd smallest: count from the fastest call, not from the slowest.",
            forty[37]: (
                "That is the 38th latency of the unsorted list. Latencies come in the order of the"
                " calls: sort them first."
            ),
            1000 * ordered[37]: (
                "That is a thousand times the right value. Do not convert it: the result has the"
                " unit of the latencies."
            ),
            statistics.quantiles(forty, n=20)[-1]: BETWEEN,
            sorted(forty, key=str)[37]: (
                "That is the 38th if latencies are sorted as strings, where 129.6 comes before"
                " 22.5. Sort numbers."
            ),
            37: "That is the position in the sorted list. Return the latency at that position.",
            38: "That is the rank. Return the latency at that rank.",
            ordered[37] / 1000: (
                "That is a thousandth of the right value. Do not convert it: the result has the"
                " unit of the latencies."
            ),
            ordered[35]: "That is the 36th smallest, the 90th percentile.",
            ordered[1]: (
                "That is the 5th percentile: 38 of 40 latencies are larger. The 95th is at the slow"
                " end."
            ),
            sum(ordered[38:]) / 2: (
                "That is the mean of the slowest 5 %. A percentile is one latency, the one just"
                " below these."
            ),
            float(np.percentile(forty, 95)): BETWEEN,
        },
    )
    p95([7.0]).equals(7.0, "With one latency, every percentile is that latency.")
    p95(list(range(1, 22))).equals(
        20, "95 % of 21 is 19.95: 19 calls are fewer than that, so the rank is rounded up, to 20."
    )
    p95(list(range(19, 0, -1))).equals(
        19,
        "95 % of 19 is 18.05. 18 calls are still fewer than 95 %: round the rank up, not to the"
        " nearest integer.",
    )
    p95([3.0, 1.0] * 10).equals(
        3.0, "Half of these 20 calls took 3: each of the equal latencies counts."
    )
    p95([1.0] * 10 + [5.0] + [1.0] * 9).equals(
        1.0,
        "19 of these 20 calls took 1, and one took 5: each of the equal latencies counts, so do not"
        " drop any.",
    )
    for n in (20, 100):
        p95(list(range(n, 0, -1))).equals(
            19 * n // 20, f"95 % of {n} is exactly {19 * n // 20}: there is nothing to round."
        )
    for n in data.rng.integers(2, 1_000, 8).tolist():
        latencies = data.rng.lognormal(3, 1, n)
        expected = float(np.percentile(latencies, 95, method="inverted_cdf"))
        p95.on_data(latencies).equals(
            expected,
            "Hundreds of latencies in a NumPy array, in any order.",
            mistakes=rounded(expected),
        )
    reply = p95([])
    if not (isinstance(reply.value, float) and math.isnan(reply.value)):
        reply.fail(
            "There are no latencies, so there is no percentile: return NaN. A 0 would look like a"
            " very fast search.",
            "nan",
        )


# --- build_index ----------------------------------------------------------------------------------


@check("build_index")
def check_build_index(build_index: Answer, data: Data) -> None:
    """`build_index(conn, table)` makes the HNSW index that `ORDER BY embedding <=> ...` can use,
    once.
    """
    films, question = data.films(1_200), data.questions(1)[0]
    for name, rows in (("catalogue", films), ("archive", films.take(range(200)))):
        data.postgres.run(f"DROP TABLE IF EXISTS {name} CASCADE")
        data.postgres.film_table(rows, table=name)
    session = Session(data)
    reply = build_index(session.conn, "catalogue")
    session.expect_as_before(build_index, reply)
    index = the_index(reply, data, "catalogue", question)
    reply = build_index(session.conn, "catalogue")
    session.expect_as_before(build_index, reply)
    reply.expect(
        len(indexes(data, "catalogue")) == 1,
        "The second call made a second copy of the index. Each copy takes space, and time at every"
        " insert: a name and `IF NOT EXISTS` prevent a second one.",
        "one index",
    )
    reply.expect(
        indexes(data, "catalogue")[0]["build"] == index,
        "The second call dropped the index and rebuilt it. Until that is done, every search reads"
        " the whole table: leave an existing index as it is.",
        "the index of the first call",
    )
    reply = build_index(session.conn, "archive")
    reply.expect(
        indexes(data, "archive"),
        "The second table got no index. An index name can exist only once in a schema, and `IF NOT"
        " EXISTS` compares only the name: give each table's index its own name.",
        "an index on archive",
    )
    the_index(reply, data, "archive", question)
    reply.expect(
        len(indexes(data, "catalogue")) == 1,
        "The index of the first table is gone.",
        "an index on both tables",
    )


def indexes(data: Data, table: str) -> list[dict[str, Any]]:
    """The indexes of a table except its primary key."""
    rows = data.postgres.run(
        "SELECT format('%%s in file %%s', indexrelid, c.relfilenode), a.amname, o.opcname,"
        " c.reloptions, indisvalid, indkey[0] = 0, indpred IS NOT NULL, pg_get_indexdef(indexrelid,"
        " 1, true) FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid JOIN pg_am AS a ON a.oid"
        " = c.relam JOIN pg_opclass AS o ON o.oid = indclass[0] WHERE indrelid = to_regclass(%s)"
        " AND NOT indisprimary ORDER BY 1",
        [table],
    )
    names = ("build", "kind", "operators", "options", "valid", "expression", "partial", "column")
    return [dict(zip(names, row, strict=True)) for row in rows]


def the_index(reply: Reply, data: Data, table: str, question: np.ndarray) -> str:
    """Is there one index that serves the search by cosine distance? Returns its oid and its
    file.
    """
    made = indexes(data, table)
    reply.expect(made, "After the call the table has no new index.", "an HNSW index on embedding")
    reply.expect(len(made) == 1, "One call made more than one index.", "one index")
    index = made[0]
    what = "an HNSW index for vector_cosine_ops with m = 8 and ef_construction = 48"
    if index["kind"] == "ivfflat":
        reply.fail(
            "This is an IVFFlat index. It computes its lists from the rows present when it is"
            " built, and the task asks for HNSW.",
            what,
        )
    reply.expect(
        index["kind"] == "hnsw",
        f"This is a {index['kind']} index. It can look up a value, but not find near vectors.",
        what,
    )
    reply.expect(index["valid"], "The index is not valid: its build did not finish.", what)
    reply.expect(
        not index["partial"],
        "The index has a WHERE, and a search without the same WHERE cannot use it. (Rows without a"
        " vector are never in a vector index.)",
        what,
    )
    reply.expect(
        not index["expression"],
        "The index is on an expression, and a search that orders by the plain column cannot"
        " use it.",
        what,
    )
    reply.expect(
        index["operators"] == "vector_cosine_ops",
        "The index is made for another distance. A search that orders by `<=>` cannot use it: there"
        " is no error, only a slow search.",
        what,
    )
    options = set(index["options"] or [])
    reply.expect(
        options == {"m=8", "ef_construction=48"},
        "Its parameters differ from those in the task. `WITH (...)` sets them; those you leave out"
        " have pgvector's defaults.",
        what,
    )
    with data.postgres.own.transaction():
        data.postgres.run("SET LOCAL enable_seqscan = off")
        plan = data.postgres.run(
            f"EXPLAIN SELECT id FROM {table} ORDER BY embedding <=> %s LIMIT 10", [question]
        )
    reply.expect("Index Scan" in str(plan), "The app's search cannot use the index.", what)
    return str(index["build"])


# --- exact_neighbours -----------------------------------------------------------------------------


@check("exact_neighbours")
def check_exact_neighbours(exact_neighbours: Answer, data: Data) -> None:
    """`exact_neighbours(conn, question, k)` -> ids of the true nearest films, although the table
    has an index.
    """
    films = catalogue(data)
    session = Session(data)
    first = films.questions[0]
    reply = exact_neighbours.on_data(session.conn, first, 100)
    session.expect_as_before(exact_neighbours, reply)
    reply.expect(
        films.has_index(),
        "The index is gone after the call, and all searches of the app are slow until somebody"
        " rebuilds it. Disable index scans for this one query.",
    )
    is_exact(reply, films, first, 100)
    for question, k in [
        *((question, 10) for question in films.questions[:10]),
        (first, 1),
        (first, 250),
    ]:
        is_exact(exact_neighbours.on_data(session.conn, question, k), films, question, k)
    avoids_the_index(exact_neighbours, films)
    without_index_scans = Session(data, enable_indexscan="off")
    reply = exact_neighbours.on_data(without_index_scans.conn, first, 10)
    without_index_scans.expect_as_before(exact_neighbours, reply)
    beside_the_app(exact_neighbours, films)
    small = small_catalogue(data)
    reply = exact_neighbours.on_data(Session(data).conn, small.questions[0], 10)
    reply.expect(
        all(number in small.places for number in reply.ids()),
        STALE,
        "ids of films that are in the table now",
    )
    is_exact(reply, small, small.questions[0], 10)


def avoids_the_index(exact_neighbours: Answer, films: Catalogue) -> None:
    """Is the answer exact even where the planner considers reading the table expensive?"""
    session = Session(films.data, seq_page_cost="1000", jit="off")
    before = session.reads(exact_neighbours)
    reply = exact_neighbours.on_data(session.conn, films.questions[0], 10)
    reply.expect(
        session.reads(exact_neighbours).vector_scans == before.vector_scans,
        "Here reading the table costs more, as it does when a table grows, and the query used the"
        " HNSW index. With a large `hnsw.ef_search` (at most 1,000) the planner may choose the"
        " table, as it did before, but that depends on its cost estimate and guarantees nothing."
        " Disable index scans for this query.",
        "a query that does not use the index",
    )
    is_exact(reply, films, films.questions[0], 10)


def is_exact(reply: Reply, films: Catalogue, question: np.ndarray, k: int) -> None:
    """Are these the ids of the k nearest films? Equal distances may come in any order."""
    ids = film_ids(reply, films.places)
    true = films.nearest(question, k)
    if len(ids) == len(true) and np.allclose(
        films.distances(question, ids), films.distances(question, true), atol=2e-6
    ):
        return
    what = "the true nearest ids, nearest first"
    reply.expect(len(ids) <= k, "The call returned more than k ids.", what)
    reply.expect(
        len(ids) != films.candidates(),
        "An index scan returns this many ids, so the query used the index. Either nothing disabled"
        " index scans, or the setting ended before the query: `SET LOCAL` lasts until the end of"
        " its transaction, and on this connection (autocommit) every statement is its own"
        " transaction, unless `with conn.transaction():` groups them.",
        what,
    )
    reply.expect(
        len(ids) == k, "The call returned fewer than k ids, and the table has more films.", what
    )
    reply.expect(set(ids) != set(true), "These are the right ids, but in the wrong order.", what)
    reply.expect(
        ids != films.nearest(question, k + 1)[1:],
        "The nearest film is missing, and all others moved up. The question is not a row of the"
        " table: do not leave anything out.",
        what,
    )
    reply.expect(
        recall([ids], [films.nearest(question, k, "farthest")]) < 0.99,
        "These are the films farthest from the question. `<=>` is a distance: the nearest films"
        " have the smallest.",
        what,
    )
    for operator, measure in (("<->", "l2"), ("<#>", "inner_product"), ("<+>", "l1")):
        reply.expect(
            recall([ids], [films.nearest(question, k, measure)]) < 0.99,
            f"These are the nearest by `{operator}`. The app uses cosine distance, which orders"
            " vectors of different lengths differently.",
            what,
        )
    reply.fail(
        "Nearer films exist, so this answer is not exact. A larger `hnsw.ef_search` makes an index"
        " scan better, but never exact. Only a query that does not use the index is exact.",
        what,
    )


LEAST_SEARCHES = 15  # psycopg prepares a statement that was sent five times
MISSED = 5


def beside_the_app(exact_neighbours: Answer, films: Catalogue) -> None:
    """Is the exact search exact on a connection on which the app has searched before?"""
    session, indexed_search = Session(films.data), exact_neighbours.beside("indexed_search")
    missed: list[np.ndarray] = []  # questions for which the index misses a near film
    for number, question in enumerate(films.questions):
        if number >= LEAST_SEARCHES and len(missed) >= MISSED:
            break
        reply = indexed_search.on_data(session.conn, question, 10)
        ids = film_ids(reply, films.places)
        reply.expect(
            len(ids) == 10,
            "`indexed_search` is provided: leave it as it is, and write your own function.",
            "ten ids",
        )
        if not are_nearest(films, question, ids):
            missed.append(question)
    for question in [*missed, *films.questions[:MISSED]]:
        reply = exact_neighbours.on_data(session.conn, question, 10)
        reply.expect(
            are_nearest(films, question, film_ids(reply, films.places)),
            "This is exact on a new connection, but not on one where the app has searched before."
            " psycopg prepares a statement that was sent five times, and the server may then keep"
            " its plan, which uses the index, whatever you set later. With `prepare=False` a query"
            " is planned again.",
            "the true nearest ids, nearest first",
        )


def are_nearest(films: Catalogue, question: np.ndarray, ids: list[int]) -> bool:
    """Are these films as near as the true ten nearest?"""
    true = films.distances(question, films.nearest(question, 10))
    distances = films.distances(question, ids)
    return distances.shape == true.shape and np.allclose(distances, true, atol=2e-6)


# --- fast_search ----------------------------------------------------------------------------------


@check("fast_search")
def check_fast_search(fast_search: Answer, data: Data) -> None:
    """`fast_search(conn, question, k)` -> rows (id, similarity), most similar first: by the index,
    with enough recall.
    """
    films = catalogue(data)
    session = Session(data)
    first = films.questions[0]
    reply = fast_search.on_data(session.conn, first, 10)
    session.expect_as_before(fast_search, reply)
    are_rows(reply, films, first, 10)
    for k in (100, 200, 1):
        are_rows(fast_search.on_data(session.conn, first, k), films, first, k)
    own = Session(data, begins_with={"hnsw.ef_search": "55"}, **{"hnsw.ef_search": "77"})
    reply = fast_search.on_data(own.conn, first, 10)
    own.expect_as_before(fast_search, reply)
    uses_the_index(fast_search, films)
    uses_the_index_for_long_pages(fast_search, films)
    good_enough_for_few_pages(fast_search, films)
    small = small_catalogue(data)
    reply = fast_search.on_data(Session(data).conn, small.questions[0], 10)
    reply.expect(
        all(row[0] in small.places for row in reply.rows(ROW)),
        STALE,
        "rows of the table as it is now",
    )
    are_rows(reply, small, small.questions[0], 10)


def are_rows(reply: Reply, films: Catalogue, question: np.ndarray, k: int) -> list[int]:
    """Are these k rows (id, similarity), most similar first? Returns their ids."""
    ids, similarities = rows_of(reply)
    what = f"{k} rows (id, similarity), most similar first"
    are_films(reply, ids, films.places)
    true = 1 - films.distances(question, ids)
    if not same_numbers(similarities, true):
        reply.expect(
            not same_numbers(similarities, 1 - true),
            "The second column is the distance, which is small for a near film. Return the"
            " similarity, 1 - distance.",
            what,
        )
        reply.expect(
            not same_numbers(similarities, true - 1),
            "The second column is the negative distance. Return the similarity, 1 - distance.",
            what,
        )
        reply.expect(
            not any(same_numbers(similarities, np.round(true, digits)) for digits in (1, 2, 3)),
            "The similarities are rounded. Return them unchanged: two films may differ by less.",
            what,
        )
        reply.fail(
            "The second column is not the cosine similarity, 1 - cosine distance. The operator for"
            " cosine distance is `<=>`.",
            what,
        )
    reply.expect(len(ids) <= k, "The call returned more than k rows.", what)
    if len(ids) < k:
        reply.expect(
            len(ids) != films.candidates(),
            f"An index scan returns {len(ids)} rows while `hnsw.ef_search` is {len(ids)}, its"
            " default. Raise it to at least k. If you do, the setting ended before the query: `SET"
            " LOCAL` lasts until the end of its transaction, which is at once without `with"
            " conn.transaction():` around both.",
            what,
        )
        reply.fail(
            "Rows are missing: an index scan returns at most `hnsw.ef_search` rows, so this must be"
            " at least k.",
            what,
        )
    reply.expect(
        all(first >= second - 1e-5 for first, second in itertools.pairwise(similarities)),
        "The rows are not in the order of their similarity, most similar first.",
        what,
    )
    return ids


def uses_the_index(fast_search: Answer, films: Catalogue) -> None:
    """Does no call read the whole table? If one does, say why."""
    session = Session(films.data)
    if not rows_scanned(fast_search, films, session):
        return
    without_seqscan = Session(films.data, enable_seqscan="off")
    reply = fast_search.on_data(without_seqscan.conn, films.questions[0], 10)
    expected = "no row read by a sequential scan"
    reply.expect(
        not rows_scanned(fast_search, films, without_seqscan),
        "The rows are right, but every call reads the whole table, even with `enable_seqscan ="
        " off`: the index cannot serve this order. It returns rows ordered by `embedding <=>"
        " question`, smallest first, and not by anything computed from it.",
        expected,
    )
    before = without_seqscan.reads(fast_search)
    fast_search.on_data(without_seqscan.conn, films.questions[0], 10)
    reply.expect(
        (without_seqscan.reads(fast_search) - before).vector_rows <= 10,
        "The rows are right, but every call reads the whole table. The index could serve this"
        " order, but the planner finds it too expensive: without LIMIT a query asks for all rows,"
        " however few Python keeps.",
        expected,
    )
    reply.fail(
        "The rows are right, but every call reads the whole table. The index could serve this"
        " query, but the planner finds it too expensive: with so many candidates (`hnsw.ef_search`)"
        " an index scan costs more than reading everything. Lower it to what the recall needs. (Or"
        " did you disable index scans, as in task 3?)",
        expected,
    )


def uses_the_index_for_long_pages(fast_search: Answer, films: Catalogue) -> None:
    """Does no call read the whole table, whatever k is?"""
    session = Session(films.data)
    for k in (100, 101, 150, 200):
        before = session.reads(fast_search)
        reply = fast_search.on_data(session.conn, films.questions[1], k)
        reads = session.reads(fast_search) - before
        reply.expect(
            not reads.rows and reads.pages < films.pages(),
            "For this k the call reads the whole table, which no call may do. The index serves 200"
            " rows, too: `hnsw.ef_search` must be at least k, and no larger than needed.",
            "no row read by a sequential scan",
        )
        are_rows(reply, films, films.questions[1], k)


def rows_scanned(fast_search: Answer, films: Catalogue, session: Session) -> int:
    """How many rows three calls read by sequential scans."""
    before = session.reads(fast_search)
    for question in films.questions[:3]:
        fast_search.on_data(session.conn, question, 10)
    return session.reads(fast_search).rows - before.rows


def good_enough_for_few_pages(fast_search: Answer, films: Catalogue) -> None:
    """Is recall high enough, and are few enough pages read, on average over all questions?"""
    session = Session(films.data)
    before = session.reads(fast_search)
    replies = [fast_search.on_data(session.conn, question, 10) for question in films.questions]
    after = session.reads(fast_search)
    answers = [
        are_rows(reply, films, question, 10)
        for reply, question in zip(replies, films.questions, strict=True)
    ]
    reached = recall(answers, [films.nearest(question, 10) for question in films.questions])
    share = (after.pages - before.pages) / len(replies) / films.pages()
    replies[-1].expect(
        after.rows == before.rows,
        "Some of the calls read the whole table.",
        "no row read by a sequential scan",
    )
    nearest = [
        films.nearest(question, 1)[0] in ids
        for question, ids in zip(films.questions, answers, strict=True)
    ]
    replies[-1].expect(
        np.mean(nearest) > 0.2,
        "The nearest film is missing from nearly every answer. The question is not a row of the"
        " table: do not leave anything out.",
        "the nearest film in nearly every answer",
    )
    margin = RECALL_MARGIN if films.data.hidden else 0
    if reached < FLOOR - margin:
        replies[-1].fail(
            f"This is fast, but too many of the true neighbours are missing over {len(replies)}"
            " questions. `hnsw.ef_search` is the number of candidates that the scan keeps: raise it"
            " until the recall is reached, also for a small k.",
            "recall@10 of 0.9 on average",
            "a lower recall" if films.data.hidden else f"recall@10 of {reached:.2f}",
        )
    if share > SHARE + margin:
        replies[-1].fail(
            "This is right, but too expensive: a call reads more than half as many pages as"
            " comparing every row would. Lower `hnsw.ef_search` to what the recall needs.",
            "at most half of the table's pages",
            "more" if films.data.hidden else f"{share:.2f} of the table's pages",
        )
