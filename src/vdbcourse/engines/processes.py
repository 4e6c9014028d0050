"""Processes that outlive the one that started them: spawn, recognise, stop; and TCP ports."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

# Python reaps those that ended, and does not warn about those that are meant to run on.
_spawned: list[subprocess.Popen[bytes]] = []


def spawn(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` detached: it survives its parent and gets no Ctrl-C from the terminal. Output
    is appended to `log`.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            creationflags=flags,
            start_new_session=sys.platform != "win32",
        )
    _spawned.append(process)
    return process


def created(pid: int) -> float:
    """When the process `pid` began (seconds since the epoch): with the pid, it identifies the
    process.
    """
    return psutil.Process(pid).create_time()


def is_alive(pid: int, when: float) -> bool:
    """Does the process with this pid that began at `when` still run? Not if it is a zombie, or
    hidden from us.
    """
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - when) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def stop(pid: int, when: float, grace: float) -> None:
    """Ask the process to end (SIGTERM), and after `grace` seconds end it and its children."""
    if not is_alive(pid, when):
        return
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    process.terminate()
    if not wait_until(lambda: not _running(family), grace):
        for survivor in _running(family):
            with contextlib.suppress(psutil.NoSuchProcess):
                survivor.kill()
        wait_until(lambda: not _running(family), 5)
    _spawned[:] = [child for child in _spawned if child.poll() is None]


def _running(family: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that still run. A zombie does not: it waits for the program that started it, such as a
    notebook, to ask for its exit code, which may take as long as that program runs.
    """
    return [process for process in family if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    """A TCP port that nothing on this machine listens on."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """`count` different TCP ports that nothing on this machine listens on."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def port_is_free(port: int) -> bool:
    """Can `port` be bound on all interfaces and on the loopback? (Bound without SO_REUSEPORT, so
    sharing counts as taken.)
    """
    for address in ("127.0.0.1", "0.0.0.0"):
        with socket.socket() as probe:
            # A port in TIME_WAIT is free; on Windows this option would mean sharing.
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def answers(host: str, port: int, timeout: float = 1.0) -> bool:
    """Does something accept a TCP connection there?"""
    try:
        with socket.create_connection((host, port), timeout=timeout):
            return True
    except OSError:
        return False


def last_lines(log: Path, count: int = 3) -> str:
    """The end of a log on one line, for an error message."""
    if not log.exists():
        return "no log was written"
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return " | ".join(lines[-count:]) or "the log is empty"


def wait_until(
    ready: Callable[[], bool],
    seconds: float,
    still_possible: Callable[[], bool] = lambda: True,
) -> bool:
    """Poll `ready()` until it is true; False after `seconds`, or as soon as `still_possible()` is
    false.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if not still_possible():
            return ready()
        time.sleep(0.1)
    return False
