"""The report on a class, in a folder: grades.csv, grades.json, index.html and a page for each
learner in learners/.
"""

import json
from pathlib import Path

from vdbcourse import files
from vdbcourse.grading.classroom.batch import Batch
from vdbcourse.grading.classroom.report import pages, table

__all__ = ["write"]


def write(batch: Batch, out: Path) -> None:
    """Write the report, each file atomically. Raises `CourseError` if the folder cannot be written.

    In pages a question mark replaces what is not text (file names may be any bytes).
    """
    files.write_atomically(out / "grades.csv", table.as_csv(batch.entries).encode("utf-8"))
    files.write_atomically(out / "grades.json", json.dumps(table.as_dict(batch), indent=1).encode())
    names = pages.file_names(batch.entries)
    for learner, name in names.items():
        entries = [entry for entry in batch.entries if entry.learner == learner]
        files.write_atomically(
            out / "learners" / name,
            pages.learner(learner, entries, batch).encode("utf-8", "replace"),
        )
    files.write_atomically(
        out / "index.html", pages.overview(batch, names).encode("utf-8", "replace")
    )
