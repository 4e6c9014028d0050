"""Reads a reply as ids or as rows (id, similarity). Whatever it holds, reading it ends in a value
or in a message.
"""

from collections.abc import Collection
from typing import Any

import numpy as np

from vdbcourse.grading import Reply, alike, is_number

ROW = ("id", "similarity")


def film_ids(reply: Reply, known: Collection[int]) -> list[int]:
    """The reply as ids of films, each once."""
    ids = reply.ids()
    are_films(reply, ids, known)
    return ids


def are_films(reply: Reply, ids: list[int], known: Collection[int]) -> None:
    """Are these ids of films, each once?"""
    reply.expect(
        all(number in known for number in ids),
        "At least one of these ids belongs to no film.",
        "ids of films",
    )
    reply.expect(
        len(set(ids)) == len(ids), "A film was returned twice.", "ids that are all different"
    )


def rows_of(reply: Reply) -> tuple[list[int], list[Any]]:
    """The reply as rows: ids, and the values of the second column."""
    rows = reply.rows(ROW)
    for row in rows:
        if not is_number(row[0]) or not float(row[0]).is_integer():
            reply.fail(
                "The first column of a row is the id, a whole number.", "rows (id, similarity)"
            )
    return [int(row[0]) for row in rows], [row[1] for row in rows]


def same_numbers(values: list[Any], true: np.ndarray) -> bool:
    """Are these numbers, and the true ones?"""
    return all(is_number(value) for value in values) and alike(values, true.tolist(), 1e-4)
