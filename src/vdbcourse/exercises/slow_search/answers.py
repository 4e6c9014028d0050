"""Answers to exercise 09 that prove its checks: misconceptions, each with words of its message, and
other right answers.
"""

import math

import numpy as np
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from vdbcourse.authoring.proof.answers import right, wrong

# --- p95 ------------------------------------------------------------------------------------------


@wrong("p95", "the mean", says="That is the mean")
def p95(latencies):
    return sum(latencies) / len(latencies) if len(latencies) else math.nan


@wrong("p95", "the median", says="That is the median")
def p95(latencies):
    return float(np.median(latencies)) if len(latencies) else math.nan


@wrong("p95", "the maximum", says="That is the slowest call")
def p95(latencies):
    return max(latencies) if len(latencies) else math.nan


@wrong("p95", "rank taken for a place", says="one too far")
def p95(latencies):
    ordered = sorted(latencies)
    return ordered[int(0.95 * len(ordered))] if ordered else math.nan


@wrong("p95", "rank rounded down", says="rounded up, to 20")
def p95(latencies):
    ordered = sorted(latencies)
    return ordered[max(0, int(0.95 * len(ordered)) - 1)] if ordered else math.nan


@wrong("p95", "rank rounded to the nearest", says="not to the nearest")
def p95(latencies):
    ordered = sorted(latencies)
    return ordered[max(1, round(0.95 * len(ordered))) - 1] if ordered else math.nan


@wrong("p95", "not sorted", says="sort them first")
def p95(latencies):
    return latencies[math.ceil(0.95 * len(latencies)) - 1] if len(latencies) else math.nan


@wrong("p95", "sorted slowest first", says="count from the quickest call")
def p95(latencies):
    ordered = sorted(latencies, reverse=True)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else math.nan


@wrong("p95", "NumPy's default, between two values", says="nearest rank")
def p95(latencies):
    return float(np.percentile(latencies, 95)) if len(latencies) else math.nan


@wrong("p95", "the caller's list sorted in place", says="work on a copy")
def p95(latencies):
    latencies.sort()
    return latencies[math.ceil(0.95 * len(latencies)) - 1] if len(latencies) else math.nan


@wrong("p95", "0 for no latencies", says="NaN says so")
def p95(latencies):
    ordered = sorted(latencies)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0.0


@wrong("p95", "no latencies not thought of", says="Your code raised this error")
def p95(latencies):
    return sorted(latencies)[math.ceil(0.95 * len(latencies)) - 1]


def right_p95(latencies):
    """The right percentile, to be made wrong."""
    return (
        float(np.percentile(latencies, 95, method="inverted_cdf")) if len(latencies) else math.nan
    )


@wrong("p95", "milliseconds made of seconds", says="a thousand times the right value")
def p95(latencies):
    return 1000 * right_p95(latencies)


@wrong("p95", "seconds made of milliseconds", says="a thousandth of the right value")
def p95(latencies):
    return right_p95(latencies) / 1000


@wrong("p95", "the 90th percentile", says="the 90th percentile")
def p95(latencies):
    return (
        float(np.percentile(latencies, 90, method="inverted_cdf")) if len(latencies) else math.nan
    )


