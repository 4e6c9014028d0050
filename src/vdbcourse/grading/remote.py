"""Calls to functions in another process, the sandbox: the transport `There`. What comes back is JSON, looked at before use."""

import contextlib
import json
import math
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from vdbcourse.errors import CourseError
from vdbcourse.grading import calls, plain
from vdbcourse.grading.answers import NotYet
from vdbcourse.grading.limits import ANSWER_BYTES, OPEN_SECONDS, SETTING_SECONDS
from vdbcourse.grading.manifest import Task
from vdbcourse.grading.plain import Handle
from vdbcourse.grading.sandbox import CACHE, Place, Process

START_SECONDS = 60
GRACE = 3  # seconds between the limit inside and the end of the process
LEAST_SHARE = 200  # of the time for all cells: a cell with less than this part left is not run
MOST_PARTS = 2_000_000  # of lists and dicts in one answer
FOREIGN = "wrote something of its own where only answers go"


class Ended(ConnectionError):  # noqa: N818 - what became of a process
    """The process is gone, by itself or because it had to be ended. kind: "time" or "error"; the text says what it did."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind


@dataclass(frozen=True)
class Cell:
    """One code cell that did not run to its end. number: counted from 1 over the code cells, as after "Restart and run all"."""

    number: int
    error: str

    @property
    def line(self) -> str:
        """One line for a report."""
        return f"code cell {self.number} {self.error}"


class There:
    """A notebook that runs in a process of its own. `run` first, then it is a transport for checks."""

    hidden = True

    def __init__(self, place: Place) -> None:
        """Start the process. Raises `CourseError` if that fails."""
        cache = [CACHE if place.confined else str(place.cache)] if place.cache else []
        self.place = place
        self.process = Process(place, "vdbcourse.grading.worker", *cache)
        self.number = 0
        self.cells: list[str] = []
        self.failed: list[Cell] = []
        self.budget, self.spent = math.inf, 0.0
        try:
            self.answer(START_SECONDS, b"")
        except Ended as error:
            complaint = self.process.complaint()
            self.close()
            raise CourseError(f"The process for the notebook does not start: {complaint}") from error

    def run(self, cells: Sequence[str], without: dict[int, str]) -> None:
        """Run the code cells top to bottom, but for those in `without`: {number: what became of it in an earlier try}.

        A cell may take half of the time that is left, so that later ones always have some.
        """
        left = self.place.limits.seconds
        self.cells = list(cells)
        self.failed = []
        for number, source in enumerate(cells, 1):
            if number in without:
                self.failed.append(Cell(number, without[number]))
                continue
            if left < self.place.limits.seconds / LEAST_SHARE:
                self.failed.append(Cell(number, "was not run: the cells before it took all the time there is"))
                continue
            began = time.monotonic()
            try:
                answer = self.ask("cell", left / 2, source=source, seconds=left / 2)
            except Ended as error:
                self.failed.append(Cell(number, str(error)))
                raise
            if answer.get("time"):
                self.failed.append(Cell(number, f"was stopped after {left / 2:.3g} s: is there a loop that never ends?"))
            elif answer.get("error"):
                self.failed.append(Cell(number, f"ended with {text(answer['error'])}"))
            left -= time.monotonic() - began

    def begin(self, task: Task) -> None:
        """All calls of one task together may take this long."""
        self.budget, self.spent = max(20, 4 * task.seconds), 0.0

    def defined(self, name: str) -> bool:
        """Is there something callable of that name?"""
        return self.ask("defined", GRACE, name=name).get("callable") is True

    def missing(self, name: str) -> NotYet:
        """Why there is none when the notebook runs fresh, top to bottom."""
        held = self.ask("defined", GRACE, name=name).get("type")
        if held is not None:
            why = f"`{name}` is a value of type {text(held)} after the last cell, no function: a later cell takes its name."
            return NotYet(why, kind="error")
        defines = re.compile(rf"^(?:async\s+)?def\s+{name}\b|^{name}\s*=", re.MULTILINE)
        makers = [number for number, source in enumerate(self.cells, 1) if defines.search(source)]
        if not makers:
            why = f"No cell of the notebook defines `{name}`. What your kernel knows of it is left from a cell that is gone."
            return NotYet(why, kind="not attempted")
        for cell in self.failed:
            if cell.number in makers:
                why = f"`{name}` is not defined when the notebook runs fresh, top to bottom: {cell.line}."
                return NotYet(why, kind="error")
        return NotYet(f"`{name}` is defined in code cell {makers[-1]} and removed again by a later cell.", kind="error")

    def call(self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Call it; returns the outcome. Raises `Ended`, and `NotYet` when the calls of a task take too long together."""
        coded = {"args": [plain.encode(arg) for arg in args], "kwargs": {k: plain.encode(v) for k, v in kwargs.items()}}
        within = seconds + OPEN_SECONDS * sum(isinstance(arg, Handle) for arg in [*args, *kwargs.values()])
        began = time.monotonic()
        outcome = self.ask("call", within, name=name, coded=coded, seconds=seconds).get("outcome")
        self.spent += time.monotonic() - began
        if self.spent > self.budget:
            raise NotYet(f"The calls of this task took more than {self.budget:g} s together.", kind="time", call=f"{name}(...)")
        return self.checked(outcome)

    def setting(self, handle: Handle, name: str) -> str | None:
        """A setting of the learner's PostgreSQL session; None while it is in an aborted transaction."""
        answer = self.ask("setting", SETTING_SECONDS, handle=[handle.kind, handle.address], name=name)
        if answer.get("error"):
            raise psycopg.OperationalError(text(answer["error"]))
        return None if answer.get("value") is None else text(answer["value"])

    def forget(self, handle: Handle) -> None:
        """Close what is open behind `handle`."""
        self.ask("forget", SETTING_SECONDS, handle=[handle.kind, handle.address])

    def close(self) -> None:
        """End the process."""
        self.process.close()

    def ask(self, do: str, within: float, **content: Any) -> dict[str, Any]:
        """One question, one answer, in time. Raises `Ended`."""
        self.number += 1
        question = json.dumps({"id": self.number, "do": do, **content}).encode() + b"\n"
        return self.answer(within + GRACE, question)

    def answer(self, seconds: float, question: bytes) -> dict[str, Any]:
        """Send bytes and read the line that answers them."""
        popen = self.process.popen
        with self.process.watcher.within(seconds):
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

    def checked(self, outcome: Any) -> dict[str, Any]:
        """The outcome of a call if it is one, its texts without control characters. Raises `Ended` if it is none."""
        try:
            plain.decode(outcome.get("value"))
            return {
                "status": {"returned": "returned", "raised": "raised", "time": "time"}[outcome["status"]],
                "value": outcome.get("value"),
                "changed": [text(name) for name in outcome.get("changed", ())],
                "error": text(outcome.get("error", "")),
                "line": outcome.get("line") and int(outcome["line"]),
                "source": text(outcome.get("source", "")),
                "seconds": float(outcome.get("seconds", 0)),
                "printed": text(outcome["printed"], keep="\n\t", most=calls.SHOWN_OUTPUT),
                "printed_characters": int(outcome["printed_characters"]),
            }
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError, OverflowError, MemoryError) as error:
            self.process.watcher.stop()
            raise Ended("error", FOREIGN) from error

    def gone(self) -> Ended:
        """Why the process is no more."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.popen.wait(1)
        code = self.process.popen.poll()
        self.process.watcher.stop()
        if self.process.watcher.reason:
            return Ended(*self.process.watcher.reason)
        if code is None:
            return Ended("error", FOREIGN)
        signal = -code if code < 0 else code - 128 if code > 128 else 0  # bubblewrap adds 128
        if signal == 9:
            return Ended("error", "was ended by the system, as happens with too much memory or too much computing time")
        if signal:
            return Ended("error", f"crashed its process (signal {signal})")
        return Ended("error", f"ended its own process (exit code {code})")


def parsed(line: bytes) -> dict[str, Any] | None:
    """The JSON object of one line; None if it is none, or would grow too large."""
    if not line.endswith(b"\n") or line.count(b",") + line.count(b"[") + line.count(b"{") > MOST_PARTS:
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def text(value: Any, keep: str = "", most: int = 500) -> str:
    """A text from outside as it may be shown: no control characters, not long."""
    return "".join(c if c.isprintable() or c in keep else " " for c in str(value)[:most])
