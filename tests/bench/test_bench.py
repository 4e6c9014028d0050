"""The benchmark: the same work, measured right, on engines that run here and on played wires of
those that do not.
"""

import json

import numpy as np
import played
import pytest

from vdbcourse import bench
from vdbcourse.bench import adapters, measurement
from vdbcourse.bench.adapters.base import Engine, Hit
from vdbcourse.errors import CourseError

PLAYED = {engine.NAME: engine for engine in (played.Weaviate, played.Pinecone, played.Vespa)}


@pytest.fixture(scope="module")
def work():
    return bench.film_work(1_200, 20)


class Perfect(Engine):
    """Answers with the truth, or with what `spoil` makes of it."""

    key = title = "perfect"

    def __init__(self, work, spoil=lambda ids: ids):
        self.work, self.spoil, self.calls = work, spoil, []

    def create(self, dimension, metric="cosine"):
        self.calls.append(("create", dimension))

    def insert(self, rows):
        self.calls.append(("insert", len(rows)))

    def settle(self):
        self.calls.append(("settle",))

    def build_index(self):
        self.calls.append(("build_index",))

    def search(self, query, k, where=None, ef=None, fresh=True):
        self.calls.append(("search", ef, fresh))
        which = int(np.argmax(self.work.query_vectors @ query))
        return [Hit(int(i), 0.0) for i in self.spoil(list(self.work.truth[which]))][:k]

    def drop(self):
        self.calls.append(("drop",))


def test_the_work_is_held_out_and_its_truth_is_exact(work):
    stored = np.stack([row.vector for row in work.rows])
    assert len(work.rows) == 1_200
    assert work.query_vectors.shape == (20, 384)
    assert (work.query_vectors @ stored.T).max() < 0.99
    for query, truth in zip(work.query_vectors, work.truth, strict=True):
        by_hand = sorted(
            work.rows, key=lambda row: -float(row.vector.astype(float) @ query.astype(float))
        )[:10]
        assert [row.id for row in by_hand] == truth.tolist()


@pytest.mark.parametrize(
    ("rows", "queries"), [(9, 10), (17_473, 10), (-1, 10), (100, 0), (100, 642)]
)
def test_work_that_cannot_be_had_is_refused(rows, queries):
    with pytest.raises(CourseError, match=r"there are"):
        bench.film_work(rows, queries)


def test_steps_come_in_order_and_every_search_asks_for_nothing_special(work):
    engine = Perfect(work)
    done = []
    result = measurement.figures_of(engine, work, done.append)
    assert done == ["load", "exact", "build", "ef 10", "ef 40", "ef 160"]
    assert len(done) == measurement.steps(engine)
    order = [name for name, *_ in engine.calls if name != "search"]
    assert order == ["create", "insert", "settle", "build_index", "drop"]
    assert {call[2] for call in engine.calls if call[0] == "search"} == {False}
    asked = [call[1] for call in engine.calls if call[0] == "search"]
    assert asked == [
        ef for ef in (None, 10, 40, 160) for _ in range(40)
    ]  # 20 to warm up, 20 measured
    assert [point.recall_at_10 for point in result.points] == [1.0] * 4


def test_an_engine_that_built_with_other_parameters_gives_no_figures(work):
    class Deaf(Perfect):
        def built_with(self):
            return {"m": 30, "ef_construction": 360}

    with pytest.raises(
        CourseError, match=r"asked for .*'m': 16, 'ef_construction': 64.* built one with .*'m': 30"
    ):
        measurement.figures_of(Deaf(work), work)


@pytest.mark.parametrize(
    ("spoil", "recall"),
    [
        (lambda ids: [-1, *ids[:9]], 0.9),
        (lambda ids: ids[:5], 0.5),
        (lambda ids: ids[::-1], 1.0),
        (lambda ids: ids[:1] * 10, 0.1),
    ],
)
def test_recall_is_what_was_found(work, spoil, recall):
    result = measurement.figures_of(Perfect(work, spoil), work)
    assert {round(point.recall_at_10, 6) for point in result.points} == {recall}


def test_latency_is_that_of_the_searches(work, monkeypatch):
    clock = iter(np.cumsum([0.25] * 1000))
    monkeypatch.setattr(measurement.time, "perf_counter", lambda: float(next(clock)))
    result = measurement.figures_of(Perfect(work), work)
    assert result.load_s == result.build_s == 0.25
    assert (
        {point.p50_ms for point in result.points}
        == {point.p95_ms for point in result.points}
        == {250.0}
    )


