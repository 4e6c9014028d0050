"""Answers to exercise 10 that prove its checks: misconceptions, each with words of its message, and
other right answers.
"""

import numpy as np
from psycopg import sql
from psycopg.rows import dict_row

from vdbcourse.authoring.proof.answers import equivalent, right, wrong

NEAREST = """
SELECT id, title, embedding <=> %(question)s AS distance
FROM film WHERE decade = %(decade)s
ORDER BY distance LIMIT %(k)s
"""
COUNT = "SELECT count(*) FROM film WHERE decade = %s"


def values_of(question, decade, k):
    """The parameters of NEAREST."""
    return {"question": question, "decade": decade, "k": k}


def plain(conn, question, decade, k):
    """Rows of the plain search."""
    return conn.execute(NEAREST, values_of(question, decade, k)).fetchall()


# --- missing_rows ---------------------------------------------------------------------------------


@wrong(
    "missing_rows", "k less what came, though fewer may exist", says="does not exist is not missing"
)
def missing_rows(conn, question, decade, k):
    return k - len(plain(conn, question, decade, k))


@wrong("missing_rows", "all films of the decade expected, k ignored", says="nobody asked for them")
def missing_rows(conn, question, decade, k):
    return conn.execute(COUNT, [decade]).fetchone()[0] - len(plain(conn, question, decade, k))


@wrong("missing_rows", "counted without the filter", says="all films of the table")
def missing_rows(conn, question, decade, k):
    (films,) = conn.execute("SELECT count(*) FROM film").fetchone()
    return min(k, films) - len(plain(conn, question, decade, k))


@wrong(
    "missing_rows",
    "similarity DESC, which no index serves, so nothing is lost",
    says="did not come by the index",
)
def missing_rows(conn, question, decade, k):
    rows = conn.execute(
        "SELECT id FROM film WHERE decade = %(decade)s ORDER BY 1 - (embedding <=> %(question)s)"
        " DESC LIMIT %(k)s",
        values_of(question, decade, k),
    ).fetchall()
    return min(k, conn.execute(COUNT, [decade]).fetchone()[0]) - len(rows)


@wrong("missing_rows", "filter after LIMIT", says="filter outside of LIMIT")
def missing_rows(conn, question, decade, k):
    rows = conn.execute(
        "SELECT * FROM (SELECT id, decade FROM film ORDER BY embedding <=> %(question)s LIMIT"
        " %(k)s) AS nearest WHERE decade = %(decade)s",
        values_of(question, decade, k),
    ).fetchall()
    return min(k, conn.execute(COUNT, [decade]).fetchone()[0]) - len(rows)


@wrong("missing_rows", "the rows that came", says="How many did not?")
def missing_rows(conn, question, decade, k):
    return len(plain(conn, question, decade, k))


@wrong("missing_rows", "the other way round", says="other way round")
def missing_rows(conn, question, decade, k):
    return len(plain(conn, question, decade, k)) - min(
        k, conn.execute(COUNT, [decade]).fetchone()[0]
    )


@wrong("missing_rows", "missing is taken to be yes or no", says="asked for is one number")
def missing_rows(conn, question, decade, k):
    return len(plain(conn, question, decade, k)) < min(
        k, conn.execute(COUNT, [decade]).fetchone()[0]
    )


@wrong("missing_rows", "a span one decade too long", says="a decade too many")
def missing_rows(conn, question, decade, k):
    sql = "SELECT count(*) FROM film WHERE decade BETWEEN %s AND %s"
    return min(k, conn.execute(sql, [decade, decade + 10]).fetchone()[0]) - len(
        plain(conn, question, decade, k)
    )


@wrong("missing_rows", "older films counted as well", says="films of other decades as well")
def missing_rows(conn, question, decade, k):
    (films,) = conn.execute("SELECT count(*) FROM film WHERE decade <= %s", [decade]).fetchone()
    return min(k, films) - len(plain(conn, question, decade, k))


@wrong("missing_rows", "titles counted", says="Two films have one title")
def missing_rows(conn, question, decade, k):
    (titles,) = conn.execute(
        "SELECT count(DISTINCT title) FROM film WHERE decade = %s", [decade]
    ).fetchone()
    return min(k, titles) - len(plain(conn, question, decade, k))


