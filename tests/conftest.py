"""The suite runs on real engines in folders of its own; nothing of the learner's is touched.

One home (`VDBCOURSE_HOME`) with running engines is shared by all workers and notebooks. A test that starts or stops engines
takes the fixture `home` and gets its own.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OWNER = "VDBCOURSE_TEST_OWNER"  # pid of the pytest that made the shared home
UNSET = ("DATABASE_URL", "MILVUS_URI", "MILVUS_TOKEN", "VDBCOURSE_MILVUS_PORT", "VDBCOURSE_MODEL", "VDBCOURSE_IN_LAB")


def pytest_configure(config):
    """Make the shared home once, before workers and kernels inherit the environment."""
    for name in UNSET:
        os.environ.pop(name, None)
    if OWNER not in os.environ:
        os.environ[OWNER] = str(os.getpid())
        os.environ["VDBCOURSE_HOME"] = tempfile.mkdtemp(prefix="vdbcourse-test-")
        os.environ["VDBCOURSE_LEARNER"] = "tester"
        os.environ["TQDM_DISABLE"] = "1"  # a progress bar depends on the time the work takes, so it is no output to compare


def pytest_unconfigure(config):
    """Stop the shared engines where they were made."""
    if os.environ.get(OWNER) == str(os.getpid()):
        stop_engines()
        shutil.rmtree(os.environ["VDBCOURSE_HOME"], ignore_errors=True)
        del os.environ[OWNER]


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


def one_line(result):
    """The message of a command that failed as it should: one line on stderr, exit code 2, no traceback."""
    assert result.returncode == 2, (result.returncode, result.stdout, result.stderr)
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    return lines[0]
