"""Compares the reply to a search of exercise 03 with the expected rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vdbcourse.exercises.metadata_filtering.shelf import Row
from vdbcourse.grading import Reply, is_number, kind_of

WITHIN = 1e-4  # of a distance or a score
PAIR = "(number of films, list of rows)"


@dataclass(frozen=True)
class Number:
    """The third column. wrong, one_minus: the messages when it is something else, or 1 minus the
    right value.
    """

    name: str
    wrong: str
    one_minus: str


DISTANCE = Number(
    "distance",
    "Return the cosine distance as `<=>` computes it, neither rounded nor subtracted from 1.",
    "That is the cosine similarity, 1 - distance, which is largest for the nearest film. Return the"
    " distance itself.",
)
SCORE = Number(
    "score",
    "Return the cosine similarity as Milvus returns it in `distance`, neither rounded nor"
    " subtracted from 1.",
    "That is 1 - similarity. For COSINE the field that Milvus calls `distance` is already a"
    " similarity; return it unchanged.",
)


def are_films(
    reply: Reply,
    passing: list[Row],
    k: int,
    why: str,
    mistakes: Mapping[tuple[int, ...], str] | None = None,
    number: Number = DISTANCE,
) -> None:
    """Are these the first k of `passing`, which is sorted nearest first? `mistakes`: the messages
    for known wrong ids.
    """
    if reply.value is None and not passing:
        reply.fail(f"{why} Return an empty list; None is not a list.", "[]")
    returned, true = rows(reply, number.name), passing[:k]
    ids, wanted = [row[0] for row in returned], [row[0] for row in true]
    what = f"{len(true)} row{'s' * (len(true) != 1)} (id, title, {number.name})"
    if ids != wanted:
        differ = difference(ids, wanted, {row[0] for row in passing})
        reply.fail((mistakes or {}).get(tuple(ids), f"{why} {differ}" if wanted else why), what)
    if [row[1] for row in returned] != [row[1] for row in true]:
        reply.fail(f"{why} A film has the title of another film.", what)
    numbers, right = (np.array([row[2] for row in films], np.float64) for films in (returned, true))
    if not np.allclose(numbers, right, atol=WITHIN, rtol=0):
        is_one_minus = np.allclose(numbers, 1 - right, atol=WITHIN, rtol=0)
        reply.fail(number.one_minus if is_one_minus else f"{why} {number.wrong}", what)


def difference(ids: list[int], wanted: list[int], passing: set[int]) -> str:
    """How ids differ from the expected ones."""
    if len(set(ids)) < len(ids):
        return "A film was returned more than once."
    if set(ids) - passing:
        return "A film was returned that does not pass the filter."
    if len(ids) > len(wanted):
        return "More than k rows were returned: limit the search to k."
    if len(ids) < len(wanted):
        return "Fewer rows were returned, although more films pass the filter."
    if set(ids) == set(wanted):
        return "These are the right films, but not nearest first."
    return "Nearer films pass the filter as well."


def rows(reply: Reply, number: str) -> list[tuple[int, str, float]]:
    """The rows (id, title, number) of a reply, each of the right kind."""
    what = f"rows (id, title, {number})"
    items = reply.sequence(f"a list of {what}")
    if any(
        isinstance(item, list) and (not item or isinstance(item[0], (list, tuple, dict)))
        for item in items
    ):
        why = (
            "This is a list in a list. Milvus answers a list of questions with a list of answers:"
            " use the first one, `[0]`."
        )
        reply.fail(why, what)
    if any(isinstance(item, dict) and "entity" in item for item in items):
        why = (
            "These are the hits as Milvus returns them. Take the three values from each; a caller"
            " should not need to know Milvus."
        )
        reply.fail(why, what)
    items = reply.rows(["id", "title", number])
    for row in items:
        is_id = isinstance(row[0], (int, np.integer)) and not isinstance(row[0], bool)
        if not (is_id and isinstance(row[1], str) and is_number(row[2])):
            held = ", ".join(map(kind_of, row))
            reply.fail(
                f"A row holds {held}. It must hold, in this order: the id, the title, the"
                f" {number}.",
                what,
            )
    return items


def is_answer(
    reply: Reply,
    passing: list[Row],
    k: int,
    why: str,
    totals: Mapping[int, str] | None = None,
    mistakes: Mapping[tuple[int, ...], str] | None = None,
) -> None:
    """Is it (how many films pass, the nearest k of them)? `totals`, `mistakes`: the messages for
    known wrong numbers and ids.
    """
    if not passing and (
        reply.value is None
        or (isinstance(reply.value, (list, tuple)) and None in list(reply.value)[:2])
    ):
        reply.fail(
            f"{why} Here the call returned None for both or one of them: return 0 and an empty"
            " list.",
            PAIR,
        )
    pair = reply.sequence(f"a tuple {PAIR}")
    if len(pair) != 2:
        reply.fail(f"Return a tuple of two, {PAIR}; this one has {len(pair)}.", PAIR)
    total, films = (Reply(part, reply.call, reply.shapes_only) for part in pair)
    if isinstance(total.value, (list, tuple)):
        why = "The two parts are swapped: the number comes first, then the rows."
        if not isinstance(films.value, int):
            why = (
                "The number is still in its row. `fetchone()` returns a row, even for a single"
                " column: take `[0]` of it."
            )
        reply.fail(why, PAIR)
    count = total.number(0)
    if count != len(passing):
        mistaken = int(count) if count.is_integer() else -1
        reply.fail((totals or {}).get(mistaken, f"{why} The number of films is wrong."), PAIR)
    are_films(films, passing, k, why, mistakes)
