"""The exercises. In a notebook:

    from vdbcourse.exercises import exercise
    ex = exercise("07_evaluation")
    ex.check("recall_at_k")     ex.hint("recall_at_k")     ex.solution("recall_at_k")     ex.progress()

Each exercise has a folder here with its `exercise.yaml` (tasks, points, hints) and its checks, a
folder in `proofs/` with the answers that prove them, and a master notebook in `solutions/`.
"""

import sys

from vdbcourse.grading.progress_table import ExerciseMap
from vdbcourse.grading.session import Open

__all__ = ["ExerciseMap", "exercise"]


def exercise(name: str) -> Open:
    """The exercise `name`, open in the notebook that calls this. Raises `CourseError` if there is
    none.
    """
    return Open(name, sys._getframe(1).f_globals)
