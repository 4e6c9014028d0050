"""Answers that prove the check of `search_films` in exercise 01_basic_search."""

import numpy as np

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


def hits_of(client, name, question, k, **options):
    """The hits for one question, with their titles."""
    return client.search(name, [question], limit=k, output_fields=["title"], **options)[0]


def as_rows(hits):
    """Rows (id, title, score) of hits."""
    return [(hit["id"], hit["entity"]["title"], hit["distance"]) for hit in hits]


@wrong("the question not put into a list", says="takes a list of questions")
def search_films(client, name, question, k):
    return as_rows(client.search(name, question, limit=k, output_fields=["title"])[0])


@wrong("the list of answers returned", says="For one question take the first")
def search_films(client, name, question, k):
    return client.search(name, [question], limit=k, output_fields=["title"])


@wrong("Milvus's hits returned", says="the hits as Milvus returns them")
def search_films(client, name, question, k):
    return hits_of(client, name, question, k)


@wrong("ids alone", says="Numbers alone")
def search_films(client, name, question, k):
    return [hit["id"] for hit in hits_of(client, name, question, k)]


@wrong("another order of columns", says="in this order")
def search_films(client, name, question, k):
    return [
        (hit["entity"]["title"], hit["id"], hit["distance"])
        for hit in hits_of(client, name, question, k)
    ]


@wrong("limit forgotten", says="10 unless you set it")
def search_films(client, name, question, k):
    return as_rows(client.search(name, [question], output_fields=["title"])[0])


@wrong("sorted by `distance`, as if it were one", says="The nearest film is last")
def search_films(client, name, question, k):
    return sorted(as_rows(hits_of(client, name, question, k)), key=lambda row: row[2])


@wrong("the similarity read as a distance", says="is already a similarity")
def search_films(client, name, question, k):
    return [
        (number, title, 1 - score)
        for number, title, score in as_rows(hits_of(client, name, question, k))
    ]


@wrong("the score in per cent", says="not a percentage")
def search_films(client, name, question, k):
    return [
        (number, title, 100 * score)
        for number, title, score in as_rows(hits_of(client, name, question, k))
    ]


@wrong("scores below one half left out", says="a far film is an answer")
def search_films(client, name, question, k):
    return [row for row in as_rows(hits_of(client, name, question, k)) if row[2] > 0.5]


@wrong(
    "the first hit read as the question itself",
    says="do not leave anything out",
)
def search_films(client, name, question, k):
    return as_rows(hits_of(client, name, question, k + 1))[1:]


@wrong("another metric named in the search", says="the order by L2")
def search_films(client, name, question, k):
    return as_rows(hits_of(client, name, question, k, search_params={"metric_type": "L2"}))


@wrong("rounded to three digits", says="Your scores are rounded")
def search_films(client, name, question, k):
    return [
        (number, title, round(score, 3))
        for number, title, score in as_rows(hits_of(client, name, question, k))
    ]


@wrong("dicts for tuples", says="These are dicts")
def search_films(client, name, question, k):
    hits = hits_of(client, name, question, k)
    return [
        {"id": hit["id"], "title": hit["entity"]["title"], "score": hit["distance"]} for hit in hits
    ]


@wrong("scores without their sign", says="has lost its sign")
def search_films(client, name, question, k):
    return [
        (number, title, abs(score))
        for number, title, score in as_rows(hits_of(client, name, question, k))
    ]


@wrong("scores mapped to 0 to 1", says="mapped to 0 to 1")
def search_films(client, name, question, k):
    return [
        (number, title, (1 + score) / 2)
        for number, title, score in as_rows(hits_of(client, name, question, k))
    ]


@wrong("None where nothing is found", says="None is not a list")
def search_films(client, name, question, k):
    return as_rows(hits_of(client, name, question, k)) or None


equivalent(
    '...client.search(name, [question], limit=k, output_fields=["title"])[0] ->'
    " ...client.search(name, [question], limit=k)[0]",
    reason="Milvus Lite returns all fields when none is named; a server returns none of them.",
)


equivalent(
    '...output_fields=["title"])[0] -> ...output_fields=["title"])[-1]',
    reason="One question has one answer: the first is the last.",
)


@right("a loop, rows as lists")
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


@right("ids and scores first, titles by another query; lists of NumPy numbers")
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
