"""The checks of exercise 01. They make their collections with their own client, and use it to read
what a call left behind.
"""

from typing import Any

import numpy as np
from pymilvus import DataType, MilvusException

from vdbcourse import engines
from vdbcourse.grading import Answer, Data, Films, Reply, check, is_number, kind_of, text

LOADING = {"load_collection", "load_partitions", "refresh_load"}  # methods of the client
Row = tuple[str, Any]  # title and vector
Ids = tuple[int, ...]

FIELDS = ("id", "title", "vector")
TITLE_LENGTH = 500
MAKING = {  # parts of errors when a collection is made, and their explanations
    "metric_type": "`add_index` needs `metric_type=...`, which defines what near means.",
    "[dimension]": "The second position is the dimension; write `schema=schema`.",
    "already exists": "Drop the existing collection of that name first.",
}
ASKING = {"search_data": "`search` takes a list of questions: `[question]`."}
PLANE = {  # lengths differ, so that cosine, L2 and inner product order the vectors differently
    1: ("Stalker", (2.0, 0.0)),
    4: ("Amélie", (3.0, 4.0)),
    2: ("Tampopo", (0.0, 5.0)),
    9: ("Ran", (-1.0, 0.0)),
    6: ("Persona", (8.0, 6.0)),
}


@check("create_films")
def check_create_films(create_films: Answer, data: Data) -> None:
    """`create_films(client, name, dim)` makes an empty collection, which replaces an older one."""
    name, other = collection("films"), collection("films_of_others")
    data.milvus.drop(name)
    make(data, other, 2)
    create_films.methods_called(data.milvus.client)  # forgets those of an earlier task
    reply = create_films.explained(data.milvus.client, name, 8, raised=MAKING)
    has_schema(
        reply,
        data,
        name,
        8,
        "`dim` says how many numbers a vector has, and is an argument of the call: another model"
        " makes vectors of another length.",
    )
    is_searchable(reply, create_films, data, name)
    if stored(reply, data, name):
        reply.fail(
            "The new collection contains a film, but the call passed none. Films follow in task 2.",
            "no film",
            "a film",
        )
    put(reply, data, name, {1: ("Stalker", [1.0] * 8)})
    existing = data.milvus.own.list_collections()
    again = create_films.explained(data.milvus.client, name, 3, raised=MAKING)
    has_schema(
        again,
        data,
        name,
        3,
        "An older collection of this name had vectors of 8 numbers, and it is still there. Emptying"
        " it is not enough: drop it, because its schema stays as long as the collection.",
    )
    is_searchable(again, create_films, data, name)
    if stored(again, data, name):
        again.fail(
            "The film of the older collection is still there: drop that collection before you make"
            " the new one.",
            "no film",
            "a film",
        )
    renamed = [
        collection_name
        for collection_name in data.milvus.own.list_collections()
        if collection_name.startswith(name) and collection_name not in existing
    ]
    if renamed:
        data.milvus.drop(*renamed)
        why = (
            "The older collection is still there, under another name. Drop it: it costs memory, and"
            " the task does not ask you to keep it."
        )
        again.fail(why, "no other collection", "one more collection")
    if not data.milvus.own.has_collection(other):
        why = (
            "A second collection, whose name only starts with this name, is gone too. Drop only the"
            " collection called `name`."
        )
        again.fail(why, got="")


