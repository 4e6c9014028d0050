"""One line in place of a traceback where a cell of an exercise needs a task that is not answered
yet, so that running the whole notebook ends with what to do next.
"""

import re
from types import TracebackType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from vdbcourse.errors import CourseError
from vdbcourse.grading.manifest import Task


class Unanswered:
    """The tasks that were checked in this notebook and are still stubs."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self._stubs: dict[str, list[tuple[str, object]]] = {}

    def note(self, task: Task, answered: bool) -> None:
        """Note the state of a task after its check."""
        if answered:
            self._stubs.pop(task.id, None)
        else:
            self._stubs[task.id] = [(name, self.namespace.get(name)) for name in task.functions]

    def line(self, error: BaseException, cell: str) -> str | None:
        """What to do first if a stub explains why `cell` failed, else None.

        It does if the cell calls one, if `...` arrived where a value belongs, or if the exercise
        itself says that a task comes first.
        """
        stubs = {
            task: [name for name, _ in functions]
            for task, functions in self._stubs.items()
            if all(self.namespace.get(name) is stub for name, stub in functions)
        }
        called = [task for task, names in stubs.items() if _calls(cell, names)]
        explained = "ellipsis" in str(error).lower() or str(error).startswith("Do task")
        task = next(iter(called or (stubs if explained else ())), None)
        if task is None or isinstance(error, CourseError):  # a CourseError says what to do
            return None
        return (
            f"Task {task} comes first: {', '.join(stubs[task])} still returns `...`. Answer it"
            " above, then run this cell again."
        )

    def show_instead_of_tracebacks(self, shell: InteractiveShell) -> None:
        """From now on a cell that fails shows this line if there is one, else its error as ever."""

        def show(
            shell: InteractiveShell,
            kind: type[BaseException],
            error: BaseException,
            trace: TracebackType,
            tb_offset: int | None = None,
        ) -> None:
            if (line := self.line(error, shell.user_ns["In"][-1])) is not None:
                error._render_traceback_ = lambda: [line]  # type: ignore[attr-defined]
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

        shell.set_custom_exc((Exception,), show)  # type: ignore[no-untyped-call]


def _calls(cell: str, names: list[str]) -> bool:
    return any(re.search(rf"(?<!def )\b{name}\(", cell) for name in names)
