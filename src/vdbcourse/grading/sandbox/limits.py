"""What a fresh run may use: limits that the kernel enforces inside, for one process each.

(`watcher` looks from outside at the whole family of processes, on every system.)
"""

import sys
from dataclasses import dataclass

OPEN_FILES = 1_024
THREADS = 256  # of all processes together, where an account of its own lets the kernel count them
ANSWER_BYTES = 96 * 2**20  # of one answer from inside
# for opening a connection or a client that a function gets; not counted as the function's time
OPEN_SECONDS = 10
SETTING_SECONDS = 3  # for reading a setting of a session
GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """seconds: of computing, for a notebook's cells (see `clock`); memory: GiB of all processes
    together; disk: GiB of files; cpu: seconds of one process, whatever it is at.
    """

    seconds: float = 180
    memory: float = 4
    processes: int = 32
    disk: float = 0.5
    cpu: int = 3_600

    def apply(self, threads: int | None = None) -> None:
        """Bind this process, and all that it starts, to the limits of the kernel. threads: the most
        its account may run.
        """
        if sys.platform == "win32":
            return
        import resource  # noqa: PLC0415

        wanted = {
            resource.RLIMIT_CPU: self.cpu,
            resource.RLIMIT_FSIZE: int(self.disk * GIB / 2),
            resource.RLIMIT_NOFILE: OPEN_FILES,
            resource.RLIMIT_CORE: 0,
        }
        if sys.platform == "linux":  # elsewhere the kernel takes this limit and does not keep to it
            wanted[resource.RLIMIT_DATA] = int(self.memory * GIB)
        if threads is not None:
            wanted[resource.RLIMIT_NPROC] = threads
        for name, value in wanted.items():
            hard = resource.getrlimit(name)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(name, (value, value))