def has_schema(reply: Reply, data: Data, name: str, dim: int, other_dim: str) -> None:
    """Are the fields those of the task? `other_dim`: the message when the vectors have another
    length.
    """
    if not data.milvus.own.has_collection(name):
        why = (
            "After the call there is no collection with the name that was passed."
            " `client.create_collection(name, ...)` makes it."
        )
        reply.fail(why, "a collection of that name", "none")
    described = data.milvus.own.describe_collection(name)
    fields = {field["name"]: field for field in described["fields"]}
    has = f"fields {', '.join(fields)}"
    if set(fields) != set(FIELDS):
        why = "The next tasks fill and search fields with exactly these names."
        if described["enable_dynamic_field"]:
            why = (
                "Milvus's quick set-up made the fields. The rest goes into a dynamic field, where"
                " keys are not checked. Make a schema and pass it: `schema=`."
            )
        reply.fail(why, "fields id, title, vector", has)
    key, title, vector = (fields[field] for field in FIELDS)
    if key["type"] != DataType.INT64 or not key.get("is_primary"):
        held = f"id: {key['type'].name}, {'' if key.get('is_primary') else 'not '}the primary key"
        reply.fail(
            "The number identifies a film, and no two films have the same number.",
            "id: INT64, the primary key",
            held,
        )
    if described.get("auto_id") or key.get("auto_id"):
        why = (
            "With auto_id Milvus numbers the films itself. Then you cannot find or replace a film"
            " by the id that you know."
        )
        reply.fail(why, "auto_id off", "auto_id on")
    if (
        title["type"] != DataType.VARCHAR
        or int(title["params"].get("max_length", 0)) != TITLE_LENGTH
    ):
        held = f"title: {title['type'].name}, max_length {title['params'].get('max_length')}"
        why = "Milvus refuses a title longer than `max_length`, and with it the film."
        reply.fail(why, f"title: VARCHAR, max_length {TITLE_LENGTH}", held)
    if vector["type"] != DataType.FLOAT_VECTOR or vector["params"].get("dim") != dim:
        held = f"vector: {vector['type'].name}, dim {vector['params'].get('dim')}"
        reply.fail(other_dim, f"vector: FLOAT_VECTOR, dim {dim}", held)
    if described["enable_dynamic_field"]:
        why = (
            "A row with a misspelt key, `titel`, would be accepted without an error. Leave the"
            " dynamic field off."
        )
        reply.fail(why, "enable_dynamic_field False", "enable_dynamic_field True")


def is_searchable(reply: Reply, create_films: Answer, data: Data, name: str) -> None:
    """Is there a FLAT index with COSINE, is the collection loaded, and does a search see what was
    just written?
    """
    own = data.milvus.own
    indexes = [own.describe_index(name, index) for index in own.list_indexes(name)]
    index = next((index for index in indexes if index["field_name"] == "vector"), None)
    if index is None:
        reply.fail(
            "The field `vector` has no index. The index holds the metric, and a Milvus server loads"
            " no collection without an index.",
            "a FLAT index, metric COSINE",
            "no index",
        )
    held = f"index {index['index_type']}, metric {index['metric_type']}"
    metrics = {
        "L2": (
            "L2 depends on lengths as well as directions, so a film with a long vector is far from"
            " every question."
        ),
        "IP": (
            "IP, the inner product, prefers long vectors. It is the cosine only if every vector has"
            " length 1."
        ),
    }
    if index["metric_type"] != "COSINE":
        why = metrics.get(index["metric_type"], "The metric defines what near means.")
        reply.fail(f"{why} The task asks for COSINE.", "index FLAT, metric COSINE", held)
    if index["index_type"] != "FLAT":
        why = (
            "This index may miss near films to be faster. FLAT compares with every film, so its"
            " answers are exact."
        )
        if index["index_type"] == "AUTOINDEX":
            why = (
                "AUTOINDEX leaves the choice to Milvus, whose index may miss near films. FLAT"
                " compares with every film."
            )
        reply.fail(why, "index FLAT, metric COSINE", held)
    called = create_films.methods_called(data.milvus.client)
    if own.get_load_state(name)["state"].name != "Loaded" or not called & LOADING:
        why = (
            "A Milvus server searches only loaded collections. (Milvus Lite loads by itself.)"
            " `client.load_collection(name)` does that, and so does `create_collection` with"
            " `index_params=`."
        )
        reply.fail(why, "a loaded collection", "a collection that is not loaded")
    if (level := own.describe_collection(name)["consistency_level_name"]) != "Strong":
        why = "With this consistency level a search may miss films that were added just before."
        reply.fail(why, "consistency level Strong", f"consistency level {level}")


