"""The compared engines that run elsewhere: one line when one cannot be used, an error for a setting
that is nonsense.
"""

import http.server
import json
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from vdbcourse import engines
from vdbcourse.engines import compared, processes, server_checks
from vdbcourse.errors import CourseError

HOME = {"version": "1.40.4", "hostname": "http://[::]:8080", "modules": {}}
UP = {"status": {"code": "up"}}


@pytest.fixture
def answering():
    """Start an HTTP server: `answering({"/path": (status, value)})` gives its address and the
    requests it saw.
    """
    running = []

    def serve(answers):
        seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                seen.append(self)
                status, value = answers.get(self.path, (404, {}))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(value if isinstance(value, bytes) else json.dumps(value).encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}", seen

    yield serve
    for server in running:
        server.shutdown()
        server.server_close()


def set_address(monkeypatch, name, address):
    """Point the engine `name` at `address`, whatever its settings are called."""
    port = address.rsplit(":", 1)[1]
    for variable, value in {
        "qdrant": {"QDRANT_URL": address},
        "weaviate": {"WEAVIATE_URL": address, "WEAVIATE_GRPC_PORT": port},
        "vespa": {"VESPA_CONFIG_URL": address},
        "pinecone": {"PINECONE_CONTROLLER_HOST": address, "PINECONE_API_KEY": "a-key"},
    }[name].items():
        monkeypatch.setenv(variable, value)


RIGHT = {
    "qdrant": {"/collections": (200, {"result": {"collections": []}, "status": "ok"})},
    "weaviate": {"/v1/meta": (200, HOME)},
    "vespa": {"/state/v1/health": (200, UP)},
    "pinecone": {"/indexes": (200, {"indexes": []})},
}


def one_line(name):
    message = engines.missing(name)
    assert message
    assert len(message.splitlines()) == 1
    return message


@pytest.mark.parametrize("name", compared.NAMES)
def test_nothing_is_missing_when_the_engine_answers(name, answering, monkeypatch):
    set_address(monkeypatch, name, answering(RIGHT[name])[0])
    assert engines.missing(name) is None


@pytest.mark.parametrize("name", compared.NAMES)
def test_a_server_that_is_down_is_one_line(name, monkeypatch):
    port = processes.free_port()
    set_address(monkeypatch, name, f"http://127.0.0.1:{port}")
    message = one_line(name)
    assert f"does not answer at http://127.0.0.1:{port} (" in message
    assert name in message.lower()


@pytest.mark.parametrize("name", ["qdrant", "weaviate", "vespa"])
def test_the_line_names_the_command_that_starts_it(name, monkeypatch):
    set_address(monkeypatch, name, f"http://127.0.0.1:{processes.free_port()}")
    assert (
        f"docker compose -f docker/comparison/compose.yaml up --detach --wait {name}"
        in one_line(name)
    )


@pytest.mark.parametrize("name", compared.NAMES)
@pytest.mark.parametrize(
    "other", [b"<html>hello</html>", {"status": "UP", "result": 1}, ["a list"], b"\xff"]
)
def test_something_else_answers(name, other, answering, monkeypatch):
    (path,) = RIGHT[name]
    set_address(monkeypatch, name, answering({path: (200, other)})[0])
    assert "What answers at" in one_line(name)


@pytest.mark.parametrize("name", compared.NAMES)
def test_a_web_server_without_that_page(name, answering, monkeypatch):
    set_address(monkeypatch, name, answering({})[0])
    assert "(HTTP 404)" in one_line(name)


@pytest.mark.parametrize("name", compared.NAMES)
def test_https_to_a_server_that_speaks_http_is_told(name, answering, monkeypatch):
    address = answering(RIGHT[name])[0]
    secure = address.replace("http:", "https:")
    set_address(monkeypatch, name, secure)
    assert (
        f"at {secure}: that server does not speak TLS, so write {address} instead of {secure}."
        in one_line(name)
    )