@wrong("missing_rows", "counted by another column", says="A negative number of rows")
def missing_rows(conn, question, decade, k):
    (films,) = conn.execute(
        "SELECT count(*) FROM film WHERE year BETWEEN %s AND %s", [decade, decade + 9]
    ).fetchone()
    return min(k, films) - len(plain(conn, question, decade, k))


@wrong(
    "missing_rows", "four times as many fetched, filtered afterwards", says="filtered afterwards"
)
def missing_rows(conn, question, decade, k):
    rows = conn.execute(
        "SELECT decade FROM film ORDER BY embedding <=> %s LIMIT %s", [question, 4 * k]
    ).fetchall()
    came = min(k, sum(its == decade for (its,) in rows))
    return min(k, conn.execute(COUNT, [decade]).fetchone()[0]) - came


@wrong("missing_rows", "a share", says="That is the share that is missing")
def missing_rows(conn, question, decade, k):
    expected = min(k, conn.execute(COUNT, [decade]).fetchone()[0])
    return (expected - len(plain(conn, question, decade, k))) / expected if expected else 0


@right("missing_rows", "one statement")
def missing_rows(conn, question, decade, k):
    statement = (
        "SELECT least(%(k)s, (SELECT count(*) FROM film WHERE decade = %(decade)s)) - (SELECT"
        f" count(*) FROM ({NEAREST}) n)"
    )
    return conn.execute(statement, values_of(question, decade, k)).fetchone()[0]


@right("missing_rows", "ids in Python")
def missing_rows(conn, question, decade, k):
    passing = [number for number, d in conn.execute("SELECT id, decade FROM film") if d == decade]
    came = {row[0] for row in plain(conn, question, decade, k)}
    expected = len(passing) if len(passing) < k else k
    return float(expected - len(came))


equivalent(
    "missing_rows",
    "return min(k, passing) - came -> return min(passing, k) - came",
    reason="The smaller of two numbers is the same in either order.",
)

# --- candidates -----------------------------------------------------------------------------------


def outermost(conn, question, decade, k):
    """The outermost step of the plan."""
    explain = "EXPLAIN (ANALYZE, FORMAT JSON) " + NEAREST
    return conn.execute(explain, values_of(question, decade, k)).fetchone()[0][0]["Plan"]


def innermost(conn, question, decade, k):
    """The innermost step of the plan."""
    step = outermost(conn, question, decade, k)
    while "Plans" in step:
        step = step["Plans"][0]
    return step


@wrong("candidates", "the planner's estimate", says="`Plan Rows` is what the planner expected")
def candidates(conn, question, decade, k):
    step = innermost(conn, question, decade, k)
    return step["Plan Rows"], step["Rows Removed by Filter"]


@wrong("candidates", "EXPLAIN without ANALYZE", says="KeyError")
def candidates(conn, question, decade, k):
    step = conn.execute(
        "EXPLAIN (FORMAT JSON) " + NEAREST, values_of(question, decade, k)
    ).fetchone()[0][0]["Plan"]
    while "Plans" in step:
        step = step["Plans"][0]
    return step["Actual Rows"], step["Rows Removed by Filter"]


@wrong("candidates", "the outermost step", says="it filters nothing")
def candidates(conn, question, decade, k):
    step = outermost(conn, question, decade, k)
    return step["Actual Rows"], step.get("Rows Removed by Filter", 0)


@wrong("candidates", "only one step inwards", says="Below LIMIT stands a sort")
def candidates(conn, question, decade, k):
    step = outermost(conn, question, decade, k)["Plans"][0]
    return step["Actual Rows"], step.get("Rows Removed by Filter", 0)


@wrong("candidates", "40 less what passed", says="40 candidates is what the index hands over")
def candidates(conn, question, decade, k):
    passed = len(plain(conn, question, decade, k))
    return passed, 40 - passed


@wrong(
    "candidates", "40 less what passed, for an index scan", says="a scan stops when LIMIT is filled"
)
def candidates(conn, question, decade, k):
    step = innermost(conn, question, decade, k)
    passed = int(step["Actual Rows"])
    return passed, (
        40 - passed if step["Node Type"] == "Index Scan" else step["Rows Removed by Filter"]
    )


@wrong("candidates", "all other films removed", says="did not meet every film")
def candidates(conn, question, decade, k):
    passed = len(plain(conn, question, decade, k))
    return passed, conn.execute("SELECT count(*) FROM film").fetchone()[0] - passed


