"""Answers that prove the check of `ground_truth` in exercise 10_missing_rows."""

import numpy as np

from vdbcourse.authoring.proof.answers import right, wrong

from .shared import NEAREST, plain, values_of


@wrong("SET LOCAL outside of a transaction", says="still uses the index")
def search_exact(conn, question, decade, k):
    conn.execute("SET LOCAL enable_indexscan = off")
    return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


@wrong("SET without LOCAL", says="`enable_indexscan` is still changed")
def search_exact(conn, question, decade, k):
    conn.execute("SET enable_indexscan = off")
    return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


@wrong(
    "an iterative scan used as the truth",
    says="as approximate as the index it uses",
)
def search_exact(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


@wrong("the prepared statement forgotten", says="keep one plan for both searches")
def search_exact(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return plain(conn, question, decade, k)


@wrong(
    "Euclidean distance, which no index serves",
    says="`<->` is the Euclidean distance",
)
def search_exact(conn, question, decade, k):
    return conn.execute(NEAREST.replace("<=>", "<->"), values_of(question, decade, k)).fetchall()


@wrong("NumPy, k forgotten", says="more than k rows")
def search_exact(conn, question, decade, k):
    return in_numpy(conn, question, decade)


REMEMBERED = {}


@wrong("many candidates instead of all", says="the query used the HNSW index")
def search_exact(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 1000")
        return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


@wrong("set back by RESET", says="`RESET` restores the value from the start")
def search_exact(conn, question, decade, k):
    conn.execute("SET enable_indexscan = off")
    try:
        return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()
    finally:
        conn.execute("RESET enable_indexscan")


@wrong("the table kept in Python", says="a copy kept in Python")
def search_exact(conn, question, decade, k):
    (newest,) = conn.execute("SELECT max(id) FROM film WHERE id < 1000000000").fetchone()
    if newest is not None and newest not in REMEMBERED:
        REMEMBERED.clear()
        REMEMBERED[newest] = conn.execute(
            "SELECT id, title, decade, embedding FROM film", binary=True
        ).fetchall()
    (table,) = REMEMBERED.values()
    rows = [
        (number, title, cosine_distance(vector, question))
        for number, title, its, vector in table
        if its == decade
    ]
    return sorted(rows, key=lambda row: row[2])[:k]


@wrong("the index dropped", says="The index is gone")
def search_exact(conn, question, decade, k):
    conn.execute("DROP INDEX IF EXISTS film_hnsw")
    return conn.execute(NEAREST, values_of(question, decade, k)).fetchall()


@wrong("the first row dropped", says="all others moved up")
def search_exact(conn, question, decade, k):
    return in_numpy(conn, question, decade)[1 : k + 1]


@wrong("both searches without the index", says="none of the searches used the index")
def plain_recall(conn, questions, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(ids & truth) / len(truth) for ids, truth in hits]))


@wrong("all questions merged", says="You merged the answers to all questions")
def plain_recall(conn, questions, decade, k):
    ids, truth = map(set.union, *[hits_of(conn, question, decade, k) for question in questions])
    return len(ids & truth) / len(truth)


@wrong("the median", says="That is the median over the questions")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.median([len(ids & truth) / len(truth) for ids, truth in hits]))


@wrong("the first question", says="the first question alone")
def plain_recall(conn, questions, decade, k):
    ids, truth = hits_of(conn, questions[0], decade, k)
    return len(ids & truth) / len(truth)


@wrong("what was missed", says="the share that was missed")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return 1 - float(np.mean([len(ids & truth) / len(truth) for ids, truth in hits]))


@wrong("rounded", says="the right number, rounded")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return round(float(np.mean([len(ids & truth) / len(truth) for ids, truth in hits])), 2)


@wrong(
    "divided by all ids of both searches",
    says="the result is not the recall",
)
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(ids & truth) / len(ids | truth) for ids, truth in hits]))


@wrong("divided by k", says="not by k")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(ids & truth) / k for ids, truth in hits]))


@wrong("precision", says="divided by the number of rows returned")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(ids & truth) / max(1, len(ids)) for ids, truth in hits]))


@wrong("rows counted instead of compared", says="how many rows were returned")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(np.mean([len(ids) / len(truth) for ids, truth in hits]))


@wrong("compared position by position", says="not position by position")
def plain_recall(conn, questions, decade, k):
    shares = []
    for question in questions:
        truth = [row[0] for row in search_exact_of(conn, question, decade, k)]
        ids = [row[0] for row in plain(conn, question, decade, k)]
        shares.append(sum(i == t for i, t in zip(ids, truth, strict=False)) / len(truth))
    return float(np.mean(shares))


@wrong("the iterative search measured", says="recall of the iterative search")
def plain_recall(conn, questions, decade, k):
    shares = []
    for question in questions:
        with conn.transaction():
            conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
            ids = {row[0] for row in plain(conn, question, decade, k)}
        truth = {row[0] for row in search_exact_of(conn, question, decade, k)}
        shares.append(len(ids & truth) / len(truth))
    return float(np.mean(shares))


@wrong("added up, not averaged", says="must be between 0 and 1")
def plain_recall(conn, questions, decade, k):
    hits = [hits_of(conn, question, decade, k) for question in questions]
    return float(sum(len(ids & truth) / len(truth) for ids, truth in hits))


def cosine_distance(vector, question):
    """Between a vector of the table and a question."""
    vector = vector.to_numpy().astype(float)
    return float(1 - vector @ question / np.linalg.norm(vector) / np.linalg.norm(question))


def search_exact_of(conn, question, decade, k):
    """A correct exact search, for the recalls."""
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return conn.execute(NEAREST, values_of(question, decade, k), prepare=False).fetchall()


def hits_of(conn, question, decade, k):
    """Ids that the plain search found, and the true ones."""
    ids = {row[0] for row in plain(conn, question, decade, k)}
    return ids, {row[0] for row in search_exact_of(conn, question, decade, k)}


def in_numpy(conn, question, decade):
    """All films of the decade with their distances, nearest first."""
    rows = conn.execute(
        "SELECT id, title, embedding FROM film WHERE decade = %s", [decade], binary=True
    ).fetchall()
    if not rows:
        return []
    matrix = np.array([row[2].to_numpy() for row in rows], dtype=float)
    distances = 1 - matrix @ question / np.linalg.norm(matrix, axis=1) / np.linalg.norm(question)
    order = np.argsort(distances)
    return [(rows[i][0], rows[i][1], float(distances[i])) for i in order]


@right("NumPy")
def search_exact(conn, question, decade, k):
    return in_numpy(conn, question, decade)[:k]


@right("filtered first, in a materialised part of the query")
def search_exact(conn, question, decade, k):
    return conn.execute(
        "WITH passing AS MATERIALIZED (SELECT * FROM film WHERE decade = %(decade)s) SELECT id,"
        " title, embedding <=> %(question)s AS distance FROM passing ORDER BY distance, id LIMIT"
        " %(k)s",
        values_of(question, decade, k),
    ).fetchall()


@right("an order that no index serves")
def search_exact(conn, question, decade, k):
    statement = NEAREST.replace(
        "ORDER BY distance", "ORDER BY 1 - (embedding <=> %(question)s) DESC"
    )
    return conn.execute(statement, values_of(question, decade, k)).fetchall()


@right("hits and true ids counted over all questions")
def plain_recall(conn, questions, decade, k):
    hits, true = 0, 0
    for question in questions:
        ids, truth = hits_of(conn, question, decade, k)
        hits, true = hits + len(truth & ids), true + len(truth)
    return hits / true
