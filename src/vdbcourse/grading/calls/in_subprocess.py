"""Calls to functions in another process, the sandbox: the transport `There`. What comes back is
JSON, looked at before use.
"""

import contextlib
import json
import math
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from vdbcourse.errors import CourseError
from vdbcourse.grading.calls import codec, invoke
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.checks.not_yet import NotYet, too_long_together
from vdbcourse.grading.sandbox import time_limits
from vdbcourse.grading.sandbox.bubblewrap import CACHE, Place, Process
from vdbcourse.grading.sandbox.limits import ANSWER_BYTES, OPEN_SECONDS, SETTING_SECONDS
from vdbcourse.grading.sandbox.time_limits import Allowance, Meter, Spent

START_SECONDS = 20
GRACE = 3  # seconds between the limit inside and the end of the process
LEAST_SHARE = 200  # of the time for all cells: a cell with less than this part left is not run
MOST_PARTS = 2_000_000  # of lists and dicts in one answer
FOREIGN = "wrote something of its own where only answers go"


class Ended(ConnectionError):  # noqa: N818 - what became of a process
    """The process is gone, by itself or because it had to be ended. kind: "time" or "error"; the
    text says what it did.
    """

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind


@dataclass(frozen=True)
class Cell:
    """One code cell that did not run to its end. number: counted from 1 over the code cells, as
    after "Restart and run all".

    forced: was it stopped, or did it end its process, where others end with an error?
    """

    number: int
    error: str
    forced: bool = False

    @property
    def line(self) -> str:
        """One line for a report."""
        return f"code cell {self.number} {self.error}"


@dataclass(frozen=True)
class Output:
    """The beginning of what one code cell printed, and how many characters it was in all."""

    number: int
    printed: str
    characters: int


