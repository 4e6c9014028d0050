"""`./course` as a newcomer runs it: a fresh copy of the repository in a folder with a difficult
name, and nothing installed.
"""

import ast
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from clones import PYTHON, bare_environment, copy_repository, course, processes_of
from support import ROOT, one_line

from vdbcourse.engines import processes

pytestmark = [
    pytest.mark.clone,
    pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C and paths are those of Unix"),
]


# --- the script -----------------------------------------------------------------------------------


def test_an_old_python_can_read_the_script():
    """No syntax that came after Python 3.4; f-strings, for instance, would be a SyntaxError instead
    of a message.
    """
    ast.parse((ROOT / "course").read_text(encoding="ascii"), feature_version=(3, 4))


def old_pythons():
    folders = [
        *Path.home().glob(".pyenv/versions/*/bin"),
        *map(Path, os.environ["PATH"].split(os.pathsep)),
    ]
    names = ("python2.7", "python3.6", "python3.7", "python3.8", "python3.9", "python3.10")
    found = {}
    for path in (folder / name for name in names for folder in folders):
        if (
            path.exists()
            and path.name not in found
            and subprocess.run([path, "-V"], capture_output=True).returncode == 0
        ):
            found[path.name] = str(path)
    return list(found.values())


@pytest.mark.parametrize(
    "python",
    old_pythons()
    or [pytest.param("", marks=pytest.mark.skip(reason="no Python older than 3.11 here"))],
)
def test_an_old_python_says_which_one_is_needed(python):
    message = one_line(course(ROOT, "lab", python=python))
    assert "Python 3.11 or newer is needed; this is Python" in message


def test_the_message_of_an_old_python_wherever_none_is_installed(tmp_path):
    code = (
        "import runpy, sys; sys.version_info = (3, 6, 15, 'final', 0); sys.argv = ['course',"
        " 'lab']; runpy.run_path('course', run_name='__main__')"
    )
    result = subprocess.run(
        [PYTHON, "-c", code],
        cwd=ROOT,
        env=bare_environment(PATH=str(tmp_path)),
        capture_output=True,
        text=True,
    )
    assert "Python 3.11 or newer is needed" in one_line(result)
    assert "https://www.python.org" in result.stderr


def test_without_a_command_it_says_how_to_use_it(tmp_path):
    folder = copy_repository(tmp_path / "c")
    result = course(folder)
    assert result.returncode == 2
    assert "./course lab" in result.stdout or "lab " in result.stdout
    assert not (folder / ".venv").exists()


@pytest.mark.parametrize(
    "arguments", [["--extra", "nonsense"], ["--frob"], ["--extra"], ["--again"]]
)
def test_install_refuses_what_it_does_not_know(arguments):
    assert "is not understood" in one_line(course(ROOT, "install", *arguments))


def test_without_a_network_the_first_start_says_so(tmp_path):
    folder = copy_repository(tmp_path / "c")
    nowhere = f"http://127.0.0.1:{processes.free_port()}/simple"
    result = course(
        folder, "install",
        PIP_INDEX_URL=nowhere, PIP_RETRIES="0", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull,
    )  # fmt: skip
    assert result.returncode == 2
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("course: pip could not install uv")
    assert "check the connection" in last
    assert "Traceback" not in result.stderr
    assert not (folder / ".venv/course-stamp.json").exists()


# --- a first installation that is stopped ---------------------------------------------------------


@pytest.fixture
def silent_index():
    """The address of a package index that takes every connection and never says anything."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/simple"


def _with_usual_signals():
    """Signals as a program meets them that is started at a terminal."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("step", ["ensurepip", "--disable-pip-version-check"])
def test_a_first_install_that_is_stopped_leaves_no_process_and_no_temporary_folder(
    tmp_path, silent_index, step, how
):
    """The signal goes to `./course` alone, as from another terminal; whoever waits for it finds
    that all has ended.
    """
    folder, scratch = copy_repository(tmp_path / "c"), tmp_path / "scratch"
    scratch.mkdir()
    settings = {
        "PIP_INDEX_URL": silent_index,
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": os.devnull,
        "TMPDIR": str(scratch),
    }
    process = subprocess.Popen(
        [PYTHON, "course", "install"],
        cwd=folder,
        env=bare_environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # a shell starts what runs in the background with Ctrl-C switched off, nohup switches off
        # SIGHUP, and children inherit both
        preexec_fn=_with_usual_signals,
    )

    def runs():
        return any(step in command for command in processes_of(folder))

    assert processes.wait_until(runs, 120, lambda: process.poll() is None)
    process.send_signal(how)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert (
        errors.decode().strip().splitlines()[-1]
        == "course: stopped; run the same command again to go on."
    )
    assert processes_of(folder) == []
    assert list(scratch.iterdir()) == []
    assert not (folder / ".venv/tmp").exists()