@check("add_films")
def check_add_films(add_films: Answer, data: Data) -> None:
    """`add_films(client, name, ids, titles, vectors)` -> how many films the collection holds."""
    name, client = collection("films"), data.milvus.client
    make(data, name, 2)
    films: dict[int, Row] = {
        30: ("Solaris", [3.0, 4.0]),
        10: ("Amélie", [0.0, 2.0]),
        20: ("Playtime", [5.0, 0.0]),
    }
    add_films.methods_called(client)  # forgets those of an earlier task
    reply = add_films(client, name, *columns(films))
    holds(reply, data, name, films)
    is_count(reply, 3, "Three films were added to an empty collection.")
    more: dict[int, Row] = {
        10: ("Le Fabuleux Destin d'Amélie Poulain", [1.0, 1.0]),
        40: ("千と千尋の神隠し", [0.0, -3.0]),
    }
    reply = add_films(client, name, *columns(more))
    rows = stored(reply, data, name)
    if set(rows) == set(more):
        why = (
            "The films of the first call are gone. Adding films must not remove others: drop and"
            " delete nothing."
        )
        reply.fail(why, "films 10, 20, 30 and 40", "films 10 and 40")
    if rows.get(10, more[10])[0] == films[10][0]:
        why = (
            "Film 10 was in the collection and was passed again with another title, but the old one"
            " is still stored. The newer row must replace the older: use `upsert`."
        )
        reply.fail(why, "film 10 with its new title", "film 10 with its old title")
    holds(reply, data, name, films | more)
    is_count(
        reply,
        4,
        "One of the two films was there already and was replaced: three and one make four.",
        passed=2,
    )
    promises(reply, add_films, data)
    same: dict[int, Row] = {50: ("Solaris", [2.0, 2.0])}
    reply = add_films(client, name, *columns(same))
    is_count(
        reply,
        5,
        "This is the fifth film. Another film has the same title: count films, not titles.",
    )
    films |= same
    reply = add_films(client, name, [], [], [])
    is_count(reply, 5, "Nothing was added, and the collection holds five films as before.")
    many, other = data.films(120), collection("films_384")
    vectors = many.vectors * data.rng.uniform(0.2, 5.0, (len(many), 1)).astype(np.float32)
    make(data, other, vectors.shape[1])
    expected = {
        int(i): (title, vector)
        for i, title, vector in zip(many.ids, many.titles, vectors, strict=True)
    }
    reply = add_films.on_data(client, other, many.ids, many.titles, vectors)
    holds(reply, data, other, expected)
    limit = (
        "A query returns no more rows than its limit, so you cannot count its rows. Query"
        " `count(*)`."
    )
    reply.equals(
        120, "120 films were added to an empty collection.", mistakes={10: limit, 100: limit}
    )
    reply = add_films.on_data(client, other, many.ids[:50], many.titles[:50], vectors[:50])
    reply.equals(120, "50 of the 120 films were passed again, which adds none.")


def promises(reply: Reply, add_films: Answer, data: Data) -> None:
    """Does the learner's code also work on a server, where Milvus Lite is more lenient?"""
    called = add_films.methods_called(data.milvus.client)
    if "insert" in called and not called & {"upsert", "delete"}:
        why = (
            "`insert` adds a row and does not look for an older one. Milvus Lite replaces it"
            " anyway; a Milvus server keeps both, and a search finds the film twice. `upsert`"
            " guarantees the replacement."
        )
        reply.fail(why, "a call of `upsert`", "a call of `insert`")
    if "get_collection_stats" in called:
        why = (
            "The statistics of a collection are not a count. Milvus Lite keeps them exact; on a"
            " server they lag behind what was written, replaced and deleted. `count(*)` counts what"
            " is there: `count_films` uses it."
        )
        reply.fail(why, "a count by `count(*)`", "a call of `get_collection_stats`")


def columns(films: dict[int, Row]) -> tuple[list[int], list[str], list[Any]]:
    """Ids, titles and vectors, as `add_films` takes them."""
    return (
        list(films),
        [title for title, _ in films.values()],
        [vector for _, vector in films.values()],
    )


