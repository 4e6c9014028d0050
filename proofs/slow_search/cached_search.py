"""Answers that prove the check of `cached_search` in exercise 09_slow_search."""

import numpy as np

from vdbcourse.authoring.proof.answers import right, wrong

UPSERT = (
    "INSERT INTO film (id, title, embedding) VALUES (%s, %s, %s) "
    "ON CONFLICT (id) DO UPDATE SET title = excluded.title, embedding = excluded.embedding"
)


REMEMBERED = {}


def search(conn, question, k):
    """A correct search, for the caches."""
    sql = "SELECT id, 1 - (embedding <=> %s) FROM film ORDER BY embedding <=> %s LIMIT %s"
    return conn.execute(sql, [question, question, k]).fetchall()


@wrong("k not in the key", says="The key needs both")
def cached_search(conn, cache, question, k):
    key = question.tobytes()
    if key not in cache:
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("a key of rounded numbers", says="A rounded question")
def cached_search(conn, cache, question, k):
    key = (tuple(np.round(question, 3).tolist()), k)
    if key not in cache:
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("a key of a sum", says="A part or a sum")
def cached_search(conn, cache, question, k):
    key = (round(float(np.sum(question, dtype=np.float64)), 6), k)
    if key not in cache:
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("an array as key", says="Your code raised this error")
def cached_search(conn, cache, question, k):
    if (question, k) not in cache:
        cache[question, k] = search(conn, question, k)
    return list(cache[question, k])


@wrong("written, never read", says="it searched again")
def cached_search(conn, cache, question, k):
    rows = search(conn, question, k)
    cache[question.tobytes(), k] = rows
    return list(rows)


@wrong("another dict", says="Keep answers in `cache`")
def cached_search(conn, cache, question, k):
    key = (question.tobytes(), k)
    if key not in REMEMBERED:
        REMEMBERED[key] = search(conn, question, k)
    return list(REMEMBERED[key])


@wrong("the cache's own list returned", says="Return a copy")
def cached_search(conn, cache, question, k):
    key = (question.tobytes(), k)
    if key not in cache:
        cache[key] = search(conn, question, k)
    return cache[key]


@wrong("the cache forgotten at writes", says="the cache is stale")
def upsert_film(conn, cache, film_id, title, vector):
    conn.execute(UPSERT, [film_id, title, vector])


@wrong("only answers that contained the film removed", says="can enter answers")
def upsert_film(conn, cache, film_id, title, vector):
    conn.execute(UPSERT, [film_id, title, vector])
    for key in [key for key, rows in cache.items() if film_id in (row[0] for row in rows)]:
        del cache[key]


@wrong("deleted and inserted", says="has lost its year")
def upsert_film(conn, cache, film_id, title, vector):
    with conn.transaction():
        conn.execute("DELETE FROM film WHERE id = %s", [film_id])
        conn.execute(
            "INSERT INTO film (id, title, embedding) VALUES (%s, %s, %s)", [film_id, title, vector]
        )
    cache.clear()


@wrong("an existing film left as it is", says="does not have the title and the vector")
def upsert_film(conn, cache, film_id, title, vector):
    sql = "INSERT INTO film (id, title, embedding) VALUES (%s, %s, %s) ON CONFLICT (id) DO NOTHING"
    conn.execute(sql, [film_id, title, vector])
    cache.clear()


@wrong("UPDATE only, no new film", says="not exactly one film with this id")
def upsert_film(conn, cache, film_id, title, vector):
    conn.execute(
        "UPDATE film SET title = %s, embedding = %s WHERE id = %s", [title, vector, film_id]
    )
    cache.clear()


@wrong("question and k multiplied", says="a product identifies neither")
def cached_search(conn, cache, question, k):
    key = (question * k).tobytes()
    if key not in cache:
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("the last answer only", says="keep every answer, not only the last")
def cached_search(conn, cache, question, k):
    key = (question.tobytes(), k)
    if key not in cache:
        cache.clear()
        cache[key] = search(conn, question, k)
    return list(cache[key])


@wrong("a tuple returned", says="a tuple or an array has no `pop`")
def cached_search(conn, cache, question, k):
    key = (question.tobytes(), k)
    if key not in cache:
        cache[key] = tuple(search(conn, question, k))
    return cache[key]


@right("get, and a key of tuples")
def cached_search(conn, cache, question, k):
    rows = cache.get((k, tuple(question.tolist())))
    if rows is None:
        rows = cache[k, tuple(question.tolist())] = tuple(search(conn, question, k))
    return list(rows)


@right("one entry per question, cut to k")
def cached_search(conn, cache, question, k):
    known = cache.setdefault(question.tobytes(), [])
    if len(known) < k:
        known[:] = search(conn, question, k)
    return known[:k]


@right("UPDATE, then INSERT where nothing was updated")
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


@right("MERGE")
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
