"""Engines on this machine: start, find, share, stop, crash."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import psycopg
import pytest
from pymilvus import MilvusClient
from support import one_line

from vdbcourse import engines
from vdbcourse.engines import processes, spaces, supervisor
from vdbcourse.engines.local import milvus_lite, milvus_standalone, postgres
from vdbcourse.errors import CourseError

CRASH_RUNS = int(
    os.environ.get("VDBCOURSE_CRASH_RUNS", "2")
)  # the closing figure of a release is taken with 20


def pids_of(home):
    """Processes that have to do with this home."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        if any(str(home) in word for word in process.info["cmdline"] or []):
            found.append(process.info["pid"])
    return found


# --- start, find, stop ----------------------------------------------------------------------------


def test_both_engines_start_and_answer(home):
    with psycopg.connect(engines.postgres("a_notebook")) as conn:
        assert conn.execute("SELECT '[1,2]'::vector <-> '[1,4]'").fetchone() == (2.0,)
    assert MilvusClient(engines.milvus()).list_collections() == []


def test_up_is_idempotent():
    first = supervisor.up("postgres")
    assert supervisor.up("postgres").pid == first.pid


def test_a_process_that_asks_finds_the_engines_of_another(home, cli):
    ours = supervisor.up("milvus-lite")
    theirs = json.loads(cli("up", "milvus-lite", "--json").stdout)["engines"][0]
    assert theirs["pid"] == ours.pid


@pytest.mark.parametrize("name", ["postgres", "milvus-lite"])
def test_two_processes_at_once_start_one_engine(home, name):
    command = [sys.executable, "-m", "vdbcourse", "up", name, "--json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {json.loads(one.communicate()[0])["engines"][0]["pid"] for one in both}
    assert [one.returncode for one in both] == [0, 0]
    assert len(pids) == 1


def test_two_threads_at_once_start_one_engine(home):
    with ThreadPoolExecutor(4) as pool:
        assert len({one.pid for one in pool.map(supervisor.up, ["milvus-lite"] * 4)}) == 1


def test_down_leaves_no_process_and_up_brings_the_data_back(home):
    url = engines.postgres("nb")
    with psycopg.connect(url) as conn:
        conn.execute("CREATE TABLE t (x int)")
        conn.execute("INSERT INTO t VALUES (42)")
    client = MilvusClient(engines.milvus())
    client.create_collection("c", dimension=2)
    client.insert("c", [{"id": 1, "vector": [0.0, 1.0]}])
    client.close()
    assert supervisor.down("postgres")
    assert supervisor.down("milvus-lite")
    assert pids_of(home) == []
    with psycopg.connect(engines.postgres("nb")) as conn:
        assert conn.execute("SELECT x FROM t").fetchall() == [(42,)]
    client = MilvusClient(engines.milvus())
    client.load_collection("c")
    assert client.query("c", ids=[1])[0]["id"] == 1


def test_down_of_a_stopped_engine_says_so(home):
    assert supervisor.down("milvus-lite") is False


def test_status_tells_running_from_stopped(home, cli):
    supervisor.up("postgres")
    states = {one["name"]: one for one in json.loads(cli("status", "--json").stdout)["engines"]}
    assert states["postgres"]["running"]
    assert states["postgres"]["version"].startswith("PostgreSQL 18.")
    assert not states["milvus-lite"]["running"]


def test_an_unknown_engine_is_one_clear_line(home, cli):
    assert "no engine 'oracle'" in one_line(cli("up", "oracle"))


def test_an_engine_that_dies_at_its_start_is_told_with_its_log(home):
    supervisor.data_folder("milvus-lite").write_text("a file where the data folder should be")
    with pytest.raises(CourseError, match=r"cannot be written|ended while starting"):
        supervisor.up("milvus-lite")
    assert supervisor.running("milvus-lite") is None


def test_a_start_that_was_cut_off_is_taken_over(home):
    """The first process is killed between the start and the readiness of the engine; the next one
    finds it.
    """
    first = milvus_lite.start(
        supervisor.data_folder("milvus-lite"), supervisor.log_path("milvus-lite")
    )
    first.save(supervisor.record_path("milvus-lite"))
    assert supervisor.up("milvus-lite").pid == first.pid


# --- ports and paths ------------------------------------------------------------------------------


def test_a_taken_port_is_one_clear_line(home, cli):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        message = one_line(cli("up", "milvus-lite", VDBCOURSE_MILVUS_PORT=port))
    assert f"Port {port} is taken" in message


@pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="this system has no SO_REUSEPORT")
def test_a_port_shared_by_reuseport_counts_as_taken():
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("0.0.0.0", 0))
        other.listen()
        assert not processes.port_is_free(other.getsockname()[1])


@pytest.mark.parametrize("port", ["0", "65536", "abc", "-1"])
def test_a_port_that_is_none_is_one_clear_line(home, cli, port):
    assert "is not a port" in one_line(cli("up", "milvus-lite", VDBCOURSE_MILVUS_PORT=port))


