"""engines.explain for Milvus: real mistakes on the real engines, with the line that each gets."""

import grpc
import pytest
from pymilvus import DataType, MilvusClient, MilvusException

from vdbcourse import engines
from vdbcourse.engines import supervisor
from vdbcourse.engines.error_messages import milvus

VECTOR = [1.0, 0.0, 0.0, 0.0]
ROW = {"id": 1, "vector": VECTOR, "t": "abc", "year": 1999}


class There:
    """A collection with one row, loaded and indexed, on one engine."""

    def __init__(self, uri):
        self.client = MilvusClient(uri)
        self.name = engines.collection("test_explained", "rows")
        self.made = []
        self.make(self.name)
        self.client.insert(self.name, [ROW])
        self.client.query(self.name, filter="id > 0", consistency_level="Strong")

    def make(self, name, dim=4, **index):
        self.client.drop_collection(name)
        self.made.append(name)
        schema = self.client.create_schema()
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        schema.add_field("t", DataType.VARCHAR, max_length=5)
        schema.add_field("year", DataType.INT64)
        self.client.create_collection(
            name, schema=schema, index_params=self.index(**index) if index is not None else None
        )

    def index(self, index_type="HNSW", metric_type="COSINE"):
        params = self.client.prepare_index_params()
        params.add_index(
            "vector",
            index_type=index_type,
            metric_type=metric_type,
            params={"M": 4, "efConstruction": 8},
        )
        return params

    def bare(self):
        """A second collection with a row and no index."""
        name = self.name + "_bare"
        self.client.drop_collection(name)
        self.made.append(name)
        schema = self.client.create_schema()
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=4)
        self.client.create_collection(name, schema=schema)
        self.client.insert(name, [{"id": 1, "vector": VECTOR}])
        return name

    def insert(self, **changes):
        self.client.insert(self.name, [ROW | changes])

    def search(self, query=VECTOR, limit=1, name=None, **options):
        self.client.search(
            name or self.name, [query], limit=limit, consistency_level="Strong", **options
        )

    def released(self):
        self.client.release_collection(self.name)
        try:
            self.search()
        finally:
            self.client.load_collection(self.name)


@pytest.fixture(scope="module")
def lite():
    yield from there(supervisor.up("milvus-lite").uri)


@pytest.fixture(scope="module")
def server(milvus_server):
    yield from there(milvus_server.uri)


def there(uri):
    found = There(uri)
    yield found
    for name in found.made:
        found.client.drop_collection(name)
    found.client.close()


WITHOUT_FIELD = {name: value for name, value in ROW.items() if name != "t"}
BOTH = {
    "a text too long": (
        lambda e: e.insert(t="abcdefgh"),
        {
            "lite": "8 characters does not fit into t",
            "server": "has 8 bytes, and the field takes 5",
        },
    ),
    "vectors of another model": (
        lambda e: e.insert(vector=[1.0, 2.0]),
        "The field holds vectors of 4 numbers",
    ),
    "a field forgotten": (lambda e: e.client.insert(e.name, [WITHOUT_FIELD]), "lacks the field t"),
    "a field too many": (lambda e: e.insert(x=3), "has a field x that the schema lacks"),
    "a field misspelt": (lambda e: e.search(filter="yeer > 3"), "There is no field yeer"),
    "a text without quotes": (lambda e: e.search(filter="t == abc"), "There is no field abc"),
    "one equals sign": (lambda e: e.search(filter="year = 3"), "compares with =="),
    "a number and a text": (
        lambda e: e.search(filter="year > 'x'"),
        "compares a number with a text",
    ),
    "like on a number": (lambda e: e.search(filter="year like '19%'"), "like works on text"),
    "no expression": (lambda e: e.search(filter="(year > 3"), "Milvus cannot parse the filter"),
    "no such collection": (lambda e: e.search(name="there_is_none"), "no collection of that name"),
    "not loaded": (lambda e: e.released(), "not in memory. Load it"),
}
ONLY_SERVER = {
    "too many dimensions": (
        lambda e: e.make(e.name + "_wide", dim=40_000),
        "cannot have 40000 dimensions; 32768 is the most",
    ),
    "letters of two bytes": (
        lambda e: e.insert(t="\u00e4\u00f6\u00fc\u00e4\u00f6"),
        "has 10 bytes, and the field takes 5 (bytes, not characters)",
    ),
    "another metric": (
        lambda e: e.search(search_params={"metric_type": "L2"}),
        "measures by COSINE, the search asks for L2",
    ),
    "no metric": (
        lambda e: e.client.create_index(e.bare(), e.index(metric_type="EUCLIDEAN")),
        "no metric of that name",
    ),
    "no index type": (
        lambda e: e.client.create_index(e.bare(), e.index(index_type="ANNOY")),
        "has no index ANNOY",
    ),
    "no index": (lambda e: e.client.load_collection(e.bare()), "no index on its vectors"),
    "too many rows": (lambda e: e.search(limit=16_385), "at most 16384 rows"),
    "not a number": (lambda e: e.insert(vector=[float("nan")] * 4), "NaN or infinity"),
}
ONLY_LITE = {
    "a query of another model": (
        lambda e: e.search([1.0, 2.0]),
        "query vector and the field differ in dimension",
    ),
}


