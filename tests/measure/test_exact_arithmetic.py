"""The measures and sizes against exact arithmetic: whole numbers, fractions, fifty digits; and what
hypothesis finds to try.

What is drawn is derived from each test alone, so a run is as repeatable as any other.
"""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vdbcourse import sizing
from vdbcourse.measure import (
    exact_knn,
    latency_percentiles,
    ndcg_at_k,
    recall_at_k,
    reciprocal_rank,
)
from vdbcourse.measure.latency import nearest_rank

settings.register_profile("course", derandomize=True, deadline=None, database=None)
settings.load_profile("course")

IDS = st.lists(st.integers(0, 12), max_size=15)
SOME_IDS = st.lists(st.integers(0, 12), min_size=1, max_size=15)
TENTHS = [Decimal(tenth) / 10 for tenth in range(1, 1001)]  # 0.1 % to 100 %


# ---- percentiles


def test_a_rank_is_the_smallest_that_so_many_values_do_not_exceed():
    """All whole and tenth percents of 1 to 3,000 values."""
    tenths = np.arange(1, 1001)
    for n in range(1, 3001):
        expected = -(-tenths * n // 1000)  # rank / n >= tenths / 1000, in whole numbers
        assert [nearest_rank(p, n) for p in TENTHS] == expected.tolist(), n


@pytest.mark.parametrize("n", [1, 2, 3, 7, 99, 100, 101, 999, 1000, 1001, 3000])
def test_a_percentile_is_the_value_at_its_rank(n):
    seconds = np.arange(n, 0, -1)  # the value at rank r is r
    found = latency_percentiles(seconds, [float(p) for p in TENTHS])
    assert list(found.values()) == [-(-tenth * n // 1000) * 1000 for tenth in range(1, 1001)]


def test_percentiles_that_floating_point_gets_wrong():
    hundred, thousand = np.arange(1, 101) / 1000, np.arange(1, 1001) / 1000
    assert latency_percentiles(hundred, (7, 14, 28, 55, 56)) == {
        "p7_ms": 7, "p14_ms": 14, "p28_ms": 28, "p55_ms": 55, "p56_ms": 56,
    }  # fmt: skip
    assert latency_percentiles(thousand, (99.9,)) == {"p99.9_ms": 999}


def test_a_percentile_is_named_by_all_its_digits():
    assert list(latency_percentiles([1.0], (5, 10.0, 100, 99.99999, np.float32(99.9)))) == [
        "p5_ms", "p10_ms", "p100_ms", "p99.99999_ms", "p99.9_ms",
    ]  # fmt: skip


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.integers(1, 10_000))
def test_a_percentile_is_a_latency_that_was_measured(seconds, hundredths):
    (found,) = latency_percentiles(seconds, (hundredths / 100,)).values()
    reached = [
        one
        for one in sorted(seconds)
        if sum(x <= one for x in seconds) * 10_000 >= hundredths * len(seconds)
    ]
    assert found == reached[0] * 1000


def test_latencies_are_not_sorted_in_the_callers_hands():
    seconds = np.array([3.0, 1.0, 2.0])
    latency_percentiles(seconds)
    assert seconds.tolist() == [3.0, 1.0, 2.0]


# ---- recall, NDCG, reciprocal rank


@given(st.lists(st.tuples(IDS, SOME_IDS), min_size=1, max_size=12), st.integers(1, 15))
def test_recall_is_the_exact_mean_of_exact_shares(queries, k):
    shares = [Fraction(len(set(f[:k]) & set(t[:k])), len(set(t[:k]))) for f, t in queries]
    assert recall_at_k([f for f, _ in queries], [t for _, t in queries], k) == float(
        sum(shares) / len(shares)
    )


@pytest.mark.parametrize("n", [3, 7, 10, 49, 1000])
def test_a_floor_that_every_query_reaches_is_reached_by_the_mean(n):
    for hits in range(1, 11):
        found, truth = [*range(hits), *range(100, 110 - hits)], list(range(10))
        assert recall_at_k([found] * n, [truth] * n, 10) == hits / 10


@given(IDS, st.dictionaries(st.integers(0, 12), st.floats(0, 1e9), min_size=1), st.integers(1, 15))
def test_ndcg_agrees_with_fifty_digits(found, gains, k):
    if max(gains.values()) < 1e-9:
        gains[0] = 1.0
    with localcontext() as context:
        context.prec = 50

        def dcg(ordered):
            return sum(
                Decimal(gain) * Decimal(2).ln() / Decimal(rank + 1).ln()
                for rank, gain in enumerate(ordered, 1)
            )

        first = found[:k]
        got = dcg(
            [0 if one in first[:place] else gains.get(one, 0) for place, one in enumerate(first)]
        )
        expected = got / dcg(sorted(gains.values(), reverse=True)[:k])
    value = ndcg_at_k(found, gains, k)
    assert value == pytest.approx(float(expected), rel=1e-14)
    assert 0 <= value <= 1


@given(SOME_IDS, st.integers(1, 15))
def test_the_best_order_has_an_ndcg_of_exactly_one(ids, k):
    gains = {one: 1 + one / 3 for one in ids}
    assert ndcg_at_k(sorted(gains, key=gains.get, reverse=True), gains, k) == 1.0


def test_no_order_is_better_than_the_best():
    """Without a bound this one has 1.0000000000000002."""
    gains = {one: 1 + steps * 2.0**-52 for one, steps in enumerate([0, 3, 0, 2, 1, 3, 2])}
    assert ndcg_at_k([1, 6, 5, 3, 0, 2, 4], gains, 7) == 1.0


def test_gains_that_cannot_be_added_are_refused():
    with pytest.raises(ValueError, match="too large"):
        ndcg_at_k([1], {1: 1e308, 2: 1e308}, 2)


@given(IDS, st.sets(st.integers(0, 12), min_size=1))
def test_the_reciprocal_rank_is_that_of_the_first_relevant_one(found, relevant):
    places = [place for place, one in enumerate(found) if one in relevant]
    assert reciprocal_rank(found, relevant) == (1 / (places[0] + 1) if places else 0.0)


# ---- ids that can never match

ROWS = [(1,), (2,)]  # as fetchall() returns them
MISMATCHED = [
    (
        ["1", "2"],
        [1, 2],
        r"found holds '1' \(str\), truth holds 1 \(int\): ids of two kinds never match",
    ),
    ([1, 2], ["1", "2"], r"found holds 1 \(int\), truth holds '1' \(str\)"),
    (np.array([1, 2]), np.array(["1", "2"]), r"found holds 1 \(int\), truth holds '1' \(str\)"),
    ([b"1"], ["1"], r"found holds b'1' \(bytes\), truth holds '1' \(str\)"),
    ([1, "2"], [1, 2], r"found holds '2' \(str\)"),
    ([None, 1], [1, 2], r"found holds None \(NoneType\)"),
    (
        ROWS,
        [1, 2],
        (
            r"found holds rows such as \(1,\) \(tuple\), not ids; take their column: \[row\[0\]"
            r" for row in found\]"
        ),
    ),
    ([(1, 0.5), (2, 0.7)], [1, 2], r"found holds \(1, 0.5\) \(tuple\)"),
    ([[1, 2]], [1, 2], r"found holds \[1, 2\] \(list\) where an id belongs"),
    (np.array([[1, 2]]), [1, 2], r"found holds \[1, 2\] \(ndarray\) where an id belongs"),
    ("12", ["1", "2"], r"found is '12' \(str\), not a list of ids"),
    (1, [1, 2], r"found is 1 \(int\), not a list of ids"),
]


@pytest.mark.parametrize(("found", "known", "message"), MISMATCHED)
def test_ids_that_can_never_match_are_refused_by_every_measure(found, known, message):
    with pytest.raises(ValueError, match=message):
        recall_at_k(found, known, 2)
    with pytest.raises(ValueError, match=message.replace("truth", "gains")):
        ndcg_at_k(found, dict.fromkeys(known, 1.0), 2)
    with pytest.raises(ValueError, match=message.replace("truth", "relevant")):
        reciprocal_rank(found, known)


@pytest.mark.parametrize(
    ("found", "truth", "message"),
    [
        ([1, 2], [[1, 2], [3, 4]], r"found holds 1 \(int\) where another query has a list of ids"),
        (
            [[1, 2], [3]],
            [[1, 2], 3],
            r"truth holds 3 \(int\) where another query has a list of ids",
        ),
        (
            [[1, 2], 3],
            [[1, 2], [3]],
            r"found holds 3 \(int\) where another query has a list of ids",
        ),
        ([ROWS], [[1, 2]], "found holds rows such as"),
        ([[1, 2]], [ROWS], "truth holds rows such as"),
        (ROWS, ROWS, r"found and truth hold rows such as \(1,\) \(tuple\)"),
        ([["1"], ["2"]], [[1], [2]], "two kinds never match"),
        ([1, 2], "12", r"truth is '12' \(str\), not a list of ids"),
        ([1, 2], {1, 2}, "truth is a set, which has no first 2"),
        ({1: 0.5}, [1, 2], "found is a dict, which has no first 2"),
    ],
)
def test_recall_refuses_lists_of_two_shapes(found, truth, message):
    with pytest.raises(ValueError, match=message):
        recall_at_k(found, truth, 2)


def test_the_refusal_is_one_line():
    with pytest.raises(ValueError, match="never match") as caught:
        recall_at_k([["one" * 100] * 10], [list(range(1000))], 10)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("found", "truth"),
    [
        (np.array([1, 2]), [1, 2]),  # NumPy's numbers equal Python's
        ([1.0, 2.0], [1, 2]),
        ([np.int32(1), np.int64(2)], [1, 2]),
        (np.array(["a", "b"]), ["a", "b"]),
        ([("a", 1), ("a", 2)], {("a", 1): 1.0, ("a", 2): 1.0}),  # ids of two columns
    ],
)
def test_ids_that_are_equal_match_whatever_their_type(found, truth):
    assert ndcg_at_k(found, dict.fromkeys(truth, 1.0), 2) == 1.0
    assert reciprocal_rank(found, list(truth)) == 1.0
    if isinstance(truth, list):
        assert recall_at_k(found, truth, 2) == 1.0


def test_a_search_that_found_nothing_has_no_kind_of_id():
    assert recall_at_k([[], [1]], [[1], [1]], 1) == 0.5
    assert ndcg_at_k([], {1: 1.0}, 1) == reciprocal_rank([], [1]) == 0.0


# ---- exact neighbours

DIMENSIONS = 3
VECTOR = st.lists(st.integers(-9, 9), min_size=DIMENSIONS, max_size=DIMENSIONS)


def in_whole_numbers(metric, query, row):
    """Something that grows with the distance, exactly."""
    dot = sum(q * r for q, r in zip(query, row, strict=True))
    if (
        metric == "cosine"
    ):  # sign(dot) dot^2 / |row|^2, negated: the query's length is the same for all rows
        return -Fraction(dot * abs(dot), sum(r * r for r in row))
    if metric == "inner_product":
        return -dot
    differences = [abs(q - r) for q, r in zip(query, row, strict=True)]
    return sum(differences) if metric == "l1" else sum(d * d for d in differences)


@pytest.mark.parametrize("metric", ["cosine", "l2", "inner_product", "l1"])
@pytest.mark.parametrize("scale", [1.0, 1e-8, 1e-150, 1e8, 1e150])
@given(query=VECTOR.filter(any), rows=st.lists(VECTOR.filter(any), min_size=1, max_size=12))
def test_exact_knn_orders_as_whole_numbers_do(metric, scale, query, rows):
    expected = sorted(range(len(rows)), key=lambda i: (in_whole_numbers(metric, query, rows[i]), i))
    found = exact_knn(np.array(query) * scale, np.array(rows) * scale, len(rows), metric)
    assert found.indices[0].tolist() == expected


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@given(query=VECTOR.filter(any), row=VECTOR.filter(any))
def test_exact_knn_distances_are_those_of_fractions(scale, query, row):
    dot, ours, theirs = (
        Fraction(sum(a * b for a, b in zip(x, y, strict=True)))
        for x, y in [(query, row), (query, query), (row, row)]
    )
    cosine = 1 - float(dot) / math.sqrt(ours * theirs)
    l2 = math.sqrt(ours - 2 * dot + theirs)
    l1 = sum(abs(q - r) for q, r in zip(query, row, strict=True))
    for metric, expected in {
        "cosine": cosine,
        "l2": l2 * scale,
        "inner_product": -float(dot) * scale**2,
        "l1": l1 * scale,
    }.items():
        ((distance,),) = exact_knn(
            np.array(query) * scale, np.array([row]) * scale, 1, metric
        ).distances.tolist()
        size = (
            1
            if metric == "cosine"
            else 30 * (scale**2 * 30 if metric == "inner_product" else scale)
        )
        assert distance == pytest.approx(expected, rel=1e-9, abs=2e-12 * size), metric


def test_each_query_has_a_scale_of_its_own_in_an_inner_product():
    rng = np.random.default_rng(5)
    queries, rows = rng.normal(size=(6, 16)), rng.normal(size=(200, 16))
    scaled = queries * np.array([[1e-100], [1e-8], [1.0], [1e3], [1e8], [1e100]])
    assert (
        exact_knn(scaled, rows, 20, "inner_product").indices
        == exact_knn(queries, rows, 20, "inner_product").indices
    ).all()


# ---- sizes

SIZES = {
    "rows": st.integers(1, 10**12),
    "dimensions": st.integers(1, 40_000),
    "nlist": st.integers(1, 70_000),
    "m": st.integers(2, 3_000),
}


@given(SIZES["rows"], SIZES["dimensions"], SIZES["m"])
def test_a_graph_and_codes_on_disk_are_rounded_from_exact_fractions(rows, dimensions, m):
    edges = Fraction(2 * m * 4 + 4) + Fraction(4 * m + 4, m - 1) + 8
    assert sizing.hnsw_bytes(rows, dimensions, m) == rows * dimensions * 4 + round(rows * edges)
    assert sizing.hnsw_sq8_bytes(rows, dimensions, m) == rows * dimensions + round(rows * edges)
    assert sizing.diskann_bytes(rows, dimensions) == round(
        Fraction(225, 1000) * rows * dimensions * 4
    )


@given(
    SIZES["rows"], SIZES["dimensions"], SIZES["nlist"], st.integers(1, 2_000), st.integers(1, 16)
)
def test_lists_and_codes_are_whole_numbers(rows, dimensions, nlist, m, nbits):
    made = max(1, min(nlist, rows // 39))
    lists = rows * 8 + made * dimensions * 4
    assert sizing.ivf_flat_bytes(rows, dimensions, nlist) == rows * (dimensions * 4 + 4) + lists
    assert (
        sizing.ivf_sq8_bytes(rows, dimensions, nlist) == rows * dimensions + lists + 8 * dimensions
    )
    codes = rows * math.ceil(Fraction(m * nbits, 8))
    assert (
        sizing.ivf_pq_bytes(rows, dimensions, nlist, m, nbits)
        == codes + lists + 2**nbits * dimensions * 4
    )
    of_a_row = math.ceil(Fraction(math.ceil(Fraction(dimensions, 2)), 2))
    scann = of_a_row * (rows + math.floor(Fraction(made * 32, 2))) + 16 * dimensions * 4
    assert sizing.scann_bytes(rows, dimensions, nlist) == scann + sizing.ivf_flat_bytes(
        rows, dimensions, nlist
    )


@given(SIZES["rows"], SIZES["dimensions"])
def test_segments_hold_all_rows_and_are_no_more_than_needed(rows, dimensions):
    most, made = sizing.rows_a_segment(dimensions), sizing.segments(rows, dimensions)
    assert (made - 1) * most < rows <= made * most


@given(SIZES["rows"], SIZES["dimensions"])
def test_the_suggested_nlist_is_the_root_rounded_up(rows, dimensions):
    here = min(rows, sizing.rows_a_segment(dimensions))
    bound = max(1, here // 39)
    suggested = sizing.suggested_nlist(rows, dimensions)
    assert suggested <= min(bound, 65_536)
    if suggested < min(bound, 65_536):
        assert (suggested - 1) ** 2 < 16 * here <= suggested**2


@pytest.mark.parametrize("index_type", sizing.ESTIMATES)
@given(SIZES["rows"], SIZES["dimensions"])
def test_an_estimate_is_the_sum_over_segments(index_type, rows, dimensions):
    most = sizing.rows_a_segment(dimensions)
    function = sizing.ESTIMATES[index_type]
    rest = function(rows % most, dimensions) if rows % most else 0
    assert (
        sizing.estimate(index_type, rows, dimensions)
        == rows // most * (function(most, dimensions) if rows >= most else 0) + rest
    )
