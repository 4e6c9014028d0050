"""Milvus Lite as one local server that all kernels share."""

import sys
from importlib.metadata import version
from pathlib import Path

import grpc
import psutil

from vdbcourse import settings
from vdbcourse.engines import processes
from vdbcourse.engines.local.base import LocalEngine
from vdbcourse.engines.record import Running
from vdbcourse.errors import CourseError

NAME = "milvus-lite"
SERVER = "vdbcourse.engines.local.milvus_lite_server"
GET_VERSION = "/milvus.proto.milvus.MilvusService/GetVersion"  # its request is an empty message
ANSWER_SECONDS = 5
TAKE_OVER_SECONDS = 60  # for a server that another process has just started
NO_PROXY = [("grpc.enable_http_proxy", 0)]  # never use a proxy for the loopback


def start(folder: Path, log: Path) -> Running:
    """Start the server on `folder` and return at once; `is_ready` says when it answers. A server
    that runs there is taken over.
    """
    server = _unrecorded(folder, log)
    if server is not None and processes.wait_until(
        lambda: is_ready(server), TAKE_OVER_SECONDS, server.is_alive
    ):
        return server
    fixed_port = settings.milvus_port()
    if fixed_port is not None and not processes.port_is_free(fixed_port):
        raise CourseError(
            f"Port {fixed_port} is taken by another program, so Milvus Lite cannot use it. "
            "Unset VDBCOURSE_MILVUS_PORT to use any free port, or choose another."
        )
    port = fixed_port or processes.free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", SERVER, str(folder), str(port)]
    return _record(processes.spawn(command, log).pid, port, log)


def _record(pid: int, port: int, log: Path) -> Running:
    """The record of the server with this pid."""
    return Running.of(
        pid, NAME, f"http://127.0.0.1:{port}", f"Milvus Lite {version('milvus-lite')}", log
    )


def _unrecorded(folder: Path, log: Path) -> Running | None:
    """A server that runs on `folder` although its record is lost; its command line gives the
    port.
    """
    for process in psutil.process_iter(["cmdline"]):
        match process.info["cmdline"]:
            case [_, "-m", module, where, port] if module == SERVER and where == str(folder):
                return _record(process.pid, int(port), log)
    return None


def is_ready(server: Running) -> bool:
    """Does the server answer a request? A connection proves nothing: the system accepts it for a
    process that is ending.
    """
    with grpc.insecure_channel(f"127.0.0.1:{server.port}", options=NO_PROXY) as channel:
        try:
            channel.unary_unary(GET_VERSION)(
                b"", timeout=ANSWER_SECONDS
            )  # without pymilvus, which takes two seconds to import
        except grpc.RpcError:
            return False
    return True


def stop(server: Running, folder: Path) -> None:
    """End the server; it closes its data first."""
    processes.stop(server.pid, server.created, grace=10)


ENGINE = LocalEngine(
    name=NAME,
    title="Milvus Lite",
    start=start,
    is_ready=is_ready,
    stop=stop,
    files={
        "milvus-lite": "Milvus Lite with every collection in it",
        "milvus": "Milvus Lite with every collection in it, under its folder's former name",
    },
    by_default=True,
)
