"""`./course` as a newcomer runs it: a fresh copy of the repository in a folder with a difficult
name, and nothing installed.
"""

import ast
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from support import ROOT, one_line, online

from vdbcourse.engines import processes

pytestmark = [
    pytest.mark.clone,
    pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C and paths are those of Unix"),
]

PYTHON = sys._base_executable  # the Python without any package
FOLDER = (
    "Kurs für Ähnlichkeit 向量 and a name that is long enough to break a socket's path, which may"
    " have a hundred bytes"
)
LESSON = "chapters/1_concepts/01_first_search.ipynb"
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
    folder = copy_repository(tmp_path_factory.mktemp("clone") / FOLDER)
    yield folder
    if (folder / ".venv").exists():
        course(folder, "down")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh copy, which the tests of this file share."""
    yield from fresh_clone(tmp_path_factory)


@pytest.fixture
def new_clone(tmp_path_factory):
    """A fresh copy in which nothing is installed yet."""
    yield from fresh_clone(tmp_path_factory)


@pytest.fixture
def installed(clone):
    """The copy with its environment built, for which it has the network."""
    assert course(clone, "install", network=True).returncode == 0
    return clone


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


# --- an installer that stands in for uv: these need no network ------------------------------------


def wheel_of_uv(folder):
    """A wheel with the name and version of the lock whose `python -m uv` does nothing
    and succeeds.
    """
    import zipfile

    version = re.search(r"^uv==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)[1]
    folder.mkdir()
    info = f"uv-{version}.dist-info"
    with zipfile.ZipFile(folder / f"uv-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("uv/__init__.py", "")
        wheel.writestr("uv/__main__.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: uv\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    return {"PIP_FIND_LINKS": str(folder), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A copy whose environment holds nothing but that installer, made while pip is told to put
    packages elsewhere.
    """
    folder = copy_repository(tmp_path_factory.mktemp("small") / "c")
    elsewhere = folder.parent / "elsewhere"
    settings = {
        "PIP_USER": "1",
        "PYTHONUSERBASE": str(elsewhere),
        "PIP_TARGET": str(elsewhere),
        "PIP_DRY_RUN": "1",
    }
    result = course(folder, "install", **wheel_of_uv(folder.parent / "wheels"), **settings)
    return folder, result


def test_settings_of_pip_that_install_elsewhere_do_not_reach_the_environment(small):
    folder, result = small
    assert result.returncode == 0, result.stderr
    assert list((folder / ".venv").glob("lib/python*/site-packages/uv/__main__.py"))
    assert not (folder.parent / "elsewhere").exists()
    assert not (folder / ".venv/tmp").exists()