@wrong("candidates", "films of the decade that did not come", says="never met")
def candidates(conn, question, decade, k):
    passed = len(plain(conn, question, decade, k))
    return passed, conn.execute(COUNT, [decade]).fetchone()[0] - passed


@wrong("candidates", "changed places", says="changed places")
def candidates(conn, question, decade, k):
    step = innermost(conn, question, decade, k)
    return step["Rows Removed by Filter"], step["Actual Rows"]


@wrong("candidates", "all candidates as the second number", says="Those are all candidates")
def candidates(conn, question, decade, k):
    step = innermost(conn, question, decade, k)
    return step["Actual Rows"], step["Actual Rows"] + step["Rows Removed by Filter"]


@wrong(
    "candidates", "rows of the outermost step, filter of the innermost", says="Ten is what LIMIT"
)
def candidates(conn, question, decade, k):
    passed = outermost(conn, question, decade, k)["Actual Rows"]
    return passed, innermost(conn, question, decade, k)["Rows Removed by Filter"]


@wrong("candidates", "rows of all steps added up", says="adds up what the steps handed on")
def candidates(conn, question, decade, k):
    step = outermost(conn, question, decade, k)
    passed = step["Actual Rows"]
    while "Plans" in step:
        step = step["Plans"][0]
        passed += step["Actual Rows"]
    return passed, step["Rows Removed by Filter"]


@wrong("candidates", "LIMIT left out", says="with its ORDER BY and its LIMIT")
def candidates(conn, question, decade, k):
    step = outermost(conn, question, decade, 2_000)
    while "Plans" in step:
        step = step["Plans"][0]
    return step["Actual Rows"], step["Rows Removed by Filter"]


