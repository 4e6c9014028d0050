"""What a learner's function gets opened knows pgvector from its first statement."""

import psycopg
import pytest

from vdbcourse import engines
from vdbcourse.engines import spaces
from vdbcourse.grading import Data, Handle
from vdbcourse.grading.calls.handles import OpenHandles

ASKED = [
    "SHOW hnsw.ef_search",
    "SHOW hnsw.iterative_scan",
    "SHOW ivfflat.probes",
    "SELECT current_setting('hnsw.iterative_scan')",
]


@pytest.fixture
def dsn():
    """The address of a schema of the test's own."""
    address = engines.postgres("handles")
    yield address
    spaces.drop_schema(address, spaces.space_name("handles"))


@pytest.mark.parametrize("sql", ASKED)
def test_a_setting_of_pgvector_can_be_read_before_the_first_vector(dsn, sql):
    opened = OpenHandles()
    assert opened.resolve(Handle("postgres", dsn)).execute(sql).fetchone()[0]
    opened.close()


@pytest.mark.parametrize("sql", ASKED)
def test_it_can_on_the_checks_own_connection(dsn, sql):
    data = Data(postgres_dsn=dsn)
    assert data.postgres.run(sql)
    data.close()


@pytest.mark.parametrize("sql", ASKED)
def test_it_can_on_any_connection_to_the_courses_server(dsn, sql):
    with psycopg.connect(dsn) as connection:
        assert connection.execute(sql).fetchone()[0]


def test_a_setting_is_put_back_by_who_read_it_first(dsn):
    opened = OpenHandles()
    connection = opened.resolve(Handle("postgres", dsn))
    before = connection.execute("SHOW hnsw.ef_search").fetchone()[0]
    connection.execute("SET hnsw.ef_search = 77")
    connection.execute("SELECT set_config('hnsw.ef_search', %s, false)", [before])
    assert connection.execute("SHOW hnsw.ef_search").fetchone()[0] == before
    opened.close()


def test_what_an_idle_session_has_read_is_not_counted_for_another(dsn):
    """A session hands in what it has counted up to ten seconds after it fell idle."""
    opened = OpenHandles()
    earlier, later = Handle("postgres", dsn), Handle("postgres", f"{dsn}&application_name=later")
    opened.resolve(earlier).execute("CREATE TABLE item AS SELECT generate_series(1, 100) AS id")
    opened.setting(earlier, "work_mem")
    opened.resolve(earlier).execute("SELECT count(*) FROM item")

    def rows_read():
        opened.setting(later, "work_mem")
        query = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relid = 'item'::regclass"
        return opened.resolve(later).execute(query).fetchone()[0]

    before = rows_read()
    assert before == 100
    opened.resolve(earlier).execute("SELECT pg_stat_force_next_flush()")
    assert rows_read() == before
    opened.close()
