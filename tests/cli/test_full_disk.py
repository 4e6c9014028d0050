"""A full disk, a read-only folder, no network at all: real ones, made with the kernel's own means
where we may use them.
"""

import os
import socket
import subprocess
import sys

import pytest
from support import ROOT, one_line

ROOT_ON_LINUX = sys.platform == "linux" and os.geteuid() == 0
ENCODE = (
    "from vdbcourse import embedding; embedding.encode([f'text number {i}' for i in range(3000)],"
    " progress=False)"
)


@pytest.fixture
def disk(tmp_path):
    """Mount a small disk: `disk("2m")`; and again with other options."""
    if not ROOT_ON_LINUX:
        pytest.skip("mounting a small disk needs root on Linux")
    folder = tmp_path / "disk"
    folder.mkdir(mode=0o755)

    def mount(size, *, remount=""):
        options = f"{remount}size={size},mode=755"
        result = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
            capture_output=True,
            text=True,
        )
        if result.returncode:
            pytest.skip(f"no right to mount here: {result.stderr.strip()}")
        return folder

    yield mount
    subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


COURSE_ERRORS = """
import sys
from vdbcourse.errors import CourseError
try:
    exec(sys.argv[1])
except CourseError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
"""


def python(code, **environment):
    """Run Python with the course; a `CourseError` prints its line as in a notebook."""
    command = [sys.executable, "-c", COURSE_ERRORS, code]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )


def test_a_full_disk_stops_the_embedding_with_one_line_and_keeps_what_was_saved(disk):
    home = disk("2m") / "home"
    assert "cannot be used: database or disk is full" in one_line(
        python(ENCODE, VDBCOURSE_HOME=str(home))
    )
    count = (
        "from vdbcourse.embedding.cache import Cache; from vdbcourse import embedding as e; m ="
        " e.current_model(); print(len(Cache(m.name, m.fingerprint).read([f'text number {i}' for i"
        " in range(3000)])))"
    )
    assert int(python(count, VDBCOURSE_HOME=str(home)).stdout) >= 256


def test_a_disk_too_small_for_postgres_is_one_line(disk, cli):
    message = one_line(cli("up", "postgres", VDBCOURSE_HOME=str(disk("8m") / "home")))
    assert "No space left on device" in message


def test_a_read_only_folder_is_one_line(disk, cli):
    home = disk("1m")
    disk("1m", remount="remount,ro,")
    message = one_line(cli("up", "milvus-lite", VDBCOURSE_HOME=str(home / "home")))
    assert "Read-only file system" in message
    assert "VDBCOURSE_HOME" in message


def test_a_cache_that_became_read_only_is_one_line(disk, cli):
    home = disk("50m") / "home"
    assert (
        python(
            "from vdbcourse import embedding; embedding.encode('a')", VDBCOURSE_HOME=str(home)
        ).returncode
        == 0
    )
    disk("50m", remount="remount,ro,")
    message = one_line(
        python("from vdbcourse import embedding; embedding.encode('b')", VDBCOURSE_HOME=str(home))
    )
    assert "Read-only file system" in message


# --- no network at all: the root conftest.py takes it from the whole suite ------------------------

no_network = pytest.mark.skipif(
    "VDBCOURSE_TEST_ONLINE" not in os.environ, reason="the network is there: not root on Linux"
)


@no_network
def test_the_suite_and_with_it_every_notebook_runs_without_any_network():
    with pytest.raises(OSError, match="Network is unreachable"):
        socket.create_connection(("192.0.2.1", 80), 1)


@no_network
def test_a_model_of_the_hub_without_network_is_one_line(home):
    code = "from vdbcourse import embedding; embedding.encode('a')"
    result = python(code, VDBCOURSE_MODEL="sentence-transformers/all-mpnet-base-v2")
    assert "huggingface.co cannot be reached" in one_line(result)
