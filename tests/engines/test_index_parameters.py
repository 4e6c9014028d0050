"""The parameter audit: each parameter that the course names changes, on the engine that runs, what
it should.

A parameter that changes nothing is the fault that hides best: the index is built, the search
answers, and the setting was dropped on the way. So each is given a low and a high value with
everything else alike, and the difference is asked for. Measured by recall@10 of random vectors, the
hardest case of an index. With `-s` the tests print their table.
"""

from functools import cache

import numpy as np
import psycopg
import pytest
from pymilvus import DataType, Function, FunctionType, MilvusClient

from vdbcourse import engines, measure
from vdbcourse.bench import indexes
from vdbcourse.engines import supervisor

ROWS, DIMENSION, QUESTIONS, K = 4_000, 32, 100, 10
MARGIN = 0.03  # of recall: more than random levels of a graph or random centres make of it
random = np.random.default_rng(11)
VECTORS = random.normal(size=(ROWS, DIMENSION)).astype(np.float32)
QUERIES = random.normal(size=(QUESTIONS, DIMENSION)).astype(np.float32)
TRUTH = measure.exact_knn(QUERIES, VECTORS, K, metric="l2").indices
LITE, SERVER, POSTGRES = "milvus-lite", "milvus-standalone", "postgres"


@cache
def client(engine):
    return MilvusClient(supervisor.up(engine).uri)


@cache
def collection(engine, index_type, build):
    """The vectors under one index; its name. Each is built once, however many cases search it."""
    name = f"audit_{index_type}_{abs(hash((engine, build)))}".lower()
    milvus = client(engine)
    milvus.drop_collection(name)
    schema = milvus.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIMENSION)
    milvus.create_collection(name, schema=schema, consistency_level="Strong")
    milvus.insert(name, [{"id": i, "vector": vector} for i, vector in enumerate(VECTORS)])
    milvus.flush(name)
    index = milvus.prepare_index_params()
    index.add_index("vector", index_type=index_type, metric_type="L2", params=dict(build))
    milvus.create_index(name, index)
    indexes.wait_until_built(milvus, name)
    milvus.load_collection(name)
    return name


def milvus_hits(engine, index_type, build, search, limit=K):
    name = collection(engine, index_type, tuple(sorted(build.items())))
    options = {"search_params": {"params": search}} if search is not None else {}
    return client(engine).search(
        name, list(QUERIES), limit=limit, consistency_level="Strong", **options
    )


def milvus_recall(engine, index_type, build, search, limit=K):
    hits = milvus_hits(engine, index_type, build, search, limit)
    return measure.recall_at_k([[hit["id"] for hit in one[:K]] for one in hits], TRUTH, K)


def higher(label, low, high, margin=MARGIN):
    """Say and assert that the high value gave more."""
    print(f"{label}: {low:.3f} -> {high:.3f}")
    assert high > low + margin


# --- Milvus: parameters of the build --------------------------------------------------------------

HNSW = {"M": 16, "efConstruction": 100}
# engine, index type, what stays, the parameter, its value with less recall, the one with more, the
# search
BUILDS = [
    *(
        (engine, "HNSW", {"efConstruction": 100}, "M", 4, 32, {"ef": 20})
        for engine in (LITE, SERVER)
    ),
    *(
        (engine, "HNSW", {"M": 16}, "efConstruction", 8, 200, {"ef": 20})
        for engine in (LITE, SERVER)
    ),
    *(
        (engine, kind, {}, "nlist", 128, 16, {"nprobe": 4})
        for kind in ("IVF_FLAT", "IVF_SQ8")
        for engine in (LITE, SERVER)
    ),
    (SERVER, "IVF_PQ", {"nlist": 16}, "m", 4, 16, {"nprobe": 16}),
    (SERVER, "IVF_PQ", {"nlist": 16, "m": 8}, "nbits", 4, 8, {"nprobe": 16}),
    (SERVER, "SCANN", {}, "nlist", 128, 16, {"nprobe": 4, "reorder_k": 200}),
]