@wrong("candidates", "the index forced", says="a scan by the index")
def candidates(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_seqscan = off")
        step = innermost(conn, question, decade, k)
    return step["Actual Rows"], step["Rows Removed by Filter"]


@wrong("candidates", "what was asked for", says="Ten is what was asked for")
def candidates(conn, question, decade, k):
    return k, innermost(conn, question, decade, k)["Rows Removed by Filter"]


@wrong("candidates", "all films that do not pass", says="would remove from the whole table")
def candidates(conn, question, decade, k):
    passed = len(plain(conn, question, decade, k))
    return (
        passed,
        conn.execute("SELECT count(*) FROM film WHERE decade <> %s", [decade]).fetchone()[0],
    )


@right("candidates", "the plan as text")
def candidates(conn, question, decade, k):
    lines = [
        line
        for (line,) in conn.execute("EXPLAIN (ANALYZE) " + NEAREST, values_of(question, decade, k))
    ]
    scan = [line for line in lines if " on film " in line][-1]
    removed = [line.split(":")[1] for line in lines if "Rows Removed by Filter" in line] or ["0"]
    return int(float(scan.rpartition("rows=")[2].split()[0])), int(removed[0])


@right("candidates", "recursion, an array")
def candidates(conn, question, decade, k):
    def deepest(step):
        return deepest(step["Plans"][0]) if step.get("Plans") else step

    step = deepest(outermost(conn, question, decade, k))
    return np.array([step["Actual Rows"], step["Rows Removed by Filter"]])


one_inside = "Each step of these plans has at most one step inside it."
equivalent("candidates", 'step = step["Plans"][0] -> step = step["Plans"][-1]', reason=one_inside)
equivalent(
    "candidates",
    'step = explained[0]["Plan"] -> step = explained[-1]["Plan"]',
    reason="A plan of one query is a list of one.",
)

# --- search_filtered ------------------------------------------------------------------------------


@wrong("search_filtered", "SET LOCAL outside of a transaction", says="it did not reach the query")
def search_filtered(conn, question, decade, k):
    conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
    return plain(conn, question, decade, k)


@wrong("search_filtered", "SET without LOCAL", says="`hnsw.iterative_scan` is still changed")
def search_filtered(conn, question, decade, k):
    conn.execute("SET hnsw.iterative_scan = strict_order")
    return plain(conn, question, decade, k)


@wrong("search_filtered", "a longer list only", says="only moves the cliff")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 100")
        return plain(conn, question, decade, k)


@wrong("search_filtered", "a still longer list", says="finds the index too expensive")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 200")
        return plain(conn, question, decade, k)


@wrong("search_filtered", "relaxed order, not sorted", says="do not come nearest first")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        return plain(conn, question, decade, k)


@wrong(
    "search_filtered",
    "four times as many fetched, filtered afterwards",
    says="LIMIT was counted before the filter",
)
def search_filtered(conn, question, decade, k):
    rows = conn.execute(
        "SELECT id, title, embedding <=> %s AS distance, decade FROM film ORDER BY distance"
        " LIMIT %s",
        [question, 4 * k],
    ).fetchall()
    return [row[:3] for row in rows if row[3] == decade][:k]


@wrong("search_filtered", "the whole table read", says="the whole table was read")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return plain(conn, question, decade, k)


@wrong("search_filtered", "Euclidean distance", says="`<->` is the Euclidean distance")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return conn.execute(
            NEAREST.replace("<=>", "<->"), values_of(question, decade, k)
        ).fetchall()


@wrong("search_filtered", "the similarity returned", says="the similarity, 1 - distance")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return [
            (number, title, 1 - distance)
            for number, title, distance in plain(conn, question, decade, k)
        ]


@wrong("search_filtered", "filled up with any films of the decade", says="not the nearest")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_seqscan = off")
        rows = plain(conn, question, decade, k)
        more = conn.execute(
            "SELECT id, title, embedding <=> %s FROM film WHERE decade = %s AND NOT id = ANY(%s)"
            " ORDER BY id LIMIT %s",
            [question, decade, [row[0] for row in rows], k - len(rows)],
        ).fetchall()
    return sorted(rows + more, key=lambda row: row[2])


@wrong("search_filtered", "the filter left out, so that nothing is lost", says="of other decades")
def search_filtered(conn, question, decade, k):
    return conn.execute(
        "SELECT id, title, embedding <=> %s AS distance FROM film ORDER BY distance LIMIT %s",
        [question, k],
    ).fetchall()


@wrong("search_filtered", "a transaction begun and not ended", says="still open")
def search_filtered(conn, question, decade, k):
    conn.execute("BEGIN")
    conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
    return plain(conn, question, decade, k)


@wrong(
    "search_filtered",
    "ten times as many fetched, filtered in Python",
    says="More were fetched and filtered afterwards",
)
def search_filtered(conn, question, decade, k):
    rows = conn.execute(
        "SELECT id, title, embedding <=> %s AS distance, decade FROM film ORDER BY distance"
        " LIMIT %s",
        [question, 10 * k],
    ).fetchall()
    return [row[:3] for row in rows if row[3] == decade][:k]


@wrong("search_filtered", "set back by RESET", says="`RESET` goes back to that")
def search_filtered(conn, question, decade, k):
    conn.execute("SET hnsw.iterative_scan = 'strict_order'")
    try:
        return plain(conn, question, decade, k)
    finally:
        conn.execute("RESET hnsw.iterative_scan")


@wrong("search_filtered", "set back by hand", says="Nobody can put back by hand")
def search_filtered(conn, question, decade, k):
    conn.execute("SET hnsw.iterative_scan = 'strict_order'")
    try:
        return plain(conn, question, decade, k)
    finally:
        conn.execute("SET hnsw.iterative_scan = off")


@wrong("search_filtered", "an index for every decade", says="The call made or removed an index")
def search_filtered(conn, question, decade, k):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS film_{decade} ON film USING hnsw (embedding vector_cosine_ops)"
        f" WHERE decade = {decade}"
    )
    return plain(conn, question, decade, k)


@wrong("search_filtered", "the first row dropped", says="which even the plain search finds")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return plain(conn, question, decade, k + 1)[1:]


@wrong("search_filtered", "rounded", says="The distances are rounded")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return [
            (number, title, round(distance, 2))
            for number, title, distance in plain(conn, question, decade, k)
        ]


@right("search_filtered", "relaxed order, sorted in Python, rows as dicts")
def search_filtered(conn, question, decade, k):
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        return sorted(
            cursor.execute(NEAREST, values_of(question, decade, k)), key=lambda row: row["distance"]
        )


@right("search_filtered", "relaxed order, sorted by the engine; set_config")
def search_filtered(conn, question, decade, k):
    conn.execute("BEGIN")
    conn.execute("SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true)")
    statement = f"WITH found AS MATERIALIZED ({NEAREST}) SELECT * FROM found ORDER BY distance + 0"
    rows = conn.execute(statement, values_of(question, decade, k)).fetchall()
    conn.execute("COMMIT")
    return rows


