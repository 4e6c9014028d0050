"""engines.explain for PostgreSQL: real mistakes on the real server, each with the line that it
gets.
"""

import time

import numpy as np
import psycopg
import pytest
from pgvector.psycopg import register_vector

from vdbcourse import engines
from vdbcourse.engines.error_messages import postgres

SONG = (
    "CREATE TABLE song (id int PRIMARY KEY, title text NOT NULL, e vector(3), n int CHECK (n > 0))"
)
LONG_TEXT = "".join(np.random.default_rng(0).choice(list("abcdefghijklmnop"), 20_000))


class There:
    """A table with one row, and what it takes to reach it."""

    def __init__(self, url):
        self.url = url
        self.conn = self.connect()
        self.conn.execute("DROP TABLE IF EXISTS song CASCADE")
        self.conn.execute(SONG)
        self.conn.execute("INSERT INTO song VALUES (1, 'Misirlou', '[1,0,0]', 1)")
        self.schema = self.conn.execute("SELECT current_schema").fetchone()[0]

    def connect(self, autocommit=True):
        conn = psycopg.connect(self.url, autocommit=autocommit)
        register_vector(conn)
        return conn

    def run(self, sql, *values):
        with self.conn.transaction():
            self.conn.execute(sql, values or None)

    def index(self, what, table="song"):
        self.run(f"CREATE INDEX ON {table} USING {what}")


@pytest.fixture(scope="module")
def there():
    place = There(engines.postgres("test_explained"))
    yield place
    place.conn.execute(f"DROP SCHEMA {place.schema} CASCADE")
    place.conn.close()


def wide(there, dimensions):
    there.run("DROP TABLE IF EXISTS wide")
    there.run(f"CREATE TABLE wide (e vector({dimensions}))")
    there.index("hnsw (e vector_l2_ops)", "wide")


def without_dimensions(there):
    there.run("CREATE TEMPORARY TABLE IF NOT EXISTS bare (e vector)")
    there.index("hnsw (e vector_l2_ops)", "bare")


def many_lists(there):
    there.run("SET maintenance_work_mem = '1MB'")
    try:
        there.index("ivfflat (e vector_l2_ops) WITH (lists = 32768)")
    finally:
        there.run("RESET maintenance_work_mem")


def long_text(there):
    there.run("CREATE TEMPORARY TABLE IF NOT EXISTS lyrics (words text)")
    there.run("CREATE INDEX IF NOT EXISTS by_words ON lyrics (words)")
    there.run("INSERT INTO lyrics VALUES (%s)", LONG_TEXT)


def late(there):
    with there.connect() as conn:
        conn.execute("SET statement_timeout = 20")
        conn.execute("SELECT pg_sleep(600)")


def locked(there):
    with there.connect(autocommit=False) as holder, there.connect() as conn:
        holder.execute("LOCK song")
        conn.execute("SET lock_timeout = 20")
        conn.execute("SELECT * FROM song")


def idle(there):
    with there.connect(autocommit=False) as conn:
        conn.execute("SET idle_in_transaction_session_timeout = 20")
        while True:  # until the server has ended it, however busy the machine
            time.sleep(0.2)
            conn.execute("SELECT 1")


def ended(there):
    conn = there.connect()
    there.run("SELECT pg_terminate_backend(%s, 60000)", conn.info.backend_pid)
    conn.execute("SELECT 1")


def ended_before(there):
    conn = there.connect()
    conn.close()
    conn.execute("SELECT 1")


def after_an_error(there):
    with there.connect(autocommit=False) as conn:
        with pytest.raises(psycopg.errors.DivisionByZero):
            conn.execute("SELECT 1 / 0")
        conn.execute("SELECT 1")


def in_a_transaction(there):
    with there.connect(autocommit=False) as conn:
        conn.execute("CREATE INDEX CONCURRENTLY ON song USING hnsw (e vector_l2_ops)")


