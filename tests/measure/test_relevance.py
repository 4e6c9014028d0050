"""NDCG and reciprocal rank against values worked out by hand."""

import math

import numpy as np
import pytest

from vdbcourse.measure import ndcg_at_k, reciprocal_rank


@pytest.mark.parametrize(
    ("found", "gains", "k", "expected"),
    [
        ([1, 2, 3], {1: 3, 2: 2, 3: 1}, 3, 1.0),
        ([9, 1], {1: 1}, 2, 1 / math.log2(3)),
        # got 1 + 3 / log2(3) = 2.8928, best 3 + 1 / log2(3) = 3.6309
        ([2, 1], {1: 3, 2: 1}, 2, (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))),
        ([9, 8, 7, 1], {1: 1}, 3, 0.0),
        ([1], {1: 1, 2: 1}, 5, 1 / (1 + 1 / math.log2(3))),
        ([1, 1], {1: 1, 2: 1}, 2, 1 / (1 + 1 / math.log2(3))),
        ([1, 1, 2], {1: 1, 2: 1}, 3, (1 + 1 / 2) / (1 + 1 / math.log2(3))),
        ([], {1: 1}, 10, 0.0),
        # the example of Wikipedia's article: gains 3 2 3 0 1 2 in this order and nothing else:
        # 6.861 / 7.141
        (list("abcdef"), dict(zip("abcdef", [3, 2, 3, 0, 1, 2], strict=True)), 6, 0.9608),
    ],
)
def test_ndcg_by_hand(found, gains, k, expected):
    assert ndcg_at_k(found, gains, k) == pytest.approx(expected, abs=1e-4)


def test_ndcg_agrees_with_a_second_way_to_compute_it():
    """Matrix form: gains by rank times discounts, as most libraries have it."""
    rng = np.random.default_rng(5)
    for _ in range(50):
        gains = dict(enumerate(rng.integers(0, 4, 30).tolist())) | {30: 1}
        order = rng.permutation(31)
        discounts = 1 / np.log2(np.arange(2, 12))
        got = np.array([gains[i] for i in order.tolist()])[:10] @ discounts
        best = np.sort(list(gains.values()))[::-1][:10] @ discounts
        assert ndcg_at_k(order.tolist(), gains, 10) == pytest.approx(got / best)


@pytest.mark.parametrize(
    ("gains", "k", "message"),
    [
        ({1: 1}, 0, "at least 1"),
        ({}, 3, "nothing to find"),
        ({1: 0}, 3, "nothing"),
        ({1: -1}, 3, "negative"),
    ],
)
def test_ndcg_refuses_what_has_no_answer(gains, k, message):
    with pytest.raises(ValueError, match=message):
        ndcg_at_k([1], gains, k)


def test_reciprocal_rank_by_hand():
    assert reciprocal_rank([9, 1, 2], [2, 1]) == 0.5
    assert reciprocal_rank([1], [1]) == 1.0
    assert reciprocal_rank([9, 8], [1]) == 0.0
    assert reciprocal_rank([], {1}) == 0.0
    with pytest.raises(ValueError, match="nothing to find"):
        reciprocal_rank([1], [])