@pytest.mark.parametrize(
    "extras", [5, None, "docs", {"docs": 1}, [["docs"], 7, "docs", "nonsense"]]
)
def test_a_stamp_with_wrong_types_is_no_traceback(small, extras):
    folder, _ = small
    stamp = folder / ".venv/course-stamp.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"extras": extras}))
    result = course(
        folder,
        "install",
        **wheel_of_uv(folder.parent / f"wheels{len(list(folder.parent.iterdir()))}"),
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


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


# --- the first start, and what follows ------------------------------------------------------------


def test_lab_from_nothing_to_an_answer_and_back(new_clone):
    port = processes.free_port()
    lab = Lab(new_clone, "--port", str(port), first=True)
    assert "[1/3]" in lab.output
    assert "[3/3]" in lab.output
    assert int(lab.port) == port
    assert "PostgreSQL 18." in lab.output
    assert "Milvus Lite 3." in lab.output
    start = lab.get("/api/contents/my-notebooks/chapters/start.ipynb")
    assert json.loads(start)["type"] == "notebook"
    assert lab.stop() == 0
    assert "Stopped: postgres, milvus-lite" in lab.output
    assert "Traceback" not in lab.output
    assert processes_of(new_clone) == []


def test_the_second_start_installs_nothing(installed):
    lab = Lab(installed)
    assert "/3]" not in lab.output
    assert lab.stop() == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_leaves_no_process(installed, how):
    lab = Lab(installed)
    assert lab.stop(how) == 0
    assert processes_of(installed) == []


def test_two_labs_share_the_engines_and_the_last_one_stops_them(installed):
    first, second = Lab(installed), Lab(installed)
    assert first.port != second.port
    assert first.stop() == 0
    assert "Another lab is open" in first.output
    status = json.loads(course(installed, "status", "--json").stdout)["engines"]
    assert [one["running"] for one in status] == [
        True,
        True,
        False,
        False,
    ]  # PostgreSQL and Milvus Lite, not the servers
    assert second.stop() == 0
    assert "Stopped: postgres, milvus-lite" in second.output
    assert processes_of(installed) == []


def test_a_taken_port_is_one_clear_line(installed):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        message = one_line(course(installed, "lab", "--no-browser", f"--port={port}"))
    assert f"Port {port} is taken" in message
    assert processes_of(installed) == []


@pytest.mark.parametrize("port", ["99999", "abc"])
def test_a_port_that_is_none_is_one_clear_line(installed, port):
    assert "is not a port" in one_line(course(installed, "lab", "--no-browser", f"--port={port}"))
    assert "--port needs a number" in one_line(course(installed, "lab", "--no-browser", "--port"))


def test_an_engine_that_cannot_start_ends_the_lab(installed):
    message = one_line(
        course(installed, "lab", "--no-browser", DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    )
    assert "does not take the connection" in message
    assert processes_of(installed) == []


def test_two_first_starts_at_once_build_one_environment(installed, tmp_path):
    """Both run on a stamp that is gone; one builds, the other waits and finds the work done."""
    (installed / ".venv/course-stamp.json").unlink()
    both = [
        subprocess.Popen(
            online(PYTHON, "course", "install"),
            cwd=installed,
            env=bare_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [one.communicate(timeout=300)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sum("[3/3]" in output for output in outputs) == 1


def test_a_changed_lock_is_installed(installed):
    lock = installed / "constraints.txt"
    text = lock.read_text()
    lock.write_text(text + "# changed\n")
    assert "[3/3]" in course(installed, "install", network=True).stdout
    lock.write_text(text)
    assert "[1/3]" not in course(installed, "install", network=True).stdout


def test_a_moved_folder_is_built_anew(installed, tmp_path):
    moved = tmp_path / "moved"
    installed.rename(moved)
    try:
        result = course(moved, "doctor", "--json", network=True)
        assert "[1/3]" in result.stdout
        assert result.returncode == 0, result.stdout + result.stderr
    finally:
        moved.rename(installed)


# --- in the browser -------------------------------------------------------------------------------


def run_all(page):
    """The menu's Restart Kernel and Run All Cells, confirmed; until the kernel is connected the
    menu's entry does nothing.
    """
    confirm = page.get_by_role("button", name="Confirm Kernel Restart")

    def asked():
        page.get_by_role("menuitem", name="Kernel", exact=True).click()
        page.get_by_role("menuitem", name=re.compile("Restart Kernel and Run All Cells")).click()
        return processes.wait_until(confirm.is_visible, 5)

    assert processes.wait_until(asked, 240), "JupyterLab did not ask whether to restart the kernel"
    confirm.click()


def stored_answers(lesson):
    """How many cells of a lesson answer a Predict box."""
    cells = json.loads((ROOT / lesson).read_text())["cells"]
    return sum("outputs_hidden" in cell["metadata"].get("jupyter", {}) for cell in cells)


@pytest.mark.browser
def test_a_learner_runs_the_first_lesson_in_jupyterlab(installed, browser):
    """From the start page by its link, Run All, to the last cell; then the map says it is done."""
    lab = Lab(installed)
    try:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        outside = []
        page.on(
            "request",
            lambda r: (
                None
                if "127.0.0.1" in r.url or r.url.startswith(("data:", "blob:"))
                else outside.append(r.url)
            ),
        )
        page.goto(lab.url)
        first = page.get_by_role("link", name="Your first search by meaning").first
        first.click(timeout=60_000)
        page.get_by_role("tab", name="01_first_search.ipynb").wait_for()
        run_all(page)
        # the last cell, which is reached only if no cell before it failed, notes the lesson as done
        progress = installed / ".course/progress.json"
        assert processes.wait_until(progress.exists, 120), "the last cell was not reached"
        assert list(json.loads(progress.read_text())["lessons"]) == ["1_concepts/01_first_search"]
        # boxes are marked, and the answers to Predict boxes stay folded although all cells ran
        page.set_viewport_size({"width": 1280, "height": 9000})
        for box in ("predict", "pitfall", "try"):
            page.locator(f"blockquote[data-vdb-box={box}]").first.wait_for()
        folded = page.locator(".jp-CodeCell:has(.jp-OutputPlaceholder)")
        answers = stored_answers(LESSON)
        assert processes.wait_until(lambda: folded.count() == answers > 0, 30), folded.count()
        # a cell that runs alone shows its answer
        folded.first.locator(".jp-InputArea-editor").click()
        page.keyboard.press("Shift+Enter")
        assert processes.wait_until(lambda: folded.count() == answers - 1, 30)
        page.keyboard.press("Control+s")
        copy = installed / "my-notebooks" / LESSON
        published = (installed / LESSON).read_bytes()
        assert processes.wait_until(lambda: copy.read_bytes() != published, 60), "nothing was saved"
        assert published == (ROOT / LESSON).read_bytes()
        page.get_by_role("tab", name="start.ipynb").click()
        run_all(page)
        shown = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output")
        shown.locator("tr", has_text="Your first search by meaning").get_by_text(
            "done", exact=True
        ).wait_for(timeout=60_000)
        assert outside == []
    finally:
        code = lab.stop()
    assert code == 0
    assert processes_of(installed) == []
