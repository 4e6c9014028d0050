"""The process in which a learner's notebook runs fresh: `python -m vdbcourse.grading.calls.worker`.

It knows no checks and no expected values. It reads one JSON object per line, carries it out, and
answers with one line:

    {"id": 1, "do": "cell", "source": "...", "allowed": {...}}  -> {"id": 1, "outcome": {...}}
    {"id": 2, "do": "definition", "name": "f"}   -> {"id": 2, "callable": true, "type": "function"}
    {"id": 3, "do": "call", "name": "f", "coded": ..., "allowed": {...}} -> {"id": 3, "outcome"}
    {"id": 4, "do": "setting", "handle": [kind, address], "name": "..."} -> {"id": 4, "value": "40"}
                                                             or {"id": 4, "error": "Error: ..."}
    {"id": 5, "do": "forget", "handle": [kind, address]}        -> {"id": 5}

(See `outcome` for the two outcomes.)
"""

import contextlib
import json
import os
import sys
import types
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from vdbcourse.grading.calls import invoke
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.handles import OpenHandles
from vdbcourse.grading.calls.outcome import CallStatus, CellOutcome, Outcome
from vdbcourse.grading.sandbox.limits import ANSWER_BYTES, SETTING_SECONDS
from vdbcourse.grading.sandbox.time_limits import Allowance

MILVUS_SOCKET = "VDBCOURSE_MILVUS_SOCKET"  # `unix:/path`, which becomes MILVUS_URI


def main() -> None:
    """Answer requests until the input ends."""
    channel = _Channel()
    if MILVUS_SOCKET in os.environ:
        import pymilvus  # noqa: F401, PLC0415

        os.environ["MILVUS_URI"] = os.environ.pop(MILVUS_SOCKET)
    notebook = Notebook()
    channel.write({"id": 0})
    while (request := channel.read()) is not None:
        channel.write(
            {"id": request["id"]}
            | getattr(notebook, f"do_{request.pop('do')}")(
                **{k: request[k] for k in request if k != "id"}
            )
        )


class _Channel:
    """The channel to the grader: the original stdin and stdout. The notebook's own stdin is empty,
    and its outputs are discarded.
    """

    def __init__(self) -> None:
        self.incoming, self.outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        self.owner = os.getpid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.close)

    def close(self) -> None:
        """Close the channel, in a fork that the notebook's code makes."""
        for end in (self.incoming, self.outgoing):
            with contextlib.suppress(OSError):
                os.close(end.fileno())

    def read(self) -> dict[str, Any] | None:
        """The next request, None at the end."""
        line = self.incoming.readline()
        return json.loads(line) if line else None

    def write(self, answer: dict[str, Any]) -> None:
        """Answer; in place of too large an answer, say its size."""
        if os.getpid() != self.owner:
            os._exit(0)
        line = json.dumps(answer).encode()
        if len(line) > ANSWER_BYTES:
            size = f"value of {len(line) // 2**20} MB, which is too large to look at"
            outcome = Outcome(CallStatus.RETURNED, value={"opaque": size})
            line = json.dumps({"id": answer["id"], "outcome": outcome.as_json()}).encode()
        self.outgoing.write(line + b"\n")
        self.outgoing.flush()


class Notebook:
    """A fresh interactive shell, and the requests to the functions defined in it."""

    def __init__(self) -> None:
        _replace_exercises()
        sys.path.insert(0, "")
        config = Config()
        config.HistoryManager.enabled = False
        self.shell = InteractiveShell.instance(config=config)
        for name in ("showtraceback", "showsyntaxerror"):  # the result holds the error
            setattr(self.shell, name, lambda *_, **__: None)
        setattr(self.shell, "ask_exit", sys.exit)  # noqa: B010 # exit() and quit() end their cell
        self.namespace = self.shell.user_ns
        self.opened = OpenHandles()

    def do_cell(self, source: str, allowed: dict[str, float]) -> dict[str, Any]:
        """Run one code cell as a kernel does: magics and top-level `await` work."""
        printed, overrun = invoke.Printed(), None
        try:
            with (
                invoke.time_limit(Allowance(**allowed)),
                contextlib.redirect_stdout(printed),
                contextlib.redirect_stderr(printed),
            ):
                # IPython's own annotations stop here
                result = self.shell.run_cell(source)  # type: ignore[no-untyped-call]
            error = result.error_before_exec or result.error_in_exec
        except invoke.TimeLimit as limit:
            error = limit
        if isinstance(error, invoke.TimeLimit):
            overrun = error.overrun
        words = _in_words(error) if error else ""
        outcome = CellOutcome(words, overrun, printed.head, printed.characters)
        return {"outcome": outcome.as_json()}

    def do_definition(self, name: str) -> dict[str, Any]:
        """What the name stands for after the last cell."""
        value = self.namespace.get(name)
        return {
            "callable": callable(value),
            "type": type(value).__name__ if name in self.namespace else None,
        }

    def do_call(
        self, name: str, coded: dict[str, Any], allowed: dict[str, float]
    ) -> dict[str, Any]:
        """Call a function."""
        outcome = invoke.call(self.namespace, self.opened, name, coded, Allowance(**allowed))
        return {"outcome": outcome.as_json()}

    def do_setting(self, handle: list[str], name: str) -> dict[str, Any]:
        """A setting of the functions' PostgreSQL session."""
        try:
            with invoke.time_limit(Allowance.of(SETTING_SECONDS)):
                return {"value": self.opened.setting(Handle(*handle), name)}
        except (Exception, invoke.TimeLimit) as error:  # noqa: BLE001 # boundary: their connection
            return {"error": _in_words(error)}

    def do_forget(self, handle: list[str]) -> dict[str, Any]:
        """Close what is open behind a handle."""
        with (
            contextlib.suppress(Exception, invoke.TimeLimit),
            invoke.time_limit(Allowance.of(SETTING_SECONDS)),
        ):
            self.opened.forget(Handle(*handle))
        return {}


def _in_words(error: BaseException) -> str:
    # type and first line of an error, and the line of a syntax error
    line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
    text = error.msg if isinstance(error, SyntaxError) else invoke.text_of(error)
    return f"{type(error).__name__}: {text}{line}" if text else type(error).__name__


def _replace_exercises() -> None:
    # by a silent `vdbcourse.exercises`: nothing is checked, hinted or recorded here
    import vdbcourse  # noqa: PLC0415

    silent = types.ModuleType(
        "vdbcourse.exercises", "Stands in for the exercises where a notebook is graded."
    )
    for name in ("exercise", "ExerciseMap"):
        setattr(silent, name, lambda *_, **__: _Silent())
    sys.modules[silent.__name__] = silent
    setattr(vdbcourse, "exercises", silent)  # noqa: B010 # as an import of the package would do


class _Silent:
    """Accepts every call and shows nothing."""

    def __getattr__(self, name: str) -> "_Silent":
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: object, **__: object) -> "_Silent":
        return self

    def __repr__(self) -> str:
        return ""


if __name__ == "__main__":
    main()
