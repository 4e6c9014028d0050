"""An exercise as seen by its notebook: `ex.check`, `ex.hint`, `ex.solution`, `ex.progress`."""

from typing import Any

from vdbcourse import engines, progress
from vdbcourse.grading import manifest, master_notebook
from vdbcourse.grading.calls.in_process import InProcess
from vdbcourse.grading.checks import runner
from vdbcourse.grading.checks.data import Data
from vdbcourse.grading.manifest import Task
from vdbcourse.grading.progress_table import Progress
from vdbcourse.grading.result import Result, Results, Status, prose
from vdbcourse.grading.unanswered import Unanswered


class ExerciseSession:
    """One exercise, with the functions of the notebook it is open in."""

    def __init__(self, name: str, namespace: dict[str, Any]) -> None:
        self.exercise = manifest.exercise(name)
        self.namespace = namespace
        self.unanswered = Unanswered(namespace)

    def __repr__(self) -> str:
        tasks = ", ".join(f"{task.id} ({task.points})" for task in self.exercise.tasks)
        return (
            f"{self.exercise.title}: {len(self.exercise.tasks)} tasks, {self.exercise.points}"
            f" points: {tasks}"
        )

    def check(self, task: str | None = None) -> Result | Results:
        """Check one task (or all) on example data, and report: passed, not attempted, or what is
        wrong and why it matters.
        """
        if task is None:
            return Results(self._check(task) for task in self.exercise.tasks)
        return self._check(self.exercise.task(task))

    def _check(self, task: Task) -> Result:
        transport, data = InProcess(self.namespace), self.data()
        try:
            result = runner.run(task, transport, data)
        finally:
            transport.close()
            data.close()
        answered = result.status is not Status.NOT_ATTEMPTED
        self.unanswered.note(task, answered)
        if answered:
            progress.attempted(self.exercise.id, task.id, result.points if result.passed else None)
        return result

    def data(self) -> Data:
        """The example data, with the checks' own schema, and a Milvus."""
        space = f"check_{self.exercise.id}"
        return Data(
            postgres_dsn=engines.postgres(space) if "postgres" in self.exercise.engines else None,
            milvus_uri=engines.milvus() if "milvus" in self.exercise.engines else None,
        )

    def hint(self, task: str) -> "Hint":
        """The next hint: a question first, nearly the answer last."""
        hints = self.exercise.task(task).hints
        number = progress.hinted(self.exercise.id, task, len(hints))
        left = len(hints) - number
        after = (
            f'{left} more: ex.hint("{task}")'
            if left
            else f'That was the last hint. After an attempt: ex.solution("{task}")'
        )
        return Hint(f"Hint {number} of {len(hints)}", hints[number - 1], after)

    def solution(self, task: str) -> "Line | SolutionText":
        """The solution and the reasoning behind it, after an attempt at the task."""
        entry = self.exercise.task(task)
        if not progress.tasks(self.exercise.id).get(task, {}).get("attempts"):
            return Line(
                f'The solution opens after an attempt. Write an answer, run ex.check("{task}"), or'
                f' ask ex.hint("{task}").'
            )
        solution = master_notebook.solution(self.exercise, entry)
        progress.opened_solution(self.exercise.id, task)
        return SolutionText(solution.code, solution.reasoning)

    def progress(self) -> Progress:
        """The progress on this exercise."""
        return Progress([self.exercise])


class Line(str):
    """A line of text, shown without quotes."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{prose(self)}</p>"


class Hint:
    """A hint, its number, and what comes after it."""

    def __init__(self, number: str, text: str, after: str) -> None:
        self.number = number
        self.text = text
        self.after = after

    def __repr__(self) -> str:
        return f"{self.number}: {self.text}\n{self.after}"

    def _repr_html_(self) -> str:
        return (
            "<div role='note' style='border-left:5px solid #0969da;padding:.3em .8em'><strong>"
            f"{self.number}</strong><p>{prose(self.text)}</p><small>{prose(self.after)}</small>"
            "</div>"
        )


class SolutionText:
    """A solution: code, highlighted in a notebook, and the reasoning."""

    def __init__(self, code: str, reasoning: str) -> None:
        self.code = code
        self.reasoning = reasoning

    def __repr__(self) -> str:
        return f"{self.code}\n\n{self.reasoning}"

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.code}\n```\n\n{self.reasoning}"