@pytest.mark.parametrize(("engine", "index_type", "fixed", "name", "low", "high", "search"), BUILDS)
def test_a_parameter_of_the_build_changes_the_recall(
    engine, index_type, fixed, name, low, high, search
):
    less, more = (
        milvus_recall(engine, index_type, {**fixed, name: value}, search) for value in (low, high)
    )
    higher(f"{engine} {index_type} {name} {low} -> {high}", less, more)


@pytest.mark.parametrize(
    ("index_type", "build", "search", "values"),
    [
        ("HNSW", {}, {"ef": 20}, {"M": 16, "efConstruction": 200}),
        ("IVF_FLAT", {}, {"nprobe": 4}, {"nlist": 128}),
    ],
)
def test_milvus_lite_without_a_parameter_builds_with_its_documented_default(
    index_type, build, search, values
):
    unset = milvus_hits(LITE, index_type, build, search)
    stated = milvus_hits(LITE, index_type, values, search)
    assert [[hit["id"] for hit in one] for one in unset] == [
        [hit["id"] for hit in one] for one in stated
    ]


def test_sq_type_changes_nothing_on_milvus_lite_as_docs_upstream_says():
    """A lesson may not name it as a setting. Once this fails, Milvus Lite reads it, and the page
    can say so.
    """
    coarse, fine = (
        milvus_hits(LITE, "HNSW_SQ", {**HNSW, "sq_type": kind}, {"ef": 64})
        for kind in ("SQ4U", "SQ8")
    )
    assert [[hit["distance"] for hit in one] for one in coarse] == [
        [hit["distance"] for hit in one] for one in fine
    ]


# --- Milvus: parameters of the search -------------------------------------------------------------

SEARCHES = [  # engine, index type, build, the parameter, low, high, what else the search sets
    *((engine, "HNSW", HNSW, "ef", 10, 100, {}) for engine in (LITE, SERVER)),
    *(
        (engine, kind, {"nlist": 16}, "nprobe", 1, 8, {})
        for kind in ("IVF_FLAT", "IVF_SQ8")
        for engine in (LITE, SERVER)
    ),
    (SERVER, "IVF_PQ", {"nlist": 16, "m": 16}, "nprobe", 1, 8, {}),
    (SERVER, "SCANN", {"nlist": 16}, "nprobe", 1, 8, {"reorder_k": 200}),
    (SERVER, "SCANN", {"nlist": 16}, "reorder_k", 10, 200, {"nprobe": 16}),
]


@pytest.mark.parametrize(
    ("engine", "index_type", "build", "name", "low", "high", "others"), SEARCHES
)
def test_a_parameter_of_the_search_changes_the_recall(
    engine, index_type, build, name, low, high, others
):
    less, more = (
        milvus_recall(engine, index_type, build, {**others, name: value}) for value in (low, high)
    )
    higher(f"{engine} {index_type} {name} {low} -> {high}", less, more)


def test_ef_without_a_value_is_64_on_milvus_lite():
    unset, stated = (milvus_recall(LITE, "HNSW", HNSW, search) for search in (None, {"ef": 64}))
    print(f"milvus-lite HNSW no ef: {unset:.3f}, ef 64: {stated:.3f}")
    assert unset == stated


def test_ef_without_a_value_follows_the_limit_on_the_server():
    """max(limit, 16): https://github.com/zilliztech/knowhere, base_hnsw_config.h."""
    for limit, ef in ((10, 16), (50, 50), (200, 200)):
        unset, stated = (
            milvus_recall(SERVER, "HNSW", HNSW, search, limit) for search in (None, {"ef": ef})
        )
        print(f"milvus-standalone HNSW no ef, limit {limit}: {unset:.3f}, ef {ef}: {stated:.3f}")
        assert unset == stated


