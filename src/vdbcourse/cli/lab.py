"""`vdbcourse lab`: engines and JupyterLab together, and together they end."""

import contextlib
import http.client
import os
import secrets
import signal
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from vdbcourse import files, settings
from vdbcourse.cli import engines
from vdbcourse.engines import addresses, loopback, processes, supervisor
from vdbcourse.errors import CourseError

START_PAGE = "/lab/tree/chapters/start.ipynb"
FIRST_PORT = 8888
START_SECONDS = 60
SAID = {"url", "hostname", "port", "base_url", "secure"}  # what a Jupyter server notes of itself


class StopRequest(Exception):  # noqa: N818 a request, not an error
    """Ctrl-C, a closed terminal, or a request to end."""


def run(arguments: list[str]) -> int:
    """Start everything, wait for the end, stop what was started. Returns the exit code."""
    give_home()
    port = choose_port(arguments)
    page, arguments = start_page(arguments)
    token = "" if any("token" in word for word in arguments) else secrets.token_hex(24)
    lease = supervisor.Lease()
    with stop_on_signals():
        try:
            lease.take()
            return serve(arguments, port, token, page)
        except StopRequest:
            return 0
        finally:
            ignore_signals()
            stopped = lease.give_back()
            if stopped:
                print(f"Stopped: {', '.join(stopped)}")
            elif lease.others():
                print("Another lab is open, so the engines go on.")
            elif left := [name for name in supervisor.ENGINES if supervisor.running(name)]:
                print(
                    f"Still running, because they ran before this lab: {', '.join(left)}. Stop"
                    " them: ./course down"
                )


def serve(arguments: list[str], port: int, token: str, page: str) -> int:
    """Run JupyterLab until it ends; its own session keeps the terminal's Ctrl-C from it, so that
    this process decides.
    """
    log = supervisor.log_path("jupyter")
    os.environ[supervisor.IN_LAB] = "1"
    jupyter = processes.spawn(
        command(arguments, port, page), log, environment(token), settings.root()
    )
    when = processes.created(jupyter.pid)
    try:
        with ThreadPoolExecutor(1) as pool:
            starting = pool.submit(engines.start, list(supervisor.DEFAULT), False)
            processes.wait_until(
                lambda: is_up(jupyter.pid), START_SECONDS, lambda: jupyter.poll() is None
            )
            for engine in starting.result():
                print(f"{engine.version} is ready ({engine.where})")
        if jupyter.poll() is not None:
            raise CourseError(
                f"JupyterLab did not start: {processes.last_lines(log)}. Its log: {log}"
            )
        print(
            "JupyterLab:"
            f" {shown_address(jupyter.pid, page, token) or f'it runs and has not said where yet; its log: {log}'}"
        )
        print("Ctrl-C stops JupyterLab and the engines it started.", flush=True)
        return jupyter.wait()
    finally:
        ignore_signals()
        processes.stop(jupyter.pid, when, grace=10)