@wrong("p95", "the mean of the slowest", says="the mean of the slowest 5 %")
def p95(latencies):
    return (
        float(np.mean(sorted(latencies)[-max(1, len(latencies) // 20) :]))
        if len(latencies)
        else math.nan
    )


@wrong("p95", "the place for the latency", says="the place in the sorted list")
def p95(latencies):
    return math.ceil(0.95 * len(latencies)) - 1 if len(latencies) else math.nan


@wrong("p95", "equal latencies counted once", says="none may be dropped")
def p95(latencies):
    return right_p95(sorted(set(latencies)))


@wrong("p95", "rounded", says="the right number, rounded")
def p95(latencies):
    return round(right_p95(latencies), 2)


@right("p95", "NumPy's nearest rank")
def p95(latencies):
    return np.percentile(latencies, 95, method="inverted_cdf") if len(latencies) else np.nan


@right("p95", "counting")
def p95(latencies):
    for one in sorted(latencies):
        if sum(other <= one for other in latencies) * 100 >= 95 * len(latencies):
            return one
    return float("nan")


@right("p95", "from the slow end, in whole numbers")
def p95(latencies):
    n = len(latencies)
    return np.sort(latencies)[n - 1 - 5 * n // 100] if n else math.nan


# --- build_index ----------------------------------------------------------------------------------

OPTIONS = "WITH (m = 8, ef_construction = 48)"


@wrong("build_index", "L2 operators", says="made for another distance")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding vector_l2_ops)"
        f" {OPTIONS}"
    )


@wrong("build_index", "fails the second time", says="Your code raised this error")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX {table}_hnsw ON {table} USING hnsw (embedding vector_cosine_ops) {OPTIONS}"
    )


@wrong("build_index", "no name, so a second index", says="second copy")
def build_index(conn, table):
    conn.execute(f"CREATE INDEX ON {table} USING hnsw (embedding vector_cosine_ops) {OPTIONS}")


@wrong("build_index", "one name for all tables", says="looks at nothing but the name")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS film_hnsw ON {table} USING hnsw (embedding vector_cosine_ops)"
        f" {OPTIONS}"
    )


@wrong("build_index", "removed and built anew", says="built it anew")
def build_index(conn, table):
    with conn.transaction():
        conn.execute(f"DROP INDEX IF EXISTS {table}_hnsw")
        conn.execute(
            f"CREATE INDEX {table}_hnsw ON {table} USING hnsw (embedding vector_cosine_ops)"
            f" {OPTIONS}"
        )


@wrong("build_index", "IVFFlat", says="IVFFlat")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_ivf ON {table} USING ivfflat (embedding"
        " vector_cosine_ops) WITH (lists = 30)"
    )


@wrong("build_index", "no kind of index named", says="btree index")
def build_index(conn, table):
    conn.execute(f"CREATE INDEX IF NOT EXISTS {table}_embedding ON {table} (embedding)")


@wrong("build_index", "only rows that have a vector", says="has a WHERE")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
        f" vector_cosine_ops) {OPTIONS} WHERE embedding IS NOT NULL"
    )


@wrong("build_index", "halfvec, which the query does not ask for", says="on an expression")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_half ON {table} USING hnsw ((embedding::halfvec(384))"
        f" halfvec_cosine_ops) {OPTIONS}"
    )


@wrong("build_index", "pgvector's default parameters", says="parameters are others")
def build_index(conn, table):
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
        " vector_cosine_ops)"
    )


@wrong("build_index", "a transaction begun and not ended", says="A transaction is still open")
def build_index(conn, table):
    conn.execute("BEGIN")
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
        f" vector_cosine_ops) {OPTIONS}"
    )


@wrong(
    "build_index",
    "more memory for all that follows",
    says="`maintenance_work_mem` is still changed",
)
def build_index(conn, table):
    conn.execute("SET maintenance_work_mem = '128MB'")
    conn.execute(
        f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
        f" vector_cosine_ops) {OPTIONS}"
    )


@wrong("build_index", "the connection closed", says="closed the connection")
def build_index(conn, table):
    with conn:
        conn.execute(
            f"CREATE INDEX IF NOT EXISTS {table}_hnsw ON {table} USING hnsw (embedding"
            f" vector_cosine_ops) {OPTIONS}"
        )


@right("build_index", "looked for first, with psycopg.sql")
def build_index(conn, table):
    name = f"{table}_cosine"
    if conn.execute("SELECT to_regclass(%s)", [name]).fetchone()[0] is None:
        conn.execute(
            SQL(
                "CREATE INDEX {} ON {} USING hnsw (embedding vector_cosine_ops) WITH"
                " (ef_construction = 48, m = 8)"
            ).format(Identifier(name), Identifier(table))
        )


@right("build_index", "without blocking writers")
def build_index(conn, table):
    conn.execute(
        f"create index concurrently if not exists ix_{table} on {table} "
        "using hnsw (embedding vector_cosine_ops) with (m=8, ef_construction=48)"
    )


# --- exact_neighbours -----------------------------------------------------------------------------

NEAREST = "SELECT id FROM film ORDER BY embedding <=> %s LIMIT %s"