def test_nprobe_without_a_value_is_ten_on_milvus_lite_and_eight_on_the_server():
    for engine, nprobe in ((LITE, 10), (SERVER, 8)):
        build = {"nlist": 128}
        unset, stated, other = (
            milvus_recall(engine, "IVF_FLAT", build, search)
            for search in (None, {"nprobe": nprobe}, {"nprobe": nprobe + 6})
        )
        assert unset == stated < other


@pytest.mark.parametrize("engine", [LITE, SERVER])
def test_radius_and_range_filter_bound_the_distances(engine):
    everything = [hit["distance"] for hit in milvus_hits(engine, "FLAT", {}, {}, limit=100)[0]]
    outer, inner = (everything[59] + everything[60]) / 2, (everything[19] + everything[20]) / 2
    bounded = [
        hit["distance"]
        for hit in milvus_hits(
            engine, "FLAT", {}, {"radius": outer, "range_filter": inner}, limit=100
        )[0]
    ]
    assert bounded == everything[20:60]


# --- Milvus Lite: BM25 ----------------------------------------------------------------------------


def bm25_scores(params):
    """Scores of three texts about a whale: one word, the word four times, a long text; twenty
    others have no whale.
    """
    texts = [
        "whale",
        "whale whale whale whale",
        "whale and a long line of other words that say nothing",
        *["harbour"] * 20,
    ]
    milvus, name = client(LITE), "audit_bm25"
    milvus.drop_collection(name)
    schema = milvus.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=200, enable_analyzer=True)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("bm25", FunctionType.BM25, ["text"], ["words"]))
    index = milvus.prepare_index_params()
    index.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=params)
    milvus.create_collection(name, schema=schema, index_params=index)
    milvus.insert(name, [{"id": i, "text": text} for i, text in enumerate(texts)])
    hits = milvus.search(name, ["whale"], anns_field="words", limit=3)[0]
    milvus.drop_collection(name)
    return {hit["id"]: abs(hit["distance"]) for hit in hits}  # Milvus Lite gives them a minus


def test_bm25_k1_decides_how_much_a_repeated_word_counts():
    little, much = (bm25_scores({"bm25_k1": k1, "bm25_b": 0.0}) for k1 in (0.1, 2.5))
    print(
        f"milvus-lite BM25 bm25_k1 0.1 -> 2.5: four to one {little[1] / little[0]:.2f} ->"
        f" {much[1] / much[0]:.2f}"
    )
    assert much[1] / much[0] > little[1] / little[0] > 1


def test_bm25_b_decides_how_much_a_long_text_loses():
    none, all_ = (bm25_scores({"bm25_k1": 1.2, "bm25_b": b}) for b in (0.0, 1.0))
    print(
        f"milvus-lite BM25 bm25_b 0 -> 1: long to short {none[2] / none[0]:.2f} ->"
        f" {all_[2] / all_[0]:.2f}"
    )
    assert none[2] == pytest.approx(none[0])
    assert all_[2] < 0.7 * all_[0]


