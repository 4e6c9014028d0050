"""Start a process with a learner's code in it: in bubblewrap for a class, as a plain process for
your own notebook.

Inside bubblewrap there is no network and no other process. Only folders in memory, which end with
the run, are writable; only the system's programs, Python, its packages and this package without the
exercises are readable.
"""

import contextlib
import functools
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

import psutil

from vdbcourse import settings
from vdbcourse.errors import CourseError
from vdbcourse.grading.sandbox.limits import GIB, THREADS, Limits
from vdbcourse.grading.sandbox.watcher import Watcher

PACKAGE = Path(__file__).resolve().parents[2]
HOME = "/learner"
CACHE = "/cache"
SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/alternatives",
)
THREAD_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
OLDEST = (0, 7)  # the first version that can limit the size of folders in memory
FIRST_ACCOUNT, ACCOUNTS = 61_200, 4_000  # ids that own nothing on a usual system
_turn = itertools.count()


@dataclass(frozen=True)
class Place:
    """Where a learner's code runs. confined: in bubblewrap; environment: the engines' addresses and
    other variables.

    own_home: a separate home (False: your own notebook, with your home and environment); sockets:
    of engines it may use; writable: a folder outside that it may write to; cache: embedded texts
    that it may read; also: asked once a second whether the run must end (see `Watcher`).
    """

    confined: bool
    limits: Limits = Limits()
    environment: dict[str, str] = field(default_factory=dict)
    own_home: bool = True
    sockets: tuple[Path, ...] = ()
    writable: Path | None = None
    cache: Path | None = None
    also: Callable[[], str | None] | None = None


class Process:
    """`python -m MODULE ARGUMENTS` in a place, with its watcher. Its stderr is kept for
    `complaint`.
    """

    def __init__(self, place: Place, module: str, *arguments: str) -> None:
        command = ["--", *_python(place, module, *arguments)]
        self.folder = None if place.confined else Path(tempfile.mkdtemp(prefix="vdbcourse-run-"))
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self.popen = subprocess.Popen(
            [*_bubblewrap(place), *command] if place.confined else command[1:],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=_environment(place, self.folder),
            cwd=self.folder,
            start_new_session=True,
        )
        self.watcher = Watcher(self.popen, place.limits, place.also)
        self.watcher.start()

    @property
    def stdin(self) -> IO[bytes]:
        """Its input."""
        assert self.popen.stdin  # it was started with a pipe
        return self.popen.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """Its output."""
        assert self.popen.stdout  # it was started with a pipe
        return self.popen.stdout

    def complaint(self) -> str:
        """The last line on its stderr."""
        self.errors.seek(0)
        lines = self.errors.read()[-2_000:].decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"it ended with exit code {self.popen.wait()} without output"

    def close(self) -> None:
        """End it, and remove what it left."""
        self.watcher.stop()
        for end in (self.stdin, self.stdout, self.errors):
            with contextlib.suppress(OSError):  # nobody reads what was not sent
                end.close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def _python(place: Place, module: str, *arguments: str) -> list[str]:
    """The command that drops privileges, sets limits and runs the module."""
    user = threads = None
    if place.confined and os.geteuid() == 0:
        user, threads = FIRST_ACCOUNT + (os.getpid() + next(_turn)) % ACCOUNTS, THREADS
    elif place.confined:
        threads = THREADS + sum(map(_threads_of, psutil.process_iter()))
    how = {
        "confined": place.confined,
        "user": user,
        "threads": threads,
        "limits": asdict(place.limits),
    }
    return [
        sys.executable,
        "-I",
        "-B",
        "-m",
        "vdbcourse.grading.sandbox.enter",
        json.dumps(how),
        module,
        *arguments,
    ]


