"""Answers to exercise 01 that prove its checks: misconceptions, each with words of its message, and
other right answers.
"""

import numpy as np
import pandas as pd
from pymilvus import CollectionSchema, DataType, FieldSchema

from vdbcourse.authoring.proof.answers import equivalent, right, wrong

# --- create_films ---------------------------------------------------------------------------------


def film_schema(client, dim, **options):
    """The schema that is asked for, with other options."""
    schema = client.create_schema(**options)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("title", DataType.VARCHAR, max_length=500)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    return schema


def vector_index(client, index_type="FLAT", metric_type="COSINE"):
    """The parameters of an index on the vectors."""
    index = client.prepare_index_params()
    index.add_index("vector", index_type=index_type, metric_type=metric_type)
    return index


@wrong("create_films", "the quick set-up: no title, everything taken", says="quick set-up")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(name, dimension=dim, metric_type="COSINE", consistency_level="Strong")


@wrong("create_films", "metric L2", says="L2 looks at lengths")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client, metric_type="L2")
    )


@wrong("create_films", "metric IP", says="prefers long vectors")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client, metric_type="IP")
    )


@wrong("create_films", "the index left to Milvus", says="AUTOINDEX leaves the choice")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client, "AUTOINDEX")
    )


@wrong("create_films", "HNSW, as in most tutorials", says="may pass over near films")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client, "HNSW")
    )


@wrong("create_films", "no index", says="has no index")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(name, schema=film_schema(client, dim))
    client.load_collection(name)


@wrong("create_films", "auto_id on", says="numbers the films itself")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, dim, auto_id=True), index_params=vector_index(client)
    )


@wrong("create_films", "the dynamic field on", says="Leave the dynamic field off")
def create_films(client, name, dim):
    client.drop_collection(name)
    schema = film_schema(client, dim, enable_dynamic_field=True)
    client.create_collection(name, schema=schema, index_params=vector_index(client))


@wrong("create_films", "dim fixed at 384", says="how many numbers a vector has")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(
        name, schema=film_schema(client, 384), index_params=vector_index(client)
    )


@wrong("create_films", "an index without a metric", says="`add_index` needs `metric_type=...`")
def create_films(client, name, dim):
    client.drop_collection(name)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT")
    client.create_collection(name, schema=film_schema(client, dim), index_params=index)


@wrong("create_films", "the schema in the second position", says="write `schema=schema`")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(name, film_schema(client, dim), index_params=vector_index(client))


@wrong("create_films", "the older collection not dropped", says="has to be dropped first")
def create_films(client, name, dim):
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client)
    )


@wrong("create_films", "the older collection kept", says="it is still there")
def create_films(client, name, dim):
    if not client.has_collection(name):
        client.create_collection(
            name, schema=film_schema(client, dim), index_params=vector_index(client)
        )
    client.delete(name, filter="id >= 0")


@wrong(
    "create_films",
    "other collections dropped as well",
    says="Drop the collection called `name` alone",
)
def create_films(client, name, dim):
    for old in client.list_collections():
        if old.startswith(name):
            client.drop_collection(old)
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client)
    )


@wrong("create_films", "a title of 50 characters", says="longer than `max_length`")
def create_films(client, name, dim):
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("title", DataType.VARCHAR, max_length=50)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    client.drop_collection(name)
    client.create_collection(name, schema=schema, index_params=vector_index(client))


@wrong("create_films", "the id a text", says="A film is known by its number")
def create_films(client, name, dim):
    schema = client.create_schema()
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=50)
    schema.add_field("title", DataType.VARCHAR, max_length=500)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    client.drop_collection(name)
    client.create_collection(name, schema=schema, index_params=vector_index(client))


@wrong("create_films", "only the schema made", says="no collection of the name")
def create_films(client, name, dim):
    client.drop_collection(name)
    return film_schema(client, dim), vector_index(client)


@wrong("create_films", "never loaded", says="A Milvus server searches only what is loaded")
def create_films(client, name, dim):
    client.drop_collection(name)
    client.create_collection(name, schema=film_schema(client, dim), consistency_level="Strong")
    client.create_index(name, vector_index(client))


