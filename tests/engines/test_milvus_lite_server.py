"""The course's Milvus Lite server: several clients at once lose nothing, and what a client asks for
arrives.
"""

import contextlib
import itertools
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import psutil
import pytest
from milvus_lite.storage.wal import _read_wal_file
from pymilvus import DataType, MilvusClient, MilvusException
from pymilvus.grpc_gen import milvus_pb2

from vdbcourse.engines import processes, supervisor
from vdbcourse.engines.local import milvus_lite
from vdbcourse.engines.local.milvus_lite_locks import names
from vdbcourse.engines.local.milvus_lite_methods import together

WRITERS, BATCHES, ROWS = 4, 60, 20


def batch(first, rows=ROWS):
    return [{"id": first + i, "vector": [float(i), 1.0]} for i in range(rows)]


def write(uri, writer, collection="t"):
    """Insert BATCHES batches over a connection of one's own; the number of rows that were
    acknowledged.
    """
    client = MilvusClient(uri)
    firsts = range(writer * 10**6, writer * 10**6 + BATCHES * ROWS, ROWS)
    return sum(client.insert(collection, batch(first))["insert_count"] for first in firsts)


def count(uri, collection="t"):
    client = MilvusClient(uri)
    client.load_collection(collection)
    return client.query(collection, filter="", output_fields=["count(*)"])[0]["count(*)"]


def kill(server):
    psutil.Process(server.pid).kill()
    processes.wait_until(lambda: not server.is_alive(), 60)


@pytest.fixture
def uri(home):
    return supervisor.up("milvus-lite").uri


@pytest.fixture
def shared():
    """The server that all tests and lessons use; it is not killed."""
    return supervisor.up("milvus-lite").uri


# --- nothing acknowledged is lost -----------------------------------------------------------------


def test_four_writers_leave_a_log_that_a_restart_reads_to_its_end(home, uri):
    MilvusClient(uri).create_collection("t", dimension=2)
    with ThreadPoolExecutor(WRITERS) as pool:
        acknowledged = sum(pool.map(write, [uri] * WRITERS, range(WRITERS)))
    assert acknowledged == WRITERS * BATCHES * ROWS
    logs = list(home.rglob("wal_data_*.arrow"))
    assert sum(rows.num_rows for log in logs for rows in _read_wal_file(str(log))) == acknowledged


def test_writers_that_are_first_to_open_a_collection_after_a_restart_write_into_one_log(home, uri):
    MilvusClient(uri).create_collection("t", dimension=2)
    acknowledged = 0
    for round_ in range(3):
        server = supervisor.up("milvus-lite")
        with ThreadPoolExecutor(WRITERS) as pool:
            acknowledged += sum(
                pool.map(
                    write, [server.uri] * WRITERS, range(round_ * WRITERS, (round_ + 1) * WRITERS)
                )
            )
        kill(server)
    assert count(supervisor.up("milvus-lite").uri) == acknowledged


def test_writers_through_an_alias_and_by_name_share_a_lock(home, uri):
    client = MilvusClient(uri)
    client.create_collection("t", dimension=2)
    client.create_alias("t", "other_name")
    with ThreadPoolExecutor(WRITERS) as pool:
        acknowledged = sum(
            pool.map(write, [uri] * WRITERS, range(WRITERS), itertools.cycle(["t", "other_name"]))
        )
    kill(supervisor.up("milvus-lite"))
    assert count(supervisor.up("milvus-lite").uri) == acknowledged


