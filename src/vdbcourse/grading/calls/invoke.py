"""Call a learner's function and survive whatever it does: raise, loop, print without end, change
its arguments, exit.

The same code runs in the notebook's kernel and in the sandbox.
"""

import contextlib
import inspect
import io
import json
import linecache
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from vdbcourse.grading.calls import codec
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.handles import OpenHandles
from vdbcourse.grading.calls.outcome import SHOWN_OUTPUT, CallStatus, Outcome
from vdbcourse.grading.sandbox.limits import OPEN_SECONDS
from vdbcourse.grading.sandbox.time_limits import Allowance, Meter, Overrun, OwnComputing

AGAIN = 0.5  # seconds between checks of the time


class TimeLimit(BaseException):
    """The learner's function ran too long. (Not an `Exception`: a loop that catches those must not
    swallow it.)
    """

    def __init__(self, overrun: Overrun) -> None:
        super().__init__(overrun.limit)
        self.overrun = overrun


def call(
    namespace: dict[str, Any],
    opened: OpenHandles,
    name: str,
    coded: dict[str, Any],
    allowance: Allowance,
) -> Outcome:
    """Call `namespace[name]` with the arguments that `codec.encode_arguments` made into `coded`."""
    printed = Printed()
    _open_first(opened, coded)
    try:
        with (
            time_limit(allowance),
            _silence(),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            args = [codec.decode(arg) for arg in coded["args"]]
            kwargs = {key: codec.decode(arg) for key, arg in coded["kwargs"].items()}
            value = namespace[name](
                *(opened.resolve(arg) for arg in args),
                **{key: opened.resolve(arg) for key, arg in kwargs.items()},
            )
            returned = codec.through_json(codec.encode(value))
            changed = tuple(_changed(namespace[name], coded, args, kwargs))
            outcome = Outcome(CallStatus.RETURNED, returned, changed)
    except TimeLimit as error:
        outcome = Outcome(CallStatus.TIME, overrun=error.overrun)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 # boundary: the learner's code; even sys.exit() is reported to the learner
        outcome = _raised(error, namespace)
    return replace(
        outcome,
        altered=tuple(opened.altered()),
        collections=tuple(codec.through_json(opened.collections())),
        printed=printed.head,
        printed_characters=printed.characters,
    )


def _open_first(opened: OpenHandles, coded: dict[str, Any]) -> None:
    # not counted as the function's time; a failure is reported when the function is called
    for argument in [*coded["args"], *coded["kwargs"].values()]:
        if isinstance(argument, dict) and "handle" in argument:
            with contextlib.suppress(Exception, TimeLimit), time_limit(Allowance.of(OPEN_SECONDS)):
                opened.resolve(Handle(*argument["handle"]))


def _changed(
    function: Callable[..., Any], coded: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
) -> list[str]:
    # names of the arguments whose content has changed
    names = _parameter_names(function)
    positions = [
        i
        for i, (before, after) in enumerate(zip(coded["args"], args, strict=True))
        if not _same(before, after)
    ]
    return [names[i] if i < len(names) else f"argument {i + 1}" for i in positions] + [
        key for key, before in coded["kwargs"].items() if not _same(before, kwargs[key])
    ]


def _same(before: Any, after: Any) -> bool:
    # NaN is not equal to itself, but its text is
    return json.dumps(before) == json.dumps(codec.encode(after))


def _parameter_names(function: Callable[..., Any]) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # something without a signature
        return []


def _raised(error: BaseException, namespace: dict[str, Any]) -> Outcome:
    # the error in the learner's terms: its type and text, and the line of the learner's code
    line, source = None, ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            line = trace.tb_lineno
            source = linecache.getline(trace.tb_frame.f_code.co_filename, line).strip()
        trace = trace.tb_next
    text = text_of(error)
    name = type(error).__name__
    return Outcome(
        CallStatus.RAISED,
        error=f"{name}: {text}" if text else name,
        line=line,
        source=source[:200],
    )


def text_of(error: BaseException) -> str:
    """The first line of the error's text; empty if the text cannot be made."""
    try:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    except Exception:  # noqa: BLE001 # boundary: a learner's own error class, whose __str__ may do anything
        return ""
    return lines[0][:300] if lines else ""


class Printed(io.TextIOBase):
    """Captures output: keeps the beginning and counts all characters."""

    def __init__(self) -> None:
        self.head = ""
        self.characters = 0

    def write(self, text: str) -> int:
        """Keep what still fits."""
        self.head += text[: max(0, SHOWN_OUTPUT - len(self.head))]
        self.characters += len(text)
        return len(text)

    def writable(self) -> bool:
        """Always true."""
        return True


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    # no logs: pymilvus logs each error that it raises, with its traceback, past `redirect_stderr`
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


@contextlib.contextmanager
def time_limit(allowance: Allowance) -> Iterator[None]:
    """Raise `TimeLimit` in the main thread once the allowance is used up, and again every half
    second until the code stops.

    A period in which modules were loaded for the first time does not count, once: that is not the
    answer's work. Windows has no such timer; there the kernel's own interrupt, or the time limit of
    the whole process, ends a loop.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    began, modules = time.monotonic(), len(sys.modules)
    computing = [OwnComputing()]
    meters = [Meter(computing[0])]

    def look(*_: object) -> None:
        look_began = time.thread_time()
        spent = meters[-1].spent
        limit = allowance.exceeded(spent)
        if limit and len(meters) == 1 and len(sys.modules) > modules:
            computing.append(OwnComputing())
            meters.append(Meter(computing[-1]))
        elif limit:
            raise TimeLimit(Overrun(limit, spent))
        computing[-1].discount += time.thread_time() - look_began

    before = signal.signal(signal.SIGALRM, look)
    first = max(allowance.computing, 0.01)
    left, interval = signal.setitimer(
        signal.ITIMER_REAL, first, AGAIN
    )  # of another timer, such as a test's own limit
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(
                signal.ITIMER_REAL,
                max(left - (time.monotonic() - began), 0.001),
                interval,
            )
