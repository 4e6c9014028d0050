"""The copy of the lesson 05_migration, killed in the middle (kill -9) and started again in another
process.
"""

import signal
import subprocess
import sys
import textwrap

import nbformat
import pytest
from support import ROOT

LESSON = ROOT / "chapters/2_tool_comparison/05_migration.ipynb"
ROWS = 5_000


def lesson_code():
    """The cells of the lesson that define the copy; the tables of an earlier process are kept."""
    cells = nbformat.read(LESSON, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if "copy" in cell.metadata.get("tags", []))
    assert "DROP TABLE IF EXISTS film, checkpoint" in code
    return code.replace("DROP TABLE IF EXISTS film, checkpoint", "SELECT 1").replace(
        "CREATE TABLE", "CREATE TABLE IF NOT EXISTS"
    )


def process(tail):
    """A process that has run the lesson's definitions and goes on with `tail`."""
    client = """
        client = MilvusClient(engines.milvus(), token=engines.milvus_token())
        flat = client.prepare_index_params()
        flat.add_index("embedding", index_type="FLAT", metric_type="COSINE")
        source = engines.collection("05_migration", "killed_source")
        target = engines.collection("05_migration", "killed_target")
        count_all = {"filter": "", "output_fields": ["count(*)"], "consistency_level": "Strong"}
    """
    code = "\n".join([lesson_code(), textwrap.dedent(client), textwrap.dedent(tail)])
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def finish(tail):
    """The last line that such a process prints."""
    running = process(tail)
    out, _ = running.communicate(timeout=300)
    assert running.returncode == 0
    return out.strip().splitlines()[-1]


def kill_at(tail, line):
    """Start such a process and kill it as soon as it prints `line`."""
    running = process(tail)
    for printed in running.stdout:
        if printed.strip() == line:
            break
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    assert running.returncode == -signal.SIGKILL


def test_a_migration_killed_in_both_directions_goes_on_and_loses_nothing():
    finish("""
        conn.execute("TRUNCATE film, checkpoint")
        empty_collection(source), empty_collection(target)
        row = {"title": "film", "year": 2000, "embedding": np.ones(384, dtype=np.float32)}
        rows = [row | {"id": i * 7} for i in range(1, 5_001)]
        client.insert(source, rows)
        print(client.query(source, **count_all)[0]["count(*)"])
    """)
    kill_at(
        """
        write = write_batch
        def write_batch(batch, crash):
            write(batch, crash)
            print("written", conn.execute("SELECT count(*) FROM film").fetchone()[0], flush=True)
        to_postgres()
        """,
        "written 2000",
    )
    after_kill = finish("""print(conn.execute("SELECT count(*) FROM film").fetchone()[0])""")
    assert 2_000 <= int(after_kill) <= ROWS
    assert int(after_kill) % 1_000 == 0
    assert finish(
        """to_postgres()
print(conn.execute("SELECT count(*), sum(id)::bigint FROM film").fetchone())"""
    ) == str(sums())
    kill_at(
        """
        upsert = client.upsert
        def slow(name, batch):
            upsert(name, batch)
            print("upserted", last_id("to_milvus") > 0, flush=True)
            import time; time.sleep(0.2)
        client.upsert = slow
        to_milvus(target)
        """,
        "upserted True",
    )
    check = """
        to_milvus(target)
        rows = client.query(target, filter="id > 0", limit=16_000, output_fields=["id"])
        print((len(rows), sum(row["id"] for row in rows)))
    """
    assert finish(check) == str(sums())


def sums():
    """Number and sum of the ids that both sides must hold."""
    return ROWS, 7 * ROWS * (ROWS + 1) // 2


@pytest.mark.parametrize("part", ["with conn.transaction()", "client.upsert(target, batch)"])
def test_what_makes_it_safe_is_in_the_lesson(part):
    assert part in lesson_code()