@right("search_filtered", "the setting read, changed and put back")
def search_filtered(conn, question, decade, k):
    (before,) = conn.execute("SHOW hnsw.iterative_scan").fetchone()
    conn.execute("SET hnsw.iterative_scan = 'strict_order'")
    try:
        return [list(row) for row in plain(conn, question, decade, k)]
    finally:
        conn.execute("SELECT set_config('hnsw.iterative_scan', %s, false)", [before])


# --- ground_truth ---------------------------------------------------------------------------------


@wrong("ground_truth", "SET LOCAL outside of a transaction", says="still goes by the index")
def search_exact(conn, question, decade, k):
    conn.execute("SET LOCAL enable_indexscan = off")
    return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


@wrong("ground_truth", "SET without LOCAL", says="`enable_indexscan` is still changed")
def search_exact(conn, question, decade, k):
    conn.execute("SET enable_indexscan = off")
    return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


@wrong(
    "ground_truth",
    "an iterative scan taken for the truth",
    says="as approximate as the index it walks",
)
def search_exact(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


@wrong("ground_truth", "the prepared statement forgotten", says="keep one plan for both searches")
def search_exact(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return plain(conn, question, decade, k)


@wrong(
    "ground_truth",
    "Euclidean distance, which no index serves",
    says="`<->` is the Euclidean distance",
)
def search_exact(conn, question, decade, k):
    return conn.execute(NEAREST.replace("<=>", "<->"), values_of(question, decade, k)).fetchall()


@wrong("ground_truth", "NumPy, k forgotten", says="More rows than k")
def search_exact(conn, question, decade, k):
    return in_numpy(conn, question, decade)


REMEMBERED = {}


@wrong("ground_truth", "many candidates taken for all", says="the query went by the HNSW index")
def search_exact(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 1000")
        return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


@wrong("ground_truth", "set back by RESET", says="`RESET` goes back to the session's beginning")
def search_exact(conn, question, decade, k):
    conn.execute("SET enable_indexscan = off")
    try:
        return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()
    finally:
        conn.execute("RESET enable_indexscan")


@wrong("ground_truth", "the table kept in Python", says="a copy that is kept in Python")
def search_exact(conn, question, decade, k):
    (newest,) = conn.execute("SELECT max(id) FROM film WHERE id < 1000000000").fetchone()
    if newest is not None and newest not in REMEMBERED:
        REMEMBERED.clear()
        REMEMBERED[newest] = conn.execute(
            "SELECT id, title, decade, embedding FROM film"
        ).fetchall()
    (table,) = REMEMBERED.values()
    rows = [
        (number, title, cosine_distance(vector, question))
        for number, title, its, vector in table
        if its == decade
    ]
    return sorted(rows, key=lambda row: row[2])[:k]


@wrong("ground_truth", "the index dropped", says="The index is gone")
def search_exact(conn, question, decade, k):
    conn.execute("DROP INDEX IF EXISTS film_hnsw")
    return conn.execute(NEAREST, values_of(question, decade, k)).fetchall()


@wrong("ground_truth", "the first row dropped", says="all others moved up")
def search_exact(conn, question, decade, k):
    return in_numpy(conn, question, decade)[1 : k + 1]


@wrong(
    "ground_truth", "both searches without the index", says="none of the searches went by the index"
)
def plain_recall(conn, questions, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(found & truth) / len(truth) for found, truth in hits]))


@wrong("ground_truth", "all questions put together", says="put together before they were compared")
def plain_recall(conn, questions, decade, k):
    found, truth = map(set.union, *[hits_of(conn, question, decade, k) for question in questions])
    return len(found & truth) / len(truth)


@wrong("ground_truth", "the median", says="That is the median over the questions")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.median([len(found & truth) / len(truth) for found, truth in hits]))


@wrong("ground_truth", "the first question", says="the first question alone")
def plain_recall(conn, questions, decade, k):
    found, truth = hits_of(conn, questions[0], decade, k)
    return len(found & truth) / len(truth)


@wrong("ground_truth", "what was missed", says="the share that was missed")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return 1 - float(np.mean([len(found & truth) / len(truth) for found, truth in hits]))


@wrong("ground_truth", "rounded", says="the right number, rounded")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return round(float(np.mean([len(found & truth) / len(truth) for found, truth in hits])), 2)


