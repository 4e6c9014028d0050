"""`vdbcourse author exercises`: the notebooks to fill in, made from the masters in solutions/."""

from pathlib import Path

from vdbcourse import settings
from vdbcourse.authoring import exercise_notebook


def run(check: bool) -> int:
    """Write `exercises/*.ipynb`; with `check` only name those that are not what the masters make: 1
    if there are any.
    """
    if check:
        drifted = exercise_notebook.drifted()
        for path in drifted:
            print(f"{name_of(path)} is not what its master makes. Run: ./course author exercises")
        return 1 if drifted else 0
    for path in exercise_notebook.write():
        print(f"written: {name_of(path)}")
    return 0


def name_of(path: Path) -> str:
    """The file's name below the course folder."""
    return path.relative_to(settings.root()).as_posix()
