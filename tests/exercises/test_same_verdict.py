"""`ex.check` in the notebook and `./course check` come to the same verdict on every answer that
proves a check.

Both run the same check; but one calls functions of this process on example data, the other those of
a fresh process on hidden data, over pipes. The suite tries some answers of each task, a few seconds
each; with `VDBCOURSE_TEST_ALL_ANSWERS=1` all of them.
"""

import ast
import contextlib
import inspect
import os
import sys
from pathlib import Path

import pytest

from vdbcourse.authoring.proof.answers import SHARED, proofs
from vdbcourse.authoring.proof.namespace import Solved, defines
from vdbcourse.authoring.proof.trial import Trial
from vdbcourse.grading import manifest
from vdbcourse.grading.calls.in_subprocess import Ended, InSubprocess
from vdbcourse.grading.checks import runner
from vdbcourse.grading.classroom.environment import for_check
from vdbcourse.grading.sandbox.limits import Limits

ALL = bool(os.environ.get("VDBCOURSE_TEST_ALL_ANSWERS"))
SEED = 2
LEARNER = "VDBCOURSE_LEARNER"
PROOFS = {"equivalent", "right", "wrong"}


def answers():
    """(task, kind, answer): of each task a right answer and two misconceptions, or all."""
    for exercise in manifest.exercises().values():
        for task in exercise.tasks:
            of_task = proofs(exercise, task)
            right, wrong = of_task.right, of_task.wrong
            middle = len(wrong) // 2
            for answer in right if ALL else right[:1]:
                yield task, True, answer
            for answer in wrong if ALL else (wrong[0], wrong[middle]):
                yield task, False, answer


class Here:
    """This process, as a notebook is one. What a check has made on the engines for one answer stays
    for the next answers to that task.
    """

    def __init__(self):
        self.trial = None

    def verdict(self, task, function):
        """The result of `task` for somebody who wrote `function`."""
        if self.trial is None or self.trial.task != task:
            self.close()
            self.trial = Trial(manifest.exercise(task.exercise), task)
            with learner_put_back():
                self.trial.__enter__()
                self.learner = os.environ[LEARNER]
        with learner_put_back():
            os.environ[LEARNER] = self.learner
            return self.trial.answer(function)

    def close(self):
        """Remove what the checks have made."""
        if self.trial:
            with learner_put_back():
                os.environ[LEARNER] = self.learner
                self.trial.__exit__()
        self.trial = None


@contextlib.contextmanager
def learner_put_back():
    """Afterwards the learner is who it was: a trial works under a name of its own."""
    before = os.environ[LEARNER]
    try:
        yield
    finally:
        os.environ[LEARNER] = before


class Fresh:
    """A fresh process with an exercise's solution in it, in which one function after the other is
    replaced by an answer.
    """

    def __init__(self, exercise, ground):
        self.exercise = exercise
        self.ground = ground
        self.solution = [definitions(source) for source in Solved(exercise).sources.values()]
        self.there = None

    def verdict(self, task, function):
        """The result of `task` for somebody who wrote `function`, with the helpers of its own
        module.
        """
        if self.there is None:
            self.there = InSubprocess(self.ground.place)
        data = self.ground.data()
        helpers, source = parts(function)
        name = function.__name__
        answer = (
            "_own = dict(globals())\n_tasks = {name: _own[name] for name in"
            f" {names(self.exercise)}}}\n"
        )
        answer += (
            f"exec({helpers!r}, _own)\n_own.update(_tasks)\nexec({source!r}, _own)\n{name} ="
            f" _own[{name!r}]"
        )
        try:
            self.there.run([*self.solution, answer], {})
            assert not self.there.failed, [cell.line for cell in self.there.failed]
            return runner.run(task, self.there, data)
        except Ended:
            self.close()
            raise
        finally:
            data.close()

    def close(self):
        """End the process."""
        if self.there:
            self.there.close()
        self.there = None


def names(exercise):
    """What learners write in this exercise."""
    return [name for task in exercise.tasks for name in task.functions]


def definitions(source):
    """The part of a cell that defines something."""
    tree = ast.parse(source)
    tree.body = [statement for statement in tree.body if defines(statement)]
    return ast.unparse(tree)


def parts(function):
    """The helpers of the function's module, with those that it shares, and the function itself,
    without what marks it as an answer.
    """
    module = sys.modules[function.__module__]
    tree = ast.parse(inspect.getsource(module))
    marked = [node for node in tree.body if getattr(node, "decorator_list", None)]
    (own,) = [node for node in marked if at(node) == function.__code__.co_firstlineno]
    own.decorator_list = []
    shared = Path(module.__file__).with_name(f"{SHARED}.py")
    helpers = ast.parse(shared.read_text(encoding="utf-8") if shared.exists() else "")
    helpers.body += [node for node in tree.body if node is not own and not of_the_proofs(node)]
    return ast.unparse(helpers), ast.unparse(own)


def at(node):
    """The line of the first decorator."""
    return node.decorator_list[0].lineno


def of_the_proofs(node):
    """Is it another answer, a list of mutants, or the import of what marks or shares them?"""
    if isinstance(node, ast.ImportFrom):
        return node.module in ("vdbcourse.authoring.proof.answers", SHARED)
    parts = (
        getattr(node, "decorator_list", [])
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        else [node]
    )
    return any(
        isinstance(part, ast.Name) and part.id in PROOFS
        for root in parts
        for part in ast.walk(root)
    )


@pytest.fixture(scope="module")
def fresh():
    """The fresh process of an exercise, started once."""
    opened = {}

    def of(exercise):
        if exercise.id not in opened:
            ground = for_check(exercise, Limits(seconds=300), SEED)
            opened[exercise.id] = Fresh(exercise, ground.__enter__()), ground
        return opened[exercise.id][0]

    yield of
    for one, ground in opened.values():
        one.close()
        ground.__exit__(None, None, None)


@pytest.fixture(scope="module")
def here():
    """The process of the notebook."""
    opened = Here()
    yield opened
    opened.close()


TRIED = list(answers())


@pytest.mark.parametrize(
    ("task", "right", "answer"),
    TRIED,
    ids=[f"{task.exercise}-{task.id}-{answer.name}" for task, _, answer in TRIED],
)
def test_an_answer_gets_the_same_verdict_in_the_notebook_and_in_a_fresh_run(
    task, right, answer, here, fresh
):
    in_notebook = here.verdict(task, answer.function)
    in_fresh_run = fresh(manifest.exercise(task.exercise)).verdict(task, answer.function)
    assert (in_notebook.passed, in_fresh_run.passed) == (right, right), (
        f"{in_notebook}\n{in_fresh_run}"
    )
    assert in_notebook.status == in_fresh_run.status, f"{in_notebook}\n{in_fresh_run}"
