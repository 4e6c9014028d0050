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

    def line(self) -> str | None:
        """What to do first, or None if every checked task has been worked on since."""
        for task, functions in self._stubs.items():
            if all(self.namespace.get(name) is stub for name, stub in functions):
                names = ", ".join(name for name, _ in functions)
                return (
                    f"Task {task} comes first: {names} still returns `...`. Answer it above, then"
                    " run this cell again."
                )
        return None

    def _explains(self, error: BaseException, shell: InteractiveShell) -> bool:
        """Does a stub explain this error: did `...` arrive where a value belongs, does the cell
        call a stub, or is it a claim of the exercise that does not hold yet?
        """
        if isinstance(error, CourseError):  # it says what to do
            return False
        cell = shell.user_ns["In"][-1]
        names = [name for functions in self._stubs.values() for name, _ in functions]
        return (
            "ellipsis" in str(error).lower()
            or isinstance(error, AssertionError)
            or any(re.search(rf"\b{name}\(", cell) for name in names)
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
            if (line := self.line()) is not None and self._explains(error, shell):
                error._render_traceback_ = lambda: [line]  # type: ignore[attr-defined]
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

        shell.set_custom_exc((Exception,), show)  # type: ignore[no-untyped-call]