@wrong(
    "exact_neighbours",
    "SET LOCAL outside of a transaction",
    says="the setting gone before the query",
)
def exact_neighbours(conn, question, k):
    conn.execute("SET LOCAL enable_indexscan = off")
    return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("exact_neighbours", "many candidates taken for all", says="never exact")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 300")
        return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("exact_neighbours", "SET for the whole session", says="`enable_indexscan` is still changed")
def exact_neighbours(conn, question, k):
    conn.execute("SET enable_indexscan = off")
    return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("exact_neighbours", "put back by hand", says="put back by hand")
def exact_neighbours(conn, question, k):
    conn.execute("SET enable_indexscan = off")
    try:
        return [row[0] for row in conn.execute(NEAREST, [question, k])]
    finally:
        conn.execute("SET enable_indexscan = on")


@wrong("exact_neighbours", "the app's statement, prepared", says="prepares a statement")
def exact_neighbours(conn, question, k):
    sql = f"SELECT id FROM film ORDER BY embedding <=> %s LIMIT {int(k)}"
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [number for (number,) in conn.execute(sql, [question])]


@wrong("exact_neighbours", "farthest first", says="farthest from the question")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [
            row[0]
            for row in conn.execute(
                "SELECT id FROM film ORDER BY embedding <=> %s DESC LIMIT %s", [question, k]
            )
        ]


@wrong("exact_neighbours", "Euclidean distance", says="These are the nearest by `<->`")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [
            row[0]
            for row in conn.execute(
                "SELECT id FROM film ORDER BY embedding <-> %s LIMIT %s", [question, k]
            )
        ]


@wrong("exact_neighbours", "inner product", says="These are the nearest by `<#>`")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [
            row[0]
            for row in conn.execute(
                "SELECT id FROM film ORDER BY embedding <#> %s LIMIT %s", [question, k]
            )
        ]


@wrong("exact_neighbours", "L1 distance", says="These are the nearest by `<+>`")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [
            row[0]
            for row in conn.execute(
                "SELECT id FROM film ORDER BY embedding <+> %s LIMIT %s", [question, k]
            )
        ]


@wrong("exact_neighbours", "the index dropped", says="The index is gone")
def exact_neighbours(conn, question, k):
    for (name,) in conn.execute(
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename ="
        " 'film' AND indexdef LIKE '%hnsw%'"
    ).fetchall():
        conn.execute(f"DROP INDEX {name}")
    return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("exact_neighbours", "`with conn:` closes the connection", says="closed the connection")
def exact_neighbours(conn, question, k):
    with conn:
        conn.execute("SET enable_indexscan = off")
        return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("exact_neighbours", "rows instead of ids", says="An id is a whole number")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return conn.execute(NEAREST, [question, k]).fetchall()


@wrong("exact_neighbours", "a transaction begun and not ended", says="A transaction is still open")
def exact_neighbours(conn, question, k):
    conn.execute("BEGIN")
    conn.execute("SET LOCAL enable_indexscan = off")
    return [row[0] for row in conn.execute(NEAREST, [question, k])]


TABLE = {}


@wrong(
    "exact_neighbours",
    "as many candidates as there can be",
    says="the query went by the HNSW index",
)
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 1000")
        return [row[0] for row in conn.execute(NEAREST, [question, k], prepare=False)]


