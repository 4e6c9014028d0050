"""What several test files need."""

import contextlib
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from vdbcourse.engines import processes, supervisor

ROOT = Path(__file__).resolve().parents[1]
CONFIG = (
    ROOT / "src/vdbcourse/installation/jupyter"
)  # as for learners: nothing is asked at the start


def stop_engines():
    """Stop whatever runs in the home that is set. Nobody needs the data of its Milvus server, which
    takes 15 s to end when it is asked to.
    """
    server = supervisor.running("milvus-standalone")
    if server is not None:
        processes.stop(server.pid, server.created, grace=0)
    for name in supervisor.ENGINES:
        supervisor.down(name)


@contextlib.contextmanager
def jupyterlab(folder):
    """A JupyterLab on a folder, with settings of its own; yields `http://127.0.0.1:PORT`, and the
    token is `t`.
    """
    port = processes.free_port()
    options = [
        f"--port={port}",
        "--ip=127.0.0.1",
        "--no-browser",
        "--IdentityProvider.token=t",
        "--ServerApp.allow_root=True",
        f"--ServerApp.root_dir={folder}",
    ]
    own = {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_PATH": str(CONFIG),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env=os.environ | own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        started = processes.wait_until(lambda: processes.answers("127.0.0.1", port), 120)
        assert started, "JupyterLab did not start"
        yield address
        stop = urllib.request.Request(f"{address}/api/shutdown?token=t", method="POST")
        urllib.request.urlopen(stop, timeout=60)
        processes.wait_until(lambda: server.poll() is not None, 60)  # its kernels end first
    finally:
        server.kill()
        server.wait()


def one_line(result):
    """The message of a command that failed as it should: one line on stderr, exit code 2, no
    traceback.
    """
    assert result.returncode == 2, (result.returncode, result.stdout, result.stderr)
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    return lines[0]


def online(*command):
    """The command as it runs with the machine's network, which the suite itself has left
    (conftest.py of the root).
    """
    namespace = os.environ.get("VDBCOURSE_TEST_ONLINE")
    return ["nsenter", f"--net={namespace}", *command] if namespace else list(command)


def why_there_is_no_sandbox():
    """One line if bubblewrap is missing or may not make its namespaces here; else nothing."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed: apt install bubblewrap"
    command = [
        "bwrap",
        "--unshare-net",
        "--unshare-pid",
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "true",
    ]
    tried = subprocess.run(command, capture_output=True, text=True)
    return tried.stderr.strip() and f"bubblewrap is not permitted here: {tried.stderr.strip()}"