def not_registered(there):
    with psycopg.connect(there.url) as conn:
        conn.execute("SELECT %s::vector", (np.zeros(3, dtype=np.float32),))


def in_an_empty_database(there, work):
    """`work` in a database without pgvector, which is dropped afterwards."""
    there.conn.execute("DROP DATABASE IF EXISTS test_explained_empty")
    there.conn.execute("CREATE DATABASE test_explained_empty")
    try:
        with psycopg.connect(there.url, dbname="test_explained_empty") as conn:
            work(conn)
    finally:
        there.conn.execute("DROP DATABASE test_explained_empty WITH (FORCE)")


def as_a_stranger(there, sql):
    """`sql` by a role that may see the schema and nothing in it but what is granted."""
    with there.connect(autocommit=False) as conn:  # rolled back with the role in it
        conn.execute("CREATE ROLE test_explained_stranger")
        conn.execute(f"GRANT USAGE ON SCHEMA {there.schema} TO test_explained_stranger")
        conn.execute("CREATE TABLE shared (id int)")
        conn.execute("ALTER TABLE shared ENABLE ROW LEVEL SECURITY")
        conn.execute("CREATE POLICY own ON shared USING (id < 5)")
        conn.execute("GRANT INSERT ON shared TO test_explained_stranger")
        conn.execute("SET ROLE test_explained_stranger")
        try:
            conn.execute(sql)
        finally:
            conn.rollback()


