"""The functions of a master notebook without running it: its definitions with solutions, with
stubs, or with other answers.
"""

import ast
import linecache
from types import FunctionType, ModuleType
from typing import Any

from vdbcourse.errors import CourseError
from vdbcourse.grading import master_notebook
from vdbcourse.grading.manifest import Exercise, Task


class Solved:
    """The code cells of one master, read once. A cell's key is its number in the
    notebook, from 1.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        cells = enumerate(master_notebook.read(exercise).cells, start=1)
        self.cells = {number: cell for number, cell in cells if cell.cell_type == "code"}
        self.sources = {
            number: master_notebook.without_markers(cell.source)
            for number, cell in self.cells.items()
        }
        self.ready = {
            number: self.compiled(number, source) for number, source in self.sources.items()
        }

    def namespace(self, changed: dict[int, str] | None = None) -> dict[str, Any]:
        """A fresh namespace with the solution; `changed` gives other sources for some cells."""
        ready = self.ready | {
            number: self.compiled(number, source) for number, source in (changed or {}).items()
        }
        namespace: dict[str, Any] = {"__name__": "solution"}
        for number in sorted(ready):
            try:
                exec(ready[number], namespace)
            except (
                Exception
            ) as error:  # boundary: whatever a master's code raises is reported with its place
                raise CourseError(
                    f"solutions/{self.exercise.master.name}, cell {number}: its definitions do not"
                    f" stand alone: {type(error).__name__}: {error}. Functions may use imports,"
                    " functions and CONSTANTS of the notebook."
                ) from error
        return namespace

    def stubs(self) -> dict[str, Any]:
        """The namespace of somebody who has not answered yet."""
        return self.namespace(
            {
                n: master_notebook.stubbed(cell.source)
                for n, cell in self.cells.items()
                if master_notebook.is_solved(cell)
            }
        )

    def answered(self, function: FunctionType) -> dict[str, Any]:
        """The namespace of somebody who wrote `function`, and the solution for the other tasks.

        The function keeps the helpers of its own module; the solution's functions, and others in
        the notebook, call it by its name.
        """
        solution = self.namespace()
        names = [name for task in self.exercise.tasks for name in task.functions]
        own = solution | function.__globals__ | {name: solution[name] for name in names}
        rebuilt = FunctionType(
            function.__code__, own, function.__name__, function.__defaults__, function.__closure__
        )
        rebuilt.__kwdefaults__ = function.__kwdefaults__
        own[function.__name__] = solution[function.__name__] = rebuilt
        return own

    def solving(self, task: Task) -> dict[int, str]:
        """The cells that solve `task`, with their markers removed."""
        return {
            number: self.sources[number]
            for number, cell in self.cells.items()
            if master_notebook.is_solved(cell)
            and set(master_notebook.functions(cell)) & set(task.functions)
        }

    def modules(self) -> frozenset[str]:
        """The names of modules in the notebook."""
        return frozenset(
            name for name, value in self.namespace().items() if isinstance(value, ModuleType)
        )

    def compiled(self, number: int, source: str) -> Any:
        """The definitions of a cell, ready to run; an error in them is shown with its line."""
        name = f"<{self.exercise.master.name}, cell {number}>"
        try:
            tree = ast.parse(source, name)
        except SyntaxError as error:
            raise CourseError(
                f"solutions/{self.exercise.master.name}, cell {number}: {error.msg} (line"
                f" {error.lineno})."
            ) from error
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        tree.body = [statement for statement in tree.body if defines(statement)]
        return compile(tree, name, "exec")


def defines(statement: ast.stmt) -> bool:
    """Is it an import (but not of the exercise), a function, a class, or a constant in capital
    letters?
    """
    if isinstance(statement, ast.ImportFrom):
        return statement.module != "vdbcourse.exercises"
    if isinstance(statement, ast.Assign):
        return all(
            isinstance(target, ast.Name) and target.id.isupper() for target in statement.targets
        )
    return isinstance(statement, (ast.Import, ast.FunctionDef, ast.ClassDef))
