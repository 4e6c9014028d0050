"""Recall at k: what share of the true neighbours an approximate search finds."""

from collections.abc import Hashable, Sequence

import numpy as np


def recall_at_k(found: Sequence, truth: Sequence, k: int) -> float:
    """Share of the first `k` of `truth` that stand among the first `k` of `found`, from 0.0 to 1.0.

    Both are lists of ids, nearest first, of one query; or lists of such lists, then the mean over queries is returned.
    A row that did not come back counts as missed; the order within the first k does not matter; an id found twice counts
    once. When `truth` holds fewer than k ids, its length is what could be found. This is ANN recall, against an exact search;
    it says nothing about relevance.

    Raises `ValueError` if k < 1, a truth is empty, or the numbers of queries differ.
    """
    if k < 1:
        raise ValueError(f"k = {k}; recall needs k of at least 1")
    if len(truth) == 0:
        raise ValueError("truth is empty: there is nothing to find, so recall is not defined")
    if not is_list(truth[0]):
        return of_one_query(found, truth, k)
    if len(found) != len(truth):
        raise ValueError(f"found has {len(found)} queries, truth has {len(truth)}")
    return float(np.mean([of_one_query(f, t, k) for f, t in zip(found, truth, strict=True)]))


def of_one_query(found: Sequence[Hashable], truth: Sequence[Hashable], k: int) -> float:
    """Recall of one query."""
    wanted = set(list(truth)[:k])
    if not wanted:
        raise ValueError("truth is empty for a query: there is nothing to find, so recall is not defined")
    return len(wanted & set(list(found)[:k])) / len(wanted)


def is_list(value: object) -> bool:
    """Is this an id's place taken by a list of ids?"""
    return isinstance(value, (list, tuple, np.ndarray))
