"""The played engines: what they hold, find, delete and refuse, asked through the real clients."""

import httpx
import numpy as np
import pinecone
import pytest
import weaviate
from vespa.application import Vespa
from vespa.exceptions import VespaError
from vespa.package import HNSW, ApplicationPackage, Document, Field, RankProfile, Schema
from weaviate.classes import config, data, query

import played

VECTORS = np.eye(3).tolist()


@pytest.mark.parametrize("engine", [played.Weaviate, played.Pinecone, played.Vespa])
def test_what_is_not_played_says_so(engine):
    with engine() as running:
        names = ("WEAVIATE_URL", "VESPA_CONFIG_URL", "PINECONE_CONTROLLER_HOST")
        (url,) = (value for name, value in running.environment.items() if name in names)
        answer = httpx.patch(f"{url}/v1/nowhere")
        assert answer.status_code == 501
        assert "not played: PATCH /v1/nowhere" in answer.text
        assert running.unplayed == ["PATCH /v1/nowhere"]


@pytest.fixture
def index(monkeypatch):
    """A Pinecone index with three documents."""
    with played.Pinecone() as cloud:
        client = pinecone.Pinecone(cloud.KEY, host=cloud.wire.url)
        fields = (
            pinecone.SchemaBuilder()
            .add_dense_vector_field("v", dimension=3, metric="cosine")
            .build()
        )
        client.indexes.create(name="three", schema=fields)
        with client.index("three") as index:
            documents = [{"_id": str(i), "v": vector, "n": i} for i, vector in enumerate(VECTORS)]
            index.documents.upsert(namespace="a", documents=documents)
            yield index
        client.close()


def ids(index, **more):
    near = pinecone.DenseVectorQuery(field="v", values=[3.0, 2.0, 1.0])
    return [
        hit.id
        for hit in index.documents.search(namespace="a", top_k=3, score_by=[near], **more).matches
    ]


def test_pinecone_shows_a_write_later(index):
    assert ids(index) == []
    assert ids(index) == ["0", "1", "2"]
    assert index.describe_index_stats().total_vector_count == 3


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"n": 1}, ["1"]),
        ({"n": {"$gte": 1, "$ne": 2}}, ["1"]),
        ({"n": {"$in": [0, 2]}}, ["0", "2"]),
        ({"$or": [{"n": {"$eq": 0}}, {"n": {"$gt": 1}}]}, ["0", "2"]),
        ({"m": {"$eq": 1}}, []),
    ],
)
def test_pinecone_filters(index, wanted, found):
    ids(index)
    assert ids(index, filter=wanted) == found


@pytest.mark.parametrize(
    ("how", "left"),
    [
        ({"ids": ["1"]}, ["0", "2"]),
        ({"filter": {"n": {"$lt": 2}}}, ["2"]),
        ({"delete_all": True}, []),
    ],
)
def test_pinecone_deletes(index, how, left):
    index.documents.delete(namespace="a", **how)
    ids(index)
    assert ids(index) == left


def test_pinecone_refuses_a_wrong_key_a_wrong_vector_and_too_much():
    with played.Pinecone() as cloud:
        with pytest.raises(pinecone.UnauthorizedError):
            pinecone.Pinecone("wrong", host=cloud.wire.url).indexes.exists("x")
        client = pinecone.Pinecone(cloud.KEY, host=cloud.wire.url)
        fields = (
            pinecone.SchemaBuilder()
            .add_dense_vector_field("v", dimension=3, metric="cosine")
            .build()
        )
        client.indexes.create(name="three", schema=fields)
        documents = client.index("three").documents
        with pytest.raises(pinecone.ApiError, match="v must have 3 numbers"):
            documents.upsert(namespace="a", documents=[{"_id": "1", "v": [1.0]}])
        with pytest.raises(pinecone.ApiError, match="at most"):
            documents.upsert(
                namespace="a", documents=[{"_id": "1", "v": VECTORS[0], "text": "x" * 2_000_000}]
            )


