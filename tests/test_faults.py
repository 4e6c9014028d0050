"""A full disk, a read-only folder, no network at all: real ones, made with the kernel's own means where we may use them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT, one_line

from vdbcourse.engines import local

ROOT_ON_LINUX = sys.platform == "linux" and os.geteuid() == 0
ENCODE = "from vdbcourse import embedding; embedding.encode([f'text number {i}' for i in range(3000)], progress=False)"


@pytest.fixture
def disk(tmp_path):
    """Mount a small disk: `disk("2m")`; and again with other options."""
    if not ROOT_ON_LINUX:
        pytest.skip("mounting a small disk needs root on Linux")
    folder = tmp_path / "disk"
    folder.mkdir(mode=0o755)

    def mount(size, *, remount=""):
        options = f"{remount}size={size},mode=755"
        result = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True)
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
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)


def test_a_full_disk_stops_the_embedding_with_one_line_and_keeps_what_was_saved(disk):
    home = disk("2m") / "home"
    assert "cannot be used: database or disk is full" in one_line(python(ENCODE, VDBCOURSE_HOME=str(home)))
    count = (
        "from vdbcourse.embedding.cache import Cache; from vdbcourse import embedding as e; m = e.current_model();"
        " print(len(Cache(m.name, m.fingerprint).read([f'text number {i}' for i in range(3000)])))"
    )
    assert int(python(count, VDBCOURSE_HOME=str(home)).stdout) >= 256


def test_a_disk_too_small_for_postgres_is_one_line(disk, cli):
    message = one_line(cli("up", "postgres", VDBCOURSE_HOME=str(disk("8m") / "home")))
    assert "No space left on device" in message


def test_a_read_only_folder_is_one_line(disk, cli):
    home = disk("1m")
    disk("1m", remount="remount,ro,")
    message = one_line(cli("up", "milvus", VDBCOURSE_HOME=str(home / "home")))
    assert "Read-only file system" in message
    assert "VDBCOURSE_HOME" in message


def test_a_cache_that_became_read_only_is_one_line(disk, cli):
    home = disk("50m") / "home"
    assert python("from vdbcourse import embedding; embedding.encode('a')", VDBCOURSE_HOME=str(home)).returncode == 0
    disk("50m", remount="remount,ro,")
    message = one_line(python("from vdbcourse import embedding; embedding.encode('b')", VDBCOURSE_HOME=str(home)))
    assert "Read-only file system" in message


# A network namespace of its own has no network but the loopback, which is switched on here.
NO_NETWORK = """
import ctypes, fcntl, os, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x40000000):
    sys.exit(77)
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def offline(*arguments, **environment):
    result = subprocess.run(
        [sys.executable, "-c", NO_NETWORK, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if result.returncode == 77:
        pytest.skip("no right to make a network namespace here")
    return result


@pytest.mark.skipif(not ROOT_ON_LINUX, reason="a network namespace needs root on Linux")
def test_every_notebook_runs_without_any_network(home):
    code = (
        "import socket, sys, nbclient, nbformat\n"
        "try:\n    socket.create_connection(('192.0.2.1', 80), 1)\n"
        "except OSError:\n    print('no network')\n"
        "for path in sys.argv[1:]:\n"
        "    nbclient.NotebookClient(nbformat.read(path, 4), timeout=200, kernel_name='python3').execute()\n"
        "    print('ran', path)\n"
    )
    notebooks = sorted(
        str(path.relative_to(ROOT))
        for path in Path(ROOT, "chapters").glob("**/[!.]*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    )
    result = offline("-c", code, *notebooks)
    local.down("postgres")
    local.down("milvus")
    assert result.returncode == 0, result.stderr
    assert result.stdout.split("\n")[:-1] == ["no network", *(f"ran {path}" for path in notebooks)]


@pytest.mark.skipif(not ROOT_ON_LINUX, reason="a network namespace needs root on Linux")
def test_a_model_of_the_hub_without_network_is_one_line(home):
    code = "from vdbcourse import embedding; embedding.encode('a')"
    result = offline("-c", COURSE_ERRORS, code, VDBCOURSE_MODEL="sentence-transformers/all-mpnet-base-v2")
    assert "huggingface.co cannot be reached" in one_line(result)
