"""DATABASE_URL and MILVUS_URI: the same code on other servers, and one clear line when one cannot
be used.
"""

import shutil
import socket
import sys
from pathlib import Path

import psycopg
import pytest
from pymilvus import MilvusClient
from support import one_line

from vdbcourse import engines
from vdbcourse.engines import processes, spaces, supervisor
from vdbcourse.engines.local import postgres
from vdbcourse.errors import CourseError


@pytest.fixture
def server(home):
    """A PostgreSQL that stands for somebody's server: its URL as superuser."""
    return supervisor.up("postgres").uri


def as_user(url, user, database=None):
    url = url.replace("postgres@", f"{user}@")
    return url.replace("/course", f"/{database}") if database else url


def execute(url, *statements):
    with psycopg.connect(url, autocommit=True) as conn:
        for statement in statements:
            conn.execute(statement)


def test_the_same_code_reaches_another_server(server, monkeypatch):
    execute(server, "CREATE ROLE ana LOGIN", "GRANT CREATE ON DATABASE course TO ana")
    monkeypatch.setenv("DATABASE_URL", as_user(server, "ana"))
    with psycopg.connect(engines.postgres("nb")) as conn:
        assert conn.execute("SELECT current_user, current_schema()").fetchone() == (
            "ana",
            "tester_nb",
        )


def test_other_options_and_key_value_addresses_are_kept(server, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", server + "&options=-cstatement_timeout%3D1234")
    with psycopg.connect(engines.postgres("nb")) as conn:
        assert conn.execute("SHOW statement_timeout").fetchone() == ("1234ms",)
        assert conn.execute("SELECT current_schema()").fetchone() == ("tester_nb",)
    monkeypatch.setenv("DATABASE_URL", psycopg.conninfo.make_conninfo(server))
    with psycopg.connect(engines.postgres("nb")) as conn:
        assert conn.execute("SELECT current_schema()").fetchone() == ("tester_nb",)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "postgresql://[bad",
        "mysql://root:hunter2@localhost/db",
        "postgresql://u@h/d?nosuch=1",
    ],
)
def test_an_address_that_is_none(cli, url):
    message = one_line(cli("up", "postgres", DATABASE_URL=url))
    assert "DATABASE_URL is not a PostgreSQL address" in message
    assert "hunter2" not in message


def test_a_refused_connection(cli):
    url = f"postgresql://u:secret@127.0.0.1:{processes.free_port()}/db"
    message = one_line(cli("up", "postgres", DATABASE_URL=url))
    assert "does not take the connection" in message
    assert "secret" not in message


def test_a_database_that_does_not_exist(server, cli):
    message = one_line(cli("up", "postgres", DATABASE_URL=as_user(server, "postgres", "nowhere")))
    assert 'database "nowhere" does not exist' in message


def test_no_right_to_create_the_extension(server, monkeypatch, cli):
    execute(server, "CREATE ROLE ben LOGIN", "CREATE DATABASE plain")
    url = as_user(server, "ben", "plain")
    # pgvector is a trusted extension, so a right to create in the database is enough; ben has none
    message = one_line(cli("up", "postgres", DATABASE_URL=url))
    assert "may not create the extension pgvector" in message
    assert "CREATE EXTENSION vector" in message


def test_no_right_to_create_a_schema(server, monkeypatch):
    execute(server, "CREATE ROLE eva LOGIN")
    monkeypatch.setenv("DATABASE_URL", as_user(server, "eva"))
    with pytest.raises(
        CourseError, match="eva may not create a schema.*GRANT CREATE ON DATABASE course TO eva"
    ):
        engines.postgres("nb")


def test_a_server_without_pgvector(tmp_path, home, monkeypatch, cli):
    """A real PostgreSQL whose installation has no pgvector."""
    package = Path(postgres.binary("postgres")).parents[2]
    copied = tmp_path / package.name / "pginstall18"
    shutil.copytree(package / "pginstall18", copied, symlinks=True)
    for libraries in package.parent.glob(f"{package.name}.*libs"):
        shutil.copytree(libraries, tmp_path / libraries.name)
    (copied / "share/postgresql/extension/vector.control").unlink()
    monkeypatch.setattr(postgres, "binary", lambda name: str(copied / "bin" / name))
    monkeypatch.setattr(postgres, "_prepare_database", lambda *_: None)
    monkeypatch.setattr(postgres, "address", lambda _, *rest: real_address("postgres", *rest))
    monkeypatch.setattr(postgres, "_versions", lambda _: "PostgreSQL without pgvector")
    started = postgres.start(home / "postgres", home / "log")
    try:
        assert "has no pgvector" in one_line(cli("up", "postgres", DATABASE_URL=started.uri))
    finally:
        postgres.stop(started, home / "postgres")


