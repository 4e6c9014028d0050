"""Fresh copies of the repository, and `./course` in them as a newcomer runs it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading

import psutil
from support import ROOT, online

PYTHON = sys._base_executable  # the Python without any package
FOLDER = (
    "Kurs für Ähnlichkeit 向量 and a name that is long enough to break a socket's path, which may"
    " have a hundred bytes"
)
URL = re.compile(r"JupyterLab: (http://127\.0\.0\.1:(\d+)/\S+token=(\w+))")


def bare_environment(**more):
    """The environment of a newcomer: no virtual environment, no settings of the course."""
    hidden = ("VIRTUAL_ENV", "PYTHONPATH", "JUPYTER_TOKEN")
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("VDBCOURSE_", "PYTEST_", "COV_")) and k not in hidden
    }
    return kept | more


def copy_repository(target):
    """The files git tracks or would track, as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return target


def course(folder, *arguments, python=PYTHON, network=False, **environment):
    """Run `./course ...` there to its end; `network=True`: it installs, for which it has the
    network.
    """
    command = [python, "course", *arguments]
    return subprocess.run(
        online(*command) if network else command,
        cwd=folder,
        env=bare_environment(**environment),
        capture_output=True,
        text=True,
        timeout=600,
    )


def processes_of(folder):
    """Processes whose command line names a place below `folder`."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in word for word in process.info["cmdline"] or []):
            found.append(process.info["cmdline"])
    return found


class Lab:
    """`./course lab` in the background, its output read line by line. `first=True`: it installs,
    for which it has the network.
    """

    def __init__(self, folder, *arguments, first=False, **environment):
        command = [PYTHON, "course", "lab", "--no-browser", *arguments]
        self.first = first
        self.process = subprocess.Popen(
            online(*command) if first else command,
            cwd=folder,
            env=bare_environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines = []
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        assert self.ready.wait(300), self.output
        found = URL.search(self.output)
        assert found, self.output
        self.url, self.port, self.token = found.groups()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if URL.search(line):
                self.ready.set()
        self.ready.set()

    @property
    def output(self):
        return "".join(self.lines)

    def get(self, path):
        code = (
            "import sys, urllib.request as r; print(r.urlopen(sys.argv[1],"
            " timeout=30).read().decode())"
        )
        command = [PYTHON, "-c", code, f"http://127.0.0.1:{self.port}{path}?token={self.token}"]
        asked = subprocess.run(
            online(*command) if self.first else command, capture_output=True, text=True, check=True
        )
        return asked.stdout

    def stop(self, how=signal.SIGINT):
        """Ctrl-C in a terminal goes to the whole group."""
        os.killpg(self.process.pid, how)
        code = self.process.wait(60)
        self.reader.join(10)
        self.process.stdout.close()
        return code


def fresh_clone(tmp_path_factory):
    """A copy in which nothing is installed yet; at the end its engines are stopped."""
    folder = copy_repository(tmp_path_factory.mktemp("clone") / FOLDER)
    yield folder
    if (folder / ".venv").exists():
        course(folder, "down")