@pytest.fixture
def tls_server(tmp_path):
    """The address, with http://, of a server that speaks TLS alone."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=127.0.0.1",
    ]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", compared.NAMES)
def test_http_to_a_server_that_speaks_tls_is_told(name, tls_server, monkeypatch):
    set_address(monkeypatch, name, tls_server)
    secure = tls_server.replace("http:", "https:")
    assert f"that server speaks TLS, so write {secure} instead of {tls_server}." in one_line(name)


def test_http_to_a_milvus_that_speaks_tls_is_told(tls_server, monkeypatch):
    monkeypatch.setattr(server_checks, "CONNECT_SECONDS", 2)
    monkeypatch.setenv("MILVUS_URI", tls_server)
    with pytest.raises(CourseError, match="that server speaks TLS, so write https://"):
        engines.milvus()


@pytest.mark.parametrize("name", compared.NAMES)
def test_something_that_does_not_speak_http(name, monkeypatch):
    monkeypatch.setattr(compared, "CONNECT_SECONDS", 0.2)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        set_address(monkeypatch, name, f"http://127.0.0.1:{other.getsockname()[1]}")
        assert "does not answer at" in one_line(name)


@pytest.mark.parametrize(
    ("name", "key"), [("qdrant", "QDRANT_API_KEY"), ("weaviate", "WEAVIATE_API_KEY")]
)
def test_a_server_that_asks_for_a_key(name, key, answering, monkeypatch):
    (path,) = RIGHT[name]
    set_address(monkeypatch, name, answering({path: (401, {})})[0])
    assert f"asks for a key. Set {key} (HTTP 401)." in one_line(name)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("qdrant", "QDRANT_API_KEY"),
        ("weaviate", "WEAVIATE_API_KEY"),
        ("pinecone", "PINECONE_API_KEY"),
    ],
)
def test_a_key_that_is_refused_is_named_and_not_shown(name, key, answering, monkeypatch):
    (path,) = RIGHT[name]
    set_address(monkeypatch, name, answering({path: (403, {})})[0])
    monkeypatch.setenv(key, "hunter2")
    message = one_line(name)
    assert f"does not take the key in {key} (HTTP 403)." in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("name", "key", "header", "sent"),
    [
        ("qdrant", "QDRANT_API_KEY", "api-key", "k"),
        ("weaviate", "WEAVIATE_API_KEY", "Authorization", "Bearer k"),
        ("pinecone", "PINECONE_API_KEY", "Api-Key", "k"),
    ],
)
def test_the_key_travels_in_the_engines_own_header(name, key, header, sent, answering, monkeypatch):
    address, seen = answering(RIGHT[name])
    set_address(monkeypatch, name, address)
    monkeypatch.setenv(key, "k")
    assert engines.missing(name) is None
    assert seen[0].headers[header] == sent


def test_pinecone_without_a_key(monkeypatch):
    monkeypatch.delenv("PINECONE_API_KEY", raising=False)
    assert "PINECONE_API_KEY is not set" in one_line("pinecone")


def test_qdrant_without_an_address_works_in_memory(monkeypatch):
    monkeypatch.delenv("QDRANT_URL", raising=False)
    assert engines.missing("qdrant") is None
    assert engines.qdrant() == ":memory:"


def test_weaviate_with_a_closed_grpc_port(answering, monkeypatch):
    set_address(monkeypatch, "weaviate", answering(RIGHT["weaviate"])[0])
    port = processes.free_port()
    monkeypatch.setenv("WEAVIATE_GRPC_PORT", str(port))
    assert f"gRPC port 127.0.0.1:{port} is closed" in one_line("weaviate")


WRONG = [
    "nonsense",
    "127.0.0.1:8080",
    "ftp://host",
    "http://",
    "http://h:99999",
    "http://h:port",
    "http://[bad",
    "http://a b",
]


@pytest.mark.parametrize("url", WRONG)
@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("qdrant", "QDRANT_URL"),
        ("weaviate", "WEAVIATE_URL"),
        ("vespa", "VESPA_URL"),
        ("vespa", "VESPA_CONFIG_URL"),
    ],
)
def test_an_address_that_is_none_is_an_error(name, variable, url, monkeypatch):
    monkeypatch.setenv(variable, url)
    with pytest.raises(
        CourseError, match=f"{variable} is not an address of a server. Its form: http://host:"
    ):
        engines.missing(name)


def test_an_address_is_shown_without_its_password(monkeypatch):
    monkeypatch.setenv("WEAVIATE_URL", f"http://ana:hunter2@127.0.0.1:{processes.free_port()}")
    assert "hunter2" not in one_line("weaviate")
    monkeypatch.setenv("WEAVIATE_URL", "http://ana:hunter2@127.0.0.1:no")
    with pytest.raises(CourseError) as error:
        engines.missing("weaviate")
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("key", ["two words", "hunter2\nhunter3", "schlüssel"])
def test_a_key_that_is_none_is_an_error_that_does_not_show_it(key, monkeypatch):
    monkeypatch.setenv("PINECONE_API_KEY", key)
    with pytest.raises(CourseError, match="PINECONE_API_KEY holds a blank") as error:
        engines.missing("pinecone")
    assert key.strip() not in str(error.value)


def test_an_unknown_name_is_an_error():
    with pytest.raises(
        CourseError,
        match="not a server of the comparison. There are: qdrant, weaviate, vespa, pinecone",
    ):
        engines.missing("weviate")


@pytest.mark.parametrize(
    ("url", "port", "expected"),
    [
        ("http://h:8080", None, ("h", 8080, False, "h", 50051, False)),
        ("http://h", "7", ("h", 80, False, "h", 7, False)),
        (
            "https://me.weaviate.cloud",
            None,
            ("me.weaviate.cloud", 443, True, "grpc-me.weaviate.cloud", 443, True),
        ),
    ],
)
def test_weaviates_address_is_what_its_client_takes(url, port, expected, monkeypatch):
    monkeypatch.setenv("WEAVIATE_URL", url)
    monkeypatch.setenv("WEAVIATE_GRPC_PORT", port or "")
    names = ("http_host", "http_port", "http_secure", "grpc_host", "grpc_port", "grpc_secure")
    assert engines.weaviate() == dict(zip(names, expected, strict=True))


def test_the_other_addresses(monkeypatch):
    monkeypatch.setenv("QDRANT_URL", "https://me.qdrant.io/")
    monkeypatch.setenv("VESPA_URL", "http://[::1]:8081/")
    assert engines.qdrant() == "https://me.qdrant.io:6333"
    assert engines.vespa() == "http://[::1]:8081"
    assert engines.vespa_config() == "http://[::1]:19071"
    monkeypatch.setenv("VESPA_CONFIG_URL", "http://other:7")
    assert engines.vespa_config() == "http://other:7"


def test_keys_come_only_with_their_address(monkeypatch):
    monkeypatch.setenv("QDRANT_API_KEY", "k")
    assert engines.qdrant_api_key() is None
    monkeypatch.setenv("QDRANT_URL", "http://h:6333")
    assert engines.qdrant_api_key() == "k"
