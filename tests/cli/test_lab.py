"""`vdbcourse lab` where the environment or an option of JupyterLab makes it hard to see that it
runs.
"""

import os
import re
import signal
import subprocess
import sys
import threading

import pytest
from pymilvus import MilvusClient
from support import ROOT

from vdbcourse.engines import loopback, processes, supervisor

URL = re.compile(r"JupyterLab: (https?://\S+)")
PROXIES = (
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "grpc_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
)


def dead_proxies():
    """An environment in which every proxy is a port that nobody listens on."""
    return dict.fromkeys(PROXIES, f"http://ana:hunter2@127.0.0.1:{processes.free_port()}")


@pytest.fixture
def lab(home):
    """Run a lab with these options until it says where it is; returns that address and what asks it
    a page.
    """
    started = []

    def run(*options, **environment):
        command = [
            sys.executable,
            "-m",
            "vdbcourse",
            "lab",
            "--no-browser",
            f"--port={processes.free_port()}",
            *options,
        ]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        watchdog = threading.Timer(300, process.kill)
        watchdog.start()
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C stops" in line:
                break
        watchdog.cancel()
        found = URL.search("".join(lines))
        assert found, "".join(lines)
        return process, found[1]

    yield run
    for process in started:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)


def asked(url):
    request = loopback.urllib.request.Request(url)
    with loopback.opened(request, 30) as answer:
        return answer.read().decode()


def test_with_a_dead_proxy_the_lab_starts_and_goes_on(lab):
    process, url = lab(**dead_proxies())
    assert "<title>JupyterLab</title>" in asked(url)
    assert process.poll() is None


@pytest.mark.parametrize("option", ["--ServerApp.base_url=/x/", "--ServerApp.base_url=/x/y"])
def test_another_base_url_is_respected(lab, option):
    process, url = lab(option)
    assert "/x/" in url
    assert "<title>JupyterLab</title>" in asked(url)
    assert process.poll() is None


def test_a_base_url_of_the_configuration_is_respected(lab, tmp_path):
    (tmp_path / "jupyter_server_config.py").write_text("c.ServerApp.base_url = '/course/'\n")
    _, url = lab(JUPYTER_CONFIG_DIR=str(tmp_path))
    assert re.match(r"http://127\.0\.0\.1:\d+/course/lab/tree/", url)
    assert "<title>JupyterLab</title>" in asked(url)


def test_a_token_of_the_learners_own_is_not_printed(lab):
    _, url = lab("--IdentityProvider.token=hunter2hunter2")
    assert "hunter2" not in url


# --- proxies and engines --------------------------------------------------------------------------

INSERT = """
from pymilvus import MilvusClient
from vdbcourse import engines
print(MilvusClient(engines.milvus(), token=engines.milvus_token()).list_collections())
"""


def test_milvus_lite_is_reached_without_the_proxy(home):
    result = subprocess.run(
        [sys.executable, "-c", INSERT],
        cwd=ROOT,
        env=os.environ | dead_proxies(),
        capture_output=True,
        text=True,
    )
    assert result.stdout.strip() == "[]", result.stderr
    assert "hunter2" not in result.stderr


def test_a_proxy_that_is_set_in_a_cell_is_bypassed_as_well(home, monkeypatch):
    from vdbcourse import engines

    uri = supervisor.up("milvus-lite").uri
    for name, address in dead_proxies().items():
        monkeypatch.setenv(name, address)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    assert engines.milvus() == uri
    assert MilvusClient(engines.milvus()).list_collections() == []


def test_every_command_works_behind_a_dead_proxy(home, cli):
    for command in (["up"], ["status", "--json"], ["doctor"]):
        result = cli(*command, **dead_proxies())
        assert result.returncode == 0, (command, result.stdout, result.stderr)
        assert "hunter2" not in result.stdout + result.stderr


def test_what_the_environment_excepts_stays_excepted(monkeypatch):
    for name, address in dead_proxies().items():
        monkeypatch.setenv(name, address)
    monkeypatch.setenv("no_proxy", "example.org, 10.0.0.0/8")
    monkeypatch.setenv("NO_PROXY", "corp")
    monkeypatch.setenv("no_grpc_proxy", "grpc.example")
    loopback.bypass_proxies()
    given = ["example.org", "10.0.0.0/8", "corp", "grpc.example", *loopback.HOSTS]
    assert [os.environ[name].split(",") for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy")] == [
        given
    ] * 3


def test_without_a_proxy_nothing_is_changed(monkeypatch):
    """A lone `no_proxy` would make Python forget the proxy that Windows or macOS is set to."""
    for name in (*PROXIES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    loopback.bypass_proxies()
    assert "no_proxy" not in os.environ
