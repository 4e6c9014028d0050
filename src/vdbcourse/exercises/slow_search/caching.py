"""The check of the cache: are keys complete, answers reused, returned as copies, never stale?"""

from dataclasses import replace

import numpy as np

from vdbcourse.exercises.slow_search.catalogue import small_table
from vdbcourse.exercises.slow_search.replies import rows_of, same_numbers
from vdbcourse.grading import Answer, Data, Reply, Session, alike, check, is_number

CACHED = 300  # films in the small table
BIT = 3e-6  # the difference between two questions that have different answers


@check("cached_search")
def check_cached_search(cached_search: Answer, upsert_film: Answer, data: Data) -> None:
    """`cached_search(conn, cache, question, k)` -> rows; `upsert_film(conn, cache, film_id, title,
    vector)` writes a film.
    """
    table = FilmTable(data)
    keys_are_whole(cached_search, table)
    is_used(cached_search, table)
    returns_copies(cached_search.beside("front_page"), table)
    is_never_stale(cached_search, upsert_film, table)


class FilmTable:
    """A small table, so that every search is exact, and questions to it.

    `near` holds two questions that hardly differ, and have different answers.
    """

    def __init__(self, data: Data) -> None:
        films, questions = data.films(CACHED), data.questions(6)
        vectors = films.vectors * data.rng.uniform(0.5, 2, (CACHED, 1))
        question = questions[0].astype(np.float64)
        question[5] = (
            # the same in five decimals and in half precision when a little is added or subtracted
            0.0123215
        )
        aside = np.eye(len(question))[5] - question[5] * question / (question @ question)
        vectors[0], vectors[1] = 0.9 * question + 0.4 * aside, 0.9 * question - 0.4 * aside
        bit = np.eye(len(question))[5] * BIT
        self.near = ((question + bit).astype(np.float32), (question - bit).astype(np.float32))
        self.questions = [*questions[1:], questions[1][::-1].copy()]
        self.data, self.postgres = data, data.postgres
        ids = 1_000_000 + data.rng.permutation(CACHED)
        self.films = replace(films, ids=ids, vectors=vectors.astype(np.float32))
        small_table(data, self.films)
        self.session = Session(data)
        self.conn, self.cache = self.session.conn, data.lasting_dict("cache")

    def expect_rows(self, reply: Reply, question: np.ndarray, k: int, why: str) -> None:
        """Are these the rows that a search of the table as it is now would give?"""
        ids, similarities = rows_of(reply)
        true = self.postgres.exact(question, k)
        what = f"{len(true)} rows (id, similarity)"
        similar = np.array([1 - distance for _, distance in true])
        same = ids == [number for number, _ in true] and same_numbers(similarities, similar)
        reply.expect(same, why, what)


def keys_are_whole(cached_search: Answer, table: FilmTable) -> None:
    """Is there one entry for each question and k?"""
    conn, cache, question = table.conn, table.cache, table.questions[0]
    reply = cached_search.on_data(conn, cache, question, 5)
    table.expect_rows(
        reply,
        question,
        5,
        "The cache is empty, so the call must search: return rows as `fast_search` does.",
    )
    reply.expect(
        isinstance(reply.value, list),
        "Return a list: the caller may change what it gets, as `front_page` does, and a tuple or an"
        " array has no `pop`.",
        "a list of rows",
    )
    table.session.expect_as_before(cached_search, reply)
    for k in (3, 8):
        table.expect_rows(
            cached_search.on_data(conn, cache, question, k),
            question,
            k,
            "The same question was asked before with another k, and this call returned that answer."
            " The key needs both.",
        )
    halves = np.split(question, 2)
    turned = [
        np.concatenate([halves[0], halves[1][::-1]]),
        np.concatenate([halves[0][::-1], halves[1]]),
    ]
    for other in (table.questions[1], table.questions[-1], question[::-1].copy(), *turned):
        table.expect_rows(
            cached_search.on_data(conn, cache, other, 5),
            other,
            5,
            "This question got the answer to an earlier one. A part or a sum of its numbers does"
            " not identify a question.",
        )
    for other, k in ((question, 4), (2 * question, 2)):
        table.expect_rows(
            cached_search.on_data(conn, cache, other, k),
            other,
            k,
            "This question and k have the same key as another question and k: a sum or a product"
            " identifies neither. Put both into a tuple.",
        )
    for question in table.near:
        table.expect_rows(
            cached_search.on_data(conn, cache, question, 1),
            question,
            1,
            "Two questions that hardly differ share a key, and the second one got the answer to the"
            " first. A rounded question is a different question: use all of its bytes.",
        )


