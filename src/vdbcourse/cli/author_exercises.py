"""`vdbcourse author exercises`: the notebooks to fill in, generated from solutions/."""

from pathlib import Path

from vdbcourse import settings
from vdbcourse.authoring import exercise_notebook


def run(check: bool) -> int:
    """Write `exercises/*.ipynb`; with `check`, only name those that differ from their masters; 1 if
    any do.
    """
    if check:
        drifted = exercise_notebook.drifted()
        for path in drifted:
            print(f"{name_of(path)} differs from its master. Run: ./course author exercises")
        return 1 if drifted else 0
    for path in exercise_notebook.write():
        print(f"written: {name_of(path)}")
    return 0


def name_of(path: Path) -> str:
    """The file's name below the course folder."""
    return path.relative_to(settings.root()).as_posix()