def give_home() -> None:
    """JupyterLab and its kernels keep their notes in the home directory; a user id without a name
    has none, and gets ours.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = str(settings.home())


def command(arguments: list[str], port: int, page: str) -> list[str]:
    """The JupyterLab command line; what the learner passed comes last and wins."""
    own = [
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={settings.root()}",
        f"--LabApp.default_url={page}",
    ]
    if sys.platform != "win32" and os.geteuid() == 0:
        own.append("--allow-root")
    return [sys.executable, "-m", "jupyterlab", *own, *without_port(arguments)]


def environment(token: str) -> dict[str, str]:
    """What JupyterLab and its kernels get: the token (not on the command line, where others see it)
    and the settings.
    """
    config = str(Path(__file__).parent / "jupyter")
    return {
        "VDBCOURSE_HOME": str(settings.home_path()),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings.home_path() / "jupyter"),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(
            filter(None, [config, os.environ.get("JUPYTER_CONFIG_PATH")])
        ),
        **({"JUPYTER_TOKEN": token} if token else {}),
    }


def start_page(arguments: list[str]) -> tuple[str, list[str]]:
    """The page to open, the start page or the notebook that was named, and the other arguments.

    Raises `CourseError` for a notebook that does not exist, or is not in the course's folder:
    JupyterLab shows only that.
    """
    named = [word for word in arguments if word.endswith(".ipynb") and not word.startswith("-")]
    if not named:
        return START_PAGE, arguments
    root = settings.root().resolve()
    path = next((one.resolve() for one in (Path(named[0]), root / named[0]) if one.is_file()), None)
    if path is None:
        raise CourseError(
            f"There is no notebook {named[0]}. The list of lessons: ./course progress"
        )
    if root not in path.parents:
        raise CourseError(
            f"{path} is outside the course's folder, {root}, and JupyterLab shows only that. Copy"
            " it there first."
        )
    return f"/lab/tree/{quote(path.relative_to(root).as_posix())}", [
        word for word in arguments if word not in named
    ]


def choose_port(arguments: list[str]) -> int:
    """The port that was asked for, or the first free one from 8888. Raises `CourseError` if it is
    taken or not a port.
    """
    asked = port_option(arguments)
    if asked is None:
        for port in range(FIRST_PORT, FIRST_PORT + 100):
            if processes.port_is_free(port):
                return port
        raise CourseError(
            f"Ports {FIRST_PORT} to {FIRST_PORT + 99} are all taken. Name a free one: ./course lab"
            " --port N"
        )
    if not asked:
        raise CourseError("--port needs a number: ./course lab --port 8899")
    if not asked.isdecimal() or not 1 <= int(asked) <= 65535:
        raise CourseError(f"--port {asked} is not a port; use a number from 1 to 65535.")
    if not processes.port_is_free(int(asked)):
        raise CourseError(
            f"Port {asked} is taken, by another lab or program. Choose another: ./course lab --port"
            f" {int(asked) % 65535 + 1}"
        )
    return int(asked)


def port_option(arguments: list[str]) -> str | None:
    """The value of `--port N` or `--port=N`."""
    for position, word in enumerate(arguments):
        if word == "--port":
            return arguments[position + 1] if position + 1 < len(arguments) else ""
        if word.startswith("--port="):
            return word.removeprefix("--port=")
    return None


def without_port(arguments: list[str]) -> list[str]:
    """`arguments` without the port, which is passed on already checked."""
    kept, skip = [], False
    for word in arguments:
        if skip or word.startswith("--port="):
            skip = False
        elif word == "--port":
            skip = True
        else:
            kept.append(word)
    return kept


def said_by(pid: int) -> dict[str, Any] | None:
    """What the Jupyter server with this pid, or a child of it, says of itself: port, base_url and
    more, after all its options.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    try:
        family = [
            pid,
            *(child.pid for child in psutil.Process(pid).children(recursive=True)),
        ]  # Windows has a launcher before it
    except psutil.NoSuchProcess:
        return None
    notes = (
        files.read_json(Path(jupyter_runtime_dir()) / f"jpserver-{one}.json") for one in family
    )
    return next((one for one in notes if isinstance(one, dict) and one.keys() >= SAID), None)


def address(said: dict[str, Any]) -> str:
    """Where that server is reached from this machine, without the slash at its end."""
    if said.get("sock"):
        return str(said["url"]).rstrip("/")
    host = str(said["hostname"])
    host = "127.0.0.1" if host in ("", "localhost", "0.0.0.0", "::") else addresses.bracketed(host)
    return f"http{'s' if said['secure'] else ''}://{host}:{said['port']}{said['base_url']}".rstrip(
        "/"
    )


def shown_address(pid: int, page: str, token: str) -> str | None:
    """The link to open, with the token if it is the one made here and still holds. None if the
    server has not said where.
    """
    said = said_by(pid)
    if said is None:
        return None
    query = f"?token={token}" if token and said.get("token") == token else ""
    return f"{address(said)}{page}{query}"


def is_up(pid: int) -> bool:
    """Does the Jupyter server with this pid answer? Asked without a proxy, at the address that its
    options gave it.
    """
    said = said_by(pid)
    if said is None or said.get("sock"):
        return said is not None
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = (
        False,
        ssl.CERT_NONE,
    )  # it is our own, whoever signed its certificate
    try:
        with loopback.opened(urllib.request.Request(f"{address(said)}/api"), 2, anybody) as answer:
            return b"version" in answer.read()
    except urllib.error.HTTPError as error:  # it answers, and asks for more
        error.close()
        return True
    except (OSError, http.client.HTTPException):
        return False


SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn the signals that end a program into `StopRequest`, so that everything is cleaned up."""

    def stop(*_: object) -> None:
        raise StopRequest

    before = {one: signal.signal(one, stop) for one in SIGNALS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def ignore_signals() -> None:
    """While stopping, a second Ctrl-C does not leave half of it behind."""
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)
