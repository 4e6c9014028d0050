"""Grades as rows for a spreadsheet, and everything as JSON."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from vdbcourse import __version__
from vdbcourse.grading.classroom.batch import Batch
from vdbcourse.grading.classroom.entry import Entry, one_line
from vdbcourse.grading.result import Status

COLUMNS = (
    "learner",
    "exercise",
    "task",
    "status",
    "points",
    "of",
    "seconds",
    "ended",
    "cells",
    "note",
)


def as_csv(entries: Iterable[Entry]) -> str:
    """One row for each task of each submission that counts; without points where it could not be
    graded.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        if not entry.superseded_by:
            writer.writerows([harmless(cell) for cell in row] for row in _rows(entry))
    return text.getvalue()


def _rows(entry: Entry) -> Iterator[tuple[object, ...]]:
    """The rows of one submission. ended: what ended the task, if not a return or its own error."""
    cells = "; ".join(entry.cells)
    if entry.problem:
        ended = "; ".join(dict.fromkeys(what for _, what in entry.ended))
        yield (
            entry.learner,
            entry.exercise,
            "",
            Status.NOT_GRADED,
            "",
            entry.of or "",
            entry.seconds,
            ended,
            cells,
            entry.note,
        )
        return
    for result, seconds in zip(entry.results, entry.task_seconds, strict=True):
        points = result.points, result.of
        yield (
            entry.learner,
            entry.exercise,
            result.task,
            result.status,
            *points,
            seconds,
            result.ended,
            cells,
            result.in_class,
        )


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; learners choose folder names and error
    texts.
    """
    if not isinstance(cell, str):
        return cell
    cell = one_line(cell)
    return (
        f"'{cell}" if unicodedata.normalize("NFKC", cell[:1]) in tuple("=+-@") else cell
    )  # full-width characters, too


def as_dict(batch: Batch) -> dict[str, Any]:
    """Everything that is known about the batch."""
    return {
        "course": __version__,
        "when": batch.when,
        "seed": batch.seed,
        "submissions": [entry.as_dict() for entry in batch.entries],
    }