@wrong("create_films", "the older collection renamed", says="under another name")
def create_films(client, name, dim):
    if client.has_collection(name):
        client.rename_collection(name, f"{name}_old")
    client.create_collection(
        name, schema=film_schema(client, dim), index_params=vector_index(client)
    )


@right("create_films", "fields as objects; index and load one by one")
def create_films(client, name, dim):
    if client.has_collection(name):
        client.drop_collection(name)
    fields = [
        FieldSchema("id", DataType.INT64, is_primary=True),
        FieldSchema("vector", DataType.FLOAT_VECTOR, dim=dim),
        FieldSchema("title", DataType.VARCHAR, max_length=500),
    ]
    client.create_collection(
        collection_name=name, schema=CollectionSchema(fields), consistency_level="Strong"
    )
    client.create_index(name, vector_index(client))
    client.load_collection(name)


@right("create_films", "a chain of calls, all defaults said, the name returned")
def create_films(client, name, dim):
    client.drop_collection(name)
    schema = (
        client.create_schema(auto_id=False, enable_dynamic_field=False)
        .add_field("id", datatype=DataType.INT64, is_primary=True, auto_id=False)
        .add_field("title", datatype=DataType.VARCHAR, max_length=500)
        .add_field("vector", datatype=DataType.FLOAT_VECTOR, dim=dim)
    )
    client.create_collection(
        name, schema=schema, index_params=vector_index(client), consistency_level=0
    )
    return name


equivalent(
    "create_films",
    'client.create_collection( name, schema=schema, index_params=index, consistency_level="Strong",'
    " ) -> client.create_collection(name, schema=schema, index_params=index)",
    reason="Milvus Lite calls every collection Strong; on a server the check sees the difference.",
)

# --- add_films ------------------------------------------------------------------------------------


def film_rows(ids, titles, vectors):
    """Columns as rows."""
    return [
        {"id": i, "title": t, "vector": v} for i, t, v in zip(ids, titles, vectors, strict=True)
    ]


def held(client, name):
    """How many films a collection holds."""
    return client.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"]


@wrong("add_films", "columns handed over as they are", says="Your code raised this error")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, {"id": ids, "title": titles, "vector": vectors})
    return held(client, name)


@wrong("add_films", "the ids sorted, the other columns not", says="Sort none of them alone")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(sorted(ids), titles, vectors))
    return held(client, name)


@wrong("add_films", "the films numbered anew", says="ids that were not passed")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(range(len(titles)), titles, vectors))
    return held(client, name)


@wrong("add_films", "vectors scaled to length 1", says="Keep its length")
def add_films(client, name, ids, titles, vectors):
    vectors = np.array(vectors, dtype=np.float32).reshape(len(titles), -1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    client.upsert(name, film_rows(ids, titles, vectors))
    return held(client, name)


@wrong("add_films", "Milvus's answer returned", says="Milvus's answer to the write")
def add_films(client, name, ids, titles, vectors):
    return client.upsert(name, film_rows(ids, titles, vectors))


@wrong("add_films", "the rows written counted", says="how many films were passed")
def add_films(client, name, ids, titles, vectors):
    return client.upsert(name, film_rows(ids, titles, vectors))["upsert_count"]


@wrong("add_films", "nothing returned", says="returned None")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(ids, titles, vectors))


@wrong("add_films", "films that are there left as they are", says="the old one is still stored")
def add_films(client, name, ids, titles, vectors):
    for row in film_rows(ids, titles, vectors):
        if not client.get(name, ids=[row["id"]]):
            client.insert(name, [row])
    return held(client, name)


@wrong("add_films", "emptied before it is filled", says="To add is not to start anew")
def add_films(client, name, ids, titles, vectors):
    client.delete(name, filter="id >= 0")
    client.upsert(name, film_rows(ids, titles, vectors))
    return held(client, name)


@wrong("add_films", "counted by a query with a limit", says="no more rows than its limit")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(ids, titles, vectors))
    return len(client.query(name, filter="id >= 0", output_fields=["id"], limit=100))


@wrong("add_films", "the truth of an array asked for", says="Your code raised this error")
def add_films(client, name, ids, titles, vectors):
    if ids:
        client.upsert(name, film_rows(ids, titles, vectors))
    return held(client, name)


