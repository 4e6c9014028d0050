"""Every setting with every kind of wrong value: one line that says what to do, or a value that
works; never a traceback.
"""

import os

import pytest
from support import one_line

from vdbcourse import engines, settings
from vdbcourse.engines import compared, server_checks, status
from vdbcourse.errors import CourseError
from vdbcourse.installation import diagnosis

NAMES = list(settings.SETTINGS)
WRONG = (
    *(
        "nonsense",
        "http://",
        "http://[::1:19530",
        "http://h:99999",
        "http://h:port",
        "://",
        "@",
        "http://@",
        "a@b",
        "http://a b",
    ),
    *(
        "ftp://host",
        "[",
        "]",
        "%",
        "%00",
        "http://%00",
        "postgresql://[::1",
        "postgresql://h:x/d",
        "host=",
        "=",
        "'",
        "~nobody-here",
    ),
    *(
        "0",
        "-5",
        "65536",
        "1e3",
        "٣",
        "²",
        "9" * 5000,
        "x" * 5000,
        "ü",
        "数据",
        "🦊",
        "\udcff",
        "\x7f",
        "\t",
        "  ",
        "None",
        "{}",
        "[1]",
    ),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Nothing here waits for a network."""
    for module in (server_checks, compared):
        monkeypatch.setattr(module, "CONNECT_SECONDS", 0.2)


@pytest.mark.parametrize("wrong", WRONG, ids=ascii)
@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("VDBCOURSE_HOME", "VDBCOURSE_MODEL")]
)
def test_a_wrong_value_is_one_line_or_works(monkeypatch, name, wrong):
    monkeypatch.setenv(name, wrong)
    asked = [
        lambda: engines.collection("nb", "films"),
        engines.milvus_token,
        engines.qdrant,
        engines.weaviate,
        engines.vespa,
    ]
    asked += [
        engines.vespa_config,
        settings.learner,
        settings.milvus_port,
        lambda: status.state("milvus"),
    ]
    asked += [lambda one=one: engines.missing(one) for one in compared.NAMES]
    asked += [lambda: status.state("postgres")] if name == "DATABASE_URL" else []
    for ask in asked:
        try:
            ask()
        except CourseError as error:
            assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize(
    "wrong", [wrong for wrong in WRONG if len(wrong) < 1000 and wrong.strip()], ids=ascii
)
def test_a_home_that_is_none_is_one_line_or_works(monkeypatch, tmp_path, wrong):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VDBCOURSE_HOME", wrong)
    try:
        settings.home()
    except CourseError as error:
        assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize(
    "wrong",
    ["nonsense/model", "~nobody-here", "./none", "http://h", "a b", "-", "x" * 300, "ü", "a/b/c"],
)
def test_a_model_that_is_none_is_one_line(monkeypatch, wrong):
    from vdbcourse import embedding
    from vdbcourse.embedding import model

    monkeypatch.setattr(model, "answers", lambda *_, **__: False)  # no network
    monkeypatch.setenv("VDBCOURSE_MODEL", wrong)
    with pytest.raises(CourseError, match="VDBCOURSE_MODEL"):
        embedding.encode("a text never seen")


def test_blanks_and_line_breaks_around_a_value_do_not_belong_to_it(monkeypatch):
    values = {
        "DATABASE_URL": settings.database_url,
        "MILVUS_URI": settings.milvus_uri,
        "MILVUS_TOKEN": settings.milvus_token,
        "MILVUS_METRICS_URL": settings.milvus_metrics_url,
        "QDRANT_URL": settings.qdrant_url,
        "QDRANT_API_KEY": settings.qdrant_api_key,
        "WEAVIATE_URL": settings.weaviate_url,
        "WEAVIATE_API_KEY": settings.weaviate_api_key,
        "VESPA_URL": settings.vespa_url,
        "VESPA_CONFIG_URL": settings.vespa_config_url,
        "PINECONE_API_KEY": settings.pinecone_api_key,
        "PINECONE_CONTROLLER_HOST": settings.pinecone_controller_host,
        "VDBCOURSE_LEARNER": settings.owner,
        "VDBCOURSE_MODEL": settings.model,
    }
    for name, read in values.items():
        monkeypatch.setenv(name, " \tx \r\n")
        assert read() == "x"
    for name, read in {
        "VDBCOURSE_MILVUS_PORT": settings.milvus_port,
        "WEAVIATE_GRPC_PORT": settings.weaviate_grpc_port,
    }.items():
        monkeypatch.setenv(name, " 7\n")
        assert read() == 7
    monkeypatch.setenv("VDBCOURSE_HOME", " /x\n")
    assert settings.home_path().as_posix().endswith("/x")
    assert {*values, "VDBCOURSE_MILVUS_PORT", "WEAVIATE_GRPC_PORT", "VDBCOURSE_HOME"} == set(NAMES)


def test_what_a_client_reads_itself_it_finds_without_blanks(monkeypatch):
    monkeypatch.setenv("PINECONE_API_KEY", "key\n")
    settings.pinecone_api_key()
    assert os.environ["PINECONE_API_KEY"] == "key"


@pytest.mark.parametrize(
    "command",
    [
        "up milvus-lite",
        "check solutions/01_basic_search.ipynb",
        "selftest 01_basic_search",
        "bench milvus",
    ],
)
def test_commands_name_a_milvus_uri_that_is_no_address(home, cli, command):
    """pymilvus reads it when it is imported, and fails with a traceback."""
    message = one_line(cli(*command.split(), MILVUS_URI="http://[::1:19530"))
    assert "MILVUS_URI is not an address of a server. Its form: http://host:19530" in message


def test_status_and_doctor_report_a_milvus_uri_that_is_no_address(home, cli):
    status, report = (
        cli("status", MILVUS_URI="http://[::1:19530"),
        cli("doctor", MILVUS_URI="http://[::1:19530"),
    )
    assert (status.returncode, report.returncode) == (0, 2)
    assert "MILVUS_URI is not an address" in status.stdout
    assert "MILVUS_URI is not an address" in report.stdout
    assert status.stderr == report.stderr == ""


@pytest.mark.parametrize(
    "error", [ValueError("a\nb"), KeyError("x"), OSError(5, "Input/output error"), RuntimeError()]
)
def test_the_doctor_reports_whatever_a_check_meets(error):
    def broken():
        raise error

    found = diagnosis.finding("films", broken)
    assert found.result == "problem"
    assert type(error).__name__ in found.text
    assert len(found.text.splitlines()) == 1
