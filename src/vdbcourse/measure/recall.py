"""Recall at k: what share of the true neighbours an approximate search finds."""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from fractions import Fraction
from typing import Any

import numpy as np

from vdbcourse.measure.ids import ids_of, refuse_rows, refuse_strangers, shown


def recall_at_k(
    found: Sequence[Any] | np.ndarray, truth: Sequence[Any] | np.ndarray, k: int
) -> float:
    """Share of the first `k` of `truth` that are among the first `k` of `found`, from 0.0 to 1.0.

    Both are lists of ids, nearest first, of one query; or lists of such lists, then the mean over
    queries is returned. A row that did not come back counts as missed; the order within the first k
    does not matter; an id found twice counts once. When `truth` holds fewer than k ids, its length
    counts instead. This is ANN recall, against an exact search; it says nothing about relevance.

    Raises `ValueError` if k < 1, a truth is empty, the numbers of queries differ, or ids can never
    match: texts against numbers, rows against ids, one query's ids against lists of many queries'.
    """
    if k < 1:
        raise ValueError(f"k = {k}; recall needs k of at least 1")
    for name, ids in (("found", found), ("truth", truth)):
        if isinstance(ids, (Set, Mapping)):
            raise ValueError(
                f"{name} is a {type(ids).__name__}, which has no first {k}; give a list, nearest"
                " first"
            )
    if len(truth) == 0:
        raise ValueError("truth is empty: there is nothing to find, so recall is not defined")
    if not any(_is_list(entry) for entry in truth) or isinstance(truth, (str, bytes)):
        return float(_of_one_query(found, truth, k))
    flat = [
        (name, entry)
        for name, lists in (("found", found), ("truth", truth))
        for entry in lists
        if not _is_list(entry)
    ]
    if flat:
        raise ValueError(
            f"{flat[0][0]} holds {shown(flat[0][1])} where another query has a list of ids; give"
            " one list per query"
        )
    if len(found) != len(truth):
        raise ValueError(f"found has {len(found)} queries, truth has {len(truth)}")
    refuse_rows(found, truth, k)
    return float(
        sum(_of_one_query(f, t, k) for f, t in zip(found, truth, strict=True)) / len(truth)
    )


def _of_one_query(found: Iterable[Hashable], truth: Iterable[Hashable], k: int) -> Fraction:
    """Recall of one query, exact: a mean of floats can end just below a value that every query
    reached.
    """
    hits, targets = ids_of(found, "found")[:k], ids_of(truth, "truth")[:k]
    if not targets:
        raise ValueError(
            "truth is empty for a query: there is nothing to find, so recall is not defined"
        )
    refuse_strangers(hits, "found", targets, "truth")
    return Fraction(len({*targets} & {*hits}), len({*targets}))


def _is_list(value: object) -> bool:
    """Is this a list of ids where an id belongs?"""
    return isinstance(value, (list, tuple, np.ndarray))
