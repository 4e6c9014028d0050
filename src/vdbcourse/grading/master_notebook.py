"""Read a master notebook (`solutions/*.ipynb`): which cell solves which task, its stub, its
solution and the reasoning.

In a code cell, what a learner writes is between `### BEGIN SOLUTION` and `### END SOLUTION`; the
stub has `return ...` in its place. Cells with the tag `solution` (the reasoning) are in the master
only.
"""

import re
import textwrap
from dataclasses import dataclass

import nbformat

from vdbcourse.errors import CourseError
from vdbcourse.grading.manifest import Exercise, Task

BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)### BEGIN SOLUTION\n(?P<code>.*?)^[ \t]*### END SOLUTION[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
TAG = "solution"
STUB = "return ...  # your answer"


@dataclass(frozen=True)
class Solution:
    """How a task is solved. code: whole cells; reasoning: Markdown."""

    code: str
    reasoning: str


def read(exercise: Exercise) -> nbformat.NotebookNode:
    """The master notebook. Raises `CourseError` if it is missing or not a notebook."""
    try:
        notebook: nbformat.NotebookNode = nbformat.read(exercise.master, as_version=4)
    except FileNotFoundError as error:
        raise CourseError(
            f"{exercise.master.name} is missing in solutions/; it is the source of exercise"
            f" {exercise.id}."
        ) from error
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, AttributeError) as error:
        raise CourseError(
            f"solutions/{exercise.master.name} is not a notebook. Restore it: git checkout"
            " solutions"
        ) from error
    return notebook


def is_solved(cell: nbformat.NotebookNode) -> bool:
    """Does this cell hold a solution?"""
    return cell.cell_type == "code" and "### BEGIN SOLUTION" in cell.source


def functions(cell: nbformat.NotebookNode) -> list[str]:
    """Names of the functions a cell defines at its top level."""
    return re.findall(r"^def (\w+)", cell.source, re.MULTILINE)


def without_markers(source: str) -> str:
    """The cell as a reader of the solution sees it."""
    return re.sub(
        r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n?", "", source, flags=re.MULTILINE
    ).rstrip()


def stubbed(source: str) -> str:
    """The cell as a learner gets it."""
    return BLOCK.sub(lambda m: f"{m['indent']}{STUB}\n", source).rstrip()


def solution(exercise: Exercise, task: Task) -> Solution:
    """The cells that solve `task`, and the reasoning: the tagged text after them. Raises
    `CourseError` if there is none.
    """
    code, reasoning, inside = [], [], False
    for cell in read(exercise).cells:
        if is_solved(cell):
            inside = bool(set(functions(cell)) & set(task.functions))
            if inside:
                code.append(without_markers(cell.source))
        elif inside and TAG in cell.metadata.get("tags", []):
            reasoning.append(cell.source)
    if not code:
        raise CourseError(f"solutions/{exercise.master.name} does not solve {task.id}.")
    return Solution("\n\n".join(code), textwrap.dedent("\n\n".join(reasoning)))