def test_the_chosen_port_is_used(home, monkeypatch):
    port = processes.free_port()
    monkeypatch.setenv("VDBCOURSE_MILVUS_PORT", str(port))
    assert engines.milvus() == f"http://127.0.0.1:{port}"


def test_milvus_lite_listens_on_the_loopback_only():
    server = supervisor.up("milvus-lite")
    listening = {
        c.laddr.ip.removeprefix("::ffff:")
        for c in psutil.Process(server.pid).net_connections()
        if c.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_postgres_listens_on_no_port(home):
    server = supervisor.up("postgres")
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
    assert [c for process in family for c in process.net_connections("inet")] == []


@pytest.mark.parametrize("name", ["with space and 'quote'", "Größe ∆ 数据", "long" * 40])
def test_odd_and_long_paths(tmp_path, monkeypatch, name):
    monkeypatch.setenv("VDBCOURSE_HOME", str(tmp_path / name / "home"))
    try:
        with psycopg.connect(engines.postgres("nb")) as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
        assert MilvusClient(engines.milvus()).list_collections() == []
    finally:
        supervisor.down("postgres")
        supervisor.down("milvus-lite")


def test_postgres_over_tcp_asks_for_its_password(home):
    """How it runs on Windows, which has no Unix sockets for PostgreSQL's clients."""
    folder = supervisor.data_folder("postgres")
    server = postgres.start(folder, supervisor.log_path("postgres"), tcp=True)
    server.save(supervisor.record_path("postgres"))
    with psycopg.connect(server.uri) as conn:
        assert conn.execute("SELECT '[1]'::vector").fetchone()
    password = (folder / "vdbcourse.password").read_text()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.uri.replace(password, "wrong"))
    assert oct(supervisor.record_path("postgres").stat().st_mode)[-3:] == "600"


def test_the_socket_is_private():
    supervisor.up("postgres")
    folder = postgres.socket_folder(supervisor.data_folder("postgres"))
    assert oct(folder.stat().st_mode)[-3:] == "700"
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= postgres.SOCKET_PATH_LIMIT


def test_a_folder_with_other_files_is_not_taken(tmp_path, cli):
    (tmp_path / "thesis.txt").write_text("mine")
    assert "holds files the course did not make" in one_line(
        cli("up", VDBCOURSE_HOME=str(tmp_path))
    )
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_home_that_is_a_file_is_one_clear_line(tmp_path, cli):
    (tmp_path / "home").write_text("")
    assert "cannot be written" in one_line(cli("up", VDBCOURSE_HOME=str(tmp_path / "home")))


# --- spaces of notebooks --------------------------------------------------------------------------


def test_every_notebook_has_its_own_schema():
    with (
        psycopg.connect(engines.postgres("one")) as one,
        psycopg.connect(engines.postgres("two")) as two,
    ):
        one.execute("CREATE TABLE t AS SELECT 1 AS x")
        assert one.execute("SELECT x FROM t").fetchone() == (1,)
        with pytest.raises(psycopg.errors.UndefinedTable):
            two.execute("SELECT x FROM t")


def test_every_learner_has_their_own_space(monkeypatch):
    first = engines.collection("01_first", "films")
    monkeypatch.setenv("VDBCOURSE_LEARNER", "Zoë Müller")
    assert first == "tester_01_first_films"
    assert re.fullmatch(
        r"zo_m_ller_[0-9a-f]{8}__01_first_films", engines.collection("01_first", "films")
    )


@pytest.mark.parametrize("learner", ["1", "数据", "__", "a" * 99])
def test_names_are_valid_in_both_engines(monkeypatch, learner):
    monkeypatch.setenv("VDBCOURSE_LEARNER", learner)
    address = engines.postgres("01_x")
    with psycopg.connect(address) as conn:
        assert conn.execute("SELECT current_schema()").fetchone()[0].endswith("_01_x")
    spaces.drop_schema(address, spaces.space_name("01_x"))
    client = MilvusClient(engines.milvus())
    name = engines.collection("01_x", "Films & Plots")
    client.create_collection(name, dimension=2)
    client.drop_collection(name)
    client.close()


def test_a_name_of_nothing_is_refused():
    with pytest.raises(CourseError, match="no letter or digit"):
        engines.postgres("!!!")


# --- crashes --------------------------------------------------------------------------------------

INSERT_POSTGRES = """
import psycopg, sys
from vdbcourse import engines
with psycopg.connect(engines.postgres("crash"), autocommit=True) as conn:
    conn.execute("CREATE TABLE IF NOT EXISTS t (i bigserial, v vector(64))")
    while True:
        row = conn.execute(
            "INSERT INTO t (v) VALUES (array_fill(1, ARRAY[64])::vector) RETURNING i"
        ).fetchone()
        print(row[0], flush=True)
"""
INSERT_MILVUS = """
import itertools
from pymilvus import MilvusClient
from vdbcourse import engines
client = MilvusClient(engines.milvus())
if not client.has_collection("t"):
    client.create_collection("t", dimension=64)
client.load_collection("t")
start = client.query("t", filter="", output_fields=["count(*)"])[0]["count(*)"]
for i in itertools.count(start):
    client.insert("t", [{"id": i, "vector": [1.0] * 64}])
    print(i, flush=True)
"""