def _threads_of(process: psutil.Process) -> int:
    """Threads of a process of ours: before Linux 5.14 the kernel counts all of them against the
    limit.
    """
    try:
        return process.num_threads() if process.uids().real == os.getuid() else 0
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def _environment(place: Place, folder: Path | None) -> dict[str, str]:
    """The environment of the run: only its own, except for your own notebook."""
    if not place.own_home:
        return os.environ | place.environment
    home = str(folder or HOME)
    inherited = {
        name: os.environ[name]
        for name in ("SYSTEMROOT", "TEMP", "TMP")
        if name in os.environ and not place.confined
    }
    if place.cache:
        inherited[settings.GIVEN_CACHE] = CACHE if place.confined else str(place.cache)
    return {
        **inherited,
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
        ),
        "HOME": home,
        "USER": "learner",
        "LANG": "C.UTF-8",
        "IPYTHONDIR": str(Path(home, ".ipython")),
        "VDBCOURSE_HOME": str(Path(home, ".course")),
        "VDBCOURSE_LEARNER": "learner",
        "HF_HUB_OFFLINE": "1",
        "TQDM_DISABLE": "1",
        **dict.fromkeys(
            THREAD_COUNTS, "1"
        ),  # parallel runs with several threads each wait for one another
        **place.environment,
    }


def _bubblewrap(place: Place) -> list[str]:
    """The command up to the program it runs."""
    root = os.geteuid() == 0
    rights = (
        ["--cap-drop", "ALL", *_words("--cap-add", ["CAP_SETUID", "CAP_SETGID"])]
        if root
        else ["--unshare-user"]
    )
    disk = str(int(place.limits.disk * GIB))
    prefixes = [Path(sys.base_prefix), Path(sys.base_prefix).resolve()]
    packages = [Path(sys.prefix), PACKAGE]
    outside = [*place.sockets, *([place.writable] if place.writable else [])]
    return [
        program(), *rights,
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        "--unshare-cgroup-try",
        *("--die-with-parent", "--new-session"),
        *("--size", disk, "--perms", "1777", "--tmpfs", "/tmp"),
        *("--size", disk, "--perms", "0777", "--tmpfs", HOME),
        *_folders_above([*map(Path, SYSTEM), *prefixes, settings.root()]),
        *(word for path in SYSTEM for word in ("--ro-bind-try", path, path)),
        *_binds("--ro-bind", prefixes),
        # solutions and tests stay out, wherever the course is
        *("--perms", "0755", "--tmpfs", str(settings.root())),
        *_folders_above([*packages, *outside]),
        *_binds("--ro-bind", packages),
        *("--perms", "0755", "--tmpfs", str(PACKAGE / "exercises")),
        *("--remount-ro", str(PACKAGE / "exercises"), "--remount-ro", str(settings.root())),
        *_binds("--ro-bind", place.sockets),
        *(_binds("--bind", [place.writable]) if place.writable else ()),
        *(["--ro-bind", str(place.cache), CACHE] if place.cache else ()),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", disk, "--perms", "1777", "--tmpfs", "/dev/shm"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME),
    ]  # fmt: skip


def _binds(how: str, paths: Iterable[Path]) -> list[str]:
    """Mount each path at the same place as outside."""
    return [word for path in paths for word in (how, str(path), str(path))]


def _words(option: str, values: Iterable[str]) -> list[str]:
    """The option once for each value."""
    return [word for value in values for word in (option, value)]


def _folders_above(paths: Iterable[Path]) -> list[str]:
    """Create the parent folders of these paths, open to everybody inside (bubblewrap's default is:
    to nobody).
    """
    above = dict.fromkeys(str(folder) for path in paths for folder in reversed(path.parents[:-1]))
    return [word for folder in above for word in ("--perms", "0755", "--dir", folder)]


@functools.cache
def program() -> str:
    """The program bubblewrap. Raises `CourseError` if it is missing or too old."""
    remedy = "or, on a machine you can afford to lose, run without one: --no-sandbox"
    path = shutil.which("bwrap")
    if path is None:
        raise CourseError(
            "Learners' code runs in a sandbox, which needs bubblewrap (Linux), but it is not"
            f" installed. Install it: sudo apt install bubblewrap; {remedy}"
        )
    reply = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    version = tuple(map(int, re.findall(r"\d+", reply)[:2]))
    if version < OLDEST:
        raise CourseError(
            f"{reply.strip() or path} is too old for the sandbox; 0.7 or newer is needed. Update"
            f" it, {remedy}"
        )
    return path
