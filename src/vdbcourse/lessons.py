"""The map of the course, read from the notebooks themselves: a new notebook in `chapters/` is on
the map.
"""

import functools
import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from vdbcourse import progress, settings
from vdbcourse.errors import CourseError

MINUTES = re.compile(r"^\*(\d+) minutes\.", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """One notebook: where it is, its title, and how many minutes it takes to read,
    predict and run.
    """

    key: str  # 1_concepts/01_first_search
    chapter: str  # 1 Concepts
    title: str
    minutes: int


def lessons() -> list[Lesson]:
    """All lessons in reading order."""
    paths = chapters_folder().glob("[0-9]*/[0-9]*.ipynb")
    return [read(str(path), path.stat().st_mtime) for path in sorted(paths)]


def lesson(key: str) -> Lesson:
    """The lesson `key`. Raises `CourseError` if there is none."""
    by_key = {lesson.key: lesson for lesson in lessons()}
    if key not in by_key:
        raise CourseError(f"There is no lesson {key!r}. Lessons: {', '.join(by_key)}.")
    return by_key[key]


def finish(key: str) -> str:
    """Record that the lesson `key` is done; returns a line to show. Raises `CourseError` if there
    is no such lesson.
    """
    done = lesson(key)
    return f"Done: {done.title}. {progress.mark(done.key)} of {len(lessons())} lessons."


@functools.cache
def read(path: str, modified: float) -> Lesson:  # noqa: ARG001 (a changed file is read again)
    """Title and minutes are in the first cell: `# Title` and `*15 minutes. You need: ...*`."""
    file = Path(path)
    first = _first_cell(file)
    minutes = MINUTES.search(first)
    if not first.startswith("# ") or not minutes:
        raise CourseError(
            f"{file} must begin with '# Title' and a line '*15 minutes. You need: ...*'."
        )
    number, _, name = file.parent.name.partition("_")
    return Lesson(
        key=f"{file.parent.name}/{file.stem}",
        chapter=f"{number} {name.replace('_', ' ').capitalize()}",
        title=first.splitlines()[0].removeprefix("# "),
        minutes=int(minutes[1]),
    )


def _first_cell(notebook: Path) -> str:
    """The text of a notebook's first cell; empty for a file that is not a notebook.

    Read as JSON: every kernel does this for each lesson, and nbformat takes a second to import.
    """
    try:
        source = json.loads(notebook.read_bytes())["cells"][0]["source"]
    except (ValueError, LookupError, TypeError):
        return ""
    return "".join(source)


def chapters_folder() -> Path:
    """Where the notebooks are."""
    return settings.root() / "chapters"


class CourseMap:
    """The lessons with minutes and progress, as a table in a notebook and as text."""

    def __init__(self) -> None:
        self.lessons = lessons()
        self.done = progress.finished()

    def __repr__(self) -> str:
        return "\n".join(
            f"[{'x' if lesson.key in self.done else ' '}] {lesson.chapter}: {lesson.title}"
            f" ({lesson.minutes} min)"
            for lesson in self.lessons
        )

    def _repr_html_(self) -> str:
        rows = "".join(self._row(lesson) for lesson in self.lessons)
        head = "".join(
            f"<th scope='col' style='text-align:left'>{name}</th>"
            for name in ("Chapter", "Lesson", "Minutes", "Done?")
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _row(self, lesson: Lesson) -> str:
        link = f"<a href='{quote(lesson.key)}.ipynb'>{html.escape(lesson.title)}</a>"
        done = "done" if lesson.key in self.done else "to do"
        return (
            f"<tr><td style='text-align:left'>{html.escape(lesson.chapter)}</td>"
            f"<td style='text-align:left'>{link}</td><td>{lesson.minutes}</td>"
            f"<td style='text-align:left'>{done}</td></tr>"
        )