# --- pgvector -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres():
    """The vectors in a table, with tags 0 to 99; sequential scans switched off, so that an index
    answers wherever one can.
    """
    with psycopg.connect(engines.postgres("parameter_audit"), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS items")
        connection.execute(
            f"CREATE TABLE items (id int PRIMARY KEY, tag int, v vector({DIMENSION}))"
        )
        with connection.cursor().copy("COPY items FROM STDIN") as copy:
            for i, vector in enumerate(VECTORS):
                copy.write_row((i, i % 100, str(vector.tolist())))
        connection.execute("ANALYZE items")
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET enable_sort = off")
        yield connection


@pytest.fixture
def index(postgres):
    """Build an index of one kind in place of the others."""

    def build(kind, **options):
        postgres.execute("DROP INDEX IF EXISTS items_v")
        stated = ", ".join(f"{name} = {value}" for name, value in options.items())
        postgres.execute(
            f"CREATE INDEX items_v ON items USING {kind} (v vector_l2_ops) WITH ({stated})"
        )
        plan = postgres.execute(
            "EXPLAIN SELECT id FROM items ORDER BY v <-> %s::vector LIMIT 10", (question(0),)
        ).fetchall()
        assert any("items_v" in line for (line,) in plan)

    return build


@pytest.fixture
def settings(postgres):
    """Set settings for one search; afterwards they are what they were."""

    def set_(**values):
        postgres.execute("RESET ALL; SET enable_seqscan = off; SET enable_sort = off")
        for name, value in values.items():
            postgres.execute(f"SET {name.replace('__', '.')} = {value}")

    yield set_
    set_()


def question(number):
    return str(QUERIES[number].tolist())


def rows(postgres, number, where="", limit=K):
    statement = f"SELECT id FROM items {where} ORDER BY v <-> %s::vector LIMIT {limit}"
    return [i for (i,) in postgres.execute(statement, (question(number),))]


def postgres_recall(postgres):
    return measure.recall_at_k([rows(postgres, number) for number in range(QUESTIONS)], TRUTH, K)


@pytest.mark.parametrize(
    ("kind", "fixed", "name", "low", "high"),
    [
        ("hnsw", {"ef_construction": 100}, "m", 4, 32),
        ("hnsw", {"m": 4}, "ef_construction", 8, 400),
        ("ivfflat", {}, "lists", 100, 10),
    ],
)
def test_a_parameter_of_a_pgvector_index_changes_the_recall(
    postgres, index, settings, kind, fixed, name, low, high
):
    found = []
    for value in (low, high):
        index(kind, **fixed, **{name: value})
        settings(hnsw__ef_search=20, ivfflat__probes=2)
        found.append(postgres_recall(postgres))
    higher(f"pgvector {kind} {name} {low} -> {high}", *found)


@pytest.mark.parametrize(
    ("kind", "built", "name", "low", "high"),
    [
        ("hnsw", {"m": 8}, "hnsw__ef_search", 10, 100),
        ("ivfflat", {"lists": 50}, "ivfflat__probes", 1, 20),
    ],
)
def test_a_setting_of_a_pgvector_search_changes_the_recall(
    postgres, index, settings, kind, built, name, low, high
):
    index(kind, **built)
    found = []
    for value in (low, high):
        settings(**{name: value})
        found.append(postgres_recall(postgres))
    higher(f"pgvector {kind} {name.replace('__', '.')} {low} -> {high}", *found)


STRICT, RELAXED = (
    {"hnsw__iterative_scan": "strict_order"},
    {"ivfflat__iterative_scan": "relaxed_order"},
)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("hnsw", {"hnsw__iterative_scan": "off"}, STRICT),
        ("hnsw", {"hnsw__iterative_scan": "off"}, {"hnsw__iterative_scan": "relaxed_order"}),
        (
            "hnsw",
            {**STRICT, "hnsw__max_scan_tuples": 500},
            {**STRICT, "hnsw__max_scan_tuples": 20_000},
        ),
        ("ivfflat", {"ivfflat__iterative_scan": "off"}, RELAXED),
        ("ivfflat", {**RELAXED, "ivfflat__max_probes": 5}, {**RELAXED, "ivfflat__max_probes": 50}),
    ],
)
def test_a_setting_of_iterative_scans_changes_how_many_rows_a_filter_leaves(
    postgres, index, settings, kind, low, high
):
    """Forty rows match, one in a hundred."""
    index(kind, **({"m": 16} if kind == "hnsw" else {"lists": 50}))
    found = []
    for values in (low, high):
        settings(**values)
        found.append(len(rows(postgres, 0, "WHERE tag = 7", limit=30)))
    print(f"pgvector {kind} {low} -> {high}: {found[0]} -> {found[1]} of 30 rows")
    assert found[0] < found[1] == 30
