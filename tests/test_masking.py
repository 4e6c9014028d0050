"""No password, token or key is shown, however it is written and whoever speaks; and an address with
an odd one is read right.
"""

import json
import traceback

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal
from pymilvus import MilvusClient, MilvusException

from vdbcourse import engines, masking, settings
from vdbcourse.engines import addresses, processes, server_checks, supervisor
from vdbcourse.engines.local import milvus_lite, postgres
from vdbcourse.errors import CourseError

PASSWORDS = (
    "Secret/Word1",
    "p@ssword",
    "pass#word",
    "pass?word",
    "pass[word",
    "pass%word",
    "pass word",
    "a@b/c#d?e[f:g",
    "1234/word",
)
PIECES = ("Secret", "Word1", "ssword", "word", "1234", "b/c", "hunter2")


def shows_nothing(text):
    assert not [
        piece for piece in PIECES if piece in text.replace("password", "").replace("PASSWORD", "")
    ], text


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A PostgreSQL that asks for passwords; what makes the address of a user with such a password,
    written as it is.
    """
    folder = tmp_path_factory.mktemp("asking")
    started = postgres.start(folder / "postgres", folder / "log", tcp=True)
    number = iter(range(100))

    def with_password(password):
        user = f"odd{next(number)}"
        with psycopg.connect(started.uri, autocommit=True) as conn:
            conn.execute(
                SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(Identifier(user), Literal(password))
            )
            conn.execute(SQL("GRANT CREATE ON DATABASE course TO {}").format(Identifier(user)))
        port = psycopg.conninfo.conninfo_to_dict(started.uri)["port"]
        return f"postgresql://{user}:{password}@127.0.0.1:{port}/course"

    yield with_password
    postgres.stop(started, folder / "postgres")


@pytest.fixture(scope="module")
def milvus(tmp_path_factory):
    """The address of a Milvus without collections."""
    folder = tmp_path_factory.mktemp("empty")
    started = milvus_lite.start(folder / "milvus-lite", folder / "log")
    assert processes.wait_until(lambda: milvus_lite.is_ready(started), 120, started.is_alive)
    yield started.uri
    milvus_lite.stop(started, folder / "milvus-lite")


@pytest.mark.parametrize("password", PASSWORDS)
def test_the_notebook_and_the_command_line_agree_on_an_odd_password(
    server, home, monkeypatch, capsys, password
):
    address = server(password)
    user = psycopg.conninfo.conninfo_to_dict(addresses.postgres_url(addresses.postgres(address)))[
        "user"
    ]
    monkeypatch.setenv("DATABASE_URL", f"  {address}\n")
    monkeypatch.setenv("VDBCOURSE_LEARNER", user)
    with psycopg.connect(engines.postgres("nb")) as conn:
        assert conn.execute("SELECT current_schema()").fetchone() == (f"{user}_nb",)
    from vdbcourse.cli import engines as command

    command.up(["postgres"], extras=[], as_json=True)
    shown = capsys.readouterr().out
    assert json.loads(shown)["engines"][0]["running"]
    shows_nothing(shown)


@pytest.mark.parametrize("password", [*PASSWORDS, "hunter2"])
@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_a_refused_connection_shows_nothing_of_the_password(monkeypatch, password, host):
    """Nor does what caused it, which a traceback would print."""
    monkeypatch.setenv(
        "DATABASE_URL", f"postgresql://odd:{password}@{host}:{processes.free_port()}/db"
    )
    with pytest.raises(CourseError, match="does not take the connection") as raised:
        engines.postgres("nb")
    shows_nothing("".join(traceback.format_exception(raised.value)).replace(str(__file__), ""))


@pytest.mark.parametrize(
    "address", ["postgresql://odd:hunter2@h:x/db", "postgresql//odd:hunter2@h", "odd:hunter2@h"]
)
def test_an_address_that_is_none_is_not_repeated(monkeypatch, address):
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(CourseError, match="DATABASE_URL is not a PostgreSQL address") as raised:
        engines.postgres("nb")
    shows_nothing("".join(traceback.format_exception(raised.value)))


@pytest.mark.parametrize("password", [*PASSWORDS, "hunter2"])
def test_user_and_password_of_milvus_become_its_token(milvus, monkeypatch, password):
    monkeypatch.setenv("MILVUS_URI", milvus.replace("//", f"//root:{password}@"))
    assert engines.milvus() == milvus
    assert engines.milvus_token() == f"root:{password}"
    assert MilvusClient(engines.milvus(), token=engines.milvus_token()).list_collections() == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "https://registry.npmjs.org/@mermaid-js/tiny/-/tiny.tgz",
            "https://registry.npmjs.org/@mermaid-js/tiny/-/tiny.tgz",
        ),
        ("http://root:Mil/vus@host:1", "http://***@host:1"),
        ("http://root:12/@host:1", "http://***@host:1"),
        ("http://key@host/@scope", "http://***@scope"),
    ],
)
def test_a_path_that_begins_with_an_at_sign_is_no_password(text, shown):
    assert masking.without_secrets(text) == shown


COMMANDS = (
    ["status"],
    ["status", "--json"],
    ["up", "milvus-lite"],
    ["doctor"],
    ["reset", "--yes"],
    ["bench", "milvus"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_a_password(home, cli, command):
    dead = processes.free_port()
    result = cli(
        *command,
        DATABASE_URL=f"postgresql://odd:Secret/Word1@127.0.0.1:{dead}/db",
        MILVUS_URI=f"http://root:Secret/Word1@127.0.0.1:{dead}",
        MILVUS_TOKEN="root:hunter2hunter2",
    )
    shows_nothing(result.stdout + result.stderr)
    assert "Traceback" not in result.stderr


def test_a_running_server_is_shown_without_its_password(milvus, home, cli):
    for command in (["status"], ["status", "--json"], ["doctor"], ["up", "milvus-lite", "--json"]):
        result = cli(*command, MILVUS_URI=milvus.replace("//", "//root:Secret/Word1@"))
        assert milvus in result.stdout
        shows_nothing(result.stdout + result.stderr)


@pytest.mark.parametrize(
    "variable",
    ["QDRANT_URL", "WEAVIATE_URL", "VESPA_URL", "VESPA_CONFIG_URL", "PINECONE_CONTROLLER_HOST"],
)
@pytest.mark.parametrize("password", PASSWORDS)
def test_addresses_of_the_other_engines_show_no_password(monkeypatch, variable, password):
    monkeypatch.setenv("PINECONE_API_KEY", "k")
    monkeypatch.setenv(variable, f"http://ana:{password}@127.0.0.1:{processes.free_port()}")
    name = variable.partition("_")[0].lower()
    shows_nothing(engines.missing(name) or "")


def test_the_record_of_an_engine_is_readable_to_its_user_only_from_the_start(home, monkeypatch):
    modes = []
    real = supervisor.files.os.fsync
    monkeypatch.setattr(
        supervisor.files.os,
        "fsync",
        lambda number: modes.append(supervisor.files.os.fstat(number).st_mode) or real(number),
    )
    from vdbcourse.engines.record import Running

    Running.of(supervisor.os.getpid(), "x", "http://127.0.0.1:1", "1", home / "log").save(
        home / "run" / "x.json"
    )
    assert [oct(mode)[-3:] for mode in modes] == ["600"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see postgresql://odd:Secret/Word1@h:5432/db now", "see postgresql://***@h:5432/db now"),
        ("http://root:a@b@c@h:19530", "http://***@h:19530"),
        (
            'connection to "host=h password=hunter2 port=1" failed',
            'connection to "host=h password=*** port=1" failed',
        ),
        ("password='two words' user=x", "password=*** user=x"),
        (
            "https://github.com/pgvector/pgvector#installation",
            "https://github.com/pgvector/pgvector#installation",
        ),
        ('invalid integer value "Tre/asure9" for "port"', 'invalid integer value "***" for "port"'),
        ('invalid integer value "asure9" for "port"', 'invalid integer value "***" for "port"'),
        ("Tre%2Fasure9", "***"),
        ("token k-123 is wrong", "token *** is wrong"),
        ("Milvus says no", "Milvus says no"),
    ],
)
def test_what_is_masked_and_what_is_not(monkeypatch, text, shown):
    monkeypatch.setenv("DATABASE_URL", "postgresql://odd:Tre/asure9@h/db")
    monkeypatch.setenv("MILVUS_TOKEN", "k-123")
    monkeypatch.setenv("MILVUS_URI", "http://root:Milvus@h")
    assert masking.without_secrets(text) == shown


def test_the_engines_own_words_are_masked(monkeypatch):
    monkeypatch.setenv("MILVUS_URI", "http://root:Treasure9@h")
    error = MilvusException(message="Illegal uri: [http://root:Treasure9@h], or Treasure9")
    assert "Treasure9" not in engines.explain(error)


def test_every_setting_that_may_hold_a_secret_is_known_to_the_mask():
    secret = {
        name
        for name in settings.SETTINGS
        if name.endswith(("_URL", "_URI", "_TOKEN", "_KEY", "_HOST"))
    }
    assert secret <= {*masking.KEYS, *masking.ADDRESSES}


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:p%40ss@h:5432/db?sslmode=require",
        "postgresql://u@h1:1,h2:2/db?application_name=x@y",
        "postgresql://u:x@/db?host=%2Ftmp%2Fa%40b",
        "host=h user=u password='a b' options='-c work_mem=5MB'",
        "postgresql:///?service=x",
        "postgresql://u:p@[::1]:5432/db",
    ],
)
def test_an_address_that_libpq_reads_right_is_read_as_it_reads_it(address):
    expected = psycopg.conninfo.conninfo_to_dict(address)
    assert addresses.postgres(address) == expected
    assert psycopg.conninfo.conninfo_to_dict(addresses.postgres_url(expected)) == expected


# --- the wrong scheme -----------------------------------------------------------------------------


def test_https_to_a_server_without_tls_is_told(milvus, monkeypatch):
    monkeypatch.setattr(server_checks, "CONNECT_SECONDS", 2)
    monkeypatch.setenv("MILVUS_URI", milvus.replace("http:", "https:"))
    with pytest.raises(
        CourseError, match=f"does not speak TLS, so write {milvus} instead of https"
    ):
        engines.milvus()
