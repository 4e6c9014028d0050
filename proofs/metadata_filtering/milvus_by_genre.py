"""Answers that prove the check of `milvus_by_genre` in exercise 03_metadata_filtering."""

import json

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


def by_filter(client, name, question, wanted, k, **more):
    """The nearest films under a filter."""
    hits = client.search(name, [question], filter=wanted, limit=k, output_fields=["title"], **more)[
        0
    ]
    return [(hit["id"], hit["entity"]["title"], hit["distance"]) for hit in hits]


@wrong("an f-string with double quotes", says="The double quote ended the string")
def milvus_by_genre(client, name, question, genre, k):
    return by_filter(client, name, question, f'genre == "{genre}"', k)


@wrong("an f-string with single quotes", says="The single quote ended the string")
def milvus_by_genre(client, name, question, genre, k):
    return by_filter(client, name, question, f"genre == '{genre}'", k)


@wrong(
    "one kind of quote changed into the other",
    says="Without them it is another genre",
)
def milvus_by_genre(client, name, question, genre, k):
    text = genre.replace('"', "'")
    return by_filter(client, name, question, f'genre == "{text}"', k)


@wrong(
    "quotes escaped, backslashes not",
    says="a backslash belongs to the character after it",
)
def milvus_by_genre(client, name, question, genre, k):
    text = genre.replace('"', '\\"')
    return by_filter(client, name, question, f'genre == "{text}"', k)


@wrong("quotes escaped before backslashes", says="backslashes first, then quotes")
def milvus_by_genre(client, name, question, genre, k):
    text = genre.replace('"', '\\"').replace("\\", "\\\\")
    return by_filter(client, name, question, f'genre == "{text}"', k)


@wrong("json.dumps with \\u00e9", says="ensure_ascii=False")
def milvus_by_genre(client, name, question, genre, k):
    return by_filter(client, name, question, f"genre == {json.dumps(genre)}", k)


@wrong("filter_params, which Milvus Lite lacks", says="Milvus Lite, which runs here")
def milvus_by_genre(client, name, question, genre, k):
    return by_filter(client, name, question, "genre == {genre}", k, filter_params={"genre": genre})


@wrong("like for ==", says="`like` matches a part of a string")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(f"%{genre}%", ensure_ascii=False)
    return by_filter(client, name, question, f"genre like {text}", k)


@wrong("filter in Python, after the search", says="Pass the filter to the search")
def milvus_by_genre(client, name, question, genre, k):
    hits = client.search(name, [question], limit=k, output_fields=["title", "genre"])[0]
    return [
        (hit["id"], hit["entity"]["title"], hit["distance"])
        for hit in hits
        if hit["entity"]["genre"] == genre
    ]


@wrong("the beginning of a genre", says="starts with Horror but is another genre")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(f"{genre}%", ensure_ascii=False)
    return by_filter(client, name, question, f"genre like {text}", k)


@wrong("twenty times as many, filtered in Python", says="A filter on a rare fact")
def milvus_by_genre(client, name, question, genre, k):
    hits = client.search(name, [question], limit=20 * k, output_fields=["title", "genre"])[0]
    rows = [
        (hit["id"], hit["entity"]["title"], hit["distance"])
        for hit in hits
        if hit["entity"]["genre"] == genre
    ]
    return rows[:k]


@wrong("sorted by what is called distance", says="The nearest film is last")
def milvus_by_genre(client, name, question, genre, k):
    rows = by_filter(client, name, question, f"genre == {json.dumps(genre, ensure_ascii=False)}", k)
    return sorted(rows, key=lambda row: row[2])


@wrong("1 - similarity", says="is already a similarity")
def milvus_by_genre(client, name, question, genre, k):
    rows = by_filter(client, name, question, f"genre == {json.dumps(genre, ensure_ascii=False)}", k)
    return [(number, title, 1 - score) for number, title, score in rows]


@wrong("the answer left in its list", says="This is a list in a list")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(genre, ensure_ascii=False)
    answers = client.search(
        name, [question], filter=f"genre == {text}", limit=k, output_fields=["title"]
    )
    return [
        [(hit["id"], hit["entity"]["title"], hit["distance"]) for hit in hits] for hits in answers
    ]


@wrong("the hits of Milvus", says="the hits as Milvus returns them")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(genre, ensure_ascii=False)
    return [
        dict(hit)
        for hit in client.search(
            name, [question], filter=f"genre == {text}", limit=k, output_fields=["title"]
        )[0]
    ]


@wrong("limit forgotten", says="More than k rows")
def milvus_by_genre(client, name, question, genre, k):
    text = json.dumps(genre, ensure_ascii=False)
    hits = client.search(name, [question], filter=f"genre == {text}", output_fields=["title"])[0]
    return [(hit["id"], hit["entity"]["title"], hit["distance"]) for hit in hits]


@right("two replacements, backslashes first")
def milvus_by_genre(client, name, question, genre, k):
    text = genre.replace("\\", "\\\\").replace("'", "\\'")
    return by_filter(client, name, question, f"genre == '{text}'", k)


@right("a list that Python writes")
def milvus_by_genre(client, name, question, genre, k):
    hits = client.search(
        collection_name=name,
        data=[question.tolist()],
        limit=k,
        output_fields=["title", "genre"],
        filter=f"genre in {[genre]}",
    )
    return [[hit.id, hit["title"], hit.score] for hit in hits[0]]


@right("titles by a second question")
def milvus_by_genre(client, name, question, genre, k):
    wanted = f"genre == {json.dumps(genre, ensure_ascii=False)}"
    hits = client.search(name, question.reshape(1, -1), filter=wanted, limit=k)[0]
    titles = {
        row["id"]: row["title"]
        for row in client.query(name, filter=wanted, output_fields=["title"])
    }
    return [(hit["id"], titles[hit["id"]], hit["distance"]) for hit in hits]


equivalent(
    '...output_fields=["title"], filter=wanted)[0] -> ...output_fields=["title"],'
    " filter=wanted)[-1]",
    reason="One question has one answer: the first is the last.",
)
