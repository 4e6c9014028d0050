"""Shared by the answers to several tasks of exercise 09_slow_search."""

import numpy as np

NEAREST = "SELECT id FROM film ORDER BY embedding <=> %s LIMIT %s"


TABLE = {}


def remembered(conn):
    """Ids of the films and their vectors of length 1, read once for each large table."""
    first = conn.execute("SELECT title FROM film WHERE id = 1").fetchall()
    if first and TABLE.get("first") != first:
        rows = conn.execute("SELECT id, embedding FROM film", binary=True).fetchall()
        vectors = np.array([vector.to_numpy() for _, vector in rows])
        TABLE["ids"] = np.array([number for number, _ in rows])
        TABLE["first"], TABLE["units"] = (
            first,
            vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        )
    return TABLE["ids"], TABLE["units"]
