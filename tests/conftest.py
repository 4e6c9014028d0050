"""Fixtures. A test that starts, stops or kills engines takes the fixture `home` and gets a folder
of its own.
"""

import os
import shutil
import subprocess
import sys
import time
import types

import pytest
from support import ROOT, stop_engines

LOOK_SECONDS = 0.05


@pytest.fixture(scope="session", autouse=True)
def frequent_looks():
    """pymilvus asks every half second whether an index is built or rows are flushed, for the first
    time after half a second, and every fifth of a second whether a collection is loaded. The client
    of these tests asks more often; what it waits for stays the same.
    """
    handler = sys.modules.get("pymilvus.client.grpc_handler")
    if handler is None:  # no test of this run has imported the client
        yield
        return

    def sleep(seconds):
        time.sleep(LOOK_SECONDS if seconds == 0.5 else seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handler, "time", types.SimpleNamespace(time=time.time, sleep=sleep))
        patch.setattr(handler.Config, "WaitTimeDurationWhenLoad", LOOK_SECONDS)
        yield


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of the test's own; what runs in it is stopped afterwards."""
    from vdbcourse import settings

    monkeypatch.setenv("VDBCOURSE_HOME", str(tmp_path / "home"))
    path = settings.home()
    yield path
    monkeypatch.setenv("VDBCOURSE_HOME", str(path))
    stop_engines()


@pytest.fixture
def short_leases(monkeypatch):
    """A Milvus server that is started in the test and killed is given up by its successor after ten
    seconds, not thirty: the successor waits for the leases of the parts of the dead one to expire.
    """
    monkeypatch.setenv("COMMON_SESSION_TTL", "10")


@pytest.fixture(scope="session")
def milvus_server():
    """The Milvus server of the package, in the home that all tests share: the lessons use it as
    well, so it runs to the end.
    """
    from vdbcourse.engines import supervisor

    return supervisor.up("milvus-standalone")


@pytest.fixture
def cli():
    """Run `vdbcourse ...` in another process: `cli("status", "--json", MILVUS_URI=...)`."""

    def run(*arguments, stdin="", **environment):
        return subprocess.run(
            [sys.executable, "-m", "vdbcourse", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            cwd=ROOT,
            env=os.environ | environment,
        )

    return run


@pytest.fixture(scope="module")
def browser():
    """A Chromium that talks to nobody by itself."""
    program = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if program is None:
        pytest.skip("no Chromium found: install one to run the browser tests")
    from playwright.sync_api import sync_playwright

    quiet = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=program, args=[*quiet, "--disable-sync", "--no-sandbox"]
        )
        yield found
        found.close()
