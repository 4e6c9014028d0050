"""Metrics against values worked out by hand."""

import numpy as np
import pytest

from vdbcourse.measure import exact_knn, latency_percentiles, recall_at_k, time_calls

# Rows of a plane: east, north-east (length 2), north, west.
ROWS = [[1, 0], [np.sqrt(2), np.sqrt(2)], [0, 1], [-1, 0]]


@pytest.mark.parametrize(
    ("metric", "indices", "distances"),
    [
        # cosine with (3, 0): east 1, north-east cos 45 = 0.7071, north 0, west -1
        ("cosine", [0, 1, 2, 3], [0, 1 - np.sqrt(0.5), 1, 2]),
        # from (3, 0): east 2; north-east sqrt((3 - 1.4142)^2 + 2) = 2.1250; north sqrt(10); west 4
        ("l2", [0, 1, 2, 3], [2, np.sqrt((3 - np.sqrt(2)) ** 2 + 2), np.sqrt(10), 4]),
        # inner products 3, 4.2426, 0, -3, negated: the longer north-east wins
        ("inner_product", [1, 0, 2, 3], [-3 * np.sqrt(2), -3, 0, 3]),
        # |3-1|+0 = 2; |3-1.4142|+1.4142 = 3; 3+1 = 4; 4
        ("l1", [0, 1, 2, 3], [2, 3, 4, 4]),
    ],
)
def test_exact_knn_by_hand(metric, indices, distances):
    found = exact_knn([3, 0], ROWS, 4, metric)
    assert found.indices.tolist() == [indices]
    np.testing.assert_allclose(found.distances[0], distances, atol=1e-9)


def test_exact_knn_keeps_the_lower_row_of_equals():
    rows = np.tile([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], (500, 1))
    found = exact_knn([1.0, 2.0, 3.0], rows, 5)
    assert found.indices.tolist() == [[0, 2, 4, 6, 8]]
    assert found.distances.tolist() == [[0.0] * 5]
    everything = exact_knn([1.0, 2.0, 3.0], rows, 1000).indices[0].tolist()
    assert everything == [*range(0, 1000, 2), *range(1, 1000, 2)]


def test_exact_knn_agrees_with_a_plain_sort_in_blocks(monkeypatch):
    monkeypatch.setattr(
        "vdbcourse.measure.neighbours.BLOCK_BYTES", 8 * 300 * 7
    )  # seven queries a block
    rng = np.random.default_rng(3)
    rows, queries = rng.normal(size=(300, 16)), rng.normal(size=(50, 16))
    plain = [
        sorted(range(300), key=lambda i, q=q: np.linalg.norm(rows[i] - q))[:10] for q in queries
    ]
    assert exact_knn(queries, rows, 10, "l2").indices.tolist() == plain


def test_exact_knn_agrees_with_pgvector():
    import psycopg
    from pgvector.psycopg import register_vector

    from vdbcourse import engines

    rng = np.random.default_rng(4)
    rows, queries = (
        rng.normal(size=(200, 8)).astype(np.float32),
        rng.normal(size=(5, 8)).astype(np.float32),
    )
    with psycopg.connect(engines.postgres("test_measure"), autocommit=True) as conn:
        register_vector(conn)
        conn.execute("CREATE TABLE t (id int, v vector(8))")
        conn.cursor().executemany("INSERT INTO t VALUES (%s, %s)", list(enumerate(rows)))
        for metric, operator in {
            "cosine": "<=>",
            "l2": "<->",
            "inner_product": "<#>",
            "l1": "<+>",
        }.items():
            ours = exact_knn(queries, rows, 10, metric)
            for query, indices, distances in zip(queries, *ours, strict=True):
                theirs = conn.execute(
                    f"SELECT id, v {operator} %s AS d FROM t ORDER BY d LIMIT 10", (query,)
                ).fetchall()
                assert [i for i, _ in theirs] == indices.tolist()
                np.testing.assert_allclose([d for _, d in theirs], distances, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 0], ROWS, 2, "euclid"), "not known"),
        (([1, 0, 0], ROWS, 2), "3 dimensions, vectors have 2"),
        (([1, 0], ROWS, 5), "outside 1..4"),
        (([1, 0], ROWS, 0), "outside 1..4"),
        (([1, np.nan], ROWS, 1), "NaN or infinity in row 0"),
        (([1, 0], [[1, 0], [0, np.inf]], 1), "vectors holds NaN or infinity in row 1"),
        (([1, 0], [[1, 0], [0, 0]], 1), "zero vector in row 1"),
        (([1, 0], [], 1), "at least one value"),
        (([1, 0], np.ones((2, 2, 2)), 1), "shape"),
    ],
)
def test_exact_knn_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        exact_knn(*arguments)


