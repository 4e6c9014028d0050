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
