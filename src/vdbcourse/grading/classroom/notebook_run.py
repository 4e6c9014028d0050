"""One notebook, run fresh and checked task by task. A process that dies costs only the task it died
in.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from vdbcourse.errors import CourseError
from vdbcourse.grading.calls.in_subprocess import Cell, Ended, InSubprocess, Output
from vdbcourse.grading.checks import runner
from vdbcourse.grading.checks.data import Data
from vdbcourse.grading.manifest import Exercise, Task
from vdbcourse.grading.result import Result, Results, Status
from vdbcourse.grading.sandbox.bubblewrap import Place

DEATHS = 3  # of the process; after that the rest is not graded
MOST_OUTPUTS = 40  # of cells that are kept


@dataclass
class Graded:
    """The outcome of one notebook. cells: one line for each code cell that did not finish; forced:
    those of them that were stopped or ended their process; outputs: what the cells printed;
    problem: why there is no grade, or an empty text.
    """

    results: Results = field(default_factory=Results)
    seconds: list[float] = field(default_factory=list)  # for each task
    cells: list[str] = field(default_factory=list)
    forced: list[str] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    problem: str = ""


def grade(
    exercise: Exercise,
    cells: Sequence[str],
    place: Place,
    data: Callable[[], Data],
    step: Callable[[], None] = lambda: None,
) -> Graded:
    """Run the code cells in `place` and check every task on `data()`; `step` is called after each
    task.

    Raises `CourseError` if the process cannot be started.
    """
    run = Run(cells, place)
    graded = Graded()
    try:
        run.running()
        for task in exercise.tasks:
            began = time.monotonic()
            graded.results.append(run.check(task, data))
            graded.seconds.append(round(time.monotonic() - began, 2))
            step()
    finally:
        run.close()
    graded.cells = [cell.line for cell in run.failed]
    graded.forced = [cell.line for cell in run.failed if cell.forced]
    graded.outputs = run.outputs[:MOST_OUTPUTS]
    graded.problem = run.problem
    return graded


class Run:
    """A notebook's run, over one process or, where that ends, several."""

    def __init__(self, cells: Sequence[str], place: Place) -> None:
        self.cells = cells
        self.place = place
        self.transport: InSubprocess | None = None
        # cells that ended the process; the next try leaves them out
        self.fatal: dict[int, str] = {}
        self.deaths = 0
        self.failed: list[Cell] = []
        self.outputs: list[Output] = []
        self.noted = False  # is a run of all cells recorded?
        self.problem = ""

    def check(self, task: Task, data: Callable[[], Data]) -> Result:
        """The result of one task."""
        transport = self.running()
        if transport is None:
            return _without_points(task, Status.NOT_GRADED, self.problem)
        task_data = data()
        try:
            return runner.run(task, transport, task_data)
        except Ended as error:
            self._died(transport, error)
            return _without_points(task, error.status, f"Your code {error}.", str(error))
        except CourseError as error:
            self.problem = self.problem or str(error)
            return _without_points(task, Status.NOT_GRADED, str(error))
        finally:
            task_data.close()

    def running(self) -> InSubprocess | None:
        """The process with the notebook in it; None once it has ended too often."""
        while self.transport is None and self.deaths < DEATHS:
            self.transport = transport = InSubprocess(self.place)
            try:
                transport.run(self.cells, self.fatal)
            except Ended as error:
                self.fatal[transport.failed[-1].number] = str(error)
                self._died(transport, error)
            else:
                self._note(transport)
        return self.transport

    def _died(self, transport: InSubprocess, error: Ended) -> None:
        # the process is gone; after the last one, say why there is no grade
        if not self.noted:
            self.failed = transport.failed
        self.close()
        self.deaths += 1
        if self.deaths == DEATHS:
            self.problem = f"its process ended {DEATHS} times; the last time it {error}"

    def _note(self, transport: InSubprocess) -> None:
        # Only the first run of all cells: after it, functions have seen hidden data, which a later
        # run may print.
        if not self.noted:
            self.failed, self.outputs, self.noted = transport.failed, transport.outputs, True

    def close(self) -> None:
        """End the process."""
        if self.transport is not None:
            self.transport.close()
            self.transport = None


def _without_points(task: Task, status: Status, why: str, ended: str = "") -> Result:
    # of a task whose check did not finish
    return Result(
        task.exercise, task.id, task.title, status, points=0, of=task.points, why=why, ended=ended
    )
