"""Generate the notebooks to fill in, `exercises/*.ipynb`, from the masters, `solutions/*.ipynb`.

A solution becomes a stub; reasoning, outputs and metadata are left out. A master that cannot become
an exercise is refused with one line that names file and cell.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import nbformat
from nbformat import NotebookNode

from vdbcourse import files, settings
from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest, master_notebook
from vdbcourse.grading.manifest import Exercise

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# They say what a cell is for, and give nothing away.
KEPT_TAGS = ("raises-exception", "shows-an-error")
MARKER = re.compile(r"^([ \t]*)(#+\s*(BEGIN|END)\s+SOLUTION\b.*)$", re.MULTILINE | re.IGNORECASE)


def write() -> list[Path]:
    """Write the exercises that differ from their masters; returns their files.

    Raises `CourseError` for a master that cannot become an exercise, and for an exercise that
    somebody has worked in.
    """
    texts = {exercise.notebook: text(exercise) for exercise in manifest.exercises().values()}
    changed = [path for path, content in texts.items() if _content_of(path) != content]
    for path in changed:
        if _worked_in(path, texts[path]):
            raise CourseError(
                f"{path.relative_to(settings.root()).as_posix()} was run or filled in, so it is not"
                " overwritten. Move it away, then run: ./course author exercises"
            )
    for path in changed:
        files.write_atomically(path, texts[path].encode())
    return changed


def drifted() -> list[Path]:
    """The files in `exercises/` that do not match the masters: changed, missing, or without a
    master.
    """
    texts = {exercise.notebook: text(exercise) for exercise in manifest.exercises().values()}
    left_over = set((settings.root() / "exercises").glob("*.ipynb")) - set(texts)
    return sorted(
        [path for path, content in texts.items() if _content_of(path) != content] + list(left_over)
    )


def text(exercise: Exercise) -> str:
    """The notebook to fill in, as its file's text; the same master gives the same text."""
    content: str = nbformat.writes(notebook(exercise))
    return f"{content}\n"


def notebook(exercise: Exercise) -> NotebookNode:
    """The notebook to fill in. Raises `CourseError` if the master cannot become an exercise."""
    _require_ids(exercise)
    master = master_notebook.read(exercise)
    _Master(exercise, master).require_form()
    exercise_notebook: NotebookNode = nbformat.v4.new_notebook(metadata=METADATA)
    exercise_notebook.nbformat_minor = 5
    exercise_notebook.cells = [
        _stripped(cell)
        for cell in master.cells
        if master_notebook.TAG not in cell.metadata.get("tags", [])
    ]
    nbformat.validate(exercise_notebook)
    return exercise_notebook


def _stripped(cell: NotebookNode) -> NotebookNode:
    """A cell as a learner gets it."""
    tags = [tag for tag in cell.metadata.get("tags", []) if tag in KEPT_TAGS]
    fields = {"id": cell.id, "metadata": {"tags": tags} if tags else {}}
    copy: NotebookNode = (
        nbformat.v4.new_markdown_cell(cell.source, **fields)
        if cell.cell_type == "markdown"
        else nbformat.v4.new_code_cell(master_notebook.stubbed(cell.source), **fields)
    )
    return copy


def _require_ids(exercise: Exercise) -> None:
    """Every cell has a unique id, which the exercise keeps. (nbformat would invent one at each
    reading.)
    """
    content = files.read_json(exercise.master)
    cells = content.get("cells", []) if isinstance(content, dict) else []
    numbers: dict[str, int] = {}
    for number, cell in enumerate(cells, start=1):
        if not cell.get("id"):
            raise _refused(exercise, number, "no cell id. Store it with: ./course author store")
        if cell["id"] in numbers:
            raise _refused(
                exercise, number, f"the id {cell['id']} is also that of cell {numbers[cell['id']]}."
            )
        numbers[cell["id"]] = number


