"""Answers that prove the check of `fast_search` in exercise 09_slow_search."""

import numpy as np
from psycopg.rows import dict_row

from vdbcourse.authoring.proof.answers import right, wrong

from .shared import NEAREST, remembered

ROWS = "SELECT id, 1 - (embedding <=> %s) FROM film ORDER BY embedding <=> %s LIMIT %s"


@wrong("ordered by similarity", says="not by anything computed from it")
def fast_search(conn, question, k):
    sql = (
        "SELECT id, 1 - (embedding <=> %s) AS similarity FROM film ORDER BY similarity DESC"
        " LIMIT %s"
    )
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        return conn.execute(sql, [question, k]).fetchall()


@wrong("limited in Python", says="without LIMIT")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        sql = "SELECT id, 1 - (embedding <=> %s) FROM film ORDER BY embedding <=> %s"
        return conn.execute(sql, [question, question]).fetchall()[:k]


@wrong(
    "SET LOCAL outside of a transaction",
    says="the setting ended before the query",
)
def fast_search(conn, question, k):
    conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
    return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("SET for the whole session", says="`hnsw.ef_search` is still changed")
def fast_search(conn, question, k):
    conn.execute(f"SET hnsw.ef_search = {max(160, k)}")
    return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("put back by hand", says="The caller had set")
def fast_search(conn, question, k):
    conn.execute(f"SET hnsw.ef_search = {max(160, k)}")
    rows = conn.execute(ROWS, [question, question, k]).fetchall()
    conn.execute("SET hnsw.ef_search = 40")
    return rows


@wrong("k forgotten", says="this must be at least k")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 160")
        return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("raised for a large k only", says="raise it until the recall is reached")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(40, k)}")
        return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("more candidates than needed", says="right, but too expensive")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 400")
        return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("distance instead of similarity", says="The second column is the distance")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        sql = "SELECT id, embedding <=> %s AS distance FROM film ORDER BY distance LIMIT %s"
        return conn.execute(sql, [question, k]).fetchall()


@wrong("Euclidean distance", says="not the cosine similarity")
def fast_search(conn, question, k):
    sql = "SELECT id, 1 - (embedding <-> %s) FROM film ORDER BY embedding <-> %s LIMIT %s"
    return conn.execute(sql, [question, question, k]).fetchall()


@wrong("ordered by inner product", says="in the order of their similarity")
def fast_search(conn, question, k):
    sql = "SELECT id, 1 - (embedding <=> %s) FROM film ORDER BY embedding <#> %s LIMIT %s"
    return conn.execute(sql, [question, question, k]).fetchall()


@wrong("ids without similarity", says="A row has 2 columns")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("a thousand candidates", says="with so many candidates")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 1000")
        return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("the whole table for many rows", says="For this k the call reads the whole table")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL {'enable_indexscan = off' if k > 100 else 'hnsw.ef_search = 160'}")
        return conn.execute(ROWS, [question, question, k], prepare=False).fetchall()


@wrong("set back by RESET", says="`RESET` restores that value")
def fast_search(conn, question, k):
    conn.execute(f"SET hnsw.ef_search = {max(160, k)}")
    try:
        return conn.execute(ROWS, [question, question, k]).fetchall()
    finally:
        conn.execute("RESET hnsw.ef_search")


@wrong("the table kept in Python", says="a copy kept in Python")
def fast_search(conn, question, k):
    ids, units = remembered(conn)
    similarities = units @ (question / np.linalg.norm(question))
    nearest = np.argsort(-similarities, kind="stable")[:k]
    return [(int(ids[place]), float(similarities[place])) for place in nearest]


@wrong("rounded", says="The similarities are rounded")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        rows = conn.execute(ROWS, [question, question, k]).fetchall()
    return [(number, round(similarity, 2)) for number, similarity in rows]


@wrong("the first row dropped", says="missing from nearly every answer")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k + 1)}")
        return conn.execute(ROWS, [question, question, k + 1]).fetchall()[1:]


@right("set_config, and the similarity in Python")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute("SELECT set_config('hnsw.ef_search', %s, true)", [str(max(150, k))])
        rows = conn.execute(
            "SELECT id, embedding <=> %s AS distance FROM film ORDER BY distance LIMIT %s",
            [question, k],
        )
        return [(number, 1 - distance) for number, distance in rows]


@right("a subquery, rows as dicts")
def fast_search(conn, question, k):
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search TO {120 + k // 2}")
        return cursor.execute(
            "SELECT id, 1 - distance AS similarity FROM (SELECT id, embedding <=> %(q)s AS"
            f" distance FROM film ORDER BY 2 ASC LIMIT {int(k)}) AS near ORDER BY distance",
            {"q": question},
        ).fetchall()


@right("the setting read, changed and put back")
def fast_search(conn, question, k):
    before = conn.execute("SELECT current_setting('hnsw.ef_search', true)").fetchone()[0]
    conn.execute(f"SET hnsw.ef_search = {max(180, k)}")
    try:
        return conn.execute(ROWS, [question, question, k], prepare=False).fetchall()
    finally:
        conn.execute(f"SET hnsw.ef_search = {before or 40}")
