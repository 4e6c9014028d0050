"""`vdbcourse progress`: lessons and exercises done on this machine."""

import json

from vdbcourse import lessons, progress
from vdbcourse.grading import manifest
from vdbcourse.grading.progress_table import Progress


def show(as_json: bool) -> None:
    """Print what is done. Nothing is sent anywhere; the file is `progress.progress_file()`."""
    done = Progress(list(manifest.exercises().values()))
    if as_json:
        print(json.dumps({"lessons": progress.finished(), "tasks": done.rows}, indent=1))
        return
    print("Lessons")
    print(lessons.CourseMap())
    print("\nExercises")
    print(done)
    print(f"\nKept in {progress.progress_file()}, on this machine only.")