@pytest.mark.parametrize(
    ("found", "truth", "k", "expected"),
    [
        ([1, 2, 3], [1, 2, 3], 3, 1.0),
        ([3, 1, 2], [1, 2, 3], 3, 1.0),  # order within k does not count
        ([9, 8, 1], [1, 2, 3], 2, 0.0),  # 1 stands outside the first two found
        ([4, 5], [1, 2, 3, 4, 5], 2, 0.0),  # 4 and 5 stand outside the first two of the truth
        ([7], [7, 8, 9, 10], 4, 0.25),  # rows that did not come back are missed
        ([1, 1, 1, 2], [1, 2, 3, 4], 4, 0.5),  # an id found twice counts once
        ([1, 2], [1, 2], 10, 1.0),  # there were only two to find
        ([], [1], 1, 0.0),
        (np.array([5, 6, 1]), np.array([1, 5, 9]), 3, 2 / 3),
        ([[1, 2], [3, 9]], [[1, 2], [3, 4]], 2, 0.75),  # mean of 1.0 and 0.5
        (["a", "b"], ["b", "c"], 2, 0.5),
    ],
)
def test_recall_by_hand(found, truth, k, expected):
    assert recall_at_k(found, truth, k) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], [1], 0), "at least 1"),
        (([1], [], 1), "nothing to find"),
        (([[1]], [[]], 1), "nothing to find"),
        (([[1]], [[1], [2]], 1), "found has 1 queries, truth has 2"),
    ],
)
def test_recall_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        recall_at_k(*arguments)


def test_percentiles_are_measured_values():
    seconds = np.arange(1, 101) / 1000  # 1 ms to 100 ms
    assert latency_percentiles(seconds) == pytest.approx(
        {"p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0}
    )


def test_one_slow_call_shows_in_the_tail_and_not_in_the_median():
    assert latency_percentiles([0.001] * 9 + [1.0], (50, 90, 99)) == pytest.approx(
        {"p50_ms": 1, "p90_ms": 1, "p99_ms": 1000}
    )


@pytest.mark.parametrize("seconds", [[], [-0.1], [np.nan], [np.inf]])
def test_percentiles_refuse(seconds):
    with pytest.raises(ValueError, match="latenc"):
        latency_percentiles(seconds)


def test_percentiles_refuse_a_percentile_outside_its_range():
    with pytest.raises(ValueError, match="above 0"):
        latency_percentiles([0.1], (0,))


def test_time_calls_times_each_input_and_warms_up_once():
    calls = []
    seconds = time_calls(calls.append, ["a", "b", "c"])
    assert calls == ["a", "a", "b", "c"]
    assert seconds.shape == (3,)
    assert (seconds >= 0).all()


def test_time_calls_measures_the_call_and_nothing_else(monkeypatch):
    clock = iter([10.0, 10.5, 20.0, 22.0])
    monkeypatch.setattr("vdbcourse.measure.latency.time.perf_counter", lambda: next(clock))
    assert time_calls(lambda _: None, [1, 2], warm_up=0).tolist() == [0.5, 2.0]