def is_count(reply: Reply, expected: int, why: str, passed: int | None = None) -> None:
    """Is it the number of films in the collection? `passed`: how many films the call got, if that
    is another number.
    """
    if isinstance(reply.value, dict):
        reply.fail(
            "That is Milvus's answer to the write. Return how many films the collection holds now.",
            "a number",
        )
    mistakes = (
        {passed: ("That is how many films were passed. Return how many the collection holds now.")}
        if passed
        else {}
    )
    reply.equals(expected, why, mistakes=mistakes)


def holds(reply: Reply, data: Data, name: str, films: dict[int, Row]) -> None:
    """Does the collection hold these films and no others, each with its title and its vector?"""
    rows = stored(reply, data, name)
    if rows.keys() - films.keys():
        why = (
            "The collection holds films under ids that were not passed. An id identifies a film:"
            " use those of `ids`."
        )
        reply.fail(why, got="")
    if len(rows) < len(films):
        reply.fail(
            "Not every film that was passed is in the collection.",
            f"{len(films)} films",
            f"{len(rows)} films",
        )
    titles = {number: title for number, (title, _) in rows.items()}
    if any(titles[number] != title for number, (title, _) in films.items()):
        why = (
            "A title is not stored as it was passed. VARCHAR accepts every script and accent, and"
            " people search for names as they are."
        )
        if sorted(map(str, titles.values())) == sorted(title for title, _ in films.values()):
            why = (
                "A title is stored under the id of another film. The three columns belong together,"
                " in any order: ids[0], titles[0] and vectors[0] are one film. Do not sort one of"
                " them alone."
            )
        reply.fail(why, got="")
    if not all(is_same(rows[number][1], vector) for number, (_, vector) in films.items()):
        if sorted(round(float(np.sum(vector)), 3) for _, vector in rows.values()) == sorted(
            round(float(np.sum(vector)), 3) for _, vector in films.values()
        ):
            why = (
                "A vector is stored under the id of another film. ids[0] and vectors[0] are one"
                " film: do not reverse one of them."
            )
            reply.fail(why, got="")
        why = (
            "A vector is not stored as it was passed. Keep its length, even if the cosine does not"
            " depend on it: others may need it."
        )
        reply.fail(why, got="")


def is_same(held: Any, sent: Any) -> bool:
    """Is the vector that the engine holds the one that was sent, except for rounding?"""
    return (
        isinstance(held, list)
        and len(held) == len(sent)
        and np.allclose(held, sent, rtol=1e-4, atol=1e-6)
    )


@check("search_films")
def check_search_films(search_films: Answer, data: Data) -> None:
    """`search_films(client, name, question, k)` -> rows (id, title, score), nearest first."""
    name, client = collection("films"), data.milvus.client
    make(data, name, 2, PLANE)
    near = [
        (1, "Stalker", 1.0),
        (6, "Persona", 0.8),
        (4, "Amélie", 0.6),
        (2, "Tampopo", 0.0),
        (9, "Ran", -1.0),
    ]
    are_hits(
        search_films.explained(client, name, [1.0, 0.0], 3, raised=ASKING),
        near[:3],
        "Stalker has the same direction as the question; Persona and Amélie come next.",
        {
            (
                1,
                9,
                4,
            ): (
                "That is the order by L2. The metric of the collection is COSINE: do not pass"
                " another one."
            ),
            (
                6,
                4,
                2,
            ): (
                "The nearest film is missing. The question is not a film of the collection: do not"
                " leave anything out."
            ),
        },
    )
    are_hits(search_films(client, name, [1.0, 0.0], 1), near[:1], "k = 1: the nearest film alone.")
    are_hits(
        search_films(client, name, [1.0, 0.0], 5),
        near,
        "k = 5: there are five films, so return all of them.",
    )
    are_hits(
        search_films(client, name, [1.0, 0.0], 50),
        near,
        "If k is larger than the collection, return all films.",
    )
    other = [(4, "Amélie", 1.0), (6, "Persona", 0.96), (2, "Tampopo", 0.8)]
    why = "The question is a NumPy array of length 10; its length does not change a cosine."
    are_hits(search_films(client, name, np.array([6.0, 8.0], dtype=np.float32), 3), other, why)
    make(data, name, 2)
    reply = search_films(client, name, [1.0, 0.0], 3)
    nothing = "The collection is empty, so there is nothing to find: return an empty list."
    reply.expect(reply.value is not None, f"{nothing} None is not a list.", "[]")
    reply.equals([], nothing)
    films, vectors, question = apart(data, 60)
    full = collection("films_384")
    rows = zip(films.titles, vectors, strict=True)
    make(data, full, vectors.shape[1], dict(zip(films.ids.tolist(), rows, strict=True)))
    scores = cosines(vectors, question)
    expected = [
        (int(films.ids[i]), films.titles[i], float(scores[i])) for i in np.argsort(-scores)[:15]
    ]
    are_hits(
        search_films.on_data(client, full, question, 15),
        expected,
        "Sixty films with vectors of 384 numbers.",
    )


