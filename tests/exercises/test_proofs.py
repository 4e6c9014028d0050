"""The checks of the exercises are proved."""

import pytest

from vdbcourse.authoring.proof import selftest
from vdbcourse.grading import manifest

TASKS = [task for exercise in manifest.exercises().values() for task in exercise.tasks]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.exercise}-{task.id}")
def test_the_check_of_a_task_is_proved(task):
    proof = selftest.prove(task)
    assert not proof.problems, "\n" + "\n".join(proof.problems)
    assert proof.points == task.points
    assert proof.killed + proof.equivalent == proof.mutants > 0
