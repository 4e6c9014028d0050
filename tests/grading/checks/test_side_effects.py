"""What an answer leaves on the server is named and undone by its check, whether the answer is right
or wrong.
"""

import os

import psycopg
import pytest
from support import stop_engines

from vdbcourse import engines, settings
from vdbcourse.engines import spaces
from vdbcourse.errors import CourseError
from vdbcourse.grading import Data, manifest
from vdbcourse.grading.calls.in_process import InProcess
from vdbcourse.grading.checks import fixtures_postgres, runner
from vdbcourse.grading.manifest import Task
from vdbcourse.grading.sandbox import time_limits

TASK = Task("99_traces", "count", "Count rows", ("count",), 1, ("",), 5)
RIGHT = "    return conn.execute('SELECT count(*) FROM item').fetchone()[0]"


def check_count(count, data):
    """Three rows are three; the table is the check's own."""
    data.postgres.run("DROP TABLE IF EXISTS item")
    data.postgres.run("CREATE TABLE item AS SELECT generate_series(1, 3) AS id")
    count(data.postgres.conn).equals(3, "Three rows.")


@pytest.fixture(scope="module", autouse=True)
def own_servers(tmp_path_factory):
    """Engines of this file's own: what it sets for a whole database would reach every connection
    that another test or notebook opens meanwhile.
    """
    before = os.environ["VDBCOURSE_HOME"]
    os.environ["VDBCOURSE_HOME"] = str(tmp_path_factory.mktemp("side_effects") / "home")
    settings.home()
    yield
    stop_engines()
    os.environ["VDBCOURSE_HOME"] = before


@pytest.fixture
def dsn():
    """The address of a schema of the test's own."""
    address = engines.postgres("traces")
    yield address
    spaces.drop_schema(address, spaces.space_name("traces"))


@pytest.fixture
def check(dsn, monkeypatch):
    """Check a function `count(conn)` that begins with these lines; returns the result."""
    monkeypatch.setattr(manifest, "checks", lambda _: {"count": check_count})

    def run(*lines, answer=RIGHT):
        namespace = {}
        exec("\n".join(["def count(conn):", *(f"    {line}" for line in lines), answer]), namespace)
        here, tables = InProcess(namespace), Data(postgres_dsn=dsn)
        try:
            return runner.run(TASK, here, tables)
        finally:
            here.close()
            tables.close()

    return run


def altered_settings(dsn):
    with psycopg.connect(dsn, autocommit=True) as connection:
        return set(
            connection.execute(
                "SELECT setdatabase, setrole, unnest(setconfig) FROM pg_db_role_setting"
            ).fetchall()
        )


def objects(dsn):
    with psycopg.connect(dsn, autocommit=True) as connection:
        return {
            name
            for (name,) in connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
                " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace ="
                " current_schema()::regnamespace UNION ALL SELECT typname FROM pg_type WHERE"
                " typnamespace = current_schema()::regnamespace AND typtype IN ('e', 'd') UNION ALL"
                " SELECT extname FROM pg_extension"
            )
        }


EVERYWHERE = {
    "ALTER DATABASE course SET hnsw.ef_search = 777": (
        "the setting `hnsw.ef_search` of the database, set to 777"
    ),
    "ALTER ROLE postgres SET hnsw.ef_search = 776": (
        "the setting `hnsw.ef_search` of the role, set to 776"
    ),
    "ALTER ROLE postgres IN DATABASE course SET work_mem = '9MB'": (
        "the setting `work_mem` of the role, set to 9MB"
    ),
    "ALTER ROLE ALL SET hnsw.ef_search = 775": (
        "the setting `hnsw.ef_search` of all roles, set to 775"
    ),
    "ALTER SYSTEM SET ivfflat.probes = 7": (
        "the setting `ivfflat.probes` of the whole server, set to 7"
    ),
}


