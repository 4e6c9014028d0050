"""Milvus for a class: a Milvus Lite server for each submission, on a socket, confined like the
notebook that uses it.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vdbcourse.engines import processes
from vdbcourse.errors import CourseError
from vdbcourse.grading.sandbox.bubblewrap import HOME, Place, Process
from vdbcourse.grading.sandbox.limits import Limits
from vdbcourse.grading.sandbox.time_limits import Allowance

START_SECONDS = 20  # of computing
SERVER_LIMITS = Limits(memory=2, processes=8)


@contextlib.contextmanager
def milvus_lite(confined: bool) -> Iterator[Path]:
    """The socket of a new Milvus Lite; server and data end with the block. Raises `CourseError` if
    it does not start.
    """
    folder = Path(
        tempfile.mkdtemp(prefix="vdbm-")
    )  # short: a socket's path is limited to about 100 bytes
    folder.chmod(0o733 if confined and os.geteuid() == 0 else 0o700)
    socket = folder / "m"
    place = Place(confined, SERVER_LIMITS, writable=folder if confined else None)
    data = f"{HOME}/milvus" if confined else str(folder / "data")
    server = Process(place, "vdbcourse.engines.local.milvus_lite_server", data, f"unix:{socket}")
    try:
        if not processes.wait_until(
            socket.exists, Allowance.of(START_SECONDS).clock, lambda: server.popen.poll() is None
        ):
            raise CourseError(f"Milvus Lite does not start for grading: {server.complaint()}")
        yield socket
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