@wrong("exact_neighbours", "the first row dropped", says="all others moved up")
def exact_neighbours(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL enable_indexscan = off")
        return [row[0] for row in conn.execute(NEAREST, [question, k + 1], prepare=False)][1:]


def remembered(conn):
    """Ids of the films, and their directions, read once for each large table."""
    first = conn.execute("SELECT title FROM film WHERE id = 1").fetchall()
    if first and TABLE.get("first") != first:
        rows = conn.execute("SELECT id, embedding FROM film").fetchall()
        vectors = np.array([vector.to_numpy() for _, vector in rows])
        TABLE["ids"] = np.array([number for number, _ in rows])
        TABLE["first"], TABLE["units"] = (
            first,
            vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        )
    return TABLE["ids"], TABLE["units"]


@wrong("exact_neighbours", "the table kept in Python", says="a copy that is kept in Python")
def exact_neighbours(conn, question, k):
    ids, units = remembered(conn)
    return ids[np.argsort(-(units @ question), kind="stable")[:k]]


@right("exact_neighbours", "an order that no index has")
def exact_neighbours(conn, question, k):
    rows = conn.execute(
        "SELECT id, 1 - (embedding <=> %s) AS similarity FROM film ORDER BY similarity DESC"
        " LIMIT %s",
        [question, k],
    )
    return [number for number, _ in rows]


@right("exact_neighbours", "distances first, in a step of their own; rows as dicts")
def exact_neighbours(conn, question, k):
    cursor = conn.cursor(row_factory=dict_row)
    cursor.execute(
        "WITH compared AS MATERIALIZED (SELECT id, embedding <=> %(q)s AS distance FROM film) "
        "SELECT id FROM compared ORDER BY distance, id LIMIT %(k)s",
        {"q": question, "k": k},
    )
    return tuple(row["id"] for row in cursor)


@right("exact_neighbours", "set_config, local to its transaction")
def exact_neighbours(conn, question, k):
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_indexscan', 'off', true)")
        cursor.execute(
            "SELECT id /* the truth */ FROM film ORDER BY embedding <=> %s LIMIT %s",
            [question, k],
            prepare=False,
        )
        return np.array(cursor.fetchall())[:, 0]


# --- fast_search ----------------------------------------------------------------------------------

ROWS = "SELECT id, 1 - (embedding <=> %s) FROM film ORDER BY embedding <=> %s LIMIT %s"


@wrong("fast_search", "ordered by similarity", says="nothing that is computed from it")
def fast_search(conn, question, k):
    sql = (
        "SELECT id, 1 - (embedding <=> %s) AS similarity FROM film ORDER BY similarity DESC"
        " LIMIT %s"
    )
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        return conn.execute(sql, [question, k]).fetchall()


@wrong("fast_search", "limited in Python", says="without LIMIT")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        sql = "SELECT id, 1 - (embedding <=> %s) FROM film ORDER BY embedding <=> %s"
        return conn.execute(sql, [question, question]).fetchall()[:k]


@wrong(
    "fast_search",
    "SET LOCAL outside of a transaction",
    says="the setting was gone before the query",
)
def fast_search(conn, question, k):
    conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
    return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("fast_search", "SET for the whole session", says="`hnsw.ef_search` is still changed")
def fast_search(conn, question, k):
    conn.execute(f"SET hnsw.ef_search = {max(160, k)}")
    return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("fast_search", "put back by hand", says="The caller had chosen")
def fast_search(conn, question, k):
    conn.execute(f"SET hnsw.ef_search = {max(160, k)}")
    found = conn.execute(ROWS, [question, question, k]).fetchall()
    conn.execute("SET hnsw.ef_search = 40")
    return found


@wrong("fast_search", "k forgotten", says="it must be at least k")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 160")
        return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("fast_search", "raised for a large k only", says="raise it until recall is reached")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(40, k)}")
        return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("fast_search", "as many candidates as one likes", says="Right, but dear")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 400")
        return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong("fast_search", "distance instead of similarity", says="The second column is the distance")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        sql = "SELECT id, embedding <=> %s AS distance FROM film ORDER BY distance LIMIT %s"
        return conn.execute(sql, [question, k]).fetchall()


@wrong("fast_search", "Euclidean distance", says="not the cosine similarity")
def fast_search(conn, question, k):
    sql = "SELECT id, 1 - (embedding <-> %s) FROM film ORDER BY embedding <-> %s LIMIT %s"
    return conn.execute(sql, [question, question, k]).fetchall()


@wrong("fast_search", "ordered by inner product", says="in the order of their similarity")
def fast_search(conn, question, k):
    sql = "SELECT id, 1 - (embedding <=> %s) FROM film ORDER BY embedding <#> %s LIMIT %s"
    return conn.execute(sql, [question, question, k]).fetchall()


@wrong("fast_search", "ids without similarity", says="A row has 2 columns")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        return [row[0] for row in conn.execute(NEAREST, [question, k])]


@wrong("fast_search", "a thousand candidates", says="with so many candidates")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute("SET LOCAL hnsw.ef_search = 1000")
        return conn.execute(ROWS, [question, question, k]).fetchall()


