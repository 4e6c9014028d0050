"""What was acknowledged survives kill -9 of whoever holds it: rows of each engine under several
clients, progress, cache, grades.

An engine of a class has several clients at once, so one client is not enough to ask with.
`VDBCOURSE_CRASH_RUNS=20` takes the figure of a release.
"""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
from pymilvus import MilvusClient

from vdbcourse import progress
from vdbcourse.embedding.cache import Cache
from vdbcourse.engines import processes, supervisor
from vdbcourse.grading import manifest
from vdbcourse.grading.classroom import submissions
from vdbcourse.grading.classroom.entry import Entry
from vdbcourse.grading.classroom.store import Store
from vdbcourse.grading.sandbox.limits import Limits

RUNS = int(os.environ.get("VDBCOURSE_CRASH_RUNS", "1"))
BATCH = 20  # rows of an insert

INTO_POSTGRES = f"""
import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    for first in range(int(sys.argv[2]), 10**9, {BATCH}):
        connection.execute(
            "INSERT INTO t SELECT i, '[1,2]'::vector FROM generate_series(%s::int, %s::int) i",
            (first, first + {BATCH - 1}),
        )
        print(first, flush=True)
"""
INTO_MILVUS = f"""
import sys
from pymilvus import MilvusClient
client = MilvusClient(sys.argv[1])
for first in range(int(sys.argv[2]), 10**9, {BATCH}):
    client.insert("t", [{{"id": first + i, "vector": [1.0, 2.0]}} for i in range({BATCH})])
    print(first, flush=True)
"""


class Writer:
    """A program that says each piece of work that was acknowledged, and is killed at some point."""

    def __init__(self, code, *arguments):
        command = [sys.executable, "-c", code, *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.said = []

    def work(self, times):
        """Wait until it said so much."""
        for _ in range(times):
            line = self.process.stdout.readline()
            assert line.strip().isdecimal(), line + self.process.stdout.read()
            self.said.append(int(line))

    def kill(self):
        """End it; all that it said until then."""
        self.process.kill()
        rest = self.process.communicate()[0]
        self.said += [
            int(line)
            for line in rest.splitlines(keepends=True)
            if line.strip().isdecimal() and line.endswith("\n")
        ]
        return self.said


def make_postgres(server):
    with psycopg.connect(server.uri) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, v vector(2))")


def make_milvus(server):
    client = MilvusClient(server.uri)
    if not client.has_collection("t"):
        client.create_collection("t", dimension=2)
    client.close()


def count_postgres(server):
    with psycopg.connect(server.uri) as connection:
        return connection.execute("SELECT count(*) FROM t").fetchone()[0]


def count_milvus(server):
    client = MilvusClient(server.uri)
    client.load_collection("t")
    counted = client.query("t", filter="", output_fields=["count(*)"], consistency_level="Strong")[
        0
    ]["count(*)"]
    client.close()
    return counted


@pytest.mark.parametrize(
    ("name", "clients", "code", "make", "count"),
    [
        ("postgres", 2, INTO_POSTGRES, make_postgres, count_postgres),
        ("milvus-lite", 2, INTO_MILVUS, make_milvus, count_milvus),
        ("milvus-lite", 4, INTO_MILVUS, make_milvus, count_milvus),
        pytest.param(
            *("milvus-standalone", 2, INTO_MILVUS, make_milvus, count_milvus),
            marks=pytest.mark.skipif(
                sys.platform == "win32", reason="the milvus wheel has no Windows build"
            ),
        ),
    ],
)
def test_rows_of_an_engine_killed_under_several_clients(
    home, short_leases, name, clients, code, make, count
):
    acknowledged = 0
    for run in range(RUNS):
        server = supervisor.up(name)
        make(server)
        writers = [
            Writer(code, server.uri, (run * clients + number) * 10**6) for number in range(clients)
        ]
        for writer in writers:
            writer.work(15)
        psutil.Process(server.pid).kill()
        acknowledged += BATCH * sum(len(writer.kill()) for writer in writers)
        found = count(supervisor.up(name))
        print(
            f"{name}, {clients} clients, kill {run + 1}: {acknowledged} rows acknowledged, {found}"
            " found"
        )
        assert acknowledged <= found <= acknowledged + (run + 1) * clients * BATCH