@pytest.mark.parametrize("key", ["pgvector", "milvus", "milvus-standalone", "qdrant"])
def test_an_engine_that_runs_here(key, work, tmp_path, request):
    if key == "milvus-standalone":
        request.getfixturevalue("milvus_server")
    report = bench.run(
        work, bench.available("test_bench", "films", [key]), tmp_path / "report.json"
    )
    (result,) = report.results
    exact, *rest = result.points
    assert exact.search == "exact"
    assert exact.recall_at_10 == 1.0
    assert len(rest) == (0 if key == "qdrant" else 3)
    if rest:
        assert rest[-1].recall_at_10 > 0.8
        assert rest[-1].recall_at_10 >= rest[0].recall_at_10
        assert result.index_mb > 0.8 * 1_200 * 384 * 4 / 1e6
    assert json.loads((tmp_path / "report.json").read_text())["results"][0]["title"] == result.title


@pytest.mark.parametrize("key", PLAYED)
def test_an_engine_that_is_played_gets_the_same_work(key, work, tmp_path, monkeypatch):
    """The wires compare every row, so a client that is used rightly finds everything; nothing is
    measured here.
    """
    with PLAYED[key]() as engine:
        for variable, value in engine.environment.items():
            monkeypatch.setenv(variable, value)
        (result,) = bench.run(
            work, bench.available("test_bench", "films", [key]), tmp_path / "report.json"
        ).results
    assert {point.recall_at_10 for point in result.points} == {1.0}
    expected = {
        "weaviate": ["ef 10", "ef 40", "ef 160"],
        "pinecone": ["managed"],
        "vespa": ["exact", "ef 10", "ef 40", "ef 160"],
    }
    assert [point.search for point in result.points] == expected[key]


@pytest.mark.parametrize("key", PLAYED)
def test_a_played_engine_filters(key, work, monkeypatch):
    with PLAYED[key]() as played_engine:
        for variable, value in played_engine.environment.items():
            monkeypatch.setenv(variable, value)
        engine = bench.available("test_bench", "films", [key]).adapters[key]
        engine.create(384)
        engine.insert(work.rows[:100])
        engine.settle()
        year = work.rows[0].year
        found = {hit.id for hit in engine.search(work.query_vectors[0], 10, where=("year", year))}
        assert found <= {row.id for row in work.rows[:100] if row.year == year}
        assert found
        engine.drop()


def test_the_milvus_server_is_not_started_unasked(home):
    found = bench.available("test_bench", "films", ["milvus-standalone"])
    assert not found.adapters
    assert "./course up milvus-standalone" in found.missing["milvus-standalone"]


def test_what_is_not_up_says_how_to_start_it(monkeypatch):
    monkeypatch.setenv("VESPA_URL", "http://127.0.0.1:1")
    found = bench.available("test_bench", "films", ["vespa", "qdrant"])
    assert set(found.adapters) == {"qdrant"}
    assert "127.0.0.1:1" in found.missing["vespa"]
    assert "\n" not in found.missing["vespa"]


def test_an_engine_that_does_not_exist_is_refused():
    with pytest.raises(
        CourseError, match="There is no engine 'faiss' to compare. Engines: pgvector"
    ):
        bench.available("test_bench", "films", ["faiss"])


def test_an_interrupted_run_keeps_what_was_finished(work, tmp_path, monkeypatch):
    done = []

    def stop_at_second(engine, work, step):
        if done:
            raise KeyboardInterrupt
        done.append(engine.key)
        return measurement.figures_of(engine, work, step)

    monkeypatch.setattr("vdbcourse.bench.report.figures_of", stop_at_second)
    two = adapters.Available({"one": Perfect(work), "two": Perfect(work)}, {})
    with pytest.raises(KeyboardInterrupt):
        bench.run(work, two, tmp_path / "report.json")
    assert len(json.loads((tmp_path / "report.json").read_text())["results"]) == 1


def test_the_command(cli):
    shown = cli("bench", "pgvector", "--rows", "200", "--queries", "5")
    assert shown.returncode == 0, shown.stderr
    assert "recall@10" in shown.stdout
    assert "pgvector 0.8" in shown.stdout
    assert "psycopg 3" in shown.stdout
    as_json = json.loads(
        cli("bench", "pgvector", "--rows", "200", "--queries", "5", "--json").stdout
    )
    assert as_json["results"][0]["points"][0]["recall_at_10"] == 1.0


@pytest.mark.parametrize(
    "arguments",
    [
        ["faiss"],
        ["pgvector", "--rows", "3"],
        ["pgvector", "--rows", "many"],
        ["pgvector", "--queries", "0"],
    ],
)
def test_bad_arguments_end_with_one_line(cli, arguments):
    result = cli("bench", *arguments)
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_index_types_take_no_names_of_engines(home, cli):
    result = cli("bench", "pgvector", "--indexes")
    assert result.returncode == 2
    assert "--indexes measures index types of one Milvus server" in result.stderr


@pytest.mark.parametrize(("rows", "queries"), [(5, 10), (99_999, 10), (100, 0), (100, 9_999)])
def test_index_types_need_rows_and_questions_that_exist(rows, queries):
    from vdbcourse.bench import indexes

    with pytest.raises(
        CourseError, match="cannot be compared: 10 to 33,173 rows, 1 to 641 questions"
    ):
        indexes.text_work(rows, queries)
