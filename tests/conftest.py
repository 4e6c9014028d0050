"""Fixtures. A test that starts, stops or kills engines takes the fixture `home` and gets a folder of its own."""

import os
import subprocess
import sys

import pytest
from support import ROOT


def stop_engines():
    from vdbcourse.engines import local

    for name in local.ENGINES:
        local.down(name)


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
