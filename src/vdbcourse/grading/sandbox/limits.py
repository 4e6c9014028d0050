"""What a fresh run may use: limits that the kernel enforces inside, per process.

(`watcher` watches all processes together from outside, on every system.)
"""

import sys
from dataclasses import dataclass

OPEN_FILES = 1_024
THREADS = 256  # of all processes together, where a separate account lets the kernel count them
ANSWER_BYTES = 96 * 2**20  # of one answer from inside
# for opening a connection or a client that a function gets; not counted as the function's time
OPEN_SECONDS = 10
SETTING_SECONDS = 3  # for reading a setting of a session
GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """seconds: of computing, for a notebook's cells (see `clock`); memory: GiB of all processes
    together; disk: GiB of files; cpu: seconds of any one process.
    """

    seconds: float = 180
    memory: float = 4
    processes: int = 32
    disk: float = 0.5
    cpu: int = 3_600

    def apply(self, threads: int | None = None) -> None:
        """Apply the kernel's limits to this process and all that it starts. threads: the most its
        account may run.
        """
        if sys.platform == "win32":
            return
        import resource  # noqa: PLC0415

        limits = {
            resource.RLIMIT_CPU: self.cpu,
            resource.RLIMIT_FSIZE: int(self.disk * GIB / 2),
            resource.RLIMIT_NOFILE: OPEN_FILES,
            resource.RLIMIT_CORE: 0,
        }
        if sys.platform == "linux":  # elsewhere the kernel accepts this limit and ignores it
            limits[resource.RLIMIT_DATA] = int(self.memory * GIB)
        if threads is not None:
            limits[resource.RLIMIT_NPROC] = threads
        for name, value in limits.items():
            hard = resource.getrlimit(name)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(name, (value, value))
