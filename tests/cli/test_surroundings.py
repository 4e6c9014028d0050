"""Surroundings that other software stumbles over: a user id without a name, a terminal with few
letters, a disk that is full.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest
from support import ROOT, one_line

NAMELESS = 54321
CAN_BE_NAMELESS = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("setpriv")


@pytest.fixture
def nameless(tmp_path):
    """Run `vdbcourse ...` as a user id that the system has no name and no home directory for."""
    if not CAN_BE_NAMELESS:
        pytest.skip("taking another user id needs root on Linux and setpriv")
    home = tmp_path / "nameless"
    home.mkdir()
    os.chown(home, NAMELESS, NAMELESS)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == os.geteuid() and folder.name.startswith("pytest"):
            folder.chmod(folder.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    kept = {
        name: text
        for name, text in os.environ.items()
        if name not in ("HOME", "USER", "LOGNAME", "VDBCOURSE_LEARNER")
    }
    # reading is allowed: the Python of these tests may lie in a folder that is closed to others
    rights = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    user = ["setpriv", f"--reuid={NAMELESS}", f"--regid={NAMELESS}", "--clear-groups", *rights]

    def start(*arguments):
        command = [*user, sys.executable, "-m", "vdbcourse", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(
            command, cwd=ROOT, env=kept | {"VDBCOURSE_HOME": str(home / "h")}, **pipes
        )

    def run(*arguments):
        process = start(*arguments)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    run.start = start
    yield run
    run("down")


def test_a_user_id_without_a_name_is_told_how_postgres_gets_one(nameless):
    message = one_line(nameless("up", "postgres"))
    assert f"no database for the user id {NAMELESS}, which has no name on this system" in message
    assert f"echo 'course:x:{NAMELESS}:{NAMELESS}::/tmp:/bin/sh' >> /etc/passwd" in message


def test_the_doctor_reports_a_user_id_without_a_name(nameless):
    result = nameless("doctor")
    assert result.returncode == 2
    assert re.search(
        r"^problem +postgres +PostgreSQL creates no database for the user id",
        result.stdout,
        re.MULTILINE,
    )
    assert result.stdout.count("\nok ") >= 4
    assert "Traceback" not in result.stderr


def test_milvus_lite_runs_for_a_user_id_without_a_name(nameless):
    assert nameless("up", "milvus-lite").returncode == 0
    assert "milvus-lite        running" in nameless("status").stdout


def test_jupyterlab_starts_for_a_user_id_without_a_name(nameless):
    process = nameless.start("lab", "--no-browser")
    _out, err = process.communicate(
        timeout=300
    )  # PostgreSQL has no account to run as, so the lab ends by itself
    assert process.returncode == 2
    assert "no database for the user id" in err
    assert "Could not determine home directory" not in err


# --- a terminal that cannot write every letter ----------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(
    "command", [["progress"], ["doctor"], ["check", "ü🦊.ipynb"]], ids=" ".join
)
def test_a_letter_that_the_terminal_cannot_write_costs_that_letter_alone(
    tmp_path, encoding, command
):
    """The path of the course's folder stands in the last lines: all that came before it was lost as
    well.
    """
    environment = os.environ | {
        "VDBCOURSE_HOME": str(tmp_path / "ü🦊"),
        "PYTHONIOENCODING": encoding,
    }
    result = subprocess.run(
        [sys.executable, "-m", "vdbcourse", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding=encoding,
    )
    assert "Traceback" not in result.stderr
    assert r"\U0001f98a" in result.stdout + result.stderr
    assert result.returncode == (2 if command[0] == "check" else 0)


def test_a_reader_who_leaves_is_no_traceback(home):
    """`./course progress | head -1`"""
    command = [sys.executable, "-m", "vdbcourse", "progress"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""


# --- a disk that is full --------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A disk of so many kilobytes, full but for some of them."""
    if not (sys.platform == "linux" and os.geteuid() == 0):
        pytest.skip("mounting a small disk needs root on Linux")
    folder = tmp_path / "disk"
    folder.mkdir(mode=0o755)

    def mount(kilobytes, left):
        options = f"size={kilobytes}k,mode=755"
        result = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True
        )
        if result.returncode:
            pytest.skip(f"no right to mount here: {result.stderr.strip()}")
        (folder / "home").mkdir()
        (folder / "home" / "made-by-vector-database-course").touch()
        (folder / "other").write_bytes(b"x" * 1024 * (kilobytes - left))
        return folder / "home"

    yield mount
    subprocess.run(["umount", "--lazy", folder], check=False, capture_output=True)


@pytest.mark.parametrize("engine", ["postgres", "milvus-lite", "milvus-standalone"])
@pytest.mark.parametrize("left", [0, 64])
def test_a_full_disk_is_named_when_an_engine_is_started(small_disk, cli, engine, left):
    home = small_disk(4096, left)
    result = cli("up", engine, VDBCOURSE_HOME=str(home))
    cli("down", VDBCOURSE_HOME=str(home))
    if result.returncode == 0:  # Milvus Lite needs next to nothing to start
        assert engine == "milvus-lite"
        return
    message = result.stderr.strip().splitlines()[-1]
    assert "Traceback" not in message
    assert "No space left on device" in message
    assert "Free some space" in message


def test_on_a_full_disk_engines_are_stopped_and_everything_is_removed(small_disk, cli):
    """What takes up the space can go, and what only looks does not fail."""
    home = small_disk(4096, 1024)
    assert cli("up", "milvus-lite", VDBCOURSE_HOME=str(home)).returncode == 0
    with (
        (home.parent / "rest").open("wb", buffering=0) as file,
        pytest.raises(OSError, match="No space left"),
    ):
        while True:
            file.write(b"x" * 4096)
    for command in ("status", "progress", "doctor"):
        result = cli(command, VDBCOURSE_HOME=str(home))
        assert result.returncode == (2 if command == "doctor" else 0), result.stderr
        assert result.stderr == ""
    assert cli("down", VDBCOURSE_HOME=str(home)).stdout == "milvus-lite: stopped\n"
    result = cli("reset", "--yes", VDBCOURSE_HOME=str(home))
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "Removed."), result.stderr
    assert not home.exists()