@pytest.fixture
def collection():
    """A Weaviate collection with three objects."""
    with played.Weaviate() as server:
        client = weaviate.connect_to_custom(
            "127.0.0.1",
            server.wire.port,
            False,
            "127.0.0.1",
            server.grpc_port,
            False,
            skip_init_checks=True,
        )
        own = config.Configure.Vectors.self_provided()
        fields = [config.Property(name="n", data_type=config.DataType.INT)]
        collection = client.collections.create("three", vector_config=own, properties=fields)
        collection.data.insert_many(
            [data.DataObject({"n": i}, vector=vector) for i, vector in enumerate(VECTORS)]
        )
        yield collection
        client.close()


def numbers(collection, **more):
    return [
        hit.properties["n"]
        for hit in collection.query.near_vector([3.0, 2.0, 1.0], limit=3, **more).objects
    ]


def test_weaviate_finds_filters_and_deletes(collection):
    n = query.Filter.by_property("n")
    assert numbers(collection) == [0, 1, 2]
    assert numbers(collection, filters=n.greater_than(0) & n.not_equal(2)) == [1]
    assert numbers(collection, filters=n.equal(0) | n.equal(2)) == [0, 2]
    collection.data.delete_many(n.less_than(1))
    assert numbers(collection) == [1, 2]


def test_weaviates_other_searches_are_not_played(collection):
    with pytest.raises(weaviate.exceptions.WeaviateQueryError, match="not played"):
        collection.query.bm25("words")


def package(schema="three", field="v"):
    tensor = "tensor<float>(x[3])"
    fields = [
        Field("n", "int", ["attribute", "summary"]),
        Field(field, tensor, ["attribute", "index"], ann=HNSW("prenormalized-angular")),
    ]
    near = RankProfile("near", f"closeness(field, {field})", inputs=[("query(q)", tensor)])
    return ApplicationPackage(
        "app", schema=[Schema(schema, Document(fields), rank_profiles=[near])]
    )


def deploy(server, what):
    url = f"{server.config.url}/application/v2/tenant/default/prepareandactivate"
    return httpx.post(
        url, content=what.to_zip().getvalue(), headers={"Content-Type": "application/zip"}
    )


@pytest.fixture
def vespa():
    """A Vespa with three documents, and its client."""
    with played.Vespa() as server:
        assert deploy(server, package()).status_code == 200
        client = Vespa(server.environment["VESPA_URL"])
        for i, vector in enumerate(VECTORS):
            client.feed_data_point("three", str(i), {"n": i, "v": vector})
        yield server, client


def hits(client, condition=""):
    yql = f"select n from three where {{targetHits: 3}}nearestNeighbor(v, q){condition}"
    return [
        hit["fields"]["n"]
        for hit in client.query(
            {"yql": yql, "ranking": "near", "input.query(q)": [3.0, 2.0, 1.0]}
        ).hits
    ]


def test_vespa_finds_filters_and_deletes(vespa):
    _, client = vespa
    assert hits(client) == [0, 1, 2]
    assert hits(client, " and n >= 1 and n < 2") == [1]
    client.delete_data("three", "0")
    assert hits(client) == [1, 2]
    client.delete_all_docs("app_content", "three")
    assert hits(client) == []


def test_vespa_listens_only_after_a_package():
    with played.Vespa() as server:
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.environment['VESPA_URL']}/ApplicationStatus")
        deploy(server, package())
        assert httpx.get(f"{server.environment['VESPA_URL']}/ApplicationStatus").status_code == 200


def test_vespa_does_not_drop_a_schema(vespa):
    server, client = vespa
    answer = deploy(server, package(schema="other"))
    assert answer.status_code == 400
    assert "schema-removal" in answer.text
    assert hits(client) == [0, 1, 2]


def test_vespa_refuses_a_field_that_the_schema_has_not(vespa):
    _, client = vespa
    with pytest.raises(VespaError, match="No field 'm'"):
        client.feed_data_point("three", "9", {"m": 1})