def _refused(exercise: Exercise, number: int | None, why: str) -> CourseError:
    """The one line on a master that cannot become an exercise."""
    return CourseError(
        f"solutions/{exercise.master.name}{f', cell {number}' if number else ''}: {why}"
    )


class _Master:
    """A master, checked before it becomes an exercise. Cells are numbered from 1."""

    def __init__(self, exercise: Exercise, notebook: NotebookNode) -> None:
        self.exercise = exercise
        self.cells = list(enumerate(notebook.cells, start=1))
        self.code = [(number, cell) for number, cell in self.cells if cell.cell_type == "code"]
        self.solved = [
            (number, cell) for number, cell in self.code if master_notebook.is_solved(cell)
        ]

    def require_form(self) -> None:
        """Raise `CourseError` for the first thing that is missing or wrong."""
        self.require_kinds()
        self.require_pairs()
        self.require_stubs()
        self.require_tasks()
        self.require_calls()
        self.require_parts()

    def refuse(self, number: int | None, why: str) -> NoReturn:
        raise _refused(self.exercise, number, why)

    def require_kinds(self) -> None:
        """Markdown and code, nothing else."""
        for number, cell in self.cells:
            if cell.cell_type not in ("code", "markdown"):
                self.refuse(number, f"a {cell.cell_type} cell; an exercise has Markdown and code.")

    def require_pairs(self) -> None:
        """Each `### BEGIN SOLUTION` has its `### END SOLUTION`, spelled like this, at the same
        indentation, in a code cell.
        """
        for number, cell in self.cells:
            begun: str | None = None
            for indent, marker, word in MARKER.findall(cell.source):
                begins = word.upper() == "BEGIN"
                if cell.cell_type != "code":
                    self.refuse(number, f"{marker!r} in a text cell.")
                if marker not in ("### BEGIN SOLUTION", "### END SOLUTION"):
                    self.refuse(number, f"{marker!r} must be '### {word.upper()} SOLUTION'.")
                if begins == (begun is not None) or (not begins and indent != begun):
                    self.refuse(
                        number,
                        f"{marker!r} does not pair: each BEGIN has one END, at the same"
                        " indentation.",
                    )
                begun = indent if begins else None
            if begun is not None:
                self.refuse(number, "'### BEGIN SOLUTION' without '### END SOLUTION'.")

    def require_stubs(self) -> None:
        """A solved cell and its stub are Python; what it solves are functions of the manifest, with
        docstrings.
        """
        for number, cell in self.solved:
            for what, source in (
                ("solution", master_notebook.without_markers(cell.source)),
                ("stub", master_notebook.stubbed(cell.source)),
            ):
                try:
                    compile(source, "<cell>", "exec")
                except SyntaxError as error:
                    self.refuse(
                        number, f"the {what} is not Python: {error.msg} (line {error.lineno})."
                    )
            for function, solved in _definitions(cell.source):
                task_for = self.exercise.task_of(function.name)
                if solved and not task_for:
                    self.refuse(
                        number,
                        f"it solves {function.name}, which no task of the manifest asks for.",
                    )
                if task_for and not solved:
                    self.refuse(number, f"{function.name} lacks '### BEGIN SOLUTION'.")
                if task_for and not ast.get_docstring(function):
                    self.refuse(
                        number,
                        f"{function.name} has no docstring that says what it takes and what it"
                        " returns.",
                    )
            if not set(master_notebook.functions(cell)) & {
                name for task in self.exercise.tasks for name in task.functions
            }:
                self.refuse(number, "it defines no function of the manifest.")

    def require_tasks(self) -> None:
        """Each function is solved once; after it come its check and the reasoning."""
        solved = [
            (number, name)
            for number, cell in self.solved
            for name in master_notebook.functions(cell)
        ]
        for task in self.exercise.tasks:
            last = 0
            for name in task.functions:
                numbers = [number for number, solved_name in solved if solved_name == name]
                if not numbers:
                    self.refuse(None, f"no cell solves {name} of the task {task.id}.")
                if len(numbers) > 1:
                    self.refuse(numbers[1], f"{name} is solved a second time.")
                last = max(last, numbers[0])
            if not any(
                number > last and f'ex.check("{task.id}")' in cell.source
                for number, cell in self.code
            ):
                self.refuse(last, f'no cell with ex.check("{task.id}") comes after it.')
            following = min(
                (number for number, _ in self.solved if number > last), default=len(self.cells) + 1
            )
            tagged = [
                number
                for number, cell in self.cells
                if master_notebook.TAG in cell.metadata.get("tags", [])
            ]
            if not any(last < number < following for number in tagged):
                self.refuse(
                    last,
                    f"no reasoning comes after it: a cell with the tag {master_notebook.TAG!r}.",
                )

    def require_calls(self) -> None:
        """The notebook opens its own exercise and names tasks that exist."""
        opened = [
            (n, name)
            for n, cell in self.code
            for name in re.findall(r"\bexercise\(\s*[\"']([^\"']*)", cell.source)
        ]
        if not opened:
            self.refuse(None, f'no cell opens the exercise: ex = exercise("{self.exercise.id}")')
        for number, name in opened:
            if name != self.exercise.id:
                self.refuse(
                    number, f'exercise("{name}") is not this one, exercise("{self.exercise.id}").'
                )
        for number, cell in self.cells:
            for name in re.findall(r"\bex\.(?:check|hint|solution)\([\"']([^\"']+)", cell.source):
                if name not in ("name", *(task.id for task in self.exercise.tasks)):
                    self.refuse(number, f"the manifest has no task {name!r}.")

    def require_parts(self) -> None:
        """The parts that every exercise has, in their order."""
        prose = "\n".join(
            f"\n{cell.source}" for _, cell in self.cells if cell.cell_type == "markdown"
        )
        at = 0
        for part in self.parts():
            anchor = "^" if part.startswith("#") else ""
            match = re.compile(anchor + re.escape(part), re.MULTILINE).search(prose, at)
            if match is None:
                self.refuse(None, f"{part!r} is missing or out of place.")
            at = match.end()
        if self.code[-1][1].source.splitlines()[-1:] != ["ex.progress()"]:
            self.refuse(self.code[-1][0], "the last code cell ends with ex.progress().")

    def parts(self) -> Iterator[str]:
        """The headings and phrases that every exercise has."""
        yield f"# {self.exercise.title}\n\n*{self.exercise.minutes} minutes. You need: "
        yield from (
            "After this exercise you can",
            "This exercise does not teach",
            "## Worked example\n",
        )
        for number, task in enumerate(self.exercise.tasks, start=1):
            yield f"## Task {number}: {task.title} ({task.points} point{'s' * (task.points > 1)})\n"
        yield from ("## Check yourself\n", "## Go further\n")


def _definitions(source: str) -> list[tuple[ast.FunctionDef, bool]]:
    """The functions a cell defines, and whether each contains a solution."""
    marked = [
        number
        for number, line in enumerate(source.splitlines(), start=1)
        if line.strip() == "### BEGIN SOLUTION"
    ]
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return [
        (node, any(node.lineno < number <= (node.end_lineno or 0) for number in marked))
        for node in functions
    ]


def _content_of(path: Path) -> str | None:
    """The file's text; None if there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else None


def _worked_in(path: Path, text: str) -> bool:
    """Does the file hold somebody's work, which `text` would replace: outputs, or an answer instead
    of a stub?
    """
    try:
        cells = nbformat.read(path, as_version=4).cells
    except FileNotFoundError:
        return False
    except Exception:  # noqa: BLE001 # boundary: whatever is in the file, it is somebody's work
        return True
    stubs = {
        cell.id
        for cell in nbformat.reads(text, as_version=4).cells
        if master_notebook.STUB in cell.source
    }
    return any(
        cell.get("execution_count")
        or cell.get("outputs")
        or (cell.get("id") in stubs and master_notebook.STUB not in cell.source)
        for cell in cells
    )