def are_hits(
    reply: Reply,
    expected: list[tuple[int, str, float]],
    why: str,
    mistakes: dict[Ids, str] | None = None,
) -> None:
    """Are these the expected rows (id, title, score)? `mistakes`: the messages for known wrong
    ids.
    """
    returned = hits(reply)
    ids, wanted = [number for number, _, _ in returned], [number for number, _, _ in expected]
    rows = f"{len(expected)} row{'s' * (len(expected) > 1)} (id, title, score)"
    if len(ids) > len(wanted):
        reply.fail(
            f"{why} More rows were returned: Milvus returns as many as `limit` says, 10 unless you"
            " set it.",
            rows,
        )
    if len(ids) < len(wanted):
        reply.fail(
            f"{why} Fewer rows were returned: a far film is an answer as well, whatever its score.",
            rows,
        )
    if ids != wanted:
        message = (mistakes or {}).get(tuple(ids), why)
        if ids == wanted[::-1]:
            message = (
                "The nearest film is last. For COSINE a larger score is nearer; Milvus has sorted"
                " the hits already."
            )
        elif sorted(ids) == sorted(wanted):
            message = f"{why} These are the right films, but not nearest first."
        reply.fail(message, rows)
    reply.expect(
        [title for _, title, _ in returned] == [title for _, title, _ in expected],
        f"{why} A film has the title of another film.",
        rows,
    )
    scores = np.array([score for *_, score in returned])
    true = np.array([score for *_, score in expected])
    if not np.allclose(scores, true, atol=1e-4):
        usual = f"{why} The score is the cosine similarity, as Milvus returns it in `distance`."
        reply.fail(_message_for_scores(scores, true) or usual, rows)


def _message_for_scores(scores: np.ndarray, true: np.ndarray) -> str | None:
    """The message for known wrong scores; None for others."""
    rounded = np.allclose(scores, np.round(scores, 3), atol=1e-6)
    known = (
        (
            np.allclose(scores, 1 - true, atol=1e-3),
            "That is 1 - similarity. For COSINE what Milvus calls `distance` is already a"
            " similarity; return it unchanged.",
        ),
        (
            np.allclose(scores, 100 * true, atol=1e-1),
            "The scores are a hundred times too large. A cosine is not a share of anything, so it"
            " is not a percentage either.",
        ),
        (
            rounded and np.allclose(scores, true, atol=0.06),
            "Your scores are rounded; return them unchanged.",
        ),
        (
            np.allclose(scores, np.abs(true), atol=1e-4),
            "A score below 0 has lost its sign. The cosine is negative for a film that points away"
            " from the question.",
        ),
        (
            np.allclose(scores, (1 + true) / 2, atol=1e-4),
            "The scores were mapped to 0 to 1. Return the cosine unchanged, from -1 to 1.",
        ),
        (
            np.allclose(scores, np.arccos(np.clip(true, -1, 1)), atol=1e-2),
            "These are angles. Return their cosine, as Milvus returns it in `distance`.",
        ),
    )
    return next((words for matches, words in known if matches), None)


