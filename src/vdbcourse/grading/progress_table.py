"""What there is to do and what is done, in a notebook and as text: all exercises as a map, and the
tasks of some as a table.
"""

import html
from typing import Any
from urllib.parse import quote

from vdbcourse import progress, progress_bar
from vdbcourse.grading import manifest


class ExerciseMap:
    """All exercises: level, minutes, tasks passed and points. Links are relative to
    `chapters/start.ipynb`.
    """

    HEAD = ("Exercise", "Level", "Minutes", "Tasks passed", "Points")

    def __init__(self) -> None:
        self.exercises = list(manifest.exercises().values())

    def rows(self) -> list[tuple[str, ...]]:
        """Title, level, minutes, tasks passed and points of each exercise."""
        rows: list[tuple[str, ...]] = []
        for exercise in self.exercises:
            done = Progress([exercise])
            rows.append(
                (
                    exercise.title,
                    exercise.level,
                    str(exercise.minutes),
                    f"{done.passed} of {len(done.rows)}",
                    f"{done.points} of {exercise.points}",
                )
            )
        return rows

    def __repr__(self) -> str:
        return "\n".join(
            f"{exercise.id}: {title} ({level}, {minutes} min), {passed} tasks passed,"
            f" {points} points"
            for exercise, (title, level, minutes, passed, points) in zip(
                self.exercises, self.rows(), strict=True
            )
        )

    def _repr_html_(self) -> str:
        links = [
            f"<a href='../exercises/{quote(exercise.id)}.ipynb'>{html.escape(exercise.title)}</a>"
            for exercise in self.exercises
        ]
        bars = [_bar(Progress([exercise])) for exercise in self.exercises]
        rows = [
            [link, *map(html.escape, row[1:3]), f"{bar} {html.escape(row[3])}", html.escape(row[4])]
            for link, row, bar in zip(links, self.rows(), bars, strict=True)
        ]
        return _table(self.HEAD, rows)


class Progress:
    """Exercises and their tasks: what is done, how many attempts and hints it took; as a table and
    as text.
    """

    HEAD = ("Task", "What it asks", "State", "Points", "Attempts", "Hints")

    def __init__(self, exercises: list[manifest.Exercise]) -> None:
        self.exercises = exercises
        self.rows = [self._row(exercise, task) for exercise in exercises for task in exercise.tasks]

    @staticmethod
    def _row(exercise: manifest.Exercise, task: manifest.Task) -> dict[str, Any]:
        """The progress on one task."""
        record = progress.tasks(exercise.id).get(task.id, {})
        state = "passed" if "passed" in record else "tried" if record.get("attempts") else "to do"
        if "passed" in record and "solution" in record and record["solution"] < record["passed"]:
            state = "passed after the solution"
        return {
            "exercise": exercise.id,
            "task": task.id,
            "title": task.title,
            "state": state,
            "points": record.get("points", 0),
            "of": task.points,
            "attempts": record.get("attempts", 0),
            "hints": record.get("hints", 0),
        }

    @property
    def passed(self) -> int:
        """How many tasks are passed."""
        return sum(row["state"].startswith("passed") for row in self.rows)

    @property
    def points(self) -> int:
        """Points reached."""
        return sum(row["points"] for row in self.rows)

    @property
    def summary(self) -> str:
        """One line."""
        of = sum(row["of"] for row in self.rows)
        return f"{self.passed} of {len(self.rows)} tasks passed, {self.points} of {of} points"

    def cells(self) -> list[list[str]]:
        """The table's rows as text."""
        return [
            [
                row["task"],
                row["title"],
                row["state"],
                f"{row['points']} of {row['of']}",
                str(row["attempts"]),
                str(row["hints"]),
            ]
            for row in self.rows
        ]

    def __repr__(self) -> str:
        lines = []
        for exercise in self.exercises:
            lines.append(f"{exercise.id}: {exercise.title}")
            lines += [
                f"  {row['state']:6} {row['task']}: {row['points']} of {row['of']} points,"
                f" {row['attempts']} attempts, {row['hints']} hints"
                for row in self.rows
                if row["exercise"] == exercise.id
            ]
        return "\n".join([*lines, self.summary])

    def _repr_html_(self) -> str:
        table = _table(self.HEAD, [list(map(html.escape, cells)) for cells in self.cells()])
        return f"<p>{_bar(self)} {self.summary}</p>{table}"


def _bar(done: Progress) -> str:
    return progress_bar.still(done.passed, len(done.rows))


def _table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    """A left-aligned HTML table; the cells are HTML."""
    names = "".join(f"<th scope='col' style='text-align:left'>{name}</th>" for name in head)
    lines = ("".join(f"<td style='text-align:left'>{cell}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"
