"""JupyterLab for the course: its options, its process, and the address where it can be opened."""

import contextlib
import http.client
import os
import secrets
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from jupyter_core.paths import jupyter_runtime_dir

from vdbcourse import files, settings
from vdbcourse.engines import addresses, loopback, processes, supervisor
from vdbcourse.errors import CourseError
from vdbcourse.installation import copies

START_PAGE = "chapters/start.ipynb"
FIRST_PORT = 8888
START_SECONDS = 60
RETRIES = 50  # ports; JupyterLab's own default
# what a Jupyter server records about itself
NOTED = {"url", "hostname", "port", "base_url", "secure"}


@dataclass(frozen=True)
class Options:
    """How to start JupyterLab: the page to open, the port, and the learner's other options.

    `token` is generated here, or empty if the learner passed one. `retries`: how many later ports
    JupyterLab may try if another program takes this one first; none if the learner named it.
    """

    page: str
    port: int
    retries: int
    token: str
    others: tuple[str, ...]

    @classmethod
    def of(cls, arguments: list[str]) -> "Options":
        """Options of the command line. Raises `CourseError` for a port that is taken or invalid,
        and for a notebook that cannot be opened.
        """
        port = _choose_port(arguments)
        page, others = start_page(arguments)
        has_token = any("token" in word for word in others)
        token = "" if has_token else secrets.token_hex(24)
        retries = RETRIES if _port_option(arguments) is None else 0
        return cls(page, port, retries, token, tuple(_without_port(others)))

    def command(self) -> list[str]:
        """The command line; the learner's options come last and win."""
        own = [
            f"--ServerApp.port={self.port}",
            f"--ServerApp.port_retries={self.retries}",
            f"--ServerApp.root_dir={_served_folder()}",
            f"--LabApp.default_url={self.page}",
        ]
        if sys.platform != "win32" and os.geteuid() == 0:
            own.append("--allow-root")
        return [sys.executable, "-m", "jupyterlab", *own, *self.others]

    def environment(self) -> dict[str, str]:
        """The environment of JupyterLab and its kernels: the settings, and the token (not on the
        command line, where others see it).
        """
        own = str(Path(__file__).parent / "jupyter")  # the course's settings and its extension
        return {
            "VDBCOURSE_HOME": str(settings.home_path()),
            "JUPYTERLAB_WORKSPACES_DIR": str(settings.home_path() / "jupyter"),
            **{
                name: os.pathsep.join(filter(None, [own, os.environ.get(name)]))
                for name in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH")
            },
            **({"JUPYTER_TOKEN": self.token} if self.token else {}),
        }


@dataclass(frozen=True)
class JupyterLab:
    """A JupyterLab that was started here."""

    options: Options
    process: subprocess.Popen[bytes]
    log: Path

    def wait_until_up(self) -> None:
        """Return when it answers, or has ended, or after a minute."""
        processes.wait_until(
            lambda: _is_up(self.process.pid), START_SECONDS, lambda: self.process.poll() is None
        )

    def check_running(self) -> None:
        """Raises `CourseError` if it has ended."""
        if self.process.poll() is not None:
            why = processes.last_lines(self.log)
            raise CourseError(f"JupyterLab did not start: {why}. Its log: {self.log}")

    def link(self) -> str | None:
        """The link to open, with the token if it was generated here and is still valid. None if the
        server has not reported its address.
        """
        notes = _notes_of(self.process.pid)
        if notes is None:
            return None
        token = self.options.token
        query = f"&token={token}" if token and notes.get("token") == token else ""
        return f"{_address(notes)}{self.options.page}{query}"


@contextlib.contextmanager
def running(options: Options) -> Iterator[JupyterLab]:
    """Start JupyterLab, and stop it at the end. In its own session it gets no Ctrl-C from the
    terminal, so that this process decides; the engines that its kernels start end with the lab.
    """
    log = supervisor.log_path("jupyter")
    os.environ[settings.IN_LAB] = "1"
    process = processes.spawn(options.command(), log, options.environment(), settings.root())
    when = processes.created(process.pid)
    try:
        yield JupyterLab(options, process, log)
    finally:
        processes.stop(process.pid, when, grace=10)