FOUR = np.ones(4, dtype=np.float32)
MISTAKES = {
    "vector of another model": (
        lambda t: t.run("INSERT INTO song VALUES (2, 'a', %s)", FOUR),
        "The column holds vectors of 3 numbers, and this one has 4",
    ),
    "query of another model": (
        lambda t: t.run("SELECT * FROM song ORDER BY e <=> %s", FOUR),
        "these have 3 and 4 numbers",
    ),
    "bits of two lengths": (lambda t: t.run("SELECT B'101' <~> B'1010'"), "have 3 and 4"),
    "a list": (
        lambda t: t.run("SELECT * FROM song ORDER BY e <=> %s", [1.0, 2.0, 3.0]),
        "A Python list is sent as an array, not as a vector",
    ),
    "a mixed list": (
        lambda t: t.run("SELECT * FROM song ORDER BY e <=> %s", [1.0, 2, 3]),
        "numpy.asarray(numbers",
    ),
    "not registered": (not_registered, "how to send a ndarray. After connecting: register_vector"),
    "NaN": (lambda t: t.run("SELECT '[NaN,0,0]'::vector"), "A vector holds finite numbers only"),
    "infinity": (lambda t: t.run("SELECT '[Infinity]'::halfvec"), "A halfvec holds finite numbers"),
    "too large for half": (lambda t: t.run("SELECT '[70000]'::halfvec"), "70000 is too large for"),
    "braces": (lambda t: t.run("SELECT '{1,2}'::vector"), "numbers in square brackets: '[1,2,3]'"),
    "dense for sparse": (lambda t: t.run("SELECT '[1,2]'::sparsevec"), "'{1:0.5,7:2}/10'"),
    "empty": (lambda t: t.run("SELECT '[]'::vector"), "at least one number"),
    "no extension, client": (
        lambda t: in_an_empty_database(t, register_vector),
        "lacks the extension pgvector",
    ),
    "no extension, server": (
        lambda t: in_an_empty_database(t, lambda conn: conn.execute("SELECT '[1]'::vector")),
        "Run in it: CREATE EXTENSION vector",
    ),
    "extension not on disk": (
        lambda t: t.run("CREATE EXTENSION vectorscale"),
        "vectorscale is not installed on the server's machine",
    ),
    "too long to index": (lambda t: wide(t, 2001), "indexed up to 2000 dimensions"),
    "too long to store": (lambda t: wide(t, 16_001), "A vector has at most 16000 dimensions"),
    "no length": (without_dimensions, "needs vectors of one length"),
    "no class": (
        lambda t: t.index("hnsw (e)"),
        "Say which distance the index is for: (embedding v",
    ),
    "a class that is none": (
        lambda t: t.index("hnsw (e cosine)"),
        "hnsw has no operator class cos",
    ),
    "a class of B-trees": (lambda t: t.index("btree (e vector_l2_ops)"), "indexed by hnsw or ivff"),
    "a class of another type": (
        lambda t: t.index("hnsw (e halfvec_l2_ops)"),
        "is for another type than the column's, vector",
    ),
    "narrow construction": (
        lambda t: t.index("hnsw (e vector_l2_ops) WITH (m = 40, ef_construction = 60)"),
        "at least 2 * m",
    ),
    "m too large": (
        lambda t: t.index("hnsw (e vector_l2_ops) WITH (m = 101)"),
        "101 is outside the range of the index option m",
    ),
    "ef_search in the index": (
        lambda t: t.index("hnsw (e vector_l2_ops) WITH (ef_search = 60)"),
        "ef_search is a setting of the search",
    ),
    "an option that is none": (
        lambda t: t.index("hnsw (e vector_l2_ops) WITH (neighbours = 60)"),
        "has no option neighbours",
    ),
    "ef_search too large": (
        lambda t: t.run("SET hnsw.ef_search = 1001"),
        "hnsw.ef_search goes from 1 to 1000; 1001 is outside",
    ),
    "a setting misspelt": (
        lambda t: t.run("SET hnsw.iterativ_scan = strict_order"),
        "knows no setting hnsw.iterativ_scan",
    ),
    "a setting asked for": (lambda t: t.run("SHOW ivfflat.prob"), "knows no setting ivfflat.prob"),
    "a value that is none": (
        lambda t: t.run("SET hnsw.iterative_scan = on"),
        "off, relaxed_order or, for hnsw alone, strict_order",
    ),
    "many lists": (many_lists, "and may use 1 MB"),
    "Hamming on vectors": (
        lambda t: t.run("SELECT '[1]'::vector <~> '[1]'::vector"),
        "binary_quantize(embedding)",
    ),
    "two types": (
        lambda t: t.run("SELECT '[1]'::vector <=> B'1'"),
        "There is no vector <=> bit",
    ),
    "NUL": (lambda t: t.run("SELECT %s::text", "a\0b"), "cannot hold the character NUL"),
    "per cent": (lambda t: t.run("SELECT '5%' || %s::text", "x"), "written twice: %%"),
    "two statements": (lambda t: t.run("SELECT 1; SELECT %s::int", 2), "holds one statement"),
    "duplicate": (
        lambda t: t.run("INSERT INTO song VALUES (1, 'again')"),
        "A row with this key is there already (song_pkey)",
    ),
    "NULL": (
        lambda t: t.run("INSERT INTO song VALUES (5, NULL)"),
        "The column title takes no NULL",
    ),
    "check": (
        lambda t: t.run("INSERT INTO song VALUES (6, 'b', NULL, -1)"),
        "breaks the table's rule song_n_check",
    ),
    "10 MB in a B-tree": (long_text, "does not fit into a B-tree index"),
    "10 MB of words": (
        lambda t: t.run("SELECT to_tsvector(%s)", " ".join(f"w{n}" for n in range(200_000))),
        "more words than one tsvector holds",
    ),
    "no table": (lambda t: t.run("SELECT * FROM songs"), "no table or index songs"),
    "no column": (lambda t: t.run("SELECT name FROM song"), "no column name"),
    "no column of a table": (lambda t: t.run("SELECT song.name FROM song"), "no column song.name"),
    "no right": (
        lambda t: as_a_stranger(t, "SELECT * FROM song"),
        "has no right to table song",
    ),
    "another tenant": (
        lambda t: as_a_stranger(t, "INSERT INTO shared VALUES (7)"),
        "The table's policy does not let this role write",
    ),
    "statement timeout": (late, "longer than statement_timeout"),
    "lock timeout": (locked, "Another transaction holds the lock"),
    "idle in transaction": (idle, "The transaction was left open"),
    "ended": (ended, "The connection is gone"),
    "ended before": (ended_before, "The connection is gone"),
    "after an error": (after_an_error, "conn.rollback()"),
    "concurrently": (in_a_transaction, "CREATE INDEX CONCURRENTLY needs a connection without"),
    "no database": (
        lambda t: psycopg.connect(t.url, dbname="there_is_none"),
        "The server has no database there_is_none",
    ),
    "no role": (
        lambda t: psycopg.connect(t.url, user="there_is_none"),
        "The server has no role there_is_none",
    ),
    "nobody there": (
        lambda t: psycopg.connect("postgresql://me:Treasure9@127.0.0.1:1/db"),
        "Nothing answers at that address",
    ),
    "no socket": (
        lambda t: psycopg.connect("postgresql:///db?host=/there/is/none"),
        "Nothing answers at that address",
    ),
    "no host": (
        lambda t: psycopg.connect("postgresql://me:Treasure9@there.invalid/db"),
        "No machine has that name",
    ),
    "no address": (lambda t: psycopg.connect("postgres//db"), "That is no address of PostgreSQL"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_gets_its_line(case, there):
    mistake, words = MISTAKES[case]
    with pytest.raises(psycopg.Error) as error:
        mistake(there)
    line = engines.explain(error.value)
    assert words in line
    assert "\n" not in line
    assert len(line) < 260
    assert "Treasure9" not in line


# What this server does not say: words as its source or its users have them.
@pytest.mark.parametrize(
    ("said", "words"),
    [
        # PostgreSQL, src/backend/commands/extension.c
        ('permission denied to create extension "vector"', "Ask the database's owner to run"),
        # github.com/pgvector/pgvector/issues/409
        (
            'could not resize shared memory segment "/PostgreSQL.1" to 67 bytes: No space left on'
            " device",
            "Raise its shm_size",
        ),
        ("could not extend file: No space left on device", "The server's disk is full"),
        # PostgreSQL, src/backend/utils/init/postinit.c
        ("FATAL: sorry, too many clients already", "no connection left (max_connections)"),
        ("remaining connection slots are reserved for roles", "no connection left"),
        ('FATAL: password authentication failed for user "me"', "User or password is wrong"),
        ("FATAL: no pg_hba.conf entry for host", "?sslmode=require"),
        ("FATAL: the database system is starting up", "Try again in a moment"),
        # PostgreSQL, src/backend/storage/lmgr/deadlock.c, src/backend/executor/nodeModifyTable.c
        ("deadlock detected", "Repeat this one"),
        ("could not serialize access due to concurrent update", "Repeat the whole transaction"),
        # psycopg_pool, pool.py
        ("couldn't get a connection after 3.00 sec", "All connections of the pool are in use"),
    ],
)
def test_words_that_others_met(said, words):
    assert words in engines.explain(psycopg.OperationalError(said))


def test_what_is_not_known_is_handed_on_with_its_code():
    line = engines.explain(psycopg.errors.DivisionByZero("division\nby zero" + "x" * 500))
    assert line.startswith("PostgreSQL says: division by zero")
    assert "(SQLSTATE 22012)" in line
    assert len(line) < 420


def test_the_contents_of_a_row_are_not_repeated(there):
    with pytest.raises(psycopg.Error) as error:
        there.run("INSERT INTO song VALUES (9, 'a secret', NULL, -1)")
    assert "a secret" in str(error.value)  # the server's DETAIL does
    assert "a secret" not in engines.explain(error.value)


def test_every_case_can_be_formatted():
    for case in postgres.CASES:
        case.line.format(*["x"] * 5)