@pytest.mark.parametrize(("sql", "words"), EVERYWHERE.items())
@pytest.mark.parametrize("answer", [RIGHT, "    return 5", "    raise ValueError"])
def test_a_setting_that_would_reach_later_lessons_is_named_and_put_back(
    check, dsn, sql, words, answer
):
    before = altered_settings(dsn)
    result = check(f'conn.execute("{sql}")', answer=answer)
    assert result.status == {RIGHT: "passed", "    return 5": "wrong"}.get(answer, "error")
    assert words in result.undone
    assert words in repr(result)
    assert words in result._repr_html_().replace("<code>", "`").replace("</code>", "`")
    assert altered_settings(dsn) == before
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SHOW hnsw.ef_search").fetchone()[0] == "40"
        in_file = connection.execute(
            "SELECT name FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf'"
        ).fetchall()
    assert in_file == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("hnsw.iterative_scan = 'strict_order'", "strict_order"),
        ('search_path = "a b", public', '"a b", public'),
    ],
)
def test_a_setting_that_was_there_gets_its_value_back(check, dsn, value, shown):
    name = value.partition(" ")[0]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE course SET {value}")
    try:
        before = altered_settings(dsn)
        result = check(f"conn.execute('ALTER DATABASE course RESET {name}')")
        assert f"the setting `{name}` of the database, removed" in result.undone
        assert altered_settings(dsn) == before
        assert any(setting == f"{name}={shown}" for *_, setting in before)
    finally:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE course RESET {name}")


LEFT = {
    "CREATE TABLE mine (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY)": (
        "the table `mine`"
    ),
    'CREATE TABLE "My table" (id int)': 'the table `"My table"`',
    "CREATE VIEW seen AS SELECT * FROM item": "the view `seen`",
    "CREATE MATERIALIZED VIEW kept AS SELECT * FROM item": "the materialized view `kept`",
    "CREATE SEQUENCE counted": "the sequence `counted`",
    "CREATE FUNCTION two(int) RETURNS int LANGUAGE sql AS 'SELECT 2'": (
        "the function `two(integer)`"
    ),
    "CREATE TYPE mood AS ENUM ('good')": "the type `mood`",
    "CREATE DOMAIN positive AS int": "the type `positive`",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm": "the extension `pg_trgm`",
}


@pytest.mark.parametrize(("sql", "words"), LEFT.items())
def test_an_object_that_was_left_is_named_and_removed(check, dsn, sql, words):
    check()
    before = objects(dsn)
    result = check(f"conn.execute({sql!r})")
    if "pg_trgm" in sql and result.status == "error":
        pytest.skip("this server has no pg_trgm")
    assert result.passed
    assert words in result.undone
    assert objects(dsn) == before


@pytest.mark.parametrize(
    "lines",
    [
        ["conn.execute('CREATE TEMP TABLE mine (id int)')"],
        ["conn.execute('CREATE TABLE mine (id int)')", "conn.execute('DROP TABLE mine')"],
        ["conn.execute('SET hnsw.ef_search = 90')"],
        ["with conn.transaction(): conn.execute('SET LOCAL hnsw.ef_search = 90')"],
        ["conn.execute('CREATE INDEX ON item (id)')"],
        [],
    ],
)
def test_what_goes_by_itself_and_what_is_the_checks_is_not_named(check, dsn, lines):
    assert check(*lines).undone == ""
    assert "item" in objects(dsn)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("conn.prepare_threshold = None", "prepare_threshold"),
        ("conn.autocommit = False", "autocommit"),
        ("conn.row_factory = int", ""),
    ],
)
def test_a_connection_that_was_altered_is_told(check, line, name):
    result = check(line, answer="    return 3")
    assert (
        f"Your code changed `{name or 'row_factory'}` of the connection that it got and did not"
        " change it back. The check has closed the connection." in result.undone
    )


