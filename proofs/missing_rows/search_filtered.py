"""Answers that prove the check of `search_filtered` in exercise 10_missing_rows."""

from psycopg.rows import dict_row

from vdbcourse.authoring.proof.answers import right, wrong

from .shared import NEAREST, plain, values_of


@wrong("SET LOCAL outside of a transaction", says="the setting did not apply to the query")
def search_filtered(conn, question, decade, k):
    conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
    return plain(conn, question, decade, k)


@wrong("SET without LOCAL", says="`hnsw.iterative_scan` is still changed")
def search_filtered(conn, question, decade, k):
    conn.execute("SET hnsw.iterative_scan = strict_order")
    return plain(conn, question, decade, k)


@wrong("a longer list only", says="only moves the point")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 100")
        return plain(conn, question, decade, k)


@wrong("a still longer list", says="finds the index too expensive")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 200")
        return plain(conn, question, decade, k)


@wrong("relaxed order, not sorted", says="are not sorted nearest first")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        return plain(conn, question, decade, k)


@wrong(
    "four times as many fetched, filtered afterwards",
    says="LIMIT was applied before the filter",
)
def search_filtered(conn, question, decade, k):
    rows = conn.execute(
        "SELECT id, title, embedding <=> %s AS distance, decade FROM film ORDER BY distance"
        " LIMIT %s",
        [question, 4 * k],
    ).fetchall()
    return [row[:3] for row in rows if row[3] == decade][:k]


@wrong("the whole table read", says="but the call read the whole table")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return plain(conn, question, decade, k)


@wrong("Euclidean distance", says="`<->` is the Euclidean distance")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return conn.execute(
            NEAREST.replace("<=>", "<->"), values_of(question, decade, k)
        ).fetchall()


@wrong("the similarity returned", says="the similarity, 1 - distance")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return [
            (number, title, 1 - distance)
            for number, title, distance in plain(conn, question, decade, k)
        ]


@wrong("filled up with any films of the decade", says="not the nearest")
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


@wrong("the filter left out, so that nothing is lost", says="of other decades")
def search_filtered(conn, question, decade, k):
    return conn.execute(
        "SELECT id, title, embedding <=> %s AS distance FROM film ORDER BY distance LIMIT %s",
        [question, k],
    ).fetchall()


@wrong("a transaction begun and not ended", says="still open")
def search_filtered(conn, question, decade, k):
    conn.execute("BEGIN")
    conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
    return plain(conn, question, decade, k)


@wrong(
    "ten times as many fetched, filtered in Python",
    says="Fetching more and filtering them afterwards",
)
def search_filtered(conn, question, decade, k):
    rows = conn.execute(
        "SELECT id, title, embedding <=> %s AS distance, decade FROM film ORDER BY distance"
        " LIMIT %s",
        [question, 10 * k],
    ).fetchall()
    return [row[:3] for row in rows if row[3] == decade][:k]


@wrong("set back by RESET", says="`RESET` restores that value")
def search_filtered(conn, question, decade, k):
    conn.execute("SET hnsw.iterative_scan = 'strict_order'")
    try:
        return plain(conn, question, decade, k)
    finally:
        conn.execute("RESET hnsw.iterative_scan")


@wrong("set back by hand", says="You cannot restore an unknown value by hand")
def search_filtered(conn, question, decade, k):
    conn.execute("SET hnsw.iterative_scan = 'strict_order'")
    try:
        return plain(conn, question, decade, k)
    finally:
        conn.execute("SET hnsw.iterative_scan = off")


@wrong("an index for every decade", says="The call made or removed an index")
def search_filtered(conn, question, decade, k):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS film_{decade} ON film USING hnsw (embedding vector_cosine_ops)"
        f" WHERE decade = {decade}"
    )
    return plain(conn, question, decade, k)


@wrong("the first row dropped", says="even the plain search finds it")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return plain(conn, question, decade, k + 1)[1:]


@wrong("rounded", says="The distances are rounded")
def search_filtered(conn, question, decade, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        return [
            (number, title, round(distance, 2))
            for number, title, distance in plain(conn, question, decade, k)
        ]


@right("relaxed order, sorted in Python, rows as dicts")
def search_filtered(conn, question, decade, k):
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        return sorted(
            cursor.execute(NEAREST, values_of(question, decade, k)), key=lambda row: row["distance"]
        )


@right("relaxed order, sorted by the engine; set_config")
def search_filtered(conn, question, decade, k):
    conn.execute("BEGIN")
    conn.execute("SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true)")
    statement = f"WITH found AS MATERIALIZED ({NEAREST}) SELECT * FROM found ORDER BY distance + 0"
    rows = conn.execute(statement, values_of(question, decade, k)).fetchall()
    conn.execute("COMMIT")
    return rows


@right("the setting read, changed and put back")
def search_filtered(conn, question, decade, k):
    (before,) = conn.execute("SHOW hnsw.iterative_scan").fetchone()
    conn.execute("SET hnsw.iterative_scan = 'strict_order'")
    try:
        return [list(row) for row in plain(conn, question, decade, k)]
    finally:
        conn.execute("SELECT set_config('hnsw.iterative_scan', %s, false)", [before])