class There:
    """A notebook that runs in a process of its own. `run` first, then it is a transport
    for checks.
    """

    hidden = True

    def __init__(self, place: Place) -> None:
        """Start the process. Raises `CourseError` if that fails."""
        cache = [CACHE if place.confined else str(place.cache)] if place.cache else []
        self.place = place
        self.process = Process(place, "vdbcourse.grading.calls.worker", *cache)
        self.number = 0
        self.cells: list[str] = []
        self.failed: list[Cell] = []
        self.outputs: list[Output] = []
        self.budget, self.spent = Allowance(math.inf, math.inf), Spent()
        try:
            self.answer(Allowance.of(START_SECONDS), b"")
        except Ended as error:
            complaint = self.process.complaint()
            self.close()
            raise CourseError(
                f"The process for the notebook does not start: {complaint}"
            ) from error

    def run(self, cells: Sequence[str], without: dict[int, str]) -> None:
        """Run the code cells top to bottom, but for those in `without`: {number: what became of it
        in an earlier try}.

        A cell may take half of the time that is left, so that later ones always have some.
        """
        whole = left = Allowance.of(self.place.limits.seconds)
        self.cells = list(cells)
        self.failed, self.outputs = [], []
        for number, source in enumerate(cells, 1):
            if number in without:
                self.failed.append(Cell(number, without[number], forced=True))
                continue
            if (
                left.computing < whole.computing / LEAST_SHARE
                or left.clock < whole.clock / LEAST_SHARE
            ):
                self.failed.append(
                    Cell(
                        number,
                        "was not run: the cells before it took all the time there is",
                        forced=True,
                    )
                )
                continue
            meter = self.meter()
            allowed = left.part(0.5)
            try:
                answer = self.ask("cell", allowed, source=source, allowed=asdict(allowed))
                stopped = answer.get("time") and self.read(time_limits.as_spent, answer["time"])
                printed = self.read(printed_in, answer)
            except Ended as error:
                self.failed.append(Cell(number, str(error), forced=True))
                raise
            if printed[0]:
                self.outputs.append(Output(number, *printed))
            if stopped:
                self.failed.append(Cell(number, time_limits.in_words(*stopped), forced=True))
            elif answer.get("error"):
                self.failed.append(Cell(number, f"ended with {text(answer['error'])}"))
            left = left.less(meter.spent.at_most(allowed))

    def begin(self, seconds: float) -> None:
        """A new check begins."""
        self.budget, self.spent = time_limits.for_all_calls(seconds), Spent()

    def defined(self, name: str) -> bool:
        """Is there something callable of that name?"""
        return self.ask("defined", Allowance.of(GRACE), name=name).get("callable") is True

    def missing(self, name: str) -> NotYet:
        """Why there is none when the notebook runs fresh, top to bottom."""
        held = self.ask("defined", Allowance.of(GRACE), name=name).get("type")
        if held is not None:
            why = (
                f"`{name}` is a value of type {text(held)} after the last cell, no function: a"
                " later cell takes its name."
            )
            return NotYet(why, kind="error")
        defines = re.compile(rf"^(?:async\s+)?def\s+{name}\b|^{name}\s*=", re.MULTILINE)
        makers = [number for number, source in enumerate(self.cells, 1) if defines.search(source)]
        if not makers:
            why = (
                f"No cell of the notebook defines `{name}`. What your kernel knows of it is left"
                " from a cell that is gone."
            )
            return NotYet(why, kind="not attempted")
        for cell in self.failed:
            if cell.number in makers:
                why = (
                    f"`{name}` is not defined when the notebook runs fresh, top to bottom:"
                    f" {cell.line}."
                )
                return NotYet(why, kind="error")
        return NotYet(
            f"`{name}` is defined in code cell {makers[-1]} and removed again by a later cell.",
            kind="error",
        )

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        """Call it; returns the outcome. Raises `Ended`, and `NotYet` when the calls of a task take
        too long together.
        """
        coded = {
            "args": [codec.encode(arg) for arg in args],
            "kwargs": {k: codec.encode(v) for k, v in kwargs.items()},
        }
        allowed = Allowance.of(seconds)
        opening = Allowance.of(OPEN_SECONDS).part(
            sum(isinstance(arg, Handle) for arg in [*args, *kwargs.values()])
        )
        meter = self.meter()
        outcome = self.ask(
            "call", allowed + opening, name=name, coded=coded, allowed=asdict(allowed)
        ).get("outcome")
        self.spent += meter.spent
        if by := self.budget.exceeded(self.spent):
            raise too_long_together(name, by, self.budget)
        return self.read(checked, outcome)

    def setting(self, handle: Handle, name: str) -> str | None:
        """A setting of the learner's PostgreSQL session; None while it is in an aborted
        transaction.
        """
        answer = self.ask(
            "setting",
            Allowance.of(SETTING_SECONDS),
            handle=[handle.kind, handle.address],
            name=name,
        )
        if answer.get("error"):
            raise psycopg.OperationalError(text(answer["error"]))
        return None if answer.get("value") is None else text(answer["value"])

    def forget(self, handle: Handle) -> None:
        """Close what is open behind `handle`."""
        self.ask("forget", Allowance.of(SETTING_SECONDS), handle=[handle.kind, handle.address])

    def close(self) -> None:
        """End the process."""
        self.process.close()

    def meter(self) -> Meter:
        """Counts from now what the notebook's processes compute."""
        return Meter(lambda: self.process.watcher.computed)

    def ask(self, do: str, within: Allowance, **content: Any) -> dict[str, Any]:
        """One question, one answer, in time. Raises `Ended`.

        Inside, `within` may be granted a second time (see `calls.time_limit`), and giving way takes
        a moment.
        """
        self.number += 1
        question = json.dumps({"id": self.number, "do": do, **content}).encode() + b"\n"
        return self.answer(within.part(2) + Allowance.of(GRACE), question)

    def answer(self, within: Allowance, question: bytes) -> dict[str, Any]:
        """Send bytes and read the line that answers them."""
        popen = self.process.popen
        with self.process.watcher.within(within):
            try:
                popen.stdin.write(question)
                popen.stdin.flush()
                line = popen.stdout.readline(ANSWER_BYTES + 2)
            except OSError:
                line = b""
        if not line:
            raise self.gone()
        found = parsed(line)
        if found is None or found.get("id") != self.number:
            self.process.watcher.stop()
            raise Ended("error", FOREIGN)
        return found

    def read(self, reader: Callable[[Any], Any], said: Any) -> Any:
        """What `reader` makes of something from inside. Raises `Ended` if it is not what it should
        be.
        """
        try:
            return reader(said)
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
            RecursionError,
            OverflowError,
            MemoryError,
        ) as error:
            self.process.watcher.stop()
            raise Ended("error", FOREIGN) from error

    def gone(self) -> Ended:
        """Why the process is no more."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.popen.wait(Allowance.of(GRACE).clock)
        code = self.process.popen.poll()
        self.process.watcher.stop()
        if self.process.watcher.reason:
            return Ended(*self.process.watcher.reason)
        if code is None:
            return Ended("error", FOREIGN)
        signal = -code if code < 0 else code - 128 if code > 128 else 0  # bubblewrap adds 128
        if signal == 9:
            return Ended(
                "error",
                "was ended by the system, as happens with too much memory or too much computing"
                " time",
            )
        if signal:
            return Ended("error", f"crashed its process (signal {signal})")
        return Ended("error", f"ended its own process (exit code {code})")


def printed_in(answer: dict[str, Any]) -> tuple[str, int]:
    """The beginning of what was printed, without control characters, and how much it was. Raises
    `ValueError` and its like.
    """
    return text(answer["printed"], keep="\n\t", most=invoke.SHOWN_OUTPUT), int(
        answer["printed_characters"]
    )


def checked(outcome: Any) -> dict[str, Any]:
    """The outcome of a call, its texts without control characters. Raises `ValueError` and its like
    if it is none.
    """
    codec.decode(outcome.get("value"))
    printed, characters = printed_in(outcome)
    found = {
        "status": {"returned": "returned", "raised": "raised", "time": "time"}[outcome["status"]],
        "value": outcome.get("value"),
        "changed": [text(name) for name in outcome.get("changed", ())],
        "altered": [text(name) for name in outcome["altered"]],
        "collections": [text(name) for name in outcome["collections"]],
        "error": text(outcome.get("error", "")),
        "line": outcome.get("line") and int(outcome["line"]),
        "source": text(outcome.get("source", "")),
        "printed": printed,
        "printed_characters": characters,
    }
    if found["status"] == "time":
        by, spent = time_limits.as_spent(outcome)
        found |= {"by": by, **asdict(spent)}
    return found


def parsed(line: bytes) -> dict[str, Any] | None:
    """The JSON object of one line; None if it is none, or would grow too large."""
    if (
        not line.endswith(b"\n")
        or line.count(b",") + line.count(b"[") + line.count(b"{") > MOST_PARTS
    ):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def text(value: Any, keep: str = "", most: int = 500) -> str:
    """A text from outside as it may be shown: no control characters, not long."""
    return "".join(c if c.isprintable() or c in keep else " " for c in str(value)[:most])