@wrong("add_films", "titles made plain ASCII", says="not stored as it came")
def add_films(client, name, ids, titles, vectors):
    plain = [title.encode("ascii", "ignore").decode() for title in titles]
    client.upsert(name, film_rows(ids, plain, vectors))
    return held(client, name)


@wrong("add_films", "the last film left out", says="Not every film that was passed")
def add_films(client, name, ids, titles, vectors):
    client.upsert(
        name,
        [{"id": ids[i], "title": titles[i], "vector": vectors[i]} for i in range(len(ids) - 1)],
    )
    return held(client, name)


@wrong("add_films", "insert", says="does not look for an older one")
def add_films(client, name, ids, titles, vectors):
    client.insert(name, film_rows(ids, titles, vectors))
    return held(client, name)


@wrong(
    "add_films",
    "the statistics taken for a count",
    says="The statistics of a collection are no count",
)
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(ids, titles, vectors))
    return client.get_collection_stats(name)["row_count"]


@wrong("add_films", "titles counted", says="count films, not titles")
def add_films(client, name, ids, titles, vectors):
    client.upsert(name, film_rows(ids, titles, vectors))
    return len(
        {row["title"] for row in client.query(name, filter="id >= 0", output_fields=["title"])}
    )


@right("add_films", "a data frame, its records, counted by ids")
def add_films(client, name, ids, titles, vectors):
    frame = pd.DataFrame({"id": ids, "title": titles, "vector": list(vectors)})
    client.upsert(collection_name=name, data=frame.to_dict("records"))
    return len(client.query(name, filter="id >= 0", output_fields=["id"]))


@right("add_films", "one by one: delete, then insert")
def add_films(client, name, ids, titles, vectors):
    for i in range(len(ids)):
        client.delete(name, ids=[int(ids[i])])
        vector = np.asarray(vectors[i], dtype=float).tolist()
        client.insert(name, {"id": int(ids[i]), "title": str(titles[i]), "vector": vector})
    return held(client, name)


equivalent(
    "add_films",
    "...zip(ids, titles, vectors, strict=True) -> ...zip(ids, titles, vectors, strict=False)",
    reason="The columns have one length; `strict` is there for the caller who passes others.",
)
equivalent(
    "add_films",
    "...= zip(ids, titles, vectors, strict=True) -> ...= zip(ids, titles, vectors)",
    reason="The columns have one length; `strict` is there for the caller who passes others.",
)

# --- search_films ---------------------------------------------------------------------------------


def found(client, name, question, k, **options):
    """The hits for one question, with their titles."""
    return client.search(name, [question], limit=k, output_fields=["title"], **options)[0]


def as_rows(hits):
    """Rows (id, title, score) of hits."""
    return [(hit["id"], hit["entity"]["title"], hit["distance"]) for hit in hits]


@wrong("search_films", "the question not put into a list", says="takes a list of questions")
def search_films(client, name, question, k):
    return as_rows(client.search(name, question, limit=k, output_fields=["title"])[0])


@wrong("search_films", "the list of answers returned", says="Of one question take the first")
def search_films(client, name, question, k):
    return client.search(name, [question], limit=k, output_fields=["title"])


@wrong("search_films", "Milvus's hits returned", says="as they came")
def search_films(client, name, question, k):
    return found(client, name, question, k)


@wrong("search_films", "ids alone", says="Numbers alone")
def search_films(client, name, question, k):
    return [hit["id"] for hit in found(client, name, question, k)]


@wrong("search_films", "another order of columns", says="in this order")
def search_films(client, name, question, k):
    return [
        (hit["entity"]["title"], hit["id"], hit["distance"])
        for hit in found(client, name, question, k)
    ]


@wrong("search_films", "limit forgotten", says="10 unless you set it")
def search_films(client, name, question, k):
    return as_rows(client.search(name, [question], output_fields=["title"])[0])


@wrong(
    "search_films", "sorted by `distance`, as if it were one", says="The nearest film stands last"
)
def search_films(client, name, question, k):
    return sorted(as_rows(found(client, name, question, k)), key=lambda row: row[2])