@pytest.mark.parametrize("name", ["postgres", "milvus-lite"])
@pytest.mark.parametrize("noted", [True, False], ids=["known", "its note lost"])
def test_an_engine_is_had_again_right_after_its_kill(home, name, noted):
    """Nobody waits until the killed process is gone, so the next start may still see it."""
    server = supervisor.up(name)
    for _ in range(3 * RUNS):
        if not noted:
            supervisor.record_path(name).unlink()
        psutil.Process(server.pid).kill()
        again = supervisor.up(name)
        assert again.pid != server.pid
        assert supervisor.ENGINES[name].is_ready(again)
        server = again


def test_a_found_engine_that_dies_meanwhile_is_started_anew(home, monkeypatch):
    """The moment is forced: the engine is killed between the look at its process and the look at
    its answer.
    """
    server = supervisor.up("milvus-lite")
    looked = supervisor.running

    def looked_then_killed(name):
        found = looked(name)
        if found is not None and found.pid == server.pid:
            psutil.Process(server.pid).kill()
            processes.wait_until(lambda: not server.is_alive(), 60)
        return found

    monkeypatch.setattr(supervisor, "running", looked_then_killed)
    again = supervisor.up("milvus-lite")
    assert again.pid != server.pid
    assert MilvusClient(again.uri).list_collections() == []


# --- what the course itself keeps -----------------------------------------------------------------

MARKS = """
import itertools
from vdbcourse import progress
for number in itertools.count():
    progress.mark(f"lesson {number}")
    print(number, flush=True)
"""
VECTORS = """
import itertools
import numpy as np
from vdbcourse.embedding.cache import Cache
cache = Cache("a model", "0" * 12)
cache.check_writable()
for number in itertools.count():
    cache.write({f"text {number}": np.full(8, number, np.float32)})
    print(number, flush=True)
"""
GRADES = """
import itertools, sys
from pathlib import Path
from vdbcourse.grading import manifest
from vdbcourse.grading.classroom import submissions
from vdbcourse.grading.classroom.entry import Entry
from vdbcourse.grading.classroom.store import Store
from vdbcourse.grading.result import Result
from vdbcourse.grading.sandbox.limits import Limits
store = Store(Path(sys.argv[1]))
exercise = manifest.exercise("07_evaluation")
results = [
    Result(exercise.id, task.id, task.title, "wrong", 0, task.points) for task in exercise.tasks
]
for number in itertools.count():
    found = submissions.Submission(Path("a.ipynb"), exercise, (), f"{number:064x}", 0.0)
    entry = Entry(f"learner {number}", "a.ipynb", results=results, seconds=float(number))
    store.keep(entry, found, 1, Limits())
    print(number, flush=True)
"""


def test_progress_of_a_killed_notebook(home):
    writer = Writer(MARKS)
    writer.work(50)
    done = writer.kill()
    assert {f"lesson {number}" for number in done} <= set(progress.finished())


def test_vectors_cached_by_a_killed_notebook(home):
    writer = Writer(VECTORS)
    writer.work(50)
    done = writer.kill()
    found = Cache("a model", "0" * 12).read([f"text {number}" for number in done])
    assert {text: vector.tolist() for text, vector in found.items()} == {
        f"text {n}": [n] * 8 for n in done
    }


def test_grades_kept_by_a_killed_run(home, tmp_path):
    writer = Writer(GRADES, tmp_path / "out")
    writer.work(50)
    done = writer.kill()
    store = Store(tmp_path / "out")
    exercise = manifest.exercise("07_evaluation")
    for number in done:
        found = submissions.Submission(Path("a.ipynb"), exercise, (), f"{number:064x}", 0.0)
        kept = Entry(f"learner {number}", "a.ipynb")
        assert store.fill(kept, found, 1, Limits())
        assert kept.seconds == number