def give_home() -> None:
    """Set HOME to the course's folder for a user without a home directory, where JupyterLab and its
    kernels keep their notes.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = str(settings.home())


def start_page(arguments: list[str]) -> tuple[str, list[str]]:
    """The page to open (the start page or the named notebook, in the learner's copy), and the other
    arguments. The file browser shows all copies.

    Raises `CourseError` for a notebook that does not exist, or is not in the folder that JupyterLab
    shows.
    """
    notebooks = [word for word in arguments if word.endswith(".ipynb") and not word.startswith("-")]
    wanted = notebooks[0] if notebooks else START_PAGE
    root = _served_folder()
    places = (Path(wanted), settings.root() / wanted, root / wanted)
    path = next((copies.of(place).resolve() for place in places if place.is_file()), None)
    if path is None:
        raise CourseError(f"There is no notebook {wanted}. The list of lessons: ./course progress")
    if root not in path.parents:
        raise CourseError(
            f"{path} is outside the course's folder, {root}, and JupyterLab shows only that. Copy"
            " it there first."
        )
    page = quote(path.relative_to(root).as_posix())
    browser = quote(copies.folder().resolve().relative_to(root).as_posix().strip("."))
    return f"/lab/tree/{page}?file-browser-path=/{browser}", [
        word for word in arguments if word not in notebooks
    ]


def _served_folder() -> Path:
    """The folder that JupyterLab shows: the course's, or the copies' where they are elsewhere."""
    root, folder = settings.root().resolve(), copies.folder().resolve()
    return root if folder == root / copies.FOLDER else folder


def _choose_port(arguments: list[str]) -> int:
    """The requested port, or the first free one from 8888. Raises `CourseError` if it is taken or
    not a port.
    """
    value = _port_option(arguments)
    if value is None:
        for port in range(FIRST_PORT, FIRST_PORT + 100):
            if processes.port_is_free(port):
                return port
        raise CourseError(
            f"Ports {FIRST_PORT} to {FIRST_PORT + 99} are all taken. Name a free one: ./course lab"
            " --port N"
        )
    if not value:
        raise CourseError("--port needs a number: ./course lab --port 8899")
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise CourseError(f"--port {value} is not a port; use a number from 1 to 65535.")
    if not processes.port_is_free(int(value)):
        raise CourseError(
            f"Port {value} is taken, by another lab or program. Choose another: ./course lab --port"
            f" {int(value) % 65535 + 1}"
        )
    return int(value)


def _port_option(arguments: list[str]) -> str | None:
    """The value of `--port N` or `--port=N`."""
    for position, word in enumerate(arguments):
        if word == "--port":
            return arguments[position + 1] if position + 1 < len(arguments) else ""
        if word.startswith("--port="):
            return word.removeprefix("--port=")
    return None


def _without_port(arguments: list[str]) -> list[str]:
    """`arguments` without the port, which is passed separately."""
    others, skip = [], False
    for word in arguments:
        if skip or word.startswith("--port="):
            skip = False
        elif word == "--port":
            skip = True
        else:
            others.append(word)
    return others


def _notes_of(pid: int) -> dict[str, Any] | None:
    """What the Jupyter server with this pid, or a child of it, records about itself: port, base_url
    and more, with all options applied.
    """
    try:
        # On Windows a launcher starts it.
        family = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.NoSuchProcess:
        return None
    folder = Path(jupyter_runtime_dir())
    contents = (files.read_json(folder / f"jpserver-{number}.json") for number in family)
    return next((notes for notes in contents if _are_notes(notes)), None)


def _are_notes(content: object) -> bool:
    return isinstance(content, dict) and content.keys() >= NOTED


def _address(notes: dict[str, Any]) -> str:
    """The address of that server from this machine, without the final slash."""
    if notes.get("sock"):
        return str(notes["url"]).rstrip("/")
    host = str(notes["hostname"])
    host = "127.0.0.1" if host in ("", "localhost", "0.0.0.0", "::") else addresses.bracketed(host)
    scheme = "https" if notes["secure"] else "http"
    return f"{scheme}://{host}:{notes['port']}{notes['base_url']}".rstrip("/")


def _is_up(pid: int) -> bool:
    """Does the Jupyter server with this pid answer? Asked without a proxy, at the address of its
    options.
    """
    notes = _notes_of(pid)
    if notes is None or notes.get("sock"):
        return notes is not None
    # It is our own server, so any certificate will do.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        request = urllib.request.Request(f"{_address(notes)}/api")
        with loopback.opened(request, 2, context) as answer:
            return b"version" in answer.read()
    except urllib.error.HTTPError as error:  # it answers, and wants credentials
        error.close()
        return True
    except (OSError, http.client.HTTPException):
        return False
