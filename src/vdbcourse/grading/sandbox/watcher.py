"""The watcher ends a run from outside: when all its processes together use too much, or a step
takes too long.
"""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import psutil

from vdbcourse.grading.sandbox.limits import GIB, Limits
from vdbcourse.grading.sandbox.time_limits import Allowance, Limit, Meter, Overrun, computed

TICK = 0.1  # seconds between checks


@dataclass(frozen=True)
class Overuse:
    """Why a run had to be ended. of_time: did a step of it take too long?"""

    words: str
    of_time: bool = False


class Watcher(threading.Thread):
    """Ends a run that uses too much: too many processes, too much memory, or too much time for its
    current step.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        limits: Limits,
        also: Callable[[], str | None] | None = None,
    ) -> None:
        """`also` is called once a second; any reason it returns ends the run too."""
        super().__init__(daemon=True, name=f"watcher of {process.pid}")
        self.process = process
        self.limits = limits
        self.also = also
        self.step: tuple[Allowance, Meter] | None = None
        self.computed = 0.0  # seconds that all processes had computed, as last seen
        self.reason: Overuse | None = None  # once it had to end the run
        self.family: list[psutil.Process] = []  # as last seen
        self.ended = threading.Event()

    @contextlib.contextmanager
    def within(self, allowance: Allowance) -> Iterator[Meter]:
        """A step that ends the whole run if it takes more."""
        meter = Meter(lambda: self.computed)
        self.step = allowance, meter
        try:
            yield meter
        finally:
            self.step = None

    def run(self) -> None:
        """Watch until the run ends by itself or has to be ended."""
        ticks = 0
        while not self.ended.wait(TICK) and self.process.poll() is None:
            ticks += 1
            try:
                self.reason = self._overuse(ticks)
            except psutil.NoSuchProcess:
                continue
            except Exception as error:  # noqa: BLE001 # boundary: what cannot be watched must not go on
                self.reason = Overuse(f"could not be watched ({type(error).__name__}: {error})")
            if self.reason:
                kill(self.process, self.family)
                return

    def _overuse(self, ticks: int) -> Overuse | None:
        root = psutil.Process(self.process.pid)
        self.family = [root, *root.children(recursive=True)]
        self.computed = max(
            self.computed, sum(map(computed, self.family))
        )  # what a lost child has computed stays counted
        if (step := self.step) and (limit := step[0].exceeded(spent := step[1].spent)):
            return Overuse(_too_long(Overrun(limit, spent)), of_time=True)
        if len(self.family) > self.limits.processes:
            return Overuse(f"started more than {self.limits.processes} processes")
        if sum(map(_memory, self.family)) > self.limits.memory * GIB:
            return Overuse(f"used more than {self.limits.memory:g} GB of memory")
        words = self.also() if self.also and ticks % round(1 / TICK) == 0 else None
        return Overuse(words) if words else None

    def stop(self) -> None:
        """Stop watching; end whatever still runs."""
        self.ended.set()
        kill(self.process, self.family)


def _too_long(overrun: Overrun) -> str:
    # of a step that could not be interrupted from inside
    if overrun.limit is Limit.COMPUTING:
        return (
            f"computed for {overrun.spent.computed:.2g} s and could not be interrupted, so its"
            " process was ended"
        )
    return (
        f"waited for {overrun.spent.elapsed:.0f} s by the clock and could not be interrupted, so"
        " its process was ended"
    )


def _memory(process: psutil.Process) -> int:
    # its private bytes; 0 if it has ended
    try:
        memory = process.memory_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(memory.rss - getattr(memory, "shared", 0))


def kill(process: subprocess.Popen[bytes], earlier: Iterable[psutil.Process] = ()) -> None:
    """End a process that was started in its own session, with its descendants and those `earlier`
    before.
    """
    family = set(earlier)
    alive = process.poll() is None
    if alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            family.update(psutil.Process(process.pid).children(recursive=True))
    # the group outlives the process that began it; once another process has its pid, it is no more
    if hasattr(os, "killpg") and (alive or not psutil.pid_exists(process.pid)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if alive:
        process.kill()
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            member.kill()  # checks that it is still the same process
    process.wait()