def line_of(engine, mistake):
    with pytest.raises((MilvusException, grpc.RpcError)) as error:
        mistake(engine)
    line = engines.explain(error.value)
    assert "\n" not in line
    assert len(line) < 260
    return line


@pytest.mark.parametrize("case", BOTH | ONLY_LITE)
def test_milvus_lite(case, lite):
    mistake, words = (BOTH | ONLY_LITE)[case]
    assert (words if isinstance(words, str) else words["lite"]) in line_of(lite, mistake)


@pytest.mark.parametrize("case", BOTH | ONLY_SERVER)
def test_the_server(case, server):
    mistake, words = (BOTH | ONLY_SERVER)[case]
    assert (words if isinstance(words, str) else words["server"]) in line_of(server, mistake)


def test_a_call_that_is_too_large(server):
    server.make(server.name + "_large", dim=2_000)
    rows = [ROW | {"id": number, "vector": [0.1] * 2_000} for number in range(9_000)]
    assert "the server takes 67108864. Insert in smaller batches" in line_of(
        server, lambda e: e.client.insert(e.name + "_large", rows)
    )


# What cannot be made to happen here: the servers' words as reported, by their users or in their
# source.
@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            (  # https://github.com/milvus-io/milvus/issues/39637
                "show collection failed: load segment failed, OOM if load, maxSegmentSize = 512.03"
                " MB, memUsage = 29018.9 MB, predictMemUsage = 29530.9 MB, totalMem = 32768 MB"
                " thresholdFactor = 0.900000"
            ),
            "more memory than the server has left",
        ),
        (
            "IO error: No space left on deviceWhile appending to file",
            "disk of the server is full",
        ),  # issues/17907
        ("etcdserver: mvcc: database space exceeded", "disk of the server is full"),  # issues/6753
        (
            "Storage backend has reached its minimum free drive threshold.",
            "disk of the server is full",
        ),  # issues/35791
        (
            "ef(50) should be larger than k(100)",
            "less than the limit 100. Pass search_params={'params': {'ef': 100}}",
        ),
        (
            "the maximum length specified for a VarChar should be in (0, 65535]",
            "at most 65535 bytes",
        ),
        ("disk quota exceeded[collection=x]", "disk of the server is full"),
        (
            "request is rejected by grpc RateLimiter middleware, please retry later",
            "limits how often",
        ),
    ],
)
def test_words_that_others_met(said, words):
    assert words in engines.explain(MilvusException(message=said))


def test_what_is_not_known_is_handed_on():
    line = engines.explain(MilvusException(message="a b\nc" + "x" * 500))
    assert line.startswith("Milvus says: a b c")
    assert "11_clinic_data.ipynb" in line
    assert len(line) < 400


def test_every_case_can_be_formatted():
    for case in milvus.CASES:
        case.line.format(*["x"] * 5)
