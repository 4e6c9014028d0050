"""How long learners' code may take: in computing time, and much longer by the clock.

On a busy machine everything takes longer by the clock, and on a slow one the same work takes more
computing. So the computing limit grows with the slowness of the machine, the clock limit also with
its load, and a loop is suspected only after computing. Code that waits for an engine, a lock or a
network computes nothing, and has only the clock limit.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import psutil

WORK, REFERENCE = (
    600_000,
    0.05,
)  # rounds of a loop, and the seconds that an ordinary laptop computes for them
SLOWEST, BUSIEST = 10.0, 50.0  # the most slowness and load that is assumed
CLOCK = 4  # seconds by the clock for each second of computing
LEAST_CLOCK = 30.0  # seconds by the clock that any code may take


class Limit(StrEnum):
    """The two limits of time."""

    COMPUTING = "computing"
    CLOCK = "clock"

    @property
    def words(self) -> str:
        """The wording for a teacher."""
        if self is Limit.COMPUTING:
            return "limit of computing time"
        return "limit by the clock, while it waited"


@dataclass(frozen=True)
class Pace:
    """slowness: seconds of computing for what takes an ordinary machine one second; waiting:
    seconds by the clock for each of them.
    """

    slowness: float
    waiting: float


def measure() -> Pace:
    """How slow and how busy this machine is now, by a small, fixed piece of work."""
    began, computed = time.monotonic(), time.thread_time()
    value = 0
    for i in range(WORK):
        value ^= i * i
    computed, elapsed = max(time.thread_time() - computed, 1e-3), time.monotonic() - began
    return Pace(
        min(max(computed / REFERENCE, 1.0), SLOWEST), min(max(elapsed / computed, 1.0), BUSIEST)
    )


@functools.cache
def at_start() -> Pace:
    """The pace at the first call."""
    return measure()


@dataclass(frozen=True)
class Allowance:
    """What may be used: seconds of computing, seconds by the clock. waiting: how busy the machine
    was at that time.
    """

    computing: float
    clock: float
    waiting: float = 1.0

    @classmethod
    def of(cls, seconds: float) -> "Allowance":
        """What an ordinary idle machine may compute for `seconds`, on this one."""
        pace = at_start()
        computing = seconds * pace.slowness
        return cls(computing, max(LEAST_CLOCK, CLOCK * computing) * pace.waiting, pace.waiting)

    def __add__(self, other: "Allowance") -> "Allowance":
        return Allowance(
            self.computing + other.computing,
            self.clock + other.clock,
            max(self.waiting, other.waiting),
        )

    def less(self, spent: "Spent") -> "Allowance":
        """What is left."""
        return Allowance(self.computing - spent.computed, self.clock - spent.elapsed, self.waiting)

    def part(self, share: float) -> "Allowance":
        """A share of it."""
        return Allowance(self.computing * share, self.clock * share, self.waiting)

    def exceeded(self, spent: "Spent") -> Limit | None:
        """The limit that `spent` exceeds, or None.

        Several threads compute more than a second per second, so the clock must have passed the
        computing limit, too. At the end of the clock the machine is measured again: if it is busier
        now, there is more time.
        """
        if min(spent.computed, spent.elapsed) > self.computing:
            return Limit.COMPUTING
        if (
            spent.elapsed > self.clock
            and spent.elapsed > self.clock * measure().waiting / self.waiting
        ):
            return Limit.CLOCK
        return None


@dataclass(frozen=True)
class Spent:
    """Seconds of computing, and by the clock."""

    computed: float = 0.0
    elapsed: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.computed + other.computed, self.elapsed + other.elapsed)

    def at_most(self, allowed: Allowance) -> "Spent":
        """At most `allowed`: time granted twice is charged once."""
        return Spent(min(self.computed, allowed.computing), min(self.elapsed, allowed.clock))


@dataclass(frozen=True)
class Overrun:
    """The limit that was exceeded, and the time used by then."""

    limit: Limit
    spent: Spent

    def in_words(self) -> str:
        """The outcome of code that could be stopped: `was stopped after ...`."""
        if self.limit is Limit.COMPUTING:
            return (
                f"was stopped after {self.spent.computed:.2g} s of computing: is there a loop that"
                " never ends?"
            )
        return (
            f"was stopped after {self.spent.elapsed:.0f} s by the clock, of which it computed for"
            f" {self.spent.computed:.2g} s and waited the rest: for a lock, an input, `sleep`, the"
            " network, or a long query of an engine?"
        )


class Meter:
    """Counts from its creation. computing: returns the seconds of computing so far."""

    def __init__(self, computing: Callable[[], float]) -> None:
        self.computing = computing
        self.before, self.began = computing(), time.monotonic()

    @property
    def spent(self) -> Spent:
        """What was used so far."""
        return Spent(self.computing() - self.before, time.monotonic() - self.began)


class OwnComputing:
    """Seconds of computing of this process, and of the processes it starts from now on."""

    since = 0.0  # time of the first call
    discount = 0.0  # seconds that measuring took

    def __call__(self) -> float:
        """The seconds so far. Processes that have ended count once they were waited for."""
        own = psutil.Process()
        if not self.since:
            self.since = now()
            return computed(own)
        later = sum(map(computed, filter(self._started, own.children(recursive=True))))
        return computed(own) + later - self.discount

    def _started(self, process: psutil.Process) -> bool:
        """Was it started after counting began? (A running engine also computes for others.)"""
        try:
            return process.create_time() > self.since - 0.02  # the system counts in hundredths
        except psutil.NoSuchProcess:
            return False


def now() -> float:
    """The time by the clock of a process's `create_time`: on Linux counted from boot, to the
    second.
    """
    if hasattr(time, "CLOCK_BOOTTIME"):
        return psutil.boot_time() + time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.time()


def computed(process: psutil.Process) -> float:
    """Seconds that a process and its ended children have computed; 0 if it is gone."""
    try:
        times = process.cpu_times()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
    return (
        times.user
        + times.system
        + getattr(times, "children_user", 0.0)
        + getattr(times, "children_system", 0.0)
    )


def for_all_calls(seconds: float) -> Allowance:
    """What all calls of a task may use together, where one may take `seconds`."""
    return Allowance.of(max(20, 4 * seconds))
