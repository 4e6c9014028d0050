"""Answers that prove the check of `exact_neighbours` in exercise 09_slow_search."""

import numpy as np
from psycopg.rows import dict_row

from vdbcourse.authoring.proof.answers import right, wrong

from .shared import NEAREST, remembered


@wrong(
    "SET LOCAL outside of a transaction",
    says="the setting ended before the query",
)
def exact_neighbours(conn, question, k):
    conn.execute("SET LOCAL enable_indexscan = off")
    return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("many candidates instead of all", says="never exact")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 300")
        return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("SET for the whole session", says="`enable_indexscan` is still changed")
def exact_neighbours(conn, question, k):
    conn.execute("SET enable_indexscan = off")
    return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("put back by hand", says="restore an unknown value by hand")
def exact_neighbours(conn, question, k):
    conn.execute("SET enable_indexscan = off")
    try:
        return [row[0] for row in conn.execute(NEAREST, [question, k])]
    finally:
        conn.execute("SET enable_indexscan = on")


@wrong("the app's statement, prepared", says="prepares a statement")
def exact_neighbours(conn, question, k):
    sql = f"SELECT id FROM film ORDER BY embedding <=> %s LIMIT {int(k)}"
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [number for (number,) in conn.execute(sql, [question])]


@wrong("farthest first", says="farthest from the question")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [
            row[0]
            for row in conn.execute(
                "SELECT id FROM film ORDER BY embedding <=> %s DESC LIMIT %s", [question, k]
            )
        ]


@wrong("Euclidean distance", says="These are the nearest by `<->`")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [
            row[0]
            for row in conn.execute(
                "SELECT id FROM film ORDER BY embedding <-> %s LIMIT %s", [question, k]
            )
        ]


@wrong("inner product", says="These are the nearest by `<#>`")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [
            row[0]
            for row in conn.execute(
                "SELECT id FROM film ORDER BY embedding <#> %s LIMIT %s", [question, k]
            )
        ]


@wrong("L1 distance", says="These are the nearest by `<+>`")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [
            row[0]
            for row in conn.execute(
                "SELECT id FROM film ORDER BY embedding <+> %s LIMIT %s", [question, k]
            )
        ]


@wrong("the index dropped", says="The index is gone")
def exact_neighbours(conn, question, k):
    for (name,) in conn.execute(
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename ="
        " 'film' AND indexdef LIKE '%hnsw%'"
    ).fetchall():
        conn.execute(f"DROP INDEX {name}")
    return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("`with conn:` closes the connection", says="closed the connection")
def exact_neighbours(conn, question, k):
    with conn:
        conn.execute("SET enable_indexscan = off")
        return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("rows instead of ids", says="An id is a whole number")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return conn.execute(NEAREST, [question, k]).fetchall()


@wrong("a transaction begun and not ended", says="A transaction is still open")
def exact_neighbours(conn, question, k):
    conn.execute("BEGIN")
    conn.execute("SET LOCAL enable_indexscan = off")
    return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong(
    "as many candidates as there can be",
    says="the query used the HNSW index",
)
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 1000")
        return [row[0] for row in conn.execute(NEAREST, [question, k], prepare=False)]


@wrong("the first row dropped", says="all others moved up")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [row[0] for row in conn.execute(NEAREST, [question, k + 1], prepare=False)][1:]


@wrong("the table kept in Python", says="a copy kept in Python")
def exact_neighbours(conn, question, k):
    ids, units = remembered(conn)
    return ids[np.argsort(-(units @ question), kind="stable")[:k]]


@right("an order that no index has")
def exact_neighbours(conn, question, k):
    rows = conn.execute(
        "SELECT id, 1 - (embedding <=> %s) AS similarity FROM film ORDER BY similarity DESC"
        " LIMIT %s",
        [question, k],
    )
    return [number for number, _ in rows]


@right("distances first, in a step of their own; rows as dicts")
def exact_neighbours(conn, question, k):
    cursor = conn.cursor(row_factory=dict_row)
    cursor.execute(
        "WITH compared AS MATERIALIZED (SELECT id, embedding <=> %(q)s AS distance FROM film) "
        "SELECT id FROM compared ORDER BY distance, id LIMIT %(k)s",
        {"q": question, "k": k},
    )
    return tuple(row["id"] for row in cursor)


@right("set_config, local to its transaction")
def exact_neighbours(conn, question, k):
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_indexscan', 'off', true)")
        cursor.execute(
            "SELECT id /* the truth */ FROM film ORDER BY embedding <=> %s LIMIT %s",
            [question, k],
            prepare=False,
        )
        return np.array(cursor.fetchall())[:, 0]