def hits(reply: Reply) -> list[tuple[int, str, float]]:
    """The rows (id, title, score) of a reply, each of the right kind."""
    what = "rows (id, title, score)"
    items = reply.sequence(f"a list of {what}")
    if (
        len(items) == 1
        and isinstance(items[0], (list, tuple))
        and (not items[0] or isinstance(items[0][0], (list, tuple, dict)))
    ):
        reply.fail(
            "Milvus answers a list of questions with a list of answers. For one question take the"
            " first: `[0]`.",
            what,
        )
    if any(isinstance(item, dict) and "entity" in item for item in items):
        reply.fail(
            "These are the hits as Milvus returns them. Take the three values from each, so that a"
            " caller need not know Milvus.",
            what,
        )
    if any(isinstance(item, dict) for item in items):
        why = (
            "These are dicts. Return tuples (id, title, score): the caller unpacks them by their"
            " order."
        )
        reply.fail(why, what)
    if items and all(is_number(item) for item in items):
        reply.fail(
            "Numbers alone are not enough: a person who searches wants to read titles, and to see"
            " how near they are.",
            what,
        )
    rows = reply.rows(["id", "title", "score"])
    for number, title, score in rows:
        kinds = (
            isinstance(number, (int, np.integer)) and not isinstance(number, bool),
            isinstance(title, str),
            is_number(score),
        )
        if not all(kinds):
            held = ", ".join(map(kind_of, (number, title, score)))
            reply.fail(
                f"A row holds {held}. It must hold, in this order: the id, the title, the score.",
                what,
            )
    return rows


@check("search_exact")
def check_search_exact(search_exact: Answer, data: Data) -> None:
    """`search_exact(ids, vectors, question, k)` -> ids by cosine similarity, nearest first."""
    ids, vectors = list(PLANE), [list(vector) for _, vector in PLANE.values()]
    are_ids(
        search_exact(ids, vectors, [1.0, 0.0], 3),
        [1, 6, 4],
        "Film 1 has the same direction as the question (cosine 1), then come 6 (0.8) and 4 (0.6).",
        {
            (
                6,
                4,
                1,
            ): (
                "That is the order by the inner product, which prefers long vectors. Divide it by"
                " the length of each vector."
            ),
            (
                1,
                9,
                4,
            ): (
                "That is the order by L2, the distance between the end points. The cosine compares"
                " directions only."
            ),
            (
                1,
                9,
                2,
            ): (
                "That is the order by L1, the sum of the differences of the numbers. The cosine"
                " compares directions only."
            ),
            (
                1,
                6,
                2,
            ): (
                "That is the order by a correlation, which first subtracts the mean of each vector"
                " from its numbers. The cosine uses the vectors as they are."
            ),
            (
                1,
                9,
                6,
            ): (
                "The sign of the cosine is lost: film 9 points away from the question, with cosine"
                " -1, and is the farthest."
            ),
            (
                6,
                4,
                2,
            ): (
                "The nearest film is missing. The question is not a film of the collection: do not"
                " leave anything out."
            ),
            (
                9,
                2,
                4,
            ): (
                "The farthest film is first. `argsort` sorts from small to large, and a large"
                " cosine is near."
            ),
            (
                0,
                4,
                1,
            ): "These are positions in `vectors`. Return ids: look them up at these positions.",
        },
    )
    are_ids(search_exact(ids, vectors, [1.0, 0.0], 1), [1], "k = 1: the nearest film alone.")
    are_ids(
        search_exact(ids, vectors, [6.0, 8.0], 2),
        [4, 6],
        "Film 4 has the same direction as (6, 8); film 6 has cosine 0.96.",
    )
    why = "If k is larger than the number of films, return all of them."
    are_ids(search_exact(ids, vectors, [1.0, 0.0], 9), [1, 6, 4, 2, 9], why)
    films, long, question = apart(data, 1_000)
    order = films.ids[np.argsort(-cosines(long, question))].tolist()
    for k in (10, 400):
        are_ids(
            search_exact.on_data(films.ids, long, question, k),
            order[:k],
            "1,000 films with vectors of different lengths.",
        )
    two_alike = [[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]]
    why = (
        "Films 8 and 3 are equally near, and the smaller id comes first. If you keep the order of"
        " the input, the answer changes when the films are loaded in another order."
    )
    are_ids(
        search_exact([8, 3, 5], two_alike, [1.0, 0.0], 2),
        [3, 8],
        "Films 8 and 3 have the same direction as the question.",
        {(8, 3): why},
    )
    why = (
        "Films 8 and 3 are equally near, and only one is requested: the smaller id. Sort first,"
        " then cut."
    )
    are_ids(search_exact([8, 3, 5], two_alike, [1.0, 0.0], 1), [3], why)
    are_ids(
        search_exact([], np.zeros((0, 2)), [1.0, 0.0], 3),
        [],
        "There is no film: return an empty list.",
    )