def test_upserts_and_deletes_at_once_leave_what_they_acknowledged(home, uri):
    client = MilvusClient(uri)
    client.create_collection("t", dimension=2)
    client.insert("t", batch(0, 400))

    def upsert(first):
        MilvusClient(uri).upsert("t", [{"id": first + i, "vector": [9.0, 9.0]} for i in range(10)])

    def delete(first):
        MilvusClient(uri).delete("t", ids=list(range(first, first + 10)))

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(upsert, first) for first in range(0, 200, 10)]
        done += [pool.submit(delete, first) for first in range(200, 400, 10)]
        for one in done:
            one.result()
    kill(supervisor.up("milvus-lite"))
    again = MilvusClient(supervisor.up("milvus-lite").uri)
    again.load_collection("t")
    rows = again.query("t", filter="id >= 0", output_fields=["id", "vector"], limit=1000)
    assert {row["id"] for row in rows} == set(range(200))
    assert {tuple(row["vector"]) for row in rows} == {(9.0, 9.0)}


def test_a_collection_is_dropped_and_made_while_others_write_into_it(home, uri):
    """Each insert is either acknowledged or refused in Milvus's own words; the server goes on."""
    client = MilvusClient(uri)
    client.create_collection("t", dimension=2)
    over = Event()

    def write_on():
        writer, answers = MilvusClient(uri), set()
        while not over.is_set():
            try:
                writer.insert("t", batch(0))
                answers.add("acknowledged")
            except MilvusException as error:
                answers.add(
                    "not there"
                    if "exist" in str(error) or "not found" in str(error)
                    else str(error)
                )
        return answers

    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write_on) for _ in range(3)]
        for _ in range(15):
            client.drop_collection("t")
            client.create_collection("t", dimension=2)
        over.set()
        assert set().union(*(one.result() for one in writers)) <= {"acknowledged", "not there"}
    assert client.insert("t", batch(0))["insert_count"] == ROWS


def test_collections_are_listed_while_others_are_dropped(home, uri):
    """Milvus Lite looks at each collection of its list in turn; one that is gone by then made the
    whole answer an error.
    """
    client, over = MilvusClient(uri), Event()
    for number in range(20):
        client.create_collection(f"stays_{number}", dimension=2)

    def drop_and_make():
        writer = MilvusClient(uri)
        for _ in range(15):
            writer.create_collection("comes_and_goes", dimension=2)
            writer.drop_collection("comes_and_goes")
        over.set()

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(drop_and_make)
        while not over.is_set():
            assert set(client.list_collections()) >= {f"stays_{number}" for number in range(20)}
        writer.result()


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (milvus_pb2.InsertRequest(collection_name="a"), {"a"}),
        (milvus_pb2.FlushRequest(collection_names=["a", "b"]), {"a", "b"}),
        (milvus_pb2.RenameCollectionRequest(oldName="a", newName="b"), {"a", "b"}),
        (milvus_pb2.AlterAliasRequest(collection_name="a", alias="b"), {"a", "b"}),
        (milvus_pb2.GetVersionRequest(), set()),
    ],
)
def test_the_collections_that_a_request_names(request_, expected):
    assert names(request_) == expected


# --- its end --------------------------------------------------------------------------------------

