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

from vdbcourse import progress, progress_bar, settings
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
    """The lessons by chapter, with minutes, progress, and where to go on; in a notebook and as
    text. Links are relative to `chapters/start.ipynb`.
    """

    def __init__(self) -> None:
        self.lessons = lessons()
        self.finished = progress.finished()

    @property
    def next(self) -> Lesson | None:
        """The first lesson that is not done."""
        return next((lesson for lesson in self.lessons if not self._is_done(lesson)), None)

    def _is_done(self, lesson: Lesson) -> bool:
        return lesson.key in self.finished

    def _state(self, lesson: Lesson) -> str:
        return "done" if self._is_done(lesson) else "next" if lesson == self.next else "to do"

    def _count(self, lessons: list[Lesson]) -> str:
        """What is done of `lessons`, in lessons and minutes."""
        done = [lesson for lesson in lessons if self._is_done(lesson)]
        return f"{len(done)} of {len(lessons)} lessons, {_time(done)} of {_time(lessons)}"

    def _chapters(self) -> dict[str, list[Lesson]]:
        names = dict.fromkeys(lesson.chapter for lesson in self.lessons)
        return {name: [one for one in self.lessons if one.chapter == name] for name in names}

    def __repr__(self) -> str:
        lines = []
        for chapter, lessons in self._chapters().items():
            lines.append(f"{chapter}: {self._count(lessons)}")
            lines += [
                f"  {self._state(lesson):6} {lesson.title} ({lesson.minutes} min)"
                for lesson in lessons
            ]
        return "\n".join([*lines, f"All: {self._count(self.lessons)}"])

    def _repr_html_(self) -> str:
        lesson = self.next
        there = (
            "You have done every lesson."
            if lesson is None
            else f"<strong>{'Continue' if self.finished else 'Begin'} here:"
            f" {_link(lesson)}</strong> ({lesson.minutes} minutes)"
        )
        done = sum(map(self._is_done, self.lessons))
        bar = progress_bar.still(done, len(self.lessons))
        total = f"<p>{there}<br>{bar} {self._count(self.lessons)}</p>"
        return total + "".join(
            self._chapter(name, lessons) for name, lessons in self._chapters().items()
        )

    def _chapter(self, name: str, lessons: list[Lesson]) -> str:
        """A chapter: open if the next lesson is in it."""
        rows = "".join(
            f"<tr><td style='text-align:left'>{_link(lesson)}</td><td>{lesson.minutes}</td>"
            f"<td style='text-align:left'>{self._state(lesson)}</td></tr>"
            for lesson in lessons
        )
        bar = progress_bar.still(sum(map(self._is_done, lessons)), len(lessons))
        head = "".join(
            f"<th scope='col' style='text-align:left'>{column}</th>"
            for column in ("Lesson", "Minutes", "State")
        )
        return (
            f"<details{' open' if self.next in lessons else ''}><summary><strong>"
            f"{html.escape(name)}</strong> {bar} {self._count(lessons)}</summary>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
        )


def _time(lessons: list[Lesson]) -> str:
    """What they take together: `45 min`, `2 h 15 min`."""
    hours, minutes = divmod(sum(lesson.minutes for lesson in lessons), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _link(lesson: Lesson) -> str:
    return f"<a href='{quote(lesson.key)}.ipynb'>{html.escape(lesson.title)}</a>"