def is_used(cached_search: Answer, table: FilmTable) -> None:
    """Does a second call use the answer of the first, and is that answer kept in `cache`?"""
    question = table.questions[2]
    before = cached_search.on_data(table.conn, table.cache, question, 5).value
    table.postgres.run("DELETE FROM film WHERE id = %s", [table.postgres.exact(question, 1)[0][0]])
    again = cached_search.on_data(table.conn, table.cache, question, 5)
    again.expect(
        alike(again.value, before, 1e-9),
        "Asked a second time, it searched again. (The check had deleted a film without emptying the"
        " cache, and this answer lacks it.) Do not search for what is in the cache.",
        "the answer of the first call",
    )
    for other, k in ((table.questions[3], 5), (question, 4)):
        cached_search.on_data(table.conn, table.cache, other, k)
    again = cached_search.on_data(table.conn, table.cache, question, 5)
    again.expect(
        alike(again.value, before, 1e-9),
        "Other questions were asked in between, and this one was searched for again, although it"
        " had been answered before: keep every answer, not only the last.",
        "the answer of the first call",
    )
    table.expect_rows(
        cached_search.on_data(table.conn, table.data.lasting_dict("another_cache"), question, 5),
        question,
        5,
        "This call got another, empty cache, and still returned an old answer. Keep answers in"
        " `cache` and nowhere else: whoever empties it relies on that.",
    )


def returns_copies(front_page: Answer, table: FilmTable) -> None:
    """May a caller change the list it gets?"""
    question = table.questions[3]
    ((best, _),) = table.postgres.exact(question, 1)
    for call in range(3):
        reply = front_page.on_data(table.conn, table.cache, question)
        parts = reply.sequence("a row and a list of rows")
        row = parts[0] if parts else None
        right = (
            isinstance(row, (list, tuple))
            and len(row) == 2
            and is_number(row[0])
            and row[0] == best
            and len(parts) == 2
        )
        if call == 0:
            reply.expect(
                right,
                "`front_page` is provided: leave it as it is. It returns the most similar film"
                " first.",
            )
        reply.expect(
            right,
            "The front page removes the best film from its list, and that list was the one in the"
            " cache: each visit gets one film fewer. Return a copy, at the first call as well as"
            " later.",
            "the same best film at each call",
        )


def is_never_stale(cached_search: Answer, upsert_film: Answer, table: FilmTable) -> None:
    """After an upsert, is every answer the same as that of a search?"""
    conn, cache = table.conn, table.cache
    loses, gains, third = table.questions[1], table.questions[4], table.questions[0]
    asked = [(loses, 5), (loses, 3), (gains, 5), (gains, 3), (third, 4)]
    for question, k in asked:
        cached_search.on_data(conn, cache, question, k)
    moved = table.postgres.exact(loses, 1)[0][0]
    reply = upsert_film.on_data(conn, cache, moved, "Moved", -loses)
    table.session.expect_as_before(upsert_film, reply)
    is_written(reply, table, moved, "Moved", -loses)
    for k in (5, 3):
        table.expect_rows(
            cached_search.on_data(conn, cache, loses, k),
            loses,
            k,
            "`upsert_film` changed a film, and this question still gets the old answer: the cache"
            " is stale.",
        )
    far = table.postgres.exact(gains, CACHED)[-1][0]
    far = far if far != moved else table.postgres.exact(gains, CACHED)[-2][0]
    for question, k in asked:
        cached_search.on_data(conn, cache, question, k)
    reply = upsert_film.on_data(conn, cache, far, "Arrived", 2 * gains)
    is_written(reply, table, far, "Arrived", 2 * gains)
    arrived(cached_search, table, gains)
    cached_search.on_data(conn, cache, third, 4)
    reply = upsert_film.on_data(conn, cache, 2_000_000_000, "New", 3 * third)
    is_written(reply, table, 2_000_000_000, "New", 3 * third)
    arrived(cached_search, table, third)


def arrived(cached_search: Answer, table: FilmTable, question: np.ndarray) -> None:
    """Is a film that was written right beside the question in its answers?"""
    for k in (5, 3, 4):
        table.expect_rows(
            cached_search.on_data(table.conn, table.cache, question, k),
            question,
            k,
            "A film was written right beside this question, and the answer is still the old one. A"
            " changed film can enter answers that it was not in: no list of ids shows which entries"
            " are stale.",
        )


def is_written(reply: Reply, table: FilmTable, number: int, title: str, vector: np.ndarray) -> None:
    """Is the film in the table, with its other columns as they were?"""
    rows = table.postgres.run(
        "SELECT title, embedding, year, decade, genre FROM film WHERE id = %s", [number]
    )
    what = "one row with the new title and the new vector"
    reply.expect(len(rows) == 1, "After the call there is not exactly one film with this id.", what)
    ((new_title, embedding, *others),) = rows
    reply.expect(
        new_title == title
        and embedding is not None
        and np.array_equal(embedding.to_numpy(), vector),
        "The film with this id does not have the title and the vector of the call. It must have"
        " both, whether it existed before or not.",
        what,
    )
    place = np.flatnonzero(table.films.ids == number)
    films = table.films
    before = [(int(films.years[i]), int(films.decades[i]), films.genres[i]) for i in place]
    reply.expect(
        tuple(others) in (before or [tuple(others)]),
        "The film has lost its year, or another column that the call does not name. A row that is"
        " deleted and inserted again has only the columns that the insert names; `ON CONFLICT (id)"
        " DO UPDATE` leaves the others unchanged.",
        "the other columns as they were",
    )
