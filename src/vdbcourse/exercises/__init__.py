"""The exercises. In a notebook:

    from vdbcourse.exercises import exercise
    ex = exercise("07_evaluation")
    ex.check("recall_at_k")
    ex.hint("recall_at_k")
    ex.solution("recall_at_k")
    ex.progress()

Each exercise has a folder here with its `exercise.yaml` (tasks, points, hints) and its checks, a
folder in `proofs/` with the answers that prove them, and a master notebook in `solutions/`.
"""

import sys
from typing import Any

from IPython.core.getipython import get_ipython

from vdbcourse.grading.progress_table import ExerciseMap
from vdbcourse.grading.session import ExerciseSession

__all__ = ["ExerciseMap", "exercise"]


def exercise(name: str, namespace: dict[str, Any] | None = None) -> ExerciseSession:
    """The exercise `name`, open in the notebook that runs; outside of one, in the program's main
    module.

    namespace: the learner's functions by name, where they are somewhere else. Raises `CourseError`
    if there is no such exercise.
    """
    shell = get_ipython() if namespace is None else None
    if namespace is None:
        namespace = shell.user_ns if shell else vars(sys.modules["__main__"])
    session = ExerciseSession(name, namespace)
    if shell:
        session.unanswered.show_instead_of_tracebacks(shell)
    return session