@wrong("search_films", "the similarity taken for a distance", says="already is a similarity")
def search_films(client, name, question, k):
    return [
        (number, title, 1 - score)
        for number, title, score in as_rows(found(client, name, question, k))
    ]


@wrong("search_films", "the score in per cent", says="no percentage")
def search_films(client, name, question, k):
    return [
        (number, title, 100 * score)
        for number, title, score in as_rows(found(client, name, question, k))
    ]


@wrong("search_films", "scores below one half left out", says="a far film is an answer")
def search_films(client, name, question, k):
    return [row for row in as_rows(found(client, name, question, k)) if row[2] > 0.5]


@wrong(
    "search_films",
    "the first hit taken for the question itself",
    says="there is nothing to leave out",
)
def search_films(client, name, question, k):
    return as_rows(found(client, name, question, k + 1))[1:]


@wrong("search_films", "another metric named in the search", says="the order by L2")
def search_films(client, name, question, k):
    return as_rows(found(client, name, question, k, search_params={"metric_type": "L2"}))


@wrong("search_films", "rounded to three digits", says="Your scores are rounded")
def search_films(client, name, question, k):
    return [
        (number, title, round(score, 3))
        for number, title, score in as_rows(found(client, name, question, k))
    ]


@wrong("search_films", "dicts for tuples", says="These are dicts")
def search_films(client, name, question, k):
    hits = found(client, name, question, k)
    return [
        {"id": hit["id"], "title": hit["entity"]["title"], "score": hit["distance"]} for hit in hits
    ]


@wrong("search_films", "scores without their sign", says="has lost its sign")
def search_films(client, name, question, k):
    return [
        (number, title, abs(score))
        for number, title, score in as_rows(found(client, name, question, k))
    ]


@wrong("search_films", "scores moved to 0 to 1", says="moved to 0 to 1")
def search_films(client, name, question, k):
    return [
        (number, title, (1 + score) / 2)
        for number, title, score in as_rows(found(client, name, question, k))
    ]


@wrong("search_films", "None where nothing is found", says="None is no list")
def search_films(client, name, question, k):
    return as_rows(found(client, name, question, k)) or None


equivalent(
    "search_films",
    '...client.search(name, [question], limit=k, output_fields=["title"])[0] ->'
    " ...client.search(name, [question], limit=k)[0]",
    reason="Milvus Lite returns all fields when none is named; a server returns none of them.",
)
equivalent(
    "search_films",
    '...output_fields=["title"])[0] -> ...output_fields=["title"])[-1]',
    reason="One question has one answer: the first is the last.",
)


@right("search_films", "a loop, rows as lists")
def search_films(client, name, question, k):
    answer = client.search(
        collection_name=name,
        data=[list(map(float, question))],
        limit=k,
        output_fields=["id", "title"],
    )
    rows = []
    for hit in answer[0]:
        rows.append([hit["id"], hit["entity"]["title"], hit["distance"]])
    return rows


@right("search_films", "ids and scores first, titles by another query; lists of NumPy numbers")
def search_films(client, name, question, k):
    answer = client.search(
        name, np.asarray([question], dtype=np.float32), anns_field="vector", limit=k
    )[0]
    ids = [hit["id"] for hit in answer]
    titles = (
        {row["id"]: row["title"] for row in client.get(name, ids=ids, output_fields=["title"])}
        if ids
        else {}
    )
    return [[np.int64(hit["id"]), titles[hit["id"]], np.float32(hit["distance"])] for hit in answer]


# --- search_exact ---------------------------------------------------------------------------------


def similarities(vectors, question):
    """Cosine of every vector with a question."""
    vectors = np.asarray(vectors, dtype=float)
    return (
        vectors @ np.asarray(question) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(question)
    )


@wrong("search_exact", "the inner product for the cosine", says="Divide it by the length of each")
def search_exact(ids, vectors, question, k):
    inner = np.asarray(vectors) @ np.asarray(question)
    return [ids[i] for i in np.lexsort([ids, -inner])[:k]]


