"""Exact nearest neighbours: the ground truth that an approximate search is measured against."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

BLOCK_BYTES = 128 * 2**20  # memory for the distances of one block of queries


class Neighbours(NamedTuple):
    """The k nearest rows of every query, nearest first."""

    indices: np.ndarray  # (n_queries, k) int64: row numbers of `vectors`
    distances: np.ndarray  # (n_queries, k) float64: smaller is nearer


def exact_knn(
    query_vectors: ArrayLike, vectors: ArrayLike, k: int, metric: str = "cosine"
) -> Neighbours:
    """The `k` nearest of `vectors` (n, dim) for each of `query_vectors` (n_queries, dim) or for one
    query (dim,).

    Every distance is computed in double precision and rounded to 12 decimals of the longest
    vectors' scale, so that equal rows tie; of rows at the same distance the one with the lower
    number comes first. Distances are those of pgvector's operators, smaller is nearer: "cosine" 1 -
    cos (`<=>`), "l2" Euclidean (`<->`), "inner_product" the negative inner product (`<#>`), "l1"
    taxicab (`<+>`).

    Raises `ValueError` for an unknown metric, different dimensions, NaN or infinity, a zero vector
    under cosine, or `k` outside 1..n.
    """
    if metric not in METRICS:
        raise ValueError(f"metric {metric!r} is not known; use one of {', '.join(METRICS)}")
    queries = _as_matrix(query_vectors, "query_vectors")
    rows = _as_matrix(vectors, "vectors")
    if queries.shape[1] != rows.shape[1]:
        raise ValueError(
            f"query_vectors have {queries.shape[1]} dimensions, vectors have {rows.shape[1]}"
        )
    if not 1 <= k <= len(rows):
        raise ValueError(f"k = {k} is outside 1..{len(rows)}, the number of vectors")
    if metric == "cosine":
        queries, rows = _unit(queries, "query_vectors"), _unit(rows, "vectors")
        exponents = np.zeros(
            (len(queries), 1), dtype=np.int32
        )  # the type ldexp takes on every system
    else:
        queries, rows, exponents = _to_one_scale(queries, rows, metric)
    indices = np.empty((len(queries), k), dtype=np.int64)
    distances = np.empty((len(queries), k))
    block = max(1, BLOCK_BYTES // (8 * len(rows)))
    for start in range(0, len(queries), block):
        part = slice(start, start + block)
        all_distances = METRICS[metric](queries[part], rows).round(12) + 0.0  # no -0.0
        indices[part] = np.stack([nearest(row, k) for row in all_distances])
        distances[part] = np.ldexp(
            np.take_along_axis(all_distances, indices[part], axis=1), exponents[part]
        )
    return Neighbours(indices, distances)


def nearest(distances: np.ndarray, k: int) -> np.ndarray:
    """Positions of the `k` smallest of `distances` (n,), by distance and then by position."""
    if k < len(distances):
        limit = np.partition(distances, k - 1)[k - 1]
        candidates = np.flatnonzero(distances <= limit)  # more than k when several lie at the limit
    else:
        candidates = np.arange(len(distances))
    order = np.argsort(distances[candidates], kind="stable")[:k]
    positions: np.ndarray = candidates[order]
    return positions


def _as_matrix(values: ArrayLike, name: str) -> np.ndarray:
    """`values` as (n, dim) float64. Raises `ValueError` if they cannot be."""
    matrix = np.atleast_2d(np.asarray(values, dtype=np.float64))
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(
            f"{name} must be of shape (n, dim) with at least one value, not {matrix.shape}"
        )
    if not np.isfinite(matrix).all():
        raise ValueError(
            f"{name} holds NaN or infinity in row"
            f" {int(np.flatnonzero(~np.isfinite(matrix).all(axis=1))[0])}"
        )
    return matrix


def _unit(matrix: np.ndarray, name: str) -> np.ndarray:
    """Rows scaled to length 1. Raises `ValueError` for a zero vector, which has no direction."""
    # Without this, squares overflow or vanish.
    scaled: np.ndarray = np.ldexp(matrix, -_exponent(np.abs(matrix).max(axis=1, keepdims=True)))
    norms = np.linalg.norm(scaled, axis=1, keepdims=True)
    if not norms.all():
        raise ValueError(
            f"{name} holds a zero vector in row {int(np.flatnonzero(norms == 0)[0])}; it has no"
            " cosine distance"
        )
    directions: np.ndarray = scaled / norms
    return directions


def _to_one_scale(
    queries: np.ndarray, rows: np.ndarray, metric: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both, scaled so that no vector is longer than 1; and the power of two that restores each
    query's distances.

    Powers of two change no digit. An inner product may scale its two sides separately, a difference
    may not.
    """
    longest_row = _longest(rows).max()
    if metric == "inner_product":
        of_queries = _longest(queries)
        return (
            np.ldexp(queries, -of_queries),
            np.ldexp(rows, -longest_row),
            of_queries + longest_row,
        )
    common = max(longest_row, _longest(queries).max())
    return np.ldexp(queries, -common), np.ldexp(rows, -common), np.full((len(queries), 1), common)


def _longest(matrix: np.ndarray) -> np.ndarray:
    """For each row the exponent of a power of two that its length does not exceed, shape (n, 1)."""
    largest = _exponent(np.abs(matrix).max(axis=1, keepdims=True))
    norms = np.linalg.norm(np.ldexp(matrix, -largest), axis=1, keepdims=True)
    exponents: np.ndarray = largest + _exponent(norms)
    return exponents


def _exponent(values: np.ndarray) -> np.ndarray:
    """The exponent of the least power of two above each value; 0 for 0."""
    exponents: np.ndarray = np.frexp(values)[1]
    return exponents


def _l2(queries: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Euclidean distances (n_queries, n), by differences: the shorter formula with squares loses
    digits near zero.
    """
    return np.stack([np.sqrt(((rows - query) ** 2).sum(axis=1)) for query in queries])


def _l1(queries: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Taxicab distances (n_queries, n)."""
    return np.stack([np.abs(rows - query).sum(axis=1) for query in queries])


METRICS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "cosine": lambda queries, rows: 1.0 - queries @ rows.T,
    "l2": _l2,
    "inner_product": lambda queries, rows: -(queries @ rows.T),
    "l1": _l1,
}
