"""Answers that prove the check of `add_films` in exercise 01_basic_search."""

import numpy as np
import pandas as pd

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


def film_rows(ids, titles, vectors):
    """Columns as rows."""
    return [
        {"id": i, "title": t, "vector": v} for i, t, v in zip(ids, titles, vectors, strict=True)
    ]


def held(client, name):
    """How many films a collection holds."""
    return client.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"]


@wrong("columns passed unchanged", says="Your code raised this error")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, {"id": ids, "title": titles, "vector": vectors})
    return held(client, name)


@wrong("the ids sorted, the other columns not", says="Do not sort one of them alone")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(sorted(ids), titles, vectors))
    return held(client, name)


@wrong("the films renumbered", says="ids that were not passed")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(range(len(titles)), titles, vectors))
    return held(client, name)


@wrong("vectors scaled to length 1", says="Keep its length")
def add_films(client, name, ids, titles, vectors):
    vectors = np.array(vectors, dtype=np.float32).reshape(len(titles), -1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    client.upsert(name, film_rows(ids, titles, vectors))
    return held(client, name)


@wrong("Milvus's answer returned", says="Milvus's answer to the write")
def add_films(client, name, ids, titles, vectors):
    return client.upsert(name, film_rows(ids, titles, vectors))


@wrong("the rows written counted", says="how many films were passed")
def add_films(client, name, ids, titles, vectors):
    return client.upsert(name, film_rows(ids, titles, vectors))["upsert_count"]


@wrong("nothing returned", says="returned None")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(ids, titles, vectors))


@wrong("existing films left unchanged", says="the old one is still stored")
def add_films(client, name, ids, titles, vectors):
    for row in film_rows(ids, titles, vectors):
        if not client.get(name, ids=[row["id"]]):
            client.insert(name, [row])
    return held(client, name)


@wrong("emptied before it is filled", says="Adding films must not remove others")
def add_films(client, name, ids, titles, vectors):
    client.delete(name, filter="id >= 0")
    client.upsert(name, film_rows(ids, titles, vectors))
    return held(client, name)


@wrong("counted by a query with a limit", says="no more rows than its limit")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(ids, titles, vectors))
    return len(client.query(name, filter="id >= 0", output_fields=["id"], limit=100))


@wrong("an array used as a condition", says="Your code raised this error")
def add_films(client, name, ids, titles, vectors):
    if ids:
        client.upsert(name, film_rows(ids, titles, vectors))
    return held(client, name)


@wrong("titles made plain ASCII", says="not stored as it was passed")
def add_films(client, name, ids, titles, vectors):
    plain = [title.encode("ascii", "ignore").decode() for title in titles]
    client.upsert(name, film_rows(ids, plain, vectors))
    return held(client, name)


@wrong("the last film left out", says="Not every film that was passed")
def add_films(client, name, ids, titles, vectors):
    client.upsert(
        name,
        [{"id": ids[i], "title": titles[i], "vector": vectors[i]} for i in range(len(ids) - 1)],
    )
    return held(client, name)


@wrong("insert", says="does not look for an older one")
def add_films(client, name, ids, titles, vectors):
    client.insert(name, film_rows(ids, titles, vectors))
    return held(client, name)


@wrong(
    "the statistics used as a count",
    says="The statistics of a collection are not a count",
)
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(ids, titles, vectors))
    return client.get_collection_stats(name)["row_count"]


@wrong("titles counted", says="count films, not titles")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(ids, titles, vectors))
    return len(
        {row["title"] for row in client.query(name, filter="id >= 0", output_fields=["title"])}
    )


@right("a data frame, its records, counted by ids")
def add_films(client, name, ids, titles, vectors):
    frame = pd.DataFrame({"id": ids, "title": titles, "vector": list(vectors)})
    client.upsert(collection_name=name, data=frame.to_dict("records"))
    return len(client.query(name, filter="id >= 0", output_fields=["id"]))


@right("one by one: delete, then insert")
def add_films(client, name, ids, titles, vectors):
    for i in range(len(ids)):
        client.delete(name, ids=[int(ids[i])])
        vector = np.asarray(vectors[i], dtype=float).tolist()
        client.insert(name, {"id": int(ids[i]), "title": str(titles[i]), "vector": vector})
    return held(client, name)


equivalent(
    "...zip(ids, titles, vectors, strict=True) -> ...zip(ids, titles, vectors, strict=False)",
    reason="The columns have the same length; `strict` matters only for other input.",
)


equivalent(
    "...= zip(ids, titles, vectors, strict=True) -> ...= zip(ids, titles, vectors)",
    reason="The columns have the same length; `strict` matters only for other input.",
)
