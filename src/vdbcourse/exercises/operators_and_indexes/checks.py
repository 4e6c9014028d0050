"""The checks of exercise 11, after pgvector's README, "Querying" and "Indexing", and PostgreSQL's
page on EXPLAIN.
"""

import itertools
from typing import Any

import numpy as np

from vdbcourse.exercises.operators_and_indexes.broken import BROKEN, PARAMETERS
from vdbcourse.exercises.operators_and_indexes.film_table import (
    INDEXES,
    FilmTable,
    indexes_of,
    removed_by,
)
from vdbcourse.exercises.operators_and_indexes.metrics import METRICS
from vdbcourse.exercises.operators_and_indexes.plans import PLANS
from vdbcourse.grading import Answer, Data, Reply, check, is_number, rounded
from vdbcourse.grading.checks.postgres_session import Session


@check("nearest")
def check_nearest(nearest: Answer, data: Data) -> None:
    """`nearest(conn, question, metric, k)` -> rows (id, distance), nearest first by that metric."""
    table = FilmTable(data, nearest, *INDEXES)
    conn = data.postgres.conn
    for metric, question in itertools.product(METRICS, table.questions[:2]):
        for k in (5, 40):
            reply = nearest.on_data(conn, question, metric, k)
            are_nearest(reply, table, question, metric, k)


def are_nearest(reply: Reply, table: FilmTable, question: np.ndarray, metric: str, k: int) -> None:
    """Are these the k nearest films by this metric, with the operator's distances?"""
    operator = METRICS[metric].operator
    rows = reply.rows(("id", "distance"))
    what = f"the {k} nearest films by {metric}, `{operator}`"
    reply.expect(
        all(is_number(number) and number in table.places for number, _ in rows),
        "The first column is not an id of the table. A row is (id, distance).",
        what,
    )
    ids = [int(number) for number, _ in rows]
    reply.expect(
        ids != table.farthest(question, metric, k),
        f"These are the farthest films, not the nearest. `{operator}` returns a distance: smaller"
        " is nearer, also for `<#>`, which returns the inner product times -1 for this very reason."
        " Sort ascending.",
        what,
    )
    expected = table.nearest(question, metric, k)
    for other in METRICS:
        reply.expect(
            ids in (expected, []) or ids != table.nearest(question, other, k),
            f"These are the nearest films by {other}, `{METRICS[other].operator}`. The vectors have"
            f" different lengths, so each metric has an order of its own: {metric} is"
            f" `{operator}`.",
            what,
        )
    reply.expect(len(rows) == k, "The call returned another number of rows than k.", what)
    reply.expect(set(ids) == set(expected), "Nearer films than these exist.", what)
    reply.expect(
        ids == expected,
        "These are the nearest films, but not nearest first.",
        what,
    )
    true = np.array([table.distance(question, metric, number) for number in ids])
    given = [distance for _, distance in rows]
    are_numbers = all(is_number(distance) for distance in given)
    reply.expect(are_numbers, "The second column is not a number. A row is (id, distance).", what)
    if np.allclose(given, true, rtol=1e-4, atol=1e-4):
        return
    reply.expect(
        not np.allclose(given, -true, rtol=1e-4, atol=1e-4),
        f"The order is right, but the second column has the other sign. Return what `{operator}`"
        " returns, a distance; a score is the next task.",
        what,
    )
    reply.expect(
        not np.allclose(given, 1 - true, rtol=1e-4, atol=1e-4),
        "The order is right, but the second column is 1 - distance. Return the distance itself; a"
        " score is the next task.",
        what,
    )
    reply.fail(f"The order is right, but the second column is not what `{operator}` returns.", what)


CONVENTION = "L2 and L1 have no exact score. The convention of this task is 1 / (1 + distance)"
SMALL = "That is the distance: it is small for what is near. A score is large for it."


@check("score")
def check_score(score: Answer, data: Data) -> None:
    """`score(metric, distance)` -> similarity, inner product, or 1 / (1 + distance)."""
    for metric, distances in (
        ("cosine", (0.25, 0.0, 1.0, 1.75)),
        ("inner product", (-0.5, 0.0, 3.25, -7.0)),
        ("l2", (3.0, 0.0, 0.6, 40.0)),
        ("l1", (4.0, 0.0, 0.7, 300.0)),
    ):
        for distance in distances:
            is_score(score(metric, distance), metric, distance)
    for distance in data.rng.uniform(0.1, 1.9, 3).tolist():
        for metric, factor in (("cosine", 1), ("inner product", -3), ("l2", 1), ("l1", 9)):
            is_score(score.on_data(metric, factor * distance), metric, factor * distance)