@wrong("search_exact", "L2 for the cosine", says="the distance of the end points")
def search_exact(ids, vectors, question, k):
    distances = np.linalg.norm(np.asarray(vectors) - np.asarray(question), axis=1)
    return [ids[i] for i in np.lexsort([ids, distances])[:k]]


@wrong("search_exact", "L1 for the cosine", says="the order by L1")
def search_exact(ids, vectors, question, k):
    distances = np.abs(np.asarray(vectors, float) - np.asarray(question, float)).sum(axis=1)
    return [ids[i] for i in np.lexsort([ids, distances])[:k]]


@wrong("search_exact", "a correlation for the cosine", says="the order by a correlation")
def search_exact(ids, vectors, question, k):
    correlations = [round(np.corrcoef(vector, question)[0, 1], 9) for vector in vectors]
    return [ids[i] for i in np.lexsort([ids, -np.array(correlations)])[:k]]


@wrong("search_exact", "cosines without their sign", says="The sign of the cosine is lost")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.lexsort([ids, -abs(similarities(vectors, question))])[:k]]


@wrong("search_exact", "the first film dropped", says="there is nothing to leave out")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.lexsort([ids, -similarities(vectors, question)])[1 : k + 1]]


@wrong("search_exact", "sorted from small to large", says="The farthest came first")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.lexsort([ids, similarities(vectors, question)])[:k]]


@wrong("search_exact", "the last k, not turned round", says="in ascending order; turn them round")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.argsort(similarities(vectors, question))[-k:]]


@wrong("search_exact", "positions for ids", says="These are positions")
def search_exact(ids, vectors, question, k):
    return np.lexsort([ids, -similarities(vectors, question)])[:k].tolist()


@wrong("search_exact", "ties by position", says="the smaller id comes first")
def search_exact(ids, vectors, question, k):
    return [ids[i] for i in np.argsort(-similarities(vectors, question), kind="stable")[:k]]


@wrong("search_exact", "cut before ties are settled", says="Sort first, then cut")
def search_exact(ids, vectors, question, k):
    cosines = similarities(vectors, question)
    first = np.argsort(-cosines, kind="stable")[:k]
    return [ids[i] for i in sorted(first, key=lambda i: (-cosines[i], ids[i]))]


@wrong(
    "search_exact",
    "argpartition, which does not sort",
    says="`argpartition` cuts and does not sort",
)
def search_exact(ids, vectors, question, k):
    k = min(k, len(ids))
    nearest = np.argpartition(-similarities(vectors, question), k - 1)[:k]
    return np.asarray(ids)[nearest]


@wrong(
    "search_exact",
    "argpartition with k larger than the number of films",
    says="Your code raised this error",
)
def search_exact(ids, vectors, question, k):
    cosines = similarities(vectors, question)
    ids = np.asarray(ids)
    nearest = np.argpartition(-cosines, k)[:k]
    return ids[nearest[np.lexsort([ids[nearest], -cosines[nearest]])]]


@wrong("search_exact", "the vectors scaled in place", says="changed its argument")
def search_exact(ids, vectors, question, k):
    vectors = np.asarray(vectors)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [ids[i] for i in np.lexsort([ids, -(vectors @ np.asarray(question))])[:k]]


@right("search_exact", "a loop, sorted by a key")
def search_exact(ids, vectors, question, k):
    def cosine(vector):
        return np.dot(vector, question) / (np.linalg.norm(vector) * np.linalg.norm(question))

    pairs = [(-cosine(vector), number) for number, vector in zip(ids, vectors, strict=True)]
    return [int(number) for _, number in sorted(pairs)[:k]]


@right("search_exact", "pandas, sorted by two columns")
def search_exact(ids, vectors, question, k):
    frame = pd.DataFrame({"id": ids, "score": similarities(vectors, question)})
    return frame.sort_values(["score", "id"], ascending=[False, True])["id"].head(k).to_numpy()


@right("search_exact", "scaled to length 1 in a copy")
def search_exact(ids, vectors, question, k):
    vectors, ids = np.asarray(vectors, dtype=float), np.asarray(ids, dtype=int)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    order = np.argsort(ids)
    return ids[order[np.argsort(-(units[order] @ np.asarray(question)), kind="stable")[:k]]]