@wrong(
    "ground_truth",
    "divided by all ids of both searches",
    says="something else was made of the rows",
)
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(found & truth) / len(found | truth) for found, truth in hits]))


@wrong("ground_truth", "divided by k", says="not by k")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(found & truth) / k for found, truth in hits]))


@wrong("ground_truth", "precision", says="divided by the rows that came")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(found & truth) / max(1, len(found)) for found, truth in hits]))


@wrong("ground_truth", "rows counted instead of compared", says="how many rows came")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(found) / len(truth) for found, truth in hits]))


@wrong("ground_truth", "compared place by place", says="not place by place")
def plain_recall(conn, questions, decade, k):
    shares = []
    for question in questions:
        truth = [row[0] for row in search_exact_of(conn, question, decade, k)]
        found = [row[0] for row in plain(conn, question, decade, k)]
        shares.append(sum(f == t for f, t in zip(found, truth, strict=False)) / len(truth))
    return float(np.mean(shares))


@wrong("ground_truth", "the mended search measured", says="recall of the mended search")
def plain_recall(conn, questions, decade, k):
    shares = []
    for question in questions:
        with conn.transaction():
            conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
            found = {row[0] for row in plain(conn, question, decade, k)}
        truth = {row[0] for row in search_exact_of(conn, question, decade, k)}
        shares.append(len(found & truth) / len(truth))
    return float(np.mean(shares))


@wrong("ground_truth", "added up, not averaged", says="lies between 0 and 1")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(sum(len(found & truth) / len(truth) for found, truth in hits))


def cosine_distance(vector, question):
    """Between a vector of the table and a question."""
    vector = vector.to_numpy().astype(float)
    return float(1 - vector @ question / np.linalg.norm(vector) / np.linalg.norm(question))


def search_exact_of(conn, question, decade, k):
    """A right exact search for the wrong recalls."""
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


def hits_of(conn, question, decade, k):
    """Ids that the plain search found, and the true ones."""
    found = {row[0] for row in plain(conn, question, decade, k)}
    return found, {row[0] for row in search_exact_of(conn, question, decade, k)}


def in_numpy(conn, question, decade):
    """All films of the decade with their distances, nearest first."""
    rows = conn.execute(
        "SELECT id, title, embedding FROM film WHERE decade = %s", [decade]
    ).fetchall()
    if not rows:
        return []
    matrix = np.array([row[2].to_numpy() for row in rows], dtype=float)
    distances = 1 - matrix @ question / np.linalg.norm(matrix, axis=1) / np.linalg.norm(question)
    order = np.argsort(distances)
    return [(rows[i][0], rows[i][1], float(distances[i])) for i in order]


@right("ground_truth", "NumPy")
def search_exact(conn, question, decade, k):
    return in_numpy(conn, question, decade)[:k]


@right("ground_truth", "filtered first, in a materialised part of the query")
def search_exact(conn, question, decade, k):
    return conn.execute(
        "WITH passing AS MATERIALIZED (SELECT * FROM film WHERE decade = %(decade)s) SELECT id,"
        " title, embedding <=> %(question)s AS distance FROM passing ORDER BY distance, id LIMIT"
        " %(k)s",
        values_of(question, decade, k),
    ).fetchall()


@right("ground_truth", "an order that no index serves")
def search_exact(conn, question, decade, k):
    statement = NEAREST.replace(
        "ORDER BY distance", "ORDER BY 1 - (embedding <=> %(question)s) DESC"
    )
    return conn.execute(statement, values_of(question, decade, k)).fetchall()


@right("ground_truth", "found and true ids counted over all questions")
def plain_recall(conn, questions, decade, k):
    found, true = 0, 0
    for question in questions:
        ids, truth = hits_of(conn, question, decade, k)
        found, true = found + len(truth & ids), true + len(truth)
    return found / true


# --- partial_index --------------------------------------------------------------------------------


@wrong("partial_index", "no WHERE", says="has no WHERE")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops)"
    )
    return name


@wrong("partial_index", "made for the Euclidean distance", says="made for another distance")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_l2_ops) WHERE"
        f" decade = {int(decade)}"
    )
    return name


@wrong(
    "partial_index",
    "the decade of the text above, whatever was passed",
    says="and take the decade from it",
)
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        " decade = 1990"
    )
    return name


