"""What several test files need."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


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
