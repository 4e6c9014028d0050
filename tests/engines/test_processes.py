"""Processes that outlive the one that started them."""

import subprocess
import sys

import psutil
import pytest

from vdbcourse.engines import processes

STARTS_A_SERVER = """
import subprocess, sys
server = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def server_of_a_notebook():
    """The pid of a process whose parent runs on and never asks for its exit code."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_A_SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as notebook:
        yield int(notebook.stdout.readline())
        notebook.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no zombies")
def test_a_process_has_ended_although_its_parent_does_not_ask(server_of_a_notebook, monkeypatch):
    killed = []
    monkeypatch.setattr(psutil.Process, "kill", killed.append)
    pid = server_of_a_notebook
    processes.stop(pid, processes.created(pid), grace=20)
    assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert killed == []


def test_a_process_that_does_not_end_when_asked_is_killed(tmp_path):
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1); input()"
    with subprocess.Popen(
        [sys.executable, "-uc", deaf], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        server.stdout.readline()
        processes.stop(server.pid, processes.created(server.pid), grace=0.2)
        assert not psutil.pid_exists(server.pid) or server.wait(timeout=60)
