"""`./course` from the first start on, in a copy of the repository in a folder with a difficult
name. An installation takes long: the tests share one copy, so one worker runs them all.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys

import pytest
from clones import PYTHON, Lab, bare_environment, course, fresh_clone, processes_of
from support import ROOT, one_line, online

from vdbcourse.engines import processes

pytestmark = [
    pytest.mark.clone,
    pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C and paths are those of Unix"),
]

LESSON = "chapters/1_concepts/01_first_search.ipynb"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh copy."""
    yield from fresh_clone(tmp_path_factory)


@pytest.fixture
def new_clone(clone, tmp_path_factory):
    """The copy if nothing is installed in it yet, as when this file runs from its top; else
    another.
    """
    if (clone / ".venv").exists():
        yield from fresh_clone(tmp_path_factory)
    else:
        yield clone


@pytest.fixture
def installed(clone):
    """The copy with its environment built, for which it has the network."""
    assert course(clone, "install", network=True).returncode == 0
    return clone


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
    assert {one["name"] for one in status if one["running"]} == {"postgres", "milvus-lite"}
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


# --- at the end, as it leaves no environment ---


def test_a_moved_folder_is_built_anew(installed, tmp_path):
    moved = tmp_path / "moved"
    installed.rename(moved)
    try:
        result = course(moved, "doctor", "--json", network=True)
        assert "[1/3]" in result.stdout
        assert result.returncode == 0, result.stdout + result.stderr
    finally:
        moved.rename(installed)
        shutil.rmtree(installed / ".venv")  # it fits the other place