def is_score(reply: Reply, metric: str, d: float) -> None:
    """Is it the score of the metric?"""
    if metric == "cosine":
        expected = 1 - d
        why = "The cosine distance is 1 - similarity, so the similarity is 1 - distance."
        mistakes = {
            d: SMALL,
            1 - d / 2: (
                "`1 - distance / 2` squeezes the cosine similarity into 0 to 1. That is a"
                " convention; the similarity itself is 1 - distance, from -1 to 1."
            ),
            1 / (1 + d): (
                "1 / (1 + distance) is for distances without an exact score. From the cosine"
                " distance you get the similarity itself back: 1 - distance."
            ),
            0.0: (
                "A similarity may be negative: the vectors then point away from each other. Do not"
                " cut it off at 0."
            ),
        }
    elif metric == "inner product":
        expected = -d
        why = "`<#>` returns the inner product times -1."
        mistakes = {
            d: (
                "`<#>` returns the inner product times -1. Undo it, or the best film has the lowest"
                " score."
            ),
            1 - d: (
                "1 - distance is for the cosine distance. `<#>` returns the inner product times -1:"
                " nothing is subtracted from 1."
            ),
            0.0: "An inner product may be any number, also a negative one.",
        }
    else:
        expected = 1 / (1 + d)
        why = f"{CONVENTION}."
        mistakes = {
            1 - d: (
                f"{CONVENTION}: `1 - distance` is negative for a distance above 1, and no"
                " similarity."
            ),
            d: SMALL,
            1 - d / 2: (
                f"{CONVENTION}. `1 - distance / 2` is made for the cosine distance; fed with L2 it"
                " is right at both ends only, and negative for long vectors."
            ),
        }
    reply.equals(expected, why, mistakes=mistakes | rounded(expected))


@check("create_index")
def check_create_index(create_index: Answer, data: Data) -> None:
    """`create_index(conn, metric)` makes an HNSW index for that metric and returns its name."""
    table = FilmTable(data, create_index)
    session = Session(data)
    made: dict[str, str] = {}
    for metric in METRICS:
        reply = create_index.on_data(session.conn, metric)
        session.expect_as_before(create_index, reply)
        made[metric] = serves(reply, table, metric, made)
    for metric in METRICS:
        reply = create_index.on_data(session.conn, metric)
        reply.expect(
            table.vector_indexes().keys() == set(made.values()),
            "The second call for the same metric made a second index, or removed one. A copy takes"
            " space, and time at every insert: derive the name from the metric, and use `IF NOT"
            " EXISTS`.",
            "the indexes as before",
        )
        reply.equals(made[metric], "Return the name of the index, even when it exists already.")


def serves(reply: Reply, table: FilmTable, metric: str, before: dict[str, str]) -> str:
    """Is there one index more, which serves the metric's operator, and is its name returned?
    Returns the name.
    """
    operator, wanted = METRICS[metric].operator, METRICS[metric].operator_class
    what = f"an HNSW index of the class {wanted}"
    indexes = table.vector_indexes()
    reply.expect(
        all(
            indexes.get(name, ("", ""))[1] == METRICS[other].operator_class
            for other, name in before.items()
        ),
        "The call removed the index of another metric, whose queries now read the whole table. A"
        " name for each metric keeps them apart.",
        f"{what}, beside the others",
    )
    new = sorted(indexes.keys() - set(before.values()))
    reply.expect(
        new,
        "The call made no index. With `IF NOT EXISTS`, an index of the same name for another metric"
        " is enough to do nothing. Give each metric a name of its own.",
        what,
    )
    reply.expect(len(new) == 1, f"The call made {len(new)} indexes.", what)
    method, operators = indexes[new[0]]
    reply.expect(
        method == "hnsw",
        f"The index uses the method {method}. Here it is to be `USING hnsw`.",
        what,
    )
    served = next((m.operator for m in METRICS.values() if m.operator_class == operators), None)
    reply.expect(
        operators == wanted,
        f"The index has the class {operators}, which serves `{served}` alone. A query for"
        f" {metric} orders by `{operator}`, and reads the whole table.",
        what,
    )
    reply.expect(
        not table.is_partial(new[0]),
        "The index has a WHERE, so it holds not all of the rows, and cannot serve a search of all"
        " films.",
        what,
    )
    query = f"SELECT id FROM film ORDER BY embedding {operator} %(q)s LIMIT 5"
    plan = table.plan(query, {"q": table.questions[0]})
    reply.expect(
        indexes_of(plan) == {new[0]},
        "The query `ORDER BY embedding ... LIMIT 5` does not use the index: it holds another"
        " expression than the column.",
        what,
    )
    reply.equals(new[0], "Return the name of the index.")
    return new[0]