def are_ids(
    reply: Reply, expected: list[int], why: str, mistakes: dict[Ids, str] | None = None
) -> None:
    """Are these the expected ids, in this order? `mistakes`: the messages for known wrong ids."""
    ids = reply.ids()
    unsorted = (
        "These are the right films, but not nearest first. `argpartition` cuts and does not sort; a"
        " `set` has no order."
    )
    if ids == expected[::-1]:
        unsorted = "These are in ascending order; reverse them."
    same = len(ids) == len(expected) > 1 and sorted(ids) == sorted(expected)
    reply.equals(expected, unsorted if same else why, mistakes=mistakes)


def collection(name: str) -> str:
    """The name of a collection of the checks."""
    return engines.collection("check_01", name)


def make(data: Data, name: str, dim: int, films: dict[int, Row] | None = None) -> None:
    """Make a collection as in task 1, with these films."""
    rows = [
        {"id": number, "title": title, "vector": vector}
        for number, (title, vector) in (films or {}).items()
    ]
    data.milvus.collection(name, dim, [text("title", TITLE_LENGTH)], rows)


def put(reply: Reply, data: Data, name: str, films: dict[int, Row]) -> None:
    """Add films to a collection that the learner's function made."""
    try:
        data.milvus.own.insert(
            name,
            [{"id": i, "title": title, "vector": vector} for i, (title, vector) in films.items()],
        )
    except MilvusException as error:
        reply.fail(f"A film cannot be added to the collection. Milvus says: {error.message}")


def stored(reply: Reply, data: Data, name: str) -> dict[int, Row]:
    """The rows of the collection, as id -> title and vector."""
    own = data.milvus.own
    if not own.has_collection(name):
        reply.fail(
            "The collection is gone after the call. The task does not ask you to drop it.",
            got="no collection",
        )
    try:
        rows = own.query(name, filter="", limit=1_000, output_fields=["*"])
    except MilvusException as error:
        reply.fail(f"The collection cannot be read after the call. Milvus says: {error.message}")
    return {row.get("id"): (row.get("title"), row.get("vector")) for row in rows}


def apart(data: Data, n: int) -> tuple[Films, np.ndarray, np.ndarray]:
    """`n` films, vectors of different lengths for them, and a question with a different similarity
    to each of them.
    """
    films, question = data.films(2 * n), data.questions(1)[0]
    near = cosines(films.vectors, question)
    order = np.argsort(near)
    different = order[np.diff(near[order], prepend=-2.0) > 1e-5]
    films = films.take(data.rng.permutation(different)[:n])
    lengths = data.rng.uniform(0.2, 5.0, (len(films), 1)).astype(np.float32)
    return films, films.vectors * lengths, question * np.float32(data.rng.uniform(0.5, 4.0))


def cosines(vectors: np.ndarray, question: np.ndarray) -> np.ndarray:
    """The cosine of every vector with the question, in double precision."""
    vectors, question = vectors.astype(np.float64), question.astype(np.float64)
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(question)
    return np.asarray(vectors @ question / lengths)