SERVE = """
import sys, time
from vdbcourse.engines.local import milvus_lite_service
from vdbcourse.engines.local.milvus_lite_methods import Servicer

answer = Servicer.GetVersion
def slowly(*arguments):
    print("asked", flush=True)
    time.sleep(1)
    return answer(*arguments)
if sys.argv[3] == "slowly":
    Servicer.GetVersion = slowly
milvus_lite_service.GRACE_SECONDS = 10_000
milvus_lite_service.serve(sys.argv[1], sys.argv[2])
"""
CONNECT = f"""
import sys
import grpc
channel = grpc.insecure_channel(sys.argv[1])
channel.unary_unary("{milvus_lite.GET_VERSION}")(b"")
print("connected", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def serving(folder, how):
    """A server whose grace period never ends, and its address."""
    port = processes.free_port()
    command = [sys.executable, "-c", SERVE, str(folder), str(port), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert "listens" in server.stdout.readline()
            yield server, f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def test_the_server_ends_although_a_notebook_keeps_its_connection(tmp_path):
    """The notebook is suspended, so it does not hang up when the server is about to end."""
    with serving(tmp_path / "data", "at once") as (server, uri):
        command = [sys.executable, "-c", CONNECT, uri.removeprefix("http://")]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, **pipes) as notebook:
            assert notebook.stdout.readline() == "connected\n"
            psutil.Process(notebook.pid).suspend()
            server.terminate()
            assert server.wait(timeout=60) == 0
            notebook.kill()


def test_a_request_that_runs_when_the_server_is_to_end_is_answered(tmp_path):
    with serving(tmp_path / "data", "slowly") as (server, uri):
        client = MilvusClient(uri)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.get_server_version)
            assert server.stdout.readline() == "asked\n"
            server.terminate()
            assert answer.result()
        assert server.wait(timeout=120) == 0


# --- parameters of an index arrive ----------------------------------------------------------------


def build(client, index_type, params):
    """A collection of four rows with one index of this type; what the server says of it."""
    vectors = np.eye(4, dtype=np.float32)
    name = "p" + "".join(
        character for character in index_type + json.dumps(params) if character.isalnum()
    )
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    indexes = client.prepare_index_params()
    indexes.add_index("vector", index_type=index_type, metric_type="L2", params=params)
    client.drop_collection(name)
    client.create_collection(name, schema=schema, index_params=indexes)
    client.insert(name, [{"id": i, "vector": vector} for i, vector in enumerate(vectors)])
    client.flush(name)
    client.load_collection(name)
    return client.describe_index(name, "vector")


@pytest.mark.parametrize(
    ("index_type", "params"),
    [
        ("HNSW", {"M": 4, "efConstruction": 8}),
        ("IVF_FLAT", {"nlist": 2}),
        ("IVF_SQ8", {"nlist": 2}),
        ("FLAT", {}),
    ],
)
def test_an_index_tells_the_parameters_it_was_asked_for(shared, index_type, params):
    told = build(MilvusClient(shared), index_type, params)
    assert {name: told[name] for name in params} == {
        name: str(value) for name, value in params.items()
    }
    assert told["index_type"] == index_type
    assert "params" not in told


def test_parameters_that_are_sent_whole_arrive_as_well(shared):
    assert build(MilvusClient(shared), "HNSW", {"params": {"M": 8}})["M"] == "8"


def test_parameters_survive_a_restart(home, uri):
    build(MilvusClient(uri), "IVF_FLAT", {"nlist": 2})
    kill(supervisor.up("milvus-lite"))
    assert (
        MilvusClient(supervisor.up("milvus-lite").uri).describe_index("pIVFFLATnlist2", "vector")[
            "nlist"
        ]
        == "2"
    )


def test_what_is_no_parameter_stays_where_it_was():
    request = milvus_pb2.CreateIndexRequest(collection_name="c", field_name="v", index_name="i")
    sent = {
        "index_type": "HNSW",
        "metric_type": "L2",
        "M": "4",
        "mmap.enabled": "true",
        "algorithm": "DAAT",
    }
    for key, value in sent.items():
        request.extra_params.add(key=key, value=value)
    copy = together(request)
    arrived = {pair.key: pair.value for pair in copy.extra_params}
    assert json.loads(arrived.pop("params")) == {"M": 4, "algorithm": "DAAT"}
    assert arrived == {"index_type": "HNSW", "metric_type": "L2", "mmap.enabled": "true"}
    assert (copy.collection_name, copy.field_name, copy.index_name) == ("c", "v", "i")
    assert len(request.extra_params) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for what a process has loaded")
def test_the_server_leaves_the_client_and_pandas_out(home, uri):
    client = MilvusClient(uri)
    client.create_collection("t", dimension=2)
    client.insert("t", batch(0))
    client.flush("t")
    assert count(uri) == ROWS
    server = psutil.Process(supervisor.up("milvus-lite").pid)
    loaded = {file.path for file in server.memory_maps()}
    assert any("/pyarrow/" in path for path in loaded)
    assert [path for path in loaded if "/pandas/" in path] == []
