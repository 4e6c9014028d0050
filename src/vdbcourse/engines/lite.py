"""Milvus Lite as one local server that all kernels share."""

import sys
from importlib.metadata import version
from pathlib import Path

from vdbcourse import settings
from vdbcourse.engines import processes
from vdbcourse.engines.running import Running
from vdbcourse.errors import CourseError

NAME = "milvus"
TITLE = "Milvus Lite"


def start(folder: Path, log: Path) -> Running:
    """Start the server on `folder` and return at once; `is_ready` says when it answers."""
    wanted = settings.milvus_port()
    if wanted is not None and not processes.port_is_free(wanted):
        raise CourseError(
            f"Port {wanted} is taken by another program, so Milvus Lite cannot use it. "
            "Unset VDBCOURSE_MILVUS_PORT to use any free port, or choose another."
        )
    port = wanted or processes.free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "vdbcourse.engines.lite_server", str(folder), str(port)]
    process = processes.spawn(command, log)
    return Running.of(process.pid, NAME, f"http://127.0.0.1:{port}", f"Milvus Lite {version('milvus-lite')}", log)


def is_ready(server: Running) -> bool:
    """Does the server accept connections?"""
    return processes.answers("127.0.0.1", server.port)


def stop(server: Running, folder: Path) -> None:
    """End the server; it closes its data first."""
    processes.stop(server.pid, server.created, grace=10)