@wrong("partial_index", "one name for all decades", says="a name of its own")
def partial_index(conn, decade):
    conn.execute(
        "CREATE INDEX IF NOT EXISTS film_partial ON film USING hnsw (embedding vector_cosine_ops)"
        f" WHERE decade = {int(decade)}"
    )
    return "film_partial"


@wrong("partial_index", "no name", says="second copy")
def partial_index(conn, decade):
    conn.execute(
        "CREATE INDEX ON film USING hnsw (embedding vector_cosine_ops) WHERE decade ="
        f" {int(decade)}"
    )
    return "film_embedding_idx"  # the name that PostgreSQL finds for it


@wrong("partial_index", "made again without looking", says="already exists")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE decade ="
        f" {int(decade)}"
    )
    return name


@wrong("partial_index", "the value as a parameter", says="there is no parameter $1")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        " decade = %s",
        [decade],
    )
    return name


@wrong("partial_index", "a B-tree on the decade", says="of the kind btree")
def partial_index(conn, decade):
    conn.execute("CREATE INDEX IF NOT EXISTS film_decade ON film (decade)")
    return "film_decade"


@wrong("partial_index", "the index of all films replaced", says="the index of all films, is gone")
def partial_index(conn, decade):
    conn.execute("DROP INDEX IF EXISTS film_hnsw")
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        f" decade = {int(decade)}"
    )
    return name


@wrong(
    "partial_index",
    "the index of the last decade replaced",
    says="the index of the first one is gone",
)
def partial_index(conn, decade):
    partial = (
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'film'::regclass AND"
        " indpred IS NOT NULL"
    )
    for (name,) in conn.execute(partial).fetchall():
        conn.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
    conn.execute(
        f"CREATE INDEX film_{decade} ON film USING hnsw (embedding vector_cosine_ops) WHERE decade"
        f" = {int(decade)}"
    )
    return f"film_{decade}"


@wrong("partial_index", "this decade and later ones", says="films of other decades as well")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        f" decade >= {decade}"
    )
    return name


@wrong(
    "partial_index",
    "more memory for all that follows",
    says="`maintenance_work_mem` is still changed",
)
def partial_index(conn, decade):
    conn.execute("SET maintenance_work_mem = '128MB'")
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        f" decade = {decade}"
    )
    return name


@wrong("partial_index", "the decade compared as text", says="without a cast or a function")
def partial_index(conn, decade):
    name = f"film_{decade}"
    statement = (
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops)"
    )
    conn.execute(f"{statement} WHERE decade::text = '{decade}'")
    return name


@wrong("partial_index", "halfvec, which the query does not ask for", says="on an expression")
def partial_index(conn, decade):
    name = f"film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw ((embedding::halfvec(384))"
        f" halfvec_cosine_ops) WHERE decade = {decade}"
    )
    return name


@wrong("partial_index", "capitals, which PostgreSQL makes small", says="as PostgreSQL has it")
def partial_index(conn, decade):
    name = f"Film_{decade}"
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE"
        f" decade = {decade}"
    )
    return name


@wrong("partial_index", "the name not returned", says="It returned None")
def partial_index(conn, decade):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS film_{decade} ON film USING hnsw (embedding vector_cosine_ops)"
        f" WHERE decade = {int(decade)}"
    )


@right("partial_index", "dropped and made again, beside running queries")
def partial_index(conn, decade):
    name = sql.Identifier(f"Films of the {decade}s")
    conn.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(name))
    conn.execute(
        sql.SQL(
            "CREATE INDEX CONCURRENTLY {} ON film USING hnsw (embedding vector_cosine_ops) WITH (m"
            " = 8) WHERE decade IN ({})"
        ).format(name, sql.Literal(decade))
    )
    return name.as_string(conn).strip('"')


@right("partial_index", "looked up first, in a transaction")
def partial_index(conn, decade):
    name = f"partial_{int(decade)}"
    with conn.transaction():
        if conn.execute("SELECT to_regclass(%s)", [name]).fetchone()[0] is None:
            conn.execute(
                f"CREATE INDEX {name} ON film USING hnsw (embedding vector_cosine_ops) WHERE decade"
                f" = '{int(decade)}'"
            )
    return name


equivalent(
    "partial_index",
    "conn.execute(statement.format(sql.Identifier(name), sql.Literal(decade))) -> "
    "conn.execute(statement.format(sql.Identifier(name), decade))",
    reason="`format` makes a literal of a plain value by itself.",
)
