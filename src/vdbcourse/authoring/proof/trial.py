"""One task with its master and its proofs, and its own space on the engines to try answers in."""

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import FunctionType
from typing import Any

from vdbcourse import engines, settings
from vdbcourse.authoring.proof.answers import Proofs, proofs
from vdbcourse.authoring.proof.namespace import Solved
from vdbcourse.engines import spaces
from vdbcourse.errors import CourseError
from vdbcourse.grading.calls.in_process import InProcess
from vdbcourse.grading.calls.outcome import Outcome
from vdbcourse.grading.checks import runner
from vdbcourse.grading.checks.data import PUBLIC_SEED, Data
from vdbcourse.grading.checks.failure_messages import NotYet
from vdbcourse.grading.checks.films import pool
from vdbcourse.grading.checks.fixtures_milvus import Milvus
from vdbcourse.grading.manifest import Exercise, Task
from vdbcourse.grading.result import Result, Status

HIDDEN_SEEDS = (2, 3)


class Trial:
    """Tries answers to one task.

    While it is open, the learner has another name (`VDBCOURSE_LEARNER`), so that no notebook and no
    parallel proof of another task shares its schema or collections.
    """

    def __init__(self, exercise: Exercise, task: Task) -> None:
        self.exercise = exercise
        self.task = task
        self.solved = Solved(exercise)
        self.proofs: Proofs = proofs(exercise, task)
        self.seconds = task.seconds
        self.titles: list[str] = []  # of hidden films, once some were drawn

    def __enter__(self) -> "Trial":
        self.learner = os.environ.get("VDBCOURSE_LEARNER")
        number = f"{self.exercise.id.partition('_')[0]}_{self.exercise.tasks.index(self.task)}"
        os.environ["VDBCOURSE_LEARNER"] = f"{settings.learner()}_st{number}"
        self.dsn = engines.postgres("selftest") if "postgres" in self.exercise.engines else None
        self.uri = engines.milvus() if "milvus" in self.exercise.engines else None
        return self

    def __exit__(self, *_: object) -> None:
        if self.dsn:
            spaces.drop_schema(self.dsn, spaces.space_name("selftest"))
        if self.uri:
            milvus = Milvus(self.uri)
            milvus.drop(
                *(
                    name
                    for name in milvus.own.list_collections()
                    if name.startswith(f"{settings.learner()}_")
                )
            )
            milvus.close()
        os.environ.pop("VDBCOURSE_LEARNER")
        if self.learner is not None:
            os.environ["VDBCOURSE_LEARNER"] = self.learner

    def run(
        self,
        namespace: dict[str, Any],
        seed: int = PUBLIC_SEED,
        hidden: bool = False,
        seconds: float | None = None,
    ) -> Result:
        """Check the functions of `namespace`; "not graded" if the check itself failed."""
        transport = _Timed(namespace, hidden)
        data = Data(seed, hidden, self.dsn, self.uri)
        try:
            return runner.run(
                replace(self.task, seconds=seconds or self.task.seconds), transport, data
            )
        except CourseError as error:
            return runner.result_of(self.task, NotYet(str(error), kind=Status.NOT_GRADED), {})
        finally:
            self.slowest = transport.slowest
            if hidden and data.drawn is not None:
                self.titles = pool(hidden).titles
            transport.close()
            data.close()

    def answer(self, function: FunctionType | None, seed: int = PUBLIC_SEED) -> Result:
        """Check the solution, or an answer with `function`; seeds other than the public one use
        hidden data.
        """
        namespace = self.solved.answered(function) if function else self.solved.namespace()
        return self.run(namespace, seed, hidden=seed != PUBLIC_SEED)

    def answers(
        self, functions: Iterable[FunctionType | None]
    ) -> dict[FunctionType | None, list[Result]]:
        """Check them all on example data and on hidden data, seed by seed, so that tables are made
        once per seed.
        """
        results: dict[FunctionType | None, list[Result]] = {function: [] for function in functions}
        for seed in (PUBLIC_SEED, *HIDDEN_SEEDS):
            for function, by_seed in results.items():
                by_seed.append(self.answer(function, seed))
        return results


class _Timed(InProcess):
    """Records how long the slowest call took."""

    slowest = 0.0

    def call(
        self, name: str, args: Sequence[Any], kwargs: dict[str, Any], seconds: float
    ) -> Outcome:
        """Call the function."""
        start = time.perf_counter()
        outcome = super().call(name, args, kwargs, seconds)
        self.slowest = max(self.slowest, time.perf_counter() - start)
        return outcome