@check("read_plan")
def check_read_plan(read_plan: Answer, data: Data) -> None:
    """`read_plan(plan)` -> (name of the index or None, rows removed by all filters)."""
    for example in PLANS:
        reply = read_plan(example.plan)
        is_pair(reply)
        reply.equals(example.answer, example.why, mistakes=example.mistakes)
    table = FilmTable(data, read_plan, *INDEXES)
    decade = int(np.median(table.films.decades))
    for ending in (
        "ORDER BY embedding <=> %(q)s LIMIT 5",
        "WHERE decade = %(d)s ORDER BY embedding <=> %(q)s LIMIT 5",
        "WHERE decade = %(d)s ORDER BY embedding <-> %(q)s LIMIT 5",
    ):
        plan = table.plan(f"SELECT id FROM film {ending}", {"q": table.questions[0], "d": decade})
        reply = read_plan.on_data(plan)
        is_pair(reply)
        reply.equals(
            (next(iter(indexes_of(plan)), None), removed_by(plan)),
            "This plan is from the server: look into all of its steps.",
        )


def is_pair(reply: Reply) -> None:
    """Are these an index or None, and a number?"""
    what = "two values: (name of the index or None, rows removed)"
    values = reply.sequence(what)
    reply.expect(len(values) == 2, "Return two values.", what)
    index, removed = values
    reply.expect(
        index is None or isinstance(index, str),
        "The first value is the name of the index, or None if the table was read.",
        what,
    )
    reply.expect(
        is_number(removed),
        "The second value is the number of rows that filters removed, 0 if there was no filter.",
        what,
    )


@check("mended")
def check_mended(mended: Answer, data: Data) -> None:
    """`mended(name)` -> the query, mended: the same rows as the exact search, by the index."""
    table = FilmTable(data, mended, *INDEXES)
    for name in BROKEN:
        query = mended(name)
        query.text()
        for question, k in zip(table.questions[:2], (5, 25), strict=True):
            is_mended(query, table, name, question, k)


def is_mended(reply: Reply, table: FilmTable, name: str, question: np.ndarray, k: int) -> None:
    """Does the query use its index, and return what the exact search returns?"""
    wanted = BROKEN[name]
    true = table.distances(question)
    order = np.sort(true)
    most = float(order[9] + order[10]) / 2  # ten films are nearer
    values = {"q": question, "k": k, "most": most}
    rows, plan = answered(reply, table, values)
    expected = [d for d in order[:k] if name != "threshold" or d < most]
    what = f"{len(expected)} rows (id, {wanted.column}), nearest first, by the index {wanted.index}"
    reply.expect(
        all(len(row) == 2 and row[0] in table.places and is_number(row[1]) for row in rows),
        f"Keep the columns of the broken query: (id, {wanted.column}).",
        what,
    )
    ids = [row[0] for row in rows]
    reply.expect(
        ids != table.farthest(question, "cosine", k),
        "These are the farthest films: once you order by the distance, the nearest come first"
        " ascending. DESC was right for the similarity only.",
        what,
    )
    reply.expect(
        ids != table.nearest(question, "l2", k),
        "These are the nearest by L2, `<->`, not by the cosine distance: the vectors have different"
        " lengths. An index of the class `vector_cosine_ops` serves `<=>`.",
        what,
    )
    has_word = wanted.word in str(reply.value).lower()
    why = wanted.why if has_word else wanted.why_without
    reply.expect(wanted.index in indexes_of(plan), why, what)
    found = np.array([true[table.places[number]] for number in ids])
    within = 2e-3 if name == "cast" else 1e-5  # half precision
    reply.expect(
        name != "threshold" or (found < most).all(),
        "There are rows that are not nearer than `%(most)s`. Keep the condition, beside ORDER BY"
        " and LIMIT or around them.",
        what,
    )
    reply.expect(
        len(rows) == len(expected),
        "The query returns another number of rows than the exact search. LIMIT is `%(k)s`.",
        what,
    )
    reply.expect(
        np.allclose(np.sort(found), expected, atol=within),
        "Nearer films than these exist: the query orders by something else than the cosine"
        " distance.",
        what,
    )
    reply.expect(
        np.allclose(found, expected, atol=within),
        "These are the right films, but not nearest first.",
        what,
    )
    reply.expect(
        np.allclose([row[1] for row in rows], 1 - found if name == "score" else found, atol=within),
        "The second column of this query is the score, 1 - distance. Ordering by the distance does"
        " not keep you from returning the score."
        if name == "score"
        else "The second column of this query is the cosine distance.",
        what,
    )


def answered(
    reply: Reply, table: FilmTable, values: dict[str, Any]
) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """The rows of the query and its plan, or PostgreSQL's words on why there are none."""
    import psycopg  # noqa: PLC0415

    try:
        return table.run(str(reply.value), values), table.plan(str(reply.value), values)
    except psycopg.Error as error:
        reply.fail(
            f"PostgreSQL or its client refuses the query: {str(error).splitlines()[0]}. It is one"
            f" SELECT with the parameters {PARAMETERS}, and no SET before it.",
            "a query",
        )
