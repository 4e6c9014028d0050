"""Calls to functions in another process, the sandbox: `InSubprocess`. What comes back is JSON,
checked before use.
"""

import contextlib
import json
import math
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import psycopg

from vdbcourse.errors import CourseError
from vdbcourse.grading.calls import codec
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.outcome import CallStatus, CellOutcome, Outcome, printable
from vdbcourse.grading.calls.transport import Definition
from vdbcourse.grading.result import Status
from vdbcourse.grading.sandbox import time_limits
from vdbcourse.grading.sandbox.bubblewrap import Place, Process
from vdbcourse.grading.sandbox.limits import ANSWER_BYTES, OPEN_SECONDS, SETTING_SECONDS
from vdbcourse.grading.sandbox.time_limits import Allowance, Meter, Overrun, Spent

START_SECONDS = 20
GRACE = 3  # seconds between the limit inside and the end of the process
LEAST_SHARE = 200  # a cell with less than 1/200 of the time for all cells left is not run
MOST_PARTS = 2_000_000  # of lists and dicts in one answer
FOREIGN = "wrote to the channel that is reserved for answers"
_T = TypeVar("_T")


class Ended(ConnectionError):  # noqa: N818 - the end of a process
    """The process has ended, by itself or by force. status: TIME or ERROR; the text says what it
    did.
    """

    def __init__(self, words: str, status: Status = Status.ERROR) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class Cell:
    """One code cell that did not finish. number: counted from 1 over the code cells, as after
    "Restart and run all".

    forced: was it stopped, or did it end its process? Others end with an error.
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
    """The beginning of what one code cell printed, and its total number of characters."""

    number: int
    printed: str
    characters: int


class InSubprocess:
    """A notebook that runs in its own process. Call `run` first, then it is a transport for
    checks.
    """

    hidden = True

    def __init__(self, place: Place) -> None:
        """Start the process. Raises `CourseError` if that fails."""
        self.place = place
        self.process = Process(place, "vdbcourse.grading.calls.worker")
        self.number = 0
        self.cells: list[str] = []
        self.failed: list[Cell] = []
        self.outputs: list[Output] = []
        self.budget, self.spent = Allowance(math.inf, math.inf), Spent()
        try:
            self._answer(Allowance.of(START_SECONDS), b"")
        except Ended as error:
            complaint = self.process.complaint()
            self.close()
            raise CourseError(
                f"The process for the notebook does not start: {complaint}"
            ) from error

    def run(self, cells: Sequence[str], without: dict[int, str]) -> None:
        """Run the code cells top to bottom, except those in `without`: {number: its outcome in an
        earlier try}.

        A cell may take half of the remaining time, so that later ones always have some.
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
                        "was not run: the cells before it took all the time",
                        forced=True,
                    )
                )
                continue
            meter = self._meter()
            allowed = left.part(0.5)
            try:
                answer = self._ask("cell", allowed, source=source, allowed=asdict(allowed))
                outcome = self._read(CellOutcome.from_json, answer.get("outcome"))
            except Ended as error:
                self.failed.append(Cell(number, str(error), forced=True))
                raise
            if outcome.printed:
                self.outputs.append(Output(number, outcome.printed, outcome.printed_characters))
            if outcome.overrun:
                self.failed.append(Cell(number, outcome.overrun.in_words(), forced=True))
            elif outcome.error:
                self.failed.append(Cell(number, f"ended with {outcome.error}"))
            left = left.less(meter.spent.at_most(allowed))

    def begin(self, seconds: float) -> None:
        """Start a new check."""
        self.budget, self.spent = time_limits.for_all_calls(seconds), Spent()

    def definition(self, name: str) -> Definition:
        """What the name stands for after a fresh run of the notebook, top to bottom."""
        answer = self._ask("definition", Allowance.of(GRACE), name=name)
        if answer.get("callable") is True:
            return Definition(is_callable=True, fresh=True)
        type_name = answer.get("type")
        defines = re.compile(rf"^(?:async\s+)?def\s+{name}\b|^{name}\s*=", re.MULTILINE)
        makers = [number for number, source in enumerate(self.cells, 1) if defines.search(source)]
        failures = (cell.line for cell in self.failed if cell.number in makers)
        return Definition(
            is_callable=False,
            type_name=None if type_name is None else printable(type_name),
            fresh=True,
            cells=tuple(makers),
            failure=next(failures, ""),
        )

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> Outcome:
        """Call the function. Raises `Ended`."""
        coded = codec.encode_arguments(args, kwargs)
        allowed = Allowance.of(seconds)
        opening = Allowance.of(OPEN_SECONDS).part(
            sum(isinstance(arg, Handle) for arg in [*args, *kwargs.values()])
        )
        meter = self._meter()
        answer = self._ask(
            "call", allowed + opening, name=name, coded=coded, allowed=asdict(allowed)
        )
        self.spent += meter.spent
        if limit := self.budget.exceeded(self.spent):
            overrun = Overrun(limit, self.spent)
            return Outcome(CallStatus.TIME, overrun=overrun, budget=self.budget)
        return self._read(Outcome.from_json, answer.get("outcome"))

    def setting(self, handle: Handle, name: str) -> str | None:
        """A setting of the learner's PostgreSQL session; None while it is in an aborted
        transaction.
        """
        answer = self._ask(
            "setting",
            Allowance.of(SETTING_SECONDS),
            handle=[handle.kind, handle.address],
            name=name,
        )
        if answer.get("error"):
            raise psycopg.OperationalError(printable(answer["error"]))
        return None if answer.get("value") is None else printable(answer["value"])

    def forget(self, handle: Handle) -> None:
        """Close what is open behind `handle`."""
        self._ask("forget", Allowance.of(SETTING_SECONDS), handle=[handle.kind, handle.address])

    def close(self) -> None:
        """End the process."""
        self.process.close()

    def _meter(self) -> Meter:
        # counts the computing of the notebook's processes from now on
        return Meter(lambda: self.process.watcher.computed)

    def _ask(self, do: str, within: Allowance, **content: Any) -> dict[str, Any]:
        # One question, one answer, in time. Inside, `within` may be granted a second time (see
        # `invoke.time_limit`), and stopping takes a moment.
        self.number += 1
        question = json.dumps({"id": self.number, "do": do, **content}).encode() + b"\n"
        return self._answer(within.part(2) + Allowance.of(GRACE), question)

    def _answer(self, within: Allowance, question: bytes) -> dict[str, Any]:
        # sends bytes and reads the line that answers them
        with self.process.watcher.within(within):
            try:
                self.process.stdin.write(question)
                self.process.stdin.flush()
                line = self.process.stdout.readline(ANSWER_BYTES + 2)
            except OSError:
                line = b""
        if not line:
            raise self._gone()
        answer = parsed(line)
        if answer is None or answer.get("id") != self.number:
            self.process.watcher.stop()
            raise Ended(FOREIGN)
        return answer

    def _read(self, reader: Callable[[Any], _T], content: Any) -> _T:
        # what `reader` makes of content from inside
        try:
            return reader(content)
        except ValueError as error:
            self.process.watcher.stop()
            raise Ended(FOREIGN) from error

    def _gone(self) -> Ended:
        # why the process ended
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.popen.wait(Allowance.of(GRACE).clock)
        code = self.process.popen.poll()
        self.process.watcher.stop()
        if reason := self.process.watcher.reason:
            return Ended(reason.words, Status.TIME if reason.of_time else Status.ERROR)
        if code is None:
            return Ended(FOREIGN)
        signal = -code if code < 0 else code - 128 if code > 128 else 0  # bubblewrap adds 128
        if signal == 9:
            return Ended("was ended by the system, probably for too much memory or computing time")
        if signal:
            return Ended(f"crashed its process (signal {signal})")
        return Ended(f"ended its own process (exit code {code})")


def parsed(line: bytes) -> dict[str, Any] | None:
    """The JSON object of one line; None if it is not one, or too large."""
    if (
        not line.endswith(b"\n")
        or line.count(b",") + line.count(b"[") + line.count(b"{") > MOST_PARTS
    ):
        return None
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