def ids_postgres():
    with psycopg.connect(engines.postgres("crash")) as conn:
        return {i for (i,) in conn.execute("SELECT i FROM t")}


def ids_milvus():
    client = MilvusClient(engines.milvus())
    client.load_collection("t")
    batches = client.query_iterator("t", batch_size=1000, output_fields=["id"])
    found = set()
    while rows := batches.next():
        found |= {row["id"] for row in rows}
    return found


@pytest.mark.parametrize(
    ("name", "code", "ids"),
    [("postgres", INSERT_POSTGRES, ids_postgres), ("milvus-lite", INSERT_MILVUS, ids_milvus)],
)
def test_committed_rows_survive_kill_9(home, tmp_path, name, code, ids):
    """A notebook inserts, the engine is killed, the next start has every row whose insert had
    returned.
    """
    committed = set()
    for _ in range(CRASH_RUNS):
        server = supervisor.up(name)
        with subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as notebook:
            for _ in range(40):
                committed.add(int(notebook.stdout.readline()))
            psutil.Process(server.pid).kill()
            rest = notebook.communicate(timeout=60)[0].split()
            committed |= set(map(int, rest))
        assert supervisor.up(name).pid != server.pid
        assert committed <= ids()


@pytest.mark.parametrize("name", ["postgres", "milvus-lite"])
def test_a_killed_engine_is_shown_as_stopped_and_starts_again(home, cli, name):
    server = supervisor.up(name)
    psutil.Process(server.pid).kill()
    processes.wait_until(lambda: not server.is_alive(), 10)
    states = {
        one["name"]: one["running"] for one in json.loads(cli("status", "--json").stdout)["engines"]
    }
    assert states[name] is False
    assert cli("up", name).returncode == 0


def test_a_pid_file_that_names_another_program_is_no_hindrance(home):
    """After a kill and a reboot, PostgreSQL's old pid may belong to anything."""
    server = supervisor.up("postgres")
    folder = supervisor.data_folder("postgres")
    lines = (folder / "postmaster.pid").read_text().splitlines()
    psutil.Process(server.pid).kill()
    processes.wait_until(lambda: not server.is_alive(), 10)
    time.sleep(1)
    (folder / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert supervisor.up("postgres").ready


def test_a_database_that_was_half_made_is_made_again(home):
    part = supervisor.data_folder("postgres").with_name("postgres.part")
    part.mkdir(parents=True)
    (part / "PG_VERSION").write_text("18")
    assert supervisor.up("postgres").ready


@pytest.mark.parametrize("name", ["postgres", "milvus-lite"])
def test_an_engine_whose_record_is_lost_is_found_again(home, name):
    server = supervisor.up(name)
    for damage in ('{"pid": ', "[]", None):
        supervisor.record_path(name).unlink()
        if damage is not None:
            supervisor.record_path(name).write_text(damage)
        assert supervisor.running(name) is None
        again = supervisor.up(name)
        assert (again.pid, again.uri) == (server.pid, server.uri)


# --- Milvus standalone ----------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="the milvus wheel has no Windows build")
def test_milvus_standalone_starts_serves_survives_a_kill_and_stops(
    milvus_server, home, short_leases, cli
):
    assert "without a password" in cli("up", "milvus-standalone").stderr
    server = supervisor.up("milvus-standalone")
    assert server.uri != milvus_server.uri  # two on one machine, each with a home of its own
    client = MilvusClient(server.uri)
    assert client.get_server_version().startswith("v2.3.5")
    client.create_collection("c", dimension=4)
    client.insert("c", [{"id": i, "vector": [1.0, i, 0.0, 0.0]} for i in range(10)])
    client.close()
    psutil.Process(server.pid).kill()
    processes.wait_until(lambda: not server.is_alive(), 10)
    again = MilvusClient(engines.milvus_standalone())
    again.load_collection("c")
    count = again.query("c", filter="", output_fields=["count(*)"], consistency_level="Strong")[0][
        "count(*)"
    ]
    assert count == 10
    again.close()
    assert supervisor.down("milvus-standalone")
    assert pids_of(home) == []


def test_milvus_standalone_that_is_not_installed_names_the_command(home, monkeypatch):
    real = milvus_standalone.importlib.util.find_spec
    monkeypatch.setattr(
        milvus_standalone.importlib.util,
        "find_spec",
        lambda name: None if name == "milvus" else real(name),
    )
    with pytest.raises(CourseError, match=r"not installed.*\./course install --again milvus"):
        supervisor.up("milvus-standalone")
    assert supervisor.running("milvus-standalone") is None