real_address = postgres.address


def test_milvus_elsewhere(home, monkeypatch, cli):
    uri = supervisor.up("milvus-lite").uri
    monkeypatch.setenv("MILVUS_URI", uri)
    assert engines.milvus() == uri
    assert "MILVUS_URI" in cli("status", MILVUS_URI=uri).stdout


def test_milvus_uri_dead(cli):
    uri = f"http://127.0.0.1:{processes.free_port()}"
    assert "Nothing answers at MILVUS_URI" in one_line(cli("up", "milvus-lite", MILVUS_URI=uri))


@pytest.mark.parametrize("uri", ["nonsense", "./demo.db", "http://", "http://h:99999"])
def test_milvus_uri_that_is_no_address(cli, uri):
    message = one_line(cli("up", "milvus-lite", MILVUS_URI=uri))
    assert "MILVUS_URI" in message
    assert "http://host:19530" in message


def test_milvus_uri_of_something_that_is_not_milvus(cli):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        message = one_line(
            cli("up", "milvus-lite", MILVUS_URI=f"http://127.0.0.1:{other.getsockname()[1]}")
        )
    assert "does not serve Milvus to you" in message


def test_status_shows_a_dead_address_and_does_not_fail(home, cli):
    result = cli("status", MILVUS_URI=f"http://127.0.0.1:{processes.free_port()}")
    assert result.returncode == 0
    assert "unreachable Nothing answers" in result.stdout


def test_reset_removes_the_courses_schemas_and_collections_and_no_others(
    home, tmp_path, monkeypatch, cli
):
    database, milvus = supervisor.up("postgres").uri, supervisor.up("milvus-lite").uri
    execute(database, "CREATE SCHEMA tester_own_work", "CREATE SCHEMA other")
    MilvusClient(milvus).create_collection("tester_own_work", dimension=2)
    settings = {
        "DATABASE_URL": database,
        "MILVUS_URI": milvus,
        "VDBCOURSE_HOME": str(tmp_path / "second"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    execute(engines.postgres("nb"), "CREATE TABLE t (x int)")
    MilvusClient(milvus).create_collection(engines.collection("nb", "films"), dimension=2)
    monkeypatch.setenv("VDBCOURSE_LEARNER", "somebody else")
    engines.postgres("nb")
    monkeypatch.setenv("VDBCOURSE_LEARNER", "tester")
    result = cli("reset", "--yes")
    assert result.returncode == 0, result.stderr
    with psycopg.connect(database) as conn:
        left = {name for (name,) in conn.execute("SELECT nspname FROM pg_namespace")}
    assert {"tester_own_work", "other"} <= left
    assert any(name.startswith("somebody_el") for name in left)
    assert "tester_nb" not in left
    assert MilvusClient(milvus).list_collections() == ["tester_own_work"]
    assert spaces.schemas(database) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets")
def test_a_wrong_password_is_not_shown(home, cli):
    folder = supervisor.data_folder("postgres")
    started = postgres.start(folder, supervisor.log_path("postgres"), tcp=True)
    started.save(supervisor.record_path("postgres"))
    password = (folder / "vdbcourse.password").read_text()
    message = one_line(cli("up", "postgres", DATABASE_URL=started.uri.replace(password, "hunter2")))
    assert "password authentication failed" in message
    assert "hunter2" not in message


@pytest.fixture
def old_extension(server):
    """The address of a database whose pgvector says that it is 0.7.4."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE old_extension")
    address = server.replace("/course", "/old_extension")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
        connection.execute("SET allow_system_table_mods = on")
        connection.execute("UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'")
    yield address
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE old_extension WITH (FORCE)")


@pytest.mark.parametrize(
    ("least", "remedy"),
    [
        ("0.8.0", "Run in that database: ALTER EXTENSION vector UPDATE"),
        ("0.99.1", "install a newer one, then run ALTER EXTENSION vector UPDATE"),
    ],
)
def test_an_extension_older_than_the_lesson_needs(old_extension, monkeypatch, least, remedy):
    monkeypatch.setenv("DATABASE_URL", old_extension)
    assert engines.postgres("nb")
    assert engines.postgres("nb", pgvector="0.7.4")
    assert engines.postgres("nb", pgvector="0.7")
    with pytest.raises(CourseError, match=f"needs pgvector {least} or newer") as error:
        engines.postgres("nb", pgvector=least)
    assert "has 0.7.4" in str(error.value)
    assert remedy in str(error.value)