@wrong(
    "fast_search", "the whole table for many rows", says="For this k the call reads the whole table"
)
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL {'enable_indexscan = off' if k > 100 else 'hnsw.ef_search = 160'}")
        return conn.execute(ROWS, [question, question, k], prepare=False).fetchall()


@wrong("fast_search", "set back by RESET", says="`RESET` goes back to that")
def fast_search(conn, question, k):
    conn.execute(f"SET hnsw.ef_search = {max(160, k)}")
    try:
        return conn.execute(ROWS, [question, question, k]).fetchall()
    finally:
        conn.execute("RESET hnsw.ef_search")


@wrong("fast_search", "the table kept in Python", says="a copy that is kept in Python")
def fast_search(conn, question, k):
    ids, units = remembered(conn)
    similarities = units @ (question / np.linalg.norm(question))
    nearest = np.argsort(-similarities, kind="stable")[:k]
    return [(int(ids[place]), float(similarities[place])) for place in nearest]


@wrong("fast_search", "rounded", says="The similarities are rounded")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k)}")
        rows = conn.execute(ROWS, [question, question, k]).fetchall()
    return [(number, round(similarity, 2)) for number, similarity in rows]


@wrong("fast_search", "the first row dropped", says="missing from nearly every answer")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute(f"SET LOCAL hnsw.ef_search = {max(160, k + 1)}")
        return conn.execute(ROWS, [question, question, k + 1]).fetchall()[1:]


@right("fast_search", "set_config, and the similarity in Python")
def fast_search(conn, question, k):
    with conn.transaction():
        conn.execute("SELECT set_config('hnsw.ef_search', %s, true)", [str(max(150, k))])
        rows = conn.execute(
            "SELECT id, embedding <=> %s AS distance FROM film ORDER BY distance LIMIT %s",
            [question, k],
        )
        return [(number, 1 - distance) for number, distance in rows]