def test_an_answer_that_ends_the_sessions_of_the_check_is_undone_all_the_same(check, dsn):
    before = altered_settings(dsn)
    result = check(
        "conn.execute('ALTER DATABASE course SET hnsw.ef_search = 774')",
        'ended = conn.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE'
        ' pid <> pg_backend_pid() "',
        "\"AND (query LIKE '%WITH own AS (SELECT oid FROM pg_namespace%' OR query LIKE"
        " '%pg_snapshot_xmax%')\").fetchone()[0]",
        "assert ended, 'no session of the check'",
    )
    assert result.passed
    assert "the setting `hnsw.ef_search` of the database, set to 774" in result.undone
    assert altered_settings(dsn) == before


def test_an_answer_that_keeps_a_lock_ends_in_words(check, monkeypatch):
    def needs_the_table_again(count, data):
        check_count(count, data)
        data.postgres.run("DROP TABLE item")

    monkeypatch.setattr(manifest, "checks", lambda _: {"count": needs_the_table_again})
    monkeypatch.setattr(time_limits, "LEAST_CLOCK", 1)
    monkeypatch.setattr(fixtures_postgres, "LOCK_SECONDS", 0.2)
    result = check("conn.execute('BEGIN')", "conn.execute('LOCK TABLE item')")
    assert result.status == "error"
    assert (
        "still holds a lock on a table that the check needs: it began a transaction and did not end"
        in result.why
    )


def test_what_breaks_the_check_itself_is_undone_all_the_same(check, dsn, monkeypatch):
    def breaks(count, data):
        check_count(count, data)
        data.postgres.run("DROP TABLE item")  # on which a view depends by now

    check()
    before = objects(dsn)
    monkeypatch.setattr(manifest, "checks", lambda _: {"count": breaks})
    with pytest.raises(CourseError, match="failed by itself"):
        check("conn.execute('CREATE VIEW seen AS SELECT * FROM item')")
    assert objects(dsn) == before


def own_collections(data):
    """Those that this test may leave; other tests make theirs on the same server meanwhile."""
    own = engines.collection("traces", "asked_for").removesuffix("asked_for")
    return {name for name in data.milvus.own.list_collections() if name.startswith(own)}


def check_make(make, data):
    """`make(client, name)` makes that collection, which is the task."""
    name = engines.collection("traces", "asked_for")
    data.milvus.drop(name)
    make(data.milvus.client, name)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("client.create_collection(name + '_work', 4)", ["_work"]),
        ("client.create_collection(dimension=4, collection_name=name + '_work')", ["_work"]),
        (
            "client.create_collection(name + '_b', 4), client.create_collection(name + '_a', 4)",
            ["_a", "_b"],
        ),
        ("client.create_collection(name + '_work', 4), client.drop_collection(name + '_work')", []),
        (
            "client.drop_collection(name + '_old'), client.create_collection(name + '_old', 4)",
            [],
        ),  # which was there
        ("client.drop_collection('vdbcourse_nowhere')", []),
    ],
)
def test_a_collection_that_was_left_is_named_and_removed_and_no_other(monkeypatch, line, left):
    task = Task("99_traces", "make", "Make", ("make",), 1, ("",), 5)
    monkeypatch.setattr(manifest, "checks", lambda _: {"make": check_make})
    here, tables = InProcess({}), Data(milvus_uri=engines.milvus())
    name = engines.collection("traces", "asked_for")
    exec(
        f"def make(client, name):\n    client.create_collection(name, 4)\n    {line}",
        here.namespace,
    )
    tables.milvus.drop(f"{name}_old")
    tables.milvus.own.create_collection(f"{name}_old", 4)
    try:
        before = own_collections(tables)
        result = runner.run(task, here, tables)
        assert result.passed
        named = "; ".join(f"the collection `{name}{ending}`" for ending in left)
        assert (
            (f"later lessons: {named}. The check has undone it." in result.undone)
            if left
            else result.undone == ""
        )
        assert own_collections(tables) - before <= {name}
        assert tables.milvus.own.has_collection(f"{name}_old")
    finally:
        tables.milvus.drop(name, f"{name}_old")
        here.close()
        tables.close()