@right("fast_search", "a subquery, rows as dicts")
def fast_search(conn, question, k):
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search TO {120 + k // 2}")
        return cursor.execute(
            "SELECT id, 1 - distance AS similarity FROM (SELECT id, embedding <=> %(q)s AS"
            f" distance FROM film ORDER BY 2 ASC LIMIT {int(k)}) AS near ORDER BY distance",
            {"q": question},
        ).fetchall()


@right("fast_search", "the setting read, changed and put back")
def fast_search(conn, question, k):
    before = conn.execute("SELECT current_setting('hnsw.ef_search', true)").fetchone()[0]
    conn.execute(f"SET hnsw.ef_search = {max(180, k)}")
    try:
        return conn.execute(ROWS, [question, question, k], prepare=False).fetchall()
    finally:
        conn.execute(f"SET hnsw.ef_search = {before or 40}")


# --- cached_search --------------------------------------------------------------------------------

UPSERT = (
    "INSERT INTO film (id, title, embedding) VALUES (%s, %s, %s) "
    "ON CONFLICT (id) DO UPDATE SET title = excluded.title, embedding = excluded.embedding"
)
REMEMBERED = {}


def search(conn, question, k):
    """A right search for the wrong caches."""
    sql = "SELECT id, 1 - (embedding <=> %s) FROM film ORDER BY embedding <=> %s LIMIT %s"
    return conn.execute(sql, [question, question, k]).fetchall()


@wrong("cached_search", "k not in the key", says="The key needs both")
def cached_search(conn, cache, question, k):
    key = question.tobytes()
    if key not in cache:
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("cached_search", "a key of rounded numbers", says="A rounded question")
def cached_search(conn, cache, question, k):
    key = (tuple(np.round(question, 3).tolist()), k)
    if key not in cache:
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("cached_search", "a key of a sum", says="A part or a sum")
def cached_search(conn, cache, question, k):
    key = (round(float(np.sum(question, dtype=np.float64)), 6), k)
    if key not in cache:
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("cached_search", "an array as key", says="Your code raised this error")
def cached_search(conn, cache, question, k):
    if (question, k) not in cache:
        cache[question, k] = search(conn, question, k)
    return list(cache[question, k])


@wrong("cached_search", "written, never read", says="it searched again")
def cached_search(conn, cache, question, k):
    rows = search(conn, question, k)
    cache[question.tobytes(), k] = rows
    return list(rows)


@wrong("cached_search", "a dict of one's own", says="Keep answers in `cache`")
def cached_search(conn, cache, question, k):
    key = (question.tobytes(), k)
    if key not in REMEMBERED:
        REMEMBERED[key] = search(conn, question, k)
    return list(REMEMBERED[key])


@wrong("cached_search", "the cache's own list handed out", says="Hand out a copy")
def cached_search(conn, cache, question, k):
    key = (question.tobytes(), k)
    if key not in cache:
        cache[key] = search(conn, question, k)
    return cache[key]


@wrong("cached_search", "the cache forgotten at writes", says="the cache is stale")
def upsert_film(conn, cache, film_id, title, vector):
    conn.execute(UPSERT, [film_id, title, vector])


@wrong("cached_search", "only answers that held the film removed", says="can enter answers")
def upsert_film(conn, cache, film_id, title, vector):
    conn.execute(UPSERT, [film_id, title, vector])
    for key in [key for key, rows in cache.items() if film_id in (row[0] for row in rows)]:
        del cache[key]


@wrong("cached_search", "deleted and inserted", says="has lost its year")
def upsert_film(conn, cache, film_id, title, vector):
    with conn.transaction():
        conn.execute("DELETE FROM film WHERE id = %s", [film_id])
        conn.execute(
            "INSERT INTO film (id, title, embedding) VALUES (%s, %s, %s)", [film_id, title, vector]
        )
    cache.clear()


@wrong("cached_search", "an existing film left as it is", says="is not as it was given")
def upsert_film(conn, cache, film_id, title, vector):
    sql = "INSERT INTO film (id, title, embedding) VALUES (%s, %s, %s) ON CONFLICT (id) DO NOTHING"
    conn.execute(sql, [film_id, title, vector])
    cache.clear()


@wrong("cached_search", "UPDATE only, no new film", says="not one film with this id")
def upsert_film(conn, cache, film_id, title, vector):
    conn.execute(
        "UPDATE film SET title = %s, embedding = %s WHERE id = %s", [title, vector, film_id]
    )
    cache.clear()


@wrong("cached_search", "question and k multiplied", says="a product of both is neither")
def cached_search(conn, cache, question, k):
    key = (question * k).tobytes()
    if key not in cache:
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("cached_search", "the last answer only", says="keep every answer, not only the last")
def cached_search(conn, cache, question, k):
    key = (question.tobytes(), k)
    if key not in cache:
        cache.clear()
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("cached_search", "a tuple handed out", says="a tuple or an array has no `pop`")
def cached_search(conn, cache, question, k):
    key = (question.tobytes(), k)
    if key not in cache:
        cache[key] = tuple(search(conn, question, k))
    return cache[key]


@right("cached_search", "get, and a key of tuples")
def cached_search(conn, cache, question, k):
    found = cache.get((k, tuple(question.tolist())))
    if found is None:
        found = cache[k, tuple(question.tolist())] = tuple(search(conn, question, k))
    return list(found)


@right("cached_search", "one entry a question, cut to k")
def cached_search(conn, cache, question, k):
    known = cache.setdefault(question.tobytes(), [])
    if len(known) < k:
        known[:] = search(conn, question, k)
    return known[:k]


@right("cached_search", "UPDATE, then INSERT where nothing was updated")
def upsert_film(conn, cache, film_id, title, vector):
    with conn.transaction():
        updated = conn.execute(
            "UPDATE film SET title = %s, embedding = %s WHERE id = %s", [title, vector, film_id]
        ).rowcount
        if not updated:
            conn.execute(
                "INSERT INTO film (id, title, embedding) VALUES (%s, %s, %s)",
                [film_id, title, vector],
            )
    for key in list(cache):
        del cache[key]


@right("cached_search", "MERGE")
def upsert_film(conn, cache, film_id, title, vector):
    conn.execute(
        "MERGE INTO film USING (SELECT %s::int AS id, %s::text AS title, %s::vector AS embedding)"
        " AS new ON film.id = new.id WHEN MATCHED THEN UPDATE SET title = new.title, embedding ="
        " new.embedding WHEN NOT MATCHED THEN INSERT (id, title, embedding) VALUES (new.id,"
        " new.title, new.embedding)",
        [film_id, title, vector],
    )
    while cache:
        cache.popitem()
